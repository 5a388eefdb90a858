/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/desking.h"

#include "control/callerlookup.h"
#include "control/desk.h"
#include "runtime/event.h"
#include "service/post.h"
#include "service/shutin.h"

#include <stdio.h>
#include <unistd.h>

void
desking_prepare(void)
{
	callerlookup_prepare();
}

static void
on_wait(void *context)
{
	duty_beat(context);
}

/* Who may ask what. Without names root and the daemon's own user are served. */
static bool
make_rules(const struct daemon_settings *settings, struct duty *duty, struct caller_rules *rules)
{
	struct callerlookup lookup = {
		.operators = settings->operators,
		.viewers = settings->viewers,
		.on_wait = on_wait,
		.context = duty,
	};
	struct fail fail = {0};
	char text[STATUS_TEXT];

	if (callerlookup(&lookup, rules, &fail) == 0)
		return true;
	snprintf(text, sizeof(text),
		"users and groups cannot be looked up: %.90s; restart the daemon", fail.what);
	event(EVENT_CALLERS_UNKNOWN, "text=%s", text);
	if (*settings->operators || *settings->viewers)
		duty_trouble(duty, "%s", text);
	return false;
}

/* A group that the configuration names and the machine does not have, with the option; NULL if there is none. */
static const char *
find_missing_group(const struct daemon_settings *settings, const struct caller_rules *rules,
	const char **option)
{
	*option = "control.operators";
	if (*settings->operators && !rules->has_operators)
		return settings->operators;
	*option = "control.viewers";
	return *settings->viewers && !rules->has_viewers ? settings->viewers : NULL;
}

/* Its members would be sent away, and nobody would know why. */
static void
look_for_groups(
	const struct daemon_settings *settings, const struct caller_rules *rules, struct duty *duty)
{
	const char *option, *group = find_missing_group(settings, rules, &option);
	char missing[128];

	if (group == NULL)
		return;
	snprintf(missing, sizeof(missing), "%s: there is no group \"%s\"", option, group);
	event(EVENT_CALLERS_UNKNOWN, "text=%s", missing);
	duty_trouble(duty, "%s", missing);
}

/* Where that matters it is a trouble: members of a group would be sent away, and nobody would know why. */
static void
look_at_callers(const struct daemon_settings *settings, struct duty *duty)
{
	static const char text[] =
		"runs in a user namespace and cannot tell who asks: users outside of it "
		"are all nobody (65534); in a unit of systemd set PrivateUsers=no";

	if (caller_sees_everybody())
		return;
	event(EVENT_CALLERS_UNKNOWN, "text=%s", text);
	if (*settings->operators || *settings->viewers)
		duty_trouble(duty, "%s", text);
}

_Noreturn void
desking_run(const struct daemon_settings *settings, struct estate *estate,
	const struct opening *opening)
{
	struct post post = {.owner = OWNER_DESK};
	int descriptors[2] = {opening->control, opening->metrics};
	struct desk_settings desk = DESK_DEFAULTS;
	struct duty duty;

	estate_enter(estate, &post, descriptors, 2);
	duty_begin(&duty, estate, &post);
	desk.control = opening->control;
	desk.metrics = opening->metrics;
	desk.parent = duty.parent;
	desk.keeper = estate->desk_keeper.end[0];
	if (settings->estate.guards > 0)
		desk.guard = estate->desk_guard.end[0];
	desk.judges = settings->estate.judges;
	for (uint32_t j = 0; j < desk.judges; j++)
		desk.judge[j] = estate->desk_judge[j].end[0];
	desk.own = duty.status;
	desk.processes = estate_status(estate, 0);
	desk.process_count = estate_places(estate);
	desk.receivers = settings->estate.receivers;
	for (uint32_t i = 0; i < desk.receivers; i++)
		desk.exporters[i] = estate->exporters[i];
	desk.rings = estate->rings;
	desk.ring_count = 2 * ESTATE_JUDGES;
	desk.operators = settings->operators;
	desk.viewers = settings->viewers;
	desk.version = settings->version;
	if (make_rules(settings, &duty, &desk.rules))
		look_for_groups(settings, &desk.rules, &duty);
	look_at_callers(settings, &duty);
	shutin_enter(&duty, &post, settings);
	_exit(desk_run(&desk) < 0);
}
