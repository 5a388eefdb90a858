/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/kernel.h"

#include "source/export/dataset.h"
#include "source/export/header.h"

#include <stdlib.h>

#define ONE_PASSED (UINT64_C(1) << 32)

/* A template is shown no more when its life has only so long to go: the filter has no clock. */
#define MARGIN      (10 * WALL_SECOND)
#define CHECK_EVERY WALL_SECOND

/* To allow costs about as much as so many datagrams by the ring save. */
#define WORTH 8

/* So often in a row it may be not worth it, before the pauses begin; and the longest is 2^12 of the first. */
#define PATIENCE    4
#define PAUSE       (16 * (WALL_SECOND / 1000))
#define PAUSES_MOST 12

/* How many datagrams are missing is only believed after so many looks. */
#define LOOKS 16

/* So many sessions are looked at in one call of kernel_allow. */
#define PENDING_AT_ONCE 256

/* The notes on a slot. */
struct mirror {
	uint32_t session;
	uint32_t seen;    /* of those that the filter passed, the ones that came */
	uint32_t passed;  /* in the state when it was allowed */
	int32_t least;    /* that were missing, since window */
	uint32_t looks;   /* since window */
	uint32_t entries; /* since it was allowed */
	uint8_t vain;     /* times in a row that it was not worth it */
	bool is_used;
	bool is_allowed;
	bool is_pending;
	bool is_settled;      /* seen has been compared with what was passed */
	struct wall window;   /* begin */
	struct wall earliest; /* not allowed before */
	struct wall until;    /* allowed: a template that was shown expires */
};

struct kernel {
	struct kernel_settings settings;
	struct kernel_counts counts;
	struct export *export_;
	struct kernel_slot *
		inherited; /* as a process before left them, until the first kernel_allow; or NULL */
	struct wall now;   /* of the last kernel_allow */
	struct wall checked;
	struct mirror mirror[KERNEL_SLOTS];
	uint16_t pending[KERNEL_SLOTS];
	uint32_t pending_count;
	uint32_t pending_next;
};

/* What the filter has read for the process before may still be in the ring: how, stands in the slots. */
static void
inherit(struct kernel *kernel, uint32_t number)
{
	if (kernel->inherited == NULL)
		kernel->inherited = xcalloc(KERNEL_SLOTS, sizeof(*kernel->inherited));
	kernel->inherited[number] = kernel->settings.slots[number];
}

static void
disinherit(struct kernel *kernel)
{
	free(kernel->inherited);
	kernel->inherited = NULL;
}

struct kernel *
kernel_new(const struct kernel_settings *settings)
{
	struct kernel *kernel = xcalloc(1, sizeof(*kernel));

	kernel->settings = *settings;
	for (uint32_t i = 0; i < KERNEL_SLOTS; i++) {
		struct kernel_slot *slot = &settings->slots[i];

		if (__atomic_load_n(&slot->owner, __ATOMIC_ACQUIRE) != settings->ring + 1)
			continue;
		inherit(kernel, i);
		__atomic_fetch_add(&slot->state, ONE_PASSED, __ATOMIC_ACQ_REL);
		__atomic_store_n(&slot->owner, 0, __ATOMIC_RELEASE);
	}
	return kernel;
}

struct kernel *
kernel_free(struct kernel *kernel)
{
	if (kernel != NULL)
		disinherit(kernel);
	free(kernel);
	return NULL;
}

void
kernel_attach(struct kernel *kernel, struct export *export_)
{
	kernel->export_ = export_;
	export_->kernel = kernel;
	export_->sessions.kernel = kernel;
}

const struct kernel_counts *
kernel_counts(const struct kernel *kernel)
{
	return &kernel->counts;
}

static struct kernel_key
key_of(const struct session_key *key)
{
	struct kernel_key ret = {
		.rest = key->domain | (uint64_t)key->port << 32 | (uint64_t)key->dialect << 48};

	_Static_assert(sizeof(ret.address) == sizeof(key->exporter), "an address is 16 bytes");
	memcpy(ret.address, &key->exporter, sizeof(ret.address));
	return ret;
}

