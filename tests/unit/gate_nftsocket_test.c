/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/ruleset.h"
#include "gate/nftsocket.h"
#include "namespace.h"
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>

static struct fail fail;
static struct nftsocket nft;
static struct nftelement found;

static bool
nft_loads(const char *text)
{
	FILE *pipe = popen("nft -f -", "w");

	return pipe != NULL && fputs(text, pipe) >= 0 && pclose(pipe) == 0;
}

static void
load(enum ruleset_how how, uint32_t lines_most)
{
	struct ruleset_settings settings;
	struct buffer text;

	ruleset_defaults(&settings);
	settings.lines_most = lines_most;
	buffer_init(&text, RULESET_TEXT);
	CHECK(ruleset_print(&settings, how, &text, &fail) == 0);
	CHECK(nft_loads(buffer_string(&text)));
	buffer_done(&text);
}

static void
begin(uint32_t lines_most)
{
	if (system("command -v nft >/dev/null") != 0)
		_exit(NAMESPACE_MISSING);
	load(RULESET_REPLACE, lines_most);
	CHECK(nftsocket_open(&nft, 100000, &fail) == 0);
}

static struct nftsocket_order
order_of(enum nftsocket_verb verb, enum lineset set, const char *address, uint64_t left_ms)
{
	struct nftsocket_order order = {.verb = verb, .element = {.set = set, .left_ms = left_ms}};

	CHECK(address_parse(text_of(address), &order.element.address) == 0);
	return order;
}

static int
find(enum lineset set, const char *address)
{
	struct address a;

	CHECK(address_parse(text_of(address), &a) == 0);
	return nftsocket_find(&nft, set, &a, &found);
}

static int
check_orders(void)
{
	struct nftsocket_order orders[] = {order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.1", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK6_56, "2001:db8:1:200::", 0),
		order_of(NFTSOCKET_ADD, LINESET_Q4, "192.0.2.2", 3600000),
		order_of(NFTSOCKET_RENEW, LINESET_Q6_64, "2001:db8:1:3::", 60000)};

	begin(1000);
	for (int again = 0; again < 2; again++) {
		CHECK(nftsocket_apply(&nft, orders, 4, &fail) == 0);
		for (int i = 0; i < 4; i++)
			CHECK(orders[i].result == (i == 3 || again == 0));
		CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 1 && found.timeout_ms == 0);
		CHECK(find(LINESET_BLOCK6_56, "2001:db8:1:200::") == 1);
		CHECK(find(LINESET_Q4, "192.0.2.2") == 1 && found.timeout_ms == 3600000);
		CHECK(found.left_ms > 3000000 && found.left_ms <= 3600000);
		CHECK(find(LINESET_Q6_64, "2001:db8:1:3::") == 1 && found.left_ms <= 60000);
	}
	CHECK(find(LINESET_BLOCK4, "192.0.2.2") == 0);
	CHECK(find(LINESET_Q4, "192.0.2.1") == 0);
	/* A new time, longer and shorter. */
	orders[3].element.left_ms = 7200000;
	CHECK(nftsocket_apply(&nft, orders + 3, 1, &fail) == 0);
	CHECK(find(LINESET_Q6_64, "2001:db8:1:3::") == 1 && found.left_ms > 7000000);
	orders[3].element.left_ms = 30000;
	CHECK(nftsocket_apply(&nft, orders + 3, 1, &fail) == 0);
	CHECK(find(LINESET_Q6_64, "2001:db8:1:3::") == 1 && found.left_ms <= 30000);
	nftsocket_close(&nft);
	return 0;
}

static void
what_is_ordered_is_in_the_kernel_however_often(void **state)
{
	namespace_run("true", check_orders);
	(void)state;
}

