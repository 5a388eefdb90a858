/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/nftanswer.h"

#include <errno.h>

/* What the counters' objects are called (NFT_OBJECT_COUNTER), and the C library's headers may be older. */
#define OBJECT_COUNTER 1
/* NFTA_SET_COUNT, which older headers do not have. */
#define SET_COUNT 20

static struct writer
begin(uint8_t *room, unsigned message, uint16_t flags, uint32_t sequence, uint8_t family)
{
	struct writer writer = writer_on(room, NFTANSWER_QUESTION);

	(void)nftwriter_begin(&writer, nftwriter_type(message), flags, sequence, family, 0);
	return writer;
}

static size_t
end(struct writer *writer)
{
	must(!writer->failed);
	nftwriter_end(writer, 0);
	return writer_length(writer);
}

size_t
nftanswer_ask_element(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set,
	const struct address *address)
{
	struct writer writer = begin(room, NFT_MSG_GETSETELEM, NLM_F_ACK, sequence, NFTWRITER_INET);
	size_t key = linesets[set].key, list, whole, nest;

	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_TABLE, LINESET_TABLE);
	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_SET, linesets[set].name);
	list = nftwriter_nest(&writer, NFTA_SET_ELEM_LIST_ELEMENTS);
	whole = nftwriter_nest(&writer, NFTA_LIST_ELEM);
	nest = nftwriter_nest(&writer, NFTA_SET_ELEM_KEY);
	nftwriter_attribute(&writer, NFTA_DATA_VALUE, lineset_key(set, address), key);
	nftwriter_unnest(&writer, nest);
	nftwriter_unnest(&writer, whole);
	nftwriter_unnest(&writer, list);
	return end(&writer);
}

size_t
nftanswer_ask_elements(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set)
{
	struct writer writer =
		begin(room, NFT_MSG_GETSETELEM, NLM_F_DUMP, sequence, NFTWRITER_INET);

	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_TABLE, LINESET_TABLE);
	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_SET, linesets[set].name);
	return end(&writer);
}

size_t
nftanswer_ask_table(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence)
{
	struct writer writer = begin(room, NFT_MSG_GETTABLE, NLM_F_ACK, sequence, NFTWRITER_INET);

	nftwriter_string(&writer, NFTA_TABLE_NAME, LINESET_TABLE);
	return end(&writer);
}

size_t
nftanswer_ask_set(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence, enum lineset set)
{
	struct writer writer = begin(room, NFT_MSG_GETSET, NLM_F_ACK, sequence, NFTWRITER_INET);

	nftwriter_string(&writer, NFTA_SET_TABLE, LINESET_TABLE);
	nftwriter_string(&writer, NFTA_SET_NAME, linesets[set].name);
	return end(&writer);
}

size_t
nftanswer_ask_chains(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence)
{
	struct writer writer = begin(room, NFT_MSG_GETCHAIN, NLM_F_DUMP, sequence, NFTWRITER_INET);

	return end(&writer);
}

size_t
nftanswer_ask_rules(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence)
{
	struct writer writer = begin(room, NFT_MSG_GETRULE, NLM_F_DUMP, sequence, NFTWRITER_INET);

	nftwriter_string(&writer, NFTA_RULE_TABLE, LINESET_TABLE);
	return end(&writer);
}

size_t
nftanswer_ask_counters(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence)
{
	struct writer writer = begin(room, NFT_MSG_GETOBJ, NLM_F_DUMP, sequence, NFTWRITER_INET);

	nftwriter_string(&writer, NFTA_OBJ_TABLE, LINESET_TABLE);
	nftwriter_u32(&writer, NFTA_OBJ_TYPE, OBJECT_COUNTER);
	return end(&writer);
}

size_t
nftanswer_ask_generation(uint8_t room[NFTANSWER_QUESTION], uint32_t sequence)
{
	struct writer writer = begin(room, NFT_MSG_GETGEN, NLM_F_ACK, sequence, 0);

	return end(&writer);
}

static uint16_t
own16(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 2);
	uint16_t v = 0;

	if (at != NULL)
		memcpy(&v, at, sizeof(v));
	return v;
}

static uint32_t
own32(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 4);
	uint32_t v = 0;

	if (at != NULL)
		memcpy(&v, at, sizeof(v));
	return v;
}

