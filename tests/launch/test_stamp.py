from pathlib import Path

import pytest

from launch.setup.stamp import Stamp, fingerprint


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_text("one")
    return file


def test_the_fingerprint_changes_with_content_and_with_words(source):
    first = fingerprint([source], "3.11")
    assert first == fingerprint([source], "3.11")
    assert first != fingerprint([source], "3.12")
    source.write_text("two")
    assert first != fingerprint([source], "3.11")


def test_work_that_was_interrupted_does_not_look_done(tmp_path, source):
    stamp = Stamp("work", tmp_path)
    stamp.write(fingerprint([source]))
    assert stamp.matches(fingerprint([source]))
    stamp.clear()
    assert not stamp.matches(fingerprint([source]))
