"""The hub itself under every fault of a bucket: it says what is wrong, hangs nowhere, and loses nothing."""

import json
import time

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

KEY = "cute-cat.jpg"
GONE = "no-such-cat.jpg"
NO_PICTURE = "notes.txt"
REGION = "eu-central-1"
USER = {
    "arn": "arn:aws:iam::111122223333:user/reader",
    "accessKeyId": "AKIAMANNERSREADER001",
    "secretAccessKey": "manners-reader-secret-of-forty-letters-1",
    "policies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}],
}
OK, GIVEN_UP, TRIED_AGAIN = "measured", "given up", "tried again"

# What becomes of an asset with this key whose size the hub wants to read while the bucket has this fault.
FAULTS = [
    ({"fault": "cut-connection"}, TRIED_AGAIN, KEY),
    # Twice, and no third time: nothing else of the bucket tells whether it is the bucket or the object.
    ({"fault": "cut-body"}, GIVEN_UP, KEY),
    ({"fault": "throttle"}, TRIED_AGAIN, KEY),
    ({"fault": "clock-skew", "seconds": 16 * 60}, TRIED_AGAIN, KEY),
    ({"fault": "clock-skew", "seconds": -16 * 60}, TRIED_AGAIN, KEY),
    ({"fault": "unknown-key"}, TRIED_AGAIN, KEY),
    ({"fault": "refuse-secret"}, TRIED_AGAIN, KEY),
    ({"fault": "deny-get"}, GIVEN_UP, KEY),
    ({"fault": "deny-kms"}, GIVEN_UP, KEY),
    ({"fault": "no-such-bucket"}, GIVEN_UP, KEY),
    ({"fault": "no-such-object"}, GIVEN_UP, KEY),
    ({"fault": "redirect-301", "region": "us-west-2"}, OK, KEY),
    ({"fault": "redirect-400", "region": "us-west-2"}, OK, KEY),
    ({"fault": "deny-list"}, OK, KEY),
    # Asked for a key that is not there: the bucket answers as if it were forbidden.
    ({"fault": "hide-missing"}, GIVEN_UP, GONE),
    ({"fault": "no-cors"}, OK, KEY),
    ({"fault": "other-origin", "origin": "https://elsewhere.example"}, OK, KEY),
    ({"fault": "no-vary"}, OK, KEY),
    ({"fault": "origin-twice"}, OK, KEY),
    # No browser shows it.
    ({"fault": "false-gzip"}, GIVEN_UP, KEY),
    ({"fault": "ignore-range"}, OK, KEY),
    ({"fault": "wrong-content-type", "type": "text/html"}, OK, KEY),
    ({"fault": "bomb"}, OK, KEY),
    # No picture, and so a bomb that only unpacks where somebody heeds its Content-Encoding.
    ({"fault": "bomb"}, GIVEN_UP, NO_PICTURE),
    ({"fault": "hang", "operation": "GetObject"}, TRIED_AGAIN, KEY),
]


def bucket(position):
    return f"faulty-{position}"


@pytest.fixture
def facts(tmp_path):
    names = [*(bucket(position) for position in range(len(FAULTS))), "hangs"]
    notes = [{"key": NO_PICTURE, "text": "no picture"}]
    buckets = [{"name": name, "region": REGION, "samples": True, "objects": notes} for name in names]
    world = {"buckets": buckets, "users": [USER]}
    config = tmp_path / "world.json"
    config.write_text(json.dumps(world))
    with running_sandbox(tmp_path, "--config", config) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, facts):
    trusted = tmp_path / "sandbox.pem"
    trusted.write_text(facts["certificate"])
    env = {"INSITU_HEADER_PROBES": "true", "SSL_CERT_FILE": trusted}
    with running_hub(tmp_path / "hub", options=["--allow-endpoint", "127.0.0.1"], env=env) as hub:
        yield hub


