/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends flow export over loopback, at a rate or flat out, and prints as one line of JSON what was sent. */
#include "base/fail.h"
#include "load.h"
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

enum which {
	OPTION_PORT,
	OPTION_KIND,
	OPTION_RATE,
	OPTION_SECONDS,
	OPTION_EXPORTERS,
	OPTION_DOMAINS,
	OPTION_LINES,
	OPTION_SENDERS,
	OPTION_SERVERS,
	OPTION_MAIL,
	OPTION_ZOMBIES,
	OPTION_CONTACTS,
	OPTION_GAP,
	OPTION_SEED,
	OPTION_SEGMENTS,
	OPTION_FROM,
	OPTION_TO,
};

static const struct option options[] = {
	{"port", required_argument, NULL, OPTION_PORT},
	{"kind", required_argument, NULL, OPTION_KIND},
	{"rate", required_argument, NULL, OPTION_RATE},
	{"seconds", required_argument, NULL, OPTION_SECONDS},
	{"exporters", required_argument, NULL, OPTION_EXPORTERS},
	{"domains", required_argument, NULL, OPTION_DOMAINS},
	{"lines", required_argument, NULL, OPTION_LINES},
	{"senders", required_argument, NULL, OPTION_SENDERS},
	{"servers", required_argument, NULL, OPTION_SERVERS},
	{"mail", required_argument, NULL, OPTION_MAIL},
	{"zombies", required_argument, NULL, OPTION_ZOMBIES},
	{"contacts", required_argument, NULL, OPTION_CONTACTS},
	{"gap", required_argument, NULL, OPTION_GAP},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"segments", no_argument, NULL, OPTION_SEGMENTS},
	{"from", required_argument, NULL, OPTION_FROM},
	{"to", required_argument, NULL, OPTION_TO},
	{0},
};

static const char usage[] =
	"usage: sender --port PORT [--kind v9|ipfix] [--rate RECORDS_A_SECOND (0: flat out)]\n"
	"  [--seconds N] [--exporters N] [--domains N (of an address)] [--lines N] [--senders N]\n"
	"  [--servers N (of a sender)] [--mail PERMILLE] [--zombies N] [--contacts N (of a "
	"zombie)]\n"
	"  [--gap MS (between two contacts)] [--seed N] [--segments (UDP_SEGMENT)]\n"
	"  [--from ADDRESS (the first of the exporters' own)] [--to ADDRESS (127.0.0.1)]\n";

struct run {
	struct load_settings settings;
	struct load *load;
	uint64_t rate, seconds, zombies;
	uint32_t from, to;
	uint16_t port;
	bool segments;
	int *sockets;           /* one an address */
	int64_t *template_next; /* of each exporter */
	uint64_t planted, refused;
};

static enum exporter_kind
kind_of(const char *name)
{
	if (strcmp(name, "v9") == 0)
		return KIND_V9;
	if (strcmp(name, "ipfix") == 0)
		return KIND_IPFIX;
	fprintf(stderr, "--kind %s: v9 or ipfix is expected\n", name);
	exit(2);
}

static uint32_t
take_address(const char *name, const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) == 1)
		return ntohl(address.s_addr);
	fprintf(stderr, "--%s %s: an IPv4 address is expected\n", name, text);
	exit(2);
}

