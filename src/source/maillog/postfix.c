/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/postfix.h"

#include "source/maillog/mailreason.h"
#include "source/maillog/scan.h"

/* Of a queue id; long ones (enable_long_queue_ids) have about 16. */
#define ID_LEAST 5
#define ID_MOST  40
/* Places of a refusal that may begin with its sender. */
#define PLACES 8

static int read_smtpd(struct text, struct mailevent *);
static int read_postscreen(struct text, struct mailevent *);
static int read_cleanup(struct text, struct mailevent *);
static int read_qmgr(struct text, struct mailevent *);
static int read_delivery(struct text, struct mailevent *);

static const struct {
	const char *name;
	int (*read)(struct text message, struct mailevent *ret);
} processes[] = {
	{"smtpd", read_smtpd},
	{"postscreen", read_postscreen},
	{"cleanup", read_cleanup},
	{"qmgr", read_qmgr},
	{"nqmgr", read_qmgr},
	{"oqmgr", read_qmgr},
	{"smtp", read_delivery},
	{"lmtp", read_delivery},
	{"local", read_delivery},
	{"virtual", read_delivery},
	{"pipe", read_delivery},
	{"error", read_delivery},
	{"retry", read_delivery},
	{"discard", read_delivery},
};

#define PROCESSES (sizeof(processes) / sizeof(*processes))

/* "4Fq8zk2xYzz5: ", which is hexadecimal or of digits and consonants. */
static bool
take_id(struct text *rest, struct mailevent *event)
{
	struct text id = {rest->at, 0}, after;

	while (id.length < rest->length &&
		((id.at[id.length] >= '0' && id.at[id.length] <= '9') ||
			(id.at[id.length] >= 'A' && id.at[id.length] <= 'Z') ||
			(id.at[id.length] >= 'a' && id.at[id.length] <= 'z')))
		id.length++;
	after = scan_behind(*rest, id.length);
	if (id.length < ID_LEAST || id.length > ID_MOST || !scan_skip(&after, ": "))
		return false;
	if (!text_is(id, "NOQUEUE"))
		event->queue_id = id;
	*rest = after;
	return true;
}

/* "host[192.0.2.7], sasl_method=PLAIN, sasl_username=anna": what follows the account is of the client or a proxy. */
static int
read_client(struct text rest, struct mailevent *ret)
{
	static const char *const behind[] = {
		", sasl_sender=", ", orig_queue_id=", ", orig_client="};
	struct text method;

	if (ret->queue_id.at == NULL || !scan_peer(&rest, ret))
		return 0;
	ret->kind = MAIL_ACCEPTED;
	if (scan_skip(&rest, ", sasl_method=") && scan_until(&rest, ", sasl_username=", &method)) {
		for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
			size_t at = scan_find(rest, behind[i]);

			if (at != SIZE_MAX)
				rest.length = at;
		}
		ret->account = rest;
	}
	return 1;
}

/* "name=<value>" of what has been stripped of < > " and blanks. */
static bool
take_neutered(struct text *rest, const char *name, struct text *ret)
{
	struct text after = *rest, value;

	if (!scan_skip(&after, name) || !scan_skip(&after, "<") ||
		!scan_until(&after, ">", &value) || scan_find(value, "<") != SIZE_MAX ||
		scan_find(value, "\"") != SIZE_MAX || scan_find(value, " ") != SIZE_MAX)
		return false;
	*ret = value;
	*rest = after;
	return true;
}

/* "from=<a@example.org> to=<b@example.com> proto=ESMTP helo=<host> sasl_username=<a>" to the end of the line;
 * postscreen puts commas between. */
static bool
take_envelope(struct text rest, struct mailevent *event)
{
	struct text sender = {0}, recipient = {0}, account = {0}, helo, protocol;

	if (!scan_skip(&rest, "from=") || !scan_path(&rest, &sender))
		return false;
	(void)scan_skip(&rest, ",");
	if (scan_skip(&rest, " to=") && !scan_path(&rest, &recipient))
		return false;
	(void)scan_skip(&rest, ",");
	if (scan_skip(&rest, " proto=")) {
		protocol = scan_word(&rest);
		if (scan_find(protocol, "<") != SIZE_MAX || scan_find(protocol, ">") != SIZE_MAX)
			return false;
		if (rest.length > 0 && !take_neutered(&rest, "helo=", &helo))
			return false;
	}
	if (rest.length > 0 && !take_neutered(&rest, " sasl_username=", &account))
		return false;
	if (rest.length > 0)
		return false;
	event->sender = sender;
	event->recipient = recipient;
	event->account = account;
	return true;
}

/* The text of a refusal may hold addresses in the internal form and with them all that looks like an envelope, which
 * then does not end with the line. */
