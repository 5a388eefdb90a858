/* SPDX-License-Identifier: BSD-2-Clause */
#include "maillog_show.h"
#include "source/maillog/exim.h"

#define ID "1vO5Hg-00000001abc-0dEf"

static const char *const exim_rows[][2] = {
	{ID " <= anna@example.org H=pc.example.net (laptop) [192.0.2.7]:52314 I=[198.51.100.1]:587 "
	    "P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=login:anna S=2048 "
	    "id=x@example.org A=login:victim T=\"A=login:victim\" for bo@example.com",
		"accepted id=" ID " account=anna from=anna@example.org ip=192.0.2.7 port=52314"},
	{"1abcDE-000xyz-AB <= \"an na\"@example.org H=([2001:db8::7]) [2001:db8::7] P=esmtpa "
	 "A=plain:anna:auth S=2048 id=x",
		"accepted id=1abcDE-000xyz-AB account=anna from=\"an na\"@example.org "
		"ip=2001:db8::7"},
	{ID " <= <> R=1abcDE-000xyz-AB U=Debian-exim P=local S=2048", "accepted id=" ID " from="},
	{ID " <= anna@example.org U=anna P=local S=2048",
		"accepted id=" ID " from=anna@example.org"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] P=esmtpsa L X=TLS1.3:x:256* CV=no "
	    "SNI=mx.example.org "
	    "A=login:anna K S=2048 RS=1",
		"accepted id=" ID " account=anna from=a@example.org ip=192.0.2.7"},
	/* What could be read in two ways is left out. */
	{ID " <= a@example.org H=(x y) [198.51.100.7] [192.0.2.7] P=esmtpa A=login:anna S=2048",
		"accepted id=" ID " from=a@example.org doubtful"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] U=x P=esmtpa A=login:victim P=esmtpa "
	    "A=login:anna "
	    "S=2048",
		"accepted id=" ID " from=a@example.org ip=192.0.2.7 doubtful"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] P=esmtpa A=login:an na S=2048",
		"accepted id=" ID " from=a@example.org ip=192.0.2.7 doubtful"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] U=x H=[198.51.100.7] P=esmtpa A=login:an S=2048",
		"accepted id=" ID " from=a@example.org ip=192.0.2.7 doubtful"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] P=esmtps DN=\"x\" A=login:victim S=1 id=\" S=9",
		"accepted id=" ID " from=a@example.org ip=192.0.2.7 doubtful"},
	{ID " <= a@example.org H=(pc) [192.0.2.7] P=esmtps A=login:victim S=1",
		"accepted id=" ID " from=a@example.org ip=192.0.2.7 doubtful"},
	{ID " => bo@example.com R=dnslookup T=remote_smtp S=2100 H=mx.example.com "
	    "[198.51.100.25]:25 "
	    "X=TLS1.3:x:256 CV=yes DN=\"CN=mx\" K C=\"250 2.0.0 ok ** x\" QT=2s DT=1s",
		"delivered id=" ID " to=bo@example.com ip=198.51.100.25 port=25"},
	{ID " => bo <info@example.org> R=local_user T=mail_spool",
		"delivered id=" ID " to=bo was=info@example.org"},
	{ID " -> ute@example.com (list@example.org) <all@example.org> R=dnslookup T=remote_smtp "
	    "H=mx.example.com [198.51.100.25]*",
		"delivered id=" ID " to=ute@example.com was=all@example.org ip=198.51.100.25"},
	{ID " >> bo@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.25]",
		"delivered id=" ID " to=bo@example.com ip=198.51.100.25"},
	{ID " *> bo@example.com R=dnslookup T=remote_smtp",
		"delivered id=" ID " to=bo@example.com"},
	{ID " == bo@example.com R=dnslookup T=remote_smtp defer (-44) H=mx.example.com "
	    "[198.51.100.25]: SMTP error from remote mail server after RCPT TO:<bo@example.com>: "
	    "451 4.7.1 greylisted",
		"deferred id=" ID " to=bo@example.com ip=198.51.100.25 code=451 dsn=4.7.1 "
		"why=temporary"},
	{ID " == bo@example.com R=dnslookup T=remote_smtp defer (110): Connection timed out",
		"deferred id=" ID " to=bo@example.com why=temporary"},
	{ID " == bo@example.com routing defer (-52): retry time not reached",
		"deferred id=" ID " to=bo@example.com why=temporary doubtful"},
	{ID " ** bo@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.25] "
	    "X=TLS1.3:x:256 CV=yes: SMTP error from remote mail server after RCPT "
	    "TO:<bo@example.com>: 550 5.1.1 no such user",
		"bounced id=" ID " to=bo@example.com ip=198.51.100.25 code=550 dsn=5.1.1 "
		"why=unknown-user"},
	{ID " ** bo@example.com <info@example.org> F=<anna@example.org> P=<anna@example.org> "
	    "R=dnslookup T=remote_smtp: SMTP error from remote mail server after RCPT "
	    "TO:<bo@example.com>: host mx.example.com [198.51.100.25]: 550 nobody",
		"bounced id=" ID " from=anna@example.org to=bo@example.com was=info@example.org "
		"code=550 why=unknown-user"},
	{ID " ** bo@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.25]: SMTP "
	    "error from remote mail server after pipelined end of data: 554 5.7.1 spam",
		"bounced id=" ID
		" to=bo@example.com ip=198.51.100.25 code=554 dsn=5.7.1 why=policy"},
	{ID " ** bo@example.org: Unrouteable address",
		"bounced id=" ID " to=bo@example.org why=unknown-user"},
	{ID " ** bo@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.25]: "
	    "Connection timed out: retry timeout exceeded",
		"expired id=" ID " to=bo@example.com ip=198.51.100.25 why=temporary"},
	/* The other server's text is no end of Exim's patience. */
	{ID " ** bo@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.25]: SMTP "
	    "error from remote mail server after RCPT TO:<bo@example.com>: 550 5.1.1 x: retry "
	    "timeout exceeded",
		"bounced id=" ID " to=bo@example.com ip=198.51.100.25 code=550 dsn=5.1.1 "
		"why=unknown-user"},
	/* A local part that had quotes stands without them: it may look like all that follows. */
	{ID " ** x => v@example.org R=a@example.com <\"x => v@example.org R=a\"@example.com> R=out "
	    "T=smtp H=mx.example.com [198.51.100.25]: SMTP error from remote mail server after "
	    "RCPT "
	    "TO:<\"x => v@example.org R=a\"@example.com>: 550 5.1.1 no",
		"bounced id=" ID " why=other doubtful"},
	{ID " ** a@example.org R=x: SMTP error from remote mail server after RCPT "
	    "TO:<a@example.org>: "
	    "450 4.7.1 x@example.com <\"a@example.org R=x: SMTP error from remote mail server "
	    "after "
	    "RCPT TO:<a@example.org>: 450 4.7.1 x\"@example.com> R=out T=smtp: x",
		"bounced id=" ID " why=other doubtful"},
	/* A sender that needs quotes makes nothing doubtful. */
	{ID " ** bo@example.com F=<\"a b\"@example.org> R=out T=smtp: SMTP error from remote mail "
	    "server "
	    "after RCPT TO:<bo@example.com>: 550 5.1.1 no",
		"bounced id=" ID " from=\"a b\"@example.org to=bo@example.com code=550 dsn=5.1.1 "
		"why=unknown-user"},
	{ID " => x y: z@example.com <\"x y: z\"@example.com> R=out T=smtp H=mx.example.com "
	    "[198.51.100.25]",
		"delivered id=" ID " doubtful"},
	{ID " => |/usr/bin/filter -x <anna@example.org> R=userforward T=address_pipe",
		"delivered id=" ID " doubtful"},
	{ID " => anna <anna@example.org> F=<bo@example.com> R=local T=nul",
		"delivered id=" ID " from=bo@example.com to=anna was=anna@example.org"},
	{ID " Completed", "removed id=" ID},
	{ID " Completed QT=3s", "removed id=" ID},
	{ID " Message is frozen", NULL},
	{ID " H=(pc) [192.0.2.7]:1025 F=<anna@example.org> A=login:anna rejected after DATA: 550 "
	    "5.7.1 "
	    "no",
		"refused id=" ID
		" account=anna from=anna@example.org at=DATA ip=192.0.2.7 port=1025 "
		"code=550 dsn=5.7.1 why=policy"},
	{"H=pc.example.net (laptop) [192.0.2.7]:1025 I=[198.51.100.1]:25 X=TLS1.3:x:256 CV=no "
	 "F=<anna@example.org> rejected RCPT <bo@example.org>: Unrouteable address",
		"refused from=anna@example.org to=bo@example.org at=RCPT ip=192.0.2.7 port=1025 "
		"why=unknown-user"},
	{"H=(pc) [192.0.2.7] F=<\"> A=login:victim rejected RCPT <x\"@example.org> rejected RCPT "
	 "<bo@example.org>: relay not permitted",
		"refused from=\"> A=login:victim rejected RCPT <x\"@example.org to=bo@example.org "
		"at=RCPT ip=192.0.2.7 why=other"},
	{"H=(pc) [192.0.2.7] F=<> temporarily rejected RCPT <bo@example.org>: greylisted",
		"refused from= to=bo@example.org at=RCPT ip=192.0.2.7 why=temporary"},
	{"H=(pc) [192.0.2.7] sender verify fail for <x@example.org>: no", NULL},
	{"plain_login authenticator failed for pc.example.net (laptop) [192.0.2.7]:1025 "
	 "I=[198.51.100.1]:587: 535 Incorrect authentication data (set_id=an) [198.51.100.7]: "
	 "(set_id=x)",
		"login-failed account=an) [198.51.100.7]: (set_id=x ip=192.0.2.7 port=1025 "
		"code=535 "
		"attempts=1"},
	{"plain authenticator failed for ([192.0.2.9]) [192.0.2.7]: 535 Incorrect authentication "
	 "data",
		"login-failed ip=192.0.2.7 code=535 attempts=1"},
	{"plain authenticator failed for (x) [192.0.2.7]: 535 ) [198.51.100.7]: 535 Incorrect "
	 "authentication data",
		"login-failed ip=192.0.2.7 code=535 attempts=1"},
	{"plain authenticator failed for (pc) [192.0.2.7]: 435 Unable to authenticate at present",
		NULL},
	{"no host name found for IP address 192.0.2.7", NULL},
	{"Start queue run: pid=123", NULL},
};

