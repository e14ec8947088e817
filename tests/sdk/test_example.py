"""The two rows by which Ango Hub's page explains lists, in a bucket that has what they name."""

import json

import pytest
import requests

from support.samples import photographs
from support.sandbox import running_sandbox

BUCKET = "bucket-name"
# As the page has it, but for the spaces between.
LIST = b"""[
  {
   "data":"https://bucket-name.s3.eu-central-1.amazonaws.com/file.jpg",
   "externalId":"cute-cat.jpg",
   "width":603,
   "height":450
  },
  {
   "data":"https://bucket-name.s3.eu-central-1.amazonaws.com/file%202.jpg",
   "externalId":"cute-dog.jpg",
   "width":1800,
   "height":1200
  }
]
"""


@pytest.fixture(scope="module")
def pictures():
    """What each external ID is to show. One that opened in the place of the other would be seen."""
    samples = photographs()
    return {"cute-cat.jpg": samples["cute-cat.jpg"], "cute-dog.jpg": samples["coffee cup.jpg"]}


@pytest.fixture(scope="module")
def bucket(tmp_path_factory, pictures):
    """A private bucket with the page's two keys, and a user who may read it."""
    folder = tmp_path_factory.mktemp("example")
    files = folder / "files"
    files.mkdir()
    (files / "file.jpg").write_bytes(pictures["cute-cat.jpg"])
    (files / "file 2.jpg").write_bytes(pictures["cute-dog.jpg"])
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    actions = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources}]}
    world = {
        "buckets": [{"name": BUCKET, "region": "eu-central-1", "folder": str(files)}],
        "users": [{"arn": "arn:aws:iam::111122223333:user/reader", "policies": [policy]}],
    }
    config = folder / "world.json"
    config.write_text(json.dumps(world))
    with running_sandbox(folder, "--config", config) as facts:
        yield facts


def test_the_list_of_the_page_imports_and_both_of_its_assets_open(hub, project, bucket, pictures):
    keys = {"publicKey": bucket["accessKeyId"], "privateKey": bucket["secretAccessKey"]}
    place = {"region": "eu-central-1", "endpoint": bucket["s3Endpoint"]}
    storage = hub.storage(name="The page's", accessType="IAM_USER", **place, **keys)
    done = hub.import_list(project, LIST, storage=storage)
    assert (done["state"], done["rowsImported"], done["rowsRefused"], done["rowsNoticed"]) == ("completed", 2, 0, 0)
    assets = {asset["externalId"]: asset for asset in hub.assets(project)}
    for row in json.loads(LIST):
        asset = assets.pop(row["externalId"])
        assert [asset["data"], asset["metadata"]["width"], asset["metadata"]["height"]] == [row[name] for name in ("data", "width", "height")]
        url = hub.signed(project, [asset])[asset["_id"]]
        opened = requests.get(url, timeout=30, proxies={"http": None})
        assert (opened.status_code, opened.content == pictures[row["externalId"]]) == (200, True), opened.text[:500]
        assert requests.get(url.partition("?")[0], timeout=30, proxies={"http": None}).status_code == 403
    assert assets == {}
