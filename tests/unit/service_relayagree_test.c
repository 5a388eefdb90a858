/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay_fixture.h"

/* The same mail through both protocols: what is decided, question by question, and what its sender is told. */

#define RECIPIENTS_MOST 6
#define AGREED          199 /* bytes of a milter's answer to the options */

/* Mail for it stays here. */
static const char here[] = "@here.example";

struct mail {
	unsigned minutes; /* after the one before */
	const char *account;
	const char *certificate;
	const char *client;
	const char *sender;
	const char *recipient[RECIPIENTS_MOST];
	bool is_cut; /* it never comes to its end */
};

static const struct mail mails[] = {
	/* One within all limits; then near, at and above that of an hour. */
	{0, "anna@example.org", "", "192.0.2.7", "anna@example.org", {"b@x.example"}},
	{1, "Anna@Example.org", "", "192.0.2.8", "other@example.net",
		{"b@x.example", "c@x.example", "d@x.example", "d@x.example", "e@y.example"}},
	{1, "anna@example.org", "", "192.0.2.7", "anna@example.org",
		{"b@x.example", "f@x.example"}},
	{1, "anna@example.org", "", "192.0.2.7", "anna@example.org", {"b@x.example"}},
	{65, "anna@example.org", "", "192.0.2.7", "anna@example.org", {"b@x.example"}},
	/* What belongs to no account: a certificate, an address, a network. */
	{0, "", "client.example", "192.0.2.7", "cert@example.org", {"b@x.example", "c@x.example"}},
	{0, "", "", "192.0.2.7", "addr@example.org", {"b@x.example", "c@x.example", "d@x.example"}},
	{0, "", "", "2001:db8::1", "six@example.org", {"b@x.example", "c@x.example"}},
	{0, "", "", "2001:db8::2", "six@example.org", {"b@x.example", "c@x.example"}},
	/* Bounces, local mail, and what is local only at first. */
	{0, "", "", "192.0.2.9", "", {"b@x.example"}},
	{0, "", "", "192.0.2.9", "", {"b@x.example"}},
	{0, "ben@example.org", "", "192.0.2.7", "ben@example.org",
		{"a@here.example", "b@HERE.example"}},
	{0, "ben@example.org", "", "192.0.2.7", "ben@example.org",
		{"a@here.example", "b@x.example", "c@here.example"}},
	/* What breaks off is given back: at once, or when nothing was heard for long. */
	{0, "cut@example.org", "", "192.0.2.7", "cut@example.org",
		{"a@x.example", "b@x.example", "c@x.example", "d@x.example"}, .is_cut = true},
	{21, "cut@example.org", "", "192.0.2.7", "cut@example.org",
		{"a@x.example", "b@x.example", "c@x.example", "d@x.example"}},
};

/* A recipient, or, without one, the end with so many accepted: does it pass? What was said is added in the words of
 * the policy protocol. */
typedef bool asks(struct fixture *fixture, const struct mail *mail, const char *recipient,
	unsigned accepted, struct buffer *said);

static void
put_packet(struct buffer *into, char letter, const char *data, size_t size)
{
	uint8_t head[5];
	struct writer writer = writer_on(head, sizeof(head));

	writer_u32(&writer, (uint32_t)size + 1);
	writer_u8(&writer, (uint8_t)letter);
	buffer_add(into, head, sizeof(head));
	buffer_add(into, data, size);
}

static void
drop_heard(struct fixture *fixture, size_t size)
{
	fixture->heard.length -= size;
	memmove(fixture->heard.at, fixture->heard.at + size, fixture->heard.length);
}

/* Says packets and waits for the one that answers them: its letter. */
static char
converse(struct fixture *fixture, struct buffer *packets, struct buffer *said)
{
	char letter = 'p';

	fixture_say(fixture, packets->at, packets->length);
	buffer_clear(packets);
	while (letter == 'p') {
		size_t size;

		fixture_wait_for(fixture, 5);
		size = 4 + bytes_u32((const uint8_t *)fixture->heard.at);
		fixture_wait_for(fixture, size);
		letter = fixture->heard.at[4];
		if (letter == 'y')
			buffer_print(said, "%s\n", fixture->heard.at + 5);
		drop_heard(fixture, size);
	}
	if (letter == 'c')
		buffer_print(said, "DUNNO\n");
	return letter;
}

