"""Each fault of the sandbox, and the one cause that the doctor names: exactly that one, and nothing else."""

import pytest

KEY = "cute-cat.jpg"
GONE = "no-such-cat.jpg"
OTHER = "us-west-2"

# Fault, storage, code, check that names it, object. Warnings are causes of nothing that fails.
FAILURES = [
    ({"fault": "hang"}, "user", "storage.hangs", "address", KEY),
    ({"fault": "hang", "operation": "ListObjectsV2"}, "user", "storage.hangs", "identity", KEY),
    ({"fault": "hang", "operation": "AssumeRole"}, "role", "storage.hangs", "external-id", KEY),
    ({"fault": "hang", "operation": "GetObject"}, "user", "storage.hangs", "range", KEY),
    ({"fault": "hang", "operation": "ListObjectsV2"}, "role", "storage.hangs", "list", KEY),
    ({"fault": "hang", "operation": "GetObject"}, "role", "storage.hangs", "range", KEY),
    ({"fault": "cut-connection"}, "user", "storage.connect", "address", KEY),
    ({"fault": "cut-connection", "operation": "GetCallerIdentity"}, "role", "storage.connect", "sts", KEY),
    ({"fault": "clock-skew", "seconds": 16 * 60}, "user", "storage.clock_skew", "clock", KEY),
    ({"fault": "clock-skew", "seconds": -16 * 60}, "user", "storage.clock_skew", "clock", KEY),
    ({"fault": "clock-skew", "seconds": 16 * 60}, "role", "storage.clock_skew", "clock", KEY),
    ({"fault": "clock-skew", "seconds": 16 * 60, "operation": "ListObjectsV2"}, "user", "storage.clock_skew", "identity", KEY),
    ({"fault": "clock-skew", "seconds": -16 * 60, "operation": "ListObjectsV2"}, "user", "storage.clock_skew", "identity", KEY),
    ({"fault": "clock-skew", "seconds": 16 * 60, "operation": "GetCallerIdentity"}, "role", "storage.clock_skew", "sts", KEY),
    ({"fault": "clock-skew", "seconds": -16 * 60, "operation": "GetCallerIdentity"}, "role", "storage.clock_skew", "sts", KEY),
    ({"fault": "unknown-key"}, "user", "storage.unknown_key", "identity", KEY),
    ({"fault": "unknown-key"}, "role", "storage.unknown_key", "sts", KEY),
    ({"fault": "refuse-secret"}, "user", "storage.wrong_secret", "identity", KEY),
    ({"fault": "refuse-secret"}, "role", "storage.wrong_secret", "sts", KEY),
    ({"fault": "deny-get"}, "user", "storage.get_denied", "head", KEY),
    ({"fault": "deny-get"}, "role", "storage.get_denied", "head", KEY),
    ({"fault": "deny-kms"}, "user", "storage.kms_denied", "kms", KEY),
    ({"fault": "deny-kms"}, "role", "storage.kms_denied", "kms", KEY),
    ({"fault": "hide-missing"}, "user", "storage.no_such_object", "head", GONE),
    ({"fault": "no-such-bucket"}, "user", "storage.no_such_bucket", "region", KEY),
    ({"fault": "no-such-bucket"}, "role", "storage.no_such_bucket", "region", KEY),
    ({"fault": "no-such-object"}, "user", "storage.no_such_object", "head", KEY),
    ({"fault": "throttle", "retryAfter": 1}, "user", "storage.throttled", "identity", KEY),
    ({"fault": "throttle", "operation": "AssumeRole"}, "role", "storage.throttled", "external-id", KEY),
    ({"fault": "throttle", "operation": "HeadObject"}, "user", "storage.throttled", "head", KEY),
    ({"fault": "expire-token"}, "role", "storage.session_expired", "region", KEY),
    (
        {"fault": "no-external-id-demanded"},
        "role",
        "storage.trust_policy_missing_external_id",
        "external-id-absent",
        KEY,
    ),
    ({"fault": "deny-assume-role"}, "role", "storage.role_denied", "external-id", KEY),
    ({"fault": "no-cors"}, "user", "storage.cors_missing", "preflight", KEY),
    ({"fault": "other-origin", "origin": "https://elsewhere.example"}, "user", "storage.cors_other_origin", "preflight", KEY),
    ({"fault": "origin-twice"}, "user", "storage.cors_twice", "preflight", KEY),
    ({"fault": "origin-twice", "operation": "GetObject"}, "role", "storage.cors_twice", "signed-get", KEY),
    ({"fault": "false-gzip"}, "user", "storage.content_encoding", "decode", KEY),
    ({"fault": "false-gzip"}, "role", "storage.content_encoding", "decode", KEY),
    ({"fault": "cut-body", "operation": "GetObject"}, "user", "storage.body_cut", "range", KEY),
    ({"fault": "cut-body", "operation": "ListObjectsV2"}, "user", "storage.body_cut", "identity", KEY),
    ({"fault": "cut-body", "operation": "ListObjectsV2"}, "role", "storage.body_cut", "list", KEY),
    ({"fault": "bomb"}, "user", "storage.not_decodable", "decode", KEY),
    ({"fault": "hide-missing"}, "role", "storage.no_such_object", "head", GONE),
    ({"fault": "no-such-object"}, "role", "storage.no_such_object", "head", KEY),
    ({"fault": "throttle"}, "role", "storage.throttled", "sts", KEY),
    ({"fault": "throttle", "operation": "HeadObject"}, "role", "storage.throttled", "head", KEY),
    ({"fault": "no-cors"}, "role", "storage.cors_missing", "preflight", KEY),
    ({"fault": "other-origin", "origin": "https://elsewhere.example"}, "role", "storage.cors_other_origin", "preflight", KEY),
    ({"fault": "cut-body", "operation": "GetObject"}, "role", "storage.body_cut", "range", KEY),
    ({"fault": "bomb"}, "role", "storage.not_decodable", "decode", KEY),
]

