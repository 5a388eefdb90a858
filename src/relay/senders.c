/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/senders.h"

#include "relay/sendersinside.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many are looked at for one that may give way; the others are looked at next time. */
#define LOOKS 32
/* The filter takes so many domains before one stranger in seven seems known. */
#define KNOWN_MOST 64
#define KNOWN_DAYS 7
/* Days, each a tenth less than the next, until something is learnt of what an account sends: three of them. */
#define LEARNT_DAYS 2.7
#define FEW_BITS    64
#define HOUR_S      3600
#define DAY_S       86400
/* So long after the first mail most domains are new. */
#define NEW_S (2 * DAY_S)

const char *const sender_result_names[SENDER_RESULTS] = {
	[SENDER_SENT] = "sent",
	[SENDER_UNKNOWN_USER] = "unknown-user",
	[SENDER_POLICY] = "policy",
	[SENDER_BOUNCED] = "bounced",
	[SENDER_DEFERRED] = "deferred",
};

void
senders_defaults(struct senders_settings *settings)
{
	static const struct relay_class person = {3, 40}, office = {50, 1000};

	*settings = (struct senders_settings){
		.most = 1 << 20,
		.class =
			{
				[LIMIT_ACCOUNT] = person,
				[LIMIT_LINE] = person,
				[LIMIT_BUSINESS] = office,
				[LIMIT_CERTIFICATE] = office,
				[LIMIT_ADDRESS] = office,
				[LIMIT_IPV6_64] = office,
				/* It sends what others write: more of it says nothing. */
				[LIMIT_FORWARDER] = {50, 0},
			},
		.warm_up_us = 14 * WALL_DAY,
		.warm_up_percent = 20,
		.learnt_multiple = 5,
		.learnt_least = 50,
		.refused_share = .3,
		.refused_senders = 30,
	};
	relay_channel_defaults(&settings->channel);
}

struct senders *
senders_new(const struct senders_settings *settings)
{
	struct senders *senders = xcalloc(1, sizeof(*senders));

	must(settings->most > 0 && settings->most < UINT32_MAX);
	senders->settings = *settings;
	relay_channel_prepare(&senders->steps, &settings->channel);
	/* As large as it will ever be: to grow takes longer than an answer may. */
	table_init_small(&senders->table, settings->most, SIZE_MAX);
	senders->records = memory_map(settings->most, sizeof(*senders->records));
	return senders;
}

struct senders *
senders_free(struct senders *senders)
{
	if (senders == NULL)
		return NULL;
	table_done(&senders->table);
	memory_unmap(senders->records, senders->settings.most, sizeof(*senders->records));
	free(senders);
	return NULL;
}

void
senders_know(struct senders *senders, struct wall until)
{
	senders->settings.known_until = until;
}

void
senders_prefetch(const struct senders *senders, uint64_t key)
{
	table_prefetch(&senders->table, key);
}

void
senders_prefetch_record(const struct senders *senders, uint64_t key)
{
	const struct table_slot *slot = table_find(&senders->table, key);
	const char *record;

	if (slot == NULL)
		return;
	record = (const char *)&senders->records[slot->value];
	for (size_t at = 0; at < sizeof(struct record); at += 64)
		__builtin_prefetch(record + at, 1);
}

static const struct relay_class *
class_of(const struct senders *senders, const struct record *record)
{
	return &senders->settings.class[record->class];
}

static uint32_t
seconds_of(struct wall time)
{
	return time.us < 0 ? 0 : wall_seconds(time);
}

static uint16_t
day_of(uint32_t time_s)
{
	return (uint16_t)(time_s / DAY_S);
}

static uint64_t
sketch_hash(const struct senders *senders, uint64_t hash)
{
	return hash_mix(hash ^ senders->settings.seed);
}

/* 16 bits of a hash, never 0. */
static uint16_t
tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 32);

	return tag != 0 ? tag : 1;
}

static void
add_16(uint16_t *count, uint32_t more)
{
	*count = more < UINT16_MAX - (uint32_t)*count ? (uint16_t)(*count + more) : UINT16_MAX;
}

static void
add_32(uint32_t *count, uint32_t more)
{
	*count = more < UINT32_MAX - *count ? *count + more : UINT32_MAX;
}

