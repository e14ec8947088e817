"""A hub of its own for a test: fresh data, any free port, its first user and that user's key."""

import json
import os
from contextlib import contextmanager
from pathlib import Path

import requests

from .api import JOB_STATES_AT_REST, Api
from .process import Program, wait_for

EMAIL = "owner@example.com"
PASSWORD = "correct horse battery staple"


def program(name, variable):
    """A program that cargo built; the variable names another."""
    built = Path(__file__).parents[2] / "target" / "debug" / name
    found = Path(os.environ.get(variable, built))
    assert found.is_file(), f"{found} is missing: run `cargo build` first"
    return found


class Hub(Api):
    """A running hub, spoken to as its owner."""

    def __init__(self, directory: Path, options=(), env=None):
        self.directory = directory
        self.options = list(options)
        # Lists of tests name hosts that nobody is to call.
        self.env = {"INSITU_HEADER_PROBES": "false", **(env or {})}
        self.organization = None
        directory.mkdir(parents=True, exist_ok=True)
        self._start()

    def restart(self):
        """Starts again on the same data, after it was stopped or killed."""
        self._start()

    def _start(self):
        ready_file = self.directory / "ready.json"
        ready_file.unlink(missing_ok=True)
        command = [program("insitu", "INSITU_BIN"), "serve", "--listen", "127.0.0.1:0"]
        command += ["--data-dir", self.directory / "data", "--ready-file", ready_file, *self.options]
        self.program = Program(command, self.directory / "hub.log", self.env)
        url = self.program.ready(lambda: ready_file.exists() and json.loads(ready_file.read_text())["url"])
        key = self.session.headers.get("apikey") if self.organization else None
        super().__init__(url, key)

    def set_up(self):
        """Makes the organization, its owner and the owner's API key, as the set-up page does."""
        browser = requests.Session()
        browser.trust_env = False

        def post(path, body):
            answer = browser.post(self.url + path, json=body, headers={"Origin": self.url}, timeout=30)
            assert answer.ok, answer.text
            return answer.json()["data"]

        owner = {"organization": "Acme", "name": "Olga Owner", "email": EMAIL, "password": PASSWORD}
        self.organization = post("/v2/setup", owner)["organizations"][0]["_id"]
        self.session.headers["apikey"] = post("/v2/apiKeys", {"name": "tests"})["apiKey"]["key"]
        return self

    @property
    def api_key(self):
        return self.session.headers["apikey"]

    def project(self, name="Street scenes", tools=()):
        """A new project's id. `tools` are what is drawn in it, as (tool, schema id) pairs."""
        schema = {"tools": [{"tool": tool, "title": id.title(), "schemaId": id} for tool, id in tools], "classifications": []}
        body = {"name": name, "description": "", "categorySchema": schema}
        return self.post("/v2/project", body)["project"]["_id"]

    def storage(self, **fields):
        """A new storage's id."""
        return self.post("/v2/storages", {"provider": "AWS", **fields})["storage"]["_id"]

    def import_list(self, project, rows, **query):
        """Imports rows, or bytes as they are, and answers the finished import."""
        body = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
        query = {"name": "list.json", **query}
        started = self.do("POST", f"/v2/project/{project}/imports", params=query, data=body)["import"]
        return self.finished(started["_id"])

    def finished(self, import_id, patience_s=120.0):
        """Waits until the import rests and answers it."""

        def at_rest():
            found = self.get(f"/v2/imports/{import_id}")["import"]
            return found if found["state"] in JOB_STATES_AT_REST else None

        return wait_for(at_rest, patience_s, f"import {import_id} coming to rest")

    def start_export(self, project, **order):
        """Asks for an export and answers its id."""
        return self.post(f"/v2/project/{project}/exports", order)["export"]["_id"]

    def exported(self, export_id, patience_s=120.0):
        """Waits until the export rests and answers it."""

        def at_rest():
            found = self.get(f"/v2/exports/{export_id}")["export"]
            return found if found["state"] in JOB_STATES_AT_REST else None

        return wait_for(at_rest, patience_s, f"export {export_id} coming to rest")

    def assets(self, project, **query):
        return self.get(f"/v2/project/{project}/assets", params={"limit": 1000, **query})["assets"]

    def signed(self, project, assets):
        """The signed URL of each asset, by its id; an asset without one fails the test."""
        ids = [asset["_id"] for asset in assets]
        urls = self.post(f"/v2/project/{project}/assets/sign", {"assets": ids})["urls"]
        assert [one["_id"] for one in urls] == ids
        return {one["_id"]: one["url"] for one in urls}


@contextmanager
def running_hub(directory: Path, **options):
    """A hub with its first user, ended with the block."""
    hub = Hub(directory, **options)
    try:
        yield hub.set_up()
    finally:
        hub.program.stop()
