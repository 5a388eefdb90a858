/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"
#include "ledger/case.h"
#include "runtime/channel.h"
#include "service/guardanswer.h"
#include "unit.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW     ((struct wall){INT64_C(20000) * WALL_DAY + WALL_HOUR})
#define SENDERS 700

static const struct hash_key key = {.byte = {7, 8, 9}};

struct fixture {
	struct guardanswer of;
	struct accountnames names;
	struct casetable cases;
	uint64_t limited; /* by an operator */
};

static struct question question;
static struct answer answer;
static char said[MESSAGE_PAGE + 1];

static struct wall
until(void *context, uint64_t asked)
{
	(void)context;
	(void)asked;
	return WALL_NONE;
}

static bool
limit_of(void *context, uint64_t asked, struct wall now, struct rule *ret)
{
	struct fixture *fixture = context;
	struct fail fail;
	size_t column;

	(void)now;
	return rule_parse(TEXT("9 recipients/hour"), ret, &column, &fail) == 0 &&
		asked == fixture->limited;
}

static struct relay_case
case_of(void *context, uint64_t asked)
{
	struct fixture *fixture = context;
	struct casetable_slot slot;

	if (casetable_find(&fixture->cases, asked, &slot) < 0)
		return (struct relay_case){.standing = RELAY_CLEAR};
	return (struct relay_case){.standing = slot.state == STATE_CONFIRMED ? RELAY_IS
			: slot.is_limited                                    ? RELAY_MAY_BE
									     : RELAY_CLEAR};
}

static void
send(struct fixture *fixture, const char *account, int recipients)
{
	static uint64_t message;

	message++;
	for (int i = 0; i < recipients; i++) {
		char name[40];
		struct envelope envelope = {
			.message = message,
			.stage = ENVELOPE_RECIPIENT,
			.sender = TEXT("a@example.net"),
			.account = text_of(account),
		};

		snprintf(name, sizeof(name), "r%d@x.example", i);
		envelope.recipient = text_of(name);
		(void)relay_decide(fixture->of.relay, &envelope, NOW);
	}
}

static uint64_t
pseudonym(const char *name)
{
	return accountname_pseudonym(text_of(name), &key);
}

static int
begin(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct relay_settings settings = {
		.keys_most = 4096,
		.messages_most = 4096,
		.slow_from = 100,
		.key = key,
		.limit_of = limit_of,
		.case_of = case_of,
		.context = fixture,
	};
	struct fail fail;
	size_t column;

	for (int limit = 0; limit < LIMITS; limit++)
		settings.rule[limit] = rule_none();
	if (rule_parse(TEXT("10 recipients/hour, 50 recipients/day"), &settings.rule[LIMIT_ACCOUNT],
		    &column, &fail) < 0)
		return -1;
	senders_defaults(&settings.senders);
	settings.senders.most = 4096;
	settings.senders.warm_up_us = 0;
	fixture->of = (struct guardanswer){
		.relay = relay_new(&settings),
		.names = &fixture->names,
		.cases = &fixture->cases,
		.key = &key,
		.until = until,
		.context = fixture,
		.now = NOW,
	};
	*state = fixture;
	return 0;
}

static int
end(void **state)
{
	struct fixture *fixture = *state;

	relay_free(fixture->of.relay);
	free(fixture);
	return 0;
}

/* All pages; how many there were. */
static size_t
ask(const struct fixture *fixture, enum ask what, bool is_json, bool flag, const char *text,
	struct buffer *into)
{
	size_t pages = 0;

	question = (struct question){
		.ask = (uint8_t)what, .is_json = is_json, .flag = flag, .id = question.id + 1};
	snprintf(question.text, sizeof(question.text), "%s", text);
	do {
		assert_true(message_check(MESSAGE_QUESTION, &question, sizeof(question)));
		guard_answer(&fixture->of, &question, &answer);
		assert_true(message_check(MESSAGE_ANSWER, &answer, answer_size(&answer)));
		assert_true(answer.cursor == 0 || answer.cursor > question.cursor);
		question.cursor = answer.cursor;
		buffer_add(into, answer.text, answer.size);
		pages++;
	} while (answer.cursor != 0);
	return pages;
}

static const char *
one(const struct fixture *fixture, enum ask what, bool is_json, bool flag, const char *name)
{
	struct buffer text;
	char words[MESSAGE_TEXT];

	snprintf(words, sizeof(words), "%016llx\n%s", (unsigned long long)pseudonym(name), name);
	buffer_init(&text, sizeof(said));
	assert_int_equal(ask(fixture, what, is_json, flag, words, &text), 1);
	snprintf(said, sizeof(said), "%s", buffer_string(&text));
	buffer_done(&text);
	return said;
}

