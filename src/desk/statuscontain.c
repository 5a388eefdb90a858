/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statuscontain.h"

static void
put_some(struct buffer *into, unsigned long long count, const char *what)
{
	if (count > 0)
		buffer_print(into, "%llu %s\n", count, what);
}

/* What a customer's mail did not cost: packets that were stopped, most of them the first of a connection. Answers are
 * apart: where a policy only observes, what was answered was counted before. */
static void
put_stopped(struct buffer *into, const struct status_process *actor)
{
	uint64_t packets = status_value(actor, COUNT_LINE_PACKETS) +
		status_value(actor, COUNT_OUT_PACKETS) + status_value(actor, COUNT_IN_PACKETS) +
		status_value(actor, COUNT_Q25_PACKETS);
	uint64_t bytes = status_value(actor, COUNT_LINE_BYTES) +
		status_value(actor, COUNT_OUT_BYTES) + status_value(actor, COUNT_IN_BYTES) +
		status_value(actor, COUNT_Q25_BYTES);

	buffer_print(into,
		"Port 25: %llu packets (%llu kB) were stopped, or would have been; %llu of them of "
		"lines that are blocked.\n",
		(unsigned long long)packets, (unsigned long long)bytes / 1000,
		status_value(actor, COUNT_LINE_PACKETS));
	put_some(into, status_value(actor, COUNT_BACK_PACKETS),
		"answers from port 25 elsewhere, too; where contain.port25 only observes, most are "
		"to connections that are counted above.");
	if (status_value(actor, COUNT_SAVED_CONNECTIONS) > 0)
		buffer_print(into,
			"Saved since the actor began, an estimate: %llu connections "
			"(contain.tries packets each), and %llu kB of mail "
			"(contain.message-bytes each).\n",
			status_value(actor, COUNT_SAVED_CONNECTIONS),
			status_value(actor, COUNT_SAVED_BYTES) / 1000);
	if (status_value(actor, COUNT_OVER_PACKETS) > 0)
		buffer_print(into,
			"%llu connections to port 25 were begun above the rate of contain.meter.\n",
			status_value(actor, COUNT_OVER_PACKETS));
	if (status_value(actor, COUNT_METER_OVER) + status_value(actor, COUNT_METER_TOLD) > 0)
		buffer_print(into,
			"Meter: %llu sources are above that rate; %llu of them are of no known "
			"line, "
			"%llu may be. Judges were told %llu times.\n",
			status_value(actor, COUNT_METER_OVER),
			status_value(actor, COUNT_METER_NOBODYS),
			status_value(actor, COUNT_METER_LEFT_OUT),
			status_value(actor, COUNT_METER_TOLD));
	if (status_value(actor, COUNT_QUARANTINED) + status_value(actor, COUNT_QWEB_PACKETS) > 0)
		buffer_print(into,
			"Quarantine: %llu packets to port 80 were led to the garden, %llu to 443 "
			"reset, %llu others refused.\n",
			status_value(actor, COUNT_QWEB_PACKETS),
			status_value(actor, COUNT_QTLS_PACKETS),
			status_value(actor, COUNT_QQUIC_PACKETS) +
				status_value(actor, COUNT_QREST_PACKETS));
}

/* Routers and NASes, where there are any. */
static void
put_routers(struct buffer *into, const struct status_process *actor)
{
	if (status_value(actor, COUNT_BGP_SESSIONS) + status_value(actor, COUNT_BGP_LEFT_OUT) +
			status_value(actor, COUNT_BGP_LOST) >
		0)
		buffer_print(into, "BGP: %llu routers have %llu rules; %llu rules were left out.\n",
			status_value(actor, COUNT_BGP_SESSIONS),
			status_value(actor, COUNT_BGP_RULES),
			status_value(actor, COUNT_BGP_LEFT_OUT));
	if (status_value(actor, COUNT_NAS_LINES) + status_value(actor, COUNT_NAS_LEFT) > 0)
		buffer_print(into,
			"RADIUS: %llu of %llu lines are contained, as accounting shows; %llu are "
			"to be let go and may still be held.\n",
			status_value(actor, COUNT_NAS_HELD), status_value(actor, COUNT_NAS_LINES),
			status_value(actor, COUNT_NAS_LEFT));
}

