/* SPDX-License-Identifier: BSD-2-Clause */
#include "namespace.h"
#include "packet_maker.h"
#include "runtime/gateclient.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Checks run in a child: they tell where it went wrong by a number. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ & 0x7f;                                                    \
	} while (0)

static const char *gate;

static const struct udp_settings local = {
	.address = {.byte = {[10] = 0xff, 0xff, 127, 0, 0, 1}}, .count = 1};

static const struct gate_filter on_right = {
	.interface = {{.name = "right"}},
	.listener = {{.address = {.byte = {[10] = 0xff, 0xff, 10, 9, 0, 1}}, .port = 2055}},
	.interfaces = 1,
	.listeners = 1,
	.rings = 3,
	.ring_bytes = 1 << 16,
};

static bool
receives(int descriptor)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char got[8];
	bool good;

	to.sin_port = htons((uint16_t)sockets_port(descriptor));
	good = sendto(sender, "flow", 4, 0, (struct sockaddr *)&to, sizeof(to)) == 4 &&
		recv(descriptor, got, sizeof(got), 0) == 4;
	close(sender);
	return good;
}

static void
ports_are_opened_by_the_gate_and_used_here(void **state)
{
	struct udp_settings group = local;
	struct gateclient client;
	int one, four[4];

	assert_int_equal(gateclient_start(&client, gate, false, NULL, NULL), 0);
	assert_int_equal(gateclient_udp(&client, &local, &one, NULL, NULL), 0);
	assert_true(receives(one));
	assert_true(fcntl(one, F_GETFD) & FD_CLOEXEC);
	group.count = 4;
	group.timestamps = 7; /* any truth */
	assert_int_equal(gateclient_udp(&client, &group, four, NULL, NULL), 0);
	for (int i = 1; i < 4; i++)
		assert_int_equal(sockets_port(four[i]), sockets_port(four[0]));
	for (int i = 0; i < 4; i++)
		close(four[i]);
	close(one);
	gateclient_stop(&client);
	assert_int_equal(gateclient_udp(&client, &local, &one, NULL, NULL), -EPIPE);
}

static void
as_many_sockets_as_a_group_can_have_come_in_one_answer(void **state)
{
	struct udp_settings group = local;
	struct gateclient client;
	int all[SOCKETS_GROUP];

	group.count = SOCKETS_GROUP;
	assert_int_equal(gateclient_start(&client, gate, false, NULL, NULL), 0);
	/* Twice: the gate keeps none of them. */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(gateclient_udp(&client, &group, all, NULL, NULL), 0);
		for (int i = 0; i < SOCKETS_GROUP; i++)
			assert_int_equal(close(all[i]), 0);
	}
	gateclient_stop(&client);
}

static void
a_port_that_is_taken_is_told_and_the_gate_goes_on(void **state)
{
	struct udp_settings again = local;
	struct gateclient client;
	struct fail fail = {0};
	int first, second = -1;

	assert_int_equal(gateclient_start(&client, gate, false, NULL, NULL), 0);
	assert_int_equal(gateclient_udp(&client, &local, &first, NULL, NULL), 0);
	again.port = (uint16_t)sockets_port(first);
	assert_int_equal(gateclient_udp(&client, &again, &second, NULL, &fail), -EADDRINUSE);
	assert_int_equal(second, -1);
	assert_int_equal(strncmp(fail.where, "UDP port ", 9), 0);
	assert_true(*fail.what != '\0' && *fail.hint != '\0');
	close(first);
	assert_int_equal(gateclient_udp(&client, &again, &second, NULL, &fail), 0);
	close(second);
	gateclient_stop(&client);
}

static void
a_gate_that_is_not_there_is_told(void **state)
{
	struct gateclient client;
	struct fail fail = {0};

	assert_int_equal(gateclient_start(&client, "/no/such/gate", false, NULL, &fail), -ENOENT);
	assert_string_equal(fail.where, "/no/such/gate");
	assert_int_equal(client.descriptor, -1);
	gateclient_stop(&client);
	/* One that is no gate ends without an answer. */
	assert_int_equal(gateclient_start(&client, "/bin/true", false, NULL, NULL), 0);
	assert_int_equal(gateclient_udp(&client, &local, &(int){0}, NULL, &fail), -EPIPE);
	assert_string_equal(fail.where, "gate");
	gateclient_stop(&client);
}

