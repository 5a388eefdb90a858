/* SPDX-License-Identifier: BSD-2-Clause */
/* contain - the rules and the sets of containment, by hand: for tests
 *
 *   contain rules renew|replace|remove [KEY=VALUE]...   the text for `nft -f -`
 *   contain do [add|remove|renew SET ADDRESS MS]...     all orders in one transaction; a line for each
 *   contain fill SET COUNT ADDRESS MS [TIMES]           the set is this address and those after it; TIMES times
 *   contain find SET ADDRESS | each SET | counters | state
 */
#include "action/ruleset.h"
#include "gate/nftsocket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct nftsocket nft;
static struct fail fail;

static int
complain(int r)
{
	fprintf(stderr, "contain: %s: %s\n", strerror(-r), fail.what);
	return 1;
}

static enum lineset
set_named(const char *name)
{
	for (int set = 0; set < LINESET_COUNT; set++) {
		if (strcmp(linesets[set].name, name) == 0)
			return (enum lineset)set;
	}
	fprintf(stderr, "contain: no set %s\n", name);
	exit(2);
}

static struct address
address_named(const char *words)
{
	struct address address;

	if (address_parse(text_of(words), &address) == 0)
		return address;
	fprintf(stderr, "contain: no address %s\n", words);
	exit(2);
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
		if (prefix_parse(text_cut(&words, ','), &list[count++]) < 0) {
			fprintf(stderr, "contain: no prefix\n");
			exit(2);
		}
	}
	return (struct ruleset_prefixes){list, count};
}

static enum ruleset_mode
mode_of(struct text words)
{
	return text_is(words, "enforce") ? RULESET_ENFORCE
		: text_is(words, "off")  ? RULESET_OFF
					 : RULESET_OBSERVE;
}

static uint32_t
number_of(struct text words)
{
	uint64_t number;

	if (text_parse_u64(words, UINT32_MAX, &number) == 0)
		return (uint32_t)number;
	fprintf(stderr, "contain: no number\n");
	exit(2);
}

static void
set_figure(struct ruleset_settings *settings, struct text key, struct text value)
{
	const struct {
		const char *name;
		uint32_t *at;
	} figures[] = {{"mark", &settings->mark}, {"lines", &settings->lines_most},
		{"exempt", &settings->exempt_most}, {"quarantined", &settings->quarantine_most},
		{"rate", &settings->rate}, {"burst", &settings->burst}};

	if (text_is(key, "garden"))
		settings->garden_port = (uint16_t)number_of(value);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		if (text_is(key, figures[i].name))
			*figures[i].at = number_of(value);
	}
}

static void
set_one(struct ruleset_settings *settings, const char *pair)
{
	struct text value = text_of(pair), key = text_cut(&value, '=');
	const struct {
		const char *name;
		struct ruleset_prefixes *at;
	} lists[] = {{"residential", &settings->residential}, {"inside", &settings->inside},
		{"servers", &settings->servers}, {"resolvers", &settings->resolvers},
		{"portal", &settings->portal}, {"protected", &settings->protected}};
	static const char *interface;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (text_is(key, lists[i].name)) {
			*lists[i].at = prefixes_of(value);
			return;
		}
	}
	if (text_is(key, "port25")) {
		settings->lines = settings->policy = mode_of(value);
	} else if (text_is(key, "policy")) {
		settings->policy = mode_of(value);
	} else if (text_is(key, "quarantine")) {
		settings->quarantine = mode_of(value);
	} else if (text_is(key, "ingress")) {
		interface = value.at;
		settings->ingress = &interface;
		settings->interfaces = 1;
	} else if (text_is(key, "length")) {
		settings->is_64 = text_is(value, "64");
		settings->is_56 = text_is(value, "56");
		settings->is_48 = text_is(value, "48");
	} else {
		set_figure(settings, key, value);
	}
}

static int
print_rules(int count, char **words)
{
	struct ruleset_settings settings;
	struct buffer text;
	int r;

	if (count > 0 && strcmp(words[0], "remove") == 0)
		return fputs(ruleset_removal, stdout) < 0;
	ruleset_defaults(&settings);
	for (int i = 1; i < count; i++)
		set_one(&settings, words[i]);
	buffer_init(&text, RULESET_TEXT);
	r = ruleset_print(&settings,
		count > 0 && strcmp(words[0], "replace") == 0 ? RULESET_REPLACE : RULESET_RENEW,
		&text, &fail);
	if (r >= 0)
		fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	return r < 0 ? complain(r) : 0;
}

