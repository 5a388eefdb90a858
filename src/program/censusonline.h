/* censusonline - registries are asked on line
 *
 * What:    which server is asked for an address, the questions, at the pace of each server, and the answers into
 *          online.answers of the census's folder (census/online/answerlog.h). IANA's files of RDAP servers are those
 *          in the folder --bootstrap, or else rdap-ipv4.json and rdap-ipv6.json of the folder, which are fetched when
 *          they are not there or their time by HTTP is over. A national registry has its whois server (bootstrap.h),
 *          or the one that --national names.
 * Owns:    what it holds, from censusonline_open to censusonline_close.
 * Limits:  one question at a time. CENSUSONLINE_NATIONALS lines of --national.
 * Thread:  one a process.
 */
#ifndef LAZARET_PROGRAM_CENSUSONLINE_H
#define LAZARET_PROGRAM_CENSUSONLINE_H

#include "census/online/answerlog.h"
#include "census/online/askqueue.h"
#include "census/online/bootstrap.h"
#include "census/online/fetch.h"
#include "program/censusfolder.h"

#define CENSUSONLINE_NATIONALS 64

/* Options of the verbs that ask. */
struct censusonline_wish {
	const char *
		bootstrap; /* a folder with ipv4.json and ipv6.json, or where to fetch them: a URL up to their names */
	const char *national;   /* a file: COUNTRY HOST[:PORT] */
	const char *authority;  /* certificates in place of the system's */
	const char *per_minute; /* questions to a server; no more than its registry allows */
	const char *seconds;    /* an answer that takes longer is none */
};

struct censusonline {
	struct bootstrap bootstrap;
	struct fetch_settings fetch;
	struct answerlog
		log; /* what was known at the beginning; after censusonline_ask, what is known then */
	struct askqueue *asking;
	int descriptor;
	char path[CENSUSFOLDER_PATH]; /* of the answers */
	unsigned per_minute;          /* 0: as the registry allows */
	size_t national_count;
	struct censusonline_national {
		uint16_t country;
		char server[ASKQUEUE_NAME];
	} nationals[CENSUSONLINE_NATIONALS];
};

/* 0, or -errno with fail. What is wrong with single lines is told, and counted in *troubles. */
int censusonline_open(struct censusonline *online, const struct censusfolder *folder,
	const struct censusonline_wish *wish, unsigned *troubles, struct fail *fail) MUST_USE;
void censusonline_close(struct censusonline *online);

/* A question for that address. national: its country, if its national registry
 * is to be asked; else 0. False: no server is known for it. An address whose answer is known already is none. */
bool censusonline_add(struct censusonline *online, enum range_family family, ipnumber address,
	enum registry_name registry, uint16_t national);

/* Asks all, and says on a terminal how far it is: 0, or -errno with fail where answers cannot be kept. is_stopped: a
 * person wanted it to end; what was answered is kept. */
int censusonline_ask(struct censusonline *online, bool *is_stopped, struct fail *fail) MUST_USE;

#endif
