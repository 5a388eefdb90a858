/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/sitecheck.h"

#include "base/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 1000

const char *const site_state_names[SITE_STATES] = {
	[SITE_GOOD] = "good",
	[SITE_MOVED] = "moved",
	[SITE_UNSURE] = "unsure",
	[SITE_GONE] = "gone",
	[SITE_BROKEN] = "broken",
	[SITE_UNTRUSTED] = "untrusted",
	[SITE_SILENT] = "silent",
};

/* One question that waits for its answer. */
struct question {
	CURL *handle; /* NULL: this place is free */
	struct site *site;
	bool by_get;
	size_t bytes; /* of the body */
	char error[CURL_ERROR_SIZE];
};

struct checking {
	const struct sitecheck_settings *settings;
	CURLM *multi;
	size_t busy;
	struct question question[SITECHECK_AT_ONCE];
};

/* What others wrote, on a terminal. */
static void
copy_printable(char into[SITECHECK_TEXT], const char *from)
{
	size_t i;

	for (i = 0; from[i] != '\0' && i < SITECHECK_TEXT - 1; i++)
		into[i] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : '?';
	into[i] = '\0';
}

/* Enough of a body is as good as all of it: what is left is not taken. */
static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct question *question = context;

	(void)bytes;
	question->bytes += size * count;
	return question->bytes > SITECHECK_BODY ? 0 : size * count;
}

static void
ask(struct checking *checking, struct question *question, struct site *site, bool by_get)
{
	CURL *handle = curl_easy_init();

	must(handle != NULL);
	*question = (struct question){.handle = handle, .site = site, .by_get = by_get};
	must(curl_easy_setopt(handle, CURLOPT_URL, site->url) == CURLE_OK);
	must(curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK);
	must(curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK);
	(void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_MAXREDIRS, (long)SITECHECK_REDIRECTS);
	(void)curl_easy_setopt(handle, CURLOPT_NOBODY, by_get ? 0L : 1L);
	(void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_TIMEOUT, checking->settings->seconds);
	(void)curl_easy_setopt(handle, CURLOPT_USERAGENT, "lazaret/" LAZARET_VERSION);
	(void)curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, question->error);
	(void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, question);
	(void)curl_easy_setopt(handle, CURLOPT_PRIVATE, question);
	if (checking->settings->authority != NULL) {
		(void)curl_easy_setopt(handle, CURLOPT_CAINFO, checking->settings->authority);
		(void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	must(curl_multi_add_handle(checking->multi, handle) == CURLM_OK);
	checking->busy++;
}

static enum site_state
state_of(unsigned status, bool has_moved)
{
	if (status >= 200 && status < 300)
		return has_moved ? SITE_MOVED : SITE_GOOD;
	if (status == 401 || status == 403 || status == 429)
		return SITE_UNSURE;
	return status == 404 || status == 410 ? SITE_GONE : SITE_BROKEN;
}

static void
note_answer(const struct question *question, CURLcode code)
{
	struct site *site = question->site;
	long status = 0, redirects = 0;
	const char *to = NULL;

	(void)curl_easy_getinfo(question->handle, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(question->handle, CURLINFO_REDIRECT_COUNT, &redirects);
	(void)curl_easy_getinfo(question->handle, CURLINFO_EFFECTIVE_URL, &to);
	site->to[0] = site->why[0] = '\0';
	if (redirects > 0 && to != NULL && strcmp(to, site->url) != 0)
		copy_printable(site->to, to);
	if (code == CURLE_OK || question->bytes > SITECHECK_BODY) {
		site->status = (unsigned)status;
		site->state = state_of(site->status, *site->to != '\0');
		return;
	}
	site->status = 0;
	copy_printable(
		site->why, *question->error != '\0' ? question->error : curl_easy_strerror(code));
	site->state = code == CURLE_PEER_FAILED_VERIFICATION ? SITE_UNTRUSTED
		: status != 0                                ? SITE_BROKEN
							     : SITE_SILENT;
}

/* Another question may be there afterwards, of the same site. */
static void
settle(struct checking *checking, struct question *question, CURLcode code)
{
	struct site *site = question->site;
	bool again;

	note_answer(question, code);
	again = !question->by_get && site->state != SITE_GOOD && site->state != SITE_MOVED &&
		site->state != SITE_UNTRUSTED;
	(void)curl_multi_remove_handle(checking->multi, question->handle);
	curl_easy_cleanup(question->handle);
	question->handle = NULL;
	checking->busy--;
	if (again)
		ask(checking, question, site, true);
}

static void
settle_all(struct checking *checking)
{
	const CURLMsg *message;
	int rest;

	while ((message = curl_multi_info_read(checking->multi, &rest)) != NULL) {
		struct question *question = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &question);
		settle(checking, question, code);
	}
}

int
sitecheck(struct site *sites, size_t count, const struct sitecheck_settings *settings,
	struct fail *fail)
{
	struct checking checking = {.settings = settings};
	size_t next = 0;

	if (settings->authority != NULL && access(settings->authority, R_OK) != 0) {
		fail_where(fail, "%s", settings->authority);
		fail_what(fail, "%s", strerror(errno));
		return -EINVAL;
	}
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	checking.multi = curl_multi_init();
	must(checking.multi != NULL);
	while (next < count || checking.busy > 0) {
		int running;

		for (size_t i = 0; i < SITECHECK_AT_ONCE && next < count; i++) {
			if (checking.question[i].handle == NULL)
				ask(&checking, &checking.question[i], &sites[next++], false);
		}
		must(curl_multi_perform(checking.multi, &running) == CURLM_OK);
		settle_all(&checking);
		if (running > 0)
			(void)curl_multi_poll(checking.multi, NULL, 0, WAIT_MS, NULL);
	}
	(void)curl_multi_cleanup(checking.multi);
	curl_global_cleanup();
	return 0;
}
