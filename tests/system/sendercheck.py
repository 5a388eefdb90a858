# SPDX-License-Identifier: BSD-2-Clause
"""A milter that does to mail what a checker of SPF does: fields Authentication-Results of its own name are taken away, and
one is put in front, which says whether the client may send for the domain of MAIL FROM (RFC 8601 s5, RFC 7208 s9.2)."""
import socket
import struct
import threading

OPTIONS, ABORT, QUIT, MACRO, MAIL, HEADER, END = b"O", b"A", b"Q", b"D", b"M", b"L", b"E"
ADDS_AND_CHANGES = 0x01 | 0x10


class SenderCheck:
    """server: its name in the fields. may: domain to the address of the only client that may send for it."""

    def __init__(self, server, may):
        self.server, self.may = server, may
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            one, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()

    def serve(self, one):
        client, domain, own = "", "", 0
        with one, one.makefile("rwb") as stream:
            def say(command, data=b""):
                stream.write(struct.pack("!I", len(data) + 1) + command + data)
                stream.flush()

            while True:
                head = stream.read(5)
                if len(head) < 5 or head[4:] == QUIT:
                    return
                data = stream.read(struct.unpack("!I", head[:4])[0] - 1)
                command = head[4:]
                if command == OPTIONS:
                    say(OPTIONS, struct.pack("!III", 6, ADDS_AND_CHANGES, 0))
                    continue
                if command in (MACRO, ABORT):
                    continue
                if command == b"C":
                    # Name, family, port, address.
                    client = data[data.index(0) + 4:].rstrip(b"\0").decode()
                elif command == MAIL:
                    domain, own = data.split(b"\0")[0].strip(b"<>").decode().rpartition("@")[2], 0
                elif command == HEADER:
                    name, value = data.split(b"\0")[:2]
                    own += name.lower() == b"authentication-results" and value.split(b";")[0].strip().decode() == self.server
                elif command == END:
                    for index in range(own, 0, -1):
                        say(b"m", struct.pack("!I", index) + b"Authentication-Results\0\0")
                    found = "pass" if self.may.get(domain) == client else "fail"
                    say(b"i", struct.pack("!I", 0) + f"Authentication-Results\0{self.server}; spf={found} smtp.mailfrom={domain}\0".encode())
                say(b"c")
