/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/exim.h"

#include "source/maillog/logtime.h"
#include "source/maillog/mailreason.h"

/* Fields that a line has had so far, and what may be said by strangers in them. */
struct fields {
	struct text protocol;
	struct text account;
	unsigned accounts;
	bool has_host;
	bool has_stranger; /* text of a client stood before, which may look like fields */
};

bool
exim_is_id(struct text text)
{
	size_t part = 0, length = 0, middle = 0;

	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];

		if (c == '-') {
			if ((part == 0 && length != 6) ||
				(part == 1 && length != 6 && length != 11) || part == 2)
				return false;
			middle = part == 1 ? length : 0;
			part++;
			length = 0;
		} else if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z')) {
			length++;
		} else {
			return false;
		}
	}
	return part == 2 && length == (middle == 6 ? 2U : 4U);
}

/* Letters, digits and what else Exim lets into HELO unless told otherwise; an address in brackets is the other form. */
static bool
is_plain_helo(struct text helo)
{
	if (helo.length > 2 && *helo.at == '[' && helo.at[helo.length - 1] == ']')
		helo = (struct text){helo.at + 1, helo.length - 2};
	for (size_t i = 0; i < helo.length; i++) {
		if (strchr(" ()[]<>=\"", helo.at[i]) != NULL)
			return false;
	}
	return true;
}

/* "host.example.net (helo) [192.0.2.7]:3755": name and HELO may be missing. False: it cannot be read. */
static bool
take_host(struct text *rest, struct mailevent *event)
{
	struct text after = *rest, helo;

	if (after.length > 0 && *after.at != '(' && *after.at != '[' &&
		!is_plain_helo(scan_word(&after)))
		return false;
	if (scan_skip(&after, "(") && (!scan_until(&after, ") ", &helo) || !is_plain_helo(helo)))
		return false;
	if (!scan_brackets(&after, event) || !event->has_address)
		return false;
	*rest = after;
	return true;
}

/* Up to the quote that ends it: Exim writes \ before a quote in such a text, or did not; then more than one field is
 * doubtful behind it anyway. */
static bool
skip_quoted(struct text *rest)
{
	size_t at = 1;

	while (at < rest->length && rest->at[at] != '"')
		at += rest->at[at] == '\\' ? 2 : 1;
	if (at >= rest->length)
		return false;
	*rest = scan_behind(*rest, at + 1);
	return true;
}

/* "a@example.org", "<a@example.org>", "\"a b\"@example.org", "<>": up to the blank or the ": " behind it. */
static bool
take_address(struct text *rest, struct text *ret)
{
	struct text after = *rest;

	if (after.length > 0 && *after.at == '<') {
		if (!scan_path(&after, ret))
			return false;
	} else {
		if (after.length > 0 && *after.at == '"' && !skip_quoted(&after))
			return false;
		while (after.length > 0 && *after.at != ' ' &&
			!(*after.at == ':' && (after.length == 1 || after.at[1] == ' ')))
			after = scan_behind(after, 1);
		*ret = (struct text){rest->at, rest->length - after.length};
		if (ret->length == 0)
			return false;
	}
	*rest = after;
	return true;
}

static bool
is_key(struct text word, size_t *length)
{
	size_t i = 0;

	while (i < word.length &&
		((word.at[i] >= 'A' && word.at[i] <= 'Z') ||
			(word.at[i] >= 'a' && word.at[i] <= 'z') ||
			(word.at[i] >= '0' && word.at[i] <= '9')))
		i++;
	*length = i;
	return i > 0 && i < 6 && i < word.length && word.at[i] == '=';
}

/* "PRDR", "K", "TFO*", "L-": what a field without a value looks like. */
static bool
is_mark(struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		if (!(word.at[i] >= 'A' && word.at[i] <= 'Z') && word.at[i] != '*' &&
			word.at[i] != '-' && word.at[i] != '.')
			return false;
	}
	return word.length > 0 && word.length < 6;
}

