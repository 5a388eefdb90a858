# SPDX-License-Identifier: BSD-2-Clause
"""What tests with a browser share: the scripts of tests/browser, and why they cannot run."""
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "../browser")


def why_not():
    """Why there is no browser here; empty if there is one."""
    for program in ("node", "chromium"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not os.path.isdir(os.path.join(SCRIPTS, "node_modules/playwright-core")):
        return "the modules of tests/browser are not installed: script/need test fetches them"
    return ""


def environment():
    """What a browser leaves goes with the test, and nothing is in the user's home."""
    return dict(os.environ, HOME=ending.folder(), TMPDIR=ending.folder())


def script(name, *arguments):
    return ["node", os.path.join(SCRIPTS, name), *arguments]
