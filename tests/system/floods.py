# SPDX-License-Identifier: BSD-2-Clause
"""A line that floods, as flow export tells it, until the daemon has a case of it."""
import json
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import wait_until  # noqa: E402


class Flood:
    """Connections to port 25 of networks that were never seen before, none of them answered, as NetFlow v5."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.sequence, self.network, self.sent = 0, 0, {}

    def send(self, client, count):
        self.sent[client] = self.sent.get(client, 0) + count
        for _ in range(count):
            now, self.network = time.time(), self.network + 1
            server = bytes([20 + self.network // 65536, self.network // 256 % 256, self.network % 256, 1])
            head = struct.pack("!HHIIIIBBH", 5, 1, 1000000, int(now), int(now % 1 * 1e9), self.sequence, 0, 0, 0)
            self.socket.send(head + struct.pack(
                "!4s4s4sHHIIIIHHBBBBHHBBH", socket.inet_aton(client), server, bytes(4), 0, 0, 1, 60, 999100, 999900,
                40000 + self.network % 20000, 25, 0, 2, 6, 0, 0, 0, 0, 0, 0))
            self.sequence += 1


def rows(asked):
    return [json.loads(line) for line in asked.stdout.splitlines()]


def case_of(daemon, address):
    asked = daemon.ask("case", address, "--json", "--pseudonyms")
    return rows(asked)[0] if asked.returncode == 0 else None


def has_state(daemon, address, state):
    case = case_of(daemon, address)
    return case and case["state"] == state and case


def judged(daemon, line):
    """The state that the judge itself holds."""
    return [row["state"] for row in rows(daemon.ask("lines", "--json", "--state", "clear")) if row["line"] == "line-" + line]


def confirm_by_flood(daemon, flood, address, state="confirmed"):
    """Until the ledger says so: outcomes are known once no answer came."""
    def look():
        flood.send(address, 5)
        return has_state(daemon, address, state)
    case = wait_until(look, 60)
    if not case:
        return None
    # What was sent before a line is let go counts, if it comes after that.
    wait_until(lambda: any(row["line"] == "line-" + case["line"] and row["attempts"] >= flood.sent[address]
                           for row in rows(daemon.ask("lines", "--json", "--state", "clear"))), 20)
    return case
