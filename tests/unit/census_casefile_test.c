/* SPDX-License-Identifier: BSD-2-Clause */
/* From rows of a state to cases.lzc and back. */
#include "census/join/casewriter.h"
#include "registries_text.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY 500

static char folder[] = "/tmp/lazaret-cases-XXXXXX";
static char registry_path[64], state_path[64], path[64];
static const char ripe[] =
	"role: Desk\nnic-hdl: A\nabuse-mailbox: zebra@isp.example\n\n"
	"role: Desk\nnic-hdl: B\nabuse-mailbox: abuse@other.example\n\n"
	"organisation: O\norg-name: One\nlanguage: nl\n\n"
	"inetnum: 192.0.2.0 - 192.0.2.255\nnetname: N1\ncountry: NL\nabuse-c: A\norg: O\n\n"
	"inetnum: 192.0.2.128 - 192.0.2.191\nnetname: N2\ncountry: BE\nabuse-c: A\n\n"
	"inetnum: 198.51.100.0 - 198.51.100.255\nnetname: N3\ncountry: NO\nabuse-c: B\n\n"
	"inetnum: 203.0.113.0 - 203.0.113.255\nnetname: N5\ncountry: NO\n\n"
	"inet6num: 2001:db8::/32\nnetname: N4\ncountry: NL\nabuse-c: A\norg: O\n\n";
static const char announced[] = "192.0.2.0,192.0.2.255,64501\n198.51.100.0,198.51.100.255,64501\n"
				"203.0.113.0,203.0.113.255,64502\n";
static const struct state4 rows4[] = {
	{.address = 0x01010101, .first = DAY, .last = DAY, .lists = 1}, /* nobody's */
	{.address = 0xc0000201, .first = DAY, .last = DAY, .lists = 3},
	{.address = 0xc0000202, .first = 480, .last = DAY, .lists = 1, .letter = 490},
	{.address = 0xc0000203, .first = 480, .last = 491, .lists = 1, .letter = 490}, /* gone */
	{.address = 0xc0000281,
		.first = 480,
		.last = DAY,
		.lists = 2,
		.letter = 490,
		.flags = STATE_REOPENED},                                              /* in N2 */
	{.address = 0xc00002ff, .first = 470, .last = 480, .lists = 1, .letter = 475}, /* before */
	{.address = 0xc6336401, .first = 490, .last = 499, .lists = 1},
	{.address = 0xcb007101, .first = 490, .last = DAY, .lists = 1}};
static const struct state6 rows6[] = {
	{.network = UINT64_C(0x20010db800000001), .first = DAY, .last = DAY, .lists = 2}};
static const struct score4 scores4[] = {
	{.address = 0x01010101, .newest = 5, .lists = 1, .score = 9000},
	{.address = 0xc0000201, .newest = 6, .lists = 3, .score = 9100, .flags = SCORE_TRAP},
	{.address = 0xc0000202, .newest = 7, .lists = 1, .score = 9200},
	{.address = 0xc0000281, .newest = 8, .lists = 2, .score = 9300},
	{.address = 0xcb007101, .newest = 9, .lists = 1, .score = 9400}};
static const uint16_t ports4[] = {0, 1025, 0, 0, 0}, ports6[] = {7};
static const struct score6 scores6[] = {
	{.network = UINT64_C(0x20010db800000001), .newest = 4, .lists = 2, .score = 8000}};

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(registry_path, sizeof(registry_path), "%s/registry.lzr", folder);
	snprintf(state_path, sizeof(state_path), "%s/state.lzt", folder);
	snprintf(path, sizeof(path), "%s/cases.lzc", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)unlink(registry_path);
	(void)unlink(state_path);
	(void)unlink(path);
	return rmdir(folder);
}

struct made {
	struct registryfile registry;
	struct responsible responsible;
	struct statestore state;
	struct tally tally;
	struct cases cases;
	uint16_t *last_letter;
};

static void
write_files(void)
{
	struct statestore_writer writer;
	struct registries_text world;
	struct fail fail = {.what = ""};

	registries_text_init(&world);
	registries_text_add(&world, "ripe", ripe, sizeof(ripe) - 1);
	registries_text_add(&world, "asn", announced, sizeof(announced) - 1);
	registries_text_settle(&world);
	assert_int_equal(registryfile_write(registry_path, &world.answers, &fail), 0);
	registries_text_done(&world);
	assert_int_equal(statestore_begin(&writer, state_path, &fail), 0);
	statestore_add4(&writer, rows4, sizeof(rows4) / sizeof(*rows4));
	statestore_add6(&writer, rows6, 1);
	assert_int_equal(statestore_end(&writer, DAY, &fail), 0);
}

