/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/reportoptions.h"

#include "evidence/reportchannel.h"
#include "program/settings.h"

#include <errno.h>
#include <stdio.h>

/* A loop: detection weighs what a customer of somebody else complained about so. */
#define USUAL_WEIGHT 3.0

static bool
is_domain(struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		char c = text_small(word.at[i]);
		bool is_inside = c == '-' || c == '.';

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (is_inside && i > 0)))
			return false;
	}
	return word.length > 0 && word.length < REPORT_DOMAIN && word.at[word.length - 1] != '.';
}

/* "agency.example", or "agency.example=6.9" */
static int
take_sender(struct text word, struct report_sender *ret, struct fail *fail)
{
	struct text weight = word, domain = text_cut(&weight, '=');
	bool has_weight = domain.length < word.length;
	double number = USUAL_WEIGHT;

	if (is_domain(domain) && (!has_weight || text_parse_double(weight, &number) == 0) &&
		number > 0 && number <= (double)REPORT_CEILING) {
		*ret = (struct report_sender){.weight = (float)number};
		memcpy(ret->domain, domain.at, domain.length);
		return 0;
	}
	fail_where(fail, "reports.reporters");
	fail_what(fail, "\"%.*s\" is nobody to be believed", (int)word.length, word.at);
	fail_hint(fail,
		"expected domains with blanks between, each with a weight above 0 and up to "
		"%g where it is not %g: loop.example cert.example=6.9",
		(double)REPORT_CEILING, USUAL_WEIGHT);
	return -EINVAL;
}

static int
take_senders(struct text rest, struct reporting_settings *ret, struct fail *fail)
{
	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		int r;

		if (word.length == 0)
			continue;
		if (ret->sender_count == REPORT_SENDERS) {
			fail_where(fail, "reports.reporters");
			fail_what(fail, "more than %d domains", REPORT_SENDERS);
			return -E2BIG;
		}
		r = take_sender(word, &ret->sender[ret->sender_count++], fail);
		if (r < 0)
			return r;
	}
	return 0;
}

int
reportoptions(const struct config *config, struct reporting_settings *ret, struct fail *fail)
{
	int r;

	*ret = (struct reporting_settings){
		.every_us = settings_microseconds(config, "reports.every")};
	snprintf(ret->folder, sizeof(ret->folder), "%s", config_string(config, "reports.folder"));
	snprintf(ret->server, sizeof(ret->server), "%s",
		config_string(config, "reports.authserv-id"));
	r = take_senders(text_of(config_string(config, "reports.reporters")), ret, fail);
	if (r < 0 || *ret->folder == '\0')
		return r;
	if (*ret->folder != '/') {
		fail_where(fail, "reports.folder");
		fail_what(fail, "\"%s\" does not begin with /", ret->folder);
		return -EINVAL;
	}
	if (*ret->server == '\0' || ret->sender_count == 0) {
		fail_where(fail, "reports.folder");
		fail_what(fail, "nobody's reports would be believed");
		fail_hint(fail, "set reports.authserv-id and reports.reporters");
		return -EINVAL;
	}
	return 0;
}
