/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/element.h"
#include "unit.h"

static void
knows(uint32_t enterprise, uint16_t id, enum element_type type, const char *name)
{
	const struct element *element = element_find(enterprise, id);

	assert_non_null(element);
	assert_int_equal(element->enterprise, enterprise);
	assert_int_equal(element->id, id);
	assert_int_equal(element->type, type);
	assert_string_equal(element->name, name);
}

static void
knows_the_elements_that_the_rfcs_number(void **state)
{
	knows(0, 1, ELEMENT_UNSIGNED, "octetDeltaCount");
	knows(0, 8, ELEMENT_IPV4, "sourceIPv4Address");
	knows(0, 27, ELEMENT_IPV6, "sourceIPv6Address");
	knows(0, 56, ELEMENT_MAC, "sourceMacAddress");
	knows(0, 82, ELEMENT_STRING, "interfaceName");
	knows(0, 150, ELEMENT_SECONDS, "flowStartSeconds");
	knows(0, 152, ELEMENT_MILLISECONDS, "flowStartMilliseconds");
	knows(0, 154, ELEMENT_MICROSECONDS, "flowStartMicroseconds");
	knows(0, 156, ELEMENT_NANOSECONDS, "flowStartNanoseconds");
	knows(0, 230, ELEMENT_UNSIGNED, "natEvent");
	knows(0, 276, ELEMENT_BOOLEAN, "dataRecordsReliability");
	knows(0, 291, ELEMENT_LIST, "basicList");
	knows(0, 305, ELEMENT_UNSIGNED, "samplingPacketInterval");
	knows(0, 311, ELEMENT_FLOAT, "samplingProbability");
	knows(0, 361, ELEMENT_UNSIGNED, "portRangeStart");
	knows(0, 434, ELEMENT_SIGNED, "mibObjectValueInteger");
	knows(0, 466, ELEMENT_UNSIGNED, "natQuotaExceededEvent");
	knows(0, 491, ELEMENT_LIST, "bgpDestinationLargeCommunityList");
}

static void
every_row_stands_at_its_number(void **state)
{
	unsigned known = 0;

	for (unsigned i = 0; i < element_iana_count; i++) {
		const struct element *element = element_find(0, (uint16_t)i);

		if (element == NULL)
			continue;
		known++;
		assert_int_equal(element->id, i);
		assert_true(strlen(element->name) + 1 < ELEMENT_TEXT);
		for (unsigned k = i + 1; k < element_iana_count; k++) {
			const struct element *other = element_find(0, (uint16_t)k);

			assert_true(other == NULL || strcmp(element->name, other->name) != 0);
		}
	}
	assert_int_equal(known, 502);
	assert_null(element_find(0, 0));
	assert_null(element_find(0, 97));
	assert_null(element_find(0, (uint16_t)element_iana_count));
	assert_null(element_find(0, 65535));
}

static void
a_reverse_element_has_the_name_and_type_of_the_forward_one(void **state)
{
	static const uint16_t irreversible[] = {40, 41, 42, 130, 131, 137, 145, 148, 149, 163, 164,
		165, 166, 167, 168, 173, 210, 211, 212, 213, 214, 215, 216, 217, 239};
	unsigned known = 0;

	knows(ELEMENT_REVERSE, 1, ELEMENT_UNSIGNED, "reverseOctetDeltaCount");
	knows(ELEMENT_REVERSE, 150, ELEMENT_SECONDS, "reverseFlowStartSeconds");
	for (unsigned i = 0; i < element_iana_count; i++) {
		const struct element *reverse = element_find(ELEMENT_REVERSE, (uint16_t)i);
		const struct element *forward = element_find(0, (uint16_t)i);

		if (reverse == NULL)
			continue;
		known++;
		assert_non_null(forward);
		assert_int_equal(reverse->type, forward->type);
		assert_int_equal(reverse->id, i);
		assert_true(strlen(reverse->name) + 1 < ELEMENT_TEXT);
		assert_memory_equal(reverse->name, "reverse", 7);
		assert_int_equal(reverse->name[7] | 0x20, forward->name[0] | 0x20);
		assert_string_equal(reverse->name + 8, forward->name + 1);
	}
	for (size_t i = 0; i < sizeof(irreversible) / sizeof(*irreversible); i++)
		assert_null(element_find(ELEMENT_REVERSE, irreversible[i]));
	assert_int_equal(known, 502 - sizeof(irreversible) / sizeof(*irreversible));
}

static void
every_enterprise_row_can_be_found(void **state)
{
	for (unsigned i = 0; i < element_enterprise_count; i++) {
		const struct element *element = &element_enterprise[i];

		assert_ptr_equal(element_find(element->enterprise, element->id), element);
		assert_true(strlen(element->name) + 1 < ELEMENT_TEXT);
	}
	knows(6871, 40, ELEMENT_UNSIGNED, "flowAttributes");
	knows(6871, 40 | 0x4000, ELEMENT_UNSIGNED, "reverseFlowAttributes");
	knows(5951, 130, ELEMENT_STRING, "netscalerHttpReqUrl");
	knows(0, 33002, ELEMENT_UNSIGNED, "NF_F_FW_EXT_EVENT");
	assert_null(element_find(6871, 1002));
	assert_null(element_find(9, 1));
}

static void
an_unknown_element_prints_as_its_numbers(void **state)
{
	char into[ELEMENT_TEXT];
	struct element element = {.enterprise = 4294967295, .id = 65535};

	assert_string_equal(element_format(&element, into), "4294967295:65535");
	assert_string_equal(element_format(element_find(0, 4), into), "protocolIdentifier");
}

static void
scopes_of_version_9_are_a_space_of_their_own(void **state)
{
	assert_string_equal(element_find_scope(1)->name, "scopeSystem");
	assert_string_equal(element_find_scope(5)->name, "scopeTemplate");
	assert_null(element_find_scope(0));
	assert_null(element_find_scope(6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_elements_that_the_rfcs_number),
		cmocka_unit_test(every_row_stands_at_its_number),
		cmocka_unit_test(a_reverse_element_has_the_name_and_type_of_the_forward_one),
		cmocka_unit_test(every_enterprise_row_can_be_found),
		cmocka_unit_test(an_unknown_element_prints_as_its_numbers),
		cmocka_unit_test(scopes_of_version_9_are_a_space_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
