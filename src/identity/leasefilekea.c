/* SPDX-License-Identifier: BSD-2-Clause */
/* Kea's lease file (CSV, a header line with the names of the columns; Kea's guide, "Memfile"), and what its log says
 * of leases (dhcp4 and dhcp6 messages of the logger "leases").
 *
 * A row is a lease as it is from then on: expire less valid_lifetime is the time of the last word with the client.
 * State 0 is held, and 4 (registered by the client itself); 1 is declined: nobody's; 2 expired and reclaimed; 3
 * released. A lease that was deleted has valid_lifetime 0: when that was is not told. */
#include "identity/leasefile.h"
#include "identity/shape.h"

#include <errno.h>

/* A column's place in struct leasefile. */
enum column {
	ADDRESS,
	HWADDR,
	CLIENT_ID,
	DUID,
	VALID_LIFETIME,
	EXPIRE,
	LEASE_TYPE,
	IAID,
	PREFIX_LEN,
	STATE,
	COLUMNS
};

static const char *const columns[COLUMNS] = {"address", "hwaddr", "client_id", "duid",
	"valid_lifetime", "expire", "lease_type", "iaid", "prefix_len", "state"};

_Static_assert(COLUMNS <= sizeof(((struct leasefile *)0)->column), "all columns have a place");

static int
read_header(struct leasefile *file, struct text line, struct fail *fail)
{
	uint8_t number = 0;
	struct text rest = line;

	memset(file->column, 0, sizeof(file->column));
	while (rest.length > 0 && number < LEASEFILE_COLUMNS) {
		struct text name = text_trim(text_cut(&rest, ','));

		number++;
		for (int i = 0; i < COLUMNS; i++) {
			if (file->column[i] == 0 && text_is(name, columns[i]))
				file->column[i] = number;
		}
	}
	if (rest.length > 0 || file->column[ADDRESS] == 0 || file->column[VALID_LIFETIME] == 0 ||
		file->column[EXPIRE] == 0 ||
		(file->column[HWADDR] == 0 && file->column[DUID] == 0)) {
		char shape[SHAPE_TEXT];

		shape_of(line, shape);
		fail_what(fail,
			"found '%s', expected the header of a lease file of Kea: "
			"address,hwaddr,client_id,valid_lifetime,expire,...",
			shape);
		return -ENOTSUP;
	}
	file->columns = number;
	return 0;
}

/* A field; empty: there is no such column. */
static struct text
field(const struct leasefile *file, const struct text *fields, enum column column)
{
	return file->column[column] > 0 ? fields[file->column[column] - 1] : (struct text){0};
}

/* A number, or 0 where there is none. */
static int
number(const struct leasefile *file, const struct text *fields, enum column column, uint64_t most,
	uint64_t *ret)
{
	struct text text = field(file, fields, column);

	*ret = 0;
	return text.length > 0 ? text_parse_u64(text, most, ret) : 0;
}

/* The address of a lease, and its prefix length if it is a prefix (type 2). */
static int
read_name(const struct leasefile *file, const struct text *fields, struct line_name *ret)
{
	uint64_t type, length;
	struct address address, masked;

	if (address_parse(field(file, fields, ADDRESS), &address) < 0 ||
		number(file, fields, LEASE_TYPE, 2, &type) < 0 ||
		number(file, fields, PREFIX_LEN, 128, &length) < 0 ||
		address_is_v4(&address) != (file->column[DUID] == 0))
		return -EINVAL;
	*ret = (struct line_name){.address = address, .length = 128};
	if (type != 2)
		return 0;
	masked = address_mask(&address, (unsigned)length);
	if (length == 0 || !address_equal(&masked, &address))
		return -EINVAL;
	ret->length = (uint8_t)length;
	return 0;
}

