"""CORS: preflights, the headers of answers, and the rules themselves."""

import pytest

from sandbox_kit import world
from sandbox_kit.errors import refused

VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method "
    "/ Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.")


def preflight(sandbox, path, origin=world.HUB_ORIGIN, method="GET", headers=None):
    sent = {"access-control-request-method": method} if method else {}
    if origin:
        sent["origin"] = origin
    if headers:
        sent["access-control-request-headers"] = headers
    return sandbox.fetch(sandbox.endpoint + path, "OPTIONS", sent)


def test_the_hubs_origin_may_read(sandbox):
    answer = preflight(sandbox, "/photos/cute-cat.jpg", headers="Range, X-Other")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == world.HUB_ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert answer.headers["access-control-allow-headers"] == "range, x-other"
    assert answer.headers["access-control-expose-headers"] == "ETag, Content-Length"
    assert answer.headers["access-control-max-age"] == "3000"
    assert answer.headers["vary"] == VARY


def test_a_virtual_hosted_preflight_is_answered_too(sandbox):
    url = f"http://photos.s3.eu-central-1.localhost:{sandbox.port}/cute-cat.jpg"
    answer = sandbox.fetch(url, "OPTIONS", {"origin": world.HUB_ORIGIN, "access-control-request-method": "GET"})
    assert answer.headers["access-control-allow-origin"] == world.HUB_ORIGIN


def test_a_star_is_answered_with_a_star_and_no_credentials(sandbox):
    answer = preflight(sandbox, "/anyone/k", origin="http://else.test")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path, asked, message, resource", [
    ("/photos/k", {"origin": "http://evil.test"}, NOT_ALLOWED, "OBJECT"),
    ("/photos/k", {"method": "PUT"}, NOT_ALLOWED, "OBJECT"),
    ("/photos", {"origin": "http://evil.test"}, NOT_ALLOWED, "BUCKET"),
    ("/tree/k", {}, "CORSResponse: CORS is not enabled for this bucket.", "OBJECT"),
    ("/tree", {}, "CORSResponse: CORS is not enabled for this bucket.", "BUCKET"),
    ("/nowhere/k", {}, "CORSResponse: Bucket not found", "OBJECT"),
])
def test_a_refused_preflight_says_why(sandbox, path, asked, message, resource):
    answer = preflight(sandbox, path, **asked)
    assert (answer.status, answer.code) == (403, "AccessForbidden")
    assert answer.xml["Message"] == message
    assert (answer.xml["Method"], answer.xml["ResourceType"]) == (asked.get("method", "GET"), resource)
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_that_asks_nothing_is_no_preflight(sandbox):
    answer = preflight(sandbox, "/photos/k", origin=None)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert answer.xml["Message"] == "Insufficient information. Origin request header needed."
    answer = preflight(sandbox, "/photos/k", method="PATCH")
    assert (answer.status, answer.xml["Message"]) == (400, "Invalid Access-Control-Request-Method: PATCH")


def test_an_answer_carries_the_headers_when_a_rule_matches(sandbox):
    url = sandbox.presign("cute-cat.jpg", user="reader")
    answer = sandbox.fetch(url, headers={"origin": world.HUB_ORIGIN})
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == world.HUB_ORIGIN
    assert answer.headers["access-control-expose-headers"] == "ETag, Content-Length"
    assert answer.headers["vary"] == VARY
    for origin in [None, "http://evil.test"]:
        answer = sandbox.fetch(url, headers={"origin": origin} if origin else {})
        assert answer.status == 200
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_browser_can_read_an_error_when_a_rule_matches(sandbox):
    missing = sandbox.presign("no such.jpg", user="reader")
    hidden = sandbox.presign("no such.jpg", user="blind")
    for url, status in [(missing, 404), (hidden, 403), (f"{sandbox.endpoint}/photos/k", 403)]:
        answer = sandbox.fetch(url, headers={"origin": world.HUB_ORIGIN})
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, world.HUB_ORIGIN)
        answer = sandbox.fetch(url, headers={"origin": "http://evil.test"})
        assert (answer.status, "access-control-allow-origin" in answer.headers) == (status, False)


def test_a_ranged_read_from_the_browser_is_allowed(sandbox):
    url = sandbox.presign("cute-cat.jpg", user="reader")
    answer = sandbox.fetch(url, headers={"origin": world.HUB_ORIGIN, "range": "bytes=0-9"})
    assert (answer.status, len(answer.body)) == (206, 10)
    assert answer.headers["access-control-allow-origin"] == world.HUB_ORIGIN


def test_rules_are_put_read_and_deleted(sandbox):
    client = sandbox.s3(region="us-east-1")
    rule = {"AllowedOrigins": ["https://*.test"], "AllowedMethods": ["GET"], "AllowedHeaders": ["range"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60, "ID": "hub"}
    missing = refused(client.get_bucket_cors, Bucket="tree")
    assert (missing.status, missing.code) == (404, "NoSuchCORSConfiguration")
    assert missing.message == "The CORS configuration does not exist"
    assert missing.elements["BucketName"] == "tree"
    client.put_bucket_cors(Bucket="tree", CORSConfiguration={"CORSRules": [rule]})
    try:
        assert client.get_bucket_cors(Bucket="tree")["CORSRules"] == [rule]
        assert preflight(sandbox, "/tree/k", origin="https://hub.test", headers="Range").status == 200
        assert preflight(sandbox, "/tree/k", origin="http://hub.test").status == 403
    finally:
        client.delete_bucket_cors(Bucket="tree")
    assert preflight(sandbox, "/tree/k", origin="https://hub.test").xml["Message"].endswith("for this bucket.")


def test_a_rule_that_s3_does_not_know_is_refused(sandbox):
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["PATCH"]}
    refusal = refused(sandbox.s3().put_bucket_cors, Bucket="photos", CORSConfiguration={"CORSRules": [rule]})
    assert (refusal.status, refusal.code) == (400, "InvalidRequest")
    assert refusal.message == "Found unsupported HTTP method in CORS config. Unsupported method is PATCH"
