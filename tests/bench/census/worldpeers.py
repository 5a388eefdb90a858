# SPDX-License-Identifier: BSD-2-Clause
"""What people use today to find the range of an address: PostgreSQL with three indexes, grepcidr, libmaxminddb.

Each is asked for so many addresses of the lists as it can answer in well under a minute; 20 million are reckoned from that, in proportion.
Figures are CPU time of the process that answers."""
import gzip
import ipaddress
import itertools
import os
import shutil
import subprocess
import sys

import ending

ALL = 20000000
POSTGRES = "/usr/lib/postgresql/15/bin"
WRITER = r"""
use MaxMind::DB::Writer::Tree;
my $tree = MaxMind::DB::Writer::Tree->new(ip_version => 4, record_size => 28, database_type => 'systems', languages => ['en'],
    description => {en => 'ranges and their AS'}, map_key_type_callback => sub { 'uint32' }, remove_reserved_networks => 0);
while (<STDIN>) { my ($prefix, $system) = split; $tree->insert_network($prefix, {system => $system}); }
open my $file, '>:raw', $ARGV[0] or die $!;
$tree->write_tree($file);
"""


def show(name, count, seconds, note=""):
    print(f"  {name:34} {count / seconds:12.0f} addresses a second of CPU; 20 million: {ALL / count * seconds:9.1f} s "
          f"(reckoned from {count}){note}")
    sys.stdout.flush()


def ranges_of(path):
    with gzip.open(path, "rt", encoding="ascii") as file:
        for line in file:
            low, high, system, _ = line.split(",")
            if ":" not in low:
                yield low, high, system


def prefixes_of(path):
    for low, high, system in ranges_of(path):
        for prefix in ipaddress.summarize_address_range(ipaddress.IPv4Address(low), ipaddress.IPv4Address(high)):
            yield f"{prefix}\t{system}\n"


def addresses_of(path, count):
    with open(path, encoding="ascii") as file:
        return list(itertools.islice((line for line in file if line[0] != "#"), count))


