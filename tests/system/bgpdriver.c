/* SPDX-License-Identifier: BSD-2-Clause */
/* A BGP speaker with a socket, told by lines what to announce: what a test with a real router needs.
 *
 *     bgpdriver --local ADDRESS --peer ADDRESS --as N --peer-as N [--families BITS] [--most N] [--hold SECONDS]
 *               [--retry SECONDS] [--restart SECONDS] [--destination] [--no-export] [--password TEXT]
 *     bgpdriver --text [--destination] [--no-export]       the same lines, as those of ExaBGP
 *
 * "mail PREFIX [RATE]", "hole PREFIX", "release mail|hole PREFIX", "many N [RATE]" and "few N" (of 10.0.0.0/8 and
 * fd00::/16 in turn), "none"; "cut" (the connection is gone), "reset", "stop", "leave", "start"; "status" answers with
 * a line of JSON. Ends, with Cease, when its standard input does. */
#include "action/bgpspeaker.h"
#include "action/exabgptext.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define OUT (1 << 18)

struct driver {
	struct bgpspeaker_settings settings;
	struct bgpspeaker *speaker; /* NULL: text for ExaBGP */
	struct in_addr local;
	struct in_addr peer;
	const char *password;
	uint32_t connection; /* of fd */
	int fd;              /* -1: there is none */
	bool is_connecting;
	bool is_over;
	uint64_t news;
	uint8_t in[2 * BGP_RECEIVED];
	size_t in_length;
	uint8_t out[OUT];
	size_t out_begin, out_end;
	char line[65536];
	size_t line_length;
};

static struct wall
now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (struct wall){at.tv_sec * WALL_SECOND + at.tv_nsec / 1000};
}

static void
lose(struct driver *driver, const char *why)
{
	if (driver->fd >= 0)
		close(driver->fd);
	driver->fd = -1;
	driver->connection = 0;
	driver->is_connecting = false;
	driver->in_length = driver->out_begin = driver->out_end = 0;
	if (why != NULL)
		bgpspeaker_closed(driver->speaker, text_of(why), now());
}

/* RFC 2385: a key for that neighbor, before the connection is made. */
static int
set_password(int fd, struct in_addr peer, const char *password)
{
	struct tcp_md5sig key = {.tcpm_keylen = (uint16_t)strlen(password)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = peer};

	if (key.tcpm_keylen > TCP_MD5SIG_MAXKEYLEN)
		return -EINVAL;
	memcpy(&key.tcpm_addr, &to, sizeof(to));
	memcpy(key.tcpm_key, password, key.tcpm_keylen);
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)) < 0 ? -errno : 0;
}

static void
make_connection(struct driver *driver, uint32_t connection)
{
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = driver->local};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = driver->peer, .sin_port = htons(BGP_PORT)};
	int r = 0;

	driver->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(driver->fd >= 0);
	if (driver->password != NULL)
		r = set_password(driver->fd, driver->peer, driver->password);
	if (r < 0) {
		lose(driver, strerror(-r));
		return;
	}
	driver->connection = connection;
	driver->is_connecting = true;
	if (bind(driver->fd, (struct sockaddr *)&from, sizeof(from)) < 0 ||
		(connect(driver->fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
			errno != EINPROGRESS))
		lose(driver, strerror(errno));
}

static void
send_some(struct driver *driver)
{
	while (driver->fd >= 0 && driver->out_begin < driver->out_end) {
		ssize_t n = send(driver->fd, driver->out + driver->out_begin,
			driver->out_end - driver->out_begin, MSG_NOSIGNAL);

		if (n < 0) {
			if (errno != EAGAIN)
				lose(driver, strerror(errno));
			return;
		}
		driver->out_begin += (size_t)n;
	}
	driver->out_begin = driver->out_end = 0;
}

/* What the speaker has to say at this moment. true: it must be asked again. */
static bool
step_once(struct driver *driver, struct wall *wake)
{
	struct bgpspeaker_step next;
	struct writer writer;
	uint64_t random;
	int fd = driver->fd;

	must(getrandom(&random, sizeof(random), 0) == sizeof(random));
	memmove(driver->out, driver->out + driver->out_begin, driver->out_end - driver->out_begin);
	driver->out_end -= driver->out_begin;
	driver->out_begin = 0;
	writer = writer_on(driver->out + driver->out_end, OUT - driver->out_end);
	next = bgpspeaker_step(driver->speaker, now(), random, &writer);
	*wake = next.wake;
	driver->out_end += writer_length(&writer);
	if (driver->is_connecting)
		driver->out_end = 0;
	send_some(driver);
	if (driver->fd != fd)
		return true;
	if (next.connection != driver->connection) {
		lose(driver, NULL);
		if (next.connection != 0)
			make_connection(driver, next.connection);
		return next.connection != driver->connection;
	}
	return writer_length(&writer) > 0 && driver->out_end == 0;
}

static struct wall
step(struct driver *driver)
{
	struct wall wake;
	uint64_t news;

	while (step_once(driver, &wake))
		continue;
	news = bgpspeaker_status(driver->speaker).news;
	if (news != driver->news && bgpspeaker_words(driver->speaker)[0] != '\0')
		fprintf(stderr, "%s\n", bgpspeaker_words(driver->speaker));
	driver->news = news;
	return wake;
}

