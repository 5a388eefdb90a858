/* SPDX-License-Identifier: BSD-2-Clause */
/* The sets of the filter of port 25, and what is left of it when its process ends. */
#include "contained.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static void
orders_that_cannot_be_change_nothing_and_are_said(void **state)
{
	struct nftsocket_order orders[] = {
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_BLOCK4, .address = address_of(BAD)}},
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_BLOCK6_64, .address = address_of(BAD6)}},
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_BLOCK4, .address = address_of(GOOD)}},
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_BLOCK4, .address = address_of(BAD6)}},
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_COUNT, .address = address_of(BAD)}},
		{.verb = NFTSOCKET_VERBS,
			.element = {.set = LINESET_BLOCK4, .address = address_of(BAD)}}};

	NEEDS_ROOT();
	/* The second has bits beyond its mask. */
	assert_int_equal(xdpcontain_apply(contain, orders, 3, &fail), -EINVAL);
	assert_int_equal(orders[0].result, 1);
	assert_int_equal(orders[1].result, -EINVAL);
	assert_int_equal(orders[2].result, -ECANCELED);
	assert_int_equal(xdpcontain_find(contain, LINESET_BLOCK4, &orders[0].element.address), 1);
	assert_int_equal(xdpcontain_find(contain, LINESET_BLOCK4, &orders[2].element.address), 0);
	for (size_t i = 3; i < 6; i++)
		assert_int_equal(xdpcontain_apply(contain, &orders[i], 1, &fail), -EINVAL);
}

static void
orders_for_sets_that_are_not_here_are_passed_over(void **state)
{
	struct nftsocket_order orders[] = {
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_Q4, .address = address_of(BAD), .left_ms = 1000},
			.result = 7},
		{.verb = NFTSOCKET_ADD,
			.element = {.set = LINESET_BLOCK4, .address = address_of(GOOD)}}};

	NEEDS_ROOT();
	assert_int_equal(xdpcontain_apply(contain, orders, 2, &fail), 0);
	assert_int_equal(orders[0].result, 7);
	assert_int_equal(orders[1].result, 1);
	assert_int_equal(xdpcontain_find(contain, LINESET_Q4, &orders[0].element.address), -ENOENT);
}

/* Lines of 10.0.0.0/8, one after the other, into block4; and one exempt. */
struct lines {
	uint32_t first, next, count;
	int error; /* instead of the end */
};

static int
next_of(void *context, struct element *ret)
{
	struct lines *lines = context;

	if (lines->next == lines->count)
		return lines->error;
	*ret = (struct element){
		.set = LINESET_BLOCK4, .address = address_from_v4(lines->first + lines->next++)};
	return 1;
}

static int64_t
replace(uint32_t sets, uint32_t first, uint32_t count, int error)
{
	struct lines lines = {.first = first, .count = count, .error = error};

	return xdpcontain_replace(contain, sets, next_of, &lines, &fail);
}

static void
a_whole_content_takes_the_place_of_another(void **state)
{
	NEEDS_ROOT();
	add(LINESET_BLOCK4, "10.0.0.1");
	add(LINESET_BLOCK6_64, "2001:db8:7:66::");
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a010000, 1000, 0), 1000);
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), PASS);
	assert_int_equal(connect_to("10.1.0.0", FAR, 25), DROP);
	assert_int_equal(connect_to("10.1.3.231", FAR, 25), DROP);
	assert_int_equal(connect_to("10.1.3.232", FAR, 25), PASS);
	/* The others stay. */
	assert_int_equal(connect_to("2001:db8:7:66::2", FAR6, 25), DROP);
	/* It takes single ones afterwards, up to its size. */
	assert_int_equal(order(NFTSOCKET_REMOVE, LINESET_BLOCK4, "10.1.0.0"), 1);
	assert_int_equal(connect_to("10.1.0.0", FAR, 25), PASS);
	add(LINESET_BLOCK4, "10.0.0.1");
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), DROP);
	assert_int_equal(replace((1U << LINESET_Q4) - 1, 0, 0, 0), 0);
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), PASS);
	assert_int_equal(connect_to("2001:db8:7:66::2", FAR6, 25), PASS);
}

