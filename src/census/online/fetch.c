/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

/* Where the first connection of a question went. */
struct following {
	CURL *handle;
	bool is_inside;
};

void
fetch_begin(void)
{
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

void
fetch_end(void)
{
	curl_global_cleanup();
}

static long
seconds_of(const struct fetch_settings *settings)
{
	return settings->seconds > 0 ? settings->seconds : FETCH_SECONDS;
}

static int
say(struct fetched *fetched, const char *why)
{
	size_t i;

	for (i = 0; why[i] != '\0' && i < NETANSWER_WHY - 1; i++)
		fetched->why[i] = why[i] >= ' ' && why[i] < 0x7f ? why[i] : '?';
	fetched->why[i] = '\0';
	return -EIO;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct buffer *body = context;

	buffer_add(body, bytes, size * count);
	return body->failed ? 0 : size * count;
}

/* "max-age" of Cache-Control (RFC 9111 s5.2.2.1); Expires where there is none. */
static size_t
take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct text line = {.at = bytes, .length = size * count};
	struct text rest = line, name = text_cut(&rest, ':');
	struct fetched *fetched = context;
	const char *age;

	if (name.length == 13 && strncasecmp(name.at, "cache-control", 13) == 0) {
		age = memmem(rest.at, rest.length, "max-age=", 8);
		fetched->expires = 0;
		for (const char *at = age != NULL ? age + 8 : NULL;
			at != NULL && at < rest.at + rest.length && *at >= '0' && *at <= '9' &&
			fetched->expires < 1000000000;
			at++)
			fetched->expires = 10 * fetched->expires + (*at - '0');
	} else if (name.length == 7 && strncasecmp(name.at, "expires", 7) == 0 &&
		fetched->expires == 0) {
		char text[64];
		time_t at;

		rest = text_trim(rest);
		snprintf(text, sizeof(text), "%.*s",
			(int)(rest.length < sizeof(text) ? rest.length : sizeof(text) - 1),
			rest.at);
		at = curl_getdate(text, NULL);
		if (at > time(NULL))
			fetched->expires = (long)(at - time(NULL));
	}
	return size * count;
}

static bool
is_inside4(uint32_t address)
{
	static const struct {
		uint32_t network, mask;
	} inside[] = {
		{0x00000000, 0xff000000}, /* this host */
		{0x7f000000, 0xff000000}, /* loopback */
		{0xa9fe0000, 0xffff0000}, /* link-local */
		{0x0a000000, 0xff000000}, /* private (RFC 1918) */
		{0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000},
		{0x64400000, 0xffc00000}, /* shared (RFC 6598) */
	};

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		if ((address & inside[i].mask) == inside[i].network)
			return true;
	}
	return false;
}

bool
fetch_is_inside(const struct sockaddr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	const uint8_t *at = six.sin6_addr.s6_addr;
	uint32_t last;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return is_inside4(ntohl(four.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return true;
	memcpy(&six, address, sizeof(six));
	memcpy(&last, at + 12, sizeof(last));
	if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) || IN6_IS_ADDR_V4COMPAT(&six.sin6_addr))
		return is_inside4(ntohl(last));
	return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr) ||
		IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr) || (at[0] & 0xfe) == 0xfc;
}

