/* registries_text - registries from texts, for tests */
#ifndef LAZARET_TESTS_REGISTRIES_TEXT_H
#define LAZARET_TESTS_REGISTRIES_TEXT_H

#include "../fuzz/memory_file.h"
#include "census/registry/answers.h"

#include <unistd.h>

struct registries_text {
	struct registries *registries;
	struct answers answers;
	struct buffer said; /* what could not be read */
};

static inline void
registries_text_tell(void *context, uint16_t file, const struct fail *fail)
{
	const char *line = strstr(fail->where, ": ");

	buffer_print(context, "%s: %s\n", line != NULL ? line + 2 : fail->where, fail->what);
}

static inline void
registries_text_init(struct registries_text *text)
{
	buffer_init(&text->said, 1 << 20);
	text->registries = registries_new(registries_text_tell, &text->said);
}

static inline void
registries_text_add(struct registries_text *text, const char *kind, const void *bytes, size_t size)
{
	struct fail fail = {.where = ""};
	char name[32];
	int descriptor = memory_file(bytes, size, name);

	if (registries_read(text->registries, text_of(kind), name, &fail) < 0)
		registries_text_tell(&text->said, 0, &fail);
	close(descriptor);
}

static inline void
registries_text_settle(struct registries_text *text)
{
	registries_settle(text->registries);
	answers_init(&text->answers, text->registries);
}

static inline void
registries_text_done(struct registries_text *text)
{
	answers_done(&text->answers);
	registries_free(text->registries);
	buffer_done(&text->said);
}

#endif
