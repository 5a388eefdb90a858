/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of exporters goes through a file, and the next datagrams are read as if nothing had happened. */
#include "base/random.h"
#include "datagram.h"
#include "memory_stream.h"
#include "source/export/exportstate.h"
#include "source/export/sflow.h"
#include "unit.h"

static void
save_to(const struct export *export_, struct memory_stream *into)
{
	struct save *save = save_new(memory_write, into);

	export_save(export_, save);
	assert_int_equal(save_end(save), 0);
	save_free(save);
}

static int
restore_from(struct export *export_, struct memory_stream *from, struct wall now, struct fail *fail)
{
	struct restore *restore = restore_new(memory_read, from);
	int r;

	from->at = 0;
	r = export_restore(export_, restore, now, fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	return r;
}

/* The exporters of a station are forgotten but for what went through the stream. */
static void
revive(struct station *s, const struct export_settings *settings)
{
	struct memory_stream stream = {.portion = 1000};
	struct fail fail = {0};

	save_to(s->export_, &stream);
	export_free(s->export_);
	s->export_ = export_new(settings, s->intake);
	assert_int_equal(restore_from(s->export_, &stream, s->from.received, &fail), 0);
	memory_done(&stream);
}

static void
revive_default(struct station *s)
{
	struct export_settings settings = EXPORT_DEFAULTS;

	settings.sampling = 1;
	revive(s, &settings);
}

#define EXPORTERS 6
#define MESSAGES  3000
#define FORGED    600 /* strangers come after so many */

struct sent {
	struct export_from from;
	uint8_t bytes[600];
	size_t size;
	bool is_data;
};

struct made {
	uint32_t number;
	uint32_t sample;
	uint32_t booted; /* seconds */
	bool has_begun;
};

struct play {
	struct random random;
	struct made made[EXPORTERS];
	struct sent sent[2 * MESSAGES];
	size_t count;
	struct wall now;
};

static const enum dialect dialects[EXPORTERS] = {DIALECT_NETFLOW9, DIALECT_IPFIX, DIALECT_NETFLOW5,
	DIALECT_NETFLOW9 /* sFlow */, DIALECT_NETFLOW9, DIALECT_IPFIX};
#define SFLOW 3

static const uint32_t sampled_fields[][2] = {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {48, 2}};
static const uint32_t sampler_fields[][2] = {{1, 4}, {48, 2}, {50, 4}};

static void
write_netflow5(struct datagram *d, uint8_t host, uint16_t port)
{
	uint8_t record[48] = {10, 0, 0, host, 192, 0, 2, 9};
	struct writer w = writer_on(record + 32, 16);

	writer_u16(&w, 40000);
	writer_u16(&w, port);
	writer_u16(&w, 0x001b);
	writer_u8(&w, 6);
	writer_bytes(&d->w, record, sizeof(record));
}

static void
emit(struct play *play, unsigned exporter, const uint8_t *bytes, size_t size, bool is_data)
{
	struct sent *sent = &play->sent[play->count++];

	*sent = (struct sent){.size = size, .is_data = is_data};
	assert_true(size <= sizeof(sent->bytes));
	memcpy(sent->bytes, bytes, size);
	sent->from = (struct export_from){.file = "made",
		.address = address_from_v4(0xc0000200 + exporter),
		.port = (uint16_t)(50000 + exporter),
		.has_address = true,
		.received = play->now};
}

/* The number of the next message, and what it adds to it. */
static uint32_t
count_message(struct made *made, enum dialect dialect, uint32_t records)
{
	uint32_t number = made->number;

	made->number += dialect == DIALECT_NETFLOW9 ? 1 : records;
	return number;
}

static void
set_times(const struct play *play, struct datagram *d, const struct made *made)
{
	uint32_t seconds = (uint32_t)(play->now.us / WALL_SECOND);

	if (d->dialect == DIALECT_IPFIX)
		datagram_patch(d, 4, seconds);
	else
		datagram_set_uptime(d, (seconds - made->booted) * 1000, seconds);
}

/* Templates, and for NetFlow v9 a sampler, which is one in twenty. */
static void
make_templates(struct play *play, unsigned exporter)
{
	struct made *made = &play->made[exporter];
	enum dialect dialect = dialects[exporter];
	struct datagram d;

	datagram_begin(&d, dialect, count_message(made, dialect, 0), 7 + exporter % 2);
	set_times(play, &d, made);
	datagram_template(&d, 256, plain_fields, PLAIN_FIELDS);
	datagram_template(&d, 257, sampled_fields, 6);
	if (dialect == DIALECT_NETFLOW9) {
		datagram_options(&d, 258, sampler_fields, 3, 1);
		datagram_set_begin(&d, 258);
		writer_u32(&d.w, 1);
		writer_u16(&d.w, 3);
		writer_u32(&d.w, 20);
		datagram_set_end(&d);
	}
	emit(play, exporter, d.bytes, datagram_end(&d), false);
}

static void
make_sflow(struct play *play, bool is_lost)
{
	struct made *made = &play->made[SFLOW];
	uint32_t words[] = {5, 1, 0x0a000001, 3, made->number++,
		((uint32_t)(play->now.us / WALL_SECOND) - made->booted) * 1000, 1, 1, 32,
		made->sample++, 3 + made->number % 2, 512, 0, made->sample / 100, 0, 0, 0};
	uint8_t bytes[sizeof(words)];
	struct writer w = writer_on(bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		writer_u32(&w, words[i]);
	if (!is_lost)
		emit(play, SFLOW, bytes, sizeof(bytes), true);
}

static void
make_data(struct play *play, unsigned exporter, bool is_lost)
{
	struct made *made = &play->made[exporter];
	enum dialect dialect = dialects[exporter];
	uint32_t records = 1 + (uint32_t)random_below(&play->random, 5);
	bool is_sampled = random_below(&play->random, 2) == 0;
	struct datagram d;

	datagram_begin(&d, dialect, count_message(made, dialect, records),
		dialect == DIALECT_NETFLOW5 ? 0 : 7 + exporter % 2);
	set_times(play, &d, made);
	if (dialect != DIALECT_NETFLOW5)
		datagram_set_begin(&d, is_sampled ? 257 : 256);
	for (uint32_t i = 0; i < records; i++) {
		uint8_t host = (uint8_t)random_below(&play->random, 200);
		uint16_t port = random_below(&play->random, 3) == 0 ? 25 : 443;

		if (dialect == DIALECT_NETFLOW5) {
			write_netflow5(&d, host, port);
			continue;
		}
		datagram_plain(&d, host, port, 6);
		if (is_sampled)
			writer_u16(&d.w, 3);
	}
	if (dialect != DIALECT_NETFLOW5)
		datagram_set_end(&d);
	if (!is_lost)
		emit(play, exporter, d.bytes, datagram_end(&d), true);
}

/* Somebody who sends one datagram, and is not heard of again. */
static void
make_stranger(struct play *play)
{
	struct datagram d;

	datagram_begin(&d, DIALECT_IPFIX, 5, (uint32_t)random_below(&play->random, 3));
	datagram_template(&d, 300, plain_fields, PLAIN_FIELDS);
	emit(play, 100 + (unsigned)random_below(&play->random, 50), d.bytes, datagram_end(&d),
		false);
}

/* Losses, twice the same, out of order, restarts, new layouts. */
static void
make(struct play *play, uint64_t seed)
{
	*play = (struct play){.now = {DATAGRAM_SECONDS * WALL_SECOND}};
	random_seed(&play->random, seed);
	for (unsigned i = 0; i < EXPORTERS; i++)
		play->made[i] =
			(struct made){.number = 1000 * i, .booted = DATAGRAM_SECONDS - 90000};
	for (unsigned i = 0; i < MESSAGES; i++) {
		unsigned exporter = (unsigned)random_below(&play->random, EXPORTERS);
		struct made *made = &play->made[exporter];
		uint64_t chance = random_below(&play->random, 100);
		struct sent *last = &play->sent[play->count - (play->count > 0)];

		play->now.us += (int64_t)random_below(&play->random, 1000) * 1000;
		if (i > FORGED && random_below(&play->random, 10) == 0) {
			make_stranger(play);
		} else if (exporter == 4 && made->has_begun &&
			random_below(&play->random, 150) == 0) {
			made->booted = (uint32_t)(play->now.us / WALL_SECOND) - 20;
			made->number = 0;
			make_templates(play, exporter);
		} else if (!made->has_begun && exporter != SFLOW &&
			dialects[exporter] != DIALECT_NETFLOW5) {
			make_templates(play, exporter);
		} else if (chance < 2 && last->is_data) {
			play->sent[play->count] = *last;
			play->sent[play->count++].from.received = play->now;
		} else if (exporter == SFLOW) {
			make_sflow(play, chance < 6);
		} else {
			make_data(play, exporter, chance < 6);
		}
		made->has_begun = true;
		last = &play->sent[play->count - 1];
		if (play->count > 1 && last->is_data && last[-1].is_data &&
			random_below(&play->random, 40) == 0) {
			struct sent swapped = *last;

			*last = last[-1];
			last[-1] = swapped;
			last[0].from.received = last[-1].from.received = play->now;
		}
	}
}

struct result {
	struct observation seen[2 * MESSAGES];
	size_t count;
	struct intake_counts intake;
	uint64_t counts[sizeof(struct export_counts) / sizeof(uint64_t)];
	uint64_t sflow[sizeof(struct sflow_counts) / sizeof(uint64_t)];
	struct export_exporter exporter[16];
	size_t exporters;
};

static void
add_counts(const struct station *s, struct result *outcome)
{
	uint64_t counts[sizeof(struct export_counts) / sizeof(uint64_t)];
	struct sflow_counts of_sflow = *export_sflow_counts(s->export_);
	uint64_t sflow[sizeof(of_sflow) / sizeof(uint64_t)];

	/* What comes late takes back a loss of the life before it: each exporter's own figures tell. */
	of_sflow.lost_datagrams = of_sflow.lost_samples = 0;
	memcpy(counts, export_counts(s->export_), sizeof(counts));
	memcpy(sflow, &of_sflow, sizeof(sflow));
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		outcome->counts[i] += counts[i];
	for (size_t i = 0; i < sizeof(sflow) / sizeof(*sflow); i++)
		outcome->sflow[i] += sflow[i];
}

/* In the order of address and domain. */
static void
on_exporter(void *context, const struct export_exporter *exporter)
{
	struct result *outcome = context;
	size_t at = outcome->exporters++;

	assert_true(at < 16);
	while (at > 0 &&
		(memcmp(&outcome->exporter[at - 1].address, &exporter->address, 16) > 0 ||
			(address_equal(&outcome->exporter[at - 1].address, &exporter->address) &&
				outcome->exporter[at - 1].domain > exporter->domain))) {
		outcome->exporter[at] = outcome->exporter[at - 1];
		at--;
	}
	outcome->exporter[at] = *exporter;
}

/* killed: after one message in so many; 0: never. */
static void
run(const struct play *play, uint64_t killed, struct result *outcome)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct random random;
	struct station s;
	size_t n;

	random_seed(&random, killed);
	*outcome = (struct result){.count = 0};
	settings.sampling = 1;
	settings.sessions_most = 10;
	station_open(&s, &settings);
	for (size_t i = 0; i < play->count; i++) {
		s.from = play->sent[i].from;
		export_datagram(s.export_, &s.from, play->sent[i].bytes, play->sent[i].size);
		while ((n = intake_take(s.intake, outcome->seen + outcome->count, 64)) > 0)
			outcome->count += n;
		if (killed > 0 && random_below(&random, killed) == 0) {
			add_counts(&s, outcome);
			revive(&s, &settings);
		}
	}
	intake_flush(s.intake);
	while ((n = intake_take(s.intake, outcome->seen + outcome->count, 64)) > 0)
		outcome->count += n;
	add_counts(&s, outcome);
	outcome->intake = *station_counts(&s);
	export_each_exporter(s.export_, on_exporter, outcome);
	station_close(&s);
}

static void
assert_same_exporter(const struct export_exporter *a, const struct export_exporter *b)
{
	assert_true(address_equal(&a->address, &b->address) && a->has_address == b->has_address);
	assert_true(address_equal(&a->agent, &b->agent));
	assert_int_equal(a->transport, b->transport);
	assert_int_equal(a->is_established, b->is_established);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->domain, b->domain);
	assert_string_equal(a->version, b->version);
	assert_int_equal(a->seen.us, b->seen.us);
	assert_int_equal(a->datagrams, b->datagrams);
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->mail_records, b->mail_records);
	assert_int_equal(a->lost, b->lost);
	assert_int_equal(a->late, b->late);
	assert_int_equal(a->duplicates, b->duplicates);
	assert_int_equal(a->restarts, b->restarts);
	assert_int_equal(a->malformed, b->malformed);
	assert_int_equal(a->clock_records, b->clock_records);
	assert_int_equal(a->clock_us, b->clock_us);
	assert_int_equal(a->sampling, b->sampling);
	assert_int_equal(a->templates, b->templates);
	assert_int_equal(a->held, b->held);
}

