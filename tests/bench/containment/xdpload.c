/* SPDX-License-Identifier: BSD-2-Clause */
/* xdpload - what the filter of port 25 in XDP costs: for `xdp`, which makes the namespaces
 *
 *   xdpload sets FOLDER SET COUNT ROUNDS   NAME VALUE: seconds, microseconds, MiB, bytes of the kernel's for a line
 *   xdpload run FOLDER COUNT               nanoseconds of CPU a packet by BPF_PROG_TEST_RUN, sources in no order
 *   xdpload attach FOLDER native|generic INTERFACE   with a million lines each of IPv4 and IPv6; until input ends, then
 *       how many packets it dropped
 *   xdpload remove FOLDER
 *   xdpload drop native|generic INTERFACE  what drops everything, in its place; until input ends
 *
 * The limit of loading: the same keys, written before, given to the kernel by BPF_MAP_UPDATE_BATCH and nothing else.
 * That of dropping: a filter that drops all.
 */
#include "gate/xdpcontain.h"
#include "packets.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MILLION     (1U << 20)
#define ROUNDS_MOST 100000

static struct xdpcontain *contain;
static struct fail fail;
static double took[ROUNDS_MOST];

static double
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
end_by(int64_t r)
{
	fprintf(stderr, "xdpload: %s: %s %s\n", strerror((int)-r), fail.where, fail.what);
	exit(1);
}

static uint64_t
number_of(const char *words, uint64_t most)
{
	uint64_t number = 0;

	if (text_parse_u64(text_of(words), most, &number) < 0 || number == 0)
		exit(2);
	return number;
}

/* The next word of a line of /proc. */
static struct text
next_word(struct text *line)
{
	while (line->length > 0 && (*line->at == ' ' || *line->at == '\t'))
		*line = (struct text){line->at + 1, line->length - 1};
	return text_cut(line, ' ');
}

static uint64_t
next_number(struct text *line)
{
	uint64_t number = 0;

	return text_parse_u64(next_word(line), UINT64_MAX, &number) < 0 ? 0 : number;
}

/* Lines of a map are blocks of the kernel's caches for what is accounted: bytes of all that are in use. */
static double
kernel_bytes(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512];
	double sum = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		struct text words = text_of(line);
		uint64_t used;

		if (strncmp(line, "kmalloc-cg-", 11) != 0)
			continue;
		(void)next_word(&words);
		used = next_number(&words);
		(void)next_number(&words);
		sum += (double)used * (double)next_number(&words);
	}
	if (file != NULL)
		fclose(file);
	return sum;
}

/* What a map before held is given back a little later: waits for that, ten seconds at the most. */
static double
settled_bytes(void)
{
	double last = kernel_bytes(), now = last;

	for (int still = 0, tries = 0; still < 5 && tries < 50; tries++) {
		usleep(200000);
		now = kernel_bytes();
		still = now < last ? 0 : still + 1;
		last = now;
	}
	return now;
}

/* MiB; not getrusage's, which is also that of who started this one. */
static double
most_resident(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	uint64_t kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		struct text words = text_of(line + strlen("VmHWM:"));

		if (strncmp(line, "VmHWM:", strlen("VmHWM:")) == 0)
			kib = next_number(&words);
	}
	if (file != NULL)
		fclose(file);
	return (double)kib / 1024;
}

/* Lines of packets.h's sources, if in order; else of anywhere, no two the same. */
struct lines {
	enum lineset set;
	uint32_t next, count;
	bool in_order;
};

static struct element
line_of(const struct lines *lines, uint32_t n)
{
	struct element element = {.set = lines->set};

	if (!lines->in_order)
		n *= UINT32_C(2654435761);
	if (linesets[lines->set].key == 4) {
		element.address = address_from_v4(lines->in_order ? 0x64400000 + n : n);
		return element;
	}
	memcpy(element.address.byte, "\x20\x01\x0d\xb8", 4);
	n = __builtin_bswap32(n);
	memcpy(element.address.byte + linesets[lines->set].length / 8 - 4, &n, 4);
	return element;
}

static int
next_of(void *context, struct element *ret)
{
	struct lines *lines = context;

	if (lines->next == lines->count)
		return 0;
	*ret = line_of(lines, lines->next++);
	return 1;
}

