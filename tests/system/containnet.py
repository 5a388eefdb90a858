# SPDX-License-Identifier: BSD-2-Clause
"""Four network namespaces of the test's own, for tests of containment.

"lines" has the subscribers: 100.64.0.N, and of IPv6 a line of each length; "router" forwards; "net" is the internet;
"house" has the operator's servers. All ports that matter are served in "net" and "house", and what is served says who
asked.
"""
import contextlib
import errno
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402
import field  # noqa: E402
from field import must, same, wait_for  # noqa: E402

MARK, GARDEN = 0x1a2, 8080
PREFIX = f"lzc{os.getpid()}"
LINES, ROUTER, NET, HOUSE = (PREFIX + name for name in ("lines", "router", "net", "house"))
# The line that it is about, its neighbour, and one with a mail server of its own; then the same of IPv6.
BAD, GOOD, SERVER = "100.64.0.66", "100.64.0.7", "100.64.0.25"
BAD6, GOOD6, SERVER6 = "2001:db8:1:66::2", "2001:db8:1:67::2", "2001:db8:1:2512::25"
BAD56, BAD48 = "2001:db8:1:4266::2", "2001:db8:2:66::2"
SET_OF = {BAD: ("4", BAD), GOOD: ("4", GOOD), SERVER: ("4", SERVER), BAD6: ("6_64", "2001:db8:1:66::"),
          GOOD6: ("6_64", "2001:db8:1:67::"), SERVER6: ("6_64", "2001:db8:1:2512::"),
          BAD56: ("6_56", "2001:db8:1:4200::"), BAD48: ("6_48", "2001:db8:2::")}
FAR, FAR6 = "203.0.113.10", "2001:db8:ffff::10"
UPDATES, UPDATES6 = "203.0.113.20", "2001:db8:ffff::20"
ALARM = "203.0.113.112"
MAIL, RESOLVER, PORTAL = "192.0.2.25", "192.0.2.53", "192.0.2.80"
MAIL6, RESOLVER6, PORTAL6 = "2001:db8:f::25", "2001:db8:f::53", "2001:db8:f::80"
TCP = (25, 80, 443, 465, 587, 993, 995, 5000)
UDP = (53, 123, 443, 5000)
PASSES, RESET, REFUSED, SILENT = "passes", "reset", "refused", "silent"
listening = []


def inside(space):
    """Sockets that are made here belong to the namespace."""
    @contextlib.contextmanager
    def entered():
        back, there = os.open("/proc/thread-self/ns/net", os.O_RDONLY), os.open(f"/run/netns/{space}", os.O_RDONLY)
        try:
            field.set_namespace(there)
            yield
        finally:
            field.set_namespace(back)
            os.close(there)
            os.close(back)
    return entered()


def router(*command, **more):
    return ending.run("ip", "netns", "exec", ROUTER, *command, **more)


def serve(space, addresses):
    """On all ports: a connection is told "PEER LOCAL", a datagram comes back with it."""
    with inside(space):
        for port in TCP:
            server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512,
                                          reuse_port=True)
            listening.append(server)
            threading.Thread(target=serve_tcp, args=(server,), daemon=True).start()
        for port in UDP:
            for address in addresses:
                server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
                server.bind((address, port))
                listening.append(server)
                threading.Thread(target=serve_udp, args=(server,), daemon=True).start()


def plain(address):
    return address[0].removeprefix("::ffff:")


def serve_tcp(server):
    while True:
        try:
            client, peer = server.accept()
            client.sendall(f"{plain(peer)} {plain(client.getsockname())}\n".encode())
            client.close()
        except OSError as error:
            if error.errno in (errno.EBADF, errno.EINVAL):
                return


def serve_udp(server):
    while True:
        try:
            data, peer = server.recvfrom(2000)
            if peer is None:
                return
            server.sendto(plain(peer).encode() + b" " + data, peer)
        except OSError as error:
            if error.errno in (errno.EBADF, errno.EINVAL):
                return


def serve_garden():
    """Port 80 of quarantined lines: told both addresses, by a socket that is bound to neither."""
    with inside(ROUTER):
        server = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.setsockopt(socket.IPPROTO_IPV6, 75, 1)  # IPV6_TRANSPARENT
        server.setsockopt(socket.IPPROTO_IP, 19, 1)  # IP_TRANSPARENT
        server.bind(("::", GARDEN))
        server.listen(64)
    listening.append(server)

    def answer():
        while True:
            try:
                client, peer = server.accept()
                client.sendall(f"garden {plain(peer)} {plain(client.getsockname())}\n".encode())
                client.close()
            except OSError as error:
                if error.errno in (errno.EBADF, errno.EINVAL):
                    return
    threading.Thread(target=answer, daemon=True).start()
    return server


