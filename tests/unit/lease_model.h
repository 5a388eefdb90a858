/* lease_model - the rules of leases.h once more, as slowly and plainly as can be
 *
 * What:    all intervals of a name in one sorted array, and a look-up that asks every interval of every name. What
 *          lapsed is found anew at each question. For tests of what leases.c makes of the same records.
 */
#ifndef LAZARET_TESTS_LEASE_MODEL_H
#define LAZARET_TESTS_LEASE_MODEL_H

#include "identity/leasefind.h"

#include <errno.h>
#include <stdlib.h>

#define MODEL_NAMES  12
#define MODEL_MOST   250
#define MODEL_NASES  4
#define MODEL_FOREST 64

enum model_end { MODEL_OPEN, MODEL_STOP, MODEL_OTHER, MODEL_RESTART, MODEL_LAPSE };

struct model_interval {
	int64_t from, until;
	enum model_end end;
	uint64_t who, session, nas;
	bool disputed;
};

struct model {
	struct line_name name[MODEL_NAMES];
	struct model_interval at[MODEL_NAMES][MODEL_MOST];
	int count[MODEL_NAMES];
	int64_t restart[MODEL_NASES][MODEL_FOREST]; /* ascending */
	int restarts[MODEL_NASES];
	int64_t tolerance;
};

static inline int64_t
model_restart(const struct model *model, uint64_t nas, int64_t after)
{
	for (int i = 0; nas != 0 && i < model->restarts[nas]; i++) {
		if (model->restart[nas][i] > after)
			return model->restart[nas][i];
	}
	return INT64_MAX;
}

static inline int64_t
model_lapse(const struct model *model, const struct model_interval *i)
{
	return i->end == MODEL_OPEN ? i->until + model->tolerance : i->until;
}

/* What restarts have ended is ended. */
static inline void
model_settle(struct model *model, int name)
{
	for (int n = 0; n < model->count[name]; n++) {
		struct model_interval *i = &model->at[name][n];
		int64_t restart = model_restart(model, i->nas, i->from);

		if (i->end == MODEL_STOP || i->end == MODEL_OTHER ||
			restart >= model_lapse(model, i))
			continue;
		i->until = restart;
		i->end = MODEL_RESTART;
	}
}

static inline bool
model_same(const struct model_interval *i, const struct model_interval *record)
{
	return i != NULL && i->who == record->who && i->session == record->session;
}

/* How many of the name began by then. */
static inline int
model_place(const struct model *model, int name, int64_t at)
{
	int n = 0;

	while (n < model->count[name] && model->at[name][n].from <= at)
		n++;
	return n;
}

static inline void
model_cut(struct model *model, struct model_interval *i, int64_t at)
{
	int64_t lapse = model_lapse(model, i);

	if (i->end == MODEL_OPEN) {
		i->end = lapse <= at ? MODEL_LAPSE : MODEL_OTHER;
		i->until = lapse <= at ? lapse : at;
	} else if (i->until > at) {
		i->until = at;
		i->end = MODEL_OTHER;
	}
}

static inline struct model_interval *
model_insert(struct model *model, int name, int place, const struct model_interval *record)
{
	struct model_interval *all = model->at[name], *made = &all[place];

	if (model->count[name] == MODEL_MOST)
		abort();
	memmove(made + 1, made, (size_t)(model->count[name]++ - place) * sizeof(*made));
	*made = *record;
	if (made->until < made->from)
		made->until = made->from;
	if (place > 0)
		model_cut(model, &all[place - 1], made->from);
	model_settle(model, name);
	if (place + 1 < model->count[name])
		model_cut(model, made, all[place + 1].from);
	return made;
}

/* A sign of life for an interval of its session that began before. False: it begins a new one. */
static inline bool
model_go_on(struct model *model, struct model_interval *i, const struct model_interval *next,
	const struct model_interval *record)
{
	int64_t lapse = model_lapse(model, i), end = record->until + model->tolerance;

	if (i->end == MODEL_OPEN || i->end == MODEL_LAPSE) {
		if (record->from > lapse) {
			i->until = record->session != 0 &&
					model_restart(model, i->nas, i->from) > record->from
				? record->from
				: lapse;
			i->end = MODEL_LAPSE;
			return false;
		}
		if (end <= lapse)
			return true;
		if (next != NULL && end > next->from)
			end = next->from;
		if (next == NULL && i->end == MODEL_OPEN) {
			i->until = record->until;
			return true;
		}
		i->end = end == record->until + model->tolerance ? MODEL_LAPSE : MODEL_OTHER;
		i->until = end;
		return true;
	}
	return record->from < i->until || (i->end == MODEL_STOP && record->session != 0);
}

