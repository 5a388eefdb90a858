/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/trapmail.h"

#include "base/hash.h"
#include "base/mime.h"
#include "base/table.h"
#include "census/letter/letterredact.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 64

struct kept {
	struct address address;
	uint32_t time;
	uint16_t port, from, to, head;
	char *text; /* from, to and head, one behind the other */
};

struct trapmail {
	struct table table; /* value: its place; until they are sorted */
	uint64_t secret[2];
	struct kept *kept;
	size_t count, room, bytes;
	uint64_t crowded, unfit;
	struct buffer head;
};

struct trapmail *
trapmail_new(void)
{
	struct trapmail *mail = xcalloc(1, sizeof(*mail));

	table_init(&mail->table, TRAPMAIL_MOST);
	hash_words_random(mail->secret, 2);
	buffer_init(&mail->head, TRAPMAIL_HEAD);
	return mail;
}

struct trapmail *
trapmail_free(struct trapmail *mail)
{
	if (mail != NULL) {
		for (size_t i = 0; i < mail->count; i++)
			free(mail->kept[i].text);
		free(mail->kept);
		table_done(&mail->table);
		buffer_done(&mail->head);
	}
	free(mail);
	return NULL;
}

static size_t
size_of(const struct kept *kept)
{
	return (size_t)kept->from + kept->to + kept->head;
}

/* The texts of the message in place of those that were there. */
static void
put(struct trapmail *mail, struct kept *kept, const struct trapmail_message *message)
{
	char *at = xrealloc(
		kept->text, message->from.length + message->to.length + message->head.length);

	mail->bytes -= size_of(kept);
	*kept = (struct kept){.address = message->address,
		.time = message->time,
		.port = message->port,
		.from = (uint16_t)message->from.length,
		.to = (uint16_t)message->to.length,
		.head = (uint16_t)message->head.length,
		.text = at};
	mail->bytes += size_of(kept);
	if (kept->from > 0)
		memcpy(at, message->from.at, kept->from);
	memcpy(at + kept->from, message->to.at, kept->to);
	memcpy(at + kept->from + kept->to, message->head.at, kept->head);
}

/* A place at the end; NULL: there is no room for more. */
static struct kept *
make_room(struct trapmail *mail, uint64_t key)
{
	struct table_slot *slot;

	if (mail->count == TRAPMAIL_MOST || table_add(&mail->table, key, &slot) < 0)
		return NULL;
	if (mail->count == mail->room) {
		mail->room = mail->room > 0 ? mail->room * 2 : FIRST_ROOM;
		mail->kept = xrealloc(mail->kept, mail->room * sizeof(*mail->kept));
	}
	slot->value = (uint32_t)mail->count;
	mail->kept[mail->count] = (struct kept){.time = 0};
	return &mail->kept[mail->count++];
}

void
trapmail_add(struct trapmail *mail, const struct trapmail_message *message)
{
	struct address row = trapmail_row(&message->address);
	uint64_t key = hash_fold_16(row.byte, mail->secret);
	struct table_slot *slot = table_find(&mail->table, key);
	struct trapmail_message own = *message;
	struct kept *kept = slot != NULL ? &mail->kept[slot->value] : NULL;

	if (mime_check_address(own.from) < 0)
		own.from = (struct text){0};
	buffer_clear(&mail->head);
	letterredact_keep(own.head, &mail->head);
	own.head = (struct text){mail->head.at, mail->head.length};
	if (own.time == 0 || own.head.length == 0 || mime_check_address(own.to) < 0) {
		mail->unfit++;
		return;
	}
	if (kept != NULL && kept->time >= own.time)
		return;
	if (mail->bytes + own.from.length + own.to.length + own.head.length > TRAPMAIL_BYTES)
		kept = NULL;
	else if (kept == NULL)
		kept = make_room(mail, key);
	if (kept == NULL)
		mail->crowded++;
	else
		put(mail, kept, &own);
}

void
trapmail_join(struct trapmail *mail, const struct trapmail *other, uint32_t since)
{
	for (size_t i = 0; i < other->count; i++) {
		const struct trapmail_message message = trapmail_at(other, i);

		if (message.time >= since)
			trapmail_add(mail, &message);
	}
	mail->crowded += other->crowded;
	mail->unfit += other->unfit;
}

static int
compare(const void *a, const void *b)
{
	struct address one = trapmail_row(&((const struct kept *)a)->address);
	struct address other = trapmail_row(&((const struct kept *)b)->address);

	return memcmp(one.byte, other.byte, sizeof(one.byte));
}

void
trapmail_sort(struct trapmail *mail)
{
	if (mail->count == 0)
		return;
	qsort(mail->kept, mail->count, sizeof(*mail->kept), compare);
	for (size_t i = 0; i < mail->count; i++) {
		struct address row = trapmail_row(&mail->kept[i].address);
		struct table_slot *slot =
			table_find(&mail->table, hash_fold_16(row.byte, mail->secret));

		must(slot != NULL);
		slot->value = (uint32_t)i;
	}
}

size_t
trapmail_count(const struct trapmail *mail)
{
	return mail->count;
}

struct trapmail_message
trapmail_at(const struct trapmail *mail, size_t i)
{
	const struct kept *kept = &mail->kept[i];

	return (struct trapmail_message){.address = kept->address,
		.time = kept->time,
		.port = kept->port,
		.from = {kept->text, kept->from},
		.to = {kept->text + kept->from, kept->to},
		.head = {kept->text + kept->from + kept->to, kept->head}};
}

uint64_t
trapmail_crowded(const struct trapmail *mail)
{
	return mail->crowded;
}

uint64_t
trapmail_unfit(const struct trapmail *mail)
{
	return mail->unfit;
}
