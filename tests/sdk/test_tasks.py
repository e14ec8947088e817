"""Tasks through the public SDK: listed by every filter, annotated, reviewed, labeled by lists."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from imerit_ango.models.annotate import AnnotationPayload, Answer
from imerit_ango.models.enums import ReviewStatus, TaskType
from imerit_ango.models.task_filter import DateRange, NumberRange, StringFilter, TaskFilter

from support.hub import EMAIL

SCHEMA = {
    "tools": [
        {"tool": "bounding-box", "title": "Cat", "schemaId": "cat"},
        {"tool": "polygon", "title": "Twin", "schemaId": "twin-1"},
        {"tool": "polygon", "title": "Twin", "schemaId": "twin-2"},
    ],
    "classifications": [
        {
            "tool": "radio",
            "title": "Mood",
            "schemaId": "mood",
            "options": [{"value": "calm", "schemaId": "calm-id"}, {"value": "wild", "schemaId": "wild-id"}],
        },
        {"tool": "text", "title": "Note", "schemaId": "note"},
    ],
    "relations": [],
}


def box(object_id, x=1):
    return {"schemaId": "cat", "objectId": object_id, "bounding-box": {"x": x, "y": 2, "width": 3, "height": 4}}


def mood(option):
    return {"schemaId": "mood", "answer": option}


def asset(name, **more):
    return {"data": f"https://example.com/{name}.jpg", "externalId": name, **more}


@pytest.fixture
def tasks(sdk, project):
    """Four tasks of a project with a schema: their ids by external ID."""
    sdk.create_label_set(project, raw_category_schema=SCHEMA)
    sdk.create_batches(project, ["b 1", "b 2"])
    sdk.upload_files_cloud(project, [asset("a"), asset("b")], batches=["b 1"], priority=5)
    sdk.upload_files_cloud(project, [asset("c"), asset("d+&")], batches=["b 2"], priority=-5)
    return ids_by_name(sdk.get_tasks(project, limit=100))


def ids_by_name(answer):
    return {task["externalId"]: task["_id"] for task in answer["data"]["tasks"]}


def names(answer):
    listed = answer["data"]["tasks"]
    assert answer["data"]["total"] == len(listed)
    return {task["externalId"] for task in listed}


def read(sdk, task):
    return sdk.get_task(task)["data"]["task"]


def payload(objects=(), classifications=(), relations=()):
    return AnnotationPayload(Answer(list(objects), list(classifications), list(relations)))


def test_a_task_has_what_the_sdk_reads(sdk, project, tasks):
    task = read(sdk, tasks["a"])
    assert task["project"] == project
    assert task["asset"]["data"] == "https://example.com/a.jpg"
    assert (task["stage"], task["stageId"], task["status"], task["type"]) == ("Label", "Label", "TODO", "default")
    assert (task["batches"], task["priority"], task["assignee"]) == (["b 1"], 5, None)
    # Although it asked for no answer: merging needs it.
    assert task["answer"] == {"tools": [], "classifications": [], "relations": []}
    assert {"brushDataUrl", "medicalBrushDataUrl", "createdAt", "updatedAt", "duration"} <= set(task)


def test_annotating_with_overwrite_replaces_the_answer(sdk, tasks):
    task = tasks["a"]
    assert sdk.annotate_task(task, payload([box("1")], [mood("calm-id")]), overwrite=True) is True
    assert sdk.annotate_task(task, payload([box("2")]), overwrite=True) is True
    answer = read(sdk, task)["answer"]
    assert [tool["objectId"] for tool in answer["tools"]] == ["2"]
    assert answer["classifications"] == []


def test_annotating_without_it_merges(sdk, tasks):
    task = tasks["a"]
    sdk.annotate_task(task, payload([box("1")], [mood("calm-id"), {"schemaId": "note", "answer": "kept"}]))
    sdk.annotate_task(task, payload([box("2")], [mood("wild-id")]))
    answer = read(sdk, task)["answer"]
    assert {tool["objectId"] for tool in answer["tools"]} == {"1", "2"}
    assert {one["schemaId"]: one["answer"] for one in answer["classifications"]} == {"mood": "wild-id", "note": "kept"}
    # What came back is what was drawn.
    assert answer["tools"][0]["bounding-box"] == {"x": 1, "y": 2, "width": 3, "height": 4}


def test_a_task_goes_through_review_and_back(sdk, tasks):
    task = tasks["a"]
    assert sdk.annotate_task(task, payload([box("1")]), send_to_next_stage=True) is True
    assert read(sdk, task)["stage"] == "Review"
    assert sdk.review_task(task, ReviewStatus.REJECTED)["status"] == "success"
    rejected = read(sdk, task)
    assert (rejected["stage"], rejected["assignee"], rejected["reviewStatus"]) == ("Label", EMAIL, "Rejected")
    sdk.annotate_task(task, payload([box("1", x=2)]), overwrite=True, send_to_next_stage=True)
    assert sdk.review_task(task, ReviewStatus.ACCEPTED)["status"] == "success"
    done = read(sdk, task)
    assert (done["stage"], done["status"]) == ("Complete", "Completed")
    stages = [entry["stage"] for entry in sdk.get_task_history(task_id=task)["data"]["stageHistory"]]
    assert stages == ["Start", "Label", "Review", "Label", "Review"]


@pytest.fixture
def mixed(sdk, project, tasks):
    """Tasks that differ in everything that a filter can ask for: b is complete, c is given to the owner."""
    sdk.annotate_task(tasks["b"], payload([box("1")]), send_to_next_stage=True)
    sdk.review_task(tasks["b"], ReviewStatus.ACCEPTED)
    sdk.assign_task(project, [tasks["c"]], "Label", EMAIL)
    return project


HOUR = timedelta(hours=1)
ALL = {"a", "b", "c", "d+&"}


def filters():
    now = datetime.now(timezone.utc)
    some = StringFilter
    yield TaskFilter(stage="Label"), {"a", "c", "d+&"}
    yield TaskFilter(stage=["Complete", "Review"]), {"b"}
    yield TaskFilter(stage=some(ne="Label")), {"b"}
    yield TaskFilter(stage=some(nin=["Complete"])), ALL - {"b"}
    yield TaskFilter(batches=["b 1"]), {"a", "b"}
    yield TaskFilter(batches=some(in_list=["b 2"])), {"c", "d+&"}
    yield TaskFilter(batches=some(exists=False)), set()
    yield TaskFilter(status="Completed"), {"b"}
    yield TaskFilter(review_status=ReviewStatus.ACCEPTED), {"b"}
    yield TaskFilter(task_type=TaskType.DEFAULT), ALL
    yield TaskFilter(task_type=TaskType.CONSENSUS), set()
    yield TaskFilter(assignee=EMAIL, stage="Label"), {"c"}
    yield TaskFilter(assignee=some(exists=False), stage="Label"), {"a", "d+&"}
    yield TaskFilter(assignee=some(regex="^owner@"), stage="Label"), {"c"}
    yield TaskFilter(external_id="d+&"), {"d+&"}
    yield TaskFilter(external_id=some(ne="a")), ALL - {"a"}
    yield TaskFilter(external_id=some(regex="^[ab]$")), {"a", "b"}
    yield TaskFilter(external_id=some(in_list=["a", "d+&", "nobody"])), {"a", "d+&"}
    yield TaskFilter(external_id=some(nin=["a"])), ALL - {"a"}
    yield TaskFilter(created_at=DateRange(gte=now - HOUR, lt=now + HOUR)), ALL
    yield TaskFilter(created_at=DateRange(gt=now + HOUR)), set()
    yield TaskFilter(updated_at=DateRange(lte=now + HOUR)), ALL
    yield TaskFilter(created_by=EMAIL), ALL
    yield TaskFilter(updated_by=EMAIL, stage="Complete"), {"b"}
    yield TaskFilter(priority=5), {"a", "b"}
    yield TaskFilter(priority=NumberRange(lt=0)), {"c", "d+&"}
    yield TaskFilter(priority=NumberRange(ne=5)), {"c", "d+&"}
    yield TaskFilter(priority=NumberRange(gte=-5, lte=-5)), {"c", "d+&"}
    yield TaskFilter(duration=NumberRange(gte=0)), ALL
    yield TaskFilter(total_duration=NumberRange(gt=1_000_000)), set()
    yield TaskFilter(open_issues_count=0), ALL
    yield TaskFilter(is_draft=False), ALL
    yield TaskFilter(is_skipped=True), set()
    yield TaskFilter(is_benchmark=False), ALL
    yield TaskFilter(stage="Label", batches=["b 2"], priority=NumberRange(eq=-5), assignee=some(exists=True)), {"c"}


def test_every_filter_finds_what_it_says(sdk, mixed):
    for task_filter, expected in filters():
        found = names(sdk.get_tasks(mixed, limit=100, task_filter=task_filter))
        assert found == expected, task_filter.to_json()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_older_parameters_still_filter(sdk, mixed):
    assert names(sdk.get_tasks(mixed, status="Completed")) == {"b"}
    assert names(sdk.get_tasks(mixed, stage="Label")) == {"a", "c", "d+&"}
    assert names(sdk.get_tasks(mixed, batches=["b 1"])) == {"a", "b"}


def test_a_filter_that_there_is_not_is_refused_in_words(sdk, project):
    with pytest.raises(Exception) as refused:
        sdk.get_tasks(project, task_filter=TaskFilter(external_id=StringFilter(regex="(")))
    said = json.loads(str(refused.value))
    assert (said["status"], said["code"]) == ("fail", "request.filters_invalid"), said


def test_a_stage_that_there_is_not_holds_no_tasks(sdk, project, tasks):
    assert sdk.get_tasks(project, task_filter=TaskFilter(stage="Nowhere"))["data"]["tasks"] == []


def test_order_pages_and_fields(sdk, project, tasks):
    def listed(**options):
        return [task["externalId"] for task in sdk.get_tasks(project, **options)["data"]["tasks"]]

    assert listed(sort="-externalId") == ["d+&", "c", "b", "a"]
    assert listed(sort="priority,-externalId") == ["d+&", "c", "b", "a"]
    assert listed(sort="-priority,externalId") == ["a", "b", "c", "d+&"]
    assert listed(sort="externalId", limit=3, page=2) == ["d+&"]
    [first, *_] = sdk.get_tasks(project, sort="externalId", fields="externalId,stage,answer")["data"]["tasks"]
    assert set(first) == {"_id", "project", "asset", "externalId", "stage", "answer"}
    [first, *_] = sdk.get_tasks(project, include_answer=True)["data"]["tasks"]
    assert first["answer"]["tools"] == []
    [first, *_] = sdk.get_tasks(project)["data"]["tasks"]
    assert "answer" not in first


def test_labels_by_list_reach_untouched_tasks(sdk, project, tasks):
    sdk.annotate_task(tasks["c"], payload(classifications=[mood("calm-id")]))
    titled = {"title": "Cat", "bounding-box": {"x": 1, "y": 2, "width": 3, "height": 4}}
    twin = {"title": "Twin", "polygon": [[0, 0], [1, 0], [1, 1]]}
    made = sdk.import_labels(
        project,
        [
            {"externalId": "a", "objects": [titled], "classifications": [{"title": "Mood", "answer": "wild"}]},
            {"data": "https://example.com/b.jpg", "objects": [titled]},
            {"externalId": "c", "objects": [titled]},
            {"externalId": "d+&", "objects": [twin]},
        ],
    )
    assert made["data"]["project"] == "2 / 4 tasks are labeled."
    refused = {row["index"]: row["code"] for row in made["data"]["refused"]}
    assert refused == {2: "labels.task_worked_on", 3: "answer.title_ambiguous"}
    labeled = read(sdk, tasks["a"])
    assert (labeled["isPreLabeled"], labeled["stage"]) == (True, "Label")
    assert labeled["answer"]["tools"][0]["schemaId"] == "cat"
    assert labeled["answer"]["classifications"][0]["answer"] == "wild-id"
    assets = sdk.get_assets(project, filters={"isPreLabeled": True})["data"]["assets"]
    assert {found["externalId"] for found in assets} == {"a", "b"}


def test_labels_come_with_assets(sdk, project):
    sdk.create_label_set(project, raw_category_schema=SCHEMA)
    rows = [
        asset("fits", objects=[box("1")], classifications=[{"title": "Mood", "answer": "calm"}]),
        asset("fits not", objects=[{"title": "Dog", "bounding-box": {"x": 1, "y": 2, "width": 3, "height": 4}}]),
        asset("none"),
    ]
    made = sdk.upload_files_cloud(project, rows)["data"]["assets"]
    assert (made["assetsCreated"], made["preLabelsCount"], made["validPreLabelsCount"]) == (3, 2, 1)
    tasks = {task["externalId"]: task for task in sdk.get_tasks(project, include_answer=True)["data"]["tasks"]}
    assert tasks["fits"]["answer"]["tools"] == [box("1")]
    assert tasks["fits"]["answer"]["classifications"][0]["answer"] == "calm-id"
    assert tasks["fits not"]["answer"]["tools"] == []
