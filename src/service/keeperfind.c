/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperfind.h"

#include "desk/casefind.h"

#include <errno.h>
#include <stdio.h>

int
keeperfind(struct ledger *ledger, struct lines *lines, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail)
{
	struct fail why = {0};
	struct line line;
	int r = casefind(ledger, what, ret, name, fail);

	if (r != -ESRCH || lines_parse(lines, what, &line, &why) < 0)
		return r;
	r = ledger_find_line(ledger, line.pseudonym, ret, &why);
	if (r == -ENOENT)
		return -ESRCH;
	*fail = why;
	if (r < 0)
		return r;
	snprintf(name, SEAL_NAME, "%.*s", (int)what.length, what.at);
	return ledger_note(ledger, ACTION_FIND, ret->number, TEXT(""), fail);
}
