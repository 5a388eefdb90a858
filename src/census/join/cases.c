/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/cases.h"

#include "census/join/copiedtexts.h"

#include <stdlib.h>

#define COUNTRIES 65536
/* So many networks before one is entered its memory is asked for. */
#define AHEAD 16

/* While sums are made. Of most networks the same is told: what is, stands by place (responsible.h). */
struct summing {
	struct cases *cases;
	const struct tally *tally;
	const struct responsible *responsible;
	struct copiedtexts copied;
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
	uint32_t *copied;

	if (there.length == 0)
		return 0;
	copied = copiedtexts_find(&summing->copied, text);
	if (*copied == 0)
		*copied = cases_put_text(summing->cases, there);
	return *copied;
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

static uint8_t
quality_of(const struct responsible *responsible, uint32_t place)
{
	uint8_t own = responsible->places[place].quality;

	return own != QUALITY_NONE ? own : responsible_who(responsible, place)->quality;
}

/* The range of an answer. Its texts are not looked at, so their pages stay where they are. */
static void
put_range(struct casefile_network *network, const struct registryfile *registry, uint32_t answer)
{
	network->family = (uint8_t)registryfile_family(registry, answer);
	if (network->family == RANGE_IPV4) {
		network->low[1] = registry->ranges4[answer].low;
		network->high[1] = registry->ranges4[answer].high;
	} else {
		const struct registryfile_range6 *range =
			&registry->ranges6[answer - registry->answers4];

		memcpy(network->low, range->low, sizeof(network->low));
		memcpy(network->high, range->high, sizeof(network->high));
	}
}

struct casefile_network
cases_network(const struct cases *cases, const struct tally *tally, uint32_t number)
{
	const struct responsible *responsible = tally->responsible;
	uint32_t place = cases->places[number];
	const struct registryfile_who *who = responsible_who(responsible, place);
	struct casefile_network network = {.counts = tally->counts[number]};

	if (number == 0)
		return network;
	put_range(&network, responsible->registry,
		responsible_answer(responsible, tally->objects[number]));
	network.name = cases->names[number];
	network.holder = cases->holders[place];
	network.system = who->system;
	network.of = cases_of(cases, responsible, number);
	network.country = who->country;
	network.language = who->language;
	network.registry = who->registry;
	network.rule = who->rule;
	network.quality = quality_of(responsible, place);
	network.covered = tally->covered[number];
	return network;
}

/* The registry's text. */
static uint32_t
name_of(const struct summing *summing, uint32_t number)
{
	const struct responsible *responsible = summing->responsible;
	uint32_t object = summing->tally->objects[number];

	return responsible->registry->names[responsible_answer(responsible, object)];
}

/* Its texts are copied, and what is told of its place. */
static void
enter_network(struct summing *summing, uint32_t number)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;
	uint32_t object = summing->tally->objects[number];
	uint32_t place = responsible_place(responsible, object);

	cases->places[number] = place;
	cases->names[number] = copy_text(summing, name_of(summing, number));
	if (!summing->is_there[place])
		cases->holders[place] =
			copy_text(summing, responsible_who(responsible, place)->holder);
	summing->is_there[place] = true;
	summing->is_listed[place] |= summing->tally->counts[number].listed > 0;
}

