/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run decides: the state of a day and the store's rows in, cases and letters out. */
#include "census/join/arms.h"
#include "census/outbox/caseday.h"
#include "registries_text.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY 9805

static char folder[] = "/tmp/lazaret-caseday-XXXXXX";
static char registry_path[64], state_path[64];
static const char ripe[] =
	"role: Desk\nnic-hdl: A\nabuse-mailbox: abuse@a.example\n\n"
	"role: Desk\nnic-hdl: B\nabuse-mailbox: abuse@b.example\n\n"
	"role: Desk\nnic-hdl: C\nabuse-mailbox: abuse@mail.c.example\n\n"
	"role: Desk\nnic-hdl: D\nabuse-mailbox: abuse@as.example\n\n"
	"aut-num: AS64500\nabuse-c: D\n\n"
	"organisation: O\norg-name: One\n\n"
	"inetnum: 192.0.2.0 - 192.0.2.255\nnetname: N1\ncountry: NO\nabuse-c: A\norg: O\n\n"
	"inetnum: 198.51.100.0 - 198.51.100.255\nnetname: N2\ncountry: NO\nabuse-c: B\n\n"
	"inetnum: 203.0.113.0 - 203.0.113.255\nnetname: N3\ncountry: SE\nabuse-c: C\n\n"
	"inetnum: 203.0.114.0 - 203.0.114.255\nnetname: N4\ncountry: DK\n\n";
static const char announced[] = "203.0.113.0,203.0.113.255,64500\n";
static const struct state4 rows[] = {{.address = 0xc0000201, .first = DAY, .last = DAY},
	{.address = 0xc0000202, .first = DAY, .last = DAY},
	{.address = 0xc6336401, .first = DAY - 40, .last = DAY},
	{.address = 0xcb007101, .first = DAY - 40, .last = DAY},
	{.address = 0xcb007201, .first = DAY - 40, .last = DAY}};
static const struct responsible_national nationals[] = {{'N' << 8 | 'O', {"cert@no.example", 15}}};

/* A world, and what a store would say. */
struct world {
	struct registryfile registry;
	struct statestore state;
	struct responsible responsible;
	struct tally tally;
	struct cases cases;
	struct caseday day;
	uint16_t *last_letter;
	struct census_case known_case[8];
	struct census_contact contact[8];
	struct census_never never[8];
	struct census_letter letter[8];
	struct censusrows cases_rows, contacts, nevers, letters;
	uint32_t last_case;
	struct casefile before; /* without cases: there was no run */
	struct caseday_settings settings;
};

static int
make_folder(void **state)
{
	struct statestore_writer writer;
	struct registries_text text;
	struct fail fail = {.what = ""};

	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(registry_path, sizeof(registry_path), "%s/registry.lzr", folder);
	snprintf(state_path, sizeof(state_path), "%s/state.lzt", folder);
	registries_text_init(&text);
	registries_text_add(&text, "ripe", ripe, sizeof(ripe) - 1);
	registries_text_add(&text, "asn", announced, sizeof(announced) - 1);
	registries_text_settle(&text);
	if (registryfile_write(registry_path, &text.answers, &fail) < 0 ||
		statestore_begin(&writer, state_path, &fail) < 0)
		return -1;
	registries_text_done(&text);
	statestore_add4(&writer, rows, sizeof(rows) / sizeof(*rows));
	return statestore_end(&writer, DAY, &fail);
}

static int
remove_folder(void **state)
{
	(void)unlink(registry_path);
	(void)unlink(state_path);
	return rmdir(folder);
}

static void
begin(struct world *world)
{
	struct fail fail = {.what = ""};

	*world = (struct world){.settings = {.plan = CASEPLAN_DEFAULTS, .holders_most = 50}};
	world->settings.plan.day = DAY;
	assert_int_equal(registryfile_open(registry_path, &world->registry, &fail), 0);
	assert_int_equal(statestore_open(state_path, &world->state, &fail), 0);
	responsible_make(&world->responsible, &world->registry, NULL, 0, nationals, 1);
	world->last_letter = calloc(world->responsible.object_count, sizeof(*world->last_letter));
	world->cases_rows.rows = world->known_case;
	world->contacts.rows = world->contact;
	world->nevers.rows = world->never;
	world->letters.rows = world->letter;
}

