/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/store.h"
#include "ledger_fixture.h"

#include <errno.h>

/* What every engine must do. Another engine joins by another way to open an empty store. */
static struct store *
open_store(const struct fixture *fixture)
{
	struct store_settings settings = {.where = fixture->path,
		.mode = STORE_MAKE,
		.wait_ms = 1000,
		.bytes_most = UINT64_C(1) << 30};
	struct store *store = NULL;
	struct fail fail = {0};
	int r = store_open(&store, &settings, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
	return store;
}

static void
begin(struct store *store)
{
	assert_int_equal(store->ops->begin(store, true, NULL), 0);
}

static void
keep(struct store *store)
{
	assert_int_equal(store->ops->end(store, true, NULL), 0);
}

static struct ledger_case
a_case(uint64_t line, int64_t opened, int64_t closed)
{
	struct ledger_case of = {.line = line,
		.name_hash = line * 3,
		.opened = {opened},
		.last = {opened},
		.confirmed = WALL_NONE,
		.closed = {closed},
		.changed = {opened},
		.state = closed == INT64_MIN ? STATE_SUSPECT : STATE_CLEAR,
		.highest = STATE_SUSPECT,
		.role = ROLE_STATIC,
		.score = 9.5};

	memset(of.sealed, (int)line, sizeof(of.sealed));
	return of;
}

struct numbers {
	uint64_t of[16];
	size_t count;
	size_t stop;
};

static int
take_number(void *context, const struct ledger_case *row)
{
	struct numbers *numbers = context;

	assert_true(numbers->count < 16);
	numbers->of[numbers->count++] = row->number;
	return numbers->stop != 0 && numbers->count == numbers->stop ? 42 : 0;
}

static struct numbers
find(struct store *store, enum which_cases which, struct query query)
{
	struct numbers numbers = {.count = 0};

	assert_int_equal(store->ops->cases(store, which, &query, take_number, &numbers, NULL), 0);
	return numbers;
}

static int
take_case(void *context, const struct ledger_case *row)
{
	*(struct ledger_case *)context = *row;
	return 1;
}

static void
a_new_store_is_empty(void **state)
{
	struct store *store = open_store(*state);
	uint64_t count = 7;
	uint8_t value[8];

	for (int rows = 0; rows < ROWS_COUNT; rows++) {
		assert_int_equal(store->ops->count(store, (enum rows)rows, &count, NULL), 0);
		assert_int_equal(count, 0);
	}
	assert_int_equal(store->ops->meta_get(store, "head", value, sizeof(value), NULL), -ENOENT);
	assert_int_equal(store->ops->check(store, NULL), 0);
	assert_int_equal(find(store, CASES_ALL, (struct query){0}).count, 0);
	store_close(store);
}

/* Member by member: what is between them may be anything. */
static void
is_same_case(const struct ledger_case *a, const struct ledger_case *b)
{
	assert_true(a->number == b->number && a->line == b->line && a->name_hash == b->name_hash &&
		a->previous == b->previous);
	assert_true(a->opened.us == b->opened.us && a->last.us == b->last.us &&
		a->confirmed.us == b->confirmed.us && a->closed.us == b->closed.us &&
		a->changed.us == b->changed.us);
	assert_true(a->state == b->state && a->highest == b->highest && a->role == b->role);
	assert_memory_equal(&a->score, &b->score, sizeof(a->score));
	assert_memory_equal(a->sealed, b->sealed, sizeof(a->sealed));
}

static void
a_case_comes_back_as_it_was_put(void **state)
{
	struct store *store = open_store(*state);
	struct ledger_case of = a_case(UINT64_MAX, -5, INT64_MIN), back = {0};
	struct query query = {.key = 1, .most = 1};

	begin(store);
	of.confirmed = (struct wall){INT64_MAX};
	of.score = -1e30;
	assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	assert_int_equal(of.number, 1);
	keep(store);
	assert_int_equal(store->ops->cases(store, CASES_NUMBER, &query, take_case, &back, NULL), 1);
	is_same_case(&back, &of);
	begin(store);
	of.state = STATE_CLEAR;
	of.closed = (struct wall){9};
	assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	assert_int_equal(of.number, 1);
	keep(store);
	assert_int_equal(store->ops->cases(store, CASES_NUMBER, &query, take_case, &back, NULL), 1);
	is_same_case(&back, &of);
	store_close(store);
}

static void
finds_cases_in_each_way(void **state)
{
	struct store *store = open_store(*state);
	struct ledger_case cases[] = {a_case(1, 10, 20), a_case(2, 10, INT64_MIN),
		a_case(1, 30, 40), a_case(1, 50, INT64_MIN)};
	struct numbers found;

	begin(store);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(store->ops->case_put(store, &cases[i], NULL), 0);
	keep(store);
	found = find(store, CASES_ALL, (struct query){.key = 1});
	assert_int_equal(found.count, 3);
	assert_int_equal(found.of[0], 2);
	found = find(store, CASES_ALL, (struct query){.most = 2});
	assert_int_equal(found.count, 2);
	found = find(store, CASES_OPEN, (struct query){0});
	assert_int_equal(found.count, 2);
	assert_int_equal(found.of[0], 2);
	assert_int_equal(found.of[1], 4);
	found = find(store, CASES_OPEN, (struct query){.key = 2});
	assert_int_equal(found.count, 1);
	assert_int_equal(found.of[0], 4);
	assert_int_equal(find(store, CASES_OPEN, (struct query){.key = 4}).count, 0);
	found = find(store, CASES_LINE, (struct query){.key = 1});
	assert_int_equal(found.count, 3);
	assert_int_equal(found.of[0], 4);
	assert_int_equal(found.of[2], 1);
	found = find(store, CASES_NAME, (struct query){.key = 6});
	assert_int_equal(found.count, 1);
	assert_int_equal(found.of[0], 2);
	/* Inside a closed one, at its ends, between two, and for a line without any. */
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){1, {15}, 1}).of[0], 1);
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){1, {10}, 1}).of[0], 1);
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){1, {20}, 1}).of[0], 4);
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){1, {39}, 1}).of[0], 3);
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){1, {60}, 1}).of[0], 4);
	assert_int_equal(find(store, CASES_LINE_AT, (struct query){3, {60}, 1}).count, 0);
	found = find(store, CASES_OVER, (struct query){.time = {40}});
	assert_int_equal(found.count, 1);
	assert_int_equal(found.of[0], 1);
	found = find(store, CASES_OVER, (struct query){.time = {41}});
	assert_int_equal(found.count, 2);
	found = find(store, CASES_SILENT, (struct query){.time = {cases[1].last.us + 1}});
	assert_int_equal(found.count, 1);
	assert_int_equal(found.of[0], 2);
	assert_int_equal(find(store, CASES_SILENT, (struct query){.time = cases[1].last}).count, 0);
	store_close(store);
}

