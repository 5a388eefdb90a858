/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "packet_maker.h"
#include "runtime/packetfilter.h"
#include "source/observation.h"
#include "source/packet/frame.h"
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's own BPF runs the program: it takes filters at any socket. */
struct kernel {
	int to, from;
};

static struct kernel
with_program(bool with_export)
{
	struct bpfprogram program;
	struct sock_fprog code;
	int pair[2];

	packetfilter_make(&program, with_export);
	code = bpfprogram_finish(&program);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof(code)), 0);
	return (struct kernel){.to = pair[0], .from = pair[1]};
}

static bool
takes(struct kernel kernel, const uint8_t *frame, size_t size)
{
	uint8_t got[2048];
	ssize_t length;

	assert_int_equal(write(kernel.to, frame, size), size);
	length = read(kernel.from, got, sizeof(got));
	if (length < 0) {
		assert_int_equal(errno, EAGAIN);
		return false;
	}
	/* All of it, not cut. */
	assert_int_equal(length, size);
	assert_memory_equal(got, frame, size);
	return true;
}

static void
done(struct kernel kernel)
{
	close(kernel.to);
	close(kernel.from);
}

struct shape {
	unsigned tags;
	uint16_t tag; /* type of the tags */
	bool ipv6;
	uint8_t words; /* of the IPv4 header */
	uint16_t fragment;
	uint8_t extension; /* IPv6: one header of this kind; 255: none */
	uint8_t protocol;
	uint16_t source_port, destination_port;
	uint32_t payload; /* its first bytes, behind a UDP header */
};

static size_t
make(uint8_t bytes[256], const struct shape *shape)
{
	struct writer w = writer_on(bytes, 256);
	uint8_t zeros[64] = {0};
	size_t options = shape->words > 5 ? 4U * (shape->words - 5U) : 0;

	writer_bytes(&w, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	for (unsigned i = 0; i < shape->tags; i++) {
		writer_u16(&w, shape->tag);
		writer_u16(&w, 7);
	}
	writer_u16(&w, shape->ipv6 ? 0x86dd : 0x0800);
	if (shape->ipv6) {
		bool more = shape->extension != 255;

		writer_u32(&w, 6U << 28);
		writer_u16(&w, (uint16_t)(40 + (more ? 8 : 0)));
		writer_u8(&w, more ? shape->extension : shape->protocol);
		writer_u8(&w, 64);
		writer_bytes(&w, zeros, 32);
		if (more) {
			writer_u8(&w, shape->protocol);
			writer_bytes(&w, zeros, 7);
		}
	} else {
		writer_u8(&w, (uint8_t)(0x40 | shape->words));
		writer_u8(&w, 0);
		writer_u16(&w, (uint16_t)(20 + options + 40));
		writer_u16(&w, 1);
		writer_u16(&w, shape->fragment);
		writer_u8(&w, 64);
		writer_u8(&w, shape->protocol);
		writer_u16(&w, 0);
		writer_u32(&w, CLIENT);
		writer_u32(&w, SERVER);
		writer_bytes(&w, zeros, options);
	}
	writer_u16(&w, shape->source_port);
	writer_u16(&w, shape->destination_port);
	if (shape->protocol == 17) {
		writer_u16(&w, 40);
		writer_u16(&w, 0);
		writer_u32(&w, shape->payload);
		writer_bytes(&w, zeros, 28);
	} else {
		writer_bytes(&w, zeros, 8);
		writer_u16(&w, 0x5002);
		writer_bytes(&w, zeros, 26);
	}
	assert_false(w.failed);
	return writer_length(&w);
}

static const struct shape plain = {
	.words = 5, .extension = 255, .protocol = 6, .source_port = 40000, .destination_port = 25};

static bool
takes_shape(struct kernel kernel, struct shape shape)
{
	uint8_t bytes[256];
	size_t size = make(bytes, &shape);

	return takes(kernel, bytes, size);
}

static void
mail_ports_are_taken_at_both_ends_and_others_left(void **state)
{
	struct kernel kernel = with_program(false);

	for (unsigned port = 0; port < 65536; port++) {
		struct shape shape = plain;

		shape.ipv6 = port & 1;
		shape.destination_port = (uint16_t)port;
		if (port > 3000 && port % 97 != 0)
			continue;
		assert_int_equal(takes_shape(kernel, shape), is_mail_port((uint16_t)port));
		shape.ipv6 = !shape.ipv6;
		shape.source_port = (uint16_t)port;
		shape.destination_port = 40000;
		assert_int_equal(takes_shape(kernel, shape), is_mail_port((uint16_t)port));
	}
	done(kernel);
}

static void
tags_are_stepped_over(void **state)
{
	static const uint16_t types[] = {0x8100, 0x88a8, 0x9100, 0x9200, 0x9300};
	struct kernel kernel = with_program(false);

	for (size_t i = 0; i < 5; i++) {
		for (unsigned tags = 0; tags <= 4; tags++) {
			struct shape shape = plain;

			shape.tag = types[i];
			shape.tags = tags;
			shape.ipv6 = i & 1;
			assert_true(takes_shape(kernel, shape));
			shape.destination_port = 443;
			assert_int_equal(takes_shape(kernel, shape), tags > 2);
		}
	}
	done(kernel);
}

static void
fragments_options_and_extensions_of_any_port_are_taken(void **state)
{
	static const uint8_t extensions[] = {0, 43, 44, 51, 60, 135, 139, 140};
	struct kernel kernel = with_program(false);
	struct shape shape = plain;

	shape.destination_port = 443;
	assert_false(takes_shape(kernel, shape));
	shape.fragment = 0x4000; /* don't fragment */
	assert_false(takes_shape(kernel, shape));
	shape.fragment = 0x2000;
	assert_true(takes_shape(kernel, shape));
	shape.fragment = 185;
	assert_true(takes_shape(kernel, shape));
	shape.protocol = 17;
	assert_false(takes_shape(kernel, shape));
	shape = plain;
	shape.destination_port = 443;
	shape.words = 6;
	assert_true(takes_shape(kernel, shape));
	shape.words = 5;
	shape.ipv6 = true;
	for (size_t i = 0; i < sizeof(extensions); i++) {
		shape.extension = extensions[i];
		assert_true(takes_shape(kernel, shape));
	}
	shape.protocol = 58; /* ICMPv6 */
	assert_false(takes_shape(kernel, shape));
	shape.extension = 58;
	assert_false(takes_shape(kernel, shape));
	done(kernel);
}

static void
flow_export_is_taken_where_it_is_wanted(void **state)
{
	static const uint32_t begins[] = {5U << 16, 9U << 16 | 3, 10U << 16 | 100, 5};
	struct kernel with = with_program(true), without = with_program(false);
	struct shape shape = plain;

	shape.protocol = 17;
	for (size_t i = 0; i < 8; i++) {
		shape.payload = begins[i / 2];
		shape.ipv6 = i & 1;
		assert_true(takes_shape(with, shape));
		assert_false(takes_shape(without, shape));
	}
	shape.payload = 6;
	assert_false(takes_shape(with, shape));
	shape.payload = 0x12340000;
	assert_false(takes_shape(with, shape));
	done(with);
	done(without);
}

static void
other_protocols_of_the_link_are_left_and_wrappings_taken(void **state)
{
	static const struct {
		uint16_t type;
		bool taken;
	} types[] = {{0x0806, false}, {0x88cc, false}, {0x8863, false}, {0x8864, true},
		{0x8847, true}, {0x8848, true}, {100, true}, {1500, true}};
	struct kernel kernel = with_program(false);

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		uint8_t bytes[256];
		size_t size = make(bytes, &plain);

		bytes[12] = (uint8_t)(types[i].type >> 8);
		bytes[13] = (uint8_t)types[i].type;
		assert_int_equal(takes(kernel, bytes, size), types[i].taken);
	}
	done(kernel);
}

