/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/curveplot.h"
#include "census/effect/effectreport.h"
#include "census_operation.h"

#include <jansson.h>
#include <stdlib.h>

static struct effect effect;

static const struct operation helped = {{300, 40}, {0.06, 0.02}, 2, 0, 1, OPERATION_BEGIN + 60};
static const struct operation small = {{300, 5}, {0.06, 0.02}, 2, 0, 3, OPERATION_BEGIN + 60};

static struct buffer
make(const struct operation *of, void (*put)(const struct effect *, struct buffer *))
{
	struct buffer into;

	if (of != NULL)
		operation_run(of, &effect);
	buffer_init(&into, 1 << 20);
	put(&effect, &into);
	assert_false(into.failed);
	return into;
}

/* Wherever lines end. */
static bool
says(struct buffer *text, const char *words)
{
	char *copy = strdup(buffer_string(text));
	bool is_there;

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)(*at == '\n' ? ' ' : *at);
	is_there = strstr(copy, words) != NULL;
	free(copy);
	return is_there;
}

static void
plot_file(const struct effect *of, struct buffer *into)
{
	curveplot(of, false, into);
}

/* Leaves it where a person can look at it. */
static void
leave(const struct buffer *text, const char *name)
{
	const char *folder = getenv("PICTURES");
	char path[512];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text->at, 1, text->length, file), text->length);
	assert_int_equal(fclose(file), 0);
}

static void
the_text_says_it_first_and_fits_80_columns(void **state)
{
	struct buffer into = make(&helped, effectreport_text);
	const char *text = buffer_string(&into);

	(void)state;
	leave(&into, "effect.txt");
	assert_ptr_equal(strstr(text, "Letters helped. Of the addresses of contacts"), text);
	assert_non_null(strstr(text, "\ncontacts               300                40\n"));
	assert_non_null(strstr(text, "\nafter 14 days "));
	assert_non_null(strstr(text, "  per 1,000 addresses"));
	assert_true(says(&into, "the last of 2002-11-26."));
	for (const char *at = text; *at != '\0'; at += strcspn(at, "\n") + 1)
		assert_true(strcspn(at, "\n") <= 80);
	buffer_done(&into);
}

static void
the_figures_are_those_of_the_effect(void **state)
{
	struct buffer into = make(&helped, effectreport_text);
	const struct effect_figure *figure = &effect.at[1].difference;
	char row[128], points[EFFECTREPORT_CELL];

	(void)state;
	snprintf(row, sizeof(row), "%+.0f (%+.0f to %+.0f)", 100 * figure->value, 100 * figure->low,
		100 * figure->high);
	assert_string_equal(effectreport_points(figure, points), row);
	assert_non_null(strstr(buffer_string(&into), row));
	buffer_done(&into);
}

static void
too_few_contacts_are_said_instead_of_figures(void **state)
{
	struct buffer into = make(&small, effectreport_text);
	const char *text = buffer_string(&into);

	(void)state;
	assert_non_null(strstr(text, "cannot be said yet"));
	assert_true(says(&into, "there are 300 and 5."));
	assert_non_null(strstr(text, "too few contacts"));
	assert_null(strstr(text, "Log-rank"));
	buffer_done(&into);
	effect = (struct effect){0};
	for (unsigned i = 0; i < EFFECT_DAYS; i++)
		effect.at[i] = (struct effect_day){
			.day = clearing_stages[i + 1], .difference.why = EFFECT_FEW};
	into = make(NULL, effectreport_text);
	assert_string_equal(buffer_string(&into), "Nothing can be said: there is no run.\n");
	buffer_done(&into);
}

static void
what_moved_is_not_called_a_cure(void **state)
{
	struct buffer into =
		make(&(struct operation){{100, 100}, {0.2, 0.02}, 2, 1, 2, OPERATION_BEGIN + 60},
			effectreport_verdict);

	(void)state;
	assert_non_null(strstr(buffer_string(&into), "may have got other addresses"));
	buffer_done(&into);
	into = make(&helped, effectreport_verdict);
	assert_non_null(strstr(buffer_string(&into), "is lower, too."));
	buffer_done(&into);
}

