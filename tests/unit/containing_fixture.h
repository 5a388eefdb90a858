/* containing_fixture - the gate's part of containment in a network namespace of its own, with the rules loaded
 *
 * What:    the test is the actor: it sends messages and has the gate take them.
 * Owns:    nothing: each test is a process, which ends.
 * Thread:  one.
 */
#ifndef LAZARET_TESTS_CONTAINING_FIXTURE_H
#define LAZARET_TESTS_CONTAINING_FIXTURE_H

#include "action/ruleset.h"
#include "gate/containing.h"
#include "namespace.h"
#include "unit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

static struct gaterules_network network;
static struct fail fail;
static struct containing gate;
static struct containing_kept kept;
static struct gaterules_told told;
static struct orders_answer answer;
static int actor;

static inline void
add_inside(const char *prefix, uint8_t line_length)
{
	struct gaterules_prefix *is = &network.at[network.count++];

	is->line_length = line_length;
	CHECK(prefix_parse(text_of(prefix), &is->prefix) == 0);
}

/* The table as it is loaded, and a gate whose actor is the test. */
static inline void
begin(void)
{
	static const struct gaterules_filter none;
	struct ruleset_settings settings;
	struct buffer text;
	int ends[2];
	FILE *pipe;

	if (system("command -v nft >/dev/null") != 0)
		_exit(NAMESPACE_MISSING);
	ruleset_defaults(&settings);
	buffer_init(&text, RULESET_TEXT);
	CHECK(ruleset_print(&settings, RULESET_REPLACE, &text, &fail) == 0);
	pipe = popen("nft -f -", "w");
	CHECK(pipe != NULL && fputs(buffer_string(&text), pipe) >= 0 && pclose(pipe) == 0);
	buffer_done(&text);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	actor = ends[0];
	kept = (struct containing_kept){.epoch = 7, .chains = 100, .is_loaded = true};
	told = (struct gaterules_told){.malformed = 0};
	gate = (struct containing){.kept = &kept,
		.told = &told,
		.orders = ends[1],
		.counters = ruleset_counters,
		.counter_count = RULESET_COUNTERS};
	network.count = 0;
	add_inside("192.0.2.0/24", 128);
	add_inside("2001:db8::/32", 56);
	CHECK(containing_open(&gate, 10000, &none, &network, &fail) == 0);
	CHECK(containing_begin(&gate, &fail) == CONTAINING_DONE);
}

static inline struct orders
message_of(enum orders_kind kind, uint32_t count)
{
	struct orders message = {
		.version = ORDERS_VERSION, .kind = (uint16_t)kind, .count = count, .number = 1};

	if (kind == ORDERS_FILL)
		message.is_first = message.is_last = 1;
	for (uint32_t i = 0; i < count && i < ORDERS_MOST; i++) {
		CHECK(address_parse(TEXT("192.0.2.0"), &message.element[i].address) == 0);
		message.element[i].address.byte[15] = (uint8_t)(i + 1);
		message.element[i].set = LINESET_BLOCK4;
	}
	return message;
}

static inline void
send_bytes(const void *bytes, size_t size)
{
	CHECK(send(actor, bytes, size, 0) == (ssize_t)size);
}

static inline void
send_message(const struct orders *message)
{
	send_bytes(message,
		offsetof(struct orders, element) + message->count * sizeof(*message->element));
}

static inline bool
is_answered(void)
{
	return recv(actor, &answer, sizeof(answer), MSG_DONTWAIT) == sizeof(answer);
}

static inline bool
is_blocked(unsigned last)
{
	struct nftelement found;
	struct address address;

	CHECK(address_parse(TEXT("192.0.2.0"), &address) == 0);
	address.byte[15] = (uint8_t)last;
	return nftsocket_find(&gate.nft, LINESET_BLOCK4, &address, &found) == 1;
}

static inline bool
holds(enum lineset set, const char *text)
{
	struct nftelement found;
	struct address address;

	CHECK(address_parse(text_of(text), &address) == 0);
	return nftsocket_find(&gate.nft, set, &address, &found) == 1;
}

static inline void
set_element(struct orders *message, uint32_t at, enum lineset set, const char *text)
{
	message->element[at].set = (uint8_t)set;
	CHECK(address_parse(text_of(text), &message->element[at].address) == 0);
}

#endif
