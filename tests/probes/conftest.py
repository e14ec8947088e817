"""A sandbox that keeps a log of what it is asked, and a hub with a storage of either access type on it."""

import json

import pytest

from support.hub import running_hub
from support.sandbox import running_sandbox


class Requests:
    """What the sandbox was asked so far."""

    def __init__(self, file):
        self.file = file

    def gets(self):
        """Key, range and status of every object that was read."""
        lines = [json.loads(line) for line in self.file.read_text().splitlines()]
        return [(one["key"], one["range"], one["status"]) for one in lines if one["method"] == "GET" and one["key"]]


@pytest.fixture
def requests_log(tmp_path):
    return Requests(tmp_path / "requests.ndjson")


@pytest.fixture
def sandbox(tmp_path, requests_log):
    with running_sandbox(tmp_path, "--request-log", requests_log.file) as facts:
        yield facts


@pytest.fixture
def hub(tmp_path, sandbox):
    env = {
        "INSITU_HEADER_PROBES": "true",
        "AWS_ACCESS_KEY_ID": sandbox["delegateAccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": sandbox["delegateSecretAccessKey"],
    }
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sandbox["stsEndpoint"]]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        yield hub


@pytest.fixture
def project(hub):
    return hub.project("Unmeasured")


@pytest.fixture
def storages(hub, sandbox):
    """A storage of each access type on the sandbox's bucket."""
    place = {"region": sandbox["region"], "endpoint": sandbox["s3Endpoint"]}
    keys = {"publicKey": sandbox["accessKeyId"], "privateKey": sandbox["secretAccessKey"]}
    role = {"roleArn": sandbox["roleArn"], "externalId": sandbox["externalId"]}
    return {
        "user": hub.storage(name="user", accessType="IAM_USER", **place, **keys),
        "role": hub.storage(name="role", accessType="IAM_DELEGATED", **place, **role),
    }
