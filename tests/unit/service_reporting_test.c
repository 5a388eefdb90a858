/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports in a Maildir, on their way to the judge. */
#include "identity/sighting.h"
#include "service/reporting.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROOM   64
#define LEASES 100

/* The test is the mail server, and the judge. */
static struct daemon_settings settings;
static struct estate estate;
static struct reporting reporting;
static struct leased leased;
static struct ring judges[1], judge;
static void *ring_memory, *names_memory, *lease_memory;
static struct status_process pages[8];
static char folder[64];
static int64_t now_s;

static void *
memory_of(size_t bytes)
{
	void *memory;

	bytes = (bytes + 63) / 64 * 64;
	memory = aligned_alloc(64, bytes);
	assert_non_null(memory);
	return memset(memory, 0, bytes);
}

static void
add(const char *prefix, uint8_t role, uint16_t ports, bool is_leased)
{
	struct lines_prefix row = {.role = role, .ports = ports, .is_leased = is_leased};
	struct fail fail;

	assert_int_equal(prefix_parse(text_of(prefix), &row.prefix), 0);
	assert_int_equal(lines_add(settings.lines, &row, &fail), 0);
}

static void
make_lines(void)
{
	struct lines_settings of = LINES_DEFAULTS;
	struct leases_settings leases = LEASES_DEFAULTS;
	size_t bytes;

	of.key = (struct hash_key){{7}};
	leases.leases_most = LEASES;
	bytes = (leases_bytes(&leases) + 63) / 64 * 64;
	lease_memory = memory_of(bytes);
	leased = (struct leased){.has_leases = true};
	assert_int_equal(leases_make(&leased.leases, &leases, lease_memory, bytes), 0);
	settings.lines = lines_new(&of);
	lines_set_leased(settings.lines, &leased);
	add("192.0.2.0/24", ROLE_RESIDENTIAL, 0, false);
	add("198.51.100.0/24", ROLE_RESIDENTIAL, 2048, false);
	add("203.0.113.0/24", ROLE_SHARED, 0, false);
	add("2001:db8::/32", ROLE_RESIDENTIAL, 0, false);
}

static void
make_folder(void)
{
	static const char *const inside[] = {"tmp", "new", "cur"};
	char path[128];

	snprintf(folder, sizeof(folder), "/tmp/lazaret-reports-XXXXXX");
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, inside[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
}

static void
begin_again(void)
{
	reporting_end(&reporting);
	reporting_begin(&reporting, &settings, &estate, judges, &leased);
	assert_non_null(reporting.settings);
}

static int
begin(void **state)
{
	size_t names = names_bytes(ROOM);
	struct names made;

	(void)state;
	now_s = (int64_t)time(NULL);
	make_folder();
	settings = (struct daemon_settings){.estate = {.judges = 1, .names_most = ROOM},
		.reporting = {.server = "mx.isp.example",
			.sender = {{"loop.example", 3}, {"cert.example", 6.9F}},
			.sender_count = 2,
			.every_us = WALL_SECOND}};
	snprintf(settings.reporting.folder, sizeof(settings.reporting.folder), "%s", folder);
	settings.judging.parameters.court.weight[CHANNEL_REPORT] = .2;
	make_lines();
	ring_memory = memory_of(ring_bytes(sizeof(struct sighting), ROOM));
	ring_make(ring_memory);
	ring_attach_putting(&judges[0], ring_memory, sizeof(struct sighting), ROOM, -1);
	ring_attach_taking(&judge, ring_memory, sizeof(struct sighting), ROOM, -1);
	names_memory = memory_of(names);
	assert_int_equal(names_make(&made, names_memory, names, ROOM), 0);
	estate = (struct estate){.pages = pages, .names = {names_memory}};
	reporting = (struct reporting){.settings = NULL};
	begin_again();
	return 0;
}

static int
end(void **state)
{
	char command[96];

	(void)state;
	reporting_end(&reporting);
	lines_free(settings.lines);
	free(ring_memory);
	free(names_memory);
	free(lease_memory);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void
deliver(const char *name, const char *from, const char *report)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "Authentication-Results: mx.isp.example; %s\nFrom: a@cert.example\n%s", from,
		report);
	assert_int_equal(fclose(file), 0);
}

/* A table of one row. */
static const char *
row(const char *address, int64_t ago_s, unsigned port)
{
	static char text[512];
	char time[WALL_TEXT];

	snprintf(text, sizeof(text),
		"Content-Type: text/csv; name=lazaret.csv\n\nip,last_seen_utc,src_port\n"
		"%s,%s,%u\n",
		address, wall_format((struct wall){(now_s - ago_s) * WALL_SECOND}, time), port);
	return text;
}

