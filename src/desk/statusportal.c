/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusportal.h"

void
status_portal(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *portal = status_find(processes, count, OWNER_PORTAL);

	if (portal == NULL)
		return;
	buffer_print(into, "\nThe portal answered %llu times (now on %llu connection%s).\n",
		status_value(portal, COUNT_PORTAL_ANSWERS), status_value(portal, COUNT_PORTAL_OPEN),
		status_value(portal, COUNT_PORTAL_OPEN) == 1 ? "" : "s");
	if (status_value(portal, COUNT_PORTAL_UNSHAKEN) > 0)
		buffer_print(into,
			"Of %llu handshakes %llu came to nothing, %llu of them because a browser "
			"does not believe the certificate.\n",
			status_value(portal, COUNT_PORTAL_HANDSHAKES) +
				status_value(portal, COUNT_PORTAL_UNSHAKEN),
			status_value(portal, COUNT_PORTAL_UNSHAKEN),
			status_value(portal, COUNT_PORTAL_DISTRUSTED));
	if (status_value(portal, COUNT_PORTAL_SILENT) > 0)
		buffer_print(into,
			"%llu pages came without a case, since the keeper did not answer.\n",
			status_value(portal, COUNT_PORTAL_SILENT));
}