WARNINGS = [
    ({"fault": "clock-skew", "seconds": 400}, "user", "storage.clock_skew", "clock"),
    ({"fault": "clock-skew", "seconds": -400}, "user", "storage.clock_skew", "clock"),
    ({"fault": "clock-skew", "seconds": 400}, "role", "storage.clock_skew", "clock"),
    ({"fault": "redirect-301", "region": OTHER}, "user", "storage.wrong_region", "region"),
    ({"fault": "redirect-400", "region": OTHER}, "user", "storage.wrong_region", "region"),
    ({"fault": "redirect-301", "region": OTHER}, "role", "storage.wrong_region", "region"),
    ({"fault": "redirect-400", "region": OTHER}, "role", "storage.wrong_region", "region"),
    ({"fault": "deny-list"}, "user", "storage.list_denied", "list"),
    ({"fault": "deny-list"}, "role", "storage.list_denied", "list"),
    ({"fault": "throttle", "operation": "Preflight"}, "user", "storage.preflight_refused", "preflight"),
    ({"fault": "hang", "operation": "Preflight"}, "user", "storage.preflight_refused", "preflight"),
    # Beside the preflight, what pages get is let in.
    ({"fault": "origin-twice", "operation": "Preflight"}, "user", "storage.preflight_refused", "preflight"),
    # The right one and a stranger are heard; then the many that the doctor tries at once are not.
    ({"fault": "throttle", "operation": "AssumeRole", "after": 2}, "role", "storage.throttled", "external-id-random"),
    ({"fault": "no-vary"}, "user", "storage.cors_no_vary", "signed-get"),
    ({"fault": "no-vary"}, "role", "storage.cors_no_vary", "signed-get"),
    ({"fault": "ignore-range"}, "role", "storage.ranges_ignored", "range"),
    ({"fault": "ignore-range"}, "user", "storage.ranges_ignored", "range"),
    ({"fault": "wrong-content-type", "type": "application/octet-stream"}, "user", "storage.wrong_content_type", "decode"),
    ({"fault": "wrong-content-type", "type": "application/octet-stream"}, "role", "storage.wrong_content_type", "decode"),
]


