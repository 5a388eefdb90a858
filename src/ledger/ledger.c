/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/ledger.h"

#include "ledger/inside.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Names of the single values. */
#define META_CHECK   "key check"
#define META_HEAD    "head"
#define META_RENEWED "renewed"

static int
tell(const struct ledger *ledger, int r, const char *what, const char *hint, struct fail *fail)
{
	fail_where(fail, "%s", ledger->where);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return r;
}

int
ledger_take_case(void *context, const struct ledger_case *row)
{
	*(struct ledger_case *)context = *row;
	return 1;
}

static int
take_head(void *context, const struct audit *row)
{
	struct ledger *ledger = context;

	ledger->sequence = row->sequence;
	memcpy(ledger->head, row->hash, sizeof(ledger->head));
	return 1;
}

/* Keeps in mind whether the store takes what is to be written, and why not. */
static int
note_refusal(struct ledger *ledger, int r, const struct fail *fail)
{
	if (r >= 0 || store_refuses(r))
		ledger->is_refused = r < 0;
	if (r < 0 && ledger->is_refused)
		ledger->refused = fail != NULL ? *fail : (struct fail){0};
	return r;
}

int
ledger_begin(struct ledger *ledger, struct fail *fail)
{
	int r;

	if (ledger->for_reading)
		return tell(ledger, -EROFS, "the ledger was opened for reading only", "", fail);
	if (!ledger->has_keys)
		return tell(ledger, -ENOKEY, "the ledger cannot be written without its key file",
			"put the key file back beside it from where it was saved", fail);
	r = ledger->store->ops->begin(ledger->store, true, fail);
	if (r < 0)
		return note_refusal(ledger, r, fail);
	ledger->sequence = 0;
	memset(ledger->head, 0, sizeof(ledger->head));
	ledger->told = ledger->decision_count;
	r = ledger->store->ops->audits(ledger->store, AUDITS_LAST, 0, take_head, ledger, fail);
	if (r >= 0 && ledger->plans)
		r = ledger_look_paused(ledger, fail);
	if (r >= 0)
		r = ledger_move_horizon(ledger, fail);
	if (r >= 0)
		return 0;
	return ledger_end(ledger, r, fail);
}

int
ledger_end(struct ledger *ledger, int r, struct fail *fail)
{
	uint8_t signed_head[8 + DIGEST_SIZE];
	struct writer writer = writer_on(signed_head, 8);

	if (r >= 0) {
		int e;

		writer_u64(&writer, ledger->sequence);
		audit_sign(ledger->keys.head, ledger->sequence, ledger->head, signed_head + 8);
		e = ledger->store->ops->meta_put(
			ledger->store, META_HEAD, signed_head, sizeof(signed_head), fail);
		if (e >= 0)
			e = ledger->store->ops->end(ledger->store, true, fail);
		r = e < 0 ? e : r;
	}
	if (r < 0) {
		(void)ledger->store->ops->end(ledger->store, false, NULL);
		ledger->decision_count = ledger->told;
	}
	return note_refusal(ledger, r, fail);
}

const struct fail *
ledger_refused(const struct ledger *ledger)
{
	return ledger->is_refused ? &ledger->refused : NULL;
}

int
ledger_append(struct ledger *ledger, struct audit row, struct fail *fail)
{
	int r;

	row.sequence = ledger->sequence + 1;
	row.time = ledger->now;
	row.actor = text_of(ledger->actor);
	memcpy(row.previous, ledger->head, sizeof(row.previous));
	audit_hash(&row, row.hash);
	r = ledger->store->ops->audit_add(ledger->store, &row, fail);
	if (r < 0)
		return r;
	ledger->sequence = row.sequence;
	memcpy(ledger->head, row.hash, sizeof(ledger->head));
	return 0;
}

static int
put_renewed(struct ledger *ledger, struct wall when, struct fail *fail)
{
	uint8_t value[8];
	struct writer writer = writer_on(value, sizeof(value));

	writer_u64(&writer, (uint64_t)when.us);
	return ledger->store->ops->meta_put(
		ledger->store, META_RENEWED, value, sizeof(value), fail);
}

int
ledger_renewed(struct ledger *ledger, struct wall *ret, struct fail *fail)
{
	uint8_t value[8] = {0};
	int r = ledger->store->ops->meta_get(
		ledger->store, META_RENEWED, value, sizeof(value), fail);

	ret->us = r < 0 ? 0 : (int64_t)bytes_u64(value);
	return r == -ENOENT || r > 0 ? 0 : r;
}

int
ledger_renewal_seen(struct ledger *ledger, struct fail *fail)
{
	int r = ledger_begin(ledger, fail);

	return r < 0 ? r : ledger_end(ledger, put_renewed(ledger, (struct wall){0}, fail), fail);
}

