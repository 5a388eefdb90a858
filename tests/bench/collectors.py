# SPDX-License-Identifier: BSD-2-Clause
"""Collectors of flow export under load: started, measured and stopped by process id. For `live` and `soak`.

CPU is what all processes of the collector used: the run time of every thread (schedstat), the time of threads that
have ended (utime and stime of the process, in steps of 10 ms) and of children that were waited for. Memory is the sum of
PSS. Loss is the kernel's count of datagrams that found no room in the collector's sockets."""
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TICK = 1e9 / os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def stat_of(pid):
    """The fields of /proc/PID/stat behind the name: state is 0, parent 1, utime 11; None if it is gone."""
    text = read(f"/proc/{pid}/stat")
    return text[text.rindex(")") + 2:].split() if ")" in text else None


def tree(root):
    """A process and all its descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = stat_of(name)
            if stat:
                children.setdefault(int(stat[1]), []).append(int(name))
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        found.append(pid)
        rest += children.get(pid, [])
    return [pid for pid in found if os.path.exists(f"/proc/{pid}")]


def cpu_ns(pids):
    total = 0
    for pid in pids:
        threads = 0
        try:
            names = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for name in names:
            text = read(f"/proc/{pid}/task/{name}/schedstat").split()
            threads += int(text[0]) if text else 0
        stat = stat_of(pid)
        if stat is None:
            continue
        whole = (int(stat[11]) + int(stat[12])) * TICK
        # Threads that have ended are in the sum of the process alone, which is coarser.
        total += whole if whole > threads + 2 * TICK else threads
        total += (int(stat[13]) + int(stat[14])) * TICK
    return total


def memory(pids):
    """PSS and RSS in bytes."""
    pss = rss = 0
    for pid in pids:
        text = read(f"/proc/{pid}/smaps_rollup")
        for name, value in re.findall(r"^(Pss|Rss): +(\d+) kB", text, re.M):
            if name == "Pss":
                pss += int(value) * 1024
            else:
                rss += int(value) * 1024
    return pss, rss


def sockets(port):
    """Of UDP sockets of this port: how many, bytes that wait, datagrams lost."""
    count = waiting = lost = 0
    for path in "/proc/net/udp", "/proc/net/udp6":
        for line in read(path).splitlines()[1:]:
            fields = line.split()
            # A connected socket is a sender's.
            if int(fields[1].rsplit(":", 1)[1], 16) == port and fields[2].endswith(":0000"):
                count += 1
                waiting += int(fields[4].split(":")[1], 16)
                lost += int(fields[-1])
    return count, waiting, lost


def buffer_bytes(port):
    """The room of the socket as the kernel has it; 0 where ss cannot tell."""
    try:
        text = subprocess.run(["ss", "-Hulnm", "sport", "=", f":{port}"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return max((int(n) for n in re.findall(r"\brb(\d+)", text)), default=0)


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def load_average():
    return float(read("/proc/loadavg").split()[0])


class Failed(Exception):
    pass


class Collector:
    """command: words; {port} and {folder} in them are replaced, and files: name to text, in that folder likewise.
    counts: a command that prints how many records were read so far; own_count: where its log tells that at the end."""

    def __init__(self, name, command, port, files=None, counts=None, own_count=None, pid=None,
                 patience=3):
        self.name, self.command, self.port, self.files, self.counts = name, command, port, files or {}, counts
        self.own_count, self.patience = own_count, patience
        self.folder = self.process = None
        self.pid = self.given = pid
        self.log = ""

    def put(self, text):
        return text.replace("{port}", str(self.port)).replace("{folder}", self.folder or "")

    def is_open(self):
        return sockets(self.port)[0] > 0

    def has_failed(self):
        return self.process.poll() is not None

    def start(self):
        if self.given:
            return self
        if self.is_open():
            raise Failed(f"port {self.port} is taken")
        self.folder = tempfile.mkdtemp(prefix="lazaret-live-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        for name, text in self.files.items():
            with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
                file.write(self.put(text))
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.process = subprocess.Popen([self.put(word) for word in self.command], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid
        until = time.monotonic() + 30
        while not self.is_open():
            if self.has_failed() or time.monotonic() > until:
                self.stop()
                raise Failed(f"{self.name} did not open port {self.port}: {self.log[-500:]}")
            time.sleep(0.05)
        time.sleep(0.5)
        return self

    def alive(self):
        return os.path.exists(f"/proc/{self.pid}") and (self.process is None or self.process.poll() is None)

    def pids(self):
        return tree(self.pid)

    def cpu_ns(self):
        return cpu_ns(self.pids())

    def drained(self, seconds=10):
        """Waits until nothing waits in the sockets, and half a second more for what follows."""
        until = time.monotonic() + seconds
        while sockets(self.port)[1] > 0 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.5)

    def counted(self):
        """What the collector says itself that it has read so far; None if it cannot be asked."""
        if not self.counts:
            return None
        text = subprocess.run(self.put(self.counts), shell=True, capture_output=True, text=True, timeout=30).stdout
        found = re.search(r"\d+", text)
        return int(found.group()) if found else None

    def stop(self):
        """SIGTERM, and SIGKILL for what is left of the tree when patience (seconds) is over. The log stays in self.log."""
        if self.given or self.process is None:
            return
        left = self.pids()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                left = self.pids()
                self.process.kill()
                self.process.wait()
        for pid in left:
            # Children that outlived their parent; their session tells that the number is still theirs.
            stat = stat_of(pid)
            if stat and int(stat[3]) == self.process.pid:
                os.kill(pid, signal.SIGKILL)
        if self.folder:
            self.log = read(os.path.join(self.folder, "log"))
            shutil.rmtree(self.folder, ignore_errors=True)
        self.process = self.folder = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()


def nfcapd(port, room):
    """Writes every record to a file in memory; tells at the end how many, and gaps in sequence."""
    return Collector("nfcapd", ["nfcapd", "-b", "127.0.0.1", "-p", "{port}", "-B", str(room), "-w", "{folder}"], port,
                     own_count=r"Flows: (\d+)")


def nfacctd(port, room):
    """Keeps port 25 alone, by source address, in memory."""
    return Collector("nfacctd, port 25", ["nfacctd", "-f", "{folder}/nfacctd.conf"], port, files={"nfacctd.conf": f"""
