/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "source/export/decode.h"
#include "source/export/sflow.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* A SYN from 192.0.2.7 port 40000 to 198.51.100.25 port 25, over Ethernet. */
static const uint8_t syn[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0x10, 0, 40, 0, 1, 0,
	0, 64, 6, 0, 0, 192, 0, 2, 7, 198, 51, 100, 25, 0x9c, 0x40, 0, 25, 0, 0, 0, 1, 0, 0, 0, 0,
	0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0};

static const uint8_t agent_v4[] = {0, 0, 0, 1, 203, 0, 113, 1};

struct state {
	struct intake *intake;
	struct sflow *sflow;
	struct export_from from;
	uint8_t bytes[4096];
	struct writer writer;
};

static int
setup(void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->intake = intake_new(&INTAKE_DEFAULTS);
	s->sflow = sflow_new(
		&(struct sflow_settings){.agents_most = 8, .sources_most = 8, .life_us = WALL_HOUR},
		s->intake);
	s->from.file = "test";
	s->from.address = address_from_v4(0xcb007101);
	s->from.has_address = true;
	s->from.received.us = 1600000000 * WALL_SECOND;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct state *s = *state;

	sflow_free(s->sflow);
	intake_free(s->intake);
	free(s);
	return 0;
}

static void
begin(struct state *s, uint32_t sequence, uint32_t uptime_ms, uint32_t samples)
{
	s->writer = writer_on(s->bytes, sizeof(s->bytes));
	writer_u32(&s->writer, 5);
	writer_bytes(&s->writer, agent_v4, sizeof(agent_v4));
	writer_u32(&s->writer, 0);
	writer_u32(&s->writer, sequence);
	writer_u32(&s->writer, uptime_ms);
	writer_u32(&s->writer, samples);
}

/* The head of a plain flow sample of data source 3; body: bytes of its records. */
static void
add_sample(struct state *s, uint32_t sequence, uint32_t rate, uint32_t drops, uint32_t records,
	uint32_t body)
{
	writer_u32(&s->writer, 1);
	writer_u32(&s->writer, 32 + body);
	writer_u32(&s->writer, sequence);
	writer_u32(&s->writer, 3);
	writer_u32(&s->writer, rate);
	writer_u32(&s->writer, 100000);
	writer_u32(&s->writer, drops);
	writer_u32(&s->writer, 3);
	writer_u32(&s->writer, 0x80000002);
	writer_u32(&s->writer, records);
}

static void
add_header_record(struct state *s, uint32_t protocol, const uint8_t *header, uint32_t size)
{
	uint32_t padded = (size + 3) & ~3U;

	writer_u32(&s->writer, 1);
	writer_u32(&s->writer, 16 + padded);
	writer_u32(&s->writer, protocol);
	writer_u32(&s->writer, size + 4);
	writer_u32(&s->writer, 4);
	writer_u32(&s->writer, size);
	writer_bytes(&s->writer, header, size);
	writer_bytes(&s->writer, "\0\0\0", padded - size);
}

static void
send_datagram(struct state *s)
{
	size_t size = writer_length(&s->writer);
	uint8_t *copy = malloc(size ? size : 1);

	assert_false(s->writer.failed);
	assert_non_null(copy);
	memcpy(copy, s->bytes, size);
	sflow_datagram(s->sflow, &s->from, copy, size);
	free(copy);
}

static void
send_syn(struct state *s, uint32_t sequence, uint32_t uptime_ms, uint32_t sample, uint32_t drops)
{
	begin(s, sequence, uptime_ms, 1);
	add_sample(s, sample, 512, drops, 1, 24 + 56);
	add_header_record(s, 1, syn, sizeof(syn));
	send_datagram(s);
}

static size_t
take(struct state *s, struct observation *into, size_t room)
{
	intake_flush(s->intake);
	return intake_take(s->intake, into, room);
}

