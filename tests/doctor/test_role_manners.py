"""The hub itself under every fault of a role: nothing passes through one that is not proved, and each mends by itself."""

import json
import time
from datetime import datetime, timezone
from uuid import uuid4

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

BUCKET, KEY, REGION = "roles", "cute-cat.jpg", "eu-central-1"
ACCOUNT, HUB_ACCOUNT = "111122223333", "999988887777"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DELEGATE = {
    "arn": f"arn:aws:iam::{HUB_ACCOUNT}:user/hub",
    "accessKeyId": "AKIAMANNERSDELEGATE1",
    "secretAccessKey": "manners-delegate-secret-of-forty-letter1",
    "policies": [{"Version": "2012-10-17", "Statement": [EVERYTHING]}],
}

# What is known of a storage whose role has this fault from the start, and the code that refuses to import through it.
FAULTS = [
    ({"fault": "cut-connection"}, "pending", "storage.verification_pending"),
    ({"fault": "throttle"}, "pending", "storage.verification_pending"),
    ({"fault": "clock-skew", "seconds": 16 * 60}, "pending", "storage.verification_pending"),
    ({"fault": "clock-skew", "seconds": -16 * 60}, "pending", "storage.verification_pending"),
    ({"fault": "unknown-key"}, "pending", "storage.verification_pending"),
    ({"fault": "refuse-secret"}, "pending", "storage.verification_pending"),
    ({"fault": "expire-token"}, "verified", None),
    ({"fault": "deny-assume-role"}, "unverified", "storage.role_denied"),
    ({"fault": "no-external-id-demanded"}, "unverified", "storage.trust_policy_missing_external_id"),
    ({"fault": "hang"}, "pending", "storage.verification_pending"),
]


def arn(position):
    return f"arn:aws:iam::{ACCOUNT}:role/role-{position}"


def role(position, external_id):
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": DELEGATE["arn"]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    reads = {"Version": "2012-10-17", "Statement": [{**EVERYTHING, "Action": "s3:*"}]}
    policy = {"Version": "2012-10-17", "Statement": [trust]}
    return {"arn": arn(position), "trustPolicy": policy, "policies": [reads]}


@pytest.fixture
def external_ids():
    return [str(uuid4()) for _ in FAULTS]


