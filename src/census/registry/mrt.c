/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/mrt.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>

#define HEADER_SIZE   12 /* time, type, subtype, length of what follows (RFC 6396 s2) */
#define TABLE_DUMP_V2 13

/* RFC 6396 s4.3, RFC 8050 s5.2. */
enum subtype {
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8,
	RIB_IPV6_UNICAST_ADDPATH = 10
};

#define ATTRIBUTE_EXTENDED 0x10 /* its length has two bytes (RFC 4271 s4.3) */
#define ATTRIBUTE_AS_PATH  2

/* RFC 4271 s4.3, RFC 5065 s3. */
enum segment { AS_SET = 1, AS_SEQUENCE, AS_CONFED_SEQUENCE, AS_CONFED_SET };

struct record {
	uint16_t type, subtype;
	struct reader body;
};

struct mrt {
	struct input *input;
	struct mrt_counts counts;
	int result; /* above 0 until the file ends, in good or bad */
	struct fail end;
	uint64_t offset; /* of the record that is read */
	size_t size;     /* of it, to be stepped over before the next one */
	bool has_peers;
	size_t peer_count;
	uint32_t peers[UINT16_MAX]; /* their AS */
	/* The prefix that peers are asked for, and who said what: the AS, and below it the peer in 16 bits. */
	struct announced prefix;
	bool has_prefix;
	size_t vote_count, vote_size;
	uint64_t *votes;
	size_t told_count;
	struct {
		uint64_t offset;
		enum mrt_fault fault;
	} told[MRT_TOLD_MOST];
};

struct mrt *
mrt_new(struct input *input)
{
	struct mrt *mrt = xcalloc(1, sizeof(*mrt));

	mrt->input = input;
	mrt->result = 1;
	return mrt;
}

struct mrt *
mrt_free(struct mrt *mrt)
{
	if (mrt == NULL)
		return NULL;
	free(mrt->votes);
	free(mrt);
	return NULL;
}

static void
note(struct mrt *mrt, enum mrt_fault fault)
{
	mrt->counts.faults[fault]++;
	if (mrt->told_count == MRT_TOLD_MOST)
		return;
	mrt->told[mrt->told_count].offset = mrt->offset;
	mrt->told[mrt->told_count++].fault = fault;
}

static int
refuse(struct mrt *mrt, int error, const char *what, const char *hint)
{
	fail_where(&mrt->end, "%s: byte %llu", mrt->input->name, (unsigned long long)mrt->offset);
	fail_what(&mrt->end, "%s", what);
	fail_hint(&mrt->end, "%s", hint);
	return error;
}

/* The next record into the window: 1, 0 at the end, -errno. */
static int
read_record(struct mrt *mrt, struct record *ret)
{
	struct input *input = mrt->input;
	bool is_first = mrt->size == 0;
	struct reader header;
	size_t left, size;

	input_step(input, mrt->size);
	mrt->offset = input->offset;
	left = input_need(input, HEADER_SIZE, &mrt->end);
	if (left == 0 && !is_first)
		return input->error;
	header = reader_on(input->at, left < HEADER_SIZE ? left : HEADER_SIZE);
	reader_skip(&header, 4);
	ret->type = reader_u16(&header);
	ret->subtype = reader_u16(&header);
	size = reader_u32(&header);
	if (is_first && (ret->type != TABLE_DUMP_V2 || header.failed) && input->error == 0)
		return refuse(mrt, -EBADMSG, "this is no routing table in MRT's TABLE_DUMP_V2",
			"take a table (rib.* of RouteViews, bview.* of RIPE RIS), not updates");
	if (!header.failed && size > MRT_RECORD_MOST)
		return refuse(mrt, -EBADMSG, "the record here is longer than any is",
			"the rest of the file was left out; fetch it again");
	left = input_need(input, HEADER_SIZE + size, &mrt->end);
	if (header.failed || left < HEADER_SIZE + size)
		return input->error < 0 ? input->error
					: refuse(mrt, -ENODATA, "the file ends in this record",
						  "what was before it was used");
	ret->body = reader_on(input->at + HEADER_SIZE, size);
	mrt->size = HEADER_SIZE + size;
	return 1;
}

