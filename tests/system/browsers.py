# SPDX-License-Identifier: BSD-2-Clause
"""What tests with a browser share: the scripts of tests/browser, and why they cannot run."""
import os
import shutil

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


def script(name, *arguments):
    return ["node", os.path.join(SCRIPTS, name), *arguments]
