/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/casefind.h"

#include "base/address.h"
#include "ledger/casecode.h"

#include <errno.h>
#include <stdio.h>

#define PSEUDONYM_DIGITS 16
#define PORTS_LEAST      64

struct finder {
	struct ledger *ledger;
	struct ledger_case *found;
	char *name; /* that found it */
	struct fail *fail;
};

static int
try_name(struct finder *finder, const char *name)
{
	int r = ledger_find_name(finder->ledger, text_of(name), finder->found, finder->fail);

	if (r == 0)
		snprintf(finder->name, SEAL_NAME, "%s", name);
	return r;
}

/* The lines that an IPv6 address may be in. */
static int
try_prefixes(struct finder *finder, const struct address *address)
{
	static const uint8_t lengths[] = {64, 56, 48};
	char name[PREFIX_TEXT];
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(lengths) && r == -ENOENT; i++) {
		struct prefix prefix = {
			.address = address_mask(address, lengths[i]), .length = lengths[i]};

		r = try_name(finder, prefix_format(&prefix, name));
	}
	return r;
}

/* The blocks that a port of a shared address may be in: a power of two of ports each. */
static int
try_blocks(struct finder *finder, struct text text)
{
	struct text rest = text, host = text_cut(&rest, ':');
	char name[SEAL_NAME], canonical[ADDRESS_TEXT];
	struct address address;
	uint64_t port;
	int r = -ENOENT;

	if (address_parse(host, &address) < 0 || text_parse_u64(rest, 65535, &port) < 0)
		return -ENOENT;
	address_format(&address, canonical);
	for (uint64_t ports = PORTS_LEAST; ports <= 32768 && r == -ENOENT; ports *= 2) {
		uint64_t low = port / ports * ports;

		snprintf(name, sizeof(name), "%s:%llu-%llu", canonical, (unsigned long long)low,
			(unsigned long long)(low + ports - 1));
		r = try_name(finder, name);
	}
	return r;
}

static int
try_all(struct finder *finder, struct text text)
{
	char name[ADDRESS_TEXT > PREFIX_TEXT ? ADDRESS_TEXT : PREFIX_TEXT];
	struct address address;
	struct prefix prefix;
	char asked[SEAL_NAME];
	int r;

	if (text.length >= sizeof(asked))
		return -ENOENT;
	snprintf(asked, sizeof(asked), "%.*s", (int)text.length, text.at);
	r = try_name(finder, asked);

	if (r == -ENOENT && address_parse(text, &address) == 0) {
		r = try_name(finder, address_format(&address, name));
		if (r == -ENOENT && !address_is_v4(&address))
			r = try_prefixes(finder, &address);
	} else if (r == -ENOENT && prefix_parse(text, &prefix) == 0) {
		r = try_name(finder, prefix_format(&prefix, name));
	} else if (r == -ENOENT) {
		r = try_blocks(finder, text);
	}
	return r;
}

static int
tell_none(struct text what, const char *kind, struct fail *fail)
{
	struct address address;
	bool is_v4 = address_parse(what, &address) == 0 && address_is_v4(&address);

	fail_what(fail, "the ledger has no case %s \"%.*s\"", kind,
		what.length < SEAL_NAME ? (int)what.length : SEAL_NAME, what.at);
	fail_hint(fail,
		"lazaret cases lists them; a case that was closed is removed some time later%s",
		is_v4 ? "; an address that lines share is asked for with the port: ADDRESS:PORT"
		      : "");
	return -ESRCH;
}

int
casefind_look(struct ledger *ledger, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail)
{
	struct finder finder = {.ledger = ledger, .found = ret, .name = name, .fail = fail};
	uint64_t number;
	int r;

	*name = '\0';
	/* As scan --pseudonyms prints it. */
	if (text_starts(what, "line-")) {
		what.at += strlen("line-");
		what.length -= strlen("line-");
	}
	if (what.length == PSEUDONYM_DIGITS && text_parse_hex(what, UINT64_MAX, &number) == 0) {
		r = ledger_find_line(ledger, number, ret, fail);
		return r == -ENOENT ? tell_none(what, "of line", fail) : r;
	}
	if (text_parse_u64(what, INT64_MAX, &number) == 0) {
		r = ledger_case(ledger, number, ret, fail);
		return r == -ENOENT ? tell_none(what, "with the number", fail) : r;
	}
	if (ledger_key(ledger) != NULL && casecode_parse(what, ledger_key(ledger), &number) == 0) {
		r = ledger_case(ledger, number, ret, fail);
		/* A name may read as a code. */
		if (r != -ENOENT)
			return r;
	}
	r = try_all(&finder, what);
	return r == -ENOENT ? tell_none(what, "of", fail) : r;
}

int
casefind(struct ledger *ledger, struct text what, struct ledger_case *ret, char name[SEAL_NAME],
	struct fail *fail)
{
	int r = casefind_look(ledger, what, ret, name, fail);

	if (r == 0 && *name != '\0')
		r = ledger_note(ledger, ACTION_FIND, ret->number, TEXT(""), fail);
	return r;
}

int
casefind_alone(struct ledger *ledger, struct text what, struct ledger_case *ret,
	char name[SEAL_NAME], struct fail *fail)
{
	struct text port = what, host = text_cut(&port, ':');
	int r = casefind(ledger, what, ret, name, fail);
	struct address address;
	struct fail why = {0};
	uint64_t number;

	if (r != -ESRCH || address_parse(host, &address) < 0 ||
		text_parse_u64(port, 65535, &number) < 0)
		return r;
	r = casefind(ledger, host, ret, name, &why);
	if (r != -ESRCH)
		*fail = why;
	return r;
}
