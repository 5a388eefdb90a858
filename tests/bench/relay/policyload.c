/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A closed loop of smtpds: each connection has one request out, and the next one follows its answer at once. Prints, as
 * JSON, how many were answered and with what, how long answers took, and the CPU time that this program used itself.
 *
 *     policyload --to unix:PATH|tcp:PORT [--connections N] [--users N] [--domains N] [--stages STAGES]
 *                [--seconds N | --requests N] [--fill] [--seed N]
 *
 * STAGES are message (a question at RCPT and one at END-OF-MESSAGE), or rcpt, data or end (one question). Who sends is
 * drawn at random, or with --fill is each user in turn, as many as --requests says. Times are from before the write to
 * after the read.
 */
#include "../loopback.h"
#include "base/text.h"
#include "policysocket.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS     64
#define MOST       4096 /* connections */
#define REQUEST    1024 /* bytes */
#define ANSWER     1024
#define SECOND     INT64_C(1000000000)
#define FINE       32 /* steps of the histogram from one power of two to the next */
#define STEPS      (64 * FINE)
#define WORDS      16
#define INSTANCE   16
#define USER       8
#define DOMAIN     4
#define QUIET_MOST 30 /* seconds without any answer */

/* As Postfix 3.7 sends them, in its order, by way of an example. */
static const char form[] =
	"request=smtpd_access_policy\nprotocol_state=%s\nprotocol_name=ESMTP\n"
	"client_address=192.0.2.41\nclient_name=client-41.example.net\nclient_port=52734\n"
	"reverse_client_name=client-41.example.net\nserver_address=198.51.100.25\nserver_port=587\n"
	"helo_name=laptop.example.net\nsender=someone@example.com\n"
	"recipient=recipient@example.org\nrecipient_count=%u\nqueue_id=%s\n"
	"instance=%016x\nsize=20483\netrn_domain=\nstress=\nsasl_method=PLAIN\n"
	"sasl_username=u%08u%s\nsasl_sender=\nccert_subject=\nccert_issuer=\n"
	"ccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\n"
	"encryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n\n";

struct request {
	char bytes[REQUEST];
	size_t length;
	char *instance; /* in bytes, as the others */
	char *user;
	char *domain; /* NULL: names have none */
};

enum stage { RCPT, DATA, END, STAGES };

struct connection {
	int socket;
	uint64_t message; /* number of the present one */
	uint64_t user;
	int64_t sent; /* nanoseconds */
	unsigned step;
	size_t have; /* of the answer */
	char answer[ANSWER];
};

static struct {
	const char *to;
	uint64_t connections;
	uint64_t users;
	uint64_t domains;
	uint64_t seconds;
	uint64_t requests; /* 0: as many as come */
	uint64_t seed;
	bool fills;
	unsigned steps; /* of a message */
	enum stage stage[2];
} settings = {.connections = 64,
	.users = 1000000,
	.seconds = 5,
	.seed = 1,
	.steps = 2,
	.stage = {RCPT, END}};

static struct request requests[STAGES];
static struct connection connections[MOST];
static uint64_t histogram[STEPS];
static struct {
	char text[32];
	uint64_t count;
} words[WORDS];
static uint64_t asked, answered, messages;
static int64_t slowest;

static int64_t
nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void
make_request(enum stage stage)
{
	static const char *const names[STAGES] = {"RCPT", "DATA", "END-OF-MESSAGE"};
	struct request *request = &requests[stage];
	int n = snprintf(request->bytes, sizeof(request->bytes), form, names[stage],
		stage == RCPT ? 0U : 1U, stage == RCPT ? "" : "4WxYzA1B2C3D4E", 0U, 0U,
		settings.domains > 0 ? "@d0000.example" : "");

	request->length = (size_t)n;
	request->instance = strstr(request->bytes, "\ninstance=") + 10;
	request->user = strstr(request->bytes, "\nsasl_username=u") + 16;
	request->domain = settings.domains > 0 ? request->user + USER + 2 : NULL;
}

static void
put_number(char *at, unsigned digits, uint64_t number)
{
	while (digits-- > 0) {
		at[digits] = (char)('0' + number % 10);
		number /= 10;
	}
}

/* SplitMix64. */
static uint64_t
draw(void)
{
	static uint64_t state;
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15)) + settings.seed * 0x10001;

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void
ask(struct connection *connection)
{
	struct request *request = &requests[settings.stage[connection->step]];

	if (connection->step == 0) {
		connection->message = messages++;
		connection->user = (settings.fills ? connection->message : draw()) % settings.users;
	}
	/* Unlike those of other runs. */
	put_number(request->instance, INSTANCE, settings.seed * 10000000000 + connection->message);
	put_number(request->user, USER, connection->user);
	if (request->domain != NULL)
		put_number(request->domain, DOMAIN, connection->user % settings.domains);
	connection->step = (connection->step + 1) % settings.steps;
	asked++;
	if (send(connection->socket, request->bytes, request->length, MSG_NOSIGNAL) !=
		(ssize_t)request->length)
		loopback_fail("a request could not be sent");
}

static void
count_word(struct text answer)
{
	struct text word = {answer.at + 7, 0};
	size_t i = 0;

	while (7 + word.length < answer.length && word.at[word.length] > ' ' &&
		word.length + 1 < sizeof(words[0].text))
		word.length++;
	while (i + 1 < WORDS && words[i].text[0] != '\0' && !text_is(word, words[i].text))
		i++;
	memcpy(words[i].text, word.at, word.length);
	words[i].text[word.length] = '\0';
	words[i].count++;
}

