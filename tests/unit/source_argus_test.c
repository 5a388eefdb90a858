/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"
#include "source_text.h"
#include "unit.h"

#define HEADER                                                                                     \
	"StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,"    \
	"SrcBytes,Label\n"

static struct seen seen;

static void
one(const char *text, const char *expected)
{
	read_as(&format_argus, text, &seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.count, 1);
	assert_string_equal(say(&seen.observations[0]), expected);
}

static void
reads_an_attempt_without_an_answer(void **state)
{
	one(HEADER "2011/08/16 10:10:00.385281,8.995,tcp,147.32.84.165,1090,   ->,94.100.176.20,25,"
		   "S_,0,,3,186,186,flow=From-Botnet-V47-TCP-Attempt-SPAM\n",
		"2011-08-16T10:10:00.385Z 147.32.84.165:1090 94.100.176.20:25 failed");
	assert_int_equal(seen.observations[0].duration_ms, 8995);
	assert_int_equal(seen.observations[0].flags, 0);
	assert_int_equal(seen.observations[0].sampling, 1);
}

static void
reads_answered_connections_from_either_end(void **state)
{
	one(HEADER "2011/08/16 10:00:00,1,tcp,10.0.0.1,40000,  <?>,10.0.0.2,25,FSPA_FSRPA,0,0,28,"
		   "5104,3839,\n",
		"2011-08-16T10:00:00.000Z 10.0.0.1:40000 10.0.0.2:25 accepted");
	one(HEADER "2011/08/16 10:00:00,1,tcp,10.0.0.2,465,  <-,10.0.0.1,40000,SPA_SPA,0,0,20,"
		   "2400,1700,\n",
		"2011-08-16T10:00:00.000Z 10.0.0.1:40000 10.0.0.2:465 refused");
	one(HEADER "2011/08/16 10:00:00,1,tcp,fe80::1,0x9c40,   ->,fe80::2,0x0019,FSPA_FSPA,0,0,8,"
		   "9000,8000,\n",
		"2011-08-16T10:00:00.000Z fe80::1:40000 fe80::2:25 accepted");
}

static void
a_side_that_was_not_seen_leaves_the_outcome_open(void **state)
{
	one(HEADER
		"2011/08/16 10:14:03.384888,0.2,tcp,147.32.85.30,50705,   ->,147.32.87.5,25,_SPA,,"
		"0,44,3074,0,\n",
		"2011-08-16T10:14:03.384Z 147.32.85.30:50705 147.32.87.5:25 unknown");
	assert_int_equal(seen.observations[0].flags, OBSERVATION_ONE_SIDED);
}

static void
columns_may_come_in_any_number_and_order(void **state)
{
	one("Dport,SrcAddr,DstAddr,Sport,Proto,StartTime\n"
	    "smtp,10.0.0.1,10.0.0.2,40000,tcp,1313489400.5\n",
		"2011-08-16T10:10:00.500Z 10.0.0.1:40000 10.0.0.2:25 unknown");
	one("stime\tproto\tsrcaddr\tsport\tdstaddr\tdport\tstate\tsrcpkts\tdstpkts\tsrcbytes\t"
	    "dstbytes\n"
	    "2011/08/16 10:10:00\ttcp\t10.0.0.1\t40000\t10.0.0.2\t587\tCON\t20\t19\t5000\t900\n",
		"2011-08-16T10:10:00.000Z 10.0.0.1:40000 10.0.0.2:587 accepted");
}

static void
words_for_the_state_are_understood(void **state)
{
	one(HEADER
		"2011/08/16 10:00:00,1,tcp,10.0.0.1,40000,   ->,10.0.0.2,25,REQ,0,0,3,180,180,\n",
		"2011-08-16T10:00:00.000Z 10.0.0.1:40000 10.0.0.2:25 failed");
	one(HEADER "2011/08/16 10:00:00,1,tcp,10.0.0.1,40000,   ->,10.0.0.2,25,RST,0,0,2,120,60,\n",
		"2011-08-16T10:00:00.000Z 10.0.0.1:40000 10.0.0.2:25 failed");
}

static void
what_is_not_mail_is_only_counted(void **state)
{
	read_as(&format_argus,
		HEADER
		"2011/08/16 10:00:00,0,udp,10.0.0.1,25,  <->,10.0.0.2,25,CON,0,0,2,236,174,\n"
		"1970/01/01 01:00:12,2,arp,0.0.0.0,,  who,192.168.1.128,,INT,,,3,126,126,\n"
		"1970/01/01 01:00:00,0,llc,00:00:00:00:00:00,0,   ->,00:00:00:00:00:00,0,INT,,"
		",1,60,60,\n"
		"2011/08/16 10:00:00,1,tcp,10.0.0.1,2525,   ->,10.0.0.2,80,FSPA_FSPA,0,0,8,900,"
		"800,\n" HEADER "\r\n",
		&seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.counts.records, 4);
	assert_int_equal(seen.counts.mail_records, 0);
	assert_int_equal(seen.counts.errors, 0);
	assert_int_equal(seen.count, 0);
}

