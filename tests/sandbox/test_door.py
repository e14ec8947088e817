"""The control door: buckets, users and roles that arrive while the sandbox runs, as from AWS's console."""

import json

import boto3
import pytest

from sandbox_kit.errors import refused

ACCOUNT = "111122223333"


def put(sandbox, kind, document):
    answer = sandbox.fetch(f"{sandbox.endpoint}/_sandbox/{kind}", "PUT", body=json.dumps(document).encode())
    return answer.status, json.loads(answer.body)


def client(sandbox, service, keys, region="eu-west-1"):
    return boto3.client(service, endpoint_url=sandbox.endpoint, region_name=region,
                        aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"],
                        aws_session_token=keys.get("sessionToken"))


def reads(bucket):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}]}


def test_a_bucket_and_a_user_arrive_and_the_user_reads(faulty):
    status, answer = put(faulty, "buckets", {"name": "arrived", "region": "eu-west-1", "samples": True})
    assert (status, answer) == (200, {"name": "arrived", "region": "eu-west-1"})
    status, user = put(faulty, "users", {"arn": f"arn:aws:iam::{ACCOUNT}:user/new", "policies": [reads("arrived")]})
    assert status == 200 and len(user["accessKeyId"]) == 20 and len(user["secretAccessKey"]) == 40
    s3 = client(faulty, "s3", user)
    assert s3.get_object(Bucket="arrived", Key="cute-cat.jpg")["ContentType"] == "image/jpeg"
    assert refused(s3.list_objects_v2, Bucket="photos").status in (301, 400, 403)


def test_a_bucket_that_is_there_gets_the_rules_and_keeps_its_objects(faulty):
    bucket = {"name": "ruled", "region": "eu-west-1", "publicRead": True,
              "objects": [{"key": "a.txt", "text": "a"}]}
    put(faulty, "buckets", bucket)
    url, origin = f"{faulty.endpoint}/ruled/a.txt", {"Origin": "https://hub.example.com"}
    assert "access-control-allow-origin" not in faulty.fetch(url, headers=origin).headers
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://hub.example.com"], "AllowedHeaders": ["*"]}
    put(faulty, "buckets", {"name": "ruled", "region": "eu-west-1", "cors": [rule]})
    answer = faulty.fetch(url, headers=origin)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "https://hub.example.com")


def test_a_role_arrives_and_is_replaced(faulty):
    _, user = put(faulty, "users", {"arn": f"arn:aws:iam::{ACCOUNT}:user/delegate", "policies": [
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}]})
    arn = f"arn:aws:iam::{ACCOUNT}:role/arrived"

    def role(external_id):
        return {"arn": arn, "policies": [reads("photos")], "trustPolicy": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": user["arn"]}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}}}]}}

    sts = client(faulty, "sts", user)
    asked = {"RoleArn": arn, "RoleSessionName": "tests"}
    assert refused(sts.assume_role, **asked, ExternalId="one").code == "AccessDenied"
    assert put(faulty, "roles", role("one")) == (200, {"arn": arn})
    sts.assume_role(**asked, ExternalId="one")
    put(faulty, "roles", role("two"))
    assert refused(sts.assume_role, **asked, ExternalId="one").code == "AccessDenied"


@pytest.mark.parametrize("kind, document, complaint", [
    ("buckets", {"name": "no", "region": "eu-west-1"}, "named twice, or not as S3 allows"),
    ("buckets", {"name": "folder", "region": "eu-west-1", "folder": "/etc"}, "named in the configuration only"),
    ("buckets", {"name": "fine", "region": "eu-west-1", "colour": "red"}, "unknown field `colour`"),
    ("users", {"arn": "arn:aws:iam::1:user/x"}, "is not the ARN of a user"),
    ("roles", {"arn": f"arn:aws:iam::{ACCOUNT}:role/x"}, "missing field `trustPolicy`"),
])
def test_what_is_not_understood_is_refused_by_name(faulty, kind, document, complaint):
    status, answer = put(faulty, kind, document)
    assert status == 400
    assert complaint in answer["message"]
