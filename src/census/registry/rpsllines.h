/* rpsllines - which lines of a text of RPSL anybody has to look at
 *
 * What:    finds the ends of lines, 64 bytes at a time where the processor has AVX2, and lists the lines that may
 *          matter: those whose first two letters begin an attribute of rpslname.h, and always empty lines, those
 *          that begin with a blank, a tab, "+", "#" or "%", and each line that follows one of these. So the first
 *          line of an object is always listed, and of its remarks none. A line ends in LF; a CR before it is part of
 *          the line.
 * Owns:    its list; positions are those of the text, which stays the caller's.
 * Limits:  texts of at most 4 GiB - 1; about RPSLLINES_PORTION bytes of text are listed at a time.
 * Thread:  one reader.
 */
#ifndef LAZARET_CENSUS_REGISTRY_RPSLLINES_H
#define LAZARET_CENSUS_REGISTRY_RPSLLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RPSLLINES_PORTION 8192

struct rpsl_line {
	uint32_t start;
	uint32_t end;    /* its LF, or the end of the text */
	uint32_t number; /* from 0: how many lines come before it in the text */
};

struct rpsllines {
	const uint8_t *at;
	uint32_t size;
	uint32_t start;  /* of the first line that has not ended yet */
	uint32_t number; /* of that line */
	uint32_t found;  /* up to where ends were looked for */
	bool last;       /* what stands behind the last LF is a line, too */
	uint16_t listed; /* not 0: that line is listed whatever it begins with */
	uint32_t count;
	struct rpsl_line list[RPSLLINES_PORTION];
	/* For each byte, as a line's first and as its second, a bit for each first letter that it goes with. */
	uint16_t first[256], second[256];
	/* What is known of the portion from base on: where lines end and, if the way of finding that says so, which
	 * bytes are "#", a bit each. */
	void (*find)(struct rpsllines *lines, const uint8_t *at, size_t size);
	uint32_t base;
	size_t end_count;
	uint16_t ends[RPSLLINES_PORTION + 2];
	bool has_comments;
	uint8_t comments[RPSLLINES_PORTION / 8 + 8];
};

/* portable: without what only some processors can. */
void rpsllines_init(struct rpsllines *lines, bool portable);

/* A text, the beginning of which is that of a line. last: nothing will follow it. */
void rpsllines_begin(struct rpsllines *lines, const uint8_t *at, size_t size, bool last);

/* Makes the list anew from the next lines of the text. False where none are left: from lines->start on there is no
 * whole line. The list may be empty all the same. */
bool rpsllines_more(struct rpsllines *lines);

/* Of a listed line the position of its first "#", or its end. */
static inline uint32_t
rpsllines_comment(const struct rpsllines *lines, const struct rpsl_line *line)
{
	uint32_t size = line->end - line->start, offset = line->start - lines->base;
	const uint8_t *found;
	uint64_t bits;

	if (lines->has_comments && line->start >= lines->base && size <= 56) {
		memcpy(&bits, lines->comments + offset / 8, sizeof(bits));
		bits = bits >> offset % 8 & ((UINT64_C(1) << size) - 1);
		return bits != 0 ? line->start + (uint32_t)__builtin_ctzll(bits) : line->end;
	}
	found = memchr(lines->at + line->start, '#', size);
	return found != NULL ? (uint32_t)(found - lines->at) : line->end;
}

#endif
