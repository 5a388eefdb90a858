/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registryfile.h"
#include "census/registry/segments.h"
#include "program/censusdumps.h"
#include "program/censusfolder.h"
#include "program/censusonline.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#define CHAIN_MOST (1UL << 20)
#define JSON_MOST  (8UL << 20)
#define SHOWN_MOST 400

static const char usage[] =
	"usage: lazaret census whois [-v] [--online] [--out DIR] [-c FILE] [--json] ADDRESS...\n"
	"\n"
	"Who is responsible for each address, by the registry.lzr of the census: the network, its\n"
	"holder, the mailboxes of the first and of the second letter, and the rule by which they\n"
	"were found. - is a list of addresses on standard input, one a line.\n"
	"\n"
	"  -v           and why: each object that was looked at, and what became of it. The\n"
	"               files of the registries are read again for it, which takes as long as\n"
	"               lazaret census registry did\n"
	"  --online     and what the registry's own server says now, or said in the last 30 days;\n"
	"               lazaret census ask --help has its options\n"
	"  --out DIR    the folder of the census (census.folder, or else census in the folder\n"
	"               of the daemon's state)\n"
	"  -c FILE      the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json       one JSON object a line\n"
	"\n"
	"The exit status is 1 if an address is in no registry.\n";

struct wish {
	const char *out, *settings;
	bool why, is_online, is_json;
	struct censusonline_wish online;
};

/* The registries read again, for their reasons. */
struct reasons {
	struct registries *registries;
	struct answers answers;
};

struct asking {
	const struct wish *wish;
	struct registryfile file;
	struct reasons reasons;     /* with -v */
	struct censusonline online; /* with --online */
	struct buffer line, chain;
	int code;
};

/* An answer in words. */
struct shown {
	struct registryfile_answer row;
	char range[RANGE_TEXT];
};

static const struct registryfile_contact *
contact_at(const struct asking *asking, uint32_t contact)
{
	return contact != 0 ? &asking->file.contacts[contact] : NULL;
}

static void
take_words(const struct asking *asking, uint32_t answer, struct shown *ret)
{
	*ret = (struct shown){.row = registryfile_answer(&asking->file, answer)};
	if (ret->row.registry != REGISTRY_NONE)
		range_format(ret->row.family, &ret->row.range, ret->range);
}

/* Two letters, or "". */
static const char *
letters(uint16_t code, char into[3])
{
	into[0] = (char)(code >> 8);
	into[1] = (char)(code & 0xff);
	into[2] = '\0';
	return into;
}

static void
row(struct buffer *into, const char *name, struct text value)
{
	if (value.length == 0)
		return;
	buffer_print(into, "  %-10s ", name);
	buffer_line(into, value, SHOWN_MOST);
	buffer_print(into, "\n");
}

static void
print_contact(struct asking *asking, const char *name, uint32_t number, const char *how)
{
	const struct registryfile_contact *contact = contact_at(asking, number);

	if (contact == NULL)
		return;
	buffer_print(&asking->line, "  %-10s ", name);
	buffer_line(&asking->line, registryfile_text(&asking->file, contact->mailbox), SHOWN_MOST);
	buffer_print(&asking->line, "%s%s%s\n", how,
		contact->is_suspect ? "; it failed the registry's validation" : "",
		contact->is_kept ? "; not to be passed on (ARIN's terms)" : "");
}

/* What there is in place of a mailbox. */
static const char *
no_contact(const struct registryfile_answer *answer)
{
	if (answer->rule == CONTACT_NIR)
		return "none here: the national registry knows";
	return answer->rule == CONTACT_RDAP ? "none here: the registry's RDAP knows" : "none";
}

static void
print_words(struct asking *asking, struct text address, uint32_t number)
{
	struct buffer *into = &asking->line;
	struct shown shown;
	char country[3], language[3], how[80];

	take_words(asking, number, &shown);
	buffer_text(into, address);
	buffer_print(into, "\n");
	row(into, "network",
		text_of(shown.range[0] != '\0' ? shown.range
					       : "none that was read; by statistics and tables:"));
	row(into, "name", shown.row.name);
	row(into, "holder", shown.row.holder);
	row(into, "registry", text_of(registry_names[shown.row.registry]));
	row(into, "country", text_of(letters(shown.row.country, country)));
	row(into, "language", text_of(letters(shown.row.language, language)));
	if (shown.row.system != 0) {
		buffer_print(into, "  %-10s AS%u%s", "announced", shown.row.system,
			shown.row.system_name.length > 0 ? " " : "");
		buffer_line(into, shown.row.system_name, SHOWN_MOST);
		buffer_print(into, "\n");
	}
	snprintf(how, sizeof(how), "  (rule %s, quality %s)", contact_rules[shown.row.rule],
		contact_qualities[shown.row.quality]);
	if (shown.row.contact != 0)
		print_contact(asking, "contact", shown.row.contact, how);
	else
		row(into, "contact", text_of(no_contact(&shown.row)));
	print_contact(asking, "second", shown.row.contact2, "");
}

