/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coawishes.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

#define BLOCKS      (1U << MEASURE_BLOCK25)
#define QUARANTINES (1U << MEASURE_QUARANTINE)

#define PAUSE_US      WALL_MINUTE
#define PAUSE_MOST_US (60 * WALL_MINUTE)
/* What was told to a session that is never seen again is forgotten after a day. */
#define FORGET_US (24 * 60 * WALL_MINUTE)

struct wish {
	uint64_t asked; /* the session of the order that is open */
	struct wall asked_at;
	uint64_t order; /* 0: none is open */
	int64_t again_us;
	int64_t missed_us; /* since when there is no session; 0: there is one */
	uint8_t wanted;
	uint8_t released; /* of what was told, what the NAS says is gone, and accounting did not say yet */
	uint8_t act;
	uint8_t tries;
	bool is_disconnect;
	bool is_acknowledged;
};

struct coawishes {
	struct coawish_kept *kept;
	struct wish *wish;
	struct table table; /* line to its number */
	size_t most, used;  /* the highest that was ever used */
	uint64_t orders;
	uint64_t failed, refused;
};

static bool
is_kept(const struct coawish_kept *kept)
{
	return kept->line != 0 && (kept->told & ~(BLOCKS | QUARANTINES)) == 0 &&
		kept->by_disconnect <= 1 && (kept->sure & ~kept->told) == 0 && kept->zero == 0;
}

struct coawishes *
coawishes_new(struct coawish_kept *kept, size_t most)
{
	struct coawishes *wishes = xcalloc(1, sizeof(*wishes));

	must(most > 0 && most < UINT32_MAX);
	wishes->kept = kept;
	wishes->most = most;
	wishes->wish = xcalloc(most, sizeof(*wishes->wish));
	table_init_small(&wishes->table, most, 64);
	for (size_t i = 0; i < most; i++) {
		struct table_slot *slot;

		if (!is_kept(&kept[i]) || kept[i].told == 0 ||
			table_add(&wishes->table, kept[i].line, &slot) != 1) {
			kept[i] = (struct coawish_kept){0};
			continue;
		}
		slot->value = (uint32_t)i;
		wishes->used = i + 1;
	}
	return wishes;
}

struct coawishes *
coawishes_free(struct coawishes *wishes)
{
	if (wishes == NULL)
		return NULL;
	table_done(&wishes->table);
	free(wishes->wish);
	free(wishes);
	return NULL;
}

void
coawishes_begin(struct coawishes *wishes)
{
	for (size_t i = 0; i < wishes->used; i++) {
		wishes->wish[i].wanted = 0;
		wishes->wish[i].again_us = 0;
	}
}

static int
number_of(const struct coawishes *wishes, uint64_t line, size_t *ret)
{
	const struct table_slot *slot = table_find(&wishes->table, line);

	if (slot == NULL)
		return -ENOENT;
	*ret = slot->value;
	return 0;
}

static void
forget(struct coawishes *wishes, size_t number)
{
	table_remove(&wishes->table, table_find(&wishes->table, wishes->kept[number].line));
	wishes->kept[number] = (struct coawish_kept){0};
	wishes->wish[number] = (struct wish){0};
}

static int
make(struct coawishes *wishes, uint64_t line, size_t *ret)
{
	struct table_slot *slot;
	size_t number = 0;

	while (number < wishes->used && wishes->kept[number].line != 0)
		number++;
	if (number == wishes->most || table_add(&wishes->table, line, &slot) < 0) {
		wishes->refused++;
		return -ENOSPC;
	}
	slot->value = (uint32_t)number;
	wishes->kept[number] = (struct coawish_kept){.line = line};
	wishes->wish[number] = (struct wish){0};
	if (number == wishes->used)
		wishes->used++;
	*ret = number;
	return 0;
}

static unsigned
bit_of(enum measure_kind kind)
{
	return (1U << kind) & (BLOCKS | QUARANTINES);
}

