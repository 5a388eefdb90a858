# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of notices share: contacts, a configuration, a daemon in which floods become cases with a measure."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import certificates  # noqa: E402
from daemons import *  # noqa: E402,F403

BAD, OTHER, NOBODY = "192.0.2.7", "192.0.2.8", "192.0.2.9"
HOST = "localhost"
work = folder()
EXABGP, CONTACTS, CONFIG = (os.path.join(work, name) for name in ("exabgp", "contacts.csv", "lazaret.yaml"))
with open(EXABGP, "w", encoding="ascii"):
    pass
CASE = {"receive__clock": "arrival", "receive__join": "1s", "receive__sampling": "1", "network__inside": "192.0.2.0/24",
        "contain__exabgp": EXABGP, "contain__bgp_quarantine": "redirect", "contain__bgp_redirect": "64500:666",
        "contain__block25": "enforce", "contain__quarantine": "propose"}


def certificate(name):
    return certificates.make(work, name)


def write_contacts(text, mode=0o600):
    with open(CONTACTS, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(CONTACTS, mode)


def write_config(portal=None, **notice):
    rows_of = {"contacts": CONTACTS, "from": "help@example.net", "mode": "send"}
    rows_of.update({name.replace("_", "-"): value for name, value in notice.items()})
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write("garden:\n  portal: https://help.example.net/\n  provider: Eksempelnett Øst\n  telephone: 22 33 44 55\n"
                   + "portal:\n" * bool(portal) + "".join(f"  {name}: {value}\n" for name, value in (portal or {}).items())
                   + "notice:\n" + "".join(f"  {name}: {value}\n" for name, value in rows_of.items()))


def reload(daemon, **notice):
    write_config(**notice)
    before = daemon.mark()
    asked = daemon.ask("reload")
    return asked.returncode == 0 and wait_until(lambda: daemon.events("reloaded", before), 60) or asked


def figure(daemon, name):
    return (daemon.status() or {"figures": {}})["figures"].get(name, -1)


def has(text, *words):
    return [f"no {word!r} in {text[:3000]}" for word in words if word not in text]
