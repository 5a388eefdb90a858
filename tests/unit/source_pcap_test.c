/* SPDX-License-Identifier: BSD-2-Clause */
#include "recording.h"
#include "unit.h"

#include <errno.h>

static uint64_t us = UINT64_C(1300000000000000);

static void
add_syn(void)
{
	uint8_t frame[100];
	size_t size = make_syn(frame, sizeof(frame));

	us += 100;
	write_pcap_record(&w, us, (uint32_t)size, (uint32_t)size, frame);
}

static void
packets_become_observations(void **state)
{
	write_pcap_header(&w, 65535, 1);
	add_syn();
	add_syn();
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 2);
	assert_true(seen[1].time.us == (int64_t)us);
	assert_int_equal(seen[1].client_port, 40001);
	assert_int_equal(counts.records, 2);
	assert_int_equal(counts.mail_records, 2);
	assert_int_equal(counts.skipped_bytes, 0);
}

/* A header and one record of the same SYN in another kind of file. */
static void
write_kind(uint32_t magic, bool network_order, uint32_t fraction, bool patched)
{
	uint32_t numbers[] = {magic, network_order ? 0x00020004 : 0x00040002, 0, 0, 65535, 1,
		1300000000, fraction, 54, 54};
	uint8_t frame[100];

	assert_int_equal(make_syn(frame, sizeof(frame)), 54);
	for (size_t i = 0; i < 10; i++) {
		if (network_order)
			writer_u32(&w, numbers[i]);
		else
			write_le32(&w, numbers[i]);
	}
	if (patched)
		writer_u64(&w, 0);
	writer_bytes(&w, frame, 54);
}

static void
every_magic_number_is_understood(void **state)
{
	for (int order = 0; order < 2; order++) {
		(void)begin_recording(state);
		write_kind(0xa1b2c3d4, order, 250000, false);
		assert_int_equal(read_recording(), 0);
		assert_int_equal(count, 1);
		assert_true(seen[0].time.us == INT64_C(1300000000250000));
		(void)begin_recording(state);
		write_kind(0xa1b23c4d, order, 250000999, false);
		assert_int_equal(read_recording(), 0);
		assert_int_equal(count, 1);
		assert_true(seen[0].time.us == INT64_C(1300000000250000));
		(void)begin_recording(state);
		write_kind(0xa1b2cd34, order, 250000, true);
		assert_int_equal(read_recording(), 0);
		assert_int_equal(count, 1);
		assert_true(seen[0].time.us == INT64_C(1300000000250000));
	}
}

static void
recordings_may_be_joined(void **state)
{
	write_pcap_header(&w, 65535, 1);
	add_syn();
	write_kind(0xa1b23c4d, true, 1, false);
	write_pcap_header(&w, 65535, 1);
	add_syn();
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 3);
	assert_int_equal(counts.errors, 0);
}

static void
snapshot_lengths_may_lie_and_records_be_empty(void **state)
{
	write_pcap_header(&w, 8, 1);
	add_syn();
	write_pcap_record(&w, us, 0, 1500, "");
	add_syn();
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 2);
	assert_int_equal(counts.records, 3);
	assert_int_equal(counts.errors, 0);
}

static void
zeros_in_place_of_packets_are_told_once(void **state)
{
	size_t from;

	write_pcap_header(&w, 65535, 1);
	add_syn();
	from = writer_length(&w);
	memset(writer_take(&w, 1600), 0, 1600);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.records, 101);
	assert_int_equal(counts.skipped_records, 100);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(first_error.offset, from);
	assert_non_null(strstr(first_error.what, "0 bytes"));
}

static void
garbage_between_records_is_stepped_over(void **state)
{
	size_t from, to;

	write_pcap_header(&w, 65535, 1);
	add_syn();
	from = writer_length(&w);
	for (int i = 0; i < 3001; i++)
		writer_u8(&w, (uint8_t)(0x80 | (i * 37)));
	to = writer_length(&w);
	for (int i = 0; i < 4; i++)
		add_syn();
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 5);
	assert_int_equal(counts.skipped_bytes, to - from);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(first_error.offset, from);
	assert_non_null(strstr(first_error.what, "searching"));
}

