/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registryfile.h"
#include "program/censusdumps.h"
#include "program/censusfolder.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>

static const char usage[] =
	"usage: lazaret census registry [--out DIR] [-c FILE] [--json] [KIND:]FILE...\n"
	"\n"
	"Reads what registries publish, packed or not, and makes registry.lzr of it: who is\n"
	"responsible for each address, and at which mailbox they can be told. What a file is is\n"
	"found from its name and content, or said with KIND:\n"
	"\n"
	"  ripe, ripe-nonauth, apnic, afrinic, arin, lacnic   dumps of a registry's database\n"
	"  irr          a dump of a routing registry: it counts for no contact\n"
	"  delegated    delegated-extended statistics: which registry has which addresses.\n"
	"               Without any an object counts wherever its own dump says\n"
	"  asn          addresses to AS: first, last, number as CSV, or prefix and number\n"
	"  mrt          the dump of a routing table (rib.*, bview.*): who announces what\n"
	"  suspect      mailboxes that failed their registry's validation, one a line\n"
	"\n"
	"  --out DIR    the folder of the census (census.folder, or else census in the folder\n"
	"               of the daemon's state)\n"
	"  -c FILE      the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --smaller    write it although it has less than half of the contacts that were there\n"
	"  --json       the summary as one JSON object\n"
	"\n"
	"What cannot be read is told with file and line, the rest is done, and the exit status\n"
	"is 3.\n";

struct wish {
	const char *out, *settings;
	bool smaller, is_json;
	uint32_t before; /* contacts that were there */
};

/* What is still known of the registries when they are gone. */
struct figures {
	uint64_t networks, objects, troubles, prefixes, several;
	unsigned files;
	bool has_delegated;
};

static struct figures
figures_of(const struct registries *registries)
{
	struct figures figures = {.troubles = registries->troubles,
		.prefixes = registries->routes.prefixes,
		.several = registries->routes.several,
		.files = registries->file_count,
		.has_delegated = registries->has_delegated};

	for (size_t i = 0; i < REGISTRY_COUNT; i++) {
		const struct columns *columns = registries->columns[i];

		figures.objects += columns->holder_count;
		for (size_t k = 0; k < RANGE_FAMILY_COUNT; k++)
			figures.objects += columns->networks[k].count;
		/* Those that stand: not the older of two, and none that crosses another one. */
		figures.networks += (uint64_t)columns->networks[RANGE_IPV4].order_count +
			columns->networks[RANGE_IPV6].order_count;
	}
	return figures;
}

static void
print_summary(
	const struct wish *wish, const struct figures *figures, const struct registryfile *file)
{
	uint64_t segments = file->count4 + file->count6;
	uint32_t contacts = file->contact_count - 1;

	if (wish->is_json) {
		printf("{\"type\":\"summary\",\"files\":%u,\"objects\":%llu,\"networks\":%llu,"
		       "\"contacts\":%u,\"segments\":%llu,\"authority\":%s,\"troubles\":%llu}\n",
			figures->files, (unsigned long long)figures->objects,
			(unsigned long long)figures->networks, contacts,
			(unsigned long long)segments, figures->has_delegated ? "true" : "false",
			(unsigned long long)figures->troubles);
		return;
	}
	printf("%u files, %llu objects, %llu networks, %u contacts, %llu segments of address "
	       "space\n",
		figures->files, (unsigned long long)figures->objects,
		(unsigned long long)figures->networks, contacts, (unsigned long long)segments);
	if (figures->prefixes > 0)
		printf("%llu prefixes in routing tables, %llu of them from several AS\n",
			(unsigned long long)figures->prefixes,
			(unsigned long long)figures->several);
	if (!figures->has_delegated)
		puts("authority was not checked: there was no delegated-extended file, so each "
		     "object counts where its dump says");
	if (figures->troubles > 0)
		printf("%llu lines and objects were left out\n",
			(unsigned long long)figures->troubles);
}

/* How many mailboxes are a contact of any answer. */
static uint32_t
count_contacts(const struct answers *answers)
{
	uint32_t mailboxes = answers->registries->mailboxes.count, count = 0;
	bool *is_one = xcalloc(mailboxes + 1UL, sizeof(*is_one));

	for (uint32_t i = 1; i <= answers->count; i++) {
		const struct contact *contact = &answers_who(answers, i)->contact;

		is_one[contact->mailbox] = is_one[contact->mailbox2] = true;
	}
	for (uint32_t i = 1; i <= mailboxes; i++)
		count += is_one[i];
	free(is_one);
	return count;
}

