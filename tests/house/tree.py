"""Reads the product's own source for the house rules; knows nothing of any rule."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("cases", "config", "daemon", "parsers", "store", "templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file; `name` is its path from the root, with slashes."""

    name: str
    tree: ast.Module

    @property
    def folder(self) -> str:
        return self.name.partition("/")[0]

    def imports(self) -> frozenset[str]:
        """Dotted names of all modules imported from outside the module's own folder, wherever in the code."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module)
        return frozenset(name for name in found if name.partition(".")[0] != self.folder)

    def top_imports(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self.imports())


def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file of `folders` (of the product if none are named). Raises SyntaxError for a broken one."""
    return tuple(
        Module(name=path.relative_to(ROOT).as_posix(), tree=ast.parse(path.read_bytes(), filename=str(path)))
        for folder in folders or FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


def tracked() -> Iterator[Path]:
    """Every file that belongs to the repository, without what git ignores."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        yield from (path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts)
        return
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name