static void
finish_connection(struct driver *driver)
{
	socklen_t length = sizeof(int);
	int error = 0;

	getsockopt(driver->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0) {
		lose(driver, strerror(error));
		return;
	}
	driver->is_connecting = false;
	bgpspeaker_connected(driver->speaker, now());
}

static void
receive(struct driver *driver)
{
	ssize_t n = recv(driver->fd, driver->in + driver->in_length,
		sizeof(driver->in) - driver->in_length, 0);
	struct reader reader;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		lose(driver, n == 0 ? "it was closed" : strerror(errno));
		return;
	}
	driver->in_length += (size_t)n;
	reader = reader_on(driver->in, driver->in_length);
	bgpspeaker_received(driver->speaker, &reader, now());
	driver->in_length = reader_left(&reader);
	memmove(driver->in, reader.at, driver->in_length);
}

static void
print_status(const struct driver *driver)
{
	struct bgpspeaker_status status = bgpspeaker_status(driver->speaker);
	const struct bgpspeaker_counts *counts = bgpspeaker_counts(driver->speaker);
	struct buffer words;

	buffer_init(&words, 4096);
	buffer_json(&words, text_of(bgpspeaker_words(driver->speaker)));
	printf("{\"state\": \"%s\", \"agreed\": %u, \"missing\": %u, \"hold\": %u, \"wanted\": "
	       "%" PRIu32 ", \"announced\": %" PRIu32 ", \"whole\": %s, \"sessions\": %" PRIu64
	       ", \"told\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"refreshes\": %" PRIu64
	       ", \"passed\": %" PRIu64 ", \"words\": %s}\n",
		bgpspeaker_state_names[status.state], status.agreed, status.missing, status.hold,
		status.wanted, status.announced, status.is_whole ? "true" : "false",
		counts->sessions, counts->told, counts->refused, counts->refreshes, counts->passed,
		buffer_string(&words));
	buffer_done(&words);
}

static void
change(struct driver *driver, const struct flowspec_rule *rule, bool is_wanted)
{
	struct buffer text;

	if (driver->speaker != NULL) {
		if (!is_wanted)
			(void)bgpspeaker_unwant(driver->speaker, rule);
		else if (bgpspeaker_want(driver->speaker, rule) < 0)
			fprintf(stderr, "a rule was refused\n");
		return;
	}
	buffer_init(&text, 4096);
	if (is_wanted)
		exabgptext_announce(&driver->settings.rules, rule, &text);
	else
		exabgptext_withdraw(&driver->settings.rules, rule, &text);
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
}

static void
change_named(struct driver *driver, struct text kind, struct text rest, bool is_wanted)
{
	struct flowspec_rule rule = {
		.kind = text_is(kind, "hole") ? FLOWSPEC_BLACKHOLE : FLOWSPEC_MAIL};
	struct text prefix = text_cut(&rest, ' ');
	uint64_t rate = 0;

	if (prefix_parse(prefix, &rule.prefix) < 0 ||
		(rest.length > 0 && text_parse_u64(rest, UINT32_MAX, &rate) < 0)) {
		fprintf(stderr, "no rule\n");
		return;
	}
	rule.rate = (uint32_t)rate;
	change(driver, &rule, is_wanted);
}

static void
change_many(struct driver *driver, struct text rest, bool is_wanted)
{
	struct text number = text_cut(&rest, ' ');
	uint64_t count = 0, rate = 0;

	if (text_parse_u64(number, 1 << 20, &count) < 0 ||
		(rest.length > 0 && text_parse_u64(rest, UINT32_MAX, &rate) < 0))
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct flowspec_rule rule = {.rate = (uint32_t)rate};
		struct address *address = &rule.prefix.address;

		if (i % 2 == 0) {
			*address = address_from_v4(0x0a000000 + i);
			rule.prefix.length = 128;
		} else {
			*address = (struct address){{0xfd, 0, 0, 0, 0, (uint8_t)(i >> 16),
				(uint8_t)(i >> 8), (uint8_t)i}};
			rule.prefix.length = 64;
		}
		change(driver, &rule, is_wanted);
	}
}

static void
command(struct driver *driver, struct text line)
{
	struct text word = text_cut(&line, ' ');

	if (text_is(word, "mail") || text_is(word, "hole")) {
		change_named(driver, word, line, true);
	} else if (text_is(word, "release")) {
		word = text_cut(&line, ' ');
		change_named(driver, word, line, false);
	} else if (text_is(word, "many") || text_is(word, "few")) {
		change_many(driver, line, text_is(word, "many"));
	} else if (driver->speaker == NULL) {
		fprintf(stderr, "only rules have a text\n");
	} else if (text_is(word, "none")) {
		bgpspeaker_unwant_all(driver->speaker);
	} else if (text_is(word, "cut")) {
		lose(driver, "cut");
	} else if (text_is(word, "leave")) {
		bgpspeaker_leave(driver->speaker);
	} else if (text_is(word, "reset")) {
		bgpspeaker_reset(driver->speaker);
	} else if (text_is(word, "stop")) {
		bgpspeaker_stop(driver->speaker);
	} else if (text_is(word, "start")) {
		bgpspeaker_start(driver->speaker);
	} else if (text_is(word, "status")) {
		print_status(driver);
	}
	fflush(stdout);
}

