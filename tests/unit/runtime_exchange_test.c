/* SPDX-License-Identifier: BSD-2-Clause */
/* The same of both exchanges, in memory and through a Redis server of its own; and what such a server may do wrong. */
#include "memory_exchange.h"
#include "runtime/clock.h"
#include "runtime/endpoint.h"
#include "runtime/exchangeredis.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMBERS 3
#define PATH    80

/* A member and what it heard. */
struct member {
	struct exchange *exchange;
	struct buffer heard;
	unsigned blocks;
};

struct bench {
	struct event_base *base;
	struct event *tick;
	struct memory_exchange *hub;
	struct member member[MEMBERS];
	char folder[64];
	struct redis_place place;
	pid_t server;
};

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	(void)socket;
	(void)what;
	(void)context;
}

/* Turns the loop until it is so; fails after seconds that are enough on any machine. */
static void
turn_until(struct bench *bench, bool (*is_so)(struct bench *bench))
{
	int64_t end = clock_steady() + 20 * WALL_SECOND;

	while (!is_so(bench)) {
		assert_true(clock_steady() < end);
		assert_true(event_base_loop(bench->base, EVLOOP_ONCE) >= 0);
	}
}

static void
turn_for(struct bench *bench, int64_t us)
{
	int64_t end = clock_steady() + us;

	while (clock_steady() < end)
		assert_true(event_base_loop(bench->base, EVLOOP_ONCE) >= 0);
}

static void
on_hear(void *context, const void *block, size_t size)
{
	struct member *member = context;

	buffer_add(&member->heard, block, size);
	buffer_add(&member->heard, "\n", 1);
	member->blocks++;
}

static void
bench_begin(struct bench *bench)
{
	const struct timeval tick = {.tv_usec = 2000};

	*bench = (struct bench){.base = event_base_new()};
	assert_non_null(bench->base);
	bench->tick = event_new(bench->base, -1, EV_PERSIST, on_tick, NULL);
	assert_int_equal(event_add(bench->tick, &tick), 0);
}

static void
listen_to(struct bench *bench, int i, struct exchange *exchange)
{
	bench->member[i].exchange = exchange;
	buffer_init(&bench->member[i].heard, 64 << 20);
	exchange_listen(exchange, on_hear, &bench->member[i]);
}

static void
stop_server(struct bench *bench)
{
	if (bench->server <= 0)
		return;
	kill(bench->server, SIGKILL);
	assert_int_equal(waitpid(bench->server, NULL, 0), bench->server);
	bench->server = 0;
}

static void
bench_end(struct bench *bench)
{
	char path[80];

	for (int i = 0; i < MEMBERS; i++) {
		exchange_end(bench->member[i].exchange);
		buffer_done(&bench->member[i].heard);
	}
	memory_exchange_free(bench->hub);
	stop_server(bench);
	if (bench->folder[0] != '\0') {
		(void)snprintf(path, sizeof(path), "%s/s", bench->folder);
		unlink(path);
		rmdir(bench->folder);
	}
	event_free(bench->tick);
	event_base_free(bench->base);
}

/* Without a server the test is skipped. */
static bool
has_server(void)
{
	return access("/usr/bin/redis-server", X_OK) == 0;
}

/* Of a socket in a folder of its own. */
static void
choose_path(struct bench *bench, char path[PATH])
{
	if (bench->folder[0] == '\0') {
		(void)snprintf(
			bench->folder, sizeof(bench->folder), "/tmp/lazaret-exchange-XXXXXX");
		assert_non_null(mkdtemp(bench->folder));
	}
	(void)snprintf(path, PATH, "%s/s", bench->folder);
	(void)snprintf(bench->place.path, sizeof(bench->place.path), "%s", path);
	unlink(path);
}

