/* SPDX-License-Identifier: BSD-2-Clause */
/* A rehearsal of channel R: honest classes and hijacked accounts. LAZARET_ACCOUNTS=N plays N of each and asserts
 * nothing; LAZARET_HALVES=N also plays them with each setting at half and at double. */
#include "relay/senders.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ln E that confirms, of a channel that has a quarter of the weight. */
#define CONFIRMED (11.5 - log(.25))
#define SUSPECT   (9.2 - log(.25))
#define BEGIN     (INT64_C(20000) * WALL_DAY)
#define KEY       7
#define DAYS      42
#define EVENTS    250000
#define NEVER     UINT32_MAX /* hidden behind what it sends itself: counted, not promised */
#define CITIES    20000      /* domains of the world */

/* Numbers that are the same each time. */
static uint64_t draw_state;

static double
draw(void)
{
	draw_state += UINT64_C(0x9e3779b97f4a7c15);
	return (double)(hash_mix(draw_state) >> 11) * 0x1p-53;
}

static double
between(double low, double high)
{
	return low + (high - low) * draw();
}

/* Log-uniform. */
static double
scaled(double low, double high)
{
	return exp(between(log(low), log(high)));
}

static double
gap(double a_day)
{
	return -log(1 - draw()) / a_day;
}

/* One of n, the i-th with a weight of i^-a: by inversion of the continuous one, near enough. */
static unsigned
zipf(unsigned n, double a)
{
	double most = pow(n + .5, 1 - a), least = pow(.5, 1 - a), x;

	if (fabs(a - 1) < 1e-9)
		x = .5 * pow((n + .5) / .5, draw());
	else
		x = pow(least + (most - least) * draw(), 1 / (1 - a));
	x = lround(x);
	return x < 1 ? 0 : x > n ? n - 1 : (unsigned)x - 1;
}

enum act { MAIL, RESULT, LOGIN, WRONG };

struct event {
	int64_t us;
	uint64_t recipient;
	uint64_t domain;
	struct client_place from;
	uint8_t act; /* enum act */
	uint8_t result;
	bool is_zombie;
};

static struct event *events;
static size_t event_count;

static void
add_event(struct event event)
{
	if (event_count < EVENTS)
		events[event_count++] = event;
}

/* Of recipients and networks: the same number is the same one. */
static uint64_t
name(uint64_t kind, uint64_t number)
{
	return hash_mix(kind << 40 ^ (number + 1));
}

static struct client_place
place_of(unsigned network, unsigned country)
{
	return (struct client_place){.address = name(3, network * 1000 + (unsigned)(draw() * 3)),
		.network = 1000 + network,
		.country = (uint16_t)(('A' + country / 26) << 8 | ('A' + country % 26))};
}

/* What one mail goes to, and what becomes of it. */
struct list {
	double unknown;
	double policy;
	double strangers; /* share that is nobody's correspondent */
	double providers; /* of them the share that has a mailbox with one of few providers */
	unsigned people;  /* correspondents */
	unsigned domains; /* of them */
	uint64_t own;     /* whose */
};

static void
mail(const struct list *list, int64_t us, struct client_place from, bool is_zombie)
{
	struct event event = {.us = us, .from = from, .act = MAIL, .is_zombie = is_zombie};
	double lot = draw();

	if (draw() < list->strangers) {
		event.recipient = name(1, (uint64_t)(draw() * 0x1p50));
		event.domain = name(2, draw() < list->providers ? zipf(7, 1) : zipf(CITIES, 1.05));
	} else {
		unsigned person = zipf(list->people, 1);

		event.recipient = name(4 + list->own, person);
		event.domain = name(5 + list->own, person % list->domains);
		/* A third of all have their mailbox with one of few providers. */
		if (hash_mix(event.domain) % 3 == 0)
			event.domain = name(2, hash_mix(event.domain) % 7);
	}
	add_event(event);
	event.act = RESULT;
	event.us += (int64_t)(between(2, 20) * (double)WALL_SECOND);
	event.result = lot < list->unknown           ? SENDER_UNKNOWN_USER
		: lot < list->unknown + list->policy ? SENDER_POLICY
						     : SENDER_SENT;
	add_event(event);
}

