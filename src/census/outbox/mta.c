/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/mta.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_SECONDS 30L
#define COMMAND         8
#define URL             512

/* One message on its way. */
struct passing {
	struct text message;
	size_t handed;
	bool is_over;          /* all of it was taken from here */
	bool is_left;          /* libcurl said QUIT, as it does after a refusal */
	char command[COMMAND]; /* the last one that was sent */
	uint16_t code;         /* of the last reply */
	char text[MTA_TEXT];   /* and its last line */
};

struct mta {
	CURL *handle;
	struct mta_settings settings;
	char url[URL];
	char error[CURL_ERROR_SIZE];
	struct passing passing;
};

static size_t
hand_over(char *into, size_t size, size_t count, void *context)
{
	struct passing *passing = context;
	size_t n = passing->message.length - passing->handed;

	if (n > size * count)
		n = size * count;
	memcpy(into, passing->message.at + passing->handed, n);
	passing->handed += n;
	passing->is_over = passing->handed == passing->message.length;
	return n;
}

static void
show(struct text text, char into[MTA_TEXT])
{
	struct buffer line = {.at = into, .size = MTA_TEXT, .most = MTA_TEXT - 1};

	buffer_line(&line, text_trim(text), MTA_TEXT / 4);
	into[line.length] = '\0';
}

/* "250-text" or "250 text"; some say only "250". */
static void
note_reply(struct passing *passing, struct text line)
{
	uint64_t code;

	while (line.length > 0 &&
		(line.at[line.length - 1] == '\n' || line.at[line.length - 1] == '\r'))
		line.length--;
	if (line.length < 3 || text_parse_u64((struct text){line.at, 3}, 999, &code) < 0)
		return;
	passing->code = (uint16_t)code;
	show(line, passing->text);
}

static void
note_command(struct passing *passing, struct text line)
{
	size_t n = 0;

	while (n < line.length && n < COMMAND - 1 && text_small(line.at[n]) >= 'a' &&
		text_small(line.at[n]) <= 'z') {
		passing->command[n] = text_small(line.at[n]);
		n++;
	}
	passing->command[n] = '\0';
}

/* libcurl tells here what is said on both sides; it has no other way to say at which command a server refused. */
static int
listen_in(CURL *handle, curl_infotype type, char *bytes, size_t size, void *context)
{
	struct passing *passing = context;
	struct text rest = {bytes, size};

	(void)handle;
	if (type == CURLINFO_HEADER_OUT && text_starts(rest, "QUIT"))
		passing->is_left = true;
	if (passing->is_left)
		return 0;
	if (type == CURLINFO_HEADER_OUT)
		note_command(passing, rest);
	while (type == CURLINFO_HEADER_IN && rest.length > 0)
		note_reply(passing, text_cut(&rest, '\n'));
	return 0;
}

static void
set_up(struct mta *mta)
{
	const struct mta_settings *settings = &mta->settings;
	CURL *handle = mta->handle;

	/* The path is what we say of ourselves. */
	snprintf(mta->url, sizeof(mta->url),
		strchr(settings->host, ':') != NULL ? "smtp://[%s]:%u/%s" : "smtp://%s:%u/%s",
		settings->host, settings->port, settings->helo);
	must(curl_easy_setopt(handle, CURLOPT_URL, mta->url) == CURLE_OK);
	(void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp");
	(void)curl_easy_setopt(handle, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	(void)curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)MTA_SECONDS);
	(void)curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, mta->error);
	(void)curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_READFUNCTION, hand_over);
	(void)curl_easy_setopt(handle, CURLOPT_READDATA, &mta->passing);
	(void)curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, listen_in);
	(void)curl_easy_setopt(handle, CURLOPT_DEBUGDATA, &mta->passing);
	(void)curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_USE_SSL,
		settings->is_plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	if (settings->authority != NULL) {
		(void)curl_easy_setopt(handle, CURLOPT_CAINFO, settings->authority);
		(void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	if (settings->user != NULL) {
		(void)curl_easy_setopt(handle, CURLOPT_USERNAME, settings->user);
		(void)curl_easy_setopt(handle, CURLOPT_PASSWORD, settings->password);
	}
}

struct mta *
mta_new(const struct mta_settings *settings)
{
	struct mta *mta = xcalloc(1, sizeof(*mta));

	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	mta->handle = curl_easy_init();
	must(mta->handle != NULL);
	mta->settings = *settings;
	set_up(mta);
	return mta;
}

struct mta *
mta_free(struct mta *mta)
{
	if (mta != NULL) {
		curl_easy_cleanup(mta->handle);
		curl_global_cleanup();
	}
	free(mta);
	return NULL;
}

static enum mta_answer
answer_of(const struct passing *passing, CURLcode code)
{
	bool is_of_letter = strcmp(passing->command, "rcpt") == 0 ||
		strcmp(passing->command, "data") == 0 ||
		/* How large it is is said with the sender. */
		(strcmp(passing->command, "mail") == 0 &&
			(passing->code == 552 || passing->code == 452));

	if (code == CURLE_OK)
		return MTA_TOOK;
	if (is_of_letter && passing->code >= 400)
		return passing->code < 500 ? MTA_LATER : MTA_REFUSED;
	if (strcmp(passing->command, "data") == 0 && passing->is_over)
		return MTA_CUT;
	return MTA_AWAY;
}

void
mta_send(struct mta *mta, const char *from, const char *to, struct text message,
	struct mta_reply *ret)
{
	struct curl_slist *whom = curl_slist_append(NULL, to);
	CURLcode code;

	must(whom != NULL);
	mta->passing = (struct passing){.message = message};
	*mta->error = '\0';
	(void)curl_easy_setopt(mta->handle, CURLOPT_MAIL_FROM, from);
	(void)curl_easy_setopt(mta->handle, CURLOPT_MAIL_RCPT, whom);
	(void)curl_easy_setopt(mta->handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.length);
	code = curl_easy_perform(mta->handle);
	ret->answer = answer_of(&mta->passing, code);
	ret->code = mta->passing.code;
	if (code == CURLE_OK || ret->answer == MTA_LATER || ret->answer == MTA_REFUSED)
		memcpy(ret->text, mta->passing.text, sizeof(ret->text));
	else
		show(text_of(*mta->error != '\0' ? mta->error : curl_easy_strerror(code)),
			ret->text);
	(void)curl_easy_setopt(mta->handle, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(whom);
}
