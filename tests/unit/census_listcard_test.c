/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listcard.h"
#include "unit.h"

#include <stdio.h>

#define GOOD                                                                                       \
	"# the trap of iX\nname: nixspam\nmeaning: zombie\nweight: 0.6\nhalf-life: 2d\n"           \
	"licence: may be quoted: with its name\ngroup: nixspam\n"

struct told {
	unsigned count;
	struct fail first;
};

static void
on_problem(void *context, const struct fail *fail)
{
	struct told *told = context;

	if (told->count++ == 0)
		told->first = *fail;
}

static int
parse(const char *text, struct told *told, struct listcard *card)
{
	*told = (struct told){0};
	return listcard_parse(text_of(text), "card", on_problem, told, card);
}

static void
reads_a_card(void **state)
{
	struct listcard card;
	struct told told;

	assert_int_equal(parse(GOOD, &told, &card), 0);
	assert_string_equal(card.name, "nixspam");
	assert_int_equal(card.meaning, LISTMEANING_ZOMBIE);
	assert_true(card.weight > 0.599 && card.weight < 0.601);
	assert_int_equal(card.half_life, 2 * 86400);
	assert_string_equal(card.licence, "may be quoted: with its name");
	assert_string_equal(card.group, "nixspam");
	assert_false(card.is_trap);
	assert_true(listcard_is_evidence(&card));
	assert_int_equal(card.order.form, LISTFORM_FOUND);
}

static void
reads_how_the_list_is_to_be_read(void **state)
{
	struct listcard card;
	struct told told;

	assert_int_equal(parse(GOOD "trap: yes\nform: rbldnsd\ntype: ip4trie\ndataset: proxies\r\n"
				    "values: 127.0.0.2  127.0.0.4\ncolumns: a,b\naddress: a\ntime: "
				    "b\nport: c d\n",
				 &told, &card),
		0);
	assert_true(card.is_trap);
	assert_int_equal(card.order.form, LISTFORM_RBLDNSD);
	assert_int_equal(card.order.type, ZONETYPE_IP4TRIE);
	assert_string_equal(card.order.dataset, "proxies");
	assert_int_equal(card.order.values_count, 2);
	assert_int_equal(card.order.values[1], 0x7f000004);
	assert_string_equal(card.order.columns, "a,b");
	assert_string_equal(card.order.address, "a");
	assert_string_equal(card.order.time, "b");
	assert_string_equal(card.order.port, "c d");
}

static void
knows_what_is_no_evidence_of_a_zombie(void **state)
{
	for (unsigned i = 0; i < LISTMEANING_COUNT; i++) {
		struct listcard card;
		struct told told;
		char text[256];

		snprintf(text, sizeof(text),
			"name: a\nmeaning: %s\nweight: 0.5\nhalf-life: 12h\nlicence: b\ngroup: c\n",
			listmeaning_names[i]);
		assert_int_equal(parse(text, &told, &card), 0);
		assert_int_equal(card.meaning, i);
		assert_int_equal(listcard_is_evidence(&card), i == LISTMEANING_ZOMBIE);
	}
}

static void
refuses(const char *text, const char *where, const char *what, const char *hint)
{
	struct listcard card = {.weight = 7};
	struct told told;

	assert_int_equal(parse(text, &told, &card), 1);
	assert_string_equal(told.first.where, where);
	assert_string_equal(told.first.what, what);
	assert_string_equal(told.first.hint, hint);
	/* Nothing of a card that is wrong is taken. */
	assert_true(card.weight == 7);
}

static void
says_what_is_wrong(void **state)
{
	refuses(GOOD "half_life: 2d\n", "card:8", "\"half_life\" is nothing that a card says",
		"did you mean \"half-life\"?");
	refuses(GOOD "colour of the list: red\n", "card:8",
		"\"colour of the list\" is nothing that a card says",
		"what a card may say stands in lazaret-census(1)");
	refuses(GOOD "name: again\n", "card:8", "\"name\" was said already", "");
	refuses(GOOD "form: xml\n", "card:8",
		"\"xml\" is none of: plain, rbldnsd, ipset, csv, json, mail", "");
	refuses(GOOD "trap: perhaps\n", "card:8", "\"perhaps\" is none of: no, yes", "");
	refuses(GOOD "dataset:\n", "card:8",
		"the value of \"dataset\" has no text, or more than 159 bytes", "");
	refuses(GOOD "no colon\n", "card:8", "the line is not \"key: value\"", "");
	refuses(GOOD "time: \x01\n", "card:8",
		"the line is no text in UTF-8, or has control characters", "");
	refuses(GOOD "values: 127.0.0.2 x\n", "card:8",
		"the values are at most 16 addresses with blanks between them",
		"for example: values: 127.0.0.2 127.0.0.4");
	refuses("name: a\nmeaning: zombie\nhalf-life: 2d\nlicence: a\ngroup: a\n", "card",
		"the card does not say \"weight\"", "");
}

static void
refuses_figures_that_mean_nothing(void **state)
{
	static const char *const lines[] = {"weight: 0", "weight: 1", "weight: -0.5", "weight: nan",
		"weight: 1e999", "weight: much", "half-life: 0d", "half-life: 2", "half-life: d",
		"half-life: 99999999d", "half-life: 2y", "group: two words", "group: Upper"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		static const char *const others[] = {
			"weight: 0.5\n", "half-life: 1d\n", "group: g\n"};
		struct listcard card;
		struct told told;
		char text[512];
		size_t length = (size_t)snprintf(
			text, sizeof(text), "name: a\nmeaning: zombie\nlicence: b\n%s\n", lines[i]);

		for (unsigned j = 0; j < 3; j++)
			if (strncmp(others[j], lines[i], 5) != 0)
				length += (size_t)snprintf(
					text + length, sizeof(text) - length, "%s", others[j]);
		assert_int_equal(parse(text, &told, &card), 1);
		assert_string_equal(told.first.where, "card:4");
	}
}

static void
tells_all_problems_of_an_empty_card(void **state)
{
	struct listcard card;
	struct told told;

	assert_int_equal(parse("", &told, &card), 6);
	assert_int_equal(told.count, 6);
	assert_string_equal(told.first.what, "the card does not say \"name\"");
	assert_int_equal(listcard_read("/nowhere/card", on_problem, &told, &card), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_card),
		cmocka_unit_test(reads_how_the_list_is_to_be_read),
		cmocka_unit_test(knows_what_is_no_evidence_of_a_zombie),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_figures_that_mean_nothing),
		cmocka_unit_test(tells_all_problems_of_an_empty_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
