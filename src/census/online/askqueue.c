/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/askqueue.h"

#include <stdio.h>
#include <stdlib.h>

#define BURST 2

struct askqueue *
askqueue_new(void)
{
	return xcalloc(1, sizeof(struct askqueue));
}

struct askqueue *
askqueue_free(struct askqueue *asking)
{
	for (size_t i = 0; asking != NULL && i < asking->count; i++) {
		free(asking->servers[i].questions);
		free(asking->servers[i].answered);
		free(asking->servers[i].answered_family);
	}
	free(asking);
	return NULL;
}

struct askqueue_server *
askqueue_server(struct askqueue *asking, enum askqueue_way way, const char *name,
	enum registry_name registry, unsigned per_minute)
{
	struct askqueue_server *server;

	for (size_t i = 0; i < asking->count; i++) {
		server = &asking->servers[i];
		if (server->way == way && strcmp(server->name, name) == 0)
			return server;
	}
	if (asking->count == ASKQUEUE_SERVERS || strlen(name) >= ASKQUEUE_NAME)
		return NULL;
	server = &asking->servers[asking->count++];
	*server = (struct askqueue_server){.way = way, .registry = registry, .behind = ""};
	snprintf(server->name, sizeof(server->name), "%s", name);
	bucket_init(&server->bucket, per_minute, BURST);
	return server;
}

static void
put(struct askqueue_server *server, struct askqueue_question question)
{
	if (server->count == server->size) {
		server->size = server->size > 0 ? 2 * server->size : 64;
		server->questions =
			xrealloc(server->questions, server->size * sizeof(*server->questions));
	}
	server->questions[server->count++] = question;
}

void
askqueue_add(struct askqueue_server *server, enum range_family family, ipnumber address)
{
	put(server, (struct askqueue_question){.address = address, .family = (uint8_t)family});
}

uint64_t
askqueue_estimate(const struct askqueue *asking)
{
	uint64_t most = 0;

	for (size_t i = 0; i < asking->count; i++) {
		const struct askqueue_server *server = &asking->servers[i];
		uint64_t takes = (server->count - server->next) * server->bucket.interval;

		if (!server->is_given_up && takes > most)
			most = takes;
	}
	return most;
}

static bool
is_answered(const struct askqueue_server *server, const struct askqueue_question *question)
{
	for (size_t i = server->answered_count; i > 0; i--) {
		if (server->answered_family[i - 1] == question->family &&
			server->answered[i - 1].low <= question->address &&
			server->answered[i - 1].high >= question->address)
			return true;
	}
	return false;
}

/* Past questions that an answer has answered: those that were never asked come in order, so that the last one can. */
static void
pass_answered(struct askqueue_server *server)
{
	for (; server->next < server->count; server->next++, server->saved++) {
		const struct askqueue_question *question = &server->questions[server->next];

		if (server->answered_count == 0 || !is_answered(server, question))
			return;
	}
}

static void
give_up(struct askqueue_server *server)
{
	server->is_given_up = true;
	server->lost += server->count - server->next;
	server->next = server->count;
}

enum askqueue_step
askqueue_next(struct askqueue *asking, uint64_t now, uint64_t *when,
	struct askqueue_server **server, struct askqueue_question *ret)
{
	struct askqueue_server *best = NULL;

	for (size_t i = 0; i < asking->count; i++) {
		struct askqueue_server *other = &asking->servers[i];
		uint64_t at;

		pass_answered(other);
		if (other->next == other->count)
			continue;
		at = bucket_when(&other->bucket, now);
		if (best == NULL || at < *when) {
			best = other;
			*when = at;
		}
	}
	if (best == NULL)
		return ASKQUEUE_DONE;
	if (*when > now)
		return ASKQUEUE_WAIT;
	bucket_take(&best->bucket, now);
	*ret = best->questions[best->next++];
	ret->tries++;
	best->asked++;
	*server = best;
	return ASKQUEUE_ASK;
}

static void
note_answered(struct askqueue_server *server, const struct netanswer *answer)
{
	if (server->answered_count == server->answered_size) {
		server->answered_size = server->answered_size > 0 ? 2 * server->answered_size : 64;
		server->answered = xrealloc(
			server->answered, server->answered_size * sizeof(*server->answered));
		server->answered_family = xrealloc(server->answered_family, server->answered_size);
	}
	server->answered[server->answered_count] = answer->range;
	server->answered_family[server->answered_count++] = (uint8_t)answer->family;
}

/* The same once more, and then the others. */
static void
ask_again(struct askqueue_server *server, struct askqueue_question question)
{
	question.tries--;
	server->questions[--server->next] = question;
}

void
askqueue_settle(struct askqueue_server *server, const struct askqueue_question *question,
	const struct netanswer *answer, uint64_t now, uint64_t after)
{
	server->results[answer->result]++;
	if (answer->result <= NETANSWER_WITHHELD) {
		bucket_answered(&server->bucket);
		server->failures = 0;
		if (answer->has_range)
			note_answered(server, answer);
		return;
	}
	memcpy(server->why, answer->why, sizeof(server->why));
	if (answer->result == NETANSWER_BUSY) {
		bucket_refused(&server->bucket, now, after);
		ask_again(server, *question);
		if (server->bucket.refusals >= ASKQUEUE_REFUSALS)
			give_up(server);
		return;
	}
	if (question->tries < ASKQUEUE_TRIES)
		put(server, *question);
	else
		server->lost++;
	if (++server->failures >= ASKQUEUE_FAILURES)
		give_up(server);
}
