/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/leasefile.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#define FOREVER (UINT32_MAX * WALL_SECOND)

/* What a file says, one entry a line: "+ NAME at..until client hardware circuit role" or "- ...". */
static char *
read_all(struct leasefile *file, const char *text)
{
	static char said[8192];
	struct text rest = text_of(text);
	size_t length = 0;

	said[0] = '\0';
	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');
		struct leasefile_entry entry;
		struct fail fail = {0};
		char name[LINE_NAME];
		int r = leasefile_line(file, line, &entry, &fail);

		if (r < 0)
			length += (size_t)snprintf(said + length, sizeof(said) - length, "%s\n",
				r == -EBADMSG ? "bad" : "stop");
		if (r < 0)
			assert_true(fail.what[0] != '\0');
		if (r != 1)
			continue;
		length += (size_t)snprintf(said + length, sizeof(said) - length,
			"%c %s/%u %lld..%lld%s [%.*s] [%.*s] [%.*s] %d\n",
			entry.is_held ? '+' : '-', line_name_format(&entry.name, name),
			entry.name.length, (long long)(entry.at.us / WALL_SECOND),
			(long long)(entry.until.us == FOREVER ? -1 : entry.until.us / WALL_SECOND),
			entry.is_length ? " long" : "", (int)entry.client.length, entry.client.at,
			(int)entry.hardware.length, entry.hardware.at, (int)entry.circuit.length,
			entry.circuit.at, entry.role);
		assert_true(length < sizeof(said));
	}
	return said;
}

static char *
read_as(enum leasefile_format format, const char *text)
{
	static struct leasefile file;

	leasefile_init(&file, format, 0);
	return read_all(&file, text);
}

static void
isc_leases_of_ipv4_are_read(void **state)
{
	assert_string_equal(read_as(LEASEFILE_ISC,
				    "# The format of this file is documented in the "
				    "dhcpd.leases(5) manual page.\n"
				    "authoring-byte-order little-endian;\n"
				    "server-duid \"\\000\\001%>\\347}\\\"{\";\n"
				    "\n"
				    "lease 172.17.1.4 {\n"
				    "  starts 0 2019/10/20 09:58:13;\n"
				    "  ends 0 2019/10/20 10:03:13;\n"
				    "  cltt 0 2019/10/20 09:58:13;\n"
				    "  binding state active;\n"
				    "  next binding state free;\n"
				    "  rewind binding state free;\n"
				    "  hardware ethernet 00:16:3e:ef:a9:c1;\n"
				    "  uid \"\\001\\000\\026>\\\"}\\301\";\n"
				    "  option agent.circuit-id \"eth 0/1/7;\";\n"
				    "  client-hostname \"x; } binding state free\";\n"
				    "  on expiry or release {\n"
				    "    set gone = \"1\";\n"
				    "  }\n"
				    "}\n"
				    "lease 172.17.1.4 {\n"
				    "  starts 0 2019/10/20 09:58:13;\n"
				    "  ends 0 2019/10/20 10:00:00;\n"
				    "  binding state free;\n"
				    "  hardware ethernet 00:16:3e:ef:a9:c1;\n"
				    "}\n"
				    "lease 172.17.1.5 {\n"
				    "  starts epoch 1571565493; # Sun Oct 20\n"
				    "  ends never;\n"
				    "  binding state active;\n"
				    "}\n"),
		"+ 172.17.1.4/128 1571565493..1571565793 [\\001\\000\\026>\\\"}\\301] "
		"[00:16:3e:ef:a9:c1] [eth 0/1/7;] 0\n"
		"- 172.17.1.4/128 1571565600..0 [] [00:16:3e:ef:a9:c1] [] 0\n"
		"+ 172.17.1.5/128 1571565493..-1 [] [] [] 0\n");
}

