/* SPDX-License-Identifier: BSD-2-Clause */
/* How long it takes from a verdict that leaves the judge until the kernel holds the line's element, which the next
 * packet meets: the real keeper with a ledger on the disk, actor and gate, in a network namespace of their own; this
 * program is the judge, and asks the kernel for the element again and again. The figures hold up to one such question
 * and one short sleep too much.
 * Beside it, in the same run, what the disk alone takes for the ledger's commit: as many pages, written and synced.
 *
 *   verdictload GATE FOLDER ROUNDS
 */
#include "gate/nftsocket.h"
#include "identity/names.h"
#include "judge/judge.h"
#include "ledger/keyfile.h"
#include "runtime/channel.h"
#include "runtime/clock.h"
#include "service/acting.h"
#include "service/containopening.h"
#include "service/keeper.h"
#include "service/statefolder.h"
#include "verdict/verdict.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_US (5 * WALL_SECOND)
/* As much as the ledger's commit writes of a verdict with a measure. */
#define PAGES  (14 * 4096)
#define NAP_NS 20000L

static struct fail fail;

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "verdictload: %s: %s\n", what, fail.what);
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void
make_settings(struct daemon_settings *settings, const char *folder)
{
	struct lines_settings lines = LINES_DEFAULTS;
	static struct gaterules_prefix network = {.line_length = 128};
	struct lines_prefix inside = {.role = ROLE_RESIDENTIAL};
	struct judge_settings judge;

	snprintf(settings->state, sizeof(settings->state), "%s", folder);
	snprintf(settings->keep.ledger, sizeof(settings->keep.ledger), "%s/ledger", folder);
	settings->keep.close_silent_days = settings->keep.forget_days = 10000;
	settings->keep.planning.plan = PLAN_DEFAULTS;
	settings->keep.planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	judge_defaults(&judge);
	settings->judging.parameters = judge.parameters;
	settings->lines = lines_new(&lines);
	must(prefix_parse(TEXT("10.0.0.0/8"), &inside.prefix) == 0);
	must(lines_add(settings->lines, &inside, &fail) == 0);
	network.prefix = inside.prefix;
	settings->contain.network = &network;
	settings->contain.network_count = 1;
	settings->contain.nftables = true;
	ruleset_defaults(&settings->contain.rules);
	settings->contain.rules.lines = RULESET_ENFORCE;
	settings->estate = (struct estate_settings){.receivers = 1,
		.judges = 1,
		.actors = 1,
		.sightings_most = 64,
		.verdicts_most = 1024,
		.names_most = 1 << 20};
}

/* Forks it, and waits until it is ready. */
static pid_t
start(const struct daemon_settings *settings, struct estate *estate, enum counter_owner owner)
{
	struct post post = {.owner = owner};
	struct pollfd polled = {.fd = estate->parent[estate_place(&post)].end[0], .events = POLLIN};
	uint8_t body[64];
	uint16_t type;
	pid_t pid = fork();

	if (pid == 0 && owner == OWNER_KEEPER)
		keeper_run(settings, estate);
	if (pid == 0)
		acting_run(settings, estate);
	if (poll(&polled, 1, 20000) != 1 ||
		channel_receive(polled.fd, &type, body, sizeof(body)) < 0)
		give_up("a process is not ready");
	return pid;
}

static struct verdict
confirmed(const struct daemon_settings *settings, uint64_t line)
{
	struct clock clock;

	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	return (struct verdict){.time = clock.now,
		.line = line,
		.parameters = parameters_version(&settings->judging.parameters),
		.from = STATE_WATCH,
		.to = STATE_CONFIRMED,
		.highest = STATE_CONFIRMED,
		.role = ROLE_RESIDENTIAL,
		.score = 13,
		.threshold = 11,
		.active_lines = 20};
}

/* Nanoseconds until its element is there. */
static int64_t
measure(struct ring *ring, const struct verdict *verdict, struct nftsocket *nft,
	const struct address *address)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	int64_t begun = now_ns();
	struct nftelement found;

	if (ring_put(ring, verdict, 1) != 1)
		give_up("the ring is full");
	while (nftsocket_find(nft, LINESET_BLOCK4, address, &found) != 1) {
		/* Else this program would take the processor that the others need, for whole slices of time. */
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		if (now_ns() - begun > WAIT_US * 1000)
			give_up("the element does not come");
	}
	return now_ns() - begun;
}

