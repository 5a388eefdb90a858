# SPDX-License-Identifier: BSD-2-Clause
"""A FreeRADIUS of the test's own: a NAS that takes CoA and Disconnect, and an accounting server that writes a detail file."""
import os
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ending import folder, start, wait_until  # noqa: E402

SECRET = "testing123"
FREERADIUS, RADCLIENT = shutil.which("freeradius", path="/usr/sbin:/usr/bin"), shutil.which("radclient")

# What it answers depends on User-Name: "cause-503" gets a NAK with that Error-Cause, "nak" one without.
CONFIGURATION = """
prefix = /usr
name = lazaret-test
raddbdir = %(at)s
logdir = %(at)s
run_dir = %(at)s
libdir = /usr/lib/freeradius
max_request_time = 5
cleanup_delay = %(cleanup)s
max_requests = 65536
hostname_lookups = no
proxy_requests = %(proxies)s
log {
	destination = files
	file = %(at)s/log
}
security {
	max_attributes = 200
	reject_delay = 0
	status_server = no
}
thread pool {
	start_servers = %(threads)s
	max_servers = %(threads)s
	min_spare_servers = 1
	max_spare_servers = %(threads)s
	max_requests_per_server = 0
	max_queue_size = 65536
}
client loopback {
	ipaddr = 127.0.0.0/8
	secret = %(secret)s
}
modules {
	always ok {
		rcode = ok
	}
	always reject {
		rcode = reject
	}
	detail asked {
		filename = %(at)s/asked
		header = "%%t"
		permissions = 0600
	}
	detail {
		filename = %(at)s/detail
		header = "%%t"
		permissions = 0600
	}
	%(modules)s
}
server coa {
	listen {
		type = coa
		ipaddr = 127.0.0.1
		port = %(coa)s
	}
	recv-coa {
		%(asked)s
		if (&User-Name =~ /^cause-([0-9]+)$/) {
			update reply {
				Error-Cause := "%%{1}"
			}
			reject
		}
		elsif (&User-Name == "nak") {
			reject
		}
		else {
			ok
		}
	}
	send-coa {
		ok
	}
}
server accounting {
	listen {
		type = acct
		ipaddr = 127.0.0.1
		port = %(acct)s
	}
	preacct {
		ok
	}
	accounting {
		%(accounting)s
	}
}
%(more)s
"""
CONTRIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "contrib", "radius", "freeradius")


def missing():
    """Why there can be none; None: there can."""
    if FREERADIUS is None or RADCLIENT is None:
        return "needs freeradius and freeradius-utils"
    return None


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def contrib(name, at, port):
    """A file of contrib/, with the places that it says are to be replaced."""
    with open(os.path.join(CONTRIB, name), encoding="ascii") as file:
        text = file.read()
    for old, new in (("/var/log/freeradius/lazaret", at), ("port = 1813", f"port = {port}"), ("CHANGE-ME", SECRET)):
        text = text.replace(old, new)
    return text


class FreeRadius:
    """copies_to: the port of an accounting server that gets a copy, as contrib/radius/freeradius has it.
    prefix: of its command, as to run it in a network namespace."""

    def __init__(self, writes=True, threads=4, cleanup=2, copies_to=None, prefix=()):
        self.at = folder()
        self.coa, self.acct = free_port(), free_port()
        values = {"at": self.at, "secret": SECRET, "coa": self.coa, "acct": self.acct, "asked": "asked" if writes else "ok",
                  "threads": threads, "cleanup": cleanup, "proxies": "no", "accounting": "detail", "modules": "", "more": ""}
        if copies_to is not None:
            values.update({"proxies": "yes", "accounting": "detail.lazaret", "modules": contrib("mods-lazaret", self.at, copies_to),
                           "more": contrib("sites-lazaret", self.at, copies_to)})
        with open(os.path.join(self.at, "radiusd.conf"), "w", encoding="ascii") as file:
            file.write(CONFIGURATION % values)
        with open(os.path.join(self.at, "dictionary"), "w", encoding="ascii") as file:
            file.write("$INCLUDE /usr/share/freeradius/dictionary\n")
        self.process = start([*prefix, FREERADIUS, "-f", "-d", self.at, "-n", "radiusd"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not wait_until(lambda: "Ready to process requests" in self.read("log"), 60):
            raise RuntimeError("FreeRADIUS does not begin: " + self.read("log"))

    def read(self, name):
        try:
            with open(os.path.join(self.at, name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def asked_for(self):
        """Sessions and what they were to become, one after the other: a filter of generic.profile, or "disconnect"."""
        found = [(re.search(r'Acct-Session-Id = "(.*)"', block), re.search(r'Filter-Id = "lazaret-(.*)"', block))
                 for block in self.read("asked").split("\n\n")]
        return [(session[1], filter_of[1] if filter_of else "disconnect") for session, filter_of in found if session]

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def radclient(port, kind, attributes, secret=SECRET, tries=1, seconds=2, prefix=()):
    """What it says when it has sent one request of these; of several where an empty one is between."""
    said = subprocess.run([*prefix, RADCLIENT, "-x", "-p", "64", "-r", str(tries), "-t", str(seconds), f"127.0.0.1:{port}", kind, secret],
                          input="\n".join(attributes) + "\n", capture_output=True, text=True, timeout=60, check=False)
    return said.stdout + said.stderr
