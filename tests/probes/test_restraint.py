"""Provable restraint: a recorder stands before the bucket for whole sessions, and nothing passes that need not."""

from collections import Counter
from urllib.parse import parse_qs

import pytest
import requests

from support.process import wait_for
from support.recorder import recording
from support.samples import photographs, rows
from support.sandbox import running_sandbox

ASSETS = 1000
# Most bytes that are read of an object whose size nobody gave.
HEADER_BYTES = 64 * 1024
READING = {"GET", "HEAD", "OPTIONS"}
# What the storages are for. What lies beside it in the same bucket is nobody's business.
FOLDER = "street/2026/"
BESIDE = ["payroll.jpg", "street/payroll.jpg", "street/2026-payroll.jpg"]


@pytest.fixture
def sandbox(tmp_path, requests_log):
    """A bucket with the photographs in one folder and objects beside it, which its user and role may read all the same."""
    bytes_of = photographs()
    some = next(iter(bytes_of.values()))
    within = {FOLDER + name: content for name, content in bytes_of.items()}
    for key, content in (within | dict.fromkeys(BESIDE, some)).items():
        file = tmp_path / "bucket" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    options = ["--request-log", requests_log.file, "--seed-dir", tmp_path / "bucket", "--cors-origin", "*"]
    with running_sandbox(tmp_path, *options) as facts:
        yield facts


@pytest.fixture
def recorder(sandbox):
    with recording(sandbox["s3Endpoint"]) as recorder:
        yield recorder


@pytest.fixture
def storages(hub, sandbox, recorder):
    """A storage of each access type that reaches the sandbox through the recorder, within one folder of its bucket."""
    place = {"region": sandbox["region"], "endpoint": recorder.url, "prefixes": [f"{sandbox['bucket']}/{FOLDER}"]}
    keys = {"publicKey": sandbox["accessKeyId"], "privateKey": sandbox["secretAccessKey"]}
    role = {"roleArn": sandbox["roleArn"], "externalId": sandbox["externalId"]}
    return [
        hub.storage(name="user", accessType="IAM_USER", **place, **keys),
        hub.storage(name="role", accessType="IAM_DELEGATED", **place, **role),
    ]


def listed(sandbox, count, **more):
    """Rows that name the photographs in turn."""
    keys = [FOLDER + name for name in sorted(photographs())]
    named = rows(sandbox["bucket"], sandbox["region"], [keys[n % len(keys)] for n in range(count)])
    return [row | more for row in named]


def assert_restrained(passed, sandbox):
    """What passed only reads, of the named bucket alone, and no object, listing or preflight leaves the named folder."""
    assert passed, "the recorder was in the way"
    assert {one.method for one in passed} <= READING
    assert {one.bucket for one in passed} == {sandbox["bucket"]}
    keys = {one.key for one in passed if one.key}
    assert {key for key in keys if not key.startswith(FOLDER)} == set()
    listed = [parse_qs(one.query).get("prefix") for one in passed if "list-type" in one.query]
    assert [prefix for prefix in listed if not prefix or not prefix[0].startswith(FOLDER)] == []


def measured(hub, project, count):
    """Waits until so many assets of a project were measured and none waits."""

    def at_rest():
        found = hub.get(f"/v2/project/{project}/probes")["probes"]
        return found if found["pending"] == 0 else None

    done = wait_for(at_rest, 60, "the probes coming to rest")
    assert done["measured"] == count, done


def reads(passed):
    """How often bytes of each object were read."""
    return Counter(one.key for one in passed if one.method == "GET" and one.key and one.received_bytes)


def label(hub, project):
    """Labels and reviews one task, as two people would."""
    task = hub.post(f"/v2/project/{project}/tasks/next", {"stage": "Label"})["task"]
    box = {"objectId": "o", "schemaId": "car", "bounding-box": {"x": 1, "y": 2, "width": 30, "height": 40}}
    hub.post(f"/v2/annotate/{task['_id']}?nextStage=true", {"answer": {"objects": [box]}})
    hub.post(f"/v2/review/{task['_id']}", {"reviewStatus": "Accepted"})


def test_a_whole_session_reads_no_byte_of_any_object(hub, sandbox, storages, recorder):
    # Where the hub may not read, neither does a test of the connection, with which every session begins.
    organization = f"/v2/organization/{hub.organization}"
    hub.post(organization, {"headerProbes": False})
    try:
        for storage in storages:
            diagnosis = hub.post(f"/v2/storages/{storage}/test", {})["diagnosis"]
            assert diagnosis["cause"] is None, diagnosis
    finally:
        hub.post(organization, {"headerProbes": True})
    passed = recorder.take()
    assert_restrained(passed, sandbox)
    assert {one.method for one in passed if one.key} == {"HEAD", "OPTIONS"}, "no byte of an object"

    project = hub.project("Restraint", tools=[("bounding-box", "car")])
    for storage in storages:
        done = hub.import_list(project, listed(sandbox, ASSETS, width=451, height=300), storage=storage)
        assert done["rowsImported"] == ASSETS, done
    assets = hub.assets(project)
    hub.signed(project, assets)
    label(hub, project)
    for format in ["json", "coco", "masks"]:
        export = hub.exported(hub.start_export(project, format=format))
        assert export["state"] == "completed", export

    later = recorder.take()
    assert_restrained(passed + later, sandbox)
    assert [one for one in later if one.key] == [], "no object was touched"
    assert len(later) <= 2 * len(storages), "a few questions for each storage, however many its assets are"

    # The proof that the recorder hears it when bytes do pass: somebody opens an asset, as browsers do.
    url = hub.signed(project, assets[:1])[assets[0]["_id"]]
    assert requests.get(url, timeout=30).status_code == 200
    assert [(one.method, bool(one.key)) for one in recorder.take()] == [("GET", True)]


