/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/exception.h"

#include "ledger/inside.h"

#include <errno.h>
#include <stdio.h>

const char *const exception_names[EXCEPTION_KINDS] = {"never", "exempt", "objection"};

static const struct {
	enum action action;
	const char *label; /* of the digest */
	const char *is;    /* "the line is ..." */
	const char *is_not;
	const char *who_is;
	const char *made; /* in the audit trail */
} kinds[EXCEPTION_KINDS] = {
	[EXCEPTION_NEVER] = {ACTION_NEVER, "lazaret never 1", "never acted upon",
		"the line is not among those that are never acted upon", "lazaret never lists them",
		"never acted upon"},
	[EXCEPTION_EXEMPT] = {ACTION_EXEMPT, "lazaret exemption 1", "exempt",
		"the line is not exempt from the policy of port 25",
		"lazaret exempt lists those that are", "port 25 open"},
	[EXCEPTION_OBJECTION] = {ACTION_OBJECTION, "lazaret objection 1", "objected to",
		"the line is not one whose customer objects", "lazaret case says who does",
		"nothing is done to the line"},
};

void
exception_digest(const struct exception *of, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, kinds[of->kind].label, NULL);
	digest_u64(&digest, of->number);
	digest_u64(&digest, of->line);
	digest_wall(&digest, of->time);
	if (of->kind != EXCEPTION_NEVER)
		digest_wall(&digest, of->until);
	digest_text(&digest, text_of(of->actor));
	digest_text(&digest, text_of(of->reason));
	digest_bytes(&digest, of->sealed, sizeof(of->sealed));
	/* The first of this kind had no end. */
	if (of->kind == EXCEPTION_NEVER && !wall_is_none(of->until))
		digest_wall(&digest, of->until);
	digest_done(&digest, into);
}

int
exception_of_row(const struct audit *row)
{
	for (int kind = 0; kind < EXCEPTION_KINDS; kind++) {
		if (row->action == kinds[kind].action)
			return kind;
	}
	return -1;
}

static bool
is_over(const struct exception *of, struct wall now)
{
	return !wall_is_none(of->until) && of->until.us <= now.us;
}

static int
take_exception(void *context, const struct exception *row)
{
	*(struct exception *)context = *row;
	return 1;
}

/* 1 and the one of the line, which may be over; 0: it has none. */
static int
find(struct ledger *ledger, enum exception_kind kind, uint64_t line, struct exception *ret,
	struct fail *fail)
{
	return ledger->store->ops->exceptions(
		ledger->store, EXCEPTIONS_LINE, kind, line, take_exception, ret, fail);
}

int
ledger_find_exception(struct ledger *ledger, enum exception_kind kind, uint64_t line,
	struct exception *ret, struct fail *fail)
{
	struct exception found;
	int r = find(ledger, kind, line, &found, fail);

	if (r < 0)
		return r;
	if (r == 0 || is_over(&found, ledger->now))
		return -ENOENT;
	if (ret != NULL)
		*ret = found;
	return 0;
}

int
ledger_exception(struct ledger *ledger, enum exception_kind kind, uint64_t number,
	struct exception *ret, struct fail *fail)
{
	int r = ledger->store->ops->exceptions(
		ledger->store, EXCEPTIONS_NUMBER, kind, number, take_exception, ret, fail);