static void
damaged_lines_are_told_and_the_rest_goes_on(void **state)
{
	read_as(&format_argus,
		HEADER
		"2011/08/16 10:10:0x,8,tcp,10.0.0.1,1090,   ->,10.0.0.2,25,S_,0,,3,186,186,\n"
		"2011/08/16 10:10:00,8,tcp,00:11:22:33:44:55,1090,   "
		"->,10.0.0.2,25,S_,0,,3,186,186,\n"
		"2011/08/16 10:10:00,8,tcp,10.0.0.1,1090,   ->,10.0.0.2,25,S_\n"
		"2011/08/16 10:10\n"
		"\xff\xfe\x01\x02\n"
		"2011/08/16 10:10:00,8,tcp,10.0.0.1,1090,   ->,10.0.0.2,25,S_,0,,3,186,186\n",
		&seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.counts.records, 6);
	assert_int_equal(seen.counts.skipped_records, 5);
	assert_int_equal(seen.counts.errors, 5);
	assert_int_equal(seen.error.offset, sizeof(HEADER) - 1);
	assert_string_equal(seen.error.what,
		"line 2: expected a time such as 2011/08/16 10:01:46.972101 as StartTime, found "
		"\"2011/08/16 10:10:0x\"");
	assert_int_equal(seen.count, 1);
}

static void
a_column_that_is_missing_is_named(void **state)
{
	read_as(&format_argus, "StartTime,Proto,SrcAddr,Sport,DstAddr\n", &seen);
	assert_int_equal(seen.result, -1000);
	assert_string_equal(seen.fail.what, "looks like Argus CSV, but has no column Dport");
	assert_string_equal(seen.fail.where, "test, line 1");
}

struct tally {
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t bot;
	uint64_t bot_failed;
	uint64_t port_25;
	uint64_t out_of_place;
	size_t clients;
	struct address client[64];
};

static void
count(struct tally *tally, const struct observation *o)
{
	const struct address bot = address_from_v4(0x932054a5);
	size_t i = 0;

	tally->outcomes[o->outcome]++;
	if (address_equal(&o->client, &bot)) {
		tally->bot++;
		tally->bot_failed += o->outcome == OUTCOME_FAILED;
	}
	tally->out_of_place += !is_mail_port(o->server_port);
	if (o->server_port != 25)
		return;
	tally->port_25++;
	while (i < tally->clients && !address_equal(&tally->client[i], &o->client))
		i++;
	if (i == tally->clients && i < 64)
		tally->client[tally->clients++] = o->client;
}

/* The counts that the file's own description gives. */
static void
the_recorded_zombie_is_read_completely(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct observation some[100];
	struct tally tally = {0};
	struct fail fail;
	const char *path = data_path("ctu13-s06-1001-1045.binetflow.xz");
	struct source *source;
	int got;

	source = source_open(path, &settings, &fail);
	assert_non_null(source);
	while ((got = source_read(source, some, 100)) > 0) {
		for (int i = 0; i < got; i++)
			count(&tally, &some[i]);
	}
	assert_int_equal(got, 0);
	assert_int_equal(intake_counts(source_intake(source))->records, 192960);
	assert_int_equal(intake_counts(source_intake(source))->mail_records, 1332 + 16 + 5);
	assert_int_equal(intake_counts(source_intake(source))->skipped_records, 0);
	assert_int_equal(tally.bot, 1225);
	assert_int_equal(tally.bot_failed, 1225);
	assert_int_equal(tally.port_25, 1332);
	assert_int_equal(tally.clients, 14);
	assert_int_equal(tally.out_of_place, 0);
	assert_int_equal(tally.outcomes[OUTCOME_FAILED], 1235);
	/* Five were seen from the server's side only; two said too little for a message. */
	assert_int_equal(tally.outcomes[OUTCOME_UNKNOWN], 5);
	assert_int_equal(tally.outcomes[OUTCOME_REFUSED], 2);
	assert_int_equal(tally.outcomes[OUTCOME_ACCEPTED], 1353 - 1235 - 5 - 2);
	source_close(source);
}

static void
other_header_variants_are_read(void **state)
{
	static const struct {
		const char *name;
		uint64_t records;
	} files[] = {
		{"flows/dataset_Normal_2013-10-21_capture-1.binetflow", 2398},
		{"flows/dataset_Normal_CTU-Normal-7-2013-13-07.binetflow.xz", 9797},
		{"flows/dataset_test-sality.binetflow", 1005},
		{"flows/test2-malicious.binetflow", 6751},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct observation o;
		struct fail fail;
		const char *path = data_path(files[i].name);
		struct source *source;

		source = source_open(path, &INTAKE_DEFAULTS, &fail);
		assert_non_null(source);
		assert_int_equal(source_read(source, &o, 1), 0);
		assert_int_equal(intake_counts(source_intake(source))->records, files[i].records);
		assert_int_equal(intake_counts(source_intake(source))->errors, 0);
		source_close(source);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_attempt_without_an_answer),
		cmocka_unit_test(reads_answered_connections_from_either_end),
		cmocka_unit_test(a_side_that_was_not_seen_leaves_the_outcome_open),
		cmocka_unit_test(columns_may_come_in_any_number_and_order),
		cmocka_unit_test(words_for_the_state_are_understood),
		cmocka_unit_test(what_is_not_mail_is_only_counted),
		cmocka_unit_test(damaged_lines_are_told_and_the_rest_goes_on),
		cmocka_unit_test(a_column_that_is_missing_is_named),
		cmocka_unit_test(the_recorded_zombie_is_read_completely),
		cmocka_unit_test(other_header_variants_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