/* From now on the filter passes everything of the session. */
static void
bar(struct kernel *kernel, uint32_t number)
{
	struct mirror *mirror = &kernel->mirror[number];
	uint64_t *state = &kernel->settings.slots[number].state;
	uint64_t now = __atomic_load_n(state, __ATOMIC_ACQUIRE);

	/* Mostly it has barred the session itself. */
	if (now >> 32 == (uint32_t)now) {
		__atomic_fetch_add(state, ONE_PASSED, __ATOMIC_ACQ_REL);
		mirror->seen++;
	}
	mirror->is_allowed = false;
	mirror->window = kernel->now;
	mirror->least = INT32_MAX;
	mirror->looks = 0;
	mirror->vain =
		mirror->entries >= WORTH ? 0 : (uint8_t)(mirror->vain + (mirror->vain < UINT8_MAX));
	if (mirror->vain > PATIENCE) {
		unsigned pauses = mirror->vain - PATIENCE - 1U;

		mirror->earliest.us =
			kernel->now.us + (PAUSE << (pauses < PAUSES_MOST ? pauses : PAUSES_MOST));
	}
	if (!mirror->is_pending) {
		mirror->is_pending = true;
		kernel->pending[kernel->pending_count++] = (uint16_t)number;
	}
}

/* Only what dataset.c reads by two loads, or steps over. */
static bool
is_plain(const struct kernel *kernel, const struct template *t)
{
	int64_t life = kernel->export_->settings.template_life_us;
	int64_t margin = life / 4 < MARGIN ? life / 4 : MARGIN;

	if (t->is_variable || (t->has & TEMPLATE_KEYLESS) || t->length > UINT16_MAX)
		return false;
	if (t->dialect != DIALECT_NETFLOW5 && kernel->now.us > t->refreshed.us + life - margin)
		return false;
	return t->plan == PLAN_SKIP || (t->plan == PLAN_PORTS && t->length <= KERNEL_RECORD_LENGTH);
}

static struct kernel_template
show(const struct template *t)
{
	const struct place *protocol = &t->place[SLOT_PROTOCOL];
	struct kernel_template ret = {
		.id = t->id,
		.length = (uint16_t)t->length,
		.source_port = t->source_port,
		.destination_port = t->destination_port,
		.flags = (uint8_t)((t->is_redefined ? KERNEL_REDEFINED : 0) |
			(t->plan == PLAN_SKIP ? KERNEL_SKIP : 0)),
		.since = t->since,
	};

	if (protocol->size == 1) {
		ret.protocol = protocol->offset;
		ret.protocol_mask = 0xff;
	}
	return ret;
}

/* Writes the session's templates into its slot; how many. */
static unsigned
show_all(struct kernel *kernel, const struct session *session, uint32_t number)
{
	struct kernel_slot *slot = &kernel->settings.slots[number];
	struct mirror *mirror = &kernel->mirror[number];
	const struct export *export_ = kernel->export_;
	const struct template *t =
		session->key.dialect == DIALECT_NETFLOW5 ? export_->netflow5 : session->templates;
	int64_t life = export_->settings.template_life_us;
	int64_t margin = life / 4 < MARGIN ? life / 4 : MARGIN;
	unsigned count = 0;

	mirror->until.us = INT64_MAX;
	for (; t != NULL && count < KERNEL_TEMPLATES; t = t->next) {
		if (!is_plain(kernel, t))
			continue;
		slot->template[count++] = show(t);
		if (t->dialect != DIALECT_NETFLOW5 &&
			t->refreshed.us + life - margin < mirror->until.us)
			mirror->until.us = t->refreshed.us + life - margin;
	}
	slot->templates = count;
	slot->uptime = session->uptime;
	return count;
}

/* Have all datagrams come that were passed? The socket was empty just now, so what is missing is under
 * way, and soon here, or lost; the least that was missing in a whole window is lost. */
