/* SPDX-License-Identifier: BSD-2-Clause */
#include "maillog_show.h"
#include "source/maillog/postfix.h"

static void
postfix_says_who_brought_a_message(void **state)
{
	static const char *const rows[][2] = {
		{"3F1A2B3C4D: client=pc.example.net[192.0.2.7], sasl_method=PLAIN, "
		 "sasl_username=anna@example.org",
			"accepted id=3F1A2B3C4D account=anna@example.org ip=192.0.2.7"},
		{"4Fq8zk2xYzz5: client=unknown[2001:db8::7]:52314",
			"accepted id=4Fq8zk2xYzz5 ip=2001:db8::7 port=52314"},
		{"3F1A2B3C4D: client=localhost[127.0.0.1], orig_queue_id=5E6F7A8B9C, "
		 "orig_client=pc.example.net[192.0.2.7]",
			"accepted id=3F1A2B3C4D ip=127.0.0.1"},
		/* What the client says in AUTH= of MAIL is behind the account. */
		{"3F1A2B3C4D: client=unknown[192.0.2.7], sasl_method=LOGIN, sasl_username=eva, "
		 "sasl_sender=x, sasl_username=anna",
			"accepted id=3F1A2B3C4D account=eva ip=192.0.2.7"},
		{"3F1A2B3C4D: client=unknown[unknown]", "accepted id=3F1A2B3C4D"},
		{"NOQUEUE: client=unknown[192.0.2.7]", NULL},
		{"connect from unknown[192.0.2.7]", NULL},
		{"3F1A2B3C4D: filter: RCPT from unknown[192.0.2.7]: x", NULL},
	};

	CHECK("Nov 26 10:15:02 mx postfix/submission/smtpd[4711]: ", rows);
	(void)state;
}

static void
postfix_says_what_became_of_a_recipient(void **state)
{
	static const char *const rows[][2] = {
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[198.51.100.25]:25, "
		 "delay=1.2, "
		 "delays=0.1/0.01/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9)",
			"delivered id=3F1A2B3C4D to=bo@example.com ip=198.51.100.25 port=25 "
			"dsn=2.0.0"},
		{"3F1A2B3C4D: to=<bo@example.com>, orig_to=<info@example.org>, relay=local, "
		 "conn_use=2, delay=1, delays=1/0/0/0, tls=(starttls)/requiretls, dsn=2.0.0, "
		 "status=sent (delivered to mailbox)",
			"delivered id=3F1A2B3C4D to=bo@example.com was=info@example.org dsn=2.0.0"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[2001:db8::25]:25, delay=1, "
		 "delays=1/0/0/0, dsn=5.1.1, status=bounced (host mx.example.com[2001:db8::25] "
		 "said: 550 5.1.1 <bo@example.com>: User unknown (in reply to RCPT TO command))",
			"bounced id=3F1A2B3C4D to=bo@example.com ip=2001:db8::25 port=25 code=550 "
			"dsn=5.1.1 why=unknown-user"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[198.51.100.25]:25, "
		 "delay=1, "
		 "delays=1/0/0/0, dsn=5.0.0, status=bounced (host mx.example.com[198.51.100.25] "
		 "said: 550 nobody here (in reply to RCPT TO command))",
			"bounced id=3F1A2B3C4D to=bo@example.com ip=198.51.100.25 port=25 code=550 "
			"dsn=5.0.0 why=unknown-user"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[198.51.100.25]:25, "
		 "delay=1, "
		 "delays=1/0/0/0, dsn=5.0.0, status=bounced (host mx.example.com[198.51.100.25] "
		 "said: 550-looks like spam 550 (in reply to end of DATA command))",
			"bounced id=3F1A2B3C4D to=bo@example.com ip=198.51.100.25 port=25 code=550 "
			"dsn=5.0.0 why=other"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[198.51.100.25]:25, "
		 "delay=1, "
		 "delays=1/0/0/0, dsn=4.7.1, status=deferred (host mx.example.com[198.51.100.25] "
		 "said: 450 4.7.1 greylisted (in reply to RCPT TO command))",
			"deferred id=3F1A2B3C4D to=bo@example.com ip=198.51.100.25 port=25 "
			"code=450 "
			"dsn=4.7.1 why=temporary"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=30, delays=0/0/30/0, "
		 "dsn=4.4.1, "
		 "status=deferred (connect to mx.example.com[198.51.100.25]:25: Connection timed "
		 "out)",
			"deferred id=3F1A2B3C4D to=bo@example.com dsn=4.4.1 why=temporary"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=mx.example.com[private/dovecot-lmtp], "
		 "delay=1, delays=1/0/0/0, dsn=5.2.2, status=SOFTBOUNCE (quota)",
			"deferred id=3F1A2B3C4D to=bo@example.com dsn=5.2.2 why=full"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=3, delays=3/0/0/0, dsn=5.4.4, "
		 "status=bounced (Host or domain name not found)",
			"bounced id=3F1A2B3C4D to=bo@example.com dsn=5.4.4 why=other"},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=3, delays=3/0/0/0, dsn=2.1.5, "
		 "status=deliverable (delivery via mx.example.com)",
			NULL},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=3, status=sent (old)",
			"delivered id=3F1A2B3C4D to=bo@example.com"},
		{"3F1A2B3C4D: host mx.example.com[198.51.100.25] said: 450 4.7.1 later (in reply "
		 "to "
		 "RCPT TO command)",
			NULL},
		{"connect to mx.example.com[198.51.100.25]:25: Connection refused", NULL},
	};
	static const char *const agents[] = {
		"smtp", "relay/smtp", "lmtp", "local", "virtual", "pipe", "error", "discard"};
	char prefix[64];

	for (size_t i = 0; i < sizeof(agents) / sizeof(*agents); i++) {
		snprintf(prefix, sizeof(prefix), "Nov 26 10:15:02 mx postfix/%s[9]: ", agents[i]);
		CHECK(prefix, rows);
	}
	(void)state;
}

