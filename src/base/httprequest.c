/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/httprequest.h"

#include <errno.h>

const char *const httprequest_fault_names[HTTPREQUEST_FAULTS] = {
	[HTTPREQUEST_NO_FAULT] = "none",
	[HTTPREQUEST_WRONG] = "wrong",
	[HTTPREQUEST_METHOD] = "method",
	[HTTPREQUEST_NO_LENGTH] = "no-length",
	[HTTPREQUEST_LONG_BODY] = "long-body",
	[HTTPREQUEST_EXPECTS] = "expects",
	[HTTPREQUEST_LONG_HEAD] = "long-head",
	[HTTPREQUEST_CODING] = "coding",
	[HTTPREQUEST_VERSION] = "version",
};

const char *const httprequest_status[HTTPREQUEST_FAULTS] = {
	[HTTPREQUEST_NO_FAULT] = "200 OK",
	[HTTPREQUEST_WRONG] = "400 Bad Request",
	[HTTPREQUEST_METHOD] = "405 Method Not Allowed",
	[HTTPREQUEST_NO_LENGTH] = "411 Length Required",
	[HTTPREQUEST_LONG_BODY] = "413 Content Too Large",
	[HTTPREQUEST_EXPECTS] = "417 Expectation Failed",
	[HTTPREQUEST_LONG_HEAD] = "431 Request Header Fields Too Large",
	[HTTPREQUEST_CODING] = "501 Not Implemented",
	[HTTPREQUEST_VERSION] = "505 HTTP Version Not Supported",
};

/* What a head says of its request. */
struct head {
	struct httprequest *request;
	const struct httprequest_terms *terms;
	bool has_length;
	uint64_t length;
};

/* A token (RFC 9110 s5.6.2). */
static bool
is_token(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c) != NULL)
			return false;
	}
	return text.length > 0;
}

static bool
lists(struct text list, struct text word)
{
	while (list.length > 0) {
		if (text_same(text_trim(text_cut(&list, ',')), word))
			return true;
	}
	return false;
}

static enum httprequest_fault
take_first_line(struct head *head, struct text line)
{
	struct httprequest *request = head->request;
	struct text method = text_cut(&line, ' ');
	struct text target = text_cut(&line, ' ');
	bool is_anybody = head->terms->is_anybody;

	if (!is_token(method) || target.length == 0 || (*target.at != '/' && !is_anybody) ||
		!text_starts(line, "HTTP/"))
		return HTTPREQUEST_WRONG;
	if (!text_is(line, "HTTP/1.1") && !text_is(line, "HTTP/1.0"))
		return HTTPREQUEST_VERSION;
	if (!is_anybody && !text_is(method, "POST"))
		return HTTPREQUEST_METHOD;
	request->method = method;
	request->target = target;
	request->closes = text_is(line, "HTTP/1.0");
	return HTTPREQUEST_NO_FAULT;
}

static enum httprequest_fault
take_length(struct head *head, struct text value)
{
	/* Two lengths are two readings. */
	if (head->has_length || text_parse_u64(value, UINT64_MAX, &head->length) < 0)
		return HTTPREQUEST_WRONG;
	head->has_length = true;
	return head->length > head->terms->body_most ? HTTPREQUEST_LONG_BODY : HTTPREQUEST_NO_FAULT;
}

static enum httprequest_fault
take_once(struct text *into, struct text value)
{
	if (into->at != NULL)
		return HTTPREQUEST_WRONG;
	*into = value;
	return HTTPREQUEST_NO_FAULT;
}

static enum httprequest_fault
take_field(struct head *head, struct text line)
{
	struct text value = line, name = text_cut(&value, ':');
	enum httprequest_fault fault = HTTPREQUEST_NO_FAULT;

	if (name.length == line.length || !is_token(name))
		return HTTPREQUEST_WRONG;
	value = text_trim(value);
	if (text_same(name, TEXT("Transfer-Encoding")))
		return HTTPREQUEST_CODING;
	if (text_same(name, TEXT("Expect")))
		return HTTPREQUEST_EXPECTS;
	if (text_same(name, TEXT("Connection")) && lists(value, TEXT("close")))
		head->request->closes = true;
	if (text_same(name, head->terms->wanted))
		fault = take_once(&head->request->field, value);
	if (fault == HTTPREQUEST_NO_FAULT && text_same(name, TEXT("Host")))
		fault = take_once(&head->request->host, value);
	if (fault == HTTPREQUEST_NO_FAULT && text_same(name, TEXT("Content-Length")))
		fault = take_length(head, value);
	return fault;
}

