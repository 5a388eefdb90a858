/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/csvrow.h"
#include "census/effect/providers.h"
#include "census/effect/reportpage.h"
#include "census/effect/tilemap.h"
#include "census_reported.h"

#include <errno.h>

static struct reported reported;

static int
make(void **state)
{
	(void)state;
	reported_make(&reported);
	return 0;
}

static struct buffer
file_of(const struct report *report, const char *name)
{
	struct buffer into;
	unsigned i = 0;

	while (i < REPORT_FILES && strcmp(report_files[i].name, name) != 0)
		i++;
	assert_true(i < REPORT_FILES);
	buffer_init(&into, 16 << 20);
	report_files[i].put(report, &into);
	assert_false(into.failed);
	return into;
}

static unsigned
count(const char *text, const char *of)
{
	unsigned found = 0;

	for (; (text = strstr(text, of)) != NULL; text++)
		found++;
	return found;
}

static void
the_page_is_whole_and_below_200_kb(void **state)
{
	struct buffer page = file_of(&reported.report, "index.html");
	const char *text = buffer_string(&page);

	(void)state;
	assert_true(page.length < 200000);
	assert_ptr_equal(strstr(text, "<!DOCTYPE html>"), text);
	assert_string_equal(text + page.length - strlen("</html>\n"), "</html>\n");
	for (unsigned i = 1; i < REPORT_FILES; i++)
		assert_non_null(strstr(text, report_files[i].name));
	assert_int_equal(count(text, "<section "), count(text, "</section>"));
	assert_int_equal(count(text, "<table>"), count(text, "<caption "));
	assert_int_equal(count(text, "<svg "), 3);
	buffer_done(&page);
}

/* Not even where a name has six bytes of markup for each of its own. */
static void
the_page_stays_below_200_kb_whatever_names_are(void **state)
{
	static struct reported hostile;
	struct buffer page;
	uint32_t name;

	(void)state;
	reported_make(&hostile);
	name = run_text(&hostile.made,
		"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""
		"\"\"\"\"\"\"\"");
	for (unsigned i = 0; i < REPORTED_SYSTEMS; i++)
		hostile.systems[i].holder = name;
	hostile.report.run = run_end(&hostile.made);
	page = file_of(&hostile.report, "index.html");
	assert_true(page.length < 200000);
	buffer_done(&page);
	run_done(&hostile.made);
}

static void
no_text_of_others_becomes_markup(void **state)
{
	struct buffer page = file_of(&reported.report, "index.html");
	const char *text = buffer_string(&page);

	(void)state;
	assert_null(strstr(text, "<script"));
	assert_non_null(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;"));
	assert_non_null(strstr(text, "An agency &lt;of&gt; &quot;examples&quot;"));
	assert_non_null(strstr(text, "href=\"http://example.is/?a=1&amp;b=2\""));
	assert_non_null(strstr(text, "Agency of examples &amp; tests"));
	buffer_done(&page);
}

static void
the_same_run_gives_the_same_bytes(void **state)
{
	static struct reported again;

	(void)state;
	reported_make(&again);
	for (unsigned i = 0; i < REPORT_FILES; i++) {
		struct buffer one = file_of(&reported.report, report_files[i].name),
			      other = file_of(&again.report, report_files[i].name);

		assert_int_equal(one.length, other.length);
		assert_memory_equal(one.at, other.at, one.length);
		buffer_done(&one);
		buffer_done(&other);
	}
	run_done(&again.made);
}

/* The smallest AS has the highest rate by far, and is left out; of the rest the lower end of the interval falls. */
static void
tiny_networks_do_not_lead_by_chance(void **state)
{
	size_t by_rate, by_count;
	struct provider *rate = providers_rank(reported.report.run, PROVIDERS_BY_RATE, &by_rate);
	struct provider *number =
		providers_rank(reported.report.run, PROVIDERS_BY_COUNT, &by_count);

	(void)state;
	/* That of number 0 is none. */
	assert_int_equal(by_count, REPORTED_SYSTEMS - 1);
	assert_int_equal(by_rate, REPORTED_SYSTEMS - 2);
	for (size_t i = 1; i < by_rate; i++) {
		assert_true(rate[i - 1].rate.low >= rate[i].rate.low);
		assert_true(rate[i].rate.low <= rate[i].rate.value &&
			rate[i].rate.value <= rate[i].rate.high);
	}
	for (size_t i = 1; i < by_count; i++)
		assert_true(number[i - 1].of->counts.listed >= number[i].of->counts.listed);
	for (size_t i = 0; i < by_rate; i++)
		assert_int_not_equal(rate[i].of->number, 64005);
	free(rate);
	free(number);
}

/* 3 of 1,000 and 300 of 100,000 are the same rate: the larger network is more surely so high. */
static void
what_is_surely_high_comes_before_what_may_be(void **state)
{
	struct casefile_counts few = {.listed = 3}, many = {.listed = 300},
			       mixed = {.listed = 10, .listed6 = 8};

	(void)state;
	assert_true(rate_of(&many, 100000).low > rate_of(&few, 1000).low);
	assert_true(fabs(rate_of(&few, 1000).value - 3) < 1e-9);
	assert_true(fabs(rate_of(&mixed, 1000).value - 2) < 1e-9);
	assert_false(rate_of(&few, 0).is_known);
	assert_true(rate_of(&many, 100).value <= 1000);
}

static void
rates_have_two_figures_that_count(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} rates[] = {{0, "0"}, {1000, "1000.000"}, {1.2345, "1.234"}, {0.049446, "0.049"},
		{0.01, "0.010"}, {0.002919, "0.0029"}, {0.000198, "0.00020"}, {1e-7, "0.00000010"}};
	char text[RATE_TEXT];

	(void)state;
	for (unsigned i = 0; i < sizeof(rates) / sizeof(*rates); i++)
		assert_string_equal(rate_text(rates[i].rate, text), rates[i].text);
}

