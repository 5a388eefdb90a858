/* SPDX-License-Identifier: BSD-2-Clause */
#include "contained.h"

#include <bpf/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

static char root[] = "/tmp/lazaret-contain-XXXXXX";
char contained_folder[64];
bool contained_is_here;
struct fail fail;
struct xdpcontain *contain;

struct address
address_of(const char *words)
{
	struct address address;

	must(address_parse(text_of(words), &address) == 0);
	return address;
}

static __attribute__((noinline)) void
write_v4(struct writer *writer, const struct shot *shot, const struct address *from,
	const struct address *to)
{
	writer_u16(writer, 0x0800);
	writer_u8(writer, (uint8_t)(0x45 + shot->options));
	writer_u8(writer, 0);
	writer_u16(writer, (uint16_t)(40 + 4 * shot->options));
	writer_u16(writer, 1);
	writer_u16(writer, shot->fragment);
	writer_u8(writer, 64);
	writer_u8(writer, shot->protocol != 0 ? shot->protocol : 6);
	writer_u16(writer, 0);
	writer_bytes(writer, from->byte + 12, 4);
	writer_bytes(writer, to->byte + 12, 4);
	for (unsigned i = 0; i < shot->options; i++)
		writer_bytes(writer, "\1\1\1\1", 4);
}

static __attribute__((noinline)) void
write_v6(struct writer *writer, const struct shot *shot, const struct address *from,
	const struct address *to)
{
	/* Hop by hop, options for the target, a way, and these again. */
	static const uint8_t kinds[] = {0, 60, 43, 60, 60, 60};
	uint8_t last = shot->protocol != 0 ? shot->protocol : 6;
	uint8_t after = shot->has_fragment ? 44 : last;
	unsigned size = 20 + 16 * shot->options + (shot->has_fragment ? 8 : 0);

	writer_u16(writer, 0x86dd);
	writer_u32(writer, 0x60000000);
	writer_u16(writer, (uint16_t)size);
	writer_u8(writer, shot->options > 0 ? kinds[0] : after);
	writer_u8(writer, 64);
	writer_bytes(writer, from->byte, 16);
	writer_bytes(writer, to->byte, 16);
	for (unsigned i = 0; i < shot->options; i++) {
		writer_u8(writer, i + 1 < shot->options ? kinds[i + 1] : after);
		writer_u8(writer, 1);
		writer_bytes(writer, "\1\14\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	}
	if (shot->has_fragment) {
		writer_u8(writer, last);
		writer_u8(writer, 0);
		writer_u16(writer, shot->fragment);
		writer_u32(writer, 7);
	}
}

size_t
make_frame(const struct shot *shot, uint8_t frame[FRAME])
{
	struct address from = address_of(shot->from), to = address_of(shot->to);
	struct writer writer = writer_on(frame, FRAME);

	writer_bytes(&writer, "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	for (unsigned i = 0; i < shot->tags; i++) {
		writer_u16(&writer, i == 0 && shot->tags > 1 ? 0x88a8 : 0x8100);
		writer_u16(&writer, (uint16_t)(100 + i));
	}
	if (address_is_v4(&from))
		write_v4(&writer, shot, &from, &to);
	else
		write_v6(&writer, shot, &from, &to);
	writer_u16(&writer, shot->source != 0 ? shot->source : 40000);
	writer_u16(&writer, shot->target);
	writer_bytes(&writer, "\0\0\0\1\0\0\0\0\x50\2\xff\xff\0\0\0\0", 16);
	must(!writer.failed);
	return writer_length(&writer) - shot->cut;
}

int
run(const void *frame, size_t size)
{
	struct bpf_test_run_opts options = {.sz = sizeof(options),
		.data_in = frame,
		.data_size_in = (uint32_t)size,
		.repeat = 1};

	must(bpf_prog_test_run_opts(xdpcontain_program_fd(contain), &options) == 0);
	return (int)options.retval;
}

int
shoot(struct shot shot)
{
	uint8_t frame[FRAME];

	return run(frame, make_frame(&shot, frame));
}

/* What happens, where a line, a neighbour and so on are given by their addresses. */
int
connect_to(const char *from, const char *to, uint16_t port)
{
	return shoot((struct shot){.from = from, .to = to, .target = port});
}

int
answer_from(const char *from, const char *to, uint16_t port)
{
	return shoot((struct shot){.from = from, .to = to, .source = port, .target = 40000});
}

static struct prefix residential[2], servers[2];

struct ruleset_settings
settings_of(enum ruleset_mode mode)
{
	struct ruleset_settings settings = {.lines = mode,
		.policy = mode,
		.residential = {residential, 2},
		.servers = {servers, 2},
		.is_64 = true,
		.is_56 = true,
		.is_48 = true,
		.lines_most = 1000,
		.exempt_most = 1000};

	must(prefix_parse(TEXT("100.64.0.0/16"), &residential[0]) == 0);
	must(prefix_parse(TEXT("2001:db8:1::/48"), &residential[1]) == 0);
	must(prefix_parse(TEXT("192.0.2.24/30"), &servers[0]) == 0);
	must(prefix_parse(TEXT("2001:db8:f::/64"), &servers[1]) == 0);
	return settings;
}

void
set_mode(enum ruleset_mode mode)
{
	struct ruleset_settings settings = settings_of(mode);

	if (xdpcontain_set(contain, &settings, &fail) < 0)
		fail_msg("%s", fail.what);
}

int
order(enum nftsocket_verb verb, enum lineset set, const char *address)
{
	struct nftsocket_order one = {
		.verb = verb, .element = {.set = set, .address = address_of(address)}};

	if (xdpcontain_apply(contain, &one, 1, &fail) < 0)
		fail_msg("%s: %s", address, fail.what);
	return one.result;
}

void
add(enum lineset set, const char *address)
{
	assert_int_equal(order(NFTSOCKET_ADD, set, address), 1);
}

uint64_t
counted(enum ruleset_counter which)
{
	uint64_t packets[XDPCONTAIN_COUNTERS], bytes[XDPCONTAIN_COUNTERS];

	must(xdpcontain_counters(contain, packets, bytes) == 0);
	return packets[which];
}

/* An empty filter in a folder of its own; each test has one. */
int
contained_begin(void **state)
{
	if (!contained_is_here)
		return 0;
	must(xdpcontain_remove(contained_folder, &fail) == 0);
	contain = xdpcontain_open(contained_folder, &fail);
	if (contain == NULL)
		print_error("%s: %s\n", fail.where, fail.what);
	must(contain != NULL);
	set_mode(RULESET_ENFORCE);
	return 0;
}

int
contained_end(void **state)
{
	contain = xdpcontain_close(contain);
	return contained_is_here ? xdpcontain_remove(contained_folder, &fail) : 0;
}

/* Mounts and interfaces are this process's, and end with it. */
static bool
enter(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS | CLONE_NEWNET) != 0 || mkdtemp(root) == NULL)
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("lazaret", root, "bpf", 0, NULL) != 0 || system("ip link set lo up") != 0)
		return false;
	snprintf(contained_folder, sizeof(contained_folder), "%s/contain", root);
	return true;
}

bool
contained_enter(void)
{
	contained_is_here = enter();
	return contained_is_here;
}

void
contained_leave(void)
{
	if (contained_is_here)
		(void)umount(root);
	(void)rmdir(root);
}