static int
check_new(void)
{
	struct nftsocket_order orders[] = {order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.1", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK6_56, "2001:db8:1:200::", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.2", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK6_56, "2001:db8:1:300::", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.3", 0)};
	struct nftsocket_order none = {.element = {.set = LINESET_COUNT}};
	uint32_t before, after;

	begin(1000);
	CHECK(nftsocket_generation(&nft, &before) == 0);
	CHECK(nftsocket_create(&nft, orders, 4, &fail) == 0 && orders[3].result == 1);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 1 && find(LINESET_BLOCK4, "192.0.2.2") == 1);
	CHECK(find(LINESET_BLOCK6_56, "2001:db8:1:200::") == 1);
	CHECK(find(LINESET_BLOCK6_56, "2001:db8:1:300::") == 1);
	/* One that is there refuses all, whatever else is new. */
	CHECK(nftsocket_create(&nft, orders + 3, 2, &fail) == -EEXIST);
	CHECK(orders[4].result == -ECANCELED && find(LINESET_BLOCK4, "192.0.2.3") == 0);
	CHECK(nftsocket_create(&nft, &none, 1, &fail) == -EINVAL);
	CHECK(nftsocket_create(&nft, orders, 0, &fail) == 0);
	CHECK(nftsocket_create(&nft, orders + 4, 1, &fail) == 0);
	/* What others do is told from what is done here. */
	CHECK(nftsocket_generation(&nft, &after) == 0 && nft.transactions == 2);
	CHECK(after - before == 2);
	nftsocket_close(&nft);
	return 0;
}

static void
what_is_new_is_added_together_or_not_at_all(void **state)
{
	namespace_run("true", check_new);
	(void)state;
}

static int
check_absent(void)
{
	struct nftsocket_order orders[] = {
		order_of(NFTSOCKET_REMOVE, LINESET_BLOCK4, "192.0.2.8", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.1", 0),
		order_of(NFTSOCKET_REMOVE, LINESET_Q4, "192.0.2.9", 0),
		order_of(NFTSOCKET_REMOVE, LINESET_BLOCK4, "192.0.2.3", 0)};
	struct nftsocket_order there = order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.3", 0);

	begin(1000);
	CHECK(nftsocket_apply(&nft, &there, 1, &fail) == 0);
	CHECK(nftsocket_apply(&nft, orders, 4, &fail) == 0);
	CHECK(orders[0].result == 0 && orders[1].result == 1 && orders[2].result == 0);
	CHECK(orders[3].result == 1 && nft.idle == 2);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 1);
	CHECK(find(LINESET_BLOCK4, "192.0.2.3") == 0);
	/* Nothing but what is absent. */
	CHECK(nftsocket_apply(&nft, orders, 1, &fail) == 0 && orders[0].result == 0);
	nftsocket_close(&nft);
	return 0;
}

static void
removing_what_is_not_there_fails_nothing_else(void **state)
{
	namespace_run("true", check_absent);
	(void)state;
}

static int
check_refused(void)
{
	struct nftsocket_order orders[] = {order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.1", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.2", 0),
		order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.3", 0)};
	struct nftsocket_order cannot = order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "2001:db8::", 0);

	begin(2);
	CHECK(nftsocket_apply(&nft, orders, 3, &fail) == -ENFILE);
	CHECK(orders[2].result == -ENFILE && orders[0].result == -ECANCELED);
	CHECK(strstr(fail.what, "full") != NULL);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 0);
	CHECK(nftsocket_apply(&nft, &cannot, 1, &fail) == -EINVAL && cannot.result == -EINVAL);
	CHECK(nftsocket_apply(&nft, orders, 2, &fail) == 0);
	CHECK(find(LINESET_BLOCK4, "192.0.2.2") == 1);
	CHECK(nft_loads(ruleset_removal));
	CHECK(nftsocket_apply(&nft, orders, 1, &fail) == -ENOENT);
	orders[0].verb = NFTSOCKET_REMOVE;
	/* No table is another thing than no element. */
	CHECK(nftsocket_apply(&nft, orders, 1, &fail) == -ENOENT);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == -ENOENT);
	nftsocket_close(&nft);
	return 0;
}

