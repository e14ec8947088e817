"""The doctor on servers that nobody here wrote: one mistake has another code on each, and the verdict is the same."""

import itertools

import pytest

from servers import REGION
from support.samples import FOLDER

KEY = "cute-cat.jpg"
PICTURE = (FOLDER / KEY).read_bytes()
NUMBERS = itertools.count(1)


def allow(*actions):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def cors(origin):
    return [{"AllowedOrigins": [origin], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]


def examine(line, bucket=None, key=KEY, **changed):
    """What is wrong with the line's storage, changed: the codes of failures and of warnings, and the diagnosis."""
    storage = {"region": REGION, "endpoint": line.cloud.endpoint, **line.access, **changed}
    body = {"storage": storage, "object": f"s3://{bucket or line.bucket}/{key}"}
    diagnosis = line.hub.post("/v2/storages/test", body)["diagnosis"]

    def codes(verdict):
        return [one["code"] for one in diagnosis["checks"] if one["verdict"] == verdict]

    assert diagnosis["tookMs"] < 10_000
    return codes("failed"), codes("warned"), diagnosis


@pytest.fixture(scope="module")
def as_user(line):
    """Makes keys of a new user who may do these things, or what a policy says."""

    def make(*actions, policy=None):
        _, key, secret = line.cloud.user(f"user-{next(NUMBERS)}", policy or allow(*actions))
        return {"accessType": "IAM_USER", "publicKey": key, "privateKey": secret, "roleArn": None, "externalId": None}

    return make


@pytest.fixture(scope="module")
def bucket(line):
    """Makes a bucket with a picture and these CORS rules, or none."""

    def make(rules=None):
        name = f"bucket-{next(NUMBERS)}"
        line.cloud.bucket(name, {KEY: PICTURE}, rules or cors(line.hub.url))
        if rules == []:
            line.cloud.s3.delete_bucket_cors(Bucket=name)
        return name

    return make


def test_what_the_hub_gives_to_paste_is_all_that_is_needed(line):
    failed, warned, diagnosis = examine(line)
    assert (failed, warned) == ([], []), diagnosis


def test_a_wrong_secret_is_told_from_an_unknown_key(line, as_user):
    keys = as_user("s3:*")
    failed, _, diagnosis = examine(line, **{**keys, "privateKey": "w" * len(keys["privateKey"])})
    assert failed == ["storage.wrong_secret"], diagnosis
    failed, _, diagnosis = examine(line, **{**keys, "publicKey": "AKIANOBODYHASTHIS000"})
    assert failed == ["storage.unknown_key"], diagnosis


def test_a_wrong_region_keeps_nobody_away(line):
    failed, warned, diagnosis = examine(line, region="us-west-2")
    assert failed == [], diagnosis
    [said] = [one["message"] for one in diagnosis["checks"] if one["name"] == "region"]
    if line.cloud.knows_regions:
        assert warned == ["storage.wrong_region"], diagnosis
        assert f"in {REGION}, and the storage says us-west-2" in said
    else:
        # It takes requests for any region as they come, so none is wrong.
        assert warned == [], diagnosis
        assert "in us-west-2" in said


def test_what_is_not_there_is_said_to_be_missing(line, as_user):
    keys = as_user("s3:*")
    failed, warned, diagnosis = examine(line, bucket="nobodys-bucket", **keys)
    assert (failed, warned) == (["storage.no_such_bucket"], []), diagnosis
    failed, warned, diagnosis = examine(line, key="no-such-cat.jpg", **keys)
    assert (failed, warned) == (["storage.no_such_object"], []), diagnosis


def test_without_the_right_to_list_pictures_are_seen(line, as_user):
    failed, warned, diagnosis = examine(line, **as_user("s3:GetObject"))
    assert (failed, warned) == ([], ["storage.list_denied"]), diagnosis


def test_without_the_right_to_read_the_policy_is_the_cause(line, as_user):
    failed, warned, diagnosis = examine(line, **as_user("s3:ListBucket"))
    assert (failed, warned) == (["storage.get_denied"], []), diagnosis


def test_no_cors_rule_is_told_from_one_for_another_origin(line, bucket, as_user):
    keys = as_user("s3:*")
    failed, warned, diagnosis = examine(line, bucket=bucket([]), **keys)
    assert (failed, warned) == (["storage.cors_missing"], []), diagnosis
    failed, warned, diagnosis = examine(line, bucket=bucket(cors("https://elsewhere.example")), **keys)
    assert (failed, warned) == (["storage.cors_other_origin"], []), diagnosis


def test_with_what_the_hub_gives_to_paste_no_cors_rule_is_not_guessed(line, bucket, as_user):
    """The pasted policy does not let the hub look at the rules, so it says no more than the server does."""
    for rules, told in [([], "storage.cors_missing"), (cors("https://elsewhere.example"), "storage.cors_other_origin")]:
        name = bucket(rules)
        policy = line.hub.get("/v2/storages/setup", params={"buckets": name, "accessType": "IAM_USER"})["policy"]
        failed, warned, diagnosis = examine(line, bucket=name, **as_user(policy=policy))
        assert failed in ([told], ["storage.cors_no_rule"]), diagnosis
        assert warned == [], diagnosis
