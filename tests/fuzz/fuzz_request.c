/* SPDX-License-Identifier: BSD-2-Clause */
/* Any line as a request of the control socket: one that is taken is a question that every process takes. */
#include "control/request.h"
#include "fuzz.h"

#include <stdio.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text line = {.at = (const char *)bytes, .length = size};
	struct question question = {.id = 1};
	struct request request;
	struct fail fail = {0};

	if (request_parse(line, &request, &fail) < 0) {
		must(fail.what[0] != '\0');
		return 0;
	}
	must(request.verb < VERB_COUNT);
	if (verb_rows[request.verb].ask < 0)
		return 0;
	question.ask = (uint8_t)verb_rows[request.verb].ask;
	question.is_json = request.is_json;
	question.flag = request.flag;
	snprintf(question.text, sizeof(question.text), "%s", request.text);
	must(message_check(MESSAGE_QUESTION, &question, sizeof(question)));
	return 0;
}