def write(path, lines):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(lines)
    os.chmod(path, 0o644)
    return path


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Postgres:
    """A cluster of its own on a Unix socket, and one session."""

    def __init__(self, folder):
        self.data = os.path.join(folder, "data")
        self.front = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        if self.front:
            shutil.chown(folder, "postgres", "postgres")
        self.call("initdb", "-D", self.data, "-A", "trust", "-U", "bench", "--no-sync", "--locale=C")
        self.server = ending.start([*self.front, f"{POSTGRES}/postgres", "-D", self.data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
                                    "-c", "jit=off", "-c", "max_parallel_workers_per_gather=0", "-c", "shared_buffers=512MB", "-c",
                                    "maintenance_work_mem=256MB", "-c", "work_mem=256MB"], cwd=folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ready = [*self.front, f"{POSTGRES}/pg_isready", "-q", "-h", folder]
        ending.wait_until(lambda: subprocess.run(ready, check=False, cwd=folder).returncode == 0, 30)
        self.session = ending.start([*self.front, f"{POSTGRES}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "bench", "postgres"],
                                    cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = int(self.ask("SELECT pg_backend_pid()"))

    def call(self, *words):
        subprocess.run([*self.front, f"{POSTGRES}/{words[0]}", *words[1:]], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=120)

    def ask(self, *statements):
        """The last row of the last of them."""
        self.session.stdin.write("".join(f"{statement};\n" for statement in statements) + "\\echo end of it\n")
        self.session.stdin.flush()
        row = ""
        for line in self.session.stdout:
            if line == "end of it\n":
                return row
            row = line.rstrip("\n")
        raise RuntimeError("psql ended")

    def measure(self, name, count, select, note=""):
        self.ask(f"CREATE TEMP TABLE asked AS SELECT address FROM addresses LIMIT {count}")
        begin = cpu_of(self.pid)
        known = int(self.ask(select))
        show(f"PostgreSQL, {name}", count, cpu_of(self.pid) - begin, f", {known} known{note}")
        self.ask("DROP TABLE asked")

    def stop(self):
        self.session.stdin.close()
        self.session.wait(30)
        self.server.terminate()
        self.server.wait(30)


def postgres(ranges, prefixes, addresses):
    if not os.path.exists(f"{POSTGRES}/postgres"):
        print("  PostgreSQL 15 is not installed")
        return
    folder = ending.folder("lazaret-bench-postgres-")
    database = Postgres(folder)
    database.ask("CREATE TABLE networks (network cidr, system bigint)", f"\\copy networks FROM '{prefixes}'".removesuffix(";"),
                 "CREATE TABLE spans (low inet, high inet, system bigint)", f"\\copy spans FROM '{ranges}'",
                 "CREATE TABLE addresses (address inet)", f"\\copy addresses FROM '{addresses}'",
                 "CREATE INDEX spans_low ON spans (low)", "ANALYZE", "SELECT count(*) FROM networks")
    holds = "SELECT count(system) FROM asked LEFT JOIN LATERAL (SELECT system FROM networks WHERE network >>= address LIMIT 1) n ON true"
    below = "SELECT count(system) FROM asked LEFT JOIN LATERAL (SELECT high, system FROM spans WHERE low <= address ORDER BY low DESC LIMIT 1) n " \
            "ON high >= address"
    for name, method, count in (("GiST inet_ops", "gist", 10000), ("SP-GiST inet_ops", "spgist", 500000)):
        database.ask(f"CREATE INDEX it ON networks USING {method} (network inet_ops)", "ANALYZE networks", "SET enable_seqscan=off")
        database.measure(name, count, holds)
        database.ask("DROP INDEX it")
    database.measure("btree, LATERAL ... LIMIT 1", 500000, below)
    database.stop()


def of_command(command, **more):
    before = os.times()
    subprocess.run(command, check=False, timeout=300, **more)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def grepcidr(folder, prefixes, addresses, count):
    if not shutil.which("grepcidr"):
        print("  grepcidr is not installed")
        return
    with open(prefixes, encoding="ascii") as file:
        only = write(os.path.join(folder, "only"), (line.split("\t")[0] + "\n" for line in file))
    with open(os.devnull, "wb") as nowhere:
        load = of_command(["grepcidr", "-f", only, write(os.path.join(folder, "none"), [])], stdout=nowhere)
        whole = of_command(["grepcidr", "-f", only, addresses], stdout=nowhere)
    show("grepcidr", count, max(whole - load, 0.01), f"; loading {load:.2f} s more; it does not say which range")


def maxminddb(programs, folder, prefixes, addresses):
    program, database = os.path.join(programs, "mmdbload"), os.path.join(folder, "systems.mmdb")
    if not os.path.exists(program) or subprocess.run(["perl", "-MMaxMind::DB::Writer::Tree", "-e", "1"], check=False,
                                                     stderr=subprocess.DEVNULL).returncode != 0:
        print("  libmaxminddb, or Perl's MaxMind::DB::Writer, is not installed")
        return
    with open(prefixes, "rb") as file:
        subprocess.run(["perl", "-e", WRITER, database], check=True, stdin=file, timeout=600)
    said = subprocess.run([program, database, addresses], check=True, capture_output=True, text=True, timeout=300).stdout
    found = {name: float(value) for name, value in map(str.split, said.splitlines())}
    show("libmaxminddb, from text", int(found["count"]), found["by_text"], f", {found['known']:.0f} known")
    show("libmaxminddb, from numbers", int(found["count"]), found["by_number"])


def measure(programs, systems, feed):
    """systems: the table of ranges; feed: addresses, one a line."""
    print("peers, address to range; ours on the same machine: bench_join")
    folder = ending.folder("lazaret-bench-peers-")
    os.chmod(folder, 0o755)
    ranges = write(os.path.join(folder, "ranges"), (f"{low}\t{high}\t{system}\n" for low, high, system in ranges_of(systems)))
    prefixes = write(os.path.join(folder, "prefixes"), prefixes_of(systems))
    some = addresses_of(feed, 1000000)
    addresses = write(os.path.join(folder, "addresses"), some)
    grepcidr(folder, prefixes, addresses, len(some))
    maxminddb(programs, folder, prefixes, addresses)
    postgres(ranges, prefixes, addresses)
    print("  contactdb's importer is not in Debian: it was not measured here")
