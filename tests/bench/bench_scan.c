/* SPDX-License-Identifier: BSD-2-Clause */
/* What a flow record costs `lazaret scan`, the whole command, in a recording of one router's NetFlow v9: 3.84
 * million records of a million inside addresses, 24 a datagram; 1.5 in a hundred go to port 25, and somewhat
 * more than half of these are answered. Beside it nfdump: the same datagrams were sent to nfcapd over loopback,
 * and `nfdump 'dst port 25'` sums up its file by source address, in turn with ours. The limit of each: its
 * file read with read() and no more. Both must have found all records, all attempts and all senders, or the
 * benchmark has failed.
 * Usage: bench_scan LAZARET [FOLDER]   the command, and where the files of 0.7 GB are made. */
#include "../unit/packet_maker.h"
#include "base/random.h"
#include "exporter.h"
#include "measure.h"

#include <arpa/inet.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PACKETS      160000
#define RECORDS      (PACKETS * EXPORTER_RECORDS)
#define A_SECOND     20000 /* records: all of it is three minutes */
#define TEMPLATES    1000  /* datagrams between two announcements of the template */
#define INSIDE       0x0a000000U
#define LINES        (1U << 20)
#define SENDERS      30000
#define ZOMBIES      300
#define MAIL_RATE    66    /* one record in so many goes to port 25 */
#define ANSWER_AFTER 10000 /* records between the two directions of a connection */
#define WINDOW       32    /* datagrams sent before it is seen whether they were taken */
#define BEGIN_AT     1700000000U

/* One direction of a connection. */
struct way {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint32_t bytes, packets;
	uint8_t protocol, flags;
};

struct answer {
	uint32_t due; /* number of a record */
	struct way way;
};

/* The router, and what it has sent. */
struct network {
	struct exporter exporter;
	struct random random;
	uint32_t senders[SENDERS];
	bool has_sent[SENDERS];
	struct answer answers[RECORDS / MAIL_RATE * 2];
	size_t answered, waiting; /* before answered they are gone, before waiting they are there */
	uint32_t records;
	uint32_t attempts;
	uint32_t lines; /* that sent mail */
};

struct totals {
	uint64_t records, attempts, senders;
};

static const char *lazaret;
static struct network network;
static char recording[4096], flows[4096];
static int sock = -1;
static uint16_t collector_port;

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

static void
init_network(struct network *n)
{
	static const uint16_t fields[][2] = {{8, 4}, {12, 4}, {15, 4}, {10, 2}, {14, 2}, {2, 4},
		{1, 4}, {22, 4}, {21, 4}, {7, 2}, {11, 2}, {6, 1}, {4, 1}, {5, 1}, {16, 4}, {17, 4},
		{9, 1}, {13, 1}, {61, 1}, {136, 1}};

	n->exporter = (struct exporter){.kind = KIND_V9, .template_id = 260, .domain = 1};
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		exporter_add(&n->exporter, fields[i][0], fields[i][1]);
	random_seed(&n->random, 5);
	/* Of neighbours one sends, so that no two senders are the same. */
	for (uint32_t i = 0; i < SENDERS; i++)
		n->senders[i] = INSIDE + i * (LINES / SENDERS) +
			(uint32_t)random_below(&n->random, LINES / SENDERS);
}

/* Half of the attempts are of zombies, to servers everywhere, and most fail; the others go to a few servers
 * each, and are answered. Ports, none of them one of mail, tell the attempts of a line apart. */
static void
make_attempt(struct network *n, struct way *way)
{
	bool zombie = random_below(&n->random, 2), answered;
	uint32_t sender = zombie ? (uint32_t)random_below(&n->random, ZOMBIES)
				 : (uint32_t)random_below(&n->random, SENDERS);
	uint32_t server = zombie ? (uint32_t)random_below(&n->random, 1U << 20)
				 : sender * 3 + (uint32_t)random_below(&n->random, 3);

	answered = random_below(&n->random, 10) >= (zombie ? 7 : 1);
	*way = (struct way){.source = n->senders[sender],
		.destination = 0x40000000U + server * 256 + 25,
		.source_port = (uint16_t)(3000 + n->attempts % 62000),
		.destination_port = 25,
		.bytes = answered ? 6000 : 120,
		.packets = answered ? 16 : 2,
		.protocol = 6,
		.flags = answered ? 0x1b : 0x02};
	n->attempts++;
	n->lines += !n->has_sent[sender];
	n->has_sent[sender] = true;
	if (!answered || n->waiting == sizeof(n->answers) / sizeof(*n->answers))
		return;
	n->answers[n->waiting++] = (struct answer){.due = n->records + ANSWER_AFTER,
		.way = {.source = way->destination,
			.destination = way->source,
			.source_port = 25,
			.destination_port = way->source_port,
			.bytes = 1200,
			.packets = 14,
			.protocol = 6,
			.flags = 0x1b}};
}

