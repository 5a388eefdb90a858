/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends damaged flow export over loopback, from 127.1.0.1 and up: valid datagrams of NetFlow v5 and v9, IPFIX and
 * sFlow with none to three random changes of bytes and lengths, some cut. Among them exporters of
 * 127.0.0.1 and up (NetFlow v9), 127.0.1.1 and up (IPFIX) and 127.0.2.1 and up (sFlow) send valid records. At the
 * end those that sent damaged templates send a valid one, and valid records. Prints as JSON what the valid ones sent:
 * a collector must have counted exactly that. With --spoof, exporters of ever new addresses of 127.16.0.0 and above
 * take the place of the damaged ones: each sends its template and --each - 1 datagrams of records, valid ones. */
#include "base/fail.h"
#include "load.h"
#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND        INT64_C(1000000)
#define KINDS         5 /* enum damaged */
#define DAMAGED       UINT32_C(0x7f010001)
#define VALID_V9      UINT32_C(0x7f000001)
#define VALID_IPFIX   UINT32_C(0x7f000101)
#define VALID_SFLOW   UINT32_C(0x7f000201)
#define SPOOFED       UINT32_C(0x7f100000) /* 15 million addresses from here */
#define VALID_MOST    200                  /* of a kind */
#define HEAL          20                   /* datagrams of records behind the valid template */
#define MIXED_RECORDS 8
#define SAMPLES       3 /* packets in a valid datagram of sFlow; one of them is no mail */

enum group_kind { GROUP_V9, GROUP_IPFIX, GROUP_SFLOW, GROUPS };
enum damaged { DAMAGED_V5, DAMAGED_V9, DAMAGED_IPFIX, DAMAGED_MIXED, DAMAGED_SFLOW };

struct counted {
	uint32_t address;
	const char *kind;
	struct load_counts sent;
};

struct agent { /* of sFlow */
	uint32_t address;
	uint32_t sequence;
	uint32_t samples;
	uint32_t counters;
};

struct group {             /* valid exporters of a kind */
	struct load *load; /* NULL: agents of sFlow */
	struct agent agent[VALID_MOST];
	uint32_t count;
	int sockets[VALID_MOST];
	int64_t template_next[VALID_MOST];
	struct counted counted[VALID_MOST];
};

struct mutator {
	uint16_t port, sflow_port;
	uint64_t packets, rate, seed, changes_most, spoof, every, each;
	uint32_t valid;
	bool wait; /* for a byte on standard input, before the end that heals */
	struct random random;
	struct group groups[GROUPS];
	int sockets[KINDS];
	struct exporter exporters[KINDS];
	struct load *loads[KINDS]; /* whose datagrams are damaged: v9, IPFIX */
	struct agent agent;        /* whose datagrams are damaged */
	uint64_t sent, refused, changes, cut;
	uint64_t spoofed_records, spoofed_mail;
};

static void
send_to(struct mutator *m, int socket, const uint8_t *at, size_t size)
{
	while (send(socket, at, size, 0) < 0) {
		if (errno == ECONNREFUSED)
			m->refused++; /* nobody listened to an earlier one */
		else if (errno != EINTR)
			loopback_fail("send");
	}
}

/* What one of the valid ones has sent more since before. */
static void
book(struct counted *c, const struct load_counts *before, const struct load_counts *now)
{
	c->sent.datagrams += now->datagrams - before->datagrams;
	c->sent.records += now->records - before->records;
	c->sent.mail_records += now->mail_records - before->mail_records;
}

/* One packet that was sampled of a thousand, its header as Ethernet. */
static void
write_sample(struct writer *w, struct agent *a, uint16_t port)
{
	static const uint8_t frame[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 8, 0, 0x45, 0, 0, 40,
		0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 1};
	static const uint8_t behind[] = {
		0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0x20, 0, 0, 0, 0, 0, 0, 0};
	const size_t size = sizeof(frame) + 4 + sizeof(behind);
	const uint32_t head[] = {1, 32 + 8 + 16 + (uint32_t)size, ++a->samples, 3, 1000,
		a->samples * 1000, 0, 3, 4, 1, 1, 16 + (uint32_t)size, 1, 64, 4,
		(uint32_t)size - 2};

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		writer_u32(w, head[i]);
	writer_bytes(w, frame, sizeof(frame));
	writer_u16(w, (uint16_t)(1024 + a->samples % 60000));
	writer_u16(w, port);
	writer_bytes(w, behind, sizeof(behind));
}

