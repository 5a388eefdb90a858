/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/verify.h"

#include "base/table.h"
#include "ledger/inside.h"

#include <errno.h>

/* Removed cases that can be remembered; more are an error. */
#define REMOVED_MOST (1U << 22)

struct walk {
	struct ledger *ledger;
	struct ledger_proof *proof;
	struct fail *fail;
	struct table removed; /* numbers of cases, spread by hash_mix */
	struct table gone;    /* numbers of orders for accounts */
	struct table ended[EXCEPTION_KINDS];
	bool is_damaged; /* fail is filled with what is wrong in the ledger itself */
};

static int
broken(struct walk *walk, uint64_t sequence, const char *what)
{
	fail_where(walk->fail, "%s, row %llu of the audit trail", walk->ledger->where,
		(unsigned long long)sequence);
	fail_what(walk->fail, "%s", what);
	fail_hint(walk->fail, "keep the file; compare it with the last good copy of it");
	walk->proof->broken = sequence;
	walk->is_damaged = true;
	return -EUCLEAN;
}

static bool
was_removed(const struct walk *walk, uint64_t number)
{
	return table_find(&walk->removed, hash_mix(number)) != NULL;
}

struct derived {
	struct ledger_case of;
	uint64_t transitions;
};

static int
derive(void *context, const struct transition *row)
{
	struct derived *derived = context;

	if (derived->transitions++ == 0)
		case_init(&derived->of, row);
	case_apply(&derived->of, row);
	return 0;
}

static bool
is_derived(const struct ledger_case *it, const struct ledger_case *of)
{
	return it->line == of->line && it->opened.us == of->opened.us &&
		it->last.us == of->last.us && it->confirmed.us == of->confirmed.us &&
		it->closed.us == of->closed.us && it->state == of->state &&
		it->highest == of->highest && it->role == of->role &&
		memcmp(&it->score, &of->score, sizeof(it->score)) == 0;
}

static int
check_case(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	struct query query = {.key = row->subject, .most = 1};
	struct ledger_case it;
	uint8_t digest[DIGEST_SIZE];
	int r = store->ops->cases(store, CASES_NUMBER, &query, ledger_take_case, &it, walk->fail);

	if (r == -EUCLEAN)
		return broken(walk, row->sequence, "the case that it opened cannot be read");
	if (r < 0)
		return r;
	if (was_removed(walk, row->subject))
		return r == 0 ? 0
			      : broken(walk, row->sequence, "the case was removed, but is there");
	if (r == 0)
		return broken(walk, row->sequence, "the case that it opened is not there");
	case_digest(&it, digest);
	if (row->object != row->subject || !row->has_digest ||
		memcmp(digest, row->digest, sizeof(digest)) != 0)
		return broken(walk, row->sequence, "the case that it opened was changed");
	walk->proof->cases++;
	return 0;
}

/* Third pass: the case is what its steps, all of them good, make of it. */
static int
check_life(void *context, const struct audit *row)
{
	struct walk *walk = context;
	struct store *store = walk->ledger->store;
	struct query query = {.key = row->subject, .most = 1};
	struct derived derived = {.transitions = 0};
	struct ledger_case it;
	int r;

	if (row->action != ACTION_OPEN || was_removed(walk, row->subject))
		return 0;
	r = store->ops->cases(store, CASES_NUMBER, &query, ledger_take_case, &it, walk->fail);
	if (r < 0)
		return r;
	r = store->ops->transitions(
		store, TRANSITIONS_CASE, row->subject, derive, &derived, walk->fail);
	if (r == -EUCLEAN)
		return broken(walk, row->sequence, "a transition of the case cannot be read");
	if (r < 0)
		return r;
	if (derived.transitions == 0 || !is_derived(&it, &derived.of))
		return broken(
			walk, row->sequence, "the case is not what its transitions make of it");
	return 0;
}

struct found {
	uint64_t of_case;
	uint8_t digest[DIGEST_SIZE];
};

