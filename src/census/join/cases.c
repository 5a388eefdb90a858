/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/cases.h"

#include "base/hash.h"
#include "base/table.h"

#include <stdlib.h>

#define COUNTRIES 65536

/* While sums are made. Of most networks the same is told: what is, stands by place (responsible.h). */
struct summing {
	struct cases *cases;
	const struct tally *tally;
	const struct responsible *responsible;
	struct table copied;  /* by the registry's number of a text: its number here */
	uint32_t *places;     /* by network */
	uint32_t *holders;    /* by place: a text; 0: none, or not known yet */
	uint32_t *systems;    /* by place: in systems */
	bool *is_there;       /* by place: a network of it is */
	bool *is_listed;      /* by place: a candidate in one is */
	uint32_t *most;       /* by case: candidates in the network that has most */
	uint32_t *most_as;    /* by AS: the same */
	uint32_t *country_of; /* by country: in countries, + 1 */
};

static uint64_t
padded(uint64_t size)
{
	return (size + 7) & ~UINT64_C(7);
}

uint32_t
cases_put_text(struct cases *cases, struct text text)
{
	uint32_t at = (uint32_t)cases->texts_length, length = (uint32_t)text.length;
	uint64_t end = padded(cases->texts_length + sizeof(length) + text.length);

	if (end > UINT32_MAX || (text.length == 0 && cases->texts_length > 0))
		return 0;
	while (end > cases->texts_size) {
		uint64_t size = cases->texts_size;

		cases->texts_size = size > 0 ? 2 * size : 4096;
		cases->texts = xrealloc(cases->texts, cases->texts_size);
	}
	memset(cases->texts + end - 8, 0, 8);
	memcpy(cases->texts + at, &length, sizeof(length));
	if (length > 0)
		memcpy(cases->texts + at + sizeof(length), text.at, length);
	cases->texts_length = end;
	return at;
}

/* One of the registry's, once. */
static uint32_t
copy_text(struct summing *summing, uint32_t text)
{
	struct text there = registryfile_text(summing->responsible->registry, text);
	struct table_slot *slot;
	int r = table_add(&summing->copied, hash_mix(text), &slot);

	if (r < 0)
		return cases_put_text(summing->cases, there);
	if (r > 0)
		slot->value = cases_put_text(summing->cases, there);
	return slot->value;
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Of equal neighbours one stays. */
static size_t
drop_equal(uint64_t *numbers, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || numbers[i] != numbers[kept - 1])
			numbers[kept++] = numbers[i];
	}
	return kept;
}

/* Sorted, each once; how many. Networks that lie beside each other are mostly alike. */
static size_t
make_set(uint64_t *numbers, size_t count)
{
	count = drop_equal(numbers, count);
	if (count > 1)
		qsort(numbers, count, sizeof(*numbers), compare_u64);
	return drop_equal(numbers, count);
}

static int
compare_mailboxes(const void *a, const void *b, void *context)
{
	const struct responsible *responsible = context;
	struct text x = responsible_mailbox(responsible, *(const uint32_t *)a);
	struct text y = responsible_mailbox(responsible, *(const uint32_t *)b);
	int r = memcmp(x.at, y.at, x.length < y.length ? x.length : y.length);

	return r != 0 ? r : (x.length > y.length) - (x.length < y.length);
}