static bool
is_office(double day)
{
	double hour = (day - floor(day)) * 24;
	int weekday = (int)floor(day) % 7;

	return draw() < (hour >= 8 && hour < 19 ? 1 : .08) * (weekday >= 5 ? .15 : 1);
}

static int64_t
time_of(double day)
{
	return BEGIN + (int64_t)(day * (double)WALL_DAY);
}

/* Mail in office hours, so many on a working day, from one day to another. */
static void
work(const struct list *list, double a_day, double from, double to, unsigned places)
{
	double rate = a_day / ((11 + 13 * .08) / 24);

	for (double day = from + gap(rate); day < to; day += gap(rate)) {
		unsigned at = (unsigned)(draw() * places);

		if (is_office(day))
			mail(list, time_of(day), place_of(at, at / 2), false);
	}
}

/* So many to people never written to, within hours. */
static void
write_to_new(double day, unsigned count, double hours, double unknown, unsigned places)
{
	struct list list = {.strangers = 1, .unknown = unknown, .policy = .01};

	for (unsigned i = 0; i < count; i++)
		mail(&list, time_of(day + draw() * hours / 24),
			place_of((unsigned)(draw() * places), 0), false);
}

static struct list
person(void)
{
	unsigned people = (unsigned)scaled(10, 100);

	return (struct list){.unknown = .01,
		.policy = .01,
		.strangers = .1,
		.people = people,
		.domains = people * 2 / 3 + 1,
		.own = (uint64_t)(draw() * 0x1p30)};
}

static double
person_rate(void)
{
	return between(5, 40);
}

static void
customer(void)
{
	struct list list = person();

	work(&list, person_rate(), 0, DAYS, 1);
}

static void
business(void)
{
	unsigned domains = (unsigned)scaled(50, 400);
	struct list list = {.unknown = between(.03, .12),
		.policy = .02,
		.strangers = .12,
		.people = domains * 2,
		.domains = domains,
		.own = 1};

	work(&list, scaled(20, 300), 0, DAYS, 2);
}

static void
forwarder(void)
{
	unsigned domains = 3 + (unsigned)(draw() * 6);
	double refused = between(.2, .4);
	struct list list = {.unknown = refused * .3,
		.policy = refused * .7,
		.people = domains * 10,
		.domains = domains,
		.own = 1};
	double rate = scaled(100, 2000);

	for (double day = gap(rate); day < DAYS; day += gap(rate))
		mail(&list, time_of(day), place_of(0, 0), false);
}

static void
send_newsletter(double unknown)
{
	unsigned domains = (unsigned)scaled(100, 600), mails = (unsigned)scaled(500, 5000);
	struct list list = {.unknown = unknown,
		.policy = .02,
		.people = mails * 3,
		.domains = domains,
		.own = 1};

	for (double day = .4; day < DAYS; day += 7) {
		double hours = between(1, 3);

		for (unsigned i = 0; i < mails; i++)
			mail(&list, time_of(day + draw() * hours / 24), place_of(0, 0), false);
	}
}

static void
newsletter(void)
{
	send_newsletter(between(.04, .15));
}

static void
stale_newsletter(void)
{
	send_newsletter(between(.3, .45));
}

static void
back_from_holiday(void)
{
	struct list list = person();
	double rate = person_rate();

	work(&list, rate, 0, 18, 1);
	work(&list, 2 * rate, 35, 36, 1);
	work(&list, rate, 36, DAYS, 1);
	write_to_new(35.4, 30, 4, .04, 1);
}

static void
invites_sixty(void)
{
	struct list list = person();

	work(&list, person_rate(), 0, DAYS, 1);
	write_to_new(30.7, 60, 2, .05, 1);
}

