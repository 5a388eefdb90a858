/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/containopening.h"

#include "base/text.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert((int)GATERULES_RENEW == (int)RULESET_RENEW &&
		(int)GATERULES_HOWS == (int)RULESET_HOWS && GATE_RULES_TEXT == RULESET_TEXT,
	"what is written is what is read");

int
containopening_begin(struct containopening *opening, struct fail *fail)
{
	size_t size = sizeof(struct gaterules);
	void *memory = MAP_FAILED;
	int ends[2] = {-1, -1}, r = 0;

	*opening = CONTAINOPENING_NONE;
	opening->memory = memfd_create("lazaret-rules", MFD_CLOEXEC);
	if (opening->memory < 0 || ftruncate(opening->memory, (off_t)size) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		r = -errno;
	if (r == 0)
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, opening->memory, 0);
	if (r == 0 && memory == MAP_FAILED)
		r = -errno;
	opening->actor = ends[0];
	opening->gate = ends[1];
	if (r < 0) {
		fail_what(fail, "no memory for the rules of containment: %s", strerror(-r));
		containopening_close(opening);
		return r;
	}
	opening->rules = memory;
	return 0;
}

void
containopening_close(struct containopening *opening)
{
	const int descriptors[] = {opening->memory, opening->actor, opening->gate};

	if (opening->rules != NULL)
		(void)munmap(opening->rules, sizeof(*opening->rules));
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(*descriptors); i++) {
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	}
	*opening = CONTAINOPENING_NONE;
}

/* The version that is not current, whole. */
static int
write_rules(struct gaterules *rules, uint32_t version, const struct ruleset_settings *settings,
	struct fail *fail)
{
	for (int how = GATERULES_RENEW; how < GATERULES_HOWS; how++) {
		struct buffer text;
		int r;

		buffer_init(&text, RULESET_TEXT);
		r = ruleset_print(settings, (enum ruleset_how)how, &text, fail);
		if (r >= 0) {
			memcpy(rules->text[version][how], text.at, text.length);
			rules->length[version][how] = (uint32_t)text.length;
		}
		buffer_done(&text);
		if (r < 0)
			return r;
	}
	return 0;
}

int
containopening_load(struct containopening *opening, const struct contain_settings *settings,
	struct gateclient *gate, struct fail *fail)
{
	struct gaterules *rules = opening->rules;
	const struct ruleset_settings *wanted = &settings->rules;
	uint32_t next = !rules->current;
	int r = write_rules(rules, next, wanted, fail);

	if (r < 0)
		return r;
	rules->mark[next] = wanted->garden_port != 0 ? wanted->mark : 0;
	rules->most = wanted->lines_most > wanted->quarantine_most ? wanted->lines_most
								   : wanted->quarantine_most;
	__atomic_store_n(&rules->current, next, __ATOMIC_RELEASE);
	return gateclient_rules(gate, fail);
}
