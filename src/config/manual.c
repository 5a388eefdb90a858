/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/manual.h"

#include "config/profile.h"

#include <stdio.h>

#define WIDTH 78

/* What the sections are about; sections of deeper levels have none. */
static const struct {
	const char *name;
	const char *about;
} sections[] = {
	{"network", "What belongs to the own network."},
	{"receive", "What lazaretd takes, and from whom."},
	{"daemon", "The processes of lazaretd, and what they keep."},
	{"control", "Who may ask lazaretd, and where."},
	{"metrics", "Figures for monitoring."},
	{"scan", "How recordings are read."},
	{"channels", "Which kinds of evidence are used at all."},
	{"flow", "The channel of connections to mail ports: what is normal, and what fails."},
	{"court", "How evidence becomes a verdict. Evidence is counted in natural logarithms."},
	{"ledger", "What is kept, where and for how long."},
	{"census", "The census of the world's zombies, and the letters to their providers."},
};

static const char *
about(struct text section)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		if (text_is(section, sections[i].name))
			return sections[i].about;
	}
	return NULL;
}

/* Words in lines of at most WIDTH columns, each begun with the same. */
static void
wrap(struct buffer *into, const char *begin, const char *words)
{
	struct text rest = text_of(words);
	size_t column = 0;

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');

		if (column > 0 && column + 1 + word.length > WIDTH) {
			buffer_print(into, "\n");
			column = 0;
		}
		if (column == 0) {
			buffer_print(into, "%s", begin);
			column = strlen(begin);
		} else {
			buffer_print(into, " ");
			column++;
		}
		buffer_text(into, word);
		column += word.length;
	}
	buffer_print(into, "\n");
}

/* A default as it stands in a file: texts in quotes, lists in brackets. */
static void
standard(const struct config_option *option, struct buffer *into)
{
	if (option->type == OPTION_TYPE_PREFIXES)
		buffer_print(into, "[%s]", option->standard);
	else if (option->type == OPTION_TYPE_STRING || option->type == OPTION_TYPE_LIMITS)
		buffer_json(into, text_of(option->standard));
	else
		buffer_print(into, "%s", option->standard);
}

/* How many keys of two names are the same from the start; the last key of each is its own. */
static size_t
common(struct text a, struct text b)
{
	size_t keys = 0;

	for (;;) {
		struct text x = text_cut(&a, '.'), y = text_cut(&b, '.');

		if (a.length == 0 || b.length == 0 || !text_equal(x, y))
			return keys;
		keys++;
	}
}

void
manual_sample(struct buffer *into)
{
	static const char tabs[] = "            ";
	struct text before = TEXT("");

	buffer_print(into,
		"# Lazaret's configuration (lazaret.yaml(5)). Every option stands here with its "
		"default,\n# switched off by the \"#\" before its name. Durations are written "
		"like 30s, 10m, 48h, 7d.\n");
	for (size_t i = 0; i < config_options_count; i++) {
		struct text name = text_of(config_options[i].name), rest = name;
		size_t same = common(before, name), depth = 0;
		char begin[sizeof(tabs) + 3];

		for (struct text key = text_cut(&rest, '.'); rest.length > 0;
			key = text_cut(&rest, '.'), depth++) {
			const char *what = depth == 0 ? about(key) : NULL;

			if (depth < same)
				continue;
			buffer_print(into, "%s", depth == 0 ? "\n" : "");
			if (what != NULL)
				wrap(into, "# ", what);
			buffer_print(
				into, "%.*s%.*s:\n", (int)depth * 2, tabs, (int)key.length, key.at);
		}
		snprintf(begin, sizeof(begin), "%.*s# ", (int)depth * 2, tabs);
		wrap(into, begin, config_options[i].help);
		buffer_print(into, "%.*s#%s: ", (int)depth * 2, tabs,
			strrchr(config_options[i].name, '.') + 1);
		standard(&config_options[i], into);
		buffer_print(into, "\n");
		before = name;
	}
}

static const char *
takes_effect(const struct config_option *option)
{
	switch (option->reload) {
	case RELOAD_RESTART:
		return "after a restart";
	case RELOAD_SCAN:
		return "with the next scan";
	case RELOAD_CENSUS:
		return "with the next lazaret census";
	case RELOAD_AT_ONCE:
		break;
	}
	return "at the next reload";
}

void
manual_option(const struct config_option *option, struct buffer *into)
{
	buffer_print(into, "%s\n\n", option->name);
	wrap(into, "", option->help);
	buffer_print(into, "\n  takes          ");
	option_describe(option, into);
	buffer_print(into, "\n  default        ");
	standard(option, into);
	buffer_print(into, "\n  takes effect   %s\n", takes_effect(option));
	if (option->type == OPTION_TYPE_CHOICE && strcmp(option->name, "scan.profile") == 0) {
		buffer_print(into, "\n");
		for (size_t i = 0; i < profiles_count; i++) {
			buffer_print(into, "  %-14s %s\n", profiles[i].name, profiles[i].summary);
			for (size_t j = 0; j < profiles[i].count; j++)
				buffer_print(into, "                   %s: %s\n",
					profiles[i].values[j].name, profiles[i].values[j].value);
		}
	}
	if (option->privacy != NULL) {
		buffer_print(into, "\n");
		wrap(into, "", option->privacy);
	}
}

void
manual_section(struct text section, struct buffer *into)
{
	for (size_t i = 0; i < config_options_count; i++) {
		struct text name = text_of(config_options[i].name);

		if (section.length > 0 &&
			!(name.length > section.length &&
				memcmp(name.at, section.at, section.length) == 0 &&
				name.at[section.length] == '.'))
			continue;
		buffer_print(into, "  %s: ", config_options[i].name);
		standard(&config_options[i], into);
		buffer_print(into, "\n");
		wrap(into, "        ", config_options[i].help);
	}
}

