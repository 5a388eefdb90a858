/* SPDX-License-Identifier: BSD-2-Clause */
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

static void
write_file(void)
{
	struct registries_text world;
	struct fail fail = {.what = ""};

	registries_text_init(&world);
	registries_text_add(&world, "ripe", ripe, sizeof(ripe) - 1);
	registries_text_add(&world, "arin", arin, sizeof(arin) - 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_read_as_it_was_put_together),
		cmocka_unit_test(a_damaged_file_is_refused_or_leads_nowhere_wrong),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