static void
isc_leases_of_ipv6_are_read(void **state)
{
	assert_string_equal(read_as(LEASEFILE_ISC,
				    "ia-na \"\\001\\002iaid-duid\" {\n"
				    "  cltt 4 2026/11/26 10:00:00;\n"
				    "  iaaddr 2001:db8::7 {\n"
				    "    binding state active;\n"
				    "    preferred-life 375;\n"
				    "    max-life 600;\n"
				    "    ends 4 2026/11/26 10:10:00;\n"
				    "  }\n"
				    "  iaaddr 2001:db8::8 {\n"
				    "    binding state expired;\n"
				    "    ends 4 2026/11/26 10:05:00;\n"
				    "  }\n"
				    "}\n"
				    "ia-pd \"pd\" {\n"
				    "  cltt 4 2026/11/26 10:00:00;\n"
				    "  iaprefix 2001:db8:1:200::/56 {\n"
				    "    binding state active;\n"
				    "    ends 4 2026/11/26 10:10:00;\n"
				    "  }\n"
				    "}\n"),
		"+ 2001:db8::7/128/128 1795687200..1795687800 [\\001\\002iaid-duid] [] [] 0\n"
		"- 2001:db8::8/128/128 1795687500..0 [\\001\\002iaid-duid] [] [] 0\n"
		"+ 2001:db8:1:200::/56/56 1795687200..1795687800 [pd] [] [] 0\n");
}

/* As dhcpd 4.4.3 writes it. */
static void
a_lease_of_ipv6_that_was_released_ended_when_its_client_spoke_last(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_ISC,
			"ia-na "
			"\"\\210\\240\\016D\\000\\001\\000\\0012\\2339\\015VID\\016\\240\\210\" {\n"
			"  cltt 4 2026/11/26 18:38:07;\n"
			"  iaaddr 2001:db8:1::600 {\n"
			"    binding state released;\n"
			"    preferred-life 375;\n"
			"    max-life 600;\n"
			"    ends 4 2026/11/26 18:48:06;\n"
			"  }\n"
			"}\n"
			"lease 192.0.2.1 {\n"
			"  starts 4 2026/11/26 18:38:07;\n"
			"  ends 4 2026/11/26 18:48:06;\n"
			"  binding state abandoned;\n"
			"}\n"),
		"- 2001:db8:1::600/128/128 1795718287..0 "
		"[\\210\\240\\016D\\000\\001\\000\\0012\\2339\\015VID\\016\\240\\210] [] [] 0\n"
		"- 192.0.2.1/128 0..0 [] [] [] 0\n");
}

static void
a_block_that_was_cut_ends_where_the_next_one_begins(void **state)
{
	assert_string_equal(read_as(LEASEFILE_ISC,
				    "lease 192.0.2.1 {\n"
				    "  starts epoch 100;\n"
				    "  ends epo\n"
				    "lease 192.0.2.2 {\n"
				    "  starts epoch 100;\n"
				    "  ends epoch 200;\n"
				    "  binding state active;\n"
				    "}\n"),
		"bad\n+ 192.0.2.2/128 100..200 [] [] [] 0\n");
}

static void
what_is_no_lease_of_isc_is_counted_and_the_next_one_read(void **state)
{
	static struct leasefile file;

	leasefile_init(&file, LEASEFILE_ISC, 0);
	assert_string_equal(
		read_all(&file,
			"lease 192.0.2.1/24 {\n  starts epoch 1;\n  ends epoch 2;\n}\n"
			"lease 192.0.2.1 {\n  starts 0 2019/13/20 09:58:13;\n  ends epoch 2;\n}\n"
			"lease 192.0.2.1 {\n  starts epoch 99999999999;\n}\n"
			"lease 192.0.2.1 {\n  starts epoch 1;\n}\n"
			"}\n"
			"lease 192.0.2.1 {\n  uid \"no end;\n  starts epoch 1;\n  ends epoch "
			"2;\n}\n"
			"a {\nb {\nc {\nd {\ne {\nf {\ng {\nh {\ni {\n"
			"lease 192.0.2.9 { starts epoch 1; ends epoch 2; }\n"),
		"bad\nbad\nbad\nbad\nbad\nbad\nbad\n+ 192.0.2.9/128 1..2 [] [] [] 0\n");
	assert_int_equal(file.bad, 7);
	assert_int_equal(file.entries, 1);
}

