"""Starts the program under test, and hands out clients for its users."""

import json
import os
import subprocess
import time
from pathlib import Path

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from . import http_raw, world

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("INSITU_SANDBOX_BIN", REPOSITORY / "target/debug/insitu-sandbox"))
START_LIMIT_SECONDS = 20


class Sandbox:
    """A running sandbox, and what its ready file says."""

    def __init__(self, folder, *options):
        config, ready = folder / "config.json", folder / "ready.json"
        config.write_text(json.dumps(world.configuration()))
        command = [PROGRAM, "--config", config, "--ready-file", ready, "--exit-with-parent", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not ready.exists():
            assert self.process.poll() is None, "the sandbox ended before it was ready"
            assert time.monotonic() < deadline, "the sandbox was not ready in time"
            time.sleep(0.005)
        self.ready = json.loads(ready.read_text())
        self.endpoint = self.ready["s3Endpoint"]
        self.port = int(self.endpoint.rsplit(":", 1)[1])

    def keys(self, name):
        found = next(user for user in self.ready["users"] if user["arn"].endswith(f"user/{name}"))
        return {"aws_access_key_id": found["accessKeyId"], "aws_secret_access_key": found["secretAccessKey"]}

    def s3(self, user="owner", region="eu-central-1", style="path", endpoint=None, keys=None):
        config = Config(s3={"addressing_style": style}, signature_version="s3v4", parameter_validation=False,
                        retries={"total_max_attempts": 1})
        return boto3.client("s3", endpoint_url=endpoint or self.endpoint, region_name=region, config=config,
                            **(keys or self.keys(user)))

    def sts(self, user="insitu-delegate", region="eu-central-1", keys=None):
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        return boto3.client("sts", endpoint_url=self.endpoint, region_name=region, config=config,
                            **(keys or self.keys(user)))

    def assume(self, user="insitu-delegate", role=world.READ_ROLE, external_id=world.EXTERNAL_ID, **more):
        """The keys of a new session, as clients take them."""
        if external_id is not None:
            more["ExternalId"] = external_id
        answer = self.sts(user).assume_role(RoleArn=role, RoleSessionName="insitu-test", **more)
        found = answer["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def presign(self, key, bucket="photos", expires=300, **client):
        return self.s3(**client).generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=expires)

    def signed(self, url, user="reader", region="eu-central-1", method="GET"):
        """Sends what boto3 would sign, without its following redirects to the right region by itself."""
        keys = self.keys(user)
        request = AWSRequest(method, url)
        credentials = Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])
        S3SigV4Auth(credentials, "s3", region).add_auth(request)
        return self.fetch(url, method, dict(request.headers))

    def faults(self, *rules):
        """Has the sandbox misbehave so from now on; without a rule it behaves."""
        answer = self.fetch(self.ready["faultsEndpoint"], "PUT", body=json.dumps(rules).encode())
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def fault_counts(self):
        """How many requests each rule was about, and how many of them it struck."""
        counted = json.loads(self.fetch(self.ready["faultsEndpoint"]).body)
        return [(one["matched"], one["struck"]) for one in counted]

    def fetch(self, url, method="GET", headers=None, body=None):
        return http_raw.fetch(self.port, url, method, headers, body)

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(timeout=10)
