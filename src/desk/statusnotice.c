/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusnotice.h"

static unsigned long long
of(const struct status_process *notifier, enum counter what)
{
	return notifier->value[what];
}

void
status_notice(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *notifier = status_find(processes, count, OWNER_NOTIFIER);

	if (notifier == NULL)
		return;
	buffer_print(into,
		"\nNotices to customers: %llu by e-mail, %llu by SMS, %llu by letter (%llu lines "
		"have a "
		"contact).\n",
		of(notifier, COUNT_NOTICES_EMAIL), of(notifier, COUNT_NOTICES_SMS),
		of(notifier, COUNT_NOTICES_LETTER), of(notifier, COUNT_CONTACTS));
	if (of(notifier, COUNT_NOTICES_SHOWN) > 0)
		buffer_print(into,
			"%llu were only written into the folder of the notifier (notice.mode: "
			"observe).\n",
			of(notifier, COUNT_NOTICES_SHOWN));
	if (of(notifier, COUNT_NOTICES_GIVEN_UP) > 0)
		buffer_print(into, "%llu were refused, and given up.\n",
			of(notifier, COUNT_NOTICES_GIVEN_UP));
	if (of(notifier, COUNT_NOTICES_NOBODY) > 0)
		buffer_print(into, "%llu are due to customers of whom no contact is known.\n",
			of(notifier, COUNT_NOTICES_NOBODY));
	if (of(notifier, COUNT_CONTACTS_BAD) > 0)
		buffer_print(into,
			"%llu rows of contacts cannot be used; lazaret check says why.\n",
			of(notifier, COUNT_CONTACTS_BAD));
}
