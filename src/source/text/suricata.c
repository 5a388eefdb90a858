/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/format.h"
#include "source/text/json.h"
#include "source/text/linereader.h"
#include "source/text/stamp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines of one call of read. */
#define PORTION 512

enum kind { KIND_OTHER, KIND_FLOW, KIND_NETFLOW, KIND_SMTP };

/* The members of an event that say something here. */
struct event {
	enum kind kind;
	struct text timestamp;
	struct text source;
	struct text destination;
	struct text proto;
	struct text flow; /* objects */
	struct text netflow;
	struct text tcp;
	struct text smtp;
	uint64_t source_port;
	uint64_t destination_port;
	bool has_ports[2];
	bool has_message; /* an "email" object: the headers of a message were seen */
};

struct suricata {
	struct linereader lines;
	struct stamp_clock clock;
};

static bool
suricata_matches(const uint8_t *head, size_t size)
{
	static const char word[] = "\"event_type\"";
	struct text line = text_trim(linereader_first(head, size));

	return text_starts(line, "{") &&
		memmem(line.at, line.length, word, sizeof(word) - 1) != NULL;
}

static void *
suricata_open(struct input *input, struct intake *intake, struct fail *fail)
{
	struct suricata *suricata = xcalloc(1, sizeof(*suricata));

	suricata->lines = (struct linereader){.lines = {.input = input}, .intake = intake};
	suricata->clock.zone = intake_settings(intake)->zone;
	return suricata;
}

static enum kind
kind_of(struct text type)
{
	if (text_is(type, "flow"))
		return KIND_FLOW;
	if (text_is(type, "netflow"))
		return KIND_NETFLOW;
	return text_is(type, "smtp") ? KIND_SMTP : KIND_OTHER;
}

static void
read_member(struct event *event, struct text key, const struct json_value *value)
{
	if (text_is(key, "event_type"))
		event->kind = kind_of(value->text);
	else if (text_is(key, "timestamp"))
		event->timestamp = value->text;
	else if (text_is(key, "src_ip"))
		event->source = value->text;
	else if (text_is(key, "dest_ip"))
		event->destination = value->text;
	else if (text_is(key, "src_port"))
		event->has_ports[0] = json_u64(value, UINT16_MAX, &event->source_port) == 0;
	else if (text_is(key, "dest_port"))
		event->has_ports[1] = json_u64(value, UINT16_MAX, &event->destination_port) == 0;
	else if (text_is(key, "proto"))
		event->proto = value->text;
	else if (text_is(key, "flow"))
		event->flow = value->text;
	else if (text_is(key, "netflow"))
		event->netflow = value->text;
	else if (text_is(key, "tcp"))
		event->tcp = value->text;
	else if (text_is(key, "smtp"))
		event->smtp = value->text;
	else if (text_is(key, "email"))
		event->has_message = true;
}

static bool
is_mail(const struct event *event)
{
	return is_mail_port((uint16_t)event->source_port) ||
		is_mail_port((uint16_t)event->destination_port);
}

/* 1: an event about mail that is wanted; 0: another one; -EINVAL: no object, or cut. */
static int
read_event(struct text line, struct event *event)
{
	struct json_walk walk;
	struct json_value value;
	struct text key;
	bool has_type = false;
	int result = json_walk_object(line, &walk);

	while (result >= 0 && (result = json_member(&walk, &key, &value)) == 1) {
		read_member(event, key, &value);
		has_type = has_type || text_is(key, "event_type");
		if ((has_type && event->kind == KIND_OTHER) ||
			(event->has_ports[0] && event->has_ports[1] && !is_mail(event)) ||
			(event->proto.length > 0 && !text_is(event->proto, "TCP")))
			return 0;
	}
	if (result < 0)
		return -EINVAL;
	return event->kind != KIND_OTHER && event->has_ports[0] && event->has_ports[1] &&
		event->proto.length > 0;
}

struct counts {
	uint64_t packets[2]; /* to server, to client; of netflow only the first */
	uint64_t bytes[2];
	bool has_packets;
	struct text start;
	struct text end;
	bool denied;
};

/* The object "flow" or "netflow". */
static void
read_counts(struct text object, struct counts *ret)
{
	struct json_walk walk;
	struct json_value value;
	struct text key;

	if (json_walk_object(object, &walk) < 0)
		return;
	while (json_member(&walk, &key, &value) == 1) {
		if (text_is(key, "pkts_toserver") || text_is(key, "pkts"))
			ret->has_packets = json_u64(&value, UINT64_MAX, &ret->packets[0]) == 0;
		else if (text_is(key, "pkts_toclient"))
			(void)!json_u64(&value, UINT64_MAX, &ret->packets[1]);
		else if (text_is(key, "bytes_toserver") || text_is(key, "bytes"))
			(void)!json_u64(&value, UINT64_MAX, &ret->bytes[0]);
		else if (text_is(key, "bytes_toclient"))
			(void)!json_u64(&value, UINT64_MAX, &ret->bytes[1]);
		else if (text_is(key, "start"))
			ret->start = value.text;
		else if (text_is(key, "end"))
			ret->end = value.text;
		else if (text_is(key, "action"))
			/* Suricata as the firewall: its own rule dropped it. */
			ret->denied = text_is(value.text, "drop");
	}
}

