/* SPDX-License-Identifier: BSD-2-Clause */
/* Any text as a configuration file: what is refused changes nothing, what is taken can be written down. */
#include "config/parser.h"
#include "fuzz.h"

static void
ignore(void *context, const struct fail *fail)
{
	*(int *)context += fail->where[0] != '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct config *config = config_new();
	struct text text = {.at = (const char *)bytes, .length = size};
	struct buffer written;
	int told = 0, problems = parser_take(config, text, "fuzz", ignore, &told);

	must((problems == 0) == (told == 0));
	buffer_init(&written, 1 << 20);
	for (size_t i = 0; i < config_options_count; i++) {
		must(problems == 0 || !config_is_set(config, config_options[i].name));
		config_format(config, &config_options[i], &written);
	}
	config_take_profile(config);
	must(!written.failed);
	buffer_done(&written);
	config_free(config);
	return 0;
}