static void
a_recipient_or_an_answer_cannot_forge_what_became_of_it(void **state)
{
	static const char *const rows[][2] = {
		{"3F1A2B3C4D: to=<\"a>, relay=none, delay=0, dsn=2.0.0, status=sent "
		 "(x\"@example.com>, "
		 "relay=none, delay=1, delays=1/0/0/0, dsn=5.1.1, status=bounced (no)",
			"bounced id=3F1A2B3C4D to=\"a>, relay=none, delay=0, dsn=2.0.0, "
			"status=sent "
			"(x\"@example.com dsn=5.1.1 why=unknown-user"},
		{"3F1A2B3C4D: to=<\"a\\\">, status=sent (\"@example.com>, relay=none, delay=1, "
		 "dsn=5.7.1, status=bounced (no)",
			"bounced id=3F1A2B3C4D to=\"a\\\">, status=sent (\"@example.com dsn=5.7.1 "
			"why=policy"},
		{"3F1A2B3C4D: to=<a@[x>, status=sent (]>, relay=none, delay=1, dsn=5.7.1, "
		 "status=bounced (no)",
			"bounced id=3F1A2B3C4D to=a@[x>, status=sent (] dsn=5.7.1 why=policy"},
		{"3F1A2B3C4D: to=<a, status=sent (@example.com>, relay=none, delay=1, dsn=5.7.1, "
		 "status=bounced (no)",
			"bounced id=3F1A2B3C4D to=a, status=sent (@example.com dsn=5.7.1 "
			"why=policy"},
		{"3F1A2B3C4D: to=<\"a@example.com>, relay=none, delay=1, dsn=5.7.1, status=bounced "
		 "(no)",
			NULL},
		{"3F1A2B3C4D: to=<a@example.com>, relay=none, evil=1, dsn=5.7.1, status=bounced "
		 "(no)",
			NULL},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=1, dsn=4.0.0, status=deferred "
		 "(host mx.example.com[198.51.100.25] said: 451 x (in reply to RCPT TO command)), "
		 "dsn=2.0.0, status=sent (250 Ok)",
			"deferred id=3F1A2B3C4D to=bo@example.com code=451 dsn=4.0.0 "
			"why=temporary"},
		/* The other server says what Postfix says at the end; Postfix's own is the last. */
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=1, dsn=5.0.0, status=bounced "
		 "(host mx.example.com[198.51.100.25] said: 550 x (in reply to RCPT TO command)) "
		 "(in "
		 "reply to end of DATA command))",
			"bounced id=3F1A2B3C4D to=bo@example.com code=550 dsn=5.0.0 why=other"},
	};

	CHECK("Nov 26 10:15:02 mx postfix/smtp[9]: ", rows);
	(void)state;
}

