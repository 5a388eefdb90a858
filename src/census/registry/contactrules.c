/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/contactrules.h"

#define FOUND_MOST 2

const char *const contact_rules[CONTACT_RULE_COUNT] = {
	[CONTACT_NO_RULE] = "none",
	[CONTACT_ABUSE_C] = "abuse-c",
	[CONTACT_ORG_ABUSE_C] = "org-abuse-c",
	[CONTACT_IRT] = "irt",
	[CONTACT_ORG_EMAIL] = "org-email",
	[CONTACT_ARIN_RABUSE] = "arin-rabuse",
	[CONTACT_ARIN_ORGABUSE] = "arin-orgabuse",
	[CONTACT_LACNIC_ABUSE_C] = "lacnic-abuse-c",
	[CONTACT_ASN] = "asn",
	[CONTACT_NIR] = "nir",
	[CONTACT_RDAP] = "rdap",
};

const char *const contact_qualities[QUALITY_COUNT] = {
	[QUALITY_NONE] = "none",
	[QUALITY_GOOD] = "good",
	[QUALITY_SUSPECT] = "suspect",
	[QUALITY_LOW] = "low",
};

struct search {
	const struct columns *columns;
	enum range_family family;
	struct buffer *chain;
	bool is_registrys; /* the network is a registry's own: its mailboxes stand */
	bool met_national;
	bool is_suspect;    /* the first one */
	bool is_unanswered; /* the POC that gave it */
	uint32_t most;      /* how many are wanted */
	uint32_t count;
	uint32_t found[FOUND_MOST]; /* among those of all registries */
};

/* A step of a rule: looks for contacts at one object. */
typedef enum contact_rule step(struct search *search, const struct entry *entry);

static const struct networks *
networks_of(const struct search *search)
{
	return &search->columns->networks[search->family];
}

static void
say_entry(const struct search *search, const struct entry *entry)
{
	const struct networks *networks = networks_of(search);
	bool is_network = entry->class == RPSL_INETNUM || entry->class == RPSL_INET6NUM ||
		entry->class == RPSL_AUT_NUM || entry->class == RPSL_NETHANDLE ||
		entry->class == RPSL_V6NETHANDLE || entry->class == RPSL_ASHANDLE;
	uint32_t number = is_network ? (uint32_t)(entry - networks->at) : 0, handle = 0;
	char text[RANGE_TEXT];
	struct range range;

	if (!is_network)
		handle = ((const struct holder *)(const void *)entry)->handle;
	else if (networks->handles != NULL)
		handle = networks->handles[number];
	buffer_print(search->chain, "%s ", rpsl_names[entry->class]);
	if (handle != 0)
		buffer_text(search->chain, words_text(&search->columns->handles, handle));
	if (is_network) {
		range = networks_range(networks, number);
		range_format(search->family, &range, text);
		buffer_print(search->chain, "%s%s", handle != 0 ? " " : "", text);
	}
}

/* "class key: attribute word" and what became of it. */
static void
say(const struct search *search, const struct entry *entry, struct reference reference,
	struct text word, const char *became)
{
	if (search->chain == NULL)
		return;
	say_entry(search, entry);
	buffer_print(search->chain, ": %s ", rpsl_names[reference.name]);
	buffer_text(search->chain, word);
	buffer_print(search->chain, "%s%s\n", became[0] != '\0' ? ": " : "", became);
}

static void
say_simply(const struct search *search, const struct entry *entry, const char *what)
{
	if (search->chain == NULL)
		return;
	say_entry(search, entry);
	buffer_print(search->chain, ": %s\n", what);
}

