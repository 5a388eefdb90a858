/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record of flow export costs by the filter in the kernel and by the socket: datagrams of 24 records, of
 * which some are mail, between two network namespaces, at a steady rate. All CPU time counts: the
 * sender's, in which most of the kernel's receiving is done, the receiver's, and that of the kernel's own
 * threads for it. What only sending costs is measured with a program that drops every packet, and taken
 * off. */
#include "../bench/measure.h"
#include "base/random.h"
#include "filter.h"
#include "pair.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EXPORTERS 16
#define RECORDS   24
#define RECORD    55
#define FRAMES    4096 /* as many different ones */
#define BURST     32
#define RATE      83000 /* datagrams a second */
#define WARM      (RATE / 2)
#define COUNTED   (RATE * 2)
#define MAIL      3 /* of 100 records */
#define BATCH     256
#define PAYLOAD   (20 + 4 + RECORDS * RECORD)
#define FRAME     (42 + PAYLOAD)

enum way { WAY_DROP, WAY_FILTER, WAY_SOCKET, WAY_COUNT };
static const char *const way_names[] = {"dropped unread", "filter in the kernel", "socket"};

/* What the two processes tell each other. */
static struct shared {
	double sender; /* CPU seconds of the counted datagrams */
	int stage;     /* 1: warm; 2: the receiver has begun to count; 3: all sent */
} * shared;

/* What the receiver has. */
struct receiver {
	struct intake *intake;
	struct export *export_;
	struct filter filter;
	bool has_filter;
	int fd;
};

/* A template and the records by it: 20 fields as routers send them. */
static const uint16_t fields[][2] = {{8, 4}, {12, 4}, {15, 4}, {10, 4}, {14, 4}, {2, 4}, {1, 4},
	{22, 4}, {21, 4}, {7, 2}, {11, 2}, {6, 1}, {4, 1}, {5, 1}, {16, 4}, {17, 4}, {9, 1},
	{13, 1}, {61, 1}, {136, 1}};
#define SOURCE_PORT 36
#define PROTOCOL    41

static struct writer
begin_frame(uint8_t *frame, unsigned exporter, size_t payload)
{
	struct writer w = writer_on(frame, 42 + payload);
	static const uint8_t mac[12] = {2, [6] = 2, [11] = 1};
	uint32_t sum = 0;
	struct writer check = writer_on(frame + 24, 2);

	writer_bytes(&w, mac, sizeof(mac));
	writer_u16(&w, 0x0800);
	writer_u16(&w, 0x4500);
	writer_u16(&w, (uint16_t)(28 + payload));
	writer_u32(&w, 0x4000);
	writer_u32(&w, 0x40110000);
	writer_u32(&w, 0x0a090100 + exporter);
	writer_u32(&w, 0x0a090001);
	for (unsigned i = 14; i < 34; i += 2)
		sum += bytes_u16(frame + i);
	sum = (sum & 0xffff) + (sum >> 16);
	writer_u16(&check, (uint16_t)~sum);
	writer_u16(&w, (uint16_t)(3000 + exporter));
	writer_u16(&w, 2055);
	writer_u16(&w, (uint16_t)(8 + payload));
	writer_u16(&w, 0);
	writer_u16(&w, 9);
	writer_u16(&w, RECORDS);
	writer_u32(&w, 3600000);
	writer_u32(&w, 1700000000);
	writer_u32(&w, 0);
	writer_u32(&w, 7);
	return w;
}

static size_t
write_template(uint8_t *frame, unsigned exporter)
{
	const unsigned count = sizeof(fields) / sizeof(*fields);
	struct writer w = begin_frame(frame, exporter, 20 + 8 + count * 4);

	writer_u16(&w, 0);
	writer_u16(&w, (uint16_t)(8 + count * 4));
	writer_u16(&w, 256);
	writer_u16(&w, (uint16_t)count);
	for (unsigned i = 0; i < count; i++) {
		writer_u16(&w, fields[i][0]);
		writer_u16(&w, fields[i][1]);
	}
	return writer_length(&w);
}

static void
write_records(uint8_t *frame, unsigned exporter, struct random *random)
{
	struct writer w = begin_frame(frame, exporter, PAYLOAD);

	writer_u16(&w, 256);
	writer_u16(&w, 4 + RECORDS * RECORD);
	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *record = writer_take(&w, RECORD);
		bool mail = random_below(random, 100) < MAIL, back = random_below(random, 2);
		struct writer ports = writer_on(record + SOURCE_PORT, 4);
		uint16_t high = (uint16_t)(10000 + random_below(random, 50000));
		uint16_t low = mail ? 25 : 443;

		for (unsigned j = 0; j < RECORD; j++)
			record[j] = (uint8_t)random_u64(random);
		writer_u16(&ports, back ? low : high);
		writer_u16(&ports, back ? high : low);
		record[PROTOCOL] = 6;
	}
}