def test_without_sizes_each_object_is_read_once_and_its_header_alone(hub, sandbox, storages, recorder):
    project = hub.project("Unmeasured")
    count = len(photographs())
    # Every object in ten rows of one list.
    hub.import_list(project, listed(sandbox, 10 * count), storage=storages[0])
    measured(hub, project, 10 * count)
    passed = recorder.take()
    assert_restrained(passed, sandbox)
    each_once = Counter(FOLDER + name for name in photographs())
    assert Counter(one.key for one in passed if one.key) == each_once, "nothing else was asked"
    assert max(one.received_bytes for one in passed if one.key) <= HEADER_BYTES
    assert any(len(content) > HEADER_BYTES for content in photographs().values()), "or nothing was shown"

    # The same objects in a second list, and in another project of the organization: no byte of them is read again.
    hub.import_list(project, listed(sandbox, count), storage=storages[0])
    measured(hub, project, 11 * count)
    other = hub.project("The same once more")
    hub.import_list(other, listed(sandbox, count), storage=storages[0])
    measured(hub, other, count)
    passed = recorder.take()
    assert_restrained(passed, sandbox)
    assert reads(passed) == Counter()
    assert {one.status for one in passed if one.key} == {304}, "they were asked whether they are still the same"


def test_looking_into_a_bucket_and_importing_a_folder_of_it_list_that_folder_and_read_headers_alone(
    hub, sandbox, storages, recorder
):
    names = sorted(FOLDER + name for name in photographs())
    for storage in storages:
        project = hub.project("Folder")
        place = {"bucket": sandbox["bucket"], "storageId": storage, "folder": FOLDER}
        assert sorted(hub.post("/v2/file-explorer", place)["files"]) == names
        query = {"bucketName": sandbox["bucket"], "path": FOLDER}
        files = hub.get(f"/v2/storages/{storage}/files", params=query)["files"]
        assert sorted(file["key"] for file in files) == names
        assert hub.refused("POST", "/v2/file-explorer", json={**place, "folder": "street/2025/"}).code == "storage.outside_prefixes"
        passed = recorder.take()
        assert_restrained(passed, sandbox)
        assert [one for one in passed if one.key] == [], "no object was touched"

        started = hub.post("/v2/file-explorer", {**place, "upload": True, "projectId": project})["import"]["_id"]
        done = hub.finished(started)
        assert (done["state"], done["rowsImported"]) == ("completed", len(names)), done

        measured(hub, project, len(names))
        passed = recorder.take()
        assert_restrained(passed, sandbox)
        read = [one for one in passed if one.key]
        assert sorted(one.key for one in read) == names, "each once"
        assert max(one.received_bytes for one in read) <= HEADER_BYTES


def test_a_test_of_the_connection_reads_the_beginning_of_one_object_once(hub, sandbox, storages, recorder):
    for storage in storages:
        diagnosis = hub.post(f"/v2/storages/{storage}/test", {})["diagnosis"]
        assert diagnosis["verdict"] in {"passed", "warned"}, diagnosis
        passed = recorder.take()
        assert_restrained(passed, sandbox)
        read = [one for one in passed if one.method == "GET" and one.key]
        assert len({one.key for one in read}) == 1 and len(read) == 2, "as the hub reads it, and by a signed URL"
        assert read[1].received_bytes == 1, "a signed URL is only seen to open it"
        assert sum(one.received_bytes for one in read) <= HEADER_BYTES


def test_a_test_of_a_folder_that_is_empty_stays_within_it(hub, sandbox, recorder):
    place = {"region": sandbox["region"], "endpoint": recorder.url, "prefixes": [f"{sandbox['bucket']}/{FOLDER}empty/"]}
    keys = {"publicKey": sandbox["accessKeyId"], "privateKey": sandbox["secretAccessKey"]}
    storage = hub.storage(name="empty", accessType="IAM_USER", **place, **keys)
    diagnosis = hub.post(f"/v2/storages/{storage}/test", {})["diagnosis"]
    assert [warning["code"] for warning in diagnosis["warnings"] if warning["name"] == "coverage"] == [
        "storage.nothing_to_read"
    ], diagnosis
    passed = recorder.take()
    assert_restrained(passed, sandbox)
    assert [one.method for one in passed if one.key] == ["OPTIONS"]