static int
take_transition(void *context, const struct transition *row)
{
	struct found *found = context;

	found->of_case = row->of_case;
	transition_digest(row, found->digest);
	return 1;
}

static int
check_transition(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	struct found found;
	int r = store->ops->transitions(
		store, TRANSITIONS_NUMBER, row->object, take_transition, &found, walk->fail);

	if (r == -EUCLEAN)
		return broken(
			walk, row->sequence, "the transition that it speaks of cannot be read");
	if (r < 0)
		return r;
	if (was_removed(walk, row->subject))
		return r == 0 ? 0
			      : broken(walk, row->sequence,
					"the transition was removed with its case, but is there");
	if (r == 0)
		return broken(walk, row->sequence, "the transition that it speaks of is not there");
	if (found.of_case != row->subject || !row->has_digest ||
		memcmp(found.digest, row->digest, sizeof(found.digest)) != 0)
		return broken(walk, row->sequence, "the transition that it speaks of was changed");
	walk->proof->transitions++;
	return 0;
}

static int
take_parameters(void *context, uint32_t version, struct text text)
{
	struct digest digest;

	digest_init(&digest, "lazaret parameters 1", NULL);
	digest_u64(&digest, version);
	digest_text(&digest, text);
	digest_done(&digest, context);
	return 1;
}

static int
check_parameters(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	uint32_t version = (uint32_t)row->object;
	uint8_t digest[DIGEST_SIZE];
	int r = store->ops->parameters(store, &version, take_parameters, digest, walk->fail);

	if (r < 0 && r != -EUCLEAN)
		return r;
	if (r != 1 || row->object != version || !row->has_digest ||
		memcmp(digest, row->digest, sizeof(digest)) != 0)
		return broken(walk, row->sequence, "the parameters that it speaks of were changed");
	walk->proof->parameters++;
	return 0;
}

static int
take_exception(void *context, const struct exception *row)
{
	*(struct exception *)context = *row;
	return 1;
}

static int
check_exception(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	enum exception_kind kind = (enum exception_kind)exception_of_row(row);
	uint8_t digest[DIGEST_SIZE];
	struct exception it;
	int r;

	if (!row->has_digest)
		return 0;
	r = store->ops->exceptions(
		store, EXCEPTIONS_NUMBER, kind, row->object, take_exception, &it, walk->fail);
	if (r == -EUCLEAN)
		return broken(
			walk, row->sequence, "the exception that it speaks of cannot be read");
	if (r < 0)
		return r;
	if (table_find(&walk->ended[kind], hash_mix(row->object)) != NULL)
		return r == 0
			? 0
			: broken(walk, row->sequence, "the exception was ended, but is there");
	if (r == 0)
		return broken(walk, row->sequence, "the exception that it speaks of is not there");
	exception_digest(&it, digest);
	if (memcmp(digest, row->digest, sizeof(digest)) != 0)
		return broken(walk, row->sequence, "the exception that it speaks of was changed");
	walk->proof->exceptions++;
	return 0;
}

static bool
is_order(const struct audit *row)
{
	return row->action == ACTION_LIMIT || row->action == ACTION_RELEASE;
}

static int
take_order(void *context, const struct account_order *row)
{
	*(struct account_order *)context = *row;
	return 1;
}

static int
check_order(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	uint8_t digest[DIGEST_SIZE];
	struct account_order it;
	int r;

	if (!row->has_digest)
		return 0;
	r = store->ops->orders(store, ORDERS_NUMBER, row->object, take_order, &it, walk->fail);
	if (r == -EUCLEAN)
		return broken(walk, row->sequence,
			"the order for an account that it speaks of cannot be read");
	if (r < 0)
		return r;
	if (table_find(&walk->gone, hash_mix(row->object)) != NULL)
		return r == 0 ? 0
			      : broken(walk, row->sequence,
					"the order for an account was taken away, but is there");
	if (r == 0)
		return broken(walk, row->sequence,
			"the order for an account that it speaks of is not there");
	order_digest(&it, digest);
	if (memcmp(digest, row->digest, sizeof(digest)) != 0)
		return broken(walk, row->sequence,
			"the order for an account that it speaks of was changed");
	walk->proof->orders++;
	return 0;
}