static bool
take_value(struct text *rest, struct text key, struct fields *fields, struct mailevent *event)
{
	struct text value;

	if (text_is(key, "H")) {
		if (fields->has_host || !take_host(rest, event))
			return false;
		fields->has_host = true;
		/* A connection that had been used before. */
		(void)scan_skip(rest, "*");
		return true;
	}
	if (text_is(key, "F"))
		return take_address(rest, &event->sender);
	if (rest->length > 0 && *rest->at == '"') {
		fields->has_stranger = true;
		return skip_quoted(rest);
	}
	/* In quotes it is DN=, or SNI= before Exim 4.94, which now has no blank. */
	fields->has_stranger |= text_is(key, "U") && fields->has_host;
	value = *rest;
	while (rest->length > 0 && *rest->at != ' ')
		*rest = scan_behind(*rest, 1);
	value.length -= rest->length;
	if (text_is(key, "P"))
		fields->protocol = value;
	if (text_is(key, "A")) {
		fields->accounts++;
		(void)text_cut(&value, ':');
		fields->account = text_cut(&value, ':');
	}
	return true;
}

/* Takes fields up to the first word that is none, to `stop`, or to the ": " before a text. False: it was in doubt. */
static bool
take_fields(struct text *rest, const char *stop, struct fields *fields, struct mailevent *event)
{
	while (rest->length > 0 && !text_starts(*rest, ":")) {
		struct text after = *rest, word;
		size_t length;

		(void)scan_skip(&after, " ");
		if (stop != NULL && text_starts(after, stop)) {
			*rest = after;
			return true;
		}
		word = after;
		if (is_key((struct text){word.at, word.length}, &length)) {
			after = scan_behind(after, length + 1);
			if (!take_value(&after, (struct text){word.at, length}, fields, event))
				return false;
			/* "T=remote_smtp: SMTP error": the colon is not the value's. */
			if (after.at > word.at && after.at[-1] == ':' && after.length > 0)
				after = (struct text){after.at - 1, after.length + 1};
		} else if (is_mark(scan_word(&word))) {
			while (after.length > 0 && *after.at != ' ')
				after = scan_behind(after, 1);
		} else {
			*rest = after;
			return stop == NULL;
		}
		*rest = after;
	}
	return true;
}

/* The account is left out where a stranger may have written it. The address is the first that was found in front of all
 * that strangers may write, or there is none. */
static void
believe(const struct fields *fields, bool was_read, struct mailevent *event)
{
	bool is_sure = was_read && !fields->has_stranger && fields->accounts <= 1;

	if (is_sure && fields->accounts == 1)
		event->account = fields->account;
	event->is_doubtful = !was_read || (fields->accounts > 0 && !is_sure);
}

/* "<= a@example.org H=... P=esmtpsa X=... A=login:anna S=1234 id=..." behind the arrow. */
static int
read_arrival(struct text rest, struct mailevent *ret)
{
	struct fields fields = {0};
	bool was_read;

	if (!take_address(&rest, &ret->sender))
		return 0;
	ret->kind = MAIL_ACCEPTED;
	was_read = take_fields(&rest, "S=", &fields, ret);
	if (fields.accounts > 0 && !scan_ends(fields.protocol, "a"))
		fields.has_stranger = true;
	believe(&fields, was_read, ret);
	return 1;
}

/* ": SMTP error from remote mail server after RCPT TO:<b@example.com>: 550 5.1.1 TEXT", before Exim 4.83 with "host
 * NAME [ADDRESS]: " before the code. Returns whether it answered a recipient. */
