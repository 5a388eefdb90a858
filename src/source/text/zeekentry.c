/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/zeekentry.h"

#include "source/text/stamp.h"

const char *const zeek_field_names[ZEEK_FIELD_COUNT] = {
	[ZEEK_ORIG_PORT] = "id.orig_p id_orig_p",
	[ZEEK_RESP_PORT] = "id.resp_p id_resp_p",
	[ZEEK_PROTO] = "proto",
	[ZEEK_TS] = "ts",
	[ZEEK_ORIG_ADDRESS] = "id.orig_h id_orig_h",
	[ZEEK_RESP_ADDRESS] = "id.resp_h id_resp_h",
	[ZEEK_DURATION] = "duration",
	[ZEEK_CONN_STATE] = "conn_state",
	[ZEEK_HISTORY] = "history",
	[ZEEK_MISSED_BYTES] = "missed_bytes",
	[ZEEK_ORIG_PACKETS] = "orig_pkts",
	[ZEEK_ORIG_BYTES] = "orig_ip_bytes",
	[ZEEK_RESP_PACKETS] = "resp_pkts",
	[ZEEK_RESP_BYTES] = "resp_ip_bytes",
	[ZEEK_TRANS_DEPTH] = "trans_depth",
	[ZEEK_RECIPIENTS] = "rcptto",
	[ZEEK_LAST_REPLY] = "last_reply",
	[ZEEK_TLS] = "tls",
	[ZEEK_MESSAGE] = "date subject msg_id from first_received",
};

static uint16_t
port_of(struct text text)
{
	uint64_t port = 0;

	return text_parse_u64(text, UINT16_MAX, &port) == 0 ? (uint16_t)port : 0;
}

bool
zeek_entry_is_mail(const struct zeek_entry *entry)
{
	return is_mail_port(port_of(entry->fields[ZEEK_RESP_PORT])) ||
		is_mail_port(port_of(entry->fields[ZEEK_ORIG_PORT]));
}

/* What a letter of the history says: capitals for the originator, small ones for the responder. */
static uint8_t
flags_of_letter(char letter)
{
	switch (letter) {
	case 'S':
		return TCP_SYN;
	case 'H':
		return TCP_SYN | TCP_ACK;
	case 'A':
		return TCP_ACK;
	case 'D':
		return TCP_ACK | TCP_PSH;
	case 'F':
		return TCP_FIN | TCP_ACK;
	case 'R':
		return TCP_RST;
	default: /* bad checksums, retransmissions, gaps, zero windows, a turned direction */
		return 0;
	}
}

static bool
read_history(struct flow *flow, struct text history)
{
	for (size_t i = 0; i < history.length; i++) {
		char c = history.at[i];

		if (c >= 'a' && c <= 'z')
			flow->reverse.tcp_flags |= flags_of_letter((char)(c - 'a' + 'A'));
		else
			flow->forward.tcp_flags |= flags_of_letter(c);
	}
	return (flow->forward.tcp_flags | flow->reverse.tcp_flags) != 0;
}

/* The same from the state of the connection, where the history was not logged. */
static bool
read_conn_state(struct flow *flow, struct text state)
{
	static const struct {
		const char *name;
		uint8_t forward;
		uint8_t reverse;
	} states[] = {
		{"S0", TCP_SYN, 0},
		{"S1", TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK},
		{"SF", TCP_SYN | TCP_ACK | TCP_FIN, TCP_SYN | TCP_ACK | TCP_FIN},
		{"REJ", TCP_SYN, TCP_RST | TCP_ACK},
		{"S2", TCP_SYN | TCP_ACK | TCP_FIN, TCP_SYN | TCP_ACK},
		{"S3", TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK | TCP_FIN},
		{"RSTO", TCP_SYN | TCP_ACK | TCP_RST, TCP_SYN | TCP_ACK},
		{"RSTR", TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK | TCP_RST},
		{"RSTOS0", TCP_SYN | TCP_RST, 0},
		{"RSTRH", 0, TCP_SYN | TCP_ACK | TCP_RST},
		{"SH", TCP_SYN | TCP_FIN, 0},
		{"SHR", 0, TCP_SYN | TCP_ACK | TCP_FIN},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!text_is(state, states[i].name))
			continue;
		flow->forward.tcp_flags = states[i].forward;
		flow->reverse.tcp_flags = states[i].reverse;
		return true;
	}
	return false;
}

static bool
read_count(const struct zeek_entry *entry, enum zeek_field field, uint64_t *ret)
{
	return text_parse_u64(entry->fields[field], UINT64_MAX, ret) == 0;
}

