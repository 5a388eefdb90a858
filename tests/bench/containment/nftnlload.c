/* SPDX-License-Identifier: BSD-2-Clause */
/* nftnlload - the peer libnftnl: a million elements loaded, single ones added and removed
 *
 *   nftnlload TABLE SET COUNT ROUNDS   IPv4; prints lines NAME VALUE, as setload does
 */
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define FAMILY_INET 1
#define ROUNDS_MOST 100000

static struct mnl_socket *nl;
static double took[ROUNDS_MOST];
static const char *table, *set_name;

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
end_by(const char *what)
{
	fprintf(stderr, "nftnlload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t
number_of(const char *words)
{
	uint64_t number;

	if (text_parse_u64(text_of(words), 1 << 26, &number) < 0) {
		errno = EINVAL;
		end_by(words);
	}
	return (uint32_t)number;
}

static void
add_line(struct nftnl_set *set, uint32_t n)
{
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();
	uint32_t address = htonl(n * UINT32_C(2654435761));

	if (element == NULL)
		end_by("memory");
	nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, &address, sizeof(address));
	nftnl_set_elem_add(set, element);
}

static struct nftnl_set *
new_set(void)
{
	struct nftnl_set *set = nftnl_set_alloc();

	if (set == NULL)
		end_by("memory");
	nftnl_set_set_str(set, NFTNL_SET_TABLE, table);
	nftnl_set_set_str(set, NFTNL_SET_NAME, set_name);
	return set;
}

static void
edge(char *at, uint16_t type)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(at);
	struct nfgenmsg *generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST;
	generic->nfgen_family = 0;
	generic->version = NFNETLINK_V0;
	generic->res_id = htons(NFNL_SUBSYS_NFTABLES);
}

static void
commit(char *bytes, size_t size)
{
	char answer[8192];
	ssize_t length;

	if (send(mnl_socket_get_fd(nl), bytes, size, 0) != (ssize_t)size)
		end_by("send");
	length = mnl_socket_recvfrom(nl, answer, sizeof(answer));
	if (length < 0 ||
		mnl_cb_run(answer, (size_t)length, 0, mnl_socket_get_portid(nl), NULL, NULL) < 0)
		end_by("commit");
}

/* Messages of at most a piece each, as nft itself makes them. */
static size_t
write_set(char *at, struct nftnl_set *set, uint16_t type, uint16_t flags)
{
	struct nftnl_set_elems_iter *iter = nftnl_set_elems_iter_create(set);
	char *begin = at;
	struct nlmsghdr *header;
	int more;

	do {
		header = nftnl_nlmsg_build_hdr(at, type, FAMILY_INET, flags, 1);
		more = nftnl_set_elems_nlmsg_build_payload_iter(header, iter);
		at += header->nlmsg_len;
	} while (more > 0);
	header->nlmsg_flags |= NLM_F_ACK;
	nftnl_set_elems_iter_destroy(iter);
	return (size_t)(at - begin);
}

static void
change(char *room, struct nftnl_set *set, uint16_t type, uint16_t flags)
{
	size_t size = 20;

	edge(room, NFNL_MSG_BATCH_BEGIN);
	size += write_set(room + size, set, type, flags);
	edge(room + size, NFNL_MSG_BATCH_END);
	commit(room, size + 20);
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
change_single(char *room, uint32_t count, uint32_t rounds, int adds)
{
	const char *name = adds ? "add" : "remove";

	for (uint32_t i = 0; i < rounds; i++) {
		double begin = now_us();
		struct nftnl_set *set = new_set();

		add_line(set, count + i);
		change(room, set, adds ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
			adds ? NLM_F_CREATE : 0);
		nftnl_set_free(set);
		took[i] = now_us() - begin;
	}
	qsort(took, rounds, sizeof(took[0]), compare);
	printf("%s_p50 %.2f\n%s_p99 %.2f\n", name, took[rounds / 2], name, took[rounds * 99 / 100]);
}

int
main(int argc, char **words)
{
	uint32_t count, rounds;
	struct nftnl_set *set;
	double begin;
	char *room;
	int queue = 256 << 20;

	if (argc != 5)
		return 2;
	table = words[1];
	set_name = words[2];
	count = number_of(words[3]);
	rounds = number_of(words[4]);
	room = malloc((size_t)count * 64 + (1 << 20));
	nl = mnl_socket_open(NETLINK_NETFILTER);
	if (room == NULL || nl == NULL || rounds > ROUNDS_MOST ||
		mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
		setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_SNDBUFFORCE, &queue,
			sizeof(queue)) < 0)
		end_by("socket");
	begin = now_us();
	set = new_set();
	for (uint32_t i = 0; i < count; i++)
		add_line(set, i);
	change(room, set, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	nftnl_set_free(set);
	printf("load %.3f\n", (now_us() - begin) / 1e6);
	change_single(room, count, rounds, 1);
	change_single(room, count, rounds, 0);
	return 0;
}
