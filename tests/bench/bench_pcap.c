/* SPDX-License-Identifier: BSD-2-Clause */
/* What a packet costs: a recording of 4 million packets of 96 bytes of which few are mail, read as `lazaret
 * scan` reads it, up to the observations; and the whole command on that file. Beside it libpcap's loop that
 * only counts packets, and two limits: reading the file and no more, and reading it and stepping from packet
 * to packet. Who counts another number of packets than there are has failed.
 * Usage: bench_pcap LAZARET [FOLDER]   the command, and where the file of 448 MB is made. */
#include "base/random.h"
#include "measure.h"
#include "source/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef HAVE_PCAP
#include <pcap/pcap.h>
#endif

#define PACKETS   4000000
#define SNAP      96
#define RUNS      MEASURE_RUNS
#define CHUNK     (1U << 20)
#define MAIL_RATE 33 /* one packet in so many is mail */

static const char *lazaret;
static char path[4096];

static void
put_le32(struct writer *w, uint32_t v)
{
	writer_u32(w, __builtin_bswap32(v));
}

struct made {
	uint32_t source;
	uint32_t destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t protocol;
	uint8_t flags;
	uint32_t sequence;
	uint32_t acknowledged;
	const char *text; /* begins the payload */
	uint16_t length;  /* of the IP packet */
	bool v6;
	bool tagged;
};

static void
write_ports(struct writer *w, const struct made *m)
{
	writer_u16(w, m->source_port);
	writer_u16(w, m->destination_port);
	if (m->protocol == 17) {
		writer_u16(w, (uint16_t)(m->length - 20));
		writer_u16(w, 0);
		writer_u32(w, 0xd1e5a5e7);
		return;
	}
	writer_u32(w, m->sequence);
	writer_u32(w, m->acknowledged);
	writer_u16(w, (uint16_t)(0x5000 | m->flags));
	writer_u16(w, 8192);
	writer_u32(w, 0);
}

static void
write_ip(struct writer *w, const struct made *m)
{
	if (m->v6) {
		writer_u32(w, 0x60000000);
		writer_u16(w, (uint16_t)(m->length - 40));
		writer_u8(w, m->protocol);
		writer_u8(w, 64);
		for (int i = 0; i < 2; i++) {
			writer_u32(w, 0x20010db8);
			writer_u64(w, 0);
			writer_u32(w, i == 0 ? m->source : m->destination);
		}
		return;
	}
	writer_u8(w, 0x45);
	writer_u8(w, 0);
	writer_u16(w, m->length);
	writer_u32(w, 0);
	writer_u8(w, 64);
	writer_u8(w, m->protocol);
	writer_u16(w, 0);
	writer_u32(w, m->source);
	writer_u32(w, m->destination);
}

static size_t
write_packet(uint8_t *at, uint64_t us, const struct made *m)
{
	uint32_t frame = m->length + 14U + (m->tagged ? 4 : 0);
	uint32_t captured = frame < SNAP ? frame : SNAP;
	struct writer w = writer_on(at, 16 + SNAP + 64);

	put_le32(&w, (uint32_t)(us / 1000000));
	put_le32(&w, (uint32_t)(us % 1000000));
	put_le32(&w, captured);
	put_le32(&w, frame);
	writer_u64(&w, 0x0200000000010200);
	writer_u32(&w, 2);
	if (m->tagged)
		writer_u32(&w, 0x81000064);
	writer_u16(&w, m->v6 ? 0x86dd : 0x0800);
	write_ip(&w, m);
	write_ports(&w, m);
	if (m->text != NULL)
		writer_bytes(&w, m->text, strlen(m->text));
	while (writer_length(&w) < 16 + SNAP)
		writer_u8(&w, 0xaa);
	return 16 + captured;
}

/* One of many connections that deliver mail at the same time: where it is in its course. */
struct delivery {
	uint32_t client;
	uint32_t server;
	uint16_t port;
	uint8_t step;
	uint32_t numbers[2]; /* of the client and of the server */
};

#define DELIVERIES 4096

struct step {
	bool by_server;
	uint8_t flags;
	uint16_t size; /* of the payload, where there is no text */
	const char *text;
};