static void
take_mailbox(struct search *search, const struct entry *entry, struct reference reference)
{
	const struct mailbox_known *known = &search->columns->known[reference.word];
	enum mailbox_verdict verdict = (enum mailbox_verdict)known->verdict;
	bool is_new = true;

	if (verdict == MAILBOX_REGISTRY && search->is_registrys)
		verdict = MAILBOX_GOOD;
	say(search, entry, reference, words_text(&search->columns->mailboxes, reference.word),
		verdict == MAILBOX_GOOD ? "" : mailbox_verdicts[verdict]);
	search->met_national = search->met_national || verdict == MAILBOX_NATIONAL;
	for (uint32_t i = 0; i < search->count; i++)
		is_new = is_new && search->found[i] != known->mailbox;
	if (verdict != MAILBOX_GOOD || !is_new || search->count >= search->most)
		return;
	if (search->count == 0)
		search->is_suspect = known->is_suspect;
	search->found[search->count++] = known->mailbox;
}

/* The mailboxes in this attribute of an object. */
static void
take_mailboxes(struct search *search, const struct entry *entry, enum rpsl_name name)
{
	const struct reference *at = search->columns->references + entry->references;

	for (uint32_t i = 0; i < entry->reference_count && search->count < search->most; i++) {
		if (at[i].name == name)
			take_mailbox(search, entry, at[i]);
	}
}

/* The object that a reference leads to, or NULL. */
static const struct holder *
follow(const struct search *search, const struct entry *entry, struct reference reference,
	enum holder_kind kind)
{
	const struct holder *holder = columns_holder(search->columns, kind, reference.word);

	say(search, entry, reference, words_text(&search->columns->handles, reference.word),
		holder != NULL ? "" : "no such object");
	return holder;
}

/* The mailboxes of the objects that this attribute leads to. then: where those have none of the first kind. */
static void
take_referred(struct search *search, const struct entry *entry, enum rpsl_name name,
	enum holder_kind kind, enum rpsl_name mailbox, enum rpsl_name then)
{
	const struct reference *at = search->columns->references + entry->references;

	for (uint32_t i = 0; i < entry->reference_count && search->count < search->most; i++) {
		const struct holder *holder =
			at[i].name == name ? follow(search, entry, at[i], kind) : NULL;
		uint32_t before = search->count;

		if (holder == NULL)
			continue;
		take_mailboxes(search, &holder->entry, mailbox);
		if (then != RPSL_OTHER && search->count == before)
			take_mailboxes(search, &holder->entry, then);
		if (before == 0 && search->count > 0)
			search->is_unanswered = holder->entry.is_unanswered;
	}
}

/* Those of the abuse-c, or what is called so, of the organisations. */
static void
take_organisations(struct search *search, const struct entry *entry, enum rpsl_name name,
	enum rpsl_name abuse, enum rpsl_name mailbox)
{
	const struct reference *at = search->columns->references + entry->references;

	for (uint32_t i = 0; i < entry->reference_count && search->count == 0; i++) {
		const struct holder *holder = at[i].name == name
			? follow(search, entry, at[i], HOLDER_ORGANISATION)
			: NULL;

		if (holder != NULL)
			take_referred(
				search, &holder->entry, abuse, HOLDER_ROLE, mailbox, RPSL_OTHER);
	}
}

static enum contact_rule
step_ripe(struct search *search, const struct entry *entry)
{
	take_referred(search, entry, RPSL_ABUSE_C, HOLDER_ROLE, RPSL_ABUSE_MAILBOX, RPSL_OTHER);
	if (search->count > 0)
		return CONTACT_ABUSE_C;
	take_organisations(search, entry, RPSL_ORG, RPSL_ABUSE_C, RPSL_ABUSE_MAILBOX);
	return CONTACT_ORG_ABUSE_C;
}

/* All of the teams count: the second one is for the second letter. */
static void
take_teams(struct search *search, const struct entry *entry)
{
	search->most = FOUND_MOST;
	take_referred(search, entry, RPSL_MNT_IRT, HOLDER_TEAM, RPSL_ABUSE_MAILBOX, RPSL_OTHER);
	search->most = 1;
}

static enum contact_rule
step_apnic(struct search *search, const struct entry *entry)
{
	take_referred(search, entry, RPSL_ABUSE_C, HOLDER_ROLE, RPSL_ABUSE_MAILBOX, RPSL_OTHER);
	if (search->count > 0)
		return CONTACT_ABUSE_C;
	take_teams(search, entry);
	return CONTACT_IRT;
}

