/* SPDX-License-Identifier: BSD-2-Clause */
#include "load.h"

#include "base/fail.h"

#include <stdlib.h>

#define PACKETS  4096 /* that take turns; a multiple of LOAD_BATCH */
#define PAIRS    (EXPORTER_RECORDS / 2)
#define SERVERS  50000   /* mail servers outside, each in a network of its own: 80.0.0.25 and up */
#define BIG      50      /* of them, those that get half of the mail */
#define BOOTED   3600000 /* ms before the start: when the exporters were started */
#define ACCEPTED 3000    /* bytes of a connection that delivered a message */

/* Where the fields stand in a record. */
struct layout {
	uint16_t length;
	uint16_t source, destination, source_port, destination_port, protocol, flags, packets,
		bytes, first, last;
	bool wide;     /* counters and times of 8 bytes */
	uint16_t head; /* bytes before the first record */
};

struct pair {
	uint32_t inside, outside; /* addresses, and ports */
	uint16_t inside_port, outside_port;
	uint8_t protocol;
	uint8_t flags[2]; /* out and back */
	uint32_t packets[2];
	uint32_t bytes[2];
	uint32_t duration_ms;
};

struct load {
	struct load_settings settings;
	struct load_counts counts;
	struct random random;
	struct exporter *exporters;
	struct layout layout;
	uint8_t *packets;
	size_t size;
	uint16_t mail[PACKETS]; /* a bit for each pair that is mail */
	uint32_t next;
	int64_t begun_ms, now_ms;
	uint32_t planted, zombie,
		contact; /* zombies to come, the present one and his next contact */
	int64_t contact_ms;
};

static void
add_fields(struct exporter *e)
{
	static const uint16_t v9[][2] = {{8, 4}, {12, 4}, {15, 4}, {10, 4}, {14, 4}, {2, 4}, {1, 4},
		{22, 4}, {21, 4}, {7, 2}, {11, 2}, {6, 1}, {4, 1}, {5, 1}, {16, 4}, {17, 4}, {9, 1},
		{13, 1}, {61, 1}, {60, 1}};
	static const uint16_t ipfix[][2] = {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 2},
		{2, 8}, {1, 8}, {152, 8}, {153, 8}, {10, 4}, {5, 1}, {60, 1}, {61, 1}, {9, 1},
		{13, 1}};
	const uint16_t(*fields)[2] = e->kind == KIND_V9 ? v9 : ipfix;
	size_t count =
		e->kind == KIND_V9 ? sizeof(v9) / sizeof(*v9) : sizeof(ipfix) / sizeof(*ipfix);

	for (size_t i = 0; i < count; i++)
		exporter_add(e, fields[i][0], fields[i][1]);
}

static void
make_layout(struct load *l, const struct exporter *e)
{
	bool v9 = e->kind == KIND_V9;

	l->layout = (struct layout){
		.length = e->length,
		.source = exporter_offset(e, 8),
		.destination = exporter_offset(e, 12),
		.source_port = exporter_offset(e, 7),
		.destination_port = exporter_offset(e, 11),
		.protocol = exporter_offset(e, 4),
		/* The low byte of the two that IPFIX has. */
		.flags = (uint16_t)(exporter_offset(e, 6) + !v9),
		.packets = exporter_offset(e, 2),
		.bytes = exporter_offset(e, 1),
		.first = exporter_offset(e, v9 ? 22 : 152),
		.last = exporter_offset(e, v9 ? 21 : 153),
		.wide = !v9,
		.head = v9 ? 24 : 20,
	};
	l->size = l->layout.head + (size_t)EXPORTER_RECORDS * e->length;
}

static void
put16(uint8_t *at, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(at, &v, sizeof(v));
}

static void
put32(uint8_t *at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(at, &v, sizeof(v));
}

static void
put64(uint8_t *at, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(at, &v, sizeof(v));
}

static void
put_count(const struct layout *f, uint8_t *at, uint32_t v)
{
	if (f->wide)
		put64(at, v);
	else
		put32(at, v);
}

static void
put_time(const struct load *l, uint8_t *at, int64_t ms)
{
	if (l->layout.wide)
		put64(at, (uint64_t)ms);
	else
		put32(at, (uint32_t)(ms - l->begun_ms + BOOTED));
}

/* What changes each time, in the record of each direction. */
static inline void
put_ends(const struct load *l, uint8_t *out, const struct pair *p)
{
	const struct layout *f = &l->layout;
	uint8_t *back = out + f->length;

	put32(out + f->source, p->inside);
	put32(out + f->destination, p->outside);
	put16(out + f->source_port, p->inside_port);
	put32(back + f->source, p->outside);
	put32(back + f->destination, p->inside);
	put16(back + f->destination_port, p->inside_port);
	put_time(l, out + f->first, l->now_ms - p->duration_ms);
	put_time(l, out + f->last, l->now_ms);
	put_time(l, back + f->first, l->now_ms - p->duration_ms);
	put_time(l, back + f->last, l->now_ms);
}