static void
garbage_up_to_the_end_ends_it(void **state)
{
	size_t from;

	write_pcap_header(&w, 65535, 1);
	add_syn();
	from = writer_length(&w);
	memset(writer_take(&w, 3u << 20), 0xff, 3u << 20);
	assert_int_equal(read_recording(), -EBADMSG);
	assert_int_equal(count, 1);
	assert_int_equal(counts.skipped_bytes, writer_length(&w) - from);
	assert_int_equal(first_error.offset, from);
}

static void
a_record_cut_by_the_end_is_told(void **state)
{
	uint8_t frame[100];
	size_t from;

	write_pcap_header(&w, 65535, 1);
	add_syn();
	from = writer_length(&w);
	(void)make_syn(frame, sizeof(frame));
	write_pcap_record(&w, us, 54, 54, frame);
	w.at -= 20;
	assert_int_equal(read_recording(), -ENODATA);
	assert_int_equal(count, 1);
	assert_int_equal(first_error.offset, from);
	assert_int_equal(counts.skipped_bytes, 50);
	(void)begin_recording(state);
	write_pcap_header(&w, 65535, 1);
	add_syn();
	writer_u32(&w, 1);
	assert_int_equal(read_recording(), -ENODATA);
	assert_int_equal(count, 1);
}

static void
a_length_beyond_the_end_hides_no_packets(void **state)
{
	size_t from, to;

	write_pcap_header(&w, 65535, 1);
	add_syn();
	from = writer_length(&w);
	add_syn();
	to = writer_length(&w);
	file[from + 10] ^= 1; /* 65,536 bytes more */
	for (int i = 0; i < 4; i++)
		add_syn();
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 5);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(first_error.offset, from);
	assert_non_null(strstr(first_error.what, "searched for"));
	assert_int_equal(counts.skipped_bytes, to - from);
}

static void
headers_that_promise_too_much_are_refused(void **state)
{
	write_pcap_header(&w, 65535, 1);
	w.at -= 4;
	assert_int_equal(read_recording(), 1);
	assert_non_null(strstr(fail.what, "header"));
	(void)begin_recording(state);
	write_pcap_header(&w, 65535, 105);
	assert_int_equal(read_recording(), 1);
	assert_non_null(strstr(fail.what, "105"));
	(void)begin_recording(state);
	write_pcap_header(&w, 65535, 1);
	file[4] = 3;
	assert_int_equal(read_recording(), 1);
	assert_non_null(strstr(fail.what, "2.4"));
}

static void
packets_of_no_interest_are_only_counted(void **state)
{
	struct made m = {.source = CLIENT, .destination = SERVER, .source_port = 40000};
	uint8_t frame[200];
	size_t size;

	write_pcap_header(&w, 65535, 1);
	for (uint16_t i = 0; i < 2000; i++) {
		m.destination_port = (uint16_t)(i == 25 || i == 465 || i == 587 ? 1 : i);
		m.protocol = i % 3 == 0 ? 17 : 6;
		m.payload = "\x12\x34\x01\x00\x00\x01\x00\x00";
		m.size = 8;
		size = make_frame(frame, sizeof(frame), &m);
		write_pcap_record(&w, us, (uint32_t)size, (uint32_t)size, frame);
	}
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 0);
	assert_int_equal(counts.records, 2000);
	assert_int_equal(counts.mail_records, 0);
	assert_int_equal(counts.skipped_records, 0);
}

/* NetFlow v5 with one record: a SYN to port 25. */
static size_t
make_netflow(uint8_t *into, size_t room)
{
	struct writer out = writer_on(into, room);

	writer_u16(&out, 5);
	writer_u16(&out, 1);
	writer_u32(&out, 100000);
	writer_u32(&out, 1300000000);
	writer_u64(&out, 0);
	writer_u32(&out, 0);
	writer_u32(&out, CLIENT);
	writer_u32(&out, SERVER);
	writer_u64(&out, 0);
	writer_u32(&out, 1);
	writer_u32(&out, 44);
	writer_u32(&out, 50000);
	writer_u32(&out, 50000);
	writer_u16(&out, 40000);
	writer_u16(&out, 25);
	writer_u32(&out, 0x00020600);
	writer_u64(&out, 0);
	return writer_length(&out);
}

