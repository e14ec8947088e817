"""The hub's own storage in a bucket that others serve: whole and in parts, and back to a browser."""

import pytest
import requests

from conftest import SERVERS
from servers import REGION
from support.hub import running_hub
from support.process import wait_for

http = requests.Session()
http.trust_env = False

BUCKET = "own-files"
CORS = [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"]}]
OBJECTS = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": OBJECTS, "Resource": f"arn:aws:s3:::{BUCKET}/insitu/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
    ],
}


@pytest.fixture(scope="module", params=sorted(SERVERS))
def hub(request, tmp_path_factory):
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as cloud:
        cloud.bucket(BUCKET, {}, CORS)
        _, key, secret = cloud.user("keeper", POLICY)
        options = ["--own-storage", f"s3://{BUCKET}/insitu", "--own-storage-region", REGION]
        options += ["--own-storage-endpoint", cloud.endpoint]
        env = {"INSITU_OWN_STORAGE_ACCESS_KEY_ID": key, "INSITU_OWN_STORAGE_SECRET_ACCESS_KEY": secret}
        with running_hub(tmp_path_factory.mktemp("hub"), options=options, env=env) as hub:
            yield hub


@pytest.mark.parametrize("size", [0, 1000, 20 << 20])
def test_a_file_goes_into_the_bucket_and_comes_back_from_there(hub, size):
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    project = hub.project(f"Peers {size}")
    link = hub.get("/v2/getUploadUrl", params={"name": "a b+ü.png", "project": project})["uploadUrl"]
    answer = http.put(link, data=content, timeout=120)
    assert answer.ok, answer.text
    address = link.split("?")[0]
    hub.post(f"/v2/project/{project}/cloud", {"assets": [{"data": address}], "uploadLocal": "true"})
    [asset] = hub.assets(project)
    url = hub.signed(project, [asset])[asset["_id"]]
    assert f"/{BUCKET}/insitu/{project}/assets/" in url
    fetched = http.get(url, headers={"Origin": hub.url}, timeout=60)
    assert (fetched.status_code, fetched.content == content) == (200, True)
    assert fetched.headers["Content-Type"] == "image/png"
    assert fetched.headers["Access-Control-Allow-Origin"] in {"*", hub.url}


def test_the_start_finds_nothing_wrong(hub):
    log = hub.directory / "hub.log"
    wait_for(lambda: "own storage" in log.read_text(), 30, "the check")
    assert "the bucket of the own storage can be written and read" in log.read_text()