static void
numbers_in_squares_are_short(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} numbers[] = {{0.00001, "<.001"}, {0.0005, ".001"}, {0.012, ".012"}, {0.0994, ".099"},
		{0.0996, "0.10"}, {0.456, "0.46"}, {0.996, "1.0"}, {9.94, "9.9"}, {9.96, "10"},
		{1000, "1000"}};
	char text[TILEMAP_NUMBER];

	(void)state;
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		assert_string_equal(tilemap_number(numbers[i].rate, text), numbers[i].text);
}

static void
each_country_has_a_square_and_a_rate(void **state)
{
	struct rate rates[COUNTRY_COUNT] = {0};
	struct buffer map;
	const char *text;

	(void)state;
	rates[0] = (struct rate){true, 0.5, 0, 1};
	rates[1] = (struct rate){false, 9, 0, 1};
	buffer_init(&map, 1 << 20);
	tilemap(rates, &map);
	text = buffer_string(&map);
	assert_int_equal(count(text, "<text "), COUNTRY_COUNT + 1 + TILEMAP_STEPS + 2);
	assert_int_equal(count(text, "h28v28h-28z"), COUNTRY_COUNT + TILEMAP_STEPS + 1);
	assert_non_null(strstr(text, ">0.50</text>"));
	buffer_done(&map);
}

static void
tables_have_a_row_for_each(void **state)
{
	static const struct {
		const char *name, *begin;
		unsigned rows;
	} tables[] = {{"providers.csv", "as,holder,country,", REPORTED_SYSTEMS - 1},
		{"runs.csv", "day,zombies,", REPORTED_RUNS},
		{"effect.csv", "days,arm,", 3 * EFFECT_DAYS}, {"lists.csv", "list,group,", 4},
		{"partners.csv", "country,agency,page", 3}, {"curves.csv", "arm,day,", 2 * 54}};

	(void)state;
	for (unsigned i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct buffer table = file_of(&reported.report, tables[i].name);
		const char *text = buffer_string(&table);

		assert_ptr_equal(strstr(text, tables[i].begin), text);
		assert_int_equal(count(text, "\r\n"), tables[i].rows + 1);
		assert_int_equal(count(text, "\n"), tables[i].rows + 1);
		buffer_done(&table);
	}
}

static const char *
cell_of(const char *bytes, size_t length)
{
	static char text[256];
	struct buffer row;

	buffer_init(&row, 1024);
	csvrow_text(&row, (struct text){bytes, length});
	snprintf(text, sizeof(text), "%s", buffer_string(&row));
	buffer_done(&row);
	return text;
}

static void
no_cell_is_a_formula_or_leaves_its_place(void **state)
{
	(void)state;
	assert_string_equal(cell_of("=1+1", 4), "'=1+1");
	assert_string_equal(cell_of(" @SUM(A1)", 9), "\"' @SUM(A1)\"");
	assert_string_equal(cell_of("\t=1", 3), "\"' =1\"");
	assert_string_equal(cell_of("\xef\xbc\x9d"
				    "1",
				    4),
		"'\xef\xbc\x9d"
		"1");
	assert_string_equal(cell_of("a,b\"c", 5), "\"a,b\"\"c\"");
	assert_string_equal(cell_of("a\r\nb;c", 6), "a  b c");
	assert_string_equal(cell_of("", 0), "\"\"");
	assert_string_equal(cell_of("a\0b", 3), "a b");
	assert_string_equal(cell_of("\xff", 1), "\xef\xbf\xbd");
}

