/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addressscan.h"
#include "census/list/bogon.h"
#include "census/list/listformat.h"

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The bytes from a blank behind an address to the next line, if nothing but a count stands there; else 0. */
static inline size_t
rest_with_count(const char *at, size_t left)
{
	size_t length = 1;

	while (length < left && is_blank(at[length]))
		length++;
	while (length < left && at[length] >= '0' && at[length] <= '9')
		length++;
	while (length < left && is_blank(at[length]))
		length++;
	return length < left && at[length] == '\n' ? length + 1 : 0;
}

/* The bytes from the end of an address to the next line, or 0 where it has to be looked at more closely. Behind a
 * blank a zone may have any text, if its A value does not matter. */
static inline size_t
rest_of_line(const char *at, size_t left, bool is_text_free)
{
	const char *end;

	if (at[0] == '\r' && at[1] == '\n')
		return 2;
	if (!is_blank(at[0]))
		return 0;
	if (!is_text_free)
		return rest_with_count(at, left);
	end = memchr(at, '\n', left);
	return end != NULL ? (size_t)(end - at) + 1 : 0;
}

/* Takes lines as long as each begins with an address of IPv4 that is no bogon. is_avx2: the processor has it. */
static inline __attribute__((always_inline)) size_t
take_addresses(struct listreader *reader, struct text bytes, bool is_avx2)
{
	struct listings *into = reader->into;
	/* Behind the last line that has a number of its own they are taken one by one. */
	size_t room = reader->line < UINT32_MAX ? UINT32_MAX - reader->line : 0, count = 0;
	const bool is_text_free = reader->form == LISTFORM_RBLDNSD;
	struct listing4 one = {.list = reader->order->list, .line = listformat_number(reader)};
	struct listing4 *four = into->four + into->fours;
	const char *at = bytes.at, *end = at + bytes.length;

	if (room > into->most - into->fours)
		room = into->most - into->fours;
	/* An address, CR and LF can be read without looking. */
	while (end - at > ADDRESSSCAN_BYTES && count < room) {
		uint32_t address;
		unsigned length =
			is_avx2 ? addressscan_16_avx2(at, &address) : addressscan_16(at, &address);
		/* Where the next line begins is found without waiting for what is in this one. */
		unsigned before_end = (unsigned)__builtin_ctz(addressscan_ends(at) | 1U << 16);
		size_t step = before_end + 1;

		if (length == 0 || bogon_is_near(address))
			break;
		if (length != before_end) {
			step = rest_of_line(at + length, (size_t)(end - at) - length, is_text_free);
			if (step == 0)
				break;
			step += length;
		}
		one.address = address;
		one.line++;
		four[count++] = one;
		at += step;
	}
	reader->line += count;
	reader->notes->entries += count;
	into->fours += count;
	return (size_t)(at - bytes.at);
}

ADDRESSSCAN_AVX2 static size_t
take_with_avx2(struct listreader *reader, struct text bytes)
{
	return take_addresses(reader, bytes, true);
}

static size_t
take_at_once(struct listreader *reader, struct text bytes)
{
	return addressscan_has_avx2() ? take_with_avx2(reader, bytes)
				      : take_addresses(reader, bytes, false);
}

/* Are there lines that may be an address alone, without more to look at? */
static bool
is_simple(const struct listreader *reader)
{
	return reader->is_marked && !reader->is_unwanted && reader->order->values_count == 0 &&
		reader->format == &addresslist_format && reader->type <= ZONETYPE_IP4TSET;
}

size_t
listlines_take(struct listreader *reader, struct text bytes, bool is_last)
{
	struct text rest = bytes;

	while (rest.length > 0) {
		struct text line;
		const char *end;
		size_t step;

		if (is_simple(reader)) {
			step = take_at_once(reader, rest);
			rest.at += step;
			rest.length -= step;
		}
		end = rest.length > 0 ? memchr(rest.at, '\n', rest.length) : NULL;
		if (end == NULL && (!is_last || rest.length == 0))
			break;
		line = (struct text){rest.at, end != NULL ? (size_t)(end - rest.at) : rest.length};
		step = line.length + (end != NULL);
		rest.at += step;
		rest.length -= step;
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		reader->line++;
		reader->format->line(reader, line);
		if (reader->error < 0)
			break;
	}
	return bytes.length - rest.length;
}
