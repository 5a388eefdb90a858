/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/gardening.h"

#include "care/garden.h"
#include "runtime/crowd.h"
#include "runtime/endpoint.h"
#include "runtime/eventbase.h"
#include "runtime/process.h"
#include "runtime/sockets.h"
#include "runtime/streamserver.h"
#include "service/dutyloop.h"
#include "service/shutin.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of answers that a peer does not read. */
#define ANSWER_MOST ((size_t)GARDENPAGE_MOST + 2048)

struct gardening {
	const struct daemon_settings *settings;
	struct duty duty;
	struct event_base *base;
	struct stream_listener *listener;
	struct garden *garden;
	struct crowd crowd;
	uint64_t answers[2]; /* of IPv6, of IPv4 */
	uint64_t refused[2];
	uint64_t shown; /* the page itself */
	uint64_t astray;
};

bool
gardening_needs_gate(const struct gardening_settings *settings)
{
	return settings->port > 0 && geteuid() != 0;
}

int
gardening_open(const struct gardening_settings *settings, struct gateclient *gate, int *descriptor,
	struct fail *fail)
{
	*descriptor = -1;
	if (settings->port == 0)
		return 0;
	*descriptor = gate != NULL && gardening_needs_gate(settings)
		? gateclient_transparent(gate, settings->port, fail)
		: sockets_open_transparent(settings->port, SOMAXCONN, fail);
	return *descriptor < 0 ? *descriptor : 0;
}

/* The rules leave a connection the address and port that it asked for; whoever asks for the garden's own port has not
 * come by them. Only this machine may, as its operator looks at the page before anybody is held. */
static bool
is_led(int socket, const struct address *peer)
{
	struct address own;
	uint16_t port;

	return (endpoint_own(socket, &own, &port) == 0 && port == GARDENING_PORT) ||
		address_is_loopback(peer);
}

static bool
admit(void *context, int socket, const struct address *peer)
{
	struct gardening *gardening = context;

	if (!is_led(socket, peer)) {
		gardening->astray++;
		return false;
	}
	return crowd_enter(&gardening->crowd, peer);
}

static void
end(void *context, struct stream *stream, enum stream_end why)
{
	struct gardening *gardening = context;

	(void)why;
	crowd_leave(&gardening->crowd, stream_peer(stream));
}

static void
count(struct gardening *gardening, const struct stream *stream, enum garden_kind kind)
{
	bool is_v4 = address_is_v4(stream_peer(stream));

	gardening->shown += kind == GARDEN_SHOWN;
	if (kind == GARDEN_REFUSED)
		gardening->refused[is_v4]++;
	else
		gardening->answers[is_v4]++;
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct httprequest_reader *reader = stream_state(stream);
	struct gardening *gardening = context;
	struct garden_answer answer;

	if (garden_read(gardening->garden, reader, bytes, &answer) == 0)
		return 0;
	count(gardening, stream, answer.kind);
	stream_answer(stream, answer.bytes.at, answer.bytes.length);
	stream_close(stream);
	/* What comes behind it is not read. */
	return (int64_t)bytes.length;
}

static const struct stream_protocol protocol = {
	.state_bytes = sizeof(struct httprequest_reader),
	.admit = admit,
	.take = take,
	.end = end,
};

static void
show(void *context)
{
	struct gardening *gardening = context;
	struct stream_counts counts = stream_counts(gardening->listener);
	struct duty *duty = &gardening->duty;

	duty_count(duty, COUNT_GARDEN_CONNECTIONS, counts.accepted);
	duty_show(duty, COUNT_GARDEN_OPEN, counts.open);
	duty_count(duty, COUNT_GARDEN_TURNED_AWAY, counts.turned_away);
	duty_count(duty, COUNT_GARDEN_CROWDED, counts.refused - gardening->astray);
	duty_count(duty, COUNT_GARDEN_ASTRAY, gardening->astray);
	duty_count(duty, COUNT_GARDEN_IDLE, counts.ended[STREAM_IDLE]);
	duty_count(duty, COUNT_GARDEN_UNREAD, counts.ended[STREAM_UNREAD]);
	duty_count(duty, COUNT_GARDEN_ANSWERS4, gardening->answers[1]);
	duty_count(duty, COUNT_GARDEN_ANSWERS6, gardening->answers[0]);
	duty_count(duty, COUNT_GARDEN_SHOWN, gardening->shown);
	duty_count(duty, COUNT_GARDEN_REFUSED4, gardening->refused[1]);
	duty_count(duty, COUNT_GARDEN_REFUSED6, gardening->refused[0]);
}

static void
begin(struct gardening *gardening, const struct post *post, int descriptor)
{
	const struct gardening_settings *settings = &gardening->settings->gardening;
	const struct garden_settings texts = gardening_texts(settings);
	struct stream_settings stream = {
		.socket = descriptor,
		.protocol = &protocol,
		.context = gardening,
		.connections_most = process_connections(settings->connections_most),
		.request_most = GARDEN_HEAD + GARDEN_BODY + STREAM_READ,
		.answer_most = ANSWER_MOST,
		.request_us = GARDENING_REQUEST_US,
		.idle_us = GARDENING_IDLE_US,
	};
	struct fail fail = {0};

	if (garden_new(&texts, &gardening->garden, &fail) < 0)
		duty_fail(&gardening->duty, &fail);
	crowd_init(
		&gardening->crowd, stream.connections_most, settings->line_most, settings->length6);
	gardening->base = eventbase_new();
	shutin_enter(&gardening->duty, post, gardening->settings);
	gardening->listener = stream_listen(gardening->base, &stream);
}

_Noreturn void
gardening_run(const struct daemon_settings *settings, struct estate *estate, int descriptor)
{
	struct gardening *gardening = xcalloc(1, sizeof(*gardening));
	struct post post = {.owner = OWNER_GARDEN};

	gardening->settings = settings;
	estate_enter(estate, &post, &descriptor, 1);
	duty_begin(&gardening->duty, estate, &post);
	begin(gardening, &post, descriptor);
	dutyloop_run(&(struct dutyloop){&gardening->duty, gardening->base, show, gardening});
	show(gardening);
	gardening->listener = stream_unlisten(gardening->listener);
	_exit(0);
}
