/* SPDX-License-Identifier: BSD-2-Clause */
/* containxdp - the filter of port 25 by hand: for tests
 *
 *   containxdp FOLDER start any|native|generic INTERFACE[,INTERFACE]... [KEY=VALUE]...
 *       opens, sets, attaches, leaves all other interfaces; says "taken" or "new", the mode of each, and how many it
 *       left; then for each line of standard input whether it is still attached at each, until that ends
 *   containxdp FOLDER do [add|remove SET ADDRESS]...   a line for each
 *   containxdp FOLDER fill SET COUNT ADDRESS [TIMES]   the set is this IPv4 address and those after it
 *   containxdp FOLDER counters | remove
 */
#include "gate/xdpcontain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct xdpcontain *contain;
static struct fail fail;

static int
complain(int64_t r)
{
	fprintf(stderr, "containxdp: %s: %s: %s %s\n", strerror((int)-r), fail.where, fail.what,
		fail.hint);
	return 1;
}

static void
misuse(const char *what)
{
	fprintf(stderr, "containxdp: no such %s\n", what);
	exit(2);
}

static enum lineset
set_named(const char *name)
{
	int set = 0;

	while (set < LINESET_COUNT && strcmp(linesets[set].name, name) != 0)
		set++;
	if (set == LINESET_COUNT)
		misuse(name);
	return (enum lineset)set;
}

static struct address
address_named(const char *words)
{
	struct address address;

	if (address_parse(text_of(words), &address) < 0)
		misuse(words);
	return address;
}

static uint32_t
number_of(struct text words)
{
	uint64_t number = 0;

	if (text_parse_u64(words, UINT32_MAX, &number) < 0)
		misuse("number");
	return (uint32_t)number;
}

/* A list of prefixes with commas. */
static struct ruleset_prefixes
prefixes_of(struct text words)
{
	static struct prefix all[256];
	static size_t used;
	struct prefix *list = all + used;
	size_t count = 0;

	for (; words.length > 0 && used < 256; used++) {
		if (prefix_parse(text_cut(&words, ','), &list[count++]) < 0)
			misuse("prefix");
	}
	return (struct ruleset_prefixes){list, count};
}

static void
set_one(struct ruleset_settings *settings, const char *pair)
{
	struct text value = text_of(pair), key = text_cut(&value, '=');

	if (text_is(key, "residential"))
		settings->residential = prefixes_of(value);
	else if (text_is(key, "servers"))
		settings->servers = prefixes_of(value);
	else if (text_is(key, "protected"))
		settings->protected = prefixes_of(value);
	else if (text_is(key, "lines"))
		settings->lines_most = number_of(value);
	else if (text_is(key, "port25"))
		settings->lines = settings->policy =
			text_is(value, "enforce") ? RULESET_ENFORCE : RULESET_OBSERVE;
	else
		misuse(pair);
}

static enum xdp_mode
mode_named(const char *name)
{
	int mode = 0;

	while (mode < XDP_MODE_COUNT && strcmp(xdp_mode_names[mode], name) != 0)
		mode++;
	if (mode == XDP_MODE_COUNT)
		misuse(name);
	return (enum xdp_mode)mode;
}

static int
start(int count, char **words)
{
	struct ruleset_settings settings;
	const char *interfaces[16];
	size_t given = 0;
	char line[16];
	int r;

	ruleset_defaults(&settings);
	settings.is_64 = settings.is_56 = settings.is_48 = true;
	for (int i = 2; i < count; i++)
		set_one(&settings, words[i]);
	r = xdpcontain_set(contain, &settings, &fail);
	if (r < 0)
		return complain(r);
	printf("%s", xdpcontain_is_taken(contain) ? "taken" : "new");
	for (char *name = words[1], *comma; name != NULL && given < 16;
		name = comma != NULL ? comma + 1 : NULL) {
		comma = strchr(name, ',');
		if (comma != NULL)
			*comma = '\0';
		interfaces[given++] = name;
		r = xdpcontain_attach(contain, name, mode_named(words[0]), &fail);
		if (r < 0)
			return complain(r);
		printf(" %s", xdp_mode_names[r]);
	}
	r = xdpcontain_leave(contain, interfaces, given);
	if (r < 0)
		return complain(r);
	printf(" %d\n", r);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		for (size_t i = 0; i < given; i++)
			printf("%d%c", xdpcontain_standing(contain, interfaces[i]),
				i + 1 < given ? ' ' : '\n');
		fflush(stdout);
	}
	return 0;
}

static int
do_orders(int count, char **words)
{
	struct nftsocket_order orders[NFTSOCKET_ORDERS];
	size_t given = 0;
	int r;

	for (; count >= 3 && given < NFTSOCKET_ORDERS; count -= 3, words += 3)
		orders[given++] = (struct nftsocket_order){
			.verb = strcmp(words[0], "remove") == 0 ? NFTSOCKET_REMOVE : NFTSOCKET_ADD,
			.element = {
				.set = set_named(words[1]), .address = address_named(words[2])}};
	r = xdpcontain_apply(contain, orders, given, &fail);
	for (size_t i = 0; i < given; i++)
		printf("%d\n", orders[i].result);
	return r < 0 ? complain(r) : 0;
}

struct filling {
	enum lineset set;
	uint32_t first, next, count;
};

static int
next_of(void *context, struct element *ret)
{
	struct filling *filling = context;

	if (filling->next == filling->count)
		return 0;
	*ret = (struct element){
		.set = filling->set, .address = address_from_v4(filling->first + filling->next++)};
	return 1;
}

static int
fill(int count, char **words)
{
	uint32_t times = count > 3 ? number_of(text_of(words[3])) : 1;
	struct address first;

	for (; times > 0 && count >= 3; times--) {
		struct filling filling = {
			.set = set_named(words[0]), .count = number_of(text_of(words[1]))};
		int64_t r;

		first = address_named(words[2]);
		filling.first = bytes_u32(first.byte + 12);
		r = xdpcontain_replace(contain, 1U << filling.set, next_of, &filling, &fail);
		if (r < 0)
			return complain(r);
	}
	return 0;
}

static int
print_counters(void)
{
	uint64_t packets[XDPCONTAIN_COUNTERS], bytes[XDPCONTAIN_COUNTERS];
	int r = xdpcontain_counters(contain, packets, bytes);

	for (int i = 0; i < XDPCONTAIN_COUNTERS && r == 0; i++)
		printf("%s %llu %llu\n", ruleset_counters[i], (unsigned long long)packets[i],
			(unsigned long long)bytes[i]);
	return r < 0 ? complain(r) : 0;
}

int
main(int count, char **words)
{
	const char *verb = count > 2 ? words[2] : "";
	int r = 2;

	if (strcmp(verb, "remove") == 0) {
		r = xdpcontain_remove(words[1], &fail);
		return r < 0 ? complain(r) : 0;
	}
	contain = count > 2 ? xdpcontain_open(words[1], &fail) : NULL;
	if (contain == NULL)
		return complain(-EINVAL);
	if (strcmp(verb, "start") == 0 && count > 4)
		r = start(count - 3, words + 3);
	else if (strcmp(verb, "do") == 0)
		r = do_orders(count - 3, words + 3);
	else if (strcmp(verb, "fill") == 0)
		r = fill(count - 3, words + 3);
	else if (strcmp(verb, "counters") == 0)
		r = print_counters();
	xdpcontain_close(contain);
	return r;
}
