/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/desklog.h"

#include "runtime/event.h"

void
desklog_request(const char *actor, const char *verb)
{
	event(EVENT_CONTROL, "actor=%s verb=%s", actor, verb);
}

void
desklog_refused(const char *actor, const char *why)
{
	event(EVENT_CONTROL_REFUSED, "actor=%s why=%s", actor, why);
}

void
desklog_bad_message(const char *peer)
{
	event(EVENT_PROCESS_ENDED, "name=desk how=%s peer=%s",
		"got a message that cannot be, and ends", peer);
}