static void
read_conn(const struct zeek_entry *entry, struct flow *flow)
{
	struct text state = entry->fields[ZEEK_CONN_STATE];
	uint64_t missed = 0;
	int64_t duration = 0;

	flow->known |= FLOW_BOTH_SIDES;
	if (read_history(flow, entry->fields[ZEEK_HISTORY]) || read_conn_state(flow, state))
		flow->known |= FLOW_TCP_FLAGS;
	/* Zeek saw a SYN from the originator in every state but these three. */
	if (text_is(state, "OTH"))
		flow->known |= FLOW_CUT;
	else if (state.length > 0 && !text_is(state, "RSTRH") && !text_is(state, "SHR"))
		flow->known |= FLOW_SOURCE_OPENED;
	if (text_parse_micro(entry->fields[ZEEK_DURATION], &duration) == 0)
		flow_set_duration(flow, duration);
	if (read_count(entry, ZEEK_ORIG_PACKETS, &flow->forward.packets) &&
		read_count(entry, ZEEK_ORIG_BYTES, &flow->forward.bytes) &&
		read_count(entry, ZEEK_RESP_PACKETS, &flow->reverse.packets) &&
		read_count(entry, ZEEK_RESP_BYTES, &flow->reverse.bytes))
		flow->known |= FLOW_COUNTS;
	if (read_count(entry, ZEEK_MISSED_BYTES, &missed) && missed > 0)
		flow->known |= FLOW_INCOMPLETE;
}

/* The first digit of the last reply (RFC 5321 s4.2.1), or 0. */
static int
reply_class(struct text reply)
{
	uint64_t code;

	if (reply.length < 3 || text_parse_u64((struct text){reply.at, 3}, 599, &code) < 0)
		return 0;
	return (int)(code / 100);
}

/* A message that has headers was sent: the data phase was reached. If it was turned down there, this log
 * leaves it open, and the bytes of conn.log decide, as in flow records. Without a message the last reply
 * tells why it ended. */
static void
read_smtp(const struct zeek_entry *entry, struct flow *flow)
{
	struct text tls = entry->fields[ZEEK_TLS];
	int class = reply_class(entry->fields[ZEEK_LAST_REPLY]);

	flow->known |= FLOW_BOTH_SIDES | FLOW_OUTCOME | FLOW_SOURCE_OPENED;
	flow->recipients = entry->recipients > UINT8_MAX ? UINT8_MAX : (uint8_t)entry->recipients;
	flow->outcome = OUTCOME_UNKNOWN;
	if (text_is(tls, "true") || text_is(tls, "T"))
		flow->known |= FLOW_STARTTLS;
	if (entry->fields[ZEEK_MESSAGE].length > 0 && (class == 4 || class == 5))
		return;
	if (entry->fields[ZEEK_MESSAGE].length > 0 || class == 3) {
		flow->outcome = OUTCOME_ACCEPTED;
	} else if (flow->known & FLOW_STARTTLS) {
		return;
	} else if (class == 4 || class == 5) {
		flow->outcome = OUTCOME_REFUSED;
		flow->refusals = class == 5;
	} else if (class == 2 && entry->recipients > 0 &&
		!text_starts(entry->fields[ZEEK_LAST_REPLY], "221")) {
		flow->outcome = OUTCOME_ACCEPTED;
	}
}

void
zeek_entry_read(const struct zeek_entry *entry, enum zeek_log log, struct linereader *lines,
	struct text line)
{
	struct flow flow = {.protocol = 6, .sampling = 1};

	/* Times of Zeek are seconds since 1970, or have a zone. */
	if (stamp_parse(entry->fields[ZEEK_TS], NULL, &flow.start) < 0) {
		linereader_refuse(lines, line, entry->fields[ZEEK_TS], "a time as ts");
		return;
	}
	if (address_parse(entry->fields[ZEEK_ORIG_ADDRESS], &flow.source) < 0 ||
		address_parse(entry->fields[ZEEK_RESP_ADDRESS], &flow.destination) < 0) {
		linereader_refuse(lines, line, TEXT(""), "addresses as id.orig_h and id.resp_h");
		return;
	}
	flow.end = flow.start;
	flow.source_port = port_of(entry->fields[ZEEK_ORIG_PORT]);
	flow.destination_port = port_of(entry->fields[ZEEK_RESP_PORT]);
	if (log == ZEEK_SMTP)
		read_smtp(entry, &flow);
	else
		read_conn(entry, &flow);
	intake_flow(lines->intake, &flow);
}