static void
a_content_is_given_piece_by_piece_and_shown_or_given_up(void **state)
{
	struct element one = {.set = LINESET_BLOCK4, .address = address_of("10.1.0.1")};
	const struct element other = {.set = LINESET_Q4, .address = address_of("10.1.0.1")};
	const struct element wrong = {.set = LINESET_BLOCK6_64, .address = address_of(BAD6)};

	NEEDS_ROOT();
	add(LINESET_BLOCK4, "10.0.0.1");
	assert_int_equal(xdpcontain_begin(contain, 1U << LINESET_BLOCK4, &fail), 0);
	xdpcontain_give(contain, &one);
	xdpcontain_give(contain, &other);
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), DROP);
	assert_int_equal(connect_to("10.1.0.1", FAR, 25), PASS);
	xdpcontain_give_up(contain);
	assert_int_equal(xdpcontain_show(contain, &fail), -EINVAL);
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), DROP);
	assert_int_equal(xdpcontain_begin(contain, 1U << LINESET_BLOCK4, &fail), 0);
	xdpcontain_give(contain, &wrong);
	xdpcontain_give(contain, &one);
	assert_int_equal(xdpcontain_show(contain, &fail), -EINVAL);
	assert_int_equal(connect_to("10.1.0.1", FAR, 25), PASS);
	/* One that was begun and forgotten is none. */
	assert_int_equal(xdpcontain_begin(contain, 1U << LINESET_BLOCK4, &fail), 0);
	xdpcontain_give(contain, &wrong);
	assert_int_equal(xdpcontain_begin(contain, 1U << LINESET_BLOCK4, &fail), 0);
	xdpcontain_give(contain, &one);
	assert_int_equal(xdpcontain_show(contain, &fail), 1);
	assert_int_equal(connect_to("10.0.0.1", FAR, 25), PASS);
	assert_int_equal(connect_to("10.1.0.1", FAR, 25), DROP);
}

#define AT_ONCE 1000000 /* packets, one after the other, without leaving the kernel */

static atomic_bool has_ended;
static atomic_uint shots;

static void *
shoot_on(void *frame)
{
	while (!has_ended) {
		struct bpf_test_run_opts options = {.sz = sizeof(options),
			.data_in = frame,
			.data_size_in = 54,
			.repeat = AT_ONCE};

		must(bpf_prog_test_run_opts(xdpcontain_program_fd(contain), &options) == 0);
		shots++;
	}
	return NULL;
}

static void
a_line_that_is_in_both_contents_is_stopped_at_every_moment(void **state)
{
	struct ruleset_settings settings = settings_of(RULESET_ENFORCE);
	uint8_t frame[FRAME];
	pthread_t shooter;

	NEEDS_ROOT();
	assert_int_equal(
		make_frame(&(struct shot){.from = "10.1.0.5", .to = MAIL, .target = 25}, frame),
		54);
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a010000, 10, 0), 10);
	assert_int_equal(pthread_create(&shooter, NULL, shoot_on, frame), 0);
	for (unsigned i = 0; i < 30 || shots < 10; i++) {
		must(replace(1U << LINESET_BLOCK4, 0x0a010000 + i % 5, 10, 0) == 10);
		settings.lines_most = 1000 + i % 2;
		must(xdpcontain_set(contain, &settings, &fail) == 0);
	}
	has_ended = true;
	assert_int_equal(pthread_join(shooter, NULL), 0);
	assert_int_equal(counted(RULESET_LINE), (uint64_t)shots * AT_ONCE);
}