/* Sends bytes as they are; the status that the gate ended with, -1 if it did not end by itself. */
static int
end_after(const void *bytes, size_t size, bool with_descriptor)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.align = {.cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS}};
	struct iovec piece = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
	struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
	struct gateclient client;
	char got[sizeof(struct gate_answer)];
	int status;

	memset(CMSG_DATA(&control.align), 0, sizeof(int)); /* standard input */
	if (with_descriptor) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	assert_int_equal(gateclient_start(&client, gate, false, NULL, NULL), 0);
	assert_int_equal(sendmsg(client.descriptor, &message, 0), size);
	if (recv(client.descriptor, got, sizeof(got), 0) > 0) {
		gateclient_stop(&client);
		return -1;
	}
	assert_int_equal(waitpid(client.process, &status, 0), client.process);
	client.process = 0;
	gateclient_stop(&client);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void
a_malformed_order_ends_the_gate(void **state)
{
	const struct gate_order good = {.version = GATE_VERSION,
		.kind = GATE_UDP,
		.size = sizeof(good),
		.number = 1,
		.udp = local};
	struct gate_order bad[19];
	uint8_t longer[sizeof(good) + 1] = {0};

	assert_int_equal(end_after(&good, sizeof(good), false), -1);
	for (size_t i = 0; i < 12; i++)
		bad[i] = good;
	for (size_t i = 12; i < 17; i++) {
		bad[i] = good;
		bad[i].kind = GATE_FILTER;
		memset(bad[i].bytes, 0, sizeof(bad[i].bytes));
		bad[i].filter = on_right;
	}
	for (size_t i = 17; i < 19; i++) {
		bad[i] = good;
		bad[i].kind = GATE_TRANSPARENT;
		memset(bad[i].bytes, 0, sizeof(bad[i].bytes));
	}
	bad[18].transparent.port = 65536;
	bad[12].filter.interfaces = GATE_INTERFACES + 1;
	memset(bad[13].filter.interface[0].name, 'x', sizeof(bad[13].filter.interface[0].name));
	bad[14].filter.listeners = 0;
	bad[15].filter.ring_bytes++;
	bad[16].filter.interface[0].mode = GATE_MODE_COUNT;
	bad[0].version = GATE_VERSION + 1;
	bad[1].kind = 0;
	bad[2].kind = 77;
	bad[3].size--;
	bad[4].udp.count = 0;
	bad[5].udp.count = SOCKETS_GROUP + 1;
	bad[6].udp.merge = 2;
	bad[7].udp.zero = 1;
	bad[8].bytes[111] = 1;
	bad[9].kind = GATE_PACKETS; /* no name, and more behind it */
	bad[10].kind = GATE_PACKETS;
	memset(bad[10].bytes, 'x', sizeof(bad[10].bytes));
	memset(&bad[11], 0xff, sizeof(bad[11]));
	for (size_t i = 0; i < 19; i++)
		assert_int_equal(end_after(&bad[i], sizeof(bad[i]), false), 65);
	assert_int_equal(end_after(&good, sizeof(good) - 1, false), 65);
	assert_int_equal(end_after(&good, 1, false), 65);
	memcpy(longer, &good, sizeof(good));
	assert_int_equal(end_after(longer, sizeof(longer), false), 65);
	/* Descriptors are given, not taken. */
	assert_int_equal(end_after(&good, sizeof(good), true), 65);
}

static void
the_gate_ends_with_its_parent(void **state)
{
	struct gateclient client;
	int status, one;

	assert_int_equal(gateclient_start(&client, gate, false, NULL, NULL), 0);
	assert_int_equal(gateclient_udp(&client, &local, &one, NULL, NULL), 0);
	close(one);
	close(client.descriptor);
	assert_int_equal(waitpid(client.process, &status, 0), client.process);
	assert_int_equal(status, 0);
}

