/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/lettercsv.h"
#include "letter_fixture.h"

#include <zlib.h>

#define NAMES                                                                                      \
	"ip,prefix,asn,cc,first_seen_utc,last_seen_utc,src_port,evidence,sources,score,status,"    \
	"netname,case\r\n"
#define BEFORE                                                                                     \
	"192.0.2.7,192.0.2.0/24,64500,NO,2025-11-26T10:00:00Z,2025-11-27T10:00:00Z,40001,"         \
	"spam-list,list-a|list-b,0.9250,new,"

static char *
table_of(const struct letterrow *rows, size_t count)
{
	const struct lettercase of = letter_case(rows, count);
	struct buffer into;

	buffer_init(&into, 1 << 20);
	lettercsv_make(&of, count, &into);
	return letter_taken(&into);
}

static void
rows_are_those_of_the_case(void **state)
{
	struct letterrow rows[2] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("2001:db8:0:1::", LETTER_REOPENED)};
	char *table;

	(void)state;
	rows[1].evidence = LETTER_BY_TRAP;
	rows[1].lists = 4; /* may not be quoted */
	rows[1].asn = 0;
	rows[1].port = 0;
	rows[1].prefix.length = 0;
	rows[1].country[0] = '\0';
	rows[1].score = SCORE_ONE;
	rows[1].first = (struct wall){0};
	table = table_of(rows, 2);
	assert_string_equal(table,
		NAMES BEFORE "EXAMPLE-NET,LZ-2026-004711\r\n"
			     "2001:db8:0:1::/64,,,,,2025-11-27T10:00:00Z,,spam-trap,,1.0000,"
			     "reopened,EXAMPLE-NET,LZ-2026-004711\r\n");
	free(table);
}

static void
no_name_becomes_a_formula_or_a_row(void **state)
{
	static const char *const names[][2] = {
		{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "\"' =1\""},
		{"\r\n=1", "\"'  =1\""},
		{"  =1", "\"'  =1\""},
		{"\nA", "\"' A\""},
		{"\xef\xbc\x9d"
		 "1",
			"'\xef\xbc\x9d"
			"1"},
		{"a\r\n203.0.113.9,x", "\"a  203.0.113.9,x\""},
		{"a\",=1", "\"a\"\",=1\""},
		{"\"=1", "\"\"\"=1\""},
		{"a;=1", "a =1"},
		{";=1", "\"' =1\""},
		{"a\t=1", "a =1"},
		{"\xff"
		 "a\xe2\x80\xae"
		 "b",
			"\xef\xbf\xbd"
			"a\xef\xbf\xbd"
			"b"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
		char *table, wanted[1024];

		row.netname = text_of(names[i][0]);
		table = table_of(&row, 1);
		snprintf(wanted, sizeof(wanted), "%s%s%s,LZ-2026-004711\r\n", NAMES, BEFORE,
			names[i][1]);
		assert_string_equal(table, wanted);
		free(table);
	}
}

static void
long_names_are_cut_and_rows_stay_short(void **state)
{
	struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	char name[4096], *table;

	(void)state;
	memset(name, '"', sizeof(name));
	row.netname = (struct text){name, sizeof(name)};
	table = table_of(&row, 1);
	assert_int_equal(strlen(table),
		strlen(NAMES BEFORE) + 2 + 2 * LETTER_FREE + strlen(",LZ-2026-004711\r\n"));
	free(table);
}

static char *
unpacked(const struct buffer *packed, size_t *ret_size)
{
	z_stream stream = {
		.next_in = (unsigned char *)packed->at, .avail_in = (unsigned)packed->length};
	size_t room = (size_t)1 << 28;
	char *into = malloc(room);

	assert_non_null(into);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_out = (unsigned char *)into;
	stream.avail_out = (unsigned)room;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	*ret_size = room - stream.avail_out;
	(void)inflateEnd(&stream);
	return into;
}

static void
a_packed_table_is_the_same_one_and_the_same_each_time(void **state)
{
	size_t count = LETTERCSV_PLAIN + 1, size;
	struct letterrow *rows = calloc(count, sizeof(*rows));
	const struct lettercase of = letter_case(rows, count);
	struct buffer table, packed, again;
	char *plain;

	(void)state;
	buffer_init(&table, 1 << 26);
	buffer_init(&packed, 1 << 26);
	buffer_init(&again, 1 << 26);
	for (size_t i = 0; i < count; i++) {
		rows[i] = letter_row("192.0.2.7", LETTER_STILL);
		rows[i].port = (uint16_t)(i + 1);
	}
	assert_int_equal(lettercsv_pack(&of, &table, &packed), count);
	assert_int_equal(lettercsv_pack(&of, &table, &again), count);
	assert_int_equal(packed.length, again.length);
	assert_memory_equal(packed.at, again.at, again.length);
	plain = unpacked(&packed, &size);
	assert_int_equal(size, table.length);
	assert_memory_equal(plain, table.at, size);
	free(plain);
	free(rows);
	buffer_done(&table);
	buffer_done(&packed);
	buffer_done(&again);
}

/* Names that cannot be packed: as many rows as fit, and the table says how many. */
static void
a_table_that_is_too_large_has_fewer_rows(void **state)
{
	size_t count = 100000, rows_packed, size, lines = 0;
	struct letterrow *rows = calloc(count, sizeof(*rows));
	char *names = malloc(count * LETTER_FREE), *plain;
	const struct lettercase of = letter_case(rows, count);
	struct buffer table, packed;
	uint64_t seed = 1;

	(void)state;
	buffer_init(&table, 1 << 28);
	buffer_init(&packed, 1 << 26);
	for (size_t i = 0; i < count * LETTER_FREE; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
		names[i] = (char)('a' + (seed >> 33) % 26);
	}
	for (size_t i = 0; i < count; i++) {
		rows[i] = letter_row("192.0.2.7", LETTER_STILL);
		rows[i].netname = (struct text){names + i * LETTER_FREE, LETTER_FREE};
	}
	rows_packed = lettercsv_pack(&of, &table, &packed);
	assert_true(rows_packed < count && rows_packed > count / 2);
	assert_true(packed.length <= LETTERCSV_PACKED);
	plain = unpacked(&packed, &size);
	for (size_t i = 0; i < size; i++)
		lines += plain[i] == '\n';
	assert_int_equal(lines, rows_packed + 1);
	free(plain);
	free(names);
	free(rows);
	buffer_done(&table);
	buffer_done(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_those_of_the_case),
		cmocka_unit_test(no_name_becomes_a_formula_or_a_row),
		cmocka_unit_test(long_names_are_cut_and_rows_stay_short),
		cmocka_unit_test(a_packed_table_is_the_same_one_and_the_same_each_time),
		cmocka_unit_test(a_table_that_is_too_large_has_fewer_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
