/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/estate.h"

#include "action/order.h"
#include "evidence/evidence.h"
#include "identity/accountname.h"
#include "identity/linewho.h"
#include "identity/names.h"
#include "identity/natblock.h"
#include "identity/sessions.h"
#include "identity/whereabouts.h"
#include "ledger/deciding.h"
#include "runtime/channel.h"
#include "runtime/process.h"
#include "service/casetable.h"
#include "service/ordertable.h"
#include "verdict/verdict.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define RINGS_BYTES (2 * ESTATE_JUDGES * sizeof(struct status_rings))

/* Orders that wait for the actor; when it is full it asks for all that hold. */
#define MEASURES_MOST 16384

/* Processes of which there is one at the most. */
#define SINGLE 9

_Static_assert(SINGLE + ESTATE_RECEIVERS + ESTATE_JUDGES <= STATUS_PROCESSES, "a page each");

/* Shared with all processes that will be forked; all zero, and used memory only where it is touched. */
static int
share(void **ret, size_t bytes, struct fail *fail)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		int r = -errno;

		fail_what(
			fail, "%zu bytes of shared memory cannot be had: %s", bytes, strerror(-r));
		return r;
	}
	*ret = memory;
	return 0;
}

static int
share_ring(void **ret, size_t entry, size_t count, struct fail *fail)
{
	int r = share(ret, ring_bytes(entry, count), fail);

	if (r == 0)
		ring_make(*ret);
	return r;
}

/* What a receiver or the guard writes. */
static int
share_putter(struct estate *estate, uint32_t putter, struct fail *fail)
{
	const struct estate_settings *settings = &estate->settings;
	size_t bytes = names_bytes(settings->names_most);
	struct names table;
	int r = share(&estate->names[putter], bytes, fail);

	if (r == 0)
		must(names_make(&table, estate->names[putter], bytes, settings->names_most) == 0);
	for (uint32_t j = 0; j < settings->judges && r == 0; j++)
		r = share_ring(&estate->sightings[putter][j], sizeof(struct sighting),
			settings->sightings_most, fail);
	return r;
}

/* What is between a judge and the keeper. */
static int
share_judge(struct estate *estate, uint32_t judge, struct fail *fail)
{
	int r = share_ring(&estate->verdicts[judge], sizeof(struct verdict),
		estate->settings.verdicts_most, fail);

	return r < 0 ? r
		     : share_ring(&estate->decisions[judge], sizeof(struct case_decision),
			       ESTATE_DECISIONS, fail);
}

/* What is between the keeper and the guard. */
static int
share_guard(struct estate *estate, struct fail *fail)
{
	int r = share(&estate->accountnames, sizeof(struct accountnames), fail);

	if (r == 0)
		r = share(&estate->cases, sizeof(struct casetable), fail);
	return r < 0 ? r : share(&estate->orders, sizeof(struct ordertable), fail);
}

static int
share_status(struct estate *estate, struct fail *fail)
{
	void *pages = NULL, *rings = NULL, *exporters = NULL;
	int r = share(&pages, STATUS_PROCESSES * sizeof(struct status_process), fail);

	if (r == 0)
		r = share(&rings, RINGS_BYTES, fail);
	estate->pages = pages;
	estate->rings = rings;
	for (uint32_t i = 0; i < estate->settings.receivers && r == 0; i++) {
		r = share(&exporters, sizeof(struct status_exporters), fail);
		estate->exporters[i] = exporters;
	}
	return r;
}

struct leases_settings
estate_leases(const struct estate_settings *settings)
{
	struct leases_settings leases = LEASES_DEFAULTS;

	leases.leases_most = settings->leases_most;
	leases.tolerance_seconds = settings->leases_tolerance;
	return leases;
}

static size_t
linetable_size(const struct estate_settings *settings, size_t payload)
{
	return linetable_bytes(settings->leases_most, payload);
}

/* A table of lines, made. */
static int
share_lines(void **ret, const struct estate_settings *settings, size_t payload, struct fail *fail)
{
	size_t bytes = linetable_size(settings, payload);
	struct linetable table;
	int r = share(ret, bytes, fail);

	if (r == 0)
		must(linetable_make(&table, *ret, bytes, settings->leases_most, payload) == 0);
	return r;
}

