/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coaprofile.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD "identify Acct-Session-Id\n"

static const struct coa_session anna = {
	.session = {"0000002a", 8},
	.user = {"anna", 4},
	.port = {"lag-1", 5},
	.has = COA_SET(COA_NAS_IP_ADDRESS) | COA_SET(COA_FRAMED_IP_ADDRESS) |
		COA_SET(COA_FRAMED_IPV6_PREFIX) | COA_SET(COA_DELEGATED_IPV6_PREFIX),
	.nas = {{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1}},
	.ipv4 = {{[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100, [15] = 7}},
	.prefix = {{{0x20, 1, 0xd, 0xb8, 0, 1, 2}}, 64},
	.delegated = {{{0x20, 1, 0xd, 0xb8, 0, 2, 2}}, 56},
};

static struct coaprofile
profile_of(const char *text)
{
	struct coaprofile_place place = {0};
	struct coaprofile profile;
	struct fail fail = {0};
	int r = coaprofile_parse(text_of(text), &profile, &place, &fail);

	if (r < 0)
		print_message("%zu:%zu: %s\n", place.line, place.column, fail.what);
	assert_int_equal(r, 0);
	return profile;
}

static void
makes(const struct coaprofile *profile, enum coa_act act, const void *expected, size_t length)
{
	uint8_t bytes[COA_ATTRIBUTES];
	struct fail fail = {0};
	bool is_disconnect;

	assert_int_equal(
		coaprofile_make(profile, act, &anna, bytes, &is_disconnect, &fail), length);
	assert_memory_equal(bytes, expected, length);
	assert_int_equal(is_disconnect, profile->acts[act].is_disconnect);
}

#define MAKES(profile, act, literal) makes((profile), (act), (literal), sizeof(literal) - 1)

static void
an_order_has_the_session_first_and_then_what_is_to_change(void **state)
{
	struct coaprofile profile = profile_of("# of a test\n"
					       "port 1700\r\n"
					       "identify Acct-Session-Id\n"
					       "also User-Name NAS-IP-Address NAS-Identifier\n"
					       "\n"
					       "quarantine coa # at once\n"
					       "\tFilter-Id = \"a#b \\\"c\\\\\"\n"
					       "\tSession-Timeout = 60\n"
					       "release coa\n"
					       "  Class = 0x00ff\n");

	assert_int_equal(profile.port, 1700);
	MAKES(&profile, COA_QUARANTINE,
		"\x2c\x0a"
		"0000002a\1\6anna\4\6\xc0\0\2\1"
		"\x0b\x09"
		"a#b \"c\\\x1b\6\0\0\0\x3c");
	MAKES(&profile, COA_RELEASE_QUARANTINE,
		"\x2c\x0a"
		"0000002a\1\6anna\4\6\xc0\0\2\1\x19\4\0\xff");
	MAKES(&profile, COA_RELEASE_BLOCK25,
		"\x2c\x0a"
		"0000002a\1\6anna\4\6\xc0\0\2\1\x19\4\0\xff");
	(void)state;
}

static void
attributes_of_vendors_and_tags_are_written_as_they_go_over_the_wire(void **state)
{
	struct coaprofile profile =
		profile_of(HEAD "attribute Activate 4874 65 tagged\n"
				"attribute Pair 9 1 text\n"
				"attribute Number 9 2 integer\n"
				"quarantine coa\n"
				"\tActivate:1 = \"q\"\n\tPair = \"x=y\"\n\tNumber = 4294967295\n");

	MAKES(&profile, COA_QUARANTINE,
		"\x2c\x0a"
		"0000002a\x1a\x0a\0\0\x13\x0a\x41\4\1q\x1a\x0b\0\0\0\x09\1\5x=y"
		"\x1a\x0c\0\0\0\x09\2\6\xff\xff\xff\xff");
	(void)state;
}

static void
addresses_go_out_where_they_are_asked_for_but_never_in_a_disconnect(void **state)
{
	static const char text[] =
		"identify Acct-Session-Id Framed-IP-Address\n"
		"also Framed-IPv6-Prefix Framed-Interface-Id Delegated-IPv6-Prefix\n"
		"quarantine coa\n\tFilter-Id = \"q\"\nrelease disconnect\n";
	struct coaprofile profile = profile_of(text);
	char other[512];

	/* Framed-IPv6-Prefix only with Framed-Interface-Id, which is not known. */
	MAKES(&profile, COA_QUARANTINE,
		"\x2c\x0a"
		"0000002a\x08\6\xc6\x33\x64\7\x7b\x14\0\x38\x20\1\r\xb8\0\2\2\0\0\0\0\0\0\0\0\0"
		"\x0b\3q");
	MAKES(&profile, COA_RELEASE_QUARANTINE,
		"\x2c\x0a"
		"0000002a");
	/* Unless it is said for disconnects. */
	snprintf(other, sizeof(other), "%s%s", "disconnect-identify Framed-IP-Address\n", text);
	profile = profile_of(other);
	MAKES(&profile, COA_RELEASE_QUARANTINE, "\x08\6\xc6\x33\x64\7");
	(void)state;
}

static void
what_identifies_the_session_must_be_known(void **state)
{
	struct coaprofile profile = profile_of("identify Acct-Multi-Session-Id\nalso User-Name\n"
					       "block25 coa\n\tFilter-Id = \"b\"\n");
	uint8_t bytes[COA_ATTRIBUTES];
	struct fail fail = {0};
	bool is_disconnect;

	assert_int_equal(
		coaprofile_make(&profile, COA_BLOCK25, &anna, bytes, &is_disconnect, &fail),
		-ENODATA);
	assert_string_equal(
		fail.what, "Acct-Multi-Session-Id of the session is not known, or too long");
	assert_int_equal(
		coaprofile_make(&profile, COA_QUARANTINE, &anna, bytes, &is_disconnect, &fail),
		-ENOENT);
	assert_string_equal(fail.what, "the profile of this NAS has no 'quarantine'");
	(void)state;
}

static void
what_the_nas_knows_is_said_in_the_profile(void **state)
{
	struct coaprofile profile = profile_of(
		"message-authenticator required\nevent-timestamp no\n" HEAD "release disconnect\n");

	assert_true(profile.needs_message);
	assert_false(profile.no_message);
	assert_true(profile.no_timestamp);
	assert_int_equal(profile.port, 3799);
	profile = profile_of("message-authenticator no\n" HEAD "release disconnect\n");
	assert_true(profile.no_message);
	assert_false(profile.needs_message);
	(void)state;
}

static void
mistakes_have_a_line_and_a_column_and_say_what_was_expected(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		size_t column;
		int error;
		const char *what; /* a part of it */
	} cases[] = {
		{"", 1, 1, EINVAL, "it can do nothing"},
		{"prot 1\n", 1, 1, EINVAL, "'prot' is not known; expected port,"},
		{"port 65536\n", 1, 6, ERANGE, "'65536' is no port; expected 1 to 65535"},
		{"port\n", 1, 5, EINVAL, "'' is no port"},
		{"port 1 2\n", 1, 8, EINVAL, "'2' is too much"},
		{"port 1\nport 2\n", 2, 1, EEXIST, "'port' is there twice"},
		{"event-timestamp maybe\n", 1, 17, EINVAL, "expected yes or no"},
		{"message-authenticator of course\n", 1, 23, EINVAL, "yes, no or required"},
		{"identify\n", 1, 9, EINVAL, "nothing follows"},
		{"identify User-Name User-Nam\n", 1, 20, EINVAL,
			"'User-Nam' identifies no session"},
		{"\tFilter-Id = \"x\"\n", 1, 2, EINVAL, "no act stands above it"},
		{HEAD "quarantine\n", 2, 11, EINVAL, "expected coa or disconnect"},
		{HEAD "quarantine coa now\n", 2, 16, EINVAL, "'now' is too much"},
		{HEAD "release coa\n\tClass = \"x\"\nrelease-block25 coa\n", 4, 1, EEXIST,
			"'release-block25' is there twice"},
		{HEAD "quarantine coa\n", 3, 1, EINVAL, "quarantine changes nothing"},
		{HEAD "quarantine coa\n\tFilter-Id \"x\"\n", 3, 12, EINVAL, "NAME = VALUE"},
		{HEAD "quarantine coa\n\tFilter-Id = x\n", 3, 14, EINVAL, "between quotes"},
		{HEAD "quarantine coa\n\tFilter-Id = \"x\n", 3, 14, EINVAL, "up to the end"},
		{HEAD "quarantine coa\n\tFilter-Id = \"\"\n", 3, 14, EINVAL, "up to the end"},
		{HEAD "quarantine coa\n\tFilter-Id = \"x\" y\n", 3, 14, EINVAL, "up to the end"},
		{HEAD "quarantine coa\n\tClass = 0x012\n", 3, 10, EINVAL, "an even number"},
		{HEAD "quarantine coa\n\tClass = 0x01zz\n", 3, 14, EINVAL, "'zz' is no"},
		{HEAD "quarantine coa\n\tSession-Timeout = 1m\n", 3, 20, EINVAL, "no number"},
		{HEAD "quarantine coa\n\tSession-Timeout = 0x3c\n", 3, 20, EINVAL,
			"8 hexadecimal digits"},
		{HEAD "quarantine coa\n\tFilter-ID = \"x\"\n", 3, 2, EINVAL,
			"'Filter-ID' is not known"},
		{HEAD "quarantine coa\n\tUser-Name = \"x\"\n", 3, 2, EINVAL,
			"says which session is meant and changes none"},
		{HEAD "quarantine coa\n\tFilter-Id:1 = \"x\"\n", 3, 2, EINVAL, "without a tag"},
		{HEAD "attribute A 9 1 tagged\nquarantine coa\n\tA = \"x\"\n", 4, 2, EINVAL,
			"expected NAME:TAG"},
		{HEAD "attribute A 9 1 tagged\nquarantine coa\n\tA:32 = \"x\"\n", 4, 4, ERANGE,
			"expected 1 to 31"},
		{HEAD "attribute A 9 1\n", 2, 16, EINVAL, "expected text, integer or tagged"},
		{HEAD "attribute A 0 1 text\n", 2, 13, ERANGE, "no number of a vendor"},
		{HEAD "attribute A 9 256 text\n", 2, 15, ERANGE, "no type of an attribute"},
		{HEAD "attribute Class 9 1 text\n", 2, 11, EEXIST, "is known already"},
		{HEAD "release disconnect\n\tFilter-Id = \"x\"\n", 3, 2, EINVAL,
			"a disconnect has no attributes"},
		{"identify NAS-IP-Address\nquarantine coa\n\tFilter-Id = \"x\"\n", 4, 1, EINVAL,
			"quarantine says not which session is meant; expected 'identify'"},
		{"identify Framed-IP-Address\nrelease disconnect\n", 3, 1, EINVAL,
			"expected 'disconnect-identify'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct coaprofile_place place = {0};
		struct coaprofile profile;
		struct fail fail = {0};
		int r = coaprofile_parse(text_of(cases[i].text), &profile, &place, &fail);

		if (r != -cases[i].error || place.line != cases[i].line ||
			place.column != cases[i].column || strstr(fail.what, cases[i].what) == NULL)
			fail_msg("%s-> %d at %zu:%zu: %s", cases[i].text, r, place.line,
				place.column, fail.what);
	}
	(void)state;
}

static void
what_does_not_fit_is_refused(void **state)
{
	struct coaprofile_place place = {0};
	struct coaprofile profile;
	struct fail fail = {0};
	char text[4096] = HEAD "quarantine coa\n";
	char value[255];

	memset(value, 'x', sizeof(value));
	value[200] = '\0';
	for (int i = 0; i < 3; i++)
		snprintf(text + strlen(text), 256, "\tFilter-Id = \"%.200s\"\n", value);
	assert_int_equal(coaprofile_parse(text_of(text), &profile, &place, &fail), -ENOSPC);
	assert_int_equal(place.line, 5);
	snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i <= COAPROFILE_DEFINED; i++)
		snprintf(text + strlen(text), 64, "attribute A%d 9 1 text\n", i);
	assert_int_equal(coaprofile_parse(text_of(text), &profile, &place, &fail), -ENOSPC);
	assert_int_equal(place.line, COAPROFILE_DEFINED + 2);
	(void)state;
}

