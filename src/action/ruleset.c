/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/ruleset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char ruleset_removal[] =
	"table inet " LINESET_TABLE "\ndelete table inet " LINESET_TABLE "\n";

const char *const ruleset_counters[RULESET_COUNTERS] = {
	[RULESET_LINE] = "port25_line",
	[RULESET_OUT] = "port25_out",
	[RULESET_IN] = "port25_in",
	[RULESET_BACK] = "port25_back",
	[RULESET_OVER] = "smtp_over",
	[RULESET_Q25] = "quarantine_25",
	[RULESET_QWEB] = "quarantine_web",
	[RULESET_QTLS] = "quarantine_tls",
	[RULESET_QQUIC] = "quarantine_quic",
	[RULESET_QREST] = "quarantine_rest",
};

/* Of a rule, behind what it matches. */
#define WORDS 120

/* How long the meter remembers a source, whatever the rate. */
#define METER_TIME "2m"

void
ruleset_defaults(struct ruleset_settings *settings)
{
	*settings = (struct ruleset_settings){.lines = RULESET_OBSERVE,
		.policy = RULESET_OBSERVE,
		.quarantine = RULESET_OBSERVE,
		.is_64 = true,
		.is_56 = true,
		.is_48 = true,
		.lines_most = 1 << 20,
		.exempt_most = 1 << 16,
		.quarantine_most = 1 << 13,
		.allow_most = 1 << 16,
		.meter_most = 1 << 16,
		.rate = 20,
		.burst = 20,
		.over_s = 600};
}

/* Checks. */

static int
check_interface(const char *name, struct fail *fail)
{
	size_t length = strnlen(name, RULESET_INTERFACE + 1);
	bool good = length > 0 && length <= RULESET_INTERFACE && name[0] != '-' && name[0] != '.';

	for (size_t i = 0; good && i < length; i++) {
		char c = text_small(name[i]);

		good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
			c == '_';
	}
	if (good)
		return 0;
	fail_where(fail, "contain.ingress");
	fail_what(fail, "an interface has a name that is none");
	fail_hint(fail, "1 to %d letters, digits, '.', '-' and '_', the first one no '-' or '.'",
		RULESET_INTERFACE);
	return -EINVAL;
}

static int
check_prefixes(const struct ruleset_prefixes *prefixes, struct fail *fail)
{
	if (prefixes->count > RULESET_PREFIXES) {
		fail_what(fail, "%zu prefixes; at most %d", prefixes->count, RULESET_PREFIXES);
		return -E2BIG;
	}
	for (size_t i = 0; i < prefixes->count; i++) {
		const struct prefix *prefix = &prefixes->at[i];
		struct address masked;
		unsigned least = address_is_v4(&prefix->address) ? 97 : 1;
		char words[ADDRESS_TEXT];

		if (prefix->length < least || prefix->length > 128) {
			fail_what(fail, "a prefix of this length at %s would be everything",
				address_format(&prefix->address, words));
			return -EINVAL;
		}
		masked = address_mask(&prefix->address, prefix->length);
		if (!address_equal(&masked, &prefix->address)) {
			fail_what(fail, "%s has bits beyond its length",
				address_format(&prefix->address, words));
			return -EINVAL;
		}
	}
	return 0;
}

static int
check_lists(const struct ruleset_settings *settings, struct fail *fail)
{
	const struct {
		const struct ruleset_prefixes *list;
		const char *option;
	} all[] = {{&settings->residential, "network.inside or network.table"},
		{&settings->inside, "network.inside or network.table"},
		{&settings->servers, "contain.servers"},
		{&settings->resolvers, "contain.resolvers"}, {&settings->portal, "contain.portal"},
		{&settings->protected, "contain.protected"}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int r = check_prefixes(all[i].list, fail);

		if (r < 0) {
			fail_where(fail, "%s", all[i].option);
			return r;
		}
	}
	return 0;
}