/* Any bytes: one cell, of one line, that is read as it was written. */
static void
any_bytes_stay_one_cell(void **state)
{
	struct random random;

	(void)state;
	random_seed(&random, 11);
	for (unsigned i = 0; i < 20000; i++) {
		static const char often[] = "\",;\r\n\t=+-@' \xef\xbc\x9d\0a";
		char bytes[12];
		size_t length = random_below(&random, sizeof(bytes) + 1);
		const char *cell, *at;
		bool is_quoted;

		for (size_t j = 0; j < length; j++)
			bytes[j] = often[random_below(&random, sizeof(often) - 1)];
		at = cell = cell_of(bytes, length);
		is_quoted = *at == '"';
		at += is_quoted;
		assert_null(strpbrk(at, "\r\n\t;"));
		assert_null(memchr("=+-@", *at == '\0' ? 'a' : *at, 4));
		for (; *at != '\0'; at++) {
			if (!is_quoted)
				assert_true(*at != ',' && *at != '"');
			else if (*at == '"' && at[1] == '"')
				at++;
			else if (*at == '"')
				assert_int_equal(at[1], '\0');
		}
	}
}

/* Any bytes: UTF-8 of one line, in which each & begins a reference of ours, and nothing else is markup. */
static void
any_bytes_are_text_on_the_page(void **state)
{
	static const char *const references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
	struct random random;

	(void)state;
	random_seed(&random, 12);
	for (unsigned i = 0; i < 20000; i++) {
		static const char often[] = "<>&\"'/a;#\r\n\0\xe2\x80\xae\xff\xc3\xa9";
		char bytes[90];
		size_t length = random_below(&random, sizeof(bytes) + 1);
		struct buffer into;
		const char *at;

		for (size_t j = 0; j < length; j++)
			bytes[j] = often[random_below(&random, sizeof(often) - 1)];
		buffer_init(&into, 4096);
		reportpage_text(&into, (struct text){bytes, length});
		assert_int_equal(text_check_line((struct text){into.at, into.length}), 0);
		at = buffer_string(&into);
		assert_null(strpbrk(at, "<>\"'"));
		while ((at = strchr(at, '&')) != NULL) {
			bool is_ours = false;

			for (unsigned j = 0; j < 5; j++)
				is_ours = is_ours ||
					strncmp(at, references[j], strlen(references[j])) == 0;
			assert_true(is_ours);
			at++;
		}
		buffer_done(&into);
	}
}

static void
agencies_are_read_as_far_as_they_are_right(void **state)
{
	static const char text[] =
		"NO https://www.example.no/ A\nno https://b.example/ B\nIS ftp://c.example/ C\n"
		"IS - \nXK - D\r\nFR  -   Agence  \r\n\n";
	static struct partners partners;
	struct fail fail = {0};

	(void)state;
	assert_int_equal(partners_parse(text_of(text), "file", &partners, &fail), -EINVAL);
	assert_string_equal(fail.where, "file:2");
	assert_int_equal(partners.count, 2);
	assert_string_equal(partners.row[0].country->code, "FR");
	assert_true(text_is(partners.row[0].agency, "Agence"));
	assert_int_equal(partners.row[0].page.length, 0);
	assert_true(text_is(partners.row[1].page, "https://www.example.no/"));
}

static void
a_run_of_nothing_is_a_report_too(void **state)
{
	static struct effect nothing;
	static const struct partners nobody;
	struct report_run row;
	struct report report;
	struct run run;
	struct buffer page;

	(void)state;
	for (unsigned i = 0; i < EFFECT_DAYS; i++)
		nothing.at[i] = (struct effect_day){
			.day = clearing_stages[i + 1], .difference.why = EFFECT_FEW};
	run_begin(&run, 100);
	run.file.list_count = 0;
	report = (struct report){.run = run_end(&run),
		.runs = &row,
		.run_count = 1,
		.effect = &nothing,
		.partners = &nobody};
	row = report_run_of(report.run);
	for (unsigned i = 0; i < REPORT_FILES; i++) {
		page = file_of(&report, report_files[i].name);
		assert_true(page.length > 20);
		assert_null(strstr(buffer_string(&page), "nan"));
		buffer_done(&page);
	}
	run_done(&run);
}

static int
unmake(void **state)
{
	(void)state;
	run_done(&reported.made);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_whole_and_below_200_kb),
		cmocka_unit_test(the_page_stays_below_200_kb_whatever_names_are),
		cmocka_unit_test(no_text_of_others_becomes_markup),
		cmocka_unit_test(the_same_run_gives_the_same_bytes),
		cmocka_unit_test(tiny_networks_do_not_lead_by_chance),
		cmocka_unit_test(what_is_surely_high_comes_before_what_may_be),
		cmocka_unit_test(rates_have_two_figures_that_count),
		cmocka_unit_test(numbers_in_squares_are_short),
		cmocka_unit_test(each_country_has_a_square_and_a_rate),
		cmocka_unit_test(tables_have_a_row_for_each),
		cmocka_unit_test(no_cell_is_a_formula_or_leaves_its_place),
		cmocka_unit_test(any_bytes_stay_one_cell),
		cmocka_unit_test(any_bytes_are_text_on_the_page),
		cmocka_unit_test(agencies_are_read_as_far_as_they_are_right),
		cmocka_unit_test(a_run_of_nothing_is_a_report_too),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
