/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/state.h"
#include "census/outbox/censusstore.h"
#include "program/censusdeed.h"
#include "program/censusletters.h"
#include "program/censusnames.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret census contact [--json]\n"
	"       lazaret census contact MAILBOX [--state STATE] [--allow] [--xarf | --no-xarf]\n"
	"                              [--reason TEXT] [--by NAME] [--json]\n"
	"       lazaret census contact PREFIX|AS MAILBOX --reason TEXT [--until DATE] [--by NAME]\n"
	"       lazaret census contact PREFIX|AS --undo [--by NAME]\n"
	"\n"
	"What is known of a contact, and what a person says of it; or who is the contact of a\n"
	"prefix or an AS, whatever the registries say. Without arguments, all that was said.\n"
	"\n"
	"  --state STATE  unknown, ok, suspect (its letters wait for --allow), bounced, refused "
	"or\n"
	"                 optout (it gets none)\n"
	"  --allow        it may be written to, though the run holds its letters\n"
	"  --xarf         it wants each incident also as XARF; --no-xarf: not any more\n"
	"  --reason TEXT  why: one line of at most 200 bytes\n"
	"  --until DATE   the last day on which it holds; without it for good\n"
	"  --undo         the registries are right again\n"
	"  --by NAME      who says so (who is at the keyboard)\n"
	"  --out DIR      the folder of the census\n"
	"  -c FILE        the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json         one JSON object a line\n"
	"\n"
	"The exit status is 1 if nothing is known of the contact, or nothing is to be undone.\n";

struct wish {
	const char *out, *settings, *reason, *by, *state, *until;
	bool allow, xarf, no_xarf, undo, is_json;
	struct buffer line;
};

static bool
changes(const struct wish *wish)
{
	return wish->state != NULL || wish->allow || wish->xarf || wish->no_xarf;
}

static void
print_contact(struct wish *wish, const struct census_contact *it)
{
	char changed[WALL_TEXT];
	struct buffer *line = &wish->line;

	buffer_clear(line);
	wall_format(it->changed, changed);
	if (wish->is_json) {
		buffer_print(line, "{\"type\":\"contact\",\"mailbox\":");
		buffer_json(line, it->mailbox);
		buffer_print(line, ",\"state\":\"%s\",\"xarf\":%s,\"allowed_by\":",
			census_contact_states[it->state], it->wants_xarf ? "true" : "false");
		if (it->allowed_by.length > 0)
			buffer_json(line, it->allowed_by);
		else
			buffer_print(line, "null");
		buffer_print(line, ",\"changed\":\"%s\"}", changed);
	} else {
		buffer_print(line, "%-40.*s  %-8s", (int)it->mailbox.length, it->mailbox.at,
			census_contact_states[it->state]);
		if (it->wants_xarf)
			buffer_print(line, "  wants XARF");
		if (it->allowed_by.length > 0)
			buffer_print(line, "  allowed by %.*s", (int)it->allowed_by.length,
				it->allowed_by.at);
		buffer_print(line, "  since %.10s", changed);
	}
	puts(buffer_string(line));
}

static void
print_override(struct wish *wish, const struct census_override *it)
{
	char network[PREFIX_TEXT], until[WALL_TEXT] = "";
	struct buffer *line = &wish->line;

	buffer_clear(line);
	if (it->system != 0)
		snprintf(network, sizeof(network), "AS%u", it->system);
	else
		prefix_format(&it->prefix, network);
	if (it->until != 0)
		censusletters_day(state_day_begin(it->until), until);
	if (wish->is_json) {
		buffer_print(
			line, "{\"type\":\"override\",\"network\":\"%s\",\"mailbox\":", network);
		buffer_json(line, it->mailbox);
		buffer_print(line, it->until != 0 ? ",\"until\":\"%s\"" : ",\"until\":null", until);
		buffer_print(line, ",\"reason\":");
		buffer_json(line, it->reason);
		buffer_print(line, ",\"by\":");
		buffer_json(line, it->by);
		buffer_print(line, "}");
	} else {
		buffer_print(line, "%-40s  %.*s%s%s  %.*s (%.*s)", network, (int)it->mailbox.length,
			it->mailbox.at, it->until != 0 ? "  until " : "", until,
			(int)it->reason.length, it->reason.at, (int)it->by.length, it->by.at);
	}
	puts(buffer_string(line));
}

