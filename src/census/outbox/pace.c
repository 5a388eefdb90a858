/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/pace.h"

#include "base/hash.h"
#include "base/mime.h"
#include "base/table.h"

#include <stdlib.h>

#define NONE UINT32_MAX
#define MOST (UINT32_C(1) << 30)

/* One that was handed over, and the one before it to the same domain. */
struct step {
	struct wall at;
	uint32_t before;
};

struct pace {
	unsigned an_hour, domain_an_hour;
	struct step *step;
	uint32_t count, room;
	struct table domains; /* the last step of each */
	struct hash_key key;
};

struct pace *
pace_new(unsigned an_hour, unsigned domain_an_hour)
{
	struct pace *pace = xcalloc(1, sizeof(*pace));

	must(an_hour > 0 && domain_an_hour > 0);
	pace->an_hour = an_hour;
	pace->domain_an_hour = domain_an_hour;
	table_init_small(&pace->domains, MOST, 256);
	hash_key_random(&pace->key);
	return pace;
}

struct pace *
pace_free(struct pace *pace)
{
	if (pace != NULL) {
		table_done(&pace->domains);
		free(pace->step);
	}
	free(pace);
	return NULL;
}

static uint64_t
hash_domain(const struct pace *pace, struct text mailbox)
{
	struct text domain = mime_domain(mailbox);
	char small[MIME_ADDRESS];

	must(domain.length <= sizeof(small));
	for (size_t i = 0; i < domain.length; i++)
		small[i] = text_small(domain.at[i]);
	return hash_keyed(&pace->key, small, domain.length);
}

void
pace_note(struct pace *pace, struct text mailbox, struct wall at)
{
	struct table_slot *slot;
	int r = table_add(&pace->domains, hash_domain(pace, mailbox), &slot);

	must(r >= 0 && pace->count < MOST);
	if (pace->count == pace->room) {
		pace->room = pace->room == 0 ? 256 : 2 * pace->room;
		pace->step = xrealloc(pace->step, pace->room * sizeof(*pace->step));
	}
	pace->step[pace->count] = (struct step){.at = at, .before = r == 1 ? NONE : slot->value};
	slot->value = pace->count++;
}

struct wall
pace_next(const struct pace *pace, struct text mailbox, struct wall now)
{
	const struct table_slot *slot = table_find(&pace->domains, hash_domain(pace, mailbox));
	uint32_t at = slot != NULL ? slot->value : NONE;
	struct wall next = now;

	/* The one after which so many came, and with it the hour began. */
	for (unsigned i = 1; i < pace->domain_an_hour && at != NONE; i++)
		at = pace->step[at].before;
	if (at != NONE && pace->step[at].at.us + WALL_HOUR > next.us)
		next.us = pace->step[at].at.us + WALL_HOUR;
	if (pace->count < pace->an_hour)
		return next;
	at = pace->count - pace->an_hour;
	if (pace->step[at].at.us + WALL_HOUR > next.us)
		next.us = pace->step[at].at.us + WALL_HOUR;
	return next;
}

bool
pace_is_broken(const struct census_tally *tally)
{
	uint64_t settled = tally->sent + tally->refused, bad = tally->bounced + tally->refused;

	/* Where the first ones are all refused, it is not by them. */
	if (tally->sent == 0 && tally->refused >= PACE_FIRST)
		return true;
	return settled >= PACE_LEAST && bad * 100 > settled * PACE_PERCENT;
}