static void
make(struct made *made)
{
	struct fail fail = {.what = ""};

	write_files();
	assert_int_equal(registryfile_open(registry_path, &made->registry, &fail), 0);
	assert_int_equal(statestore_open(state_path, &made->state, &fail), 0);
	responsible_make(&made->responsible, &made->registry, NULL, 0, NULL, 0);
	made->last_letter = calloc(made->responsible.object_count, sizeof(*made->last_letter));
	for (uint32_t i = 1; i < made->responsible.object_count; i++)
		made->last_letter[i] = 490;
	tally_make(&made->tally, &made->responsible, made->last_letter, &made->state);
	cases_make(&made->cases, &made->tally);
}

static void
done(struct made *made)
{
	cases_done(&made->cases);
	tally_done(&made->tally);
	responsible_done(&made->responsible);
	statestore_close(&made->state);
	registryfile_close(&made->registry);
	free(made->last_letter);
}

static int
write_with(struct made *made, size_t count4, const struct score4 *scores)
{
	const struct casewriter_scores all = {.scores4 = scores,
		.scores6 = scores6,
		.ports4 = ports4,
		.ports6 = ports6,
		.count4 = count4,
		.count6 = 1};
	struct fail fail = {.what = ""};

	return casewriter_write(path, &made->cases, &made->tally, &made->state, &all, &fail);
}

static void
open_written(struct casefile *file)
{
	struct made made;
	struct fail fail = {.what = ""};

	make(&made);
	assert_int_equal(write_with(&made, 5, scores4), 0);
	done(&made);
	if (casefile_open(path, file, &fail) < 0)
		fail_msg("%s", fail.what);
}

static void
counts_are(const struct casefile_counts *counts, struct casefile_counts expected)
{
	assert_memory_equal(counts, &expected, sizeof(expected));
}

static void
sums_are_those_of_the_rows(void **state)
{
	const struct casefile_case *zebra, *other;
	struct casefile file;

	open_written(&file);
	assert_int_equal(file.case_count, 3);
	other = &file.cases[1];
	zebra = &file.cases[2];
	assert_true(text_is(casefile_text(&file, zebra->mailbox), "zebra@isp.example"));
	assert_ptr_equal(casefile_find(&file, TEXT("zebra@isp.example")), zebra);
	assert_ptr_equal(casefile_find(&file, TEXT("abuse@other.example")), other);
	assert_null(casefile_find(&file, TEXT("abuse@other.exampl")));
	counts_are(&zebra->counts,
		(struct casefile_counts){.listed = 4,
			.status = {2, 1, 1},
			.listed6 = 1,
			.first = 2,
			.gone = 1,
			.ever = 6});
	counts_are(&other->counts, (struct casefile_counts){.ever = 1});
	counts_are(&file.cases[0].counts,
		(struct casefile_counts){.listed = 2, .status = {2}, .first = 1, .ever = 2});
	assert_int_equal(zebra->networks, 3);
	assert_int_equal(zebra->systems, 1);
	assert_int_equal(zebra->countries, 2);
	assert_int_equal(zebra->country, 'N' << 8 | 'L');
	assert_int_equal(zebra->language, 'n' << 8 | 'l');
	assert_true(text_is(casefile_text(&file, zebra->holder), "One"));
	assert_int_equal(zebra->covered4, 256);
	assert_int_equal(zebra->covered6, UINT64_C(1) << 32);
	assert_int_equal(other->covered4, 256);
	counts_are(&file.totals->counts,
		(struct casefile_counts){.listed = 6,
			.status = {4, 1, 1},
			.listed6 = 1,
			.first = 3,
			.gone = 1,
			.ever = 9});
	casefile_close(&file);
}

static void
systems_and_countries_have_theirs(void **state)
{
	struct casefile file;

	open_written(&file);
	assert_int_equal(file.system_count, 3);
	assert_int_equal(file.systems[0].number, 0);
	assert_int_equal(file.systems[1].number, 64501);
	assert_int_equal(file.systems[1].counts.listed, 3);
	assert_int_equal(file.systems[1].counts.ever, 6);
	assert_int_equal(file.systems[1].cases, 1);
	assert_int_equal(file.systems[1].covered4, 512);
	assert_true(text_is(casefile_text(&file, file.systems[1].holder), "One"));
	assert_int_equal(file.systems[2].number, 64502);
	assert_int_equal(file.systems[2].cases, 0);
	assert_int_equal(file.country_count, 4);
	assert_int_equal(file.countries[0].code, 0);
	assert_int_equal(file.countries[1].code, 'B' << 8 | 'E');
	assert_int_equal(file.countries[1].covered4, 64);
	assert_int_equal(file.countries[1].counts.listed, 1);
	assert_int_equal(file.countries[1].cases, 1);
	assert_int_equal(file.countries[2].code, 'N' << 8 | 'L');
	assert_int_equal(file.countries[2].covered4, 192);
	assert_int_equal(file.countries[3].covered4, 512);
	assert_int_equal(file.countries[3].cases, 0);
	casefile_close(&file);
}