static void
find_envelope(struct text rest, struct mailevent *event)
{
	struct mailevent found = *event;
	unsigned places = 0, envelopes = 0;

	for (size_t at = scan_find(rest, "; from=<"); at != SIZE_MAX && places < PLACES; places++) {
		rest = scan_behind(rest, at + 2);
		envelopes += take_envelope(rest, &found);
		at = scan_find(rest, "; from=<");
	}
	if (envelopes == 1 && places < PLACES)
		*event = found;
	else if (places > 0)
		event->is_doubtful = true;
}

/* "RCPT from host[192.0.2.7]: 550 5.1.1 <b@example.com>: Recipient address rejected: ..." */
static int
read_refusal(struct text rest, struct mailevent *ret)
{
	ret->kind = MAIL_REFUSED;
	ret->stage = scan_word(&rest);
	if (scan_skip(&rest, "from ")) {
		if (!scan_peer(&rest, ret) || !scan_skip(&rest, ": "))
			return 0;
	} else if (scan_ends(ret->stage, ":")) {
		ret->stage.length--;
	}
	scan_reply(&rest, ret);
	ret->reason = mailreason_of(ret->dsn, ret->code, text_is(ret->stage, "RCPT"));
	find_envelope(rest, ret);
	return 1;
}

/* "host[192.0.2.7]: SASL PLAIN authentication failed: TEXT, sasl_username=USER" (the user since Postfix 3.7). The text
 * is of the authentication service, so the first is the user, with whatever a stranger has put into it, cut after 100
 * bytes. What the service could not decide is no wrong password. */
static int
read_sasl(struct text rest, struct mailevent *ret)
{
	struct text reason, method;

	if (!scan_peer(&rest, ret) || !scan_skip(&rest, ": SASL "))
		return 0;
	method = scan_word(&rest);
	if (method.length == 0 || !scan_skip(&rest, "authentication failed:"))
		return 0;
	(void)scan_skip(&rest, " ");
	if (text_starts(rest, "Connection lost to authentication server") ||
		text_starts(rest, "Temporary authentication failure") ||
		text_starts(rest, "Invalid authentication mechanism"))
		return 0;
	ret->kind = MAIL_LOGIN_FAILED;
	ret->attempts = 1;
	if (scan_until(&rest, ", sasl_username=", &reason)) {
		if (rest.length < 100 && !text_is(rest, "(unavailable)"))
			ret->account = rest;
		ret->is_doubtful = rest.length >= 100;
	}
	return 1;
}

/* "disconnect from host[192.0.2.7] ehlo=1 auth=0/1 quit=1 commands=2/3": of n/m, n were accepted. */
static int
read_disconnect(struct text rest, struct mailevent *ret)
{
	uint64_t accepted, all;

	if (!scan_peer(&rest, ret))
		return 0;
	ret->kind = MAIL_DISCONNECTED;
	(void)scan_skip(&rest, " ");
	while (rest.length > 0) {
		struct text word = scan_word(&rest);

		if (scan_skip(&word, "auth=") && scan_number(&word, UINT16_MAX, &accepted) &&
			scan_skip(&word, "/") && scan_number(&word, UINT16_MAX, &all) &&
			all >= accepted)
			ret->attempts = (uint16_t)(all - accepted);
	}
	return 1;
}

/* "RCPT from host[192.0.2.7]", "DATA (1234 bytes) from host[192.0.2.7]" */
static int
read_lost(struct text rest, struct mailevent *ret)
{
	struct text bytes;

	ret->kind = MAIL_LOST;
	ret->stage = scan_word(&rest);
	if (scan_skip(&rest, "(") && !scan_until(&rest, " bytes) ", &bytes))
		return 0;
	return scan_skip(&rest, "from ") && scan_peer(&rest, ret);
}

static int
read_smtpd(struct text message, struct mailevent *ret)
{
	if (scan_skip(&message, "warning: "))
		return read_sasl(message, ret);
	if (scan_skip(&message, "disconnect from "))
		return read_disconnect(message, ret);
	if (scan_skip(&message, "lost connection after ") ||
		scan_skip(&message, "timeout after ") ||
		scan_skip(&message, "too many errors after "))
		return read_lost(message, ret);
	if (!take_id(&message, ret))
		return 0;
	if (scan_skip(&message, "client="))
		return read_client(message, ret);
	if (scan_skip(&message, "reject: ") || scan_skip(&message, "milter-reject: ") ||
		scan_skip(&message, "proxy-reject: "))
		return read_refusal(message, ret);
	return 0;
}

static int
read_postscreen(struct text message, struct mailevent *ret)
{
	if (!take_id(&message, ret) || !scan_skip(&message, "reject: "))
		return 0;
	return read_refusal(message, ret);
}

