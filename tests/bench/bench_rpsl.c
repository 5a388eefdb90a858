/* SPDX-License-Identifier: BSD-2-Clause */
/* The dump of a registry: blocks of addresses, and to each tenth of them an organisation, a role and an AS, written as
 * registries write them: aligned values, remarks of which nothing matters, now and then a continuation line or a
 * comment. Packed with gzip it is about an eighth, as real ones are. All objects are read with their attributes; beside
 * it the limit, which is to unpack the same file with the same unpacker and look at nothing. Then all the way to
 * contacts: objects become columns, networks are nested, and each address has its answer. Then the same text unpacked,
 * and the way for processors without AVX2. */
#include "base/address.h"
#include "base/random.h"
#include "census/registry/answers.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define RUNS         MEASURE_RUNS
#define MEBIBYTES    256
#define PART         (1U << 20)
#define PER_HOLDER   10
#define OBJECTS_MOST 8192 /* bytes of a block with all that belongs to it */

static char packed[4096], plain[4096];
static uint64_t size, packed_size, objects, attributes; /* that were written */
static unsigned mebibytes = MEBIBYTES;

static void
stop(const char *what)
{
	perror(what);
	exit(1);
}

/* A name of a place, a person or a company; now and then a word that many have. */
static const char *
word(struct random *random)
{
	static const char consonants[] = "bdfghklmnprstvz", vowels[] = "aeiou";
	static const char *const frequent[] = {
		"Network", "Telecom", "Internet", "Customer", "Services", "GmbH", "Ltd", "Street"};
	static char words[4][16];
	static unsigned next;
	char *into = words[next++ % 4], *end = into;

	if (random_below(random, 4) == 0)
		return frequent[random_below(random, sizeof(frequent) / sizeof(*frequent))];
	for (uint64_t i = 2 + random_below(random, 3); i > 0; i--) {
		*end++ = consonants[random_below(random, sizeof(consonants) - 1)];
		*end++ = vowels[random_below(random, sizeof(vowels) - 1)];
	}
	*end = '\0';
	into[0] = (char)(into[0] - 'a' + 'A');
	return into;
}

static void
attribute(struct buffer *into, bool matters, const char *name, const char *value)
{
	buffer_print(into, "%s:%*s%s\n", name, (int)(15 - strlen(name)), "", value);
	attributes += matters;
}

/* What a registry puts at the end of objects whose persons it has taken out. */
static void
remarks(struct buffer *into)
{
	static const char *const lines[] = {"****************************",
		"* THIS OBJECT IS MODIFIED",
		"* All data that would tell of a person has been taken out",
		"* of this object. Whoever needs to see it as it was can ask",
		"* the registry's server for it by name:", "* https://registry.example/whois",
		"****************************"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		attribute(into, false, "remarks", lines[i]);
}

static void
write_time(struct buffer *into, struct random *random, bool matters, const char *name)
{
	unsigned day = (unsigned)random_below(random, 28 * 12 * 20);
	char stamp[64];

	snprintf(stamp, sizeof(stamp), "%u-%02u-%02uT%02u:%02u:%02uZ", 2004 + day / (28 * 12),
		1 + day / 28 % 12, 1 + day % 28, (unsigned)random_below(random, 24),
		(unsigned)random_below(random, 60), (unsigned)random_below(random, 60));
	attribute(into, matters, name, stamp);
}

static void
end_object(struct buffer *into, struct random *random)
{
	write_time(into, random, false, "created");
	write_time(into, random, true, "last-modified");
	attribute(
		into, false, "source", random_below(random, 50) == 0 ? "RIPE # Filtered" : "RIPE");
	remarks(into);
	buffer_print(into, "\n");
	objects++;
}

/* A holder: organisation, role and AS. */
static void
write_holder(struct buffer *into, struct random *random, unsigned holder)
{
	char handle[64], role[64], text[128];

	snprintf(handle, sizeof(handle), "ORG-X%u-RIPE", holder);
	snprintf(role, sizeof(role), "AR%u-RIPE", holder);
	attribute(into, true, "organisation", handle);
	snprintf(text, sizeof(text), "%s %s %u", word(random), word(random), holder);
	attribute(into, true, "org-name", text);
	attribute(into, true, "org-type", holder % 3 == 0 ? "LIR" : "OTHER");
	attribute(into, false, "address", "Some Street 1");
	attribute(into, false, "address", text);
	attribute(into, true, "country", "NL");
	attribute(into, true, "abuse-c", role);
	attribute(into, false, "mnt-ref", "RIPE-NCC-HM-MNT");
	snprintf(text, sizeof(text), "MNT-X%u, RIPE-NCC-HM-MNT", holder);
	attribute(into, true, "mnt-by", text);
	end_object(into, random);
	attribute(into, true, "role", "Abuse Contact");
	attribute(into, false, "address", "Some Street 1");
	attribute(into, true, "nic-hdl", role);
	snprintf(text, sizeof(text), "abuse@x%u.example", holder);
	attribute(into, true, "abuse-mailbox", text);
	attribute(into, true, "mnt-by", "MNT-X");
	end_object(into, random);
	snprintf(text, sizeof(text), "AS%u", 1000 + holder);
	attribute(into, true, "aut-num", text);
	attribute(into, false, "as-name", "X");
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "from AS%u accept ANY",
			(unsigned)random_below(random, 60000));
		attribute(into, false, "import", text);
		snprintf(text, sizeof(text), "to AS%u announce AS%u",
			(unsigned)random_below(random, 60000), 1000 + holder);
		attribute(into, false, "export", text);
	}
	attribute(into, true, "org", handle);
	attribute(into, false, "status", "ASSIGNED");
	attribute(into, true, "mnt-by", "RIPE-NCC-END-MNT");
	buffer_print(into, "                MNT-X%u\n", holder);
	end_object(into, random);
}

