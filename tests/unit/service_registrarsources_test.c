/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasefind.h"
#include "memory_stream.h"
#include "service/registrarsources.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGIN INT64_C(1700000000)

static const struct hash_key key = {{7, 7}};
static struct registry registry;
static struct leases leases;
static struct linetable names, sessions;
static void *memory[3];

/* A file of one format, and what the log says of it. */
static struct {
	char folder[40];
	char path[80];
	char log[80];
	struct registrarsources *sources;
	int64_t steady_us;
} bench;

static void *
zeroed(size_t bytes)
{
	void *made = aligned_alloc(64, (bytes + 63) / 64 * 64);

	memset(made, 0, bytes);
	return made;
}

static int
setup(void **state)
{
	struct leases_settings of = LEASES_DEFAULTS;
	struct registry_settings settings = {.key = key,
		.session_seconds = 3600,
		.block_seconds = 3600,
		.retention_hours = of.retention_hours};
	size_t bytes[3];

	of.leases_most = 1000;
	bytes[0] = leases_bytes(&of);
	bytes[1] = linetable_bytes(1000, sizeof(struct linewho));
	bytes[2] = linetable_bytes(1000, sizeof(struct session_of_line));
	for (int i = 0; i < 3; i++)
		memory[i] = zeroed(bytes[i]);
	assert_int_equal(leases_make(&leases, &of, memory[0], bytes[0]), 0);
	assert_int_equal(
		linetable_make(&names, memory[1], bytes[1], 1000, sizeof(struct linewho)), 0);
	assert_int_equal(linetable_make(&sessions, memory[2], bytes[2], 1000,
				 sizeof(struct session_of_line)),
		0);
	registry_init(&registry, &settings, &leases, &names, &sessions);
	registry.now = (struct wall){BEGIN * WALL_SECOND};
	(void)leases_tick(&leases, registry.now);
	memset(&bench, 0, sizeof(bench));
	snprintf(bench.folder, sizeof(bench.folder), "/tmp/lazaret-sources-XXXXXX");
	assert_non_null(mkdtemp(bench.folder));
	snprintf(bench.path, sizeof(bench.path), "%s/file", bench.folder);
	snprintf(bench.log, sizeof(bench.log), "%s/log", bench.folder);
	bench.steady_us = WALL_MINUTE;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const endings[] = {"", ".1", ".2"};
	char path[96];

	bench.sources = registrarsources_free(bench.sources);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		snprintf(path, sizeof(path), "%s%s", bench.path, endings[i]);
		unlink(path);
	}
	unlink(bench.log);
	assert_int_equal(rmdir(bench.folder), 0);
	for (int i = 0; i < 3; i++)
		free(memory[i]);
	return 0;
}

static void
read_as(unsigned format)
{
	static struct registrar_settings settings = {.source_count = 1, .leases_most = 1000};

	settings.source[0].format = (uint8_t)format;
	snprintf(settings.source[0].path, sizeof(settings.source[0].path), "%s", bench.path);
	registrarsources_free(bench.sources);
	bench.sources = registrarsources_new(&settings, &registry);
}

static void
put(const char *path, const char *mode, struct text bytes)
{
	FILE *file = fopen(path, mode);

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.length, file), bytes.length);
	assert_int_equal(fclose(file), 0);
}

/* In its place, as a new file. */
static void
write_file(struct text bytes)
{
	char other[96];

	snprintf(other, sizeof(other), "%s.1", bench.path);
	put(other, "w", bytes);
	assert_int_equal(rename(other, bench.path), 0);
}

static void
append(const char *text)
{
	put(bench.path, "a", text_of(text));
}

/* Looks for so many seconds, four times in each; what is in trouble then. */
static const char *
look(int seconds)
{
	const struct sourcehealth *first;

	for (int i = 0; i <= 4 * seconds; i++) {
		while (registrarsources_read(bench.sources, bench.steady_us))
			continue;
		bench.steady_us += WALL_SECOND / 4;
	}
	first = registrarsources_trouble(bench.sources);
	assert_int_equal(registrarsources_counts(bench.sources).troubled, first != NULL);
	return first != NULL ? first->text : "";
}

