/* textformat - what the targets of text formats share: one input as a file of a format
 *
 * What:    the input is the whole file, in memory; it is read by the format whether or not its head says
 *          so, if it opens. What comes out must keep the promises of an observation.
 */
#ifndef LAZARET_TESTS_FUZZ_TEXTFORMAT_H
#define LAZARET_TESTS_FUZZ_TEXTFORMAT_H

#include "fuzz.h"
#include "source/format.h"

static inline void
textformat_take(struct intake *intake)
{
	struct observation some[64];
	size_t taken;

	while ((taken = intake_take(intake, some, 64)) > 0) {
		for (size_t i = 0; i < taken; i++) {
			must(is_mail_port(some[i].server_port));
			must(some[i].kind == OBSERVATION_MAIL);
			must(some[i].outcome < OUTCOME_COUNT);
		}
	}
}

static inline void
textformat_run(const struct format *format, const uint8_t *bytes, size_t size)
{
	struct input input = {.at = bytes, .left = size, .ended = true, .name = "fuzz"};
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake_counts *counts;
	struct intake *intake;
	struct fail fail;
	void *reader;
	int result;

	if (size == 0)
		return;
	settings.join_most = 8;
	settings.errors_most = 4;
	intake = intake_new(&settings);
	(void)format->matches(bytes, size);
	reader = format->open(&input, intake, &fail);
	if (reader != NULL) {
		do {
			result = format->read(reader);
			textformat_take(intake);
		} while (result == 1);
		must(result == 0 && input.left == 0);
		format->close(reader);
		intake_flush(intake);
		textformat_take(intake);
		counts = intake_counts(intake);
		must(counts->observations + counts->unclear_records <= counts->mail_records);
		must(counts->skipped_records <= counts->records + counts->unclear_records);
		must(counts->skipped_bytes <= size + 1);
	}
	intake_free(intake);
}

#endif