/* Half of a dump looks as if the others had gone: nobody would be told of their zombies. -EEXIST with fail: so it is,
 * and what was there stays. */
static int
check_shrunk(const struct wish *wish, const struct censusfolder *folder,
	const struct answers *answers, struct fail *fail)
{
	uint32_t contacts = count_contacts(answers);

	if (2UL * contacts >= wish->before)
		return 0;
	fail_where(fail, "%s", folder->path);
	fail_what(fail,
		"registry.lzr has %u contacts, these files have %u: perhaps not all of "
		"them came",
		wish->before, contacts);
	fail_hint(fail, "it was left as it is; --smaller writes it all the same");
	return -EEXIST;
}

/* registry.lzr, and beside it of which files it is made. */
static int
write_files(const struct wish *wish, const struct censusfolder *folder,
	const struct registries *registries, const struct censusdumps *dumps, struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	struct answers answers;
	int r = 0;

	answers_init(&answers, registries);
	if (!wish->smaller)
		r = check_shrunk(wish, folder, &answers, fail);
	if (r == 0)
		r = registryfile_write(
			censusfolder_file(folder, CENSUS_REGISTRY, path), &answers, fail);
	answers_done(&answers);
	if (r < 0)
		return r;
	return censusdumps_write(dumps, censusfolder_file(folder, CENSUS_DUMPS, path), fail);
}

/* As it will be read. */
static int
show(const struct wish *wish, const struct censusfolder *folder, const struct figures *figures,
	struct fail *fail)
{
	char path[CENSUSFOLDER_PATH];
	struct registryfile file;
	int r = registryfile_open(censusfolder_file(folder, CENSUS_REGISTRY, path), &file, fail);

	if (r < 0)
		return r;
	print_summary(wish, figures, &file);
	registryfile_close(&file);
	return 0;
}

static uint32_t
count_before(const struct censusfolder *folder)
{
	char path[CENSUSFOLDER_PATH];
	struct registryfile file;
	struct fail fail = {0};
	uint32_t count;

	if (registryfile_open(censusfolder_file(folder, CENSUS_REGISTRY, path), &file, &fail) < 0)
		return 0;
	count = file.contact_count - 1;
	registryfile_close(&file);
	return count;
}

static int
make(const struct wish *wish, const struct censusfolder *folder, struct censusdumps *dumps)
{
	struct registries *registries = registries_new(censusdumps_tell, NULL);
	size_t failed = censusdumps_read(dumps, registries, "registries");
	bool is_whole = failed == 0 && registries->troubles == 0;
	struct figures figures = figures_of(registries);
	struct fail fail = {0};
	int r = 0;

	/* What was there is better than nothing. */
	if (failed == dumps->count) {
		fail_where(&fail, "%s", folder->path);
		fail_what(&fail, "no file could be read, so nothing was written");
		r = -ENODATA;
	}
	if (r == 0)
		r = write_files(wish, folder, registries, dumps, &fail);
	/* Both at once would be more memory than either. */
	registries_free(registries);
	if (r == 0)
		r = show(wish, folder, &figures, &fail);
	if (r < 0)
		complaint_print(&fail);
	return r == 0 && is_whole ? EXIT_DONE : EXIT_INPUT;
}

static int
take_files(struct censusdumps *dumps, int count, char **files)
{
	struct fail fail = {0};

	for (int i = 0; i < count; i++) {
		if (censusdumps_add(dumps, files[i], &fail) < 0) {
			complaint_print(&fail);
			return EXIT_USAGE;
		}
	}
	return EXIT_DONE;
}

int
census_registry(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"smaller", .flag = &wish.smaller},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census registry", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct censusdumps dumps;
	struct censusfolder folder;
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc) {
		fputs("lazaret: census registry: which files? See lazaret census registry --help\n",
			stderr);
		return EXIT_USAGE;
	}
	censusdumps_init(&dumps);
	code = take_files(&dumps, argc - optind, argv + optind);
	if (code == EXIT_DONE)
		code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_WRITE);
	if (code == EXIT_DONE) {
		wish.before = count_before(&folder);
		code = make(&wish, &folder, &dumps);
		censusfolder_close(&folder);
	}
	censusdumps_done(&dumps);
	return code;
}
