/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/export.h"

#include "base/hash.h"
#include "source/export/ipfix.h"
#include "source/export/message.h"
#include "source/export/netflow5.h"
#include "source/export/netflow9.h"

#include <stdlib.h>

/* A datagram of NetFlow v5 has 30 records at the most; some exporters send a few more. */
#define NETFLOW5_RECORDS 64

/* So much of a datagram is asked for before its header is looked at. */
#define PREFETCH 512

struct export *
export_new(const struct export_settings *settings, struct intake *intake)
{
	struct export *export_ = xcalloc(1, sizeof(*export_));
	struct sflow_settings sflow = SFLOW_DEFAULTS;
	struct fail nothing = {0};
	struct hash_key key;

	hash_key_random(&key);
	memcpy(&export_->allowed_seed, key.byte, sizeof(export_->allowed_seed));
	export_->settings = *settings;
	if (export_->settings.sessions_most == 0)
		export_->settings.sessions_most = 1;
	if (export_->settings.templates_total == 0)
		export_->settings.templates_total = 1;
	export_->intake = intake;
	export_->intake_counts = intake_counts(intake);
	sessions_init(
		&export_->sessions, &export_->settings, &export_->counts, export_->intake_counts);
	twins_init(&export_->twins);
	export_->netflow5 = template_new(&layout_netflow5, &nothing);
	sflow.agents_most = export_->settings.sessions_most;
	sflow.agents_per_sender = export_->settings.sessions_per_exporter;
	sflow.life_us = export_->settings.template_life_us;
	export_->sflow = sflow_new(&sflow, intake);
	return export_;
}

struct export *
export_free(struct export *export_)
{
	if (export_ == NULL)
		return NULL;
	sessions_done(&export_->sessions);
	template_free(export_->netflow5);
	sflow_free(export_->sflow);
	free(export_);
	return NULL;
}

static void
flush_feeder(void *feeder)
{
	export_flush(feeder);
}

static void
free_feeder(void *feeder)
{
	export_free(feeder);
}

struct export *
export_of(struct intake *intake)
{
	struct intake_feeder feeder = {.flush = flush_feeder, .free = free_feeder};

	if (intake_feeder(intake) == NULL) {
		feeder.feeder = export_new(&EXPORT_DEFAULTS, intake);
		intake_attach(intake, &feeder);
	}
	return intake_feeder(intake);
}

/* Is the first set one that a datagram of this dialect can begin with? */
static bool
is_set(const uint8_t *payload, size_t size, uint16_t templates)
{
	uint16_t id = bytes_u16(payload), length = bytes_u16(payload + 2);

	return (id >= TEMPLATE_FIRST || id == templates || id == templates + 1) && length >= 8 &&
		length <= size;
}

bool
export_matches(const uint8_t *payload, size_t size)
{
	struct reader reader = reader_on(payload, size);
	uint16_t version = reader_u16(&reader), count = reader_u16(&reader);

	if (reader.failed)
		return false;
	if (version == 5)
		return size >= 24 && count >= 1 && count <= NETFLOW5_RECORDS &&
			size == 24 + (size_t)count * 48;
	if (version == 9)
		return size >= 28 && is_set(payload + 20, size - 20, 0);
	if (version == 10)
		return size >= 24 && count >= 16 && count <= size &&
			is_set(payload + 16, count - 16U, 2);
	return sflow_matches(payload, size);
}

bool
export_allows(const struct export *export_, const struct address *address)
{
	for (size_t i = 0; i < export_->settings.allowed_count; i++) {
		if (prefix_has(&export_->settings.allowed[i], address))
			return true;
	}
	return export_->settings.allowed_count == 0;
}

/* The same for one that sends all the time, without going through the prefixes. The address of all zeros, which
 * stands for an empty place, sends nothing. */
static bool
is_allowed(struct export *export_, const struct export_from *from)
{
	uint64_t hash = hash_fast_16(from->address.byte, export_->allowed_seed);
	struct address *place = &export_->allowed_lately[hash % ALLOWED_LATELY];

	if (address_equal(place, &from->address) && !address_equal(place, &(struct address){{0}}))
		return true;
	if (!export_allows(export_, &from->address))
		return false;
	*place = from->address;
	return true;
}

/* A datagram of no version that could be read here. */
static __attribute__((cold, noinline)) void
refuse(struct export *export_, const struct export_from *from, uint16_t version, size_t size)
{
	struct message nobody = {.export_ = export_, .from = from};

	export_->counts.malformed++;
	export_->intake_counts->skipped_bytes += size;
	if (from->transport == EXPORT_TCP)
		message_error(&nobody, "version %u over TCP, expected IPFIX (10)", version);
	else
		message_error(&nobody, "version %u, expected NetFlow 5 or 9, IPFIX (10) or sFlow 5",
			version);
}

