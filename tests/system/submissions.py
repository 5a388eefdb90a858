# SPDX-License-Identifier: BSD-2-Clause
"""A mail host on a stage: contrib/submission as its README.md says, accounts, a world to send to, and clients."""
import collections
import email
import glob
import os
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stages  # noqa: E402
from ending import run, start, wait_until  # noqa: E402

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib")
PROGRAMS = ("postfix", "dovecot", "doveadm", "swaks", "smtp-sink", "smtp-source", "openssl", "od")
HOST, WORLD, WORLD_PORT = "192.0.2.25", "203.0.113.25", 2525
CLIENTS = [f"198.51.100.{number}" for number in range(1, 20)]
AUTHORITY = "/etc/ssl/authority.pem"
SINK = "/run/world"

Sent = collections.namedtuple("Sent", "code lines transcript")


def enter():
    return stages.enter([f"{address}/32" for address in (HOST, WORLD, *CLIENTS)])


def sh(script, **more):
    done = run("sh", "-euc", script, **more)
    if done.returncode:
        raise RuntimeError(f"{script}\n{done.stdout}{done.stderr}")
    return done.stdout


def make_certificates():
    """An authority of the test's own, and the host's certificate."""
    sh(f"""cd /etc/ssl; umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN=An authority for a demonstration' \\
        -keyout authority.key -out {AUTHORITY} 2>&1
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=mail.example.net -keyout private/mail.key \\
        -out mail.request 2>&1
    printf 'subjectAltName=DNS:mail.example.net\\n' >mail.extensions
    openssl x509 -req -in mail.request -CA {AUTHORITY} -CAkey authority.key -CAcreateserial -days 30 \\
        -extfile mail.extensions -out certs/mail.pem 2>&1
    chmod 644 certs/mail.pem {AUTHORITY}""")


def written(title):
    """The lines of README.md that follow a title."""
    with open(os.path.join(CONTRIB, "submission/README.md"), encoding="utf-8") as file:
        part = file.read().split(f"\n## {title}\n")[1]
    return part.split("```sh\n")[1].split("```")[0]


def add_account(name, password):
    """As README.md says; the password does not come from a terminal."""
    script = written("An account").replace("ACCOUNT=alice@example.net", f"ACCOUNT={name}")
    sh(script.replace("-s ARGON2ID", f"-s ARGON2ID -p '{password}'"))


def name_hosts():
    with open("/etc/hosts", "a", encoding="ascii") as file:
        file.write(f"{HOST} mail.example.net\n{WORLD} world.example.org\n")


def install():
    """What differs from a real machine stands here: where the templates are, and below: log files, no DNS, a next hop."""
    make_certificates()
    os.makedirs("/etc/dovecot", exist_ok=True)
    sh(written("Install").replace("FROM=/usr/share/lazaret/submission", f"FROM={CONTRIB}/submission"))
    name_hosts()
    with open("/etc/dovecot/dovecot.conf", "a", encoding="ascii") as file:
        file.write("log_path = /var/log/dovecot.log\n")
    sh(f"""postconf -e maillog_file=/var/log/mail.log relayhost='[world.example.org]:{WORLD_PORT}' smtp_host_lookup=native
    chown postfix /var/lib/postfix""")


def is_open(address, port):
    try:
        with socket.create_connection((address, port), 2):
            return True
    except OSError:
        return False


def start_world():
    os.makedirs(SINK)
    shutil.chown(SINK, "postfix")
    start(["smtp-sink", "-u", "postfix", "-d", f"{SINK}/%H%M%S.", f"{WORLD}:{WORLD_PORT}", "1000"], stdin=subprocess.DEVNULL)


def start_servers():
    """In the foreground, so that they end with the test."""
    start_world()
    start(["postfix", "start-fg"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not wait_until(lambda: all(is_open(HOST, port) for port in (25, 587, 465)), 30):
        raise RuntimeError("Postfix does not listen:\n" + log())
    start(["dovecot", "-F"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not wait_until(lambda: os.path.exists("/var/spool/postfix/private/auth"), 30):
        raise RuntimeError("Dovecot does not listen:\n" + log("dovecot.log"))


def log(name="mail.log"):
    try:
        with open(os.path.join("/var/log", name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def reload_postfix(*settings):
    for command in ([["postconf", "-e", *settings]] if settings else []) + [["postfix", "reload"]]:
        subprocess.run(command, check=True, capture_output=True)


def swaks(client, *arguments, port=587, tls=True, account=None, password=None, sender=None, to=("someone@example.org",)):
    """What swaks saw; code is that of the server's last answer before QUIT."""
    command = ["swaks", "--server", "mail.example.net", "--port", str(port), "--local-interface", client, "--helo",
               "client.example", "--timeout", "60", "--to", ",".join(to), "--from", account if sender is None else sender]
    if tls:
        command += ["--tls-on-connect" if port == 465 else "--tls", "--tls-verify", "--tls-ca-path", AUTHORITY]
    if password is not None:
        command += ["--auth", "PLAIN", "--auth-user", account, "--auth-password", password]
    done = run(*command, *arguments)
    lines = [found.group(1) for found in re.finditer(r"^<[-~*]{1,3}\s+(\d{3}.*?)\s*$", done.stdout, re.M)]
    said = [line for line in lines if not line.startswith("221")]
    return Sent(int(said[-1][:3]) if said else 0, said, done.stdout + done.stderr)


class Talk:
    """SMTP by hand: commands, and what was answered to each."""

    def __init__(self, port, client=CLIENTS[0], tls=False):
        context = ssl.create_default_context(cafile=AUTHORITY)
        kind = smtplib.SMTP
        more = {}
        if port == 465:
            kind, more = smtplib.SMTP_SSL, {"context": context}
        self.smtp = kind("mail.example.net", port, "client.example", timeout=60, source_address=(client, 0), **more)
        self.smtp.ehlo()
        if tls:
            self.smtp.starttls(context=context)
            self.smtp.ehlo()

    def say(self, *commands):
        """The last answer."""
        for command in commands:
            code, words = self.smtp.docmd(command)
        return f"{code} {words.decode('ascii', 'replace')}"

    def offers(self, what):
        return self.smtp.has_extn(what)


def read_messages(folder_glob):
    found = []
    for path in glob.glob(folder_glob):
        with open(path, encoding="utf-8", errors="replace") as file:
            found.append(email.message_from_file(file))
    return found


def in_world():
    """What has come to the world outside: its fields, with X-Mail-Args and X-Rcpt-Args of its envelope before them."""
    return read_messages(SINK + "/*")


def in_mailbox(name, domain="example.net"):
    return read_messages(f"/var/mail/domains/{domain}/{name}/new/*")


def queue():
    """Of what waits in Postfix: queue name of each."""
    return re.findall(r'"queue_name": "(\w+)"', sh("postqueue -j"))


def is_empty_queue():
    return all(name == "hold" for name in queue())
