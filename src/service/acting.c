/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/acting.h"

#include "control/message.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/actingbgp.h"
#include "service/actingend.h"
#include "service/actingexabgp.h"
#include "service/actingmeter.h"
#include "service/actingradius.h"
#include "service/actingsets.h"
#include "service/actingwhere.h"
#include "service/leasing.h"
#include "service/post.h"
#include "service/shutin.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

_Static_assert(COUNT_QREST_BYTES - COUNT_LINE_PACKETS + 1 == 2 * RULESET_COUNTERS,
	"each counter of the rules is shown, in their order");

#define IDLE_MS 500
/* Orders at a time. */
#define TURN 256
/* How often it is looked whether all holds. */
#define LOOK_US WALL_SECOND
/* A question for all that holds that got no answer is put again. */
#define ASK_US (2 * WALL_SECOND)
/* A place more than the sets hold: what does not fit is told there. */
#define MEASURES_MOST ((size_t)1 << 22)
#define ENDS_MOST     4

struct actor {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct ring orders;
	struct holding *holding;
	struct actingwhere where;
	struct actingend end[ENDS_MOST];
	size_t ends;
	struct actingsets sets;
	struct actingmeter meter;
	int64_t sets_looked_us;
	char sets_wrong[STATUS_TEXT];
	bool is_learning; /* all that holds is asked for, page by page */
	uint64_t question;
	uint64_t after;
	int64_t asked_us;
	int64_t looked_us;
	uint64_t taken;
	uint64_t not_held; /* there was no room, or it cannot be */
	struct held_page page;
};

/* nftables as a back end among others. */

static void
sets_flush(void *end)
{
	struct actor *actor = end;

	actingsets_flush(&actor->sets);
}

static void
sets_take(void *end, const struct holding_change *change)
{
	struct actor *actor = end;

	actingsets_take(&actor->sets, change);
}

static void
sets_begin(void *end)
{
	struct actor *actor = end;

	actingsets_learn(&actor->sets);
}

static void
sets_ahead(void *end, const struct holding_change *change)
{
	struct actor *actor = end;

	actingsets_ahead(&actor->sets, change);
}

static void
sets_anew(void *end, const struct holding *holding)
{
	struct actor *actor = end;

	(void)holding;
	actingsets_anew(&actor->sets);
	actor->sets_looked_us = 0;
}

static int64_t
sets_see_to(void *end, const struct holding *holding)
{
	struct actor *actor = end;
	int64_t now = clock_steady(), next, look;

	/* What is not known yet nobody waits for. */
	if (holding == NULL)
		return INT64_MAX;
	if (now - actor->sets_looked_us >= LOOK_US) {
		actor->sets_looked_us = now;
		actingsets_see_to(&actor->sets, holding);
	}
	next = actingmeter_see_to(&actor->meter, holding, actor->duty.clock.now);
	look = actor->sets_looked_us + LOOK_US;
	return next < look ? next : look;
}

static void
sets_show(void *end, struct duty *duty)
{
	const struct actor *actor = end;
	const struct actingsets *sets = &actor->sets;
	const struct contain_settings *contain = &sets->settings->contain;
	uint64_t saved = contain->tries > 0 ? sets->stopped / contain->tries : 0;

	duty_count(duty, COUNT_SAVED_CONNECTIONS, saved);
	duty_count(duty, COUNT_SAVED_BYTES, saved * contain->message_bytes);
	duty_count(duty, COUNT_ORDERS_REFUSED, sets->refused + actor->not_held);
	duty_count(duty, COUNT_ORDERS_FAILED, sets->failures);
	duty_count(duty, COUNT_CONTAIN_FILLS, sets->fills);
	duty_count(duty, COUNT_CONTAIN_RESTORED, sets->restored);
	duty_show(duty, COUNT_METER_OVER, actor->meter.last.over);
	duty_show(duty, COUNT_METER_NOBODYS, actor->meter.last.nobodys);
	duty_show(duty, COUNT_METER_LEFT_OUT, actor->meter.last.left_out);
	duty_count(duty, COUNT_METER_TOLD, actor->meter.told);
	duty_count(duty, COUNT_METER_REFUSED, actor->meter.refused);
	for (int i = 0; i < RULESET_COUNTERS; i++) {
		duty_show(
			duty, (enum counter)(COUNT_LINE_PACKETS + 2 * i), sets->counter[i].packets);
		duty_show(duty, (enum counter)(COUNT_LINE_PACKETS + 2 * i + 1),
			sets->counter[i].bytes);
	}
}

