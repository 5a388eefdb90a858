/* SPDX-License-Identifier: BSD-2-Clause */
/* Which form a list has, from its first lines. */
#include "census/list/listformat.h"

/* Lines of comments that may come before the first that says it. */
#define LINES_MOST 400

bool
listfind_is_zone(struct text line)
{
	if (line.length == 0)
		return false;
	if ((line.at[0] == '#' || line.at[0] == ';') && line.length > 2 && line.at[1] == '$')
		return line.at[2] >= 'A' && line.at[2] <= 'Z';
	if (line.at[0] == ':')
		return line.length > 1 && line.at[1] != ':';
	return line.at[0] == '$' || line.at[0] == '!';
}

static bool
is_comment(struct text line)
{
	return *line.at == '#' || *line.at == ';';
}

/* A line that is no comment: of a list of addresses? Else it is CSV, or nothing that is known, which the reader of
 * addresses says best. */
static enum listform
form_of(struct text line)
{
	struct text rest = line;
	struct addressform form;
	const char *expected;
	enum listform other = memchr(line.at, ',', line.length) ? LISTFORM_CSV : LISTFORM_PLAIN;

	if (*line.at == '{')
		return LISTFORM_JSON;
	if (text_starts(line, "create ") || text_starts(line, "add "))
		return LISTFORM_IPSET;
	if (addressform_take(&rest, false, &form, &expected) < 0)
		return other;
	if (rest.length > 0 && *rest.at == ',')
		return LISTFORM_CSV;
	rest = text_trim(rest);
	if (rest.length == 0 || is_comment(rest) || *rest.at <= '-' ||
		(*rest.at >= '0' && *rest.at <= '9'))
		return LISTFORM_PLAIN;
	/* Only a zone has texts behind its entries. */
	return LISTFORM_RBLDNSD;
}

enum listform
listfind_form(const struct listorder *order, struct text head)
{
	bool is_plain = false;

	if (*order->columns != '\0')
		return LISTFORM_CSV;
	if (order->values_count > 0 || order->type != ZONETYPE_ANY || *order->dataset != '\0')
		return LISTFORM_RBLDNSD;
	if (maillist_is_mail(head))
		return LISTFORM_MAIL;
	for (unsigned i = 0; i < LINES_MOST && head.length > 0; i++) {
		struct text line = text_cut(&head, '\n');
		enum listform form;

		if (listfind_is_zone(line))
			return LISTFORM_RBLDNSD;
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		line = text_trim(line);
		if (line.length == 0)
			continue;
		if (is_comment(line)) {
			line = (struct text){line.at + 1, line.length - 1};
			if (memchr(line.at, ',', line.length) != NULL && !is_plain &&
				csvlist_is_header(order, text_trim(line)))
				return LISTFORM_CSV;
			continue;
		}
		form = form_of(line);
		if (form == LISTFORM_RBLDNSD || (form != LISTFORM_PLAIN && !is_plain))
			return form;
		is_plain = true;
	}
	return LISTFORM_PLAIN;
}