/* What the registrar writes. Made before anybody looks into it. */
static int
make_registrar(struct estate *estate, struct fail *fail)
{
	struct leases_settings settings = estate_leases(&estate->settings);
	size_t bytes = leases_bytes(&settings);
	struct leases leases;
	int r = share(&estate->leases, bytes, fail);

	hash_key_random(&settings.key);
	if (r == 0)
		must(leases_make(&leases, &settings, estate->leases, bytes) == 0);
	if (r == 0)
		r = share_lines(
			&estate->linenames, &estate->settings, sizeof(struct linewho), fail);
	if (r == 0)
		r = share_lines(
			&estate->sessions, &estate->settings, sizeof(struct session_of_line), fail);
	if (r == 0)
		r = share_ring(
			&estate->whereabouts, sizeof(struct whereabouts), ESTATE_WHEREABOUTS, fail);
	for (uint32_t i = 0; i < estate->settings.receivers && r == 0; i++)
		r = share_ring(&estate->blocks[i], sizeof(struct natblock), ESTATE_BLOCKS, fail);
	return r;
}

static int
make_memory(struct estate *estate, struct fail *fail)
{
	const struct estate_settings *settings = &estate->settings;
	void *decided = NULL;
	int r = share_status(estate, fail);

	for (uint32_t i = 0; i < estate_putters(settings) && r == 0; i++)
		r = share_putter(estate, i, fail);
	for (uint32_t j = 0; j < settings->judges && r == 0; j++)
		r = share_judge(estate, j, fail);
	if (r == 0 && settings->guards > 0)
		r = share_guard(estate, fail);
	if (r == 0 && settings->actors > 0)
		r = share_ring(&estate->measures, sizeof(struct order), MEASURES_MOST, fail);
	if (r == 0)
		r = share(&decided, sizeof(*estate->decided), fail);
	estate->decided = decided;
	if (r == 0 && settings->registrars > 0)
		r = make_registrar(estate, fail);
	return r;
}

static int
make_wake(int *ret)
{
	*ret = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return *ret < 0 ? -errno : 0;
}

static int
make_descriptors(struct estate *estate, struct fail *fail)
{
	int r = make_wake(&estate->keeper_wake);

	if (r == 0)
		r = make_wake(&estate->whereabouts_wake);
	if (r == 0)
		r = make_wake(&estate->actor_wake);
	if (r == 0)
		r = channel_pair(estate->actor_keeper.end);
	if (r == 0)
		r = channel_pair(estate->portal_keeper.end);
	if (r == 0)
		r = channel_pair(estate->notifier_keeper.end);
	if (r == 0)
		r = channel_pair(estate->desk_keeper.end);
	if (r == 0)
		r = channel_pair(estate->desk_guard.end);
	for (uint32_t j = 0; j < estate->settings.judges && r == 0; j++) {
		r = make_wake(&estate->judge_wake[j]);
		if (r == 0)
			r = channel_pair(estate->desk_judge[j].end);
		if (r == 0)
			r = channel_pair(estate->judge_keeper[j].end);
	}
	for (unsigned i = 0; i < estate_places(estate) && r == 0; i++)
		r = channel_pair(estate->parent[i].end);
	if (r < 0)
		fail_what(fail, "channels between processes cannot be made: %s", strerror(-r));
	return r;
}

bool
estate_may_say(
	const struct estate_settings *settings, uint32_t putter, const struct sighting *sighting)
{
	bool is_score = sighting->kind == SIGHTING_SCORE;
	uint8_t channel = sighting->channel;

	if (putter < settings->receivers)
		return !is_score;
	if (putter < settings->receivers + settings->guards)
		return sighting->kind == SIGHTING_CLOCK ||
			(is_score && (channel == CHANNEL_RELAY || channel == CHANNEL_REPORT));
	return is_score && channel == CHANNEL_METER;
}