static void
read_tcp(struct text object, struct flow *flow)
{
	struct json_walk walk;
	struct json_value value;
	struct text key;
	uint64_t all = 0, forward = 0, reverse = 0;
	bool has_sides = false;

	if (json_walk_object(object, &walk) < 0)
		return;
	while (json_member(&walk, &key, &value) == 1) {
		if (text_is(key, "tcp_flags_ts")) {
			has_sides = text_parse_hex(value.text, UINT8_MAX, &forward) == 0;
		} else if (text_is(key, "tcp_flags_tc")) {
			if (text_parse_hex(value.text, UINT8_MAX, &reverse) < 0)
				reverse = 0;
		} else if (text_is(key, "tcp_flags")) {
			if (text_parse_hex(value.text, UINT8_MAX, &all) < 0)
				all = 0;
		}
	}
	/* Both zero: the connection was not followed. */
	if (has_sides && (forward | reverse) != 0) {
		flow->forward.tcp_flags = (uint8_t)forward;
		flow->reverse.tcp_flags = (uint8_t)reverse;
		flow->known |= FLOW_TCP_FLAGS;
	} else if (!(flow->known & FLOW_BOTH_SIDES) && all != 0) {
		flow->forward.tcp_flags = (uint8_t)all;
		flow->known |= FLOW_TCP_FLAGS;
	}
}

/* The object "smtp": only how many recipients it names. */
static uint8_t
count_recipients(struct text object)
{
	struct json_walk walk, items;
	struct json_value value, item;
	struct text key;
	uint8_t count = 0;

	if (json_walk_object(object, &walk) < 0)
		return 0;
	while (json_member(&walk, &key, &value) == 1) {
		if (!text_is(key, "rcpt_to") || json_walk_array(value.text, &items) < 0)
			continue;
		while (count < UINT8_MAX && json_item(&items, &item) == 1)
			count++;
	}
	return count;
}

static void
read_flow(const struct suricata *suricata, const struct event *event, struct flow *flow)
{
	struct counts counts = {0};

	flow->known |= event->kind == KIND_FLOW ? FLOW_BOTH_SIDES : 0;
	read_counts(event->kind == KIND_FLOW ? event->flow : event->netflow, &counts);
	if (stamp_parse(counts.start, &suricata->clock, &flow->start) == 0)
		flow->end = flow->start;
	(void)!stamp_parse(counts.end, &suricata->clock, &flow->end);
	if (counts.has_packets) {
		/* Suricata counts the frames of the link. */
		flow->forward.packets = counts.packets[0];
		flow->reverse.packets = counts.packets[1];
		flow->forward.bytes = flow_without_ethernet(counts.bytes[0], counts.packets[0]);
		flow->reverse.bytes = flow_without_ethernet(counts.bytes[1], counts.packets[1]);
		flow->known |= FLOW_COUNTS;
	}
	if (counts.denied)
		flow->known |= FLOW_DENIED;
	read_tcp(event->tcp, flow);
}

static void
read_smtp(const struct event *event, struct flow *flow)
{
	flow->known |= FLOW_OUTCOME | FLOW_BOTH_SIDES;
	flow->outcome = event->has_message ? OUTCOME_ACCEPTED : OUTCOME_UNKNOWN;
	flow->recipients = count_recipients(event->smtp);
}

static void
read_line(struct suricata *suricata, struct text line)
{
	struct linereader *lines = &suricata->lines;
	struct event event = {0};
	struct flow flow = {.protocol = 6, .sampling = 1};
	int result;

	if (line.length == 0)
		return;
	intake_counts(lines->intake)->records++;
	result = read_event(line, &event);
	if (result < 0)
		linereader_refuse(lines, line, TEXT(""), "a whole JSON object");
	if (result <= 0)
		return;
	if (stamp_parse(event.timestamp, &suricata->clock, &flow.start) < 0) {
		linereader_refuse(lines, line, event.timestamp,
			"a time such as 2021-06-06T15:59:46.457984+0200 as timestamp");
		return;
	}
	if (address_parse(event.source, &flow.source) < 0 ||
		address_parse(event.destination, &flow.destination) < 0) {
		linereader_refuse(lines, line, TEXT(""), "addresses as src_ip and dest_ip");
		return;
	}
	stamp_follow(&suricata->clock, flow.start);
	flow.end = flow.start;
	flow.source_port = (uint16_t)event.source_port;
	flow.destination_port = (uint16_t)event.destination_port;
	if (event.kind == KIND_SMTP)
		read_smtp(&event, &flow);
	else
		read_flow(suricata, &event, &flow);
	intake_flow(lines->intake, &flow);
}

static int
suricata_read(void *state)
{
	struct suricata *suricata = state;
	struct text line;
	int result = 1;

	for (int i = 0; i < PORTION && result == 1; i++) {
		result = linereader_next(&suricata->lines, &line);
		if (result == 1)
			read_line(suricata, line);
	}
	return result;
}

static void
suricata_close(void *state)
{
	free(state);
}

const struct format format_suricata = {
	.name = "Suricata EVE JSON",
	.matches = suricata_matches,
	.open = suricata_open,
	.read = suricata_read,
	.close = suricata_close,
	.is_unordered = true,
};
