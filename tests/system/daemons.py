# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the running daemon share: start one, find and signal its processes, compare ledgers."""
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ending import *  # noqa: E402,F403

LAZARET, LAZARETD = os.environ["LAZARET"], os.environ["LAZARETD"]
results = []


def result(good, name, *why):
    results.append(bool(good))
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}", flush=True)
    if not good:
        for line in "\n".join(str(part) for part in why).splitlines()[-60:]:
            print("# " + line, flush=True)
    return bool(good)


def skip(name, why):
    results.append(True)
    print(f"ok {len(results)} - {name} # SKIP {why}", flush=True)


def note(*words):
    print("#", *words, flush=True)


def finish():
    print(f"1..{len(results)}")
    sys.exit(0 if all(results) else 1)


def clock():
    """The environment in which a program's clock can be set, and how."""
    at = os.path.join(folder(), "clock")
    with open(at, "wb") as file:
        file.write(bytes(8))

    def set_to(seconds):
        with open(at, "r+b") as file:
            file.write(struct.pack("=q", seconds * 1000000))

    return {"LD_PRELOAD": os.environ["CLOCKSHIM"], "LAZARET_CLOCK": at}, set_to


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Daemon:
    """A lazaretd; it is ended with the test."""

    def __init__(self, state=None, key=None, port=None, wait=True, prefix=(), environment=None, **options):
        self.state = state or folder()
        self.port = port or free_port()
        self.control = os.path.join(self.state, "control")
        self.ledger = os.path.join(self.state, "ledger.sqlite")
        self.log_path = os.path.join(self.state, "log") if "log" not in options else options.pop("log")
        self.options = {"daemon.state": self.state, "control.path": self.control, "metrics.listen": "",
                        "receive.listen": f"udp:127.0.0.1:{self.port}", "receive.clock": "records",
                        "daemon.snapshot": "1s"}
        self.options.update({name.replace("__", ".").replace("_", "-"): value for name, value in options.items()})
        self.prefix, self.environment = list(prefix), environment
        self.process = None
        if key is not None:
            shutil.copy(key, self.ledger + ".key")
        self.start(wait)

    def start(self, wait=True):
        more = []
        for name, value in self.options.items():
            if name == "file":
                more += ["-c", value]
            else:
                more += ["--set", f"{name}={value}"]
        self.seen = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = start([*self.prefix, LAZARETD, *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 env=dict(os.environ, **(self.environment or {})))
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        good = wait_until(lambda: self.events("ready", self.seen) or self.process.poll() is not None, seconds)
        if not good or self.process.poll() is not None:
            raise RuntimeError("the daemon is not ready:\n" + self.log())

    def log(self, since=0):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            file.seek(since)
            return file.read()

    def events(self, name, since=0):
        return [line for line in self.log(since).splitlines() if f" event={name} " in line + " "]

    def mark(self):
        return os.path.getsize(self.log_path)

    @property
    def pid(self):
        return self.process.pid

    def processes(self, name=None):
        """pid to name of its children that live; names are receiver, judge, keeper, desk."""
        found = {pid: of[4:] for pid, of in children(self.pid).items() if of.startswith("laz-") and is_alive(pid)}
        return found if name is None else sorted(pid for pid, of in found.items() if of == name)

    def lasting(self):
        """The same of those that work, without those that write a file for them and end."""
        return {pid: name for pid, name in self.processes().items() if (stat_of(pid) or (0, 0, 0))[2] == self.pid}

    def one(self, name):
        return wait_until(lambda: [pid for pid, of in self.lasting().items() if of == name], 40)[0]

    def ask(self, *arguments, timeout=30):
        return subprocess.run([LAZARET, *arguments, "--control", self.control], capture_output=True, text=True,
                              timeout=timeout, check=False)

    def status(self):
        asked = self.ask("status", "--json", "--exporters")
        try:
            return json.loads(asked.stdout.splitlines()[0])
        except (ValueError, IndexError):
            return None

    def is_whole(self, but=()):
        """Each kind lives, and says that it is ready."""
        pids = set(self.processes())
        status = self.status()
        return bool(status) and all(p["ready"] and p["pid"] in pids | {self.pid} for p in status["processes"]) and \
            {"receiver", "judge", "keeper", "desk"} <= set(self.processes().values()) and not pids & set(but)

    def stop(self, how=signal.SIGTERM, seconds=60):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.kill_all()
            if self.process in running:
                running.remove(self.process)

    def kill_all(self):
        everybody = [self.pid, *children(self.pid)]
        for pid in everybody:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(10)
        wait_until(lambda: not any(is_alive(pid) for pid in everybody), 10)
        return everybody

    def cases(self):
        return cases_of(self.ledger)


def cases_of(ledger):
    """Of each line its cases in order: highest state, first confirmation, begin and end; and each transition."""
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=20) as base:
        cases = base.execute("SELECT line, opened, confirmed, highest, state FROM cases ORDER BY line, number").fetchall()
        steps = base.execute('SELECT DISTINCT line, time, "from", "to" FROM transitions ORDER BY line, time, number').fetchall()
    base.close()
    return cases, steps


def verify(ledger):
    asked = subprocess.run([LAZARET, "cases", "--verify", "--ledger", ledger], capture_output=True, text=True,
                           timeout=60, check=False)
    return asked.returncode == 0, asked.stdout + asked.stderr


def rehearse(port, days, *more, rate=0, scenario="small-town"):
    """Sends a scripted network; ends when all is sent."""
    command = [LAZARET, "rehearse", scenario, "--days", str(days), "--to", f"127.0.0.1:{port}", "--speed", "max",
               "--json", *(["--rate", str(rate)] if rate else []), *more]
    return start(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ended(process, seconds):
    try:
        return process.wait(seconds)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        running.remove(process)
