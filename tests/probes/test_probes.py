"""Header probes on a bucket that checks every signature: what is read, what is learned, and when nothing is read."""

from support.process import wait_for
from support.samples import photographs, rows

# As a browser shows them, the turned rocket upright.
SIZES = {
    "cute-cat.jpg": (451, 300),
    "coffee cup.jpg": (600, 400),
    "astronaut.jpg": (512, 512),
    "rocket.jpg": (640, 427),
    "rocket (rotated).jpg": (640, 427),
    "hubble+deep+field.jpg": (1000, 872),
    "retina.jpg": (1411, 1411),
    "münzen.jpg": (384, 303),
    "ihc.png": (512, 512),
    "clock 100%.png": (400, 300),
}


def probes(hub, project, **query):
    return hub.get(f"/v2/project/{project}/probes", params={"limit": 1000, **query})["probes"]


def rested(hub, project):
    """The probes once nothing waits."""

    def at_rest():
        found = probes(hub, project)
        return found if found["pending"] == 0 else None

    return wait_for(at_rest, 60, "the probes coming to rest")


def sizes(hub, project):
    shown = hub.assets(project, sort="createdAt")
    return [(one["externalId"], one["metadata"].get("width"), one["metadata"].get("height")) for one in shown]


def test_every_photograph_is_measured_as_it_is_shown(hub, sandbox, project, storages, requests_log):
    assert set(SIZES) == set(photographs())
    for storage in storages.values():
        hub.import_list(project, rows(sandbox["bucket"], sandbox["region"], SIZES), storage=storage)
    done = rested(hub, project)
    assert (done["measured"], done["failed"], done["waiting"]) == (20, 0, []), done
    expected = [(key, width, height) for key, (width, height) in SIZES.items()]
    assert sizes(hub, project) == 2 * expected
    read = requests_log.gets()
    assert sorted({key for key, _, _ in read}) == sorted(SIZES)
    assert {one for _, one, _ in read} == {"bytes=0-65535"}, "never more than the header"
    assert len(read) == 2 * len(SIZES), "each is read once"


def test_what_cannot_be_read_is_named_and_holds_nothing_up(hub, sandbox, project, storages):
    bucket, region = sandbox["bucket"], sandbox["region"]
    for storage in storages.values():
        wanted = rows(bucket, region, ["missing.jpg", "rocket.jpg"]) + rows("somebody-elses", region, ["a.jpg"])
        hub.import_list(project, wanted, storage=storage)
    done = rested(hub, project)
    assert (done["measured"], done["failed"]) == (2, 4), done
    codes = {one["externalId"]: one["code"] for one in done["failures"]}
    assert codes == {"missing.jpg": "cloud.not_found", "a.jpg": "cloud.no_such_bucket"}
    first = probes(hub, project, limit=3)
    rest = probes(hub, project, limit=3, cursor=first["nextCursor"])
    assert [one["_id"] for one in first["failures"] + rest["failures"]] == [one["_id"] for one in done["failures"]]


def test_no_byte_is_read_where_sizes_are_given_or_probes_are_off(hub, sandbox, project, storages, requests_log):
    bucket, region = sandbox["bucket"], sandbox["region"]
    given = rows(bucket, region, ["cute-cat.jpg"])
    given[0] |= {"width": 451, "height": 300}
    hub.import_list(project, given, storage=storages["user"])
    organization = f"/v2/organization/{hub.organization}"
    assert hub.post(organization, {"headerProbes": False})["organization"]["headerProbes"] is False
    hub.import_list(project, rows(bucket, region, ["ihc.png"]), storage=storages["user"])
    assert (probes(hub, project)["enabled"], probes(hub, project)["pending"]) == (False, 1)
    # A hub that starts anew finds it off as well.
    hub.program.kill()
    hub.restart()
    assert (probes(hub, project)["enabled"], probes(hub, project)["pending"]) == (False, 1)
    assert requests_log.gets() == []
    hub.post(organization, {"headerProbes": True})
    assert rested(hub, project)["measured"] == 1
    assert [key for key, _, _ in requests_log.gets()] == ["ihc.png"]