/* And what changes rarely. */
static void
put_rest(const struct load *l, uint8_t *out, const struct pair *p)
{
	const struct layout *f = &l->layout;
	uint8_t *back = out + f->length;

	put16(out + f->destination_port, p->outside_port);
	put16(back + f->source_port, p->outside_port);
	for (int i = 0; i < 2; i++) {
		uint8_t *record = i ? back : out;

		record[f->protocol] = p->protocol;
		record[f->flags] = p->flags[i];
		put_count(f, record + f->packets, p->packets[i]);
		put_count(f, record + f->bytes, p->bytes[i]);
	}
}

/* Spread over the lines, so that no two senders are neighbours. */
static uint32_t
line_of(const struct load *l, uint32_t sender)
{
	return 0x0a000000 + (uint32_t)((uint64_t)sender * l->settings.lines / l->settings.senders);
}

static void
write_mail(struct load *l, uint8_t *out)
{
	uint64_t r = random_u64(&l->random);
	uint32_t sender = (uint32_t)random_below(&l->random, l->settings.senders);
	uint32_t which = (uint32_t)(r >> 40) % l->settings.servers;
	uint64_t mixed = (sender * UINT64_C(64) + which + 1) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t server = (uint32_t)((mixed >> 33) % (mixed >> 20 & 1 ? BIG : SERVERS));
	struct pair p = {.inside = line_of(l, sender),
		.outside = 0x50000019 + (server << 8),
		.inside_port = (uint16_t)(0x8000 | r),
		.outside_port = 25,
		.protocol = 6,
		.flags = {0x1b, 0x1b},
		.packets = {12, 10},
		.bytes = {ACCEPTED + (r >> 16 & 0xfff), 1100},
		.duration_ms = 500 + (r >> 28 & 0x3ff)};

	put_ends(l, out, &p);
	put_rest(l, out, &p);
}

/* How far a zombie's connection comes: closed ports and mail servers that turn it away take turns; of ten one takes
 * the mail. */
static void
write_contact(struct load *l, uint8_t *out, uint32_t zombie, uint32_t contact)
{
	static const struct pair outcomes[] = {
		{.flags = {0x02, 0x14}, .packets = {1, 1}, .bytes = {60, 40}, .duration_ms = 90},
		{.flags = {0x1b, 0x1b}, .packets = {7, 6}, .bytes = {450, 500}, .duration_ms = 400},
		{.flags = {0x1b, 0x1b},
			.packets = {12, 10},
			.bytes = {ACCEPTED, 1100},
			.duration_ms = 700},
	};
	struct pair p = outcomes[contact % 10 == 7 ? 2 : contact % 2];

	p.inside = LOAD_ZOMBIES + zombie;
	/* In 128.0.0.0/2; times an odd number, so that each contact is with another /24. */
	p.outside = 0x80000007 + (((zombie * 1009 + contact) * UINT32_C(2654435) & 0x3fffff) << 8);
	p.inside_port = (uint16_t)(0x8000 | contact * 7);
	p.outside_port = 25;
	p.protocol = 6;
	put_ends(l, out, &p);
	put_rest(l, out, &p);
}

static void
write_other(struct load *l, uint8_t *out)
{
	uint64_t r = random_u64(&l->random);
	struct pair p = {.inside = 0x0a000000 + (uint32_t)((r >> 32) * l->settings.lines >> 32),
		.outside = 0x20000000 | (uint32_t)(r & 0x1fffffff),
		.inside_port = (uint16_t)(0x8000 | r >> 16),
		.duration_ms = r & 0xfff};

	put_ends(l, out, &p);
}

static bool
zombie_is_due(struct load *l)
{
	return l->zombie < l->planted && l->now_ms >= l->contact_ms;
}

static void
write_zombie(struct load *l, uint8_t *out)
{
	write_contact(l, out, l->zombie, l->contact++);
	l->contact_ms = l->now_ms + l->settings.zombie_gap_us / 1000;
	if (l->contact == l->settings.zombie_contacts) {
		l->contact = 0;
		l->zombie++;
		l->counts.zombies++;
	}
}

