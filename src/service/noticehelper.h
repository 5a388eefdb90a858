/* noticehelper - the process that does for the notifier what nobody can who is shut in: looks up names, runs commands
 *
 * What:    started by the parent before that shuts itself in, since its filter of system calls is that of all who
 *          come from it. It has no capabilities, can gain none, and has nothing of the daemon but one channel, over
 *          which it takes a question and gives an answer, one after the other. It ends when nobody has the other end.
 *          One that is killed comes again, from a process that does nothing else; what it was asked is not answered.
 *          It runs the commands that the settings named at the start and no others, without a shell: a notice stands
 *          on their standard input, and nothing that was received is among their words or in their environment.
 * Owns:    nothing; the channel's end is the caller's.
 * Limits:  one question at a time; names of NOTICE_HOST - 1 bytes, NOTICEHELPER_FOUND bytes of addresses; a command
 *          has NOTICEHELPER_ARGUMENTS words and NOTICEHELPER_US, then it is killed with all that it started.
 * Thread:  two processes.
 */
#ifndef LAZARET_SERVICE_NOTICEHELPER_H
#define LAZARET_SERVICE_NOTICEHELPER_H

#include "service/noticesettings.h"

#define NOTICEHELPER_FOUND     1024
#define NOTICEHELPER_TEXT      49152
#define NOTICEHELPER_WORDS     200
#define NOTICEHELPER_ARGUMENTS 16
#define NOTICEHELPER_US        (45 * WALL_SECOND)
#define NOTICEHELPER_AGAIN_US  (100 * 1000)

enum noticehelper_message {
	NOTICEHELPER_LOOK, /* notifier to helper: struct noticehelper_look */
	NOTICEHELPER_SEEN, /* helper to notifier: struct noticehelper_seen */
	NOTICEHELPER_RUN, /* notifier to helper: struct noticehelper_run, up to the end of its text */
	NOTICEHELPER_RAN, /* helper to notifier: struct noticehelper_ran */
};

struct noticehelper_look {
	uint64_t number; /* comes back */
	char host[NOTICE_HOST];
};

struct noticehelper_seen {
	uint64_t number;
	char addresses[NOTICEHELPER_FOUND]; /* "192.0.2.1,[2001:db8::1]"; empty: it has none */
};

struct noticehelper_run {
	uint64_t number;
	uint32_t channel; /* whose command */
	uint32_t length;
	char text[NOTICEHELPER_TEXT];
};

struct noticehelper_ran {
	uint64_t number;
	int32_t code; /* exit code; 128 + a signal; -errno: it could not be run, or took too long */
	char words[NOTICEHELPER_WORDS]; /* the begin of what it wrote to standard error */
};

/* Starts it: *ret is the notifier's end of the channel. */
int noticehelper_start(
	const struct notifying_settings *settings, int *ret, struct fail *fail) MUST_USE;

#endif
