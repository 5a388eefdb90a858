/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/accountorder.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>

const char *const order_names[ORDER_KINDS] = {
	[ORDER_LIMIT] = "limit",
	[ORDER_RELEASE] = "release",
};

static const enum action actions[ORDER_KINDS] = {
	[ORDER_LIMIT] = ACTION_LIMIT,
	[ORDER_RELEASE] = ACTION_RELEASE,
};

void
order_digest(const struct account_order *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret account order 1", NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->line);
	digest_wall(&digest, of->time);
	digest_wall(&digest, of->until);
	digest_u64(&digest, of->of_case);
	digest_double(&digest, of->threshold);
	digest_text(&digest, text_of(order_names[of->kind]));
	digest_text(&digest, text_of(of->actor));
	digest_text(&digest, text_of(of->rule));
	digest_done(&digest, into);
}

struct search {
	enum order_kind kind;
	struct wall now; /* may it give way? else: is it of the kind? */
	bool gives_way;
	struct account_order *found;
};

static int
search(void *context, const struct account_order *row)
{
	struct search *search = context;
	bool fits = search->gives_way ? row->kind == ORDER_RELEASE ||
			(!wall_is_none(row->until) && row->until.us <= search->now.us)
				      : row->kind == search->kind;

	if (!fits)
		return 0;
	*search->found = *row;
	return 1;
}

int
ledger_find_order(struct ledger *ledger, uint64_t line, enum order_kind kind,
	struct account_order *ret, struct fail *fail)
{
	struct search of = {.kind = kind, .found = ret};
	int r = ledger->store->ops->orders(ledger->store, ORDERS_LINE, line, search, &of, fail);

	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int
ledger_each_order(struct ledger *ledger, visit_order visit, void *context, struct fail *fail)
{
	return ledger->store->ops->orders(ledger->store, ORDERS_ALL, 0, visit, context, fail);
}

static int
remove_order(struct ledger *ledger, const struct account_order *order, const char *why,
	struct fail *fail)
{
	struct audit row = {
		.action = (uint8_t)actions[order->kind],
		.object = order->number,
		.details = text_of(why),
	};
	int r = ledger->store->ops->order_remove(ledger->store, order->number, fail);

	return r < 0 ? r : ledger_append(ledger, row, fail);
}

static int
remove_kind(struct ledger *ledger, uint64_t line, enum order_kind kind, const char *why,
	struct fail *fail)
{
	struct account_order before;
	int r = ledger_find_order(ledger, line, kind, &before, fail);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : remove_order(ledger, &before, why, fail);
}

/* The oldest that means nothing any more goes where there are too many. */
static int
make_room(struct ledger *ledger, struct fail *fail)
{
	struct account_order oldest;
	struct search of = {.now = ledger->now, .gives_way = true, .found = &oldest};
	uint64_t count;
	int r = ledger->store->ops->count(ledger->store, ROWS_ORDERS, &count, fail);

	if (r < 0 || count < ACCOUNT_ORDERS)
		return r;
	r = ledger->store->ops->orders(ledger->store, ORDERS_ALL, 0, search, &of, fail);
	if (r == 1)
		return remove_order(ledger, &oldest, "forgotten", fail);
	if (r < 0)
		return r;
	fail_what(fail, "%d accounts have a limit of their own already", ACCOUNT_ORDERS);
	fail_hint(fail, "release some, or write limits that stay into the file of relay.accounts");
	return -EDQUOT;
}

static int
write_order(struct ledger *ledger, struct account_order *order, struct fail *fail)
{
	char details[AUDIT_DETAILS + 1];
	char until[WALL_TEXT];
	struct audit row = {
		.action = (uint8_t)actions[order->kind],
		.subject = order->of_case,
		.has_digest = true,
	};
	int r = remove_kind(ledger, order->line, ORDER_LIMIT,
		order->kind == ORDER_LIMIT ? "replaced" : "taken away", fail);

	if (r >= 0 && order->kind == ORDER_RELEASE)
		r = remove_kind(ledger, order->line, ORDER_RELEASE, "replaced", fail);
	if (r >= 0)
		r = make_room(ledger, fail);
	if (r >= 0)
		r = ledger->store->ops->order_add(ledger->store, order, fail);
	if (r < 0)
		return r;
	if (order->kind == ORDER_RELEASE)
		snprintf(details, sizeof(details), "released");
	else
		snprintf(details, sizeof(details), "limited to %s%s%s", order->rule,
			wall_is_none(order->until) ? "" : " until ",
			wall_is_none(order->until) ? "" : wall_format(order->until, until));
	row.object = order->number;
	row.details = text_of(details);
	order_digest(order, row.digest);
	return ledger_append(ledger, row, fail);
}

int
ledger_order(struct ledger *ledger, struct account_order *order, struct fail *fail)
{
	int r;

	order->time = ledger->now;
	snprintf(order->actor, sizeof(order->actor), "%s", ledger->actor);
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	return ledger_end(ledger, write_order(ledger, order, fail), fail);
}
