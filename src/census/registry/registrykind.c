/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registrykind.h"

#include "census/registry/columns.h"
#include "census/registry/delegated.h"
#include "census/registry/systems.h"

/* Names begin so; the longer ones of the same begin come first. All of these are dumps. */
static const struct known_name {
	const char *begin;
	const char *kind;
} known_names[] = {
	{"ripe-nonauth.db", "ripe-nonauth"},
	{"ripe.db", "ripe"},
	{"apnic.db", "apnic"},
	{"afrinic.db", "afrinic"},
};

static const struct known_source {
	const char *source;
	const char *kind;
} known_sources[] = {
	{"RIPE", "ripe"},
	{"TEST", "ripe"},
	{"RIPE-NONAUTH", "ripe-nonauth"},
	{"APNIC", "apnic"},
	{"AFRINIC", "afrinic"},
	{"LACNIC", "lacnic"},
};

static bool
starts_small(struct text text, const char *begin)
{
	size_t length = strlen(begin);

	return text.length >= length &&
		text_same((struct text){text.at, length}, (struct text){begin, length});
}

static struct text
base_name(struct text path)
{
	for (size_t i = path.length; i > 0; i--) {
		if (path.at[i - 1] == '/')
			return (struct text){path.at + i, path.length - i};
	}
	return path;
}

static const char *
by_name(struct text name)
{
	for (size_t i = 0; i < sizeof(known_names) / sizeof(*known_names); i++) {
		if (starts_small(name, known_names[i].begin))
			return known_names[i].kind;
	}
	return NULL;
}

/* The head of statistics: "2.3|apnic|20130417|46596||20130416|+1000" */
static bool
is_delegated_head(struct text line)
{
	struct text version = text_cut(&line, '|'), registry = text_cut(&line, '|');

	if (version.length == 0 || version.at[0] < '0' || version.at[0] > '9' || line.length == 0)
		return false;
	for (size_t i = REGISTRY_NONE + 1; i < REGISTRY_COUNT; i++) {
		if (text_is(registry, registry_names[i]))
			return true;
	}
	return text_is(registry, "iana");
}

static bool
is_mailbox(struct text line)
{
	size_t ats = 0;

	for (size_t i = 0; i < line.length; i++) {
		if (line.at[i] <= ' ' || strchr(",:;|\"", line.at[i]) != NULL)
			return false;
		ats += line.at[i] == '@';
	}
	return ats == 1;
}

/* What is known after some lines. */
struct looking {
	const char *kind;   /* it is this one */
	const char *source; /* of a dump, by the first source: */
	bool has_attributes, has_networks, has_routes;
	size_t mailboxes, others;
};

static void
look_at_source(struct looking *looking, struct text value)
{
	size_t length = 0;

	while (length < value.length && value.at[length] > ' ' && value.at[length] != '#')
		length++;
	if (length == 0 || looking->source != NULL)
		return;
	value.length = length;
	/* Whoever else has a source of his own is a routing registry. */
	looking->source = "irr";
	for (size_t i = 0; i < sizeof(known_sources) / sizeof(*known_sources); i++) {
		if (text_same(value, text_of(known_sources[i].source)))
			looking->source = known_sources[i].kind;
	}
}

/* "name: value". False: it is none. */
static bool
look_at_attribute(struct looking *looking, struct text line)
{
	static const char *const arins[] = {
		"nethandle", "v6nethandle", "ashandle", "orgid", "pochandle"};
	struct text name = text_cut(&line, ':');

	if (name.length == 0 || line.at == name.at + name.length)
		return false;
	for (size_t i = 0; i < name.length; i++) {
		char c = text_small(name.at[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	looking->has_attributes = true;
	looking->has_networks |=
		text_same(name, text_of("inetnum")) || text_same(name, text_of("inet6num"));
	looking->has_routes |=
		text_same(name, text_of("route")) || text_same(name, text_of("route6"));
	for (size_t i = 0; i < sizeof(arins) / sizeof(*arins); i++) {
		if (text_same(name, text_of(arins[i])))
			looking->kind = "arin";
	}
	/* A key-cert of others has an owner:, too, and a source: where LACNIC has none. */
	if (text_same(name, text_of("ownerid")) ||
		(text_same(name, text_of("owner")) && looking->has_networks &&
			looking->source == NULL))
		looking->kind = "lacnic";
	if (text_same(name, text_of("source")))
		look_at_source(looking, text_trim(line));
	return true;
}

static void
look_at_line(struct looking *looking, struct text line)
{
	struct delegated delegated;
	struct announced announced;

	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0 || strchr("#%;+ \t", line.at[0]) != NULL)
		return;
	if (is_delegated_head(line) || delegated_parse(line, &delegated) > 0)
		looking->kind = "delegated";
	else if (systems_parse(line, &announced) > 0)
		looking->kind = "asn";
	else if (is_mailbox(line))
		looking->mailboxes++;
	else if (!look_at_attribute(looking, line))
		looking->others++;
}

/* The head of the table of peers, behind its time (mrt.h). */
static bool
is_routes(struct text head)
{
	static const char record[] = {0, 13, 0, 1};

	return head.length >= 12 && memcmp(head.at + 4, record, sizeof(record)) == 0;
}

const char *
registrykind_find(struct text path, struct text head)
{
	const char *named = by_name(base_name(path));
	struct looking looking = {.kind = is_routes(head) ? "mrt" : NULL};

	while (head.length > 0 && looking.kind == NULL) {
		struct text line = text_cut(&head, '\n');

		look_at_line(&looking, line);
		/* The name says more than a source:, of which there may be several. */
		if (looking.source != NULL && named != NULL)
			looking.kind = named;
	}
	if (looking.kind != NULL)
		return looking.kind;
	if (named != NULL)
		return named;
	/* LACNIC's routing registry has the same source: as its networks. */
	if (looking.source != NULL)
		return looking.has_routes && !looking.has_networks &&
				strcmp(looking.source, "lacnic") == 0
			? "irr"
			: looking.source;
	return looking.mailboxes > 0 && looking.others == 0 && !looking.has_attributes ? "suspect"
										       : NULL;
}
