"""A hub that is killed in the middle of exports: each completes by itself, with the bytes of one that nobody disturbed."""

import hashlib
import io
import json
import signal
import zipfile

import pytest
import requests

from support.process import wait_for

TASKS = 30_000
KILLED_AT = [0.01, 0.35, 0.6, 0.93]


def list_of(count):
    """Labeled pictures as one body. Some have no size, and some a shape that is none and so no labels."""
    lines = io.BytesIO()
    for n in range(count):
        polygon = [[n % 50, 1], [n % 50 + 9.5, 3], [n % 40 + 5, 20]] if n % 97 else [[1, 2]]
        row = {
            "data": f"https://bucket.s3.eu-central-1.amazonaws.com/photos/{n:07}.jpg",
            "externalId": f"{n}",
            "objects": [
                {"objectId": f"{n}-car", "schemaId": "car", "polygon": polygon},
                {"objectId": f"{n}-tree", "schemaId": "tree", "bounding-box": {"x": 3, "y": n % 30, "width": 20, "height": 10.25}},
            ],
        }
        if n % 101:
            row |= {"width": 64, "height": 48}
        lines.write(json.dumps(row).encode() + b"\n")
    return lines.getvalue()


@pytest.fixture
def labeled(hub):
    """A project with many labeled tasks."""
    project = hub.project("Crash", [("polygon", "car"), ("bounding-box", "tree")])
    done = hub.import_list(project, list_of(TASKS))
    assert done["rowsImported"] == TASKS, done
    return project


def fetched(export):
    """The file, by its link and without a key."""
    assert export["state"] == "completed", export
    answer = requests.get(export["downloadUrl"], timeout=60, proxies={"http": None})
    assert answer.status_code == 200
    assert len(answer.content) == export["progress"]["bytesWritten"]
    return answer.content


def report(hub, export):
    answer = hub.session.get(hub.url + f"/v2/exports/{export['_id']}/report", timeout=60)
    return answer.text.splitlines()


def far_enough(hub, export_id, tasks):
    def enough():
        found = hub.get(f"/v2/exports/{export_id}")["export"]
        return found if found["state"] not in {"queued", "running"} or found["progress"]["tasksDone"] >= tasks else None

    return wait_for(enough, 120, f"{tasks} tasks exported")


@pytest.mark.parametrize("kind", ["json", "coco", "masks"])
def test_a_killed_export_has_the_bytes_of_one_that_nobody_disturbed(hub, labeled, kind):
    order = {"format": kind, "stage": []}
    whole = hub.exported(hub.start_export(labeled, **order))
    assert whole["progress"]["tasksDone"] == TASKS
    expected, lines = fetched(whole), report(hub, whole)
    assert kind == "json" or len(lines) > TASKS // 101
    export_id = hub.start_export(labeled, **order)
    in_the_middle = 0
    for part in KILLED_AT:
        found = far_enough(hub, export_id, int(TASKS * part))
        in_the_middle += found["state"] == "running"
        hub.program.kill()
        hub.restart()
    assert in_the_middle >= 2, "the export was over before it was killed"
    killed = hub.exported(export_id)
    assert hashlib.sha256(fetched(killed)).hexdigest() == hashlib.sha256(expected).hexdigest()
    assert report(hub, killed) == lines
    with zipfile.ZipFile(io.BytesIO(expected)) as archive:
        assert archive.testzip() is None
    files = {path.name for path in (hub.directory / "data" / "exports").iterdir()}
    assert files == {f"{whole['_id']}.zip", f"{export_id}.zip"}


def test_a_hub_that_is_asked_to_stop_hands_its_export_on(hub, labeled):
    export_id = hub.start_export(labeled, format="ndjson", stage=[])
    far_enough(hub, export_id, TASKS // 4)
    assert hub.program.stop(signal.SIGTERM, 30) == 0
    hub.restart()
    found = hub.exported(export_id)
    with zipfile.ZipFile(io.BytesIO(fetched(found))) as archive:
        lines = archive.read("export.ndjson").splitlines()
    assert [json.loads(line)["externalId"] for line in lines] == [f"{n}" for n in range(TASKS)]


def test_a_cancelled_export_leaves_no_file(hub, labeled):
    export_id = hub.start_export(labeled, format="masks", stage=[])
    far_enough(hub, export_id, 1)
    hub.post(f"/v2/exports/{export_id}/cancel")
    found = hub.exported(export_id)
    assert (found["state"], found["downloadUrl"]) == ("cancelled", None)
    assert list((hub.directory / "data" / "exports").iterdir()) == []