static uint16_t
clamp_16(double count)
{
	return count < UINT16_MAX ? (uint16_t)lround(count) : UINT16_MAX;
}

/* Linear counting. */
static uint8_t
count_few(uint64_t bits)
{
	int set = __builtin_popcountll(bits);
	double count = set < FEW_BITS ? -FEW_BITS * log1p(-(double)set / FEW_BITS) : SENDERS_FEW;

	return (uint8_t)(count < SENDERS_FEW ? lround(count) : SENDERS_FEW);
}

/* Different recipients today; what was named once or more is not more than what was named. */
static double
day_recipients(const struct record *record)
{
	double count = distinct_count(record->recipients, RECIPIENT_REGISTERS);

	return count < record->day_asked ? count : record->day_asked;
}

static void
turn_day(const struct senders *senders, struct record *record, uint16_t day)
{
	struct relay_day over = {
		.recipients = day_recipients(record),
		.accepted = record->day_accepted,
		.domains = record->day_new,
	};
	bool is_next = day == (uint16_t)(record->day + 1);

	if (record->day_asked > 0)
		relay_record_learn(&record->relay, &senders->steps, &over);
	record->before[0] = is_next ? clamp_16(over.recipients) : 0;
	record->before[1] = is_next ? count_few(record->few[0]) : 0;
	for (int i = 1; i < FEW_KINDS; i++)
		record->before_few[i - 1] = is_next ? count_few(record->few[i]) : 0;
	memset(record->few, 0, sizeof(record->few));
	memset(record->recipients, 0, sizeof(record->recipients));
	record->day_asked = record->day_accepted = record->day_new = 0;
	record->day = day;
}

static void
turn_generation(struct record *record, uint16_t day)
{
	bool is_old = (uint16_t)(day - record->generation_day) >= KNOWN_DAYS;

	if (!is_old && record->generation_new < KNOWN_MOST)
		return;
	filter_turn(&record->known, 1);
	if ((uint16_t)(day - record->generation_day) >= 2 * KNOWN_DAYS)
		filter_turn(&record->known, 1);
	record->generation_day = day;
	record->generation_new = 0;
}

/* Time passes for a record. */
static void
advance(const struct senders *senders, struct record *record, struct wall now)
{
	uint32_t before_s = record->relay.time_s, now_s;
	uint16_t day;

	relay_record_advance(&record->relay, &senders->steps, class_of(senders, record), now);
	now_s = record->relay.time_s;
	if (now_s - before_s > HOUR_S)
		memset(record->place, 0, sizeof(record->place));
	day = day_of(now_s);
	if (day != record->day)
		turn_day(senders, record, day);
	turn_generation(record, day);
}

static struct record *
find(const struct senders *senders, uint64_t key)
{
	const struct table_slot *slot = table_find(&senders->table, key);

	return slot != NULL ? &senders->records[slot->value] : NULL;
}

/* As it would be if it were heard of now. */
static struct relay_record
relay_now(const struct senders *senders, const struct record *record, struct wall now)
{
	struct relay_record relay = record->relay;

	relay_record_advance(&relay, &senders->steps, class_of(senders, record), now);
	return relay;
}

static bool
may_give_way(const struct senders *senders, const struct record *record, struct wall now)
{
	struct relay_record relay;

	if (seconds_of(now) < (uint64_t)record->relay.time_s + DAY_S)
		return false;
	relay = relay_now(senders, record, now);
	return (double)relay_record_evidence(&relay, &senders->steps).watch <
		senders->settings.channel.baseline_stop;
}

/* Of the next records the one that was silent for longest, among those that may give way; NULL: none may. */
static struct record *
displace(struct senders *senders, struct wall now)
{
	struct record *found = NULL;

	for (uint32_t i = 0; i < LOOKS && i < senders->count; i++) {
		struct record *record = &senders->records[senders->hand++ % senders->count];

		if (may_give_way(senders, record, now) &&
			(found == NULL || record->relay.time_s < found->relay.time_s))
			found = record;
	}
	if (found == NULL)
		return NULL;
	table_remove(&senders->table, table_find(&senders->table, found->key));
	memset(found, 0, sizeof(*found));
	senders->displaced++;
	return found;
}