static void
decide(struct world *world)
{
	const struct caseday_known known = {.cases = &world->cases_rows,
		.contacts = &world->contacts,
		.nevers = &world->nevers,
		.letters = &world->letters,
		.last_case = world->last_case,
		.before = world->before.cases != NULL ? &world->before : NULL};

	tally_make(&world->tally, &world->responsible, world->last_letter, &world->state);
	cases_make(&world->cases, &world->tally);
	caseday_decide(&world->day, &world->cases, &world->responsible, &known, &world->settings);
}

static void
end(struct world *world)
{
	caseday_done(&world->day);
	cases_done(&world->cases);
	tally_done(&world->tally);
	responsible_done(&world->responsible);
	statestore_close(&world->state);
	registryfile_close(&world->registry);
	free(world->last_letter);
}

static struct census_case *
know(struct world *world, const char *mailbox, uint16_t opened, uint16_t letters, uint16_t last)
{
	struct census_case *one = &world->known_case[world->cases_rows.count++];

	*one = (struct census_case){.number = ++world->last_case,
		.mailbox = text_of(mailbox),
		.opened = opened,
		.letters = letters,
		.last_letter = last};
	for (uint16_t i = 1; i <= letters; i++)
		world->letter[world->letters.count++] =
			(struct census_letter){.of_case = one->number,
				.run = (uint16_t)(last - 14 * (letters - i)),
				.outcome = OUTCOME_SENT};
	return one;
}

static const struct caseday_letter *
letter_to(const struct world *world, const char *mailbox)
{
	for (size_t i = 0; i < world->day.letter_count; i++) {
		if (text_is(world->day.letters[i].mailbox, mailbox))
			return &world->day.letters[i];
	}
	return NULL;
}

static const struct casefile_case *
case_of(const struct world *world, const char *mailbox)
{
	uint32_t contact = words_find(&world->responsible.mailboxes, 0, text_of(mailbox));

	assert_int_not_equal(contact, 0);
	return &world->cases.cases[world->cases.of[contact]];
}

static void
is_text(const struct world *world, uint32_t text, const char *expected)
{
	uint32_t length;
	const char *at = world->cases.texts + text;

	memcpy(&length, at, sizeof(length));
	assert_true(text_is((struct text){at + sizeof(length), length}, expected));
}

static void
cases_open_with_numbers_in_the_order_of_mailboxes(void **state)
{
	struct world world;

	begin(&world);
	world.last_case = 41;
	decide(&world);
	assert_int_equal(world.day.letter_count, 3);
	assert_int_equal(world.day.changed_count, 3);
	assert_int_equal(letter_to(&world, "abuse@a.example")->number, 42);
	assert_int_equal(letter_to(&world, "abuse@b.example")->number, 43);
	assert_int_equal(letter_to(&world, "abuse@mail.c.example")->number, 44);
	is_text(&world, case_of(&world, "abuse@a.example")->code, "LZ-2026-000042");
	assert_int_equal(case_of(&world, "abuse@a.example")->most, 2);
	assert_int_equal(world.day.letters[0].kind, LETTER_FIRST);
	assert_int_equal(world.day.letters[0].letter, 1);
	assert_int_equal(world.day.letters[0].count, 1);
	end(&world);
}