static const char *
sets_wrong(void *end)
{
	struct actor *actor = end;
	const struct fail *fail = &actor->sets.fail;
	const char *what = "measures are not in the kernel: ";

	/* Without XDP nf_tables does it all. */
	if (*fail->what == '\0') {
		fail = &actor->sets.xdp;
		what = "port 25 is stopped by nftables alone, not by XDP: ";
	}
	if (*fail->what == '\0')
		return "";
	snprintf(actor->sets_wrong, sizeof(actor->sets_wrong), "%s%s%s%s%s%s", what, fail->where,
		*fail->where ? ": " : "", fail->what, *fail->hint ? "; " : "", fail->hint);
	return actor->sets_wrong;
}

static const struct actingend_kind sets_kind = {
	.take = sets_take,
	.ahead = sets_ahead,
	.begin = sets_begin,
	.flush = sets_flush,
	.anew = sets_anew,
	.see_to = sets_see_to,
	.show = sets_show,
	.wrong = sets_wrong,
};

static void
add_end(struct actor *actor, const struct actingend_kind *kind, void *end)
{
	must(actor->ends < ENDS_MOST);
	if (end != NULL)
		actor->end[actor->ends++] = (struct actingend){kind, end};
}

/* Before the process shuts itself in: some read secrets. */
static void
make_ends(struct actor *actor)
{
	if (actor->estate->actor_gate >= 0) {
		actingsets_begin(&actor->sets, actor->settings, actor->estate->actor_gate);
		actingmeter_begin(&actor->meter, actor->settings, actor->estate, &actor->sets.gate);
		add_end(actor, &sets_kind, actor);
	}
	add_end(actor, &actingbgp_kind, actingbgp_new(actor->settings));
	add_end(actor, &actingexabgp_kind, actingexabgp_new(actor->settings));
	add_end(actor, &actingradius_kind,
		actingradius_new(actor->settings, actingwhere_sessions(&actor->where)));
}

static void
give_all(void *context, const struct holding_change *change)
{
	const struct actor *actor = context;

	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->take != NULL)
			actor->end[i].kind->take(actor->end[i].end, change);
	}
}

static void
ask(struct actor *actor)
{
	struct held_question question = {.after = actor->after, .number = ++actor->question};

	actor->asked_us = clock_steady();
	(void)channel_send(
		actor->estate->actor_keeper.end[0], MESSAGE_HELD, &question, sizeof(question));
}

/* From the begin. */
static void
learn(struct actor *actor)
{
	actingwhere_skip(&actor->where);
	holding_clear(actor->holding);
	actor->is_learning = true;
	actor->after = 0;
	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->begin != NULL)
			actor->end[i].kind->begin(actor->end[i].end);
	}
	ask(actor);
}

static void
give_ahead(void *context, const struct holding_change *change)
{
	const struct actor *actor = context;

	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->ahead != NULL)
			actor->end[i].kind->ahead(actor->end[i].end, change);
	}
}

static void
take_order(struct actor *actor, const struct order *order, holding_give give, void *context)
{
	actor->taken++;
	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->order != NULL)
			actor->end[i].kind->order(actor->end[i].end, order);
	}
	if (order->verb == ORDER_UNDO) {
		holding_undo(actor->holding, order, give, context);
		actingmeter_forget(&actor->meter, order->line, actor->duty.clock.now);
	} else if (holding_apply(actor->holding, order, give, context) < 0) {
		actor->not_held++;
	} else if (order->place.length == 0) {
		actingwhere_find(&actor->where, order->line, actor->duty.clock.now, actor->holding,
			give, context);
	}
}

/* What the keeper had told when it made the first page is in what it reads from then on: also that all is to be learnt
 * anew, which each keeper tells that begins. */
