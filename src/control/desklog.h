/* desklog - what the desk puts into the log
 *
 * What:    libevent and the log (runtime/event.h) both have something called event, so no file sees both: those of
 *          the desk that use libevent write to the log through these.
 * Thread:  as runtime/event.h.
 */
#ifndef LAZARET_CONTROL_DESKLOG_H
#define LAZARET_CONTROL_DESKLOG_H

void desklog_request(const char *actor, const char *verb);
void desklog_refused(const char *actor, const char *why);
void desklog_bad_message(const char *peer);

#endif
