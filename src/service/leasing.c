/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/leasing.h"

#include <time.h>

#define NAP_NS 5000000L

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

void
leasing_wait(struct duty *duty, const struct estate *estate)
{
	const struct post post = {.owner = OWNER_REGISTRAR};
	const struct status_process *registrar = estate_status(estate, estate_place(&post));
	const struct timespec nap = {.tv_nsec = NAP_NS};
	int64_t end = clock_steady() + LEASING_WAIT_US;

	while (estate->settings.registrars > 0 && !duty->is_over && clock_steady() < end &&
		__atomic_load_n(&registrar->is_ready, __ATOMIC_RELAXED) == 0) {
		duty_beat(duty);
		duty_hear(duty);
		(void)nanosleep(&nap, NULL);
	}
}
