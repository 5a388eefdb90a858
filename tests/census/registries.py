#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes registries: small ones that use every legal form and many illegal ones, and large ones from real ranges.

usage: registries.py tree FOLDER [SEED [SIZE]]
       registries.py dumps FOLDER RANGES [BYTES [SEED]]

tree writes dumps of all five registries, their delegated-extended files, an address-to-AS table and mailboxes that
failed validation, of about SIZE networks (300) beside some 250 that always are there. Their names are in
FOLDER/arguments as oracle.py takes them, one a line. What is in them: attributes in any case and order, on
continuation lines by space, tab and +, repeated and as lists; comments anywhere; CR LF; Latin-1 and UTF-8; ranges off
prefix borders; identical ranges in one dump and in two; nesting forty deep; networks outside of their registry's
authority; references in circles, to nothing, to the wrong kind; roles without mailbox; mailboxes that must be
refused; lines, objects and ranges that are none; a dump that was cut.

dumps writes .gz files of BYTES of text in all (1G; K, M and G at the end are understood), packed about 8:1, for
benchmarks: the folder ip-location-db-2026 of RANGES has the real ranges (below 1.4 GB only every n-th is taken). Each
range is an allocation with an organisation and a role, the assignments in it are made up, all with a block of remarks.
Measured: 1 GB takes 9 to 10 seconds of one processor.

