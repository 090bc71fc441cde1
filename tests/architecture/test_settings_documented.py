"""`.env.example` lists every setting there is, with the default it really has, and says what it is for."""

from pathlib import Path

from disputes.settings import Settings

FILE = Path(__file__).parent.parent.parent / ".env.example"


def test_every_setting_is_listed_and_nothing_else() -> None:
    assert set(listed()) == {name.upper() for name in Settings.model_fields}


def test_each_has_its_real_default() -> None:
    defaults = {name.upper(): str(field.default) for name, field in Settings.model_fields.items()}
    assert listed() == defaults


def test_each_is_explained() -> None:
    """Directly above the setting, or above the one it belongs together with."""
    lines = FILE.read_text().splitlines()
    for number, line in enumerate(lines):
        if is_setting(line):
            above = lines[number - 1]
            assert above.startswith("# ") or is_setting(above), line


def listed() -> dict[str, str]:
    lines = [line for line in FILE.read_text().splitlines() if is_setting(line)]
    return dict(line.split("=", 1) for line in lines)


def is_setting(line: str) -> bool:
    return bool(line) and not line.startswith("#")
