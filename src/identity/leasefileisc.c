/* SPDX-License-Identifier: BSD-2-Clause */
/* ISC's dhcpd.leases(5): blocks, of v4
 *	lease 192.0.2.7 { starts 4 2026/11/26 10:00:00; ends 4 2026/11/26 11:00:00; binding state active; ... }
 * and of v6
 *	ia-na "IAID and DUID" { cltt 4 2026/11/26 10:00:00; iaaddr 2001:db8::7 { binding state active; ends ...; } }
 *	ia-pd "IAID and DUID" { cltt ...; iaprefix 2001:db8:1::/48 { ... } }
 * Each statement stands in one line; strings have quotes, and \ before quotes in them. A block that is not whole,
 * because the file ended there, ends where the next one begins. */
#include "identity/leasefile.h"

#include <errno.h>

#define WORDS      8
#define DEPTH_MOST 8

enum block_kind { BLOCK_NONE, BLOCK_LEASE, BLOCK_IA, BLOCK_OTHER };

/* Words of a statement; a string is one, with its quotes. */
struct statement {
	struct text word[WORDS];
	unsigned count;
	char end; /* ; { } */
};

/* Takes a statement from the front: 1; 0: there is none; -EINVAL: it has no end. */
static int
take_statement(struct text *rest, struct statement *ret)
{
	*ret = (struct statement){0};
	for (;;) {
		struct text word = {rest->at, 0};
		bool quoted = false;

		while (rest->length > 0 && (*rest->at == ' ' || *rest->at == '\t'))
			rest->at++, rest->length--;
		if (rest->length == 0 || *rest->at == '#')
			return ret->count > 0 ? -EINVAL : 0;
		if (strchr(";{}", *rest->at) != NULL) {
			ret->end = *rest->at;
			rest->at++, rest->length--;
			return 1;
		}
		word.at = rest->at;
		for (; word.length < rest->length; word.length++) {
			char c = rest->at[word.length];

			if (c == '\\' && quoted && word.length + 1 < rest->length)
				word.length++;
			else if (c == '"')
				quoted = !quoted;
			else if (!quoted && strchr(";{} \t", c) != NULL)
				break;
		}
		if (quoted)
			return -EINVAL;
		rest->at += word.length;
		rest->length -= word.length;
		if (ret->count < WORDS)
			ret->word[ret->count] = word;
		ret->count++;
	}
}

static struct text
word_at(const struct statement *statement, unsigned at)
{
	return at < statement->count && at < WORDS ? statement->word[at] : (struct text){0};
}

static bool
begins(const struct statement *statement, const char *word)
{
	return text_is(word_at(statement, 0), word);
}

/* "2026/11/26" and "10:00:00", UTC. */
static int
read_date(struct text date, struct text time, struct wall *ret)
{
	struct text part[6];
	uint64_t number[6];

	part[0] = text_cut(&date, '/');
	part[1] = text_cut(&date, '/');
	part[2] = date;
	part[3] = text_cut(&time, ':');
	part[4] = text_cut(&time, ':');
	part[5] = time;
	for (int i = 0; i < 6; i++) {
		if (text_parse_u64(part[i], 9999, &number[i]) < 0)
			return -EINVAL;
	}
	if (number[5] > 60 ||
		wall_from_date(ret, (int)number[0], (int)number[1], (int)number[2], (int)number[3],
			(int)number[4], (int)number[5]) < 0)
		return -EINVAL;
	return 0;
}

/* "4 2026/11/26 10:00:00", "epoch 1764151200", "never". */
static int
read_time(const struct statement *statement, struct wall *ret)
{
	struct wall time;

	if (text_is(word_at(statement, 1), "never")) {
		ret->us = UINT32_MAX * WALL_SECOND;
		return 0;
	}
	if (text_is(word_at(statement, 1), "epoch")) {
		if (leasefile_seconds(word_at(statement, 2), &time) < 0)
			return -EINVAL;
	} else if (read_date(word_at(statement, 2), word_at(statement, 3), &time) < 0) {
		return -EINVAL;
	}
	if (time.us < 0 || time.us > UINT32_MAX * WALL_SECOND)
		return -EINVAL;
	*ret = time;
	return 0;
}

/* Without its quotes. */
static int
keep(struct leasefile *file, struct text text, struct leasefile_kept *kept)
{
	if (text.length >= 2 && *text.at == '"' && text.at[text.length - 1] == '"') {
		text.at++;
		text.length -= 2;
	}
	if (text.length > sizeof(kept->text)) {
		file->long_texts++;
		return -EINVAL;
	}
	if (text.length > 0)
		memcpy(kept->text, text.at, text.length);
	kept->length = (uint16_t)text.length;
	return 0;
}

static struct text
kept_text(const struct leasefile_kept *kept)
{
	return (struct text){kept->text, kept->length};
}

static bool
is_v4_block(const struct statement *statement)
{
	return begins(statement, "lease");
}

static bool
is_v6_block(const struct statement *statement)
{
	return begins(statement, "ia-na") || begins(statement, "ia-ta") ||
		begins(statement, "ia-pd");
}