	return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int
ledger_ended_exception(
	const struct ledger *ledger, enum exception_kind kind, uint64_t number, uint64_t *ret)
{
	for (size_t i = 0; i < EXCEPTION_REMEMBERED; i++) {
		const struct ended *ended = &ledger->ended[i];

		if (ended->number == number && ended->kind == kind) {
			*ret = ended->line;
			return 0;
		}
	}
	return -ENOENT;
}

bool
ledger_exception_is_gone(const struct ledger *ledger, const struct exception *of)
{
	struct ledger_case line = {.line = of->line, .role = ROLE_RESIDENTIAL};

	memcpy(line.sealed, of->sealed, sizeof(line.sealed));
	return ledger_line_of(ledger, &line).is_gone;
}

int
ledger_each_exception(struct ledger *ledger, enum exception_kind kind, uint64_t after,
	visit_exception visit, void *context, struct fail *fail)
{
	return ledger->store->ops->exceptions(
		ledger->store, EXCEPTIONS_ALL, kind, after, visit, context, fail);
}

static int
end_one(struct ledger *ledger, const struct exception *of, const char *why, struct fail *fail)
{
	struct audit row = {
		.action = kinds[of->kind].action, .object = of->number, .details = text_of(why)};
	int r = ledger->store->ops->exception_remove(ledger->store, of, fail);

	if (r < 0)
		return r;
	/* If all is taken back in the end, nobody asks for it. */
	ledger->ended[ledger->ends++ % EXCEPTION_REMEMBERED] =
		(struct ended){.number = of->number, .line = of->line, .kind = of->kind};
	return ledger_append(ledger, row, fail);
}

/* One that is over and was not ended yet is in nobody's way. */
static int
make_room(struct ledger *ledger, const struct exception *of, struct fail *fail)
{
	char until[WALL_TEXT];
	struct exception before;
	int r = find(ledger, of->kind, of->line, &before, fail);

	if (r <= 0)
		return r;
	if (is_over(&before, ledger->now))
		return end_one(ledger, &before, "over", fail);
	fail_what(fail, "the line is %s already%s%s: %s", kinds[of->kind].is,
		wall_is_none(before.until) ? "" : ", until ",
		wall_is_none(before.until) ? "" : wall_format(before.until, until), before.reason);
	fail_hint(fail, "for another reason or day, undo that first: --undo");
	return -EEXIST;
}

void
ledger_cut_day(struct wall *until, struct wall latest)
{
	if (!wall_is_none(*until) && until->us > latest.us && until->us - WALL_DAY <= latest.us)
		*until = latest;
}

static int
check_until(struct exception *of, struct wall now, struct fail *fail)
{
	struct wall latest = {now.us + EXCEPTION_EXEMPT_DAYS * WALL_DAY};
	char text[WALL_TEXT];
	bool is_day;

	if (of->kind == EXCEPTION_EXEMPT)
		ledger_cut_day(&of->until, latest);
	is_day = !wall_is_none(of->until) && of->until.us > now.us;
	if (of->kind == EXCEPTION_EXEMPT && !(is_day && of->until.us <= latest.us)) {
		fail_what(fail, "an exemption needs a last day: until %.10s at the latest",
			wall_format(latest, text));
		fail_hint(fail, "as in: --until %.10s", wall_format(latest, text));
		return -EINVAL;
	}
	if (is_day || wall_is_none(of->until))
		return 0;
	fail_what(fail, "that day is over");
	return -EINVAL;
}

static int
write_one(struct ledger *ledger, struct exception *of, struct fail *fail)
{
	struct audit row = {.action = kinds[of->kind].action, .has_digest = true};
	char details[64], until[WALL_TEXT];
	int r = make_room(ledger, of, fail);

	if (r >= 0)
		r = check_until(of, ledger->now, fail);
	if (r >= 0 && of->kind == EXCEPTION_NEVER)
		r = ledger_end_objection(ledger, of->line, "decided", fail);
	if (r < 0)
		return r;
	of->number = row.object = ledger->sequence + 1;
	r = ledger->store->ops->exception_add(ledger->store, of, fail);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "%s%s%s", kinds[of->kind].made,
		wall_is_none(of->until) ? "" : " until ",
		wall_is_none(of->until) ? "" : wall_format(of->until, until));
	row.details = text_of(details);
	exception_digest(of, row.digest);
	return ledger_append(ledger, row, fail);
}