/* The record of a key, made if there is none, as of now; NULL: there is no room. */
static struct record *
take(struct senders *senders, uint64_t key, enum limit class, struct wall now)
{
	struct record *record = find(senders, key);
	struct table_slot *slot;

	if (record == NULL) {
		record = senders->count < senders->settings.most
			? &senders->records[senders->count++]
			: displace(senders, now);
		if (record == NULL) {
			senders->refused++;
			return NULL;
		}
		must(table_add(&senders->table, key, &slot) == 1);
		slot->value = (uint32_t)(record - senders->records);
		record->key = table_key(key);
		record->first_s = seconds_of(now);
		record->day = record->generation_day = day_of(record->first_s);
	}
	record->class = class < LIMITS ? (uint8_t) class : LIMIT_ACCOUNT;
	advance(senders, record, now);
	return record;
}

/* What is held of the key, as of now; NULL: it is not held. */
static struct record *
find_now(struct senders *senders, uint64_t key, struct wall now)
{
	struct record *record = find(senders, key);

	if (record != NULL)
		advance(senders, record, now);
	return record;
}

/* Something may have grown. */
static void
tell(struct senders *senders, struct record *record)
{
	const struct senders_settings *settings = &senders->settings;
	struct relay_evidence evidence = relay_record_evidence(&record->relay, &senders->steps);
	double stop = settings->channel.baseline_stop;
	bool is_worth = (double)evidence.watch >= stop / 2;
	bool was_told = (record->relay.flags & RELAY_IS_TOLD) != 0;

	if ((double)evidence.watch >= stop)
		record->relay.flags |= RELAY_WAS_SUSPECT;
	if (is_worth)
		record->relay.flags |= RELAY_IS_TOLD;
	else
		record->relay.flags &= (uint8_t)~RELAY_IS_TOLD;
	if ((is_worth || was_told) && settings->on_evidence != NULL)
		settings->on_evidence(settings->context, record->key, &evidence);
}

static void
add_few(struct senders *senders, struct record *record, enum sender_kind kind, uint64_t hash)
{
	if (hash != 0)
		record->few[kind - SENDER_DOMAINS] |= UINT64_C(1)
			<< (sketch_hash(senders, hash) & (FEW_BITS - 1));
}

/* The last hour's place goes to the front. */
static void
note_place(struct senders *senders, struct record *record, const struct client_place *from)
{
	uint16_t minute = (uint16_t)(record->relay.time_s / 60);
	uint16_t network = from->network != 0 ? tag_of(sketch_hash(senders, from->network)) : 0;
	int at = 0;

	while (at < PLACES - 1 &&
		(record->place[at].network != network ||
			record->place[at].country != from->country))
		at++;
	memmove(record->place + 1, record->place, (size_t)at * sizeof(*record->place));
	record->place[0].network = network;
	record->place[0].country = from->country;
	record->place[0].minute = minute;
}

static bool
is_of_hour(const struct record *record, int at, uint32_t now_s)
{
	return (uint16_t)(now_s / 60 - record->place[at].minute) < 60;
}

/* Different networks and countries of the last hour. */
static void
count_places(const struct record *record, uint32_t now_s, unsigned *networks, unsigned *countries)
{
	*networks = *countries = 0;
	for (int i = 0; i < PLACES; i++) {
		bool is_network = record->place[i].network != 0;
		bool is_country = record->place[i].country != 0;

		if (!is_of_hour(record, i, now_s))
			continue;
		for (int j = 0; j < i; j++) {
			is_network &= !is_of_hour(record, j, now_s) ||
				record->place[j].network != record->place[i].network;
			is_country &= !is_of_hour(record, j, now_s) ||
				record->place[j].country != record->place[i].country;
		}
		*networks += is_network;
		*countries += is_country;
	}
}

static void
come_from(struct senders *senders, struct record *record, const struct client_place *from,
	struct wall now)
{
	unsigned networks, countries;

	if (from == NULL)
		return;
	add_few(senders, record, SENDER_ADDRESSES, from->address);
	add_few(senders, record, SENDER_NETWORKS, from->network);
	add_few(senders, record, SENDER_COUNTRIES, from->country);
	if (from->network == 0 && from->country == 0)
		return;
	note_place(senders, record, from);
	count_places(record, record->relay.time_s, &networks, &countries);
	relay_record_places(&record->relay, &senders->steps, networks, countries, now);
}