static void
a_visit_ends_with_what_the_visitor_says(void **state)
{
	struct store *store = open_store(*state);
	struct numbers numbers = {.stop = 2};
	struct query all = {0};

	begin(store);
	for (uint64_t line = 1; line <= 5; line++) {
		struct ledger_case of = a_case(line, 10, INT64_MIN);

		assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	}
	keep(store);
	assert_int_equal(
		store->ops->cases(store, CASES_ALL, &all, take_number, &numbers, NULL), 42);
	assert_int_equal(numbers.count, 2);
	store_close(store);
}

static struct transition
a_transition(uint64_t of_case, uint64_t line, int64_t time)
{
	return (struct transition){.of_case = of_case,
		.line = line,
		.time = {time},
		.from = STATE_WATCH,
		.to = STATE_SUSPECT,
		.highest = STATE_SUSPECT,
		.role = ROLE_MOBILE,
		.parameters = 5,
		.active_lines = UINT32_MAX,
		.score = 0.1,
		.threshold = 11.5,
		.channels = TEXT("{\"flow\":1}"),
		.facts = TEXT("{}")};
}

struct copied {
	struct transition row;
	char channels[TRANSITION_TEXT];
	char facts[TRANSITION_TEXT];
	int count;
};

static int
copy_transition(void *context, const struct transition *row)
{
	struct copied *copied = context;

	copied->row = *row;
	memcpy(copied->channels, row->channels.at, row->channels.length);
	memcpy(copied->facts, row->facts.at, row->facts.length);
	copied->count++;
	return 0;
}

static void
a_transition_comes_back_as_it_was_added(void **state)
{
	struct store *store = open_store(*state);
	struct ledger_case of = a_case(9, 10, INT64_MIN);
	struct transition it, other;
	struct copied copied = {.count = 0};

	begin(store);
	assert_int_equal(store->ops->parameters_add(store, 5, TEXT("q=1"), FIXTURE_NOW, NULL), 0);
	assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	it = a_transition(of.number, 9, 10);
	assert_int_equal(store->ops->transition_has(store, &it, NULL), 0);
	assert_int_equal(store->ops->transition_add(store, &it, NULL), 0);
	assert_int_equal(it.number, 1);
	assert_int_equal(store->ops->transition_has(store, &it, NULL), 1);
	other = it;
	other.time.us++;
	assert_int_equal(store->ops->transition_has(store, &other, NULL), 0);
	other = it;
	other.to = STATE_CONFIRMED;
	assert_int_equal(store->ops->transition_has(store, &other, NULL), 0);
	keep(store);
	assert_int_equal(store->ops->transitions(store, TRANSITIONS_CASE, of.number,
				 copy_transition, &copied, NULL),
		0);
	assert_int_equal(copied.count, 1);
	assert_string_equal(copied.channels, "{\"flow\":1}");
	assert_string_equal(copied.facts, "{}");
	assert_true(copied.row.number == it.number && copied.row.of_case == it.of_case &&
		copied.row.line == it.line && copied.row.time.us == it.time.us);
	assert_true(copied.row.from == it.from && copied.row.to == it.to &&
		copied.row.highest == it.highest && copied.row.role == it.role);
	assert_true(copied.row.parameters == it.parameters &&
		copied.row.active_lines == it.active_lines);
	assert_memory_equal(&copied.row.score, &it.score, sizeof(it.score));
	assert_memory_equal(&copied.row.threshold, &it.threshold, sizeof(it.threshold));
	store_close(store);
}