static void
postfix_says_when_a_message_ends(void **state)
{
	static const char *const rows[][2] = {
		{"3F1A2B3C4D: removed", "removed id=3F1A2B3C4D"},
		{"3F1A2B3C4D: from=<anna@example.org>, status=expired, returned to sender",
			"expired id=3F1A2B3C4D from=anna@example.org why=temporary"},
		{"3F1A2B3C4D: from=<>, status=force-expired, returned to sender",
			"expired id=3F1A2B3C4D from= why=temporary"},
		{"3F1A2B3C4D: from=<anna@example.org>, size=2048, nrcpt=1 (queue active)", NULL},
		{"3F1A2B3C4D: to=<bo@example.com>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, "
		 "status=deferred (delivery temporarily suspended)",
			"deferred id=3F1A2B3C4D to=bo@example.com dsn=4.4.1 why=temporary"},
		{"3F1A2B3C4D: removed by hand", NULL},
	};

	CHECK("Nov 26 10:15:02 mx postfix/qmgr[9]: ", rows);
	(void)state;
}

static void
postfix_says_what_it_refused(void **state)
{
	static const char *const rows[][2] = {
		{"NOQUEUE: reject: RCPT from pc.example.net[192.0.2.7]: 550 5.1.1 "
		 "<bo@example.org>: "
		 "Recipient address rejected: User unknown in local recipient table; "
		 "from=<anna@example.org> to=<bo@example.org> proto=ESMTP helo=<pc>",
			"refused from=anna@example.org to=bo@example.org at=RCPT ip=192.0.2.7 "
			"code=550 dsn=5.1.1 why=unknown-user"},
		{"3F1A2B3C4D: reject: RCPT from pc.example.net[192.0.2.7]:1025: 554 5.7.1 "
		 "<bo@example.net>: Relay access denied; from=<> to=<bo@example.net> proto=ESMTP "
		 "helo=<pc> sasl_username=<anna>",
			"refused id=3F1A2B3C4D account=anna from= to=bo@example.net at=RCPT "
			"ip=192.0.2.7 port=1025 code=554 dsn=5.7.1 why=policy"},
		{"NOQUEUE: reject: EHLO from pc.example.net[192.0.2.7]: 504 5.5.2 <User>: Helo "
		 "command "
		 "rejected: need fully-qualified hostname; proto=SMTP helo=<User>",
			"refused at=EHLO ip=192.0.2.7 code=504 dsn=5.5.2 why=other"},
		{"3F1A2B3C4D: milter-reject: END-OF-MESSAGE from pc.example.net[192.0.2.7]: 4.7.1 "
		 "Service unavailable; from=<anna@example.org> to=<bo@example.com> proto=ESMTP "
		 "helo=<pc>",
			"refused id=3F1A2B3C4D from=anna@example.org to=bo@example.com "
			"at=END-OF-MESSAGE ip=192.0.2.7 dsn=4.7.1 why=temporary"},
		{"NOQUEUE: proxy-reject: END-OF-MESSAGE: 550 5.7.0 no; from=<a@example.org> "
		 "to=<b@example.com> proto=ESMTP helo=<pc>",
			"refused from=a@example.org to=b@example.com at=END-OF-MESSAGE code=550 "
			"dsn=5.7.0 why=policy"},
		{"NOQUEUE: reject_warning: RCPT from pc.example.net[192.0.2.7]: 550 5.1.1 x; "
		 "from=<> "
		 "to=<b@example.com> proto=ESMTP helo=<pc>",
			NULL},
		{"NOQUEUE: reject: RCPT from nowhere: 550 5.1.1 x", NULL},
	};
	static const char *const screen[][2] = {
		{"NOQUEUE: reject: RCPT from [192.0.2.7]:1025: 550 5.7.1 Service unavailable; "
		 "client "
		 "[192.0.2.7] blocked; from=<a@example.org>, to=<b@example.com>, proto=ESMTP, "
		 "helo=<pc>",
			"refused from=a@example.org to=b@example.com at=RCPT ip=192.0.2.7 "
			"port=1025 "
			"code=550 dsn=5.7.1 why=policy"},
		{"NOQUEUE: reject: CONNECT from [192.0.2.7]:1025: too many connections",
			"refused at=CONNECT ip=192.0.2.7 port=1025 why=other"},
		{"HANGUP after 1.2 from [192.0.2.7]:1025 in tests before SMTP handshake", NULL},
	};
	static const char *const cleanup[][2] = {
		{"3F1A2B3C4D: milter-reject: END-OF-MESSAGE from pc.example.net[192.0.2.7]: 5.7.1 "
		 "spam; from=<anna@example.org> to=<bo@example.com> proto=ESMTP helo=<pc>",
			"refused id=3F1A2B3C4D from=anna@example.org to=bo@example.com "
			"at=END-OF-MESSAGE ip=192.0.2.7 dsn=5.7.1 why=policy"},
		{"3F1A2B3C4D: reject: header Subject: x from y[198.51.100.1]; from=<c> to=<d> from "
		 "pc.example.net[192.0.2.7]; from=<a@example.org> to=<b@example.com> proto=ESMTP "
		 "helo=<pc>: 5.7.1 no",
			"refused id=3F1A2B3C4D at=header why=policy"},
		{"3F1A2B3C4D: message-id=<x@example.org>", NULL},
	};

	CHECK("Nov 26 10:15:02 mx postfix/smtpd[9]: ", rows);
	CHECK("Nov 26 10:15:02 mx postfix/postscreen[9]: ", screen);
	CHECK("Nov 26 10:15:02 mx postfix/cleanup[9]: ", cleanup);
	(void)state;
}

