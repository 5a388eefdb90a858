/* SPDX-License-Identifier: BSD-2-Clause */
/* Real lists of the data folder, which LAZARET_DATA names. */
#include "census_list.h"
#include "data.h"

#include <dirent.h>
#include <errno.h>

static void
read_data(struct list_read *read, const char *name, const struct listorder *order)
{
	static const struct listorder nothing;

	*read = (struct list_read){.notes = {.tell = note_told, .context = read}};
	listings_init(&read->listings, 1 << 20);
	buffer_init(&read->said, 1 << 24);
	read->result = listreader_read(data_path(name), order != NULL ? order : &nothing, 0,
		&read->listings, &read->notes, &read->form);
}

struct known {
	const char *name;
	uint64_t entries;
	uint64_t bogons;
	uint64_t wholes;
	size_t fours, ranges; /* 0: not compared */
};

static void
reads_every_list_of_firehol_to_the_last_line(void **state)
{
	static const struct known lists[] = {
		{"nixspam.ipset", 5498, 0, 0, 5498, 0},
		/* More than half of it is ranges written out, 5.167.64.0 to 5.167.71.255 among them. */
		{"blocklist_de_mail.ipset", 14539, 0, 32, 14539, 0},
		{"blocklist_de.ipset", 29439, 0, 32, 29439, 0},
		{"blocklist_de_bots.ipset", 429, 0, 0, 429, 0},
		{"bi_mail_2_30d.ipset", 1242, 0, 0, 1242, 0},
		{"iw_spamlist.ipset", 943, 0, 0, 943, 0},
		{"packetmail_mail.ipset", 158, 0, 0, 158, 0},
		{"urandomusto_mailer.ipset", 62, 0, 0, 62, 0},
		{"urandomusto_spam.ipset", 1, 0, 0, 1, 0},
		{"php_spammers_30d.ipset", 1054, 0, 0, 0, 0},
		{"php_dictionary_30d.ipset", 1028, 0, 0, 0, 0},
		{"php_harvesters_30d.ipset", 600, 2, 0, 0, 0},
		{"sblam.ipset", 17946, 0, 0, 17946, 0},
		{"stopforumspam_1d.ipset", 5428, 3, 0, 5425, 0},
		{"stopforumspam_7d.ipset", 17410, 8, 0, 17402, 0},
		{"cleantalk_7d.ipset", 60248, 4, 0, 60244, 0},
		{"cleantalk_new_7d.ipset", 4677, 0, 0, 0, 0},
		{"spamhaus_drop.netset", 792, 0, 0, 0, 0},
		{"spamhaus_edrop.netset", 51, 0, 0, 0, 0},
		{"et_spamhaus.netset", 792, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const struct known *list = &lists[i];
		struct list_read read;
		char name[128];

		snprintf(name, sizeof(name), "spamdb/firehol-2017-08-15/%s", list->name);
		read_data(&read, name, NULL);
		assert_int_equal(read.result, 0);
		assert_int_equal(read.form, LISTFORM_PLAIN);
		assert_int_equal(read.notes.entries, list->entries);
		assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
		assert_int_equal(read.notes.count[LISTNOTE_BOGON], list->bogons);
		assert_int_equal(read.notes.count[LISTNOTE_WHOLE], list->wholes);
		if (list->fours > 0)
			assert_int_equal(read.listings.fours, list->fours);
		/* Each says when its source was made. */
		assert_in_range(read.notes.time, 1486560997, 1502785245);
		list_read_done(&read);
	}
}

/* The header of each file says how many addresses its networks have. */
static void
counts_the_addresses_that_drop_lists_name(void **state)
{
	static const struct {
		const char *name;
		uint64_t addresses;
	} lists[] = {{"spamhaus_drop.netset", 24576512}, {"spamhaus_edrop.netset", 758528},
		{"et_spamhaus.netset", 24576512}};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct list_read read;
		uint64_t addresses;
		char name[128];

		snprintf(name, sizeof(name), "spamdb/firehol-2017-08-15/%s", lists[i].name);
		read_data(&read, name, NULL);
		addresses = read.listings.fours;
		for (size_t j = 0; j < read.listings.ranges4_count; j++)
			addresses += UINT64_C(1) + read.listings.ranges4[j].high -
				read.listings.ranges4[j].low;
		assert_int_equal(addresses, lists[i].addresses);
		list_read_done(&read);
	}
}

