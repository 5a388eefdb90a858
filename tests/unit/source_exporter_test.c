/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the exporters are, what is told of them, and what a crowd of forged ones can do. */
#include "base/random.h"
#include "datagram.h"
#include "source/export/sflow.h"
#include "unit.h"

#define FORGED 1000000

struct list {
	struct export_exporter seen[64];
	size_t count;
};

static void
on_exporter(void *context, const struct export_exporter *exporter)
{
	struct list *list = context;

	if (list->count < 64)
		list->seen[list->count] = *exporter;
	list->count++;
}

static struct list
list_of(const struct station *s)
{
	struct list list = {.count = 0};

	export_each_exporter(s->export_, on_exporter, &list);
	return list;
}

/* One flow sample of sFlow without records. */
static void
send_sflow(struct station *s, uint32_t sequence, uint32_t sample)
{
	uint32_t words[] = {
		5, 1, 0x0a000001, 3, sequence, 1000, 1, 1, 32, sample, 3, 512, 0, 0, 0, 0, 0};
	uint8_t bytes[sizeof(words)];
	struct writer w = writer_on(bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		writer_u32(&w, words[i]);
	export_datagram(s->export_, &s->from, bytes, sizeof(bytes));
}

static void
each_exporter_is_told_with_its_own_figures(void **state)
{
	struct station s;
	struct datagram d;
	struct list list;
	const struct export_exporter *e;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	for (uint32_t number = 0; number < 60; number++)
		station_send_flow(&s, DIALECT_IPFIX, number, 256, (uint8_t)number);
	station_later(&s, 3 * WALL_SECOND);
	/* Two are left out, one of which comes late, and twice. */
	station_send_flow(&s, DIALECT_IPFIX, 62, 256, 62);
	station_send_flow(&s, DIALECT_IPFIX, 61, 256, 61);
	station_send_flow(&s, DIALECT_IPFIX, 61, 256, 61);
	station_send_flow(&s, DIALECT_IPFIX, 63, 999, 63);
	datagram_begin(&d, DIALECT_IPFIX, 64, 7);
	writer_u32(&d.w, 0x01000002);
	station_send(&s, &d);
	s.from.address = address_from_v4(0xc0000202);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 300);
	list = list_of(&s);
	assert_int_equal(list.count, 2);
	e = &list.seen[0];
	assert_string_equal(e->version, "ipfix");
	assert_int_equal(e->domain, 7);
	assert_int_equal(e->port, 50000);
	assert_true(e->has_address && e->is_established);
	assert_true(e->seen.us == (DATAGRAM_SECONDS + 3) * WALL_SECOND);
	assert_true(e->clock_us == -3 * WALL_SECOND);
	assert_int_equal(e->datagrams, 66);
	assert_int_equal(e->records, 62);
	assert_int_equal(e->mail_records, 62);
	assert_int_equal(e->lost, 1);
	assert_int_equal(e->late, 1);
	assert_int_equal(e->duplicates, 1);
	assert_int_equal(e->malformed, 1);
	assert_int_equal(e->templates, 1);
	assert_int_equal(e->held, 1);
	assert_int_equal(e->sampling, 1);
	e = &list.seen[1];
	assert_string_equal(e->version, "v9");
	assert_true(address_equal(&e->address, &s.from.address));
	assert_int_equal(e->datagrams, 1);
	assert_int_equal(e->records, 0);
	/* What waited for its template counts when that comes. */
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 301, 1);
	station_send_template(&s, DIALECT_NETFLOW9, 2, 301);
	list = list_of(&s);
	e = &list.seen[1];
	assert_int_equal(e->datagrams, 3);
	assert_int_equal(e->records, 1);
	assert_int_equal(e->mail_records, 1);
	station_close(&s);
}

static void
the_sampling_of_a_header_is_told(void **state)
{
	struct station s;
	struct datagram d;
	struct list list;

	station_open(&s, &EXPORT_DEFAULTS);
	datagram_begin(&d, DIALECT_NETFLOW5, 0, 0x4064);
	station_send(&s, &d);
	list = list_of(&s);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.seen[0].version, "v5");
	assert_int_equal(list.seen[0].sampling, 100);
	assert_int_equal(list.seen[0].port, 50000);
	station_close(&s);
}

static void
agents_of_sflow_are_exporters_too(void **state)
{
	struct station s;
	struct list list;
	struct address agent = address_from_v4(0x0a000001);

	station_open_default(&s);
	for (uint32_t i = 1; i <= 8; i++)
		send_sflow(&s, i, i);
	send_sflow(&s, 9, 12);
	list = list_of(&s);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.seen[0].version, "sflow");
	assert_true(address_equal(&list.seen[0].address, &s.from.address));
	assert_true(address_equal(&list.seen[0].agent, &agent));
	assert_true(list.seen[0].is_established);
	assert_int_equal(list.seen[0].domain, 3);
	assert_int_equal(list.seen[0].datagrams, 9);
	assert_int_equal(list.seen[0].records, 9);
	assert_int_equal(list.seen[0].lost, 3);
	assert_int_equal(list.seen[0].sampling, 512);
	assert_int_equal(export_sflow_counts(s.export_)->lost_samples, 3);
	station_close(&s);
}

