/* SPDX-License-Identifier: BSD-2-Clause */
/* portalpages TEXTS FOLDER: each page that a customer can meet, in every language, as the answers that the portal and
 * the garden give: FOLDER/STATE/LANGUAGE/PAGE, in which "_" stands for "/". Prints the languages, one a line.
 */
#include "care/garden.h"
#include "care/portal.h"
#include "service/textsfolder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define NOW_US (INT64_C(1795737600) * WALL_SECOND)
#define NOW    ((struct wall){NOW_US})

/* What is different of a state. */
static const struct shown {
	const char *name;
	struct carecase of; /* times and counts are added */
	enum portal_outcome outcome;
	bool by_code;
	bool is_ready; /* steps are ticked */
	enum portal_page page[9];
	enum topic device[TOPIC_DEVICES + 1]; /* of PORTAL_STEPS; TOPICS ends it */
} states[] = {
	{"blocked", {.is_there = true, .is_blocked = true, .release = CARE_OPEN}, PORTAL_SHOWN,
		false, false,
		{PORTAL_LINE, PORTAL_CHECK, PORTAL_WRONG, PORTAL_CALL, PORTAL_CASE, PORTAL_PREVENT,
			PORTAL_PORT25, PORTAL_MAIL, PORTAL_NONE},
		{TOPIC_ROUTER, TOPIC_CAMERA, TOPIC_TVBOX, TOPIC_PHONE, TOPIC_WINDOWS, TOPIC_MACOS,
			TOPIC_LINUX, TOPIC_SERVER, TOPICS}},
	{"ready", {.is_there = true, .is_held = true, .release = CARE_OPEN}, PORTAL_SHOWN, false,
		true, {PORTAL_LINE, PORTAL_NONE}, {TOPIC_ROUTER, TOPICS}},
	{"account", {.is_there = true, .release = CARE_OPEN, .kind = CARECASE_ACCOUNT},
		PORTAL_SHOWN, true, false, {PORTAL_CASE, PORTAL_NONE}, {TOPICS}},
	{"ending", {.is_there = true, .release = CARE_OPEN, .kind = CARECASE_ACCOUNT}, PORTAL_SHOWN,
		true, true, {PORTAL_CASE, PORTAL_NONE}, {TOPICS}},
	{"freed", {.is_there = true, .release = CARE_FREE, .kind = CARECASE_ACCOUNT}, PORTAL_SHOWN,
		true, true, {PORTAL_CASE, PORTAL_NONE}, {TOPICS}},
	{"person",
		{.is_there = true,
			.is_held = true,
			.release = CARE_BY_PERSON,
			.has_said_wrong = true},
		PORTAL_SHOWN, false, false, {PORTAL_LINE, PORTAL_WRONG, PORTAL_NONE}, {TOPICS}},
	{"usedup", {.is_there = true, .is_held = true, .release = CARE_USED_UP}, PORTAL_SHOWN,
		false, true, {PORTAL_LINE, PORTAL_NONE}, {TOPICS}},
	{"free", {0}, PORTAL_SHOWN, false, false,
		{PORTAL_LINE, PORTAL_CHECK, PORTAL_WRONG, PORTAL_NONE}, {TOPIC_CAMERA, TOPICS}},
	{"letgo", {.is_there = true, .release = CARE_FREE, .was_limited = true}, PORTAL_SHOWN,
		false, true, {PORTAL_LINE, PORTAL_NONE}, {TOPICS}},
	{"observed", {.is_there = true, .release = CARE_FREE}, PORTAL_SHOWN, false, false,
		{PORTAL_LINE, PORTAL_NONE}, {TOPICS}},
	{"elsewhere", {.is_there = true, .is_held = true, .release = CARE_OPEN}, PORTAL_SHOWN, true,
		true, {PORTAL_CASE, PORTAL_CHECK, PORTAL_WRONG, PORTAL_NONE},
		{TOPIC_ROUTER, TOPICS}},
	{"unknown", {0}, PORTAL_UNKNOWN, true, false, {PORTAL_CASE, PORTAL_NONE}, {TOPICS}},
	{"refused", {.is_there = true, .is_held = true, .release = CARE_USED_UP}, PORTAL_REFUSED,
		false, false, {PORTAL_RELEASE, PORTAL_NONE}, {TOPICS}},
	{"stale", {.is_there = true, .is_held = true, .release = CARE_OPEN}, PORTAL_STALE, false,
		false, {PORTAL_WRONG, PORTAL_NONE}, {TOPIC_ROUTER, TOPICS}},
	{"later", {0}, PORTAL_LATER, false, false, {PORTAL_LINE, PORTAL_NONE}, {TOPICS}},
	{"away", {0}, PORTAL_AWAY, false, false, {PORTAL_LINE, PORTAL_CHECK, PORTAL_NONE},
		{TOPICS}},
	{"paused",
		{.is_there = true,
			.release = CARE_FREE,
			.has_said_wrong = true,
			.paused = {NOW_US + 7 * WALL_DAY}},
		PORTAL_SHOWN, false, false, {PORTAL_LINE, PORTAL_CHECK, PORTAL_WRONG, PORTAL_NONE},
		{TOPICS}},
};

static const char *const names[PORTAL_PAGES] = {
	[PORTAL_LINE] = "",
	[PORTAL_CHECK] = "check",
	[PORTAL_RELEASE] = "release",
	[PORTAL_WRONG] = "wrong",
	[PORTAL_CALL] = "call",
	[PORTAL_CASE] = "case",
	[PORTAL_PREVENT] = "prevent",
	[PORTAL_PORT25] = "port25",
	[PORTAL_MAIL] = "mail",
	[PORTAL_NONE] = "no-such-page",
	[PORTAL_STYLE] = "style.css",
};