static const struct step course[] = {
	{false, 0x02, 0, ""},
	{true, 0x12, 0, ""},
	{false, 0x10, 0, ""},
	{true, 0x18, 0, "220 mail.example.net ESMTP\r\n"},
	{false, 0x18, 0, "EHLO client.example.com\r\n"},
	{true, 0x18, 160, "250-mail.example.net at your service\r\n"},
	{false, 0x18, 0, "MAIL FROM:<someone@example.com>\r\n"},
	{true, 0x18, 0, "250 2.1.0 Ok\r\n"},
	{false, 0x18, 0, "RCPT TO:<somebody@example.net>\r\n"},
	{true, 0x18, 0, "250 2.1.5 Ok\r\n"},
	{false, 0x18, 0, "DATA\r\n"},
	{true, 0x18, 0, "354 go ahead\r\n"},
	{false, 0x10, 1448, "From: x"},
	{false, 0x10, 1448, "x"},
	{true, 0x10, 0, ""},
	{false, 0x18, 900, "x"},
	{true, 0x18, 0, "250 2.0.0 Ok: queued\r\n"},
	{false, 0x18, 0, "QUIT\r\n"},
	{true, 0x18, 0, "221 2.0.0 Bye\r\n"},
	{true, 0x11, 0, ""},
	{false, 0x11, 0, ""},
};

#define COURSE (sizeof(course) / sizeof(course[0]))

static struct delivery deliveries[DELIVERIES];

static void
make_delivery(struct random *random, struct made *m)
{
	struct delivery *d = &deliveries[random_below(random, DELIVERIES)];
	const struct step *step = &course[d->step];
	size_t size = step->size ? step->size : strlen(step->text);

	if (d->step == 0) {
		d->client = 0x0a000000 + (uint32_t)random_below(random, 65536);
		d->server = (uint32_t)random_u64(random) | 0x40000000;
		d->port = (uint16_t)(10000 + random_below(random, 50000));
		d->numbers[0] = (uint32_t)random_u64(random);
		d->numbers[1] = (uint32_t)random_u64(random);
	}
	m->source = step->by_server ? d->server : d->client;
	m->destination = step->by_server ? d->client : d->server;
	m->source_port = step->by_server ? 25 : d->port;
	m->destination_port = step->by_server ? d->port : 25;
	m->flags = step->flags;
	m->sequence = d->numbers[step->by_server];
	m->acknowledged = d->numbers[!step->by_server];
	m->text = step->text;
	m->length = (uint16_t)(40 + size);
	d->numbers[step->by_server] += (uint32_t)size + ((step->flags & 3) != 0);
	d->step = (uint8_t)((d->step + 1U) % COURSE);
}

/* Every fourth packet of mail is an attempt of a zombie that nobody answers, the others deliver. */
static void
make_mail(struct random *random, struct made *m)
{
	m->protocol = 6;
	if (random_below(random, 4) != 0) {
		make_delivery(random, m);
		return;
	}
	m->source = 0x0a000000 + (uint32_t)random_below(random, 4096);
	m->destination = (uint32_t)random_u64(random) | 0x40000000;
	m->source_port = (uint16_t)(1024 + random_below(random, 64000));
	m->destination_port = 25;
	m->flags = 2;
	m->length = 40;
	m->sequence = (uint32_t)random_u64(random);
}

static void
make_other(struct random *random, struct made *m)
{
	static const uint16_t ports[] = {443, 443, 443, 80, 22, 993, 8080, 3389};

	m->source = 0x0a000000 + (uint32_t)random_below(random, 65536);
	m->destination = (uint32_t)random_u64(random);
	m->source_port = (uint16_t)(10000 + random_below(random, 50000));
	m->destination_port = ports[random_below(random, 8)];
	m->protocol = random_below(random, 4) == 0 ? 17 : 6;
	m->flags = 0x10;
	m->v6 = random_below(random, 5) == 0;
	m->tagged = random_below(random, 8) == 0;
	m->length = (uint16_t)(92 + random_below(random, 1400));
	if (random_below(random, 2)) {
		uint16_t port = m->source_port;

		m->source_port = m->destination_port;
		m->destination_port = port;
	}
}

static void
make_file(void)
{
	static uint8_t header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = SNAP, [20] = 1};
	uint8_t *chunk = xcalloc(1, CHUNK + 4096);
	size_t size = sizeof(header);
	struct random random;
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		goto fail;
	random_seed(&random, 1);
	memcpy(chunk, header, sizeof(header));
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct made m = {0};

		if (random_below(&random, MAIL_RATE) == 0)
			make_mail(&random, &m);
		else
			make_other(&random, &m);
		size += write_packet(chunk + size, UINT64_C(1700000000000000) + i * 10, &m);
		if (size > CHUNK || i == PACKETS - 1) {
			if (fwrite(chunk, 1, size, file) != size)
				goto fail;
			size = 0;
		}
	}
	free(chunk);
	if (fclose(file) == 0)
		return;
