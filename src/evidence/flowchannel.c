/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/flowchannel.h"

#include "evidence/flowtold.h"
#include "source/observation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Packets of an honest SMTP session, for the chance that sampling shows it (detection.md 3.2). */
#define SESSION_PACKETS 20
/* A day of the past counts nine tenths of the next: a half-life of 6.6 days. */
#define PAST_FADE 0.9F
/* A block of the filter takes so many networks before one stranger in seven seems known. */
#define BLOCK_ROOM 64

void
flow_channel_defaults(struct flow_channel_settings *settings)
{
	*settings = (struct flow_channel_settings){
		.lines_most = 1 << 20,
		.filter_blocks = FLOW_FILTER_BLOCKS,
		.distinct_registers = FLOW_REGISTERS,
		.role =
			{
				[ROLE_RESIDENTIAL] = {.new_a_day = 2},
				[ROLE_STATIC] = {.new_a_day = 20},
				[ROLE_BUSINESS] = {.new_a_day = 50},
				[ROLE_MAIL_SERVER] = {.new_a_day = 50, .own_baseline = true},
				[ROLE_MOBILE] = {.new_a_day = 2},
				[ROLE_SHARED] = {.new_a_day = 200, .own_baseline = true},
				[ROLE_PROTECTED] = {.new_a_day = 2},
			},
		.rate_ratio = {4, 10},
		.failure_honest = .2,
		.failure_zombie = {.6, .97},
		.failure_credit = 14,
		.half_life_us = 10 * WALL_DAY,
		.ceiling = 32,
		.free_days = 1,
		.sampled_most = 10.5,
		.baseline_stop = 6.9,
		.remember_us = 7 * WALL_DAY,
		.remember_suspect_us = WALL_DAY,
		.forgive_after_us = WALL_MINUTE,
		.forgive_until_us = WALL_DAY,
		.outage_share = .3,
		.outage_ratio = 3,
		.outage_lines = 30,
		.outage_window_us = 10 * WALL_MINUTE,
		.stall_failures = 6,
		.stall_accepted = 1,
		.stall_slow_us = 10 * WALL_MINUTE,
		.stall_us = 6 * WALL_HOUR,
		.stall_again_us = 7 * WALL_DAY,
		.server_sources = 20,
		.server_us = 7 * WALL_DAY,
	};
}

static uint32_t
seconds_of(struct wall time)
{
	return time.us < 0 ? 0 : (uint32_t)(time.us / WALL_SECOND);
}

struct flow_channel *
flow_channel_new(const struct flow_channel_settings *settings, uint64_t seed)
{
	struct flow_channel *channel = xcalloc(1, sizeof(*channel));

	channel->settings = *settings;
	channel->seed = seed;
	channel->memory_s =
		seconds_of((struct wall){settings->remember_us < settings->remember_suspect_us
				? settings->remember_us
				: settings->remember_suspect_us});
	cusum_prepare(&channel->steps, settings);
	for (int role = 0; role < ROLE_COUNT; role++)
		channel->role_rate[role] = settings->role[role].new_a_day / (double)WALL_DAY;
	senders_init(&channel->senders, settings);
	outage_init(&channel->outage, settings);
	servers_init(&channel->servers, settings->server_sources, settings->server_us);
	return channel;
}

struct flow_channel *
flow_channel_free(struct flow_channel *channel)
{
	if (channel == NULL)
		return NULL;
	senders_done(&channel->senders);
	servers_done(&channel->servers);
	free(channel);
	return NULL;
}

static uint64_t
network_hash(const struct flow_channel *channel, const struct address *address)
{
	struct address network = address_network(address);

	return hash_fast_16(network.byte, channel->seed);
}

struct contact
flow_channel_contact(const struct flow_channel *channel, const struct sighting *sighting)
{
	return (struct contact){
		.line = sighting->line,
		.network = network_hash(channel, &sighting->other),
		.address = hash_fast_16(sighting->other.byte, channel->seed ^ 1),
		.time = sighting->time,
		.sampling = sighting->sampling,
		.outcome = sighting->outcome,
		.flags = sighting->flags,
	};
}

