/* SPDX-License-Identifier: BSD-2-Clause */
/* Registries: the input is a few files, each behind a line of "=" and its kind. What is made of them must be in order,
 * lead to what is there, and be what the rules say when they are asked again. */
#include "../unit/registries_text.h"
#include "fuzz.h"

#define FILES_MOST 8

static void
check_segments(const struct answers *answers)
{
	struct fail fail;

	must(segments4_check(answers->segments4, answers->count4, &fail) == 0);
	must(segments6_check(answers->segments6, answers->count6, &fail) == 0);
	for (size_t i = 0; i < answers->count4; i++)
		must(answers->segments4[i].object <= answers->count);
	for (size_t i = 0; i < answers->count6; i++)
		must(answers->segments6[i].object <= answers->count);
}

static void
check_answer(const struct answers *answers, uint32_t number, struct buffer *chain)
{
	const struct who *who = answers_who(answers, number);
	const struct contact *contact = &who->contact;
	uint32_t network = answers->at[number].network;
	const struct networks *networks = &answers->registries->columns[who->registry]
						   ->networks[answers_family(answers, number)];
	char into[MAILBOX_MOST];
	struct text small;
	enum mailbox_verdict verdict =
		mailbox_check(answers_mailbox(answers, contact->mailbox), into, &small);

	must((contact->mailbox != 0) == (contact->quality != QUALITY_NONE));
	must(contact->mailbox2 == 0 || contact->mailbox2 != contact->mailbox);
	must(contact->mailbox == 0 || verdict == MAILBOX_GOOD || verdict == MAILBOX_REGISTRY);
	must((network != 0) == (who->registry != REGISTRY_NONE));
	must(network <= networks->count);
	must(network == 0 || !networks->at[network].is_dropped);
	buffer_clear(chain);
	answers_explain(answers, number, chain);
	must(contact->mailbox == 0 || chain->length > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text rest = {.at = (const char *)bytes, .length = size};
	struct registries_text text;
	struct buffer chain;

	registries_text_init(&text);
	text.registries->threads = 1;
	for (size_t i = 0; i < FILES_MOST && rest.length > 0; i++) {
		struct text kind = text_cut(&rest, '\n');
		const char *next = rest.length > 0 ? memmem(rest.at, rest.length, "\n=", 2) : NULL;
		size_t length = next != NULL ? (size_t)(next - rest.at) + 1 : rest.length;
		char name[16] = "";

		if (kind.length > 1 && kind.length < sizeof(name))
			memcpy(name, kind.at + 1, kind.length - 1);
		registries_text_add(&text, name, rest.at, length);
		rest.at += length;
		rest.length -= length;
	}
	registries_text_settle(&text);
	check_segments(&text.answers);
	buffer_init(&chain, 1 << 20);
	for (uint32_t i = 1; i <= text.answers.count; i++)
		check_answer(&text.answers, i, &chain);
	buffer_done(&chain);
	registries_text_done(&text);
	return 0;
}
