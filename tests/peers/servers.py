"""MiniStack and SeaweedFS: servers that speak S3 and that nobody here wrote, started as a customer's cloud."""

import json
from contextlib import contextmanager
from pathlib import Path

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from support.process import Program, free_port

PROGRAMS = Path(__file__).parents[2] / ".tools/peers/bin"
REGION = "eu-central-1"
ROOT_KEY = "AKIAROOT000000000000"
ROOT_SECRET = "root-secret-of-a-test-server-0123456789a"
# The account that a hub belongs to is not its customers'. MiniStack takes an account's number for its root's key.
HUB_ACCOUNT = "999988887777"


class Cloud:
    """A customer's cloud, spoken to as its owner."""

    def __init__(self, endpoint, has_sts, knows_regions):
        self.endpoint = endpoint
        self.has_sts = has_sts
        self.knows_regions = knows_regions
        self.s3 = self.client("s3")
        self.iam = self.client("iam")

    def client(self, service, key=ROOT_KEY, secret=ROOT_SECRET, token=None):
        """A botocore client of this cloud with anybody's keys."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(proxies={}, retries={"max_attempts": 2}),
        )

    def user(self, name, policy=None, iam=None):
        """A new user with a policy: its ARN, key and secret."""
        iam = iam or self.iam
        iam.create_user(UserName=name)
        if policy:
            iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        arn = iam.get_user(UserName=name)["User"]["Arn"]
        return arn, key["AccessKeyId"], key["SecretAccessKey"]

    def role(self, name, trust_policy, policy):
        """A new role's ARN."""
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust_policy))
        self.iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        return role["Role"]["Arn"]

    def bucket(self, name, objects, cors):
        """A private bucket with objects and CORS rules."""
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        for key, body in objects.items():
            kind = "image/png" if key.endswith(".png") else "image/jpeg"
            self.s3.put_object(Bucket=name, Key=key, Body=body, ContentType=kind)
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": cors})


def _answers(url):
    def check():
        try:
            return requests.get(url, timeout=1, proxies={"http": None}).ok
        except requests.RequestException:
            return False

    return check


@contextmanager
def ministack(directory: Path):
    """S3, STS and IAM with signatures, policies and trust policies enforced."""
    port = free_port()
    settings = {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,sts,iam",
    }
    endpoint = f"http://127.0.0.1:{port}"
    with Program([PROGRAMS / "ministack"], directory / "ministack.log", settings) as server:
        server.ready(_answers(endpoint + "/_ministack/health"))
        yield Cloud(endpoint, has_sts=True, knows_regions=True)


@contextmanager
def seaweedfs(directory: Path, sessions=None):
    """A real storage server: strict signatures and IAM users; its trust policies know no external ID. Its own STS makes
    sessions where its configuration names roles."""
    ports = {name: free_port() for name in ("s3", "s3.grpc", "filer", "filer.grpc", "master", "master.grpc", "volume", "volume.grpc")}
    identities = directory / "identities.json"
    owner = {"name": "owner", "credentials": [{"accessKey": ROOT_KEY, "secretKey": ROOT_SECRET}], "actions": ["Admin"]}
    identities.write_text(json.dumps({"identities": [owner]}))
    data = directory / "data"
    data.mkdir()
    command = [PROGRAMS / "weed", "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=500"]
    command += ["-filer", f"-filer.localSocket={directory}/filer.sock", "-s3", f"-s3.config={identities}"]
    if sessions:
        (directory / "sessions.json").write_text(json.dumps(sessions))
        command += [f"-s3.iam.config={directory}/sessions.json"]
    command += ["-s3.allowedOrigins=https://none.invalid", "-s3.iam.readOnly=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{name.replace('.grpc', '.port.grpc') if '.' in name else name + '.port'}={port}" for name, port in ports.items()]
    endpoint = f"http://127.0.0.1:{ports['s3']}"
    server = Program(command, directory / "weed.log")
    try:
        server.ready(_answers(endpoint + "/healthz"))
        cloud = Cloud(endpoint, has_sts=False, knows_regions=False)
        server.ready(lambda: _can_write(cloud))
        yield cloud
    finally:
        # It takes its time to stop, and leaves its sockets behind when hurried.
        server.kill()
        for port in ports.values():
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink(missing_ok=True)


def _can_write(cloud):
    """The S3 side answers before the volumes behind it do."""
    try:
        cloud.s3.create_bucket(Bucket="probe")
        cloud.s3.put_object(Bucket="probe", Key="probe", Body=b"x")
    except cloud.s3.exceptions.BucketAlreadyOwnedByYou:
        return True
    except (BotoCoreError, ClientError):
        return False
    return True