static void
start_server(struct bench *bench)
{
	char path[PATH];

	choose_path(bench, path);
	bench->server = fork();
	assert_true(bench->server >= 0);
	if (bench->server == 0) {
		int nothing = open("/dev/null", O_RDWR);

		/* Also where the test fails. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(nothing, 0);
		dup2(nothing, 1);
		dup2(nothing, 2);
		execl("/usr/bin/redis-server", "redis-server", "--port", "0", "--unixsocket", path,
			"--save", "", "--appendonly", "no", "--dir", bench->folder, "--user",
			"lazaret", "on", ">secret", "~lazaret:*", "+@all",
			"--stream-node-max-entries", "10", (char *)NULL);
		_exit(127);
	}
}

static struct exchangeredis_settings
settings_of(const struct bench *bench)
{
	return (struct exchangeredis_settings){
		.server = {bench->place},
		.servers = 1,
		.user = TEXT("lazaret"),
		.password = TEXT("secret"),
		.stream = TEXT("lazaret:deltas"),
		.keep = 1000,
		.bytes_most = 1 << 20,
		.silence_us = WALL_SECOND / 2,
	};
}

static void
join(struct bench *bench, int i, const struct exchangeredis_settings *settings)
{
	struct exchange *exchange;
	struct fail fail = {0};

	if (exchangeredis_new(bench->base, settings, &exchange, &fail) < 0)
		fail_msg("%s", fail.what);
	listen_to(bench, i, exchange);
}

static void
join_all(struct bench *bench)
{
	struct exchangeredis_settings settings = settings_of(bench);

	for (int i = 0; i < MEMBERS; i++)
		join(bench, i, &settings);
}

static struct exchange_state
state_of(const struct bench *bench, int i)
{
	struct exchange_state state;

	exchange_state(bench->member[i].exchange, &state);
	return state;
}

static bool
all_are_connected(struct bench *bench)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (!state_of(bench, i).is_connected)
			return false;
	}
	return true;
}

static bool
nobody_is_connected(struct bench *bench)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (state_of(bench, i).is_connected)
			return false;
	}
	return true;
}

static unsigned wanted;

static bool
all_have_heard(struct bench *bench)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (bench->member[i].blocks < wanted)
			return false;
	}
	return true;
}

static int
say(struct bench *bench, int i, const char *text)
{
	return exchange_publish(bench->member[i].exchange, text, strlen(text));
}

static bool
has_heard(struct member *member, const char *text)
{
	const struct buffer *heard = &member->heard;

	return heard->length > 0 && memmem(heard->at, heard->length, text, strlen(text)) != NULL;
}

static void
talk(struct bench *bench)
{
	static char large[EXCHANGE_BLOCK];
	char text[20];

	memset(large, 'x', sizeof(large));
	for (int i = 0; i < 30; i++) {
		(void)snprintf(text, sizeof(text), "block %d", i);
		assert_int_equal(say(bench, i % MEMBERS, text), 0);
	}
	assert_int_equal(exchange_publish(bench->member[0].exchange, large, sizeof(large)), 0);
	assert_int_equal(exchange_publish(bench->member[1].exchange, "a\0b\r\n", 5), 0);
	wanted = 32;
	turn_until(bench, all_have_heard);
	for (int i = 0; i < MEMBERS; i++) {
		struct member *member = &bench->member[i];
		char position[EXCHANGE_POSITION];

		assert_int_equal(member->blocks, 32);
		assert_int_equal(state_of(bench, i).heard, 32);
		assert_int_equal(state_of(bench, i).waiting, 0);
		/* In the same order. */
		assert_true(text_equal((struct text){member->heard.at, member->heard.length},
			(struct text){bench->member[0].heard.at, bench->member[0].heard.length}));
		exchange_position(member->exchange, position);
		assert_true(position[0] != '\0');
	}
	assert_true(has_heard(&bench->member[2], "block 29"));
	assert_int_equal(state_of(bench, 0).published + state_of(bench, 1).published +
			state_of(bench, 2).published,
		32);
}

