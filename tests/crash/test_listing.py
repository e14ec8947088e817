"""A hub that is killed while it lists a bucket: it goes on behind the last key, and each file becomes one asset."""

import json
import time

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

BUCKET = "many"
FILES = 12_500
# Pages of a thousand keys that are listed before the hub is killed; the bucket answers no other meanwhile.
KILLED_AFTER = [1, 3, 4]


@pytest.fixture
def sandbox(tmp_path):
    objects = [{"key": f"photos/{n:06} +&é.jpg", "text": "x"} for n in range(FILES)]
    statement = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::*"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {
                "buckets": [{"name": BUCKET, "region": "eu-central-1", "objects": objects}],
                "users": [{"arn": "arn:aws:iam::111122223333:user/reader", "policies": [policy]}],
            }
        )
    )
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, sandbox):
    with running_hub(tmp_path / "hub", options=["--allow-endpoint", "127.0.0.1"]) as hub:
        yield hub


@pytest.fixture
def storage(hub, sandbox):
    [keys] = sandbox["users"]
    keys = {"publicKey": keys["accessKeyId"], "privateKey": keys["secretAccessKey"]}
    return hub.storage(name="Many", region="eu-central-1", endpoint=sandbox["s3Endpoint"], **keys)


def misbehave(sandbox, *rules):
    requests.put(sandbox["s3Endpoint"] + "/_sandbox/faults", json=list(rules), timeout=10).raise_for_status()


def hanging_after(pages):
    return {"fault": "hang", "operation": "ListObjectsV2", "after": pages}


def start(hub, project, storage, **more):
    body = {"bucket": BUCKET, "storageId": storage, "folder": "photos", "upload": True, "projectId": project, **more}
    return hub.post("/v2/file-explorer", body)["import"]["_id"]


def listed(hub, import_id, rows):
    def enough():
        found = hub.get(f"/v2/imports/{import_id}")["import"]
        assert found["state"] in {"queued", "running"} and found["isListing"], found
        return found if found["rowsListed"] >= rows else None

    return wait_for(enough, 60, f"{rows} files listed")


def external_ids(hub, project):
    found, cursor = [], None
    while True:
        query = {"limit": 1000, **({"cursor": cursor} if cursor else {})}
        page = hub.get(f"/v2/project/{project}/assets", params=query)
        found += [asset["externalId"] for asset in page["assets"]]
        cursor = page["nextCursor"]
        if not cursor:
            return found


def test_a_listing_that_is_killed_goes_on_and_imports_each_file_once(hub, sandbox, storage, project):
    misbehave(sandbox, hanging_after(KILLED_AFTER[0]))
    import_id = start(hub, project, storage)
    seen = 0
    for pages, following in zip(KILLED_AFTER, [*KILLED_AFTER[1:], None]):
        seen += pages * 1000
        found = listed(hub, import_id, seen)
        assert found["rowsListed"] == seen, "pages were listed again, or skipped"
        assert hub.get(f"/v2/project/{project}/assets", params={"limit": 1})["total"] == 0
        hub.program.kill()
        misbehave(sandbox, *([hanging_after(following)] if following else []))
        hub.restart()
    done = hub.finished(import_id)
    assert (done["state"], done["rowsListed"], done["rowsImported"], done["rowsRefused"]) == ("completed", FILES, FILES, 0)
    found = external_ids(hub, project)
    assert len(found) == FILES
    assert set(found) == {f"photos/{n:06} +&é.jpg" for n in range(FILES)}
    assert list((hub.directory / "data" / "imports").iterdir()) == []


def test_what_stands_behind_the_last_safe_place_is_cut_off(hub, sandbox, storage, project):
    misbehave(sandbox, hanging_after(2))
    import_id = start(hub, project, storage)
    listed(hub, import_id, 2000)
    hub.program.kill()
    [file] = (hub.directory / "data" / "imports").iterdir()
    with file.open("ab") as half_written:
        half_written.write(b'{"data":"https://example.com/of-a-page-that-was-never-noted.jpg"}\n{"da')
    misbehave(sandbox)
    hub.restart()
    done = hub.finished(import_id)
    assert (done["rowsImported"], done["rowsRefused"]) == (FILES, 0)


def test_a_cancelled_listing_leaves_no_list(hub, sandbox, storage, project):
    misbehave(sandbox, hanging_after(1))
    import_id = start(hub, project, storage)
    listed(hub, import_id, 1000)
    began = time.monotonic()
    hub.post(f"/v2/imports/{import_id}/cancel")
    done = hub.finished(import_id)
    assert done["state"] == "cancelled"
    assert time.monotonic() - began < 10, "it waited for a bucket that says nothing"
    assert list((hub.directory / "data" / "imports").iterdir()) == []
