"""Settings are written into their file: only the lines of those that change, and all of it or nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.tui.preferences.settings import SETTINGS, Settings, SettingsError
from blis_tui.tui.preferences.settings_writing import with_settings, write_settings

FILE = """\
# mine
theme = "light"   # at the desk
editor = "a # b"  # odd

[keys]            # the rest
"file.save" = "f3"
"""


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, FILE),
        ({"theme": "dark"}, FILE.replace('"light"   #', '"dark"    #')),
        ({"theme": None}, FILE.replace('theme = "light"   # at the desk\n', "")),
        ({"editor": "vi"}, FILE.replace('"a # b"  #', '"vi"     #')),
        ({"mouse": False, "split": 40}, FILE.replace("# odd\n", "# odd\nmouse = false\nsplit = 40\n")),
        ({"editor": 'x "y" \\ é'}, FILE.replace('"a # b"  #', '"x \\"y\\" \\\\ é" #')),
    ],
)
def test_only_the_lines_of_what_changes_change(changes: dict[str, object], wanted: str) -> None:
    assert with_settings(FILE, changes) == wanted


def test_other_texts_get_their_lines_too() -> None:
    assert with_settings("", {"split": 40}) == "split = 40\n"
    assert with_settings("# only", {"split": 40}) == "# only\nsplit = 40\n"
    assert with_settings("[keys]\r\n", {"split": 40}) == "split = 40\r\n\r\n[keys]\r\n"


VALUES = {
    "theme": st.sampled_from(["dark", "light", None]),
    "split": st.none() | st.integers(30, 120),
    "editor": st.none() | st.text(min_size=1).filter(lambda text: bool(text.strip()) and text.isprintable()),
    "mouse": st.booleans(),
}


@given(st.fixed_dictionaries({}, optional=VALUES), st.fixed_dictionaries({}, optional=VALUES))
def test_what_was_written_is_read(first: dict[str, object], then: dict[str, object]) -> None:
    text = with_settings(with_settings(FILE, first), then)
    expected = {name: value for name, value in {**tomllib.loads(FILE), **first, **then}.items() if value is not None}
    assert tomllib.loads(text) == expected
    assert "# mine" in text and "# the rest" in text


def test_the_file_is_made_where_it_is_missing_and_kept_where_it_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    assert write_settings(path, {"theme": "light"}) == Settings("light")
    assert path.read_text() == 'theme = "light"\n'
    for wrong in ('them = "x"\n', "theme = \n", "theme = '''light'''\n# é".encode("latin-1")):
        data = wrong if isinstance(wrong, bytes) else wrong.encode()
        path.write_bytes(data)
        with pytest.raises(SettingsError, match=r"settings\.toml"):
            write_settings(path, {"split": 40})
        assert path.read_bytes() == data


def test_what_cannot_be_changed_by_lines_is_left(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('editor = """\nvim"""\n')
    with pytest.raises(SettingsError):
        write_settings(path, {"editor": "nano"})
    assert path.read_text() == 'editor = """\nvim"""\n'
    with pytest.raises(SettingsError, match=r"directory|not a folder"):
        write_settings(tmp_path, {"split": 40})
    path.write_bytes(b"\xef\xbb\xbfsplit = 40\r\n")
    write_settings(path, {"split": 50})
    assert path.read_bytes() == b"\xef\xbb\xbfsplit = 50\r\n"


def test_every_setting_is_declared() -> None:
    assert set(SETTINGS) == set(Settings._fields)
