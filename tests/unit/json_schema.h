/* json_schema - does a value fit a schema of JSON? For tests; as much of draft 2020-12 as the schemas of XARF use
 *
 * type, const, enum, required, properties, additionalProperties (false), items, pattern, format, minimum, maximum,
 * maxLength, maxItems, allOf, if/then/else, $ref to #/$defs and to the core schema. A keyword that says
 * something about values and is not known here fails the test.
 */
#ifndef LAZARET_TESTS_JSON_SCHEMA_H
#define LAZARET_TESTS_JSON_SCHEMA_H

#include "base/mime.h"
#include "unit.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>

struct json_schema {
	const json_t *core; /* what "../xarf-core.json" means */
	char wrong[256];    /* the first thing that does not fit */
};

static bool json_fits(struct json_schema *with, const json_t *root, const json_t *schema,
	const json_t *value, unsigned depth);

static inline bool
json_wrong(struct json_schema *with, const char *keyword, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (with->wrong[0] == '\0')
		snprintf(with->wrong, sizeof(with->wrong), "%s: %.200s", keyword, text);
	free(text);
	return false;
}

static inline bool
json_is_type(const char *type, const json_t *value)
{
	return (strcmp(type, "object") == 0 && json_is_object(value)) ||
		(strcmp(type, "array") == 0 && json_is_array(value)) ||
		(strcmp(type, "string") == 0 && json_is_string(value)) ||
		(strcmp(type, "integer") == 0 && json_is_integer(value)) ||
		(strcmp(type, "number") == 0 && json_is_number(value)) ||
		(strcmp(type, "boolean") == 0 && json_is_boolean(value));
}

/* A pattern of the schemas, which are as POSIX has them. */
static inline bool
json_matches(const char *pattern, const char *text)
{
	regex_t regex;
	bool matches;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	matches = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

static inline bool
json_is_format(const char *format, const char *text)
{
	if (strcmp(format, "uuid") == 0)
		return json_matches(
			"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", text);
	if (strcmp(format, "date-time") == 0)
		return json_matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
				    "(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$",
			text);
	if (strcmp(format, "email") == 0)
		return mime_check_address(text_of(text)) == 0;
	if (strcmp(format, "hostname") == 0)
		return json_matches("^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$", text);
	if (strcmp(format, "uri") == 0)
		return json_matches("^[a-z]+:", text);
	fail_msg("the format %s is not known here", format);
	return false;
}

static inline bool
json_fits_string(struct json_schema *with, const char *key, const json_t *rule, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return true;
	if (strcmp(key, "pattern") == 0)
		return json_matches(json_string_value(rule), text) || json_wrong(with, key, value);
	if (strcmp(key, "format") == 0)
		return json_is_format(json_string_value(rule), text) ||
			json_wrong(with, key, value);
	return strlen(text) <= (size_t)json_integer_value(rule) || json_wrong(with, key, value);
}

static inline bool
json_fits_properties(struct json_schema *with, const json_t *root, const json_t *schema,
	const json_t *value, unsigned depth)
{
	const json_t *properties = json_object_get(schema, "properties"), *one;
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)value, name, member)
	{
		one = json_object_get(properties, name);
		if (one != NULL && !json_fits(with, root, one, member, depth))
			return false;
		if (one == NULL && json_is_false(json_object_get(schema, "additionalProperties")))
			return json_wrong(with, "additionalProperties", value);
	}
	return true;
}

static inline bool
json_fits_required(struct json_schema *with, const json_t *rule, const json_t *value)
{
	const json_t *name;
	size_t i;

	json_array_foreach(rule, i, name)
	{
		if (json_is_object(value) &&
			json_object_get(value, json_string_value(name)) == NULL)
			return json_wrong(with, "required", name);
	}
	return true;
}

/* How many of the schemas of an array does it fit? */
static inline size_t
json_count_fits(struct json_schema *with, const json_t *root, const json_t *rule,
	const json_t *value, unsigned depth)
{
	const json_t *one;
	size_t i, count = 0;

	json_array_foreach(rule, i, one) count += json_fits(with, root, one, value, depth);
	return count;
}