static int
has_no_more_than(const char *capabilities, bool with_bpf)
{
	static const char *const sets[] = {"CapEff", "CapPrm", "CapBnd"};
	static const char *const lines[] = {
		"CapInh:\t0000000000000000\n", "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n"};
	struct gateclient client;
	char path[64], set[64], text[8192] = "";
	int one, file;

	EXPECT(gateclient_start(&client, gate, with_bpf, NULL, NULL) == 0);
	EXPECT(gateclient_udp(&client, &local, &one, NULL, NULL) == 0);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)client.process);
	file = open(path, O_RDONLY | O_CLOEXEC);
	EXPECT(file >= 0 && read(file, text, sizeof(text) - 1) > 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		EXPECT(strstr(text, lines[i]) != NULL);
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		snprintf(set, sizeof(set), "%s:\t%s\n", sets[i], capabilities);
		EXPECT(strstr(text, set) != NULL);
	}
	close(file);
	close(one);
	gateclient_stop(&client);
	return 0;
}

static int
is_bare(void)
{
	int r = has_no_more_than("0000000000003400", false);

	return r != 0 ? r : has_no_more_than("0000008000003400", true);
}

static void
the_gate_keeps_three_capabilities_and_a_fourth_for_the_filter(void **state)
{
	namespace_run("true", is_bare);
}

/* A parent without privileges, and a gate with them. */
static int
opens_what_its_parent_may_not(void)
{
	struct udp_settings low = local;
	struct socket_buffer buffer = {0};
	struct gateclient client;
	int descriptor;

	EXPECT(gateclient_start(&client, gate, false, NULL, NULL) == 0);
	EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
	low.port = 79;
	low.buffer = 16U << 20;
	EXPECT(sockets_open_udp(&low, &descriptor, NULL, NULL) == -EACCES);
	EXPECT(gateclient_udp(&client, &low, &descriptor, &buffer, NULL) == 0);
	EXPECT(sockets_port(descriptor) == 79 && receives(descriptor));
	EXPECT(buffer.bytes == 16U << 20 && !buffer.is_short);
	close(descriptor);
	gateclient_stop(&client);
	return 0;
}

static void
a_low_port_with_a_large_queue_is_opened_for_an_ordinary_user(void **state)
{
	namespace_run("true", opens_what_its_parent_may_not);
}

static bool
is_on(int descriptor, int level, int option)
{
	int on = 0;
	socklen_t size = sizeof(on);

	return getsockopt(descriptor, level, option, &on, &size) == 0 && on == 1;
}

/* Addresses that are not this machine's are taken by both families. */
static int
opens_a_transparent_socket(void)
{
	struct gateclient client;
	struct fail fail = {0};
	int descriptor, accepts = 0;
	socklen_t size = sizeof(accepts);

	EXPECT(gateclient_start(&client, gate, false, NULL, NULL) == 0);
	EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
	EXPECT(sockets_open_transparent(8025, 16, &fail) == -EPERM);
	EXPECT(strstr(fail.hint, "CAP_NET_ADMIN") != NULL);
	descriptor = gateclient_transparent(&client, 8025, &fail);
	EXPECT(descriptor >= 0 && sockets_port(descriptor) == 8025);
	EXPECT(is_on(descriptor, SOL_IP, IP_TRANSPARENT));
	EXPECT(is_on(descriptor, SOL_IPV6, IPV6_TRANSPARENT));
	EXPECT(getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts);
	EXPECT(gateclient_transparent(&client, 8025, &fail) == -EADDRINUSE);
	close(descriptor);
	gateclient_stop(&client);
	return 0;
}

static void
the_gardens_socket_is_opened_for_an_ordinary_user(void **state)
{
	namespace_run("true", opens_a_transparent_socket);
}

