/* SPDX-License-Identifier: BSD-2-Clause */
#include "dumpforms.h"

/* What is put at the end of objects from which persons were taken out. */
static const char remarks[] =
	"remarks:        ****************************\n"
	"remarks:        * THIS OBJECT IS MODIFIED\n"
	"remarks:        * All data that would tell of a person has been taken out\n"
	"remarks:        * of this object. Whoever needs to see it as it was can ask\n"
	"remarks:        * the registry's server for it by name:\n"
	"remarks:        * https://registry.example/whois\n"
	"remarks:        ****************************\n";

static void
end(struct dump *dump, struct dumpfile *file)
{
	dumpfile_date(file, "created", DUMPFILE_MOMENT);
	dumpfile_date(file, "last-modified", DUMPFILE_MOMENT);
	dumpfile_put(file, "source", "%s%s", dump->source,
		dumpfile_draw(file, 50) == 0 ? " # Filtered" : "");
	/* AFRINIC has persons in its copy. */
	if (dump->registry != REGISTRY_AFRINIC)
		dumpfile_text(file, remarks);
	dumpfile_object(file);
}

static void
people(struct dump *dump, struct dumpfile *file)
{
	dumpfile_put(file, "admin-c", "X%u-%s", dumpfile_draw(file, 100000), dump->suffix);
	dumpfile_put(file, "tech-c", "X%u-%s", dumpfile_draw(file, 100000), dump->suffix);
}

static void
write_organisation(struct dump *dump, const struct space *space)
{
	struct dumpfile *file = dump->part[DUMPPART_ORGANISATION];
	uint32_t system = space->system;

	dumpfile_put(file, "organisation", "ORG-A%u-%s", system, dump->suffix);
	dumpfile_words(file, "org-name", 3);
	dumpfile_put(file, "org-type", system % 3 == 0 ? "LIR" : "OTHER");
	dumpfile_words(file, "address", 3);
	dumpfile_words(file, "address", 1);
	dumpfile_put(file, "country", "%s", space->country);
	dumpfile_put(file, "phone", "+%u", 10000000 + dumpfile_draw(file, 90000000));
	people(dump, file);
	dumpfile_put(file, "abuse-c", "AR%u-%s", system, dump->suffix);
	dumpfile_put(file, "mnt-ref", "%s", dump->top);
	dumpfile_put(file, "mnt-ref", "MNT-A%u", system);
	dumpfile_put(file, "mnt-by", "%s", dump->top);
	end(dump, file);
}

static void
write_contacts(struct dump *dump, const struct space *space)
{
	struct dumpfile *file = dump->part[DUMPPART_ROLE];
	uint32_t system = space->system;

	dumpfile_words(file, "role", 2);
	dumpfile_words(file, "address", 3);
	dumpfile_put(file, "nic-hdl", "AR%u-%s", system, dump->suffix);
	dumpfile_put(file, "abuse-mailbox", "abuse@as%u.example", system);
	dumpfile_put(file, "mnt-by", "MNT-A%u", system);
	end(dump, file);
	if (dump->registry == REGISTRY_RIPENCC)
		return;
	file = dump->part[DUMPPART_IRT];
	dumpfile_put(file, "irt", "IRT-A%u-%s", system, dump->suffix);
	dumpfile_words(file, "address", 3);
	dumpfile_put(file, "e-mail", "noc@as%u.example", system);
	dumpfile_put(file, "abuse-mailbox", "abuse@as%u.example", system);
	people(dump, file);
	dumpfile_put(file, "auth", "# Filtered");
	dumpfile_put(file, "mnt-by", "MNT-A%u", system);
	end(dump, file);
}

