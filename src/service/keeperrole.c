/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/keeperrole.h"

#include "action/plan.h"
#include "service/keepername.h"

/* Of what it holds now. */
static uint8_t
role_held(const struct keeperrole *roles, uint64_t line, struct wall now)
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
	return found;
}

uint8_t
keeperrole_of(const struct keeperrole *roles, const struct ledger_case *of, struct wall now)
{
	struct line_name name;
	uint8_t role;

	if (of->role == ROLE_ACCOUNT)
		return ROLE_COUNT;
	if (keepername_place(roles->keys, of->line, of->sealed, &name) == 0)
		return lines_role(roles->lines, &name.address, ROLE_RESIDENTIAL, &role) == 0
			? role
			: ROLE_COUNT;
	return roles->leases != NULL ? role_held(roles, of->line, now) : ROLE_COUNT;
}
