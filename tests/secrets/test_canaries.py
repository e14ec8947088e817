"""A secret that goes into the hub is in none of its answers, log lines and files, whatever goes wrong on the way."""

import io
import json
import zipfile
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import requests

from support.hub import PASSWORD, running_hub
from support.samples import rows
from support.sandbox import running_sandbox

CANARY = "CANARY/wJalrXUtnFEMIbPxRfiCYCANARYCANARY"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as facts:
        yield facts


@pytest.fixture(scope="module")
def hub(tmp_path_factory, sandbox):
    env = {
        "INSITU_LOG": "trace",
        "AWS_ACCESS_KEY_ID": sandbox["delegateAccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": sandbox["delegateSecretAccessKey"],
    }
    options = ["--allow-endpoint", "127.0.0.1", "--sts-endpoint", sandbox["stsEndpoint"]]
    with running_hub(tmp_path_factory.mktemp("hub"), options=options, env=env) as hub:
        yield hub


def diagnose(call, project, assets, storages):
    """Asks of every storage, and of an asset in each, how it is reached: up to CORS, which the bucket lacks, but by a wrong key."""
    tested = [call("POST", f"/v2/storages/{storage}/test", {})["data"]["diagnosis"] for storage in storages]
    assert [one["cause"]["name"] for one in tested] == ["preflight", "preflight", "identity"], tested
    assert len(assets) == len(storages)
    reached = [call("GET", f"/v2/project/{project}/assets/{asset['_id']}/why")["data"]["diagnosis"] for asset in assets]
    assert sorted(one["cause"]["name"] for one in reached) == ["head", "preflight", "preflight"], reached


# What opens something by itself: whoever is handed it has it in an answer, and nobody else anywhere.
OPENS = {"X-Amz-Signature", "X-Amz-Security-Token", "signature", "token"}


def opening(url):
    """Name and value of everything in this URL that opens what it names."""
    return {(name, value) for name, value in parse_qsl(urlsplit(url).query) if name in OPENS}


def take_home(hub, call, project):
    """What leaves the hub as files: an export, unpacked, with its report, and the record of signed URLs."""
    ordered = call("POST", f"/v2/project/{project}/exports", {"stage": []})["data"]["export"]["_id"]
    export = hub.exported(ordered)
    assert export["state"] == "completed", export
    yield json.dumps(export), export["downloadUrl"]
    packed = hub.session.get(export["downloadUrl"], timeout=60)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as files:
        contents = [files.read(name).decode() for name in files.namelist()]
    assert "cute-cat.jpg" in "".join(contents)
    yield "".join(contents), None
    yield hub.session.get(f"{hub.url}/v2/exports/{ordered}/report", timeout=60).text, None
    records = f"/v2/organization/{hub.organization}/urlRecords"
    assert call("GET", records)["data"]["records"]
    for format in ("ndjson", "csv"):
        file = hub.session.get(f"{hub.url}{records}/file", params={"format": format}, timeout=60)
        assert file.ok and project in file.text, file.text
        yield file.text, None


def test_no_secret_leaves_the_hub(hub, sandbox):
    secrets = {
        "canary": CANARY,
        "user's key": sandbox["secretAccessKey"],
        "hub's own key": sandbox["delegateSecretAccessKey"],
        "password": PASSWORD,
        "api key": hub.api_key,
    }
    heard = []

    def call(method, path, body=None):
        response = hub.session.request(method, hub.url + path, json=body, timeout=60)
        heard.append(response.text)
        return response.json()

    place = {"region": sandbox["region"], "endpoint": sandbox["s3Endpoint"]}
    keys = {"publicKey": sandbox["accessKeyId"], "privateKey": sandbox["secretAccessKey"]}
    good = call("POST", "/v2/storages", {"name": "good", **place, **keys})["data"]["storage"]["_id"]
    role = {"roleArn": sandbox["roleArn"], "externalId": sandbox["externalId"]}
    role = call("POST", "/v2/storages", {"name": "role", "accessType": "IAM_DELEGATED", **place, **role})
    role = role["data"]["storage"]["_id"]
    wrong = {"name": "wrong", **place, "publicKey": sandbox["accessKeyId"], "privateKey": CANARY}
    wrong = call("POST", "/v2/storages", wrong)["data"]["storage"]["_id"]
    call("POST", f"/v2/storages/{wrong}/rotate", {"publicKey": sandbox["accessKeyId"], "privateKey": CANARY})
    call("POST", "/v2/storages", {"name": "wrong", **place, "publicKey": "AKIA", "privateKey": CANARY})
    call("POST", "/v2/storages", {"name": "mistyped", "privateKey": [CANARY]})
    call("POST", "/v2/session", {"email": "owner@example.com", "password": CANARY})
    call("GET", "/v2/storages")
    project = hub.project("Canaries")
    for storage in (good, role, wrong):
        imported = hub.import_list(project, rows(sandbox["bucket"], sandbox["region"], ["cute-cat.jpg"]), storage=storage)
        heard.append(json.dumps(imported))
    assets = hub.assets(project)
    signed = hub.post(f"/v2/project/{project}/assets/sign", {"assets": [asset["_id"] for asset in assets]})
    heard.append(json.dumps(signed))
    # Two of the three storages open the bucket: the secrets were really used.
    opened = [requests.get(one["url"], timeout=30).status_code for one in signed["urls"] if "url" in one]
    assert opened.count(200) == 2, opened
    diagnose(call, project, assets, (good, role, wrong))
    links = [one["url"] for one in signed["urls"] if "url" in one]
    for text, link in take_home(hub, call, project):
        heard.append(text)
        links += [link] if link else []
    # By its address, to upload, in a listing: whoever asks gets other URLs.
    by_address = {"name": f"s3://{sandbox['bucket']}/cute-cat.jpg", "project": project, "storageId": role}
    links.append(hub.do("GET", "/v2/getSignedUrl", params=by_address)["signedUrl"])
    links.append(hub.do("GET", "/v2/getUploadUrl", params={"name": "a.jpg", "project": project})["uploadUrl"])
    listed = hub.get(f"/v2/storages/{role}/files", params={"bucketName": sandbox["bucket"]})["files"]
    links += [file["signedUrl"] for file in listed]
    handed_out = set().union(*map(opening, links))
    assert {name for name, _ in handed_out} == OPENS
    call("DELETE", f"/v2/storages/{wrong}?force=true")
    hub.program.stop()

    files = [file for file in hub.directory.rglob("*") if file.is_file()]
    assert {"hub.log", "insitu.sqlite"} <= {file.name for file in files}
    assert "TRACE" in (hub.directory / "hub.log").read_text(), "the log was not asked to say everything"
    for name, secret in secrets.items():
        assert not [answer for answer in heard if secret in answer], f"the {name} is in an answer"
        for file in files:
            assert secret.encode() not in file.read_bytes(), f"the {name} is in {file.name}"
    for file in files:
        contents = file.read_bytes()
        for name, value in handed_out:
            for written in {value, quote(value, safe="")}:
                assert written.encode() not in contents, f"a {name} that was handed out is in {file.name}"