static inline enum role
judged_role(const struct sender *sender)
{
	if (sender->flags & SENDER_SERVER && sender->role != ROLE_SHARED &&
		sender->role != ROLE_PROTECTED)
		return ROLE_MAIL_SERVER;
	return (enum role)sender->role;
}

/* Mean and two deviations of the Gamma that the line's past days give. */
static double
past_upper(const struct sender *sender)
{
	if (sender->past_days <= 0)
		return 0;
	return ((double)sender->past_new + 2 * sqrt((double)sender->past_new)) /
		(double)sender->past_days;
}

static double
expected_per_us(const struct flow_channel *channel, const struct sender *sender)
{
	enum role role = judged_role(sender);
	double rate = channel->role_rate[role];

	if (channel->settings.role[role].own_baseline) {
		double own = 4 * past_upper(sender) / (double)WALL_DAY;

		rate = own > rate ? own : rate;
	}
	return rate;
}

static inline bool
is_bad(uint8_t outcome)
{
	return outcome == OUTCOME_FAILED || outcome == OUTCOME_REFUSED;
}

static bool
is_suspect(const struct flow_channel *channel, const struct sender *sender)
{
	float stop = (float)channel->settings.baseline_stop;

	return cusum_failure(&sender->cusum) >= stop && cusum_rate(&sender->cusum) >= stop;
}

/* So many networks fill a generation of the filter, as far as generation_new counts. */
static unsigned
generation_most(const struct flow_channel *channel)
{
	unsigned room = channel->senders.filter_blocks * BLOCK_ROOM;

	return room < UINT16_MAX ? room : UINT16_MAX;
}

static void
turn_generation(const struct flow_channel *channel, struct sender *sender)
{
	filter_turn(sender_filter(sender), channel->senders.filter_blocks);
	sender->generation_new = 0;
}

/* The filter's generations end as time passes or as they fill: what was known fades after one to two of
 * them. */
static void
turn_generations(const struct flow_channel *channel, struct sender *sender, struct wall time)
{
	const struct flow_channel_settings *settings = &channel->settings;
	uint32_t now = seconds_of(time), span;

	if (sender->generation_new >= generation_most(channel)) {
		turn_generation(channel, sender);
		sender->generation_s = now;
	}
	/* Mostly this, without a look at the tests. */
	if (now - sender->generation_s < channel->memory_s)
		return;
	span = (uint32_t)((is_suspect(channel, sender) ? settings->remember_suspect_us
						       : settings->remember_us) /
		WALL_SECOND);
	if (now - sender->generation_s < span)
		return;
	turn_generation(channel, sender);
	if (now - sender->generation_s >= 2 * span) {
		turn_generation(channel, sender);
		sender->generation_s = now;
	} else {
		sender->generation_s += span;
	}
}

/* Learns from the day that ended, unless the line is under suspicion: evidence must not feed the ceiling
 * that it is held against. */
static void
turn_day(const struct flow_channel *channel, struct sender *sender, uint16_t day)
{
	float learnt = sender->day_new, most = (float)(1.25 * past_upper(sender)) + 5;

	if (sender->day != 0 &&
		cusum_failure(&sender->cusum) < (float)channel->settings.baseline_stop) {
		if (sender->past_days > 0 && learnt > most)
			learnt = most;
		sender->past_new = sender->past_new * PAST_FADE + learnt;
		sender->past_days = sender->past_days * PAST_FADE + 1;
	}
	sender->day = day;
	sender->day_new = 0;
}

/* By what the ring knows a network. */
static uint32_t
ring_tag(const struct contact *contact)
{
	return (uint32_t)(contact->network >> 8) | 1;
}

static uint32_t
ring_bit(uint32_t tag)
{
	return UINT32_C(1) << (tag >> 27);
}

/* Can this be a retry that takes a failure back? Mostly not, and then the ring is not touched. */
static bool
may_forgive(const struct sender *sender, const struct contact *contact)
{
	return contact->outcome == OUTCOME_ACCEPTED &&
		(sender->ring_bits & ring_bit(ring_tag(contact))) != 0;
}