int
estate_make(struct estate *estate, const struct estate_settings *settings, struct fail *fail)
{
	int r;

	must(settings->receivers <= ESTATE_RECEIVERS && settings->guards <= 1);
	must(settings->actors <= 1 && settings->portals <= 1);
	must(settings->notifiers <= 1);
	must(settings->registrars <= 1);
	must(estate_putters(settings) >= 1);
	must(settings->judges >= 1 && settings->judges <= ESTATE_JUDGES);
	*estate = (struct estate){
		.settings = *settings, .lock = -1, .actor_gate = -1, .notifier_helper = -1};
	r = make_memory(estate, fail);
	return r < 0 ? r : make_descriptors(estate, fail);
}

unsigned
estate_place(const struct post *post)
{
	switch (post->owner) {
	case OWNER_PARENT:
		return 0;
	case OWNER_KEEPER:
		return 1;
	case OWNER_DESK:
		return 2;
	case OWNER_GUARD:
		return 3;
	case OWNER_ACTOR:
		return 4;
	case OWNER_GARDEN:
		return 5;
	case OWNER_REGISTRAR:
		return 6;
	case OWNER_PORTAL:
		return 7;
	case OWNER_NOTIFIER:
		return 8;
	case OWNER_RECEIVER:
		return SINGLE + post->number;
	case OWNER_JUDGE:
		return SINGLE + ESTATE_RECEIVERS + post->number;
	case OWNER_COUNT:
		break;
	}
	must(false);
	return 0;
}

unsigned
estate_places(const struct estate *estate)
{
	return SINGLE + ESTATE_RECEIVERS + estate->settings.judges;
}

struct status_process *
estate_status(const struct estate *estate, unsigned place)
{
	return &estate->pages[place];
}

static void
unshare_memory(void **memory, size_t bytes)
{
	if (*memory != NULL)
		(void)munmap(*memory, bytes);
	*memory = NULL;
}

static void
keep_exporters(struct estate *estate, const struct post *post)
{
	for (uint32_t i = 0; i < estate->settings.receivers; i++) {
		bool mine = post->owner == OWNER_RECEIVER && i == post->number;
		void *exporters = estate->exporters[i];

		if (!mine && post->owner != OWNER_DESK) {
			unshare_memory(&exporters, sizeof(struct status_exporters));
			estate->exporters[i] = exporters;
		} else if (!mine) {
			(void)mprotect(exporters, sizeof(struct status_exporters), PROT_READ);
		}
	}
}

/* What one putter writes: its names, and its rings. */
static void
keep_putter(struct estate *estate, const struct post *post, uint32_t putter)
{
	const struct estate_settings *settings = &estate->settings;
	bool mine = post->owner == OWNER_RECEIVER ? putter == post->number
		: post->owner == OWNER_GUARD
		? settings->guards > 0 && putter == settings->receivers
		: post->owner == OWNER_ACTOR && putter == settings->receivers + settings->guards;

	if (!mine && post->owner != OWNER_KEEPER)
		unshare_memory(&estate->names[putter], names_bytes(settings->names_most));
	else if (!mine)
		(void)mprotect(estate->names[putter], names_bytes(settings->names_most), PROT_READ);
	for (uint32_t j = 0; j < settings->judges; j++) {
		if (!mine && !(post->owner == OWNER_JUDGE && j == post->number))
			unshare_memory(&estate->sightings[putter][j],
				ring_bytes(sizeof(struct sighting), settings->sightings_most));
	}
}

/* One piece of what the registrar writes: its own, or to read, or of no use. */
static void
keep_part(void **memory, size_t bytes, bool writes, bool reads)
{
	if (writes || *memory == NULL)
		return;
	if (reads)
		(void)mprotect(*memory, bytes, PROT_READ);
	else
		unshare_memory(memory, bytes);
}

/* Blocks of ports: of one receiver, for the registrar. Who takes writes how far he is. */
static void
keep_blocks(struct estate *estate, const struct post *post)
{
	for (uint32_t i = 0; i < estate->settings.receivers; i++)
		keep_part(&estate->blocks[i], ring_bytes(sizeof(struct natblock), ESTATE_BLOCKS),
			post->owner == OWNER_REGISTRAR ||
				(post->owner == OWNER_RECEIVER && i == post->number),
			false);
}