/* With the policy that is most of its text. */
static void
write_system(struct dump *dump, const struct space *space)
{
	struct dumpfile *file = dump->part[DUMPPART_AUT_NUM];
	uint32_t system = space->system;

	dumpfile_put(file, "aut-num", "AS%u", system);
	dumpfile_put(file, "as-name", "A%u", system);
	dumpfile_words(file, "descr", 2);
	dumpfile_put(file, "org", "ORG-A%u-%s", system, dump->suffix);
	for (unsigned i = dumpfile_draw(file, 16); i > 0; i--) {
		unsigned other = 1 + dumpfile_draw(file, 65000);

		dumpfile_put(file, "import", "from AS%u accept ANY", other);
		dumpfile_put(file, "export", "to AS%u announce AS%u", other, system);
	}
	people(dump, file);
	dumpfile_put(file, "status", "ASSIGNED");
	dumpfile_put(file, "mnt-by", "%s, MNT-A%u", dump->top, system);
	end(dump, file);
}

static void
write_holder(struct dump *dump, const struct space *space)
{
	write_organisation(dump, space);
	write_contacts(dump, space);
	write_system(dump, space);
}

static void
write_route(struct dump *dump, const struct dumpnetwork *network)
{
	struct dumpfile *file = dump->part[DUMPPART_ROUTE];
	struct range rest = network->range;
	char text[RANGE_TEXT];
	ipnumber first;
	unsigned length = spaces_prefix(&rest, network->family, &first);

	dumpfile_put(file, network->family == RANGE_IPV4 ? "route" : "route6", "%s/%u",
		spaces_address(network->family, first, text), length);
	dumpfile_words(file, "descr", 2);
	dumpfile_put(file, "origin", "AS%u", network->space->system);
	dumpfile_put(file, "mnt-by", "MNT-A%u", network->space->system);
	end(dump, file);
}

static void
write_range(struct dumpfile *file, const struct dumpnetwork *network)
{
	struct range rest = network->range;
	char text[RANGE_TEXT];
	ipnumber first;
	unsigned length;

	if (network->family == RANGE_IPV4) {
		dumpfile_put(file, "inetnum", "%s", range_format(RANGE_IPV4, &rest, text));
		return;
	}
	length = spaces_prefix(&rest, RANGE_IPV6, &first);
	dumpfile_put(file, "inet6num", "%s/%u", spaces_address(RANGE_IPV6, first, text), length);
}

/* Of what is assigned a tenth has an organisation of its own, and as many a contact; the others have what is above. */
static void
write_network(struct dump *dump, const struct dumpnetwork *network)
{
	struct dumpfile *file =
		dump->part[network->family == RANGE_IPV4 ? DUMPPART_INETNUM : DUMPPART_INET6NUM];
	uint32_t system = network->space->system;
	unsigned kind = dumpfile_draw(file, 10);

	write_range(file, network);
	dumpfile_put(file, "netname", "%s-A%u-%05X", network->space->country, system,
		dumpfile_draw(file, 1 << 20));
	for (unsigned i = network->is_assigned ? 1 + dumpfile_draw(file, 3) : 1; i > 0; i--)
		dumpfile_words(file, "descr", 3);
	dumpfile_put(file, "country", "%s", network->space->country);
	if (!network->is_assigned || kind == 0)
		dumpfile_put(file, "org", "ORG-A%u-%s", system, dump->suffix);
	people(dump, file);
	if (network->is_assigned && kind == 1)
		dumpfile_put(file, "abuse-c", "AR%u-%s", system, dump->suffix);
	dumpfile_put(file, "status", network->is_assigned ? "ASSIGNED PA" : "ALLOCATED PA");
	if (!network->is_assigned)
		dumpfile_put(file, "mnt-by", "%s", dump->top);
	dumpfile_put(file, network->is_assigned ? "mnt-by" : "mnt-lower", "MNT-A%u", system);
	if (dump->registry != REGISTRY_RIPENCC && (!network->is_assigned || kind == 0))
		dumpfile_put(file, "mnt-irt", "IRT-A%u-%s", system, dump->suffix);
	end(dump, file);
	if (!network->is_assigned)
		write_route(dump, network);
}

const struct dumpform dumpform_rpsl = {
	.holder = write_holder, .network = write_network, .has_ranges = true};
