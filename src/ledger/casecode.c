/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/casecode.h"

#include <errno.h>

#define HALF   25 /* bits */
#define LOW    ((UINT64_C(1) << HALF) - 1)
#define ROUNDS 8
#define DIGITS 10
#define DIGIT  5 /* bits */

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static uint64_t
round_of(uint64_t half, unsigned number, const struct hash_key *key)
{
	/* Apart from all else that is hashed with this key. */
	const uint64_t of[] = {UINT64_C(0x65646f6365736163), number, half};

	return hash_keyed(key, of, sizeof(of)) & LOW;
}

static uint64_t
join(uint64_t left, uint64_t right)
{
	return left << HALF | right;
}

const char *
casecode_format(uint64_t number, const struct hash_key *key, char into[CASECODE])
{
	uint64_t left = number >> HALF, right = number & LOW, code, next;
	unsigned at = 0;

	must(number <= UINT32_MAX);
	for (unsigned i = 0; i < ROUNDS; i++) {
		next = left ^ round_of(right, i, key);
		left = right;
		right = next;
	}
	code = join(left, right);
	for (unsigned i = DIGITS; i-- > 0;) {
		into[at++] = digits[code >> (i * DIGIT) & 31];
		if (i == DIGITS / 2)
			into[at++] = '-';
	}
	into[at] = '\0';
	return into;
}

/* -1: it is none. */
static int
digit_of(char c)
{
	char small = text_small(c);

	if (small == 'o')
		return 0;
	if (small == 'i' || small == 'l')
		return 1;
	for (int i = 0; i < 32; i++) {
		if (text_small(digits[i]) == small)
			return i;
	}
	return -1;
}

int
casecode_parse(struct text text, const struct hash_key *key, uint64_t *ret_number)
{
	uint64_t code = 0, left, right, next;
	size_t count = 0;

	for (size_t i = 0; i < text.length; i++) {
		int digit = digit_of(text.at[i]);

		if (text.at[i] == '-' && i == DIGITS / 2)
			continue;
		if (digit < 0 || count++ == DIGITS)
			return -EINVAL;
		code = code << DIGIT | (unsigned)digit;
	}
	if (count != DIGITS)
		return -EINVAL;
	left = code >> HALF;
	right = code & LOW;
	for (unsigned i = ROUNDS; i-- > 0;) {
		next = right ^ round_of(left, i, key);
		right = left;
		left = next;
	}
	*ret_number = join(left, right);
	return *ret_number <= UINT32_MAX && *ret_number > 0 ? 0 : -EINVAL;
}
