/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaylogin.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

/* A request has to come, and its answer to go, in this. */
#define REQUEST_US (5 * WALL_SECOND)
/* Dovecot closes a connection itself after 10 s without a request. */
#define IDLE_US (60 * WALL_SECOND)
/* Of an answer with its head. */
#define ANSWER_MOST (AUTHPOLICY_ANSWER + 256)

struct relaylogin {
	struct relaylogin_settings settings;
	struct httprequest_terms terms; /* wanted: the field that brings the secret */
	/* What it must be, filled up with zeros, so that all of it is compared. */
	uint8_t secret[RELAYLOGIN_SECRET];
	size_t secret_length;
	struct authpolicy policy;
	struct buffer body;
	struct buffer answer;
	struct relaylogin_counts counts;
};

/* The field that brings it, and what must stand there. */
static int
read_secret(struct text secret, struct text *field, struct text *value, struct fail *fail)
{
	struct text rest = secret;

	*field = TEXT("X-API-Key");
	if (secret.length > 0 && memchr(secret.at, ':', secret.length) != NULL)
		*field = text_trim(text_cut(&rest, ':'));
	*value = text_trim(rest);
	if (secret.length == 0)
		return 0;
	if (field->length == 0 || value->length == 0 || value->length > RELAYLOGIN_SECRET ||
		text_check_line(secret) < 0) {
		fail_what(fail,
			"the secret is not \"NAME: VALUE\" or \"VALUE\" of at most %d bytes",
			RELAYLOGIN_SECRET);
		return -EINVAL;
	}
	return 0;
}

int
relaylogin_try_secret(struct text secret, struct fail *fail)
{
	struct text field, value;

	return read_secret(secret, &field, &value, fail);
}

static int
take_secret(struct relaylogin *login, struct fail *fail)
{
	struct text field, value;
	int r = read_secret(login->settings.secret, &field, &value, fail);

	if (r < 0 || value.length == 0)
		return r;
	login->terms.wanted = field;
	memcpy(login->secret, value.at, value.length);
	login->secret_length = value.length;
	return 0;
}

int
relaylogin_new(
	const struct relaylogin_settings *settings, struct relaylogin **ret, struct fail *fail)
{
	struct relaylogin *login = xcalloc(1, sizeof(*login));

	login->settings = *settings;
	login->terms = HTTPREQUEST_OF_PROGRAM;
	login->policy.key = settings->key;
	buffer_init(&login->body, AUTHPOLICY_ANSWER);
	buffer_init(&login->answer, ANSWER_MOST);
	if (take_secret(login, fail) < 0) {
		(void)relaylogin_free(login);
		return -EINVAL;
	}
	authpolicy_prepare();
	*ret = login;
	return 0;
}

struct relaylogin *
relaylogin_free(struct relaylogin *login)
{
	if (login == NULL)
		return NULL;
	buffer_done(&login->body);
	buffer_done(&login->answer);
	sodium_memzero(login->secret, sizeof(login->secret));
	free(login);
	return NULL;
}

struct relaylogin_counts
relaylogin_counts(const struct relaylogin *login)
{
	return login->counts;
}

/* Takes as long whatever is given. */
static bool
has_secret(const struct relaylogin *login, struct text given)
{
	uint8_t padded[RELAYLOGIN_SECRET] = {0};
	size_t length = given.length < sizeof(padded) ? given.length : sizeof(padded);
	bool is_same;

	if (login->secret_length == 0)
		return true;
	if (length > 0)
		memcpy(padded, given.at, length);
	is_same = sodium_memcmp(padded, login->secret, sizeof(padded)) == 0;
	return is_same && given.length == login->secret_length;
}

static void
answer(struct relaylogin *login, struct stream *stream, const char *status, bool closes)
{
	struct buffer *into = &login->answer;

	buffer_clear(into);
	buffer_print(into,
		"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n",
		status, login->body.length, closes ? "Connection: close\r\n" : "");
	buffer_add(into, login->body.at, login->body.length);
	stream_answer(stream, into->at, into->length);
	if (closes)
		stream_close(stream);
}

static void
refuse(struct relaylogin *login, struct stream *stream, const char *status)
{
	buffer_clear(&login->body);
	answer(login, stream, status, true);
}

static void
decide(struct relaylogin *login, const struct login *asked)
{
	const struct relaylogin_settings *settings = &login->settings;
	bool allows = settings->allow(settings->context, asked, settings->now(settings->context));

	login->counts.allowed += allows;
	login->counts.refused += !allows;
	authpolicy_answer(&login->body, allows);
}

/* A request with the secret. False: it was the peer's last. */
static bool
serve(struct relaylogin *login, struct stream *stream, const struct httprequest *request)
{
	const struct relaylogin_settings *settings = &login->settings;
	struct text command = httprequest_query(request->target, TEXT("command"));
	bool is_report = text_is(command, "report");
	struct login told;

	if (!is_report && !text_is(command, "allow")) {
		login->counts.unknown++;
		refuse(login, stream, "404 Not Found");
		return false;
	}
	if (authpolicy_read(&login->policy, request->body, is_report, &told, NULL) < 0) {
		/* Where the next request begins is known all the same. */
		login->counts.malformed[login->policy.fault]++;
		buffer_clear(&login->body);
		answer(login, stream, httprequest_status[HTTPREQUEST_WRONG], request->closes);
		return !request->closes;
	}
	login->counts.told[told.kind]++;
	buffer_clear(&login->body);
	if (is_report) {
		settings->report(settings->context, &told, settings->now(settings->context));
		authpolicy_answer(&login->body, true);
	} else {
		decide(login, &told);
	}
	answer(login, stream, httprequest_status[HTTPREQUEST_NO_FAULT], request->closes);
	return !request->closes;
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct httprequest_reader *reader = stream_state(stream);
	struct relaylogin *login = context;
	struct httprequest request;
	bool goes_on = true;
	size_t at = 0;

	while (goes_on && at < bytes.length) {
		struct text rest = {bytes.at + at, bytes.length - at};
		int64_t n = httprequest_read(reader, rest, &login->terms, &request);

		if (n == 0)
			return (int64_t)at;
		if (n < 0) {
			login->counts.http[reader->fault]++;
			refuse(login, stream, httprequest_status[reader->fault]);
			break;
		}
		at += (size_t)n;
		if (has_secret(login, request.field)) {
			login->counts.requests++;
			goes_on = serve(login, stream, &request);
		} else {
			login->counts.unauthorised++;
			refuse(login, stream, "401 Unauthorized");
			goes_on = false;
		}
	}
	/* Nothing is read of who is refused. */
	return (int64_t)bytes.length;
}

static const struct stream_protocol protocol = {
	.state_bytes = sizeof(struct httprequest_reader), .take = take};

struct stream_settings
relaylogin_stream(struct relaylogin *login, int socket, size_t connections_most)
{
	return (struct stream_settings){
		.socket = socket,
		.protocol = &protocol,
		.context = login,
		.connections_most = connections_most,
		.request_most = HTTPREQUEST_HEAD + HTTPREQUEST_BODY + STREAM_READ,
		.answer_most = (size_t)16 * STREAM_READ,
		.request_us = REQUEST_US,
		.idle_us = IDLE_US,
	};
}
