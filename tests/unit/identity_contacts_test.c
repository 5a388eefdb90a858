/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/contacts.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static char told[1024];

static void
tell(void *context, uint64_t line, const char *what)
{
	size_t n = strlen(told);

	(void)context;
	snprintf(told + n, sizeof(told) - n, "%llu: %s;", (unsigned long long)line, what);
}

static struct contacts *
parse(const char *file)
{
	struct contacts *contacts;
	struct fail fail = {0};

	*told = '\0';
	assert_int_equal(
		contacts_parse(text_of(file), "contacts", tell, NULL, &contacts, &fail), 0);
	return contacts;
}

static void
assert_email(const struct contacts *contacts, const char *line, const char *email)
{
	struct contacts_row contact;

	assert_int_equal(contacts_find(contacts, text_of(line), &contact), email != NULL);
	if (email != NULL)
		assert_true(text_is(contact.email, email));
}

static void
a_line_is_found_however_its_name_is_written(void **state)
{
	struct contacts *contacts = parse("email,line\r\n"
					  "a@example.org,192.0.2.7\r\n"
					  "b@example.org,2001:DB8:0:100::/56\n"
					  "c@example.org,00-16-3E-EF-A9-C1\n"
					  "d@example.org, Anna@Example \n"
					  "e@example.org,192.0.2.8:2048-4095");

	(void)state;
	assert_string_equal(told, "");
	assert_int_equal(contacts_count(contacts), 5);
	assert_email(contacts, "192.0.2.7", "a@example.org");
	assert_email(contacts, "2001:db8:0:100::/56", "b@example.org");
	assert_email(contacts, "00:16:3e:ef:a9:c1", "c@example.org");
	assert_email(contacts, "anna@example", "d@example.org");
	assert_email(contacts, "192.0.2.8:2048-4095", "e@example.org");
	assert_email(contacts, "192.0.2.8", NULL);
	assert_email(contacts, "", NULL);
	(void)contacts_free(contacts);
}

static void
quotes_hold_commas_and_unknown_columns_are_left_out(void **state)
{
	struct contacts *contacts = parse("\xef\xbb\xbfline,secret,name,address1,phone,language\n"
					  "192.0.2.7,x,\"Anna \"\"A\"\" Berg, MD\",Storgata 1,"
					  "+47 22 33-44 (55),nb\n"
					  "\n"
					  "192.0.2.8\n");
	struct contacts_row contact;

	(void)state;
	assert_string_equal(told, "");
	assert_true(contacts_find(contacts, TEXT("192.0.2.7"), &contact));
	assert_true(text_is(contact.address[0], "Anna \"A\" Berg, MD"));
	assert_true(text_is(contact.address[1], "Storgata 1"));
	assert_true(text_is(contact.address[2], ""));
	assert_true(text_is(contact.phone, "+4722334455"));
	assert_true(text_is(contact.language, "nb"));
	assert_true(contacts_find(contacts, TEXT("192.0.2.8"), &contact));
	assert_true(text_is(contact.email, ""));
	(void)contacts_free(contacts);
}

static void
bad_rows_are_told_with_their_line_and_the_others_count(void **state)
{
	struct contacts *contacts = parse("line,email,phone,language,name\n"
					  "192.0.2.1,a@example.org\n"
					  "192.0.2.2,\"a@example.org\nBcc: b@example.org\"\n"
					  "192.0.2.3,,22334455\n"
					  "192.0.2.1,b@example.org\n"
					  ",c@example.org\n"
					  "192.0.2.4,,,n b\n"
					  "192.0.2.5,,,,\"x\ny\"\n"
					  "192.0.2.6,<d@example.org>\n"
					  "192.0.2.7,e@example.org\n"
					  "192.0.2.8,\"f");

	(void)state;
	assert_string_equal(told,
		"3: email is no address of ASCII as local@domain;"
		"5: phone is no number as +4722334455;"
		"6: the line is there twice, and the first row counts;"
		"7: line has no name;"
		"8: language is no tag as nb;"
		"9: name and address are one line of UTF-8 each;"
		"11: email is no address of ASCII as local@domain;"
		"13: a quote is not closed;");
	assert_int_equal(contacts_count(contacts), 2);
	assert_email(contacts, "192.0.2.1", "a@example.org");
	assert_email(contacts, "192.0.2.7", "e@example.org");
	(void)contacts_free(contacts);
}

static void
a_field_has_a_limit_and_a_row_too(void **state)
{
	char file[2000] = "line,email\n192.0.2.1,";
	struct contacts *contacts;
	size_t n = strlen(file);

	(void)state;
	memset(file + n, 'a', 300);
	snprintf(file + n + 300, 100, "\n192.0.2.2,a@example.org\n");
	contacts = parse(file);
	assert_string_equal(told, "2: a field is longer than 250 bytes;");
	assert_email(contacts, "192.0.2.2", "a@example.org");
	(void)contacts_free(contacts);
	n = (size_t)snprintf(file, sizeof(file), "line,email\n192.0.2.1");
	memset(file + n, ',', 1000);
	file[n + 1000] = '\0';
	contacts = parse(file);
	assert_string_equal(told, "2: there are more than 64 fields;");
	(void)contacts_free(contacts);
}

static void
a_file_without_header_is_refused(void **state)
{
	static const char *const files[] = {"", "\n", "192.0.2.1,a@example.org\n", "email,phone\n"};
	struct contacts *contacts;
	struct fail fail = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		assert_int_equal(
			contacts_parse(text_of(files[i]), "contacts", tell, NULL, &contacts, &fail),
			-EINVAL);
		assert_null(contacts);
		assert_string_equal(fail.where, "contacts");
		assert_string_equal(fail.what, "has no header with a column \"line\"");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_found_however_its_name_is_written),
		cmocka_unit_test(quotes_hold_commas_and_unknown_columns_are_left_out),
		cmocka_unit_test(bad_rows_are_told_with_their_line_and_the_others_count),
		cmocka_unit_test(a_field_has_a_limit_and_a_row_too),
		cmocka_unit_test(a_file_without_header_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
