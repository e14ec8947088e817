"""Several regions on one port: the signature's scope and the host's name say which one is meant."""

import pytest


def test_a_signature_for_another_region_is_told_the_right_one(sandbox):
    answer = sandbox.signed(f"{sandbox.endpoint}/photos/cute-cat.jpg", region="us-west-2")
    assert (answer.status, answer.code) == (400, "AuthorizationHeaderMalformed")
    assert answer.xml["Message"] == (
        "The authorization header is malformed; the region 'us-west-2' is wrong; expecting 'eu-central-1'")
    assert answer.xml["Region"] == "eu-central-1"
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"


def test_a_url_for_another_region_is_told_the_right_one(sandbox):
    answer = sandbox.fetch(sandbox.presign("cute-cat.jpg", user="reader", region="us-west-2"))
    assert (answer.status, answer.code) == (400, "AuthorizationQueryParametersError")
    assert answer.xml["Message"] == (
        "Error parsing the X-Amz-Credential parameter; the region 'us-west-2' is wrong; expecting 'eu-central-1'")
    assert answer.xml["Region"] == "eu-central-1"
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"


def test_head_tells_the_region_without_a_body(sandbox):
    url = sandbox.s3(region="us-west-2").generate_presigned_url("head_bucket", Params={"Bucket": "photos"})
    answer = sandbox.fetch(url, "HEAD")
    assert (answer.status, answer.body) == (400, b"")
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"


@pytest.mark.parametrize("style, host", [("path", "s3.us-west-2.localhost"), ("virtual", "s3.us-west-2.localhost")])
def test_the_endpoint_of_another_region_sends_one_on_without_a_location(sandbox, style, host):
    client = sandbox.s3("reader", "us-west-2", style, f"http://{host}:{sandbox.port}")
    url = client.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "cute-cat.jpg"})
    answer = sandbox.fetch(url)
    assert (answer.status, answer.code) == (301, "PermanentRedirect")
    assert answer.xml["Message"] == (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.")
    assert answer.headers["x-amz-bucket-region"] == "eu-central-1"
    assert "location" not in answer.headers
    assert answer.xml["Bucket"] == "photos"
    prefix = "photos." if style == "virtual" else ""
    assert answer.xml["Endpoint"] == f"{prefix}s3.eu-central-1.localhost:{sandbox.port}"


@pytest.mark.parametrize("call", [
    lambda client: client.head_bucket(Bucket="photos"),
    lambda client: client.list_objects_v2(Bucket="photos"),
    lambda client: client.head_object(Bucket="photos", Key="cute-cat.jpg"),
    lambda client: client.get_object(Bucket="photos", Key="cute-cat.jpg"),
])
def test_boto3_finds_its_way_by_what_the_refusal_says(sandbox, call):
    # Its redirector reads the region from the refusal and signs again.
    assert call(sandbox.s3("reader", region="us-west-2"))["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_two_regions_live_on_one_port(sandbox):
    for bucket, right, wrong in [("photos", "eu-central-1", "us-east-1"), ("tree", "us-east-1", "eu-central-1")]:
        url = f"{sandbox.endpoint}/{bucket}?list-type=2"
        assert sandbox.signed(url, "owner", right).status == 200
        assert sandbox.signed(url, "owner", wrong).status == 400


def test_the_endpoint_of_a_region_takes_no_signature_for_another(sandbox):
    url = f"http://s3.eu-central-1.localhost:{sandbox.port}/photos/cute-cat.jpg"
    assert sandbox.signed(url, region="eu-central-1").status == 200
    answer = sandbox.signed(url, region="us-east-1")
    assert (answer.status, answer.code, answer.xml["Region"]) == (
        400, "AuthorizationHeaderMalformed", "eu-central-1")


def test_a_signature_for_another_service_does_not_open_s3(sandbox):
    url = sandbox.presign("cute-cat.jpg").replace("%2Fs3%2F", "%2Fsts%2F")
    assert sandbox.fetch(url).status in (400, 403)
