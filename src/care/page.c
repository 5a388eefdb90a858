/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/page.h"

#include "care/markup.h"

#include <stdio.h>
#include <time.h>

static const char head[] = "<!DOCTYPE html>\n"
			   "<html lang=\"%s\" dir=\"%s\">\n"
			   "<head>\n"
			   "<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width, "
			   "initial-scale=1\">\n"
			   "<meta name=\"color-scheme\" content=\"light dark\">\n"
			   "<meta name=\"robots\" content=\"noindex\">\n"
			   "<link rel=\"stylesheet\" href=\"/style.css\">\n"
			   "<title>";

void
page_init(struct page *page, struct buffer *into, const struct texts *texts,
	const struct page_settings *settings, size_t language)
{
	*page = (struct page){
		.into = into, .texts = texts, .settings = settings, .language = language};
	page->path = TEXT("/");
	page->value[ADVICE_PROVIDER] = settings->provider.length > 0
		? settings->provider
		: texts_phrase(texts, language, TEXT(PHRASE("your Internet provider")));
	page->value[ADVICE_TELEPHONE] = settings->telephone;
	page->value[ADVICE_HOURS] = settings->hours;
	page->value[ADVICE_HELP] = settings->help;
}

/* Words. */

void
page_text(struct page *page, struct text text)
{
	markup_text(page->into, text);
}

void
page_say(struct page *page, const char *english)
{
	page_text(page, texts_phrase(page->texts, page->language, text_of(english)));
}

void
page_link(struct page *page, const char *path, const char *english)
{
	buffer_print(page->into, "<a href=\"%s?lang=%s\">", path,
		texts_tag(page->texts, page->language));
	page_say(page, english);
	buffer_print(page->into, "</a>");
}

void
page_count(struct page *page, const char *english, uint64_t count)
{
	buffer_print(page->into, "<div><dt>");
	page_say(page, english);
	buffer_print(page->into, "</dt><dd>%llu</dd></div>\n", (unsigned long long)count);
}

static bool
local_of(struct wall time, struct tm *ret)
{
	time_t seconds = (time_t)(time.us / WALL_SECOND);

	return time.us != 0 && localtime_r(&seconds, ret) != NULL;
}

/* What stands for a piece of the form of a day. */
static void
add_piece(struct buffer *into, struct text name, const struct tm *day, struct text month)
{
	if (text_is(name, "day"))
		buffer_print(into, "%d", day->tm_mday);
	else if (text_is(name, "month"))
		buffer_text(into, month);
	else if (text_is(name, "year"))
		buffer_print(into, "%d", day->tm_year + 1900);
}

struct text
page_day(const struct texts *texts, size_t language, struct wall time, char into[PAGE_DAY])
{
	static const char *const months[] = {PHRASE("January"), PHRASE("February"), PHRASE("March"),
		PHRASE("April"), PHRASE("May"), PHRASE("June"), PHRASE("July"), PHRASE("August"),
		PHRASE("September"), PHRASE("October"), PHRASE("November"), PHRASE("December")};
	struct text form = texts_phrase(texts, language, TEXT(PHRASE("{day} {month} {year}")));
	struct text ret = {into, 0};
	struct buffer day;
	struct tm local;

	if (!local_of(time, &local))
		return ret;
	buffer_init(&day, PAGE_DAY);
	while (form.length > 0) {
		struct text before = text_cut(&form, '{'), name = text_cut(&form, '}');

		buffer_text(&day, before);
		add_piece(&day, name, &local,
			texts_phrase(texts, language, text_of(months[local.tm_mon])));
	}
	if (!day.failed && day.length > 0) {
		memcpy(into, day.at, day.length);
		ret.length = day.length;
	}
	buffer_done(&day);
	return ret;
}

void
page_time(struct page *page, struct wall time)
{
	char day[PAGE_DAY], machine[WALL_TEXT];
	struct tm local;

	if (!local_of(time, &local))
		return;
	buffer_print(page->into, "<time datetime=\"%s\">", wall_format(time, machine));
	page_text(page, page_day(page->texts, page->language, time, day));
	buffer_print(page->into, ", <bdi dir=\"ltr\">%02d:%02d</bdi></time>", local.tm_hour,
		local.tm_min);
}

/* The frame. */

static void
print_languages(struct page *page)
{
	buffer_print(page->into, "<nav id=\"languages\" aria-label=\"");
	page_say(page, PHRASE("Languages"));
	buffer_print(page->into, "\"><ul>\n");
	for (size_t i = 0; i < texts_languages(page->texts); i++) {
		const char *tag = texts_tag(page->texts, i);

		buffer_print(page->into, "<li><a href=\"");
		page_text(page, page->path);
		buffer_print(page->into, "?lang=%s\" lang=\"%s\" hreflang=\"%s\"%s>", tag, tag, tag,
			i == page->language ? " aria-current=\"true\"" : "");
		page_text(page, texts_name(page->texts, i));
		buffer_print(page->into, "</a></li>\n");
	}
	buffer_print(page->into, "</ul></nav>\n");
}