/* So many sampled packets, of which each third is none of mail, and one sample of counters. */
static size_t
make_sflow(struct agent *a, uint32_t samples, uint8_t *at)
{
	const uint32_t head[] = {
		5, 1, a->address, 0, ++a->sequence, a->sequence * 1000, samples + 1};
	const uint32_t counters[] = {2, 20, ++a->counters, 1, 1, 1, 0};
	struct writer w = writer_on(at, EXPORTER_SLOT);

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		writer_u32(&w, head[i]);
	for (uint32_t i = 0; i < samples; i++)
		write_sample(&w, a, i % SAMPLES == SAMPLES - 1 ? 443 : 25);
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		writer_u32(&w, counters[i]);
	must(!w.failed);
	return writer_length(&w);
}

static void
send_valid_sflow(struct mutator *m, struct group *g, uint32_t number)
{
	struct load_counts *sent = &g->counted[number].sent;
	uint8_t datagram[EXPORTER_SLOT];

	send_to(m, g->sockets[number], datagram, make_sflow(&g->agent[number], SAMPLES, datagram));
	sent->datagrams++;
	sent->records += SAMPLES;
	sent->mail_records += SAMPLES - 1;
}

static void
send_valid(struct mutator *m, struct group *g, uint32_t number)
{
	struct load_counts before = *load_counts(g->load);
	uint8_t datagram[EXPORTER_SLOT];
	int64_t now = loopback_clock();

	load_time(g->load, loopback_wall());
	if (now >= g->template_next[number]) {
		send_to(m, g->sockets[number], datagram, load_template(g->load, number, datagram));
		send_to(m, g->sockets[number], datagram, load_options(g->load, number, datagram));
		g->template_next[number] = now + SECOND;
	}
	send_to(m, g->sockets[number], load_data(g->load, number, 1), load_size(g->load));
	book(&g->counted[number], &before, load_counts(g->load));
}

static size_t
make_v5(struct mutator *m, uint8_t *at)
{
	struct writer w = exporter_begin(&m->exporters[DAMAGED_V5], at);

	for (int i = 0; i < EXPORTER_RECORDS * 6; i++)
		writer_u64(&w, random_u64(&m->random));
	return exporter_end(&m->exporters[DAMAGED_V5], &w);
}

/* IPFIX with what is rarer: a field of variable length and one of an enterprise, and a withdrawal. */
static size_t
make_mixed(struct mutator *m, uint8_t *at, bool template)
{
	static const uint16_t fields[] = {2, 40, 300, 7, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 147, 65535,
		0x8001, 4, 0, 9, 2, 8, 400, 0};
	struct exporter *e = &m->exporters[DAMAGED_MIXED];
	struct writer w = writer_on(at, EXPORTER_SLOT), length;
	uint8_t *set;

	writer_u16(&w, 10);
	writer_u16(&w, 0);
	writer_u32(&w, e->seconds);
	writer_u32(&w, e->sequence);
	writer_u32(&w, e->domain);
	if (template) {
		for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
			writer_u16(&w, fields[i]);
		return exporter_end(e, &w);
	}
	e->sequence += MIXED_RECORDS;
	set = w.at;
	writer_u32(&w, 0);
	for (int i = 0; i < MIXED_RECORDS; i++) {
		uint8_t size = (uint8_t)random_below(&m->random, 33);

		writer_u32(&w, 0x0a000000 | (uint32_t)(random_u64(&m->random) & 0xffff));
		writer_u32(&w, (uint32_t)random_u64(&m->random));
		writer_u16(&w, (uint16_t)(0x8000 | random_u64(&m->random)));
		writer_u16(&w, 25);
		writer_u8(&w, 6);
		writer_u8(&w, size);
		for (int j = 0; j < size + 4; j++)
			writer_u8(&w, (uint8_t)('a' + j % 26));
	}
	length = writer_on(set, 4);
	writer_u16(&length, 300);
	writer_u16(&length, (uint16_t)(w.at - set));
	return exporter_end(e, &w);
}

