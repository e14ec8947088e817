"""Looking into a bucket and importing a folder of it under every fault that lists can have: each is named by its code,
nothing hangs, what passes by itself is waited for, and no folder is imported by half."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

from support.api import Api
from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

REGION, OTHER = "eu-central-1", "us-west-2"
# More than one page of a thousand keys.
FILES, PAGE = 1100, 1000
ACCOUNT, HUB_ACCOUNT = "111122223333", "999988887777"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lists"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
USER = {
    "arn": f"arn:aws:iam::{ACCOUNT}:user/lists",
    "accessKeyId": "AKIALISTMANNERSREAD1",
    "secretAccessKey": "list-manners-reader-secret-forty-letters",
    "policies": [ANYTHING],
}
DELEGATE = {
    "arn": f"arn:aws:iam::{HUB_ACCOUNT}:user/hub",
    "accessKeyId": "AKIALISTMANNERSHUB01",
    "secretAccessKey": "list-manners-hub-secret-of-forty-letters",
    "policies": [ANYTHING],
}

# A fault that stays, the storage that meets it, and the code of whoever meets it.
STAYS = [
    ({"fault": "deny-list"}, "user", "storage.list_denied"),
    ({"fault": "deny-list"}, "role", "storage.list_denied"),
    ({"fault": "no-such-bucket"}, "user", "storage.no_such_bucket"),
    ({"fault": "clock-skew", "seconds": 16 * 60}, "user", "storage.clock_skew"),
    ({"fault": "clock-skew", "seconds": -16 * 60}, "user", "storage.clock_skew"),
    ({"fault": "unknown-key"}, "user", "storage.unknown_key"),
    ({"fault": "refuse-secret"}, "user", "storage.wrong_secret"),
    ({"fault": "expire-token"}, "role", "storage.session_expired"),
]

# A fault that passes: how many requests it strikes until then, and the code of whoever does not wait.
PASSES = [
    ({"fault": "throttle", "retryAfter": 1}, 2, "storage.throttled"),
    ({"fault": "throttle"}, 5, "storage.throttled"),
    ({"fault": "cut-connection"}, 2, "storage.connect"),
    ({"fault": "cut-body"}, 2, "storage.body_cut"),
    ({"fault": "hang"}, 1, "storage.hangs"),
]

# What keeps no list away.
HARMLESS = [
    {"fault": "redirect-301", "region": OTHER},
    {"fault": "redirect-400", "region": OTHER},
    {"fault": "no-cors"},
    {"fault": "no-vary"},
]

ROWS = [
    *((fault, storage, None, code) for fault, storage, code in STAYS),
    *((fault, "user", times, code) for fault, times, code in PASSES),
    *((fault, "user", None, None) for fault in HARMLESS),
]


def bucket(position):
    return f"listed-{position}"


@pytest.fixture
def external_id():
    return str(uuid4())


@pytest.fixture
def facts(tmp_path, external_id):
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": DELEGATE["arn"]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    role = {"arn": ROLE, "trustPolicy": {"Version": "2012-10-17", "Statement": [trust]}, "policies": [ANYTHING]}
    objects = [{"key": f"photos/{n:04}.jpg", "text": "x"} for n in range(FILES)]
    buckets = [{"name": bucket(position), "region": REGION, "objects": objects} for position in range(len(ROWS))]
    config = tmp_path / "world.json"
    config.write_text(json.dumps({"buckets": buckets, "users": [USER, DELEGATE], "roles": [role]}))
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, facts):
    env = {"AWS_ACCESS_KEY_ID": DELEGATE["accessKeyId"], "AWS_SECRET_ACCESS_KEY": DELEGATE["secretAccessKey"]}
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", facts["stsEndpoint"]]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        yield hub


@pytest.fixture
def storages(hub, facts, external_id):
    place = {"region": REGION, "endpoint": facts["s3Endpoint"]}
    keys = {"publicKey": USER["accessKeyId"], "privateKey": USER["secretAccessKey"]}
    ways_in = {"roleArn": ROLE, "externalId": external_id}
    return {
        "user": hub.storage(name="user", accessType="IAM_USER", **place, **keys),
        "role": hub.storage(name="role", accessType="IAM_DELEGATED", **place, **ways_in),
    }


def misbehave(facts, **more):
    """Every bucket has its fault; of lists only, so that a bucket's region is learned all the same."""
    rules = []
    for position, (fault, _, times, _) in enumerate(ROWS):
        rule = {**fault, "bucket": bucket(position), "operation": "ListObjectsV2", **more}
        rules.append({**rule, "times": times} if times and more else rule)
    requests.put(facts["faultsEndpoint"], json=rules, timeout=10).raise_for_status()


