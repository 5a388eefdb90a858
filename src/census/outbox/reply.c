/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/reply.h"

#include "base/mime.h"
#include "census/letter/lettercase.h"
#include "census/outbox/returnpath.h"
#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"

#include <openssl/evp.h>
#include <stdio.h>

/* What the parts of a message gave. */
struct reading {
	const struct reply_place *place;
	struct buffer *scratch;
	struct reply *reply;
	struct text head;
	struct text text; /* body of the first part of text, still coded */
	enum mailcoding coding;
	bool is_html;
	bool is_report;            /* a part says what became of a delivery */
	bool has_failed;           /* of that: for good, or given up */
	char status[16];           /* 5.1.1; empty: none */
	char named[CENSUS_LETTER]; /* by the Message-ID of what came back */
};

static void
keep(struct text text, char *into, size_t size)
{
	struct buffer line = {.at = into, .size = size, .most = size - 1};

	/* Cut before the character that does not fit. */
	buffer_line(&line, text_trim(text), size);
	into[line.length] = '\0';
}

/* The address in a field's value; empty: none that can be written to. */
static void
take_address(struct reading *reading, struct text value, char into[CENSUS_MAILBOX + 1])
{
	struct text address;

	buffer_clear(reading->scratch);
	into[0] = '\0';
	if (!mailvalue_address(value, reading->scratch))
		return;
	address = (struct text){reading->scratch->at, reading->scratch->length};
	if (address.length > CENSUS_MAILBOX || mime_check_address(address) < 0)
		return;
	memcpy(into, address.at, address.length);
	into[address.length] = '\0';
}

static bool
is_one_of(struct text name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (text_same(name, text_of(*names)))
			return true;
	}
	return false;
}

/* Where mail servers say to whom a message came. */
static bool
find_return(struct reading *reading)
{
	static const char *const names[] = {"To", "Delivered-To", "X-Original-To", "Envelope-To",
		"X-Envelope-To", "X-RCPT-TO", NULL};
	const struct reply_place *place = reading->place;
	struct text head = reading->head;
	struct mailfield field;
	char address[CENSUS_MAILBOX + 1];

	while (mailhead_next(&head, &field)) {
		if (!is_one_of(field.name, names))
			continue;
		take_address(reading, field.value, address);
		if (returnpath_read(
			    place->key, place->bounce, text_of(address), reading->reply->letter))
			return true;
	}
	return false;
}

static char
large(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* CODE.NUMBER@DOMAIN, or that of a report of one address, CODE.NUMBER.rN@DOMAIN. */
static bool
take_id(const struct reply_place *place, struct text id, char into[CENSUS_LETTER])
{
	struct text name = text_cut(&id, '@'), rest = name;
	char large_name[CENSUS_LETTER];
	uint32_t of_case;
	uint16_t number;

	if (!text_same(id, place->domain))
		return false;
	(void)text_cut(&rest, '.');
	(void)text_cut(&rest, '.');
	if (rest.length > 0 && text_small(*rest.at) == 'r')
		name.length = (size_t)(rest.at - name.at) - 1;
	if (name.length >= CENSUS_LETTER)
		return false;
	for (size_t i = 0; i < name.length; i++)
		large_name[i] = large(name.at[i]);
	large_name[name.length] = '\0';
	if (census_letter_parse(text_of(large_name), NULL, &of_case, &number) < 0)
		return false;
	memcpy(into, large_name, name.length + 1);
	return true;
}

/* The last of ours that is named between < and >, as the latest letter is named last. */
static bool
find_id(const struct reply_place *place, struct text value, char into[CENSUS_LETTER])
{
	bool found = false;

	while (value.length > 0) {
		(void)text_cut(&value, '<');
		if (take_id(place, text_cut(&value, '>'), into))
			found = true;
	}
	return found;
}

/* [LZ-2026-004711], which the letter asks to leave there; also where the brackets are lost. */
static bool
find_code(struct text subject, char into[CENSUS_LETTER])
{
	for (size_t i = 0; i + 3 <= subject.length; i++) {
		size_t end = i;

		if (i > 0 && large(subject.at[i - 1]) >= 'A' && large(subject.at[i - 1]) <= 'Z')
			continue;
		while (end < subject.length && end - i < CENSUS_CODE &&
			(subject.at[end] == '-' ||
				(subject.at[end] >= '0' && subject.at[end] <= '9') ||
				(large(subject.at[end]) >= 'A' && large(subject.at[end]) <= 'Z')))
			end++;
		if (end - i >= CENSUS_CODE)
			continue;
		for (size_t k = i; k < end; k++)
			into[k - i] = large(subject.at[k]);
		into[end - i] = '\0';
		if (text_starts(text_of(into), "LZ-") && lettercase_check_code(text_of(into)) == 0)
			return true;
	}
	into[0] = '\0';
	return false;
}

static void
find_letter(struct reading *reading)
{
	struct reply *reply = reading->reply;
	struct text value;

	reply->letter[0] = '\0';
	reply->by = REPLY_BY_RETURN;
	if (find_return(reading))
		return;
	reply->by = REPLY_BY_ID;
	if (*reading->named != '\0') {
		memcpy(reply->letter, reading->named, sizeof(reply->letter));
		return;
	}
	if (mailhead_find(reading->head, "In-Reply-To", &value) &&
		find_id(reading->place, value, reply->letter))
		return;
	if (mailhead_find(reading->head, "References", &value) &&
		find_id(reading->place, value, reply->letter))
		return;
	reply->by = REPLY_BY_SUBJECT;
	if (mailhead_find(reading->head, "Subject", &value)) {
		buffer_clear(reading->scratch);
		mailcoding_words(value, reading->scratch);
		if (find_code((struct text){reading->scratch->at, reading->scratch->length},
			    reply->letter))
			return;
	}
	reply->by = REPLY_BY_NOTHING;
}

/* Digits, at most three. */
static size_t
digits(struct text text)
{
	size_t n = 0;

	while (n < text.length && n < 3 && text.at[n] >= '0' && text.at[n] <= '9')
		n++;
	return n;
}

/* A status code of RFC 3463 s2 at the front, of class 4 or 5: its length; 0: there is none. */
static size_t
status_length(struct text text)
{
	size_t length = 1, n;

	if (text.length == 0 || (*text.at != '4' && *text.at != '5'))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (length >= text.length || text.at[length] != '.')
			return 0;
		length++;
		n = digits((struct text){text.at + length, text.length - length});
		if (n == 0)
			return 0;
		length += n;
	}
	return length;
}