#define KEA4                                                                                       \
	"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"     \
	"state,user_context,pool_id\n"
#define KEA6                                                                                       \
	"address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,"   \
	"fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"

static void
kea_leases_of_ipv4_are_read(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_KEA,
			KEA4
			"192.0.2.7,00:16:3e:ef:a9:c1,01:00:16:3e:ef:a9:c1,3600,1700003600,1,0,0,"
			"a&#x2cb,0,,0\n"
			"192.0.2.7,00:16:3e:ef:a9:c1,01:00:16:3e:ef:a9:c1,0,1700000000,1,0,0,,0,,"
			"0\n"
			"192.0.2.8,,,86400,1700086400,1,0,0,,1,,0\n"
			"192.0.2.9,00:16:3e:ef:a9:c2,,3600,1700003600,1,0,0,,2,,0\n"
			"192.0.2.10,00:16:3e:ef:a9:c3,,4294967295,5994967295,1,0,0,,0,,0\n"
			"192.0.2.11,00:16:3e:ef:a9:c3,,3600,1700003600,1,0,0,,3,,0\n"),
		"+ 192.0.2.7/128 1700000000..1700003600 [01:00:16:3e:ef:a9:c1] "
		"[00:16:3e:ef:a9:c1] [] 0\n"
		"- 192.0.2.7/128 0..0 [01:00:16:3e:ef:a9:c1] [00:16:3e:ef:a9:c1] [] 0\n"
		"- 192.0.2.8/128 1700000000..0 [] [] [] 0\n"
		"- 192.0.2.9/128 1700003600..0 [] [00:16:3e:ef:a9:c2] [] 0\n"
		"+ 192.0.2.10/128 1700000000..-1 [] [00:16:3e:ef:a9:c3] [] 0\n"
		"- 192.0.2.11/128 0..0 [] [00:16:3e:ef:a9:c3] [] 0\n");
}

static void
kea_leases_of_ipv6_are_read(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_KEA,
			KEA6 "2001:db8::7,00:01:00:01,3600,1700003600,1,1800,0,7,128,0,0,,,0,,,,0\n"
			     "2001:db8:1:200::,00:01:00:02,3600,1700003600,1,1800,2,8,56,0,0,,"
			     "00:16:3e:ef:a9:c1,0,,1,0,0\n"),
		"+ 2001:db8::7/128/128 1700000000..1700003600 [00:01:00:01] [] [] 0\n"
		"+ 2001:db8:1:200::/56/56 1700000000..1700003600 [00:01:00:02] "
		"[00:16:3e:ef:a9:c1] [] 0\n");
}

static void
rows_of_kea_that_cannot_be_are_counted_and_another_header_counts(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_KEA,
			KEA4 "192.0.2.7,00:16:3e:ef:a9:c1,,3600\n"
			     "192.0.2.7,00:16,,3600,1700003600,1,0,0,,0,,0,1\n"
			     "192.0.2.777,00:16,,3600,1700003600,1,0,0,,0,,0\n"
			     "192.0.2.7,00:16,,3600,17,1,0,0,,0,,0\n"
			     "192.0.2.7,00:16,,-1,1700003600,1,0,0,,0,,0\n"
			     "2001:db8::1,00:16,,3600,1700003600,1,0,0,,0,,0\n" KEA6
			     "2001:db8:1:200::1,00:01,3600,1700003600,1,1,2,8,56,0,0,,,0,,,,0\n"
			     "2001:db8::7,00:01,3600,1700003600,1,1,0,7,128,0,0,,,0,,,,0\n"),
		"bad\nbad\nbad\nbad\nbad\nbad\nbad\n"
		"+ 2001:db8::7/128/128 1700000000..1700003600 [00:01] [] [] 0\n");
	assert_string_equal(read_as(LEASEFILE_KEA, "192.0.2.7,00:16,,3600,1700003600\n"), "stop\n");
	/* A file of an older version has fewer columns. */
	assert_string_equal(
		read_as(LEASEFILE_KEA,
			"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,"
			"fqdn_rev,hostname\n192.0.2.7,00:16,,3600,1700003600,1,0,0,x\n"),
		"+ 192.0.2.7/128 1700000000..1700003600 [] [00:16] [] 0\n");
}