/* A valid datagram of this kind. Of four, one is a template, or tells of options. */
static size_t
make(struct mutator *m, enum damaged kind, uint8_t *at)
{
	unsigned draw = (unsigned)random_below(&m->random, 8);
	struct load *load = m->loads[kind];

	if (kind == DAMAGED_V5)
		return make_v5(m, at);
	if (kind == DAMAGED_SFLOW)
		return make_sflow(&m->agent, 1, at);
	if (kind == DAMAGED_MIXED)
		return make_mixed(m, at, draw < 2);
	load_time(load, loopback_wall());
	if (draw == 0)
		return load_template(load, 0, at);
	if (draw == 1)
		return load_options(load, 0, at);
	memcpy(at, load_data(load, 0, 1), load_size(load));
	return load_size(load);
}

static uint16_t
odd_length(struct mutator *m, size_t size)
{
	const uint16_t odd[] = {0, 1, 2, 3, 4, 5, 255, 256, 0x7fff, 0x8000, 0xfffe, 0xffff,
		(uint16_t)size, (uint16_t)(size + 1), (uint16_t)(size - 1),
		(uint16_t)random_u64(&m->random)};

	return odd[random_below(&m->random, sizeof(odd) / sizeof(*odd))];
}

/* Returns how much of it is sent. */
static size_t
damage(struct mutator *m, uint8_t *at, size_t size)
{
	uint64_t changes = random_below(&m->random, m->changes_most + 1);

	for (uint64_t i = 0; i < changes; i++) {
		/* Every second one in the headers, where most that is said about the rest stands. */
		size_t most = random_below(&m->random, 2) && size > 64 ? 64 : size;
		size_t place = random_below(&m->random, most);

		if (random_below(&m->random, 2)) {
			at[place] = (uint8_t)random_u64(&m->random);
		} else if ((place &= ~(size_t)1) + 2 <= size) {
			uint16_t v = __builtin_bswap16(odd_length(m, size));

			memcpy(at + place, &v, sizeof(v));
		}
	}
	m->changes += changes;
	if (m->changes_most > 0 && random_below(&m->random, 10) == 0) {
		size = random_below(&m->random, size);
		m->cut++;
	}
	return size;
}

static void
send_damaged(struct mutator *m)
{
	enum damaged kind = (enum damaged)random_below(&m->random, KINDS);
	uint8_t datagram[EXPORTER_SLOT];
	size_t size;

	m->exporters[kind].seconds = (uint32_t)(loopback_wall() / SECOND);
	size = damage(m, datagram, make(m, kind, datagram));
	send_to(m, m->sockets[kind], datagram, size);
	m->sent++;
}

/* From an address that no socket is bound to: the kernel takes any of 127.0.0.0/8 (IP_PKTINFO, ip(7)). */
static void
send_from(struct mutator *m, int socket, uint32_t from, uint8_t *at, size_t size)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(from)};
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(LOOPBACK),
		.sin_port = htons(m->port)};
	struct iovec part = {at, size};
	struct msghdr message = {.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	while (sendmsg(socket, &message, 0) < 0) {
		if (errno != EINTR && errno != ECONNREFUSED)
			loopback_fail("sendmsg");
	}
}

static void
send_spoofed(struct mutator *m, int socket, uint64_t number)
{
	struct load *load = m->loads[DAMAGED_V9];
	struct load_counts before = *load_counts(load);
	uint32_t from = SPOOFED + (uint32_t)(number / m->each);
	uint8_t datagram[EXPORTER_SLOT];

	load_time(load, loopback_wall());
	if (number % m->each == 0)
		send_from(m, socket, from, datagram, load_template(load, 0, datagram));
	else
		send_from(m, socket, from, load_data(load, 0, 1), load_size(load));
	m->spoofed_records += load_counts(load)->records - before.records;
	m->spoofed_mail += load_counts(load)->mail_records - before.mail_records;
	m->sent++;
}

static void
send_all(struct mutator *m)
{
	int unbound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t packets = m->spoof > 0 ? m->each * m->spoof : m->packets, valid = 0;
	int64_t begun = loopback_clock();

	if (unbound < 0)
		loopback_fail("socket");
	for (uint64_t i = 0; i < packets && !loopback_stop; i++) {
		int64_t due = begun + (int64_t)(i * SECOND / m->rate);

		if (loopback_clock() < due)
			loopback_sleep_until(due);
		if (m->valid > 0 && i % m->every == 0) {
			struct group *g = &m->groups[valid % GROUPS];
			uint32_t number = (uint32_t)(valid / GROUPS % g->count);

			if (g->load != NULL)
				send_valid(m, g, number);
			else
				send_valid_sflow(m, g, number);
			valid++;
		}
		if (m->spoof > 0)
			send_spoofed(m, unbound, i);
		else
			send_damaged(m);
	}
	close(unbound);
}