static void
the_envelope_of_a_refusal_cannot_be_forged(void **state)
{
	static const char *const rows[][2] = {
		/* In the text, where addresses may be as they came. */
		{"NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 <\"; "
		 "from=<v@example.org> "
		 "to=<w@example.org> proto=ESMTP helo=<pc> sasl_username=<victim>\"@example.com>: "
		 "Recipient address rejected; from=<a@example.org> to=<b@example.com> proto=ESMTP "
		 "helo=<pc>",
			"refused from=a@example.org to=b@example.com at=RCPT ip=192.0.2.7 code=550 "
			"dsn=5.1.1 why=unknown-user"},
		/* In the sender itself. */
		{"NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 no; from=<\"; "
		 "from=<v@example.org> to=<w@example.org> proto=ESMTP helo=<pc> "
		 "sasl_username=<victim>\"@example.org> to=<b@example.com> proto=ESMTP helo=<pc>",
			"refused from=\"; from=<v@example.org> to=<w@example.org> proto=ESMTP "
			"helo=<pc> sasl_username=<victim>\"@example.org to=b@example.com at=RCPT "
			"ip=192.0.2.7 code=550 dsn=5.1.1 why=unknown-user"},
		/* Two that could be: neither is taken. */
		{"NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 no; from=<a@[; from=<b] "
		 "to=<]> to=<b@example.com> proto=ESMTP helo=<pc>",
			"refused at=RCPT ip=192.0.2.7 code=550 dsn=5.1.1 why=unknown-user "
			"doubtful"},
		/* Cut where syslog cuts. */
		{"NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 no; "
		 "from=<a@example.org> "
		 "to=<b@exam",
			"refused at=RCPT ip=192.0.2.7 code=550 dsn=5.1.1 why=unknown-user "
			"doubtful"},
		/* More places than are tried. */
		{"NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 "
		 "; from=<; from=<; from=<; from=<; from=<; from=<; from=<; from=<; from=<; "
		 "from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<pc>",
			"refused at=RCPT ip=192.0.2.7 code=550 dsn=5.1.1 why=unknown-user "
			"doubtful"},
	};

	CHECK("Nov 26 10:15:02 mx postfix/smtpd[9]: ", rows);
	(void)state;
}

