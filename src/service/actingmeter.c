/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingmeter.h"

#include "control/message.h"
#include "identity/sighting.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM_FIRST 64U

static bool
is_wanted(const struct daemon_settings *settings)
{
	return settings->contain.nftables && settings->contain.rules.rate > 0 &&
		settings->judging.parameters.court.weight[CHANNEL_METER] > 0 &&
		!settings->receive.by_records;
}

void
actingmeter_begin(struct actingmeter *meter, const struct daemon_settings *settings,
	const struct estate *estate, struct actinggate *gate)
{
	const struct estate_settings *sizes = &estate->settings;
	uint32_t putter = sizes->receivers + sizes->guards;
	struct keys keys;

	*meter = (struct actingmeter){.gate = gate};
	if (!is_wanted(settings))
		return;
	meter->settings = settings;
	keys = duty_keys(settings->keep.ledger);
	lines_set_key(settings->lines, &keys.pseudonym);
	keyfile_forget(&keys);
	leasing_attach(&meter->leased, settings, estate);
	for (uint32_t j = 0; j < sizes->judges; j++)
		estate_sightings_putting(estate, putter, j, &meter->judge[j]);
	must(names_open(&meter->names, estate->names[putter], names_bytes(sizes->names_most)) == 0);
	meter_channel_defaults(&meter->channel);
	meter->channel.period_us = (int64_t)settings->contain.rules.over_s * WALL_SECOND;
	table_init_small(&meter->table, settings->contain.rules.meter_most, ROOM_FIRST);
}

void
actingmeter_end(struct actingmeter *meter)
{
	if (meter->settings == NULL)
		return;
	table_done(&meter->table);
	free(meter->line);
	meter->settings = NULL;
}

/* The last takes its place. */
static void
drop(struct actingmeter *meter, uint32_t index)
{
	const struct actingmeter_line *last = &meter->line[--meter->count];
	struct table_slot *slot = table_find(&meter->table, last->line);

	must(slot != NULL);
	slot->value = index;
	slot = table_find(&meter->table, meter->line[index].line);
	must(slot != NULL);
	table_remove(&meter->table, slot);
	meter->line[index] = *last;
}

void
actingmeter_forget(struct actingmeter *meter, uint64_t line, struct wall now)
{
	const struct table_slot *slot =
		meter->settings == NULL ? NULL : table_find(&meter->table, line);

	if (slot != NULL)
		meter->line[slot->value] = (struct actingmeter_line){.line = line, .excused = now};
}

/* What is left of a line neither tells nor excuses anything any more. */
static bool
is_over(const struct actingmeter *meter, const struct actingmeter_line *line, struct wall now)
{
	return meter_record_is_over(&line->record, &meter->channel, now) &&
		now.us - line->excused.us > meter->channel.period_us;
}

static void
drop_those_over(struct actingmeter *meter, struct wall now)
{
	for (uint32_t i = meter->count; i-- > 0;) {
		if (is_over(meter, &meter->line[i], now))
			drop(meter, i);
	}
}

/* NULL: there is no room. */
static struct actingmeter_line *
line_of(struct actingmeter *meter, uint64_t line)
{
	struct table_slot *slot;
	int r = table_add(&meter->table, line, &slot);

	if (r < 0)
		return NULL;
	if (r > 0) {
		if (meter->count == meter->room) {
			meter->room = meter->room > 0 ? 2 * meter->room : ROOM_FIRST;
			meter->line = xrealloc(meter->line, meter->room * sizeof(*meter->line));
		}
		slot->value = meter->count++;
		meter->line[slot->value] = (struct actingmeter_line){.line = line};
	}
	return &meter->line[slot->value];
}

static void
excuse(struct actingmeter *meter, uint64_t pseudonym, struct wall over)
{
	struct actingmeter_line *line = line_of(meter, pseudonym);

	if (line != NULL)
		*line = (struct actingmeter_line){.line = pseudonym, .excused = over};
}

/* Only what the ring took is remembered. */
static void
tell(struct actingmeter *meter, const struct line *line, const struct line_name *name,
	struct wall over)
{
	struct actingmeter_line *known = line_of(meter, line->pseudonym);
	struct meter_record next;
	uint32_t judge = message_shard(line->pseudonym, meter->settings->estate.judges);
	struct sighting sighting = {.line = *line,
		.kind = SIGHTING_SCORE,
		.metered.rate = meter->settings->contain.rules.rate};
	struct evidence evidence;

	if (known == NULL) {
		meter->refused++;
		return;
	}
	next = known->record;
	if (over.us <= known->excused.us || !meter_record_over(&next, &meter->channel, over))
		return;
	evidence = meter_record_evidence(&next);
	sighting.time = evidence.time;
	sighting.score = evidence.score;
	sighting.watch = evidence.watch;
	sighting.channel = evidence.channel;
	sighting.metered.minutes =
		(uint32_t)((meter->channel.period_us * next.periods + WALL_MINUTE - 1) /
			WALL_MINUTE);
	if (name->length != 0)
		names_put(&meter->names, line->pseudonym, name);
	if (ring_put(&meter->judge[judge], &sighting, 1) != 1) {
		meter->refused++;
		return;
	}
	known->record = next;
	meter->told++;
}

static void
take(struct actingmeter *meter, const struct holding *holding, const struct orders_over *source,
	struct wall now)
{
	int64_t kept = meter->channel.period_us, ago = kept - source->left_ms * INT64_C(1000);
	struct wall over = {now.us - (ago > 0 ? ago : 0)};
	struct line_name name;
	struct line line;

	meter->look.over++;
	if (lines_find_at(meter->settings->lines, &source->address, 0, over, &line, &name) < 0 ||
		name.high != 0)
		meter->look.nobodys++;
	else if (!meter_is_of(line.role))
		meter->look.left_out++;
	else if (holding_has(holding, ORDER_EXEMPTION, line.pseudonym)) {
		meter->look.left_out++;
		excuse(meter, line.pseudonym, over);
	} else
		tell(meter, &line, &name, over);
}

/* The next page. A gate that does not answer is told of by who gives it orders. */
static void
read_page(struct actingmeter *meter, const struct holding *holding, struct wall now)
{
	const struct orders_overs *page = &meter->gate->answer.over;
	struct fail fail = {0};

	if (actinggate_over(meter->gate, (enum lineset)meter->set, meter->is_first, &fail) < 0) {
		meter->set = 0;
		return;
	}
	for (uint32_t i = 0; i < page->count; i++)
		take(meter, holding, &page->source[i], now);
	meter->is_first = page->is_last != 0;
	if (!page->is_last)
		return;
	meter->set = meter->set == LINESET_OVER4 ? LINESET_OVER6 : 0;
	if (meter->set != 0)
		return;
	meter->last = meter->look;
	drop_those_over(meter, now);
}

int64_t
actingmeter_see_to(struct actingmeter *meter, const struct holding *holding, struct wall now)
{
	int64_t steady = clock_steady();

	if (meter->settings == NULL || meter->settings->contain.is_off)
		return INT64_MAX;
	if (meter->set == 0 && steady - meter->looked_us >= ACTINGMETER_US) {
		meter->looked_us = steady;
		meter->look = (struct actingmeter_look){0};
		meter->set = LINESET_OVER4;
		meter->is_first = true;
	}
	if (meter->set != 0)
		read_page(meter, holding, now);
	return meter->set != 0 ? steady : meter->looked_us + ACTINGMETER_US;
}