static void
json_text(struct buffer *into, const char *key, struct text value)
{
	buffer_print(into, ",\"%s\":", key);
	if (value.length > 0)
		buffer_json(into, value);
	else
		buffer_print(into, "null");
}

static void
json_contact(struct asking *asking, const char *key, uint32_t number)
{
	const struct registryfile_contact *contact = contact_at(asking, number);

	json_text(&asking->line, key,
		contact != NULL ? registryfile_text(&asking->file, contact->mailbox) : TEXT(""));
}

/* found: whether any registry has the address. */
static void
print_json(struct asking *asking, struct text address, uint32_t number)
{
	const struct registryfile_contact *contact;
	struct buffer *into = &asking->line;
	struct shown shown;
	char two[3];

	take_words(asking, number, &shown);
	contact = contact_at(asking, shown.row.contact);
	buffer_print(into, "{\"type\":\"address\",\"address\":");
	buffer_json(into, address);
	buffer_print(into, ",\"found\":%s", number != 0 ? "true" : "false");
	json_text(into, "network", text_of(shown.range));
	json_text(into, "name", shown.row.name);
	json_text(into, "holder", shown.row.holder);
	json_text(into, "registry", text_of(registry_names[shown.row.registry]));
	json_text(into, "country", text_of(letters(shown.row.country, two)));
	json_text(into, "language", text_of(letters(shown.row.language, two)));
	buffer_print(into, shown.row.system != 0 ? ",\"as\":%u" : ",\"as\":null", shown.row.system);
	json_text(into, "as_name", shown.row.system_name);
	json_contact(asking, "contact", shown.row.contact);
	json_contact(asking, "contact2", shown.row.contact2);
	buffer_print(into, ",\"rule\":\"%s\",\"quality\":\"%s\",\"suspect\":%s,\"passed_on\":%s",
		contact_rules[shown.row.rule], contact_qualities[shown.row.quality],
		contact != NULL && contact->is_suspect ? "true" : "false",
		contact != NULL && contact->is_kept ? "false" : "true");
}

/* Of that address in the registries that were read again: is it what registry.lzr says? */
static bool
is_same(const struct asking *asking, uint32_t number, uint32_t again)
{
	const struct registryfile_answer said = registryfile_answer(&asking->file, number);
	const struct registryfile_contact *contact = contact_at(asking, said.contact);
	const struct answers *answers = &asking->reasons.answers;
	const struct who *who = answers_who(answers, again);
	struct range range = answers_range(answers, again);
	struct text mailbox =
		contact != NULL ? registryfile_text(&asking->file, contact->mailbox) : TEXT("");

	return who->registry == said.registry && who->number == said.system &&
		who->contact.rule == said.rule && who->contact.quality == said.quality &&
		range_equal(&range, &said.range) &&
		text_equal(mailbox, answers_mailbox(answers, who->contact.mailbox));
}

/* The chain, or why there is none. */
static void
explain(struct asking *asking, enum range_family family, ipnumber address, uint32_t number)
{
	const struct answers *answers = &asking->reasons.answers;
	const uint64_t halves[2] = {(uint64_t)(address >> 64), (uint64_t)address};
	uint32_t again = family == RANGE_IPV4
		? segments4_find(answers->segments4, answers->count4, (uint32_t)address)
		: segments6_find(answers->segments6, answers->count6, halves);

	buffer_clear(&asking->chain);
	if (is_same(asking, number, again)) {
		answers_explain(answers, again, &asking->chain);
		if (asking->chain.length == 0)
			buffer_print(&asking->chain, "no object there leads to a mailbox\n");
	} else {
		buffer_print(&asking->chain,
			"the registries' files say something else than registry.lzr: they were "
			"changed since\n");
	}
}

