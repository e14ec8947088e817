"""The ways to ask the doctor: as lines that come one by one, at the terminal, before saving, and for one asset."""

import json
import subprocess
import time

import pytest
import requests

from support import samples
from support.api import Api
from support.hub import program, running_hub
from support.process import free_port

KEY = "cute-cat.jpg"


def insitu(doctor, *arguments):
    command = [program("insitu", "INSITU_BIN"), *arguments, "--url", doctor.hub.url, "--api-key", doctor.hub.api_key]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60)


@pytest.fixture
def asset(doctor):
    """A project with one asset of the storage of an IAM user: (project, asset)."""
    project = doctor.hub.project("Why")
    rows = samples.rows(doctor.facts["bucket"], doctor.facts["region"], [KEY])
    done = doctor.hub.import_list(project, rows, storage="user")
    assert done["rowsImported"] == 1, done
    return project, doctor.hub.assets(project)[0]["_id"]


def test_the_checks_come_one_by_one_and_the_diagnosis_last(doctor):
    doctor.misbehave({"fault": "hang", "operation": "HeadObject"})
    answer = requests.post(
        f"{doctor.hub.url}/v2/storages/{doctor.storages['user']}/test",
        json={"object": doctor.object(KEY)},
        headers={"apikey": doctor.hub.api_key, "accept": "application/x-ndjson"},
        stream=True,
        timeout=30,
    )
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = answer.iter_lines(chunk_size=None)
    first = json.loads(next(lines))["check"]
    assert first["name"] == "address" and first["verdict"] == "passed"
    # The server still hangs: what came so far did not wait for it.
    assert answer.raw.tell() < 2_000
    rest = [json.loads(line) for line in lines]
    assert rest[-1]["diagnosis"]["cause"]["code"] == "storage.hangs"
    told = [first, *(line["check"] for line in rest[:-1])]
    assert told == rest[-1]["diagnosis"]["checks"]


