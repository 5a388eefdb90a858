/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/desk.h"
#include "desk/metrics.h"
#include "desk_fixture.h"

#include <grp.h>
#include <sys/stat.h>

static bool
has(const char *answer, const char *what)
{
	if (strstr(answer, what) != NULL)
		return true;
	print_error("\"%s\" is not in: %.600s\n", what, answer);
	return false;
}

static bool
ends(const char *answer, const char *with)
{
	size_t length = strlen(answer), tail = strlen(with);

	return length >= tail && strcmp(answer + length - tail, with) == 0;
}

static size_t
count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

static void
each_verb_is_answered(void **state)
{
	static const char *const asked[][2] = {
		{"status", "running since"},
		{"status --json --exporters", "\"exporter\":\"198.51.100.1\""},
		{"metrics", "# EOF\n"},
		{"lines", "line-"},
		{"lines --state=confirmed --json", "\"highest\":\"confirmed\""},
		{"cases", "400 of them open"},
		{"cases --open --json", "{\"type\":\"summary\",\"cases\":400"},
		{"case 12", "192.0.2.12"},
		{"case 12 --pseudonyms", "sealed (as asked)"},
		{"explain 12", "Case 12, opened"},
		{"audit", "transition "},
		{"never", "There are no lines"},
	};
	struct house *house = *state;
	char line[128];

	house_start(house);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		const char *answer;

		snprintf(line, sizeof(line), "lazaret/1 %s\n", asked[i][0]);
		answer = house_ask(house, line);
		assert_true(has(answer, asked[i][1]));
		assert_true(strncmp(answer, "lazaret/1\n+", 11) == 0);
		assert_true(ends(answer, "\n.0\n"));
	}
}

static void
all_pages_come_and_each_row_once(void **state)
{
	struct house *house = *state;
	const char *answer;

	house_start(house);
	answer = house_ask(house, "lazaret/1 cases\n");
	assert_int_equal(count_of(answer, "  suspect "), 2 * HOUSE_CASES);
	assert_int_equal(count_of(answer, "LAST STEP"), 1);
	assert_true(count_of(answer, "\n+") >= 2);
	answer = house_ask(house, "lazaret/1 lines\n");
	assert_int_equal(count_of(answer, "LAST SEEN"), 1);
	assert_int_equal(count_of(answer, "confirmed  confirmed"), HOUSE_JUDGES);
}

static void
requests_that_come_together_are_answered_in_turn(void **state)
{
	struct house *house = *state;
	const char *answer;

	house_start(house);
	answer = house_ask(house,
		"lazaret/1 case 7 --pseudonyms\nlazaret/1 status\nlazaret/1 case 99999\n"
		"lazaret/1 cases --json\n");
	assert_int_equal(count_of(answer, "lazaret/1\n"), 4);
	assert_int_equal(count_of(answer, "\n.0\n"), 3);
	assert_true(has(answer, "no case with the number \"99999\""));
	assert_int_equal(count_of(answer, ".1\n"), 1);
	assert_true(ends(answer, "\n.0\n"));
}

static void
a_line_without_a_case_is_explained_by_its_judge(void **state)
{
	struct house *house = *state;
	const char *answer;

	house_start(house);
	answer = house_ask(house, "lazaret/1 explain 203.0.113.77\n");
	assert_true(has(answer, "line-"));
	assert_null(strstr(answer, "203.0.113.77"));
	assert_true(ends(answer, "\n.0\n"));
	assert_true(has(house_ask(house, "lazaret/1 audit\n"), "a line without a case"));
	answer = house_ask(house, "lazaret/1 explain 203.0.113.78\n");
	assert_true(has(answer, "no mail of it is remembered"));
	assert_true(ends(answer, ".1\n"));
	answer = house_ask(house, "lazaret/1 explain 198.51.100.1\n");
	assert_true(has(answer, "is not of the own network"));
	assert_true(ends(answer, ".1\n"));
}

static void
a_line_of_the_own_network_is_never_acted_upon(void **state)
{
	struct house *house = *state;
	const char *answer;

	house_start(house);
	answer = house_ask(house, "lazaret/1 never 203.0.113.77 --reason=own%20server\n");
	assert_true(has(answer, "is never acted upon from now on"));
	answer = house_ask(house, "lazaret/1 explain 203.0.113.77\n");
	assert_true(has(answer, "The line is never acted upon: own server ("));
	assert_true(has(answer, "confirmed"));
	assert_true(ends(answer, "\n.0\n"));
	answer = house_ask(house, "lazaret/1 never\n");
	assert_true(has(answer, "own server"));
	assert_null(strstr(answer, "203.0.113.77"));
	assert_true(
		ends(house_ask(house, "lazaret/1 never 198.51.100.1 --reason=other\n"), ".1\n"));
	assert_true(
		ends(house_ask(house, "lazaret/1 never 203.0.113.77 --reason=a%0ab\n"), ".2\n"));
	assert_true(ends(house_ask(house, "lazaret/1 never 203.0.113.77 --undo\n"), ".0\n"));
	assert_true(ends(house_ask(house, "lazaret/1 never 203.0.113.77 --undo\n"), ".1\n"));
}