static void
read_peers(struct mrt *mrt, struct reader *body)
{
	size_t count;

	mrt->peer_count = 0;
	mrt->has_peers = true;
	reader_skip(body, 4);
	reader_skip(body, reader_u16(body)); /* the view's name */
	count = reader_u16(body);
	for (size_t i = 0; i < count; i++) {
		uint8_t type = reader_u8(body);
		uint32_t system;

		reader_skip(body, 4 + ((type & 1) != 0 ? 16 : 4));
		system = (type & 2) != 0 ? reader_u32(body) : reader_u16(body);
		if (body->failed)
			break;
		mrt->peers[mrt->peer_count++] = system;
	}
	if (body->failed)
		note(mrt, MRT_PEERS);
}

/* The AS that a path comes from; 0: nobody. */
static uint32_t
read_path(struct mrt *mrt, struct reader *path, uint32_t peer)
{
	uint32_t origin = peer;
	bool is_set = false;

	while (reader_left(path) > 0 && !path->failed) {
		uint8_t segment = reader_u8(path), count = reader_u8(path);
		const uint8_t *at = reader_take(path, 4UL * count);

		if (at == NULL || count == 0 || segment == AS_CONFED_SEQUENCE ||
			segment == AS_CONFED_SET)
			continue;
		is_set = segment == AS_SET && count > 1;
		origin = bytes_u32(at + 4UL * (count - 1U));
	}
	mrt->counts.sets += is_set;
	return is_set ? 0 : origin;
}

static uint32_t
read_attributes(struct mrt *mrt, struct reader *attributes, uint32_t peer)
{
	uint32_t origin = 0;
	bool is_damaged = false;

	while (reader_left(attributes) > 0 && !attributes->failed) {
		uint8_t flags = reader_u8(attributes), type = reader_u8(attributes);
		size_t size = (flags & ATTRIBUTE_EXTENDED) != 0 ? reader_u16(attributes)
								: reader_u8(attributes);
		struct reader value = reader_sub(attributes, size);

		if (type != ATTRIBUTE_AS_PATH || value.failed)
			continue;
		origin = read_path(mrt, &value, peer);
		is_damaged = value.failed;
	}
	if (!is_damaged && !attributes->failed)
		return origin;
	note(mrt, MRT_ATTRIBUTES);
	return 0;
}

static void
add_vote(struct mrt *mrt, uint32_t system, uint16_t peer)
{
	if (system == 0)
		return;
	if (mrt->vote_count == MRT_VOTES) {
		mrt->counts.refused++;
		return;
	}
	if (mrt->vote_count == mrt->vote_size) {
		mrt->vote_size = mrt->vote_size > 0 ? 2 * mrt->vote_size : 1024;
		mrt->votes = xrealloc(mrt->votes, mrt->vote_size * sizeof(*mrt->votes));
	}
	mrt->votes[mrt->vote_count++] = (uint64_t)system << 16 | peer;
}

static int
compare_votes(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return a < b ? -1 : a > b;
}

/* Of several AS the one that most peers say, of these the lowest. A peer with several paths to one says it once. */
static uint32_t
elect(struct mrt *mrt)
{
	uint32_t best = 0, system = 0;
	size_t most = 0, count = 0;

	qsort(mrt->votes, mrt->vote_count, sizeof(*mrt->votes), compare_votes);
	for (size_t i = 0; i < mrt->vote_count; i++) {
		if (i > 0 && mrt->votes[i] == mrt->votes[i - 1])
			continue;
		if ((uint32_t)(mrt->votes[i] >> 16) != system)
			count = 0;
		system = (uint32_t)(mrt->votes[i] >> 16);
		if (++count > most) {
			most = count;
			best = system;
		}
	}
	return best;
}

/* Ends with the prefix: true with what came of it. */
static bool
settle(struct mrt *mrt, struct announced *ret)
{
	bool has_several = false;

	if (!mrt->has_prefix)
		return false;
	mrt->has_prefix = false;
	if (mrt->vote_count == 0) {
		mrt->counts.nobodys++;
		return false;
	}
	for (size_t i = 1; i < mrt->vote_count && !has_several; i++)
		has_several = mrt->votes[i] >> 16 != mrt->votes[0] >> 16;
	mrt->prefix.system = has_several ? elect(mrt) : (uint32_t)(mrt->votes[0] >> 16);
	mrt->counts.several += has_several;
	mrt->counts.prefixes++;
	*ret = mrt->prefix;
	return true;
}