static void
print_chain(struct asking *asking)
{
	struct text rest = {asking->chain.at, asking->chain.length};
	bool is_first = true;

	if (asking->wish->is_json)
		buffer_print(&asking->line, ",\"chain\":[");
	else
		buffer_print(&asking->line, "  why\n");
	while (rest.length > 0) {
		struct text step = text_cut(&rest, '\n');

		if (asking->wish->is_json) {
			buffer_print(&asking->line, is_first ? "" : ",");
			buffer_json(&asking->line, step);
		} else {
			buffer_print(&asking->line, "    ");
			buffer_line(&asking->line, step, SHOWN_MOST);
			buffer_print(&asking->line, "\n");
		}
		is_first = false;
	}
	if (asking->wish->is_json)
		buffer_print(&asking->line, "]");
}

static void
print_online(struct asking *asking, enum range_family family, ipnumber at)
{
	const struct answerlog_row *found = answerlog_find(&asking->online.log, family, at);
	struct buffer *into = &asking->line;
	char range[RANGE_TEXT];

	if (asking->wish->is_json) {
		buffer_print(into, ",\"online\":");
		if (found == NULL) {
			buffer_print(into, "null");
			return;
		}
		buffer_print(into, "{\"result\":\"%s\"", netanswer_results[found->result]);
		json_text(into, "network", text_of(range_format(family, &found->range, range)));
		json_text(into, "mailboxes", found->mailboxes);
		json_text(into, "server", found->server);
		buffer_print(into, ",\"for_abuse\":%s}", found->is_for_abuse ? "true" : "false");
	} else if (found == NULL) {
		row(into, "on line", TEXT("no answer"));
	} else {
		row(into, "on line", text_of(range_format(family, &found->range, range)));
		row(into, "",
			found->mailboxes.length > 0 ? found->mailboxes
						    : text_of(netanswer_results[found->result]));
		row(into, "", found->server);
	}
}

static void
answer(struct asking *asking, struct text address, enum range_family family, ipnumber at)
{
	uint32_t number = registryfile_find(&asking->file, family, at);

	buffer_clear(&asking->line);
	if (asking->wish->is_json)
		print_json(asking, address, number);
	else if (number != 0)
		print_words(asking, address, number);
	else
		buffer_print(&asking->line, "%.*s\n  no network that was read has it\n",
			(int)address.length, address.at);
	if (number == 0 && asking->code < EXIT_NOT_FOUND)
		asking->code = EXIT_NOT_FOUND;
	if (asking->wish->is_online)
		print_online(asking, family, at);
	if (number != 0 && asking->wish->why) {
		explain(asking, family, at, number);
		print_chain(asking);
	}
	if (asking->wish->is_json)
		buffer_print(&asking->line, "}\n");
	fputs(buffer_string(&asking->line), stdout);
}

/* of_line: 0: it is an argument. */
static void
ask(struct asking *asking, struct text address, unsigned long of_line)
{
	enum range_family family;
	ipnumber number;

	if (range_parse_address(address, &family, &number) == 0) {
		answer(asking, address, family, number);
		return;
	}
	if (of_line > 0)
		fprintf(stderr, "lazaret: standard input: line %lu: ", of_line);
	else
		fputs("lazaret: ", stderr);
	fprintf(stderr, "\"%.*s\" is no address\n",
		address.length < SHOWN_MOST ? (int)address.length : SHOWN_MOST, address.at);
	if (asking->code < EXIT_USAGE)
		asking->code = EXIT_USAGE;
}

static void
ask_lines(struct asking *asking)
{
	unsigned long number = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		struct text text = {.at = line, .length = (size_t)length};

		number++;
		while (text.length > 0 && strchr("\r\n", text.at[text.length - 1]) != NULL)
			text.length--;
		text = text_trim(text);
		if (text.length > 0)
			ask(asking, text, number);
	}
	free(line);
}

/* What cannot be read in it was told when registry.lzr was made. */
static void
tell_nothing(void *context, uint16_t file, const struct fail *fail)
{
	(void)context;
	(void)fail;
}