/* Contacts in whose networks there is a row, by mailbox. */
static void
number_cases(struct summing *summing)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;
	uint32_t contacts = responsible->mailboxes.count + 1;

	cases->of = xcalloc(contacts, sizeof(*cases->of));
	cases->contacts = xcalloc(contacts, sizeof(*cases->contacts));
	cases->case_count = 1;
	for (uint32_t i = 1; i < summing->tally->network_count; i++) {
		uint32_t contact =
			responsible_object(responsible, summing->tally->objects[i])->contact;

		if (contact != 0 && cases->of[contact] == 0) {
			cases->of[contact] = 1;
			cases->contacts[cases->case_count++] = contact;
		}
	}
	if (cases->case_count > 2)
		qsort_r(cases->contacts + 1, cases->case_count - 1, sizeof(*cases->contacts),
			compare_mailboxes, (void *)(uintptr_t)responsible);
	cases->cases = xcalloc(cases->case_count, sizeof(*cases->cases));
	cases->seconds = xcalloc(cases->case_count, sizeof(*cases->seconds));
	cases->nationals = xcalloc(cases->case_count, sizeof(*cases->nationals));
	memset(cases->nationals, true, cases->case_count * sizeof(*cases->nationals));
	summing->most = xcalloc(cases->case_count, sizeof(*summing->most));
	for (uint32_t i = 1; i < cases->case_count; i++) {
		uint32_t contact = cases->contacts[i];

		cases->of[contact] = i;
		cases->cases[i].mailbox =
			cases_put_text(cases, responsible_mailbox(responsible, contact));
		cases->cases[i].is_kept = responsible->contacts[contact].is_kept;
	}
}

static void
make_network(struct summing *summing, uint32_t number)
{
	const struct responsible *responsible = summing->responsible;
	uint32_t object = summing->tally->objects[number];
	uint32_t place = responsible_place(responsible, object);
	uint32_t answer = responsible_answer(responsible, object);
	const struct registryfile *registry = responsible->registry;
	const struct registryfile_answer all = registryfile_answer(registry, answer);
	const struct responsible_object *who = &responsible->places[place];
	struct casefile_network *network = &summing->cases->networks[number];

	*network = (struct casefile_network){
		.low = {(uint64_t)(all.range.low >> 64), (uint64_t)all.range.low},
		.high = {(uint64_t)(all.range.high >> 64), (uint64_t)all.range.high},
		.name = copy_text(summing, registry->names[answer]),
		.system = all.system,
		.of = summing->cases->of[who->contact],
		.country = all.country,
		.language = all.language,
		.family = (uint8_t)all.family,
		.registry = (uint8_t)all.registry,
		.rule = (uint8_t)all.rule,
		.quality = who->quality != QUALITY_NONE ? who->quality : (uint8_t)all.quality,
		.counts = summing->tally->counts[number],
		.covered = summing->tally->covered[number]};
	if (summing->holders[place] == 0)
		summing->holders[place] =
			copy_text(summing, responsible_who(responsible, place)->holder);
	network->holder = summing->holders[place];
	summing->places[number] = place;
	summing->is_there[place] = true;
	summing->is_listed[place] |= network->counts.listed > 0;
}

/* The network with the most candidates says what is said of its contact; of equal ones the first. */
static void
sum_case(struct summing *summing, uint32_t number)
{
	const struct casefile_network *network = &summing->cases->networks[number];
	const struct responsible_object *who =
		&summing->responsible->places[summing->places[number]];
	struct casefile_case *one = &summing->cases->cases[network->of];

	tally_add(&one->counts, &network->counts);
	one->networks += network->counts.listed > 0;
	summing->cases->nationals[network->of] &= network->counts.listed == 0 || who->is_national;
	if (network->of == 0)
		return;
	if (one->counts.ever != network->counts.ever &&
		network->counts.listed <= summing->most[network->of])
		return;
	summing->most[network->of] = network->counts.listed;
	one->holder = network->holder;
	one->country = network->country;
	one->language = network->language;
	one->rule = network->rule;
	one->quality = who->is_manual || who->is_national ? QUALITY_GOOD : network->quality;
	one->is_manual = who->is_manual;
	summing->cases->seconds[network->of] = who->contact2;
}

