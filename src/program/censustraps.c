/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censustraps.h"

#include "base/mime.h"
#include "source/mail/mailvalue.h"

#include <errno.h>
#include <strings.h>

void
censustraps_take(void *context, const struct report *report)
{
	int64_t seconds = report->time.us / WALL_SECOND;
	struct buffer from, to;
	struct trapmail_message message = {.address = report->source.address,
		.time = seconds <= UINT32_MAX ? (uint32_t)seconds : 0,
		.port = report->port,
		.head = report->carried};

	buffer_init(&from, MIME_ADDRESS);
	buffer_init(&to, MIME_ADDRESS);
	if (mailvalue_address(report->from, &from))
		message.from = (struct text){from.at, from.length};
	if (mailvalue_address(report->to, &to))
		message.to = (struct text){to.at, to.length};
	trapmail_add(context, &message);
	buffer_done(&from);
	buffer_done(&to);
}

int
censustraps_open(struct censustraps *traps, const struct censusfolder *folder,
	const struct lettersender *sender, struct text bounce, struct censusstore *store,
	struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	uint8_t secret[CENSUS_KEY];
	int r;

	*traps = (struct censustraps){.redact = {.owns = CENSUSTRAPS_OWN}};
	r = trapfile_open(censusfolder_file(folder, CENSUS_TRAPS, path), &traps->file, fail);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = censusstore_key(store, secret, fail);
	if (r < 0)
		return r;
	letterredact_key(&traps->redact, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	traps->own[0] = mime_domain(sender->mailbox);
	traps->own[1] = mime_domain(lettercase_reply(sender));
	traps->own[2] = mime_domain(bounce.length > 0 ? bounce : sender->mailbox);
	traps->redact.own = traps->own;
	return 0;
}

void
censustraps_close(struct censustraps *traps)
{
	trapfile_close(&traps->file);
	explicit_bzero(&traps->redact, sizeof(traps->redact));
}

void
censustraps_fill(const struct censustraps *traps, struct wall now, struct letterrow *rows,
	size_t count, struct lettertrap into[LETTER_MESSAGES])
{
	size_t used = 0;

	for (size_t i = 0; traps->file.count > 0 && i < count && used < LETTER_MESSAGES; i++) {
		struct trapmail_message found;
		struct wall arrived;

		if (rows[i].evidence != LETTER_BY_TRAP ||
			!trapfile_find(&traps->file, &rows[i].address, &found))
			continue;
		arrived.us = found.time * WALL_SECOND;
		if (arrived.us > now.us || arrived.us < now.us - CENSUSTRAPS_DAYS * WALL_DAY)
			continue;
		into[used] = (struct lettertrap){.address = found.address,
			.arrived = arrived,
			.from = found.from,
			.to = found.to,
			.message = found.head,
			.port = found.port};
		rows[i].trap = &into[used++];
	}
}
