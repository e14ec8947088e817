"""A hub that is killed while files arrive: what it acknowledged is there whole, and what it did not is nowhere."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

FILE_BYTES = 4 << 20


def content_of(number):
    return bytes([number]) * FILE_BYTES


def upload_url(hub, project, number):
    query = {"name": f"{number}.bin", "project": project, "type": "assets"}
    return hub.get("/v2/getUploadUrl", params=query)["uploadUrl"]


def put(url, body):
    session = requests.Session()
    session.trust_env = False
    return session.put(url, data=body, timeout=60)


def fetched(hub, project, address):
    link = hub.get("/v2/getSignedUrl", params={"name": address, "project": project})["signedUrl"]
    return hub.session.get(link, timeout=60)


def files_below(hub):
    return [file for file in (hub.directory / "data/files").rglob("*") if file.is_file()]


def test_what_was_acknowledged_is_whole_and_nothing_else_is_there(hub, project):
    urls = [upload_url(hub, project, number) for number in range(24)]
    enough = threading.Event()
    acknowledged = {}

    def send(number):
        try:
            if put(urls[number], content_of(number)).ok:
                acknowledged[number] = urls[number].split("?")[0]
        except requests.RequestException:
            return
        if len(acknowledged) >= 6:
            enough.set()

    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(send, number) for number in range(len(urls))]
        assert enough.wait(60)
        hub.program.kill()
        for one in sent:
            one.result()
    assert 6 <= len(acknowledged) < len(urls)
    # The hub comes back on another port, which is part of every address, and finds its files again.
    before = hub.url
    hub.restart()
    for number, address in acknowledged.items():
        assert fetched(hub, project, address.replace(before, hub.url)).content == content_of(number), number
    for file in files_below(hub):
        assert file.parent.name == "incoming" or file.stat().st_size == FILE_BYTES, file


def test_an_asset_that_was_uploaded_opens_after_the_hub_moved(hub, project):
    url = upload_url(hub, project, 7)
    assert put(url, content_of(7)).ok
    body = {"assets": [{"data": url.split("?")[0]}], "uploadLocal": "true"}
    assert hub.post(f"/v2/project/{project}/cloud", body)["assets"]["assetsCreated"] == 1
    hub.program.kill()
    hub.restart()
    [asset] = hub.assets(project)
    assert asset["data"].startswith(hub.url + "/v2/files/")
    opened = hub.session.get(hub.signed(project, [asset])[asset["_id"]], timeout=60)
    assert opened.content == content_of(7)


def test_half_a_file_is_no_file(hub, project):
    url = upload_url(hub, project, 1)

    def half():
        yield content_of(1)[: FILE_BYTES // 2]
        hub.program.kill()
        yield content_of(1)[FILE_BYTES // 2 :]

    with pytest.raises(requests.RequestException):
        put(url, half())
    before = hub.url
    hub.restart()
    assert fetched(hub, project, url.split("?")[0].replace(before, hub.url)).status_code == 404
    assert [file for file in files_below(hub) if file.parent.name != "incoming"] == []
