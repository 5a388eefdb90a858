/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/nftanswer.h"
#include "unit.h"

#include <errno.h>

/* What the kernel writes is written here with the same writer. */
static uint8_t room[4096];

static struct writer
begin(uint16_t type, uint16_t flags, uint32_t sequence)
{
	struct writer writer = writer_on(room, sizeof(room));
	struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = sequence};

	writer_bytes(&writer, &header, sizeof(header));
	return writer;
}

static void
write_own32(struct writer *writer, uint32_t v)
{
	writer_bytes(writer, &v, sizeof(v));
}

/* An acknowledgement or an error, with the header of what it is about. */
static struct writer
begin_said(uint16_t flags, int error, uint32_t size)
{
	struct writer writer = begin(NLMSG_ERROR, flags, 5);
	struct nlmsghdr about = {.nlmsg_len = size, .nlmsg_seq = 5};

	write_own32(&writer, (uint32_t)error);
	writer_bytes(&writer, &about, sizeof(about));
	return writer;
}

static struct writer
begin_table(unsigned message)
{
	struct writer writer = begin(nftwriter_type(message), NLM_F_MULTI, 6);
	struct nfgenmsg generic = {.nfgen_family = NFTWRITER_INET};

	writer_bytes(&writer, &generic, sizeof(generic));
	return writer;
}

static struct nftanswer
read_one(struct writer *writer)
{
	struct nftanswer answer;
	struct reader received;

	nftwriter_end(writer, 0);
	received = reader_on(room, writer_length(writer));
	assert_int_equal(nftanswer_read(&received, &answer), 1);
	assert_int_equal(reader_left(&received), 0);
	return answer;
}

static void
an_acknowledgement_says_0(void **state)
{
	struct writer writer = begin_said(NLM_F_CAPPED, 0, 4000);
	struct nftanswer answer = read_one(&writer);

	assert_int_equal(answer.kind, NFTANSWER_SAID);
	assert_int_equal(answer.error, 0);
	assert_int_equal(answer.sequence, 5);
	assert_int_equal(answer.words.length, 0);
	(void)state;
}

static void
an_error_says_where_and_what(void **state)
{
	uint32_t offset = 52;

	for (int capped = 0; capped < 2; capped++) {
		struct writer writer =
			begin_said(NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0), -ENOENT, 21);
		struct nftanswer answer;

		/* Without the option the whole message comes back, padded. */
		if (!capped)
			writer_bytes(&writer, "12345\0\0", 8);
		nftwriter_string(&writer, NLMSGERR_ATTR_MSG, "no such element");
		nftwriter_attribute(&writer, NLMSGERR_ATTR_OFFS, &offset, 4);
		answer = read_one(&writer);
		assert_int_equal(answer.error, -ENOENT);
		assert_int_equal(answer.offset, 52);
		assert_true(text_is(answer.words, "no such element"));
	}
	(void)state;
}

