/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperfind.h"

#include "desk/casefind.h"
#include "runtime/event.h"

#include <errno.h>
#include <stdio.h>

/* Without the row. */
static int
look(struct ledger *ledger, struct lines *lines, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail)
{
	struct fail why = {0};
	struct line line;
	int r = casefind_look(ledger, what, ret, name, fail);

	if (r != -ESRCH || lines_parse(lines, what, &line, &why) < 0)
		return r;
	r = ledger_find_line(ledger, line.pseudonym, ret, &why);
	if (r == -ENOENT)
		return -ESRCH;
	*fail = why;
	if (r == 0)
		snprintf(name, SEAL_NAME, "%.*s", (int)what.length, what.at);
	return r;
}

int
keeperfind(struct ledger *ledger, struct lines *lines, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail)
{
	int r = look(ledger, lines, what, ret, name, fail);

	return r == 0 && *name != '\0'
		? ledger_note(ledger, ACTION_FIND, ret->number, TEXT(""), fail)
		: r;
}

int
keeperfind_look(struct ledger *ledger, struct lines *lines, struct text what,
	struct ledger_case *ret, char name[SEAL_NAME], struct fail *fail)
{
	int r = look(ledger, lines, what, ret, name, fail);

	if (r < 0 || *name == '\0')
		return r;
	r = ledger_note(ledger, ACTION_FIND, ret->number, TEXT(""), fail);
	if (!store_refuses(r))
		return r;
	event(EVENT_CASE_FOUND, "case=%llu actor=%s text=%s", (unsigned long long)ret->number,
		ledger_actor(ledger), fail->what);
	return 0;
}
