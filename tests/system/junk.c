/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes so many bytes of junk to standard output, for tests of what becomes of it: junk FORMAT STYLE BYTES.
 * FORMAT: bytes, or how the junk begins. STYLE: "noise" is random bytes behind a good beginning; "lines" are
 * random printable lines; "likely" are records of the right shape with random values, mail all of them. */
#include "base/bytes.h"
#include "base/random.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM 4096

struct junk {
	struct random random;
	uint64_t count; /* records so far */
	uint8_t at[ROOM];
	size_t size;
};

static uint32_t
below(struct junk *junk, uint32_t most)
{
	return (uint32_t)((random_u64(&junk->random) >> 32) * most >> 32);
}

static void
noise(struct junk *junk, uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = random_u64(&junk->random);

		memcpy(at + i, &word, size - i < 8 ? size - i : 8);
	}
}

static void
put_noise(struct junk *junk)
{
	junk->size = ROOM;
	noise(junk, junk->at, ROOM);
}

static void
put_lines(struct junk *junk)
{
	static const char letters[64] =
		"0123456789abcdefghijklmnopqrstuvwxyz.,,,,,,\t\t\t\t\"\"{}[]"
		"::--TCPtcp";

	put_noise(junk);
	for (size_t i = 0; i < ROOM; i++)
		junk->at[i] = (uint8_t)letters[junk->at[i] & 63];
	for (size_t i = 40 + below(junk, 80); i < ROOM; i += 1 + below(junk, 160))
		junk->at[i] = '\n';
}

/* A time that goes on, an inside address of 16 million, an outside one, a port. */
struct drawn {
	unsigned second;
	uint32_t client, server;
	unsigned port;
	char times[2][24], clients[16], servers[16];
};

static void
draw(struct junk *junk, struct drawn *drawn)
{
	drawn->second = (unsigned)(junk->count++ / 2000 % 86400);
	drawn->client = 0x0a000000 | below(junk, 1 << 24);
	drawn->server = below(junk, 0xdfffffff) | 0x01000000;
	drawn->port = 1024 + below(junk, 64000);
	snprintf(drawn->times[0], sizeof(drawn->times[0]), "2024/07/01 %02u:%02u:%02u",
		drawn->second / 3600 % 24, drawn->second / 60 % 60, drawn->second % 60);
	memcpy(drawn->times[1], drawn->times[0], sizeof(drawn->times[1]));
	drawn->times[1][4] = drawn->times[1][7] = '-';
	snprintf(drawn->clients, sizeof(drawn->clients), "%u.%u.%u.%u", drawn->client >> 24,
		drawn->client >> 16 & 255, drawn->client >> 8 & 255, drawn->client & 255);
	snprintf(drawn->servers, sizeof(drawn->servers), "%u.%u.%u.%u", drawn->server >> 24,
		drawn->server >> 16 & 255, drawn->server >> 8 & 255, drawn->server & 255);
}

static void put_formatted(struct junk *junk, const char *format, ...) PRINTF(2, 3);

static void
put_formatted(struct junk *junk, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf((char *)junk->at, ROOM, format, arguments);
	va_end(arguments);
	must(length > 0 && length < ROOM);
	junk->size = (size_t)length;
}

static void
put_argus(struct junk *junk)
{
	struct drawn d;

	draw(junk, &d);
	put_formatted(junk, "%s.5,0.1,tcp,%s,%u,->,%s,25,S_,1,62,62\n", d.times[0], d.clients,
		d.port, d.servers);
}

static void
put_nfdump(struct junk *junk)
{
	struct drawn d;

	draw(junk, &d);
	put_formatted(junk, "%s,%s,TCP,%s,%u,%s,25,......S.,1,60\n", d.times[1], d.times[1],
		d.clients, d.port, d.servers);
}

