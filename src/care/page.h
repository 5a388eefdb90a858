/* page - what all pages of the portal are made of
 *
 * What:    HTML without script, image or anything of another host: a frame with the ways to other languages and to
 *          help, sentences by their English text, and advice as it stands in its file. All that is printed is escaped
 *          here. Where a text was signed by nobody whose language it is, the English stands behind it. A paragraph or
 *          an item that names what has no value here, or a link that the country does not have, is left out.
 * Owns:    nothing.
 * Limits:  those of the buffer: a page that does not fit has failed.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_PAGE_H
#define LAZARET_CARE_PAGE_H

#include "base/wall.h"
#include "care/texts.h"

/* Of the operator; any may be empty. */
struct page_settings {
	struct text provider, telephone, hours, help;
	struct text country; /* two letters, small: whose links are shown */
};

struct page {
	struct buffer *into;
	const struct texts *texts;
	const struct page_settings *settings;
	size_t language;
	struct text path; /* of this page: "/steps/router" */
	struct text value[ADVICE_VALUES];
};

/* The values of the settings; those of a case are the caller's. */
void page_init(struct page *page, struct buffer *into, const struct texts *texts,
	const struct page_settings *settings, size_t language);

/* Of the whole document, with the heading. The title is English. */
void page_begin(struct page *page, const char *title);
void page_begin_titled(struct page *page, struct text title);
void page_end(struct page *page);

/* Text as it is, escaped; the language's words for the English. */
void page_text(struct page *page, struct text text);
void page_say(struct page *page, const char *english);
/* A link to another page of the portal, which keeps the language; a number and its label. */
void page_link(struct page *page, const char *path, const char *english);
void page_count(struct page *page, const char *english, uint64_t count);
/* Days and times are those of the process' time zone. As the language writes a day: "27 November 2026"; empty where us
 * is 0. Returns the text, in into. */
#define PAGE_DAY 64
struct text page_day(
	const struct texts *texts, size_t language, struct wall time, char into[PAGE_DAY]);
/* The day and "14:05", as an element of time. */
void page_time(struct page *page, struct wall time);

/* Of a block's text: has all that it names a value? */
bool page_is_whole(const struct page *page, struct text text);

/* Is the step of this name ticked? */
typedef bool page_ticked(const void *context, struct text step);

/* A topic's blocks. ticked: steps are boxes of a form, which the caller has begun; NULL: a list. */
void page_advice(struct page *page, enum topic topic, page_ticked *ticked, const void *context);

#endif
