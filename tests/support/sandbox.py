"""The sandbox S3 and STS as a program of its own, and the facts of its ready file."""

import json
from contextlib import contextmanager
from pathlib import Path

from .hub import program
from .process import Program


@contextmanager
def running_sandbox(directory: Path, *options, listen="127.0.0.1:0"):
    """A sandbox with the sample photographs; yields its ready file's content."""
    ready_file = directory / "sandbox.json"
    command = [program("insitu-sandbox", "INSITU_SANDBOX_BIN"), "--listen", listen]
    command += ["--ready-file", ready_file, *options]
    with Program(command, directory / "sandbox.log") as sandbox:
        yield sandbox.ready(lambda: ready_file.exists() and json.loads(ready_file.read_text()))
