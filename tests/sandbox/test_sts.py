"""STS: who am I, and let me be that role for a while."""

import datetime
import json
import time

import botocore.auth
import pytest

from sandbox_kit import world
from sandbox_kit.errors import refused

EXPIRY_LIMIT_SECONDS = 20
KITTEN = {"Bucket": "photos", "Key": "cute-cat.jpg"}


def denied(caller, role=world.READ_ROLE):
    return f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}"


def test_a_user_learns_who_it_is(sandbox):
    who = sandbox.sts("insitu-delegate").get_caller_identity()
    assert (who["Arn"], who["Account"]) == (world.DELEGATE, world.HUB_ACCOUNT)
    assert who["UserId"].startswith("AIDA")


def test_a_delegated_session_reads_like_a_user(sandbox):
    keys = sandbox.assume()
    assert keys["aws_access_key_id"].startswith("ASIA")
    client = sandbox.s3(keys=keys)
    client.head_bucket(Bucket="photos")
    assert len(client.list_objects_v2(Bucket="photos")["Contents"]) >= 10
    url = client.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "clock 100%.png"})
    assert "X-Amz-Security-Token" in url
    assert sandbox.fetch(url).status == 200
    who = sandbox.sts(keys=keys).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{world.OWNER_ACCOUNT}:assumed-role/insitu-read/insitu-test"
    assert who["UserId"].endswith(":insitu-test")


def test_a_session_says_its_own_name_when_it_is_denied(sandbox):
    refusal = refused(sandbox.s3(keys=sandbox.assume()).put_object, Bucket="photos", Key="x", Body=b"")
    assert "assumed-role/insitu-read/insitu-test is not authorized to perform: s3:PutObject" in refusal.message


@pytest.mark.parametrize("external_id", [None, "another", "insitu-the-External-id", "insitu-the-external-i"])
def test_without_the_right_external_id_nobody_gets_in(sandbox, external_id):
    more = {} if external_id is None else {"ExternalId": external_id}
    refusal = refused(sandbox.sts().assume_role, RoleArn=world.READ_ROLE, RoleSessionName="insitu", **more)
    assert (refusal.status, refusal.code) == (403, "AccessDenied")
    assert refusal.message == denied(world.DELEGATE)


def test_one_message_for_every_reason(sandbox):
    missing = world.READ_ROLE + "-missing"
    for user, role in [("stranger", world.READ_ROLE), ("powerless", world.READ_ROLE), ("stranger", missing)]:
        refusal = refused(sandbox.sts(user).assume_role, RoleArn=role, RoleSessionName="insitu",
                          ExternalId=world.EXTERNAL_ID)
        assert refusal.code == "AccessDenied"
        assert refusal.message == denied(f"arn:aws:iam::{world.HUB_ACCOUNT}:user/{user}", role)


def test_a_role_that_asks_for_no_external_id_takes_anybody_it_names(sandbox):
    for external_id in [None, "random-0123456789"]:
        sandbox.assume(role=world.OPEN_ROLE, external_id=external_id)
    assert refused(sandbox.sts("stranger").assume_role, RoleArn=world.OPEN_ROLE,
                   RoleSessionName="insitu").code == "AccessDenied"


def test_an_account_that_is_trusted_still_decides_who(sandbox):
    sandbox.assume("owner", role=world.INNER_ROLE, external_id=None)
    assert refused(sandbox.sts("reader").assume_role, RoleArn=world.INNER_ROLE,
                   RoleSessionName="insitu").code == "AccessDenied"


def test_a_session_policy_narrows(sandbox):
    policy = json.dumps(world.allow("s3:GetObject", "arn:aws:s3:::photos/cute-*"))
    client = sandbox.s3(keys=sandbox.assume(role=world.OPEN_ROLE, Policy=policy))
    assert client.get_object(Bucket="photos", Key="cute-cat.jpg")["ContentLength"] == 31_589
    refusal = refused(client.get_object, Bucket="photos", Key="rocket.jpg")
    assert refusal.message.endswith("because no session policy allows the s3:GetObject action")
    assert refused(client.list_objects_v2, Bucket="photos").code == "AccessDenied"


