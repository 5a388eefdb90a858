#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who answers for abuse from an address, by the registries' published rules: slow and literal, to judge the fast one.

usage: oracle.py [--suspect FILE] KIND:FILE... (--borders | ADDRESS...)

KIND is ripe, ripe-nonauth, apnic, afrinic, irr (RPSL), arin, lacnic (bulk whois as text), delegated (extended
statistics of the registries) or asn (CSV: first address, last address, AS number). Files may be packed (gzip, xz).
--suspect names a file of mailboxes, one a line, that failed the registry's validation. --borders takes for addresses
all those where an answer can begin or end, so what is said of them is said of every address.

Prints for each address a line of JSON: address, object (the range of the most specific network), contact, contact2,
rule, quality, chain (what was looked at, in order). What could not be read goes to standard error, with file and line.

  rule      where the contact is from: abuse-c, org-abuse-c, irt, org-email, arin-rabuse, arin-orgabuse,
            lacnic-abuse-c, asn; or nir, rdap: the dumps do not say, ask there; or none
  quality   good; suspect: it failed the registry's validation; low: it is not clearly meant for abuse, or ARIN marks
            it as unanswered; none

Not here, since no registry says it: overrides, the never-write list, national CERTs, guesses (abuse@ a domain), and
the language of a letter.


Where the published rules leave something open, it is decided here; each decision is one function or one line below.

Text
 1. The reader is the same for all registries: RFC 2622 s2. A line end is LF; one CR before it belongs to it. White
    space is space and tab, nothing else. A byte order mark of UTF-8 before the first line is skipped. Bytes are
    Latin-1 or UTF-8 and are never converted; only A-Z are folded when names are compared.
 2. A line of white space only ends the object, as an empty one does, and is counted. "+" alone does not.
 3. A line that begins with "#" is a comment, and with "%" a remark of a server: both end neither object nor
    attribute.
 4. Of each line, what follows the first "#" is cut, then white space at both ends; the parts of a value that are not
    empty are joined by one space. So no name and no mailbox can be put together from two lines.
 5. The name of an attribute begins with a letter, goes on with letters, digits, "-", "_", "/" (ARIN has State/Prov),
    and is followed by ":" at once. Any other line, and one with a NUL, is bad: counted, and dropped with its
    continuation lines; the rest of the object stands. A continuation line without an attribute before it is bad.
 6. A file that does not end with a line end, or whose packing breaks off, was cut: the object that is open there is
    dropped.
 7. The class is the name of the first attribute that stands. An attribute whose class allows it once counts once for
    a key (the first); references are taken in order, from all repetitions, each of which may be a list with commas.
    Mailboxes may be repeated but are no lists.

Ranges
 8. "a - b" and "a/length" are both read, wherever one of them is; the text, not the class, tells IPv4 from IPv6. Four
    octets without leading zeros are needed, except LACNIC, whose whois writes 200.57.128/19. Bits behind a prefix are
    zero. The first is not behind the last. Anything else is no network, and counted. A network of all addresses does
    not count: RIPE and APNIC have one for what is not theirs, with a contact that is nobody's. AS numbers: with or without
    "AS", "a - b", too.
 9. Dumps of the same registry (RIPE and RIPE-NONAUTH) are one space of names and networks. The registry is that of
    the dump (KIND), whatever "source:" says. References lead only to objects of the same registry. IRR dumps give no
    contact.
10. Twice the same key, or the same range, in one registry: the newest last-modified (ARIN: Updated, LACNIC: changed)
    stands, then the file that was named first, then the earlier place in it. Of a date the digits are compared, none
    is oldest.
11. Except in ARIN, where a block is reassigned whole: networks of identical range all stand, below those that they
    name as Parent.
12. A network that begins inside of another and ends outside of it is not counted: in the order of first address, then
    of last address from high to low, the one that comes later is dropped.
13. The most specific network is the smallest. The first less specific one is the smallest that holds it and is
    larger; in ARIN it is that which Parent names, if it is there and holds the range; each is visited once, so
    circles end.
14. Without delegated files the smallest network of all registries is taken; of identical ranges the one that decision
    10 would take. From there the way up stays in its registry. An aut-num is taken from the registry that was named
    first.

