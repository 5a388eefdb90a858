/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/elements.h"

#include <errno.h>

/* A list is an attribute, which ends at 65,535 bytes; the longest element has 40. */
#define LIST_MOST 65400

static void
write_edge(struct writer *writer, uint16_t type, uint32_t sequence)
{
	nftwriter_end(writer,
		nftwriter_begin(
			writer, type, 0, sequence, 0 /* AF_UNSPEC */, NFNL_SUBSYS_NFTABLES));
}

void
elements_begin(struct elements_batch *batch, void *room, size_t size, uint32_t sequence, bool alone)
{
	*batch = (struct elements_batch){.writer = writer_on(room, size),
		.first = sequence,
		.sequence = sequence,
		.alone = alone};
	write_edge(&batch->writer, NFNL_MSG_BATCH_BEGIN, sequence);
}

static void
end_message(struct elements_batch *batch)
{
	if (batch->list != 0) {
		nftwriter_unnest(&batch->writer, batch->list);
		nftwriter_end(&batch->writer, batch->message);
	}
	batch->list = 0;
}

static void
begin_message(struct elements_batch *batch, uint16_t type, uint16_t flags, enum lineset set)
{
	end_message(batch);
	batch->type = type;
	batch->flags = flags;
	batch->set = set;
	batch->message = nftwriter_begin(
		&batch->writer, nftwriter_type(type), flags, ++batch->sequence, NFTWRITER_INET, 0);
	nftwriter_string(&batch->writer, NFTA_SET_ELEM_LIST_TABLE, LINESET_TABLE);
	nftwriter_string(&batch->writer, NFTA_SET_ELEM_LIST_SET, linesets[set].name);
}

static void
write_element(struct writer *writer, const struct element *element, uint64_t left_ms)
{
	size_t key = linesets[element->set].key;
	size_t whole = nftwriter_nest(writer, NFTA_LIST_ELEM);
	size_t nest = nftwriter_nest(writer, NFTA_SET_ELEM_KEY);

	nftwriter_attribute(
		writer, NFTA_DATA_VALUE, lineset_key(element->set, &element->address), key);
	nftwriter_unnest(writer, nest);
	if (left_ms != 0)
		nftwriter_u64(writer, NFTA_SET_ELEM_TIMEOUT, left_ms);
	nftwriter_unnest(writer, whole);
}

static int
change(struct elements_batch *batch, uint16_t type, uint16_t flags, const struct element *element,
	uint64_t left_ms)
{
	if ((unsigned)element->set >= LINESET_COUNT || linesets[element->set].is_read ||
		!lineset_holds(element->set, &element->address) ||
		(left_ms != 0 && !linesets[element->set].timed))
		return -EINVAL;
	if (batch->list == 0 || batch->alone || batch->type != type || batch->flags != flags ||
		batch->set != element->set ||
		nftwriter_size(&batch->writer, batch->list) > LIST_MOST) {
		begin_message(batch, type, flags, element->set);
		batch->list = nftwriter_nest(&batch->writer, NFTA_SET_ELEM_LIST_ELEMENTS);
	}
	write_element(&batch->writer, element, left_ms);
	batch->changes++;
	return 0;
}

int
elements_add(struct elements_batch *batch, const struct element *element)
{
	return change(batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE, element, element->left_ms);
}

int
elements_create(struct elements_batch *batch, const struct element *element)
{
	return change(
		batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, element, element->left_ms);
}

int
elements_remove(struct elements_batch *batch, const struct element *element)
{
	return change(batch, NFT_MSG_DELSETELEM, 0, element, 0);
}

int
elements_flush(struct elements_batch *batch, enum lineset set)
{
	if ((unsigned)set >= LINESET_COUNT)
		return -EINVAL;
	/* A message without a list of elements means all of them. */
	begin_message(batch, NFT_MSG_DELSETELEM, 0, set);
	nftwriter_end(&batch->writer, batch->message);
	batch->changes++;
	return 0;
}

int64_t
elements_end(struct elements_batch *batch)
{
	uint16_t flags;
	uint8_t *at;

	if (batch->changes == 0)
		return 0;
	end_message(batch);
	write_edge(&batch->writer, NFNL_MSG_BATCH_END, batch->sequence + 1);
	if (batch->writer.failed)
		return -ENOBUFS;
	/* Kernels before 6.10 acknowledge no end of a batch: so the last message asks. */
	at = batch->writer.begin + batch->message + offsetof(struct nlmsghdr, nlmsg_flags);
	memcpy(&flags, at, sizeof(flags));
	flags |= NLM_F_ACK;
	memcpy(at, &flags, sizeof(flags));
	return (int64_t)writer_length(&batch->writer);
}
