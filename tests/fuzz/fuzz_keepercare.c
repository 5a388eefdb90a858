/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions of a portal that was broken into, to a keeper with a ledger: each gets an answer, with the case of who asks
 * and no other, and what is written can be read. Of each question the first byte says what it would be, the second
 * how often its bytes are overwritten (some_ledger.h). */
#include "base/bytes.h"
#include "fuzz.h"
#include "ledger/care.h"
#include "ledger/reading.h"
#include "service/keepercare.h"
#include "some_ledger.h"

#define QUESTIONS 16

static struct portalask
make(const struct some_ledger *some, unsigned kind)
{
	const struct hash_key *key = &some->keys.pseudonym;
	unsigned number = 1 + kind % 4;
	struct portalask ask = {.version = PORTALASK_VERSION,
		.deed = (uint8_t)(kind >> 2 & 3),
		.by_code = kind >> 4 & 1,
		.page = PORTAL_LINE,
		.port = 40000,
		.topic = kind >> 5 & 1 ? TOPIC_ROUTER : TOPIC_CAMERA,
		.address = address_from_v4(0xc0000200 + number),
		.text = {[TOPIC_HELD] = 1, [TOPIC_BLOCKED] = 2, [TOPIC_ROUTER] = 3},
		.text_b = {[TOPIC_HELD] = kind >> 6 & 1},
		.number = 4711,
		.language = "nb",
		.says = "I have no camera"};

	casecode_format(number, key, ask.code);
	casepin_format(number, key, ask.pin);
	if (ask.deed == PORTAL_TICK) {
		ask.steps = 1;
		ask.step[0].topic = ask.topic;
		snprintf(ask.step[0].name, sizeof(ask.step[0].name), "power");
	}
	return ask;
}

/* It is the case of who asks. */
static void
check_owner(const struct some_ledger *some, const struct portalask *ask, const struct carecase *of)
{
	const struct hash_key *key = &some->keys.pseudonym;
	struct address address;
	uint64_t number, asked;

	must(casecode_parse(text_of(of->code), key, &number) == 0);
	must(number >= 1 && number <= SOME_LEDGER_HELD);
	address = address_from_v4((uint32_t)(0xc0000200 + number));
	if (ask->by_code)
		must(casecode_parse(text_of(ask->code), key, &asked) == 0 && asked == number &&
			casepin_is(number, key, text_of(ask->pin)));
	else
		must(address_equal(&address, &ask->address));
}

static int
check_row(void *context, const struct care *row)
{
	(void)context;
	must(row->what < CARE_WHATS && row->channel <= CARE_CODE);
	must(text_check_line(text_of(row->subject)) == 0);
	must(text_check_line(text_of(row->details)) == 0);
	must(text_check_line(text_of(row->language)) == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_on(bytes, size);
	static struct keepercare care;
	struct some_ledger *some = some_ledger_begin();

	keepercare_begin(&care);
	for (unsigned i = 0; i < QUESTIONS && reader_left(&reader) > 1; i++) {
		struct portalask ask = make(some, reader_u8(&reader));
		unsigned patches = reader_u8(&reader);
		struct portalanswer answer;

		for (unsigned n = 0; n < patches && reader_left(&reader) > 0; n++)
			some_ledger_patch(&ask, sizeof(ask), &reader);
		must(keepercare_answer(&care, some->ledger, some->lines, &ask, i * WALL_MINUTE,
			     &answer, NULL) == 0);
		must(answer.version == PORTALASK_VERSION && answer.number == ask.number);
		must(answer.outcome < PORTAL_OUTCOMES && carecase_check(&answer.of));
		must(portalask_check(&ask) || answer.outcome == PORTAL_REFUSED);
		must(portalask_check(&ask) || !answer.of.is_there);
		if (answer.of.is_there)
			check_owner(some, &ask, &answer.of);
	}
	for (uint64_t number = 1; number <= SOME_LEDGER_CASES; number++)
		must(ledger_each_care(some->ledger, number, check_row, NULL, NULL) >= 0);
	must(care.counts.releases <= CARE_RELEASES * SOME_LEDGER_HELD);
	some_ledger_end(some);
	return 0;
}
