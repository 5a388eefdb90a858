/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sampling.h"

#include <string.h>

static bool
read_uint(const struct place *place, const uint8_t *record, enum slot slot, uint64_t *ret)
{
	if (place[slot].size == 0)
		return false;
	*ret = bytes_uint(record + place[slot].offset, place[slot].size);
	return true;
}

static uint32_t
saturate(uint64_t rate)
{
	return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

/* Of all packets so many were taken: the rate, rounded; 0 if that makes no sense. */
static uint32_t
one_in(uint64_t all, uint64_t taken)
{
	if (taken == 0 || all < taken)
		return 0;
	return saturate(all / taken + (all % taken >= taken - taken / 2));
}

static uint32_t
rate_of_probability(const struct place *place, const uint8_t *at)
{
	double probability;

	if (place->size == 8) {
		uint64_t bits = bytes_u64(at);

		memcpy(&probability, &bits, sizeof(probability));
	} else {
		uint32_t bits = bytes_u32(at);
		float single;

		memcpy(&single, &bits, sizeof(single));
		probability = (double)single;
	}
	if (!(probability > 0 && probability <= 1))
		return 0;
	return 1 / probability >= UINT32_MAX ? UINT32_MAX : (uint32_t)(1 / probability + 0.5);
}

uint32_t
sampling_parse(const struct place *place, const uint8_t *record)
{
	uint64_t a, b;

	if (read_uint(place, record, SLOT_SAMPLER_INTERVAL, &a) && a > 0)
		return saturate(a);
	if (read_uint(place, record, SLOT_SAMPLING_INTERVAL, &a) && a > 0)
		return saturate(a);
	/* Without the space between them the packets taken in a row tell no rate (RFC 5477). */
	if (read_uint(place, record, SLOT_PACKET_INTERVAL, &a) &&
		read_uint(place, record, SLOT_PACKET_SPACE, &b))
		return one_in(a + b < a ? UINT64_MAX : a + b, a);
	if (read_uint(place, record, SLOT_SAMPLING_SIZE, &a) &&
		read_uint(place, record, SLOT_SAMPLING_POPULATION, &b))
		return one_in(b, a);
	if (place[SLOT_SAMPLING_PROBABILITY].size != 0)
		return rate_of_probability(&place[SLOT_SAMPLING_PROBABILITY],
			record + place[SLOT_SAMPLING_PROBABILITY].offset);
	return 0;
}

static struct sampling_rate *
rate_find(struct sampling *sampling, enum sampling_of of, uint64_t id)
{
	for (unsigned i = 0; i < sampling->count; i++) {
		if (sampling->rate[i].of == of && sampling->rate[i].id == id)
			return &sampling->rate[i];
	}
	return NULL;
}

static struct sampling_rate *
rate_add(struct sampling *sampling, enum sampling_of of, uint64_t id)
{
	struct sampling_rate *rate = rate_find(sampling, of, id);

	if (rate != NULL)
		return rate;
	if (sampling->count < SAMPLING_MOST) {
		rate = &sampling->rate[sampling->count++];
	} else {
		rate = &sampling->rate[sampling->next];
		sampling->next = (sampling->next + 1) % SAMPLING_MOST;
	}
	*rate = (struct sampling_rate){.id = id, .of = (uint8_t)of};
	return rate;
}

void
sampling_learn(struct sampling *sampling, const struct place *place, const uint8_t *record)
{
	uint32_t rate = sampling_parse(place, record);
	enum sampling_of of = SAMPLING_ALL;
	uint64_t id = 0;

	if (rate == 0)
		return;
	if (read_uint(place, record, SLOT_SAMPLER, &id) ||
		read_uint(place, record, SLOT_SELECTOR, &id))
		of = SAMPLING_SELECTOR;
	else if (read_uint(place, record, SLOT_TEMPLATE_ID, &id))
		of = SAMPLING_TEMPLATE;
	else if (read_uint(place, record, SLOT_INTERFACE_IN, &id))
		of = SAMPLING_INTERFACE;
	rate_add(sampling, of, id)->rate = rate;
}

uint32_t
sampling_find(const struct sampling *sampling, uint16_t template_id, const struct place *place,
	const uint8_t *record)
{
	uint32_t own = sampling_parse(place, record);

	return own != 0 ? own : sampling_known(sampling, template_id, place, record);
}

uint32_t
sampling_known(const struct sampling *sampling, uint16_t template_id, const struct place *place,
	const uint8_t *record)
{
	struct sampling *known = (struct sampling *)(uintptr_t)sampling;
	const struct sampling_rate *rate;
	uint64_t id = 0;

	if (sampling == NULL)
		return 0;
	if (read_uint(place, record, SLOT_SAMPLER, &id) ||
		read_uint(place, record, SLOT_SELECTOR, &id)) {
		rate = rate_find(known, SAMPLING_SELECTOR, id);
		/* Sampler 0 is how several makers write that none was at work on this record. */
		if (rate != NULL || id != 0)
			return rate != NULL ? rate->rate : 0;
	}
	rate = rate_find(known, SAMPLING_TEMPLATE, template_id);
	if (rate == NULL && read_uint(place, record, SLOT_INTERFACE_IN, &id))
		rate = rate_find(known, SAMPLING_INTERFACE, id);
	if (rate == NULL)
		rate = rate_find(known, SAMPLING_ALL, 0);
	return rate != NULL ? rate->rate : 0;
}

uint32_t
sampling_told(const struct sampling *sampling)
{
	uint32_t most = 0;

	for (unsigned i = 0; sampling != NULL && i < sampling->count; i++) {
		if (sampling->rate[i].of == SAMPLING_ALL)
			return sampling->rate[i].rate;
		if (sampling->rate[i].rate > most)
			most = sampling->rate[i].rate;
	}
	return most;
}
