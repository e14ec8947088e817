"""The public SDK, as its users install it, on a hub of its own."""

import itertools
import logging

import pytest
from imerit_ango.sdk import SDK

from support.hub import running_hub
from support.sandbox import running_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as facts:
        yield facts


@pytest.fixture(scope="session")
def hub(tmp_path_factory, sandbox):
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sandbox["stsEndpoint"]]
    with running_hub(tmp_path_factory.mktemp("hub"), options=options) as hub:
        yield hub


@pytest.fixture
def sdk(hub):
    logging.getLogger("SDK").propagate = False
    sdk = SDK(hub.api_key, hub.url)
    sdk.session.trust_env = False
    return sdk


numbers = itertools.count(1)


@pytest.fixture
def project(sdk):
    """A new project's id."""
    return sdk.create_project(f"Project {next(numbers)}")["data"]["project"]["_id"]


@pytest.fixture
def private_storage(hub, sandbox):
    """A storage on the sandbox's bucket; the SDK cannot name an endpoint, so the API makes it."""
    keys = {"publicKey": sandbox["accessKeyId"], "privateKey": sandbox["secretAccessKey"]}
    place = {"region": sandbox["region"], "endpoint": sandbox["s3Endpoint"]}
    return hub.storage(name=f"Sandbox {next(numbers)}", accessType="IAM_USER", **place, **keys)