def test_a_session_policy_never_widens(sandbox):
    keys = sandbox.assume(Policy=json.dumps(world.allow("s3:*", "*")))
    refusal = refused(sandbox.s3(keys=keys).put_object, Bucket="photos", Key="x", Body=b"")
    assert refusal.message.endswith("because no identity-based policy allows the s3:PutObject action")


def test_a_session_policy_that_is_none_is_refused(sandbox):
    for policy in ["{}", "no json", json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]})]:
        refusal = refused(sandbox.assume, Policy=policy)
        assert (refusal.status, refusal.code) == (400, "MalformedPolicyDocument")


def test_a_session_without_its_token_is_nobody(sandbox):
    keys = sandbox.assume()
    del keys["aws_session_token"]
    refusal = refused(sandbox.s3(keys=keys).list_objects_v2, Bucket="photos")
    assert (refusal.status, refusal.code) == (403, "InvalidAccessKeyId")
    assert refused(sandbox.sts(keys=keys).get_caller_identity).code == "InvalidClientTokenId"


def test_a_tampered_token_is_refused(sandbox):
    keys = sandbox.assume()
    for token in [keys["aws_session_token"][:-4] + "AAAA", "x", sandbox.assume()["aws_session_token"]]:
        other = keys | {"aws_session_token": token}
        refusal = refused(sandbox.s3(keys=other).list_objects_v2, Bucket="photos")
        assert (refusal.status, refusal.code) == (400, "InvalidToken")
        assert refusal.message == "The provided token is malformed or otherwise invalid."
        assert refusal.elements["Token-0"] == token
        assert refused(sandbox.sts(keys=other).get_caller_identity).code == "InvalidClientTokenId"


def test_a_user_with_a_token_is_refused(sandbox):
    keys = sandbox.keys("reader") | {"aws_session_token": "x"}
    assert refused(sandbox.s3(keys=keys).list_objects_v2, Bucket="photos").code == "InvalidToken"


def test_a_session_expires_and_so_do_its_urls(quick):
    keys = quick.assume(DurationSeconds=1)
    client = quick.s3(keys=keys)
    url = client.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "rocket.jpg"},
                                        ExpiresIn=3600)
    deadline = time.monotonic() + EXPIRY_LIMIT_SECONDS
    while (answer := quick.fetch(url)).status == 200:
        assert time.monotonic() < deadline, "the session never expired"
    assert (answer.status, answer.code) == (400, "ExpiredToken")
    assert answer.xml["Message"] == "The provided token has expired."
    assert answer.xml["Token-0"] == keys["aws_session_token"]
    assert refused(client.list_objects_v2, Bucket="photos").code == "ExpiredToken"
    refusal = refused(quick.sts(keys=keys).get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "ExpiredToken")
    assert refusal.message == "The security token included in the request is expired"


def test_the_life_of_a_session_is_what_was_asked(sandbox):
    answer = sandbox.sts().assume_role(RoleArn=world.READ_ROLE, RoleSessionName="insitu",
                                       ExternalId=world.EXTERNAL_ID, DurationSeconds=1800)
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=29) < left <= datetime.timedelta(minutes=30)


