# SPDX-License-Identifier: BSD-2-Clause
"""Servers that mail servers ask: started in the foreground with files of their own, measured and stopped by process id.
For `run`. No syslog daemon gets what the peers log, which flatters them."""
import contextlib
import ctypes
import json
import os
import shlex
import signal
import socket
import subprocess
import time

import collectors

# Two limits a user, by hour and by day, that nobody reaches. Each question counts.
POSTFWD_RULES = """
id=HOUR; sasl_username=~.; action=rate(sasl_username/100000000/3600/450 4.7.0 later)
id=DAY; sasl_username=~.; action=rate(sasl_username/100000000/86400/450 4.7.0 later)
"""


# What a server leaves behind becomes a child of this process.
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def exists(pid):
    return collectors.stat_of(pid) is not None and collectors.stat_of(pid)[0] not in "ZX"


# Nothing but ratelimit is loaded; hour and day, of who sends. 3.4 counts in one of the two only, which flatters it.
RSPAMD = """
options {
  pidfile = "{folder}/rspamd.pid";
  filters = "";
  url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  rrd = "";
  control_socket = "{folder}/control mode=0600";
  dns { nameserver = "127.0.0.1:1"; timeout = 0.1; retransmits = 0; }
  disable_monitoring = true;
}
logging { type = "console"; level = "error"; }
modules { path = "/usr/share/rspamd/plugins/ratelimit.lua"; }
redis { servers = "127.0.0.1:{port}"; }
ratelimit {
  rates {
    hour { selector = 'from("smtp")'; bucket { burst = 100000000; rate = "100000000 / 1h"; } }
    day { selector = 'from("smtp").lower'; bucket { burst = 100000000; rate = "100000000 / 1d"; } }
  }
}
worker "rspamd_proxy" {
  bind_socket = "{folder}/socket mode=0666";
  count = 2;
  milter = yes;
  timeout = 120s;
  upstream "local" { default = yes; self_scan = yes; }
}
"""


def is_buried(pid):
    """No child of this process, or one that has ended."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


class Server(collectors.Collector):
    """Of a command in which {socket}, {port}, {folder} and {to} are replaced, as in the texts of its files. daemon: it goes into
    the background, and leaves its number in {folder}/pid."""

    def __init__(self, name, command, port, tcp=False, files=None, is_ours=False, fills=False, daemon=False, patience=5):
        super().__init__(name, command, port, files=files, patience=patience)
        self.tcp, self.is_ours, self.fills, self.daemon = tcp, is_ours, fills, daemon

    def put(self, text):
        return super().put(text).replace("{socket}", f"{self.folder}/socket").replace("{to}", self.to() if self.folder else "")

    def to(self):
        return f"tcp:{self.port}" if self.tcp else f"unix:{self.folder}/socket"

    def start(self):
        super().start()
        if self.daemon:
            self.process.wait(10)
            self.pid = int(collectors.read(f"{self.folder}/pid"))
        return self

    def has_failed(self):
        return self.process.poll() not in (None, 0 if self.daemon else None)

    def alive(self):
        return os.path.exists(f"/proc/{self.pid}") and (self.daemon or super().alive())

    def stop(self):
        left = self.pids() if self.process is not None else []
        self.stop_daemon()
        super().stop()
        until = time.monotonic() + self.patience
        while left and time.monotonic() < until:
            left = [pid for pid in left if not is_buried(pid)]
            time.sleep(0.01)

    def stop_daemon(self):
        if self.daemon and self.process is not None and self.process.pid != self.pid:
            left = self.pids()
            for number in signal.SIGTERM, signal.SIGKILL:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                until = time.monotonic() + self.patience
                while any(map(exists, left)) and time.monotonic() < until:
                    time.sleep(0.05)
                left = [pid for pid in left if exists(pid)]

    def is_open(self):
        try:
            with socket.socket(socket.AF_INET if self.tcp else socket.AF_UNIX, socket.SOCK_STREAM) as one:
                one.connect(("127.0.0.1", self.port) if self.tcp else f"{self.folder}/socket")
            return True
        except OSError:
            return False


def bare(programs, port, tcp):
    return Server("bare loop", [os.path.join(programs, "policybare"), "{to}"], port, tcp, is_ours=True)


def guard(programs, port, tcp, command):
    words = shlex.split(command) if command else [os.path.join(programs, "policyguard"), "{to}"]
    return Server("guard", words, port, tcp, is_ours=True, fills=True, patience=20)


def postfwd1(port):
    return Server("postfwd1", ["postfwd1", "--daemon", "-f", "{folder}/rules", "-i", "127.0.0.1", "-p", "{port}", "-u", "root",
                               "-g", "root", "--pidfile", "{folder}/pid", "--nodns", "--norulelog"], port, tcp=True,
                  files={"rules": POSTFWD_RULES}, daemon=True)


def postfwd2(port):
    return Server("postfwd2", ["postfwd2", "--daemon", "-f", "{folder}/rules", "-i", "127.0.0.1", "-p", "{port}", "-u", "root",
                               "-g", "root", "--pidfile", "{folder}/pid", "--cache_socket", "unix::{folder}/cache", "--nodns",
                               "--norulelog"], port, tcp=True, files={"rules": POSTFWD_RULES}, daemon=True)


def rspamd(port):
    """With the Redis that it needs, which is part of its tree of processes."""
    redis = "redis-server --port {port} --bind 127.0.0.1 --save '' --appendonly no --dir {folder}"
    return Server("rspamd", ["sh", "-c", f"{redis} & exec rspamd -f -i -c {{folder}}/rspamd.conf"], port, patience=10,
                  files={"rspamd.conf": RSPAMD})


def client(programs, name, server, *arguments):
    """Runs a client of the server; returns what it printed."""
    words = [os.path.join(programs, name), "--to", server.to(), *map(str, arguments)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        text, _ = process.communicate(timeout=600)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode != 0:
        raise collectors.Failed(f"{' '.join(words)} failed ({server.name})")
    return json.loads(text)
