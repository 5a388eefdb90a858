/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/answers.h"

#include "base/crew.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

/* What says something of a number: the nested networks of a registry, or pieces. It changes at borders. */
struct stream {
	const struct networks *networks; /* NULL: pieces */
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
	const struct networks *networks = stream->networks;

	return networks != NULL ? networks_range(networks, networks->order[stream->next]).low
				: stream->pieces[stream->next].low;
}

static void
find_border(struct stream *stream)
{
	ipnumber high;

	stream->has_border = stream->next < stream->count;
	if (stream->has_border)
		stream->border = next_low(stream);
	if (stream->networks == NULL || stream->value == 0)
		return;
	high = networks_range(stream->networks, stream->value).high;
	if (high != stream->highest && (!stream->has_border || high < stream->border)) {
		stream->has_border = true;
		stream->border = high + 1;
	}
}

/* Over the border. */
static void
step(struct stream *stream)
{
	const struct networks *networks = stream->networks;

	if (stream->next < stream->count && next_low(stream) == stream->border) {
		stream->value = networks != NULL ? networks->order[stream->next]
						 : stream->pieces[stream->next].value;
		stream->next++;
	} else {
		while (stream->value != 0 &&
			networks_range(networks, stream->value).high < stream->border)
			stream->value = networks->inside[stream->value];
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
	struct stream *live[STREAM_COUNT]; /* those that say anything */
	size_t live_count;
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
	*sweep = (struct sweep){.registries = registries, .family = family};
	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		struct stream *stream = &sweep->streams[i];

		stream->networks = &registries->columns[i]->networks[family];
		stream->count = stream->networks->order_count;
		stream->highest = range_highest(family);
		find_border(stream);
	}
	begin_pieces(&sweep->streams[STREAM_DELEGATED], &registries->delegated[family]);
	if (family != RANGE_SYSTEM)
		begin_pieces(&sweep->streams[STREAM_ANNOUNCED], &registries->announced[family]);
	for (size_t i = 0; i < STREAM_COUNT; i++) {
		if (sweep->streams[i].has_border)
			sweep->live[sweep->live_count++] = &sweep->streams[i];
	}
}

/* To the next place where something changes. False where nothing does any more. */
static bool
go_on(struct sweep *sweep)
{
	bool has_border = false;
	ipnumber border = 0;

	for (size_t i = 0; i < sweep->live_count; i++) {
		const struct stream *stream = sweep->live[i];

		if (stream->has_border && (!has_border || stream->border < border)) {
			has_border = true;
			border = stream->border;
		}
	}
	for (size_t i = 0; i < sweep->live_count; i++) {
		struct stream *stream = sweep->live[i];

		while (stream->has_border && stream->border == border)
			step(stream);
	}
	sweep->at = border;
	return has_border;
}

/* A network of a registry, or none of none. */
struct found {
	enum registry_name registry;
	uint32_t network; /* its number there */
};

static const struct entry *
entry_of(const struct sweep *sweep, struct found found)
{
	return &sweep->streams[found.registry].networks->at[found.network];
}

/* Without delegated files: the smallest of all; of those of one size the one that stands rather. */
static struct found
smallest(const struct sweep *sweep)
{
	struct found best = {REGISTRY_NONE, 0};
	ipnumber least = 0;

	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		struct found found = {(enum registry_name)i, sweep->streams[i].value};
		struct range range;
		ipnumber size;

		if (found.network == 0)
			continue;
		range = networks_range(sweep->streams[i].networks, found.network);
		size = range.high - range.low;
		if (best.network != 0 &&
			(size > least ||
				(size == least &&
					!entry_is_rather(
						entry_of(sweep, found), entry_of(sweep, best)))))
			continue;
		best = found;
		least = size;
	}
	return best;
}

/* Of AS numbers: that of the registry that was named first. */
static struct found
first_named(const struct sweep *sweep)
{
	const struct registries *registries = sweep->registries;

	for (size_t i = 0; i < registries->named_count; i++) {
		struct found found = {
			registries->named[i], sweep->streams[registries->named[i]].value};

		if (found.network != 0)
			return found;
	}
	return (struct found){REGISTRY_NONE, 0};
}

/* Who has authority there. */
static enum registry_name
authority_there(const struct sweep *sweep)
{
	return (enum registry_name)(sweep->streams[STREAM_DELEGATED].value & 0xff);
}

