/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmarks send is judged by what our own readers make of it. */
#include "../bench/load.h"
#include "source/export/export.h"
#include "unit.h"

#include <stdlib.h>

#define BEGIN   (INT64_C(1764115200) * WALL_SECOND)
#define STEP    (50 * WALL_SECOND / 1000)
#define BATCHES 200
#define MOST    (BATCHES * LOAD_BATCH * EXPORTER_RECORDS)

struct reading {
	struct load_settings settings;
	struct load *load;
	struct intake *intake;
	struct export *export_;
	uint64_t options; /* records in them are counted by the reader, not by the load */
};

static void
open_reading(struct reading *r, enum exporter_kind kind)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings export_settings = EXPORT_DEFAULTS;

	r->settings = LOAD_DEFAULTS;
	r->settings.kind = kind;
	r->settings.exporters = 4;
	r->settings.senders = 1000;
	r->load = load_new(&r->settings);
	r->intake = intake_new(&intake_settings);
	r->export_ = export_new(&export_settings, r->intake);
	r->options = 0;
}

static void
close_reading(struct reading *r)
{
	export_free(r->export_);
	intake_free(r->intake);
	load_free(r->load);
}

static void
give(struct reading *r, int64_t now, uint32_t exporter, const uint8_t *at, size_t size)
{
	struct export_from from = {.file = "load",
		.address = address_from_v4(0x7f000001 + exporter / r->settings.domains),
		.port = 4000,
		.has_address = true,
		.received = {now}};

	export_datagram(r->export_, &from, at, size);
}

/* All templates, then batches in turn. */
static void
give_all(struct reading *r, unsigned batches)
{
	uint8_t datagram[EXPORTER_SLOT];

	for (unsigned i = 0; i < batches; i++) {
		uint32_t exporter = i % r->settings.exporters;
		int64_t now = BEGIN + i * STEP;
		const uint8_t *at;

		load_time(r->load, now);
		if (i < r->settings.exporters) {
			give(r, now, exporter, datagram,
				load_template(r->load, exporter, datagram));
			give(r, now, exporter, datagram, load_options(r->load, exporter, datagram));
			r->options++;
		}
		at = load_data(r->load, exporter, LOAD_BATCH);
		for (unsigned j = 0; j < LOAD_BATCH; j++)
			give(r, now, exporter, at + j * load_size(r->load), load_size(r->load));
	}
}

static size_t
take_all(struct reading *r, struct observation *into)
{
	intake_flush(r->intake);
	return intake_take(r->intake, into, MOST);
}

static void
check_counts(enum exporter_kind kind)
{
	struct observation *seen = xcalloc(MOST, sizeof(*seen));
	const struct load_counts *sent;
	const struct intake_counts *read;
	struct reading r;
	size_t count;

	open_reading(&r, kind);
	give_all(&r, BATCHES);
	count = take_all(&r, seen);
	sent = load_counts(r.load);
	read = intake_counts(r.intake);
	assert_int_equal(sent->records, MOST);
	assert_int_equal(sent->datagrams, export_counts(r.export_)->datagrams);
	assert_int_equal(read->records, sent->records + r.options);
	assert_int_equal(read->mail_records, sent->mail_records);
	assert_in_range(sent->mail_records, MOST / 100 * 2, MOST / 100 * 4);
	assert_int_equal(read->errors + read->skipped_records + read->lost_records, 0);
	/* A port that comes again by chance joins two connections. */
	assert_in_range(count, sent->mail_records / 2 - 50, sent->mail_records / 2);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(seen[i].outcome, OUTCOME_ACCEPTED);
	close_reading(&r);
	free(seen);
}

static void
each_record_is_read_and_mail_is_counted(void **state)
{
	(void)state;
	check_counts(KIND_V9);
	check_counts(KIND_IPFIX);
}

static bool
is_zombie(const struct observation *o)
{
	struct address zombie = address_from_v4(LOAD_ZOMBIES);

	return memcmp(&o->client, &zombie, sizeof(zombie)) == 0;
}

static void
a_planted_zombie_opens_connections_of_which_most_fail(void **state)
{
	struct observation *seen = xcalloc(MOST, sizeof(*seen));
	unsigned outcomes[OUTCOME_COUNT] = {0};
	struct reading r;
	size_t count;

	(void)state;
	open_reading(&r, KIND_V9);
	load_plant(r.load);
	give_all(&r, BATCHES);
	count = take_all(&r, seen);
	for (size_t i = 0; i < count; i++)
		outcomes[seen[i].outcome] += is_zombie(&seen[i]);
	assert_int_equal(load_counts(r.load)->zombies, 1);
	assert_int_equal(outcomes[OUTCOME_ACCEPTED], 6);
	assert_int_equal(outcomes[OUTCOME_REFUSED], 24);
	assert_int_equal(outcomes[OUTCOME_FAILED], 30);
	close_reading(&r);
	free(seen);
}

static void
contacts_of_a_zombie_alone_are_a_datagram(void **state)
{
	struct observation seen[EXPORTER_RECORDS];
	uint8_t datagram[EXPORTER_SLOT];
	struct reading r;
	size_t count;

	(void)state;
	open_reading(&r, KIND_IPFIX);
	load_time(r.load, BEGIN);
	give(&r, BEGIN, 0, datagram, load_template(r.load, 0, datagram));
	give(&r, BEGIN, 0, datagram, load_options(r.load, 0, datagram));
	give(&r, BEGIN, 0, datagram, load_contacts(r.load, 0, 0, 0, datagram));
	intake_flush(r.intake);
	count = intake_take(r.intake, seen, EXPORTER_RECORDS);
	assert_int_equal(count, EXPORTER_RECORDS / 2);
	for (size_t i = 0; i < count; i++) {
		assert_true(is_zombie(&seen[i]));
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(
				&seen[i].server, &seen[j].server, sizeof(seen[i].server));
	}
	close_reading(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record_is_read_and_mail_is_counted),
		cmocka_unit_test(a_planted_zombie_opens_connections_of_which_most_fail),
		cmocka_unit_test(contacts_of_a_zombie_alone_are_a_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