static bool
take_status(struct reading *reading, struct text text)
{
	size_t length = status_length(text);

	if (length == 0 || length >= sizeof(reading->status))
		return false;
	memcpy(reading->status, text.at, length);
	reading->status[length] = '\0';
	return true;
}

/* Behind the type and its ";" (RFC 3464 s2.3.2). */
static struct text
behind_type(struct text value)
{
	struct text rest = value;

	(void)text_cut(&rest, ';');
	return rest.length > 0 ? text_trim(rest) : value;
}

/* The fields of one recipient. The first that failed counts: a letter has one. */
static void
take_recipient(struct reading *reading, struct text fields)
{
	struct reply *reply = reading->reply;
	struct text value;
	bool has_failed;

	if (!mailhead_find(fields, "Action", &value))
		return;
	has_failed = text_same(value, TEXT("failed"));
	if (reading->has_failed || (!has_failed && *reading->status != '\0'))
		return;
	reading->has_failed = has_failed;
	if (has_failed || text_same(value, TEXT("delayed"))) {
		if (!mailhead_find(fields, "Status", &value) ||
			!take_status(reading, text_trim(value)))
			(void)take_status(reading, has_failed ? TEXT("5.0.0") : TEXT("4.0.0"));
	}
	if (mailhead_find(fields, "Original-Recipient", &value) ||
		mailhead_find(fields, "Final-Recipient", &value))
		take_address(reading, behind_type(value), reply->mailbox);
	if (mailhead_find(fields, "Diagnostic-Code", &value)) {
		buffer_clear(reading->scratch);
		mailhead_unfold(behind_type(value), reading->scratch);
		keep((struct text){reading->scratch->at, reading->scratch->length}, reply->detail,
			sizeof(reply->detail));
	}
}

static void
take_report(struct reading *reading, struct text body)
{
	reading->is_report = true;
	/* Those of the whole message, which say nothing that is asked for here. */
	(void)mailhead_cut(&body);
	while (body.length > 0)
		take_recipient(reading, mailhead_cut(&body));
}

static void
take_returned(struct reading *reading, struct text message)
{
	struct text head = mailhead_cut(&message), value;

	if (*reading->named == '\0' && mailhead_find(head, "Message-ID", &value))
		(void)find_id(reading->place, value, reading->named);
}