static void
pass_over(struct actor *actor, uint64_t place)
{
	struct order order[TURN];
	int64_t n = 1;

	while (n > 0 && !ring_is_at(&actor->orders, place)) {
		uint64_t left = place - ring_place(&actor->orders);

		n = ring_take(&actor->orders, order, left < TURN ? (size_t)left : TURN);
		if (n > 0)
			ring_taken(&actor->orders);
	}
}

/* One page of all that holds; after the last one the back ends are brought to it. */
static void
take_page(struct actor *actor, const struct held_page *page)
{
	if (!actor->is_learning || page->number != actor->question)
		return;
	if (actor->after == 0)
		pass_over(actor, page->place);
	/* The keeper reads the next one meanwhile. */
	actor->after = page->after;
	if (!page->is_last)
		ask(actor);
	for (uint32_t i = 0; i < page->count; i++) {
		uint32_t left = page->count - i;

		if (i % HOLDING_AHEAD == 0)
			holding_prefetch(actor->holding, &page->order[i],
				left < HOLDING_AHEAD ? left : HOLDING_AHEAD);
		take_order(actor, &page->order[i], give_ahead, actor);
	}
	if (!page->is_last)
		return;
	actor->is_learning = false;
	actor->looked_us = 0;
	for (size_t i = 0; i < actor->ends; i++)
		actor->end[i].kind->anew(actor->end[i].end, actor->holding);
}

static void
hear_keeper(struct actor *actor)
{
	for (int i = 0; i < MESSAGE_TURN; i++) {
		uint16_t type;
		int64_t size = message_receive(actor->estate->actor_keeper.end[0], &type,
			&actor->page, sizeof(actor->page));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size < 0 || type != MESSAGE_HELD_PAGE)
			event(EVENT_BAD_MESSAGE, "peer=keeper number=0");
		else
			take_page(actor, &actor->page);
	}
}

/* Where lines are now. True if there was anything. */
static bool
take_news(struct actor *actor)
{
	int r = actingwhere_take(
		&actor->where, actor->holding, actor->is_learning ? give_ahead : give_all, actor);

	if (r < 0)
		learn(actor);
	return r != 0;
}

/* True if there was anything. */
static bool
take_orders(struct actor *actor)
{
	struct order order[TURN];
	bool has_news = take_news(actor);
	int64_t n = actor->is_learning ? 0 : ring_take(&actor->orders, order, TURN);

	if (n < 0) {
		event(EVENT_BAD_MESSAGE, "peer=keeper number=0");
		learn(actor);
		return true;
	}
	for (int64_t i = 0; i < n && !actor->is_learning; i++) {
		if (order[i].verb == ORDER_ANEW)
			learn(actor);
		else
			take_order(actor, &order[i], give_all, actor);
	}
	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->flush != NULL)
			actor->end[i].kind->flush(actor->end[i].end);
	}
	if (n > 0)
		ring_taken(&actor->orders);
	return n > 0 || has_news;
}

static void
show(struct actor *actor)
{
	struct duty *duty = &actor->duty;

	duty_count(duty, COUNT_ORDERS, actor->taken);
	duty_count(duty, COUNT_ORDERS_REFUSED, actor->not_held);
	duty_show(duty, COUNT_BLOCKED, holding_count(actor->holding, MEASURE_BLOCK25));
	duty_show(duty, COUNT_QUARANTINED, holding_count(actor->holding, MEASURE_QUARANTINE));
	for (size_t i = 0; i < actor->ends; i++)
		actor->end[i].kind->show(actor->end[i].end, duty);
}

/* What is not done by now is said as long as it is so. */
static void
tell(struct actor *actor)
{
	const char *wrong = "";

	if (actor->is_learning) {
		duty_trouble(&actor->duty, "the keeper does not say which measures hold");
		return;
	}
	for (size_t i = 0; i < actor->ends && *wrong == '\0'; i++)
		wrong = actor->end[i].kind->wrong(actor->end[i].end);
	duty_trouble(&actor->duty, "%s", wrong);
}

