/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/nftlist.h"

#include "gate/nftinside.h"

#include <errno.h>

int
nftlist_open(struct nftlist *list, struct fail *fail)
{
	*list = (struct nftlist){.is_begun = false};
	return nftsocket_open(&list->nft, 0, fail);
}

void
nftlist_close(struct nftlist *list)
{
	nftsocket_close(&list->nft);
	list->is_begun = false;
}

/* The next answer of this list: 1, or -errno. What else comes was left by one that was given up. */
static int
next_answer(struct nftlist *list)
{
	for (;;) {
		int r = nftanswer_read(&list->received, &list->answer);

		if (r == 0)
			r = nftinside_receive(&list->nft, 0, &list->received);
		else if (r > 0 && list->answer.sequence == list->sequence)
			return 1;
		if (r < 0)
			return r;
	}
}

int
nftlist_next(struct nftlist *list, struct nftelement *ret)
{
	int r = 0;

	if (!list->is_begun)
		return 0;
	while (list->answer.kind != NFTANSWER_ELEMENTS ||
		(r = nftanswer_next(&list->answer, ret)) == 0) {
		r = next_answer(list);
		if (r > 0 && list->answer.kind == NFTANSWER_DONE)
			r = list->answer.error;
		else if (r > 0 && list->answer.kind == NFTANSWER_SAID)
			r = list->answer.error < 0 ? list->answer.error : 1;
		if (r <= 0)
			break;
	}
	list->is_begun = r > 0;
	return r;
}

int
nftlist_begin(struct nftlist *list, enum lineset set)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct nftelement left;
	size_t size;
	int r;

	/* The kernel has one list of a socket under way. */
	while (nftlist_next(list, &left) > 0)
		;
	list->sequence = list->nft.sequence++;
	list->received = reader_on(list->nft.received, 0);
	list->answer = (struct nftanswer){.kind = NFTANSWER_OTHER};
	size = nftanswer_ask_elements(question, list->sequence, set);
	r = nftinside_send(&list->nft, question, size);
	list->is_begun = r >= 0;
	return r < 0 ? r : 1;
}
