"""TLS on the same port: for who trusts the sandbox's own certificate, for nobody else, and cut on demand."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError

KEY = "cute-cat.jpg"


@pytest.fixture
def trusted(faulty, tmp_path):
    """A file with the certificate to trust."""
    file = tmp_path / "certificate.pem"
    file.write_text(faulty.ready["certificate"])
    return str(file)


def client(sandbox, verify, host="127.0.0.1"):
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    return boto3.client("s3", endpoint_url=f"https://{host}:{sandbox.port}", region_name="eu-central-1",
                        verify=verify, config=config, **sandbox.keys("reader"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_who_trusts_the_certificate_is_served_as_without_tls(faulty, trusted, host):
    secure = client(faulty, trusted, host).get_object(Bucket="photos", Key=KEY)["Body"].read()
    assert secure == faulty.s3().get_object(Bucket="photos", Key=KEY)["Body"].read()
    faulty.faults({"fault": "deny-get"})
    with pytest.raises(ClientError, match="s3:GetObject"):
        client(faulty, trusted, host).get_object(Bucket="photos", Key=KEY)


def test_who_does_not_trust_it_breaks_off(faulty):
    with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        client(faulty, True).head_object(Bucket="photos", Key=KEY)


def test_cut_tls_ends_handshakes_and_leaves_plain_http(faulty, trusted):
    faulty.faults({"fault": "cut-tls", "after": 1, "times": 2})
    client(faulty, trusted).head_object(Bucket="photos", Key=KEY)
    for _ in range(2):
        with pytest.raises(SSLError, match="EOF"):
            client(faulty, trusted).head_object(Bucket="photos", Key=KEY)
    faulty.s3().head_object(Bucket="photos", Key=KEY)
    client(faulty, trusted).head_object(Bucket="photos", Key=KEY)
    assert faulty.fault_counts() == [(4, 2)]
