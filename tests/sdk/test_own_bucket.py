"""The hub's own storage in a bucket that its operator names: the SDK uploads as it always does, and the files lie there."""

import json
import re
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
import requests
from imerit_ango.models.export_options import ExportOptions
from imerit_ango.sdk import SDK

from support.hub import EMAIL, PASSWORD, Hub, program, running_hub
from support.process import Program, wait_for
from support.sandbox import running_sandbox

BUCKET = "own-files"
REGION = "eu-central-1"
MIB = 1 << 20


def web():
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """A bucket with a CORS rule, who may put into it, and who may only read."""

    def user(name, *actions):
        statements = [
            {"Effect": "Allow", "Action": list(actions), "Resource": [f"arn:aws:s3:::{BUCKET}/insitu/*"]},
            {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{BUCKET}"]},
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        return {"arn": f"arn:aws:iam::111122223333:user/{name}", "policies": [policy]}

    folder = tmp_path_factory.mktemp("cloud")
    cors = [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]
    keeper = user("keeper", "s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload")
    world = {"buckets": [{"name": BUCKET, "region": REGION, "cors": cors}], "users": [keeper, user("reader", "s3:GetObject")]}
    config = folder / "config.json"
    config.write_text(json.dumps(world))
    with running_sandbox(folder, "--config", config, "--request-log", folder / "requests.ndjson", "--dns", "127.0.0.1:0") as facts:
        yield {**facts, "requests": folder / "requests.ndjson"}


def keys_of(cloud, name):
    [user] = [one for one in cloud["users"] if one["arn"].endswith(name)]
    return {
        "INSITU_OWN_STORAGE_ACCESS_KEY_ID": user["accessKeyId"],
        "INSITU_OWN_STORAGE_SECRET_ACCESS_KEY": user["secretAccessKey"],
    }


def options_of(cloud):
    place = ["--own-storage", f"s3://{BUCKET}/insitu", "--own-storage-region", REGION]
    return [*place, "--own-storage-endpoint", cloud["s3Endpoint"]]


@pytest.fixture(scope="module")
def hub(tmp_path_factory, cloud):
    folder = tmp_path_factory.mktemp("hub")
    with running_hub(folder, options=options_of(cloud), env=keys_of(cloud, "keeper")) as hub:
        yield hub


@pytest.fixture
def sdk(hub):
    sdk = SDK(hub.api_key, hub.url)
    sdk.session.trust_env = False
    return sdk


@pytest.fixture
def faults(cloud):
    """Makes the bucket misbehave until the test ends."""

    def set_to(*rules):
        answer = web().put(cloud["faultsEndpoint"], json=list(rules), timeout=30)
        assert answer.ok, answer.text

    yield set_to
    set_to()


def log_of(hub):
    return (hub.directory / "hub.log").read_text()


def left_behind(hub):
    return [file.name for file in (hub.directory / "data/files").rglob("*") if file.is_file()]


def operations(cloud):
    """How often each method reached which object, with the status that it got."""
    return [json.loads(line) for line in cloud["requests"].read_text().splitlines()]


def struck(cloud):
    """How many requests the one fault has struck so far."""
    [rule] = web().get(cloud["faultsEndpoint"], timeout=30).json()
    return rule["struck"]


def part(content, offset):
    checksum = f"crc32 {zlib.crc32(content):08x}"
    return {"Upload-Offset": str(offset), "Upload-Length": str(len(content)), "Upload-Checksum": checksum}



def test_the_bucket_is_found_by_the_dns_server_that_the_operator_names(tmp_path, cloud):
    """No other knows the name."""
    endpoint = cloud["s3Endpoint"].replace("127.0.0.1", "own-files.test")
    place = ["--own-storage", f"s3://{BUCKET}/insitu", "--own-storage-region", REGION, "--own-storage-endpoint", endpoint]
    with running_hub(tmp_path, options=[*place, "--resolver", cloud["dns"]], env=keys_of(cloud, "keeper")) as hub:
        log = hub.directory / "hub.log"
        said = "the bucket of the own storage can be written and read"
        wait_for(lambda: "own storage" in log.read_text(), 30, "the look at the bucket")
        assert said in log.read_text(), log.read_text()


def test_files_of_the_sdk_lie_in_the_bucket_and_open_from_there(sdk, hub, cloud, project, tmp_path):
    contents = {
        "Möwe & Co.jpg": b"\xff\xd8\xff small",
        "large.png": bytes(range(256)) * (20 * MIB // 256),
        "page.html": b"<script></script>",
        "empty.txt": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    made = sdk.upload_files(project, [str(tmp_path / name) for name in contents])
    assert made["data"]["assets"]["assetsCreated"] == len(contents), made
    assets = hub.assets(project)
    signed = hub.signed(project, assets)
    types = {}
    for asset in assets:
        name = asset["externalId"].rsplit("/", 1)[-1]
        # The address stays the hub's own, so that files can move from a folder to a bucket and back.
        assert asset["data"].startswith(f"{hub.url}/v2/files/{project}/assets/")
        url = signed[asset["_id"]]
        assert url.startswith(f"{cloud['s3Endpoint']}/{BUCKET}/insitu/{project}/assets/"), url
        answer = web().get(url, headers={"Origin": hub.url}, timeout=60)
        assert answer.content == contents[name], name
        assert answer.headers["Access-Control-Allow-Origin"] in {"*", hub.url}
        types[name] = answer.headers["Content-Type"], answer.headers.get("Content-Disposition")
    assert types["large.png"] == ("image/png", None)
    assert types["page.html"] == ("application/octet-stream", "attachment")
    [large] = [asset for asset in assets if asset["externalId"].endswith("large.png")]
    piece = web().get(signed[large["_id"]], headers={"Range": "bytes=256-258"}, timeout=60)
    assert (piece.status_code, piece.content) == (206, b"\x00\x01\x02")
    assert left_behind(hub) == []
    unsigned = web().get(signed[large["_id"]].split("?")[0], timeout=30)
    assert unsigned.status_code == 403
    [export] = [element for element in sdk.export(project, ExportOptions(stage=["Label"])) if element["externalId"] == large["externalId"]]
    # Links in exports outlive what a bucket signs: they are the hub's, and lead there.
    assert export["asset"].startswith(f"{hub.url}/v2/files/")
    assert web().get(export["asset"], timeout=60).content == contents["large.png"]
    head = web().head(export["asset"], allow_redirects=True, timeout=60)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(contents["large.png"])))
    assert head.url.startswith(f"{cloud['s3Endpoint']}/"), head.url


def uploaded(hub, project, name):
    """The address of a file that was put there."""
    link = hub.get("/v2/getUploadUrl", params={"name": name, "project": project})["uploadUrl"]
    assert web().put(link, data=b"content", timeout=60).ok
    return link.split("?")[0]


def test_an_import_asks_the_bucket_for_each_file_once(hub, cloud, project):
    files = [uploaded(hub, project, f"{n}.png") for n in range(100)]
    missing = f"{files[0]}.missing"
    before = len(operations(cloud))
    rows = [{"data": url} for url in [*files, missing, *files, missing]]
    # Pages and what is shown beside are files, too.
    rows.append({"dataset": files[:2], "attachments": [{"type": "IMAGE", "value": files[2]}]})
    made = hub.post(f"/v2/project/{project}/cloud", {"assets": rows, "uploadLocal": "true"})["assets"]
    assert made["assetsCreated"] == 2 * len(files) + 1
    refused = [(row["index"], row["code"]) for row in made["refused"]]
    assert refused == [(100, "row.upload_missing"), (201, "row.upload_missing")]
    asked = Counter(one["key"] for one in operations(cloud)[before:] if one["method"] == "HEAD")
    assert len(asked) == len(files) + 1
    assert set(asked.values()) == {1}


def test_an_import_asks_the_bucket_for_some_files_at_a_time(tmp_path, cloud, faults):
    with running_hub(tmp_path / "hub", options=options_of(cloud), env=keys_of(cloud, "keeper")) as hub:
        project = hub.project()
        rows = [{"data": uploaded(hub, project, f"{n}.png")} for n in range(40)]
        faults({"fault": "hang", "operation": "HeadObject"})
        with ThreadPoolExecutor(1) as pool:
            imported = pool.submit(hub.post, f"/v2/project/{project}/cloud", {"assets": rows})
            wait_for(lambda: struck(cloud) >= 16, 30, "sixteen at a time")
            assert struck(cloud) == 16
            hub.program.kill()
            with pytest.raises(requests.RequestException):
                imported.result()


def test_a_busy_bucket_costs_a_try_and_not_the_upload(hub, cloud, project, faults):
    content = bytes(range(256)) * (18 * MIB // 256)
    link = hub.get("/v2/getUploadUrl", params={"name": "a.png", "project": project})["uploadUrl"]
    address = link.split("?")[0]
    faults({"fault": "throttle", "operation": "UploadPart", "after": 1})
    answer = web().patch(link, data=content, headers=part(content, 0), timeout=120)
    # Whoever refuses a long body may close the connection before the reason is read.
    assert answer.json()["code"] in {"own_storage.busy", "own_storage.unreachable"}, answer.text
    assert answer.status_code >= 500
    # Its first part is taken back out of the bucket, and the hub keeps what it has.
    aborted = [one for one in operations(cloud) if one["method"] == "DELETE" and one["status"] == 204]
    assert len(aborted) == 1
    found = hub.post(f"/v2/project/{project}/uploads", {"names": ["a.png"]})
    assert found == {"files": [], "parts": [{"name": "a.png", "receivedBytes": len(content), "sizeBytes": len(content)}]}
    refused = hub.refused("POST", f"/v2/project/{project}/cloud", json={"assets": [{"data": address}], "uploadLocal": "true"})
    assert refused.details["refused"][0]["code"] == "row.upload_missing"
    faults()
    answer = web().patch(link, data=b"", headers=part(content, len(content)), timeout=120)
    assert answer.json()["data"]["file"] == {"url": address, "sizeBytes": len(content)}
    made = hub.post(f"/v2/project/{project}/cloud", {"assets": [{"data": address}], "uploadLocal": "true"})
    assert made["assets"]["assetsCreated"] == 1
    assert left_behind(hub) == []


def test_a_hub_that_dies_on_the_way_to_the_bucket_finishes_when_it_is_back(tmp_path, cloud, faults):
    content = bytes(range(256)) * (18 * MIB // 256)
    with running_hub(tmp_path / "hub", options=options_of(cloud), env=keys_of(cloud, "keeper")) as hub:
        project = hub.project()
        query = {"name": "a.png", "project": project}
        link = hub.get("/v2/getUploadUrl", params=query)["uploadUrl"]
        faults({"fault": "hang", "operation": "UploadPart", "after": 1})
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(web().patch, link, data=content, headers=part(content, 0), timeout=120)
            wait_for(lambda: web().get(cloud["faultsEndpoint"], timeout=30).json()[0]["struck"], 60, "the second part")
            # Whoever asks meanwhile is told that nothing more has to be sent.
            again = web().patch(link, data=b"", headers=part(content, len(content)), timeout=60)
            assert (again.status_code, again.json()["code"]) == (503, "upload.finishing"), again.text
            hub.program.kill()
            with pytest.raises(requests.RequestException):
                sent.result()
        faults()
        hub.restart()
        assert hub.post(f"/v2/project/{project}/uploads", {"names": ["a.png"]})["parts"][0]["receivedBytes"] == len(content)
        link = hub.get("/v2/getUploadUrl", params=query)["uploadUrl"]
        assert web().patch(link, data=b"", headers=part(content, len(content)), timeout=120).ok
        query = {"name": link.split("?")[0], "project": project}
        signed = hub.get("/v2/getSignedUrl", params=query)["signedUrl"]
        assert web().get(signed, timeout=60).content == content
        assert left_behind(hub) == []


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ({"fault": "throttle"}, 503, "own_storage.busy"),
        ({"fault": "cut-connection"}, 502, "own_storage.unreachable"),
        ({"fault": "no-such-bucket"}, 502, "own_storage.no_such_bucket"),
        ({"fault": "refuse-secret"}, 502, "own_storage.key_refused"),
        ({"fault": "redirect-301", "region": "eu-west-3"}, 502, "own_storage.wrong_region"),
    ],
)
def test_whoever_uploads_is_told_what_is_wrong_with_the_bucket(hub, project, faults, rule, status, code):
    link = hub.get("/v2/getUploadUrl", params={"name": "b.png", "project": project})["uploadUrl"]
    faults(rule)
    # So long that the bucket refuses before it has read all.
    answer = web().put(link, data=bytes(12 * MIB), timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    if code == "own_storage.wrong_region":
        assert "--own-storage-region eu-west-3" in answer.json()["message"]
    faults()
    assert web().put(link, data=b"content", timeout=60).ok
    assert left_behind(hub) == []


def test_pages_may_fetch_from_the_bucket(hub, cloud):
    browser = web()
    who = {"email": EMAIL, "password": PASSWORD}
    assert browser.post(f"{hub.url}/v2/session", json=who, headers={"Origin": hub.url}, timeout=30).ok
    page = browser.get(hub.url, timeout=30)
    policy = page.headers["Content-Security-Policy"]
    assert re.search(rf"img-src [^;]*{re.escape(cloud['s3Endpoint'])}[ ;]", policy), policy
    assert cloud["s3Endpoint"] not in web().get(hub.url, timeout=30).headers["Content-Security-Policy"]


def test_the_start_says_what_is_wrong_with_the_bucket_and_the_hub_answers(tmp_path, cloud, hub, faults):
    wait_for(lambda: "the bucket of the own storage can be written and read" in log_of(hub), 30, "the check")
    env = keys_of(cloud, "reader")
    with running_hub(tmp_path / "reader", options=options_of(cloud), env=env) as poor:
        wait_for(lambda: "own_storage.denied" in log_of(poor), 30, "the check")
        assert "s3:PutObject" in log_of(poor)
        project = poor.project()
        link = poor.get("/v2/getUploadUrl", params={"name": "a.png", "project": project})["uploadUrl"]
        answer = web().put(link, data=b"content", timeout=60)
        assert (answer.status_code, answer.json()["code"]) == (502, "own_storage.denied")
    faults({"fault": "no-cors"})
    with running_hub(tmp_path / "plain", options=options_of(cloud), env=keys_of(cloud, "keeper")) as plain:
        wait_for(lambda: "own_storage.no_cors" in log_of(plain), 30, "the check")
    for one in [hub, poor, plain]:
        for secret in [env, keys_of(cloud, "keeper")]:
            assert secret["INSITU_OWN_STORAGE_SECRET_ACCESS_KEY"] not in log_of(one)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--own-storage", "s3://NO"], "--own-storage is wrong"),
        (["--own-storage", f"s3://{BUCKET}/a*"], "ends with a star"),
        (["--own-storage", f"s3://{BUCKET}", "--own-storage-access-key-id", "AKIA"], "an id and a secret belong together"),
    ],
)
def test_settings_that_name_no_bucket_end_the_start_in_words(tmp_path, options, words):
    command = [program("insitu", "INSITU_BIN"), "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data"]
    with Program([*command, *options], tmp_path / "hub.log") as refused:
        assert refused.process.wait(30) == 1
        assert words in refused.said()
        assert "panicked" not in refused.said()


def test_files_move_from_the_folder_to_the_bucket_and_keep_their_addresses(tmp_path, cloud):
    folder = Hub(tmp_path / "hub").set_up()
    try:
        project = folder.project()
        link = folder.get("/v2/getUploadUrl", params={"name": "a.png", "project": project})["uploadUrl"]
        assert web().put(link, data=b"content", timeout=60).ok
        folder.post(f"/v2/project/{project}/cloud", {"assets": [{"data": link.split("?")[0]}], "uploadLocal": "true"})
        folder.program.stop()
        keys = keys_of(cloud, "keeper").values()
        place = {"endpoint_url": cloud["s3Endpoint"], "region_name": REGION}
        s3 = boto3.client("s3", **place, **dict(zip(("aws_access_key_id", "aws_secret_access_key"), keys)))
        root = tmp_path / "hub/data/files"
        for file in root.rglob("*.png"):
            s3.upload_file(str(file), BUCKET, f"insitu/{file.relative_to(root)}")
        folder.options, folder.env = options_of(cloud), {**folder.env, **keys_of(cloud, "keeper")}
        folder.restart()
        [asset] = folder.assets(project)
        url = folder.signed(project, [asset])[asset["_id"]]
        assert url.startswith(f"{cloud['s3Endpoint']}/{BUCKET}/insitu/")
        assert web().get(url, timeout=30).content == b"content"
    finally:
        folder.program.stop()