static void
what_kea_logs_of_leases_is_read(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_KEA_LOG,
			"2026-11-26 10:00:00.571 INFO  [kea-dhcp4.leases/12754.140204758890304] "
			"DHCP4_LEASE_ALLOC [hwtype=1 f4:8e:38:f0:02:d7], cid=[01:f4], "
			"tid=0x7656713f: lease 192.0.2.7 has been allocated for 3600 seconds\n"
			"2026-11-26 10:00:01.000 INFO  [kea-dhcp4.leases/12754.1] "
			"DHCP4_RELEASE [hwtype=1 f4:8e:38:f0:02:d7], cid=[no info], "
			"tid=0x7656713f: address 192.0.2.7 was released properly.\n"
			"2026-11-26 10:00:02.000 INFO  [kea-dhcp6.leases/1.2] DHCP6_LEASE_ALLOC "
			"duid=[00:01:00:01], [no hwaddr info], tid=0xa492a1: lease for address "
			"2001:db8::7 and iaid=0 has been allocated for 1800 seconds\n"
			"2026-11-26 10:00:03.000 INFO  [kea-dhcp6.leases/1.2] DHCP6_PD_LEASE_ALLOC "
			"duid=[00:01:00:01], [hwtype=1 f4:8e:38:f0:02:d7], tid=0xa492a1: lease for "
			"prefix 2001:db8:1:200::/56 and iaid=9 has been allocated for 1800 "
			"seconds\n"
			"2026-11-26 10:00:04.000 INFO  [kea-dhcp6.leases/1.2] DHCP6_RELEASE_PD "
			"duid=[00:01], tid=0xa: prefix 2001:db8:1:200::/56 for iaid=9 was released "
			"properly\n"
			"Nov 26 10:00:05 gw kea-dhcp4[29529]: INFO [kea-dhcp4.leases.0x3cb] "
			"DHCP4_LEASE_REUSE [hwtype=1 f4:8e:38:f0:02:d7], cid=[01:f4], tid=0x4: "
			"lease 192.0.2.7 has been reused for 3600 seconds\n"
			"2026-11-26 10:00:06.000 DEBUG [kea-dhcp4.packets/1.2] "
			"DHCP4_PACKET_RECEIVED [hwtype=1 f4], cid=[01], tid=0x7: DHCPRELEASE\n"
			"Nov 26 10:00:05 gw sshd[1]: lease 192.0.2.7 has been allocated for 1\n"),
		"+ 192.0.2.7/128 1795687200..1795690800 [01:f4] [f4:8e:38:f0:02:d7] [] 0\n"
		"- 192.0.2.7/128 1795687201..0 [] [f4:8e:38:f0:02:d7] [] 0\n"
		"+ 2001:db8::7/128/128 1795687202..1795689002 [00:01:00:01] [] [] 0\n"
		"+ 2001:db8:1:200::/56/56 1795687203..1795689003 [00:01:00:01] "
		"[f4:8e:38:f0:02:d7] [] 0\n"
		"- 2001:db8:1:200::/56/56 1795687204..0 [00:01] [] [] 0\n"
		"+ 192.0.2.7/128 0..3600 long [01:f4] [f4:8e:38:f0:02:d7] [] 0\n");
}

static void
the_clock_of_kea_may_show_another_zone(void **state)
{
	static struct leasefile file;

	leasefile_init(&file, LEASEFILE_KEA_LOG, 3600 * WALL_SECOND);
	assert_string_equal(read_all(&file,
				    "2026-11-26 11:00:00.571 INFO  [kea-dhcp4.leases/1.2] "
				    "DHCP4_LEASE_ALLOC [hwtype=1 f4], cid=[01], tid=0x7: "
				    "lease 192.0.2.7 has been allocated for 60 seconds\n"),
		"+ 192.0.2.7/128 1795687200..1795687260 [01] [f4] [] 0\n");
}

