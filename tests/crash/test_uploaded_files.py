"""A hub that is killed while files arrive: what it acknowledged is there whole, what it did not is nobody's asset, and a
file that comes in parts goes on where it stopped."""

import random
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.process import wait_for

FILE_BYTES = 4 << 20


def content_of(number):
    return bytes([number]) * FILE_BYTES


def upload_url(hub, project, number):
    query = {"name": f"{number}.bin", "project": project, "type": "assets"}
    return hub.get("/v2/getUploadUrl", params=query)["uploadUrl"]


def session():
    made = requests.Session()
    made.trust_env = False
    return made


def put(url, body):
    return session().put(url, data=body, timeout=60)


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


def part_of(content, offset, length=None):
    """The headers of a part that begins there."""
    checksum = f"crc32 {zlib.crc32(content):08x}"
    return {"Upload-Offset": str(offset), "Upload-Length": str(length or len(content)), "Upload-Checksum": checksum}


def test_a_file_goes_on_at_the_byte_that_was_kept(hub, project):
    """Killed in the middle of a part, twice: what is sent again is less than the file, and the file is the same."""
    content = random.Random(7).randbytes(FILE_BYTES)
    sent = 0

    def some_of(rest):
        nonlocal sent
        for at in range(0, len(rest), 1 << 16):
            if at == 20 << 16:
                # All of this is with the hub before it dies: it says so itself.
                wait_for(lambda: kept_in(hub) >= offset + (16 << 16), 30, "the hub having written what came")
                hub.program.kill()
            sent += len(rest[at : at + (1 << 16)])
            yield rest[at : at + (1 << 16)]

    offset = 0
    for _ in range(2):
        before = offset
        link = upload_url(hub, project, 9)
        with pytest.raises(requests.RequestException):
            session().patch(link, data=some_of(content[offset:]), headers=part_of(content, offset), timeout=60)
        hub.restart()
        found = hub.post(f"/v2/project/{project}/uploads", {"names": ["9.bin"]})
        assert found["files"] == []
        [part] = found["parts"]
        offset = part["receivedBytes"]
        assert part["sizeBytes"] == FILE_BYTES
        assert before < offset < FILE_BYTES
    link = upload_url(hub, project, 9)
    assert fetched(hub, project, link.split("?")[0]).status_code == 404
    rest = content[offset:]
    assert session().patch(link, data=rest, headers=part_of(content, offset), timeout=60).ok
    assert sent + len(rest) < FILE_BYTES + (1 << 20), "of two kills, not a mebibyte was sent twice"
    assert fetched(hub, project, link.split("?")[0]).content == content
    assert [file.name for file in files_below(hub)] == ["9.bin"]


def kept_in(hub):
    return sum(file.stat().st_size for file in files_below(hub) if file.parent.parent.name == "partial")