def shown(fault):
    return "-".join(str(value) for value in fault.values())


def named(diagnosis, verdict):
    """Code and check of everything with this verdict."""
    return [(one["code"], one["name"]) for one in diagnosis["checks"] if one["verdict"] == verdict]


@pytest.mark.parametrize("storage", ["user", "role"])
def test_a_storage_that_works_has_nothing_in_its_way(doctor, storage):
    diagnosis = doctor.examine(storage, object=doctor.object(KEY))
    assert diagnosis["verdict"] == "passed", diagnosis
    assert diagnosis["cause"] is None and diagnosis["warnings"] == []
    skipped = {one["name"] for one in diagnosis["checks"] if one["verdict"] == "skipped"}
    of_roles = {"sts", "external-id", "external-id-absent", "external-id-random"} if storage == "user" else set()
    assert skipped == {"tls", "kms"} | of_roles


@pytest.mark.parametrize(("fault", "storage", "code", "check", "key"), FAILURES, ids=lambda one: shown(one) if isinstance(one, dict) else None)
def test_the_doctor_names_the_cause_and_stops(doctor, fault, storage, code, check, key):
    doctor.misbehave(fault)
    diagnosis = doctor.examine(storage, object=doctor.object(key))
    assert named(diagnosis, "failed") == [(code, check)], diagnosis
    assert named(diagnosis, "warned") == []
    assert diagnosis["verdict"] == "failed"
    cause = diagnosis["cause"]
    assert cause["message"].endswith(".") and cause["fix"]["text"].endswith(".")
    # Whatever is behind the cause was not asked.
    checks = [one for one in diagnosis["checks"] if one["verdict"] != "skipped"]
    assert checks[-1] == cause


@pytest.mark.parametrize(("fault", "storage", "code", "check"), WARNINGS, ids=lambda one: shown(one) if isinstance(one, dict) else None)
def test_what_does_not_keep_assets_away_is_a_warning(doctor, fault, storage, code, check):
    doctor.misbehave(fault)
    diagnosis = doctor.examine(storage, object=doctor.object(KEY))
    assert named(diagnosis, "failed") == [], diagnosis
    assert named(diagnosis, "warned") == [(code, check)]
    assert diagnosis["verdict"] == "warned"
    assert [one["code"] for one in diagnosis["warnings"]] == [code]


def test_a_busy_sts_that_hears_most_of_them_is_asked_for_the_others_again(doctor):
    doctor.misbehave({"fault": "throttle", "operation": "AssumeRole", "after": 2, "times": 6})
    diagnosis = doctor.examine("role", object=doctor.object(KEY))
    assert diagnosis["verdict"] == "passed", diagnosis


@pytest.mark.parametrize("storage", ["user", "role"])
def test_where_there_is_no_object_to_try_nothing_passed(doctor, storage):
    form = {"accessType": "IAM_USER", **doctor.place(), **doctor.keys()}
    if storage == "role":
        form = {"accessType": "IAM_DELEGATED", **doctor.place(), **doctor.role()}
    prefix = f"{doctor.facts['bucket']}/mistyped/"
    diagnosis = doctor.examine({**form, "prefixes": [prefix]})
    assert named(diagnosis, "failed") == [], diagnosis
    assert named(diagnosis, "warned") == [("storage.nothing_to_read", "coverage")]
    assert prefix in diagnosis["warnings"][0]["message"]
    if storage == "role":
        return
    # The list of storages does not call it well either.
    id = doctor.hub.storage(name="mistyped", **form, prefixes=[prefix])
    doctor.hub.post(f"/v2/storages/{id}/test", {})
    saved = doctor.hub.get(f"/v2/storages/{id}")["storage"]
    assert saved["lastCheck"]["code"] == "storage.nothing_to_read", saved


@pytest.mark.parametrize("seconds", [60, 150, -60])
def test_a_clock_that_is_a_little_off_keeps_nobody_from_anything(doctor, seconds):
    doctor.misbehave({"fault": "clock-skew", "seconds": seconds})
    diagnosis = doctor.examine("user", object=doctor.object(KEY))
    assert diagnosis["verdict"] == "passed", diagnosis


