/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "lease_model.h"
#include "unit.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE      INT64_C(1700000000)
#define SPAN      6000
#define TOLERANCE 60
#define LINES     5

struct bench {
	struct leases leases;
	void *memory;
	struct model *model;
	struct random random;
};

static struct line_name
name_of(const char *text, uint16_t low, uint16_t high)
{
	struct line_name name = {.low = low, .high = high};
	struct prefix prefix;

	assert_int_equal(prefix_parse(text_of(text), &prefix), 0);
	name.address = prefix.address;
	name.length = prefix.length;
	return name;
}

static void
set_up(struct bench *bench, uint64_t seed)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	const struct line_name names[MODEL_NAMES] = {
		name_of("192.0.2.1", 0, 0),
		name_of("192.0.2.2", 0, 0),
		name_of("203.0.113.7", 1024, 2047),
		name_of("203.0.113.7", 2048, 3071),
		name_of("203.0.113.7", 0, 0),
		name_of("203.0.113.8", 1000, 2999),
		name_of("203.0.113.8", 2500, 4499),
		name_of("203.0.113.8", 4096, 4096),
		name_of("2001:db8::/48", 0, 0),
		name_of("2001:db8::/56", 0, 0),
		name_of("2001:db8:0:1::/64", 0, 0),
		name_of("2001:db8:1:ff00::/56", 0, 0),
	};

	settings.leases_most = 4096;
	settings.nas_most = 8;
	settings.tolerance_seconds = TOLERANCE;
	settings.key = (struct hash_key){
		{3, 141, 59, 26, 53, 58, 97, 93, 238, 46, 26, 43, 38, 32, 79, 50}};
	bench->model = calloc(1, sizeof(*bench->model));
	bench->memory = aligned_alloc(64, leases_bytes(&settings));
	assert_true(bench->memory != NULL && bench->model != NULL);
	memset(bench->memory, 0, leases_bytes(&settings));
	assert_int_equal(
		leases_make(&bench->leases, &settings, bench->memory, leases_bytes(&settings)), 0);
	leases_tick(&bench->leases, (struct wall){(BASE + SPAN) * WALL_SECOND});
	memcpy(bench->model->name, names, sizeof(names));
	bench->model->tolerance = TOLERANCE;
	random_seed(&bench->random, seed);
}

static void
tear_down(struct bench *bench)
{
	free(bench->memory);
	free(bench->model);
}

static uint64_t
below(struct bench *bench, uint64_t most)
{
	return random_below(&bench->random, most);
}

static struct wall
wall(int64_t at)
{
	return (struct wall){at * WALL_SECOND};
}

/* One record of any kind, told to both. Times are around `near`: records come late and in any order. */
static void
say(struct bench *bench, int64_t near)
{
	int name = (int)below(bench, MODEL_NAMES);
	struct model_interval record = {.who = 1 + below(bench, LINES)};
	int64_t at = near + (int64_t)below(bench, 400) - 200, life = (int64_t)below(bench, 600);
	int64_t from = below(bench, 2) ? at - (int64_t)below(bench, 400) : 0;
	struct lease lease = {.name = bench->model->name[name]};
	int r = 0;

	/* A session belongs to a line; 0 is DHCP. */
	record.session = below(bench, 4);
	record.session = record.session ? record.who << 8 | record.session : 0;
	record.nas = below(bench, MODEL_NASES);
	record.from = at;
	record.until = at + life;
	lease.line.pseudonym = record.who;
	lease.session = record.session;
	lease.nas = record.nas;
	switch (below(bench, 10)) {
	case 0:
	case 1:
	case 2:
		r = leases_start(&bench->leases, &lease, wall(at), wall(at + life));
		model_claim(bench->model, name, record, false);
		break;
	case 3:
	case 4:
	case 5:
		r = leases_interim(&bench->leases, &lease, wall(at), wall(at + life));
		model_claim(bench->model, name, record, true);
		break;
	case 6:
	case 7:
	case 8:
		r = leases_stop(&bench->leases, &lease, wall(at), wall(from));
		model_stop(bench->model, name, record, at, from);
		break;
	default:
		/* No more than are kept of each. */
		if (below(bench, 8) != 0 || record.nas == 0 ||
			bench->model->restarts[record.nas] == LEASES_RESTARTS)
			break;
		leases_forget_nas(&bench->leases, record.nas, wall(at));
		model_forget(bench->model, record.nas, at);
	}
	assert_int_equal(r, 0);
}

static struct lease_question
any_question(struct bench *bench)
{
	static const char *const addresses[] = {"192.0.2.1", "192.0.2.2", "203.0.113.7",
		"203.0.113.8", "2001:db8::5", "2001:db8:0:1::5", "2001:db8:0:2::5",
		"2001:db8:1:ff01::5", "192.0.2.3"};
	struct lease_question question = {.at = wall(BASE + (int64_t)below(bench, SPAN))};

	question.port = below(bench, 4) ? (uint16_t)(900 + below(bench, 4000)) : 0;
	assert_int_equal(address_parse(text_of(addresses[below(bench, 9)]), &question.address), 0);
	return question;
}

