/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct crew {
	void (*work)(void *context, size_t job);
	void *context;
	size_t count;
	atomic_size_t next;
};

unsigned
crew_size(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < CREW_MOST ? (unsigned)count : CREW_MOST;
}

static void *
do_jobs(void *context)
{
	struct crew *crew = context;
	size_t job;

	while ((job = atomic_fetch_add(&crew->next, 1)) < crew->count)
		crew->work(crew->context, job);
	return NULL;
}

void
crew_work(unsigned threads, size_t count, void (*work)(void *context, size_t job), void *context)
{
	struct crew crew = {.work = work, .context = context, .count = count};
	pthread_t others[CREW_MOST];
	unsigned started = 0;

	while (started + 1 < threads && started + 1 < count && started < CREW_MOST &&
		pthread_create(&others[started], NULL, do_jobs, &crew) == 0)
		started++;
	do_jobs(&crew);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
}