static void
what_one_says_all_hear_in_one_process(void **state)
{
	struct bench bench;

	bench_begin(&bench);
	bench.hub = memory_exchange_new();
	for (int i = 0; i < MEMBERS; i++)
		listen_to(&bench, i, memory_exchange_join(bench.hub));
	assert_true(all_are_connected(&bench));
	talk(&bench);
	bench_end(&bench);
	(void)state;
}

static void
what_one_says_all_hear_through_redis(void **state)
{
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	join_all(&bench);
	assert_int_equal(say(&bench, 0, "too early"), -EAGAIN);
	turn_until(&bench, all_are_connected);
	talk(&bench);
	bench_end(&bench);
	(void)state;
}

static void
who_comes_later_hears_what_is_remembered_or_from_where_he_was(void **state)
{
	struct exchangeredis_settings settings;
	char position[EXCHANGE_POSITION];
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	join_all(&bench);
	turn_until(&bench, all_are_connected);
	assert_int_equal(say(&bench, 0, "first"), 0);
	wanted = 1;
	turn_until(&bench, all_have_heard);
	exchange_position(bench.member[2].exchange, position);
	exchange_end(bench.member[2].exchange);
	buffer_done(&bench.member[2].heard);
	exchange_end(bench.member[1].exchange);
	buffer_done(&bench.member[1].heard);
	bench.member[1].exchange = bench.member[2].exchange = NULL;
	assert_int_equal(say(&bench, 0, "second"), 0);
	settings = settings_of(&bench);
	bench.member[1].blocks = 0;
	join(&bench, 1, &settings);
	settings.from = text_of(position);
	bench.member[2].blocks = 1;
	join(&bench, 2, &settings);
	wanted = 2;
	turn_until(&bench, all_have_heard);
	assert_string_equal(buffer_string(&bench.member[1].heard), "first\nsecond\n");
	assert_string_equal(buffer_string(&bench.member[2].heard), "second\n");
	bench_end(&bench);
	(void)state;
}

static void
a_stream_that_ends_before_where_one_was_is_read_from_its_begin(void **state)
{
	struct exchangeredis_settings settings;
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	settings = settings_of(&bench);
	settings.from = TEXT("99999999999999-7");
	for (int i = 0; i < MEMBERS; i++)
		join(&bench, i, &settings);
	turn_until(&bench, all_are_connected);
	assert_int_equal(say(&bench, 0, "after all"), 0);
	wanted = 1;
	turn_until(&bench, all_have_heard);
	assert_int_equal(state_of(&bench, 1).rewinds, 1);
	bench_end(&bench);
	(void)state;
}

static bool
last_has_heard_the_end(struct bench *bench)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (!has_heard(&bench->member[i], "the end"))
			return false;
	}
	return true;
}

/* It neither waits nor loses what it took, nor takes more than it can keep. */
static void
a_server_that_stands_still_holds_up_nobody(void **state)
{
	static char large[20000];
	struct bench bench;
	int taken = 0;

	if (!has_server())
		skip();
	memset(large, 'x', sizeof(large));
	bench_begin(&bench);
	start_server(&bench);
	join_all(&bench);
	turn_until(&bench, all_are_connected);
	assert_int_equal(kill(bench.server, SIGSTOP), 0);
	while (exchange_publish(bench.member[0].exchange, large, sizeof(large)) == 0)
		taken++;
	assert_int_equal(taken, (1 << 20) / sizeof(large));
	turn_until(&bench, nobody_is_connected);
	assert_int_equal(exchange_publish(bench.member[0].exchange, large, 1), -EAGAIN);
	turn_for(&bench, 2 * WALL_SECOND);
	assert_true(state_of(&bench, 0).failures >= 2);
	assert_string_equal(state_of(&bench, 0).why, "the server does not answer");
	assert_int_equal(kill(bench.server, SIGCONT), 0);
	turn_until(&bench, all_are_connected);
	while (say(&bench, 0, "the end") == -EAGAIN)
		turn_for(&bench, 1000);
	turn_until(&bench, last_has_heard_the_end);
	for (int i = 0; i < MEMBERS; i++)
		assert_true(bench.member[i].blocks > (unsigned)taken);
	assert_int_equal(state_of(&bench, 0).published, taken + 1);
	bench_end(&bench);
	(void)state;
}