/* Reads again what registry.lzr was made of: how many files could not be read whole, which is told; or -errno. */
static int
read_again(const struct censusfolder *folder, struct reasons *reasons, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	struct censusdumps dumps;
	int r = censusdumps_open(&dumps, censusfolder_file(folder, CENSUS_DUMPS, path), fail);

	if (r < 0) {
		fail_hint(fail, "it says which files registry.lzr was made of; make that again");
		censusdumps_done(&dumps);
		return r;
	}
	for (size_t i = 0; i < dumps.count && r == 0; i++) {
		if (strcmp(dumps.at[i].path, "-") == 0) {
			fail_what(fail,
				"registry.lzr was made of standard input, which cannot be read "
				"again");
			fail_hint(fail, "make it of files where reasons are wanted");
			r = -ENOENT;
		}
	}
	if (r == 0) {
		reasons->registries = registries_new(tell_nothing, NULL);
		r = (int)censusdumps_read(&dumps, reasons->registries, "reasons");
		answers_init(&reasons->answers, reasons->registries);
	}
	censusdumps_done(&dumps);
	return r;
}

/* Those that are named as arguments. */
static int
ask_online(struct asking *asking, const struct censusfolder *folder, int count, char **addresses,
	struct fail *fail)
{
	struct censusonline *online = &asking->online;
	bool is_stopped = false;
	unsigned troubles = 0;
	int r = censusonline_open(online, folder, &asking->wish->online, &troubles, fail);

	for (int i = 0; i < count && r == 0; i++) {
		struct registryfile_answer said;
		enum range_family family;
		ipnumber at;

		if (range_parse_address(text_of(addresses[i]), &family, &at) < 0)
			continue;
		said = registryfile_answer(
			&asking->file, registryfile_find(&asking->file, family, at));
		(void)censusonline_add(online, family, at,
			said.rule == CONTACT_RDAP ? REGISTRY_LACNIC : said.registry,
			said.rule == CONTACT_NIR ? said.country : 0);
	}
	if (r == 0)
		r = censusonline_ask(online, &is_stopped, fail);
	if (troubles > 0)
		asking->code = EXIT_INPUT;
	return r;
}

static int
ask_all(const struct wish *wish, const struct censusfolder *folder, int count, char **addresses)
{
	struct asking asking = {.wish = wish};
	char path[CENSUSFOLDER_PATH];
	struct fail fail = {0};
	int r;

	r = registryfile_open(
		censusfolder_file(folder, CENSUS_REGISTRY, path), &asking.file, &fail);
	if (r == -ENOENT)
		fail_hint(&fail, "lazaret census registry makes it");
	if (r == 0 && wish->why)
		r = read_again(folder, &asking.reasons, &fail);
	if (r >= 0 && wish->is_online) {
		int asked = ask_online(&asking, folder, count, addresses, &fail);

		r = asked < 0 ? asked : r;
	}
	if (r < 0)
		complaint_print(&fail);
	if (r != 0)
		asking.code = EXIT_INPUT;
	buffer_init(&asking.line, JSON_MOST);
	buffer_init(&asking.chain, CHAIN_MOST);
	for (int i = 0; i < count && r >= 0; i++) {
		if (strcmp(addresses[i], "-") == 0)
			ask_lines(&asking);
		else
			ask(&asking, text_of(addresses[i]), 0);
	}
	buffer_done(&asking.line);
	buffer_done(&asking.chain);
	if (asking.reasons.registries != NULL)
		answers_done(&asking.reasons.answers);
	registries_free(asking.reasons.registries);
	if (asking.online.asking != NULL)
		censusonline_close(&asking.online);
	registryfile_close(&asking.file);
	return asking.code;
}

int
census_whois(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"v", .flag = &wish.why},
		{"out", .value = &wish.out},
		{"online", .flag = &wish.is_online},
		{"per-minute", .value = &wish.online.per_minute},
		{"seconds", .value = &wish.online.seconds},
		{"bootstrap", .value = &wish.online.bootstrap},
		{"national", .value = &wish.online.national},
		{"authority", .value = &wish.online.authority},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census whois", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct censusfolder folder;
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc) {
		fputs("lazaret: census whois: which address? See lazaret census whois --help\n",
			stderr);
		return EXIT_USAGE;
	}
	code = censusfolder_open(&folder, wish.out, wish.settings,
		wish.is_online ? CENSUSFOLDER_WRITE : CENSUSFOLDER_READ);
	if (code != EXIT_DONE)
		return code;
	code = ask_all(&wish, &folder, argc - optind, argv + optind);
	censusfolder_close(&folder);
	return code;
}