Authority
15. With delegated files only networks of the registry that has the address count, and nothing counts where none has
    it. Every status is authority (available and reserved, too). Where files overlap, the one named first decides,
    then the earlier line. The same holds for AS numbers.

Contacts
16. A mailbox that is refused (below) is as if it were not there: the search goes on where it would go on without.
17. RIPE: an abuse-c leads to a role, never to a person. The three maintainers stop the way up for the network that
    has them, after its own contact was looked for. Going up for the responsible organisation (suspect mailboxes) does
    not stop.
18. APNIC: abuse-c, then mnt-irt, at each network; org is not looked at. Of the irt objects of a network all mailboxes
    count in order: the first is the contact, the second contact2. The same for AFRINIC, whose order is mnt-irt,
    abuse-c, org's abuse-c. Everywhere else the first mailbox is the only one.
19. AFRINIC's org e-mail is looked for from the most specific network upwards, after no network had a contact for
    abuse.
20. ARIN: a POC whose comment says that ARIN "has received no response" to its validation stays, with quality low. Low
    stands before suspect.
21. LACNIC: abuse-c leads to a nic-hdl (or person, role) object: its abuse-mailbox, then its e-mail. Nothing found:
    rdap.
22. Contact2 of a suspect mailbox (RIPE): the organisation's abuse-c, then its e-mail. An organisation that is not
    there is passed over. Suspect is a property of the mailbox.
23. The AS that announces the address (asn files; the smallest range, then the first) has a contact by the first step
    of its registry's rule, without way up. It is contact2 where there is none, and the contact where there is none.
24. Registries' own mailboxes (REGISTRIES, NIRS) are refused, at these domains and below; those of RIRs stand where
    the most specific network itself is held by an organisation of org-type RIR. If the search ends with nothing and
    met one of a NIR, the rule is nir.

Mailboxes
25. RFC 5321 s4.1.2 Mailbox with a Dot-string, at most 64 octets before the "@" and 254 in all; a domain of two labels
    or more, of at most 63 octets each, the last not of digits only. No quoted string, no literal. The domain is
    lowered.
26. Placeholders are refused: those of PLACEHOLDERS, and what contains one of PLACEHOLDER_WORDS in any case.
"""
import csv
import ipaddress
import json
import lzma
import re
import sys
import zlib

# Which registry each kind of dump speaks for.
KINDS = {"ripe": "ripencc", "ripe-nonauth": "ripencc", "apnic": "apnic", "afrinic": "afrinic", "irr": None,
         "arin": "arin", "lacnic": "lacnic"}
# The classes that are needed: class -> (kind, attribute of the key).
RPSL = {"inetnum": ("network", "inetnum"), "inet6num": ("network", "inet6num"), "role": ("role", "nic-hdl"),
        "organisation": ("organisation", "organisation"), "irt": ("irt", "irt"), "aut-num": ("system", "aut-num")}
# The text that ARIN makes of its bulk data: labels as in its whois.
ARIN = {"nethandle": ("network", "netrange"), "v6nethandle": ("network", "netrange"), "orgid": ("org", "orgid"),
        "pochandle": ("poc", "pochandle"), "ashandle": ("system", "asnumber")}
# LACNIC's whois.
LACNIC = {"inetnum": ("network", "inetnum"), "inet6num": ("network", "inet6num"), "aut-num": ("system", "aut-num"),
          "nic-hdl": ("handle", "nic-hdl"), "person": ("handle", "nic-hdl"), "role": ("handle", "nic-hdl")}
CLASSES = {"arin": ARIN, "lacnic": LACNIC}
CHANGED = {"arin": "updated", "lacnic": "changed"}

# The maintainers of the RIPE NCC (whois: top.ripe.ncc.mntners) that stop the way up.
RS_MAINTAINERS = {"ripe-ncc-end-mnt", "ripe-ncc-legacy-mnt", "ripe-ncc-hm-mnt"}
PLACEHOLDERS = {"unread@ripe.net", "abuse@lacnic.net", "removed@lacnic.net"}
PLACEHOLDER_WORDS = ("redacted", "not disclosed", "please query")
REGISTRIES = ("ripe.net", "apnic.net", "afrinic.net", "arin.net", "lacnic.net", "iana.org")
NIRS = ("nic.or.kr", "krnic.or.kr", "kisa.or.kr", "nic.ad.jp", "cnnic.cn", "cnnic.net.cn", "twnic.tw", "twnic.net",
        "twnic.net.tw", "vnnic.vn", "vnnic.net.vn", "idnic.net", "apjii.or.id", "irinn.in", "nixi.in", "registro.br",
        "nic.br", "nic.mx")


def lower(text):
    """Folds A-Z only: what is Latin-1 in one dump is UTF-8 in another."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


