/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticesend.h"

#include "base/hash.h"
#include "runtime/channel.h"
#include "runtime/clock.h"
#include "runtime/secretfile.h"
#include "service/noticehelper.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTHORITY_MOST  (4 << 20)
#define CONNECT_SECONDS 15
#define WAITS           4

const char *const notice_channels[NOTICE_CHANNELS] = {"email", "sms", "letter"};

struct noticesend {
	const struct notifying_settings *settings;
	CURLM *multi;
	CURL *handle; /* NULL: nothing is sent */
	struct curl_slist *addresses;
	struct curl_slist *to; /* whom; of a gateway fields of the head */
	struct buffer authority;
	char login[SECRETFILE_MOST];
	char bearer[SECRETFILE_MOST + 32]; /* "Authorization: Bearer ..." */
	enum notice_channel channel;       /* of what is sent */
	char host[NOTICE_HOST];            /* that it is sent to; of a command its name */
	unsigned port;
	int helper;                  /* channel; -1: there is none */
	uint64_t asked;              /* number of the question to it */
	int64_t asked_us;            /* 0: none is waited for */
	struct noticehelper_run run; /* for a command */
	char *message;
	size_t length, sent;
	char error[CURL_ERROR_SIZE];
};

int
noticesend_host(const char *url, char host[NOTICE_HOST], unsigned *port)
{
	CURLU *parts = curl_url();
	char *name = NULL, *number = NULL;
	bool is_good = parts != NULL &&
		curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_PORT, &number, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		strlen(name) < NOTICE_HOST && *name != '[';
	uint64_t value = 0;

	if (is_good)
		is_good = text_parse_u64(text_of(number), UINT16_MAX, &value) == 0;
	if (is_good)
		snprintf(host, NOTICE_HOST, "%s", name);
	*port = (unsigned)value;
	curl_free(name);
	curl_free(number);
	curl_url_cleanup(parts);
	return is_good ? 0 : -EINVAL;
}

static int
read_authority(struct noticesend *sending, struct fail *fail)
{
	const char *path = sending->settings->authority;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[8192];
	ssize_t n = 0;

	buffer_init(&sending->authority, AUTHORITY_MOST);
	while (file >= 0 && (n = read(file, bytes, sizeof(bytes))) > 0)
		buffer_add(&sending->authority, bytes, (size_t)n);
	if (file >= 0)
		close(file);
	if (file >= 0 && n == 0 && !sending->authority.failed)
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, "%s", sending->authority.failed ? "is too large" : strerror(errno));
	fail_hint(fail, "notice.authority names the certificates that are believed");
	return -EINVAL;
}

static int
read_login(struct noticesend *sending, struct fail *fail)
{
	const char *path = sending->settings->login;
	int64_t n;

	if (*path == '\0')
		return 0;
	n = secretfile_read(path, SECRETFILE_MOST - 1, sending->login, fail);
	if (n < 0)
		return (int)n;
	sending->login[n] = '\0';
	if (strchr(sending->login, ':') != NULL)
		return 0;
	fail_where(fail, "%s", path);
	fail_what(fail, "has no line USER:PASSWORD");
	return -EINVAL;
}

static int
read_secret(struct noticesend *sending, struct fail *fail)
{
	const char *path = sending->settings->secret;
	char secret[SECRETFILE_MOST];
	int64_t n;

	if (*path == '\0')
		return 0;
	n = secretfile_read(path, SECRETFILE_MOST - 1, secret, fail);
	if (n < 0)
		return (int)n;
	snprintf(sending->bearer, sizeof(sending->bearer), "Authorization: Bearer %.*s", (int)n,
		secret);
	explicit_bzero(secret, sizeof(secret));
	return 0;
}

/* Is there a server that must be believed? */
static bool
needs_authority(const struct notifying_settings *settings)
{
	return (*settings->host != '\0' && !settings->is_plain) ||
		notice_is_url(settings->carrier[NOTICE_SMS]) ||
		notice_is_url(settings->carrier[NOTICE_LETTER]);
}

int
noticesend_new(const struct notifying_settings *settings, int helper, struct noticesend **ret,
	struct fail *fail)
{
	struct noticesend *sending = xcalloc(1, sizeof(*sending));
	int r = 0;

