/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaymilter.h"

#include "relay/milteranswer.h"

#include <errno.h>
#include <event2/event.h>

/* Of a sender; of a longer one the end is kept, where its domain is. */
#define SENDER_MOST 320

struct session {
	struct milter milter;
	struct relaymilter *of;
	struct stream *stream;
	struct event *timer; /* NULL: no answer had to wait yet */
	int64_t wait_us;     /* beyond the timer */
	struct wall begun;
	uint64_t number;   /* of the stream */
	uint64_t messages; /* begun */
	uint64_t message;  /* as the guard knows it; 0: it was asked nothing about this one */
	struct address client;
	uint32_t recipients; /* accepted */
	bool is_held;
	uint16_t sender_length;
	char sender[SENDER_MOST];
};

void
relaymilter_begin(struct relaymilter *of)
{
	buffer_init(&of->reply, REPLY_MOST);
	/* More than a server that waits for its answers can be told after one read. */
	buffer_init(&of->answer, 4 * STREAM_READ);
}

void
relaymilter_done(struct relaymilter *of)
{
	buffer_done(&of->reply);
	buffer_done(&of->answer);
}

/* No other message has it: not one of a stream with the same number before a restart either. */
static uint64_t
name_message(const struct session *session)
{
	const uint64_t name[] = {session->of->number, session->number, (uint64_t)session->begun.us,
		session->messages};
	uint64_t hash = hash_keyed(&session->of->key, name, sizeof(name));

	return hash != 0 ? hash : 1;
}

static struct text
find_certificate(const struct milter *milter)
{
	struct text verify = milter_macro(milter, MILTER_VERIFY);
	bool is_trusted = verify.length > 0 ? text_is(verify, "OK")
					    : (milter->actions & MILTER_ACTION_LIST) != 0;

	return is_trusted ? milter_macro(milter, MILTER_CERT_SUBJECT) : TEXT("");
}

static bool
is_local(const struct milter *milter)
{
	struct text mailer = milter_macro(milter, MILTER_RCPT_MAILER);

	return text_is(mailer, "local") || text_is(mailer, "virtual");
}

/* Asks about the message that is open. */
static struct decision
ask(struct session *session, enum envelope_stage stage, struct text recipient, struct wall now)
{
	const struct milter *milter = &session->milter;
	struct relaymilter *of = session->of;
	struct envelope envelope = {
		.account = milter_macro(milter, MILTER_AUTH_AUTHEN),
		.certificate = find_certificate(milter),
		.sender = {session->sender, session->sender_length},
		.recipient = recipient,
		.queue_id = milter_macro(milter, MILTER_QUEUE_ID),
		.client = session->client,
		.count = stage == ENVELOPE_END ? session->recipients : 0,
		.stage = (uint8_t)stage,
		.is_local = stage == ENVELOPE_RECIPIENT && is_local(milter),
		.is_settled = true,
	};
	struct decision decision;

	if (session->message == 0)
		session->message = name_message(session);
	envelope.message = session->message;
	decision = relay_decide(of->relay, &envelope, now);
	of->counts.shadowed += decision.act != decision.would;
	return decision;
}

/* The message ended, or its connection did: what it has reserved is free. */
static void
give_up(struct session *session)
{
	struct relaymilter *of = session->of;

	if (session->message == 0)
		return;
	(void)ask(session, ENVELOPE_ABORT, TEXT(""), of->now(of->context));
	of->counts.aborted++;
	session->message = 0;
}

static void
refuse_with(struct session *session, struct text reply)
{
	struct relaymilter *of = session->of;
	struct fail fail;

	of->counts.denied++;
	if (milter_refuse(&session->milter, reply, &of->answer, &fail) < 0)
		milter_answer(&session->milter, MILTER_TEMPFAIL, &of->answer);
}

static void
refuse(struct session *session, enum envelope_stage stage, const struct decision *decision,
	struct wall now)
{
	struct relaymilter *of = session->of;

