/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/gardenpage.h"

#include "care/gardenwords.h"
#include "care/markup.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"%s\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<meta name=\"robots\" content=\"noindex\">\n"
	"<title>%s</title>\n"
	"<style>\n"
	"body { font: 1.1em/1.5 sans-serif; margin: 0 auto; max-width: 38em; padding: 1em; color: "
	"#222; "
	"background: #fff; word-break: break-word }\n"
	"h1 { font-size: 1.5em; line-height: 1.2 }\n"
	"h2 { font-size: 1.15em; margin-bottom: 0 }\n"
	"p, ul, ol { margin-top: .4em }\n"
	".call { border: 3px solid #06c; padding: .6em 1em }\n"
	"a { color: #0353a4 }\n"
	"a:focus { outline: 3px solid #c26401; outline-offset: 2px }\n"
	"hr { margin: 2.5em 0 }\n"
	"@media (prefers-color-scheme: dark) { body { color: #eee; background: #181818 } a { "
	"color: #8cc4ff } }\n"
	"</style>\n"
	"</head>\n"
	"<body>\n"
	"<main>\n";

static const char end[] = "</main>\n</body>\n</html>\n";

enum gardenpage_language
gardenpage_language(struct text accepted)
{
	while (accepted.length > 0) {
		struct text range = text_cut(&accepted, ',');
		struct text tag = text_trim(text_cut(&range, ';'));
		struct text primary = text_trim(text_cut(&tag, '-'));
		char a = primary.length == 2 ? text_small(primary.at[0]) : '\0';
		char b = primary.length == 2 ? text_small(primary.at[1]) : '\0';

		if (a == 'n' && (b == 'b' || b == 'o' || b == 'n'))
			return GARDENPAGE_NB;
		if (a == 'e' && b == 'n')
			return GARDENPAGE_EN;
	}
	return GARDENPAGE_EN;
}

/* A number as people write it; the link has what a telephone needs of it. */
static void
print_telephone(struct buffer *into, struct text telephone)
{
	buffer_print(into, "<a href=\"tel:");
	markup_dialled(into, telephone);
	buffer_print(into, "\"><strong>");
	markup_text(into, telephone);
	buffer_print(into, "</strong></a>");
}

static void
print_help(struct buffer *into, struct text help)
{
	bool is_link = text_starts(help, "https://") && memchr(help.at, ' ', help.length) == NULL;

	buffer_print(into, "<p>");
	if (is_link) {
		buffer_print(into, "<a href=\"");
		markup_text(into, help);
		buffer_print(into, "\">");
	}
	markup_text(into, help);
	buffer_print(into, "%s</p>\n", is_link ? "</a>" : "");
}

static void
print_language(struct buffer *into, const struct gardenpage_settings *settings,
	const struct gardenwords *words, bool is_first)
{
	buffer_print(into, "<div lang=\"%s\" id=\"%s\">\n", words->lang, words->lang);
	if (is_first)
		buffer_print(into, "<p><a href=\"#%s\" lang=\"%s\">%s</a></p>\n", words->other,
			words->other, words->skip);
	buffer_print(into, "<h1>%s</h1>\n<p>", words->title);
	if (settings->provider.length > 0)
		markup_text(into, settings->provider);
	else
		buffer_print(into, "%s", words->provider);
	buffer_print(into, "%s</p>\n%s<div class=\"call\">\n%s<p>", words->from, words->what,
		words->call);
	if (settings->telephone.length > 0) {
		buffer_print(into, "%s", words->telephone);
		print_telephone(into, settings->telephone);
	} else {
		buffer_print(into, "%s", words->no_telephone);
	}
	buffer_print(into, "</p>\n");
	if (settings->help.length > 0)
		print_help(into, settings->help);
	buffer_print(into, "</div>\n%s%s%s%s</div>\n", words->rest, words->works,
		settings->has_mail ? words->works_mail : "", words->may_work);
}

void
gardenpage_print(struct buffer *into, const struct gardenpage_settings *settings,
	enum gardenpage_language first)
{
	enum gardenpage_language second = first == GARDENPAGE_EN ? GARDENPAGE_NB : GARDENPAGE_EN;

	buffer_print(into, head, gardenwords[first].lang, gardenwords[first].title);
	print_language(into, settings, &gardenwords[first], true);
	buffer_print(into, "<hr>\n");
	print_language(into, settings, &gardenwords[second], false);
	buffer_print(into, "%s", end);
}