class Thing:
    """An object of a registry: what it is, its attributes in order, where it was read."""

    def __init__(self, registry, attributes, line):
        self.registry, self.attributes, self.line = registry, attributes, line
        self.kind = self.key = self.order = self.range = None

    def values(self, name):
        return [value for attribute, value in self.attributes if attribute == name]

    def listed(self, name):
        """The members of a value that may be repeated, and a list (RFC 2622 s2)."""
        parts = [part.strip(" \t") for value in self.values(name) for part in value.split(",")]
        return [part for part in parts if part]

    def __str__(self):
        return f"{self.attributes[0][0]} {write_range(self.range) if self.kind == 'network' else self.key}"


# Text


def read_file(path, trouble):
    """All of a file, unpacked, as Latin-1, and whether it was cut (decision 6)."""
    makers = {b"\x1f\x8b": lambda: zlib.decompressobj(31), b"\xfd7": lzma.LZMADecompressor}
    with open(path, "rb") as file:
        rest = file.read()
    maker = makers.get(rest[:2])
    parts, broken = [] if maker else [rest], False
    while maker and rest and not broken:
        member = maker()
        try:
            parts.append(member.decompress(rest))
            broken, rest = not member.eof, member.unused_data
        except (zlib.error, lzma.LZMAError):
            broken = True
    if broken:
        trouble(path, 0, "its packing breaks off")
    text = b"".join(parts).decode("latin-1")
    return text, broken or text != "" and not text.endswith("\n")


def read_objects(text, cut, bad):
    """RFC 2622 s2, last third: yields (line, attributes) of each object; bad(line, what) is told the rest."""
    attributes, begun, open_attribute, number = [], 0, False, 0
    if text.startswith("\xef\xbb\xbf"):
        text = text[3:]
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if line.strip(" \t") == "":
            if line != "" and attributes:
                bad(number, "a line of white space ends an object")
            if attributes:
                yield begun, finish(attributes)
            attributes, open_attribute = [], False
        elif "\0" in line:
            bad(number, "a line with a NUL")
            open_attribute = False
        elif line[0] in "#%":
            continue
        elif line[0] in " \t+":
            if open_attribute:
                attributes[-1][1].append(line[1:])
            elif not attributes:
                bad(number, "a continuation of nothing")
        else:
            name = re.match(r"([A-Za-z][A-Za-z0-9_/-]*):", line)
            open_attribute = name is not None
            if name is None:
                bad(number, "neither an attribute nor a continuation")
                continue
            if not attributes:
                begun = number
            attributes.append((lower(name[1]), [line[name.end():]]))
    if attributes and cut:
        bad(number, "the file was cut in this object")
    elif attributes:
        yield begun, finish(attributes)


def finish(attributes):
    """Each part loses its comment, then its white space; then they are joined (decision 4)."""
    done = []
    for name, parts in attributes:
        parts = [part.split("#", 1)[0].strip(" \t") for part in parts]
        done.append((name, " ".join(part for part in parts if part)))
    return done


# Ranges


def read_address(text):
    """(version, number), or None. RFC 2622 s2: four integers; RFC 4291 s2.2 for IPv6, without a zone."""
    if "%" in text or not text.isascii():
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return address.version, int(address)


