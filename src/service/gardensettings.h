/* gardensettings - the settings of the garden, of the daemon's
 *
 * What:    as the parent hands them to the process (gardening.h); texts are kept with their end.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_GARDENSETTINGS_H
#define LAZARET_SERVICE_GARDENSETTINGS_H

#include "care/garden.h"

struct gardening_settings {
	uint16_t port;           /* 0: there is no garden */
	uint32_t mark;           /* of what the rules hand to it */
	size_t connections_most; /* in all */
	uint32_t line_most;      /* of one line */
	unsigned length6;        /* of the prefix of IPv6 that is a line */
	bool has_mail;           /* mail servers for customers are named */
	char portal[GARDEN_TEXT + 1];
	char provider[GARDEN_TEXT + 1];
	char telephone[GARDEN_TEXT + 1];
	char help[GARDEN_TEXT + 1];
};

/* They stay the settings'. */
static inline struct garden_settings
gardening_texts(const struct gardening_settings *settings)
{
	return (struct garden_settings){
		.portal = text_of(settings->portal),
		.page = {.provider = text_of(settings->provider),
			.telephone = text_of(settings->telephone),
			.help = text_of(settings->help),
			.has_mail = settings->has_mail},
	};
}

#endif
