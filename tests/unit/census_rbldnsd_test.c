/* SPDX-License-Identifier: BSD-2-Clause */
/* Zones of rbldnsd(8). What the forms mean, and which of an entry and an exclusion wins, was seen in what rbldnsd
 * itself makes of such zones (its option -d). */
#include "base/random.h"
#include "census/list/exclusions.h"
#include "census_list.h"

static const struct listorder ip4set = {.form = LISTFORM_RBLDNSD, .type = ZONETYPE_IP4SET};
static const struct listorder ip4trie = {.form = LISTFORM_RBLDNSD, .type = ZONETYPE_IP4TRIE};
static const struct listorder ip4tset = {.form = LISTFORM_RBLDNSD, .type = ZONETYPE_IP4TSET};
static const struct listorder ip6trie = {.form = LISTFORM_RBLDNSD, .type = ZONETYPE_IP6TRIE};
static const struct listorder ip6tset = {.form = LISTFORM_RBLDNSD, .type = ZONETYPE_IP6TSET};

static void
reads_each_form_of_a_network_the_same(void **state)
{
	static const char *const forms[] = {"11.7.0.0/24", "11.7.0", "11.7.0/24", "11.7.0-11.7.0",
		"11.7.0.0-11.7.0.255", "11.7.0.0-255"};
	static const char *const twelves[] = {"11.16.0.0-11.31.255.255", "11.16.0-11.31.255",
		"11.16-11.31", "11.16-31", "11.16.0.0/12", "11.16.0/12", "11.16/12"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		expect_order(forms[i], &ip4set, "11.7.0.0..11.7.0.255 ");
	for (size_t i = 0; i < sizeof(twelves) / sizeof(*twelves); i++)
		expect_order(twelves[i], &ip4set, "11.16.0.0-11.31.255.255 ");
	expect_order("11", &ip4set, "11.0.0.0-11.255.255.255 ");
	expect_order("11/8", &ip4set, "11.0.0.0-11.255.255.255 ");
	expect_order("11.7.0-31", &ip4set, "11.7.0.0-11.7.31.255 ");
}

static void
writes_out_up_to_a_24_and_keeps_what_is_wider(void **state)
{
	expect_order("11.0.0.1", &ip4set, "11.0.0.1 ");
	expect_order("11.0.0.1-9", &ip4set, "11.0.0.1..11.0.0.9 ");
	expect_order("11.0.0.0/31", &ip4set, "11.0.0.0..11.0.0.1 ");
	expect_order("11.0.0.0/23", &ip4set, "11.0.0.0-11.0.1.255 ");
	/* The ends of a range are no networks; what is between them is. */
	expect_order("11.0.0.5-11.0.3.7", &ip4set,
		"11.0.0.5..11.0.0.255 11.0.3.0..11.0.3.7 11.0.1.0-11.0.2.255 ");
	expect_order("11.0.0.5-11.2.0.1", &ip4set,
		"11.0.0.5..11.0.0.255 11.2.0.0..11.2.0.1 11.0.1.0-11.0.255.255 "
		"11.1.0.0-11.1.255.255 ");
}

static void
passes_over_texts_and_comments(void **state)
{
	expect_order("# a comment\n; another\n\n:127.0.0.2:listed, see http://a.example/?$\n"
		     "11.0.0.1\n11.0.0.2 ; here too\n11.0.0.3;and here\n11.0.0.4#and here\n"
		     "11.0.0.5 :5:by itself\n11.0.0.6 spam trap\n11.0.0.7:5:without a blank\n"
		     "\t11.0.0.8\n11.0.0.9 - 11.0.0.12\n$1 a text\n$= see $1\n11.0.0.10 :5\r\n",
		&ip4set,
		"11.0.0.1 11.0.0.2 11.0.0.3 11.0.0.4 11.0.0.5 11.0.0.6 11.0.0.7 11.0.0.8 11.0.0.9 "
		"11.0.0.10 ");
}

static void
takes_special_entries_behind_signs_of_comments(void **state)
{
	struct list_read read;

	read_list(&read,
		"$SOA 3000 ns.example. admin.example. 0 1h 1h 1h 1h\n#$NS 3000 ns.example.\n"
		";$TTL 300\n:$TTL 300\n$TIMESTAMP 2026:11:20:12:30:00 +2d\n11.0.0.1\n",
		NULL);
	assert_int_equal(read.form, LISTFORM_RBLDNSD);
	assert_int_equal(read.notes.time, 1795177800);
	assert_int_equal(read.notes.expires, 1795177800 + 2 * 86400);
	assert_int_equal(read.told, 0);
	assert_int_equal(read.listings.fours, 1);
	assert_int_equal(read.listings.four[0].line, 6);
	assert_int_equal(read.listings.four[0].time, 0);
	list_read_done(&read);
	read_list(&read, "$TIMESTAMP 20261120 2026-11-21\n", NULL);
	assert_int_equal(read.notes.time, 1795132800);
	assert_int_equal(read.notes.expires, 1795132800 + 86400);
	list_read_done(&read);
	read_list(&read, "$TIMESTAMP 0 -\n", NULL);
	assert_int_equal(read.told, 0);
	assert_int_equal(read.notes.time, 0);
	list_read_done(&read);
	expect_refused("$TIMESTAMP 2026:13:20\n", NULL, LISTNOTE_BAD, "test:1",
		"expected a special entry of rbldnsd(8), found \"$TIMESTAMP 2026:13:20\"");
	expect_refused("$WHAT 1\n", NULL, LISTNOTE_BAD, "test:1",
		"expected a special entry of rbldnsd(8), found \"$WHAT 1\"");
}

static void
leaves_out_ranges_above_the_maximum(void **state)
{
	struct list_read read;

	read_list(&read,
		"$MAXRANGE4 /24\n11.0.0.0/24\n11.1.0.0/23\n$MAXRANGE4 1000\n11.2.0.0/23\n"
		"$MAXRANGE4 4\n11.3.0.0/29\n11.4.0.0/30\n",
		&ip4set);
	assert_string_equal(say_listings(&read), "11.0.0.0..11.0.0.255 11.4.0.0..11.4.0.3 ");
	assert_int_equal(read.notes.count[LISTNOTE_WIDE], 3);
	assert_string_equal(read.first.where, "test:3");
	list_read_done(&read);
}

static void
excludes_before_and_behind_the_exclusion(void **state)
{
	expect_order(
		"11.0.0.0/24\n!11.0.0.7\n", &ip4set, "11.0.0.0..11.0.0.6 11.0.0.8..11.0.0.255 ");
	expect_order(
		"!11.0.0.7\n11.0.0.0/24\n", &ip4set, "11.0.0.0..11.0.0.6 11.0.0.8..11.0.0.255 ");
	expect_order("11.0.0.7\n! 11.0.0.7 :5:why\n", &ip4set, "");
	expect_order("11/8\n!11.1/16\n", &ip4set, "11.0.0.0-11.0.255.255 11.2.0.0-11.255.255.255 ");
	/* A list of which nothing was told is a zone from its first exclusion on. */
	expect_order("11.0.0.6\n11.0.0.7\n11.0.0.8\n!11.0.0.7\n", NULL, "11.0.0.6 11.0.0.8 ");
}

static void
lets_the_narrower_prefix_win(void **state)
{
	expect_order("!11.1/16\n11.1.2.3\n", &ip4set, "11.1.2.3 ");
	expect_order("11/8\n!11.1/16\n11.1.2.3\n!11.1.2.4\n11.1.2.4\n", &ip4set,
		"11.1.2.3 11.0.0.0-11.0.255.255 11.2.0.0-11.255.255.255 ");
	/* An ip4set knows octets only, a trie every length. */
	expect_order("11.0.0.0/25\n!11.0.0.0/26\n11.0.0.5\n", &ip4set, "11.0.0.64..11.0.0.127 ");
	expect_order("11.0.0.0/25\n!11.0.0.0/26\n11.0.0.5\n", &ip4trie,
		"11.0.0.64..11.0.0.127 11.0.0.5 ");
	expect_order("11.4.0.0/15\n!11.4.0.0/14\n", &ip4set, "");
	expect_order("11.4.0.0/15\n!11.4.0.0/14\n", &ip4trie, "11.4.0.0-11.5.255.255 ");
}

/* The octets of a prefix that an ip4set takes it for. */
static unsigned
class_of(unsigned length)
{
	return (length + 7) / 8 * 8;
}

/* Random zones in 11.0.0.0/21, against a table of every address in it. */
static void
excludes_what_a_naive_reading_excludes(void **state)
{
	struct random random;

	random_seed(&random, 7);
	for (unsigned round = 0; round < 400; round++) {
		bool by_octets = round % 2, is_seen[2048] = {false};
		unsigned best[2048] = {0}, entries = 1 + (unsigned)random_below(&random, 30);
		bool is_listed[2048] = {false};
		struct list_read read;
		struct buffer zone;

		buffer_init(&zone, 1 << 16);
		for (unsigned i = 0; i < entries; i++) {
			unsigned length = 21 + (unsigned)random_below(&random, 12);
			uint32_t size = 1U << (32 - length);
			uint32_t low = (uint32_t)random_below(&random, 2048) / size * size;
			bool is_excluded = random_below(&random, 3) == 0;
			unsigned rank = 2 * (by_octets ? class_of(length) : length) + is_excluded;

			buffer_print(&zone, "%s11.0.%u.%u/%u\n", is_excluded ? "!" : "", low >> 8,
				low & 255, length);
			for (uint32_t at = low; at < low + size; at++) {
				if (rank < best[at])
					continue;
				best[at] = rank;
				is_listed[at] = !is_excluded;
			}
		}
		read_list(&read, buffer_string(&zone), by_octets ? &ip4set : &ip4trie);
		for (size_t i = 0; i < read.listings.fours; i++) {
			assert_int_equal(read.listings.four[i].port, 0);
			is_seen[read.listings.four[i].address - 0x0b000000] = true;
		}
		for (size_t i = 0; i < read.listings.ranges4_count; i++) {
			const struct listedrange4 *range = &read.listings.ranges4[i];

			for (uint32_t at = range->low; at <= range->high; at++)
				is_seen[at - 0x0b000000] = true;
		}
		for (unsigned at = 0; at < 2048; at++)
			assert_int_equal(is_seen[at], is_listed[at]);
		list_read_done(&read);
		buffer_done(&zone);
	}
}

static void
lists_nothing_where_exclusions_are_too_many(void **state)
{
	struct buffer zone;
	struct list_read read;

	buffer_init(&zone, 1 << 26);
	buffer_print(&zone, "11/16\n11.0.0.1\n");
	for (unsigned i = 0; i <= EXCLUSIONS_MOST; i++)
		buffer_print(&zone, "!12.%u.%u.%u\n", i >> 16, i >> 8 & 255, i & 255);
	read_list(&read, buffer_string(&zone), &ip4set);
	assert_string_equal(say_listings(&read), "");
	assert_int_equal(read.notes.count[LISTNOTE_DROPPED], 1);
	assert_string_equal(read.first.what,
		"there are more than 1048576 exclusions: nothing of this data set is listed");
	list_read_done(&read);
	buffer_done(&zone);
}

/* A range and very many holes, very often: what does not fit is counted, and no more time is spent on it. */
static void
spends_no_time_on_pieces_above_the_ceiling(void **state)
{
	struct buffer zone;
	struct list_read read;

	buffer_init(&zone, 1 << 26);
	for (unsigned i = 0; i < 20000; i++)
		buffer_print(&zone, "11/8\n!11.0.%u.%u\n", i >> 7, (i & 127) << 1);
	read_list(&read, buffer_string(&zone), &ip4set);
	assert_int_equal(read.listings.ranges4_count, READ_MOST);
	assert_true(read.notes.count[LISTNOTE_DROPPED] > 0);
	list_read_done(&read);
	buffer_done(&zone);
}

/* Each end of a data set costs what is in it. */
static void
ends_very_many_data_sets(void **state)
{
	struct buffer zone;
	struct list_read read;

	buffer_init(&zone, 1 << 26);
	for (unsigned i = 0; i < 50000; i++)
		buffer_print(&zone, "$DATASET ip4set a\n11.%u.%u.1\n11.%u.%u.2\n!11.%u.%u.2\n",
			i >> 8, i & 255, i >> 8, i & 255, i >> 8, i & 255);
	read_list(&read, buffer_string(&zone), NULL);
	assert_int_equal(read.listings.fours, 50000);
	assert_int_equal(read.notes.count[LISTNOTE_EXCLUDED], 50000);
	list_read_done(&read);
	buffer_done(&zone);
}

static void
reads_ipv6_as_prefixes_of_64(void **state)
{
	expect_order("2a00:1:c000/36\n2a00:1:def7:4242 :127.0.1.3:this one\n2a00:2:42::/52\n"
		     "2a00::1 # a host\n2a00:3\n2a00:4:0:1::/64\n2A00:5:0:2:1\n",
		&ip6trie,
		"2a00:1:def7:4242:: 2a00:: 2a00:4:0:1:: 2a00:5:0:2:: "
		"2a00:1:c000::-2a00:1:cfff:ffff:: 2a00:2:42::-2a00:2:42:fff:: "
		"2a00:3::-2a00:3:ffff:ffff:: ");
	expect_order("2a00:1:2:3\n2abc:1:2:3 \n!2a00:1:2:3:4:5:6:7\n", &ip6tset,
		"2a00:1:2:3:: 2abc:1:2:3:: ");
}

static void
excludes_ipv6_as_the_trie_does(void **state)
{
	struct list_read read;

	expect_order("2a00:1/32\n!2a00:1:8000/33\n", &ip6trie, "2a00:1::-2a00:1:7fff:ffff:: ");
	expect_order("2a00:1::1\n2a00:1::2\n!2a00:1::1\n2a00:2:1:1\n!2a00:2:1:1\n", &ip6trie,
		"2a00:1:: ");
	expect_order(
		"!2a00:1/32\n2a00:1::7\n2a00:1:0:5::/64\n", &ip6trie, "2a00:1:: 2a00:1:0:5:: ");
	/* An exclusion finds its host, also behind one that is not listed. */
	read_list(&read, "2001:db8::7\n2a00:1::1\n2a00:2::2\n!2a00:1::1\n", &ip6trie);
	assert_string_equal(say_listings(&read), "2a00:2:: ");
	list_read_done(&read);
	/* A host within a network cannot be taken out of a listing that is a /64. */
	expect_order("2a00:1:2:3::/64\n!2a00:1:2:3::7\n", &ip6trie, "2a00:1:2:3:: ");
}

static void
refuses_what_a_data_set_does_not_take(void **state)
{
	expect_refused("11.0.0.1-9\n", &ip4trie, LISTNOTE_BAD, "test:1",
		"expected a prefix, since this data set takes no ranges, found \"11.0.0.1-9\"");
	expect_refused("11.0.0.1-2\n", &ip4trie, LISTNOTE_BAD, "test:1",
		"expected a prefix, since this data set takes no ranges, found \"11.0.0.1-2\"");
	expect_refused("!11.0.0.0/24\n", &ip4tset, LISTNOTE_BAD, "test:1",
		"expected a single address, since this data set takes no others, found "
		"\"11.0.0.0/24\"");
	expect_refused("11.0.0.0/24\n", &ip4tset, LISTNOTE_BAD, "test:1",
		"expected a single address, since this data set takes no others, found "
		"\"11.0.0.0/24\"");
	expect_refused("11.0.0.1\n", &ip6trie, LISTNOTE_BAD, "test:1",
		"expected an address of the protocol that this data set is for, found "
		"\"11.0.0.1\"");
	expect_refused("2a00::1\n", &ip4set, LISTNOTE_BAD, "test:1",
		"expected an address of the protocol that this data set is for, found \"2a00::1\"");
	expect_refused("2a00:1:2:3:4\n", &ip6tset, LISTNOTE_BAD, "test:1",
		"expected the four groups of a /64, found \"2a00:1:2:3:4\"");
	expect_refused("11.0.0.1/24\n", &ip4set, LISTNOTE_BAD, "test:1",
		"expected a prefix without bits set behind its length, found \"11.0.0.1/24\"");
	expect_refused("11.0.0.9-1\n", &ip4set, LISTNOTE_BAD, "test:1",
		"expected an end of the range that is not before its begin, found \"11.0.0.9-1\"");
	expect_refused("11.0.0.1x\n", &ip4set, LISTNOTE_BAD, "test:1",
		"expected a blank or the end of the line behind the address, found \"x\"");
	expect_refused(":300:text\n", &ip4set, LISTNOTE_BAD, "test:1",
		"expected an A value as in :127.0.0.2:, found \":300:text\"");
}

static const char combined[] =
	"# common\n$NS 1w ns1.example\n$DATASET ip4set:proxy proxies @\n"
	":2:open proxy\n11.0.0.1\n!11.0.0.9\n11.0.0.9\n"
	"$DATASET ip4set:relay relays\n:3:open relay\n11.0.0.2\n!11.0.0.1\n11.0.0.9\n"
	"$DATASET generic:common proxies @\n@ A 127.0.0.8\nwww A 127.0.0.8\n"
	"$DATASET ip6trie six\n2a00::1\n";

static void
reads_the_data_sets_of_a_combined_zone(void **state)
{
	struct listorder order = {.list = 7};
	struct list_read read;

	read_list(&read, combined, &order);
	/* What one data set excludes another may list. */
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 11.0.0.9 2a00:: ");
	assert_int_equal(read.listings.four[0].list, 7);
	assert_int_equal(read.notes.count[LISTNOTE_DATASET], 1);
	assert_string_equal(read.first.where, "test:13");
	assert_string_equal(read.first.what,
		"a data set of the type \"generic\" holds no addresses and is left out");
	assert_int_equal(read.told, 1);
	list_read_done(&read);
	/* By a subzone, or by the name behind the type. */
	snprintf(order.dataset, sizeof(order.dataset), "relays");
	read_list(&read, combined, &order);
	assert_string_equal(say_listings(&read), "11.0.0.2 11.0.0.9 ");
	list_read_done(&read);
	snprintf(order.dataset, sizeof(order.dataset), "proxy");
	read_list(&read, combined, &order);
	assert_string_equal(say_listings(&read), "11.0.0.1 ");
	assert_int_equal(read.notes.unwanted, 2);
	list_read_done(&read);
	/* Not all of it where the one that was meant is not there. */
	snprintf(order.dataset, sizeof(order.dataset), "other");
	read_list(&read, combined, &order);
	assert_string_equal(say_listings(&read), "");
	assert_int_equal(read.notes.count[LISTNOTE_DATASET], 2);
	list_read_done(&read);
	expect_refused("11.0.0.1\n", &order, LISTNOTE_DATASET, "test",
		"there is no data set called \"other\": nothing is listed");
}

/* What one says of its entries does not hold for the next; what is said before all does. */
static void
begins_each_data_set_anew(void **state)
{
	struct listorder order = {.values = {0x7f000002}, .values_count = 1};
	struct list_read read;

	expect_order("$DATASET ip4set a\n:4:x\n11.0.0.1\n$DATASET ip4set b\n11.0.0.2\n", &order,
		"11.0.0.2 ");
	read_list(&read,
		"$MAXRANGE4 /22\n$DATASET ip4set a\n$MAXRANGE4 /24\n11.1.0.0/23\n$DATASET ip4set "
		"b\n"
		"11.2.0.0/23\n11.3.0.0/21\n",
		NULL);
	assert_string_equal(say_listings(&read), "11.2.0.0-11.2.1.255 ");
	assert_int_equal(read.notes.count[LISTNOTE_WIDE], 2);
	list_read_done(&read);
}

static void
takes_the_a_values_that_were_asked_for(void **state)
{
	struct listorder other = {.values = {0x7f000004}, .values_count = 1};
	struct listorder order = {.values = {0x7f000004, 0x7f000003}, .values_count = 2};

	expect_order("11.0.0.1\n11.0.0.2 :4:exploited\n11.0.0.3 :127.0.0.4\n11.0.0.4 "
		     "text\n:127.0.0.3:x\n"
		     "11.0.0.5\n11.0.0.6 :10:policy\n11.0.0.7 ::only a text\n",
		&order, "11.0.0.2 11.0.0.3 11.0.0.5 11.0.0.7 ");
	/* A list without any has 127.0.0.2. */
	expect_order("11.0.0.1\n11.0.0.2\n", &other, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_form_of_a_network_the_same),
		cmocka_unit_test(writes_out_up_to_a_24_and_keeps_what_is_wider),
		cmocka_unit_test(passes_over_texts_and_comments),
		cmocka_unit_test(takes_special_entries_behind_signs_of_comments),
		cmocka_unit_test(leaves_out_ranges_above_the_maximum),
		cmocka_unit_test(excludes_before_and_behind_the_exclusion),
		cmocka_unit_test(lets_the_narrower_prefix_win),
		cmocka_unit_test(excludes_what_a_naive_reading_excludes),
		cmocka_unit_test(lists_nothing_where_exclusions_are_too_many),
		cmocka_unit_test(spends_no_time_on_pieces_above_the_ceiling),
		cmocka_unit_test(ends_very_many_data_sets),
		cmocka_unit_test(reads_ipv6_as_prefixes_of_64),
		cmocka_unit_test(excludes_ipv6_as_the_trie_does),
		cmocka_unit_test(refuses_what_a_data_set_does_not_take),
		cmocka_unit_test(reads_the_data_sets_of_a_combined_zone),
		cmocka_unit_test(begins_each_data_set_anew),
		cmocka_unit_test(takes_the_a_values_that_were_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
