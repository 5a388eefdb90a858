/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/casefind.h"
#include "program/ledgerfile.h"
#include "program/page.h"
#include "program/verbs.h"
#include "verdict/explain.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#define TEXT_MOST (1 << 20)

static const char usage[] =
	"usage: lazaret explain ID|ADDRESS [--ledger FILE]\n"
	"\n"
	"Says in plain sentences why a case is what it is: what was seen, since when, compared "
	"with\n"
	"what, how sure that is, and what would have cleared the line.\n"
	"\n"
	"  ID              number of a case, or pseudonym of a line (16 hexadecimal digits)\n"
	"  ADDRESS         of the line, as scan prints it: its newest case. The audit trail keeps\n"
	"                  who looked a case up by an address\n"
	"  --ledger FILE   the ledger (that of the configuration, or else ledger.sqlite in\n"
	"                  ~/.local/state/lazaret)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

enum option_code { OPTION_LEDGER = 256, OPTION_HELP };

static const struct option options[] = {
	{"ledger", required_argument, NULL, OPTION_LEDGER},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

/* The step that made the case as grave as it became, and the last one. */
struct steps {
	uint8_t highest;
	bool has_gravest;
	struct verdict gravest;
	struct verdict last;
	size_t count;
	unsigned silent; /* days after which retention closed it, or 0 */
};

static int
take_step(void *context, const struct transition *step)
{
	struct steps *steps = context;
	unsigned silent = transition_silent_days(step);
	int r;

	if (silent > 0) {
		steps->silent = silent;
		return 0;
	}
	r = transition_decode(step, &steps->last);
	if (r < 0)
		return r;
	if (!steps->has_gravest && step->to == steps->highest) {
		steps->gravest = steps->last;
		steps->has_gravest = true;
	}
	steps->count++;
	return 0;
}

/* Parameters that this program does not know any more are left out, so that an old verdict is still explained;
 * exact tells whether all were read as they judged. */
static int
read_parameters(struct ledger *ledger, uint32_t version, struct parameters *ret, bool *exact,
	struct fail *fail)
{
	struct text rest, line;
	struct buffer text;
	int r;

	buffer_init(&text, LEDGER_PARAMETERS);
	r = ledger_parameters_text(ledger, version, &text, fail);
	if (r == -ENOENT) {
		fail_what(fail, "the parameters %08x that judged are not in the ledger",
			(unsigned)version);
		fail_hint(fail, "see what was changed: lazaret cases --verify");
		r = -EUCLEAN;
	}
	parameters_defaults(ret);
	rest = (struct text){buffer_string(&text), text.length};
	while (r == 0 && rest.length > 0) {
		struct text value, name;

		line = text_cut(&rest, '\n');
		value = line;
		name = text_cut(&value, '=');
		if (parameters_set(ret, name, value, NULL) < 0)
			continue;
	}
	*exact = parameters_version(ret) == version;
	buffer_done(&text);
	return r;
}

static int
add_verdict(struct ledger *ledger, const struct verdict *verdict, const char *name,
	struct buffer *into, struct fail *fail)
{
	struct parameters parameters;
	bool exact;
	int r = read_parameters(ledger, verdict->parameters, &parameters, &exact, fail);

	if (r < 0)
		return r;
	explain_verdict(verdict, &parameters, name, into);
	if (!exact)
		buffer_text(into,
			TEXT("Another version of the program judged; limits named here may differ "
			     "a "
			     "little from its own.\n"));
	return 0;
}

static int
add_case(struct ledger *ledger, const struct ledger_case *of, const char *name, struct buffer *into,
	struct fail *fail)
{
	struct steps steps = {.highest = of->highest};
	char opened[WALL_TEXT], closed[WALL_TEXT];
	int r = ledger_each_transition(ledger, of->number, take_step, &steps, fail);

	if (r == -EINVAL || (r == 0 && !steps.has_gravest)) {
		fail_what(fail, "the steps of case %llu cannot be read",
			(unsigned long long)of->number);
		fail_hint(fail, "see what was changed: lazaret cases --verify");
		return -EUCLEAN;
	}
	if (r < 0)
		return r;
	buffer_print(into, "Case %llu, opened %s, ", (unsigned long long)of->number,
		wall_format(of->opened, opened));
	if (wall_is_none(of->closed))
		buffer_print(into, "open; its state is %s.\n", state_names[of->state]);
	else
		buffer_print(into, "closed %s.\n", wall_format(of->closed, closed));
	if (!wall_is_none(of->closed) && steps.silent > 0)
		buffer_print(into,
			"It was closed because nothing more was seen of the line for %u days, not "
			"because\nthe line was found clear.\n",
			steps.silent);
	if (of->previous != 0)
		buffer_print(into, "It is not the line's first: case %llu came before.\n",
			(unsigned long long)of->previous);
	buffer_text(into, TEXT("\n"));
	r = add_verdict(ledger, &steps.gravest, name, into, fail);
	if (r < 0 ||
		(steps.last.time.us == steps.gravest.time.us && steps.last.to == steps.gravest.to))
		return r;
	buffer_text(into, TEXT("\nWhat came last:\n"));
	return add_verdict(ledger, &steps.last, name, into, fail);
}

static int
explain(const char *path, const char *what, struct buffer *into, struct fail *fail)
{
	struct ledger *ledger = NULL;
	struct ledger_case of;
	struct fail why = {0};
	char name[SEAL_NAME];
	int r = ledgerfile_open_best(&ledger, path, &why, fail);

	if (r == 0)
		r = casefind(ledger, text_of(what), &of, name, fail);
	if (r == 0) {
		if (*name == '\0')
			snprintf(name, sizeof(name), "%016llx", (unsigned long long)of.line);
		r = add_case(ledger, &of, name, into, fail);
	}
	ledger_close(ledger);
	return r;
}

int
verb_explain(int argc, char **argv)
{
	const char *path = NULL, *settings = NULL;
	char found[LEDGERFILE_PATH];
	struct fail fail = {0};
	struct buffer text;
	int code, r;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (code == 'c')
			settings = optarg;
		else if (code == OPTION_LEDGER)
			path = optarg;
		else
			return fputs("lazaret: see lazaret explain --help\n", stderr), EXIT_USAGE;
	}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	code = ledgerfile_find(&path, settings, found);
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
	code = ledgerfile_complain(&fail);
	return r == -ESRCH ? EXIT_NOT_FOUND : code;
}
