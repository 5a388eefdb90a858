/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/identify.h"
#include "judge/judge.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define START (INT64_C(15000) * WALL_DAY)

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text_of(text), &a), 0);
	return a;
}

static struct lines *
new_lines(const char *inside)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines *lines;

	settings.names_most = 1000;
	lines = lines_new(&settings);
	if (inside != NULL) {
		struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};

		assert_int_equal(prefix_parse(text_of(inside), &prefix.prefix), 0);
		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	return lines;
}

static struct judge *
new_judge(court_verdict on_verdict, void *context)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = 1000;
	settings.seed = 9;
	settings.on_verdict = on_verdict;
	settings.context = context;
	return judge_new(&settings);
}

/* Judges what an observation says of the lines. */
static void
take(struct judge *judge, const struct lines *lines, const struct observation *observation)
{
	struct sighting sightings[IDENTIFY_EACH];
	struct identify_counts counts = {0};

	judge_take(
		judge, sightings, identify(lines, observation, 1, sightings, NULL, NULL, &counts));
}

static struct observation
mail(const char *client, struct address server, uint16_t port, double seconds, enum outcome outcome)
{
	return (struct observation){
		.time = {START + (int64_t)(seconds * 1e6)},
		.client = address(client),
		.server = server,
		.sampling = 1,
		.client_port = 40000,
		.server_port = port,
		.outcome = (uint8_t)outcome,
	};
}

static void
only_our_own_lines_are_judged(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge *judge = new_judge(NULL, NULL);
	struct judge_counts counts;

	for (unsigned i = 0; i < 50; i++) {
		struct observation out = mail(
			"192.0.2.7", address_from_v4(0x01000000 + i * 256), 25, i, OUTCOME_FAILED);
		struct observation other = mail("198.51.100.7",
			address_from_v4(0x01000000 + i * 256), 25, i, OUTCOME_FAILED);

		take(judge, lines, &out);
		take(judge, lines, &other);
	}
	counts = judge_counts(judge);
	assert_int_equal(counts.lines, 1);
	assert_int_equal(counts.sightings, 50);
	assert_int_equal(counts.by_highest[STATE_CONFIRMED], 1);
	judge_free(judge);
	lines_free(lines);
}

static void
a_line_that_accepts_mail_from_many_becomes_a_server(void **state)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct judge *judge = new_judge(NULL, NULL);
	struct address server = address("192.0.2.7");
	struct judge_line found;
	struct line line;

	assert_int_equal(lines_find(lines, &server, 0, &line), 0);
	for (unsigned i = 0; i < 100; i++) {
		char client[32];
		struct observation in, out;

		snprintf(client, sizeof(client), "198.51.%u.9", i);
		in = mail(client, server, 25, i * 8640.0, OUTCOME_ACCEPTED);
		out = mail("192.0.2.7", address_from_v4(0x01000000), 25, i * 8640.0 + 1,
			OUTCOME_ACCEPTED);
		take(judge, lines, &in);
		take(judge, lines, &out);
	}
	assert_int_equal(judge_find(judge, line.pseudonym, &found), 0);
	assert_int_equal(found.now.role, ROLE_MAIL_SERVER);
	assert_in_range(found.now.facts.sources, 80, 120);
	judge_free(judge);
	lines_free(lines);
}

#define TAKEN 20000

/* What a judge said, as a sum of all its bytes that mean something, and how much of it. */
struct log {
	uint64_t sum;
	size_t count;
	size_t servers; /* of it, about lines judged as mail servers */
};

static void
add_bytes(struct log *log, const void *bytes, size_t size)
{
	log->sum = hash_fast(bytes, size, log->sum);
}

static void
keep(void *context, const struct verdict *verdict)
{
	const struct flow_facts *facts = &verdict->facts;
	const uint64_t whole[] = {(uint64_t)verdict->time.us, verdict->line, verdict->index,
		verdict->from, verdict->to, verdict->highest, verdict->role, verdict->active_lines,
		(uint64_t)facts->first_seen.us, (uint64_t)facts->last_seen.us, facts->attempts,
		facts->failed, facts->refused, facts->accepted, facts->contacts,
		facts->contacts_bad, facts->networks, facts->addresses, facts->sources, facts->role,
		facts->sampled, facts->frozen};
	const float real[] = {verdict->score, verdict->threshold, facts->rate, facts->failure,
		facts->chances, facts->expected_a_day};
	struct log *log = context;

	for (size_t i = 0; i < sizeof(real) / sizeof(*real); i++)
		assert_true(isfinite(real[i]));
	add_bytes(log, whole, sizeof(whole));
	add_bytes(log, real, sizeof(real));
	add_bytes(log, verdict->channels, sizeof(verdict->channels));
	log->count++;
	log->servers += verdict->role == ROLE_MAIL_SERVER;
}

