/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/lines.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct lines *
new_lines(void)
{
	struct lines_settings settings = LINES_DEFAULTS;

	settings.names_most = 100;
	settings.key.byte[0] = 7;
	return lines_new(&settings);
}

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text_of(text), &a), 0);
	return a;
}

static void
add(struct lines *lines, const char *text, enum role role, uint8_t line_length, uint16_t ports)
{
	struct lines_prefix prefix = {
		.role = (uint8_t)role, .line_length = line_length, .ports = ports};

	assert_int_equal(prefix_parse(text_of(text), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
}

/* The name that the line of an address and port has. */
static const char *
name_of(struct lines *lines, const char *text, uint16_t port)
{
	static char name[LINE_NAME];
	struct address a = address(text);
	struct line line;

	if (lines_find(lines, &a, port, &line) < 0)
		return "outside";
	lines_remember(lines, &a, port);
	assert_int_equal(lines_name(lines, line.pseudonym, name), 0);
	return name;
}

static void
without_prefixes_everybody_is_a_line(void **state)
{
	struct lines *lines = new_lines();

	assert_false(lines_has_inside(lines));
	assert_string_equal(name_of(lines, "192.0.2.7", 1), "192.0.2.7");
	assert_string_equal(name_of(lines, "2001:db8:1:2ff::9", 1), "2001:db8:1:200::/56");
	lines_free(lines);
}

static void
the_longest_prefix_decides(void **state)
{
	struct lines *lines = new_lines();
	struct address a = address("10.1.2.3"), b = address("10.2.0.1"), c = address("11.0.0.1");
	struct line line;

	add(lines, "10.0.0.0/8", ROLE_RESIDENTIAL, 0, 0);
	add(lines, "10.1.0.0/16", ROLE_BUSINESS, 0, 0);
	add(lines, "10.1.2.3", ROLE_PROTECTED, 0, 0);
	assert_int_equal(lines_find(lines, &a, 0, &line), 0);
	assert_int_equal(line.role, ROLE_PROTECTED);
	assert_int_equal(lines_find(lines, &b, 0, &line), 0);
	assert_int_equal(line.role, ROLE_RESIDENTIAL);
	assert_int_equal(lines_find(lines, &c, 0, &line), -ENOENT);
	lines_free(lines);
}

static void
an_ipv6_line_is_as_long_as_its_prefix_says(void **state)
{
	struct lines *lines = new_lines();

	add(lines, "2001:db8::/32", ROLE_RESIDENTIAL, 64, 0);
	add(lines, "2001:db9::/32", ROLE_BUSINESS, 48, 0);
	assert_string_equal(name_of(lines, "2001:db8:1:2ff::9", 1), "2001:db8:1:2ff::/64");
	assert_string_equal(name_of(lines, "2001:db9:1:2ff::9", 1), "2001:db9:1::/48");
	assert_string_equal(name_of(lines, "2001:dba::1", 1), "outside");
	lines_free(lines);
}

/* Or the lines of two prefixes, with their roles, would be one. */
static void
an_ipv6_line_is_never_shorter_than_its_prefix(void **state)
{
	struct lines *lines = new_lines();

	add(lines, "2001:db8::/60", ROLE_MAIL_SERVER, 0, 0);
	add(lines, "2001:db8:0:10::/60", ROLE_RESIDENTIAL, 0, 0);
	add(lines, "2001:db8::/32", ROLE_RESIDENTIAL, 0, 0);
	assert_string_equal(name_of(lines, "2001:db8:0:1::9", 1), "2001:db8::/60");
	assert_string_equal(name_of(lines, "2001:db8:0:11::9", 1), "2001:db8:0:10::/60");
	assert_string_equal(name_of(lines, "2001:db8:0:21::9", 1), "2001:db8::/56");
	lines_free(lines);
}

static void
ipv4_is_in_no_prefix_of_ipv6(void **state)
{
	struct lines *lines = new_lines();

	add(lines, "::/0", ROLE_BUSINESS, 0, 0);
	assert_string_equal(name_of(lines, "2001:db8:1:2ff::9", 1), "2001:db8:1:200::/56");
	assert_string_equal(name_of(lines, "192.0.2.7", 1), "outside");
	add(lines, "0.0.0.0/0", ROLE_RESIDENTIAL, 0, 0);
	assert_string_equal(name_of(lines, "192.0.2.7", 1), "192.0.2.7");
	lines_free(lines);
}

static void
a_table_may_have_prefixes_of_every_length(void **state)
{
	struct lines *lines = new_lines();
	struct lines_prefix prefix = {.line_length = 128};

	for (unsigned length = 0; length <= 128; length++) {
		prefix.prefix.length = (uint8_t)length;
		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	assert_string_equal(name_of(lines, "::", 1), "::/128");
	lines_free(lines);
}

static void
a_shared_address_has_a_line_for_each_block_of_ports(void **state)
{
	struct lines *lines = new_lines();
	struct line low, high, parsed;
	struct address a = address("192.0.2.7");

	add(lines, "192.0.2.0/24", ROLE_SHARED, 0, 2048);
	assert_string_equal(name_of(lines, "192.0.2.7", 4095), "192.0.2.7:2048-4095");
	assert_int_equal(lines_find(lines, &a, 2048, &low), 0);
	assert_int_equal(lines_find(lines, &a, 4096, &high), 0);
	assert_true(low.pseudonym != high.pseudonym);
	assert_int_equal(lines_parse(lines, TEXT("192.0.2.7:2048-4095"), &parsed, NULL), 0);
	assert_true(parsed.pseudonym == low.pseudonym);
	lines_free(lines);
}

static void
what_a_report_prints_can_be_asked_for(void **state)
{
	struct lines *lines = new_lines();
	struct address a = address("2001:db8:1:2ff::9");
	struct line line, parsed;

	assert_int_equal(lines_find(lines, &a, 0, &line), 0);
	assert_int_equal(lines_parse(lines, TEXT("2001:db8:1:200::/56"), &parsed, NULL), 0);
	assert_true(line.pseudonym == parsed.pseudonym);
	assert_int_equal(lines_parse(lines, TEXT("2001:db8:1:2ff::9"), &parsed, NULL), 0);
	assert_true(line.pseudonym == parsed.pseudonym);
	assert_int_equal(lines_parse(lines, TEXT("no line"), &parsed, NULL), -EINVAL);
	lines_free(lines);
}

/* The answer must not be about another line than the one that was meant. */
static void
what_is_no_line_is_not_taken_for_one(void **state)
{
	static const char *const wrong[] = {"192.0.2.7", "192.0.2.7:", "192.0.2.7:x",
		"192.0.2.7:70000", "192.0.2.7:2048-4096", "192.0.2.7:2049-4095", "198.51.100.0/24",
		"2001:db8::/32", "2001:db8::/x", ""};
	static const char *const right[] = {"192.0.2.7:0", "192.0.2.7:2048", "192.0.2.7:2048-4095",
		"198.51.100.7/32", "198.51.100.7:25", "2001:db8::/56"};
	struct lines *lines = new_lines();
	struct line line;
	char name[LINE_NAME];

	add(lines, "192.0.2.0/24", ROLE_SHARED, 0, 2048);
	add(lines, "198.51.100.0/24", ROLE_STATIC, 0, 0);
	add(lines, "2001:db8::/32", ROLE_STATIC, 0, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct fail fail = {0};

		assert_int_equal(lines_parse(lines, text_of(wrong[i]), &line, &fail), -EINVAL);
		assert_true(*fail.what != '\0');
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++) {
		assert_int_equal(lines_parse(lines, text_of(right[i]), &line, NULL), 0);
		assert_int_equal(lines_name(lines, line.pseudonym, name), 0);
	}
	assert_int_equal(lines_parse(lines, TEXT("203.0.113.7"), &line, NULL), -ENOENT);
	lines_free(lines);
}

static void
another_key_gives_other_pseudonyms(void **state)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *one = new_lines(), *two;
	struct address a = address("192.0.2.7");
	struct line x, y;

	settings.key.byte[0] = 8;
	settings.names_most = 1;
	two = lines_new(&settings);
	assert_int_equal(lines_find(one, &a, 0, &x), 0);
	assert_int_equal(lines_find(two, &a, 0, &y), 0);
	assert_true(x.pseudonym != y.pseudonym);
	lines_free(one);
	lines_free(two);
}

/* Writes a table and reads it; returns what lines_read said. */
static int
read_table(struct lines *lines, const char *content, struct fail *fail)
{
	char path[] = "/tmp/lazaret-lines-XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	close(fd);
	r = lines_read(lines, path, fail);
	unlink(path);
	return r;
}

static void
reads_a_table_with_comments_roles_and_blocks(void **state)
{
	struct lines *lines = new_lines();
	struct fail fail = {0};

	assert_int_equal(read_table(lines,
				 "# our network\n\n192.0.2.0/25 business\r\n192.0.2.128/25 shared "
				 "ports 1024 # pool\n2001:db8::/32 residential line /48",
				 &fail),
		0);
	assert_string_equal(name_of(lines, "192.0.2.200", 1025), "192.0.2.200:1024-2047");
	assert_string_equal(name_of(lines, "2001:db8:7:8::1", 1), "2001:db8:7::/48");
	lines_free(lines);
}

static void
a_mistake_in_a_table_names_its_line(void **state)
{
	static const struct {
		const char *content;
		const char *what;
	} bad[] = {
		{"192.0.2.1/24\n", "bits set"},
		{"192.0.2.0/24\n192.0.2.0/24\n", "twice"},
		{"192.0.2.0/24 bussiness\n", "no role"},
		{"192.0.2.0/24 shared ports 1000\n", "does not fit"},
		{"2001:db8::/32 line /24\n", "do not fit"},
		{"2001:db8::/32 line\n", "no prefix length"},
		{"here\n", "no prefix"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct lines *lines = new_lines();
		struct fail fail = {0};

		assert_true(read_table(lines, bad[i].content, &fail) < 0);
		assert_non_null(strstr(fail.what, bad[i].what));
		assert_non_null(strrchr(fail.where, ':'));
		lines_free(lines);
	}
}

static void
a_table_that_cannot_be_read_is_no_empty_table(void **state)
{
	static const char *const paths[] = {"/tmp", "/tmp/lazaret-lines-missing"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct lines *lines = new_lines();
		struct fail fail = {0};

		assert_true(lines_read(lines, paths[i], &fail) < 0);
		assert_string_equal(fail.where, paths[i]);
		lines_free(lines);
	}
}

static void
names_stop_at_their_ceiling(void **state)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;
	struct address a = address("192.0.2.1"), b = address("192.0.2.2");
	struct line line;
	char name[LINE_NAME];

	settings.names_most = 1;
	lines = lines_new(&settings);
	lines_remember(lines, &a, 0);
	lines_remember(lines, &b, 0);
	assert_int_equal(lines_find(lines, &b, 0, &line), 0);
	assert_int_equal(lines_name(lines, line.pseudonym, name), -ENOENT);
	lines_free(lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_prefixes_everybody_is_a_line),
		cmocka_unit_test(the_longest_prefix_decides),
		cmocka_unit_test(an_ipv6_line_is_as_long_as_its_prefix_says),
		cmocka_unit_test(an_ipv6_line_is_never_shorter_than_its_prefix),
		cmocka_unit_test(ipv4_is_in_no_prefix_of_ipv6),
		cmocka_unit_test(a_table_may_have_prefixes_of_every_length),
		cmocka_unit_test(a_shared_address_has_a_line_for_each_block_of_ports),
		cmocka_unit_test(what_a_report_prints_can_be_asked_for),
		cmocka_unit_test(what_is_no_line_is_not_taken_for_one),
		cmocka_unit_test(another_key_gives_other_pseudonyms),
		cmocka_unit_test(reads_a_table_with_comments_roles_and_blocks),
		cmocka_unit_test(a_mistake_in_a_table_names_its_line),
		cmocka_unit_test(a_table_that_cannot_be_read_is_no_empty_table),
		cmocka_unit_test(names_stop_at_their_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