static void
a_content_that_fails_leaves_the_one_before(void **state)
{
	struct nftsocket_order one = {
		.element = {.set = LINESET_BLOCK4, .address = address_of("10.9.9.9")}};

	NEEDS_ROOT();
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a000000, 1000, 0), 1000);
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a010000, 1001, 0), -ENFILE);
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a010000, 10, -EIO), -EIO);
	assert_int_equal(replace(1U << LINESET_EXEMPT4, 0x0a010000, 10, 0), -EINVAL);
	assert_int_equal(connect_to("10.0.0.0", FAR, 25), DROP);
	assert_int_equal(connect_to("10.0.3.231", FAR, 25), DROP);
	assert_int_equal(connect_to("10.1.0.0", FAR, 25), PASS);
	/* Full is full, and said so. */
	assert_int_equal(xdpcontain_apply(contain, &one, 1, &fail), -ENFILE);
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a010000, 1000, 0), 1000);
	assert_int_equal(connect_to("10.1.0.0", FAR, 25), DROP);
}

static void
another_size_keeps_all_lines_or_changes_nothing(void **state)
{
	struct ruleset_settings settings = settings_of(RULESET_ENFORCE);

	NEEDS_ROOT();
	settings.lines_most = 20000;
	assert_int_equal(xdpcontain_set(contain, &settings, &fail), 0);
	assert_int_equal(replace(1U << LINESET_BLOCK4, 0x0a000000, 20000, 0), 20000);
	settings.lines_most = 40000;
	assert_int_equal(xdpcontain_set(contain, &settings, &fail), 0);
	for (uint32_t i = 0; i < 20000; i += 97) {
		const struct address line = address_from_v4(0x0a000000 + i);

		assert_int_equal(xdpcontain_find(contain, LINESET_BLOCK4, &line), 1);
	}
	add(LINESET_BLOCK4, "10.9.9.9");
	settings.lines_most = 100;
	settings.lines = settings.policy = RULESET_OFF;
	assert_int_equal(xdpcontain_set(contain, &settings, &fail), -ENFILE);
	assert_int_equal(connect_to("10.0.0.0", FAR, 25), DROP);
	assert_int_equal(connect_to("10.9.9.9", FAR, 25), DROP);
	settings.lines_most = 0;
	assert_int_equal(xdpcontain_set(contain, &settings, &fail), -EINVAL);
}

static void
who_opens_it_again_finds_lines_counters_and_mode(void **state)
{
	NEEDS_ROOT();
	assert_false(xdpcontain_is_taken(contain));
	assert_int_equal(xdpcontain_attach(contain, "lo", XDP_MODE_ANY, &fail), XDP_MODE_GENERIC);
	add(LINESET_BLOCK4, BAD);
	assert_int_equal(replace(1U << LINESET_BLOCK6_64, 0, 0, 0), 0);
	add(LINESET_BLOCK6_64, "2001:db8:1:66::");
	assert_int_equal(connect_to(BAD, MAIL, 25), DROP);
	xdpcontain_close(contain);
	contain = xdpcontain_open(contained_folder, &fail);
	assert_non_null(contain);
	assert_true(xdpcontain_is_taken(contain));
	/* The older filter is still the one that is attached. */
	assert_int_equal(xdpcontain_standing(contain, "lo"), 0);
	assert_int_equal(connect_to(BAD, MAIL, 25), DROP);
	assert_int_equal(connect_to(BAD6, MAIL6, 25), DROP);
	assert_int_equal(counted(RULESET_LINE), 3);
	assert_int_equal(xdpcontain_attach(contain, "lo", XDP_MODE_ANY, &fail), XDP_MODE_GENERIC);
	assert_int_equal(xdpcontain_standing(contain, "lo"), 1);
}