/* As long as the guard itself is new all domains are: they are no evidence, and at first teach nothing either. */
static void
write_to_domain(struct senders *senders, struct record *record, uint64_t domain, struct wall now)
{
	uint64_t hash = sketch_hash(senders, domain);
	bool is_guard_new = now.us < senders->settings.known_until.us;

	if (domain == 0)
		return;
	add_few(senders, record, SENDER_DOMAINS, domain);
	if (!filter_has(&record->known, hash)) {
		if (!is_guard_new || record->relay.time_s - record->first_s >= NEW_S)
			add_16(&record->day_new, 1);
		if (!is_guard_new)
			relay_record_domain(
				&record->relay, &senders->steps, class_of(senders, record));
	}
	if (filter_add(&record->known, hash))
		record->generation_new++;
}

/* Today's recipients, and of yesterday's the share that is not 24 hours old. */
static void
weigh_volume(struct senders *senders, struct record *record)
{
	const struct relay_class *class = class_of(senders, record);
	double left = 1 - record->relay.time_s % DAY_S / (double)DAY_S;
	double old = record->before[0] * left;

	if (class->volume_least <= 0 || record->day_asked + old <= class->volume_least)
		return;
	relay_record_volume(&record->relay, &senders->steps, class, day_recipients(record) + old);
}

void
senders_recipient(struct senders *senders, uint64_t key, enum limit class, uint64_t recipient,
	uint64_t domain, const struct client_place *from, struct wall now)
{
	struct record *record = take(senders, key, class, now);

	if (record == NULL)
		return;
	add_32(&record->attempts, 1);
	add_16(&record->day_asked, 1);
	if (recipient != 0)
		distinct_add(
			record->recipients, RECIPIENT_REGISTERS, sketch_hash(senders, recipient));
	write_to_domain(senders, record, domain, now);
	weigh_volume(senders, record);
	come_from(senders, record, from, now);
	tell(senders, record);
}

void
senders_message(struct senders *senders, uint64_t key, uint32_t recipients, struct wall now)
{
	struct record *record = find_now(senders, key, now);

	if (record == NULL)
		return;
	add_32(&record->messages, 1);
	add_32(&record->accepted, recipients);
	add_16(&record->day_accepted, recipients);
}

static uint16_t
hour_of(struct wall now)
{
	return (uint16_t)(seconds_of(now) / HOUR_S);
}

static uint16_t
count_denied(const struct record *record)
{
	return clamp_16(distinct_count(record->denied, DENIED_REGISTERS));
}

void
senders_denied(struct senders *senders, uint64_t key, uint64_t recipient, struct wall now)
{
	struct record *record = find_now(senders, key, now);
	uint16_t hour = hour_of(now);

	if (record == NULL)
		return;
	if (record->denied_hour != hour) {
		record->denied_before =
			hour == (uint16_t)(record->denied_hour + 1) ? count_denied(record) : 0;
		memset(record->denied, 0, sizeof(record->denied));
		record->denied_hour = hour;
	}
	distinct_add(record->denied, DENIED_REGISTERS, sketch_hash(senders, recipient));
}

static uint32_t
backlog(const struct record *record, struct wall now)
{
	uint16_t age = (uint16_t)(hour_of(now) - record->denied_hour);
	uint16_t count = age <= 1 ? count_denied(record) : 0;

	return age == 0 && record->denied_before > count ? record->denied_before : count;
}

uint32_t
senders_backlog(const struct senders *senders, uint64_t key, struct wall now)
{
	const struct record *record = find(senders, key);

	return record != NULL ? backlog(record, now) : 0;
}

/* Did its failure count lately? If not it is noted that it does now. */
static bool
is_known_dead(struct senders *senders, struct record *record, uint64_t recipient)
{
	uint16_t tag = tag_of(sketch_hash(senders, recipient));
	int at = 0;
	bool is_known;

	if (recipient == 0)
		return false;
	while (at < DEAD - 1 && record->dead[at] != tag)
		at++;
	is_known = record->dead[at] == tag;
	memmove(record->dead + 1, record->dead, (size_t)at * sizeof(*record->dead));
	record->dead[0] = tag;
	return is_known;
}