static int
take_measure(void *context, const struct measure *row)
{
	*(struct measure *)context = *row;
	return 1;
}

/* Both of its rows: of its begin, and of its end. */
static int
check_measure(struct walk *walk, const struct audit *row)
{
	struct store *store = walk->ledger->store;
	bool is_end = row->action == ACTION_MEASURE_END;
	uint8_t digest[DIGEST_SIZE];
	struct measure it;
	int r = store->ops->measures(
		store, MEASURES_NUMBER, row->object, take_measure, &it, walk->fail);

	if (r == -EUCLEAN)
		return broken(walk, row->sequence, "the measure that it speaks of cannot be read");
	if (r < 0)
		return r;
	if (was_removed(walk, row->subject))
		return r == 0 ? 0
			      : broken(walk, row->sequence,
					"the measure was removed with its case, but is there");
	if (r == 0)
		return broken(walk, row->sequence, "the measure that it speaks of is not there");
	if (is_end)
		measure_end_digest(&it, digest);
	else
		measure_digest(&it, digest);
	if (it.of_case != row->subject || !row->has_digest || is_end > !wall_is_none(it.ended) ||
		memcmp(digest, row->digest, sizeof(digest)) != 0)
		return broken(walk, row->sequence, "the measure that it speaks of was changed");
	walk->proof->measures += !is_end;
	walk->proof->measures_ended += is_end;
	return 0;
}

static int
remember(struct walk *walk, struct table *table, uint64_t number, const char *what)
{
	struct table_slot *slot;
	int r = table_add(table, hash_mix(number), &slot);

	if (r >= 0)
		return 0;
	fail_where(walk->fail, "%s", walk->ledger->where);
	fail_what(walk->fail, "more than %u %s cannot be remembered", REMOVED_MOST, what);
	return r;
}

/* First pass: the chain itself, and what was removed and ended. */
static int
check_link(void *context, const struct audit *row)
{
	struct walk *walk = context;
	struct ledger_proof *proof = walk->proof;
	uint8_t hash[DIGEST_SIZE];
	int kind = exception_of_row(row), r = 0;

	if (row->sequence != proof->rows + 1)
		return broken(walk, proof->rows + 1, "the row is not there");
	if (memcmp(row->previous, proof->head, sizeof(proof->head)) != 0)
		return broken(walk, row->sequence, "the row does not follow from the row before");
	audit_hash(row, hash);
	if (memcmp(row->hash, hash, sizeof(hash)) != 0)
		return broken(walk, row->sequence, "the row was changed");
	if (row->action == ACTION_REMOVE) {
		r = remember(walk, &walk->removed, row->subject, "removed cases");
		proof->removed++;
	} else if (kind >= 0 && !row->has_digest) {
		r = remember(walk, &walk->ended[kind], row->object, "exceptions that ended");
	} else if (is_order(row) && !row->has_digest) {
		r = remember(walk, &walk->gone, row->object, "orders that are gone");
	}
	if (r < 0)
		return r;
	proof->rows = row->sequence;
	memcpy(proof->head, row->hash, sizeof(proof->head));
	return 0;
}

/* Second pass: what the rows speak of. */
static int
check_row(void *context, const struct audit *row)
{
	struct walk *walk = context;

	if (row->action == ACTION_OPEN)
		return check_case(walk, row);
	if (row->action == ACTION_TRANSITION)
		return check_transition(walk, row);
	if (row->action == ACTION_PARAMETERS)
		return check_parameters(walk, row);
	if (row->action == ACTION_MEASURE || row->action == ACTION_MEASURE_END)
		return check_measure(walk, row);
	if (exception_of_row(row) >= 0)
		return check_exception(walk, row);
	if (is_order(row))
		return check_order(walk, row);
	return 0;
}