/* The same; what the log says of it, which has a limit a minute. */
static const char *
look_in_log(int seconds)
{
	static char said[4096];
	int log = open(bench.log, O_RDWR | O_CREAT | O_TRUNC, 0600), before = dup(2);
	ssize_t n;

	assert_true(log >= 0 && before >= 0 && dup2(log, 2) == 2);
	(void)look(seconds);
	assert_int_equal(dup2(before, 2), 2);
	n = pread(log, said, sizeof(said) - 1, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	close(log);
	close(before);
	return said;
}

#define assert_says(text, part) assert_non_null(strstr(text, part))

static bool
is_held(const char *text)
{
	struct lease_holder found;
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return leasefind_holder(&leases, &address, 0, (struct wall){(BEGIN + 300) * WALL_SECOND},
		       &found) == 0;
}

/* One whole thing that a file of each format says; what begins it. */
static const struct {
	const char *begin;
	const char *good;
} formats[REGISTRAR_FORMATS] = {
	[LEASEFILE_ISC] = {"# dhcpd\n",
		"lease 192.0.2.7 {\n starts 2 2023/11/14 22:00:00;\n ends 2 2023/11/14 23:59:00;\n"
		" binding state active;\n hardware ethernet 00:16:3e:ef:a9:c1;\n}\n"},
	[LEASEFILE_KEA] = {"address,hwaddr,client_id,valid_lifetime,expire,state\n",
		"192.0.2.7,00:16:3e:ef:a9:c1,,3600,1700003000,0\n"},
	[LEASEFILE_KEA_LOG] = {"",
		"2023-11-14 22:13:20.003 INFO  [kea-dhcp4.leases/12754.140204758890304] "
		"DHCP4_LEASE_ALLOC [hwtype=1 00:16:3e:ef:a9:c1], cid=[no info], tid=0x7656713f: "
		"lease 192.0.2.7 has been allocated for 3600 seconds\n"},
	[LEASEFILE_DNSMASQ] = {"", "1700003000 00:16:3e:ef:a9:c1 192.0.2.7 * *\n"},
	[LEASEFILE_TABLE] = {"# ours\n\n", "192.0.2.7 kunde-17\n"},
	[REGISTRAR_DETAIL] = {"",
		"Tue Nov 14 22:13:20 2023\n\tUser-Name = \"hans\"\n\tAcct-Status-Type = Start\n"
		"\tAcct-Session-Id = \"s1\"\n\tNAS-IP-Address = 192.0.2.1\n"
		"\tFramed-IP-Address = 192.0.2.7\n\tTimestamp = 1700000000\n\n"},
	[REGISTRAR_NAT_LOG] = {"", "nat: X_PORT_BLOCK_ALLOC: 192.0.2.7 -> 203.0.113.9:5000-5999\n"},
};

static void
sound_files_of_all_formats_are_no_trouble(void **state)
{
	for (unsigned format = 0; format < REGISTRAR_FORMATS; format++) {
		write_file(TEXT(""));
		read_as(format);
		assert_string_equal(look(2), "");
		append(formats[format].begin);
		append(formats[format].good);
		assert_string_equal(look(80), "");
		assert_int_equal(registrarsources_counts(bench.sources).bad, 0);
		assert_true(format == REGISTRAR_NAT_LOG || is_held("192.0.2.7"));
	}
}

static void
a_file_that_is_not_there_is_told_once_and_when_it_comes(void **state)
{
	const char *said;

	read_as(LEASEFILE_DNSMASQ);
	said = look_in_log(30);
	assert_says(said, "event=source-failed file=/tmp/lazaret-sources-");
	assert_says(said, "/file text=\"it is not there\"");
	assert_null(strstr(strchr(said, '\n'), "event="));
	write_file(TEXT("192.0.2.7 hans\n"));
	assert_says(look_in_log(2),
		"/file text=\"1 of 1 entries cannot be read, first in line 1: found 'x.x.x.x x'");
	write_file(TEXT(""));
	said = look_in_log(30);
	assert_says(said, "event=source-works file=/tmp/lazaret-sources-");
	assert_null(strstr(strchr(said, '\n'), "event="));
}

/* Bytes without any order; the last is a line end. */
static struct text
noise(void)
{
	static char bytes[200000];
	uint64_t word = 1;

	for (size_t i = 0; i < sizeof(bytes); i++) {
		word = word * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (char)(word >> 56);
	}
	bytes[sizeof(bytes) - 1] = '\n';
	return (struct text){bytes, sizeof(bytes)};
}

static void
each_format_is_told_when_it_is_missing(void **state)
{
	for (unsigned format = 0; format < REGISTRAR_FORMATS; format++) {
		unlink(bench.path);
		read_as(format);
		assert_string_equal(look(1), "it is not there");
		write_file(TEXT(""));
		assert_string_equal(look(2), "");
	}
}

static void
random_bytes_in_any_format_are_told_until_there_is_a_sound_file(void **state)
{
	for (unsigned format = 0; format < REGISTRAR_FORMATS; format++) {
		const char *said;

		write_file(noise());
		read_as(format);
		said = look(30);
		assert_says(said, " entries cannot be read, first in line ");
		assert_says(said, ", expected ");
		write_file(text_of(formats[format].begin));
		append(formats[format].good);
		assert_string_equal(look(40), "");
	}
}

static void
one_line_of_three_megabytes_is_told(void **state)
{
	static char line[3000000];

	memset(line, 'x', sizeof(line));
	for (unsigned format = 0; format < REGISTRAR_FORMATS; format++) {
		bool is_whole = format == LEASEFILE_DNSMASQ || format == LEASEFILE_TABLE;

		write_file((struct text){line, sizeof(line)});
		read_as(format);
		assert_says(look(30),
			is_whole ? "line 1, the last one, has no end"
				 : "1 of 1 entries cannot be read, first in line 1: found a line "
				   "of more than 4096 bytes, expected ");
		append("\n");
		assert_says(look(2), "1 of 1 entries cannot be read, first in line 1: ");
	}
}

static void
the_first_bad_line_is_told_by_its_number_and_its_shape(void **state)
{
	write_file(TEXT("# ours\n192.0.2.7 kunde-17\n"));
	read_as(LEASEFILE_TABLE);
	(void)look(2);
	/* A few are no damage. */
	append("192.0.2.300 Anna Müller\n192.0.2.301 x\n192.0.2.302 x\n192.0.2.303 x\n");
	assert_string_equal(look(2), "");
	assert_int_equal(registrarsources_counts(bench.sources).bad, 4);
	append("192.0.2.304 x\n");
	assert_says(look(2),
		"5 of 6 entries cannot be read, first in line 3: found "
		"'x.x.x.x', expected an address");
	/* Nobody has lost his address by that. */
	write_file(TEXT("192.0.2.300 a\n192.0.2.301 a\n192.0.2.302 a\n192.0.2.303 a\nx\n"));
	(void)look(2);
	assert_true(is_held("192.0.2.7"));
	write_file(TEXT("192.0.2.8 kunde-18\n"));
	assert_string_equal(look(2), "");
	assert_false(is_held("192.0.2.7"));
}

static void
a_tenth_is_damage_and_a_twentieth_is_none_any_more(void **state)
{
	write_file(TEXT(""));
	read_as(REGISTRAR_NAT_LOG);
	for (int i = 0; i < 46; i++)
		append(formats[REGISTRAR_NAT_LOG].good);
	for (int i = 0; i < 5; i++)
		append("nat: X_PORT_BLOCK_ALLOC: 192.0.2.7 203.0.113.9:5000-5999\n");
	assert_string_equal(look(1), "");
	append("nat: X_PORT_BLOCK_ALLOC: 192.0.2.7 203.0.113.9:5000-5999\n");
	assert_says(look(1),
		"6 of 52 entries cannot be read, first in line 47: found "
		"'x.x.x.x x.x.x.x:x-x', expected INSIDE -> OUTSIDE:LOW-HIGH");
	for (int i = 0; i < 68; i++)
		append(formats[REGISTRAR_NAT_LOG].good);
	assert_says(look(1), "6 of 120 entries ");
	append(formats[REGISTRAR_NAT_LOG].good);
	assert_string_equal(look(1), "");
}

static void
a_log_that_turns_bad_after_long_is_told(void **state)
{
	write_file(TEXT(""));
	read_as(REGISTRAR_NAT_LOG);
	for (int i = 0; i < 40000; i++)
		append(formats[REGISTRAR_NAT_LOG].good);
	assert_string_equal(look(1), "");
	for (int i = 0; i < 1200; i++)
		append("nat: X_PORT_BLOCK_ALLOC: 192.0.2.7 203.0.113.9:5000-5999\n");
	assert_says(look(1), "first in line 40001: ");
}

static void
a_log_without_any_lease_is_told_at_last(void **state)
{
	write_file(TEXT(""));
	read_as(LEASEFILE_KEA_LOG);
	for (int i = 0; i < SOURCEHEALTH_NOTHING - 1; i++)
		append("something else\n");
	assert_string_equal(look(1), "");
	append("something else\n");
	assert_says(look(1),
		"10000 lines, and none of them says who has an address: "
		"expected messages of Kea's logger");
	append(formats[LEASEFILE_KEA_LOG].good);
	assert_string_equal(look(1), "");
}

static void
a_line_of_a_log_that_was_read_before_is_counted_from_there(void **state)
{
	struct memory_stream stream = {.size = 0};
	struct save *save = save_new(memory_write, &stream);
	struct restore *restore;
	struct fail fail;
	char behind[40];

	write_file(text_of(formats[REGISTRAR_NAT_LOG].good));
	read_as(REGISTRAR_NAT_LOG);
	(void)look(1);
	registrarsources_save(bench.sources, save);
	assert_int_equal(save_end(save), 0);
	save_free(save);
	read_as(REGISTRAR_NAT_LOG);
	restore = restore_new(memory_read, &stream);
	assert_int_equal(registrarsources_restore(bench.sources, restore, &fail), 0);
	restore_free(restore);
	memory_done(&stream);
	append("\nX_PORT_BLOCK_ALLOC: nobody\n");
	snprintf(behind, sizeof(behind), "first in line 2 behind byte %zu: found 'x', expected",
		strlen(formats[REGISTRAR_NAT_LOG].good));
	assert_says(look(1), behind);
}

static void
a_last_line_without_end_is_not_read_and_nothing_ends_before_it_has(void **state)
{
	static const unsigned whole[] = {LEASEFILE_DNSMASQ, LEASEFILE_TABLE};

	for (int i = 0; i < 2; i++) {
		bool is_table = whole[i] == LEASEFILE_TABLE;

		write_file(text_of(formats[whole[i]].good));
		read_as(whole[i]);
		assert_string_equal(look(2), "");
		write_file(is_table ? TEXT("192.0.2.8 kunde-18\n192.0.2.9 kunde-1")
				    : TEXT("1700003000 00:16:3e:ef:a9:c2 192.0.2.8 * *\n"
					   "1700003000 00:16:3e:ef:a9:c3 192.0.2.9 * 0"));
		assert_string_equal(look(8), "");
		assert_false(is_held("192.0.2.8"));
		assert_says(look(4), "line 2, the last one, has no end: it is not read");
		assert_true(is_held("192.0.2.7"));
		assert_true(is_held("192.0.2.8"));
		assert_false(is_held("192.0.2.9"));
		append(is_table ? "9\n" : "1:2\n");
		assert_string_equal(look(2), "");
		assert_false(is_held("192.0.2.7"));
		assert_true(is_held("192.0.2.9"));
		write_file(TEXT(""));
		(void)look(2);
	}
}

/* As dnsmasq does each time. */
static void
a_file_that_is_empty_for_a_moment_ends_nothing(void **state)
{
	write_file(text_of(formats[LEASEFILE_DNSMASQ].good));
	read_as(LEASEFILE_DNSMASQ);
	(void)look(2);
	put(bench.path, "w", TEXT(""));
	bench.steady_us += WALL_SECOND;
	(void)look(0);
	assert_int_equal(registrarsources_counts(bench.sources).open, 1);
	assert_true(is_held("192.0.2.7"));
	append(formats[LEASEFILE_DNSMASQ].good);
	(void)look(2);
	assert_true(is_held("192.0.2.7"));
	put(bench.path, "w", TEXT(""));
	(void)look(2);
	assert_false(is_held("192.0.2.7"));
}

static void
a_file_that_is_too_large_is_told(void **state)
{
	write_file(TEXT(""));
	assert_int_equal(truncate(bench.path, (off_t)REGISTRARSOURCES_FILE + 1), 0);
	read_as(LEASEFILE_DNSMASQ);
	assert_says(look(0), "it is larger than 1024 MiB: it is not read");
	write_file(text_of(formats[LEASEFILE_DNSMASQ].good));
	assert_string_equal(look(2), "");
}

static void
what_is_begun_at_the_end_of_a_file_and_never_ended_is_told(void **state)
{
	for (unsigned format = 0; format < REGISTRAR_FORMATS; format++) {
		const char *good = formats[format].good;
		bool has_more = format == LEASEFILE_ISC || format == REGISTRAR_DETAIL;
		struct text cut = {good, strlen(good) - (has_more ? 2 : 1)};

		if (format == LEASEFILE_DNSMASQ || format == LEASEFILE_TABLE)
			continue;
		write_file(text_of(formats[format].begin));
		append(good);
		read_as(format);
		assert_string_equal(look(1), "");
		put(bench.path, "a", cut);
		assert_string_equal(look(50), "");
		assert_says(look(12), "what begins in line ");
		append(good + cut.length);
		assert_string_equal(look(1), "");
		assert_int_equal(registrarsources_counts(bench.sources).bad, 0);
	}
}

static void
what_kea_put_aside_is_told_by_its_own_name(void **state)
{
	char path[96];
	const char *said;

	snprintf(path, sizeof(path), "%s.2", bench.path);
	put(path, "w", noise());
	write_file(text_of(formats[LEASEFILE_KEA].begin));
	append(formats[LEASEFILE_KEA].good);
	read_as(LEASEFILE_KEA);
	said = look_in_log(1);
	assert_says(said, "/file.2 text=\"1 of 1 entries cannot be read, first in line ");
	assert_says(said, "expected the header of a lease file of Kea");
	assert_string_equal(look(0), "");
	assert_true(is_held("192.0.2.7"));
	put(path, "w", TEXT(""));
	assert_int_equal(truncate(path, (off_t)REGISTRARSOURCES_FILE + 1), 0);
	read_as(LEASEFILE_KEA);
	assert_says(look_in_log(1), "/file.2 text=\"it is larger than 1024 MiB: it is not read\"");
	assert_int_equal(registrarsources_counts(bench.sources).lost, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		test(sound_files_of_all_formats_are_no_trouble),
		test(a_file_that_is_not_there_is_told_once_and_when_it_comes),
		test(what_kea_put_aside_is_told_by_its_own_name),
		test(each_format_is_told_when_it_is_missing),
		test(random_bytes_in_any_format_are_told_until_there_is_a_sound_file),
		test(one_line_of_three_megabytes_is_told),
		test(the_first_bad_line_is_told_by_its_number_and_its_shape),
		test(a_tenth_is_damage_and_a_twentieth_is_none_any_more),
		test(a_log_that_turns_bad_after_long_is_told),
		test(a_log_without_any_lease_is_told_at_last),
		test(a_line_of_a_log_that_was_read_before_is_counted_from_there),
		test(a_last_line_without_end_is_not_read_and_nothing_ends_before_it_has),
		test(a_file_that_is_empty_for_a_moment_ends_nothing),
		test(a_file_that_is_too_large_is_told),
		test(what_is_begun_at_the_end_of_a_file_and_never_ended_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
