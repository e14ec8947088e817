"""The function of the CloudFormation template, run as Lambda runs it, against buckets that others serve."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from servers import REGION, ministack

SOURCE = Path(__file__).parents[2] / "web/src/lib/storages/bucketCors.py"
STACK = "arn:aws:cloudformation:eu-central-1:111122223333:stack/insitu/6a1f"
OURS = {"AllowedHeaders": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["https://hub.example"], "MaxAgeSeconds": 3600}
THEIRS = {"ID": "uploads", "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://theirs.example"]}
UNNAMED = {"AllowedMethods": ["POST"], "AllowedOrigins": ["https://unnamed.example"]}
RIGHTS = ["s3:GetBucketCORS", "s3:PutBucketCORS"]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    with ministack(tmp_path_factory.mktemp("ministack")) as cloud:
        yield cloud


class CloudFormation:
    """Calls the function as a stack does, and is told how it went."""

    def __init__(self, cloud, buckets, rights=RIGHTS):
        self.cloud = cloud
        self.answers = []
        answers = self.answers

        class Door(BaseHTTPRequestHandler):
            def do_PUT(self):
                answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.door = HTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        statement = {"Effect": "Allow", "Action": rights, "Resource": [f"arn:aws:s3:::{bucket}" for bucket in buckets]}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        _, key, secret = cloud.user(f"function-{buckets[0]}", policy)
        self.function = {}
        exec(compile(SOURCE.read_text(), SOURCE.name, "exec"), self.function)
        self.function["WAITS_S"].clear()
        self.function["boto3"] = type("Boto3", (), {"client": staticmethod(lambda service: cloud.client(service, key, secret))})

    def call(self, kind, buckets, rules=(OURS,), stack=STACK, **more):
        event = {
            "RequestType": kind,
            "ResponseURL": f"http://127.0.0.1:{self.door.server_port}/answer?X-Amz-Signature=x",
            "StackId": stack,
            "RequestId": f"request {len(self.answers)}",
            "LogicalResourceId": "CorsRules",
            "ResourceProperties": {"ServiceToken": "arn", "Buckets": buckets, "Rules": json.dumps(rules)},
            **more,
        }
        self.function["handler"](event, None)
        answer = self.answers[-1]
        assert {name: answer[name] for name in ("StackId", "RequestId", "LogicalResourceId")} == {
            name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")
        }
        return answer

    def rules(self, bucket):
        try:
            return self.cloud.s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        except self.cloud.s3.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchCORSConfiguration"
            return []


def bucket(cloud, name, *rules):
    cloud.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if rules:
        cloud.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": list(rules)})
    return name


def as_ours(rule, stack=STACK, n=0):
    return {**rule, "ID": f"insitu-{stack.split('/')[-1]}-{n}"}


def test_a_bucket_without_rules_gets_ours_and_is_left_as_it_was(cloud):
    name = bucket(cloud, "cors-none")
    stack = CloudFormation(cloud, [name])
    made = stack.call("Create", [name])
    assert (made["Status"], made["PhysicalResourceId"]) == ("SUCCESS", "insitu-6a1f"), made
    assert stack.rules(name) == [as_ours(OURS)]
    gone = stack.call("Delete", [name], PhysicalResourceId="insitu-6a1f")
    assert gone["Status"] == "SUCCESS", gone
    assert stack.rules(name) == []


def test_the_rules_of_others_stay_through_create_update_and_delete(cloud):
    name = bucket(cloud, "cors-others", THEIRS, UNNAMED)
    theirs = cloud.s3.get_bucket_cors(Bucket=name)["CORSRules"]
    stack = CloudFormation(cloud, [name])
    assert stack.call("Create", [name])["Status"] == "SUCCESS"
    assert stack.rules(name) == [*theirs, as_ours(OURS)]
    # Another stack's rules are not ours either.
    other = STACK.replace("6a1f", "77b0")
    assert stack.call("Create", [name], stack=other)["Status"] == "SUCCESS"
    moved = {**OURS, "AllowedOrigins": ["https://moved.example"]}
    old = {"Buckets": [name], "Rules": json.dumps([OURS])}
    updated = stack.call("Update", [name], [moved], OldResourceProperties=old)
    # An ID that changed would make CloudFormation delete what it just made.
    assert (updated["Status"], updated["PhysicalResourceId"]) == ("SUCCESS", "insitu-6a1f"), updated
    assert stack.rules(name) == [*theirs, as_ours(OURS, other), as_ours(moved)]
    assert stack.call("Delete", [name], [moved])["Status"] == "SUCCESS"
    assert stack.rules(name) == [*theirs, as_ours(OURS, other)]


def test_a_bucket_that_an_update_leaves_out_loses_our_rule(cloud):
    first, second = bucket(cloud, "cors-first", THEIRS), bucket(cloud, "cors-second")
    theirs = cloud.s3.get_bucket_cors(Bucket=first)["CORSRules"]
    stack = CloudFormation(cloud, [first, second])
    assert stack.call("Create", [first])["Status"] == "SUCCESS"
    old = {"Buckets": [first], "Rules": json.dumps([OURS])}
    assert stack.call("Update", [second], OldResourceProperties=old)["Status"] == "SUCCESS"
    assert (stack.rules(first), stack.rules(second)) == (theirs, [as_ours(OURS)])


def test_a_bucket_whose_rule_is_only_taken_away_holds_up_no_stack(cloud):
    kept, left = bucket(cloud, "cors-kept"), bucket(cloud, "cors-left", THEIRS)
    theirs = cloud.s3.get_bucket_cors(Bucket=left)["CORSRules"]
    # A role is changed before the rules are: what an update leaves out, it may touch no more.
    stack = CloudFormation(cloud, [kept, "cors-deleted"])
    old = {"Buckets": [left, "cors-deleted"], "Rules": json.dumps([OURS])}
    updated = stack.call("Update", [kept], OldResourceProperties=old)
    assert updated["Status"] == "SUCCESS", updated
    assert (stack.rules(kept), stack.rules(left)) == ([as_ours(OURS)], theirs)
    # What a stack could not make, it deletes.
    assert stack.call("Create", [kept, left])["Status"] == "FAILED"
    gone = stack.call("Delete", [left, kept])
    assert gone["Status"] == "SUCCESS", gone
    assert (stack.rules(kept), stack.rules(left)) == ([], theirs)


def test_what_fails_is_answered_too_and_changes_nothing(cloud):
    name = bucket(cloud, "cors-denied", THEIRS)
    theirs = cloud.s3.get_bucket_cors(Bucket=name)["CORSRules"]
    denied = CloudFormation(cloud, [name], rights=["s3:GetBucketCORS"])
    answer = denied.call("Create", [name])
    assert answer["Status"] == "FAILED" and "AccessDenied" in answer["Reason"], answer
    assert denied.rules(name) == theirs
    missing = CloudFormation(cloud, ["cors-nowhere"])
    assert missing.call("Create", ["cors-nowhere"])["Status"] == "FAILED"
    # A stack can be deleted though its bucket is gone.
    assert missing.call("Delete", ["cors-nowhere"])["Status"] == "SUCCESS"
