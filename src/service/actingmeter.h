/* actingmeter - from the meter in the kernel to the judges: who opened too many connections to port 25
 *
 * What:    asks the gate every ACTINGMETER_US who is over the rate, a page at a time, so that orders wait for one page
 *          at the most. The kernel tells when a source was over it last, so its line is who held the address then. For
 *          each period that a line was over it channel M (evidence/meterchannel.h) is asked, and what it says becomes a
 *          sighting in the ring of the line's judge, with the line's name where the keeper finds it. What is read
 *          twice changes nothing: it is the last period that counts. An actor that begins counts from one again, and
 *          the judge keeps what is more. What was before a line was let go, or while it was exempt, counts for nothing.
 *          A line that is exempt, or has a role of which servers are expected, is left out.
 * Owns:    the periods of lines.
 * Limits:  as many lines as the kernel holds sources (ruleset_settings.meter_most); what does not fit is counted, and
 *          tried again at the next look. A block of ports of a shared address is no line here, as the port is not told.
 *          Off where there is no meter, the weight of its channel is 0, or time is that of a recording.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGMETER_H
#define LAZARET_SERVICE_ACTINGMETER_H

#include "action/holding.h"
#include "base/table.h"
#include "evidence/meterchannel.h"
#include "identity/names.h"
#include "runtime/ring.h"
#include "service/actinggate.h"
#include "service/leasing.h"

#define ACTINGMETER_US (10 * WALL_SECOND)

struct actingmeter_line {
	uint64_t line;
	struct wall excused; /* what was until then counts for nothing: it was let go, or exempt */
	struct meter_record record;
};

struct actingmeter {
	const struct daemon_settings *settings; /* NULL: it is off */
	struct actinggate *gate;
	struct leased leased;
	struct ring judge[ESTATE_JUDGES];
	struct names names;
	struct meter_channel_settings channel;
	struct table table; /* pseudonym to an index of line */
	struct actingmeter_line *line;
	uint32_t count, room;
	uint8_t set; /* that is read: enum lineset; 0: none */
	bool is_first;
	int64_t looked_us; /* when the last look began */
	struct actingmeter_look {
		uint64_t over;
		uint64_t nobodys;
		uint64_t left_out;
	} look, last; /* this one, and the last that was whole */
	uint64_t told;
	uint64_t refused;
};

/* Before the process shuts itself in: the key of pseudonyms is read. gate is the caller's. */
void actingmeter_begin(struct actingmeter *meter, const struct daemon_settings *settings,
	const struct estate *estate, struct actinggate *gate);
void actingmeter_end(struct actingmeter *meter);

/* Reads a page, if one is due. When to be called again, of clock_steady. */
int64_t actingmeter_see_to(
	struct actingmeter *meter, const struct holding *holding, struct wall now);

/* The line was let go: what was counted against it until now is settled. */
void actingmeter_forget(struct actingmeter *meter, uint64_t line, struct wall now);

#endif
