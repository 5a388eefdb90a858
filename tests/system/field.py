# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the running daemon share: network namespaces, the daemon in one of them, made traffic, TAP.

Everything that is started here is ended here, by its process; namespaces are of this test alone.
"""
import atexit
import contextlib
import json
import lzma
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

LAZARET = os.environ.get("LAZARET", "lazaret")
LAZARETD = os.environ.get("LAZARETD", "lazaretd")
DATA = os.environ.get("LAZARET_DATA", "")
SECONDS_MOST = 60
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Tap:
    """Cases, each with what is wrong with it."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def case(self, faults, name):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}", flush=True)
        for line in faults[:20]:
            for part in str(line).splitlines()[:20]:
                print("# " + part, flush=True)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def end(self):
        print(f"1..{self.count}", flush=True)
        return self.failed > 0


def same(what, found, expected):
    """Complaints: none if both are the same."""
    return [] if found == expected else [f"{what}: {found} where {expected} was expected"]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **more)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def why_not():
    """Why there can be no namespaces here; empty if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    name = f"lzt{os.getpid()}try"
    done = run("ip", "netns", "add", name)
    if done.returncode != 0:
        return "no network namespace can be made here"
    run("ip", "netns", "del", name)
    return ""


def why_no_filter(program, folder):
    """Why no filter can be in the kernel here, with the folder mounted for it; empty if one can, and then ours must."""
    if run("mount", "-t", "bpf", "lazaret-test", folder).returncode != 0:
        return "no BPF file system can be mounted here"
    bpftool = shutil.which("bpftool", path="/usr/sbin:/usr/bin:/sbin")
    if bpftool is None:
        return "bpftool is not installed"
    if run(bpftool, "prog", "show").returncode != 0:
        return "the kernel lets nobody here use bpf()"
    said = run(program, os.path.join(folder, "try"), "counters").stderr
    run(program, os.path.join(folder, "try"), "remove")
    return "this build has no filter" if "was built without" in said else ""


def wait_for(condition, seconds=SECONDS_MOST, pause=0.05):
    """What the condition gives once it is true; its last value if it never is. Slow machines only wait longer."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > end:
            return found
        time.sleep(pause)