/* Residential lines of which every fourth spams, with mail coming in for some of them. */
static struct observation
some_mail(struct random *random, double seconds)
{
	uint32_t which = (uint32_t)random_below(random, 60);
	uint32_t network = (uint32_t)random_below(random, which % 4 == 0 ? 5000 : 20);
	struct observation mail = {
		.time = {START + (int64_t)(seconds * 1e6)},
		.client = address_from_v4(0xc0000200 + which),
		.server = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.client_port = 40000,
		.server_port = 25,
		.outcome = (uint8_t)(random_unit(random) < (which % 4 == 0 ? .7 : .1)
				? random_below(random, OUTCOME_COUNT)
				: OUTCOME_ACCEPTED),
	};

	if (random_below(random, 8) == 0) {
		mail.client = address_from_v4(0x02000000 + network * 256);
		mail.server = address_from_v4(0xc0000200 + which % 10);
	}
	return mail;
}

/* The sightings of that mail, and now and then a clock that goes before it. */
static size_t
some_sightings(struct sighting *into)
{
	struct lines *lines = new_lines("192.0.2.0/24");
	struct identify_counts counts = {0};
	struct random random;
	size_t count = 0;

	random_seed(&random, 3);
	for (size_t i = 0; i < TAKEN; i++) {
		struct observation mail = some_mail(&random, (double)i * 5);

		count += identify(lines, &mail, 1, into + count, NULL, NULL, &counts);
		if (random_below(&random, 50) == 0)
			into[count++] = (struct sighting){
				.time = {mail.time.us + 2 * WALL_MINUTE}, .kind = SIGHTING_CLOCK};
		if (random_below(&random, 500) == 0)
			into[count++] = (struct sighting){.kind = SIGHTING_COUNT};
	}
	lines_free(lines);
	return count;
}

static void
keep_line(void *context, const struct sighting *sighting)
{
	add_bytes(context, &sighting->line.pseudonym, sizeof(sighting->line.pseudonym));
}

/* Gives all to a new judge in portions. */
static struct log
judge_in_portions(const struct sighting *sightings, size_t count, size_t lines_most, size_t portion)
{
	struct judge_settings settings;
	struct judge_counts counts;
	struct log log = {0};
	struct judge *judge;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = lines_most;
	settings.parameters.flow.server_us = WALL_HOUR;
	settings.on_verdict = keep;
	settings.on_line = keep_line;
	settings.context = &log;
	judge = judge_new(&settings);
	for (size_t i = 0; i < count; i += portion)
		judge_take(judge, sightings + i, portion < count - i ? portion : count - i);
	counts = judge_counts(judge);
	add_bytes(&log, &counts, sizeof(counts));
	assert_int_equal(counts.sightings, count);
	assert_true(counts.strange > 10);
	assert_true((counts.evicted > 0) == (lines_most < 60));
	judge_free(judge);
	return log;
}

/* A verdict rests on what came before it, never on how the sightings were handed in: also where lines give way
 * and become servers, and epochs end, while a batch is on its way. */
static void
portions_do_not_change_verdicts(void **state)
{
	static const size_t most[] = {1000, 20, 1}, portions[] = {7, 1000, 4 * TAKEN};
	static struct sighting sightings[4 * TAKEN];
	size_t count = some_sightings(sightings);

	assert_true(count > TAKEN / 10 * 9);
	for (size_t m = 0; m < sizeof(most) / sizeof(*most); m++) {
		struct log one = judge_in_portions(sightings, count, most[m], 1);

		assert_true(most[m] == 1 || one.count > 40);
		assert_true(most[m] == 1 || one.servers > 0);
		for (size_t p = 0; p < sizeof(portions) / sizeof(*portions); p++) {
			struct log many = judge_in_portions(sightings, count, most[m], portions[p]);

			assert_int_equal(one.count, many.count);
			assert_true(one.sum == many.sum);
		}
	}
}