static void
flow_export_is_decoded_whole_or_in_fragments(void **state)
{
	uint8_t payload[100], whole[200], frame[200];
	struct made m = {.source = 0x0a000063,
		.destination = 0x0a000064,
		.source_port = 9000,
		.destination_port = 2055,
		.protocol = 17};
	size_t size = make_netflow(payload, sizeof(payload)), frame_size;

	write_pcap_header(&w, 65535, 1);
	m.payload = payload;
	m.size = size;
	frame_size = make_frame(whole, sizeof(whole), &m);
	write_pcap_record(&w, us, (uint32_t)frame_size, (uint32_t)frame_size, whole);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].client_port, 40000);
	assert_int_equal(counts.records, 1);
	assert_int_equal(counts.mail_records, 1);

	/* The same in two fragments; the first carries the UDP header. */
	(void)begin_recording(state);
	write_pcap_header(&w, 65535, 1);
	m.id = 7;
	m.fragment = (8 + 40) / 8;
	m.payload = payload + 40;
	m.size = size - 40;
	frame_size = make_frame(frame, sizeof(frame), &m);
	write_pcap_record(&w, us, (uint32_t)frame_size, (uint32_t)frame_size, frame);
	m.fragment = 0x2000;
	m.payload = payload;
	m.size = 40;
	frame_size = make_frame(frame, sizeof(frame), &m);
	frame[14 + 20 + 4] = whole[14 + 20 + 4];
	frame[14 + 20 + 5] = whole[14 + 20 + 5];
	write_pcap_record(&w, us, (uint32_t)frame_size, (uint32_t)frame_size, frame);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].client_port, 40000);
}

static void
cut_flow_export_is_told_once(void **state)
{
	uint8_t payload[100], frame[200];
	struct made m = {.source = 0x0a000063,
		.destination = 0x0a000064,
		.source_port = 9000,
		.destination_port = 2055,
		.protocol = 17,
		.payload = payload};
	size_t size;

	m.size = make_netflow(payload, sizeof(payload));
	size = make_frame(frame, sizeof(frame), &m);
	write_pcap_header(&w, 65535, 1);
	for (int i = 0; i < 3; i++)
		write_pcap_record(&w, us, 96, (uint32_t)size, frame);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 0);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(counts.skipped_records, 3);
	assert_non_null(strstr(first_error.what, "cut"));
}

/* A datagram of UDP in a frame of its own. */
static void
add_datagram(uint16_t source_port, uint16_t to, const void *payload, size_t size)
{
	uint8_t frame[300];
	struct made m = {.source = 0x0a000063,
		.destination = 0x0a000064,
		.source_port = source_port,
		.destination_port = to,
		.protocol = 17,
		.payload = payload,
		.size = size};
	size_t frame_size = make_frame(frame, sizeof(frame), &m);

	us += 100;
	write_pcap_record(&w, us, (uint32_t)frame_size, (uint32_t)frame_size, frame);
}

static void
damaged_flow_export_is_told_and_the_rest_is_judged(void **state)
{
	static const struct {
		uint16_t port;
		uint8_t size;
		uint8_t begin[24];
		const char *what;
	} damaged[] = {
		/* Of 3 records there is none. */
		{2055, 24, {0, 5, 0, 3},
			"exporter 10.0.0.99: NetFlow v5 of 3 records has 24 bytes"},
		{9995, 6, {0, 5, 0, 1, 0, 0}, "exporter 10.0.0.99: NetFlow v5 of 6 bytes"},
		{2055, 12, {0, 9, 0, 1}, "exporter 10.0.0.99: NetFlow v9 of 12 bytes"},
		/* A set of 400 bytes. */
		{9996, 24, {0, 9, 0, 1, [21] = 7, [22] = 1, [23] = 144}, "exporter 10.0.0.99"},
		{4739, 20, {0, 10, 1, 0}, "exporter 10.0.0.99: no IPFIX message in 20 bytes"},
		{6343, 8, {0, 0, 0, 5, 0, 0, 0, 1}, "exporter 10.0.0.99: "},
		/* As many samples as there can be, and none is there. */
		{6343, 24, {0, 0, 0, 5, 0, 0, 0, 1}, "exporter 10.0.0.99: "},
	};
	uint8_t payload[100];
	size_t size = make_netflow(payload, sizeof(payload));

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		(void)begin_recording(state);
		write_pcap_header(&w, 65535, 1);
		add_syn();
		add_datagram(9000, damaged[i].port, damaged[i].begin, damaged[i].size);
		add_datagram(9001, 2055, payload, size);
		assert_int_equal(read_recording(), 0);
		assert_int_equal(count, 2);
		assert_int_equal(counts.errors, 1);
		assert_int_equal(first_error.offset, 24 + 16 + 54);
		assert_ptr_equal(strstr(first_error.what, damaged[i].what), first_error.what);
	}
}