/* Names are for the keeper, sessions and whereabouts for who acts upon lines, and leases for who looks up lines. */
static void
keep_registrar(struct estate *estate, enum counter_owner owner)
{
	const struct estate_settings *settings = &estate->settings;
	const struct leases_settings leases = estate_leases(settings);
	bool writes = owner == OWNER_REGISTRAR;

	keep_part(&estate->leases, leases_bytes(&leases), writes,
		owner == OWNER_RECEIVER || owner == OWNER_GUARD || owner == OWNER_KEEPER ||
			owner == OWNER_ACTOR);
	keep_part(&estate->linenames, linetable_size(settings, sizeof(struct linewho)), writes,
		owner == OWNER_KEEPER);
	keep_part(&estate->sessions, linetable_size(settings, sizeof(struct session_of_line)),
		writes, owner == OWNER_ACTOR);
	/* Who takes writes how far he is. */
	keep_part(&estate->whereabouts, ring_bytes(sizeof(struct whereabouts), ESTATE_WHEREABOUTS),
		writes || owner == OWNER_ACTOR, false);
}

/* Who may see which memory. */
static void
keep_memory(struct estate *estate, const struct post *post)
{
	const struct estate_settings *settings = &estate->settings;
	enum counter_owner owner = post->owner;

	keep_exporters(estate, post);
	keep_registrar(estate, owner);
	keep_blocks(estate, post);
	if (owner == OWNER_KEEPER && estate->accountnames != NULL)
		(void)mprotect(estate->accountnames, sizeof(struct accountnames), PROT_READ);
	else if (owner != OWNER_GUARD)
		unshare_memory(&estate->accountnames, sizeof(struct accountnames));
	if (owner == OWNER_GUARD) {
		(void)mprotect(estate->cases, sizeof(struct casetable), PROT_READ);
		(void)mprotect(estate->orders, sizeof(struct ordertable), PROT_READ);
	} else if (owner != OWNER_KEEPER) {
		unshare_memory(&estate->cases, sizeof(struct casetable));
		unshare_memory(&estate->orders, sizeof(struct ordertable));
	}
	if (owner != OWNER_KEEPER && owner != OWNER_ACTOR)
		unshare_memory(&estate->measures, ring_bytes(sizeof(struct order), MEASURES_MOST));
	for (uint32_t i = 0; i < estate_putters(settings); i++)
		keep_putter(estate, post, i);
	for (uint32_t j = 0; j < settings->judges; j++) {
		if (owner == OWNER_KEEPER || (owner == OWNER_JUDGE && j == post->number))
			continue;
		unshare_memory(&estate->verdicts[j],
			ring_bytes(sizeof(struct verdict), settings->verdicts_most));
		unshare_memory(&estate->decisions[j],
			ring_bytes(sizeof(struct case_decision), ESTATE_DECISIONS));
	}
	if (owner != OWNER_KEEPER) {
		void *decided = estate->decided;

		unshare_memory(&decided, sizeof(*estate->decided));
		estate->decided = decided;
	}
	for (unsigned place = 0; place < STATUS_PROCESSES; place++) {
		if (place != estate_place(post))
			(void)mprotect(&estate->pages[place], sizeof(*estate->pages), PROT_READ);
	}
	if (owner != OWNER_JUDGE)
		(void)mprotect(estate->rings, RINGS_BYTES, PROT_READ);
}

/* Of those that tell customers. */
static size_t
list_of_care(const struct estate *estate, const struct post *post, int *into)
{
	size_t count = 0;

	if (post->owner == OWNER_PORTAL)
		into[count++] = estate->portal_keeper.end[0];
	if (post->owner == OWNER_NOTIFIER)
		into[count++] = estate->notifier_keeper.end[0];
	if (post->owner == OWNER_NOTIFIER && estate->notifier_helper >= 0)
		into[count++] = estate->notifier_helper;
	return count;
}

