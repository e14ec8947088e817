"""Header probes of a hub that is killed again and again, on a bucket with more objects than one chunk holds."""

import pytest

from support.process import wait_for
from support.samples import photographs, rows
from support.sandbox import running_sandbox
from test_probes import SIZES, rested, sizes

# Of each photograph: the same object is read once, so many have to differ.
COPIES = 90


@pytest.fixture
def sandbox(tmp_path, requests_log):
    (tmp_path / "bucket").mkdir()
    for name, content in photographs().items():
        for number in range(COPIES):
            (tmp_path / "bucket" / f"{number} {name}").write_bytes(content)
    options = ["--request-log", requests_log.file, "--seed-dir", tmp_path / "bucket"]
    with running_sandbox(tmp_path, *options) as facts:
        yield facts


def test_probes_go_on_where_a_killed_hub_stopped(hub, sandbox, project, storages, requests_log):
    keys = [f"{number} {name}" for number in range(COPIES) for name in SIZES]
    hub.import_list(project, rows(sandbox["bucket"], sandbox["region"], keys), storage=storages["user"])
    killed_at = []
    for part in (0.1, 0.4, 0.7):
        wait_for(lambda: len(requests_log.gets()) >= len(keys) * part, 60, f"{part} of the reads")
        hub.program.kill()
        killed_at.append(len(requests_log.gets()))
        hub.restart()
    done = rested(hub, project)
    assert killed_at[-1] < len(keys) * 1.5, "it was over before it was killed"
    assert (done["measured"], done["failed"], done["pending"]) == (len(keys), 0, 0), done
    assert [one[0] for one in sizes(hub, project)] == keys
    assert all((width, height) == SIZES[key.partition(" ")[2]] for key, width, height in sizes(hub, project))
    # What was read and not yet written down is read again, and no more than that: a chunk of 64 per kill.
    assert len(keys) <= len(requests_log.gets()) <= len(keys) + 3 * 64
