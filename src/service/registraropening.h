/* registraropening - the sockets at which NASes tell their accounting
 *
 * What:    opened by the parent before anything starts, and kept while registrars come and go, so that what comes in
 *          between waits in the kernel. A change is prepared beside what there is, and then taken or dropped.
 * Owns:    all descriptors.
 * Limits:  REGISTRAR_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_REGISTRAROPENING_H
#define LAZARET_SERVICE_REGISTRAROPENING_H

#include "service/registrarsettings.h"

struct registrar_opened {
	struct registrar_place place; /* as it was asked for */
	uint16_t port;                /* that it got */
	int descriptor;
	bool is_kept; /* of the opening before */
};

struct registraropening {
	struct registrar_opened entry[REGISTRAR_PLACES];
	size_t count;
};

/* Makes *next of what is open and what the settings want: 0, or -errno with fail filled, and then it is empty. */
int registraropening_prepare(const struct registraropening *now,
	const struct registrar_settings *settings, struct registraropening *next,
	struct fail *fail) MUST_USE;

/* The prepared one takes the place of the other, of which what is not in it is closed. */
void registraropening_take(struct registraropening *now, const struct registraropening *next);

/* It is not to be taken. */
void registraropening_drop(struct registraropening *next);

/* "accounting:127.0.0.1:1813", for people. */
void registraropening_describe(const struct registrar_opened *opened, char into[96]);

#endif
