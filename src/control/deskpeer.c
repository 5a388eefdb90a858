/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/deskinside.h"
#include "control/desklog.h"
#include "runtime/channel.h"

#include <errno.h>
#include <event2/event.h>

/* Messages taken before others have their turn. */
#define AT_ONCE 16

static void
lose(struct peer *peer)
{
	if (peer->is_gone)
		return;
	peer->is_gone = true;
	(void)event_del(peer->reads);
	(void)event_del(peer->writes);
	if (peer == &peer->desk->peer[PEER_PARENT])
		desk_stop(peer->desk, -EPIPE);
	else
		clients_peer_gone(peer->desk, peer);
}

static bool
is_end(uint16_t type)
{
	return type == MESSAGE_STOP || type == MESSAGE_REPLACE;
}

static bool
is_expected(const struct peer *peer, uint16_t type)
{
	return type == MESSAGE_ANSWER || (is_end(type) && peer == &peer->desk->peer[PEER_PARENT]);
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	static _Alignas(8) unsigned char body[CHANNEL_BODY];
	struct peer *peer = context;

	(void)socket;
	(void)what;
	for (int i = 0; i < AT_ONCE && !peer->is_gone; i++) {
		uint16_t type = 0;
		int64_t size = message_receive(peer->channel, &type, body, sizeof(body));

		if (size == -EAGAIN)
			return;
		if (size < 0 && size != -EBADMSG) {
			lose(peer);
			return;
		}
		if (size < 0 || !is_expected(peer, type)) {
			desklog_bad_message(peer->name);
			desk_stop(peer->desk, -EBADMSG);
			return;
		}
		if (is_end(type)) {
			desk_stop(peer->desk, 0);
			return;
		}
		clients_answer(peer->desk, peer, (const struct answer *)(const void *)body);
		if (event_base_got_break(peer->desk->base))
			return;
	}
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct peer *peer = context;

	(void)socket;
	(void)what;
	clients_peer_writable(peer->desk, peer);
}

static void
peer_begin(struct desk *desk, uint32_t at, int channel, const char *name)
{
	struct peer *peer = &desk->peer[at];

	*peer = (struct peer){
		.desk = desk, .channel = channel, .name = name, .is_gone = channel < 0};
	if (channel < 0)
		return;
	must(evutil_make_socket_nonblocking(channel) == 0);
	peer->reads = event_new(desk->base, channel, EV_READ | EV_PERSIST, on_readable, peer);
	peer->writes = event_new(desk->base, channel, EV_WRITE, on_writable, peer);
	must(peer->reads != NULL && peer->writes != NULL && event_add(peer->reads, NULL) == 0);
}

void
peers_begin(struct desk *desk)
{
	desk->peers = PEER_JUDGE + desk->settings->judges;
	peer_begin(desk, PEER_PARENT, desk->settings->parent, "the parent process");
	peer_begin(desk, PEER_KEEPER, desk->settings->keeper, "the keeper of the ledger");
	peer_begin(desk, PEER_GUARD, desk->settings->guard, "the relay guard");
	for (uint32_t i = 0; i < desk->settings->judges; i++)
		peer_begin(desk, PEER_JUDGE + i, desk->settings->judge[i], "a judge");
}

void
peers_end(struct desk *desk)
{
	for (uint32_t i = 0; i < desk->peers; i++) {
		if (desk->peer[i].reads != NULL)
			event_free(desk->peer[i].reads);
		if (desk->peer[i].writes != NULL)
			event_free(desk->peer[i].writes);
	}
}

int
peer_ask(struct peer *peer, const struct question *question)
{
	int r;

	if (peer->is_gone)
		return -EPIPE;
	r = channel_send(peer->channel, MESSAGE_QUESTION, question, sizeof(*question));
	if (r == -EAGAIN)
		(void)event_add(peer->writes, NULL);
	/* The reading side sees that it is gone, in its turn. */
	return r == 0 || r == -EAGAIN ? r : -EPIPE;
}
