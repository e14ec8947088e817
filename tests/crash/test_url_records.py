"""A hub that is killed while it signs: every URL that somebody got is on record afterwards, exactly once."""

import random
import threading
from collections import Counter

import pytest
import requests

from support.hub import running_hub
from support.process import wait_for

VIEWERS = 16
ASSETS = 2000
KILLS = 5
# Nobody answers there, which a hub that signs does not notice.
ENDPOINT = "http://127.0.0.1:9"


@pytest.fixture
def hub(tmp_path):
    with running_hub(tmp_path, options=["--allow-endpoint", "127.0.0.1"]) as hub:
        yield hub


class Viewer(threading.Thread):
    """Has each of its assets signed once, by its id or by its address, until the hub is gone."""

    def __init__(self, hub, project, storage, assets):
        super().__init__()
        self.hub, self.project, self.storage = hub.url, project, storage
        self.assets, self.asked, self.signed = list(assets), [], []
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["apikey"] = hub.api_key

    def run(self):
        while self.assets:
            asset = self.assets.pop()
            self.asked.append(asset)
            try:
                url = self.by_address(asset) if asset.startswith(ENDPOINT) else self.by_id(asset)
            except requests.RequestException:
                return
            assert "X-Amz-Signature" in url
            self.signed.append(asset)

    def by_id(self, asset):
        path = f"{self.hub}/v2/project/{self.project}/assets/sign"
        response = self.session.post(path, json={"assets": [asset]}, timeout=30)
        assert response.status_code == 200, response.text
        return response.json()["data"]["urls"][0]["url"]

    def by_address(self, address):
        query = {"name": address, "project": self.project, "storageId": self.storage}
        response = self.session.get(f"{self.hub}/v2/getSignedUrl", params=query, timeout=30)
        assert response.status_code == 201, response.text
        return response.json()["data"]["signedUrl"]


def recorded(hub):
    """How often each asset and each address is on record."""
    path = f"/v2/organization/{hub.organization}/urlRecords"
    found, query = Counter(), {"limit": 1000}
    while True:
        page = hub.get(path, params=query)
        for record in page["records"]:
            assert record["address"] == "127.0.0.1"
            found.update(record["assets"])
            found.update([record["object"]] if record["object"] else [])
        if page["next"] is None:
            return found
        query["before"] = page["next"]


def test_every_url_that_was_handed_out_is_on_record_once(hub):
    keys = {"publicKey": "AKIAIOSFODNN7EXAMPLE", "privateKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    storage = hub.storage(name="photos", region="eu-central-1", endpoint=ENDPOINT, **keys)
    project = hub.project()
    rows = [{"data": f"{ENDPOINT}/photos/{n}.jpg", "externalId": str(n)} for n in range(ASSETS)]
    assert hub.import_list(project, rows, storage="photos")["rowsImported"] == ASSETS
    ids = [asset["_id"] for page in (1, 2) for asset in hub.assets(project, page=page)]
    assert len(set(ids)) == ASSETS
    ids = [name for n, asset in enumerate(ids) for name in (asset, f"{ENDPOINT}/photos/other/{n}.jpg")]
    chance, asked, signed = random.Random(7), set(), set()
    for kill in range(KILLS):
        viewers = [Viewer(hub, project, storage, ids[n::VIEWERS]) for n in range(VIEWERS)]
        for viewer in viewers:
            viewer.start()
        wanted = chance.randint(20, 250)
        wait_for(lambda: sum(len(one.signed) for one in viewers) >= wanted, 60, f"{wanted} signed URLs")
        hub.program.kill()
        for viewer in viewers:
            viewer.join()
            asked.update(viewer.asked)
            signed.update(viewer.signed)
        ids = [asset for viewer in viewers for asset in viewer.assets]
        assert ids, "everything was signed before the hub was killed"
        hub.restart()
        # What a dead hub left is found at the start, in the background.
        wait_for(lambda: not signed - set(recorded(hub)), 20, "the records of the hub that was killed")
    found = recorded(hub)
    assert set(found) <= asked
    assert set(found.values()) == {1}
    assert list((hub.directory / "data/ledger").iterdir()) == []
