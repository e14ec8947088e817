"""Category schemas through the public SDK: every kind of tool, question and relation, and a tree."""

import json

import pytest
from imerit_ango.models.label_category import (
    Classification,
    ClassificationCategory,
    LabelOption,
    Relation,
    RelationCategory,
    Tool,
    ToolCategory,
    TreeOption,
)


def questions():
    return [
        ClassificationCategory(kind, f"question {kind.value}", options=[LabelOption("one"), LabelOption("two")])
        for kind in Classification
        if kind is not Classification.Tree_dropdown
    ]


def test_every_kind_is_kept_as_it_was_sent(sdk, project, monkeypatch):
    tree = TreeOption("Animal", children=[TreeOption("Cat"), TreeOption("Dog", children=[TreeOption("Spaniel")])])
    shown = LabelOption("shown")
    conditional = ClassificationCategory(Classification.Text, "why", regex="^[a-z ]+$", parentOptionId=shown.schemaId)
    seen = ClassificationCategory(Classification.Radio, "seen", options=[shown], classifications=[conditional], required=True)
    tools = [ToolCategory(kind, f"class {kind.value}", shortcutKey="1", classifications=[]) for kind in Tool]
    tools.append(ToolCategory(Tool.Polygon, "with questions", color="#12AB9f", classifications=[seen]))
    tools.append(ToolCategory(Tool.Point))
    trees = [ClassificationCategory(Classification.Tree_dropdown, "kind", treeOptions=[tree])]
    relations = [RelationCategory(kind, kind.value) for kind in Relation]

    sent = []
    request = sdk.make_request
    monkeypatch.setattr(sdk, "make_request", lambda *args: sent.append(args[2]) or request(*args))
    answer = sdk.create_label_set(project, tools, questions() + trees, relations)
    monkeypatch.undo()

    assert answer["status"] == "success"
    kept = sdk.get_project(project)["data"]["project"]["categorySchema"]
    assert kept == sent[0]["categorySchema"]
    assert json.dumps(kept) == json.dumps(sent[0]["categorySchema"]), "in the order in which it was sent"
    assert [option["value"] for option in kept["classifications"][-1]["options"]] == [
        "Animal", "Animal / Cat", "Animal / Dog", "Animal / Dog / Spaniel",
    ]


def test_a_raw_schema_gets_the_ids_that_it_lacks(sdk, project):
    raw = {"tools": [{"tool": "polygon", "title": "car"}], "classifications": [], "relations": []}
    sdk.create_label_set(project, raw_category_schema=raw)
    kept = sdk.get_project(project)["data"]["project"]["categorySchema"]
    assert kept["tools"][0]["title"] == "car"
    assert kept["tools"][0]["schemaId"]


def test_a_schema_that_cannot_work_is_refused_by_path(sdk, project):
    tools = [ToolCategory(Tool.Point, "a", schemaId="same"), ToolCategory(Tool.Point, "b", schemaId="same")]
    with pytest.raises(Exception) as refused:
        sdk.create_label_set(project, tools)
    said = json.loads(str(refused.value))
    assert said["code"] == "schema.refused"
    assert said["details"]["problems"][0]["path"] == "tools[1].schemaId"
    assert sdk.get_project(project)["data"]["project"]["categorySchema"]["tools"] == []