void
page_begin_titled(struct page *page, struct text title)
{
	buffer_print(page->into, head, texts_tag(page->texts, page->language),
		texts_is_rtl(page->texts, page->language) ? "rtl" : "ltr");
	page_text(page, title);
	buffer_print(page->into, " - ");
	page_text(page, page->value[ADVICE_PROVIDER]);
	buffer_print(page->into, "</title>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">");
	page_say(page, PHRASE("Go to the text"));
	buffer_print(page->into, "</a>\n<header><p>");
	page_text(page, page->value[ADVICE_PROVIDER]);
	buffer_print(page->into, "</p><p><a href=\"#languages\">");
	page_say(page, PHRASE("Languages"));
	buffer_print(page->into, "</a></p></header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>");
	page_text(page, title);
	buffer_print(page->into, "</h1>\n");
}

void
page_begin(struct page *page, const char *title)
{
	page_begin_titled(page, texts_phrase(page->texts, page->language, text_of(title)));
}

/* To be called by whoever taps on it. */
static void
print_telephone(struct page *page, struct text telephone)
{
	buffer_print(page->into, "<a href=\"tel:");
	markup_dialled(page->into, telephone);
	buffer_print(page->into, "\"><bdi dir=\"ltr\">");
	page_text(page, telephone);
	buffer_print(page->into, "</bdi></a>");
}

static void
print_help(struct page *page)
{
	const struct page_settings *settings = page->settings;

	buffer_print(page->into, "<section class=\"help\"><h2>");
	page_say(page, PHRASE("Help"));
	buffer_print(page->into, "</h2>\n");
	if (settings->telephone.length > 0) {
		buffer_print(page->into, "<p class=\"telephone\">");
		page_say(page, PHRASE("Telephone:"));
		buffer_print(page->into, " ");
		print_telephone(page, settings->telephone);
		buffer_print(page->into, "</p>\n");
	}
	if (settings->telephone.length > 0 && settings->hours.length > 0) {
		buffer_print(page->into, "<p>");
		page_say(page, PHRASE("Opening hours:"));
		buffer_print(page->into, " <bdi>");
		page_text(page, settings->hours);
		buffer_print(page->into, "</bdi></p>\n");
	}
	buffer_print(page->into, "<p>");
	page_link(page, "/call", PHRASE("How to get help"));
	buffer_print(page->into, "</p></section>\n");
}

void
page_end(struct page *page)
{
	static const struct {
		const char *path, *english;
	} ways[] = {
		{"/", PHRASE("Your line")},
		{"/case", PHRASE("Look at your case from elsewhere")},
		{"/prevent", PHRASE("Keep your devices clean")},
		{"/port25", PHRASE("Why port 25 is closed")},
		{"/mail", PHRASE("Set up your mail program")},
	};

	print_help(page);
	buffer_print(page->into, "</main>\n<footer>\n<ul class=\"ways\">\n");
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		buffer_print(page->into, "<li>");
		page_link(page, ways[i].path, ways[i].english);
		buffer_print(page->into, "</li>\n");
	}
	buffer_print(page->into, "</ul>\n");
	print_languages(page);
	buffer_print(page->into, "</footer>\n</body>\n</html>\n");
}

/* Advice. */

struct writer {
	struct page *page;
	page_ticked *ticked;
	const void *context;
	const char *list; /* the element that is open, or NULL */
	bool is_strong;
};

bool
page_is_whole(const struct page *page, struct text text)
{
	struct advice_piece piece;

	while (advice_next(&text, &piece)) {
		if (piece.kind == ADVICE_VALUE && page->value[piece.value].length == 0)
			return false;
		if (piece.kind == ADVICE_LINK &&
			texts_link(page->texts, page->settings->country, piece.text) == NULL)
			return false;
	}
	return true;
}

static void
print_link(struct page *page, struct text key)
{
	const struct text_link *link = texts_link(page->texts, page->settings->country, key);

	if (link == NULL)
		return;
	buffer_print(page->into, "<a rel=\"noreferrer\" href=\"");
	page_text(page, link->url);
	buffer_print(page->into, "\">");
	page_text(page, link->name);
	buffer_print(page->into, "</a>");
}