static void
reads_the_prefixes_of_spamhaus(void **state)
{
	static const struct {
		const char *name;
		uint64_t entries;
	} lists[] = {{"spamdb/spamhaus-drop/drop.txt", 989},
		{"spamdb/spamhaus-drop/edrop.txt", 322}, {"spamdb/spamhaus-drop/drop_ipv6.txt", 51},
		{"reports/spamhaus-cert/drop.txt", 2}};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct list_read read;

		read_data(&read, lists[i].name, NULL);
		assert_int_equal(read.notes.entries, lists[i].entries);
		assert_int_equal(read.told, 0);
		list_read_done(&read);
	}
}

static void
reads_the_series_of_firehol(void **state)
{
	struct listorder order = {.columns = "address,first,last,count"};
	struct list_read read;

	read_data(&read, "spamdb/firehol-2017-series/nixspam.sightings.csv.xz", &order);
	assert_int_equal(read.listings.fours, 73031);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
	assert_int_equal(read.listings.four[0].address, 0x0100a7ea);
	assert_int_equal(read.listings.four[0].time, 1502621978);
	for (size_t i = 0; i < read.listings.fours; i++)
		assert_in_range(read.listings.four[i].time, 1502602268, 1502785376);
	list_read_done(&read);
	read_data(&read, "spamdb/firehol-2017-series/blocklist_de_mail.sightings.csv.xz", &order);
	assert_int_equal(read.listings.fours, 24928);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
	list_read_done(&read);
}

/* 19 records: 14 of them have addresses of documentation and the like. */
static void
reads_the_cert_file_of_spamhaus(void **state)
{
	struct list_read read;

	read_data(&read, "reports/spamhaus-cert/cert.txt", NULL);
	assert_int_equal(read.notes.entries, 19);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
	assert_int_equal(read.notes.count[LISTNOTE_BOGON], 14);
	assert_string_equal(say_listings(&read),
		"109.126.64.2 109.90.233.19 109.91.0.227 111.111.111.183 109.91.0.227 ");
	assert_int_equal(read.listings.four[1].time, 1441008351);
	assert_int_equal(read.listings.four[1].port, 1036);
	list_read_done(&read);
}

/* 93 files with 649 records; two have no column of addresses. */
static void
reads_the_reports_of_shadowserver(void **state)
{
	unsigned files = 0, refused = 0;
	uint64_t entries = 0, bad = 0, bogons = 0;
	struct dirent *entry;
	DIR *folder = opendir(data_path("reports/shadowserver-2023"));

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		size_t length = strlen(entry->d_name);
		struct list_read read;
		char name[384];

		if (length < 4 || strcmp(entry->d_name + length - 4, ".csv") != 0)
			continue;
		snprintf(name, sizeof(name), "reports/shadowserver-2023/%s", entry->d_name);
		read_data(&read, name, NULL);
		files++;
		assert_int_equal(read.form, LISTFORM_CSV);
		refused += read.result == -EBADMSG;
		if (read.result == 0) {
			entries += read.notes.entries;
			bad += read.notes.count[LISTNOTE_BAD];
			bogons += read.notes.count[LISTNOTE_BOGON];
			for (size_t i = 0; i < read.listings.fours; i++)
				assert_in_range(read.listings.four[i].time, 1265760000, 1672531200);
		}
		list_read_done(&read);
	}
	closedir(folder);
	assert_int_equal(files, 93);
	/* With the 8 records of these two that is all. The bad one has "37.120.178.9.10" for an address. */
	assert_int_equal(refused, 2);
	assert_int_equal(entries, 640);
	assert_int_equal(bad, 1);
	assert_int_equal(bogons, 510);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_list_of_firehol_to_the_last_line),
		cmocka_unit_test(counts_the_addresses_that_drop_lists_name),
		cmocka_unit_test(reads_the_prefixes_of_spamhaus),
		cmocka_unit_test(reads_the_series_of_firehol),
		cmocka_unit_test(reads_the_cert_file_of_spamhaus),
		cmocka_unit_test(reads_the_reports_of_shadowserver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
