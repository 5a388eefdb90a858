/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/rpsllines.h"

#include "base/fail.h"
#include "census/registry/rpslname.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* The bit of lines that are always listed; the others are of first letters. */
#define ALWAYS_BIT 15
#define ALWAYS     (1U << ALWAYS_BIT)

/* Ends that are written at once, whether or not a block has so many. */
#define AT_ONCE 3

/* Adds the ends in a part of the portion that begins there. */
static void
add_ends(struct rpsllines *lines, const uint8_t *at, size_t size, size_t base)
{
	const uint8_t *from = at, *end = at + size, *found;

	while (from < end && (found = memchr(from, '\n', (size_t)(end - from))) != NULL) {
		lines->ends[lines->end_count++] = (uint16_t)(base + (size_t)(found - at));
		from = found + 1;
	}
}

static void
find_portable(struct rpsllines *lines, const uint8_t *at, size_t size)
{
	lines->end_count = 0;
	add_ends(lines, at, size, 0);
}

#ifdef __x86_64__
/* A bit for each of 64 bytes: is it that one? */
__attribute__((target("avx2"))) static inline uint64_t
bits_of(__m256i low, __m256i high, char byte)
{
	const __m256i wanted = _mm256_set1_epi8(byte);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)) |
		(uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)) << 32;
}

/* The next AT_ONCE ends of a block, without asking how many there are: what is too much is written over. */
__attribute__((target("avx2,bmi"))) static inline uint64_t
note_ends(uint64_t bits, size_t base, uint16_t *ends)
{
	for (int i = 0; i < AT_ONCE; i++) {
		ends[i] = (uint16_t)(base + _tzcnt_u64(bits));
		bits = _blsr_u64(bits);
	}
	return bits;
}

__attribute__((target("avx2,bmi,popcnt"))) static void
find_avx2(struct rpsllines *lines, const uint8_t *at, size_t size)
{
	size_t count = 0, base;
	uint64_t rest = 0;

	for (base = 0; base + 64 <= size; base += 64) {
		__m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(at + base));
		__m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + base + 32));
		uint64_t bits = bits_of(low, high, '\n'), comments = bits_of(low, high, '#');
		size_t begun = count;

		memcpy(lines->comments + base / 8, &comments, sizeof(comments));
		count += (size_t)_mm_popcnt_u64(bits);
		while ((bits = note_ends(bits, base, lines->ends + begun)) != 0)
			begun += AT_ONCE;
	}
	lines->end_count = count;
	for (size_t i = base; i < size; i++)
		rest |= (uint64_t)(at[i] == '#') << (i - base);
	memcpy(lines->comments + base / 8, &rest, sizeof(rest));
	add_ends(lines, at + base, size - base, base);
}
#endif

/* Each first letter of an attribute has a bit, which its second letters have, too. */
static void
init_letters(struct rpsllines *lines)
{
	static const char always[] = "\n\r \t+#%";
	unsigned bits = 0;

	for (unsigned name = RPSL_ATTRIBUTE_FIRST; name < RPSL_NAME_COUNT; name++) {
		unsigned char a = (unsigned char)rpsl_names[name][0];
		unsigned char b = (unsigned char)rpsl_names[name][1];

		if (lines->first[a] == 0) {
			must(bits < ALWAYS_BIT);
			lines->first[a] = (uint16_t)(1U << bits++);
			lines->first[a - 'a' + 'A'] = lines->first[a];
		}
		lines->second[b] |= lines->first[a];
		if (b >= 'a' && b <= 'z')
			lines->second[b - 'a' + 'A'] |= lines->first[a];
	}
	for (size_t i = 0; i < sizeof(always) - 1; i++)
		lines->first[(unsigned char)always[i]] = ALWAYS;
	for (size_t i = 0; i < 256; i++)
		lines->second[i] |= ALWAYS;
}

void
rpsllines_init(struct rpsllines *lines, bool portable)
{
	memset(lines, 0, sizeof(*lines));
	init_letters(lines);
	lines->find = find_portable;
#ifdef __x86_64__
	if (!portable && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		__builtin_cpu_supports("popcnt")) {
		lines->find = find_avx2;
		lines->has_comments = true;
	}
#endif
}

void
rpsllines_begin(struct rpsllines *lines, const uint8_t *at, size_t size, bool last)
{
	must(size < UINT32_MAX);
	lines->at = at;
	lines->size = (uint32_t)size;
	lines->start = lines->number = lines->found = lines->base = lines->count = 0;
	lines->listed = ALWAYS;
	lines->last = last;
}

/* Lists of the lines that end in the portion those that may matter. Nothing here depends on what a line is, but what is
 * written: a branch would be guessed wrong for every third line. */
static void
list(struct rpsllines *lines)
{
	const uint8_t *at = lines->at;
	uint32_t start = lines->start, number = lines->number;
	uint32_t listed = lines->listed;
	struct rpsl_line *into = lines->list;

	for (size_t i = 0; i < lines->end_count; i++) {
		uint32_t end = lines->base + lines->ends[i];
		uint32_t letters = lines->first[at[start]];

		*into = (struct rpsl_line){.start = start, .end = end, .number = number++};
		into += ((letters & lines->second[at[start + (end > start)]]) | listed) != 0;
		listed = letters & ALWAYS;
		start = end + 1;
	}
	lines->start = start;
	lines->number = number;
	lines->listed = (uint16_t)listed;
	lines->count = (uint32_t)(into - lines->list);
}

bool
rpsllines_more(struct rpsllines *lines)
{
	uint32_t left = lines->size - lines->found, size;

	lines->count = 0;
	if (left > 0) {
		size = left < RPSLLINES_PORTION ? left : RPSLLINES_PORTION;
		lines->base = lines->found;
		lines->found += size;
		lines->find(lines, lines->at + lines->base, size);
		list(lines);
		return true;
	}
	if (lines->last && lines->start < lines->size) {
		lines->list[lines->count++] = (struct rpsl_line){
			.start = lines->start, .end = lines->size, .number = lines->number++};
		lines->start = lines->size;
		return true;
	}
	return false;
}
