"""`insitu export` as people run it: the file that it leaves, its exit code, and a download that breaks off on the way."""

import http.client
import io
import json
import subprocess
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from PIL import Image

from support.hub import program

# Enough for a file that does not fit into the buffers of a connection.
TASKS = 4_000
BOX = {"x": 4, "y": 3, "width": 20, "height": 10}


def rows(count):
    """Pictures of 64 by 48 pixels with a box each, and texts of which no two are alike."""
    for n in range(count):
        box = {"objectId": f"{n}-tree", "schemaId": "tree", "bounding-box": BOX}
        url = f"https://bucket.s3.eu-central-1.amazonaws.com/photos/{n:07}.jpg"
        yield {"data": url, "externalId": f"{n}", "width": 64, "height": 48, "objects": [box]}


@pytest.fixture
def command(hub, project, tmp_path):
    """Runs `insitu export` for the project in a folder of its own; answers what came of it."""
    folder = tmp_path / "exports"
    folder.mkdir()

    def run(*options, url=hub.url, key=hub.api_key):
        line = [program("insitu", "INSITU_BIN"), "export", "--url", url, "--api-key", key, "--project", project]
        return subprocess.run([*line, *options], cwd=folder, capture_output=True, text=True, timeout=120)

    run.folder = folder
    return run


@pytest.fixture
def labeled(hub, project):
    def label(count):
        lines = "\n".join(json.dumps(row) for row in rows(count)).encode()
        assert hub.import_list(project, lines)["rowsImported"] == count

    return label


class Cutting(BaseHTTPRequestHandler):
    """Passes everything on to the hub. Of a file it lets half of what is asked for through, then hangs up, `cuts` times."""

    protocol_version = "HTTP/1.1"
    hub_url = None
    cuts = 0
    knows_ranges = True
    # The ranges that were asked for, and the bytes that were let through of those that were cut.
    asked, passed = None, None

    def relay(self):
        upstream = http.client.HTTPConnection(urlsplit(self.hub_url).netloc, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        if not self.knows_ranges:
            headers.pop("range", None)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        is_file = answer.getheader("content-type") == "application/zip"
        if not is_file:
            # The link to the file leads here too.
            own = f"http://{self.headers['host']}"
            content = content.replace(self.hub_url.encode(), own.encode())
        self.send_response(answer.status)
        for name in ["content-type", "content-range", "accept-ranges", "etag"]:
            if value := answer.getheader(name):
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if is_file:
            self.asked.append(self.headers.get("range"))
            if len(self.asked) <= self.cuts:
                content = content[: len(content) // 2]
                self.passed.append(len(content))
                self.close_connection = True
        self.wfile.write(content)

    do_GET = do_POST = relay

    def log_message(self, *_):
        pass


@contextmanager
def cutting(hub, cuts, knows_ranges=True):
    """The way to the hub by which a file breaks off so many times."""
    way = type("Way", (Cutting,), {"hub_url": hub.url, "cuts": cuts, "knows_ranges": knows_ranges, "asked": [], "passed": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), way)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", way
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_json_arrives_whole_under_the_name_that_was_given(command, labeled):
    labeled(3)
    # What an export before left when it was killed.
    (command.folder / "labels.zip.partial").write_bytes(b"half of another file" * 1000)
    ended = command("--all-stages", "--output", "labels.zip")
    assert ended.returncode == 0, ended.stderr
    assert "3 tasks" in ended.stdout and "labels.zip" in ended.stdout
    assert [path.name for path in command.folder.iterdir()] == ["labels.zip"]
    with zipfile.ZipFile(command.folder / "labels.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["export.json"]
        elements = json.loads(archive.read("export.json"))
    assert [element["externalId"] for element in elements] == ["0", "1", "2"]
    for n, element in enumerate(elements):
        [tool] = element["task"]["tools"]
        assert (tool["schemaId"], tool["objectId"], tool["bounding-box"]) == ("tree", f"{n}-tree", BOX)


def test_masks_arrive_under_the_exports_own_name(command, labeled):
    labeled(2)
    ended = command("--format", "masks", "--all-stages", "--json")
    assert ended.returncode == 0, ended.stderr
    export = json.loads(ended.stdout)
    assert (export["state"], export["progress"]["tasksDone"]) == ("completed", 2)
    [file] = command.folder.iterdir()
    assert (file.name, file.stat().st_size) == (export["fileName"], export["progress"]["bytesWritten"])
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        pictures = [name for name in archive.namelist() if name.startswith("masks/")]
        assert sorted(set(archive.namelist()) - set(pictures)) == ["index.ndjson", "legend.json", "manifest.json"]
        index = [json.loads(line) for line in archive.read("index.ndjson").splitlines()]
        assert [line["externalId"] for line in index] == ["0", "1"]
        assert len(pictures) == 2
        for name in pictures:
            mask = Image.open(io.BytesIO(archive.read(name)))
            assert mask.size == (64, 48)
            # The tree is the second class of the schema: 20 by 10 pixels of it, and nothing elsewhere.
            assert mask.crop((4, 3, 24, 13)).getcolors() == [(200, 2)]
            assert sorted(mask.getcolors()) == [(200, 2), (64 * 48 - 200, 0)]


def test_only_complete_tasks_are_in_the_file_unless_asked_for(command, labeled):
    labeled(1)
    ended = command("--output", "done.zip")
    assert ended.returncode == 0, ended.stderr
    with zipfile.ZipFile(command.folder / "done.zip") as archive:
        assert json.loads(archive.read("export.json")) == []


@pytest.mark.parametrize("kind", ["json", "masks"])
def test_a_download_that_breaks_off_is_continued_where_it_ended(hub, command, labeled, kind):
    labeled(TASKS)
    order = ["--format", kind, "--all-stages", "--output"]
    assert command(*order, "whole.zip").returncode == 0
    with cutting(hub, cuts=2) as (url, way):
        ended = command(*order, "cut.zip", url=url)
    assert ended.returncode == 0, ended.stderr
    whole, cut = ((command.folder / name).read_bytes() for name in ["whole.zip", "cut.zip"])
    assert cut == whole
    first, second = way.passed
    assert way.asked == [None, f"bytes={first}-", f"bytes={first + second}-"]
    assert 0 < first < first + second < len(whole)
    assert {path.name for path in command.folder.iterdir()} == {"whole.zip", "cut.zip"}


def test_a_way_that_begins_anew_where_the_rest_was_asked_for_gives_no_file(hub, command, labeled):
    labeled(TASKS)
    # Two halves that both begin at the beginning would be about as long as the file.
    with cutting(hub, cuts=2, knows_ranges=False) as (url, _):
        ended = command("--all-stages", "--output", "cut.zip", url=url)
    assert ended.returncode == 1
    assert "it began anew" in ended.stderr
    assert not (command.folder / "cut.zip").exists()


def test_a_refusal_ends_with_a_code_and_leaves_no_file(command):
    ended = command(key="not-a-key")
    assert ended.returncode == 1
    assert ended.stdout == "" and "(" in ended.stderr, ended.stderr
    assert list(command.folder.iterdir()) == []