/* A block begins. */
static int
open_block(struct leasefile *file, const struct statement *statement)
{
	struct leasefile_block *block = &file->block;
	bool is_whole = statement->count == 2;

	if (is_v4_block(statement) || is_v6_block(statement)) {
		*block = (struct leasefile_block){.depth = 1, .kind = BLOCK_IA};
		if (is_v6_block(statement)) {
			block->is_bad =
				!is_whole || keep(file, word_at(statement, 1), &block->client) < 0;
			return block->is_bad ? -EINVAL : 0;
		}
		block->kind = BLOCK_LEASE;
		block->is_entry = true;
		block->is_bad = !is_whole ||
			leasefile_name(word_at(statement, 1), &block->name) < 0 ||
			!address_is_v4(&block->name.address) || block->name.length != 128;
		return block->is_bad ? -EINVAL : 0;
	}
	if (block->depth == DEPTH_MOST)
		return -EINVAL;
	if (block->depth++ == 0)
		block->kind = BLOCK_OTHER;
	if (block->kind != BLOCK_IA || block->depth != 2 ||
		(!begins(statement, "iaaddr") && !begins(statement, "iaprefix")))
		return 0;
	block->is_entry = true;
	block->has_state = block->is_active = block->is_released = block->is_declined = false;
	block->ends.us = 0;
	if (is_whole && leasefile_name(word_at(statement, 1), &block->name) == 0 &&
		!address_is_v4(&block->name.address))
		return 0;
	block->is_bad = true;
	return -EINVAL;
}

/* A statement in a block. */
static int
read_statement(struct leasefile *file, const struct statement *statement)
{
	struct leasefile_block *block = &file->block;
	bool is_own = block->is_entry && block->depth == (block->kind == BLOCK_LEASE ? 1 : 2);

	if (block->kind == BLOCK_IA && block->depth == 1 && begins(statement, "cltt"))
		return read_time(statement, &block->starts);
	if (!is_own)
		return 0;
	if (begins(statement, "starts"))
		return read_time(statement, &block->starts);
	if (begins(statement, "ends"))
		return read_time(statement, &block->ends);
	if (begins(statement, "binding") && text_is(word_at(statement, 1), "state")) {
		block->has_state = true;
		block->is_active = text_is(word_at(statement, 2), "active");
		block->is_released = text_is(word_at(statement, 2), "released");
		block->is_declined = text_is(word_at(statement, 2), "abandoned");
	} else if (begins(statement, "hardware")) {
		return keep(file, word_at(statement, 2), &block->hardware);
	} else if (begins(statement, "uid")) {
		return keep(file, word_at(statement, 1), &block->client);
	} else if (begins(statement, "option") &&
		text_is(word_at(statement, 1), "agent.circuit-id")) {
		return keep(file, word_at(statement, 2), &block->circuit);
	}
	return 0;
}

/* A block ends; 1: with an entry. */
static int
close_block(struct leasefile *file, struct leasefile_entry *ret)
{
	struct leasefile_block *block = &file->block;
	unsigned own = block->kind == BLOCK_LEASE ? 1 : 2;
	bool is_entry = block->is_entry && block->depth == own && !block->is_bad;

	if (block->depth == 0)
		return -EINVAL;
	if (block->depth-- == own)
		block->is_entry = false;
	if (block->depth == 0)
		block->kind = BLOCK_NONE;
	if (!is_entry)
		return 0;
	/* A lease without a state is from before there were states: it is held until it ends. */
	ret->is_held = block->is_active || !block->has_state;
	if (ret->is_held && (block->starts.us == 0 || block->ends.us == 0))
		return -EINVAL;
	ret->name = block->name;
	/* When it ended: of v6, a lease that was released keeps the end that it had, and cltt tells it. */
	if (ret->is_held || (block->is_released && block->kind == BLOCK_IA))
		ret->at = block->starts;
	else if (!block->is_declined)
		ret->at = block->ends;
	ret->until = ret->is_held ? block->ends : (struct wall){0};
	ret->client = kept_text(&block->client);
	ret->hardware = kept_text(&block->hardware);
	ret->circuit = kept_text(&block->circuit);
	if (ret->at.us == UINT32_MAX * WALL_SECOND)
		ret->at.us = 0;
	return 1;
}

int
leasefileisc_line(
	struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	struct statement statement;
	struct text rest = line;
	bool found = false;
	int r;

	while ((r = take_statement(&rest, &statement)) == 1) {
		if (statement.end == '{') {
			r = open_block(file, &statement);
		} else if (statement.end == ';') {
			r = read_statement(file, &statement);
		} else {
			r = statement.count > 0 ? -EINVAL : close_block(file, ret);
			/* One block a line at the most has an entry. */
			if (r == 1 && found)
				r = -EINVAL;
			found |= r == 1;
		}
		if (r < 0)
			break;
	}
	if (r < 0) {
		file->block.is_bad = true;
		return leasefile_bad(file, fail, line, "a statement of dhcpd.leases(5)");
	}
	return found;
}
