"""Faults that browsers alone stumble over: a CORS header that comes twice, an encoding that is none."""

import pytest

from sandbox_kit import world

KEY = "cute-cat.jpg"
OBJECT = f"/photos/{KEY}"


def ask(sandbox, method, **headers):
    url = sandbox.endpoint + OBJECT if method == "OPTIONS" else sandbox.presign(KEY, user="reader")
    return sandbox.fetch(url, method, {"origin": world.HUB_ORIGIN, **headers})


@pytest.mark.parametrize(("method", "asked"), [("OPTIONS", {"access-control-request-method": "GET"}), ("GET", {})])
def test_origin_twice_adds_another_header_beside_the_right_one(faulty, method, asked):
    faulty.faults({"fault": "origin-twice"})
    answer = ask(faulty, method, **asked)
    assert answer.status == 200
    assert answer.every("access-control-allow-origin") == [world.HUB_ORIGIN, "*"]


def test_false_gzip_is_said_and_not_so(faulty):
    honest = ask(faulty, "GET").body
    faulty.faults({"fault": "false-gzip"})
    answer = ask(faulty, "GET")
    assert (answer.status, answer.headers["content-encoding"], answer.body) == (200, "gzip", honest)