void
export_datagram(
	struct export *export_, const struct export_from *from, const uint8_t *payload, size_t size)
{
	uint16_t version = size >= 2 ? bytes_u16(payload) : 0;

	for (size_t i = 0; i < size && i < PREFETCH; i += 64)
		__builtin_prefetch(payload + i);
	export_->counts.datagrams++;
	if (export_->settings.allowed_count > 0 && from->has_address &&
		!is_allowed(export_, from)) {
		export_->counts.strangers++;
		return;
	}
	export_->visitor = intake_visitor(export_->intake);
	if (version == 9 && from->transport != EXPORT_TCP) {
		netflow9_read(export_, from, payload, size);
	} else if (version == 10) {
		ipfix_read(export_, from, payload, size);
	} else if (from->transport == EXPORT_TCP) {
		refuse(export_, from, version, size);
	} else if (version == 5) {
		netflow5_read(export_, from, payload, size);
	} else if (size >= 4 && bytes_u32(payload) == 5) {
		sflow_datagram(export_->sflow, from, payload, size);
	} else {
		refuse(export_, from, version, size);
	}
	if (__builtin_expect(export_->kernel != NULL, 0))
		kernel_see(export_->kernel, from, payload, size);
}

void
export_flush(struct export *export_)
{
	struct export_from from = {.file = export_->file};

	for (uint32_t i = 0; i < export_->sessions.used; i++) {
		struct session *session = &export_->sessions.session[i];
		struct message message = {.export_ = export_, .from = &from, .session = session};
		size_t sets = session->held_count, bytes;
		uint16_t first;

		if (!session->is_used || session->held == NULL)
			continue;
		first = session->held->template_id;
		from.has_address = !address_equal(&session->key.exporter, &(struct address){{0}});
		from.address = session->key.exporter;
		bytes = session_give_up(&export_->sessions, session);
		message_error(&message,
			sets == 1 ? "%zu set of data (%zu bytes) waited for a template that never "
				    "came, template %u"
				  : "%zu sets of data (%zu bytes) waited for a template that never "
				    "came, the first of them for template %u",
			sets, bytes, first);
	}
}

void
export_end(struct export *export_, const struct export_from *from)
{
	for (uint32_t i = 0; i < export_->sessions.used; i++) {
		struct session *session = &export_->sessions.session[i];

		if (session->is_used && session->key.transport == from->transport &&
			session->key.port == from->port &&
			address_equal(&session->key.exporter, &from->address))
			session_end(&export_->sessions, session);
	}
}

static struct export_exporter
exporter_of(const struct export *export_, const struct session *session)
{
	static const char *const versions[DIALECT_COUNT] = {
		[DIALECT_NETFLOW5] = "v5", [DIALECT_NETFLOW9] = "v9", [DIALECT_IPFIX] = "ipfix"};
	static const struct address none;
	struct export_exporter exporter = {
		.address = session->key.exporter,
		.has_address = !address_equal(&session->key.exporter, &none),
		.is_established = session->is_established,
		.port = session->port,
		.transport = session->key.transport,
		.domain = session->key.domain,
		.agent = session->key.exporter,
		.version = versions[session->key.dialect],
		.seen = session->seen,
		.sampling = session->rate,
		.templates = session->template_count,
		.held = (uint32_t)session->held_count,
	};

	if (exporter.sampling == 0)
		exporter.sampling = sampling_told(session->sampling);
	if (exporter.sampling == 0)
		exporter.sampling = export_->settings.sampling;
	figures_show(&session->often, &session->figures, &exporter);
	return exporter;
}

void
export_each_exporter(const struct export *export_,
	void (*visit)(void *context, const struct export_exporter *exporter), void *context)
{
	for (uint32_t i = 0; i < export_->sessions.used; i++) {
		if (export_->sessions.session[i].is_used) {
			struct export_exporter exporter =
				exporter_of(export_, &export_->sessions.session[i]);

			visit(context, &exporter);
		}
	}
	sflow_each_exporter(export_->sflow, visit, context);
}

const struct sflow_counts *
export_sflow_counts(const struct export *export_)
{
	return sflow_counts(export_->sflow);
}

const struct export_counts *
export_counts(const struct export *export_)
{
	return &export_->counts;
}
