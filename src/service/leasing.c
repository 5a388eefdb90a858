/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/leasing.h"

void
leasing_attach(
	struct leased *leased, const struct daemon_settings *settings, const struct estate *estate)
{
	const struct leases_settings sizes = estate_leases(&settings->estate);

	*leased = (struct leased){
		.maps = settings->registrar.maps,
		.map_count = settings->registrar.map_count,
		.tolerance_seconds = settings->registrar.tolerance_seconds,
	};
	if (estate->leases != NULL) {
		must(leases_open(&leased->leases, NULL, estate->leases, leases_bytes(&sizes)) == 0);
		leased->has_leases = true;
	}
	if (leased->has_leases || leased->map_count > 0)
		lines_set_leased(settings->lines, leased);
}
