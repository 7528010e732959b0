"""Whatever somebody writes into whichever key: settings are loaded or refused with mistakes, never with a crash."""

import copy
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.mistakes import Mistake, Mistakes
from config.settings import load, sample_text
from config.toml_files import SHIPPED
from tests.config.desks import ENVIRONMENT, NOW

CONFIG = Path(__file__).parents[2] / "config"
FILES: dict[str, dict[str, Any]] = {"ombud.toml": tomllib.loads(sample_text())}
FILES |= {name: tomllib.loads((CONFIG / name).read_text("utf-8")) for name in SHIPPED}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
SCALARS = st.one_of(st.booleans(), st.integers(-(2**31), 2**63 - 1), TEXTS, st.dates())
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(TEXTS, SCALARS, max_size=3))


def written(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {written(value[key])}" for key in value) + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def document(tables: dict[str, Any]) -> str:
    return "\n".join(f"{json.dumps(key, ensure_ascii=False)} = {written(value)}" for key, value in tables.items())


def places(value: object) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, key) for key, _ in pairs] + [place for _, inner in pairs for place in places(inner)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(FILES)), st.data())
def test_any_value_anywhere_is_loaded_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    changed, desk = copy.deepcopy(FILES[name]), copy.deepcopy(FILES["ombud.toml"])
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(changed)))
        container[key] = data.draw(VALUES)
    folder = tmp_path / "policy"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    if name == "ombud.toml":
        desk = changed
    else:
        (folder / name).write_text(document(changed), encoding="utf-8")
    desk.setdefault("policy_dir", "policy")
    (tmp_path / "ombud.toml").write_text(document(desk), encoding="utf-8")
    found: tuple[Mistake, ...] | None = None
    try:
        load(tmp_path / "ombud.toml", now=NOW, environment=ENVIRONMENT)
    except Mistakes as mistakes:
        found = mistakes.items
    assert found is None or (found and all(item.file and item.wrong for item in found))
