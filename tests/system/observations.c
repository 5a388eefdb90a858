/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints every observation of the files it is given as a line of JSON, for tests that compare them one by one;
 * `lazaret scan` shows lines only, and a connection is nobody's business but a test's. */
#include "source/source.h"

#include <inttypes.h>
#include <stdio.h>

static void
print(const struct observation *o)
{
	char client[ADDRESS_TEXT], server[ADDRESS_TEXT];

	printf("{\"time\":%" PRId64 ",\"kind\":%u,\"client\":\"%s\",\"client_port\":%u,"
	       "\"server\":\"%s\",\"server_port\":%u,\"outcome\":\"%s\",\"recipients\":%u,"
	       "\"refusals\":%u,\"starttls\":%s,\"one_sided\":%s,\"cut\":%s,\"sampling\":%u,"
	       "\"duration_ms\":%u}\n",
		o->time.us, o->kind, address_format(&o->client, client), o->client_port,
		address_format(&o->server, server), o->server_port, outcome_names[o->outcome],
		o->recipients, o->refusals, o->flags & OBSERVATION_STARTTLS ? "true" : "false",
		o->flags & OBSERVATION_ONE_SIDED ? "true" : "false",
		o->flags & OBSERVATION_CUT ? "true" : "false", o->sampling, o->duration_ms);
}

static int
print_file(const char *path)
{
	struct fail fail = {.what = ""};
	struct source *source = source_open(path, &INTAKE_DEFAULTS, &fail);
	const struct intake_error *errors;
	struct observation some[256];
	size_t count;
	int got;

	if (source == NULL) {
		fprintf(stderr, "%s: %s\n", fail.where, fail.what);
		return 1;
	}
	while ((got = source_read(source, some, 256)) > 0) {
		for (int i = 0; i < got; i++)
			print(&some[i]);
	}
	errors = intake_errors(source_intake(source), &count);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "%s: byte %" PRIu64 ": %s\n", errors[i].file, errors[i].offset,
			errors[i].what);
	source_close(source);
	return count > 0;
}

int
main(int argc, char **argv)
{
	int result = 0;

	for (int i = 1; i < argc; i++)
		result |= print_file(argv[i]);
	return result;
}