/* A line that spams, then only time; by sightings or told to the judge. */
static struct log
judge_with_time(bool by_sighting)
{
	struct log log = {0};
	struct judge *judge = new_judge(keep, &log);

	for (unsigned i = 0; i < 40; i++) {
		struct sighting contact = {
			.time = {START + i * WALL_MINUTE},
			.line = {.pseudonym = 77},
			.other = address_from_v4(0x01000000 + i * 256),
			.sampling = 1,
			.outcome = OUTCOME_FAILED,
		};

		judge_take(judge, &contact, 1);
	}
	for (unsigned day = 1; day < 60; day++) {
		struct sighting clock = {.time = {START + day * WALL_DAY}, .kind = SIGHTING_CLOCK};

		if (by_sighting)
			judge_take(judge, &clock, 1);
		else
			judge_advance(judge, clock.time);
	}
	judge_free(judge);
	return log;
}

static void
a_clock_among_the_sightings_is_time_that_passes(void **state)
{
	struct log told = judge_with_time(false), seen = judge_with_time(true);

	/* Watched, suspect and confirmed, and down again. */
	assert_true(told.count > 3);
	assert_int_equal(seen.count, told.count);
	assert_true(seen.sum == told.sum);
}

/* Where the sightings are, and the new lines among them. */
struct news {
	const struct sighting *sightings;
	size_t at[4];
	size_t count;
};

static void
keep_news(void *context, const struct sighting *sighting)
{
	struct news *news = context;

	assert_true(news->count < 4);
	news->at[news->count++] = (size_t)(sighting - news->sightings);
}

static void
who_asks_is_told_of_each_new_line_by_its_sighting(void **state)
{
	static const uint64_t lines[] = {5, 5, 9, 5, 9, 7};
	struct sighting sightings[6] = {{.kind = SIGHTING_CONTACT}};
	struct news news = {.sightings = sightings};
	struct judge_settings settings;
	struct judge *judge;

	for (size_t i = 0; i < 6; i++)
		sightings[i] = (struct sighting){
			.time = {START + (int64_t)i}, .line = {.pseudonym = lines[i]}};
	judge_defaults(&settings);
	settings.parameters.flow.lines_most = 10;
	settings.on_line = keep_news;
	settings.context = &news;
	judge = judge_new(&settings);
	judge_take(judge, sightings, 6);
	assert_int_equal(news.count, 3);
	assert_int_equal(news.at[0], 0);
	assert_int_equal(news.at[1], 2);
	assert_int_equal(news.at[2], 5);
	judge_free(judge);
}

static void
a_sighting_that_makes_no_sense_is_counted_and_left_out(void **state)
{
	const struct sighting strange[] = {
		{.time = {INT64_MAX}, .line = {.pseudonym = 1}, .kind = SIGHTING_COUNT},
		{.time = {INT64_MAX}, .line = {.pseudonym = 1}, .kind = 255},
		{.time = {INT64_MAX}, .line = {.pseudonym = 0}},
		{.time = {INT64_MAX}, .line = {.pseudonym = 1, .role = ROLE_COUNT}},
		{.time = {INT64_MAX}, .line = {.pseudonym = 1}, .outcome = OUTCOME_COUNT},
		{.time = {INT64_MAX},
			.line = {.pseudonym = 1, .role = 255},
			.kind = SIGHTING_INBOUND},
		{.time = {INT64_MAX},
			.line = {.pseudonym = 1},
			.kind = SIGHTING_SCORE,
			.channel = CHANNEL_FLOW},
		{.time = {INT64_MAX},
			.line = {.pseudonym = 1},
			.kind = SIGHTING_SCORE,
			.channel = CHANNEL_RELAY,
			.score = NAN},
		{.time = {INT64_MAX},
			.line = {.pseudonym = 1},
			.kind = SIGHTING_SCORE,
			.channel = CHANNEL_RELAY,
			.told = {.recipients = 3, .unknown = 4}},
	};
	const size_t count = sizeof(strange) / sizeof(*strange);
	struct sighting contact = {.time = {START}, .line = {.pseudonym = 1}};
	struct judge *judge = new_judge(NULL, NULL);
	struct judge_line found;

	judge_take(judge, strange, count);
	assert_int_equal(judge_counts(judge).sightings, count);
	assert_int_equal(judge_counts(judge).strange, count);
	assert_int_equal(judge_counts(judge).lines, 0);
	/* Nor did time follow them. */
	judge_take(judge, &contact, 1);
	assert_int_equal(judge_find(judge, 1, &found), 0);
	assert_true(found.now.time.us == START);
	judge_free(judge);
}