def test_at_the_terminal_the_cause_is_said_with_what_to_paste(doctor):
    fine = insitu(doctor, "storage", "test", "user", "--object", doctor.object(KEY))
    assert fine.returncode == 0, fine
    assert "Nothing is in the way" in fine.stdout
    doctor.misbehave({"fault": "no-cors"})
    broken = insitu(doctor, "storage", "test", "USER", "--object", doctor.object(KEY))
    assert broken.returncode == 1
    assert "FAILED  preflight" in broken.stdout and doctor.hub.url in broken.stdout
    assert "storage.cors_missing" in broken.stderr
    as_json = insitu(doctor, "storage", "test", "user", "--bucket", doctor.facts["bucket"], "--json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["cause"]["code"] == "storage.cors_missing"
    unknown = insitu(doctor, "storage", "test", "nowhere")
    assert unknown.returncode == 1 and "nowhere" in unknown.stderr


def test_without_a_name_the_buckets_of_assets_are_looked_at(doctor, asset):
    path = f"/v2/storages/{doctor.storages['user']}/test"
    diagnosis = doctor.hub.post(path, {})["diagnosis"]
    assert diagnosis["verdict"] == "passed", diagnosis
    assert {one["key"] for one in diagnosis["checks"] if one["name"] == "head"} == {KEY}
    nothing = doctor.hub.refused("POST", f"/v2/storages/{doctor.storages['role']}/test", json={})
    assert nothing.code == "storage.nothing_to_test"


def test_a_storage_can_be_tried_before_it_is_saved(doctor):
    before = doctor.hub.get("/v2/storages")["total"]
    form = {"accessType": "IAM_USER", **doctor.place(), **doctor.keys()}
    assert doctor.examine(form)["verdict"] == "passed"
    wrong = doctor.examine({**form, "privateKey": "x" * 40})
    assert wrong["cause"]["code"] == "storage.wrong_secret"
    assert "x" * 40 not in json.dumps(wrong)
    role = {"accessType": "IAM_DELEGATED", **doctor.place(), **doctor.role()}
    assert doctor.examine(role)["verdict"] == "passed"
    denied = doctor.examine({**role, "externalId": "of-nobody"})
    assert denied["cause"]["code"] == "storage.role_denied"
    assert doctor.hub.get("/v2/storages")["total"] == before


def test_why_follows_an_asset_to_its_picture(doctor, asset):
    project, id = asset
    steps = doctor.hub.get(f"/v2/project/{project}/assets/{id}/why")["diagnosis"]
    assert steps["verdict"] == "passed", steps
    names = [one["name"] for one in steps["checks"]]
    first = ["imported", "object", "storage", "credentials", "region", "head", "range", "kms"]
    assert names == [*first, "signed-host", "preflight", "signed-get", "decode"]
    assert KEY in steps["checks"][1]["message"] and "pixels" in steps["checks"][-1]["message"]
    said = insitu(doctor, "why", KEY, "--project", project)
    assert said.returncode == 0 and "signed-host" in said.stdout, said
    doctor.misbehave({"fault": "no-such-object"})
    broken = insitu(doctor, "why", id, "--json")
    assert broken.returncode == 1
    cause = json.loads(broken.stdout)["cause"]
    assert (cause["name"], cause["code"]) == ("head", "storage.no_such_object")
    doctor.misbehave({"fault": "deny-kms"})
    locked = doctor.hub.get(f"/v2/project/{project}/assets/{id}/why")["diagnosis"]["cause"]
    assert (locked["name"], locked["code"]) == ("kms", "storage.kms_denied")


def test_why_ends_in_time_and_says_where_it_hung(doctor, asset):
    def found_while_hanging(operation, project, asset):
        doctor.misbehave({"fault": "hang", **({"operation": operation} if operation else {})})
        began = time.monotonic()
        found = doctor.hub.get(f"/v2/project/{project}/assets/{asset}/why")["diagnosis"]
        assert time.monotonic() - began < 10, operation
        return found

    def cause_while_hanging(*asked):
        cause = found_while_hanging(*asked)["cause"]
        return cause["name"], cause["code"]

    assert cause_while_hanging("HeadObject", *asset) == ("head", "storage.hangs")
    # Pages fetch without asking first, so a question that hangs keeps nothing away.
    found = found_while_hanging("Preflight", *asset)
    assert (found["cause"], [one["code"] for one in found["warnings"]]) == (None, ["storage.preflight_refused"])
    assert cause_while_hanging("GetObject", *asset) == ("range", "storage.hangs")
    # STS hangs before the first session of a storage: one that was just edited has none.
    doctor.misbehave()
    project = doctor.hub.project("Hanging")
    row = {"data": doctor.object(KEY), "externalId": KEY, "width": 1, "height": 1}
    doctor.hub.import_list(project, [row], storage="role")
    [first] = doctor.hub.assets(project)
    doctor.hub.post(f"/v2/storages/{doctor.storages['role']}", {"name": "Role"})
    assert cause_while_hanging("AssumeRole", project, first["_id"]) == ("credentials", "credentials.unanswered")


def test_a_browser_may_try_what_the_hub_tried_if_who_asks_manages_storages(doctor):
    def records():
        answered = doctor.hub.get(f"/v2/organization/{doctor.hub.organization}/urlRecords", params={"limit": 1})
        return answered["records"]

    form = {"accessType": "IAM_USER", **doctor.place(), **doctor.keys()}
    for storage in ["user", "role", form]:
        sample = doctor.examine(storage, object=doctor.object(KEY), signSample=True)["sample"]
        assert (sample["bucket"], sample["key"]) == (doctor.facts["bucket"], KEY)
        script = doctor.hub.session.get(f"{doctor.hub.url}/_app/none.js?leave={sample['leave']}", timeout=10)
        server = sample["url"].split("/" + doctor.facts["bucket"])[0]
        assert script.headers["content-security-policy"] == f"default-src 'none'; script-src 'self'; connect-src {server}"
        opened = requests.get(sample["url"], headers={"Origin": doctor.hub.url}, timeout=10)
        assert opened.status_code == 200 and opened.headers["access-control-allow-origin"] == doctor.hub.url
        [record] = records()
        assert (record["purpose"], record["project"]) == ("test", None), record
        assert record["object"] == sample["url"].partition("?")[0]
    assert "sample" not in doctor.examine("user", object=doctor.object(KEY))
    # Without a CORS rule the browser is still to show what it meets; without an object there is nothing to try.
    doctor.misbehave({"fault": "no-cors"})
    assert doctor.examine("user", object=doctor.object(KEY), signSample=True)["sample"]
    doctor.misbehave({"fault": "deny-get"})
    assert "sample" not in doctor.examine("user", object=doctor.object(KEY), signSample=True)
    doctor.misbehave()

    project = doctor.hub.project("Managed")
    invitation = {
        "to": ["manager@example.com"],
        "organizationRole": "member",
        "projectAssignments": [{"projectId": project, "projectRole": "Manager"}],
    }
    path = f"/v2/organization/{doctor.hub.organization}/invites"
    [invite] = doctor.hub.post(path, invitation)["invites"]
    token = invite["link"].rstrip("/").split("/")[-1]
    manager = Api(doctor.hub.url)
    manager.session.headers["Origin"] = doctor.hub.url
    manager.post(f"/v2/invitations/{token}/accept", {"name": "Manager", "password": "a long enough password"})
    body = {"object": doctor.object(KEY), "signSample": True}
    tested = manager.post(f"/v2/storages/{doctor.storages['user']}/test", body)["diagnosis"]
    assert tested["verdict"] == "passed" and "sample" not in tested, "who may test a storage may not open its objects"


def test_a_test_writes_nothing_and_reads_one_beginning_once(doctor):
    before = len(doctor.asked())
    for storage in ["user", "role"]:
        assert doctor.examine(storage, object=doctor.object(KEY))["verdict"] == "passed"
    asked = doctor.asked()[before:]
    of_buckets = {one["method"] for one in asked if one["bucket"]}
    assert of_buckets == {"HEAD", "GET", "OPTIONS"}
    assert {one["method"] for one in asked if not one["bucket"]} == {"POST"}, "STS alone"
    reads = [(one["key"], one["range"]) for one in asked if one["method"] == "GET" and one["key"]]
    assert reads == [(KEY, "bytes=0-65533"), (KEY, "bytes=0-0")] * 2


def test_where_headers_may_not_be_read_no_test_reads_a_byte(doctor):
    organization = f"/v2/organization/{doctor.hub.organization}"
    doctor.hub.post(organization, {"headerProbes": False})
    try:
        before = len(doctor.asked())
        diagnosis = doctor.examine("user", object=doctor.object(KEY))
        asked = doctor.asked()[before:]
    finally:
        doctor.hub.post(organization, {"headerProbes": True})
    assert diagnosis["verdict"] == "warned", diagnosis
    assert [(one["name"], one["code"]) for one in diagnosis["warnings"]] == [("coverage", "storage.reading_not_tried")]
    assert [one for one in asked if one["method"] == "GET" and one["key"]] == []
    passed = {one["name"] for one in diagnosis["checks"] if one["verdict"] == "passed"}
    assert passed == {"address", "clock", "identity", "region", "list", "head", "preflight"}


def test_why_says_so_where_the_hub_may_read_nothing(doctor, asset):
    project, id = asset
    organization = f"/v2/organization/{doctor.hub.organization}"
    doctor.hub.post(organization, {"headerProbes": False})
    try:
        before = len(doctor.asked())
        diagnosis = doctor.hub.get(f"/v2/project/{project}/assets/{id}/why")["diagnosis"]
        said = insitu(doctor, "why", KEY, "--project", project)
        asked = doctor.asked()[before:]
    finally:
        doctor.hub.post(organization, {"headerProbes": True})
    verdicts = {one["name"]: one["verdict"] for one in diagnosis["checks"]}
    not_read = {name for name, verdict in verdicts.items() if verdict == "skipped"}
    assert not_read == {"range", "kms", "signed-get", "decode"}, verdicts
    assert (diagnosis["verdict"], diagnosis["cause"]) == ("warned", None)
    assert [(one["name"], one["code"]) for one in diagnosis["warnings"]] == [("coverage", "storage.reading_not_tried")]
    assert said.returncode == 0 and "Reading was not tried" in said.stdout, said
    assert [one for one in asked if one["method"] == "GET" and one["key"]] == []


def test_what_an_owner_answers_for_is_a_warning(doctor):
    """The role lets strangers in, and the organization's owner has said to use it all the same."""
    doctor.misbehave({"fault": "no-external-id-demanded"})
    path = f"/v2/storages/{doctor.storages['role']}"
    assert doctor.examine("role", object=doctor.object(KEY))["verdict"] == "failed"
    doctor.hub.post(f"{path}/verify", {})
    doctor.hub.post(f"{path}/verification/override", {})
    try:
        overruled = doctor.examine("role", object=doctor.object(KEY))
    finally:
        doctor.hub.delete(f"{path}/verification/override")
        doctor.misbehave()
        doctor.hub.post(f"{path}/verify", {})
    assert overruled["verdict"] == "warned", overruled
    warned = [(one["name"], one["code"]) for one in overruled["warnings"]]
    code = "storage.trust_policy_missing_external_id"
    assert warned == [("external-id-absent", code)], "one cause, one warning"
    [others] = [one for one in overruled["checks"] if one["name"] == "external-id-random"]
    assert others["verdict"] == "skipped" and "lets in whoever brings none" in others["message"]


def test_while_an_external_id_is_changed_the_role_may_be_at_either(doctor):
    """The doctor knocks with the old one, and with the new one where the role is at that already."""
    form = {"name": "moving", "accessType": "IAM_DELEGATED", **doctor.place(), **doctor.role(), "externalId": "another-id"}
    storage = doctor.hub.post("/v2/storages", {"provider": "AWS", **form})["storage"]
    doctor.storages["moving"] = storage["_id"]
    diagnosis = doctor.examine("moving", object=doctor.object(KEY))
    assert diagnosis["cause"]["code"] == "storage.role_denied"
    next_id = doctor.hub.post(f"/v2/storages/{storage['_id']}/externalId/rotate", {})["storage"]["nextExternalId"]
    assert next_id not in {"another-id", doctor.facts["externalId"]}
    # The role is at neither of them: both were tried, and what to paste demands the new one.
    before = len(doctor.asked())
    cause = doctor.examine("moving", object=doctor.object(KEY))["cause"]
    assert cause["code"] == "storage.role_denied"
    trust = json.dumps(cause["fix"]["paste"])
    assert next_id in trust and "another-id" not in trust
    tried = [one for one in doctor.asked()[before:] if one["method"] == "POST"]
    assert len(tried) == 3, "who the hub is, and AssumeRole with either"


def test_a_new_external_id_that_is_a_pattern_in_the_trust_policy_is_named_as_one(doctor):
    """The role has moved to the new one, and takes whatever begins like it."""
    role = "arn:aws:iam::111122223333:role/moved"

    def trust(**condition):
        statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        change = {
            "arn": role,
            "trustPolicy": {"Version": "2012-10-17", "Statement": [statement]},
            "policies": [{"Version": "2012-10-17", "Statement": [everything]}],
        }
        door = doctor.facts["s3Endpoint"] + "/_sandbox/roles"
        requests.put(door, json=change, timeout=10).raise_for_status()

    trust(StringEquals={"sts:ExternalId": "the-first-id"})
    form = {"name": "moved", "accessType": "IAM_DELEGATED", **doctor.place(), "roleArn": role, "externalId": "the-first-id"}
    storage = doctor.hub.post("/v2/storages", {"provider": "AWS", **form})["storage"]
    doctor.storages["moved"] = storage["_id"]
    assert doctor.examine("moved", object=doctor.object(KEY))["verdict"] == "passed"
    next_id = doctor.hub.post(f"/v2/storages/{storage['_id']}/externalId/rotate", {})["storage"]["nextExternalId"]

    trust(StringLike={"sts:ExternalId": f"{next_id[:8]}*"})
    diagnosis = doctor.examine("moved", object=doctor.object(KEY))
    failed = [(one["name"], one["code"]) for one in diagnosis["checks"] if one["verdict"] == "failed"]
    assert failed == [("external-id-random", "storage.trust_policy_missing_external_id")], diagnosis
    cause = diagnosis["cause"]
    assert "only resembles" in cause["message"]
    assert cause["fix"]["paste"]["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": next_id}}
    proved = doctor.hub.post(f"/v2/storages/{storage['_id']}/verify", {})["storage"]
    assert proved["verification"]["code"] == "storage.trust_policy_missing_external_id", proved
    assert proved["nextExternalId"] == next_id, "what was not proved is not taken over"

    trust(StringEquals={"sts:ExternalId": next_id})
    assert doctor.examine("moved", object=doctor.object(KEY))["verdict"] == "passed"
    proved = doctor.hub.post(f"/v2/storages/{storage['_id']}/verify", {})["storage"]
    assert (proved["verification"]["state"], proved["externalId"]) == ("verified", next_id)