/* A run that was cut behind the store's transaction: what it had decided is decided again. */
static void
a_run_that_is_repeated_decides_the_same(void **state)
{
	struct world world, again;

	begin(&world);
	world.settings.share = 400;
	world.last_case = 41;
	decide(&world);
	begin(&again);
	again.settings.share = 400;
	for (size_t i = 0; i < world.day.changed_count; i++)
		again.known_case[again.cases_rows.count++] = world.day.changed[i];
	again.last_case = 44;
	decide(&again);
	assert_int_equal(again.day.letter_count, world.day.letter_count);
	for (size_t i = 0; i < world.day.letter_count; i++)
		assert_int_equal(again.day.letters[i].number, world.day.letters[i].number);
	for (uint32_t i = 1; i < world.cases.case_count; i++) {
		assert_int_equal(again.cases.cases[i].arm, world.cases.cases[i].arm);
		assert_int_equal(again.cases.cases[i].step, world.cases.cases[i].step);
	}
	assert_int_equal(again.day.changed_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(again.day.changed[i].closed, 0);
	end(&again);
	end(&world);
}

static void
what_is_held_out_gets_no_letter(void **state)
{
	struct world world;

	begin(&world);
	world.settings.share = ARMS_ONE;
	decide(&world);
	assert_int_equal(world.day.letter_count, 0);
	assert_int_equal(world.day.held_out, 3);
	assert_int_equal(world.day.changed[0].arm, ARM_HOLDOUT);
	assert_int_equal(world.day.changed[0].stratum, arms_stratum('N' << 8 | 'O', 2));
	end(&world);
}

static void
nobody_is_written_to_against_a_persons_word(void **state)
{
	struct world world;

	begin(&world);
	world.never[0] = (struct census_never){.kind = NEVER_DOMAIN, .name = TEXT("c.example")};
	world.never[1] =
		(struct census_never){.kind = NEVER_MAILBOX, .name = TEXT("abuse@b.example")};
	world.nevers.count = 2;
	world.contact[0] = (struct census_contact){
		.mailbox = TEXT("abuse@a.example"), .state = CONTACT_OPTOUT};
	world.contacts.count = 1;
	decide(&world);
	assert_int_equal(world.day.letter_count, 0);
	assert_int_equal(world.day.never, 3);
	end(&world);
}

static void
what_may_be_wrong_waits_for_a_person(void **state)
{
	struct world world;

	begin(&world);
	world.settings.holders_most = 0;
	world.contact[0] = (struct census_contact){.mailbox = TEXT("abuse@a.example"),
		.allowed_by = TEXT("a person"),
		.wants_xarf = true};
	world.contact[1] = (struct census_contact){.mailbox = TEXT("abuse@b.example"),
		.allowed_by = TEXT("a person"),
		.state = CONTACT_BOUNCED};
	world.contacts.count = 2;
	decide(&world);
	assert_int_equal(world.day.letter_count, 1);
	assert_true(letter_to(&world, "abuse@a.example")->wants_xarf);
	assert_int_equal(world.day.held, 2);
	is_text(&world, case_of(&world, "abuse@b.example")->why, "mail to it came back");
	is_text(&world, case_of(&world, "abuse@mail.c.example")->why,
		"it is the contact of networks of 1 holders");
	end(&world);
}

static void
an_escalation_reminds_the_contact_and_asks_the_national_cert(void **state)
{
	const struct caseday_letter *letter;
	struct world world;

	begin(&world);
	know(&world, "abuse@a.example", DAY - 28, 2, DAY - 14);
	know(&world, "abuse@b.example", DAY - 28, 2, DAY - 14);
	know(&world, "abuse@mail.c.example", DAY - 14, 1, DAY - 14);
	decide(&world);
	assert_int_equal(world.day.letter_count, 4);
	letter = letter_to(&world, "abuse@a.example");
	assert_int_equal(letter->kind, LETTER_REMINDER);
	assert_int_equal(letter->letter, 3);
	assert_int_equal(letter->before, DAY - 28);
	assert_int_equal(case_of(&world, "abuse@a.example")->step, CASEFILE_ESCALATED);
	assert_int_equal(case_of(&world, "abuse@mail.c.example")->step, CASEFILE_REMINDER);
	letter = letter_to(&world, "cert@no.example");
	assert_int_equal(letter->kind, LETTER_ESCALATION);
	assert_int_equal(letter->number, 4);
	assert_int_equal(letter->letter, 1);
	assert_int_equal(letter->count, 2);
	assert_int_equal(letter->before, DAY - 28);
	end(&world);
}

static void
the_contact_of_the_as_is_asked_as_well(void **state)
{
	const struct caseday_letter *letter;
	struct world world;

	begin(&world);
	know(&world, "abuse@mail.c.example", DAY - 28, 2, DAY - 14);
	decide(&world);
	is_text(&world, case_of(&world, "abuse@mail.c.example")->mailbox2, "abuse@as.example");
	letter = letter_to(&world, "abuse@as.example");
	assert_int_equal(letter->kind, LETTER_ESCALATION);
	assert_int_equal(letter->count, 1);
	assert_true(letter_to(&world, "abuse@mail.c.example")->kind == LETTER_REMINDER);
	end(&world);
}

static void
where_nobody_is_known_the_national_cert_is_told_so(void **state)
{
	static const struct responsible_national danish[] = {
		{'D' << 8 | 'K', {"cert@dk.example", 15}},
		{'S' << 8 | 'E', {"cert@se.example", 15}}};
	struct world world;

	begin(&world);
	decide(&world);
	assert_int_equal(world.cases.cases[0].step, CASEFILE_NOBODY);
	assert_int_equal(world.cases.cases[0].counts.listed, 1);
	end(&world);
	begin(&world);
	responsible_done(&world.responsible);
	responsible_make(&world.responsible, &world.registry, NULL, 0, danish, 2);
	decide(&world);
	assert_int_equal(letter_to(&world, "cert@dk.example")->kind, LETTER_NATIONAL);
	assert_int_equal(letter_to(&world, "abuse@mail.c.example")->kind, LETTER_FIRST);
	assert_null(letter_to(&world, "cert@se.example"));
	end(&world);
}

static void
a_national_cert_has_one_letter_a_week(void **state)
{
	struct world world;

	begin(&world);
	know(&world, "abuse@a.example", DAY - 28, 2, DAY - 14);
	know(&world, "cert@no.example", DAY - 60, 1, DAY - 6);
	decide(&world);
	assert_null(letter_to(&world, "cert@no.example"));
	end(&world);
	/* What came up meanwhile is in the next one. */
	begin(&world);
	know(&world, "abuse@a.example", DAY - 40, 3, DAY - 4);
	know(&world, "cert@no.example", DAY - 60, 1, DAY - 8);
	decide(&world);
	assert_int_equal(letter_to(&world, "cert@no.example")->count, 1);
	assert_int_equal(letter_to(&world, "cert@no.example")->letter, 2);
	assert_null(letter_to(&world, "abuse@a.example"));
	end(&world);
	/* A case that would be forgotten on this day stays open for it. */
	begin(&world);
	know(&world, "abuse@a.example", DAY - 28, 2, DAY - 14);
	know(&world, "cert@no.example", DAY - 90, 1, DAY - 80);
	decide(&world);
	assert_int_equal(letter_to(&world, "cert@no.example")->number, 2);
	for (size_t i = 0; i < world.day.changed_count; i++)
		assert_int_not_equal(world.day.changed[i].number, 2);
	end(&world);
}

static void
what_an_earlier_try_opened_and_this_one_does_not_is_closed(void **state)
{
	struct world world;
	bool is_closed = false;

	begin(&world);
	know(&world, "gone@d.example", DAY, 0, 0);
	know(&world, "old@d.example", DAY - 100, 1, DAY - 90);
	know(&world, "young@d.example", DAY - 100, 1, DAY - 10);
	decide(&world);
	assert_int_equal(world.day.changed_count, 5);
	for (size_t i = 0; i < world.day.changed_count; i++) {
		const struct census_case *one = &world.day.changed[i];

		is_closed |= one->number == 1 && one->closed == DAY;
		assert_int_not_equal(one->number, 3);
	}
	assert_true(is_closed);
	end(&world);
}

static void
the_last_letter_of_a_contact_is_that_of_its_last_run(void **state)
{
	struct world world;
	uint16_t *by_contact;
	uint32_t contact;

	begin(&world);
	know(&world, "abuse@a.example", DAY - 90, 2, DAY - 14);
	world.letter[world.letters.count++] =
		(struct census_letter){.of_case = 1, .run = DAY - 3, .outcome = OUTCOME_REFUSED};
	{
		const struct caseday_known known = {.cases = &world.cases_rows,
			.contacts = &world.contacts,
			.nevers = &world.nevers,
			.letters = &world.letters,
			.last_case = world.last_case};

		by_contact = calloc(world.responsible.mailboxes.count + 1, sizeof(*by_contact));
		caseday_last_letters(&known, &world.responsible, DAY, by_contact);
	}
	contact = words_find(&world.responsible.mailboxes, 0, TEXT("abuse@a.example"));
	assert_int_equal(by_contact[contact], DAY - 14);
	contact = words_find(&world.responsible.mailboxes, 0, TEXT("abuse@b.example"));
	assert_int_equal(by_contact[contact], 0);
	free(by_contact);
	decide(&world);
	end(&world);
}

/* Texts of casefile.h. */
#define A_TEXT 4
#define C_TEXT (A_TEXT + 4 + 15)
#define D_TEXT (C_TEXT + 4 + 20)

/* As begin, on the day on which nearly all of the contacts A, C and D has been gone for long enough. */
static void
begin_closing(struct world *world)
{
	static const char texts[] = "\0\0\0\0"
				    "\x0f\0\0\0abuse@a.example"
				    "\x14\0\0\0abuse@mail.c.example"
				    "\x10\0\0\0abuse@as.example";
	static const struct casefile_case cases[] = {{.mailbox = 0},
		{.mailbox = A_TEXT, .most = 100, .low_since = DAY - 14},
		{.mailbox = D_TEXT, .most = 70, .low_since = DAY - 14},
		{.mailbox = C_TEXT, .most = 30, .low_since = DAY - 14}};

	begin(world);
	world->before = (struct casefile){.cases = cases, .case_count = 4, .texts = texts};
}

static void
a_case_that_closes_ends_with_a_letter_of_thanks(void **state)
{
	const struct caseday_letter *letter;
	struct world world;

	(void)state;
	/* Twice: the second run is that of the same day made again. */
	for (unsigned i = 0; i < 2; i++) {
		begin_closing(&world);
		know(&world, "abuse@a.example", DAY - 90, 2, DAY - 40)->closed = i * DAY;
		decide(&world);
		assert_int_equal(case_of(&world, "abuse@a.example")->step, CASEFILE_CLOSED);
		letter = letter_to(&world, "abuse@a.example");
		assert_non_null(letter);
		assert_int_equal(letter->kind, LETTER_THANKS);
		assert_int_equal(letter->number, 1);
		assert_int_equal(letter->letter, 3);
		assert_int_equal(letter->before, DAY - 54);
		assert_int_equal(letter->most, 100);
		assert_int_equal(letter->count, 1);
		assert_ptr_equal(
			&world.cases.cases[letter->of[0]], case_of(&world, "abuse@a.example"));
		end(&world);
	}
	/* It is no open case any more. */
	begin_closing(&world);
	know(&world, "abuse@a.example", DAY - 90, 3, DAY - 1)->closed = DAY - 1;
	decide(&world);
	assert_null(letter_to(&world, "abuse@a.example"));
	end(&world);
}

/* What forbids other letters forbids this one, and who was never told of a case is not thanked for it. */
static void
nobody_else_is_thanked(void **state)
{
	static const struct responsible_national own[] = {
		{'S' << 8 | 'E', {"abuse@a.example", 15}}};
	struct world world;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct census_case *one;

		begin_closing(&world);
		one = know(&world, "abuse@a.example", DAY - 90, i == 0 ? 0 : 1, DAY - 40);
		world.contact[0] = (struct census_contact){.mailbox = one->mailbox};
		world.never[0] =
			(struct census_never){.kind = NEVER_DOMAIN, .name = TEXT("example")};
		switch (i) {
		case 0:
			one->arm = CASEFILE_HOLDOUT;
			break;
		case 1:
			world.letter[0].outcome = OUTCOME_REFUSED;
			break;
		case 2:
			world.contact[0].state = CONTACT_OPTOUT;
			world.contacts.count = 1;
			break;
		case 3:
			world.contact[0].state = CONTACT_BOUNCED;
			world.contacts.count = 1;
			break;
		case 4:
			world.nevers.count = 1;
			break;
		case 5:
			/* Of another case. */
			know(&world, "abuse@a.example", DAY - 99, 1, DAY - 6)->closed = DAY - 5;
			break;
		case 6:
			responsible_done(&world.responsible);
			responsible_make(&world.responsible, &world.registry, NULL, 0, own, 1);
			break;
		default:
			world.settings.plan.has_thanks = false;
			break;
		}
		decide(&world);
		assert_int_equal(case_of(&world, "abuse@a.example")->step, CASEFILE_CLOSED);
		if (letter_to(&world, "abuse@a.example") != NULL)
			fail_msg("%u was thanked", i);
		end(&world);
	}
}