static bool
read_answer(struct text rest, struct mailevent *event)
{
	struct mailevent server = {0};
	struct text stage, path;
	bool to_rcpt;

	if (!scan_skip(&rest, ": "))
		return false;
	if ((!scan_skip(&rest, "SMTP error ") && !scan_skip(&rest, "LMTP error ")) ||
		(!scan_skip(&rest, "from remote mail server after ") &&
			!scan_skip(&rest, "from remote mailer after ") &&
			!scan_skip(&rest, "after ")))
		return false;
	(void)scan_skip(&rest, "pipelined ");
	to_rcpt = scan_skip(&rest, "RCPT TO:");
	if ((to_rcpt || scan_skip(&rest, "MAIL FROM:")) && !scan_path(&rest, &path))
		return false;
	if (!scan_until(&rest, ": ", &stage))
		return false;
	if (scan_skip(&rest, "host ") && (!take_host(&rest, &server) || !scan_skip(&rest, ": ")))
		return false;
	scan_reply(&rest, event);
	return to_rcpt;
}

/* Whom it was for: "b@example.com", "anna <anna@example.org>", "b@example.com (list@example.org) <all@example.org>".
 * Exim takes the quotes from a local part, and shows it with them in < and > only: a line with such an address can hold
 * anything from its begin on. False: it may be one, or cannot be read. */
static bool
take_recipient(struct text *rest, struct mailevent *event)
{
	struct text after = *rest, address = {rest->at, 0}, word;
	size_t length;

	if (scan_find(*rest, " <\"") != SIZE_MAX)
		return false;
	while (after.length > 0 && *after.at != ' ' &&
		!(*after.at == ':' && (after.length == 1 || after.at[1] == ' '))) {
		if (strchr("\"\\<>()", *after.at) != NULL)
			return false;
		after = scan_behind(after, 1);
	}
	address.length = rest->length - after.length;
	/* Aliases on the way, with all_parents. */
	while (scan_skip(&after, " (")) {
		if (!scan_until(&after, ")", &word))
			return false;
	}
	if (text_starts(after, " <")) {
		after = scan_behind(after, 1);
		if (!scan_path(&after, &event->original))
			return false;
	}
	word = scan_behind(after, 1);
	if (address.length == 0 ||
		!(after.length == 0 || text_starts(after, ": ") || is_key(word, &length) ||
			text_starts(word, "defer (") || text_starts(word, "routing ")))
		return false;
	event->recipient = address;
	*rest = after;
	return true;
}

/* The text at the end of a recipient that was not delivered. */
static void
read_failure(struct text rest, struct mailevent *ret)
{
	bool to_rcpt = read_answer(rest, ret);

	if (ret->kind == MAIL_DEFERRED && ret->code == 0) {
		ret->reason = MAIL_REASON_TEMPORARY;
	} else if (ret->kind == MAIL_BOUNCED && ret->code / 100 != 5 &&
		scan_ends(rest, ": retry timeout exceeded")) {
		ret->kind = MAIL_EXPIRED;
		ret->reason = MAIL_REASON_TEMPORARY;
	} else if (text_is(rest, ": Unrouteable address")) {
		ret->reason = MAIL_REASON_UNKNOWN_USER;
	} else {
		ret->reason = mailreason_of(ret->dsn, ret->code, to_rcpt);
	}
}

/* "b@example.com <c@example.org> F=<a@example.org> R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.25]: TEXT" */
static int
read_delivery(struct text rest, enum mail_kind kind, struct mailevent *ret)
{
	struct fields fields = {0};
	struct text error;

	ret->kind = kind;
	ret->is_doubtful = true;
	if (kind != MAIL_DELIVERED)
		ret->reason = kind == MAIL_DEFERRED ? MAIL_REASON_TEMPORARY : MAIL_REASON_OTHER;
	if (!take_recipient(&rest, ret)) {
		ret->original = (struct text){0};
		return 1;
	}
	if (!take_fields(&rest, kind == MAIL_DEFERRED ? "defer (" : NULL, &fields, ret))
		return 1;
	if (kind == MAIL_DEFERRED && scan_skip(&rest, "defer (") &&
		(!scan_until(&rest, ")", &error) || !take_fields(&rest, NULL, &fields, ret)))
		return 1;
	ret->is_doubtful = false;
	if (kind != MAIL_DELIVERED)
		read_failure(rest, ret);
	return 1;
}

