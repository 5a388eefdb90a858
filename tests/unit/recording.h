/* recording - reads a file made in memory through source.h, for the tests of pcap and pcapng */
#ifndef LAZARET_TESTS_RECORDING_H
#define LAZARET_TESTS_RECORDING_H

#include "packet_maker.h"
#include "source/source.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RECORDING_SIZE (4u << 20)

static uint8_t file[RECORDING_SIZE];
static struct writer w;
static struct observation seen[64];
static size_t count;
static struct intake_counts counts;
static struct intake_error first_error;
static struct fail fail;
static uint16_t port;

static inline int
begin_recording(void **state)
{
	w = writer_on(file, sizeof(file));
	port = 40000;
	return 0;
}

/* A SYN to a mail server, from another port each time. */
static inline size_t
make_syn(uint8_t *into, size_t room)
{
	const struct made syn = {.source = CLIENT,
		.destination = SERVER,
		.source_port = port++,
		.destination_port = 25,
		.flags = TCP_SYN};

	return make_frame(into, room, &syn);
}

/* What was written, as a file: the result of the last read, or 1 if it could not be opened. */
static inline int
read_recording(void)
{
	char path[] = "/tmp/lazaret-recording-XXXXXX";
	int fd = mkstemp(path), result = 0;
	size_t length = writer_length(&w);
	struct source *source;
	const struct intake_error *errors;
	size_t error_count;

	assert_false(w.failed);
	assert_true(fd >= 0);
	assert_true(write(fd, file, length) == (ssize_t)length);
	close(fd);
	count = 0;
	fail = (struct fail){.what = ""};
	source = source_open(path, &INTAKE_DEFAULTS, &fail);
	unlink(path);
	if (source == NULL)
		return 1;
	while (count < 64 && (result = source_read(source, seen + count, 64 - count)) > 0)
		count += (size_t)result;
	counts = *intake_counts(source_intake(source));
	errors = intake_errors(source_intake(source), &error_count);
	first_error = (struct intake_error){.what = ""};
	if (error_count > 0)
		first_error = errors[0];
	source_close(source);
	return result;
}

#endif
