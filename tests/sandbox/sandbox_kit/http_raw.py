"""HTTP without a client's good intentions: the target goes out byte for byte as it is given."""

import http.client
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self._sent = response.getheaders()
        self.body = response.read()

    def every(self, name):
        """The values of a header that may come more than once."""
        return [value for sent, value in self._sent if sent.lower() == name]

    @property
    def xml(self):
        """The elements of an error document by name, namespaces dropped."""
        root = ElementTree.fromstring(self.body)
        return {node.tag.rsplit("}", 1)[-1]: node.text for node in root.iter()}

    @property
    def code(self):
        return self.xml["Code"]


def fetch(port, url, method="GET", headers=None, body=None):
    parts = urlsplit(url)
    target = url[url.index(parts.netloc) + len(parts.netloc):] if parts.netloc else url
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, target.split("#")[0], skip_host=True, skip_accept_encoding=True)
        sent = {"host": parts.netloc or f"127.0.0.1:{port}", **(headers or {})}
        if body is not None:
            sent["content-length"] = str(len(body))
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()