static void
new_password(void)
{
	struct list list = person();

	work(&list, person_rate(), 0, DAYS, 2);
	for (unsigned device = 0; device < 3; device++) {
		double end = between(30.4, 31);

		for (double day = 30.3; day < end; day += 5. / 1440)
			add_event((struct event){
				.us = time_of(day), .act = WRONG, .from = place_of(device % 2, 0)});
		for (double day = end; day < 32; day += 5. / 1440)
			add_event((struct event){
				.us = time_of(day), .act = LOGIN, .from = place_of(device % 2, 0)});
	}
}

static void
travel(unsigned places)
{
	for (double day = 25; day < 35; day += gap(40))
		add_event((struct event){.us = time_of(day),
			.act = LOGIN,
			.from = place_of((unsigned)(draw() * places), (unsigned)(draw() * 2))});
}

static void
traveller(void)
{
	struct list list = person();
	double rate = person_rate();

	work(&list, rate, 0, 25, 1);
	work(&list, rate, 25, 35, 3);
	work(&list, rate, 35, DAYS, 1);
	travel(3);
}

static void
traveller_with_new_friends(void)
{
	traveller();
	write_to_new(31.4, 30, 4, .04, 3);
}

/* A device that reports to an address that is gone, beside a person. */
static void
alarm_to_nobody(void)
{
	struct list list = person(),
		    gone = {.unknown = 1, .people = 1, .domains = 1, .own = list.own + 1};

	work(&list, person_rate(), 0, DAYS, 1);
	for (double day = 10; day < DAYS; day += gap(200))
		mail(&gone, time_of(day), place_of(0, 0), false);
	write_to_new(30.4, 20, 4, .04, 1);
}

#define HIJACKED_AT 30.45

/* An account of a customer, with which others send as well. */
static void
hijack(double a_day, double unknown, unsigned networks, unsigned countries)
{
	struct list list = {.strangers = 1, .unknown = unknown, .policy = unknown / 3};

	customer();
	for (double day = HIJACKED_AT; day < HIJACKED_AT + 600 / a_day && day < DAYS;
		day += gap(a_day)) {
		unsigned at = (unsigned)(draw() * networks);

		mail(&list, time_of(day), place_of(100 + at, 30 + at % countries), true);
	}
}

static void
hijacked_slow(void)
{
	hijack(scaled(60, 400), between(.3, .6), 1, 1);
}

static void
hijacked_fast(void)
{
	hijack(24 * scaled(300, 3000), between(.3, .6), 1, 1);
}

static void
hijacked_one_country(void)
{
	hijack(24 * scaled(30, 200), between(.3, .6), 20, 1);
}

static void
hijacked_many_countries(void)
{
	hijack(24 * scaled(30, 200), between(.3, .6), 40, 15);
}

/* An account of a business, with which others send as well. */
static void
hijack_business(double a_day)
{
	struct list list = {.strangers = 1, .unknown = between(.3, .6), .policy = .1};

	business();
	for (double day = HIJACKED_AT; day < HIJACKED_AT + 2000 / a_day && day < DAYS;
		day += gap(a_day))
		mail(&list, time_of(day), place_of(100, 30), true);
}

static void
hijacked_business_slow(void)
{
	hijack_business(scaled(60, 400));
}

static void
hijacked_business_fast(void)
{
	hijack_business(24 * scaled(300, 3000));
}

/* Its list has the mailboxes of few providers, mostly. */
static void
hijacked_few_providers(void)
{
	struct list list = {.strangers = 1, .providers = .6, .unknown = .4, .policy = .1};

	customer();
	for (double day = HIJACKED_AT; day < HIJACKED_AT + .5; day += gap(1200))
		mail(&list, time_of(day), place_of(100, 30), true);
}

/* An account that was opened for it. */
static void
opened_yesterday(void)
{
	struct list list = {.strangers = 1, .unknown = .4, .policy = .1};

	for (double day = 20.4; day < 21; day += gap(1200))
		mail(&list, time_of(day), place_of(100, 30), true);
}

static void
clean_list_one_place(void)
{
	hijack(400, .03, 1, 1);
}

static void
clean_list_many_places(void)
{
	hijack(400, .03, 40, 15);
}

static void
clean_list_fast(void)
{
	hijack(24 * scaled(300, 3000), .03, 1, 1);
}

