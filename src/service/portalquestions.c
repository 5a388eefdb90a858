/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portalquestions.h"

#include "base/hash.h"
#include "runtime/channel.h"

#include <errno.h>

#define SLOT(number) ((number) % PORTALQUESTIONS_MOST)

void
portalquestions_init(struct portalquestions *questions, int channel)
{
	*questions = (struct portalquestions){.channel = channel};
	hash_words_random(&questions->next, 1);
	/* Zero is no number. */
	questions->next = questions->next >> 1 | 1;
	questions->first = questions->next;
	channel_clear(channel);
}

/* Those at the begin whose answers came, or were given up. */
static void
pass_over(struct portalquestions *questions)
{
	while (questions->first < questions->next &&
		questions->slot[SLOT(questions->first)].who == NULL)
		questions->first++;
}

enum portal_outcome
portalquestions_ask(struct portalquestions *questions, struct portalask *ask, void *who, int64_t us)
{
	uint64_t number = questions->next;

	pass_over(questions);
	if (number - questions->first == PORTALQUESTIONS_MOST)
		return PORTAL_LATER;
	ask->version = PORTALASK_VERSION;
	ask->number = number;
	if (channel_send(questions->channel, PORTALASK_QUESTION, ask, sizeof(*ask)) < 0)
		return PORTAL_AWAY;
	questions->slot[SLOT(number)].who = who;
	questions->slot[SLOT(number)].asked_us = us;
	questions->next++;
	return PORTAL_SHOWN;
}

/* Who asked it, and asks it no more. */
static void *
end(struct portalquestions *questions, uint64_t number)
{
	void *who;

	if (number < questions->first || number >= questions->next)
		return NULL;
	who = questions->slot[SLOT(number)].who;
	questions->slot[SLOT(number)].who = NULL;
	return who;
}

void
portalquestions_forget(struct portalquestions *questions, uint64_t number)
{
	(void)end(questions, number);
}

void *
portalquestions_take(struct portalquestions *questions, struct portalanswer *ret)
{
	uint16_t type;
	int64_t size;

	while ((size = channel_receive(questions->channel, &type, ret, sizeof(*ret))) >= 0 ||
		size == -EBADMSG) {
		bool is_whole = size == sizeof(*ret) && type == PORTALASK_ANSWER &&
			ret->version == PORTALASK_VERSION;
		bool is_good =
			is_whole && ret->outcome < PORTAL_OUTCOMES && carecase_check(&ret->of);
		void *who = is_whole ? end(questions, ret->number) : NULL;

		questions->malformed += !is_good;
		if (who == NULL)
			continue;
		if (!is_good)
			*ret = (struct portalanswer){.outcome = PORTAL_AWAY};
		return who;
	}
	questions->is_over = size == -EPIPE;
	return NULL;
}

void *
portalquestions_late(struct portalquestions *questions, int64_t us)
{
	pass_over(questions);
	if (questions->first == questions->next ||
		us - questions->slot[SLOT(questions->first)].asked_us < PORTALASK_WAIT_US)
		return NULL;
	return end(questions, questions->first);
}
