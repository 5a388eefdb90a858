/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/dataset.h"

#include "source/export/record.h"

/* About one datagram. */
#define AHEAD 1536

/* Ports as they stand in a record, in network order, so that the test needs no swap. */
#define NETWORK(port) __builtin_bswap16(port)

/* The two ports of four records. */
typedef uint16_t ports __attribute__((vector_size(16)));
#define PORTS_RECORDS 4

#define ALL(port)                                                                                  \
	((ports){NETWORK(port), NETWORK(port), NETWORK(port), NETWORK(port), NETWORK(port),        \
		NETWORK(port), NETWORK(port), NETWORK(port)})

static inline uint16_t
raw_u16(const uint8_t *at)
{
	uint16_t raw;

	memcpy(&raw, at, sizeof(raw));
	return raw;
}

static inline bool
is_any_mail(ports p)
{
	ports matches = (ports)(p == ALL(25)) | (ports)(p == ALL(465)) | (ports)(p == ALL(587)) |
		(ports)(p == ALL(2525));
	uint64_t half[2];

	memcpy(half, &matches, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* Of one record: where its two ports stand. */
static inline bool
is_mail_pair(const uint8_t *source, const uint8_t *destination)
{
	uint16_t a = bytes_u16(source), b = bytes_u16(destination);

	return is_mail_port(a) || is_mail_port(b);
}

/* One to PORTS_RECORDS records of which the ports are not known to be others. */
static void
read_ports_few(
	struct message *message, const struct template *template, const uint8_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++, at += template->length) {
		struct record record = {template, at, template->length, template->place};

		if (is_mail_pair(at + template->source_port, at + template->destination_port))
			record_flow(message, &record);
	}
}

/* Datagrams mostly lie one after the other, in a file's window or in the slots of a socket: what
 * comes after this one is asked for while this one is walked. Nothing is read there. */
static inline void
prefetch_ahead(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i += 64)
		__builtin_prefetch((const void *)((uintptr_t)at + AHEAD + i));
}

/* The way of nearly all records: two loads, and on to the next. Four at a time, as long as four
 * are left. */
static uint32_t
read_ports(struct message *message, const struct template *template, const uint8_t *at, size_t size)
{
	const size_t length = template->length, four = PORTS_RECORDS * length;
	const size_t source = template->source_port, destination = template->destination_port;
	const bool ahead = !message->from->is_alone;
	uint32_t records = 0;
	size_t rest;

	for (; size >= four; size -= four, at += four, records += PORTS_RECORDS) {
		const uint8_t *s = at + source, *d = at + destination;
		ports p = {raw_u16(s), raw_u16(d), raw_u16(s + length), raw_u16(d + length),
			raw_u16(s + 2 * length), raw_u16(d + 2 * length), raw_u16(s + 3 * length),
			raw_u16(d + 3 * length)};

		if (ahead)
			prefetch_ahead(at, four);
		if (__builtin_expect(is_any_mail(p), 0))
			read_ports_few(message, template, at, PORTS_RECORDS);
	}
	for (rest = 0; size >= length; size -= length)
		rest++;
	read_ports_few(message, template, at, rest);
	return records + (uint32_t)rest;
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
		!is_mail_pair(at + template->source_port, at + template->destination_port);
}

static void
use_record(struct message *message, const struct record *record)
{
	unsigned has = record->template->has;

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

/* Every record for itself: variable lengths, NAT, frames, options, and all of them for a
 * visitor. */
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

/* Tells everybody how many records there were. */
static inline void
count_records(struct message *message, const struct template *template, uint32_t records)
{
	struct export *export_ = message->export_;

	message->records += records;
	export_->intake_counts->records += records;
	if (template->is_options) {
		export_->counts.options += records;
		message->options += records;
	}
	if (__builtin_expect(template->has & TEMPLATE_KEYLESS, 0) && records > 0) {
		export_->intake_counts->skipped_records += records;
		message_error(message,
			"%u records of template %u have reverse fields but no address or port",
			records, template->id);
	}
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
	count_records(message, template, records);
}

void
dataset_read_kept(struct message *message, const struct template *template, uint32_t records,
	const uint8_t *at, size_t kept)
{
	read_ports_few(message, template, at, kept);
	count_records(message, template, records);
}
