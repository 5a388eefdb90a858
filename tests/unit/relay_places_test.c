/* SPDX-License-Identifier: BSD-2-Clause */
/* The files are written by libmaxmind-db-writer-perl; where it is not installed this is left out. */
#include "relay/places.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/places-XXXXXX";
static char networks[64], countries[64], scratch[64];
static bool is_there;

static const char writer[] =
	"use strict; use MaxMind::DB::Writer::Tree;"
	"my ($networks, $countries) = @ARGV;"
	"sub tree { my ($type, $types) = @_;"
	" return MaxMind::DB::Writer::Tree->new(ip_version => 6, record_size => 24,"
	" database_type => $type, languages => ['en'], description => {en => $type},"
	" remove_reserved_networks => 0, map_key_type_callback => sub { $types->{$_[0]} }); }"
	"my $t = tree('Test-ASN', {autonomous_system_number => 'uint32'});"
	"$t->insert_network('192.0.2.0/24', {autonomous_system_number => 64496});"
	"$t->insert_network('198.51.100.0/25', {autonomous_system_number => 4200000000});"
	"$t->insert_network('2001:db8:1::/48', {autonomous_system_number => 64511});"
	"open(my $f, '>', $networks) or die; $t->write_tree($f); close($f);"
	"$t = tree('Test-Country', {country => 'map', iso_code => 'utf8_string',"
	" country_code => 'utf8_string', autonomous_system_number => 'uint32'});"
	"$t->insert_network('192.0.2.0/25', {country => {iso_code => 'NO'}});"
	"$t->insert_network('192.0.2.128/25', {country_code => 'SE'});"
	"$t->insert_network('2001:db8::/32', {country => {iso_code => 'DK'}});"
	"$t->insert_network('203.0.113.0/24', {country => {iso_code => 'norway'},"
	" autonomous_system_number => 7});"
	"open($f, '>', $countries) or die; $t->write_tree($f); close($f);";

static int
write_files(void **state)
{
	char command[sizeof(writer) + 300];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(networks, sizeof(networks), "%s/networks.mmdb", folder);
	snprintf(countries, sizeof(countries), "%s/countries.mmdb", folder);
	snprintf(scratch, sizeof(scratch), "%s/scratch.mmdb", folder);
	/* In double quotes of the shell. */
	snprintf(command, sizeof(command), "perl - '%s' '%s' <<'END'\n%s\nEND\n", networks,
		countries, writer);
	/* Without the library these tests are skipped; with it there are files. */
	is_there = system("exec 2>/dev/null; perl -MMaxMind::DB::Writer::Tree -e 1") == 0;
	return is_there && system(command) != 0 ? -1 : 0;
}

static int
remove_files(void **state)
{
	(void)state;
	unlink(networks);
	unlink(countries);
	unlink(scratch);
	return rmdir(folder);
}

static struct client_place
find(const struct places *places, const char *text)
{
	struct address address;
	struct client_place place = {.address = 77, .network = 1, .country = 1};

	assert_int_equal(address_parse(text_of(text), &address), 0);
	places_find(places, &address, &place);
	assert_int_equal(place.address, 77);
	return place;
}

static void
assert_place(
	const struct places *places, const char *address, uint32_t network, const char *country)
{
	struct client_place place = find(places, address);

	assert_int_equal(place.network, network);
	assert_int_equal(place.country,
		*country != '\0' ? (uint16_t)((uint8_t)country[0] << 8 | (uint8_t)country[1]) : 0);
}

static void
an_address_has_a_network_and_a_country(void **state)
{
	struct places *places;
	struct fail fail = {0};

	(void)state;
	if (!is_there)
		skip();
	places = places_new();
	assert_place(places, "192.0.2.1", 0, "");
	assert_int_equal(places_add(places, networks, &fail), 0);
	assert_place(places, "192.0.2.1", 64496, "");
	assert_int_equal(places_add(places, countries, &fail), 0);
	assert_place(places, "192.0.2.1", 64496, "NO");
	assert_place(places, "192.0.2.200", 64496, "SE");
	assert_place(places, "198.51.100.1", 4200000000, "");
	assert_place(places, "198.51.100.200", 0, "");
	assert_place(places, "2001:db8:1::1", 64511, "DK");
	assert_place(places, "2001:db8:2::1", 0, "DK");
	assert_place(places, "203.0.113.1", 7, "");
	assert_place(places, "10.0.0.1", 0, "");
	places_free(places);
}

static void
a_file_that_cannot_be_is_told_and_left_out(void **state)
{
	struct places *places = places_new();
	struct fail fail = {0};
	FILE *file;

	(void)state;
	assert_int_equal(places_add(places, "/nowhere/at/all.mmdb", &fail), -ENOENT);
	assert_string_equal(fail.where, "/nowhere/at/all.mmdb");
	assert_string_equal(fail.what, "this file cannot be read: No such file or directory");
	file = fopen(scratch, "w");
	assert_non_null(file);
	assert_true(fputs("this is no database of any kind", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(places_add(places, scratch, &fail), -EBADMSG);
	assert_string_equal(fail.what, "this is no MMDB file, or it is damaged");
	file = fopen(scratch, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_true(places_add(places, scratch, &fail) < 0);
	assert_place(places, "192.0.2.1", 0, "");
	places_free(places);
}

static void
there_is_a_ceiling_of_files(void **state)
{
	struct places *places;
	struct fail fail = {0};

	(void)state;
	if (!is_there)
		skip();
	places = places_new();
	for (int i = 0; i < PLACES_FILES; i++)
		assert_int_equal(places_add(places, countries, &fail), 0);
	assert_int_equal(places_add(places, countries, &fail), -ENOSPC);
	assert_place(places, "192.0.2.1", 0, "NO");
	places_free(places);
}

/* Reads a whole file of at most so many bytes. */
static size_t
read_file(const char *name, uint8_t *into, size_t most)
{
	FILE *file = fopen(name, "r");
	size_t size;

	assert_non_null(file);
	size = fread(into, 1, most, file);
	assert_int_equal(fclose(file), 0);
	assert_true(size < most);
	return size;
}

static void
write_file(const char *name, const uint8_t *bytes, size_t size)
{
	FILE *file;

	unlink(name);
	file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Any byte may be another, and the file may end anywhere: places may be wrong then, but no more. */
static void
a_damaged_file_does_no_harm(void **state)
{
	static uint8_t bytes[65536];
	size_t size;
	uint64_t random = 1;
	unsigned opened = 0;

	(void)state;
	if (!is_there)
		skip();
	size = read_file(countries, bytes, sizeof(bytes));
	for (int i = 0; i < 2000; i++) {
		struct places *places = places_new();
		struct fail fail = {0};
		size_t at, length;
		uint8_t old;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		at = (random >> 20) % size;
		length = i % 4 == 0 ? at : size;
		old = bytes[at];
		bytes[at] ^= (uint8_t)(1 + (random >> 52) % 255);
		write_file(scratch, bytes, length);
		bytes[at] = old;
		if (places_add(places, scratch, &fail) == 0) {
			opened++;
			find(places, "192.0.2.1");
			find(places, "2001:db8::1");
			find(places, "203.0.113.1");
		} else {
			assert_true(fail.what[0] != '\0');
		}
		places_free(places);
	}
	assert_true(opened > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_a_network_and_a_country),
		cmocka_unit_test(a_file_that_cannot_be_is_told_and_left_out),
		cmocka_unit_test(there_is_a_ceiling_of_files),
		cmocka_unit_test(a_damaged_file_does_no_harm),
	};

	return cmocka_run_group_tests(tests, write_files, remove_files);
}