	sending->settings = settings;
	sending->helper = helper;
	hash_words_random(&sending->asked, 1);
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	sending->multi = curl_multi_init();
	must(sending->multi != NULL);
	if (needs_authority(settings))
		r = read_authority(sending, fail);
	if (r == 0)
		r = read_login(sending, fail);
	if (r == 0)
		r = read_secret(sending, fail);
	*ret = r == 0 ? sending : noticesend_free(sending);
	return r;
}

static void
end(struct noticesend *sending)
{
	if (sending->handle != NULL) {
		(void)curl_multi_remove_handle(sending->multi, sending->handle);
		curl_easy_cleanup(sending->handle);
	}
	curl_slist_free_all(sending->to);
	free(sending->message);
	sending->handle = NULL;
	sending->to = NULL;
	sending->message = NULL;
}

struct noticesend *
noticesend_free(struct noticesend *sending)
{
	end(sending);
	(void)curl_multi_cleanup(sending->multi);
	curl_slist_free_all(sending->addresses);
	buffer_done(&sending->authority);
	explicit_bzero(sending->login, sizeof(sending->login));
	explicit_bzero(sending->bearer, sizeof(sending->bearer));
	free(sending);
	return NULL;
}

static size_t
hand_over(char *into, size_t size, size_t count, void *context)
{
	struct noticesend *sending = context;
	size_t n = sending->length - sending->sent;

	if (n > size * count)
		n = size * count;
	memcpy(into, sending->message + sending->sent, n);
	sending->sent += n;
	return n;
}

/* Anything else that it may be asked for by its environment or the server it does not do. */
static void
set_up(struct noticesend *sending, const char *url)
{
	CURL *handle = sending->handle;
	struct curl_blob authority = {.data = sending->authority.at,
		.len = sending->authority.length,
		.flags = CURL_BLOB_NOCOPY};

	*sending->error = '\0';
	must(curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK);
	(void)curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,https");
	(void)curl_easy_setopt(handle, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	(void)curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long)(NOTICESEND_US / WALL_SECOND));
	(void)curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, sending->error);
	(void)curl_easy_setopt(handle, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	if (sending->authority.length > 0)
		(void)curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &authority);
}

static void
set_up_login(const struct noticesend *sending)
{
	const char *password = strchr(sending->login, ':');
	char user[SECRETFILE_MOST];

	if (password == NULL)
		return;
	snprintf(user, sizeof(user), "%.*s", (int)(password - sending->login), sending->login);
	(void)curl_easy_setopt(sending->handle, CURLOPT_USERNAME, user);
	(void)curl_easy_setopt(sending->handle, CURLOPT_PASSWORD, password + 1);
}

/* The server's addresses, each time: names move. libcurl asks nobody itself. */
static void
look_up(struct noticesend *sending)
{
	struct noticehelper_look look = {.number = ++sending->asked};

	snprintf(look.host, sizeof(look.host), "%s", sending->host);
	sending->asked_us = clock_steady();
	(void)channel_send(sending->helper, NOTICEHELPER_LOOK, &look, sizeof(look));
}

static void
begin_mail(struct noticesend *sending, const char *to)
{
	const struct notifying_settings *settings = sending->settings;
	bool is_six = strchr(settings->host, ':') != NULL;
	const char *domain = strchr(settings->from, '@');
	CURL *handle = sending->handle;
	char url[2 * NOTICE_HOST + 64];

	snprintf(sending->host, sizeof(sending->host), "%s", settings->host);
	sending->port = settings->port;
	must(domain != NULL);
	/* The path is what it says of itself (EHLO). */
	snprintf(url, sizeof(url), is_six ? "smtp://[%s]:%u/%s" : "smtp://%s:%u/%s", settings->host,
		settings->port, domain + 1);
	set_up(sending, url);
	set_up_login(sending);
	sending->to = curl_slist_append(NULL, to);
	must(sending->to != NULL);
	(void)curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_READFUNCTION, hand_over);
	(void)curl_easy_setopt(handle, CURLOPT_READDATA, sending);
	(void)curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)sending->length);
	(void)curl_easy_setopt(handle, CURLOPT_USE_SSL,
		settings->is_plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	(void)curl_easy_setopt(handle, CURLOPT_MAIL_FROM, settings->from);
	(void)curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, sending->to);
	look_up(sending);
}

