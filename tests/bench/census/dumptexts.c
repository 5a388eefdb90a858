/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of ARIN and LACNIC, which are built as RPSL is, with other names. */
#include "dumpforms.h"

static void
end_arin(struct dumpfile *file)
{
	dumpfile_date(file, "RegDate", DUMPFILE_DAY);
	dumpfile_date(file, "Updated", DUMPFILE_DAY);
	dumpfile_put(file, "Source", "ARIN");
	dumpfile_object(file);
}

static void
address_arin(struct dumpfile *file, const struct space *space)
{
	dumpfile_put(file, "Street", "%u", 1 + dumpfile_draw(file, 9999));
	dumpfile_words(file, "Street", 2);
	dumpfile_words(file, "City", 1);
	dumpfile_put(file, "State/Prov", "%c%c", 'A' + (int)dumpfile_draw(file, 26),
		'A' + (int)dumpfile_draw(file, 26));
	dumpfile_put(file, "Country", "%s", space->country);
	dumpfile_put(file, "PostalCode", "%05u", dumpfile_draw(file, 100000));
}

static void
write_holder_arin(struct dump *dump, const struct space *space)
{
	struct dumpfile *file = dump->part[DUMPPART_INETNUM];
	uint32_t system = space->system;

	dumpfile_put(file, "OrgID", "A%u", system);
	dumpfile_words(file, "OrgName", 3);
	dumpfile_put(file, "CanAllocate", "%s", "");
	address_arin(file, space);
	dumpfile_put(file, "OrgAdminHandle", "ADMIN%u-ARIN", system);
	dumpfile_put(file, "OrgTechHandle", "NOC%u-ARIN", system);
	dumpfile_put(file, "OrgAbuseHandle", "ABUSE%u-ARIN", system);
	end_arin(file);
	dumpfile_put(file, "POCHandle", "ABUSE%u-ARIN", system);
	dumpfile_put(file, "IsRole", "Y");
	dumpfile_words(file, "LastName", 2);
	address_arin(file, space);
	dumpfile_put(file, "OfficePhone", "+1-%010u", dumpfile_draw(file, 1000000000));
	dumpfile_put(file, "Mailbox", "abuse@as%u.example", system);
	end_arin(file);
	dumpfile_put(file, "ASHandle", "AS%u", system);
	dumpfile_put(file, "OrgID", "A%u", system);
	dumpfile_put(file, "ASName", "A%u", system);
	dumpfile_put(file, "ASNumber", "%u", system);
	end_arin(file);
}

/* The handle that an allocation has. */
static void
put_handle(struct dumpfile *file, const char *name, enum range_family family, ipnumber first)
{
	uint32_t number = (uint32_t)(family == RANGE_IPV4 ? first : first >> 80);

	dumpfile_put(file, name, "NET%s-%u-%u-%u-%u-1", family == RANGE_IPV4 ? "" : "6",
		number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255);
}

/* To whom a network is assigned that is no organisation: it leads to no contact. */
static void
write_customer(struct dumpfile *file, const struct dumpnetwork *network)
{
	dumpfile_put(file, "CustID", "C%08u", network->number);
	dumpfile_words(file, "CustName", 3);
	address_arin(file, network->space);
	end_arin(file);
}

