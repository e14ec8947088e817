"""Faults: what a client meets when the sandbox misbehaves on purpose, and that it meets it only where it was told."""

import datetime
import zlib

import boto3
import botocore.auth
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, ResponseStreamingError

from sandbox_kit import world
from sandbox_kit.errors import refused

KEY = "cute-cat.jpg"
SIZE = 31_589
ORIGIN = {"origin": world.HUB_ORIGIN}
READER = f"arn:aws:iam::{world.OWNER_ACCOUNT}:user/reader"


def get(sandbox, key=KEY, user="reader", **more):
    return sandbox.s3(user).get_object(Bucket="photos", Key=key, **more)


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def impatient(sandbox, service="s3", user="reader"):
    """A client that waits a few seconds and asks once."""
    config = Config(read_timeout=3, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(service, endpoint_url=sandbox.endpoint, region_name="eu-central-1", config=config,
                        **sandbox.keys(user))


# The connection.


def test_who_meets_hang_waits_in_vain(faulty):
    faulty.faults({"fault": "hang", "bucket": "photos"})
    with pytest.raises(ReadTimeoutError):
        impatient(faulty).head_object(Bucket="photos", Key=KEY)
    assert status(faulty.s3().head_object(Bucket="tree", Key="a.txt")) == 200


def test_hang_can_be_narrowed_to_one_operation(faulty):
    faulty.faults({"fault": "hang", "operation": "AssumeRole"})
    sts = impatient(faulty, "sts", "insitu-delegate")
    assert sts.get_caller_identity()["Arn"] == world.DELEGATE
    with pytest.raises(ReadTimeoutError):
        sts.assume_role(RoleArn=world.READ_ROLE, RoleSessionName="insitu", ExternalId=world.EXTERNAL_ID)


def test_cut_connection_gives_no_answer(faulty):
    faulty.faults({"fault": "cut-connection"})
    with pytest.raises(ConnectionClosedError):
        get(faulty)


def test_cut_body_sends_half_and_ends(faulty):
    faulty.faults({"fault": "cut-body", "keyPrefix": "cute-"})
    answer = get(faulty)
    assert answer["ContentLength"] == SIZE
    with pytest.raises(ResponseStreamingError, match=f"{SIZE // 2} bytes read"):
        answer["Body"].read()
    assert len(get(faulty, "rocket.jpg")["Body"].read()) > SIZE


# The signature.


@pytest.mark.parametrize("minutes", [16, -16])
def test_clock_skew_refuses_who_has_the_right_time(faulty, minutes):
    faulty.faults({"fault": "clock-skew", "seconds": minutes * 60})
    refusal = refused(faulty.s3("reader").list_objects_v2, Bucket="photos")
    assert (refusal.status, refusal.code) == (403, "RequestTimeTooSkewed")
    assert refusal.message == "The difference between the request time and the current time is too large."
    server = datetime.datetime.fromisoformat(refusal.elements["ServerTime"])
    away = server - datetime.datetime.now(datetime.timezone.utc)
    assert abs(away - datetime.timedelta(minutes=minutes)) < datetime.timedelta(seconds=30)
    said = datetime.datetime.strptime(refusal.headers["date"], "%a, %d %b %Y %H:%M:%S GMT")
    assert abs(said - server.replace(tzinfo=None)) < datetime.timedelta(seconds=30)
    refusal = refused(faulty.sts().get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert refusal.message.startswith("Signature expired: " if minutes > 0 else "Signature not yet current: ")


def test_a_client_whose_clock_is_off_alike_is_served(faulty, monkeypatch):
    faulty.faults({"fault": "clock-skew", "seconds": 960})
    now = botocore.auth.get_current_datetime() + datetime.timedelta(minutes=16)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now)
    assert status(get(faulty)) == 200


def test_unknown_key_knows_the_others(faulty):
    key = faulty.keys("reader")["aws_access_key_id"]
    faulty.faults({"fault": "unknown-key", "accessKey": key})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (403, "InvalidAccessKeyId")
    assert refusal.message == "The AWS Access Key Id you provided does not exist in our records."
    assert refusal.elements["AWSAccessKeyId"] == key
    refusal = refused(faulty.sts("reader").get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "InvalidClientTokenId")
    assert status(get(faulty, user="owner")) == 200


def test_refuse_secret_shows_what_was_signed(faulty):
    faulty.faults({"fault": "refuse-secret"})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert refusal.message.endswith("Check your key and signing method.")
    assert refusal.elements["StringToSign"].startswith("AWS4-HMAC-SHA256\n")
    refusal = refused(faulty.sts().get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert "Check your AWS Secret Access Key and signing method." in refusal.message


def test_expire_token_ends_sessions_and_no_keys(faulty):
    keys = faulty.assume()
    faulty.faults({"fault": "expire-token", "role": world.READ_ROLE})
    refusal = refused(faulty.s3(keys=keys).get_object, Bucket="photos", Key=KEY)
    assert (refusal.status, refusal.code) == (400, "ExpiredToken")
    assert refusal.elements["Token-0"] == keys["aws_session_token"]
    refusal = refused(faulty.sts(keys=keys).get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "ExpiredToken")
    assert status(get(faulty)) == 200, "a user has no token that could expire"


# The region.


def test_redirect_301_names_the_region_and_serves_who_goes_there(faulty):
    faulty.faults({"fault": "redirect-301", "region": "us-west-2", "bucket": "photos"})
    answer = faulty.signed(f"{faulty.endpoint}/photos?list-type=2")
    assert (answer.status, answer.code) == (301, "PermanentRedirect")
    assert answer.headers["x-amz-bucket-region"] == "us-west-2"
    assert "location" not in answer.headers
    assert answer.xml["Endpoint"] == f"127.0.0.1:{faulty.port}"
    answer = faulty.signed(f"http://photos.localhost:{faulty.port}/{KEY}")
    assert answer.xml["Endpoint"] == f"photos.s3.us-west-2.localhost:{faulty.port}"
    head = faulty.signed(f"{faulty.endpoint}/photos/{KEY}", method="HEAD")
    assert (head.status, head.headers["x-amz-bucket-region"], head.body) == (301, "us-west-2", b"")
    found = faulty.signed(f"{faulty.endpoint}/photos/{KEY}", region="us-west-2")
    assert (found.status, len(found.body)) == (200, SIZE)


def test_redirect_400_names_the_region_and_serves_who_signs_for_it(faulty):
    faulty.faults({"fault": "redirect-400", "region": "us-west-2", "bucket": "photos"})
    answer = faulty.signed(f"{faulty.endpoint}/photos?list-type=2")
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed")
    assert answer.xml["Region"] == answer.headers["x-amz-bucket-region"] == "us-west-2"
    assert answer.xml["Message"] == (
        "The authorization header is malformed; the region 'eu-central-1' is wrong; expecting 'us-west-2'")
    answer = faulty.fetch(faulty.presign(KEY, user="reader"))
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")
    assert answer.xml["Region"] == "us-west-2"
    found = faulty.s3("owner", "us-east-1").get_bucket_location(Bucket="photos")
    assert found["LocationConstraint"] == "us-west-2"
    assert faulty.signed(f"{faulty.endpoint}/photos/{KEY}", region="us-west-2").status == 200


# Rights, and what is there.


def test_deny_list_lets_objects_be_read(faulty):
    faulty.faults({"fault": "deny-list", "bucket": "photos"})
    refusal = refused(faulty.s3("reader").list_objects_v2, Bucket="photos")
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert refusal.message == (f'User: {READER} is not authorized to perform: s3:ListBucket on resource: '
                               '"arn:aws:s3:::photos" because no identity-based policy allows the s3:ListBucket action')
    assert refused(faulty.s3("reader").head_bucket, Bucket="photos").status == 403
    assert status(get(faulty)) == 200
    assert refused(get, sandbox=faulty, key="no.jpg").code == "AccessDenied"


def test_deny_get_lets_objects_be_listed(faulty):
    faulty.faults({"fault": "deny-get", "bucket": "photos"})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert f'perform: s3:GetObject on resource: "arn:aws:s3:::photos/{KEY}"' in refusal.message
    assert refused(faulty.s3("reader").head_object, Bucket="photos", Key=KEY).status == 403
    assert faulty.s3("reader").list_objects_v2(Bucket="photos")["KeyCount"] == 10


def test_deny_kms_lets_the_head_through(faulty):
    faulty.faults({"fault": "deny-kms", "bucket": "photos"})
    refusal = refused(get, sandbox=faulty, Range="bytes=0-9")
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    head = faulty.s3("reader").head_object(Bucket="photos", Key=KEY)
    assert (head["ServerSideEncryption"], head["ContentLength"]) == ("aws:kms", SIZE)
    assert refusal.message == (f"User: {READER} is not authorized to perform: kms:Decrypt on resource: "
                               f"{head['SSEKMSKeyId']} because no identity-based policy allows the kms:Decrypt action")


def test_hide_missing_calls_what_is_not_there_forbidden(faulty):
    faulty.faults({"fault": "hide-missing", "bucket": "photos"})
    refusal = refused(get, sandbox=faulty, key="no.jpg")
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert "s3:ListBucket" in refusal.message
    assert refused(faulty.s3("reader").head_object, Bucket="photos", Key="no.jpg").status == 403
    assert status(get(faulty)) == 200
    assert faulty.s3("reader").list_objects_v2(Bucket="photos")["KeyCount"] == 10


def test_no_such_bucket_is_said_to_browsers_too(faulty):
    faulty.faults({"fault": "no-such-bucket", "bucket": "photos"})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (404, "NoSuchBucket")
    assert refusal.elements["BucketName"] == "photos"
    asked = ORIGIN | {"access-control-request-method": "GET"}
    answer = faulty.fetch(f"{faulty.endpoint}/photos/{KEY}", "OPTIONS", asked)
    assert answer.xml["Message"] == "CORSResponse: Bucket not found"
    assert status(faulty.s3().head_bucket(Bucket="tree")) == 200


def test_no_such_object_is_said_to_who_may_list(faulty):
    faulty.faults({"fault": "no-such-object", "keyPrefix": "cute"})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    assert refusal.elements["Key"] == KEY
    refusal = refused(get, sandbox=faulty, user="blind")
    assert (refusal.status, refusal.code) == (403, "AccessDenied"), "who may not list does not learn it"
    assert status(get(faulty, "rocket.jpg")) == 200


def test_throttle_is_said_as_s3_and_as_sts_say_it(faulty):
    faulty.faults({"fault": "throttle", "retryAfter": 7})
    refusal = refused(get, sandbox=faulty)
    assert (refusal.status, refusal.code) == (503, "SlowDown")
    assert refusal.message == "Please reduce your request rate."
    assert refusal.headers["retry-after"] == "7"
    refusal = refused(faulty.sts().get_caller_identity)
    assert (refusal.status, refusal.code, refusal.message) == (400, "Throttling", "Rate exceeded")


def test_a_client_that_tries_again_gets_past_the_first_throttled_requests(faulty):
    faulty.faults({"fault": "throttle", "times": 2})
    config = Config(retries={"total_max_attempts": 3, "mode": "standard"}, s3={"addressing_style": "path"})
    patient = boto3.client("s3", endpoint_url=faulty.endpoint, region_name="eu-central-1", config=config,
                           **faulty.keys("reader"))
    answer = patient.head_object(Bucket="photos", Key=KEY)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert faulty.fault_counts() == [(3, 2)]


# Roles.


def test_no_external_id_demanded_accepts_none_and_any(faulty):
    for external_id in [None, "a-random-one"]:
        assert refused(faulty.assume, external_id=external_id).code == "AccessDenied"
    faulty.faults({"fault": "no-external-id-demanded", "role": world.READ_ROLE})
    for external_id in [None, "a-random-one", world.EXTERNAL_ID]:
        keys = faulty.assume(external_id=external_id)
        assert status(faulty.s3(keys=keys).head_object(Bucket="photos", Key=KEY)) == 200
    assert refused(faulty.assume, user="stranger").code == "AccessDenied", "the principal is still demanded"


def test_deny_assume_role_says_what_every_denial_says(faulty):
    faulty.faults({"fault": "deny-assume-role", "role": world.READ_ROLE})
    refusal = refused(faulty.assume)
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert refusal.message == (f"User: {world.DELEGATE} is not authorized to perform: sts:AssumeRole on resource: "
                               f"{world.READ_ROLE}")
    assert faulty.assume(role=world.OPEN_ROLE, external_id=None)


# Browsers.


def ask(sandbox, method, **headers):
    url = f"{sandbox.endpoint}/photos/{KEY}" if method == "OPTIONS" else sandbox.presign(KEY, user="reader")
    return sandbox.fetch(url, method, ORIGIN | headers)


def preflight(sandbox):
    return ask(sandbox, "OPTIONS", **{"access-control-request-method": "GET"})


def test_no_cors_refuses_every_origin(faulty):
    faulty.faults({"fault": "no-cors", "bucket": "photos"})
    answer = preflight(faulty)
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert answer.xml["Message"] == "CORSResponse: CORS is not enabled for this bucket."
    answer = ask(faulty, "GET")
    assert answer.status == 200 and "access-control-allow-origin" not in answer.headers


def test_other_origin_lets_only_that_one_read(faulty):
    faulty.faults({"fault": "other-origin", "origin": "https://else.test"})
    answer = preflight(faulty)
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert answer.xml["Message"].startswith("CORSResponse: This CORS request is not allowed.")
    assert "access-control-allow-origin" not in ask(faulty, "GET").headers
    answer = ask(faulty, "GET", origin="https://else.test")
    assert answer.headers["access-control-allow-origin"] == "https://else.test"


def test_no_vary_leaves_the_other_headers(faulty):
    assert "Origin" in ask(faulty, "GET").headers["vary"]
    faulty.faults({"fault": "no-vary"})
    for answer in [preflight(faulty), ask(faulty, "GET")]:
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == world.HUB_ORIGIN
        assert "vary" not in answer.headers


# Bytes.


def test_ignore_range_sends_the_whole(faulty):
    faulty.faults({"fault": "ignore-range"})
    answer = get(faulty, Range="bytes=0-9")
    assert (status(answer), len(answer["Body"].read())) == (200, SIZE)
    assert "ContentRange" not in answer and "AcceptRanges" not in answer


def test_wrong_content_type_is_in_head_and_get(faulty):
    faulty.faults({"fault": "wrong-content-type", "type": "text/html"})
    assert get(faulty)["ContentType"] == "text/html"
    assert faulty.s3("reader").head_object(Bucket="photos", Key=KEY)["ContentType"] == "text/html"


def unpacked(packed, wbits):
    """How long it is, without holding it."""
    machine, length = zlib.decompressobj(wbits), 0
    while packed:
        length += len(machine.decompress(packed, 1 << 24))
        packed = machine.unconsumed_tail
    assert machine.eof
    return length, machine.unused_data


def test_bomb_is_a_picture_that_no_memory_holds(faulty):
    faulty.faults({"fault": "bomb", "bucket": "photos"})
    answer = get(faulty)
    body = answer["Body"].read()
    assert answer["ContentType"] == "image/png" and body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(body[at:at + 4]) for at in (16, 20))
    assert (width, height) == (60_000, 60_000)
    assert len(body) < 512 * 1024
    assert unpacked(body[41:-16], 15)[0] == height * (1 + width // 8)
    part = get(faulty, Range="bytes=0-65535")
    assert (status(part), part["Body"].read()) == (206, body[:65_536])


def test_bomb_is_a_gigabyte_where_no_picture_was(faulty):
    faulty.faults({"fault": "bomb", "bucket": "tree"})
    answer = faulty.s3(region="us-east-1").get_object(Bucket="tree", Key="a.txt")
    assert (answer["ContentEncoding"], answer["ContentType"]) == ("gzip", "text/plain")
    body = answer["Body"]._raw_stream.read(decode_content=False)
    assert len(body) == answer["ContentLength"] < 2 * 1024 * 1024
    length, rest = unpacked(body, 31)
    members = len(body) // (len(body) - len(rest))
    assert length * members == 1024 ** 3


# The control door, and counting.


def test_rules_are_shown_replaced_and_taken_away(faulty):
    rule = {"fault": "throttle", "retryAfter": 2, "bucket": "photos", "after": 1, "every": 2, "times": 2}
    assert faulty.faults(rule) == [{"rule": rule, "matched": 0, "struck": 0}]
    struck = [n for n in range(1, 9) if faulty.fetch(f"{faulty.endpoint}/photos").status == 503]
    assert struck == [3, 5]
    assert faulty.fault_counts() == [(8, 2)]
    assert faulty.faults({"fault": "hang", "bucket": "tree"})[0]["matched"] == 0
    assert faulty.fetch(faulty.ready["faultsEndpoint"], "DELETE").body == b"[]\n"
    assert faulty.fault_counts() == []


@pytest.mark.parametrize("body, complaint", [
    (b'{"fault": "hang"}', "expected a sequence"),
    (b'[{"fault": "hangs"}]', "expected one of `hang`"),
    (b'[{"fault": "hang", "bukket": "photos"}]', "'hang' has no 'bukket'"),
    (b'[{"fault": "redirect-301"}]', "missing field `region`"),
])
def test_a_rule_that_is_not_understood_leaves_the_others_in_force(faulty, body, complaint):
    faulty.faults({"fault": "deny-get"})
    answer = faulty.fetch(faulty.ready["faultsEndpoint"], "PUT", body=body)
    assert answer.status == 400
    assert complaint in answer.body.decode()
    assert faulty.fault_counts() == [(0, 0)]


def test_the_door_is_no_bucket_and_hides_no_key(faulty):
    assert faulty.fetch(f"{faulty.endpoint}/_sandbox/other").status == 404
    assert faulty.fetch(faulty.ready["faultsEndpoint"], "POST", body=b"[]").status == 405
    in_a_bucket = f"http://photos.localhost:{faulty.port}/_sandbox/faults"
    assert faulty.signed(in_a_bucket).code == "NoSuchKey"
    faulty.faults({"fault": "cut-connection"})
    assert faulty.fault_counts() == [(0, 0)], "the door opens whatever the rules say"


def test_two_faults_strike_together(faulty):
    faulty.faults({"fault": "no-such-object"}, {"fault": "hide-missing"})
    assert refused(get, sandbox=faulty).code == "AccessDenied"
