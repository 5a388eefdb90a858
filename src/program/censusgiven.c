/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusgiven.h"

#include "census/list/listreader.h"
#include "census/registry/delegated.h"
#include "census/registry/mailbox.h"
#include "program/complaint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE 512

/* The file that was named, or that of the folder; false: there is none. */
static bool
find_file(const struct censusfolder *folder, const char *named, const char *name,
	char into[CENSUSFOLDER_PATH])
{
	if (named != NULL) {
		snprintf(into, CENSUSFOLDER_PATH, "%s", named);
		return true;
	}
	snprintf(into, CENSUSFOLDER_PATH, "%.*s/%s", CENSUSFOLDER_PATH - 64, folder->path, name);
	return access(into, F_OK) == 0;
}

static void
tell_note(void *context, enum listnote kind, const struct fail *fail)
{
	unsigned *troubles = context;

	/* A network of which no mail can come does no harm here. */
	if (kind == LISTNOTE_BOGON || kind == LISTNOTE_WHOLE || kind == LISTNOTE_EXCLUDED)
		return;
	complaint_print(fail);
	++*troubles;
}

static void
make_spans(const struct listings *listings, struct spans *four, struct spans *six)
{
	size_t fours = listings->fours + listings->ranges4_count;
	size_t sixes = listings->sixes + listings->ranges6_count;
	struct span *at4 = xcalloc(fours + 1, sizeof(*at4));
	struct span *at6 = xcalloc(sixes + 1, sizeof(*at6));

	for (size_t i = 0; i < listings->fours; i++)
		at4[i] = (struct span){listings->four[i].address, listings->four[i].address};
	for (size_t i = 0; i < listings->ranges4_count; i++)
		at4[listings->fours + i] =
			(struct span){listings->ranges4[i].low, listings->ranges4[i].high};
	for (size_t i = 0; i < listings->sixes; i++)
		at6[i] = (struct span){listings->six[i].network, listings->six[i].network};
	for (size_t i = 0; i < listings->ranges6_count; i++)
		at6[listings->sixes + i] =
			(struct span){listings->ranges6[i].low, listings->ranges6[i].high};
	spans_make(four, at4, fours, 32);
	spans_make(six, at6, sixes, 64);
}

static int
read_networks(const char *path, struct spans *four, struct spans *six, unsigned *troubles,
	struct fail *fail)
{
	const struct listorder order = {.form = LISTFORM_FOUND};
	struct listnotes notes = {.file = path, .tell = tell_note, .context = troubles};
	struct listings listings;
	int r;

	listings_init(&listings, CENSUSGIVEN_NETWORKS);
	r = listreader_read(path, &order, 0, &listings, &notes, NULL);
	if (r == 0 && listings.dropped > 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "it names more than %u networks", CENSUSGIVEN_NETWORKS);
		r = -E2BIG;
	} else if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the networks in it cannot all be read");
		fail_hint(fail, "without them letters would go where they should not");
	}
	if (r == 0)
		make_spans(&listings, four, six);
	listings_done(&listings);
	return r;
}

/* A line of the national CERTs: 1 with one; 0: it holds none; -EINVAL. The mailbox stands in into. */
static int
take_cert(struct text line, struct responsible_national *ret, char into[MAILBOX_MOST])
{
	struct text rest = line, body = text_trim(text_cut(&rest, '#')), country;

	if (body.length == 0)
		return 0;
	for (size_t i = 0; i < body.length; i++) {
		if (body.at[i] != ' ' && body.at[i] != '\t')
			continue;
		country = (struct text){body.at, i};
		ret->country = delegated_country(country);
		if (ret->country == 0 ||
			mailbox_check(text_trim((struct text){body.at + i, body.length - i}), into,
				&ret->mailbox) != MAILBOX_GOOD)
			return -EINVAL;
		return 1;
	}
	return -EINVAL;
}

static void
take_certs(struct censusgiven *given, FILE *file, const char *path)
{
	char line[LINE];
	unsigned number = 0;

	given->nationals = xcalloc(CENSUSGIVEN_CERTS + 1, sizeof(*given->nationals));
	given->texts = xcalloc(CENSUSGIVEN_CERTS + 1, MAILBOX_MOST);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct text text = text_of(line);
		char *room = given->texts + given->national_count * MAILBOX_MOST;
		struct responsible_national one;
		struct fail fail = {0};
		int r;

		number++;
		while (text.length > 0 &&
			(text.at[text.length - 1] == '\n' || text.at[text.length - 1] == '\r'))
			text.length--;
		r = take_cert(text, &one, room);
		if (r > 0 && given->national_count == CENSUSGIVEN_CERTS)
			r = -E2BIG;
		if (r < 0) {
			fail_where(&fail, "%s:%u", path, number);
			fail_what(&fail,
				r == -E2BIG ? "it is one line too many"
					    : "it is no country with a mailbox");
			fail_hint(&fail, "NO cert@cert.example");
			complaint_print(&fail);
			given->troubles++;
		} else if (r > 0) {
			/* The mailbox may stand in the line itself. */
			memmove(room, one.mailbox.at, one.mailbox.length);
			one.mailbox.at = room;
			given->nationals[given->national_count++] = one;
		}
	}
}

static int
read_certs(const char *path, struct censusgiven *given, struct fail *fail)
{
	FILE *file = fopen(path, "re");
	int r = file == NULL ? -errno : 0;

	if (r == 0) {
		take_certs(given, file, path);
		r = ferror(file) ? -EIO : 0;
		(void)fclose(file);
	}
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the national CERTs cannot be read: %s", strerror(-r));
	}
	return r;
}

int
censusgiven_read(const struct censusfolder *folder, const struct censuswish *wish,
	struct censusgiven *ret, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	int r = 0;

	*ret = (struct censusgiven){0};
	if (find_file(folder, wish->left_out, "left-out", path))
		r = read_networks(path, &ret->left_out4, &ret->left_out6, &ret->troubles, fail);
	if (r == 0 && find_file(folder, wish->shared, "shared", path))
		r = read_networks(path, &ret->shared4, &ret->shared6, &ret->troubles, fail);
	if (r == 0 && find_file(folder, wish->certs, "certs", path))
		r = read_certs(path, ret, fail);
	if (r < 0)
		censusgiven_done(ret);
	return r;
}

void
censusgiven_done(struct censusgiven *given)
{
	spans_done(&given->left_out4);
	spans_done(&given->left_out6);
	spans_done(&given->shared4);
	spans_done(&given->shared6);
	free(given->nationals);
	free(given->texts);
	*given = (struct censusgiven){0};
}

bool
censusgiven_names(const char *names, const char *name)
{
	struct text rest = text_of(names != NULL ? names : "");

	while (rest.length > 0) {
		if (text_is(text_trim(text_cut(&rest, ',')), name))
			return true;
	}
	return false;
}