/* The first row of a new ledger says with which key it was made. A key file that was there already had a ledger. */
static int
start_chain(struct ledger *ledger, struct fail *fail)
{
	uint8_t check[KEYFILE_CHECK];
	int r = ledger->store->ops->meta_get(ledger->store, META_CHECK, check, sizeof(check), fail);

	if (r != -ENOENT)
		return r;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	/* Another program may have been faster. */
	r = ledger->store->ops->meta_get(ledger->store, META_CHECK, check, sizeof(check), fail);
	if (r == -ENOENT)
		r = ledger->store->ops->meta_put(ledger->store, META_CHECK, ledger->keys.check,
			sizeof(ledger->keys.check), fail);
	if (r >= 0 && ledger->sequence == 0)
		r = ledger_append(ledger,
			(struct audit){.action = ACTION_BEGIN,
				.details = ledger->had_key_file ? TEXT("beside an older key file")
								: TEXT("")},
			fail);
	if (r >= 0 && ledger->sequence == 1 && ledger->had_key_file)
		r = put_renewed(ledger, ledger->now, fail);
	return ledger_end(ledger, r, fail);
}

static int
check_keys(struct ledger *ledger, struct fail *fail)
{
	uint8_t check[KEYFILE_CHECK] = {0};
	int r = ledger->store->ops->meta_get(ledger->store, META_CHECK, check, sizeof(check), fail);

	if (r == -ENOENT && ledger->for_reading)
		return 0;
	if (r < 0)
		return r;
	if (!ledger->has_keys || sodium_memcmp(check, ledger->keys.check, sizeof(check)) == 0)
		return 0;
	if (ledger->for_reading)
		ledger->has_keys = false;
	else
		return tell(ledger, -ENOKEY,
			"the key file beside the ledger belongs to another ledger",
			"put the right key file back from where it was saved", fail);
	return 0;
}

/* A file without a key file beside it: if it is no ledger at all, that is what is wrong. */
static int
blame(const struct ledger_settings *settings, int r, struct fail *fail)
{
	struct store_settings look = {.where = settings->where,
		.mode = STORE_READ,
		.wait_ms = settings->wait_ms,
		.bytes_most = settings->bytes_most};
	struct store *store = NULL;
	struct fail other = {0};
	int e = store_open(&store, &look, &other);

	store_close(store);
	if (e < 0 && fail != NULL)
		*fail = other;
	return e < 0 ? e : r;
}

/* A key is only ever made for a ledger that is not there yet: a second one would split every line in two. */
static int
read_keys(struct ledger *ledger, const struct ledger_settings *settings, struct fail *fail)
{
	struct buffer path;
	bool is_new = settings->mode == STORE_MAKE && access(settings->where, F_OK) != 0;
	int r;

	buffer_init(&path, 1 << 16);
	buffer_print(&path, "%s.key", settings->where);
	ledger->had_key_file = access(buffer_string(&path), F_OK) == 0;
	r = is_new ? keyfile_make(buffer_string(&path), &ledger->keys, fail)
		   : keyfile_read(buffer_string(&path), &ledger->keys, fail);
	buffer_done(&path);
	ledger->has_keys = r == 0;
	/* Who may only read sees pseudonyms; for a ledger that is not there the store has the better word. */
	if (settings->mode == STORE_READ && (r == -ENOENT || r == -EACCES))
		return 0;
	if (r == -ENOENT)
		return access(settings->where, F_OK) == 0 ? blame(settings, r, fail) : 0;
	return r;
}

int
ledger_open(struct ledger **ret, const struct ledger_settings *settings, struct fail *fail)
{
	struct ledger *ledger = xcalloc(1, sizeof(*ledger));
	struct store_settings store = {.where = settings->where,
		.mode = settings->mode,
		.wait_ms = settings->wait_ms,
		.bytes_most = settings->bytes_most};
	int r;

	must(sodium_init() >= 0);
	ledger->where = strdup(settings->where);
	must(ledger->where != NULL);
	ledger->for_reading = settings->mode == STORE_READ;
	ledger->now = settings->now;
	ledger_set_actor(ledger, settings->actor);
	buffer_init(&ledger->channels, TRANSITION_TEXT);
	buffer_init(&ledger->facts, TRANSITION_TEXT);
	r = read_keys(ledger, settings, fail);
	if (r == 0)
		r = store_open(&ledger->store, &store, fail);
	if (r == 0 && settings->mode == STORE_MAKE && ledger->has_keys)
		r = start_chain(ledger, fail);
	if (r >= 0)
		r = check_keys(ledger, fail);
	if (r >= 0)
		r = ledger_read_horizon(ledger, fail);
	if (r >= 0 && !ledger->for_reading && ledger->has_keys)
		r = ledger_make_enforced(ledger, fail);
	if (r < 0) {
		ledger_close(ledger);
		return r;
	}
	*ret = ledger;
	return 0;
}

