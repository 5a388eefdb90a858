/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON: every value of any text is walked through, and every piece must lie inside the text. */
#include "fuzz.h"
#include "source/text/json.h"

static struct text whole;

static void
check(const struct text *piece)
{
	must(piece->at >= whole.at && piece->at + piece->length <= whole.at + whole.length);
}

static void
walk_value(const struct json_value *value, unsigned depth)
{
	struct json_walk walk;
	struct json_value inner;
	struct text key;
	uint64_t number;

	check(&value->text);
	if (json_u64(value, 65535, &number) == 0)
		must(number <= 65535);
	if (depth > 4)
		return;
	if (value->type == JSON_OBJECT && json_walk_object(value->text, &walk) == 0) {
		while (json_member(&walk, &key, &inner) == 1) {
			check(&key);
			walk_value(&inner, depth + 1);
		}
	}
	if (value->type == JSON_ARRAY && json_walk_array(value->text, &walk) == 0) {
		while (json_item(&walk, &inner) == 1)
			walk_value(&inner, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct json_value value = {.type = JSON_OBJECT};

	whole = (struct text){.at = (const char *)bytes, .length = size};
	value.text = whole;
	walk_value(&value, 0);
	value.type = JSON_ARRAY;
	walk_value(&value, 0);
	value.type = JSON_STRING;
	walk_value(&value, 0);
	return 0;
}