/* A server of the world sends nobody into our own network. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct following *following = context;
	bool is_inside = fetch_is_inside(&address->addr);
	long redirects = 0;

	(void)purpose;
	(void)curl_easy_getinfo(following->handle, CURLINFO_REDIRECT_COUNT, &redirects);
	if (redirects == 0)
		following->is_inside = is_inside;
	else if (is_inside && !following->is_inside)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURL *
new_handle(const struct fetch_settings *settings, char *error)
{
	CURL *handle = curl_easy_init();

	must(handle != NULL);
	(void)curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
	(void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_TIMEOUT, seconds_of(settings));
	(void)curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (seconds_of(settings) + 2) / 3);
	(void)curl_easy_setopt(handle, CURLOPT_USERAGENT, settings->agent);
	if (settings->authority != NULL) {
		(void)curl_easy_setopt(handle, CURLOPT_CAINFO, settings->authority);
		(void)curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
	}
	return handle;
}

int
fetch_http(const char *url, const char *accept, const struct fetch_settings *settings,
	struct fetched *ret)
{
	const char *protocols = strncmp(url, "https:", 6) == 0 ? "https" : "http,https";
	char error[CURL_ERROR_SIZE] = "", header[128];
	CURL *handle = new_handle(settings, error);
	struct following following = {.handle = handle};
	struct curl_slist *headers;
	curl_off_t after = 0;
	long status = 0;
	CURLcode code;

	*ret = (struct fetched){0};
	buffer_init(&ret->body, FETCH_MOST);
	snprintf(header, sizeof(header), "Accept: %s", accept);
	headers = curl_slist_append(NULL, header);
	must(headers != NULL);
	must(curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK);
	must(curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols) == CURLE_OK);
	(void)curl_easy_setopt(handle, CURLOPT_URL, url);
	(void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(handle, CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS);
	(void)curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &following);
	(void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, &ret->body);
	(void)curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(handle, CURLOPT_HEADERDATA, ret);
	code = curl_easy_perform(handle);
	(void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &after);
	ret->status = (unsigned)status;
	if (after > 0)
		ret->after = after < (curl_off_t)(FETCH_LONGEST / 1000) ? (uint64_t)after * 1000
									: FETCH_LONGEST;
	curl_slist_free_all(headers);
	curl_easy_cleanup(handle);
	if (code == CURLE_OK)
		return 0;
	if (ret->body.failed)
		return say(ret, "the answer is too long");
	return say(ret, *error != '\0' ? error : curl_easy_strerror(code));
}

/* Waits until the connection can be read or written: false when the time is over. */
static bool
wait_for(curl_socket_t socket, short events, time_t end)
{
	struct pollfd of = {.fd = socket, .events = events};
	time_t now = time(NULL);

	return now < end && poll(&of, 1, (int)(end - now) * 1000) > 0;
}

static CURLcode
send_line(CURL *handle, curl_socket_t socket, struct text line, time_t end)
{
	while (line.length > 0) {
		size_t sent = 0;
		CURLcode code = curl_easy_send(handle, line.at, line.length, &sent);

		if (code == CURLE_AGAIN && !wait_for(socket, POLLOUT, end))
			return CURLE_OPERATION_TIMEDOUT;
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return code;
		line.at += sent;
		line.length -= sent;
	}
	return CURLE_OK;
}

static CURLcode
take_all(CURL *handle, curl_socket_t socket, struct buffer *body, time_t end)
{
	for (;;) {
		char bytes[16384];
		size_t got = 0;
		CURLcode code = curl_easy_recv(handle, bytes, sizeof(bytes), &got);

		if (code == CURLE_AGAIN && !wait_for(socket, POLLIN, end))
			return CURLE_OPERATION_TIMEDOUT;
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return code;
		if (code == CURLE_OK && got == 0)
			return CURLE_OK;
		buffer_add(body, bytes, got);
		if (body->failed || time(NULL) >= end)
			return body->failed ? CURLE_OK : CURLE_OPERATION_TIMEDOUT;
	}
}

int
fetch_whois(const char *server, struct text line, const struct fetch_settings *settings,
	struct fetched *ret)
{
	char error[CURL_ERROR_SIZE] = "", url[512];
	CURL *handle = new_handle(settings, error);
	time_t end = time(NULL) + seconds_of(settings);
	curl_socket_t socket = CURL_SOCKET_BAD;
	struct buffer question;
	CURLcode code;

	*ret = (struct fetched){0};
	buffer_init(&ret->body, FETCH_MOST);
	buffer_init(&question, 1024);
	buffer_text(&question, line);
	buffer_print(&question, "\r\n");
	/* libcurl only connects. */
	snprintf(url, sizeof(url), "http://%s%s", server, strchr(server, ':') ? "" : ":43");
	(void)curl_easy_setopt(handle, CURLOPT_URL, url);
	(void)curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
	code = curl_easy_perform(handle);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
	if (code == CURLE_OK)
		code = send_line(handle, socket,
			(struct text){.at = question.at, .length = question.length}, end);
	if (code == CURLE_OK)
		code = take_all(handle, socket, &ret->body, end);
	curl_easy_cleanup(handle);
	buffer_done(&question);
	if (ret->body.failed)
		return say(ret, "the answer is too long");
	if (code == CURLE_OK)
		return 0;
	return say(ret, *error != '\0' ? error : curl_easy_strerror(code));
}

void
fetched_done(struct fetched *fetched)
{
	buffer_done(&fetched->body);
}
