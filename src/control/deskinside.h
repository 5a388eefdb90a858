/* deskinside - what the parts of the desk share, and nobody else includes
 *
 * What:    the desk's own state; clients, peers and scrapes are in files of their own.
 * Thread:  one.
 */
#ifndef LAZARET_CONTROL_DESKINSIDE_H
#define LAZARET_CONTROL_DESKINSIDE_H

#include "control/desk.h"
#include "desk/statusreport.h"

#include <sys/socket.h>

struct event;
struct event_base;
struct evconnlistener;
struct client;
struct scrape;
struct desk;

/* The other end of a channel. */
struct peer {
	struct desk *desk;
	int channel;
	const char *name; /* as in "the keeper does not answer" */
	struct event *reads;
	struct event *writes;
	bool is_gone;
};

/* Peers: the parent, the keeper, the guard, the judges. */
#define PEER_PARENT 0
#define PEER_KEEPER 1
#define PEER_GUARD  2
#define PEER_JUDGE  3
#define PEERS       (PEER_JUDGE + DESK_JUDGES)

struct desk {
	const struct desk_settings *settings;
	struct event_base *base;
	struct event *tick;
	struct rates rates;
	struct peer peer[PEERS];
	uint32_t peers;
	struct client *clients; /* list */
	size_t client_count;
	struct scrape *scrapes[DESK_SCRAPES];
	size_t scrape_count;
	struct evconnlistener *control;
	struct evconnlistener *metrics;
	uint64_t last_id;
	int result;
};

void desk_count(struct desk *desk, enum counter what);
struct status_view desk_view(const struct desk *desk);
/* The loop ends, with this result. */
void desk_stop(struct desk *desk, int result);

/* deskpeer: begins and ends the use of all channels; sends a question: 0, -EAGAIN (then client_peer_writable
 * follows), -EPIPE. */
void peers_begin(struct desk *desk);
void peers_end(struct desk *desk);
int peer_ask(struct peer *peer, const struct question *question) MUST_USE;

/* deskclient */
void clients_accept(struct desk *desk, int socket);
void clients_end(struct desk *desk);
void clients_answer(struct desk *desk, struct peer *peer, const struct answer *answer);
void clients_peer_writable(struct desk *desk, struct peer *peer);
void clients_peer_gone(struct desk *desk, struct peer *peer);

/* deskhttp */
void scrapes_accept(struct desk *desk, int socket);
void scrapes_end(struct desk *desk);

#endif
