/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/fieldprinter.h"

#include "base/bytes.h"
#include "source/export/element.h"

#include <math.h>

/* A record of 64 KiB whose every byte has to be escaped fits. */
#define LINE_MOST (4UL << 20)

/* NTP counts from 1900; without its highest bit it is past 2036 (RFC 4330 s3). */
#define NTP_TO_UNIX     INT64_C(2208988800)
#define NTP_ERA         (INT64_C(1) << 32)
#define NTP_HIGHEST_BIT UINT32_C(0x80000000)

static void
print_hex(struct buffer *into, const uint8_t *value, size_t size, const char *quote)
{
	static const char digits[] = "0123456789abcdef";

	buffer_print(into, "%s", quote);
	for (size_t i = 0; i < size; i++) {
		char pair[2] = {digits[value[i] >> 4], digits[value[i] & 15]};

		buffer_add(into, pair, 2);
	}
	buffer_print(into, "%s", quote);
}

static int64_t
signed_of(const uint8_t *value, size_t size)
{
	unsigned spare = (unsigned)(64 - 8 * size);

	return (int64_t)(bytes_uint(value, size) << spare) >> spare;
}

/* False where the bytes are no number that can be written. */
static bool
print_float(struct buffer *into, const uint8_t *value, size_t size)
{
	double number;

	if (size == 8) {
		uint64_t bits = bytes_u64(value);

		memcpy(&number, &bits, sizeof(number));
	} else {
		uint32_t bits = bytes_u32(value);
		float single;

		memcpy(&single, &bits, sizeof(single));
		number = single;
	}
	if (!isfinite(number))
		return false;
	buffer_print(into, "%.*g", size == 8 ? 17 : 9, number);
	return true;
}

static void
print_time(struct buffer *into, struct wall wall, const char *quote)
{
	char text[WALL_TEXT];

	buffer_print(into, "%s%s%s", quote, wall_format(wall, text), quote);
}

static void
print_ntp(struct buffer *into, const uint8_t *value, const char *quote)
{
	uint32_t seconds = bytes_u32(value), fraction = bytes_u32(value + 4);
	struct wall wall;

	if (seconds == 0 && fraction == 0) {
		buffer_text(into, TEXT("null"));
		return;
	}
	wall.us = ((int64_t)seconds - NTP_TO_UNIX) * WALL_SECOND +
		(int64_t)((uint64_t)fraction * 1000000 >> 32);
	if (!(seconds & NTP_HIGHEST_BIT))
		wall.us += NTP_ERA * WALL_SECOND;
	print_time(into, wall, quote);
}

/* Milliseconds that a struct wall cannot hold are of no year that can be written. */
static void
print_milliseconds(struct buffer *into, uint64_t milliseconds, const char *quote)
{
	uint64_t most = (uint64_t)(INT64_MAX / 1000);

	print_time(into, (struct wall){(int64_t)(milliseconds < most ? milliseconds : most) * 1000},
		quote);
}

static void
print_address(struct buffer *into, const uint8_t *value, size_t size, const char *quote)
{
	struct address address = address_from_bytes(value, size);
	char text[ADDRESS_TEXT];

	buffer_print(into, "%s%s%s", quote, address_format(&address, text), quote);
}

static void
print_string(struct buffer *into, const uint8_t *value, size_t size)
{
	while (size > 0 && value[size - 1] == 0)
		size--;
	buffer_json(into, (struct text){.at = (const char *)value, .length = size});
}

/* May a value of this type be so long? 0: not at all, that is null. */
static bool
is_size_of(enum element_type type, size_t size)
{
	switch (type) {
	case ELEMENT_UNSIGNED:
	case ELEMENT_SIGNED:
		return size >= 1 && size <= 8;
	case ELEMENT_FLOAT:
		return size == 4 || size == 8;
	case ELEMENT_BOOLEAN:
		return size == 1;
	case ELEMENT_MAC:
		return size == 6;
	case ELEMENT_SECONDS:
	case ELEMENT_IPV4:
		return size == 4;
	case ELEMENT_MILLISECONDS:
	case ELEMENT_MICROSECONDS:
	case ELEMENT_NANOSECONDS:
		return size == 8;
	case ELEMENT_IPV6:
		return size == 16;
	case ELEMENT_STRING:
		return true;
	case ELEMENT_OCTETS:
	case ELEMENT_LIST:
	case ELEMENT_TYPE_COUNT:
		break;
	}
	return false;
}

static bool
is_text_type(enum element_type type)
{
	return type == ELEMENT_OCTETS || type == ELEMENT_LIST || type == ELEMENT_STRING;
}

