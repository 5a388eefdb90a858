/* desk_fixture - a desk in a process of its own, with real sockets, a keeper with a real ledger and real judges */
#ifndef LAZARET_TESTS_DESK_FIXTURE_H
#define LAZARET_TESTS_DESK_FIXTURE_H

#include "control/answer.h"
#include "control/desk.h"
#include "identity/identify.h"
#include "ledger_fixture.h"
#include "runtime/channel.h"
#include "service/judgeanswer.h"
#include "service/keeperanswer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define HOUSE_JUDGES 2
#define HOUSE_CASES  400

/* What the fixture shares with its processes. */
struct house_memory {
	struct status_process process[STATUS_PROCESSES];
	struct status_exporters exporters;
	struct status_rings rings[2];
};

struct house {
	struct fixture *fixture;
	char path[100];
	struct house_memory *memory;
	struct desk_settings settings;
	int control;
	int metrics;
	uint16_t port;
	int parent[2]; /* [0] is the fixture's end, also below */
	int keeper[2];
	int judge[HOUSE_JUDGES][2];
	pid_t desk;
	pid_t keeper_process;
	pid_t judge_process[HOUSE_JUDGES];
};

static inline struct lines *
house_lines(const struct hash_key *key)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	struct lines *lines;

	settings.names_most = 100;
	if (key != NULL)
		settings.key = *key;
	lines = lines_new(&settings);
	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	/* Of these the ledger has no cases. */
	assert_int_equal(prefix_parse(TEXT("203.0.113.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	return lines;
}

/* A judge that saw one zombie and one line that is well. */
static inline struct judge *
house_judge(struct lines *lines, const struct judge_settings *settings)
{
	struct judge *judge = judge_new(settings);

	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	for (unsigned i = 0; i < 80; i++) {
		struct observation seen = {
			.kind = OBSERVATION_MAIL,
			.time = {INT64_C(15000) * WALL_DAY + i * 5 * WALL_SECOND},
			.client = address_from_v4(0xcb007100U + (i % 2 ? 77 : 5)),
			.server = address_from_v4(i % 2 ? 0xc6120000U + (i << 8) + 9 : 0xc6336419U),
			.sampling = 1,
			.client_port = 40000,
			.server_port = 25,
			.outcome = i % 2 ? OUTCOME_FAILED : OUTCOME_ACCEPTED,
		};

		judge_take(judge, sightings,
			identify(lines, &seen, 1, sightings, NULL, NULL, &counts));
	}
	return judge;
}

/* Answers until the other end is gone. */
static inline void
house_serve(int channel, void (*answer_one)(void *, const struct question *, struct answer *),
	void *context)
{
	static struct answer answer;
	struct question question;
	struct pollfd wait = {.fd = channel, .events = POLLIN};

	for (;;) {
		uint16_t type;
		int64_t size = channel_receive(channel, &type, &question, sizeof(question));

		if (size == -EAGAIN) {
			(void)poll(&wait, 1, -1);
			continue;
		}
		if (size < 0 || type != MESSAGE_QUESTION ||
			!message_check(type, &question, (size_t)size))
			_exit(1);
		answer_one(context, &question, &answer);
		while (channel_send(channel, MESSAGE_ANSWER, &answer, answer_size(&answer)) ==
			-EAGAIN) {
			struct pollfd room = {.fd = channel, .events = POLLOUT};

			(void)poll(&room, 1, -1);
		}
	}
}

struct house_keeper {
	struct ledger *ledger;
	struct lines *lines;
};

static inline void
house_keeper_answer(void *context, const struct question *question, struct answer *answer)
{
	struct house_keeper *keeper = context;

	keeper_answer(keeper->ledger, keeper->lines, question, answer);
}

struct house_judging {
	struct judge *judge;
	struct judge_settings settings;
};

static inline void
house_judge_answer(void *context, const struct question *question, struct answer *answer)
{
	struct house_judging *judging = context;

	judge_answer(judging->judge, &judging->settings.parameters, question, answer);
}

static inline void
house_close_others(const struct house *house, int but)
{
	int all[] = {house->control, house->metrics, house->parent[0], house->parent[1],
		house->keeper[0], house->keeper[1], house->judge[0][0], house->judge[0][1],
		house->judge[1][0], house->judge[1][1]};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i] >= 0 && all[i] != but)
			close(all[i]);
	}
}