/* mailbox of length 0: all, and overrides. 1: something was shown. */
static int
show(struct wish *wish, struct censusstore *store, struct text mailbox, struct fail *fail)
{
	struct censusrows rows;
	int r = censusstore_contacts(store, &rows, fail), shown = 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < rows.count; i++) {
		const struct census_contact *it = census_contact_at(&rows, i);

		if (mailbox.length > 0 && !text_same(mailbox, it->mailbox))
			continue;
		print_contact(wish, it);
		shown = 1;
	}
	censusrows_done(&rows);
	if (mailbox.length > 0)
		return shown;
	r = censusstore_overrides(store, &rows, fail);
	if (r < 0)
		return r;
	for (size_t i = 0; i < rows.count; i++)
		print_override(wish, census_override_at(&rows, i));
	censusrows_done(&rows);
	return 1;
}

static int
find_state(const char *text, enum census_contact_state *ret, struct fail *fail)
{
	for (int i = 0; i < CONTACT_STATE_COUNT; i++) {
		if (strcmp(text, census_contact_states[i]) == 0) {
			*ret = (enum census_contact_state)i;
			return 0;
		}
	}
	fail_what(fail, "\"%.40s\" is no state of a contact", text);
	fail_hint(fail, "expected unknown, ok, suspect, bounced, refused or optout");
	return -EINVAL;
}

static int
change_contact(const struct wish *wish, struct censusstore *store, struct text mailbox,
	enum census_contact_state state, struct censusdeed *deed, struct fail *fail)
{
	struct wall now = deed->deed.at;
	int r = censusstore_begin(store, fail);

	if (r == 0 && wish->state != NULL) {
		deed->deed.what = TEXT("contact --state");
		r = censusstore_set_state(store, mailbox, state, now, &deed->deed, fail);
	}
	if (r == 0 && wish->allow) {
		deed->deed.what = TEXT("contact --allow");
		r = censusstore_set_allowed(store, mailbox, deed->deed.by, now, &deed->deed, fail);
	}
	if (r == 0 && (wish->xarf || wish->no_xarf)) {
		deed->deed.what = wish->xarf ? TEXT("contact --xarf") : TEXT("contact --no-xarf");
		r = censusstore_set_xarf(store, mailbox, wish->xarf, now, &deed->deed, fail);
	}
	if (r == 0)
		return censusstore_end(store, true, fail);
	(void)!censusstore_end(store, false, NULL);
	return r;
}

static int
do_contact(struct wish *wish, struct censusstore *store, const char *name, struct text mailbox,
	struct fail *fail, int *code)
{
	enum census_contact_state state = CONTACT_UNKNOWN;
	struct censusdeed deed;
	int r;

	*code = EXIT_USAGE;
	if (wish->state != NULL && find_state(wish->state, &state, fail) < 0)
		return -EINVAL;
	if (changes(wish)) {
		*code = censusdeed_make(wish->by, "contact", name, wish->reason, false, &deed);
		if (*code != EXIT_DONE)
			return 0;
		*code = EXIT_INPUT;
		r = change_contact(wish, store, mailbox, state, &deed, fail);
		if (r < 0)
			return r;
	}
	*code = EXIT_INPUT;
	r = show(wish, store, mailbox, fail);
	if (r == 0)
		fail_what(fail, "nothing is known of %s", name);
	*code = r == 0 ? EXIT_NOT_FOUND : r < 0 ? EXIT_INPUT : EXIT_DONE;
	return r > 0 ? 0 : -ENOENT;
}

static int
take_until(const struct wish *wish, uint16_t *ret, struct fail *fail)
{
	struct wall day;

	*ret = 0;
	if (wish->until == NULL)
		return 0;
	if (wall_from_day(&day, text_of(wish->until)) == 0 && state_day(day, ret) == 0)
		return 0;
	fail_what(fail, "\"%.40s\" is no day", wish->until);
	fail_hint(fail, "expected YYYY-MM-DD");
	return -EINVAL;
}

