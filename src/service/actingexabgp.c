/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingexabgp.h"

#include "action/bgprules.h"
#include "action/exabgptext.h"
#include "runtime/event.h"
#include "service/actingrules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AGAIN_US WALL_SECOND
/* A reader that follows at once upon another cannot be told from it: all is announced again as often as this. */
#define REPEAT_US WALL_MINUTE
/* So much waits for the reader, and a line more. */
#define WAITING 65536
#define LINE    512
#define ALL     ((1U << BGP_FAMILIES) - 1)

struct actingexabgp {
	const struct router_settings *settings;
	const struct lines *lines;
	struct bgprules *rules;
	int file; /* -1: nobody reads */
	struct buffer out;
	size_t written;
	int64_t again_us; /* when it is tried again, or all is announced again */
	bool has_begun;
	uint32_t left_out;
	uint64_t told; /* lines */
	char words[STATUS_TEXT];
};

struct actingexabgp *
actingexabgp_new(const struct daemon_settings *settings)
{
	const struct router_settings *routers = &settings->contain.routers;
	struct bgprules_settings rules = {.most = routers->most};
	struct actingexabgp *exabgp;

	if (*routers->exabgp == '\0')
		return NULL;
	exabgp = xcalloc(1, sizeof(*exabgp));
	hash_key_random(&rules.key);
	exabgp->settings = routers;
	exabgp->lines = settings->lines;
	exabgp->rules = bgprules_new(&rules);
	exabgp->file = -1;
	buffer_init(&exabgp->out, WAITING + LINE);
	return exabgp;
}

struct actingexabgp *
actingexabgp_free(struct actingexabgp *exabgp)
{
	if (exabgp == NULL)
		return NULL;
	if (exabgp->file >= 0)
		close(exabgp->file);
	bgprules_free(exabgp->rules);
	buffer_done(&exabgp->out);
	free(exabgp);
	return NULL;
}

static void
take(void *end, const struct holding_change *change)
{
	struct actingexabgp *exabgp = end;
	struct flowspec_rule rule;
	int r = actingrules_of(exabgp->settings, exabgp->lines, change, &rule);

	if (r <= 0)
		return;
	if (change->adds)
		exabgp->left_out += bgprules_want(exabgp->rules, &rule) < 0;
	else if (bgprules_unwant(exabgp->rules, &rule) == 0 && exabgp->left_out > 0)
		exabgp->left_out--;
}

static void
anew(void *end, const struct holding *holding)
{
	struct actingexabgp *exabgp = end;
	struct actingrules_place place = {0};
	struct flowspec_rule rule;

	exabgp->left_out = 0;
	exabgp->has_begun = true;
	bgprules_mark(exabgp->rules);
	while (actingrules_next(exabgp->settings, exabgp->lines, holding, &place, &rule) > 0)
		exabgp->left_out += bgprules_want(exabgp->rules, &rule) < 0;
	(void)bgprules_sweep(exabgp->rules);
}

static void
lose(struct actingexabgp *exabgp, const char *why)
{
	if (exabgp->file >= 0) {
		close(exabgp->file);
		event(EVENT_BGP_DOWN, "router=exabgp text=%s", why);
	}
	exabgp->file = -1;
	exabgp->again_us = clock_steady() + AGAIN_US;
	snprintf(exabgp->words, sizeof(exabgp->words), "%s: %s", exabgp->settings->exabgp, why);
	bgprules_session(exabgp->rules, 0);
}

