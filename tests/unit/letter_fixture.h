/* letter_fixture - a case of the census with all that a letter can have, and messages taken apart again */
#ifndef LAZARET_TESTS_LETTER_FIXTURE_H
#define LAZARET_TESTS_LETTER_FIXTURE_H

#include "census/letter/lettercase.h"
#include "unit.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define LETTER_MOMENT INT64_C(1764237600) /* 2025-11-27T10:00:00Z */

static const struct lettersender letter_agency = {
	.name = {"Example Agency", 14},
	.mailbox = {"census@agency.example", 21},
	.reply = {"answers@agency.example", 22},
	.verify = {"https://agency.example/census", 29},
	.check = {"https://agency.example/check", 28},
	.keep_days = 400,
	.list = {{"list-a", 6}, {"list-b", 6}, {NULL, 0}},
};

static const struct lettertrap letter_trap = {
	.address = {.byte = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 7}},
	.arrived = {LETTER_MOMENT * WALL_SECOND},
	.from = {"bounce-4711@spam.example", 24},
	.to = {"juniper@trap.agency.example", 27},
	.message = {NULL, 0},
	.port = 40001,
};

static inline struct letterrow
letter_row(const char *address, enum letter_status status)
{
	struct letterrow row = {.asn = 64500,
		.lists = 7,
		.netname = TEXT("EXAMPLE-NET"),
		.first = {(LETTER_MOMENT - 86400) * WALL_SECOND},
		.last = {LETTER_MOMENT * WALL_SECOND},
		.port = 40001,
		.score = 9250,
		.country = {'N', 'O'},
		.status = (uint8_t)status};

	assert_int_equal(address_parse(text_of(address), &row.address), 0);
	assert_int_equal(prefix_parse(address_is_v4(&row.address) ? TEXT("192.0.2.0/24")
								  : TEXT("2001:db8::/32"),
				 &row.prefix),
		0);
	return row;
}

static const char letter_countries[2][2] = {{'N', 'O'}, {'S', 'E'}};

static inline struct lettercase
letter_case(const struct letterrow *rows, size_t count)
{
	return (struct lettercase){.sender = &letter_agency,
		.code = TEXT("LZ-2026-004711"),
		.number = 1,
		.written = {LETTER_MOMENT * WALL_SECOND},
		.before = {(LETTER_MOMENT - 14 * 86400) * WALL_SECOND},
		.mailbox = TEXT("abuse@provider.example"),
		.holder = TEXT("Example Provider"),
		.country = letter_countries,
		.countries = 2,
		.begin = {(LETTER_MOMENT - 86400) * WALL_SECOND},
		.end = {LETTER_MOMENT * WALL_SECOND},
		.gone = 3,
		.row = rows,
		.rows = count};
}

/* The content of a buffer, on the heap, terminated; the buffer is done. */
static inline char *
letter_taken(struct buffer *buffer)
{
	char *text = strdup(buffer_string(buffer));

	assert_non_null(text);
	assert_int_equal(strlen(text), buffer->length);
	buffer_done(buffer);
	return text;
}

/* Every line ends with CR LF, has at most 998 bytes, and none that no text has. */
static inline void
letter_assert_lines(const char *message)
{
	for (const char *line = message; *line != '\0';) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		assert_true(end > line && end[-1] == '\r');
		assert_true(end - line <= 999);
		for (const char *c = line; c < end - 1; c++)
			assert_true((*c >= ' ' && *c <= '~') || *c == '\t');
		line = end + 1;
	}
}

/* A field of the head, unfolded, on the heap; NULL: it is not there. It may be there once. */
static inline char *
letter_field(const char *message, const char *name)
{
	const char *end = strstr(message, "\r\n\r\n");
	char wanted[80], *found = NULL;

	assert_non_null(end);
	snprintf(wanted, sizeof(wanted), "%s: ", name);
	for (const char *line = message; line < end + 2;) {
		const char *next = strstr(line, "\r\n") + 2;

		while (*next == ' ')
			next = strstr(next, "\r\n") + 2;
		if (strncmp(line, wanted, strlen(wanted)) == 0) {
			size_t used = 0;

			assert_null(found);
			found = calloc(1, (size_t)(next - line));
			for (const char *c = line + strlen(wanted); c < next - 2; c++) {
				if (*c != '\r' && *c != '\n')
					found[used++] = *c;
			}
		}
		line = next;
	}
	return found;
}

static inline int
letter_digit(char c)
{
	return c >= 'A' ? c - 'A' + 10 : c - '0';
}

static inline char *
letter_unquote(const char *text, size_t size)
{
	char *into = calloc(1, size + 1);
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '=' && text[i + 1] == '\r') {
			i += 2;
		} else if (text[i] == '=') {
			into[used++] =
				(char)(letter_digit(text[i + 1]) << 4 | letter_digit(text[i + 2]));
			i += 2;
		} else if (text[i] != '\r') {
			into[used++] = text[i];
		}
	}
	return into;
}

/* The part of that number from 0, its encoding undone, on the heap, terminated; NULL: there are not so many. */
static inline char *
letter_part(const char *message, unsigned number, char **ret_head, size_t *ret_size)
{
	char *type = letter_field(message, "Content-Type"), boundary[128], *at, *decoded;
	const char *end, *body;

	assert_non_null(type);
	at = strstr(type, "boundary=\"");
	assert_non_null(at);
	*strrchr(at, '"') = '\0';
	snprintf(boundary, sizeof(boundary), "\r\n--%s", at + 10);
	free(type);
	end = strstr(message, boundary);
	for (unsigned i = 0; i < number && end != NULL; i++)
		end = strstr(end + 1, boundary);
	if (end == NULL || strncmp(end + strlen(boundary), "--", 2) == 0)
		return NULL;
	at = (char *)end + strlen(boundary) + 2;
	body = strstr(at, "\r\n\r\n");
	end = strstr(at, boundary);
	assert_true(body != NULL && end != NULL && body < end);
	*ret_head = strndup(at, (size_t)(body - at));
	body += 4;
	*ret_size = (size_t)(end - body) + 2;
	if (strstr(*ret_head, "quoted-printable") != NULL) {
		decoded = letter_unquote(body, *ret_size);
		*ret_size = strlen(decoded);
	} else if (strstr(*ret_head, "base64") != NULL) {
		size_t room = *ret_size;

		decoded = calloc(1, room + 1);
		assert_int_equal(sodium_base642bin((unsigned char *)decoded, room, body, room,
					 "\r\n", ret_size, NULL, sodium_base64_VARIANT_ORIGINAL),
			0);
	} else {
		decoded = strndup(body, *ret_size);
	}
	return decoded;
}

#endif
