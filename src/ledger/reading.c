/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/reading.h"

#include "ledger/inside.h"

#include <errno.h>

static int
find_one(struct ledger *ledger, enum which_cases which, uint64_t key, struct ledger_case *ret,
	struct fail *fail)
{
	struct query query = {.key = key, .most = 1};
	int r = ledger->store->ops->cases(
		ledger->store, which, &query, ledger_take_case, ret, fail);

	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int
ledger_case(struct ledger *ledger, uint64_t number, struct ledger_case *ret, struct fail *fail)
{
	return find_one(ledger, CASES_NUMBER, number, ret, fail);
}

int
ledger_find_line(struct ledger *ledger, uint64_t line, struct ledger_case *ret, struct fail *fail)
{
	return find_one(ledger, CASES_LINE, line, ret, fail);
}

static int
tell_no_key(const struct ledger *ledger, struct fail *fail)
{
	fail_where(fail, "%s.key", ledger->where);
	fail_what(fail, "the key file is not there, so names can neither be opened nor looked up");
	fail_hint(fail, "put it back from where it was saved, or work with pseudonyms");
	return -ENOKEY;
}

int
ledger_find_name(
	struct ledger *ledger, struct text name, struct ledger_case *ret, struct fail *fail)
{
	if (!ledger->has_keys)
		return tell_no_key(ledger, fail);
	return find_one(ledger, CASES_NAME, hash_keyed(&ledger->keys.name, name.at, name.length),
		ret, fail);
}

int
ledger_each_case(struct ledger *ledger, visit_case visit, void *context, struct fail *fail)
{
	return ledger_each_case_after(ledger, 0, visit, context, fail);
}

int
ledger_each_case_after(
	struct ledger *ledger, uint64_t after, visit_case visit, void *context, struct fail *fail)
{
	struct query query = {.key = after};

	return ledger->store->ops->cases(ledger->store, CASES_ALL, &query, visit, context, fail);
}

int
ledger_each_open_after(
	struct ledger *ledger, uint64_t after, visit_case visit, void *context, struct fail *fail)
{
	struct query query = {.key = after};

	return ledger->store->ops->cases(ledger->store, CASES_OPEN, &query, visit, context, fail);
}

int
ledger_count_cases(struct ledger *ledger, uint64_t *all, uint64_t *open, struct fail *fail)
{
	uint64_t cases = 0, closed = 0;
	int r = ledger->store->ops->count(ledger->store, ROWS_CASES, &cases, fail);

	if (r >= 0)
		r = ledger->store->ops->count(ledger->store, ROWS_CLOSED, &closed, fail);
	if (r < 0)
		return r;
	*all = cases;
	*open = cases > closed ? cases - closed : 0;
	return 0;
}

int
ledger_each_transition(struct ledger *ledger, uint64_t of_case, visit_transition visit,
	void *context, struct fail *fail)
{
	return ledger->store->ops->transitions(
		ledger->store, TRANSITIONS_CASE, of_case, visit, context, fail);
}

int
ledger_each_audit(struct ledger *ledger, visit_audit visit, void *context, struct fail *fail)
{
	return ledger_each_audit_after(ledger, 0, visit, context, fail);
}

int
ledger_each_audit_after(
	struct ledger *ledger, uint64_t after, visit_audit visit, void *context, struct fail *fail)
{
	return ledger->store->ops->audits(ledger->store, AUDITS_ALL, after, visit, context, fail);
}

static int
take_text(void *context, uint32_t version, struct text text)
{
	buffer_text(context, text);
	return 1;
}

int
ledger_parameters_text(
	struct ledger *ledger, uint32_t version, struct buffer *into, struct fail *fail)
{
	int r = ledger->store->ops->parameters(ledger->store, &version, take_text, into, fail);

	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

int
ledger_each_total(struct ledger *ledger,
	int (*visit)(void *context, struct text month, uint8_t highest, uint64_t cases),
	void *context, struct fail *fail)
{
	return ledger->store->ops->totals(ledger->store, visit, context, fail);
}

int
ledger_open_name(struct ledger *ledger, uint64_t number, char into[SEAL_NAME], struct fail *fail)
{
	char name[SEAL_NAME];
	struct ledger_case of;
	int r = ledger_case(ledger, number, &of, fail);

	if (r < 0)
		return r;
	if (!ledger->has_keys)
		return tell_no_key(ledger, fail);
	r = seal_open(ledger->keys.seal, of.line, of.sealed, name);
	if (r < 0) {
		fail_where(fail, "%s", ledger->where);
		fail_what(fail, "the sealed name of case %llu does not open: it was changed",
			(unsigned long long)number);
		fail_hint(fail, "see what else was changed: lazaret cases --verify");
		return -EUCLEAN;
	}
	r = ledger_note(ledger, ACTION_NAME, number, TEXT(""), fail);
	if (r >= 0)
		memcpy(into, name, sizeof(name));
	sodium_memzero(name, sizeof(name));
	return r < 0 ? r : 0;
}
