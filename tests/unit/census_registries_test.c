/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules are held against an oracle by tests/census/agree; here is what that does not see: reasons, faults, ends. */
#include "data.h"
#include "registries_text.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct registries_text world;

static int
begin(void **state)
{
	registries_text_init(&world);
	return 0;
}

static int
end(void **state)
{
	registries_text_done(&world);
	return 0;
}

static void
add(const char *kind, const char *text)
{
	registries_text_add(&world, kind, text, strlen(text));
}

static uint32_t
find(const char *address)
{
	enum range_family family;
	ipnumber number;
	uint64_t halves[2];

	assert_int_equal(range_parse_address(text_of(address), &family, &number), 0);
	halves[0] = (uint64_t)(number >> 64);
	halves[1] = (uint64_t)number;
	return family == RANGE_IPV4
		? segments4_find(world.answers.segments4, world.answers.count4, (uint32_t)number)
		: segments6_find(world.answers.segments6, world.answers.count6, halves);
}

static struct text
mailbox_of(uint32_t mailbox)
{
	return mailbox != 0 ? answers_mailbox(&world.answers, mailbox) : TEXT("nobody");
}

/* "contact, contact2, rule, quality" of an address. */
static void
answers(const char *address, const char *expected)
{
	const struct contact *contact = &answers_who(&world.answers, find(address))->contact;
	struct text first = mailbox_of(contact->mailbox), second = mailbox_of(contact->mailbox2);
	char said[256];

	snprintf(said, sizeof(said), "%.*s, %.*s, %s, %s", (int)first.length, first.at,
		(int)second.length, second.at, contact_rules[contact->rule],
		contact_qualities[contact->quality]);
	assert_string_equal(said, expected);
}

static const char ripe[] = "role: Desk\nnic-hdl: AR1-RIPE\nabuse-mailbox: Abuse@ISP.Example\n\n"
			   "organisation: ORG-1\norg-type: LIR\nabuse-c: ar1-ripe\n\n"
			   "inetnum: 192.0.2.0 - 192.0.2.255\norg: ORG-1\nlast-modified: 2020\n\n"
			   "inetnum: 192.0.2.0 - 192.0.2.63\nabuse-c: NONE-RIPE\n\n"
			   "inetnum: 192.0.2.64/26\nmnt-lower: A-MNT, ripe-ncc-end-mnt\n\n";

static void
the_chain_of_reasons_says_what_was_looked_at_in_order(void **state)
{
	struct buffer chain;

	add("ripe", ripe);
	registries_text_settle(&world);
	answers("192.0.2.1", "Abuse@isp.example, nobody, org-abuse-c, good");
	buffer_init(&chain, 1 << 16);
	answers_explain(&world.answers, find("192.0.2.1"), &chain);
	assert_string_equal(buffer_string(&chain),
		"inetnum 192.0.2.0 - 192.0.2.63: abuse-c NONE-RIPE: no such object\n"
		"inetnum 192.0.2.0 - 192.0.2.255: org ORG-1\n"
		"organisation ORG-1: abuse-c AR1-RIPE\n"
		"role AR1-RIPE: abuse-mailbox Abuse@ISP.Example\n");
	buffer_clear(&chain);
	answers_explain(&world.answers, find("192.0.2.64"), &chain);
	assert_string_equal(buffer_string(&chain),
		"inetnum 192.0.2.64 - 192.0.2.127: a maintainer of the registry has it: no way "
		"up\n");
	answers("192.0.2.64", "nobody, nobody, none, none");
	answers("192.0.3.0", "nobody, nobody, none, none");
	assert_int_equal(find("192.0.3.0"), 0);
	assert_int_equal(find("192.0.1.255"), 0);
	buffer_done(&chain);
}