static void
make_other(struct network *n, struct way *way)
{
	static const uint16_t ports[] = {443, 443, 443, 80, 53, 993, 8080, 3389};
	uint32_t inside = INSIDE + (uint32_t)random_below(&n->random, LINES);
	uint32_t outside = 0x40000000U + (uint32_t)random_below(&n->random, 1U << 30);
	uint16_t high = (uint16_t)(10000 + random_below(&n->random, 50000));
	uint16_t port = ports[random_below(&n->random, 8)];
	bool up = random_below(&n->random, 2);

	*way = (struct way){.source = up ? inside : outside,
		.destination = up ? outside : inside,
		.source_port = up ? high : port,
		.destination_port = up ? port : high,
		.bytes = (uint32_t)random_below(&n->random, 100000) + 40,
		.packets = (uint32_t)random_below(&n->random, 100) + 1,
		.protocol = random_below(&n->random, 4) == 0 ? 17 : 6,
		.flags = 0x1b};
}

static void
write_record(struct network *n, struct writer *w)
{
	const struct answer *next = &n->answers[n->answered];
	struct way way;

	if (n->answered < n->waiting && next->due <= n->records) {
		way = next->way;
		n->answered++;
	} else if (random_below(&n->random, MAIL_RATE) == 0) {
		make_attempt(n, &way);
	} else {
		make_other(n, &way);
	}
	n->records++;
	writer_u32(w, way.source);
	writer_u32(w, way.destination);
	writer_u32(w, 0x0a0a0a0a);
	writer_u16(w, 1);
	writer_u16(w, 2);
	writer_u32(w, way.packets);
	writer_u32(w, way.bytes);
	writer_u32(w, n->exporter.uptime - 3000 - (uint32_t)random_below(&n->random, 2000));
	writer_u32(w, n->exporter.uptime - (uint32_t)random_below(&n->random, 3000));
	writer_u16(w, way.source_port);
	writer_u16(w, way.destination_port);
	writer_u8(w, way.flags);
	writer_u8(w, way.protocol);
	writer_u8(w, 0);
	writer_u32(w, 64500);
	writer_u32(w, 64501);
	writer_u8(w, 12);
	writer_u8(w, 16);
	writer_u8(w, way.source_port == 25);
	writer_u8(w, 3);
}

/* Sends a datagram to nfcapd and writes it into the recording. */
static void
put(FILE *file, const struct network *n, const uint8_t *datagram, size_t size)
{
	const struct made made = {.source = 0x0a0a0a01,
		.destination = 0x0a0a0a02,
		.source_port = 50000,
		.destination_port = 2055,
		.protocol = 17,
		.payload = datagram,
		.size = size};
	uint8_t frame[EXPORTER_SLOT + 64], bytes[sizeof(frame) + 16];
	struct writer w = writer_on(bytes, sizeof(bytes));
	uint32_t length = (uint32_t)make_frame(frame, sizeof(frame), &made);

	write_pcap_record(&w, UINT64_C(1000000) * BEGIN_AT + UINT64_C(1000) * n->exporter.uptime,
		length, length, frame);
	must(!w.failed);
	if (fwrite(bytes, 1, writer_length(&w), file) != writer_length(&w))
		stop(recording);
	if (send(sock, datagram, size, 0) != (ssize_t)size)
		stop("send");
}

