"""Settings files for tests: the sample, and the sample with something changed."""

from datetime import UTC, datetime
from pathlib import Path

from config.mistakes import Mistake, Mistakes
from config.settings import load, sample_text
from config.values import Settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ENVIRONMENT = {"OMBUD_COMPLAINTS_PASSWORD": "canary-one", "OMBUD_AUTHORITIES_PASSWORD": "canary-two"}


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each change made once; a change that meets nothing is a mistake of the test."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the text"
        text = text.replace(old, new, 1)
    return text


def load_text(folder: Path, text: str, **files: str) -> Settings:
    """Settings from a text, and from files of the policy (`routes="…"` is policy/routes.toml)."""
    if files:
        (folder / "policy").mkdir()
        text = f'policy_dir = "policy"\n{text}'
    for name, content in files.items():
        (folder / "policy" / f"{name}.toml").write_text(content, encoding="utf-8")
    (folder / "ombud.toml").write_text(text, encoding="utf-8")
    return load(folder / "ombud.toml", now=NOW, environment=ENVIRONMENT)


def mistakes_of(folder: Path, text: str, **files: str) -> tuple[Mistake, ...]:
    """What is wrong with a text; nothing when it loads."""
    try:
        load_text(folder, text, **files)
    except Mistakes as mistakes:
        return mistakes.items
    return ()


def sample(*changes: tuple[str, str]) -> str:
    """The sample with changes."""
    return changed(sample_text(), *changes)
