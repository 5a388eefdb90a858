/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/portalpages.h"

#include "care/portaltoken.h"

#include <stdio.h>

static const char *const device_words[TOPIC_DEVICES] = {
	[TOPIC_ROUTER] = PHRASE("Router (the box that brings the Internet)"),
	[TOPIC_CAMERA] = PHRASE("Camera, doorbell, baby monitor"),
	[TOPIC_TVBOX] = PHRASE("TV box, TV and other small devices"),
	[TOPIC_PHONE] = PHRASE("Phone or tablet"),
	[TOPIC_WINDOWS] = PHRASE("Computer with Windows"),
	[TOPIC_MACOS] = PHRASE("Mac"),
	[TOPIC_LINUX] = PHRASE("Computer with Linux"),
	[TOPIC_SERVER] = PHRASE("A server of your own"),
};

/* Where to begin, by what was seen. */
static const enum topic first_devices[CARECASE_KINDS][TOPIC_DEVICES] = {
	[CARECASE_MAIL] = {TOPIC_ROUTER, TOPIC_CAMERA, TOPIC_TVBOX, TOPIC_PHONE, TOPIC_WINDOWS,
		TOPIC_MACOS, TOPIC_LINUX, TOPIC_SERVER},
	[CARECASE_ACCOUNT] = {TOPIC_WINDOWS, TOPIC_PHONE, TOPIC_MACOS, TOPIC_LINUX, TOPIC_SERVER,
		TOPIC_ROUTER, TOPIC_CAMERA, TOPIC_TVBOX},
};

static void
print_paragraph(struct portalpage *at, const char *class, const char *english)
{
	buffer_print(at->page.into, "<p%s%s%s>", class != NULL ? " class=\"" : "",
		class != NULL ? class : "", class != NULL ? "\"" : "");
	page_say(&at->page, english);
	buffer_print(at->page.into, "</p>\n");
}

static void
print_heading(struct portalpage *at, const char *id, const char *english)
{
	buffer_print(at->page.into, "<h2 id=\"%s\">", id);
	page_say(&at->page, english);
	buffer_print(at->page.into, "</h2>\n");
}

/* Forms. */

