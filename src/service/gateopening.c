/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/gateopening.h"

#include "runtime/event.h"
#include "service/gardening.h"

#include <errno.h>

int
gateopening_begin(struct gateopening *opening, struct daemon_settings *settings, bool is_needed,
	struct fail *fail)
{
	bool contains = settings->contain.nftables;
	struct gateclient_contain handed;
	int r = contains ? containopening_begin(&opening->contain, fail) : 0;

	if (contains && r == 0)
		r = containopening_note(settings->state, fail);
	if (!contains)
		containopening_remove(&opening->contain, settings);
	handed = (struct gateclient_contain){opening->contain.gate, opening->contain.memory};
	if (r == 0 && (contains || is_needed))
		r = gateclient_start(&opening->client, settings->gate, settings->xdp_count > 0,
			contains ? &handed : NULL, fail);
	if (r == 0)
		containopening_bring(&opening->contain, settings, &opening->client);
	return r;
}

void
gateopening_close(struct gateopening *opening)
{
	if (opening->client.process > 0)
		gateclient_stop(&opening->client);
	containopening_close(&opening->contain);
}

struct gateclient *
gateopening_client(struct gateopening *opening)
{
	return opening->client.process > 0 ? &opening->client : NULL;
}

int
gateopening_garden(struct gateopening *opening, const struct daemon_settings *settings,
	int *descriptor, struct fail *fail)
{
	int r = gardening_open(&settings->gardening, gateopening_client(opening), descriptor, fail);

	if (r != -EPERM)
		return r;
	event(EVENT_CONTAIN_OFF, "where=garden.port text=%s", fail->what);
	opening->gardenless = *fail;
	*fail = (struct fail){0};
	return 0;
}

void
gateopening_tell(const struct gateopening *opening, const struct daemon_settings *settings,
	struct duty *duty)
{
	const struct contain_settings *contain = &settings->contain;
	const struct fail *gardenless = &opening->gardenless;

	if (contain->is_off)
		duty_trouble(duty,
			"%snothing more is enforced, and what the kernel holds stays: %s",
			*gardenless->what ? "there is no garden, " : "", contain->why);
	else if (*gardenless->what)
		duty_trouble(
			duty, "there is no garden: %s; %s", gardenless->what, gardenless->hint);
	else
		duty_trouble(duty, "%s", "");
}

bool
gateopening_note_end(struct gateopening *opening, const struct daemon_settings *settings, pid_t pid,
	const char *how)
{
	if (pid != opening->client.process)
		return false;
	event(EVENT_PROCESS_ENDED, "name=gate number=0 how=%s", how);
	gateclient_stop(&opening->client);
	containopening_cut_off(&opening->contain);
	return settings->contain.nftables && !settings->contain.is_off;
}