	refuse_with(session, relaytext_make(&of->text, stage, decision, now, &of->reply));
}

static bool
is_late(struct relaymilter *of)
{
	bool is = of->is_late != NULL && of->is_late(of->context);

	of->counts.late += is;
	return is;
}

static void
arm(struct session *session)
{
	int64_t us = session->wait_us < RELAYMILTER_PROGRESS_US ? session->wait_us
								: RELAYMILTER_PROGRESS_US;
	struct timeval time = {.tv_sec = us / WALL_SECOND, .tv_usec = us % WALL_SECOND};

	session->wait_us -= us;
	must(event_add(session->timer, &time) == 0);
}

static void
on_timer(evutil_socket_t none, short what, void *context)
{
	struct session *session = context;
	struct buffer *answer = &session->of->answer;

	(void)none;
	(void)what;
	buffer_clear(answer);
	if (session->wait_us > 0) {
		milter_progress(&session->milter, answer);
		arm(session);
	} else {
		milter_answer(&session->milter, MILTER_CONTINUE, answer);
	}
	stream_answer(session->stream, answer->at, answer->length);
	/* The stream may end here, and the session with it. */
	stream_go_on(session->stream);
}

/* "Continue", later. The stream is listened to meanwhile: a server may give up, and its message then counts no more. */
static void
go_on_after(struct session *session, int64_t us, int64_t most)
{
	struct relaymilter *of = session->of;

	if (us <= 0) {
		milter_answer(&session->milter, MILTER_CONTINUE, &of->answer);
		return;
	}
	of->counts.slowed++;
	milter_progress(&session->milter, &of->answer);
	if (session->timer == NULL)
		session->timer = evtimer_new(of->base, on_timer, session);
	must(session->timer != NULL);
	session->wait_us = us < most ? us : most;
	arm(session);
}

static void
on_mail(struct session *session, const struct milter_event *event)
{
	struct text sender = event->name;

	if (sender.length > SENDER_MOST)
		sender =
			(struct text){sender.at + sender.length - SENDER_MOST, (size_t)SENDER_MOST};
	if (sender.length > 0)
		memcpy(session->sender, sender.at, sender.length);
	session->sender_length = (uint16_t)sender.length;
	session->messages++;
	session->recipients = 0;
	session->is_held = false;
	session->of->counts.messages++;
	milter_answer(&session->milter, MILTER_CONTINUE, &session->of->answer);
}

static bool
can_hold(const struct session *session)
{
	return (session->milter.actions & MILTER_ACTION_QUARANTINE) != 0;
}

static void
on_recipient(struct session *session, const struct milter_event *event, struct wall now)
{
	struct decision decision = {.act = DECISION_PASS};
	bool holds;

	session->of->counts.recipients++;
	if (!is_late(session->of)) {
		decision = ask(session, ENVELOPE_RECIPIENT, event->name, now);
	} else if (session->of->fails_closed) {
		refuse_with(session, TEXT(RELAYTEXT_BUSY));
		return;
	}
	holds = decision.act == DECISION_HOLD;
	session->of->counts.not_agreed += holds && !can_hold(session);
	if (decision.act >= DECISION_DEFER && !(holds && can_hold(session))) {
		refuse(session, ENVELOPE_RECIPIENT, &decision, now);
		return;
	}
	session->recipients++;
	/* A server holds a whole message, and only at its end. */
	session->is_held = session->is_held || holds;
	go_on_after(
		session, decision.act == DECISION_SLOW ? decision.slow_us : 0, RELAYMILTER_RCPT_US);
}

/* Before all: above this server's own Received field (in Sendmail and Postfix), where nothing can stand that came with
 * the message. */
static void
add_trace(struct session *session, struct text number)
{
	struct relaymilter *of = session->of;
	struct fail fail;

	if (of->adds_trace && number.length > 0 &&
		milter_insert_header(&session->milter, 0, TEXT("X-Lazaret-Case"), number,
			&of->answer, &fail) < 0)
		of->counts.not_agreed++;
}

