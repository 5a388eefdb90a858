/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/answers.h"

#include "base/hash.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

/* What says something of a number: the nested networks of a registry, or pieces. It changes at borders. */
struct stream {
	const struct network *networks;
	const uint32_t *order; /* NULL: pieces */
	const struct piece *pieces;
	size_t count, next;
	uint32_t value;
	ipnumber highest;
	bool has_border;
	ipnumber border; /* where it changes next */
};

static ipnumber
next_low(const struct stream *stream)
{
	return stream->order != NULL ? stream->networks[stream->order[stream->next]].range.low
				     : stream->pieces[stream->next].low;
}

static void
find_border(struct stream *stream)
{
	const struct network *network = stream->order != NULL && stream->value != 0
		? &stream->networks[stream->value]
		: NULL;

	stream->has_border = stream->next < stream->count;
	if (stream->has_border)
		stream->border = next_low(stream);
	if (network != NULL && network->range.high != stream->highest &&
		(!stream->has_border || network->range.high < stream->border)) {
		stream->has_border = true;
		stream->border = network->range.high + 1;
	}
}

/* Over the border. */
static void
step(struct stream *stream)
{
	if (stream->next < stream->count && next_low(stream) == stream->border) {
		stream->value = stream->order != NULL ? stream->order[stream->next]
						      : stream->pieces[stream->next].value;
		stream->next++;
	} else {
		while (stream->value != 0 &&
			stream->networks[stream->value].range.high < stream->border)
			stream->value = stream->networks[stream->value].inside;
	}
	find_border(stream);
}

/* The streams of a family: registries by their number, then who has authority, then who announces. */
#define STREAM_DELEGATED REGISTRY_COUNT
#define STREAM_ANNOUNCED (REGISTRY_COUNT + 1)
#define STREAM_COUNT     (REGISTRY_COUNT + 2)

struct sweep {
	const struct registries *registries;
	enum range_family family;
	struct stream streams[STREAM_COUNT];
	ipnumber at; /* what the streams say holds from here on */
};

static void
begin_pieces(struct stream *stream, const struct registries_ranges *ranges)
{
	stream->pieces = ranges->pieces;
	stream->count = ranges->piece_count;
	find_border(stream);
}

static void
begin_sweep(struct sweep *sweep, const struct registries *registries, enum range_family family)
{
	const struct networks *networks = &registries->columns->networks[family];

	*sweep = (struct sweep){.registries = registries, .family = family};
	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		struct stream *stream = &sweep->streams[i];

		stream->networks = networks->at;
		stream->order = networks->order[i];
		stream->count = networks->order_count[i];
		stream->highest = range_highest(family);
		find_border(stream);
	}
	begin_pieces(&sweep->streams[STREAM_DELEGATED], &registries->delegated[family]);
	if (family != RANGE_SYSTEM)
		begin_pieces(&sweep->streams[STREAM_ANNOUNCED], &registries->announced[family]);
}

/* To the next place where something changes. False where nothing does any more. */
static bool
go_on(struct sweep *sweep)
{
	bool has_border = false;
	ipnumber border = 0;

	for (size_t i = 0; i < STREAM_COUNT; i++) {
		const struct stream *stream = &sweep->streams[i];

		if (stream->has_border && (!has_border || stream->border < border)) {
			has_border = true;
			border = stream->border;
		}
	}
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		struct stream *stream = &sweep->streams[i];

		while (stream->has_border && stream->border == border)
			step(stream);
	}
	sweep->at = border;
	return has_border;
}

/* Without delegated files: the smallest of all; of those of one size the one that stands rather. */
static uint32_t
smallest(const struct sweep *sweep)
{
	const struct network *networks = sweep->registries->columns->networks[sweep->family].at;
	uint32_t best = 0;

	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		uint32_t value = sweep->streams[i].value;
		ipnumber size = networks[value].range.high - networks[value].range.low;
		ipnumber least = networks[best].range.high - networks[best].range.low;

		if (value != 0 &&
			(best == 0 || size < least ||
				(size == least &&
					entry_is_rather(
						&networks[value].entry, &networks[best].entry))))
			best = value;
	}
	return best;
}