static int
ask(struct bench *bench, const struct lease_question *question)
{
	struct lease_holder found = {0};
	uint64_t sure = 0;
	int r, wanted;

	r = leasefind_holder(
		&bench->leases, &question->address, question->port, question->at, &found);
	wanted = model_find(bench->model, &question->address, question->port,
		question->at.us / WALL_SECOND, &sure);
	assert_int_equal(r, wanted);
	if (r == 0)
		assert_int_equal(found.line.pseudonym, sure);
	if (r == 0)
		assert_int_equal(found.other.pseudonym, 0);
	if (r == -EAGAIN)
		assert_true(
			found.line.pseudonym != 0 && found.line.pseudonym != found.other.pseudonym);
	return r;
}

static void
ask_any(struct bench *bench)
{
	struct lease_question question = any_question(bench);

	(void)ask(bench, &question);
}

/* The lists agree with what look-ups say, and nobody is in two. */
static void
check_reverse(struct bench *bench, int64_t now)
{
	for (uint64_t who = 1; who <= LINES; who++) {
		struct lease_held held[LEASES_LINE];
		int count = leasefind_held(&bench->leases, who, wall(now), held, LEASES_LINE);
		int wanted = 0;

		for (int name = 0; name < MODEL_NAMES; name++) {
			model_settle(bench->model, name);
			for (int n = 0; n < bench->model->count[name]; n++) {
				const struct model_interval *i = &bench->model->at[name][n];

				wanted += i->who == who && i->end == MODEL_OPEN &&
					now < i->until + TOLERANCE;
			}
		}
		assert_int_equal(count, wanted);
	}
}

static void
whatever_is_said_in_any_order_every_look_up_is_as_the_rules_say(void **state)
{
	uint64_t sure = 0, doubtful = 0;

	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct bench bench;
		int records = 20 + (int)(seed % 5) * 60;

		set_up(&bench, seed);
		for (int i = 0; i < records; i++) {
			say(&bench, BASE + 300 + (SPAN - 1000) * (int64_t)i / records);
			/* It never matters when this is done. */
			if (seed % 3 == 0 && i % 7 == 0)
				leases_tick(&bench.leases, wall(BASE + SPAN));
			for (int asked = 0; asked < 20; asked++)
				ask_any(&bench);
		}
		for (int asked = 0; asked < 2000; asked++)
			ask_any(&bench);
		check_reverse(&bench, BASE + SPAN);
		sure += leases_counts(&bench.leases).starts;
		doubtful += leases_counts(&bench.leases).disputed;
		tear_down(&bench);
	}
	/* Rare cases came, too. */
	assert_true(sure > 10000 && doubtful > 100);
}

#define MANY 200

/* Also of a part of a group, and of none. */
static void
ask_many(struct bench *bench, size_t count, uint64_t *found)
{
	static struct lease_question questions[MANY];

	for (size_t i = 0; i < count; i++)
		questions[i] = any_question(bench);
	leasefind_fetch(&bench->leases, questions, count);
	for (size_t i = 0; i < count; i++)
		found[ask(bench, &questions[i]) == 0]++;
}

static void
answers_are_the_same_when_their_memory_was_fetched(void **state)
{
	uint64_t found[2] = {0};

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct bench bench;

		set_up(&bench, seed);
		for (int i = 0; i < 200; i++) {
			say(&bench, BASE + 300 + (SPAN - 1000) * (int64_t)i / 200);
			ask_many(&bench, below(&bench, MANY + 1), found);
		}
		tear_down(&bench);
	}
	assert_true(found[0] > 10000 && found[1] > 10000);
}

#define CROWD 300 /* addresses, in a table of 200 intervals */

static struct address
crowd_address(uint64_t number)
{
	return address_from_v4(0x0a000000 + (uint32_t)number);
}

/* Writes until it is told to end: intervals of lines that are an address's own, which come, end, are dropped and come
 * again. */
