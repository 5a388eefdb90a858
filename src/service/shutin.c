/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/shutin.h"

#include "runtime/event.h"
#include "runtime/sandbox.h"
#include "service/relayload.h"
#include "service/statefolder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECEIVES (SANDBOX_SOCKETS_RECEIVE | SANDBOX_SOCKETS_ACCEPT)
#define KEEPS    (SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE)

/* Everybody has a channel. What the parent may not do, none of its children can: users and groups may have to be asked
 * for over a Unix socket, before the desk shuts itself in. */
static const unsigned calls[OWNER_COUNT] = {
	[OWNER_RECEIVER] = SANDBOX_CHANNELS | RECEIVES | SANDBOX_FILES_WRITE | SANDBOX_FORK,
	[OWNER_GUARD] = SANDBOX_CHANNELS | RECEIVES | SANDBOX_FILES_WRITE | SANDBOX_FORK,
	[OWNER_GARDEN] = SANDBOX_CHANNELS | RECEIVES,
	[OWNER_PORTAL] = SANDBOX_CHANNELS | RECEIVES,
	[OWNER_NOTIFIER] = SANDBOX_CHANNELS | SANDBOX_SOCKETS_CONNECT | SANDBOX_FILES_WRITE,
	[OWNER_REGISTRAR] = SANDBOX_CHANNELS | SANDBOX_SOCKETS_RECEIVE | SANDBOX_SOCKETS_ANSWER |
		SANDBOX_FILES_WRITE | SANDBOX_FORK,
	[OWNER_JUDGE] = SANDBOX_CHANNELS | SANDBOX_FILES_WRITE | SANDBOX_FORK,
	[OWNER_KEEPER] = SANDBOX_CHANNELS | SANDBOX_FILES_WRITE,
	[OWNER_ACTOR] = SANDBOX_CHANNELS,
	[OWNER_DESK] = SANDBOX_CHANNELS | RECEIVES | SANDBOX_FILES_READ,
	[OWNER_PARENT] = SANDBOX_CHANNELS | RECEIVES | SANDBOX_FILES_WRITE | SANDBOX_FORK |
		SANDBOX_SIGNAL_CHILDREN | SANDBOX_SOCKETS_OPEN | SANDBOX_SOCKETS_CONNECT |
		SANDBOX_SOCKETS_ANSWER,
};

unsigned
shutin_calls(enum counter_owner owner)
{
	return calls[owner];
}

/* The folder that a path lies in. */
static void
folder_of(const char *path, char into[DAEMON_PATH])
{
	char *slash;

	snprintf(into, DAEMON_PATH, "%s", path);
	slash = strrchr(into, '/');
	if (slash == NULL)
		snprintf(into, DAEMON_PATH, ".");
	else
		slash[slash == into] = '\0';
}

static void
tell(struct duty *duty, const struct sandbox_report *report)
{
	struct buffer text;

	buffer_init(&text, STATUS_TEXT);
	sandbox_report_print(report, &text);
	snprintf(duty->status->sandbox, sizeof(duty->status->sandbox), "%s", buffer_string(&text));
	/* Each process would say the same: the parent says it for all. */
	if (!sandbox_report_is_whole(report) && duty->status->owner == OWNER_PARENT)
		event(EVENT_SANDBOX, "has=%s", duty->status->sandbox);
	buffer_done(&text);
}

/* Logs are renamed, and begun anew: the guard reads in their folders. */
static size_t
list_logs(const struct daemon_settings *settings, char folders[RELAYLOAD_LOGS][DAEMON_PATH],
	struct sandbox_path *into)
{
	struct text rest = text_of(settings->relaying.logs);
	size_t count = 0;

	while (rest.length > 0 && count < RELAYLOAD_LOGS) {
		struct text word = text_cut(&rest, ' ');
		char path[DAEMON_PATH];

		if (word.length == 0)
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)word.length, word.at);
		folder_of(path, folders[count]);
		into[count] = (struct sandbox_path){
			folders[count], SANDBOX_READ | SANDBOX_MAY_BE_MISSING};
		count++;
	}
	return count;
}

/* Connections to routers, from an own address where that is said. */
static unsigned
calls_to_routers(const struct router_settings *routers)
{
	unsigned all = *routers->exabgp != '\0' ? SANDBOX_FILES_READ : 0;

	if (routers->peers.count > 0 || *routers->radius != '\0')
		all |= SANDBOX_SOCKETS_CONNECT;
	for (uint32_t i = 0; i < routers->peers.count; i++) {
		if (routers->peers.peer[i].has_local)
			all |= SANDBOX_SOCKETS_OPEN;
	}
	return all;
}

/* The same of the files that the registrar reads. */
static size_t
list_sources(const struct daemon_settings *settings, char folders[REGISTRAR_SOURCES][DAEMON_PATH],
	struct sandbox_path *into)
{
	const struct registrar_settings *registrar = &settings->registrar;

