/* noticesettings - the settings of the notifier, of the daemon's
 *
 * What:    as the parent hands them to the process (notifying.h); texts are kept with their end. Who the provider is
 *          and where the portal is found stands in the garden's settings, texts and hours in the portal's: they are
 *          the same.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_NOTICESETTINGS_H
#define LAZARET_SERVICE_NOTICESETTINGS_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stdint.h>

#define NOTICE_PATH 512
/* Of a host's name, with its end. */
#define NOTICE_HOST 256

struct notifying_settings {
	char contacts[NOTICE_PATH]; /* empty: nobody is notified */
	bool sends;                 /* else all is only shown */
	char from[256];             /* address of the sender */
	char host[NOTICE_HOST];     /* of the mail server; empty: there is no e-mail */
	uint16_t port;
	bool is_plain;               /* without TLS, which is on loopback only */
	char login[NOTICE_PATH];     /* file with USER:PASSWORD; empty: none */
	char authority[NOTICE_PATH]; /* file with certificates that are believed */
	int64_t still_us;            /* 0: nobody is told that it goes on */
	unsigned a_minute;
	struct fail
		complaint; /* of the first row of contacts that cannot be used; what empty: none */
};

#endif
