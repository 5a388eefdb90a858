/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coa.h"

#include "action/coainside.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>

const char *const coa_stage_names[COA_STAGES] = {[COA_ASKED] = "asked",
	[COA_SHOWN] = "shown",
	[COA_UNSHOWN] = "unshown",
	[COA_GONE] = "gone",
	[COA_REFUSED] = "refused",
	[COA_BUSY] = "busy",
	[COA_SILENT] = "silent"};

/* Both directions are one word each, so that no two ids have the same key. */
static uint64_t
key_of(uint64_t id)
{
	return hash_mix(id);
}

struct coa *
coa_new(const struct coa_settings *settings)
{
	struct coa *coa = xcalloc(1, sizeof(*coa));

	must(settings->ports >= 1 && settings->ports <= COA_PORTS_MOST);
	must(settings->orders_most > 0 && settings->orders_most < COA_NOBODY);
	must(settings->nases_most > 0 && settings->tries > 0);
	coa->settings = *settings;
	coa->orders = memory_map(settings->orders_most, sizeof(*coa->orders));
	coa->free = coa->told = (struct list){COA_NOBODY, COA_NOBODY};
	coa->nases = xcalloc(settings->nases_most, sizeof(*coa->nases));
	coa->ready = xcalloc(settings->nases_most, sizeof(*coa->ready));
	table_init_small(&coa->ids, settings->orders_most, 64);
	table_init_small(&coa->sessions, settings->orders_most, 64);
	coa_timers_init(&coa->timers, settings->orders_most);
	coa_timers_init(&coa->naps, settings->nases_most);
	random_seed(&coa->random, settings->seed);
	return coa;
}

struct coa *
coa_free(struct coa *coa)
{
	if (coa == NULL)
		return NULL;
	for (size_t i = 0; i < coa->nas_count; i++)
		coa_window_done(&coa->nases[i].window);
	memory_unmap(coa->orders, coa->settings.orders_most, sizeof(*coa->orders));
	table_done(&coa->ids);
	table_done(&coa->sessions);
	coa_timers_done(&coa->timers);
	coa_timers_done(&coa->naps);
	free(coa->nases);
	free(coa->ready);
	free(coa);
	return NULL;
}

int
coa_add_nas(struct coa *coa, const struct coa_nas *nas)
{
	struct nas *added = &coa->nases[coa->nas_count];

	if (coa->nas_count == coa->settings.nases_most)
		return -ENOSPC;
	*added = (struct nas){.set = *nas, .queue = {COA_NOBODY, COA_NOBODY}};
	coa_window_init(&added->window, coa->settings.ports);
	return (int)coa->nas_count++;
}

static void
list_add(struct coa *coa, struct list *list, uint32_t at)
{
	coa->orders[at].next = COA_NOBODY;
	if (list->first == COA_NOBODY)
		list->first = at;
	else
		coa->orders[list->last].next = at;
	list->last = at;
}

static uint32_t
list_take(struct coa *coa, struct list *list)
{
	uint32_t at = list->first;

	if (at != COA_NOBODY)
		list->first = coa->orders[at].next;
	return at;
}

static void
make_ready(struct coa *coa, struct nas *nas)
{
	size_t behind = coa->ready_first + coa->ready_count;

	if (nas->is_ready || nas->queue.first == COA_NOBODY)
		return;
	nas->is_ready = true;
	coa->ready[behind % coa->settings.nases_most] = (uint32_t)(nas - coa->nases);
	coa->ready_count++;
}

static void
queue(struct coa *coa, uint32_t at)
{
	struct order *order = &coa->orders[at];
	struct nas *nas = &coa->nases[order->nas];

	order->state = WAITING;
	list_add(coa, &nas->queue, at);
	nas->waiting++;
	make_ready(coa, nas);
}

/* Gives the order a number; COA_NOBODY: there is no room. */
static uint32_t
take_order(struct coa *coa)
{
	uint32_t at = list_take(coa, &coa->free);

	if (at == COA_NOBODY && coa->used < coa->settings.orders_most)
		at = (uint32_t)coa->used++;
	return at;
}

