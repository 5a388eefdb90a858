/* SPDX-License-Identifier: BSD-2-Clause */
#include "census_list.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static void
finds_the_columns_of_shadowserver_in_any_order(void **state)
{
	struct list_read read;

	read_list(&read,
		"\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"dst_ip\"\n"
		"\"2026-11-20 12:30:00\",tcp,\"11.0.0.1\",25123,172.16.0.1\n"
		"\"2026-11-20 12:30:01\",,11.0.0.2,,\n",
		NULL);
	assert_int_equal(read.form, LISTFORM_CSV);
	assert_int_equal(read.told, 0);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 ");
	assert_int_equal(read.listings.four[0].time, 1795177800);
	assert_int_equal(read.listings.four[0].port, 25123);
	assert_int_equal(read.listings.four[0].line, 2);
	assert_int_equal(read.listings.four[1].time, 1795177801);
	assert_int_equal(read.listings.four[1].port, 0);
	list_read_done(&read);
	expect_order("port,x,IP , timestamp\r\n25,,11.0.0.1,2026-11-20T12:30:00Z\r\n", NULL,
		"11.0.0.1 ");
	/* The sender's address comes before one that may be anything. */
	expect_order("ip,src_ip\n11.0.0.9,11.0.0.1\n", NULL, "11.0.0.1 ");
}

static void
reads_quotes_as_the_rfc_has_them(void **state)
{
	struct list_read read;

	read_list(&read,
		"reason,ip\n\"a, b\",11.0.0.1\n\"say \"\"no\"\"\",11.0.0.2\n"
		"\"two\nlines\r\nand three\",11.0.0.3\n\"\",\"11.0.0.4\"\r\nplain "
		"\"quotes\",11.0.0.5\n"
		"\",\"\"\n,\",11.0.0.6",
		NULL);
	assert_string_equal(
		say_listings(&read), "11.0.0.1 11.0.0.2 11.0.0.3 11.0.0.4 11.0.0.5 11.0.0.6 ");
	/* The line where a record begins. */
	assert_int_equal(read.listings.four[2].line, 4);
	assert_int_equal(read.listings.four[3].line, 7);
	assert_int_equal(read.listings.four[5].line, 9);
	assert_int_equal(read.notes.lines, 10);
	assert_int_equal(read.told, 0);
	list_read_done(&read);
}

static void
loses_one_line_to_a_quote_that_is_not_closed(void **state)
{
	struct list_read read;

	read_list(&read, "ip,text\n11.0.0.1,\"open\n11.0.0.2,x\n11.0.0.3,y\n", NULL);
	assert_string_equal(say_listings(&read), "11.0.0.2 11.0.0.3 ");
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 1);
	assert_string_equal(read.first.where, "test:2");
	assert_string_equal(read.first.what,
		"expected a record that ends: a quote may not be closed, found "
		"\"11.0.0.1,\"open\"");
	list_read_done(&read);
}

static void
takes_columns_that_were_told(void **state)
{
	struct listorder order = {.columns = "address,first,last,count"};
	struct list_read read;

	read_list(&read, "11.0.0.1,1502602268,1502621978,23\n11.0.0.2,1502705980,1502749198,49\n",
		&order);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 ");
	assert_int_equal(read.listings.four[0].time, 1502621978);
	list_read_done(&read);
	snprintf(order.time, sizeof(order.time), "first");
	read_list(&read, "11.0.0.1,1502602268,1502621978,23\n", &order);
	assert_int_equal(read.listings.four[0].time, 1502602268);
	list_read_done(&read);
	snprintf(order.address, sizeof(order.address), "host");
	read_list(&read, "11.0.0.1,1502602268,1502621978,23\n", &order);
	assert_int_equal(read.result, -EINVAL);
	assert_string_equal(read.first.what,
		"of the columns \"address,first,last,count\" none is called \"host\"");
	list_read_done(&read);
}

static void
takes_a_header_from_a_comment(void **state)
{
	struct list_read read;

	read_list(&read,
		"; ip, asn, country, lastseen, botname, domain, remote_ip, remote_port, "
		"local_port\n"
		"11.0.0.1,AS1,AT,1441008970,asprox,,,25,\n"
		"11.0.0.2,AS1,AT,1441011657,patcher,,11.0.0.9,80,11.0.0.2:1660:darkmailer2\n"
		"11.0.0.3,AS1,LV,?,iotmirai,-,?,?,?\n; EOF\n",
		NULL);
	assert_string_equal(say_listings(&read), "11.0.0.1 11.0.0.2 11.0.0.3 ");
	assert_int_equal(read.listings.four[0].time, 1441008970);
	assert_int_equal(read.listings.four[1].port, 1660);
	assert_int_equal(read.listings.four[2].time, 0);
	assert_int_equal(read.told, 0);
	list_read_done(&read);
}