static void
put_zeek(struct junk *junk)
{
	struct drawn d;

	draw(junk, &d);
	put_formatted(junk, "%u.5\tC1\t%s\t%u\t%s\t25\ttcp\tS0\n", 1719792000 + d.second, d.clients,
		d.port, d.servers);
}

static void
put_zeek_json(struct junk *junk)
{
	struct drawn d;

	draw(junk, &d);
	put_formatted(junk,
		"{\"_path\":\"%s\",\"ts\":%u.5,\"id.orig_h\":\"%s\",\"id.orig_p\":%u,"
		"\"id.resp_h\":\"%s\",\"id.resp_p\":25,\"proto\":\"tcp\",\"conn_state\":\"S0\"}\n",
		junk->count % 2 ? "conn" : "smtp", 1719792000 + d.second, d.clients, d.port,
		d.servers);
}

static void
put_suricata(struct junk *junk)
{
	struct drawn d;

	draw(junk, &d);
	put_formatted(junk,
		"{\"timestamp\":\"%sZ\",\"event_type\":\"flow\",\"src_ip\":\"%s\",\"src_port\":%u,"
		"\"dest_ip\":\"%s\",\"dest_port\":25,\"proto\":\"TCP\",\"flow\":{\"pkts_toserver\":"
		"1,\"pkts_toclient\":0,\"bytes_toserver\":74,\"bytes_toclient\":0}}\n",
		d.times[1], d.clients, d.port, d.servers);
}

/* Ethernet, IPv4, TCP to port 25: a SYN or any other packet with random bytes in it. */
static size_t
write_frame(struct junk *junk, uint8_t *at, size_t room)
{
	struct drawn d;
	struct writer w = writer_on(at, room);
	size_t payload = below(junk, 4) == 0 ? below(junk, 900) : 0;
	uint8_t random[900];

	draw(junk, &d);
	noise(junk, random, sizeof(random));
	writer_bytes(&w, random, 12);
	writer_u16(&w, 0x0800);
	writer_u16(&w, 0x4500);
	writer_u16(&w, (uint16_t)(40 + payload));
	writer_u16(&w, (uint16_t)below(junk, 65536));
	writer_u16(&w, below(junk, 8) == 0 ? (uint16_t)below(junk, 65536) : 0);
	writer_u16(&w, 0x4006);
	writer_u16(&w, 0);
	writer_u32(&w, d.client);
	writer_u32(&w, d.server);
	writer_u16(&w, (uint16_t)d.port);
	writer_u16(&w, 25);
	writer_u32(&w, below(junk, UINT32_MAX));
	writer_u32(&w, below(junk, UINT32_MAX));
	writer_u16(&w, (uint16_t)(0x5000 | (payload ? 0x18 : 0x02)));
	writer_u16(&w, 0xffff);
	writer_u32(&w, 0);
	writer_bytes(&w, random, payload);
	must(!w.failed);
	return writer_length(&w);
}

static void
put_pcap(struct junk *junk)
{
	uint32_t header[4] = {0};
	size_t size = write_frame(junk, junk->at + sizeof(header), ROOM - sizeof(header));

	header[0] = (uint32_t)(1719792000 + junk->count / 2000);
	header[2] = header[3] = (uint32_t)size;
	memcpy(junk->at, header, sizeof(header));
	junk->size = sizeof(header) + size;
}

static void
put_pcapng(struct junk *junk)
{
	uint32_t header[7] = {6};
	size_t size = write_frame(junk, junk->at + sizeof(header), ROOM - sizeof(header) - 8);
	uint32_t whole;

	size = (size + 3) & ~(size_t)3;
	whole = (uint32_t)(sizeof(header) + size + 4);
	header[1] = whole;
	header[3] = 0x61c2f;
	header[4] = (uint32_t)(junk->count * 500);
	header[5] = header[6] = (uint32_t)size;
	memcpy(junk->at, header, sizeof(header));
	memcpy(junk->at + sizeof(header) + size, &whole, 4);
	junk->size = whole;
}

