/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/never.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>

void
never_digest(const struct never *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret never 1", NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->line);
	digest_wall(&digest, of->time);
	digest_text(&digest, text_of(of->actor));
	digest_text(&digest, text_of(of->reason));
	digest_bytes(&digest, of->sealed, sizeof(of->sealed));
	/* Of entries from before there were any, nothing is there. */
	if (!wall_is_none(of->until))
		digest_wall(&digest, of->until);
	digest_done(&digest, into);
}

int
never_check_reason(struct text reason, struct fail *fail)
{
	bool is_blank = true;
	int r = text_check_line(reason);

	if (reason.length > NEVER_REASON) {
		fail_what(fail, "the reason is longer than %d bytes", NEVER_REASON);
		fail_hint(fail, "say it shorter; what is longer belongs into the ticket");
		return -EINVAL;
	}
	if (r == -EILSEQ) {
		fail_what(fail, "the reason is not written in UTF-8");
		fail_hint(fail, "give it from a terminal whose characters are UTF-8");
		return -EINVAL;
	}
	if (r < 0) {
		fail_what(fail, "the reason is not one line of text");
		fail_hint(fail,
			"leave line ends, tabs, control characters and marks of the direction of "
			"writing out");
		return -EINVAL;
	}
	for (size_t i = 0; i < reason.length; i++)
		is_blank = is_blank && reason.at[i] == ' ';
	if (!is_blank)
		return 0;
	fail_what(fail, "there is no reason");
	fail_hint(fail, "say why, for those who come after you: --reason TEXT");
	return -EINVAL;
}

static bool
is_over(const struct never *of, struct wall now)
{
	return !wall_is_none(of->until) && of->until.us <= now.us;
}

static int
take_never(void *context, const struct never *row)
{
	*(struct never *)context = *row;
	return 1;
}

int
ledger_is_never(struct ledger *ledger, uint64_t line, struct never *ret, struct fail *fail)
{
	struct never found;
	int r = ledger->store->ops->nevers(
		ledger->store, NEVERS_LINE, line, take_never, &found, fail);

	if (r < 0)
		return r;
	if (r == 0 || is_over(&found, ledger->now))
		return -ENOENT;
	if (ret != NULL)
		*ret = found;
	return 0;
}

int
ledger_each_never(
	struct ledger *ledger, uint64_t after, visit_never visit, void *context, struct fail *fail)
{
	return ledger->store->ops->nevers(ledger->store, NEVERS_ALL, after, visit, context, fail);
}

static int
end_one(struct ledger *ledger, uint64_t number, const char *why, struct fail *fail)
{
	struct audit row = {.action = ACTION_NEVER, .object = number, .details = text_of(why)};
	int r = ledger->store->ops->never_remove(ledger->store, number, fail);

	return r < 0 ? r : ledger_append(ledger, row, fail);
}

static int
write_entry(struct ledger *ledger, struct never *entry, struct fail *fail)
{
	struct audit row = {
		.action = ACTION_NEVER, .details = TEXT("never acted upon"), .has_digest = true};
	struct never before;
	int r = ledger->store->ops->nevers(
		ledger->store, NEVERS_LINE, entry->line, take_never, &before, fail);

	if (r == 1 && !is_over(&before, ledger->now)) {
		fail_what(fail, "the line is never acted upon already: %s", before.reason);
		fail_hint(fail, "for another reason, undo that entry first: --undo");
		return -EEXIST;
	}
	if (r == 1)
		r = end_one(ledger, before.number, "over", fail);
	if (r < 0)
		return r;
	r = ledger->store->ops->never_add(ledger->store, entry, fail);
	if (r < 0)
		return r;
	row.object = entry->number;
	never_digest(entry, row.digest);
	return ledger_append(ledger, row, fail);
}

/* The entry has its line and its sealed name. */
static int
make_entry(struct ledger *ledger, struct never *entry, struct wall until, struct text reason,
	struct fail *fail)
{
	int r;

	entry->time = ledger->now;
	entry->until = until;
	if (is_over(entry, ledger->now)) {
		fail_what(fail, "that day is over");
		return -EINVAL;
	}
	snprintf(entry->actor, sizeof(entry->actor), "%s", ledger->actor);
	snprintf(entry->reason, sizeof(entry->reason), "%.*s", (int)reason.length, reason.at);
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	return ledger_end(ledger, write_entry(ledger, entry, fail), fail);
}

static int
tell_no_key(const struct ledger *ledger, struct fail *fail)
{
	fail_where(fail, "%s.key", ledger->where);
	fail_what(fail, "the ledger cannot be written without its key file");
	fail_hint(fail, "put the key file back beside it from where it was saved");
	return -ENOKEY;
}

int
ledger_never(struct ledger *ledger, uint64_t line, struct text name, struct wall until,
	struct text reason, struct fail *fail)
{
	struct never entry = {.line = line};
	int r = never_check_reason(reason, fail);

	if (r < 0)
		return r;
	if (!ledger->has_keys)
		return tell_no_key(ledger, fail);
	if (seal_name(ledger->keys.seal, line, name, entry.sealed) < 0) {
		fail_what(fail, "the name of the line is too long");
		return -EINVAL;
	}
	return make_entry(ledger, &entry, until, reason, fail);
}

int
ledger_never_case(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail)
{
	struct never entry = {.line = of->line};
	int r = never_check_reason(reason, fail);

	if (r < 0)
		return r;
	memcpy(entry.sealed, of->sealed, sizeof(entry.sealed));
	return make_entry(ledger, &entry, until, reason, fail);
}

static int
remove_entry(struct ledger *ledger, uint64_t line, struct fail *fail)
{
	struct never entry;
	int r = ledger_is_never(ledger, line, &entry, fail);

	if (r == -ENOENT) {
		fail_what(fail, "the line is not among those that are never acted upon");
		fail_hint(fail, "lazaret never lists them");
	}
	if (r < 0)
		return r;
	return end_one(ledger, entry.number, "undone", fail);
}

int
ledger_never_undo(struct ledger *ledger, uint64_t line, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	if (r < 0)
		return r;
	return ledger_end(ledger, remove_entry(ledger, line, fail), fail);
}

struct over {
	size_t count;
	uint64_t number[NEVER_BATCH];
};

static int
collect(void *context, const struct never *row)
{
	struct over *over = context;

	over->number[over->count++] = row->number;
	return over->count == NEVER_BATCH;
}

int
ledger_end_nevers(struct ledger *ledger, struct fail *fail)
{
	struct over over = {.count = 0};
	int r = ledger->store->ops->nevers(
		ledger->store, NEVERS_OVER, (uint64_t)ledger->now.us, collect, &over, fail);

	/* Mostly there are none, and nothing is written. */
	if (r < 0 || over.count == 0)
		return r < 0 ? r : 0;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	for (size_t i = 0; i < over.count && r >= 0; i++)
		r = end_one(ledger, over.number[i], "over", fail);
	r = ledger_end(ledger, r < 0 ? r : 0, fail);
	return r < 0 ? r : (int)over.count;
}