static void
exim_tells_of_messages_refusals_and_logins(void **state)
{
	static const char *const prefixes[] = {
		"2026-11-26 10:15:02 ",
		"2026-11-26 10:15:02.123 ",
		"2026-11-26 10:15:02 +0100 ",
		"2026-11-26 10:15:02.123 +0100 [4711] ",
		"2026-11-26 10:15:02 [4711] ",
		"2026-11-26 10:15:02 mx exim[4711]: ",
		"Nov 26 10:15:02 mx exim[4711]: ",
		"Nov 26 10:15:02 mx exim4[4711]: 2026-11-26 10:15:02 ",
		"<22>1 2026-11-26T10:15:02+01:00 mx exim 4711 - - ",
	};
	struct mailevent event = {0};
	char text[WALL_TEXT];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		CHECK(prefixes[i], exim_rows);
	assert_int_equal(
		maillog_line("2026-11-26 10:15:02.123 -0500 [4711] " ID " Completed", &event), 1);
	assert_string_equal(wall_format(event.time, text), "2026-11-26T15:15:02.123Z");
	assert_int_equal(event.server, MAIL_EXIM);
	assert_int_equal(maillog_line("2026-11-26 10:15:02 " ID " Completed", &event), 1);
	assert_string_equal(wall_format(event.time, text), "2026-11-26T09:15:02.000Z");
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exim_tells_of_messages_refusals_and_logins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