daemonize: false
nfacctd_ip: 127.0.0.1
nfacctd_port: {{port}}
nfacctd_pipe_size: {room}
plugins: memory[m]
aggregate[m]: src_host
aggregate_filter[m]: dst port 25
imt_path[m]: {{folder}}/pipe
imt_buckets[m]: 524309
imt_mem_pools_number[m]: 4096
imt_mem_pools_size[m]: 1048576
"""}, patience=1)  # it does not end by SIGTERM


def floor(programs, port, room, *how):
    name = {(): "floor, batches", ("--plain",): "floor, recvfrom", ("--gro",): "floor, batches, GRO"}[how]
    return Collector(name, [os.path.join(programs, "receiver_floor"), "--port", "{port}", "--buffer", str(room), *how],
                     port, own_count=r'"records":(\d+)')


def ours(command, port, counts=None, pid=None, name="collector"):
    return Collector(name, shlex.split(command), port, counts=counts, pid=pid, patience=20)


def send(programs, port, *arguments, seconds=1):
    """Runs the sender; returns what it printed."""
    words = [os.path.join(programs, "sender"), "--port", str(port), "--seconds", str(seconds), *map(str, arguments)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        text, _ = process.communicate(timeout=seconds + 60)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode != 0:
        raise Failed(f"{' '.join(words)} failed")
    return json.loads(text)


def end_on_signals():
    """SIGTERM and SIGHUP end like ^C, so that everything started is stopped."""
    def end(number, frame):
        raise KeyboardInterrupt
    for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
        signal.signal(number, end)
