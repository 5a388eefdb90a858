/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusreading.h"

#include "census/list/listname.h"
#include "program/censustraps.h"
#include "program/installed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_MOST  4400
#define FIRST_ROOM 8

static void
say(struct censusreading *reading, const struct fail *fail, bool is_wrong)
{
	if (reading->said_count == reading->room) {
		reading->room = reading->room > 0 ? reading->room * 2 : FIRST_ROOM;
		reading->said = xrealloc(reading->said, reading->room * sizeof(*reading->said));
	}
	reading->said[reading->said_count++] =
		(struct censusreading_said){.fail = *fail, .is_wrong = is_wrong};
}

static void
on_card_problem(void *context, const struct fail *fail)
{
	say(context, fail, true);
}

static void
on_note(void *context, enum listnote kind, const struct fail *fail)
{
	say(context, fail,
		kind == LISTNOTE_BAD || kind == LISTNOTE_LONG || kind == LISTNOTE_WIDE ||
			kind == LISTNOTE_DROPPED || kind == LISTNOTE_FILE);
}

/* Is a card there? */
static bool PRINTF(2, 3) try_card(char into[PATH_MOST], const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(into, PATH_MOST, format, arguments);
	va_end(arguments);
	return length < PATH_MOST && access(into, F_OK) == 0;
}

static bool
find_card(const struct censusreading *reading, char into[PATH_MOST])
{
	struct text plain = listname_unpacked(text_of(reading->path));
	char name[LISTNAME_MOST], ours[INSTALLED_PATH];

	if (try_card(into, "%s.card", reading->path) ||
		try_card(into, "%.*s.card", (int)plain.length, plain.at))
		return true;
	if (!listname_of(text_of(reading->path), name))
		return false;
	if (reading->cards != NULL && try_card(into, "%s/%s.card", reading->cards, name))
		return true;
	installed_find("cards", R_OK, LAZARET_CARDS, ours);
	return try_card(into, "%s/%s.card", ours, name);
}

/* The card of a file: false, and told, if there is none that can be used. */
static bool
take_card(struct censusreading *reading)
{
	char card[PATH_MOST], name[LISTNAME_MOST];
	struct fail fail = {0};

	if (find_card(reading, card))
		return listcard_read(card, on_card_problem, reading, &reading->card) == 0;
	fail_where(&fail, "%s", reading->path);
	fail_what(&fail, "there is no card that says what this list means, so it was not read");
	if (listname_of(text_of(reading->path), name))
		fail_hint(&fail,
			"write %s.card beside it, or %s.card in a folder for --cards; "
			"lazaret-census(1) has an example",
			reading->path, name);
	say(reading, &fail, true);
	return false;
}

void
censusreading_do(struct censusreading *reading)
{
	reading->has_card = take_card(reading);
	reading->of_card = reading->said_count;
	if (!reading->has_card || reading->most == 0)
		return;
	reading->notes =
		(struct listnotes){.file = reading->path, .tell = on_note, .context = reading};
	listings_init(&reading->listings, reading->most);
	reading->card.order.list = reading->number;
	if (reading->card.is_trap) {
		reading->traps = trapmail_new();
		reading->card.order.carried = censustraps_take;
		reading->card.order.context = reading->traps;
	}
	reading->is_damaged = listreader_read(reading->path, &reading->card.order, 0,
				      &reading->listings, &reading->notes, &reading->form) < 0;
}

void
censusreading_done(struct censusreading *reading)
{
	listings_done(&reading->listings);
	(void)trapmail_free(reading->traps);
	free(reading->said);
	*reading = (struct censusreading){0};
}
