/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/dataset.h"

#include "source/record.h"

/* Ports as they stand in a record, in network order, so that the test needs no swap. */
#define NETWORK(port) __builtin_bswap16(port)

static inline unsigned
is_mail_raw(uint16_t raw)
{
	return (raw == NETWORK(25)) | (raw == NETWORK(465)) | (raw == NETWORK(587)) |
		(raw == NETWORK(2525));
}

static inline uint16_t
raw_u16(const uint8_t *at)
{
	uint16_t raw;

	memcpy(&raw, at, sizeof(raw));
	return raw;
}

/* The way of nearly all records: two loads, and on to the next. */
static uint32_t
read_ports(struct message *message, const struct template *template, const uint8_t *at, size_t size)
{
	const size_t length = template->length;
	const uint8_t *source = at + template->source_port;
	const uint8_t *destination = at + template->destination_port;
	uint32_t records = 0;

	for (; size >= length; size -= length, records++) {
		if (__builtin_expect(
			    is_mail_raw(raw_u16(source)) | is_mail_raw(raw_u16(destination)), 0)) {
			struct record record = {
				template, at + records * length, length, template->place};

			record_flow(message, &record);
		}
		source += length;
		destination += length;
	}
	return records;
}

static bool
is_mail_record(const struct record *record)
{
	const struct place *source = &record->place[SLOT_SOURCE_PORT];
	const struct place *destination = &record->place[SLOT_DESTINATION_PORT];
	uint64_t a = bytes_uint(record->at + source->offset, source->size);
	uint64_t b = bytes_uint(record->at + destination->offset, destination->size);

	return (a <= UINT16_MAX && is_mail_port((uint16_t)a)) ||
		(b <= UINT16_MAX && is_mail_port((uint16_t)b));
}

/* Are the ports where they always are, and none of them of mail? Then only the length is needed. */
static bool
is_skipped(const struct template *template, const uint8_t *at)
{
	return (template->has & TEMPLATE_NEAR) &&
		!(template->has & (TEMPLATE_NAT | TEMPLATE_FRAMES)) &&
		!(is_mail_raw(raw_u16(at + template->source_port)) |
			is_mail_raw(raw_u16(at + template->destination_port)));
}

static void
use_record(struct message *message, const struct record *record)
{
	uint8_t has = record->template->has;

	if (message->export_->visitor != NULL) {
		record_visit(message, record);
		if (record->template->plan == PLAN_OPTIONS)
			record_options(message, record);
		return;
	}
	if (record->template->plan == PLAN_OPTIONS) {
		record_options(message, record);
		return;
	}
	if (has & TEMPLATE_NAT)
		record_binding(message, record);
	if ((has & TEMPLATE_FLOWS) && is_mail_record(record))
		record_flow(message, record);
	else if ((has & TEMPLATE_FRAMES) && !(has & TEMPLATE_FLOWS))
		record_frame(message, record);
}

/* Every record for itself: variable lengths, NAT, frames, options, and all of them for a visitor. */
static uint32_t
read_each(struct message *message, const struct template *template, const uint8_t *at, size_t size)
{
	bool all = message->export_->visitor != NULL || template->plan == PLAN_OPTIONS;
	uint32_t records = 0;

	while (size >= template->length) {
		struct place scratch[SLOT_COUNT];
		struct record record = {.template = template, .at = at};

		record.length = template_length(template, at, size);
		if (record.length == 0) {
			message->export_->intake_counts->skipped_records++;
			message->export_->intake_counts->skipped_bytes += size;
			message_error(message,
				"a record of template %u goes beyond its set of data",
				template->id);
			break;
		}
		if (all || (template->plan == PLAN_WALK && !is_skipped(template, at))) {
			record.place = template_locate(template, at, record.length, scratch);
			use_record(message, &record);
		}
		records++;
		at += record.length;
		size -= record.length;
	}
	return records;
}

void
dataset_read(
	struct message *message, const struct template *template, const uint8_t *at, size_t size)
{
	struct export *export_ = message->export_;
	uint32_t records;

	if (template->plan == PLAN_PORTS && export_->visitor == NULL)
		records = read_ports(message, template, at, size);
	else if (template->plan == PLAN_SKIP && !template->is_variable && export_->visitor == NULL)
		records = (uint32_t)(size / template->length);
	else
		records = read_each(message, template, at, size);
	message->records += records;
	export_->intake_counts->records += records;
	if (template->is_options)
		export_->counts.options += records;
	if (__builtin_expect(template->has & TEMPLATE_KEYLESS, 0) && records > 0) {
		export_->intake_counts->skipped_records += records;
		message_error(message,
			"%u records of template %u have reverse fields but no address or port",
			records, template->id);
	}
}
