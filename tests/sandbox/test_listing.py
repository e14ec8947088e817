"""ListObjectsV2, ListBuckets, HeadBucket and GetBucketLocation."""

import pytest

from sandbox_kit.errors import refused
from sandbox_kit.world import TREE


def listed(sandbox, user="owner", **arguments):
    client = sandbox.s3(user, region="us-east-1")
    keys, prefixes, pages, token = [], [], 0, {}
    while True:
        page = client.list_objects_v2(Bucket="tree", **arguments, **token)
        found = page.get("Contents", []), page.get("CommonPrefixes", [])
        assert page["KeyCount"] == sum(map(len, found)) <= arguments.get("MaxKeys", 1000)
        keys += [entry["Key"] for entry in found[0]]
        prefixes += [entry["Prefix"] for entry in found[1]]
        pages += 1
        if not page["IsTruncated"]:
            assert "NextContinuationToken" not in page
            return keys, prefixes, pages
        token = {"ContinuationToken": page["NextContinuationToken"]}


def test_keys_come_in_the_order_of_their_bytes(sandbox):
    keys, prefixes, pages = listed(sandbox)
    assert keys == sorted(TREE, key=str.encode)
    assert (prefixes, pages) == ([], 1)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 1000])
def test_pages_of_any_size_hold_the_same(sandbox, size):
    keys, _, pages = listed(sandbox, MaxKeys=size)
    assert keys == sorted(TREE, key=str.encode)
    assert pages == -(-len(TREE) // size)
    keys, prefixes, _ = listed(sandbox, MaxKeys=size, Delimiter="/")
    assert keys == ["a.txt", "z%20.txt"]
    assert prefixes == ["b c/", "ä/"]


def test_a_prefix_and_a_delimiter_show_one_folder(sandbox):
    keys, prefixes, _ = listed(sandbox, Prefix="b c/", Delimiter="/")
    assert keys == ["b c/1 + 1.txt", "b c/2.txt"]
    assert prefixes == ["b c/deep/"]
    assert listed(sandbox, Prefix="nothing")[:2] == ([], [])
    assert listed(sandbox, StartAfter="b c/2.txt")[0] == ["b c/deep/3.txt", "z%20.txt", "ä/4.txt"]


def test_an_encoded_answer_decodes_to_the_same(sandbox):
    client = sandbox.s3(region="us-east-1")
    answer = client.list_objects_v2(Bucket="tree", EncodingType="url", Delimiter="/", Prefix="b c/")
    # boto3 decodes nothing when the caller asked for the encoding itself.
    assert answer["EncodingType"] == "url"
    assert [entry["Key"] for entry in answer["Contents"]] == ["b+c/1+%2B+1.txt", "b+c/2.txt"]
    assert answer["CommonPrefixes"] == [{"Prefix": "b+c/deep/"}]
    assert answer["Prefix"] == "b+c/"


def test_an_entry_says_what_head_says(sandbox):
    client = sandbox.s3(region="us-east-1")
    entry = client.list_objects_v2(Bucket="tree", Prefix="a.txt", FetchOwner=True)["Contents"][0]
    head = client.head_object(Bucket="tree", Key="a.txt")
    assert (entry["ETag"], entry["Size"]) == (head["ETag"], head["ContentLength"])
    assert entry["LastModified"].replace(microsecond=0) == head["LastModified"]
    assert (entry["StorageClass"], entry["Owner"]["ID"]) == ("STANDARD", "111122223333")


def test_a_foreign_token_and_a_negative_limit_are_refused(sandbox):
    client = sandbox.s3(region="us-east-1")
    refusal = refused(client.list_objects_v2, Bucket="tree", ContinuationToken="not ours")
    assert (refusal.status, refusal.code) == (400, "InvalidArgument")
    assert refusal.message == "The continuation token provided is incorrect"
    assert refused(client.list_objects_v2, Bucket="tree", MaxKeys=-1).code == "InvalidArgument"


def test_none_of_nothing_is_a_whole_page(sandbox):
    page = sandbox.s3(region="us-east-1").list_objects_v2(Bucket="tree", MaxKeys=0)
    assert (page["KeyCount"], page["IsTruncated"]) == (0, False)


def test_a_bucket_tells_where_it_is(sandbox):
    head = sandbox.s3().head_bucket(Bucket="photos")
    assert head["BucketRegion"] == "eu-central-1"
    assert sandbox.s3().get_bucket_location(Bucket="photos")["LocationConstraint"] == "eu-central-1"
    east = sandbox.s3(region="us-east-1")
    assert east.get_bucket_location(Bucket="tree")["LocationConstraint"] is None
    assert east.get_bucket_location(Bucket="photos")["LocationConstraint"] == "eu-central-1"


def test_a_bucket_that_is_not_there_is_named(sandbox):
    refusal = refused(sandbox.s3("reader").list_objects_v2, Bucket="nowhere")
    assert (refusal.status, refusal.code) == (404, "NoSuchBucket")
    assert refusal.message == "The specified bucket does not exist"
    assert refusal.elements["BucketName"] == "nowhere"
    assert refused(sandbox.s3("reader").head_bucket, Bucket="nowhere").status == 404


def test_an_account_lists_its_own_buckets(sandbox):
    names = [bucket["Name"] for bucket in sandbox.s3().list_buckets()["Buckets"]]
    assert names == ["anyone", "dotted.name.test", "photos", "tree"]
    assert refused(sandbox.s3("reader").list_buckets).code == "AccessDenied"
