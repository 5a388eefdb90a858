/* SPDX-License-Identifier: BSD-2-Clause */
#include "../fuzz/memory_file.h"
#include "base/random.h"
#include "census/registry/rpsl.h"
#include "rpsl_naive.h"
#include "source_text.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#define ROOM (1UL << 20)

/* All objects of an input and what was counted, in the words of rpsl_naive.h; returns what the last rpsl_next did. */
static int
tell_input(struct input *input, const struct rpsl_settings *settings, struct buffer *into)
{
	struct rpsl *rpsl = rpsl_new(input, settings);
	struct rpsl_object object;
	struct fail fail = {.what = ""};
	int result;

	buffer_clear(into);
	while ((result = rpsl_next(rpsl, &object, &fail)) == 1) {
		assert_int_equal(object.class, object.attributes[0].name);
		naive_begin(into, object.line);
		for (size_t i = 0; i < object.count; i++)
			naive_attribute(
				into, object.attributes[i].name, object.attributes[i].value);
		naive_end(into);
	}
	naive_counts(into, rpsl_counts(rpsl));
	for (size_t i = 0; rpsl_tell(rpsl, i, &fail); i++)
		buffer_print(into, "%s: %s\n", fail.where, fail.what);
	assert_int_equal(rpsl_next(rpsl, &object, &fail), result);
	rpsl_free(rpsl);
	return result;
}

static int
tell_bytes(
	const void *bytes, size_t size, const struct rpsl_settings *settings, struct buffer *into)
{
	/* In a block of exactly this size, so that a sanitizer sees a read past the end. */
	uint8_t *copy = malloc(size + 1);
	struct input input = {.at = copy + 1, .left = size, .ended = true, .name = "text"};
	int result;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, size);
	result = tell_input(&input, settings, into);
	free(copy);
	return result;
}

/* What is said of a text, both ways of finding lines. */
static void
reads(const char *text, const char *expected)
{
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct buffer said;

	buffer_init(&said, ROOM);
	assert_int_equal(tell_bytes(text, strlen(text), &settings, &said), 0);
	assert_string_equal(buffer_string(&said), expected);
	settings.portable = true;
	assert_int_equal(tell_bytes(text, strlen(text), &settings, &said), 0);
	assert_string_equal(buffer_string(&said), expected);
	buffer_done(&said);
}

