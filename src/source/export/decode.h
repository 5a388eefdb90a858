/* decode - every field of every flow record, for people who ask what their routers send
 *
 * What:    a visitor that the readers of flow export call: begin, then each field in the order of the
 *          template, then end.
 * Owns:    nothing; what it is shown is valid during the call.
 * Thread:  the reader's.
 */
#ifndef LAZARET_SOURCE_EXPORT_DECODE_H
#define LAZARET_SOURCE_EXPORT_DECODE_H

#include "base/address.h"
#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The types of RFC 7011 s6 / RFC 5610 that decide how a value is printed. */
enum element_type {
	ELEMENT_OCTETS, /* hex string */
	ELEMENT_UNSIGNED,
	ELEMENT_SIGNED,
	ELEMENT_FLOAT,
	ELEMENT_BOOLEAN, /* RFC 7011 s6.1.5: 1 true, 2 false */
	ELEMENT_MAC,
	ELEMENT_STRING,
	ELEMENT_SECONDS,
	ELEMENT_MILLISECONDS,
	ELEMENT_MICROSECONDS, /* NTP format */
	ELEMENT_NANOSECONDS,  /* NTP format */
	ELEMENT_IPV4,
	ELEMENT_IPV6,
	ELEMENT_LIST, /* basicList and kin: hex string */
	ELEMENT_TYPE_COUNT
};

struct element {
	uint32_t enterprise; /* 0 IANA; 29305 reverse (RFC 5103) */
	uint16_t id;
	uint8_t type;     /* enum element_type */
	const char *name; /* IPFIX name, or NULL where not known */
};

struct decode_origin {
	struct address exporter;
	uint16_t exporter_port;
	bool has_exporter;   /* false for bare payload files */
	uint32_t domain;     /* observation domain, source id, engine, or sFlow agent sub-id */
	const char *version; /* "v5", "v9", "ipfix", "sflow" */
	struct wall time;    /* export time */
	bool is_options;     /* an options record: about the exporter, not about traffic */
};

struct decode_visitor {
	void *context;
	void (*begin)(void *context, const struct decode_origin *origin);
	/* scope: the field is a scope field of an options record. */
	void (*field)(void *context, const struct element *element, bool scope,
		const uint8_t *value, size_t size);
	void (*end)(void *context);
};

#endif
