"""Programs in the background that end with the test, and waiting without guessing how long."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

POLL_EVERY_S = 0.02


def wait_for(check, patience_s=30.0, what="it", gone=lambda: None):
    """Asks until `check` answers something true; `gone` may say why waiting is pointless."""
    end = time.monotonic() + patience_s
    while True:
        if answer := check():
            return answer
        if reason := gone():
            raise AssertionError(f"{what} did not happen: {reason}")
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {patience_s} s")
        time.sleep(POLL_EVERY_S)


def free_port():
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Program:
    """A program in the background. It stays in the tests' process group, so that it ends with them in any case."""

    def __init__(self, command, log: Path, env=None):
        self.name = Path(command[0]).name
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=log.parent,
            )

    def ready(self, check, patience_s=60.0):
        """Waits until `check` answers; fails with the end of the log when the program ended before."""
        try:
            return wait_for(check, patience_s, f"{self.name} getting ready", self._gone)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()}") from None

    def said(self):
        """The end of what it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def stop(self, how=signal.SIGTERM, patience_s=10.0):
        """Ends it in its own way, or hard when it takes too long; answers its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self):
        """Ends it as a power cut would end it."""
        return self.stop(signal.SIGKILL)

    def _gone(self):
        code = self.process.poll()
        return None if code is None else f"it ended with {code}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
