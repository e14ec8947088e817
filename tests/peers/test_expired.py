"""A session that is over, on a server that nobody here wrote: the hub's own, because those of roles it renews in time.

On MiniStack alone: SeaweedFS cannot have an expired session of ours. Its STS denies every role whose trust policy demands
an external ID, and the hub becomes no other; so there the hub only ever holds keys of IAM users, which do not expire.
"""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import hub_identity, hub_options
from servers import REGION, ministack
from support.hub import running_hub
from support.process import wait_for


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