static void
an_object_counts_only_where_its_registry_has_authority(void **state)
{
	add("ripe", ripe);
	add("delegated",
		"ripencc|NL|ipv4|192.0.2.0|16|20150101|allocated\n"
		"apnic|NL|ipv4|192.0.2.16|16|20150101|allocated\n"
		"lacnic|BR|ipv4|192.0.2.32|16|20150101|allocated\n");
	registries_text_settle(&world);
	answers("192.0.2.15", "Abuse@isp.example, nobody, org-abuse-c, good");
	answers("192.0.2.16", "nobody, nobody, none, none");
	answers("192.0.2.47", "nobody, nobody, rdap, none");
	answers("192.0.2.48", "nobody, nobody, none, none");
}

static void
print_system(char *text, size_t size, const char *name)
{
	snprintf(text, size,
		"role: Desk\nnic-hdl: A\nabuse-mailbox: %s@isp.example\n\n"
		"aut-num: AS64500\nabuse-c: A\n\n",
		name);
}

static void
add_systems(void)
{
	char text[256];

	print_system(text, sizeof(text), "ripe");
	add("ripe", text);
	print_system(text, sizeof(text), "apnic");
	add("apnic", text);
	add("asn", "192.0.2.0,192.0.2.255,64500\n");
}

static void
an_as_is_of_the_registry_that_has_authority(void **state)
{
	add_systems();
	add("delegated", "apnic|AU|asn|64500|1|20150101|allocated\n");
	registries_text_settle(&world);
	answers("192.0.2.1", "apnic@isp.example, nobody, asn, good");
}

static void
without_authority_an_as_is_of_the_registry_named_first(void **state)
{
	add_systems();
	registries_text_settle(&world);
	answers("192.0.2.1", "ripe@isp.example, nobody, asn, good");
}

/* What was found for one is at hand for the next, wherever it is kept: any number meets another one there. */
static void
neighbours_with_another_as_have_its_contact(void **state)
{
	char address[32], expected[64], text[256];

	for (unsigned i = 0; i < 32; i++) {
		snprintf(text, sizeof(text),
			"role: x\nnic-hdl: R%u\nabuse-mailbox: a%u@isp.example\n\n"
			"aut-num: AS%u\nabuse-c: R%u\n\n"
			"inetnum: 192.0.2.%u - 192.0.2.%u\n\n",
			i, i, 1 + (i << 8), i, i, i);
		add("ripe", text);
		snprintf(text, sizeof(text), "192.0.2.%u,192.0.2.%u,%u\n", i, i, 1 + (i << 8));
		add("asn", text);
	}
	registries_text_settle(&world);
	for (unsigned i = 0; i < 32; i++) {
		snprintf(address, sizeof(address), "192.0.2.%u", i);
		snprintf(expected, sizeof(expected), "a%u@isp.example, nobody, asn, good", i);
		answers(address, expected);
	}
}

static void
what_is_wrong_is_told_with_its_line_and_the_rest_done(void **state)
{
	add("ripe", "inetnum: 192.0.2.1/24\nsource: RIPE\n\nrole: no handle\n\n");
	add("ripe", ripe);
	add("delegated",
		"2|ripencc|x\nripencc|NL|ipv4|x|256|20150101|allocated\n"
		"ripencc|NL|ipv4|0.0.0.0|4294967296|20150101|allocated");
	add("asn", "192.0.2.0,192.0.2.255,many\n");
	add("ripe", "inetnum: 192.0.2.9 - 192.0.2.9\nabuse-c: AR1-R");
	registries_text_settle(&world);
	assert_string_equal(buffer_string(&world.said),
		"line 1: the network has no range that is one\n"
		"line 4: the object has no key\n"
		"line 2: the line has no range\n"
		"line 1: the line has no range\n"
		"line 1: the file ends in the middle of this object\n");
	assert_int_equal(world.registries->troubles, 5);
	answers("192.0.2.9", "Abuse@isp.example, nobody, org-abuse-c, good");
}

static void
a_kind_that_nobody_knows_and_a_file_that_is_not_there_are_refused(void **state)
{
	struct fail fail = {.what = ""};

	assert_int_equal(
		registries_read(world.registries, TEXT("riper"), "/dev/null", &fail), -EINVAL);
	assert_string_equal(fail.what, "the kind of this file is not known");
	assert_int_equal(
		registries_read(world.registries, TEXT("ripe"), "/nowhere/x", &fail), -ENOENT);
	registries_text_settle(&world);
	assert_int_equal(world.answers.count, 0);
}

