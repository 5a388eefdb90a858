/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/pace.h"
#include "unit.h"

#include <stdio.h>

#define START ((struct wall){INT64_C(1795780800) * WALL_SECOND})

static struct wall
after(int64_t us)
{
	return (struct wall){START.us + us};
}

static void
a_domain_has_its_own_limit(void **state)
{
	struct pace *pace = pace_new(1000, 2);
	struct text a = TEXT("a@x.example"), b = TEXT("b@X.Example"), c = TEXT("c@y.example");

	assert_int_equal(pace_next(pace, a, START).us, START.us);
	pace_note(pace, a, START);
	pace_note(pace, c, START);
	assert_int_equal(pace_next(pace, a, START).us, START.us);
	pace_note(pace, b, after(WALL_MINUTE));
	assert_int_equal(pace_next(pace, a, after(WALL_MINUTE)).us, after(WALL_HOUR).us);
	assert_int_equal(pace_next(pace, c, after(WALL_MINUTE)).us, after(WALL_MINUTE).us);
	assert_int_equal(pace_next(pace, b, after(WALL_HOUR)).us, after(WALL_HOUR).us);
	pace_note(pace, b, after(WALL_HOUR));
	assert_int_equal(
		pace_next(pace, a, after(WALL_HOUR)).us, after(WALL_HOUR + WALL_MINUTE).us);
	pace = pace_free(pace);
}

static void
all_have_one_limit_together(void **state)
{
	struct pace *pace = pace_new(3, 3);
	char mailbox[32];

	for (int i = 0; i < 300; i++) {
		struct wall now = after(i * WALL_MINUTE), next;

		snprintf(mailbox, sizeof(mailbox), "a@x%d.example", i);
		next = pace_next(pace, text_of(mailbox), now);
		/* Three at once, then one whenever the hour of the third before is over. */
		assert_int_equal(next.us,
			i < 3 ? now.us : after(i / 3 * WALL_HOUR + i % 3 * WALL_MINUTE).us);
		pace_note(pace, text_of(mailbox), next);
	}
	pace = pace_free(pace);
}

static void
what_is_older_than_an_hour_does_not_count(void **state)
{
	struct pace *pace = pace_new(2, 1);
	struct text a = TEXT("a@x.example");

	pace_note(pace, a, after(-WALL_HOUR - 1));
	pace_note(pace, a, after(-WALL_HOUR));
	assert_int_equal(pace_next(pace, a, START).us, START.us);
	pace_note(pace, a, after(-1));
	assert_int_equal(pace_next(pace, a, START).us, after(WALL_HOUR - 1).us);
	pace = pace_free(pace);
}

static void
too_many_bad_ones_break_the_circuit(void **state)
{
	static const struct {
		struct census_tally tally;
		bool is_broken;
	} rows[] = {
		{{0}, false},
		{{.refused = 2}, false},
		{{.refused = 3}, true},
		{{.sent = 1, .refused = 3}, false},
		{{.sent = 1, .refused = 18}, false},
		{{.sent = 1, .refused = 19}, true},
		{{.sent = 19, .bounced = 1}, false},
		{{.sent = 20, .bounced = 1}, false}, /* 5 % */
		{{.sent = 20, .bounced = 2}, true},
		{{.sent = 18, .refused = 2}, true},
		{{.sent = 1000, .bounced = 50}, false},
		{{.sent = 1000, .bounced = 51}, true},
		{{.sent = 990, .bounced = 41, .refused = 10}, true},
		{{.open = 100, .later = 100}, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(pace_is_broken(&rows[i].tally), rows[i].is_broken);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_has_its_own_limit),
		cmocka_unit_test(all_have_one_limit_together),
		cmocka_unit_test(what_is_older_than_an_hour_does_not_count),
		cmocka_unit_test(too_many_bad_ones_break_the_circuit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