/* Who made it, when and why. */
static void
sign(const struct ledger *ledger, struct exception *of, struct text reason)
{
	of->time = ledger->now;
	snprintf(of->actor, sizeof(of->actor), "%s", ledger->actor);
	snprintf(of->reason, sizeof(of->reason), "%.*s", (int)reason.length, reason.at);
}

/* It has its kind, its line, its end and the sealed name. */
static int
make(struct ledger *ledger, struct exception *of, struct text reason, struct fail *fail)
{
	int r = reason_check(reason, fail);

	if (r < 0)
		return r;
	sign(ledger, of, reason);
	r = ledger_begin(ledger, fail);
	return r < 0 ? r : ledger_end(ledger, write_one(ledger, of, fail), fail);
}

int
ledger_except(struct ledger *ledger, enum exception_kind kind, uint64_t line, struct text name,
	struct wall until, struct text reason, struct fail *fail)
{
	struct exception of = {.kind = (uint8_t)kind, .line = line, .until = until};

	/* Without a key ledger_begin says so. */
	if (ledger->has_keys && seal_name(ledger->keys.seal, line, name, of.sealed) < 0) {
		fail_what(fail, "the name of the line is too long");
		return -EINVAL;
	}
	return make(ledger, &of, reason, fail);
}

int
ledger_except_case(struct ledger *ledger, enum exception_kind kind, const struct ledger_case *of,
	struct wall until, struct text reason, struct fail *fail)
{
	struct exception it = {.kind = (uint8_t)kind, .line = of->line, .until = until};

	memcpy(it.sealed, of->sealed, sizeof(it.sealed));
	return make(ledger, &it, reason, fail);
}

int
ledger_object(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail)
{
	struct exception it = {.kind = EXCEPTION_OBJECTION, .line = of->line, .until = until};

	memcpy(it.sealed, of->sealed, sizeof(it.sealed));
	sign(ledger, &it, reason);
	return write_one(ledger, &it, fail);
}

int
ledger_end_objection(struct ledger *ledger, uint64_t line, const char *why, struct fail *fail)
{
	struct exception of;
	int r = find(ledger, EXCEPTION_OBJECTION, line, &of, fail);

	return r == 1 ? end_one(ledger, &of, why, fail) : r;
}

static int
undo(struct ledger *ledger, enum exception_kind kind, uint64_t line, struct fail *fail)
{
	struct exception of;
	int r = find(ledger, kind, line, &of, fail);

	if (r == 1)
		return end_one(ledger, &of, "undone", fail);
	if (r < 0)
		return r;
	fail_what(fail, "%s", kinds[kind].is_not);
	fail_hint(fail, "%s", kinds[kind].who_is);
	return -ENOENT;
}

int
ledger_except_undo(
	struct ledger *ledger, enum exception_kind kind, uint64_t line, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	return r < 0 ? r : ledger_end(ledger, undo(ledger, kind, line, fail), fail);
}

struct over {
	size_t count;
	struct exception of[EXCEPTION_BATCH];
};

static int
collect(void *context, const struct exception *row)
{
	struct over *over = context;

	over->of[over->count++] = *row;
	return over->count == EXCEPTION_BATCH;
}

int
ledger_end_exceptions(struct ledger *ledger, struct fail *fail)
{
	struct over over = {.count = 0};
	int r = 0;

	for (int kind = 0; kind < EXCEPTION_KINDS && r == 0; kind++)
		r = ledger->store->ops->exceptions(ledger->store, EXCEPTIONS_OVER,
			(enum exception_kind)kind, (uint64_t)ledger->now.us, collect, &over, fail);
	/* Mostly there are none, and nothing is written. */
	if (r < 0 || over.count == 0)
		return r;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	if (ledger_keeps_all(ledger))
		over.count = 0;
	for (size_t i = 0; i < over.count && r >= 0; i++)
		r = end_one(ledger, &over.of[i], "over", fail);
	r = ledger_end(ledger, r < 0 ? r : 0, fail);
	return r < 0 ? r : (int)over.count;
}