/* Adds what a process uses of the descriptors; returns how many. */
static size_t
list_descriptors(const struct estate *estate, const struct post *post, int *into)
{
	uint32_t judges = estate->settings.judges;
	size_t count = 0;

	into[count++] = estate->parent[estate_place(post)].end[1];
	if (estate->lock >= 0)
		into[count++] = estate->lock;
	if (post->owner == OWNER_JUDGE) {
		into[count++] = estate->judge_wake[post->number];
		into[count++] = estate->keeper_wake;
		into[count++] = estate->desk_judge[post->number].end[1];
		into[count++] = estate->judge_keeper[post->number].end[0];
	}
	if (post->owner == OWNER_ACTOR) {
		into[count++] = estate->actor_wake;
		into[count++] = estate->actor_keeper.end[0];
		if (estate->actor_gate >= 0)
			into[count++] = estate->actor_gate;
	}
	if (post->owner == OWNER_REGISTRAR || post->owner == OWNER_ACTOR)
		into[count++] = estate->whereabouts_wake;
	if (post->owner == OWNER_KEEPER) {
		into[count++] = estate->keeper_wake;
		into[count++] = estate->actor_wake;
		into[count++] = estate->actor_keeper.end[1];
		into[count++] = estate->portal_keeper.end[1];
		into[count++] = estate->notifier_keeper.end[1];
		into[count++] = estate->desk_keeper.end[1];
	}
	count += list_of_care(estate, post, into + count);
	if (post->owner == OWNER_DESK) {
		into[count++] = estate->desk_keeper.end[0];
		into[count++] = estate->desk_guard.end[0];
	}
	if (post->owner == OWNER_GUARD)
		into[count++] = estate->desk_guard.end[1];
	for (uint32_t j = 0; j < judges; j++) {
		if (post->owner == OWNER_RECEIVER || post->owner == OWNER_GUARD ||
			post->owner == OWNER_ACTOR || post->owner == OWNER_KEEPER)
			into[count++] = estate->judge_wake[j];
		if (post->owner == OWNER_KEEPER)
			into[count++] = estate->judge_keeper[j].end[1];
		if (post->owner == OWNER_DESK)
			into[count++] = estate->desk_judge[j].end[0];
	}
	return count;
}

void
estate_enter(struct estate *estate, const struct post *post, const int *more, size_t count)
{
	int keep[256];
	size_t kept = list_descriptors(estate, post, keep);

	must(kept + count <= sizeof(keep) / sizeof(*keep));
	for (size_t i = 0; i < count; i++)
		keep[kept++] = more[i];
	process_keep_only(keep, kept);
	keep_memory(estate, post);
}

void
estate_sightings_putting(
	const struct estate *estate, uint32_t putter, uint32_t judge, struct ring *ret)
{
	ring_attach_putting(ret, estate->sightings[putter][judge], sizeof(struct sighting),
		estate->settings.sightings_most, estate->judge_wake[judge]);
}

void
estate_sightings_taking(
	const struct estate *estate, uint32_t putter, uint32_t judge, struct ring *ret)
{
	ring_attach_taking(ret, estate->sightings[putter][judge], sizeof(struct sighting),
		estate->settings.sightings_most, estate->judge_wake[judge]);
}

void
estate_verdicts_putting(const struct estate *estate, uint32_t judge, struct ring *ret)
{
	ring_attach_putting(ret, estate->verdicts[judge], sizeof(struct verdict),
		estate->settings.verdicts_most, estate->keeper_wake);
}

void
estate_verdicts_taking(const struct estate *estate, uint32_t judge, struct ring *ret)
{
	ring_attach_taking(ret, estate->verdicts[judge], sizeof(struct verdict),
		estate->settings.verdicts_most, estate->keeper_wake);
}

void
estate_measures_putting(const struct estate *estate, struct ring *ret)
{
	ring_attach_putting(
		ret, estate->measures, sizeof(struct order), MEASURES_MOST, estate->actor_wake);
}

void
estate_measures_taking(const struct estate *estate, struct ring *ret)
{
	ring_attach_taking(
		ret, estate->measures, sizeof(struct order), MEASURES_MOST, estate->actor_wake);
}

void
estate_decisions_putting(const struct estate *estate, uint32_t judge, struct ring *ret)
{
	ring_attach_putting(ret, estate->decisions[judge], sizeof(struct case_decision),
		ESTATE_DECISIONS, estate->judge_wake[judge]);
}

void
estate_decisions_taking(const struct estate *estate, uint32_t judge, struct ring *ret)
{
	ring_attach_taking(ret, estate->decisions[judge], sizeof(struct case_decision),
		ESTATE_DECISIONS, estate->judge_wake[judge]);
}