static int64_t
sync_once(int file, unsigned round)
{
	static char pages[PAGES];
	int64_t begun;

	memset(pages, (int)round, sizeof(pages));
	begun = now_ns();
	if (pwrite(file, pages, sizeof(pages), (off_t)(round % 64) * PAGES) != PAGES ||
		fdatasync(file) < 0)
		give_up("the disk cannot be written");
	return now_ns() - begun;
}

static int
compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void
print(const char *name, int64_t *ns, unsigned rounds)
{
	qsort(ns, rounds, sizeof(*ns), compare);
	printf("%s_p50 %.0f\n%s_p99 %.0f\n", name, (double)ns[rounds / 2] / 1000, name,
		(double)ns[rounds * 99 / 100] / 1000);
}

static void
run(struct daemon_settings *settings, struct estate *estate, const char *folder, unsigned rounds)
{
	int64_t *ns = xcalloc(rounds, sizeof(*ns)), *disk = xcalloc(rounds, sizeof(*disk));
	struct keys keys = {0};
	struct nftsocket nft;
	struct names names;
	struct ring ring;
	char path[DAEMON_PATH + 8];
	int file;

	snprintf(path, sizeof(path), "%s.key", settings->keep.ledger);
	must(keyfile_read(path, &keys, &fail) == 0);
	must(names_open(&names, estate->names[0], names_bytes(settings->estate.names_most)) == 0);
	estate_verdicts_putting(estate, 0, &ring);
	if (nftsocket_open(&nft, 1, &fail) < 0)
		give_up("nf_tables");
	snprintf(path, sizeof(path), "%s/pages", folder);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (unsigned i = 0; i < rounds; i++) {
		struct line_name name = {.length = 128};
		struct verdict verdict;
		uint64_t line;

		name.address = address_from_v4(0x0a000000U + i + 1);
		line = line_name_pseudonym(&name, &keys.pseudonym);
		names_put(&names, line, &name);
		verdict = confirmed(settings, line);
		ns[i] = measure(&ring, &verdict, &nft, &name.address);
		disk[i] = sync_once(file, i);
		(void)poll(NULL, 0, 2);
	}
	print("verdict", ns, rounds);
	print("disk", disk, rounds);
}

int
main(int count, char **words)
{
	static struct daemon_settings settings;
	static struct estate estate;
	struct containopening contain;
	struct gateclient_contain handed;
	struct gateclient gate;
	struct clock clock;
	pid_t keeper, actor;
	uint64_t rounds;

	if (count != 4 || text_parse_u64(text_of(words[3]), 1000000, &rounds) < 0 || rounds == 0 ||
		unshare(CLONE_NEWNET) < 0) {
		fputs("usage: verdictload GATE FOLDER ROUNDS, as root\n", stderr);
		return 2;
	}
	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	make_settings(&settings, words[2]);
	if (keeper_prepare(&settings.keep, clock.now, &fail) < 0 ||
		containopening_begin(&contain, &fail) < 0)
		give_up("begin");
	handed = (struct gateclient_contain){contain.gate, contain.memory};
	if (gateclient_start(&gate, words[1], false, &handed, &fail) < 0 ||
		containopening_load(&contain, &settings.contain, &gate, &fail) < 0)
		give_up("gate");
	if (estate_make(&estate, &settings.estate, &fail) < 0)
		give_up("estate");
	estate.actor_gate = contain.actor;
	keeper = start(&settings, &estate, OWNER_KEEPER);
	actor = start(&settings, &estate, OWNER_ACTOR);
	/* The first content of the sets. */
	(void)poll(NULL, 0, 1500);
	run(&settings, &estate, words[2], (unsigned)rounds);
	(void)kill(actor, SIGKILL);
	(void)kill(keeper, SIGKILL);
	(void)waitpid(actor, NULL, 0);
	(void)waitpid(keeper, NULL, 0);
	gateclient_stop(&gate);
	return 0;
}
