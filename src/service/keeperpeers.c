/* SPDX-License-Identifier: BSD-2-Clause */
/* keeper.h: who asks the keeper. */
#include "runtime/event.h"
#include "service/keeperaccount.h"
#include "service/keeperanswer.h"
#include "service/keeperinside.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Questions of the portal before others have their turn. */
#define PORTAL_TURN 8
/* And of the notifier, which may take longer. */
#define NOTIFIER_TURN 2

static void
answer_open(struct keeper *keeper, uint32_t judge)
{
	struct open_page *page = &keeper->page;
	struct fail fail = {0};

	/* The judge asks again. */
	if (keeper_open_page(keeper->ledger, &keeper->message.open, page, &fail) < 0) {
		keeperinside_fails(keeper, REFUSED_QUESTION, &fail);
		return;
	}
	keeperinside_works(keeper, REFUSED_QUESTION);
	(void)channel_send(keeper->estate->judge_keeper[judge].end[1], MESSAGE_OPEN_PAGE, page,
		offsetof(struct open_page, open) + page->count * sizeof(*page->open));
}

_Static_assert(sizeof(struct held_page) <= CHANNEL_BODY, "a page is a message");

static void
answer_held(struct keeper *keeper, int channel)
{
	struct held_page *page = &keeper->held;
	struct fail fail = {0};

	/* The actor asks again. */
	if (keeperorders_page(&keeper->orders, keeper->ledger, &keeper->message.held, page, &fail) <
		0) {
		keeperinside_fails(keeper, REFUSED_QUESTION, &fail);
		return;
	}
	keeper->way_us = page->is_last ? 0 : clock_steady() + KEEPER_WAY_US;
	(void)channel_send(channel, MESSAGE_HELD_PAGE, page,
		offsetof(struct held_page, order) + page->count * sizeof(*page->order));
}

/* A page at a time, so that verdicts wait for no more. */
void
keeperpeers_hear_actor(struct keeper *keeper)
{
	int channel = keeper->estate->actor_keeper.end[1];

	for (int i = 0; i < MESSAGE_TURN; i++) {
		uint16_t type;
		int64_t size = message_receive(
			channel, &type, keeper->message.bytes, sizeof(keeper->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size >= 0 && type == MESSAGE_HELD) {
			answer_held(keeper, channel);
			break;
		}
		event(EVENT_BAD_MESSAGE, "peer=actor number=0");
	}
}

/* Each asks for itself. */
static bool
is_open_question(const struct keeper *keeper, uint32_t judge, uint16_t type)
{
	const struct open_question *open = &keeper->message.open;

	return type == MESSAGE_OPEN && open->judge == judge &&
		open->judges == keeper->settings->estate.judges;
}

/* Judges that ask while there is no ledger wait: their question stays in the channel. */
void
keeperpeers_hear_judges(struct keeper *keeper)
{
	if (!keeperinside_has_ledger(keeper))
		return;
	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++) {
		int channel = keeper->estate->judge_keeper[j].end[1];
		int64_t size = 0;

		for (int i = 0; i < MESSAGE_TURN; i++) {
			uint16_t type;

			size = message_receive(
				channel, &type, keeper->message.bytes, sizeof(keeper->message));
			if (size < 0 && size != -EBADMSG)
				break;
			if (size >= 0 && is_open_question(keeper, j, type))
				answer_open(keeper, j);
			else
				event(EVENT_BAD_MESSAGE, "peer=judge number=%u", j);
		}
		keeper->is_judge_gone[j] = size == -EPIPE;
	}
}

static void
answer_portal(struct keeper *keeper)
{
	const struct portalask *ask = &keeper->message.portal;
	struct fail fail = {0};

	keeper->shown = (struct portalanswer){
		.version = PORTALASK_VERSION, .outcome = PORTAL_AWAY, .number = ask->number};
	if (!keeperinside_has_ledger(keeper))
		return;
	ledger_set_time(keeper->ledger, keeper->duty.clock.now);
	if (keepercare_answer(&keeper->care, keeper->ledger, keeper->settings->lines, ask,
		    clock_steady(), &keeper->shown, &fail) < 0)
		keeperinside_fails(keeper, REFUSED_QUESTION, &fail);
	else
		keeperinside_works(keeper, REFUSED_QUESTION);
}