/* Of AS numbers: that of the registry that was named first. */
static uint32_t
first_named(const struct sweep *sweep)
{
	const struct registries *registries = sweep->registries;

	for (size_t i = 0; i < registries->named_count; i++) {
		uint32_t value = sweep->streams[registries->named[i]].value;

		if (value != 0)
			return value;
	}
	return 0;
}

static uint32_t
network_there(const struct sweep *sweep)
{
	if (sweep->registries->has_delegated)
		return sweep->streams[sweep->streams[STREAM_DELEGATED].value & 0xff].value;
	return sweep->family == RANGE_SYSTEM ? first_named(sweep) : smallest(sweep);
}

/* In the table of answers, for a network: there is none, but LACNIC has authority, of whose networks only RDAP knows.
 * */
#define ASK_RDAP UINT32_MAX
/* A country is a number below. */
#define COUNTRIES 65536U

static bool
is_for_rdap(const struct sweep *sweep, uint32_t network)
{
	return network == 0 && sweep->registries->has_delegated &&
		(sweep->streams[STREAM_DELEGATED].value & 0xff) == REGISTRY_LACNIC;
}

/* The objects of AS numbers, as pieces. */
struct systems {
	struct piece *pieces;
	size_t count, size;
	struct contact *contacts; /* by the number of the object */
};

static void
make_systems(struct systems *systems, const struct registries *registries)
{
	const struct networks *networks = &registries->columns->networks[RANGE_SYSTEM];
	struct sweep sweep;

	*systems = (struct systems){
		.contacts = xcalloc(networks->count + 1UL, sizeof(struct contact))};
	begin_sweep(&sweep, registries, RANGE_SYSTEM);
	while (go_on(&sweep)) {
		if (systems->count == systems->size) {
			systems->size = systems->size > 0 ? 2 * systems->size : FIRST_ROOM;
			systems->pieces = memory_grow(
				systems->pieces, systems->size * sizeof(*systems->pieces));
		}
		systems->pieces[systems->count++] =
			(struct piece){.low = sweep.at, .value = network_there(&sweep)};
	}
	for (uint32_t i = 1; i <= networks->count; i++)
		systems->contacts[i] = contactrules_system(registries->columns, i, NULL);
}