static enum contact_rule
step_afrinic(struct search *search, const struct entry *entry)
{
	take_teams(search, entry);
	return search->count > 0 ? CONTACT_IRT : step_ripe(search, entry);
}

/* AFRINIC, where no network had a contact for abuse. */
static enum contact_rule
step_email(struct search *search, const struct entry *entry)
{
	take_referred(search, entry, RPSL_ORG, HOLDER_ORGANISATION, RPSL_E_MAIL, RPSL_OTHER);
	return CONTACT_ORG_EMAIL;
}

static enum contact_rule
step_arin(struct search *search, const struct entry *entry)
{
	take_referred(search, entry, RPSL_ABUSEHANDLE, HOLDER_ROLE, RPSL_MAILBOX, RPSL_OTHER);
	if (search->count > 0)
		return CONTACT_ARIN_RABUSE;
	take_organisations(search, entry, RPSL_ORGID, RPSL_ORGABUSEHANDLE, RPSL_MAILBOX);
	return CONTACT_ARIN_ORGABUSE;
}

static enum contact_rule
step_lacnic(struct search *search, const struct entry *entry)
{
	take_referred(search, entry, RPSL_ABUSE_C, HOLDER_ROLE, RPSL_ABUSE_MAILBOX, RPSL_E_MAIL);
	return CONTACT_LACNIC_ABUSE_C;
}

static step *const steps[REGISTRY_COUNT] = {
	[REGISTRY_RIPENCC] = step_ripe,
	[REGISTRY_APNIC] = step_apnic,
	[REGISTRY_AFRINIC] = step_afrinic,
	[REGISTRY_ARIN] = step_arin,
	[REGISTRY_LACNIC] = step_lacnic,
};

/* ARIN's Parents may lead in a circle of networks of the same range. All others are above by their size, so only
 * these can come again. */
struct way {
	uint32_t at;
	uint32_t circle; /* of the networks of this range, where the way came in */
	uint32_t left;   /* steps that it may still take */
};

static uint32_t
begin_way(struct way *way, uint32_t from)
{
	*way = (struct way){.at = from, .circle = from, .left = CONTACTRULES_WAY};
	return from;
}

static uint32_t
way_up(const struct search *search, struct way *way)
{
	const struct networks *networks = networks_of(search);
	uint32_t up = networks->up[way->at];
	struct range range, above;

	if (up == 0 || way->left == 0)
		return way->at = 0;
	way->left--;
	range = networks_range(networks, way->at);
	above = networks_range(networks, up);
	if (!range_equal(&above, &range))
		way->circle = up;
	else if (up == way->circle)
		up = 0;
	return way->at = up;
}

/* From the network upwards until a step finds something. */
static enum contact_rule
walk(struct search *search, uint32_t from, step *look)
{
	struct way way;

	for (uint32_t at = begin_way(&way, from); at != 0; at = way_up(search, &way)) {
		const struct entry *entry = &networks_of(search)->at[at];
		enum contact_rule rule = look(search, entry);

		if (search->count > 0)
			return rule;
		if (entry->is_fixed) {
			say_simply(search, entry, "a maintainer of the registry has it: no way up");
			break;
		}
	}
	return CONTACT_NO_RULE;
}

/* The first organisation in this attribute that is there (and of this type, unless it is any); or NULL. */
static const struct holder *
organisation_of(const struct columns *columns, const struct entry *entry, enum rpsl_name name,
	enum organisation_type type)
{
	const struct reference *at = columns->references + entry->references;

	for (uint32_t i = 0; i < entry->reference_count; i++) {
		const struct holder *holder = at[i].name == name
			? columns_holder(columns, HOLDER_ORGANISATION, at[i].word)
			: NULL;

		if (holder != NULL && (type == ORGANISATION_OTHER || holder->entry.type == type))
			return holder;
	}
	return NULL;
}

/* RIPE: the organisation that is responsible for a network whose mailbox is suspect: who sponsors it or is its LIR,
 * from the network upwards; where there is none, the first organisation on that way. */