static void
take_part(struct reading *reading, const struct mailpart *part)
{
	bool is_text = text_same(part->type.type, TEXT("text"));

	if (mailtype_is(&part->type, "message", "delivery-status") ||
		mailtype_is(&part->type, "message", "global-delivery-status"))
		take_report(reading, part->body);
	else if (mailtype_is(&part->type, "message", "rfc822") ||
		mailtype_is(&part->type, "message", "global") ||
		mailtype_is(&part->type, "text", "rfc822-headers"))
		take_returned(reading, part->body);
	else if (is_text && reading->text.length == 0 && !mailtype_is(&part->type, "text", "csv")) {
		reading->text = part->body;
		reading->coding = part->coding;
		reading->is_html = text_same(part->type.subtype, TEXT("html"));
	}
}

/* The first text, decoded, without the tags of HTML; valid until the scratch is used again. */
static struct text
plain_text(struct reading *reading)
{
	struct buffer *scratch = reading->scratch;
	size_t length = 0;
	bool is_tag = false;

	buffer_clear(scratch);
	/* Coded bytes are at least as many as those that they stand for. */
	if (reading->text.length > REPLY_TEXT)
		reading->text.length = REPLY_TEXT;
	(void)mailcoding_decode(reading->coding, reading->text, scratch);
	if (!reading->is_html)
		return (struct text){scratch->at, scratch->length};
	for (size_t i = 0; i < scratch->length; i++) {
		char c = scratch->at[i];

		if (c == '<') {
			is_tag = true;
			/* It ends a line, so that a word behind it begins one. */
			scratch->at[length++] = '\n';
		} else if (!is_tag) {
			scratch->at[length++] = c;
		} else if (c == '>') {
			is_tag = false;
		}
	}
	return (struct text){scratch->at, length};
}

/* What a mail server wrote without a report: a status code, or a reply of SMTP, behind a blank or such. */
static bool
find_status(struct reading *reading, struct text text)
{
	for (size_t i = 1; i < text.length; i++) {
		struct text rest = {text.at + i, text.length - i};
		char before = text.at[i - 1];

		if (before != ' ' && before != '\n' && before != '#' && before != '(' &&
			before != '<')
			continue;
		if (take_status(reading, rest))
			return true;
		if (digits(rest) == 3 && (*rest.at == '4' || *rest.at == '5') && rest.length > 3 &&
			(rest.at[3] == ' ' || rest.at[3] == '-')) {
			snprintf(reading->status, sizeof(reading->status), "%c.0.0", *rest.at);
			return true;
		}
	}
	return false;
}

static bool
is_from(const struct reading *reading, const char *name)
{
	struct text rest = text_of(reading->reply->mailbox);

	return text_same(text_cut(&rest, '@'), text_of(name));
}

static bool
is_by_server(const struct reading *reading)
{
	struct text value;

	return is_from(reading, "mailer-daemon") ||
		(mailhead_find(reading->head, "Return-Path", &value) && text_is(value, "<>"));
}

static bool
is_by_program(const struct reading *reading)
{
	static const char *const fields[] = {"X-Autoreply", "X-Autorespond", "X-Autoresponder",
		"X-Autogenerated", "X-Auto-Reply", "Auto-Reply", NULL};
	static const char *const precedences[] = {
		"bulk", "junk", "list", "auto_reply", "auto-reply", NULL};
	struct text head = reading->head, value;
	struct mailfield field;

	if (mailhead_find(head, "Auto-Submitted", &value) &&
		!text_same(text_trim(text_cut(&value, ';')), TEXT("no")))
		return true;
	if (mailhead_find(head, "Precedence", &value) && is_one_of(value, precedences))
		return true;
	while (mailhead_next(&head, &field)) {
		if (is_one_of(field.name, fields) && !text_same(field.value, TEXT("no")))
			return true;
	}
	return is_by_server(reading);
}

/* The first line that is not quoted and not what leads to a quotation. */
static struct text
first_line(struct text text)
{
	struct text line = {0};

	while (text.length > 0) {
		line = text_trim(text_cut(&text, '\n'));
		while (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		line = text_trim(line);
		if (line.length > 0 && *line.at != '>' && line.at[line.length - 1] != ':')
			return line;
	}
	return (struct text){0};
}

static bool
is_large(struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		if (word.at[i] < 'A' || word.at[i] > 'Z')
			return false;
	}
	return word.length > 0;
}