/* An earlier failure of the same network that is old enough for a retry and not too old. */
static bool
take_from_ring(
	const struct flow_channel *channel, struct sender *sender, const struct contact *contact)
{
	uint32_t now = seconds_of(contact->time), tag = ring_tag(contact);
	uint32_t after = (uint32_t)(channel->settings.forgive_after_us / WALL_SECOND);
	uint32_t until = (uint32_t)(channel->settings.forgive_until_us / WALL_SECOND);

	for (int i = 0; i < SENDER_RING; i++) {
		if (sender->ring[i].network != tag)
			continue;
		sender->ring[i].network = 0;
		return now - sender->ring[i].time_s >= after &&
			now - sender->ring[i].time_s <= until;
	}
	return false;
}

static void
note_ring(struct sender *sender)
{
	sender->ring_bits = 0;
	for (int i = 0; i < SENDER_RING; i++) {
		if (sender->ring[i].network != 0)
			sender->ring_bits |= ring_bit(sender->ring[i].network);
	}
}

static void
put_in_ring(struct sender *sender, const struct contact *contact)
{
	int at = sender->ring_next++ % SENDER_RING;

	sender->ring[at].network = ring_tag(contact);
	sender->ring[at].time_s = seconds_of(contact->time);
	note_ring(sender);
}

/* The last failures were taken back: no retry may do so again. */
static void
drop_from_ring(struct sender *sender, unsigned count)
{
	for (unsigned i = 0; i < count && i < SENDER_RING; i++)
		sender->ring[--sender->ring_next % SENDER_RING].network = 0;
	note_ring(sender);
}

/* Is the line inside the time in which an outage of its own excuses it? */
static bool
is_excused(const struct flow_channel *channel, const struct sender *sender, struct wall time)
{
	return sender->stall_s != 0 &&
		seconds_of(time) - sender->stall_s <= channel->settings.stall_us / WALL_SECOND;
}

/* A run of failures without any answer, from a line that had got through before, or a slow one: an outage of
 * its own, which excuses it for stall_us, and again only after stall_again_us, so that a sender who gets
 * through now and then is not excused for ever. */
static void
begin_stall(const struct flow_channel *channel, struct sender *sender, struct wall time)
{
	const struct flow_channel_settings *settings = &channel->settings;
	uint32_t again = (uint32_t)(settings->stall_again_us / WALL_SECOND);

	if (sender->accepted < settings->stall_accepted &&
		seconds_of(time) - sender->stall_run_s < settings->stall_slow_us / WALL_SECOND)
		return;
	if (sender->stall_s == 0 || seconds_of(time) - sender->stall_s > again)
		sender->stall_s = seconds_of(time);
	if (!is_excused(channel, sender, time))
		return;
	/* The failures with which it began are taken back. */
	drop_from_ring(sender, sender->stall_new);
	for (; sender->stall_new > 0; sender->stall_new--) {
		cusum_forgive(&sender->cusum, &channel->steps);
		sender->contacts_bad -= sender->contacts_bad > 0;
	}
}

static void
follow_stall(
	const struct flow_channel *channel, struct sender *sender, const struct contact *contact)
{
	if (contact->outcome == OUTCOME_ACCEPTED || contact->outcome == OUTCOME_REFUSED) {
		sender->stall_failures = 0;
		sender->stall_new = 0;
	}
	if (contact->outcome != OUTCOME_FAILED || sender->stall_failures == UINT8_MAX)
		return;
	if (sender->stall_failures == 0)
		sender->stall_run_s = seconds_of(contact->time);
	if (++sender->stall_failures == channel->settings.stall_failures)
		begin_stall(channel, sender, contact->time);
}