static void
print_hidden(struct portalpage *at, const char *name, struct text value)
{
	buffer_print(at->page.into, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	page_text(&at->page, value);
	buffer_print(at->page.into, "\">\n");
}

/* What every form carries: language, token, and the proof, where it came by one. */
static void
begin_form(struct portalpage *at, const char *action)
{
	char token[PORTALTOKEN];

	buffer_print(at->page.into, "<form method=\"post\" action=\"%s\">\n", action);
	print_hidden(at, "lang", text_of(texts_tag(at->page.texts, at->page.language)));
	if (!at->of->is_there)
		return;
	portaltoken_make(&at->settings->secret, at->of, at->now, token);
	print_hidden(at, "token", text_of(token));
	if (at->asked->by_code) {
		print_hidden(at, "code", text_of(at->asked->code));
		print_hidden(at, "pin", text_of(at->asked->pin));
	}
}

static void
end_form(struct portalpage *at, const char *class, const char *english)
{
	buffer_print(at->page.into, "<p class=\"%s\"><button type=\"submit\">", class);
	page_say(&at->page, english);
	buffer_print(at->page.into, "</button></p>\n</form>\n");
}

/* The way to another page of the case: a link on the line itself, a form where a proof must go along. */
static void
print_way(struct portalpage *at, const char *path, const char *english)
{
	if (at->asked->by_code) {
		begin_form(at, path);
		end_form(at, "way", english);
		return;
	}
	page_link(&at->page, path, english);
}

/* Ways that follow a page's text: paths and their words, NULL ends them. */
static void
print_ways(struct portalpage *at, const char *const (*ways)[2])
{
	buffer_print(at->page.into, "<ul class=\"ways\">\n");
	for (; (*ways)[0] != NULL; ways++) {
		buffer_print(at->page.into, "<li>");
		print_way(at, (*ways)[0], (*ways)[1]);
		buffer_print(at->page.into, "</li>\n");
	}
	buffer_print(at->page.into, "</ul>\n");
}

/* The page of the line, where the case is asked for again. */
static const char *
path_of_line(const struct portalpage *at)
{
	return at->asked->by_code ? "/case" : "/";
}

/* What came of the last request. */
static void
print_outcome(struct portalpage *at)
{
	static const char *const words[PORTAL_OUTCOMES] = {
		[PORTAL_REFUSED] = PHRASE("That is not possible now. Please call us."),
		[PORTAL_STALE] = PHRASE("This page was open for too long. Please try once more."),
		[PORTAL_UNKNOWN] =
			PHRASE("We do not know this number and PIN. Please look at the letter "
			       "again."),
		[PORTAL_LATER] = PHRASE("There were too many requests. Please wait a minute."),
		[PORTAL_AWAY] =
			PHRASE("We cannot look at your line just now. Please try again in a few "
			       "minutes, or call us."),
	};

	if (words[at->outcome] == NULL)
		return;
	buffer_print(at->page.into, "<div role=\"alert\">");
	/* From elsewhere it is mostly the PIN that was tried too often. */
	print_paragraph(at, "notice",
		at->asked->by_code && at->outcome == PORTAL_LATER
			? PHRASE("There were too many tries. Please try again in an hour, or call "
				 "us.")
			: words[at->outcome]);
	buffer_print(at->page.into, "</div>\n");
}

/* The line. */

static void
print_when(struct portalpage *at, const char *english, struct wall time)
{
	if (time.us == 0)
		return;
	buffer_print(at->page.into, "<div><dt>");
	page_say(&at->page, english);
	buffer_print(at->page.into, "</dt><dd>");
	page_time(&at->page, time);
	buffer_print(at->page.into, "</dd></div>\n");
}

/* What came of it that he said that this is wrong. */
static void
print_objection(struct portalpage *at)
{
	if (!at->of->has_said_wrong)
		return;
	print_paragraph(
		at, "notice", PHRASE("You have told us that this is wrong. A person looks at it."));
	if (at->of->paused.us == 0)
		return;
	buffer_print(at->page.into, "<dl>\n");
	print_when(at, PHRASE("Not restricted while we look at it, at the latest until"),
		at->of->paused);
	buffer_print(at->page.into, "</dl>\n");
}

static void
print_seen(struct portalpage *at)
{
	const struct carecase *of = at->of;

	print_heading(at, "seen", PHRASE("What we saw"));
	print_paragraph(at, NULL,
		of->kind == CARECASE_ACCOUNT
			? PHRASE("Somebody sends spam with the password of your e-mail account.")
			: PHRASE("A device on your line sends spam (unwanted e-mail), without your "
				 "doing."));
	buffer_print(at->page.into, "<dl>\n");
	print_when(at, PHRASE("First seen"), of->first);
	print_when(at, PHRASE("Last seen"), of->last);
	if (of->attempts > 0)
		page_count(&at->page, PHRASE("Tries to send mail"), of->attempts);
	if (of->networks > 0)
		page_count(&at->page, PHRASE("Mail servers that were tried"), of->networks);
	print_when(at, PHRASE("Restricted since"), of->since);
	print_when(at, PHRASE("Ends by itself at the latest"), of->until);
	buffer_print(at->page.into, "<div><dt>");
	page_say(&at->page, PHRASE("Your case number"));
	buffer_print(at->page.into,
		"</dt><dd><strong dir=\"ltr\">%s%s%s</strong></dd></div>\n</dl>\n", of->code,
		*of->call != '\0' ? " " : "", of->call);
}

static void
print_devices(struct portalpage *at)
{
	const struct carecase *of = at->of;

	print_heading(at, "devices", PHRASE("Device by device"));
	print_paragraph(at, NULL,
		PHRASE("Begin with the first device of this list that you have. Then do the next "
		       "one."));
	buffer_print(at->page.into, "<ol class=\"devices\">\n");
	for (int i = 0; i < TOPIC_DEVICES; i++) {
		enum topic device = first_devices[of->kind][i];
		unsigned done = carecase_steps(of, device);
		char path[40];

		snprintf(path, sizeof(path), "/steps/%s", topic_names[device]);
		buffer_print(at->page.into, "<li>");
		print_way(at, path, device_words[device]);
		if (done > 0) {
			buffer_print(at->page.into, " <span class=\"done\">");
			page_say(&at->page, PHRASE("Steps done:"));
			buffer_print(at->page.into, " %u</span>", done);
		}
		buffer_print(at->page.into, "</li>\n");
	}
	buffer_print(at->page.into, "</ol>\n");
}

/* A line is opened; a limit of an account ends. */
static const struct release_words {
	const char *again, *used_up, *not_yet, *ready, *now;
} release_words[CARECASE_KINDS] = {
	[CARECASE_MAIL] =
		{
			PHRASE("Open your line again"),
			PHRASE("You have opened your line twice in a short time, and the spam came "
			       "back. Please call us: we look at it together."),
			PHRASE("As soon as you have ticked a step for the router and one for "
			       "another device, a button is here with which you open your line "
			       "yourself."),
			PHRASE("You have done what helps most. If a device still sends spam, we "
			       "see it and close the line again."),
			PHRASE("Open my line now"),
		},
	[CARECASE_ACCOUNT] =
		{
			PHRASE("End the limit"),
			PHRASE("You have ended the limit twice in a short time, and the spam came "
			       "back. Please call us: we look at it together."),
			PHRASE("As soon as you have ticked at least two steps, a button is here "
			       "with which you end the limit yourself."),
			PHRASE("You have done what helps most. If spam still comes from your "
			       "account, we see it and limit it again."),
			PHRASE("End the limit now"),
		},
};

static void
print_release(struct portalpage *at)
{
	const struct carecase *of = at->of;
	const struct release_words *words = &release_words[of->kind];

	print_heading(at, "open", words->again);
	if (of->release == CARE_USED_UP) {
		print_paragraph(at, NULL, words->used_up);
	} else if (of->release == CARE_BY_PERSON) {
		print_paragraph(at, NULL, PHRASE("Please call us: we look at it together."));
	} else if (!carecase_is_ready(of)) {
		print_paragraph(at, NULL, words->not_yet);
	} else {
		print_paragraph(at, NULL, words->ready);
		begin_form(at, "/release");
		end_form(at, "act", words->now);
	}
}

static void
print_rest(struct portalpage *at)
{
	static const char *const ways[][2] = {
		{"/check", PHRASE("Check again")}, {"/wrong", PHRASE("This is wrong")}, {NULL}};

	print_ways(at, ways);
}

/* To what is further down, for who knows the rest. */
static void
print_jumps(struct portalpage *at)
{
	const char *const jumps[][2] = {{"seen", PHRASE("What we saw")},
		{"devices", PHRASE("Device by device")},
		{"open", release_words[at->of->kind].again}};

	buffer_print(at->page.into, "<ul class=\"jumps\">\n");
	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		buffer_print(at->page.into, "<li><a href=\"#%s\">", jumps[i][0]);
		page_say(&at->page, jumps[i][1]);
		buffer_print(at->page.into, "</a></li>\n");
	}
	buffer_print(at->page.into, "</ul>\n");
}