def read_range(text, short=False):
    """(version, first, last) of "a - b" or "a/length", or None (decision 8)."""
    if "-" in text:
        ends = [read_address(end.strip(" \t")) for end in text.split("-")]
        if len(ends) != 2 or None in ends or ends[0][0] != ends[1][0] or ends[0][1] > ends[1][1]:
            return None
        return ends[0][0], ends[0][1], ends[1][1]
    address, slash, length = text.partition("/")
    if short and re.fullmatch(r"[0-9]+(\.[0-9]+){0,2}", address):
        address += ".0" * (3 - address.count("."))
    start = read_address(address)
    if start is None or not slash or re.fullmatch("[0-9]{1,3}", length) is None:
        return None
    bits = 32 if start[0] == 4 else 128
    if int(length) > bits or start[1] % (1 << (bits - int(length))):
        return None
    return start[0], start[1], start[1] + (1 << (bits - int(length))) - 1


def write_address(version, number):
    return str((ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address)(number))


def write_range(span):
    return f"{write_address(span[0], span[1])} - {write_address(span[0], span[2])}"


def holds(outer, inner):
    return outer[0] == inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2]


def size(span):
    return span[2] - span[1] + 1


def digits(date):
    """A date as fourteen digits, whatever stands between them; 0 if there are not enough."""
    found = "".join(re.findall("[0-9]", date))[:14]
    return int(found.ljust(14, "0")) if len(found) >= 8 else 0


def best(things):
    """Which of two that claim the same stands (decision 10)."""
    return min(things, key=lambda thing: (-thing.order[0], thing.order[1], thing.order[2]))


class Registry:
    """What one registry says: its networks, and the objects that references lead to."""

    def __init__(self, name):
        self.name = name
        self.networks, self.systems, self.named = [], [], {}

    def find(self, kind, key):
        claims = self.named.get((kind, lower(key)), [])
        return best(claims) if claims else None

    def settle(self, bad):
        """One network for each range (10, 11), none that crosses another (12)."""
        same = {}
        for network in self.networks:
            same.setdefault(network.range, []).append(network)
        standing, inside = [], []
        for span in sorted(same, key=lambda span: (span[0], span[1], -span[2])):
            inside = [outer for outer in inside if outer[0] == span[0] and outer[2] >= span[1]]
            if any(outer[2] < span[2] for outer in inside):
                for network in same[span]:
                    bad(network, "crosses another network")
                continue
            inside.append(span)
            standing += same[span] if self.name == "arin" else [best(same[span])]
        self.networks = standing

    def top(self, networks):
        """The most specific of networks that hold the same address, or None (13)."""
        if not networks:
            return None
        smallest = min(size(network.range) for network in networks)
        networks = [network for network in networks if size(network.range) == smallest]
        parents = [lower(parent) for network in networks for parent in network.values("parent")]
        lowest = [network for network in networks if self.name != "arin" or network.handle not in parents]
        return best(lowest or networks)

    def covering(self, version, number):
        return self.top([network for network in self.networks if holds(network.range, (version, number, number))])

    def above(self, network):
        """The first less specific network, or None (13)."""
        if self.name == "arin":
            for handle in network.values("parent"):
                for other in self.networks:
                    if other.handle == lower(handle) and other is not network and holds(other.range, network.range):
                        return other
        return self.top([other for other in self.networks
                         if holds(other.range, network.range) and other.range != network.range])

    def way_up(self, network):
        """The network and all above it, each once."""
        way = []
        while network is not None and network not in way:
            way.append(network)
            network = self.above(network)
        return way

    def system(self, number):
        """The aut-num (ARIN: the block of AS numbers) of an AS number, or None."""
        found = [thing for thing in self.systems if thing.range[0] <= number <= thing.range[1]]
        if not found:
            return None
        smallest = min(thing.range[1] - thing.range[0] for thing in found)
        return best([thing for thing in found if thing.range[1] - thing.range[0] == smallest])