static enum freeze
why_frozen(const struct flow_channel *channel, const struct sender *sender,
	const struct contact *contact)
{
	const struct flow_channel_settings *settings = &channel->settings;

	if (contact->sampling > 1)
		return FREEZE_SAMPLED;
	if (!is_bad(contact->outcome))
		return contact->outcome == OUTCOME_BLOCKED ? FREEZE_BLOCKED : FREEZE_NONE;
	if (settings->role[judged_role(sender)].blocked && contact->outcome == OUTCOME_FAILED)
		return FREEZE_BLOCKED;
	if (outage_is_on(&channel->outage, &sender->window))
		return FREEZE_NETWORK;
	if (sender->stall_failures >= settings->stall_failures &&
		is_excused(channel, sender, contact->time))
		return FREEZE_LINE;
	return FREEZE_NONE;
}

/* The chance that sampling one packet in n shows an honest session. */
static double
seen_share(uint32_t sampling)
{
	return sampling <= 1 ? 1 : -expm1(SESSION_PACKETS * log1p(-1.0 / sampling));
}

/* A network that the line did not know: the only thing that moves the tests. */
static void
first_contact(struct flow_channel *channel, struct sender *sender, const struct contact *contact)
{
	int64_t dt = sender->contacts == 0 ? 0 : contact->time.us - sender->contact_us;
	double expected =
		expected_per_us(channel, sender) * (double)dt * seen_share(contact->sampling);
	uint16_t day = (uint16_t)(seconds_of(contact->time) / 86400 + 1);
	uint32_t hour = activity_hour(contact->time);
	bool is_new_day = sender->day != day;

	if (is_new_day)
		turn_day(channel, sender, day);
	sender->day_new += sender->day_new < UINT16_MAX;
	activity_move(&channel->activity, sender->active_hour, hour);
	sender->active_hour = hour;

	cusum_decay(&sender->cusum, &channel->steps, dt, (float)expected);
	sender->days = sender->days * cusum_fade(&channel->steps, dt) + (float)is_new_day;
	cusum_contact(&sender->cusum, &channel->steps);
	sender->contact_us = contact->time.us;
	sender->contacts++;
	sender->contacts_bad += is_bad(contact->outcome);
	sender->frozen = (uint8_t)why_frozen(channel, sender, contact);
	if (contact->sampling != 1)
		sender->flags |= contact->sampling > 1 ? SENDER_SAMPLED : SENDER_UNTOLD;
	if (contact->flags & OBSERVATION_INCOMPLETE)
		sender->flags |= SENDER_INCOMPLETE;
	if (sender->frozen != FREEZE_NONE) {
		channel->frozen[sender->frozen]++;
		return;
	}
	if (is_bad(contact->outcome)) {
		cusum_bad(&sender->cusum, &channel->steps);
		sender->stall_new += sender->stall_failures > 0 && sender->stall_new < UINT8_MAX;
		put_in_ring(sender, contact);
	} else if (contact->outcome == OUTCOME_ACCEPTED) {
		cusum_good(&sender->cusum, &channel->steps);
	}
}

static void
count_attempt(struct sender *sender, const struct contact *contact)
{
	if (sender->attempts == 0)
		sender->first_us = contact->time.us;
	sender->last_us = contact->time.us;
	if (sender->attempts == UINT32_MAX)
		return;
	sender->attempts++;
	sender->failed += contact->outcome == OUTCOME_FAILED || contact->outcome == OUTCOME_BLOCKED;
	sender->refused += contact->outcome == OUTCOME_REFUSED;
	sender->accepted += contact->outcome == OUTCOME_ACCEPTED;
}

/* One attempt; true if it was a first contact. */
static bool
attempt(struct flow_channel *channel, struct sender *sender, const struct contact *contact)
{
	struct filter_block *block = filter_block_of(
		sender_filter(sender), channel->senders.filter_blocks, contact->network);
	bool is_new;

	if (sender->attempts == 0)
		sender->generation_s = seconds_of(contact->time);
	turn_generations(channel, sender, contact->time);
	is_new = !filter_has(block, contact->network);
	sender->role = contact->line.role;

	follow_stall(channel, sender, contact);
	if (sender->accepted > 0 && contact->outcome != OUTCOME_UNKNOWN)
		outage_attempt(&channel->outage, &sender->window, contact->time,
			contact->outcome == OUTCOME_FAILED);
	count_attempt(sender, contact);
	if (is_new) {
		first_contact(channel, sender, contact);
		distinct_add(sender_networks(&channel->senders, sender), channel->senders.registers,
			hash_mix(contact->network));
	} else if (may_forgive(sender, contact) && take_from_ring(channel, sender, contact)) {
		cusum_forgive(&sender->cusum, &channel->steps);
		sender->contacts_bad -= sender->contacts_bad > 0;
	}
	if (filter_add(block, contact->network) && sender->generation_new < UINT16_MAX)
		sender->generation_new++;
	distinct_add(sender_addresses(&channel->senders, sender), channel->senders.registers,
		contact->address);
	return is_new;
}

