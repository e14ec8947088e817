"""Who signs, with which secret, when: header signatures and presigned URLs."""

import datetime
import time
from urllib.parse import quote, urlsplit

import botocore.auth
import pytest

from sandbox_kit.errors import refused

NASTY_KEYS = ["clock 100%.png", "hubble+deep+field.jpg", "münzen.jpg", "rocket (rotated).jpg", "coffee cup.jpg"]
EXPIRY_LIMIT_SECONDS = 20


def shift_clock(monkeypatch, **by):
    now = botocore.auth.get_current_datetime() + datetime.timedelta(**by)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now)


@pytest.mark.parametrize("key", NASTY_KEYS)
@pytest.mark.parametrize("style, endpoint", [
    ("path", None),
    ("virtual", "http://localhost:{port}"),
    ("virtual", "http://s3.eu-central-1.localhost:{port}"),
])
def test_a_nasty_key_is_read_by_header_and_by_presigned_url(sandbox, key, style, endpoint):
    endpoint = endpoint and endpoint.format(port=sandbox.port)
    client = sandbox.s3("reader", style=style, endpoint=endpoint)
    body = client.get_object(Bucket="photos", Key=key)["Body"].read()
    url = client.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": key}, ExpiresIn=60)
    assert ("photos." in urlsplit(url).netloc) == (style == "virtual")
    answer = sandbox.fetch(url)
    assert (answer.status, answer.body) == (200, body)
    assert client.head_object(Bucket="photos", Key=key)["ContentLength"] == len(body)


@pytest.mark.parametrize("key, rewritten", [
    ("rocket (rotated).jpg", "rocket%20(rotated).jpg"),
    ("münzen.jpg", "m%c3%bcnzen.jpg"),
    ("hubble+deep+field.jpg", "hubble+deep+field.jpg"),
    ("hubble+deep+field.jpg", "hubble%2Bdeep%2Bfield.jpg"),
    ("clock 100%.png", "clock%20100%25.png"),
])
def test_a_presigned_url_survives_another_encoding_of_the_same_key(sandbox, key, rewritten):
    url = sandbox.presign(key, user="reader")
    other = url.replace(quote(key), rewritten)
    assert sandbox.fetch(other).status == 200


def test_a_plus_is_a_plus_and_not_a_space(sandbox):
    url = sandbox.presign("coffee cup.jpg", user="reader").replace("coffee%20cup.jpg", "coffee+cup.jpg")
    assert sandbox.fetch(url).code == "SignatureDoesNotMatch"
    assert refused(sandbox.s3("reader").get_object, Bucket="photos", Key="coffee+cup.jpg").code == "NoSuchKey"


def test_a_bucket_with_dots_is_reached_in_both_styles(sandbox):
    for style, endpoint in [("path", None), ("virtual", f"http://localhost:{sandbox.port}")]:
        client = sandbox.s3(style=style, endpoint=endpoint)
        assert client.get_object(Bucket="dotted.name.test", Key="k")["Body"].read() == b"v"


def test_an_unknown_key_is_named(sandbox):
    keys = {"aws_access_key_id": "AKIAUNKNOWN000000000", "aws_secret_access_key": "x" * 40}
    refusal = refused(sandbox.s3(keys=keys).list_objects_v2, Bucket="photos")
    assert (refusal.status, refusal.code) == (403, "InvalidAccessKeyId")
    assert refusal.message == "The AWS Access Key Id you provided does not exist in our records."
    assert refusal.elements["AWSAccessKeyId"] == "AKIAUNKNOWN000000000"