def name_of(error):
    if isinstance(error, (socket.timeout, TimeoutError)):
        return SILENT
    if error.errno == errno.ECONNREFUSED:
        return RESET
    # Administratively prohibited: of IPv4 (code 13) and of IPv6 (code 1).
    return REFUSED if error.errno in (errno.EHOSTUNREACH, errno.EACCES) else errno.errorcode.get(error.errno, "?")


def reach(source, target, port, seconds=8.0, space=LINES, kind=socket.SOCK_STREAM, source_port=0):
    """What happened, and what the other side said."""
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    with inside(space):
        client = socket.socket(family, kind)
    with client:
        client.settimeout(seconds)
        try:
            if source_port:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            client.bind((source, source_port))
            client.connect((target, port))
            if kind == socket.SOCK_DGRAM:
                client.send(b"?")
            said = client.recv(200)
            return PASSES, said.decode().split()
        except OSError as error:
            return name_of(error), []


def expect(outcome, source, target, port, seen=None, **more):
    """Complaints. Only silence is waited for; all else comes by itself. A translator has the peer seen as another."""
    found, said = reach(source, target, port, 1.5 if outcome == SILENT else 10.0, **more)
    faults = same(f"{source} to {target} port {port} {more.get('kind', '')}", found, outcome)
    if found == PASSES and said and said[0] != "garden":
        faults += same("the peer that is seen", said[0], seen or source)
    return faults


def udp(outcome, source, target, port, **more):
    return expect(outcome, source, target, port, kind=socket.SOCK_DGRAM, **more)


def make_networks():
    for space in (LINES, ROUTER, NET, HOUSE):
        must("ip", "netns", "add", space)
        must("ip", "-n", space, "link", "set", "lo", "up")
    for space, device, addresses in ((LINES, "lines", ("100.64.0.1/16", "fd00:1::1/64")),
                                     (NET, "net", ("203.0.113.1/24", "2001:db8:ffff::1/64")),
                                     (HOUSE, "house", ("192.0.2.1/24", "2001:db8:f::1/64"))):
        must("ip", "link", "add", "uplink", "netns", space, "type", "veth", "peer", device, "netns", ROUTER)
        for address in addresses:
            must("ip", "-n", ROUTER, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
        must("ip", "-n", ROUTER, "link", "set", device, "up")
        must("ip", "-n", space, "link", "set", "uplink", "up")
    give(LINES, "uplink", [f"{a}/16" for a in (BAD, GOOD, SERVER)] + ["fd00:1::2/64"], "100.64.0.1", "fd00:1::1")
    for address in (BAD6, GOOD6, SERVER6, BAD56, BAD48):
        must("ip", "-n", LINES, "addr", "add", address + "/128", "dev", "uplink", "nodad")
    give(NET, "uplink", [f"{a}/24" for a in (FAR, UPDATES, ALARM)] + [f"{a}/64" for a in (FAR6, UPDATES6)], "203.0.113.1",
         "2001:db8:ffff::1")
    give(HOUSE, "uplink", [f"{a}/24" for a in (MAIL, RESOLVER, PORTAL)] + [f"{a}/64" for a in (MAIL6, RESOLVER6, PORTAL6)],
         "192.0.2.1", "2001:db8:f::1")
    for prefix in ("2001:db8:1::/48", "2001:db8:2::/48"):
        must("ip", "-n", ROUTER, "-6", "route", "add", prefix, "via", "fd00:1::2", "dev", "lines")
    for key, value in (("ipv4/ip_forward", 1), ("ipv6/conf/all/forwarding", 1), ("ipv4/icmp_ratelimit", 0),
                       ("ipv6/icmp/ratelimit", 0), ("ipv4/conf/all/rp_filter", 0)):
        with inside(ROUTER), open("/proc/sys/net/" + key, "w", encoding="ascii") as file:
            file.write(str(value))
    for family in ("-4", "-6"):
        must("ip", "-n", ROUTER, family, "rule", "add", "fwmark", hex(MARK), "lookup", "100")
        must("ip", "-n", ROUTER, family, "route", "add", "local", "default", "dev", "lo", "table", "100")


def give(space, device, addresses, gateway, gateway6):
    for address in addresses:
        must("ip", "-n", space, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
    must("ip", "-n", space, "route", "add", "default", "via", gateway)
    must("ip", "-n", space, "-6", "route", "add", "default", "via", gateway6)


def close():
    for server in listening:
        # A thread that waits in accept wakes only so.
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
    for space in (LINES, ROUTER, NET, HOUSE):
        field.run("ip", "netns", "del", space)
