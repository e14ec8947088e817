"""The program itself: its defaults, its files, its end."""

import json
import signal
import stat
import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox_kit.program import PROGRAM


def start(folder, *options, **more):
    ready = folder / "ready.json"
    command = [PROGRAM, "--ready-file", ready, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **more)
    # The line is printed once everything answers.
    line = process.stdout.readline()
    assert line.startswith("S3 and STS answer at http://127.0.0.1:"), process.wait(timeout=10)
    return process, ready


def clients(ready):
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    s3 = boto3.client("s3", endpoint_url=ready["s3Endpoint"], region_name=ready["region"], config=config,
                      aws_access_key_id=ready["accessKeyId"], aws_secret_access_key=ready["secretAccessKey"])
    sts = boto3.client("sts", endpoint_url=ready["stsEndpoint"], region_name=ready["region"],
                       aws_access_key_id=ready["delegateAccessKeyId"],
                       aws_secret_access_key=ready["delegateSecretAccessKey"])
    return s3, sts


def test_the_ready_file_is_enough_for_both_ways_in(tmp_path):
    process, path = start(tmp_path, "--cors-origin", "http://a.test", "--cors-origin", "http://b.test")
    try:
        ready = json.loads(path.read_text())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (len(ready["accessKeyId"]), len(ready["secretAccessKey"])) == (20, 40)
        assert (ready["region"], ready["bucket"]) == ("eu-central-1", "insitu-samples")
        s3, sts = clients(ready)
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=ready["bucket"])["Contents"]]
        assert len(keys) == 10 and "hubble+deep+field.jpg" in keys
        assert sts.get_caller_identity()["Arn"] == ready["delegateArn"]
        sts.assume_role(RoleArn=ready["roleArn"], RoleSessionName="insitu", ExternalId=ready["externalId"])
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_it_ends_with_the_program_that_started_it(tmp_path):
    process, _ = start(tmp_path, "--exit-with-parent")
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_a_folder_becomes_a_bucket(tmp_path):
    folder = tmp_path / "seed"
    (folder / "deep er").mkdir(parents=True)
    (folder / "deep er" / "ü.txt").write_bytes(b"0123456789" * 20_000)
    process, path = start(tmp_path, "--seed-dir", folder, "--bucket", "mine", "--region", "us-east-1",
                          "--external-id", "chosen", "--access-key-id", "AKIAMINE000000000000",
                          "--secret-access-key", "s" * 40)
    try:
        ready = json.loads(path.read_text())
        assert (ready["bucket"], ready["region"], ready["externalId"]) == ("mine", "us-east-1", "chosen")
        assert ready["accessKeyId"] == "AKIAMINE000000000000"
        s3, _ = clients(ready)
        listed = s3.list_objects_v2(Bucket="mine")["Contents"]
        assert [entry["Key"] for entry in listed] == ["deep er/ü.txt"]
        whole = s3.get_object(Bucket="mine", Key="deep er/ü.txt")
        assert whole["Body"].read() == b"0123456789" * 20_000
        part = s3.get_object(Bucket="mine", Key="deep er/ü.txt", Range="bytes=100000-100012")
        assert part["Body"].read() == b"0123456789012"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


def test_the_printed_configuration_can_be_started(tmp_path):
    printed = subprocess.run([PROGRAM, "--print-config"], check=True, capture_output=True, text=True).stdout
    config = tmp_path / "config.json"
    config.write_text(printed)
    process, _ = start(tmp_path, "--config", config, "--exit-with-parent")
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_it_misbehaves_from_the_start_as_its_configuration_says(tmp_path):
    printed = subprocess.run([PROGRAM, "--print-config"], check=True, capture_output=True, text=True).stdout
    config = tmp_path / "config.json"
    rule = {"fault": "throttle", "operation": "ListObjectsV2"}
    config.write_text(json.dumps(json.loads(printed) | {"faults": [rule]}))
    process, path = start(tmp_path, "--config", config, "--exit-with-parent")
    try:
        s3, _ = clients(json.loads(path.read_text()))
        with pytest.raises(ClientError, match="SlowDown"):
            s3.list_objects_v2(Bucket="insitu-samples")
        s3.head_bucket(Bucket="insitu-samples")
    finally:
        process.stdin.close()
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("config, complaint", [
    ('{"faults": [{"fault": "hangs"}]}', "expected one of `hang`"),
    ('{"faults": [{"fault": "hang", "bukket": "photos"}]}', "'hang' has no 'bukket'"),
    ("{", "EOF"),
    ('{"bukets": []}', "unknown field"),
    ('{"buckets": [{"name": "X", "region": "us-east-1"}]}', "'X'"),
    ('{"buckets": [{"name": "abc", "region": "mars"}]}', "'mars' is no region"),
    ('{"buckets": [{"name": "abc", "region": "us-east-1", "cors": [{"AllowedOrigins": ["*"], "AllowedMethods": '
     '["OPTIONS"]}]}]}', "Unsupported method is OPTIONS"),
    ('{"users": [{"arn": "anna"}]}', "'anna' is not the ARN of a user"),
    ('{"buckets": [{"name": "abc", "region": "us-east-1", "folder": "/no/such/folder"}]}', "/no/such/folder"),
])
def test_a_configuration_that_makes_no_sense_is_refused(tmp_path, config, complaint):
    path = tmp_path / "config.json"
    path.write_text(config)
    ended = subprocess.run([PROGRAM, "--config", path], capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert complaint in ended.stderr
