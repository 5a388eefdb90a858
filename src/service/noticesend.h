/* noticesend - one notice at a time to who takes it: e-mail by SMTP, JSON to a gateway or a command
 *
 * What:    libcurl, which never waits here: who has the loop turns it with noticesend_turn. What it needs of files is
 *          read before the process shuts itself in: certificates that are believed, and the login. The addresses of
 *          the server's name are looked up by the helper (noticehelper.h) before each message. STARTTLS is demanded,
 *          and the server's certificate must be for its name, unless the settings say plain.
 * Owns:    a copy of the message.
 * Limits:  NOTICESEND_US for one; then the server is held to be down.
 * Thread:  the notifier's.
 */
#ifndef LAZARET_SERVICE_NOTICESEND_H
#define LAZARET_SERVICE_NOTICESEND_H

#include "base/text.h"
#include "service/noticesettings.h"

#define NOTICESEND_US (60 * WALL_SECOND)

enum noticesend_result {
	NOTICESEND_BUSY,  /* not yet, or there was nothing to send */
	NOTICESEND_TAKEN, /* the server answers for it */
	NOTICESEND_LATER, /* this one is refused for now */
	NOTICESEND_NEVER, /* this one is refused for good */
	NOTICESEND_DOWN,  /* all would be: nobody listens, or it does not trust or is not trusted */
};

struct noticesend;

/* helper: channel to the one of noticehelper.h; -1: nothing is to be sent. -errno with fail filled: a file cannot be
 * read. */
int noticesend_new(const struct notifying_settings *settings, int helper, struct noticesend **ret,
	struct fail *fail) MUST_USE;
struct noticesend *noticesend_free(struct noticesend *sending);

/* Begins; the one before must have come to its end. to: of e-mail. -EMSGSIZE: it is too long. */
int noticesend_begin(struct noticesend *sending, enum notice_channel channel, const char *to,
	struct text message) MUST_USE;

/* Host and port of an https:// URL, by name or IPv4 address: 0 or -EINVAL. */
int noticesend_host(const char *url, char host[NOTICE_HOST], unsigned *port) MUST_USE;

/* Waits up to so long for what it does or for one of these descriptors, and goes on. fail: why it was not taken. */
enum noticesend_result noticesend_turn(struct noticesend *sending, const int *descriptors,
	size_t count, int wait_ms, struct fail *fail);

#endif
