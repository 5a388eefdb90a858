/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/lines.h"

#include "base/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct lines {
	struct lines_settings settings;
	struct lines_prefix *prefixes;
	size_t count;
	struct table by_prefix; /* hash of masked address and length -> index of prefixes */
	uint8_t lengths[130];   /* the lengths in use (0 to 128), longest first, ended by 255 */
	struct line_name *names;
	struct table by_pseudonym; /* -> index of names */
	struct leased *leased;     /* NULL: nothing is leased */
	bool has_leased;
};

struct lines *
lines_new(const struct lines_settings *settings)
{
	struct lines *lines = xcalloc(1, sizeof(*lines));

	lines->settings = *settings;
	lines->lengths[0] = 255;
	table_init(&lines->by_prefix, LINES_PREFIXES_MOST);
	lines->prefixes = memory_map(LINES_PREFIXES_MOST, sizeof(*lines->prefixes));
	table_init(&lines->by_pseudonym, settings->names_most);
	lines->names = memory_map(settings->names_most, sizeof(*lines->names));
	return lines;
}

struct lines *
lines_free(struct lines *lines)
{
	if (lines == NULL)
		return NULL;
	table_done(&lines->by_prefix);
	table_done(&lines->by_pseudonym);
	memory_unmap(lines->prefixes, LINES_PREFIXES_MOST, sizeof(*lines->prefixes));
	memory_unmap(lines->names, lines->settings.names_most, sizeof(*lines->names));
	free(lines);
	return NULL;
}

void
lines_set_key(struct lines *lines, const struct hash_key *key)
{
	lines->settings.key = *key;
}

void
lines_set_leased(struct lines *lines, struct leased *leased)
{
	lines->leased = leased;
}

static uint64_t
prefix_hash(const struct address *masked, unsigned length)
{
	return hash_fast(masked->byte, sizeof(masked->byte), length);
}

/* Puts the length in its place, longest first. */
static void
note_length(struct lines *lines, uint8_t length)
{
	size_t at = 0, end = 0;

	while (lines->lengths[end] != 255)
		end++;
	while (lines->lengths[at] != 255 && lines->lengths[at] > length)
		at++;
	if (lines->lengths[at] == length)
		return;
	memmove(lines->lengths + at + 1, lines->lengths + at, end - at + 1);
	lines->lengths[at] = length;
}

int
lines_add(struct lines *lines, const struct lines_prefix *prefix, struct fail *fail)
{
	bool is_v4 = prefix->prefix.length >= 96 && address_is_v4(&prefix->prefix.address);
	struct table_slot *slot;
	char text[PREFIX_TEXT];
	int r;

	prefix_format(&prefix->prefix, text);
	if (prefix->ports != 0 && (!is_v4 || (prefix->ports & (prefix->ports - 1)) != 0)) {
		fail_what(fail, "%s: a block of %u ports does not fit", text, prefix->ports);
		fail_hint(fail, "ports go with IPv4 prefixes and are a power of two, like 2048");
		return -EINVAL;
	}
	if (prefix->line_length != 0 &&
		(is_v4 || prefix->line_length > 128 ||
			prefix->line_length < prefix->prefix.length)) {
		fail_what(fail, "%s: lines of /%u do not fit", text, prefix->line_length);
		fail_hint(fail, "line lengths go with IPv6 prefixes and are not shorter than them");
		return -EINVAL;
	}
	r = table_add(&lines->by_prefix,
		prefix_hash(&prefix->prefix.address, prefix->prefix.length), &slot);
	if (r <= 0) {
		fail_what(fail, r == 0 ? "%s stands twice" : "%s: the table is full", text);
		fail_hint(fail, "a table has each prefix once, %d prefixes at the most",
			LINES_PREFIXES_MOST);
		return r == 0 ? -EEXIST : r;
	}
	slot->value = (uint32_t)lines->count;
	lines->prefixes[lines->count++] = *prefix;
	lines->has_leased |= prefix->is_leased;
	note_length(lines, prefix->prefix.length);
	return 0;
}

const struct lines_prefix *
lines_prefix_at(const struct lines *lines, size_t index)
{
	return index < lines->count ? &lines->prefixes[index] : NULL;
}

bool
lines_has_inside(const struct lines *lines)
{
	return lines->count > 0;
}

bool
lines_has_leased(const struct lines *lines)
{
	return lines->has_leased;
}