int
coawishes_want(struct coawishes *wishes, uint64_t line, enum measure_kind kind)
{
	size_t number;
	int r = 0;

	if (bit_of(kind) == 0 || line == 0)
		return 0;
	if (number_of(wishes, line, &number) < 0)
		r = make(wishes, line, &number);
	if (r < 0)
		return r;
	wishes->wish[number].wanted |= (uint8_t)bit_of(kind);
	wishes->wish[number].again_us = 0;
	return 0;
}

void
coawishes_unwant(struct coawishes *wishes, uint64_t line, enum measure_kind kind)
{
	size_t number;

	if (bit_of(kind) == 0 || number_of(wishes, line, &number) < 0)
		return;
	wishes->wish[number].wanted &= (uint8_t)~bit_of(kind);
	wishes->wish[number].again_us = 0;
}

int
coawishes_next(const struct coawishes *wishes, size_t *at, uint64_t *ret)
{
	while (*at < wishes->used) {
		const struct coawish_kept *kept = &wishes->kept[(*at)++];

		if (kept->line != 0) {
			*ret = kept->line;
			return 1;
		}
	}
	return 0;
}

static uint32_t
half_of(uint64_t id)
{
	return (uint32_t)id != 0 ? (uint32_t)id : 1;
}

/* A session that was not there before has nothing of what was done by CoA. */
static void
meet(struct coawishes *wishes, size_t number, const struct coawish_session *session)
{
	struct wish *wish = &wishes->wish[number];
	struct coawish_kept *kept = &wishes->kept[number];

	wish->missed_us = 0;
	if (half_of(session->id) == kept->session)
		return;
	if (kept->session != 0 && !kept->by_disconnect) {
		kept->sure = 0;
		kept->told = 0;
		wish->released = 0;
	}
	kept->session = half_of(session->id);
	wish->tries = 0;
	wish->again_us = 0;
}

/* An order is open: does accounting show what it asked for? */
static bool
is_shown(const struct wish *wish, const struct coawish_session *session)
{
	if (session->id != wish->asked)
		return true;
	return !wish->is_disconnect && wish->is_acknowledged &&
		session->shown.us >= wish->asked_at.us + WALL_SECOND;
}

/* False: all is as it is wanted. */
static bool
choose(const struct wish *wish, const struct coawish_kept *kept, enum coa_act *act)
{
	unsigned told = kept->told & ~(unsigned)wish->released;

	if ((wish->wanted & QUARANTINES) != 0) {
		*act = COA_QUARANTINE;
		return (kept->sure & QUARANTINES) == 0;
	}
	if ((told & QUARANTINES) != 0) {
		*act = COA_RELEASE_QUARANTINE;
		return true;
	}
	if ((wish->wanted & BLOCKS) != 0) {
		*act = COA_BLOCK25;
		return (kept->sure & BLOCKS) == 0;
	}
	*act = COA_RELEASE_BLOCK25;
	return (told & BLOCKS) != 0;
}

/* Something else is to be asked for than what was asked for last. */
static bool
wants_another(const struct wish *wish, const struct coawish_kept *kept)
{
	enum coa_act act;

	return choose(wish, kept, &act) && act != (enum coa_act)wish->act;
}

/* Is the order that is open to be waited for? A session that a Disconnect ends has nothing else to be asked for. */
static bool
is_awaited(const struct wish *wish, const struct coawish_kept *kept)
{
	return !wish->is_acknowledged || wish->is_disconnect || !wants_another(wish, kept);
}

enum coawish_step
coawishes_look(struct coawishes *wishes, size_t number, const struct coawish_session *session,
	int64_t now_us, enum coa_act *act, uint64_t *order)
{
	struct wish *wish = &wishes->wish[number];
	const struct coawish_kept *kept = &wishes->kept[number];

	*order = wish->order;
	if (wish->order != 0 && is_shown(wish, session))
		return COAWISH_SHOWN;
	if (wish->order != 0 && is_awaited(wish, kept))
		return COAWISH_REST;
	wish->order = 0;
	if (session->id == 0 && wish->missed_us == 0)
		wish->missed_us = now_us;
	else if (session->id != 0)
		meet(wishes, number, session);
	if (wish->wanted == 0 &&
		(kept->told == 0 || (session->id == 0 && now_us - wish->missed_us > FORGET_US))) {
		forget(wishes, number);
		return COAWISH_REST;
	}
	if (session->id == 0 || now_us < wish->again_us)
		return COAWISH_REST;
	return choose(wish, kept, act) ? COAWISH_ASK : COAWISH_REST;
}

