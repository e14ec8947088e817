"""A session that is over, on servers that nobody here wrote.

On MiniStack it is the hub's own, because those of roles the hub renews in time. SeaweedFS makes sessions of seconds, but its
STS lets nobody assume a role whose trust policy demands an external ID, which the hub insists on. So the role is proved at
another STS, and a session that SeaweedFS itself made comes back from there.
"""

import base64
import re
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import hub_identity, hub_options
from servers import REGION, ministack, seaweedfs
from support.hub import running_hub
from support.process import wait_for
from support.samples import photographs
from support.sandbox import running_sandbox


@pytest.fixture
def cloud(tmp_path):
    with ministack(tmp_path) as cloud:
        yield cloud


def test_a_session_that_is_over_is_told_from_a_key_that_is_not_there(cloud, tmp_path):
    identity = hub_identity(cloud)
    # AWS gives no session of a second; this server does, if its client does not object.
    unchecked = Config(parameter_validation=False, proxies={})
    keys = {"aws_access_key_id": identity["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": identity["AWS_SECRET_ACCESS_KEY"]}
    sts = boto3.client("sts", endpoint_url=cloud.endpoint, region_name=REGION, config=unchecked, **keys)
    session = sts.get_session_token(DurationSeconds=1)["Credentials"]
    parts = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]

    def is_over():
        try:
            cloud.client("sts", *parts).get_caller_identity()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    assert wait_for(is_over, 30, "the session's end")
    env = dict(zip(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], parts), AWS_REGION=REGION)
    with running_hub(tmp_path / "hub", options=hub_options(cloud), env=env) as hub:
        storage = {"accessType": "IAM_DELEGATED", "roleArn": "arn:aws:iam::000000000000:role/insitu", "region": REGION}
        storage |= {"endpoint": cloud.endpoint, "externalId": hub.post("/v2/storages/externalId")["externalId"]}
        diagnosis = hub.post("/v2/storages/test", {"storage": storage, "buckets": ["any-bucket"]})["diagnosis"]
    failed = [one for one in diagnosis["checks"] if one["verdict"] == "failed"]
    assert [one["code"] for one in failed] == ["storage.session_expired"], failed


ROLE = "arn:aws:iam::role/reader"
# How SeaweedFS makes sessions: of two seconds, where nobody asks for longer ones.
SESSIONS = {
    "sts": {
        "issuer": "seaweedfs",
        "signingKey": base64.b64encode(b"a signing key of a server for tests").decode(),
        "tokenDuration": "2s",
        "maxSessionLength": "1h",
    },
    "policy": {"defaultEffect": "Deny", "storeType": "memory"},
    "policies": [
        {
            "name": "read",
            "document": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": ["*"]}],
            },
        }
    ],
    "roles": [
        {
            "roleName": "reader",
            "roleArn": ROLE,
            "trustPolicy": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}],
            },
            "attachedPolicies": ["read"],
        }
    ],
}


class Sessions:
    """What the STS hands out instead of its own."""

    keys = None

    def in_place_of(self, answer):
        for name, value in zip(["AccessKeyId", "SecretAccessKey", "SessionToken"], self.keys):
            answer = re.sub(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", answer)
        return answer


@contextmanager
def sts_with_sessions_of(sts_url, sessions):
    """An STS whose roles and trust policies are this one's, and whose sessions are another server's."""
    server = urlsplit(sts_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            upstream = HTTPConnection(server.hostname, server.port, timeout=30)
            upstream.request("POST", self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            content = sessions.in_place_of(answer.read().decode()).encode()
            upstream.close()
            self.send_response(answer.status)
            self.send_header("content-type", answer.getheader("content-type"))
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    door = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.daemon_threads = True
    thread = Thread(target=door.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.server_address[1]}"
    finally:
        door.shutdown()
        door.server_close()
        thread.join()


@pytest.fixture
def seaweed(tmp_path):
    with seaweedfs(tmp_path, SESSIONS) as cloud:
        yield cloud


@pytest.fixture
def sandbox(tmp_path):
    with running_sandbox(tmp_path) as facts:
        yield facts


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture
def hub(tmp_path, sandbox, sessions):
    env = {"AWS_ACCESS_KEY_ID": sandbox["delegateAccessKeyId"], "AWS_REGION": REGION,
           "AWS_SECRET_ACCESS_KEY": sandbox["delegateSecretAccessKey"], "INSITU_HEADER_PROBES": "true"}
    with sts_with_sessions_of(sandbox["stsEndpoint"], sessions) as sts:
        options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sts]
        with running_hub(tmp_path / "hub", options=options, env=env) as hub:
            yield hub


@pytest.fixture
def failures(hub, sandbox, seaweed):
    """The codes of what fails on SeaweedFS's bucket, by the role of the other STS."""
    rule = {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": [hub.url], "AllowedHeaders": ["*"]}
    seaweed.bucket("private-photographs", photographs(), [rule])
    storage = {"accessType": "IAM_DELEGATED", "roleArn": sandbox["roleArn"], "externalId": sandbox["externalId"],
               "region": REGION, "endpoint": seaweed.endpoint}

    def ask():
        diagnosis = hub.post("/v2/storages/test", {"storage": storage, "buckets": ["private-photographs"]})["diagnosis"]
        return [one["code"] for one in diagnosis["checks"] if one["verdict"] == "failed"]

    return ask


def session_of(cloud, **more):
    """A session of SeaweedFS's own role, and what it opens."""
    made = cloud.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="tests", **more)["Credentials"]
    keys = made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]
    return keys, cloud.client("s3", *keys)


def test_a_session_of_a_server_of_its_own_opens_the_bucket_until_it_is_over(seaweed, sessions, failures):
    sessions.keys, opened = session_of(seaweed, DurationSeconds=900)
    assert failures() == []

    sessions.keys, opened = session_of(seaweed)
    assert opened.list_objects_v2(Bucket="private-photographs")["KeyCount"] == len(photographs())

    def is_over():
        try:
            opened.list_objects_v2(Bucket="private-photographs")
        except ClientError as error:
            return error.response["Error"]["Code"]
        return None

    # What this server calls a session that is over; AWS says ExpiredToken.
    assert wait_for(is_over, 30, "the session's end") == "InvalidAccessKeyId"
    assert failures() == ["storage.session_expired"]


def test_a_session_that_a_server_never_made_is_told_from_a_right_that_lacks(sandbox, sessions, failures):
    sessions.keys = "ASIAMADEBYSOMEONE000", "a-secret-of-somebody-else-0123456789abcd", str(uuid4())
    assert failures() == ["storage.session_expired"]