/* What is missing of a head that came to its end. */
static enum httprequest_fault
find_missing(const struct head *head, bool is_empty, bool is_1_0)
{
	if (is_empty)
		return HTTPREQUEST_WRONG;
	if (head->terms->is_anybody)
		return head->request->host.at == NULL && !is_1_0 ? HTTPREQUEST_WRONG
								 : HTTPREQUEST_NO_FAULT;
	return head->has_length ? HTTPREQUEST_NO_FAULT : HTTPREQUEST_NO_LENGTH;
}

/* Lines up to the empty one, each with CR LF at its end. */
static enum httprequest_fault
take_head(struct head *head, struct text bytes)
{
	enum httprequest_fault fault = HTTPREQUEST_NO_FAULT;
	bool is_first = true, is_1_0 = false;

	while (fault == HTTPREQUEST_NO_FAULT && bytes.length > 0) {
		struct text line = text_cut(&bytes, '\n');

		if (line.length == 0 || line.at[line.length - 1] != '\r')
			return HTTPREQUEST_WRONG;
		line.length--;
		if (memchr(line.at, '\r', line.length) != NULL ||
			memchr(line.at, '\0', line.length) != NULL)
			return HTTPREQUEST_WRONG;
		if (line.length == 0)
			break;
		fault = is_first ? take_first_line(head, line) : take_field(head, line);
		/* No field has said yet that it closes. */
		is_1_0 = is_first ? head->request->closes : is_1_0;
		is_first = false;
	}
	return fault == HTTPREQUEST_NO_FAULT ? find_missing(head, is_first, is_1_0) : fault;
}

/* Where the head ends, as far as that can be known. */
static enum httprequest_fault
find_head(struct httprequest_reader *reader, struct text bytes, size_t most)
{
	size_t from = reader->looked > 3 ? reader->looked - 3 : 0;
	const char *found;

	/* What is no HTTP at all, as TLS, may never have an empty line. */
	if (bytes.length > 0 && (*bytes.at < 'A' || *bytes.at > 'Z'))
		return HTTPREQUEST_WRONG;
	found = memmem(bytes.at + from, bytes.length - from, "\r\n\r\n", 4);
	reader->looked = bytes.length;
	if (found != NULL)
		reader->head = (size_t)(found - bytes.at) + 4;
	if (reader->head > most || (reader->head == 0 && bytes.length >= most))
		return HTTPREQUEST_LONG_HEAD;
	return HTTPREQUEST_NO_FAULT;
}

static int64_t
wrong(struct httprequest_reader *reader, enum httprequest_fault fault)
{
	reader->fault = (uint8_t)fault;
	return -EBADMSG;
}

int64_t
httprequest_read(struct httprequest_reader *reader, struct text bytes,
	const struct httprequest_terms *terms, struct httprequest *ret)
{
	struct head head = {.request = ret, .terms = terms};
	bool is_known = reader->head > 0;
	enum httprequest_fault fault;
	size_t whole;

	if (bytes.length == 0 || (is_known && bytes.length < reader->head + reader->length))
		return 0;
	fault = is_known ? HTTPREQUEST_NO_FAULT : find_head(reader, bytes, terms->head_most);
	if (fault != HTTPREQUEST_NO_FAULT)
		return wrong(reader, fault);
	if (reader->head == 0)
		return 0;
	*ret = (struct httprequest){0};
	fault = take_head(&head, (struct text){bytes.at, reader->head});
	if (fault != HTTPREQUEST_NO_FAULT)
		return wrong(reader, fault);
	reader->length = head.length;
	whole = reader->head + reader->length;
	if (bytes.length < whole)
		return 0;
	ret->body = (struct text){bytes.at + reader->head, reader->length};
	*reader = (struct httprequest_reader){0};
	return (int64_t)whole;
}

struct text
httprequest_query(struct text target, struct text name)
{
	struct text query = target;

	(void)text_cut(&query, '?');
	while (query.length > 0) {
		struct text value = text_cut(&query, '&');
		struct text key = text_cut(&value, '=');

		if (text_equal(key, name))
			return value;
	}
	return (struct text){0};
}