static int
check_sizes(const struct ruleset_settings *settings, struct fail *fail)
{
	const uint32_t sizes[] = {settings->lines_most, settings->exempt_most,
		settings->quarantine_most, settings->allow_most, settings->meter_most};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i] == 0 || sizes[i] > 1U << 26) {
			fail_what(fail, "a set of %u elements; 1 to %u", sizes[i], 1U << 26);
			return -EINVAL;
		}
	}
	if (settings->rate > 100000 || settings->burst > 100000 ||
		(settings->rate > 0 &&
			(settings->burst == 0 || settings->over_s == 0 ||
				settings->over_s > 7 * 86400))) {
		fail_what(fail, "the meter: a rate of %u a minute, a burst of %u, kept for %u s",
			settings->rate, settings->burst, settings->over_s);
		fail_hint(fail, "rate and burst up to 100,000, both not 0; kept for 1 s to 7 days");
		return -EINVAL;
	}
	return 0;
}

int
ruleset_check(const struct ruleset_settings *settings, struct fail *fail)
{
	int r;

	if ((unsigned)settings->lines >= RULESET_MODES ||
		(unsigned)settings->policy >= RULESET_MODES ||
		(unsigned)settings->quarantine >= RULESET_MODES) {
		fail_what(fail, "a mode that is none");
		return -EINVAL;
	}
	if (settings->interfaces > RULESET_INTERFACES) {
		fail_where(fail, "contain.ingress");
		fail_what(fail, "%zu interfaces; at most %d", settings->interfaces,
			RULESET_INTERFACES);
		return -E2BIG;
	}
	for (size_t i = 0; i < settings->interfaces; i++) {
		r = check_interface(settings->ingress[i], fail);
		if (r < 0)
			return r;
	}
	if (settings->garden_port != 0 && settings->mark == 0) {
		fail_where(fail, "garden.mark");
		fail_what(fail, "the garden's listener needs a mark that is not 0");
		return -EINVAL;
	}
	r = check_sizes(settings, fail);
	return r < 0 ? r : check_lists(settings, fail);
}

/* Prefixes. */

static int
compare(const void *a, const void *b)
{
	const struct prefix *left = a, *right = b;
	int order = memcmp(left->address.byte, right->address.byte, 16);

	return order != 0 ? order : left->length - right->length;
}

/* The prefixes of one family between braces, in order, those inside others left out. False: there are none. */
static bool
print_prefixes(struct buffer *into, const struct ruleset_prefixes *prefixes, bool v4)
{
	struct prefix *sorted = xcalloc(prefixes->count + 1, sizeof(*sorted));
	const struct prefix *last = NULL;
	char words[PREFIX_TEXT];
	size_t count = 0;

	for (size_t i = 0; i < prefixes->count; i++) {
		if (address_is_v4(&prefixes->at[i].address) == v4)
			sorted[count++] = prefixes->at[i];
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < count; i++) {
		if (last != NULL && prefix_has(last, &sorted[i].address))
			continue;
		buffer_print(
			into, "%s%s", last == NULL ? "{ " : ", ", prefix_format(&sorted[i], words));
		last = &sorted[i];
	}
	if (last != NULL)
		buffer_print(into, " }");
	free(sorted);
	return last != NULL;
}

static bool
has_family(const struct ruleset_prefixes *prefixes, bool v4)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		if (address_is_v4(&prefixes->at[i].address) == v4)
			return true;
	}
	return false;
}

/* A rule for each family that the list has: before, `ip saddr` or `ip daddr` and the prefixes, after. */
static void
print_rule(struct buffer *into, const char *before, const char *field,
	const struct ruleset_prefixes *prefixes, const char *after)
{
	for (int v4 = 1; v4 >= 0; v4--) {
		if (!has_family(prefixes, v4))
			continue;
		buffer_print(into, "\t\t%s%s%s ", before, v4 ? "ip " : "ip6 ", field);
		(void)print_prefixes(into, prefixes, v4);
		buffer_print(into, " %s\n", after);
	}
}

static bool
has_length(const struct ruleset_settings *settings, unsigned length)
{
	return (length == 64 && settings->is_64) || (length == 56 && settings->is_56) ||
		(length == 48 && settings->is_48);
}

