/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/message.h"

#include "runtime/channel.h"
#include "verdict/verdict.h"

#include <errno.h>
#include <string.h>

static bool
is_terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
is_question(const struct question *question)
{
	return question->ask < ASK_COUNT && question->is_json <= 1 && question->flag <= 1 &&
		is_terminated(question->actor, sizeof(question->actor)) &&
		is_terminated(question->text, sizeof(question->text));
}

static bool
is_open_page(const struct open_page *page, size_t size)
{
	if (size < offsetof(struct open_page, open) || page->count > MESSAGE_OPEN_MOST ||
		size != offsetof(struct open_page, open) + page->count * sizeof(*page->open))
		return false;
	for (uint32_t i = 0; i < page->count; i++) {
		const struct open_case *open = &page->open[i];

		if (open->state >= STATE_COUNT || open->highest >= STATE_COUNT ||
			open->role >= ROLE_COUNT || open->is_decided > 1)
			return false;
	}
	return true;
}

static bool
is_held_page(const struct held_page *page, size_t size)
{
	return size >= offsetof(struct held_page, order) && page->count <= MESSAGE_HELD_MOST &&
		size == offsetof(struct held_page, order) + page->count * sizeof(*page->order);
}

bool
message_check(uint16_t type, const void *body, size_t size)
{
	const struct answer *answer = body;
	const struct open_question *open = body;

	switch ((enum message_type)type) {
	case MESSAGE_READY:
	case MESSAGE_STOP:
	case MESSAGE_REPLACE:
		return size == 0;
	case MESSAGE_QUESTION:
		return size == sizeof(struct question) && is_question(body);
	case MESSAGE_ANSWER:
		return size >= offsetof(struct answer, text) &&
			answer->size <= sizeof(answer->text) && answer->code <= 0 &&
			size == offsetof(struct answer, text) + answer->size;
	case MESSAGE_OPEN:
		return size == sizeof(*open) && open->judges > 0 && open->judge < open->judges;
	case MESSAGE_OPEN_PAGE:
		return is_open_page(body, size);
	case MESSAGE_HELD:
		return size == sizeof(struct held_question);
	case MESSAGE_HELD_PAGE:
		return is_held_page(body, size);
	case MESSAGE_COUNT:
		break;
	}
	return false;
}

int64_t
message_receive(int channel, uint16_t *type, void *body, size_t room)
{
	int64_t size = channel_receive(channel, type, body, room);

	return size < 0 || message_check(*type, body, (size_t)size) ? size : -EBADMSG;
}