/* ln of how much less a score means after so many days. */
static float
chances_of(const struct flow_channel *channel, float days)
{
	float free_days = (float)channel->settings.free_days;

	return days > free_days ? 2 * logf(days / free_days) : 0;
}

/* The smaller of the two tests, lowered for many chances; sampled lines may go on the rate alone, up to a
 * limit. */
static void
fill_scores(const struct flow_channel *channel, const struct sender *sender,
	const struct cusum *cusum, float days, struct evidence *evidence)
{
	float rate = cusum_rate(cusum), failure = cusum_failure(cusum);
	float chances = chances_of(channel, days);
	float score = rate < failure ? rate : failure, most = (float)channel->settings.sampled_most;

	score -= chances;
	if (sender->flags & SENDER_SAMPLED) {
		float alone = rate - chances < most ? rate - chances : most;

		score = score > alone ? score : alone;
	}
	evidence->score = score > 0 ? score : 0;
	evidence->watch = rate > failure ? rate : failure;
}

static void
fill_evidence(const struct flow_channel *channel, const struct sender *sender, uint32_t index,
	struct evidence *evidence)
{
	evidence->line = sender->pseudonym;
	evidence->index = index;
	evidence->channel = CHANNEL_FLOW;
	evidence->role = (uint8_t)judged_role(sender);
}

/* What every attempt touches. */
static void
prefetch_record(const struct senders *senders, struct contact *contact)
{
	const struct table_slot *slot = table_find(&senders->by_line, contact->line.pseudonym);
	struct sender *sender;

	if (slot == NULL)
		return;
	contact->hint = slot->value + 1;
	sender = senders_at(senders, slot->value);
	__builtin_prefetch(sender);
	__builtin_prefetch(
		filter_block_of(sender_filter(sender), senders->filter_blocks, contact->network));
	__builtin_prefetch(sender_addresses(senders, sender) +
		((unsigned)contact->address & (senders->registers - 1)) / 2);
}

/* What only a first contact touches, or one that may take a failure back. */
static void
prefetch_first(const struct senders *senders, const struct contact *contact)
{
	struct sender *sender;

	if (contact->hint == 0)
		return;
	sender = senders_at(senders, contact->hint - 1);
	if (filter_has(filter_block_of(
			       sender_filter(sender), senders->filter_blocks, contact->network),
		    contact->network)) {
		if (may_forgive(sender, contact))
			__builtin_prefetch(sender->ring);
		return;
	}
	__builtin_prefetch(&sender->contact_us);
	__builtin_prefetch(sender_networks(senders, sender) +
		((unsigned)hash_mix(contact->network) & (senders->registers - 1)) / 2);
	if (is_bad(contact->outcome))
		__builtin_prefetch(sender->ring);
}

void
flow_channel_prefetch(const struct flow_channel *channel, struct contact *contacts, size_t count,
	enum flow_round round)
{
	const struct senders *senders = &channel->senders;

	for (size_t i = 0; i < count; i++) {
		if (round == FLOW_ROUND_SLOT)
			table_prefetch(&senders->by_line, contacts[i].line.pseudonym);
		else if (round == FLOW_ROUND_RECORD)
			prefetch_record(senders, &contacts[i]);
		else
			prefetch_first(senders, &contacts[i]);
	}
}

