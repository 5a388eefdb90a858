/* SPDX-License-Identifier: BSD-2-Clause */
#include "pair.h"

#include "base/fail.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER (64 << 20)

bool
pair_enter(void)
{
	return geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
}

/* The interfaces; the child's one is moved to where it is. An IPv6 datagram may be longer than an Ethernet. */
static void
make_link(pid_t child)
{
	char command[512];

	snprintf(command, sizeof(command),
		"{ ip link del v0 2>/dev/null || true; } && ip link add v0 mtu 1600 numrxqueues 1 "
		"address 02:00:00:00:00:00 type veth peer "
		"name v1 mtu 1600 numtxqueues 1 netns %d && ip addr add 10.9.0.1/16 dev v0 && "
		"ip -6 addr add fd09::1/64 dev v0 nodad && ip link set v0 up && ip link set lo up "
		"&& "
		"nsenter --net=/proc/%d/ns/net ip link set v1 up",
		(int)child, (int)child);
	must(system(command) == 0);
}

static int
open_packets(void)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
		.sll_protocol = 0,
		.sll_ifindex = (int)if_nametoindex("v1")};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	must(fd >= 0);
	must(bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	must(setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) == 0);
	return fd;
}

void
pair_start(struct pair *pair, void (*send)(int fd, void *context), void *context)
{
	int ready[2], go[2];
	char byte;

	must(pipe(ready) == 0 && pipe(go) == 0);
	fflush(NULL);
	pair->child = fork();
	must(pair->child >= 0);
	if (pair->child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(unshare(CLONE_NEWNET) == 0);
		must(write(ready[1], "r", 1) == 1);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		send(open_packets(), context);
		_exit(0);
	}
	must(read(ready[0], &byte, 1) == 1);
	make_link(pair->child);
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	pair->go = go[1];
}

void
pair_go(struct pair *pair)
{
	must(write(pair->go, "g", 1) == 1);
	close(pair->go);
}

bool
pair_has_ended(struct pair *pair)
{
	int status;

	if (pair->child == 0)
		return true;
	if (waitpid(pair->child, &status, WNOHANG) != pair->child)
		return false;
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	pair->child = 0;
	return true;
}

int
pair_socket(void)
{
	struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(2055)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), size = BUFFER,
	    off = 0;

	must(fd >= 0);
	must(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == 0);
	must(bind(fd, (struct sockaddr *)&here, sizeof(here)) == 0);
	return fd;
}