static uint8_t *frames;
static uint32_t numbers[EXPORTERS];

static void
send_batch(int fd, struct mmsghdr *message, unsigned count)
{
	for (unsigned done = 0; done < count;) {
		int n = sendmmsg(fd, message + done, count - done, 0);

		must(n > 0 || errno == ENOBUFS || errno == EAGAIN);
		done += n > 0 ? (unsigned)n : 0;
	}
}

static void
send_templates(int fd)
{
	uint8_t frame[FRAME];

	for (unsigned i = 0; i < EXPORTERS; i++) {
		size_t size = write_template(frame, i);
		struct writer number = writer_on(frame + 42 + 12, 4);

		writer_u32(&number, numbers[i]++);
		must(send(fd, frame, size, 0) == (ssize_t)size);
	}
}

static void
send_data(int fd, unsigned count)
{
	struct mmsghdr message[BURST];
	struct iovec vector[BURST];
	struct timespec next;
	unsigned sent = 0;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned burst = 0; sent < count; burst++) {
		for (unsigned i = 0; i < BURST; i++, sent++) {
			uint8_t *frame = frames + (size_t)(sent % FRAMES) * FRAME;
			struct writer number = writer_on(frame + 42 + 12, 4);

			writer_u32(&number, numbers[sent % EXPORTERS]++);
			vector[i] = (struct iovec){frame, FRAME};
			message[i] = (struct mmsghdr){
				.msg_hdr = {.msg_iov = &vector[i], .msg_iovlen = 1}};
		}
		send_batch(fd, message, BURST);
		if (sent % RATE < BURST)
			send_templates(fd);
		next.tv_nsec += (long)(1000000000L * BURST / RATE);
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		if (burst % 4 == 3)
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}

static void
send_all(int fd, void *context)
{
	struct random random;
	double begin;

	random_seed(&random, 1);
	frames = memory_map(FRAMES, FRAME);
	for (unsigned i = 0; i < FRAMES; i++)
		write_records(frames + (size_t)i * FRAME, i % EXPORTERS, &random);
	send_templates(fd);
	send_data(fd, WARM / BURST * BURST);
	usleep(100000);
	__atomic_store_n(&shared->stage, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&shared->stage, __ATOMIC_ACQUIRE) == 1)
		usleep(1000);
	begin = measure_cpu();
	send_data(fd, COUNTED / BURST * BURST);
	shared->sender = measure_cpu() - begin;
	__atomic_store_n(&shared->stage, 3, __ATOMIC_RELEASE);
}

/* CPU seconds of the threads that the kernel does its receiving in when others are at work. */
static double
softirq_seconds(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	double sum = 0;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		char path[300], text[100] = "";
		int fd;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
			strncmp(text, "ksoftirqd/", 10) == 0) {
			close(fd);
			snprintf(path, sizeof(path), "/proc/%s/schedstat", entry->d_name);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			memset(text, 0, sizeof(text));
			if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0) {
				uint64_t ns = 0;

				for (const char *c = text; *c >= '0' && *c <= '9'; c++)
					ns = ns * 10 + (uint64_t)(*c - '0');
				sum += (double)ns * 1e-9;
			}
		}
		if (fd >= 0)
			close(fd);
	}
	if (proc != NULL)
		closedir(proc);
	return sum;
}

/* One look at socket and ring, as a receiver does every 2 ms. */
static void
receive(struct receiver *r)
{
	static uint8_t slot[BATCH][2048];
	static struct sockaddr_in6 from[BATCH];
	static struct mmsghdr message[BATCH];
	static struct iovec vector[BATCH];
	struct timespec time;
	struct wall now;
	struct observation seen[256];
	int count;

	clock_gettime(CLOCK_REALTIME, &time);
	now.us = time.tv_sec * WALL_SECOND + time.tv_nsec / 1000;
	do {
		for (unsigned i = 0; i < BATCH; i++) {
			vector[i] = (struct iovec){slot[i], sizeof(slot[i])};
			message[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
							      .msg_namelen = sizeof(from[i]),
							      .msg_iov = &vector[i],
							      .msg_iovlen = 1}};
		}
		count = recvmmsg(r->fd, message, BATCH, MSG_DONTWAIT, NULL);
		if (r->has_filter) {
			r->filter.received = now;
			filter_take(&r->filter);
		}
		for (int i = 0; i < count; i++) {
			struct export_from source = {.file = "socket",
				.port = ntohs(from[i].sin6_port),
				.has_address = true,
				.received = now};

			memcpy(&source.address, &from[i].sin6_addr, sizeof(source.address));
			export_datagram(r->export_, &source, slot[i], message[i].msg_len);
		}
	} while (count == BATCH);
	if (r->has_filter)
		kernel_allow(r->filter.kernel, now);
	while (intake_take(r->intake, seen, 256) == 256)
		continue;
}