class World:
    """All registries, and which of them has authority where."""

    def __init__(self, trouble=lambda path, line, what: None):
        self.trouble = trouble
        self.registries = {}
        self.counts = {}
        self.delegated = None
        self.announced = []
        self.suspects = set()
        self.files = 0

    def load(self, kind, path):
        text, cut = read_file(path, self.trouble)
        self.files += 1
        if kind == "delegated":
            self.load_delegated(path, text)
        elif kind == "asn":
            self.load_announced(path, text)
        else:
            self.load_dump(kind, path, text, cut)

    def load_dump(self, kind, path, text, cut):
        name = KINDS[kind]
        registry = self.registries.setdefault(name, Registry(name)) if name else Registry(None)
        for line, attributes in read_objects(text, cut, lambda line, what: self.trouble(path, line, what)):
            thing = Thing(registry, attributes, line)
            self.counts[attributes[0][0]] = self.counts.get(attributes[0][0], 0) + 1
            changed = thing.values(CHANGED.get(name, "last-modified"))
            thing.order = digits(changed[0]) if changed else 0, self.files, line
            thing.path = path
            self.place(thing, *CLASSES.get(name, RPSL).get(attributes[0][0], (None, None)))

    def place(self, thing, kind, key):
        thing.kind, registry = kind, thing.registry
        if kind is None:
            return
        values = thing.values(key)
        thing.handle, thing.key = lower(thing.attributes[0][1]), values[0] if values else ""
        if thing.key == "":
            self.trouble(thing.path, thing.line, f"no {key}")
        elif kind == "network":
            thing.range = read_range(values[0], short=registry.name == "lacnic")
            if thing.range is None:
                self.trouble(thing.path, thing.line, f"no range: {values[0]}")
            elif size(thing.range) < 1 << (32 if thing.range[0] == 4 else 128):
                registry.networks.append(thing)
        elif kind == "system":
            numbers = re.fullmatch(r"(?:AS)?([0-9]{1,10})(?:[ \t]*-[ \t]*([0-9]{1,10}))?", values[0], re.IGNORECASE)
            span = (int(numbers[1]), int(numbers[2] or numbers[1])) if numbers else (1, 0)
            if not span[0] <= span[1] < 1 << 32:
                self.trouble(thing.path, thing.line, f"no AS number: {values[0]}")
            else:
                thing.range = span
                registry.systems.append(thing)
        else:
            registry.named.setdefault((kind, lower(values[0])), []).append(thing)

    def load_delegated(self, path, text):
        """The RIRs' statistics exchange format: registry|cc|type|start|value|date|status[|...]; value is a count of
        addresses or AS numbers, and for IPv6 a prefix length."""
        if self.delegated is None:
            self.delegated = []
        for number, line in enumerate(text.split("\n"), 1):
            line = line.removesuffix("\r")
            fields = line.split("|")
            if line == "" or line[0] in "#0123456789" or fields[-1] == "summary":
                continue
            record = self.read_delegated(fields)
            if record is None:
                self.trouble(path, number, "no record of delegated-extended")
            else:
                self.delegated.append(record)

    @staticmethod
    def read_delegated(fields):
        """(registry, version or "asn", first, last), or None."""
        if len(fields) < 7 or re.fullmatch("[0-9]{1,10}", fields[4]) is None:
            return None
        registry, _, kind, start, value = fields[:5]
        value = int(value)
        if kind == "asn":
            if re.fullmatch("[0-9]{1,10}", start) is None or value == 0 or int(start) + value > 1 << 32:
                return None
            return registry, "asn", int(start), int(start) + value - 1
        if kind == "ipv6":
            span = read_range(f"{start}/{value}")
            return (registry, *span) if span and span[0] == 6 else None
        address = read_address(start)
        if kind != "ipv4" or address is None or address[0] != 4 or value == 0 or address[1] + value > 1 << 32:
            return None
        return registry, 4, address[1], address[1] + value - 1

    def load_announced(self, path, text):
        for number, row in enumerate(csv.reader(text.split("\n")), 1):
            if not row:
                continue
            ends = [read_address(end) for end in row[:2]]
            good = len(row) >= 3 and None not in ends and ends[0][0] == ends[1][0] and ends[0][1] <= ends[1][1]
            if not good or re.fullmatch("[0-9]{1,10}", row[2]) is None:
                self.trouble(path, number, "no row of first address, last address, AS number")
                continue
            self.announced.append((ends[0][0], ends[0][1], ends[1][1], int(row[2])))

    def settle(self):
        for registry in self.registries.values():
            registry.settle(lambda thing, what: self.trouble(thing.path, thing.line, what))

    def authority(self, kind, number):
        """Whose an address or AS number is, by the delegated files: a name, or None (15)."""
        for registry, of, first, last in self.delegated:
            if of == kind and first <= number <= last:
                return registry
        return None

    def most_specific(self, version, number):
        if self.delegated is not None:
            registry = self.registries.get(self.authority(version, number))
            return registry.covering(version, number) if registry else None
        found = [registry.covering(version, number) for registry in self.registries.values()]
        found = [network for network in found if network]
        if not found:
            return None
        smallest = min(size(network.range) for network in found)
        return best([network for network in found if size(network.range) == smallest])

    def origin(self, version, number):
        """The AS that announces an address, or None (23)."""
        found = [row for row in self.announced if row[0] == version and row[1] <= number <= row[2]]
        return min(found, key=size)[3] if found else None

    def system(self, number):
        if self.delegated is not None:
            registry = self.registries.get(self.authority("asn", number))
            return registry.system(number) if registry else None
        for registry in self.registries.values():
            if registry.system(number):
                return registry.system(number)
        return None

    def borders(self):
        """Every address at which an answer can begin or end, in order."""
        spans = [network.range for registry in self.registries.values() for network in registry.networks]
        spans += [record[1:] for record in self.delegated or [] if record[1] != "asn"]
        spans += [row[:3] for row in self.announced]
        ends = {(4, 0), (6, 0)}
        for version, first, last in spans:
            ends |= {(version, first), (version, last)}
            if last + 1 < 1 << (32 if version == 4 else 128):
                ends.add((version, last + 1))
        return sorted(ends)


