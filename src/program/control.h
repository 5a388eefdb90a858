/* control - the running daemon, asked by the command
 *
 * What:    finds the daemon's control socket: --control PATH, or the configuration's control.path, or
 *          $XDG_RUNTIME_DIR/lazaret/control, or /run/lazaret/control. Sends a request, prints the answer as it comes,
 *          and turns its end into an exit code (lazaret-control(7)). A configuration that is wrong is warned of, and
 *          the daemon is asked where it would be without one; with --control none is read.
 *          Where nothing comes for long that is told, once an answer, and waited for.
 * Owns:    the socket.
 * Limits:  an answer may be of any length; sentences about what is wrong CONTROL_SENTENCE bytes.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_CONTROL_H
#define LAZARET_PROGRAM_CONTROL_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>

#define CONTROL_PATH     4096
#define CONTROL_SENTENCE 4096
/* No daemon answers. */
#define CONTROL_ABSENT (-1)

struct control {
	const char *path;     /* --control, or NULL */
	const char *settings; /* the configuration's file, or NULL for the usual one */
	bool changes; /* the question changes something, so a file that is named must be good */
	int socket;
	char tried[CONTROL_PATH];
	struct buffer *said; /* sentences about what is wrong go there; NULL: to standard error */
};

#define CONTROL_NEW ((struct control){.socket = -1})

/* 0: connected. CONTROL_ABSENT: fail says why. Otherwise the exit code, after what is wrong was told. */
int control_connect(struct control *control, struct fail *fail) MUST_USE;

/* The same for a verb that has no other way: never CONTROL_ABSENT. */
int control_need(struct control *control) MUST_USE;

/* Begins a request: "lazaret/1 VERB". */
void control_begin(struct buffer *line, const char *verb);
/* Adds a flag with a value: "--state=suspect". */
void control_add_flag(struct buffer *line, const char *flag, const char *value);

/* Sends the request and prints the answer: as it comes, or, where it is prose, in lines that fit the terminal.
 * Returns the exit code. The next request may follow. */
int control_ask(struct control *control, struct buffer *line, bool is_prose) MUST_USE;

/* One request and no other: connects, as control_need does, asks, and closes. The line is done with. */
int control_once(struct control *control, struct buffer *line, bool is_prose) MUST_USE;

/* As control_once, for a reload that waits for another (REQUEST_LATER): asks again for so many seconds, also where the
 * desk that was asked is replaced meanwhile, and says so on a terminal. */
int control_in_turn(struct control *control, struct buffer *line, unsigned seconds) MUST_USE;

/* As control_ask, but what is answered goes into a buffer, and nothing is said about an answer that broke off. */
int control_fetch(const struct control *control, struct buffer *line, struct buffer *into) MUST_USE;

void control_close(struct control *control);

/* Adds to what went wrong with a ledger that no daemon answered. */
void control_add_absent(const struct control *control, struct fail *fail);

#endif
