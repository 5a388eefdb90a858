/* SPDX-License-Identifier: BSD-2-Clause */
/* The actor's back end of RADIUS, told by lines what is wanted and which sessions there are: what a test with a real
 * NAS needs.
 *
 *     nasdriver STATE NASES
 *
 * "session LINE NAME USER" (at 127.0.0.1), "record LINE" (one of accounting, of now), "end LINE"; "apply LINE KIND",
 * "undo LINE KIND"; "whole" after all that holds at the begin; "status" answers with a line. LINE: from 1. */
#include "service/actingradius.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINES 1024

static struct driver {
	struct daemon_settings settings;
	struct status_process process;
	struct duty duty;
	struct actingradius *radius;
	struct holding *holding; /* that it is there says that all is known */
	struct actingradius_session session[LINES];
	bool has_session[LINES];
	bool is_over;
	char line[65536];
	size_t line_length;
} driver;

static int
find(void *context, uint64_t line, struct actingradius_session *ret)
{
	(void)context;
	if (line >= LINES || !driver.has_session[line])
		return -ENOENT;
	*ret = driver.session[line];
	return 0;
}

static void
order(uint64_t line, struct text kind, enum order_verb verb)
{
	struct order of = {.measure = 1, .line = line, .verb = (uint8_t)verb};

	while (of.kind < MEASURE_KINDS && !text_is(kind, measure_names[of.kind]))
		of.kind++;
	actingradius_kind.order(driver.radius, &of);
}

static void
print_status(void)
{
	const uint64_t *value = driver.process.value;

	actingradius_kind.show(driver.radius, &driver.duty);
	printf("lines=%" PRIu64 " held=%" PRIu64 " left=%" PRIu64 " requests=%" PRIu64
	       " acks=%" PRIu64 " naks=%" PRIu64 " retries=%" PRIu64 " failed=%" PRIu64
	       " words=%s\n",
		value[COUNT_NAS_LINES], value[COUNT_NAS_HELD], value[COUNT_NAS_LEFT],
		value[COUNT_NAS_REQUESTS], value[COUNT_NAS_ACKS], value[COUNT_NAS_NAKS],
		value[COUNT_NAS_RETRIES], value[COUNT_NAS_FAILED],
		actingradius_kind.wrong(driver.radius));
	fflush(stdout);
}

static void
command(struct text rest)
{
	struct text word = text_cut(&rest, ' '), number = text_cut(&rest, ' ');
	struct clock clock = {.has_begun = false};
	uint64_t line = 0;

	(void)clock_read(&clock);
	if (number.length > 0 && text_parse_u64(number, LINES - 1, &line) < 0)
		exit(2);
	if (text_is(word, "session")) {
		struct actingradius_session *session = &driver.session[line];
		struct text name = text_cut(&rest, ' ');

		*session = (struct actingradius_session){
			.nas = address_from_v4(0x7f000001), .shown = clock.now};
		snprintf(session->name, sizeof(session->name), "%.*s", (int)name.length, name.at);
		snprintf(session->user, sizeof(session->user), "%.*s", (int)rest.length, rest.at);
		driver.has_session[line] = true;
	} else if (text_is(word, "record")) {
		/* What is asked for within this second may be after it. */
		driver.session[line].shown.us = clock.now.us + 2 * WALL_SECOND;
	} else if (text_is(word, "end")) {
		driver.has_session[line] = false;
	} else if (text_is(word, "apply")) {
		order(line, rest, ORDER_APPLY);
	} else if (text_is(word, "undo")) {
		order(line, rest, ORDER_UNDO);
	} else if (text_is(word, "whole")) {
		driver.holding = holding_new(16);
		actingradius_kind.anew(driver.radius, driver.holding);
	} else if (text_is(word, "status")) {
		print_status();
	}
}

static void
read_commands(void)
{
	ssize_t n = read(STDIN_FILENO, driver.line + driver.line_length,
		sizeof(driver.line) - driver.line_length);
	struct text rest;

	driver.is_over = n <= 0;
	driver.line_length += n > 0 ? (size_t)n : 0;
	rest = (struct text){driver.line, driver.line_length};
	while (rest.length > 0 && memchr(rest.at, '\n', rest.length) != NULL)
		command(text_cut(&rest, '\n'));
	memmove(driver.line, rest.at, rest.length);
	driver.line_length = rest.length;
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	driver.duty.status = &driver.process;
	snprintf(driver.settings.state, sizeof(driver.settings.state), "%s", argv[1]);
	snprintf(driver.settings.contain.routers.radius, ROUTER_PATH, "%s", argv[2]);
	driver.radius =
		actingradius_new(&driver.settings, (struct actingradius_sessions){find, NULL});
	actingradius_kind.begin(driver.radius);
	while (!driver.is_over) {
		struct pollfd polled[1 + ACTINGEND_POLLED] = {
			{.fd = STDIN_FILENO, .events = POLLIN}};
		int64_t left =
			actingradius_kind.see_to(driver.radius, driver.holding) - clock_steady();
		size_t count =
			actingradius_kind.polled(driver.radius, polled + 1, ACTINGEND_POLLED);

		(void)poll(polled, 1 + count,
			left < 0                     ? 0
				: left > WALL_SECOND ? 1000
						     : (int)(left / 1000) + 1);
		actingradius_kind.ready(driver.radius, polled + 1, count);
		if (polled[0].revents != 0)
			read_commands();
	}
	actingradius_free(driver.radius);
	holding_free(driver.holding);
	return 0;
}
