/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/policy.h"

#include <errno.h>

#define NAME(name)                                                                                 \
	{                                                                                          \
		(name), sizeof(name) - 1                                                           \
	}

const struct text policy_names[POLICY_ATTRIBUTES] = {
	NAME("request"),
	NAME("protocol_state"),
	NAME("protocol_name"),
	NAME("helo_name"),
	NAME("queue_id"),
	NAME("sender"),
	NAME("recipient"),
	NAME("recipient_count"),
	NAME("client_address"),
	NAME("client_name"),
	NAME("reverse_client_name"),
	NAME("instance"),
	NAME("sasl_method"),
	NAME("sasl_username"),
	NAME("sasl_sender"),
	NAME("size"),
	NAME("ccert_subject"),
	NAME("ccert_issuer"),
	NAME("ccert_fingerprint"),
	NAME("encryption_protocol"),
	NAME("encryption_cipher"),
	NAME("encryption_keysize"),
	NAME("etrn_domain"),
	NAME("stress"),
	NAME("ccert_pubkey_fingerprint"),
	NAME("client_port"),
	NAME("policy_context"),
	NAME("server_address"),
	NAME("server_port"),
	NAME("compatibility_level"),
	NAME("mail_version"),
	NAME("tls_sni"),
};

static const struct text states[POLICY_STATES] = {NAME("CONNECT"), NAME("EHLO"), NAME("HELO"),
	NAME("MAIL"), NAME("RCPT"), NAME("DATA"), NAME("END-OF-MESSAGE"), NAME("VRFY"),
	NAME("ETRN"), NAME("BDAT")};

/* Which one Postfix sends after each (3.7; others may differ, and are only found later). */
static const uint8_t after[POLICY_ATTRIBUTES] = {
	[POLICY_REQUEST_TYPE] = POLICY_PROTOCOL_STATE,
	[POLICY_PROTOCOL_STATE] = POLICY_PROTOCOL_NAME,
	[POLICY_PROTOCOL_NAME] = POLICY_CLIENT_ADDRESS,
	[POLICY_CLIENT_ADDRESS] = POLICY_CLIENT_NAME,
	[POLICY_CLIENT_NAME] = POLICY_CLIENT_PORT,
	[POLICY_CLIENT_PORT] = POLICY_REVERSE_CLIENT_NAME,
	[POLICY_REVERSE_CLIENT_NAME] = POLICY_SERVER_ADDRESS,
	[POLICY_SERVER_ADDRESS] = POLICY_SERVER_PORT,
	[POLICY_SERVER_PORT] = POLICY_HELO_NAME,
	[POLICY_HELO_NAME] = POLICY_SENDER,
	[POLICY_SENDER] = POLICY_RECIPIENT,
	[POLICY_RECIPIENT] = POLICY_RECIPIENT_COUNT,
	[POLICY_RECIPIENT_COUNT] = POLICY_QUEUE_ID,
	[POLICY_QUEUE_ID] = POLICY_INSTANCE,
	[POLICY_INSTANCE] = POLICY_SIZE,
	[POLICY_SIZE] = POLICY_ETRN_DOMAIN,
	[POLICY_ETRN_DOMAIN] = POLICY_STRESS,
	[POLICY_STRESS] = POLICY_SASL_METHOD,
	[POLICY_SASL_METHOD] = POLICY_SASL_USERNAME,
	[POLICY_SASL_USERNAME] = POLICY_SASL_SENDER,
	[POLICY_SASL_SENDER] = POLICY_CCERT_SUBJECT,
	[POLICY_CCERT_SUBJECT] = POLICY_CCERT_ISSUER,
	[POLICY_CCERT_ISSUER] = POLICY_CCERT_FINGERPRINT,
	[POLICY_CCERT_FINGERPRINT] = POLICY_CCERT_PUBKEY_FINGERPRINT,
	[POLICY_CCERT_PUBKEY_FINGERPRINT] = POLICY_ENCRYPTION_PROTOCOL,
	[POLICY_ENCRYPTION_PROTOCOL] = POLICY_ENCRYPTION_CIPHER,
	[POLICY_ENCRYPTION_CIPHER] = POLICY_ENCRYPTION_KEYSIZE,
	[POLICY_ENCRYPTION_KEYSIZE] = POLICY_POLICY_CONTEXT,
	[POLICY_POLICY_CONTEXT] = POLICY_COMPATIBILITY_LEVEL,
	[POLICY_COMPATIBILITY_LEVEL] = POLICY_MAIL_VERSION,
	[POLICY_MAIL_VERSION] = POLICY_TLS_SNI,
};

