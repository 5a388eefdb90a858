/* SPDX-License-Identifier: BSD-2-Clause */
/* RPSL: the input is a whole dump, read with low ceilings. What comes out must be within them and lie in the text in
 * order, and the way of finding lines must not matter. */
#include "census/registry/rpsl.h"
#include "fuzz.h"

/* Volatile, so that the reading is not left out. */
static volatile char touched;

struct reading {
	struct rpsl *rpsl;
	struct input input;
	struct rpsl_object object;
	struct fail fail;
};

static void
begin(struct reading *reading, const uint8_t *bytes, size_t size, bool portable)
{
	const struct rpsl_settings settings = {.object_most = 400,
		.value_most = 60,
		.attributes_most = 12,
		.portion = 256,
		.portable = portable};

	reading->input = (struct input){.at = bytes, .left = size, .ended = true, .name = "fuzz"};
	reading->rpsl = rpsl_new(&reading->input, &settings);
}

static void
check_object(const struct rpsl_object *object)
{
	must(object->class >= RPSL_CLASS_FIRST && object->class <= RPSL_CLASS_LAST);
	must(object->count >= 1 && object->count <= 12);
	must(object->attributes[0].name == object->class);
	for (size_t i = 0; i < object->count; i++) {
		struct text value = object->attributes[i].value;

		must(i == 0 || object->attributes[i].name >= RPSL_ATTRIBUTE_FIRST);
		must(object->attributes[i].name < RPSL_NAME_COUNT);
		must(value.length <= 60);
		if (value.length == 0)
			continue;
		must(memchr(value.at, '\n', value.length) == NULL);
		must(memchr(value.at, '#', value.length) == NULL);
		touched = value.at[0];
		touched = value.at[value.length - 1];
		must(touched != ' ' && touched != '\t' && touched != '\r');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reading fast = {0}, portable = {0};
	const struct rpsl_counts *counts;
	uint64_t line = 0, objects = 0, lost = 0;
	int result;

	begin(&fast, bytes, size, false);
	begin(&portable, bytes, size, true);
	while ((result = rpsl_next(fast.rpsl, &fast.object, &fast.fail)) == 1) {
		must(rpsl_next(portable.rpsl, &portable.object, &portable.fail) == 1);
		check_object(&fast.object);
		must(fast.object.line > line && fast.object.count == portable.object.count);
		for (size_t i = 0; i < fast.object.count; i++)
			must(text_equal(fast.object.attributes[i].value,
				portable.object.attributes[i].value));
		line = fast.object.line;
		objects++;
	}
	must(rpsl_next(portable.rpsl, &portable.object, &portable.fail) == result);
	counts = rpsl_counts(fast.rpsl);
	must(memcmp(counts, rpsl_counts(portable.rpsl), sizeof(*counts)) == 0);
	must(counts->objects == objects);
	for (size_t i = 0; i < RPSL_FAULT_COUNT; i++)
		lost += counts->faults[i];
	for (uint64_t i = 0; i < RPSL_TOLD_MOST + 1; i++)
		must(rpsl_tell(fast.rpsl, i, &fast.fail) == (i < lost && i < RPSL_TOLD_MOST));
	rpsl_free(fast.rpsl);
	rpsl_free(portable.rpsl);
	return 0;
}