@pytest.fixture
def facts(tmp_path, external_ids):
    world = {
        "buckets": [{"name": BUCKET, "region": REGION, "samples": True}],
        "users": [DELEGATE],
        "roles": [role(position, external_id) for position, external_id in enumerate(external_ids)],
    }
    config = tmp_path / "world.json"
    config.write_text(json.dumps(world))
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, facts):
    env = {
        "INSITU_HEADER_PROBES": "true",
        "AWS_ACCESS_KEY_ID": DELEGATE["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": DELEGATE["secretAccessKey"],
    }
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", facts["stsEndpoint"]]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        yield hub


def test_whatever_a_role_does_nothing_passes_before_it_is_proved_and_everything_afterwards(hub, facts, external_ids):
    project = hub.project("Roles")
    door = facts["faultsEndpoint"]
    rules = [{**fault, "role": arn(position)} for position, (fault, _, _) in enumerate(FAULTS)]
    requests.put(door, json=rules, timeout=10).raise_for_status()

    storages = []
    for position, (fault, state, code) in enumerate(FAULTS):
        began = time.monotonic()
        place = {"region": REGION, "endpoint": facts["s3Endpoint"]}
        ways_in = {"roleArn": arn(position), "externalId": external_ids[position]}
        storage = hub.storage(name=f"{position} {fault['fault']}", accessType="IAM_DELEGATED", **place, **ways_in)
        storages.append(storage)
        assert time.monotonic() - began < 15, fault
        found = hub.get("/v2/storages", params={"_id": storage})["storages"][0]["verification"]
        assert found["state"] == state, (fault, found)
        path = f"/v2/project/{project}/imports?storage={storage}"
        rows = json.dumps([{"data": f"s3://{BUCKET}/{KEY}", "externalId": str(position), "width": 1, "height": 1}])
        if code is None:
            hub.finished(hub.do("POST", path, data=rows)["import"]["_id"])
        else:
            refusal = hub.refused("POST", path, data=rows)
            assert (refusal.status, refusal.code) == (409, code), (fault, refusal)
            assert refusal.details["trustPolicy"]["Statement"], (fault, refusal)

    # All roles behave again: every storage is verified without being connected anew, and shows its assets.
    requests.delete(door, timeout=10).raise_for_status()
    for position, storage in enumerate(storages):

        def verified(storage=storage):
            return hub.post(f"/v2/storages/{storage}/verify")["storage"]["verification"]["state"] == "verified"

        wait_for(verified, 30, f"{FAULTS[position]} being over")
        row = {"data": f"s3://{BUCKET}/{KEY}", "externalId": f"{position} again", "width": 1, "height": 1}
        assert hub.import_list(project, [row], storage=storage)["rowsImported"] == 1
    for url in hub.signed(project, hub.assets(project)).values():
        assert requests.get(url, timeout=10).status_code == 200


def test_sessions_that_were_revoked_are_replaced_wherever_the_hub_meets_them(hub, facts, external_ids):
    project = hub.project("Revoked")
    ways = ["why", "probe", "list", "test", "page"]
    storages = {}
    for position, way in enumerate(ways):
        place = {"region": REGION, "endpoint": facts["s3Endpoint"]}
        ways_in = {"roleArn": arn(position), "externalId": external_ids[position]}
        storages[way] = hub.storage(name=way, accessType="IAM_DELEGATED", **place, **ways_in)
        row = {"data": f"s3://{BUCKET}/{KEY}", "externalId": way, "width": 451, "height": 300}
        assert hub.import_list(project, [row], storage=storages[way])["rowsImported"] == 1
    assets = {asset["externalId"]: asset["_id"] for asset in hub.assets(project)}

    def opens(way, **more):
        urls = hub.post(f"/v2/project/{project}/assets/sign", {"assets": [assets[way]], **more})["urls"]
        return requests.get(urls[0]["url"], timeout=10).status_code == 200

    assert all(opens(way) for way in ways)
    # What the console's button does: a policy that denies everything to sessions given before now.
    rule = {"fault": "revoke-sessions", "before": datetime.now(timezone.utc).isoformat()}
    requests.put(facts["faultsEndpoint"], json=[rule], timeout=10).raise_for_status()
    assert not any(opens(way) for way in ways)

    # A page says that it was refused. Sessions of a few seconds are not suspected yet; the last of them is old enough then.
    wait_for(lambda: opens("page", afterRefusal=True), 20, "a session that opens it")

    diagnosis = hub.get(f"/v2/project/{project}/assets/{assets['why']}/why")["diagnosis"]
    # The bucket of this world has no CORS rule, which is all that is left.
    assert diagnosis["cause"]["code"] == "storage.cors_missing", diagnosis
    said = [one["message"] for one in diagnosis["checks"] if one["name"] == "credentials"]
    assert len(said) == 2 and "Revoke active sessions" in said[1], diagnosis

    row = {"data": f"s3://{BUCKET}/{KEY}", "externalId": "unmeasured"}
    hub.import_list(project, [row], storage=storages["probe"])

    def at_rest():
        found = hub.get(f"/v2/project/{project}/probes")["probes"]
        return found if found["pending"] == 0 else None

    probes = wait_for(at_rest, 60, "the probe coming to rest")
    assert (probes["measured"], probes["failed"]) == (1, 0), probes

    files = hub.get(f"/v2/storages/{storages['list']}/files", params={"bucketName": BUCKET})["files"]
    assert KEY in [file["key"] for file in files]

    # The doctor asks for a session of its own, and so finds nothing wrong.
    test = {"buckets": [BUCKET], "object": f"s3://{BUCKET}/{KEY}"}
    diagnosis = hub.post(f"/v2/storages/{storages['test']}/test", test)["diagnosis"]
    assert diagnosis["cause"]["code"] == "storage.cors_missing", diagnosis
    assert [opens(way) for way in ways] == [True, True, True, False, True]
