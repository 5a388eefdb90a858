/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusnotice.h"

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
		status_value(notifier, COUNT_NOTICES_EMAIL),
		status_value(notifier, COUNT_NOTICES_SMS),
		status_value(notifier, COUNT_NOTICES_LETTER),
		status_value(notifier, COUNT_CONTACTS));
	if (status_value(notifier, COUNT_NOTICES_SHOWN) > 0)
		buffer_print(into,
			"%llu were only written into the folder of the notifier (notice.mode: "
			"observe).\n",
			status_value(notifier, COUNT_NOTICES_SHOWN));
	if (status_value(notifier, COUNT_NOTICES_GIVEN_UP) > 0)
		buffer_print(into, "%llu were refused, and given up.\n",
			status_value(notifier, COUNT_NOTICES_GIVEN_UP));
	if (status_value(notifier, COUNT_NOTICES_NOBODY) > 0)
		buffer_print(into, "%llu are due to customers of whom no contact is known.\n",
			status_value(notifier, COUNT_NOTICES_NOBODY));
	if (status_value(notifier, COUNT_CONTACTS_BAD) > 0)
		buffer_print(into,
			"%llu rows of contacts cannot be used; lazaret check says why.\n",
			status_value(notifier, COUNT_CONTACTS_BAD));
}