/* What a gateway says beside its status nobody reads. */
static size_t
throw_away(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static void
add_field(struct noticesend *sending, const char *field)
{
	sending->to = curl_slist_append(sending->to, field);
	must(sending->to != NULL);
}

static void
begin_post(struct noticesend *sending, const char *url)
{
	CURL *handle = sending->handle;

	must(noticesend_host(url, sending->host, &sending->port) == 0);
	set_up(sending, url);
	add_field(sending, "Content-Type: application/json");
	add_field(sending, "Expect:");
	if (*sending->bearer != '\0')
		add_field(sending, sending->bearer);
	(void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, sending->to);
	(void)curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sending->length);
	(void)curl_easy_setopt(handle, CURLOPT_POSTFIELDS, sending->message);
	(void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, throw_away);
	look_up(sending);
}

static void
begin_command(struct noticesend *sending, const char *line)
{
	struct noticehelper_run *run = &sending->run;
	struct text rest = text_of(line), name = text_cut(&rest, ' ');

	snprintf(sending->host, sizeof(sending->host), "%.*s", (int)name.length, name.at);
	sending->port = 0;
	run->number = ++sending->asked;
	run->channel = sending->channel;
	run->length = (uint32_t)sending->length;
	memcpy(run->text, sending->message, sending->length);
	sending->asked_us = clock_steady();
	(void)channel_send(sending->helper, NOTICEHELPER_RUN, run,
		offsetof(struct noticehelper_run, text) + sending->length);
}

int
noticesend_begin(struct noticesend *sending, enum notice_channel channel, const char *to,
	struct text message)
{
	const char *carrier = sending->settings->carrier[channel];

	if (message.length > NOTICEHELPER_TEXT)
		return -EMSGSIZE;
	end(sending);
	sending->channel = channel;
	sending->message = xcalloc(1, message.length + 1);
	memcpy(sending->message, message.at, message.length);
	sending->length = message.length;
	sending->sent = 0;
	if (channel != NOTICE_EMAIL && !notice_is_url(carrier)) {
		begin_command(sending, carrier);
		return 0;
	}
	sending->handle = curl_easy_init();
	must(sending->handle != NULL);
	if (channel == NOTICE_EMAIL)
		begin_mail(sending, to);
	else
		begin_post(sending, carrier);
	return 0;
}

