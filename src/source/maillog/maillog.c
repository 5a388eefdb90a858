/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/maillog.h"

#include "source/maillog/dovecot.h"
#include "source/maillog/exim.h"
#include "source/maillog/postfix.h"

#include <errno.h>

/* Who wrote the line: "postfix/submission/smtpd[123]: " or the same with a colon only. */
struct tag {
	struct text name;
	struct text message; /* behind the tag */
	struct text whole;   /* with it */
};

static bool
take_tag(struct text rest, struct tag *ret)
{
	struct tag tag = {.name = {rest.at, 0}, .whole = rest};
	uint64_t pid;

	while (tag.name.length < rest.length &&
		strchr(" :[(<>=\"", rest.at[tag.name.length]) == NULL)
		tag.name.length++;
	rest = scan_behind(rest, tag.name.length);
	/* Dovecot's processes say more than a number behind their name; dovecot.c reads it. */
	if (dovecot_is_process(tag.name)) {
		*ret = tag;
		return true;
	}
	if (scan_skip(&rest, "[") &&
		(!scan_number(&rest, UINT32_MAX, &pid) || !scan_skip(&rest, "]")))
		return false;
	if (!scan_skip(&rest, ":"))
		return false;
	(void)scan_skip(&rest, " ");
	tag.message = rest;
	*ret = tag;
	return tag.name.length > 0;
}

static int
read_program(struct tag *tag, struct mailevent *ret)
{
	struct text process = tag->name;
	size_t slash = scan_find_last(tag->name, "/");

	if (slash != SIZE_MAX)
		process = scan_behind(tag->name, slash + 1);
	if (slash != SIZE_MAX && postfix_is_process(process))
		return postfix_read(process, tag->message, ret);
	if (text_is(tag->name, "dovecot"))
		return dovecot_read(tag->message, ret);
	if (dovecot_is_process(tag->name))
		return dovecot_read(tag->whole, ret);
	if (text_starts(tag->name, "exim"))
		return exim_read(tag->message, ret);
	return -ENOENT;
}

/* What syslog writes of where a line came from; not an identifier of Exim, which stands in the same place. */
static bool
is_host(struct text text)
{
	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
			c != '.' && c != '-' && c != '_' && c != ':')
			return false;
	}
	return text.length > 0 && !scan_ends(text, ":") && !exim_is_id(text);
}

/* "[id name=\"value\"][id]": values are in quotes, in which \ " and ] have a \ before them (RFC 5424 s6.3.3). */
static void
skip_elements(struct text *rest)
{
	bool is_inside = false, is_quoted = false;

	for (; rest->length > 0 && (is_inside || *rest->at == '['); *rest = scan_behind(*rest, 1)) {
		if (*rest->at == '"')
			is_quoted = !is_quoted;
		else if (*rest->at == '\\' && is_quoted)
			*rest = scan_behind(*rest, 1);
		else if (!is_quoted)
			is_inside = *rest->at != ']';
	}
}

/* RFC 5424 s6: behind the version. */
static int
read_5424(struct text rest, const struct maillog_clock *clock, struct mailevent *ret)
{
	struct tag tag;
	bool unused;

	if (!logtime_take(&rest, clock, &ret->time, &unused))
		return -EBADMSG;
	(void)scan_word(&rest);
	tag.name = scan_word(&rest);
	(void)scan_word(&rest);
	(void)scan_word(&rest);
	if (!scan_skip(&rest, "-"))
		skip_elements(&rest);
	if (!scan_skip(&rest, " "))
		return 0;
	(void)scan_skip(&rest, "\xef\xbb\xbf");
	tag.message = tag.whole = rest;
	return read_program(&tag, ret);
}

/* Behind the time: a host and a tag, or a tag, or a line of Exim's main log. */
static int
read_plain(struct text rest, bool is_main_log, struct mailevent *ret)
{
	struct text after = rest, host = scan_word(&after);
	struct tag tag;
	uint64_t pid;
	int r = -ENOENT;

	/* Dovecot's own log has no host; a name that a stranger gave may come soon in it. */
	if (take_tag(rest, &tag) && dovecot_is_process(tag.name))
		return dovecot_read(tag.whole, ret);
	if (is_host(host) && take_tag(after, &tag))
		r = read_program(&tag, ret);
	if (r != -ENOENT || !is_main_log)
		return r;
	after = rest;
	if (scan_skip(&after, "[") && scan_number(&after, UINT32_MAX, &pid) &&
		scan_skip(&after, "] "))
		rest = after;
	return exim_read(rest, ret);
}

int
maillog_read(struct text line, const struct maillog_clock *clock, struct mailevent *ret)
{
	struct mailevent event = {0};
	bool is_main_log;
	uint64_t priority;
	int r;

	if (line.length > MAILLOG_LINE)
		return -EMSGSIZE;
	while (line.length > 0 &&
		(line.at[line.length - 1] == '\n' || line.at[line.length - 1] == '\r'))
		line.length--;
	if (scan_skip(&line, "<") &&
		(!scan_number(&line, 191, &priority) || !scan_skip(&line, ">")))
		return -EBADMSG;
	if (scan_skip(&line, "1 "))
		r = read_5424(line, clock, &event);
	else if (logtime_take(&line, clock, &event.time, &is_main_log))
		r = read_plain(line, is_main_log, &event);
	else
		r = -EBADMSG;
	if (r == 1)
		*ret = event;
	return r == -ENOENT ? 0 : r;
}