static void
write_leases(struct leases *leases, const uint32_t *end)
{
	struct random random;
	int64_t at = BASE;

	/* Nor does it outlive who started it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	random_seed(&random, 8);
	leases_tick(leases, wall(at));
	while (!__atomic_load_n(end, __ATOMIC_RELAXED)) {
		uint64_t number = random_below(&random, CROWD);
		struct lease lease = {.name = {.length = 128}};

		lease.name.address = crowd_address(number);
		if (number % 2)
			lease.name.low = 1024, lease.name.high = 2047;
		lease.line.pseudonym = number * 16 + 1 + random_below(&random, 3);
		lease.session = 1 + random_below(&random, 2);
		at += (int64_t)random_below(&random, 2);
		if (random_below(&random, 64) == 0)
			leases_tick(leases, wall(at));
		if (random_below(&random, 3) > 0)
			(void)leases_start(leases, &lease, wall(at), wall(at + 50));
		else
			(void)leases_stop(leases, &lease, wall(at), wall(at - 20));
	}
	_exit(0);
}

static bool
is_result(int r)
{
	return r == 0 || r == -EAGAIN || r == -ENOENT || r == -ENOTUNIQ || r == -EBUSY;
}

/* All of the crowd at once; how many were sure. */
static uint64_t
ask_crowd(const struct leases *reader, struct wall now)
{
	static struct lease_question questions[CROWD];
	uint64_t sure = 0;

	for (uint64_t i = 0; i < CROWD; i++)
		questions[i] = (struct lease_question){crowd_address(i), 1500, now};
	leasefind_fetch(reader, questions, CROWD);
	for (uint64_t i = 0; i < CROWD; i++) {
		struct lease_holder holder;
		int r = leasefind_holder(
			reader, &questions[i].address, questions[i].port, questions[i].at, &holder);

		assert_true(is_result(r));
		sure += r == 0;
		if (r == 0 || r == -EAGAIN)
			assert_int_equal(holder.line.pseudonym / 16, i);
	}
	return sure;
}

static void
while_one_process_writes_another_never_finds_a_wrong_line(void **state)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	struct leases leases, reader;
	struct lease_holder holder;
	struct lease_held held[8];
	uint64_t found = 0, many = 0, gave_way, busy = 0;
	uint32_t *end;
	uint8_t *memory;
	size_t bytes;
	pid_t child;
	int status;

	settings.leases_most = 200;
	settings.tolerance_seconds = 1;
	settings.key = (struct hash_key){{9, 8, 7, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8}};
	bytes = leases_bytes(&settings);
	memory =
		mmap(NULL, bytes + 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	end = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(memory != MAP_FAILED && end != MAP_FAILED);
	assert_int_equal(leases_make(&leases, &settings, memory, bytes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_leases(&leases, end);
	assert_int_equal(mprotect(memory, bytes, PROT_READ), 0);
	assert_int_equal(leases_open(&reader, NULL, memory, bytes), 0);
	/* Until the writer was seen at work for a good while. */
	do {
		for (uint64_t i = 0; i < CROWD; i++) {
			struct address address = crowd_address(i);
			struct wall now = {reader.table.head->now * WALL_SECOND};
			int r = leasefind_holder(&reader, &address, 1500, now, &holder);

			assert_true(is_result(r));
			busy += r == -EBUSY;
			found += r == 0;
			if (r == 0 || r == -EAGAIN)
				assert_int_equal(holder.line.pseudonym / 16, i);
			r = leasefind_held(&reader, i * 16 + 1, now, held, 8);
			assert_true(r == 0 || r == 1 || r == -EBUSY);
			if (r == 1)
				assert_true(address_equal(&held[0].name.address, &address));
		}
		many += ask_crowd(&reader, (struct wall){reader.table.head->now * WALL_SECOND});
		gave_way = leases_counts(&reader).gave_way;
	} while ((gave_way < 20000 || found < 20000 || many < 20000) &&
		waitpid(child, &status, WNOHANG) == 0);
	__atomic_store_n(end, 1, __ATOMIC_RELAXED);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(gave_way >= 20000 && found >= 20000 && many >= 20000 && busy < found);
	assert_int_equal(munmap(end, 4096), 0);
	assert_int_equal(munmap(memory, bytes + 4096), 0);
}

static void
where_a_writer_died_in_the_middle_nothing_is_told_and_nothing_goes_on(void **state)
{
	struct leases_settings settings = LEASES_DEFAULTS;
	struct lease_holder holder;
	struct lease_held held;
	struct address address;
	struct bench bench;
	struct leases next;

	set_up(&bench, 1);
	assert_int_equal(address_parse(text_of("192.0.2.1"), &address), 0);
	leasetable_begin(&bench.leases.table);
	assert_int_equal(leasefind_holder(&bench.leases, &address, 0, wall(BASE), &holder), -EBUSY);
	assert_int_equal(leasefind_held(&bench.leases, 1, wall(BASE), &held, 1), -EBUSY);
	settings.leases_most = 4096;
	settings.nas_most = 8;
	assert_int_equal(
		leases_open(&next, &settings, bench.memory, leases_bytes(&settings)), -EBUSY);
	leasetable_end(&bench.leases.table);
	assert_int_equal(leases_open(&next, &settings, bench.memory, leases_bytes(&settings)), 0);
	assert_int_equal(leasefind_holder(&next, &address, 0, wall(BASE), &holder), -ENOENT);
	tear_down(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_said_in_any_order_every_look_up_is_as_the_rules_say),
		cmocka_unit_test(answers_are_the_same_when_their_memory_was_fetched),
		cmocka_unit_test(while_one_process_writes_another_never_finds_a_wrong_line),
		cmocka_unit_test(
			where_a_writer_died_in_the_middle_nothing_is_told_and_nothing_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
