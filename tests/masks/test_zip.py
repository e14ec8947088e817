"""Zip files, read by Python's zipfile, by Info-ZIP and by the SDK's way: the first entry is the JSON."""

import json
import struct
import subprocess
import zipfile
import zlib

import pytest

from rasterizer import example

ROW = '{"taskId":"6a1d","tools":[{"title":"Car","polygon":[[1.25,3.5],[100,200]]}]}\n'


def write(path, lines):
    text = "".join(json.dumps(line) + "\n" for line in [*lines, "finish"])
    subprocess.run([example("zip"), path], input=text, text=True, check=True, timeout=300)
    return path


def assert_info_zip_reads(path):
    done = subprocess.run(["unzip", "-t", path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors detected" in done.stdout


def export(interrupted=(), level=1):
    """An export of three parts and some masks; after which checkpoints it is interrupted."""
    lines = [{"start": "export.json", "level": level}]
    for part in range(3):
        lines += [{"write": ROW, "times": 2000 + part}, "checkpoint", *["interrupt"] * (part in interrupted)]
    lines += ["end", {"add": "masks/ä 1.png", "text": "one"}, "checkpoint", *["interrupt"] * (3 in interrupted)]
    return [*lines, {"add": "masks/2.png", "text": "two" * 1000, "level": 9}, {"start": "notes.txt"}, {"write": "x"}, "end"]


@pytest.fixture
def whole(tmp_path):
    return write(tmp_path / "whole.zip", export())


def test_zipfile_reads_every_entry(whole):
    with zipfile.ZipFile(whole) as file:
        assert file.testzip() is None
        assert file.namelist() == ["export.json", "masks/ä 1.png", "masks/2.png", "notes.txt"]
        first = file.infolist()[0]
        assert first.header_offset == 0
        assert file.read(first) == (ROW * 6003).encode()
        assert file.read("masks/ä 1.png") == b"one"
        assert file.read("masks/2.png") == b"two" * 1000
        assert file.read("notes.txt") == b"x"
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert first.compress_size * 10 < first.file_size


def test_info_zip_reads_it_and_unpacks_readable_files(whole, tmp_path):
    assert_info_zip_reads(whole)
    subprocess.run(["unzip", "-q", whole, "-d", tmp_path / "out"], check=True, timeout=60)
    unpacked = tmp_path / "out" / "masks" / "2.png"
    assert unpacked.read_text() == "two" * 1000
    assert unpacked.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("interrupted", [[0], [1], [2], [3], [0, 1, 2, 3]])
@pytest.mark.parametrize("level", [None, 0, 1, 6, 9])
def test_whoever_is_interrupted_writes_the_same_bytes(tmp_path, interrupted, level):
    whole = write(tmp_path / "whole.zip", export(level=level))
    again = write(tmp_path / "again.zip", export(interrupted, level))
    assert whole.read_bytes() == again.read_bytes()


def stream(data):
    """Entries as somebody reads them who does not wait for the directory: name, bytes, sizes before and behind them."""
    at = 0
    while data[at : at + 4] == b"PK\3\4":
        _, flags, method, _, _, *before, name_bytes, extra_bytes = struct.unpack_from("<HHHHHIIIHH", data, at + 4)
        name = data[at + 30 : at + 30 + name_bytes].decode()
        at += 30 + name_bytes + extra_bytes
        if flags & 8:
            assert method == 8
            inflate = zlib.decompressobj(-15)
            content = inflate.decompress(data[at:])
            kept = len(data) - at - len(inflate.unused_data)
            signature, *behind = struct.unpack_from("<4sIQQ", inflate.unused_data)
            assert signature == b"PK\7\x08"
            assert before == [0, 0xFFFFFFFF, 0xFFFFFFFF]
            yield name, content, behind == [zlib.crc32(content), kept, len(content)]
            at += kept + 24
        else:
            kept = data[at : at + before[1]]
            content = zlib.decompress(kept, -15) if method == 8 else kept
            yield name, content, before == [zlib.crc32(content), len(kept), len(content)]
            at += len(kept)


def test_whoever_reads_it_as_a_stream_finds_sizes_and_checksums(tmp_path):
    path = write(tmp_path / "whole.zip", export()[:-3])
    entries = list(stream(path.read_bytes()))
    assert [(name, len(content)) for name, content, _ in entries] == [
        ("export.json", len(ROW) * 6003),
        ("masks/ä 1.png", 3),
        ("masks/2.png", 3000),
    ]
    assert all(is_told for _, _, is_told in entries)


def test_more_entries_than_16_bits_count(tmp_path):
    path = write(tmp_path / "many.zip", [{"add": f"{number}", "text": ""} for number in range(65_600)])
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
    assert (len(names), names[-1]) == (65_600, "65599")
    assert_info_zip_reads(path)


def test_entries_behind_four_gibibytes_are_found(tmp_path):
    """What lies before them is a hole in the file that takes no room."""
    lines = [{"behind": 5 << 30}, {"add": "masks/1.png", "text": "one"}, {"start": "a.json", "level": 6}, {"write": ROW}, "end"]
    path = write(tmp_path / "long.zip", lines)
    with zipfile.ZipFile(path) as file:
        assert file.infolist()[0].header_offset == 5 << 30
        assert file.read("masks/1.png") == b"one"
        assert file.read("a.json") == ROW.encode()


def test_an_entry_of_more_than_four_gibibytes_is_whole(tmp_path):
    megabyte = " " * (1 << 20)
    lines = [{"start": "export.json", "level": 1}, {"write": megabyte, "times": 4097}, "checkpoint", "interrupt", "end"]
    path = write(tmp_path / "large.zip", [*lines, {"add": "2", "text": "two"}])
    with zipfile.ZipFile(path) as file:
        first, second = file.infolist()
        assert first.file_size == 4097 << 20
        with file.open(first) as entry:
            assert sum(len(part) for part in iter(lambda: entry.read(1 << 24), b"")) == first.file_size
        assert file.read(second) == b"two"