static inline bool
json_fits_ref(struct json_schema *with, const json_t *root, const char *ref, const json_t *value,
	unsigned depth)
{
	if (strcmp(ref, "../xarf-core.json") == 0)
		return json_fits(with, with->core, with->core, value, depth);
	assert_memory_equal(ref, "#/$defs/", 8);
	return json_fits(
		with, root, json_object_get(json_object_get(root, "$defs"), ref + 8), value, depth);
}

static inline bool
json_fits_list(struct json_schema *with, const json_t *rule, const json_t *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(rule, i, one)
	{
		if (json_equal(one, value))
			return true;
	}
	return json_wrong(with, "enum", value);
}

static inline bool
json_fits_items(struct json_schema *with, const json_t *root, const json_t *rule,
	const json_t *value, unsigned depth)
{
	const json_t *one;
	size_t i;

	json_array_foreach(value, i, one)
	{
		if (!json_fits(with, root, rule, one, depth))
			return false;
	}
	return true;
}

/* if, then: what does not fit "if" is not wrong. */
static inline bool
json_fits_if(struct json_schema *with, const json_t *root, const json_t *schema,
	const json_t *value, unsigned depth)
{
	struct json_schema trial = {.core = with->core};
	bool fits = json_fits(&trial, root, json_object_get(schema, "if"), value, depth);
	const json_t *then = json_object_get(schema, fits ? "then" : "else");

	return then == NULL || json_fits(with, root, then, value, depth);
}

/* A keyword whose rule is a number or a value. */
static inline bool
json_fits_value(struct json_schema *with, const char *key, const json_t *rule, const json_t *value)
{
	bool fits = true;

	if (strcmp(key, "type") == 0)
		fits = json_is_type(json_string_value(rule), value);
	else if (strcmp(key, "const") == 0)
		fits = json_equal(rule, value);
	else if (strcmp(key, "minimum") == 0)
		fits = json_number_value(value) >= json_number_value(rule);
	else if (strcmp(key, "maximum") == 0)
		fits = json_number_value(value) <= json_number_value(rule);
	else if (strcmp(key, "maxItems") == 0)
		fits = json_array_size(value) <= (size_t)json_integer_value(rule);
	else
		return json_fits_string(with, key, rule, value);
	return fits || json_wrong(with, key, value);
}

static inline bool
json_is_one_of(const char *key, const char *const *words)
{
	while (*words != NULL && strcmp(key, *words) != 0)
		words++;
	return *words != NULL;
}

static inline bool
json_fits_one(struct json_schema *with, const json_t *root, const json_t *schema, const char *key,
	const json_t *rule, const json_t *value, unsigned depth)
{
	static const char *const values[] = {"type", "const", "minimum", "maximum", "maxItems",
		"pattern", "format", "maxLength", NULL};
	static const char *const silent[] = {"$schema", "$id", "$defs", "title", "description",
		"examples", "contentEncoding", "then", "else", "additionalProperties", NULL};

	if (json_is_one_of(key, values))
		return json_fits_value(with, key, rule, value);
	if (strcmp(key, "$ref") == 0)
		return json_fits_ref(with, root, json_string_value(rule), value, depth);
	if (strcmp(key, "enum") == 0)
		return json_fits_list(with, rule, value);
	if (strcmp(key, "required") == 0)
		return json_fits_required(with, rule, value);
	if (strcmp(key, "properties") == 0)
		return !json_is_object(value) ||
			json_fits_properties(with, root, schema, value, depth);
	if (strcmp(key, "items") == 0)
		return json_fits_items(with, root, rule, value, depth);
	if (strcmp(key, "allOf") == 0)
		return json_count_fits(with, root, rule, value, depth) == json_array_size(rule);
	if (strcmp(key, "if") == 0)
		return json_fits_if(with, root, schema, value, depth);
	if (!json_is_one_of(key, silent) && strncmp(key, "x-", 2) != 0)
		fail_msg("the keyword %s is not known here", key);
	return true;
}

static bool
json_fits(struct json_schema *with, const json_t *root, const json_t *schema, const json_t *value,
	unsigned depth)
{
	const char *key;
	json_t *rule;

	assert_true(depth < 20);
	assert_true(json_is_object(schema));
	json_object_foreach((json_t *)schema, key, rule)
	{
		if (!json_fits_one(with, root, schema, key, rule, value, depth + 1))
			return false;
	}
	return true;
}

#endif