static void
a_restored_export_reads_on_as_if_it_had_never_stopped(void **state)
{
	static const uint64_t killed[] = {1000, 100, 10, 1};
	struct play *play = xcalloc(1, sizeof(*play));
	struct result *whole = xcalloc(1, sizeof(*whole)), *other = xcalloc(1, sizeof(*other));

	for (uint64_t seed = 1; seed <= 5; seed++) {
		make(play, seed);
		run(play, 0, whole);
		/* All that may happen did. */
		assert_true(whole->count > 500 && whole->intake.lost_records > 50);
		assert_int_equal(whole->intake.skipped_records, 0);
		for (unsigned i = 0; i < sizeof(killed) / sizeof(*killed); i++) {
			run(play, killed[i], other);
			assert_int_equal(whole->count, other->count);
			assert_memory_equal(
				whole->seen, other->seen, whole->count * sizeof(*whole->seen));
			assert_memory_equal(&whole->intake, &other->intake, sizeof(whole->intake));
			assert_memory_equal(whole->counts, other->counts, sizeof(whole->counts));
			assert_memory_equal(whole->sflow, other->sflow, sizeof(whole->sflow));
			assert_int_equal(whole->exporters, other->exporters);
			for (size_t e = 0; e < whole->exporters; e++)
				assert_same_exporter(&whole->exporter[e], &other->exporter[e]);
		}
	}
	free(play);
	free(whole);
	free(other);
}

