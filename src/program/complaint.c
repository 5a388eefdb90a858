/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"

#include "program/page.h"
#include "program/verbs.h"

/* Of what is to be done, where there is no terminal that says how wide it is. */
#define COLUMNS 100

void
complaint_print(const struct fail *fail)
{
	char line[sizeof(*fail) + 16];

	snprintf(line, sizeof(line), "lazaret: %s%s%s", fail->where, *fail->where ? ": " : "",
		fail->what);
	for (char *c = line; *c != '\0'; c++) {
		if (*c == '\n')
			*c = '?';
	}
	page_print(stderr, "", text_of(line), 0);
	page_print(stderr, "  ", text_of(fail->hint), page_width(stderr, COLUMNS));
}

int
complaint_excess(const char *verb, const char *takes, const char *argument)
{
	struct fail fail = {0};

	fail_what(&fail, "%s takes %s: \"%.80s\" is too many", verb, takes, argument);
	fail_hint(&fail, "see lazaret %s --help", verb);
	complaint_print(&fail);
	return EXIT_USAGE;
}
