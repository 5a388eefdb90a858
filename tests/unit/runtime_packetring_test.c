/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "namespace.h"
#include "packet_maker.h"
#include "runtime/packetring.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

/* Without IPv6 the kernel itself says nothing there. */
#define NO_IPV6 "/proc/sys/net/ipv6/conf/default/disable_ipv6"
#define VETH                                                                                       \
	"{ [ ! -e " NO_IPV6 " ] || echo 1 >" NO_IPV6 "; } && "                                     \
	"ip link add left type veth peer name right && ip link set left up && ip link set right "  \
	"up"

/* Checks run in a child: they tell where it went wrong by a number. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ & 0x7f;                                                    \
	} while (0)

static const struct packetring_settings right = {.interface = "right", .wait_ms = 20};

static int
sender(void)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex("left")};
	int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return bind(descriptor, (struct sockaddr *)&at, sizeof(at)) < 0 ? -1 : descriptor;
}

static int
open_ring(struct packetring *ring, struct packetring_settings settings)
{
	struct fail fail = {0};
	int descriptor = packetring_check(&settings, &fail);

	if (descriptor == 0)
		descriptor = packetring_open(&settings, &fail);
	if (descriptor >= 0)
		descriptor = packetring_map(ring, descriptor, &settings, &fail);
	if (descriptor < 0)
		print_message("%s: %s\n", fail.where, fail.what);
	return descriptor;
}

/* Waits for the next packet, for five seconds at most. */
static bool
next(struct packetring *ring, struct packetring_packet *packet)
{
	struct pollfd wait = {.fd = ring->descriptor, .events = POLLIN};

	for (int i = 0; i < 50; i++) {
		if (packetring_next(ring, packet))
			return true;
		poll(&wait, 1, 100);
	}
	return false;
}

static size_t
mail(uint8_t *into, size_t room, uint16_t port, uint32_t sequence)
{
	const struct made made = {.source = CLIENT,
		.destination = SERVER,
		.source_port = 40000,
		.destination_port = port,
		.flags = 2,
		.sequence = sequence,
		.payload = "EHLO",
		.size = sequence % 5};

	return make_frame(into, room, &made);
}