static size_t
lines(const struct buffer *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->at[i] == '\n';
	return count;
}

static void
all_senders_come_and_each_once(void **state)
{
	struct fixture *fixture = *state;
	struct buffer text;
	size_t pages;

	for (int i = 0; i < SENDERS; i++) {
		char name[40];

		snprintf(name, sizeof(name), "a%d@example.net", i);
		send(fixture, name, 1);
	}
	buffer_init(&text, 1 << 22);
	pages = ask(fixture, ASK_ACCOUNTS, false, true, "", &text);
	assert_true(pages >= SENDERS / GUARD_ANSWER_SENDERS);
	assert_int_equal(lines(&text), 1 + SENDERS);
	buffer_clear(&text);
	(void)ask(fixture, ASK_ACCOUNTS, true, true, "", &text);
	assert_int_equal(lines(&text), SENDERS);
	/* JSON fills pages before so many were looked at. */
	buffer_clear(&text);
	assert_true(ask(fixture, ASK_ACCOUNTS, true, true, "names", &text) > 1);
	buffer_done(&text);
}

static void
only_who_is_worth_a_look_is_listed_unless_all_are_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	(void)ask(fixture, ASK_ACCOUNTS, false, true, "", &text);
	assert_non_null(strstr(buffer_string(&text), "Nobody has sent mail"));
	send(fixture, "anna", 2);
	buffer_clear(&text);
	(void)ask(fixture, ASK_ACCOUNTS, false, false, "", &text);
	assert_non_null(strstr(buffer_string(&text), "No account is suspect"));
	send(fixture, "bob", 12);
	send(fixture, "carl", 1);
	send(fixture, "dora", 1);
	casetable_put(&fixture->cases, pseudonym("carl"), STATE_CONFIRMED, 4);
	fixture->limited = pseudonym("dora");
	buffer_clear(&text);
	(void)ask(fixture, ASK_ACCOUNTS, false, false, "", &text);
	assert_int_equal(lines(&text), 1 + 3);
	assert_non_null(strstr(buffer_string(&text), "10/10"));
	assert_non_null(strstr(buffer_string(&text), "1/9"));
	buffer_done(&text);
}

static void
names_are_shown_where_they_are_known_and_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	send(fixture, "bob", 1);
	send(fixture, "anna", 1);
	accountname_put(&fixture->names, pseudonym("bob"), TEXT("Bob"));
	(void)ask(fixture, ASK_ACCOUNTS, true, true, "", &text);
	assert_null(strstr(buffer_string(&text), "Bob"));
	buffer_clear(&text);
	(void)ask(fixture, ASK_ACCOUNTS, true, true, "names", &text);
	assert_non_null(strstr(buffer_string(&text), "\"name\":\"Bob\""));
	assert_non_null(strstr(buffer_string(&text), "\"name\":null"));
	/* A name that a terminal would obey is none. */
	send(fixture, "x\x1b[2Jy", 1);
	accountname_put(&fixture->names, pseudonym("x\x1b[2Jy"), TEXT("x\x1b[2Jy"));
	buffer_clear(&text);
	(void)ask(fixture, ASK_ACCOUNTS, false, true, "names", &text);
	assert_null(strstr(buffer_string(&text), "\x1b"));
	buffer_done(&text);
}

