/* SPDX-License-Identifier: BSD-2-Clause */
#include "exporters.h"

static uint32_t
below(struct exporters *e, uint32_t most)
{
	return (uint32_t)random_below(&e->random, most);
}

/* Ends, ports and protocol at changing places among others; now and then a direction, or a field of variable
 * length. */
static void
make_layout(struct exporters *e, struct layout_made *l, bool variable)
{
	static const uint16_t needed[][2] = {
		{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {1, 4}, {2, 4}, {6, 1}};
	static const uint16_t more[][2] = {{10, 4}, {14, 4}, {16, 4}, {9, 1}, {48, 1}, {5, 1},
		{61, 1}, {136, 1}, {34, 4}, {22, 4}, {21, 4}};

	*l = (struct layout_made){0};
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		memcpy(l->field[l->count++], needed[i], sizeof(needed[i]));
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		if (below(e, 3) == 0)
			memcpy(l->field[l->count++], more[i], sizeof(more[i]));
	}
	if (below(e, 8) == 0)
		l->field[4][0] = 210; /* no protocol: nothing in it for us */
	if (below(e, 8) == 0)
		l->field[2][0] = 182; /* the port of TCP */
	if (variable)
		memcpy(l->field[l->count++], (uint16_t[]){82, FIELD_VARIABLE}, 4);
	for (unsigned i = l->count - 1; i > 0; i--) {
		unsigned j = below(e, i + 1);
		uint16_t one[2];

		memcpy(one, l->field[i], sizeof(one));
		memcpy(l->field[i], l->field[j], sizeof(one));
		memcpy(l->field[j], one, sizeof(one));
	}
	for (unsigned i = 0; i < l->count && !variable; i++)
		l->length = (uint16_t)(l->length + l->field[i][1]);
}

static void
make_exporter(struct exporters *e, unsigned i)
{
	struct exporter_made *x = &e->exporter[i];

	*x = (struct exporter_made){.dialect = (enum dialect)(i % DIALECT_COUNT),
		.address = address_from_v4(0x0a090100 + i / 2),
		.port = (uint16_t)(3000 + i),
		.domain = i % 4,
		.number = below(e, 1000000),
		.uptime = 1000000 + below(e, 1000000),
		.seconds = 1700000000};
	if (i % 5 == 4)
		x->address = (struct address){{0xfd, 9, [14] = 1, [15] = (uint8_t)i}};
	for (unsigned j = 0; j < EXPORTERS_LAYOUTS; j++)
		make_layout(e, &x->layout[j], x->dialect == DIALECT_IPFIX && j == 3);
}

void
exporters_begin(struct exporters *e, uint64_t seed)
{
	*e = (struct exporters){.calm = 880};
	random_seed(&e->random, seed);
	for (unsigned i = 0; i < EXPORTERS_COUNT; i++)
		make_exporter(e, i);
}

static void
write_header(struct writer *w, const struct exporter_made *x, uint16_t count)
{
	static const uint16_t versions[] = {5, 9, 10};

	writer_u16(w, versions[x->dialect]);
	writer_u16(w, count);
	if (x->dialect != DIALECT_IPFIX)
		writer_u32(w, x->uptime);
	writer_u32(w, x->seconds);
	if (x->dialect == DIALECT_NETFLOW5)
		writer_u32(w, 5000);
	writer_u32(w, x->number);
	if (x->dialect == DIALECT_NETFLOW5)
		writer_u16(w, (uint16_t)x->domain);
	if (x->dialect == DIALECT_NETFLOW5)
		writer_u16(w, 0x4010);
	else
		writer_u32(w, x->domain);
}

static void
end_set(struct writer *w, uint8_t *set)
{
	size_t length = (size_t)(w->at - set);

	set[2] = (uint8_t)(length >> 8);
	set[3] = (uint8_t)length;
}

static uint32_t
value_of(struct exporters *e, const struct exporter_made *x, uint16_t field, bool mail, bool back)
{
	uint16_t high = (uint16_t)(10000 + below(e, 50000));
	static const uint16_t ports[] = {25, 465, 587, 2525};
	uint16_t low = mail ? ports[below(e, 4)] : (uint16_t)(below(e, 50) == 0 ? 25 : 443);

	switch (field) {
	case 8:
		/* Each exporter has clients of its own. */
		return 0x0a000000 + ((uint32_t)x->port << 8 & 0xffff00) + below(e, 250) + 1;
	case 12:
		return 0xc0000200 + below(e, 250) + 1;
	case 7:
	case 182:
		return back ? low : high;
	case 11:
		return back ? high : low;
	case 4:
		return mail || below(e, 3) > 0 ? 6 : 17;
	case 21:
	case 22:
		return x->uptime - below(e, 1000);
	case 34:
		return 1 + below(e, 100);
	default:
		return below(e, 100);
	}
}

static void
write_record(struct exporters *e, const struct exporter_made *x, const struct layout_made *l,
	struct writer *w)
{
	bool mail = below(e, 20) == 0, back = below(e, 2);