static void
a_sampled_syn_becomes_a_mail_observation(void **state)
{
	struct state *s = *state;
	struct observation seen[2];
	struct address client = address_from_v4(0xc0000207), server = address_from_v4(0xc6336419);

	send_syn(s, 1, 1000, 1, 0);
	assert_true(sflow_matches(s->bytes, writer_length(&s->writer)));
	assert_int_equal(take(s, seen, 2), 1);
	assert_true(address_equal(&seen[0].client, &client));
	assert_true(address_equal(&seen[0].server, &server));
	assert_int_equal(seen[0].client_port, 40000);
	assert_int_equal(seen[0].server_port, 25);
	assert_int_equal(seen[0].sampling, 512);
	assert_true(seen[0].time.us == s->from.received.us);
	assert_true(seen[0].flags & OBSERVATION_ONE_SIDED);
	assert_int_equal(intake_counts(s->intake)->records, 1);
	assert_int_equal(intake_counts(s->intake)->mail_records, 1);
	assert_int_equal(intake_counts(s->intake)->errors, 0);
}

static void
headers_without_ethernet_are_read_too(void **state)
{
	struct state *s = *state;
	struct observation seen[2];

	begin(s, 1, 1000, 1);
	add_sample(s, 1, 10, 0, 1, 24 + 40);
	add_header_record(s, 11, syn + 14, sizeof(syn) - 14);
	send_datagram(s);
	assert_int_equal(take(s, seen, 2), 1);
	assert_int_equal(seen[0].server_port, 25);
}

static void
expanded_samples_and_ip_records_are_read(void **state)
{
	struct state *s = *state;
	struct observation seen[2];
	uint8_t client[16] = {0x20, 1, 0xd, 0xb8, [15] = 7},
		server[16] = {0x20, 1, 0xd, 0xb8, [15] = 25};

	begin(s, 1, 1000, 1);
	writer_u32(&s->writer, 3);
	writer_u32(&s->writer, 44 + 8 + 56);
	for (uint32_t i = 0; i < 3; i++)
		writer_u32(&s->writer, i + 1);
	writer_u32(&s->writer, 64);
	for (uint32_t i = 0; i < 6; i++)
		writer_u32(&s->writer, 0);
	writer_u32(&s->writer, 1);
	writer_u32(&s->writer, 4);
	writer_u32(&s->writer, 56);
	writer_u32(&s->writer, 60);
	writer_u32(&s->writer, 6);
	writer_bytes(&s->writer, client, 16);
	writer_bytes(&s->writer, server, 16);
	writer_u32(&s->writer, 40000);
	writer_u32(&s->writer, 587);
	writer_u32(&s->writer, 2);
	writer_u32(&s->writer, 0);
	send_datagram(s);
	assert_int_equal(take(s, seen, 2), 1);
	assert_memory_equal(seen[0].client.byte, client, 16);
	assert_int_equal(seen[0].server_port, 587);
	assert_int_equal(seen[0].sampling, 64);
}

static void
what_is_no_mail_and_no_flow_sample_is_stepped_over(void **state)
{
	struct state *s = *state;
	struct observation seen[2];
	uint8_t web[sizeof(syn)];

	memcpy(web, syn, sizeof(web));
	web[37] = 80;
	begin(s, 1, 1000, 3);
	writer_u32(&s->writer, 2);
	writer_u32(&s->writer, 8);
	writer_u64(&s->writer, 0);
	add_sample(s, 1, 512, 0, 2, 16 + 24 + 56);
	writer_u32(&s->writer, 1001);
	writer_u32(&s->writer, 8);
	writer_u64(&s->writer, 0);
	add_header_record(s, 1, web, sizeof(web));
	add_sample(s, 2, 512, 0, 1, 24 + 56);
	add_header_record(s, 1, syn, sizeof(syn));
	send_datagram(s);
	assert_int_equal(take(s, seen, 2), 1);
	assert_int_equal(intake_counts(s->intake)->records, 2);
	assert_int_equal(sflow_counts(s->sflow)->samples, 2);
	assert_int_equal(sflow_counts(s->sflow)->other_samples, 1);
	assert_int_equal(sflow_counts(s->sflow)->other_records, 1);
	assert_int_equal(sflow_counts(s->sflow)->damaged, 0);
}

