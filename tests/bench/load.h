/* load - flow export of a made-up network, as fast as it can be sent
 *
 * What:    datagrams of NetFlow v9 (20 fields, 55 bytes a record) or IPFIX (16 fields, 56 bytes) of many
 *          exporters. Records come in pairs, one a direction. They are built once; before one is sent, addresses,
 *          ports, times and sequence are written into it anew, so that no two are alike and the cost stays small.
 *          Lines are 10.0.0.0 and up; those that send mail write to a few servers of their own, and are
 *          accepted. A zombie (10.200.0.0 and up) opens connections to ever new networks, and most fail.
 * Owns:    its datagrams.
 * Limits:  LOAD_BATCH datagrams at a time stay valid; LOAD_EXPORTERS; 10.0.0.0/8 holds the lines.
 * Thread:  one at a time.
 */
#ifndef LAZARET_TESTS_LOAD_H
#define LAZARET_TESTS_LOAD_H

#include "base/random.h"
#include "exporter.h"

#define LOAD_BATCH     32
#define LOAD_EXPORTERS 4096
#define LOAD_LINES     UINT32_C(10000000)
#define LOAD_ZOMBIES   UINT32_C(0x0ac80000) /* the first one's address */

struct load_settings {
	enum exporter_kind kind;
	uint32_t exporters;
	uint32_t domains;         /* exporters that share an address */
	uint32_t lines;           /* addresses inside that appear in records */
	uint32_t senders;         /* of them, those that send mail */
	uint32_t servers;         /* that one sender writes to */
	uint32_t mail_permille;   /* records about mail */
	uint32_t zombie_contacts; /* connections that a zombie opens */
	int64_t zombie_gap_us;    /* between two of them */
	uint64_t seed;
};

#define LOAD_DEFAULTS                                                                              \
	((struct load_settings){.kind = KIND_V9,                                                   \
		.exporters = 16,                                                                   \
		.domains = 2,                                                                      \
		.lines = LOAD_LINES,                                                               \
		.senders = 300000,                                                                 \
		.servers = 3,                                                                      \
		.mail_permille = 30,                                                               \
		.zombie_contacts = 60,                                                             \
		.zombie_gap_us = 20000,                                                            \
		.seed = 1})

struct load_counts {
	uint64_t datagrams; /* with templates and options */
	uint64_t records;   /* without those in options */
	uint64_t mail_records;
	uint64_t zombies; /* whose contacts were all sent */
};

struct load;

struct load *load_new(const struct load_settings *settings);
struct load *load_free(struct load *load);

/* Microseconds since 1970: the time of all that is made next. */
void load_time(struct load *load, int64_t now_us);

/* What has to come before the data of this exporter, and again every second: first template, then options. */
size_t load_template(struct load *load, uint32_t exporter, uint8_t at[EXPORTER_SLOT]);
size_t load_options(struct load *load, uint32_t exporter, uint8_t at[EXPORTER_SLOT]);

/* The next count (LOAD_BATCH at the most) datagrams of this exporter: one behind the other, each load_size()
 * long. They count as sent. */
uint8_t *load_data(struct load *load, uint32_t exporter, uint32_t count);
size_t load_size(const struct load *load);

/* One more zombie begins, as soon as the ones before it have sent all their contacts. */
void load_plant(struct load *load);

/* A datagram of this exporter with the contacts first to first + EXPORTER_RECORDS / 2 - 1 of this zombie alone. */
size_t load_contacts(struct load *load, uint32_t exporter, uint32_t zombie, uint32_t first,
	uint8_t at[EXPORTER_SLOT]);

const struct load_counts *load_counts(const struct load *load);

#endif
