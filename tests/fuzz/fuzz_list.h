/* fuzz_list - what the targets of list readers share: any bytes as a list, and what must hold of what comes of it */
#ifndef LAZARET_TESTS_FUZZ_LIST_H
#define LAZARET_TESTS_FUZZ_LIST_H

#include "census/list/bogon.h"
#include "census/list/listreader.h"
#include "fuzz.h"

#include <errno.h>

/* Few, so that the ceiling is met. */
#define FUZZ_LISTINGS 4000

struct fuzz_told {
	uint64_t count[LISTNOTE_COUNT];
};

static inline void
fuzz_tell(void *context, enum listnote kind, const struct fail *fail)
{
	struct fuzz_told *told = context;

	must(kind < LISTNOTE_COUNT && fail->what[0] != '\0' && fail->where[0] != '\0');
	for (const char *c = fail->what; *c != '\0'; c++)
		must(*c >= ' ');
	must(++told->count[kind] <= LISTNOTES_TOLD);
}

static inline bool
fuzz_has_ports(enum listform form)
{
	return form == LISTFORM_CSV || form == LISTFORM_JSON || form == LISTFORM_MAIL;
}

static inline void
fuzz_check_listings(const struct listings *l, const struct listorder *order,
	const struct listnotes *notes, enum listform form)
{
	must(l->fours <= FUZZ_LISTINGS && l->sixes <= FUZZ_LISTINGS &&
		l->ranges4_count <= FUZZ_LISTINGS && l->ranges6_count <= FUZZ_LISTINGS);
	for (size_t i = 0; i < l->fours; i++) {
		const struct listing4 *one = &l->four[i];

		must(one->list == order->list && one->line > 0 && one->line <= notes->lines);
		must(spans_find(&bogon4, one->address, one->address) == NULL);
		must(fuzz_has_ports(form) || one->port == 0);
	}
	for (size_t i = 0; i < l->sixes; i++) {
		must(l->six[i].line > 0 && l->six[i].line <= notes->lines && l->six[i].spare == 0);
		must(spans_find(&bogon6, l->six[i].network, l->six[i].network) == NULL);
		must(fuzz_has_ports(form) || l->six[i].port == 0);
	}
	for (size_t i = 0; i < l->ranges4_count; i++) {
		must(l->ranges4[i].low <= l->ranges4[i].high && l->ranges4[i].length <= 32);
		must(l->ranges4[i].high - l->ranges4[i].low < LISTREADER_WIDEST);
	}
	for (size_t i = 0; i < l->ranges6_count; i++)
		must(l->ranges6[i].low <= l->ranges6[i].high && l->ranges6[i].length < 64);
}

static inline void
fuzz_read_list(const uint8_t *bytes, size_t size, const struct listorder *order)
{
	struct input input = {.at = bytes, .left = size, .ended = true, .name = "fuzz"};
	struct fuzz_told told = {{0}};
	struct listnotes notes = {.file = "fuzz", .tell = fuzz_tell, .context = &told};
	struct listings listings;
	enum listform form = LISTFORM_COUNT;
	int r;

	listings_init(&listings, FUZZ_LISTINGS);
	r = listreader_take(&input, order, &listings, &notes, &form);
	must(r == 0 || r == -EINVAL || r == -EBADMSG);
	must(form < LISTFORM_COUNT);
	must(r < 0 || input.left == 0);
	for (unsigned i = 0; i < LISTNOTE_COUNT; i++)
		must(told.count[i] <= notes.count[i]);
	fuzz_check_listings(&listings, order, &notes, form);
	listings_done(&listings);
}

#endif