/* The contact of the AS has a network of its own, whose case closes on the day on which that of another comes to it:
 * that one goes first, on the next day and under a case of its own. */
static void
thanks_do_not_keep_an_escalation_waiting(void **state)
{
	const struct responsible_override word = {.family = RANGE_IPV4,
		.range = {0xcb007200, 0xcb0072ff},
		.mailbox = TEXT("abuse@as.example")};
	const struct caseday_letter *letter;
	struct world world;

	(void)state;
	for (unsigned day = 0; day < 3; day++) {
		struct census_case *own;

		begin_closing(&world);
		world.before.case_count = 3; /* C's is as it was */
		responsible_done(&world.responsible);
		responsible_make(&world.responsible, &world.registry, &word, 1, NULL, 0);
		own = know(&world, "abuse@as.example", DAY - 90, 1, DAY - 40);
		if (day < 2)
			know(&world, "abuse@mail.c.example", DAY - 28 - (int)day, 2 + day,
				day == 0 ? DAY - 14 : DAY - 1);
		if (day == 1)
			own->closed = DAY - 1;
		decide(&world);
		letter = letter_to(&world, "abuse@as.example");
		if (day == 0) {
			assert_int_equal(
				case_of(&world, "abuse@mail.c.example")->step, CASEFILE_ESCALATED);
			assert_int_equal(
				case_of(&world, "abuse@as.example")->step, CASEFILE_CLOSED);
			assert_null(letter);
		} else {
			assert_non_null(letter);
			assert_int_equal(
				letter->kind, day == 1 ? LETTER_ESCALATION : LETTER_THANKS);
			assert_int_equal(letter->number == own->number, day == 2);
		}
		end(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_open_with_numbers_in_the_order_of_mailboxes),
		cmocka_unit_test(a_run_that_is_repeated_decides_the_same),
		cmocka_unit_test(what_is_held_out_gets_no_letter),
		cmocka_unit_test(nobody_is_written_to_against_a_persons_word),
		cmocka_unit_test(what_may_be_wrong_waits_for_a_person),
		cmocka_unit_test(an_escalation_reminds_the_contact_and_asks_the_national_cert),
		cmocka_unit_test(the_contact_of_the_as_is_asked_as_well),
		cmocka_unit_test(where_nobody_is_known_the_national_cert_is_told_so),
		cmocka_unit_test(a_national_cert_has_one_letter_a_week),
		cmocka_unit_test(what_an_earlier_try_opened_and_this_one_does_not_is_closed),
		cmocka_unit_test(the_last_letter_of_a_contact_is_that_of_its_last_run),
		cmocka_unit_test(a_case_that_closes_ends_with_a_letter_of_thanks),
		cmocka_unit_test(nobody_else_is_thanked),
		cmocka_unit_test(thanks_do_not_keep_an_escalation_waiting),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
