"""Objects: what a GET and a HEAD say, ranges, conditions, uploads."""

import hashlib

import pytest

from sandbox_kit.errors import refused

KEY = "cute-cat.jpg"


@pytest.fixture(scope="module")
def whole(sandbox):
    return sandbox.s3().get_object(Bucket="photos", Key=KEY)["Body"].read()


def test_an_object_comes_with_its_headers(sandbox, whole):
    for call in ["get_object", "head_object"]:
        answer = getattr(sandbox.s3("reader"), call)(Bucket="photos", Key=KEY)
        assert answer["ContentType"] == "image/jpeg"
        assert answer["ContentLength"] == len(whole) == 31_589
        assert answer["ETag"] == f'"{hashlib.md5(whole).hexdigest()}"'
        assert answer["AcceptRanges"] == "bytes"
        assert answer["LastModified"].year >= 2024
        assert answer["ResponseMetadata"]["HTTPHeaders"]["server"] == "AmazonS3"


@pytest.mark.parametrize("asked, start, end", [
    ("bytes=0-0", 0, 1),
    ("bytes=100-199", 100, 200),
    ("bytes=31000-", 31_000, 31_589),
    ("bytes=-100", 31_489, 31_589),
    ("bytes=0-99999999", 0, 31_589),
    ("bytes=-99999999", 0, 31_589),
])
def test_a_range_is_served_as_a_part(sandbox, whole, asked, start, end):
    answer = sandbox.s3("reader").get_object(Bucket="photos", Key=KEY, Range=asked)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["ContentRange"] == f"bytes {start}-{end - 1}/31589"
    assert answer["Body"].read() == whole[start:end]
    by_url = sandbox.fetch(sandbox.presign(KEY), headers={"range": asked})
    assert (by_url.status, by_url.body) == (206, whole[start:end])


def test_a_range_behind_the_end_is_refused(sandbox):
    refusal = refused(sandbox.s3("reader").get_object, Bucket="photos", Key=KEY, Range="bytes=31589-")
    assert (refusal.status, refusal.code) == (416, "InvalidRange")
    assert refusal.message == "The requested range is not satisfiable"
    assert refusal.elements["RangeRequested"] == "bytes=31589-"
    assert refusal.elements["ActualObjectSize"] == "31589"


@pytest.mark.parametrize("asked", ["bytes=5-2", "items=0-1", "bytes=a-b", "bytes=0-1,5-6"])
def test_a_range_that_is_none_is_ignored(sandbox, whole, asked):
    answer = sandbox.fetch(sandbox.presign(KEY), headers={"range": asked})
    assert (answer.status, answer.body) == (200, whole)