static int
do_orders(int count, char **words)
{
	struct nftsocket_order orders[NFTSOCKET_ORDERS];
	size_t given = 0;
	int r;

	for (; count >= 4 && given < NFTSOCKET_ORDERS; count -= 4, words += 4)
		orders[given++] = (struct nftsocket_order){.verb = strcmp(words[0], "remove") == 0
				? NFTSOCKET_REMOVE
				: strcmp(words[0], "renew") == 0 ? NFTSOCKET_RENEW
								 : NFTSOCKET_ADD,
			.element = {.set = set_named(words[1]),
				.address = address_named(words[2]),
				.left_ms = number_of(text_of(words[3]))}};
	r = nftsocket_apply(&nft, orders, given, &fail);
	for (size_t i = 0; i < given; i++)
		printf("%d\n", orders[i].result);
	return r < 0 ? complain(r) : 0;
}

struct filling {
	enum lineset set;
	struct address address;
	uint64_t left_ms;
	uint32_t next, count;
};

/* The n-th after the first one, of this length. */
static int
next_of(void *context, struct element *ret)
{
	struct filling *filling = context;
	unsigned last = linesets[filling->set].length / 8;
	uint32_t plus = filling->next;

	if (filling->next++ == filling->count)
		return 0;
	*ret = (struct element){
		.set = filling->set, .address = filling->address, .left_ms = filling->left_ms};
	for (unsigned i = last; plus > 0 && i > 0; i--) {
		plus += ret->address.byte[i - 1];
		ret->address.byte[i - 1] = (uint8_t)plus;
		plus >>= 8;
	}
	return 1;
}

static int
fill(int count, char **words)
{
	uint32_t times = count > 4 ? number_of(text_of(words[4])) : 1;

	for (; times > 0 && count >= 4; times--) {
		struct filling filling = {.set = set_named(words[0]),
			.count = number_of(text_of(words[1])),
			.address = address_named(words[2]),
			.left_ms = number_of(text_of(words[3]))};
		int64_t r = nftsocket_replace(&nft, 1U << filling.set, next_of, &filling, &fail);

		if (r < 0)
			return complain((int)r);
	}
	return 0;
}

static void
print_element(void *context, const struct nftelement *element)
{
	char words[ADDRESS_TEXT];

	printf("%s %llu\n", address_format(&element->address, words),
		(unsigned long long)element->left_ms);
	(void)context;
}

static void
print_counter(void *context, struct text name, uint64_t packets, uint64_t bytes)
{
	printf("%.*s %llu %llu\n", (int)name.length, name.at, (unsigned long long)packets,
		(unsigned long long)bytes);
	(void)context;
}

static int
find(char **words)
{
	struct address address = address_named(words[1]);
	struct nftelement found;
	int r = nftsocket_find(&nft, set_named(words[0]), &address, &found);

	if (r > 0)
		print_element(NULL, &found);
	return r < 0 ? complain(r) : 0;
}

/* The generation of the rules, and which table stands there. */
static int
print_state(void)
{
	uint32_t generation;
	struct nftsocket_standing standing = {0};
	int r = nftsocket_generation(&nft, &generation);

	if (r < 0)
		return complain(r);
	if (nftsocket_standing(&nft, &standing) < 0)
		standing.digest = 0;
	printf("%u %016llx\n", generation, (unsigned long long)standing.digest);
	return 0;
}

int
main(int count, char **arguments)
{
	const char *verb = count > 1 ? arguments[1] : "";
	char **words = arguments + 2;
	int r;

	count -= 2;
	if (strcmp(verb, "rules") == 0)
		return print_rules(count, words);
	r = nftsocket_open(&nft, 2000000, &fail);
	if (r < 0)
		return complain(r);
	if (strcmp(verb, "do") == 0)
		return do_orders(count, words);
	if (strcmp(verb, "fill") == 0)
		return fill(count, words);
	if (strcmp(verb, "find") == 0 && count == 2)
		return find(words);
	if (strcmp(verb, "each") == 0 && count == 1)
		return nftsocket_each(&nft, set_named(words[0]), print_element, NULL) < 0;
	if (strcmp(verb, "counters") == 0)
		return nftsocket_counters(&nft, print_counter, NULL) < 0;
	if (strcmp(verb, "state") == 0)
		return print_state();
	return 2;
}
