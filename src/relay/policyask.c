/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/policyask.h"

#include "base/table.h"

/* RFC 5321 s4.5.3.1.2. */
#define DOMAIN_MOST 255

uint64_t
policyask_domain(const struct policyask_settings *settings, struct text address)
{
	const char *at = address.length > 0 ? memrchr(address.at, '@', address.length) : NULL;
	struct text domain = address;
	char small[DOMAIN_MOST];

	if (at != NULL)
		domain = (struct text){at + 1, (size_t)(address.at + address.length - at) - 1};
	if (domain.length == 0 || domain.length > sizeof(small))
		return 0;
	for (size_t i = 0; i < domain.length; i++) {
		char c = domain.at[i];

		small[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return hash_keyed(&settings->key, small, domain.length);
}

static uint64_t
hash_of(const struct policyask_settings *settings, struct text text)
{
	uint64_t hash = text.length > 0 ? hash_keyed(&settings->key, text.at, text.length) : 0;

	return text.length > 0 && hash == 0 ? 1 : hash;
}

static bool
find_stage(const struct policy_request *request, enum guard_stage *ret)
{
	switch (request->state) {
	case POLICY_RCPT:
		*ret = GUARD_RECIPIENT;
		return true;
	case POLICY_DATA:
		*ret = GUARD_DATA;
		return true;
	case POLICY_END_OF_MESSAGE:
		*ret = GUARD_END;
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

/* At DATA and after it Postfix names a recipient only where there is one. */
static bool
is_local(const struct policyask_settings *settings, struct text recipient)
{
	uint64_t domain;

	if (settings->local == NULL || recipient.length == 0)
		return false;
	domain = policyask_domain(settings, recipient);
	return domain != 0 && table_find(settings->local, domain) != NULL;
}

bool
policyask_make(const struct policyask_settings *settings, const struct policy_request *request,
	struct responsible *who, struct guard_ask *ret)
{
	struct responsible_input input = {
		.account = request->value[POLICY_SASL_USERNAME],
		.certificate = request->value[POLICY_CCERT_FINGERPRINT],
		.class = LIMIT_ACCOUNT,
		.is_bounce = request->value[POLICY_SENDER].length == 0,
		.is_local = is_local(settings, request->value[POLICY_RECIPIENT]),
	};
	uint64_t account;

	*ret = (struct guard_ask){.message = hash_of(settings, request->value[POLICY_INSTANCE])};
	if (!find_stage(request, &ret->stage) || ret->message == 0)
		return false;
	if (address_parse(request->value[POLICY_CLIENT_ADDRESS], &input.client) < 0)
		input.client = (struct address){{0}};
	account = responsible_account(input.account, &settings->key);
	if (account != 0 && settings->class_of != NULL)
		input.class = settings->class_of(settings->context, account);
	responsible_find(&input, &settings->key, who);
	ret->responsible = who;
	ret->recipient = hash_of(settings, request->value[POLICY_RECIPIENT]);
	ret->count = request->recipient_count;
	return true;
}