/* Networks of one range that name each other in a circle, and more than are put in order by whom they name. */
static void
circles_of_arins_parents_end(void **state)
{
	struct buffer text;

	buffer_init(&text, 1 << 20);
	for (unsigned i = 0; i < 200; i++)
		buffer_print(&text,
			"NetHandle: NET-%u\nNetRange: 192.0.2.0 - 192.0.2.255\nParent: NET-%u\n"
			"Updated: 2020-01-%02u\n\n",
			i, (i + 1) % 200, 1 + i % 28);
	buffer_print(&text,
		"NetHandle: NET-X\nNetRange: 192.0.2.0 - 192.0.2.9\nParent: NET-7\n\n"
		"NetHandle: NET-Y\nNetRange: 198.51.100.0 - 198.51.100.9\n"
		"Parent: NET-Y\nAbuseHandle: P1\n\n"
		"POCHandle: P1\nMailbox: abuse@isp.example\n"
		"Comment: ARIN has received no response from it\n\n");
	registries_text_add(&world, "arin", text.at, text.length);
	buffer_done(&text);
	registries_text_settle(&world);
	answers("192.0.2.1", "nobody, nobody, none, none");
	answers("198.51.100.1", "abuse@isp.example, nobody, arin-rabuse, low");
}

static void
the_ends_of_the_address_space_are_segments_too(void **state)
{
	add("ripe",
		"role: Desk\nnic-hdl: A\nabuse-mailbox: a@isp.example\n\n"
		"inetnum: 0.0.0.0 - 127.255.255.255\nabuse-c: A\n\n"
		"inetnum: 128.0.0.0 - 255.255.255.255\nabuse-c: A\n\n"
		"inetnum: 255.255.255.255/32\n\n"
		"inet6num: ::/1\nabuse-c: A\n\ninet6num: 8000::/1\nabuse-c: A\n\n"
		"inet6num: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\n\n");
	registries_text_settle(&world);
	assert_int_equal(world.answers.count4, 3);
	assert_int_equal(world.answers.count6, 3);
	answers("0.0.0.0", "a@isp.example, nobody, abuse-c, good");
	answers("255.255.255.255", "a@isp.example, nobody, abuse-c, good");
	answers("::", "a@isp.example, nobody, abuse-c, good");
	answers("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a@isp.example, nobody, abuse-c, good");
}

/* As RIPE and APNIC have them, where nobody is responsible. */
static void
a_network_of_all_addresses_is_nobodys(void **state)
{
	add("ripe",
		"role: Desk\nnic-hdl: A\nabuse-mailbox: a@isp.example\n\n"
		"inetnum: 0.0.0.0 - 255.255.255.255\ncountry: EU\nabuse-c: A\n\n"
		"inet6num: ::/0\nabuse-c: A\n\ninetnum: 192.0.2.0/24\n\n");
	add("delegated", "ripencc|NL|ipv4|192.0.2.0|512|20150101|allocated\n");
	registries_text_settle(&world);
	answers("192.0.2.1", "nobody, nobody, none, none");
	answers("192.0.3.1", "nobody, nobody, none, none");
	assert_int_equal(world.answers.at[find("192.0.3.1")].network, 0);
	assert_int_equal(answers_who(&world.answers, find("192.0.3.1"))->country, 'N' << 8 | 'L');
	assert_int_equal(find("::1"), 0);
}

