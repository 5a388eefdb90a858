/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/responsible.h"

#include "base/hash.h"
#include "census/registry/rankedranges.h"

#include <stdlib.h>

#define COUNTRIES 65536

/* A piece of the space in which a person's word holds: it becomes an object of its own. */
struct overridden {
	uint32_t object;
	uint32_t value; /* of the override, from 1 */
	size_t segment;
};

/* While segments are cut. */
struct cutting {
	struct overridden *at;
	size_t count, size;
};

static uint32_t
contact_of(struct responsible *responsible, struct text mailbox)
{
	return words_add(&responsible->mailboxes, 0, mailbox);
}

static void
take_registry(struct responsible *responsible)
{
	const struct registryfile *registry = responsible->registry;
	uint32_t *of = xcalloc(registry->contact_count, sizeof(*of));

	responsible->object_count = registry->answer_count;
	responsible->place_count = registry->who_count;
	responsible->places = xcalloc(registry->who_count, sizeof(*responsible->places));
	responsible->contacts = xcalloc(registry->contact_count, sizeof(*responsible->contacts));
	for (uint32_t i = 1; i < registry->contact_count; i++) {
		const struct registryfile_contact *contact = &registry->contacts[i];

		of[i] = contact_of(responsible, registryfile_text(registry, contact->mailbox));
		responsible->contacts[of[i]].is_kept |= contact->is_kept;
		responsible->contacts[of[i]].is_suspect |= contact->is_suspect;
	}
	for (uint32_t i = 0; i < registry->who_count; i++)
		responsible->places[i] =
			(struct responsible_object){.contact = of[registry->whos[i].contact],
				.contact2 = of[registry->whos[i].contact2]};
	free(of);
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* By contact a number that it shares with those whose mailboxes differ behind a + only (RFC 5233): who names one of
 * them may name any number. */
static uint32_t *
number_untagged(const struct responsible *responsible)
{
	uint32_t *numbers = xcalloc(responsible->mailboxes.count + 1UL, sizeof(*numbers));
	struct words untagged;

	words_init(&untagged, true);
	for (uint32_t i = 1; i <= responsible->mailboxes.count; i++) {
		struct text domain = responsible_mailbox(responsible, i);
		struct text local = text_cut(&domain, '@');
		char mailbox[WORD_LONGEST + 1];

		local = text_cut(&local, '+');
		memcpy(mailbox, local.at, local.length);
		mailbox[local.length] = '@';
		memcpy(mailbox + local.length + 1, domain.at, domain.length);
		numbers[i] = words_add(
			&untagged, 0, (struct text){mailbox, local.length + 1 + domain.length});
	}
	words_done(&untagged);
	return numbers;
}

/* Networks without a holder are all of one. */
static void
count_holders(struct responsible *responsible)
{
	const struct registryfile *registry = responsible->registry;
	uint64_t *pairs = xcalloc(registry->who_count, sizeof(*pairs));
	uint32_t *untagged = number_untagged(responsible);
	uint32_t *holders = xcalloc(responsible->mailboxes.count + 1UL, sizeof(*holders));
	size_t count = 0;

	for (uint32_t i = 0; i < registry->who_count; i++) {
		struct text holder = registryfile_text(registry, registry->whos[i].holder);
		uint64_t pair = (uint64_t)untagged[responsible->places[i].contact] << 32 |
			(uint32_t)hash_fast(holder.at, holder.length, 0);

		/* Neighbours are mostly of one. */
		if (pair >> 32 != 0 && (count == 0 || pairs[count - 1] != pair))
			pairs[count++] = pair;
	}
	if (count > 1)
		qsort(pairs, count, sizeof(*pairs), compare_numbers);
	for (size_t i = 0; i < count; i++)
		holders[pairs[i] >> 32] += i == 0 || pairs[i] != pairs[i - 1];
	for (uint32_t i = 1; i <= responsible->mailboxes.count; i++)
		responsible->contacts[i].holders = holders[untagged[i]];
	free(holders);
	free(untagged);
	free(pairs);
}

static void
remember(struct cutting *cutting, uint32_t object, uint32_t value, size_t segment)
{
	if (value == 0)
		return;
	if (cutting->count == cutting->size) {
		cutting->size = cutting->size > 0 ? 2 * cutting->size : 64;
		cutting->at = xrealloc(cutting->at, cutting->size * sizeof(*cutting->at));
	}
	cutting->at[cutting->count++] = (struct overridden){object, value, segment};
}

/* Both sides by their borders. */
static size_t
cut4(const struct registryfile *registry, const struct piece *pieces, size_t piece_count,
	struct segment4 *into, struct cutting *cutting)
{
	uint32_t object = 0, value = 0;
	size_t a = 0, b = 0, count = 0;

	while (a < registry->count4 || b < piece_count) {
		bool is_a = a < registry->count4, is_b = b < piece_count;
		uint32_t low;

		if (is_a && is_b) {
			is_b = pieces[b].low <= registry->segments4[a].low;
			is_a = registry->segments4[a].low <= pieces[b].low;
		}
		low = is_a ? registry->segments4[a].low : (uint32_t)pieces[b].low;
		if (is_a)
			object = registry->segments4[a++].object;
		if (is_b)
			value = pieces[b++].value;
		remember(cutting, object, value, count);
		into[count++] = (struct segment4){low, object};
	}
	return count;
}

static ipnumber
low_of(const struct segment6 *segment)
{
	return (ipnumber)segment->low[0] << 64 | segment->low[1];
}

static size_t
cut6(const struct registryfile *registry, const struct piece *pieces, size_t piece_count,
	struct segment6 *into, struct cutting *cutting)
{
	uint32_t object = 0, value = 0;
	size_t a = 0, b = 0, count = 0;

	while (a < registry->count6 || b < piece_count) {
		bool is_a = a < registry->count6, is_b = b < piece_count;
		ipnumber low;

		if (is_a && is_b) {
			is_b = pieces[b].low <= low_of(&registry->segments6[a]);
			is_a = low_of(&registry->segments6[a]) <= pieces[b].low;
		}
		low = is_a ? low_of(&registry->segments6[a]) : pieces[b].low;
		if (is_a)
			object = registry->segments6[a++].object;
		if (is_b)
			value = pieces[b++].value;
		remember(cutting, object, value, count);
		into[count++] = (struct segment6){
			.low = {(uint64_t)(low >> 64), (uint64_t)low}, .object = object};
	}
	return count;
}

static int
compare_overridden(const void *a, const void *b)
{
	const struct overridden *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (x->segment > y->segment) - (x->segment < y->segment);
}

/* Where dumps say whom to ask, and he answered. */
static bool
is_open(const struct responsible *responsible, uint32_t object)
{
	uint32_t answer = responsible_answer(responsible, object);
	uint8_t rule = registryfile_who(responsible->registry, answer)->rule;

	return responsible_object(responsible, object)->contact == 0 &&
		(rule == CONTACT_NIR || rule == CONTACT_RDAP);
}

/* Each pair of an object and a word of a person's becomes an object. */
static void
make_objects(struct responsible *responsible, const struct responsible_override *overrides,
	struct cutting *cutting, bool is_four)
{
	if (cutting->count > 1)
		qsort(cutting->at, cutting->count, sizeof(*cutting->at), compare_overridden);
	responsible->places = xrealloc(responsible->places,
		(responsible->place_count + cutting->count) * sizeof(*responsible->places));
	responsible->own_answers = xrealloc(responsible->own_answers,
		(responsible->place_count + cutting->count) * sizeof(*responsible->own_answers));
	for (size_t i = 0; i < cutting->count; i++) {
		const struct overridden *at = &cutting->at[i];
		const struct responsible_override *override = &overrides[at->value - 1];
		uint32_t object = responsible->object_count - 1;

		if (override->quality != QUALITY_NONE && !is_open(responsible, at->object))
			continue;
		if (i == 0 || at[-1].value != at->value || at[-1].object != at->object) {
			object = responsible->object_count++;
			responsible->own_answers[object - responsible->registry->answer_count] =
				at->object;
			responsible->places[responsible->place_count++] =
				(struct responsible_object){
					.contact = contact_of(responsible, override->mailbox),
					.is_manual = override->quality == QUALITY_NONE,
					.quality = override->quality};
		}
		if (is_four)
			responsible->own4[at->segment].object = object;
		else
			responsible->own6[at->segment].object = object;
	}
	free(cutting->at);
}

/* A person's word about more stands above it. */
static bool
is_settled(const struct responsible_override *overrides, size_t count,
	const struct responsible_override *answer)
{
	for (size_t i = 0; i < count; i++) {
		if (overrides[i].quality == QUALITY_NONE && overrides[i].family == answer->family &&
			range_has(&overrides[i].range, &answer->range))
			return true;
	}
	return false;
}

static void
cut_family(struct responsible *responsible, const struct responsible_override *overrides,
	size_t count, enum range_family family)
{
	const struct registryfile *registry = responsible->registry;
	struct rankedrange *ranges = xcalloc(count + 1, sizeof(*ranges));
	struct cutting cutting = {0};
	struct piece *pieces;
	size_t ranked = 0;

	for (size_t i = 0; i < count; i++) {
		if (overrides[i].family == family &&
			(overrides[i].quality == QUALITY_NONE ||
				!is_settled(overrides, count, &overrides[i])))
			ranges[ranked++] = (struct rankedrange){.range = overrides[i].range,
				.rank = overrides[i].range.high - overrides[i].range.low,
				.value = (uint32_t)i + 1};
	}
	ranked = rankedranges_cut(ranges, ranked, range_highest(family), &pieces);
	if (ranked > 0 && family == RANGE_IPV4) {
		responsible->own4 = xcalloc(registry->count4 + ranked, sizeof(*responsible->own4));
		responsible->count4 = cut4(registry, pieces, ranked, responsible->own4, &cutting);
		responsible->segments4 = responsible->own4;
		make_objects(responsible, overrides, &cutting, true);
	} else if (ranked > 0) {
		responsible->own6 = xcalloc(registry->count6 + ranked, sizeof(*responsible->own6));
		responsible->count6 = cut6(registry, pieces, ranked, responsible->own6, &cutting);
		responsible->segments6 = responsible->own6;
		make_objects(responsible, overrides, &cutting, false);
	}
	free(pieces);
	free(ranges);
}

/* The first word about an AS counts. */
static void
override_systems(
	struct responsible *responsible, const struct responsible_override *overrides, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t contact;

		if (overrides[i].family != RANGE_SYSTEM)
			continue;
		contact = contact_of(responsible, overrides[i].mailbox);
		for (uint32_t j = 0; j < responsible->place_count; j++) {
			struct responsible_object *object = &responsible->places[j];
			uint32_t system = responsible_who(responsible, j)->system;

			if (object->is_manual || system == 0 || system < overrides[i].range.low ||
				system > overrides[i].range.high)
				continue;
			*object =
				(struct responsible_object){.contact = contact, .is_manual = true};
		}
	}
}