static struct casefile_system *
system_of(struct cases *cases, uint32_t number)
{
	uint32_t low = 0, count = cases->system_count;

	while (count > 0) {
		uint32_t half = count / 2;

		if (cases->systems[low + half].number < number) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low < cases->system_count && cases->systems[low].number == number
		? &cases->systems[low]
		: NULL;
}

/* Which there are, in order; 0 is always. */
static void
number_systems(struct summing *summing)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;
	uint64_t *numbers = xcalloc(responsible->place_count + 1UL, sizeof(*numbers));
	size_t count = 1;

	for (uint32_t i = 0; i < responsible->place_count; i++) {
		if (summing->is_there[i])
			numbers[count++] = responsible_who(responsible, i)->system;
	}
	cases->system_count = (uint32_t)make_set(numbers, count);
	cases->systems = xcalloc(cases->system_count, sizeof(*cases->systems));
	for (uint32_t i = 0; i < cases->system_count; i++)
		cases->systems[i].number = (uint32_t)numbers[i];
	free(numbers);
	for (uint32_t i = 0; i < responsible->place_count; i++) {
		if (summing->is_there[i])
			summing->systems[i] =
				(uint32_t)(system_of(
						   cases, responsible_who(responsible, i)->system) -
					cases->systems);
	}
}

/* Of nobody's network, [0], AS and country are 0. */
static void
sum_systems(struct summing *summing)
{
	struct cases *cases = summing->cases;

	summing->most_as = xcalloc(cases->system_count, sizeof(*summing->most_as));
	for (uint32_t i = 0; i < cases->network_count; i++) {
		const struct casefile_network *network = &cases->networks[i];
		uint32_t number = i > 0 ? summing->systems[summing->places[i]] : 0;
		struct casefile_system *system = &cases->systems[number];

		if (system->counts.ever == 0 || network->counts.listed > summing->most_as[number]) {
			summing->most_as[number] = network->counts.listed;
			system->holder = network->holder;
			system->country = network->country;
		}
		tally_add(&system->counts, &network->counts);
	}
}

/* Only countries that have a row. */
static void
make_countries(struct summing *summing)
{
	struct cases *cases = summing->cases;

	for (uint32_t i = 0; i < cases->network_count; i++)
		summing->country_of[cases->networks[i].country] = 1;
	cases->country_count = 0;
	for (uint32_t i = 0; i < COUNTRIES; i++) {
		if (summing->country_of[i] != 0)
			summing->country_of[i] = ++cases->country_count;
	}
	cases->countries = xcalloc(cases->country_count, sizeof(*cases->countries));
	for (uint32_t i = 0; i < COUNTRIES; i++) {
		if (summing->country_of[i] != 0)
			cases->countries[summing->country_of[i] - 1].code = (uint16_t)i;
	}
	for (uint32_t i = 0; i < cases->network_count; i++)
		tally_add(&cases->countries[summing->country_of[cases->networks[i].country] - 1]
				   .counts,
			&cases->networks[i].counts);
}

/* In how many AS and countries has a case candidates, and how many cases have they? */
static void
count_meetings(struct summing *summing)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;
	uint64_t *pairs = xcalloc(responsible->place_count, sizeof(*pairs));
	size_t count = 0;

	for (uint32_t i = 0; i < responsible->place_count; i++) {
		if (summing->is_listed[i])
			pairs[count++] = (uint64_t)summing->systems[i] << 32 |
				cases->of[responsible->places[i].contact];
	}
	count = make_set(pairs, count);
	for (size_t i = 0; i < count; i++) {
		struct casefile_system *system = &cases->systems[pairs[i] >> 32];
		uint32_t one = (uint32_t)pairs[i];

		system->cases += one != 0;
		cases->cases[one].systems += system->number != 0;
	}
	count = 0;
	for (uint32_t i = 0; i < responsible->place_count; i++) {
		if (summing->is_listed[i])
			pairs[count++] = (uint64_t)responsible_who(responsible, i)->country << 32 |
				cases->of[responsible->places[i].contact];
	}
	count = make_set(pairs, count);
	for (size_t i = 0; i < count; i++) {
		uint32_t country = (uint32_t)(pairs[i] >> 32), one = (uint32_t)pairs[i];
		struct casefile_case *at = &cases->cases[one];

		cases->countries[summing->country_of[country] - 1].cases += one != 0;
		at->countries = (uint16_t)(at->countries + (country != 0));
	}
	free(pairs);
}

