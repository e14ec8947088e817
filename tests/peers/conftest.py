"""One line per peer and access type: the customer's cloud set up with what the hub gives to paste, and the hub on it."""

from dataclasses import dataclass

import pytest

from servers import HUB_ACCOUNT, REGION, Cloud, ministack, seaweedfs
from support.hub import Hub, running_hub
from support.samples import photographs, rows

SERVERS = {"ministack": ministack, "seaweedfs": seaweedfs}
MAY_ASSUME = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}


@dataclass(frozen=True)
class Line:
    """A private bucket in somebody's cloud, and a hub that was let in."""

    cloud: Cloud
    hub: Hub
    bucket: str
    storage: str
    access: dict
    photographs: dict
    identity: dict

    def rows(self):
        return rows(self.bucket, REGION, self.photographs)

    def s3_as_let_in(self):
        """S3 with exactly what the hub was given."""
        if self.access["accessType"] == "IAM_USER":
            return self.cloud.client("s3", self.access["publicKey"], self.access["privateKey"])
        delegate = self.cloud.client("sts", self.identity["AWS_ACCESS_KEY_ID"], self.identity["AWS_SECRET_ACCESS_KEY"])
        role = {"RoleArn": self.access["roleArn"], "ExternalId": self.access["externalId"]}
        session = delegate.assume_role(RoleSessionName="tests", **role)["Credentials"]
        keys = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
        return self.cloud.client("s3", *keys)


@pytest.fixture(scope="session", params=["ministack-IAM_USER", "ministack-IAM_DELEGATED", "seaweedfs-IAM_USER"])
def line(request, tmp_path_factory):
    server, access_type = request.param.split("-")
    with SERVERS[server](tmp_path_factory.mktemp(server)) as cloud:
        identity = hub_identity(cloud)
        env = {**identity, "INSITU_HEADER_PROBES": "true"}
        with running_hub(tmp_path_factory.mktemp("hub"), options=hub_options(cloud), env=env) as hub:
            yield let_in(hub, cloud, access_type, identity)


def hub_options(cloud):
    options = ["--allow-endpoint", "127.0.0.1"]
    return options + ["--sts-endpoint", cloud.endpoint] if cloud.has_sts else options


def hub_identity(cloud):
    """The hub's own identity, by the standard chain's first place to look."""
    if not cloud.has_sts:
        return {}
    _, key, secret = cloud.user("hub-delegate", MAY_ASSUME, iam=cloud.client("iam", key=HUB_ACCOUNT))
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": REGION}


def let_in(hub, cloud, access_type, identity):
    """What the bucket's owner does: asks the hub what to paste, pastes it, and gives the hub the storage."""
    bucket = "private-photographs"
    external_id = hub.post("/v2/storages/externalId")["externalId"]
    query = {"buckets": bucket, "accessType": access_type, "externalId": external_id}
    paste = hub.get("/v2/storages/setup", params=query)
    cloud.bucket(bucket, photographs(), paste["cors"])
    if access_type == "IAM_DELEGATED":
        role = cloud.role("insitu", paste["trustPolicy"], paste["policy"])
        access = {"accessType": access_type, "roleArn": role, "externalId": external_id}
    else:
        _, key, secret = cloud.user("insitu", paste["policy"])
        access = {"accessType": access_type, "publicKey": key, "privateKey": secret}
    storage = hub.storage(name="Photographs", region=REGION, endpoint=cloud.endpoint, **access)
    return Line(cloud, hub, bucket, storage, access, photographs(), identity)
