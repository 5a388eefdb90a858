/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/bootstrap.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

void
bootstrap_init(struct bootstrap *bootstrap)
{
	*bootstrap = (struct bootstrap){0};
}

void
bootstrap_done(struct bootstrap *bootstrap)
{
	free(bootstrap->entries);
	*bootstrap = (struct bootstrap){0};
}

/* "http" or "https" and a host, and nothing that would end a line. */
static bool
is_base(struct text url, bool *ret_plain)
{
	*ret_plain = text_starts(url, "http://");
	if ((!*ret_plain && !text_starts(url, "https://")) || url.length < 10 ||
		url.length + 1 >= BOOTSTRAP_URL)
		return false;
	for (size_t i = 0; i < url.length; i++) {
		if (url.at[i] <= ' ' || url.at[i] >= 0x7f)
			return false;
	}
	return true;
}

static void
add_entry(struct bootstrap *bootstrap, struct text prefix, struct text url)
{
	struct bootstrap_entry entry = {0};

	if (bootstrap->count == BOOTSTRAP_ENTRIES ||
		range_parse(prefix, false, &entry.family, &entry.range) < 0 ||
		!is_base(url, &entry.is_plain)) {
		bootstrap->passed++;
		return;
	}
	memcpy(entry.url, url.at, url.length);
	/* RFC 9224 s3 demands it; files before it did not have it everywhere. */
	if (url.at[url.length - 1] != '/')
		entry.url[url.length] = '/';
	if (bootstrap->count == bootstrap->size) {
		bootstrap->size = bootstrap->size > 0 ? 2 * bootstrap->size : 64;
		bootstrap->entries =
			xrealloc(bootstrap->entries, bootstrap->size * sizeof(*bootstrap->entries));
	}
	bootstrap->entries[bootstrap->count++] = entry;
}

static struct text
text_in(const json_t *value)
{
	return (struct text){.at = json_is_string(value) ? json_string_value(value) : "",
		.length = json_is_string(value) ? json_string_length(value) : 0};
}

int
bootstrap_read(struct bootstrap *bootstrap, struct text json, struct fail *fail)
{
	json_t *root =
		json.length <= BOOTSTRAP_MOST ? json_loadb(json.at, json.length, 0, NULL) : NULL;
	const json_t *services = json_object_get(root, "services"), *service, *prefix, *url;
	size_t i, j, k;

	if (!json_is_array(services)) {
		fail_what(fail, "this is no file of IANA's that says which server knows what");
		fail_hint(fail, "https://data.iana.org/rdap/ has ipv4.json and ipv6.json");
		json_decref(root);
		return -EBADMSG;
	}
	json_array_foreach(services, i, service)
	{
		json_array_foreach(json_array_get(service, 0), j, prefix)
		{
			json_array_foreach(json_array_get(service, 1), k, url)
				add_entry(bootstrap, text_in(prefix), text_in(url));
		}
	}
	json_decref(root);
	return 0;
}

/* Is a to be asked rather than b? */
static bool
is_better(const struct bootstrap_entry *a, const struct bootstrap_entry *b)
{
	if (!range_equal(&a->range, &b->range))
		return range_has(&b->range, &a->range);
	return b->is_plain && !a->is_plain;
}

const char *
bootstrap_find(const struct bootstrap *bootstrap, enum range_family family, ipnumber address,
	size_t choice)
{
	const struct bootstrap_entry *best = NULL;
	size_t passed = 0;

	for (size_t i = 0; i < bootstrap->count; i++) {
		const struct bootstrap_entry *entry = &bootstrap->entries[i];

		if (entry->family == family && entry->range.low <= address &&
			entry->range.high >= address && (best == NULL || is_better(entry, best)))
			best = entry;
	}
	if (best == NULL || choice == 0)
		return best != NULL ? best->url : NULL;
	/* The others of the same prefix, in their order. */
	for (size_t i = 0; i < bootstrap->count; i++) {
		const struct bootstrap_entry *entry = &bootstrap->entries[i];

		if (entry != best && entry->family == family &&
			range_equal(&entry->range, &best->range) && ++passed == choice)
			return entry->url;
	}
	return NULL;
}

const char *
bootstrap_national(uint16_t country, const char **ret_behind)
{
	static const struct national {
		char country[2];
		const char *server, *behind;
	} nationals[] = {
		{{'J', 'P'}, "whois.nic.ad.jp", "/e"}, /* in English */
		{{'K', 'R'}, "whois.kisa.or.kr", ""},
		{{'T', 'W'}, "whois.twnic.net.tw", ""},
	};

	for (size_t i = 0; i < sizeof(nationals) / sizeof(*nationals); i++) {
		if ((nationals[i].country[0] << 8 | nationals[i].country[1]) != country)
			continue;
		*ret_behind = nationals[i].behind;
		return nationals[i].server;
	}
	return NULL;
}