static inline pid_t
house_start_keeper(struct house *house)
{
	pid_t child = fork();

	if (child == 0) {
		struct house_keeper keeper;

		house_close_others(house, house->keeper[0]);
		keeper.ledger = fixture_ledger(house->fixture);
		keeper.lines = house_lines(ledger_key(keeper.ledger));
		house_serve(house->keeper[0], house_keeper_answer, &keeper);
	}
	return child;
}

/* All judges have the zombie, so that it does not matter whose it is. */
static inline pid_t
house_start_judge(struct house *house, int number)
{
	pid_t child = fork();

	if (child == 0) {
		struct house_judging judging;
		struct ledger *ledger = fixture_reader(house->fixture);

		house_close_others(house, house->judge[number][0]);
		judge_defaults(&judging.settings);
		judging.settings.parameters.flow.lines_most = 1000;
		judging.judge = house_judge(house_lines(ledger_key(ledger)), &judging.settings);
		house_serve(house->judge[number][0], house_judge_answer, &judging);
	}
	return child;
}

static inline void
house_listen(struct house *house)
{
	struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
	struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(tcp);

	snprintf(house->path, sizeof(house->path), "%s/control", house->fixture->folder);
	snprintf(unix_address.sun_path, sizeof(unix_address.sun_path), "%s", house->path);
	house->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(house->control, (struct sockaddr *)&unix_address, sizeof(unix_address)), 0);
	assert_int_equal(listen(house->control, 128), 0);
	house->metrics = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(house->metrics, (struct sockaddr *)&tcp, sizeof(tcp)), 0);
	assert_int_equal(listen(house->metrics, 16), 0);
	assert_int_equal(getsockname(house->metrics, (struct sockaddr *)&tcp, &size), 0);
	house->port = ntohs(tcp.sin_port);
}

static inline void
house_fill_status(struct house_memory *memory)
{
	static const enum counter_owner owners[] = {
		OWNER_PARENT, OWNER_RECEIVER, OWNER_JUDGE, OWNER_JUDGE, OWNER_KEEPER, OWNER_DESK};

	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		memory->process[i] = (struct status_process){.pid = 100 + i,
			.owner = (uint8_t)owners[i],
			.number = i == 3,
			.is_ready = 1,
			.started = FIXTURE_NOW,
			.sandbox = "no new privileges"};
	}
	memory->process[4].value[COUNT_LEDGER_WORKS] = 1;
	memory->process[1].value[COUNT_RECORDS] = 1000;
	memory->exporters.count = 1;
	memory->exporters.exporter[0] =
		(struct status_exporter){.address = address_from_v4(0xc6336401U),
			.domain = 7,
			.version = 9,
			.seen = FIXTURE_NOW,
			.records = 1000,
			.mail_records = 30,
			.sampling = 1};
}