static void
begin(struct actingexabgp *exabgp)
{
	exabgp->file = open(
		exabgp->settings->exabgp, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (exabgp->file < 0) {
		lose(exabgp, errno == ENXIO ? "nobody reads it" : strerror(errno));
		return;
	}
	*exabgp->words = '\0';
	exabgp->again_us = clock_steady() + REPEAT_US;
	buffer_clear(&exabgp->out);
	exabgp->written = 0;
	bgprules_session(exabgp->rules, ALL);
	buffer_text(&exabgp->out, TEXT("clear adj-rib out\n"));
	event(EVENT_BGP_UP, "router=exabgp rules=%u",
		bgprules_wanted(exabgp->rules, BGP_FLOW4) +
			bgprules_wanted(exabgp->rules, BGP_FLOW6) +
			bgprules_wanted(exabgp->rules, BGP_UNICAST4) +
			bgprules_wanted(exabgp->rules, BGP_UNICAST6));
}

/* Lines of one family for which there is room. */
static void
put_lines(struct actingexabgp *exabgp, enum bgp_family family, bool is_withdrawal)
{
	const struct flowspec_rule *rule;
	struct wall now = {clock_steady()};

	while (exabgp->out.length < WAITING &&
		(rule = bgprules_first(exabgp->rules, family, is_withdrawal)) != NULL) {
		if (is_withdrawal)
			exabgptext_withdraw(&exabgp->settings->rules, rule, &exabgp->out);
		else
			exabgptext_announce(&exabgp->settings->rules, rule, &exabgp->out);
		bgprules_told(exabgp->rules, family, is_withdrawal, now);
		exabgp->told++;
	}
}

/* False: no more goes out now. */
static bool
write_out(struct actingexabgp *exabgp)
{
	struct buffer *out = &exabgp->out;

	while (exabgp->written < out->length) {
		ssize_t n = write(
			exabgp->file, out->at + exabgp->written, out->length - exabgp->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			lose(exabgp, errno == EPIPE ? "its reader is gone" : strerror(errno));
		if (n < 0)
			return false;
		exabgp->written += (size_t)n;
	}
	buffer_clear(out);
	exabgp->written = 0;
	return true;
}

static void
repeat(struct actingexabgp *exabgp)
{
	exabgp->again_us = clock_steady() + REPEAT_US;
	for (unsigned i = 0; i < BGP_FAMILIES; i++)
		bgprules_again(exabgp->rules, (enum bgp_family)i);
}

static int64_t
see_to(void *end, const struct holding *holding)
{
	struct actingexabgp *exabgp = end;

	(void)holding;
	if (!exabgp->has_begun)
		return INT64_MAX;
	if (exabgp->file < 0 && clock_steady() >= exabgp->again_us)
		begin(exabgp);
	if (exabgp->file < 0)
		return exabgp->again_us;
	if (clock_steady() >= exabgp->again_us)
		repeat(exabgp);
	do {
		(void)bgprules_expire(exabgp->rules, (struct wall){clock_steady()});
		for (unsigned i = 0; i < 2 * BGP_FAMILIES; i++)
			put_lines(exabgp, (enum bgp_family)(i % BGP_FAMILIES), i < BGP_FAMILIES);
	} while (exabgp->out.length > 0 && write_out(exabgp));
	return exabgp->again_us;
}

/* That a FIFO's reader is gone comes without being asked for. */
static size_t
polled(void *end, struct pollfd *into, size_t most)
{
	struct actingexabgp *exabgp = end;

	must(most > 0);
	*into = (struct pollfd){.fd = exabgp->file, .events = exabgp->out.length > 0 ? POLLOUT : 0};
	return 1;
}

static void
ready(void *end, const struct pollfd *polled, size_t count)
{
	struct actingexabgp *exabgp = end;

	if (count > 0 && exabgp->file >= 0 && (polled->revents & (POLLERR | POLLHUP)) != 0)
		lose(exabgp, "its reader is gone");
}

static void
show(void *end, struct duty *duty)
{
	struct actingexabgp *exabgp = end;

	duty_count(duty, COUNT_EXABGP_LINES, exabgp->told);
	duty_show(duty, COUNT_EXABGP_LEFT_OUT, exabgp->left_out);
}

static const char *
wrong(void *end)
{
	struct actingexabgp *exabgp = end;

	if (exabgp->file >= 0 && exabgp->left_out > 0)
		snprintf(exabgp->words, sizeof(exabgp->words),
			"ExaBGP may have no more rules; %u are left out", exabgp->left_out);
	else if (exabgp->file >= 0)
		*exabgp->words = '\0';
	return exabgp->words;
}

const struct actingend_kind actingexabgp_kind = {
	.take = take,
	.anew = anew,
	.see_to = see_to,
	.polled = polled,
	.ready = ready,
	.show = show,
	.wrong = wrong,
};
