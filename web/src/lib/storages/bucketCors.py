"""Adds CORS rules to buckets that exist already, beside the rules that are there, and takes them away again."""

import json
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

# A role that was just made is not known everywhere yet.
WAITS_S = [2, 4, 8, 16]


def called(call, waits, **arguments):
    for wait in [*waits, None]:
        try:
            return call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied" or wait is None:
                raise
            time.sleep(wait)


def rules_of(s3, bucket, waits):
    try:
        return called(s3.get_bucket_cors, waits, Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchCORSConfiguration":
            return []
        raise


def change(s3, bucket, ours, wanted):
    """Leaves the rules whose ID is not ours as they are."""
    waits = WAITS_S if wanted else []
    before = rules_of(s3, bucket, waits)
    after = [rule for rule in before if not rule.get("ID", "").startswith(ours)]
    after += [{**rule, "ID": f"{ours}-{n}"} for n, rule in enumerate(wanted)]
    if after and after != before:
        called(s3.put_bucket_cors, waits, Bucket=bucket, CORSConfiguration={"CORSRules": after})
    elif before and not after:
        called(s3.delete_bucket_cors, waits, Bucket=bucket)


def take_away(s3, bucket, ours):
    """No stack is held up by a bucket that is gone, or that its role may not touch (any more)."""
    try:
        change(s3, bucket, ours, [])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "NoSuchBucket"):
            raise


def carry_out(event, ours):
    s3 = boto3.client("s3")
    now = event["ResourceProperties"]
    wanted = [] if event["RequestType"] == "Delete" else json.loads(now["Rules"])
    for bucket in now["Buckets"]:
        if wanted:
            change(s3, bucket, ours, wanted)
        else:
            take_away(s3, bucket, ours)
    for bucket in event.get("OldResourceProperties", now)["Buckets"]:
        if bucket not in now["Buckets"]:
            take_away(s3, bucket, ours)


def handler(event, context):
    # One stack's rules are not another's, though both may be for the same bucket.
    ours = "insitu-" + event["StackId"].split("/")[-1]
    status, reason = "SUCCESS", ""
    try:
        carry_out(event, ours)
    except Exception as error:  # Who is not answered waits for an hour.
        status, reason = "FAILED", f"{type(error).__name__}: {error}"[:1000]
    names = ["StackId", "RequestId", "LogicalResourceId"]
    answer = {name: event[name] for name in names}
    answer |= {"Status": status, "Reason": reason, "PhysicalResourceId": ours}
    body = json.dumps(answer).encode()
    headers = {"Content-Type": "", "Content-Length": str(len(body))}
    request = urllib.request.Request(event["ResponseURL"], body, headers, method="PUT")
    urllib.request.urlopen(request, timeout=30).close()
