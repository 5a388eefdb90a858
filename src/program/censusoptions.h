/* censusoptions - from the configuration to who writes letters, and how they go
 *
 * What:    the options census.*, read and checked.
 * Owns:    what it gives leads into the configuration, and to itself: both stay where they are meanwhile.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSOPTIONS_H
#define LAZARET_PROGRAM_CENSUSOPTIONS_H

#include "census/letter/lettercase.h"
#include "census/outbox/mta.h"
#include "census/outbox/reply.h"
#include "config/config.h"
#include "runtime/secretfile.h"

#define CENSUSOPTIONS_HOST 254

/* The agency: all but its lists. 0, or -EINVAL with fail: the option and what is wrong. */
int censusoptions_sender(
	const struct config *config, struct lettersender *ret, struct fail *fail) MUST_USE;

struct censusmail {
	struct mta_settings mta;
	struct text bounce;
	unsigned an_hour, domain_an_hour;
	char host[CENSUSOPTIONS_HOST];
	char login[SECRETFILE_MOST];
};

/* How letters go. 0, or -errno with fail. censusmail_done wipes the password. */
int censusoptions_mail(
	const struct config *config, struct censusmail *ret, struct fail *fail) MUST_USE;
void censusmail_done(struct censusmail *mail);

/* By what replies are known, but for the key. */
int censusoptions_place(
	const struct config *config, struct reply_place *ret, struct fail *fail) MUST_USE;

#endif