static void
each_row_has_its_case_and_each_case_its_rows(void **state)
{
	const struct casefile_case *zebra;
	const struct casefile_network *network;
	struct casefile file;

	open_written(&file);
	zebra = casefile_find(&file, TEXT("zebra@isp.example"));
	assert_int_equal(file.rows4_count, 5);
	assert_int_equal(file.rows4[1].port, 1025);
	assert_true(file.rows4[1].is_trapped && !file.rows4[0].is_trapped);
	assert_int_equal(file.rows4[2].status, CASEFILE_STILL);
	assert_int_equal(file.rows4[3].status, CASEFILE_REOPENED);
	assert_int_equal(file.rows4[3].first, 480);
	network = &file.networks[file.rows4[3].network];
	assert_true(text_is(casefile_text(&file, network->name), "N2"));
	assert_int_equal(network->counts.listed, 1);
	assert_int_equal(network->covered, 64);
	assert_int_equal(file.rows4[0].network, 0);
	for (uint32_t i = 0; i < zebra->counts.listed - zebra->counts.listed6; i++)
		assert_int_equal(file.by_case[zebra->rows4 + i], 1 + i);
	assert_int_equal(file.by_case[zebra->rows6], 0);
	assert_int_equal(file.rows6[0].port, 7);
	/* Rows of the state that are no candidates have theirs, too. */
	assert_int_equal(file.of4_count, 8);
	assert_ptr_equal(&file.cases[file.networks[file.of4[3]].of], zebra);
	assert_true(text_is(casefile_text(&file, file.cases[file.networks[file.of4[6]].of].mailbox),
		"abuse@other.example"));
	assert_int_equal(file.of4[0], 0);
	assert_ptr_equal(&file.cases[file.networks[file.of6[0]].of], zebra);
	casefile_close(&file);
}

static void
scores_of_another_day_are_refused(void **state)
{
	struct score4 other[5];
	struct made made;

	memcpy(other, scores4, sizeof(other));
	other[3].address++;
	make(&made);
	assert_int_equal(write_with(&made, 4, scores4), -EINVAL);
	assert_int_equal(write_with(&made, 5, other), -EINVAL);
	/* In the state, but no candidate of its day. */
	other[3].address = 0xc6336401;
	assert_int_equal(write_with(&made, 5, other), -EINVAL);
	assert_int_equal(write_with(&made, 5, scores4), 0);
	done(&made);
}

/* Every byte in turn; and once more with a checksum that fits, so that the numbers themselves are looked at. */
static void
a_damaged_file_is_refused_or_leads_nowhere_wrong(void **state)
{
	struct casefile file, other;
	struct fail fail = {.what = ""};
	size_t refused = 0;
	uint8_t *copy;

	open_written(&file);
	copy = malloc(file.size);
	assert_non_null(copy);
	for (size_t at = 0; at < file.size; at++) {
		struct keptfile_head *head = (struct keptfile_head *)(void *)copy;
		struct hash_stream *hash = hash_stream_new();

		memcpy(copy, file.bytes, file.size);
		copy[at] ^= 0xff;
		assert_int_equal(casefile_on(copy, file.size, &other, &fail), -EBADMSG);
		hash_stream_add(hash, copy + sizeof(*head), file.size - sizeof(*head));
		hash_stream_add(hash, copy, offsetof(struct keptfile_head, checksum));
		hash_stream_end(hash, head->checksum);
		hash_stream_free(hash);
		if (casefile_on(copy, file.size, &other, &fail) < 0) {
			refused++;
			continue;
		}
		for (uint32_t i = 0; i < other.case_count; i++) {
			const struct casefile_case *one = &other.cases[i];
			struct text mailbox = casefile_text(&other, one->mailbox);

			assert_true(mailbox.at + mailbox.length <= other.texts + other.texts_size);
			for (uint32_t j = 0; j < one->counts.listed - one->counts.listed6; j++)
				assert_true(other.by_case[one->rows4 + j] < other.rows4_count);
			for (uint32_t j = 0; j < one->counts.listed6; j++)
				assert_true(other.by_case[one->rows6 + j] < other.rows6_count);
		}
	}
	assert_in_range(refused, file.size / 8, file.size);
	memcpy(copy, file.bytes, file.size);
	for (size_t less = 1; less < file.size; less++)
		assert_int_equal(casefile_on(copy, file.size - less, &other, &fail), -EBADMSG);
	casefile_close(&file);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_those_of_the_rows),
		cmocka_unit_test(systems_and_countries_have_theirs),
		cmocka_unit_test(each_row_has_its_case_and_each_case_its_rows),
		cmocka_unit_test(scores_of_another_day_are_refused),
		cmocka_unit_test(a_damaged_file_is_refused_or_leads_nowhere_wrong),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
