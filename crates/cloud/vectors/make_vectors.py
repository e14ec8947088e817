"""Writes botocore.ndjson.gz: requests signed by botocore, which our own signer must match byte for byte.

    python -m venv venv && venv/bin/pip install botocore==1.44.5
    venv/bin/python make_vectors.py

Every case goes through a whole botocore client, so that host, path, query and signature are all botocore's own.
The seed and the clock are fixed: the same botocore writes the same bytes.
"""

import datetime
import gzip
import json
import pathlib
import random

import botocore
import botocore.auth
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

PINNED = "1.44.5"
PRESIGNED, OBJECTS, BUCKETS, STS = 1700, 400, 400, 300

S3_CLIENTS, STS_CLIENTS = 150, 40

REGIONS = [
    "us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1", "eu-south-2", "ap-southeast-5", "ap-northeast-1",
    "ca-west-1", "sa-east-1", "me-central-1", "af-south-1", "il-central-1", "mx-central-1",
    "cn-north-1", "cn-northwest-1", "us-gov-west-1", "us-gov-east-1",
]
ENDPOINTS = [
    "http://127.0.0.1:9000", "http://localhost:4566", "https://minio.example.com", "https://minio.example.com:9443",
    "http://10.1.2.3:8333", "http://[::1]:9000", "https://storage.eu.example.org:8443", "http://s3.internal",
]
STS_ENDPOINTS = ["http://127.0.0.1:9001", "https://sts.example.com:8443", "https://sts.internal"]
BUCKETS_NAMED = ["photos", "b-k1", "a23", "my.dotted.bucket", "with.dot", "x" * 63, "9lives", "cute-cats-2024", "a.b-c.d"]
KEY_PIECES = [
    " ", "+", "%", "?", "#", "&", "//", "/", '"', "'", "\\", "<", ">", "`", "^", "{", "}", "|", "[", "]", "~", "*", "!", "(", ")", "@",
    ":", ";", "=", "$", ",", ".", "-", "_", "\t", "\x7f", "\x01", "%20", "%2F", "%zz", "a", "Z", "0", "cat", "file 2.jpg", "é", "e\u0301",
    "日本語", "😀", "👩‍👩‍👧", "ß", "ﬁ", "\u00a0", "\u200b", "\ufeff", "IMG_0001.JPG", "2024/01/02", "/./", "/../", "..", "+ +", "a=b&c=d", "#frag",
]
WHOLE_KEYS = [
    "/", "//", "/leading", "//two", "trailing/", "trailing ", " leading", "file.jpg", "file 2.jpg", "file%202.jpg", "a+b", "a%2Bb", "?", "#", "&",
    "a//b", "./a", "../a", "a/./b", "a/../b", ".", "..", "~", "é", "e\u0301", "😀", "a" * 1024, "日" * 300, "\x01", "\x7f", "*", "%", "%%", "%25",
]
SECRETS = [
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"),
    ("ASIAQ3EGRIWBEXAMPLE0", "++++////0123456789abcdefghijABCDEFGHIJxy"),
    ("minioadmin", "minio-secret"),
    ("k", "s" * 130),
]
VERSIONS = ["null", "3HL4kqtJvjVBH40Nrjfkd", "a/b+c=d e", "L4kqtJlcpXroDTDmpUMLUo"]
LIFETIMES = [1, 60, 300, 599, 600, 900, 3600, 43200, 604800]


def make_tokens(rng):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    return ["T", "a+b/c==", *("".join(rng.choice(alphabet) for _ in range(n)) for n in (64, 356, 1000))]


class Maker:
    """One random source, one frozen clock, and a pool of clients: making one costs botocore a fifth of a second."""

    def __init__(self):
        self.rng = random.Random("insitu")
        self.tokens = make_tokens(self.rng)
        self.now = None
        self.sent = []
        self.loader = botocore.session.Session().get_component("data_loader")
        self.pool = {"s3": [self.setting("s3") for _ in range(S3_CLIENTS)], "sts": [self.setting("sts") for _ in range(STS_CLIENTS)]}
        botocore.auth.get_current_datetime = lambda *_, **__: self.now

    def tick(self):
        seconds = self.rng.randrange(1_400_000_000, 2_500_000_000)
        self.now = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)
        return seconds * 1000

    def client(self, service, region, endpoint, style, access, secret, token):
        session = botocore.session.Session()
        session.register_component("data_loader", self.loader)
        session.set_credentials(access, secret, token)
        s3 = {"addressing_style": style, "us_east_1_regional_endpoint": "regional"}
        config = Config(
            signature_version="s3v4" if service == "s3" else "v4",
            s3=s3 if service == "s3" else None,
            retries={"max_attempts": 0},
            response_checksum_validation="when_required",
            request_checksum_calculation="when_required",
        )
        made = session.create_client(service, region_name=region, endpoint_url=endpoint, config=config)
        made.meta.events.register("before-send", self.keep)
        return made

    def keep(self, request, **_):
        self.sent.append(request)
        raw = type("Raw", (), {"stream": lambda *_, **__: iter([b"<a/>"])})()
        return AWSResponse(request.url, 200, {}, raw)

    def send(self, call, **params):
        self.sent.clear()
        try:
            call(**params)
        except Exception:  # the made-up answer need not be one botocore can read
            pass
        return self.sent[-1]

    def key(self):
        if self.rng.random() < 0.15:
            return self.rng.choice(WHOLE_KEYS)
        return "".join(self.rng.choice(KEY_PIECES) for _ in range(self.rng.randrange(1, 9)))

    def pick(self, service):
        case, client = self.rng.choice(self.pool[service])
        return dict(case), client

    def setting(self, service):
        access, secret = self.rng.choice(SECRETS)
        token = self.rng.choice(self.tokens) if self.rng.random() < 0.5 else None
        if service == "sts":
            endpoint = self.rng.choice(STS_ENDPOINTS) if self.rng.random() < 0.3 else None
            style = None
        else:
            endpoint = self.rng.choice(ENDPOINTS) if self.rng.random() < 0.35 else None
            style = "path" if endpoint or self.rng.random() < 0.3 else "virtual"
        region = self.rng.choice(REGIONS)
        case = {"access": access, "secret": secret, "token": token, "region": region, "endpoint": endpoint, "style": style}
        return case, self.client(service, region, endpoint, style, access, secret, token)


