"""A session that is over, on servers that nobody here wrote.

On MiniStack the hub's own, because those of roles it renews in time. SeaweedFS makes no session that the hub would use: its
STS denies every role whose trust policy demands an external ID. There the role is another STS's, whose sessions it knows as
little as those that are over.
"""

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


@pytest.fixture
def sessions_of_another(tmp_path):
    """SeaweedFS for storage, and a role of an STS that it never heard of."""
    with seaweedfs(tmp_path) as cloud, running_sandbox(tmp_path) as sandbox:
        env = {"AWS_ACCESS_KEY_ID": sandbox["delegateAccessKeyId"], "AWS_REGION": REGION,
               "AWS_SECRET_ACCESS_KEY": sandbox["delegateSecretAccessKey"], "INSITU_HEADER_PROBES": "true"}
        options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sandbox["stsEndpoint"]]
        with running_hub(tmp_path / "hub", options=options, env=env) as hub:
            yield cloud, sandbox, hub


def test_a_session_that_a_server_does_not_know_any_more_is_told_from_a_right_that_lacks(sessions_of_another):
    cloud, sandbox, hub = sessions_of_another
    rule = {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": [hub.url], "AllowedHeaders": ["*"]}
    cloud.bucket("private-photographs", photographs(), [rule])
    storage = {"accessType": "IAM_DELEGATED", "roleArn": sandbox["roleArn"], "externalId": sandbox["externalId"],
               "region": REGION, "endpoint": cloud.endpoint}
    diagnosis = hub.post("/v2/storages/test", {"storage": storage, "buckets": ["private-photographs"]})["diagnosis"]
    failed = [one for one in diagnosis["checks"] if one["verdict"] == "failed"]
    assert [one["code"] for one in failed] == ["storage.session_expired"], diagnosis["checks"]