/* When there is something to do again. */
static int64_t
see_to(struct actor *actor)
{
	int64_t now = clock_steady(), wake = now + IDLE_MS * 1000;

	if (actor->is_learning && now - actor->asked_us > ASK_US) {
		tell(actor);
		ask(actor);
	}
	for (size_t i = 0; i < actor->ends; i++) {
		int64_t next = actor->end[i].kind->see_to(
			actor->end[i].end, actor->is_learning ? NULL : actor->holding);

		wake = next < wake ? next : wake;
	}
	if (!actor->is_learning && now - actor->looked_us >= LOOK_US) {
		actor->looked_us = now;
		tell(actor);
		show(actor);
	}
	return wake;
}

/* Milliseconds to sleep: not past that time, and not before it. */
static int
rest_ms(int64_t wake)
{
	int64_t left = wake - clock_steady();

	return left <= 0 ? 0 : left >= IDLE_MS * 1000 ? IDLE_MS : (int)((left + 999) / 1000);
}

static void
rest(struct actor *actor, int64_t wake)
{
	struct pollfd polled[4 + ACTINGEND_POLLED] = {{.fd = actor->duty.parent, .events = POLLIN},
		{.fd = actor->estate->actor_keeper.end[0], .events = POLLIN},
		{.fd = actor->estate->actor_wake, .events = POLLIN},
		{.fd = actor->where.is_there ? actor->estate->whereabouts_wake : -1,
			.events = POLLIN}};
	size_t count = 4, of[ENDS_MOST] = {0};
	bool empty = actor->is_learning ||
		(ring_sleep(&actor->orders) &&
			(!actor->where.is_there || ring_sleep(&actor->where.news)));
	eventfd_t woken;

	for (size_t i = 0; i < actor->ends; i++) {
		const struct actingend *end = &actor->end[i];

		if (end->kind->polled != NULL)
			of[i] = end->kind->polled(
				end->end, polled + count, 4 + ACTINGEND_POLLED - count);
		count += of[i];
	}
	(void)poll(polled, count, empty ? rest_ms(wake) : 0);
	ring_awake(&actor->orders);
	(void)eventfd_read(actor->estate->actor_wake, &woken);
	if (actor->where.is_there) {
		ring_awake(&actor->where.news);
		(void)eventfd_read(actor->estate->whereabouts_wake, &woken);
	}
	if (polled[0].revents != 0)
		duty_hear(&actor->duty);
	if (polled[1].revents != 0)
		hear_keeper(actor);
	count = 4;
	for (size_t i = 0; i < actor->ends; count += of[i], i++) {
		if (of[i] > 0)
			actor->end[i].kind->ready(actor->end[i].end, polled + count, of[i]);
	}
}

static void
stop(struct actor *actor)
{
	show(actor);
	for (size_t i = 0; i < actor->ends; i++) {
		if (actor->end[i].kind->stop != NULL)
			actor->end[i].kind->stop(actor->end[i].end, actor->duty.is_replaced);
	}
}

/* Sets stay as they are; routers forget what a session told them, unless another actor comes at once and tells it
 * again. */
_Noreturn void
acting_run(const struct daemon_settings *settings, struct estate *estate)
{
	struct actor *actor = xcalloc(1, sizeof(*actor));
	struct post post = {.owner = OWNER_ACTOR};

	estate_enter(estate, &post, NULL, 0);
	actor->settings = settings;
	actor->estate = estate;
	duty_begin(&actor->duty, estate, &post);
	actingwhere_begin(&actor->where, estate);
	make_ends(actor);
	shutin_enter(&actor->duty, &post, settings);
	actor->holding = holding_new(MEASURES_MOST);
	estate_measures_taking(estate, &actor->orders);
	channel_clear(estate->actor_keeper.end[0]);
	/* Lines that are sessions are nowhere before that, and would be let go. */
	leasing_wait(&actor->duty, estate);
	learn(actor);
	duty_ready(&actor->duty);
	while (!actor->duty.is_over) {
		duty_beat(&actor->duty);
		actor->sets.now = actor->duty.clock.now;
		while (take_orders(actor) && !actor->duty.is_over)
			duty_beat(&actor->duty);
		rest(actor, see_to(actor));
	}
	stop(actor);
	actingmeter_end(&actor->meter);
	holding_free(actor->holding);
	_exit(0);
}
