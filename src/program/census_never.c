/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/censusstore.h"
#include "census/registry/mailbox.h"
#include "program/censusdeed.h"
#include "program/censusfolder.h"
#include "program/censusnames.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret census never [--json]\n"
	"       lazaret census never MAILBOX|DOMAIN|PREFIX --reason TEXT [--undo] [--by NAME]\n"
	"\n"
	"Who is never written to: a mailbox, all mailboxes of a domain and below it, or whoever "
	"is\n"
	"responsible for addresses of a prefix, about these. Runs write no such letter, and send\n"
	"asks again right before each. Without arguments, who that is.\n"
	"\n"
	"  --reason TEXT  why: one line of at most 200 bytes\n"
	"  --undo         not any more\n"
	"  --by NAME      who says so (who is at the keyboard)\n"
	"  --out DIR      the folder of the census\n"
	"  -c FILE        the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json         one JSON object a line\n"
	"\n"
	"The exit status is 1 if what is to be undone was not said.\n";

struct wish {
	const char *out, *settings, *reason, *by;
	bool undo, is_json;
};

static void
print_one(const struct wish *wish, const struct census_never *it, struct buffer *line)
{
	char prefix[PREFIX_TEXT];
	struct text name =
		it->kind == NEVER_PREFIX ? text_of(prefix_format(&it->prefix, prefix)) : it->name;

	buffer_clear(line);
	if (wish->is_json) {
		buffer_print(line, "{\"type\":\"never\",\"kind\":\"%s\",\"name\":",
			census_never_kinds[it->kind]);
		buffer_json(line, name);
		buffer_print(line, ",\"reason\":");
		buffer_json(line, it->reason);
		buffer_print(line, ",\"by\":");
		buffer_json(line, it->by);
		buffer_print(line, "}");
	} else {
		buffer_print(line, "%-7s  %-40.*s  %.*s (%.*s)", census_never_kinds[it->kind],
			(int)name.length, name.at, (int)it->reason.length, it->reason.at,
			(int)it->by.length, it->by.at);
	}
	puts(buffer_string(line));
}

static int
list(const struct wish *wish, struct censusstore *store, struct fail *fail)
{
	struct censusrows rows;
	struct buffer line;
	int r = censusstore_nevers(store, &rows, fail);

	if (r < 0)
		return r;
	buffer_init(&line, CENSUSNAMES_LINE);
	for (size_t i = 0; i < rows.count; i++)
		print_one(wish, census_never_at(&rows, i), &line);
	buffer_done(&line);
	censusrows_done(&rows);
	return 0;
}

static int
change(const struct wish *wish, struct censusstore *store, const char *name, int *code,
	struct fail *fail)
{
	char small[CENSUS_MAILBOX + 1];
	struct census_never it;
	struct censusdeed deed;
	int r;

	if (censusnames_never(text_of(name), small, &it, fail) < 0) {
		*code = EXIT_USAGE;
		return -1;
	}
	*code = censusdeed_make(wish->by, wish->undo ? "never --undo" : "never", name, wish->reason,
		!wish->undo, &deed);
	if (*code != EXIT_DONE)
		return 0;
	it.reason = deed.deed.why;
	it.by = deed.deed.by;
	if (!wish->undo)
		return censusstore_put_never(store, &it, &deed.deed, fail);
	r = censusstore_undo_never(store, &it, &deed.deed, fail);
	if (r != 0)
		return r < 0 ? r : 0;
	fail_what(fail, "nobody said that %s is never written to", name);
	*code = EXIT_NOT_FOUND;
	return -1;
}

static int
run(const struct wish *wish, const char *name)
{
	struct censusstore *store;
	struct fail fail = {0};
	int code = censusnames_store(wish->out, wish->settings, name != NULL, &store), r;

	if (code != EXIT_DONE)
		return code;
	code = EXIT_INPUT;
	r = name == NULL ? list(wish, store, &fail) : change(wish, store, name, &code, &fail);
	store = censusstore_close(store);
	if (r < 0) {
		complaint_print(&fail);
		return code;
	}
	return name == NULL ? EXIT_DONE : code;
}

int
census_never(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"reason", .value = &wish.reason},
		{"by", .value = &wish.by},
		{"undo", .flag = &wish.undo},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census never", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (argc - optind > 1)
		return complaint_excess(
			"census never", "one mailbox, domain or prefix", argv[optind + 1]);
	return run(&wish, argc > optind ? argv[optind] : NULL);
}
