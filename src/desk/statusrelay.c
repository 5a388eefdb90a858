/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusrelay.h"

static void
put(struct buffer *into, const struct status_process *guard, enum counter what, const char *one,
	const char *many)
{
	uint64_t count = guard->value[what];

	buffer_print(into, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

static void
put_answers(struct buffer *into, const struct status_process *guard)
{
	uint64_t shadowed = guard->value[COUNT_RELAY_SHADOWED];

	buffer_text(into, TEXT("\nThe relay guard was asked "));
	put(into, guard, COUNT_RELAY_REQUESTS, "question", "questions");
	buffer_text(into, TEXT(" (now on "));
	put(into, guard, COUNT_RELAY_OPEN, "connection", "connections");
	buffer_print(into, "): %llu slowed, %llu deferred, %llu held, %llu refused.\n",
		(unsigned long long)guard->value[COUNT_RELAY_SLOWED],
		(unsigned long long)guard->value[COUNT_RELAY_DEFERRED],
		(unsigned long long)guard->value[COUNT_RELAY_HELD],
		(unsigned long long)guard->value[COUNT_RELAY_REJECTED]);
	if (shadowed > 0)
		buffer_print(into,
			"Of these, %llu passed all the same, since relay.mode was observe.\n",
			(unsigned long long)shadowed);
}

/* Of those that lie in its folder, as far as this guard has read. */
static void
put_reports(struct buffer *into, const struct status_process *guard)
{
	if (guard->value[COUNT_REPORT_MESSAGES] == 0)
		return;
	buffer_text(into, TEXT("Of "));
	put(into, guard, COUNT_REPORT_MESSAGES, "message", "messages");
	buffer_print(into,
		" in reports.folder %llu came from who is not believed; the others have ",
		(unsigned long long)guard->value[COUNT_REPORT_STRANGERS]);
	put(into, guard, COUNT_REPORT_REPORTS, "report", "reports");
	buffer_text(into, TEXT(", which still say something of "));
	put(into, guard, COUNT_REPORT_LINES, "line", "lines");
	buffer_text(into, TEXT(".\n"));
}

void
status_relay(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *guard = status_find(processes, count, OWNER_GUARD);

	if (guard == NULL)
		return;
	put_answers(into, guard);
	put(into, guard, COUNT_RELAY_MESSAGES, "message", "messages");
	buffer_text(into, TEXT(" with "));
	put(into, guard, COUNT_RELAY_RECIPIENTS, "recipient", "recipients");
	buffer_text(into, TEXT(" passed; "));
	put(into, guard, COUNT_RELAY_UNDERWAY, "is", "are");
	buffer_text(into, TEXT(" under way. It counts "));
	put(into, guard, COUNT_RELAY_KEYS, "account, address or network",
		"accounts, addresses and networks");
	buffer_text(into, TEXT(".\n"));
	if (guard->value[COUNT_RELAY_UNLIMITED] + guard->value[COUNT_RELAY_LATE] > 0)
		buffer_print(into,
			"%llu questions found no room to be counted, %llu waited too long.\n",
			(unsigned long long)guard->value[COUNT_RELAY_UNLIMITED],
			(unsigned long long)guard->value[COUNT_RELAY_LATE]);
	if (guard->value[COUNT_SHARE_OUT] + guard->value[COUNT_SHARE_RELAYS] > 0) {
		buffer_text(into, TEXT("It shares its counts with "));
		put(into, guard, COUNT_SHARE_RELAYS, "other relay", "other relays");
		buffer_text(into, TEXT(".\n"));
	}
	put_reports(into, guard);
}