/* What stands between "rejected " and the text: "RCPT <b@example.com>: ", "after DATA: ", "by local_scan(): ". */
static void
read_refused_stage(struct text rest, struct mailevent *ret)
{
	(void)scan_skip(&rest, "after ");
	(void)scan_skip(&rest, "by ");
	ret->stage = scan_word(&rest);
	if (scan_ends(ret->stage, ":"))
		ret->stage.length--;
	else if (text_is(ret->stage, "RCPT"))
		(void)(take_address(&rest, &ret->recipient) && scan_skip(&rest, ": "));
	else
		rest.length = 0;
	scan_reply(&rest, ret);
	if (text_is(ret->stage, "RCPT") && text_is(rest, "Unrouteable address"))
		ret->reason = MAIL_REASON_UNKNOWN_USER;
	else
		ret->reason = mailreason_of(ret->dsn, ret->code, text_is(ret->stage, "RCPT"));
}

/* "H=host (helo) [192.0.2.7]:3755 F=<a@example.org> A=login:anna rejected RCPT <b@example.com>: TEXT"; of local_scan
 * the sender stands first, without brackets. */
static int
read_refusal(struct text rest, struct mailevent *ret)
{
	struct fields fields = {0};
	bool is_temporary;

	if (!take_fields(&rest, NULL, &fields, ret) || !fields.has_host)
		return 0;
	is_temporary = scan_skip(&rest, "temporarily ");
	if (!scan_skip(&rest, "rejected "))
		return 0;
	ret->kind = MAIL_REFUSED;
	believe(&fields, true, ret);
	read_refused_stage(rest, ret);
	if (is_temporary)
		ret->reason = MAIL_REASON_TEMPORARY;
	return 1;
}

/* "dovecot_login authenticator failed for host (helo) [192.0.2.7]:41556 I=[...]:25: 535 Incorrect authentication data
 * (set_id=anna)": other codes are no wrong password. The name is of a stranger and goes up to the last bracket. */
static int
read_login(struct text rest, struct mailevent *ret)
{
	struct fields fields = {0};

	if (!take_host(&rest, ret) || !take_fields(&rest, NULL, &fields, ret) ||
		!scan_skip(&rest, ": 535 "))
		return 0;
	ret->kind = MAIL_LOGIN_FAILED;
	ret->code = 535;
	ret->attempts = 1;
	if (scan_skip(&rest, "Incorrect authentication data (set_id=") && scan_ends(rest, ")"))
		ret->account = (struct text){rest.at, rest.length - 1};
	return 1;
}

static int
read_message(struct text rest, struct mailevent *ret)
{
	if (text_is(rest, "Completed") || text_starts(rest, "Completed QT=")) {
		ret->kind = MAIL_REMOVED;
		return 1;
	}
	if (scan_skip(&rest, "<= "))
		return read_arrival(rest, ret);
	if (scan_skip(&rest, "=> ") || scan_skip(&rest, "-> ") || scan_skip(&rest, ">> ") ||
		scan_skip(&rest, "*> "))
		return read_delivery(rest, MAIL_DELIVERED, ret);
	if (scan_skip(&rest, "== "))
		return read_delivery(rest, MAIL_DEFERRED, ret);
	if (scan_skip(&rest, "** "))
		return read_delivery(rest, MAIL_BOUNCED, ret);
	return read_refusal(rest, ret);
}

int
exim_read(struct text message, struct mailevent *ret)
{
	const struct maillog_clock clock = {0};
	struct text after = message, word;
	struct wall unused;
	bool is_main_log;

	ret->server = MAIL_EXIM;
	/* Once more by syslog, unless syslog_timestamp is off; the line's own has been read. */
	if (logtime_take(&after, &clock, &unused, &is_main_log) && is_main_log)
		message = after;
	after = message;
	word = scan_word(&after);
	if (exim_is_id(word)) {
		ret->queue_id = word;
		return read_message(after, ret);
	}
	if (scan_skip(&after, "authenticator failed for "))
		return read_login(after, ret);
	return read_refusal(message, ret);
}
