/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/time.h>

/* Answers to all questions fit in. */
#define RECEIVE_BYTES (1 << 20)
/* Of one server there are one of UDP and one of TCP. */
#define SOCKETS 4

struct question {
	struct resolver *resolver;
	uint64_t number;
};

struct resolver {
	ares_channel channel;
	resolver_answer answer; /* NULL: it is being closed */
	void *context;
	size_t waiting;
	/* Those behind the ones that wait are free. */
	struct question *free[RESOLVER_MOST];
	struct question question[RESOLVER_MOST];
};

static int
error_of(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return -ETIMEDOUT;
	case ARES_ECONNREFUSED:
		return -ECONNREFUSED;
	case ARES_ESERVFAIL:
		return -EREMOTEIO;
	case ARES_EREFUSED:
		return -EACCES;
	default:
		return -EBADMSG;
	}
}

const char *
resolver_error(int error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "does not answer in time";
	case -ECONNREFUSED:
		return "does not answer: there is no resolver";
	case -EREMOTEIO:
		return "says that it cannot answer (SERVFAIL)";
	case -EACCES:
		return "refuses to answer (REFUSED)";
	default:
		return "gives an answer that is none";
	}
}

static void
on_answer(void *context, int status, int timeouts, unsigned char *bytes, int size)
{
	struct question *question = context;
	struct resolver *resolver = question->resolver;
	uint64_t number = question->number;
	struct ares_addrttl found[RESOLVER_VALUES];
	uint32_t values[RESOLVER_VALUES];
	int count = 0;

	(void)timeouts;
	if (status == ARES_SUCCESS) {
		count = RESOLVER_VALUES;
		status = ares_parse_a_reply(bytes, size, NULL, found, &count);
	}
	if (status != ARES_SUCCESS || count < 0)
		count = 0;
	for (int i = 0; i < count; i++)
		values[i] = ntohl(found[i].ipaddr.s_addr);
	resolver->free[--resolver->waiting] = question;
	if (resolver->answer == NULL)
		return;
	if (status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA)
		resolver->answer(resolver->context, number, 0, values, (size_t)count);
	else
		resolver->answer(resolver->context, number, error_of(status), NULL, 0);
}

static int
set_server(ares_channel channel, const struct address *address, uint16_t port)
{
	struct ares_addr_port_node node = {.family = AF_INET6, .udp_port = port, .tcp_port = port};

	if (address_is_v4(address)) {
		node.family = AF_INET;
		memcpy(&node.addr.addr4, address->byte + 12, sizeof(node.addr.addr4));
	} else {
		memcpy(&node.addr.addr6, address->byte, sizeof(node.addr.addr6));
	}
	return ares_set_servers_ports(channel, &node);
}

int
resolver_open(struct resolver **ret, const struct address *address, uint16_t port,
	resolver_answer answer, void *context, struct fail *fail)
{
	static char only_dns[] = "b";
	struct ares_options options = {
		/* One socket for all. What the server says in place of an answer is told, not asked for again. */
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN |
			ARES_FLAG_NOCHECKRESP,
		.timeout = RESOLVER_TIMEOUT,
		.tries = RESOLVER_TRIES,
		.lookups = only_dns,
		.socket_receive_buffer_size = RECEIVE_BYTES,
	};
	struct resolver *resolver = xcalloc(1, sizeof(*resolver));
	int status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status == ARES_SUCCESS)
		status = ares_init_options(&resolver->channel, &options,
			ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
				ARES_OPT_SOCK_RCVBUF);
	if (status == ARES_SUCCESS) {
		status = set_server(resolver->channel, address, port);
		if (status != ARES_SUCCESS)
			ares_destroy(resolver->channel);
	}
	if (status != ARES_SUCCESS) {
		fail_what(fail, "c-ares cannot be used: %s", ares_strerror(status));
		free(resolver);
		return -EIO;
	}
	resolver->answer = answer;
	resolver->context = context;
	for (size_t i = 0; i < RESOLVER_MOST; i++) {
		resolver->question[i].resolver = resolver;
		resolver->free[i] = &resolver->question[i];
	}
	*ret = resolver;
	return 0;
}

void
resolver_close(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver->answer = NULL;
	ares_destroy(resolver->channel);
	ares_library_cleanup();
	free(resolver);
}

void
resolver_ask(struct resolver *resolver, const char *name, uint64_t number)
{
	struct question *question;

	must(resolver_has_room(resolver));
	question = resolver->free[resolver->waiting++];
	question->number = number;
	ares_query(resolver->channel, name, ns_c_in, ns_t_a, on_answer, question);
}

bool
resolver_has_room(const struct resolver *resolver)
{
	return resolver->waiting < RESOLVER_MOST;
}

size_t
resolver_waiting(const struct resolver *resolver)
{
	return resolver->waiting;
}

static struct timeval
timeval_of(uint64_t us)
{
	return (struct timeval){
		.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
}

int
resolver_wait(struct resolver *resolver, uint64_t most_us, int stop)
{
	ares_socket_t sockets[SOCKETS];
	int bits = ares_getsock(resolver->channel, sockets, SOCKETS);
	struct pollfd at[SOCKETS + 1];
	struct timeval most = timeval_of(most_us), left;
	const struct timeval *until = ares_timeout(resolver->channel, &most, &left);
	struct timespec wait = {.tv_sec = until->tv_sec, .tv_nsec = until->tv_usec * 1000};
	nfds_t count = 0;

	for (unsigned i = 0; i < SOCKETS; i++) {
		short events = (short)((ARES_GETSOCK_READABLE(bits, i) ? POLLIN : 0) |
			(ARES_GETSOCK_WRITABLE(bits, i) ? POLLOUT : 0));

		if (events != 0)
			at[count++] = (struct pollfd){.fd = sockets[i], .events = events};
	}
	if (stop > 0)
		at[count] = (struct pollfd){.fd = stop, .events = POLLIN};
	if (ppoll(at, count + (stop > 0), &wait, NULL) < 0 && errno != EINTR)
		return -errno;
	for (nfds_t i = 0; i < count; i++) {
		/* An error is found by reading. */
		bool can_read = (at[i].revents & ~POLLOUT) != 0;
		bool can_write = (at[i].revents & POLLOUT) != 0;

		if (can_read || can_write)
			ares_process_fd(resolver->channel, can_read ? at[i].fd : ARES_SOCKET_BAD,
				can_write ? at[i].fd : ARES_SOCKET_BAD);
	}
	/* What did not come in time. */
	ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return 0;
}