struct cast {
	const char *name;
	enum limit class;
	void (*play)(void);
	unsigned
		most; /* a hijacked one is found within so many messages at the median; 0: honest */
	bool may_be_suspect;
};

static const struct cast casts[] = {
	{"ordinary customer", LIMIT_ACCOUNT, customer, 0, false},
	{"business account", LIMIT_BUSINESS, business, 0, false},
	{"forwarder", LIMIT_FORWARDER, forwarder, 0, false},
	{"newsletter", LIMIT_NEWSLETTER, newsletter, 0, false},
	{"stale newsletter", LIMIT_NEWSLETTER, stale_newsletter, 0, true},
	{"back from holiday, 30 new", LIMIT_ACCOUNT, back_from_holiday, 0, true},
	{"invites 60", LIMIT_ACCOUNT, invites_sixty, 0, true},
	{"new password, 3 devices", LIMIT_ACCOUNT, new_password, 0, false},
	{"traveller, 3 networks", LIMIT_ACCOUNT, traveller, 0, false},
	{"traveller, 30 new", LIMIT_ACCOUNT, traveller_with_new_friends, 0, true},
	{"alarm to nobody, 20 new", LIMIT_ACCOUNT, alarm_to_nobody, 0, true},
	{"hijacked, slow", LIMIT_ACCOUNT, hijacked_slow, 60, false},
	{"hijacked, fast", LIMIT_ACCOUNT, hijacked_fast, 60, false},
	{"hijacked, one country", LIMIT_ACCOUNT, hijacked_one_country, 60, false},
	{"hijacked, many countries", LIMIT_ACCOUNT, hijacked_many_countries, 60, false},
	{"hijacked, few providers", LIMIT_ACCOUNT, hijacked_few_providers, 60, false},
	{"hijacked business, slow", LIMIT_BUSINESS, hijacked_business_slow, NEVER, false},
	{"hijacked business, fast", LIMIT_BUSINESS, hijacked_business_fast, 60, false},
	{"opened yesterday", LIMIT_ACCOUNT, opened_yesterday, 60, false},
	{"clean list, one place", LIMIT_ACCOUNT, clean_list_one_place, 150, false},
	{"clean list, many places", LIMIT_ACCOUNT, clean_list_many_places, 150, false},
	{"clean list, fast", LIMIT_ACCOUNT, clean_list_fast, 150, false},
};

#define CASTS (sizeof(casts) / sizeof(*casts))

static int
compare_events(const void *a, const void *b)
{
	const struct event *left = a, *right = b;

	return left->us < right->us ? -1 : left->us > right->us;
}

static float highest;

static void
on_evidence(void *context, uint64_t key, const struct relay_evidence *evidence)
{
	(void)context;
	(void)key;
	highest = evidence->score > highest ? evidence->score : highest;
}

static void
take(struct senders *senders, enum limit class, const struct event *event)
{
	struct wall now = {event->us};

	switch ((enum act)event->act) {
	case MAIL:
		senders_recipient(
			senders, KEY, class, event->recipient, event->domain, &event->from, now);
		senders_message(senders, KEY, 1, now);
		break;
	case RESULT:
		senders_result(
			senders, KEY, event->recipient, (enum sender_result)event->result, now);
		break;
	case LOGIN:
	case WRONG:
		senders_login(senders, KEY, class, event->act == LOGIN, &event->from, now);
		break;
	}
}

/* What one account comes to. */
struct outcome {
	double highest;
	unsigned messages; /* of the zombie until it was confirmed; UINT32_MAX: never */
	double past_days;  /* that were learnt from, ten at the most */
};