static void
a_server_that_dies_and_comes_back_empty_is_used_again(void **state)
{
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	join_all(&bench);
	turn_until(&bench, all_are_connected);
	assert_int_equal(say(&bench, 1, "before"), 0);
	wanted = 1;
	turn_until(&bench, all_have_heard);
	stop_server(&bench);
	turn_until(&bench, nobody_is_connected);
	start_server(&bench);
	turn_until(&bench, all_are_connected);
	assert_int_equal(say(&bench, 1, "the end"), 0);
	turn_until(&bench, last_has_heard_the_end);
	assert_true(state_of(&bench, 0).connections >= 4);
	bench_end(&bench);
	(void)state;
}

static bool
two_have_heard_the_end(struct bench *bench)
{
	return has_heard(&bench->member[0], "the end") && has_heard(&bench->member[1], "the end");
}

/* Who ends does not turn the loop again. */
static void
last_words_are_heard(void **state)
{
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	join_all(&bench);
	turn_until(&bench, all_are_connected);
	assert_int_equal(say(&bench, 0, "the end"), 0);
	exchange_end(bench.member[0].exchange);
	buffer_done(&bench.member[0].heard);
	bench.member[0] = bench.member[2];
	bench.member[2] = (struct member){.exchange = NULL};
	exchange_listen(bench.member[0].exchange, on_hear, &bench.member[0]);
	turn_until(&bench, two_have_heard_the_end);
	bench_end(&bench);
	(void)state;
}

static bool
has_failed_often(struct bench *bench)
{
	return state_of(bench, 0).failures >= 4;
}

static void
who_is_not_let_in_says_why(void **state)
{
	struct exchangeredis_settings settings;
	struct bench bench;

	if (!has_server())
		skip();
	bench_begin(&bench);
	start_server(&bench);
	settings = settings_of(&bench);
	settings.password = TEXT("secrets");
	join(&bench, 0, &settings);
	while (strstr(state_of(&bench, 0).why, "WRONGPASS") == NULL)
		turn_for(&bench, 1000);
	assert_false(state_of(&bench, 0).is_connected);
	exchange_end(bench.member[0].exchange);
	/* A key that it may not use. */
	settings = settings_of(&bench);
	settings.stream = TEXT("other");
	join(&bench, 0, &settings);
	while (strstr(state_of(&bench, 0).why, "NOPERM") == NULL)
		turn_for(&bench, 1000);
	bench_end(&bench);
	(void)state;
}

/* What stands for a server, and says the same to everybody. */
struct imposter {
	struct event *accepting;
	const char *answer;
	size_t size;
	int socket[400];
	int sockets;
};

static void
on_accept(evutil_socket_t listening, short what, void *context)
{
	struct imposter *imposter = context;
	int socket = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (socket < 0 || imposter->sockets == 400)
		return;
	(void)!write(socket, imposter->answer, imposter->size);
	imposter->socket[imposter->sockets++] = socket;
}

static void
imposter_listen(struct bench *bench, struct imposter *imposter, int listening)
{
	assert_int_equal(listen(listening, 20), 0);
	imposter->accepting =
		event_new(bench->base, listening, EV_READ | EV_PERSIST, on_accept, imposter);
	assert_int_equal(event_add(imposter->accepting, NULL), 0);
}

static void
imposter_begin(struct bench *bench, struct imposter *imposter)
{
	struct endpoint at = {
		.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
		.size = sizeof(struct sockaddr_in)};
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(listening >= 0);
	assert_int_equal(bind(listening, &at.any, at.size), 0);
	assert_int_equal(endpoint_own(listening, &bench->place.address, &bench->place.port), 0);
	imposter_listen(bench, imposter, listening);
}