/* The first bits of an IPv6 address, which are the key of its set: nft has no word for that but where they lie. */
static void
print_look_up6(struct buffer *into, const struct ruleset_settings *settings, enum lineset first,
	const char *before, bool source, const char *after)
{
	for (unsigned i = 1; i <= 3; i++) {
		const struct lineset_row *row = &linesets[(unsigned)first + i];

		if (has_length(settings, row->length))
			buffer_print(into, "\t\t%s@nh,%d,%d @%s %s\n", before, source ? 64 : 192,
				row->length, row->name, after);
	}
}

/* Rules that look the field up in the four sets of a kind. */
static void
print_look_up(struct buffer *into, const struct ruleset_settings *settings, enum lineset first,
	const char *field, const char *after)
{
	buffer_print(into, "\t\tip %s @%s %s\n", field, linesets[first].name, after);
	print_look_up6(into, settings, first, "meta nfproto ipv6 ", field[0] == 's', after);
}

/* Of every packet's source: as little as can be, and the chain's end for IPv4. */
static void
print_quarantined(struct buffer *into, const struct ruleset_settings *settings, const char *after)
{
	buffer_print(into, "\t\tip saddr @%s %s\n\t\tmeta nfproto ipv4 return\n",
		linesets[LINESET_Q4].name, after);
	print_look_up6(into, settings, LINESET_Q4, "", true, after);
}

/* Parts of the table. */

static uint32_t
size_of(const struct ruleset_settings *settings, enum lineset set)
{
	/* A length that no line has is never looked up: its sets take no memory. */
	if (set < LINESET_ALLOW4 && linesets[set].key != 4 &&
		!has_length(settings, linesets[set].length))
		return 1;
	if (set < LINESET_EXEMPT4)
		return settings->lines_most;
	if (set < LINESET_Q4)
		return settings->exempt_most;
	if (set < LINESET_ALLOW4)
		return settings->quarantine_most;
	return set < LINESET_OVER4 ? settings->allow_most : settings->meter_most;
}

static void
print_sets(struct buffer *into, const struct ruleset_settings *settings)
{
	for (int set = 0; set < LINESET_COUNT; set++) {
		const struct lineset_row *row = &linesets[set];

		buffer_print(into, "\tset %s { ", row->name);
		if (row->key == 4 || row->key == 16)
			buffer_print(into, "type %s;", row->key == 4 ? "ipv4_addr" : "ipv6_addr");
		else
			buffer_print(into, "typeof @nh,64,%d;", row->length);
		buffer_print(into, " size %u;", size_of(settings, (enum lineset)set));
		if (row->is_read)
			buffer_print(into, " flags dynamic, timeout; timeout %us;",
				settings->over_s > 0 ? settings->over_s : 1);
		else if (row->timed)
			buffer_print(into, " flags timeout;");
		buffer_print(into, " }\n");
	}
	for (int v4 = 1; v4 >= 0; v4--)
		buffer_print(into,
			"\tset smtp_meter%d { type %s; size %u; flags dynamic, timeout; "
			"timeout " METER_TIME "; }\n",
			v4 ? 4 : 6, v4 ? "ipv4_addr" : "ipv6_addr", settings->meter_most);
	for (int i = 0; i < RULESET_COUNTERS; i++)
		buffer_print(into, "\tcounter %s { }\n", ruleset_counters[i]);
}

/* What is done with a packet that is to be stopped: counted, and in observe no more than that. */
static const char *
stop(char into[WORDS], enum ruleset_counter counter, enum ruleset_mode mode, const char *verdict)
{
	snprintf(into, WORDS, "counter name %s %s", ruleset_counters[counter],
		mode == RULESET_ENFORCE ? verdict : "return");
	return into;
}

/* The same of port 25. What is only observed goes on as a whole connection, of which no more than the first packet
 * would have come; flags: of that one. */
static const char *
stop25(char into[WORDS], enum ruleset_counter counter, enum ruleset_mode mode, const char *verdict,
	const char *flags)
{
	char words[WORDS];

	snprintf(into, WORDS, "%s%s%s",
		mode == RULESET_ENFORCE ? "" : "tcp flags & (syn | ack) == ",
		mode == RULESET_ENFORCE ? "" : flags, stop(words, counter, mode, verdict));
	return into;
}

