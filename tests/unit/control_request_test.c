/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "unit.h"

#include <errno.h>

static int
parse(const char *line, struct request *ret)
{
	struct fail fail = {0};
	int r = request_parse(text_of(line), ret, &fail);

	assert_true((r < 0) == (*fail.what != '\0'));
	return r;
}

static void
takes_each_verb(void **state)
{
	static const struct {
		const char *line;
		enum desk_verb verb;
		bool is_json;
		bool flag;
		const char *text;
	} good[] = {
		{"lazaret/1 status", VERB_STATUS, false, false, ""},
		{"lazaret/1 status --exporters --json", VERB_STATUS, true, true, ""},
		{"lazaret/1 status\r", VERB_STATUS, false, false, ""},
		{"lazaret/1 metrics", VERB_METRICS, false, false, ""},
		{"lazaret/1 lines --state=suspect", VERB_LINES, false, false, "suspect"},
		{"lazaret/1 cases --open", VERB_CASES, false, true, ""},
		{"lazaret/1 case --pseudonyms 12", VERB_CASE, false, true, "12"},
		{"lazaret/1 case 12 --json", VERB_CASE, true, false, "12"},
		{"lazaret/1 explain 2001:db8::%2f56", VERB_EXPLAIN, false, false, "2001:db8::/56"},
		{"lazaret/1 audit", VERB_AUDIT, false, false, ""},
		{"lazaret/1 never", VERB_NEVERS, false, false, ""},
		{"lazaret/1 never 192.0.2.1 --reason=a%20b%25", VERB_NEVER, false, false,
			"192.0.2.1\na b%\n"},
		{"lazaret/1 never 192.0.2.1 --until=2026-12-31 --reason=x", VERB_NEVER, false,
			false, "192.0.2.1\nx\n2026-12-31"},
		{"lazaret/1 never --undo 192.0.2.1", VERB_NEVER, false, true, "192.0.2.1\n\n"},
		{"lazaret/1 reload", VERB_RELOAD, false, false, ""},
		{"lazaret/1 accounts", VERB_ACCOUNTS, false, false, ""},
		{"lazaret/1 accounts --all --json", VERB_ACCOUNTS, true, true, ""},
		{"lazaret/1 accounts --names", VERB_ACCOUNTS_NAMES, false, false, ""},
		{"lazaret/1 accounts --all --names", VERB_ACCOUNTS_NAMES, false, true, ""},
		{"lazaret/1 account bob@example.net", VERB_ACCOUNT, false, false,
			"bob@example.net"},
		{"lazaret/1 account --release bob", VERB_LIMIT, false, true, "bob\n\n"},
		{"lazaret/1 account bob --limit=5%20messages/day", VERB_LIMIT, false, false,
			"bob\n5 messages/day\n"},
		{"lazaret/1 account --until=2026-12-31 --limit=none bob", VERB_LIMIT, false, false,
			"bob\nnone\n2026-12-31"},
		{"lazaret/1 quarantine 7K3QD-9XM2B --reason=it%20goes%20on", VERB_QUARANTINE, false,
			false, "7K3QD-9XM2B\nit goes on\n"},
		{"lazaret/1 quarantine --until=2026-12-31 12 --reason=x --json", VERB_QUARANTINE,
			true, false, "12\nx\n2026-12-31"},
		{"lazaret/1 confirm 7", VERB_CONFIRM, false, false, "7\n"},
		{"lazaret/1 undo 7 --reason=x", VERB_UNDO, false, false, "7\nx"},
		{"lazaret/1 release 192.0.2.1", VERB_RELEASE, false, false, "192.0.2.1\n"},
		{"lazaret/1 release --all --reason=x", VERB_RELEASE_ALL, false, false, "x"},
		{"lazaret/1 resume --reason=x", VERB_RESUME, false, false, "x"},
		{"lazaret/1 measures", VERB_MEASURES, false, false, ""},
		{"lazaret/1 measures --all --json", VERB_MEASURES, true, false, "all"},
		{"lazaret/1 measures --names --proposed", VERB_MEASURES_NAMES, false, true,
			"proposed"},
		{"lazaret/1 measures --names", VERB_MEASURES_NAMES, false, true, ""},
		{"lazaret/1 case --record 12", VERB_RECORD, false, false, "12"},
		{"lazaret/1 case --record --pseudonyms 12", VERB_RECORD, false, true, "12"},
		{"lazaret/1 exempt", VERB_EXEMPTIONS, false, false, ""},
		{"lazaret/1 exempt 192.0.2.1 --until=2026-12-31 --reason=x", VERB_EXEMPT, false,
			false, "192.0.2.1\nx\n2026-12-31"},
		{"lazaret/1 exempt --undo 192.0.2.1", VERB_EXEMPT, false, true, "192.0.2.1\n\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct request request;

		assert_int_equal(parse(good[i].line, &request), 0);
		assert_int_equal(request.verb, good[i].verb);
		assert_int_equal(request.is_json, good[i].is_json);
		assert_int_equal(request.flag, good[i].flag);
		assert_string_equal(request.text, good[i].text);
	}
}

static void
refuses_what_is_no_request(void **state)
{
	static const char *const bad[] = {"", " ", "lazaret", "lazaret/2 status", "lazaret/1",
		"lazaret/1 ", "lazaret/1 nonsense", "lazaret/1 STATUS", "lazaret/1 status 12",
		"lazaret/1 status --open", "lazaret/1 case", "lazaret/1 case 1 2",
		"lazaret/1 case %", "lazaret/1 case %4", "lazaret/1 case %00",
		"lazaret/1 case a%zz", "lazaret/1 case \t", "lazaret/1 case  1",
		"lazaret/1 lines --state", "lazaret/1 cases --open=1", "lazaret/1 never 1",
		"lazaret/1 never 1 --undo --reason=x", "lazaret/1 never --reason=x",
		"lazaret/1 never 1 --undo --until=2026-12-31", "lazaret/1 accounts bob",
		"lazaret/1 accounts --release", "lazaret/1 account",
		"lazaret/1 account bob --limit", "lazaret/1 account bob --until=2026-12-31",
		"lazaret/1 account bob --limit=none --release",
		"lazaret/1 account bob --release --until=2026-12-31",
		"lazaret/1 account bob --names", "lazaret/1 status --json=1",
		"lazaret/1 case --x 1", "lazaret/1 status --exporters --exporters --exporters",
		"lazaret/1 quarantine 1", "lazaret/1 quarantine --reason=x",
		"lazaret/1 quarantine 1 --reason=x --all", "lazaret/1 confirm",
		"lazaret/1 undo 7 --all", "lazaret/1 release", "lazaret/1 release --all",
		"lazaret/1 release --reason=x", "lazaret/1 release 1 --all --reason=x",
		"lazaret/1 resume", "lazaret/1 resume --all --reason=x",
		"lazaret/1 measures --all --proposed", "lazaret/1 measures 1",
		"lazaret/1 case --record", "lazaret/1 exempt 1", "lazaret/1 exempt 1 --reason=x",
		"lazaret/1 exempt 1 --undo --until=2026-12-31", "lazaret/1 exempt --undo"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct request request;

		if (parse(bad[i], &request) == 0)
			print_error("taken: %s\n", bad[i]);
		assert_int_equal(parse(bad[i], &request), -EINVAL);
	}
}

static void
says_which_word_is_wrong(void **state)
{
	static const char *const wrong[][2] = {
		{"lazaret/1 case ", "case: the word that says which is empty"},
		{"lazaret/1 case --json ", "case: the word that says which is empty"},
		{"lazaret/1 explain  --json", "explain: the word that says which is empty"},
		{"lazaret/1 never --undo ", "never: the word that says which is empty"},
		{"lazaret/1 case", "case takes one word, and got none"},
		{"lazaret/1 case 1 2", "case takes one word, and got 2"},
		{"lazaret/1 reload now", "reload takes flags only, and got something else"},
		{"lazaret/1 never 1", "never does not go with these flags, or not without others"},
		{"lazaret/1 quarantine 1 --reason=x --until=",
			"quarantine: what stands behind --until= is empty"},
		{"lazaret/1 exempt 1 --until= --reason=x",
			"exempt: what stands behind --until= is empty"},
		{"lazaret/1 lines --state=", "lines: what stands behind --state= is empty"},
		{"lazaret/1 cse 1", "the daemon does not know this verb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct request request;
		struct fail fail = {0};

		assert_int_equal(request_parse(text_of(wrong[i][0]), &request, &fail), -EINVAL);
		assert_string_equal(fail.what, wrong[i][1]);
	}
}

static void
refuses_words_that_do_not_fit(void **state)
{
	struct request request;
	struct buffer line;

	(void)state;
	buffer_init(&line, 4096);
	buffer_text(&line, TEXT("lazaret/1 case "));
	for (int i = 0; i < 600; i++)
		buffer_text(&line, TEXT("1"));
	assert_int_equal(parse(buffer_string(&line), &request), -EINVAL);
	buffer_clear(&line);
	buffer_text(&line, TEXT("lazaret/1 never "));
	for (int i = 0; i < 400; i++)
		buffer_text(&line, TEXT("1"));
	buffer_text(&line, TEXT(" --reason="));
	for (int i = 0; i < 400; i++)
		buffer_text(&line, TEXT("x"));
	assert_int_equal(parse(buffer_string(&line), &request), -EINVAL);
	buffer_done(&line);
}

static void
what_the_client_writes_is_read_as_it_was(void **state)
{
	static const char *const words[] = {
		"192.0.2.1", "a b", "100 %", "\t\x01\x7f", "\xc3\xa6\xc3\xb8", "--", "%20"};
	struct request request;
	struct buffer line;

	(void)state;
	buffer_init(&line, 4096);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		buffer_clear(&line);
		buffer_text(&line, TEXT("lazaret/1 case"));
		request_add(&line, text_of(words[i]));
		if (words[i][0] == '-') {
			assert_int_equal(parse(buffer_string(&line), &request), -EINVAL);
			continue;
		}
		assert_int_equal(parse(buffer_string(&line), &request), 0);
		assert_string_equal(request.text, words[i]);
	}
	buffer_done(&line);
}

static void
verbs_that_open_names_or_change_something_need_more(void **state)
{
	(void)state;
	for (int verb = 0; verb < VERB_COUNT; verb++) {
		bool changes = verb == VERB_NEVER || verb == VERB_RELOAD || verb == VERB_RESUME;
		/* To let go must be possible at any hour. */
		bool decides = verb >= VERB_QUARANTINE && verb != VERB_MEASURES;
		bool opens = verb == VERB_CASE || verb == VERB_EXPLAIN || verb == VERB_AUDIT ||
			verb == VERB_NEVERS || verb == VERB_ACCOUNTS_NAMES ||
			verb == VERB_ACCOUNT || verb == VERB_LIMIT;

		assert_int_equal(verb_rows[verb].role,
			changes                    ? DESK_ADMIN
				: opens || decides ? DESK_OPERATOR
						   : DESK_VIEWER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_verb),
		cmocka_unit_test(refuses_what_is_no_request),
		cmocka_unit_test(says_which_word_is_wrong),
		cmocka_unit_test(refuses_words_that_do_not_fit),
		cmocka_unit_test(what_the_client_writes_is_read_as_it_was),
		cmocka_unit_test(verbs_that_open_names_or_change_something_need_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
