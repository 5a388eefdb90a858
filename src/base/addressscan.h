/* addressscan - addresses at the front of text, fast
 *
 * What:    finds an IPv4 address of four numbers, or an IPv6 address (RFC 4291 s2.2), and says how long it is;
 *          what follows is the caller's. Takes and refuses exactly what address_parse (base/address.h) does
 *          with that text: no leading zeros, no number above 255. The digits of a whole IPv4 address are
 *          found at once, in 16 bytes: with AVX2 moved to their places at once, too; where the processor has no
 *          SSE2, by arithmetic on words of 8 bytes.
 * Limits:  reads no byte outside the text; addressscan_16 and addressscan_16_avx2 read 16 bytes always.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_ADDRESSSCAN_H
#define LAZARET_BASE_ADDRESSSCAN_H

#include "base/text.h"

#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define ADDRESSSCAN_BYTES 16

/* A bit for each of 16 bytes. */
struct addressscan_masks {
	uint32_t digits;
	uint32_t dots;
	uint32_t zeros; /* the digit 0 */
};

/* A bit of each byte whose highest bit is set. */
static inline uint32_t
addressscan_gather(uint64_t bytes)
{
	return (uint32_t)(((bytes & UINT64_C(0x8080808080808080)) >> 7) *
			UINT64_C(0x0102040810204080) >>
		56);
}

/* The highest bit of each byte that is zero. */
static inline uint64_t
addressscan_zero_bytes(uint64_t bytes)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);

	/* Without carries from byte to byte: the highest bits are left out of the sum. */
	return ~(((bytes & low) + low) | bytes);
}

static inline struct addressscan_masks
addressscan_masks_portable(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = ones * 0x7f;
	struct addressscan_masks masks = {0, 0, 0};

	for (unsigned i = 0; i < 2; i++) {
		uint64_t word, digits;

		memcpy(&word, at + i * 8, sizeof(word));
		digits = ((word & low) + ones * (0x80 - '0')) &
			~((word & low) + ones * (0x7f - '9')) & ~word;
		masks.digits |= addressscan_gather(digits) << i * 8;
		masks.dots |= addressscan_gather(addressscan_zero_bytes(word ^ ones * '.'))
			<< i * 8;
		masks.zeros |= addressscan_gather(addressscan_zero_bytes(word ^ ones * '0'))
			<< i * 8;
	}
	return masks;
}

static inline struct addressscan_masks
addressscan_masks(const char *at)
{
#ifdef __x86_64__
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	/* '0' becomes the least signed number. */
	__m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(0x80 - '0')));
	__m128i digits = _mm_cmplt_epi8(moved, _mm_set1_epi8((char)(0x80 + 10)));

	return (struct addressscan_masks){.digits = (uint32_t)_mm_movemask_epi8(digits),
		.dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'))),
		.zeros = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('0')))};
#else
	return addressscan_masks_portable(at);
#endif
}

/* A bit for each of 16 bytes: does a line end there? */
static inline uint32_t
addressscan_ends(const char *at)
{
#ifdef __x86_64__
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
#else
	uint32_t ends = 0;

	for (unsigned i = 0; i < 2; i++) {
		uint64_t word;

		memcpy(&word, at + i * 8, sizeof(word));
		word ^= UINT64_C(0x0101010101010101) * '\n';
		ends |= addressscan_gather(addressscan_zero_bytes(word)) << i * 8;
	}
	return ends;
#endif
}

/* Up to three digits as the upper bytes of a word, the last one uppermost; what is missing is 0. */
static inline uint32_t
addressscan_digits(const char *at, unsigned digits)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word << (32 - 8 * digits) & 0x0f0f0f00U;
}

/* Four numbers of addressscan_digits: false if one is above 255. */
static inline bool
addressscan_join_portable(const uint32_t word[4], uint32_t *ret)
{
	uint32_t address = 0, over = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint32_t number =
			(word[i] >> 8 & 0xff) * 100 + (word[i] >> 16 & 0xff) * 10 + (word[i] >> 24);

		over |= number;
		address = address << 8 | (number & 0xff);
	}
	*ret = address;
	return over <= 0xff;
}

static inline bool
addressscan_join(const uint32_t word[4], uint32_t *ret)
{
#ifdef __x86_64__
	__m128i words = _mm_set_epi32((int)word[0], (int)word[1], (int)word[2], (int)word[3]);
	/* Hundreds and ones are the upper bytes of 16 bits, tens the lower byte of the upper 16. */
	__m128i outer = _mm_madd_epi16(_mm_srli_epi16(words, 8), _mm_set1_epi32(1 << 16 | 100));
	__m128i tens = _mm_madd_epi16(
		_mm_and_si128(words, _mm_set1_epi16(0xff)), _mm_set1_epi32(10 << 16));
	__m128i numbers = _mm_add_epi32(outer, tens), packed;

	packed = _mm_packs_epi32(numbers, numbers);
	*ret = (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(packed, packed));
	return _mm_movemask_epi8(_mm_cmpgt_epi32(numbers, _mm_set1_epi32(0xff))) == 0;
#else
	return addressscan_join_portable(word, ret);
#endif
}

