"""A session that the hub holds already: STS may be away, and a role that was taken away is noticed within a minute of use."""

import time

import pytest

from support.process import wait_for

# A minute, and what the question behind it takes.
NOTICED_S = 75


@pytest.fixture
def seen(doctor):
    """An asset through the role, whose URL was signed just now."""
    project = doctor.hub.project("Living sessions")
    row = {"data": doctor.object("cute-cat.jpg"), "width": 451, "height": 300}
    doctor.hub.import_list(project, [row], storage=doctor.storages["role"])
    asset = doctor.hub.assets(project)[0]["_id"]
    sign = lambda: doctor.hub.post(f"/v2/project/{project}/assets/sign", {"assets": [asset]})["urls"][0]
    assert sign()["url"]
    yield sign
    # Whoever comes next finds the storage as unused as it was.
    doctor.hub.delete(f"/v2/project/{project}")


@pytest.mark.parametrize("fault", ["hang", "throttle", "cut-connection"])
def test_an_sts_that_is_away_keeps_nobody_from_signing(doctor, seen, fault):
    doctor.misbehave({"fault": fault, "operation": "AssumeRole"})
    for _ in range(3):
        began = time.monotonic()
        assert seen()["url"]
        assert time.monotonic() - began < 5


def test_a_role_that_was_taken_away_signs_nothing_a_minute_later(doctor, seen):
    doctor.misbehave({"fault": "deny-assume-role"})
    answer = wait_for(lambda: (found := seen()).get("code") and found, NOTICED_S, "the refusal")
    assert "url" not in answer, answer
    assert answer["code"] == "cloud.access_denied", answer
    assert wait_for(lambda: seen().get("code"), 5, "the refusal again")