static bool
ask_as_milter(struct fixture *fixture, const struct mail *mail, const char *recipient,
	unsigned accepted, struct buffer *said)
{
	struct buffer packets;
	char data[512];
	int n;
	bool passes;

	(void)mail;
	(void)accepted;
	buffer_init(&packets, 4096);
	if (recipient != NULL) {
		n = snprintf(data, sizeof(data), "R{rcpt_mailer}%c%s", '\0',
			strcasestr(recipient, here) != NULL ? "virtual" : "smtp");
		put_packet(&packets, 'D', data, (size_t)n + 1);
		n = snprintf(data, sizeof(data), "<%s>", recipient);
		put_packet(&packets, 'R', data, (size_t)n + 1);
	} else {
		put_packet(&packets, 'E', NULL, 0);
	}
	passes = converse(fixture, &packets, said) == 'c';
	buffer_done(&packets);
	return passes;
}

/* Up to MAIL. */
static void
begin_as_milter(struct fixture *fixture, const struct mail *mail)
{
	struct buffer packets, unsaid;
	char data[512];
	int n;

	buffer_init(&packets, 4096);
	buffer_init(&unsaid, 4096);
	if (fixture->milter.counts.messages == 0) {
		fixture_say(fixture, BYTES("\0\0\0\015O\0\0\0\6\0\0\1\377\0\037\377\377"));
		fixture_wait_for(fixture, AGREED);
		drop_heard(fixture, AGREED);
	} else {
		put_packet(&packets, 'K', NULL, 0);
	}
	n = snprintf(data, sizeof(data), "x.example%c%c\1\1%s", '\0',
		strchr(mail->client, ':') != NULL ? '6' : '4', mail->client);
	put_packet(&packets, 'C', data, (size_t)n + 1);
	n = snprintf(data, sizeof(data), "M{auth_authen}%c%s%c{cert_subject}%c%s", '\0',
		mail->account, '\0', '\0', mail->certificate);
	put_packet(&packets, 'D', data, (size_t)n + 1);
	n = snprintf(data, sizeof(data), "<%s>", mail->sender);
	put_packet(&packets, 'M', data, (size_t)n + 1);
	assert_int_equal(converse(fixture, &packets, &unsaid), 'c');
	buffer_done(&packets);
	buffer_done(&unsaid);
}

static bool
ask_as_policy(struct fixture *fixture, const struct mail *mail, const char *recipient,
	unsigned accepted, struct buffer *said)
{
	struct buffer request;
	struct text action;
	bool passes;

	buffer_init(&request, 4096);
	buffer_print(&request,
		"request=smtpd_access_policy\nprotocol_state=%s\nsender=%s\nrecipient=%s\n"
		"recipient_count=%u\nclient_address=%s\ninstance=%zx\nsasl_username=%s\n"
		"ccert_fingerprint=%s\n\n",
		recipient != NULL ? "RCPT" : "END-OF-MESSAGE", mail->sender,
		recipient != NULL       ? recipient
			: accepted == 1 ? mail->recipient[0]
					: "",
		recipient != NULL ? 0 : accepted, mail->client, (size_t)(mail - mails),
		mail->account, mail->certificate);
	fixture_say(fixture, request.at, request.length);
	buffer_done(&request);
	do {
		fixture_wait_for(fixture, fixture->heard.length + 1);
	} while (memmem(fixture->heard.at, fixture->heard.length, "\n\n", 2) == NULL);
	action = (struct text){fixture->heard.at, fixture->heard.length - 1};
	assert_true(text_starts(action, "action="));
	buffer_add(said, action.at + 7, action.length - 7);
	passes = text_is(action, "action=DUNNO\n");
	buffer_clear(&fixture->heard);
	return passes;
}

