"""A proxy that stands before a server and writes down everything that passes: what was asked, and how much came back."""

import http.client
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import unquote, urlsplit

# What concerns one connection and not the message (RFC 9110, 7.6.1).
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"}


@dataclass(frozen=True)
class Passed:
    """One exchange, as the server saw it."""

    method: str
    bucket: str
    key: str
    query: str
    sent_bytes: int
    status: int
    received_bytes: int


class Recorder:
    """The proxy's address, and what has passed so far."""

    def __init__(self, url):
        self.url = url
        self.passed = []
        self._lock = Lock()

    def note(self, passed):
        with self._lock:
            self.passed.append(passed)

    def take(self):
        """What has passed since it was last taken."""
        with self._lock:
            taken, self.passed = self.passed, []
        return taken


@contextmanager
def recording(server_url):
    """A recorder before the server at this URL. `Host` is passed on as it came, because it is part of signatures."""
    server = urlsplit(server_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            upstream = http.client.HTTPConnection(server.hostname, server.port, timeout=30)
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            upstream.endheaders(body)
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            path, _, query = self.path.partition("?")
            bucket, _, key = unquote(path).lstrip("/").partition("/")
            recorder.note(Passed(self.command, bucket, key, query, len(body), answer.status, len(content)))
            self.send_response(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP | {"content-length", "date", "server"}:
                    self.send_header(name, value)
            announced = answer.getheader("content-length") if self.command == "HEAD" else None
            self.send_header("content-length", announced or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_OPTIONS = do_PUT = do_POST = do_DELETE = do_PATCH = relay

        def log_message(self, *_):
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    recorder = Recorder(f"http://127.0.0.1:{proxy.server_address[1]}")
    thread = Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