static void
a_transaction_that_is_refused_changes_nothing(void **state)
{
	namespace_run("true", check_refused);
	(void)state;
}

static int
check_lost(void)
{
	struct nftsocket_order orders[9];
	int queue = 2048;

	begin(1000);
	for (int i = 0; i < 9; i++)
		orders[i] = order_of(i < 8 ? NFTSOCKET_REMOVE : NFTSOCKET_ADD, LINESET_BLOCK4,
			i < 8 ? "192.0.2.1" : "192.0.2.9", 0);
	for (int i = 0; i < 8; i++)
		orders[i].element.address.byte[15] = (uint8_t)(20 + i);
	/* Not all errors fit into such a queue; what was told is left out of the next round. */
	CHECK(setsockopt(nft.fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue)) == 0);
	CHECK(nftsocket_apply(&nft, orders, 9, &fail) == 0);
	CHECK(nft.lost > 0 && nft.idle == 8 && orders[8].result == 1);
	CHECK(find(LINESET_BLOCK4, "192.0.2.9") == 1);
	nftsocket_close(&nft);
	return 0;
}

static void
answers_that_were_lost_are_asked_for_again(void **state)
{
	namespace_run("true", check_lost);
	(void)state;
}

static int
check_privileges(void)
{
	CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	CHECK(nftsocket_open(&nft, 1, &fail) == -EPERM);
	CHECK(strstr(fail.hint, "CAP_NET_ADMIN") != NULL && strstr(fail.hint, "observe") != NULL);
	return 0;
}

static void
without_the_capability_it_says_so(void **state)
{
	namespace_run("true", check_privileges);
	(void)state;
}

struct range {
	enum lineset set;
	uint32_t next, end;
	int error; /* instead of the end */
};

static int
next_of(void *context, struct element *ret)
{
	struct range *range = context;

	if (range->next == range->end)
		return range->error;
	*ret = (struct element){.set = range->set,
		.left_ms = linesets[range->set].timed ? 600000 : 0,
		.address = address_from_v4(0x0a000000 + range->next++)};
	return 1;
}

static void
count_element(void *context, const struct nftelement *element)
{
	*(uint32_t *)context += address_is_v4(&element->address);
}

static int
check_replace(void)
{
	const uint32_t sets = 1U << LINESET_BLOCK4 | 1U << LINESET_BLOCK6_64;
	struct range range = {.set = LINESET_BLOCK4, .end = 30000};
	struct nftsocket_order other = order_of(NFTSOCKET_ADD, LINESET_EXEMPT4, "192.0.2.1", 0);
	struct nftsocket_order v6 = order_of(NFTSOCKET_ADD, LINESET_BLOCK6_64, "2001:db8::", 0);
	uint32_t count = 0;

	begin(40000);
	CHECK(nftsocket_apply(&nft, &other, 1, &fail) == 0);
	CHECK(nftsocket_apply(&nft, &v6, 1, &fail) == 0);
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == 30000);
	CHECK(find(LINESET_BLOCK4, "10.0.117.47") == 1 && find(LINESET_BLOCK4, "10.0.117.48") == 0);
	/* What is replaced and not given again is gone; what is not replaced stays. */
	CHECK(find(LINESET_BLOCK6_64, "2001:db8::") == 0);
	CHECK(find(LINESET_EXEMPT4, "192.0.2.1") == 1);
	range = (struct range){.set = LINESET_BLOCK4, .next = 20000, .end = 60000};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == 40000);
	CHECK(find(LINESET_BLOCK4, "10.0.0.1") == 0 && find(LINESET_BLOCK4, "10.0.117.47") == 1);
	CHECK(nftsocket_each(&nft, LINESET_BLOCK4, count_element, &count) == 40000);
	CHECK(count == 40000);
	/* What cannot be taken leaves all as it was: too many for the set, for the buffer, of a wrong set, given up. */
	range = (struct range){.set = LINESET_BLOCK4, .end = 40001};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == -ENFILE);
	range = (struct range){.set = LINESET_BLOCK4, .end = 1000000};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == -E2BIG);
	range = (struct range){.set = LINESET_Q4, .end = 5};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == -EINVAL);
	range = (struct range){.set = LINESET_BLOCK4, .end = 5, .error = -EIO};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == -EIO);
	CHECK(find(LINESET_BLOCK4, "10.0.117.47") == 1);
	range = (struct range){.set = LINESET_BLOCK4};
	CHECK(nftsocket_replace(&nft, sets, next_of, &range, &fail) == 0);
	CHECK(find(LINESET_BLOCK4, "10.0.117.47") == 0);
	nftsocket_close(&nft);
	return 0;
}

