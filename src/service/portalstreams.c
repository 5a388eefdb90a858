/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portalstreams.h"

#include "runtime/clock.h"
#include "runtime/crowd.h"
#include "service/portalquestions.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* How often who waits for too long is looked for. */
#define LATE_US 100000
/* Of one page, and of those that a peer does not read. */
#define ANSWER_MOST  ((size_t)PORTAL_PAGE + 4096)
#define ANSWERS_MOST (2 * ANSWER_MOST)

static const struct httprequest_terms terms = {
	.wanted = {.at = "Accept-Language", .length = sizeof("Accept-Language") - 1},
	.head_most = PORTAL_HEAD,
	.body_most = PORTAL_BODY,
	.is_anybody = true,
};

static const struct carecase nothing;

struct portalstreams {
	struct portalstreams_settings settings;
	struct stream_listener *listener[PORTALSTREAMS_PLACES];
	size_t places;
	struct crowd crowd;
	struct portalquestions questions;
	struct portalstreams_counts counts;
	struct event *answers;
	struct event *late;
	struct buffer answer; /* that is made */
};

/* Of a connection. */
struct visit {
	struct httprequest_reader reader;
	struct portal_asked asked;
	char *form;      /* while the keeper is asked: its bytes are gone from the stream */
	uint64_t number; /* of the question; 0: none */
	bool is_deed;    /* it is the second */
};

/* Those of the case. */
static const struct texts *
texts_of(const struct portalstreams *streams, const struct carecase *of)
{
	const struct portalstreams_settings *settings = &streams->settings;

	return of->lot == 'B' && settings->texts_b != NULL ? settings->texts_b : settings->texts;
}

/* Answers. */

static void
answer(struct portalstreams *streams, struct stream *stream, const struct carecase *of,
	enum portal_outcome outcome)
{
	struct visit *visit = stream_state(stream);

	buffer_clear(&streams->answer);
	portal_answer(&streams->settings.portal, texts_of(streams, of), &visit->asked, of, outcome,
		streams->settings.now(streams->settings.context), &streams->answer);
	streams->counts.answered[outcome]++;
	stream_answer(stream, streams->answer.at, streams->answer.length);
	if (visit->asked.closes)
		stream_close(stream);
	free(visit->form);
	visit->form = NULL;
}