static void
postfix_tells_of_logins_and_ends_of_sessions(void **state)
{
	static const char *const rows[][2] = {
		{"warning: pc.example.net[192.0.2.7]: SASL PLAIN authentication failed: (reason "
		 "unavailable), sasl_username=anna@example.org",
			"login-failed account=anna@example.org ip=192.0.2.7 attempts=1"},
		{"warning: unknown[192.0.2.7]:1025: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
			"login-failed ip=192.0.2.7 port=1025 attempts=1"},
		{"warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, "
		 "sasl_username=a, sasl_username=victim",
			"login-failed account=a, sasl_username=victim ip=192.0.2.7 attempts=1"},
		{"warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, "
		 "sasl_username=(unavailable)",
			"login-failed ip=192.0.2.7 attempts=1"},
		{"warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: Connection lost "
		 "to "
		 "authentication server",
			NULL},
		{"warning: unknown[192.0.2.7]: SASL LOGIN authentication aborted", NULL},
		{"warning: hostname pc.example.net does not resolve to address 192.0.2.7", NULL},
		{"disconnect from pc.example.net[192.0.2.7] ehlo=2 starttls=1 auth=1/3 mail=1 "
		 "rcpt=1/5 data=1 quit=1 commands=8/14",
			"disconnected ip=192.0.2.7 attempts=2"},
		{"disconnect from unknown[192.0.2.7]", "disconnected ip=192.0.2.7"},
		{"disconnect from unknown[192.0.2.7] auth=3/1 commands=x",
			"disconnected ip=192.0.2.7"},
		{"lost connection after RCPT from unknown[192.0.2.7]", "lost at=RCPT ip=192.0.2.7"},
		{"lost connection after DATA (1234 bytes) from unknown[192.0.2.7]:1025",
			"lost at=DATA ip=192.0.2.7 port=1025"},
		{"timeout after END-OF-MESSAGE from unknown[192.0.2.7]",
			"lost at=END-OF-MESSAGE ip=192.0.2.7"},
		{"too many errors after AUTH from unknown[192.0.2.7]", "lost at=AUTH ip=192.0.2.7"},
		{"lost connection after DATA (1234", NULL},
	};

	CHECK("Nov 26 10:15:02 mx postfix/smtps/smtpd[9]: ", rows);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_says_who_brought_a_message),
		cmocka_unit_test(postfix_says_what_became_of_a_recipient),
		cmocka_unit_test(a_recipient_or_an_answer_cannot_forge_what_became_of_it),
		cmocka_unit_test(postfix_says_when_a_message_ends),
		cmocka_unit_test(postfix_says_what_it_refused),
		cmocka_unit_test(the_envelope_of_a_refusal_cannot_be_forged),
		cmocka_unit_test(postfix_tells_of_logins_and_ends_of_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
