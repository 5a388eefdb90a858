/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/manifest.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define MOMENT ((struct wall){INT64_C(1764237600) * WALL_SECOND})

static const char written[] =
	"lazaret-census-manifest 1\n"
	"made 2025-11-27T10:00:00.000Z Anna Example\n"
	"letter ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 "
	"LZ-2026-000001.1 "
	"a@b.example\n"
	"letter e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 "
	"LZ-2026-000002.3 "
	"c@d.example\n";

static struct manifest *
two_letters(void)
{
	struct manifest *manifest = manifest_new();

	assert_int_equal(
		manifest_add(manifest, TEXT("LZ-2026-000002"), 3, TEXT("c@d.example"), TEXT("")),
		0);
	assert_int_equal(
		manifest_add(manifest, TEXT("LZ-2026-000001"), 1, TEXT("a@b.example"), TEXT("abc")),
		0);
	return manifest;
}

/* The file of it, on the heap. */
static char *
ended(struct manifest *manifest)
{
	struct fail fail = {0};
	struct buffer into;
	char *text;

	buffer_init(&into, 65536);
	assert_int_equal(manifest_end(manifest, TEXT("Anna Example"), MOMENT, &into, &fail), 0);
	text = strdup(buffer_string(&into));
	buffer_done(&into);
	return text;
}

static void
a_manifest_is_sorted_and_summed(void **state)
{
	struct manifest *manifest = two_letters();
	char *text = ended(manifest);

	(void)state;
	assert_memory_equal(text, written, sizeof(written) - 1);
	assert_memory_equal(text + sizeof(written) - 1, "sum ", 4);
	assert_memory_equal(text + sizeof(written) + 3, manifest_sum(manifest), 64);
	assert_int_equal(strlen(text), sizeof(written) - 1 + 4 + 64 + 1);
	free(text);
	manifest = manifest_free(manifest);
}

static void
what_was_written_is_read_again(void **state)
{
	struct manifest *manifest = two_letters(), *read;
	char *text = ended(manifest), *again;
	struct fail fail = {0};

	(void)state;
	assert_int_equal(manifest_parse(text_of(text), "m", &read, &fail), 0);
	assert_string_equal(manifest_sum(read), manifest_sum(manifest));
	assert_true(text_is(manifest_by(read), "Anna Example"));
	assert_int_equal(manifest_count(read), 2);
	assert_string_equal(manifest_at(read, 0)->mailbox, "a@b.example");
	assert_true(manifest_has(manifest_at(read, 0), TEXT("abc")));
	assert_false(manifest_has(manifest_at(read, 0), TEXT("abd")));
	assert_true(manifest_has(manifest_at(read, 1), TEXT("")));
	again = ended(read);
	assert_string_equal(text, again);
	free(text);
	free(again);
	manifest = manifest_free(manifest);
	read = manifest_free(read);
}

/* Each byte of it counts. */
static void
a_changed_manifest_is_refused(void **state)
{
	struct manifest *manifest = two_letters(), *read;
	char *text = ended(manifest);
	size_t length = strlen(text);
	struct fail fail;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		fail = (struct fail){.what = ""};
		text[i] ^= 1;
		assert_int_equal(
			manifest_parse((struct text){text, length}, "m", &read, &fail), -EBADMSG);
		assert_null(read);
		assert_true(fail.what[0] != '\0' && strncmp(fail.where, "m:", 2) == 0);
		text[i] ^= 1;
		assert_int_equal(
			manifest_parse((struct text){text, i}, "m", &read, &fail), -EBADMSG);
	}
	free(text);
	manifest = manifest_free(manifest);
}

static void
a_second_person_names_the_sum(void **state)
{
	struct manifest *manifest = two_letters();
	char *text = ended(manifest);
	struct text sum = text_of(manifest_sum(manifest));
	struct fail fail = {0};

	(void)state;
	assert_int_equal(manifest_check_approval(manifest, sum, TEXT("Bo Example"), &fail), 0);
	assert_int_equal(
		manifest_check_approval(manifest, sum, TEXT("anna example"), &fail), -EPERM);
	assert_string_equal(fail.what, "Anna Example made these letters");
	assert_int_equal(manifest_check_approval(manifest, sum, TEXT(""), &fail), -EINVAL);
	assert_int_equal(
		manifest_check_approval(manifest, sum, TEXT(" Anna Example"), &fail), -EINVAL);
	assert_int_equal(manifest_check_approval(manifest, TEXT("e3b0"), TEXT("Bo Example"), &fail),
		-EINVAL);
	assert_int_equal(
		manifest_check_approval(manifest, TEXT(""), TEXT("Bo Example"), &fail), -EINVAL);
	free(text);
	manifest = manifest_free(manifest);
}

static void
what_is_no_letter_is_refused(void **state)
{
	struct manifest *manifest = two_letters();
	struct fail fail = {0};
	struct buffer into;

	(void)state;
	buffer_init(&into, 65536);
	assert_int_equal(
		manifest_add(manifest, TEXT("LZ"), 1, TEXT("a@b.example"), TEXT("")), -EINVAL);
	assert_int_equal(
		manifest_add(manifest, TEXT("LZ-2026-000001"), 0, TEXT("a@b.example"), TEXT("")),
		-EINVAL);
	assert_int_equal(
		manifest_add(manifest, TEXT("LZ-2026-000001"), 1, TEXT("a@b.example\nx"), TEXT("")),
		-EINVAL);
	assert_int_equal(manifest_end(manifest, TEXT("a\nb"), MOMENT, &into, &fail), -EINVAL);
	assert_int_equal(
		manifest_add(manifest, TEXT("LZ-2026-000001"), 1, TEXT("a@b.example"), TEXT("")),
		0);
	assert_int_equal(
		manifest_end(manifest, TEXT("Anna Example"), MOMENT, &into, &fail), -EINVAL);
	assert_string_equal(fail.what, "the letter LZ-2026-000001.1 is there twice");
	buffer_done(&into);
	manifest = manifest_free(manifest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_sorted_and_summed),
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(a_changed_manifest_is_refused),
		cmocka_unit_test(a_second_person_names_the_sum),
		cmocka_unit_test(what_is_no_letter_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