static const struct lines_prefix *
find_prefix(const struct lines *lines, const struct address *address)
{
	/* IPv4 is inside IPv6 as /96; a shorter prefix speaks of IPv6 alone. */
	unsigned least = address_is_v4(address) ? 96 : 0;

	for (const uint8_t *length = lines->lengths; *length != 255 && *length >= least; length++) {
		struct address masked = address_mask(address, *length);
		const struct table_slot *slot =
			table_find(&lines->by_prefix, prefix_hash(&masked, *length));

		if (slot != NULL &&
			memcmp(lines->prefixes[slot->value].prefix.address.byte, masked.byte,
				sizeof(masked.byte)) == 0)
			return &lines->prefixes[slot->value];
	}
	return NULL;
}

bool
lines_is_leased(const struct lines *lines, const struct address *address)
{
	const struct lines_prefix *prefix = find_prefix(lines, address);

	return prefix != NULL && prefix->is_leased;
}

/* Of IPv6 lines in a prefix, or anywhere; never shorter than the prefix, or two prefixes would share lines. */
static uint8_t
line_length(const struct lines *lines, const struct lines_prefix *prefix)
{
	uint8_t standard = (uint8_t)lines->settings.line_length;

	if (prefix == NULL)
		return standard;
	if (prefix->line_length != 0)
		return prefix->line_length;
	return standard > prefix->prefix.length ? standard : prefix->prefix.length;
}

/* The name of the line of an address of this prefix; false if the address is not ours. */
static bool
name_in(const struct lines *lines, const struct lines_prefix *prefix, const struct address *address,
	uint16_t port, struct line_name *name, uint8_t *role)
{
	*name = (struct line_name){.address = *address, .length = 128};
	*role = prefix ? prefix->role : ROLE_RESIDENTIAL;
	if (prefix == NULL && lines->count > 0)
		return false;
	if (!address_is_v4(address)) {
		name->length = line_length(lines, prefix);
		name->address = address_mask(address, name->length);
	} else if (prefix != NULL && prefix->ports != 0) {
		name->low = (uint16_t)(port & ~(prefix->ports - 1));
		name->high = (uint16_t)(name->low + prefix->ports - 1);
	}
	return true;
}

static int
find_in(const struct lines *lines, const struct lines_prefix *prefix, const struct address *address,
	uint16_t port, struct line *ret, struct line_name *name)
{
	uint8_t role;

	if (!name_in(lines, prefix, address, port, name, &role))
		return -ENOENT;
	*ret = (struct line){
		.pseudonym = line_name_pseudonym(name, &lines->settings.key), .role = role};
	return 0;
}

int
lines_find_name(const struct lines *lines, const struct address *address, uint16_t port,
	struct line *ret, struct line_name *name)
{
	return find_in(lines, find_prefix(lines, address), address, port, ret, name);
}

bool
lines_has(const struct lines *lines, const struct line_name *name)
{
	const struct lines_prefix *prefix = find_prefix(lines, &name->address);
	struct line_name now;
	uint8_t role;

	if (prefix != NULL && prefix->is_leased && lines->leased != NULL)
		return false;
	return name_in(lines, prefix, &name->address, name->low, &now, &role) &&
		address_equal(&now.address, &name->address) && now.length == name->length &&
		now.low == name->low && now.high == name->high;
}

/* What says nothing of a role leaves it to the prefix, but one line alone is not shared. */
static uint8_t
leased_role(const struct lines_prefix *prefix, uint8_t own)
{
	return own == ROLE_RESIDENTIAL && prefix->role != ROLE_SHARED ? prefix->role : own;
}

int
lines_role(const struct lines *lines, const struct address *address, uint8_t own, uint8_t *ret)
{
	const struct lines_prefix *prefix = find_prefix(lines, address);

	if (prefix == NULL)
		return -ENOENT;
	*ret = prefix->is_leased ? leased_role(prefix, own) : prefix->role;
	return 0;
}

/* In a prefix that is leased. */
static int
find_holder(const struct lines *lines, const struct lines_prefix *prefix,
	const struct address *address, uint16_t port, struct wall at, struct line *ret,
	struct line_name *name)
{
	struct line_name inside;
	int r = leased_inside(lines->leased, address, port, at, &inside);

	*name = (struct line_name){.length = 0};
	if (r == 0) {
		const struct lines_prefix *of = find_prefix(lines, &inside.address);

		/* Behind the translator each address may be a line's own. */
		if (of != NULL && !of->is_leased)
			return find_in(lines, of, &inside.address, 0, ret, name);
		r = leased_holder(lines->leased, &inside.address, 0, at, ret);
	} else if (r == -ENOENT) {
		r = leased_holder(lines->leased, address, port, at, ret);
	}
	if (r < 0)
		return -ENODATA;
	ret->role = leased_role(prefix, ret->role);
	return 0;
}