/* The output interface says why: 258 an access list, 13 a rule in the words of ICMP, 257 the time to live. */
static void
what_an_access_list_drops_is_blocked(void **state)
{
	static const struct {
		uint32_t output;
		uint8_t outcome;
	} cases[] = {{0x40000000 | 258, OUTCOME_BLOCKED}, {0x40000000 | 13, OUTCOME_BLOCKED},
		{0x40000000 | 257, OUTCOME_UNKNOWN}, {258, OUTCOME_UNKNOWN}};
	struct state *s = *state;
	struct observation seen[2];

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t other[sizeof(syn)];

		memcpy(other, syn, sizeof(other));
		other[33] = (uint8_t)i;
		begin(s, i + 1, 1000, 1);
		add_sample(s, i + 1, 512, 0, 1, 24 + 56);
		s->writer.at -= 8;
		writer_u32(&s->writer, cases[i].output);
		writer_u32(&s->writer, 1);
		add_header_record(s, 1, other, sizeof(other));
		send_datagram(s);
		assert_int_equal(take(s, seen, 2), 1);
		assert_int_equal(seen[0].outcome, cases[i].outcome);
	}
}

static void
gaps_and_drops_are_counted_and_told_with_the_flow(void **state)
{
	struct state *s = *state;
	struct observation seen[8];

	send_syn(s, 1, 1000, 10, 0);
	send_syn(s, 2, 2000, 11, 0);
	assert_int_equal(intake_counts(s->intake)->lost_records, 0);
	send_syn(s, 5, 3000, 16, 0);
	assert_int_equal(sflow_counts(s->sflow)->lost_datagrams, 2);
	assert_int_equal(sflow_counts(s->sflow)->lost_samples, 4);
	/* One of them was only late. */
	send_syn(s, 4, 2900, 15, 0);
	assert_int_equal(sflow_counts(s->sflow)->lost_datagrams, 1);
	assert_int_equal(sflow_counts(s->sflow)->lost_samples, 3);
	send_syn(s, 6, 4000, 17, 7);
	assert_int_equal(sflow_counts(s->sflow)->dropped_samples, 7);
	assert_int_equal(intake_counts(s->intake)->lost_records, 3 + 7);
	assert_true(take(s, seen, 8) >= 1);
	assert_true(seen[0].flags & OBSERVATION_INCOMPLETE);
}

static void
a_restart_is_no_loss(void **state)
{
	struct state *s = *state;

	send_syn(s, 4000000000, 4000000, 3000000000, 5);
	send_syn(s, 1, 10, 1, 0);
	send_syn(s, 2, 1010, 2, 0);
	assert_int_equal(sflow_counts(s->sflow)->restarts, 1);
	assert_int_equal(intake_counts(s->intake)->lost_records, 0);
	assert_int_equal(sflow_counts(s->sflow)->lost_datagrams, 0);
}

static void
the_sequence_may_wrap(void **state)
{
	struct state *s = *state;

	send_syn(s, UINT32_MAX, 1000, UINT32_MAX, 0);
	send_syn(s, 0, 2000, 1, 0);
	assert_int_equal(sflow_counts(s->sflow)->lost_datagrams, 0);
	assert_int_equal(intake_counts(s->intake)->lost_records, 1);
}

static void
sources_beyond_the_ceiling_are_used_but_not_followed(void **state)
{
	struct state *s = *state;
	struct observation seen[64];

	/* Eight established agents, all of which have one data source. */
	for (uint32_t i = 0; i < 8; i++) {
		s->from.address = address_from_v4(0x0a000000 + i);
		for (uint32_t sequence = 1; sequence <= 8; sequence++)
			send_syn(s, sequence, 1000, sequence, 0);
	}
	assert_int_equal(sflow_counts(s->sflow)->sources_full, 0);
	for (uint32_t i = 8; i < 20; i++) {
		s->from.address = address_from_v4(0x0a000000 + i);
		send_syn(s, 1, 1000, 1, 0);
	}
	assert_int_equal(sflow_counts(s->sflow)->foreign_agents, 64 + 12);
	assert_int_equal(sflow_counts(s->sflow)->sources_full, 2 * 12);
	assert_int_equal(sflow_counts(s->sflow)->agents_displaced, 0);
	assert_int_equal(intake_counts(s->intake)->mail_records, 64 + 12);
	assert_true(take(s, seen, 64) >= 1);
}