static void
an_object_is_its_class_and_the_attributes_that_matter_in_order(void **state)
{
	reads("inetnum:        192.0.2.0 - 192.0.2.255\nnetname:        EXAMPLE\ndescr: x\n"
	      "country:        NL\nadmin-c: A-RIPE\nabuse-c:        AB-RIPE\nremarks: y\n"
	      "mnt-by:         A-MNT\nlanguage:         RIPE\n\n",
		"1 [inetnum 192.0.2.0 - 192.0.2.255] [netname EXAMPLE] [country NL] "
		"[abuse-c AB-RIPE] [mnt-by A-MNT] [language RIPE]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
names_are_of_any_case_and_values_are_left_as_they_are(void **state)
{
	reads("InetNum: A\nNETNAME: b\nAbuse-C:c\nlAsT-mOdIfIeD: d\n\n",
		"1 [inetnum A] [netname b] [abuse-c c] [last-modified d]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_value_goes_on_behind_a_blank(void **state)
{
	reads("inetnum: 192.0.2.0 -\n 192.0.2.255\nabuse-c:\n  AB-RIPE\norg: O\n\n",
		"1 [inetnum 192.0.2.0 - 192.0.2.255] [abuse-c AB-RIPE] [org O]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_value_goes_on_behind_a_tab(void **state)
{
	reads("role: a\n\tb\n\t \tc\nnic-hdl:\tN\n\n",
		"1 [role a b c] [nic-hdl N]\nobjects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_value_goes_on_behind_a_plus_and_over_an_empty_line_that_has_one(void **state)
{
	reads("organisation: a\n+b\n+\n+ c\n++\norg-name: d\n\n",
		"1 [organisation a b c +] [org-name d]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_continuation_of_what_does_not_matter_does_not_matter(void **state)
{
	reads("inetnum: a\norg: b\nremarks: c\n abuse-c: d\n+ e\nmnt-ref: f\n g\nlanguage: h\n\n",
		"1 [inetnum a] [org b] [language h]\nobjects 1, others 0, white 0, faults 0 0 0 0 "
		"0\n");
}

static void
a_comment_is_cut_on_each_line_before_they_are_joined(void **state)
{
	reads("inetnum: a # not this\n b # nor this # or this\n#\n c#d\nmnt-by:#e\n f\norg: g\n\n",
		"1 [inetnum a b c] [mnt-by f] [org g]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_line_that_is_a_comment_interrupts_no_value(void **state)
{
	reads("# head\n# of the file\n\n% and of a server\ninetnum: a\n# between\n% both\n b\n   # "
	      "all\n"
	      " c\nremarks: d\n# e\n f\n# g\nlanguage: h\n# foot\n\n# end\n",
		"5 [inetnum a b c] [language h]\nobjects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
attributes_are_repeated_as_often_as_they_stand_there(void **state)
{
	reads("irt: a\nabuse-mailbox: b\nabuse-mailbox: c\nmnt-by: d, e,\n f\nabuse-mailbox: b\n\n",
		"1 [irt a] [abuse-mailbox b] [abuse-mailbox c] [mnt-by d, e, f] [abuse-mailbox b]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
an_empty_line_ends_an_object_and_more_of_them_end_no_more(void **state)
{
	reads("\n\nmntner: a\n\n\n\nmntner: b\n\n",
		"3 [mntner a]\n7 [mntner b]\nobjects 2, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
a_line_of_white_space_ends_an_object_and_is_counted(void **state)
{
	reads("mntner: a\n  \t\norg: b\n\nmntner: c\n \r\nmntner: d\n\t\n \n\n",
		"1 [mntner a]\n5 [mntner c]\n7 [mntner d]\n"
		"objects 3, others 0, white 3, faults 1 0 0 0 0\n"
		"text: line 3: expected the class of an object, as in \"inetnum: ...\"\n");
}

static void
lines_may_end_in_cr_lf(void **state)
{
	reads("mntner: a\r\nmnt-by: b\r\n c \r\n#\r\n+\r\nlanguage: d # e\r\n\r\nmntner:\r\n "
	      "f\r\n\r\n",
		"1 [mntner a] [mnt-by b c] [language d]\n8 [mntner f]\n"
		"objects 2, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
all_classes_that_matter_are_read_and_others_counted(void **state)
{
	reads("inetnum: a\n\ninet6num: a\n\naut-num: a\n\norganisation: a\n\nrole: a\n\nperson: "
	      "a\n\n"
	      "irt: a\n\nmntner: a\n\nroute: a\norigin: b\n\nroute6: a\n\ndomain: a\nlanguage: "
	      "b\n\n"
	      "as-set: a\n\n6bone: a\n\nkey_cert: a\n\n",
		"1 [inetnum a]\n3 [inet6num a]\n5 [aut-num a]\n7 [organisation a]\n9 [role a]\n"
		"11 [person a]\n13 [irt a]\n15 [mntner a]\n17 [route a]\n20 [route6 a]\n"
		"objects 10, others 4, white 0, faults 0 0 0 0 0\n");
}

static void
other_bytes_are_passed_on(void **state)
{
	static const char text[] = "organisation: \xc3\xbc\norg-name: \xfc\0x\x01\rz\n\xe9 x\n\n";
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct buffer said;

	buffer_init(&said, ROOM);
	assert_int_equal(tell_bytes(text, sizeof(text) - 1, &settings, &said), 0);
	assert_string_equal(buffer_string(&said),
		"1 [organisation \\c3\\bc] [org-name \\fc\\00x\\01\\0dz]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
	buffer_done(&said);
}

static void
a_mark_of_utf_8_is_passed_over_and_utf_16_refused(void **state)
{
	static const char wide[] = "\xff\xfe"
				   "r\0o\0l\0e\0:\0 \0a\0\n\0\n\0";
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct input input = {.at = (const uint8_t *)wide,
		.left = sizeof(wide) - 1,
		.ended = true,
		.name = "wide"};
	struct rpsl *rpsl = rpsl_new(&input, &settings);
	struct rpsl_object object;
	struct fail fail;

	reads("\xef\xbb\xbfrole: a\n\n",
		"1 [role a]\nobjects 1, others 0, white 0, faults 0 0 0 0 0\n");
	reads("\xef\xbb",
		"objects 0, others 0, white 0, faults 1 0 0 0 0\n"
		"text: line 1: expected the class of an object, as in \"inetnum: ...\"\n");
	assert_int_equal(rpsl_next(rpsl, &object, &fail), -EILSEQ);
	assert_string_equal(fail.where, "wide: line 1");
	assert_int_equal(rpsl_next(rpsl, &object, &fail), -EILSEQ);
	rpsl_free(rpsl);
}

static void
what_begins_with_no_class_is_lost_alone(void **state)
{
	reads("mntner: a\n\nno attribute\norg: b\n\n continued\n\norg: c\nmntner: d\n\n: e\n\n"
	      "mntner : f\n\nmntner: g\n\n",
		"1 [mntner a]\n15 [mntner g]\nobjects 2, others 0, white 0, faults 5 0 0 0 0\n"
		"text: line 3: expected the class of an object, as in \"inetnum: ...\"\n"
		"text: line 6: expected the class of an object, as in \"inetnum: ...\"\n"
		"text: line 8: expected the class of an object, as in \"inetnum: ...\"\n"
		"text: line 11: expected the class of an object, as in \"inetnum: ...\"\n"
		"text: line 13: expected the class of an object, as in \"inetnum: ...\"\n");
}

static void
lines_in_an_object_that_are_no_attributes_are_passed_over(void **state)
{
	reads("mntner: a\norg b\nlanguage\n c\norg : d\norg-: e\nlanguage: f\n\n",
		"1 [mntner a] [language f]\nobjects 1, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
the_end_of_the_file_ends_an_object_if_it_ends_a_line(void **state)
{
	reads("mntner: a\nmnt-by: b\n",
		"1 [mntner a] [mnt-by b]\n"
		"objects 1, others 0, white 0, faults 0 0 0 0 0\n");
	reads("mntner: a\n\nmntner: b\nlanguage: c",
		"1 [mntner a]\nobjects 1, others 0, white 0, faults 0 0 0 0 1\n"
		"text: line 3: the file ends in the middle of this object\n");
	reads("mntner: a",
		"objects 0, others 0, white 0, faults 0 0 0 0 1\n"
		"text: line 1: the file ends in the middle of this object\n");
	reads("", "objects 0, others 0, white 0, faults 0 0 0 0 0\n");
}

static void
reads_within(const struct rpsl_settings *settings, const char *text, const char *expected)
{
	struct buffer said;

	buffer_init(&said, ROOM);
	assert_int_equal(tell_bytes(text, strlen(text), settings, &said), 0);
	assert_string_equal(buffer_string(&said), expected);
	buffer_done(&said);
}

static void
what_is_above_a_ceiling_is_lost_alone(void **state)
{
	struct rpsl_settings settings = RPSL_DEFAULTS;

	settings.object_most = 30;
	settings.value_most = 5;
	settings.attributes_most = 3;
	reads_within(&settings,
		"mntner: 12345\n\nmntner: 123456\nmnt-by: a\n\nmntner: 123\n 4\n\n"
		"mntner: 123\n 45\n\nmntner: 1\n\n",
		"1 [mntner 12345]\n6 [mntner 123 4]\n12 [mntner 1]\n"
		"objects 3, others 0, white 0, faults 0 0 2 0 0\n"
		"text: line 3: a value of this object is too long\n"
		"text: line 9: a value of this object is too long\n");
	reads_within(&settings,
		"mntner: 1\norg: 2\norg: 3\n\nmntner: 1\norg: 2\norg: 3\norg: 4\n\n",
		"1 [mntner 1] [org 2] [org 3]\n"
		"objects 1, others 0, white 0, faults 0 0 0 1 0\n"
		"text: line 5: this object has too many attributes\n");
	reads_within(&settings,
		"mntner: 1\nremarks: 67890123\n\nmntner: 1\nremarks: 67890123456789\n\n"
		"mntner: 3\n\nmntner: 1\nremarks: 67890123456\n  \nmntner: 4\n\n"
		"mntner: 5                      \n\nmntner: 6\n\n",
		"1 [mntner 1]\n7 [mntner 3]\n12 [mntner 4]\n16 [mntner 6]\n"
		"objects 4, others 0, white 1, faults 0 3 0 0 0\n"
		"text: line 4: the object, or one line of it, is too long\n"
		"text: line 9: the object, or one line of it, is too long\n"
		"text: line 14: the object, or one line of it, is too long\n");
}

static void
ten_faults_are_told_and_all_counted(void **state)
{
	struct buffer text, said;
	struct rpsl_settings settings = RPSL_DEFAULTS;
	size_t lines = 0;

	buffer_init(&text, ROOM);
	buffer_init(&said, ROOM);
	for (int i = 0; i < 25; i++)
		buffer_print(&text, "bad\n\n");
	assert_int_equal(tell_bytes(text.at, text.length, &settings, &said), 0);
	assert_non_null(strstr(buffer_string(&said), "faults 25 0 0 0 0\n"));
	for (const char *at = buffer_string(&said); (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 1 + RPSL_TOLD_MOST);
	buffer_done(&text);
	buffer_done(&said);
}

/* Adds a member of gzip to what is packed. */
static void
pack(const uint8_t *bytes, size_t size, struct buffer *into)
{
	uint8_t out[4096];
	z_stream z = {.next_in = (uint8_t *)(uintptr_t)bytes, .avail_in = (uInt)size};
	int result;

	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		result = deflate(&z, Z_FINISH);
		buffer_add(into, out, sizeof(out) - z.avail_out);
	} while (result == Z_OK);
	assert_int_equal(result, Z_STREAM_END);
	deflateEnd(&z);
}

static int
tell_packed(const struct buffer *packed, const struct rpsl_settings *settings, struct buffer *said)
{
	struct input input;
	struct fail fail;
	char name[32];
	int fd = memory_file((const uint8_t *)packed->at, packed->length, name), result;

	assert_int_equal(input_open(&input, name, 0, &fail), 0);
	input.name = "text";
	result = tell_input(&input, settings, said);
	input_close(&input);
	close(fd);
	return result;
}

/* Something of everything, so that each border falls into it. */
static const char medley[] =
	"# head\n\ninetnum: 192.0.2.0 -\n+ 192.0.2.255 # x\nremarks: a\n  b\n# c\norg: O\n d\n\n"
	"domain: x\n y\n \nrole: a\r\n+\r\n\tb\r\nnic-hdl: N\r\n\r\nbad\nbad\n\n\n"
	"mntner: a very long value, longer than others\nlanguage: A\n   \t\nmntner: b\nmnt-by: 1\n"
	"mnt-by: 2\nmnt-by: 3\nmnt-by: 4\nmnt-by: 5\nmnt-by: 6\n\nmntner: x\nremarks: "
	"345678901234567"
	"8901234567890123456789012345678901234567890123456789012345678901234567890\n\nmntner: c\n\n"
	"role:                                                                               \n \n"
	"                                                                                     \n"
	"\nperson: p\nlanguage: t\n";

static const struct rpsl_settings small = {
	.object_most = 80, .value_most = 30, .attributes_most = 6, .portion = 1};

static void
portions_change_nothing_wherever_they_end(void **state)
{
	size_t size = sizeof(medley) - 1;
	struct buffer whole, packed, said;

	buffer_init(&whole, ROOM);
	buffer_init(&packed, ROOM);
	buffer_init(&said, ROOM);
	tell_bytes(medley, size, &small, &whole);
	assert_non_null(
		strstr(buffer_string(&whole), "objects 4, others 1, white 3, faults 1 3 1 1 0"));
	for (size_t cut = 0; cut <= size; cut++) {
		buffer_clear(&packed);
		pack((const uint8_t *)medley, cut, &packed);
		pack((const uint8_t *)medley + cut, size - cut, &packed);
		assert_int_equal(tell_packed(&packed, &small, &said), 0);
		assert_string_equal(buffer_string(&said), buffer_string(&whole));
	}
	buffer_clear(&packed);
	for (size_t i = 0; i < size; i++)
		pack((const uint8_t *)medley + i, 1, &packed);
	assert_int_equal(tell_packed(&packed, &small, &said), 0);
	assert_string_equal(buffer_string(&said), buffer_string(&whole));
	buffer_done(&whole);
	buffer_done(&packed);
	buffer_done(&said);
}

/* Lines of every kind, odd and damaged ones among them, in any order. */
static void
generate(struct random *random, struct buffer *into)
{
	static const char *const names[] = {"inetnum", "INET6NUM", "aut-num", "Organisation",
		"role", "person", "irt", "mntner", "route", "route6", "nic-hdl", "abuse-c",
		"Abuse-Mailbox", "e-mail", "org", "org-name", "mnt-by", "mnt-lower",
		"sponsoring-org", "country", "last-modified", "source", "language", "origin",
		"remarks", "descr", "admin-c", "address", "mnt-ref", "domain", "as-set", "changed",
		"notify", "orga", "no name", ""};
	static const char *const values[] = {"A", "AS1, AS2,", "10.0.0.0 - 10.0.0.255",
		"a@example.org", "\xfc\xc3\xbc", "x # y", "#", "", "a:b", "  wide  value\t", "+",
		"%", "language: no"};
	static const char *const starts[] = {
		" ", "\t", "+", " \t", "+ ", "++", "#", "# ", "%", " #"};
	static const char *const ends[] = {
		"\n", "\n", "\n", "\r\n", " \n", "\t\r\n", "\r\r\n", "\n\n"};
	size_t lines = random_below(random, 60);

	buffer_clear(into);
	while (lines-- > 0) {
		uint64_t kind = random_below(random, 16);

#define ANY(array) array[random_below(random, sizeof(array) / sizeof(*(array)))]
		if (kind < 9)
			buffer_print(into, "%s:%s%s", ANY(names),
				random_below(random, 3) ? "  " : "\t", ANY(values));
		else if (kind < 12)
			buffer_print(into, "%s%s", ANY(starts), ANY(values));
		else if (kind < 13)
			buffer_print(into, "%s", ANY(values));
		buffer_print(into, "%s", ANY(ends));
#undef ANY
	}
	/* Cut anywhere, and a few bytes changed. */
	into->length -= random_below(random, 20) < into->length ? random_below(random, 2) : 0;
	for (size_t i = random_below(random, 4); i > 0 && into->length > 0; i--)
		into->at[random_below(random, into->length)] = (char)random_u64(random);
}

static void
generated_text_is_read_as_a_naive_reader_reads_it(void **state)
{
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct buffer text, said, expected;
	struct random random;
	uint64_t objects = 0;

	buffer_init(&text, ROOM);
	buffer_init(&said, ROOM);
	buffer_init(&expected, ROOM);
	random_seed(&random, 3);
	for (unsigned i = 0; i < 20000; i++) {
		generate(&random, &text);
		settings.portable = i % 2;
		tell_bytes(text.at, text.length, &settings, &said);
		objects += naive_read(text.at, text.length, &expected);
		/* Where the faults are is said behind. */
		buffer_string(&said);
		said.at[expected.length < said.length ? expected.length : said.length] = '\0';
		assert_string_equal(said.at, buffer_string(&expected));
	}
	assert_true(objects > 20000);
	buffer_done(&text);
	buffer_done(&said);
	buffer_done(&expected);
}

static void
generated_text_is_read_alike_in_portions(void **state)
{
	struct buffer text, said, expected, packed;
	struct random random;

	buffer_init(&text, ROOM);
	buffer_init(&said, ROOM);
	buffer_init(&expected, ROOM);
	buffer_init(&packed, ROOM);
	random_seed(&random, 4);
	for (unsigned i = 0; i < 1500; i++) {
		generate(&random, &text);
		tell_bytes(text.at, text.length, &small, &expected);
		buffer_clear(&packed);
		for (size_t at = 0, size; at < text.length; at += size) {
			size = 1 + random_below(&random, 60);
			if (size > text.length - at)
				size = text.length - at;
			pack((const uint8_t *)text.at + at, size, &packed);
		}
		tell_packed(&packed, &small, &said);
		assert_string_equal(buffer_string(&said), buffer_string(&expected));
	}
	buffer_done(&text);
	buffer_done(&said);
	buffer_done(&expected);
	buffer_done(&packed);
}

/* What was whole before the cut comes, and nothing else. */
static void
a_packed_file_that_is_cut_gives_what_was_before(void **state)
{
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct buffer text, packed, cut, said, whole;
	size_t most = 0;

	buffer_init(&text, ROOM);
	buffer_init(&packed, ROOM);
	buffer_init(&said, ROOM);
	buffer_init(&whole, ROOM);
	for (unsigned i = 0; i < 200; i++)
		buffer_print(&text, "mntner: M%u\nlanguage: %u\n\n", i, i * 7919);
	tell_bytes(text.at, text.length, &settings, &whole);
	pack((const uint8_t *)text.at, text.length, &packed);
	cut = packed;
	while (--cut.length > 20) {
		const char *counts;
		size_t objects;

		assert_true(tell_packed(&cut, &settings, &said) < 0);
		counts = strstr(buffer_string(&said), "objects ");
		assert_non_null(counts);
		objects = (size_t)(counts - said.at);
		assert_memory_equal(said.at, whole.at, objects);
		assert_true(objects == 0 || counts[-1] == '\n');
		most = most > objects ? most : objects;
	}
	assert_true(most > 4000);
	buffer_done(&text);
	buffer_done(&packed);
	buffer_done(&said);
	buffer_done(&whole);
}

static void
a_line_of_two_gigabytes_is_skipped(void **state)
{
	static const char before[] = "mntner: a\n\nmntner: b\nremarks: ",
			  after[] = "\nlanguage: b\n\nmntner: c\n\n";
	static char much[1 << 20];
	struct rpsl_settings settings = RPSL_DEFAULTS;
	struct buffer packed, one, said;

	/* A member of gzip a megabyte. */
	memset(much, 'x', sizeof(much));
	buffer_init(&packed, 16 * ROOM);
	buffer_init(&one, ROOM);
	buffer_init(&said, ROOM);
	pack((const uint8_t *)before, sizeof(before) - 1, &packed);
	pack((const uint8_t *)much, sizeof(much), &one);
	for (unsigned i = 0; i < 2048; i++)
		buffer_add(&packed, one.at, one.length);
	pack((const uint8_t *)after, sizeof(after) - 1, &packed);
	assert_false(packed.failed);
	assert_int_equal(tell_packed(&packed, &settings, &said), 0);
	assert_string_equal(buffer_string(&said),
		"1 [mntner a]\n7 [mntner c]\nobjects 2, others 0, white 0, faults 0 1 0 0 0\n"
		"text: line 3: the object, or one line of it, is too long\n");
	buffer_done(&packed);
	buffer_done(&one);
	buffer_done(&said);
}

/* The registry's own test database, as the data folder's README counts it. */
static void
a_registrys_test_database_is_read_whole(void **state)
{
	static const struct {
		enum rpsl_name name;
		unsigned count;
	} expected[] = {{RPSL_MNTNER, 40}, {RPSL_PERSON, 37}, {RPSL_INETNUM, 36},
		{RPSL_AUT_NUM, 34}, {RPSL_ORGANISATION, 33}, {RPSL_INET6NUM, 32}, {RPSL_ROUTE, 1},
		{RPSL_ROLE, 1}, {RPSL_ABUSE_MAILBOX, 34}};
	const char *path = data_path("whois/ripe-testdb/TEST.db");
	struct rpsl_settings settings = RPSL_DEFAULTS;
	unsigned counts[RPSL_NAME_COUNT] = {0};
	struct rpsl_object object;
	struct input input;
	struct rpsl *rpsl;
	struct fail fail;
	int result;

	assert_int_equal(input_open(&input, path, 0, &fail), 0);
	rpsl = rpsl_new(&input, &settings);
	while ((result = rpsl_next(rpsl, &object, &fail)) == 1) {
		for (size_t i = 0; i < object.count; i++)
			counts[object.attributes[i].name]++;
	}
	assert_int_equal(result, 0);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_int_equal(counts[expected[i].name], expected[i].count);
	assert_int_equal(rpsl_counts(rpsl)->objects, 214);
	assert_int_equal(rpsl_counts(rpsl)->others, 6);
	assert_false(rpsl_tell(rpsl, 0, &fail));
	rpsl_free(rpsl);
	input_close(&input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_its_class_and_the_attributes_that_matter_in_order),
		cmocka_unit_test(names_are_of_any_case_and_values_are_left_as_they_are),
		cmocka_unit_test(a_value_goes_on_behind_a_blank),
		cmocka_unit_test(a_value_goes_on_behind_a_tab),
		cmocka_unit_test(a_value_goes_on_behind_a_plus_and_over_an_empty_line_that_has_one),
		cmocka_unit_test(a_continuation_of_what_does_not_matter_does_not_matter),
		cmocka_unit_test(a_comment_is_cut_on_each_line_before_they_are_joined),
		cmocka_unit_test(a_line_that_is_a_comment_interrupts_no_value),
		cmocka_unit_test(attributes_are_repeated_as_often_as_they_stand_there),
		cmocka_unit_test(an_empty_line_ends_an_object_and_more_of_them_end_no_more),
		cmocka_unit_test(a_line_of_white_space_ends_an_object_and_is_counted),
		cmocka_unit_test(lines_may_end_in_cr_lf),
		cmocka_unit_test(all_classes_that_matter_are_read_and_others_counted),
		cmocka_unit_test(other_bytes_are_passed_on),
		cmocka_unit_test(a_mark_of_utf_8_is_passed_over_and_utf_16_refused),
		cmocka_unit_test(what_begins_with_no_class_is_lost_alone),
		cmocka_unit_test(lines_in_an_object_that_are_no_attributes_are_passed_over),
		cmocka_unit_test(the_end_of_the_file_ends_an_object_if_it_ends_a_line),
		cmocka_unit_test(what_is_above_a_ceiling_is_lost_alone),
		cmocka_unit_test(ten_faults_are_told_and_all_counted),
		cmocka_unit_test(portions_change_nothing_wherever_they_end),
		cmocka_unit_test(generated_text_is_read_as_a_naive_reader_reads_it),
		cmocka_unit_test(generated_text_is_read_alike_in_portions),
		cmocka_unit_test(a_packed_file_that_is_cut_gives_what_was_before),
		cmocka_unit_test(a_line_of_two_gigabytes_is_skipped),
		cmocka_unit_test(a_registrys_test_database_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