The same arguments give the same bytes.
"""
import csv
import ipaddress
import lzma
import os
import random
import socket
import sys
import zlib

RIRS = ("ripencc", "apnic", "afrinic", "arin", "lacnic")
SUFFIX = {"ripencc": "RIPE", "apnic": "AP", "afrinic": "AFRINIC", "arin": "ARIN", "lacnic": "LACNIC"}
FILES = {"ripencc": ("ripe", "ripe.db"), "apnic": ("apnic", "apnic.db"), "afrinic": ("afrinic", "afrinic.db"),
         "arin": ("arin", "arin_db.txt"), "lacnic": ("lacnic", "lacnic.db")}
DATES = ("2009-02-01T08:15:30Z", "2015-11-20T00:00:00Z", "2021-06-30T23:59:59Z", "2021-06-30T23:59:59Z")
REFUSED = ("Abuse Desk <abuse@isp.example>", "abuse@isp@isp.example", "abuse@localhost", "abuse@[192.0.2.1]",
           "abuse@isp..example", ".abuse@isp.example", "abuse.@isp.example", '"abuse desk"@isp.example',
           "abuse@isp.example, noc@isp.example", "abuse@isp.example;noc@isp.example", "unread@ripe.net",
           "abuse@lacnic.net", "removed@lacnic.net", "hostmaster@nic.ad.jp", "irt@nic.or.kr", "helpdesk@apnic.net",
           "hostmaster@ripe.net", "REDACTED", "Not Disclosed", "please query the registry", "redacted@isp.example",
           "abuse@192.0.2.1", "a" * 65 + "@isp.example", "abuse desk@isp.example", "abuse@-isp.example",
           "abuse@isp-.example",
           "abuse@my_isp.example", "abus\xe9@isp.example", "mailto:abuse@isp.example", "abuse@isp.example.", "abuse",
           "abuse@" + "x" * 64 + ".example", "abuse@" + "isp." * 62 + "example", "abuse(desk)@isp.example",
           "@isp.example")
PROSE = ("for abuse write to the address below", "abuse-c: AR1-NONE", "inetnum: 10.0.0.0 - 10.255.255.255",
         "caf\xe9 \xfc", "Z\xc3\xbcrich", "a: b: c", "50 % of it", "----", "org-name: none")


class Writer:
    """Writes objects in any of the forms that a reader must take."""

    def __init__(self, dice, oddness):
        self.dice, self.oddness = dice, oddness
        self.parts = []
        self.end = dice.choice(("\n", "\n", "\r\n", None))

    def odd(self, often=1.0):
        return self.dice.random() < self.oddness * often

    def case(self, text):
        return self.dice.choice((text.upper(), text.lower(), text.title(), text)) if self.odd() else text

    def line(self, text):
        self.parts.append(text + (self.end or self.dice.choice(("\n", "\r\n"))))

    def comment(self):
        comments = (" # a comment", "#", "\t# abuse-c: AR1-NONE", " # # a@b.example")
        return self.dice.choice(comments) if self.odd() else ""

    def attribute(self, name, value):
        """One attribute, on as many lines as it likes."""
        blank = self.dice.choice(("", " ", "\t", "        ")) if self.odd() else " " * max(1, 15 - len(name))
        head, pieces = self.case(name) + ":" + blank, [value]
        if self.odd(0.5):
            head, pieces = self.case(name) + ":", ["", value]
        elif self.odd(0.5) and ("," in value or " " in value):
            at = value.index("," if "," in value else " ") + ("," in value)
            pieces = [value[:at], value[at:].lstrip()]
        for number, piece in enumerate(pieces):
            lead = self.dice.choice((" ", "\t", "+", "+ ", "        ", " \t ")) if number else head
            self.line(lead + piece + self.comment() + (" \t" if self.odd(0.3) else ""))
            if self.odd(0.2):
                self.line(self.dice.choice(("+", "+ # nothing", " # nothing", "# between", "#", "%  a remark")))
        if self.odd(0.1):
            self.line(self.dice.choice(("this is no attribute", "9descr: none", "descr : none", "d\0scr: none", ":")))
            if self.odd():
                self.line(" and goes on")

    def many(self, name, values):
        """Some values of one attribute: repeated, a list, or both."""
        values = list(values)
        while values:
            count = self.dice.randint(1, len(values)) if self.odd() else 1
            self.attribute(name, self.dice.choice((",", ", ", " ,")).join(values[:count]))
            values = values[count:]

    def object(self, attributes):
        """The first stays first; the others come in any order (of the same name, in theirs)."""
        first, rest = attributes[0], attributes[1:]
        if self.odd():
            queues = {}
            for name, value in rest:
                queues.setdefault(name, []).append(value)
            names = [name for name, _ in rest]
            self.dice.shuffle(names)
            rest = [(name, queues[name].pop(0)) for name in names]
        self.attribute(*first)
        for name, value in rest:
            if isinstance(value, str):
                self.attribute(name, value)
            else:
                self.many(name, value)
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            self.attribute("remarks", self.dice.choice(PROSE))
        for _ in range(self.dice.choice((1, 1, 3))):
            self.line(self.dice.choice(("", " ", "\t")) if self.odd(0.3) else "")

    def bytes(self):
        return "".join(self.parts).encode("latin-1")


class Holders:
    """The objects that networks of one registry refer to: a few good ones, and all that can be wrong."""

    def __init__(self, dice, registry, count):
        self.dice, self.registry, self.suffix = dice, registry, SUFFIX[registry]
        self.count = count
        self.objects = []
        self.handles = {kind: [] for kind in ("role", "person", "org", "irt")}
        for kind in self.handles:
            for number in range(count):
                self.handles[kind].append(self.name(kind, number))
        make = {"arin": self.make_arin, "lacnic": self.make_lacnic}.get(registry, self.make_rpsl)
        for number in range(count):
            make(number)
        if registry not in ("arin", "lacnic"):
            self.special()

    def name(self, kind, number):
        if self.registry == "arin":
            return f"ORG-{number}" if kind == "org" else f"{kind.upper()}{number}-ARIN"
        if self.registry == "lacnic":
            return f"{kind[:2].upper()}{number}"
        front = {"role": "AR", "person": "JS", "org": "ORG-X", "irt": "IRT-X"}
        return f"{front[kind]}{number}-{self.suffix}"

    def mailbox(self, kind, number):
        good = (f"abuse@{kind}{number}.example", f"Abuse.Team+{kind}@ISP{number}.{self.registry}.Example",
                f"{kind}-{number}'s_desk@isp.example", f"abuse@isp{self.dice.randint(0, 9)}.example")
        if self.registry == "apnic" and self.dice.random() < 0.15:
            return self.dice.choice(("hostmaster@nic.ad.jp", "irt@nic.or.kr", "abuse@ops.VNNIC.vn"))
        return self.dice.choice(good if self.dice.random() < 0.5 else REFUSED)

    def mailboxes(self, kind, number):
        return [self.mailbox(kind, number) for _ in range(self.dice.choice((0, 1, 1, 1, 2, 3)))]

    def pick(self, kind):
        """A reference, which may lead nowhere, or to the wrong kind of object."""
        fate = self.dice.random()
        if fate < 0.08:
            return "NOBODY" + str(self.dice.randint(0, 9)) + "-" + self.suffix
        if fate < 0.14:
            kind = self.dice.choice(sorted(self.handles))
        name = self.dice.choice(self.handles[kind])
        return self.dice.choice((name, name.lower())) if fate > 0.8 else name

    def some(self, kind, *counts):
        return [self.pick(kind) for _ in range(self.dice.choice(counts))]

    def dated(self, attributes, name="last-modified"):
        if self.dice.random() < 0.8:
            date = self.dice.choice(DATES)
            short = {"updated": date[:10], "changed": date[:10].replace("-", "")}
            attributes.append((name, short.get(name.lower(), date)))
        return attributes

    def several(self, name, values):
        return [(name, value) for value in values]

    def add(self, attributes):
        self.objects.append(attributes)
        if self.dice.random() < 0.05:
            self.objects.append([attributes[0], *self.dated(attributes[1:-1])])

    def make_rpsl(self, number):
        source = ("source", self.suffix)
        self.add([("role", f"Abuse desk {number}"), ("nic-hdl", self.handles["role"][number]),
                  *self.several("abuse-mailbox", self.mailboxes("role", number)), ("admin-c", self.pick("role")),
                  ("abuse-c", self.handles["role"][number]), source])
        self.add([("person", "John Smith"), ("nic-hdl", self.handles["person"][number]),
                  ("abuse-mailbox", f"person{number}@isp.example"), source])
        self.add([("organisation", self.handles["org"][number]), ("org-name", f"Provider {number}"),
                  ("org-type", self.dice.choice(("LIR", "OTHER", "lir", "OTHER", "OTHER", "RIR"))),
                  ("abuse-c", self.some("role", 0, 1, 1)), ("org", self.pick("org")),
                  *self.several("e-mail", self.mailboxes("org", number)), source])
        self.add([("irt", self.handles["irt"][number]), *self.several("abuse-mailbox", self.mailboxes("irt", number)),
                  ("e-mail", f"irt{number}@isp.example"), ("mnt-irt", self.handles["irt"][number]), source])

    def special(self):
        """One of each that chance could leave out."""
        self.objects.append([("role", "Both refused"), ("nic-hdl", "REFUSED-" + self.suffix),
                             ("abuse-mailbox", REFUSED[0]), ("abuse-mailbox", REFUSED[12]), ("source", self.suffix)])
        self.handles["role"].append("REFUSED-" + self.suffix)
        self.objects.append([("poem", "no class"), ("text", "that anybody knows"), ("source", self.suffix)])

    def make_arin(self, number):
        comment = "ARIN tried to validate this POC, but has received no response from the POC since 2019-10-24"
        for kind in ("role", "person"):
            self.add([("POCHandle", self.handles[kind][number]), ("IsRole", "Y" if kind == "role" else "N"),
                      *([("Comment", comment)] if self.dice.random() < 0.2 else []),
                      *self.several("Mailbox", self.mailboxes("poc", number)), ("Source", "ARIN")])
        self.add([("OrgID", self.handles["org"][number]), ("OrgName", f"Provider {number}"), ("State/Prov", "VA"),
                  *self.several("OrgAbuseHandle", self.some("role", 0, 1, 1, 2)), ("OrgTechHandle", self.pick("role")),
                  ("Source", "ARIN")])

    def make_lacnic(self, number):
        for kind in ("role", "person"):
            self.add([("nic-hdl", self.handles[kind][number]), ("person", f"Persona {number}"),
                      *self.several("abuse-mailbox", self.mailboxes(kind, number)[:self.dice.choice((0, 0, 1))]),
                      *self.several("e-mail", self.mailboxes(kind, number)[:1]), ("country", "BR")])


class Networks:
    """Networks of one registry, nested, as objects; first and last are numbers."""

    def __init__(self, dice, registry, holders):
        self.dice, self.registry, self.holders = dice, registry, holders
        self.objects, self.ranges = [], []

    def text(self, version, first, last):
        address = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
        networks = list(ipaddress.summarize_address_range(address(first), address(last))) if self.dice.random() < 0.5 \
            or version == 6 else ()
        if len(networks) == 1 and (version == 6 or self.dice.random() < 0.3):
            network = networks[0]
            if version == 4 and self.registry == "lacnic" and network.prefixlen <= 24:
                octets = str(network.network_address).split(".")[:max(1, -(-network.prefixlen // 8))]
                return ".".join(octets) + f"/{network.prefixlen}"
            form = network.exploded if self.dice.random() < 0.2 else str(network)
            return form.upper() if self.dice.random() < 0.2 else form
        between = self.dice.choice((" - ", "-", " -", "   -   ", "\t-\t"))
        return str(address(first)) + between + str(address(last))

    def add(self, version, first, last, parent=None):
        """One network; the handle that it has in ARIN."""
        self.ranges.append((version, first, last))
        holders, dice = self.holders, self.dice
        span = self.text(version, first, last)
        handle = f"NET{'' if version == 4 else '6'}-{len(self.objects)}"
        if self.registry == "arin":
            attributes = [("NetHandle" if version == 4 else "V6NetHandle", handle), ("OrgID", holders.pick("org")),
                          ("NetName", "EXAMPLE"), ("NetRange", span),
                          ("NetType", dice.choice(("reassignment", "allocation")))]
            if parent and dice.random() < 0.9:
                attributes.append(("Parent", parent if dice.random() < 0.95 else "NET-NONE"))
            attributes += holders.several("AbuseHandle", holders.some("role", 0, 0, 0, 1, 2))
            attributes.append(("Source", "ARIN"))
            attributes = holders.dated(attributes, "Updated")
        elif self.registry == "lacnic":
            attributes = [("inetnum", span), ("status", "allocated"), ("aut-num", "N/A"), ("owner", "Proveedor"),
                          ("abuse-c", holders.some("role", 0, 0, 0, 1)), ("tech-c", holders.pick("role"))]
            attributes = holders.dated(attributes, "changed")
        else:
            maintainers = [dice.choice(("EXAMPLE-MNT", "RIPE-NCC-MNT", "RIPE-NCC-HM-MNT-2")) for _ in range(3)]
            if dice.random() < 0.15:
                stops = ("RIPE-NCC-END-MNT", "ripe-ncc-hm-mnt", "RIPE-NCC-LEGACY-MNT")
                maintainers[dice.randint(0, 2)] = dice.choice(stops)
            attributes = [("inetnum" if version == 4 else "inet6num", span), ("netname", "EXAMPLE"), ("country", "NL"),
                          ("abuse-c", holders.some("role", 0, 0, 0, 0, 1, 2)), ("org", holders.some("org", 0, 0, 1)),
                          ("mnt-irt", holders.some("irt", 0, 0, 0, 1, 2)), ("admin-c", holders.pick("person")),
                          ("mnt-by", maintainers[:2]), ("mnt-lower", maintainers[2:]),
                          ("sponsoring-org", holders.some("org", 0, 0, 0, 1)), ("source", SUFFIX[self.registry])]
            attributes = holders.dated(attributes)
        self.objects.append(attributes)
        return handle

    def nest(self, version, first, last, depth=0, parent=None):
        """A network and some in it. Now and then it stands twice, or crosses its neighbour."""
        handle = self.add(version, first, last, parent)
        if self.dice.random() < 0.08:
            self.add(version, first, last, handle)
        if self.dice.random() < 0.006 and first > 8:
            self.add(version, first - 8, (first + last) // 2, handle)
        size = last - first + 1
        if depth < 5 and size >= 8:
            begin = first
            while begin < last and self.dice.random() < 0.6:
                inner = self.inside(version, begin, last, size)
                if inner is None:
                    break
                self.nest(version, *inner, depth + 1, handle)
                begin = inner[1] + 1

    def inside(self, version, begin, last, size):
        """A smaller range in what is left of one."""
        left = last - begin + 1
        if version == 4 and self.dice.random() < 0.7:
            first = begin + self.dice.choice((0, 1, left // 3))
            end = min(last, first + max(1, size // self.dice.choice((2, 3, 7))))
            return (first, end) if first <= end and end - first + 1 < size else None
        length = 1 << (size.bit_length() - 1 - self.dice.randint(1, 3))
        first = -(-begin // length) * length
        return (first, first + length - 1) if first + length - 1 <= last else None

    def deep(self, version, first, last, levels):
        """Each in the one before, one address smaller at both ends."""
        handle = None
        for level in range(levels):
            handle = self.add(version, first + level, last - level, handle)

    def whole_circle(self, first, last):
        """ARIN: three networks of the same range, each the parent of the next."""
        start = len(self.objects)
        for number in range(3):
            self.add(4, first, last)
            attributes = [item for item in self.objects[-1] if item[0] != "Parent"]
            self.objects[-1] = [*attributes, ("Parent", f"NET-{start + (number + 1) % 3}")]

    def wrong(self):
        """What is no network."""
        label = "NetRange" if self.registry == "arin" else "inetnum"
        for text in ("10.0.0.255 - 10.0.0.0", "10.0.0.0", "10.0.0.256 - 10.0.1.0", "10/8", "010.0.0.0 - 10.0.0.255", "",
                     "10.0.0.1/24", "10.0.0.0 - ::1", "10.0.0.0/33", "1.2.3.4 - 1.2.3.5 - 1.2.3.6", "::1%eth0/128"):
            attributes = [("NetHandle", "NET-WRONG")] if self.registry == "arin" else []
            self.objects.append([*attributes, (label, text), ("abuse-c", "AR1-" + SUFFIX[self.registry]),
                                 ("source", SUFFIX[self.registry])])


def write(folder, name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def packed(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def share(dice, size):
    """Who has which space: registry, version, first, last, in order, with gaps."""
    four, six = int(ipaddress.IPv4Address("20.0.0.0")), int(ipaddress.IPv6Address("2001:1000::"))
    for number in range(max(10, size // 8)):
        registry = RIRS[number % 5] if number < 10 else dice.choice(RIRS)
        if number % 4 == 3:
            yield registry, 6, six, six + (1 << dice.choice((96, 97, 100))) - 1
            six += 1 << 101
        else:
            count = dice.choice((256, 512, 768, 1024, 1280, 4096, 65536))
            yield registry, 4, four, four + count - 1
            four += count + dice.choice((0, 0, 0, 256, 65536))


def delegated(dice, spaces, systems):
    """A delegated-extended file for each registry."""
    records = {registry: [] for registry in RIRS}
    for registry, version, first, last in spaces:
        if version == 4:
            start, value = ipaddress.IPv4Address(first), last - first + 1
        else:
            start, value = ipaddress.IPv6Address(first), 128 - (last - first).bit_length()
        status = dice.choice(("allocated", "assigned", "assigned", "reserved"))
        country = "" if status == "reserved" else "NL"
        records[registry].append(f"{registry}|{country}|ipv{version}|{start}|{value}|20150101|{status}"
                                 + dice.choice(("", "|A9173591", "|A9173591|e-stats")))
    for registry, number in systems:
        records[registry].append(f"{registry}|NL|asn|{number}|1|20150101|allocated|A9173591")
    for registry, lines in records.items():
        head = ["# a comment"] if registry == "apnic" else []
        head += [f"2.3|{registry}|20260101|{len(lines)}|19830705|20251231|+0000",
                 f"{registry}|*|ipv4|*|{len(lines)}|summary"]
        wrong = ["ripencc|NL|ipv4|300.0.0.0|256|20150101|allocated", "ripencc|NL|ipv4", ""]
        tail = wrong if registry == "ripencc" else []
        yield registry, "\n".join(head + lines + tail).rstrip("\n") + "\n"


def autnums(dice, registry, holders, numbers):
    """The AS objects of one registry; some are missing."""
    for number in numbers:
        if dice.random() < 0.2:
            continue
        if registry == "arin":
            yield [("ASHandle", f"AS{number}"), ("OrgID", holders.pick("org")), ("ASNumber", str(number)),
                   *holders.several("AbuseHandle", holders.some("role", 0, 1)), ("Source", "ARIN")]
        elif registry == "lacnic":
            yield [("aut-num", f"AS{number}"), ("owner", "Proveedor"), ("abuse-c", holders.some("role", 0, 1))]
        else:
            yield [("aut-num", dice.choice(("AS", "as", "As")) + str(number)), ("as-name", "EXAMPLE"),
                   ("abuse-c", holders.some("role", 0, 1)), ("org", holders.some("org", 0, 1)),
                   ("mnt-irt", holders.some("irt", 0, 1)), ("source", SUFFIX[registry])]


def one_registry(dice, registry, spaces, numbers, size):
    """All objects of one registry, and its networks' ranges."""
    holders = Holders(dice, registry, max(6, size // 12))
    networks = Networks(dice, registry, holders)
    for owner, version, first, last in spaces:
        if owner == registry:
            networks.nest(version, first, last)
        elif dice.random() < 0.1:
            networks.nest(version, first, last, 4)
    mine = [space for space in spaces if space[0] == registry and space[1] == 4]
    networks.deep(*mine[0][1:], min(40, (mine[0][3] - mine[0][2]) // 2))
    if registry == "arin":
        networks.whole_circle(*mine[-1][2:])
    elif dice.random() < 0.4:
        networks.add(4, 0, (1 << 32) - 1)
        networks.add(6, 0, (1 << 128) - 1)
    networks.wrong()
    objects = networks.objects + holders.objects + list(autnums(dice, registry, holders, numbers))
    dice.shuffle(objects)
    return objects, networks, holders


def tree(folder, seed, size):
    """Writes one small world."""
    dice = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    spaces = list(share(dice, size))
    systems = [(space[0], 64500 + number) for number, space in enumerate(spaces)]
    arguments, suspects = [], set()
    for registry in RIRS:
        numbers = [number for owner, number in systems if owner == registry]
        objects, networks, holders = one_registry(dice, registry, spaces, numbers, size)
        writer = Writer(dice, dice.choice((0.02, 0.2, 0.5)))
        for attributes in objects:
            writer.object(attributes)
        kind, name = FILES[registry]
        data = writer.bytes()
        if registry == "apnic":
            data = b"\xef\xbb\xbf" + data
        name, data = (name + ".gz", packed(data)) if registry == "afrinic" else (name, data)
        write(folder, name, data)
        arguments.append(f"{kind}:{name}")
        if registry == "ripencc":
            second = Networks(dice, registry, holders)
            for span in dice.sample(networks.ranges, len(networks.ranges) // 5):
                second.add(*span)
            writer = Writer(dice, 0.3)
            for attributes in second.objects:
                writer.object(attributes)
            whole = writer.bytes().rstrip(b"\r\n\t ")
            write(folder, "ripe-nonauth.db", whole[:-dice.randint(1, 20)])
            arguments.append("ripe-nonauth:ripe-nonauth.db")
        suspects |= {value for attributes in holders.objects for label, value in attributes
                     if label in ("abuse-mailbox", "Mailbox", "e-mail") and dice.random() < 0.15}
    dice.shuffle(arguments)
    for registry, text in delegated(dice, spaces, systems):
        write(folder, f"delegated-{registry}-extended", text.encode())
        arguments.append(f"delegated:delegated-{registry}-extended")
    write(folder, "asn.csv", announced(dice, spaces, systems))
    write(folder, "suspect", "".join(sorted(f"{mailbox}\n" for mailbox in suspects)).encode("latin-1"))
    write(folder, "arguments", "".join(f"{argument}\n" for argument in [*arguments, "asn:asn.csv"]).encode())


def announced(dice, spaces, systems):
    """The table of address to AS: some spaces whole, some in two parts, some by another's AS, some not at all."""
    rows = []
    for (_, version, first, last), (_, number) in zip(spaces, systems):
        fate = dice.random()
        middle = (first + last) // 2
        parts = [(first, last)] if fate < 0.6 else [(first, middle), (middle + 1, last)] if fate < 0.85 else []
        for begin, end in parts:
            address = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
            other = dice.choice(systems)[1] if dice.random() < 0.2 else number
            rows.append(f'{address(begin)},{address(end)},{other},"Provider, Inc."\r\n')
    return "".join(rows).encode()


# Large dumps: plain text, made in one pass. What costs time for each object is one f-string.

REMARKS = "".join(f"remarks:        * {line}\n" for line in (
    "*" * 58, "Names, numbers and addresses of persons are left out of",
    "this copy. Who needs them for the running of a network",
    "asks the registry's own server, which has the whole object,", "and keeps to the terms of use that it shows.",
    "This copy is made anew every night.", "*" * 58))
SHARES = ("ripencc",) * 5 + ("apnic",) * 3 + ("afrinic",)
SOURCES = {"ripencc": ("RIPE", "RIPE-NCC-HM-MNT"), "apnic": ("APNIC", "APNIC-HM"),
           "afrinic": ("AFRINIC", "AFRINIC-HM-MNT")}


class Packed:
    """A .gz file that is written in blocks, at one level."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        self.waiting, self.size = [], 0

    def add(self, text):
        self.waiting.append(text)
        if len(self.waiting) == 4096:
            self.flush()

    def total(self):
        return self.size + sum(map(len, self.waiting))

    def flush(self):
        block = "".join(self.waiting).encode()
        self.size += len(block)
        self.file.write(self.packer.compress(block))
        self.waiting.clear()

    def close(self):
        self.flush()
        self.file.write(self.packer.flush())
        self.file.close()


def real_ranges(folder, version):
    """(first, last, AS number) of the table of ip-location-db."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    path = os.path.join(folder, "ip-location-db-2026", f"asn-ipv{version}.csv.xz")
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for first, last, number, _ in csv.reader(file):
            ends = (int.from_bytes(socket.inet_pton(family, end), "big") for end in (first, last))
            yield *ends, int(number)


def prefixes(first, last):
    """The prefixes of an IPv6 range, as text."""
    while first <= last:
        length = min(first & -first or 1 << 128, 1 << (last - first + 1).bit_length() - 1)
        yield f"{socket.inet_ntop(socket.AF_INET6, first.to_bytes(16, 'big'))}/{129 - length.bit_length()}"
        first += length


class Dump:
    """The objects of one registry. What is made up is drawn in advance, and gone through in steps."""

    def __init__(self, path, registry, dice):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        self.file, self.suffix, self.count = Packed(path), SUFFIX[registry], 0
        self.source, self.top = SOURCES[registry]
        self.has_irt = registry != "ripencc"
        self.texts = ["".join(dice.choices(letters, k=dice.randint(32, 56))) for _ in range(4099)]
        self.dates = [f"20{dice.randint(5, 25):02}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T"
                      f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:{dice.randint(0, 59):02}Z"
                      for _ in range(8191)]
        self.countries = dice.choices("NL DE FR GB IN CN VN BR ZA EG RU UA TR IT ES".split(), k=251)
        self.ending = f"source:         {self.source} # Filtered\n{REMARKS}\n"

    def allocation(self, kind, span, number):
        self.count += 1
        count = self.count
        irt = f"mnt-irt:        IRT-A{number}-{self.suffix}\n" if self.has_irt else ""
        return f"""{kind:<15} {span}
netname:        NET-{count * 7919 % 99999989:X}
descr:          {self.texts[count * 31 % 4099]}
country:        {self.countries[count % 251]}
org:            ORG-A{number}-{self.suffix}
admin-c:        DUMY-{self.suffix}
tech-c:         DUMY-{self.suffix}
status:         ALLOCATED PA
mnt-by:         {self.top}
mnt-lower:      MNT-A{number}
{irt}created:        {self.dates[count * 17 % 8191]}
last-modified:  {self.dates[count * 29 % 8191]}
{self.ending}"""

    def assignment(self, span, number):
        """One of ten has a contact of its own, one of ten an organisation; the others inherit."""
        self.count += 1
        count = self.count
        contact = (f"abuse-c:        AR{number}-{self.suffix}\n" if count % 10 == 0 else
                   f"org:            ORG-A{number}-{self.suffix}\n" if count % 5 == 0 else "")
        return f"""inetnum:        {span}
netname:        NET-{count * 7919 % 99999989:X}
descr:          {self.texts[count * 31 % 4099]}
descr:          {self.texts[count * 57 % 4099]}
country:        {self.countries[count % 251]}
{contact}admin-c:        DUMY-{self.suffix}
tech-c:         DUMY-{self.suffix}
status:         ASSIGNED PA
mnt-by:         MNT-A{number}
created:        {self.dates[count * 17 % 8191]}
last-modified:  {self.dates[count * 29 % 8191]}
{self.ending}"""

    def holder(self, number):
        """Organisation, role, irt and aut-num of an AS."""
        self.count += 1
        count, suffix = self.count, self.suffix
        return f"""organisation:   ORG-A{number}-{suffix}
org-name:       {self.texts[count * 31 % 4099]}
org-type:       LIR
address:        {self.texts[count * 57 % 4099]}
e-mail:         noc@as{number}.example
abuse-c:        AR{number}-{suffix}
mnt-by:         {self.top}
mnt-ref:        MNT-A{number}
last-modified:  {self.dates[count * 29 % 8191]}
source:         {self.source}

role:           Abuse desk of AS{number}
nic-hdl:        AR{number}-{suffix}
abuse-mailbox:  abuse@as{number}.example
mnt-by:         MNT-A{number}
{self.ending}irt:            IRT-A{number}-{suffix}
abuse-mailbox:  abuse@as{number}.example
mnt-by:         MNT-A{number}
source:         {self.source}

aut-num:        AS{number}
as-name:        NET-{number}
org:            ORG-A{number}-{suffix}
mnt-by:         MNT-A{number}
source:         {self.source}

"""


def dotted(octets, number):
    return f"{octets[number >> 24]}.{octets[number >> 16 & 255]}.{octets[number >> 8 & 255]}.{octets[number & 255]}"


def assignments(first, last, count):
    """So many ranges of the same size from the front of one; the last part of it stays without."""
    step = (last - first + 1) // (count + 1)
    return range(first, first + count * step, step), step


def dumps(folder, ranges, size, seed):
    """Writes large dumps of RIPE, APNIC and AFRINIC; each first octet belongs to one of them, and IPv6 by its AS."""
    dice = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    owners = dice.choices(SHARES, k=256)
    made = {registry: Dump(os.path.join(folder, FILES[registry][1] + ".gz"), registry, dice) for registry in SOURCES}
    octets, known = [str(number) for number in range(256)], set()
    every = max(1, 1400000000 // size)
    for first, last, number in list(real_ranges(ranges, 6))[::every]:
        dump = made[SHARES[number % len(SHARES)]]
        for prefix in prefixes(first, last):
            dump.file.add(dump.allocation("inet6num:", prefix, number))
    four = list(real_ranges(ranges, 4))[::every]
    # What is left for assignments, when each range and each holder has its object; so many for each address.
    ripe, span = made["ripencc"], "192.0.2.0 - 192.0.2.255"
    text = [len(made) for made in (ripe.allocation("inetnum:", span, 64500), ripe.holder(64500),
                                   ripe.assignment(span, 64500))]
    fixed = sum(dump.file.total() for dump in made.values()) + text[0] * len(four) \
        + text[1] * len({(owners[first >> 24], number) for first, _, number in four})
    rate = max(0, size - fixed) / text[2] / sum(last - first + 1 for first, last, _ in four)
    owed = 0.0
    for first, last, number in four:
        dump = made[owners[first >> 24]]
        add = dump.file.add
        if (dump, number) not in known:
            known.add((dump, number))
            add(dump.holder(number))
        add(dump.allocation("inetnum:", f"{dotted(octets, first)} - {dotted(octets, last)}", number))
        owed += rate * (last - first + 1)
        count = min(int(owed), (last - first + 1) // 4)
        owed -= count
        begins, step = assignments(first, last, count)
        for begin in begins if count else ():
            add(dump.assignment(f"{dotted(octets, begin)} - {dotted(octets, begin + step - 1)}", number))
    sizes = []
    for registry, dump in made.items():
        dump.file.close()
        write(folder, f"delegated-{registry}-extended", octets_of(registry, owners).encode())
        sizes.append(f"{FILES[registry][1]}.gz: {dump.file.size} bytes of text")
    return sizes


def octets_of(registry, owners):
    lines = [f"{registry}|NL|ipv4|{octet}.0.0.0|16777216|19830101|allocated|A1\n" for octet in range(256)
             if owners[octet] == registry]
    return f"2.3|{registry}|20260101|{len(lines)}|19830101|20251231|+0000\n" + "".join(lines)


def bytes_of(text):
    scale = {"K": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9}.get(text[-1:].upper())
    return int(float(text[:-1]) * scale) if scale else int(text)


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "tree":
        tree(arguments[1], *(int(number) for number in (arguments[2:] + ["1", "300"][len(arguments) - 2:])[:2]))
    elif len(arguments) >= 3 and arguments[0] == "dumps":
        size, seed = (arguments[3:] + ["1G", "1"][len(arguments) - 3:])[:2]
        print("\n".join(dumps(arguments[1], arguments[2], bytes_of(size), int(seed))))
    else:
        print(__doc__.split("\n\n", 2)[1], file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
