/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the card of a list: a card that can be, or problems that are told. */
#include "census/list/listcard.h"
#include "fuzz.h"

static void
on_problem(void *context, const struct fail *fail)
{
	must(fail->what[0] != '\0' && fail->where[0] != '\0');
	(*(int *)context)++;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text text = {(const char *)bytes, size};
	struct listcard card;
	int told = 0, problems = listcard_parse(text, "fuzz", on_problem, &told, &card);

	must(problems >= 0 && told == problems);
	if (problems > 0)
		return 0;
	must(card.weight > 0 && card.weight < 1 && card.half_life >= 60);
	must(card.meaning < LISTMEANING_COUNT && card.order.form < LISTFORM_COUNT);
	must(card.name[0] != '\0' && card.licence[0] != '\0' && card.group[0] != '\0');
	must(card.order.type < ZONETYPE_COUNT && card.order.values_count <= LISTREADER_VALUES);
	return 0;
}
