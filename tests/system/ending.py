# SPDX-License-Identifier: BSD-2-Clause
"""What a test starts ends with it, and the folders that it makes go: at its end, at an exception, and when it is told to end."""
import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OWNER = os.getpid()
running = []
others = {}
folders = []
for _number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, lambda *_: sys.exit(1))


def start(*arguments, **more):
    """A subprocess.Popen, which is ended with the test, and all that it started."""
    process = subprocess.Popen(*arguments, **more)
    running.append(process)
    return process


def run(*command, timeout=600, **more):
    """As subprocess.run, with its output as text; but where the test ends meanwhile, what the command started ends, too."""
    process = start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    out, err = process.communicate(timeout=timeout)
    running.remove(process)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def also(*pids):
    """Ends these, too, which somebody else started."""
    others.update({pid: stat_of(pid) for pid in pids})


def folder(prefix="lazaret-test-"):
    folders.append(tempfile.mkdtemp(prefix=prefix))
    return folders[-1]


def wait_until(true, seconds, pause=0.05):
    """What true() gave when it was no longer false, or its last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = true()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(pause)


def stat_of(pid):
    """Name, state, parent and start of a process; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, rest[0], int(rest[1]), int(rest[19])


def is_alive(pid):
    stat = stat_of(pid)
    return stat is not None and stat[1] not in "ZX"


def tracer_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return next(int(row.split()[1]) for row in file if row.startswith("TracerPid:"))
    except (OSError, StopIteration):
        return 0


def is_held(pid):
    """Stopped by strace for longer than at each call."""
    for _ in range(12):
        if (stat_of(pid) or ("", ""))[1] != "t":
            return False
        time.sleep(0.01)
    return True


def children(pid):
    """Of a process, and of those: pid to name, defunct ones too."""
    found, parents = {}, {pid}
    table = {int(entry): stat_of(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    while parents:
        of = {one: stat[0] for one, stat in table.items() if stat is not None and stat[2] in parents}
        parents = set(of) - set(found)
        found.update(of)
    return found


def is_same(pid):
    """A number may have been given to another process meanwhile."""
    was, now = others[pid], stat_of(pid)
    return was is not None and now is not None and was[3] == now[3]


# Registered first, so done last: what else a test registers still finds its folders.
@atexit.register
def end_all():
    if os.getpid() != OWNER:
        return
    pids = [pid for pid in others if is_same(pid)]
    for process in running:
        if process.poll() is None:
            pids += [process.pid, *children(process.pid)]
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for process in running:
        process.wait()
    wait_until(lambda: not any(map(is_alive, pids)), 10)
    for made in folders:
        shutil.rmtree(made, ignore_errors=True)
