/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/policyenvelope.h"

static bool
find_stage(const struct policy_request *request, uint8_t *ret)
{
	switch (request->state) {
	case POLICY_RCPT:
		*ret = ENVELOPE_RECIPIENT;
		return true;
	case POLICY_DATA:
		*ret = ENVELOPE_DATA;
		return true;
	case POLICY_END_OF_MESSAGE:
		*ret = ENVELOPE_END;
		return true;
	case POLICY_CONNECT:
	case POLICY_EHLO:
	case POLICY_HELO:
	case POLICY_MAIL:
	case POLICY_VRFY:
	case POLICY_ETRN:
	case POLICY_BDAT:
	case POLICY_STATES:
		break;
	}
	return false;
}

bool
policyenvelope_make(
	const struct policy_request *request, const struct hash_key *key, struct envelope *ret)
{
	struct text instance = request->value[POLICY_INSTANCE];

	*ret = (struct envelope){
		.account = request->value[POLICY_SASL_USERNAME],
		.certificate = request->value[POLICY_CCERT_FINGERPRINT],
		.sender = request->value[POLICY_SENDER],
		.recipient = request->value[POLICY_RECIPIENT],
		.queue_id = request->value[POLICY_QUEUE_ID],
		.count = request->recipient_count,
	};
	if (!find_stage(request, &ret->stage) || instance.length == 0)
		return false;
	ret->message = hash_keyed(key, instance.at, instance.length);
	ret->message += ret->message == 0;
	if (address_parse(request->value[POLICY_CLIENT_ADDRESS], &ret->client) < 0)
		ret->client = (struct address){{0}};
	return true;
}