static void
refuses_a_file_without_a_column_of_addresses(void **state)
{
	struct list_read read;

	read_list(&read,
		"\"timestamp\",\"md5hash\",\"request\"\n\"2022-01-10\",b575,time.example\n", NULL);
	assert_int_equal(read.result, -EBADMSG);
	assert_int_equal(read.told, 1);
	assert_string_equal(read.first.what,
		"expected a header line with one of the names src_ip ip source.ip address "
		"source_ip "
		"ip_address ipaddress, found \"\"timestamp\",\"md5hash\",\"request\"\"");
	list_read_done(&read);
}

static void
refuses_records_that_say_nothing(void **state)
{
	struct list_read read;

	read_list(&read,
		"ip,timestamp\n,2026-11-20 "
		"12:30:00\nXX.YY.ZZ.6,\n11.0.0.1,soon\n11.0.0.2,9999999999\n11.0.0.6,-100\n"
		"11.0.0.3 x,\n11.0.0.4\n\"11.0.0.5\"\n",
		NULL);
	assert_string_equal(say_listings(&read), "11.0.0.4 11.0.0.5 ");
	assert_int_equal(read.notes.count[LISTNOTE_BAD], 6);
	list_read_done(&read);
}

/* Cut anywhere, a file gives a part of what it gave whole, and no more. */
static void
gives_no_more_when_it_is_cut(void **state)
{
	static const char text[] =
		"ip,text,port\n11.0.0.1,\"a\nb\",25\n11.0.0.2,\"\"\"\",26\r\n11.0.0.3,,27\n";
	static const char whole[] = "11.0.0.1 11.0.0.2 11.0.0.3 ";

	for (size_t size = 0; size < sizeof(text); size++) {
		struct list_read read;

		read_list_bytes(&read, text, size, NULL);
		for (size_t i = 0; i < read.listings.fours; i++) {
			/* The last number may have lost digits that were there. */
			assert_true(read.listings.four[i].address >= 0x0b000001 &&
				read.listings.four[i].address <= 0x0b000003);
			assert_true(read.listings.four[i].port <= 27);
		}
		if (size == sizeof(text) - 1)
			assert_string_equal(say_listings(&read), whole);
		list_read_done(&read);
	}
}

/* A file of more than one window, in which each byte of a record comes to be the last of the first. */
static void
reads_the_same_wherever_the_window_ends(void **state)
{
	for (unsigned shift = 0; shift < 40; shift++) {
		struct list_read read = {.notes = {.tell = note_told, .context = &read}};
		int fd = memfd_create("list", MFD_CLOEXEC);
		struct buffer text;
		char name[32];

		buffer_init(&text, 1 << 20);
		buffer_print(&text, "#%.*s\ntext,ip\n", (int)shift,
			"----------------------------------------");
		for (unsigned i = 0; i < 10000; i++)
			buffer_print(&text, "\"x \"\"y\"\"\r\n z\"\"\",11.0.%u.%u\r\n", i / 100,
				i % 100);
		assert_int_equal(write(fd, text.at, text.length), text.length);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		listings_init(&read.listings, READ_MOST);
		assert_int_equal(listreader_read(name, &(struct listorder){0}, 0, &read.listings,
					 &read.notes, &read.form),
			0);
		assert_int_equal(read.listings.fours, 10000);
		assert_int_equal(read.listings.four[9999].line, 3 + 2 * 9999);
		assert_int_equal(read.notes.count[LISTNOTE_BAD], 0);
		listings_done(&read.listings);
		buffer_done(&text);
		close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_columns_of_shadowserver_in_any_order),
		cmocka_unit_test(reads_quotes_as_the_rfc_has_them),
		cmocka_unit_test(loses_one_line_to_a_quote_that_is_not_closed),
		cmocka_unit_test(takes_columns_that_were_told),
		cmocka_unit_test(takes_a_header_from_a_comment),
		cmocka_unit_test(refuses_a_file_without_a_column_of_addresses),
		cmocka_unit_test(refuses_records_that_say_nothing),
		cmocka_unit_test(gives_no_more_when_it_is_cut),
		cmocka_unit_test(reads_the_same_wherever_the_window_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