static void
ask_nationals(
	struct responsible *responsible, const struct responsible_national *nationals, size_t count)
{
	responsible->national = xcalloc(COUNTRIES, sizeof(*responsible->national));
	for (size_t i = 0; i < count; i++) {
		uint32_t *contact = &responsible->national[nationals[i].country];

		if (*contact == 0)
			*contact = contact_of(responsible, nationals[i].mailbox);
	}
	for (uint32_t i = 0; i < responsible->place_count; i++) {
		struct responsible_object *object = &responsible->places[i];
		uint16_t country = responsible_who(responsible, i)->country;

		if (object->contact != 0 || object->is_manual || country == 0)
			continue;
		object->contact = responsible->national[country];
		object->is_national = object->contact != 0;
	}
}

void
responsible_make(struct responsible *responsible, const struct registryfile *registry,
	const struct responsible_override *overrides, size_t count,
	const struct responsible_national *nationals, size_t national_count)
{
	uint32_t known;

	*responsible = (struct responsible){.registry = registry,
		.segments4 = registry->segments4,
		.segments6 = registry->segments6,
		.count4 = registry->count4,
		.count6 = registry->count6};
	words_init(&responsible->mailboxes, true);
	take_registry(responsible);
	count_holders(responsible);
	known = responsible->mailboxes.count;
	cut_family(responsible, overrides, count, RANGE_IPV4);
	cut_family(responsible, overrides, count, RANGE_IPV6);
	override_systems(responsible, overrides, count);
	ask_nationals(responsible, nationals, national_count);
	responsible->contacts = xrealloc(responsible->contacts,
		(responsible->mailboxes.count + 1UL) * sizeof(*responsible->contacts));
	for (uint32_t i = known + 1; i <= responsible->mailboxes.count; i++)
		responsible->contacts[i] = (struct responsible_contact){0};
}

void
responsible_settle(struct responsible *responsible)
{
	free(responsible->own4);
	free(responsible->own6);
	free(responsible->places);
	free(responsible->own_answers);
	free(responsible->contacts);
	free(responsible->national);
	words_settle(&responsible->mailboxes);
	*responsible = (struct responsible){.mailboxes = responsible->mailboxes};
}

void
responsible_done(struct responsible *responsible)
{
	responsible_settle(responsible);
	words_done(&responsible->mailboxes);
	*responsible = (struct responsible){0};
}

struct text
responsible_mailbox(const struct responsible *responsible, uint32_t contact)
{
	return contact != 0 ? words_text(&responsible->mailboxes, contact)
			    : (struct text){.at = "", .length = 0};
}
