/* SPDX-License-Identifier: BSD-2-Clause */
#include "census_list.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static void
reads_addresses_prefixes_and_ranges(void **state)
{
	expect_order(
		"# FireHOL\n#\n11.0.0.1\n11.0.0.8/31\n11.1.0.0/16\n\n11.0.0.20-11.0.0.22\n"
		"11.0.0.30 - 11.0.0.31 # office\n2a00::1\n2a00:1::/32\n11.0.0.40\t5\n11.0.0.41",
		NULL,
		"11.0.0.1 11.0.0.8..11.0.0.9 11.0.0.20..11.0.0.22 11.0.0.30..11.0.0.31 11.0.0.40 "
		"11.0.0.41 "
		"2a00:: 11.1.0.0-11.1.255.255 2a00:1::-2a00:1:ffff:ffff:: ");
	/* Spamhaus: a blank, or a comment, at the end of each line. */
	expect_order("; Spamhaus DROP List\n11.4.0.0/17 ; SBL256893\n2a06:e480::/29 ; "
		     "SBL301771\n11.5.0.0/20 \n",
		NULL,
		"11.4.0.0-11.4.127.255 11.5.0.0-11.5.15.255 2a06:e480::-2a06:e487:ffff:ffff:: ");
	expect_order("11.0.0.1\r\n11.0.0.2\r\n", NULL, "11.0.0.1 11.0.0.2 ");
	expect_order("\xef\xbb\xbf"
		     "11.0.0.1\n11.0.0.2\n",
		NULL, "11.0.0.1 11.0.0.2 ");
	expect_order(
		"::ffff:11.0.0.1\n::ffff:11.0.0.0/126\n", NULL, "11.0.0.1 11.0.0.0..11.0.0.3 ");
	expect_order("11.0.0.1\n# ip, name\n11.0.0.2\n", NULL, "11.0.0.1 11.0.0.2 ");
	/* Behind an address a count may stand, with blanks around it. */
	expect_order("11.0.0.1\t10\n11.0.0.2 \t 9 \n11.0.0.3 \n11.0.0.4\t8\r\n11.0.0.5\t7 # "
		     "x\n11.0.0.6 6",
		NULL, "11.0.0.1 11.0.0.2 11.0.0.3 11.0.0.4 11.0.0.5 11.0.0.6 ");
	expect_order("", NULL, "");
	expect_order("\n\n#\n", NULL, "");
}

static void
knows_the_line_of_each_listing(void **state)
{
	struct list_read read;

	read_list(&read,
		"# one\n11.0.0.1\n11.0.0.2 # "
		"three\nwhat\n11.0.0.3\n11.0.0.4\n11.0.0.5\n11.0.0.6\n11.0.0.7",
		NULL);
	assert_int_equal(read.listings.fours, 7);
	assert_int_equal(read.listings.four[0].line, 2);
	assert_int_equal(read.listings.four[1].line, 3);
	assert_int_equal(read.listings.four[2].line, 5);
	assert_int_equal(read.listings.four[6].line, 9);
	assert_int_equal(read.notes.lines, 9);
	assert_int_equal(read.notes.entries, 7);
	assert_string_equal(read.first.where, "test:4");
	assert_string_equal(
		read.first.what, "expected an address, prefix or range, found \"what\"");
	list_read_done(&read);
}

/* The same lines in windows of every size: input hands them out as a file does. */
static void
reads_the_same_wherever_the_window_ends(void **state)
{
	struct buffer text;
	struct list_read read;
	char name[32];
	int fd = memfd_create("list", MFD_CLOEXEC);

	buffer_init(&text, 1 << 24);
	for (unsigned i = 0; i < 60000; i++)
		buffer_print(&text, "11.%u.%u.%u%s\n", i / 10000, i / 100 % 100, i % 100,
			i % 7 == 0            ? " # with a comment of its own"
				: i % 11 == 0 ? "/32"
					      : "");
	assert_int_equal(write(fd, text.at, text.length), text.length);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	read = (struct list_read){.notes = {.tell = note_told, .context = &read}};
	listings_init(&read.listings, READ_MOST);
	buffer_init(&read.said, 1 << 20);
	assert_int_equal(listreader_read(name, &(struct listorder){0}, 0, &read.listings,
				 &read.notes, &read.form),
		0);
	assert_int_equal(read.form, LISTFORM_PLAIN);
	assert_int_equal(read.listings.fours, 60000);
	for (uint32_t i = 0; i < 60000; i++) {
		uint32_t address = 11U << 24 | i / 10000 << 16 | i / 100 % 100 << 8 | i % 100;

		assert_int_equal(read.listings.four[i].address, address);
		assert_int_equal(read.listings.four[i].line, i + 1);
	}
	assert_int_equal(read.told, 0);
	list_read_done(&read);
	buffer_done(&text);
	close(fd);
}