/* Records that the exporters send most: the web, and names. */
static void
build_packet(struct load *l, uint32_t number)
{
	uint8_t *out = l->packets + number * l->size + l->layout.head;

	for (unsigned i = 0; i < PAIRS; i++, out += (size_t)2 * l->layout.length) {
		uint64_t r = random_u64(&l->random);
		bool names = r % 5 == 0;
		struct pair p = {.outside_port = names ? 53
				: r & 0x100            ? 443
						       : 80,
			.protocol = names || (r & 0x600) == 0 ? 17 : 6,
			.flags = {names ? 0 : 0x1b, names ? 0 : 0x1b},
			.packets = {1 + (r >> 16 & 0xff), 1 + (r >> 24 & 0xff)},
			.bytes = {60 + (r >> 32 & 0xffff), 60 + (r >> 40 & 0xfffff)}};

		for (unsigned j = 0; j < 2U * l->layout.length; j++)
			out[j] = (uint8_t)(random_u64(&l->random) & 7);
		put_rest(l, out, &p);
		if (random_below(&l->random, 1000) < l->settings.mail_permille)
			l->mail[number] |= (uint16_t)(1U << i);
	}
}

struct load *
load_new(const struct load_settings *settings)
{
	struct load *l = xcalloc(1, sizeof(*l));

	must(settings->exporters > 0 && settings->exporters <= LOAD_EXPORTERS);
	must(settings->kind != KIND_V5 && settings->domains > 0 && settings->servers > 0);
	must(settings->senders > 0 && settings->lines > 0 && settings->lines <= LOAD_LINES);
	l->settings = *settings;
	random_seed(&l->random, settings->seed);
	l->exporters = xcalloc(settings->exporters, sizeof(*l->exporters));
	for (uint32_t i = 0; i < settings->exporters; i++) {
		l->exporters[i] = (struct exporter){.kind = settings->kind,
			.template_id = 256,
			.domain = 1 + i % settings->domains};
		add_fields(&l->exporters[i]);
	}
	make_layout(l, &l->exporters[0]);
	l->packets = memory_map(PACKETS, l->size);
	for (uint32_t i = 0; i < PACKETS; i++)
		build_packet(l, i);
	return l;
}

struct load *
load_free(struct load *l)
{
	if (l == NULL)
		return NULL;
	memory_unmap(l->packets, PACKETS, l->size);
	free(l->exporters);
	free(l);
	return NULL;
}

void
load_time(struct load *l, int64_t now_us)
{
	l->now_ms = now_us / 1000;
	if (l->begun_ms == 0)
		l->begun_ms = l->now_ms;
}

static struct exporter *
exporter_now(struct load *l, uint32_t number)
{
	struct exporter *e = &l->exporters[number];

	e->uptime = (uint32_t)(l->now_ms - l->begun_ms + BOOTED);
	e->seconds = (uint32_t)(l->now_ms / 1000);
	l->counts.datagrams++;
	return e;
}

size_t
load_template(struct load *l, uint32_t number, uint8_t at[EXPORTER_SLOT])
{
	return exporter_template(exporter_now(l, number), at);
}

size_t
load_options(struct load *l, uint32_t number, uint8_t at[EXPORTER_SLOT])
{
	return exporter_unsampled(exporter_now(l, number), at);
}

static void
refresh(struct load *l, uint32_t packet, struct exporter *e)
{
	uint8_t *at = l->packets + packet * l->size;
	uint8_t *out = at + l->layout.head;
	unsigned mail = l->mail[packet];

	(void)exporter_begin(e, at); /* writes the head alone */
	if (e->kind == KIND_IPFIX)
		put16(at + 2, (uint16_t)l->size);
	for (unsigned i = 0; i < PAIRS; i++, out += (size_t)2 * l->layout.length) {
		if (!(mail >> i & 1))
			write_other(l, out);
		else if (zombie_is_due(l))
			write_zombie(l, out);
		else
			write_mail(l, out);
	}
	l->counts.records += EXPORTER_RECORDS;
	l->counts.mail_records += 2U * (unsigned)__builtin_popcount(mail);
}

uint8_t *
load_data(struct load *l, uint32_t number, uint32_t count)
{
	uint32_t first = l->next + count <= PACKETS ? l->next : 0;

	must(count <= LOAD_BATCH);
	for (uint32_t i = 0; i < count; i++)
		refresh(l, first + i, exporter_now(l, number));
	l->next = (first + count) % PACKETS;
	return l->packets + first * l->size;
}

size_t
load_size(const struct load *l)
{
	return l->size;
}

void
load_plant(struct load *l)
{
	l->planted++;
}

size_t
load_contacts(
	struct load *l, uint32_t number, uint32_t zombie, uint32_t first, uint8_t at[EXPORTER_SLOT])
{
	struct exporter *e = exporter_now(l, number);
	struct writer w = exporter_begin(e, at);

	for (uint32_t i = 0; i < PAIRS; i++) {
		uint8_t *out = writer_take(&w, (size_t)2 * e->length);

		memset(out, 0, (size_t)2 * e->length);
		write_contact(l, out, zombie, first + i);
	}
	l->counts.records += EXPORTER_RECORDS;
	l->counts.mail_records += EXPORTER_RECORDS;
	return exporter_end(e, &w);
}

const struct load_counts *
load_counts(const struct load *l)
{
	return &l->counts;
}
