/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/address.h"
#include "base/addressscan.h"
#include "base/random.h"
#include "unit.h"

#include <stdio.h>

/* What the fast parser and base/address say of a whole text. */
static void
compare(struct text text)
{
	struct address address;
	uint64_t high = 0, low = 0;
	uint32_t four = 0;
	unsigned groups;
	bool is_address = address_parse(text, &address) == 0;
	bool has_colon = text.length > 0 && memchr(text.at, ':', text.length) != NULL;

	if (has_colon) {
		unsigned length = addressscan_six(text, false, &high, &low, &groups);
		uint64_t parts[2] = {__builtin_bswap64(high), __builtin_bswap64(low)};

		assert_int_equal(length == text.length, is_address);
		if (is_address)
			assert_memory_equal(address.byte, parts, 16);
		return;
	}
	if (text.length == 0)
		return;
	assert_int_equal(addressscan_four(text, &four) == text.length, is_address);
	if (is_address) {
		struct address same = address_from_v4(four);

		assert_true(address_equal(&address, &same));
	}
}

static void
takes_what_the_address_parser_takes_of_good_text(void **state)
{
	struct random random;
	char buffer[ADDRESS_TEXT];

	random_seed(&random, 1);
	for (unsigned i = 0; i < 200000; i++) {
		struct address address = address_from_v4(
			(uint32_t)random_u64(&random) & (uint32_t)random_u64(&random));

		compare(text_of(address_format(&address, buffer)));
		for (unsigned j = 0; j < 16; j += 2)
			if (random_below(&random, 3) > 0)
				address.byte[j] = address.byte[j + 1] = 0;
			else
				address.byte[j] = (uint8_t)random_u64(&random);
		compare(text_of(address_format(&address, buffer)));
	}
}

static void
refuses_what_the_address_parser_refuses_of_hostile_text(void **state)
{
	static const char letters[] = "0123456789abfF:.:.:.25 g/%\n\xff\x80\0";
	struct random random;
	char text[48];

	random_seed(&random, 2);
	for (unsigned i = 0; i < 2000000; i++) {
		size_t length = random_below(&random, i % 2 ? 20 : 47);

		for (size_t j = 0; j < length; j++)
			text[j] = letters[random_below(&random, sizeof(letters) - 1)];
		compare((struct text){text, length});
	}
}

/* Good addresses with one place changed: near the border between good and bad. */
static void
agrees_on_text_that_is_nearly_an_address(void **state)
{
	static const char letters[] = "0123456789abcdefABCDEF:.gG-/";
	static const char *const seeds[] = {"192.0.2.17", "255.255.255.255", "1.2.3.4",
		"2001:db8::1", "::", "::1", "1::", "::ffff:192.0.2.17", "1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1:2"};
	struct random random;

	random_seed(&random, 3);
	for (unsigned i = 0; i < 2000000; i++) {
		char text[48];
		size_t length = (size_t)snprintf(
			text, sizeof(text), "%s", seeds[i % (sizeof(seeds) / sizeof(*seeds))]);
		size_t at = random_below(&random, length);

		if (random_below(&random, 3) == 0) {
			memmove(text + at + 1, text + at, length - at + 1);
			length++;
		} else if (random_below(&random, 3) == 0 && length > 1) {
			memmove(text + at, text + at + 1, length - at);
			length--;
		}
		if (at < length)
			text[at] = letters[random_below(&random, sizeof(letters) - 1)];
		compare((struct text){text, length});
	}
}

static void
finds_digits_and_dots_the_same_way_without_sse2(void **state)
{
	struct random random;
	char bytes[16];

	random_seed(&random, 4);
	for (unsigned i = 0; i < 200000; i++) {
		struct addressscan_masks a, b;

		for (unsigned j = 0; j < 16; j++)
			bytes[j] =
				(char)(i % 2 ? random_u64(&random)
					     : (uint64_t) "./0129:;\x80\xae\xb0\xff"[random_below(
						       &random, 12)]);
		a = addressscan_masks(bytes);
		b = addressscan_masks_portable(bytes);
		assert_int_equal(a.digits, b.digits);
		assert_int_equal(a.dots, b.dots);
		assert_int_equal(a.zeros, b.zeros);
	}
	for (unsigned c = 0; c < 256; c++) {
		memset(bytes, (int)c, sizeof(bytes));
		assert_int_equal(addressscan_masks_portable(bytes).digits,
			c >= '0' && c <= '9' ? 0xffff : 0);
		assert_int_equal(addressscan_masks_portable(bytes).dots, c == '.' ? 0xffff : 0);
		assert_int_equal(addressscan_masks_portable(bytes).zeros, c == '0' ? 0xffff : 0);
	}
}

static void
joins_numbers_the_same_way_without_sse2(void **state)
{
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t digits = (i / 100) << 8 | (i / 10 % 10) << 16 | (i % 10) << 24, a, b;

		for (unsigned place = 0; place < 4; place++) {
			uint32_t word[4] = {1U << 24, 2U << 24, 3U << 24, 4U << 24};
			bool fits;

			word[place] = digits;
			fits = addressscan_join(word, &a);
			assert_int_equal(fits, i <= 255);
			assert_int_equal(addressscan_join_portable(word, &b), fits);
			if (!fits)
				continue;
			assert_int_equal(a, b);
			assert_int_equal(a >> (24 - 8 * place) & 0xff, i);
		}
	}
}

