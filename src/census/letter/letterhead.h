/* letterhead - the fields of a letter's head, and the beginnings of its parts
 *
 * What:    RFC 5322 and 2046. Message-ID is CODE.NUMBER at the sender's domain, so a letter of a case names those
 *          before it in References. Auto-Submitted keeps programs from answering (RFC 3834). A boundary has "=_",
 *          which neither quoted-printable nor base64 has, and that of a report is one of its own.
 * Owns:    nothing.
 * Limits:  those of the buffer; References has at most LETTERHEAD_REFERENCES.
 * Thread:  any. Pure. The case has passed lettercase_check.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERHEAD_H
#define LAZARET_CENSUS_LETTER_LETTERHEAD_H

#include "census/letter/lettercase.h"

#define LETTERHEAD_REFERENCES 10
/* The sender's name has at most LETTER_FREE bytes, subjects of catalogues this many. */
#define LETTERHEAD_SUBJECT 300

/* Date to MIME-Version. report, here and below: 0, or the how manieth report of one address of that letter it is. */
void letterhead_fields(
	const struct lettercase *of, struct text subject, size_t report, struct buffer *into);

/* multipart: its type and parameters, as "mixed". Ends the head. */
void letterhead_multipart(
	const struct lettercase *of, size_t report, const char *multipart, struct buffer *into);

/* The line before a part, and that behind the last one. */
void letterhead_part(const struct lettercase *of, size_t report, struct buffer *into);
void letterhead_end(const struct lettercase *of, size_t report, struct buffer *into);

/* A part with text; tags may be empty. */
void letterhead_text_part(const struct lettercase *of, size_t report, struct text tags,
	struct text text, struct buffer *into);

#endif