/* IPFIX messages of ever new domains, each with a template and data of it, or with noise. */
static void
put_ipfix(struct junk *junk)
{
	struct writer w = writer_on(junk->at, ROOM);
	uint16_t id = (uint16_t)(256 + below(junk, 60000));
	uint8_t random[400];

	noise(junk, random, sizeof(random));
	writer_u16(&w, 10);
	writer_u16(&w, 16 + 28 + 4 + 400);
	writer_u32(&w, (uint32_t)(1719792000 + junk->count++ / 2000));
	writer_u32(&w, below(junk, UINT32_MAX));
	writer_u32(&w, below(junk, UINT32_MAX));
	writer_u16(&w, 2);
	writer_u16(&w, 28);
	writer_u16(&w, id);
	writer_u16(&w, 5);
	writer_u32(&w, 8 << 16 | 4);
	writer_u32(&w, 12 << 16 | 4);
	writer_u32(&w, 7 << 16 | 2);
	writer_u32(&w, below(junk, 2) ? 11 << 16 | 2 : below(junk, UINT32_MAX) & 0x7fffffff);
	writer_u32(&w, 4 << 16 | 1);
	writer_u16(&w, below(junk, 4) ? id : (uint16_t)below(junk, 65536));
	writer_u16(&w, 404);
	writer_bytes(&w, random, sizeof(random));
	must(!w.failed);
	junk->size = writer_length(&w);
}

/* Little-endian, Ethernet, packets of up to 262144 bytes. */
#define PCAP_HEAD "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0"
#define PCAPNG_HEAD                                                                                \
	"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"       \
	"\x1c\0\0\0\1\0\0\0\x14\0\0\0\1\0\0\0\0\0\4\0\x14\0\0\0"
#define HEAD(bytes) (bytes), sizeof(bytes) - 1

static const struct format {
	const char *name;
	const char *head;
	size_t head_size;
	void (*put)(struct junk *junk);
} formats[] = {
	{"bytes", HEAD(""), put_noise},
	{"argus",
		HEAD("StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,"
		     "SrcBytes\n"),
		put_argus},
	{"nfdump",
		HEAD("firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,flags,packets,"
		     "bytes\n"),
		put_nfdump},
	{"zeek",
		HEAD("#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\t"
		     "id.resp_h\tid.resp_p\tproto\tconn_state\n"),
		put_zeek},
	{"zeek-json", HEAD("{\"id.orig_h\":\"\"}\n"), put_zeek_json},
	{"suricata", HEAD("{\"event_type\":\"stats\"}\n"), put_suricata},
	{"pcap", HEAD(PCAP_HEAD), put_pcap},
	{"pcapng", HEAD(PCAPNG_HEAD), put_pcapng},
	{"ipfix", HEAD("\0\x0a\0\x14\x66\x82\0\0\0\0\0\0\0\0\0\1\0\2\0\4"), put_ipfix},
};

static int
write_all(const struct format *format, const char *style, uint64_t size)
{
	struct junk junk = {.size = 0};
	void (*put)(struct junk * junk) = strcmp(style, "noise") == 0 ? put_noise
		: strcmp(style, "lines") == 0                         ? put_lines
								      : format->put;

	random_seed(&junk.random, 1);
	fwrite(format->head, 1, format->head_size, stdout);
	for (uint64_t done = 0; done < size; done += junk.size) {
		put(&junk);
		if (fwrite(junk.at, 1, junk.size, stdout) != junk.size)
			return 1;
	}
	return fflush(stdout) != 0;
}

int
main(int argc, char **argv)
{
	uint64_t size;

	if (argc == 4 && text_parse_u64(text_of(argv[3]), UINT64_MAX, &size) == 0) {
		for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
			if (strcmp(argv[1], formats[i].name) == 0)
				return write_all(&formats[i], argv[2], size);
		}
	}
	fputs("usage: junk FORMAT noise|lines|likely BYTES\n", stderr);
	return 2;
}