static struct found
network_there(const struct sweep *sweep)
{
	enum registry_name registry;

	if (!sweep->registries->has_delegated)
		return sweep->family == RANGE_SYSTEM ? first_named(sweep) : smallest(sweep);
	registry = authority_there(sweep);
	if (sweep->streams[registry].value == 0)
		registry = REGISTRY_NONE;
	return (struct found){registry, sweep->streams[registry].value};
}

/* A country is a number below. */
#define COUNTRIES 65536U

/* There is none, but LACNIC has authority, of whose networks only RDAP knows. */
static bool
is_for_rdap(const struct sweep *sweep, struct found found)
{
	return found.network == 0 && sweep->registries->has_delegated &&
		authority_there(sweep) == REGISTRY_LACNIC;
}

/* Numbers of networks of all registries, one behind the other: that of a network, and the number before the first of
 * each registry. */
struct numbering {
	uint32_t before[REGISTRY_COUNT];
	uint32_t count; /* the highest number; 0 is none */
};

static struct numbering
number_networks(const struct registries *registries, enum range_family family)
{
	struct numbering numbering = {.count = 0};

	for (size_t i = 0; i < REGISTRY_COUNT; i++) {
		numbering.before[i] = numbering.count;
		numbering.count += registries->columns[i]->networks[family].count;
	}
	return numbering;
}

static uint32_t
number_of(const struct numbering *numbering, struct found found)
{
	return found.network != 0 ? numbering->before[found.registry] + found.network : 0;
}

static struct found
found_of(const struct numbering *numbering, uint32_t number)
{
	enum registry_name registry = REGISTRY_COUNT - 1;

	if (number == 0)
		return (struct found){REGISTRY_NONE, 0};
	while (numbering->before[registry] >= number)
		registry--;
	return (struct found){registry, number - numbering->before[registry]};
}

/* The objects of AS numbers, as pieces. */
struct systems {
	struct numbering numbering;
	struct piece *pieces;
	size_t count, size;
	struct contact *contacts; /* by the number of the object */
};