static struct sighting
score_of(float score, int64_t minute)
{
	return (struct sighting){
		.time = {START + minute * WALL_MINUTE},
		.line = {.pseudonym = 7, .role = ROLE_ACCOUNT},
		.kind = SIGHTING_SCORE,
		.channel = CHANNEL_RELAY,
		.score = score,
		.watch = score,
		.told = {.recipients = 90,
			.accepted = 30,
			.unknown = 40,
			.refused = 5,
			.domains = 60},
	};
}

static void
an_account_is_held_by_what_its_mail_server_tells(void **state)
{
	struct sighting scores[] = {score_of(5, 0), score_of(11, 1), score_of(14, 2)};
	struct judge *judge = new_judge(NULL, NULL);
	struct judge_line found;

	judge_take(judge, scores, 1);
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_CLEAR);
	judge_take(judge, scores + 1, 1);
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_SUSPECT);
	judge_take(judge, scores + 2, 1);
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_CONFIRMED);
	assert_int_equal(found.now.role, ROLE_ACCOUNT);
	assert_int_equal(found.now.facts.attempts, 90);
	assert_int_equal(found.now.facts.failed, 40);
	assert_int_equal(found.now.facts.contacts, 60);
	/* With the weight of its channel. */
	assert_true(fabs((double)found.now.score - (14 + log(.25))) < .01);
	/* It holds over the next minutes, though no flow says anything of it. */
	judge_advance(judge, (struct wall){START + 3 * WALL_HOUR});
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_CONFIRMED);
	/* But not for ever when nobody tells it any more. */
	judge_advance(judge, (struct wall){START + 4 * WALL_DAY});
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_PROBATION);
	assert_true(found.now.channels[CHANNEL_RELAY] == 0);
	judge_free(judge);
	(void)state;
}

/* A time like no recording's, or a little later than the last. */
static struct wall
any_time(struct random *random, bool is_far)
{
	static const int64_t far[] = {
		0, 1, -1, -WALL_DAY, INT64_MIN, INT64_MIN / 2, INT64_MAX / 2, INT64_MAX};

	if (is_far && random_below(random, 500) == 0)
		return (struct wall){far[random_below(random, sizeof(far) / sizeof(*far))]};
	return (struct wall){random_below(random, 2)
			? START + (int64_t)random_below(random, 1U << 30)
			: (int64_t)random_below(random, 1U << 30)};
}

static struct address
any_address(struct random *random)
{
	struct address v6 = {.byte = {0x20, 0x01, 0x0d, 0xb8}};

	switch (random_below(random, 3)) {
	case 0:
		return address_from_v4(0xc0000200 + (uint32_t)random_below(random, 256));
	case 1:
		return address_from_v4((uint32_t)random_below(random, 2000) << 8);
	default:
		v6.byte[6] = (uint8_t)random_below(random, 3);
		v6.byte[15] = (uint8_t)random_below(random, 3);
		return v6;
	}
}

static struct observation
anything(struct random *random, bool is_far)
{
	static const uint16_t ports[] = {25, 25, 25, 465, 587, 2525, 0, 65535};
	static const uint32_t samplings[] = {0, 1, 1, 1, 1, 2, 1000, UINT32_MAX};

	return (struct observation){
		.time = any_time(random, is_far),
		.client = any_address(random),
		.server = any_address(random),
		.sampling = samplings[random_below(random, 8)],
		.client_port = (uint16_t)random_u64(random),
		.server_port = ports[random_below(random, 8)],
		.outcome = (uint8_t)random_below(random, OUTCOME_COUNT),
	};
}

static void
check_line(void *context, const struct judge_line *line)
{
	const struct flow_facts *facts = &line->now.facts;

	/* ln .6, where flows weigh nothing. */
	assert_true(isfinite(line->now.score) && line->now.score > -.52F);
	assert_true(isfinite(facts->rate) && facts->rate >= 0);
	assert_true(isfinite(facts->failure) && facts->failure >= 0);
	assert_true(isfinite(facts->chances) && isfinite(facts->expected_a_day));
	assert_true(facts->contacts_bad <= facts->contacts && facts->contacts <= facts->attempts);
	assert_true(line->now.role == ROLE_ACCOUNT || facts->networks <= facts->contacts);
	assert_true(facts->addresses <= facts->attempts);
	assert_true(facts->failed + facts->refused + facts->accepted <= facts->attempts);
	if (line->confirmed != NULL)
		assert_true(line->confirmed->line == line->now.line);
	++*(uint64_t *)context;
}