/* Each may write, so verdicts wait for few of them. An answer that finds no room is left out: the portal does not wait
 * for it long. */
void
keeperpeers_hear_portal(struct keeper *keeper)
{
	int channel = keeper->estate->portal_keeper.end[1];

	for (int i = 0; i < PORTAL_TURN; i++) {
		uint16_t type;
		int64_t size = channel_receive(
			channel, &type, keeper->message.bytes, sizeof(keeper->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size != sizeof(struct portalask) || type != PORTALASK_QUESTION) {
			keeper->care.counts.asked++;
			keeper->care.counts.malformed++;
			event(EVENT_BAD_MESSAGE, "peer=portal number=0");
			continue;
		}
		answer_portal(keeper);
		(void)channel_send(
			channel, PORTALASK_ANSWER, &keeper->shown, sizeof(keeper->shown));
	}
}

static void
answer_notifier(struct keeper *keeper)
{
	const struct noticeask *ask = &keeper->message.notice;
	int64_t still_us = keeper->settings->notifying.still_us;
	struct fail fail = {0};

	keeper->due = (struct noticeanswer){
		.version = NOTICEASK_VERSION, .outcome = NOTICEASK_AWAY, .number = ask->number};
	if (!keeperinside_has_ledger(keeper))
		return;
	ledger_set_time(keeper->ledger, keeper->duty.clock.now);
	if (keepernotice_answer(&keeper->notices, keeper->ledger, &keeper->keys, still_us, ask,
		    &keeper->due, &fail) < 0)
		keeperinside_fails(keeper, REFUSED_QUESTION, &fail);
	else
		keeperinside_works(keeper, REFUSED_QUESTION);
}

/* As the portal's. */
void
keeperpeers_hear_notifier(struct keeper *keeper)
{
	int channel = keeper->estate->notifier_keeper.end[1];

	for (int i = 0; i < NOTIFIER_TURN; i++) {
		uint16_t type;
		int64_t size = channel_receive(
			channel, &type, keeper->message.bytes, sizeof(keeper->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size != sizeof(struct noticeask) || type != NOTICEASK_QUESTION) {
			keeper->notices.counts.refused++;
			event(EVENT_BAD_MESSAGE, "peer=notifier number=0");
			continue;
		}
		answer_notifier(keeper);
		(void)channel_send(channel, NOTICEASK_ANSWER, &keeper->due, sizeof(keeper->due));
	}
}

static void
answer(struct keeper *keeper)
{
	uint8_t ask = keeper->message.question.ask;
	const struct fail *refused;
	struct fail fail = {0};

	if (keeper->ledger == NULL) {
		keeper_answer_nothing(&keeper->message.question, &keeper->answer);
		return;
	}
	ledger_set_time(keeper->ledger, keeper->duty.clock.now);
	keeper_answer(keeper->ledger, keeper->settings->lines, &keeper->message.question,
		&keeper->answer);
	refused = ledger_refused(keeper->ledger);
	if (refused != NULL && keeper->refused == 0)
		keeperinside_fails(keeper, REFUSED_PERSON, refused);
	if (ask == ASK_AUDIT && keeper->answer.code == 0)
		keeperinside_seen(keeper);
	/* What the guard was not shown it is shown when the ledger is opened again. */
	if (ask == ASK_ORDER && keeperinside_show_orders(keeper, &fail) < 0)
		keeperinside_give_up(keeper, &fail);
	/* What follows of these is due now. */
	if (ask == ASK_NEVER || ask == ASK_RESUME)
		keeper->follow.due_us = 0;
}

void
keeperpeers_hear_desk(struct keeper *keeper)
{
	int channel = keeper->estate->desk_keeper.end[1];

	for (int i = 0; i < MESSAGE_TURN; i++) {
		uint16_t type;
		int64_t size = message_receive(
			channel, &type, keeper->message.bytes, sizeof(keeper->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size < 0 || type != MESSAGE_QUESTION) {
			event(EVENT_BAD_MESSAGE, "peer=desk number=0");
			continue;
		}
		(void)keeperinside_has_ledger(keeper);
		keeper->leased.now = keeper->duty.clock.now;
		answer(keeper);
		(void)channel_send(channel, MESSAGE_ANSWER, &keeper->answer,
			offsetof(struct answer, text) + keeper->answer.size);
	}
}