static uint32_t
system_of(const struct systems *systems, ipnumber number)
{
	size_t low = 0, count = systems->count;

	while (count > 0) {
		size_t half = count / 2;

		if (systems->pieces[low + half].low <= number) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low > 0 ? systems->pieces[low - 1].value : 0;
}

struct making {
	struct answers *answers;
	struct systems systems;
	/* By network, the first answer that it has; behind them by country those of none, and of ASK_RDAP. */
	uint32_t *first;
	uint32_t networks;  /* how many there are */
	struct table known; /* the network and the AS -> the answer, for those that are not first */
	struct table whos;  /* a hash of one -> its number */
	size_t size4, size6;
};

/* Where the number of the answer of all three stands, which is 0 if there is none yet; NULL: it has no room. The
 * country tells answers apart where there is no network. */
static uint32_t *
place_of(struct making *making, uint32_t network, uint32_t number, uint16_t country)
{
	uint32_t place = network;
	uint32_t *first;
	struct table_slot *slot;

	if (network == 0)
		place = making->networks + 1 + country;
	else if (network == ASK_RDAP)
		place = making->networks + 1 + COUNTRIES + country;
	first = &making->first[place];
	if (*first == 0 || answers_who(making->answers, *first)->number == number)
		return first;
	if (table_add(&making->known, hash_mix((uint64_t)place << 32 | number), &slot) < 0)
		return NULL;
	return &slot->value;
}

/* The first organisation that the network names and that is there, or NULL. */
static const struct holder *
organisation_of(const struct columns *columns, const struct entry *entry)
{
	const struct reference *at = columns->references + entry->references;
	const struct holder *holder = NULL;

	for (uint32_t i = 0; i < entry->reference_count && holder == NULL; i++) {
		if (at[i].name == RPSL_ORG || at[i].name == RPSL_ORGID)
			holder = columns_holder(columns, HOLDER_ORGANISATION, at[i].word);
	}
	return holder;
}

/* What its registry says of the network. */
static void
ask_network(
	struct who *who, const struct columns *columns, enum range_family family, uint32_t network)
{
	const struct entry *entry = &columns->networks[family].at[network].entry;
	const struct holder *holder = organisation_of(columns, entry);

	who->registry = entry->registry;
	who->contact = contactrules_network(columns, family, network, NULL);
	who->language = entry->language;
	if (entry->country != 0)
		who->country = entry->country;
	if (holder == NULL)
		return;
	who->holder = (uint32_t)(holder - columns->holders);
	if (holder->entry.country != 0)
		who->country = holder->entry.country;
	if (who->language == 0)
		who->language = holder->entry.language;
}

/* The number of one that is the same; most have a neighbour that is. */
static uint32_t
who_number(struct making *making, const struct who *who)
{
	struct answers *answers = making->answers;
	uint64_t hash = hash_fast(who, sizeof(*who), 0);
	struct table_slot *slot;
	int r;

	if (memcmp(who, &answers->whos[answers->who_count - 1], sizeof(*who)) == 0)
		return answers->who_count - 1;
	while ((r = table_add(&making->whos, hash, &slot)) == 0) {
		if (memcmp(who, &answers->whos[slot->value], sizeof(*who)) == 0)
			return slot->value;
		hash = hash_mix(hash + 1);
	}
	if (answers->who_count == answers->who_size) {
		answers->who_size *= 2;
		answers->whos =
			memory_grow(answers->whos, answers->who_size * sizeof(*answers->whos));
	}
	answers->whos[answers->who_count] = *who;
	if (r > 0)
		slot->value = answers->who_count;
	return answers->who_count++;
}

/* Who is responsible: network may be 0, or ASK_RDAP. */
static uint32_t
make_who(struct making *making, enum range_family family, uint32_t network, struct who who)
{
	const struct registries *registries = making->answers->registries;

	if (network == ASK_RDAP)
		who.contact.rule = CONTACT_RDAP;
	else if (network != 0)
		ask_network(&who, registries_columns(registries, REGISTRY_NONE), family, network);
	if (who.language != 0)
		who.language |= 0x2020;
	if (who.number != 0)
		who.system = system_of(&making->systems, who.number);
	if (who.system != 0) {
		who.system_registry =
			registries->columns->networks[RANGE_SYSTEM].at[who.system].entry.registry;
		who.contact = contactrules_join(who.contact, making->systems.contacts[who.system]);
	}
	return who_number(making, &who);
}

/* The number of the answer that holds there. */
static uint32_t
answer_there(struct making *making, const struct sweep *sweep)
{
	struct answers *answers = making->answers;
	uint32_t network = network_there(sweep);
	struct who who = {.country = (uint16_t)(sweep->streams[STREAM_DELEGATED].value >> 8)};
	uint32_t *place;

	if (sweep->streams[STREAM_ANNOUNCED].value != 0)
		who.number = sweep->streams[STREAM_ANNOUNCED].value - 1;
	if (is_for_rdap(sweep, network))
		network = ASK_RDAP;
	if (network == 0 && who.number == 0 && who.country == 0)
		return 0;
	place = place_of(making, network, who.number, who.country);
	if (place == NULL || *place != 0)
		return place != NULL ? *place : 0;
	if (answers->count + 2 > answers->size) {
		answers->size = answers->size > 0 ? 2 * answers->size : FIRST_ROOM;
		answers->at = memory_grow(answers->at, answers->size * sizeof(*answers->at));
	}
	*place = ++answers->count;
	answers->at[answers->count] = (struct answer){.network = network != ASK_RDAP ? network : 0,
		.who = make_who(making, sweep->family, network, who)};
	return answers->count;
}

static void
put4(struct making *making, uint32_t low, uint32_t object)
{
	struct answers *answers = making->answers;

	if (answers->count4 > 0 ? answers->segments4[answers->count4 - 1].object == object
				: object == 0)
		return;
	if (answers->count4 == making->size4) {
		making->size4 = making->size4 > 0 ? 2 * making->size4 : FIRST_ROOM;
		answers->segments4 = memory_grow(
			answers->segments4, making->size4 * sizeof(*answers->segments4));
	}
	answers->segments4[answers->count4++] = (struct segment4){.low = low, .object = object};
}

static void
put6(struct making *making, ipnumber low, uint32_t object)
{
	struct answers *answers = making->answers;

	if (answers->count6 > 0 ? answers->segments6[answers->count6 - 1].object == object
				: object == 0)
		return;
	if (answers->count6 == making->size6) {
		making->size6 = making->size6 > 0 ? 2 * making->size6 : FIRST_ROOM;
		answers->segments6 = memory_grow(
			answers->segments6, making->size6 * sizeof(*answers->segments6));
	}
	answers->segments6[answers->count6++] =
		(struct segment6){.low = {(uint64_t)(low >> 64), (uint64_t)low}, .object = object};
}

static void
make_family(struct making *making, enum range_family family)
{
	struct sweep sweep;

	making->networks = making->answers->registries->columns->networks[family].count;
	making->first = xcalloc(making->networks + 1UL + 2 * COUNTRIES, sizeof(*making->first));
	table_init(&making->known, UINT32_MAX / 4);
	begin_sweep(&sweep, making->answers->registries, family);
	while (go_on(&sweep)) {
		uint32_t object = answer_there(making, &sweep);

		if (family == RANGE_IPV4)
			put4(making, (uint32_t)sweep.at, object);
		else
			put6(making, sweep.at, object);
	}
	table_done(&making->known);
	free(making->first);
}

void
answers_init(struct answers *answers, const struct registries *registries)
{
	struct making making = {.answers = answers};

	*answers = (struct answers){.registries = registries,
		.at = xcalloc(FIRST_ROOM, sizeof(*answers->at)),
		.size = FIRST_ROOM,
		.whos = xcalloc(FIRST_ROOM, sizeof(*answers->whos)),
		.who_count = 1,
		.who_size = FIRST_ROOM};
	make_systems(&making.systems, registries);
	table_init(&making.whos, UINT32_MAX / 4);
	make_family(&making, RANGE_IPV4);
	answers->count_of_four = answers->count;
	make_family(&making, RANGE_IPV6);
	table_done(&making.whos);
	free(making.systems.pieces);
	free(making.systems.contacts);
}

void
answers_done(struct answers *answers)
{
	free(answers->at);
	free(answers->whos);
	free(answers->segments4);
	free(answers->segments6);
	*answers = (struct answers){0};
}

void
answers_explain(const struct answers *answers, uint32_t number, struct buffer *chain)
{
	const struct registries *registries = answers->registries;
	const struct who *who = answers_who(answers, number);
	uint32_t network = answers->at[number].network;

	if (network != 0)
		(void)contactrules_network(
			registries_columns(registries, (enum registry_name)who->registry),
			answers_family(answers, number), network, chain);
	if (who->system != 0)
		(void)contactrules_system(
			registries_columns(registries, (enum registry_name)who->system_registry),
			who->system, chain);
}

struct range
answers_range(const struct answers *answers, uint32_t number)
{
	const struct answer *answer = &answers->at[number];
	enum registry_name registry = (enum registry_name)answers_who(answers, number)->registry;

	if (answer->network == 0)
		return (struct range){0};
	return registries_columns(answers->registries, registry)
		->networks[answers_family(answers, number)]
		.at[answer->network]
		.range;
}

struct text
answers_mailbox(const struct answers *answers, uint32_t mailbox)
{
	return mailbox != 0 ? words_text(&answers->registries->columns->mailboxes, mailbox)
			    : TEXT("");
}