static void
sets_are_replaced_as_a_whole_or_not_at_all(void **state)
{
	namespace_run("true", check_replace);
	(void)state;
}

static int
check_others(void)
{
	struct nftsocket_order line = order_of(NFTSOCKET_ADD, LINESET_BLOCK4, "192.0.2.1", 0);
	const struct nftsocket_order gone =
		order_of(NFTSOCKET_REMOVE, LINESET_BLOCK4, "192.0.2.9", 0);
	const struct nftsocket_order timed =
		order_of(NFTSOCKET_ADD, LINESET_Q4, "192.0.2.7", 60000);
	const uint32_t v6s = 1U << LINESET_BLOCK6_64 | 1U << LINESET_BLOCK6_48;
	struct range none = {.set = LINESET_BLOCK4};
	uint32_t before, after;
	struct nftsocket_standing standing, again;
	int64_t count;

	begin(1000);
	CHECK(nftsocket_generation(&nft, &before) == 0);
	CHECK(nftsocket_standing(&nft, &standing) == 0);
	CHECK(nftsocket_apply(&nft, &line, 1, &fail) == 0);
	CHECK(nftsocket_generation(&nft, &after) == 0);
	CHECK(after - before == nft.transactions);
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest == standing.digest);
	/* What is there already, what is not, and nothing into empty sets: the kernel may count it or not. */
	for (int i = 0; i < 3; i++) {
		struct nftsocket_order both[] = {line, gone, timed};

		CHECK(nftsocket_apply(&nft, both, 3, &fail) == 0);
		CHECK(nftsocket_replace(&nft, 1U << LINESET_EXEMPT4, next_of, &none, &fail) == 0);
		CHECK(nftsocket_replace(&nft, v6s, next_of, &none, &fail) == 0);
		CHECK(nftsocket_generation(&nft, &after) == 0);
		CHECK(after - before == nft.transactions);
		CHECK(nftsocket_count(&nft, LINESET_EXEMPT4, &count) == 0 && count <= 0);
		CHECK(nftsocket_count(&nft, LINESET_BLOCK6_64, &count) == 0 && count <= 0);
	}
	/* Dormant, no rule of the table does anything. */
	CHECK(nft_loads("table inet lazaret {\nflags dormant\n}\n"));
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest != standing.digest);
	/* The same words again are other rules: they may be of another program. */
	load(RULESET_RENEW, 1000);
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest != standing.digest);
	standing = again;
	CHECK(nftsocket_standing(&nft, &again) == 0 && again.digest == standing.digest);
	CHECK(nftsocket_generation(&nft, &before) == 0);
	before -= (uint32_t)nft.transactions;
	/* Rules go, elements stay. */
	CHECK(nft_loads("flush table inet lazaret\n"));
	CHECK(nftsocket_generation(&nft, &after) == 0);
	CHECK(after - before == nft.transactions + 1);
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest != standing.digest);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 1);
	/* The rules again: what is there is kept. */
	load(RULESET_RENEW, 1000);
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest != standing.digest && find(LINESET_BLOCK4, "192.0.2.1") == 1);
	standing = again;
	/* Elements go, rules stay. */
	CHECK(nft_loads("flush set inet lazaret block4\n"));
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest == standing.digest && find(LINESET_BLOCK4, "192.0.2.1") == 0);
	/* A new table that is the same. */
	CHECK(nftsocket_apply(&nft, &line, 1, &fail) == 0);
	load(RULESET_REPLACE, 1000);
	CHECK(nftsocket_standing(&nft, &again) == 0);
	CHECK(again.digest != standing.digest);
	CHECK(find(LINESET_BLOCK4, "192.0.2.1") == 0);
	CHECK(nft_loads("flush ruleset\n"));
	CHECK(nftsocket_standing(&nft, &again) == -ENOENT);
	nftsocket_close(&nft);
	return 0;
}

