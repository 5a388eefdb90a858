/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions of nftsocket.h: what is there. */
#include "gate/nftinside.h"

#include <errno.h>

static int
on_nothing(void *context, struct nftanswer *answer)
{
	*(int *)context = answer->kind == NFTANSWER_SAID ? answer->error : *(int *)context;
	return 0;
}

int
nftinside_look(struct nftsocket *nft, enum lineset set)
{
	uint8_t question[NFTANSWER_QUESTION];
	int said = 0, r;

	r = nftinside_ask(
		nft, question, nftanswer_ask_set(question, nft->sequence, set), on_nothing, &said);
	return r < 0 ? r : said;
}

struct found {
	struct nftelement *element;
	struct address address;
	int found; /* or -errno */
};

static int
on_found(void *context, struct nftanswer *answer)
{
	struct found *found = context;
	struct nftelement element;
	int r = 0;

	if (answer->kind == NFTANSWER_SAID && answer->error < 0)
		found->found = answer->error;
	if (answer->kind != NFTANSWER_ELEMENTS)
		return 0;
	while ((r = nftanswer_next(answer, &element)) > 0) {
		/* Of an IPv4 key or of all 16 bytes. */
		if (address_equal(&element.address, &found->address)) {
			*found->element = element;
			found->found = 1;
		}
	}
	return r;
}

int
nftsocket_find(struct nftsocket *nft, enum lineset set, const struct address *address,
	struct nftelement *ret)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct nftelement element;
	struct found found = {.element = &element, .address = *address};
	int r;

	if (!lineset_holds(set, address))
		return -EINVAL;
	r = nftinside_ask(nft, question,
		nftanswer_ask_element(question, nft->sequence, set, address), on_found, &found);
	if (r < 0 && r != -ENOENT)
		return r;
	if (found.found == -ENOENT)
		return nftinside_look(nft, set);
	if (found.found > 0)
		*ret = element;
	return found.found;
}

struct each {
	nftsocket_on_element on_element;
	void *context;
	int64_t count;
	bool is_torn;
	int error;
};

static int
on_each(void *context, struct nftanswer *answer)
{
	struct each *each = context;
	struct nftelement element;
	int r = 0;

	each->is_torn |= answer->is_torn;
	if (answer->kind == NFTANSWER_SAID && answer->error < 0)
		each->error = answer->error;
	if (answer->kind != NFTANSWER_ELEMENTS)
		return 0;
	while ((r = nftanswer_next(answer, &element)) > 0) {
		each->on_element(each->context, &element);
		each->count++;
	}
	return r;
}

int64_t
nftsocket_each(
	struct nftsocket *nft, enum lineset set, nftsocket_on_element on_element, void *context)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct each each = {.on_element = on_element, .context = context};
	int r = nftinside_ask(nft, question, nftanswer_ask_elements(question, nft->sequence, set),
		on_each, &each);

	if (r < 0 || each.error < 0)
		return r < 0 ? r : each.error;
	return each.is_torn ? -EAGAIN : each.count;
}

struct counting {
	nftsocket_on_counter on_counter;
	void *context;
	int error;
};

static int
on_count(void *context, struct nftanswer *answer)
{
	struct counting *counting = context;

	if (answer->kind == NFTANSWER_SAID && answer->error < 0)
		counting->error = answer->error;
	if (answer->kind == NFTANSWER_COUNTER && text_is(answer->table, LINESET_TABLE))
		counting->on_counter(
			counting->context, answer->name, answer->packets, answer->bytes);
	return 0;
}

int
nftsocket_counters(struct nftsocket *nft, nftsocket_on_counter on_counter, void *context)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct counting counting = {.on_counter = on_counter, .context = context};
	int r = nftinside_ask(nft, question, nftanswer_ask_counters(question, nft->sequence),
		on_count, &counting);

	return r < 0 ? r : counting.error;
}

/* What one question about one thing told. */
struct told {
	int64_t count;
	uint32_t generation;
	int error;
};

static int
on_told(void *context, struct nftanswer *answer)
{
	struct told *told = context;

	if (answer->kind == NFTANSWER_SAID) {
		told->error = answer->error;
		return 0;
	}
	told->count = answer->count;
	told->generation = answer->generation;
	return 0;
}

int
nftsocket_generation(struct nftsocket *nft, uint32_t *ret)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct told told = {.error = 0};
	int r = nftinside_ask(
		nft, question, nftanswer_ask_generation(question, nft->sequence), on_told, &told);

	if (r < 0 || told.error < 0)
		return r < 0 ? r : told.error;
	*ret = told.generation;
	return 0;
}

int
nftsocket_count(struct nftsocket *nft, enum lineset set, int64_t *ret)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct told told = {.count = -1};
	int r = nftinside_ask(
		nft, question, nftanswer_ask_set(question, nft->sequence, set), on_told, &told);

	if (r < 0 || told.error < 0)
		return r < 0 ? r : told.error;
	*ret = told.count;
	return 0;
}

/* FNV-1a, a word at a time: only to tell a change. */
static uint64_t
digest(uint64_t of, uint64_t word)
{
	return (of ^ word) * UINT64_C(0x100000001b3);
}

struct standing {
	struct nftsocket_standing is;
	int error;
	bool is_torn;
};

/* Of lists, what is of our table, in its order. */
static int
on_standing(void *context, struct nftanswer *answer)
{
	struct standing *standing = context;

	standing->is_torn |= answer->is_torn;
	if (answer->kind == NFTANSWER_SAID && answer->error < 0)
		standing->error = answer->error;
	if (answer->kind != NFTANSWER_TABLE && answer->kind != NFTANSWER_SET &&
		answer->kind != NFTANSWER_CHAIN && answer->kind != NFTANSWER_RULE)
		return 0;
	if (answer->kind != NFTANSWER_TABLE && !text_is(answer->table, LINESET_TABLE))
		return 0;
	standing->is.chains += answer->kind == NFTANSWER_CHAIN;
	standing->is.digest = digest(standing->is.digest, answer->handle);
	standing->is.digest = digest(standing->is.digest, answer->use);
	standing->is.digest = digest(standing->is.digest, answer->flags);
	return 0;
}

static int
ask_part(struct nftsocket *nft, const uint8_t *question, size_t size, struct standing *standing)
{
	int r = nftinside_ask(nft, question, size, on_standing, standing);

	return r < 0 ? r : standing->error;
}

int
nftsocket_standing(struct nftsocket *nft, struct nftsocket_standing *ret)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct standing standing = {.is.digest = UINT64_C(0xcbf29ce484222325)};
	int r = ask_part(nft, question, nftanswer_ask_table(question, nft->sequence), &standing);

	if (r >= 0)
		r = ask_part(
			nft, question, nftanswer_ask_chains(question, nft->sequence), &standing);
	if (r >= 0)
		r = ask_part(
			nft, question, nftanswer_ask_rules(question, nft->sequence), &standing);
	for (int set = 0; set < LINESET_COUNT && r >= 0; set++)
		r = ask_part(nft, question,
			nftanswer_ask_set(question, nft->sequence, (enum lineset)set), &standing);
	if (r < 0)
		return r;
	*ret = standing.is;
	return standing.is_torn ? -EAGAIN : 0;
}