/* Behind those of its session; false: it needs not wait. */
static bool
hold(struct coa *coa, uint32_t at)
{
	struct order *order = &coa->orders[at];
	struct table_slot *slot;
	uint32_t before = COA_NOBODY;
	int r;

	if (order->session == 0)
		return false;
	r = table_add(&coa->sessions, order->session, &slot);
	must(r >= 0); /* as many sessions as orders */
	if (r == 0)
		before = slot->value;
	slot->value = at;
	if (before == COA_NOBODY)
		return false;
	coa->orders[before].follower = at;
	order->state = HELD;
	coa->nases[order->nas].waiting++;
	return true;
}

int
coa_add(struct coa *coa, const struct coa_order *given)
{
	struct table_slot *slot;
	struct order *order;
	uint32_t at;

	if (given->id == 0 || given->nas >= coa->nas_count || given->length == 0 ||
		given->length > COA_ATTRIBUTES)
		return -EINVAL;
	if (table_find(&coa->ids, key_of(given->id)) != NULL)
		return -EEXIST;
	if (coa->nases[given->nas].waiting >= coa->settings.waiting_most) {
		coa->counts.nas_full++;
		return -ENOSPC;
	}
	at = take_order(coa);
	if (at == COA_NOBODY) {
		coa->counts.full++;
		return -ENOSPC;
	}
	must(table_add(&coa->ids, key_of(given->id), &slot) == 1);
	slot->value = at;
	order = &coa->orders[at];
	memset(order, 0, offsetof(struct order, bytes));
	order->id = given->id;
	order->session = given->session;
	order->nas = given->nas;
	order->follower = COA_NOBODY;
	order->is_disconnect = given->is_disconnect;
	order->length = (uint16_t)given->length;
	memcpy(order->bytes + COA_FRONT, given->attributes, given->length);
	coa->counts.orders++;
	coa->open++;
	if (!hold(coa, at))
		queue(coa, at);
	return 0;
}

void
coa_tell(struct coa *coa, uint32_t at, enum coa_stage stage)
{
	struct order *order = &coa->orders[at];

	order->stage = (uint8_t)stage;
	if (!order->is_listed) {
		order->is_listed = true;
		list_add(coa, &coa->told, at);
	}
}

void
coa_let_follow(struct coa *coa, uint32_t at)
{
	struct order *order = &coa->orders[at];
	struct table_slot *slot;

	if (order->session == 0)
		return;
	if (order->follower != COA_NOBODY) {
		coa->nases[coa->orders[order->follower].nas].waiting--;
		queue(coa, order->follower);
		order->follower = COA_NOBODY;
		return;
	}
	slot = table_find(&coa->sessions, order->session);
	if (slot != NULL && slot->value == at)
		table_remove(&coa->sessions, slot);
}

void
coa_end(struct coa *coa, uint32_t at, enum coa_stage stage)
{
	struct order *order = &coa->orders[at];
	bool was_asked = order->state == ASKED;

	/* What accounting says counts more than what the NAS does. */
	if (order->is_shown)
		stage = COA_SHOWN;
	order->state = ENDED;
	coa_timers_remove(&coa->timers, at);
	if (!was_asked)
		coa_let_follow(coa, at);
	coa_tell(coa, at, stage);
}

static void
free_order(struct coa *coa, uint32_t at)
{
	struct table_slot *slot = table_find(&coa->ids, key_of(coa->orders[at].id));

	if (slot != NULL)
		table_remove(&coa->ids, slot);
	coa->orders[at].state = FREE;
	list_add(coa, &coa->free, at);
	coa->open--;
}

/* A tenth more or less, at random (RFC 5080 s2.2.1). */
static int64_t
jitter(struct coa *coa, int64_t time)
{
	return (int64_t)random_uniform(&coa->random, -0.1 * (double)time, 0.1 * (double)time);
}

static size_t
front_of(const struct nas *nas)
{
	return RADIUS_HEADER + (nas->set.no_message ? 0 : COA_MESSAGE) +
		(nas->set.no_timestamp ? 0 : COA_TIMESTAMP);
}