static void
what_was_never_attached_or_is_not_whole_is_made_anew(void **state)
{
	int other = bpf_map_create(BPF_MAP_TYPE_HASH, "other", 8, 1, 1000, NULL);
	char path[sizeof(contained_folder) + 16];

	NEEDS_ROOT();
	add(LINESET_BLOCK4, BAD);
	xdpcontain_close(contain);
	contain = xdpcontain_open(contained_folder, &fail);
	assert_non_null(contain);
	assert_false(xdpcontain_is_taken(contain));
	set_mode(RULESET_ENFORCE);
	add(LINESET_BLOCK4, BAD);
	assert_int_equal(
		xdpcontain_attach(contain, "lo", XDP_MODE_GENERIC, &fail), XDP_MODE_GENERIC);
	xdpcontain_close(contain);
	/* Another map where one of its sides was, whichever that is. */
	for (int side = 'a'; side <= 'b'; side++) {
		snprintf(path, sizeof(path), "%s/block4_%c", contained_folder, side);
		(void)unlink(path);
		assert_int_equal(bpf_obj_pin(other, path), 0);
	}
	close(other);
	contain = xdpcontain_open(contained_folder, &fail);
	assert_non_null(contain);
	assert_false(xdpcontain_is_taken(contain));
	set_mode(RULESET_ENFORCE);
	assert_int_equal(connect_to(BAD, MAIL, 25), PASS);
}

static void
it_is_attached_in_the_mode_that_is_wanted_and_left_where_it_is_not(void **state)
{
	const char *const kept[] = {"lo"};

	NEEDS_ROOT();
	assert_int_equal(xdpcontain_attach(contain, "none-such", XDP_MODE_ANY, &fail), -ENODEV);
	assert_true(xdpcontain_attach(contain, "lo", XDP_MODE_NATIVE, &fail) < 0);
	assert_int_equal(xdpcontain_standing(contain, "lo"), 0);
	assert_int_equal(
		xdpcontain_attach(contain, "lo", XDP_MODE_GENERIC, &fail), XDP_MODE_GENERIC);
	assert_int_equal(xdpcontain_attach(contain, "lo", XDP_MODE_ANY, &fail), XDP_MODE_GENERIC);
	assert_int_equal(xdpcontain_leave(contain, kept, 1), 0);
	assert_int_equal(xdpcontain_standing(contain, "lo"), 1);
	assert_int_equal(xdpcontain_leave(contain, NULL, 0), 1);
	assert_int_equal(xdpcontain_standing(contain, "lo"), 0);
	assert_int_equal(
		xdpcontain_attach(contain, "lo", XDP_MODE_GENERIC, &fail), XDP_MODE_GENERIC);
	assert_int_equal(xdpcontain_remove(contained_folder, &fail), 0);
	assert_int_equal(access(contained_folder, F_OK), -1);
	assert_int_equal(xdpcontain_remove(contained_folder, &fail), 0);
	assert_int_equal(xdpcontain_standing(contain, "lo"), 0);
}

static void
a_folder_that_can_hold_no_maps_is_refused(void **state)
{
	NEEDS_ROOT();
	assert_null(xdpcontain_open("/tmp", &fail));
	assert_string_equal(fail.what, "it is not in a BPF file system");
	assert_null(xdpcontain_open("/none/such/folder", &fail));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTAINED_TEST(orders_that_cannot_be_change_nothing_and_are_said),
		CONTAINED_TEST(orders_for_sets_that_are_not_here_are_passed_over),
		CONTAINED_TEST(a_whole_content_takes_the_place_of_another),
		CONTAINED_TEST(a_content_is_given_piece_by_piece_and_shown_or_given_up),
		CONTAINED_TEST(a_line_that_is_in_both_contents_is_stopped_at_every_moment),
		CONTAINED_TEST(a_content_that_fails_leaves_the_one_before),
		CONTAINED_TEST(another_size_keeps_all_lines_or_changes_nothing),
		CONTAINED_TEST(who_opens_it_again_finds_lines_counters_and_mode),
		CONTAINED_TEST(what_was_never_attached_or_is_not_whole_is_made_anew),
		CONTAINED_TEST(it_is_attached_in_the_mode_that_is_wanted_and_left_where_it_is_not),
		CONTAINED_TEST(a_folder_that_can_hold_no_maps_is_refused),
	};
	int failed;

	(void)contained_enter();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	contained_leave();
	return failed;
}
