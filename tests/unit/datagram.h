/* datagram - makes messages of flow export for tests
 *
 * What:    writes NetFlow v5, v9 and IPFIX byte by byte, as an exporter would; and takes what
 *          comes of it.
 * Limits:  one message of 4096 bytes.
 */
#ifndef LAZARET_TESTS_DATAGRAM_H
#define LAZARET_TESTS_DATAGRAM_H

#include "source/export/decode.h"
#include "source/export/export.h"
#include "source/export/template.h"

#include <stdlib.h>

#define DATAGRAM_SECONDS 1700000000U
#define DATAGRAM_UPTIME  3600000U

struct datagram {
	uint8_t bytes[4096];
	struct writer w;
	uint8_t *set;
	enum dialect dialect;
};

static inline void
datagram_begin(struct datagram *d, enum dialect dialect, uint32_t number, uint32_t domain)
{
	static const uint16_t versions[] = {5, 9, 10};

	*d = (struct datagram){.dialect = dialect};
	d->w = writer_on(d->bytes, sizeof(d->bytes));
	writer_u16(&d->w, versions[dialect]);
	writer_u16(&d->w, 0);
	if (dialect != DIALECT_IPFIX)
		writer_u32(&d->w, DATAGRAM_UPTIME);
	writer_u32(&d->w, DATAGRAM_SECONDS);
	if (dialect == DIALECT_NETFLOW5)
		writer_u32(&d->w, 0);
	writer_u32(&d->w, number);
	writer_u32(&d->w, domain); /* of NetFlow v5: engine and sampling */
}

/* Overwrites a number of the header that has been written. */
static inline void
datagram_patch(struct datagram *d, size_t offset, uint32_t value)
{
	struct writer w = writer_on(d->bytes + offset, 4);

	writer_u32(&w, value);
}

static inline void
datagram_set_uptime(struct datagram *d, uint32_t ms, uint32_t seconds)
{
	datagram_patch(d, 4, ms);
	datagram_patch(d, 8, seconds);
}

static inline void
datagram_set_begin(struct datagram *d, uint16_t id)
{
	d->set = d->w.at;
	writer_u16(&d->w, id);
	writer_u16(&d->w, 0);
}

static inline void
datagram_set_end(struct datagram *d)
{
	struct writer length = writer_on(d->set + 2, 2);

	writer_u16(&length, (uint16_t)(d->w.at - d->set));
}

/* The message's size, with its count or length filled in. */
static inline size_t
datagram_end(struct datagram *d)
{
	struct writer count = writer_on(d->bytes + 2, 2);
	size_t size = writer_length(&d->w);

	if (d->dialect == DIALECT_IPFIX)
		writer_u16(&count, (uint16_t)size);
	if (d->dialect == DIALECT_NETFLOW5)
		writer_u16(&count, (uint16_t)((size - 24) / 48));
	return size;
}

/* One template in a set of its own. Fields are pairs of number and length; a number above 0xffff
 * has the enterprise in its upper half, of IPFIX. */
static inline void
datagram_template(struct datagram *d, uint16_t id, const uint32_t (*fields)[2], unsigned count)
{
	datagram_set_begin(d, d->dialect == DIALECT_NETFLOW9 ? 0 : 2);
	writer_u16(&d->w, id);
	writer_u16(&d->w, (uint16_t)count);
	for (unsigned i = 0; i < count; i++) {
		uint32_t enterprise = fields[i][0] >> 16;

		writer_u16(&d->w, (uint16_t)(fields[i][0] | (enterprise ? 0x8000 : 0)));
		writer_u16(&d->w, (uint16_t)fields[i][1]);
		if (enterprise)
			writer_u32(&d->w, enterprise);
	}
	datagram_set_end(d);
}

/* An options template, the first scopes fields of it being the scope. */
static inline void
datagram_options(struct datagram *d, uint16_t id, const uint32_t (*fields)[2], unsigned count,
	unsigned scopes)
{
	bool v9 = d->dialect == DIALECT_NETFLOW9;

	datagram_set_begin(d, v9 ? 1 : 3);
	writer_u16(&d->w, id);
	writer_u16(&d->w, (uint16_t)(v9 ? scopes * 4 : count));
	writer_u16(&d->w, (uint16_t)(v9 ? (count - scopes) * 4 : scopes));
	for (unsigned i = 0; i < count; i++) {
		writer_u16(&d->w, (uint16_t)fields[i][0]);
		writer_u16(&d->w, (uint16_t)fields[i][1]);
	}
	datagram_set_end(d);
}

/* The shortest flow: addresses, ports, protocol. */
static const uint32_t plain_fields[][2] = {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}};
#define PLAIN_FIELDS 5

/* A record of it: from 10.0.0.host to 192.0.2.9. */
static inline void
datagram_plain(struct datagram *d, uint8_t host, uint16_t port, uint8_t protocol)
{
	writer_u32(&d->w, 0x0a000000U + host);
	writer_u32(&d->w, 0xc0000209);
	writer_u16(&d->w, 40000);
	writer_u16(&d->w, port);
	writer_u8(&d->w, protocol);
}

/* An exporter, an intake, and what came out of it. */
struct station {
	struct intake *intake;
	struct export *export_;
	struct export_from from;
	struct observation seen[64];
	size_t count;
};

static inline void
station_open(struct station *s, const struct export_settings *settings)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;

	*s = (struct station){.intake = intake_new(&intake_settings)};
	s->export_ = export_new(settings, s->intake);
	s->from = (struct export_from){.file = "made",
		.address = address_from_v4(0xc0000201),
		.port = 50000,
		.has_address = true,
		.received = {DATAGRAM_SECONDS * WALL_SECOND}};
}

static inline void
station_close(struct station *s)
{
	export_free(s->export_);
	intake_free(s->intake);
}

static inline void
station_send(struct station *s, struct datagram *d)
{
	size_t size = datagram_end(d);
	uint8_t *exact = xcalloc(1, size);

	/* In a block of just its size, so that a sanitizer sees every byte read beyond it. */
	memcpy(exact, d->bytes, size);
	export_datagram(s->export_, &s->from, exact, size);
	free(exact);
}

/* All observations so far. */
static inline size_t
station_take(struct station *s)
{
	intake_flush(s->intake);
	s->count = intake_take(s->intake, s->seen, sizeof(s->seen) / sizeof(*s->seen));
	return s->count;
}

static inline const struct intake_counts *
station_counts(const struct station *s)
{
	return intake_counts(s->intake);
}

static inline void
station_open_default(struct station *s)
{
	struct export_settings settings = EXPORT_DEFAULTS;

	settings.sampling = 1;
	station_open(s, &settings);
}

static inline void
station_later(struct station *s, int64_t us)
{
	s->from.received.us += us;
}

static inline void
station_send_template(struct station *s, enum dialect dialect, uint32_t number, uint16_t id)
{
	struct datagram d;

	datagram_begin(&d, dialect, number, 7);
	datagram_template(&d, id, plain_fields, PLAIN_FIELDS);
	station_send(s, &d);
}

/* One data set with one flow to port 25. */
static inline void
station_send_flow(
	struct station *s, enum dialect dialect, uint32_t number, uint16_t id, uint8_t host)
{
	struct datagram d;

	datagram_begin(&d, dialect, number, 7);
	datagram_set_begin(&d, id);
	datagram_plain(&d, host, 25, 6);
	datagram_set_end(&d);
	station_send(s, &d);
}

#endif