static void
messages_of_kea_without_a_lease_are_bad(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_KEA_LOG,
			"[kea-dhcp4.leases] DHCP4_LEASE_ALLOC x: lease 192.0.2 has been "
			"allocated for 60 seconds\n"
			"[kea-dhcp4.leases] DHCP4_LEASE_ALLOC x: lease 192.0.2.7 has been "
			"allocated for ever and ever\n"
			"[kea-dhcp4.leases] DHCP4_LEASE_ALLOC x: lease 2001:db8::1 has "
			"been allocated for 60 seconds\n"
			"[kea-dhcp4.leases] DHCP4_LEASE_ALLOC\n"),
		"bad\nbad\nbad\nbad\n");
}

static void
leases_of_dnsmasq_are_read(void **state)
{
	assert_string_equal(
		read_as(LEASEFILE_DNSMASQ,
			"1700003600 00:16:3e:ef:a9:c1 192.0.2.7 host 01:00:16:3e:ef:a9:c1\n"
			"0 00:16:3e:ef:a9:c2 192.0.2.8 * *\n"
			"duid 00:01:00:01:2b\n"
			"1700003600 15666625 2001:db8::7 host 00:01:00:01:2c\n"
			"1700003600 T15666625 2001:db8::8 * *\n"),
		"+ 192.0.2.7/128 0..1700003600 [01:00:16:3e:ef:a9:c1] [00:16:3e:ef:a9:c1] [] 0\n"
		"+ 192.0.2.8/128 0..-1 [] [00:16:3e:ef:a9:c2] [] 0\n"
		"+ 2001:db8::7/128/128 0..1700003600 [00:01:00:01:2c] [] [] 0\n"
		"+ 2001:db8::8/128/128 0..1700003600 [T15666625] [] [] 0\n");
	assert_string_equal(read_as(LEASEFILE_DNSMASQ,
				    "x 00:16 192.0.2.7 host 01:00\n"
				    "1 00:16 192.0.2.7 host\n"
				    "1 00:16 192.0.2.7 host 01 02\n"
				    "1 00:16 2001:db8::1 host 01\n"
				    "1 00:16 192.0.2.7\n"),
		"bad\nbad\nbad\nbad\nbad\n");
}

static void
a_table_is_read(void **state)
{
	assert_string_equal(read_as(LEASEFILE_TABLE,
				    "# customers\n"
				    "192.0.2.7\tK-1 business # in town\n"
				    "2001:db8:1::/48  K-2\n"
				    "203.0.113.1:1024-2047 K-3 residential\n"
				    "192.0.2.0/28 K-4 mail-server\r\n"
				    "203.0.113.2 nat shared\n"),
		"+ 192.0.2.7/128 0..-1 [K-1] [] [] 2\n"
		"+ 2001:db8:1::/48/48 0..-1 [K-2] [] [] 1\n"
		"+ 203.0.113.1:1024-2047/128 0..-1 [K-3] [] [] 0\n"
		"+ 192.0.2.0/124 0..-1 [K-4] [] [] 3\n"
		"+ 203.0.113.2/128 0..-1 [nat] [] [] 5\n");
	assert_string_equal(read_as(LEASEFILE_TABLE,
				    "192.0.2.7\n"
				    "192.0.2.7 K-1 king\n"
				    "192.0.2.7 K-1 account\n"
				    "192.0.2.7 K-1 business more\n"
				    "192.0.2.7/24 K-1\n"
				    "192.0.2.7:2-1 K-1\n"
				    "192.0.2.0/24:1-2 K-1\n"
				    "192.0.2.7: K-1\n"
				    "192.0.2.7:1 K-1\n"
				    "192.0.2.7:1-65536 K-1\n"
				    "house K-1\n"),
		"bad\nbad\nbad\nbad\nbad\nbad\nbad\nbad\nbad\nbad\nbad\n");
}

