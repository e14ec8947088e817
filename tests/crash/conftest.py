"""A hub that can be killed and started again on the same data."""

import pytest

from support.hub import running_hub


@pytest.fixture
def hub(tmp_path):
    with running_hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def project(hub):
    return hub.project("Crash", [("polygon", "car"), ("bounding-box", "tree")])
