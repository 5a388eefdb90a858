/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/responsible.h"
#include "registries_text.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static char folder[] = "/tmp/lazaret-responsible-XXXXXX";
static char path[64];
static struct registryfile file;
static const char ripe[] =
	"role: Desk\nnic-hdl: A\nabuse-mailbox: abuse@isp.example\n\n"
	"role: Desk\nnic-hdl: B\nabuse-mailbox: ABUSE@isp.example\n\n"
	"role: Desk\nnic-hdl: C\nabuse-mailbox: abuse+three@isp.example\n\n"
	"organisation: O\norg-name: One\n\norganisation: P\norg-name: Two\n\n"
	"organisation: Q\norg-name: Three\n\n"
	"inetnum: 100.0.0.0 - 100.0.0.255\nnetname: N0\ncountry: NL\nabuse-c: C\norg: Q\n\n"
	"inetnum: 192.0.2.0 - 192.0.2.255\nnetname: N1\ncountry: NL\nabuse-c: A\norg: O\n\n"
	"inetnum: 198.51.100.0 - 198.51.100.255\nnetname: N2\ncountry: NO\nabuse-c: B\norg: P\n\n"
	"inetnum: 203.0.113.0 - 203.0.113.255\nnetname: N3\ncountry: NO\n\n"
	"inet6num: 2001:db8::/32\nnetname: N4\nabuse-c: A\norg: O\n\n";
static const char announced[] = "203.0.113.0,203.0.113.255,64500\n192.0.2.0,192.0.2.255,64501\n";

static int
make_registry(void **state)
{
	struct registries_text world;
	struct fail fail = {.what = ""};

	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/registry.lzr", folder);
	registries_text_init(&world);
	registries_text_add(&world, "ripe", ripe, sizeof(ripe) - 1);
	registries_text_add(&world, "asn", announced, sizeof(announced) - 1);
	registries_text_settle(&world);
	if (registryfile_write(path, &world.answers, &fail) < 0 ||
		registryfile_open(path, &file, &fail) < 0)
		return -1;
	registries_text_done(&world);
	return 0;
}

static int
remove_registry(void **state)
{
	registryfile_close(&file);
	(void)unlink(path);
	return rmdir(folder);
}

static const struct responsible_object *
object4(const struct responsible *responsible, uint32_t address)
{
	uint32_t object = segments4_find(responsible->segments4, responsible->count4, address);

	assert_true(object < responsible->object_count);
	return responsible_object(responsible, object);
}

static uint32_t
answer4(const struct responsible *responsible, uint32_t address)
{
	return responsible_answer(
		responsible, segments4_find(responsible->segments4, responsible->count4, address));
}

static void
is_of(const struct responsible *responsible, uint32_t address, const char *mailbox)
{
	struct text found =
		responsible_mailbox(responsible, object4(responsible, address)->contact);

	if (!text_is(found, mailbox))
		fail_msg("%08x is of \"%.*s\", not of \"%s\"", address, (int)found.length, found.at,
			mailbox);
}

static void
without_words_of_persons_it_is_what_the_registries_say(void **state)
{
	struct responsible responsible;

	responsible_make(&responsible, &file, NULL, 0, NULL, 0);
	assert_ptr_equal(responsible.segments4, file.segments4);
	is_of(&responsible, 0xc0000201, "abuse@isp.example");
	is_of(&responsible, 0xcb007101, "");
	is_of(&responsible, 0x01010101, "");
	/* The size of letters tells no two contacts apart. */
	assert_int_equal(object4(&responsible, 0xc6336401)->contact,
		object4(&responsible, 0xc0000201)->contact);
	responsible_done(&responsible);
}

static void
mailboxes_that_differ_behind_a_plus_are_of_the_holders_of_all_of_them(void **state)
{
	struct responsible responsible;

	responsible_make(&responsible, &file, NULL, 0, NULL, 0);
	is_of(&responsible, 0x64000001, "abuse+three@isp.example");
	assert_int_equal(
		responsible.contacts[object4(&responsible, 0xc0000201)->contact].holders, 3);
	assert_int_equal(
		responsible.contacts[object4(&responsible, 0x64000001)->contact].holders, 3);
	responsible_done(&responsible);
}

