/* portal - what a customer asks, and what comes back
 *
 * What:    a request of HTTP in, an answer out, in three steps, between which the shell asks whose case it is:
 *
 *              portal_read     which page, in which language, by which proof
 *              portal_wish     what is to be done to the case: tick, release, "this is wrong"
 *              portal_answer   the whole answer, with the page
 *
 *          Pages: "/" (the line), "/steps/DEVICE", "/check", "/wrong", "/call", "/case" (from elsewhere, by code and
 *          PIN), "/prevent", "/port25", "/mail", "/captive" (RFC 8908) and "/style.css". What changes something is a
 *          POST whose token this portal made for this case in the last hours; so no other page can send it, and what
 *          was sent once and is sent again later is refused.
 * Owns:    its settings' texts are copied; texts are the caller's.
 * Limits:  PORTAL_HEAD and PORTAL_BODY bytes of a request, PORTAL_PAGE of an answer.
 * Thread:  any, once it is made. Pure.
 */
#ifndef LAZARET_CARE_PORTAL_H
#define LAZARET_CARE_PORTAL_H

#include "base/hash.h"
#include "base/httprequest.h"
#include "care/carecase.h"
#include "care/form.h"
#include "care/page.h"

#define PORTAL_HEAD 8192
#define PORTAL_BODY 8192
#define PORTAL_PAGE (1 << 19)
/* Of what a customer says is wrong: so many characters as a browser counts them, which are at most three bytes each. */
#define PORTAL_SAYS_CHARACTERS 500
#define PORTAL_SAYS            (3 * PORTAL_SAYS_CHARACTERS)

enum portal_page {
	PORTAL_LINE,
	PORTAL_STEPS,
	PORTAL_CHECK,
	PORTAL_RELEASE,
	PORTAL_WRONG,
	PORTAL_CALL,
	PORTAL_CASE,
	PORTAL_PREVENT,
	PORTAL_PORT25,
	PORTAL_MAIL,
	PORTAL_CAPTIVE,
	PORTAL_STYLE,
	PORTAL_NONE, /* 404 */
	PORTAL_PAGES
};

struct portal_asked {
	enum portal_page page;
	enum topic device; /* of PORTAL_STEPS */
	size_t language;
	bool is_post, is_head, closes;
	/* Proof from elsewhere: to be asked for instead of the address. */
	bool by_code;
	char code[CASECODE];
	char pin[CASEPIN];
	struct text form; /* of the request's bytes */
};

enum portal_deed { PORTAL_NOTHING, PORTAL_TICK, PORTAL_LET_GO, PORTAL_SAY_WRONG };

struct portal_wish {
	enum portal_deed deed;
	/* PORTAL_TICK: these of the device, and no others of it, are done. */
	enum topic device;
	unsigned steps;
	struct carecase_step step[CARECASE_STEPS];
	char says[PORTAL_SAYS + 1];
};

/* What came of it, or of the question whose case it is. */
enum portal_outcome {
	PORTAL_SHOWN,   /* nothing was to be done */
	PORTAL_DONE,    /* it was: the browser is sent on, so that a reload does nothing again */
	PORTAL_REFUSED, /* the case does not allow it (any more) */
	PORTAL_STALE,   /* the token is none of ours, or old */
	PORTAL_UNKNOWN, /* code and PIN are of no case */
	PORTAL_LATER,   /* too many questions */
	PORTAL_AWAY,    /* nobody answers */
	PORTAL_OUTCOMES
};

struct portal_settings {
	struct page_settings page;
	struct text url;        /* "https://help.example.net/", which /captive names */
	struct hash_key secret; /* of tokens; of this process alone */
};

/* The request. language fields: Accept-Language is the request's field. */
void portal_read(
	const struct texts *texts, const struct httprequest *request, struct portal_asked *ret);

/* Does the page show a case? */
bool portal_needs_case(const struct portal_asked *asked);

/* Whose text stands on a page of a case, or on that of the line where it has none of its own; below TOPIC_CASES, or
 * TOPICS: none does. device: of PORTAL_STEPS. */
enum topic portal_topic(enum portal_page page, enum topic device, const struct carecase *of);

/* What is to be done; PORTAL_SHOWN, or why nothing can be: REFUSED, STALE. */
enum portal_outcome portal_wish(const struct portal_settings *settings, const struct texts *texts,
	const struct portal_asked *asked, const struct carecase *of, struct wall now,
	struct portal_wish *ret);

/* The whole answer, status line and head included. */
void portal_answer(const struct portal_settings *settings, const struct texts *texts,
	const struct portal_asked *asked, const struct carecase *of, enum portal_outcome outcome,
	struct wall now, struct buffer *into);

#endif
