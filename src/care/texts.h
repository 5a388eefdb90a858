/* texts - all words for customers: languages, each with its phrases and topics
 *
 * What:    takes the files of texts/LANG/ one by one, as whoever reads the folder hands them over; a file that is given
 *          again stands in place of the first, of links a row in place of a row, so an operator's own folder comes
 *          last. What a language does not have is there in English. Links to tools come by country.
 * Owns:    what it was given, read.
 * Limits:  TEXTS_LANGUAGES, TEXTS_LINKS.
 * Thread:  any, once all is added. Pure.
 */
#ifndef LAZARET_CARE_TEXTS_H
#define LAZARET_CARE_TEXTS_H

#include "base/phrases.h"
#include "care/advice.h"

#define TEXTS_LANGUAGES 40
#define TEXTS_LINKS     400
/* Bytes of a tag of RFC 5646, with its end. */
#define TEXTS_TAG 12

enum topic {
	/* Devices, in the order in which they are most often the cause. */
	TOPIC_ROUTER,
	TOPIC_CAMERA,
	TOPIC_TVBOX,
	TOPIC_PHONE,
	TOPIC_WINDOWS,
	TOPIC_MACOS,
	TOPIC_LINUX,
	TOPIC_SERVER,
	/* Of the customer's own page. */
	TOPIC_HELD,
	TOPIC_BLOCKED,
	TOPIC_ACCOUNT,
	TOPIC_FREE,
	TOPIC_WRONG,
	TOPIC_CALL,
	/* For everybody. */
	TOPIC_PREVENT,
	TOPIC_PORT25,
	TOPIC_MAIL,
	/* Sent, in three ways: port 25 was closed, the line is held, still is, is free again; an account is limited. */
	TOPIC_EMAIL_BLOCKED,
	TOPIC_EMAIL_BEGIN,
	TOPIC_EMAIL_STILL,
	TOPIC_EMAIL_END,
	TOPIC_EMAIL_ACCOUNT,
	TOPIC_SMS_BLOCKED,
	TOPIC_SMS_BEGIN,
	TOPIC_SMS_STILL,
	TOPIC_SMS_END,
	TOPIC_SMS_ACCOUNT,
	TOPIC_LETTER_BLOCKED,
	TOPIC_LETTER_BEGIN,
	TOPIC_LETTER_STILL,
	TOPIC_LETTER_END,
	TOPIC_LETTER_ACCOUNT,
	TOPICS
};
#define TOPIC_DEVICES (TOPIC_SERVER + 1)
/* Those of the pages of a case. */
#define TOPIC_CASES (TOPIC_CALL + 1)

/* "router" and so on: names of files without ".md", parts of addresses of pages. */
extern const char *const topic_names[TOPICS];

/* TOPICS: there is none of that name. */
enum topic topic_find(struct text name);

struct texts;

struct texts *texts_new(void);
struct texts *texts_free(struct texts *texts);

/* One file of a language: "phrases.po", or a topic's. -ENOENT: it is none of those, and was not looked at; -EINVAL and
 * -E2BIG as its reader says; -ENOSPC: there are too many languages. where is for fail. */
int texts_add(struct texts *texts, struct text language, struct text name, struct text file,
	const char *where, struct fail *fail) MUST_USE;

/* Rows of a country's links, "any" for all: KEY<tab>https://...<tab>day<tab>name; of one key the last counts. Errors
 * are those of texts_add. */
int texts_add_links(struct texts *texts, struct text country, struct text file, const char *where,
	struct fail *fail) MUST_USE;

/* Is English whole? -ENOENT with what is missing. */
int texts_check(const struct texts *texts, struct fail *fail) MUST_USE;

/* Languages are numbers from 0, in the order of their tags. */
size_t texts_languages(const struct texts *texts);
const char *texts_tag(const struct texts *texts, size_t language);
/* As its speakers call it; its tag, if the catalogue has no X-Name. */
struct text texts_name(const struct texts *texts, size_t language);
bool texts_is_rtl(const struct texts *texts, size_t language);
size_t texts_english(const struct texts *texts);

/* The language of that tag, or of its first part; false: there is none. */
bool texts_find(const struct texts *texts, struct text tag, size_t *ret);
/* The language of who names none that is there; English until it is set. false: there is none of that tag. */
bool texts_set_standard(struct texts *texts, struct text tag);
size_t texts_standard(const struct texts *texts);
/* What an Accept-Language prefers of those that are there (RFC 9110 s12.5.4); the standard one if none is. Of equal
 * weights the first counts. */
size_t texts_accept(const struct texts *texts, struct text accepted);

struct text texts_phrase(const struct texts *texts, size_t language, struct text english);

/* The topic, in English where the language has none: ret_language is which. */
const struct advice *texts_topic(
	const struct texts *texts, size_t language, enum topic topic, size_t *ret_language);

struct text_link {
	struct text key, url, name;
	struct text day; /* on which somebody looked: "2026-11-30"; or "never" */
};

/* Of the country, else of any; NULL: there is none. */
const struct text_link *texts_link(const struct texts *texts, struct text country, struct text key);

/* All rows, in the order in which they were read; country "any": of all. NULL: another row stands in its place. */
size_t texts_links(const struct texts *texts);
const struct text_link *texts_link_at(
	const struct texts *texts, size_t index, struct text *ret_country);

#endif
