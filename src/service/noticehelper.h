/* noticehelper - the process that does for the notifier what nobody can who is shut in: it looks up names
 *
 * What:    started by the parent before that shuts itself in, since its filter of system calls is that of all who
 *          come from it. It has no capabilities, can gain none, and has nothing of the daemon but one channel, over
 *          which it takes a question and gives an answer, one after the other. It ends when nobody has the other end.
 * Owns:    nothing; the channel's end is the caller's.
 * Limits:  one question at a time; names of NOTICE_HOST - 1 bytes, NOTICEHELPER_FOUND bytes of addresses.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_NOTICEHELPER_H
#define LAZARET_SERVICE_NOTICEHELPER_H

#include "base/fail.h"
#include "service/noticesettings.h"

#define NOTICEHELPER_FOUND 1024

enum noticehelper_message {
	NOTICEHELPER_LOOK, /* notifier to helper: struct noticehelper_look */
	NOTICEHELPER_SEEN, /* helper to notifier: struct noticehelper_seen */
};

struct noticehelper_look {
	uint64_t number; /* comes back */
	char host[NOTICE_HOST];
};

struct noticehelper_seen {
	uint64_t number;
	char addresses[NOTICEHELPER_FOUND]; /* "192.0.2.1,[2001:db8::1]"; empty: it has none */
};

/* Starts it: *ret is the notifier's end of the channel. */
int noticehelper_start(int *ret, struct fail *fail) MUST_USE;

#endif
