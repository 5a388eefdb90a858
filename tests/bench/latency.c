/* SPDX-License-Identifier: BSD-2-Clause */
/* How long it takes from a datagram to the case in the ledger: one fresh line after the other opens the connections
 * of a zombie, all in a few datagrams at once, and the ledger is asked until it has one case more. The clock runs from
 * before the first of them is sent, so the figures hold a little too much, never too little. Nothing else may open
 * cases meanwhile; other traffic may flow. */
#include "base/fail.h"
#include "load.h"
#include "loopback.h"

#include <errno.h>
#include <getopt.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND     INT64_C(1000000)
#define EXPORTER   (LOOPBACK + 199)
#define CONTACTS   (EXPORTER_RECORDS / 2) /* of a datagram */
#define LINES_MOST 100000
#define POLL_US    200
/* The sender's zombies come before these. */
#define FIRST      500000
#define FIRST_SPAN 3000000

struct latency {
	const char *ledger;
	bool confirmed; /* waits until the case is confirmed, not only there */
	uint16_t port;
	uint64_t lines, gap_ms, contacts, timeout_s;
	enum exporter_kind kind;
	struct load *load;
	int socket;
	int64_t template_next;
	sqlite3 *db;
	sqlite3_stmt *statement;
};

static void
fail_sqlite(const struct latency *l)
{
	fprintf(stderr, "%s: %s\n", l->ledger, sqlite3_errmsg(l->db));
	exit(1);
}

static void
open_ledger(struct latency *l)
{
	const char *sql = l->confirmed ? "SELECT count(*) FROM cases WHERE confirmed IS NOT NULL"
				       : "SELECT count(*) FROM cases";

	if (sqlite3_open_v2(l->ledger, &l->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		fail_sqlite(l);
	sqlite3_busy_timeout(l->db, 1000);
	if (sqlite3_prepare_v2(l->db, sql, -1, &l->statement, NULL) != SQLITE_OK)
		fail_sqlite(l);
}

static int64_t
cases(struct latency *l)
{
	int64_t count;

	if (sqlite3_step(l->statement) != SQLITE_ROW)
		fail_sqlite(l);
	count = sqlite3_column_int64(l->statement, 0);
	sqlite3_reset(l->statement);
	return count;
}

static void
send_one(struct latency *l, const uint8_t *at, size_t size)
{
	while (send(l->socket, at, size, 0) < 0) {
		if (errno != EINTR)
			loopback_fail("send");
	}
}

static void
send_templates(struct latency *l)
{
	uint8_t datagram[EXPORTER_SLOT];
	int64_t now = loopback_clock();

	if (now < l->template_next)
		return;
	load_time(l->load, loopback_wall());
	send_one(l, datagram, load_template(l->load, 0, datagram));
	send_one(l, datagram, load_options(l->load, 0, datagram));
	l->template_next = now + SECOND;
	loopback_sleep_until(now + SECOND / 10);
}

/* Returns microseconds; -1: there was no case in time. */
static int64_t
measure(struct latency *l, uint32_t zombie)
{
	int64_t before = cases(l), begun;

	send_templates(l);
	load_time(l->load, loopback_wall());
	begun = loopback_clock();
	for (uint64_t i = 0; i < l->contacts; i += CONTACTS) {
		uint8_t datagram[EXPORTER_SLOT];

		send_one(l, datagram, load_contacts(l->load, 0, zombie, (uint32_t)i, datagram));
	}
	while (!loopback_stop && loopback_clock() - begun < (int64_t)l->timeout_s * SECOND) {
		if (cases(l) > before)
			return loopback_clock() - begun;
		loopback_sleep_until(loopback_clock() + POLL_US);
	}
	return -1;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
report(int64_t *times, uint64_t found, uint64_t asked)
{
	const double shares[] = {0.5, 0.9, 0.99};

	qsort(times, found, sizeof(*times), by_size);
	printf("{\"lines\":%lu,\"found\":%lu", asked, found);
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares) && found > 0; i++) {
		/* The smallest that so large a share does not exceed. */
		uint64_t place = (uint64_t)(shares[i] * (double)found + 0.999999);

		printf(",\"p%.0f_ms\":%.3f", shares[i] * 100,
			(double)times[place > 0 ? place - 1 : 0] / 1000);
	}
	if (found > 0)
		printf(",\"least_ms\":%.3f,\"most_ms\":%.3f", (double)times[0] / 1000,
			(double)times[found - 1] / 1000);
	puts("}");
	return found == asked ? 0 : 1;
}

static void
take_options(struct latency *l, int argc, char **argv)
{
	static const struct option options[] = {{"ledger", required_argument, NULL, 'l'},
		{"port", required_argument, NULL, 'p'}, {"kind", required_argument, NULL, 'k'},
		{"lines", required_argument, NULL, 'n'}, {"gap", required_argument, NULL, 'g'},
		{"contacts", required_argument, NULL, 'c'},
		{"timeout", required_argument, NULL, 't'}, {"confirmed", no_argument, NULL, 'C'},
		{0}};
	int which;

	while ((which = getopt_long(argc, argv, "", options, NULL)) >= 0 && which != '?') {
		if (which == 'l')
			l->ledger = optarg;
		else if (which == 'C')
			l->confirmed = true;
		else if (which == 'k')
			l->kind = strcmp(optarg, "ipfix") == 0 ? KIND_IPFIX : KIND_V9;
		else if (which == 'p')
			l->port = (uint16_t)loopback_number("port", optarg, 65535);
		else if (which == 'n')
			l->lines = loopback_number("lines", optarg, LINES_MOST);
		else if (which == 'g')
			l->gap_ms = loopback_number("gap", optarg, 100000);
		else if (which == 'c')
			l->contacts = loopback_number("contacts", optarg, 1000);
		else
			l->timeout_s = loopback_number("timeout", optarg, 3600);
	}
	if (which == '?' || optind != argc || l->ledger == NULL || l->port == 0 || l->lines == 0) {
		fputs("usage: latency --ledger FILE --port PORT [--kind v9|ipfix] [--lines N] "
		      "[--gap MS (between lines)]\n"
		      "  [--contacts N (of a line)] [--timeout SECONDS] [--confirmed]\n",
			stderr);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct latency l = {.lines = 200, .gap_ms = 50, .contacts = 60, .timeout_s = 10};
	struct load_settings settings = LOAD_DEFAULTS;
	uint64_t found = 0, asked = 0;
	uint32_t first;
	int64_t *times;
	int code;

	take_options(&l, argc, argv);
	loopback_catch();
	prctl(PR_SET_TIMERSLACK, 1);
	open_ledger(&l);
	settings.exporters = 1;
	settings.kind = l.kind;
	l.load = load_new(&settings);
	l.socket = loopback_socket(EXPORTER, l.port);
	times = xcalloc(l.lines, sizeof(*times));
	/* Others each time, as a line is fresh only once. */
	first = FIRST + (uint32_t)((uint64_t)loopback_wall() / 1000 % FIRST_SPAN);
	for (uint32_t i = 0; i < l.lines && !loopback_stop; i++) {
		int64_t us = measure(&l, first + i);

		asked++;
		if (us >= 0)
			times[found++] = us;
		/* Never in step with anybody's timer. */
		loopback_sleep_until(loopback_clock() + (int64_t)l.gap_ms * 1000 +
			(int64_t)(i * UINT32_C(2654435761) % 10007));
	}
	code = report(times, found, asked);
	sqlite3_finalize(l.statement);
	sqlite3_close(l.db);
	close(l.socket);
	free(times);
	load_free(l.load);
	return code;
}
