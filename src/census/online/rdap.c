/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/rdap.h"

#include "census/registry/delegated.h"

#include <jansson.h>

static struct text
text_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_string(value))
		return (struct text){.at = "", .length = 0};
	return (struct text){.at = json_string_value(value), .length = json_string_length(value)};
}

static bool
is_word(struct text text, const char *word)
{
	if (text.length != strlen(word))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text_small(text.at[i]) != word[i])
			return false;
	}
	return true;
}

/* Is the word one of an array of strings? */
static bool
has_word(const json_t *object, const char *member, const char *word)
{
	const json_t *array = json_object_get(object, member), *value;
	size_t i;

	json_array_foreach(array, i, value)
	{
		struct text text = {.at = json_string_value(value),
			.length = json_is_string(value) ? json_string_length(value) : 0};

		if (is_word(text, word))
			return true;
	}
	return false;
}

static bool
is_hidden(const json_t *entity)
{
	return has_word(entity, "status", "private") || has_word(entity, "status", "removed") ||
		has_word(entity, "status", "obscured") || has_word(entity, "status", "proxy");
}

/* The mailboxes of a jCard: ["vcard", [[name, parameters, type, value...], ...]] (RFC 7095 s3). */
static void
add_card(struct netanswer *answer, const json_t *entity)
{
	const json_t *items = json_array_get(json_object_get(entity, "vcardArray"), 1), *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		const char *name = json_string_value(json_array_get(item, 0));

		if (name == NULL || !is_word(text_of(name), "email"))
			continue;
		for (size_t j = 3; j < json_array_size(item); j++) {
			const json_t *value = json_array_get(item, j);

			if (json_is_string(value))
				netanswer_add_mailbox(answer,
					(struct text){.at = json_string_value(value),
						.length = json_string_length(value)});
		}
	}
}

/* True: one of them has the role, but does not show itself. */
static bool
add_abuse(struct netanswer *answer, const json_t *container)
{
	const json_t *entities = json_object_get(container, "entities"), *entity;
	bool was_hidden = false;
	size_t i;

	json_array_foreach(entities, i, entity)
	{
		if (i == RDAP_ENTITIES)
			break;
		if (!has_word(entity, "roles", "abuse"))
			continue;
		if (is_hidden(entity))
			was_hidden = true;
		else
			add_card(answer, entity);
	}
	return was_hidden;
}

static bool
add_abuse_of_registrants(struct netanswer *answer, const json_t *network)
{
	const json_t *entities = json_object_get(network, "entities"), *entity;
	bool was_hidden = false;
	size_t i;

	json_array_foreach(entities, i, entity)
	{
		if (i == RDAP_ENTITIES)
			break;
		if (!has_word(entity, "roles", "registrant") ||
			has_word(entity, "roles", "registrar") ||
			has_word(entity, "roles", "technical"))
			continue;
		was_hidden = add_abuse(answer, entity) || was_hidden;
	}
	return was_hidden;
}

/* Of what was cut out the reason; empty: nothing was. */
static struct text
why_cut(const json_t *object)
{
	static const char *const members[] = {"remarks", "notices"};

	for (size_t m = 0; m < 2; m++) {
		const json_t *array = json_object_get(object, members[m]), *remark;
		size_t i;

		json_array_foreach(array, i, remark)
		{
			struct text type = text_member(remark, "type"), rest = type;

			while (rest.length >= 16 && !text_starts(rest, "truncated due to")) {
				rest.at++;
				rest.length--;
			}
			if (rest.length >= 16)
				return type;
		}
	}
	return (struct text){.at = "", .length = 0};
}

static bool
mentions(struct text text, const char *words)
{
	return text.length > 0 && memmem(text.at, text.length, words, strlen(words)) != NULL;
}

/* An end of the range. Some servers of old wrote "/32" or "/128" behind it, or octets of three digits each. */
static int
read_end(struct text text, enum range_family family, ipnumber *ret)
{
	struct text rest = text, address = text_cut(&rest, '/');
	enum range_family found;
	char into[16];
	size_t length = 0;

	for (size_t i = 0; family == RANGE_IPV4 && i < address.length && length < sizeof(into);
		i++) {
		bool is_first = length == 0 || into[length - 1] == '.';
		bool is_more = i + 1 < address.length && address.at[i + 1] != '.';

		if (address.at[i] != '0' || !is_first || !is_more)
			into[length++] = address.at[i];
	}
	if (family == RANGE_IPV4)
		address = (struct text){.at = into, .length = length};

	if (rest.length > 0 && !text_is(rest, family == RANGE_IPV4 ? "32" : "128"))
		return -1;
	return range_parse_address(address, &found, ret) < 0 || found != family ? -1 : 0;
}

static void
read_network(struct netanswer *answer, const json_t *network, ipnumber address)
{
	struct text cut = why_cut(network), low = text_member(network, "startAddress");
	struct range range;
	bool was_hidden;

	if (read_end(low, answer->family, &range.low) < 0 ||
		read_end(text_member(network, "endAddress"), answer->family, &range.high) < 0) {
		netanswer_say(answer, NETANSWER_WRONG, TEXT("the answer has no network"));
		return;
	}
	if (!netanswer_take_range(answer, &range, address))
		return;
	answer->country = delegated_country(text_member(network, "country"));
	was_hidden = add_abuse(answer, network);
	if (answer->mailbox_count == 0)
		was_hidden = add_abuse_of_registrants(answer, network) || was_hidden;
	answer->is_for_abuse = answer->mailbox_count > 0;
	if (answer->mailbox_count > 0)
		return;
	if (mentions(cut, "load"))
		netanswer_say(answer, NETANSWER_BUSY, cut);
	else if (cut.length > 0)
		netanswer_say(answer, NETANSWER_WITHHELD, cut);
	else if (was_hidden)
		netanswer_say(answer, NETANSWER_WITHHELD, TEXT("its contact is not shown"));
}

static void
read_error(struct netanswer *answer, const json_t *root, unsigned status)
{
	struct text title = text_member(root, "title");

	if (status == 404)
		netanswer_say(answer, NETANSWER_NOTHING, title);
	else if (status == 429 || status >= 500)
		netanswer_say(answer, NETANSWER_BUSY, title);
	else
		netanswer_say(answer, NETANSWER_REFUSED, title);
}

struct netanswer
rdap_parse(struct text json, unsigned status, enum range_family family, ipnumber address)
{
	struct netanswer answer = netanswer_begin(family);
	json_t *root = json.length <= RDAP_MOST ? json_loadb(json.at, json.length, 0, NULL) : NULL;
	const json_t *code = json_object_get(root, "errorCode");

	if (json_is_integer(code) && status == 200)
		status = (unsigned)json_integer_value(code);
	if (status != 200)
		read_error(&answer, root, status);
	else if (!json_is_object(root))
		netanswer_say(&answer, NETANSWER_WRONG,
			json.length > RDAP_MOST ? TEXT("the answer is too long")
						: TEXT("the answer is no JSON object"));
	else
		read_network(&answer, root, address);
	json_decref(root);
	return answer;
}