/* What follows an address in 16 bytes may be anything. */
static void
compare_with_avx2(const char bytes[ADDRESSSCAN_BYTES])
{
	uint32_t a = 0, b = 0;
	unsigned length = addressscan_16(bytes, &a);

	assert_int_equal(addressscan_16_avx2(bytes, &b), length);
	if (length > 0)
		assert_int_equal(a, b);
}

static void
takes_the_same_with_avx2(void **state)
{
	static const char letters[] = "00123456789.....\n\r /\x80\xfe";
	static const char *const around[][2] = {{"", ".2.33.4\n"}, {"55.", ".6.127\n"},
		{"1.9.", ".100 :2:a"}, {"100.20.3.", "\n8.8."}, {"0", ".1.1.1"}, {"1.00", ".1.1"},
		{"1.1.0", ".1"}, {"1.2.3.0", ""}, {"255.255.255.", ""}, {"1", ".2.3.4"}};
	struct random random;
	char bytes[64];

	if (!addressscan_has_avx2())
		skip();
	for (unsigned i = 0; i < 10 * 1100; i++) {
		memset(bytes, '7', sizeof(bytes));
		snprintf(bytes, sizeof(bytes), "%s%u%s", around[i % 10][0], i / 10,
			around[i % 10][1]);
		compare_with_avx2(bytes);
	}
	random_seed(&random, 5);
	for (unsigned i = 0; i < 3000000; i++) {
		unsigned length = (unsigned)snprintf(bytes, sizeof(bytes), "%u.%u.%u.%u\n",
			(unsigned)random_below(&random, i % 3 ? 256 : 1024),
			(unsigned)random_below(&random, i % 5 ? 256 : 30),
			(unsigned)random_below(&random, i % 7 ? 256 : 11),
			(unsigned)random_below(&random, 280));

		while (length < ADDRESSSCAN_BYTES)
			bytes[length++] = letters[random_below(&random, sizeof(letters) - 1)];
		for (unsigned j = random_below(&random, 3) ? 0 : 2; j > 0; j--)
			bytes[random_below(&random, ADDRESSSCAN_BYTES)] =
				letters[random_below(&random, sizeof(letters) - 1)];
		compare_with_avx2(bytes);
	}
}

static void
finds_where_lines_end(void **state)
{
	struct random random;
	char bytes[ADDRESSSCAN_BYTES];

	random_seed(&random, 6);
	for (unsigned i = 0; i < 100000; i++) {
		uint32_t ends = 0;

		for (unsigned j = 0; j < sizeof(bytes); j++) {
			bytes[j] = (char)(random_below(&random, 4) ? random_u64(&random) : '\n');
			ends |= (uint32_t)(bytes[j] == '\n') << j;
		}
		assert_int_equal(addressscan_ends(bytes), ends);
	}
}

static void
stops_at_what_follows(void **state)
{
	uint64_t high, low;
	uint32_t four;
	unsigned groups;

	assert_int_equal(addressscan_four(TEXT("192.0.2.7 # a comment"), &four), 9);
	assert_int_equal(four, 0xc0000207);
	assert_int_equal(addressscan_four(TEXT("192.0.2.7/24"), &four), 9);
	assert_int_equal(addressscan_four(TEXT("192.0.2.7 1.01"), &four), 9);
	assert_int_equal(addressscan_four(TEXT("192.0.2.7.8"), &four), 0);
	assert_int_equal(addressscan_four(TEXT("1921.0.2.7.8"), &four), 0);
	assert_int_equal(addressscan_six(TEXT("2001:db8::7/64"), false, &high, &low, &groups), 11);
	assert_int_equal(groups, 8);
	assert_int_equal(high, UINT64_C(0x20010db800000000));
	assert_int_equal(low, 7);
}

static void
takes_short_forms_only_where_they_are_allowed(void **state)
{
	uint64_t high, low;
	unsigned groups;

	assert_int_equal(addressscan_six(TEXT("2001:db8:7"), false, &high, &low, &groups), 0);
	assert_int_equal(addressscan_six(TEXT("2001:db8:7"), true, &high, &low, &groups), 10);
	assert_int_equal(groups, 3);
	assert_int_equal(high, UINT64_C(0x20010db800070000));
	/* One number is none, and a dotted quad stands at the end of a whole address only. */
	assert_int_equal(addressscan_six(TEXT("2001"), true, &high, &low, &groups), 0);
	assert_int_equal(addressscan_six(TEXT("2001:192.0.2.7"), true, &high, &low, &groups), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_address_parser_takes_of_good_text),
		cmocka_unit_test(refuses_what_the_address_parser_refuses_of_hostile_text),
		cmocka_unit_test(agrees_on_text_that_is_nearly_an_address),
		cmocka_unit_test(finds_digits_and_dots_the_same_way_without_sse2),
		cmocka_unit_test(joins_numbers_the_same_way_without_sse2),
		cmocka_unit_test(takes_the_same_with_avx2),
		cmocka_unit_test(finds_where_lines_end),
		cmocka_unit_test(stops_at_what_follows),
		cmocka_unit_test(takes_short_forms_only_where_they_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