/* What a row's state and times mean. */
static void
tell_times(struct leasefile_entry *entry, uint64_t valid, uint64_t expire, uint64_t state)
{
	bool is_for_ever = valid == UINT32_MAX || expire > UINT32_MAX;

	entry->is_held = valid > 0 && (state == 0 || state == 4);
	entry->at.us = (int64_t)(expire - valid) * WALL_SECOND;
	if (entry->is_held) {
		entry->until.us = (is_for_ever ? UINT32_MAX : (int64_t)expire) * WALL_SECOND;
	} else if (state == 1) {
		/* Whoever it was, he does not have it. */
		entry->client = entry->hardware = (struct text){0};
	} else {
		entry->at.us =
			state == 2 && valid > 0 && !is_for_ever ? (int64_t)expire * WALL_SECOND : 0;
	}
}

int
leasefilekea_line(
	struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	struct text fields[LEASEFILE_COLUMNS], rest = line;
	uint64_t valid, expire, state;
	unsigned count = 0;

	if (file->columns == 0 || text_starts(line, "address,"))
		return read_header(file, line, fail);
	for (bool more = true; more && count < LEASEFILE_COLUMNS; count++) {
		size_t before = rest.length;

		fields[count] = text_cut(&rest, ',');
		more = fields[count].length < before;
	}
	if (count != file->columns || rest.length > 0)
		return leasefile_bad(file, fail, line, "as many columns as the header has");
	if (read_name(file, fields, &ret->name) < 0 ||
		number(file, fields, VALID_LIFETIME, UINT32_MAX, &valid) < 0 ||
		number(file, fields, EXPIRE, UINT64_C(1) << 33, &expire) < 0 ||
		number(file, fields, STATE, 100, &state) < 0 || valid > expire)
		return leasefile_bad(file, fail, line, "address, times and state of a lease");
	ret->hardware = field(file, fields, HWADDR);
	ret->client = field(file, fields, file->column[DUID] > 0 ? DUID : CLIENT_ID);
	tell_times(ret, valid, expire, state);
	return 1;
}

/* ".003" in microseconds; -EINVAL. */
static int64_t
read_fraction(struct text fraction)
{
	int64_t us = 0;

	if (fraction.length > 7 || fraction.length < 2)
		return -EINVAL;
	for (size_t i = 1; i <= 6; i++) {
		char c = i < fraction.length ? fraction.at[i] : '0';

		if (c < '0' || c > '9')
			return -EINVAL;
		us = us * 10 + (c - '0');
	}
	return us;
}

/* "2026-11-26 10:15:02.003 " at the front; if there is none, nothing is taken and the time is not told. */
static void
take_time(const struct leasefile *file, struct text *rest, struct wall *ret)
{
	static const uint8_t at[] = {0, 5, 8, 11, 14, 17}, size[] = {4, 2, 2, 2, 2, 2};
	static const char shape[] = "....-..-.. ..:..:..";
	struct text tail = *rest;
	struct wall time;
	uint64_t part[6];
	int64_t us = 0;

	if (rest->length < sizeof(shape))
		return;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (shape[i] != '.' && rest->at[i] != shape[i])
			return;
	}
	for (int i = 0; i < 6; i++) {
		if (text_parse_u64((struct text){rest->at + at[i], size[i]}, 9999, &part[i]) < 0)
			return;
	}
	if (part[5] > 60 ||
		wall_from_date(&time, (int)part[0], (int)part[1], (int)part[2], (int)part[3],
			(int)part[4], (int)part[5]) < 0)
		return;
	tail.at += sizeof(shape) - 1;
	tail.length -= sizeof(shape) - 1;
	if (*tail.at == '.')
		us = read_fraction(leasefile_word(&tail));
	time.us += us - file->offset_us;
	if (us < 0 || time.us <= 0 || time.us > UINT32_MAX * WALL_SECOND)
		return;
	*rest = text_trim(tail);
	*ret = time;
}

/* What stands between two words; empty if one of them is missing. *rest begins behind the second one then. */
static struct text
between(struct text *rest, const char *before, const char *behind)
{
	size_t skip = strlen(before);
	const char *from = memmem(rest->at, rest->length, before, skip), *to, *end;

	if (from == NULL)
		return (struct text){0};
	end = rest->at + rest->length;
	from += skip;
	to = memmem(from, (size_t)(end - from), behind, strlen(behind));
	if (to == NULL)
		return (struct text){0};
	rest->at = to + strlen(behind);
	rest->length = (size_t)(end - rest->at);
	return (struct text){from, (size_t)(to - from)};
}