/* So many seconds from the begin; both folders, to the end. */
static void
look(int64_t s)
{
	reporting.looked_us = 0;
	reporting.told_us = clock_steady();
	do
		reporting_see_to(&reporting, (struct wall){(now_s + s) * WALL_SECOND});
	while (reporting.is_looking);
	assert_int_equal(reporting.error, 0);
}

static struct sighting
told(void)
{
	struct sighting sighting;

	assert_int_equal(ring_take(&judge, &sighting, 1), 1);
	ring_taken(&judge);
	assert_int_equal(sighting.kind, SIGHTING_SCORE);
	assert_int_equal(sighting.channel, CHANNEL_REPORT);
	return sighting;
}

static void
check_nothing_told(void)
{
	struct sighting sighting;

	assert_int_equal(ring_take(&judge, &sighting, 1), 0);
}

static uint64_t
line_of(const char *address, uint16_t port)
{
	struct address at;
	struct line line;

	assert_int_equal(address_parse(text_of(address), &at), 0);
	assert_int_equal(lines_find(settings.lines, &at, port, &line), 0);
	return line.pseudonym;
}

static void
a_report_is_told_with_its_line_its_name_and_its_time(void **state)
{
	struct hash_key key = {{7}};
	struct sighting sighting;
	struct line_name name;
	char words[LINE_NAME];

	(void)state;
	deliver("new/1", "dkim=pass header.d=cert.example", row("198.51.100.7", 3600, 4100));
	look(0);
	sighting = told();
	check_nothing_told();
	assert_true(sighting.line.pseudonym == line_of("198.51.100.7", 5000));
	assert_true(sighting.time.us == (now_s - 3600) * WALL_SECOND);
	assert_true(sighting.score > 6.7F && sighting.score < 6.9F);
	assert_float_equal(sighting.watch, 6.9, 1e-5);
	assert_int_equal(names_find(&reporting.names, &key, sighting.line.pseudonym, &name), 0);
	assert_string_equal(line_name_format(&name, words), "198.51.100.7:4096-6143");
	assert_int_equal(reporting.counts.evidence, 1);
}

static void
a_reporter_whose_clock_is_ahead_sets_no_clock(void **state)
{
	struct sighting sighting;

	(void)state;
	deliver("new/1", "dkim=pass header.d=cert.example", row("198.51.100.7", -1800, 4100));
	look(0);
	sighting = told();
	check_nothing_told();
	assert_true(sighting.time.us == reporting.now.us);
	assert_float_equal(sighting.score, 6.9, 1e-5);
}

static void
strangers_are_counted_and_nothing_more(void **state)
{
	(void)state;
	deliver("new/1", "dkim=fail header.d=cert.example", row("192.0.2.7", 60, 0));
	deliver("new/2", "dkim=pass header.d=evil.example", row("192.0.2.7", 60, 0));
	deliver("new/3",
		"none\nAuthentication-Results: mx.evil.example; dkim=pass "
		"header.d=cert.example",
		row("192.0.2.7", 60, 0));
	look(0);
	check_nothing_told();
	assert_int_equal(reporting.counts.messages, 3);
	assert_int_equal(reporting.counts.strangers, 3);
	assert_int_equal(reporting.counts.reports, 0);
}

static void
what_nobody_can_be_blamed_for_is_counted(void **state)
{
	const char *cert = "spf=pass smtp.mailfrom=x@mail.cert.example";

	(void)state;
	deliver("new/1", cert, row("8.8.8.8", 60, 0));
	deliver("new/2", cert, row("198.51.100.7", 60, 0)); /* without its port */
	deliver("new/3", cert, row("203.0.113.7", 60, 4100));
	deliver("new/4", cert, row("192.0.2.7", 15 * 86400, 0));
	deliver("new/5", cert, row("192.0.2.7", -7200, 0));
	deliver("new/6", cert, "Content-Type: text/csv; name=scan_x.csv\n\nip\n192.0.2.7\n");
	deliver("new/7", cert, "Content-Type: text/csv; name=x.csv\n\na\nb\n");
	look(0);
	check_nothing_told();
	assert_int_equal(reporting.counts.messages, 7);
	assert_int_equal(reporting.counts.strangers, 0);
	assert_int_equal(reporting.counts.nobodys, 3);
	assert_int_equal(reporting.counts.untimed, 2);
	assert_int_equal(reporting.counts.others, 1);
	assert_int_equal(reporting.counts.malformed, 1);
}