	for (size_t i = 0; i < registrar->source_count; i++) {
		folder_of(registrar->source[i].path, folders[i]);
		into[i] = (struct sandbox_path){folders[i], SANDBOX_READ | SANDBOX_MAY_BE_MISSING};
	}
	return registrar->source_count;
}

/* The folders that are opened, as text. */
struct folders {
	char ledger[DAEMON_PATH];
	char control[DAEMON_PATH];
	char exabgp[DAEMON_PATH];
	char own[STATEFOLDER_PATH];
	char logs[RELAYLOAD_LOGS][DAEMON_PATH];
	char sources[REGISTRAR_SOURCES][DAEMON_PATH];
};

#define PATHS (8 + RELAYLOAD_LOGS + REGISTRAR_SOURCES)

/* The FIFO may be made anew. */
static size_t
list_exabgp(
	const struct daemon_settings *settings, struct folders *folders, struct sandbox_path *into)
{
	folder_of(settings->contain.routers.exabgp, folders->exabgp);
	*into = (struct sandbox_path){folders->exabgp, SANDBOX_WRITE | SANDBOX_MAY_BE_MISSING};
	return *settings->contain.routers.exabgp != '\0';
}

/* The configuration and what it names, users and groups: a reload reads them again. */
static size_t
list_of_parent(
	const struct daemon_settings *settings, struct folders *folders, struct sandbox_path *into)
{
	size_t count = 0;

	folder_of(settings->keep.ledger, folders->ledger);
	folder_of(settings->control, folders->control);
	into[count++] = (struct sandbox_path){settings->state, KEEPS};
	into[count++] = (struct sandbox_path){folders->ledger, KEEPS};
	into[count++] = (struct sandbox_path){"/proc", SANDBOX_READ | SANDBOX_MAY_BE_MISSING};
	into[count++] = (struct sandbox_path){"/", SANDBOX_READ};
	if (*settings->control)
		into[count++] = (struct sandbox_path){
			folders->control, KEEPS | SANDBOX_SOCKETS | SANDBOX_MAY_BE_MISSING};
	return count + list_exabgp(settings, folders, into + count);
}

/* Its own, behind which the logs and the mail are that it reads. */
static size_t
list_of_guard(
	const struct daemon_settings *settings, struct folders *folders, struct sandbox_path *into)
{
	size_t count = 1 + list_logs(settings, folders->logs, into + 1);

	into[count] = (struct sandbox_path){
		settings->reporting.folder, SANDBOX_READ | SANDBOX_MAY_BE_MISSING};
	return count + (*settings->reporting.folder != '\0');
}

static size_t
list_paths(enum counter_owner owner, const struct daemon_settings *settings,
	struct folders *folders, struct sandbox_path into[PATHS])
{
	statefolder_of(settings->state, owner, folders->own);
	folder_of(settings->keep.ledger, folders->ledger);
	*into = (struct sandbox_path){folders->own, KEEPS};
	switch (owner) {
	case OWNER_PARENT:
		return list_of_parent(settings, folders, into);
	case OWNER_KEEPER:
		*into = (struct sandbox_path){folders->ledger, KEEPS};
		return 1;
	case OWNER_DESK:
		*into = (struct sandbox_path){"/proc", SANDBOX_READ | SANDBOX_MAY_BE_MISSING};
		return 1;
	case OWNER_JUDGE:
	case OWNER_RECEIVER:
	case OWNER_NOTIFIER:
		return 1;
	case OWNER_GUARD:
		return list_of_guard(settings, folders, into);
	case OWNER_REGISTRAR:
		return 1 + list_sources(settings, folders->sources, into + 1);
	case OWNER_ACTOR:
		return list_exabgp(settings, folders, into);
	case OWNER_GARDEN:
	case OWNER_PORTAL:
	case OWNER_COUNT:
		break;
	}
	return 0;
}

void
shutin_enter(struct duty *duty, const struct post *post, const struct daemon_settings *settings)
{
	struct sandbox_path paths[PATHS];
	struct folders folders;
	struct sandbox sandbox = {.calls = calls[post->owner], .paths = paths};
	struct sandbox_report report;
	struct fail fail = {0};

	sandbox.path_count = list_paths(post->owner, settings, &folders, paths);
	if (post->owner == OWNER_GUARD && settings->relaying.share_count > 0)
		sandbox.calls |= SANDBOX_SOCKETS_CONNECT;
	if (post->owner == OWNER_ACTOR)
		sandbox.calls |= calls_to_routers(&settings->contain.routers);
	if (sandbox_enter(&sandbox, &report, &fail) < 0) {
		event(EVENT_SANDBOX, "where=%s text=%s", fail.where, fail.what);
		_exit(1);
	}
	tell(duty, &report);
}
