/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/exemption.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>

void
exemption_digest(const struct exemption *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret exemption 1", NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->line);
	digest_wall(&digest, of->time);
	digest_wall(&digest, of->until);
	digest_text(&digest, text_of(of->actor));
	digest_text(&digest, text_of(of->reason));
	digest_bytes(&digest, of->sealed, sizeof(of->sealed));
	digest_done(&digest, into);
}

static int
take_exemption(void *context, const struct exemption *row)
{
	*(struct exemption *)context = *row;
	return 1;
}

int
ledger_each_exemption(struct ledger *ledger, uint64_t after, visit_exemption visit, void *context,
	struct fail *fail)
{
	return ledger->store->ops->exemptions(
		ledger->store, EXEMPTIONS_ALL, after, visit, context, fail);
}

static int
find(struct ledger *ledger, uint64_t line, struct exemption *ret, struct fail *fail)
{
	return ledger->store->ops->exemptions(
		ledger->store, EXEMPTIONS_LINE, line, take_exemption, ret, fail);
}

static int
end_one(struct ledger *ledger, const struct exemption *entry, const char *why, struct fail *fail)
{
	struct audit row = {
		.action = ACTION_EXEMPT, .object = entry->number, .details = text_of(why)};
	int r = ledger->store->ops->exemption_remove(ledger->store, entry->number, fail);

	return r < 0 ? r : ledger_append(ledger, row, fail);
}

static int
write_entry(struct ledger *ledger, struct exemption *entry, struct fail *fail)
{
	struct audit row = {.action = ACTION_EXEMPT, .has_digest = true};
	char details[64], until[WALL_TEXT];
	struct exemption before;
	int r = find(ledger, entry->line, &before, fail);

	if (r == 1 && before.until.us > ledger->now.us) {
		fail_what(fail, "the line is exempt already, until %s: %s",
			wall_format(before.until, until), before.reason);
		fail_hint(fail, "for another date, undo that entry first: --undo");
		return -EEXIST;
	}
	if (r == 1)
		r = end_one(ledger, &before, "over", fail);
	if (r >= 0)
		r = ledger->store->ops->exemption_add(ledger->store, entry, fail);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "port 25 open until %s",
		wall_format(entry->until, until));
	row.object = entry->number;
	row.details = text_of(details);
	exemption_digest(entry, row.digest);
	return ledger_append(ledger, row, fail);
}

static int
check_date(const struct ledger *ledger, struct wall until, struct fail *fail)
{
	if (!wall_is_none(until) && until.us > ledger->now.us &&
		until.us - ledger->now.us <= EXEMPTION_DAYS * WALL_DAY)
		return 0;
	fail_what(fail, "an exemption needs a last day, within %d days from now", EXEMPTION_DAYS);
	fail_hint(fail, "as in: --until 2027-06-30");
	return -EINVAL;
}

/* The entry has its line and its sealed name. */
static int
make_entry(struct ledger *ledger, struct exemption *entry, struct wall until, struct text reason,
	struct fail *fail)
{
	int r = check_date(ledger, until, fail);

	if (r == 0)
		r = never_check_reason(reason, fail);
	if (r < 0)
		return r;
	entry->time = ledger->now;
	entry->until = until;
	snprintf(entry->actor, sizeof(entry->actor), "%s", ledger->actor);
	snprintf(entry->reason, sizeof(entry->reason), "%.*s", (int)reason.length, reason.at);
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	return ledger_end(ledger, write_entry(ledger, entry, fail), fail);
}

int
ledger_exempt(struct ledger *ledger, uint64_t line, struct text name, struct wall until,
	struct text reason, struct fail *fail)
{
	struct exemption entry = {.line = line};

	/* Without a key ledger_begin says so. */
	if (ledger->has_keys && seal_name(ledger->keys.seal, line, name, entry.sealed) < 0) {
		fail_what(fail, "the name of the line is too long");
		return -EINVAL;
	}
	return make_entry(ledger, &entry, until, reason, fail);
}

int
ledger_exempt_case(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail)
{
	struct exemption entry = {.line = of->line};

	memcpy(entry.sealed, of->sealed, sizeof(entry.sealed));
	return make_entry(ledger, &entry, until, reason, fail);
}

static int
undo(struct ledger *ledger, uint64_t line, struct fail *fail)
{
	struct exemption entry;
	int r = find(ledger, line, &entry, fail);

	if (r == 1)
		return end_one(ledger, &entry, "undone", fail);
	if (r < 0)
		return r;
	fail_what(fail, "the line is not exempt from the policy of port 25");
	fail_hint(fail, "lazaret exempt lists those that are");
	return -ENOENT;
}

int
ledger_exempt_undo(struct ledger *ledger, uint64_t line, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	return r < 0 ? r : ledger_end(ledger, undo(ledger, line, fail), fail);
}

struct over {
	size_t count;
	struct exemption of[EXEMPTION_BATCH];
};

static int
collect(void *context, const struct exemption *row)
{
	struct over *over = context;

	over->of[over->count++] = *row;
	return over->count == EXEMPTION_BATCH;
}

int
ledger_end_exemptions(struct ledger *ledger, struct fail *fail)
{
	struct over over = {.count = 0};
	int r = ledger->store->ops->exemptions(
		ledger->store, EXEMPTIONS_OVER, (uint64_t)ledger->now.us, collect, &over, fail);

	/* Mostly there are none, and nothing is written. */
	if (r < 0 || over.count == 0)
		return r < 0 ? r : 0;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	for (size_t i = 0; i < over.count && r >= 0; i++)
		r = end_one(ledger, &over.of[i], "over", fail);
	r = ledger_end(ledger, r < 0 ? r : 0, fail);
	return r < 0 ? r : (int)over.count;
}
