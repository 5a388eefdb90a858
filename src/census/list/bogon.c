/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/bogon.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static struct span fours[] = {
	{0x00000000, 0x00ffffff}, /* 0.0.0.0/8 */
	{0x0a000000, 0x0affffff}, /* 10.0.0.0/8 */
	{0x64400000, 0x647fffff}, /* 100.64.0.0/10 */
	{0x7f000000, 0x7fffffff}, /* 127.0.0.0/8 */
	{0xa9fe0000, 0xa9feffff}, /* 169.254.0.0/16 */
	{0xac100000, 0xac1fffff}, /* 172.16.0.0/12 */
	{0xc0000000, 0xc00000ff}, /* 192.0.0.0/24 */
	{0xc0000200, 0xc00002ff}, /* 192.0.2.0/24 */
	{0xc0a80000, 0xc0a8ffff}, /* 192.168.0.0/16 */
	{0xc6120000, 0xc613ffff}, /* 198.18.0.0/15 */
	{0xc6336400, 0xc63364ff}, /* 198.51.100.0/24 */
	{0xcb007100, 0xcb0071ff}, /* 203.0.113.0/24 */
	{0xe0000000, 0xefffffff}, /* 224.0.0.0/4 */
	{0xf0000000, 0xffffffff}, /* 240.0.0.0/4 */
};

static const char *const four_names[] = {
	"\"this network\" (RFC 791)",
	"private use (RFC 1918)",
	"shared by customers behind translators (RFC 6598)",
	"the machine itself (RFC 1122)",
	"link-local (RFC 3927)",
	"private use (RFC 1918)",
	"protocol assignments (RFC 6890)",
	"documentation (RFC 5737)",
	"private use (RFC 1918)",
	"benchmarks (RFC 2544)",
	"documentation (RFC 5737)",
	"documentation (RFC 5737)",
	"multicast (RFC 5771)",
	"reserved (RFC 1112)",
};

static struct span sixes[] = {
	{0, UINT64_C(0x1fffffffffffffff)},                            /* all before 2000::/3 */
	{UINT64_C(0x2001000200000000), UINT64_C(0x200100020000ffff)}, /* 2001:2::/48 */
	{UINT64_C(0x2001001000000000), UINT64_C(0x2001001fffffffff)}, /* 2001:10::/28 */
	{UINT64_C(0x2001002000000000), UINT64_C(0x2001002fffffffff)}, /* 2001:20::/28 */
	{UINT64_C(0x20010db800000000), UINT64_C(0x20010db8ffffffff)}, /* 2001:db8::/32 */
	{UINT64_C(0x3fff000000000000), UINT64_C(0x3fff0fffffffffff)}, /* 3fff::/20 */
	{UINT64_C(0x4000000000000000), UINT64_MAX},                   /* all behind it */
};

static const char *const six_names[] = {
	"outside the global unicast space (RFC 4291)",
	"benchmarks (RFC 5180)",
	"no locators (RFC 4843)",
	"no locators (RFC 7343)",
	"documentation (RFC 3849)",
	"documentation (RFC 9637)",
	"outside the global unicast space (RFC 4291)",
};

const struct spans bogon4 = {.at = fours, .count = COUNT_OF(fours)};
const struct spans bogon6 = {.at = sixes, .count = COUNT_OF(sixes)};

const char *
bogon_name(const struct span *span)
{
	if (span >= fours && span < fours + COUNT_OF(fours))
		return four_names[span - fours];
	return six_names[span - sixes];
}
