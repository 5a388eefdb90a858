/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/roster.h"

#include "base/table.h"
#include "identity/accountname.h"

#include <errno.h>
#include <stdlib.h>

/* What a slot's value holds: the class, whether it is allowed, and the number of its rule from 1. */
#define CLASS_BITS  4
#define ALLOWED     (1U << CLASS_BITS)
#define RULE_SHIFT  (CLASS_BITS + 1)
#define RULES_FIRST 16

_Static_assert(LIMITS <= 1 << CLASS_BITS, "a class fits");

struct roster {
	/* By the key of the name, that of a domain with its @. aux: the first day on which it does not hold. */
	struct table entries;
	struct table rule_of; /* hash of the text -> number from 1 */
	struct rule *rules;
	uint32_t rule_room;
	struct hash_key key;
	size_t domains;
};

struct reading {
	struct roster *roster;
	struct roster_place *place;
	const char *begin; /* of the line */
	struct fail *fail;
};

/* A line's words. */
struct line {
	struct text name;
	struct text class;
	struct text rule; /* empty: none */
	struct text date;
	bool has_date;
};

static int
wrong(const struct reading *reading, struct text at, int error)
{
	reading->place->column = (size_t)(at.at - reading->begin) + 1;
	return -error;
}

/* A word as messages show it. */
static int
shown(struct text text)
{
	return text.length < 60 ? (int)text.length : 60;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word; empty at the end, where it tells the place. */
static struct text
word(struct text *rest)
{
	struct text found;
	size_t length = 0;

	while (rest->length > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->length--;
	}
	while (length < rest->length && !is_blank(rest->at[length]))
		length++;
	found = (struct text){rest->at, length};
	rest->at += length;
	rest->length -= length;
	return found;
}

/* Without its end and its comment. */
static struct text
strip(struct text line)
{
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	for (size_t i = 0; i < line.length; i++) {
		if (line.at[i] == '#' && (i == 0 || is_blank(line.at[i - 1])))
			line.length = i;
	}
	return text_trim(line);
}

static int
split(const struct reading *reading, struct text text, struct line *ret)
{
	struct text rest = text, next;

	*ret = (struct line){.name = word(&rest)};
	ret->class = word(&rest);
	next = word(&rest);
	ret->rule = (struct text){next.at, 0};
	while (next.length > 0 && !text_is(next, "until")) {
		ret->rule.length = (size_t)(next.at + next.length - ret->rule.at);
		next = word(&rest);
	}
	if (next.length == 0)
		return 0;
	ret->has_date = true;
	ret->date = word(&rest);
	next = word(&rest);
	if (next.length == 0)
		return 0;
	fail_what(reading->fail, "'%.*s' stands behind the date; expected the end of the line",
		shown(next), next.at);
	return wrong(reading, next, EINVAL);
}

static int
read_class(const struct reading *reading, const struct line *line, uint32_t *value)
{
	static const enum limit classes[] = {
		LIMIT_ACCOUNT, LIMIT_BUSINESS, LIMIT_FORWARDER, LIMIT_NEWSLETTER};

	if (text_is(line->class, "allow")) {
		*value = ALLOWED | LIMIT_ACCOUNT;
		return 0;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (text_is(line->class, limit_names[classes[i]])) {
			*value = classes[i];
			return 0;
		}
	}
	if (line->class.length == 0)
		fail_what(reading->fail,
			"a class is missing; expected account, business, forwarder, newsletter or "
			"allow");
	else
		fail_what(reading->fail,
			"'%.*s' is no class; expected account, business, forwarder, newsletter or "
			"allow",
			shown(line->class), line->class.at);
	return wrong(reading, line->class, EINVAL);
}

/* The same text is the same rule. */
static int
read_rule(const struct reading *reading, struct text text, uint32_t *value)
{
	struct roster *roster = reading->roster;
	struct table_slot *slot;
	struct rule rule;
	size_t column;
	int r;

	if (text.length == 0)
		return 0;
	if (*value & ALLOWED) {
		fail_what(reading->fail,
			"'allow' is never limited; expected no limit of its own, or another class");
		return wrong(reading, text, EINVAL);
	}
	r = table_add(&roster->rule_of, hash_keyed(&roster->key, text.at, text.length), &slot);
	if (r < 0) {
		fail_what(reading->fail, "there are more than %d different limits", ROSTER_RULES);
		return wrong(reading, text, ENOSPC);
	}
	if (r == 1) {
		r = rule_parse(text, &rule, &column, reading->fail);
		if (r < 0) {
			text.at += column - 1;
			return wrong(reading, text, -r);
		}
		slot->value = (uint32_t)roster->rule_of.count;
		if (slot->value > roster->rule_room) {
			roster->rule_room = roster->rule_room ? roster->rule_room * 2 : RULES_FIRST;
			roster->rules =
				xrealloc(roster->rules, roster->rule_room * sizeof(*roster->rules));
		}
		roster->rules[slot->value - 1] = rule;
	}
	*value |= slot->value << RULE_SHIFT;
	return 0;
}

/* "2026-12-31"; gives the day after it, from 1970 on. */
static int
read_date(const struct reading *reading, const struct line *line, uint32_t *ret)
{
	struct text rest = line->date, year = text_cut(&rest, '-'), month = text_cut(&rest, '-');
	uint64_t y, m, d;
	struct wall day;

	if (!line->has_date) {
		*ret = 0;
		return 0;
	}
	if (year.length != 4 || month.length != 2 || rest.length != 2 ||
		text_parse_u64(year, 9999, &y) < 0 || text_parse_u64(month, 12, &m) < 0 ||
		text_parse_u64(rest, 31, &d) < 0 || y < 1970 ||
		wall_from_date(&day, (int)y, (int)m, (int)d, 0, 0, 0) < 0) {
		fail_what(reading->fail, "'%.*s' is no day; expected one as 2026-12-31",
			shown(line->date), line->date.at);
		return wrong(reading, line->date, EINVAL);
	}
	*ret = (uint32_t)(day.us / WALL_DAY) + 1;
	return 0;
}

static int
add_entry(const struct reading *reading, struct text name, uint32_t value, uint32_t day)
{
	struct roster *roster = reading->roster;
	uint64_t key = accountname_pseudonym(name, &roster->key);
	struct table_slot *slot;
	int r;

	if (text_check_line(name) < 0) {
		fail_what(reading->fail, "this name has signs that do not show");
		return wrong(reading, name, EINVAL);
	}
	if (key == 0) {
		fail_what(reading->fail, "this name has more than %d bytes", RESPONSIBLE_NAME);
		return wrong(reading, name, ERANGE);
	}
	if (text_is(name, "@")) {
		fail_what(reading->fail, "a domain is missing behind the @");
		return wrong(reading, name, EINVAL);
	}
	r = table_add(&roster->entries, key, &slot);
	if (r == 0) {
		fail_what(reading->fail, "'%.*s' is named a second time", shown(name), name.at);
		return wrong(reading, name, EEXIST);
	}
	if (r < 0) {
		fail_what(reading->fail, "there are more than %zu names", roster->entries.most);
		return wrong(reading, name, ENOSPC);
	}
	slot->value = value;
	slot->aux = day;
	roster->domains += *name.at == '@';
	return 0;
}

static int
read_line(const struct reading *reading, struct text text)
{
	struct line line;
	uint32_t value = 0, day = 0;
	int r;

	text = strip(text);
	if (text.length == 0)
		return 0;
	if (text_check_line(text) == -EILSEQ) {
		fail_what(reading->fail, "this line is no UTF-8 text");
		return wrong(reading, text, EINVAL);
	}
	r = split(reading, text, &line);
	if (r == 0)
		r = read_class(reading, &line, &value);
	if (r == 0)
		r = read_rule(reading, line.rule, &value);
	if (r == 0)
		r = read_date(reading, &line, &day);
	if (r == 0)
		r = add_entry(reading, line.name, value, day);
	return r;
}

/* Lines that may name something. */
static size_t
count_lines(struct text text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.length; i++)
		count += text.at[i] == '\n';
	return count;
}

