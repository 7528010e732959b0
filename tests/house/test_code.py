"""Rules about the code itself: one clock, one broad except, a docstring everywhere."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, Module, modules, tracked

ALL = modules("cases", "config", "daemon", "parsers", "store", "templates", "tests", "bench")
PRODUCT = modules()
# parsers/__init__.py exports its one function, parse_message.
INITS = [each for each in ALL if each.name.endswith("/__init__.py") and each.name != "parsers/__init__.py"]
BROAD = {"Exception", "BaseException"}
# Calls that read the clock; those with an argument (`fromtimestamp`, `gmtime(x)`) do not.
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
STOPWATCH = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}


def by_name(module: Module) -> str:
    return module.name


def test_every_tracked_python_file_can_be_parsed() -> None:
    parsed = [ast.parse(path.read_bytes(), filename=str(path)) for path in tracked() if path.suffix == ".py"]
    assert parsed


@pytest.mark.parametrize("module", ALL, ids=by_name)
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", INITS, ids=by_name)
def test_an_init_file_holds_a_docstring_only(module: Module) -> None:
    assert 1 == len(module.tree.body)


@pytest.mark.parametrize("module", PRODUCT, ids=by_name)
def test_only_the_loop_catches_everything(module: Module) -> None:
    """Invariant 12: one broad except, around one unit of work."""
    if module.name != "daemon/loop.py":
        assert [] == list(_broad_catches(module.tree))


@pytest.mark.parametrize("module", PRODUCT, ids=by_name)
def test_only_the_clock_module_reads_the_clock(module: Module) -> None:
    """Invariant 5: time is an argument. A stopwatch (monotonic) is allowed to the daemon."""
    forbidden = set[str]()
    if module.name != "daemon/clock.py":
        forbidden |= CLOCK
    if module.folder != "daemon":
        forbidden |= STOPWATCH
    assert [] == [f"line {line}: {name}" for name, line in _names_used(module.tree) if name in forbidden]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("try:\n  x()\nexcept:\n  pass", 1),
        ("try:\n  x()\nexcept (ValueError, Exception):\n  pass", 1),
        ("with contextlib.suppress(BaseException):\n  x()", 1),
        ("try:\n  x()\nexcept (ValueError, OSError):\n  pass", 0),
        ("try:\n  x()\nexcept BaseException:\n  undo()\n  raise", 0),
        ("try:\n  x()\nexcept BaseException:\n  if odd:\n    raise", 1),
        ("try:\n  x()\nexcept BaseException as error:\n  raise ValueError from error", 1),
    ],
)
def test_the_rule_about_broad_catches_sees_what_it_should(code: str, found: int) -> None:
    assert found == len(list(_broad_catches(ast.parse(code))))


@pytest.mark.parametrize(
    "code",
    [
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime as dt\ndt.now(UTC)",
        "from time import time\ntime()",
        "import time as t\nread = t.time",
    ],
)
def test_the_rule_about_the_clock_sees_through_aliases(code: str) -> None:
    assert {name for name, _ in _names_used(ast.parse(code))} & CLOCK


def test_the_rules_look_at_files_at_all() -> None:
    assert (ROOT / "pyproject.toml") in set(tracked())
    assert "tests/house/test_code.py" in {module.name for module in ALL}


def _broad_catches(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            broad = (node.type is None or bool(_mentioned(node.type) & BROAD)) and not _passes_on(node)
        elif isinstance(node, ast.Call) and "suppress" in _mentioned(node.func):
            broad = any(_mentioned(argument) & BROAD for argument in node.args)
        else:
            continue
        if broad:
            yield node.lineno


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether it only cleans up: whatever was caught is raised again, unchanged, at its end."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _mentioned(node: ast.expr) -> set[str]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return names | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def _names_used(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of names and attributes, with `import as` undone and `datetime.datetime` shortened."""
    real: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            real.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            real.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            dotted = f"{real.get(first, first)}.{rest}".rstrip(".")
            yield dotted.removeprefix("datetime.") if dotted.count(".") > 1 else dotted, node.lineno
