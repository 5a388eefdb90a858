/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/bucket.h"

void
bucket_init(struct bucket *bucket, unsigned per_minute, unsigned burst)
{
	*bucket = (struct bucket){.interval = 60000 / per_minute, .burst = burst};
}

void
bucket_init_quick(struct bucket *bucket, unsigned per_second, unsigned burst)
{
	*bucket = (struct bucket){.interval = 1000000 / per_second, .burst = burst};
}

uint64_t
bucket_when(const struct bucket *bucket, uint64_t now)
{
	uint64_t early = (bucket->burst - 1) * bucket->interval, when = now;

	if (bucket->theoretic > now + early)
		when = bucket->theoretic - early;
	return bucket->not_before > when ? bucket->not_before : when;
}

void
bucket_take(struct bucket *bucket, uint64_t now)
{
	uint64_t from = bucket->theoretic > now ? bucket->theoretic : now;

	bucket->theoretic = from + bucket->interval;
}

void
bucket_answered(struct bucket *bucket)
{
	bucket->refusals = 0;
}

void
bucket_refused(struct bucket *bucket, uint64_t now, uint64_t after)
{
	if (after == 0) {
		after = BUCKET_SHORTEST << (bucket->refusals < 6 ? bucket->refusals : 6);
		after = after < BUCKET_LONGEST ? after : BUCKET_LONGEST;
	}
	bucket->refusals++;
	if (bucket->not_before < now + after)
		bucket->not_before = now + after;
}