static void
take_option(struct run *r, int which, const char *text)
{
	static const struct {
		size_t at;
		uint64_t most;
	} plain[] = {
		[OPTION_EXPORTERS] = {offsetof(struct load_settings, exporters), LOAD_EXPORTERS},
		[OPTION_DOMAINS] = {offsetof(struct load_settings, domains), LOAD_EXPORTERS},
		[OPTION_LINES] = {offsetof(struct load_settings, lines), LOAD_LINES},
		[OPTION_SENDERS] = {offsetof(struct load_settings, senders), LOAD_LINES},
		[OPTION_SERVERS] = {offsetof(struct load_settings, servers), 64},
		[OPTION_MAIL] = {offsetof(struct load_settings, mail_permille), 1000},
		[OPTION_CONTACTS] = {offsetof(struct load_settings, zombie_contacts), 100000},
	};
	const char *name = options[which].name;

	switch ((enum which)which) {
	case OPTION_PORT:
		r->port = (uint16_t)loopback_number(name, text, 65535);
		break;
	case OPTION_KIND:
		r->settings.kind = kind_of(text);
		break;
	case OPTION_RATE:
		r->rate = loopback_number(name, text, 1000000000);
		break;
	case OPTION_SECONDS:
		r->seconds = loopback_number(name, text, 1000000);
		break;
	case OPTION_ZOMBIES:
		r->zombies = loopback_number(name, text, 500000);
		break;
	case OPTION_GAP:
		r->settings.zombie_gap_us = 1000 * (int64_t)loopback_number(name, text, 1000000);
		break;
	case OPTION_SEED:
		r->settings.seed = loopback_number(name, text, UINT64_MAX);
		break;
	case OPTION_SEGMENTS:
		r->segments = true;
		break;
	case OPTION_FROM:
		r->from = take_address(name, text);
		break;
	case OPTION_TO:
		r->to = take_address(name, text);
		break;
	case OPTION_EXPORTERS:
	case OPTION_DOMAINS:
	case OPTION_LINES:
	case OPTION_SENDERS:
	case OPTION_SERVERS:
	case OPTION_MAIL:
	case OPTION_CONTACTS: {
		uint32_t number = (uint32_t)loopback_number(name, text, plain[which].most);

		memcpy((char *)&r->settings + plain[which].at, &number, sizeof(number));
		break;
	}
	}
}