static void
hold(struct session *session, struct text number)
{
	struct relaymilter *of = session->of;
	char reason[64];
	struct fail fail;

	snprintf(reason, sizeof(reason), "held by the relay guard%s%.*s",
		number.length > 0 ? ", case " : "", (int)number.length, number.at);
	if (milter_quarantine(&session->milter, text_of(reason), &of->answer, &fail) < 0)
		of->counts.not_agreed++;
	else
		of->counts.held++;
}

static void
on_end_of_message(struct session *session, struct wall now)
{
	bool late = is_late(session->of), holds;
	struct decision decision;
	struct text number;

	session->of->counts.ends++;
	if (late && session->of->fails_closed) {
		give_up(session);
		refuse_with(session, TEXT(RELAYTEXT_BUSY));
		return;
	}
	/* What passes since it is late counts. */
	decision = ask(session, ENVELOPE_END, TEXT(""), now);
	session->message = 0;
	if (late)
		decision.act = DECISION_PASS;
	number = (struct text){decision.number, strnlen(decision.number, DECISION_NUMBER)};
	holds = decision.act == DECISION_HOLD;
	session->of->counts.not_agreed += holds && !can_hold(session);
	if (decision.act >= DECISION_DEFER && !(holds && can_hold(session))) {
		refuse(session, ENVELOPE_END, &decision, now);
		return;
	}
	add_trace(session, number);
	if (holds || session->is_held)
		hold(session, number);
	go_on_after(
		session, decision.act == DECISION_SLOW ? decision.slow_us : 0, RELAYMILTER_END_US);
}

static void
on_event(struct session *session, const struct milter_event *event)
{
	struct relaymilter *of = session->of;

	/* An answer that waited waits no more. */
	if (session->timer != NULL)
		(void)event_del(session->timer);
	switch (event->what) {
	case MILTER_CONNECT:
		of->counts.connections++;
		session->client = event->client;
		break;
	case MILTER_MAIL:
		on_mail(session, event);
		break;
	case MILTER_RCPT:
		on_recipient(session, event, of->now(of->context));
		break;
	case MILTER_END:
		on_end_of_message(session, of->now(of->context));
		break;
	case MILTER_ABORT:
		give_up(session);
		break;
	case MILTER_QUIT:
		stream_close(session->stream);
		break;
	case MILTER_HELO:
	case MILTER_DATA:
	case MILTER_QUIT_NC:
		break;
	}
}

static void
begin(void *context, struct stream *stream)
{
	struct session *session = stream_state(stream);
	struct relaymilter *of = context;

	milter_init(&session->milter);
	session->of = of;
	session->stream = stream;
	session->number = of->streams++;
	session->begun = of->now(of->context);
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct session *session = stream_state(stream);
	struct relaymilter *of = context;
	struct reader reader = reader_on(bytes.at, bytes.length);
	struct milter_event event;
	struct fail fail = {0};
	int r;

	buffer_clear(&of->answer);
	while ((r = milter_read(&session->milter, &reader, &of->answer, &event, &fail)) > 0)
		on_event(session, &event);
	if (r == 0 && of->answer.failed) {
		session->milter.fault = MILTER_BAD_HASTE;
		r = -EBADMSG;
	}
	if (r < 0) {
		of->counts.fault[session->milter.fault]++;
		return r;
	}
	stream_answer(stream, of->answer.at, of->answer.length);
	return (int64_t)(bytes.length - reader_left(&reader));
}

static void
end(void *context, struct stream *stream, enum stream_end why)
{
	struct session *session = stream_state(stream);

	(void)context;
	(void)why;
	give_up(session);
	session->of->counts.left_out += session->milter.macros.left_out;
	if (session->timer != NULL)
		event_free(session->timer);
}

const struct stream_protocol relaymilter_protocol = {
	.state_bytes = sizeof(struct session), .begin = begin, .take = take, .end = end};