/* The word in capitals, as the letter has it; or in small letters, where it is all that the line says. */
static void
take_word(struct reading *reading, struct text line)
{
	static const char *const words[] = {
		[ANSWER_DONE] = "done",
		[ANSWER_WORKING] = "working",
		[ANSWER_WRONG] = "wrong",
		[ANSWER_CONTACT] = "contact",
		[ANSWER_XARF] = "xarf",
		[ANSWER_STOP] = "stop",
	};
	struct reply *reply = reading->reply;
	struct text word = {line.at, 0}, rest;

	while (word.length < line.length && large(line.at[word.length]) >= 'A' &&
		large(line.at[word.length]) <= 'Z')
		word.length++;
	rest = text_trim((struct text){line.at + word.length, line.length - word.length});
	while (rest.length > 0 && strchr(":;,.!- \t", *rest.at) != NULL)
		rest.at++, rest.length--;
	for (int kind = ANSWER_DONE; kind <= ANSWER_STOP; kind++) {
		if (text_same(word, text_of(words[kind])) &&
			(is_large(word) || rest.length == 0 || kind == ANSWER_CONTACT))
			reply->kind = (enum census_answer_kind)kind;
	}
	if (reply->kind == ANSWER_CONTACT) {
		char address[CENSUS_MAILBOX + 1];

		/* The words before it may be any: the first that has an @. */
		while (rest.length > 0) {
			struct text piece = text_cut(&rest, ' ');

			if (memchr(piece.at, '@', piece.length) != NULL) {
				keep(piece, address, sizeof(address));
				take_address(reading, text_of(address), reply->mailbox);
				break;
			}
		}
	}
}

static void
take_person(struct reading *reading)
{
	struct reply *reply = reading->reply;
	char from[CENSUS_MAILBOX + 1], line[REPLY_DETAIL];
	struct text first = first_line(plain_text(reading));

	reply->kind = ANSWER_HUMAN;
	/* The scratch holds it, and is used again. */
	keep(first, line, sizeof(line));
	memcpy(from, reply->mailbox, sizeof(from));
	take_word(reading, text_of(line));
	keep(reply->kind == ANSWER_CONTACT && strcmp(from, reply->mailbox) != 0
			? text_of(reply->mailbox)
			: text_of(line),
		reply->detail, sizeof(reply->detail));
	memcpy(reply->mailbox, from, sizeof(from));
}

/* For good, or for now. One that was given up after days has failed, too, but may come again. */
static void
take_bounce(struct reading *reading)
{
	struct reply *reply = reading->reply;
	char said[REPLY_DETAIL + sizeof(reading->status) + 1];

	reply->kind = *reading->status == '5' ? ANSWER_BOUNCE : ANSWER_DELAY;
	snprintf(said, sizeof(said), "%s %s", reading->status, reply->detail);
	keep(text_of(said), reply->detail, sizeof(reply->detail));
}

static void
classify(struct reading *reading)
{
	struct reply *reply = reading->reply;

	if (reading->is_report) {
		/* It may also say that all is well. */
		reply->kind = ANSWER_AUTO;
		if (*reading->status != '\0')
			take_bounce(reading);
	} else if (reply->by == REPLY_BY_RETURN &&
		(is_by_server(reading) || is_from(reading, "postmaster")) &&
		find_status(reading, plain_text(reading))) {
		reply->mailbox[0] = '\0';
		take_bounce(reading);
	} else if (is_by_program(reading)) {
		reply->kind = ANSWER_AUTO;
	} else {
		take_person(reading);
	}
}

void
reply_read(const struct reply_place *place, struct text message, struct buffer *scratch,
	struct reply *ret)
{
	struct reading reading = {.place = place, .scratch = scratch, .reply = ret};
	struct text rest = message, value;
	struct mailparts walk;
	struct mailpart part;

	*ret = (struct reply){.at = {ROW_NO_TIME}};
	must(EVP_Digest(message.at == NULL ? "" : message.at, message.length, ret->sum, NULL,
		     EVP_sha256(), NULL) == 1);
	reading.head = mailhead_cut(&rest);
	if (mailhead_find(reading.head, "From", &value))
		take_address(&reading, value, ret->mailbox);
	if (mailhead_find(reading.head, "Date", &value))
		(void)!mailvalue_date(value, &ret->at);
	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		if (!part.is_multipart)
			take_part(&reading, &part);
	}
	find_letter(&reading);
	/* A bounce of another letter than the address says is nobody's. */
	if (ret->by == REPLY_BY_RETURN && *reading.named != '\0' &&
		strcmp(reading.named, ret->letter) != 0) {
		ret->by = REPLY_BY_NOTHING;
		ret->letter[0] = '\0';
	}
	classify(&reading);
}
