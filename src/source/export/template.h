/* template - how an exporter lays out its records, learnt from it and compiled
 *
 * What:    NetFlow v9 templates (RFC 3954 s5.2, s6.1) and IPFIX templates (RFC 7011 s3.4) read by
 *          one decoder into a struct layout, and compiled from it: the length of a record, where
 *          the fields stand that a mail flow, a NAT log entry or a sampling option needs, and
 *          what the records of the template can tell at all. NetFlow v5 is a template that never
 *          changes.
 * Owns:    template_new allocates, template_free frees.
 * Limits:  TEMPLATE_FIELDS_MOST fields; fields of a size that their element cannot have are
 *          stepped over.
 * Thread:  any; a template does not change after it was made, but for its life (session.h).
 */
#ifndef LAZARET_SOURCE_EXPORT_TEMPLATE_H
#define LAZARET_SOURCE_EXPORT_TEMPLATE_H

#include "base/bytes.h"
#include "base/fail.h"
#include "base/wall.h"

#define TEMPLATE_FIELDS_MOST 128
#define TEMPLATE_FIRST       256   /* lower set numbers are not for data */
#define FIELD_VARIABLE       65535 /* the record tells the length (RFC 7011 s7) */

enum dialect { DIALECT_NETFLOW5, DIALECT_NETFLOW9, DIALECT_IPFIX, DIALECT_COUNT };

/* The fields that are looked for; what they are called in the registry stands in template.c. */
enum slot {
	SLOT_NONE,
	SLOT_SOURCE_PORT,
	SLOT_DESTINATION_PORT,
	SLOT_PROTOCOL,
	SLOT_IP_VERSION,
	SLOT_SOURCE_V4,
	SLOT_DESTINATION_V4,
	SLOT_SOURCE_V6,
	SLOT_DESTINATION_V6,
	SLOT_BYTES,
	SLOT_BYTES_TOTAL,
	SLOT_BYTES_POST,
	SLOT_BYTES_INITIATOR,
	SLOT_BYTES_RESPONDER,
	SLOT_PACKETS,
	SLOT_PACKETS_TOTAL,
	SLOT_PACKETS_POST,
	SLOT_PACKETS_INITIATOR,
	SLOT_PACKETS_RESPONDER,
	SLOT_TCP_FLAGS,
	SLOT_TCP_FLAGS_FIRST,
	SLOT_TCP_FLAGS_UNION,
	SLOT_REVERSE_BYTES,
	SLOT_REVERSE_BYTES_TOTAL,
	SLOT_REVERSE_PACKETS,
	SLOT_REVERSE_PACKETS_TOTAL,
	SLOT_REVERSE_TCP_FLAGS,
	SLOT_REVERSE_TCP_FLAGS_FIRST,
	SLOT_REVERSE_TCP_FLAGS_UNION,
	SLOT_START_UPTIME,
	SLOT_END_UPTIME,
	SLOT_START_SECONDS,
	SLOT_END_SECONDS,
	SLOT_START_MILLI,
	SLOT_END_MILLI,
	SLOT_START_MICRO,
	SLOT_END_MICRO,
	SLOT_START_NANO,
	SLOT_END_NANO,
	SLOT_START_DELTA,
	SLOT_END_DELTA,
	SLOT_DURATION_MILLI,
	SLOT_DURATION_MICRO,
	SLOT_BOOT_MILLI,
	SLOT_EVENT_SECONDS,
	SLOT_EVENT_MILLI,
	SLOT_EVENT_MICRO,
	SLOT_EVENT_NANO,
	SLOT_INTERFACE_IN,
	SLOT_DIRECTION,
	SLOT_BIFLOW_DIRECTION,
	SLOT_FIREWALL_EVENT,
	SLOT_FORWARDING,
	SLOT_SAMPLER,
	SLOT_SAMPLER_INTERVAL,
	SLOT_SELECTOR,
	SLOT_SAMPLING_INTERVAL,
	SLOT_PACKET_INTERVAL,
	SLOT_PACKET_SPACE,
	SLOT_SAMPLING_SIZE,
	SLOT_SAMPLING_POPULATION,
	SLOT_SAMPLING_PROBABILITY,
	SLOT_TEMPLATE_ID,
	SLOT_NAT_EVENT,
	SLOT_NAT_SOURCE_V4,
	SLOT_NAT_SOURCE_V6,
	SLOT_NAT_SOURCE_PORT,
	SLOT_RANGE_START,
	SLOT_RANGE_END,
	SLOT_RANGE_STEP,
	SLOT_RANGE_COUNT,
	SLOT_FRAME,  /* from the link layer on */
	SLOT_PACKET, /* from the IP header on */
	SLOT_COUNT
};