static unsigned
step_of(int64_t ns)
{
	uint64_t value = (uint64_t)ns;
	int shift;

	if (value < 2 * FINE)
		return (unsigned)value;
	shift = 63 - __builtin_clzl(value) - 5;
	return (unsigned)(shift * FINE) + (unsigned)(value >> shift);
}

static int64_t
value_of(unsigned step)
{
	int shift = step < 2 * FINE ? 0 : (int)(step / FINE) - 1;

	return (int64_t)(step - (unsigned)(shift * FINE)) << shift;
}

/* False: the answer is not whole. */
static bool
hear(struct connection *connection, int64_t *now)
{
	ssize_t n = recv(connection->socket, connection->answer + connection->have,
		sizeof(connection->answer) - connection->have, 0);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		loopback_fail("a connection was closed");
	connection->have += (size_t)n;
	if (connection->have < 9 ||
		memcmp(connection->answer + connection->have - 2, "\n\n", 2) != 0)
		return false;
	*now = nanoseconds(CLOCK_MONOTONIC);
	histogram[step_of(*now - connection->sent)]++;
	if (*now - connection->sent > slowest)
		slowest = *now - connection->sent;
	count_word((struct text){connection->answer, connection->have});
	connection->have = 0;
	answered++;
	return true;
}

static void
connect_all(int epoll)
{
	for (uint64_t i = 0; i < settings.connections; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};

		connections[i].socket = policysocket_connect(settings.to);
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].socket, &event) < 0)
			loopback_fail("epoll_ctl");
	}
}

static void
serve(int epoll, int64_t until)
{
	struct epoll_event events[EVENTS];
	int64_t now = nanoseconds(CLOCK_MONOTONIC);

	for (uint64_t i = 0; i < settings.connections; i++) {
		connections[i].sent = now;
		ask(&connections[i]);
	}
	while (answered < asked && !loopback_stop) {
		int count = epoll_wait(epoll, events, EVENTS, QUIET_MOST * 1000);

		if (count == 0) {
			fprintf(stderr, "no answer for %d s\n", QUIET_MOST);
			exit(1);
		}
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;

			if (!hear(connection, &now))
				continue;
			if (now >= until || (settings.requests > 0 && asked >= settings.requests))
				continue;
			connection->sent = now;
			ask(connection);
		}
	}
}

static double
percentile(double part)
{
	uint64_t wanted = (uint64_t)((double)answered * part), seen = 0;
	unsigned step = 0;

	while (step + 1 < STEPS && (seen += histogram[step]) <= wanted)
		step++;
	return (double)value_of(step) / 1e3;
}

static void
report(double seconds, double cpu)
{
	printf("{\"requests\":%lu,\"seconds\":%.3f,\"per_second\":%.0f,\"bytes\":%zu,\"cpu_us\":%."
	       "3f,"
	       "\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"most_us\":%.1f,\"answers\":{",
		answered, seconds, (double)answered / seconds, requests[settings.stage[0]].length,
		cpu * 1e6 / (double)answered, percentile(0.5), percentile(0.99), percentile(0.999),
		(double)slowest / 1e3);
	for (size_t i = 0; i < WORDS && words[i].count > 0; i++)
		printf("%s\"%s\":%lu", i > 0 ? "," : "", words[i].text, words[i].count);
	printf("}}\n");
}

static void
take_stages(const char *name)
{
	static const char *const names[STAGES] = {"rcpt", "data", "end"};

	if (strcmp(name, "message") == 0)
		return;
	settings.steps = 1;
	for (enum stage i = 0; i < STAGES; i++) {
		settings.stage[0] = i;
		if (strcmp(name, names[i]) == 0)
			return;
	}
	fprintf(stderr, "--stages %s: message, rcpt, data or end is expected\n", name);
	exit(2);
}

static void
take_options(int argc, char **argv)
{
	static const struct option options[] = {{"to", required_argument, NULL, 't'},
		{"connections", required_argument, NULL, 'c'},
		{"users", required_argument, NULL, 'u'}, {"domains", required_argument, NULL, 'd'},
		{"stages", required_argument, NULL, 's'}, {"seconds", required_argument, NULL, 'S'},
		{"requests", required_argument, NULL, 'r'}, {"fill", no_argument, NULL, 'f'},
		{"seed", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 't':
			settings.to = optarg;
			break;
		case 'c':
			settings.connections = loopback_number("connections", optarg, MOST);
			break;
		case 'u':
			settings.users = loopback_number("users", optarg, 99999999);
			break;
		case 'd':
			settings.domains = loopback_number("domains", optarg, 9999);
			break;
		case 's':
			take_stages(optarg);
			break;
		case 'S':
			settings.seconds = loopback_number("seconds", optarg, 86400);
			break;
		case 'r':
			settings.requests = loopback_number("requests", optarg, UINT32_MAX);
			settings.seconds = 86400;
			break;
		case 'f':
			settings.fills = true;
			break;
		case 'e':
			settings.seed = loopback_number("seed", optarg, 99999);
			break;
		default:
			exit(2);
		}
	}
	if (settings.to == NULL || settings.connections == 0 || settings.users == 0 ||
		optind < argc) {
		fprintf(stderr, "policyload: where to? --to unix:PATH|tcp:PORT\n");
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int64_t begun, cpu;

	take_options(argc, argv);
	loopback_catch();
	for (enum stage i = 0; i < STAGES; i++)
		make_request(i);
	if (epoll < 0)
		loopback_fail("epoll");
	connect_all(epoll);
	begun = nanoseconds(CLOCK_MONOTONIC);
	cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	serve(epoll, begun + (int64_t)settings.seconds * SECOND);
	report((double)(nanoseconds(CLOCK_MONOTONIC) - begun) / 1e9,
		(double)(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e9);
	return answered == 0;
}