/* The network with the most candidates says what is said of its contact; of equal ones the first. */
static void
sum_case(struct summing *summing, uint32_t number)
{
	const struct responsible *responsible = summing->responsible;
	const struct casefile_counts *counts = &summing->tally->counts[number];
	uint32_t place = summing->cases->places[number];
	const struct responsible_object *object = &responsible->places[place];
	const struct registryfile_who *who = responsible_who(responsible, place);
	uint32_t of = cases_of(summing->cases, responsible, number);
	struct casefile_case *one = &summing->cases->cases[of];

	tally_add(&one->counts, counts);
	one->networks += counts->listed > 0;
	summing->cases->nationals[of] &= counts->listed == 0 || object->is_national;
	if (of == 0)
		return;
	if (one->counts.ever != counts->ever && counts->listed <= summing->most[of])
		return;
	summing->most[of] = counts->listed;
	one->holder = summing->cases->holders[place];
	one->country = who->country;
	one->language = who->language;
	one->rule = who->rule;
	one->quality = object->is_manual || object->is_national ? QUALITY_GOOD
								: quality_of(responsible, place);
	one->is_manual = object->is_manual;
	summing->cases->seconds[of] = object->contact2;
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

/* Only countries that have a row; 0 is always. */
static void
number_countries(struct summing *summing)
{
	const struct responsible *responsible = summing->responsible;
	struct cases *cases = summing->cases;

	summing->country_of[0] = 1;
	for (uint32_t i = 0; i < responsible->place_count; i++) {
		if (summing->is_there[i])
			summing->country_of[responsible_who(responsible, i)->country] = 1;
	}
	for (uint32_t i = 0; i < COUNTRIES; i++) {
		if (summing->country_of[i] != 0)
			summing->country_of[i] = ++cases->country_count;
	}
	cases->countries = xcalloc(cases->country_count, sizeof(*cases->countries));
	for (uint32_t i = 0; i < COUNTRIES; i++) {
		if (summing->country_of[i] != 0)
			cases->countries[summing->country_of[i] - 1].code = (uint16_t)i;
	}
}

/* Its name, which the tables of AS told, or else the holder of a network in it. */
static void
name_system(struct summing *summing, struct casefile_system *system, uint32_t place)
{
	const struct responsible *responsible = summing->responsible;
	const struct registryfile_who *who = responsible_who(responsible, place);

	if (who->system_name == 0)
		system->holder = summing->cases->holders[place];
	else if (system->holder == 0)
		system->holder = cases_put_text(
			summing->cases, registryfile_text(responsible->registry, who->system_name));
}

/* Of nobody's network, [0], AS and country are 0. */
static void
sum_networks(struct summing *summing)
{
	struct cases *cases = summing->cases;

	summing->most_as = xcalloc(cases->system_count, sizeof(*summing->most_as));
	for (uint32_t i = 0; i < cases->network_count; i++) {
		const struct casefile_counts *counts = &summing->tally->counts[i];
		uint32_t place = cases->places[i], number = 0;
		uint16_t country = 0;
		struct casefile_system *system;

		if (i > 0) {
			number = summing->systems[place];
			country = responsible_who(summing->responsible, place)->country;
		}
		system = &cases->systems[number];
		if (system->counts.ever == 0 || counts->listed > summing->most_as[number]) {
			summing->most_as[number] = counts->listed;
			system->country = country;
			if (i > 0)
				name_system(summing, system, place);
		}
		tally_add(&system->counts, counts);
		tally_add(&cases->countries[summing->country_of[country] - 1].counts, counts);
		tally_add(&cases->totals.counts, counts);
	}
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
enter_networks(struct summing *summing)
{
	struct cases *cases = summing->cases;

	copiedtexts_init(&summing->copied);
	tally_add(&cases->cases[0].counts, &summing->tally->counts[0]);
	for (uint32_t i = 1; i < cases->network_count; i++) {
		if (i + AHEAD < cases->network_count)
			copiedtexts_prefetch(&summing->copied, name_of(summing, i + AHEAD));
		enter_network(summing, i);
		sum_case(summing, i);
	}
	copiedtexts_done(&summing->copied);
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
		.systems = xcalloc(responsible->place_count, sizeof(*summing.systems)),
		.is_there = xcalloc(responsible->place_count, sizeof(*summing.is_there)),
		.is_listed = xcalloc(responsible->place_count, sizeof(*summing.is_listed)),
		.country_of = xcalloc(COUNTRIES, sizeof(*summing.country_of))};

	*cases = (struct cases){.totals.day = tally->day,
		.names = xcalloc(tally->network_count, sizeof(*cases->names)),
		.places = xcalloc(tally->network_count, sizeof(*cases->places)),
		.network_count = tally->network_count,
		.holders = xcalloc(responsible->place_count, sizeof(*cases->holders))};
	cases_put_text(cases, TEXT(""));
	number_cases(&summing);
	enter_networks(&summing);
	number_systems(&summing);
	number_countries(&summing);
	sum_networks(&summing);
	count_meetings(&summing);
	sum_covered(&summing);
	uncover_unknown(cases);
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
	free(cases->names);
	free(cases->places);
	free(cases->holders);
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