/* Of v9 and IPFIX, whose templates were damaged. */
static void
heal(struct mutator *m, enum damaged kind, struct counted *c)
{
	struct load *load = m->loads[kind];
	struct load_counts before;
	uint8_t datagram[EXPORTER_SLOT];

	load_time(load, loopback_wall());
	before = *load_counts(load);
	send_to(m, m->sockets[kind], datagram, load_template(load, 0, datagram));
	send_to(m, m->sockets[kind], datagram, load_options(load, 0, datagram));
	for (int i = 0; i < HEAL; i++)
		send_to(m, m->sockets[kind], load_data(load, 0, 1), load_size(load));
	c->address = DAMAGED + (uint32_t)kind;
	c->kind = kind == DAMAGED_V9 ? "v9" : "ipfix";
	book(c, &before, load_counts(load));
}

static void
print_counted(const struct counted *c, const char *before)
{
	struct in_addr address = {htonl(c->address)};

	printf("%s{\"address\":\"%s\",\"kind\":\"%s\",\"datagrams\":%lu,\"records\":%lu,\"mail_"
	       "records\":%lu}",
		before, inet_ntoa(address), c->kind, c->sent.datagrams, c->sent.records,
		c->sent.mail_records);
}

static void
report(struct mutator *m, const struct counted healed[2], double seconds)
{
	struct load_counts all = {0};
	const char *between = "";

	printf("{\"%s\":%lu,\"changes\":%lu,\"cut\":%lu,\"spoofed_records\":%lu,\"spoofed_mail_"
	       "records\":%lu,"
	       "\"seconds\":%.3f,\"refused\":%lu,\"valid\":[",
		m->spoof > 0 ? "spoofed" : "damaged", m->sent, m->changes, m->cut,
		m->spoofed_records, m->spoofed_mail, seconds, m->refused);
	for (int k = 0; k < GROUPS; k++) {
		for (uint32_t i = 0; i < m->groups[k].count; i++, between = ",") {
			const struct counted *c = &m->groups[k].counted[i];

			print_counted(c, between);
			all.datagrams += c->sent.datagrams;
			all.records += c->sent.records;
			all.mail_records += c->sent.mail_records;
		}
	}
	printf("],\"valid_datagrams\":%lu,\"valid_records\":%lu,\"valid_mail_records\":%lu,"
	       "\"healed\":[",
		all.datagrams, all.records, all.mail_records);
	if (m->spoof == 0) {
		print_counted(&healed[0], "");
		print_counted(&healed[1], ",");
	}
	puts("]}");
}

/* Their load, or none: agents of sFlow. */
static void
set_up_group(
	struct mutator *m, enum group_kind k, const char *kind, uint32_t address, struct load *load)
{
	struct group *g = &m->groups[k];

	g->load = load;
	g->count = m->valid;
	for (uint32_t i = 0; i < g->count; i++) {
		g->counted[i].address = g->agent[i].address = address + i;
		g->counted[i].kind = kind;
		g->sockets[i] = loopback_socket(
			g->counted[i].address, k == GROUP_SFLOW ? m->sflow_port : m->port);
	}
}

