# SPDX-License-Identifier: BSD-2-Clause
"""A machine's worth of names for a test: network, mounts and processes of its own, which all go with it.

/etc is a copy, /run, /var/log, /var/mail and the folders of mail servers are empty, and the network is a loopback
interface with addresses for several parties: what is installed here is installed as on a machine, and touches none.
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

EMPTY = ("/run", "/var/log", "/var/mail", "/var/spool", "/var/lib")
THERE = ("/run/dovecot", "/var/lib/postfix", "/var/lib/dovecot", "/var/spool/postfix")
UNSHARE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]


def missing(programs):
    """Why there can be no stage, or None."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in ("unshare", "ip", "mount", *programs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if os.geteuid() != 0:
        return "needs root: namespaces, and mail servers that change users"
    tried = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else "no namespaces can be made here: " + tried.stderr.strip()


def enter(addresses):
    """Runs this program again on the stage, and ends with it. Returns there only."""
    work = os.environ.pop("LAZARET_STAGE", "")
    if not work:
        work = ending.folder()
        inside = ending.start([*UNSHARE, sys.executable, *sys.argv], env=dict(os.environ, LAZARET_STAGE=work))
        sys.exit(inside.wait())
    os.environ["TMPDIR"] = work
    etc = os.path.join(work, "etc")
    for command in (["cp", "-a", "/etc", etc], ["mount", "--bind", etc, "/etc"],
                    *(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", path] for path in EMPTY),
                    ["mkdir", *THERE],
                    ["ip", "link", "set", "lo", "up"],
                    *(["ip", "address", "add", address, "dev", "lo"] for address in addresses)):
        subprocess.run(command, check=True)
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"), ("hosts", "127.0.0.1 localhost\n")):
        path = os.path.join("/etc", name)
        if os.path.lexists(path):
            os.unlink(path)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    return work
