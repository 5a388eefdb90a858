/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/whoisanswer.h"

#include "census/registry/contactrules.h"
#include "census/registry/delegated.h"
#include "census/registry/nest.h"

struct asked {
	struct netanswer answer;
	ipnumber address;
};

static bool
begins(struct text text, const char *with)
{
	size_t length = strlen(with);

	if (text.length < length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text_small(text.at[i]) != text_small(with[i]))
			return false;
	}
	return true;
}

static bool
contains(struct text text, const char *words)
{
	for (; text.length > 0; text.at++, text.length--) {
		if (begins(text, words))
			return true;
	}
	return false;
}

static struct text
next_line(struct text *rest)
{
	struct text line = text_cut(rest, '\n');

	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	return line;
}

/* What servers write in place of a network. RIPE's numbers are in the manual of its database, "query errors". */
static const struct refusal {
	const char *words;
	enum netanswer_result result;
} refusals[] = {
	{"ERROR:101", NETANSWER_NOTHING},
	{"ERROR:201", NETANSWER_BUSY}, /* access denied: too many questions */
	{"rate limit", NETANSWER_BUSY},
	{"limit exceeded", NETANSWER_BUSY},
	{"ERROR:", NETANSWER_REFUSED},
	{"no match", NETANSWER_NOTHING},
	{"no entries found", NETANSWER_NOTHING},
	{"not found", NETANSWER_NOTHING},
};

/* For an answer without a network. */
static void
say_refusal(struct netanswer *answer, struct text text)
{
	while (text.length > 0) {
		struct text line = next_line(&text);

		for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
			if (!contains(line, refusals[i].words))
				continue;
			netanswer_say(answer, refusals[i].result, text_trim(line));
			return;
		}
	}
	netanswer_say(answer, NETANSWER_WRONG, TEXT("the answer has no network"));
}

/* "'RANGE' is 'MAILBOX'" */
static bool
is_named(struct text rest, const struct range *range, enum range_family family, struct text *ret)
{
	struct range found;
	enum range_family of;

	(void)text_cut(&rest, '\'');
	if (range_parse(text_cut(&rest, '\''), true, &of, &found) < 0 || of != family ||
		!range_equal(&found, range))
		return false;
	(void)text_cut(&rest, '\'');
	*ret = text_cut(&rest, '\'');
	return true;
}

/* The contact that the server itself names for the network. */
static bool
add_named(struct netanswer *answer, struct text text)
{
	static const char words[] = "% Abuse contact for ";

	while (text.length > 0) {
		struct text line = next_line(&text), mailbox;

		if (!begins(line, words))
			continue;
		line.at += sizeof(words) - 1;
		line.length -= sizeof(words) - 1;
		if (is_named(line, &answer->range, answer->family, &mailbox))
			netanswer_add_mailbox(answer, mailbox);
	}
	return answer->mailbox_count > 0;
}

static uint32_t
smallest(const struct columns *columns, enum range_family family, ipnumber address)
{
	const struct networks *networks = &columns->networks[family];
	uint32_t best = 0;

	for (uint32_t i = 1; i <= networks->count; i++) {
		struct range range = networks_range(networks, i);
		struct range least = networks_range(networks, best);

		if (networks->at[i].is_dropped || range.low > address || range.high < address)
			continue;
		if (best == 0 || range_has(&least, &range))
			best = i;
	}
	return best;
}

/* False: there is no network in it. */
static bool
read_objects(struct asked *asked, struct text text, const struct columns *columns,
	const struct words *mailboxes)
{
	struct netanswer *answer = &asked->answer;
	uint32_t number = smallest(columns, answer->family, asked->address);
	const struct networks *networks = &columns->networks[answer->family];
	struct range range = networks_range(networks, number);
	struct contact contact;

	if (number == 0)
		return false;
	if (!netanswer_take_range(answer, &range, asked->address))
		return true;
	answer->country = networks->at[number].country;
	answer->is_for_abuse = true;
	if (add_named(answer, text))
		return true;
	contact = contactrules_network(columns, answer->family, number, NULL);
	if (contact.mailbox != 0)
		netanswer_add_mailbox(answer, words_text(mailboxes, contact.mailbox));
	answer->is_for_abuse = answer->mailbox_count > 0 && contact.quality != QUALITY_LOW;
	return true;
}

static bool
read_rpsl(struct asked *asked, struct text text, enum registry_name registry)
{
	struct input input = {.at = (const uint8_t *)text.at,
		.left = text.length,
		.ended = true,
		.name = "answer"};
	struct rpsl *rpsl = rpsl_new(&input, &RPSL_DEFAULTS);
	struct columns *columns = columns_new(registry);
	struct words mailboxes;
	struct rpsl_object object;
	struct fail fail;
	bool is_read;

	while (rpsl_next(rpsl, &object, &fail) > 0)
		(void)columns_add(columns, 0, &object);
	words_init(&mailboxes, false);
	columns_settle(columns, &mailboxes, NULL);
	nest(columns);
	is_read = read_objects(asked, text, columns, &mailboxes);
	words_done(&mailboxes);
	columns_free(columns);
	rpsl_free(rpsl);
	return is_read;
}

