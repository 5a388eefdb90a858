/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/caseexplain.h"

#include "desk/casereport.h"
#include "verdict/explain.h"

#include <errno.h>

/* The verdict that made the case as grave as verdicts made it, the last one, and what was decided last. */
struct steps {
	struct verdict gravest;
	struct verdict last;
	size_t count;
	unsigned silent; /* days after which retention closed it, or 0 */
	bool is_decided; /* nothing was judged after it */
	struct wall decided_at;
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
	steps->is_decided = transition_is_decided(step);
	if (steps->is_decided) {
		steps->decided_at = step->time;
		return 0;
	}
	r = transition_decode(step, &steps->last);
	if (r < 0)
		return r;
	if (steps->count++ == 0 || state_gravity[step->to] > state_gravity[steps->gravest.to])
		steps->gravest = steps->last;
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

int
caseexplain_never(struct ledger *ledger, uint64_t line, struct buffer *into, struct fail *fail)
{
	struct exception never;
	int r = ledger_find_exception(ledger, EXCEPTION_NEVER, line, &never, fail);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	buffer_text(into, TEXT("The line is "));
	case_report_never(&never, into);
	return 0;
}

int
caseexplain(struct ledger *ledger, const struct ledger_case *of, const char *name,
	struct buffer *into, struct fail *fail)
{
	struct steps steps = {.count = 0};
	char opened[WALL_TEXT], closed[WALL_TEXT];
	int r = ledger_each_transition(ledger, of->number, take_step, &steps, fail);

	if (r == -EINVAL || (r == 0 && steps.count == 0)) {
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
	if (wall_is_none(of->closed) && steps.is_decided)
		buffer_print(into,
			"This was decided on %s, and not judged; the audit trail says by whom.\n",
			wall_format(steps.decided_at, closed));
	if (of->previous != 0)
		buffer_print(into, "It is not the line's first: case %llu came before.\n",
			(unsigned long long)of->previous);
	r = caseexplain_never(ledger, of->line, into, fail);
	if (r < 0)
		return r;
	buffer_text(into, TEXT("\n"));
	r = add_verdict(ledger, &steps.gravest, name, into, fail);
	if (r < 0 ||
		(steps.last.time.us == steps.gravest.time.us && steps.last.to == steps.gravest.to))
		return r;
	buffer_text(into, TEXT("\nWhat came last:\n"));
	return add_verdict(ledger, &steps.last, name, into, fail);
}
