/* noticetext - a notice to a customer as plain text
 *
 * What:    a topic of texts/ (notice-email-begin and so on) in the customer's language with its values put in: no
 *          markup, one line a paragraph, an empty one between two; in a letter "## " stands before a heading. A
 *          paragraph or item that names what has no value is left out. Behind a text that nobody has signed stands
 *          the English, but not in an SMS, which has one paragraph. No name and no address of a person enters it:
 *          there is no value for one.
 * Owns:    nothing.
 * Limits:  NOTICETEXT_BODY bytes.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_NOTICETEXT_H
#define LAZARET_CARE_NOTICETEXT_H

#include "care/page.h"

#define NOTICETEXT_TITLE 256
#define NOTICETEXT_BODY  16384

/* Of the case. portal: the address as a customer types it. A time with us 0 has no value. */
struct noticetext_values {
	struct text portal, code, pin;
	struct wall since, until;
};

struct noticetext {
	char title[NOTICETEXT_TITLE];
	char body[NOTICETEXT_BODY];
	size_t language; /* it is in, and its text's version */
	uint32_t version;
};

/* -EMSGSIZE: it does not fit. */
int noticetext_make(const struct texts *texts, const struct page_settings *settings,
	const struct noticetext_values *values, enum topic topic, size_t language,
	struct noticetext *ret) MUST_USE;

/* "help.example.net/held" of "https://help.example.net/held/". */
struct text noticetext_portal(struct text url);

#endif