static void
chance_is_called_chance_and_harm_harm(void **state)
{
	struct buffer into =
		make(&(struct operation){{60, 60}, {0.05, 0.05}, 2, 0, 7, OPERATION_BEGIN + 60},
			effectreport_verdict);

	(void)state;
	assert_non_null(strstr(buffer_string(&into), "cannot be told from chance"));
	buffer_done(&into);
	into = make(&(struct operation){{60, 60}, {0.01, 0.2}, 2, 0, 7, OPERATION_BEGIN + 60},
		effectreport_verdict);
	assert_non_null(strstr(buffer_string(&into), "did harm"));
	buffer_done(&into);
}

static void
without_letters_there_is_no_effect_of_letters(void **state)
{
	struct buffer into;

	(void)state;
	operation_run(&helped, &effect);
	effect.letters.sent = 0;
	into = make(NULL, effectreport_verdict);
	assert_ptr_equal(strstr(buffer_string(&into), "No letter was sent"), buffer_string(&into));
	assert_null(strstr(buffer_string(&into), "helped"));
	buffer_done(&into);
	effect.letters = (struct effect_letters){.sent = 9};
	into = make(NULL, effectreport_verdict);
	assert_ptr_equal(strstr(buffer_string(&into), "No letter was sent"), buffer_string(&into));
	buffer_done(&into);
}

static void
letters_are_told_by_what_came_back(void **state)
{
	struct buffer into;

	(void)state;
	operation_run(&helped, &effect);
	effect.written[CASEFILE_LETTER] = 290;
	effect.letters = (struct effect_letters){
		.is_known = true, .sent = 300, .bounced = 20, .person = 60, .automatic = 33};
	into = make(NULL, effectreport_text);
	assert_true(says(&into, "of 187 nothing was heard."));
	assert_false(says(&into, "of thanks"));
	assert_true(says(&into, "  a letter in 14 days  290                0"));
	buffer_done(&into);
	effect.letters.thanks = 41;
	into = make(NULL, effectreport_text);
	assert_true(says(&into, "of 187 nothing was heard."));
	assert_true(
		says(&into, "With 41 letters of thanks, which are not among them, cases ended."));
	buffer_done(&into);
}

/* One object a line, all of which a reader takes. */
static void
json_is_an_object_a_line(void **state)
{
	struct buffer into;
	unsigned lines = 0;
	json_t *row;

	(void)state;
	operation_run(&small, &effect);
	effect.letters.is_known = true;
	into = make(NULL, effectreport_json);
	for (const char *at = buffer_string(&into); *at != '\0';
		at += strcspn(at, "\n") + 1, lines++) {
		row = json_loadb(at, strcspn(at, "\n"), 0, NULL);
		assert_non_null(row);
		if (strcmp(json_string_value(json_object_get(row, "type")), "after") == 0) {
			assert_true(json_is_object(json_object_get(row, "cleared_letter")));
			assert_true(json_is_null(json_object_get(row, "difference")));
		}
		json_decref(row);
	}
	assert_int_equal(lines, 1 + 2 + EFFECT_DAYS + 1);
	buffer_done(&into);
}

static unsigned
count(const char *text, const char *of)
{
	unsigned found = 0;

	for (; (text = strstr(text, of)) != NULL; text++)
		found++;
	return found;
}

static void
the_picture_has_both_curves_and_words_for_them(void **state)
{
	struct buffer into = make(&helped, plot_file);
	const char *text = buffer_string(&into);

	(void)state;
	leave(&into, "effect.svg");
	assert_ptr_equal(strstr(text, "<svg xmlns=\"http://www.w3.org/2000/svg\""), text);
	/* Each also in the key. */
	assert_int_equal(count(text, "<path class=\"curve letter\""), 2);
	assert_int_equal(count(text, "<path class=\"curve holdout\""), 2);
	assert_int_equal(count(text, "<path class=\"band holdout\""), 2);
	assert_non_null(strstr(text, "<title "));
	assert_non_null(strstr(text, "<desc id=\"curves-text\">Letters helped."));
	assert_non_null(strstr(text, "At risk, held out for 14 days:"));
	buffer_done(&into);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_says_it_first_and_fits_80_columns),
		cmocka_unit_test(the_figures_are_those_of_the_effect),
		cmocka_unit_test(too_few_contacts_are_said_instead_of_figures),
		cmocka_unit_test(what_moved_is_not_called_a_cure),
		cmocka_unit_test(chance_is_called_chance_and_harm_harm),
		cmocka_unit_test(without_letters_there_is_no_effect_of_letters),
		cmocka_unit_test(letters_are_told_by_what_came_back),
		cmocka_unit_test(json_is_an_object_a_line),
		cmocka_unit_test(the_picture_has_both_curves_and_words_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
