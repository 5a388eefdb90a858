# SPDX-License-Identifier: BSD-2-Clause
"""An agency's mail server on a stage (stages.py): Postfix and OpenDKIM, installed as contrib/census/mta/README.md says, and a world
that takes what it sends, refuses and bounces. Nothing leaves the stage."""
import collections
import email
import email.policy
import glob
import os
import re
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certificates  # noqa: E402
from ending import run, start, wait_until  # noqa: E402

CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib/census/mta")
DOMAIN, HOST, WORLD = "census.cert.example", "192.0.2.25", "203.0.113.25"
NAME = "mail." + DOMAIN
SINK, BACK, ANSWERS = "/run/world", "/var/mail/census/bounces", "/var/mail/census/answers"
LOG = "/var/log/mail.log"
# What the world is like: one domain has no mailboxes, two are known to the server itself.
SETTINGS = [f"maillog_file={LOG}", f"relayhost=[{WORLD}]:2525", "smtp_host_lookup=native", "smtp_tls_security_level=none",
            "default_destination_concurrency_limit=20",
            f"transport_maps=inline:{{{{gone.example=smtp:[{WORLD}]:2526}}}}",
            "smtpd_recipient_restrictions=check_recipient_access "
            "inline:{{refused.example=550 5.1.1 nobody there} {denied.example=550 5.7.1 not you} "
            "{later.example=451 4.7.1 not now}}, permit"]


def sh(script, **more):
    done = run("sh", "-euc", script, **more)
    if done.returncode:
        raise RuntimeError(f"{script}\n{done.stdout}{done.stderr}")
    return done.stdout


def log():
    try:
        with open(LOG, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def is_open(address, port):
    try:
        with socket.create_connection((address, port), 2):
            return True
    except OSError:
        return False


def install():
    """As README.md says; what the DNS should say is for the verifier."""
    chain, key = certificates.make("/etc/ssl", NAME)
    with open(os.path.join(CONTRIB, "README.md"), encoding="utf-8") as file:
        script = file.read().split("\n## Install\n")[1].split("```sh\n")[1].split("```")[0]
    for name, value in (("HOSTNAME", NAME), ("CLIENTS", HOST), ("FROM", CONTRIB), ("CERTIFICATE", chain), ("KEY", key)):
        script, times = re.subn(rf"(?m)\b{name}=\S+", f"{name}={value}", script)
        if times != 1:
            raise RuntimeError(f"{times} times {name} in README.md")
    records = [line for line in sh(script).splitlines() if "._domainkey." in line]
    with open("/run/keys", "w", encoding="ascii") as file:
        file.write("\n".join(records) + "\n")
    with open("/run/verify.conf", "w", encoding="ascii") as file:
        file.write("Mode v\nTestPublicKeys /run/keys\n")
    with open("/etc/hosts", "a", encoding="ascii") as file:
        file.write(f"{HOST} {NAME}\n{WORLD} world.example.org\n")
    subprocess.run(["postconf", "-e", *SETTINGS], check=True)
    sh("chown postfix /var/lib/postfix")
    return chain, records


def start_postfix():
    start(["postfix", "start-fg"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not wait_until(lambda: all(is_open(HOST, port) for port in (25, 587)), 30):
        raise RuntimeError("Postfix does not listen:\n" + log())


def start_all(gone="gone.example"):
    """The world, in which the domain gone has no mailboxes, and the mail server."""
    subprocess.run(["postconf", "-e", f"transport_maps=inline:{{{{{gone}=smtp:[{WORLD}]:2526}}}}"], check=True)
    os.makedirs(SINK)
    shutil.chown(SINK, "postfix")
    start(["smtp-sink", "-u", "postfix", "-d", f"{SINK}/%H%M%S.", f"{WORLD}:2525", "1000"], stdin=subprocess.DEVNULL)
    start(["smtp-sink", "-u", "postfix", "-f", "RCPT", f"{WORLD}:2526", "1000"], stdin=subprocess.DEVNULL)
    for kind, port in (("rsa", 8891), ("ed25519", 8892)):
        start(["opendkim", "-f", "-x", f"/etc/opendkim-census/{kind}.conf"], stdin=subprocess.DEVNULL)
        if not wait_until(lambda port=port: is_open("127.0.0.1", port), 30):
            raise RuntimeError(f"OpenDKIM does not listen: {kind}")
    start_postfix()


def queue_is_empty():
    return run("postqueue", "-j").stdout == ""


def received():
    """What the world got: message and sender on the envelope, by the name of the letter."""
    if not wait_until(queue_is_empty, 120):
        raise RuntimeError("Postfix does not come to an end:\n" + run("postqueue", "-p").stdout)
    found = collections.defaultdict(list)
    for path in glob.glob(f"{SINK}/*"):
        with open(path, "rb") as file:
            text = file.read()
        sender = re.search(rb"^X-Mail-Args: <([^>]*)>", text, re.M).group(1).decode()
        text = re.sub(rb"(?m)^X-(?:Client|Helo|Mail|Rcpt)-[^\n]*\n", b"", text)
        message = email.message_from_bytes(text, policy=email.policy.default)
        found[message["message-id"].strip("<>").split("@")[0]].append((message, sender, text))
    return found


def is_verified(text):
    """By another OpenDKIM, which has the keys that the DNS would have."""
    with open("/run/message", "wb") as file:
        file.write(text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return run("opendkim", "-x", "/run/verify.conf", "-vv", "-t", "/run/message")


def set_postfix(*settings):
    changed = {setting.split("=")[0] for setting in settings}
    subprocess.run(["postconf", "-e", *(one for one in SETTINGS if one.split("=")[0] not in changed), *settings], check=True)
    subprocess.run(["postfix", "reload"], check=True, capture_output=True)
    time.sleep(1)
