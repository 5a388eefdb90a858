# SPDX-License-Identifier: BSD-2-Clause
"""What tests of containment by a running daemon share: a flood that is exported and judged, and who watches."""
import ctypes
import json
import os
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402
import field  # noqa: E402
from containnet import *  # noqa: E402,F403
from daemons import note, result, wait_until  # noqa: E402

# Networks that nobody answers from: a /24 and a /48 each.
VOID, VOID6 = "198.18.{}.{}", "2001:db8:e{:03x}::{:x}"
AHEAD = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 200 * 86400))


def nft(*words):
    return router("nft", *words)


class Softflowd:
    """What the router sees of its lines, told within a second or two."""

    def __init__(self, port):
        self.process = ending.start(
            ["ip", "netns", "exec", ROUTER, "softflowd", "-d", "-i", "lines", "-n", f"127.0.0.1:{port}", "-v", "9",
             "-p", os.path.join(ending.folder(), "pid"), "-c", os.path.join(ending.folder(), "ctl"),
             *(f"-ttcp{kind}=1" for kind in ("", ".rst", ".fin")), "-tgeneral=1", "-tmaxlife=2", "-texpint=1"],
            stdin=-3, stdout=-3, stderr=-3)


class Flood:
    """Connections to port 25 of one network after the other, which do not come about."""

    def __init__(self, source, shape):
        self.source, self.shape, self.ends, self.passed = source, shape, False, 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        number = 0
        while not self.ends:
            number += 1
            reach(self.source, self.shape.format(number % 250, 1 + number // 250 % 250), 25, 0.02)

    def end(self):
        self.ends = True
        self.thread.join()


class Watcher:
    """Tries a port all the time, and counts what came of it."""

    def __init__(self, source, target, port):
        self.place, self.ends, self.counts = (source, target, port), False, {}
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ends:
            found, _ = reach(*self.place, 0.3)
            self.counts[found] = self.counts.get(found, 0) + 1

    def end(self):
        self.ends = True
        self.thread.join()
        return self.counts


class MailServer:
    """At one address and port, in front of what is served there else; takes every message, and knows how many."""

    def __init__(self, space, address, port):
        self.taken = 0
        with inside(space):
            self.server = socket.create_server((address, port), reuse_port=True,
                                               family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client = self.server.accept()[0]
            except OSError:
                return
            with client, client.makefile("rw", newline="") as stream:
                client.settimeout(20)
                try:
                    self.talk(stream)
                except OSError:
                    pass

    def talk(self, stream):
        answers = {"EHLO": "250 house.example", "MAIL": "250 OK", "RCPT": "250 OK", "DATA": "354 go on", "QUIT": "221 bye"}
        is_data, say = False, "220 house.example ESMTP"
        while say:
            if say != "-":
                stream.write(say + "\r\n")
                stream.flush()
            line = stream.readline().rstrip("\r\n")
            verb = line[:4].upper()
            if is_data:
                is_data = line != "."
                self.taken += not is_data
                say = "-" if is_data else "250 taken"
            else:
                is_data = verb == "DATA"
                say = answers.get(verb, "502 no" if line else "")

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


def mail(source, target, port):
    """A message by the customer's mail program: was it taken? As packaged, swaks has no IPv6; curl has."""
    writer, reader = "customer@lines.example", "friend@far.example"
    command = ["swaks", "--server", target, "--port", str(port), "--local-interface", source, "--from", writer, "--to", reader,
               "--timeout", "8"]
    if ":" in target:
        command = ["curl", "-s", "-m", "8", "--interface", source, "--mail-from", writer, "--mail-rcpt", reader, "-T", "-",
                   f"smtp://[{target}]:{port}"]
    return field.run("ip", "netns", "exec", LINES, *command, input="Subject: hello\r\n\r\nhello\r\n").returncode == 0


def page(source, target):
    """What the customer's browser shows of a site: "lazaret-garden" for the garden's page, or whom the site says that it sees."""
    done = field.run("ip", "netns", "exec", LINES, "curl", "-sSL", "--http0.9", "-m", "10", "--interface", source,
                     f"http://[{target}]/anything" if ":" in target else f"http://{target}/anything")
    return "lazaret-garden" if "<html" in done.stdout else (done.stdout.split() or [done.stderr])[0]


class Mailing:
    """Sends one message after the other to the operator's server, as customers do, and counts what was taken."""

    def __init__(self, source, target=MAIL):
        self.source, self.target, self.ends, self.counts = source, target, False, {True: 0, False: 0}
        self.server = MailServer(HOUSE, target, 587)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ends:
            self.counts[mail(self.source, self.target, 587)] += 1

    def end(self):
        """Complaints."""
        self.ends = True
        self.thread.join()
        self.server.close()
        good = self.counts[False] == 0 and self.counts[True] >= 3 and self.server.taken == self.counts[True]
        return [] if good else [f"of its messages by 587: {self.counts}, {self.server.taken} taken"]


def is_blocked(source, far=FAR):
    return reach(source, far, 25, 1.0)[0] != PASSES


def is_filled(daemon, since):
    return bool(daemon.events("contain-filled", since))


def open_ports(source, far, **more):
    faults = []
    for port in (587, 465, 443, 5000):
        faults += expect(PASSES, source, far, port, **more)
    return faults


def floods(daemon, source, far, shape):
    neighbour = Watcher(GOOD, FAR, 25)
    faults = [] if reach(source, far, 25)[0] == PASSES else ["port 25 was closed before"]
    begin = time.monotonic()
    flood = Flood(source, shape)
    blocked = wait_until(lambda: is_blocked(source, far), 60)
    seconds = time.monotonic() - begin
    flood.end()
    counts = neighbour.end()
    result(blocked and not faults, f"{source}: a flood of mail that nobody answers closes its port 25", *faults, daemon.log())
    note(f"after {seconds:.1f} s")
    faults = open_ports(source, far)
    result(not faults, f"{source}: 587, 465 and all else stay open", *faults)
    result(set(counts) == {PASSES} and counts[PASSES] >= 10, "its neighbour sent mail throughout", counts)


def warden_of(daemon):
    return [pid for pid, name in ending.children(daemon.pid).items() if name == "lazaret-gate" and
            ending.stat_of(pid)[2] == daemon.pid][0]


def worker_of(daemon):
    warden = warden_of(daemon)
    return [pid for pid in ending.children(daemon.pid) if (ending.stat_of(pid) or (0, 0, 0))[2] == warden][0]


def actor_socket(daemon):
    """A copy of the actor's end of its socket to the gate, as whoever took over the actor has it."""
    actor, worker = daemon.one("actor"), worker_of(daemon)
    ends = [line.split() for line in router("ss", "-xaH").stdout.splitlines() if line.startswith("u_seq")]
    gate = os.readlink(f"/proc/{worker}/fd/4").strip("socket:[]")
    peer = [end[7] for end in ends if end[5] == gate][0]
    number = [int(fd) for fd in os.listdir(f"/proc/{actor}/fd") if os.readlink(f"/proc/{actor}/fd/{fd}") == f"socket:[{peer}]"][0]
    process = os.pidfd_open(actor)
    copy = ctypes.CDLL(None, use_errno=True).syscall(438, process, number, 0)  # pidfd_getfd
    os.close(process)
    if copy < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return socket.socket(fileno=copy)


def say(daemon, *words):
    """A verb of a person; complaints."""
    asked = daemon.ask(*words)
    return [] if asked.returncode == 0 else [f"{' '.join(words)}: {asked.stdout}{asked.stderr}"]


def reload_with(daemon, options, **more):
    """With these settings besides: complaints."""
    settings_file(options, daemon.options["file"], {name.replace("__", ".").replace("_", "-"): value for name, value in more.items()})
    since = daemon.mark()
    faults = say(daemon, "reload")
    if not wait_until(lambda: is_filled(daemon, since) and daemon.events("reloaded", since) and daemon.is_whole(), 60):
        faults.append("after a reload measures are not in the kernel:\n" + daemon.log(since))
    return faults


def settings_file(options, path=None, more=()):
    path = path or os.path.join(ending.folder(), "lazaret.yaml")
    with open(path, "w", encoding="utf-8") as file:
        for name, value in {**options, **dict(more)}.items():
            file.write(f"{name}: {json.dumps(value) if isinstance(value, list) else value}\n")
        file.write("network.inside:\n  - 100.64.0.0/16\n  - 2001:db8:1::/48\n  - 2001:db8:2::/48\n")
    return path


def make_void():
    for void, far, space, family in (("198.18.0.0/15", FAR, NET, "-4"), ("2001:db8:e000::/36", FAR6, NET, "-6")):
        must("ip", "-n", ROUTER, family, "route", "add", void, "via", far, "dev", "net")
        must("ip", "-n", space, family, "route", "add", *(("local", void, "dev", "lo") if family == "-4" else
                                                          ("blackhole", void)))
    # Of IPv4 nobody is there, and says so.
    must("ip", "netns", "exec", NET, "nft", "table ip void { chain in { type filter hook input priority 0; "
         "ip daddr 198.18.0.0/15 tcp dport 25 reject with tcp reset; }; }")
