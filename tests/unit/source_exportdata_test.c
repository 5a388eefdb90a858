/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/decode.h"
#include "source/export/export.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* What routers of some 25 makers sent: each row is one exporter, the templates first. The number
 * of records is what tshark 4.0 shows, except: ipfix.dat holds two messages of which tshark
 * reads one; it stops at field 43 of h3c_data3281, which has two bytes there; and of
 * netflow9_test_invalid01 it believes the count in the header, which is wrong. */
static const struct {
	unsigned records;
	unsigned errors;
	const char *files[8];
} exporters[] = {
	{13, 0, {"ipfix.dat"}},
	{8, 0, {"ipfix_test_barracuda_tpl.dat", "ipfix_test_barracuda_data256.dat"}},
	{2, 0,
		{"ipfix_test_barracuda_extended_uniflow_tpl256.dat",
			"ipfix_test_barracuda_extended_uniflow_data256.dat"}},
	{3, 0, {"ipfix_test_ixia_tpldata256.dat", "ipfix_test_ixia_tpldata271.dat"}},
	{1, 0,
		{"ipfix_test_juniper_mx240_junos151r6s3_opttpl512.dat",
			"ipfix_test_juniper_mx240_junos151r6s3_data512.dat"}},
	{46, 0,
		{"ipfix_test_mikrotik_tpl.dat", "ipfix_test_mikrotik_data258.dat",
			"ipfix_test_mikrotik_data259.dat"}},
	{3, 1, {"ipfix_test_netscaler_tpl.dat", "ipfix_test_netscaler_data.dat"}},
	{1, 0, {"ipfix_test_nokia_bras_tpl.dat", "ipfix_test_nokia_bras_data256.dat"}},
	{26, 0, {"ipfix_test_openbsd_pflow_tpl.dat", "ipfix_test_openbsd_pflow_data.dat"}},
	{8, 0, {"ipfix_test_procera_tpl52935.dat", "ipfix_test_procera_data52935.dat"}},
	{1, 0, {"ipfix_test_viptela_tpl257.dat", "ipfix_test_viptela_data257.dat"}},
	{5, 0,
		{"ipfix_test_vmware_vds_tpl.dat", "ipfix_test_vmware_vds_data264.dat",
			"ipfix_test_vmware_vds_data266.dat",
			"ipfix_test_vmware_vds_data266_267.dat"}},
	{3, 0,
		{"ipfix_test_yaf_tpl45841.dat", "ipfix_test_yaf_tpls_option_tpl.dat",
			"ipfix_test_yaf_data45841.dat", "ipfix_test_yaf_data45873.dat",
			"ipfix_test_yaf_data53248.dat"}},
	{2, 1, {"netflow5.dat"}},
	{30, 1, {"netflow5_test_invalid01.dat"}},
	{30, 1, {"netflow5_test_invalid02.dat"}},
	{29, 0, {"netflow5_test_juniper_mx80.dat"}},
	{30, 0, {"netflow5_test_microtik.dat"}},
	{25, 0, {"netflow9_cisco_asr1001x_tpl259.dat"}},
	{10, 0, {"netflow9_test_0length_fields_tpl_data.dat"}},
	{29, 0, {"netflow9_test_cisco_1941K9.dat"}},
	{3, 0, {"netflow9_test_cisco_aci_tpl256-258.dat", "netflow9_test_cisco_aci_data256.dat"}},
	{14, 0, {"netflow9_test_cisco_asa_1_tpl.dat", "netflow9_test_cisco_asa_1_data.dat"}},
	{19, 0,
		{"netflow9_test_cisco_asa_2_tpl_26x.dat", "netflow9_test_cisco_asa_2_tpl_27x.dat",
			"netflow9_test_cisco_asa_2_data.dat"}},
	{40, 0,
		{"netflow9_test_cisco_asr9k_opttpl256.dat",
			"netflow9_test_cisco_asr9k_opttpl257.dat",
			"netflow9_test_cisco_asr9k_opttpl334.dat",
			"netflow9_test_cisco_asr9k_tpl260.dat",
			"netflow9_test_cisco_asr9k_tpl266.dat",
			"netflow9_test_cisco_asr9k_data256.dat",
			"netflow9_test_cisco_asr9k_data260.dat"}},
	{20, 0,
		{"netflow9_test_cisco_nbar_opttpl260.dat", "netflow9_test_cisco_nbar_tpl262.dat",
			"netflow9_test_cisco_nbar_data262.dat"}},
	{0, 0, {"netflow9_test_cisco_wlc_8510_tpl_262.dat"}},
	{19, 0, {"netflow9_test_cisco_wlc_tpl.dat", "netflow9_test_cisco_wlc_data261.dat"}},
	{1, 0,
		{"netflow9_test_field_layer2segmentid_tpl.dat",
			"netflow9_test_field_layer2segmentid_data.dat"}},
	{2, 0,
		{"netflow9_test_fortigate_fortios_521_tpl.dat",
			"netflow9_test_fortigate_fortios_521_data256.dat",
			"netflow9_test_fortigate_fortios_521_data257.dat"}},
	{17, 0,
		{"netflow9_test_fortigate_fortios_542_appid_tpl258-269.dat",
			"netflow9_test_fortigate_fortios_542_appid_data258_262.dat"}},
	{1, 0,
		{"netflow9_test_h3c_netstream_varstring_tpl3281.dat",
			"netflow9_test_h3c_netstream_varstring_data3281.dat"}},
	{16, 0, {"netflow9_test_h3c_tpl3281.dat", "netflow9_test_h3c_data3281.dat"}},
	{1, 0,
		{"netflow9_test_huawei_netstream_tpl.dat",
			"netflow9_test_huawei_netstream_data.dat"}},
	{3, 0, {"netflow9_test_invalid01.dat"}},
	{12, 1, {"netflow9_test_iptnetflow_reduced_size_encoding_tpldata260.dat"}},
	{1, 0, {"netflow9_test_juniper_srx_tplopt.dat"}},
	{30, 0, {"netflow9_test_macaddr_tpl.dat", "netflow9_test_macaddr_data.dat"}},
	{2, 0, {"netflow9_test_nprobe_tpl.dat", "netflow9_test_nprobe_data.dat"}},
	{1, 0, {"netflow9_test_nprobe_dpi.dat"}},
	{1, 0,
		{"netflow9_test_paloalto_81_tpl256-263.dat",
			"netflow9_test_paloalto_81_data257_1flowset_in_large_zerofilled_packet."
			"dat"}},
	{8, 0, {"netflow9_test_paloalto_panos_tpl.dat", "netflow9_test_paloalto_panos_data.dat"}},
	{7, 0, {"netflow9_test_softflowd_tpl_data.dat"}},
	{2, 0, {"netflow9_test_streamcore_tpl_data256.dat"}},
	{2, 0, {"netflow9_test_streamcore_tpl_data260.dat"}},
	{16, 0,
		{"netflow9_test_ubnt_edgerouter_tpl.dat",
			"netflow9_test_ubnt_edgerouter_data1024.dat",
			"netflow9_test_ubnt_edgerouter_data1025.dat"}},
	{2, 0, {"netflow9_test_unknown_tpl266_292_data.dat"}},
	{7, 0, {"netflow9_test_valid01.dat"}},
};