	for (unsigned i = 0; i < l->count; i++) {
		uint16_t size = l->field[i][1];
		uint32_t value = value_of(e, x, l->field[i][0], mail, back);

		if (size == FIELD_VARIABLE) {
			size = (uint16_t)below(e, 9);
			writer_u8(w, (uint8_t)size);
			memset(writer_take(w, size), 'x', size);
		} else if (size == 4) {
			writer_u32(w, value);
		} else if (size == 2) {
			writer_u16(w, (uint16_t)value);
		} else {
			writer_u8(w, (uint8_t)value);
		}
	}
}

static void
write_v5(struct exporters *e, const struct exporter_made *x, struct writer *w)
{
	bool mail = below(e, 20) == 0, back = below(e, 2);

	writer_u32(w, value_of(e, x, 8, mail, back));
	writer_u32(w, value_of(e, x, 12, mail, back));
	memset(writer_take(w, 8), 0, 8);
	writer_u32(w, 1 + below(e, 20));
	writer_u32(w, 40 + below(e, 9000));
	writer_u32(w, x->uptime - below(e, 1000) - 100);
	writer_u32(w, x->uptime - below(e, 100));
	writer_u16(w, (uint16_t)value_of(e, x, 7, mail, back));
	writer_u16(w, (uint16_t)value_of(e, x, 11, mail, back));
	writer_u16(w, 0x1b);
	writer_u8(w, (uint8_t)value_of(e, x, 4, mail, back));
	memset(writer_take(w, 9), 0, 9);
}

static uint16_t
id_of(unsigned layout)
{
	return (uint16_t)(256 + layout);
}

/* A set of data by one of the exporter's layouts; how many records. */
static unsigned
write_data(struct exporters *e, struct exporter_made *x, struct writer *w, unsigned layout,
	unsigned most)
{
	unsigned count = 1 + below(e, most);
	uint8_t *set = w->at;

	writer_u16(w, id_of(layout));
	writer_u16(w, 0);
	for (unsigned i = 0; i < count; i++)
		write_record(e, x, &x->layout[layout], w);
	while ((w->at - set) % 4 != 0)
		writer_u8(w, 0);
	end_set(w, set);
	return count;
}

static void
write_template(struct exporter_made *x, struct writer *w, unsigned layout)
{
	struct layout_made *l = &x->layout[layout];
	uint8_t *set = w->at;

	writer_u16(w, x->dialect == DIALECT_NETFLOW9 ? 0 : 2);
	writer_u16(w, 0);
	writer_u16(w, id_of(layout));
	writer_u16(w, (uint16_t)l->count);
	for (unsigned i = 0; i < l->count; i++) {
		writer_u16(w, l->field[i][0]);
		writer_u16(w, l->field[i][1]);
	}
	end_set(w, set);
	l->is_known = true;
}

/* An options template, and a record of it that tells a rate of sampling or (skipped by everybody) a name. */
static void
write_options(struct exporters *e, struct exporter_made *x, struct writer *w)
{
	bool v9 = x->dialect == DIALECT_NETFLOW9, rate = below(e, 2);
	uint16_t id = rate ? 300 : 301;
	uint8_t *set = w->at;

	if (below(e, 2) == 0) {
		writer_u16(w, v9 ? 1 : 3);
		writer_u16(w, 0);
		writer_u16(w, id);
		writer_u16(w, v9 ? 4 : 2);
		writer_u16(w, v9 ? 4 : 1);
		writer_u16(w, v9 ? 1 : 144);
		writer_u16(w, 4);
		writer_u16(w, rate ? 34 : 82);
		writer_u16(w, 4);
		end_set(w, set);
		set = w->at;
	}
	writer_u16(w, id);
	writer_u16(w, 0);
	writer_u32(w, 7);
	writer_u32(w, 1 + below(e, 50));
	end_set(w, set);
}

static unsigned
write_any(struct exporters *e, struct exporter_made *x, struct writer *w)
{
	unsigned layout = below(e, EXPORTERS_LAYOUTS), records = 0, kind = below(e, 8);

	switch (kind) {
	case 0:
		make_layout(e, &x->layout[layout], x->dialect == DIALECT_IPFIX && below(e, 6) == 0);
		write_template(x, w, layout);
		break;
	case 1:
		write_template(x, w, layout);
		records += write_data(e, x, w, layout, 10);
		break;
	case 2:
		records += write_data(e, x, w, layout, 8);
		records += write_data(e, x, w, below(e, EXPORTERS_LAYOUTS), 8);
		break;
	case 3:
		write_options(e, x, w);
		records++;
		break;
	default:
		write_template(x, w, layout);
		break;
	}
	return records;
}

/* The exporter forgets everything; its clock goes on. */
static void
restart(struct exporters *e, struct exporter_made *x)
{
	x->uptime = below(e, 3000);
	x->seconds += 20;
	x->number = 0;
	if (x->dialect == DIALECT_IPFIX)
		x->port = (uint16_t)(x->port + EXPORTERS_COUNT);
	for (unsigned i = 0; i < EXPORTERS_LAYOUTS; i++)
		x->layout[i].is_known = false;
}

