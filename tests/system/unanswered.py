# SPDX-License-Identifier: BSD-2-Clause
"""Connections to mail servers that nobody answered, told as flow export."""
import socket
import struct
import time


def flows(port, address, since, contacts, first=0, source_port=30000):
    """Connections to so many mail servers, each in a network of its own, that were not answered: NetFlow v5."""
    now = time.time()
    records = b""
    for i in range(contacts):
        number = first + i
        server = struct.pack("!4B", 198 + number // 250 % 2, 18 + number // 62500 % 2, number % 250, 25)
        start = int((since + i * 0.5 - now) * 1000) + 3600000
        records += socket.inet_aton(address) + server + bytes(4) + struct.pack("!HHIIIIHHBBBBHHBBH", 1, 2, 1, 60, start, start,
                                                                            source_port + number, 25, 0, 2, 6, 0, 0, 0, 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        for at in range(0, contacts, 30):
            part = records[at * 48:(at + 30) * 48]
            one.sendto(struct.pack("!HHIIIIBBH", 5, len(part) // 48, 3600000, int(now), int(now % 1 * 1e9), flows.sequence, 0, 0, 0) + part,
                       ("127.0.0.1", port))
            flows.sequence += len(part) // 48


flows.sequence = 0
