"""One sandbox for all tests of a session, and one whose sessions may be short."""

import socket

import pytest

from sandbox_kit.program import Sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A sandbox whose sessions may be as short as a second."""
    running = Sandbox(tmp_path_factory.mktemp("quick"), "--minimum-session-seconds", "1")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def misbehaving(tmp_path_factory):
    running = Sandbox(tmp_path_factory.mktemp("misbehaving"))
    yield running
    assert running.stop() == 0


@pytest.fixture
def faulty(misbehaving):
    """A sandbox that behaves until a test has it misbehave, and behaves again after it."""
    yield misbehaving
    misbehaving.faults()


@pytest.fixture(autouse=True)
def local_names(monkeypatch):
    """Browsers know that every name below localhost is this machine; the system's resolver may not."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *rest, **more):
        if isinstance(host, str) and host.endswith(".localhost"):
            host = "127.0.0.1"
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
