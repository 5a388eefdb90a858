/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/carereport.h"

#include "ledger/care.h"
#include "ledger/casepin.h"
#include "ledger/exception.h"

#include <errno.h>

struct found {
	struct care seen; /* the last; of_case 0: none */
	struct care wrong;
	struct care released;
	struct care notified;
	struct exception objection;             /* number 0: none */
	struct care ticked[CAREREPORT_DEVICES]; /* the last of each device */
	size_t devices;
	unsigned days; /* on which pages were seen */
	unsigned releases;
	unsigned notices;
};

static void
take_ticked(struct found *found, const struct care *row)
{
	size_t i = 0;

	while (i < found->devices && strcmp(found->ticked[i].subject, row->subject) != 0)
		i++;
	if (i == CAREREPORT_DEVICES)
		return;
	found->devices += i == found->devices;
	found->ticked[i] = *row;
}

/* By time. */
static int
take(void *context, const struct care *row)
{
	struct found *found = context;

	switch ((enum care_what)row->what) {
	case CARE_SEEN:
		found->days += found->seen.of_case == 0 ||
			found->seen.time.us / WALL_DAY != row->time.us / WALL_DAY;
		found->seen = *row;
		break;
	case CARE_TICKED:
		take_ticked(found, row);
		break;
	case CARE_WRONG:
		found->wrong = *row;
		break;
	case CARE_RELEASED:
		found->releases++;
		found->released = *row;
		break;
	case CARE_NOTIFIED:
		found->notices++;
		found->notified = *row;
		break;
	case CARE_WHATS:
		break;
	}
	return 0;
}

static void
print(const struct found *found, struct buffer *into)
{
	char time[WALL_TEXT];

	if (found->notices > 0)
		buffer_print(into, "  customer   got %u notice%s, last by %s at %s (%s)\n",
			found->notices, found->notices == 1 ? "" : "s",
			care_channels[found->notified.channel],
			wall_format(found->notified.time, time), found->notified.subject);
	if (found->days > 0)
		buffer_print(into, "  customer   saw the portal on %u day%s, last at %s\n",
			found->days, found->days == 1 ? "" : "s",
			wall_format(found->seen.time, time));
	for (size_t i = 0; i < found->devices; i++) {
		const struct care *row = &found->ticked[i];

		if (*row->details != '\0')
			buffer_print(into, "  customer   ticked of %s: %s (%s)\n", row->subject,
				row->details, wall_format(row->time, time));
	}
	if (found->wrong.of_case != 0)
		buffer_print(into, "  customer   says that this is wrong%s%s (%s)\n",
			*found->wrong.details != '\0' ? ": " : "", found->wrong.details,
			wall_format(found->wrong.time, time));
	if (found->objection.number != 0)
		buffer_print(into,
			"  customer   objects, so nothing is done to the line until %s, unless a "
			"person decides before\n",
			wall_format(found->objection.until, time));
	if (found->releases > 0)
		buffer_print(into, "  customer   let the line go on %u day%s, last at %s\n",
			found->releases, found->releases == 1 ? "" : "s",
			wall_format(found->released.time, time));
}

static void
add_row(const struct care *row, const char *name, const char *details, struct buffer *into)
{
	char time[WALL_TEXT];

	buffer_print(into, "\"%s\":", name);
	if (row->of_case == 0) {
		buffer_text(into, TEXT("null"));
		return;
	}
	buffer_print(into, "{\"time\":\"%s\",\"channel\":\"%s\"", wall_format(row->time, time),
		care_channels[row->channel]);
	if (details != NULL) {
		buffer_print(into, ",\"%s\":", details);
		buffer_json(into, text_of(row->details));
	}
	buffer_text(into, TEXT("}"));
}

static void
print_json(const struct found *found, struct buffer *into)
{
	char time[WALL_TEXT];

	buffer_text(into, TEXT(",\"customer\":{"));
	add_row(&found->seen, "seen", NULL, into);
	buffer_text(into, TEXT(","));
	add_row(&found->wrong, "wrong", "says", into);
	if (found->objection.number != 0)
		buffer_print(into, ",\"paused_until\":\"%s\"",
			wall_format(found->objection.until, time));
	else
		buffer_text(into, TEXT(",\"paused_until\":null"));
	buffer_text(into, TEXT(","));
	add_row(&found->released, "released", NULL, into);
	buffer_text(into, TEXT(","));
	add_row(&found->notified, "notified", NULL, into);
	buffer_print(into, ",\"notices\":%u,\"seen_days\":%u,\"released_days\":%u,\"ticked\":{",
		found->notices, found->days, found->releases);
	for (size_t i = 0; i < found->devices; i++) {
		if (i > 0)
			buffer_text(into, TEXT(","));
		add_row(&found->ticked[i], found->ticked[i].subject, "steps", into);
	}
	buffer_text(into, TEXT("}}"));
}

int
carereport(struct ledger *ledger, const struct ledger_case *of, bool is_json, struct buffer *into,
	struct fail *fail)
{
	const struct hash_key *key = ledger_key(ledger);
	bool has_call = key != NULL && wall_is_none(of->closed);
	struct found *found = xcalloc(1, sizeof(*found));
	char call[CASEPIN_CALL] = "";
	int r = ledger_each_care(ledger, of->number, take, found, fail);

	if (r >= 0 && wall_is_none(of->closed))
		r = ledger_find_exception(
			ledger, EXCEPTION_OBJECTION, of->line, &found->objection, fail);
	r = r == -ENOENT ? 0 : r;
	if (has_call)
		casepin_call(of->number, key, ledger_time(ledger), call);
	if (is_json)
		buffer_print(into, has_call ? ",\"call\":\"%s\"" : ",\"call\":null%s", call);
	else if (has_call)
		buffer_print(into,
			"  call       %s (what the customer reads from the page today)\n", call);
	if (r >= 0 && is_json)
		print_json(found, into);
	else if (r >= 0)
		print(found, into);
	free(found);
	return r < 0 ? r : 0;
}