/* Many cases, so that answers have several pages. */
static inline void
house_fill_ledger(struct house *house)
{
	struct ledger *ledger = fixture_ledger(house->fixture);

	for (unsigned i = 1; i <= HOUSE_CASES; i++)
		fixture_step(ledger, i, (int)i, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
}

static inline void
house_start_desk(struct house *house)
{
	struct pollfd ready = {.fd = house->parent[0], .events = POLLIN};
	uint16_t type;
	char body[8];

	house->settings.control = house->control;
	house->settings.metrics = house->metrics;
	house->settings.parent = house->parent[1];
	house->settings.keeper = house->keeper[1];
	house->settings.judges = HOUSE_JUDGES;
	for (int i = 0; i < HOUSE_JUDGES; i++)
		house->settings.judge[i] = house->judge[i][1];
	house->desk = fork();
	if (house->desk == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC), r;

		(void)dup2(null, STDERR_FILENO);
		close(house->parent[0]);
		close(house->keeper[0]);
		for (int i = 0; i < HOUSE_JUDGES; i++)
			close(house->judge[i][0]);
		r = desk_run(&house->settings);
		_exit(r == 0 ? 0 : r == -EBADMSG ? 10 : 11);
	}
	assert_int_equal(poll(&ready, 1, -1), 1);
	assert_int_equal(channel_receive(house->parent[0], &type, body, sizeof(body)), 0);
	assert_int_equal(type, MESSAGE_READY);
}

static inline int
house_begin(void **state)
{
	struct house *house = xcalloc(1, sizeof(*house));

	if (fixture_begin((void **)&house->fixture) < 0)
		return -1;
	house->memory = mmap(NULL, sizeof(*house->memory), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	house_fill_status(house->memory);
	house_fill_ledger(house);
	house_listen(house);
	if (channel_pair(house->parent) < 0 || channel_pair(house->keeper) < 0 ||
		channel_pair(house->judge[0]) < 0 || channel_pair(house->judge[1]) < 0)
		return -1;
	house->settings = DESK_DEFAULTS;
	house->settings.own = &house->memory->process[5];
	house->settings.processes = house->memory->process;
	house->settings.process_count = STATUS_PROCESSES;
	house->settings.exporters[0] = &house->memory->exporters;
	house->settings.receivers = 1;
	house->settings.rings = house->memory->rings;
	house->settings.ring_count = 2;
	house->settings.rules.owner = getuid();
	house->settings.version = "0.0.1";
	*state = house;
	return 0;
}

static inline void
house_start(struct house *house)
{
	house_start_desk(house);
	house->keeper_process = house_start_keeper(house);
	for (int i = 0; i < HOUSE_JUDGES; i++)
		house->judge_process[i] = house_start_judge(house, i);
}

static inline void
house_kill(pid_t *process)
{
	if (*process > 0) {
		kill(*process, SIGKILL);
		waitpid(*process, NULL, 0);
	}
	*process = 0;
}

/* What the desk ended with; it was told to stop, or ends by itself. */
static inline int
house_wait_desk(struct house *house)
{
	int status = 0;

	assert_int_equal(waitpid(house->desk, &status, 0), house->desk);
	house->desk = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int
house_end(void **state)
{
	struct house *house = *state;
	int r;

	house_kill(&house->desk);
	house_kill(&house->keeper_process);
	for (int i = 0; i < HOUSE_JUDGES; i++)
		house_kill(&house->judge_process[i]);
	house_close_others(house, -1);
	munmap(house->memory, sizeof(*house->memory));
	r = fixture_end((void **)&house->fixture);
	free(house);
	return r;
}

/* A client: connected, and its request sent. */
static inline int
house_connect(const struct house *house)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", house->path);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	return client;
}

static inline void
house_send(int client, const char *text)
{
	(void)send(client, text, strlen(text), MSG_NOSIGNAL);
}

/* All that comes until the other side closes. */
static inline void
house_read(int client, struct buffer *into)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(client, bytes, sizeof(bytes), 0)) > 0)
		buffer_add(into, bytes, (size_t)n);
	close(client);
}

/* Sends the text, says nothing more, and gives all that comes; valid until the next call. */
static inline const char *
house_ask(const struct house *house, const char *text)
{
	static struct buffer answer;
	int client = house_connect(house);

	if (answer.most == 0)
		buffer_init(&answer, 16 << 20);
	buffer_clear(&answer);
	house_send(client, text);
	shutdown(client, SHUT_WR);
	house_read(client, &answer);
	return buffer_string(&answer);
}

#endif