#define FIRST "syn "
#define BACK  "(syn | ack) "

static void
print_meter(struct buffer *into, const struct ruleset_settings *settings)
{
	const struct ruleset_prefixes *who =
		settings->inside.count > 0 ? &settings->inside : &settings->residential;

	buffer_print(into, "\tchain metered {\n");
	if (settings->rate > 0)
		print_rule(into, "", "daddr", &settings->servers, "return");
	for (int v4 = 1; v4 >= 0 && settings->rate > 0; v4--) {
		const char *source = v4 ? "ip saddr" : "ip6 saddr & ffff:ffff:ffff:ffff::";

		if (!has_family(who, v4))
			continue;
		buffer_print(
			into, "\t\ttcp flags & (syn | ack) == syn %s saddr ", v4 ? "ip" : "ip6");
		(void)print_prefixes(into, who, v4);
		buffer_print(into,
			" update @smtp_meter%d { %s limit rate over %u/minute burst %u packets } "
			"update @%s { %s } counter name %s\n",
			v4 ? 4 : 6, source, settings->rate, settings->burst,
			linesets[v4 ? LINESET_OVER4 : LINESET_OVER6].name, source,
			ruleset_counters[RULESET_OVER]);
	}
	buffer_print(into, "\t}\n");
}

/* Port 25 of quarantined lines. Where that is only observed, the policy for port 25 goes on. */
static void
print_quarantine25(struct buffer *into, const struct ruleset_settings *settings, bool early)
{
	char words[WORDS];

	if (settings->quarantine == RULESET_ENFORCE)
		snprintf(words, sizeof(words), "counter name %s drop",
			ruleset_counters[RULESET_Q25]);
	else
		snprintf(words, sizeof(words), "counter name %s", ruleset_counters[RULESET_Q25]);
	if (settings->quarantine == RULESET_ENFORCE ||
		(settings->quarantine == RULESET_OBSERVE && !early))
		print_look_up(into, settings, LINESET_Q4, "saddr", words);
}

/* The hooks look at ports alone, whatever the protocol: that is cheaper, and nearly all packets end there. */
#define NOT_TCP "\t\tmeta l4proto != tcp return\n"

/* Is it looked at in this chain? As it comes in, only what is stopped there. */
static bool
has_rules(enum ruleset_mode mode, bool early)
{
	return mode == RULESET_ENFORCE || (mode == RULESET_OBSERVE && !early);
}

/* Port 25 of all residential lines, but to and from the operator's servers and of exempt ones. */
static void
print_policy(struct buffer *into, const struct ruleset_settings *settings, bool early)
{
	const char *refuse = early ? "goto drop25" : "reject with icmpx admin-prohibited";
	char words[WORDS];

	if (!has_rules(settings->policy, early))
		return;
	print_rule(into, "", "daddr", &settings->servers, "return");
	print_rule(into, "", "saddr", &settings->servers, "return");
	print_look_up(into, settings, LINESET_EXEMPT4, "saddr", "return");
	print_look_up(into, settings, LINESET_EXEMPT4, "daddr", "return");
	print_rule(into, "", "saddr", &settings->residential,
		stop25(words, RULESET_OUT, settings->policy, refuse, FIRST));
	print_rule(into, "", "daddr", &settings->residential,
		stop25(words, RULESET_IN, settings->policy, "drop", FIRST));
}

/* tcp dport 25. early: as it comes in, where nothing can be refused and what passes is metered later. */
static void
print_port25(struct buffer *into, const struct ruleset_settings *settings, bool early)
{
	const char *block = early ? "drop" : "reject with icmpx admin-prohibited";
	bool blocks = has_rules(settings->lines, early);
	char words[WORDS];

	buffer_print(into, "\tchain %s {\n" NOT_TCP, early ? "early25" : "port25");
	if (!early)
		buffer_print(into, "\t\tjump metered\n");
	print_rule(into, "", "daddr", &settings->protected, "return");
	if (!early) {
		print_quarantine25(into, settings, early);
	}
	if (blocks)
		print_look_up(into, settings, LINESET_BLOCK4, "saddr",
			stop25(words, RULESET_LINE, settings->lines, block, FIRST));
	/* As it comes in, most is of blocked lines. */
	if (early)
		print_quarantine25(into, settings, early);
	if (blocks)
		print_look_up(into, settings, LINESET_BLOCK4, "daddr",
			stop25(words, RULESET_LINE, settings->lines, "drop", FIRST));
	print_policy(into, settings, early);
	buffer_print(into, "\t}\n");
}