static void
strangers_make_room_for_new_agents_and_leave_the_known_alone(void **state)
{
	struct state *s = *state;

	for (uint32_t sequence = 1; sequence <= 8; sequence++)
		send_syn(s, sequence, 1000, sequence, 0);
	for (uint32_t i = 0; i < 1000; i++) {
		s->from.address = address_from_v4(0x0a000000 + i);
		send_syn(s, 1, 1000, 1, 0);
	}
	assert_int_equal(sflow_counts(s->sflow)->agents_displaced, 1000 - 7);
	assert_int_equal(sflow_counts(s->sflow)->sources_full, 0);
	s->from.address = address_from_v4(0xcb007101);
	send_syn(s, 10, 2000, 12, 0);
	assert_int_equal(sflow_counts(s->sflow)->lost_datagrams, 1);
	assert_int_equal(sflow_counts(s->sflow)->lost_samples, 3);
}

static void
silent_agents_make_room(void **state)
{
	struct state *s = *state;

	for (uint32_t i = 0; i < 8; i++) {
		s->from.address = address_from_v4(0x0a000000 + i);
		for (uint32_t sequence = 1; sequence <= 8; sequence++)
			send_syn(s, sequence, 1000, sequence, 0);
	}
	s->from.received.us += 2 * WALL_HOUR;
	for (uint32_t i = 8; i < 16; i++) {
		s->from.address = address_from_v4(0x0a000000 + i);
		send_syn(s, 1, 1000, 1, 0);
	}
	assert_int_equal(sflow_counts(s->sflow)->sources_full, 0);
	assert_int_equal(sflow_counts(s->sflow)->agents_displaced, 0);
}

static void
every_cut_is_survived_and_told(void **state)
{
	struct state *s = *state;
	uint8_t whole[256];
	size_t size;

	send_syn(s, 1, 1000, 1, 0);
	size = writer_length(&s->writer);
	assert_true(size <= sizeof(whole));
	memcpy(whole, s->bytes, size);
	for (size_t cut = 0; cut < size; cut++) {
		uint64_t before = sflow_counts(s->sflow)->damaged;

		s->writer = writer_on(s->bytes, sizeof(s->bytes));
		writer_bytes(&s->writer, whole, cut);
		send_datagram(s);
		assert_int_equal(sflow_counts(s->sflow)->damaged, before + 1);
	}
	assert_int_equal(intake_counts(s->intake)->errors, size);
	assert_int_equal(intake_counts(s->intake)->mail_records, 1);
}

static void
lengths_and_counts_that_lie_are_survived(void **state)
{
	static const uint32_t lies[] = {0, 1, 0x7fffffff, 0xfffffffc, 0xffffffff};
	struct state *s = *state;
	uint8_t whole[256];
	size_t size;

	send_syn(s, 1, 1000, 1, 0);
	size = writer_length(&s->writer);
	memcpy(whole, s->bytes, size);
	for (size_t at = 4; at + 4 <= size; at += 4) {
		for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
			s->writer = writer_on(s->bytes, sizeof(s->bytes));
			writer_bytes(&s->writer, whole, at);
			writer_u32(&s->writer, lies[i]);
			writer_bytes(&s->writer, whole + at + 4, size - at - 4);
			send_datagram(s);
		}
	}
	assert_int_equal(sflow_counts(s->sflow)->datagrams, 1 + (size / 4 - 1) * 5);
	assert_false(sflow_matches(s->bytes, 3));
}

struct shown {
	char text[2048];
	size_t length;
	unsigned begun, ended;
};