int
roster_parse(struct text text, const struct hash_key *key, size_t most, struct roster **ret,
	struct roster_place *place, struct fail *fail)
{
	struct roster *roster = xcalloc(1, sizeof(*roster));
	struct reading reading = {.roster = roster, .place = place, .fail = fail};
	size_t lines = count_lines(text);
	int r = 0;

	roster->key = *key;
	table_init(&roster->entries, lines < most ? lines : most);
	table_init_small(&roster->rule_of, ROSTER_RULES, RULES_FIRST);
	for (place->line = 1; text.length > 0 && r == 0; place->line++) {
		reading.begin = text.at;
		r = read_line(&reading, text_cut(&text, '\n'));
		if (r < 0)
			break;
	}
	if (r < 0) {
		roster_free(roster);
		return r;
	}
	*ret = roster;
	return 0;
}

struct roster *
roster_free(struct roster *roster)
{
	if (roster == NULL)
		return NULL;
	table_done(&roster->entries);
	table_done(&roster->rule_of);
	free(roster->rules);
	free(roster);
	return NULL;
}

static const struct table_slot *
find_key(const struct roster *roster, uint64_t key, struct wall now)
{
	const struct table_slot *slot = key != 0 ? table_find(&roster->entries, key) : NULL;

	if (slot != NULL && slot->aux != 0 && now.us >= slot->aux * WALL_DAY)
		return NULL;
	return slot;
}

static const struct table_slot *
find(const struct roster *roster, struct text name, struct wall now)
{
	return find_key(roster, accountname_pseudonym(name, &roster->key), now);
}

/* What a slot says; false if there is none. */
static bool
entry_of(const struct roster *roster, const struct table_slot *slot, struct roster_entry *ret)
{
	uint32_t rule;

	if (slot == NULL)
		return false;
	rule = slot->value >> RULE_SHIFT;
	*ret = (struct roster_entry){
		.class = slot->value & (ALLOWED - 1),
		.is_allowed = (slot->value & ALLOWED) != 0,
		.rule = rule > 0 ? &roster->rules[rule - 1] : NULL,
		.until = {slot->aux * WALL_DAY},
	};
	return true;
}

bool
roster_find_key(
	const struct roster *roster, uint64_t key, struct wall now, struct roster_entry *ret)
{
	return entry_of(roster, find_key(roster, key, now), ret);
}

bool
roster_find(
	const struct roster *roster, struct text account, struct wall now, struct roster_entry *ret)
{
	const struct table_slot *slot = find(roster, account, now);
	const char *at;

	if (slot == NULL && roster->domains > 0 && account.length > 0) {
		at = memrchr(account.at, '@', account.length);
		if (at != NULL)
			slot = find(roster,
				(struct text){at, (size_t)(account.at + account.length - at)}, now);
	}
	return entry_of(roster, slot, ret);
}

void
roster_near(struct roster *roster, unsigned percent)
{
	for (size_t i = 0; i < roster->rule_of.count; i++)
		rule_near(&roster->rules[i], percent);
}

struct roster_counts
roster_counts(const struct roster *roster)
{
	return (struct roster_counts){
		.accounts = roster->entries.count - roster->domains,
		.domains = roster->domains,
		.rules = roster->rule_of.count,
	};
}
