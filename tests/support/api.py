"""The hub's HTTP API as a test speaks it: one method per verb, answers unwrapped, refusals as values."""

from dataclasses import dataclass

import requests

JOB_STATES_AT_REST = {"completed", "failed", "cancelled"}


@dataclass(frozen=True)
class Refusal:
    """What the hub said instead of doing it."""

    status: int
    code: str
    message: str
    details: object = None


class Api:
    """A caller with an API key, or nobody."""

    def __init__(self, url, api_key=None):
        self.url = url
        self.session = requests.Session()
        # Settings of the machine, such as a proxy, are no business of a test.
        self.session.trust_env = False
        if api_key:
            self.session.headers["apikey"] = api_key

    def call(self, method, path, **options):
        """The answer whole; always JSON in the envelope, whatever happened."""
        response = self.session.request(method, self.url + path, timeout=60, **options)
        body = response.json()
        assert body["status"] in {"success", "fail", "error"}, body
        assert (body["status"] == "success") == response.ok, (response.status_code, body)
        return response.status_code, body

    def do(self, method, path, **options):
        """What the answer holds; anything but success fails the test."""
        status, body = self.call(method, path, **options)
        assert body["status"] == "success", f"{method} {path}: {status} {body}"
        return body["data"]

    def refused(self, method, path, **options):
        """What the hub says against it; success fails the test."""
        status, body = self.call(method, path, **options)
        assert body["status"] != "success", f"{method} {path} was not refused: {body}"
        return Refusal(status, body["code"], body["message"], body.get("details"))

    def get(self, path, **options):
        return self.do("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.do("POST", path, json=body, **options)

    def delete(self, path, body=None, **options):
        return self.do("DELETE", path, json=body, **options)
