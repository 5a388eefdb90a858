/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of RFC 5176 with sockets around it: coaclient --to ADDRESS:PORT --secret TEXT --profile FILE [OPTION]...,
 * where options with times take milliseconds. Lines of standard input: "order ID ACT SESSION USER", "shown ID", and
 * "counts". Prints "told ID STAGE CAUSE", "refused ID: WHY" and "counts NAME=NUMBER ...". At the end of its input it
 * goes on until all orders have ended. */
#include "action/coaprofile.h"
#include "base/hash.h"
#include "runtime/clock.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MILLISECOND 1000
#define LINE        512

struct program {
	struct coa *coa;
	struct coaprofile profile;
	struct coa_settings settings;
	struct coa_nas nas;
	struct address to;
	uint16_t port;
	struct clock clock;
	int sockets[COA_PORTS_MOST];
	struct buffer input;
	bool is_over; /* of the input */
};

static void __attribute__((noreturn)) give_up(const char *what, const char *why)
{
	fprintf(stderr, "coaclient: %s: %s\n", what, why);
	exit(1);
}

static uint64_t
number_of(const char *text)
{
	uint64_t number;

	if (text_parse_u64(text_of(text), UINT32_MAX, &number) < 0)
		give_up(text, "no number");
	return number;
}

static void
read_profile(struct program *program, const char *path)
{
	char text[65536];
	FILE *file = fopen(path, "re");
	struct coaprofile_place place;
	struct fail fail;
	size_t length;

	if (file == NULL)
		give_up(path, strerror(errno));
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (coaprofile_parse((struct text){text, length}, &program->profile, &place, &fail) < 0) {
		fprintf(stderr, "%s:%zu:%zu: %s\n", path, place.line, place.column, fail.what);
		exit(1);
	}
}

static void
set_to(struct program *program, char *text)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL ||
		address_parse((struct text){text, (size_t)(colon - text)}, &program->to) < 0)
		give_up(text, "no ADDRESS:PORT");
	program->port = (uint16_t)number_of(colon + 1);
}

static void
set_key(struct program *program, const char *secret)
{
	struct fail fail;

	if (radius_key_new(text_of(secret), &program->nas.key, &fail) < 0)
		give_up("secret", fail.what);
}

static void
read_options(struct program *program, int argc, char **argv)
{
	static const struct option names[] = {{"to", 1, NULL, 't'}, {"secret", 1, NULL, 's'},
		{"profile", 1, NULL, 'p'}, {"ports", 1, NULL, 'n'}, {"first", 1, NULL, 'f'},
		{"in-all", 1, NULL, 'a'}, {"later", 1, NULL, 'l'}, {"laters", 1, NULL, 'L'},
		{"shown-within", 1, NULL, 'w'}, {"needs-message", 0, NULL, 'm'}, {0}};
	struct coa_settings *settings = &program->settings;
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 't')
			set_to(program, optarg);
		else if (option == 's')
			set_key(program, optarg);
		else if (option == 'p')
			read_profile(program, optarg);
		else if (option == 'n')
			settings->ports = (unsigned)number_of(optarg);
		else if (option == 'f')
			settings->first = (int64_t)number_of(optarg) * MILLISECOND;
		else if (option == 'a')
			settings->in_all = (int64_t)number_of(optarg) * MILLISECOND;
		else if (option == 'l')
			settings->later = (int64_t)number_of(optarg) * MILLISECOND;
		else if (option == 'L')
			settings->laters = (unsigned)number_of(optarg);
		else if (option == 'w')
			settings->shown_within = (int64_t)number_of(optarg) * MILLISECOND;
		else if (option == 'm')
			program->nas.needs_message = true;
		else
			exit(2);
	}
	if (program->nas.key == NULL || program->port == 0 ||
		!program->profile.acts[COA_QUARANTINE].is_there)
		give_up("options", "--to, --secret and a --profile with quarantine are needed");
}

static void
open_sockets(struct program *program)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(program->port)};

	memcpy(&to.sin_addr, program->to.byte + 12, 4);
	for (unsigned i = 0; i < program->settings.ports; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			give_up("socket", strerror(errno));
		program->sockets[i] = fd;
	}
}

static uint64_t
session_hash(struct text session)
{
	static const struct hash_key key = {{1}};

	return hash_keyed(&key, session.at, session.length);
}

static void
order(struct program *program, struct text rest)
{
	struct text id = text_cut(&rest, ' '), act = text_cut(&rest, ' ');
	struct coa_session session = {.session = text_cut(&rest, ' '),
		.user = rest,
		.has = COA_SET(COA_NAS_IP_ADDRESS),
		.nas = program->to};
	uint8_t attributes[COA_ATTRIBUTES];
	struct coa_order made = {
		.session = session_hash(session.session), .attributes = attributes};
	struct fail fail = {.what = "no room"};
	int i = 0, r;

	while (i < COA_ACTS && !text_is(act, coa_act_names[i]))
		i++;
	if (i == COA_ACTS || text_parse_u64(id, UINT64_MAX, &made.id) < 0)
		give_up("order", "no such act, or no number");
	r = coaprofile_make(&program->profile, (enum coa_act)i, &session, attributes,
		&made.is_disconnect, &fail);
	made.length = r > 0 ? (size_t)r : 0;
	if (r < 0 || coa_add(program->coa, &made) < 0)
		printf("refused %llu: %s\n", (unsigned long long)made.id, fail.what);
}