/* tcp sport 25: answers to what a residential line sent by another way. */
static void
print_back25(struct buffer *into, const struct ruleset_settings *settings, bool early)
{
	char words[WORDS];

	buffer_print(into, "\tchain %s {\n" NOT_TCP, early ? "earlyback25" : "back25");
	if (has_rules(settings->policy, early)) {
		print_rule(into, "", "saddr", &settings->protected, "return");
		print_rule(into, "", "saddr", &settings->servers, "return");
		print_look_up(into, settings, LINESET_EXEMPT4, "daddr", "return");
		print_rule(into, "", "daddr", &settings->residential,
			stop25(words, RULESET_BACK, settings->policy, "drop", BACK));
	}
	buffer_print(into, "\t}\n");
}

/* What a quarantined line may reach; before port 80 is taken, and before all else is refused. */
static void
print_open(struct buffer *into, const struct ruleset_settings *settings)
{
	print_rule(into, "", "daddr", &settings->protected, "return");
	print_rule(into, "tcp dport { 80, 443 } ", "daddr", &settings->portal, "return");
	buffer_print(into, "\t\tip daddr @%s return\n", linesets[LINESET_ALLOW4].name);
	buffer_print(into, "\t\tip6 daddr @%s return\n", linesets[LINESET_ALLOW6].name);
}

static void
print_garden(struct buffer *into, const struct ruleset_settings *settings)
{
	const char *counter = ruleset_counters[RULESET_QWEB];

	/* Before routing: tcp dport 80 of a quarantined line. */
	buffer_print(into, "\tchain garden {\n");
	print_open(into, settings);
	if (settings->garden_port != 0 && settings->quarantine == RULESET_ENFORCE)
		buffer_print(into,
			"\t\tmeta l4proto tcp tproxy to :%u meta mark set 0x%08x "
			"counter name %s accept\n",
			settings->garden_port, settings->mark, counter);
	else if (settings->garden_port != 0)
		buffer_print(into, "\t\tcounter name %s return\n", counter);
	buffer_print(into, "\t}\n");
}

static void
print_quarantine(struct buffer *into, const struct ruleset_settings *settings)
{
	enum ruleset_mode mode = settings->quarantine;
	char words[WORDS];

	buffer_print(into, "\tchain quarantine {\n");
	/* Seen before, by port25. */
	if (mode == RULESET_OBSERVE)
		buffer_print(into, "\t\ttcp dport 25 return\n");
	print_open(into, settings);
	print_rule(
		into, "tcp dport { 587, 465, 993, 995 } ", "daddr", &settings->servers, "return");
	print_rule(into, "meta l4proto { tcp, udp } th dport 53 ", "daddr", &settings->resolvers,
		"return");
	buffer_print(into,
		"\t\tudp dport 123 return\n"
		"\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } "
		"return\n"
		"\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, "
		"parameter-problem } return\n");
	if (mode == RULESET_OBSERVE && settings->garden_port != 0)
		buffer_print(into, "\t\ttcp dport 80 return\n");
	buffer_print(into, "\t\ttcp dport 443 %s\n",
		stop(words, RULESET_QTLS, mode, "reject with tcp reset"));
	buffer_print(into, "\t\tudp dport 443 %s\n",
		stop(words, RULESET_QQUIC, mode, "reject with icmpx admin-prohibited"));
	buffer_print(into, "\t\t%s\n",
		stop(words, RULESET_QREST, mode, "reject with icmpx admin-prohibited"));
	buffer_print(into, "\t}\n");
}