/* The bytes that wait at the collector's port; -1: nobody listens there. */
static int64_t
waiting_bytes(void)
{
	FILE *file = fopen("/proc/net/udp", "re");
	char line[512], address[32];
	int64_t waiting = -1;

	if (file == NULL)
		stop("/proc/net/udp");
	snprintf(address, sizeof(address), "0100007F:%04X 00000000:0000 ", collector_port);
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *at = strstr(line, address);
		uint64_t bytes;

		/* ADDRESS:PORT ADDRESS:PORT STATE SENT:WAITING */
		at = at != NULL ? strchr(at + strlen(address), ':') : NULL;
		if (at != NULL && text_parse_hex((struct text){at + 1, 8}, UINT32_MAX, &bytes) >= 0)
			waiting = (int64_t)bytes;
	}
	fclose(file);
	return waiting;
}

static void
wait_until_taken(void)
{
	int64_t waiting;

	while ((waiting = waiting_bytes()) > 0)
		usleep(100);
	if (waiting < 0) {
		fputs("nfcapd is gone\n", stderr);
		exit(1);
	}
}

/* A port that nobody has; and the socket that sends to it. */
static void
choose_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (probe < 0 || bind(probe, (struct sockaddr *)&at, size) < 0 ||
		getsockname(probe, (struct sockaddr *)&at, &size) < 0)
		stop("a port");
	close(probe);
	collector_port = ntohs(at.sin_port);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || connect(sock, (struct sockaddr *)&at, size) < 0)
		stop("connect");
}

/* One file for all of it, if no day ends meanwhile; where one does, nfdump reads both. */
static pid_t
start_collector(void)
{
	char port[16];
	const char *const argv[] = {"nfcapd", "-b", "127.0.0.1", "-p", port, "-w", flows, "-t",
		"86400", "-B", "4000000", NULL};
	pid_t collector;

	choose_port();
	snprintf(port, sizeof(port), "%u", collector_port);
	collector = measure_start(argv);
	for (int i = 0; i < 100 && waiting_bytes() < 0; i++)
		usleep(100000);
	return collector;
}

/* The network's day: into the recording, and through nfcapd into nfdump's file. */
static void
make_files(void)
{
	struct network *n = &network;
	struct exporter *e = &n->exporter;
	uint8_t datagram[EXPORTER_SLOT], header[24];
	struct writer h = writer_on(header, sizeof(header));
	FILE *file = fopen(recording, "wbe");
	pid_t collector = start_collector();
	int status;

	if (file == NULL)
		stop(recording);
	write_pcap_header(&h, 65535, 1);
	fwrite(header, 1, sizeof(header), file);
	for (uint32_t i = 0; i < PACKETS; i++) {
		struct writer w;

		e->uptime = 10000 + n->records / (A_SECOND / 1000);
		e->seconds = BEGIN_AT + e->uptime / 1000;
		if (i % TEMPLATES == 0) {
			put(file, n, datagram, exporter_unsampled(e, datagram));
			put(file, n, datagram, exporter_template(e, datagram));
		}
		w = exporter_begin(e, datagram);
		for (int k = 0; k < EXPORTER_RECORDS; k++)
			write_record(n, &w);
		put(file, n, datagram, exporter_end(e, &w));
		if (i % WINDOW == WINDOW - 1)
			wait_until_taken();
	}
	wait_until_taken();
	if (fclose(file) != 0)
		stop(recording);
	kill(collector, SIGTERM);
	waitpid(collector, &status, 0);
}

/* What ours says of the recording. */
static struct totals
ask_lazaret(void)
{
	const char *const argv[] = {
		lazaret, "scan", "--json", "--all", "--inside", "10.0.0.0/8", recording, NULL};
	static const char words[] = ",\"attempts\":";
	struct totals totals = {0};
	struct buffer said;

	buffer_init(&said, 1U << 28);
	measure_output(argv, &said);
	totals.records = measure_number(&said, "\"type\":\"summary\",\"records\":");
	totals.senders = measure_number(&said, ",\"lines\":");
	for (const char *at = buffer_string(&said); (at = strstr(at, words)) != NULL;) {
		uint64_t attempts;
		struct text digits = {.at = at += sizeof(words) - 1};

		digits.length = strspn(at, "0123456789");
		if (text_parse_u64(digits, UINT64_MAX, &attempts) == 0)
			totals.attempts += attempts;
	}
	buffer_done(&said);
	return totals;
}