static void
take_options(struct run *r, int argc, char **argv)
{
	int which;

	while ((which = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (which == '?') {
			fputs(usage, stderr);
			exit(2);
		}
		take_option(r, which, optarg);
	}
	if (optind != argc || r->port == 0 || r->settings.exporters == 0 ||
		r->settings.domains == 0 || r->settings.lines == 0 || r->settings.senders == 0 ||
		r->settings.servers == 0) {
		fputs(usage, stderr);
		exit(2);
	}
}

/* An earlier datagram to a port where nobody listens makes a call fail once: it is counted and tried again. */
static bool
is_refused(struct run *r)
{
	if (errno == EINTR)
		return true;
	if (errno != ECONNREFUSED)
		loopback_fail("send");
	r->refused++;
	return true;
}

static void
send_one(struct run *r, uint32_t exporter, const uint8_t *at, size_t size)
{
	while (send(r->sockets[exporter / r->settings.domains], at, size, 0) < 0 && is_refused(r))
		continue;
}

static void
send_template(struct run *r, uint32_t exporter)
{
	uint8_t datagram[EXPORTER_SLOT];

	send_one(r, exporter, datagram, load_template(r->load, exporter, datagram));
	send_one(r, exporter, datagram, load_options(r->load, exporter, datagram));
	r->template_next[exporter] = loopback_clock() + SECOND;
}

static void
send_batch(struct run *r, int socket, uint8_t *at, uint32_t count)
{
	struct mmsghdr messages[LOAD_BATCH] = {0};
	struct iovec parts[LOAD_BATCH];
	size_t size = load_size(r->load);

	for (uint32_t i = 0; i < count; i++) {
		parts[i] = (struct iovec){.iov_base = at + i * size, .iov_len = size};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (uint32_t done = 0; done < count;) {
		int n = sendmmsg(socket, messages + done, count - done, 0);

		if (n < 0 && is_refused(r))
			continue;
		done += (uint32_t)n;
	}
}

/* One call that the kernel cuts into datagrams (UDP_SEGMENT, udp(7)). */
static void
send_segments(struct run *r, int socket, uint8_t *at, uint32_t count)
{
	size_t size = load_size(r->load);
	int segment = (int)size;

	setsockopt(socket, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	while (send(socket, at, count * size, 0) < 0 && is_refused(r))
		continue;
	segment = 0;
	setsockopt(socket, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
}

static void
send_data(struct run *r, uint32_t exporter)
{
	int socket = r->sockets[exporter / r->settings.domains];
	uint8_t *at = load_data(r->load, exporter, LOAD_BATCH);

	if (r->segments)
		send_segments(r, socket, at, LOAD_BATCH);
	else
		send_batch(r, socket, at, LOAD_BATCH);
}

/* All templates, then data until the time is over. Returns the seconds that the data took. */
static double
send_all(struct run *r)
{
	const int64_t records = LOAD_BATCH * EXPORTER_RECORDS;
	int64_t begun, due, now, late = 0, length = (int64_t)r->seconds * SECOND;
	uint64_t batches = 0;

	load_time(r->load, loopback_wall());
	for (uint32_t i = 0; i < r->settings.exporters; i++)
		send_template(r, i);
	begun = loopback_clock() + SECOND / 5;
	loopback_sleep_until(begun);
	for (uint32_t exporter = 0; !loopback_stop;
		exporter = (exporter + 1) % r->settings.exporters) {
		now = loopback_clock();
		if (now - begun >= length)
			break;
		due = r->rate == 0
			? now
			: begun + late + (int64_t)batches * records * SECOND / (int64_t)r->rate;
		if (now < due)
			loopback_sleep_until(due);
		else if (now - due > SECOND / 100)
			late += now - due; /* what was missed is not made up for in a burst */
		load_time(r->load, loopback_wall());
		/* In the last tenth nobody begins, so that the others come to their end. */
		while (r->planted < r->zombies &&
			(now - begun) * 10 * (int64_t)r->zombies >=
				(int64_t)r->planted * 9 * length) {
			load_plant(r->load);
			r->planted++;
		}
		if (now >= r->template_next[exporter])
			send_template(r, exporter);
		send_data(r, exporter);
		batches++;
	}
	return (double)(loopback_clock() - begun) / SECOND;
}

int
main(int argc, char **argv)
{
	struct run r = {.settings = LOAD_DEFAULTS, .seconds = 1, .from = LOOPBACK, .to = LOOPBACK};
	const struct load_counts *counts;
	uint32_t addresses;
	struct rusage used;
	double seconds, cpu;

	take_options(&r, argc, argv);
	addresses = (r.settings.exporters + r.settings.domains - 1) / r.settings.domains;
	loopback_catch();
	prctl(PR_SET_TIMERSLACK, 1);
	r.load = load_new(&r.settings);
	r.sockets = xcalloc(addresses, sizeof(*r.sockets));
	r.template_next = xcalloc(r.settings.exporters, sizeof(*r.template_next));
	for (uint32_t i = 0; i < addresses; i++)
		r.sockets[i] = loopback_socket_to(r.from + i, r.to, r.port);
	seconds = send_all(&r);
	getrusage(RUSAGE_SELF, &used);
	cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
	counts = load_counts(r.load);
	printf("{\"datagrams\":%lu,\"records\":%lu,\"mail_records\":%lu,\"planted\":%lu,"
	       "\"zombies\":%lu,"
	       "\"seconds\":%.4f,"
	       "\"rate\":%.0f,\"cpu\":%.4f,\"ns_per_record\":%.1f,\"refused\":%lu}\n",
		counts->datagrams, counts->records, counts->mail_records, r.planted,
		counts->zombies, seconds, (double)counts->records / seconds, cpu,
		cpu * 1e9 / (double)(counts->records + !counts->records), r.refused);
	for (uint32_t i = 0; i < addresses; i++)
		close(r.sockets[i]);
	free(r.sockets);
	free(r.template_next);
	load_free(r.load);
	return 0;
}