static bool
is_settled(struct kernel *kernel, struct mirror *mirror, uint32_t passed)
{
	int32_t missing = (int32_t)(passed - mirror->seen);

	if (missing < mirror->least)
		mirror->least = missing;
	mirror->looks++;
	if (kernel->now.us < mirror->window.us)
		mirror->window = kernel->now;
	if (mirror->looks >= LOOKS &&
		kernel->now.us - mirror->window.us >= kernel->settings.window_us) {
		if (mirror->is_settled && mirror->least > 0)
			kernel->counts.unseen += (uint32_t)mirror->least;
		mirror->seen += (uint32_t)mirror->least;
		missing -= mirror->least;
		mirror->is_settled = true;
		mirror->window = kernel->now;
		mirror->least = INT32_MAX;
		mirror->looks = 0;
	}
	return mirror->is_settled && missing == 0;
}

/* Lets the filter read a session if it may be. */
static void
try_allow(struct kernel *kernel, uint32_t number)
{
	struct mirror *mirror = &kernel->mirror[number];
	struct kernel_slot *slot = &kernel->settings.slots[number];
	struct session *session = &kernel->export_->sessions.session[mirror->session];
	uint64_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
	uint32_t passed = (uint32_t)(state >> 32);

	if (!is_settled(kernel, mirror, passed) || kernel->now.us < mirror->earliest.us)
		return;
	if (session->is_mixed || show_all(kernel, session, number) == 0) {
		kernel_forget(kernel, session);
		return;
	}
	/* Fails if the filter has passed something meanwhile. */
	if (!__atomic_compare_exchange_n(&slot->state, &state, (uint64_t)passed << 32 | passed,
		    false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	mirror->is_allowed = true;
	mirror->passed = passed;
	mirror->entries = 0;
	kernel->counts.allowed++;
}

static void
try_pending(struct kernel *kernel)
{
	unsigned tries =
		kernel->pending_count < PENDING_AT_ONCE ? kernel->pending_count : PENDING_AT_ONCE;

	for (; tries > 0 && kernel->pending_count > 0; tries--) {
		uint32_t at = kernel->pending_next % kernel->pending_count;
		struct mirror *mirror = &kernel->mirror[kernel->pending[at]];

		if (mirror->is_used && !mirror->is_allowed)
			try_allow(kernel, kernel->pending[at]);
		if (mirror->is_used && !mirror->is_allowed) {
			kernel->pending_next = at + 1;
			continue;
		}
		mirror->is_pending = false;
		kernel->pending[at] = kernel->pending[--kernel->pending_count];
		kernel->pending_next = at;
	}
}

void
kernel_allow(struct kernel *kernel, struct wall now)
{
	int64_t since = now.us - kernel->checked.us;

	/* The ring has been emptied since it was barred. */
	disinherit(kernel);
	kernel->now = now;
	if (since < 0 || since >= CHECK_EVERY) {
		kernel->checked = now;
		for (uint32_t i = 0; i < KERNEL_SLOTS; i++) {
			const struct mirror *mirror = &kernel->mirror[i];

			if (mirror->is_allowed && now.us > mirror->until.us)
				bar(kernel, i);
		}
	}
	try_pending(kernel);
}

void
kernel_forget(struct kernel *kernel, struct session *session)
{
	uint32_t number = session->kernel_slot - 1;
	struct kernel_slot *slot = &kernel->settings.slots[number];
	struct mirror *mirror = &kernel->mirror[number];

	__atomic_fetch_add(&slot->state, ONE_PASSED, __ATOMIC_ACQ_REL);
	__atomic_store_n(&slot->owner, 0, __ATOMIC_RELEASE);
	*mirror = (struct mirror){.is_pending = mirror->is_pending};
	session->kernel_slot = 0;
}

void
kernel_end(struct kernel *kernel)
{
	/* The notes stay: with them what was read before this is known. */
	for (uint32_t i = 0; i < KERNEL_SLOTS; i++) {
		if (kernel->mirror[i].is_used)
			__atomic_fetch_add(
				&kernel->settings.slots[i].state, ONE_PASSED, __ATOMIC_ACQ_REL);
	}
}

/* Gives the session a slot, in which nothing may be read yet. */
static void
claim(struct kernel *kernel, struct session *session)
{
	struct kernel_key key = key_of(&session->key);
	uint32_t place = kernel_place(&key, kernel->settings.control->seed);

	for (uint32_t i = 0; i < KERNEL_PROBES; i++) {
		uint32_t number = (place + i) % KERNEL_SLOTS, nobody = 0;
		struct kernel_slot *slot = &kernel->settings.slots[number];

		if (__atomic_load_n(&slot->owner, __ATOMIC_ACQUIRE) != 0 ||
			!__atomic_compare_exchange_n(&slot->owner, &nobody,
				kernel->settings.ring + 1, false, __ATOMIC_ACQ_REL,
				__ATOMIC_RELAXED))
			continue;
		__atomic_store_n(&slot->state, UINT32_MAX, __ATOMIC_RELEASE);
		slot->key = key;
		session->kernel_slot = number + 1;
		kernel->mirror[number] = (struct mirror){.session = session->number,
			.is_used = true,
			.is_pending = kernel->mirror[number].is_pending,
			.entries = WORTH};
		bar(kernel, number);
		return;
	}
	kernel->counts.full++;
}

static bool
has_plain(const struct kernel *kernel, const struct session *session)
{
	const struct template *t = session->templates;

	if (session->is_mixed)
		return false;
	if (session->key.dialect == DIALECT_NETFLOW5)
		return true;
	while (t != NULL && !is_plain(kernel, t))
		t = t->next;
	return t != NULL;
}

/* Whose the filter takes a datagram to be: only its first header counts. */
static struct session *
find_session(const struct export *export_, const struct export_from *from, const uint8_t *payload,
	size_t size)
{
	struct session_key key = {.exporter = from->address};
	uint16_t version = size >= 2 ? bytes_u16(payload) : 0;

	if (version == 9 && size >= HEADER_NETFLOW9) {
		key.dialect = DIALECT_NETFLOW9;
		key.domain = bytes_u32(payload + 16);
	} else if (version == 10 && size >= HEADER_IPFIX) {
		key.dialect = DIALECT_IPFIX;
		key.domain = bytes_u32(payload + 12);
		key.port = from->port;
	} else if (version == 5 && size >= HEADER_NETFLOW5) {
		key.dialect = DIALECT_NETFLOW5;
		key.domain = bytes_u16(payload + 20);
	} else {
		return NULL;
	}
	return session_find(&export_->sessions, session_hash(&export_->sessions, &key));
}

void
kernel_see(
	struct kernel *kernel, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct session *session = find_session(kernel->export_, from, payload, size);
	struct mirror *mirror;

	kernel->counts.passed += from->transport == EXPORT_UDP;
	if (session == NULL || !from->has_address || from->transport != EXPORT_UDP)
		return;
	if (session->kernel_slot == 0) {
		if (has_plain(kernel, session))
			claim(kernel, session);
		return;
	}
	mirror = &kernel->mirror[session->kernel_slot - 1];
	mirror->seen++;
	if (mirror->is_allowed)
		bar(kernel, session->kernel_slot - 1);
}

/* Reads the header into the message and finds the session: NULL if there is none. */
static struct session *
open_entry(const struct kernel_entry *entry, struct message *message, struct header *header)
{
	struct export *export_ = message->export_;
	struct reader reader = reader_on(entry->header, sizeof(entry->header));

	switch (bytes_u16(entry->header)) {
	case 5:
		message->dialect = DIALECT_NETFLOW5;
		*header = header_parse_netflow5(&reader, message);
		break;
	case 9:
		message->dialect = DIALECT_NETFLOW9;
		*header = header_parse_netflow9(&reader, message);
		break;
	case 10:
		message->dialect = DIALECT_IPFIX;
		*header = header_parse_ipfix(&reader, message);
		break;
	default:
		return NULL;
	}
	message->size = entry->size;
	message->middle = entry->middle;
	message->last = entry->last;
	return find_session(export_, message->from, entry->header, sizeof(entry->header));
}

/* Was it read for the process before this one, with a template that this one knows just so? */
static bool
is_inherited(const struct kernel *kernel, const struct kernel_entry *entry,
	const struct session *session, const struct template *t)
{
	struct kernel_key key = key_of(&session->key);
	struct kernel_template shown = show(t);
	const struct kernel_slot *slot;

	if (entry->slot >= KERNEL_SLOTS)
		return false;
	slot = &kernel->inherited[entry->slot];
	if (slot->owner != kernel->settings.ring + 1 || (uint32_t)slot->state != entry->passed ||
		memcmp(&slot->key, &key, sizeof(key)) != 0)
		return false;
	for (uint32_t i = 0; i < slot->templates && i < KERNEL_TEMPLATES; i++) {
		if (memcmp(&slot->template[i], &shown, sizeof(shown)) == 0)
			return true;
	}
	return false;
}

/* The template that the kept records have, or NULL if they may have been cut with another. */
static const struct template *
entry_template(const struct kernel *kernel, const struct kernel_entry *entry,
	const struct message *message)
{
	struct export *export_ = message->export_;
	struct session *session = message->session;
	const struct mirror *mirror = &kernel->mirror[entry->slot % KERNEL_SLOTS];
	bool is_own = session->kernel_slot == entry->slot + 1 && mirror->is_allowed &&
		mirror->passed == entry->passed;
	const struct template *t;

	if (!is_own && kernel->inherited == NULL)
		return NULL;
	t = message->dialect == DIALECT_NETFLOW5
		? export_->netflow5
		: session_find_template(
			  &export_->sessions, session, entry->template_id, message->from->received);
	if (t == NULL || t->is_variable || entry->kept_bytes != entry->kept * t->length ||
		(entry->kept > 0 && t->plan != PLAN_PORTS))
		return NULL;
	return is_own || is_inherited(kernel, entry, session, t) ? t : NULL;
}

/* The datagram can be counted, but not be read. */
static void
leave_out(struct kernel *kernel, const struct kernel_entry *entry)
{
	struct intake_counts *counts = kernel->export_->intake_counts;

	kernel->counts.stale++;
	counts->records += entry->records;
	counts->skipped_records += entry->kept;
}

void
export_kernel_entry(
	struct export *export_, const struct export_from *from, const void *bytes, size_t size)
{
	struct kernel *kernel = export_->kernel;
	struct export_from own = *from;
	struct message message = {.export_ = export_, .from = &own};
	struct kernel_entry entry;
	struct header header;
	const struct template *t;

	kernel->counts.entries++;
	if (size >= sizeof(entry))
		memcpy(&entry, bytes, sizeof(entry));
	if (size < sizeof(entry) || entry.kept_bytes > size - sizeof(entry) ||
		entry.kept > entry.records || entry.slot >= KERNEL_SLOTS) {
		kernel->counts.odd++;
		return;
	}
	kernel->counts.bytes += entry.size;
	kernel->counts.records += entry.records;
	kernel->counts.kept += entry.kept;
	memcpy(&own.address, entry.address, sizeof(own.address));
	own.port = entry.port;
	own.has_address = true;
	export_->counts.datagrams++;
	export_->visitor = NULL;
	if (open_entry(&entry, &message, &header) == NULL) {
		leave_out(kernel, &entry);
		return;
	}
	if (!message_begin(&message, header.domain, header.export_us))
		return;
	if (message.sampling != 0)
		message.session->rate = message.sampling;
	t = entry_template(kernel, &entry, &message);
	if (t != NULL) {
		kernel->mirror[entry.slot].entries++;
		dataset_read_kept(&message, t, entry.records,
			(const uint8_t *)bytes + sizeof(entry), entry.kept);
	} else {
		message.records += entry.records;
		leave_out(kernel, &entry);
	}
	message_end(&message);
}
