"""Exporting through the public SDK: JSON, NDJSON, the zip itself, by stage, batch and time."""

import json
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from imerit_ango.models.enums import ExportFormats, ExportTypes
from imerit_ango.models.export_options import ExportOptions, TimeFilter
from imerit_ango.models.label_category import Tool, ToolCategory
from requests import HTTPError

EVERY_STAGE = ["Label", "Review", "Complete"]
POLYGON = [[10, 10], [60, 10.5], [60, 40], [10, 40]]


def rows(*names, **fields):
    return [{"data": f"https://example.com/{name}.jpg", "externalId": name, "width": 100, "height": 80, **fields} for name in names]


def labeled(name):
    """A row that comes with a polygon."""
    [row] = rows(name)
    return {**row, "objects": [{"schemaId": "car", "objectId": f"{name}-1", "title": "Car", "polygon": POLYGON, "classifications": []}]}


def names(elements):
    return [element["externalId"] for element in elements]


@pytest.fixture
def exported(sdk, project):
    """Exports with options and answers the elements."""
    return lambda **options: sdk.export(project, ExportOptions(**options))


def test_json_has_an_element_for_each_task(sdk, project, exported):
    sdk.create_label_set(project, [ToolCategory(Tool.Polygon, "Car", schemaId="car")])
    sdk.upload_files_cloud(project, [labeled("a"), *rows("b", contextData={"camera": "left"})])
    elements = exported(stage=EVERY_STAGE)
    assert names(elements) == ["a", "b"]
    first, second = elements
    assert (first["asset"], first["metadata"]) == ("https://example.com/a.jpg", {"width": 100, "height": 80})
    assert second["contextData"] == {"camera": "left"}
    task = first["task"]
    assert (task["stage"], task["stageId"], task["classifications"], task["relations"]) == ("Label", "Label", [], [])
    assert task["tools"][0]["polygon"] == POLYGON
    assert [left["stage"] for left in task["stageHistory"]] == ["Start"]
    assert len(first["assetId"]) == len(task["taskId"]) == 24


def test_only_complete_tasks_are_exported_unless_asked_for(sdk, project, exported):
    sdk.upload_files_cloud(project, rows("a"))
    assert sdk.export(project) == []
    assert names(exported(stage=["Label"])) == ["a"]


def test_ndjson_is_an_iterator_and_a_count(sdk, project, exported):
    sdk.upload_files_cloud(project, rows("a", "b", "c"))
    lines, count = exported(stage=EVERY_STAGE, export_format=ExportFormats.NDJSON)
    assert count == 3
    assert names(lines) == ["a", "b", "c"]


def test_the_zip_is_fetched_twice_and_kept(sdk, project, tmp_path):
    sdk.upload_files_cloud(project, rows("a"))
    target = tmp_path / "labels.zip"
    sdk.export(project, ExportOptions(stage=EVERY_STAGE), zip_file_path=str(target))
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["export.json"]
        assert names(json.loads(archive.read("export.json"))) == ["a"]


def test_batches_by_id_and_by_name(sdk, project, exported):
    sdk.create_batches(project, ["Monday + more", "Tuesday"])
    ids = {batch["name"]: batch["_id"] for batch in sdk.get_batches(project)}
    sdk.upload_files_cloud(project, rows("a", batches=["Monday + more"]))
    sdk.upload_files_cloud(project, rows("b", batches=["Tuesday"]))
    sdk.upload_files_cloud(project, rows("c"))
    assert names(exported(stage=EVERY_STAGE, batches=[ids["Monday + more"]])) == ["a"]
    assert names(exported(stage=EVERY_STAGE, batches=["Monday + more", "Tuesday"])) == ["a", "b"]
    [element] = exported(stage=EVERY_STAGE, batches=["Tuesday"])
    assert element["batches"] == ["Tuesday"]


def test_times_choose_tasks(sdk, project, exported):
    sdk.upload_files_cloud(project, rows("a"))
    now = datetime.now(timezone.utc)
    hour = timedelta(hours=1)
    for name in ["created_at", "updated_at"]:
        assert names(exported(stage=EVERY_STAGE, **{name: TimeFilter(now - hour, now + hour)})) == ["a"]
        assert exported(stage=EVERY_STAGE, **{name: TimeFilter(now + hour)}) == []
        assert exported(stage=EVERY_STAGE, **{name: TimeFilter(to_date=now - hour)}) == []


def test_metadata_and_history_can_be_left_out(sdk, project, exported):
    sdk.upload_files_cloud(project, [labeled("a")])
    [element] = exported(stage=EVERY_STAGE, include_metadata=False, include_history=False)
    assert "metadata" not in element
    assert "stageHistory" not in element["task"]


def test_issues_are_refused_by_name(sdk, project, exported):
    with pytest.raises(HTTPError) as refused:
        exported(export_type=ExportTypes.ISSUE)
    assert refused.value.response.json()["code"] == "export.type_unsupported"