static int
gives_mail_packets(void)
{
	struct packetring ring;
	struct packetring_packet packet;
	int from = sender();
	int64_t now = (int64_t)time(NULL) * WALL_SECOND;

	EXPECT(from >= 0 && open_ring(&ring, right) == 0);
	for (uint32_t i = 0; i < 300; i++) {
		uint8_t frame[128];
		size_t size = mail(frame, sizeof(frame), i % 3 ? 443 : 587, i);

		EXPECT(write(from, frame, size) == (ssize_t)size);
	}
	for (uint32_t i = 0; i < 300; i += 3) {
		uint8_t frame[128];
		size_t size = mail(frame, sizeof(frame), 587, i);

		EXPECT(next(&ring, &packet));
		EXPECT(packet.captured == size && packet.wire == size);
		EXPECT(memcmp(packet.bytes, frame, size) == 0);
		EXPECT(packet.time.us > now - 100 * WALL_SECOND);
		EXPECT(packet.time.us < now + 100 * WALL_SECOND);
		EXPECT(!packet.tagged && !packet.outgoing);
	}
	EXPECT(!packetring_next(&ring, &packet));
	EXPECT(ring.packets == 100 && ring.broken == 0);
	EXPECT(packetring_count(&ring) == 0 && ring.dropped == 0);
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
mail_packets_of_an_interface_arrive_and_others_do_not(void **state)
{
	namespace_run(VETH, gives_mail_packets);
}

static int
goes_on(void)
{
	struct packetring_settings settings = right;
	struct packetring ring;
	struct packetring_packet packet;
	uint8_t frame[128];
	size_t size = mail(frame, sizeof(frame), 25, 4);
	int from = sender(), descriptor;

	EXPECT(from >= 0 && packetring_check(&settings, NULL) == 0);
	descriptor = packetring_open(&settings, NULL);
	EXPECT(descriptor >= 0);
	/* Each in a block of its own, since the one before it was waited for. */
	for (int reader = 0; reader < 3; reader++) {
		EXPECT(packetring_map(&ring, dup(descriptor), &settings, NULL) == 0);
		for (int i = 0; i < 3; i++) {
			EXPECT(write(from, frame, size) == (ssize_t)size);
			EXPECT(next(&ring, &packet) && packet.captured == size);
			EXPECT(!packetring_next(&ring, &packet));
		}
		EXPECT(ring.packets == 3);
		packetring_close(&ring);
	}
	close(descriptor);
	close(from);
	return 0;
}

static void
who_comes_after_another_reader_goes_on_where_that_one_was(void **state)
{
	namespace_run(VETH, goes_on);
}

static int
gives_the_tag(void)
{
	struct packetring ring;
	struct packetring_packet packet;
	uint8_t frame[128], tagged[132];
	size_t size = mail(frame, sizeof(frame), 25, 4);
	int from = sender();

	EXPECT(from >= 0 && open_ring(&ring, right) == 0);
	memcpy(tagged, frame, 12);
	memcpy(tagged + 12, "\x81\0\0\7", 4);
	memcpy(tagged + 16, frame + 12, size - 12);
	EXPECT(write(from, tagged, size + 4) == (ssize_t)size + 4);
	EXPECT(next(&ring, &packet));
	EXPECT(packet.tagged && packet.tag == 7);
	EXPECT(packet.captured == size && memcmp(packet.bytes, frame, size) == 0);
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
a_tag_that_the_kernel_took_off_is_told(void **state)
{
	namespace_run(VETH, gives_the_tag);
}

static int
tells_its_own(void)
{
	struct packetring ring;
	struct packetring_packet packet;
	struct packetring_settings left = right;
	uint8_t frame[128];
	size_t size = mail(frame, sizeof(frame), 25, 4);
	int from = sender();

	snprintf(left.interface, sizeof(left.interface), "left");
	left.promiscuous = 1;
	EXPECT(from >= 0 && open_ring(&ring, left) == 0);
	EXPECT(write(from, frame, size) == (ssize_t)size);
	EXPECT(next(&ring, &packet) && packet.outgoing);
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
packets_that_this_machine_sent_are_told_from_others(void **state)
{
	namespace_run(VETH, tells_its_own);
}

static int
counts_drops(void)
{
	struct packetring_settings small = right;
	struct packetring ring;
	struct packetring_packet packet;
	unsigned sent = 2000, got = 0;
	int from = sender();

	small.block_size = 4096;
	small.block_count = 2;
	EXPECT(from >= 0 && open_ring(&ring, small) == 0);
	for (uint32_t i = 0; i < sent; i++) {
		uint8_t frame[128];
		size_t size = mail(frame, sizeof(frame), 25, i);

		EXPECT(write(from, frame, size) == (ssize_t)size);
	}
	/* All were sent, so no more come when the ring is empty and its time over. */
	while (next(&ring, &packet)) {
		got++;
		EXPECT(packetring_count(&ring) == 0);
		if (got + ring.dropped == sent)
			break;
	}
	EXPECT(ring.dropped > 0 && got + ring.dropped == sent && got == ring.packets);
	/* It goes on afterwards. */
	EXPECT(write(from, "", 0) <= 0);
	for (uint32_t i = 0; i < 3; i++) {
		uint8_t frame[128];
		size_t size = mail(frame, sizeof(frame), 25, i);

		EXPECT(write(from, frame, size) == (ssize_t)size);
		EXPECT(next(&ring, &packet) && packet.captured == size);
	}
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
what_a_full_ring_drops_is_counted(void **state)
{
	namespace_run(VETH, counts_drops);
}

static int
tells_of_drops(void)
{
	struct packetring_settings small = right;
	struct packetring ring;
	struct packetring_packet packet;
	uint8_t frame[128];
	size_t size = mail(frame, sizeof(frame), 25, 4);
	unsigned got = 0;
	int from = sender();

	small.block_size = 4096;
	small.block_count = 2;
	EXPECT(from >= 0 && open_ring(&ring, small) == 0);
	for (uint32_t i = 0; i < 2000; i++)
		EXPECT(write(from, frame, size) == (ssize_t)size);
	/* Both blocks are from before. */
	while (packetring_next(&ring, &packet))
		got++;
	EXPECT(got > 0 && got < 2000 && !ring.is_losing && ring.dropped == 0);
	EXPECT(write(from, frame, size) == (ssize_t)size);
	EXPECT(next(&ring, &packet) && ring.is_losing);
	EXPECT(packetring_count(&ring) == 0 && !ring.is_losing && ring.dropped == 2000 - got);
	EXPECT(write(from, frame, size) == (ssize_t)size);
	EXPECT(next(&ring, &packet) && !ring.is_losing);
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
the_first_block_after_a_drop_tells_of_it(void **state)
{
	namespace_run(VETH, tells_of_drops);
}

/* Is there an error at the socket, as poll tells it? */
static bool
has_error(const struct packetring *ring)
{
	struct pollfd look = {.fd = ring->descriptor};

	return poll(&look, 1, 0) == 1 && (look.revents & POLLERR) != 0;
}

/*
 * Sends until one arrives: the kernel tells the other end of a pair late, by
 * up to a second, that its carrier is back, and drops what is sent before.
 */
static bool
next_after_up(struct packetring *ring, int from, const uint8_t *frame, size_t size)
{
	struct packetring_packet packet;
	struct pollfd wait = {.fd = ring->descriptor, .events = POLLIN};

	for (int i = 0; i < 100; i++) {
		if (write(from, frame, size) != (ssize_t)size)
			return false;
		poll(&wait, 1, 100);
		if (packetring_next(ring, &packet))
			return packet.captured == size;
	}
	return false;
}

static int
goes_down_and_up(void)
{
	struct packetring ring;
	uint8_t frame[128];
	size_t size = mail(frame, sizeof(frame), 25, 4);
	int from = sender();

	EXPECT(from >= 0 && open_ring(&ring, right) == 0);
	EXPECT(packetring_look(ring.descriptor) == PACKETRING_UP && !has_error(&ring));
	EXPECT(system("ip link set right down") == 0);
	EXPECT(has_error(&ring) && packetring_look(ring.descriptor) == PACKETRING_DOWN);
	/* It was told, and is not told again. */
	EXPECT(!has_error(&ring) && packetring_look(ring.descriptor) == PACKETRING_DOWN);
	EXPECT(system("ip link set right name wrong && ip link set wrong up") == 0);
	EXPECT(packetring_look(ring.descriptor) == PACKETRING_UP && !has_error(&ring));
	EXPECT(next_after_up(&ring, from, frame, size));
	EXPECT(system("ip link del left && ip link add right type veth peer name left && ip link "
		      "set right up") == 0);
	EXPECT(packetring_look(ring.descriptor) == PACKETRING_GONE && !has_error(&ring));
	packetring_close(&ring);
	close(from);
	return 0;
}

static void
an_interface_that_goes_down_and_up_is_told_once_and_one_that_is_gone_stays_gone(void **state)
{
	namespace_run(VETH, goes_down_and_up);
}

static int
shares(void)
{
	struct packetring_settings settings = right;
	struct packetring rings[2];
	struct packetring_packet packet;
	unsigned sent = 200;
	int from = sender();

	settings.fanout = 4711;
	EXPECT(from >= 0 && open_ring(&rings[0], settings) == 0);
	EXPECT(open_ring(&rings[1], settings) == 0);
	for (uint32_t i = 0; i < sent; i++) {
		const struct made made = {.source = CLIENT + i,
			.destination = SERVER,
			.source_port = (uint16_t)(20000 + i),
			.destination_port = 25,
			.flags = 2};
		uint8_t frame[128];
		size_t size = make_frame(frame, sizeof(frame), &made);

		EXPECT(write(from, frame, size) == (ssize_t)size);
	}
	for (int i = 0; i < 500 && rings[0].packets + rings[1].packets < sent; i++) {
		while (packetring_next(&rings[0], &packet) || packetring_next(&rings[1], &packet))
			;
		poll(NULL, 0, 10);
	}
	EXPECT(rings[0].packets + rings[1].packets == sent);
	EXPECT(rings[0].packets > 20 && rings[1].packets > 20);
	packetring_close(&rings[0]);
	packetring_close(&rings[1]);
	close(from);
	return 0;
}

static void
two_rings_divide_an_interface(void **state)
{
	namespace_run(VETH, shares);
}

static int
names_what_is_missing(void)
{
	struct packetring_settings settings = {.interface = "nothing"};
	struct fail fail = {0};

	EXPECT(packetring_check(&settings, &fail) == 0);
	EXPECT(packetring_open(&settings, &fail) == -ENODEV);
	EXPECT(strcmp(fail.where, "interface nothing") == 0 && *fail.hint != '\0');
	EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
	EXPECT(packetring_open(&settings, &fail) == -EPERM);
	EXPECT(strstr(fail.hint, "CAP_NET_RAW") != NULL);
	return 0;
}

static void
an_interface_or_a_privilege_that_is_missing_is_told(void **state)
{
	namespace_run("true", names_what_is_missing);
}

static void
settings_that_cannot_be_are_refused(void **state)
{
	struct packetring_settings settings = {.interface = "eth0"};

	assert_int_equal(packetring_check(&settings, NULL), 0);
	assert_int_equal(settings.block_size, 1 << 20);
	assert_int_equal(settings.block_count, 16);
	settings.block_size = 5000;
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
	settings.block_size = 1 << 20;
	settings.block_count = 1025;
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
	settings.block_count = 0xffffffff;
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
	settings.block_count = 1;
	assert_int_equal(packetring_check(&settings, NULL), 0);
	memset(settings.interface, 'x', sizeof(settings.interface));
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
	settings = (struct packetring_settings){0};
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
	settings.interface[0] = '\n';
	assert_int_equal(packetring_check(&settings, NULL), -EINVAL);
}

#define BLOCK  4096
#define BLOCKS 3

/* A ring as the kernel would fill it, in the test's own memory. */
static void
make_ring(struct packetring *ring, uint8_t *memory)
{
	*ring = (struct packetring){
		.descriptor = -1, .blocks = memory, .block_size = BLOCK, .block_count = BLOCKS};
	memset(memory, 0, BLOCK * BLOCKS);
	for (size_t b = 0; b < BLOCKS; b++) {
		uint8_t *block = memory + b * BLOCK;
		struct tpacket_block_desc head = {.version = 1};
		size_t offset = sizeof(head);

		head.hdr.bh1.block_status = TP_STATUS_USER;
		head.hdr.bh1.num_pkts = 3;
		head.hdr.bh1.offset_to_first_pkt = (uint32_t)offset;
		memcpy(block, &head, sizeof(head));
		for (unsigned i = 0; i < 3; i++) {
			struct tpacket3_hdr packet = {.tp_next_offset = i < 2 ? 256 : 0,
				.tp_sec = 1000,
				.tp_nsec = 5000,
				.tp_snaplen = 100,
				.tp_len = 1500,
				.tp_mac = 96};

			memcpy(block + offset, &packet, sizeof(packet));
			memset(block + offset + 96, (int)(b * 3 + i), 100);
			offset += 256;
		}
	}
}

static void
blocks_are_walked_in_their_order_and_given_back(void **state)
{
	uint8_t *memory = xcalloc(BLOCKS, BLOCK);
	struct packetring ring;
	struct packetring_packet packet;

	make_ring(&ring, memory);
	for (unsigned i = 0; i < 9; i++) {
		assert_true(packetring_next(&ring, &packet));
		assert_int_equal(packet.bytes[0], i);
		assert_int_equal(packet.captured, 100);
		assert_int_equal(packet.wire, 1500);
		assert_int_equal(packet.time.us, 1000 * WALL_SECOND + 5);
	}
	/* The last block is the reader's until it asks again. */
	assert_int_equal(((struct tpacket_block_desc *)(void *)memory)->hdr.bh1.block_status, 0);
	assert_int_equal(
		((struct tpacket_block_desc *)(void *)(memory + 2 * BLOCK))->hdr.bh1.block_status,
		TP_STATUS_USER);
	assert_false(packetring_next(&ring, &packet));
	assert_int_equal(
		((struct tpacket_block_desc *)(void *)(memory + 2 * BLOCK))->hdr.bh1.block_status,
		0);
	assert_int_equal(ring.packets, 9);
	assert_int_equal(ring.broken, 0);
	free(memory);
}

static void
a_block_that_contradicts_itself_is_given_back_and_counted(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		unsigned before; /* packets of the block that came before */
	} damages[] = {
		{offsetof(struct tpacket_block_desc, hdr.bh1.offset_to_first_pkt), 4090, 0},
		{offsetof(struct tpacket_block_desc, hdr.bh1.offset_to_first_pkt), 0xfffffff0, 0},
		{offsetof(struct tpacket_block_desc, hdr.bh1.offset_to_first_pkt), 8, 0},
		{offsetof(struct tpacket_block_desc, hdr.bh1.num_pkts), 1000, 3},
		{sizeof(struct tpacket_block_desc) + offsetof(struct tpacket3_hdr, tp_next_offset),
			0, 0},
		{sizeof(struct tpacket_block_desc) + offsetof(struct tpacket3_hdr, tp_next_offset),
			0xffffff00, 0},
		{sizeof(struct tpacket_block_desc) + offsetof(struct tpacket3_hdr, tp_snaplen),
			4000, 0},
		{sizeof(struct tpacket_block_desc) + offsetof(struct tpacket3_hdr, tp_snaplen),
			0xffffffff, 0},
		{sizeof(struct tpacket_block_desc) + 256 +
				offsetof(struct tpacket3_hdr, tp_snaplen),
			0x7fffffff, 1},
	};
	uint8_t *memory = xcalloc(BLOCKS, BLOCK);

	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		struct packetring ring;
		struct packetring_packet packet;
		unsigned count = 0;

		make_ring(&ring, memory);
		memcpy(memory + BLOCK + damages[i].at, &damages[i].value, 4);
		while (packetring_next(&ring, &packet))
			count++;
		/* 1000 packets: the third says that none follows. */
		assert_int_equal(count, 6 + (damages[i].before == 3 ? 2 : damages[i].before));
		assert_int_equal(ring.broken, 1);
	}
	free(memory);
}

static void
no_damage_leads_outside_of_the_ring(void **state)
{
	uint8_t *memory = xcalloc(BLOCKS, BLOCK);
	struct random random;

	random_seed(&random, 3);
	for (unsigned n = 0; n < 20000; n++) {
		struct packetring ring;
		struct packetring_packet packet;
		unsigned sum = 0, count = 0;

		make_ring(&ring, memory);
		for (uint64_t changes = random_below(&random, 8); changes > 0; changes--) {
			size_t at = BLOCK * random_below(&random, BLOCKS) +
				4 * random_below(&random, 180);
			uint32_t value = (uint32_t)random_below(&random, 2)
				? (uint32_t)random_u64(&random)
				: (uint32_t)random_below(&random, 4200);

			memcpy(memory + at, &value, 4);
		}
		while (count < 100000 && packetring_next(&ring, &packet)) {
			assert_true(packet.bytes >= memory);
			assert_true(packet.captured <=
				(size_t)(memory + BLOCKS * BLOCK - packet.bytes));
			if (packet.captured > 0)
				sum += packet.bytes[0] + packet.bytes[packet.captured - 1];
			count++;
		}
		assert_true(count < 1000 && sum <= 510 * count);
	}
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_packets_of_an_interface_arrive_and_others_do_not),
		cmocka_unit_test(a_tag_that_the_kernel_took_off_is_told),
		cmocka_unit_test(who_comes_after_another_reader_goes_on_where_that_one_was),
		cmocka_unit_test(packets_that_this_machine_sent_are_told_from_others),
		cmocka_unit_test(what_a_full_ring_drops_is_counted),
		cmocka_unit_test(the_first_block_after_a_drop_tells_of_it),
		cmocka_unit_test(
			an_interface_that_goes_down_and_up_is_told_once_and_one_that_is_gone_stays_gone),
		cmocka_unit_test(two_rings_divide_an_interface),
		cmocka_unit_test(an_interface_or_a_privilege_that_is_missing_is_told),
		cmocka_unit_test(settings_that_cannot_be_are_refused),
		cmocka_unit_test(blocks_are_walked_in_their_order_and_given_back),
		cmocka_unit_test(a_block_that_contradicts_itself_is_given_back_and_counted),
		cmocka_unit_test(no_damage_leads_outside_of_the_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
