/* exporters - a stream of export datagrams from many exporters, good and bad ones mixed
 *
 * What:    NetFlow v5, v9 and IPFIX over IPv4 and IPv6, with several templates each; templates that are sent
 *          again, redefined, of variable length, or not yet sent; options; several sets in a
 *          datagram; sampling; datagrams that are lost, late, sent twice or changed in up to three
 *          places; exporters that start anew. The same seed gives the same stream.
 * Limits:  datagrams of EXPORTERS_SIZE bytes.
 */
#ifndef LAZARET_TESTS_EXPORTERS_H
#define LAZARET_TESTS_EXPORTERS_H

#include "base/random.h"
#include "source/export/export.h"
#include "source/export/template.h"

#define EXPORTERS_COUNT   16
#define EXPORTERS_SIZE    1472
#define EXPORTERS_FIELDS  24
#define EXPORTERS_LAYOUTS 4

struct sent {
	uint8_t bytes[EXPORTERS_SIZE];
	size_t size;
	struct address from;
	uint16_t port;
};

struct layout_made {
	unsigned count;
	uint16_t field[EXPORTERS_FIELDS][2];
	uint16_t length; /* 0: with variable fields */
	bool is_known;   /* the exporter has sent it */
};

struct exporter_made {
	enum dialect dialect;
	struct address address;
	uint16_t port;
	uint32_t domain;
	uint32_t number;
	uint32_t uptime;
	uint32_t seconds;
	struct layout_made layout[EXPORTERS_LAYOUTS];
};

struct exporters {
	struct random random;
	struct exporter_made exporter[EXPORTERS_COUNT];
	struct sent kept[4]; /* to be sent late, or once more */
	unsigned kept_count;
	unsigned calm; /* of 1000 datagrams so many are plain data */
	bool clean;    /* none are changed */
};

void exporters_begin(struct exporters *exporters, uint64_t seed);

/* The next datagram that reaches the collector. */
void exporters_next(struct exporters *exporters, struct sent *ret);

/* Its frame as it comes to the collector at 10.9.0.1 or fd09::1, port 2055: Ethernet, IPv4 or IPv6,
 * UDP. Returns how long it is. */
size_t exporters_frame(const struct sent *sent, uint8_t frame[EXPORTERS_SIZE + 128]);

#endif