static void
write_block(struct buffer *into, struct random *random, uint32_t *address, unsigned holder)
{
	uint32_t count = 8U << random_below(random, 8);
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT], text[128];
	struct address first = address_from_v4(*address),
		       last = address_from_v4(*address + count - 1);

	*address += count;
	snprintf(text, sizeof(text), "%s - %s", address_format(&first, from),
		address_format(&last, to));
	attribute(into, true, "inetnum", text);
	snprintf(text, sizeof(text), "%s-%u", word(random), (unsigned)random_below(random, 100000));
	attribute(into, true, "netname", text);
	for (uint64_t i = 2 + random_below(random, 3); i > 0; i--) {
		snprintf(text, sizeof(text), "%s %s %s %u", word(random), word(random),
			word(random), (unsigned)random_below(random, 1000));
		attribute(into, false, "descr", text);
	}
	attribute(into, true, "country", "NL");
	if (random_below(random, 4) == 0) {
		snprintf(text, sizeof(text), "ORG-X%u-RIPE", holder);
		attribute(into, true, "org", text);
	}
	snprintf(text, sizeof(text), "X%u-RIPE", (unsigned)random_below(random, 100000));
	attribute(into, false, "admin-c", text);
	snprintf(text, sizeof(text), "X%u-RIPE", (unsigned)random_below(random, 100000));
	attribute(into, false, "tech-c", text);
	attribute(into, false, "status",
		random_below(random, 8) == 0 ? "ALLOCATED PA" : "ASSIGNED PA");
	snprintf(text, sizeof(text), "MNT-X%u", holder);
	attribute(into, true, "mnt-by", text);
	end_object(into, random);
}

static void
make_files(void)
{
	FILE *file = fopen(plain, "wbe");
	gzFile gz = gzopen(packed, "wbe6");
	uint32_t address = 0x05000000;
	struct random random;
	struct buffer part;
	unsigned blocks = 0;

	if (file == NULL || gz == NULL)
		stop(plain);
	random_seed(&random, 6);
	buffer_init(&part, PART + OBJECTS_MOST);
	buffer_print(&part, "#\n# The dump of a registry, for a benchmark.\n#\n\n");
	while (size < (uint64_t)mebibytes << 20) {
		while (part.length < PART) {
			if (blocks % PER_HOLDER == 0)
				write_holder(&part, &random, blocks / PER_HOLDER);
			write_block(&part, &random, &address, blocks / PER_HOLDER);
			blocks++;
		}
		if (part.failed || fwrite(part.at, 1, part.length, file) != part.length ||
			gzwrite(gz, part.at, (unsigned)part.length) != (int)part.length)
			stop(packed);
		size += part.length;
		buffer_clear(&part);
	}
	buffer_done(&part);
	if (fclose(file) != 0 || gzclose(gz) != Z_OK)
		stop(packed);
}

static void
open_input(struct input *input, const char *path)
{
	struct fail fail;

	if (input_open(input, path, 0, &fail) < 0) {
		fprintf(stderr, "%s: %s\n", fail.where, fail.what);
		exit(1);
	}
}

/* Seconds to unpack a file and look at nothing, of that clock. */
static double
unpack(const char *path, double (*clock)(void))
{
	double begun = clock();
	struct fail fail = {.what = ""};
	struct input input;
	size_t left;

	open_input(&input, path);
	while ((left = input_need(&input, RPSL_DEFAULTS.portion, &fail)) > 0)
		input_step(&input, left);
	if (input.error < 0 || input.offset != size)
		stop(fail.what);
	packed_size = input.packed_size;
	input_close(&input);
	return clock() - begun;
}

