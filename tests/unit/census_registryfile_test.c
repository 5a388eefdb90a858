/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/crew.h"
#include "census/registry/keptfile.h"
#include "census/registry/registryfile.h"
#include "kept_folder.h"
#include "registries_text.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char ripe[] = "role: Desk\nnic-hdl: A\nabuse-mailbox: abuse@ISP.example\n\n"
			   "organisation: O\norg-name: Provider\nlanguage: nl, EN\ncountry: be\n"
			   "e-mail: noc@isp.example\n\n"
			   "inetnum: 192.0.2.0 - 192.0.2.255\nnetname: NET\ncountry: NL\n"
			   "abuse-c: A\norg: O\n\n"
			   "inet6num: 2001:db8::/32\nnetname: NET\nabuse-c: A\n\n";
static const char arin[] = "NetHandle: NET-1\nNetRange: 198.51.100.0/24\nAbuseHandle: P\n\n"
			   "POCHandle: P\nMailbox: abuse@isp.example\n\n";

/* The first name of an AS stands. */
static const char systems[] = "192.0.2.0,192.0.2.255,64500,\"Provider \"\"P\"\", Inc.\"\n"
			      "198.51.100.0,198.51.100.255,64501,\n"
			      "198.51.101.0,198.51.101.255,64500,Another\n";

static void
write_file(void)
{
	struct registries_text world;
	struct fail fail = {.what = ""};

	registries_text_init(&world);
	registries_text_add(&world, "ripe", ripe, sizeof(ripe) - 1);
	registries_text_add(&world, "arin", arin, sizeof(arin) - 1);
	registries_text_add(&world, "asn", systems, sizeof(systems) - 1);
	registries_text_add(&world, "suspect", "abuse@isp.example\n", 18);
	registries_text_settle(&world);
	assert_int_equal(registryfile_write(path, &world.answers, &fail), 0);
	registries_text_done(&world);
}

static void
is_mailbox(const struct registryfile *file, uint32_t contact, const char *expected)
{
	assert_true(text_is(registryfile_text(file, file->contacts[contact].mailbox), expected));
}

static void
all_is_read_as_it_was_put_together(void **state)
{
	struct registryfile_answer row;
	struct registryfile file;
	struct fail fail = {.what = ""};

	write_file();
	assert_int_equal(registryfile_open(path, &file, &fail), 0);
	assert_int_equal(registryfile_find(&file, RANGE_IPV4, 0xc0000300), 0);
	row = registryfile_answer(&file, registryfile_find(&file, RANGE_IPV4, 0xc0000201));
	assert_true(row.range.low == 0xc0000200 && row.range.high == 0xc00002ff);
	assert_true(text_is(row.name, "NET"));
	assert_true(text_is(row.holder, "Provider"));
	assert_int_equal(row.system, 64500);
	assert_true(text_is(row.system_name, "Provider \"P\", Inc."));
	is_mailbox(&file, row.contact, "abuse@isp.example");
	is_mailbox(&file, row.contact2, "noc@isp.example");
	assert_int_equal(row.country, 'B' << 8 | 'E');
	assert_int_equal(row.language, 'n' << 8 | 'l');
	assert_int_equal(row.registry, REGISTRY_RIPENCC);
	assert_int_equal(row.rule, CONTACT_ABUSE_C);
	assert_int_equal(row.quality, QUALITY_SUSPECT);
	assert_true(file.contacts[row.contact].is_suspect);
	/* ARIN's terms hold for a mailbox that ARIN named, wherever else it is named. */
	assert_true(file.contacts[row.contact].is_kept);
	assert_false(file.contacts[row.contact2].is_kept);
	assert_int_equal(file.contacts[row.contact].answers, 3);
	assert_int_equal(row.family, RANGE_IPV4);
	row = registryfile_answer(&file,
		registryfile_find(&file, RANGE_IPV6, (ipnumber)UINT64_C(0x20010db800000000) << 64));
	assert_int_equal(row.family, RANGE_IPV6);
	assert_true(row.range.low == (ipnumber)UINT64_C(0x20010db800000000) << 64);
	assert_true(row.range.high == (row.range.low | (((ipnumber)1 << 96) - 1)));
	assert_true(text_is(row.name, "NET"));
	assert_int_equal(row.holder.length, 0);
	assert_int_equal(row.contact2, 0);
	row = registryfile_answer(&file, registryfile_find(&file, RANGE_IPV4, 0xc6336401));
	assert_true(text_is(row.name, "NET-1"));
	assert_int_equal(row.system, 64501);
	assert_int_equal(row.system_name.length, 0);
	registryfile_close(&file);
}