static void
reads_the_output_of_ipset_save(void **state)
{
	expect_order(
		"create spam hash:ip family inet hashsize 1024 maxelem 65536 timeout 300\n"
		"add spam 11.0.0.1 timeout 299\nadd spam 11.0.0.2\n"
		"create nets hash:net family inet hashsize 1024 maxelem 65536 comment\n"
		"add nets 11.1.0.0/16 comment \"a nomatch in a comment\"\nadd nets 11.1.2.0/24 "
		"nomatch\n"
		"create ports hash:ip,port family inet hashsize 1024 maxelem 65536\n"
		"add ports 11.0.0.3,tcp:25\n"
		"create six hash:net family inet6 hashsize 1024 maxelem 65536\nadd six 2a00::/32\n",
		NULL,
		"11.0.0.1 11.0.0.2 11.0.0.3 11.1.0.0-11.1.1.255 11.1.3.0-11.1.255.255 "
		"2a00::-2a00:0:ffff:ffff:: ");
	/* What one set leaves out another may have. */
	expect_order(
		"create a hash:net family inet\nadd a 11.0.0.0/31\ncreate b hash:net family inet\n"
		"add b 11.0.0.0/31 nomatch\n",
		NULL, "11.0.0.0..11.0.0.1 ");
	expect_refused("add spam 11.0.0.1x\n", NULL, LISTNOTE_BAD, "test:1",
		"expected an address, prefix or range, found \"add spam 11.0.0.1x\"");
}

static void
leaves_out_sets_without_addresses(void **state)
{
	struct list_read read;

	read_list(&read,
		"create macs hash:mac hashsize 1024 maxelem 65536\nadd macs 00:16:3E:EF:A9:C1\n"
		"create spam hash:ip family inet\nadd spam 11.0.0.1\nflush spam\n",
		NULL);
	assert_int_equal(read.form, LISTFORM_IPSET);
	assert_string_equal(say_listings(&read), "11.0.0.1 ");
	assert_int_equal(read.notes.count[LISTNOTE_DATASET], 1);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 1);
	assert_string_equal(read.first.what,
		"a set of the type \"hash:mac\" holds no addresses, and is left out");
	list_read_done(&read);
}

static void
reads_json_one_object_a_line(void **state)
{
	struct list_read read;

	read_list(&read,
		"{\"timestamp\":\"2026-11-20T12:30:00Z\",\"ip\":\"11.0.0.1\",\"src_port\":25123}"
		"\n\n"
		" {\"source.ip\": \"2a00::1\", \"more\": {\"ip\": \"11.9.9.9\"}, \"time.source\": "
		"\"2026-11-20 12:30:00\"}\n"
		"{\"ip\":\"11.0.0.2\",\"timestamp\":1795177800}\n"
		"{\"asn\":932}\n{\"ip\":\"11.0.0.3\"\n{\"ip\":\"11.0.0.3\",\"timestamp\":"
		"\"yesterday\"}\n",
		NULL);
	assert_int_equal(read.form, LISTFORM_JSON);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 2a00:: ");
	assert_int_equal(read.listings.four[0].time, 1795177800);
	assert_int_equal(read.listings.four[0].port, 25123);
	assert_int_equal(read.listings.four[1].time, 1795177800);
	assert_int_equal(read.listings.six[0].time, 1795177800);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 3);
	assert_string_equal(read.first.where, "test:5");
	list_read_done(&read);
	expect_order("{\"ip\":\"11.0.0.9\",\"src_ip\":\"11.0.0.1\"}\n", NULL, "11.0.0.1 ");
}

