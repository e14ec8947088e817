"""A sandbox that misbehaves as it is told, a hub whose pages it lets in, and a storage of either access type."""

import json
import time
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import requests

from support.hub import running_hub
from support.process import free_port
from support.sandbox import running_sandbox

DELEGATE_KEY = "AKIADOCTORSDELEGATE1"
DELEGATE_SECRET = "doctors-delegate-secret-of-forty-letters"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("doctor")


@pytest.fixture(scope="session")
def place():
    """Where the sandbox will be: the hub is told before it starts, and tells it its own origin."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def hub(folder, place):
    env = {
        "INSITU_HEADER_PROBES": "true",
        "AWS_ACCESS_KEY_ID": DELEGATE_KEY,
        "AWS_SECRET_ACCESS_KEY": DELEGATE_SECRET,
    }
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", f"http://{place}"]
    with running_hub(folder / "hub", options=options, env=env) as hub:
        yield hub


@pytest.fixture(scope="session")
def facts(folder, place, hub):
    """What the sandbox's ready file says."""
    delegate = ["--delegate-access-key-id", DELEGATE_KEY, "--delegate-secret-access-key", DELEGATE_SECRET]
    log = folder / "requests.ndjson"
    options = ["--cors-origin", hub.url, "--request-log", log, *delegate]
    with running_sandbox(folder, *options, listen=place) as facts:
        yield {**facts, "log": log}


@dataclass
class Doctor:
    """Examines storages on a sandbox that misbehaves."""

    hub: object
    facts: dict
    storages: dict

    @property
    def door(self):
        return self.facts["s3Endpoint"] + "/_sandbox/faults"

    def misbehave(self, *rules):
        requests.put(self.door, json=list(rules), timeout=10).raise_for_status()

    def asked(self):
        """Every request that the sandbox had so far."""
        return [json.loads(line) for line in self.facts["log"].read_text().splitlines()]

    def object(self, key):
        return f"s3://{self.facts['bucket']}/{quote(key)}"

    def examine(self, storage, **body):
        """The diagnosis of a saved storage by its name, or of one that is not saved yet."""
        body = {"buckets": [self.facts["bucket"]], **body}
        if isinstance(storage, dict):
            path, body = "/v2/storages/test", {"storage": storage, **body}
        else:
            path = f"/v2/storages/{self.storages[storage]}/test"
        began = time.monotonic()
        diagnosis = self.hub.post(path, body)["diagnosis"]
        took_s = time.monotonic() - began
        assert took_s < 10, f"{took_s} s: {diagnosis}"
        return diagnosis

    def place(self):
        return {"region": self.facts["region"], "endpoint": self.facts["s3Endpoint"]}

    def keys(self):
        return {"publicKey": self.facts["accessKeyId"], "privateKey": self.facts["secretAccessKey"]}

    def role(self):
        return {"roleArn": self.facts["roleArn"], "externalId": self.facts["externalId"]}


@pytest.fixture(scope="session")
def everything(hub, facts):
    doctor = Doctor(hub, facts, {})
    doctor.storages["user"] = hub.storage(name="user", accessType="IAM_USER", **doctor.place(), **doctor.keys())
    doctor.storages["role"] = hub.storage(name="role", accessType="IAM_DELEGATED", **doctor.place(), **doctor.role())
    return doctor


@pytest.fixture
def doctor(everything):
    """The doctor of a sandbox that behaves until a test says otherwise."""
    everything.misbehave()
    yield everything
    everything.misbehave()
