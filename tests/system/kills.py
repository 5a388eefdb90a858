# SPDX-License-Identifier: BSD-2-Clause
"""What the tests that kill processes of the daemon share: a town, its undisturbed run, and what a run with kills may differ by.

Stated behaviour:
- judge, keeper, desk, a snapshot's writer killed at any moment, or all three at once: nothing is lost. The cases are those of an
  undisturbed run: the same lines, states, times, transitions.
- a receiver killed loses what it had read and not handed on, records that waited for their other direction (a minute of the network), and
  in its first seconds templates until they come again. The rehearsed network runs some thousand times as fast as time, so that some
  kills cost it an hour of mail: no case that was kept is lost or changed, at most one in ten of the others is not found or milder at the
  end, times may be later.
- the parent or everything killed: the daemon is started again; what was seen since the last snapshot, and what was sent meanwhile,
  is missing from the evidence. No case that stood in the ledger is lost or changed; of the others the same holds."""
import os
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import *  # noqa: E402,F403

SEED = int(os.environ.get("LAZARET_SEED", "1"))
chance = random.Random(SEED)
DAYS, RATE = 0.3, 20000
DAY = 86400 * 1000000

# The small town, with more zombies, of which some begin late.
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "../../src/rehearse/small-town.scenario"), encoding="utf-8") as file:
    TOWN = file.read()
for of, count in (("3 lines, zombies", "24 lines, zombies"), ("2 lines, zombies", "20 lines, zombies")):
    assert of in TOWN
    TOWN = TOWN.replace(of, count)
SCENARIO = os.path.join(folder(), "town.scenario")
with open(SCENARIO, "w", encoding="utf-8") as file:
    file.write(TOWN)

# All runs begin with the same keys and the same snapshot: its seed is that of the judges' sketches.
template = Daemon()
template.stop()


def begin(state=None, **more):
    state = state or folder()
    os.makedirs(state, mode=0o700, exist_ok=True)
    for name in os.listdir(template.state):
        if name.startswith("ledger.sqlite"):
            shutil.copy(os.path.join(template.state, name), state)
    shutil.copytree(os.path.join(template.state, "judges"), os.path.join(state, "judges"))
    return Daemon(state=state, **more)


def send(daemon, rate=RATE):
    return rehearse(daemon.port, DAYS, rate=rate, scenario=SCENARIO)


def settled(daemon):
    """All that came is judged and kept."""
    def quiet():
        one = daemon.status()
        if not one:
            return False
        time.sleep(0.7)
        two = daemon.status()
        same = ("export_datagrams", "sightings", "sightings_judged", "verdicts", "ledger_transitions", "ledger_repeated")
        return two and all(one["figures"][name] == two["figures"][name] for name in same)
    return wait_until(quiet, 60)


def end(daemon):
    settled(daemon)
    figures = daemon.status()["figures"]
    code = daemon.stop()
    return daemon.cases(), figures, code


calm_cases, lines = None, None


def calm():
    """An undisturbed run, with which the others are compared."""
    global calm_cases, lines
    daemon, began = begin(), time.monotonic()
    sent = ended(send(daemon, 0), 120)
    calm_cases, figures, code = end(daemon)
    lines = {row[0] for row in calm_cases[0]}
    result(sent == 0 and code == 0 and figures["export_kernel_drops"] == 0 and len(lines) > 10, "an undisturbed run finds cases", figures)
    note(f"{len(calm_cases[0])} cases, {len(calm_cases[1])} steps, {figures['export_datagrams']} datagrams, "
         f"{time.monotonic() - began:.0f} s; snapshot {figures['snapshot_bytes']} bytes")
    return calm_cases


def differences(cases):
    found, expected = set(cases[0]) | set(cases[1]), set(calm_cases[0]) | set(calm_cases[1])
    return [f"missing: {row}" for row in sorted(expected - found, key=str)] + \
           [f"more: {row}" for row in sorted(found - expected, key=str)]


def check_exact(daemon, what, process):
    good = ended(process, 300) == 0
    cases, figures, code = end(daemon)
    kept, text = verify(daemon.ledger)
    return result(good and code == 0 and cases == calm_cases and kept and figures["sightings_refused"] == 0, what, *differences(cases),
                  f"end {code}", {name: value for name, value in figures.items() if "lost" in name or "refused" in name or "drops" in name},
                  text, daemon.log()[-3000:])


def check_loose(daemon, what, process, before=()):
    ended(process, 300)  # it counts the datagrams that nobody took
    cases, _, code = end(daemon)
    good = code == 0
    kept, text = verify(daemon.ledger)
    highest = {}
    for line, opened, confirmed, top, _ in cases[0]:
        highest.setdefault(line, (top, confirmed))
    missing = [row for row in calm_cases[0] if row[0] not in highest]
    milder = [row for row in calm_cases[0] if row[3] == "confirmed" and highest.get(row[0], ("",))[0] != "confirmed"]
    late = [row for row in calm_cases[0] if row[2] and highest.get(row[0], (0, None))[1] and highest[row[0]][1] > row[2] + DAY]
    unlike = {row[0] for row in missing + milder}
    gone = [row for row in before if row not in cases[1]]
    more = [row for row in cases[0] if row[0] not in lines]
    later = [highest[row[0]][1] - row[2] for row in calm_cases[0] if row[2] and highest.get(row[0], (0, None))[1]]
    note(f"{what}: confirmations later by {max(later or [0]) / 1e6:.0f} s at the most, "
         f"{sum(1 for value in later if value != 0)} of {len(later)} not the same; {len(unlike)} of {len(calm_cases[0])} missing or milder; other lines {len(more)}")
    return result(good and kept and len(unlike) <= len(calm_cases[0]) // 10 and not late and not gone and not more, what, f"end {code}", "missing", missing,
                  "milder", milder, "late", late, "gone", gone, "more", more, text, daemon.log()[-3000:])


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