# Mailboxes


def read_mailbox(text):
    """The mailbox, its domain lowered, or None (25). RFC 5321 s4.1.2 (Dot-string), s4.5.3.1; RFC 1035 s2.3.4."""
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    parts = re.fullmatch(rf"({atom}(?:\.{atom})*)@({label}(?:\.{label})+)", text)
    if parts is None or len(parts[1]) > 64 or len(text) > 254 or parts[2].rpartition(".")[2].isdigit():
        return None
    return parts[1] + "@" + lower(parts[2])


def at(mailbox, domains):
    domain = mailbox.rpartition("@")[2]
    return any(domain == other or domain.endswith("." + other) for other in domains)


class Search:
    """The way to one contact. Each step says what it looked at."""

    def __init__(self, world, registry, network):
        self.world, self.registry, self.network = world, registry, network
        self.chain, self.met_nir = [], False

    def say(self, thing, what):
        self.chain.append(f"{thing}: {what}")

    def own_space(self):
        """Whether the network is a RIR's own (24)."""
        if self.network is None:
            return False
        holders = [self.registry.find("organisation", handle) for handle in self.network.listed("org")]
        return any("rir" in map(lower, holder.values("org-type")) for holder in holders if holder)

    def refusal(self, text):
        """Why nobody writes there, or None (24-26)."""
        mailbox = read_mailbox(text)
        if any(word in lower(text) for word in PLACEHOLDER_WORDS):
            return "a placeholder"
        if mailbox is None:
            return "no mailbox"
        if lower(mailbox) in PLACEHOLDERS:
            return "a placeholder"
        if at(mailbox, NIRS):
            self.met_nir = True
            return "a national registry's"
        if at(mailbox, REGISTRIES) and not self.own_space():
            return "a registry's"
        return None

    def mailboxes(self, thing, attribute):
        """What may be written to, in order."""
        good = []
        for text in thing.values(attribute):
            why = self.refusal(text)
            self.say(thing, f"{attribute} {text}" + (f": {why}" if why else ""))
            if why is None:
                good.append(read_mailbox(text))
        return good

    def follow(self, thing, attribute, kind, *mailboxes):
        """Where the references of an attribute lead: all mailboxes, and the objects that have them."""
        found = []
        for handle in thing.listed(attribute):
            target = self.registry.find(kind, handle)
            self.say(thing, f"{attribute} {handle}" + ("" if target else f": no such {kind}"))
            for name in mailboxes if target else ():
                found += [(mailbox, target) for mailbox in self.mailboxes(target, name)]
        return found

    # RIPE: ripe-705, and what the RIPE NCC's whois does for a query of an abuse contact (its class AbuseCFinder).

    def abuse_c(self, thing):
        """Step 1: the object's own abuse-c, a role with abuse-mailbox."""
        return self.follow(thing, "abuse-c", "role", "abuse-mailbox")[:1]

    def org_abuse_c(self, thing):
        """Step 2: the same, of the organisation."""
        for handle in thing.listed("org"):
            organisation = self.registry.find("organisation", handle)
            self.say(thing, f"org {handle}" + ("" if organisation else ": no such organisation"))
            if organisation and (found := self.abuse_c(organisation)):
                return found
        return []

    def ripencc_own(self, thing):
        if found := self.abuse_c(thing):
            return found, "abuse-c"
        if found := self.org_abuse_c(thing):
            return found, "org-abuse-c"
        return None

    def rs_maintained(self, network):
        """mnt-by or mnt-lower is one of exactly three (AbuseCFinder, isMaintainedByRs)."""
        maintainers = network.listed("mnt-by") + network.listed("mnt-lower")
        return any(lower(maintainer) in RS_MAINTAINERS for maintainer in maintainers)

    def ripencc(self, way):
        """Steps 3 and 4: the first less specific, unless the network is maintained by the registry."""
        for network in way:
            if found := self.ripencc_own(network):
                return found
            if self.rs_maintained(network):
                self.say(network, "maintained by the registry: no way up")
                return None
        return None

    def responsible(self, way):
        """Who else is told if the mailbox is suspect (AbuseCFinder, getOrgToContact): sponsoring-org, else org if it
        is a LIR, up the tree; else sponsoring-org or org, up the tree. The organisation, or None."""
        for only_lir in (True, False):
            for network in way:
                for attribute in ("sponsoring-org", "org"):
                    for handle in network.listed(attribute):
                        organisation = self.registry.find("organisation", handle)
                        types = map(lower, organisation.values("org-type")) if organisation else ()
                        if organisation and (attribute != "org" or not only_lir or "lir" in types):
                            self.say(network, f"{attribute} {handle} is responsible")
                            return organisation
        return None

    def second_of_suspect(self, way):
        organisation = self.responsible(way)
        if organisation is None:
            return None
        found = self.abuse_c(organisation)
        return found[0][0] if found else next(iter(self.mailboxes(organisation, "e-mail")), None)

    # APNIC: its template of irt (abuse-mailbox is mandatory, multiple), prop-125.

    def irt(self, thing):
        """All abuse-mailboxes of all irt objects."""
        return self.follow(thing, "mnt-irt", "irt", "abuse-mailbox")

    def apnic_own(self, thing):
        if found := self.abuse_c(thing):
            return found, "abuse-c"
        if found := self.irt(thing):
            return found, "irt"
        return None

    def apnic(self, way):
        return next(filter(None, map(self.apnic_own, way)), None)

    # AFRINIC: AFPUB-2010-GEN-006; irt is optional, and most space has no contact for abuse.

    def afrinic_own(self, thing):
        if found := self.irt(thing):
            return found, "irt"
        return self.ripencc_own(thing)

    def afrinic(self, way):
        if found := next(filter(None, map(self.afrinic_own, way)), None):
            return found
        for network in way:
            if found := self.follow(network, "org", "organisation", "e-mail"):
                return found[:1], "org-email"
        return None

    # ARIN: NRPM 3.6; POCs of a resource stand before those of its organisation; who has none is reached by the parent.

    def arin_own(self, thing):
        """The resource's own POC for abuse, then that of its organisation."""
        if found := self.follow(thing, "abusehandle", "poc", "mailbox"):
            return found[:1], "arin-rabuse"
        for handle in thing.listed("orgid"):
            org = self.registry.find("org", handle)
            self.say(thing, f"orgid {handle}" + ("" if org else ": no such org"))
            if org and (found := self.follow(org, "orgabusehandle", "poc", "mailbox")):
                return found[:1], "arin-orgabuse"
        return None

    def arin(self, way):
        return next(filter(None, map(self.arin_own, way)), None)

    # LACNIC: its policy manual, s12; children inherit. The attributes are those of its whois.

    def lacnic_own(self, thing):
        found = self.follow(thing, "abuse-c", "handle", "abuse-mailbox", "e-mail")
        return (found[:1], "lacnic-abuse-c") if found else None

    def lacnic(self, way):
        return next(filter(None, map(self.lacnic_own, way)), None)

    def find(self, rule, *arguments):
        return getattr(self, self.registry.name + rule)(*arguments)

    def quality(self, mailbox, source):
        if source.kind == "organisation":
            return "low"
        if source.kind == "poc" and any("has received no response" in lower(line) for line in source.values("comment")):
            return "low"
        return "suspect" if mailbox in self.world.suspects else "good"