static void
says_that_bogons_are_none(void **state)
{
	struct list_read read;

	expect_refused("10.1.2.3\n", NULL, LISTNOTE_BOGON, "test:1",
		"no mail can come from what the entry names: private use (RFC 1918)");
	expect_refused("2001:db8::7\n", NULL, LISTNOTE_BOGON, "test:1",
		"no mail can come from what the entry names: documentation (RFC 3849)");
	/* Of a range only the part that is one goes. */
	read_list(&read, "172.0.0.0/8\n203.0.112.0-203.0.114.7\n", NULL);
	assert_string_equal(say_listings(&read),
		"203.0.114.0..203.0.114.7 172.0.0.0-172.15.255.255 172.32.0.0-172.255.255.255 "
		"203.0.112.0-203.0.112.255 ");
	assert_int_equal(read.notes.count[LISTNOTE_BOGON], 2);
	list_read_done(&read);
}

static void
refuses_to_list_the_world(void **state)
{
	static const char *const worlds[] = {
		"0.0.0.0/0\n", "11.0.0.0-27.0.0.0\n", "::/0\n", "2000::/3\n"};

	for (size_t i = 0; i < sizeof(worlds) / sizeof(*worlds); i++)
		expect_refused(worlds[i], NULL, LISTNOTE_WIDE, "test:1",
			"the entry names more addresses than one entry may: it is left out");
}

static void
notices_a_range_that_was_written_out(void **state)
{
	struct list_read read;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	for (unsigned i = 0; i < 240; i++)
		buffer_print(&text, "11.1.1.%u\n11.1.2.%u\n11.1.3.%u\n", i, i % 239, i);
	buffer_print(&text, "11.1.4.0/24\n");
	read_list(&read, buffer_string(&text), NULL);
	/* Duplicates make no range, and a prefix says itself what it is. */
	assert_int_equal(read.notes.count[LISTNOTE_WHOLE], 2);
	assert_string_equal(read.first.where, "test:1");
	assert_string_equal(read.first.what,
		"240 of the 256 addresses of 11.1.1.0/24 are listed one by "
		"one: that is a range, not so many hosts");
	/* They stay, for who reads the notes to decide. */
	assert_int_equal(read.listings.fours, 3 * 240 + 256);
	list_read_done(&read);
	buffer_done(&text);
}

static void
takes_hosts_of_several_ranges_for_none(void **state)
{
	struct list_read read;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	/* As many as of a whole one, in networks whose lower bits are the same. */
	for (unsigned i = 0; i < 130; i++)
		buffer_print(&text, "11.1.1.%u\n11.17.1.%u\n12.1.1.%u\n", i, i, i);
	read_list(&read, buffer_string(&text), NULL);
	assert_int_equal(read.notes.count[LISTNOTE_WHOLE], 0);
	assert_int_equal(read.listings.fours, 3 * 130);
	list_read_done(&read);
	buffer_done(&text);
}

static void
tells_ten_bad_lines_and_counts_all(void **state)
{
	struct list_read read;
	struct buffer text;

	buffer_init(&text, 1 << 20);
	for (unsigned i = 0; i < 500; i++)
		buffer_print(&text, "11.0.0.%u.\n11.0.1.%u\n", i % 200, i % 200);
	read_list(&read, buffer_string(&text), NULL);
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 500);
	assert_int_equal(read.told, LISTNOTES_TOLD);
	assert_int_equal(read.listings.fours, 500);
	list_read_done(&read);
	buffer_done(&text);
}

static void
refuses_what_looks_like_an_address(void **state)
{
	static const char *const bad[] = {"11.0.0", "11.0.0.256", "11.0.0.01", "11.0.0.1.2",
		"11.0.0.1/33", "11.0.0.1/", "11.0.0.1-", "11.0.0.1 7-11.0.0.99",
		"11.0.0.1 - 11.0.0.9 x", "# 11.0.0.1 -\n11.0.0.1 -", "11.0.0.9-11.0.0.1",
		"11.0.0.1:25", "11.0.0.1 host.example", "2a00::1%eth0", "2a00::g", "2a00:::1",
		"example.com", "1795177800", "-", "11.0.0.1\rand more of the same line",
		"11.0.0.1 5 6 and more of the same line", "11.0.0.1 5 6\n# and more of it all"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct listorder order = {.form = LISTFORM_PLAIN};
		struct list_read read;

		read_list(&read, bad[i], &order);
		assert_int_equal(read.notes.count[LISTNOTE_BAD], 1);
		assert_string_equal(say_listings(&read), "");
		list_read_done(&read);
	}
}

