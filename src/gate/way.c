/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/way.h"

#include "base/bytes.h"
#include "gate/program.h"
#include "runtime/event.h"

#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of the rules and routes that are made here, so that they can be told from those of others. */
#define PROTOCOL 178
#define WAIT_S   1

/* No interface has these (RFC 7600, RFC 6666), so only the mark can make them local. */
static const struct family {
	const char *flag;
	uint8_t family;
	uint8_t size;
	uint8_t address[16];
} families[WAY_FAMILIES] = {
	{"-4", AF_INET, 4, {192, 0, 0, 8}},
	{"-6", AF_INET6, 16, {0x01, 0x00, [15] = 1}},
};

/* One command: false with the begin of what ip(8) said. */
PRINTF(3, 4)
static bool
run(const struct family *of, char said[PROGRAM_SAID], const char *format, ...)
{
	const char *const words[] = {of->flag, "-batch", "-", NULL};
	char command[160];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return program_run("ip", words, text_of(command), said) == 0;
}

/* What has the mark comes to a socket of this machine; with 0 nothing does. All that was made so before goes first,
 * whatever its mark was: nobody may know that any more. */
static bool
set(const struct family *of, uint32_t mark, char said[PROGRAM_SAID])
{
	(void)run(of, said, "rule flush protocol %d\nroute flush table all proto %d\n", PROTOCOL,
		PROTOCOL);
	return mark == 0 ||
		run(of, said,
			"route replace local default dev lo table %u proto %d\n"
			"rule add fwmark %u lookup %u protocol %d\n",
			mark, PROTOCOL, mark, mark, PROTOCOL);
}

struct question {
	struct nlmsghdr head;
	struct rtmsg route;
	uint8_t attributes[64];
};

static void
add(struct question *question, uint16_t type, const void *value, uint16_t size)
{
	struct rtattr attribute = {
		.rta_len = (uint16_t)RTA_LENGTH(size),
		.rta_type = type,
	};
	uint8_t *at = (uint8_t *)question + NLMSG_ALIGN(question->head.nlmsg_len);

	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + RTA_LENGTH(0), value, size);
	question->head.nlmsg_len =
		NLMSG_ALIGN(question->head.nlmsg_len) + (uint32_t)RTA_ALIGN(attribute.rta_len);
}

/* Where would a packet with this mark go (RTM_GETROUTE)? 1: it is for this machine, 0: it is not; -1: not known. */
static int
ask(const struct way *way, const struct family *of)
{
	struct question question = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST},
		.route = {.rtm_family = of->family, .rtm_dst_len = (uint8_t)(of->size * 8)},
	};
	struct {
		struct nlmsghdr head;
		struct rtmsg route;
		uint8_t rest[2048];
	} answer;
	ssize_t n;

	add(&question, RTA_DST, of->address, of->size);
	add(&question, RTA_MARK, &way->mark, sizeof(way->mark));
	if (send(way->netlink, &question, question.head.nlmsg_len, 0) < 0)
		return -1;
	n = recv(way->netlink, &answer, sizeof(answer), 0);
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(int)))
		return -1;
	if (answer.head.nlmsg_type == NLMSG_ERROR)
		return 0;
	return answer.head.nlmsg_type == RTM_NEWROUTE &&
		n >= (ssize_t)NLMSG_LENGTH(sizeof(struct rtmsg)) &&
		answer.route.rtm_type == RTN_LOCAL;
}

static bool
open_netlink(struct way *way)
{
	struct timeval wait = {.tv_sec = WAIT_S};

	if (way->netlink > 0)
		return true;
	way->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (way->netlink <= 0) {
		way->netlink = 0;
		return false;
	}
	(void)setsockopt(way->netlink, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return true;
}

void
way_set(struct way *way, uint32_t mark)
{
	char said[PROGRAM_SAID];

	way->mark = mark;
	for (unsigned i = 0; i < WAY_FAMILIES; i++) {
		bool is_done = set(&families[i], mark, said);

		way->is_lost[i] = false;
		way->has_led[i] =
			mark != 0 && is_done && open_netlink(way) && ask(way, &families[i]) == 1;
		if (!is_done)
			event(EVENT_GATE,
				"text=\"packets for the garden find no way\" where=ip why=%s",
				said);
	}
}

/* What somebody took away is made again; each loss is told once. False: it is lost. */
static bool
restore(struct way *way, unsigned i)
{
	char said[PROGRAM_SAID];
	bool is_there = set(&families[i], way->mark, said) && ask(way, &families[i]) == 1;

	if (is_there)
		event(EVENT_GATE,
			"text=\"somebody took away the way of packets for the garden; it is there "
			"again\" where=%s",
			families[i].flag + 1);
	else if (!way->is_lost[i])
		event(EVENT_GATE,
			"text=\"somebody took away the way of packets for the garden\" where=%s "
			"why=%s",
			families[i].flag + 1, said);
	way->is_lost[i] = !is_there;
	return is_there;
}

bool
way_look(struct way *way)
{
	bool is_there = true;

	for (unsigned i = 0; i < WAY_FAMILIES; i++) {
		if (!way->has_led[i])
			continue;
		if (ask(way, &families[i]) != 0)
			way->is_lost[i] = false;
		else
			is_there &= restore(way, i);
	}
	return is_there;
}
