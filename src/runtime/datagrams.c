/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/datagrams.h"

#include "runtime/endpoint.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>

/* No datagram is longer, and no merged one either. What is begun at the same place of every 64 KiB falls into the same
 * lines of the cache, so each begins a little further. */
#define SLOT_MOST   65536U
#define SLOT_STRIDE (SLOT_MOST + 4096 + 320)

/* Room for the size of segments. */
#define CONTROL CMSG_SPACE(sizeof(int))

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

struct datagrams {
	struct mmsghdr message[DATAGRAMS];
	struct iovec part[DATAGRAMS];
	struct endpoint name[DATAGRAMS];
	_Alignas(struct cmsghdr) uint8_t control[DATAGRAMS][CONTROL];
	size_t control_size; /* 0: nothing is asked for beside the datagrams */
	uint8_t *memory;
	int count;
	int at;         /* message */
	size_t within;  /* bytes of it that were given */
	size_t segment; /* of the message at hand */
};

struct datagrams *
datagrams_new(bool merged)
{
	struct datagrams *datagrams = xcalloc(1, sizeof(*datagrams));

	datagrams->control_size = merged ? CONTROL : 0;
	datagrams->memory = memory_map(DATAGRAMS, SLOT_STRIDE);
	memory_keep(datagrams->memory, DATAGRAMS, SLOT_STRIDE);
	for (int i = 0; i < DATAGRAMS; i++) {
		datagrams->part[i] = (struct iovec){
			.iov_base = datagrams->memory + (size_t)i * SLOT_STRIDE,
			.iov_len = SLOT_MOST,
		};
		datagrams->message[i].msg_hdr = (struct msghdr){
			.msg_name = &datagrams->name[i].any,
			.msg_iov = &datagrams->part[i],
			.msg_iovlen = 1,
			.msg_control = datagrams->control[i],
		};
	}
	return datagrams;
}

struct datagrams *
datagrams_free(struct datagrams *datagrams)
{
	if (datagrams == NULL)
		return NULL;
	memory_unmap(datagrams->memory, DATAGRAMS, SLOT_STRIDE);
	free(datagrams);
	return NULL;
}

int
datagrams_receive(struct datagrams *datagrams, int socket)
{
	int n;

	for (int i = 0; i < DATAGRAMS; i++) {
		datagrams->message[i].msg_hdr.msg_namelen = ENDPOINT_EMPTY.size;
		datagrams->message[i].msg_hdr.msg_controllen = datagrams->control_size;
	}
	do {
		n = recvmmsg(socket, datagrams->message, DATAGRAMS, MSG_DONTWAIT, NULL);
	} while (n < 0 && errno == EINTR);
	datagrams->count = n > 0 ? n : 0;
	datagrams->at = 0;
	datagrams->within = 0;
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	return n;
}

/* Length of the datagrams that the kernel merged into this message; 0 if it is one. */
static size_t
segment_of(struct msghdr *header)
{
	int size;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO)
			continue;
		memcpy(&size, CMSG_DATA(c), sizeof(size));
		return size > 0 ? (size_t)size : 0;
	}
	return 0;
}

bool
datagrams_next(struct datagrams *datagrams, struct datagram *ret)
{
	struct mmsghdr *message = &datagrams->message[datagrams->at];
	size_t left;

	if (datagrams->at >= datagrams->count)
		return false;
	if (datagrams->within == 0)
		datagrams->segment =
			message->msg_hdr.msg_controllen > 0 ? segment_of(&message->msg_hdr) : 0;
	left = message->msg_len - datagrams->within;
	ret->bytes = datagrams->memory + (size_t)datagrams->at * SLOT_STRIDE + datagrams->within;
	ret->size = datagrams->segment > 0 && datagrams->segment < left ? datagrams->segment : left;
	endpoint_read(&datagrams->name[datagrams->at].any, &ret->address, &ret->port);
	datagrams->within += ret->size;
	if (datagrams->within >= message->msg_len) {
		datagrams->at++;
		datagrams->within = 0;
	}
	return true;
}
