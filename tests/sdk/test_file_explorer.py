"""Looking into buckets and importing from them by the SDK's own calls."""

import json

import pytest
import requests


@pytest.fixture
def bucket(sandbox):
    return sandbox["bucket"]


def refusal(call):
    with pytest.raises(Exception) as refused:
        call()
    return json.loads(str(refused.value))


def test_files_of_a_storage_are_listed_with_urls_that_open_them(sdk, private_storage, bucket):
    listed = sdk.list_storage_files(private_storage, bucket)["data"]
    keys = {file["key"] for file in listed["files"]}
    assert {"cute-cat.jpg", "coffee cup.jpg", "hubble+deep+field.jpg"} <= keys
    assert listed["scrollToken"] is None
    for file in listed["files"]:
        fetched = requests.get(file["signedUrl"], timeout=30, proxies={"http": None})
        assert fetched.ok and len(fetched.content) == file["size"], file


def test_urls_are_left_out_where_nobody_wants_them(sdk, private_storage, bucket):
    listed = sdk.list_storage_files(private_storage, bucket, get_signed_urls=False, retry_on_slow_down=False)["data"]
    assert listed["files"] and not any("signedUrl" in file for file in listed["files"])
    nothing = sdk.list_storage_files(private_storage, bucket, path="a folder & more/that is+not there")["data"]
    assert (nothing["folders"], nothing["files"]) == ([], [])


def test_the_explorer_pages_through_a_bucket(sdk, private_storage, bucket):
    everything = sdk.file_explorer(bucket, private_storage, {})["data"]
    assert everything["success"] is True
    found, token = [], None
    while True:
        page = sdk.file_explorer(bucket, private_storage, {"scrollToken": token, "limit": 3})["data"]
        assert len(page["files"]) <= 3
        found += page["files"]
        token = page["scrollToken"]
        if not token:
            break
    assert found == everything["files"]


def test_picked_files_become_assets(sdk, hub, private_storage, bucket, project):
    sdk.create_batch(project, "picked")
    options = {
        "upload": True,
        "projectId": project,
        "files": ["coffee cup.jpg", "hubble+deep+field.jpg"],
        "batches": ["picked"],
    }
    started = sdk.file_explorer(bucket, private_storage, options)["data"]
    assert hub.finished(started["import"]["_id"])["rowsImported"] == 2
    assets = sdk.get_assets(project)["data"]["assets"]
    assert {asset["externalId"] for asset in assets} == {"coffee cup.jpg", "hubble+deep+field.jpg"}
    assert all(asset["batches"] == ["picked"] for asset in assets)
    for url in hub.signed(project, assets).values():
        assert requests.get(url, timeout=30, proxies={"http": None}).ok


def test_a_whole_bucket_becomes_assets_by_its_extension(sdk, hub, private_storage, bucket, project):
    options = {"upload": True, "projectId": project, "folder": "", "extensions": ["jpg"]}
    started = sdk.file_explorer(bucket, private_storage, options)["data"]
    done = hub.finished(started["import"]["_id"])
    listed = sdk.file_explorer(bucket, private_storage, {"extensions": ["jpg"]})["data"]["files"]
    assert done["rowsImported"] == len(listed) > 5
    assets = sdk.get_assets(project, limit=1000)["data"]["assets"]
    assert {asset["externalId"] for asset in assets} == set(listed)


def test_what_cannot_be_listed_is_refused_with_a_code(sdk, private_storage, bucket):
    assert refusal(lambda: sdk.list_storage_files(private_storage, "no-such-bucket"))["code"] == "storage.no_such_bucket"
    nowhere = "0" * 24
    assert refusal(lambda: sdk.file_explorer(bucket, nowhere, {}))["code"] == "storage.not_found"
    upload = {"upload": True, "projectId": nowhere, "folder": ""}
    assert refusal(lambda: sdk.file_explorer(bucket, private_storage, upload))["code"] == "project.not_found"