static void
show_request(struct coa *coa, struct order *order, struct wall now, struct coa_event *ret)
{
	struct nas *nas = &coa->nases[order->nas];
	size_t front = front_of(nas);

	nas->window.places[order->place].sent = now;
	*ret = (struct coa_event){.nas = order->nas,
		.port = coa_place_port(order->place),
		.bytes = order->bytes + COA_FRONT - front,
		.length = front + order->length};
}

/* A new request at this place. */
static void
send(struct coa *coa, uint32_t at, unsigned place, struct wall now, struct coa_event *ret)
{
	struct order *order = &coa->orders[at];
	struct nas *nas = &coa->nases[order->nas];
	uint8_t *bytes = order->bytes + COA_FRONT - front_of(nas);
	struct radius_writer writer;

	radius_begin(&writer, bytes, front_of(nas) + order->length,
		order->is_disconnect ? RADIUS_DISCONNECT_REQUEST : RADIUS_COA_REQUEST,
		coa_place_identifier(place));
	if (!nas->set.no_message)
		radius_add_message(&writer);
	if (!nas->set.no_timestamp)
		radius_add_u32(&writer, RADIUS_EVENT_TIMESTAMP, wall_seconds(now));
	/* They stand there already. */
	(void)writer_take(&writer.out, order->length);
	must(radius_sign_request(nas->set.key, &writer) > 0);
	nas->window.places[place] = (struct coa_place){.order = at + 1, .is_used = true};
	memcpy(nas->window.places[place].request, bytes + 4, RADIUS_AUTHENTICATOR);
	order->state = FLYING;
	order->place = (uint16_t)place;
	order->tries = 1;
	order->gap = coa->settings.first + jitter(coa, coa->settings.first);
	order->give_up.us = now.us + coa->settings.in_all;
	coa_timers_set(&coa->timers, at, (struct wall){now.us + order->gap});
	coa->counts.requests++;
	show_request(coa, order, now, ret);
}

void
coa_give_place(struct coa *coa, struct order *order)
{
	struct nas *nas = &coa->nases[order->nas];

	coa_window_give(&nas->window, order->place);
	make_ready(coa, nas);
}

/* No answer in time: the same bytes once more, or no more. */
static bool
send_again(struct coa *coa, uint32_t at, struct wall now, struct coa_event *ret)
{
	struct order *order = &coa->orders[at];
	int64_t longest = coa->settings.longest, due;

	if (order->tries >= coa->settings.tries || now.us >= order->give_up.us) {
		coa_give_place(coa, order);
		coa_end(coa, at, COA_SILENT);
		return false;
	}
	order->tries++;
	order->gap = 2 * order->gap + jitter(coa, order->gap);
	if (order->gap > longest)
		order->gap = longest + jitter(coa, longest);
	due = now.us + order->gap;
	if (due > order->give_up.us)
		due = order->give_up.us;
	coa_timers_set(&coa->timers, at, (struct wall){due});
	coa->counts.retries++;
	show_request(coa, order, now, ret);
	return true;
}

/* An order whose time has come; true: something is to be sent. */
static bool
on_time(struct coa *coa, uint32_t at, struct wall now, struct coa_event *ret)
{
	switch ((enum state)coa->orders[at].state) {
	case FLYING:
		return send_again(coa, at, now, ret);
	case LATER:
		queue(coa, at);
		return false;
	case ASKED:
		coa_end(coa, at, COA_UNSHOWN);
		return false;
	case FREE:
	case HELD:
	case WAITING:
	case ENDED:
		break;
	}
	return false;
}

/* May the NAS be asked for one more? If not, it waits. */
static bool
has_rate(struct coa *coa, struct nas *nas, struct wall now)
{
	int64_t step, burst;

	if (nas->set.rate == 0)
		return true;
	/* As many at once as in a second. */
	step = WALL_SECOND / nas->set.rate;
	burst = WALL_SECOND - step;
	if (nas->free_at.us < now.us)
		nas->free_at = now;
	if (nas->free_at.us - now.us > burst) {
		coa->counts.slowed++;
		coa_timers_set(&coa->naps, (uint32_t)(nas - coa->nases),
			(struct wall){nas->free_at.us - burst});
		return false;
	}
	return true;
}

