/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/acting.h"

#include "control/message.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/actingsets.h"
#include "service/post.h"
#include "service/shutin.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
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

struct actor {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct ring orders;
	struct holding *holding;
	struct actingsets sets;
	bool is_learning; /* all that holds is asked for, page by page */
	uint64_t question;
	uint64_t after;
	int64_t asked_us;
	int64_t looked_us;
	uint64_t taken;
	uint64_t not_held; /* there was no room, or it cannot be */
	struct held_page page;
};

static void
ask(struct actor *actor)
{
	struct held_question question = {.after = actor->after, .number = ++actor->question};

	actor->asked_us = clock_steady();
	(void)channel_send(
		actor->estate->actor_keeper.end[0], MESSAGE_HELD, &question, sizeof(question));
}

/* From the begin. What the ring holds now is in the answer. */
static void
learn(struct actor *actor)
{
	(void)ring_skip(&actor->orders);
	holding_clear(actor->holding);
	actor->is_learning = true;
	actor->after = 0;
	ask(actor);
}

static void
give_nothing(void *context, const struct holding_change *change)
{
	(void)context;
	(void)change;
}

static void
take_order(struct actor *actor, const struct order *order, holding_give give, void *context)
{
	actor->taken++;
	if (order->verb == ORDER_UNDO)
		holding_undo(actor->holding, order, give, context);
	else if (holding_apply(actor->holding, order, give, context) < 0)
		actor->not_held++;
}

/* One page of all that holds; after the last one the back ends are brought to it. */
static void
take_page(struct actor *actor, const struct held_page *page)
{
	if (!actor->is_learning || page->number != actor->question)
		return;
	for (uint32_t i = 0; i < page->count; i++)
		take_order(actor, &page->order[i], give_nothing, NULL);
	actor->after = page->after;
	if (!page->is_last) {
		ask(actor);
		return;
	}
	actor->is_learning = false;
	actor->sets.is_owing = true;
	actor->looked_us = 0;
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

/* True if there was anything. */
static bool
take_orders(struct actor *actor)
{
	struct order order[TURN];
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
			take_order(actor, &order[i], actingsets_take, &actor->sets);
	}
	actingsets_flush(&actor->sets);
	if (n > 0)
		ring_taken(&actor->orders);
	return n > 0;
}

static void
show(struct actor *actor)
{
	const struct actingsets *sets = &actor->sets;
	struct duty *duty = &actor->duty;

	duty_count(duty, COUNT_ORDERS, actor->taken);
	duty_count(duty, COUNT_ORDERS_REFUSED, sets->refused + actor->not_held);
	duty_count(duty, COUNT_ORDERS_FAILED, sets->failures);
	duty_count(duty, COUNT_CONTAIN_FILLS, sets->fills);
	duty_count(duty, COUNT_CONTAIN_RESTORED, sets->restored);
	duty_count(duty, COUNT_BLOCKED, holding_count(actor->holding, MEASURE_BLOCK25));
	duty_count(duty, COUNT_QUARANTINED, holding_count(actor->holding, MEASURE_QUARANTINE));
	for (int i = 0; i < RULESET_COUNTERS; i++) {
		duty_show(
			duty, (enum counter)(COUNT_LINE_PACKETS + 2 * i), sets->counter[i].packets);
		duty_show(duty, (enum counter)(COUNT_LINE_PACKETS + 2 * i + 1),
			sets->counter[i].bytes);
	}
}

/* What is not done by now is said as long as it is so. */
static void
tell(struct actor *actor)
{
	const struct fail *fail = &actor->sets.fail;

	if (actor->is_learning)
		duty_trouble(&actor->duty, "the keeper does not say which measures hold");
	else
		duty_trouble(&actor->duty, "%s%s%s%s",
			*fail->what ? "measures are not in the kernel: " : "", fail->what,
			*fail->hint ? "; " : "", fail->hint);
}

static void
see_to(struct actor *actor)
{
	int64_t now = clock_steady();

	if (actor->is_learning && now - actor->asked_us > ASK_US) {
		tell(actor);
		ask(actor);
	}
	if (actor->is_learning || now - actor->looked_us < LOOK_US)
		return;
	actor->looked_us = now;
	actingsets_see_to(&actor->sets, actor->holding);
	tell(actor);
	show(actor);
}

static void
rest(struct actor *actor)
{
	struct pollfd polled[] = {{.fd = actor->duty.parent, .events = POLLIN},
		{.fd = actor->estate->actor_keeper.end[0], .events = POLLIN},
		{.fd = actor->estate->actor_wake, .events = POLLIN}};
	bool empty = actor->is_learning || ring_sleep(&actor->orders);
	eventfd_t count;

	(void)poll(polled, 3, empty ? IDLE_MS : 0);
	ring_awake(&actor->orders);
	(void)eventfd_read(actor->estate->actor_wake, &count);
	if (polled[0].revents != 0)
		duty_hear(&actor->duty);
	if (polled[1].revents != 0)
		hear_keeper(actor);
}

/* Who ends leaves everything as it is: the measures hold, as the ledger wants. */
_Noreturn void
acting_run(const struct daemon_settings *settings, struct estate *estate)
{
	struct actor *actor = xcalloc(1, sizeof(*actor));
	struct post post = {.owner = OWNER_ACTOR};

	estate_enter(estate, &post, NULL, 0);
	actor->settings = settings;
	actor->estate = estate;
	duty_begin(&actor->duty, estate, &post);
	shutin_enter(&actor->duty, &post, settings);
	actor->holding = holding_new(MEASURES_MOST);
	actingsets_begin(&actor->sets, settings, estate->actor_gate);
	estate_measures_taking(estate, &actor->orders);
	channel_clear(estate->actor_keeper.end[0]);
	learn(actor);
	duty_ready(&actor->duty);
	while (!actor->duty.is_over) {
		duty_beat(&actor->duty);
		actor->sets.now = actor->duty.clock.now;
		while (take_orders(actor) && !actor->duty.is_over)
			duty_beat(&actor->duty);
		see_to(actor);
		rest(actor);
	}
	show(actor);
	holding_free(actor->holding);
	_exit(0);
}