fail:
	perror(path);
	exit(1);
}

/* Each loop gives its CPU seconds, and how many packets it saw. */
static double
run_ours(uint64_t *count)
{
	double begun = measure_cpu();
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct fail fail = {0};
	struct source *source = source_open(path, &settings, &fail);
	struct observation some[256];

	if (source == NULL) {
		fprintf(stderr, "%s: %s\n", fail.where, fail.what);
		exit(1);
	}
	while (source_read(source, some, 256) > 0)
		continue;
	*count = intake_counts(source_intake(source))->records;
	source_close(source);
	return measure_cpu() - begun;
}

/* The command from its start to its end. What it counted is asked for in a run of its own. */
static double
run_scan(uint64_t *count)
{
	const char *const json[] = {
		lazaret, "scan", "--json", "--inside", "10.0.0.0/8", path, NULL};
	const char *const people[] = {lazaret, "scan", "--inside", "10.0.0.0/8", path, NULL};

	if (*count == 0) {
		struct buffer said;

		buffer_init(&said, 1U << 28);
		measure_output(json, &said);
		*count = measure_number(&said, "\"type\":\"summary\",\"records\":");
		buffer_done(&said);
	}
	return measure_command(people);
}

#ifdef HAVE_PCAP
static double
run_libpcap(uint64_t *count)
{
	char error[PCAP_ERRBUF_SIZE];
	double begun = measure_cpu();
	pcap_t *pcap = pcap_open_offline(path, error);
	struct pcap_pkthdr *header;
	const u_char *bytes;

	if (pcap == NULL) {
		fprintf(stderr, "libpcap: %s\n", error);
		exit(1);
	}
	for (*count = 0; pcap_next_ex(pcap, &header, &bytes) == 1;)
		++*count;
	pcap_close(pcap);
	return measure_cpu() - begun;
}
#endif

static double
run_read(uint64_t *count)
{
	*count = PACKETS;
	return measure_reading(path);
}

static double
run_steps(uint64_t *count)
{
	static uint8_t chunk[2 * CHUNK];
	double begun = measure_cpu();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t left = 0, at = 24;
	ssize_t got;

	*count = 0;
	while ((got = read(fd, chunk + left, CHUNK)) > 0) {
		left += (size_t)got;
		while (at + 16 <= left) {
			size_t length = 16 + __builtin_bswap32(bytes_u32(chunk + at + 8));

			if (at + length > left)
				break;
			at += length;
			++*count;
		}
		memmove(chunk, chunk + at, left - at);
		left -= at;
		at = 0;
	}
	close(fd);
	return measure_cpu() - begun;
}

static int
work(const char *folder)
{
	static const struct {
		const char *name;
		double (*run)(uint64_t *count);
	} loops[] = {
		{"lazaret: to observations", run_ours},
		{"lazaret scan, the whole command", run_scan},
#ifdef HAVE_PCAP
		{"libpcap: counting", run_libpcap},
#endif
		{"limit: read() and no more", run_read},
		{"limit: read() and steps", run_steps},
	};
	enum { LOOPS = sizeof(loops) / sizeof(*loops) };
	double runs[LOOPS][RUNS];
	uint64_t counts[LOOPS] = {0};
	int code = 0;

	snprintf(path, sizeof(path), "%s/packets.pcap", folder);
	make_file();
	for (int i = -1; i < RUNS; i++) {
		for (int k = 0; k < LOOPS; k++) {
			double seconds = loops[k].run(&counts[k]);

			if (i >= 0)
				runs[k][i] = seconds * 1e9 / PACKETS;
		}
	}
	printf("%d packets of %d bytes, 1 in %d of them mail; CPU time, median of %d\n", PACKETS,
		SNAP, MAIL_RATE, RUNS);
	for (int k = 0; k < LOOPS; k++) {
		measure_print(loops[k].name, "ns a packet", runs[k]);
		if (counts[k] == PACKETS)
			continue;
		printf("FAILED: %s counted %lu packets\n", loops[k].name, counts[k]);
		code = 1;
	}
#ifndef HAVE_PCAP
	puts("libpcap was not there when this was built: no peer");
#endif
	return code;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: bench_pcap LAZARET [FOLDER]\n", stderr);
		return 2;
	}
	lazaret = argv[1];
	return measure_in_folder(argc > 2 ? argv[2] : NULL, work);
}
