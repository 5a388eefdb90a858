/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounting requests with a socket around them: accountingserver PORT SECRET [REFUSED] listens on 127.0.0.1, prints
 * "ready", each event as a line, and its counts at the end of standard input; the first REFUSED events are not taken.
 * accountingserver --detail FILE prints the events of a detail file, and its counts. */
#include "identity/accountingfile.h"
#include "runtime/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t refused;

static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "accountingserver: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
print_text(const char *name, struct text text)
{
	printf(" %s=%.*s", name, (int)text.length, text.length > 0 ? text.at : "");
}

static int
take(void *context, const struct accounting_event *event)
{
	char text[PREFIX_TEXT], stamp[WALL_TEXT];

	if (refused > 0) {
		refused--;
		return -EAGAIN;
	}
	printf("event %s", accounting_kind_names[event->kind]);
	print_text("line", event->line);
	print_text("session", event->session);
	printf(" nas=%s time=%s", address_format(&event->nas, text),
		event->is_stamped ? wall_format(event->time, stamp) : "arrival");
	if (!event->is_stamped && event->time.us != event->arrived.us)
		printf("-%llds", (long long)((event->arrived.us - event->time.us) / WALL_SECOND));
	for (size_t i = 0; i < event->held_count; i++)
		printf(" %s", prefix_format(&event->held[i].prefix, text));
	printf("\n");
	fflush(stdout);
	(void)context;
	return 0;
}

static void
print_counts(const struct accounting_counts *counts)
{
	printf("counts requests=%llu answers=%llu doubles=%llu strangers=%llu incomplete=%llu "
	       "not-taken=%llu others=%llu unnamed=%llu",
		(unsigned long long)counts->requests, (unsigned long long)counts->answers,
		(unsigned long long)counts->doubles, (unsigned long long)counts->strangers,
		(unsigned long long)counts->incomplete, (unsigned long long)counts->not_taken,
		(unsigned long long)counts->others, (unsigned long long)counts->unnamed);
	for (int i = 1; i < RADIUS_FAULTS; i++)
		printf(" %s=%llu", radius_fault_names[i], (unsigned long long)counts->faults[i]);
	for (int i = 0; i < ACCOUNTING_KINDS; i++)
		printf(" %s=%llu", accounting_kind_names[i], (unsigned long long)counts->events[i]);
	printf("\n");
}

static void
read_detail(const char *path)
{
	static struct accountingfile file;
	static char bytes[1 << 20];
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;
	FILE *stream = fopen(path, "re");
	struct accounting_event event;
	size_t length, at = 0, n;
	bool has_event;

	if (stream == NULL)
		give_up(path);
	length = fread(bytes, 1, sizeof(bytes), stream);
	fclose(stream);
	accountingfile_init(&file, &settings, NULL);
	while ((n = accountingfile_read(&file, (struct text){bytes + at, length - at}, true,
			&has_event, &event)) > 0) {
		if (has_event)
			(void)take(NULL, &event);
		at += n;
	}
	printf("records=%llu damaged=%llu ", (unsigned long long)file.counts.records,
		(unsigned long long)file.counts.damaged);
	print_counts(&file.counts.events);
}

static int
listen_on(const char *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t number;

	if (text_parse_u64(text_of(port), UINT16_MAX, &number) < 0)
		give_up(port);
	at.sin_port = htons((uint16_t)number);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		give_up(port);
	return fd;
}

static void
answer(struct accounting *accounting, struct radius_key *key, int fd)
{
	uint8_t bytes[RADIUS_MOST], back[RADIUS_MOST];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size);
	struct accounting_peer peer = {.key = key};
	struct clock clock = {.has_begun = false};
	size_t length;

	if (n < 0)
		give_up("recvfrom");
	clock_read(&clock);
	peer.source = address_from_v4(ntohl(from.sin_addr.s_addr));
	peer.port = ntohs(from.sin_port);
	length = accounting_request(accounting, &peer, bytes, (size_t)n, clock.now, back);
	if (length > 0 && sendto(fd, back, length, 0, (struct sockaddr *)&from, sizeof(from)) < 0)
		give_up("sendto");
}

int
main(int argc, char **argv)
{
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;
	struct accounting *accounting;
	struct radius_key *key;
	struct pollfd polled[2];
	struct fail fail;

	if (argc == 3 && strcmp(argv[1], "--detail") == 0) {
		read_detail(argv[2]);
		return 0;
	}
	if (argc < 3 || radius_key_new(text_of(argv[2]), &key, &fail) < 0 ||
		(argc > 3 && text_parse_u64(text_of(argv[3]), 100, &refused) < 0))
		return 2;
	settings.taker.take = take;
	accounting = accounting_new(&settings);
	polled[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	polled[1] = (struct pollfd){.fd = listen_on(argv[1]), .events = POLLIN};
	printf("ready\n");
	fflush(stdout);
	while (poll(polled, 2, -1) >= 0 && polled[0].revents == 0) {
		if (polled[1].revents != 0)
			answer(accounting, key, polled[1].fd);
	}
	print_counts(accounting_counts(accounting));
	(void)accounting_free(accounting);
	(void)radius_key_free(key);
	return 0;
}