static void
set_up(struct mutator *m)
{
	struct load_settings settings = LOAD_DEFAULTS;

	random_seed(&m->random, m->seed);
	settings.domains = 1;
	for (int k = GROUP_V9; k <= GROUP_IPFIX && m->valid > 0; k++) {
		settings.kind = k == GROUP_V9 ? KIND_V9 : KIND_IPFIX;
		settings.seed = m->seed + 3 + (uint64_t)k;
		settings.exporters = m->valid;
		set_up_group(m, k, k == GROUP_V9 ? "v9" : "ipfix",
			k == GROUP_V9 ? VALID_V9 : VALID_IPFIX, load_new(&settings));
	}
	set_up_group(m, GROUP_SFLOW, "sflow", VALID_SFLOW, NULL);
	settings.exporters = 1;
	for (int k = GROUP_V9; k <= GROUP_IPFIX; k++) {
		settings.kind = k == GROUP_V9 ? KIND_V9 : KIND_IPFIX;
		settings.seed = m->seed + 1 + (uint64_t)k;
		m->loads[k == GROUP_V9 ? DAMAGED_V9 : DAMAGED_IPFIX] = load_new(&settings);
	}
	m->exporters[DAMAGED_V5] = (struct exporter){.kind = KIND_V5, .length = 48, .domain = 1};
	m->exporters[DAMAGED_MIXED] = (struct exporter){.kind = KIND_IPFIX, .domain = 2};
	m->agent.address = DAMAGED + DAMAGED_SFLOW;
	for (uint32_t i = 0; i < KINDS; i++)
		m->sockets[i] =
			loopback_socket(DAMAGED + i, i == DAMAGED_SFLOW ? m->sflow_port : m->port);
}

static void
take_options(struct mutator *m, int argc, char **argv)
{
	static const struct option options[] = {{"port", required_argument, NULL, 0},
		{"sflow-port", required_argument, NULL, 1}, {"packets", required_argument, NULL, 2},
		{"rate", required_argument, NULL, 3}, {"seed", required_argument, NULL, 4},
		{"changes", required_argument, NULL, 5}, {"valid", required_argument, NULL, 6},
		{"every", required_argument, NULL, 7}, {"spoof", required_argument, NULL, 8},
		{"each", required_argument, NULL, 9}, {"wait", no_argument, NULL, 'w'}, {0}};
	uint64_t port = 0, sflow_port = 0, valid = m->valid;
	uint64_t *const into[] = {&port, &sflow_port, &m->packets, &m->rate, &m->seed,
		&m->changes_most, &valid, &m->every, &m->spoof, &m->each};
	int which;

	while ((which = getopt_long(argc, argv, "", options, NULL)) >= 0 && which != '?') {
		if (which == 'w')
			m->wait = true;
		else
			*into[which] = loopback_number(options[which].name, optarg, UINT32_MAX);
	}
	if (which == '?' || optind != argc || port == 0 || port > 65535 || sflow_port > 65535 ||
		m->rate == 0 || m->every == 0 || m->each < 2 || valid > VALID_MOST ||
		m->spoof > 15000000) {
		fputs("usage: mutator --port PORT [--sflow-port PORT] [--packets N] [--rate "
		      "A_SECOND] [--seed N]\n"
		      "  [--changes MOST (0: all valid)] [--valid EXPORTERS (of each kind)]\n"
		      "  [--every N (one valid datagram for N others)] [--spoof ADDRESSES "
		      "[--each DATAGRAMS (2)]]\n"
		      "  [--wait (says \"damaged\", and sends the end after a byte from standard "
		      "input)]\n",
			stderr);
		exit(2);
	}
	m->port = (uint16_t)port;
	m->sflow_port = (uint16_t)(sflow_port > 0 ? sflow_port : port);
	m->valid = (uint32_t)valid;
}

int
main(int argc, char **argv)
{
	struct mutator *m = xcalloc(1, sizeof(*m));
	struct counted healed[2] = {0};
	int64_t begun;

	*m = (struct mutator){.packets = 60000,
		.rate = 15000,
		.seed = 1,
		.changes_most = 3,
		.every = 10,
		.each = 2,
		.valid = 4};
	take_options(m, argc, argv);
	loopback_catch();
	prctl(PR_SET_TIMERSLACK, 1);
	set_up(m);
	begun = loopback_clock();
	send_all(m);
	if (m->wait) {
		puts("damaged");
		fflush(stdout);
		(void)getchar();
	}
	for (int k = 0; k < 2 && m->spoof == 0; k++)
		heal(m, k == 0 ? DAMAGED_V9 : DAMAGED_IPFIX, &healed[k]);
	report(m, healed, (double)(loopback_clock() - begun) / SECOND);
	for (int k = 0; k < GROUPS; k++) {
		for (uint32_t i = 0; i < m->groups[k].count; i++)
			close(m->groups[k].sockets[i]);
		load_free(m->groups[k].load);
	}
	for (int i = 0; i < KINDS; i++) {
		close(m->sockets[i]);
		load_free(m->loads[i]);
	}
	free(m);
	return 0;
}
