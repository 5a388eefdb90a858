/* SPDX-License-Identifier: BSD-2-Clause */
/* Random zones of ip4set and ip4tset: what is listed must be what rbldnsd itself lists, where it is installed. Its
 * option -d prints what it has loaded; no server is started. (Of an ip4trie it may print without end.) */
#include "base/random.h"
#include "census_list.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define ZONES 40
/* The addresses that are looked at: 11.0.0.0/19. */
#define SPACE 8192
#define FIRST 0x0b000000U

enum answer { ANSWER_NONE, ANSWER_LISTED, ANSWER_EXCLUDED };

/* What rbldnsd has for addresses, and for networks by their first octets. */
struct dump {
	uint8_t host[SPACE], net24[SPACE >> 8], net16, net8;
};

static void
add_range(struct buffer *zone, struct random *random, uint32_t at)
{
	uint32_t sizes[] = {3, 200, 256, 700, 3000}, low = FIRST + at;
	uint32_t high = low + sizes[random_below(random, 5)];

	say_four(zone, low);
	buffer_print(zone, "-");
	if (low >> 8 == high >> 8 && random_below(random, 2))
		buffer_print(zone, "%u", high & 255);
	else
		say_four(zone, high);
}

static void
add_prefix(struct buffer *zone, struct random *random, uint32_t at)
{
	unsigned length = 14 + (unsigned)random_below(random, 19), octets = (length + 7) / 8;
	uint32_t low = (FIRST + at) & ~(UINT32_MAX >> (length - 1) >> 1);

	for (unsigned i = 0; i < octets; i++)
		buffer_print(zone, "%s%u", i > 0 ? "." : "", low >> (24 - 8 * i) & 255);
	if (length % 8 != 0 || random_below(random, 2))
		buffer_print(zone, "/%u", length);
}

static void
make_zone(struct buffer *zone, struct random *random, bool is_set)
{
	static const char *const behind[] = {
		"", " :5:text", " text", " ; comment", "#comment", ":7:x"};
	unsigned entries = 1 + (unsigned)random_below(random, 40);

	buffer_clear(zone);
	buffer_print(zone, ":2:listed $\n");
	for (unsigned i = 0; i < entries; i++) {
		uint32_t at = (uint32_t)random_below(random, SPACE);
		uint64_t kind = is_set ? random_below(random, 5) : 0;

		if (is_set && random_below(random, 3) == 0)
			buffer_print(zone, "!");
		if (kind < 2)
			say_four(zone, FIRST + at);
		else if (kind == 2)
			add_range(zone, random, at);
		else
			add_prefix(zone, random, at);
		buffer_print(zone, "%s\n", behind[random_below(random, 6)]);
	}
}

/* "3.2.1.11	A	127.0.0.2", "*.2.1.11	CNAME	excluded" */
static void
take_dumped(struct text line, struct dump *dump)
{
	struct text rest = line, name = text_cut(&rest, '\t'), kind = text_cut(&rest, '\t');
	uint8_t answer = text_is(kind, "A") ? ANSWER_LISTED
		: text_is(kind, "CNAME")    ? ANSWER_EXCLUDED
					    : ANSWER_NONE;
	uint32_t address = 0;
	unsigned octets = 0;

	if (name.length == 0 || answer == ANSWER_NONE)
		return;
	while (name.length > 0) {
		uint64_t octet;
		struct text label = text_cut(&name, '.');

		if (text_is(label, "*"))
			continue;
		assert_int_equal(text_parse_u64(label, 255, &octet), 0);
		address |= (uint32_t)octet << 8 * octets++;
	}
	/* The last octet came first. */
	address <<= 8 * (4 - octets);
	if (octets == 1)
		dump->net8 = address >> 24 == 11 ? answer : dump->net8;
	else if (octets == 2)
		dump->net16 = address == FIRST ? answer : dump->net16;
	else if (address - FIRST < SPACE && octets == 3)
		dump->net24[(address - FIRST) >> 8] = answer;
	else if (address - FIRST < SPACE)
		dump->host[address - FIRST] = answer;
}

static bool
read_dump(const char *type, const char *file, struct dump *dump)
{
	char command[160], line[512];
	bool is_whole = false;
	FILE *from;

	*dump = (struct dump){0};
	snprintf(command, sizeof(command), "rbldnsd -d z:%s:%s 2>/dev/null", type, file);
	from = popen(command, "re");
	assert_non_null(from);
	while (fgets(line, sizeof(line), from) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		is_whole = true;
		take_dumped(text_of(line), dump);
	}
	return pclose(from) == 0 && is_whole;
}

static bool
is_dumped(const struct dump *dump, uint32_t at)
{
	uint8_t answer = dump->host[at];

	if (answer == ANSWER_NONE)
		answer = dump->net24[at >> 8];
	if (answer == ANSWER_NONE)
		answer = dump->net16;
	if (answer == ANSWER_NONE)
		answer = dump->net8;
	return answer == ANSWER_LISTED;
}

static void
compare(const struct buffer *zone, enum zonetype type, const struct dump *dump)
{
	struct listorder order = {.form = LISTFORM_RBLDNSD, .type = type};
	bool is_listed[SPACE] = {false};
	struct list_read read;

	read_list_bytes(&read, zone->at, zone->length, &order);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
	for (size_t i = 0; i < read.listings.fours; i++) {
		if (read.listings.four[i].address - FIRST < SPACE)
			is_listed[read.listings.four[i].address - FIRST] = true;
	}
	for (size_t i = 0; i < read.listings.ranges4_count; i++) {
		const struct listedrange4 *range = &read.listings.ranges4[i];

		for (uint32_t at = 0; at < SPACE; at++)
			is_listed[at] |= FIRST + at >= range->low && FIRST + at <= range->high;
	}
	for (uint32_t at = 0; at < SPACE; at++) {
		if (is_listed[at] == is_dumped(dump, at))
			continue;
		print_message("11.0.%u.%u is%s listed, other than rbldnsd says of the %s\n%.*s\n",
			at >> 8, at & 255, is_listed[at] ? "" : " not", zonetype_names[type],
			(int)zone->length, zone->at);
		fail();
	}
	list_read_done(&read);
}

static void
lists_what_rbldnsd_lists(void **state)
{
	char file[64];
	struct random random;
	struct buffer zone;
	int fd;

	if (system("command -v rbldnsd >/dev/null") != 0) {
		print_message("rbldnsd is not installed, so nothing is compared with it\n");
		skip();
	}
	fd = memfd_create("zone", 0);
	assert_true(fd >= 0);
	snprintf(file, sizeof(file), "/proc/%d/fd/%d", (int)getpid(), fd);
	buffer_init(&zone, 1 << 20);
	random_seed(&random, 21);
	for (unsigned i = 0; i < ZONES; i++) {
		enum zonetype type = i % 4 == 3 ? ZONETYPE_IP4TSET : ZONETYPE_IP4SET;
		struct dump dump;

		make_zone(&zone, &random, type == ZONETYPE_IP4SET);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, zone.at, zone.length, 0), zone.length);
		if (!read_dump(zonetype_names[type], file, &dump))
			fail_msg("rbldnsd -d has failed");
		compare(&zone, type, &dump);
	}
	close(fd);
	buffer_done(&zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_what_rbldnsd_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
