# SPDX-License-Identifier: BSD-2-Clause
"""A Postfix of the test's own: configuration, queue, data and log in one folder, on loopback, ended with the test.

Nothing of the machine's own Postfix is used but its programs. Mail for here.example goes to one mailbox in the folder,
all other mail is thrown away.
"""
import os
import pwd
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

LOCAL = "here.example"
NOBODY = 65534
# What comes from where an XCLIENT says is not of mynetworks.
MAIN = f"""compatibility_level = 3.6
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_relay_restrictions = check_client_access static:OK, reject
smtpd_error_sleep_time = 0
default_transport = discard
relay_transport = discard
virtual_mailbox_domains = {LOCAL}
virtual_mailbox_maps = static:mailbox
virtual_minimum_uid = {NOBODY}
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
alias_maps =
alias_database =
notify_classes =
append_dot_mydomain = no
# Held and deferred mail is looked at, not tried again.
minimal_backoff_time = 1h
queue_run_delay = 1h
"""
MASTER = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Why there can be none here; empty if there can."""
    if os.geteuid() != 0:
        return "Postfix needs root"
    if shutil.which("postfix") is None or shutil.which("postcat") is None:
        return "Postfix is not installed"
    return ""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Postfix:
    """main: more lines of main.cf. services: for each port, more words of its line in master.cf (options of smtpd)."""

    def __init__(self, folder, main="", services=None):
        self.folder = folder
        self.settings = os.path.join(folder, "etc")
        self.queue = os.path.join(folder, "queue")
        self.mail = os.path.join(folder, "mail")
        self.log = os.path.join(folder, "log")
        self.process = None
        owner = pwd.getpwnam("postfix")
        # Its processes are not root, and come by here.
        os.chmod(folder, 0o755)
        for name, uid in (("etc", 0), ("queue", 0), ("data", owner.pw_uid), ("mail", NOBODY)):
            os.makedirs(os.path.join(folder, name), 0o755, exist_ok=True)
            os.chown(os.path.join(folder, name), uid, -1)
        self.write("main.cf", MAIN + f"queue_directory = {self.queue}\ndata_directory = {folder}/data\n"
                   f"virtual_mailbox_base = {self.mail}\nmaillog_file = {self.log}\nmaillog_file_prefixes = {folder}\n"
                   + main)
        lines = [f"127.0.0.1:{port} inet n - n - - smtpd {more}\n" for port, more in (services or {}).items()]
        self.ports = list(services or {})
        self.write("master.cf", "".join(lines) + MASTER)

    def write(self, name, text):
        with open(os.path.join(self.settings, name), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        self.process = ending.start(["postfix", "-c", self.settings, "start-fg"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not ending.wait_until(lambda: all(map(self.is_listening, self.ports)) or self.process.poll() is not None, 60) \
                or self.process.poll() is not None:
            raise RuntimeError("Postfix does not start:\n" + self.said())
        # It outlives the script that started it; what it starts does not outlive it.
        with open(os.path.join(self.queue, "pid/master.pid"), encoding="ascii") as file:
            ending.also(int(file.read()))
        return self

    @staticmethod
    def is_listening(port):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        self.run("postfix", "stop")
        self.process.wait(60)

    def run(self, name, *words):
        return ending.run(name, "-c", self.settings, *words)

    def said(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def held(self):
        """Queue ids."""
        return sorted(name for _, _, names in os.walk(os.path.join(self.queue, "hold")) for name in names)

    def queued(self, queue_id):
        """Header and body of a message in any queue."""
        return self.run("postcat", "-hbq", queue_id).stdout

    def delivered(self):
        """What is in the mailbox."""
        try:
            with open(os.path.join(self.mail, "mailbox"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""