def test_a_wrong_secret_is_shown_what_the_server_signed(sandbox):
    keys = sandbox.keys("reader") | {"aws_secret_access_key": "x" * 40}
    refusal = refused(sandbox.s3(keys=keys).list_objects_v2, Bucket="photos", Prefix="a b")
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert refusal.message == (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.")
    assert refusal.elements["StringToSign"].startswith("AWS4-HMAC-SHA256\n")
    assert refusal.elements["CanonicalRequest"].startswith("GET\n/photos\n")
    assert len(refusal.elements["SignatureProvided"]) == 64


def test_the_canonical_request_shown_is_the_one_that_boto3_signed(sandbox, monkeypatch):
    signed = []
    original = botocore.auth.S3SigV4Auth.canonical_request

    def canonical_request(self, request):
        signed.append(original(self, request))
        return signed[-1]

    monkeypatch.setattr(botocore.auth.S3SigV4Auth, "canonical_request", canonical_request)
    keys = sandbox.keys("reader") | {"aws_secret_access_key": "x" * 40}
    for call, more in [("get_object", {"Key": "a (b)+ü%.png"}), ("list_objects_v2", {"Prefix": "a b/ü+"})]:
        refusal = refused(getattr(sandbox.s3(keys=keys), call), Bucket="photos", **more)
        assert refusal.elements["CanonicalRequest"] == signed[-1]


def test_a_changed_url_does_not_open(sandbox):
    url = sandbox.presign("cute-cat.jpg", user="reader")
    for changed in [
        url.replace("cute-cat.jpg", "rocket.jpg"),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        url + "&response-content-type=text%2Fhtml",
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ]:
        answer = sandbox.fetch(changed)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
        assert {"StringToSign", "CanonicalRequest", "SignatureProvided", "RequestId", "HostId"} <= answer.xml.keys()


def test_a_url_for_get_does_not_put(sandbox):
    answer = sandbox.fetch(sandbox.presign("cute-cat.jpg"), "PUT", body=b"other")
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.headers["connection"] == "close"


def test_an_old_url_has_expired(sandbox):
    url = sandbox.presign("cute-cat.jpg", expires=1, user="reader")
    deadline = time.monotonic() + EXPIRY_LIMIT_SECONDS
    while (answer := sandbox.fetch(url)).status == 200:
        assert time.monotonic() < deadline, "the URL never expired"
    # It may have ended while that answer was made, between two looks at the clock.
    answer = sandbox.fetch(url)
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.xml["Message"] == "Request has expired"
    assert answer.xml["X-Amz-Expires"] == "1"
    assert answer.xml["Expires"] <= answer.xml["ServerTime"]


def test_a_url_for_more_than_a_week_is_refused(sandbox):
    assert sandbox.fetch(sandbox.presign("cute-cat.jpg", expires=604_800)).status == 200
    answer = sandbox.fetch(sandbox.presign("cute-cat.jpg", expires=604_801))
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")
    assert answer.xml["Message"] == (
        "X-Amz-Expires must be less than a week (in seconds); that is, "
        "the given X-Amz-Expires must be less than 604800 seconds")


@pytest.mark.parametrize("seconds, allowed", [(-800, True), (800, True), (-1000, False), (1000, False)])
def test_a_clock_may_be_fifteen_minutes_off(sandbox, monkeypatch, seconds, allowed):
    shift_clock(monkeypatch, seconds=seconds)
    client = sandbox.s3("reader")
    if allowed:
        client.list_objects_v2(Bucket="photos")
        return
    refusal = refused(client.list_objects_v2, Bucket="photos")
    assert (refusal.status, refusal.code) == (403, "RequestTimeTooSkewed")
    assert refusal.message == "The difference between the request time and the current time is too large."
    assert refusal.elements["MaxAllowedSkewMilliseconds"] == "900000"
    assert {"RequestTime", "ServerTime"} <= refusal.elements.keys()


def test_a_response_may_be_dressed_by_a_signed_query(sandbox):
    url = sandbox.s3("reader").generate_presigned_url("get_object", Params={
        "Bucket": "photos", "Key": "münzen.jpg", "ResponseContentDisposition": "attachment; filename=\"a b.jpg\"",
        "ResponseContentType": "image/x-test"})
    answer = sandbox.fetch(url)
    assert answer.headers["content-disposition"] == 'attachment; filename="a b.jpg"'
    assert answer.headers["content-type"] == "image/x-test"


@pytest.mark.parametrize("path, headers, status, code", [
    ("/photos/cute-cat.jpg", {}, 403, "AccessDenied"),
    ("/photos", {}, 403, "AccessDenied"),
    ("/", {}, 403, "AccessDenied"),
    ("/nowhere/k", {}, 404, "NoSuchBucket"),
    ("/photos/k?X-Amz-Signature=0", {}, 400, "AuthorizationQueryParametersError"),
    ("/photos/k", {"authorization": "AWS4-HMAC-SHA256 nonsense"}, 400, "AuthorizationHeaderMalformed"),
    ("/photos/k", {"authorization": "AWS AKIAX:c2ln"}, 400, "InvalidRequest"),
    ("/photos/k?AWSAccessKeyId=A&Signature=b&Expires=9999999999", {}, 400, "InvalidRequest"),
    ("/photos/%zz%ff", {}, 400, "InvalidURI"),
])
def test_what_is_not_properly_signed_stays_outside(sandbox, path, headers, status, code):
    answer = sandbox.fetch(sandbox.endpoint + path, headers=headers)
    assert (answer.status, answer.code) == (status, code)
    assert answer.xml["Message"]
    assert answer.headers["x-amz-request-id"] == answer.xml["RequestId"]
    assert answer.headers["x-amz-id-2"] == answer.xml["HostId"]


def test_a_header_that_nobody_signed_is_refused(sandbox):
    url = sandbox.presign("cute-cat.jpg")
    answer = sandbox.fetch(url, headers={"x-amz-security-token": "smuggled"})
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert answer.xml["HeadersNotSigned"] == "x-amz-security-token"


def test_a_public_object_needs_no_signature_and_its_bucket_still_does(sandbox):
    assert sandbox.fetch(f"{sandbox.endpoint}/anyone/k").body == b"v"
    assert sandbox.fetch(f"{sandbox.endpoint}/anyone/missing").status == 403
    assert sandbox.fetch(f"{sandbox.endpoint}/anyone?list-type=2").status == 403
    assert sandbox.fetch(f"{sandbox.endpoint}/anyone/k", "DELETE").status == 403
