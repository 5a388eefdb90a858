/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/transmitter.h"

#include "runtime/endpoint.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOPBACK   UINT32_C(0x7f000000)
#define BUFFER     (4 << 20)
#define AGAIN_MS   1
#define TRIES_MOST 1000

struct outgoing {
	unsigned exporter;
	size_t size;
	uint8_t bytes[TRANSMITTER_DATAGRAM];
};

struct transmitter {
	struct transmitter_settings settings;
	int socket[TRANSMITTER_EXPORTERS_MOST];
	struct transmitter_counts counts[TRANSMITTER_EXPORTERS_MOST];
	uint64_t sent;
	unsigned count; /* of the batch */
	struct outgoing batch[TRANSMITTER_BATCH];
};

static bool
is_loopback(const struct address *address)
{
	return address_is_v4(address) && address->byte[12] == LOOPBACK >> 24;
}

static int
open_socket(struct transmitter *transmitter, unsigned exporter, struct fail *fail)
{
	const struct transmitter_settings *settings = &transmitter->settings;
	struct address loopback = address_from_v4(LOOPBACK + exporter + 1);
	struct endpoint to = endpoint_of(&settings->to, settings->port),
			from = endpoint_of(&loopback, 0);
	char text[ADDRESS_TEXT];
	int buffer = BUFFER, r;
	int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	transmitter->socket[exporter] = fd;
	if (fd < 0)
		goto failed;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (is_loopback(&settings->to) && bind(fd, &from.any, from.size) < 0)
		goto failed;
	if (connect(fd, &to.any, to.size) < 0)
		goto failed;
	return 0;
failed:
	r = -errno;
	fail_where(fail, "%s port %u", address_format(&settings->to, text), settings->port);
	fail_what(fail, "cannot be sent to: %s", strerror(-r));
	return r;
}

int
transmitter_new(
	struct transmitter **ret, const struct transmitter_settings *settings, struct fail *fail)
{
	struct transmitter *transmitter = xcalloc(1, sizeof(*transmitter));
	int r = 0;

	must(settings->exporters <= TRANSMITTER_EXPORTERS_MOST);
	transmitter->settings = *settings;
	for (unsigned i = 0; i < TRANSMITTER_EXPORTERS_MOST; i++)
		transmitter->socket[i] = -1;
	for (unsigned i = 0; i < settings->exporters && r == 0; i++)
		r = open_socket(transmitter, i, fail);
	if (r < 0)
		transmitter_free(transmitter);
	else
		*ret = transmitter;
	return r;
}

struct transmitter *
transmitter_free(struct transmitter *transmitter)
{
	if (transmitter == NULL)
		return NULL;
	for (unsigned i = 0; i < TRANSMITTER_EXPORTERS_MOST; i++) {
		if (transmitter->socket[i] >= 0)
			close(transmitter->socket[i]);
	}
	free(transmitter);
	return NULL;
}

/* Sends so many of one exporter; an error that belongs to an earlier datagram stands before them. */
static void
send_all(struct transmitter *transmitter, unsigned exporter, struct mmsghdr *header, unsigned count)
{
	struct transmitter_counts *counts = &transmitter->counts[exporter];
	unsigned tries = 0;

	while (count > 0) {
		int sent = sendmmsg(transmitter->socket[exporter], header, count, 0);

		if (sent > 0) {
			for (int i = 0; i < sent; i++)
				counts->bytes += header[i].msg_len;
			counts->datagrams += (unsigned)sent;
			transmitter->sent += (unsigned)sent;
			header += sent;
			count -= (unsigned)sent;
			continue;
		}
		if (errno == ECONNREFUSED)
			counts->refused++;
		if ((errno == ECONNREFUSED || errno == EINTR || errno == EAGAIN ||
			    errno == ENOBUFS) &&
			tries++ < TRIES_MOST) {
			if (errno != ECONNREFUSED && errno != EINTR)
				(void)poll(NULL, 0, AGAIN_MS);
			continue;
		}
		counts->failed++;
		header++;
		count--;
	}
}

void
transmitter_flush(struct transmitter *transmitter)
{
	struct mmsghdr header[TRANSMITTER_BATCH];
	struct iovec iov[TRANSMITTER_BATCH];
	const struct transmitter_settings *settings = &transmitter->settings;
	unsigned begin = 0;

	if (transmitter->count == 0)
		return;
	while (settings->may_send != NULL &&
		!settings->may_send(settings->context, transmitter->sent))
		(void)poll(NULL, 0, AGAIN_MS);
	memset(header, 0, sizeof(header));
	for (unsigned i = 0; i < transmitter->count; i++) {
		struct outgoing *out = &transmitter->batch[i];

		iov[i] = (struct iovec){.iov_base = out->bytes, .iov_len = out->size};
		header[i].msg_hdr.msg_iov = &iov[i];
		header[i].msg_hdr.msg_iovlen = 1;
	}
	/* In the order in which they came: what follows each other from one exporter goes together. */
	for (unsigned i = 1; i <= transmitter->count; i++) {
		if (i < transmitter->count &&
			transmitter->batch[i].exporter == transmitter->batch[begin].exporter)
			continue;
		send_all(
			transmitter, transmitter->batch[begin].exporter, header + begin, i - begin);
		begin = i;
	}
	transmitter->count = 0;
}

void
transmitter_datagram(void *context, unsigned exporter, const uint8_t *bytes, size_t size)
{
	struct transmitter *transmitter = context;
	struct outgoing *out = &transmitter->batch[transmitter->count++];

	must(exporter < transmitter->settings.exporters);
	out->exporter = exporter;
	out->size = size < sizeof(out->bytes) ? size : sizeof(out->bytes);
	memcpy(out->bytes, bytes, out->size);
	if (transmitter->count == TRANSMITTER_BATCH)
		transmitter_flush(transmitter);
}

void
transmitter_from(const struct transmitter *transmitter, unsigned exporter, struct address *ret,
	uint16_t *port)
{
	*ret = (struct address){{0}};
	*port = 0;
	(void)!endpoint_own(transmitter->socket[exporter], ret, port);
}

struct transmitter_counts
transmitter_counts(const struct transmitter *transmitter, unsigned exporter)
{
	return transmitter->counts[exporter];
}
