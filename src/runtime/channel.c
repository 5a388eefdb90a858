/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define VERSION 1

struct head {
	uint16_t version;
	uint16_t type;
	uint32_t size;
};

/* So much may wait in a channel, where the system allows it. */
#define BUFFER (4 * (int)CHANNEL_BODY)

int
channel_pair(int ends[2])
{
	int buffer = BUFFER;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		(void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	return 0;
}

int
channel_send(int channel, uint16_t type, const void *body, size_t size)
{
	struct head head = {.version = VERSION, .type = type, .size = (uint32_t)size};
	uint8_t message[sizeof(head) + CHANNEL_BODY];
	ssize_t n;

	must(size <= CHANNEL_BODY);
	memcpy(message, &head, sizeof(head));
	if (size > 0)
		memcpy(message + sizeof(head), body, size);
	/* In one piece: sendmsg could name whom to send to, and so is forbidden to most processes (callfilter.c). */
	do {
		n = send(channel, message, sizeof(head) + size, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	return errno == ECONNRESET || errno == ENOTCONN ? -EPIPE
		: errno == ENOBUFS                      ? -EAGAIN
							: -errno;
}

int64_t
channel_receive(int channel, uint16_t *type, void *body, size_t room)
{
	struct head head = {0};
	struct iovec parts[2] = {
		{.iov_base = &head, .iov_len = sizeof(head)},
		{.iov_base = body, .iov_len = room},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t n;

	do {
		n = recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;
	if ((size_t)n < sizeof(head) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
		head.version != VERSION || head.size != (size_t)n - sizeof(head))
		return -EBADMSG;
	*type = head.type;
	return head.size;
}

void
channel_clear(int channel)
{
	int64_t size;
	uint16_t type;

	/* Of one that is longer than the room, or cannot be, the rest is gone, too. */
	do {
		size = channel_receive(channel, &type, NULL, 0);
	} while (size >= 0 || size == -EBADMSG);
}