static int
reads_packets(void)
{
	struct packetring_settings settings = {.interface = "right", .wait_ms = 20};
	const struct made made = {.source = CLIENT,
		.destination = SERVER,
		.source_port = 40000,
		.destination_port = 25,
		.flags = 2};
	struct sockaddr_ll at = {.sll_family = AF_PACKET};
	struct packetring ring;
	struct packetring_packet packet;
	struct gateclient client;
	struct fail fail = {0};
	uint8_t frame[128];
	size_t size = make_frame(frame, sizeof(frame), &made);
	int descriptor, sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	bool got = false;

	at.sll_ifindex = (int)if_nametoindex("left");
	EXPECT(bind(sender, (struct sockaddr *)&at, sizeof(at)) == 0);
	EXPECT(gateclient_start(&client, gate, false, NULL, NULL) == 0);
	EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
	EXPECT(packetring_check(&settings, NULL) == 0);
	EXPECT(packetring_open(&settings, NULL) == -EPERM);
	descriptor = gateclient_packets(&client, &settings, &fail);
	EXPECT(descriptor >= 0);
	EXPECT(packetring_map(&ring, descriptor, &settings, NULL) == 0);
	EXPECT(write(sender, frame, size) == (ssize_t)size);
	for (int i = 0; i < 500 && !got; i++) {
		got = packetring_next(&ring, &packet) && packet.captured == size &&
			memcmp(packet.bytes, frame, size) == 0;
		poll(NULL, 0, got ? 0 : 10);
	}
	EXPECT(got);
	/* The filter is locked: whoever reads cannot take it off. */
	EXPECT(setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)) < 0 &&
		errno == EPERM);
	snprintf(settings.interface, sizeof(settings.interface), "nothing");
	EXPECT(gateclient_packets(&client, &settings, &fail) == -ENODEV);
	EXPECT(strcmp(fail.where, "interface nothing") == 0);
	packetring_close(&ring);
	gateclient_stop(&client);
	close(sender);
	return 0;
}

static void
packets_of_an_interface_are_read_by_an_ordinary_user(void **state)
{
	namespace_run("ip link add left type veth peer name right && ip link set left up && "
		      "ip link set right up",
		reads_packets);
}

static bool
is_attached(void)
{
	return system("ip link show right | grep -q xdp") == 0;
}

/* The filter is at an interface as long as somebody has the link, and no longer. */
static int
attaches_a_filter(void)
{
	struct gate_filter settings = on_right;
	struct gateclient client;
	struct fail fail = {0};
	int descriptors[SOCKETS_GROUP], r;

	EXPECT(gateclient_start(&client, gate, true, NULL, NULL) == 0);
	r = gateclient_filter(&client, &settings, descriptors, &fail);
	if (r == -ENOTSUP) {
		gateclient_stop(&client);
		EXPECT(*fail.what != '\0' && strstr(fail.hint, "--xdp") != NULL);
		return NAMESPACE_MISSING;
	}
	EXPECT(r == GATE_FILTER_RINGS + 3 + 1);
	EXPECT(settings.interface[0].mode == GATE_MODE_NATIVE);
	EXPECT(is_attached());
	/* There is one in a gate's life. */
	settings = on_right;
	EXPECT(gateclient_filter(&client, &settings, descriptors + r, &fail) == -ENOTSUP);
	EXPECT(strstr(fail.what, "given away") != NULL);
	gateclient_stop(&client);
	EXPECT(is_attached());
	for (int i = 0; i < r; i++)
		close(descriptors[i]);
	EXPECT(!is_attached());
	return 0;
}

static void
the_filter_is_attached_as_long_as_somebody_has_its_link(void **state)
{
	namespace_run("ip link add left type veth peer name right && ip link set left up && "
		      "ip link set right up",
		attaches_a_filter);
}

static int
refuses_a_filter(void)
{
	struct gate_filter settings = on_right;
	struct gateclient client;
	struct fail fail = {0};
	int descriptors[SOCKETS_GROUP], r;

	EXPECT(gateclient_start(&client, gate, false, NULL, NULL) == 0);
	EXPECT(gateclient_filter(&client, &settings, descriptors, &fail) == -ENOTSUP);
	EXPECT(*fail.what != '\0');
	gateclient_stop(&client);
	EXPECT(gateclient_start(&client, gate, true, NULL, NULL) == 0);
	snprintf(settings.interface[0].name, sizeof(settings.interface[0].name), "nothing");
	r = gateclient_filter(&client, &settings, descriptors, &fail);
	EXPECT(r == -ENODEV || r == -ENOTSUP);
	EXPECT(r == -ENOTSUP || strcmp(fail.where, "interface nothing") == 0);
	/* The gate goes on. */
	EXPECT(gateclient_udp(&client, &local, descriptors, NULL, &fail) == 0);
	gateclient_stop(&client);
	return 0;
}