/* What is read here has one reading, and this has none: nothing more of that peer can be read. */
static void
refuse(struct portalstreams *streams, struct stream *stream)
{
	const struct visit *visit = stream_state(stream);

	streams->counts.refused++;
	buffer_clear(&streams->answer);
	buffer_print(&streams->answer,
		"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		httprequest_status[visit->reader.fault]);
	stream_answer(stream, streams->answer.at, streams->answer.length);
	stream_close(stream);
}

/* Questions. */

static void
fill_versions(const struct texts *texts, size_t language, uint32_t into[TOPIC_CASES])
{
	for (int topic = 0; texts != NULL && topic < TOPIC_CASES; topic++) {
		size_t of;

		into[topic] = texts_topic(texts, language, (enum topic)topic, &of)->version;
	}
}

static void
fill(const struct portalstreams *streams, const struct stream *stream,
	const struct portal_asked *asked, struct portalask *ask)
{
	const struct portalstreams_settings *settings = &streams->settings;

	*ask = (struct portalask){
		.by_code = asked->by_code,
		.port = stream_port(stream),
		.page = (uint8_t)asked->page,
		.topic = (uint8_t)(asked->page == PORTAL_STEPS ? asked->device : TOPIC_DEVICES),
		.address = *stream_peer(stream),
	};
	fill_versions(settings->texts, asked->language, ask->text);
	fill_versions(settings->texts_b, asked->language, ask->text_b);
	memcpy(ask->code, asked->code, sizeof(ask->code));
	memcpy(ask->pin, asked->pin, sizeof(ask->pin));
	snprintf(ask->language, sizeof(ask->language), "%s",
		texts_tag(settings->texts, asked->language));
}

static enum portal_outcome
ask(struct portalstreams *streams, struct stream *stream, struct portalask *question)
{
	struct visit *visit = stream_state(stream);
	enum portal_outcome outcome =
		portalquestions_ask(&streams->questions, question, stream, clock_steady());

	visit->number = outcome == PORTAL_SHOWN ? question->number : 0;
	streams->counts.asked += outcome == PORTAL_SHOWN;
	streams->counts.silent += outcome == PORTAL_AWAY;
	return outcome;
}

/* The first question: whose case is it? */
static enum portal_outcome
ask_case(struct portalstreams *streams, struct stream *stream)
{
	struct visit *visit = stream_state(stream);
	struct portalask question;
	enum portal_outcome outcome;

	fill(streams, stream, &visit->asked, &question);
	visit->is_deed = false;
	outcome = ask(streams, stream, &question);
	if (outcome == PORTAL_SHOWN && visit->asked.form.length > 0) {
		visit->form = xcalloc(1, visit->asked.form.length);
		memcpy(visit->form, visit->asked.form.at, visit->asked.form.length);
		visit->asked.form.at = visit->form;
	}
	return outcome;
}

/* The second, where the customer wants something done. False: the answer is due, with *outcome. */
static bool
ask_deed(struct portalstreams *streams, struct stream *stream, const struct carecase *of,
	enum portal_outcome *outcome)
{
	const struct portalstreams_settings *settings = &streams->settings;
	struct visit *visit = stream_state(stream);
	struct portal_wish wish;
	struct portalask question;

	*outcome = portal_wish(&settings->portal, texts_of(streams, of), &visit->asked, of,
		settings->now(settings->context), &wish);
	if (*outcome != PORTAL_SHOWN || wish.deed == PORTAL_NOTHING)
		return false;
	fill(streams, stream, &visit->asked, &question);
	question.deed = (uint8_t)wish.deed;
	question.steps = (uint16_t)wish.steps;
	memcpy(question.step, wish.step, sizeof(question.step));
	memcpy(question.says, wish.says, sizeof(question.says));
	visit->is_deed = true;
	*outcome = ask(streams, stream, &question);
	return *outcome == PORTAL_SHOWN;
}

/* The keeper has answered, or did not. The stream may end in it. */
static void
go_on(struct portalstreams *streams, struct stream *stream, const struct portalanswer *came)
{
	struct visit *visit = stream_state(stream);
	enum portal_outcome outcome = came->outcome;

	visit->number = 0;
	if (outcome == PORTAL_SHOWN && !visit->is_deed &&
		ask_deed(streams, stream, &came->of, &outcome))
		return;
	answer(streams, stream, &came->of, outcome);
	stream_go_on(stream);
}

static void
on_answers(evutil_socket_t socket, short what, void *context)
{
	struct portalstreams *streams = context;
	struct portalanswer came;
	struct stream *stream;

	(void)socket;
	(void)what;
	while ((stream = portalquestions_take(&streams->questions, &came)) != NULL)
		go_on(streams, stream, &came);
	if (streams->questions.is_over)
		(void)event_del(streams->answers);
}

static void
on_late(evutil_socket_t socket, short what, void *context)
{
	static const struct portalanswer none = {.outcome = PORTAL_AWAY};
	struct portalstreams *streams = context;
	int64_t now = clock_steady();
	struct stream *stream;

	(void)socket;
	(void)what;
	while ((stream = portalquestions_late(&streams->questions, now)) != NULL) {
		streams->counts.silent++;
		go_on(streams, stream, &none);
	}
}

/* Connections. */

static bool
admit(void *context, int socket, const struct address *peer)
{
	(void)socket;
	return crowd_enter(&((struct portalstreams *)context)->crowd, peer);
}

static void
end(void *context, struct stream *stream, enum stream_end why)
{
	struct portalstreams *streams = context;
	struct visit *visit = stream_state(stream);

	(void)why;
	if (visit->number != 0)
		portalquestions_forget(&streams->questions, visit->number);
	free(visit->form);
	crowd_leave(&streams->crowd, stream_peer(stream));
}

/* A request that was read. True: its answer comes later. */
static bool
take_request(struct portalstreams *streams, struct stream *stream,
	const struct httprequest *request, bool is_last)
{
	struct visit *visit = stream_state(stream);
	enum portal_outcome outcome = PORTAL_SHOWN;

	portal_read(streams->settings.texts, request, &visit->asked);
	visit->asked.closes = visit->asked.closes || is_last;
	if (portal_needs_case(&visit->asked)) {
		outcome = ask_case(streams, stream);
		if (outcome == PORTAL_SHOWN) {
			stream_wait(stream);
			return true;
		}
	}
	answer(streams, stream, &nothing, outcome);
	return false;
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct portalstreams *streams = context;
	struct visit *visit = stream_state(stream);
	size_t at = 0;

	for (unsigned i = 1; at < bytes.length; i++) {
		struct text rest = {bytes.at + at, bytes.length - at};
		struct httprequest request;
		int64_t n = httprequest_read(&visit->reader, rest, &terms, &request);

		if (n == 0)
			return (int64_t)at;
		if (n < 0) {
			refuse(streams, stream);
			break;
		}
		at += (size_t)n;
		if (take_request(streams, stream, &request, i == PORTALSTREAMS_AT_ONCE))
			return (int64_t)at;
		if (visit->asked.closes)
			break;
	}
	/* What comes behind the last is not read. */
	return (int64_t)bytes.length;
}

static const struct stream_protocol protocol = {
	.state_bytes = sizeof(struct visit),
	.admit = admit,
	.take = take,
	.end = end,
};

/* All of it. */

struct portalstreams *
portalstreams_new(const struct portalstreams_settings *settings)
{
	struct portalstreams *streams = xcalloc(1, sizeof(*streams));
	struct timeval period = {.tv_usec = LATE_US};

	streams->settings = *settings;
	buffer_init(&streams->answer, ANSWER_MOST);
	crowd_init(&streams->crowd, PORTALSTREAMS_PLACES * settings->connections_most,
		settings->line_most, settings->length6);
	portalquestions_init(&streams->questions, settings->keeper);
	streams->answers = event_new(
		settings->base, settings->keeper, EV_READ | EV_PERSIST, on_answers, streams);
	streams->late = event_new(settings->base, -1, EV_PERSIST, on_late, streams);
	must(streams->answers != NULL && event_add(streams->answers, NULL) == 0);
	must(streams->late != NULL && event_add(streams->late, &period) == 0);
	return streams;
}

struct portalstreams *
portalstreams_free(struct portalstreams *streams)
{
	if (streams == NULL)
		return NULL;
	for (size_t i = 0; i < streams->places; i++)
		streams->listener[i] = stream_unlisten(streams->listener[i]);
	event_free(streams->answers);
	event_free(streams->late);
	crowd_done(&streams->crowd);
	buffer_done(&streams->answer);
	free(streams);
	return NULL;
}

void
portalstreams_listen(struct portalstreams *streams, int socket, struct tls *tls)
{
	const struct stream_settings stream = {
		.socket = socket,
		.protocol = &protocol,
		.context = streams,
		.connections_most = streams->settings.connections_most,
		.request_most = PORTAL_HEAD + PORTAL_BODY + STREAM_READ,
		.answer_most = ANSWERS_MOST,
		.request_us = PORTALSTREAMS_REQUEST_US,
		.idle_us = PORTALSTREAMS_IDLE_US,
		.tls = tls,
	};

	must(streams->places < PORTALSTREAMS_PLACES);
	streams->listener[streams->places++] = stream_listen(streams->settings.base, &stream);
}

static void
add(struct stream_counts *to, const struct stream_counts *of)
{
	to->accepted += of->accepted;
	to->turned_away += of->turned_away;
	to->refused += of->refused;
	to->open += of->open;
	for (unsigned why = 0; why < STREAM_ENDS; why++)
		to->ended[why] += of->ended[why];
	to->tls.shaken += of->tls.shaken;
	to->tls.resumed += of->tls.resumed;
	for (unsigned fault = 0; fault < TLS_FAULTS; fault++)
		to->tls.faults[fault] += of->tls.faults[fault];
}

struct portalstreams_counts
portalstreams_counts(const struct portalstreams *streams)
{
	struct portalstreams_counts counts = streams->counts;

	for (size_t i = 0; i < streams->places; i++) {
		struct stream_counts of = stream_counts(streams->listener[i]);

		add(&counts.streams, &of);
	}
	counts.malformed = streams->questions.malformed;
	return counts;
}
