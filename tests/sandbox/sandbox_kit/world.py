"""The sandbox that these tests talk to, as its `--config` describes it."""

OWNER_ACCOUNT = "111122223333"
HUB_ACCOUNT = "999988887777"
HUB_ORIGIN = "http://hub.test"
EXTERNAL_ID = "insitu-the-external-id"

READ_ROLE = f"arn:aws:iam::{OWNER_ACCOUNT}:role/insitu-read"
OPEN_ROLE = f"arn:aws:iam::{OWNER_ACCOUNT}:role/without-external-id"
INNER_ROLE = f"arn:aws:iam::{OWNER_ACCOUNT}:role/team/inner"
DELEGATE = f"arn:aws:iam::{HUB_ACCOUNT}:user/insitu-delegate"
POWERLESS = f"arn:aws:iam::{HUB_ACCOUNT}:user/powerless"

TREE = ["a.txt", "b c/1 + 1.txt", "b c/2.txt", "b c/deep/3.txt", "ä/4.txt", "z%20.txt"]


def allow(actions, resources, **more):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources, **more}],
    }


def read_only(bucket):
    """The policy of the page that bucket owners follow."""
    arn = f"arn:aws:s3:::{bucket}"
    return allow(["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"], [f"{arn}/*", arn])


def trust(principal, external_id=None):
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def user(name, *policies, account=OWNER_ACCOUNT):
    return {"arn": f"arn:aws:iam::{account}:user/{name}", "policies": list(policies)}


def configuration():
    anything = allow("s3:*", "*")
    assume = allow("sts:AssumeRole", "*")
    rule = {
        "AllowedOrigins": [HUB_ORIGIN],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Content-Length"],
        "MaxAgeSeconds": 3000,
    }
    secret = {
        "Effect": "Deny",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::tree/b c/deep/*",
    }
    guarded = allow("s3:*", ["arn:aws:s3:::tree", "arn:aws:s3:::tree/*"])
    guarded["Statement"].append(secret)
    return {
        "buckets": [
            {"name": "photos", "region": "eu-central-1", "samples": True, "cors": [rule]},
            {"name": "tree", "region": "us-east-1", "objects": [{"key": key, "text": key} for key in TREE]},
            {"name": "dotted.name.test", "region": "eu-central-1", "objects": [{"key": "k", "text": "v"}]},
            {"name": "anyone", "region": "eu-central-1", "publicRead": True, "objects": [{"key": "k", "text": "v"}],
             "cors": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]},
            {"name": "foreign", "region": "eu-central-1", "owner": HUB_ACCOUNT},
        ],
        "users": [
            user("owner", anything, assume),
            user("reader", read_only("photos")),
            user("blind", allow("s3:GetObject", "arn:aws:s3:::photos/*")),
            user("narrow", allow("s3:ListBucket", "arn:aws:s3:::tree",
                                 Condition={"StringLike": {"s3:prefix": ["b c/*"]}})),
            user("guarded", guarded),
            user("nobody"),
            user("insitu-delegate", assume, account=HUB_ACCOUNT),
            user("stranger", assume, account=HUB_ACCOUNT),
            user("powerless", account=HUB_ACCOUNT),
        ],
        "roles": [
            {"arn": READ_ROLE, "trustPolicy": trust([DELEGATE, POWERLESS], EXTERNAL_ID),
             "policies": [read_only("photos")]},
            {"arn": OPEN_ROLE, "trustPolicy": trust(DELEGATE), "maxSessionSeconds": 43200,
             "policies": [anything, assume]},
            {"arn": INNER_ROLE, "maxSessionSeconds": 43200, "policies": [read_only("photos")],
             "trustPolicy": trust(f"arn:aws:iam::{OWNER_ACCOUNT}:root")},
        ],
        "stsDisabledRegions": ["ap-east-1"],
    }