/* All mail, with lines for each question and answer. */
static void
play(struct fixture *fixture, asks *ask, struct buffer *said)
{
	fixture->tells_decisions = true;
	for (size_t i = 0; i < sizeof(mails) / sizeof(*mails); i++) {
		const struct mail *mail = &mails[i];
		unsigned accepted = 0;

		fixture->now.us += mail->minutes * WALL_MINUTE;
		relay_advance(fixture->relay, fixture->now);
		buffer_print(&fixture->told, "mail %zu\n", i);
		buffer_print(said, "mail %zu\n", i);
		if (ask == ask_as_milter)
			begin_as_milter(fixture, mail);
		for (int r = 0; r < RECIPIENTS_MOST && mail->recipient[r] != NULL; r++)
			accepted += ask(fixture, mail, mail->recipient[r], 0, said);
		if (accepted > 0 && !mail->is_cut)
			(void)ask(fixture, mail, NULL, accepted, said);
	}
}

static void
set_rules(struct relay_settings *settings)
{
	static const struct {
		enum limit limit;
		const char *rule;
	} rules[] = {
		{LIMIT_ACCOUNT, "3 messages/hour, 6 recipients/hour, 20 recipients/day"},
		{LIMIT_CERTIFICATE, "1 recipients/hour"},
		{LIMIT_ADDRESS, "2 recipients/hour burst 1"},
		{LIMIT_IPV6_64, "3 recipients/hour"},
		{LIMIT_BOUNCE, "1 messages/hour"},
		{LIMIT_LOCAL, "2 recipients/hour"},
	};
	struct fail fail;
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		settings->rule[i] = rule_none();
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		assert_int_equal(rule_parse(text_of(rules[i].rule), &settings->rule[rules[i].limit],
					 &column, &fail),
			0);
}

static void
check_agreement(struct relay_settings *settings, struct buffer *told, struct buffer *said)
{
	struct fixture fixture;
	struct table local;
	struct table_slot *slot;
	struct buffer other;

	buffer_init(told, 65536);
	buffer_init(said, 65536);
	buffer_init(&other, 65536);
	fixture_begin(&fixture, settings, true);
	play(&fixture, ask_as_milter, said);
	buffer_add(told, fixture.told.at, fixture.told.length);
	fixture_end(&fixture);
	table_init(&local, 10);
	assert_int_equal(table_add(&local, relay_domain(settings, text_of(here)), &slot), 1);
	settings->local = &local;
	fixture_begin(&fixture, settings, false);
	play(&fixture, ask_as_policy, &other);
	assert_string_equal(buffer_string(told), buffer_string(&fixture.told));
	assert_string_equal(buffer_string(said), buffer_string(&other));
	fixture_end(&fixture);
	settings->local = NULL;
	table_done(&local);
	buffer_done(&other);
}

static bool
says(const struct buffer *buffer, const char *words)
{
	return has_word((struct text){buffer->at, buffer->length}, words);
}

static void
both_protocols_get_the_same_decisions_and_answers(void **state)
{
	struct relay_settings settings = {
		.keys_most = 1000, .messages_most = 1000, .slow_from = 60, .slow_us = 1000};
	struct buffer told, said;

	set_rules(&settings);
	check_agreement(&settings, &told, &said);
	assert_true(says(&told, "pass\n"));
	assert_true(says(&told, "slow account"));
	assert_true(says(&told, "defer account"));
	assert_true(says(&told, "defer ipv6-64"));
	assert_true(says(&told, "defer bounce"));
	assert_true(says(&said, "450 4.7.0 "));
	buffer_done(&told);
	buffer_done(&said);
	(void)state;
}

static void
both_protocols_agree_in_the_shadow(void **state)
{
	struct relay_settings settings = {
		.keys_most = 1000, .messages_most = 1000, .is_shadow = true, .slow_from = 100};
	struct buffer told, said;

	set_rules(&settings);
	check_agreement(&settings, &told, &said);
	assert_true(says(&told, "pass (defer) account"));
	assert_false(says(&said, "450 4.7.0 "));
	buffer_done(&told);
	buffer_done(&said);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_protocols_get_the_same_decisions_and_answers),
		cmocka_unit_test(both_protocols_agree_in_the_shadow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