/* That there is no case says nothing then. */
static bool
is_not_known(const struct portalpage *at)
{
	return at->outcome == PORTAL_AWAY || at->outcome == PORTAL_LATER ||
		at->outcome == PORTAL_UNKNOWN;
}

static void
print_not_known(struct portalpage *at)
{
	page_begin(&at->page, PHRASE("Your line"));
	print_outcome(at);
	page_advice(&at->page, TOPIC_CALL, NULL, NULL);
}

/* Of who asks from elsewhere: number and PIN of the letter. */
static void
print_form_case(struct portalpage *at)
{
	print_paragraph(at, NULL,
		PHRASE("You find the case number and the PIN in our letter or text message."));
	begin_form(at, "/case");
	buffer_print(at->page.into, "<p><label for=\"code\">");
	page_say(&at->page, PHRASE("Case number"));
	buffer_print(at->page.into,
		"</label><br>\n<input id=\"code\" name=\"code\" autocomplete=\"off\" "
		"autocapitalize=\"characters\" spellcheck=\"false\" dir=\"ltr\" required></p>\n"
		"<p><label for=\"pin\">");
	page_say(&at->page, PHRASE("PIN"));
	buffer_print(at->page.into,
		"</label><br>\n<input id=\"pin\" name=\"pin\" inputmode=\"numeric\" "
		"autocomplete=\"off\" dir=\"ltr\" required></p>\n");
	end_form(at, "act", PHRASE("Show my case"));
}

/* The line of a neighbour, or that of a telephone whose owner has a case at home: the words must be true of both. */
static void
print_no_case(struct portalpage *at)
{
	page_begin(
		&at->page, at->asked->by_code ? PHRASE("Your line is open") : PHRASE("Your line"));
	print_outcome(at);
	if (at->asked->by_code)
		return;
	print_paragraph(at, NULL, PHRASE("The line that you use right now is not restricted."));
	print_heading(at, "case", PHRASE("Look at your case from elsewhere"));
	print_form_case(at);
}