static void
a_transition_needs_its_case_and_its_parameters(void **state)
{
	struct store *store = open_store(*state);
	struct ledger_case of = a_case(9, 10, INT64_MIN);
	struct transition it;

	begin(store);
	assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	it = a_transition(of.number, 9, 10);
	assert_int_equal(store->ops->transition_add(store, &it, NULL), -ENOKEY);
	assert_int_equal(store->ops->end(store, false, NULL), 0);
	begin(store);
	assert_int_equal(store->ops->parameters_add(store, 5, TEXT("q=1"), FIXTURE_NOW, NULL), 0);
	it = a_transition(77, 9, 10);
	assert_true(store->ops->transition_add(store, &it, NULL) < 0);
	assert_int_equal(store->ops->end(store, false, NULL), 0);
	store_close(store);
}

static int
copy_parameters(void *context, uint32_t version, struct text text)
{
	buffer_print(context, "%u:%.*s;", version, (int)text.length, text.at);
	return 0;
}

static void
parameters_are_added_once(void **state)
{
	struct store *store = open_store(*state);
	uint32_t version = UINT32_MAX;
	struct buffer text;

	buffer_init(&text, 1000);
	begin(store);
	assert_int_equal(
		store->ops->parameters_add(store, version, TEXT("a"), FIXTURE_NOW, NULL), 0);
	assert_int_equal(
		store->ops->parameters_add(store, version, TEXT("b"), FIXTURE_NOW, NULL), -EEXIST);
	assert_int_equal(store->ops->parameters_add(store, 0, TEXT("c"), FIXTURE_NOW, NULL), 0);
	keep(store);
	assert_int_equal(store->ops->parameters(store, &version, copy_parameters, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "4294967295:a;");
	buffer_clear(&text);
	assert_int_equal(store->ops->parameters(store, NULL, copy_parameters, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "0:c;4294967295:a;");
	buffer_done(&text);
	store_close(store);
}

static int
copy_audit(void *context, const struct audit *row)
{
	uint8_t zero[DIGEST_SIZE] = {0};

	assert_true(text_is(row->actor, "anna"));
	assert_int_equal(row->time.us, 7);
	assert_int_equal(row->object, UINT64_MAX);
	assert_int_equal(row->has_digest, row->sequence == 2);
	assert_memory_equal(row->previous, zero, sizeof(zero));
	buffer_print(context, "%llu %s %.*s;", (unsigned long long)row->sequence,
		action_names[row->action], (int)row->details.length, row->details.at);
	return 0;
}

static void
audit_rows_come_back_in_their_order(void **state)
{
	struct store *store = open_store(*state);
	struct audit row = {.time = {7}, .actor = TEXT("anna"), .object = UINT64_MAX};
	struct buffer text;

	buffer_init(&text, 1000);
	begin(store);
	for (row.sequence = 1; row.sequence <= 3; row.sequence++) {
		row.action = row.sequence == 2 ? ACTION_NAME : ACTION_OPEN;
		row.has_digest = row.sequence == 2;
		row.details = row.sequence == 1 ? TEXT("") : TEXT("x");
		assert_int_equal(store->ops->audit_add(store, &row, NULL), 0);
	}
	row.sequence = 3;
	assert_true(store->ops->audit_add(store, &row, NULL) < 0);
	assert_int_equal(store->ops->end(store, false, NULL), 0);
	begin(store);
	for (row.sequence = 1; row.sequence <= 3; row.sequence++) {
		row.action = row.sequence == 2 ? ACTION_NAME : ACTION_OPEN;
		row.has_digest = row.sequence == 2;
		row.details = row.sequence == 1 ? TEXT("") : TEXT("x");
		assert_int_equal(store->ops->audit_add(store, &row, NULL), 0);
	}
	keep(store);
	assert_int_equal(store->ops->audits(store, AUDITS_ALL, 0, copy_audit, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "1 open ;2 name x;3 open x;");
	buffer_clear(&text);
	assert_int_equal(store->ops->audits(store, AUDITS_ALL, 2, copy_audit, &text, NULL), 0);
	assert_int_equal(store->ops->audits(store, AUDITS_LAST, 0, copy_audit, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "3 open x;3 open x;");
	buffer_done(&text);
	store_close(store);
}

static void
single_values_are_replaced(void **state)
{
	struct store *store = open_store(*state);
	char value[8] = "";

	begin(store);
	assert_int_equal(store->ops->meta_put(store, "a", "one", 3, NULL), 0);
	assert_int_equal(store->ops->meta_put(store, "a", "three", 5, NULL), 0);
	keep(store);
	assert_int_equal(store->ops->meta_get(store, "a", value, sizeof(value), NULL), 5);
	assert_string_equal(value, "three");
	assert_int_equal(store->ops->meta_get(store, "a", value, 4, NULL), -EUCLEAN);
	assert_int_equal(store->ops->meta_get(store, "b", value, 4, NULL), -ENOENT);
	store_close(store);
}

static void
what_is_taken_back_was_never_there(void **state)
{
	struct store *store = open_store(*state);
	struct ledger_case of = a_case(9, 10, INT64_MIN);

	begin(store);
	assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
	assert_int_equal(store->ops->end(store, false, NULL), 0);
	assert_int_equal(store->ops->end(store, false, NULL), 0);
	assert_int_equal(find(store, CASES_ALL, (struct query){0}).count, 0);
	store_close(store);
}

static int
print_total(void *context, struct text month, uint8_t highest, uint64_t cases)
{
	buffer_print(context, "%.*s %s %llu;", (int)month.length, month.at, state_names[highest],
		(unsigned long long)cases);
	return 0;
}

static void
a_removed_case_becomes_a_count(void **state)
{
	struct store *store = open_store(*state);
	struct transition it;
	struct buffer text;
	uint64_t count;

	buffer_init(&text, 1000);
	begin(store);
	assert_int_equal(store->ops->parameters_add(store, 5, TEXT("q=1"), FIXTURE_NOW, NULL), 0);
	for (uint64_t line = 1; line <= 3; line++) {
		struct ledger_case of = a_case(line, 40 * WALL_DAY, 41 * WALL_DAY);

		of.highest = line == 3 ? STATE_CONFIRMED : STATE_SUSPECT;
		assert_int_equal(store->ops->case_put(store, &of, NULL), 0);
		it = a_transition(of.number, line, 10);
		assert_int_equal(store->ops->transition_add(store, &it, NULL), 0);
		assert_int_equal(store->ops->case_remove(store, &of, NULL), 0);
	}
	keep(store);
	assert_int_equal(store->ops->count(store, ROWS_CASES, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store->ops->count(store, ROWS_TRANSITIONS, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store->ops->totals(store, print_total, &text, NULL), 0);
	assert_string_equal(buffer_string(&text), "1970-02 confirmed 1;1970-02 suspect 2;");
	buffer_done(&text);
	store_close(store);
}

static void
a_reader_sees_one_moment_while_another_writes(void **state)
{
	struct store *reader = open_store(*state), *writer = open_store(*state);
	struct ledger_case of = a_case(9, 10, INT64_MIN);

	assert_int_equal(reader->ops->begin(reader, false, NULL), 0);
	assert_int_equal(find(reader, CASES_ALL, (struct query){0}).count, 0);
	begin(writer);
	assert_int_equal(writer->ops->case_put(writer, &of, NULL), 0);
	keep(writer);
	assert_int_equal(find(reader, CASES_ALL, (struct query){0}).count, 0);
	assert_int_equal(reader->ops->end(reader, false, NULL), 0);
	assert_int_equal(find(reader, CASES_ALL, (struct query){0}).count, 1);
	store_close(reader);
	store_close(writer);
}

static void
refuses_engines_that_it_does_not_have(void **state)
{
	struct store_settings settings = {.where = "postgresql://db.example.net/lazaret"};
	struct store *store = NULL;
	struct fail fail = {0};

	assert_int_equal(store_open(&store, &settings, &fail), -ENOTSUP);
	assert_null(store);
	assert_non_null(strstr(fail.what, "SQLite"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_is_empty),
		TEST(a_case_comes_back_as_it_was_put),
		TEST(finds_cases_in_each_way),
		TEST(a_visit_ends_with_what_the_visitor_says),
		TEST(a_transition_comes_back_as_it_was_added),
		TEST(a_transition_needs_its_case_and_its_parameters),
		TEST(parameters_are_added_once),
		TEST(audit_rows_come_back_in_their_order),
		TEST(single_values_are_replaced),
		TEST(what_is_taken_back_was_never_there),
		TEST(a_removed_case_becomes_a_count),
		TEST(a_reader_sees_one_moment_while_another_writes),
		TEST(refuses_engines_that_it_does_not_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
