# SPDX-License-Identifier: BSD-2-Clause
"""A real lazaret-relay, the words of its three protocols, and an honest client that asks on while something else goes wrong."""
import base64
import json
import multiprocessing
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import daemons  # noqa: E402
from ending import children, folder, is_alive, stat_of, wait_until  # noqa: E402

RELAY = os.environ["LAZARET_RELAY"]
SECRET = "Basic " + base64.b64encode(b"dovecot:test").decode()
# Limits in the accounts file: one that is never reached, one that is reached at once.
ACCOUNTS = "good@example.net business 100000000 recipients/day\nfull@example.net business 5 recipients/day\n"
FULL = 5


def free_port():
    return daemons.free_port(socket.SOCK_STREAM)


class Relay(daemons.Daemon):
    """The guard, asked at a Unix socket and over TCP."""

    def __init__(self, state=None, accounts=ACCOUNTS, **options):
        at = state or folder()
        self.path = os.path.join(at, "policy")
        self.policy, self.milter, self.logins = free_port(), free_port(), free_port()
        self.accounts = os.path.join(at, "accounts")
        self.write_accounts(accounts)
        more = {"relay.mode": "enforce", "relay.slow-from": "100", "relay.warm-up": "0s", "relay.learnt": "0",
                "relay.accounts": self.accounts, "relay.login-secret": "Authorization: " + SECRET,
                "relay.limit.relay": "none", "relay.limit.domain": "none", "relay.limit.business": "none",
                "relay.listen": f"policy:unix:{self.path} policy:127.0.0.1:{self.policy} milter:127.0.0.1:{self.milter} logins:127.0.0.1:{self.logins}"}
        more.update({name.replace("__", ".").replace("_", "-") if "__" in name else name: value for name, value in options.items()})
        daemons.LAZARETD = RELAY
        super().__init__(state=at, **more)

    def start(self, wait=True):
        self.options.pop("receive.listen", None)
        return super().start(wait)

    def write_accounts(self, text):
        with open(self.accounts, "w", encoding="ascii") as file:
            file.write(text)

    @property
    def guard(self):
        return self.one("guard")

    def memory(self):
        """Resident bytes of the guard."""
        with open(f"/proc/{self.guard}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def figures(self):
        """When the guard has shown them: four times a second."""
        time.sleep(0.6)
        status = self.status()
        return status["figures"] if status else {}

    def is_whole(self, but=()):
        pids, status = set(self.processes()), self.status()
        return bool(status) and all(p["ready"] and p["pid"] in pids | {self.pid} for p in status["processes"]) and \
            {"guard", "judge", "keeper", "desk"} <= set(self.processes().values()) and not pids & set(but)

    def connect(self, protocol="policy", seconds=60):
        """policy: the Unix socket; others over TCP."""
        if protocol == "policy":
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(seconds)
            one.connect(self.path)
            return one
        port = {"policy-tcp": self.policy, "milter": self.milter, "logins": self.logins}[protocol]
        return socket.create_connection(("127.0.0.1", port), seconds)


def request(stage="RCPT", instance="1", account="", client="192.0.2.1", recipient="a@example.org", sender="b@example.net", count=0, more="", queue_id=""):
    return (f"request=smtpd_access_policy\nprotocol_state={stage}\nprotocol_name=ESMTP\nhelo_name=client.example\nqueue_id={queue_id}\n"
            f"sender={sender}\nrecipient={recipient}\nrecipient_count={count}\nclient_address={client}\ninstance={instance}\n"
            f"sasl_username={account}\n{more}\n").encode()


def answer_of(one):
    """An answer of the policy protocol; what came of it, if the guard ends it."""
    text = b""
    while not text.endswith(b"\n\n"):
        more = one.recv(4096)
        if not more:
            return text
        text += more
    return text


def packet(letter, data=b""):
    return struct.pack(">I", len(data) + 1) + letter.encode() + data


def reply_of(one):
    """Letter of an answer to a milter; b'' at the end."""
    head = take(one, 4)
    if len(head) < 4:
        return b""
    return take(one, struct.unpack(">I", head)[0])[:1]


def take(one, size):
    text = b""
    while len(text) < size:
        more = one.recv(size - len(text))
        if not more:
            break
        text += more
    return text


def milter_begin(one):
    """Options, as Postfix 3.7 gives them, and a connection, which is then not answered."""
    one.sendall(packet("O", struct.pack(">III", 6, 0x1ff, 0x1fffff)))
    said = reply_of(one)
    one.sendall(packet("C", b"client.example\0" + b"4" + struct.pack(">H", 4711) + b"192.0.2.1\0"))
    return said


def milter_message(one, account, recipients=("a@example.org",)):
    """The answers to MAIL, each RCPT and the end."""
    said = []
    one.sendall(packet("D", b"M{auth_authen}\0" + account.encode() + b"\0") + packet("M", b"<b@example.net>\0"))
    said.append(reply_of(one))
    for name in recipients:
        one.sendall(packet("R", b"<" + name.encode() + b">\0"))
        said.append(reply_of(one))
    one.sendall(packet("E"))
    said.append(reply_of(one))
    return said


def login(account, client="192.0.2.1", command="allow", more=""):
    body = json.dumps({"device_id": "", "login": account, "protocol": "smtp", "pwhash": "00", "remote": client, "tls": False}).encode()
    return (f"POST /?command={command} HTTP/1.1\r\nHost: x\r\nAuthorization: {SECRET}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{more}\r\n").encode() + body


def http_of(one):
    """The status of an answer over HTTP; the body is read as well."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = one.recv(4096)
        if not more:
            return text
        text += more
    head, body = text.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    take(one, length - len(body))
    return head.split(b" ")[1]


def wanted(kind, answer):
    if kind == "denied":
        return answer.startswith(b"action=450 4.7.0 ")
    return answer == {"policy": b"action=DUNNO\n\n", "milter": [b"c", b"c", b"c"], "logins": b"200"}[kind]


class Asking:
    """One connection of each protocol, asked in turn; who is cut connects again and asks the same again, as Postfix does."""

    def __init__(self, relay, kinds, pause):
        self.relay, self.kinds, self.pause = relay, kinds, pause
        self.open, self.number = {}, 0
        self.took = {kind: [] for kind in kinds}
        self.wrong, self.cut, self.gap, self.asked, self.messages = [], 0, 0.0, 0, 0

    def connection(self, kind):
        if kind not in self.open:
            one = self.relay.connect("policy" if kind == "denied" else kind, 90)
            if kind == "milter":
                milter_begin(one)
            self.open[kind] = one
        return self.open[kind]

    def ask(self, kind):
        one = self.connection(kind)
        if kind == "policy":
            name = f"honest-{self.number}"
            one.sendall(request("RCPT", name, "good@example.net"))
            answer = answer_of(one)
            if answer != b"action=DUNNO\n\n":
                return answer
            one.sendall(request("END-OF-MESSAGE", name, "good@example.net", count=1))
            return answer_of(one)
        if kind == "denied":
            one.sendall(request("RCPT", f"denied-{self.number}", "full@example.net"))
            return answer_of(one)
        if kind == "milter":
            return milter_message(one, "good@example.net")
        one.sendall(login("good@example.net"))
        return http_of(one)

    def ask_until_answered(self, kind):
        began = time.monotonic()
        while time.monotonic() - began < 60:
            try:
                answer = self.ask(kind)
                if answer and answer != [b""] * 3 and (kind != "milter" or b"" not in answer):
                    return answer
            except OSError:
                pass
            self.cut += 1
            if kind in self.open:
                self.open.pop(kind).close()
            time.sleep(0.01)
        return b""

    def step(self):
        self.number += 1
        for kind in self.kinds:
            began, cut = time.monotonic(), self.cut
            answer = self.ask_until_answered(kind)
            passed = time.monotonic() - began
            self.asked += 1
            self.messages += kind in ("policy", "milter")
            if not wanted(kind, answer):
                self.wrong.append((kind, answer, self.number))
            if self.cut > cut:
                self.gap = max(self.gap, passed)
            else:
                self.took[kind].append(passed)
        time.sleep(self.pause)

    def told(self):
        every = sorted(x for took in self.took.values() for x in took)
        figures = {"asked": self.asked, "messages": self.messages, "wrong": len(self.wrong), "examples": self.wrong[:5], "cut": self.cut, "gap": self.gap}
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p100", 1.0)):
            figures[name] = every[min(len(every) - 1, int(len(every) * share))] * 1000 if every else 0
        return figures


def run(relay, kinds, pause, word):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asking = Asking(relay, kinds, pause)
    while not word.poll():
        asking.step()
    word.send(asking.told())


class Honest:
    """It asks, in a process of its own, from its begin to its end. What it saw: .figures"""

    def __init__(self, relay, name, kinds=("policy", "denied", "milter", "logins"), pause=0.003):
        self.name = name
        self.word, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=run, args=(relay, kinds, pause, other), daemon=True)
        self.figures = None

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        try:
            self.word.send(True)
            if self.word.poll(120):
                self.figures = self.word.recv()
        except (OSError, EOFError) as error:
            daemons.note(f"the honest client broke: {error}")
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
        of = self.figures
        if of:
            daemons.note(f"{self.name}: an honest client asked {of['asked']} times: p50 {of['p50']:.2f}, p99 {of['p99']:.2f}, p100 {of['p100']:.1f} ms; "
                         f"wrong {of['wrong']}, cut {of['cut']}" + (f", longest gap {of['gap']:.2f} s" if of["cut"] else ""))

    def is_well(self, cuts=0):
        return self.figures and self.figures["wrong"] == 0 and self.figures["asked"] >= 4 and self.figures["cut"] <= cuts


def fill(relay):
    """full@ has sent what it may."""
    with relay.connect() as one:
        for number in range(FULL):
            one.sendall(request("RCPT", f"fill-{number}", "full@example.net"))
            if answer_of(one) != b"action=DUNNO\n\n":
                return False
            one.sendall(request("END-OF-MESSAGE", f"fill-{number}", "full@example.net", count=1))
            if answer_of(one) != b"action=DUNNO\n\n":
                return False
        one.sendall(request("RCPT", "one more", "full@example.net"))
        return answer_of(one).startswith(b"action=450")
