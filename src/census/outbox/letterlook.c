/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/letterlook.h"

#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"

#include <stdio.h>
#include <zlib.h>

#define PIECE   65536
#define LETTERS 26

struct looking {
	const struct prefix *prefixes;
	size_t count;
	struct letterlook *look;
	uint32_t of_country[LETTERS * LETTERS + 1]; /* the last: of none */
	char line[LETTERLOOK_LINE];                 /* of which the end has not come yet */
	size_t length;
	bool has_head; /* the line of names was passed */
};

static unsigned
country_index(struct text country)
{
	if (country.length != 2 || country.at[0] < 'A' || country.at[0] > 'Z' ||
		country.at[1] < 'A' || country.at[1] > 'Z')
		return LETTERS * LETTERS;
	return (unsigned)((country.at[0] - 'A') * LETTERS + country.at[1] - 'A');
}

/* The first columns have no quotes: ip, prefix, asn, cc. */
static void
take_line(struct looking *looking)
{
	struct text rest = {looking->line, looking->length}, ip = text_cut(&rest, ',');
	struct letterlook *look = looking->look;
	struct prefix row;

	looking->length = 0;
	if (!looking->has_head) {
		looking->has_head = true;
		return;
	}
	(void)text_cut(&rest, ',');
	(void)text_cut(&rest, ',');
	/* Of IPv6 it is a /64. */
	if (prefix_parse(ip, &row) < 0) {
		look->is_damaged = true;
		return;
	}
	look->rows++;
	looking->of_country[country_index(text_cut(&rest, ','))]++;
	for (size_t i = 0; !look->is_within && i < looking->count; i++) {
		const struct prefix *never = &looking->prefixes[i];

		look->is_within = never->length <= row.length ? prefix_has(never, &row.address)
							      : prefix_has(&row, &never->address);
		look->within = row.address;
	}
}

static void
take_piece(struct looking *looking, struct text piece)
{
	while (piece.length > 0) {
		const char *end = memchr(piece.at, '\n', piece.length);
		size_t length = end != NULL ? (size_t)(end - piece.at) : piece.length;
		size_t room = LETTERLOOK_LINE - looking->length;
		size_t taken = length < room ? length : room;

		memcpy(looking->line + looking->length, piece.at, taken);
		looking->length += taken;
		if (end == NULL)
			return;
		take_line(looking);
		piece.at += length + 1;
		piece.length -= length + 1;
	}
}

static void
take_packed(struct looking *looking, struct text packed)
{
	z_stream stream = {
		.next_in = (Bytef *)(uintptr_t)packed.at, .avail_in = (uInt)packed.length};
	char piece[PIECE];
	int r;

	/* 16: gzip (RFC 1952). */
	must(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
	do {
		stream.next_out = (Bytef *)piece;
		stream.avail_out = PIECE;
		r = inflate(&stream, Z_NO_FLUSH);
		if (r == Z_OK || r == Z_STREAM_END)
			take_piece(looking, (struct text){piece, PIECE - stream.avail_out});
	} while (r == Z_OK);
	if (r != Z_STREAM_END)
		looking->look->is_damaged = true;
	(void)inflateEnd(&stream);
}

static void
take_table(struct looking *looking, const struct mailpart *part, struct buffer *scratch)
{
	struct text table;

	buffer_clear(scratch);
	if (mailparts_decode(part, scratch) > 0 || scratch->failed)
		looking->look->is_damaged = true;
	table = (struct text){scratch->at, scratch->length};
	if (mailtype_is(&part->type, "application", "gzip"))
		take_packed(looking, table);
	else
		take_piece(looking, table);
	/* Each line has its end. */
	if (looking->length > 0 || !looking->has_head)
		looking->look->is_damaged = true;
}

static void
keep(struct text text, char *into, size_t size)
{
	snprintf(into, size, "%.*s", (int)(text.length < size ? text.length : size - 1), text.at);
}

static void
take_head(struct text head, struct buffer *scratch, struct letterlook *look)
{
	struct text value;

	buffer_clear(scratch);
	if (mailhead_find(head, "To", &value) && mailvalue_address(value, scratch))
		keep((struct text){scratch->at, scratch->length}, look->mailbox,
			sizeof(look->mailbox));
	if (mailhead_find(head, "Message-ID", &value) && text_starts(value, "<")) {
		value.at++, value.length--;
		keep(text_cut(&value, '@'), look->name, sizeof(look->name));
	}
}

static void
choose_country(const struct looking *looking, struct letterlook *look)
{
	unsigned most = LETTERS * LETTERS;

	for (unsigned i = 0; i < LETTERS * LETTERS; i++) {
		if (looking->of_country[i] > looking->of_country[most])
			most = i;
	}
	if (most == LETTERS * LETTERS)
		memcpy(look->country, "??", 3);
	else
		snprintf(look->country, sizeof(look->country), "%c%c", 'A' + most / LETTERS,
			'A' + most % LETTERS);
}

/* Of its last boundary. */
static bool
has_end(struct text message)
{
	return message.length >= 4 && memcmp(message.at + message.length - 4, "--\r\n", 4) == 0;
}

void
letterlook_read(struct text message, const struct prefix *prefixes, size_t count,
	struct buffer *scratch, struct letterlook *ret)
{
	struct looking looking = {.prefixes = prefixes, .count = count, .look = ret};
	struct text rest = message, value;
	struct mailparts walk;
	struct mailpart part;
	bool has_table = false;

	*ret = (struct letterlook){0};
	take_head(mailhead_cut(&rest), scratch, ret);
	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		if (*ret->language == '\0' && mailtype_is(&part.type, "text", "plain") &&
			mailhead_find(part.head, "Content-Language", &value))
			keep(text_trim(text_cut(&value, ',')), ret->language,
				sizeof(ret->language));
		if (!has_table &&
			(mailtype_is(&part.type, "text", "csv") ||
				mailtype_is(&part.type, "application", "gzip"))) {
			take_table(&looking, &part, scratch);
			has_table = true;
		}
	}
	/* Only a letter of thanks can have none: then it is all there if its last boundary is. */
	if (!has_table && (*ret->language == '\0' || !has_end(message)))
		ret->is_damaged = true;
	choose_country(&looking, ret);
}
