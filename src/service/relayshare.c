/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayshare.h"

#include "runtime/clock.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

/* Own batches whose way is measured. */
#define SENT 64

_Static_assert(BATCH_BYTES <= EXCHANGE_BLOCK, "a batch is a block");

/* Another relay; 0: none. */
struct other {
	struct relayshare_said of;
	int64_t heard_us;
};

struct relayshare {
	struct relayshare_settings settings;
	struct deltas *deltas;
	struct event *timer;
	struct relayshare_said of; /* the last batch that was made */
	int64_t quiet_since_us;    /* when something was last said */
	int64_t sent_us[SENT];     /* by sequence */
	struct other other[RELAYSHARE_RELAYS];
	struct relayshare_counts counts;
	int64_t foreign_us; /* when one with another secret was heard */
	size_t pending;     /* bytes of a batch that is made and could not go */
	uint64_t pending_told;
	uint8_t bytes[BATCH_BYTES];
	struct batch batch;
};

/* Its place; if it is new a free one, or that of the one that was not heard for longest. */
static struct other *
find_other(struct relayshare *share, uint64_t relay, bool *is_new)
{
	struct other *into = &share->other[0];

	*is_new = false;
	for (size_t i = 0; i < RELAYSHARE_RELAYS; i++) {
		struct other *other = &share->other[i];

		if (other->of.relay == relay)
			return other;
		if (into->of.relay != 0 &&
			(other->of.relay == 0 || other->heard_us < into->heard_us))
			into = other;
	}
	*is_new = true;
	*into = (struct other){.of.relay = relay};
	return into;
}

/* Is it the next one, or after a gap? One that came before is not joined again. What was said long ago, and is heard
 * now by one who is new, does not show that the other is there. */
static bool
is_news(struct relayshare *share, const struct batch_head *head, struct wall now)
{
	bool is_new;
	struct other *other = find_other(share, head->relay, &is_new);
	int64_t ago_us = now.us - head->said.us;

	other->heard_us = clock_steady() - (ago_us > 0 ? ago_us : 0);
	if (!is_new && head->sequence <= other->of.sequence) {
		share->counts.again++;
		return false;
	}
	if (!is_new && head->sequence - other->of.sequence > 1) {
		share->counts.gaps++;
		share->counts.missed += head->sequence - other->of.sequence - 1;
	}
	other->of.sequence = head->sequence;
	return true;
}

static void
measure(struct relayshare *share, uint64_t sequence)
{
	if (sequence > share->of.sequence || share->of.sequence - sequence >= SENT)
		return;
	share->counts.lag_us = clock_steady() - share->sent_us[sequence % SENT];
	if (share->counts.lag_us > share->counts.lag_most_us)
		share->counts.lag_most_us = share->counts.lag_us;
}

static void
hear(void *context, const void *block, size_t size)
{
	struct relayshare *share = context;
	const struct batch *batch = &share->batch;
	int r = batch_decode(block, size, &share->settings.key, &share->batch);
	struct wall now = share->settings.now(share->settings.context);

	if (r == -EACCES)
		share->foreign_us = clock_steady();
	if (r < 0) {
		share->counts.foreign += r == -EACCES;
		share->counts.wrong += r != -EACCES;
		return;
	}
	if (batch->head.relay == share->of.relay) {
		measure(share, batch->head.sequence);
		return;
	}
	if (batch->head.relay == 0 || !is_news(share, &batch->head, now))
		return;
	share->counts.batches_in++;
	share->counts.changes_in += batch->count;
	guard_join(share->settings.guard, batch->of, batch->count, batch->head.said, now);
}

/* A batch of what waits is made, unless one waits already. */
static void
make(struct relayshare *share)
{
	struct batch_head head = {
		.relay = share->of.relay,
		.sequence = ++share->of.sequence,
		.said = share->settings.now(share->settings.context),
	};
	uint64_t told = deltas_counts(share->deltas).told;

	share->pending = deltas_encode(
		share->deltas, &head, &share->settings.key, share->bytes, sizeof(share->bytes));
	share->pending_told = deltas_counts(share->deltas).told - told;
}