static void
make(struct exporters *e, struct sent *ret)
{
	struct exporter_made *x = &e->exporter[below(e, EXPORTERS_COUNT)];
	struct writer w = writer_on(ret->bytes, sizeof(ret->bytes));
	unsigned layout = below(e, EXPORTERS_LAYOUTS), records;

	x->uptime += below(e, 40);
	x->seconds += below(e, 25) == 0;
	if (below(e, 4000) == 0)
		restart(e, x);
	records = 1 + below(e, 30);
	write_header(&w, x, (uint16_t)records);
	if (x->dialect == DIALECT_NETFLOW5) {
		for (unsigned i = 0; i < records; i++)
			write_v5(e, x, &w);
	} else if (below(e, 1000) >= e->calm) {
		records = write_any(e, x, &w);
	} else {
		if (!x->layout[layout].is_known && below(e, 4) != 0) {
			write_template(x, &w, layout);
			records = 0;
		} else {
			records = write_data(e, x, &w, layout, 24);
		}
	}
	x->number += x->dialect == DIALECT_NETFLOW9 ? 1 : records;
	ret->size = writer_length(&w);
	ret->from = x->address;
	ret->port = x->port;
	if (x->dialect == DIALECT_IPFIX) {
		struct writer length = writer_on(ret->bytes + 2, 2);

		writer_u16(&length, (uint16_t)ret->size);
	}
}

/* Up to three random changes; some are cut. */
static void
change(struct exporters *e, struct sent *sent)
{
	unsigned changes = below(e, 4);

	for (unsigned i = 0; i < changes; i++) {
		size_t at = below(e, below(e, 2) ? 32 : (uint32_t)sent->size);

		if (at < sent->size)
			sent->bytes[at] = below(e, 2)
				? (uint8_t)below(e, 256)
				: (uint8_t)(sent->bytes[at] ^ 1U << below(e, 8));
	}
	if (below(e, 10) == 0)
		sent->size = below(e, (uint32_t)sent->size + 1);
}

void
exporters_next(struct exporters *e, struct sent *ret)
{
	uint32_t what;

	/* What was kept back comes some time. */
	if (e->kept_count > 0 && below(e, 4) == 0) {
		unsigned i = below(e, e->kept_count);

		*ret = e->kept[i];
		e->kept[i] = e->kept[--e->kept_count];
		return;
	}
	make(e, ret);
	what = below(e, 100);
	if (what == 0) {
		/* Lost: the next one comes instead. */
		make(e, ret);
	} else if (what <= 2 && e->kept_count < 4) {
		/* Late: the next one comes first. */
		e->kept[e->kept_count++] = *ret;
		make(e, ret);
	} else if (what <= 4 && e->kept_count < 4) {
		e->kept[e->kept_count++] = *ret; /* comes twice */
	}
	if (!e->clean && below(e, 25) == 0)
		change(e, ret);
}

/* The sum of the Internet (RFC 1071) over an even number of bytes. */
static uint32_t
sum_of(uint32_t sum, const uint8_t *at, size_t size)
{
	for (; size >= 2; size -= 2, at += 2)
		sum += bytes_u16(at);
	return sum + (size > 0 ? (uint32_t)at[0] << 8 : 0);
}

static void
set_sum(uint8_t *at, uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = sum == 0xffff ? sum : ~sum;
	at[0] = (uint8_t)(sum >> 8);
	at[1] = (uint8_t)sum;
}

size_t
exporters_frame(const struct sent *sent, uint8_t frame[EXPORTERS_SIZE + 128])
{
	static const uint8_t mac[12] = {2, [6] = 2, [11] = 1};
	static const uint8_t to_v4[] = {10, 9, 0, 1}, to_v6[16] = {0xfd, 9, [15] = 1};
	struct writer w = writer_on(frame, sent->size + 128);
	uint16_t udp = (uint16_t)(8 + sent->size);
	bool v4 = address_is_v4(&sent->from);
	uint8_t *ip, *at;

	writer_bytes(&w, mac, sizeof(mac));
	writer_u16(&w, v4 ? 0x0800 : 0x86dd);
	ip = w.at;
	if (v4) {
		writer_u16(&w, 0x4500);
		writer_u16(&w, (uint16_t)(20 + udp));
		writer_u32(&w, 0x4000);
		writer_u16(&w, 0x4011);
		writer_u16(&w, 0);
		writer_bytes(&w, sent->from.byte + 12, 4);
		writer_bytes(&w, to_v4, 4);
		set_sum(ip + 10, sum_of(0, ip, 20));
	} else {
		writer_u32(&w, 0x60000000);
		writer_u16(&w, udp);
		writer_u16(&w, 0x1140);
		writer_bytes(&w, sent->from.byte, 16);
		writer_bytes(&w, to_v6, 16);
	}
	at = w.at;
	writer_u16(&w, sent->port);
	writer_u16(&w, 2055);
	writer_u16(&w, udp);
	writer_u16(&w, 0);
	writer_bytes(&w, sent->bytes, sent->size);
	set_sum(at + 6, sum_of(sum_of(17U + udp, v4 ? ip + 12 : ip + 8, v4 ? 8 : 32), at, udp));
	while (writer_length(&w) < 60)
		writer_u8(&w, 0);
	return writer_length(&w);
}