/* Any bytes at all, as a process that was taken over could write them, mostly with a line. */
static struct sighting
any_bytes(struct random *random)
{
	struct sighting sighting;
	uint64_t word;

	for (size_t i = 0; i + sizeof(word) <= sizeof(sighting); i += sizeof(word)) {
		word = random_u64(random);
		memcpy((uint8_t *)&sighting + i, &word, sizeof(word));
	}
	sighting.line.pseudonym %= 100;
	sighting.line.role %= ROLE_COUNT + 1;
	sighting.kind %= SIGHTING_COUNT + 1;
	sighting.outcome %= OUTCOME_COUNT + 1;
	return sighting;
}

/* One of each role, and one address for many. */
static struct lines *
mixed_lines(void)
{
	struct lines *lines = new_lines("2001:db8::/32");

	for (uint8_t role = 0; role < ROLE_LINES; role++) {
		struct lines_prefix prefix = {
			.prefix = {address_from_v4(0xc0000200 + role * 32U), 128 - 5},
			.role = role,
			.ports = role == ROLE_SHARED ? 16384 : 0};

		assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	}
	return lines;
}

static void
nothing_that_is_sighted_upsets_the_judge(void **state)
{
	static const size_t most[] = {1, 3, 40, 1000};
	static struct sighting sightings[IDENTIFY_EACH * TAKEN];
	struct random random;

	random_seed(&random, 17);
	for (size_t round = 0; round < 8; round++) {
		struct lines *lines = mixed_lines();
		struct log log = {0};
		struct judge_settings settings;
		struct identify_counts identified = {0};
		struct judge_counts counts;
		struct judge *judge;
		size_t count = 0;
		uint64_t held = 0;

		judge_defaults(&settings);
		settings.parameters.flow.lines_most = most[round % 4];
		settings.parameters.flow.filter_blocks = round % 2 ? 1 : 8;
		settings.parameters.flow.role[ROLE_MOBILE].blocked = true;
		settings.parameters.flow.outage_lines = 3;
		settings.parameters.court.weight[CHANNEL_FLOW] = round == 3 ? 0 : .4;
		settings.on_verdict = keep;
		settings.context = &log;
		judge = judge_new(&settings);
		for (size_t i = 0; i < TAKEN; i++) {
			bool is_far = round >= 4 && i > TAKEN / 2;
			struct observation seen = anything(&random, is_far);

			count += identify(
				lines, &seen, 1, sightings + count, NULL, NULL, &identified);
			if (is_far && random_below(&random, 100) == 0)
				sightings[count - (count > 0)] = any_bytes(&random);
		}
		judge_take(judge, sightings, count);
		judge_each(judge, STATE_CLEAR, check_line, &held);
		counts = judge_counts(judge);
		assert_true(counts.sightings == count);
		assert_true((counts.strange > 0) == (round >= 4));
		assert_true(held > 0 && held <= most[round % 4]);
		assert_true(counts.lines == held + counts.evicted);
		for (int s = STATE_CLEAR; s < STATE_COUNT; s++)
			assert_true(counts.by_highest[s] <= counts.lines);
		assert_true(log.count > 0);
		judge_free(judge);
		lines_free(lines);
	}
}

static void
a_line_that_never_sent_is_not_found(void **state)
{
	struct judge *judge = new_judge(NULL, NULL);
	struct judge_line found;

	assert_int_equal(judge_find(judge, 12345, &found), -ENOENT);
	judge_free(judge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_lines_are_judged),
		cmocka_unit_test(a_line_that_accepts_mail_from_many_becomes_a_server),
		cmocka_unit_test(portions_do_not_change_verdicts),
		cmocka_unit_test(a_clock_among_the_sightings_is_time_that_passes),
		cmocka_unit_test(who_asks_is_told_of_each_new_line_by_its_sighting),
		cmocka_unit_test(a_sighting_that_makes_no_sense_is_counted_and_left_out),
		cmocka_unit_test(an_account_is_held_by_what_its_mail_server_tells),
		cmocka_unit_test(nothing_that_is_sighted_upsets_the_judge),
		cmocka_unit_test(a_line_that_never_sent_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
