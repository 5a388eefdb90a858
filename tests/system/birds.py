# SPDX-License-Identifier: BSD-2-Clause
"""BIRD 2 in a network namespace beside the test's own: 10.99.0.2 and fd99::2 there, 10.99.0.1 and fd99::1 here."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402
from ending import wait_until  # noqa: E402

HERE, THERE = "10.99.0.1", "10.99.0.2"
HERE6, THERE6 = "fd99::1", "fd99::2"
ALL = "flow4 { table f4; import all; export none; }; flow6 { table f6; import all; export none; };"
# A next hop that is nowhere here: else BIRD would take only one on the link.
UNICAST = "".join(f"{family} {{ import all; export none; gateway recursive; }}; " for family in ("ipv4", "ipv6"))
RULE = re.compile(r"^(flow[46] \{.*?\})\s+\[ctl (\d+):(\d+):([0-9.]+)", re.MULTILINE)
# A line whose port 25 is closed.
MAIL = re.compile(r"flow4 \{ src ([0-9.]+)/32; proto 6; dport 25; \}")
beside = []


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def sh(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


def there(*command):
    """In the other namespace."""
    return ["nsenter", f"--net=/proc/{beside[0].pid}/ns/net", *command]


def begin():
    """Into a namespace; the other one is the child's."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "nsenter", "unshare", "bird", "birdc"))):
        skip_all("needs root, ip(8), nsenter(1), unshare(1) and BIRD 2")
    if "LAZARET_BGP_INSIDE" not in os.environ:
        if sh("unshare", "--net", "true").returncode != 0:
            skip_all("network namespaces cannot be made here")
        os.environ["LAZARET_BGP_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    beside.append(ending.start(["unshare", "--net", "sleep", "3600"]))
    own = os.readlink("/proc/self/ns/net")
    wait_until(lambda: os.readlink(f"/proc/{beside[0].pid}/ns/net") != own, 10)
    if not make_link():
        skip_all("a pair of veth cannot be made here")


def make_link():
    commands = [["ip", "link", "set", "lo", "up"],
                ["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", str(beside[0].pid)],
                ["ip", "addr", "add", f"{HERE}/24", "dev", "v0"], ["ip", "addr", "add", f"{HERE6}/64", "dev", "v0", "nodad"],
                ["ip", "link", "set", "v0", "up"],
                there("ip", "link", "set", "lo", "up"), there("ip", "link", "set", "v1", "up"),
                there("ip", "addr", "add", f"{THERE}/24", "dev", "v1"),
                there("ip", "addr", "add", f"{THERE6}/64", "dev", "v1", "nodad")]
    return all(sh(*command).returncode == 0 for command in commands)


def are_kept(before, after):
    """The same rules, and none was gone in between. BIRD makes the time from another clock each time, a millisecond off."""
    return before.keys() == after.keys() and all(abs(before[rule] - after[rule]) < 0.1 for rule in before)


class Bird:
    """inside: the begin of a command that is to run in the namespace of the router; else it is the one beside."""

    def __init__(self, channels, more="", tables="", remote=64500, local=64501, place=(THERE, HERE), inside=None):
        self.folder = ending.folder("lazaret-bgp-")
        self.socket, self.config = os.path.join(self.folder, "ctl"), os.path.join(self.folder, "conf")
        self.log_path = os.path.join(self.folder, "log")
        self.write(channels, more, tables, remote, local, place)
        with open(self.log_path, "wb") as log:
            self.process = ending.start([*(there() if inside is None else inside), "bird", "-f", "-c", self.config, "-s", self.socket,
                                         "-P", os.path.join(self.folder, "pid")], stdout=log, stderr=log)
        if not wait_until(lambda: "BIRD" in self.ask("show", "status"), 20):
            print("# " + self.log())

    def write(self, channels, more="", tables="", remote=64500, local=64501, place=(THERE, HERE)):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""log stderr all; router id {THERE}; protocol device {{ }} flow4 table f4; flow6 table f6; {tables}
protocol bgp ctl {{ passive; local {place[0]} as {local}; neighbor {place[1]} as {remote}; {more} {channels} }}\n""")

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ask(self, *words):
        return sh("birdc", "-s", self.socket, *words).stdout

    def routes(self, table, *more):
        return self.ask("show", "route", "table", table, *more)

    def told(self, table):
        """Each rule, and when it came: seconds of the day."""
        return {rule: int(h) * 3600 + int(m) * 60 + float(s) for rule, h, m, s in RULE.findall(self.routes(table))}

    def count(self, table):
        found = re.search(r"(\d+) of \d+ routes", self.routes(table, "count"))
        return int(found[1]) if found else -1

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
