/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/dovecot.h"

#include "source/maillog/scan.h"

/* A name that was cut: 80 bytes with the dots, in authentication 64, and some less where a character would have been
 * cut. */
#define CUT_NAME 58

static const struct {
	const char *name;
	bool is_login;
} processes[] = {
	{"imap-login", true},
	{"pop3-login", true},
	{"submission-login", true},
	{"managesieve-login", true},
	{"auth", false},
	{"auth-worker", false},
};

#define PROCESSES (sizeof(processes) / sizeof(*processes))

static void
set_account(struct text user, struct mailevent *event)
{
	if (user.length >= CUT_NAME && scan_ends(user, "..."))
		event->is_doubtful = true;
	else if (user.length > 0)
		event->account = user;
}

/* "user=<anna>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<...>" */
static bool
take_elements(struct text rest, struct mailevent *event)
{
	size_t at = scan_find_last(rest, ", rip=");
	struct text address, before;

	if (at != SIZE_MAX) {
		before = (struct text){rest.at, at};
		address = scan_behind(rest, at + 6);
	} else {
		before = (struct text){0};
		address = rest;
		if (!scan_skip(&address, "rip="))
			return false;
	}
	if (scan_find(address, ", ") != SIZE_MAX)
		address.length = scan_find(address, ", ");
	event->has_address = address_parse(address, &event->address) == 0;
	if (scan_skip(&before, "user=<")) {
		/* "user=<" NAME ">", and then nothing or ", method=...". */
		size_t method = scan_find_last(before, ">, method=");

		if (method != SIZE_MAX)
			before.length = method;
		else if (scan_ends(before, ">"))
			before.length--;
		else
			event->is_doubtful = true;
		if (!event->is_doubtful)
			set_account(before, event);
	}
	return true;
}

/* "Disconnected: TEXT (auth failed, 2 attempts in 8 secs): user=<...": all before the elements is Dovecot's. */
static int
read_failed(struct text rest, struct mailevent *ret)
{
	static const char *const begins[] = {"): user=<", "): method=", "): rip="};
	struct text reason = {rest.at, SIZE_MAX};
	uint64_t attempts = 1;
	size_t failed;

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		size_t at = scan_find(rest, begins[i]);

		if (at < reason.length)
			reason.length = at;
	}
	if (reason.length == SIZE_MAX)
		return 0;
	rest = scan_behind(rest, reason.length + 3);
	failed = scan_find(reason, "(auth failed, ");
	if (failed != SIZE_MAX) {
		reason = scan_behind(reason, failed + 14);
		if (!scan_number(&reason, UINT16_MAX, &attempts) || attempts == 0)
			return 0;
	} else if (scan_find(reason, "(proxy dest auth failed") == SIZE_MAX) {
		return 0;
	}
	ret->kind = MAIL_LOGIN_FAILED;
	ret->attempts = (uint16_t)attempts;
	return take_elements(rest, ret);
}

static int
read_login_process(struct text rest, struct mailevent *ret)
{
	if (!scan_skip(&rest, ": "))
		return 0;
	(void)scan_skip(&rest, "Info: ");
	if (scan_skip(&rest, "Login: ") || scan_skip(&rest, "Logged in: ")) {
		ret->kind = MAIL_LOGIN;
		return take_elements(rest, ret);
	}
	return read_failed(rest, ret);
}

/* "anna,192.0.2.7", and behind it, from 2.2 on, the session, from 2.4 on the mechanism. False: there is no address. */
static bool
take_identity(struct text inside, struct mailevent *event)
{
	for (int i = 0; i < 3; i++) {
		size_t comma = scan_find_last(inside, ",");
		struct text last;

		if (comma == SIZE_MAX)
			return false;
		last = scan_behind(inside, comma + 1);
		inside.length = comma;
		if (address_parse(last, &event->address) == 0) {
			event->has_address = true;
			set_account(inside, event);
			return true;
		}
		if (last.length > 0 && !text_starts(last, "<") && !text_starts(last, "sasl:"))
			return false;
	}
	return false;
}

static bool
is_failure(struct text text)
{
	static const char *const failures[] = {"unknown user", "Password mismatch",
		"password mismatch", "invalid credentials", "Invalid credentials",
		"pam_authenticate() failed: "};

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		if (text_starts(text, failures[i]))
			return true;
	}
	return false;
}

/* "pam": a driver's name, up to what follows it. */
static bool
skip_driver(struct text *rest)
{
	size_t length = 0;

	while (length < rest->length &&
		((rest->at[length] >= 'a' && rest->at[length] <= 'z') ||
			(rest->at[length] >= '0' && rest->at[length] <= '9') ||
			rest->at[length] == '-' || rest->at[length] == '_'))
		length++;
	*rest = scan_behind(*rest, length);
	return length > 0;
}

/* What stands between the name of the process with what is in its brackets, and the driver: "<82365>: request [1]: ",
 * or ": conn unix:auth-worker (pid=27359,uid=97): auth-worker<55>: ", or only ": ". */
static bool
skip_to_driver(struct text *rest)
{
	struct text unused;

	if (scan_skip(rest, "<") && !scan_until(rest, ">", &unused))
		return false;
	if (!scan_skip(rest, ": ") ||
		(scan_skip(rest, "request [") && !scan_until(rest, "]: ", &unused)))
		return false;
	(void)scan_skip(rest, "Info: ");
	return !scan_skip(rest, "conn unix:auth-worker (") ||
		(scan_until(rest, "): auth-worker<", &unused) && scan_until(rest, ">: ", &unused));
}

/* Up to 2.3 "auth-worker(304): pam(anna,192.0.2.7): TEXT", from 2.4 on "auth-worker(anna,192.0.2.7)<82365>: request
 * [1]: sql: TEXT". */
static int
read_auth_process(struct text rest, struct mailevent *ret)
{
	struct text inside = {0};
	bool is_told = false;

	if (scan_skip(&rest, "(")) {
		if (!scan_until(&rest, ")", &inside))
			return 0;
		is_told = take_identity(inside, ret);
	}
	if (!skip_to_driver(&rest) || !skip_driver(&rest))
		return 0;
	if (is_told) {
		if (!scan_skip(&rest, ": "))
			return 0;
	} else if (!scan_skip(&rest, "(") || !scan_until(&rest, "): ", &inside) ||
		!take_identity(inside, ret)) {
		return 0;
	}
	if (!is_failure(rest))
		return 0;
	/* There is a second end of a name. */
	if (scan_find(rest, "): ") != SIZE_MAX || scan_find(rest, ")<") != SIZE_MAX) {
		ret->account = (struct text){0};
		ret->has_address = false;
		ret->is_doubtful = true;
	}
	ret->kind = MAIL_LOGIN_FAILED;
	ret->attempts = 1;
	ret->is_auth_process = true;
	return 1;
}

static size_t
find_process(struct text name)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		if (text_is(name, processes[i].name))
			return i;
	}
	return PROCESSES;
}

bool
dovecot_is_process(struct text name)
{
	return find_process(name) < PROCESSES;
}

int
dovecot_read(struct text message, struct mailevent *ret)
{
	struct text name;
	size_t i;

	ret->server = MAIL_DOVECOT;
	(void)scan_skip(&message, "dovecot: ");
	name = message;
	if (!skip_driver(&message))
		return 0;
	name.length -= message.length;
	i = find_process(name);
	if (i == PROCESSES)
		return 0;
	return processes[i].is_login ? read_login_process(message, ret)
				     : read_auth_process(message, ret);
}
