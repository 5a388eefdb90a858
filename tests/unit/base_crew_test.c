/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/crew.h"
#include "unit.h"

#include <stdatomic.h>

#define JOBS 1000

static atomic_uint done[JOBS];

static void
do_job(void *context, size_t job)
{
	atomic_fetch_add(&done[job], 1);
	atomic_fetch_add((atomic_uint *)context, 1);
}

static void
each_job_is_done_once_whatever_the_number_of_threads(void **state)
{
	for (unsigned threads = 0; threads <= 2 * CREW_MOST; threads++) {
		atomic_uint all = 0;

		for (size_t i = 0; i < JOBS; i++)
			done[i] = 0;
		crew_work(threads, JOBS, do_job, &all);
		assert_int_equal(all, JOBS);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(done[i], 1);
	}
}

static void
few_jobs_need_no_more_threads_and_none_need_none(void **state)
{
	atomic_uint all = 0;

	crew_work(CREW_MOST, 0, do_job, &all);
	assert_int_equal(all, 0);
	crew_work(CREW_MOST, 1, do_job, &all);
	assert_int_equal(all, 1);
}

static void
there_is_one_thread_at_least(void **state)
{
	assert_in_range(crew_size(), 1, CREW_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_is_done_once_whatever_the_number_of_threads),
		cmocka_unit_test(few_jobs_need_no_more_threads_and_none_need_none),
		cmocka_unit_test(there_is_one_thread_at_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
