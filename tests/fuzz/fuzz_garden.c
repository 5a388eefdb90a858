/* SPDX-License-Identifier: BSD-2-Clause */
/* The garden: what a held line sends is answered, or refused, the same whether it comes at once or in pieces; no answer
 * holds anything of what was asked. */
#include "care/garden.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

struct outcome {
	unsigned kinds[GARDEN_KINDS];
	uint64_t bytes; /* of all answers */
	uint8_t fault;
};

static void
take(struct outcome *ret, const struct garden_answer *answer)
{
	must(answer->kind < GARDEN_KINDS && answer->bytes.length > 0);
	must(text_starts(answer->bytes, "HTTP/1.1 "));
	must(memmem(answer->bytes.at, answer->bytes.length, "Connection: close\r\n", 19) != NULL);
	ret->kinds[answer->kind]++;
	ret->bytes += answer->bytes.length;
}

static void
run(const struct garden *garden, const uint8_t *bytes, size_t size, size_t piece,
	struct outcome *ret)
{
	struct httprequest_reader reader = {0};
	struct garden_answer answer;
	size_t begin = 0, end = 0;
	int64_t n = 0;

	do {
		char *copy;

		end = size - end < piece ? size : end + piece;
		copy = malloc(end - begin + 1);
		must(copy != NULL);
		memcpy(copy, bytes + begin, end - begin);
		for (size_t at = begin;
			(n = garden_read(garden, &reader,
				 (struct text){copy + (begin - at), end - begin}, &answer)) > 0;) {
			must((size_t)n <= end - begin && answer.kind != GARDEN_REFUSED);
			take(ret, &answer);
			begin += (size_t)n;
		}
		must((n < 0) == (reader.fault != HTTPREQUEST_NO_FAULT));
		if (n < 0) {
			must(n == -EBADMSG && answer.kind == GARDEN_REFUSED);
			take(ret, &answer);
		}
		free(copy);
	} while (n >= 0 && end < size);
	ret->fault = reader.fault;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct garden *garden[2];
	const struct garden_settings settings[2] = {{.portal = TEXT("https://help.example.net/")},
		{.page = {.telephone = TEXT("815 00 000")}}};

	/* The first byte says into how large pieces the others are cut. */
	if (size == 0)
		return 0;
	for (int i = 0; i < 2; i++) {
		struct outcome whole = {0}, cut = {0};

		if (garden[i] == NULL)
			must(garden_new(&settings[i], &garden[i], NULL) == 0);
		run(garden[i], bytes + 1, size - 1, SIZE_MAX, &whole);
		run(garden[i], bytes + 1, size - 1, bytes[0] + 1U, &cut);
		must(memcmp(&whole, &cut, sizeof(whole)) == 0);
	}
	return 0;
}
