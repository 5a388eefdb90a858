/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/natblock.h"

#include "identity/shape.h"

#include <errno.h>

int
natblock_from_event(uint8_t event, const struct address *inside, const struct address *outside,
	uint16_t low, uint16_t high, uint16_t count, struct wall at, struct natblock *ret)
{
	uint32_t last = high != 0 ? high : (uint32_t)low + count - 1;

	if ((event != NATBLOCK_ALLOCATED && event != NATBLOCK_DEALLOCATED) ||
		!address_is_v4(outside) || (high == 0 && count == 0) || last > UINT16_MAX ||
		last < low || last == 0)
		return -EINVAL;
	*ret = (struct natblock){.is_given = event == NATBLOCK_ALLOCATED,
		.inside = *inside,
		.outside = {.address = *outside, .low = low, .high = (uint16_t)last, .length = 128},
		.at = at};
	return 0;
}

int
natblock_from_binding(const struct observation *binding, struct natblock *ret)
{
	uint16_t low = binding->client_port, high = binding->server_port;

	if ((binding->kind != OBSERVATION_BINDING_OPEN &&
		    binding->kind != OBSERVATION_BINDING_CLOSE) ||
		!address_is_v4(&binding->server) || low > high)
		return -EINVAL;
	*ret = (struct natblock){.is_given = binding->kind == OBSERVATION_BINDING_OPEN,
		.inside = binding->client,
		.outside = {.address = binding->server, .low = low, .high = high, .length = 128},
		.at = binding->time};
	if (low == 0 && high == UINT16_MAX)
		ret->outside.high = 0;
	return 0;
}

/* Takes the next word; no word has a blank. */
static struct text
next_word(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = text_cut(rest, ' ');
	while (word.length > 0 && word.at[word.length - 1] == ',')
		word.length--;
	return word;
}

static int
read_block(struct text rest, struct natblock *ret)
{
	struct text inside = next_word(&rest), arrow = next_word(&rest), ports = next_word(&rest);
	struct text outside = text_cut(&ports, ':'), low = text_cut(&ports, '-');
	struct address address;
	uint64_t first, last;

	if (!text_is(arrow, "->") || address_parse(inside, &ret->inside) < 0 ||
		address_parse(outside, &address) < 0 ||
		text_parse_u64(low, UINT16_MAX, &first) < 0 ||
		text_parse_u64(ports, UINT16_MAX, &last) < 0)
		return -EINVAL;
	return natblock_from_event(ret->is_given ? NATBLOCK_ALLOCATED : NATBLOCK_DEALLOCATED,
		&ret->inside, &address, (uint16_t)first, (uint16_t)last, 0, (struct wall){0}, ret);
}

int
natblock_line(struct text line, struct natblock *ret, struct fail *fail)
{
	static const struct {
		const char *words;
		bool is_given;
	} messages[] = {{"_PORT_BLOCK_ALLOC: ", true}, {"_PORT_BLOCK_ACTIVE: ", true},
		{"_PORT_BLOCK_RELEASE: ", false}};
	struct natblock block = {.is_given = false};

	char shape[SHAPE_TEXT];

	if (line.length > NATBLOCK_LINE)
		return 0;
	if (line.length > 0 && memchr(line.at, '\0', line.length) != NULL) {
		shape_of(line, shape);
		fail_what(fail, "found '%s', expected a line of a log, without NUL", shape);
		return -EBADMSG;
	}
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		size_t length = strlen(messages[i].words);
		const char *at = memmem(line.at, line.length, messages[i].words, length);
		struct text rest;

		if (at == NULL)
			continue;
		at += length;
		rest = (struct text){at, (size_t)(line.at + line.length - at)};
		block.is_given = messages[i].is_given;
		if (read_block(rest, &block) < 0) {
			shape_of((struct text){at, (size_t)(line.at + line.length - at)}, shape);
			fail_what(fail, "found '%s', expected INSIDE -> OUTSIDE:LOW-HIGH", shape);
			return -EBADMSG;
		}
		*ret = block;
		return 1;
	}
	return 0;
}

int
natblock_tell(struct leases *leases, const struct natblock *block, unsigned life_seconds)
{
	struct lease lease = {.name = block->outside};
	struct wall until = {block->at.us + life_seconds * WALL_SECOND};
	struct lease_holder holder;
	int r;

	if (!block->is_given)
		return leases_vacate(leases, &block->outside, block->at);
	r = leasefind_holder(leases, &block->inside, 0, block->at, &holder);
	if (r < 0) {
		int vacated = leases_vacate(leases, &block->outside, block->at);

		return vacated < 0 ? vacated : -ENOENT;
	}
	lease.line = holder.line;
	return leases_start(leases, &lease, block->at, until);
}
