/* notify - tells the service manager how the daemon is (sd_notify(3), without its library)
 *
 * What:    the messages of systemd's protocol, to the socket that NOTIFY_SOCKET names (a path, or an
 *          abstract name). Without a manager all functions do nothing and give 0. The socket is connected
 *          when it is opened, so telling needs no file and no right in a sandbox but write.
 *          What must arrive (ready, reloading, stopping) and did not, because the manager was behind, is owed: it is
 *          kept in its order until notify_repeat has sent it.
 * Owns:    the descriptor; notify_close gives it back.
 * Limits:  NOTIFY_TEXT bytes a message; line ends in a status become blanks. NOTIFY_OWED messages are owed: of more,
 *          the oldest reload that is over is forgotten.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_NOTIFY_H
#define LAZARET_RUNTIME_NOTIFY_H

#include "base/fail.h"

#include <stdint.h>
#include <sys/types.h>

#define NOTIFY_TEXT 512
#define NOTIFY_OWED 8

enum notify_owed { NOTIFY_READY, NOTIFY_RELOADING, NOTIFY_STOPPING };

struct notify {
	int descriptor; /* -1: no manager listens */
	uint64_t
		watchdog_us; /* within which notify_watchdog must come, best twice; 0: none is asked for */
	struct {
		enum notify_owed what;
		uint64_t us; /* of CLOCK_MONOTONIC, when it was to be told */
	} owed[NOTIFY_OWED];
	unsigned owed_count;
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment. *ret is set in any
 * case; -errno if a manager is named that cannot be reached. */
int notify_open(struct notify *ret, struct fail *fail) MUST_USE;
void notify_close(struct notify *notify);

/* 1 if it was told, 0 if nobody listens, -errno: then it is owed. -EAGAIN: the manager is behind; nothing waits for
 * it. */
int notify_ready(struct notify *notify);
/* With the time of CLOCK_MONOTONIC, as the manager wants it; notify_ready ends it. */
int notify_reloading(struct notify *notify);
int notify_stopping(struct notify *notify);
/* Sends what is owed, as far as the manager takes it now; call it again and again. How much is still owed. */
unsigned notify_repeat(struct notify *notify);

/* These are of the moment: what was not told now is not told. The same results. */
int notify_watchdog(const struct notify *notify);
/* One line for people: systemctl status shows it. */
int notify_status(const struct notify *notify, const char *format, ...) PRINTF(2, 3);

#endif