/* 1 with a prefix; 0: a default route; -EINVAL. */
static int
read_prefix(struct reader *body, enum range_family family, struct announced *ret)
{
	unsigned bits = family == RANGE_IPV4 ? 32 : 128, length;
	const uint8_t *at;
	ipnumber low = 0, behind;

	reader_skip(body, 4); /* a number in the table */
	length = reader_u8(body);
	at = reader_take(body, (length + 7) / 8);
	if (at == NULL || length > bits)
		return -EINVAL;
	for (unsigned i = 0; i < (length + 7) / 8; i++)
		low |= (ipnumber)at[i] << (bits - 8 - 8 * i);
	if (length == 0)
		return 0;
	behind = ((ipnumber)1 << (bits - length)) - 1;
	*ret = (struct announced){
		.family = family, .range = {.low = low & ~behind, .high = low | behind}};
	return 1;
}

static void
read_entries(struct mrt *mrt, struct reader *body, bool has_paths)
{
	size_t count = reader_u16(body);

	for (size_t i = 0; i < count && !body->failed; i++) {
		uint16_t peer = reader_u16(body);
		struct reader attributes;

		reader_skip(body, has_paths ? 8 : 4); /* when, and which path */
		attributes = reader_sub(body, reader_u16(body));
		if (body->failed)
			break;
		if (peer >= mrt->peer_count)
			note(mrt, MRT_PEER);
		else
			add_vote(mrt, read_attributes(mrt, &attributes, mrt->peers[peer]), peer);
	}
	if (body->failed)
		note(mrt, MRT_ENTRY);
}

/* Routes to one prefix: true with the prefix before, if this is another one. */
static bool
take_routes(struct mrt *mrt, struct record *record, struct announced *ret)
{
	enum range_family family =
		record->subtype == RIB_IPV4_UNICAST || record->subtype == RIB_IPV4_UNICAST_ADDPATH
		? RANGE_IPV4
		: RANGE_IPV6;
	bool is_given = false;
	struct announced prefix;
	int r = read_prefix(&record->body, family, &prefix);

	if (r < 0)
		note(mrt, MRT_PREFIX);
	else if (!mrt->has_peers)
		note(mrt, MRT_NO_PEERS);
	else if (r == 0)
		mrt->counts.defaults++;
	if (r <= 0 || !mrt->has_peers)
		return false;
	if (!mrt->has_prefix || mrt->prefix.family != family ||
		!range_equal(&mrt->prefix.range, &prefix.range)) {
		is_given = settle(mrt, ret);
		mrt->prefix = prefix;
		mrt->has_prefix = true;
		mrt->vote_count = 0;
	}
	read_entries(mrt, &record->body, record->subtype >= RIB_IPV4_UNICAST_ADDPATH);
	return is_given;
}

/* True: a prefix is given. */
static bool
take(struct mrt *mrt, struct record *record, struct announced *ret)
{
	bool is_given = false;

	if (record->type != TABLE_DUMP_V2) {
		mrt->counts.others++;
		return false;
	}
	switch (record->subtype) {
	case PEER_INDEX_TABLE:
		is_given = settle(mrt, ret);
		read_peers(mrt, &record->body);
		return is_given;
	case RIB_IPV4_UNICAST:
	case RIB_IPV6_UNICAST:
	case RIB_IPV4_UNICAST_ADDPATH:
	case RIB_IPV6_UNICAST_ADDPATH:
		return take_routes(mrt, record, ret);
	default:
		mrt->counts.others++;
		return false;
	}
}

int
mrt_next(struct mrt *mrt, struct announced *ret, struct fail *fail)
{
	struct record record = {0};

	while (mrt->result > 0) {
		mrt->result = read_record(mrt, &record);
		if (mrt->result > 0 && take(mrt, &record, ret))
			return 1;
	}
	if (settle(mrt, ret))
		return 1;
	if (mrt->result < 0)
		*fail = mrt->end;
	return mrt->result;
}

const struct mrt_counts *
mrt_counts(const struct mrt *mrt)
{
	return &mrt->counts;
}

bool
mrt_tell(const struct mrt *mrt, size_t index, struct fail *fail)
{
	static const char *const what[MRT_FAULT_COUNT] = {
		[MRT_NO_PEERS] = "a route stands before the table of peers",
		[MRT_PEERS] = "the table of peers is cut",
		[MRT_PREFIX] = "this route has no prefix that is one",
		[MRT_ENTRY] = "an entry goes beyond the end of its record",
		[MRT_PEER] = "a path is of a peer that the table does not have",
		[MRT_ATTRIBUTES] = "the attributes of a path go beyond their end",
	};

	if (index >= mrt->told_count)
		return false;
	fail_where(fail, "%s: record at byte %llu", mrt->input->name,
		(unsigned long long)mrt->told[index].offset);
	fail_what(fail, "%s", what[mrt->told[index].fault]);
	fail_hint(fail, "it was left out; fetch the file again");
	return true;
}
