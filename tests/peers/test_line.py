"""From a private bucket that others serve to the bytes a browser gets, by both access types."""

import json
from urllib.parse import quote

import pytest
import requests
from botocore.exceptions import ClientError

from servers import REGION

http = requests.Session()
http.trust_env = False


@pytest.fixture(scope="module")
def imported(line):
    """A project with every photograph of the bucket, and its assets by external ID."""
    project = line.hub.project("Peers")
    done = line.hub.import_list(project, line.rows(), storage=line.storage)
    assert (done["state"], done["rowsImported"], done["rowsRefused"]) == ("completed", len(line.photographs), 0)
    assets = {asset["externalId"]: asset for asset in line.hub.assets(project)}
    assert set(assets) == set(line.photographs)
    return project, assets


def test_every_photograph_arrives_byte_for_byte_as_a_browser_asks(line, imported):
    project, assets = imported
    urls = line.hub.signed(project, list(assets.values()))
    for key, asset in assets.items():
        answer = http.get(urls[asset["_id"]], headers={"Origin": line.hub.url})
        assert answer.status_code == 200, (key, answer.text)
        assert answer.content == line.photographs[key], key
        assert answer.headers["Access-Control-Allow-Origin"] == line.hub.url
        assert answer.url.startswith(line.cloud.endpoint), "the asset came through somebody else"


def test_a_page_of_another_origin_is_not_let_in(line, imported):
    project, assets = imported
    url = next(iter(line.hub.signed(project, list(assets.values())).values()))
    answer = http.get(url, headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_part_of_a_photograph_can_be_asked_for(line, imported):
    project, assets = imported
    asset = assets["cute-cat.jpg"]
    url = line.hub.signed(project, [asset])[asset["_id"]]
    answer = http.get(url, headers={"Range": "bytes=2-9"})
    assert (answer.status_code, answer.content) == (206, line.photographs["cute-cat.jpg"][2:10])


def test_a_signed_url_opens_that_object_alone(line, imported):
    project, assets = imported
    asset = assets["cute-cat.jpg"]
    url = line.hub.signed(project, [asset])[asset["_id"]]
    other = url.replace("cute-cat.jpg", "rocket.jpg")
    assert other != url
    assert http.get(other).status_code == 403
    unsigned = url.split("?")[0]
    assert http.get(unsigned).status_code == 403
    assert http.put(url, data=b"overwritten").status_code == 403


def test_what_is_pasted_lets_nobody_write(line):
    writer = line.s3_as_let_in()
    assert writer.list_objects_v2(Bucket=line.bucket)["KeyCount"] == len(line.photographs)
    with pytest.raises(ClientError, match="AccessDenied"):
        writer.put_object(Bucket=line.bucket, Key="new.jpg", Body=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        writer.delete_object(Bucket=line.bucket, Key="cute-cat.jpg")


def test_an_address_in_the_form_of_s3_uris_is_the_same_object(line):
    project = line.hub.project("URIs")
    rows = [{"data": f"s3://{line.bucket}/{quote('münzen.jpg')}", "externalId": "coins"}]
    done = line.hub.import_list(project, rows, storage=line.storage)
    assert done["rowsImported"] == 1
    [asset] = line.hub.assets(project)
    answer = http.get(line.hub.signed(project, [asset])[asset["_id"]])
    assert answer.content == line.photographs["münzen.jpg"]


def test_a_wrong_secret_opens_nothing(line):
    place = {"name": "Wrong", "region": REGION, "endpoint": line.cloud.endpoint}
    project = line.hub.project("Wrong")
    if line.access["accessType"] == "IAM_DELEGATED":
        # The role refuses when it is connected, so there is never anything to sign.
        storage = line.hub.storage(**place, **{**line.access, "externalId": "somebody-elses-external-id"})
        query = {"storage": storage}
        refused = line.hub.refused("POST", f"/v2/project/{project}/imports", params=query, json=line.rows()[:1])
        assert (refused.status, refused.code) == (409, "storage.role_denied")
        return
    wrong = {**line.access, "privateKey": "w" * len(line.access["privateKey"])}
    storage = line.hub.storage(**place, **wrong)
    line.hub.import_list(project, line.rows()[:1], storage=storage)
    [asset] = line.hub.assets(project)
    [signed] = line.hub.post(f"/v2/project/{project}/assets/sign", {"assets": [asset["_id"]]})["urls"]
    assert http.get(signed["url"]).status_code == 403


def test_a_role_is_verified_when_it_refuses_strangers_and_not_before(line):
    if line.access["accessType"] != "IAM_DELEGATED":
        storage = line.hub.get(f"/v2/storages/{line.storage}")["storage"]
        assert storage["verification"]["state"] == "not_applicable"
        return
    verified = line.hub.post(f"/v2/storages/{line.storage}/verify")
    assert verified["storage"]["verification"]["state"] == "verified"
    policy = line.hub.get("/v2/storages/setup", params={"buckets": line.bucket})["policy"]
    trust = verified["trustPolicy"]
    del trust["Statement"][0]["Condition"]
    external_id = line.hub.post("/v2/storages/externalId")["externalId"]
    role = {"roleArn": line.cloud.role("open-to-others", trust, policy), "externalId": external_id}
    place = {"name": "Open", "region": REGION, "endpoint": line.cloud.endpoint, "provider": "AWS"}
    storage = line.hub.post("/v2/storages", {**place, "accessType": "IAM_DELEGATED", **role})["storage"]
    assert storage["verification"]["code"] == "storage.trust_policy_missing_external_id"
    pasted = line.hub.post(f"/v2/storages/{storage['_id']}/verify")["trustPolicy"]
    line.cloud.iam.update_assume_role_policy(RoleName="open-to-others", PolicyDocument=json.dumps(pasted))
    mended = line.hub.post(f"/v2/storages/{storage['_id']}/verify")
    assert mended["storage"]["verification"]["state"] == "verified"