void
estate_blocks_putting(const struct estate *estate, uint32_t receiver, struct ring *ret)
{
	ring_attach_putting(
		ret, estate->blocks[receiver], sizeof(struct natblock), ESTATE_BLOCKS, -1);
}

void
estate_blocks_taking(const struct estate *estate, uint32_t receiver, struct ring *ret)
{
	ring_attach_taking(
		ret, estate->blocks[receiver], sizeof(struct natblock), ESTATE_BLOCKS, -1);
}

void
estate_whereabouts_putting(const struct estate *estate, struct ring *ret)
{
	ring_attach_putting(ret, estate->whereabouts, sizeof(struct whereabouts),
		ESTATE_WHEREABOUTS, estate->whereabouts_wake);
}

void
estate_whereabouts_taking(const struct estate *estate, struct ring *ret)
{
	ring_attach_taking(ret, estate->whereabouts, sizeof(struct whereabouts), ESTATE_WHEREABOUTS,
		estate->whereabouts_wake);
}

void
estate_free(struct estate *estate)
{
	const struct estate_settings *settings = &estate->settings;
	const struct leases_settings leases = estate_leases(settings);

	unshare_memory(&estate->leases, leases_bytes(&leases));
	unshare_memory(&estate->linenames, linetable_size(settings, sizeof(struct linewho)));
	unshare_memory(&estate->sessions, linetable_size(settings, sizeof(struct session_of_line)));
	unshare_memory(
		&estate->whereabouts, ring_bytes(sizeof(struct whereabouts), ESTATE_WHEREABOUTS));
	close(estate->whereabouts_wake);
	for (uint32_t i = 0; i < settings->receivers; i++)
		unshare_memory(
			&estate->blocks[i], ring_bytes(sizeof(struct natblock), ESTATE_BLOCKS));
	for (uint32_t i = 0; i < settings->receivers; i++) {
		void *exporters = estate->exporters[i];

		unshare_memory(&exporters, sizeof(struct status_exporters));
	}
	unshare_memory(&estate->accountnames, sizeof(struct accountnames));
	unshare_memory(&estate->cases, sizeof(struct casetable));
	unshare_memory(&estate->orders, sizeof(struct ordertable));
	unshare_memory(&estate->measures, ring_bytes(sizeof(struct order), MEASURES_MOST));
	for (uint32_t i = 0; i < estate_putters(settings); i++) {
		unshare_memory(&estate->names[i], names_bytes(settings->names_most));
		for (uint32_t j = 0; j < settings->judges; j++)
			unshare_memory(&estate->sightings[i][j],
				ring_bytes(sizeof(struct sighting), settings->sightings_most));
	}
	for (uint32_t j = 0; j < settings->judges; j++) {
		unshare_memory(&estate->verdicts[j],
			ring_bytes(sizeof(struct verdict), settings->verdicts_most));
		unshare_memory(&estate->decisions[j],
			ring_bytes(sizeof(struct case_decision), ESTATE_DECISIONS));
		close(estate->judge_wake[j]);
		for (int end = 0; end < 2; end++) {
			close(estate->desk_judge[j].end[end]);
			close(estate->judge_keeper[j].end[end]);
		}
	}
	for (unsigned i = 0; i < estate_places(estate); i++) {
		close(estate->parent[i].end[0]);
		close(estate->parent[i].end[1]);
	}
	close(estate->desk_keeper.end[0]);
	close(estate->desk_keeper.end[1]);
	close(estate->desk_guard.end[0]);
	close(estate->desk_guard.end[1]);
	close(estate->actor_keeper.end[0]);
	close(estate->actor_keeper.end[1]);
	close(estate->portal_keeper.end[0]);
	close(estate->portal_keeper.end[1]);
	close(estate->notifier_keeper.end[0]);
	close(estate->notifier_keeper.end[1]);
	close(estate->actor_wake);
	close(estate->keeper_wake);
	(void)munmap(estate->decided, sizeof(*estate->decided));
	(void)munmap(estate->rings, RINGS_BYTES);
	(void)munmap(estate->pages, STATUS_PROCESSES * sizeof(struct status_process));
}