/* One kind of message, as Kea 1.8 to 3.0 write it behind "LABEL: ". */
static const struct message {
	const char *id;
	const char *before; /* the address */
	const char *behind;
	bool is_held;
} messages[] = {
	{"DHCP4_LEASE_ALLOC", ": lease ", " has been allocated for ", true},
	{"DHCP4_LEASE_REUSE", ": lease ", " has been reused for ", true},
	{"DHCP4_RELEASE", ": address ", " was released properly", false},
	{"DHCP4_RELEASE_EXPIRED", ": address ", " expired on release", false},
	{"DHCP6_LEASE_ALLOC", ": lease for address ", " and iaid=", true},
	{"DHCP6_LEASE_REUSE", ": lease for address ", " and iaid=", true},
	{"DHCP6_PD_LEASE_ALLOC", ": lease for prefix ", " and iaid=", true},
	{"DHCP6_PD_LEASE_REUSE", ": lease for prefix ", " and iaid=", true},
	{"DHCP6_RELEASE_NA", ": binding for address ", " and iaid=", false},
	{"DHCP6_RELEASE_PD", ": prefix ", " for iaid=", false},
};

/* "... for 3600 seconds": for how long a lease is given. */
static int
read_lifetime(struct text rest, struct wall *ret)
{
	struct text word;

	do
		word = leasefile_word(&rest);
	while (rest.length > 0 && !text_is(word, "for"));
	word = leasefile_word(&rest);
	if (text_is(word, "infinity")) {
		ret->us = UINT32_MAX * WALL_SECOND;
		return 0;
	}
	if (leasefile_seconds(word, ret) < 0 || !text_is(leasefile_word(&rest), "seconds"))
		return -EINVAL;
	return 0;
}

/* "[hwtype=1 f4:8e:38:f0:02:d7], cid=[no info], tid=0x7656713f", "duid=[00:01], [no hwaddr info], tid=0x1". */
static void
read_label(struct text label, struct leasefile_entry *ret)
{
	struct text rest = label;

	ret->client = between(&rest, "duid=[", "]");
	rest = label;
	if (ret->client.length == 0)
		ret->client = between(&rest, "cid=[", "]");
	if (text_is(ret->client, "no info"))
		ret->client = (struct text){0};
	rest = label;
	ret->hardware = between(&rest, "[hwtype=1 ", "]");
}

int
leasefilekea_log(
	struct leasefile *file, struct text line, struct leasefile_entry *ret, struct fail *fail)
{
	const struct message *message = NULL;
	struct text rest = line, id, label, address;

	take_time(file, &rest, &ret->at);
	/* "INFO  [kea-dhcp4.leases/12754.140204758890304] DHCP4_LEASE_ALLOC ", or behind what syslog writes. */
	if (between(&rest, "[kea-dhcp", "] ").length == 0)
		return 0;
	id = leasefile_word(&rest);
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		if (text_is(id, messages[i].id))
			message = &messages[i];
	}
	if (message == NULL)
		return 0;
	label = rest;
	address = between(&rest, message->before, message->behind);
	if (leasefile_name(address, &ret->name) < 0 ||
		address_is_v4(&ret->name.address) != (id.at[4] == '4'))
		return leasefile_bad(file, fail, line, "a message of Kea about a lease");
	label.length = (size_t)(address.at - label.at);
	read_label(label, ret);
	ret->is_held = message->is_held;
	if (!message->is_held)
		return 1;
	rest = (struct text){address.at + address.length,
		(size_t)(line.at + line.length - address.at) - address.length};
	if (read_lifetime(text_trim(rest), &ret->until) < 0)
		return leasefile_bad(file, fail, line, "the lifetime of a lease in seconds");
	ret->is_length = ret->at.us == 0;
	if (ret->until.us > UINT32_MAX * WALL_SECOND - ret->at.us)
		ret->until.us = UINT32_MAX * WALL_SECOND;
	else
		ret->until.us += ret->at.us;
	return 1;
}