static struct responsible_override
over(uint32_t low, uint32_t high, const char *mailbox)
{
	return (struct responsible_override){
		.family = RANGE_IPV4, .range = {low, high}, .mailbox = text_of(mailbox)};
}

static void
the_narrowest_word_counts_and_ends_where_it_ends(void **state)
{
	const struct responsible_override overrides[] = {
		over(0xc0000240, 0xc000024f, "narrow@a.example"),
		over(0xc0000200, 0xc000027f, "wide@a.example"), over(0xc0000248, 0xc0000248, ""),
		over(0, 0x00ffffff, "zero@a.example"),
		over(UINT32_MAX, UINT32_MAX, "end@a.example")};
	struct responsible responsible;
	struct fail fail = {.what = ""};

	responsible_make(&responsible, &file, overrides, 5, NULL, 0);
	assert_int_equal(segments4_check(responsible.segments4, responsible.count4, &fail), 0);
	is_of(&responsible, 0xc0000200, "wide@a.example");
	is_of(&responsible, 0xc000023f, "wide@a.example");
	is_of(&responsible, 0xc0000240, "narrow@a.example");
	is_of(&responsible, 0xc0000248, "");
	is_of(&responsible, 0xc000024f, "narrow@a.example");
	is_of(&responsible, 0xc0000250, "wide@a.example");
	is_of(&responsible, 0xc0000280, "abuse@isp.example");
	is_of(&responsible, 0xc6336401, "abuse@isp.example");
	is_of(&responsible, 0x00000001, "zero@a.example");
	is_of(&responsible, 0x01000000, "");
	is_of(&responsible, UINT32_MAX, "end@a.example");
	assert_true(object4(&responsible, 0xc0000248)->is_manual);
	/* The same network, before and behind the narrow one, is one object. */
	assert_ptr_equal(object4(&responsible, 0xc0000200), object4(&responsible, 0xc0000250));
	assert_int_equal(answer4(&responsible, 0xc0000240), answer4(&responsible, 0xc0000280));
	responsible_done(&responsible);
}

static void
a_prefix_goes_before_its_as_and_the_national_team_comes_last(void **state)
{
	const struct responsible_override overrides[] = {
		over(0xcb007180, 0xcb0071ff, "half@a.example"),
		{RANGE_SYSTEM, {64500, 64500}, TEXT("as@a.example")}};
	const struct responsible_national nationals[] = {{'N' << 8 | 'O', TEXT("cert@no.example")},
		{'N' << 8 | 'L', TEXT("cert@nl.example")}};
	struct responsible responsible;

	responsible_make(&responsible, &file, overrides, 2, nationals, 2);
	is_of(&responsible, 0xcb007101, "as@a.example");
	is_of(&responsible, 0xcb007181, "half@a.example");
	is_of(&responsible, 0xc0000201, "abuse@isp.example");
	responsible_done(&responsible);
	responsible_make(&responsible, &file, NULL, 0, nationals, 2);
	is_of(&responsible, 0xcb007101, "cert@no.example");
	assert_true(object4(&responsible, 0xcb007101)->is_national);
	is_of(&responsible, 0xc0000201, "abuse@isp.example");
	assert_true(text_is(responsible_mailbox(&responsible, responsible.national['N' << 8 | 'L']),
		"cert@nl.example"));
	responsible_done(&responsible);
}

static void
six_is_cut_as_four(void **state)
{
	const ipnumber low = (ipnumber)UINT64_C(0x20010db800010000) << 64;
	const struct responsible_override overrides[] = {
		{RANGE_IPV6, {low, low + (((ipnumber)1 << 80) - 1)}, TEXT("six@a.example")}};
	const uint64_t in[2] = {UINT64_C(0x20010db800010001), 0};
	const uint64_t behind[2] = {UINT64_C(0x20010db800020000), 0};
	struct responsible responsible;
	struct fail fail = {.what = ""};
	uint32_t object;

	responsible_make(&responsible, &file, overrides, 1, NULL, 0);
	assert_int_equal(segments6_check(responsible.segments6, responsible.count6, &fail), 0);
	object = segments6_find(responsible.segments6, responsible.count6, in);
	assert_true(text_is(responsible_mailbox(&responsible,
				    responsible_object(&responsible, object)->contact),
		"six@a.example"));
	object = segments6_find(responsible.segments6, responsible.count6, behind);
	assert_true(text_is(responsible_mailbox(&responsible,
				    responsible_object(&responsible, object)->contact),
		"abuse@isp.example"));
	responsible_done(&responsible);
}

