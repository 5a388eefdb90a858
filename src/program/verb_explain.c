/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "desk/caseexplain.h"
#include "desk/casefind.h"
#include "identity/accountname.h"
#include "program/complaint.h"
#include "program/ledgerfile.h"
#include "program/page.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#define TEXT_MOST (1 << 20)

static const char usage[] =
	"usage: lazaret explain ID|ADDRESS|account:NAME [--ledger FILE|--control PATH]\n"
	"\n"
	"Says in plain sentences why a case is what it is: what was seen, since when, compared "
	"with\n"
	"what, how sure that is, and what would have cleared the line.\n"
	"\n"
	"  ID              number of a case, or pseudonym of a line (16 hexadecimal digits)\n"
	"  ADDRESS         of the line, as scan prints it: its newest case. The audit trail keeps\n"
	"                  who looked a case up by an address\n"
	"  account:NAME    an account of a mail server: its newest case, and what the relay guard\n"
	"                  of the running daemon knows of it now\n"
	"  --ledger FILE   the ledger (that of the configuration, or else ledger.sqlite in\n"
	"                  /var/lib/lazaret for root, ~/.local/state/lazaret for others)\n"
	"  --control PATH  the running daemon's control socket; without --ledger a daemon that\n"
	"                  answers is asked (control.path, lazaret/control in $XDG_RUNTIME_DIR or\n"
	"                  /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

/* As the keeper does it. Who asks is written down. */
static int
find_account(struct ledger *ledger, const char *what, struct ledger_case *ret, char name[SEAL_NAME],
	struct fail *fail)
{
	const struct hash_key *key = ledger_key(ledger);
	uint64_t line = key != NULL ? accountname_pseudonym(text_of(what), key) : 0;
	char digits[24];
	int r;

	if (key == NULL) {
		fail_what(
			fail, "the ledger's key file is not there, so no account can be looked up");
		return -ENOKEY;
	}
	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)line);
	r = casefind(ledger, line != 0 ? text_of(digits) : text_of(what), ret, name, fail);
	if (r == -ESRCH)
		fail_what(fail, "the ledger has no case of the account \"%.80s\"", what);
	if (r < 0)
		return r;
	snprintf(name, SEAL_NAME, "%s", what);
	return ledger_note(
		ledger, ACTION_FIND, ret->number, TEXT("explanation of an account"), fail);
}

static int
explain(const char *path, const char *what, struct buffer *into, struct fail *fail)
{
	struct ledger *ledger = NULL;
	struct ledger_case of;
	struct fail why = {0};
	char name[SEAL_NAME];
	int r = ledgerfile_open_best(&ledger, path, &why, fail);

	if (r == 0 && text_starts(text_of(what), REQUEST_ACCOUNT))
		r = find_account(ledger, what + strlen(REQUEST_ACCOUNT), &of, name, fail);
	else if (r == 0)
		r = casefind_alone(ledger, text_of(what), &of, name, fail);
	if (r == 0) {
		if (*name == '\0')
			snprintf(name, sizeof(name), "%016llx", (unsigned long long)of.line);
		r = caseexplain(ledger, &of, name, into, fail);
	}
	ledger_close(ledger);
	return r;
}

/* Asks the running daemon; CONTROL_ABSENT if none answers and the ledger's file is to be read. */
static int
ask_daemon(struct control *control, const char *path, const char *what)
{
	struct fail fail = {0};
	struct buffer line;
	int code;

	if (path != NULL)
		return CONTROL_ABSENT;
	code = control->path != NULL ? control_need(control) : control_connect(control, &fail);
	if (code != EXIT_DONE)
		return code;
	control_begin(&line, "explain");
	request_add(&line, text_of(what));
	code = control_ask(control, &line, true);
	buffer_done(&line);
	control_close(control);
	return code;
}

int
verb_explain(int argc, char **argv)
{
	const char *path = NULL;
	struct control control = CONTROL_NEW;
	const struct verboption rows[] = {
		{"ledger", .value = &path},
	};
	const struct verboptions options = {
		"explain", usage, &control, rows, sizeof(rows) / sizeof(*rows)};
	char found[LEDGERFILE_PATH];
	struct fail fail = {0};
	struct buffer text;
	int code, r;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind + 1 < argc)
		return complaint_excess("explain", "one ID or ADDRESS", argv[optind + 1]);
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	code = ask_daemon(&control, path, argv[optind]);
	if (code != CONTROL_ABSENT)
		return code;
	code = ledgerfile_find(&path, control.settings, found);
	if (code != EXIT_DONE)
		return code;
	buffer_init(&text, TEXT_MOST);
	r = explain(path, argv[optind], &text, &fail);
	if (r == 0)
		page_print(stdout, "", (struct text){buffer_string(&text), text.length},
			page_width(stdout, 0));
	buffer_done(&text);
	if (r == 0)
		return EXIT_DONE;
	if (r == -ENOENT)
		control_add_absent(&control, &fail);
	code = ledgerfile_complain(&fail);
	return r == -ESRCH ? EXIT_NOT_FOUND : code;
}