static bool
is_refused_everywhere(const struct senders *senders)
{
	const struct refusals *refusals = &senders->refusals;
	double all = distinct_count(refusals->all, SHARE_REGISTERS);

	return all >= senders->settings.refused_senders &&
		distinct_count(refusals->refused, SHARE_REGISTERS) >
		all * senders->settings.refused_share;
}

/* Counts a sender, and one that was refused; do refusals say nothing just now? */
static bool
follow_refusals(
	struct senders *senders, const struct record *record, bool is_refused, struct wall now)
{
	struct refusals *refusals = &senders->refusals;
	uint32_t hour = seconds_of(now) / HOUR_S;
	uint64_t hash = sketch_hash(senders, record->key);

	if (hour > refusals->hour) {
		bool was_on = hour == refusals->hour + 1 && is_refused_everywhere(senders);

		*refusals = (struct refusals){.hour = hour, .was_on = was_on};
	}
	distinct_add(refusals->all, SHARE_REGISTERS, hash);
	if (!is_refused)
		return false;
	distinct_add(refusals->refused, SHARE_REGISTERS, hash);
	return refusals->was_on || is_refused_everywhere(senders);
}

void
senders_result(struct senders *senders, uint64_t key, uint64_t recipient, enum sender_result result,
	struct wall now)
{
	struct record *record = find_now(senders, key, now);
	bool is_excused;

	if (record == NULL || result >= SENDER_RESULTS)
		return;
	add_32(&record->result[result], 1);
	if (result == SENDER_BOUNCED || result == SENDER_DEFERRED)
		return;
	is_excused = follow_refusals(senders, record, result == SENDER_POLICY, now);
	senders->excused += is_excused;
	if (is_excused || (result != SENDER_SENT && is_known_dead(senders, record, recipient)))
		return;
	relay_record_result(&record->relay, &senders->steps,
		result == SENDER_SENT             ? RELAY_ACCEPTED
			: result == SENDER_POLICY ? RELAY_POLICY
						  : RELAY_UNKNOWN_USER);
	tell(senders, record);
}

void
senders_login(struct senders *senders, uint64_t key, enum limit class, bool good,
	const struct client_place *from, struct wall now)
{
	struct record *record = good ? take(senders, key, class, now) : find_now(senders, key, now);
	uint64_t network = 0;

	if (record == NULL)
		return;
	add_32(&record->logins[good], 1);
	if (from != NULL)
		network = from->network != 0 ? from->network : from->address;
	if (network != 0)
		relay_record_login(&record->relay, &senders->steps, good,
			tag_of(sketch_hash(senders, network)), now);
	if (good)
		come_from(senders, record, from, now);
	tell(senders, record);
}

static unsigned
percent_of(const struct senders_settings *settings, struct wall first, struct wall now)
{
	int64_t age = now.us > first.us ? now.us - first.us : 0;
	unsigned least = settings->warm_up_percent;

	if (settings->warm_up_us <= 0 || age >= settings->warm_up_us || least >= 100 ||
		first.us < settings->known_until.us)
		return 100;
	least += (unsigned)((double)(100 - least) * (double)age / (double)settings->warm_up_us);
	return least > 0 ? least : 1;
}

static uint32_t
day_most_of(const struct senders_settings *settings, const struct relay_record *relay)
{
	double most;

	if (settings->learnt_multiple <= 0 || (double)relay->past_days < LEARNT_DAYS)
		return UINT32_MAX;
	most = settings->learnt_multiple * relay_upper(relay->past_accepted, relay->past_days);
	if (most < settings->learnt_least)
		return settings->learnt_least;
	/* A day counts no more than that, so nothing is known of such a one. */
	return most < SENDERS_DAY_MOST ? (uint32_t)most : UINT32_MAX;
}

/* record: NULL where it is not held. */
static struct sender_terms
terms_of(const struct senders *senders, const struct record *record, struct wall now)
{
	const struct senders_settings *settings = &senders->settings;

	if (record == NULL)
		return (struct sender_terms){percent_of(settings, now, now), UINT32_MAX};
	return (struct sender_terms){
		.percent = percent_of(settings, (struct wall){record->first_s * WALL_SECOND}, now),
		.day_most = day_most_of(settings, &record->relay),
	};
}