enum label_use { LABEL_RANGE, LABEL_COUNTRY, LABEL_CONTACT, LABEL_ABUSE, LABEL_ABUSE_FIRST };

static const struct label {
	const char *name;
	enum label_use use;
} labels[] = {
	{"NetRange", LABEL_RANGE},
	{"RAbuseEmail", LABEL_ABUSE_FIRST},
	{"OrgAbuseEmail", LABEL_ABUSE},
	{"Country", LABEL_COUNTRY},
	{"IPv4 Address", LABEL_RANGE},
	{"IPv6 Address", LABEL_RANGE},
	{"E-Mail", LABEL_CONTACT},
	{"Network Number", LABEL_RANGE},
	{"Abuse", LABEL_ABUSE},
	{"Netblock", LABEL_RANGE},
	{"Administrator contact", LABEL_CONTACT},
	{"Technical contact", LABEL_CONTACT},
};

/* Of a line "label: value" or "x. [label] value". */
static const struct label *
find_label(struct text line, struct text *ret)
{
	struct text name, rest = line;
	const char *open = memchr(line.at, '[', line.length < 8 ? line.length : 8);

	if (open != NULL) {
		rest.length -= (size_t)(open + 1 - rest.at);
		rest.at = open + 1;
	}
	name = text_trim(text_cut(&rest, open != NULL ? ']' : ':'));
	*ret = text_trim(rest);
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		if (name.length == strlen(labels[i].name) && begins(name, labels[i].name))
			return &labels[i];
	}
	return NULL;
}

/* Networks one inside of the other: a smaller one has the contacts of the larger one until it names its own. */
struct labelled {
	struct asked *asked;
	bool is_inside; /* what follows is of the smallest network so far */
	bool is_fresh;  /* and names a mailbox for the first time */
	enum label_use best;
};

static void
take_range(struct labelled *labelled, struct text value)
{
	struct netanswer *answer = &labelled->asked->answer;
	ipnumber address = labelled->asked->address;
	enum range_family family;
	struct range range;

	value = text_trim(text_cut(&value, '('));
	labelled->is_inside = false;
	if (range_parse(value, false, &family, &range) < 0 || family != answer->family ||
		(answer->has_range && !range_has(&answer->range, &range)) || range.low > address ||
		range.high < address || !netanswer_take_range(answer, &range, address))
		return;
	labelled->is_inside = labelled->is_fresh = true;
}

static void
take_mailbox(struct labelled *labelled, enum label_use use, struct text value)
{
	struct netanswer *answer = &labelled->asked->answer;
	struct netanswer with = *answer;

	if (labelled->is_fresh || use > labelled->best) {
		with.mailbox_count = 0;
		with.result = NETANSWER_NONE;
	} else if (use < labelled->best) {
		return;
	}
	netanswer_add_mailbox(&with, value);
	if (with.mailbox_count == 0)
		return;
	with.is_for_abuse = use >= LABEL_ABUSE;
	*answer = with;
	labelled->best = use;
	labelled->is_fresh = false;
}

static void
read_labels(struct asked *asked, struct text text)
{
	struct labelled labelled = {.asked = asked};

	while (text.length > 0) {
		struct text line = next_line(&text), value;
		const struct label *label = find_label(line, &value);

		if (label == NULL)
			continue;
		if (value.length == 0) /* TWNIC has it in the next line */
			value = text_trim(next_line(&text));
		if (label->use == LABEL_RANGE)
			take_range(&labelled, value);
		else if (labelled.is_inside && label->use == LABEL_COUNTRY)
			asked->answer.country = delegated_country(value);
		else if (labelled.is_inside)
			take_mailbox(&labelled, label->use, value);
	}
}

/* Does the last line have an end, and the last object, too: an empty line, or a remark of the server? */
static bool
is_whole(struct text text, bool has_objects)
{
	struct text rest = text, line = {.length = 0}, last = {.length = 0};

	while (rest.length > 0) {
		line = text_trim(next_line(&rest));
		if (line.length > 0)
			last = line;
	}
	return text.length > 0 && text.at[text.length - 1] == '\n' &&
		(!has_objects || line.length == 0 || (last.length > 0 && *last.at == '%'));
}

struct netanswer
whoisanswer_parse(
	struct text text, enum registry_name registry, enum range_family family, ipnumber address)
{
	struct asked asked = {.answer = netanswer_begin(family), .address = address};

	bool has_objects = registry != REGISTRY_NONE && registry != REGISTRY_ARIN;

	if (text.length > WHOISANSWER_MOST)
		netanswer_say(&asked.answer, NETANSWER_WRONG, TEXT("the answer is too long"));
	else if (!is_whole(text, has_objects))
		netanswer_say(&asked.answer, NETANSWER_WRONG, TEXT("the answer is cut"));
	else if (!has_objects || !read_rpsl(&asked, text, registry))
		read_labels(&asked, text);
	if (!asked.answer.has_range && asked.answer.result == NETANSWER_NONE)
		say_refusal(&asked.answer, text);
	return asked.answer;
}
