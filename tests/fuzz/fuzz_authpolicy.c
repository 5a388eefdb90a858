/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as those of a mail server that asks about logins, whole and in pieces: both give the same requests and the
 * same fault, every text lies inside the bytes, and every body is understood or has a reason. */
#include "base/httprequest.h"
#include "fuzz.h"
#include "relay/authpolicy.h"

#include <stdlib.h>

struct outcome {
	struct buffer told;
	uint8_t fault;
};

static void
tell(struct buffer *told, struct text body, bool is_report)
{
	struct authpolicy policy = {.key = {{1}}};
	struct fail fail = {0};
	struct login login;

	if (authpolicy_read(&policy, body, is_report, &login, &fail) < 0) {
		must(policy.fault != AUTHPOLICY_NO_FAULT && policy.fault < AUTHPOLICY_FAULTS);
		must(fail.what[0] != '\0');
		buffer_print(told, "%s:%s;", authpolicy_fault_names[policy.fault], fail.what);
		return;
	}
	must(policy.fault == AUTHPOLICY_NO_FAULT);
	must(is_report == (login.kind != LOGIN_ASKS) && login.kind < LOGIN_KINDS);
	must(login.account.length <= LOGIN_ACCOUNT && login.protocol.length <= LOGIN_PROTOCOL);
	must(memchr(policy.account, '\0', login.account.length) == NULL);
	buffer_print(told, "%s %llx %llx ", login_kind_names[login.kind],
		(unsigned long long)login.device, (unsigned long long)login.session);
	buffer_text(told, login.account);
	buffer_text(told, login.protocol);
	buffer_add(told, login.client.byte, sizeof(login.client.byte));
}

static void
check_inside(struct text text, struct text whole)
{
	must(text.length == 0 ||
		(text.at >= whole.at && text.at + text.length <= whole.at + whole.length));
}

static void
take(struct buffer *told, const struct httprequest *request, struct text whole)
{
	struct text command = httprequest_query(request->target, TEXT("command"));

	check_inside(request->target, whole);
	check_inside(request->field, whole);
	check_inside(request->body, whole);
	check_inside(command, request->target);
	must(request->target.length > 0 && request->body.length <= HTTPREQUEST_BODY);
	buffer_text(told, request->target);
	buffer_text(told, request->field);
	buffer_print(told, "%d", request->closes);
	tell(told, request->body, text_is(command, "report"));
}

static void
run(const uint8_t *bytes, size_t size, size_t piece, struct outcome *ret)
{
	struct httprequest_terms terms = HTTPREQUEST_OF_PROGRAM;
	struct httprequest_reader reader = {0};
	struct httprequest request;
	size_t begin = 0, end = 0;
	int64_t n = 0;

	terms.wanted = TEXT("Authorization");
	do {
		char *copy;

		end = size - end < piece ? size : end + piece;
		copy = malloc(end - begin + 1);
		must(copy != NULL);
		memcpy(copy, bytes + begin, end - begin);
		for (size_t at = begin; (n = httprequest_read(&reader,
						 (struct text){copy + (begin - at), end - begin},
						 &terms, &request)) > 0;) {
			must((size_t)n <= end - begin);
			take(&ret->told, &request, (struct text){copy + (begin - at), (size_t)n});
			begin += (size_t)n;
		}
		must((n < 0) == (reader.fault != HTTPREQUEST_NO_FAULT));
		free(copy);
	} while (n >= 0 && end < size);
	ret->fault = reader.fault;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct outcome whole = {0}, cut = {0};

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	buffer_init(&whole.told, 16 << 20);
	buffer_init(&cut.told, 16 << 20);
	run(bytes + 1, size - 1, SIZE_MAX, &whole);
	run(bytes + 1, size - 1, 1 + bytes[0], &cut);
	must(whole.fault == cut.fault);
	must(text_equal((struct text){whole.told.at, whole.told.length},
		(struct text){cut.told.at, cut.told.length}));
	/* Without the way to it, so that damage is done to the body alone. */
	buffer_clear(&whole.told);
	tell(&whole.told, (struct text){(const char *)bytes, size}, false);
	tell(&whole.told, (struct text){(const char *)bytes, size}, true);
	buffer_done(&whole.told);
	buffer_done(&cut.told);
	return 0;
}