def test_an_unchanged_object_is_not_sent_again(sandbox):
    url = sandbox.presign(KEY)
    etag = sandbox.fetch(url).headers["etag"]
    again = sandbox.fetch(url, headers={"if-none-match": etag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert sandbox.fetch(url, headers={"if-none-match": '"other"'}).status == 200
    stale = sandbox.fetch(url, headers={"if-match": '"other"'})
    assert (stale.status, stale.code, stale.xml["Condition"]) == (412, "PreconditionFailed", "If-Match")


def test_a_missing_key_is_missing_only_to_those_who_may_list(sandbox):
    refusal = refused(sandbox.s3("reader").get_object, Bucket="photos", Key="no such.jpg")
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    assert refusal.message == "The specified key does not exist."
    assert refusal.elements["Key"] == "no such.jpg"
    assert refused(sandbox.s3("reader").head_object, Bucket="photos", Key="no such.jpg").status == 404

    hidden = refused(sandbox.s3("blind").get_object, Bucket="photos", Key="no such.jpg")
    assert (hidden.status, hidden.code) == (403, "AccessDenied")
    assert "is not authorized to perform: s3:ListBucket" in hidden.message
    assert refused(sandbox.s3("blind").head_object, Bucket="photos", Key="no such.jpg").status == 403


def test_what_is_put_is_read_back_and_deleted(sandbox):
    client = sandbox.s3()
    key, body = "new/ü + 100%.bin", bytes(range(256)) * 1000
    client.put_object(Bucket="photos", Key=key, Body=body, ContentType="application/x-test", Metadata={"who": "me"})
    found = client.get_object(Bucket="photos", Key=key)
    assert found["Body"].read() == body
    assert (found["ContentType"], found["Metadata"]) == ("application/x-test", {"who": "me"})
    assert found["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    client.delete_object(Bucket="photos", Key=key)
    assert refused(client.get_object, Bucket="photos", Key=key).code == "NoSuchKey"
    client.delete_object(Bucket="photos", Key=key)


@pytest.mark.parametrize("key", ["//a", "/lead", "a//b", "trail ", "tab\there", 'q"\'&<>', "e\u0301", "é", "🦀", "?#&=",
                                 "x" * 1024, "~-._!$*,;:@"])
def test_any_key_survives_the_round_trip(sandbox, key):
    client = sandbox.s3()
    client.put_object(Bucket="photos", Key=key, Body=key.encode())
    try:
        assert client.get_object(Bucket="photos", Key=key)["Body"].read() == key.encode()
        assert sandbox.fetch(sandbox.presign(key)).body == key.encode()
        listed = client.list_objects_v2(Bucket="photos", Prefix=key)
        assert [found["Key"] for found in listed["Contents"]] == [key]
    finally:
        client.delete_object(Bucket="photos", Key=key)


def test_a_key_that_is_too_long_is_refused(sandbox):
    refusal = refused(sandbox.s3().put_object, Bucket="photos", Key="x" * 1025, Body=b"")
    assert (refusal.status, refusal.code) == (400, "KeyTooLongError")


def test_a_denied_upload_closes_the_connection_it_has_not_read(sandbox):
    refusal = refused(sandbox.s3("reader").put_object, Bucket="photos", Key="x", Body=b"x" * 1_000_000)
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert refusal.headers["connection"] == "close"


def test_a_url_for_putting_puts(sandbox):
    url = sandbox.s3().generate_presigned_url("put_object", Params={"Bucket": "photos", "Key": "up.txt"})
    assert sandbox.fetch(url, "PUT", body=b"uploaded").status == 200
    assert sandbox.s3().get_object(Bucket="photos", Key="up.txt")["Body"].read() == b"uploaded"
    sandbox.s3().delete_object(Bucket="photos", Key="up.txt")


def test_an_upload_in_parts_is_one_object_once_it_is_complete(sandbox):
    client = sandbox.s3()
    place = {"Bucket": "photos", "Key": "parts/whole.bin"}
    upload = client.create_multipart_upload(**place, ContentType="application/x-test")["UploadId"]
    pieces = [bytes([number]) * (5 << 20) for number in (1, 2)] + [b"the end"]
    named = []
    for number, piece in enumerate(pieces, 1):
        put = client.upload_part(**place, UploadId=upload, PartNumber=number, Body=piece)
        assert put["ETag"] == f'"{hashlib.md5(piece).hexdigest()}"'
        named.append({"PartNumber": number, "ETag": put["ETag"]})
    assert refused(client.get_object, **place).code == "NoSuchKey"
    backwards = {"Parts": named[::-1]}
    assert refused(client.complete_multipart_upload, **place, UploadId=upload, MultipartUpload=backwards).code == "InvalidPartOrder"
    done = client.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": named})
    assert done["ETag"].endswith('-3"')
    found = client.get_object(**place)
    assert found["Body"].read() == b"".join(pieces)
    assert (found["ContentType"], found["ETag"]) == ("application/x-test", done["ETag"])
    client.delete_object(**place)
    assert refused(client.abort_multipart_upload, **place, UploadId=upload).code == "NoSuchUpload"


def test_an_upload_in_parts_can_be_given_up_and_needs_the_rights(sandbox):
    client = sandbox.s3()
    place = {"Bucket": "photos", "Key": "parts/none.bin"}
    upload = client.create_multipart_upload(**place)["UploadId"]
    named = []
    for number in (1, 2):
        put = client.upload_part(**place, UploadId=upload, PartNumber=number, Body=b"small")
        named.append({"PartNumber": number, "ETag": put["ETag"]})
    small = refused(client.complete_multipart_upload, **place, UploadId=upload, MultipartUpload={"Parts": named})
    assert (small.status, small.code) == (400, "EntityTooSmall")
    reader = sandbox.s3("reader")
    assert "s3:PutObject" in refused(reader.create_multipart_upload, **place).message
    assert "s3:AbortMultipartUpload" in refused(reader.abort_multipart_upload, **place, UploadId=upload).message
    client.abort_multipart_upload(**place, UploadId=upload)
    gone = refused(client.upload_part, **place, UploadId=upload, PartNumber=1, Body=b"late")
    assert (gone.status, gone.code) == (404, "NoSuchUpload")


def test_an_object_has_one_version_called_null(sandbox):
    assert sandbox.s3().get_object(Bucket="photos", Key=KEY, VersionId="null")["ContentLength"] == 31_589
    assert refused(sandbox.s3().get_object, Bucket="photos", Key=KEY, VersionId="abc").code == "InvalidArgument"


def test_an_operation_that_is_not_built_says_so(sandbox):
    assert refused(sandbox.s3().get_bucket_versioning, Bucket="photos").code == "NotImplemented"
