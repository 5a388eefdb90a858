/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions of a notifier that was broken into, to a keeper with a ledger: each gets an answer, what is handed out is
 * due, and nothing but that one of these was sent is written. Of each question the first byte says what it would be
 * and how many days pass before, the second how often its bytes are overwritten (some_ledger.h). */
#include "base/bytes.h"
#include "fuzz.h"
#include "ledger/caselot.h"
#include "ledger/horizon.h"
#include "service/keepernotice.h"
#include "some_ledger.h"

#define QUESTIONS 24
#define STILL     (7 * WALL_DAY)

/* Each day is seen, as a ledger in use sees it. */
static void
pass(struct ledger *ledger, unsigned days)
{
	for (; days > 0; days--) {
		ledger_set_time(ledger, (struct wall){ledger_time(ledger).us + WALL_DAY});
		must(ledger_note(ledger, ACTION_RETENTION, 0, TEXT(""), NULL) == 0);
	}
}

static struct noticeask
make(unsigned kind, const struct noticeanswer *last)
{
	struct noticeask ask = {.version = NOTICEASK_VERSION,
		.verb = (uint8_t)(kind % 3),
		.kind = last->kind,
		.channel = CARE_EMAIL,
		.of_two = kind >> 2 & 1,
		.number = kind,
		.text = 1,
		.language = "nb"};

	ask.after = ask.verb == NOTICEASK_NEXT ? (kind & 8 ? last->after : 0) : last->of_case;
	return ask;
}

static void
check_one(const struct some_ledger *some, const struct noticeanswer *one)
{
	const struct hash_key *key = &some->keys.pseudonym;
	uint64_t number;
	char name[16];

	must(one->of_case >= 1 && one->of_case <= SOME_LEDGER_HELD);
	must(casecode_parse(text_of(one->code), key, &number) == 0 && number == one->of_case);
	must(casepin_is(number, key, text_of(one->pin)));
	must(one->lot == caselot(number, key));
	snprintf(name, sizeof(name), "192.0.2.%u", (unsigned)number);
	must(strcmp(one->name, name) == 0);
}

static int
check_row(void *context, const struct care *row)
{
	const struct some_ledger *some = context;
	char lot = caselot(row->of_case, &some->keys.pseudonym);

	must(row->what == CARE_NOTIFIED);
	must(row->channel >= CARE_EMAIL && row->channel < CARE_CHANNELS);
	must(*row->details == '\0' || (*row->details == lot && row->details[1] == '\0'));
	must(text_starts(text_of(row->subject), "notice-"));
	must(text_check_line(text_of(row->language)) == 0);
	return 0;
}

/* What comes of it is the answer. */
static void
ask(struct some_ledger *some, struct keepernotice *notices, const struct noticeask *ask,
	struct noticeanswer *answer)
{
	uint64_t kept = notices->counts.kept;
	struct notice due;
	int was = ledger_notice(some->ledger, ask->after, STILL, &due, NULL);

	must(keepernotice_answer(notices, some->ledger, &some->keys, STILL, ask, answer, NULL) ==
		0);
	must(noticeanswer_check(answer) && answer->number == ask->number);
	must(noticeask_check(ask) || answer->outcome == NOTICEASK_REFUSED);
	if (answer->outcome == NOTICEASK_ONE)
		check_one(some, answer);
	if (notices->counts.kept > kept)
		must(was == 1 && due.kind == ask->kind &&
			ledger_notice(some->ledger, ask->after, STILL, &due, NULL) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_on(bytes, size);
	struct keepernotice notices = {.first = 0};
	struct noticeanswer answer = {.version = 0}, last = {.version = 0};
	struct some_ledger *some = some_ledger_begin();

	for (unsigned i = 0; i < QUESTIONS && reader_left(&reader) > 1; i++) {
		unsigned kind = reader_u8(&reader), patches = reader_u8(&reader);
		struct noticeask question = make(kind, &last);

		pass(some->ledger, kind >> 4 & 7);
		for (unsigned n = 0; n < patches && reader_left(&reader) > 0; n++)
			some_ledger_patch(&question, sizeof(question), &reader);
		ask(some, &notices, &question, &answer);
		if (answer.outcome == NOTICEASK_ONE)
			last = answer;
	}
	for (uint64_t number = 1; number <= SOME_LEDGER_CASES; number++)
		must(ledger_each_care(some->ledger, number, check_row, some, NULL) >= 0);
	some_ledger_end(some);
	return 0;
}