static void
elements_come_with_their_times(void **state)
{
	struct writer writer = begin_table(NFT_MSG_NEWSETELEM);
	struct nftelement element;
	struct nftanswer answer;
	size_t list, whole, key;

	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_TABLE, LINESET_TABLE);
	nftwriter_string(&writer, NFTA_SET_ELEM_LIST_SET, "q4");
	list = nftwriter_nest(&writer, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (uint8_t i = 1; i <= 2; i++) {
		uint8_t address[4] = {192, 0, 2, i};

		whole = nftwriter_nest(&writer, NFTA_LIST_ELEM);
		key = nftwriter_nest(&writer, NFTA_SET_ELEM_KEY);
		nftwriter_attribute(&writer, NFTA_DATA_VALUE, address, 4);
		nftwriter_unnest(&writer, key);
		/* Not known here. */
		nftwriter_u32(&writer, NFTA_SET_ELEM_FLAGS, 0);
		if (i == 2) {
			nftwriter_u64(&writer, NFTA_SET_ELEM_TIMEOUT, 60000);
			nftwriter_u64(&writer, NFTA_SET_ELEM_EXPIRATION, 59999);
		}
		nftwriter_unnest(&writer, whole);
	}
	nftwriter_unnest(&writer, list);
	answer = read_one(&writer);
	assert_int_equal(answer.kind, NFTANSWER_ELEMENTS);
	assert_true(text_is(answer.name, "q4"));
	assert_true(text_is(answer.table, "lazaret"));
	assert_int_equal(nftanswer_next(&answer, &element), 1);
	assert_int_equal(element.address.byte[15], 1);
	assert_true(address_is_v4(&element.address));
	assert_int_equal(element.timeout_ms, 0);
	assert_int_equal(nftanswer_next(&answer, &element), 1);
	assert_int_equal(element.address.byte[15], 2);
	assert_int_equal(element.timeout_ms, 60000);
	assert_int_equal(element.left_ms, 59999);
	assert_int_equal(nftanswer_next(&answer, &element), 0);
	(void)state;
}

static void
an_element_without_a_key_is_malformed(void **state)
{
	struct writer writer = begin_table(NFT_MSG_NEWSETELEM);
	struct nftelement element;
	struct nftanswer answer;
	size_t list = nftwriter_nest(&writer, NFTA_SET_ELEM_LIST_ELEMENTS);

	nftwriter_unnest(&writer, nftwriter_nest(&writer, NFTA_LIST_ELEM));
	nftwriter_unnest(&writer, list);
	answer = read_one(&writer);
	assert_int_equal(nftanswer_next(&answer, &element), -EBADMSG);
	(void)state;
}

static void
figures_of_a_counter_a_set_a_chain_and_the_generation_are_read(void **state)
{
	struct writer writer = begin_table(NFT_MSG_NEWOBJ);
	struct nftanswer answer;
	size_t data;

	nftwriter_string(&writer, NFTA_OBJ_TABLE, LINESET_TABLE);
	nftwriter_string(&writer, NFTA_OBJ_NAME, "port25_out");
	data = nftwriter_nest(&writer, NFTA_OBJ_DATA);
	nftwriter_u64(&writer, NFTA_COUNTER_BYTES, 6000);
	nftwriter_u64(&writer, NFTA_COUNTER_PACKETS, 100);
	nftwriter_unnest(&writer, data);
	answer = read_one(&writer);
	assert_int_equal(answer.kind, NFTANSWER_COUNTER);
	assert_true(text_is(answer.name, "port25_out"));
	assert_int_equal(answer.packets, 100);
	assert_int_equal(answer.bytes, 6000);

	writer = begin_table(NFT_MSG_NEWSET);
	nftwriter_u64(&writer, NFTA_SET_HANDLE, 78);
	answer = read_one(&writer);
	assert_int_equal(answer.kind, NFTANSWER_SET);
	assert_int_equal(answer.count, -1);
	writer = begin_table(NFT_MSG_NEWSET);
	nftwriter_u32(&writer, 20 /* NFTA_SET_COUNT */, 118);
	answer = read_one(&writer);
	assert_int_equal(answer.count, 118);

	writer = begin_table(NFT_MSG_NEWCHAIN);
	nftwriter_u64(&writer, NFTA_CHAIN_HANDLE, 77);
	nftwriter_u32(&writer, NFTA_CHAIN_USE, 12);
	answer = read_one(&writer);
	assert_int_equal(answer.kind, NFTANSWER_CHAIN);
	assert_int_equal(answer.handle, 77);
	assert_int_equal(answer.use, 12);

	writer = begin_table(NFT_MSG_NEWGEN);
	nftwriter_u32(&writer, NFTA_GEN_ID, 4711);
	answer = read_one(&writer);
	assert_int_equal(answer.kind, NFTANSWER_GENERATION);
	assert_int_equal(answer.generation, 4711);
	(void)state;
}