struct sender_terms
senders_terms(const struct senders *senders, uint64_t key, struct wall now)
{
	return terms_of(senders, find(senders, key), now);
}

/* Of a copy, for which time has passed already. */
static struct sender_facts
facts_of(const struct senders *senders, const struct record *record, struct wall now)
{
	const struct relay_record *relay = &record->relay;
	struct sender_facts facts = {
		.key = record->key,
		.first_seen = {record->first_s * WALL_SECOND},
		.attempts = record->attempts,
		.messages = record->messages,
		.recipients = record->accepted,
		.logins = record->logins[true],
		.logins_wrong = record->logins[false],
		.today_accepted = record->day_accepted,
		.today_new_domains = record->day_new,
		.denied = backlog(record, now),
		.wrong_passwords = relay->guesses,
		.past_days = relay->past_days,
		.usual_most = (float)relay_upper(relay->past_accepted, relay->past_days),
		.evidence = relay_record_evidence(relay, &senders->steps),
		.terms = terms_of(senders, record, now),
		.limit = record->class,
		.is_suspect = (relay->flags & RELAY_WAS_SUSPECT) != 0,
	};

	for (int i = 0; i < SENDER_RESULTS; i++)
		facts.results[i] = record->result[i];
	facts.today[SENDER_RECIPIENTS] = (uint32_t)lround(day_recipients(record));
	facts.before[SENDER_RECIPIENTS] = record->before[0];
	facts.before[SENDER_DOMAINS] = record->before[1];
	for (int i = 0; i < FEW_KINDS; i++)
		facts.today[SENDER_DOMAINS + i] = count_few(record->few[i]);
	for (int i = 1; i < FEW_KINDS; i++)
		facts.before[SENDER_DOMAINS + i] = record->before_few[i - 1];
	if (relay->past_days > 0) {
		facts.usual = relay->past_accepted / relay->past_days;
		facts.usual_new_domains = relay->past_domains / relay->past_days;
	}
	count_places(record, relay->time_s, &facts.hour_networks, &facts.hour_countries);
	return facts;
}

static struct sender_facts
facts_now(const struct senders *senders, const struct record *record, struct wall now)
{
	struct record copy = *record;
	struct sender_facts facts;

	advance(senders, &copy, now);
	facts = facts_of(senders, &copy, now);
	facts.last_heard = (struct wall){record->relay.time_s * WALL_SECOND};
	return facts;
}

int
senders_facts(
	const struct senders *senders, uint64_t key, struct wall now, struct sender_facts *ret)
{
	const struct record *record = find(senders, key);

	if (record == NULL)
		return -ENOENT;
	*ret = facts_now(senders, record, now);
	return 0;
}

int
senders_clear(struct senders *senders, uint64_t key)
{
	struct record *record = find(senders, key);
	struct relay_record *relay;

	if (record == NULL)
		return -ENOENT;
	relay = &record->relay;
	memset(relay->unknown, 0, sizeof(relay->unknown));
	memset(relay->refused, 0, sizeof(relay->refused));
	relay->domains = relay->volume = relay->login = 0;
	relay->guesses = 0;
	relay->flags &= (uint8_t)~RELAY_WAS_SUSPECT;
	/* Its day begins anew: what it wrote to until now is neither held against it again nor learnt from. */
	memset(record->recipients, 0, sizeof(record->recipients));
	record->few[0] = 0;
	record->day_asked = record->day_accepted = record->day_new = record->before[0] = 0;
	tell(senders, record);
	return 0;
}

size_t
senders_each(const struct senders *senders, size_t from, size_t most, struct wall now,
	senders_visit visit, void *context)
{
	for (; from < senders->count && most > 0; from++, most--) {
		struct sender_facts facts = facts_now(senders, &senders->records[from], now);

		visit(context, &facts);
	}
	return from < senders->count ? from : 0;
}

struct senders_counts
senders_counts(const struct senders *senders)
{
	return (struct senders_counts){
		.held = senders->count,
		.displaced = senders->displaced,
		.refused = senders->refused,
		.excused = senders->excused,
	};
}