def end(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.returncode


class Field:
    """A collector's namespace, and one for each exporter, each joined to it by a cable of its own: exporter N has
    10.77.N.2 and fd77:N::2, the collector 10.77.N.1 and fd77:N::1 there."""

    def __init__(self, exporters):
        self.prefix = f"lzt{os.getpid()}"
        self.collector = self.prefix + "c"
        self.exporters = [f"{self.prefix}e{n}" for n in range(1, exporters + 1)]
        self.folder = ending.folder("lazaret-field-")
        self.processes = []
        self.made = []
        atexit.register(self.close)
        self.add(self.collector)
        for n, name in enumerate(self.exporters, 1):
            self.add(name)
            must("ip", "link", "add", f"up{n}", "netns", name, "type", "veth", "peer", f"down{n}", "netns",
                 self.collector)
            for space, device, last in ((name, f"up{n}", 2), (self.collector, f"down{n}", 1)):
                must("ip", "-n", space, "addr", "add", f"10.77.{n}.{last}/24", "dev", device)
                must("ip", "-n", space, "addr", "add", f"fd77:{n}::{last}/64", "dev", device, "nodad")
                must("ip", "-n", space, "link", "set", device, "up")

    def add(self, name):
        must("ip", "netns", "add", name)
        self.made.append(name)
        must("ip", "-n", name, "link", "set", "lo", "up")

    def start(self, space, *command, **more):
        """A process in a namespace; ended with the field at the latest."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # ip becomes the command: the process is the command's.
        process = ending.start(["ip", "netns", "exec", space, *command], **{**streams, **more})
        self.processes.append(process)
        return process

    def run(self, space, *command, **more):
        return run("ip", "netns", "exec", space, *command, **more)

    @contextlib.contextmanager
    def inside(self, space):
        """Sockets that are made here belong to the namespace."""
        back = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{space}", os.O_RDONLY)
        try:
            set_namespace(there)
            yield
        finally:
            set_namespace(back)
            os.close(there)
            os.close(back)

    def path(self, name):
        return os.path.join(self.folder, name)

    def close(self):
        for process in reversed(self.processes):
            end(process)
        self.processes = []
        for name in self.made:
            run("ip", "netns", "del", name)
        self.made = []
        shutil.rmtree(self.folder, ignore_errors=True)


def set_namespace(descriptor):
    # os.setns is of Python 3.12.
    import ctypes  # pylint: disable=import-outside-toplevel
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Daemon:
    """lazaretd in the collector's namespace, with a state folder that a second one of the same name goes on with."""

    def __init__(self, field, name, listen, *options, prefix=(), arguments=(), starts=True, **more):
        self.field = field
        self.folder = field.path(name)
        os.makedirs(self.folder, exist_ok=True)
        self.control = os.path.join(self.folder, "control")
        self.log = os.path.join(self.folder, "log")
        self.metrics_port = 9477
        settings = [f"daemon.state={self.folder}", f"control.path={self.control}",
                    f"metrics.listen=127.0.0.1:{self.metrics_port}", *options]
        if listen is not None:
            settings.append(f"receive.listen={listen}")
        self.command = [*prefix, LAZARETD, *arguments, *[a for s in settings for a in ("--set", s)]]
        with open(self.log, "ab") as log:
            self.process = field.start(field.collector, *self.command, stderr=log, **more)
        if starts:
            self.wait()

    def wait(self):
        if not wait_for(lambda: self.is_ready() or self.process.poll() is not None):
            raise RuntimeError("the daemon does not become ready:\n" + self.said())
        if self.process.poll() is not None:
            raise RuntimeError("the daemon ended:\n" + self.said())

    def is_ready(self):
        try:
            return all(p["ready"] for p in self.status()["processes"])
        except (ValueError, KeyError, IndexError):
            return False

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ask(self, *words):
        return run(LAZARET, *words, "--control", self.control)

    def rows(self, *words):
        return [json.loads(line) for line in self.ask(*words, "--json").stdout.splitlines()]

    def status(self):
        return self.rows("status", "--exporters")[0]

    def counter(self, name):
        """The sum of a figure over all processes."""
        return self.status()["figures"][name]

    def metrics(self):
        with self.field.inside(self.field.collector), \
                socket.create_connection(("127.0.0.1", self.metrics_port), 20) as client:
            client.sendall(b"GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n")
            answer = b""
            while part := client.recv(65536):
                answer += part
        sums = {}
        for line in answer.decode().split("\r\n\r\n", 1)[1].splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                name = name.split("{")[0]
                sums[name] = sums.get(name, 0) + float(value)
        return sums

    def settled(self, name, least, seconds=SECONDS_MOST):
        """The figure once it has reached this much, or what it is after all the time; a little later, for what is too
        many."""
        wait_for(lambda: self.counter(name) >= least, seconds, 0.1)
        time.sleep(1.5)
        return self.counter(name)

    def cases(self):
        """name of the line -> its state, of the cases that were confirmed."""
        found = {}
        for row in self.rows("cases"):
            if "case" in row:
                full = self.rows("case", str(row["case"]))[0]
                found[full.get("name", row["case"])] = full["state"]
        return found

    def processes(self, owner):
        return [p for p in self.status()["processes"] if p["process"] == owner]

    def stop(self):
        return end(self.process)

    def kill(self):
        """All of it at once."""
        pids = [p["pid"] for p in self.status()["processes"]]
        for pid in [self.process.pid, *pids]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


class Traffic:
    """Packets in Ethernet, by time. Addresses are bytes of IPv4 or IPv6."""

    def __init__(self):
        self.packets = []

    def ip(self, when, source, destination, protocol, payload):
        source, destination = packed(source), packed(destination)
        if len(source) == 4:
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), len(self.packets) & 0xFFFF, 0, 64,
                               protocol, 0, source, destination)
            head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
            kind = 0x0800
        else:
            head = struct.pack("!IHBB16s16s", 6 << 28, len(payload), protocol, 64, source, destination)
            kind = 0x86DD
        frame = b"\2\0\0\0\0\2\2\0\0\0\0\1" + struct.pack("!H", kind) + head + payload
        self.packets.append((when, frame.ljust(60, b"\0")))

    def tcp(self, when, ends, flags, payload=b"", seq=1, ack=0):
        (source, sport), (destination, dport) = ends
        segment = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags, 65535, 0, 0) + payload
        pseudo = packed(source) + packed(destination) + struct.pack("!IBBBB", len(segment), 0, 0, 0, 6)
        segment = segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]
        self.ip(when, source, destination, 6, segment)

    def udp(self, when, ends, payload):
        (source, sport), (destination, dport) = ends
        datagram = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
        self.ip(when, source, destination, 17, datagram)

    def silent(self, when, client, server):
        """A SYN that nobody answers."""
        self.tcp(when, (client, server), SYN)

    def talk(self, when, client, server, is_refused=False, step=0.002):
        """A whole SMTP dialogue: a message delivered, or the client turned away at RCPT."""
        ask, tell = (client, server), (server, client)
        seqs = {ask: 1, tell: 1}

        def say(way, payload=b"", flags=ACK | PSH):
            nonlocal when
            other = tell if way is ask else ask
            self.tcp(when, way, flags, payload, seqs[way], seqs[other] if flags != SYN else 0)
            seqs[way] += len(payload) + bool(flags & (SYN | FIN))
            when += step

        say(ask, flags=SYN)
        say(tell, flags=SYN | ACK)
        say(ask, flags=ACK)
        say(tell, b"220 mx.example ESMTP\r\n")
        for line, reply in ((b"EHLO host.example\r\n", b"250 mx.example\r\n"),
                            (b"MAIL FROM:<a@example.org>\r\n", b"250 2.1.0 Ok\r\n"),
                            (b"RCPT TO:<b@example.net>\r\n",
                             b"550 5.1.1 <b@example.net>: no such user\r\n" if is_refused else b"250 2.1.5 Ok\r\n")):
            say(ask, line)
            say(tell, reply)
        if not is_refused:
            say(ask, b"DATA\r\n")
            say(tell, b"354 End data with <CR><LF>.<CR><LF>\r\n")
            for _ in range(6):
                say(ask, b"Some text of a message that is of a usual length, as it were.\r\n" * 20)
            say(ask, b".\r\n")
            say(tell, b"250 2.0.0 Ok: queued as 12345\r\n")
        say(ask, b"QUIT\r\n")
        say(tell, b"221 2.0.0 Bye\r\n")
        say(tell, flags=FIN | ACK)
        say(ask, flags=FIN | ACK)
        say(tell, flags=ACK)

    def directions(self, is_v4_only=False):
        """How many flows of one direction are in it, and how many of them are of mail ports: what an exporter
        that splits nothing has to send."""
        keys = {}
        for _, frame in self.packets:
            if frame[12:14] == b"\x08\0":
                ends, protocol, ports = frame[26:34], frame[23], frame[34:38]
            elif is_v4_only:
                continue
            else:
                ends, protocol, ports = frame[22:54], frame[20], frame[54:58]
            both = struct.unpack("!HH", ports)
            keys[ends, protocol, both] = protocol == 6 and not {25, 465, 587, 2525}.isdisjoint(both)
        return len(keys), sum(keys.values())

    def in_order(self):
        return sorted(self.packets, key=lambda packet: packet[0])

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for when, frame in self.in_order():
                us = int(when * 1e6)
                file.write(struct.pack("<IIII", us // 1000000, us % 1000000, len(frame), len(frame)) + frame)
        return path


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


ZOMBIES = ["192.0.2.66", "2001:db8:1:4200::66"]
HONEST = ["192.0.2.%d" % n for n in range(10, 20)] + ["2001:db8:1:%x00::10" % n for n in range(10, 14)]
INSIDE = ["192.0.2.0/24", "2001:db8:1::/48"]
INSIDE_OPTIONS = [f"network.inside={prefix}" for prefix in INSIDE]


def small_network(begin, seconds=120, zombies=tuple(ZOMBIES), seed=7, per_zombie=60, noise=200, later=True):
    """Lines that send mail to the few servers that they always use, and zombies; and other traffic. Gives the
    traffic, and how many connections to mail ports are in it."""
    draw = random.Random(seed)
    traffic = Traffic()
    connections, port = 0, 20000

    def outside(line, n):
        return f"2001:db8:{0x2000 + n:x}::25" if ":" in line else f"198.{18 + n // 256}.{n % 256}.25"

    for i, line in enumerate(HONEST):
        for k in range(6):
            port += 1
            traffic.talk(begin + draw.random() * seconds * .8, (line, port), (outside(line, i % 3), 25), k == 5)
            connections += 1
    for z, line in enumerate(zombies):
        for n in range(per_zombie):
            port += 1
            when = begin + seconds * .8 * n / per_zombie
            server = outside(line, 20 + z * 100 + n), 25
            if n % 4 == 3:
                traffic.talk(when, (line, port), server, True)
            else:
                traffic.silent(when, (line, port), server)
            connections += 1
    for n in range(noise):
        traffic.udp(begin + draw.random() * seconds * .8, (("192.0.2.%d" % (10 + n % 10), 30000 + n),
                                                           ("198.51.100.53", 53)), b"x" * 40)
    # Where time is that of the records, it goes on with the next mail only.
    if later:
        traffic.talk(begin + seconds + 900, (HONEST[0], port + 1), (outside(HONEST[0], 0), 25))
    return traffic, connections + later


def line_of(address):
    """As the command names it."""
    if ":" not in address:
        return address
    network = packed(address)[:7] + bytes(9)
    return socket.inet_ntop(socket.AF_INET6, network) + "/56"


def confirmed_by_scan(path, inside=tuple(INSIDE)):
    """line -> state, of the lines that were confirmed."""
    done = run(LAZARET, "scan", "--json", *[word for prefix in inside for word in ("--inside", prefix)], path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["line"]: row["state"] for row in rows if row["type"] == "line" and row["highest"] == "confirmed"}


def ctu_traffic(most_background=3000):
    """The mail of CTU-13 (see the README of the data) and some of what else was there, as packets: its flows tell
    who spoke with whom, when, and whether an answer came. Gives the traffic and the zombie."""
    traffic = Traffic()
    path = os.path.join(DATA, "ctu13-s06-1001-1045.binetflow.xz")
    zone = __import__("datetime")
    background = 0
    with lzma.open(path, "rt") as file:
        next(file)
        for line in file:
            row = line.rstrip("\n").split(",")
            if row[2] not in ("tcp", "udp") or "." not in row[3] or not row[4].isdigit() or not row[7].isdigit():
                continue
            when = zone.datetime.strptime(row[0], "%Y/%m/%d %H:%M:%S.%f").replace(
                tzinfo=zone.timezone.utc).timestamp()
            ends = (row[3], int(row[4])), (row[6], int(row[7]))
            is_mail = row[2] == "tcp" and row[7] in ("25", "465", "587")
            if is_mail and row[8] == "S_":
                traffic.silent(when, *ends)
            elif is_mail:
                traffic.talk(when, *ends)
            elif row[2] == "udp" and background < most_background:
                background += 1
                traffic.udp(when, ends, b"x" * 30)
    return traffic, "147.32.84.165"


class Ipfix:
    """An exporter of IPFIX: one client's connections to port 25 of ever another network, which nobody answers.
    Message by message, its numbers going on."""

    TEMPLATE = struct.pack("!HHHH", 2, 48, 300, 10) + struct.pack(
        "!20H", 152, 8, 153, 8, 1, 8, 2, 8, 8, 4, 12, 4, 7, 2, 11, 2, 6, 1, 4, 1)

    def __init__(self, domain, client="192.0.2.66"):
        self.domain = domain
        self.client = client
        self.sent = 0

    def message(self, records, with_template=True):
        now = time.time()
        body = self.TEMPLATE if with_template else b""
        data = b""
        for i in range(records):
            number = self.sent + i
            ms = int(now * 1000) - 1000
            data += struct.pack("!QQQQ4sBBBBHHBB", ms, ms, 60, 1, packed(self.client), 198, 18 + number // 256 % 200,
                                number % 256, 25, 20000 + number % 40000, 25, 2, 6)
        if records:
            body += struct.pack("!HH", 300, 4 + len(data)) + data
        head = struct.pack("!HHIII", 10, 16 + len(body), int(now), self.sent & 0xFFFFFFFF, self.domain)
        self.sent += records
        return head + body


def say_and_exit(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)
