"""The command line as an operator uses it: the first user without a browser, and lists that are imported from a shell."""

import json
import os
import subprocess

import pytest
import requests

from support.hub import EMAIL, PASSWORD, Hub, program
from support.samples import rows


def insitu(*arguments, said=b"", env=None):
    """Runs the program to its end and answers its exit code, standard output and standard error."""
    command = [program("insitu", "INSITU_BIN"), *arguments]
    done = subprocess.run(command, input=said, env={**os.environ, **(env or {})}, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def place(hub, project, private_storage):
    """A project and a storage by their names, as somebody types them."""
    [storage] = [one["name"] for one in hub.get("/v2/storages")["storages"] if one["_id"] == private_storage]
    return ["--project", hub.get(f"/v2/project/{project}")["project"]["name"], "--storage", storage]


@pytest.fixture
def import_list(hub, place):
    """Runs `insitu import FILE` with a key in the environment, where other processes do not see it."""
    env = {"INSITU_URL": hub.url, "INSITU_API_KEY": hub.api_key}

    def run(file, *options, said=b""):
        return insitu("import", file, *place, *options, said=said, env=env)

    return run


def test_the_first_user_is_made_at_the_terminal_and_signs_in(tmp_path):
    owner = ["--organization", "Acme", "--name", "Olga Owner", "--email", EMAIL]
    create = ["admin", "create-user", "--data-dir", tmp_path / "data", *owner]
    code, _, complaint = insitu(*create)
    assert (code, "no password" in complaint) == (1, True), complaint
    code, answer, complaint = insitu(*create, said=f"{PASSWORD}\n".encode())
    assert code == 0, complaint
    assert PASSWORD not in answer + complaint
    hub = Hub(tmp_path)
    try:
        browser = requests.Session()
        browser.trust_env = False

        def sign_in(password):
            body = {"email": EMAIL, "password": password}
            return browser.post(f"{hub.url}/v2/session", json=body, headers={"Origin": hub.url}, timeout=30)

        assert sign_in(PASSWORD[:-1]).status_code == 401
        signed_in = sign_in(PASSWORD)
        assert signed_in.status_code == 200, signed_in.text
        [organization] = signed_in.json()["data"]["organizations"]
        assert organization["name"] == "Acme"
        assert f"{EMAIL} owns organization {organization['_id']}." in answer
        key = browser.post(f"{hub.url}/v2/apiKeys", json={"name": "shell"}, headers={"Origin": hub.url}, timeout=30)
        hub.session.headers["apikey"] = key.json()["data"]["apiKey"]["key"]
        assert hub.get(f"/v2/project/{hub.project()}/assets")["total"] == 0
    finally:
        hub.program.stop()


def test_a_list_is_imported_by_the_names_of_project_and_storage(hub, sandbox, project, import_list, tmp_path):
    listed = rows(sandbox["bucket"], sandbox["region"], ["cute-cat.jpg", "file 2.jpg"])
    file = tmp_path / "cats.json"
    file.write_text(json.dumps([*listed, {"externalId": "nowhere"}]))
    code, answer, complaint = import_list(file, "--json")
    assert code == 0, complaint
    done = json.loads(answer)
    assert (done["name"], done["state"], done["error"]) == ("cats.json", "completed", None)
    assert (done["rowsRead"], done["rowsImported"], done["rowsRefused"]) == (3, 2, 1)
    assets = hub.assets(project)
    assert {asset["externalId"]: asset["data"] for asset in assets} == {row["externalId"]: row["data"] for row in listed}
    # The storage that was named signs.
    for url in hub.signed(project, assets).values():
        assert url.startswith(sandbox["s3Endpoint"]) and "X-Amz-Signature" in url


def test_a_list_that_breaks_off_fails_by_name(hub, sandbox, project, import_list, tmp_path):
    file = tmp_path / "cats.json"
    file.write_text(json.dumps(rows(sandbox["bucket"], sandbox["region"], ["cute-cat.jpg", "file 2.jpg"]))[:-20])
    code, answer, complaint = import_list(file, "--json")
    assert code == 1
    assert (json.loads(answer)["state"], json.loads(answer)["error"]["code"]) == ("failed", "list.truncated")
    assert "list.truncated" in complaint
    assert hub.assets(project) == []


def test_a_list_comes_from_standard_input(hub, sandbox, project, import_list):
    listed = rows(sandbox["bucket"], sandbox["region"], ["cute-cat.jpg"])
    said = f"data,externalId\n{listed[0]['data']},piped\n".encode()
    code, answer, complaint = import_list("-", "--json", "--name", "from a pipe", said=said)
    assert code == 0, complaint
    done = json.loads(answer)
    assert (done["name"], done["rowsImported"]) == ("from a pipe", 1)
    assert [asset["externalId"] for asset in hub.assets(project)] == ["piped"]
