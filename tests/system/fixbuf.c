/* SPDX-License-Identifier: BSD-2-Clause */
/* An exporter made with libfixbuf, for tests: fixbuf tcp|udp HOST PORT DOMAIN CLIENT CONNECTIONS
 * sends so many flows of an IPv4 client to port 25, of ever another network, that nobody answered: SYNs, now. */
#include "base/text.h"

#include <arpa/inet.h>
#include <fixbuf/public.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define TEMPLATE 300

struct flow {
	uint64_t start;
	uint64_t end;
	uint64_t octets;
	uint64_t packets;
	uint32_t source;
	uint32_t destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t flags;
	uint8_t protocol;
	uint8_t padding[2];
};

static fbInfoElementSpec_t elements[] = {
	{(char *)"flowStartMilliseconds", 8, 0},
	{(char *)"flowEndMilliseconds", 8, 0},
	{(char *)"octetTotalCount", 8, 0},
	{(char *)"packetTotalCount", 8, 0},
	{(char *)"sourceIPv4Address", 4, 0},
	{(char *)"destinationIPv4Address", 4, 0},
	{(char *)"sourceTransportPort", 2, 0},
	{(char *)"destinationTransportPort", 2, 0},
	{(char *)"tcpControlBits", 1, 0},
	{(char *)"protocolIdentifier", 1, 0},
	{(char *)"paddingOctets", 2, 0},
	FB_IESPEC_NULL,
};

static int
complain(GError *error)
{
	fprintf(stderr, "fixbuf: %s\n", error != NULL ? error->message : "wrong use");
	return 1;
}

static int
send_flows(fBuf_t *buffer, uint32_t client, unsigned count)
{
	GError *error = NULL;
	struct timeval now;

	gettimeofday(&now, NULL);
	for (unsigned i = 0; i < count; i++) {
		uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_usec / 1000 -
			(uint64_t)(count - i) * 100;
		struct flow flow = {
			.start = ms,
			.end = ms,
			.octets = 60,
			.packets = 1,
			.source = client,
			.destination = UINT32_C(0xc6120019) + (i << 8),
			.source_port = (uint16_t)(20000 + i),
			.destination_port = 25,
			.flags = 2,
			.protocol = 6,
		};

		if (!fBufAppend(buffer, (uint8_t *)&flow, sizeof(flow), &error))
			return complain(error);
	}
	return fBufEmit(buffer, &error) ? 0 : complain(error);
}

int
main(int argc, char **argv)
{
	fbConnSpec_t where = {0};
	fbInfoModel_t *model = fbInfoModelAlloc();
	fbSession_t *session = fbSessionAlloc(model);
	fbTemplate_t *template = fbTemplateAlloc(model);
	GError *error = NULL;
	uint64_t domain, count;
	fBuf_t *buffer;
	int result;

	if (argc != 7 || text_parse_u64(text_of(argv[4]), UINT32_MAX, &domain) < 0 ||
		text_parse_u64(text_of(argv[6]), 40000, &count) < 0)
		return complain(NULL);
	where.transport = strcmp(argv[1], "tcp") == 0 ? FB_TCP : FB_UDP;
	where.host = argv[2];
	where.svc = argv[3];
	fbSessionSetDomain(session, (uint32_t)domain);
	if (!fbTemplateAppendSpecArray(template, elements, 0xffffffff, &error) ||
		!fbSessionAddTemplate(session, TRUE, TEMPLATE, template, &error) ||
		!fbSessionAddTemplate(session, FALSE, TEMPLATE, template, &error))
		return complain(error);
	buffer = fBufAllocForExport(session, fbExporterAllocNet(&where));
	if (!fbSessionExportTemplates(session, &error) ||
		!fBufSetInternalTemplate(buffer, TEMPLATE, &error) ||
		!fBufSetExportTemplate(buffer, TEMPLATE, &error))
		return complain(error);
	result = send_flows(buffer, ntohl(inet_addr(argv[5])), (unsigned)count);
	fBufFree(buffer);
	fbInfoModelFree(model);
	return result;
}