static void
junk_and_lines_that_are_too_long_are_refused(void **state)
{
	struct house *house = *state;
	char line[4000];

	house_start(house);
	assert_true(ends(house_ask(house, "GET / HTTP/1.1\r\n"), ".2\n"));
	assert_true(ends(house_ask(house, "\n"), ".2\n"));
	assert_true(ends(house_ask(house, "lazaret/1 nonsense\n"), ".2\n"));
	assert_true(ends(house_ask(house, "lazaret/1 case %00\n"), ".2\n"));
	assert_true(ends(house_ask(house, "lazaret/2 status\n"), ".2\n"));
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_true(has(house_ask(house, line), "longer than 1 KiB"));
	line[1500] = '\n';
	assert_true(has(house_ask(house, line), "longer than 1 KiB"));
	assert_true(ends(house_ask(house, "lazaret/1 status\n"), ".0\n"));
}

/* Half of it would look like the whole. */
static void
an_answer_that_is_too_large_is_refused(void **state)
{
	enum { PAGES = 10 };
	struct house *house = *state;
	struct status_exporters *pages = mmap(NULL, PAGES * sizeof(*pages), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const char *answer;

	assert_true(pages != MAP_FAILED);
	for (uint32_t i = 0; i < PAGES; i++) {
		pages[i].count = STATUS_EXPORTERS;
		for (uint32_t j = 0; j < STATUS_EXPORTERS; j++)
			pages[i].exporter[j] =
				(struct status_exporter){.address = address_from_v4(j + 1),
					.domain = i,
					.version = 9,
					.records = 1};
		house->settings.exporters[i] = &pages[i];
	}
	house->settings.receivers = PAGES;
	house_start(house);
	answer = house_ask(house, "lazaret/1 status --json --exporters\n");
	assert_non_null(strstr(answer, "larger than can be given"));
	assert_true(strlen(answer) < 1000);
	assert_non_null(strstr(answer, "\n.3\n"));
	answer = house_ask(house, "lazaret/1 status --json\n");
	assert_non_null(strstr(answer, "\"exporter_count\":81920,"));
	assert_non_null(strstr(answer, "\n.0\n"));
	assert_int_equal(munmap(pages, PAGES * sizeof(*pages)), 0);
}

static void
a_client_that_never_reads_is_let_go_and_counted(void **state)
{
	struct house *house = *state;
	struct pollfd gone;
	int client;

	house->settings.idle_s = 1;
	house_start(house);
	client = house_connect(house);
	for (int i = 0; i < 40; i++)
		house_send(client, "lazaret/1 cases --json\n");
	/* Others are served meanwhile. */
	assert_true(ends(house_ask(house, "lazaret/1 case 3\n"), ".0\n"));
	gone = (struct pollfd){.fd = client, .events = 0};
	assert_int_equal(poll(&gone, 1, -1), 1);
	assert_true(gone.revents & POLLHUP);
	close(client);
	assert_int_equal(house->memory->process[5].value[COUNT_CLIENTS_SLOW], 1);
}

static void
a_client_that_says_nothing_is_let_go(void **state)
{
	struct house *house = *state;
	char byte;
	int client;

	house->settings.idle_s = 1;
	house_start(house);
	client = house_connect(house);
	assert_int_equal(recv(client, &byte, 1, 0), 0);
	close(client);
}

static void
many_clients_are_served_and_one_more_is_told_to_wait(void **state)
{
	struct house *house = *state;
	int clients[DESK_CLIENTS + DESK_CLIENTS_SPARE];
	struct buffer answer;
	bool is_root = getuid() == 0;
	int most = is_root ? DESK_CLIENTS + DESK_CLIENTS_SPARE : DESK_CLIENTS_USER;

	house_start(house);
	buffer_init(&answer, 1 << 20);
	for (int i = 0; i < most; i++)
		clients[i] = house_connect(house);
	assert_true(has(house_ask(house, "lazaret/1 status\n"), "try again later"));
	for (int i = 0; i < most; i++)
		house_send(clients[i], "lazaret/1 cases\n");
	for (int i = 0; i < most; i++) {
		buffer_clear(&answer);
		shutdown(clients[i], SHUT_WR);
		house_read(clients[i], &answer);
		assert_true(ends(buffer_string(&answer), "\n.0\n"));
	}
	buffer_done(&answer);
	assert_int_equal(house->memory->process[5].value[COUNT_CLIENTS_REFUSED], 1);
}

static void
a_peer_that_does_not_answer_is_told(void **state)
{
	struct house *house = *state;

	house->settings.answer_s = 1;
	house_start_desk(house);
	assert_true(has(house_ask(house, "lazaret/1 cases\n"),
		"the keeper of the ledger did not answer within 1 s"));
	assert_true(ends(house_ask(house, "lazaret/1 status\n"), ".0\n"));
	/* Its answer, when it comes at last, is nobody's. */
	house->keeper_process = house_start_keeper(house);
	assert_true(ends(house_ask(house, "lazaret/1 cases\n"), "\n.0\n"));
}

static void
a_peer_that_dies_is_told_and_the_others_go_on(void **state)
{
	struct house *house = *state;

	house->settings.answer_s = 1;
	house_start(house);
	assert_true(ends(house_ask(house, "lazaret/1 cases\n"), "\n.0\n"));
	house_kill(&house->keeper_process);
	close(house->keeper[0]);
	house->keeper[0] = -1;
	assert_true(has(house_ask(house, "lazaret/1 cases\n"),
		"the keeper of the ledger does not run just now"));
	assert_true(ends(house_ask(house, "lazaret/1 lines\n"), "\n.0\n"));
	assert_true(ends(house_ask(house, "lazaret/1 status\n"), "\n.0\n"));
}

static void
a_successor_goes_on_with_the_channel(void **state)
{
	struct house *house = *state;

	house_start(house);
	assert_true(ends(house_ask(house, "lazaret/1 case 4\n"), "\n.0\n"));
	house_kill(&house->keeper_process);
	house->keeper_process = house_start_keeper(house);
	assert_true(ends(house_ask(house, "lazaret/1 case 4\n"), "\n.0\n"));
}

static void
a_message_that_cannot_be_ends_the_desk(void **state)
{
	struct house *house = *state;

	house_start_desk(house);
	assert_int_equal(channel_send(house->judge[0][0], MESSAGE_ANSWER, "x", 1), 0);
	assert_int_equal(house_wait_desk(house), 10);
}

static void
the_desk_stops_when_it_is_told_and_when_the_parent_is_gone(void **state)
{
	struct house *house = *state;

	house_start_desk(house);
	assert_int_equal(channel_send(house->parent[0], MESSAGE_STOP, NULL, 0), 0);
	assert_int_equal(house_wait_desk(house), 0);
	house_start_desk(house);
	assert_int_equal(channel_send(house->parent[0], MESSAGE_REPLACE, NULL, 0), 0);
	assert_int_equal(house_wait_desk(house), 0);
	house_start_desk(house);
	close(house->parent[0]);
	house->parent[0] = -1;
	assert_int_equal(house_wait_desk(house), 11);
}

static void
an_answer_with_an_unknown_number_is_dropped(void **state)
{
	static struct answer stray = {.id = 77};
	struct house *house = *state;

	house_start(house);
	assert_int_equal(
		channel_send(house->keeper[0], MESSAGE_ANSWER, &stray, answer_size(&stray)), 0);
	assert_true(ends(house_ask(house, "lazaret/1 cases\n"), "\n.0\n"));
}

/* As another user, in a process of its own: 0 if what was expected came. */
static int
ask_as(const struct house *house, uid_t user, gid_t group, const char *text, const char *expected)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		if (setgroups(0, NULL) < 0 || setgid(group) < 0 || setuid(user) < 0)
			_exit(2);
		_exit(strstr(house_ask(house, text), expected) != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
roles_decide_who_may_ask_what(void **state)
{
	struct house *house = *state;

	if (getuid() != 0)
		skip();
	house->settings.rules.has_operators = house->settings.rules.has_viewers = true;
	house->settings.rules.operators = 60001;
	house->settings.rules.viewers = 60002;
	house->settings.operators = "abuse";
	house->settings.viewers = "desk";
	assert_int_equal(chmod(house->fixture->folder, 0755), 0);
	assert_int_equal(chmod(house->path, 0666), 0);
	house_start(house);
	assert_int_equal(ask_as(house, 65534, 65534, "lazaret/1 status\n",
				 "user (65534) may not ask the daemon"),
		0);
	assert_int_equal(ask_as(house, 65534, 60002, "lazaret/1 cases\n", "\n.0\n"), 0);
	assert_int_equal(ask_as(house, 65534, 60002, "lazaret/1 case 1\n",
				 "members of the group abuse\n.3\n"),
		0);
	assert_int_equal(ask_as(house, 65534, 60001, "lazaret/1 case 1\n", "\n.0\n"), 0);
	assert_int_equal(ask_as(house, 65534, 60001, "lazaret/1 never 192.0.2.5 --reason=x\n",
				 "root and the user of the daemon may\n.3\n"),
		0);
	assert_int_equal(ask_as(house, 0, 0, "lazaret/1 audit\n", "user (65534)"), 0);
}

static const char *
scrape(const struct house *house, const char *request)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(house->port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	static struct buffer answer;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (answer.most == 0)
		buffer_init(&answer, 16 << 20);
	buffer_clear(&answer);
	assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	house_send(client, request);
	house_read(client, &answer);
	return buffer_string(&answer);
}

static void
metrics_are_served_over_http(void **state)
{
	struct house *house = *state;
	const char *answer;

	house_start_desk(house);
	answer = scrape(house, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has(answer, "HTTP/1.1 200 OK\r\n"));
	assert_true(has(answer, "Content-Type: application/openmetrics-text; version=1.0.0;"));
	assert_true(has(answer, "lazaret_flow_records_total{receiver=\"0\"} 1000\n"));
	assert_true(ends(answer, "# EOF\n"));
	answer = scrape(house, "HEAD /metrics HTTP/1.0\r\n\r\n");
	assert_true(ends(answer, "\r\n\r\n"));
	assert_true(has(scrape(house, "GET / HTTP/1.1\r\n\r\n"), "404 Not Found"));
	assert_true(has(scrape(house, "POST /metrics HTTP/1.1\r\n\r\n"), "405 Method"));
	assert_true(has(scrape(house, "junk\r\n\r\n"), "400 Bad Request"));
	assert_int_equal(house->memory->process[5].value[COUNT_SCRAPES], 2);
}

static void
metrics_that_are_too_large_are_refused_over_http(void **state)
{
	struct house *house = *state;
	char *version = xcalloc(METRICS_BYTES + 1, 1);
	const char *answer;

	memset(version, 'x', METRICS_BYTES);
	house->settings.version = version;
	house_start_desk(house);
	answer = scrape(house, "GET /metrics HTTP/1.1\r\n\r\n");
	assert_true(has(answer, "HTTP/1.1 500 Internal Server Error\r\n"));
	assert_null(strstr(answer, "lazaret_"));
	free(version);
}

/* One byte now and then keeps a connection alive, but not for ever: somebody could hold all of them. */
static void
who_sends_his_request_byte_by_byte_is_let_go_all_the_same(void **state)
{
	struct house *house = *state;
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(house->port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	int clients[DESK_SCRAPES];
	size_t open = DESK_SCRAPES;

	house->settings.scrape_s = 1;
	house_start_desk(house);
	for (size_t i = 0; i < DESK_SCRAPES; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(clients[i], (struct sockaddr *)&to, sizeof(to)), 0);
	}
	for (int round = 0; round < 600 && open > 0; round++) {
		open = 0;
		for (size_t i = 0; i < DESK_SCRAPES; i++) {
			char byte;

			house_send(clients[i], "x");
			open += recv(clients[i], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
		}
		(void)poll(NULL, 0, 50);
	}
	assert_int_equal(open, 0);
	for (size_t i = 0; i < DESK_SCRAPES; i++)
		close(clients[i]);
	assert_true(has(scrape(house, "GET /metrics HTTP/1.1\r\n\r\n"), "200 OK"));
	assert_int_equal(house->memory->process[5].value[COUNT_SCRAPES_REFUSED], DESK_SCRAPES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_begin, house_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_verb_is_answered),
		TEST(all_pages_come_and_each_row_once),
		TEST(requests_that_come_together_are_answered_in_turn),
		TEST(a_line_without_a_case_is_explained_by_its_judge),
		TEST(a_line_of_the_own_network_is_never_acted_upon),
		TEST(junk_and_lines_that_are_too_long_are_refused),
		TEST(an_answer_that_is_too_large_is_refused),
		TEST(a_client_that_never_reads_is_let_go_and_counted),
		TEST(a_client_that_says_nothing_is_let_go),
		TEST(many_clients_are_served_and_one_more_is_told_to_wait),
		TEST(a_peer_that_does_not_answer_is_told),
		TEST(a_peer_that_dies_is_told_and_the_others_go_on),
		TEST(a_successor_goes_on_with_the_channel),
		TEST(a_message_that_cannot_be_ends_the_desk),
		TEST(the_desk_stops_when_it_is_told_and_when_the_parent_is_gone),
		TEST(an_answer_with_an_unknown_number_is_dropped),
		TEST(roles_decide_who_may_ask_what),
		TEST(metrics_are_served_over_http),
		TEST(metrics_that_are_too_large_are_refused_over_http),
		TEST(who_sends_his_request_byte_by_byte_is_let_go_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
