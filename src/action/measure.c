/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/measure.h"

const char *const measure_names[MEASURE_KINDS] = {
	[MEASURE_LIMIT] = "limit",
	[MEASURE_BLOCK25] = "block25",
	[MEASURE_QUARANTINE] = "quarantine",
};

const char *const measure_modes[MEASURE_MODES] = {
	[MEASURE_OBSERVE] = "observe",
	[MEASURE_PROPOSE] = "propose",
	[MEASURE_ENFORCE] = "enforce",
};

const char *const measure_ends[MEASURE_ENDS] = {
	[END_CLEAR] = "clear",
	[END_CUSTOMER] = "customer",
	[END_HELPDESK] = "help-desk",
	[END_DATE] = "date",
	[END_ALL] = "all",
	[END_NEVER] = "never",
	[END_MODE] = "mode",
	[END_UNDONE] = "undone",
	[END_ROLE] = "role",
	[END_LINE] = "no-line",
	[END_BACKEND] = "no-back-end",
	[END_OBJECTION] = "objection",
};