/* All that a contact, an AS or a country answers for, with candidates or without. */
static void
sum_covered(struct summing *summing)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;

	for (uint32_t i = 0; i < responsible->place_count; i++) {
		const struct registryfile_who *who = responsible_who(responsible, i);
		struct casefile_case *one =
			&cases->cases[cases->of[responsible->places[i].contact]];
		struct casefile_system *system = system_of(cases, who->system);
		uint64_t covered4 = summing->tally->covered4[i];
		uint64_t covered6 = summing->tally->covered6[i];

		one->covered4 += covered4;
		one->covered6 += covered6;
		if (system != NULL) {
			system->covered4 += covered4;
			system->covered6 += covered6;
		}
		if (summing->country_of[who->country] != 0) {
			struct casefile_country *country =
				&cases->countries[summing->country_of[who->country] - 1];

			country->covered4 += covered4;
			country->covered6 += covered6;
		}
	}
}

static void
make_networks(struct summing *summing)
{
	struct cases *cases = summing->cases;

	table_init(&summing->copied, UINT32_MAX / 4);
	cases->networks = xcalloc(cases->network_count, sizeof(*cases->networks));
	cases->networks[0].counts = summing->tally->counts[0];
	tally_add(&cases->cases[0].counts, &summing->tally->counts[0]);
	for (uint32_t i = 1; i < cases->network_count; i++) {
		make_network(summing, i);
		sum_case(summing, i);
	}
	table_done(&summing->copied);
	for (uint32_t i = 1; i < cases->case_count; i++)
		cases->cases[i].mailbox2 = cases_put_text(
			cases, responsible_mailbox(summing->responsible, cases->seconds[i]));
}

/* What is nobody's, or of no known AS or country, covers all that no registry tells of. */
static void
uncover_unknown(struct cases *cases)
{
	cases->cases[0].covered4 = cases->cases[0].covered6 = 0;
	if (cases->systems[0].number == 0)
		cases->systems[0].covered4 = cases->systems[0].covered6 = 0;
	if (cases->countries[0].code == 0)
		cases->countries[0].covered4 = cases->countries[0].covered6 = 0;
}

void
cases_make(struct cases *cases, const struct tally *tally)
{
	const struct responsible *responsible = tally->responsible;
	struct summing summing = {.cases = cases,
		.tally = tally,
		.responsible = responsible,
		.places = xcalloc(tally->network_count, sizeof(*summing.places)),
		.holders = xcalloc(responsible->place_count, sizeof(*summing.holders)),
		.systems = xcalloc(responsible->place_count, sizeof(*summing.systems)),
		.is_there = xcalloc(responsible->place_count, sizeof(*summing.is_there)),
		.is_listed = xcalloc(responsible->place_count, sizeof(*summing.is_listed)),
		.country_of = xcalloc(COUNTRIES, sizeof(*summing.country_of))};

	*cases = (struct cases){.totals.day = tally->day, .network_count = tally->network_count};
	cases_put_text(cases, TEXT(""));
	number_cases(&summing);
	make_networks(&summing);
	number_systems(&summing);
	sum_systems(&summing);
	make_countries(&summing);
	count_meetings(&summing);
	sum_covered(&summing);
	uncover_unknown(cases);
	for (uint32_t i = 0; i < cases->network_count; i++)
		tally_add(&cases->totals.counts, &cases->networks[i].counts);
	free(summing.places);
	free(summing.holders);
	free(summing.systems);
	free(summing.is_there);
	free(summing.is_listed);
	free(summing.most);
	free(summing.most_as);
	free(summing.country_of);
}

void
cases_done(struct cases *cases)
{
	free(cases->networks);
	free(cases->cases);
	free(cases->contacts);
	free(cases->seconds);
	free(cases->nationals);
	free(cases->of);
	free(cases->systems);
	free(cases->countries);
	free(cases->texts);
	*cases = (struct cases){0};
}