@pytest.mark.parametrize("arguments, message", [
    ({"RoleArn": "arn:aws:iam"}, "1 validation error detected: Value 'arn:aws:iam' at 'roleArn' failed to satisfy "
                                 "constraint: Member must have length greater than or equal to 20"),
    ({"RoleArn": "arn:aws:s3:::not-a-role-at-all"}, "arn:aws:s3:::not-a-role-at-all is invalid"),
    ({"RoleArn": "arn:aws:iam::111122223333:user/anna"}, "arn:aws:iam::111122223333:user/anna is invalid"),
    ({"RoleSessionName": "in situ"}, "1 validation error detected: Value 'in situ' at 'roleSessionName' failed to "
                                     "satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"),
    ({"ExternalId": "x"}, "1 validation error detected: Value 'x' at 'externalId' failed to satisfy constraint: "
                          "Member must have length greater than or equal to 2"),
    ({"ExternalId": "a b"}, "1 validation error detected: Value 'a b' at 'externalId' failed to satisfy constraint: "
                            "Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*"),
    ({"DurationSeconds": 899}, "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy "
                               "constraint: Member must have value greater than or equal to 900"),
    ({"DurationSeconds": 3601}, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
    ({"DurationSeconds": 43201}, "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy "
                                 "constraint: Member must have value less than or equal to 43200"),
])
def test_a_parameter_of_the_wrong_shape_is_named(sandbox, arguments, message):
    right = {"RoleArn": world.READ_ROLE, "RoleSessionName": "insitu", "ExternalId": world.EXTERNAL_ID}
    refusal = refused(sandbox.sts().assume_role, **(right | arguments))
    assert (refusal.status, refusal.code) == (400, "ValidationError")
    assert refusal.message == message


def test_a_role_assumed_from_a_role_lives_an_hour_at_most(sandbox):
    keys = sandbox.assume(role=world.OPEN_ROLE, external_id=None)
    chained = {"RoleArn": world.INNER_ROLE, "RoleSessionName": "chained"}
    sandbox.sts(keys=keys).assume_role(**chained, DurationSeconds=3600)
    refusal = refused(sandbox.sts(keys=keys).assume_role, **chained, DurationSeconds=3601)
    assert refusal.code == "ValidationError"
    assert "role chaining" in refusal.message


def test_an_unknown_key_and_a_wrong_secret_are_told_apart(sandbox):
    unknown = {"aws_access_key_id": "AKIAUNKNOWN000000000", "aws_secret_access_key": "x" * 40}
    refusal = refused(sandbox.sts(keys=unknown).get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "InvalidClientTokenId")
    assert refusal.message == "The security token included in the request is invalid."
    wrong = sandbox.keys("insitu-delegate") | {"aws_secret_access_key": "x" * 40}
    refusal = refused(sandbox.sts(keys=wrong).get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert "Check your AWS Secret Access Key and signing method." in refusal.message


def test_a_clock_that_is_off_is_told_so(sandbox, monkeypatch):
    now = botocore.auth.get_current_datetime() - datetime.timedelta(minutes=16)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: now)
    refusal = refused(sandbox.sts().get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert refusal.message.startswith("Signature expired: ")


def test_a_region_can_be_switched_off(sandbox):
    sandbox.sts(region="us-west-2").get_caller_identity()
    refusal = refused(sandbox.sts(region="ap-east-1").get_caller_identity)
    assert (refusal.status, refusal.code) == (403, "RegionDisabledException")


def test_errors_have_the_shape_of_sts(sandbox):
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = sandbox.fetch(f"{sandbox.endpoint}/", "POST", form, b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (answer.status, answer.code) == (403, "MissingAuthenticationToken")
    assert answer.xml["Type"] == "Sender"
    assert "ErrorResponse" in answer.xml and answer.xml["RequestId"]
    assert answer.headers["connection"] == "close"


def test_revoke_sessions_denies_everything_to_those_given_before(faulty):
    old = faulty.assume()
    moment = datetime.datetime.now(datetime.timezone.utc).isoformat()
    faulty.faults({"fault": "revoke-sessions", "before": moment, "role": world.READ_ROLE})
    for call in [faulty.s3(keys=old).get_object, faulty.s3(keys=old).head_object]:
        assert refused(call, **KITTEN).status == 403
    refusal = refused(faulty.s3(keys=old).get_object, **KITTEN)
    assert refusal.code == "AccessDenied"
    assert refusal.message.endswith("with an explicit deny in an identity-based policy")
    assert faulty.sts(keys=old).get_caller_identity()["Arn"], "who one is cannot be denied"
    assert faulty.s3(keys=faulty.assume()).get_object(**KITTEN), "the role still lets in"
    assert faulty.s3("reader").get_object(**KITTEN), "a user has no session"