/* More than an object may have, and a longer way up than is gone. */
static void
what_is_too_much_is_left_out_and_told(void **state)
{
	struct buffer text;

	buffer_init(&text, 1 << 20);
	buffer_print(&text, "inetnum: 10.0.0.0/8\nabuse-c: X");
	for (unsigned i = 1; i < COLUMNS_REFERENCES; i++)
		buffer_print(&text, ", X");
	buffer_print(&text, ", A, A\n\nrole: Desk\nnic-hdl: A\nabuse-mailbox: a@isp.example\n\n");
	for (unsigned i = 0; i < CONTACTRULES_WAY + 2; i++)
		buffer_print(&text, "inetnum: 11.0.0.0 - 11.0.%u.%u\n%s\n", (600 - i) / 256,
			(600 - i) % 256, i == 0 ? "abuse-c: A\n" : "");
	registries_text_add(&world, "ripe", text.at, text.length);
	buffer_done(&text);
	registries_text_settle(&world);
	assert_string_equal(buffer_string(&world.said),
		"all dumps: 2 values are too long or more than an object may have\n");
	answers("10.0.0.1", "nobody, nobody, none, none");
	answers("11.0.1.87", "nobody, nobody, none, none");
	answers("11.0.1.88", "a@isp.example, nobody, abuse-c, good");
}

/* Real files: nothing in them is refused. */
static void
real_statistics_and_tables_are_read_whole(void **state)
{
	static const char *const files[][2] = {
		{"delegated", "whois/delegated/delegated-ripencc-extended.gz"},
		{"delegated", "whois/delegated/delegated-apnic-extended.gz"},
		{"asn", "ip2asn/ip-location-db-2026/asn-ipv4.csv.xz"},
		{"asn", "ip2asn/ip-location-db-2026/asn-ipv6.csv.xz"},
		{"asn", "ip2asn/pyasn/ipasn_20140513.dat.gz"}};
	struct registries *registries = world.registries;
	const struct who *who;
	struct fail fail = {.what = ""};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		assert_int_equal(registries_read(registries, text_of(files[i][0]),
					 data_path(files[i][1]), &fail),
			0);
	assert_int_equal(registries->troubles, 0);
	/* 111,223 and 46,596 records; 411,961, 103,197 and 512,621 ranges. */
	assert_int_equal(registries->delegated[RANGE_IPV4].count +
			registries->delegated[RANGE_IPV6].count +
			registries->delegated[RANGE_SYSTEM].count,
		111223 + 46596);
	assert_int_equal(registries->announced[RANGE_IPV4].count, 411961 + 512621);
	assert_int_equal(registries->announced[RANGE_IPV6].count, 103197);
	registries_settle(registries);
	answers_init(&world.answers, registries);
	/* Without dumps nobody is known to write to, but the country and the AS are. */
	for (uint32_t i = 1; i <= world.answers.count; i++) {
		who = answers_who(&world.answers, i);
		assert_int_equal(world.answers.at[i].network, 0);
		assert_int_equal(who->contact.mailbox, 0);
		assert_true(who->number != 0 || who->country != 0);
	}
	who = answers_who(&world.answers,
		segments4_find(world.answers.segments4, world.answers.count4, 0xc1000001));
	assert_int_equal(who->number, 3333);
	assert_int_equal(who->country, 'N' << 8 | 'L');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_chain_of_reasons_says_what_was_looked_at_in_order, begin, end),
		cmocka_unit_test_setup_teardown(
			an_object_counts_only_where_its_registry_has_authority, begin, end),
		cmocka_unit_test_setup_teardown(
			an_as_is_of_the_registry_that_has_authority, begin, end),
		cmocka_unit_test_setup_teardown(
			without_authority_an_as_is_of_the_registry_named_first, begin, end),
		cmocka_unit_test_setup_teardown(
			neighbours_with_another_as_have_its_contact, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_wrong_is_told_with_its_line_and_the_rest_done, begin, end),
		cmocka_unit_test_setup_teardown(
			a_kind_that_nobody_knows_and_a_file_that_is_not_there_are_refused, begin,
			end),
		cmocka_unit_test_setup_teardown(circles_of_arins_parents_end, begin, end),
		cmocka_unit_test_setup_teardown(
			the_ends_of_the_address_space_are_segments_too, begin, end),
		cmocka_unit_test_setup_teardown(a_network_of_all_addresses_is_nobodys, begin, end),
		cmocka_unit_test_setup_teardown(what_is_too_much_is_left_out_and_told, begin, end),
		cmocka_unit_test_setup_teardown(
			real_statistics_and_tables_are_read_whole, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