def test_a_clock_that_is_ahead_as_long_as_urls_hold_is_not_taken_for_a_policy(doctor):
    """By how much the URLs of pages are over depends on when their window began, so that it fails or is warned of."""
    doctor.misbehave({"fault": "clock-skew", "seconds": 899})
    diagnosis = doctor.examine("user", object=doctor.object(KEY))
    assert {one["code"] for one in diagnosis["checks"] if one["code"]} == {"storage.clock_skew"}, diagnosis


@pytest.mark.parametrize(
    ("endpoint", "code", "check"),
    [
        ("http://s3.nobody.invalid", "storage.dns", "address"),
        ("http://127.0.0.1:1", "storage.connect", "address"),
        ("TLS", "storage.tls", "tls"),
    ],
)
def test_a_server_that_is_not_reached_is_told_by_how_far_one_gets(doctor, endpoint, code, check):
    if endpoint == "TLS":
        doctor.misbehave({"fault": "cut-tls"})
        endpoint = doctor.facts["s3Endpoint"].replace("http:", "https:")
    form = {"accessType": "IAM_USER", **doctor.place(), **doctor.keys(), "endpoint": endpoint}
    diagnosis = doctor.examine(form)
    assert named(diagnosis, "failed") == [(code, check)], diagnosis


def test_a_missing_key_that_may_not_be_looked_for_is_still_told(doctor):
    """Who may read and not list hears of a missing key that listing is forbidden, so reading is not."""
    doctor.misbehave({"fault": "deny-list"})
    diagnosis = doctor.examine("user", object=doctor.object(GONE))
    assert named(diagnosis, "failed") == [("storage.no_such_object", "head")], diagnosis


def test_an_object_that_nobody_could_look_for_is_not_said_to_be_there(doctor):
    def message(*rules, key):
        doctor.misbehave(*rules)
        cause = doctor.examine("user", object=doctor.object(key))["cause"]
        assert cause["code"] == "storage.get_denied", cause
        return cause["message"]

    neither = [{"fault": "deny-list"}, {"fault": "deny-get"}]
    assert "is there" not in message(*neither, key=KEY).split(", and whether it is there")[0]
    assert "can only be told with s3:ListBucket" in message(*neither, key=GONE)
    assert "is there and may not be read" in message({"fault": "deny-get"}, key=KEY)


def test_what_to_paste_names_this_hub_its_bucket_and_its_external_id(doctor):
    def paste(fault, storage="user"):
        doctor.misbehave({"fault": fault})
        return doctor.examine(storage, object=doctor.object(KEY))["cause"]["fix"]["paste"]

    assert paste("no-cors")[0]["AllowedOrigins"] == [doctor.hub.url]
    assert f"arn:aws:s3:::{doctor.facts['bucket']}/*" in str(paste("deny-get"))
    assert "kms:Decrypt" in str(paste("deny-kms"))
    for fault in ["no-external-id-demanded", "deny-assume-role"]:
        trust = str(paste(fault, "role"))
        assert doctor.facts["externalId"] in trust and doctor.facts["delegateArn"] in trust


def test_what_aws_says_of_the_policy_that_denies_is_shown(doctor):
    doctor.misbehave({"fault": "deny-get"})
    cause = doctor.examine("user", object=doctor.object(KEY))["cause"]
    assert "because no identity-based policy allows the s3:GetObject action" in cause["message"]
    # A Deny that somebody wrote stands above every Allow, so none is given to paste.
    doctor.misbehave({"fault": "revoke-sessions", "before": "2100-01-01T00:00:00Z", "operation": "ListObjectsV2"})
    warning = doctor.examine("role", object=doctor.object(KEY))["warnings"][0]
    assert warning["code"] == "storage.list_denied"
    assert "with an explicit deny in an identity-based policy" in warning["message"]
    assert "Deny" in warning["fix"]["text"] and warning["fix"]["paste"] is None
