"""A hub that is killed in the middle of imports: what was acknowledged completes by itself, each row exactly once, and
nothing half-done is ever listed."""

import io
import random
import signal

import pytest
import requests

from support.process import wait_for

# Anywhere, and certainly near both ends. Every run of the tests kills at the same places.
KILLED_AT = sorted([0.0, 0.01, 0.97, *(random.Random(20).random() for _ in range(17))])


def list_of(count):
    """A list of rows as one body; row n has the external ID n."""
    lines = io.BytesIO()
    for n in range(count):
        lines.write(b'{"data":"https://bucket.s3.eu-central-1.amazonaws.com/photos/%07d.jpg","externalId":"%d"}\n' % (n, n))
    return lines.getvalue()


def start(hub, project, body, **query):
    """Sends the list and answers the import's id: from here on the hub has promised it."""
    query = {"name": "rows.ndjson", **query}
    return hub.do("POST", f"/v2/project/{project}/imports", params=query, data=body)["import"]["_id"]


def progress(hub, import_id):
    return hub.get(f"/v2/imports/{import_id}")["import"]


def total(hub, project):
    return hub.get(f"/v2/project/{project}/assets", params={"limit": 1})["total"]


def external_ids(hub, project):
    """Every external ID of the project, page by page."""
    found, cursor = [], None
    while True:
        query = {"limit": 1000, **({"cursor": cursor} if cursor else {})}
        page = hub.get(f"/v2/project/{project}/assets", params=query)
        found += [asset["externalId"] for asset in page["assets"]]
        cursor = page["nextCursor"]
        if not cursor:
            return found


def kill_and_restart(hub):
    hub.program.kill()
    hub.restart()


def wait_until_read(hub, project, import_id, rows):
    """Waits for the import to have read so many rows, and looks meanwhile whether anything shows too early."""

    def far_enough():
        shown = total(hub, project)
        found = progress(hub, import_id)
        if found["state"] == "completed":
            return found
        assert shown == 0, f"{shown} assets shown while {found}"
        assert found["state"] in {"queued", "running"}, found
        return found if found["rowsRead"] >= rows else None

    return wait_for(far_enough, 300, f"{rows} rows read")


def test_a_million_rows_survive_twenty_kills(hub, project):
    count = 1_000_000
    import_id = start(hub, project, list_of(count))
    in_the_middle = 0
    for part in KILLED_AT:
        found = wait_until_read(hub, project, import_id, int(count * part))
        in_the_middle += found["state"] != "completed"
        kill_and_restart(hub)
    assert in_the_middle >= 3, "the import was over before it was killed"
    done = hub.finished(import_id, 600)
    assert (done["state"], done["rowsRead"], done["rowsImported"], done["rowsRefused"]) == ("completed", count, count, 0)
    assert total(hub, project) == count
    found = external_ids(hub, project)
    assert len(found) == count
    assert len(set(found)) == count


def test_an_import_is_kept_from_the_moment_it_is_acknowledged(hub, project):
    import_id = start(hub, project, list_of(1000))
    kill_and_restart(hub)
    assert hub.finished(import_id)["rowsImported"] == 1000
    assert total(hub, project) == 1000


def test_counts_and_report_are_right_after_a_kill(hub, project):
    rows = 200_000
    body = list_of(rows) + b'{"externalId":"no address"}\n' + b'{"data":"javascript:alert(1)"}\n'
    import_id = start(hub, project, body)
    wait_until_read(hub, project, import_id, rows // 3)
    kill_and_restart(hub)
    done = hub.finished(import_id, 300)
    assert (done["rowsImported"], done["rowsRefused"]) == (rows, 2)
    report = hub.session.get(hub.url + f"/v2/imports/{import_id}/report?format=ndjson", timeout=60)
    assert [line.split('"index":')[1].split(",")[0] for line in report.text.splitlines()] == [str(rows), str(rows + 1)]


def test_a_refusing_import_that_was_killed_leaves_nothing(hub, project):
    rows = 100_000
    import_id = start(hub, project, list_of(rows) + b'{"externalId":"no address"}\n', onError="refuse")
    wait_until_read(hub, project, import_id, rows // 2)
    kill_and_restart(hub)
    done = hub.finished(import_id, 300)
    assert (done["state"], done["rowsImported"]) == ("failed", 0)
    assert total(hub, project) == 0


def test_a_list_that_was_still_arriving_is_not_imported(hub, project):
    body = list_of(50_000)

    def half():
        yield body[: len(body) // 2]
        hub.program.kill()
        yield body[len(body) // 2 :]

    with pytest.raises(requests.RequestException):
        hub.do("POST", f"/v2/project/{project}/imports", params={"name": "half.ndjson"}, data=half())
    hub.restart()
    assert total(hub, project) == 0
    imports = hub.get(f"/v2/project/{project}/imports")["imports"]
    assert not [one for one in imports if one["state"] in {"queued", "running", "completed"}], imports
    assert hub.import_list(project, body)["rowsImported"] == 50_000


def test_a_hub_that_is_asked_to_stop_hands_its_import_on(hub, project):
    rows = 300_000
    import_id = start(hub, project, list_of(rows))
    wait_until_read(hub, project, import_id, rows // 4)
    assert hub.program.stop(signal.SIGTERM, 30) == 0
    hub.restart()
    assert hub.finished(import_id, 300)["rowsImported"] == rows
    assert total(hub, project) == rows