static void
make_systems(struct systems *systems, const struct registries *registries)
{
	struct sweep sweep;

	*systems = (struct systems){.numbering = number_networks(registries, RANGE_SYSTEM)};
	systems->contacts = xcalloc(systems->numbering.count + 1UL, sizeof(struct contact));
	begin_sweep(&sweep, registries, RANGE_SYSTEM);
	while (go_on(&sweep)) {
		if (systems->count == systems->size) {
			systems->size = systems->size > 0 ? 2 * systems->size : FIRST_ROOM;
			systems->pieces = memory_grow(
				systems->pieces, systems->size * sizeof(*systems->pieces));
		}
		systems->pieces[systems->count++] = (struct piece){.low = sweep.at,
			.value = number_of(&systems->numbering, network_there(&sweep))};
	}
	for (uint32_t i = 1; i <= systems->numbering.count; i++) {
		struct found found = found_of(&systems->numbering, i);

		systems->contacts[i] = contactrules_system(
			registries->columns[found.registry], found.network, NULL);
	}
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

/* What the registries say of their networks. */
struct said {
	const struct registries *registries;
	struct whos whos[REGISTRY_COUNT];
	struct numbering numbering[RANGE_SYSTEM];
	/* By the number of a network what is said of it, with this bit; once it has an answer, the number of the first.
	 * Behind them by country the answers of no network, first where nobody knows, then where RDAP does. */
	uint32_t *of[RANGE_SYSTEM];
};

#define SAID (UINT32_C(1) << 31)

/* What is said of a network and the AS that announces it make somebody, who was added not long ago. */
struct made {
	uint32_t said, number;
	uint16_t registry, country;
	uint32_t who; /* 0: nobody yet */
};

#define MADE_MOST 1024

struct making {
	struct answers *answers;
	struct said *said;
	struct systems systems;
	struct table
		known; /* a place of said and the AS -> the answer, for those that are not first */
	size_t size4, size6;
	struct made made[MADE_MOST];
};

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
static struct who
ask_network(const struct columns *columns, enum range_family family, uint32_t network)
{
	const struct entry *entry = &columns->networks[family].at[network];
	const struct holder *holder = organisation_of(columns, entry);
	struct who who = {.registry = (uint8_t)columns->registry,
		.contact = contactrules_network(columns, family, network, NULL),
		.country = entry->country,
		.language = entry->language};

	if (holder != NULL) {
		who.holder = (uint32_t)(holder - columns->holders);
		if (holder->entry.country != 0)
			who.country = holder->entry.country;
		if (who.language == 0)
			who.language = holder->entry.language;
	}
	if (who.language != 0)
		who.language |= 0x2020;
	return who;
}

/* What decides, beside its registry, what is said of a network; of neighbours it is mostly the same. */
struct asked_of {
	uint32_t references, up;
	uint16_t reference_count, is_fixed, country, language;
};

static_assert(sizeof(struct asked_of) == 16, "two of them are compared as bytes");

struct asked {
	struct asked_of of;
	uint32_t said; /* 0: nothing was asked yet */
};

#define ASKED_MOST 1024

/* Where the answer to that question stands, or another one or none. */
static struct asked *
asked_place(struct asked asked[ASKED_MOST], const struct asked_of *of)
{
	return &asked[(of->references ^ of->up) % ASKED_MOST];
}

static void
ask_family(struct said *said, const struct columns *columns, enum range_family family)
{
	const struct networks *networks = &columns->networks[family];
	struct whos *whos = &said->whos[columns->registry];
	uint32_t *of = said->of[family] + said->numbering[family].before[columns->registry];
	/* In ARIN a circle of Parents ends where it was entered. */
	bool is_same = networks->up == networks->inside;
	struct asked asked[ASKED_MOST] = {0};

	for (uint32_t i = 0; i < networks->order_count; i++) {
		uint32_t network = networks->order[i];
		const struct entry *entry = &networks->at[network];
		struct asked_of now = {
			.references = entry->reference_count > 0 ? entry->references : 0,
			.up = networks->up[network],
			.reference_count = entry->reference_count,
			.is_fixed = entry->is_fixed,
			.country = entry->country,
			.language = entry->language};
		struct asked *place = asked_place(asked, &now);

		if (!is_same || place->said == 0 || memcmp(&place->of, &now, sizeof(now)) != 0) {
			struct who who = ask_network(columns, family, network);

			*place = (struct asked){.of = now, .said = SAID | whos_add(whos, &who)};
		}
		of[network] = place->said;
	}
}

/* One job of the crew. */
static void
ask_registry(void *context, size_t registry)
{
	struct said *said = context;
	struct whos *whos = &said->whos[registry];

	whos_init(whos);
	for (size_t family = 0; family < RANGE_SYSTEM; family++)
		ask_family(said, said->registries->columns[registry], (enum range_family)family);
	whos_settle(whos);
}

static void
ask_registries(struct said *said, const struct registries *registries)
{
	*said = (struct said){.registries = registries};
	for (size_t i = 0; i < RANGE_SYSTEM; i++) {
		said->numbering[i] = number_networks(registries, (enum range_family)i);
		said->of[i] = xcalloc(
			said->numbering[i].count + 1UL + 2 * COUNTRIES, sizeof(*said->of[i]));
	}
	crew_work(registries->threads, REGISTRY_COUNT, ask_registry, said);
}

static void
forget_registries(struct said *said)
{
	for (size_t i = 0; i < REGISTRY_COUNT; i++)
		whos_done(&said->whos[i]);
	for (size_t i = 0; i < RANGE_SYSTEM; i++)
		free(said->of[i]);
}

/* Where the number of the answer of all of them stands, or SAID or 0 if there is none yet; NULL: it has no room. The
 * country tells answers apart where there is no network. */
static uint32_t *
place_of(struct making *making, enum range_family family, struct found found, const struct who *who)
{
	const struct numbering *numbering = &making->said->numbering[family];
	uint32_t place = number_of(numbering, found);
	uint32_t *first;
	struct table_slot *slot;

	if (place == 0)
		place = numbering->count + 1 + who->country +
			(who->contact.rule == CONTACT_RDAP ? COUNTRIES : 0);
	first = &making->said->of[family][place];
	if (*first == 0 || (*first & SAID) != 0 ||
		answers_who(making->answers, *first)->number == who->number)
		return first;
	if (table_add(&making->known, hash_mix((uint64_t)place << 32 | who->number), &slot) < 0)
		return NULL;
	return &slot->value;
}

/* Who is responsible: where there is a network said, and else what is there already; with the AS. */
static uint32_t
make_who(struct making *making, enum range_family family, struct found found, uint32_t said,
	struct who who)
{
	const struct systems *systems = &making->systems;
	const struct registries *registries = making->answers->registries;
	uint32_t number = who.number, system;
	uint16_t country = who.country;

	if ((said & SAID) != 0)
		who = making->said->whos[found.registry].at[said & ~SAID];
	else if (found.network != 0)
		who = ask_network(registries->columns[found.registry], family, found.network);
	if (who.country == 0)
		who.country = country;
	who.number = number;
	if (number != 0) {
		system = system_of(systems, number);
		found = found_of(&systems->numbering, system);
		who.system = found.network;
		who.system_registry = (uint8_t)found.registry;
		who.contact = contactrules_join(who.contact, systems->contacts[system]);
	}
	return whos_add(&making->answers->whos, &who);
}

/* The same, where it was made for a neighbour without looking again. */
static uint32_t
find_who(struct making *making, enum range_family family, struct found found, uint32_t said,
	struct who who)
{
	struct made *made = &making->made[(said ^ who.number) % MADE_MOST];

	if ((said & SAID) == 0)
		return make_who(making, family, found, said, who);
	if (made->who == 0 || made->said != said || made->number != who.number ||
		made->registry != found.registry || made->country != who.country)
		*made = (struct made){.said = said,
			.number = who.number,
			.registry = (uint16_t)found.registry,
			.country = who.country,
			.who = make_who(making, family, found, said, who)};
	return made->who;
}

/* The number of the answer that holds there. */
static uint32_t
answer_there(struct making *making, const struct sweep *sweep)
{
	struct answers *answers = making->answers;
	struct found found = network_there(sweep);
	struct who who = {.country = (uint16_t)(sweep->streams[STREAM_DELEGATED].value >> 8)};
	uint32_t *place, who_number;

	if (sweep->streams[STREAM_ANNOUNCED].value != 0)
		who.number = sweep->streams[STREAM_ANNOUNCED].value - 1;
	if (is_for_rdap(sweep, found))
		who.contact.rule = CONTACT_RDAP;
	else if (found.network == 0 && who.number == 0 && who.country == 0)
		return 0;
	place = place_of(making, sweep->family, found, &who);
	if (place == NULL || answers->count + 1 == SAID)
		return 0;
	if (*place != 0 && (*place & SAID) == 0)
		return *place;
	who_number = find_who(making, sweep->family, found, *place, who);
	if (answers->count + 2 > answers->size) {
		answers->size *= 2;
		answers->at = memory_grow(answers->at, answers->size * sizeof(*answers->at));
	}
	*place = ++answers->count;
	answers->at[answers->count] = (struct answer){.network = found.network, .who = who_number};
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
}

void
answers_init(struct answers *answers, const struct registries *registries)
{
	struct said said;
	struct making making = {.answers = answers, .said = &said};

	*answers = (struct answers){.registries = registries,
		.at = xcalloc(FIRST_ROOM, sizeof(*answers->at)),
		.size = FIRST_ROOM};
	whos_init(&answers->whos);
	ask_registries(&said, registries);
	make_systems(&making.systems, registries);
	make_family(&making, RANGE_IPV4);
	answers->count_of_four = answers->count;
	make_family(&making, RANGE_IPV6);
	whos_settle(&answers->whos);
	forget_registries(&said);
	free(making.systems.pieces);
	free(making.systems.contacts);
}

void
answers_done(struct answers *answers)
{
	free(answers->at);
	whos_done(&answers->whos);
	free(answers->segments4);
	free(answers->segments6);
	*answers = (struct answers){0};
}

void
answers_explain(const struct answers *answers, uint32_t number, struct buffer *chain)
{
	struct columns *const *columns = answers->registries->columns;
	const struct who *who = answers_who(answers, number);
	uint32_t network = answers->at[number].network;

	if (network != 0)
		(void)contactrules_network(
			columns[who->registry], answers_family(answers, number), network, chain);
	if (who->system != 0)
		(void)contactrules_system(columns[who->system_registry], who->system, chain);
}

struct range
answers_range(const struct answers *answers, uint32_t number)
{
	const struct columns *columns =
		answers->registries->columns[answers_who(answers, number)->registry];

	return networks_range(
		&columns->networks[answers_family(answers, number)], answers->at[number].network);
}

struct text
answers_mailbox(const struct answers *answers, uint32_t mailbox)
{
	return mailbox != 0 ? words_text(&answers->registries->mailboxes, mailbox) : TEXT("");
}