static struct outcome
play(const struct senders_settings *settings, const struct cast *cast, uint64_t seed)
{
	struct senders *senders = senders_new(settings);
	struct outcome outcome = {.messages = UINT32_MAX};
	struct sender_facts facts;
	unsigned messages = 0;

	draw_state = hash_mix(seed);
	event_count = 0;
	highest = 0;
	cast->play();
	qsort(events, event_count, sizeof(*events), compare_events);
	for (size_t i = 0; i < event_count; i++) {
		take(senders, cast->class, &events[i]);
		messages += events[i].is_zombie && events[i].act == MAIL;
		if ((double)highest >= CONFIRMED && outcome.messages == UINT32_MAX)
			outcome.messages = messages;
	}
	outcome.highest = (double)highest;
	if (senders_facts(senders, KEY, (struct wall){BEGIN + DAYS * WALL_DAY}, &facts) == 0)
		outcome.past_days = (double)facts.past_days;
	senders_free(senders);
	return outcome;
}

static int
compare_counts(const void *a, const void *b)
{
	unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;

	return left < right ? -1 : left > right;
}

struct tally {
	unsigned confirmed;
	unsigned suspect; /* or confirmed */
	unsigned median;
	unsigned ninth; /* of ten */
	double highest;
	double past_days; /* the mean */
};

#define ACCOUNTS_MOST 1000

static struct tally
play_all(const struct senders_settings *settings, const struct cast *cast, unsigned accounts,
	uint64_t seed)
{
	static unsigned messages[ACCOUNTS_MOST];
	struct tally tally = {0};

	for (unsigned i = 0; i < accounts; i++) {
		struct outcome outcome = play(settings, cast, seed * 10000 + i);

		tally.confirmed += outcome.highest >= CONFIRMED;
		tally.suspect += outcome.highest >= SUSPECT;
		messages[i] = outcome.messages;
		tally.past_days += outcome.past_days / accounts;
		tally.highest = fmax(tally.highest, outcome.highest);
	}
	qsort(messages, accounts, sizeof(*messages), compare_counts);
	tally.median = messages[accounts / 2];
	tally.ninth = messages[accounts * 9 / 10];
	return tally;
}

static struct senders_settings
settings_of(void)
{
	struct senders_settings settings;

	senders_defaults(&settings);
	settings.most = 4;
	settings.seed = 11;
	settings.on_evidence = on_evidence;
	settings.known_until.us = BEGIN + 7 * WALL_DAY;
	return settings;
}

static void
no_honest_class_is_confirmed_and_hijacked_ones_are_found_soon(void **state)
{
	struct senders_settings settings = settings_of();
	const char *asked = getenv("LAZARET_ACCOUNTS"), *first = getenv("LAZARET_FIRST_SEED");
	uint64_t accounts = 16, begin = 1;

	if (first != NULL && text_parse_u64(text_of(first), UINT32_MAX, &begin) < 0)
		fail_msg("LAZARET_FIRST_SEED is no number");
	if (asked != NULL && text_parse_u64(text_of(asked), ACCOUNTS_MOST, &accounts) < 0)
		fail_msg("LAZARET_ACCOUNTS is no number");
	for (uint64_t seed = begin; seed < begin + 3; seed++) {
		for (size_t i = 0; i < CASTS; i++) {
			const struct cast *cast = &casts[i];
			struct tally tally = play_all(&settings, cast, (unsigned)accounts, seed);

			print_message("# %lu %-26s confirmed %3u suspect %3u of %lu, highest "
				      "%5.1f, days learnt %4.1f, messages: median %d, 9 of 10 %d\n",
				(unsigned long)seed, cast->name, tally.confirmed, tally.suspect,
				(unsigned long)accounts, tally.highest, tally.past_days,
				(int)tally.median, (int)tally.ninth);
			if (getenv("LAZARET_ACCOUNTS") != NULL)
				continue;
			if (cast->most == NEVER)
				assert_true(tally.confirmed > 0); /* some are found */
			else if (cast->most > 0)
				assert_true(tally.median <= cast->most);
			else
				assert_int_equal(tally.confirmed, 0);
			if (cast->most == 0 && !cast->may_be_suspect)
				assert_int_equal(tally.suspect, 0);
			/* Its days are no suspicion, so they are learnt from. */
			if (cast->play == customer || cast->play == business)
				assert_true(tally.past_days > 8);
		}
	}
	(void)state;
}

/* A parameter: doubles, one after the other, that are changed together. */
struct parameter {
	const char *name;
	size_t offset;
	int count;
};

