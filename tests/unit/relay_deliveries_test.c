/* SPDX-License-Identifier: BSD-2-Clause */
#include "deliveries_bench.h"
#include "identity/accountname.h"
#include "relay/deliveries.h"

static void
a_result_names_who_brought_the_message(void **state)
{
	struct bench bench = begin();

	assert_int_equal(arrive(&bench, 0, "4Fq8zk2xYzz5", "Anna"), DELIVERY_LOGIN);
	assert_int_equal(arrive(&bench, 0, "4Fq8zk2xYzz6", NULL), DELIVERY_NOTHING);
	assert_int_equal(
		deliver(&bench, 1, "4Fq8zk2xYzz5", "b@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, accountname_pseudonym(TEXT("anna"), &key));
	assert_int_equal(bench.told.delivery.limit, LIMIT_ACCOUNT);
	assert_int_equal(bench.told.delivery.result, DELIVERY_SENT);
	assert_int_equal(bench.told.delivery.was, DELIVERY_RESULTS);
	assert_int_equal(bench.told.delivery.time.us, NOON + WALL_SECOND);
	assert_int_equal(
		deliver(&bench, 1, "4Fq8zk2xYzz6", "b@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, address_key("198.51.100.7"));
	assert_int_equal(bench.told.delivery.limit, LIMIT_ADDRESS);
	end(&bench);
	(void)state;
}

static uint64_t
line_seven(void *context, const struct address *client, struct wall time)
{
	(void)context;
	(void)client;
	(void)time;
	return 7;
}

static void
a_line_is_responsible_before_an_account(void **state)
{
	struct deliveries_settings settings = {
		.key = key, .messages_most = 10, .recipients_most = 10, .line_of = line_seven};
	struct bench bench = {.deliveries = deliveries_new(&settings), .now = {NOON}};
	struct responsible_input input = {.line = 7, .class = LIMIT_LINE};
	struct responsible who;

	responsible_find(&input, &key, &who);
	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	assert_int_equal(
		deliver(&bench, 1, "4Fq8zk2xYzz5", "b@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, who.of[0].key);
	assert_int_equal(bench.told.delivery.limit, LIMIT_LINE);
	end(&bench);
	(void)state;
}

static void
each_refusal_has_its_result(void **state)
{
	static const struct {
		const char *what;
		enum delivery_result result;
	} rows[] = {{SENT, DELIVERY_SENT}, {DEFERRED, DELIVERY_DEFERRED},
		{UNKNOWN, DELIVERY_UNKNOWN_USER}, {POLICY, DELIVERY_POLICY},
		{OTHER, DELIVERY_BOUNCED}};
	struct bench bench = begin();
	char to[32];

	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(to, sizeof(to), "%zu@example.com", i);
		assert_int_equal(
			deliver(&bench, 1, "4Fq8zk2xYzz5", to, rows[i].what), DELIVERY_RESULT);
		assert_int_equal(bench.told.delivery.result, rows[i].result);
		assert_int_equal(counts(&bench).results[rows[i].result], 1);
	}
	end(&bench);
	(void)state;
}

static void
a_recipient_counts_once_and_deferred_is_corrected_once(void **state)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5", *to = "b@example.com";

	arrive(&bench, 0, id, "anna");
	assert_int_equal(deliver(&bench, 1, id, to, DEFERRED), DELIVERY_RESULT);
	assert_int_equal(deliver(&bench, 2, id, to, DEFERRED), DELIVERY_NOTHING);
	assert_int_equal(deliver(&bench, 3, id, to, SENT), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.result, DELIVERY_SENT);
	assert_int_equal(bench.told.delivery.was, DELIVERY_DEFERRED);
	assert_int_equal(deliver(&bench, 4, id, to, SENT), DELIVERY_NOTHING);
	assert_int_equal(deliver(&bench, 4, id, to, UNKNOWN), DELIVERY_NOTHING);
	/* Another recipient is another. */
	assert_int_equal(deliver(&bench, 4, id, "c@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.was, DELIVERY_RESULTS);
	assert_int_equal(counts(&bench).results[DELIVERY_DEFERRED], 1);
	assert_int_equal(counts(&bench).corrected[DELIVERY_SENT], 1);
	assert_int_equal(counts(&bench).results[DELIVERY_SENT], 1);
	assert_int_equal(counts(&bench).repeated, 3);
	end(&bench);
	(void)state;
}

/* Exim says of each recipient that it has expired, Postfix of the message. */
static void
what_takes_too_long_stays_deferred(void **state)
{
	struct bench bench = begin();

	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	deliver(&bench, 1, "4Fq8zk2xYzz5", "b@example.com", DEFERRED);
	assert_int_equal(say(&bench, 2,
				 "qmgr[1]: 4Fq8zk2xYzz5: from=<a@example.org>, status=expired, "
				 "returned to sender"),
		DELIVERY_NOTHING);
	assert_int_equal(exim(&bench,
				 "1abcDE-000xyz-AB <= a@example.org H=pc [198.51.100.7] "
				 "P=esmtpa A=login:anna S=1"),
		DELIVERY_LOGIN);
	assert_int_equal(exim(&bench,
				 "1abcDE-000xyz-AB ** b@example.com R=dnslookup T=remote_smtp: "
				 "retry timeout exceeded"),
		DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.result, DELIVERY_DEFERRED);
	assert_int_equal(exim(&bench, "1abcDE-000xyz-AB Completed"), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).corrected[DELIVERY_BOUNCED], 0);
	end(&bench);
	(void)state;
}

static void
whom_the_client_asked_for_is_the_recipient(void **state)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5";

	arrive(&bench, 0, id, "anna");
	assert_int_equal(deliver(&bench, 1, id, "b@example.com>, orig_to=<all@example.org", SENT),
		DELIVERY_RESULT);
	assert_int_equal(
		deliver(&bench, 1, id, "gone@example.com>, orig_to=<all@example.org", UNKNOWN),
		DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).repeated, 1);
	end(&bench);
	(void)state;
}

static void
what_is_not_known_is_counted_and_passed_over(void **state)
{
	struct bench bench = begin();

	assert_int_equal(
		deliver(&bench, 1, "4Fq8zk2xYzz5", "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(removed(&bench, 1, "4Fq8zk2xYzz5"), DELIVERY_NOTHING);
	/* Nobody: no address, no account. */
	assert_int_equal(say(&bench, 1, "smtpd[1]: 4Fq8zk2xYzz5: client=unknown[unknown]"),
		DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).unknown, 3);
	assert_int_equal(counts(&bench).messages, 0);
	end(&bench);
	(void)state;
}

static void
queue_ids_of_two_servers_are_two(void **state)
{
	struct bench bench = begin();
	struct mailevent event;

	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	assert_int_equal(maillog_line("2026-11-26T12:00:01+00:00 mx postfix/smtp[1]: 4Fq8zk2xYzz5: "
				      "to=<b@example.com>, relay=none, delay=1, " UNKNOWN,
				 &event),
		1);
	assert_int_equal(deliveries_take(bench.deliveries, 1, &event, bench.now, &bench.told),
		DELIVERY_NOTHING);
	assert_int_equal(deliveries_take(bench.deliveries, 0, &event, bench.now, &bench.told),
		DELIVERY_RESULT);
	end(&bench);
	(void)state;
}

static void
a_queue_id_ends_with_its_message(void **state)
{
	struct bench bench = begin();
	const char *id = "3A4F5C01B2";

	arrive(&bench, 0, id, "anna");
	deliver(&bench, 1, id, "b@example.com", SENT);
	assert_int_equal(removed(&bench, 1, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).messages, 0);
	assert_int_equal(counts(&bench).recipients, 0);
	assert_int_equal(deliver(&bench, 2, id, "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	arrive(&bench, 10, id, "bert");
	assert_int_equal(deliver(&bench, 11, id, "b@example.com", UNKNOWN), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, accountname_pseudonym(TEXT("bert"), &key));
	end(&bench);
	(void)state;
}

/* The end of the first was not read. */
static void
a_queue_id_that_comes_again_is_another_message(void **state)
{
	struct bench bench = begin();
	const char *id = "3A4F5C01B2";

	arrive(&bench, 0, id, "anna");
	deliver(&bench, 1, id, "b@example.com", DEFERRED);
	arrive(&bench, 100, id, "bert");
	assert_int_equal(counts(&bench).reused, 1);
	/* Of before the second arrival: nobody's. */
	assert_int_equal(deliver(&bench, 50, id, "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(removed(&bench, 50, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).stale, 2);
	assert_int_equal(arrive(&bench, 20, id, "carl"), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).stale, 3);
	assert_int_equal(deliver(&bench, 101, id, "b@example.com", UNKNOWN), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, accountname_pseudonym(TEXT("bert"), &key));
	assert_int_equal(bench.told.delivery.was, DELIVERY_RESULTS);
	end(&bench);
	(void)state;
}

static void
a_line_that_is_read_twice_changes_nothing(void **state)
{
	struct bench bench = begin();
	const char *id = "3A4F5C01B2";

	assert_int_equal(arrive(&bench, 0, id, "anna"), DELIVERY_LOGIN);
	tell(&bench, id, 1);
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	assert_int_equal(arrive(&bench, 0, id, "anna"), DELIVERY_NOTHING);
	assert_int_equal(deliver(&bench, 1, id, "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).repeated, 2);
	assert_int_equal(counts(&bench).reused, 0);
	assert_int_equal(removed(&bench, 1, id), DELIVERY_REFUND);
	end(&bench);
	(void)state;
}

/* A recipient in quotes may look like all that follows; so may an account behind what a client says of itself. */
static void
nothing_doubtful_is_told_of_anybody(void **state)
{
	struct bench bench = begin();

	exim(&bench,
		"1abcDE-000xyz-AB <= a@example.org H=pc [198.51.100.7] P=esmtpa "
		"A=login:anna S=1");
	tell(&bench, "1abcDE-000xyz-AB", 1);
	assert_int_equal(exim(&bench,
				 "1abcDE-000xyz-AB ** a b@example.com "
				 "<\"a b\"@example.com>: Unrouteable address"),
		DELIVERY_NOTHING);
	assert_int_equal(exim(&bench, "1abcDE-000xyz-AB ** c@example.com: Unrouteable address"),
		DELIVERY_RESULT);
	/* What the other came to is not known, so nothing is given back. */
	assert_int_equal(exim(&bench, "1abcDE-000xyz-AB Completed"), DELIVERY_NOTHING);
	assert_int_equal(exim(&bench,
				 "1abcDE-000xyz-AC <= a@example.org H=pc [198.51.100.7] "
				 "U=x P=esmtpa A=login:anna S=1"),
		DELIVERY_NOTHING);
	assert_int_equal(exim(&bench, "1abcDE-000xyz-AC ** c@example.com: Unrouteable address"),
		DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).doubtful, 2);
	assert_int_equal(counts(&bench).unknown, 1);
	assert_int_equal(counts(&bench).refunds, 0);
	end(&bench);
	(void)state;
}

static void
a_message_that_bounced_at_once_is_given_back(void **state)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5";

	arrive(&bench, 0, id, "anna");
	tell(&bench, id, 2);
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	deliver(&bench, 2, id, "c@example.com", DEFERRED);
	deliver(&bench, 60, id, "c@example.com", POLICY);
	assert_int_equal(removed(&bench, 300, id), DELIVERY_REFUND);
	assert_int_equal(bench.told.delivery.recipients, 2);
	assert_int_equal(bench.told.delivery.who, 42);
	assert_int_equal(bench.told.delivery.limit, LIMIT_ACCOUNT);
	assert_int_equal(counts(&bench).refunds, 1);
	end(&bench);
	(void)state;
}

static void
a_message_is_kept_that_bounced_in_part_or_late(void **state)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5";

	arrive(&bench, 0, id, "anna");
	tell(&bench, id, 2);
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	deliver(&bench, 1, id, "c@example.com", SENT);
	assert_int_equal(removed(&bench, 1, id), DELIVERY_NOTHING);
	arrive(&bench, 10, id, "anna");
	tell(&bench, id, 1);
	deliver(&bench, 71, id, "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 71, id), DELIVERY_NOTHING);
	arrive(&bench, 100, id, "anna");
	tell(&bench, id, 2);
	deliver(&bench, 100, id, "b@example.com", UNKNOWN);
	deliver(&bench, 100, id, "c@example.com", DEFERRED);
	assert_int_equal(removed(&bench, 101, id), DELIVERY_NOTHING);
	arrive(&bench, 200, id, "anna");
	tell(&bench, id, 1);
	assert_int_equal(removed(&bench, 200, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).refunds, 0);
	end(&bench);
	(void)state;
}

/* Bounces of so many recipients of a message of which so many were told; -1: it was not. What is given back. */
static uint32_t
given_back(int told, unsigned bounced)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5";
	uint32_t ret = 0;

	arrive(&bench, 0, id, "anna");
	if (told >= 0)
		tell(&bench, id, (uint32_t)told);
	for (unsigned i = 0; i < bounced; i++) {
		char to[32];

		snprintf(to, sizeof(to), "%u@example.com", i);
		assert_int_equal(deliver(&bench, 1, id, to, UNKNOWN), DELIVERY_RESULT);
	}
	if (removed(&bench, 2, id) == DELIVERY_REFUND)
		ret = bench.told.delivery.recipients;
	assert_int_equal(counts(&bench).refunds, ret > 0);
	end(&bench);
	return ret;
}

/* More bounce than were told where the log tells of another message, or recipients were added. */
static void
only_who_was_told_is_given_back(void **state)
{
	assert_int_equal(given_back(-1, 1), 0);
	assert_int_equal(given_back(-1, 3), 0);
	/* It was told, and does not count for anybody that answers. */
	assert_int_equal(given_back(0, 1), 0);
	assert_int_equal(given_back(0, 3), 0);
	assert_int_equal(given_back(3, 2), 0);
	assert_int_equal(given_back(3, 3), 3);
	assert_int_equal(given_back(3, 5), 0);
	(void)state;
}

/* The log may come late, and its clock may be another: what is given back counted when it was told. */
static void
what_is_given_back_has_the_time_of_its_end(void **state)
{
	struct bench bench = begin();
	const char *first = "4Fq8zk2xYzz5", *second = "4Fq8zk2xYzz6";
	const int64_t told = NOON + 20 * WALL_SECOND;

	bench.now.us = told;
	tell(&bench, first, 1);
	arrive(&bench, 3, first, "anna");
	arrive(&bench, 3, second, "anna");
	tell(&bench, second, 1);
	bench.now.us += 2 * WALL_HOUR;
	deliver(&bench, 33, first, "b@example.com", UNKNOWN);
	deliver(&bench, 33, second, "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 40, first), DELIVERY_REFUND);
	assert_int_equal(bench.told.delivery.time.us, told);
	assert_int_equal(removed(&bench, 40, second), DELIVERY_REFUND);
	assert_int_equal(bench.told.delivery.time.us, told);
	end(&bench);
	(void)state;
}

static void
what_is_said_twice_is_given_back_once(void **state)
{
	struct bench bench = begin();
	const char *id = "4Fq8zk2xYzz5";

	arrive(&bench, 0, id, "anna");
	tell(&bench, id, 1);
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	assert_int_equal(deliver(&bench, 1, id, "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(removed(&bench, 2, id), DELIVERY_REFUND);
	assert_int_equal(bench.told.delivery.recipients, 1);
	assert_int_equal(deliver(&bench, 1, id, "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(removed(&bench, 2, id), DELIVERY_NOTHING);
	/* The whole of it again: nobody told of that one. */
	arrive(&bench, 0, id, "anna");
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 2, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).refunds, 1);
	end(&bench);
	(void)state;
}

static void
what_gave_way_or_is_too_old_is_not_given_back(void **state)
{
	struct bench bench = begin_with(2, 10);
	const char *id = "4Fq8zk2xYzz5";

	tell(&bench, id, 1);
	tell(&bench, "4Fq8zk2xYzz6", 1);
	tell(&bench, "4Fq8zk2xYzz7", 1);
	assert_int_equal(counts(&bench).displaced, 1);
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 1, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).unknown, 2);
	/* The log says again that it came. */
	arrive(&bench, 0, id, "anna");
	deliver(&bench, 1, id, "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 1, id), DELIVERY_NOTHING);
	bench.now.us += DELIVERIES_US + 1;
	deliveries_advance(bench.deliveries, bench.now);
	assert_int_equal(counts(&bench).messages, 0);
	assert_int_equal(counts(&bench).expired, 1);
	deliver(&bench, 1, "4Fq8zk2xYzz7", "b@example.com", UNKNOWN);
	assert_int_equal(removed(&bench, 1, "4Fq8zk2xYzz7"), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).refunds, 0);
	end(&bench);
	(void)state;
}

/* Who asks at the end of a message knows lines and certificates; the log may be read before it or later. */
static void
who_was_told_by_the_mail_server_stays(void **state)
{
	struct bench bench = begin();

	deliveries_tell(bench.deliveries, 0, TEXT("4Fq8zk2xYzz5"), 42, LIMIT_LINE, 1, bench.now);
	assert_int_equal(arrive(&bench, 0, "4Fq8zk2xYzz5", "anna"), DELIVERY_LOGIN);
	deliver(&bench, 1, "4Fq8zk2xYzz5", "b@example.com", SENT);
	assert_int_equal(bench.told.delivery.who, 42);
	assert_int_equal(bench.told.delivery.limit, LIMIT_LINE);
	arrive(&bench, 0, "4Fq8zk2xYzz6", "anna");
	deliveries_tell(
		bench.deliveries, 0, TEXT("4Fq8zk2xYzz6"), 43, LIMIT_CERTIFICATE, 1, bench.now);
	deliver(&bench, 1, "4Fq8zk2xYzz6", "b@example.com", SENT);
	assert_int_equal(bench.told.delivery.who, 43);
	assert_int_equal(bench.told.delivery.limit, LIMIT_CERTIFICATE);
	assert_int_equal(counts(&bench).reused, 0);
	end(&bench);
	(void)state;
}

static void
told_again_it_is_another_message(void **state)
{
	struct bench bench = begin();
	const char *id = "3A4F5C01B2";

	arrive(&bench, 0, id, "anna");
	deliver(&bench, 1, id, "b@example.com", DEFERRED);
	bench.now.us += 10 * WALL_MINUTE;
	deliveries_tell(bench.deliveries, 0, text_of(id), 42, LIMIT_LINE, 1, bench.now);
	assert_int_equal(counts(&bench).reused, 1);
	assert_int_equal(counts(&bench).recipients, 0);
	/* The end of the first, which is read late. */
	assert_int_equal(removed(&bench, 2, id), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).stale, 1);
	assert_int_equal(deliver(&bench, 601, id, "b@example.com", UNKNOWN), DELIVERY_RESULT);
	assert_int_equal(bench.told.delivery.who, 42);
	/* No queue id at all. */
	deliveries_tell(bench.deliveries, 0, TEXT(""), 42, LIMIT_LINE, 1, bench.now);
	assert_int_equal(counts(&bench).unknown, 1);
	assert_int_equal(counts(&bench).messages, 1);
	end(&bench);
	(void)state;
}

static void
a_refused_recipient_that_does_not_exist_is_a_result(void **state)
{
	struct bench bench = begin();

	assert_int_equal(say(&bench, 1,
				 "smtpd[1]: NOQUEUE: reject: RCPT from pc[198.51.100.7]: 550 5.1.1 "
				 "<x@example.org>: Recipient address rejected: User unknown; "
				 "from=<a@example.org> to=<x@example.org> proto=ESMTP helo=<pc> "
				 "sasl_username=<anna>"),
		DELIVERY_RESULT);
	assert_true(bench.told.delivery.is_refused);
	assert_int_equal(bench.told.delivery.result, DELIVERY_UNKNOWN_USER);
	assert_int_equal(bench.told.delivery.who, accountname_pseudonym(TEXT("anna"), &key));
	/* The guard's own answer. */
	assert_int_equal(say(&bench, 1,
				 "smtpd[1]: NOQUEUE: reject: RCPT from pc[198.51.100.7]: 550 5.7.1 "
				 "<x@example.org>: Recipient address rejected: too much; "
				 "from=<a@example.org> to=<x@example.org> proto=ESMTP helo=<pc>"),
		DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).refused, 1);
	assert_int_equal(counts(&bench).results[DELIVERY_POLICY], 0);
	end(&bench);
	(void)state;
}

static void
a_message_that_is_refused_at_its_end_is_forgotten(void **state)
{
	struct bench bench = begin();

	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	say(&bench, 0,
		"smtpd[1]: 4Fq8zk2xYzz5: reject: RCPT from pc[198.51.100.7]: 450 4.7.0 later; "
		"from=<a@example.org> to=<x@example.org> proto=ESMTP helo=<pc>");
	assert_int_equal(counts(&bench).messages, 1);
	say(&bench, 1,
		"cleanup[1]: 4Fq8zk2xYzz5: milter-reject: END-OF-MESSAGE from pc[198.51.100.7]: "
		"5.7.1 no; from=<a@example.org> to=<x@example.org> proto=ESMTP helo=<pc>");
	assert_int_equal(counts(&bench).messages, 0);
	end(&bench);
	(void)state;
}

static void
logins_are_handed_on_once(void **state)
{
	struct bench bench = begin();

	assert_int_equal(say(&bench, 1,
				 "submission/smtpd[1]: warning: pc[198.51.100.7]: SASL PLAIN "
				 "authentication failed: x, sasl_username=anna"),
		DELIVERY_LOGIN);
	assert_false(bench.told.login.is_good);
	assert_int_equal(bench.told.login.attempts, 1);
	assert_true(text_is(bench.told.login.account, "anna"));
	assert_true(bench.told.login.has_client);
	/* Dovecot's authentication says the same of it. */
	assert_int_equal(take(&bench,
				 "2026-11-26T12:00:01+00:00 mx dovecot: auth: "
				 "passwd-file(anna,198.51.100.7): Password mismatch"),
		DELIVERY_NOTHING);
	assert_int_equal(take(&bench,
				 "2026-11-26T12:00:01+00:00 mx dovecot: imap-login: Login: "
				 "user=<anna>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1, TLS"),
		DELIVERY_LOGIN);
	assert_true(bench.told.login.is_good);
	assert_false(bench.told.login.is_submission);
	assert_int_equal(arrive(&bench, 2, "4Fq8zk2xYzz5", "anna"), DELIVERY_LOGIN);
	assert_true(bench.told.login.is_submission);
	assert_int_equal(counts(&bench).logins, 2);
	assert_int_equal(counts(&bench).logins_failed, 1);
	assert_int_equal(counts(&bench).repeated, 1);
	end(&bench);
	(void)state;
}

static void
a_message_of_five_days_goes(void **state)
{
	struct bench bench = begin();

	arrive(&bench, 0, "4Fq8zk2xYzz5", "anna");
	bench.now.us += DELIVERIES_US;
	deliveries_advance(bench.deliveries, bench.now);
	assert_int_equal(counts(&bench).messages, 1);
	bench.now.us++;
	deliveries_advance(bench.deliveries, bench.now);
	assert_int_equal(counts(&bench).messages, 0);
	assert_int_equal(counts(&bench).expired, 1);
	end(&bench);
	(void)state;
}

static void
the_oldest_message_gives_way(void **state)
{
	struct bench bench = begin_with(2, 3);

	arrive(&bench, 0, "AAAAA1", "anna");
	arrive(&bench, 0, "AAAAA2", "anna");
	arrive(&bench, 0, "AAAAA3", "anna");
	tell(&bench, "AAAAA3", 3);
	assert_int_equal(counts(&bench).displaced, 1);
	assert_int_equal(deliver(&bench, 1, "AAAAA1", "b@example.com", SENT), DELIVERY_NOTHING);
	assert_int_equal(deliver(&bench, 1, "AAAAA2", "b@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(deliver(&bench, 1, "AAAAA3", "b@example.com", UNKNOWN), DELIVERY_RESULT);
	assert_int_equal(deliver(&bench, 1, "AAAAA3", "c@example.com", UNKNOWN), DELIVERY_RESULT);
	/* For its recipients, too. */
	assert_int_equal(deliver(&bench, 1, "AAAAA3", "d@example.com", UNKNOWN), DELIVERY_RESULT);
	assert_int_equal(counts(&bench).displaced, 2);
	assert_int_equal(counts(&bench).messages, 1);
	/* Itself it does not give way: what has no room is not told, and it is not given back. */
	assert_int_equal(deliver(&bench, 1, "AAAAA3", "e@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).no_room, 1);
	assert_int_equal(removed(&bench, 1, "AAAAA3"), DELIVERY_NOTHING);
	assert_int_equal(counts(&bench).recipients, 0);
	end(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_names_who_brought_the_message),
		cmocka_unit_test(a_line_is_responsible_before_an_account),
		cmocka_unit_test(each_refusal_has_its_result),
		cmocka_unit_test(a_recipient_counts_once_and_deferred_is_corrected_once),
		cmocka_unit_test(what_takes_too_long_stays_deferred),
		cmocka_unit_test(whom_the_client_asked_for_is_the_recipient),
		cmocka_unit_test(what_is_not_known_is_counted_and_passed_over),
		cmocka_unit_test(queue_ids_of_two_servers_are_two),
		cmocka_unit_test(a_queue_id_ends_with_its_message),
		cmocka_unit_test(a_queue_id_that_comes_again_is_another_message),
		cmocka_unit_test(a_line_that_is_read_twice_changes_nothing),
		cmocka_unit_test(nothing_doubtful_is_told_of_anybody),
		cmocka_unit_test(a_message_that_bounced_at_once_is_given_back),
		cmocka_unit_test(a_message_is_kept_that_bounced_in_part_or_late),
		cmocka_unit_test(only_who_was_told_is_given_back),
		cmocka_unit_test(what_is_given_back_has_the_time_of_its_end),
		cmocka_unit_test(what_is_said_twice_is_given_back_once),
		cmocka_unit_test(what_gave_way_or_is_too_old_is_not_given_back),
		cmocka_unit_test(who_was_told_by_the_mail_server_stays),
		cmocka_unit_test(told_again_it_is_another_message),
		cmocka_unit_test(a_refused_recipient_that_does_not_exist_is_a_result),
		cmocka_unit_test(a_message_that_is_refused_at_its_end_is_forgotten),
		cmocka_unit_test(logins_are_handed_on_once),
		cmocka_unit_test(a_message_of_five_days_goes),
		cmocka_unit_test(the_oldest_message_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
