/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/radius/radius.h"

const char *const radius_fault_names[RADIUS_FAULTS] = {[RADIUS_NO_FAULT] = "none",
	[RADIUS_BAD_LENGTH] = "length",
	[RADIUS_BAD_ATTRIBUTE] = "attribute",
	[RADIUS_BAD_CODE] = "code",
	[RADIUS_BAD_AUTHENTICATOR] = "authenticator",
	[RADIUS_BAD_MESSAGE] = "message-authenticator"};

/* Type and length of an attribute; of a vendor's also the number of the vendor. */
#define ATTRIBUTE_HEADER 2
#define VENDOR_HEADER    4

/* Takes one attribute; false: its length is wrong. */
static bool
take(struct reader *attributes, uint8_t *type, struct reader *value)
{
	uint8_t length;

	*type = reader_u8(attributes);
	length = reader_u8(attributes);
	if (attributes->failed || length < ATTRIBUTE_HEADER)
		return false;
	*value = reader_sub(attributes, length - ATTRIBUTE_HEADER);
	return !value->failed;
}

/* Are all attributes as long as they say? Finds the Message-Authenticator on the way. */
static bool
is_whole(struct reader attributes, const uint8_t **message)
{
	struct reader value;
	uint8_t type;

	while (reader_left(&attributes) > 0) {
		if (!take(&attributes, &type, &value))
			return false;
		if (type != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (*message != NULL || reader_left(&value) != RADIUS_AUTHENTICATOR)
			return false;
		*message = value.at;
	}
	return true;
}

enum radius_fault
radius_read(const void *bytes, size_t size, struct radius_packet *ret)
{
	struct reader reader = reader_on(bytes, size);
	struct radius_packet packet = {.bytes = bytes};

	packet.code = reader_u8(&reader);
	packet.identifier = reader_u8(&reader);
	packet.length = reader_u16(&reader);
	packet.authenticator = reader_take(&reader, RADIUS_AUTHENTICATOR);
	if (reader.failed || packet.length < RADIUS_HEADER || packet.length > RADIUS_MOST)
		return RADIUS_BAD_LENGTH;
	packet.attributes = reader_sub(&reader, packet.length - RADIUS_HEADER);
	if (packet.attributes.failed)
		return RADIUS_BAD_LENGTH;
	if (!is_whole(packet.attributes, &packet.message))
		return RADIUS_BAD_ATTRIBUTE;
	*ret = packet;
	return RADIUS_NO_FAULT;
}

struct radius_walk
radius_walk(struct reader attributes)
{
	return (struct radius_walk){.attributes = attributes};
}

/* Is what a vendor has there made of attributes? */
static bool
is_divided(struct reader inside)
{
	struct reader value;
	uint8_t type;

	if (reader_left(&inside) == 0)
		return false;
	while (reader_left(&inside) > 0) {
		if (!take(&inside, &type, &value))
			return false;
	}
	return true;
}

/* Opens a vendor's; true: it is given as one, since it is not made of attributes. */
static bool
open_vendor(struct radius_walk *walk, struct radius_attribute *attribute)
{
	struct reader value = attribute->value;

	if (reader_left(&value) <= VENDOR_HEADER)
		return true;
	walk->vendor = reader_u32(&value);
	if (is_divided(value)) {
		walk->inside = value;
		return false;
	}
	*attribute = (struct radius_attribute){.vendor = walk->vendor, .value = value};
	return true;
}

bool
radius_next(struct radius_walk *walk, struct radius_attribute *ret)
{
	for (;;) {
		if (reader_left(&walk->inside) > 0) {
			ret->vendor = walk->vendor;
			return take(&walk->inside, &ret->type, &ret->value);
		}
		if (reader_left(&walk->attributes) == 0)
			return false;
		ret->vendor = 0;
		if (!take(&walk->attributes, &ret->type, &ret->value))
			return false;
		if (ret->type != RADIUS_VENDOR_SPECIFIC || open_vendor(walk, ret))
			return true;
	}
}

bool
radius_u32(const struct radius_attribute *attribute, uint32_t *ret)
{
	struct reader value = attribute->value;

	if (reader_left(&value) != sizeof(*ret))
		return false;
	*ret = reader_u32(&value);
	return true;
}

void
radius_begin(struct radius_writer *writer, void *into, size_t size, enum radius_code code,
	uint8_t identifier)
{
	*writer = (struct radius_writer){
		.out = writer_on(into, size < RADIUS_MOST ? size : RADIUS_MOST)};
	writer_u8(&writer->out, (uint8_t)code);
	writer_u8(&writer->out, identifier);
	writer_u16(&writer->out, 0);
	writer_bytes(&writer->out, (const uint8_t[RADIUS_AUTHENTICATOR]){0}, RADIUS_AUTHENTICATOR);
}

void
radius_add(struct radius_writer *writer, uint8_t type, const void *value, size_t size)
{
	if (size == 0 || size > RADIUS_VALUE) {
		writer->out.failed = true;
		return;
	}
	writer_u8(&writer->out, type);
	writer_u8(&writer->out, (uint8_t)(size + ATTRIBUTE_HEADER));
	writer_bytes(&writer->out, value, size);
}

void
radius_add_u32(struct radius_writer *writer, uint8_t type, uint32_t value)
{
	writer_u8(&writer->out, type);
	writer_u8(&writer->out, sizeof(value) + ATTRIBUTE_HEADER);
	writer_u32(&writer->out, value);
}

void
radius_add_vendor(
	struct radius_writer *writer, uint32_t vendor, uint8_t type, const void *value, size_t size)
{
	if (size == 0 || size > RADIUS_VALUE - VENDOR_HEADER - ATTRIBUTE_HEADER) {
		writer->out.failed = true;
		return;
	}
	writer_u8(&writer->out, RADIUS_VENDOR_SPECIFIC);
	writer_u8(&writer->out, (uint8_t)(size + 2 * ATTRIBUTE_HEADER + VENDOR_HEADER));
	writer_u32(&writer->out, vendor);
	writer_u8(&writer->out, type);
	writer_u8(&writer->out, (uint8_t)(size + ATTRIBUTE_HEADER));
	writer_bytes(&writer->out, value, size);
}

void
radius_add_all(struct radius_writer *writer, const void *attributes, size_t size)
{
	writer_bytes(&writer->out, attributes, size);
}

void
radius_add_message(struct radius_writer *writer)
{
	writer_u8(&writer->out, RADIUS_MESSAGE_AUTHENTICATOR);
	writer_u8(&writer->out, RADIUS_AUTHENTICATOR + ATTRIBUTE_HEADER);
	writer->message = writer_take(&writer->out, RADIUS_AUTHENTICATOR);
	if (writer->message != NULL)
		memset(writer->message, 0, RADIUS_AUTHENTICATOR);
}
