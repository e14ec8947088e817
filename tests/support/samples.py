"""The sample photographs, and lists that name them."""

from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).parents[2] / "crates/sandbox/assets"


def photographs():
    """The samples by their keys; names with spaces, a plus, a percent sign and an umlaut among them."""
    files = [file for file in FOLDER.iterdir() if file.suffix in {".jpg", ".png"}]
    assert len(files) >= 10, f"{FOLDER} holds only {len(files)} photographs"
    return {file.name: file.read_bytes() for file in sorted(files)}


def rows(bucket, region, keys):
    """The list that the page describes: one row per key."""
    base = f"https://{bucket}.s3.{region}.amazonaws.com/"
    return [{"data": base + quote(key), "externalId": key} for key in keys]
