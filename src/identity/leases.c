/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leases.h"

#include <errno.h>

_Static_assert(
	sizeof(struct leases_counts) == sizeof(struct leasetable_counts), "the same figures");

/* A record, in the terms of the table. */
struct record {
	uint64_t key;
	uint64_t who;
	uint32_t at;
	uint32_t until;
	uint32_t session;
	uint16_t nas;
	uint8_t kind;
	uint8_t role;
	bool is_interim;
};

/* Where a time is among the intervals of one name: the newest that began by then, the oldest that began later, and
 * the node behind which an interval of that time is to stand (0: in front). */
struct place {
	uint32_t earlier;
	uint32_t later;
	uint32_t before;
	uint32_t oldest;
	uint32_t count;
};

size_t
leases_bytes(const struct leases_settings *settings)
{
	return leasetable_bytes(settings->leases_most, settings->nas_most);
}

int
leases_make(struct leases *ret, const struct leases_settings *settings, void *memory, size_t bytes)
{
	*ret = (struct leases){.retention = settings->retention_hours * 3600U};
	return leasetable_make(&ret->table, memory, bytes, settings->leases_most,
		settings->nas_most, settings->tolerance_seconds, &settings->key);
}

int
leases_open(struct leases *ret, const struct leases_settings *settings, void *memory, size_t bytes)
{
	int r;

	*ret = (struct leases){.retention = settings ? settings->retention_hours * 3600U : 0};
	r = leasetable_open(&ret->table, memory, bytes);
	if (r < 0)
		return r;
	return settings && leasetable_read(&ret->table) % 2 != 0 ? -EBUSY : 0;
}

void
leases_set_watch(struct leases *leases, leases_watch watch, void *context)
{
	leases->watch = watch;
	leases->context = context;
}

static void
tell(const struct leases *leases, const struct lease_node *node, bool is_held)
{
	struct leases_change change;

	if (leases->watch == NULL)
		return;
	change = (struct leases_change){
		.name = leasetable_name(node->key, node->kind),
		.line = {.pseudonym = node->who, .role = node->role},
		.at = {(is_held ? node->from : node->until) * WALL_SECOND},
		.is_held = is_held,
	};
	leases->watch(leases->context, &change);
}

