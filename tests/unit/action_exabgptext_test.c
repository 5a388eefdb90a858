/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/exabgptext.h"
#include "unit.h"

static struct flowspec_settings settings;

static void
check(const char *prefix, enum flowspec_kind kind, uint32_t rate, const char *announce,
	const char *withdraw)
{
	struct flowspec_rule rule = {.kind = kind, .rate = rate};
	struct buffer text;

	buffer_init(&text, 4096);
	assert_int_equal(prefix_parse(text_of(prefix), &rule.prefix), 0);
	exabgptext_announce(&settings, &rule, &text);
	assert_string_equal(buffer_string(&text), announce);
	buffer_clear(&text);
	exabgptext_withdraw(&settings, &rule, &text);
	assert_string_equal(buffer_string(&text), withdraw);
	buffer_done(&text);
}

static void
rules_are_lines_as_exabgp_reads_them(void **state)
{
	settings = (struct flowspec_settings){0};
	check("192.0.2.7", FLOWSPEC_MAIL, 0,
		"announce flow route { match { source 192.0.2.7/32; destination-port =25; "
		"protocol tcp; } then { discard; } }\n",
		"withdraw flow route { match { source 192.0.2.7/32; destination-port =25; "
		"protocol tcp; } then { discard; } }\n");
	check("2001:db8:0:1::/64", FLOWSPEC_MAIL, 9600,
		"announce flow route { match { source 2001:db8:0:1::/64/0; destination-port =25; "
		"next-header tcp; } then { rate-limit 9600; } }\n",
		"withdraw flow route { match { source 2001:db8:0:1::/64/0; destination-port =25; "
		"next-header tcp; } then { rate-limit 9600; } }\n");
	(void)state;
}

static void
a_redirect_has_its_route_target_and_all_a_community(void **state)
{
	settings = (struct flowspec_settings){.redirect_as = 64500,
		.redirect_number = 100,
		.has_community = true,
		.community = 64500U << 16 | 25};
	check("192.0.2.7", FLOWSPEC_REDIRECT, 0,
		"announce flow route { match { source 192.0.2.7/32; } "
		"then { redirect 64500:100; community [64500:25]; } }\n",
		"withdraw flow route { match { source 192.0.2.7/32; } "
		"then { redirect 64500:100; community [64500:25]; } }\n");
	(void)state;
}

static void
the_destination_is_named_where_it_is_wanted(void **state)
{
	settings = (struct flowspec_settings){.has_destination = true};
	check("192.0.2.7", FLOWSPEC_MAIL, 0,
		"announce flow route { match { destination 0.0.0.0/0; source 192.0.2.7/32; "
		"destination-port =25; protocol tcp; } then { discard; } }\n",
		"withdraw flow route { match { destination 0.0.0.0/0; source 192.0.2.7/32; "
		"destination-port =25; protocol tcp; } then { discard; } }\n");
	(void)state;
}

static void
black_holes_have_next_hop_and_community(void **state)
{
	settings = (struct flowspec_settings){0};
	settings.next_hop4 = address_from_v4(0xc0000201);
	check("192.0.2.7", FLOWSPEC_BLACKHOLE, 0,
		"announce route 192.0.2.7/32 next-hop 192.0.2.1 community [65535:666]\n",
		"withdraw route 192.0.2.7/32 next-hop 192.0.2.1\n");
	settings.has_no_export = true;
	assert_int_equal(address_parse(TEXT("100::1"), &settings.next_hop6), 0);
	check("2001:db8::/64", FLOWSPEC_BLACKHOLE, 0,
		"announce route 2001:db8::/64 next-hop 100::1 community [65535:666 65535:65281]\n",
		"withdraw route 2001:db8::/64 next-hop 100::1\n");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_lines_as_exabgp_reads_them),
		cmocka_unit_test(a_redirect_has_its_route_target_and_all_a_community),
		cmocka_unit_test(the_destination_is_named_where_it_is_wanted),
		cmocka_unit_test(black_holes_have_next_hop_and_community),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
