# SPDX-License-Identifier: BSD-2-Clause
"""Who besides the kernel is told what holds of a line, in the networks of containnet.py: FreeRADIUS as the NAS of all lines,
BIRD as a router that takes FlowSpec and black holes, and the portal, which tells the customer.

Lines are sessions of the NAS, whose accounting goes on all the time: what it shows counts, and not what the NAS says."""
import os
import re
import shutil
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import birds  # noqa: E402
import certificates  # noqa: E402
import ending  # noqa: E402
import field  # noqa: E402
import radiuses  # noqa: E402
from containnet import HOUSE, LINES, PORTAL, ROUTER, must  # noqa: E402

PROFILE = os.path.join(radiuses.CONTRIB, "..", "profiles", "generic.profile")
HOST, BIRD, HERE, HOLE = "help.example.net", "192.0.2.179", "192.0.2.1", "192.0.2.66"
HOLES = re.compile(r"^(100\.[0-9.]+)/32 ", re.MULTILINE)
# Inside of one AS a rule that comes back waits for nothing (RFC 4271 s9.2.1.1).
AS = 64500
# Bits of measures (measure.h).
BLOCKS, QUARANTINES = 1 << 1, 1 << 2
# How long sessions have been there when they are told of, in seconds.
SINCE = 480
# What the customer reads, by what holds of his line.
PAGES = {"quarantine": "Your Internet is restricted", "block25": "Sending mail is restricted", "none": "Your line is open|is not restricted"}


def why_not():
    """Why they cannot be there; empty: they can."""
    missing = [program for program in ("bird", "birdc", "openssl", "curl") if shutil.which(program) is None]
    return radiuses.missing() or (f"{missing[0]} is not installed" if missing else "")


def space(name):
    return ["ip", "netns", "exec", name]


def shown_to(daemon):
    """How many lines are in quarantine, and how many else are blocked, as accounting has shown; to how many a NAS may do any of it.
    The actor keeps that in a file (struct coawish_kept of coawishes.h): figures are a second old."""
    with open(os.path.join(daemon.state, "actors", "told"), "rb") as file:
        rows = [(told, sure) for line, told, _, sure, _, _ in struct.iter_unpack("=QBBBBI", file.read(65536)) if line and told]
    return (sum(bool(sure & QUARANTINES) for _, sure in rows),
            sum(bool(sure & BLOCKS and not sure & QUARANTINES) for _, sure in rows), len(rows))


class Peers:
    """`options` is what a daemon's configuration has for them."""

    def __init__(self):
        must("ip", "-n", HOUSE, "addr", "add", f"{BIRD}/24", "dev", "uplink")
        # The portal is the daemon's, on the router.
        must("ip", "-n", HOUSE, "addr", "del", f"{PORTAL}/24", "dev", "uplink")
        must("ip", "-n", ROUTER, "addr", "add", PORTAL, "dev", "lo")
        self.at, self.acct = ending.folder(), radiuses.free_port()
        self.nas = radiuses.FreeRadius(prefix=space(ROUTER))
        self.bird = birds.Bird(birds.ALL + birds.UNICAST, local=AS, remote=AS, place=(BIRD, HERE), inside=space(HOUSE))
        self.chain, key = certificates.make(self.at, HOST)
        self.options = {
            "network.table": self.write("table", "100.64.0.0/16 residential leased\n"), "identity.tolerance": "1s",
            "identity.accounting": f"udp:127.0.0.1:{self.acct}",
            "identity.secrets": self.write("secrets", f"127.0.0.0/8 {radiuses.SECRET}\n"),
            "contain.radius-nas": self.write("nases", f"127.0.0.1 {radiuses.SECRET} {PROFILE} port {self.nas.coa}\n"),
            "contain.bgp-peers": f"{BIRD} as {AS}", "contain.bgp-as": str(AS), "contain.bgp-router-id": HERE,
            "contain.bgp-quarantine": "blackhole", "contain.bgp-next-hop": HOLE, "garden.portal": f"https://{HOST}/",
            "portal.listen": f"{PORTAL}:443", "portal.certificate": self.chain, "portal.key": key}
        self.lines, self.is_over = [], False
        self.accounting = threading.Thread(target=self.account, daemon=True)
        self.accounting.start()

    def write(self, name, text):
        path = os.path.join(self.at, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def record(self, status, lines, delay=0):
        """Of the sessions of these lines, some seconds late: what the accounting server says."""
        return radiuses.radclient(self.acct, "acct", [attribute for line in lines for attribute in (
            f"Acct-Status-Type = {status}", f'Acct-Session-Id = "{line}"', f'User-Name = "user of {line}"',
            "NAS-IP-Address = 127.0.0.1", f"Framed-IP-Address = {line}", f"Acct-Delay-Time = {delay}", "")], seconds=1, prefix=space(ROUTER))

    def account(self):
        while not self.is_over:
            if self.lines:
                self.record("Interim-Update", self.lines)
            time.sleep(0.3)

    def begin(self, line):
        """Its session does."""
        if not ending.wait_until(lambda: "Received Accounting-Response" in self.record("Start", [line], SINCE), 20):
            raise RuntimeError("nobody takes accounting")
        self.lines.append(line)

    def differences(self, daemon, blocked, held):
        """Complaints: where NAS, accounting and router have not what is to hold of the lines."""
        acts = dict(self.nas.asked_for())
        told = {line: act for line, act in acts.items() if act != "none"}
        wanted = {line: "quarantine" if line in held else "block25" for line in blocked | held}
        shown = shown_to(daemon)
        rules = set(birds.MAIL.findall(self.bird.routes("f4"))), set(HOLES.findall(self.bird.routes("master4")))
        return [] if (told, shown, rules) == (wanted, (len(held), len(blocked - held), len(wanted)), (blocked, held)) else [
            f"blocked {blocked}, in quarantine {held}", f"the NAS was told {told}", f"shown in quarantine, blocked; told: {shown}", f"BIRD has {rules}"]

    def pages(self, line, blocked, held):
        """Complaints: the customer reads anything else."""
        means = "quarantine" if line in held else "block25" if line in blocked else "none"
        html = field.run(*space(LINES), "curl", "-sS", "-m", "10", "--interface", line, "--cacert", self.chain, "--resolve",
                         f"{HOST}:443:{PORTAL}", f"https://{HOST}/?lang=en")
        good = [re.search(words, html.stdout) is not None for words in PAGES.values()] == [of == means for of in PAGES]
        return [] if good else [f"{line}, {means}, is shown {html.stdout}{html.stderr}"]

    def stop(self):
        self.is_over = True
        self.accounting.join()
        self.bird.stop()
        self.nas.stop()