static void
a_template_is_not_kept_beyond_its_life(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	station_later(&s, 20 * WALL_MINUTE);
	station_send_template(&s, DIALECT_NETFLOW9, 1, 257);
	station_later(&s, 15 * WALL_MINUTE);
	revive_default(&s);
	station_send_flow(&s, DIALECT_NETFLOW9, 2, 256, 1);
	station_send_flow(&s, DIALECT_NETFLOW9, 3, 257, 2);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(export_counts(s.export_)->held, 1);
	/* Nor is an exporter that was silent for as long. */
	station_later(&s, 31 * WALL_MINUTE);
	revive_default(&s);
	station_send_flow(&s, DIALECT_NETFLOW9, 4, 257, 2);
	assert_int_equal(export_counts(s.export_)->sessions, 1);
	station_close(&s);
}

static void
what_came_after_a_clock_was_set_back_is_taken_as_of_now(void **state)
{
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	station_later(&s, -10 * WALL_DAY);
	revive_default(&s);
	station_later(&s, 29 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	station_later(&s, 2 * WALL_MINUTE);
	station_send_flow(&s, DIALECT_IPFIX, 1, 256, 1);
	assert_int_equal(station_counts(&s)->records, 1);
	assert_int_equal(export_counts(s.export_)->templates_expired, 1);
	station_close(&s);
}

static void
what_was_lost_in_between_is_a_gap_where_the_last_message_is_known(void **state)
{
	struct station s;

	for (int unsure = 0; unsure <= 1; unsure++) {
		station_open_default(&s);
		station_send_template(&s, DIALECT_IPFIX, 0, 256);
		for (uint32_t i = 0; i < 10; i++)
			station_send_flow(&s, DIALECT_IPFIX, i, 256, 1);
		revive_default(&s);
		if (unsure)
			export_unsure(s.export_);
		station_send_flow(&s, DIALECT_IPFIX, 17, 256, 1);
		assert_int_equal(station_counts(&s)->lost_records, unsure ? 0 : 7);
		assert_int_equal(export_counts(s.export_)->gaps, unsure ? 0 : 1);
		/* The next one is a gap either way. */
		station_send_flow(&s, DIALECT_IPFIX, 20, 256, 1);
		assert_int_equal(station_counts(&s)->lost_records, unsure ? 2 : 9);
		assert_int_equal(station_counts(&s)->records, 12);
		station_close(&s);
	}
}

static void
an_exporter_that_restarted_meanwhile_is_not_read_by_its_old_templates(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	revive_default(&s);
	station_later(&s, 2 * WALL_HOUR / 8);
	/* Longer up than it was when it was last heard of, but begun since. */
	datagram_begin(&d, DIALECT_NETFLOW9, 3, 7);
	datagram_set_uptime(&d, DATAGRAM_UPTIME + 1000, DATAGRAM_SECONDS + 900);
	datagram_set_begin(&d, 256);
	datagram_plain(&d, 1, 25, 6);
	datagram_set_end(&d);
	station_send(&s, &d);
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(export_counts(s.export_)->restarts, 1);
	assert_int_equal(export_counts(s.export_)->held, 1);
	station_close(&s);
}

/* The network may change the order of what was sent before and after a new layout. */
static void
a_layout_that_is_older_than_the_one_kept_is_not_taken(void **state)
{
	struct station s;
	struct datagram d;

	station_open_default(&s);
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	station_later(&s, 20 * WALL_SECOND);
	datagram_begin(&d, DIALECT_IPFIX, 0, 7);
	datagram_patch(&d, 4, DATAGRAM_SECONDS + 20);
	datagram_template(&d, 256, sampled_fields, 6);
	station_send(&s, &d);
	revive_default(&s);
	/* Both were sent before the new layout. */
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	assert_int_equal(export_counts(s.export_)->templates_late, 1);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(export_counts(s.export_)->held_lost, 1);
	station_close(&s);
}

static void
connections_are_not_kept(void **state)
{
	struct station s;

	station_open_default(&s);
	s.from.transport = EXPORT_TCP;
	station_send_template(&s, DIALECT_IPFIX, 0, 256);
	revive_default(&s);
	station_send_flow(&s, DIALECT_IPFIX, 0, 256, 1);
	assert_int_equal(station_counts(&s)->records, 0);
	assert_int_equal(export_counts(s.export_)->sessions, 1);
	station_close(&s);
}

static void
where_there_is_less_room_than_before_the_established_stay(void **state)
{
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	station_open_default(&s);
	for (uint32_t i = 0; i < 20; i++) {
		s.from.address = address_from_v4(0xc0000201 + i);
		station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
		for (uint32_t n = 1; n < 10 && i >= 15; n++)
			station_send_flow(&s, DIALECT_NETFLOW9, n, 256, 1);
	}
	settings.sampling = 1;
	settings.sessions_most = 5;
	settings.templates_total = 4;
	revive(&s, &settings);
	for (uint32_t i = 15; i < 20; i++) {
		s.from.address = address_from_v4(0xc0000201 + i);
		station_send_flow(&s, DIALECT_NETFLOW9, 10, 256, 1);
	}
	assert_int_equal(station_counts(&s)->records, 5 * 9 + 4);
	assert_int_equal(export_counts(s.export_)->sessions, 0);
	assert_int_equal(export_counts(s.export_)->held, 1);
	station_close(&s);
}

static void
a_damaged_file_is_refused_whole(void **state)
{
	struct memory_stream stream = {0};
	struct export_settings settings = EXPORT_DEFAULTS;
	struct station s;

	station_open_default(&s);
	station_send_template(&s, DIALECT_NETFLOW9, 0, 256);
	save_to(s.export_, &stream);
	settings.sessions_most = 4;
	settings.templates_total = 16;
	for (size_t at = 0; at < stream.size; at++) {
		struct fail fail = {0};
		struct export *fresh = export_new(&settings, s.intake);

		stream.bytes[at] ^= 0x11;
		assert_true(restore_from(fresh, &stream, s.from.received, &fail) < 0);
		assert_true(fail.what[0] != '\0');
		stream.bytes[at] ^= 0x11;
		export_free(fresh);
	}
	memory_done(&stream);
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restored_export_reads_on_as_if_it_had_never_stopped),
		cmocka_unit_test(a_template_is_not_kept_beyond_its_life),
		cmocka_unit_test(what_came_after_a_clock_was_set_back_is_taken_as_of_now),
		cmocka_unit_test(what_was_lost_in_between_is_a_gap_where_the_last_message_is_known),
		cmocka_unit_test(
			an_exporter_that_restarted_meanwhile_is_not_read_by_its_old_templates),
		cmocka_unit_test(a_layout_that_is_older_than_the_one_kept_is_not_taken),
		cmocka_unit_test(connections_are_not_kept),
		cmocka_unit_test(where_there_is_less_room_than_before_the_established_stay),
		cmocka_unit_test(a_damaged_file_is_refused_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