/* Those in contrib/ can be read, and make orders for a session whose accounting is usual. */
static void
the_profiles_of_the_project_are_profiles(void **state)
{
	static const char *const names[] = {
		"generic", "cisco", "juniper", "nokia", "mikrotik", "huawei"};
	const char *source = getenv("LAZARET_SOURCE");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct coaprofile profile;
		char path[512], text[8192] = {0};
		FILE *file;

		snprintf(path, sizeof(path), "%s/contrib/radius/profiles/%s.profile",
			source ? source : ".", names[i]);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
		fclose(file);
		profile = profile_of(text);
		for (int act = 0; act < COA_ACTS; act++) {
			uint8_t bytes[COA_ATTRIBUTES];
			struct fail fail = {0};
			bool is_disconnect;

			assert_true(coaprofile_make(&profile, (enum coa_act)act, &anna, bytes,
					    &is_disconnect, &fail) > 0);
		}
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_has_the_session_first_and_then_what_is_to_change),
		cmocka_unit_test(
			attributes_of_vendors_and_tags_are_written_as_they_go_over_the_wire),
		cmocka_unit_test(
			addresses_go_out_where_they_are_asked_for_but_never_in_a_disconnect),
		cmocka_unit_test(what_identifies_the_session_must_be_known),
		cmocka_unit_test(what_the_nas_knows_is_said_in_the_profile),
		cmocka_unit_test(mistakes_have_a_line_and_a_column_and_say_what_was_expected),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(the_profiles_of_the_project_are_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