struct ledger *
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return NULL;
	store_close(ledger->store);
	keyfile_forget(&ledger->keys);
	sodium_memzero(ledger->waiting, sizeof(ledger->waiting));
	buffer_done(&ledger->channels);
	buffer_done(&ledger->facts);
	free(ledger->where);
	free(ledger->decisions);
	free(ledger);
	return NULL;
}

void
ledger_set_time(struct ledger *ledger, struct wall now)
{
	ledger->now = now;
}

struct wall
ledger_time(const struct ledger *ledger)
{
	return ledger->now;
}

void
ledger_set_actor(struct ledger *ledger, struct text actor)
{
	snprintf(ledger->actor, sizeof(ledger->actor), "%.*s",
		actor.length < AUDIT_ACTOR ? (int)actor.length : AUDIT_ACTOR,
		actor.at != NULL ? actor.at : "");
}

const char *
ledger_actor(const struct ledger *ledger)
{
	return ledger->actor;
}

const struct hash_key *
ledger_key(const struct ledger *ledger)
{
	return ledger->has_keys ? &ledger->keys.pseudonym : NULL;
}

uint64_t
ledger_sequence(const struct ledger *ledger)
{
	return ledger->sequence;
}

struct ledger_counts
ledger_counts(const struct ledger *ledger)
{
	return ledger->counts;
}

struct compared {
	struct text text;
	bool is_same;
};

static int
compare_text(void *context, uint32_t version, struct text text)
{
	struct compared *compared = context;

	compared->is_same = text_equal(compared->text, text);
	return 1;
}

int
ledger_parameters(struct ledger *ledger, uint32_t version, struct text text, struct fail *fail)
{
	struct compared compared = {.text = text};
	struct audit row = {.action = ACTION_PARAMETERS,
		.object = version,
		.details = TEXT(""),
		.has_digest = true};
	struct digest digest;
	int r;

	if (text.length > LEDGER_PARAMETERS)
		return tell(ledger, -EMSGSIZE, "the text of the parameters is too long to be kept",
			"", fail);
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	r = ledger->store->ops->parameters_add(ledger->store, version, text, ledger->now, fail);
	if (r == -EEXIST) {
		r = ledger->store->ops->parameters(
			ledger->store, &version, compare_text, &compared, fail);
		if (r >= 0 && !compared.is_same)
			r = tell(ledger, -EEXIST,
				"the ledger knows other parameters under the same version",
				"start a new ledger", fail);
	} else if (r == 0) {
		digest_init(&digest, "lazaret parameters 1", NULL);
		digest_u64(&digest, version);
		digest_text(&digest, text);
		digest_done(&digest, row.digest);
		r = ledger_append(ledger, row, fail);
	}
	return ledger_end(ledger, r < 0 ? r : 0, fail);
}

/* Opens a case for a transition that has none. */
static int
add_case(struct ledger *ledger, const struct transition *first, struct text name,
	struct ledger_case *ret, struct fail *fail)
{
	struct query before = {.key = first->line, .most = 1};
	struct ledger_case earlier = {0};
	struct audit row = {.action = ACTION_OPEN, .details = TEXT(""), .has_digest = true};
	int r = ledger->store->ops->cases(
		ledger->store, CASES_LINE, &before, ledger_take_case, &earlier, fail);

	if (r < 0)
		return r;
	case_init(ret, first);
	case_apply(ret, first);
	ret->previous = earlier.number;
	ret->changed = ledger->now;
	ret->name_hash = hash_keyed(&ledger->keys.name, name.at, name.length);
	r = seal_name(ledger->keys.seal, first->line, name, ret->sealed);
	if (r < 0)
		return tell(ledger, r, "the name of a line is too long", "", fail);
	r = ledger->store->ops->case_put(ledger->store, ret, fail);
	if (r < 0)
		return r;
	row.subject = ret->number;
	row.object = ret->number;
	case_digest(ret, row.digest);
	return ledger_append(ledger, row, fail);
}

int
ledger_add_step(struct ledger *ledger, struct transition *it, const struct ledger_case *of,
	const char *why, struct fail *fail)
{
	struct audit row = {.action = ACTION_TRANSITION, .has_digest = true};
	char details[AUDIT_DETAILS + 1];
	int r;

	it->of_case = of->number;
	r = ledger->store->ops->transition_add(ledger->store, it, fail);
	if (r < 0)
		return r;
	snprintf(details, sizeof(details), "%s to %s%s", state_names[it->from], state_names[it->to],
		why);
	row.subject = of->number;
	row.object = it->number;
	row.details = text_of(details);
	transition_digest(it, row.digest);
	return ledger_append(ledger, row, fail);
}

