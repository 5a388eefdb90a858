/* SPDX-License-Identifier: BSD-2-Clause */
/* XARF: version 4 is one flat object; version 3 has what happened in "Report", and in that the address in "Source" or,
 * as others write it, in "SourceIp". */
#include "source/reports/reportsinside.h"
#include "source/text/json.h"
#include "source/text/stamp.h"

#include <errno.h>

#define TYPE_MOST 64

struct xarf {
	struct text version; /* "xarf_version" or "Version" */
	struct text report;  /* version 3: the object */
	struct text source;
	struct text port;
	struct text time;
	struct text category;
	struct text type;
	struct text id;
};

struct member {
	const char *name;
	size_t place; /* in struct xarf */
};

#define MEMBER(name, what)                                                                         \
	{                                                                                          \
		name, offsetof(struct xarf, what)                                                  \
	}

static const struct member outer[] = {MEMBER("xarf_version", version), MEMBER("Version", version),
	MEMBER("Report", report), MEMBER("source_identifier", source), MEMBER("source_port", port),
	MEMBER("timestamp", time), MEMBER("category", category), MEMBER("class", category),
	MEMBER("type", type), MEMBER("report_id", id)};
static const struct member inner[] = {MEMBER("ReportClass", category), MEMBER("ReportType", type),
	MEMBER("Date", time), MEMBER("SourceIp", source), MEMBER("SourcePort", port)};
static const struct member of_source[] = {MEMBER("IP", source), MEMBER("Port", port)};

/* Members of an object into *ret. -EINVAL: it is no JSON. */
static int
find_members(struct text object, const struct member *members, size_t count, struct xarf *ret,
	struct text *source)
{
	struct json_walk walk;
	struct json_value value;
	struct text key;
	int r = json_walk_object(object, &walk);

	while (r >= 0 && (r = json_member(&walk, &key, &value)) > 0) {
		if (source != NULL && text_is(key, "Source") && value.type == JSON_OBJECT)
			*source = value.text;
		for (size_t i = 0; i < count; i++) {
			if (text_is(key, members[i].name) && value.type != JSON_NULL)
				memcpy((char *)ret + members[i].place, &value.text,
					sizeof(value.text));
		}
	}
	return r;
}

#define FIND(object, members, ret, source)                                                         \
	find_members(object, members, sizeof(members) / sizeof(*(members)), ret, source)

static int
find_all(struct text json, struct xarf *ret)
{
	struct text source = {NULL, 0};

	*ret = (struct xarf){.version = {NULL, 0}};
	if (FIND(json, outer, ret, NULL) < 0 || ret->version.length == 0)
		return -EINVAL;
	if (*ret->version.at != '3')
		return *ret->version.at == '4' ? 0 : -EINVAL;
	if (FIND(ret->report, inner, ret, &source) < 0)
		return -EINVAL;
	return source.at != NULL ? FIND(source, of_source, ret, NULL) : 0;
}

static enum report_kind
kind_of(const struct xarf *xarf)
{
	static const char *const bots[] = {"botnet", "infected-host", "infected_host"};

	if (text_same(xarf->category, TEXT("messaging")) || text_same(xarf->type, TEXT("spam")))
		return REPORT_SPAM;
	for (unsigned i = 0; i < sizeof(bots) / sizeof(*bots); i++) {
		if (text_same(xarf->type, text_of(bots[i])))
			return REPORT_BOT;
	}
	return REPORT_OTHER;
}

/* A category or type. */
static struct text
cut(struct text text)
{
	text.length = text.length < TYPE_MOST ? text.length : TYPE_MOST;
	return text;
}

bool
reportxarf_read(struct reports *reports, struct text json)
{
	struct report report = reports->common;
	char held[2 * TYPE_MOST + 2];
	struct buffer type = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};
	struct xarf xarf;
	uint64_t port;

	if (find_all(json, &xarf) < 0)
		return false;
	buffer_text(&type, cut(xarf.category));
	buffer_text(&type, TEXT("/"));
	buffer_text(&type, cut(xarf.type));
	report.form = REPORT_XARF;
	report.type = (struct text){type.at, type.length};
	report.kind = (uint8_t)kind_of(&xarf);
	if (xarf.id.length > 0)
		report.reference = xarf.id;
	if (!reports_source(xarf.source, &report.source)) {
		reports_refuse(reports, "a report of XARF names no address as its source");
		return true;
	}
	if (stamp_parse(xarf.time, NULL, &report.time) < 0 || report.time.us < 0) {
		reports_refuse(reports, "a report of XARF has no time");
		return true;
	}
	if (text_parse_u64(xarf.port, UINT16_MAX, &port) == 0)
		report.port = (uint16_t)port;
	reports_give(reports, &report);
	return true;
}
