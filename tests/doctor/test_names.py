"""Names that DNS refuses: by host, by bucket, of STS, and for a number of look-ups. The doctor names DNS and nothing else."""

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for
from support.sandbox import running_sandbox

KEY = "cute-cat.jpg"
DELEGATE_KEY = "AKIANAMESDELEGATE001"
DELEGATE_SECRET = "names-delegate-secret-of-forty-letters-1"
# Patient enough to let a connection that is kept from before end, which needs no name.
OTHER = "other-bucket.test"


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    delegate = ["--delegate-access-key-id", DELEGATE_KEY, "--delegate-secret-access-key", DELEGATE_SECRET]
    with running_sandbox(tmp_path_factory.mktemp("names"), "--dns", "127.0.0.1:0", *delegate) as facts:
        yield facts


def at(facts, host):
    """The sandbox under this name."""
    return facts["s3Endpoint"].replace("127.0.0.1", host)


@pytest.fixture
def hub(tmp_path, facts):
    """A fresh one, so that no connection from before saves anybody a look-up."""
    env = {
        "INSITU_HEADER_PROBES": "true",
        "AWS_ACCESS_KEY_ID": DELEGATE_KEY,
        "AWS_SECRET_ACCESS_KEY": DELEGATE_SECRET,
    }
    options = ["--allow-endpoint", "127.0.0.1", "--resolver", facts["dns"], "--sts-endpoint", at(facts, "sts.test")]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        cors = [{"AllowedOrigins": [hub.url], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]
        change = {"name": facts["bucket"], "region": facts["region"], "cors": cors}
        requests.put(facts["s3Endpoint"] + "/_sandbox/buckets", json=change, timeout=10).raise_for_status()
        yield hub
    misbehave(facts)


def misbehave(facts, *rules):
    requests.put(facts["faultsEndpoint"], json=list(rules), timeout=10).raise_for_status()


def form(facts, access, host):
    place = {"region": facts["region"], "endpoint": at(facts, host)}
    if access == "user":
        keys = {"publicKey": facts["accessKeyId"], "privateKey": facts["secretAccessKey"]}
        return {"accessType": "IAM_USER", **place, **keys}
    return {"accessType": "IAM_DELEGATED", **place, "roleArn": facts["roleArn"], "externalId": facts["externalId"]}


def examine(hub, facts, access, host):
    body = {"buckets": [facts["bucket"]], "object": f"s3://{facts['bucket']}/{KEY}"}
    return hub.post("/v2/storages/test", {"storage": form(facts, access, host), **body})["diagnosis"]


def failed(diagnosis):
    return [(one["code"], one["name"]) for one in diagnosis["checks"] if one["verdict"] == "failed"]


# The rule, the storage, and the check that names DNS.
REFUSED = [
    ({"host": "photos.test"}, "user", "address"),
    ({"host": "photos.test"}, "role", "address"),
    ({"host": "test"}, "user", "address"),
    ({"bucket": "photos"}, "user", "address"),
    ({"operation": "GetCallerIdentity"}, "role", "sts"),
    ({"operation": "AssumeRole", "times": 1}, "role", "sts"),
]


@pytest.mark.parametrize(("scope", "access", "check"), REFUSED, ids=lambda one: str(one))
def test_a_name_that_is_refused_is_the_cause_and_no_other(hub, facts, scope, access, check):
    misbehave(facts, {"fault": "refuse-dns", **scope})
    diagnosis = examine(hub, facts, access, "photos.test")
    assert failed(diagnosis) == [("storage.dns", check)], diagnosis
    assert diagnosis["verdict"] == "failed" and diagnosis["warnings"] == []
    misbehave(facts)
    assert examine(hub, facts, access, "photos.test")["verdict"] == "passed"


def test_a_rule_for_another_name_strikes_nobody_else(hub, facts):
    misbehave(facts, {"fault": "refuse-dns", "host": OTHER}, {"fault": "refuse-dns", "bucket": "other-bucket"})
    assert examine(hub, facts, "user", "photos.test")["verdict"] == "passed"
    assert failed(examine(hub, facts, "user", OTHER)) == [("storage.dns", "address")]


def test_names_that_are_refused_a_few_times_cost_a_few_tries(hub, facts):
    misbehave(facts, {"fault": "refuse-dns", "host": "photos.test", "times": 2})
    for expected in ["failed", "failed", "passed"]:
        assert examine(hub, facts, "user", "photos.test")["verdict"] == expected

    # The product waits for the name, too: a size that could not be read is read later, and no asset is lost.
    misbehave(facts, {"fault": "refuse-dns", "host": "later.test", "times": 2})
    storage = hub.storage(name="later", **form(facts, "user", "later.test"))
    project = hub.project("Names")
    row = {"data": f"s3://{facts['bucket']}/{KEY}", "externalId": "later"}
    assert hub.import_list(project, [row], storage=storage)["rowsImported"] == 1

    def measured():
        return hub.get(f"/v2/project/{project}/probes")["probes"]["measured"] == 1

    wait_for(measured, 120, "the size being read once the name is there")
    [url] = hub.signed(project, hub.assets(project)).values()
    assert url.startswith(at(facts, "later.test"))
