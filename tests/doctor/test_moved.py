"""A bucket that was moved to another region is signed for there, whoever is told of it first."""

from uuid import uuid4

import pytest

KEY = "cute-cat.jpg"
OTHER = "us-west-2"


@pytest.fixture
def moved(doctor):
    """An asset that was signed for the region that its bucket was in, before that was moved; and ways to ask for it."""
    hub = doctor.hub
    form = {"accessType": "IAM_USER", **doctor.place(), **doctor.keys()}
    storage = hub.storage(name=f"moved-{uuid4().hex}", **form)
    project = hub.project("Moved")
    row = {"data": doctor.object(KEY), "externalId": KEY, "width": 1, "height": 1}
    assert hub.import_list(project, [row], storage=storage)["rowsImported"] == 1
    [asset] = hub.assets(project)

    def region(**more):
        body = {"assets": [asset["_id"]], **more}
        [signed] = hub.post(f"/v2/project/{project}/assets/sign", body)["urls"]
        return OTHER if f"%2F{OTHER}%2Fs3" in signed["url"] else doctor.facts["region"]

    assert region() == doctor.facts["region"]
    doctor.misbehave({"fault": "redirect-301", "region": OTHER})
    assert region() == doctor.facts["region"], "nobody was told yet"
    return {"storage": storage, "project": project, "asset": asset["_id"], "region": region}


def test_a_test_of_its_storage_says_where_it_is(doctor, moved):
    body = {"buckets": [doctor.facts["bucket"]]}
    diagnosis = doctor.hub.post(f"/v2/storages/{moved['storage']}/test", body)["diagnosis"]
    [warning] = [one for one in diagnosis["warnings"] if one["code"] == "storage.wrong_region"]
    assert warning["message"].endswith(f"The hub signs for {OTHER}."), warning
    assert moved["region"]() == OTHER


def test_why_goes_on_where_it_is(doctor, moved):
    path = f"/v2/project/{moved['project']}/assets/{moved['asset']}/why"
    diagnosis = doctor.hub.get(path)["diagnosis"]
    assert diagnosis["verdict"] != "failed", diagnosis
    said = [one["message"] for one in diagnosis["checks"] if one["name"] == "region"]
    assert len(said) == 2 and f"is in {OTHER} now" in said[1], said
    assert moved["region"]() == OTHER