void
flow_channel_prefetch_line(const struct flow_channel *channel, uint32_t index)
{
	const struct sender *sender = senders_at(&channel->senders, index);

	__builtin_prefetch(sender);
	__builtin_prefetch(&sender->contact_us);
}

static uint32_t
take_sender(struct flow_channel *channel, uint64_t pseudonym, uint32_t hint, struct wall now,
	bool *made)
{
	uint32_t evicted_hour, index;
	struct sender *sender;

	index = senders_take(&channel->senders, pseudonym, hint, now, made, &evicted_hour);
	if (!*made)
		return index;
	sender = senders_at(&channel->senders, index);
	if (servers_is_server(&channel->servers, sender->pseudonym))
		sender->flags |= SENDER_SERVER;
	if (evicted_hour != 0)
		activity_move(&channel->activity, evicted_hour, 0);
	return index;
}

void
flow_channel_take(struct flow_channel *channel, const struct contact *contact, struct evidence *ret)
{
	struct sender *sender;
	uint32_t index;
	bool made;

	index = take_sender(channel, contact->line.pseudonym, contact->hint, contact->time, &made);
	sender = senders_at(&channel->senders, index);
	ret->time = contact->time;
	ret->is_new_line = made;
	ret->score = ret->watch = 0;
	ret->is_first_contact = attempt(channel, sender, contact);
	fill_evidence(channel, sender, index, ret);
	if (ret->is_first_contact)
		fill_scores(channel, sender, &sender->cusum, sender->days, ret);
}

uint32_t
flow_channel_know(struct flow_channel *channel, const struct line *line, struct wall last,
	struct wall now, bool *made)
{
	uint32_t index = take_sender(channel, line->pseudonym, 0, now, made);
	struct sender *sender = senders_at(&channel->senders, index);

	if (*made) {
		sender->role = line->role;
		sender->first_us = sender->last_us = last.us;
	}
	return index;
}

void
flow_channel_settle(struct flow_channel *channel, uint32_t index, struct wall now)
{
	struct sender *sender = senders_at(&channel->senders, index);

	sender->cusum = (struct cusum){{0}};
	/* As if it had just sent: a pause before it is nothing in its favour. It cannot be later than what was seen. */
	sender->contact_us = now.us < sender->last_us ? now.us : sender->last_us;
	sender->days = 0;
	sender->day_new = 0;
	sender->meter_rate = sender->meter_minutes = 0;
	/* No failure of before is taken back from the tests that begin now. */
	memset(sender->ring, 0, sizeof(sender->ring));
	sender->ring_bits = 0;
	sender->ring_next = 0;
	sender->stall_failures = sender->stall_new = 0;
	sender->stall_s = sender->stall_run_s = 0;
}

void
flow_channel_inbound(
	struct flow_channel *channel, const struct sighting *sighting, struct wall time)
{
	uint64_t server = sighting->line.pseudonym;
	int64_t index;

	if (!servers_add(&channel->servers, server, network_hash(channel, &sighting->other), time))
		return;
	index = flow_channel_find(channel, server);
	if (index >= 0)
		senders_at(&channel->senders, (uint32_t)index)->flags |= SENDER_SERVER;
}

static int64_t
since_contact(const struct sender *sender, struct wall now)
{
	return now.us > sender->contact_us ? now.us - sender->contact_us : 0;
}

/* The tests as they stand now, not as of the last first contact. */
static struct cusum
cusum_now(const struct flow_channel *channel, const struct sender *sender, struct wall now)
{
	int64_t dt = since_contact(sender, now);
	struct cusum cusum = sender->cusum;

	cusum_decay(&cusum, &channel->steps, dt,
		(float)(expected_per_us(channel, sender) * (double)dt));
	return cusum;
}

static float
days_now(const struct flow_channel *channel, const struct sender *sender, struct wall now)
{
	return sender->days * cusum_fade(&channel->steps, since_contact(sender, now));
}

struct evidence
flow_channel_score(const struct flow_channel *channel, uint32_t index, struct wall now)
{
	const struct sender *sender = senders_at(&channel->senders, index);
	struct cusum cusum = cusum_now(channel, sender, now);
	struct evidence evidence = {.time = now};

	fill_evidence(channel, sender, index, &evidence);
	fill_scores(channel, sender, &cusum, days_now(channel, sender, now), &evidence);
	return evidence;
}