def of_system(world, number):
    """(contact, quality, chain) of an AS: the first step of its registry's rule (23)."""
    thing = world.system(number)
    if thing is None:
        return None, "none", [f"AS{number}: no object"]
    search = Search(world, thing.registry, None)
    found = search.find("_own", thing)
    if not found:
        return None, "none", search.chain + [f"AS{number}: no contact"]
    mailbox, source = found[0][0]
    return mailbox, search.quality(mailbox, source), search.chain


def of_network(world, network, answer):
    """What the registry of the most specific network says; fills in the answer."""
    search = Search(world, network.registry, network)
    way = network.registry.way_up(network)
    found = search.find("", way)
    if found:
        places, answer["rule"] = found
        mailbox, source = places[0]
        answer["contact"], answer["quality"] = mailbox, search.quality(mailbox, source)
        others = [other for other, _ in places if other != mailbox]
        if answer["quality"] == "suspect" and network.registry.name == "ripencc":
            others = [other for other in [search.second_of_suspect(way)] if other not in (None, mailbox)]
        answer["contact2"] = others[0] if others else None
    elif search.met_nir:
        answer["rule"] = "nir"
    elif network.registry.name == "lacnic":
        answer["rule"] = "rdap"
    answer["chain"] += search.chain


def ask(world, version, number):
    """All that is said of one address."""
    answer = {"address": write_address(version, number), "object": None, "contact": None, "contact2": None,
              "rule": "none", "quality": "none", "chain": []}
    authority = world.authority(version, number) if world.delegated is not None else "?"
    network = world.most_specific(version, number)
    if authority is None:
        answer["chain"].append("no registry has this address")
    if network is not None:
        answer["object"] = write_range(network.range)
        of_network(world, network, answer)
    elif authority == "lacnic":
        answer["rule"] = "rdap"
    origin = world.origin(version, number)
    if origin is not None:
        mailbox, quality, chain = of_system(world, origin)
        answer["chain"] += chain
        if mailbox and answer["contact"] is None:
            answer["contact"], answer["rule"], answer["quality"] = mailbox, "asn", quality
        elif mailbox and answer["contact2"] is None and mailbox != answer["contact"]:
            answer["contact2"] = mailbox
    return answer


def main(arguments):
    def trouble(path, line, what):
        print(f"{path}:{line}: {what}", file=sys.stderr)

    world, addresses, borders = World(trouble), [], False
    while arguments:
        argument = arguments.pop(0)
        kind, colon, path = argument.partition(":")
        if argument == "--borders":
            borders = True
        elif argument == "--suspect" and arguments:
            text, _ = read_file(arguments.pop(0), trouble)
            world.suspects |= {read_mailbox(line.strip()) for line in text.split("\n")} - {None}
        elif colon and (kind in KINDS or kind in ("delegated", "asn")):
            world.load(kind, path)
        elif address := read_address(argument):
            addresses.append(address)
        else:
            print(f"{argument}: neither KIND:FILE nor an address\n" + __doc__.split("\n\n", 2)[1], file=sys.stderr)
            return 2
    world.settle()
    for version, number in addresses + (world.borders() if borders else []):
        print(json.dumps(ask(world, version, number)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
