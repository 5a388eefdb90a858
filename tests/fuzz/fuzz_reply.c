/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message that came back: what is shown of it is one line, mailboxes can be written to, a letter is one,
 * and nobody guesses a return address. */
#include "base/mime.h"
#include "census/letter/lettercase.h"
#include "census/outbox/reply.h"
#include "census/outbox/returnpath.h"
#include "fuzz.h"

static const struct reply_place place = {.key = "a key of thirty-two bytes, here",
	.bounce = {"bounces@census.example", 22},
	.domain = {"census.example", 14}};

/* Those in the corpus. */
static bool
is_known(const char *letter)
{
	return strcmp(letter, "LZ-2026-004711.2") == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text message = {(const char *)bytes, size};
	struct buffer scratch;
	struct reply reply;
	uint32_t of_case;
	uint16_t number;

	buffer_init(&scratch, REPLY_TEXT);
	reply_read(&place, message, &scratch, &reply);
	must(reply.kind < ANSWER_COUNT && reply.by <= REPLY_BY_NOTHING);
	must(text_check_line(text_of(reply.detail)) == 0);
	must(*reply.mailbox == '\0' || mime_check_address(text_of(reply.mailbox)) == 0);
	if (reply.by == REPLY_BY_NOTHING)
		must(*reply.letter == '\0');
	else if (reply.by == REPLY_BY_SUBJECT)
		must(lettercase_check_code(text_of(reply.letter)) == 0);
	else
		must(census_letter_parse(text_of(reply.letter), NULL, &of_case, &number) == 0);
	if (reply.by == REPLY_BY_RETURN)
		must(is_known(reply.letter));
	if (returnpath_read(place.key, place.bounce, message, reply.letter))
		must(is_known(reply.letter));
	buffer_done(&scratch);
	return 0;
}