def behave(facts):
    requests.delete(facts["faultsEndpoint"], timeout=10).raise_for_status()


def explore(hub, storages, position, **more):
    """What somebody hears who looks into the folder of this bucket, and after how long."""
    caller = Api(hub.url, hub.session.headers["apikey"])
    body = {"bucket": bucket(position), "storageId": storages[ROWS[position][1]], "folder": "photos", **more}
    began = time.monotonic()
    status, answer = caller.call("POST", "/v2/file-explorer", json=body)
    return status, answer, time.monotonic() - began


def at_once(job):
    with ThreadPoolExecutor(len(ROWS)) as pool:
        return list(pool.map(job, range(len(ROWS))))


def test_whoever_looks_into_a_bucket_hears_what_is_wrong_with_it(hub, facts, storages):
    misbehave(facts)
    for (fault, _, _, code), (status, answer, took_s) in zip(ROWS, at_once(lambda n: explore(hub, storages, n))):
        assert took_s < 20, (fault, took_s)
        if code is None:
            assert len(answer["data"]["files"]) == PAGE, (fault, answer)
            continue
        assert answer.get("code") == code and 400 <= status < 600, (fault, status, answer)
        assert answer["message"].endswith("."), (fault, answer)


def test_a_bucket_that_hangs_keeps_no_other_import_waiting(hub, facts, storages):
    """As many folders of it as a hub has workers, and one more."""
    project = hub.project("Hung")
    [hung] = [position for position, row in enumerate(ROWS) if row[0]["fault"] == "hang"]
    rule = {"fault": "hang", "bucket": bucket(hung), "operation": "ListObjectsV2"}
    requests.put(facts["faultsEndpoint"], json=[rule], timeout=10).raise_for_status()
    started = [explore(hub, storages, hung, upload=True, projectId=project) for _ in range(3)]
    imports = [answer["data"]["import"]["_id"] for _, answer, _ in started]

    began = time.monotonic()
    row = {"data": "https://example.com/a.jpg", "externalId": "a", "width": 1, "height": 1}
    assert hub.import_list(project, [row])["rowsImported"] == 1
    assert time.monotonic() - began < 20, "it waited for one try of the others at most"

    put_back = {}

    def all_seen():
        for one in imports:
            found = hub.get(f"/v2/imports/{one}")["import"]
            if found["waiting"]:
                put_back[one] = found
        return len(put_back) == len(imports)

    wait_for(all_seen, 60, "each of them being put back")
    for found in put_back.values():
        assert (found["state"], found["isListing"], found["error"]) == ("queued", True, None)
        assert (found["waiting"]["code"], bool(found["waiting"]["message"])) == ("storage.hangs", True)
        assert found["waiting"]["nextTryAt"] > found["createdAt"]
    behave(facts)
    for one in imports:
        done = hub.finished(one)
        assert (done["state"], done["rowsImported"], done["waiting"]) == ("completed", FILES, None), done


def test_a_folder_is_imported_whole_or_its_import_says_why_not(hub, facts, storages):
    project = hub.project("Lists")
    # The first page comes as it should; the fault strikes within the list.
    misbehave(facts, after=1)
    started = at_once(lambda n: explore(hub, storages, n, upload=True, projectId=project))
    for (fault, _, times, code), (_, answer, _) in zip(ROWS, started):
        done = hub.finished(answer["data"]["import"]["_id"])
        if code is None or times:
            counts = (done["state"], done["rowsListed"], done["rowsImported"], done["rowsRefused"])
            assert counts == ("completed", FILES, FILES, 0), (fault, done)
            continue
        assert (done["state"], done["error"]["code"]) == ("failed", code), (fault, done)
        assert done["error"]["message"] and done["rowsImported"] == 0, (fault, done)
    imported = sum(1 for _, _, times, code in ROWS if code is None or times)
    assert hub.get(f"/v2/project/{project}/assets", params={"limit": 1})["total"] == imported * FILES

    # Everything behaves again: what failed is imported by starting it once more.
    behave(facts)
    for position, (fault, _, times, code) in enumerate(ROWS):
        if code is None or times:
            continue
        _, answer, _ = explore(hub, storages, position, upload=True, projectId=project)
        done = hub.finished(answer["data"]["import"]["_id"])
        assert (done["state"], done["rowsImported"]) == ("completed", FILES), (fault, done)
    assert hub.get(f"/v2/project/{project}/assets", params={"limit": 1})["total"] == len(ROWS) * FILES