static void
passes_over_nul_bytes(void **state)
{
	static const char text[] = "11.0.0.1\n11.0.0.2\0\n11.0.0.3 \0 # x\n11.0.0.4\n";
	struct list_read read;

	read_list_bytes(&read, text, sizeof(text) - 1, NULL);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.4 ");
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 2);
	assert_string_equal(
		read.first.what, "expected text without NUL bytes, found \"11.0.0.2.\"");
	list_read_done(&read);
}

static void
refuses_utf16(void **state)
{
	static const char marked[] = "\xff\xfe"
				     "1\0001\0.\0000\0\n\0";
	static const char bare[] = "1\0001\0.\0000\0.\0000\0.\0001\0\n\0";
	struct list_read read;

	read_list_bytes(&read, marked, sizeof(marked) - 1, NULL);
	assert_int_equal(read.result, -EINVAL);
	assert_string_equal(read.first.what, "this is text in UTF-16: have it written in UTF-8");
	list_read_done(&read);
	read_list_bytes(&read, bare, sizeof(bare) - 1, NULL);
	assert_int_equal(read.result, -EINVAL);
	list_read_done(&read);
}

static void
steps_over_a_line_without_an_end(void **state)
{
	const size_t size = 3 * INPUT_WINDOW;
	char name[32], *bytes;
	int fd = memfd_create("list", MFD_CLOEXEC);
	struct list_read read = {.notes = {.tell = note_told, .context = &read}};

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	memset(bytes, '1', size);
	memcpy(bytes, "11.0.0.1\n", 9);
	memcpy(bytes + size - 20, "\n11.0.0.2\n11.0.0.3\n\n", 20);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	listings_init(&read.listings, READ_MOST);
	buffer_init(&read.said, 1 << 20);
	assert_int_equal(
		listreader_read(name, &(struct listorder){0}, 0, &read.listings, &read.notes, NULL),
		0);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 11.0.0.3 ");
	assert_int_equal(read.notes.count[LISTNOTE_LONG], 1);
	assert_int_equal(read.told, 1);
	assert_int_equal(read.listings.four[1].line, 3);
	munmap(bytes, size);
	list_read_done(&read);
	close(fd);
}

/* All of it in one window: what follows the long line is not taken for it. */
static void
goes_on_behind_a_long_line(void **state)
{
	const size_t size = 4 * LISTREADER_LINE;
	char *text = malloc(size);
	struct list_read read;
	size_t at = 0;

	assert_non_null(text);
	memset(text, '#', size);
	memcpy(text, "1.", 2);
	at = LISTREADER_LINE + 5;
	text[at++] = '\n';
	for (unsigned i = 0; at + 16 < size; i++)
		at += (size_t)snprintf(text + at, 16, "11.0.%u.%u\n", i / 100 % 100, i % 100);
	read_list_bytes(&read, text, at, &(struct listorder){.form = LISTFORM_PLAIN});
	assert_int_equal(read.notes.count[LISTNOTE_LONG] + read.notes.count[LISTNOTE_BAD], 1);
	assert_int_equal(read.notes.entries, read.notes.lines - 1);
	list_read_done(&read);
	free(text);
}

static void
keeps_what_came_before_the_damage(void **state)
{
	/* 11.0.0.1 and 11.0.0.2, stored by gzip, and cut in the check at the end. */
	static const uint8_t packed[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 18, 0, 0xed, 0xff,
		'1', '1', '.', '0', '.', '0', '.', '1', '\n', '1', '1', '.', '0', '.', '0', '.',
		'2', '\n', 0, 0};
	struct list_read read = {.notes = {.tell = note_told, .context = &read}};
	int fd = memfd_create("list", MFD_CLOEXEC);
	char name[32];

	assert_int_equal(write(fd, packed, sizeof(packed)), sizeof(packed));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	listings_init(&read.listings, READ_MOST);
	buffer_init(&read.said, 1 << 20);
	assert_true(listreader_read(name, &(struct listorder){0}, 0, &read.listings, &read.notes,
			    NULL) < 0);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 ");
	assert_int_equal(read.notes.count[LISTNOTE_FILE], 1);
	list_read_done(&read);
	close(fd);
}