/* CPU seconds to read all objects; what came must be what was written. */
static double
read_objects(const char *path, bool portable)
{
	struct rpsl_settings settings = RPSL_DEFAULTS;
	double begun = measure_cpu();
	uint64_t found = 0, found_attributes = 0;
	struct rpsl_object object;
	struct input input;
	struct rpsl *rpsl;
	struct fail fail;

	settings.portable = portable;
	open_input(&input, path);
	rpsl = rpsl_new(&input, &settings);
	while (rpsl_next(rpsl, &object, &fail) == 1) {
		found++;
		found_attributes += object.count;
	}
	if (found != objects || found_attributes != attributes || rpsl_tell(rpsl, 0, &fail)) {
		printf("FAILED: %lu objects with %lu attributes should have been found: %lu, %lu\n",
			objects, attributes, found, found_attributes);
		exit(1);
	}
	rpsl_free(rpsl);
	input_close(&input);
	return measure_cpu() - begun;
}

static void
tell(void *context, uint16_t file, const struct fail *fail)
{
	(void)context;
	printf("FAILED: %s: %s\n", fail->where, fail->what);
	exit(1);
}

/* Seconds from the file to the contact of each address, of that clock. By the clock on the wall as lazaret census
 * registry does it: another thread unpacks. */
static double
find_contacts(const char *path, double (*clock)(void))
{
	double begun = clock();
	struct registries *registries = registries_new(tell, NULL);
	struct answers answers;
	struct input input;
	struct fail fail;
	size_t found = 0;
	int file = registries_add(registries, TEXT("ripe"), path, &fail);

	open_input(&input, path);
	if (clock == measure_clock)
		input_ahead(&input);
	if (file < 0 || registries_take(registries, (uint16_t)file, &input, &fail) < 0)
		tell(NULL, 0, &fail);
	input_close(&input);
	registries_settle(registries);
	answers_init(&answers, registries);
	for (uint32_t i = 1; i <= answers.count; i++)
		found += answers_who(&answers, i)->contact.mailbox != 0;
	if (registries->troubles > 0 || found < answers.count / 5) {
		printf("FAILED: %zu of %u answers have a contact\n", found, answers.count);
		exit(1);
	}
	answers_done(&answers);
	registries_free(registries);
	return clock() - begun;
}

static int
work(const char *folder)
{
	double alone[RUNS], read[RUNS], ratio[RUNS], raw[RUNS], portable[RUNS], rate[RUNS];
	double contacts[RUNS], contacts_ratio[RUNS], clock[RUNS], clock_ratio[RUNS];
	double per;

	snprintf(packed, sizeof(packed), "%s/dump.gz", folder);
	snprintf(plain, sizeof(plain), "%s/dump", folder);
	make_files();
	per = (double)size * 1e-9;
	for (int i = -1; i < RUNS; i++) {
		double a = unpack(packed, measure_cpu), b = read_objects(packed, false);
		double e = find_contacts(packed, measure_cpu);
		double c = read_objects(plain, false), d = read_objects(packed, true);
		double f = unpack(packed, measure_clock), g = find_contacts(packed, measure_clock);

		if (i < 0)
			continue;
		alone[i] = per / a;
		read[i] = per / b;
		ratio[i] = b / a;
		contacts[i] = per / e;
		contacts_ratio[i] = e / a;
		clock[i] = per / g;
		clock_ratio[i] = g / f;
		raw[i] = per / c;
		portable[i] = per / d;
		rate[i] = (double)objects * 1e-6 / b;
	}
	printf("%.2f GB of text in %lu objects, packed %.1f:1; CPU time, median of %d\n", per,
		objects, (double)size / (double)packed_size, RUNS);
	measure_print("from .gz to contacts (to reach: 0.8)", "GB/s", contacts);
	measure_print("limit: unpack the .gz alone", "GB/s", alone);
	measure_print("ratio, pair by pair (at most 1.6)", "", contacts_ratio);
	measure_print("from .gz to contacts by the clock, unpacked ahead", "GB/s", clock);
	measure_print("ratio of that, pair by pair", "", clock_ratio);
	measure_print("read from .gz", "GB/s", read);
	measure_print("read from .gz", "M objects/s", rate);
	measure_print("ratio of that, pair by pair", "", ratio);
	measure_print("read unpacked", "GB/s", raw);
	measure_print("read from .gz, without AVX2", "GB/s", portable);
	return 0;
}

int
main(int argc, char **argv)
{
	uint64_t wanted = MEBIBYTES;

	if (argc > 1 && text_parse_u64(text_of(argv[1]), 1 << 20, &wanted) < 0) {
		fputs("usage: bench_rpsl [MEBIBYTES [FOLDER]]\n", stderr);
		return 2;
	}
	mebibytes = (unsigned)wanted;
	return measure_in_folder(argc > 2 ? argv[2] : NULL, work);
}