def connect(hub, name, endpoint):
    """A storage for each bucket, because one that fails lets all of its assets wait."""
    keys = {"publicKey": USER["accessKeyId"], "privateKey": USER["secretAccessKey"]}
    return hub.storage(name=name, accessType="IAM_USER", region=REGION, endpoint=endpoint, **keys)


def test_whatever_a_bucket_does_the_hub_says_it_and_loses_nothing(hub, facts):
    project = hub.project("Manners")
    rules, rows = [{"fault": "hang", "bucket": "hangs"}, {"fault": "cut-tls"}], []
    door = facts["faultsEndpoint"]
    for position, (fault, _, key) in enumerate(FAULTS):
        rules.append({**fault, "bucket": bucket(position)})
        storage = connect(hub, bucket(position), facts["s3Endpoint"])
        rows.append({"data": f"s3://{bucket(position)}/{key}?storageId={storage}", "externalId": bucket(position)})
    # Two that fail on the way to the server: a name that nobody has, and TLS that is cut in the handshake.
    endpoints = {"dns": "http://s3.nobody.invalid", "tls": facts["s3Endpoint"].replace("http:", "https:")}
    unreached = {name: connect(hub, name, endpoint) for name, endpoint in endpoints.items()}
    for name, storage in unreached.items():
        rows.append({"data": f"s3://{bucket(0)}/{KEY}?storageId={storage}", "externalId": name})
    storage = connect(hub, "hangs", facts["s3Endpoint"])
    # Its size is known, so nobody waits for its header; whoever signs asks for its region.
    rows.append({"data": f"s3://hangs/{KEY}?storageId={storage}", "externalId": "hangs", "width": 640, "height": 427})
    requests.put(door, json=rules, timeout=10).raise_for_status()

    done = hub.import_list(project, rows)
    assert (done["state"], done["rowsImported"], done["rowsRefused"]) == ("completed", len(rows), 0), done

    began = time.monotonic()
    urls = hub.signed(project, hub.assets(project))
    assert len(urls) == len(rows)
    assert time.monotonic() - began < 20

    def probes():
        return hub.get(f"/v2/project/{project}/probes", params={"limit": 100})["probes"]

    def settled():
        found = probes()
        waiting = expected(TRIED_AGAIN) + len(unreached)
        return found if found["pending"] == len(found["waiting"]) == waiting else None

    def expected(outcome):
        return sum(1 for _, becomes, _ in FAULTS if becomes == outcome)

    found = wait_for(settled, 90, "the probes coming to rest")
    assert found["measured"] == expected(OK), found
    given_up = {one["externalId"] for one in found["failures"]}
    assert given_up == {bucket(position) for position, (_, becomes, _) in enumerate(FAULTS) if becomes == GIVEN_UP}
    is_no_picture = [key == NO_PICTURE or fault["fault"] == "false-gzip" for fault, _, key in FAULTS]
    no_pictures = {bucket(position) for position, is_none in enumerate(is_no_picture) if is_none}
    for one in [*found["failures"], *found["waiting"]]:
        kinds = {"image"} if one.get("externalId") in no_pictures else {"cloud", "connect"}
        assert one["code"].split(".")[0] in kinds and one["message"], one
    codes = {one["storage"]: one["code"] for one in found["waiting"]}
    assert codes[unreached["dns"]] == "connect.unknown_host", found
    # Cut in the handshake, TLS looks like a connection that does not come about.
    assert codes[unreached["tls"]] in {"connect.tls", "connect.unreachable", "connect.interrupted"}, found

    # Everything behaves again, and the name that nobody has is spelled right.
    requests.delete(door, timeout=10).raise_for_status()
    hub.post(f"/v2/storages/{unreached['dns']}", {"endpoint": facts["s3Endpoint"]})
    assert hub.post(f"/v2/project/{project}/probes/retry", {})["retried"] == expected(GIVEN_UP)
    wait_for(lambda: probes()["pending"] == 0, 90, "the probes being done")
    ended = probes()
    missing = sum(1 for _, _, key in FAULTS if key != KEY)
    assert (ended["measured"], ended["failed"]) == (len(FAULTS) + len(unreached) - missing, missing), ended