static void
write_network_arin(struct dump *dump, const struct dumpnetwork *network)
{
	struct dumpfile *file = dump->part[DUMPPART_INETNUM];
	uint32_t system = network->space->system;
	const char *name = network->family == RANGE_IPV4 ? "NetHandle" : "V6NetHandle";
	char low[RANGE_TEXT], high[RANGE_TEXT];
	bool is_customers = network->is_assigned && dumpfile_draw(file, 5) > 0;

	if (network->is_assigned)
		dumpfile_put(file, name, "NET-A%u-%u", system, network->number);
	else
		put_handle(file, name, network->family, network->range.low);
	if (is_customers)
		dumpfile_put(file, "CustID", "C%08u", network->number);
	else
		dumpfile_put(file, "OrgID", "A%u", system);
	if (network->is_assigned)
		put_handle(file, "Parent", network->family, network->space->range.low);
	dumpfile_put(file, "NetName", "A%u-%u", system, dumpfile_draw(file, 100000));
	dumpfile_put(file, "NetRange", "%s - %s",
		spaces_address(network->family, network->range.low, low),
		spaces_address(network->family, network->range.high, high));
	dumpfile_put(file, "NetType", network->is_assigned ? "reassignment" : "allocation");
	if (dumpfile_draw(file, 4) == 0) {
		dumpfile_text(file,
			"Comment:        Send reports of abuse to the contact of the network that\n"
			"Comment:        is named above, with times in UTC and all headers.\n");
		dumpfile_words(file, "Comment", 4);
	}
	end_arin(file);
	if (is_customers)
		write_customer(file, network);
}

static void
end_lacnic(struct dumpfile *file)
{
	dumpfile_date(file, "created", DUMPFILE_DIGITS);
	dumpfile_date(file, "changed", DUMPFILE_DIGITS);
	dumpfile_object(file);
}

static void
write_holder_lacnic(struct dump *dump, const struct space *space)
{
	struct dumpfile *file = dump->part[DUMPPART_INETNUM];
	uint32_t system = space->system;

	dumpfile_put(file, "nic-hdl", "A%u", system);
	dumpfile_words(file, "person", 2);
	dumpfile_put(file, "e-mail", "abuse@as%u.example", system);
	dumpfile_words(file, "address", 3);
	dumpfile_put(file, "country", "%s", space->country);
	end_lacnic(file);
	dumpfile_put(file, "aut-num", "AS%u", system);
	dumpfile_words(file, "owner", 3);
	dumpfile_put(file, "ownerid", "%s-A%u-LACNIC", space->country, system);
	dumpfile_put(file, "abuse-c", "A%u", system);
	dumpfile_put(file, "country", "%s", space->country);
	end_lacnic(file);
}

static void
write_network_lacnic(struct dump *dump, const struct dumpnetwork *network)
{
	struct dumpfile *file = dump->part[DUMPPART_INETNUM];
	uint32_t system = network->space->system;
	struct range rest = network->range;
	char text[RANGE_TEXT];
	ipnumber first;
	unsigned length = spaces_prefix(&rest, network->family, &first);

	dumpfile_put(file, network->family == RANGE_IPV4 ? "inetnum" : "inet6num", "%s/%u",
		spaces_address(network->family, first, text), length);
	dumpfile_put(file, "status", network->is_assigned ? "reassigned" : "allocated");
	dumpfile_put(file, "aut-num", "AS%u", system);
	dumpfile_words(file, "owner", 3);
	dumpfile_put(file, "ownerid", "%s-A%u-LACNIC", network->space->country, system);
	dumpfile_words(file, "responsible", 2);
	dumpfile_words(file, "address", 3);
	dumpfile_put(file, "country", "%s", network->space->country);
	dumpfile_put(file, "owner-c", "O%u", dumpfile_draw(file, 100000));
	dumpfile_put(file, "tech-c", "O%u", dumpfile_draw(file, 100000));
	if (!network->is_assigned || dumpfile_draw(file, 5) == 0)
		dumpfile_put(file, "abuse-c", "A%u", system);
	dumpfile_put(file, "inetrev", "%s/%u", text, length);
	dumpfile_put(file, "nserver", "ns1.as%u.example", system);
	dumpfile_put(file, "nserver", "ns2.as%u.example", system);
	end_lacnic(file);
}

const struct dumpform dumpform_arin = {
	.holder = write_holder_arin, .network = write_network_arin, .has_ranges = true};
const struct dumpform dumpform_lacnic = {
	.holder = write_holder_lacnic, .network = write_network_lacnic};