/* An XDP program that drops everything. */
static int
attach_drop(void)
{
	const struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT}};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "Dual BSD/GPL", code, 2, NULL);
	struct bpf_link_create_opts options = {.sz = sizeof(options), .flags = XDP_FLAGS_DRV_MODE};

	must(program >= 0);
	return bpf_link_create(program, (int)if_nametoindex("v0"), BPF_XDP, &options);
}

struct figures {
	double sender, receiver;
	uint64_t records, entries, expected;
};

static void
prepare(struct receiver *r, enum way way)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings settings = EXPORT_DEFAULTS;
	struct fail fail = {0};

	*r = (struct receiver){.intake = intake_new(&intake_settings)};
	r->export_ = export_new(&settings, r->intake);
	r->has_filter = way == WAY_FILTER;
	r->fd = pair_socket();
	if (way == WAY_DROP)
		must(attach_drop() >= 0);
	if (!r->has_filter)
		return;
	must(filter_open(&r->filter, r->export_, 16 << 20, WALL_SECOND / 20, &fail));
	must(xdp_attach(r->filter.xdp, "v0", XDP_MODE_NATIVE, &fail) >= 0);
}

static void
measure(enum way way, struct figures *f)
{
	struct pair pair;
	struct receiver r;
	double begin = 0, softirq = 0;
	uint64_t before = 0;

	shared->stage = 0;
	pair_start(&pair, send_all, NULL);
	prepare(&r, way);
	pair_go(&pair);
	for (int stage = 0; stage < 3; stage = __atomic_load_n(&shared->stage, __ATOMIC_ACQUIRE)) {
		if (stage == 1) {
			receive(&r);
			before = intake_counts(r.intake)->records;
			softirq = softirq_seconds();
			begin = measure_cpu();
			__atomic_store_n(&shared->stage, 2, __ATOMIC_RELEASE);
		}
		if (way != WAY_DROP)
			receive(&r);
		usleep(2000);
	}
	usleep(20000);
	receive(&r);
	f->receiver = measure_cpu() - begin + softirq_seconds() - softirq;
	f->sender = shared->sender;
	f->records = intake_counts(r.intake)->records - before;
	f->expected = (uint64_t)(COUNTED / BURST * BURST) * RECORDS;
	f->entries = r.has_filter ? kernel_counts(r.filter.kernel)->entries : 0;
	while (!pair_has_ended(&pair))
		usleep(1000);
	close(r.fd);
	export_free(r.export_);
	intake_free(r.intake);
	if (r.has_filter)
		filter_close(&r.filter);
}

int
main(void)
{
	double sender[WAY_COUNT][MEASURE_RUNS], receiver[WAY_COUNT][MEASURE_RUNS];
	double sum[WAY_COUNT][MEASURE_RUNS], ratio[MEASURE_RUNS];
	bool good = true;

	if (!pair_enter()) {
		puts("needs root, to make network namespaces");
		return MEASURE_SKIP;
	}
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED);
	for (int run = 0; run < MEASURE_RUNS; run++) {
		for (enum way way = 0; way < WAY_COUNT; way++) {
			struct figures f = {0};

			measure(way, &f);
			sender[way][run] = f.sender * 1e9 / (double)f.expected;
			receiver[way][run] = f.receiver * 1e9 / (double)f.expected;
			sum[way][run] = sender[way][run] + receiver[way][run];
			if (way == WAY_DROP)
				continue;
			printf("# %s: %lu of %lu records, %lu entries\n", way_names[way], f.records,
				f.expected, f.entries);
			good &= f.records == f.expected;
		}
		ratio[run] = (sum[WAY_FILTER][run] - sum[WAY_DROP][run]) /
			(sum[WAY_SOCKET][run] - sum[WAY_DROP][run]);
	}
	printf("%d datagrams a second of %d records, %d%% mail; CPU ns a record, median of %d\n",
		RATE, RECORDS, MAIL, MEASURE_RUNS);
	for (enum way way = 0; way < WAY_COUNT; way++)
		printf("%-22s sending %6.1f  receiving %6.1f\n", way_names[way],
			measure_median(sender[way]), measure_median(receiver[way]));
	for (enum way way = WAY_FILTER; way < WAY_COUNT; way++)
		printf("%-22s above what is dropped unread: %6.1f\n", way_names[way],
			measure_median(sum[way]) - measure_median(sum[WAY_DROP]));
	printf("filter to socket: %.2f (goal: 0.5 at the most)\n", measure_median(ratio));
	if (!good)
		puts("# not all records came: the figures mean less");
	return 0;
}
