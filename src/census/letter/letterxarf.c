/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterxarf.h"

#include "base/mime.h"

#include <sodium.h>
#include <stdio.h>

#define VERSION "4.2.0"

/* Names of lists that may be quoted, with commas. */
static void
add_lists(struct buffer *into, const struct lettersender *sender, uint32_t lists)
{
	struct buffer said;
	bool is_named = false;

	buffer_init(&said, 4096);
	buffer_text(&said, TEXT("Listed as a source of spam by "));
	for (unsigned i = 0; lists != 0; i++, lists >>= 1) {
		if ((lists & 1) == 0 || sender->list[i].length == 0)
			continue;
		if (is_named)
			buffer_text(&said, TEXT(", "));
		buffer_line(&said, sender->list[i], LETTER_FREE);
		is_named = true;
	}
	if (!is_named)
		buffer_text(&said, TEXT("independent lists"));
	buffer_json(into, (struct text){said.at, said.length});
	buffer_done(&said);
}

/* Of 16 bytes of a hash, marked as RFC 9562 has it for those that are random: nobody can tell. */
static void
add_identifier(struct buffer *into, const struct lettercase *of, const struct letterrow *row)
{
	crypto_generichash_state state;
	unsigned char id[16];

	(void)crypto_generichash_init(&state, NULL, 0, sizeof(id));
	(void)crypto_generichash_update(
		&state, (const unsigned char *)of->code.at, of->code.length);
	(void)crypto_generichash_update(&state, row->address.byte, sizeof(row->address.byte));
	(void)crypto_generichash_update(
		&state, (const unsigned char *)&row->last.us, sizeof(row->last.us));
	(void)crypto_generichash_update(
		&state, (const unsigned char *)&row->port, sizeof(row->port));
	(void)crypto_generichash_final(&state, id, sizeof(id));
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(id); i++)
		buffer_print(
			into, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
}

static void
add_contact(struct buffer *into, const char *key, const struct lettersender *sender)
{
	buffer_print(into, "\"%s\":{\"org\":", key);
	buffer_json(into, sender->name);
	buffer_text(into, TEXT(",\"contact\":"));
	buffer_json(into, lettercase_reply(sender));
	buffer_text(into, TEXT(",\"domain\":"));
	buffer_json(into, mime_domain(lettercase_reply(sender)));
	buffer_text(into, TEXT("},"));
}

static void
add_time(struct buffer *into, const char *key, struct wall wall)
{
	char text[WALL_TEXT];

	buffer_print(into, "\"%s\":\"%s\",", key, wall_format(wall, text));
}

static void
add_source(struct buffer *into, const struct letterrow *row, bool is_exact)
{
	const struct address *address = is_exact ? &row->trap->address : &row->address;
	uint16_t port = is_exact ? row->trap->port : row->port;
	char text[ADDRESS_TEXT];

	buffer_print(into, "\"source_identifier\":\"%s%s\",", address_format(address, text),
		is_exact || address_is_v4(address) ? "" : "/64");
	if (port != 0)
		buffer_print(into, "\"source_port\":%u,", port);
}

/* May it be said as a message? */
static bool
is_message(const struct letterrow *row)
{
	return row->trap != NULL && row->trap->port != 0 &&
		mime_check_address(row->trap->from) == 0;
}

static void
add_message(struct buffer *into, const struct letterrow *row, const struct letterredact *redact)
{
	struct letterredact ours = *redact;
	struct buffer from;

	ours.trap = row->trap->to;
	buffer_init(&from, 1024);
	letterredact_address(&ours, row->trap->from, &from);
	buffer_text(into,
		TEXT("\"category\":\"messaging\",\"type\":\"spam\",\"evidence_source\":"
		     "\"spamtrap\",\"protocol\":\"smtp\",\"smtp_from\":"));
	buffer_json(into, (struct text){from.at, from.length});
	buffer_done(&from);
}

void
letterxarf_make(const struct lettercase *of, const struct letterrow *row,
	const struct letterredact *redact, struct buffer *into)
{
	bool is_mail = is_message(row);
	unsigned score = row->score < SCORE_ONE ? row->score : SCORE_ONE;

	buffer_text(into, TEXT("{\"xarf_version\":\"" VERSION "\",\"report_id\":\""));
	add_identifier(into, of, row);
	buffer_text(into, TEXT("\","));
	add_time(into, "timestamp", is_mail ? row->trap->arrived : row->last);
	add_contact(into, "reporter", of->sender);
	add_contact(into, "sender", of->sender);
	add_source(into, row, is_mail);
	if (is_mail) {
		add_message(into, row, redact);
	} else {
		buffer_text(into,
			TEXT("\"category\":\"infrastructure\",\"type\":\"botnet\","
			     "\"evidence_source\":"));
		buffer_text(into,
			row->evidence == LETTER_BY_TRAP ? TEXT("\"spamtrap\"")
							: TEXT("\"threat_intelligence\""));
		buffer_text(
			into, TEXT(",\"bot_capabilities\":[\"spam\"],\"compromise_evidence\":"));
		if (row->evidence == LETTER_BY_TRAP)
			buffer_text(into, TEXT("\"It sent mail to a spam trap\""));
		else
			add_lists(into, of->sender, row->lists);
	}
	buffer_text(into, TEXT(","));
	if (row->first.us > 0)
		add_time(into, "first_seen", row->first);
	add_time(into, "last_seen", row->last);
	buffer_print(into,
		"\"confidence\":%u.%04u,\"tags\":[\"status:%s\"],\"description\":\"Case %.*s\"}\n",
		score / SCORE_ONE, score % SCORE_ONE, letter_status_names[row->status],
		(int)of->code.length, of->code.at);
}
