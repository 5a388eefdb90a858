/* reportsettings - where reports from outside come in, and whom to believe
 *
 * What:    plain values; program/reportoptions.h makes them of the configuration.
 * Owns:    nothing.
 * Limits:  REPORT_SENDERS domains.
 * Thread:  a value.
 */
#ifndef LAZARET_SERVICE_REPORTSETTINGS_H
#define LAZARET_SERVICE_REPORTSETTINGS_H

#include <stddef.h>
#include <stdint.h>

#define REPORT_SENDERS 64
#define REPORT_DOMAIN  256
#define REPORT_FOLDER  512

struct report_sender {
	char domain[REPORT_DOMAIN];
	float weight; /* ln, at most REPORT_CEILING of evidence/reportchannel.h */
};

struct reporting_settings {
	char folder[REPORT_FOLDER]; /* a Maildir; empty: no reports come in */
	char server[REPORT_DOMAIN]; /* authserv-id of the own mail server */
	struct report_sender sender[REPORT_SENDERS];
	size_t sender_count;
	int64_t every_us; /* how often is looked */
};

#endif
