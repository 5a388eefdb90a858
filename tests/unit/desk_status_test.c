/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/status.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS  500U
#define READS 3000

static struct status_exporter rows[STATUS_EXPORTERS], found[STATUS_EXPORTERS];

static struct status_exporters *
page(void)
{
	void *page = mmap(NULL, sizeof(struct status_exporters), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(page != MAP_FAILED);
	return page;
}

/* Each round in another order, and of another number: in every row all figures belong to its domain and round. */
static void
make_rows(uint32_t round, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t domain = (i + round) % count;

		rows[i] = (struct status_exporter){.domain = domain,
			.records = domain,
			.lost = round,
			.clock_off_us = (int64_t)domain,
			.datagrams = count};
	}
}

static void
write_for_ever(struct status_exporters *to)
{
	for (uint32_t round = 0;; round++) {
		uint32_t count = ROWS + round % 7;

		make_rows(round, count);
		status_exporters_write(to, rows, count);
	}
}

static void
rows_that_are_read_are_of_one_moment(void **state)
{
	struct status_exporters *shared = page();
	size_t mixed = 0, read = 0;
	pid_t writer;

	(void)state;
	make_rows(0, ROWS);
	status_exporters_write(shared, rows, ROWS);
	writer = fork();
	assert_true(writer >= 0);
	if (writer == 0)
		write_for_ever(shared);
	for (int i = 0; i < READS; i++) {
		size_t count = status_exporters_read(shared, found);

		read += count > 0;
		for (size_t k = 0; k < count; k++)
			mixed += found[k].records != found[k].domain ||
				found[k].clock_off_us != found[k].domain ||
				found[k].lost != found[0].lost || found[k].datagrams != count;
	}
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_int_equal(mixed, 0);
	assert_true(read > 0);
	munmap(shared, sizeof(*shared));
}

static void
rows_of_a_writer_that_died_come_back_with_its_successor(void **state)
{
	struct status_exporters *shared = page();

	(void)state;
	make_rows(0, 3);
	status_exporters_write(shared, rows, 3);
	assert_int_equal(status_exporters_read(shared, found), 3);
	shared->sequence |= 1;
	assert_int_equal(status_exporters_read(shared, found), 0);
	make_rows(1, 2);
	status_exporters_write(shared, rows, 2);
	assert_int_equal(status_exporters_read(shared, found), 2);
	assert_memory_equal(found, rows, 2 * sizeof(*rows));
	munmap(shared, sizeof(*shared));
}

static void
a_count_that_cannot_be_is_no_harm(void **state)
{
	struct status_exporters *shared = page();

	(void)state;
	shared->count = UINT64_MAX;
	assert_int_equal(status_exporters_read(shared, found), STATUS_EXPORTERS);
	munmap(shared, sizeof(*shared));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_are_read_are_of_one_moment),
		cmocka_unit_test(rows_of_a_writer_that_died_come_back_with_its_successor),
		cmocka_unit_test(a_count_that_cannot_be_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