static int
do_network(struct wish *wish, struct censusstore *store, char **argv, int count, struct fail *fail,
	int *code)
{
	char into[CENSUS_MAILBOX + 1], subject[256];
	struct census_override it;
	struct censusdeed deed;
	struct text mailbox = TEXT("");
	uint16_t until;
	int r;

	*code = EXIT_USAGE;
	if (censusnames_network(text_of(argv[0]), &it, fail) < 0 ||
		take_until(wish, &until, fail) < 0 ||
		(count > 1 && censusnames_mailbox(text_of(argv[1]), into, &mailbox, fail) < 0))
		return -EINVAL;
	snprintf(subject, sizeof(subject), "%.60s %.*s", argv[0], (int)mailbox.length, mailbox.at);
	*code = censusdeed_make(wish->by, wish->undo ? "contact --undo" : "contact", subject,
		wish->reason, !wish->undo, &deed);
	if (*code != EXIT_DONE)
		return 0;
	it.mailbox = mailbox;
	it.until = until;
	it.reason = deed.deed.why;
	it.by = deed.deed.by;
	*code = EXIT_INPUT;
	r = wish->undo ? censusstore_undo_override(store, &it, &deed.deed, fail)
		       : censusstore_put_override(store, &it, &deed.deed, fail);
	if (wish->undo && r == 0) {
		fail_what(fail, "nobody gave a contact for %.60s", argv[0]);
		*code = EXIT_NOT_FOUND;
		return -ENOENT;
	}
	*code = r < 0 ? EXIT_INPUT : EXIT_DONE;
	return r < 0 ? r : 0;
}

static int
run(struct wish *wish, int count, char **argv)
{
	bool is_network = count > 1 || (count == 1 && strchr(argv[0], '@') == NULL);
	char into[CENSUS_MAILBOX + 1];
	struct censusstore *store;
	struct fail fail = {0};
	struct text mailbox;
	int code, r;

	/* Before a store is asked for, or made. */
	if (count == 1 && !is_network &&
		censusnames_mailbox(text_of(argv[0]), into, &mailbox, &fail) < 0) {
		complaint_print(&fail);
		return EXIT_USAGE;
	}
	code = censusnames_store(wish->out, wish->settings, is_network || changes(wish), &store);
	if (code != EXIT_DONE)
		return code;
	buffer_init(&wish->line, CENSUSNAMES_LINE);
	if (count == 0) {
		r = show(wish, store, TEXT(""), &fail);
		code = r < 0 ? EXIT_INPUT : EXIT_DONE;
	} else if (is_network) {
		r = do_network(wish, store, argv, count, &fail, &code);
	} else {
		r = do_contact(wish, store, argv[0], mailbox, &fail, &code);
	}
	buffer_done(&wish->line);
	store = censusstore_close(store);
	if (r < 0)
		complaint_print(&fail);
	return code;
}

/* Whether the words fit each other. */
static bool
is_sound(const struct wish *wish, int count, char **argv)
{
	bool is_network = count > 1 || (count == 1 && strchr(argv[0], '@') == NULL);
	struct fail fail = {0};

	if (wish->xarf && wish->no_xarf)
		fail_what(&fail, "--xarf or --no-xarf?");
	else if (count == 0 && (changes(wish) || wish->undo))
		fail_what(&fail, "of which contact?");
	else if (is_network && changes(wish))
		fail_what(&fail, "--state, --allow and --xarf are of a mailbox");
	else if (!is_network && (wish->undo || wish->until != NULL))
		fail_what(&fail, "--undo and --until are of a prefix or an AS");
	else if (is_network && (count == 1) != wish->undo)
		fail_what(&fail,
			wish->undo ? "--undo takes the prefix or AS alone"
				   : "which mailbox is the contact of it?");
	else
		return true;
	fail_hint(&fail, "see lazaret census contact --help");
	complaint_print(&fail);
	return false;
}

int
census_contact(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"state", .value = &wish.state},
		{"until", .value = &wish.until},
		{"reason", .value = &wish.reason},
		{"by", .value = &wish.by},
		{"allow", .flag = &wish.allow},
		{"xarf", .flag = &wish.xarf},
		{"no-xarf", .flag = &wish.no_xarf},
		{"undo", .flag = &wish.undo},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census contact", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (argc - optind > 2)
		return complaint_excess("census contact", "a mailbox, or a network and a mailbox",
			argv[optind + 2]);
	if (!is_sound(&wish, argc - optind, argv + optind))
		return EXIT_USAGE;
	return run(&wish, argc - optind, argv + optind);
}