/* The size is one that the type allows. False: cannot be written as its type. */
static bool
print_typed(struct buffer *into, enum element_type type, const uint8_t *value, size_t size,
	const char *quote)
{
	switch (type) {
	case ELEMENT_UNSIGNED:
		buffer_print(into, "%llu", (unsigned long long)bytes_uint(value, size));
		return true;
	case ELEMENT_SIGNED:
		buffer_print(into, "%lld", (long long)signed_of(value, size));
		return true;
	case ELEMENT_FLOAT:
		return print_float(into, value, size);
	case ELEMENT_BOOLEAN:
		if (value[0] != 1 && value[0] != 2)
			return false;
		buffer_print(into, "%s", value[0] == 1 ? "true" : "false");
		return true;
	case ELEMENT_MAC:
		buffer_print(into, "%s%02x:%02x:%02x:%02x:%02x:%02x%s", quote, value[0], value[1],
			value[2], value[3], value[4], value[5], quote);
		return true;
	case ELEMENT_STRING:
		print_string(into, value, size);
		return true;
	case ELEMENT_SECONDS:
		print_time(into, (struct wall){bytes_u32(value) * WALL_SECOND}, quote);
		return true;
	case ELEMENT_MILLISECONDS:
		print_milliseconds(into, bytes_u64(value), quote);
		return true;
	case ELEMENT_MICROSECONDS:
	case ELEMENT_NANOSECONDS:
		print_ntp(into, value, quote);
		return true;
	case ELEMENT_IPV4:
	case ELEMENT_IPV6:
		print_address(into, value, size, quote);
		return true;
	case ELEMENT_OCTETS:
	case ELEMENT_LIST:
	case ELEMENT_TYPE_COUNT:
		break;
	}
	return false;
}

void
fieldprinter_value(struct buffer *into, const struct element *element, const uint8_t *value,
	size_t size, bool is_json)
{
	enum element_type type = element->name != NULL ? element->type : ELEMENT_OCTETS;
	const char *quote = is_json ? "\"" : "";

	if (size == 0 && !is_text_type(type))
		buffer_text(into, TEXT("null"));
	else if (!is_size_of(type, size) || !print_typed(into, type, value, size, quote))
		print_hex(into, value, size, quote);
}

static void
print_quoted(struct buffer *into, const char *text)
{
	if (text != NULL)
		buffer_print(into, "\"%s\"", text);
	else
		buffer_text(into, TEXT("null"));
}

static void
on_begin(void *context, const struct decode_origin *origin)
{
	struct fieldprinter *printer = context;
	struct buffer *line = &printer->line;
	char exporter[ADDRESS_TEXT], time[WALL_TEXT];
	bool has_time = origin->has_exporter || origin->time.us != 0;

	printer->count = 0;
	printer->truncated = false;
	wall_format(origin->time, time);
	address_format(&origin->exporter, exporter);
	buffer_clear(line);
	if (!printer->is_json) {
		buffer_print(line, "%s %s domain %u %s%s", has_time ? time : "-",
			origin->has_exporter ? exporter : "-", origin->domain, origin->version,
			origin->is_options ? " options" : "");
		return;
	}
	buffer_print(line, "{\"exporter\":");
	print_quoted(line, origin->has_exporter ? exporter : NULL);
	buffer_print(line, ",\"domain\":%u,\"version\":\"%s\",\"time\":", origin->domain,
		origin->version);
	print_quoted(line, has_time ? time : NULL);
	if (origin->is_options)
		buffer_print(line, ",\"options\":true");
}

/* By the text: elements of two enterprises may have the same name. */
static bool
is_same_name(const struct fieldprinter *printer, size_t at, const struct element *element)
{
	const char *name = printer->seen[at].name;

	if (name == NULL || element->name == NULL)
		return name == element->name && printer->seen[at].id == element->id &&
			printer->seen[at].enterprise == element->enterprise;
	return name == element->name || strcmp(name, element->name) == 0;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	struct fieldprinter *printer = context;
	struct buffer *line = &printer->line;
	char name[ELEMENT_TEXT];
	unsigned number = 1;

	(void)scope;
	if (printer->count >= FIELDPRINTER_FIELDS) {
		printer->truncated = true;
		return;
	}
	for (size_t i = 0; i < printer->count; i++)
		number += is_same_name(printer, i, element);
	printer->seen[printer->count].enterprise = element->enterprise;
	printer->seen[printer->count].id = element->id;
	printer->seen[printer->count].name = element->name;
	printer->count++;
	element_format(element, name);
	buffer_text(line, printer->is_json ? TEXT(",\"") : TEXT(" "));
	buffer_text(line, text_of(name));
	if (number > 1)
		buffer_print(line, "#%u", number);
	buffer_text(line, printer->is_json ? TEXT("\":") : TEXT("="));
	fieldprinter_value(line, element, value, size, printer->is_json);
}

static void
on_end(void *context)
{
	struct fieldprinter *printer = context;
	struct buffer *line = &printer->line;

	if (printer->truncated)
		buffer_text(
			line, printer->is_json ? TEXT(",\"truncated\":true") : TEXT(" truncated"));
	buffer_text(line, printer->is_json ? TEXT("}\n") : TEXT("\n"));
	printer->records++;
	if (!line->failed)
		fwrite(line->at, 1, line->length, printer->out);
}

void
fieldprinter_init(struct fieldprinter *printer, FILE *out, bool is_json)
{
	printer->visitor = (struct decode_visitor){printer, on_begin, on_field, on_end};
	printer->out = out;
	printer->records = 0;
	printer->is_json = is_json;
	printer->count = 0;
	buffer_init(&printer->line, LINE_MOST);
}

void
fieldprinter_done(struct fieldprinter *printer)
{
	buffer_done(&printer->line);
}
