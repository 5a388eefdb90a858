/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/textsfolder.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 64

static char folder[] = "/tmp/lazaret-texts-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* One of so many in links/. */
static const char *
name_of(int number)
{
	static char name[32];

	snprintf(name, sizeof(name), "links/a%c%c", 'a' + number / 26, 'a' + number % 26);
	return name;
}

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? mkdir(path_of("links"), 0700) : -1;
}

static int
end(void **state)
{
	(void)state;
	for (int i = 0; i <= FILES; i++)
		(void)unlink(path_of(name_of(i)));
	return rmdir(path_of("links")) == 0 ? rmdir(folder) : -1;
}

static void
what_is_too_much_for_a_folder_is_said_and_not_left_out(void **state)
{
	struct texts *texts;
	struct fail fail = {0};

	for (int i = 0; i < FILES; i++)
		put(name_of(i), "tool\thttps://tool.example/\tnever\tTool\n");
	assert_int_equal(textsfolder_read_links(folder, "", &texts, &fail), 0);
	assert_int_equal(texts_links(texts), FILES);
	texts_free(texts);
	put(name_of(FILES), "tool\thttps://tool.example/\tnever\tTool\n");
	assert_int_equal(textsfolder_read_links(folder, "", &texts, &fail), -E2BIG);
	assert_null(texts);
	assert_string_equal(fail.where, path_of("links"));
	assert_string_equal(fail.what, "there are more than 64 files in it");
	(void)state;
}

static void
a_text_of_a_name_that_none_has_is_said_and_not_left_out(void **state)
{
	struct textsfolder of = {.ours = folder, .own = "", .own_b = "", .language = "en"};
	struct texts *texts, *texts_b;
	struct fail fail = {0};

	assert_int_equal(mkdir(path_of("nb"), 0700), 0);
	put("nb/words", "ruter\n");
	put("nb/Call.md", "title: T\nversion: 1\nreviewed: no\n\nCall.\n");
	assert_int_equal(textsfolder_read(&of, &texts, &texts_b, &fail), -EINVAL);
	assert_string_equal(fail.where, path_of("nb/Call.md"));
	assert_string_equal(fail.what, "no text is called so");
	assert_int_equal(unlink(path_of("nb/Call.md")), 0);
	/* A file of 10 MB is no text. */
	put("nb/call.md", "");
	assert_int_equal(truncate(path_of("nb/call.md"), 10000000), 0);
	assert_int_equal(textsfolder_read(&of, &texts, &texts_b, &fail), -E2BIG);
	assert_string_equal(fail.what, "is larger than a text can be");
	assert_int_equal(unlink(path_of("nb/call.md")), 0);
	/* Words are the spell checker's, and English is missing here. */
	assert_int_equal(textsfolder_read(&of, &texts, &texts_b, &fail), -ENOENT);
	assert_int_equal(unlink(path_of("nb/words")), 0);
	assert_int_equal(rmdir(path_of("nb")), 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_of_a_name_that_none_has_is_said_and_not_left_out),
		cmocka_unit_test(what_is_too_much_for_a_folder_is_said_and_not_left_out),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