static void
several_answers_come_in_one_piece(void **state)
{
	struct writer writer = begin(NLMSG_NOOP, 0, 1);
	struct nftanswer answer;
	struct reader received;
	size_t second;

	nftwriter_end(&writer, 0);
	second = writer_length(&writer);
	write_own32(&writer, 20);
	writer_bytes(&writer, &(uint16_t[]){NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR}, 4);
	write_own32(&writer, 9);
	write_own32(&writer, 0);
	write_own32(&writer, (uint32_t)-EINTR);
	assert_int_equal(writer_length(&writer), second + 20);
	received = reader_on(room, writer_length(&writer));
	assert_int_equal(nftanswer_read(&received, &answer), 1);
	assert_int_equal(answer.kind, NFTANSWER_OTHER);
	assert_int_equal(nftanswer_read(&received, &answer), 1);
	assert_int_equal(answer.kind, NFTANSWER_DONE);
	assert_int_equal(answer.error, -EINTR);
	assert_true(answer.is_torn);
	assert_int_equal(nftanswer_read(&received, &answer), 0);
	(void)state;
}

static void
what_is_cut_off_is_malformed(void **state)
{
	struct writer writer = begin_said(NLM_F_CAPPED | NLM_F_ACK_TLVS, -ENOENT, 64);
	struct nftanswer answer;

	nftwriter_string(&writer, NLMSGERR_ATTR_MSG, "no");
	nftwriter_end(&writer, 0);
	for (size_t size = 1; size < writer_length(&writer); size++) {
		struct reader received = reader_on(room, size);

		assert_int_equal(nftanswer_read(&received, &answer), -EBADMSG);
	}
	(void)state;
}

static void
lengths_that_cannot_be_are_malformed(void **state)
{
	struct writer writer = begin_said(NLM_F_ACK_TLVS, -ENOENT, UINT32_MAX);
	struct nftanswer answer;
	struct reader received;

	nftwriter_end(&writer, 0);
	received = reader_on(room, writer_length(&writer));
	assert_int_equal(nftanswer_read(&received, &answer), -EBADMSG);
	/* An error that is none. */
	writer = begin_said(0, 17, 16);
	nftwriter_end(&writer, 0);
	received = reader_on(room, writer_length(&writer));
	assert_int_equal(nftanswer_read(&received, &answer), -EBADMSG);
	/* A message shorter than its header. */
	memset(room, 0, 16);
	room[0] = 15;
	received = reader_on(room, 16);
	assert_int_equal(nftanswer_read(&received, &answer), -EBADMSG);
	(void)state;
}

static void
a_question_fits_its_room_and_says_its_length(void **state)
{
	uint8_t question[NFTANSWER_QUESTION];
	struct address address = {{0}};
	uint32_t length;

	for (int set = 0; set < LINESET_COUNT; set++) {
		size_t size = nftanswer_ask_element(question, 3, (enum lineset)set, &address);

		memcpy(&length, question, 4);
		assert_int_equal(length, size);
		size = nftanswer_ask_set(question, 3, (enum lineset)set);
		memcpy(&length, question, 4);
		assert_int_equal(length, size);
	}
	assert_int_equal(nftanswer_ask_generation(question, 3), 20);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acknowledgement_says_0),
		cmocka_unit_test(an_error_says_where_and_what),
		cmocka_unit_test(elements_come_with_their_times),
		cmocka_unit_test(an_element_without_a_key_is_malformed),
		cmocka_unit_test(figures_of_a_counter_a_set_a_chain_and_the_generation_are_read),
		cmocka_unit_test(several_answers_come_in_one_piece),
		cmocka_unit_test(what_is_cut_off_is_malformed),
		cmocka_unit_test(lengths_that_cannot_be_are_malformed),
		cmocka_unit_test(a_question_fits_its_room_and_says_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