#define CHANNEL(name, count)                                                                       \
	{                                                                                          \
#name, offsetof(struct senders_settings, channel.name), count                      \
	}
#define CLASS(name, limit, field)                                                                  \
	{                                                                                          \
		name, offsetof(struct senders_settings, class[limit].field), 1                     \
	}

static const struct parameter parameters[] = {
	CHANNEL(unknown_honest, 1),
	CHANNEL(unknown_zombie, RELAY_UNKNOWNS),
	CHANNEL(refused_honest, 1),
	CHANNEL(refused_zombie, RELAY_REFUSALS),
	CHANNEL(domain_ratio, 1),
	CHANNEL(domain_own, 1),
	CHANNEL(domain_free, 1),
	CHANNEL(volume_own, 1),
	CHANNEL(volume_prior, 1),
	CHANNEL(place_step, 1),
	CHANNEL(guess_step, 1),
	CHANNEL(login_most, 1),
	CHANNEL(ceiling, 1),
	CHANNEL(baseline_stop, 1),
	CLASS("account domains_a_day", LIMIT_ACCOUNT, domains_a_day),
	CLASS("account volume_least", LIMIT_ACCOUNT, volume_least),
	CLASS("business domains_a_day", LIMIT_BUSINESS, domains_a_day),
	CLASS("business volume_least", LIMIT_BUSINESS, volume_least),
	CLASS("forwarder domains_a_day", LIMIT_FORWARDER, domains_a_day),
};

/* What is a share stays one. */
static void
change(struct senders_settings *settings, const struct parameter *parameter, double by)
{
	double *values = (double *)(void *)((char *)settings + parameter->offset);
	bool is_share = strstr(parameter->name, "_zombie") != NULL;

	for (int i = 0; i < parameter->count; i++) {
		values[i] *= by;
		if (is_share && values[i] > .95)
			values[i] = .95;
	}
}

static void
print_row(const struct senders_settings *settings, const char *name, unsigned accounts)
{
	print_message("# %-32s", name);
	for (size_t i = 0; i < CASTS; i++) {
		struct tally tally = play_all(settings, &casts[i], accounts, 77);

		if (casts[i].most > 0)
			print_message(" %4d", (int)tally.median);
		else
			print_message(" %2u/%-2u", tally.confirmed, tally.suspect);
	}
	print_message("\n");
}

/* Of honest classes: confirmed / suspect; of hijacked ones: messages at the median. */
static void
each_setting_at_half_and_at_double(void **state)
{
	struct senders_settings settings = settings_of();
	uint64_t accounts;
	char name[64];

	(void)state;
	assert_int_equal(
		text_parse_u64(text_of(getenv("LAZARET_HALVES")), ACCOUNTS_MOST, &accounts), 0);
	print_row(&settings, "as they are", (unsigned)accounts);
	for (int twice = 0; twice <= 1; twice++) {
		settings = settings_of();
		settings.channel.half_life_us =
			(int64_t)((double)settings.channel.half_life_us * (twice ? 2 : .5));
		print_row(&settings, twice ? "half_life x 2" : "half_life / 2", (unsigned)accounts);
	}
	for (size_t i = 0; i < sizeof(parameters) / sizeof(*parameters); i++) {
		for (int twice = 0; twice <= 1; twice++) {
			settings = settings_of();
			change(&settings, &parameters[i], twice ? 2 : .5);
			snprintf(name, sizeof(name), "%s %s", parameters[i].name,
				twice ? "x 2" : "/ 2");
			print_row(&settings, name, (unsigned)accounts);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_honest_class_is_confirmed_and_hijacked_ones_are_found_soon),
		cmocka_unit_test(each_setting_at_half_and_at_double),
	};
	size_t count = getenv("LAZARET_HALVES") != NULL ? 2 : 1;
	int failed;

	events = xcalloc(EVENTS, sizeof(*events));
	failed = _cmocka_run_group_tests("relay_hijacked", tests, count, NULL, NULL);
	free(events);
	return failed;
}