/* RFC 9110 s15: what is wrong with this notice, and what is wrong with all. */
static enum noticesend_result
judge_post(const struct noticesend *sending, CURLcode code)
{
	long status = 0;

	if (code != CURLE_OK)
		return NOTICESEND_DOWN;
	(void)curl_easy_getinfo(sending->handle, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return NOTICESEND_TAKEN;
	return status == 400 || status == 410 || status == 413 || status == 422 ? NOTICESEND_NEVER
		: status == 409 || status == 425                                ? NOTICESEND_LATER
										: NOTICESEND_DOWN;
}

/* sysexits.h: EX_DATAERR, EX_NOUSER, EX_NOHOST and EX_TEMPFAIL are of this notice. */
static enum noticesend_result
judge_command(int code)
{
	return code == 0                                 ? NOTICESEND_TAKEN
		: code == 65 || code == 67 || code == 68 ? NOTICESEND_NEVER
		: code == 75                             ? NOTICESEND_LATER
							 : NOTICESEND_DOWN;
}

/* What a mail server said of this customer it said of him alone; all else it would say of everybody. */
static enum noticesend_result
judge_mail(const struct noticesend *sending, CURLcode code)
{
	bool is_of_him = strstr(sending->error, "RCPT") != NULL;
	long reply = 0;

	if (code == CURLE_OK)
		return NOTICESEND_TAKEN;
	(void)curl_easy_getinfo(sending->handle, CURLINFO_RESPONSE_CODE, &reply);
	if (is_of_him && reply >= 500)
		return NOTICESEND_NEVER;
	if (reply == 421)
		return NOTICESEND_DOWN;
	/* Behind the message: it may be its size, or what is in it. */
	return (is_of_him && reply >= 400) || (code == CURLE_WEIRD_SERVER_REPLY && reply >= 400)
		? NOTICESEND_LATER
		: NOTICESEND_DOWN;
}

static enum noticesend_result
find_result(struct noticesend *sending, struct fail *fail)
{
	enum noticesend_result result;
	const CURLMsg *done;
	CURLcode code;
	long reply = 0;
	int rest;

	done = curl_multi_info_read(sending->multi, &rest);
	if (done == NULL || done->msg != CURLMSG_DONE)
		return NOTICESEND_BUSY;
	code = done->data.result;
	result = sending->channel == NOTICE_EMAIL ? judge_mail(sending, code)
						  : judge_post(sending, code);
	(void)curl_easy_getinfo(sending->handle, CURLINFO_RESPONSE_CODE, &reply);
	fail_where(fail, "%s:%u", sending->host, sending->port);
	fail_what(fail, "%s%s%.0ld",
		*sending->error != '\0'    ? sending->error
			: code != CURLE_OK ? curl_easy_strerror(code)
					   : "it answered",
		reply > 0 ? ", last reply " : "", reply);
	end(sending);
	return result;
}

static enum noticesend_result
is_down(struct noticesend *sending, struct fail *fail, const char *what)
{
	fail_where(fail, "%s", sending->host);
	fail_what(fail, "%s", what);
	sending->asked_us = 0;
	end(sending);
	return NOTICESEND_DOWN;
}

static void
begin(struct noticesend *sending, const char *addresses)
{
	char text[NOTICE_HOST + NOTICEHELPER_FOUND + 16];

	snprintf(text, sizeof(text), "%s:%u:%s", sending->host, sending->port, addresses);
	curl_slist_free_all(sending->addresses);
	sending->addresses = curl_slist_append(NULL, text);
	must(sending->addresses != NULL);
	/* An address of IPv6 is one already. */
	if (strchr(sending->host, ':') == NULL)
		(void)curl_easy_setopt(sending->handle, CURLOPT_RESOLVE, sending->addresses);
	must(curl_multi_add_handle(sending->multi, sending->handle) == CURLM_OK);
	sending->asked_us = 0;
}

static enum noticesend_result
take_ran(struct noticesend *sending, struct noticehelper_ran *ran, struct fail *fail)
{
	ran->words[sizeof(ran->words) - 1] = '\0';
	fail_where(fail, "%s", sending->host);
	if (ran->code < 0)
		fail_what(fail, "%s", strerror(-ran->code));
	else
		fail_what(fail, "exit code %d%s%s", ran->code, *ran->words != '\0' ? ": " : "",
			ran->words);
	sending->asked_us = 0;
	end(sending);
	return judge_command(ran->code);
}

static enum noticesend_result
take_seen(struct noticesend *sending, struct noticehelper_seen *seen, struct fail *fail)
{
	seen->addresses[sizeof(seen->addresses) - 1] = '\0';
	if (*seen->addresses == '\0')
		return is_down(sending, fail, "has no address");
	begin(sending, seen->addresses);
	return NOTICESEND_BUSY;
}

/* Has the helper found it, or run it? */
static enum noticesend_result
hear_helper(struct noticesend *sending, struct fail *fail)
{
	union {
		struct noticehelper_seen seen;
		struct noticehelper_ran ran;
	} said;
	bool is_of_command = sending->handle == NULL;
	uint16_t type;
	int64_t size = 0;

	while ((size = channel_receive(sending->helper, &type, &said, sizeof(said))) >= 0) {
		if (!is_of_command && type == NOTICEHELPER_SEEN && size == sizeof(said.seen) &&
			said.seen.number == sending->asked)
			return take_seen(sending, &said.seen, fail);
		if (is_of_command && type == NOTICEHELPER_RAN && size == sizeof(said.ran) &&
			said.ran.number == sending->asked)
			return take_ran(sending, &said.ran, fail);
	}
	if (size == -EPIPE)
		return is_down(sending, fail,
			"the helper for names and commands is gone, and comes with a restart");
	if (clock_steady() - sending->asked_us > NOTICESEND_US)
		return is_down(sending, fail, "the helper for names and commands does not answer");
	return NOTICESEND_BUSY;
}

enum noticesend_result
noticesend_turn(struct noticesend *sending, const int *descriptors, size_t count, int wait_ms,
	struct fail *fail)
{
	struct curl_waitfd wait[WAITS];
	unsigned waits = 0;
	int running = 0;

	must(count < WAITS);
	for (; waits < count; waits++)
		wait[waits] =
			(struct curl_waitfd){.fd = descriptors[waits], .events = CURL_WAIT_POLLIN};
	if (sending->asked_us != 0)
		wait[waits++] =
			(struct curl_waitfd){.fd = sending->helper, .events = CURL_WAIT_POLLIN};
	(void)curl_multi_poll(sending->multi, wait, waits, wait_ms, NULL);
	if (sending->asked_us != 0)
		return hear_helper(sending, fail);
	if (sending->handle == NULL)
		return NOTICESEND_BUSY;
	(void)curl_multi_perform(sending->multi, &running);
	return find_result(sending, fail);
}