/* One field specifier (RFC 7011 s3.2). */
struct specifier {
	uint32_t enterprise;
	uint16_t id; /* without the enterprise bit; in NetFlow v9 all 16 bits */
	uint16_t length;
};

struct layout {
	uint16_t id;
	uint16_t count;  /* of fields; 0 is a withdrawal (RFC 7011 s8.1) */
	uint16_t scopes; /* the first so many of them are scope fields */
	bool is_options;
	enum dialect dialect;
	struct specifier field[TEMPLATE_FIELDS_MOST];
};

/* Where a field stands in a record; size 0: it is not there. */
struct place {
	uint16_t offset;
	uint16_t size;
};

/* What is done with the records of a template. */
enum plan {
	PLAN_SKIP,  /* nothing in it for us: stepped over */
	PLAN_PORTS, /* flows; both ports stand at fixed places, the record has a fixed length */
	PLAN_WALK,  /* flows, NAT log entries and frames whose records have to be looked at each */
	PLAN_OPTIONS, /* about the exporter */
};

enum template_has {
	TEMPLATE_FLOWS = 1 << 0,   /* addresses, ports, and TCP is known or can be */
	TEMPLATE_NAT = 1 << 1,     /* inside address, public address, event */
	TEMPLATE_FRAMES = 1 << 2,  /* a section of a packet */
	TEMPLATE_TCP = 1 << 3,     /* its ports are those of TCP, whatever else it tells */
	TEMPLATE_NEAR = 1 << 4,    /* both ports have two bytes, before any variable field */
	TEMPLATE_KEYLESS = 1 << 5, /* reverse fields but no key: illegal (RFC 5103 s4) */
	TEMPLATE_RATE = 1 << 6,    /* its records tell a rate of sampling themselves */
	TEMPLATE_UPTIMES = 1 << 7, /* NetFlow; its only times are the uptimes of begin and end */
	/* Of IPv4 in one direction: bytes, packets and flags in one field each, nothing about who opened it. */
	TEMPLATE_PLAIN = 1 << 8,
};

struct template_field {
	struct specifier specifier;
	uint8_t slot; /* each slot stands at one field at the most */
};

struct template
{
	uint32_t length;      /* of a record; of the shortest one where is_variable */
	uint16_t source_port; /* offsets, with TEMPLATE_NEAR */
	uint16_t destination_port;
	uint16_t has; /* enum template_has */
	uint8_t plan; /* enum plan */
	uint8_t dialect;
	bool is_options;
	bool is_variable;
	bool is_redefined; /* took the place of another layout */
	uint16_t id;
	uint16_t count;
	uint16_t scopes;
	uint16_t variable;      /* number of the first variable field */
	uint16_t variable_at;   /* and its offset */
	uint32_t since;         /* export time in seconds when this layout was first announced */
	uint32_t session;       /* whose it is */
	struct wall refreshed;  /* when it was received last */
	struct template *next;  /* of the same session */
	struct template **link; /* what points to this one */
	struct place place[SLOT_COUNT]; /* of fields before the first variable one */
	struct template_field field[];
};

/* Reads the next template record of a set. Returns 1 with *ret filled; 0 if only padding is left
 * (and then nothing is left); -ENOTSUP for one that is whole but asks too much or makes no
 * sense: it was stepped over, ret->id is its number; -EINVAL if what follows cannot be read
 * either. */
int layout_parse(struct reader *reader, enum dialect dialect, bool is_options, struct layout *ret,
	struct fail *fail) MUST_USE;

/* A whole template record, which told this count of fields: 1 if it makes sense, else -ENOTSUP. */
int layout_check(const struct layout *layout, unsigned count, struct fail *fail) MUST_USE;

/* Compiles; the layout must have fields and records longer than nothing (layout_parse sees to
 * it). What is strange in it but not fatal is told in *fail (what is empty otherwise). */
struct template *template_new(const struct layout *layout, struct fail *fail);
struct template *template_free(struct template *template);

bool template_is(const struct template *template, const struct layout *layout);

/* The length of the record that begins at at, or 0 if it does not end within left bytes. */
size_t template_length(const struct template *template, const uint8_t *at, size_t left);

/* Finds the fields of one record that template_length has measured. Uses scratch where the
 * record has variable fields. Of fields that come twice the first counts, except addresses,
 * ports and protocol: of those the last, which is the inner header of a tunnel (RFC 7011 s8). */
const struct place *template_locate(const struct template *template, const uint8_t *record,
	size_t length, struct place scratch[SLOT_COUNT]);

/* Takes the value of field number i off a record; NULL if it is not all there. */
const uint8_t *template_take(
	const struct template *template, unsigned i, struct reader *record, size_t *size);

/* The records of NetFlow v5. */
extern const struct layout layout_netflow5;

#endif