static inline void
model_claim(struct model *model, int name, struct model_interval record, bool is_interim)
{
	struct model_interval *all = model->at[name], *before, *next, *made;
	bool is_disputed = false, was_displaced = false;
	int place;

	model_settle(model, name);
	place = model_place(model, name, record.from);
	before = place > 0 ? &all[place - 1] : NULL;
	next = place < model->count[name] ? &all[place] : NULL;
	record.end = MODEL_OPEN;
	if (model_same(before, &record)) {
		if (model_go_on(model, before, next, &record))
			return;
	} else if (record.session != 0 && model_same(next, &record)) {
		if (model_restart(model, next->nas, record.from) <= next->from)
			return;
		if (before != NULL)
			model_cut(model, before, record.from);
		next->from = record.from;
		return;
	} else if (is_interim && before != NULL && record.from < model_lapse(model, before)) {
		for (int n = 0; n < place - 1; n++)
			was_displaced |= model_same(&all[n], &record) && all[n].end == MODEL_OTHER;
		if (was_displaced && record.from - before->from <= model->tolerance)
			return;
		is_disputed = was_displaced;
	}
	made = model_insert(model, name, place, &record);
	if (is_disputed)
		made->disputed = all[place - 1].disputed = true;
}

/* False: no such session. */
static inline bool
model_stop_known(struct model *model, int name, const struct model_interval *record, int64_t at)
{
	struct model_interval *all = model->at[name], *i, *next;
	int place;

	model_settle(model, name);
	place = model_place(model, name, at);
	i = place > 0 ? &all[place - 1] : NULL;
	next = place < model->count[name] ? &all[place] : NULL;
	if (model_same(i, record)) {
		if (i->end == MODEL_STOP)
			return true;
		/* Behind its end: it lapsed, and its session knows that it went on. */
		if (at >= model_lapse(model, i) && record->session == 0)
			return true;
		if (at >= model_lapse(model, i) && i->end != MODEL_OPEN && i->end != MODEL_LAPSE)
			return true;
		i->until = at > i->from ? at : i->from;
		i->end = MODEL_STOP;
		return true;
	}
	if (record->session == 0 || !model_same(next, record) || next->from - at > model->tolerance)
		return false;
	if (next->end == MODEL_OPEN || next->end == MODEL_LAPSE) {
		next->until = next->from;
		next->end = MODEL_STOP;
	}
	return true;
}

static inline void
model_stop(struct model *model, int name, struct model_interval record, int64_t at, int64_t from)
{
	struct model_interval *all = model->at[name];
	int place;

	if (model_stop_known(model, name, &record, at) || record.session == 0)
		return;
	place = model_place(model, name, at);
	record.end = MODEL_OPEN;
	record.from = record.until = at;
	if (from != 0 && from < at) {
		record.from = from;
		model_claim(model, name, record, false);
	} else {
		if (place > 0 && at < model_lapse(model, &all[place - 1]))
			return;
		if (place < model->count[name] && model_same(&all[place], &record))
			return;
		model_insert(model, name, place, &record);
	}
	model_stop_known(model, name, &record, at);
}

static inline void
model_forget(struct model *model, uint64_t nas, int64_t at)
{
	int64_t *all = model->restart[nas];
	int n = model->restarts[nas];

	for (int i = 0; i < n; i++) {
		if (all[i] == at)
			return;
	}
	model->restarts[nas]++;
	for (; n > 0 && all[n - 1] > at; n--)
		all[n] = all[n - 1];
	all[n] = at;
}

static inline bool
model_lies_in(const struct line_name *name, const struct address *address, uint16_t port)
{
	struct address masked = address_mask(address, name->length);

	return address_equal(&masked, &name->address) &&
		(name->high == 0 || (port != 0 && name->low <= port && port <= name->high));
}

struct model_answer {
	uint64_t candidate[2];
	bool covers, disputed;
};

static inline void
model_consider(const struct model *model, const struct model_interval *i, int64_t at,
	struct model_answer *answer)
{
	int64_t end = model_lapse(model, i), fringe = model->tolerance;
	int64_t restart = model_restart(model, i->nas, i->from);

	if (i->end == MODEL_OPEN || i->end == MODEL_LAPSE)
		fringe = 0;
	if (i->end != MODEL_STOP && i->end != MODEL_OTHER && restart < end) {
		end = restart;
		fringe = model->tolerance;
	}
	if (at < i->from - model->tolerance || at >= end + fringe)
		return;
	answer->covers |= i->from <= at && at < end;
	answer->disputed |= i->disputed;
	answer->candidate[answer->candidate[0] != 0 && answer->candidate[0] != i->who] = i->who;
}

/* As leasefind_holder; *sure is the line where it gives 0. */
static inline int
model_find(const struct model *model, const struct address *address, uint16_t port, int64_t at,
	uint64_t *sure)
{
	struct model_answer answer = {.covers = false};
	bool is_shared = false;

	for (int name = 0; name < MODEL_NAMES; name++) {
		is_shared |= address_equal(&model->name[name].address, address) &&
			model->name[name].high != 0 && model->count[name] > 0;
		if (!model_lies_in(&model->name[name], address, port))
			continue;
		for (int n = 0; n < model->count[name]; n++)
			model_consider(model, &model->at[name][n], at, &answer);
	}
	if (is_shared && (port == 0 || answer.candidate[0] == 0))
		return -ENOTUNIQ;
	if (answer.candidate[0] == 0)
		return -ENOENT;
	*sure = answer.candidate[0];
	return answer.candidate[1] != 0 || !answer.covers || answer.disputed ? -EAGAIN : 0;
}

#endif