/* Does the line begin with the name and '='? */
static bool
is_named(struct text line, unsigned name)
{
	struct text wanted = policy_names[name];

	return line.length > wanted.length && line.at[wanted.length] == '=' &&
		memcmp(line.at, wanted.at, wanted.length) == 0;
}

/* Mostly it is the next one. POLICY_ATTRIBUTES: none that is known. */
static unsigned
find(struct text line, unsigned next)
{
	if (is_named(line, next))
		return next;
	for (unsigned i = 0; i < POLICY_ATTRIBUTES; i++) {
		if (is_named(line, i))
			return i;
	}
	return POLICY_ATTRIBUTES;
}

static int
take_line(struct policy_request *request, struct text line, unsigned *next, struct fail *fail)
{
	unsigned at = find(line, *next);
	size_t skip;

	if (at == POLICY_ATTRIBUTES) {
		if (memchr(line.at, '=', line.length) != NULL)
			return 0;
		fail_what(fail, "a line without '='; expected NAME=VALUE");
		return -EBADMSG;
	}
	if (request->value[at].at != NULL) {
		fail_what(fail, "the attribute %s is there twice", policy_names[at].at);
		return -EBADMSG;
	}
	skip = policy_names[at].length + 1;
	request->value[at] = (struct text){line.at + skip, line.length - skip};
	*next = after[at];
	return 0;
}

/* The lines of the first request: its length with the empty line at its end; 0: that is not there. */
static int64_t
take_lines(struct policy_request *request, struct text bytes, struct fail *fail)
{
	const char *at = bytes.at, *end = bytes.at + bytes.length, *stop;
	unsigned next = 0;

	for (; at < end && *at != '\n'; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			return 0;
		if (take_line(request, (struct text){at, (size_t)(stop - at)}, &next, fail) < 0)
			return -EBADMSG;
	}
	return at < end ? at - bytes.at + 1 : 0;
}

/* What is a number or one of some words. */
static int
understand(struct policy_request *request, struct fail *fail)
{
	struct text count = request->value[POLICY_RECIPIENT_COUNT];
	struct text size = request->value[POLICY_SIZE];
	struct text state = request->value[POLICY_PROTOCOL_STATE];
	uint64_t number = 0;
	unsigned s = 0;

	if (!text_is(request->value[POLICY_REQUEST_TYPE], "smtpd_access_policy")) {
		fail_what(fail, "no request=smtpd_access_policy");
		return -EBADMSG;
	}
	while (s < POLICY_STATES && !text_equal(state, states[s]))
		s++;
	request->state = (enum policy_state)s;
	if ((count.length > 0 && text_parse_u64(count, UINT32_MAX, &number) < 0) ||
		(size.length > 0 && text_parse_u64(size, UINT64_MAX, &request->size) < 0)) {
		fail_what(fail, "recipient_count or size is no number");
		return -EBADMSG;
	}
	request->recipient_count = (uint32_t)number;
	return 0;
}

/* Has one of which a part was looked at come to its end? */
static bool
has_end(const struct policy_reader *reader, struct text bytes)
{
	/* The line end before may have come already. */
	size_t from = reader->looked - 1;

	return memmem(bytes.at + from, bytes.length - from, "\n\n", 2) != NULL;
}

int64_t
policy_read(struct policy_reader *reader, struct text bytes, struct policy_request *ret,
	struct fail *fail)
{
	struct text first = bytes;
	int64_t end = 0;
	int r;

	if (first.length > POLICY_REQUEST)
		first.length = POLICY_REQUEST;
	*ret = (struct policy_request){0};
	/* Most come whole: so their end is found as they are taken apart, and only of others it is looked for first. */
	if (reader->looked == 0 || has_end(reader, first))
		end = take_lines(ret, first, fail);
	if (end < 0)
		return end;
	if (end == 0 && bytes.length >= POLICY_REQUEST) {
		fail_what(fail, "a request of more than %d bytes", POLICY_REQUEST);
		return -EMSGSIZE;
	}
	reader->looked = end == 0 ? bytes.length : 0;
	if (end == 0)
		return 0;
	if (memchr(bytes.at, '\0', (size_t)end) != NULL ||
		memchr(bytes.at, '\r', (size_t)end) != NULL) {
		fail_what(fail, "a byte that no request has");
		return -EBADMSG;
	}
	r = understand(ret, fail);
	return r < 0 ? r : end;
}

void
policy_answer(struct buffer *into, struct text action)
{
	buffer_add(into, "action=", 7);
	buffer_text(into, action);
	buffer_add(into, "\n\n", 2);
}
