"""Uploads into a customer's bucket under its faults: each row says what became of its file, nothing hangs, and once the
bucket behaves every file becomes one asset."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.api import Api
from support.hub import running_hub
from support.sandbox import running_sandbox

REGION = "eu-central-1"
CONTENT = b"\xff\xd8\xff what somebody uploads"
WRITER = {
    "arn": "arn:aws:iam::111122223333:user/writer",
    "accessKeyId": "AKIAUPLOADSWRITER001",
    "secretAccessKey": "uploads-writer-secret-of-forty-letters-1",
    "policies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}],
}
MISSING, UNKNOWN = "row.upload_missing", "row.upload_unknown"

# What a row hears whose file is in the bucket while that has this fault.
FAULTS = [
    ({"fault": "hang", "operation": "HeadObject"}, UNKNOWN),
    ({"fault": "throttle"}, UNKNOWN),
    ({"fault": "cut-connection"}, UNKNOWN),
    ({"fault": "refuse-secret"}, UNKNOWN),
    ({"fault": "unknown-key"}, UNKNOWN),
    ({"fault": "clock-skew", "seconds": 16 * 60}, UNKNOWN),
    ({"fault": "no-such-bucket"}, MISSING),
    ({"fault": "no-such-object"}, MISSING),
]
# Faults by which the browser's own upload fails, and the status that it sees.
REFUSED = [({"fault": "throttle"}, 503), ({"fault": "refuse-secret"}, 403), ({"fault": "no-such-bucket"}, 404)]


def bucket(position):
    return f"uploads-{position}"


@pytest.fixture
def facts(tmp_path):
    buckets = [{"name": bucket(position), "region": REGION} for position in range(len(FAULTS))]
    config = tmp_path / "world.json"
    config.write_text(json.dumps({"buckets": buckets, "users": [WRITER]}))
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, facts):
    with running_hub(tmp_path / "hub", options=["--allow-endpoint", "127.0.0.1"]) as hub:
        yield hub


@pytest.fixture
def storage(hub, facts):
    keys = {"publicKey": WRITER["accessKeyId"], "privateKey": WRITER["secretAccessKey"]}
    return hub.storage(name="uploads", accessType="IAM_USER", region=REGION, endpoint=facts["s3Endpoint"], **keys)


def misbehave(facts, *rules):
    requests.put(facts["faultsEndpoint"], json=list(rules), timeout=10).raise_for_status()


def upload_url(hub, project, storage, position):
    query = {"name": "a.jpg", "project": project, "storageId": storage, "bucket": bucket(position)}
    return hub.get("/v2/getUploadUrl", params=query)["uploadUrl"]


def import_uploaded(hub, project, storage, url):
    """What the hub answers to whoever imports what was uploaded, and after how long."""
    caller = Api(hub.url, hub.session.headers["apikey"])
    asset = {"data": url.partition("?")[0], "storage": storage}
    began = time.monotonic()
    status, answer = caller.call("POST", f"/v2/project/{project}/cloud", json={"assets": [asset], "uploadLocal": "true"})
    return status, answer, time.monotonic() - began


def test_a_row_whose_file_cannot_be_seen_says_so_and_loses_nothing(hub, facts, storage):
    project = hub.project("Uploads")
    urls = [upload_url(hub, project, storage, position) for position in range(len(FAULTS))]
    for url in urls:
        requests.put(url, data=CONTENT, timeout=30).raise_for_status()
    misbehave(facts, *({**fault, "bucket": bucket(position)} for position, (fault, _) in enumerate(FAULTS)))

    with ThreadPoolExecutor(len(FAULTS)) as pool:
        answers = list(pool.map(lambda url: import_uploaded(hub, project, storage, url), urls))
    for (fault, code), (status, answer, took_s) in zip(FAULTS, answers):
        assert took_s < 60, (fault, took_s)
        assert status == 400, (fault, answer)
        [row] = answer["details"]["refused"]
        assert row["code"] == code and row["message"], (fault, row)
    assert hub.get(f"/v2/project/{project}/assets")["total"] == 0

    misbehave(facts)
    for url in urls:
        status, answer, _ = import_uploaded(hub, project, storage, url)
        assert (status, answer["data"]["assets"]["assetsCreated"]) == (201, 1), answer
    assert hub.get(f"/v2/project/{project}/assets")["total"] == len(FAULTS)


def test_an_upload_that_the_bucket_refuses_becomes_no_asset_until_it_is_sent_again(hub, facts, storage):
    project = hub.project("Refused")
    for position, (fault, status) in enumerate(REFUSED):
        url = upload_url(hub, project, storage, position)
        misbehave(facts, {**fault, "bucket": bucket(position), "operation": "PutObject"})
        assert requests.put(url, data=CONTENT, timeout=30).status_code == status, fault
        misbehave(facts)
        _, answer, _ = import_uploaded(hub, project, storage, url)
        assert [row["code"] for row in answer["details"]["refused"]] == [MISSING], answer
        requests.put(url, data=CONTENT, timeout=30).raise_for_status()
        _, answer, _ = import_uploaded(hub, project, storage, url)
        assert answer["data"]["assets"]["assetsCreated"] == 1, answer


def test_many_rows_wait_once_for_a_bucket_that_hangs(hub, facts, storage):
    project = hub.project("Many")
    address = upload_url(hub, project, storage, 0).partition("?")[0]
    assets = [{"data": f"{address}-{n}", "storage": storage} for n in range(20)]
    misbehave(facts, {"fault": "hang", "bucket": bucket(0)})
    began = time.monotonic()
    caller = Api(hub.url, hub.session.headers["apikey"])
    status, answer = caller.call("POST", f"/v2/project/{project}/cloud", json={"assets": assets, "uploadLocal": "true"})
    assert time.monotonic() - began < 60
    assert status == 400, answer
    assert {row["code"] for row in answer["details"]["refused"]} == {UNKNOWN}, answer


def test_whoever_asks_where_to_upload_to_waits_for_no_bucket(hub, facts, storage):
    project = hub.project("Hanging")
    misbehave(facts, {"fault": "hang"})
    began = time.monotonic()
    assert upload_url(hub, project, storage, 0).startswith(facts["s3Endpoint"])
    assert time.monotonic() - began < 10