/* False: not now. */
static bool
send_pending(struct relayshare *share)
{
	int64_t now_us = clock_steady();

	/* Before it goes: in one process it is heard before it is published. */
	share->sent_us[share->of.sequence % SENT] = now_us;
	if (exchange_publish(share->settings.exchange, share->bytes, share->pending) < 0)
		return false;
	share->pending = 0;
	share->quiet_since_us = now_us;
	share->counts.batches_out++;
	share->counts.changes_out += share->pending_told;
	return true;
}

void
relayshare_tick(struct relayshare *share)
{
	struct exchange_state state;

	exchange_state(share->settings.exchange, &state);
	for (int i = 0; i < RELAYSHARE_BATCHES; i++) {
		bool is_quiet = clock_steady() - share->quiet_since_us >= RELAYSHARE_QUIET_US;

		/* What cannot go stays where it becomes one with what comes. */
		if (share->pending == 0 && !state.is_connected)
			return;
		if (share->pending == 0 && deltas_counts(share->deltas).held == 0 && !is_quiet)
			return;
		if (share->pending == 0)
			make(share);
		if (!send_pending(share))
			return;
	}
}

static void
on_timer(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	relayshare_tick(context);
}

/* The guard before this one is another relay to it; and whom that one had heard, up to where. */
static void
know_former(struct relayshare *share, const struct relayshare_standing *former)
{
	int64_t heard_us = clock_steady() - RELAYSHARE_THERE_US;
	bool is_new;

	for (size_t i = 0; i < RELAYSHARE_RELAYS; i++)
		share->other[i] = (struct other){.of = former->heard[i], .heard_us = heard_us};
	if (former->of.relay != 0)
		*find_other(share, former->of.relay, &is_new) =
			(struct other){.of = former->of, .heard_us = heard_us};
}

struct relayshare *
relayshare_new(struct event_base *base, const struct relayshare_settings *settings)
{
	struct relayshare *share = xcalloc(1, sizeof(*share));
	int64_t tick_us = settings->tick_us > 0 ? settings->tick_us : RELAYSHARE_TICK_US;
	const struct timeval tick = {.tv_sec = tick_us / 1000000, .tv_usec = tick_us % 1000000};

	share->settings = *settings;
	share->deltas = deltas_new(settings->changes_most);
	do
		hash_words_random(&share->of.relay, 1);
	while (share->of.relay == 0);
	if (settings->former != NULL)
		know_former(share, settings->former);
	share->settings.former = NULL;
	guard_share(settings->guard, share->deltas);
	exchange_listen(settings->exchange, hear, share);
	share->timer = event_new(base, -1, EV_PERSIST, on_timer, share);
	must(share->timer != NULL && event_add(share->timer, &tick) == 0);
	return share;
}

struct relayshare *
relayshare_free(struct relayshare *share)
{
	if (share == NULL)
		return NULL;
	event_free(share->timer);
	exchange_listen(share->settings.exchange, NULL, NULL);
	guard_share(share->settings.guard, NULL);
	deltas_free(share->deltas);
	free(share);
	return NULL;
}

struct relayshare_counts
relayshare_counts(const struct relayshare *share)
{
	struct relayshare_counts counts = share->counts;
	struct deltas_counts deltas = deltas_counts(share->deltas);
	int64_t since_us = clock_steady() - RELAYSHARE_THERE_US;

	counts.lost = deltas.lost + deltas.old;
	counts.waiting = deltas.held;
	counts.is_foreign = counts.foreign > 0 && share->foreign_us > since_us;
	for (size_t i = 0; i < RELAYSHARE_RELAYS; i++)
		counts.relays +=
			share->other[i].of.relay != 0 && share->other[i].heard_us > since_us;
	return counts;
}

void
relayshare_standing(const struct relayshare *share, struct relayshare_standing *ret)
{
	*ret = (struct relayshare_standing){.of = share->of};
	for (size_t i = 0; i < RELAYSHARE_RELAYS; i++)
		ret->heard[i] = share->other[i].of;
	exchange_position(share->settings.exchange, ret->position);
}