int
lines_find_at(const struct lines *lines, const struct address *address, uint16_t port,
	struct wall at, struct line *ret, struct line_name *name)
{
	const struct lines_prefix *prefix = find_prefix(lines, address);

	if (prefix != NULL && prefix->is_leased && lines->leased != NULL)
		return find_holder(lines, prefix, address, port, at, ret, name);
	return find_in(lines, prefix, address, port, ret, name);
}

void
lines_fetch(const struct lines *lines, struct lease_question *questions, size_t count)
{
	size_t kept = 0;

	if (lines->leased == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		if (lines_is_leased(lines, &questions[i].address))
			questions[kept++] = questions[i];
	}
	leased_fetch(lines->leased, questions, kept);
}

int
lines_find(
	const struct lines *lines, const struct address *address, uint16_t port, struct line *ret)
{
	struct line_name name;

	return lines_find_name(lines, address, port, ret, &name);
}

void
lines_remember(struct lines *lines, const struct address *address, uint16_t port)
{
	struct table_slot *slot;
	struct line_name name;
	struct line line;

	if (lines_find_name(lines, address, port, &line, &name) < 0)
		return;
	if (table_add(&lines->by_pseudonym, line.pseudonym, &slot) != 1)
		return;
	slot->value = (uint32_t)lines->by_pseudonym.count - 1;
	lines->names[slot->value] = name;
}

int
lines_name(const struct lines *lines, uint64_t pseudonym, char into[LINE_NAME])
{
	const struct table_slot *slot = table_find(&lines->by_pseudonym, pseudonym);

	if (slot == NULL)
		return -ENOENT;
	line_name_format(&lines->names[slot->value], into);
	return 0;
}

/* What a person may write behind the address: a port or block of ports, or the length of a prefix. */
struct written {
	struct text address;
	struct text ports;  /* behind the ':' of an IPv4 address; NULL where there is none */
	struct text length; /* behind the '/'; NULL where there is none */
};

static struct written
take_apart(struct text text)
{
	struct written written = {.address = text};
	struct text rest = text, head = text_cut(&rest, ':');

	if (memchr(head.at, '.', head.length) != NULL && head.length < text.length) {
		written.address = head;
		written.ports = rest;
		return written;
	}
	rest = text;
	head = text_cut(&rest, '/');
	if (head.length < text.length) {
		written.address = head;
		written.length = rest;
	}
	return written;
}

/* Does a line have the ports and length that were written? Otherwise another one than was meant would answer. */
static int
check_written(const struct written *written, const struct line_name *name, struct fail *fail)
{
	unsigned length = address_is_v4(&name->address) ? 32 : name->length;
	struct text high = written->ports, low = text_cut(&high, '-');
	uint64_t number;

	if (written->ports.at == NULL && name->high != 0) {
		fail_what(fail, "is the address of several lines, and the port tells them apart");
		fail_hint(fail, "name it as ADDRESS:PORT");
		return -EINVAL;
	}
	if (name->high != 0 && low.length < written->ports.length &&
		(text_parse_u64(high, 65535, &number) < 0 || number != name->high ||
			text_parse_u64(low, 65535, &number) < 0 || number != name->low)) {
		fail_what(fail, "is no line: the first of these ports is in %u-%u", name->low,
			name->high);
		return -EINVAL;
	}
	if (written->length.at != NULL &&
		(text_parse_u64(written->length, 128, &number) < 0 || number != length)) {
		fail_what(fail, "is no line: there a line has the prefix length /%u", length);
		fail_hint(fail, "an address alone names its line, too");
		return -EINVAL;
	}
	return 0;
}

int
lines_parse(struct lines *lines, struct text text, struct line *ret, struct fail *fail)
{
	struct written written = take_apart(text);
	struct text ports = written.ports;
	struct address address;
	struct line_name name;
	uint64_t port = 0;
	int r;

	if (address_parse(written.address, &address) < 0 ||
		(ports.at != NULL && text_parse_u64(text_cut(&ports, '-'), 65535, &port) < 0)) {
		fail_what(fail, "is no line");
		fail_hint(fail,
			"expected an address such as 192.0.2.7 or 2001:db8:1:200::/56, "
			"ADDRESS:PORT where lines share an address, or a pseudonym, which has 16 "
			"hexadecimal digits");
		return -EINVAL;
	}
	r = lines_find_at(lines, &address, (uint16_t)port,
		lines->leased != NULL ? lines->leased->now : (struct wall){0}, ret, &name);
	if (r == -ENODATA) {
		fail_what(fail, "is leased, and who holds it now is not known for sure");
		fail_hint(fail, "name the case, or the line by its pseudonym");
		return -EINVAL;
	}
	if (r < 0)
		return -ENOENT;
	if (name.length == 0)
		return 0;
	if (check_written(&written, &name, fail) < 0)
		return -EINVAL;
	lines_remember(lines, &address, (uint16_t)port);
	return 0;
}

