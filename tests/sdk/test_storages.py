"""Storages through the public SDK, which knows one access type and no endpoint."""

import json

import pytest
from imerit_ango.models.enums import StorageProvider
from imerit_ango.models.storage import Storage

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def aws(name, key=KEY, secret=SECRET, region="eu-central-1"):
    return Storage(name, StorageProvider.AWS, key, secret, region)


def refusal(call):
    with pytest.raises(Exception) as refused:
        call()
    said = json.loads(str(refused.value))
    assert said["status"] == "fail" and said["code"], said
    return said


def test_a_storage_is_made_read_and_deleted_and_its_secret_never_shown(sdk):
    made = sdk.create_storage(aws("Photographs"))["data"]["storage"]
    assert (made["name"], made["provider"], made["region"]) == ("Photographs", "AWS", "eu-central-1")
    found = sdk.get_storages(made["_id"])
    assert found["_id"] == made["_id"], "the SDK hands out the bare storage"
    answers = json.dumps([made, found, sdk.get_storages()])
    assert SECRET not in answers
    gone = sdk.delete_storage(made["_id"])
    assert gone["data"]["storage"]["_id"] == made["_id"]
    assert made["_id"] not in json.dumps(sdk.get_storages())


def test_more_than_ten_storages_are_all_listed(sdk, project):
    ids = [sdk.create_storage(aws(f"Many {n}"))["data"]["storage"]["_id"] for n in range(12)]
    listed = {storage["_id"] for storage in sdk.get_storages()["data"]["storages"]}
    assert set(ids) <= listed
    for storage in (ids[0], ids[-1]):
        rows = [{"data": "https://bucket.s3.eu-central-1.amazonaws.com/a.jpg"}]
        assert sdk.upload_files_cloud(project, rows, storage_id=storage)["status"] == "success"


def test_a_name_twice_is_refused(sdk):
    sdk.create_storage(aws("Twice"))
    assert "Twice" in refusal(lambda: sdk.create_storage(aws("Twice")))["message"]


@pytest.mark.parametrize(
    "storage",
    [
        aws("Short key", key="AKIA"),
        aws("Short secret", secret="short"),
        aws("No such region", region="eu-central-99"),
        aws("", key=KEY),
        Storage("Later", StorageProvider.GCP, credentials="{}"),
        Storage("Later too", StorageProvider.AZURE),
    ],
    ids=lambda storage: storage.name or "no name",
)
def test_what_cannot_work_is_refused_with_a_code(sdk, storage):
    refusal(lambda: sdk.create_storage(storage))
    assert storage.name not in [found["name"] for found in sdk.get_storages()["data"]["storages"]]


def test_a_storage_in_use_is_not_deleted(sdk, project):
    storage = sdk.create_storage(aws("In use"))["data"]["storage"]["_id"]
    sdk.upload_files_cloud(project, [{"data": "https://bucket.s3.eu-central-1.amazonaws.com/a.jpg"}], storage_id=storage)
    refusal(lambda: sdk.delete_storage(storage))
    assert sdk.get_storages(storage)["_id"] == storage