static double
replace(struct lines lines)
{
	double begin = now_us(CLOCK_MONOTONIC);
	int64_t r = xdpcontain_replace(contain, 1U << lines.set, next_of, &lines, &fail);

	if (r != lines.count)
		end_by(r);
	return (now_us(CLOCK_MONOTONIC) - begin) / 1e6;
}

static void
open_filter(const char *folder, uint32_t most)
{
	struct ruleset_settings settings;
	int r;

	ruleset_defaults(&settings);
	settings.lines = settings.policy = RULESET_ENFORCE;
	settings.is_64 = true;
	settings.is_56 = settings.is_48 = false;
	settings.lines_most = most;
	contain = xdpcontain_open(folder, &fail);
	if (contain == NULL)
		end_by(-EINVAL);
	r = xdpcontain_set(contain, &settings, &fail);
	if (r < 0)
		end_by(r);
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
change_single(const struct lines *lines, uint32_t rounds, enum nftsocket_verb verb)
{
	const char *name = verb == NFTSOCKET_ADD ? "add" : "remove";

	for (uint32_t i = 0; i < rounds; i++) {
		struct nftsocket_order order = {
			.verb = verb, .element = line_of(lines, lines->count + i)};
		double begin = now_us(CLOCK_MONOTONIC);
		int r = xdpcontain_apply(contain, &order, 1, &fail);

		took[i] = now_us(CLOCK_MONOTONIC) - begin;
		if (r < 0 || order.result != 1)
			end_by(r);
	}
	qsort(took, rounds, sizeof(took[0]), compare);
	printf("%s_p50 %.2f\n%s_p99 %.2f\n", name, took[rounds / 2], name, took[rounds * 99 / 100]);
}

/* The keys alone, into a map of their own. */
static double
load_bare(const struct lines *lines)
{
	struct bpf_map_create_opts options = {
		.sz = sizeof(options), .map_flags = BPF_F_NO_PREALLOC};
	const struct bpf_map_batch_opts none = {.sz = sizeof(none)};
	uint64_t *keys = xcalloc(lines->count, sizeof(*keys));
	uint8_t *values = xcalloc(lines->count, 1);
	uint32_t count = lines->count;
	double begin;
	int map, r;

	for (uint32_t i = 0; i < lines->count; i++) {
		struct element element = line_of(lines, i);

		memcpy(&keys[i], element.address.byte + (linesets[lines->set].key == 4 ? 12 : 0),
			linesets[lines->set].key == 4 ? 4 : 8);
	}
	map = bpf_map_create(BPF_MAP_TYPE_HASH, "bare", 8, 1, lines->count, &options);
	begin = now_us(CLOCK_MONOTONIC);
	r = map < 0 ? map : bpf_map_update_batch(map, keys, values, &count, &none);
	begin = now_us(CLOCK_MONOTONIC) - begin;
	if (r < 0)
		end_by(r);
	close(map);
	free(keys);
	free(values);
	return begin / 1e6;
}

static int
measure_sets(char **words)
{
	struct lines lines = {.count = (uint32_t)number_of(words[2], 1 << 26)};
	uint32_t rounds = (uint32_t)number_of(words[3], ROUNDS_MOST);
	double before;

	while (lines.set < LINESET_EXEMPT4 && strcmp(linesets[lines.set].name, words[1]) != 0)
		lines.set++;
	open_filter(words[0], lines.count + rounds);
	before = settled_bytes();
	printf("load %.3f\n", replace(lines));
	printf("kernel_bytes %.1f\n", (kernel_bytes() - before) / lines.count);
	change_single(&lines, rounds, NFTSOCKET_ADD);
	change_single(&lines, rounds, NFTSOCKET_REMOVE);
	printf("resync %.3f\n", replace(lines));
	printf("rss_mib %.1f\n", most_resident());
	printf("bare_load %.3f\n", load_bare(&lines));
	return 0;
}

static int
load_dropper(void)
{
	const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT}};
	struct bpf_prog_load_opts options = {.sz = sizeof(options),
		.prog_flags = BPF_F_XDP_HAS_FRAGS,
		.expected_attach_type = BPF_XDP};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "Dual BSD/GPL", code, 2, &options);
}