/* Would the reader of packets use it? */
static bool
is_of_interest(const uint8_t *bytes, size_t size)
{
	struct frame frame;

	if (frame_parse(LINK_ETHERNET, bytes, size, size, &frame) < 0 || frame.protocol != 6)
		return false;
	if ((frame.known & FRAME_FRAGMENT) != 0)
		return true;
	return (frame.known & FRAME_PORTS) != 0 &&
		(is_mail_port(frame.source_port) || is_mail_port(frame.destination_port));
}

static void
nothing_that_the_reader_of_packets_would_use_is_left(void **state)
{
	static const uint16_t ports[] = {25, 465, 587, 2525, 443, 26, 40000, 6400};
	static const uint8_t protocols[] = {6, 6, 6, 17, 1, 44};
	struct kernel kernel = with_program(false);
	struct random random;
	unsigned used = 0, taken = 0, count = 100000;

	random_seed(&random, 25);

	for (unsigned n = 0; n < count; n++) {
		uint64_t r = random_u64(&random);
		struct shape shape = {.tags = r & 3,
			.tag = (r & 4) ? 0x8100 : 0x88a8,
			.ipv6 = (r >> 3) & 1,
			.words = (uint8_t)((r & 0x30) != 0 ? 5 : 5 + (r >> 6) % 5),
			.fragment = (uint16_t)((r & 0x700) != 0 ? 0x4000 : r >> 16),
			.extension = (uint8_t)((r & 0x3000) != 0 ? 255 : 43 + (r >> 14) % 2),
			.protocol = protocols[(r >> 32) % 6],
			.source_port = ports[(r >> 36) % 8],
			.destination_port = ports[(r >> 40) % 8]};
		uint8_t bytes[256];
		size_t size = make(bytes, &shape);
		bool was_taken;

		/* Half of them are changed at up to three places, some are cut. */
		for (uint64_t change = random_u64(&random) % 6; change > 3; change--)
			bytes[random_u64(&random) % 64] = (uint8_t)random_u64(&random);
		if (random_u64(&random) % 8 == 0)
			size = 14 + random_u64(&random) % (size - 14);
		was_taken = takes(kernel, bytes, size);
		if (is_of_interest(bytes, size)) {
			assert_true(was_taken);
			used++;
		}
		taken += was_taken;
	}
	assert_true(used > count / 10);
	assert_true(taken < count * 3 / 4);
	done(kernel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_ports_are_taken_at_both_ends_and_others_left),
		cmocka_unit_test(tags_are_stepped_over),
		cmocka_unit_test(fragments_options_and_extensions_of_any_port_are_taken),
		cmocka_unit_test(flow_export_is_taken_where_it_is_wanted),
		cmocka_unit_test(other_protocols_of_the_link_are_left_and_wrappings_taken),
		cmocka_unit_test(nothing_that_the_reader_of_packets_would_use_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
