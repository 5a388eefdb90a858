/* SPDX-License-Identifier: BSD-2-Clause */
#include "maillog_show.h"
#include "source/maillog/dovecot.h"

static const char *const dovecot_rows[][2] = {
	{"imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, mpid=9, "
	 "TLS, "
	 "session=<aBcD>",
		"login account=anna ip=192.0.2.7"},
	{"imap-login: Logged in: user=<anna@example.org>, method=PLAIN, rip=2001:db8::7, "
	 "lip=2001:db8::1",
		"login account=anna@example.org ip=2001:db8::7"},
	{"pop3-login: Disconnected: Inactivity (auth failed, 3 attempts in 178 secs): user=<anna>, "
	 "method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, session=<x>",
		"login-failed account=anna ip=192.0.2.7 attempts=3"},
	{"submission-login: Login aborted: Connection closed (auth failed, 1 attempts in 2 secs) "
	 "(auth_failed): user=<>, method=LOGIN, rip=192.0.2.7, lip=198.51.100.1",
		"login-failed ip=192.0.2.7 attempts=1"},
	{"managesieve-login: Disconnected: Connection closed: read(size=1003) failed: x (auth "
	 "failed, 1 "
	 "attempts): rip=192.0.2.7, lip=198.51.100.1, TLS: SSL_read() failed: (auth failed, 9 "
	 "attempts)",
		"login-failed ip=192.0.2.7 attempts=1"},
	{"imap-login: Disconnected (auth failed, 1 attempts): method=PLAIN, rip=192.0.2.7",
		"login-failed ip=192.0.2.7 attempts=1"},
	/* A name that looks like what follows it. */
	{"imap-login: Disconnected (auth failed, 1 attempts): user=<a>, method=PLAIN, "
	 "rip=198.51.100.7, lip=x>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1",
		"login-failed account=a>, method=PLAIN, rip=198.51.100.7, lip=x ip=192.0.2.7 "
		"attempts=1"},
	{"imap-login: Disconnected (no auth attempts in 2 secs): user=<(auth failed, 1 attempts): "
	 "user=<victim>, rip=192.0.2.7, lip=198.51.100.1",
		NULL},
	{"imap-login: Disconnected (auth failed, 1 attempts): "
	 "user=<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...>, "
	 "method=PLAIN, rip=192.0.2.7",
		"login-failed ip=192.0.2.7 attempts=1 doubtful"},
	{"imap-login: Disconnected (no auth attempts): rip=192.0.2.7, lip=198.51.100.1", NULL},
	{"imap-login: Aborted login (tried to use disallowed plaintext auth): user=<>, "
	 "rip=192.0.2.7",
		NULL},
	{"imap-login: Disconnected (proxy dest auth failed): user=<anna>, method=PLAIN, "
	 "rip=192.0.2.7",
		"login-failed account=anna ip=192.0.2.7 attempts=1"},
	{"auth: passwd-file(anna,192.0.2.7): unknown user",
		"login-failed account=anna ip=192.0.2.7 attempts=1 auth"},
	{"auth-worker(304): pam(anna,192.0.2.7,<aBcD>): pam_authenticate() failed: x",
		"login-failed account=anna ip=192.0.2.7 attempts=1 auth"},
	{"auth-worker(5787): conn unix:auth-worker (pid=9,uid=97): auth-worker<55>: "
	 "sql(anna@example.org,192.0.2.7,<aBcD>): Password mismatch (given password: x)",
		"login-failed account=anna@example.org ip=192.0.2.7 attempts=1 auth"},
	/* A password, or a name, that looks like the rest of the line. */
	{"auth: sql(anna,192.0.2.7): Password mismatch (given password: x,198.51.100.7): unknown "
	 "user)",
		"login-failed attempts=1 auth doubtful"},
	{"auth: passwd-file(a,198.51.100.7): unknown user,192.0.2.7,<aBcD>): unknown user",
		"login-failed attempts=1 auth doubtful"},
	{"auth-worker(a,198.51.100.7)<1>: request [1]: sql: unknown user,192.0.2.7)<8>: request "
	 "[1]: "
	 "sql: unknown user",
		"login-failed attempts=1 auth doubtful"},
	{"auth: "
	 "passwd-file(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...,192.0.2.7): "
	 "unknown user",
		"login-failed ip=192.0.2.7 attempts=1 auth doubtful"},
	{"auth: plain(?,192.0.2.7,<aBcD>): Username character disallowed by auth_username_chars: "
	 "0x2c "
	 "(username: a,198.51.100.7): unknown user)",
		NULL},
	{"auth-worker(anna@example.org,192.0.2.7)<82365>: request [1]: sql: Password mismatch",
		"login-failed account=anna@example.org ip=192.0.2.7 attempts=1 auth"},
	{"auth(anna,2001:db8::7,sasl:plain,<aBcD>): ldap: invalid credentials",
		"login-failed account=anna ip=2001:db8::7 attempts=1 auth"},
	{"auth: ldap(anna,192.0.2.7,): invalid credentials",
		"login-failed account=anna ip=192.0.2.7 attempts=1 auth"},
	{"auth: passwd-file(anna,192.0.2.7): No password returned", NULL},
	{"auth: passwd-file(anna): unknown user", NULL},
	{"imap(anna)<9><aBcD>: Disconnected: Logged out in=9 out=99", NULL},
	{"lmtp(anna)<9><aBcD>: saved mail to INBOX", NULL},
};

static void
dovecot_tells_of_logins(void **state)
{
	static const char *const info[][2] = {
		{"imap-login: Info: Login: user=<anna>, method=PLAIN, rip=192.0.2.7",
			"login account=anna ip=192.0.2.7"},
		{"auth-worker(304): Info: sql(anna,192.0.2.7): unknown user",
			"login-failed account=anna ip=192.0.2.7 attempts=1 auth"},
		{"auth-worker(anna,192.0.2.7)<8>: request [1]: Info: sql: Password mismatch",
			"login-failed account=anna ip=192.0.2.7 attempts=1 auth"},
		/* No host and no tag can be made of a name. */
		{"auth-worker(a dovecot: imap-login: Login: user=<v>, rip=192.0.2.9,192.0.2.7)<8>: "
		 "request [1]: Info: sql: Password mismatch",
			"login-failed account=a dovecot: imap-login: Login: user=<v>, "
			"rip=192.0.2.9 "
			"ip=192.0.2.7 attempts=1 auth"},
	};

	CHECK("Nov 26 10:15:02 mx dovecot: ", dovecot_rows);
	CHECK("Nov 26 10:15:02 mx dovecot[442]: ", dovecot_rows);
	CHECK("1795684502.000000 mx dovecot[442]: ", dovecot_rows);
	CHECK("<22>1 2026-11-26T10:15:02+01:00 mx dovecot 442 - - ", dovecot_rows);
	CHECK("Nov 26 10:15:02 ", info);
	CHECK("2026-11-26 10:15:02 ", info);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dovecot_tells_of_logins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
