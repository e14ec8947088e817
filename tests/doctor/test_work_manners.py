"""Labeling and exporting beside a bucket and an STS that hang: neither needs them, so nobody waits."""

import time

import pytest

from support import samples

KEYS = ["cute-cat.jpg", "rocket.jpg"]


@pytest.mark.parametrize("storage", ["user", "role"])
def test_labeling_and_exporting_wait_for_no_bucket(doctor, storage):
    hub = doctor.hub
    project = hub.project(f"Work {storage}", tools=[("bounding-box", "car")])
    rows = samples.rows(doctor.facts["bucket"], doctor.facts["region"], KEYS)
    rows = [row | {"width": 451, "height": 300} for row in rows]
    assert hub.import_list(project, rows, storage=storage)["rowsImported"] == len(KEYS)
    doctor.misbehave({"fault": "hang"})
    box = {"objectId": "o", "schemaId": "car", "bounding-box": {"x": 1, "y": 2, "width": 30, "height": 40}}

    def soon(call, *arguments, **named):
        began = time.monotonic()
        answer = call(*arguments, **named)
        assert time.monotonic() - began < 10, (call, arguments)
        return answer

    for _ in KEYS:
        task = soon(hub.post, f"/v2/project/{project}/tasks/next", {"stage": "Label"})["task"]
        soon(hub.post, f"/v2/annotate/{task['_id']}", {"answer": {"objects": [box]}, "revision": task["revision"]})
        soon(hub.post, f"/v2/annotate/{task['_id']}?nextStage=true", {"answer": {"objects": [box]}})
        soon(hub.post, f"/v2/review/{task['_id']}", {"reviewStatus": "Accepted"})
    for format in ["json", "coco", "masks"]:
        export = soon(lambda: hub.exported(hub.start_export(project, format=format)))
        assert (export["state"], export["error"]) == ("completed", None), export