static void
print_counts(const struct coa_counts *counts)
{
	printf("counts orders=%llu requests=%llu retries=%llu laters=%llu acks=%llu naks=%llu",
		(unsigned long long)counts->orders, (unsigned long long)counts->requests,
		(unsigned long long)counts->retries, (unsigned long long)counts->laters,
		(unsigned long long)counts->acks, (unsigned long long)counts->naks);
	for (int i = 0; i < COA_STAGES; i++)
		printf(" %s=%llu", coa_stage_names[i], (unsigned long long)counts->told[i]);
	for (int i = 1; i < RADIUS_FAULTS; i++)
		printf(" %s=%llu", radius_fault_names[i], (unsigned long long)counts->faults[i]);
	printf(" strays=%llu doubles=%llu late=%llu stale=%llu\n",
		(unsigned long long)counts->strays, (unsigned long long)counts->doubles,
		(unsigned long long)counts->late, (unsigned long long)counts->stale);
}

static void
obey(struct program *program, struct text line)
{
	struct text rest = line, what = text_cut(&rest, ' ');
	uint64_t id;

	if (text_is(what, "order"))
		order(program, rest);
	else if (text_is(what, "counts"))
		print_counts(coa_counts(program->coa));
	else if (!text_is(what, "shown") || text_parse_u64(rest, UINT64_MAX, &id) < 0)
		give_up("input", "expected order, shown or counts");
	else if (coa_shown(program->coa, id) < 0)
		printf("unknown %llu\n", (unsigned long long)id);
}

static void
read_input(struct program *program)
{
	struct buffer *input = &program->input;
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	char *end;

	if (n <= 0) {
		program->is_over = true;
		return;
	}
	buffer_add(input, bytes, (size_t)n);
	while (input->length > 0 && (end = memchr(input->at, '\n', input->length)) != NULL) {
		size_t length = (size_t)(end - input->at);

		obey(program, (struct text){input->at, length});
		input->length -= length + 1;
		memmove(input->at, end + 1, input->length);
	}
}

static void
work(struct program *program)
{
	struct coa_event event;

	while (coa_next(program->coa, program->clock.now, &event) == 1) {
		if (event.is_told)
			printf("told %llu %s %u\n", (unsigned long long)event.order,
				coa_stage_names[event.stage], event.cause);
		else
			/* What is lost is sent again. */
			(void)!send(program->sockets[event.port], event.bytes, event.length, 0);
	}
	fflush(stdout);
}

static void
receive(struct program *program, unsigned port)
{
	uint8_t bytes[RADIUS_MOST];
	ssize_t n;

	while ((n = recv(program->sockets[port], bytes, sizeof(bytes), 0)) >= 0)
		coa_answer(program->coa, 0, port, bytes, (size_t)n, program->clock.now);
}

static int
wait_time(const struct program *program)
{
	struct wall due = coa_due(program->coa, program->clock.now);
	int64_t left = due.us - program->clock.now.us;

	if (due.us == INT64_MAX)
		return -1;
	return left <= 0 ? 0 : (int)(left / MILLISECOND + 1);
}

int
main(int argc, char **argv)
{
	static struct program program;
	struct pollfd polled[1 + COA_PORTS_MOST];

	program.settings = COA_DEFAULTS;
	read_options(&program, argc, argv);
	program.nas.no_message = program.profile.no_message;
	program.nas.no_timestamp = program.profile.no_timestamp;
	program.coa = coa_new(&program.settings);
	if (coa_add_nas(program.coa, &program.nas) < 0)
		give_up("nas", "no room");
	open_sockets(&program);
	buffer_init(&program.input, 1 << 20);
	clock_read(&program.clock);
	polled[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (unsigned i = 0; i < program.settings.ports; i++)
		polled[1 + i] = (struct pollfd){.fd = program.sockets[i], .events = POLLIN};
	while (!program.is_over || coa_open(program.coa) > 0) {
		polled[0].fd = program.is_over ? -1 : STDIN_FILENO;
		if (poll(polled, 1 + program.settings.ports, wait_time(&program)) < 0)
			give_up("poll", strerror(errno));
		clock_read(&program.clock);
		if (polled[0].revents != 0)
			read_input(&program);
		for (unsigned i = 0; i < program.settings.ports; i++)
			receive(&program, i);
		work(&program);
	}
	print_counts(coa_counts(program.coa));
	(void)coa_free(program.coa);
	(void)radius_key_free(program.nas.key);
	buffer_done(&program.input);
	return 0;
}