/* What led up to a case is not a part of it: it was not kept when the case was not there yet. */
static bool
is_before(const struct transition *it, const struct ledger_case *of)
{
	return it->time.us < of->opened.us ||
		(it->time.us == of->opened.us && !case_opens(it->from));
}

static int
write_one(struct ledger *ledger, const struct waiting *waiting, struct ledger_counts *counts,
	struct fail *fail)
{
	struct text name = {waiting->name, waiting->name_length};
	struct query where = {
		.key = waiting->verdict.line, .time = waiting->verdict.time, .most = 1};
	struct store *store = ledger->store;
	struct ledger_case of;
	struct transition it;
	int r;

	if (waiting->verdict.from == waiting->verdict.to)
		return ledger_put_activity(ledger, &waiting->verdict, fail);
	r = transition_encode(&waiting->verdict, &ledger->channels, &ledger->facts, &it);
	if (r < 0)
		return tell(
			ledger, r, "a verdict cannot be kept: its facts are too many", "", fail);
	r = store->ops->transition_has(store, &it, fail);
	if (r == 1)
		counts->repeated++;
	if (r != 0)
		return r;
	r = store->ops->cases(store, CASES_LINE_AT, &where, ledger_take_case, &of, fail);
	if (r < 0)
		return r;
	if (!case_opens(it.to) && (r == 0 || is_before(&it, &of))) {
		counts->below++;
		return 0;
	}
	if (r == 0) {
		r = add_case(ledger, &it, name, &of, fail);
		counts->opened++;
	} else {
		r = ledger_recall(ledger, &of, fail);
		if (r < 0)
			return r;
		case_apply(&of, &it);
		of.changed = ledger->now;
		r = store->ops->case_put(store, &of, fail);
	}
	if (r < 0)
		return r;
	counts->kept++;
	counts->closed += it.to == STATE_CLEAR;
	r = ledger_add_step(ledger, &it, &of, "", fail);
	if (r >= 0 && !wall_is_none(of.closed))
		r = ledger_end_all_of(ledger, &of, fail);
	else if (r >= 0 && ledger->plans)
		r = ledger_follow(ledger, &of, fail);
	return r;
}

int
ledger_commit(struct ledger *ledger, struct fail *fail)
{
	struct ledger_counts counts = ledger->counts;
	int r;

	if (ledger->waits == 0)
		return 0;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ledger->waits && r >= 0; i++)
		r = write_one(ledger, &ledger->waiting[i], &counts, fail);
	r = ledger_end(ledger, r < 0 ? r : 0, fail);
	if (r < 0)
		return r;
	ledger->counts = counts;
	ledger->waits = 0;
	return 0;
}

/* A verdict without its parameters must not wait: no batch with it could ever be written. */
static int
find_parameters(struct ledger *ledger, uint32_t version, struct fail *fail)
{
	struct compared unused = {.text = TEXT("")};
	int r;

	if (ledger->knows_version && ledger->version == version)
		return 0;
	r = ledger->store->ops->parameters(ledger->store, &version, compare_text, &unused, fail);
	if (r == 0)
		return tell(ledger, -ENOKEY,
			"the parameters that judged were not handed in before the verdict", "",
			fail);
	if (r < 0)
		return r;
	ledger->knows_version = true;
	ledger->version = version;
	return 0;
}

int
ledger_transition(
	struct ledger *ledger, const struct verdict *verdict, struct text name, struct fail *fail)
{
	struct waiting *waiting;
	int r;

	if (!transition_may_keep(verdict) || name.length >= SEAL_NAME ||
		(name.length > 0 && memchr(name.at, '\0', name.length) != NULL))
		return tell(ledger, -EINVAL, "this is no verdict that could be kept", "", fail);
	r = find_parameters(ledger, verdict->parameters, fail);
	if (r == 0 && ledger->waits == LEDGER_BATCH)
		r = ledger_commit(ledger, fail);
	if (r < 0)
		return r;
	waiting = &ledger->waiting[ledger->waits++];
	waiting->verdict = *verdict;
	waiting->name_length = (uint8_t)name.length;
	if (name.length > 0)
		memcpy(waiting->name, name.at, name.length);
	return 0;
}

int
ledger_note(struct ledger *ledger, enum action action, uint64_t subject, struct text details,
	struct fail *fail)
{
	struct audit row = {.action = (uint8_t)action, .subject = subject, .details = details};
	int r;

	must(action < ACTION_COUNT);
	if (details.length > AUDIT_DETAILS)
		row.details.length = AUDIT_DETAILS;
	r = ledger_begin(ledger, fail);
	if (r < 0)
		return r;
	return ledger_end(ledger, ledger_append(ledger, row, fail), fail);
}