static const struct holder *
find_responsible(const struct search *search, uint32_t from)
{
	const struct holder *first = NULL;
	struct way way;

	for (uint32_t at = begin_way(&way, from); at != 0; at = way_up(search, &way)) {
		const struct columns *columns = search->columns;
		const struct entry *entry = &networks_of(search)->at[at];
		const struct holder *holder =
			organisation_of(columns, entry, RPSL_SPONSORING_ORG, ORGANISATION_OTHER);

		if (holder == NULL)
			holder = organisation_of(columns, entry, RPSL_ORG, ORGANISATION_LIR);
		if (holder != NULL)
			return holder;
		if (first == NULL)
			first = organisation_of(columns, entry, RPSL_ORG, ORGANISATION_OTHER);
	}
	return first;
}

/* Its mailbox, or 0. */
static uint32_t
ask_responsible(struct search *search, uint32_t from)
{
	const struct holder *holder = find_responsible(search, from);

	if (holder == NULL)
		return 0;
	say_simply(search, &holder->entry, "is responsible");
	search->count = 0;
	search->most = 1;
	take_referred(
		search, &holder->entry, RPSL_ABUSE_C, HOLDER_ROLE, RPSL_ABUSE_MAILBOX, RPSL_OTHER);
	if (search->count == 0)
		take_mailboxes(search, &holder->entry, RPSL_E_MAIL);
	return search->count > 0 ? search->found[0] : 0;
}

static struct contact
conclude(const struct search *search, enum contact_rule rule)
{
	struct contact contact = {.rule = (uint8_t)rule};

	if (search->count == 0)
		return contact;
	contact.mailbox = search->found[0];
	contact.mailbox2 = search->count > 1 ? search->found[1] : 0;
	contact.quality = search->is_suspect ? QUALITY_SUSPECT : QUALITY_GOOD;
	if (search->is_unanswered || rule == CONTACT_ORG_EMAIL)
		contact.quality = QUALITY_LOW;
	return contact;
}

struct contact
contactrules_network(const struct columns *columns, enum range_family family, uint32_t number,
	struct buffer *chain)
{
	struct search search = {.columns = columns, .family = family, .chain = chain, .most = 1};
	const struct entry *entry = &networks_of(&search)->at[number];
	enum contact_rule rule;
	struct contact contact;

	search.is_registrys = organisation_of(columns, entry, RPSL_ORG, ORGANISATION_RIR) != NULL;
	rule = walk(&search, number, steps[columns->registry]);
	if (search.count == 0 && columns->registry == REGISTRY_AFRINIC)
		rule = walk(&search, number, step_email);
	contact = conclude(&search, rule);
	if (contact.mailbox == 0) {
		if (search.met_national)
			contact.rule = CONTACT_NIR;
		else if (columns->registry == REGISTRY_LACNIC)
			contact.rule = CONTACT_RDAP;
	} else if (contact.quality == QUALITY_SUSPECT && columns->registry == REGISTRY_RIPENCC) {
		contact.mailbox2 = ask_responsible(&search, number);
	}
	if (contact.mailbox2 == contact.mailbox)
		contact.mailbox2 = 0;
	return contact;
}

struct contact
contactrules_system(const struct columns *columns, uint32_t number, struct buffer *chain)
{
	struct search search = {
		.columns = columns, .family = RANGE_SYSTEM, .chain = chain, .most = 1};
	const struct entry *entry = &networks_of(&search)->at[number];
	enum contact_rule rule = steps[columns->registry](&search, entry);

	return conclude(&search, rule);
}

struct contact
contactrules_join(struct contact network, struct contact system)
{
	if (system.mailbox == 0)
		return network;
	if (network.mailbox == 0) {
		system.rule = CONTACT_ASN;
		system.mailbox2 = 0;
		return system;
	}
	if (network.mailbox2 == 0 && system.mailbox != network.mailbox)
		network.mailbox2 = system.mailbox;
	return network;
}
