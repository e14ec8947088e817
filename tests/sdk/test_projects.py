"""Projects and batches through the public SDK."""

import json

import pytest
from imerit_ango.sdk import SDK


def test_a_project_is_made_and_read_back(sdk, hub):
    made = sdk.create_project("Cats", "All of them")
    assert made["status"] == "success"
    found = sdk.get_project(made["data"]["project"]["_id"])["data"]["project"]
    assert found["name"] == "Cats"
    assert found["description"] == "All of them"
    assert found["organization"] == hub.organization
    assert (found["batches"], found["assetCount"], found["role"]) == ([], 0, "Manager")
    assert {"_id", "type", "owner", "categorySchema", "assignedTo", "createdAt"} <= set(found)


def test_projects_are_listed_by_pages_newest_first(sdk):
    made = [sdk.create_project(f"Listed {n}")["data"]["project"]["_id"] for n in range(3)]
    first = sdk.list_projects(page=1, limit=2)["data"]
    second = sdk.list_projects(page=2, limit=2)["data"]
    ids = [project["_id"] for project in first["projects"] + second["projects"]]
    assert ids[:3] == made[::-1]
    assert len(first["projects"]) == 2
    assert first["total"] == second["total"] >= 3


def test_a_deleted_project_is_gone(sdk, project):
    assert sdk.delete_project(project)["status"] == "success"
    with pytest.raises(Exception) as refused:
        sdk.get_project(project)
    assert json.loads(str(refused.value))["status"] == "fail"


def test_one_batch_is_answered_as_the_batch(sdk, project):
    made = sdk.create_batch(project, "Monday")["data"]["project"]
    assert made["name"] == "Monday"
    assert sdk.get_batches(project) == [made] or sdk.get_batches(project)[0]["_id"] == made["_id"]


def test_batches_in_bulk_keep_the_ones_that_were_there(sdk, project):
    monday = sdk.create_batch(project, "Monday")["data"]["project"]["_id"]
    sdk.create_batches(project, ["Monday", "Tuesday", "50% & more #1 + ü"])
    batches = {batch["name"]: batch["_id"] for batch in sdk.get_batches(project)}
    assert set(batches) == {"Monday", "Tuesday", "50% & more #1 + ü"}
    assert batches["Monday"] == monday
    assert sdk.create_batches(project, ["Monday"]) == []


def test_assets_are_put_into_batches_by_name_and_by_id(sdk, project):
    sdk.upload_files_cloud(project, [{"data": f"https://example.com/{n}.jpg", "externalId": str(n)} for n in range(3)])
    tuesday = sdk.create_batch(project, "Tuesday")["data"]["project"]["_id"]
    ids = [asset["_id"] for asset in sdk.get_assets(project)["data"]["assets"]]
    assert sdk.assign_batches(project, ids[:2], ["Tuesday"])["data"]["assets"] == 2
    assert sdk.assign_batches(project, ids[2:], [tuesday])["data"]["assets"] == 1
    batched = sdk.get_assets(project, filters={"batches": [tuesday]})["data"]["assets"]
    assert {asset["_id"] for asset in batched} == set(ids)
    assert all(asset["batches"] == ["Tuesday"] for asset in batched)


def test_a_wrong_key_is_refused_in_the_envelope(hub):
    stranger = SDK("00000000-0000-4000-8000-000000000000", hub.url)
    stranger.session.trust_env = False
    with pytest.raises(Exception) as refused:
        stranger.list_projects()
    said = json.loads(str(refused.value))
    assert said["status"] == "fail"
    assert said["message"].startswith("Invalid API KEY")
    assert hub.call("GET", "/v2/listProjects", headers={"apikey": "nonsense"})[0] == 401


def test_a_key_that_repeats_the_headers_name_is_understood(hub):
    sdk = SDK(f"apikey {hub.api_key}", hub.url)
    sdk.session.trust_env = False
    assert sdk.list_projects()["status"] == "success"


def test_a_host_with_a_trailing_slash_works(hub):
    sdk = SDK(hub.api_key, hub.url + "/")
    sdk.session.trust_env = False
    project = sdk.create_project("Slashed")["data"]["project"]["_id"]
    assert sdk.get_project(project)["data"]["project"]["name"] == "Slashed"
    assert sdk.upload_files_cloud(project, [{"data": "https://example.com/a.jpg"}])["status"] == "success"


def test_what_does_not_exist_answers_json(sdk, project):
    for call in (lambda: sdk.rerun_webhook(project, "stage"), lambda: sdk.get_llms(), lambda: sdk.get_project("nonsense")):
        with pytest.raises(Exception) as refused:
            call()
        assert json.loads(str(refused.value))["status"] in {"fail", "error"}


def test_a_clone_has_the_settings_and_none_of_the_assets(sdk, project):
    schema = {"tools": [{"schemaId": "t1", "title": "Cat", "tool": "bounding-box"}], "classifications": [], "relations": []}
    sdk.create_label_set(project, raw_category_schema=schema)
    sdk.create_batch(project, "Monday")
    sdk.upload_files_cloud(project, [{"data": "https://example.com/a.jpg"}])
    source = sdk.get_project(project)["data"]["project"]
    made = sdk.clone_project(project)
    assert made["status"] == "success"
    made = made["data"]["project"]
    assert made["name"] == f"{source['name']} copy"
    assert made["categorySchema"] == source["categorySchema"]
    assert [batch["name"] for batch in made["batches"]] == ["Monday"]
    assert (made["assetCount"], sdk.get_tasks(made["_id"])["data"]["total"]) == (0, 0)
    bare = sdk.clone_project(project, category_schema=False, batches=False)["data"]["project"]
    assert (bare["categorySchema"]["tools"], bare["batches"]) == ([], [])