static void
read_commands(struct driver *driver)
{
	ssize_t n = read(STDIN_FILENO, driver->line + driver->line_length,
		sizeof(driver->line) - driver->line_length);
	struct text rest;

	if (n <= 0) {
		driver->is_over = true;
		return;
	}
	driver->line_length += (size_t)n;
	rest = (struct text){driver->line, driver->line_length};
	while (memchr(rest.at, '\n', rest.length) != NULL)
		command(driver, text_cut(&rest, '\n'));
	memmove(driver->line, rest.at, rest.length);
	driver->line_length = rest.length;
}

static void
run(struct driver *driver)
{
	while (!driver->is_over) {
		struct wall wake = step(driver);
		int64_t ms = wake.us == INT64_MAX ? 60000 : (wake.us - now().us) / 1000 + 1;
		struct pollfd poll_of[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = driver->fd, .events = POLLIN}};

		if (driver->is_connecting || driver->out_end > 0)
			poll_of[1].events = POLLIN | POLLOUT;
		if (poll(poll_of, 2, ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms) < 0)
			continue;
		if (driver->fd >= 0 && driver->is_connecting && poll_of[1].revents != 0) {
			finish_connection(driver);
		} else if (driver->fd >= 0) {
			if (poll_of[1].revents & POLLOUT)
				send_some(driver);
			if (driver->fd >= 0 && poll_of[1].revents & (POLLIN | POLLERR | POLLHUP))
				receive(driver);
		}
		if (poll_of[0].revents != 0)
			read_commands(driver);
	}
	bgpspeaker_stop(driver->speaker);
	(void)step(driver);
}

static uint32_t
number_of(const char *text)
{
	uint64_t number;

	if (text_parse_u64(text_of(text), UINT32_MAX, &number) < 0) {
		fprintf(stderr, "%s is no number\n", text);
		exit(2);
	}
	return (uint32_t)number;
}

static const struct option options[] = {{"local", 1, NULL, 'l'}, {"peer", 1, NULL, 'p'},
	{"as", 1, NULL, 'a'}, {"peer-as", 1, NULL, 'b'}, {"families", 1, NULL, 'f'},
	{"most", 1, NULL, 'm'}, {"hold", 1, NULL, 'h'}, {"retry", 1, NULL, 'r'},
	{"restart", 1, NULL, 'k'}, {"destination", 0, NULL, 'd'}, {"no-export", 0, NULL, 'n'},
	{"password", 1, NULL, 'w'}, {"text", 0, NULL, 't'}, {NULL, 0, NULL, 0}};

static bool
read_options(struct driver *driver, int argc, char **argv)
{
	struct bgpspeaker_settings *settings = &driver->settings;
	bool is_text = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'l')
			inet_pton(AF_INET, optarg, &driver->local);
		else if (option == 'p')
			inet_pton(AF_INET, optarg, &driver->peer);
		else if (option == 'a')
			settings->rules.as = number_of(optarg);
		else if (option == 'b')
			settings->peer_as = number_of(optarg);
		else if (option == 'f')
			settings->families = (uint8_t)number_of(optarg);
		else if (option == 'm')
			settings->most = number_of(optarg);
		else if (option == 'h')
			settings->hold = (uint16_t)number_of(optarg);
		else if (option == 'k')
			settings->restart = (uint16_t)number_of(optarg);
		else if (option == 'r')
			settings->retry_first_us = settings->retry_most_us =
				number_of(optarg) * WALL_SECOND;
		else if (option == 'd')
			settings->rules.has_destination = true;
		else if (option == 'n')
			settings->rules.has_no_export = true;
		else if (option == 'w')
			driver->password = optarg;
		else if (option == 't')
			is_text = true;
		else
			exit(2);
	}
	return is_text;
}

int
main(int argc, char **argv)
{
	static struct driver driver = {.fd = -1};
	struct flowspec_settings *rules = &driver.settings.rules;
	struct fail fail = {0};

	bgpspeaker_defaults(&driver.settings);
	rules->has_next_hop4 = rules->has_next_hop6 = true;
	must(address_parse(TEXT("192.0.2.1"), &rules->next_hop4) == 0);
	must(address_parse(TEXT("100::1"), &rules->next_hop6) == 0);
	if (read_options(&driver, argc, argv)) {
		while (!driver.is_over)
			read_commands(&driver);
		return 0;
	}
	driver.settings.identifier = ntohl(driver.local.s_addr);
	if (bgpspeaker_check(&driver.settings, &fail) < 0) {
		fprintf(stderr, "%s\n", fail.what);
		return 2;
	}
	driver.speaker = bgpspeaker_new(&driver.settings);
	bgpspeaker_start(driver.speaker);
	run(&driver);
	if (driver.fd >= 0)
		close(driver.fd);
	bgpspeaker_free(driver.speaker);
	return 0;
}