static void
says_that_there_is_no_such_file(void **state)
{
	struct list_read read = {.notes = {.tell = note_told, .context = &read}};

	listings_init(&read.listings, 16);
	assert_int_equal(listreader_read("/nowhere/list", &(struct listorder){0}, 0, &read.listings,
				 &read.notes, NULL),
		-ENOENT);
	assert_string_equal(read.first.where, "/nowhere/list");
	assert_int_equal(read.notes.count[LISTNOTE_FILE], 1);
	listings_done(&read.listings);
}

static void
counts_what_the_ceiling_leaves_out(void **state)
{
	struct list_read read = {.notes = {.file = "test", .tell = note_told, .context = &read}};
	static const char text[] = "11.0.0.0/24\n11.1.0.1\n11.1.0.2\n11.1.0.3\n";
	struct input input = {.at = (const uint8_t *)text,
		.left = sizeof(text) - 1,
		.ended = true,
		.name = "test"};

	listings_init(&read.listings, 257);
	assert_int_equal(
		listreader_take(&input, &(struct listorder){0}, &read.listings, &read.notes, NULL),
		0);
	assert_int_equal(read.listings.fours, 257);
	assert_int_equal(read.notes.count[LISTNOTE_DROPPED], 2);
	assert_string_equal(read.first.what,
		"there was no room for 2 listings: the ceiling is 257 of each kind");
	listings_done(&read.listings);
}

static void
finds_when_the_list_was_made(void **state)
{
	struct list_read read;

	read_list(&read,
		"#\n# Source File Date: Tue Aug 15 08:15:01 UTC 2017\n"
		"# This File Date  : Tue Aug 15 08:20:45 UTC 2017\n11.0.0.1\n",
		NULL);
	assert_int_equal(read.notes.time, 1502784901);
	list_read_done(&read);
	read_list(&read, "; Last-Modified: Mon, 14 Sep 2015 04:39:22 GMT\n11.0.0.1\n", NULL);
	assert_int_equal(read.notes.time, 1442205562);
	list_read_done(&read);
	read_list(&read, "; Last-Modified: Mon, 14 Sep 1915 04:39:22 GMT\n11.0.0.1\n", NULL);
	assert_int_equal(read.notes.time, 0);
	list_read_done(&read);
	read_list(&read,
		"; Last-Modified: Mon, 14 Sep 2015 04:39:22 GMT\n"
		"; Last-Modified: Mon, 14 Sep 2016 04:39:22 GMT\n",
		NULL);
	assert_int_equal(read.notes.time, 1442205562);
	list_read_done(&read);
	read_list(&read, "; Last-Modified: Mon, 31 Feb 2015 04:39:22 GMT\n11.0.0.1\n", NULL);
	assert_int_equal(read.notes.time, 0);
	list_read_done(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses_prefixes_and_ranges),
		cmocka_unit_test(knows_the_line_of_each_listing),
		cmocka_unit_test(reads_the_same_wherever_the_window_ends),
		cmocka_unit_test(reads_the_output_of_ipset_save),
		cmocka_unit_test(leaves_out_sets_without_addresses),
		cmocka_unit_test(reads_json_one_object_a_line),
		cmocka_unit_test(says_that_bogons_are_none),
		cmocka_unit_test(refuses_to_list_the_world),
		cmocka_unit_test(notices_a_range_that_was_written_out),
		cmocka_unit_test(takes_hosts_of_several_ranges_for_none),
		cmocka_unit_test(tells_ten_bad_lines_and_counts_all),
		cmocka_unit_test(refuses_what_looks_like_an_address),
		cmocka_unit_test(passes_over_nul_bytes),
		cmocka_unit_test(refuses_utf16),
		cmocka_unit_test(steps_over_a_line_without_an_end),
		cmocka_unit_test(goes_on_behind_a_long_line),
		cmocka_unit_test(keeps_what_came_before_the_damage),
		cmocka_unit_test(says_that_there_is_no_such_file),
		cmocka_unit_test(counts_what_the_ceiling_leaves_out),
		cmocka_unit_test(finds_when_the_list_was_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
