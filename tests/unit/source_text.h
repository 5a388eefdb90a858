/* source_text - what the tests of text formats share: a text read as a file of one format */
#ifndef LAZARET_TESTS_SOURCE_TEXT_H
#define LAZARET_TESTS_SOURCE_TEXT_H

#include "data.h"
#include "source/format.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define SEEN_MOST 64

struct seen {
	struct observation observations[SEEN_MOST];
	size_t count;
	struct intake_counts counts;
	struct intake_error error; /* the first one */
	int result;                /* of the last read; -1000 if open refused */
	struct fail fail;
};

static inline void
read_as(const struct format *format, const char *text, struct seen *seen)
{
	struct input input = {
		.at = (const uint8_t *)text, .left = strlen(text), .ended = true, .name = "test"};
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake = intake_new(&settings);
	const struct intake_error *errors;
	size_t errors_count;
	void *reader;

	memset(seen, 0, sizeof(*seen));
	seen->result = -1000;
	if (!format->matches(input.at, input.left))
		goto out;
	reader = format->open(&input, intake, &seen->fail);
	if (reader == NULL)
		goto out;
	do {
		seen->result = format->read(reader);
	} while (seen->result == 1);
	format->close(reader);
	intake_flush(intake);
	seen->count = intake_take(intake, seen->observations, SEEN_MOST);
	seen->counts = *intake_counts(intake);
	errors = intake_errors(intake, &errors_count);
	if (errors_count > 0)
		seen->error = errors[0];
out:
	intake_free(intake);
}

/* "client:port server:port outcome", for one assertion over all that matters. */
static inline const char *
say(const struct observation *o)
{
	static char text[200];
	char client[ADDRESS_TEXT], server[ADDRESS_TEXT], when[WALL_TEXT];

	snprintf(text, sizeof(text), "%s %s:%u %s:%u %s", wall_format(o->time, when),
		address_format(&o->client, client), o->client_port,
		address_format(&o->server, server), o->server_port, outcome_names[o->outcome]);
	return text;
}

#endif