static void
print_ingress(struct buffer *into, const struct ruleset_settings *settings)
{
	if (settings->interfaces == 0 ||
		(settings->lines != RULESET_ENFORCE && settings->policy != RULESET_ENFORCE))
		return;
	buffer_print(into, "\tchain drop25 {\n\t\tjump metered\n\t\tdrop\n\t}\n");
	print_port25(into, settings, true);
	print_back25(into, settings, true);
	buffer_print(into,
		"\tchain ingress {\n"
		"\t\ttype filter hook ingress devices = {");
	for (size_t i = 0; i < settings->interfaces; i++)
		buffer_print(into, "%s \"%s\"", i > 0 ? "," : "", settings->ingress[i]);
	buffer_print(into,
		" } priority -450; policy accept;\n"
		"\t\tth dport 25 jump early25\n"
		"\t\tth sport 25 jump earlyback25\n"
		"\t}\n");
}

/* A hook costs every packet, whatever its rules: the one before routing is there for the garden alone. */
static void
print_hooks(struct buffer *into, const struct ruleset_settings *settings)
{
	bool with_quarantine = settings->quarantine != RULESET_OFF;

	buffer_print(into, "\tchain web {\n");
	if (with_quarantine) {
		buffer_print(into, NOT_TCP);
		print_quarantined(into, settings, "goto garden");
	}
	buffer_print(into, "\t}\n");
	if (with_quarantine && settings->garden_port != 0)
		buffer_print(into,
			"\tchain before {\n"
			"\t\ttype filter hook prerouting priority mangle; policy accept;\n"
			"\t\tth dport 80 jump web\n"
			"\t}\n");
	buffer_print(into,
		"\tchain forward {\n"
		"\t\ttype filter hook forward priority filter; policy accept;\n"
		"\t\tth dport 25 jump port25\n");
	if (settings->policy != RULESET_OFF)
		buffer_print(into, "\t\tth sport 25 jump back25\n");
	if (with_quarantine)
		print_quarantined(into, settings, "goto quarantine");
	buffer_print(into, "\t}\n");
}

/* A chain without rules, whose name says how large the sets were when they were made: a set keeps the buckets that it
 * was made with, whatever size it is given later. */
static void
print_sizes(struct buffer *into, const struct ruleset_settings *settings)
{
	buffer_print(into, "sizes_%u_%u_%u_%u_%u_%u", settings->lines_most, settings->exempt_most,
		settings->quarantine_most, settings->allow_most, settings->meter_most,
		settings->over_s);
	for (unsigned length = 64; length >= 48; length -= 8) {
		if (has_length(settings, length))
			buffer_print(into, "_%u", length);
	}
}

/* What fails where the sets are others, with all behind it; and the kernel takes no interface from a chain that is
 * there. */
static void
print_renewal(struct buffer *into, const struct ruleset_settings *settings)
{
	buffer_print(
		into, "flush table inet " LINESET_TABLE "\nflush chain inet " LINESET_TABLE " ");
	print_sizes(into, settings);
	buffer_print(into,
		"\nadd chain inet " LINESET_TABLE " ingress\n"
		"delete chain inet " LINESET_TABLE " ingress\n");
}

int
ruleset_print(const struct ruleset_settings *settings, enum ruleset_how how, struct buffer *into,
	struct fail *fail)
{
	int r = ruleset_check(settings, fail);

	if (r < 0)
		return r;
	/* That there is one, whatever was before. */
	buffer_print(into, "table inet " LINESET_TABLE "\n");
	if (how == RULESET_RENEW)
		print_renewal(into, settings);
	else
		buffer_print(into, "delete table inet " LINESET_TABLE "\n");
	buffer_print(into, "table inet " LINESET_TABLE " {\n\tchain ");
	print_sizes(into, settings);
	buffer_print(into, " {\n\t}\n");
	print_sets(into, settings);
	print_meter(into, settings);
	print_port25(into, settings, false);
	print_back25(into, settings, false);
	print_garden(into, settings);
	print_quarantine(into, settings);
	print_ingress(into, settings);
	print_hooks(into, settings);
	buffer_print(into, "}\n");
	if (into->failed) {
		fail_what(fail, "the rules are longer than their buffer");
		return -E2BIG;
	}
	return 0;
}