static void
on_begin(void *context, const struct decode_origin *origin)
{
	struct shown *shown = context;

	assert_string_equal(origin->version, "sflow");
	assert_true(origin->has_exporter);
	shown->begun++;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	struct shown *shown = context;

	assert_false(scope);
	if (element->type == ELEMENT_STRING)
		shown->length += (size_t)snprintf(shown->text + shown->length,
			sizeof(shown->text) - shown->length, "%s=%.*s ", element->name, (int)size,
			(const char *)value);
	else if (size == 16)
		shown->length += (size_t)snprintf(shown->text + shown->length,
			sizeof(shown->text) - shown->length, "%s=%016llx%016llx ", element->name,
			(unsigned long long)bytes_u64(value),
			(unsigned long long)bytes_u64(value + 8));
	else if (size <= 8)
		shown->length += (size_t)snprintf(shown->text + shown->length,
			sizeof(shown->text) - shown->length, "%s=%llx ", element->name,
			(unsigned long long)bytes_uint(value, size));
}

static void
on_end(void *context)
{
	((struct shown *)context)->ended++;
}

static void
decoding_shows_every_field_and_no_flow(void **state)
{
	struct state *s = *state;
	struct shown shown = {.length = 0};
	struct decode_visitor visitor = {&shown, on_begin, on_field, on_end};
	struct observation seen[2];

	intake_decode(s->intake, &visitor);
	send_syn(s, 1, 1000, 9, 2);
	assert_int_equal(shown.begun, 1);
	assert_int_equal(shown.ended, 1);
	assert_string_equal(shown.text,
		"exporterIPv4Address=cb007101 observationPointId=3 selectorIdTotalPktsSelected=9 "
		"selectorIdTotalPktsObserved=186a0 ignoredPacketTotalCount=2 "
		"samplingPacketInterval=200 ingressInterface=3 dataLinkFrameSize=3a "
		"sourceMacAddress=20000000002 destinationMacAddress=20000000001 ethernetType=800 "
		"ipVersion=4 ipTotalLength=28 ipClassOfService=10 protocolIdentifier=6 "
		"sourceIPv4Address=c0000207 destinationIPv4Address=c6336419 "
		"sourceTransportPort=9c40 destinationTransportPort=19 tcpControlBits=2 ");
	assert_int_equal(take(s, seen, 2), 0);
}

/* An extended record that says to be of so many bytes: the words follow. */
static void
send_extended(struct state *s, uint32_t format, uint32_t size, const uint32_t *words, size_t count)
{
	begin(s, 1, 1000, 1);
	add_sample(s, 9, 512, 0, 2, 8 + size + 8 + 16);
	writer_u32(&s->writer, format);
	writer_u32(&s->writer, size);
	for (size_t i = 0; i < count; i++)
		writer_u32(&s->writer, words[i]);
	/* Another one behind it, to see that it is found. */
	writer_u32(&s->writer, 1001);
	writer_u32(&s->writer, 16);
	for (uint32_t i = 1; i <= 4; i++)
		writer_u32(&s->writer, i);
	send_datagram(s);
}

