/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mime.h"
#include "care/mailmessage.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#define BYTES 65536

static const struct mailmessage usual = {
	.name = {"Example Net", 11},
	.from = {"help@example.net", 16},
	.to = {"anna@example.org", 16},
	.subject = {"Your line is limited", 20},
	.id = {"begin.7K3QD-9XM2B", 17},
	.language = {"en", 2},
	.date = {INT64_C(1700000000) * WALL_SECOND},
	.body = {"Hello,\n\n100 % = all ", 20},
};

/* The message; NULL: it was refused. */
static const char *
make(const struct mailmessage *message)
{
	static char text[BYTES];
	struct buffer into;
	int r;

	buffer_init(&into, BYTES - 1);
	r = mailmessage_make(message, &into);
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	return r == 0 ? text : NULL;
}

static void
a_message_of_ascii_is_as_it_is_read(void **state)
{
	(void)state;
	assert_string_equal(make(&usual),
		"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
		"From: =?UTF-8?Q?Example_Net?=\r\n"
		" <help@example.net>\r\n"
		"To: <anna@example.org>\r\n"
		"Subject: Your line is limited\r\n"
		"Message-ID: <begin.7K3QD-9XM2B@example.net>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Language: en\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"Hello,\r\n"
		"\r\n"
		"100 % =3D all=20\r\n");
}

static void
words_are_cut_between_characters_and_no_line_is_long(void **state)
{
	/* "Nettet ditt er begrenset" in Japanese, more or less, twice. */
	static const char subject[] =
		"\xe3\x82\xa4\xe3\x83\xb3\xe3\x82\xbf\xe3\x83\xbc\xe3\x83\x8d\xe3\x83\x83"
		"\xe3\x83\x88\xe5\x9b\x9e\xe7\xb7\x9a\xe3\x81\xae\xe5\x88\xb6\xe9\x99\x90";
	struct mailmessage message = usual;
	char body[2000];
	const char *text;

	(void)state;
	memset(body, 'x', sizeof(body));
	for (size_t i = 0; i + 1 < sizeof(body); i += 2)
		memcpy(body + i, "\xc3\xa5", 2);
	message.subject = text_of(subject);
	message.body = (struct text){body, sizeof(body)};
	text = make(&message);
	assert_non_null(text);
	assert_non_null(strstr(
		text, "Subject: =?UTF-8?Q?=E3=82=A4=E3=83=B3=E3=82=BF=E3=83=BC=E3=83=8D=E3=83=83"));
	assert_non_null(strstr(text, "?=\r\n =?UTF-8?Q?=E"));
	for (const char *line = text; *line != '\0'; line = strstr(line, "\r\n") + 2) {
		assert_true(strstr(line, "\r\n") - line <= 76);
		for (const char *c = line; c < strstr(line, "\r\n"); c++)
			assert_true(*c >= ' ' && *c <= '~');
	}
}

static void
nothing_that_is_given_makes_a_line_of_the_head(void **state)
{
	static const char *const lines[] = {"a\nBcc: x@example.org", "a\rb", "a\r\n\r\nb", "\x7f",
		"\xc2\x85", "\xff", "\xe2\x80\xae"};
	static const char *const addresses[] = {"", "a", "@example.org", "a@", "a@b@c.example",
		"a b@example.org", "a@example.org\n", "a@example.org>\r\nRCPT TO:<b@example.org",
		"<a@example.org>", "a,b@example.org", "\"a\"@example.org", ".a@example.org",
		"a.@example.org", "a..b@example.org", "a@-example.org", "a@example..org",
		"a@example.org.", "a@[192.0.2.1]", "\xc3\xa5@example.org", "a@\xc3\xa5.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct mailmessage message = usual;

		message.subject = text_of(lines[i]);
		assert_null(make(&message));
		message = usual;
		message.name = text_of(lines[i]);
		assert_null(make(&message));
		message = usual;
		message.id = text_of(lines[i]);
		assert_true(make(&message) == NULL || strcmp(lines[i], "a") == 0);
		message = usual;
		message.language = text_of(lines[i]);
		assert_null(make(&message));
	}
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct mailmessage message = usual;

		assert_int_equal(mime_check_address(text_of(addresses[i])), -EINVAL);
		message.to = text_of(addresses[i]);
		assert_null(make(&message));
		message = usual;
		message.from = text_of(addresses[i]);
		assert_null(make(&message));
	}
	assert_int_equal(mime_check_address(TEXT("a.b+c'd@x-y.example.org")), 0);
}

static void
a_text_that_looks_encoded_is_encoded(void **state)
{
	struct mailmessage message = usual;

	(void)state;
	message.subject = TEXT("=?UTF-8?Q?a?=");
	assert_non_null(strstr(
		make(&message), "Subject: =?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fa=3F=3D?=\r\nMessage-ID"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_of_ascii_is_as_it_is_read),
		cmocka_unit_test(words_are_cut_between_characters_and_no_line_is_long),
		cmocka_unit_test(nothing_that_is_given_makes_a_line_of_the_head),
		cmocka_unit_test(a_text_that_looks_encoded_is_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
