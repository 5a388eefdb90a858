/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticetries.h"

/* Doubled each time, up to the last. */
#define AGAIN_FIRST_US WALL_MINUTE
#define AGAIN_LAST_US  (4 * WALL_HOUR)
#define DOWN_FIRST_US  (10 * WALL_SECOND)
#define DOWN_LAST_US   WALL_HOUR
#define GIVE_UP_US     WALL_DAY

#define PLACE(id) ((id) / 2 % NOTICETRIES_MOST)

static int64_t
longer(int64_t pause_us, int64_t last_us)
{
	return pause_us < last_us / 2 ? 2 * pause_us : last_us;
}

/* NULL: it was not refused yet, or that is forgotten. */
static const struct noticetry *
find(const struct noticetries *tries, uint64_t id)
{
	const struct noticetry *try = &tries->of[PLACE(id)];

	return try->id == id ?
	try : NULL
		;
}

bool
noticetries_is_ripe(const struct noticetries *tries, uint64_t id, int64_t us)
{
	const struct noticetry *try = find(tries, id);

	return try == NULL || (!try->is_over && us >= try->again_us);
}

unsigned
noticetries_refused(const struct noticetries *tries, uint64_t id)
{
	const struct noticetry *try = find(tries, id);

	return try != NULL ? try->refused : 0;
}

bool
noticetries_refuse(struct noticetries *tries, uint64_t id, enum notice_channel channel,
	bool is_final, unsigned reached, int64_t us)
{
	struct noticetry *try = &tries->of[PLACE(id)];

	if (try->id != id)
		*try = (struct noticetry){.id = id, .first_us = us, .pause_us = AGAIN_FIRST_US};
	if (is_final)
		try->refused |= (uint8_t)(1U << channel);
	try->is_over = (reached & ~(unsigned)try->refused) == 0 || us - try->first_us >= GIVE_UP_US;
	/* For good: another channel is next, at once. */
	if (try->is_over || is_final)
		return !try->is_over;
	try->again_us = us + try->pause_us;
	try->pause_us = longer(try->pause_us, AGAIN_LAST_US);
	return true;
}

bool
noticetries_is_down(const struct noticetries *tries, enum notice_channel channel, int64_t us)
{
	return us < tries->down[channel].until_us;
}

bool
noticetries_down(struct noticetries *tries, enum notice_channel channel, int64_t us)
{
	bool is_new = tries->down[channel].until_us == 0;
	int64_t pause_us =
		is_new ? DOWN_FIRST_US : longer(tries->down[channel].pause_us, DOWN_LAST_US);

	tries->down[channel].pause_us = pause_us;
	tries->down[channel].until_us = us + pause_us;
	return is_new;
}

bool
noticetries_up(struct noticetries *tries, enum notice_channel channel)
{
	bool is_any = false;

	tries->down[channel].until_us = 0;
	for (unsigned i = 0; i < NOTICE_CHANNELS; i++)
		is_any = is_any || tries->down[i].until_us != 0;
	return !is_any;
}
