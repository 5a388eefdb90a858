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
#include <string.h>

#define NOTICE_PATH 512
/* Of a host's name, with its end. */
#define NOTICE_HOST 256

/* In the order of enum care_channel, from CARE_EMAIL on, and of the topics of care/texts.h. */
enum notice_channel { NOTICE_EMAIL, NOTICE_SMS, NOTICE_LETTER, NOTICE_CHANNELS };

/* "email" and so on. */
extern const char *const notice_channels[NOTICE_CHANNELS];

struct notifying_settings {
	char contacts[NOTICE_PATH]; /* empty: nobody is notified */
	bool sends;                 /* else all is only shown */
	enum notice_channel order[NOTICE_CHANNELS];
	unsigned channels;      /* in that order */
	char from[256];         /* address of the sender */
	char host[NOTICE_HOST]; /* of the mail server; empty: there is no e-mail */
	uint16_t port;
	bool is_plain;               /* without TLS, which is on loopback only */
	char login[NOTICE_PATH];     /* file with USER:PASSWORD; empty: none */
	char authority[NOTICE_PATH]; /* file with certificates that are believed */
	char carrier[NOTICE_CHANNELS]
		    [NOTICE_PATH]; /* of SMS and letters: a URL, or a command; empty: none */
	char secret[NOTICE_PATH];  /* file with what a gateway knows us by; empty: none */
	int64_t still_us;          /* 0: nobody is told that it goes on */
	unsigned a_minute;
	struct fail
		complaint; /* of the first row of contacts that cannot be used; what empty: none */
};

static inline bool
notice_is_url(const char *carrier)
{
	return strncmp(carrier, "https://", 8) == 0;
}

/* Is there something that takes notices of this channel? */
static inline bool
notice_has(const struct notifying_settings *settings, enum notice_channel channel)
{
	return channel == NOTICE_EMAIL ? *settings->host != '\0'
				       : *settings->carrier[channel] != '\0';
}

#endif