static int
check_count(struct walk *walk, enum rows rows, uint64_t expected, const char *what)
{
	struct store *store = walk->ledger->store;
	uint64_t count = 0;
	int r = store->ops->count(store, rows, &count, walk->fail);

	if (r < 0)
		return r;
	return count == expected ? 0 : broken(walk, walk->proof->rows + 1, what);
}

/* The signed end: rows that were cut off, or a chain that was written anew. */
static int
check_head(struct walk *walk)
{
	struct ledger *ledger = walk->ledger;
	struct ledger_proof *proof = walk->proof;
	uint8_t head[8 + DIGEST_SIZE], expected[DIGEST_SIZE];
	int r = ledger->store->ops->meta_get(ledger->store, "head", head, sizeof(head), walk->fail);

	if (r < 0 && r != -ENOENT && r != -EUCLEAN)
		return r;
	if (r != (int)sizeof(head) || bytes_u64(head) != proof->rows)
		return broken(
			walk, proof->rows + 1, "the audit trail does not end where it ended last");
	proof->has_key = ledger->has_keys;
	if (!ledger->has_keys)
		return 0;
	audit_sign(ledger->keys.head, proof->rows, proof->head, expected);
	if (memcmp(head + 8, expected, sizeof(expected)) != 0)
		return broken(walk, proof->rows,
			"the end of the audit trail is not signed with the key of this ledger");
	return 0;
}

static int
check_all(struct walk *walk)
{
	struct store *store = walk->ledger->store;
	int r = store->ops->audits(store, AUDITS_ALL, 0, check_link, walk, walk->fail);

	if (r == -EUCLEAN && !walk->is_damaged)
		return broken(walk, walk->proof->rows + 1, "the row cannot be read");
	if (r == 0)
		r = check_head(walk);
	if (r == 0)
		r = store->ops->audits(store, AUDITS_ALL, 0, check_row, walk, walk->fail);
	if (r == 0)
		r = store->ops->audits(store, AUDITS_ALL, 0, check_life, walk, walk->fail);
	if (r == 0)
		r = check_count(
			walk, ROWS_AUDIT, walk->proof->rows, "the audit trail has rows too many");
	if (r == 0)
		r = check_count(walk, ROWS_TRANSITIONS, walk->proof->transitions,
			"there are transitions that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_CASES, walk->proof->cases,
			"there are cases that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_PARAMETERS, walk->proof->parameters,
			"there are parameters that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_EXCEPTIONS, walk->proof->exceptions,
			"there are exceptions that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_ORDERS, walk->proof->orders,
			"there are orders for accounts that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_MEASURES, walk->proof->measures,
			"there are measures that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_MEASURES_ENDED, walk->proof->measures_ended,
			"there are ends of measures that no row speaks of");
	if (r == 0)
		r = check_count(walk, ROWS_ENFORCED_ASTRAY, 0,
			"what is enforced is not what the measures say");
	return r < 0 ? r : store->ops->check(store, walk->fail);
}

int
ledger_verify(struct ledger *ledger, struct ledger_proof *ret, struct fail *fail)
{
	struct walk walk = {.ledger = ledger, .proof = ret, .fail = fail};
	int r;

	*ret = (struct ledger_proof){0};
	r = ledger->store->ops->begin(ledger->store, false, fail);
	if (r < 0)
		return r;
	table_init(&walk.removed, REMOVED_MOST);
	table_init(&walk.gone, REMOVED_MOST);
	for (int kind = 0; kind < EXCEPTION_KINDS; kind++)
		table_init(&walk.ended[kind], REMOVED_MOST);
	r = check_all(&walk);
	table_done(&walk.removed);
	table_done(&walk.gone);
	for (int kind = 0; kind < EXCEPTION_KINDS; kind++)
		table_done(&walk.ended[kind]);
	(void)ledger->store->ops->end(ledger->store, false, NULL);
	return r;
}