uint64_t
coawishes_asked(struct coawishes *wishes, size_t number, enum coa_act act, bool is_disconnect,
	const struct coawish_session *session, struct wall now)
{
	struct wish *wish = &wishes->wish[number];
	struct coawish_kept *kept = &wishes->kept[number];

	kept->by_disconnect = is_disconnect;
	switch (act) {
	case COA_QUARANTINE:
		kept->told |= QUARANTINES;
		wish->released &= (uint8_t)~QUARANTINES;
		break;
	case COA_BLOCK25:
		kept->told |= BLOCKS;
		wish->released &= (uint8_t)~BLOCKS;
		break;
	case COA_RELEASE_QUARANTINE:
		/* It may be the filter of both. */
		kept->sure = 0;
		break;
	case COA_RELEASE_BLOCK25:
		kept->sure &= (uint8_t)~BLOCKS;
		break;
	case COA_ACTS:
		break;
	}
	wish->act = (uint8_t)act;
	wish->is_disconnect = is_disconnect;
	wish->is_acknowledged = false;
	wish->asked = session->id;
	wish->asked_at = now;
	wish->order = ++wishes->orders << 32 | (uint64_t)(number + 1);
	return wish->order;
}

/* Each time twice as long. */
void
coawishes_pause(struct coawishes *wishes, size_t number, int64_t now_us)
{
	struct wish *wish = &wishes->wish[number];
	int64_t pause = PAUSE_US << wish->tries;

	wish->again_us = now_us + (pause < PAUSE_MOST_US ? pause : PAUSE_MOST_US);
	wish->tries += wish->tries < 10;
}

static unsigned
released_by(enum coa_act act)
{
	return act == COA_RELEASE_QUARANTINE ? QUARANTINES
		: act == COA_RELEASE_BLOCK25 ? BLOCKS
					     : 0;
}

static void
succeed(struct wish *wish, struct coawish_kept *kept)
{
	enum coa_act act = (enum coa_act)wish->act;

	wish->tries = 0;
	kept->told &= (uint8_t) ~(wish->released | released_by(act));
	wish->released = 0;
	if (act == COA_QUARANTINE)
		kept->sure |= QUARANTINES;
	else if (act == COA_BLOCK25)
		kept->sure |= BLOCKS;
}

void
coawishes_told(struct coawishes *wishes, uint64_t order, enum coa_stage stage, int64_t now_us)
{
	size_t number = (size_t)(order & UINT32_MAX) - 1;
	struct wish *wish = number < wishes->used ? &wishes->wish[number] : NULL;

	if (order == 0 || wish == NULL || wish->order != order)
		return;
	if (stage == COA_ASKED) {
		wish->is_acknowledged = true;
		wish->released |= (uint8_t)released_by((enum coa_act)wish->act);
		return;
	}
	wish->order = 0;
	if (stage == COA_SHOWN) {
		succeed(wish, &wishes->kept[number]);
		return;
	}
	/* Who is not there holds nothing; when he comes again he is told again. */
	if (stage == COA_GONE && !wish->is_disconnect) {
		wishes->kept[number].told = wishes->kept[number].sure = 0;
	}
	wishes->failed++;
	wish->released = 0;
	if (!wants_another(wish, &wishes->kept[number]))
		coawishes_pause(wishes, number, now_us);
}

struct coawishes_counts
coawishes_counts(const struct coawishes *wishes)
{
	struct coawishes_counts counts = {.failed = wishes->failed, .refused = wishes->refused};

	for (size_t i = 0; i < wishes->used; i++) {
		const struct wish *wish = &wishes->wish[i];
		bool is_wanted = wish->wanted != 0;
		uint8_t gravest = (wish->wanted & QUARANTINES) != 0 ? QUARANTINES : wish->wanted;

		counts.lines += is_wanted;
		counts.held += is_wanted && (wishes->kept[i].sure & gravest) == gravest;
		counts.left += !is_wanted && wishes->kept[i].told != 0;
	}
	return counts;
}
