/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/country.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

/* Of Debian's tzdata: codes of ISO 3166-1, a tab, a name. */
#define TABLE "/usr/share/zoneinfo/iso3166.tab"

static uint16_t
code_of(const char *text)
{
	return (uint16_t)(text[0] << 8 | text[1]);
}

static void
each_is_there_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNTRY_COUNT; i++) {
		assert_int_equal(strlen(countries[i].code), 2);
		assert_true(i == 0 || strcmp(countries[i - 1].code, countries[i].code) < 0);
		assert_true(strlen(countries[i].name) > 2);
		assert_ptr_equal(country_find(code_of(countries[i].code)), &countries[i]);
	}
	assert_null(country_find(code_of("EU")));
	assert_null(country_find(code_of("XK")));
	assert_null(country_find(0));
	assert_null(country_find(UINT16_MAX));
}

static void
they_are_those_of_the_standard(void **state)
{
	FILE *file = fopen(TABLE, "r");
	unsigned found = 0;
	char line[256];

	(void)state;
	if (file == NULL) {
		print_message("%s is not here\n", TABLE);
		skip();
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (*line == '#')
			continue;
		if (country_find(code_of(line)) == NULL)
			fail_msg("%.2s has no place", line);
		found++;
	}
	fclose(file);
	assert_int_equal(found, COUNTRY_COUNT);
}

static void
no_two_are_on_one_place(void **state)
{
	const struct country *on[COUNTRY_ROWS][COUNTRY_COLUMNS] = {0};

	(void)state;
	for (unsigned i = 0; i < COUNTRY_COUNT; i++) {
		const struct country *of = &countries[i];

		assert_true(of->row < COUNTRY_ROWS && of->column < COUNTRY_COLUMNS);
		if (on[of->row][of->column] != NULL)
			fail_msg("%s is on %s", of->code, on[of->row][of->column]->code);
		on[of->row][of->column] = of;
	}
}

static int
apart(const char *a, const char *b)
{
	const struct country *of = country_find(code_of(a)), *to = country_find(code_of(b));
	int rows = abs(of->row - to->row), columns = abs(of->column - to->column);

	return rows > columns ? rows : columns;
}

/* Pairs that share a border, or a strait. */
static void
neighbours_are_near(void **state)
{
	static const char pairs[] = "AFIR AFPK AFTJ AFTM AOCD AONA ARBO ARCL ARPY ARUY ATCH ATCZ "
				    "ATHU ATSI AUNZ AUPG AZGE BAHR BARS BDIN "
				    "BDMM BEFR BELU BENL BFGH BFML BGGR BGRO BGTR BJNG BJTG BNMY "
				    "BOBR BOPE BRCO BRGF BRGY BRPE BRSR BRVE BWZA "
				    "BWZW BYLT BYPL BYRU CAUS CDCG CDRW CDUG CDZM CFCM CFTD CGGA "
				    "CHDE CHFR CHIT CIGH CILR CLPE CMGQ CMNG CMTD "
				    "CNHK CNKP CNMN CNMO COEC COPA COVE CRNI CRPA CZDE CZPL CZSK "
				    "DEDK DELU DENL DEPL DJET DJSO DOHT DZLY "
				    "DZMA DZTN EELV EGIL EGLY EGSD EHMA ERET ERSD ESFR ESGI ESPT "
				    "ETKE ETSO FINO FIRU FISE FJTO FRIT FRMC GBIE "
				    "GEAM GETR GHTG GLIS GMSN GNGW GNSL GRAL GRMK GTBZ GTMX HNNI "
				    "HNSV HRSI HUSK IDMY IDTL IDSG INNP INPK INLK "
				    "IQIR IQKW IQSY ITSM ITVA JOIL JOSA KEUG KETZ KHTH KHVN KRJP "
				    "KRKP KZKG KZUZ LAVN LBSY LSZA LTLV MDRO MDUA "
				    "MEAL MLNE MLSN MUMG MWMZ MXUS NOSE OMYE PHTW PLUA PTES QASA "
				    "RWBI SZZA TRSY TZMZ UZTM VNCN ZAMZ ZMZW";

	(void)state;
	for (const char *at = pairs; *at != '\0'; at += 5) {
		char a[3] = {at[0], at[1], 0}, b[3] = {at[2], at[3], 0};

		if (country_find(code_of(a)) == NULL || country_find(code_of(b)) == NULL)
			fail_msg("%s or %s is no country", a, b);
		if (apart(a, b) > 3)
			fail_msg("%s and %s are %d apart", a, b, apart(a, b));
		if (at[4] == '\0')
			break;
	}
}

/* Seas are empty: no part of the world stands against another that an ocean is between. */
static void
oceans_are_between(void **state)
{
	static const char west[] = "BR CA GL PM BB MQ GF GS FK",
			  east[] = "IS PT CV GM EH SH BV IE GG";

	(void)state;
	for (const char *a = west; a < west + sizeof(west); a += 3) {
		for (const char *b = east; b < east + sizeof(east); b += 3)
			assert_true(apart(a, b) > 1);
	}
}

/* The first lies north, or west, of the second. */
static void
north_is_up_and_west_is_left(void **state)
{
	static const char north[] = "NODE DEIT ITLY LYTD TDCF CFCD CDZM ZMZA RUKZ KZIR CNVN USMX "
				    "MXPA COPE BRAR GBFR FRES "
				    "ESMA EGSD SDET KETZ INLK JPPH PHID IDAU FIPL PLSK UATR GLCA",
			  west[] = "USCU PTES FRDE DEPL PLUA MADZ DZTN TNLY LYEG EGSA SAAE IRAF "
				   "AFIN INCN CNJP THVN SNML "
				   "NGCM CDKE NAZA PEBR MGMU IDPG AUFJ MYPH ISNO CUDO";

	(void)state;
	for (const char *at = north;; at += 5) {
		if (country_find(code_of(at))->row >= country_find(code_of(at + 2))->row)
			fail_msg("%.2s is not north of %.2s", at, at + 2);
		if (at[4] == '\0')
			break;
	}
	for (const char *at = west;; at += 5) {
		if (country_find(code_of(at))->column >= country_find(code_of(at + 2))->column)
			fail_msg("%.2s is not west of %.2s", at, at + 2);
		if (at[4] == '\0')
			break;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_there_once),
		cmocka_unit_test(they_are_those_of_the_standard),
		cmocka_unit_test(no_two_are_on_one_place),
		cmocka_unit_test(neighbours_are_near),
		cmocka_unit_test(oceans_are_between),
		cmocka_unit_test(north_is_up_and_west_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
