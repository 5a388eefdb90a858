/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter of port 25 as the gate drives it beside nf_tables: when it is attached, and what becomes of failures. */
#include "contained.h"
#include "gate/containxdp.h"

#include <stdio.h>

static struct gaterules_filter filter;
static struct containxdp own;

/* One family of lines of IPv6, at the only interface that there is. */
static void
set_up(void)
{
	/* That of contained_begin, whose folder is this one's now. */
	contain = xdpcontain_close(contain);
	filter = (struct gaterules_filter){.interface = {{.name = "lo", .mode = GATE_MODE_GENERIC}},
		.interfaces = 1,
		.lines_most = 2,
		.exempt_most = 2,
		.stops_lines = 1,
		.is_64 = 1};
	snprintf(filter.folder, sizeof(filter.folder), "%s", contained_folder);
	containxdp_open(&own, &filter, true);
	assert_string_equal(own.fail.what, "");
	containxdp_begin(&own);
}

static void
begin_again(bool is_wanted)
{
	own.xdp = xdpcontain_close(own.xdp);
	containxdp_open(&own, &filter, is_wanted);
	containxdp_begin(&own);
}

static bool
is_attached(void)
{
	return xdpcontain_standing(own.xdp, "lo") == 1;
}

static void
fill(enum lineset set, const char *address, bool is_taken)
{
	containxdp_fill(&own, set);
	if (address != NULL)
		containxdp_give(
			&own, &(struct element){.set = set, .address = address_of(address)});
	containxdp_filled(&own, set, is_taken);
}

static void
fill_all(void)
{
	fill(LINESET_EXEMPT4, NULL, true);
	fill(LINESET_EXEMPT6_64, NULL, true);
	fill(LINESET_BLOCK4, BAD, true);
	fill(LINESET_BLOCK6_64, NULL, true);
}

static bool
holds(const char *address)
{
	struct address one = address_of(address);

	return xdpcontain_find(own.xdp, LINESET_BLOCK4, &one) == 1;
}

static void
change(enum nftsocket_verb verb, const char *address)
{
	struct nftsocket_order one = {
		.verb = verb, .element = {.set = LINESET_BLOCK4, .address = address_of(address)}};

	containxdp_apply(&own, &one, 1);
}

static void
it_is_attached_when_all_its_sets_were_filled(void **state)
{
	NEEDS_ROOT();
	set_up();
	assert_false(is_attached());
	fill(LINESET_EXEMPT4, NULL, true);
	fill(LINESET_EXEMPT6_64, NULL, true);
	fill(LINESET_BLOCK4, BAD, true);
	assert_false(containxdp_look(&own));
	assert_false(is_attached());
	/* Not a set of this filter. */
	fill(LINESET_Q4, GOOD, true);
	assert_false(is_attached());
	fill(LINESET_BLOCK6_64, NULL, true);
	assert_true(is_attached());
	assert_true(holds(BAD));
}

static void
what_a_process_before_left_whole_is_in_force_at_once(void **state)
{
	NEEDS_ROOT();
	set_up();
	fill_all();
	begin_again(true);
	assert_true(is_attached());
	assert_true(holds(BAD));
}

static void
what_nf_tables_did_not_take_is_not_shown(void **state)
{
	NEEDS_ROOT();
	set_up();
	fill_all();
	fill(LINESET_BLOCK4, GOOD, false);
	assert_true(holds(BAD));
	assert_false(holds(GOOD));
	fill(LINESET_BLOCK4, GOOD, true);
	assert_false(holds(BAD));
	assert_true(holds(GOOD));
}

static void
taken_off_it_is_attached_again(void **state)
{
	NEEDS_ROOT();
	set_up();
	fill_all();
	assert_int_equal(xdpcontain_leave(own.xdp, NULL, 0), 1);
	assert_false(is_attached());
	assert_false(containxdp_look(&own));
	assert_true(is_attached());
}

static void
a_change_that_fails_takes_it_off_until_all_is_filled_anew(void **state)
{
	NEEDS_ROOT();
	set_up();
	fill_all();
	change(NFTSOCKET_ADD, "100.64.1.1");
	change(NFTSOCKET_ADD, "100.64.1.2");
	assert_non_null(strstr(own.fail.what, "the set is full"));
	assert_false(is_attached());
	/* Nothing is taken, and nothing attached, before it is time. */
	fill_all();
	change(NFTSOCKET_REMOVE, BAD);
	assert_true(holds(BAD));
	assert_false(containxdp_look(&own));
	assert_false(is_attached());
	assert_true(own.fill_us > 1);
	own.fill_us = 1;
	assert_true(containxdp_look(&own));
	assert_false(is_attached());
	fill_all();
	assert_true(is_attached());
	assert_false(holds("100.64.1.1"));
	assert_string_equal(own.fail.what, "");
}

static void
an_interface_that_is_not_there_is_said_and_the_others_have_it(void **state)
{
	NEEDS_ROOT();
	set_up();
	filter.interfaces = 2;
	filter.interface[1] = filter.interface[0];
	snprintf(filter.interface[0].name, sizeof(filter.interface[0].name), "none0");
	begin_again(true);
	fill_all();
	assert_true(is_attached());
	assert_string_equal(own.fail.where, "interface none0");
	assert_string_equal(own.fail.what, "there is no such interface");
}

static void
not_wanted_or_named_nowhere_it_leaves_nothing(void **state)
{
	NEEDS_ROOT();
	set_up();
	fill_all();
	begin_again(false);
	assert_null(own.xdp);
	assert_int_equal(access(contained_folder, F_OK), -1);
	begin_again(true);
	fill_all();
	assert_true(is_attached());
	filter.interfaces = 0;
	begin_again(true);
	assert_null(own.xdp);
	assert_int_equal(access(contained_folder, F_OK), -1);
	assert_string_equal(own.fail.what, "");
	/* And whatever is asked of it then does nothing. */
	fill_all();
	change(NFTSOCKET_ADD, BAD);
	assert_false(containxdp_look(&own));
}

static void
settings_that_cannot_be_are_said(void **state)
{
	NEEDS_ROOT();
	set_up();
	filter.interfaces = GATERULES_INTERFACES + 1;
	begin_again(true);
	assert_null(own.xdp);
	assert_string_not_equal(own.fail.what, "");
	filter.interfaces = 1;
	memset(filter.interface[0].name, 'a', sizeof(filter.interface[0].name));
	begin_again(true);
	assert_null(own.xdp);
	assert_string_not_equal(own.fail.what, "");
}

static int
end(void **state)
{
	own.xdp = xdpcontain_close(own.xdp);
	return contained_end(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, contained_begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_attached_when_all_its_sets_were_filled),
		TEST(what_a_process_before_left_whole_is_in_force_at_once),
		TEST(what_nf_tables_did_not_take_is_not_shown),
		TEST(taken_off_it_is_attached_again),
		TEST(a_change_that_fails_takes_it_off_until_all_is_filled_anew),
		TEST(an_interface_that_is_not_there_is_said_and_the_others_have_it),
		TEST(not_wanted_or_named_nowhere_it_leaves_nothing),
		TEST(settings_that_cannot_be_are_said),
	};
	int failed;

	(void)contained_enter();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	contained_leave();
	return failed;
}
