"""What boto3 raises, in the terms of the table that the sandbox is held to."""

import pytest
from botocore.exceptions import ClientError


class Refused:
    def __init__(self, error):
        response = error.response
        self.code = response["Error"]["Code"]
        self.message = response["Error"].get("Message", "")
        self.elements = response["Error"]
        self.status = response["ResponseMetadata"]["HTTPStatusCode"]
        self.headers = response["ResponseMetadata"]["HTTPHeaders"]


def refused(call, **arguments):
    """Calls what must be refused, and gives the refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return Refused(caught.value)