static void
other_datagrams_are_no_damaged_export(void **state)
{
	/* Questions and answers of DNS with the numbers 5, 9 and 10, and things that begin with zeros. */
	static const uint8_t begins[][12] = {{0, 5, 1, 0, 0, 1}, {0, 9, 1, 0, 0, 1},
		{0, 10, 0x81, 0x80, 0, 1}, {0, 0, 0, 5, 0, 1}, {0, 1}};

	write_pcap_header(&w, 65535, 1);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		add_datagram(2055, 53, begins[i], 12);
		add_datagram(53, 2055, begins[i], 12);
		add_datagram(40000, 53, begins[i], 12);
		add_datagram(40000, 50000, begins[i], 12);
	}
	/* To the collector's port, but no export. */
	add_datagram(40000, 2055, begins[4], 12);
	add_datagram(40000, 2055, "", 0);
	add_datagram(40000, 6343, "ping", 4);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(counts.records, 23);
	assert_int_equal(counts.errors, 0);
	assert_int_equal(counts.skipped_records, 0);
	assert_int_equal(counts.skipped_bytes, 0);
}

static void
who_has_sent_export_is_known_at_any_port(void **state)
{
	uint8_t payload[100];
	size_t size = make_netflow(payload, sizeof(payload));

	write_pcap_header(&w, 65535, 1);
	add_datagram(9000, 20000, payload, size - 1);
	add_datagram(9000, 20000, payload, size);
	/* Another port at either end is somebody else. */
	add_datagram(9001, 20000, payload, size - 1);
	add_datagram(9000, 20001, payload, size - 1);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.errors, 0);
	add_datagram(9000, 20000, payload, size - 1);
	assert_int_equal(read_recording(), 0);
	assert_int_equal(count, 1);
	assert_int_equal(counts.errors, 1);
	assert_int_equal(counts.skipped_bytes, size - 1 - 24);
}

static void
many_open_connections_all_come_out(void **state)
{
	uint8_t frame[100];
	struct made syn = {.destination = SERVER, .destination_port = 25, .flags = TCP_SYN};
	size_t all = 40000;

	write_pcap_header(&w, 65535, 1);
	for (uint32_t i = 0; i < all; i++) {
		size_t size;

		syn.source = CLIENT + i;
		syn.source_port = 40000;
		size = make_frame(frame, sizeof(frame), &syn);
		write_pcap_record(&w, us, (uint32_t)size, (uint32_t)size, frame);
	}
	{
		char path[] = "/tmp/lazaret-recording-XXXXXX";
		int fd = mkstemp(path), got;
		struct source *source;
		size_t total = 0;

		assert_true(write(fd, file, writer_length(&w)) == (ssize_t)writer_length(&w));
		close(fd);
		source = source_open(path, &INTAKE_DEFAULTS, &fail);
		unlink(path);
		assert_non_null(source);
		while ((got = source_read(source, seen, 64)) > 0)
			total += (size_t)got;
		assert_int_equal(total, all);
		assert_int_equal(intake_counts(source_intake(source))->skipped_records, 0);
		source_close(source);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, begin_recording)
		TEST(packets_become_observations),
		TEST(every_magic_number_is_understood),
		TEST(recordings_may_be_joined),
		TEST(snapshot_lengths_may_lie_and_records_be_empty),
		TEST(zeros_in_place_of_packets_are_told_once),
		TEST(garbage_between_records_is_stepped_over),
		TEST(garbage_up_to_the_end_ends_it),
		TEST(a_record_cut_by_the_end_is_told),
		TEST(a_length_beyond_the_end_hides_no_packets),
		TEST(headers_that_promise_too_much_are_refused),
		TEST(packets_of_no_interest_are_only_counted),
		TEST(flow_export_is_decoded_whole_or_in_fragments),
		TEST(cut_flow_export_is_told_once),
		TEST(damaged_flow_export_is_told_and_the_rest_is_judged),
		TEST(other_datagrams_are_no_damaged_export),
		TEST(who_has_sent_export_is_known_at_any_port),
		TEST(many_open_connections_all_come_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