/* The padding after a piece of that size; the last piece may have none. */
static void
skip_padding(struct reader *reader, size_t size)
{
	size_t padding = (4 - size % 4) % 4;

	reader_skip(reader, padding < reader_left(reader) ? padding : reader_left(reader));
}

/* Is there a further attribute? If one is malformed the reader has failed. */
static bool
take(struct reader *reader, unsigned *type, struct reader *value)
{
	uint16_t length;

	if (reader->failed || reader_left(reader) == 0)
		return false;
	length = own16(reader);
	*type = own16(reader) & NLA_TYPE_MASK;
	if (length < 4) {
		reader->failed = true;
		return false;
	}
	*value = reader_sub(reader, length - 4U);
	if (value->failed)
		return false;
	skip_padding(reader, length);
	return true;
}

/* A string, with or without the NUL at its end. */
static struct text
string(const struct reader *value)
{
	const char *at = (const char *)value->at;
	const char *nul = memchr(at, '\0', reader_left(value));

	return (struct text){at, nul != NULL ? (size_t)(nul - at) : reader_left(value)};
}

/* NLMSG_ERROR: the error, the message that it is about or its header, and attributes. */
static int
read_said(struct reader *body, uint16_t flags, struct nftanswer *ret)
{
	uint32_t size;
	unsigned type;
	struct reader value;

	ret->kind = NFTANSWER_SAID;
	ret->error = (int)own32(body);
	size = own32(body);
	reader_skip(body, sizeof(struct nlmsghdr) - 4);
	if (body->failed || ret->error > 0 || ret->error < -4095)
		return -EBADMSG;
	if ((flags & NLM_F_ACK_TLVS) == 0)
		return 1;
	if ((flags & NLM_F_CAPPED) == 0 && size > sizeof(struct nlmsghdr)) {
		reader_skip(body, size - sizeof(struct nlmsghdr));
		skip_padding(body, size);
	}
	while (take(body, &type, &value)) {
		if (type == NLMSGERR_ATTR_MSG)
			ret->words = string(&value);
		else if (type == NLMSGERR_ATTR_OFFS)
			ret->offset = own32(&value);
		if (value.failed)
			return -EBADMSG;
	}
	return body->failed ? -EBADMSG : 1;
}

static int
read_counter(struct reader *data, struct nftanswer *ret)
{
	struct reader value;
	unsigned type;

	while (take(data, &type, &value)) {
		if (type == NFTA_COUNTER_PACKETS)
			ret->packets = reader_u64(&value);
		else if (type == NFTA_COUNTER_BYTES)
			ret->bytes = reader_u64(&value);
		if (value.failed)
			return -EBADMSG;
	}
	return data->failed ? -EBADMSG : 1;
}

/* Which attributes say what, of the messages that are known. */
struct places {
	enum nftanswer_kind kind;
	unsigned table, name, handle, use, flags, list, data, generation, count;
};

static const struct places *
places_of(unsigned message)
{
	static const struct places elements = {.kind = NFTANSWER_ELEMENTS,
		.table = NFTA_SET_ELEM_LIST_TABLE,
		.name = NFTA_SET_ELEM_LIST_SET,
		.list = NFTA_SET_ELEM_LIST_ELEMENTS};
	static const struct places table = {.kind = NFTANSWER_TABLE,
		.name = NFTA_TABLE_NAME,
		.handle = NFTA_TABLE_HANDLE,
		.use = NFTA_TABLE_USE,
		.flags = NFTA_TABLE_FLAGS};
	static const struct places set = {.kind = NFTANSWER_SET,
		.table = NFTA_SET_TABLE,
		.name = NFTA_SET_NAME,
		.handle = NFTA_SET_HANDLE,
		.count = SET_COUNT};
	static const struct places chain = {.kind = NFTANSWER_CHAIN,
		.table = NFTA_CHAIN_TABLE,
		.name = NFTA_CHAIN_NAME,
		.handle = NFTA_CHAIN_HANDLE,
		.use = NFTA_CHAIN_USE,
		.flags = NFTA_CHAIN_POLICY};
	static const struct places rule = {.kind = NFTANSWER_RULE,
		.table = NFTA_RULE_TABLE,
		.name = NFTA_RULE_CHAIN,
		.handle = NFTA_RULE_HANDLE};
	static const struct places counter = {.kind = NFTANSWER_COUNTER,
		.table = NFTA_OBJ_TABLE,
		.name = NFTA_OBJ_NAME,
		.data = NFTA_OBJ_DATA};
	static const struct places generation = {
		.kind = NFTANSWER_GENERATION, .generation = NFTA_GEN_ID};

	switch (message) {
	case NFT_MSG_NEWSETELEM:
		return &elements;
	case NFT_MSG_NEWTABLE:
		return &table;
	case NFT_MSG_NEWSET:
		return &set;
	case NFT_MSG_NEWCHAIN:
		return &chain;
	case NFT_MSG_NEWRULE:
		return &rule;
	case NFT_MSG_NEWOBJ:
		return &counter;
	case NFT_MSG_NEWGEN:
		return &generation;
	default:
		return NULL;
	}
}

