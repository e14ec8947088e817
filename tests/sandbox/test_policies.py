"""Who may do what: identity policies, conditions, accounts, and how a denial is worded."""

import pytest

from sandbox_kit.errors import refused


def test_the_read_only_user_reads(sandbox):
    client = sandbox.s3("reader")
    client.head_bucket(Bucket="photos")
    client.list_objects_v2(Bucket="photos")
    client.get_bucket_location(Bucket="photos")
    client.get_object(Bucket="photos", Key="cute-cat.jpg")


@pytest.mark.parametrize("call, arguments, action, resource", [
    ("put_object", {"Key": "x", "Body": b""}, "s3:PutObject", "arn:aws:s3:::photos/x"),
    ("delete_object", {"Key": "cute-cat.jpg"}, "s3:DeleteObject", "arn:aws:s3:::photos/cute-cat.jpg"),
    ("get_bucket_cors", {}, "s3:GetBucketCORS", "arn:aws:s3:::photos"),
    ("delete_bucket_cors", {}, "s3:PutBucketCORS", "arn:aws:s3:::photos"),
])
def test_the_read_only_user_changes_nothing_and_is_told_why(sandbox, call, arguments, action, resource):
    refusal = refused(getattr(sandbox.s3("reader"), call), Bucket="photos", **arguments)
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert refusal.message == (
        f"User: arn:aws:iam::111122223333:user/reader is not authorized to perform: {action} "
        f'on resource: "{resource}" because no identity-based policy allows the {action} action')


def test_another_bucket_stays_closed(sandbox):
    client = sandbox.s3("reader", region="us-east-1")
    assert refused(client.get_object, Bucket="tree", Key="a.txt").code == "AccessDenied"
    refusal = refused(client.head_bucket, Bucket="tree")
    assert (refusal.status, refusal.headers["x-amz-bucket-region"]) == (403, "us-east-1")


def test_a_prefix_condition_is_a_boundary_of_listing(sandbox):
    client = sandbox.s3("narrow", region="us-east-1")
    assert len(client.list_objects_v2(Bucket="tree", Prefix="b c/")["Contents"]) == 3
    for prefix in ["", "b", "a"]:
        assert refused(client.list_objects_v2, Bucket="tree", Prefix=prefix).code == "AccessDenied"


def test_an_explicit_deny_wins_and_says_so(sandbox):
    client = sandbox.s3("guarded", region="us-east-1")
    client.get_object(Bucket="tree", Key="b c/2.txt")
    refusal = refused(client.get_object, Bucket="tree", Key="b c/deep/3.txt")
    assert refusal.message.endswith("with an explicit deny in an identity-based policy")


def test_a_bucket_of_another_account_is_closed_without_a_word(sandbox):
    refusal = refused(sandbox.s3("owner").list_objects_v2, Bucket="foreign")
    assert (refusal.code, refusal.message) == ("AccessDenied", "Access Denied")


def test_who_has_no_policy_has_nothing(sandbox):
    client = sandbox.s3("nobody")
    assert refused(client.list_objects_v2, Bucket="photos").code == "AccessDenied"
    assert refused(client.get_object, Bucket="photos", Key="cute-cat.jpg").code == "AccessDenied"


def test_the_wrong_expected_owner_is_refused(sandbox):
    client = sandbox.s3()
    client.head_bucket(Bucket="photos", ExpectedBucketOwner="111122223333")
    assert refused(client.head_bucket, Bucket="photos", ExpectedBucketOwner="999988887777").status == 403
