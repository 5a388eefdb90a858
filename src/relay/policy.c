/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/policy.h"

#include <errno.h>

const char *const policy_names[POLICY_ATTRIBUTES] = {
	"request",
	"protocol_state",
	"protocol_name",
	"helo_name",
	"queue_id",
	"sender",
	"recipient",
	"recipient_count",
	"client_address",
	"client_name",
	"reverse_client_name",
	"instance",
	"sasl_method",
	"sasl_username",
	"sasl_sender",
	"size",
	"ccert_subject",
	"ccert_issuer",
	"ccert_fingerprint",
	"encryption_protocol",
	"encryption_cipher",
	"encryption_keysize",
	"etrn_domain",
	"stress",
	"ccert_pubkey_fingerprint",
	"client_port",
	"policy_context",
	"server_address",
	"server_port",
	"compatibility_level",
	"mail_version",
	"tls_sni",
};

static const char *const states[POLICY_STATES] = {"CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA",
	"END-OF-MESSAGE", "VRFY", "ETRN", "BDAT"};

/* Postfix sends them in its own order, so mostly it is the next one. POLICY_ATTRIBUTES: none. */
static unsigned
find(struct text name, unsigned next)
{
	for (unsigned i = 0; i < POLICY_ATTRIBUTES; i++) {
		unsigned at =
			next + i < POLICY_ATTRIBUTES ? next + i : next + i - POLICY_ATTRIBUTES;

		if (text_is(name, policy_names[at]))
			return at;
	}
	return POLICY_ATTRIBUTES;
}

static int
take_line(struct policy_request *request, struct text line, unsigned *next, struct fail *fail)
{
	struct text value = line, name = text_cut(&value, '=');
	unsigned at;

	if (name.length == line.length) {
		fail_what(fail, "a line without '='; expected NAME=VALUE");
		return -EBADMSG;
	}
	at = find(name, *next);
	if (at == POLICY_ATTRIBUTES)
		return 0;
	*next = at + 1 < POLICY_ATTRIBUTES ? at + 1 : 0;
	if (request->value[at].at != NULL) {
		fail_what(fail, "the attribute %s is there twice", policy_names[at]);
		return -EBADMSG;
	}
	request->value[at] = value;
	return 0;
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
	while (s < POLICY_STATES && !text_is(state, states[s]))
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

/* The end of the request: where the byte after its empty line is; 0: it is not there. */
static size_t
find_end(struct policy_reader *reader, struct text bytes)
{
	const char *begin = bytes.at, *end = bytes.at + bytes.length, *found;
	/* The line end before may have come already. */
	const char *from = begin + (reader->looked > 0 ? reader->looked - 1 : 0);

	if (bytes.length > 0 && *begin == '\n')
		return 1;
	found = memmem(from, (size_t)(end - from), "\n\n", 2);
	reader->looked = bytes.length;
	return found == NULL ? 0 : (size_t)(found - begin) + 2;
}

int64_t
policy_read(struct policy_reader *reader, struct text bytes, struct policy_request *ret,
	struct fail *fail)
{
	size_t end = find_end(reader, bytes);
	struct text rest = {bytes.at, end};
	unsigned next = 0;
	int r = 0;

	if (end > POLICY_REQUEST || (end == 0 && bytes.length >= POLICY_REQUEST)) {
		fail_what(fail, "a request of more than %d bytes", POLICY_REQUEST);
		return -EMSGSIZE;
	}
	if (end == 0)
		return 0;
	reader->looked = 0;
	*ret = (struct policy_request){0};
	if (memchr(bytes.at, '\0', end) != NULL || memchr(bytes.at, '\r', end) != NULL) {
		fail_what(fail, "a byte that no request has");
		return -EBADMSG;
	}
	while (r == 0 && rest.length > 1)
		r = take_line(ret, text_cut(&rest, '\n'), &next, fail);
	if (r == 0)
		r = understand(ret, fail);
	return r < 0 ? r : (int64_t)end;
}

void
policy_answer(struct buffer *into, struct text action)
{
	buffer_add(into, "action=", 7);
	buffer_text(into, action);
	buffer_add(into, "\n\n", 2);
}
