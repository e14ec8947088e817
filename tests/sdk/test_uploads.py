"""Files that the SDK uploads: to the hub itself, and into a bucket that takes them."""

import json
import re

import pytest
import requests
from imerit_ango.models.enums import StorageFileTypes

from support.sandbox import running_sandbox

BUCKET = "uploads"


def fetch(url, **headers):
    answer = requests.get(url, headers=headers, timeout=30, proxies={"http": None})
    assert answer.ok, answer.text
    return answer


@pytest.fixture
def files(tmp_path):
    """Files with names that are hard on addresses, by their paths."""
    contents = {
        "plain.jpg": b"\xff\xd8\xff plain",
        "with spaces & more.png": b"\x89PNG\r\n\x1a\n spaces",
        "Möwe über München.jpg": "ü".encode() * 1000,
        "volume.nii.gz": b"\x1f\x8b volume",
        "empty.txt": b"",
        "large.bin": bytes(range(256)) * 12_000,
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {str(tmp_path / name): content for name, content in contents.items()}


@pytest.fixture(scope="module")
def writable(tmp_path_factory):
    """A sandbox with a bucket, a user who may put into it, and one who may only read."""

    def user(name, *actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": ["arn:aws:s3:::*"]}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return {"arn": f"arn:aws:iam::111122223333:user/{name}", "policies": [policy]}

    reading = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"]
    folder = tmp_path_factory.mktemp("writable")
    config = folder / "config.json"
    users = [user("writer", "s3:PutObject", *reading), user("reader", *reading)]
    config.write_text(json.dumps({"buckets": [{"name": BUCKET, "region": "eu-central-1"}], "users": users}))
    with running_sandbox(folder, "--config", config) as facts:
        yield facts


@pytest.fixture
def storage(hub, writable):
    """Makes a storage with the key of one of the sandbox's users."""

    def make(user):
        [keys] = [one for one in writable["users"] if one["arn"].endswith(user)]
        place = {"region": "eu-central-1", "endpoint": writable["s3Endpoint"], "prefixes": [f"{BUCKET}/in"]}
        keys = {"publicKey": keys["accessKeyId"], "privateKey": keys["secretAccessKey"]}
        names = {one["name"] for one in hub.get("/v2/storages")["storages"]}
        return hub.storage(name=f"{user} {len(names)}", accessType="IAM_USER", **place, **keys)

    return make


def test_uploaded_files_are_assets_that_open(sdk, project, files):
    made = sdk.upload_files(project, list(files))
    assert made["status"] == "success"
    assert made["data"]["assets"]["assetsCreated"] == len(files), made
    assert made["data"]["assets"]["refused"] == []
    assets = sdk.get_assets(project, limit=100)["data"]["assets"]
    assert {asset["externalId"] for asset in assets} == set(files)
    for asset in assets:
        assert "?" not in asset["data"]
        url = sdk._get_signed_url(asset["data"], project, StorageFileTypes.ASSET)
        assert url.startswith(asset["data"] + "?")
        assert fetch(url).content == files[asset["externalId"]], asset["externalId"]
    [volume] = [asset for asset in assets if asset["externalId"].endswith(".nii.gz")]
    assert volume["data"].endswith(".nii.gz")


def test_the_pages_link_is_the_sdks_and_answers_parts(sdk, hub, project, files):
    sdk.upload_files(project, list(files))
    assets = sdk.get_assets(project, limit=100)["data"]["assets"]
    signed = hub.signed(project, assets)
    [large] = [asset for asset in assets if asset["externalId"].endswith("large.bin")]
    part = fetch(signed[large["_id"]], Range="bytes=256-258")
    assert (part.status_code, part.content) == (206, b"\x00\x01\x02")
    assert part.headers["Content-Range"] == f"bytes 256-258/{256 * 12_000}"


def test_what_belongs_to_a_file_comes_with_it(sdk, project, files):
    first, second, *_ = files
    sdk.create_batch(project, "Monday")
    described = {"contextData": {"camera": "left"}, "metadata": {"width": 10, "height": 20}}
    given = [{"data": first, "externalId": "one", **described}, {"data": second, "externalId": "two"}]
    made = sdk.upload_files(project, given, batches=["Monday"], priority=7)
    assert made["data"]["assets"]["assetsCreated"] == 2
    assets = {asset["externalId"]: asset for asset in sdk.get_assets(project)["data"]["assets"]}
    assert assets["one"]["contextData"] == {"camera": "left"}
    assert assets["one"]["metadata"] == {"width": 10, "height": 20}
    assert {asset["priority"] for asset in assets.values()} == {7}
    assert all(asset["batches"] == ["Monday"] for asset in assets.values())


def test_files_uploaded_into_a_bucket_are_assets_of_its_storage(sdk, project, files, storage):
    writer = storage("writer")
    made = sdk.upload_files(project, list(files), storage_id=writer)
    assert made["data"]["assets"]["assetsCreated"] == len(files), made
    for asset in sdk.get_assets(project, limit=100)["data"]["assets"]:
        assert asset["storage"] == writer
        assert re.search(rf"/{BUCKET}/in/{project}/assets/[0-9a-f]{{32}}\.", asset["data"])
        url = sdk._get_signed_url(asset["data"], project, StorageFileTypes.ASSET, writer)
        assert fetch(url).content == files[asset["externalId"]]


def test_a_storage_that_may_only_read_refuses_uploads_in_words(sdk, project, files, storage):
    reader = storage("reader")
    refused = sdk.upload_files(project, list(files), storage_id=reader)
    assert refused["status"] == "fail"
    rows = refused["details"]["refused"]
    assert [row["code"] for row in rows] == ["row.upload_missing"] * len(files)
    assert all("s3:PutObject" in row["message"] for row in rows)
    assert sdk.get_assets(project)["data"]["total"] == 0


def test_a_file_whose_upload_failed_is_refused_by_its_row(sdk, project, files, monkeypatch):
    put = requests.put
    calls = iter(range(100))

    def unreliable(url, **options):
        # The SDK does not look at what comes back.
        return None if next(calls) == 1 else put(url, **options)

    monkeypatch.setattr("requests.put", unreliable)
    made = sdk.upload_files(project, list(files))["data"]["assets"]
    assert made["assetsCreated"] == len(files) - 1
    assert [(row["index"], row["code"]) for row in made["refused"]] == [(1, "row.upload_missing")]


def test_masks_are_put_and_read_back(sdk, project):
    url = sdk._get_upload_url("mask.png", project, StorageFileTypes.BRUSH)
    assert requests.put(url, data=b"mask", timeout=30, proxies={"http": None}).ok
    assert requests.put(url, data=b"another mask", timeout=30, proxies={"http": None}).ok
    # What the export plugin sends: the address with its query.
    signed = sdk._get_signed_url(url, project, StorageFileTypes.BRUSH)
    assert fetch(signed).content == b"another mask"
