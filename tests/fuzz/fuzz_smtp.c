/* SPDX-License-Identifier: BSD-2-Clause */
/* Dialogues: a byte of flags, then steps: who speaks or is missing and how long, then what he says. */
#include "base/bytes.h"
#include "fuzz.h"
#include "source/capture/smtp.h"
#include "source/observation.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_on(bytes, size);
	uint8_t flags = reader_u8(&reader);
	uint32_t sequence = 0xffffff00;
	struct smtp smtp;
	int outcome;

	smtp_init(&smtp, flags & 1, flags & 2);
	while (reader_left(&reader) > 0) {
		uint8_t step = reader_u8(&reader);
		size_t length = step >> 2;
		const uint8_t *text;

		if ((step & 2) != 0) {
			if ((step & 1) != 0)
				smtp_client_gap(&smtp, sequence, length * 40);
			else
				smtp_server_gap(&smtp, sequence += (uint32_t)length * 40);
			continue;
		}
		if (length > reader_left(&reader))
			length = reader_left(&reader);
		text = reader_take(&reader, length);
		if ((step & 1) != 0) {
			smtp_client(&smtp, sequence, text, length);
		} else {
			smtp_server(&smtp, sequence, text, length);
			sequence += (uint32_t)length;
		}
		must(smtp.client_line.size <= sizeof(smtp.client_line.begin));
		must(smtp.server_line.size <= 4);
		must(smtp.client != SMTP_IN_TLS || (smtp.seen & SMTP_TLS) != 0);
	}
	outcome = smtp_outcome(&smtp, flags & 4, flags & 8);
	must(outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_REFUSED ||
		outcome == OUTCOME_UNKNOWN);
	must((smtp.seen & SMTP_DATA_PHASE) == 0 || outcome == OUTCOME_ACCEPTED);
	return 0;
}