#define EXPORTERS (sizeof(exporters) / sizeof(*exporters))

static void
send_file(struct export *export_, const char *folder, const char *name)
{
	struct export_from from = {.file = name};
	char path[512];
	uint8_t *bytes = xcalloc(1, 65536), *exact;
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/flowexport/logstash/spec/codecs/%s", folder, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(bytes, 1, 65536, file);
	fclose(file);
	/* In a block of just its size, so that a sanitizer sees every byte read beyond it. */
	exact = xcalloc(1, size);
	memcpy(exact, bytes, size);
	export_datagram(export_, &from, exact, size);
	free(exact);
	free(bytes);
}

static unsigned visited;

static void
on_begin(void *context, const struct decode_origin *origin)
{
	visited++;
}

static void
on_field(
	void *context, const struct element *element, bool scope, const uint8_t *value, size_t size)
{
	*(uint64_t *)context += size > 0 ? value[size - 1] : 0;
}

static void
on_end(void *context)
{
}

static void
read_exporter(const char *folder, unsigned i, bool decode)
{
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings settings = EXPORT_DEFAULTS;
	struct intake *intake = intake_new(&intake_settings);
	struct export *export_ = export_new(&settings, intake);
	uint64_t sum = 0;
	struct decode_visitor visitor = {&sum, on_begin, on_field, on_end};

	visited = 0;
	if (decode)
		intake_decode(intake, &visitor);
	for (unsigned j = 0; j < 8 && exporters[i].files[j] != NULL; j++)
		send_file(export_, folder, exporters[i].files[j]);
	export_flush(export_);
	if (intake_counts(intake)->records != exporters[i].records ||
		intake_counts(intake)->errors != exporters[i].errors)
		print_error("%s\n", exporters[i].files[0]);
	assert_int_equal(intake_counts(intake)->records, exporters[i].records);
	assert_int_equal(intake_counts(intake)->errors, exporters[i].errors);
	assert_int_equal(visited, decode ? exporters[i].records : 0);
	export_free(export_);
	intake_free(intake);
}

static void
every_record_of_every_recorded_export_is_counted(void **state)
{
	const char *folder = getenv("LAZARET_DATA");

	if (folder == NULL) {
		print_message("LAZARET_DATA is not set: the recorded exports are not there\n");
		skip();
	}
	for (unsigned i = 0; i < EXPORTERS; i++)
		read_exporter(folder, i, false);
}

static void
every_record_of_every_recorded_export_is_shown(void **state)
{
	const char *folder = getenv("LAZARET_DATA");

	if (folder == NULL) {
		print_message("LAZARET_DATA is not set: the recorded exports are not there\n");
		skip();
	}
	for (unsigned i = 0; i < EXPORTERS; i++)
		read_exporter(folder, i, true);
}

/* As one exporter, in an order that puts most data before its templates. */
static void
all_of_them_together_do_no_harm(void **state)
{
	const char *folder = getenv("LAZARET_DATA");
	struct intake_settings intake_settings = INTAKE_DEFAULTS;
	struct export_settings settings = EXPORT_DEFAULTS;
	struct intake *intake;
	struct export *export_;

	if (folder == NULL) {
		print_message("LAZARET_DATA is not set: the recorded exports are not there\n");
		skip();
	}
	intake = intake_new(&intake_settings);
	export_ = export_new(&settings, intake);
	for (unsigned j = 8; j-- > 0;) {
		for (unsigned i = 0; i < EXPORTERS; i++) {
			if (exporters[i].files[j] != NULL)
				send_file(export_, folder, exporters[i].files[j]);
		}
	}
	export_flush(export_);
	assert_int_equal(export_counts(export_)->datagrams, 92);
	assert_true(intake_counts(intake)->records > 0);
	assert_true(export_counts(export_)->held ==
		export_counts(export_)->released + export_counts(export_)->held_lost);
	export_free(export_);
	intake_free(intake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_of_every_recorded_export_is_counted),
		cmocka_unit_test(every_record_of_every_recorded_export_is_shown),
		cmocka_unit_test(all_of_them_together_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