/* Text for mdoc: a new line for each sentence and where a line is full; what would be a request or an
 * escape is made harmless. */
static void
prose(struct buffer *into, const char *words)
{
	struct text rest = text_of(words);
	size_t column = 0;

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');

		if (column > 0 && column + 1 + word.length > WIDTH)
			column = 0, buffer_print(into, "\n");
		buffer_print(into, "%s", column > 0 ? " " : "");
		if (column == 0 && (*word.at == '.' || *word.at == '\''))
			buffer_print(into, "\\&");
		for (size_t i = 0; i < word.length; i++)
			buffer_add(into, word.at[i] == '\\' ? "\\e" : &word.at[i],
				word.at[i] == '\\' ? 2 : 1);
		column += 1 + word.length;
		if (word.at[word.length - 1] == '.' && rest.length > 0)
			column = 0, buffer_print(into, "\n");
	}
	buffer_print(into, "\n");
}

static void
page_option(const struct config_option *option, struct buffer *into)
{
	struct buffer takes;

	buffer_print(into, ".It Cm %s\n", option->name);
	prose(into, option->help);
	if (option->privacy != NULL)
		prose(into, option->privacy);
	buffer_init(&takes, 1024);
	buffer_print(&takes, "Takes ");
	option_describe(option, &takes);
	buffer_print(&takes, "; the default is");
	prose(into, buffer_string(&takes));
	buffer_done(&takes);
	if (*option->standard == '\0')
		buffer_print(into, "%s.\n",
			option->type == OPTION_TYPE_STRING ? "none" : "an empty list");
	else
		buffer_print(into, ".Ql %s .\n", option->standard);
	if (option->reload == RELOAD_RESTART)
		buffer_print(into, "A change needs a restart of the daemon.\n");
}

static void
page_profiles(struct buffer *into)
{
	buffer_print(into,
		".Sh PROFILES\n"
		"A profile is a set of values for options that the file does not set.\n"
		".Bl -tag -width Ds\n");
	for (size_t i = 0; i < profiles_count; i++) {
		buffer_print(into, ".It Cm %s\n", profiles[i].name);
		prose(into, profiles[i].summary);
		if (profiles[i].count > 0)
			buffer_print(into, ".Bd -literal -offset indent\n");
		for (size_t j = 0; j < profiles[i].count; j++)
			buffer_print(into, "%s: %s\n", profiles[i].values[j].name,
				profiles[i].values[j].value);
		if (profiles[i].count > 0)
			buffer_print(into, ".Ed\n");
	}
	buffer_print(into,
		".El\n"
		".Pp\n"
		"Profiles are a place to start from, not advice by a lawyer.\n");
}

void
manual_page(struct buffer *into)
{
	struct text before = TEXT("");

	buffer_print(into,
		".\\\" Made from the table of options by \"lazaret check --manual\".\n"
		".Dd November 24, 2026\n"
		".Dt LAZARET.YAML 5\n"
		".Os\n"
		".Sh NAME\n"
		".Nm lazaret.yaml\n"
		".Nd configuration of lazaret\n"
		".Sh DESCRIPTION\n"
		".Nm\n"
		"holds the options of\n"
		".Xr lazaret 1\n"
		"and\n"
		".Xr lazaretd 8 .\n"
		"Every option has a default; a file is needed only for what is to be different.\n"
		".Ql lazaret check --sample\n"
		"prints a file with every option, and\n"
		".Ql lazaret check -c FILE\n"
		"says what is wrong with one, with line and column.\n"
		".Pp\n"
		"The file is YAML: sections and options as keys, indented by blanks.\n"
		"An option that is written here as\n"
		".Cm court.epoch\n"
		"stands in the file as\n"
		".Bd -literal -offset indent\n"
		"court:\n"
		"  epoch: 1m\n"
		".Ed\n"
		".Pp\n"
		"Durations have a unit:\n"
		".Ql s ,\n"
		".Ql m ,\n"
		".Ql h\n"
		"or\n"
		".Ql d .\n"
		"Rates are numbers a day, or have a unit:\n"
		".Ql 0.5/h .\n"
		"Yes and no may also be written true and false, or on and off.\n"
		"Unknown options, options given twice, anchors, aliases and tags are refused,\n"
		"and so are files above 1 MiB.\n"
		"A running daemon takes changes with a reload, those that say so after a\n"
		"restart.\n"
		"Numbers called ln are natural logarithms of evidence: 9.2 is 10 000 to 1.\n"
		".Sh OPTIONS\n");
	for (size_t i = 0; i < config_options_count; i++) {
		struct text name = text_of(config_options[i].name), section = name;

		section = text_cut(&section, '.');
		if (!text_equal(section, before)) {
			buffer_print(into, "%s.Ss %.*s\n", i > 0 ? ".El\n" : "",
				(int)section.length, section.at);
			if (about(section) != NULL)
				prose(into, about(section));
			buffer_print(into, ".Bl -tag -width Ds\n");
			before = section;
		}
		page_option(&config_options[i], into);
	}
	buffer_print(into, ".El\n");
	page_profiles(into);
	buffer_print(into,
		".Sh FILES\n"
		".Bl -tag -width Ds\n"
		".It Pa /etc/lazaret/lazaret.yaml\n"
		"Read where it is there and no other file is named.\n"
		".El\n"
		".Sh SEE ALSO\n"
		".Xr lazaret 1 ,\n"
		".Xr lazaret-scenario 5 ,\n"
		".Xr lazaret-routers 7 ,\n"
		".Xr lazaretd 8\n");
}
