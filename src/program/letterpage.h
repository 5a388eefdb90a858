/* letterpage - a letter as a PDF
 *
 * What:    A4, with the address where a window envelope shows it (DIN 5008, form B, on the left; or the same height
 *          on the right), marks for folding, then the text: headings, items and paragraphs as noticetext.h writes
 *          them. Pango lays it out, so scripts and directions are right as far as there are fonts.
 * Owns:    nothing.
 * Limits:  LETTERPAGE_ADDRESS lines of address; LETTERPAGE_PAGES pages.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_LETTERPAGE_H
#define LAZARET_PROGRAM_LETTERPAGE_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>

#define LETTERPAGE_ADDRESS 6
#define LETTERPAGE_PAGES   4

/* UTF-8, each with its end. */
struct letter {
	const char *address[LETTERPAGE_ADDRESS];
	size_t lines;
	const char *provider;
	const char *date;
	const char *title;
	const char *text;
	const char *
		language; /* a tag of RFC 5646: of what several write differently, which is taken */
	const char *font; /* of Pango: "Sans 10.5" */
	bool is_right;    /* the window */
};

/* 0; -ENOENT: there is no font for some letter; -EMSGSIZE: it has too many pages; -EIO: the file cannot be written. */
int letterpage_write(const struct letter *letter, const char *path, struct fail *fail) MUST_USE;

#endif