static int
take_place(struct coa *coa, struct nas *nas, struct wall now)
{
	struct wall when;
	int place = coa_window_take(&nas->window, now, coa->settings.rest, &when);

	if (place >= 0)
		return place;
	coa->counts.no_identifier++;
	/* If all are taken, the next that is given back makes it ready again. */
	if (place == -EAGAIN)
		coa_timers_set(&coa->naps, (uint32_t)(nas - coa->nases), when);
	return place;
}

/* The next order of a NAS; true: something is to be sent. */
static bool
ask(struct coa *coa, struct nas *nas, struct wall now, struct coa_event *ret)
{
	uint32_t at = nas->queue.first;
	int place = 0;

	if (at == COA_NOBODY)
		return false;
	if (!coa->orders[at].is_shown) {
		if (!has_rate(coa, nas, now))
			return false;
		place = take_place(coa, nas, now);
		if (place < 0)
			return false;
		if (nas->set.rate > 0)
			nas->free_at.us += WALL_SECOND / nas->set.rate;
	}
	(void)list_take(coa, &nas->queue);
	nas->waiting--;
	make_ready(coa, nas);
	if (coa->orders[at].is_shown) {
		coa_end(coa, at, COA_SHOWN);
		return false;
	}
	send(coa, at, (unsigned)place, now, ret);
	return true;
}

static bool
tell_next(struct coa *coa, struct coa_event *ret)
{
	uint32_t at = list_take(coa, &coa->told);
	struct order *order;

	if (at == COA_NOBODY)
		return false;
	order = &coa->orders[at];
	order->is_listed = false;
	*ret = (struct coa_event){.is_told = true,
		.nas = order->nas,
		.order = order->id,
		.stage = (enum coa_stage)order->stage,
		.cause = order->cause};
	coa->counts.told[order->stage]++;
	if (order->state == ENDED)
		free_order(coa, at);
	return true;
}

int
coa_next(struct coa *coa, struct wall now, struct coa_event *ret)
{
	uint32_t at;

	for (;;) {
		if (tell_next(coa, ret))
			return 1;
		if (coa_timers_take(&coa->timers, now, &at)) {
			if (on_time(coa, at, now, ret))
				return 1;
			continue;
		}
		if (coa_timers_take(&coa->naps, now, &at)) {
			make_ready(coa, &coa->nases[at]);
			continue;
		}
		if (coa->ready_count == 0)
			return 0;
		at = coa->ready[coa->ready_first];
		coa->ready_first = (coa->ready_first + 1) % coa->settings.nases_most;
		coa->ready_count--;
		coa->nases[at].is_ready = false;
		if (ask(coa, &coa->nases[at], now, ret))
			return 1;
	}
}

struct wall
coa_due(const struct coa *coa, struct wall now)
{
	struct wall orders = coa_timers_first(&coa->timers);
	struct wall naps = coa_timers_first(&coa->naps);

	if (coa->told.first != COA_NOBODY || coa->ready_count > 0)
		return now;
	return orders.us < naps.us ? orders : naps;
}

int
coa_shown(struct coa *coa, uint64_t id)
{
	struct table_slot *slot = table_find(&coa->ids, key_of(id));
	struct order *order;

	if (slot == NULL)
		return -ENOENT;
	order = &coa->orders[slot->value];
	if (order->state == ENDED)
		return 0;
	/* Those that wait end at their turn. */
	order->is_shown = true;
	if (order->state == ASKED || order->state == LATER)
		coa_end(coa, slot->value, COA_SHOWN);
	return 0;
}

void
coa_drop(struct coa *coa, uint64_t id)
{
	struct table_slot *slot = table_find(&coa->ids, key_of(id));

	if (slot == NULL || coa->orders[slot->value].state != ASKED ||
		coa->orders[slot->value].is_listed)
		return;
	coa_timers_remove(&coa->timers, slot->value);
	free_order(coa, slot->value);
}

const struct coa_counts *
coa_counts(const struct coa *coa)
{
	return &coa->counts;
}

size_t
coa_open(const struct coa *coa)
{
	return coa->open;
}