/* Every byte in turn; and once more with a checksum that fits, so that the numbers themselves are looked at. */
static void
a_damaged_file_is_refused_or_leads_nowhere_wrong(void **state)
{
	const uint8_t *mapped;
	struct registryfile file;
	struct fail fail = {.what = ""};
	size_t size, refused = 0;
	uint8_t *copy;

	write_file();
	assert_int_equal(keptfile_map(path, &mapped, &size, &fail), 0);
	copy = malloc(size);
	assert_non_null(copy);
	for (size_t at = 0; at < size; at++) {
		struct keptfile_head *head = (struct keptfile_head *)(void *)copy;
		struct hash_stream *hash = hash_stream_new();

		memcpy(copy, mapped, size);
		copy[at] ^= 0xff;
		assert_int_equal(registryfile_on(copy, size, &file, &fail), -EBADMSG);
		hash_stream_add(hash, copy + sizeof(*head), size - sizeof(*head));
		hash_stream_add(hash, copy, offsetof(struct keptfile_head, checksum));
		hash_stream_end(hash, head->checksum);
		hash_stream_free(hash);
		if (registryfile_on(copy, size, &file, &fail) < 0) {
			refused++;
			continue;
		}
		for (uint32_t i = 0; i < file.answer_count; i++) {
			struct registryfile_answer row = registryfile_answer(&file, i);

			assert_true(row.contact < file.contact_count);
			assert_true(row.name.at + row.name.length <= file.texts + file.texts_size);
		}
	}
	/* The names of things may change; what leads somewhere may not. */
	assert_in_range(refused, size / 4, size);
	for (size_t less = 1; less < size; less++)
		assert_int_equal(registryfile_on(copy, size - less, &file, &fail), -EBADMSG);
	keptfile_unmap(mapped, size);
	free(copy);
}

#define DUMPS 5

/* Of registries that name the same mailboxes. */
static const struct dump {
	const char *kind, *text;
} dumps[DUMPS] = {{"ripe", ripe}, {"arin", arin},
	{"apnic",
		"irt: I\nabuse-mailbox: noc@isp.example\nabuse-mailbox: abuse@isp.example\n\n"
		"inetnum: 203.0.113.0 - 203.0.113.127\nnetname: A\nmnt-irt: I\n\n"
		"aut-num: AS64500\nmnt-irt: I\n\n"},
	{"asn", "192.0.2.0/24\t64500\n203.0.113.64/26\t64500\n"},
	{"irr", "inetnum: 0.0.0.0/0\nabuse-c: A\n\n"}};

struct crowd {
	struct registries *registries;
	struct input inputs[DUMPS];
};

static void
read_dump(void *context, size_t job)
{
	struct crowd *crowd = context;
	struct fail fail;

	must(registries_take(crowd->registries, (uint16_t)job, &crowd->inputs[job], &fail) == 0);
}

/* The file that so many threads make. */
static uint8_t *
bytes_by(unsigned threads, size_t *ret_size)
{
	struct registries_text world;
	struct crowd crowd;
	struct fail fail = {.what = ""};
	int descriptors[DUMPS];
	const uint8_t *mapped;
	uint8_t *copy;

	registries_text_init(&world);
	crowd.registries = world.registries;
	world.registries->threads = threads;
	for (size_t i = 0; i < DUMPS; i++) {
		const struct dump *dump = &dumps[i];
		char name[32];

		descriptors[i] = memory_file((const uint8_t *)dump->text, strlen(dump->text), name);
		assert_int_equal(input_open(&crowd.inputs[i], name, 0, &fail), 0);
		assert_int_equal(
			registries_add(world.registries, text_of(dump->kind), name, &fail), i);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(registries_lane(world.registries, (uint16_t)i),
				registries_lane(world.registries, (uint16_t)k));
	}
	crew_work(threads, DUMPS, read_dump, &crowd);
	registries_text_settle(&world);
	assert_int_equal(registryfile_write(path, &world.answers, &fail), 0);
	registries_text_done(&world);
	for (size_t i = 0; i < DUMPS; i++) {
		input_close(&crowd.inputs[i]);
		close(descriptors[i]);
	}
	assert_int_equal(keptfile_map(path, &mapped, ret_size, &fail), 0);
	copy = malloc(*ret_size);
	assert_non_null(copy);
	memcpy(copy, mapped, *ret_size);
	keptfile_unmap(mapped, *ret_size);
	return copy;
}

static void
the_number_of_threads_changes_no_byte(void **state)
{
	size_t size, other_size;
	uint8_t *one = bytes_by(1, &size), *other;
	struct registryfile file;
	struct fail fail = {.what = ""};
	uint32_t answer;

	assert_int_equal(registryfile_on(one, size, &file, &fail), 0);
	assert_int_equal(file.contact_count, 3);
	answer = registryfile_find(&file, RANGE_IPV4, 0xcb007140);
	assert_int_equal(registryfile_answer(&file, answer).system, 64500);
	for (unsigned round = 0; round < 20; round++) {
		other = bytes_by(2 + round % 4, &other_size);
		assert_int_equal(other_size, size);
		assert_memory_equal(other, one, size);
		free(other);
	}
	free(one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_read_as_it_was_put_together),
		cmocka_unit_test(a_damaged_file_is_refused_or_leads_nowhere_wrong),
		cmocka_unit_test(the_number_of_threads_changes_no_byte),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