static int
read_table(struct reader *body, unsigned message, struct nftanswer *ret)
{
	const struct places *places = places_of(message);
	struct reader value;
	unsigned type;

	reader_skip(body, sizeof(struct nfgenmsg));
	if (body->failed)
		return -EBADMSG;
	if (places == NULL)
		return 1;
	ret->kind = places->kind;
	/* Type 0 is no attribute of any message. */
	while (take(body, &type, &value)) {
		int r = 1;

		if (type == 0)
			continue;
		if (type == places->table)
			ret->table = string(&value);
		else if (type == places->name)
			ret->name = string(&value);
		else if (type == places->handle)
			ret->handle = reader_u64(&value);
		else if (type == places->use)
			ret->use = reader_u32(&value);
		else if (type == places->flags)
			ret->flags = reader_u32(&value);
		else if (type == places->list)
			ret->elements = value;
		else if (type == places->data)
			r = read_counter(&value, ret);
		else if (type == places->generation)
			ret->generation = reader_u32(&value);
		else if (type == places->count)
			ret->count = reader_u32(&value);
		if (r < 0 || value.failed)
			return -EBADMSG;
	}
	return body->failed ? -EBADMSG : 1;
}

int
nftanswer_read(struct reader *received, struct nftanswer *ret)
{
	struct reader body;
	uint16_t type, flags;
	uint32_t size;

	*ret = (struct nftanswer){.kind = NFTANSWER_OTHER, .count = -1};
	if (reader_left(received) == 0 && !received->failed)
		return 0;
	size = own32(received);
	type = own16(received);
	flags = own16(received);
	ret->sequence = own32(received);
	reader_skip(received, 4); /* the port */
	ret->is_torn = (flags & NLM_F_DUMP_INTR) != 0;
	if (received->failed || size < sizeof(struct nlmsghdr))
		return -EBADMSG;
	body = reader_sub(received, size - sizeof(struct nlmsghdr));
	if (body.failed)
		return -EBADMSG;
	skip_padding(received, size);
	if (type == NLMSG_ERROR)
		return read_said(&body, flags, ret);
	if (type == NLMSG_DONE) {
		ret->kind = NFTANSWER_DONE;
		ret->error = reader_left(&body) >= 4 ? (int)own32(&body) : 0;
		return ret->error > 0 || ret->error < -4095 ? -EBADMSG : 1;
	}
	if (type >> 8 != NFNL_SUBSYS_NFTABLES)
		return 1;
	return read_table(&body, type & 0xff, ret);
}

static int
read_key(struct reader *key, struct nftelement *ret)
{
	struct reader value;
	unsigned type;

	while (take(key, &type, &value)) {
		size_t size = reader_left(&value);

		if (type != NFTA_DATA_VALUE)
			continue;
		if (lineset_address(reader_take(&value, size), size, &ret->address) < 0)
			return -EBADMSG;
	}
	return key->failed ? -EBADMSG : 1;
}

int
nftanswer_next(struct nftanswer *answer, struct nftelement *ret)
{
	struct reader element, value;
	unsigned type;
	int r = 0;

	*ret = (struct nftelement){.timeout_ms = 0};
	if (!take(&answer->elements, &type, &element))
		return answer->elements.failed ? -EBADMSG : 0;
	while (take(&element, &type, &value)) {
		if (type == NFTA_SET_ELEM_KEY)
			r = read_key(&value, ret);
		else if (type == NFTA_SET_ELEM_TIMEOUT)
			ret->timeout_ms = reader_u64(&value);
		else if (type == NFTA_SET_ELEM_EXPIRATION)
			ret->left_ms = reader_u64(&value);
		if (r < 0 || value.failed)
			return -EBADMSG;
	}
	/* An element without a key is none. */
	return element.failed || r == 0 ? -EBADMSG : 1;
}
