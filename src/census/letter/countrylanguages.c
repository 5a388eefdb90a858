/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/countrylanguages.h"

/* By country; languages with a blank between them. Sorted. */
static const char rows[][16] = {
	"AD es fr",
	"AE ar",
	"AL sq",
	"AR es",
	"AT de",
	"AX sv fi",
	"BE nl fr de",
	"BF fr",
	"BG bg",
	"BH ar",
	"BI fr",
	"BJ fr",
	"BL fr",
	"BN ms",
	"BO es",
	"CD fr",
	"CF fr",
	"CG fr",
	"CH de fr it",
	"CI fr",
	"CL es",
	"CM fr",
	"CO es",
	"CR es",
	"CU es",
	"CW nl",
	"CY el tr",
	"DE de",
	"DJ fr ar",
	"DK da",
	"DO es",
	"DZ ar fr",
	"EC es",
	"EG ar",
	"ES es",
	"FI fi sv",
	"FO da",
	"FR fr",
	"GA fr",
	"GF fr",
	"GL da",
	"GN fr",
	"GP fr",
	"GQ es fr",
	"GR el",
	"GT es",
	"HK zh-Hant",
	"HN es",
	"HT fr",
	"IQ ar",
	"IT it",
	"JO ar",
	"JP ja",
	"KM fr ar",
	"KP ko",
	"KR ko",
	"KW ar",
	"LB ar fr",
	"LI de",
	"LT lt",
	"LU fr de",
	"LY ar",
	"MA ar fr",
	"MC fr",
	"MF fr",
	"MG fr",
	"ML fr",
	"MO zh-Hant",
	"MQ fr",
	"MR ar fr",
	"MX es",
	"MY ms",
	"NC fr",
	"NE fr",
	"NI es",
	"NL nl",
	"NO nb",
	"OM ar",
	"PA es",
	"PE es",
	"PF fr",
	"PL pl",
	"PM fr",
	"PR es",
	"PS ar",
	"PY es",
	"QA ar",
	"RE fr",
	"SA ar",
	"SD ar",
	"SE sv",
	"SJ nb",
	"SM it",
	"SN fr",
	"SR nl",
	"SV es",
	"SX nl",
	"SY ar",
	"TD fr ar",
	"TF fr",
	"TG fr",
	"TN ar fr",
	"TR tr",
	"TW zh-Hant",
	"UY es",
	"VA it",
	"VE es",
	"WF fr",
	"XK sq",
	"YE ar",
	"YT fr",
};

static uint16_t
code_of(const char *row)
{
	return (uint16_t)((unsigned char)row[0] << 8 | (unsigned char)row[1]);
}

unsigned
countrylanguages_of(uint16_t country, struct text into[COUNTRYLANGUAGES_MOST])
{
	size_t low = 0, count = sizeof(rows) / sizeof(*rows);
	unsigned found = 0;
	struct text rest;

	while (count > 0) {
		size_t half = count / 2;

		if (code_of(rows[low + half]) < country) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	if (low == sizeof(rows) / sizeof(*rows) || code_of(rows[low]) != country)
		return 0;
	rest = text_of(rows[low] + 3);
	while (rest.length > 0 && found < COUNTRYLANGUAGES_MOST)
		into[found++] = text_cut(&rest, ' ');
	return found;
}