/* The gate and its rules, where there are any. */
static void
put_gate(struct buffer *into, const struct status_process *parent)
{
	struct wall loaded = {(int64_t)status_value(parent, COUNT_GATE_LOADED) * WALL_SECOND};
	char text[WALL_TEXT];

	if (loaded.us > 0)
		buffer_print(into, "The rules in the kernel were loaded at %.19sZ.\n",
			wall_format(loaded, text));
	put_some(into, status_value(parent, COUNT_GATE_FOREIGN),
		"times somebody else changed rules of this machine; ours were looked after.");
	if (status_value(parent, COUNT_GATE_ASTRAY) > 0)
		buffer_print(into,
			"Packets for the garden find no way to it: a rule of ip(8) was taken away, "
			"and cannot be made again; held customers see no page.\n");
	put_some(into, status_value(parent, COUNT_GATE_REFUSED),
		"elements were not taken by the gate: they are no lines of the own network.");
	put_some(into, status_value(parent, COUNT_GATE_MALFORMED),
		"messages to the gate could not be: the actor was replaced; the log has more.");
	put_some(into, status_value(parent, COUNT_GATE_REPLACED),
		"workers of the gate died and were replaced.");
}

bool
status_contain_differs(const struct status_process *processes, size_t count)
{
	const struct status_process *actor = status_find(processes, count, OWNER_ACTOR);
	const struct status_process *parent = status_find(processes, count, OWNER_PARENT);

	return actor != NULL && parent != NULL && status_value(parent, COUNT_KERNEL_COUNTS) > 0 &&
		(status_value(parent, COUNT_KERNEL_BLOCKED) != status_value(actor, COUNT_BLOCKED) ||
			status_value(parent, COUNT_KERNEL_QUARANTINED) !=
				status_value(actor, COUNT_QUARANTINED));
}

void
status_contain_troubles(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *keeper = status_find(processes, count, OWNER_KEEPER);

	if (keeper != NULL && status_value(keeper, COUNT_BRAKED) > 0)
		buffer_print(into,
			"%sthe brake: %llu lines wait for a person (lazaret measures --proposed)",
			into->length > 0 ? "; " : "", status_value(keeper, COUNT_BRAKED));
	if (keeper != NULL && status_value(keeper, COUNT_UNHELD) > 0)
		buffer_print(into,
			"%s%llu measures ended, as nothing holds them any more: lazaret measures "
			"--all says why (no-line: network.table has the line no more; no-back-end: "
			"contain.* does); told for a day, or until they hold again or their cases "
			"are released",
			into->length > 0 ? "; " : "", status_value(keeper, COUNT_UNHELD));
}

/* Those of the brake are a trouble, too. */
static void
put_proposed(struct buffer *into, const struct status_process *keeper)
{
	buffer_print(into,
		"\n%llu measures are proposed and wait for a person: lazaret measures --proposed "
		"lists them.\n",
		status_value(keeper, COUNT_PROPOSED));
}

void
status_contain(
	const struct status_process *processes, size_t count, bool differs, struct buffer *into)
{
	const struct status_process *actor = status_find(processes, count, OWNER_ACTOR);
	const struct status_process *keeper = status_find(processes, count, OWNER_KEEPER);
	const struct status_process *parent = status_find(processes, count, OWNER_PARENT);

	if (keeper != NULL && status_value(keeper, COUNT_PROPOSED) > 0)
		put_proposed(into, keeper);
	if (actor == NULL)
		return;
	buffer_print(into,
		"\nPort 25 is closed for %llu places of lines; %llu are in quarantine.\n",
		status_value(actor, COUNT_BLOCKED), status_value(actor, COUNT_QUARANTINED));
	if (differs && status_contain_differs(processes, count))
		buffer_print(into,
			"In the kernel they are not the same: it is closed for %llu there, and "
			"%llu are in quarantine.\n",
			status_value(parent, COUNT_KERNEL_BLOCKED),
			status_value(parent, COUNT_KERNEL_QUARANTINED));
	put_stopped(into, actor);
	put_routers(into, actor);
	if (keeper != NULL && status_value(keeper, COUNT_BEYOND) > 0)
		buffer_print(into,
			"%llu measures hold of protected lines, shared addresses or mail servers, "
			"as a person decided.\n",
			status_value(keeper, COUNT_BEYOND));
	if (keeper != NULL && status_value(keeper, COUNT_OBJECTED) > 0)
		buffer_print(into,
			"Nothing is done to %llu lines for a time, as their customers say that it "
			"is wrong (lazaret-events(7), customer-objects).\n",
			status_value(keeper, COUNT_OBJECTED));
	if (keeper != NULL)
		put_some(into, status_value(keeper, COUNT_EXEMPT_GONE),
			"exemptions do nothing, as their lines are none of the network any more: "
			"lazaret exempt says which.");
	if (status_value(actor, COUNT_ORDERS_REFUSED) > 0)
		buffer_print(into,
			"%llu measures were not done: their place is not in the own network, or "
			"there was no room.\n",
			status_value(actor, COUNT_ORDERS_REFUSED));
	if (status_value(actor, COUNT_CONTAIN_RESTORED) > 0)
		buffer_print(into,
			"%llu times somebody else had removed measures from the kernel; they were "
			"brought back.\n",
			status_value(actor, COUNT_CONTAIN_RESTORED));
	if (parent != NULL)
		put_gate(into, parent);
}