static void
decoding_shows_extended_records(void **state)
{
	/* An AS path of a sequence and a set, two communities. */
	static const uint32_t gateway[] = {1, 0xc0000201, 64500, 64501, 64502, 2, 2, 1, 64503, 1, 2,
		64504, 64505, 2, 7, 8, 100};
	static const uint32_t router6[] = {2, 0x20010db8, 0, 0, 1, 48, 56};
	static const uint32_t unknown_hop[] = {0, 24, 16};
	static const uint32_t user[] = {106, 5, 0x616c6963, 0x65000000, 0, 0};
	static const uint32_t labels[] = {1, 0xc0000201, 1, 0x00064140, 2, 0x00065040, 0x00066140};
	static const uint32_t nat[] = {1, 0xc0000201, 2, 0x20010db8, 0, 0, 2};
	static const struct {
		uint32_t format;
		const uint32_t *words;
		size_t size;
		const char *shown;
	} cases[] = {
		{1002, router6, sizeof(router6),
			"ipNextHopIPv6Address=20010db8000000000000000000000001 "
			"sourceIPv6PrefixLength=30 destinationIPv6PrefixLength=38 "},
		{1002, unknown_hop, sizeof(unknown_hop),
			"sourceIPv4PrefixLength=18 destinationIPv4PrefixLength=10 "},
		{1003, gateway, sizeof(gateway),
			"bgpNextHopIPv4Address=c0000201 sflowRouterAsNumber=fbf4 "
			"bgpSourceAsNumber=fbf5 bgpPrevAdjacentAsNumber=fbf6 sflowAsPath=64503 "
			"{64504 64505} bgpCommunity=7 bgpCommunity=8 sflowLocalPreference=64 "},
		{1004, user, sizeof(user),
			"sflowSourceCharacterSet=6a userName=alice sflowDestinationCharacterSet=0 "
			"sflowDestinationUserName= "},
		{1006, labels, sizeof(labels),
			"mplsTopLabelIPv4Address=c0000201 sflowMplsInStackEntry=64140 "
			"sflowMplsOutStackEntry=65040 sflowMplsOutStackEntry=66140 "},
		{1007, nat, sizeof(nat),
			"postNATSourceIPv4Address=c0000201 "
			"postNATDestinationIPv6Address=20010db8000000000000000000000002 "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct state *s = *state;
		struct shown shown = {.length = 0};
		struct decode_visitor visitor = {&shown, on_begin, on_field, on_end};
		const char *at;

		intake_decode(s->intake, &visitor);
		send_extended(s, cases[i].format, (uint32_t)cases[i].size, cases[i].words,
			cases[i].size / 4);
		at = strstr(shown.text, "ingressInterface=3 ");
		assert_non_null(at);
		at += strlen("ingressInterface=3 ");
		assert_memory_equal(at, cases[i].shown, strlen(cases[i].shown));
		assert_string_equal(at + strlen(cases[i].shown),
			"vlanId=1 dot1qPriority=2 postVlanId=3 sflowPostDot1qPriority=4 ");
		assert_int_equal(intake_counts(s->intake)->errors, 0);
	}
}

static void
an_extended_record_that_is_cut_is_told_and_the_next_one_is_read(void **state)
{
	static const uint32_t lies[] = {0xffffffff, 0xffffffff, 0xffffffff};
	struct state *s = *state;

	for (uint32_t format = 1000; format <= 1021; format++) {
		struct shown shown = {.length = 0};
		struct decode_visitor visitor = {&shown, on_begin, on_field, on_end};
		bool known = (format >= 1001 && format <= 1012) || format == 1020;
		/* Those that are whole in 12 bytes. */
		bool whole = format == 1011 || format == 1020;
		uint64_t errors = intake_counts(s->intake)->errors;

		intake_decode(s->intake, &visitor);
		send_extended(s, format, sizeof(lies), lies, 3);
		assert_non_null(strstr(shown.text, "sflowPostDot1qPriority=4 "));
		assert_int_equal(
			intake_counts(s->intake)->errors - errors, known && !whole ? 1 : 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_sampled_syn_becomes_a_mail_observation, setup, teardown),
		cmocka_unit_test_setup_teardown(
			headers_without_ethernet_are_read_too, setup, teardown),
		cmocka_unit_test_setup_teardown(
			expanded_samples_and_ip_records_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_mail_and_no_flow_sample_is_stepped_over, setup, teardown),
		cmocka_unit_test_setup_teardown(
			gaps_and_drops_are_counted_and_told_with_the_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_an_access_list_drops_is_blocked, setup, teardown),
		cmocka_unit_test_setup_teardown(a_restart_is_no_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(the_sequence_may_wrap, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sources_beyond_the_ceiling_are_used_but_not_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			strangers_make_room_for_new_agents_and_leave_the_known_alone, setup,
			teardown),
		cmocka_unit_test_setup_teardown(silent_agents_make_room, setup, teardown),
		cmocka_unit_test_setup_teardown(every_cut_is_survived_and_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			lengths_and_counts_that_lie_are_survived, setup, teardown),
		cmocka_unit_test_setup_teardown(
			decoding_shows_every_field_and_no_flow, setup, teardown),
		cmocka_unit_test_setup_teardown(decoding_shows_extended_records, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_extended_record_that_is_cut_is_told_and_the_next_one_is_read, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
