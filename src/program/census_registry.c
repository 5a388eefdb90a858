/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registryfile.h"
#include "program/censusfolder.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>

static const char usage[] =
	"usage: lazaret census registry [--out DIR] [-c FILE] [--json] KIND:FILE...\n"
	"\n"
	"Reads what registries publish, packed or not, and makes registry.lzr of it: who is\n"
	"responsible for each address, and at which mailbox they can be told. KIND is one of\n"
	"\n"
	"  ripe, ripe-nonauth, apnic, afrinic, arin, lacnic   dumps of a registry's database\n"
	"  irr          a dump of a routing registry: it counts for no contact\n"
	"  delegated    delegated-extended statistics: which registry has which addresses.\n"
	"               Without any an object counts wherever its own dump says\n"
	"  asn          addresses to AS: first, last, number as CSV, or prefix and number\n"
	"  suspect      mailboxes that failed their registry's validation, one a line\n"
	"\n"
	"  --out DIR    the folder of the census (census.folder, or else census in the folder\n"
	"               of the daemon's state)\n"
	"  -c FILE      the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json       the summary as one JSON object\n"
	"\n"
	"What cannot be read is told with file and line, the rest is done, and the exit status\n"
	"is 3.\n";

struct wish {
	const char *out, *settings;
	bool is_json;
};

static void
tell(void *context, const struct fail *fail)
{
	(void)context;
	complaint_print(fail);
}

/* "KIND:FILE" in two. */
static int
read_one(struct registries *registries, const char *argument)
{
	struct text path = text_of(argument), kind = text_cut(&path, ':');
	struct fail fail = {0};

	if (registries_read(registries, kind, path.at, &fail) == 0)
		return EXIT_DONE;
	complaint_print(&fail);
	return EXIT_INPUT;
}

static void
print_summary(const struct wish *wish, const struct registries *registries,
	const struct registryfile *file)
{
	const struct columns *columns = registries->columns;
	uint64_t networks =
		(uint64_t)columns->networks[RANGE_IPV4].count + columns->networks[RANGE_IPV6].count;
	uint64_t objects = networks + columns->networks[RANGE_SYSTEM].count + columns->holder_count;
	uint64_t segments = file->count4 + file->count6;
	uint32_t contacts = file->contact_count - 1;

	if (wish->is_json) {
		printf("{\"type\":\"summary\",\"files\":%u,\"objects\":%llu,\"networks\":%llu,"
		       "\"contacts\":%u,\"segments\":%llu,\"authority\":%s,\"troubles\":%llu}\n",
			registries->file_count, (unsigned long long)objects,
			(unsigned long long)networks, contacts, (unsigned long long)segments,
			registries->has_delegated ? "true" : "false",
			(unsigned long long)registries->troubles);
		return;
	}
	printf("%u files, %llu objects, %llu networks, %u contacts, %llu segments of address "
	       "space\n",
		registries->file_count, (unsigned long long)objects, (unsigned long long)networks,
		contacts, (unsigned long long)segments);
	if (!registries->has_delegated)
		puts("authority was not checked: there was no delegated-extended file, so each "
		     "object counts where its dump says");
	if (registries->troubles > 0)
		printf("%llu lines and objects were left out\n",
			(unsigned long long)registries->troubles);
}

/* Of registries that are settled. */
static int
write_file(const struct wish *wish, const struct censusfolder *folder,
	const struct registries *registries)
{
	char path[CENSUSFOLDER_PATH];
	struct registryfile file;
	struct answers answers;
	struct fail fail = {0};
	int r;

	censusfolder_file(folder, CENSUS_REGISTRY, path);
	answers_init(&answers, registries);
	r = registryfile_write(path, &answers, &fail);
	answers_done(&answers);
	if (r == 0)
		r = registryfile_open(path, &file, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	print_summary(wish, registries, &file);
	registryfile_close(&file);
	return EXIT_DONE;
}

static int
read_all(const struct wish *wish, const struct censusfolder *folder, int count, char **files)
{
	struct registries *registries = registries_new(tell, NULL);
	int code = EXIT_DONE, written;

	for (int i = 0; i < count; i++) {
		int of_file = read_one(registries, files[i]);

		code = of_file > code ? of_file : code;
	}
	registries_settle(registries);
	if (registries->troubles > 0)
		code = EXIT_INPUT;
	written = write_file(wish, folder, registries);
	registries_free(registries);
	return written > code ? written : code;
}

int
census_registry(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census registry", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct censusfolder folder;
	int code = verboptions_read(&options, argc, argv);

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc) {
		fputs("lazaret: census registry: which files? See lazaret census registry --help\n",
			stderr);
		return EXIT_USAGE;
	}
	code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_WRITE);
	if (code != EXIT_DONE)
		return code;
	code = read_all(&wish, &folder, argc - optind, argv + optind);
	censusfolder_close(&folder);
	return code;
}