def presigned(maker):
    case, client = maker.pick("s3")
    case |= {"kind": "presign", "at": maker.tick(), "bucket": maker.rng.choice(BUCKETS_NAMED), "key": maker.key()}
    case["op"] = maker.rng.choice(["get_object", "get_object", "get_object", "head_object", "put_object"])
    case["ttl"] = maker.rng.choice(LIFETIMES)
    case["version"] = maker.rng.choice(VERSIONS) if case["op"] != "put_object" and maker.rng.random() < 0.2 else None
    params = {"Bucket": case["bucket"], "Key": case["key"]}
    if case["version"]:
        params["VersionId"] = case["version"]
    case["url"] = client.generate_presigned_url(case["op"], Params=params, ExpiresIn=case["ttl"])
    return case


def answered(case, request):
    signed = request.headers["Authorization"].decode()
    names = signed.split("SignedHeaders=")[1].split(",")[0].split(";")
    headers = {name.lower(): request.headers[name] for name in request.headers}
    case["headers"] = {n: headers[n].decode() for n in names if n != "host"}
    case["url"] = request.url
    case["authorization"] = signed
    if request.body:
        case["body"] = request.body if isinstance(request.body, str) else request.body.decode()
    return case


def on_object(maker):
    case, client = maker.pick("s3")
    case |= {"kind": "object", "at": maker.tick(), "bucket": maker.rng.choice(BUCKETS_NAMED), "key": maker.key()}
    case["op"] = maker.rng.choice(["get_object", "head_object"])
    case["version"] = maker.rng.choice(VERSIONS) if maker.rng.random() < 0.2 else None
    case["range"] = f"bytes=0-{maker.rng.randrange(65536)}" if case["op"] == "get_object" else None
    params = {"Bucket": case["bucket"], "Key": case["key"]}
    if case["version"]:
        params["VersionId"] = case["version"]
    if case["range"]:
        params["Range"] = case["range"]
    return answered(case, maker.send(getattr(client, case["op"]), **params))


def on_bucket(maker):
    case, client = maker.pick("s3")
    case |= {"kind": "bucket", "at": maker.tick(), "bucket": maker.rng.choice(BUCKETS_NAMED)}
    case["op"] = maker.rng.choice(["head_bucket", "get_bucket_location", "list_objects_v2", "list_objects_v2"])
    params = {"Bucket": case["bucket"]}
    if case["op"] == "list_objects_v2":
        case["prefix"] = maker.key() if maker.rng.random() < 0.7 else None
        case["delimiter"] = "/" if maker.rng.random() < 0.5 else None
        case["continuation"] = maker.rng.choice(maker.tokens) if maker.rng.random() < 0.4 else None
        case["max_keys"] = maker.rng.randrange(1, 1001)
        wanted = {"Prefix": case["prefix"], "Delimiter": case["delimiter"], "ContinuationToken": case["continuation"]}
        params |= {name: value for name, value in wanted.items() if value}
        params["MaxKeys"] = case["max_keys"]
    return answered(case, maker.send(getattr(client, case["op"]), **params))


def on_sts(maker):
    case, client = maker.pick("sts")
    case |= {"kind": "sts", "at": maker.tick(), "op": maker.rng.choice(["get_caller_identity", "assume_role", "assume_role"])}
    params = {}
    if case["op"] == "assume_role":
        case["role"] = maker.rng.choice(["arn:aws:iam::123456789012:role/photos", "arn:aws-cn:iam::123456789012:role/a/b/c", "arn:aws:iam::000000000000:role/x+=,.@-_"])
        case["session"] = maker.rng.choice(["insitu-0123456789ab-0123456789ab", "a@b", "x=y,z.w-v+u_t"])
        case["external_id"] = maker.rng.choice([None, "2f1d8a", "a:b/c=d+e,f.g@h-i", "x" * 200])
        case["duration"] = maker.rng.choice([900, 3600, 43200])
        case["policy"] = maker.rng.choice([None, '{"Version":"2012-10-17","Statement":[{"Resource":"arn:aws:s3:::b/é/*~ +"}]}'])
        params = {"RoleArn": case["role"], "RoleSessionName": case["session"], "DurationSeconds": case["duration"]}
        params |= {"ExternalId": case["external_id"]} if case["external_id"] else {}
        params |= {"Policy": case["policy"]} if case["policy"] else {}
    return answered(case, maker.send(getattr(client, case["op"]), **params))


def main():
    if botocore.__version__ != PINNED:
        raise SystemExit(f"botocore {PINNED} writes these vectors, this is {botocore.__version__}")
    maker = Maker()
    cases = []
    for make, count in ((presigned, PRESIGNED), (on_object, OBJECTS), (on_bucket, BUCKETS), (on_sts, STS)):
        cases += [make(maker) for _ in range(count)]
    lines = "".join(json.dumps({k: v for k, v in c.items() if v is not None}, ensure_ascii=False, sort_keys=True) + "\n" for c in cases)
    out = pathlib.Path(__file__).parent / "botocore.ndjson.gz"
    out.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    print(f"{len(cases)} cases, {out.stat().st_size} bytes")


main()