/* A case of which nothing holds: what is left to do is still there. */
static void
print_free(struct portalpage *at, enum topic topic)
{
	page_begin(&at->page,
		at->of->kind == CARECASE_ACCOUNT ? PHRASE("Your account is not limited")
						 : PHRASE("Your line is open"));
	/* Of a button that was pressed twice the second answer is what he sees. */
	if (at->asked->page != PORTAL_RELEASE)
		print_outcome(at);
	if (topic != TOPICS) {
		page_advice(&at->page, topic, NULL, NULL);
	} else {
		print_objection(at);
		print_seen(at);
	}
	print_devices(at);
	print_rest(at);
}

static void
print_limited(struct portalpage *at, enum topic topic)
{
	page_begin(&at->page,
		at->of->is_held ? PHRASE("Your Internet is restricted")
				: PHRASE("Sending mail is restricted"));
	print_outcome(at);
	print_jumps(at);
	page_advice(&at->page, topic, NULL, NULL);
	print_seen(at);
	print_devices(at);
	print_release(at);
	print_rest(at);
}

static void
print_line(struct portalpage *at)
{
	const struct carecase *of = at->of;
	enum topic topic = portal_topic(PORTAL_LINE, TOPICS, of);

	if (is_not_known(at))
		print_not_known(at);
	else if (!of->is_there)
		print_no_case(at);
	else if (of->release == CARE_FREE)
		print_free(at, topic);
	else
		print_limited(at, topic);
}

/* Others. */

/* Does what he sent have that step? */
static bool
has_sent_step(const struct portal_asked *asked, struct text step)
{
	struct text body = asked->form;
	struct form_field field;

	while (form_next(&body, &field)) {
		if (strcmp(field.name, "step") == 0 && text_is(step, field.value))
			return true;
	}
	return false;
}

/* What could not be saved stays, to be sent once more. */
static bool
is_ticked(const void *context, struct text step)
{
	const struct portalpage *at = context;

	return at->outcome == PORTAL_STALE ? has_sent_step(at->asked, step)
					   : carecase_has_step(at->of, at->asked->device, step);
}

static void
print_steps(struct portalpage *at)
{
	enum topic device = at->asked->device;
	size_t language;
	const struct advice *advice =
		texts_topic(at->page.texts, at->page.language, device, &language);

	page_begin_titled(&at->page, advice->title);
	print_outcome(at);
	if (!at->of->is_there) {
		page_advice(&at->page, device, NULL, NULL);
	} else {
		print_paragraph(at, NULL, PHRASE("Tick what you have done, then save it below."));
		begin_form(at, at->path);
		page_advice(&at->page, device, is_ticked, at);
		end_form(at, "save", PHRASE("Save what I have done"));
	}
	print_ways(at,
		(const char *const[][2]){{path_of_line(at), PHRASE("Back to your line")}, {NULL}});
}

/* For how long no device on the line has sent anything. */
static void
print_quiet(struct portalpage *at)
{
	int64_t quiet = at->now.us - at->of->last.us;
	const char *words =
		PHRASE("In the last hour a device on your line has tried to send spam.");

	if (quiet >= WALL_DAY)
		words = PHRASE("Good: for more than a day we have seen no spam from your line.");
	else if (quiet >= WALL_HOUR)
		words = PHRASE("For more than an hour we have seen no spam from your line.");
	print_paragraph(at, "notice", words);
}

static void
print_check(struct portalpage *at)
{
	const struct carecase *of = at->of;

	if (is_not_known(at)) {
		print_not_known(at);
		return;
	}
	page_begin(&at->page, PHRASE("Check again"));
	print_outcome(at);
	if (!of->is_there) {
		print_paragraph(
			at, NULL, PHRASE("The line that you use right now is not restricted."));
	} else {
		if (of->kind != CARECASE_ACCOUNT)
			print_quiet(at);
		print_seen(at);
	}
	print_ways(at,
		(const char *const[][2]){{"/check", PHRASE("Check again")},
			{path_of_line(at), PHRASE("Back to your line")}, {NULL}});
}