/* A header that was refused stands in the line as it came: nothing behind it is read. */
static int
read_cleanup(struct text message, struct mailevent *ret)
{
	if (!take_id(&message, ret))
		return 0;
	if (scan_skip(&message, "milter-reject: "))
		return read_refusal(message, ret);
	if (!scan_skip(&message, "reject: "))
		return 0;
	ret->kind = MAIL_REFUSED;
	ret->reason = MAIL_REASON_POLICY;
	ret->stage = scan_word(&message);
	return 1;
}

static int
read_qmgr(struct text message, struct mailevent *ret)
{
	if (!take_id(&message, ret))
		return 0;
	if (text_is(message, "removed")) {
		ret->kind = MAIL_REMOVED;
		return 1;
	}
	if (!text_starts(message, "from="))
		return read_delivery(message, ret);
	message = scan_behind(message, 5);
	if (!scan_path(&message, &ret->sender) ||
		(!scan_skip(&message, ", status=expired, ") &&
			!scan_skip(&message, ", status=force-expired, ")))
		return 0;
	ret->kind = MAIL_EXPIRED;
	ret->reason = MAIL_REASON_TEMPORARY;
	return 1;
}

static bool
kind_of_status(struct text status, enum mail_kind *ret)
{
	static const struct {
		const char *word;
		enum mail_kind kind;
	} words[] = {
		{"sent", MAIL_DELIVERED},
		{"deferred", MAIL_DEFERRED},
		{"SOFTBOUNCE", MAIL_DEFERRED},
		{"bounced", MAIL_BOUNCED},
		{"expired", MAIL_EXPIRED},
		{"force-expired", MAIL_EXPIRED},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (text_is(status, words[i].word)) {
			*ret = words[i].kind;
			return true;
		}
	}
	return false;
}

/* "(host mx.example.net[192.0.2.25] said: 550 5.1.1 TEXT (in reply to RCPT TO command))": the code, where the words
 * around the other server's text are Postfix's. Returns whether it answered a recipient; the other server cannot write
 * behind the last words. */
static bool
read_answer(struct text rest, struct mailevent *event)
{
	struct mailevent server = {0};
	struct mail_dsn dsn = event->dsn;

	if (!scan_skip(&rest, "(host ") || !scan_peer(&rest, &server) ||
		(!scan_skip(&rest, " said: ") && !scan_skip(&rest, " refused to talk to me: ")))
		return false;
	scan_reply(&rest, event);
	if (dsn.class != 0)
		event->dsn = dsn;
	return scan_ends(rest, "(in reply to RCPT TO command))");
}

/* Takes "relay=...", "delay=..." and so on up to "status="; false if something else stands there. */
static bool
take_facts(struct text *rest, struct mailevent *event)
{
	static const char *const facts[] = {"conn_use=", "delay=", "delays=", "tls="};
	struct text value;
	size_t i;

	while (!scan_skip(rest, "status=")) {
		if (scan_skip(rest, "relay=")) {
			if (!scan_until(rest, ", ", &value))
				return false;
			(void)scan_peer(&value, event);
			continue;
		}
		if (scan_skip(rest, "dsn=")) {
			if (!scan_dsn(rest, &event->dsn) || !scan_skip(rest, ", "))
				return false;
			continue;
		}
		for (i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
			if (text_starts(*rest, facts[i]))
				break;
		}
		if (i == sizeof(facts) / sizeof(*facts) || !scan_until(rest, ", ", &value))
			return false;
	}
	return true;
}

/* "to=<b@example.com>, orig_to=<c@example.com>, relay=..., delay=..., dsn=5.1.1, status=bounced (TEXT)" */
static int
read_delivery(struct text rest, struct mailevent *ret)
{
	struct text status;
	bool to_rcpt;

	if ((ret->queue_id.at == NULL && !take_id(&rest, ret)) || !scan_skip(&rest, "to=") ||
		!scan_path(&rest, &ret->recipient) || !scan_skip(&rest, ", "))
		return 0;
	if (scan_skip(&rest, "orig_to=") &&
		(!scan_path(&rest, &ret->original) || !scan_skip(&rest, ", ")))
		return 0;
	if (!take_facts(&rest, ret))
		return 0;
	status = scan_word(&rest);
	if (scan_ends(status, ","))
		status.length--;
	if (!kind_of_status(status, &ret->kind))
		return 0;
	if (ret->kind == MAIL_DELIVERED)
		return 1;
	to_rcpt = read_answer(rest, ret);
	ret->reason = mailreason_of(ret->dsn, ret->code, to_rcpt);
	return 1;
}

bool
postfix_is_process(struct text name)
{
	for (size_t i = 0; i < PROCESSES; i++) {
		if (text_is(name, processes[i].name))
			return true;
	}
	return false;
}

int
postfix_read(struct text process, struct text message, struct mailevent *ret)
{
	ret->server = MAIL_POSTFIX;
	for (size_t i = 0; i < PROCESSES; i++) {
		if (text_is(process, processes[i].name))
			return processes[i].read(message, ret);
	}
	return 0;
}