static void
what_is_known_of_one_is_told_in_sentences_and_as_json(void **state)
{
	struct fixture *fixture = *state;
	json_t *root;

	send(fixture, "bob", 12);
	casetable_put(&fixture->cases, pseudonym("bob"), STATE_CONFIRMED, 4);
	one(fixture, ASK_ACCOUNT_FACTS, false, false, "bob");
	assert_int_equal(answer.code, 0);
	assert_non_null(strstr(said, "bob (line-"));
	assert_non_null(strstr(said, "It asked for 12 recipients in all"));
	assert_non_null(strstr(said, "in this hour or the one before: 2"));
	assert_non_null(
		strstr(said, "Its limits: 10 recipients/hour, 50 recipients/day (of its class)"));
	assert_non_null(strstr(said, "Case 4 (confirmed) is open: all its mail is refused."));
	one(fixture, ASK_ACCOUNT_FACTS, true, false, "bob");
	root = json_loads(said, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "attempts")), 12);
	assert_int_equal(json_integer_value(json_object_get(root, "denied")), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "hour"), "recipients")),
		10);
	assert_string_equal(json_string_value(json_object_get(root, "standing")), "confirmed");
	assert_string_equal(json_string_value(json_object_get(root, "name")), "bob");
	json_decref(root);
	one(fixture, ASK_ACCOUNT_FACTS, false, true, "bob");
	assert_memory_equal(said, "\nNow:\nbob", strlen("\nNow:\nbob"));
	/* Suspect, and nothing limits it; then a measure does. */
	casetable_put(&fixture->cases, pseudonym("bob"), STATE_SUSPECT, 4);
	one(fixture, ASK_ACCOUNT_FACTS, false, false, "bob");
	assert_non_null(strstr(said, "Case 4 (suspect) is open; no measure limits it"));
	casetable_limit(&fixture->cases, pseudonym("bob"), true);
	one(fixture, ASK_ACCOUNT_FACTS, false, false, "bob");
	assert_non_null(strstr(said, "Case 4 (suspect) is open: it has 30 % of its limits."));
	one(fixture, ASK_ACCOUNT_FACTS, true, false, "bob");
	assert_non_null(strstr(said, "\"limited\":true"));
}

static void
one_that_is_not_known_is_not_found(void **state)
{
	struct fixture *fixture = *state;

	one(fixture, ASK_ACCOUNT_FACTS, false, false, "bob");
	assert_int_equal(answer.code, -ENOENT);
	assert_non_null(strstr(said, "knows no account \"bob\""));
	/* Unless something was said of it already, or it is limited. */
	one(fixture, ASK_ACCOUNT_FACTS, false, true, "bob");
	assert_int_equal(answer.code, 0);
	assert_non_null(strstr(said, "knows nothing of it"));
	fixture->limited = pseudonym("bob");
	one(fixture, ASK_ACCOUNT_FACTS, false, false, "bob");
	assert_int_equal(answer.code, 0);
	assert_non_null(strstr(said, "heard nothing of it as yet"));
	one(fixture, ASK_ACCOUNT_TERMS, false, true, "bob");
	assert_non_null(strstr(said, "is the name right?"));
	assert_non_null(strstr(said, "9 recipients/hour (set by an operator)"));
}

static void
other_questions_are_not_for_a_guard(void **state)
{
	struct fixture *fixture = *state;
	struct buffer text;

	buffer_init(&text, 4096);
	for (int what = 0; what < ASK_COUNT; what++) {
		if (what == ASK_ACCOUNTS)
			continue;
		(void)ask(fixture, (enum ask)what, false, false, "no pseudonym", &text);
		assert_int_equal(answer.code, -EINVAL);
	}
	buffer_done(&text);
}

static void
the_desk_is_heard_one_question_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	uint16_t type;
	int ends[2];

	assert_int_equal(channel_pair(ends), 0);
	assert_int_equal(guard_hear_desk(&fixture->of, ends[1]), -EAGAIN);
	question = (struct question){.ask = ASK_ACCOUNTS, .id = 5};
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			channel_send(ends[0], MESSAGE_QUESTION, &question, sizeof(question)), 0);
	/* What cannot be is told, and is no reason to end. */
	assert_int_equal(channel_send(ends[0], MESSAGE_QUESTION, &question, 7), 0);
	assert_int_equal(guard_hear_desk(&fixture->of, ends[1]), 0);
	assert_true(channel_receive(ends[0], &type, &answer, sizeof(answer)) > 0);
	assert_int_equal(type, MESSAGE_ANSWER);
	assert_int_equal(answer.id, 5);
	assert_int_equal(channel_receive(ends[0], &type, &answer, sizeof(answer)), -EAGAIN);
	assert_int_equal(guard_hear_desk(&fixture->of, ends[1]), 0);
	assert_int_equal(guard_hear_desk(&fixture->of, ends[1]), 0);
	close(ends[0]);
	assert_int_equal(guard_hear_desk(&fixture->of, ends[1]), -EPIPE);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_senders_come_and_each_once),
		TEST(only_who_is_worth_a_look_is_listed_unless_all_are_wanted),
		TEST(names_are_shown_where_they_are_known_and_asked_for),
		TEST(what_is_known_of_one_is_told_in_sentences_and_as_json),
		TEST(one_that_is_not_known_is_not_found),
		TEST(other_questions_are_not_for_a_guard),
		TEST(the_desk_is_heard_one_question_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
