# SPDX-License-Identifier: BSD-2-Clause
"""The relay guard as tests start it beside a mail server: all that it is told stands in command()."""
import os
import signal
import socket
import subprocess

from ending import children, folder, start, wait_until

SOCKET, MILTER = "/run/lazaret/policy", "/run/lazaret/milter"
NAME = os.environ.get("LAZARET_RELAY", "")


class Guard:
    """Limits are so many recipients an hour: of an account or address, and of those in business."""

    def __init__(self, account, business, firms=(), at=SOCKET, group="postfix"):
        self.account, self.business, self.firms, self.at, self.group = account, business, firms, at, group
        self.folder = folder()
        self.control, self.log_path = os.path.join(self.folder, "control"), os.path.join(self.folder, "log")
        self.process = None
        self.start()

    def command(self):
        settings = {"daemon.state": self.folder, "control.path": self.control, "metrics.listen": "",
                    "relay.listen": f"policy:unix:{self.at} milter:unix:{MILTER}", "relay.socket-group": self.group, "relay.mode": "enforce",
                    "relay.hold": "yes", "relay.slow-from": "100", "relay.local": "example.net", "relay.warm-up": "0s",
                    "relay.accounts": os.path.join(self.folder, "accounts"),
                    "relay.limit.account": f"{self.account} recipients/hour",
                    "relay.limit.address": f"{self.account} recipients/hour",
                    "relay.limit.business": f"{self.business} recipients/hour"}
        with open(settings["relay.accounts"], "w", encoding="ascii") as file:
            file.writelines(f"{firm} business\n" for firm in self.firms)
        return [NAME, *(word for name, value in settings.items() for word in ("--set", f"{name}={value}"))]

    def start(self):
        os.makedirs(os.path.dirname(self.at), exist_ok=True)
        with open(self.log_path, "ab") as log:
            self.process = start(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not wait_until(lambda: self.answers() or self.process.poll() is not None, 30) or self.process.poll() is not None:
            raise RuntimeError("the guard did not start:\n" + self.log())

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(self.at)
                return True
        except OSError:
            return False

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        """As a fault would end it: at once, with all its processes, its socket left behind."""
        for pid in (self.process.pid, *children(self.process.pid)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not self.answers(), 10)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        if os.path.exists(self.at):
            os.unlink(self.at)

    def record(self):
        """What it has to tell of its accounts."""
        asked = [subprocess.run([os.environ["LAZARET"], verb, "--control", self.control], capture_output=True, text=True, timeout=30,
                                check=False) for verb in ("accounts", "status")]
        return "\n".join(one.stdout for one in asked if one.returncode == 0)