/* One program, behind the one that makes the packets. */
static double
run_behind(int program, bool v4, uint16_t port, uint32_t count, uint32_t verdict)
{
	uint8_t frame[PACKETS_FRAME] = {0}, out[PACKETS_FRAME];
	size_t size = packets_frame(NULL, v4, port, frame);
	int map = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "next", 4, 4, 1, NULL), maker, r;
	uint32_t zero = 0;
	double begin;
	struct bpf_test_run_opts options = {.sz = sizeof(options),
		.data_in = frame,
		.data_size_in = (uint32_t)size,
		.data_out = out,
		.data_size_out = sizeof(out),
		.repeat = (int)count};

	maker = packets_program(frame, size, v4, XDP_ABORTED, map);
	r = bpf_map_update_elem(map, &zero, &program, BPF_ANY);
	begin = now_us(CLOCK_PROCESS_CPUTIME_ID);
	r = r < 0 ? r : bpf_prog_test_run_opts(maker, &options);
	begin = now_us(CLOCK_PROCESS_CPUTIME_ID) - begin;
	if (r < 0 || options.retval != verdict)
		end_by(r < 0 ? r : -EPROTO);
	close(maker);
	close(map);
	return begin * 1e3 / count;
}

static void
open_million(const char *folder)
{
	struct lines lines = {.set = LINESET_BLOCK4, .count = MILLION, .in_order = true};

	open_filter(folder, MILLION);
	(void)replace(lines);
	lines.set = LINESET_BLOCK6_64;
	(void)replace(lines);
}

static int
measure_runs(char **words)
{
	uint32_t count = (uint32_t)number_of(words[1], 1 << 30);
	int dropper = load_dropper(), filter;

	open_million(words[0]);
	filter = xdpcontain_program_fd(contain);
	printf("floor4 %.1f\n", run_behind(dropper, true, 25, count, XDP_DROP));
	printf("drop4 %.1f\n", run_behind(filter, true, 25, count, XDP_DROP));
	printf("pass4 %.1f\n", run_behind(filter, true, 443, count, XDP_PASS));
	printf("floor6 %.1f\n", run_behind(dropper, false, 25, count, XDP_DROP));
	printf("drop6 %.1f\n", run_behind(filter, false, 25, count, XDP_DROP));
	printf("pass6 %.1f\n", run_behind(filter, false, 443, count, XDP_PASS));
	return 0;
}

static int
wait_for_end(void)
{
	char byte;

	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}

static int
attach(char **words)
{
	uint64_t packets[XDPCONTAIN_COUNTERS], bytes[XDPCONTAIN_COUNTERS];
	int r;

	open_million(words[0]);
	r = xdpcontain_attach(contain, words[2],
		strcmp(words[1], "native") == 0 ? XDP_MODE_NATIVE : XDP_MODE_GENERIC, &fail);
	if (r < 0)
		end_by(r);
	(void)wait_for_end();
	r = xdpcontain_counters(contain, packets, bytes);
	if (r < 0)
		end_by(r);
	printf("%llu\n", (unsigned long long)packets[RULESET_LINE]);
	return 0;
}

static int
drop_all(char **words)
{
	struct bpf_link_create_opts options = {.sz = sizeof(options),
		.flags = strcmp(words[0], "native") == 0 ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE};
	int r = bpf_link_create(load_dropper(), (int)if_nametoindex(words[1]), BPF_XDP, &options);

	if (r < 0)
		end_by(r);
	return wait_for_end();
}

int
main(int count, char **words)
{
	const char *verb = count > 1 ? words[1] : "";

	if (strcmp(verb, "sets") == 0 && count == 6)
		return measure_sets(words + 2);
	if (strcmp(verb, "run") == 0 && count == 4)
		return measure_runs(words + 2);
	if (strcmp(verb, "attach") == 0 && count == 5)
		return attach(words + 2);
	if (strcmp(verb, "remove") == 0 && count == 3)
		return xdpcontain_remove(words[2], &fail) < 0;
	if (strcmp(verb, "drop") == 0 && count == 4)
		return drop_all(words + 2);
	return 2;
}