/* The kernel takes little of what such a one does not read. */
static void
imposter_begin_with_path(struct bench *bench, struct imposter *imposter)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(listening >= 0);
	choose_path(bench, at.sun_path);
	assert_int_equal(bind(listening, (struct sockaddr *)&at, sizeof(at)), 0);
	imposter_listen(bench, imposter, listening);
}

static void
imposter_end(struct imposter *imposter)
{
	int listening = event_get_fd(imposter->accepting);

	event_free(imposter->accepting);
	close(listening);
	for (int i = 0; i < imposter->sockets; i++)
		close(imposter->socket[i]);
	imposter->sockets = 0;
}

static void
a_server_that_answers_anything_is_left(void **state)
{
	/* Twice OK is what AUTH and PING want to hear. */
	static const char *const answers[] = {"\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n",
		"+OK\r\n+OK\r\n+OK\r\n", "+OK\r\n+OK\r\n*1\r\n*1\r\n$1\r\nx\r\n",
		"+OK\r\n+OK\r\n*0\r\n*0\r\n", "+OK\r\n+OK\r\n:1\r\n",
		"+OK\r\n+OK\r\n*2000000000\r\n",
		"+OK\r\n+OK\r\n*0\r\n*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n0-0\r\n*0\r\n",
		"-MOVED 1 there.example.net:6379\r\n", "-MOVED\r\n", "-MOVED 1 :1\r\n",
		"-ASK 1 1.2.3.4:99999\r\n", "-\x01\xff\r\n", "+OK\r\n+OK\r\n-LOADING later\r\n", "",
		"+OK\r\n+OK\r\n$-1\r\n"};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct imposter imposter = {.answer = answers[i], .size = strlen(answers[i])};
		struct exchangeredis_settings settings;
		struct bench bench;

		bench_begin(&bench);
		imposter_begin(&bench, &imposter);
		settings = settings_of(&bench);
		settings.silence_us = 20000;
		join(&bench, 0, &settings);
		if (strstr(answers[i], "+OK\r\n+OK\r\n*0\r\n") == NULL)
			turn_until(&bench, has_failed_often);
		else
			turn_for(&bench, 200000);
		assert_int_equal(bench.member[0].blocks, 0);
		for (const char *c = state_of(&bench, 0).why; *c != '\0'; c++)
			assert_in_range(*c, ' ', '~');
		imposter_end(&imposter);
		bench_end(&bench);
	}
	(void)state;
}

static bool
one_does_not_read(struct bench *bench)
{
	return strstr(state_of(bench, 0).why, "does not read") != NULL;
}

/* As if it was asked again and again whether there is anything new: what it is asked then must not pile up. */
static void
a_server_that_answers_and_reads_nothing_is_left(void **state)
{
	static const char two[] = "*0\r\n*-1\r\n";
	struct imposter imposter = {0};
	struct exchangeredis_settings settings;
	struct buffer answer;
	struct bench bench;

	bench_begin(&bench);
	imposter_begin_with_path(&bench, &imposter);
	buffer_init(&answer, 65536);
	buffer_text(&answer, TEXT("+OK\r\n+OK\r\n"));
	for (int i = 0; i < 7000; i++)
		buffer_text(&answer, TEXT(two));
	imposter.answer = answer.at;
	imposter.size = answer.length;
	settings = settings_of(&bench);
	settings.bytes_most = 1;
	join(&bench, 0, &settings);
	turn_until(&bench, one_does_not_read);
	imposter_end(&imposter);
	bench_end(&bench);
	buffer_done(&answer);
	(void)state;
}

