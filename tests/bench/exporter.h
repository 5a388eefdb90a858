/* exporter - datagrams of flow export as one made-up exporter sends them, for the benchmarks
 *
 * What:    header, template and the frame of the data set in NetFlow v5, v9 or IPFIX; the records are written by
 *          the caller, between exporter_begin and exporter_end.
 * Owns:    nothing.
 * Limits:  EXPORTER_FIELDS fields; datagrams of EXPORTER_SLOT bytes.
 * Thread:  one an exporter.
 */
#ifndef LAZARET_TESTS_EXPORTER_H
#define LAZARET_TESTS_EXPORTER_H

#include "base/bytes.h"

#define EXPORTER_FIELDS  24
#define EXPORTER_SLOT    2048
#define EXPORTER_RECORDS 24 /* of a datagram */

enum exporter_kind { KIND_V9, KIND_IPFIX, KIND_V5 };

struct exporter {
	enum exporter_kind kind;
	unsigned count; /* of fields */
	uint16_t id[EXPORTER_FIELDS];
	uint16_t size[EXPORTER_FIELDS];
	uint16_t length; /* of a record */
	uint16_t template_id;
	uint32_t domain;
	uint32_t sequence;
	uint32_t uptime; /* in ms; goes out with the next datagram, as does the time */
	uint32_t seconds;
};

void exporter_add(struct exporter *exporter, uint16_t id, uint16_t size);

/* Where the field stands in a record; 0 if there is no such field. */
uint16_t exporter_offset(const struct exporter *exporter, uint16_t id);

/* Returns how long the datagram with the template is. */
size_t exporter_template(struct exporter *exporter, uint8_t at[EXPORTER_SLOT]);

/* One that says in options (RFC 3954 s6.1, RFC 7011 s3.4.2.2) that nothing is sampled; not for NetFlow v5. */
size_t exporter_unsampled(struct exporter *exporter, uint8_t at[EXPORTER_SLOT]);

/* The datagram up to its first record; EXPORTER_RECORDS of them have to follow. */
struct writer exporter_begin(struct exporter *exporter, uint8_t at[EXPORTER_SLOT]);

/* Returns how long the datagram is. */
size_t exporter_end(const struct exporter *exporter, struct writer *writer);

#endif
