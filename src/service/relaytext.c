/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaytext.h"

struct text
relaytext_make(const struct relaytext *settings, enum envelope_stage stage,
	const struct decision *decision, struct wall now, struct buffer *into)
{
	struct reply reply = {
		.language = settings->language,
		.stage = stage,
		.is_case = decision->is_case,
		.is_final = decision->would == DECISION_REJECT,
		.limit = (enum limit)decision->limit,
		.why = decision->why,
		.now = now,
		.help = settings->help,
		.number = text_of(decision->number),
	};

	buffer_clear(into);
	reply_make(&reply, into);
	return (struct text){into->at, into->length};
}