static uint32_t
seconds(struct wall wall)
{
	int64_t s = wall.us / WALL_SECOND;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static uint32_t
add(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static uint32_t
less(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t
lapse_of(const struct leases *leases, const struct lease_node *node)
{
	return add(node->until, leases->table.tolerance);
}

static bool
is_same(const struct leases *leases, uint32_t at, const struct record *record)
{
	return at != 0 && leasetable_get(&leases->table, at).who == record->who &&
		leases->table.cold[at].session == record->session;
}

/* Ends an open interval, at a time that lies in it. */
static void
close_lease(struct leases *leases, uint32_t at, uint32_t until, enum lease_end end)
{
	struct lease_node node = leasetable_get(&leases->table, at);
	struct leasetable_counts *counts = &leases->table.head->counts;

	if (!node.is_unlisted)
		leasetable_line_remove(&leases->table, at);
	node.until = until > node.from ? until : node.from;
	node.end = end & 7U;
	leasetable_put(&leases->table, at, &node);
	leasetable_queue(&leases->table, at);
	tell(leases, &node, false);
	counts->open--;
	counts->ended++;
	counts->displaced += end == LEASE_DISPLACED;
	counts->lapsed += end == LEASE_LAPSED;
	counts->restarted += end == LEASE_RESTARTED;
}

/* Another end of an interval that has ended. */
static void
set_end(struct leases *leases, uint32_t at, uint32_t until, enum lease_end end)
{
	struct lease_node node = leasetable_get(&leases->table, at);

	node.until = until > node.from ? until : node.from;
	node.end = end & 7U;
	leasetable_put(&leases->table, at, &node);
}

/* If its NAS was restarted, it ended then, unless it had ended by a word of its own. */
static void
settle(struct leases *leases, uint32_t at)
{
	struct lease_node node;
	uint32_t restart;

	if (at == 0)
		return;
	node = leasetable_get(&leases->table, at);
	if (node.end != LEASE_OPEN && node.end != LEASE_LAPSED && node.end != LEASE_RESTARTED)
		return;
	restart = leasetable_restart(&leases->table, node.nas, node.from);
	if (node.end == LEASE_OPEN && restart < lapse_of(leases, &node))
		close_lease(leases, at, restart, LEASE_RESTARTED);
	else if (node.end != LEASE_OPEN && restart < node.until)
		set_end(leases, at, restart, LEASE_RESTARTED);
}

static struct place
find_place(const struct leases *leases, const struct record *record)
{
	const struct leasetable *table = &leases->table;
	uint32_t at = leasetable_first(table, leasetable_cell(record->key, record->kind));
	struct place place = {0};

	while (at != 0) {
		struct lease_node node = leasetable_get(table, at);

		if (node.key == record->key) {
			place.count++;
			place.oldest = at;
			if (node.from > record->at)
				place.later = at;
			else if (place.earlier == 0)
				place.earlier = at;
		}
		if (place.earlier == 0)
			place.before = at;
		at = node.next;
	}
	return place;
}

/* Was this session displaced from the name, by whoever holds it since? */
static bool
was_displaced(const struct leases *leases, const struct place *place, const struct record *record)
{
	const struct leasetable *table = &leases->table;
	uint32_t at = leasetable_get(table, place->earlier).next;

	while (at != 0) {
		struct lease_node node = leasetable_get(table, at);

		if (node.key == record->key && node.end == LEASE_DISPLACED &&
			is_same(leases, at, record))
			return true;
		at = node.next;
	}
	return false;
}

/* A line that holds too much keeps all of it, but the oldest is no longer in its list. */
static void
list_lease(struct leases *leases, uint32_t at)
{
	struct leasetable *table = &leases->table;
	struct lease_node node = leasetable_get(table, at);
	uint32_t last = leasetable_line_first(table, node.who), count = last != 0;

	while (last != 0 && leasetable_link(table, last) != 0) {
		last = leasetable_link(table, last);
		count++;
	}
	if (count >= LEASES_LINE) {
		leasetable_line_remove(table, last);
		node = leasetable_get(table, last);
		node.is_unlisted = 1;
		leasetable_put(table, last, &node);
		table->head->counts.line_full++;
	}
	leasetable_line_add(table, at);
	node = leasetable_get(table, at);
	tell(leases, &node, true);
}

/* Of one name only so much history is kept. */
static void
limit_history(struct leases *leases, const struct place *place)
{
	struct leasetable *table = &leases->table;

	if (place->count < LEASES_HISTORY || place->oldest == place->earlier ||
		place->oldest == place->later ||
		leasetable_get(table, place->oldest).end == LEASE_OPEN)
		return;
	leasetable_drop(table, place->oldest);
	table->head->counts.ended--;
	table->head->counts.history_full++;
}

/* Puts an interval in at its place: who held the name ends, and it ends where the next one begins. */
static uint32_t
insert(struct leases *leases, const struct place *place, const struct record *record)
{
	struct leasetable *table = &leases->table;
	struct lease_node node = {.key = record->key,
		.who = record->who,
		.from = record->at,
		.until = record->until > record->at ? record->until : record->at,
		.nas = record->nas,
		.kind = record->kind,
		.role = record->role & 7U};
	uint32_t at, lapse, next;

	if (place->earlier != 0) {
		struct lease_node earlier = leasetable_get(table, place->earlier);

		lapse = lapse_of(leases, &earlier);
		if (earlier.end == LEASE_OPEN && lapse <= record->at)
			close_lease(leases, place->earlier, lapse, LEASE_LAPSED);
		else if (earlier.end == LEASE_OPEN)
			close_lease(leases, place->earlier, record->at, LEASE_DISPLACED);
		else if (earlier.until > record->at)
			set_end(leases, place->earlier, record->at, LEASE_DISPLACED);
	}
	limit_history(leases, place);
	at = leasetable_insert(table, &node, record->session, place->before);
	table->head->counts.open++;
	list_lease(leases, at);
	settle(leases, at);
	if (place->later != 0) {
		next = leasetable_get(table, place->later).from;
		node = leasetable_get(table, at);
		lapse = lapse_of(leases, &node);
		if (node.end == LEASE_OPEN)
			close_lease(leases, at, least(lapse, next),
				lapse <= next ? LEASE_LAPSED : LEASE_DISPLACED);
		else if (node.until > next)
			set_end(leases, at, next, LEASE_DISPLACED);
	}
	return at;
}

static void
dispute(struct leases *leases, uint32_t at)
{
	struct lease_node node = leasetable_get(&leases->table, at);

	node.is_disputed = 1;
	leasetable_put(&leases->table, at, &node);
}

/* The last interval of a name lapsed, and was told too late to live on: opens it again. It keeps its place in the
 * queue, so another one stands for it. */
static void
open_again(struct leases *leases, uint32_t at, uint32_t until)
{
	struct leasetable *table = &leases->table;
	struct lease_node node = leasetable_get(table, at);
	uint32_t made;

	node.until = until;
	node.end = LEASE_OPEN;
	node.is_unlisted = 0;
	made = leasetable_insert(table, &node, table->cold[at].session, at);
	leasetable_drop(table, at);
	list_lease(leases, made);
	table->head->counts.open++;
	table->head->counts.ended--;
}

/* A sign of life that comes after the interval was closed because there was none. */
static void
go_on_late(struct leases *leases, const struct place *place, const struct record *record)
{
	uint32_t end = add(record->until, leases->table.tolerance), next;

	if (end <= leasetable_get(&leases->table, place->earlier).until) {
		leases->table.head->counts.repeated++;
		return;
	}
	if (place->later == 0) {
		open_again(leases, place->earlier, record->until);
		return;
	}
	next = leasetable_get(&leases->table, place->later).from;
	set_end(leases, place->earlier, least(end, next),
		end <= next ? LEASE_LAPSED : LEASE_DISPLACED);
}

/* A sign of life of a session that has an interval before it. True: that was all. */
static bool
go_on(struct leases *leases, const struct place *place, const struct record *record)
{
	struct leasetable_counts *counts = &leases->table.head->counts;
	struct lease_node node = leasetable_get(&leases->table, place->earlier);
	uint32_t end = node.end == LEASE_OPEN ? lapse_of(leases, &node) : node.until;
	/* A session went on all the time, unless its NAS did not. */
	bool goes_on = record->session != 0 &&
		leasetable_restart(&leases->table, node.nas, node.from) > record->at;

	if (record->at > end && node.end == LEASE_OPEN) {
		close_lease(leases, place->earlier, goes_on ? record->at : end, LEASE_LAPSED);
		return false;
	}
	if (record->at > end && node.end == LEASE_LAPSED) {
		set_end(leases, place->earlier, goes_on ? record->at : end, LEASE_LAPSED);
		return false;
	}
	if (node.end == LEASE_OPEN) {
		counts->repeated += record->until <= node.until;
		node.until = record->until > node.until ? record->until : node.until;
		node.role = record->role & 7U;
		leasetable_put(&leases->table, place->earlier, &node);
		return true;
	}
	if (node.end == LEASE_LAPSED) {
		go_on_late(leases, place, record);
		return true;
	}
	if (record->at < node.until || (node.end == LEASE_STOPPED && record->session != 0)) {
		counts->repeated++;
		return true;
	}
	return false;
}

/* The same of a session whose interval begins later: it begins here, unless its NAS was restarted in between. */
static void
begin_earlier(struct leases *leases, const struct place *place, const struct record *record)
{
	struct leasetable *table = &leases->table;
	struct lease_node later = leasetable_get(table, place->later), earlier;

	if (leasetable_restart(table, later.nas, record->at) <= later.from) {
		table->head->counts.repeated++;
		return;
	}
	if (place->earlier != 0) {
		earlier = leasetable_get(table, place->earlier);
		if (earlier.end == LEASE_OPEN)
			close_lease(leases, place->earlier,
				least(lapse_of(leases, &earlier), record->at),
				lapse_of(leases, &earlier) <= record->at ? LEASE_LAPSED
									 : LEASE_DISPLACED);
		else if (earlier.until > record->at)
			set_end(leases, place->earlier, record->at, LEASE_DISPLACED);
	}
	later.from = record->at;
	leasetable_put(table, place->later, &later);
}

static bool
holds(const struct leases *leases, uint32_t at, uint32_t when)
{
	struct lease_node node;

	if (at == 0)
		return false;
	node = leasetable_get(&leases->table, at);
	return when < (node.end == LEASE_OPEN ? lapse_of(leases, &node) : node.until);
}

/* A Start or an Interim. */
static void
claim(struct leases *leases, const struct record *record)
{
	struct leasetable *table = &leases->table;
	struct leasetable_counts *counts = &table->head->counts;
	struct place place = find_place(leases, record);
	bool is_disputed = false;
	uint32_t at;

	settle(leases, place.earlier);
	settle(leases, place.later);
	if (is_same(leases, place.earlier, record)) {
		if (go_on(leases, &place, record))
			return;
	} else if (record->session != 0 && is_same(leases, place.later, record)) {
		begin_earlier(leases, &place, record);
		return;
	} else if (record->is_interim) {
		if (holds(leases, place.earlier, record->at) &&
			was_displaced(leases, &place, record)) {
			if (record->at - leasetable_get(table, place.earlier).from <=
				table->tolerance) {
				counts->repeated++;
				return;
			}
			is_disputed = true;
		}
		counts->start_unknown++;
	}
	at = insert(leases, &place, record);
	if (is_disputed) {
		dispute(leases, at);
		dispute(leases, place.earlier);
		counts->disputed++;
	}
}

/* A record's terms. Counts and refuses what cannot be. */
static int
understand(struct leases *leases, const struct lease *lease, struct wall at, struct wall until,
	struct record *ret)
{
	struct leasetable_head *head = leases->table.head;

	*ret = (struct record){.who = lease->line.pseudonym,
		.at = seconds(at),
		.until = seconds(until),
		.role = lease->line.role,
		.session = (uint32_t)(lease->session ^ lease->session >> 32)};
	/* 0 means none. */
	if (lease->session != 0 && ret->session == 0)
		ret->session = 1;
	if (leasetable_key(&lease->name, &ret->key, &ret->kind) < 0 || ret->who == 0 ||
		ret->role >= ROLE_LINES) {
		head->counts.misfits++;
		return -EINVAL;
	}
	if (ret->at > add(head->now, leases->table.tolerance)) {
		head->counts.future++;
		return -ERANGE;
	}
	if (ret->at < head->oldest && ret->until < head->oldest) {
		head->counts.old++;
		return -ERANGE;
	}
	if (lease->nas != 0) {
		ret->nas = leasetable_nas(&leases->table, lease->nas);
		head->counts.nas_full += ret->nas == 0;
	}
	return 0;
}

static int
say(struct leases *leases, const struct lease *lease, struct wall at, struct wall until,
	bool is_interim)
{
	struct leasetable *table = &leases->table;
	struct record record;
	int r = understand(leases, lease, at, until, &record);

	if (r < 0)
		return r;
	record.is_interim = is_interim;
	leasetable_begin(table);
	r = leasetable_make_room(table);
	if (r == 0)
		claim(leases, &record);
	else
		table->head->counts.refused++;
	leasetable_end(table);
	return r;
}

int
leases_start(struct leases *leases, const struct lease *lease, struct wall at, struct wall until)
{
	leases->table.head->counts.starts++;
	return say(leases, lease, at, until, false);
}

int
leases_interim(struct leases *leases, const struct lease *lease, struct wall at, struct wall until)
{
	leases->table.head->counts.interims++;
	return say(leases, lease, at, until, true);
}

/* The end of an interval of the session that began by then. */
static void
end_at(struct leases *leases, uint32_t at, const struct record *record)
{
	struct lease_node node = leasetable_get(&leases->table, at);
	bool is_lapse = node.end == LEASE_OPEN || node.end == LEASE_LAPSED;
	uint32_t end = node.end == LEASE_OPEN ? lapse_of(leases, &node) : node.until;

	/* Behind its end it can only have gone on if it lapsed, and by the word of its session. */
	if (node.end == LEASE_STOPPED || (record->at >= end && (!is_lapse || record->session == 0)))
		leases->table.head->counts.repeated++;
	else if (node.end == LEASE_OPEN)
		close_lease(leases, at, record->at, LEASE_STOPPED);
	else
		set_end(leases, at, record->at, LEASE_STOPPED);
}

/* A Stop; true if it found its session. */
static bool
stop_known(struct leases *leases, const struct record *record)
{
	struct place place = find_place(leases, record);
	struct lease_node later;

	settle(leases, place.earlier);
	settle(leases, place.later);
	if (is_same(leases, place.earlier, record)) {
		end_at(leases, place.earlier, record);
		return true;
	}
	if (!is_same(leases, place.later, record))
		return false;
	later = leasetable_get(&leases->table, place.later);
	if (later.from - record->at > leases->table.tolerance || record->session == 0)
		return false;
	/* Its clock went back, or two records were swapped: it was short. */
	if (later.end == LEASE_OPEN)
		close_lease(leases, place.later, later.from, LEASE_STOPPED);
	else if (later.end == LEASE_LAPSED)
		set_end(leases, place.later, later.from, LEASE_STOPPED);
	else
		leases->table.head->counts.repeated++;
	return true;
}

/* Makes the interval of a session that was not known until its Stop. */
static void
stop_unknown(struct leases *leases, const struct record *record, uint32_t from)
{
	struct record begin = *record;
	struct place place = find_place(leases, record);

	if (from != 0 && from < record->at) {
		begin.at = from;
		begin.until = record->at;
		claim(leases, &begin);
	} else if (holds(leases, place.earlier, record->at) ||
		is_same(leases, place.later, record)) {
		return;
	} else {
		begin.until = begin.at;
		(void)insert(leases, &place, &begin);
	}
	(void)stop_known(leases, record);
}

int
leases_stop(struct leases *leases, const struct lease *lease, struct wall at, struct wall from)
{
	struct leasetable *table = &leases->table;
	struct record record;
	int r = understand(leases, lease, at, at, &record);

	table->head->counts.stops++;
	if (r < 0)
		return r;
	leasetable_begin(table);
	if (!stop_known(leases, &record)) {
		table->head->counts.stop_unknown++;
		r = record.session != 0 ? leasetable_make_room(table) : 0;
		if (r < 0)
			table->head->counts.refused++;
		else if (record.session != 0)
			stop_unknown(leases, &record, seconds(from));
	}
	leasetable_end(table);
	return r;
}

int
leases_stop_session(struct leases *leases, uint64_t pseudonym, uint64_t session, struct wall at)
{
	struct leasetable *table = &leases->table;
	struct record record = {.who = pseudonym, .at = seconds(at)};
	uint32_t held = leasetable_line_first(table, pseudonym), next;
	struct lease_node node;
	int count = 0;

	record.session = (uint32_t)(session ^ session >> 32);
	if (session != 0 && record.session == 0)
		record.session = 1;
	table->head->counts.stops++;
	if (record.at > add(table->head->now, table->tolerance)) {
		table->head->counts.future++;
		return -ERANGE;
	}
	leasetable_begin(table);
	for (; held != 0; held = next) {
		next = leasetable_link(table, held);
		if (!is_same(leases, held, &record))
			continue;
		settle(leases, held);
		node = leasetable_get(table, held);
		/* An old one of a session whose name came again, or behind the end. */
		if (less(node.from, record.at) > table->tolerance ||
			(node.end == LEASE_OPEN && record.at > lapse_of(leases, &node)))
			continue;
		end_at(leases, held, &record);
		count++;
	}
	table->head->counts.stop_unknown += count == 0;
	leasetable_end(table);
	return count;
}

int
leases_vacate(struct leases *leases, const struct line_name *name, struct wall at)
{
	struct leasetable *table = &leases->table;
	/* Whoever it is: the line stands for none. */
	struct lease lease = {.name = *name, .line = {.pseudonym = 1}};
	struct record record;
	struct place place;
	int r = understand(leases, &lease, at, at, &record);

	table->head->counts.stops++;
	if (r < 0)
		return r;
	leasetable_begin(table);
	place = find_place(leases, &record);
	settle(leases, place.earlier);
	if (place.earlier != 0 && holds(leases, place.earlier, record.at))
		end_at(leases, place.earlier, &record);
	else
		table->head->counts.repeated++;
	leasetable_end(table);
	return 0;
}

/* Before a restart is forgotten, what it ended is ended. In portions, between which readers see the same as before. */
static void
settle_all(struct leases *leases, uint16_t nas)
{
	struct leasetable *table = &leases->table;

	for (uint32_t at = 1; at <= table->head->used;) {
		leasetable_begin(table);
		for (int i = 0; i < LEASES_PORTION && at <= table->head->used; i++, at++) {
			struct lease_node node = leasetable_get(table, at);

			if (node.end < LEASE_DROPPED && node.nas == nas)
				settle(leases, at);
		}
		leasetable_end(table);
	}
}

void
leases_forget_nas(struct leases *leases, uint64_t hash, struct wall at)
{
	struct leasetable *table = &leases->table;
	uint16_t number = leasetable_nas(table, hash);
	uint32_t when = seconds(at);
	struct lease_nas *nas;
	int place = LEASES_RESTARTS - 1;

	if (number == 0 || when > add(table->head->now, table->tolerance)) {
		table->head->counts.nas_full += number == 0;
		table->head->counts.future += number != 0;
		return;
	}
	nas = &table->nas[number - 1];
	for (int i = 0; i < LEASES_RESTARTS; i++) {
		if (nas->restart[i] == when)
			return;
	}
	while (place >= 0 && nas->restart[place] > when)
		place--;
	if (place < 0)
		return;
	if (nas->restart[0] != 0 && nas->unsettled != 0 && nas->restart[0] >= nas->unsettled) {
		settle_all(leases, number);
		nas->unsettled = 0;
	}
	leasetable_begin(table);
	for (int i = 0; i < place; i++)
		__atomic_store_n(&nas->restart[i], nas->restart[i + 1], __ATOMIC_RELAXED);
	__atomic_store_n(&nas->restart[place], when, __ATOMIC_RELAXED);
	if (nas->unsettled == 0 || when < nas->unsettled)
		nas->unsettled = when;
	leasetable_end(table);
}

/* One that is over, as far as nobody says otherwise. */
static void
visit(struct leases *leases, uint32_t at)
{
	struct lease_node node = leasetable_get(&leases->table, at);

	if (node.end != LEASE_OPEN)
		return;
	settle(leases, at);
	node = leasetable_get(&leases->table, at);
	if (node.end == LEASE_OPEN && lapse_of(leases, &node) < leases->table.head->now)
		close_lease(leases, at, lapse_of(leases, &node), LEASE_LAPSED);
}

static bool
free_oldest(struct leases *leases)
{
	struct leasetable *table = &leases->table;
	uint32_t first = table->head->queue_first;
	struct lease_node node;

	if (first == 0)
		return false;
	node = leasetable_get(table, first);
	if (node.end != LEASE_DROPPED && node.until >= less(table->head->oldest, table->tolerance))
		return false;
	return leasetable_free_first(table);
}

bool
leases_tick(struct leases *leases, struct wall now)
{
	struct leasetable_head *head = leases->table.head;
	int freed = 0;

	leasetable_begin(&leases->table);
	/* A clock that is set back brings nothing back. */
	head->now = seconds(now);
	if (less(head->now, leases->retention) > head->oldest)
		__atomic_store_n(
			&head->oldest, less(head->now, leases->retention), __ATOMIC_RELAXED);
	while (freed < LEASES_PORTION && free_oldest(leases))
		freed++;
	for (int i = 0; i < LEASES_PORTION && head->used > 0; i++) {
		head->hand = head->hand < head->used ? head->hand + 1 : 1;
		visit(leases, head->hand);
		if (head->hand == head->used)
			break;
	}
	leasetable_end(&leases->table);
	return freed == LEASES_PORTION;
}

struct leases_counts
leases_counts(const struct leases *leases)
{
	const uint64_t *from = (const uint64_t *)&leases->table.head->counts;
	uint64_t words[sizeof(struct leases_counts) / sizeof(uint64_t)];
	struct leases_counts counts;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		words[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	memcpy(&counts, words, sizeof(counts));
	return counts;
}
