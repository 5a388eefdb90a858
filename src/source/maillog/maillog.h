/* maillog - a line of the log of Postfix, Exim or Dovecot, and what it tells the relay guard
 *
 * What:    finds who wrote the line, in the ways it may have come: syslog's files and datagrams (RFC 3164, with and
 *          without priority, and RFC 5424), journalctl's short, short-iso and short-unix, Exim's own main log,
 *          Dovecot's own log; postfix.c, exim.c and dovecot.c read the rest. Lines that tell nothing of a message or a
 *          login are passed over.
 *
 *          Lines hold what strangers wrote: names in HELO, addresses, answers of other servers, names of users. So they
 *          are read by their structure from the front; where a format cannot be read in one way only, what is in doubt
 *          is left out and is_doubtful is set. Who can write to the log itself can write anything: /dev/log is open to
 *          each local user, so a log that is to be believed comes from a host without strangers, or from the journal,
 *          chosen by _COMM or _SYSTEMD_UNIT.
 * Owns:    nothing: the event's texts are views into the line.
 * Limits:  MAILLOG_LINE bytes a line. Time in proportion to the length.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_MAILLOG_H
#define LAZARET_SOURCE_MAILLOG_MAILLOG_H

#include "source/maillog/logtime.h"

#define MAILLOG_LINE 16384

/* 1: *ret is what happened. 0: nothing that matters here. -EBADMSG: no line of a log; -EMSGSIZE: longer than
 * MAILLOG_LINE. The line may still have its end. */
int maillog_read(
	struct text line, const struct maillog_clock *clock, struct mailevent *ret) MUST_USE;

#endif