static void
each_message_is_read_once_wherever_it_lies(void **state)
{
	char from[128], to[128];

	(void)state;
	deliver("new/1.mx", "dkim=pass header.d=loop.example", row("192.0.2.7", 60, 0));
	look(0);
	(void)told();
	look(1);
	snprintf(from, sizeof(from), "%s/new/1.mx", folder);
	snprintf(to, sizeof(to), "%s/cur/1.mx:2,S", folder);
	assert_int_equal(rename(from, to), 0);
	look(2);
	check_nothing_told();
	assert_int_equal(reporting.counts.messages, 1);
	deliver("cur/2.mx:2,", "dkim=pass header.d=cert.example", row("192.0.2.7", 60, 0));
	look(3);
	/* The stronger one whole, and half of the other. */
	assert_true(told().score == 7);
	assert_int_equal(reporting.counts.messages, 2);
	assert_int_equal(reporting.folder.seen.count, 2);
	assert_int_equal(remove(to), 0);
	look(4);
	assert_int_equal(reporting.folder.seen.count, 1);
}

static void
a_guard_that_begins_comes_to_the_same(void **state)
{
	struct sighting first, again;

	(void)state;
	deliver("new/1", "dkim=pass header.d=loop.example", row("192.0.2.7", 60, 0));
	look(0);
	first = told();
	/* The same reporter again, of what was before. */
	deliver("new/2", "dkim=pass header.d=loop.example", row("192.0.2.7", 3600, 0));
	look(0);
	check_nothing_told();
	begin_again();
	look(0);
	again = told();
	/* In the other order the later one comes second. */
	if (ring_take(&judge, &again, 1) == 1)
		ring_taken(&judge);
	assert_true(first.score == again.score && first.time.us == again.time.us);
	assert_int_equal(reporting.counts.messages, 2);
}

static void
what_was_told_fades_and_ends(void **state)
{
	struct sighting sighting;

	(void)state;
	deliver("new/1", "dkim=pass header.d=loop.example", row("192.0.2.7", 0, 0));
	look(0);
	(void)told();
	reporting.told_us = -REPORTING_AGAIN_US;
	reporting_see_to(&reporting, (struct wall){(now_s + 72 * 3600) * WALL_SECOND});
	sighting = told();
	assert_true(sighting.score > 1.49F && sighting.score < 1.51F);
	assert_true(sighting.time.us == now_s * WALL_SECOND);
	reporting.told_us = -REPORTING_AGAIN_US;
	reporting_see_to(&reporting, (struct wall){(now_s + 30 * 86400) * WALL_SECOND});
	assert_true(told().score == 0);
	assert_int_equal(reporting.count, 0);
}

static void
the_registrar_is_waited_for(void **state)
{
	const struct post post = {.owner = OWNER_REGISTRAR};

	(void)state;
	estate.settings.registrars = settings.estate.registrars = 1;
	begin_again();
	estate_status(&estate, estate_place(&post))->is_ready = 0;
	deliver("new/1", "dkim=pass header.d=loop.example", row("192.0.2.7", 0, 0));
	look(0);
	assert_int_equal(reporting.counts.messages, 0);
	estate_status(&estate, estate_place(&post))->is_ready = 1;
	look(0);
	assert_int_equal(reporting.counts.messages, 1);
}

static void
odd_files_are_no_messages(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/new/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/new/link", folder);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof(path), "%s/new/folder", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/new/long", folder);
	deliver("new/long", "none", "");
	assert_int_equal(truncate(path, (off_t)REPORTFOLDER_MESSAGE + 1), 0);
	look(0);
	assert_int_equal(reporting.counts.messages, 0);
	assert_int_equal(reporting.folder.refused, 4);
	look(1);
	assert_int_equal(reporting.folder.refused, 4);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/cur", folder);
	assert_int_equal(rmdir(path), 0);
	reporting.looked_us = 0;
	do
		reporting_see_to(&reporting, (struct wall){now_s * WALL_SECOND});
	while (reporting.is_looking);
	assert_int_equal(reporting.error, -ENOTDIR);
	assert_int_equal(mkdir(path, 0700), 0);
	look(0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_told_with_its_line_its_name_and_its_time),
		TEST(a_reporter_whose_clock_is_ahead_sets_no_clock),
		TEST(strangers_are_counted_and_nothing_more),
		TEST(what_nobody_can_be_blamed_for_is_counted),
		TEST(each_message_is_read_once_wherever_it_lies),
		TEST(a_guard_that_begins_comes_to_the_same),
		TEST(what_was_told_fades_and_ends),
		TEST(the_registrar_is_waited_for),
		TEST(odd_files_are_no_messages),
		TEST(a_folder_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
