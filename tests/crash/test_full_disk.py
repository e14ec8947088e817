"""A disk that fills up: a clear error, nothing half done, and work goes on as soon as there is room."""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager

import pytest

from support import no_room
from support.hub import program, running_hub

LIMIT_BYTES = 8 << 20


def list_of(count):
    row = b'{"data":"https://example.com/%d.jpg","externalId":"%d"}\n'
    return b"".join(row % (n, n) for n in range(count))


def total(hub, project):
    return hub.get(f"/v2/project/{project}/assets", params={"limit": 1})["total"]


@contextmanager
def mounted_hub(tmp_path, _):
    """A hub on a disk of its own, and how it gets room: what the list that failed leaves behind is enough."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", disk], check=True, capture_output=True)
    try:
        with running_hub(disk / "hub") as hub:
            yield hub, lambda: None
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def filtered_hub(tmp_path, monkeypatch):
    """A hub for which every file's disk is full at the limit, and how it gets room: started again without."""
    unlimited = str(program("insitu", "INSITU_BIN"))
    wrapper = tmp_path / "insitu-filtered"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} {no_room.__file__} {LIMIT_BYTES} {unlimited} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("INSITU_BIN", str(wrapper))

    def make_room():
        hub.program.stop()
        monkeypatch.setenv("INSITU_BIN", unlimited)
        hub.restart()

    with running_hub(tmp_path / "hub") as hub:
        yield hub, make_room


def full_disks():
    """The ways to fill a disk here. Containers seldom may mount one; the filter is tried everywhere."""
    ways = [filtered_hub]
    if not shutil.which("mount"):
        return ways
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=False, capture_output=True).returncode == 0:
            subprocess.run(["umount", folder], check=True)
            ways.append(mounted_hub)
    return ways


@pytest.fixture
def limited_hub(tmp_path, monkeypatch):
    """A hub that may write no file larger than the limit."""
    wrapper = tmp_path / "insitu-limited"
    hub = program("insitu", "INSITU_BIN")
    wrapper.write_text(f"#!/bin/sh\ntrap '' XFSZ\nulimit -f {LIMIT_BYTES // 512}\nexec {hub} \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setenv("INSITU_BIN", str(wrapper))
    with running_hub(tmp_path / "hub") as hub:
        yield hub


def test_a_list_that_does_not_fit_on_the_disk_is_refused_whole(limited_hub):
    hub, project = limited_hub, limited_hub.project()
    refused = hub.refused("POST", f"/v2/project/{project}/imports", params={"name": "large"}, data=list_of(200_000))
    assert (refused.status, refused.code) == (507, "import.disk_full")
    assert os.listdir(hub.directory / "data/imports") == []
    [failed] = hub.get(f"/v2/project/{project}/imports")["imports"]
    assert (failed["state"], failed["error"]["code"]) == ("failed", "import.disk_full")
    assert total(hub, project) == 0
    assert hub.import_list(project, list_of(1000))["rowsImported"] == 1000


def test_a_file_that_does_not_fit_on_the_disk_is_refused_whole(limited_hub):
    hub, project = limited_hub, limited_hub.project()
    query = {"name": "large.bin", "project": project, "type": "assets"}
    url = hub.get("/v2/getUploadUrl", params=query)["uploadUrl"].removeprefix(hub.url)
    refused = hub.refused("PUT", url, data=bytes(LIMIT_BYTES + 1))
    assert (refused.status, refused.code) == (507, "upload.disk_full")
    assert [file for file in (hub.directory / "data/files").rglob("*") if file.is_file()] == []
    assert hub.do("PUT", url, data=bytes(1000))["file"]["sizeBytes"] == 1000


@pytest.mark.parametrize("on_full_disk", full_disks())
def test_a_database_that_fills_up_fails_the_import_and_keeps_what_was_there(on_full_disk, tmp_path, monkeypatch):
    with on_full_disk(tmp_path, monkeypatch) as (hub, make_room):
        project = hub.project()
        assert hub.import_list(project, list_of(100))["rowsImported"] == 100
        done = hub.import_list(project, list_of(600_000))
        assert (done["state"], done["error"]["code"], done["rowsImported"]) == ("failed", "import.disk_full", 0)
        assert total(hub, project) == 100
        make_room()
        assert total(hub, project) == 100
        assert hub.import_list(project, list_of(1000))["rowsImported"] == 1000
        assert total(hub, project) == 1100


def test_an_export_that_does_not_fit_fails_by_name_and_leaves_nothing(limited_hub):
    hub, project = limited_hub, limited_hub.project(tools=[("bounding-box", "tree")])
    # Boxes are short, and their masks are not.
    boxes = [{"objectId": f"{n}", "schemaId": "tree", "bounding-box": {"x": 7 * n, "y": 5 * n, "width": 31, "height": 17}} for n in range(40)]
    row = {"data": "https://example.com/1.jpg", "width": 1000, "height": 1000, "objects": boxes}
    assert hub.import_list(project, [row] * 900)["rowsImported"] == 900
    order = {"format": "masks", "stage": [], "masks": {"kind": "instance"}}
    failed = hub.exported(hub.start_export(project, **order))
    assert (failed["state"], failed["downloadUrl"]) == ("failed", None)
    assert failed["error"]["code"] == "export.disk_full", failed
    assert os.listdir(hub.directory / "data/exports") == []
    assert hub.exported(hub.start_export(project))["state"] == "completed"
