/* letterread - a letter of the JSON that notice.letter hands over
 *
 * What:    one object, as doc/notices.md says: of version 1 and channel letter. Its `id` becomes the name of a file, so
 *          it has letters, digits, - and points only, and does not begin with a point.
 * Owns:    the object; the texts of the letter are in it.
 * Limits:  LETTERPAGE_ADDRESS lines of address; LETTERREAD_ID bytes of the id, LETTERREAD_TEXT of the text and
 *          LETTERREAD_LINE of each other: Pango takes minutes for longer ones, or cuts what its numbers do not hold.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_LETTERREAD_H
#define LAZARET_PROGRAM_LETTERREAD_H

#include "care/noticetext.h"
#include "program/letterpage.h"

#define LETTERREAD_ID   99
#define LETTERREAD_LINE 512
#define LETTERREAD_TEXT (NOTICETEXT_BODY - 1)

struct letterread {
	struct letter letter; /* font and is_right are the caller's to set */
	const char *id;
	void *object;
};

/* -EINVAL: it is no letter. */
int letterread(const char *bytes, size_t size, struct letterread *ret) MUST_USE;
void letterread_done(struct letterread *read);

#endif
