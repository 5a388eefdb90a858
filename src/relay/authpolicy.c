/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/authpolicy.h"

#include <errno.h>
#include <jansson.h>

const char *const login_kind_names[LOGIN_KINDS] = {
	[LOGIN_ASKS] = "asks",
	[LOGIN_GOOD] = "good",
	[LOGIN_BAD] = "bad",
	[LOGIN_REFUSED] = "refused",
	[LOGIN_BROKEN] = "broken",
};

const char *const authpolicy_fault_names[AUTHPOLICY_FAULTS] = {
	[AUTHPOLICY_NO_FAULT] = "none",
	[AUTHPOLICY_LONG] = "long",
	[AUTHPOLICY_DEEP] = "deep",
	[AUTHPOLICY_JSON] = "json",
	[AUTHPOLICY_TWICE] = "twice",
	[AUTHPOLICY_SHAPE] = "shape",
	[AUTHPOLICY_LACK] = "lack",
	[AUTHPOLICY_REMOTE] = "remote",
};

void
authpolicy_prepare(void)
{
	json_object_seed(0);
}

static int
wrong(struct authpolicy *policy, enum authpolicy_fault fault, struct fail *fail, const char *what)
{
	policy->fault = (uint8_t)fault;
	fail_what(fail, "%s", what);
	return -EBADMSG;
}

/* jansson calls itself for each object and array within another. */
static bool
is_too_deep(struct text body)
{
	bool is_string = false;
	unsigned depth = 0;

	for (size_t i = 0; i < body.length; i++) {
		char c = body.at[i];

		if (is_string && c == '\\')
			i++;
		else if (c == '"')
			is_string = !is_string;
		else if (!is_string && (c == '{' || c == '[') && ++depth > AUTHPOLICY_DEPTH)
			return true;
		else if (!is_string && (c == '}' || c == ']') && depth > 0)
			depth--;
	}
	return false;
}

/* A member that is a string, or not there: then empty. */
static int
take_string(struct authpolicy *policy, const json_t *object, const char *name, struct text *ret,
	struct fail *fail)
{
	const json_t *value = json_object_get(object, name);

	*ret = (struct text){0};
	if (value == NULL)
		return 0;
	if (!json_is_string(value)) {
		fail_what(fail, "\"%s\" is no string", name);
		policy->fault = AUTHPOLICY_SHAPE;
		return -EBADMSG;
	}
	*ret = (struct text){json_string_value(value), json_string_length(value)};
	return 0;
}

/* A member that is true or false, or, where it need not be there, is not: then false. */
static int
take_truth(struct authpolicy *policy, const json_t *object, const char *name, bool must_be,
	bool *ret, struct fail *fail)
{
	const json_t *value = json_object_get(object, name);

	*ret = json_is_true(value);
	if ((value == NULL && !must_be) || json_is_boolean(value))
		return 0;
	fail_what(fail, value == NULL ? "there is no \"%s\"" : "\"%s\" is not true or false", name);
	policy->fault = value == NULL ? AUTHPOLICY_LACK : AUTHPOLICY_SHAPE;
	return -EBADMSG;
}

/* The text, in room of its own; empty if there is not room enough. */
static struct text
keep(struct text text, char *room, size_t size)
{
	if (text.length == 0 || text.length > size)
		return (struct text){0};
	memcpy(room, text.at, text.length);
	return (struct text){room, text.length};
}

/* Never 0 of what is there. */
static uint64_t
hash_of(const struct authpolicy *policy, struct text text)
{
	uint64_t hash;

	if (text.length == 0)
		return 0;
	hash = hash_keyed(&policy->key, text.at, text.length);
	return hash != 0 ? hash : 1;
}

static int
take_who(struct authpolicy *policy, const json_t *object, struct login *ret, struct fail *fail)
{
	struct text login, remote, protocol, device, session;
	int r;

	if (json_object_get(object, "login") == NULL)
		return wrong(policy, AUTHPOLICY_LACK, fail, "there is no \"login\"");
	if ((r = take_string(policy, object, "login", &login, fail)) < 0 ||
		(r = take_string(policy, object, "remote", &remote, fail)) < 0 ||
		(r = take_string(policy, object, "protocol", &protocol, fail)) < 0 ||
		(r = take_string(policy, object, "device_id", &device, fail)) < 0 ||
		(r = take_string(policy, object, "session_id", &session, fail)) < 0)
		return r;
	if (remote.length > 0 && address_parse(remote, &ret->client) < 0)
		return wrong(policy, AUTHPOLICY_REMOTE, fail, "\"remote\" is no address");
	ret->account = keep(login, policy->account, sizeof(policy->account));
	ret->protocol = keep(protocol, policy->protocol, sizeof(policy->protocol));
	ret->device = hash_of(policy, device);
	ret->session = hash_of(policy, session);
	return 0;
}

static int
take_outcome(struct authpolicy *policy, const json_t *object, struct login *ret, struct fail *fail)
{
	bool is_good, is_refused;
	struct text fault;
	int r;

	if ((r = take_truth(policy, object, "success", true, &is_good, fail)) < 0 ||
		(r = take_truth(policy, object, "policy_reject", false, &is_refused, fail)) < 0 ||
		(r = take_string(policy, object, "fail_type", &fault, fail)) < 0)
		return r;
	if (is_good)
		ret->kind = LOGIN_GOOD;
	else if (is_refused)
		ret->kind = LOGIN_REFUSED;
	else
		ret->kind = text_is(fault, "internal") ? LOGIN_BROKEN : LOGIN_BAD;
	return 0;
}

static int
take_body(struct authpolicy *policy, const json_t *object, bool is_report, struct login *ret,
	struct fail *fail)
{
	int r;

	*ret = (struct login){.kind = LOGIN_ASKS};
	if (!json_is_object(object))
		return wrong(policy, AUTHPOLICY_SHAPE, fail, "the body is no object");
	r = take_who(policy, object, ret, fail);
	return r < 0 || !is_report ? r : take_outcome(policy, object, ret, fail);
}

int
authpolicy_read(struct authpolicy *policy, struct text body, bool is_report, struct login *ret,
	struct fail *fail)
{
	json_error_t error;
	json_t *object;
	int r;

	policy->fault = AUTHPOLICY_NO_FAULT;
	if (body.length > AUTHPOLICY_BODY)
		return wrong(policy, AUTHPOLICY_LONG, fail, "the body is too long");
	if (is_too_deep(body))
		return wrong(policy, AUTHPOLICY_DEEP, fail, "too much is one in the other");
	object = json_loadb(
		body.length > 0 ? body.at : "", body.length, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL && json_error_code(&error) == json_error_duplicate_key)
		return wrong(policy, AUTHPOLICY_TWICE, fail, "a member is there twice");
	if (object == NULL)
		return wrong(policy, AUTHPOLICY_JSON, fail, "the body is no JSON");
	r = take_body(policy, object, is_report, ret, fail);
	json_decref(object);
	return r;
}

void
authpolicy_answer(struct buffer *into, bool allows)
{
	buffer_print(into, "{\"status\":%d,\"msg\":\"\"}", allows ? 0 : -1);
}
