"""What is shipped: the six folders with their data, under names that nobody else claims."""

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import FOLDERS, ROOT, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names in a freshly built wheel; the build needs no network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == built.returncode, built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return frozenset(archive.namelist())


def test_the_wheel_holds_every_file_of_our_folders_and_nothing_else(wheel: frozenset[str]) -> None:
    """Code as well as data: a letter or a default that stays behind is found by the first customer."""
    ours = {path.relative_to(ROOT) for path in tracked()}
    expected = {path.as_posix() for path in ours if path.parts[0] in FOLDERS and len(path.parts) > 1}
    shipped = {name for name in wheel if ".dist-info/" not in name}
    assert expected == shipped


def test_the_wheel_carries_the_licence(wheel: frozenset[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert "Apache-2.0" == PROJECT["project"]["license"]


def test_the_packages_are_listed_explicitly_and_never_uploaded() -> None:
    assert list(FOLDERS) == PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_no_other_distribution_owns_one_of_our_names() -> None:
    """`python-daemon` installs a top-level `daemon` too, and pip would silently mix the two."""
    owners = packages_distributions()
    claims = {folder: set(owners.get(folder, ())) - {"ombud"} for folder in FOLDERS}
    assert {} == {folder: others for folder, others in claims.items() if others}


def test_the_version_is_written_in_one_place() -> None:
    version = PROJECT["project"]["version"]
    assigned = [path.name for path in _python_files() if f'"{version}"' in path.read_text()]
    assert [] == assigned


def _python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in FOLDERS]
