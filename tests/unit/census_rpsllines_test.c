/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/registry/rpsllines.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static struct rpsllines fast, portable;

static int
set_up(void **state)
{
	rpsllines_init(&fast, false);
	rpsllines_init(&portable, true);
	return 0;
}

/* The numbers of the lines that are listed, as text. */
static const char *
listed(struct rpsllines *lines, const char *text, bool last)
{
	static char into[256];
	size_t length = 0;

	into[0] = '\0';
	rpsllines_begin(lines, (const uint8_t *)text, strlen(text), last);
	while (rpsllines_more(lines)) {
		for (uint32_t i = 0; i < lines->count; i++)
			length += (size_t)snprintf(
				into + length, sizeof(into) - length, " %u", lines->list[i].number);
	}
	return into;
}

static void
what_does_not_matter_is_not_listed(void **state)
{
	static const char text[] = "inetnum: a\nremarks: b\nDESCR: c\nnetname: d\nADMIN-C: e\n"
				   "tech-c: f\nmnt-by: g\nphone: h\nsource: i\ncreated: j\n";

	assert_string_equal(listed(&fast, text, true), " 0 3 6");
	assert_string_equal(listed(&portable, text, true), " 0 3 6");
}

static void
lines_that_may_end_or_go_on_are_listed_with_the_one_behind(void **state)
{
	static const char *const between[] = {"", "\r", " ", "\t x", "+", "+ x", "#", "% x"};

	for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
		char text[64];

		snprintf(text, sizeof(text), "x: a\nx: b\n%s\nx: c\nx: d\n", between[i]);
		assert_string_equal(listed(&fast, text, false), " 0 2 3");
		assert_string_equal(listed(&portable, text, false), " 0 2 3");
	}
}

static void
a_line_without_end_is_a_line_only_where_nothing_follows(void **state)
{
	assert_string_equal(listed(&fast, "x: a\norg: b", false), " 0");
	assert_int_equal(fast.start, 5);
	assert_string_equal(listed(&fast, "x: a\norg: b", true), " 0 1");
	assert_int_equal(fast.list[0].end, 11);
	assert_string_equal(listed(&fast, "x: a\nx: b\n", true), " 0");
	assert_string_equal(listed(&fast, "", true), "");
}

/* Both ways over the same bytes; returns how many lines were listed. */
static size_t
agree(const uint8_t *bytes, size_t size, bool last)
{
	size_t count = 0, next = 0;
	bool more;

	rpsllines_begin(&fast, bytes, size, last);
	rpsllines_begin(&portable, bytes, size, last);
	do {
		more = rpsllines_more(&fast);
		assert_int_equal(rpsllines_more(&portable), more);
		assert_int_equal(fast.count, portable.count);
		for (uint32_t i = 0; i < fast.count; i++) {
			const struct rpsl_line *line = &fast.list[i];

			assert_memory_equal(line, &portable.list[i], sizeof(*line));
			assert_true(line->start >= next && line->start <= line->end);
			assert_true(line->end == size || bytes[line->end] == '\n');
			assert_true(line->start == 0 || bytes[line->start - 1] == '\n');
			assert_null(memchr(bytes + line->start, '\n', line->end - line->start));
			next = line->end + 1;
		}
		count += fast.count;
	} while (more);
	assert_int_equal(fast.start, portable.start);
	assert_int_equal(fast.number, portable.number);
	return count;
}

static void
both_ways_give_the_same_of_random_bytes(void **state)
{
	static const char frequent[] = "\n\r \t+#%aemocsnlbrAEMOCSNLBR-:xyz0";
	struct random random;
	size_t count = 0;

	random_seed(&random, 2);
	for (unsigned round = 0; round < 3000; round++) {
		/* Now and then several portions, mostly around the blocks of 64 bytes. */
		size_t size = random_below(&random, round % 100 == 0 ? 40000 : 300);
		unsigned wild = (unsigned)random_below(&random, 100);
		uint64_t ends = random_below(&random, 100);
		uint8_t *bytes = malloc(size + 1);

		assert_non_null(bytes);
		for (size_t i = 0; i < size; i++) {
			if (random_below(&random, 100) < ends)
				bytes[i] = '\n';
			else if (random_below(&random, 100) < wild)
				bytes[i] = (uint8_t)random_u64(&random);
			else
				bytes[i] = (uint8_t)
					frequent[random_below(&random, sizeof(frequent) - 1)];
		}
		/* At the very end of the block, so that a sanitizer sees a read past it. */
		memmove(bytes + 1, bytes, size);
		count += agree(bytes + 1, size, round % 2);
		free(bytes);
	}
	assert_true(count > 100000);
}

static void
a_text_of_nothing_but_ends_fits(void **state)
{
	size_t size = 3 * RPSLLINES_PORTION + 17;
	uint8_t *bytes = malloc(size);

	assert_non_null(bytes);
	memset(bytes, '\n', size);
	assert_int_equal(agree(bytes, size, true), size);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_matter_is_not_listed),
		cmocka_unit_test(lines_that_may_end_or_go_on_are_listed_with_the_one_behind),
		cmocka_unit_test(a_line_without_end_is_a_line_only_where_nothing_follows),
		cmocka_unit_test(both_ways_give_the_same_of_random_bytes),
		cmocka_unit_test(a_text_of_nothing_but_ends_fits),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
