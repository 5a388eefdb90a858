/* dataset - the records of one data set
 *
 * What:    walks the records of a set by their template. A flow record that is not mail is
 *          stepped over after a look at its two ports. The loop ends with the bytes of the set;
 *          no count from the wire drives it.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_DATASET_H
#define LAZARET_SOURCE_EXPORT_DATASET_H

#include "source/export/message.h"

void dataset_read(
	struct message *message, const struct template *template, const uint8_t *at, size_t size);

/* The same for a set of so many records of which the filter in the kernel has kept these, one
 * after the other; their template is of PLAN_PORTS, or none was kept. */
void dataset_read_kept(struct message *message, const struct template *template, uint32_t records,
	const uint8_t *at, size_t kept);

#endif
