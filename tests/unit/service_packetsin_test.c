/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring is a file in memory here, mapped as the kernel's is; the test plays the kernel's part. */
#include "packet_maker.h"
#include "service/packetsin.h"
#include "unit.h"

#include <linux/if_packet.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK_SIZE (4U << 20)
#define BLOCKS     2
#define SPACE      160 /* of one packet, with what the kernel puts before it */

struct shop {
	struct intake *intake;
	struct packetsin *in;
	struct receiver_socket socket;
	uint8_t *blocks;
	uint32_t put[BLOCKS]; /* packets */
	struct wall now;
	struct observation seen[64];
	size_t count;
	unsigned pumped;
};

static int
begin(void **state)
{
	struct shop *s = xcalloc(1, sizeof(*s));
	struct fail fail = {0};
	int descriptor = memfd_create("ring", MFD_CLOEXEC);

	s->socket = (struct receiver_socket){.kind = LISTEN_PACKETS,
		.descriptor = descriptor,
		.packets = {.interface = "eth1", .block_size = BLOCK_SIZE, .block_count = BLOCKS}};
	s->now.us = INT64_C(1300000000) * WALL_SECOND;
	s->intake = intake_new(&INTAKE_DEFAULTS);
	s->in = packetsin_new(s->intake);
	if (ftruncate(descriptor, (off_t)BLOCK_SIZE * BLOCKS) < 0)
		return -1;
	s->blocks = mmap(NULL, (size_t)BLOCK_SIZE * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED,
		descriptor, 0);
	*state = s;
	return s->blocks == MAP_FAILED || packetsin_add(s->in, 3, &s->socket, &fail) < 0;
}

static int
end(void **state)
{
	struct shop *s = *state;

	packetsin_free(s->in);
	intake_free(s->intake);
	munmap(s->blocks, (size_t)BLOCK_SIZE * BLOCKS);
	free(s);
	return 0;
}

static void
pump(void *context)
{
	struct shop *s = context;
	size_t got;

	s->pumped++;
	while (s->count < 64 &&
		(got = intake_take(s->intake, s->seen + s->count, 64 - s->count)) > 0)
		s->count += got;
}

static uint8_t *
block_of(struct shop *s, size_t block)
{
	return s->blocks + block * BLOCK_SIZE;
}

static void
put(struct shop *s, size_t block, const struct made *made)
{
	size_t at = sizeof(struct tpacket_block_desc) + (size_t)s->put[block]++ * SPACE;
	size_t mac = TPACKET_ALIGN(sizeof(struct tpacket3_hdr)) + sizeof(struct sockaddr_ll);
	struct tpacket3_hdr head = {.tp_next_offset = SPACE,
		.tp_sec = (uint32_t)(s->now.us / WALL_SECOND),
		.tp_mac = (uint16_t)mac};
	uint8_t *to = block_of(s, block) + at;

	assert_true(at + SPACE <= BLOCK_SIZE);
	head.tp_snaplen = (uint32_t)make_frame(to + mac, SPACE - mac, made);
	head.tp_len = head.tp_snaplen;
	memcpy(to, &head, sizeof(head));
}

/* The block is full: it is the reader's. */
static void
give(struct shop *s, size_t block, uint32_t more)
{
	struct tpacket_block_desc head = {.version = TPACKET_V3};

	head.hdr.bh1.block_status = TP_STATUS_USER | more;
	head.hdr.bh1.num_pkts = s->put[block];
	head.hdr.bh1.offset_to_first_pkt = sizeof(head);
	head.hdr.bh1.seq_num = block + 1;
	memcpy(block_of(s, block), &head, sizeof(head));
}

static struct made
syn_of(uint32_t number)
{
	return (struct made){.source = CLIENT + number,
		.destination = SERVER,
		.source_port = 40000,
		.destination_port = 25,
		.flags = TCP_SYN,
		.sequence = 100};
}

static size_t
take(struct shop *s)
{
	return packetsin_take(s->in, 3, s->now, pump, s);
}

static void
wait_for(struct shop *s, int64_t us)
{
	s->now.us += us;
	packetsin_clock(s->in, s->now);
	pump(s);
}

static void
no_more_than_a_portion_is_read_at_a_time(void **state)
{
	struct shop *s = *state;
	struct made syn = syn_of(0);

	for (uint32_t i = 0; i < PACKETSIN_PORTION + 100; i++)
		put(s, i % BLOCKS, &syn);
	give(s, 0, 0);
	give(s, 1, 0);
	assert_int_equal(take(s), PACKETSIN_PORTION);
	assert_int_equal(intake_counts(s->intake)->mail_records, PACKETSIN_PORTION);
	assert_true(s->pumped > PACKETSIN_PORTION / 1000);
	assert_int_equal(take(s), 100);
	assert_int_equal(take(s), 0);
	assert_int_equal(intake_counts(s->intake)->mail_records, PACKETSIN_PORTION + 100);
}

static void
what_was_lost_speaks_against_nobody(void **state)
{
	struct shop *s = *state;
	struct made syn = syn_of(0), reset = syn;

	put(s, 0, &syn);
	give(s, 0, 0);
	assert_int_equal(take(s), 1);
	/* In between a message was taken, and the kernel had no room for it. */
	reset.flags = TCP_RST;
	put(s, 1, &reset);
	give(s, 1, TP_STATUS_LOSING);
	assert_int_equal(take(s), 1);
	assert_int_equal(s->count, 1);
	assert_int_equal(s->seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(s->seen[0].flags, OBSERVATION_INCOMPLETE);
}

static void
without_a_loss_a_reset_and_silence_are_failures(void **state)
{
	struct shop *s = *state;
	struct made first = syn_of(0), second = syn_of(1), reset = first;

	reset.flags = TCP_RST;
	put(s, 0, &first);
	put(s, 0, &second);
	put(s, 0, &reset);
	give(s, 0, 0);
	assert_int_equal(take(s), 3);
	wait_for(s, 15 * WALL_SECOND);
	assert_int_equal(s->count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(s->seen[i].outcome, OUTCOME_FAILED);
		assert_int_equal(s->seen[i].flags, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_more_than_a_portion_is_read_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(what_was_lost_speaks_against_nobody, begin, end),
		cmocka_unit_test_setup_teardown(
			without_a_loss_a_reset_and_silence_are_failures, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
