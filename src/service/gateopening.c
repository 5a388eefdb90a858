/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/gateopening.h"

#include "runtime/event.h"

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

void
gateopening_tell(const struct daemon_settings *settings, struct duty *duty)
{
	const struct contain_settings *contain = &settings->contain;

	duty_trouble(duty, "%s%s",
		contain->is_off ? "nothing more is enforced, and what the kernel holds stays: "
				: "",
		contain->is_off ? contain->why : "");
}

bool
gateopening_note_end(struct gateopening *opening, const struct daemon_settings *settings, pid_t pid,
	const char *how)
{
	if (pid != opening->client.process)
		return false;
	event(EVENT_PROCESS_ENDED, "name=gate number=0 how=%s", how);
	gateclient_stop(&opening->client);
	return settings->contain.nftables && !settings->contain.is_off;
}