static int
check_rules_of_others(void)
{
	struct nftsocket_standing standing, again;

	begin(1000);
	CHECK(nftsocket_standing(&nft, &standing) == 0);
	/* Of another table. */
	CHECK(nft_loads("table inet other {\nchain a {\ntcp dport 1 drop\n}\n}\n"));
	CHECK(nftsocket_standing(&nft, &again) == 0 && again.digest == standing.digest);
	/* A rule that goes, and one like it at the end: as many, in another order. */
	CHECK(0 ==
		system("nft delete rule inet lazaret forward handle $(nft -a list chain inet "
		       "lazaret "
		       "forward | sed -n 's/.*jump port25 # handle //p') && "
		       "nft add rule inet lazaret forward th dport 25 jump port25"));
	CHECK(nftsocket_standing(&nft, &again) == 0 && again.digest != standing.digest);
	standing = again;
	/* A chain more, which stops what ours let pass; and a policy. */
	CHECK(nft_loads("table inet lazaret {\nchain more {\ntype filter hook forward priority "
			"-10; policy accept;\n}\n}\n"));
	CHECK(nftsocket_standing(&nft, &again) == 0 && again.digest != standing.digest);
	standing = again;
	CHECK(nft_loads("table inet lazaret {\nchain forward {\ntype filter hook forward priority "
			"filter; policy drop;\n}\n}\n"));
	CHECK(nftsocket_standing(&nft, &again) == 0 && again.digest != standing.digest);
	standing = again;
	nftsocket_close(&nft);
	return 0;
}

static void
what_others_do_to_the_table_shows(void **state)
{
	namespace_run("true", check_others);
	(void)state;
}

static void
rules_that_are_made_anew_show(void **state)
{
	namespace_run("true", check_rules_of_others);
	(void)state;
}

static void
note_counter(void *context, struct text name, uint64_t packets, uint64_t bytes)
{
	unsigned *seen = context;

	for (unsigned i = 0; i < RULESET_COUNTERS; i++)
		*seen |= (unsigned)text_is(name, ruleset_counters[i]) << i;
	CHECK(packets == 0 && bytes == 0);
}

static int
check_counters(void)
{
	unsigned seen = 0;

	begin(1000);
	CHECK(nft_loads("table inet other {\ncounter port25_out {\npackets 5 bytes 7\n}\n}\n"));
	CHECK(nftsocket_counters(&nft, note_counter, &seen) == 0);
	CHECK(seen == (1U << RULESET_COUNTERS) - 1);
	nftsocket_close(&nft);
	return 0;
}

static void
all_counters_of_the_table_are_read_and_no_others(void **state)
{
	namespace_run("true", check_counters);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ordered_is_in_the_kernel_however_often),
		cmocka_unit_test(what_is_new_is_added_together_or_not_at_all),
		cmocka_unit_test(removing_what_is_not_there_fails_nothing_else),
		cmocka_unit_test(a_transaction_that_is_refused_changes_nothing),
		cmocka_unit_test(answers_that_were_lost_are_asked_for_again),
		cmocka_unit_test(without_the_capability_it_says_so),
		cmocka_unit_test(sets_are_replaced_as_a_whole_or_not_at_all),
		cmocka_unit_test(what_others_do_to_the_table_shows),
		cmocka_unit_test(rules_that_are_made_anew_show),
		cmocka_unit_test(all_counters_of_the_table_are_read_and_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