static int
role_parse(struct text text, uint8_t *ret)
{
	for (uint8_t role = 0; role < ROLE_LINES; role++) {
		if (text_is(text, role_names[role])) {
			*ret = role;
			return 0;
		}
	}
	return -EINVAL;
}

/* The next word, and the rest behind it without blanks. */
static struct text
next_word(struct text *rest)
{
	struct text word;

	*rest = text_trim(*rest);
	word = *rest;
	for (size_t i = 0; i < word.length; i++) {
		if (word.at[i] == ' ' || word.at[i] == '\t') {
			word.length = i;
			break;
		}
	}
	rest->at += word.length;
	rest->length -= word.length;
	return word;
}

static int
parse_words(struct text line, struct lines_prefix *ret, struct fail *fail)
{
	struct text rest = line, word = next_word(&rest);
	uint64_t number;
	int r;

	*ret = (struct lines_prefix){.role = ROLE_RESIDENTIAL};
	r = prefix_parse(word, &ret->prefix);
	if (r < 0) {
		fail_what(fail, "\"%.*s\" is no prefix%s", (int)word.length, word.at,
			r == -EDOM ? ": it has bits set beyond its length" : "");
		fail_hint(fail, "expected something like 192.0.2.0/24 or 2001:db8::/32");
		return -EINVAL;
	}
	while ((word = next_word(&rest)).length > 0) {
		if (text_is(word, "line") || text_is(word, "ports")) {
			bool is_ports = text_is(word, "ports");
			struct text figure = next_word(&rest);

			if (!is_ports && text_starts(figure, "/"))
				figure.at++, figure.length--;
			if (text_parse_u64(figure, is_ports ? 32768 : 128, &number) < 0 ||
				number == 0) {
				fail_what(fail, "\"%.*s\" is no %s", (int)figure.length, figure.at,
					is_ports ? "number of ports" : "prefix length");
				return -EINVAL;
			}
			if (is_ports)
				ret->ports = (uint16_t)number;
			else
				ret->line_length = (uint8_t)number;
		} else if (text_is(word, "leased")) {
			ret->is_leased = true;
		} else if (role_parse(word, &ret->role) < 0) {
			fail_what(fail, "\"%.*s\" is no role", (int)word.length, word.at);
			fail_hint(fail,
				"roles: residential static business mail-server mobile shared "
				"protected; also \"line /56\", \"ports 2048\" and \"leased\"");
			return -EINVAL;
		}
	}
	return 0;
}

/* One row of the table; comments and empty lines give nothing. */
static int
read_row(struct lines *lines, struct text row, struct fail *fail)
{
	struct lines_prefix prefix;
	struct text text = text_cut(&row, '#');

	while (text.length > 0 &&
		(text.at[text.length - 1] == '\n' || text.at[text.length - 1] == '\r'))
		text.length--;
	if (text_trim(text).length == 0)
		return 0;
	if (parse_words(text, &prefix, fail) < 0)
		return -EINVAL;
	return lines_add(lines, &prefix, fail);
}

int
lines_read(struct lines *lines, const char *path, struct fail *fail)
{
	FILE *file = fopen(path, "re");
	unsigned number = 0;
	char row[512];
	int r = 0;

	if (file == NULL) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "the table of prefixes cannot be read: %s", strerror(-r));
		return r;
	}
	while (r == 0 && fgets(row, sizeof(row), file) != NULL) {
		struct text text = text_of(row);

		number++;
		if (text.length == sizeof(row) - 1 && row[sizeof(row) - 2] != '\n') {
			fail_what(fail, "the line is longer than %zu bytes", sizeof(row) - 2);
			r = -EINVAL;
		} else {
			r = read_row(lines, text, fail);
		}
	}
	if (r < 0) {
		fail_where(fail, "%s:%u", path, number);
	} else if (ferror(file)) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "the table of prefixes cannot be read: %s", strerror(-r));
	}
	fclose(file);
	return r;
}
