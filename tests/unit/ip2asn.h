/* ip2asn - the real tables of the data folder as segments, for the tests of the join */
#ifndef LAZARET_TESTS_IP2ASN_H
#define LAZARET_TESTS_IP2ASN_H

#include "base/address.h"
#include "census/registry/segments.h"
#include "source/input.h"
#include "source_text.h"

#define IP2ASN_RANGES   "ip2asn/ip-location-db-2026/asn-ipv4.csv.xz"
#define IP2ASN_PREFIXES "ip2asn/pyasn/ipasn_20140513.dat.gz"
#define IP2ASN_ORACLE   "ip2asn/pyasn/oracle_sample10000.csv"

struct ip2asn_row {
	struct address low;
	struct address high;
	uint32_t asn; /* 0: nobody's */
};

struct ip2asn {
	struct ip2asn_row *rows;
	size_t count;
};

/* A line "low,high,asn,name", "prefix<TAB>asn" or "address,asn"; false: it is a comment. */
static inline bool
ip2asn_line(struct text line, struct ip2asn_row *row)
{
	bool has_prefix = memchr(line.at, '\t', line.length) != NULL;
	struct text first = text_cut(&line, has_prefix ? '\t' : ',');
	struct text second = text_cut(&line, ',');
	struct prefix prefix;
	uint64_t asn = 0;

	if (first.length == 0 || first.at[0] == ';')
		return false;
	assert_int_equal(prefix_parse(first, &prefix), 0);
	row->low = row->high = prefix.address;
	for (unsigned bit = prefix.length; bit < 128; bit++)
		row->high.byte[bit / 8] |= (uint8_t)(128 >> bit % 8);
	if (address_parse(second, &row->high) == 0)
		second = text_cut(&line, ',');
	if (second.length > 0)
		assert_int_equal(text_parse_u64(second, UINT32_MAX, &asn), 0);
	row->asn = (uint32_t)asn;
	return true;
}

/* All rows of a file of the data folder; skips the test where there is none. */
static inline struct ip2asn
ip2asn_read(const char *name)
{
	size_t most = 600000;
	struct ip2asn table = {0};
	struct input input;
	struct fail fail;

	if (input_open(&input, data_path(name), 0, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	table.rows = xcalloc(most, sizeof(*table.rows));
	while (input_need(&input, 4096, &fail) > 0) {
		struct text rest = {(const char *)input.at, input.left};
		struct text line = text_cut(&rest, '\n');

		assert_true(table.count < most);
		table.count += ip2asn_line(line, &table.rows[table.count]);
		input_step(&input, (size_t)(rest.at - (const char *)input.at));
	}
	assert_int_equal(input.error, 0);
	input_close(&input);
	return table;
}

static inline void
ip2asn_done(struct ip2asn *table)
{
	free(table->rows);
}

static inline uint32_t
ip2asn_v4(const struct address *address)
{
	return bytes_u32(address->byte + 12);
}

/* Wider ones first, so that those inside follow. */
static inline int
ip2asn_by_low(const void *a, const void *b)
{
	const struct ip2asn_row *x = a, *y = b;
	int order = memcmp(&x->low, &y->low, sizeof(x->low));

	return order != 0 ? order : memcmp(&y->high, &x->high, sizeof(x->high));
}

/* Flattens IPv4 rows that lie in each other, or cross: of those that have an address the one that begins last gets it.
 * into: 2 for each row, and one more. Returns how many there are. */
static inline size_t
ip2asn_flatten(struct ip2asn *table, struct segment4 *into)
{
	const struct ip2asn_row *outer[64];
	size_t depth = 0, count = 0;
	uint64_t at = 0;

	qsort(table->rows, table->count, sizeof(*table->rows), ip2asn_by_low);
	into[count++] = (struct segment4){0, 0};
	for (size_t i = 0; i <= table->count; i++) {
		uint64_t low =
			i < table->count ? ip2asn_v4(&table->rows[i].low) : UINT64_C(1) << 32;

		/* What ends before this one gives back what is around it. */
		while (depth > 0 && ip2asn_v4(&outer[depth - 1]->high) < low) {
			at = (uint64_t)ip2asn_v4(&outer[--depth]->high) + 1;
			while (depth > 0 && ip2asn_v4(&outer[depth - 1]->high) < at)
				depth--;
			count -= into[count - 1].low == at;
			if (at < UINT64_C(1) << 32)
				into[count++] = (struct segment4){
					(uint32_t)at, depth > 0 ? outer[depth - 1]->asn : 0};
		}
		if (i == table->count)
			break;
		count -= into[count - 1].low == low;
		into[count++] = (struct segment4){(uint32_t)low, table->rows[i].asn};
		assert_true(depth < sizeof(outer) / sizeof(*outer));
		outer[depth++] = &table->rows[i];
	}
	return count;
}

#endif