/* It may send wherever it likes, but not to a socket of this machine. */
static void
a_server_that_names_a_path_is_not_followed(void **state)
{
	static const char answer[] = "-MOVED 12 /run/other:1\r\n";
	struct imposter imposter = {.answer = answer, .size = sizeof(answer) - 1};
	struct exchangeredis_settings settings;
	struct bench bench;

	bench_begin(&bench);
	imposter_begin(&bench, &imposter);
	settings = settings_of(&bench);
	join(&bench, 0, &settings);
	turn_until(&bench, has_failed_often);
	assert_int_equal(state_of(&bench, 0).redirects, 0);
	imposter_end(&imposter);
	bench_end(&bench);
	(void)state;
}

/* Each names itself: that is followed a few times, and then there is a pause. */
static void
servers_that_send_one_in_a_circle_are_left(void **state)
{
	struct imposter imposter = {0};
	struct exchangeredis_settings settings;
	char answer[60];
	struct bench bench;

	bench_begin(&bench);
	imposter_begin(&bench, &imposter);
	imposter.answer = answer;
	imposter.size = (size_t)snprintf(
		answer, sizeof(answer), "-MOVED 12 127.0.0.1:%u\r\n", bench.place.port);
	settings = settings_of(&bench);
	join(&bench, 0, &settings);
	turn_until(&bench, has_failed_often);
	/* Of both connections; one may be on its way. */
	assert_in_range(state_of(&bench, 0).redirects, 4 * REDISCLIENT_HOPS,
		5 * REDISCLIENT_HOPS + REDISCLIENT_HOPS);
	imposter_end(&imposter);
	bench_end(&bench);
	(void)state;
}

static void
settings_that_cannot_be_are_refused(void **state)
{
	struct bench bench = {.place.port = 1};
	struct exchangeredis_settings settings = settings_of(&bench);
	struct exchange *exchange;
	struct redis_place place;
	struct fail fail;

	settings.servers = 0;
	assert_int_equal(exchangeredis_new(NULL, &settings, &exchange, &fail), -EINVAL);
	settings = settings_of(&bench);
	settings.stream.length = 0;
	assert_int_equal(exchangeredis_new(NULL, &settings, &exchange, &fail), -EINVAL);
	settings = settings_of(&bench);
	settings.from = TEXT("12");
	assert_int_equal(exchangeredis_new(NULL, &settings, &exchange, &fail), -EINVAL);
	assert_string_equal(fail.what, "'12' is no place in a stream");
	assert_int_equal(redis_place_parse(TEXT("127.0.0.1:6379"), &place, &fail), 0);
	assert_int_equal(place.port, 6379);
	assert_int_equal(redis_place_parse(TEXT("[::1]:6379"), &place, &fail), 0);
	assert_int_equal(redis_place_parse(TEXT("/run/redis"), &place, &fail), 0);
	assert_string_equal(place.path, "/run/redis");
	assert_true(redis_place_parse(TEXT("redis.example.net:6379"), &place, &fail) < 0);
	assert_true(redis_place_parse(TEXT("/a\0b"), &place, &fail) < 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_says_all_hear_in_one_process),
		cmocka_unit_test(what_one_says_all_hear_through_redis),
		cmocka_unit_test(who_comes_later_hears_what_is_remembered_or_from_where_he_was),
		cmocka_unit_test(a_stream_that_ends_before_where_one_was_is_read_from_its_begin),
		cmocka_unit_test(a_server_that_stands_still_holds_up_nobody),
		cmocka_unit_test(a_server_that_dies_and_comes_back_empty_is_used_again),
		cmocka_unit_test(last_words_are_heard),
		cmocka_unit_test(who_is_not_let_in_says_why),
		cmocka_unit_test(a_server_that_answers_anything_is_left),
		cmocka_unit_test(a_server_that_answers_and_reads_nothing_is_left),
		cmocka_unit_test(a_server_that_names_a_path_is_not_followed),
		cmocka_unit_test(servers_that_send_one_in_a_circle_are_left),
		cmocka_unit_test(settings_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
