"""A hub that is killed between connecting a role and proving it, and while its external ID is changed: nothing passes
through a role that is not proved, and the old external ID is good until the new one is seen to be."""

import json
from uuid import uuid4

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

BUCKET, KEY, REGION = "roles", "cute-cat.jpg", "eu-central-1"
ROLE = "arn:aws:iam::111122223333:role/photos"
DELEGATE = {
    "arn": "arn:aws:iam::999988887777:user/hub",
    "accessKeyId": "AKIACRASHINGDELEGATE",
    "secretAccessKey": "crashing-delegate-secret-forty-letters-1",
    "policies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
}
FIRST = str(uuid4())


def role(external_id):
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": DELEGATE["arn"]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    policies = [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}]
    return {"arn": ROLE, "trustPolicy": {"Version": "2012-10-17", "Statement": [trust]}, "policies": policies}


@pytest.fixture
def sandbox(tmp_path):
    buckets = [{"name": BUCKET, "region": REGION, "samples": True}]
    config = tmp_path / "world.json"
    config.write_text(json.dumps({"buckets": buckets, "users": [DELEGATE], "roles": [role(FIRST)]}))
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, sandbox):
    env = {"AWS_ACCESS_KEY_ID": DELEGATE["accessKeyId"], "AWS_SECRET_ACCESS_KEY": DELEGATE["secretAccessKey"]}
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sandbox["stsEndpoint"]]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        yield hub


def put(sandbox, path, body):
    requests.put(f"{sandbox['s3Endpoint']}/_sandbox/{path}", json=body, timeout=10).raise_for_status()


def connect(hub, sandbox):
    ways_in = {"accessType": "IAM_DELEGATED", "roleArn": ROLE, "externalId": FIRST}
    return hub.storage(name="roles", region=REGION, endpoint=sandbox["s3Endpoint"], **ways_in)


def storage_of(hub, storage):
    return hub.get("/v2/storages", params={"_id": storage})["storages"][0]


def verified(hub, storage):
    """Waits until the hub found by itself what was to be found."""

    def is_verified():
        return storage_of(hub, storage)["verification"]["state"] == "verified"

    wait_for(is_verified, 60, "the role being proved")


def row(external_id):
    return {"data": f"s3://{BUCKET}/{KEY}", "externalId": external_id, "width": 1, "height": 1}


def test_a_role_that_was_not_proved_before_the_hub_died_is_proved_by_the_next(hub, sandbox):
    project = hub.project("Roles")
    put(sandbox, "faults", [{"fault": "hang", "operation": "AssumeRole"}])
    storage = connect(hub, sandbox)
    assert storage_of(hub, storage)["verification"]["state"] == "pending"
    hub.program.kill()
    hub.restart()
    path = f"/v2/project/{project}/imports?storage={storage}"
    refusal = hub.refused("POST", path, data=json.dumps([row("early")]))
    assert (refusal.status, refusal.code) == (409, "storage.verification_pending"), refusal
    put(sandbox, "faults", [])
    verified(hub, storage)
    assert hub.import_list(project, [row("proved")], storage=storage)["rowsImported"] == 1
    [url] = hub.signed(project, hub.assets(project)).values()
    assert requests.get(url, timeout=10).status_code == 200


def test_an_external_id_that_was_being_changed_is_good_until_the_new_one_is_seen(hub, sandbox):
    project = hub.project("Roles")
    storage = connect(hub, sandbox)
    verified(hub, storage)
    hub.import_list(project, [row("first")], storage=storage)

    def opens():
        [url] = hub.signed(project, hub.assets(project)).values()
        return requests.get(url, timeout=10).status_code == 200

    following = hub.post(f"/v2/storages/{storage}/externalId/rotate", {})["storage"]["nextExternalId"]
    hub.program.kill()
    hub.restart()
    # Nobody has pasted the new one yet: the old one opens the role, also for sessions that begin after the death.
    found = storage_of(hub, storage)
    assert (found["externalId"], found["nextExternalId"]) == (FIRST, following), found
    assert opens()

    put(sandbox, "roles", role(following))
    hub.program.kill()
    hub.restart()

    def is_changed():
        hub.post(f"/v2/storages/{storage}/verify")
        return storage_of(hub, storage)["externalId"] == following

    wait_for(is_changed, 60, "the new external ID taking the old one's place")
    found = storage_of(hub, storage)
    assert found["nextExternalId"] is None and found["verification"]["state"] == "verified", found
    hub.program.kill()
    hub.restart()
    assert opens()
