/* SPDX-License-Identifier: BSD-2-Clause */
/* The back end with its sockets, and a NAS on the loopback that the test plays. */
#include "coa_fixture.h"
#include "identity/line.h"
#include "service/actingradius.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE 77

static struct fixture {
	struct daemon_settings *settings;
	struct actingradius *radius;
	struct holding *holding;
	struct radius_key *key;
	int nas;
	uint8_t request[RADIUS_MOST];
	struct sockaddr_in from;
	bool has_session;
	struct actingradius_session session;
} all;

static int
find(void *context, uint64_t line, struct actingradius_session *ret)
{
	(void)context;
	if (line != LINE || !all.has_session)
		return -ENOENT;
	*ret = all.session;
	return 0;
}

static void
write_file(const char *name, mode_t mode, const char *format, unsigned port)
{
	char path[DAEMON_PATH + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", all.settings->state, name);
	file = fopen(path, "w");
	assert_non_null(file);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(file, format, port);
#pragma GCC diagnostic pop
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
begin(void)
{
	all.radius = actingradius_new(all.settings, (struct actingradius_sessions){find, NULL});
	assert_non_null(all.radius);
	actingradius_kind.begin(all.radius);
}

static int
setup(void **state)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(own);
	struct timeval wait = {.tv_sec = 10};
	char path[DAEMON_PATH + 32];

	all = (struct fixture){.settings = xcalloc(1, sizeof(*all.settings))};
	snprintf(all.settings->state, DAEMON_PATH, "/tmp/lazaret-unit-XXXXXX");
	assert_non_null(mkdtemp(all.settings->state));
	snprintf(path, sizeof(path), "%s/actors", all.settings->state);
	assert_int_equal(mkdir(path, 0700), 0);
	all.nas = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(all.nas, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(getsockname(all.nas, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(setsockopt(all.nas, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
	write_file("nases", 0600, "127.0.0.0/8 secret p.profile port %u\n", ntohs(own.sin_port));
	write_file("p.profile", 0644,
		"identify Acct-Session-Id\nalso User-Name NAS-IP-Address\n"
		"quarantine coa\n\tFilter-Id = \"q\"\nblock25 coa\n\tFilter-Id = \"b\"\n"
		"release coa\n\tFilter-Id = \"none\"\n",
		0);
	snprintf(
		all.settings->contain.routers.radius, ROUTER_PATH, "%s/nases", all.settings->state);
	assert_int_equal(radius_key_new(TEXT("secret"), &all.key, NULL), 0);
	all.holding = holding_new(16);
	all.has_session = true;
	all.session = (struct actingradius_session){
		.nas = address_from_v4(0x7f000001), .name = "session-1", .user = "anna"};
	begin();
	(void)state;
	return 0;
}

static int
teardown(void **state)
{
	char command[DAEMON_PATH + 32];
	const char *const files[] = {"nases", "p.profile", "actors/told", "actors", ""};

	actingradius_free(all.radius);
	holding_free(all.holding);
	radius_key_free(all.key);
	close(all.nas);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(command, sizeof(command), "%s/%s", all.settings->state, files[i]);
		assert_true(remove(command) == 0 || errno == ENOENT);
	}
	free(all.settings);
	(void)state;
	return 0;
}

static void
order(enum order_verb verb, enum measure_kind kind)
{
	const struct order of = {
		.measure = 1, .line = LINE, .kind = (uint8_t)kind, .verb = (uint8_t)verb};

	actingradius_kind.order(all.radius, &of);
}

static void
turn(void)
{
	(void)actingradius_kind.see_to(all.radius, all.holding);
}

/* The NAS gets a request that says this filter. */
static void
is_asked(const char *filter)
{
	struct radius_packet packet;
	struct radius_attribute attribute;
	struct radius_walk walk;
	socklen_t size = sizeof(all.from);
	bool has_filter = false, has_session = false;
	ssize_t n;

	turn();
	n = recvfrom(
		all.nas, all.request, sizeof(all.request), 0, (struct sockaddr *)&all.from, &size);
	assert_true(n > 0);
	assert_int_equal(radius_read(all.request, (size_t)n, &packet), RADIUS_NO_FAULT);
	assert_int_equal(radius_check_request(all.key, &packet), RADIUS_NO_FAULT);
	walk = radius_walk(packet.attributes);
	while (radius_next(&walk, &attribute)) {
		if (attribute.type == 11)
			has_filter = text_is(radius_text(&attribute), filter);
		if (attribute.type == 44)
			has_session = text_is(radius_text(&attribute), all.session.name);
	}
	assert_true(has_filter);
	assert_true(has_session);
}

static void
hear(void)
{
	struct pollfd polled[ACTINGEND_POLLED];
	size_t count = actingradius_kind.polled(all.radius, polled, ACTINGEND_POLLED);

	assert_true(poll(polled, count, 10000) > 0);
	actingradius_kind.ready(all.radius, polled, count);
}

static void
answers(enum radius_code code, uint32_t cause)
{
	uint8_t bytes[RADIUS_MOST];
	size_t length = answer_to(all.key, all.request, (uint8_t)code, cause, 0, bytes);

	assert_true(sendto(all.nas, bytes, length, 0, (struct sockaddr *)&all.from,
			    sizeof(all.from)) > 0);
	hear();
	turn();
}

/* A record of accounting that is newer than all that was asked. */
static void
accounting_comes(void)
{
	struct clock clock = {.has_begun = false};

	(void)clock_read(&clock);
	all.session.shown.us = clock.now.us + 10 * WALL_SECOND;
	order(ORDER_VERBS, MEASURE_LIMIT); /* it looks at once */
	turn();
	turn();
}

static uint64_t
figure(enum counter counter)
{
	struct status_process *process = memory_map(1, sizeof(*process));
	struct duty duty = {.status = process};
	uint64_t value;

	actingradius_kind.show(all.radius, &duty);
	value = process->value[counter];
	memory_unmap(process, 1, sizeof(*process));
	return value;
}

static void
a_line_is_contained_and_let_go_and_accounting_has_the_last_word(void **state)
{
	order(ORDER_APPLY, MEASURE_BLOCK25);
	is_asked("b");
	assert_int_equal(figure(COUNT_NAS_LINES), 1);
	answers(RADIUS_COA_ACK, 0);
	assert_int_equal(figure(COUNT_NAS_ACKS), 1);
	assert_int_equal(figure(COUNT_NAS_HELD), 0);
	accounting_comes();
	assert_int_equal(figure(COUNT_NAS_HELD), 1);
	order(ORDER_APPLY, MEASURE_QUARANTINE);
	is_asked("q");
	answers(RADIUS_COA_ACK, 0);
	accounting_comes();
	order(ORDER_UNDO, MEASURE_QUARANTINE);
	order(ORDER_UNDO, MEASURE_BLOCK25);
	is_asked("none");
	assert_int_equal(figure(COUNT_NAS_LEFT), 1);
	answers(RADIUS_COA_ACK, 0);
	accounting_comes();
	is_asked("none");
	answers(RADIUS_COA_ACK, 0);
	accounting_comes();
	turn();
	assert_int_equal(figure(COUNT_NAS_LEFT), 0);
	assert_int_equal(figure(COUNT_NAS_FAILED), 0);
	assert_string_equal(actingradius_kind.wrong(all.radius), "");
	(void)state;
}

static void
what_a_nas_refuses_is_told(void **state)
{
	order(ORDER_APPLY, MEASURE_BLOCK25);
	is_asked("b");
	answers(RADIUS_COA_NAK, 401);
	assert_int_equal(figure(COUNT_NAS_NAKS), 1);
	assert_int_equal(figure(COUNT_NAS_FAILED), 1);
	assert_non_null(strstr(actingradius_kind.wrong(all.radius), "127.0.0.1"));
	assert_non_null(strstr(actingradius_kind.wrong(all.radius), "401"));
	(void)state;
}

static void
an_answer_that_is_forged_counts_for_nothing(void **state)
{
	struct radius_key *right = all.key;

	order(ORDER_APPLY, MEASURE_BLOCK25);
	is_asked("b");
	assert_int_equal(radius_key_new(TEXT("another"), &all.key, NULL), 0);
	answers(RADIUS_COA_ACK, 0);
	assert_int_equal(figure(COUNT_NAS_ACKS), 0);
	assert_int_equal(figure(COUNT_NAS_FORGED), 1);
	radius_key_free(all.key);
	all.key = right;
	(void)state;
}

static void
who_was_contained_when_the_process_died_is_let_go_by_the_next_one(void **state)
{
	order(ORDER_APPLY, MEASURE_QUARANTINE);
	is_asked("q");
	actingradius_free(all.radius);
	/* The case has ended meanwhile. */
	begin();
	actingradius_kind.anew(all.radius, all.holding);
	is_asked("none");
	(void)state;
}

static void
a_line_that_is_a_prefix_and_a_nas_that_nobody_named_are_left_alone(void **state)
{
	struct order of = {.measure = 1,
		.line = LINE,
		.kind = MEASURE_BLOCK25,
		.place = {address_from_v4(0x0a000001), 128}};

	actingradius_kind.order(all.radius, &of);
	assert_int_equal(figure(COUNT_NAS_LINES), 0);
	all.session.nas = address_from_v4(0xc0000201);
	order(ORDER_APPLY, MEASURE_BLOCK25);
	turn();
	assert_int_equal(figure(COUNT_NAS_REQUESTS), 0);
	assert_non_null(strstr(actingradius_kind.wrong(all.radius), "contain.radius-nas"));
	(void)state;
}

static void
a_file_of_secrets_that_all_may_read_is_refused(void **state)
{
	actingradius_free(all.radius);
	write_file("nases", 0644, "127.0.0.0/8 secret p.profile\n", 0);
	begin();
	assert_non_null(strstr(actingradius_kind.wrong(all.radius), "may be read by everybody"));
	order(ORDER_APPLY, MEASURE_BLOCK25);
	turn();
	assert_int_equal(figure(COUNT_NAS_REQUESTS), 0);
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_contained_and_let_go_and_accounting_has_the_last_word),
		TEST(what_a_nas_refuses_is_told),
		TEST(an_answer_that_is_forged_counts_for_nothing),
		TEST(who_was_contained_when_the_process_died_is_let_go_by_the_next_one),
		TEST(a_line_that_is_a_prefix_and_a_nas_that_nobody_named_are_left_alone),
		TEST(a_file_of_secrets_that_all_may_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