static void
print_form_wrong(struct portalpage *at)
{
	struct form_field says = {.name = ""};

	begin_form(at, "/wrong");
	buffer_print(at->page.into, "<p><label for=\"says\">");
	page_say(&at->page, PHRASE("What is wrong? You may leave this empty."));
	buffer_print(at->page.into,
		"</label><br>\n<textarea id=\"says\" name=\"says\" rows=\"5\" maxlength=\"%d\">",
		PORTAL_SAYS_CHARACTERS);
	if (at->outcome == PORTAL_STALE && form_find(at->asked->form, "says", &says))
		page_text(&at->page, text_of(says.value));
	buffer_print(at->page.into, "</textarea></p>\n");
	end_form(at, "act", PHRASE("Tell us"));
}

static void
print_wrong(struct portalpage *at)
{
	page_begin(&at->page, PHRASE("This is wrong"));
	print_outcome(at);
	/* First, as on a phone nothing else of the page has changed. */
	print_objection(at);
	page_advice(&at->page, TOPIC_WRONG, NULL, NULL);
	if (at->of->is_there && !at->of->has_said_wrong)
		print_form_wrong(at);
	print_ways(at,
		(const char *const[][2]){{path_of_line(at), PHRASE("Back to your line")}, {NULL}});
}

/* Code and PIN of the letter; what they open is the page of the line. */
static void
print_case(struct portalpage *at)
{
	if (at->asked->by_code && !is_not_known(at)) {
		print_line(at);
		return;
	}
	page_begin(&at->page, PHRASE("Look at your case from elsewhere"));
	print_outcome(at);
	print_form_case(at);
}

static void
print_topic(struct portalpage *at, enum topic topic)
{
	size_t language;

	page_begin_titled(
		&at->page, texts_topic(at->page.texts, at->page.language, topic, &language)->title);
	page_advice(&at->page, topic, NULL, NULL);
}

static void
print_missing(struct portalpage *at)
{
	page_begin(&at->page, PHRASE("There is no such page"));
	buffer_print(at->page.into, "<p>");
	page_link(&at->page, "/", PHRASE("Your line"));
	buffer_print(at->page.into, "</p>\n");
}

/* Where its languages are. */
static void
set_path(struct portalpage *at)
{
	static const char *const path[PORTAL_PAGES] = {
		[PORTAL_CHECK] = "/check",
		[PORTAL_WRONG] = "/wrong",
		[PORTAL_CALL] = "/call",
		[PORTAL_CASE] = "/case",
		[PORTAL_PREVENT] = "/prevent",
		[PORTAL_PORT25] = "/port25",
		[PORTAL_MAIL] = "/mail",
	};
	enum portal_page page = at->asked->page;

	if (page == PORTAL_STEPS)
		snprintf(at->path, sizeof(at->path), "/steps/%s", topic_names[at->asked->device]);
	else
		snprintf(at->path, sizeof(at->path), "%s", path[page] != NULL ? path[page] : "/");
	at->page.path = text_of(at->path);
}

/* What the texts may name of the case. */
static void
set_values(struct portalpage *at)
{
	at->page.value[ADVICE_CASE] = text_of(at->of->code);
	at->page.value[ADVICE_SINCE] =
		page_day(at->page.texts, at->page.language, at->of->since, at->since);
	at->page.value[ADVICE_UNTIL] =
		page_day(at->page.texts, at->page.language, at->of->until, at->until);
}

void
portalpages_print(struct portalpage *at)
{
	set_path(at);
	set_values(at);
	switch (at->asked->page) {
	case PORTAL_LINE:
	case PORTAL_RELEASE:
		print_line(at);
		break;
	case PORTAL_STEPS:
		print_steps(at);
		break;
	case PORTAL_CHECK:
		print_check(at);
		break;
	case PORTAL_WRONG:
		print_wrong(at);
		break;
	case PORTAL_CALL:
		print_topic(at, TOPIC_CALL);
		break;
	case PORTAL_CASE:
		print_case(at);
		break;
	case PORTAL_PREVENT:
		print_topic(at, TOPIC_PREVENT);
		break;
	case PORTAL_PORT25:
		print_topic(at, TOPIC_PORT25);
		break;
	case PORTAL_MAIL:
		print_topic(at, TOPIC_MAIL);
		break;
	case PORTAL_CAPTIVE:
	case PORTAL_STYLE:
	case PORTAL_NONE:
	case PORTAL_PAGES:
		print_missing(at);
		break;
	}
	page_end(&at->page);
}