static void
a_filter_that_cannot_be_is_refused_in_words(void **state)
{
	namespace_run("ip link set lo up", refuses_a_filter);
}

static int
refuses_in_words(void)
{
	struct packetring_settings packets = {.interface = "lo"};
	struct udp_settings low = local;
	struct gateclient client;
	struct fail fail = {0};
	int descriptor, r;

	EXPECT(geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0));
	r = gateclient_start(&client, gate, false, NULL, NULL);
	if (r == -EACCES)
		return NAMESPACE_MISSING; /* the build is in a folder that others may not read */
	EXPECT(r == 0);
	EXPECT(gateclient_packets(&client, &packets, &fail) == -EPERM);
	EXPECT(strcmp(fail.where, "interface lo") == 0);
	EXPECT(strstr(fail.hint, "CAP_NET_RAW") != NULL);
	low.port = 79;
	r = gateclient_udp(&client, &low, &descriptor, NULL, &fail);
	EXPECT(r == 0 || (r == -EACCES && strstr(fail.hint, "CAP_NET_BIND_SERVICE") != NULL));
	/* What needs no privilege it does. */
	EXPECT(gateclient_udp(&client, &local, &descriptor, NULL, &fail) == 0);
	EXPECT(receives(descriptor));
	close(descriptor);
	gateclient_stop(&client);
	return 0;
}

static void
without_privileges_the_gate_refuses_in_words(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(refuses_in_words());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NAMESPACE_MISSING) {
		print_message("an ordinary user cannot run the gate of this build\n");
		skip();
	}
	assert_int_equal(status, 0);
}

/* Nobody waits for it without end. */
static void
a_gate_that_does_not_end_is_killed(void **state)
{
	static const char script[] = "#!/bin/sh\nexec /bin/sleep 1000\n";
	char path[] = "/tmp/lazaret-gate-XXXXXX";
	int file = mkstemp(path);
	struct gateclient client;
	pid_t process;

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(write(file, script, sizeof(script) - 1), sizeof(script) - 1);
	assert_int_equal(fchmod(file, 0700), 0);
	close(file);
	assert_int_equal(gateclient_start(&client, path, false, NULL, NULL), 0);
	process = client.process;
	gateclient_stop(&client);
	assert_int_equal(kill(process, 0), -1);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_opened_by_the_gate_and_used_here),
		cmocka_unit_test(as_many_sockets_as_a_group_can_have_come_in_one_answer),
		cmocka_unit_test(a_port_that_is_taken_is_told_and_the_gate_goes_on),
		cmocka_unit_test(a_gate_that_is_not_there_is_told),
		cmocka_unit_test(a_malformed_order_ends_the_gate),
		cmocka_unit_test(the_gate_ends_with_its_parent),
		cmocka_unit_test(the_gate_keeps_three_capabilities_and_a_fourth_for_the_filter),
		cmocka_unit_test(a_low_port_with_a_large_queue_is_opened_for_an_ordinary_user),
		cmocka_unit_test(the_gardens_socket_is_opened_for_an_ordinary_user),
		cmocka_unit_test(packets_of_an_interface_are_read_by_an_ordinary_user),
		cmocka_unit_test(the_filter_is_attached_as_long_as_somebody_has_its_link),
		cmocka_unit_test(a_filter_that_cannot_be_is_refused_in_words),
		cmocka_unit_test(without_privileges_the_gate_refuses_in_words),
		cmocka_unit_test(a_gate_that_does_not_end_is_killed),
	};

	gate = getenv("LAZARET_GATE");
	if (gate == NULL) {
		print_message("set LAZARET_GATE to the path of lazaret-gate\n");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