/* Of the operator or of the case; what can be called or looked at leads there. */
static void
print_value(struct page *page, enum advice_value value)
{
	struct text text = page->value[value];

	if (value == ADVICE_TELEPHONE) {
		print_telephone(page, text);
	} else if (value == ADVICE_HELP && text_starts(text, "https://") &&
		memchr(text.at, ' ', text.length) == NULL) {
		buffer_print(page->into, "<a rel=\"noreferrer\" href=\"");
		page_text(page, text);
		buffer_print(page->into, "\">");
		page_text(page, text);
		buffer_print(page->into, "</a>");
	} else {
		buffer_print(page->into, "<bdi>");
		page_text(page, text);
		buffer_print(page->into, "</bdi>");
	}
}

static void
print_words(struct writer *writer, struct text text)
{
	struct page *page = writer->page;
	struct advice_piece piece;

	while (advice_next(&text, &piece)) {
		switch (piece.kind) {
		case ADVICE_WORDS:
			page_text(page, piece.text);
			break;
		case ADVICE_BLANK:
			buffer_print(page->into, "\n");
			break;
		case ADVICE_STRONG:
			/* A path or a command between words from the right keeps its order. */
			buffer_print(page->into,
				writer->is_strong ? "</strong>" : "<strong dir=\"auto\">");
			writer->is_strong = !writer->is_strong;
			break;
		case ADVICE_VALUE:
			print_value(page, piece.value);
			break;
		case ADVICE_LINK:
			print_link(page, piece.text);
			break;
		}
	}
}

static void
close_list(struct writer *writer)
{
	if (writer->list != NULL)
		buffer_print(writer->page->into, "</%s>\n", writer->list);
	writer->list = NULL;
}

static void
open_list(struct writer *writer, const char *list, const char *attributes)
{
	if (writer->list != NULL && strcmp(writer->list, list) == 0)
		return;
	close_list(writer);
	buffer_print(writer->page->into, "<%s%s>\n", list, attributes);
	writer->list = list;
}

static void
print_step(struct writer *writer, const struct advice_block *block)
{
	struct buffer *into = writer->page->into;
	int length = (int)block->step.length;

	open_list(writer, "ol", writer->ticked != NULL ? " class=\"steps\"" : "");
	if (writer->ticked == NULL) {
		buffer_print(into, "<li>");
		print_words(writer, block->text);
		buffer_print(into, "</li>\n");
		return;
	}
	buffer_print(into,
		"<li><input type=\"checkbox\" name=\"step\" id=\"step-%.*s\" value=\"%.*s\"%s>",
		length, block->step.at, length, block->step.at,
		writer->ticked(writer->context, block->step) ? " checked" : "");
	buffer_print(into, "<label for=\"step-%.*s\">", length, block->step.at);
	print_words(writer, block->text);
	buffer_print(into, "</label></li>\n");
}

static void
print_block(struct writer *writer, const struct advice_block *block)
{
	static const char *const element[] = {
		[ADVICE_HEADING] = "h2", [ADVICE_PARAGRAPH] = "p", [ADVICE_ITEM] = "li"};

	if (block->kind == ADVICE_TASK) {
		print_step(writer, block);
		return;
	}
	if (!page_is_whole(writer->page, block->text))
		return;
	if (block->kind == ADVICE_ITEM)
		open_list(writer, "ul", "");
	else
		close_list(writer);
	buffer_print(writer->page->into, "<%s>", element[block->kind]);
	print_words(writer, block->text);
	buffer_print(writer->page->into, "</%s>\n", element[block->kind]);
}

static void
print_blocks(
	struct page *page, const struct advice *advice, page_ticked *ticked, const void *context)
{
	struct writer writer = {.page = page, .ticked = ticked, .context = context};

	for (size_t i = 0; i < advice->count; i++)
		print_block(&writer, &advice->block[i]);
	close_list(&writer);
}

/* Once more in English, closed, behind a text that nobody has signed. */
static void
print_english(struct page *page, enum topic topic)
{
	size_t english = texts_english(page->texts);
	const struct advice *advice = texts_topic(page->texts, english, topic, &english);

	buffer_print(page->into, "<details lang=\"en\" dir=\"ltr\"><summary>In English: ");
	page_text(page, advice->title);
	buffer_print(page->into, "</summary>\n");
	print_blocks(page, advice, NULL, NULL);
	buffer_print(page->into, "</details>\n");
}

void
page_advice(struct page *page, enum topic topic, page_ticked *ticked, const void *context)
{
	size_t language, english = texts_english(page->texts);
	const struct advice *advice = texts_topic(page->texts, page->language, topic, &language);

	if (language != page->language)
		buffer_print(page->into, "<div lang=\"%s\" dir=\"ltr\">\n",
			texts_tag(page->texts, language));
	print_blocks(page, advice, ticked, context);
	if (language != page->language)
		buffer_print(page->into, "</div>\n");
	else if (language != english && !advice->is_reviewed)
		print_english(page, topic);
}
