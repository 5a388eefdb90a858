/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coaprofile.h"

#include "action/coaprofileinside.h"

#include <errno.h>

const char *const coa_act_names[COA_ACTS] = {[COA_QUARANTINE] = "quarantine",
	[COA_BLOCK25] = "block25",
	[COA_RELEASE_QUARANTINE] = "release-quarantine",
	[COA_RELEASE_BLOCK25] = "release-block25"};

/* Both releases. */
#define RELEASE "release"

int
coaprofile_wrong(const struct coaprofile_reading *reading, struct text at, int error)
{
	reading->place->line = reading->line;
	reading->place->column = (size_t)(at.at - reading->all.at) + 1;
	return -error;
}

int
coaprofile_shown(struct text text)
{
	return text.length < 60 ? (int)text.length : 60;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

void
coaprofile_skip_blanks(struct text *rest)
{
	while (rest->length > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->length--;
	}
}

struct text
coaprofile_word(struct text *rest)
{
	struct text found;
	size_t length = 0;

	coaprofile_skip_blanks(rest);
	while (length < rest->length && !is_blank(rest->at[length]))
		length++;
	found = (struct text){rest->at, length};
	rest->at += length;
	rest->length -= length;
	return found;
}

int
coaprofile_expect_end(const struct coaprofile_reading *reading, struct text rest)
{
	struct text next = coaprofile_word(&rest);

	if (next.length == 0)
		return 0;
	fail_what(reading->fail, "'%.*s' is too much; expected the end of the line",
		coaprofile_shown(next), next.at);
	return coaprofile_wrong(reading, next, EINVAL);
}

int
coaprofile_number(const struct coaprofile_reading *reading, struct text text, uint64_t least,
	uint64_t most, const char *what, uint64_t *ret)
{
	int r = text_parse_u64(text, most, ret);

	if (r == 0 && *ret >= least)
		return 0;
	fail_what(reading->fail, "'%.*s' is no %s; expected %llu to %llu", coaprofile_shown(text),
		text.at, what, (unsigned long long)least, (unsigned long long)most);
	return coaprofile_wrong(reading, text, r == -EINVAL ? EINVAL : ERANGE);
}

/* Each option once. */
static int
see(struct coaprofile_reading *reading, struct text name, unsigned bit)
{
	if (reading->seen & 1U << bit) {
		fail_what(reading->fail, "'%.*s' is there twice; expected it once",
			coaprofile_shown(name), name.at);
		return coaprofile_wrong(reading, name, EEXIST);
	}
	reading->seen |= 1U << bit;
	return 0;
}

static int
read_port(struct coaprofile_reading *reading, struct text rest)
{
	struct text text = coaprofile_word(&rest);
	uint64_t port;
	int r = coaprofile_number(reading, text, 1, UINT16_MAX, "port", &port);

	if (r < 0)
		return r;
	reading->profile->port = (uint16_t)port;
	return coaprofile_expect_end(reading, rest);
}

static int
read_message(struct coaprofile_reading *reading, struct text rest)
{
	struct text text = coaprofile_word(&rest);

	reading->profile->no_message = text_is(text, "no");
	reading->profile->needs_message = text_is(text, "required");
	if (reading->profile->no_message || reading->profile->needs_message || text_is(text, "yes"))
		return coaprofile_expect_end(reading, rest);
	fail_what(reading->fail, "'%.*s'; expected yes, no or required", coaprofile_shown(text),
		text.at);
	return coaprofile_wrong(reading, text, EINVAL);
}

static int
read_timestamp(struct coaprofile_reading *reading, struct text rest)
{
	struct text text = coaprofile_word(&rest);

	reading->profile->no_timestamp = text_is(text, "no");
	if (reading->profile->no_timestamp || text_is(text, "yes"))
		return coaprofile_expect_end(reading, rest);
	fail_what(reading->fail, "'%.*s'; expected yes or no", coaprofile_shown(text), text.at);
	return coaprofile_wrong(reading, text, EINVAL);
}

static int
read_set(struct coaprofile_reading *reading, struct text rest, uint32_t *set)
{
	struct text name = coaprofile_word(&rest);

	if (name.length == 0) {
		fail_what(reading->fail, "nothing follows; expected names of attributes");
		return coaprofile_wrong(reading, name, EINVAL);
	}
	for (; name.length > 0; name = coaprofile_word(&rest)) {
		int i = 0;

		while (i < COA_IDENTITIES && !text_is(name, coa_identity_names[i]))
			i++;
		if (i == COA_IDENTITIES) {
			fail_what(reading->fail,
				"'%.*s' identifies no session here; expected Acct-Session-Id, "
				"User-Name or another one of the page",
				coaprofile_shown(name), name.at);
			return coaprofile_wrong(reading, name, EINVAL);
		}
		*set |= COA_SET(i);
	}
	return 0;
}

static int
read_identify(struct coaprofile_reading *reading, struct text rest)
{
	return read_set(reading, rest, &reading->profile->identify);
}

static int
read_also(struct coaprofile_reading *reading, struct text rest)
{
	return read_set(reading, rest, &reading->profile->also);
}

static int
read_disconnect(struct coaprofile_reading *reading, struct text rest)
{
	return read_set(reading, rest, &reading->profile->disconnect_identify);
}

static const struct {
	const char *name;
	int (*read)(struct coaprofile_reading *reading, struct text rest);
	bool is_many; /* it may be there more than once */
} options[] = {
	{"port", read_port, false},
	{"message-authenticator", read_message, false},
	{"event-timestamp", read_timestamp, false},
	{"identify", read_identify, true},
	{"also", read_also, true},
	{"disconnect-identify", read_disconnect, true},
	{"attribute", coaprofile_define, true},
};

#define OPTIONS (sizeof(options) / sizeof(*options))

/* The acts that a word names, as a set; 0: none. */
static uint32_t
acts_of(struct text name)
{
	if (text_is(name, RELEASE))
		return 1U << COA_RELEASE_QUARANTINE | 1U << COA_RELEASE_BLOCK25;
	for (int i = 0; i < COA_ACTS; i++) {
		if (text_is(name, coa_act_names[i]))
			return 1U << i;
	}
	return 0;
}

static int
read_act(struct coaprofile_reading *reading, struct text name, struct text rest)
{
	struct text how = coaprofile_word(&rest);
	bool is_disconnect = text_is(how, "disconnect");

	if (!is_disconnect && !text_is(how, "coa")) {
		fail_what(reading->fail, "'%.*s'; expected coa or disconnect",
			coaprofile_shown(how), how.at);
		return coaprofile_wrong(reading, how, EINVAL);
	}
	for (int i = 0; i < COA_ACTS; i++) {
		struct coaprofile_act *act = &reading->profile->acts[i];

		if (!(reading->acts & 1U << i))
			continue;
		if (act->is_there) {
			fail_what(reading->fail, "'%.*s' is there twice; expected it once",
				coaprofile_shown(name), name.at);
			return coaprofile_wrong(reading, name, EEXIST);
		}
		act->is_there = true;
		act->is_disconnect = is_disconnect;
	}
	return coaprofile_expect_end(reading, rest);
}

/* Without its end and its comment, which a quoted text may look like. */
static struct text
strip(struct text line)
{
	bool is_quoted = false;

	for (size_t i = 0; i < line.length; i++) {
		if (line.at[i] == '\\' && is_quoted)
			i++;
		else if (line.at[i] == '"')
			is_quoted = !is_quoted;
		else if (line.at[i] == '#' && !is_quoted && (i == 0 || is_blank(line.at[i - 1])))
			line.length = i;
	}
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	while (line.length > 0 && is_blank(line.at[line.length - 1]))
		line.length--;
	return line;
}

static int
read_line(struct coaprofile_reading *reading, struct text line)
{
	struct text rest = line, name = coaprofile_word(&rest);
	uint32_t acts;

	if (name.length == 0)
		return 0;
	if (is_blank(line.at[0])) {
		if (reading->acts != 0)
			return coaprofile_attribute(reading, line);
		fail_what(reading->fail,
			"'%.*s' is indented, but no act stands above it; expected quarantine, "
			"block25 or release",
			coaprofile_shown(name), name.at);
		return coaprofile_wrong(reading, name, EINVAL);
	}
	reading->acts = 0;
	for (unsigned i = 0; i < OPTIONS; i++) {
		int r;

		if (!text_is(name, options[i].name))
			continue;
		r = options[i].is_many ? 0 : see(reading, name, i);
		return r < 0 ? r : options[i].read(reading, rest);
	}
	acts = acts_of(name);
	if (acts != 0) {
		reading->acts = acts;
		return read_act(reading, name, rest);
	}
	fail_what(reading->fail,
		"'%.*s' is not known; expected port, message-authenticator, event-timestamp, "
		"identify, also, disconnect-identify, attribute, quarantine, block25 or release",
		coaprofile_shown(name), name.at);
	return coaprofile_wrong(reading, name, EINVAL);
}

/* What a Disconnect-Request may have. */
static uint32_t
disconnect_set(const struct coaprofile *profile, uint32_t set)
{
	return profile->disconnect_identify != 0 ? profile->disconnect_identify
						 : set & ~COA_ADDRESSES;
}

/* Does every act say which session is meant? */
static int
check(struct coaprofile_reading *reading)
{
	const struct coaprofile *profile = reading->profile;
	bool is_any = false;

	reading->all.length = 0;
	for (int i = 0; i < COA_ACTS; i++) {
		const struct coaprofile_act *act = &profile->acts[i];
		uint32_t set = act->is_disconnect ? disconnect_set(profile, profile->identify)
						  : profile->identify;

		if (!act->is_there)
			continue;
		is_any = true;
		if ((set & COA_OF_SESSION) == 0) {
			fail_what(reading->fail,
				"%s says not which session is meant; expected '%s' with "
				"Acct-Session-Id or so",
				coa_act_names[i],
				act->is_disconnect ? "disconnect-identify" : "identify");
			return coaprofile_wrong(reading, reading->all, EINVAL);
		}
		if (!act->is_disconnect && act->length == 0) {
			fail_what(reading->fail,
				"%s changes nothing; expected NAME = VALUE below it",
				coa_act_names[i]);
			return coaprofile_wrong(reading, reading->all, EINVAL);
		}
	}
	if (is_any)
		return 0;
	fail_what(reading->fail, "it can do nothing; expected quarantine, block25 or release");
	return coaprofile_wrong(reading, reading->all, EINVAL);
}

int
coaprofile_parse(
	struct text text, struct coaprofile *ret, struct coaprofile_place *place, struct fail *fail)
{
	struct coaprofile profile = {.port = 3799};
	struct coaprofile_reading reading = {.profile = &profile, .place = place, .fail = fail};
	int r;

	/* An empty text may have no place. */
	reading.all = (struct text){text.at, 0};
	while (text.length > 0) {
		reading.line++;
		reading.all = text_cut(&text, '\n');
		r = read_line(&reading, strip(reading.all));
		if (r < 0)
			return r;
	}
	reading.line++;
	reading.all = (struct text){text.at, 0};
	r = check(&reading);
	if (r < 0)
		return r;
	*ret = profile;
	return 0;
}

int
coaprofile_make(const struct coaprofile *profile, enum coa_act number,
	const struct coa_session *session, uint8_t into[COA_ATTRIBUTES], bool *is_disconnect,
	struct fail *fail)
{
	const struct coaprofile_act *act = &profile->acts[number];
	uint32_t known = coa_session_known(session), needed = profile->identify;
	uint32_t set = needed | profile->also;
	struct writer writer = writer_on(into, COA_ATTRIBUTES);

	if (!act->is_there) {
		fail_what(fail, "the profile of this NAS has no '%s'", coa_act_names[number]);
		return -ENOENT;
	}
	if (act->is_disconnect) {
		needed = disconnect_set(profile, needed);
		set = disconnect_set(profile, set);
	}
	for (int i = 0; i < COA_IDENTITIES; i++) {
		if (needed & ~known & COA_SET(i)) {
			fail_what(fail, "%s of the session is not known, or too long",
				coa_identity_names[i]);
			return -ENODATA;
		}
	}
	coa_session_write(session, set & known, &writer);
	writer_bytes(&writer, act->attributes, act->length);
	if (writer.failed) {
		fail_what(fail, "more than %d bytes of attributes", COA_ATTRIBUTES);
		return -EMSGSIZE;
	}
	*is_disconnect = act->is_disconnect;
	return (int)writer_length(&writer);
}
