/* nftwriter - messages of netlink to nf_tables, written into a buffer
 *
 * What:    header, nfnetlink's header, attributes and attributes of attributes (uapi linux/netlink.h,
 *          linux/netfilter/nfnetlink.h); their lengths are put in when they end. Integers are the machine's, but for
 *          those that say that they are of network order.
 * Owns:    nothing; the buffer stays the caller's.
 * Limits:  as base/bytes.h: a write past the end fails the writer for good. An attribute has 65,535 bytes at most:
 *          who writes more must look before (nftwriter_size).
 * Thread:  any, one writer per caller.
 */
#ifndef LAZARET_GATE_NFTWRITER_H
#define LAZARET_GATE_NFTWRITER_H

#include "base/bytes.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

/* NFPROTO_INET; linux/netfilter.h does not go with the headers of the C library. */
#define NFTWRITER_INET   1
#define NFTWRITER_HEADER (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

static inline uint16_t
nftwriter_type(unsigned message)
{
	return (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message);
}

/* Begins a message; returns where, for nftwriter_end. */
static inline size_t
nftwriter_begin(struct writer *writer, uint16_t type, uint16_t flags, uint32_t sequence,
	uint8_t family, uint16_t resource)
{
	size_t where = writer_length(writer);
	struct nlmsghdr header = {.nlmsg_type = type,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		.nlmsg_seq = sequence};
	struct nfgenmsg generic = {.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = __builtin_bswap16(resource)};

	writer_bytes(writer, &header, sizeof(header));
	writer_bytes(writer, &generic, sizeof(generic));
	return where;
}

static inline size_t
nftwriter_size(const struct writer *writer, size_t where)
{
	return writer_length(writer) - where;
}

static inline void
nftwriter_end(struct writer *writer, size_t where)
{
	uint32_t size = (uint32_t)nftwriter_size(writer, where);

	if (!writer->failed)
		memcpy(writer->begin + where, &size, sizeof(size));
}

static inline void
nftwriter_attribute(struct writer *writer, uint16_t type, const void *bytes, size_t size)
{
	static const uint8_t zero[4];
	uint16_t length = (uint16_t)(4 + size);

	writer_bytes(writer, &length, sizeof(length));
	writer_bytes(writer, &type, sizeof(type));
	writer_bytes(writer, bytes, size);
	writer_bytes(writer, zero, (4 - size % 4) % 4);
}

/* With the NUL that the kernel wants at its end. */
static inline void
nftwriter_string(struct writer *writer, uint16_t type, const char *string)
{
	nftwriter_attribute(writer, type, string, strlen(string) + 1);
}

static inline void
nftwriter_u32(struct writer *writer, uint16_t type, uint32_t value)
{
	value = __builtin_bswap32(value);
	nftwriter_attribute(writer, type, &value, sizeof(value));
}

static inline void
nftwriter_u64(struct writer *writer, uint16_t type, uint64_t value)
{
	value = __builtin_bswap64(value);
	nftwriter_attribute(writer, type, &value, sizeof(value));
}

/* Attributes of an attribute; returns where it begins, for nftwriter_unnest. */
static inline size_t
nftwriter_nest(struct writer *writer, uint16_t type)
{
	size_t where = writer_length(writer);

	nftwriter_attribute(writer, type | NLA_F_NESTED, NULL, 0);
	return where;
}

static inline void
nftwriter_unnest(struct writer *writer, size_t where)
{
	uint16_t length = (uint16_t)nftwriter_size(writer, where);

	if (!writer->failed)
		memcpy(writer->begin + where, &length, sizeof(length));
}

#endif