static void
lines_that_are_too_long_or_have_nul_are_bad(void **state)
{
	static char line[LEASEFILE_LINE + 2];
	struct leasefile_entry entry;
	static struct leasefile file;
	struct fail fail;

	for (int format = 0; format < LEASEFILE_FORMATS; format++) {
		leasefile_init(&file, (enum leasefile_format)format, 0);
		memset(line, 'x', sizeof(line));
		assert_int_equal(
			leasefile_line(&file, (struct text){line, sizeof(line)}, &entry, &fail),
			-EBADMSG);
		assert_int_equal(
			leasefile_line(&file, (struct text){"1\0002", 3}, &entry, &fail), -EBADMSG);
		assert_int_equal(file.bad, 2);
	}
	leasefile_init(&file, LEASEFILE_ISC, 0);
	memset(line, 'x', 1000);
	memcpy(line, "ia-na \"", 7);
	memcpy(line + 900, "\" {", 3);
	assert_int_equal(leasefile_line(&file, (struct text){line, 903}, &entry, &fail), -EBADMSG);
	assert_int_equal(file.long_texts, 1);
}

/* A log may have it: it names nobody. */
static void
what_cannot_be_read_is_told_by_its_shape(void **state)
{
	struct leasefile_entry entry;
	static struct leasefile file;
	struct fail fail;

	leasefile_init(&file, LEASEFILE_DNSMASQ, 0);
	assert_int_equal(
		leasefile_line(&file, TEXT("lease 192.0.2.300\t Anna-Müller"), &entry, &fail),
		-EBADMSG);
	assert_string_equal(
		fail.what, "found 'x x.x.x.x x-x', expected TIME HARDWARE ADDRESS NAME CLIENT");
	leasefile_init(&file, LEASEFILE_TABLE, 0);
	assert_int_equal(leasefile_line(&file, TEXT("10.0.0.1 # anna"), &entry, &fail), -EBADMSG);
	assert_string_equal(fail.what, "found 'x.x.x.x', expected PREFIX NAME [ROLE]");
	leasefile_init(&file, LEASEFILE_KEA, 0);
	assert_int_equal(
		leasefile_line(&file, TEXT("\x01\x02,\x7f anna"), &entry, &fail), -ENOTSUP);
	assert_string_equal(fail.what,
		"found '?,? x', expected the header of a lease file of Kea: "
		"address,hwaddr,client_id,valid_lifetime,expire,...");
	leasefile_init(&file, LEASEFILE_DNSMASQ, 0);
	assert_int_equal(leasefile_line(&file,
				 TEXT("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"
				      "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"),
				 &entry, &fail),
		-EBADMSG);
	assert_string_equal(fail.what,
		"found '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!...', "
		"expected TIME HARDWARE ADDRESS NAME CLIENT");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isc_leases_of_ipv4_are_read),
		cmocka_unit_test(isc_leases_of_ipv6_are_read),
		cmocka_unit_test(
			a_lease_of_ipv6_that_was_released_ended_when_its_client_spoke_last),
		cmocka_unit_test(a_block_that_was_cut_ends_where_the_next_one_begins),
		cmocka_unit_test(what_is_no_lease_of_isc_is_counted_and_the_next_one_read),
		cmocka_unit_test(kea_leases_of_ipv4_are_read),
		cmocka_unit_test(kea_leases_of_ipv6_are_read),
		cmocka_unit_test(rows_of_kea_that_cannot_be_are_counted_and_another_header_counts),
		cmocka_unit_test(what_kea_logs_of_leases_is_read),
		cmocka_unit_test(the_clock_of_kea_may_show_another_zone),
		cmocka_unit_test(messages_of_kea_without_a_lease_are_bad),
		cmocka_unit_test(leases_of_dnsmasq_are_read),
		cmocka_unit_test(a_table_is_read),
		cmocka_unit_test(lines_that_are_too_long_or_have_nul_are_bad),
		cmocka_unit_test(what_cannot_be_read_is_told_by_its_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
