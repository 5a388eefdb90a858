/* sampling - one packet in how many an exporter has looked at
 *
 * What:    what options records tell (RFC 3954 s8, RFC 5477): a rate for one sampler or selector,
 *          for the records of one template, for what came in at one interface, or for all. A rate
 *          holds for the records that name that sampler and for no others; a sampler that was not
 *          announced is unknown, not 1.
 * Owns:    nothing; a value.
 * Limits:  SAMPLING_MOST rates of one session; then the oldest gives way.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SAMPLING_H
#define LAZARET_SOURCE_EXPORT_SAMPLING_H

#include "source/export/template.h"

#define SAMPLING_MOST 64

enum sampling_of {
	SAMPLING_ALL,
	SAMPLING_SELECTOR, /* samplers of NetFlow v9 too */
	SAMPLING_TEMPLATE,
	SAMPLING_INTERFACE,
};

struct sampling {
	uint32_t count;
	uint32_t next; /* gives way next */
	struct sampling_rate {
		uint64_t id;
		uint32_t rate;
		uint8_t of; /* enum sampling_of */
	} rate[SAMPLING_MOST];
};

/* The rate that the fields of a record tell themselves: one in so many; 0 if they do not. */
uint32_t sampling_parse(const struct place *place, const uint8_t *record);

/* From an options record, in the order in which they come. Records without a rate change
 * nothing. */
void sampling_learn(struct sampling *sampling, const struct place *place, const uint8_t *record);

/* The rate of a flow record: 0 if it is not known. sampling may be NULL: nothing was learnt. */
uint32_t sampling_find(const struct sampling *sampling, uint16_t template_id,
	const struct place *place, const uint8_t *record);

/* The same for a record whose own fields tell no rate. */
uint32_t sampling_known(const struct sampling *sampling, uint16_t template_id,
	const struct place *place, const uint8_t *record);

/* What was told of all records, else the highest rate of any; 0 if nothing was. sampling may be NULL. */
uint32_t sampling_told(const struct sampling *sampling);

#endif