static void
a_restart_and_wrong_clocks_are_told(void **state)
{
	struct intake_settings settings = {
		.join_us = WALL_MINUTE, .join_most = 64, .errors_most = 8, .live = true};
	struct station s;
	struct datagram d;
	struct list list;

	station_open_default(&s);
	export_free(s.export_);
	intake_free(s.intake);
	s.intake = intake_new(&settings);
	s.export_ = export_new(&EXPORT_DEFAULTS, s.intake);
	/* The receiver's clock is two days on. */
	station_later(&s, 2 * WALL_DAY);
	intake_advance(s.intake, s.from.received);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 256, 1);
	datagram_begin(&d, DIALECT_NETFLOW9, 0, 7);
	datagram_set_uptime(&d, 1000, DATAGRAM_SECONDS + 100);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	station_send(&s, &d);
	list = list_of(&s);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.seen[0].restarts, 1);
	assert_int_equal(list.seen[0].clock_records, 1);
	assert_int_equal(list.seen[0].sampling, 0);
	/* That of one message alone may be damaged. */
	assert_true(list.seen[0].clock_us == -2 * WALL_DAY);
	station_close(&s);
}

/* Addresses, ports, protocol, flags, packets, bytes, begin and end in milliseconds. */
static const uint32_t full_fields[][2] = {
	{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {2, 4}, {1, 4}, {152, 8}, {153, 8}};
#define FULL_FIELDS 10

static void
full_record(struct datagram *d, bool to_server, uint16_t port, uint8_t flags)
{
	const uint64_t end = DATAGRAM_SECONDS * UINT64_C(1000) - 200;

	writer_u32(&d->w, to_server ? 0x0a000001 : 0xc0000209);
	writer_u32(&d->w, to_server ? 0xc0000209 : 0x0a000001);
	writer_u16(&d->w, to_server ? port : 25);
	writer_u16(&d->w, to_server ? 25 : port);
	writer_u8(&d->w, 6);
	writer_u8(&d->w, flags);
	writer_u32(&d->w, 12);
	writer_u32(&d->w, to_server ? 6000 : 900);
	writer_u64(&d->w, end - 1500);
	writer_u64(&d->w, end);
}

static void
a_connection_comes_out_with_the_datagram_that_completes_it(void **state)
{
	const uint8_t flags = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN;
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct station s;
	struct datagram d;

	settings.live = true;
	s = (struct station){.intake = intake_new(&settings)};
	s.export_ = export_new(&EXPORT_DEFAULTS, s.intake);
	s.from = (struct export_from){.address = address_from_v4(0xc0000201),
		.has_address = true,
		.received = {DATAGRAM_SECONDS * WALL_SECOND}};
	intake_advance(s.intake, s.from.received);
	/* Two exporters tell the same two connections; of one of them only a direction. */
	for (int i = 0; i < 2; i++) {
		datagram_begin(&d, DIALECT_IPFIX, 0, 7);
		datagram_template(&d, 256, full_fields, FULL_FIELDS);
		datagram_set_begin(&d, 256);
		full_record(&d, true, 40000, flags);
		full_record(&d, true, 40001, flags);
		full_record(&d, false, 40000, flags);
		datagram_set_end(&d);
		station_send(&s, &d);
		assert_int_equal(intake_take(s.intake, s.seen, 64), i == 0 ? 1 : 0);
		s.from.address.byte[15]++;
	}
	assert_int_equal(s.seen[0].client_port, 40000);
	assert_int_equal(s.seen[0].flags, 0);
	assert_int_equal(s.seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(s.seen[0].duration_ms, 1500);
	assert_int_equal(station_counts(&s)->repeated_records, 2);
	station_later(&s, WALL_MINUTE);
	intake_advance(s.intake, s.from.received);
	assert_int_equal(intake_take(s.intake, s.seen, 64), 1);
	assert_int_equal(s.seen[0].client_port, 40001);
	assert_int_equal(s.seen[0].flags, OBSERVATION_ONE_SIDED);
	station_close(&s);
}

static void
datagrams_from_elsewhere_than_allowed_make_nothing(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct prefix allowed[2] = {{.address = address_from_v4(0xc0000200), .length = 120},
		{.address = {{0x20, 1, 0xd, 0xb8}}, .length = 32}};
	struct address other = address_from_v4(0xc6336401);
	struct station s;

	settings.allowed = allowed;
	settings.allowed_count = 2;
	station_open(&s, &settings);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_send_flow(&s, DIALECT_NETFLOW9, 1, 256, 1);
	s.from.address = other;
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	send_sflow(&s, 1, 1);
	export_datagram(s.export_, &s.from, (const uint8_t *)"x", 1);
	s.from.address = (struct address){{0x20, 1, 0xd, 0xb8, [15] = 1}};
	send_sflow(&s, 1, 1);
	s.from.address = (struct address){{0}};
	send_sflow(&s, 1, 1);
	assert_int_equal(export_counts(s.export_)->strangers, 4);
	assert_int_equal(export_counts(s.export_)->datagrams, 7);
	assert_int_equal(export_counts(s.export_)->sessions, 1);
	assert_int_equal(export_counts(s.export_)->malformed, 0);
	assert_int_equal(list_of(&s).count, 2);
	assert_int_equal(station_counts(&s)->records, 2);
	assert_int_equal(station_counts(&s)->skipped_bytes, 0);
	assert_false(export_allows(s.export_, &other));
	station_close(&s);
}

/* From a random address: junk, a cut datagram, a template, a flow, or both. */
static void
forge(struct station *s, struct random *random)
{
	struct datagram d;
	uint64_t kind = random_below(random, 6);
	enum dialect dialect = kind % 2 == 0 ? DIALECT_NETFLOW9 : DIALECT_IPFIX;
	uint8_t junk[64];

	s->from.address = address_from_v4((uint32_t)random_u64(random) | 0x80000000U);
	s->from.port = (uint16_t)random_u64(random);
	if (kind == 0) {
		for (size_t i = 0; i < sizeof(junk); i++)
			junk[i] = (uint8_t)random_u64(random);
		junk[0] = 0;
		junk[1] = (uint8_t)(9 + random_below(random, 2));
		export_datagram(s->export_, &s->from, junk, sizeof(junk));
		return;
	}
	if (kind == 1) {
		send_sflow(s, (uint32_t)random_u64(random), (uint32_t)random_u64(random));
		return;
	}
	datagram_begin(
		&d, dialect, (uint32_t)random_u64(random), (uint32_t)random_below(random, 4));
	if (kind != 2)
		datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	if (kind != 3) {
		datagram_set_begin(&d, 256);
		datagram_plain(&d, 1, 443, 6);
		datagram_set_end(&d);
	}
	export_datagram(s->export_, &s->from, d.bytes, datagram_end(&d));
}

static void
a_million_forged_exporters_do_not_hurt_the_known_ones(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct address known = address_from_v4(0x0a000001), newcomer = address_from_v4(0x0a000002);
	struct random random;
	struct station s;
	uint64_t records;
	uint32_t number = 0, sample = 0;

	settings.sessions_most = 512;
	settings.templates_total = 600;
	settings.held_bytes = 4096;
	settings.sampling = 1;
	random_seed(&random, 1);
	station_open(&s, &settings);
	s.from.address = known;
	station_send_template(&s, DIALECT_NETFLOW9, number++, 256);
	for (int i = 0; i < 8; i++) {
		station_send_flow(&s, DIALECT_NETFLOW9, number++, 256, 1);
		sample++;
		send_sflow(&s, sample, sample);
	}
	for (uint32_t i = 1; i <= FORGED; i++) {
		station_later(&s, 60);
		forge(&s, &random);
		if (i % 10000 != 0)
			continue;
		s.from.address = known;
		s.from.port = 50000;
		station_send_flow(&s, DIALECT_NETFLOW9, number++, 256, 1);
		sample++;
		send_sflow(&s, sample, sample);
	}
	assert_true(list_of(&s).count <= 2 * settings.sessions_most);
	assert_true(export_counts(s.export_)->sessions_displaced > FORGED / 2);
	assert_int_equal(export_counts(s.export_)->sessions_refused, 0);
	/* The known one: nothing lost, nothing left out. */
	records = station_counts(&s)->records;
	s.from.address = known;
	station_send_flow(&s, DIALECT_NETFLOW9, number++, 256, 1);
	sample++;
	send_sflow(&s, sample, sample);
	assert_int_equal(station_counts(&s)->records, records + 2);
	assert_int_equal(station_counts(&s)->mail_records, number - 1);
	assert_int_equal(station_counts(&s)->lost_records, 0);
	assert_int_equal(export_counts(s.export_)->gaps, 0);
	/* A new one begins while the flood goes on, a hundred forged datagrams to each of its own. */
	for (uint32_t i = 0; i < 100; i++) {
		s.from.address = newcomer;
		if (i == 0)
			station_send_template(&s, DIALECT_NETFLOW9, i, 256);
		else
			station_send_flow(&s, DIALECT_NETFLOW9, i, 256, 1);
		for (int j = 0; j < 100; j++)
			forge(&s, &random);
	}
	assert_int_equal(station_counts(&s)->mail_records, number - 1 + 99);
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_exporter_is_told_with_its_own_figures),
		cmocka_unit_test(the_sampling_of_a_header_is_told),
		cmocka_unit_test(agents_of_sflow_are_exporters_too),
		cmocka_unit_test(a_restart_and_wrong_clocks_are_told),
		cmocka_unit_test(a_connection_comes_out_with_the_datagram_that_completes_it),
		cmocka_unit_test(datagrams_from_elsewhere_than_allowed_make_nothing),
		cmocka_unit_test(a_million_forged_exporters_do_not_hurt_the_known_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
