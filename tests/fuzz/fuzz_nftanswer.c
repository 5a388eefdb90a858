/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as answers of nf_tables: each is read or malformed, what it points to is inside, errors are errors. */
#include "base/fail.h"
#include "fuzz.h"
#include "gate/nftanswer.h"

#include <errno.h>

static void
check_inside(struct text text, const uint8_t *bytes, size_t size)
{
	const uint8_t *at = (const uint8_t *)text.at;

	must(text.at == NULL || (at >= bytes && at + text.length <= bytes + size));
	must(text.length == 0 || memchr(text.at, '\0', text.length) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader received = reader_on(bytes, size);
	struct nftanswer answer;
	size_t before = size;
	int r;

	while ((r = nftanswer_read(&received, &answer)) > 0) {
		struct nftelement element;
		size_t elements = 0;

		must(answer.kind < NFTANSWER_KINDS);
		must(answer.error <= 0 && answer.error >= -4095);
		must(reader_left(&received) + sizeof(struct nlmsghdr) <= before);
		before = reader_left(&received);
		check_inside(answer.words, bytes, size);
		check_inside(answer.name, bytes, size);
		check_inside(answer.table, bytes, size);
		while ((r = nftanswer_next(&answer, &element)) > 0)
			elements++;
		must(r == 0 || r == -EBADMSG);
		must(elements * 16 <= size);
	}
	must(r == -EBADMSG || reader_left(&received) == 0);
	return 0;
}