struct wall
flow_channel_seen(const struct flow_channel *channel, uint32_t index)
{
	return (struct wall){senders_at(&channel->senders, index)->last_us};
}

struct wall
flow_channel_suspect_at(const struct flow_channel *channel, uint32_t index)
{
	const struct sender *sender = senders_at(&channel->senders, index);
	bool is_any = sender->role == ROLE_ACCOUNT || sender->meter_rate > 0;

	return (struct wall){is_any ? sender->last_us : sender->contact_us};
}

struct flow_facts
flow_channel_facts(const struct flow_channel *channel, uint32_t index, struct wall now)
{
	const struct senders *senders = &channel->senders;
	struct sender *sender = senders_at(senders, index);
	struct cusum cusum = cusum_now(channel, sender, now);
	struct flow_facts facts = {
		.first_seen = {sender->first_us},
		.last_seen = {sender->last_us},
		.attempts = sender->attempts,
		.failed = sender->failed,
		.refused = sender->refused,
		.accepted = sender->accepted,
		.contacts = sender->contacts,
		.contacts_bad = sender->contacts_bad,
		.networks = sender->contacts,
		.addresses = (uint32_t)lround(
			distinct_count(sender_addresses(senders, sender), senders->registers)),
		.sources = servers_sources(&channel->servers, sender->pseudonym),
		.rate = cusum_rate(&cusum),
		.failure = cusum_failure(&cusum),
		.chances = chances_of(channel, days_now(channel, sender, now)),
		.expected_a_day = (float)(expected_per_us(channel, sender) * (double)WALL_DAY),
		.role = (uint8_t)judged_role(sender),
		.sampled = sender->flags & SENDER_SAMPLED ? FLOW_SAMPLED
			: sender->flags & SENDER_UNTOLD   ? FLOW_SAMPLING_UNTOLD
							  : FLOW_UNSAMPLED,
		.incomplete = (sender->flags & SENDER_INCOMPLETE) != 0,
		.frozen = sender->frozen,
		.meter_rate = sender->meter_rate,
		.meter_minutes = sender->meter_minutes,
	};

	if (sender->role == ROLE_ACCOUNT) {
		flow_told_facts(sender, &facts);
		return facts;
	}
	/* Within one generation each first contact is another network; later they may come again. */
	if (sender->last_us - sender->first_us > channel->settings.remember_suspect_us ||
		sender->contacts > generation_most(channel)) {
		uint32_t networks = (uint32_t)lround(
			distinct_count(sender_networks(senders, sender), senders->registers));

		facts.networks = networks < facts.contacts ? networks : facts.contacts;
	}
	facts.addresses = facts.addresses > facts.networks ? facts.addresses : facts.networks;
	if (facts.addresses > facts.attempts)
		facts.addresses = (uint32_t)facts.attempts;
	return facts;
}

uint32_t
flow_channel_active(const struct flow_channel *channel, struct wall now)
{
	return activity_lines(&channel->activity, now);
}

uint32_t
flow_channel_lines(const struct flow_channel *channel)
{
	return channel->senders.count;
}

int64_t
flow_channel_find(const struct flow_channel *channel, uint64_t pseudonym)
{
	const struct table_slot *slot = table_find(&channel->senders.by_line, pseudonym);

	return slot ? (int64_t)slot->value : -ENOENT;
}

void
flow_channel_guard(struct flow_channel *channel, const struct flow_guard *guard)
{
	channel->senders.guard = guard ? *guard : (struct flow_guard){0};
}

uint64_t
flow_channel_evicted(const struct flow_channel *channel)
{
	return channel->senders.evicted;
}

uint64_t
flow_channel_servers_refused(const struct flow_channel *channel)
{
	return channel->servers.dropped;
}

const uint64_t *
flow_channel_frozen(const struct flow_channel *channel)
{
	return channel->frozen;
}