/* What nfdump says of its file. */
static struct totals
ask_nfdump(void)
{
	const char *const all[] = {"nfdump", "-R", flows, "-N", "-o", "null", NULL};
	const char *const mail[] = {"nfdump", "-R", flows, "-N", "-o", "null", "dst port 25", NULL};
	const char *const senders[] = {"nfdump", "-R", flows, "-q", "-N", "-A", "srcip", "-o",
		"fmt:%sa", "dst port 25", NULL};
	struct totals totals = {0};
	struct buffer said;

	buffer_init(&said, 1U << 28);
	measure_output(all, &said);
	totals.records = measure_number(&said, "total flows: ");
	buffer_clear(&said);
	measure_output(mail, &said);
	totals.attempts = measure_number(&said, "total flows: ");
	buffer_clear(&said);
	measure_output(senders, &said);
	for (const char *at = buffer_string(&said); (at = strstr(at, " 10.")) != NULL; at++)
		totals.senders++;
	buffer_done(&said);
	return totals;
}

/* True if that is what was sent; options: the records about the router among them. */
static bool
check(const char *who, struct totals found, uint32_t options)
{
	uint32_t records = network.records + options;

	printf("%-8s %lu records, %lu attempts, %lu senders\n", who, found.records, found.attempts,
		found.senders);
	if (found.records == records && found.attempts == network.attempts &&
		found.senders == network.lines)
		return true;
	printf("FAILED: %s should have found %u records, %u attempts, %u senders\n", who, records,
		network.attempts, network.lines);
	return false;
}

/* All files of nfdump's folder. */
static double
read_flows(void)
{
	char pattern[4200];
	double seconds = 0;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/nfcapd.*", flows);
	if (glob(pattern, 0, NULL, &found) != 0)
		stop(pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		seconds += measure_reading(found.gl_pathv[i]);
	globfree(&found);
	return seconds;
}

static void
measure(void)
{
	const char *const ours[] = {lazaret, "scan", "--inside", "10.0.0.0/8", recording, NULL};
	const char *const peer[] = {
		"nfdump", "-R", flows, "-s", "srcip/flows", "-n", "20", "dst port 25", NULL};
	double scan[MEASURE_RUNS], nfdump[MEASURE_RUNS], ratio[MEASURE_RUNS];
	double limit[MEASURE_RUNS], peer_limit[MEASURE_RUNS];
	const double per = 1e9 / RECORDS;

	for (int i = -1; i < MEASURE_RUNS; i++) {
		double a = measure_command(ours) * per, b = measure_command(peer) * per;
		double c = measure_reading(recording) * per, d = read_flows() * per;

		if (i < 0)
			continue;
		scan[i] = a;
		nfdump[i] = b;
		ratio[i] = a / b;
		limit[i] = c;
		peer_limit[i] = d;
	}
	printf("CPU time a record, user and system, median of %d\n", MEASURE_RUNS);
	measure_print("lazaret scan", "ns", scan);
	measure_print("nfdump -s srcip/flows -n 20 'dst port 25'", "ns", nfdump);
	measure_print("ratio, pair by pair", "", ratio);
	measure_print("limit: read() of the recording, no more", "ns", limit);
	measure_print("limit: read() of nfdump's file, no more", "ns", peer_limit);
}

static int
work(const char *folder)
{
	bool good;

	snprintf(recording, sizeof(recording), "%s/v9.pcap", folder);
	snprintf(flows, sizeof(flows), "%s/flows", folder);
	if (mkdir(flows, 0700) < 0)
		stop(flows);
	init_network(&network);
	make_files();
	good = check("lazaret", ask_lazaret(), (PACKETS + TEMPLATES - 1) / TEMPLATES);
	good &= check("nfdump", ask_nfdump(), 0);
	if (good)
		measure();
	return !good;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: bench_scan LAZARET [FOLDER]\n", stderr);
		return 2;
	}
	if (!measure_finds("nfcapd") || !measure_finds("nfdump")) {
		puts("skipped: nfcapd and nfdump are not installed, so there is no peer");
		return MEASURE_SKIP;
	}
	lazaret = argv[1];
	return measure_in_folder(argc > 2 ? argv[2] : NULL, work);
}
