/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperrole.h"

#include "action/plan.h"
#include "service/keepername.h"

#include <errno.h>

/* Of what it holds now. */
static struct planning_line
line_held(const struct keeperrole *roles, uint64_t line, struct wall now)
{
	struct lease_held held[LEASES_LINE];
	int count = leasefind_held(roles->leases, line, now, held, LEASES_LINE);
	uint8_t found = ROLE_COUNT, role;

	for (int i = 0; i < count; i++) {
		if (lines_role(roles->lines, &held[i].name.address, held[i].role, &role) < 0)
			continue;
		if (found == ROLE_COUNT || plan_may_hold(found))
			found = role;
	}
	return (struct planning_line){.role = found, .is_gone = count > 0 && found == ROLE_COUNT};
}

struct planning_line
keeperrole_of(const struct keeperrole *roles, const struct ledger_case *of, struct wall now)
{
	struct planning_line line = {.role = ROLE_COUNT};
	struct line_name name;
	int r;

	if (of->role == ROLE_ACCOUNT)
		return line;
	r = keepername_place(roles->keys, of->line, of->sealed, &name);
	if (r < 0 && roles->leases != NULL)
		return line_held(roles, of->line, now);
	line.is_gone = r == -ENOENT || (r == 0 && !lines_has(roles->lines, &name));
	if (r == 0 && !line.is_gone)
		(void)!lines_role(roles->lines, &name.address, ROLE_RESIDENTIAL, &line.role);
	return line;
}
