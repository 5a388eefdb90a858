/* registraropening - the sockets at which NASes tell their accounting
 *
 * What:    one function: how they are opened, of keptsockets.h.
 * Owns:    nothing.
 * Limits:  REGISTRAR_PLACES places.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_REGISTRAROPENING_H
#define LAZARET_SERVICE_REGISTRAROPENING_H

#include "service/registrarsettings.h"

/* As keptsockets_prepare. */
int registraropening_prepare(const struct keptsockets *now,
	const struct registrar_settings *settings, struct keptsockets *next,
	struct fail *fail) MUST_USE;

#endif