/* The length of the address that these bytes begin with, 7 to 15; 0 if there is none. */
static inline unsigned
addressscan_take(const char *at, struct addressscan_masks masks, uint32_t *ret)
{
	unsigned end = (unsigned)__builtin_ctz(~(masks.digits | masks.dots) | 1U << 16);
	/* With a dot that is not there behind the others, so that each has a place. */
	uint32_t dots = (masks.dots & ((1U << end) - 1)) | 1U << 16, word[4];
	uint32_t fronts = dots << 1 | 1;
	unsigned first, second, third, a, b, c, d;

	first = (unsigned)__builtin_ctz(dots);
	dots = (dots & (dots - 1)) | 1U << 16;
	second = (unsigned)__builtin_ctz(dots);
	dots = (dots & (dots - 1)) | 1U << 16;
	third = (unsigned)__builtin_ctz(dots);
	dots &= dots - 1;
	a = first - 1;
	b = second - first - 2;
	c = third - second - 2;
	d = end - third - 2;
	/* Three dots, one to three digits between them, and no digit behind a zero in front. */
	if (dots != 1U << 16 || a > 2 || b > 2 || c > 2 || d > 2 ||
		(masks.zeros & fronts & masks.digits >> 1) != 0)
		return 0;
	word[0] = addressscan_digits(at, a + 1);
	word[1] = addressscan_digits(at + first + 1, b + 1);
	word[2] = addressscan_digits(at + second + 1, c + 1);
	word[3] = addressscan_digits(at + third + 1, d + 1);
	return addressscan_join(word, ret) ? end : 0;
}

/* IPv4 at the front of 16 bytes that can be read: its length, or 0. What follows it is no digit and no dot. */
static inline unsigned
addressscan_16(const char *at, uint32_t *ret)
{
	return addressscan_take(at, addressscan_masks(at), ret);
}

/* The same of any text. */
static inline unsigned
addressscan_four(struct text text, uint32_t *ret)
{
	char padded[ADDRESSSCAN_BYTES] = {0};

	if (text.length >= ADDRESSSCAN_BYTES)
		return addressscan_16(text.at, ret);
	if (text.length > 0)
		memcpy(padded, text.at, text.length);
	return addressscan_16(padded, ret);
}

#ifdef __x86_64__
/* Of functions for processors that addressscan_has_avx2. */
#define ADDRESSSCAN_AVX2 __attribute__((target("avx2,bmi")))

/* One of the 81 ways to write four numbers of one to three digits. */
struct addressscan_way {
	uint8_t from
		[16]; /* where tens and ones of each number are, the last number first, then hundreds */
	uint16_t least[4]; /* what a number of so many digits is at least, in the same order */
	uint16_t ends;     /* a bit for each dot, and the byte behind the last digit */
	uint16_t spare[3];
} __attribute__((aligned(32)));

/* Their places: no two of them have the same. */
#define ADDRESSSCAN_WAYS        256
#define ADDRESSSCAN_PLACE(ends) ((uint32_t)(ends)*UINT32_C(0xd6af10d1) >> 24)
extern const struct addressscan_way addressscan_ways[ADDRESSSCAN_WAYS];

static inline bool
addressscan_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

/* As addressscan_16. */
ADDRESSSCAN_AVX2 static inline unsigned
addressscan_16_avx2(const char *at, uint32_t *ret)
{
	/* Of each pair of bytes the first is this many times the second; hundreds come by themselves. */
	const __m128i times =
		_mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 100, 0, 100, 0, 100, 0, 100, 0);
	__m128i bytes = _mm_sub_epi8(
		_mm_loadu_si128((const __m128i *)(const void *)at), _mm_set1_epi8('0'));
	__m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(9)), bytes);
	__m128i dots = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('.' - '0')), numbers, wrong;
	uint32_t inner = (uint32_t)_mm_movemask_epi8(_mm_or_si128(digits, dots));
	uint32_t end = ~inner & (inner + 1);
	uint32_t ends = ((uint32_t)_mm_movemask_epi8(dots) & (end - 1)) | end;
	const struct addressscan_way *way = &addressscan_ways[ADDRESSSCAN_PLACE(ends)];

	bytes = _mm_shuffle_epi8(bytes, _mm_load_si128((const __m128i *)(const void *)way->from));
	numbers = _mm_maddubs_epi16(bytes, times);
	numbers = _mm_add_epi16(numbers, _mm_srli_si128(numbers, 8));
	wrong = _mm_or_si128(_mm_cmpgt_epi16(numbers, _mm_set1_epi16(0xff)),
		_mm_cmpgt_epi16(
			_mm_loadl_epi64((const __m128i *)(const void *)way->least), numbers));
	*ret = (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(numbers, numbers));
	return way->ends == ends && _mm_cvtsi128_si64(wrong) == 0 ? (unsigned)__builtin_ctz(end)
								  : 0;
}
#else
#define ADDRESSSCAN_AVX2

static inline bool
addressscan_has_avx2(void)
{
	return false;
}

static inline unsigned
addressscan_16_avx2(const char *at, uint32_t *ret)
{
	return addressscan_16(at, ret);
}
#endif

/* IPv6 at the front of a text, host order: its length, or 0. What follows is no hexadecimal digit, colon or dot.
 * groups: how many groups of 16 bits were written, without "::" (then 8). Where allowed by is_short, fewer than
 * eight are taken, at least two; those that are missing are 0. */
unsigned addressscan_six(
	struct text text, bool is_short, uint64_t *high, uint64_t *low, unsigned *groups);

#endif