static void
a_registry_that_was_asked_counts_where_its_dumps_know_nobody(void **state)
{
	static const char dump[] =
		"irt: IRT-K\nabuse-mailbox: hostmaster@nic.or.kr\n\n"
		"irt: IRT-A\nabuse-mailbox: abuse@au.example\n\n"
		"inetnum: 10.0.0.0 - 10.0.255.255\ncountry: KR\nmnt-irt: IRT-K\n\n"
		"inetnum: 11.0.0.0 - 11.0.255.255\ncountry: AU\nmnt-irt: IRT-A\n\n";
	const struct responsible_override overrides[] = {
		{.family = RANGE_IPV4,
			.range = {0x0a000100, 0x0a0001ff},
			.mailbox = TEXT("person@isp.example")},
		{.family = RANGE_IPV4,
			.range = {0x0a000000, 0x0a00ffff},
			.mailbox = TEXT("noc@kt.example"),
			.quality = QUALITY_LOW},
		{.family = RANGE_IPV4,
			.range = {0x0a000140, 0x0a00017f},
			.mailbox = TEXT("small@kt.example"),
			.quality = QUALITY_GOOD},
		{.family = RANGE_IPV4,
			.range = {0x0a000200, 0x0a0002ff},
			.mailbox = TEXT("two@kt.example"),
			.quality = QUALITY_GOOD},
		{.family = RANGE_IPV4,
			.range = {0x0b000000, 0x0b00ffff},
			.mailbox = TEXT("other@au.example"),
			.quality = QUALITY_GOOD},
		{.family = RANGE_IPV4,
			.range = {0xcb007100, 0xcb0071ff},
			.mailbox = TEXT("no@isp.example"),
			.quality = QUALITY_GOOD},
	};
	struct responsible responsible;
	struct registries_text world;
	struct registryfile asked;
	struct fail fail = {.what = ""};
	char name[80];

	snprintf(name, sizeof(name), "%s/asked.lzr", folder);
	registries_text_init(&world);
	registries_text_add(&world, "apnic", dump, sizeof(dump) - 1);
	registries_text_settle(&world);
	assert_int_equal(registryfile_write(name, &world.answers, &fail), 0);
	assert_int_equal(registryfile_open(name, &asked, &fail), 0);
	registries_text_done(&world);
	responsible_make(&responsible, &asked, overrides, 6, NULL, 0);
	is_of(&responsible, 0x0a000001, "noc@kt.example");
	assert_int_equal(object4(&responsible, 0x0a000001)->quality, QUALITY_LOW);
	assert_false(object4(&responsible, 0x0a000001)->is_manual);
	is_of(&responsible, 0x0a000101, "person@isp.example");
	assert_true(object4(&responsible, 0x0a000101)->is_manual);
	is_of(&responsible, 0x0a000150, "person@isp.example"); /* he said it of more */
	is_of(&responsible, 0x0a000201, "two@kt.example");
	assert_int_equal(object4(&responsible, 0x0a000201)->quality, QUALITY_GOOD);
	is_of(&responsible, 0x0b000001, "abuse@au.example"); /* the dumps know it */
	assert_int_equal(object4(&responsible, 0xcb007101)->contact,
		0); /* and nobody was to be asked here */
	responsible_done(&responsible);
	registryfile_close(&asked);
	(void)unlink(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_words_of_persons_it_is_what_the_registries_say),
		cmocka_unit_test(
			mailboxes_that_differ_behind_a_plus_are_of_the_holders_of_all_of_them),
		cmocka_unit_test(the_narrowest_word_counts_and_ends_where_it_ends),
		cmocka_unit_test(a_prefix_goes_before_its_as_and_the_national_team_comes_last),
		cmocka_unit_test(six_is_cut_as_four),
		cmocka_unit_test(a_registry_that_was_asked_counts_where_its_dumps_know_nobody),
	};

	return cmocka_run_group_tests(tests, make_registry, remove_registry);
}
