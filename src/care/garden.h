/* garden - what the garden answers to whoever is held and asks for a page
 *
 * What:    every request gets 302, whatever it asks for: to the portal, or, where there is none, to GARDEN_PAGE of the
 *          same host, which is the page of gardenpage.h. So browsers show it, systems' probes know that they are
 *          captive (doc/decisions/0006-containment.md), and nothing else is taken for what was asked for. Each answer
 *          is the last of its connection: one that stayed open would stay the garden's when the line is held no more,
 *          since the kernel gives packets to the socket that is there before it looks where they go, and a browser
 *          that uses it again would never see the real server. Answers may
 *          be kept by nobody (no-store), do not tell the portal what was asked for (no-referrer), and let the page
 *          fetch nothing. They are made before the first request comes, so one costs its reading only. They have no
 *          Date, since this folder has no clock: RFC 9110 s6.6.1 lets those leave it out.
 * Owns:    its answers; the texts of the settings are copied.
 * Limits:  GARDEN_HEAD and GARDEN_BODY bytes of a request; GARDEN_TEXT of a setting.
 * Thread:  any, once it is made. Pure.
 */
#ifndef LAZARET_CARE_GARDEN_H
#define LAZARET_CARE_GARDEN_H

#include "base/httprequest.h"
#include "care/gardenpage.h"

#define GARDEN_HEAD 16384
#define GARDEN_BODY 16384
#define GARDEN_TEXT GARDENPAGE_TEXT
#define GARDEN_PAGE "/lazaret-garden"

struct garden_settings {
	struct text portal; /* "https://help.example.net/"; empty: there is none */
	struct gardenpage_settings page;
};

struct garden;

/* -EINVAL with fail filled: a text cannot be. where is the option's name. */
int garden_new(
	const struct garden_settings *settings, struct garden **ret, struct fail *fail) MUST_USE;
struct garden *garden_free(struct garden *garden);

enum garden_kind { GARDEN_REDIRECTED, GARDEN_SHOWN, GARDEN_REFUSED, GARDEN_KINDS };

struct garden_answer {
	struct text bytes; /* of the garden */
	enum garden_kind kind;
};

/* The request at the begin of the bytes: its length, and its answer, after which the connection ends. 0: it is not
 * whole. -EBADMSG: it is none that is read here: it is answered, too. */
int64_t garden_read(const struct garden *garden, struct httprequest_reader *reader,
	struct text bytes, struct garden_answer *ret) MUST_USE;

#endif
