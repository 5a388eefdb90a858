/* record - what one record of flow export means
 *
 * What:    turns the fields of a record into a mail flow (flow.h), a NAT binding (observation.h,
 *          RFC 8158), or knowledge about the exporter, and puts it where it belongs.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_RECORD_H
#define LAZARET_SOURCE_EXPORT_RECORD_H

#include "source/export/message.h"

/* One record, its fields found. */
struct record {
	const struct template *template;
	const uint8_t *at;
	size_t length;
	const struct place *place; /* SLOT_COUNT of them */
};

/* A flow record with a mail port at one end: puts in a flow if it is TCP and makes sense. */
void record_flow(struct message *message, const struct record *record);

/* A NAT log entry: puts in a binding if it can be one of a mail connection. */
void record_binding(struct message *message, const struct record *record);

/* A section of a packet (elements 104, 313, 315): puts in a flow of one packet if it is mail. */
void record_frame(struct message *message, const struct record *record);

/* An options record. */
void record_options(struct message *message, const struct record *record);

/* Shows every field to the visitor of the intake. */
void record_visit(struct message *message, const struct record *record);

static inline bool
record_has(const struct record *record, enum slot slot)
{
	return record->place[slot].size != 0;
}

/* The field as a number; 0 where it is not there. */
static inline uint64_t
record_uint(const struct record *record, enum slot slot)
{
	return bytes_uint(record->at + record->place[slot].offset, record->place[slot].size);
}

#endif