static struct portal_settings
settings_of(void)
{
	return (struct portal_settings){.page = {.provider = TEXT("Example Net"),
						.telephone = TEXT("+47 22 33 44 55"),
						.hours = TEXT("08-20"),
						.help = TEXT("https://example.net/help"),
						.country = TEXT("no")},
		.url = TEXT("https://help.example.net/"),
		.secret = {{1, 2, 3}}};
}

static void
write_file(const char *folder, const char *state, const char *language, const char *name,
	struct text answer)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, state);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, state, language);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s/_%s", folder, state, language, name);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(answer.at, 1, answer.length, file) != answer.length ||
		fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static void
tick(struct carecase *of, enum topic device, const struct texts *texts)
{
	size_t language;
	const struct advice *advice = texts_topic(texts, texts_english(texts), device, &language);

	for (size_t i = 0; i < advice->count && of->steps < CARECASE_STEPS; i++) {
		struct carecase_step *step = &of->step[of->steps];

		if (advice->block[i].kind != ADVICE_TASK)
			continue;
		step->topic = (uint8_t)device;
		snprintf(step->name, sizeof(step->name), "%.*s", (int)advice->block[i].step.length,
			advice->block[i].step.at);
		of->steps++;
		return;
	}
}

static struct carecase
case_of(const struct shown *state, const struct texts *texts)
{
	struct carecase of = state->of;

	if (!of.is_there)
		return of;
	of.first = (struct wall){NOW.us - 2 * WALL_DAY};
	of.last = (struct wall){NOW.us - 10 * WALL_MINUTE};
	if (of.release != CARE_FREE) {
		of.since = of.first;
		of.until = (struct wall){NOW.us + 28 * WALL_DAY};
	}
	of.attempts = 1225;
	of.networks = 436;
	snprintf(of.code, sizeof(of.code), "7K3QD-9XM2B");
	snprintf(of.call, sizeof(of.call), "0815");
	if (state->is_ready) {
		tick(&of, TOPIC_ROUTER, texts);
		tick(&of, TOPIC_CAMERA, texts);
	}
	return of;
}

static void
write_page(const char *folder, const struct shown *state, const struct texts *texts,
	const struct portal_asked *asked)
{
	const struct portal_settings settings = settings_of();
	struct carecase of = case_of(state, texts);
	char name[64];
	struct buffer answer;

	buffer_init(&answer, 1 << 20);
	portal_answer(&settings, texts, asked, &of, state->outcome, NOW, &answer);
	if (asked->page == PORTAL_STEPS)
		snprintf(name, sizeof(name), "steps_%s", topic_names[asked->device]);
	else
		snprintf(name, sizeof(name), "%s", names[asked->page]);
	write_file(folder, state->name, texts_tag(texts, asked->language), name,
		(struct text){answer.at, answer.length});
	buffer_done(&answer);
}

static void
write_state(
	const char *folder, const struct shown *state, const struct texts *texts, size_t language)
{
	struct portal_asked asked = {.language = language, .by_code = state->by_code};

	snprintf(asked.code, sizeof(asked.code), "7K3QD-9XM2B");
	snprintf(asked.pin, sizeof(asked.pin), "12345678");
	for (size_t i = 0;; i++) {
		asked.page = state->page[i];
		if (asked.page == PORTAL_NONE)
			break;
		write_page(folder, state, texts, &asked);
	}
	asked.page = PORTAL_STEPS;
	for (size_t i = 0; state->device[i] != TOPICS; i++) {
		asked.device = state->device[i];
		write_page(folder, state, texts, &asked);
	}
}

/* The garden's own page, which is there in two languages. */
static void
write_garden(const char *folder)
{
	static const char *const languages[] = {"en", "nb"};
	const struct portal_settings settings = settings_of();
	const struct garden_settings garden_settings = {
		.page = {.provider = settings.page.provider,
			.telephone = settings.page.telephone,
			.help = settings.page.help}};
	struct garden *garden;
	struct fail fail = {0};

	if (garden_new(&garden_settings, &garden, &fail) < 0)
		exit(1);
	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		struct httprequest_reader reader = {0};
		struct garden_answer answer;
		char request[200];

		snprintf(request, sizeof(request),
			"GET " GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\nAccept-Language: %s\r\n\r\n",
			languages[i]);
		if (garden_read(garden, &reader, text_of(request), &answer) <= 0)
			exit(1);
		write_file(folder, "garden", languages[i], "lazaret-garden", answer.bytes);
	}
	garden_free(garden);
}

int
main(int argc, char **argv)
{
	const struct portal_asked nowhere = {.page = PORTAL_NONE}, style = {.page = PORTAL_STYLE};
	struct texts *texts, *none;
	struct fail fail = {0};

	if (argc != 3 ||
		textsfolder_read(
			&(struct textsfolder){argv[1], "", "", "en"}, &texts, &none, &fail) < 0) {
		fprintf(stderr, "usage: portalpages TEXTS FOLDER\n");
		return 1;
	}
	for (size_t language = 0; language < texts_languages(texts); language++) {
		struct portal_asked asked = nowhere;

		printf("%s\n", texts_tag(texts, language));
		for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
			write_state(argv[2], &states[i], texts, language);
		asked.language = language;
		write_page(argv[2], &(struct shown){.name = "missing"}, texts, &asked);
	}
	write_page(argv[2], &(struct shown){.name = "style"}, texts, &style);
	write_garden(argv[2]);
	texts_free(texts);
	return 0;
}