def test_why_of_a_public_address_says_what_was_not_asked(doctor):
    """Where the hub may read nothing, it knows nothing: that is said, and nothing is passed."""
    project = doctor.hub.project("Public")
    row = {"data": "https://nobody.invalid/cat.jpg", "externalId": "public", "width": 1, "height": 1}
    assert doctor.hub.import_list(project, [row])["rowsImported"] == 1
    [asset] = doctor.hub.assets(project)

    def why():
        seen = doctor.hub.get(f"/v2/project/{project}/assets/{asset['_id']}/why")["diagnosis"]
        return [(one["name"], one["verdict"]) for one in seen["checks"]]

    begin = [("imported", "passed"), ("object", "passed")]
    assert why() == [*begin, ("head", "failed")]
    organization = f"/v2/organization/{doctor.hub.organization}"
    doctor.hub.post(organization, {"headerProbes": False})
    try:
        skipped = [(name, "skipped") for name in ["head", "cors", "decode"]]
        assert why() == [*begin, *skipped, ("coverage", "warned")]
    finally:
        doctor.hub.post(organization, {"headerProbes": True})


NOWHERE = f"http://127.0.0.1:{free_port()}/credentials"


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({}, "storage.no_identity"),
        # It was given an identity, so what to mend is where that comes from.
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": NOWHERE}, "credentials.identity"),
    ],
    ids=["none", "fails"],
)
def test_a_hub_without_an_identity_is_told_from_one_whose_identity_fails(doctor, tmp_path, env, code):
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", doctor.facts["stsEndpoint"], "--ask-instance", "false"]
    with running_hub(tmp_path / "hub", options=options, env=env) as hub:
        form = {"accessType": "IAM_DELEGATED", **doctor.place(), **doctor.role()}
        body = {"storage": form, "buckets": [doctor.facts["bucket"]]}
        diagnosis = hub.post("/v2/storages/test", body)["diagnosis"]
        cause = diagnosis["cause"]
        assert (cause["name"], cause["code"]) == ("identity", code), diagnosis
        assert ("log" in cause["fix"]["text"]) == (code == "credentials.identity"), cause
        assert NOWHERE not in json.dumps(diagnosis), "where things are kept is the operator's to know"
        identity = hub.get("/v2/hub/identity")["identity"]
        assert identity["code"] == code, identity
