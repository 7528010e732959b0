"""One pool of real parser workers and one reading of the settings for all rows; a database for each."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.reading import Reading
from config.settings import load
from config.values import Settings
from daemon.assemble import keys_of
from daemon.workers import Parsers
from tests.badinput.desk import MONDAY, BadDesk


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shipped sample, whose addresses, people and rules the table speaks of."""
    folder = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        keys_of(load(None, now=MONDAY))  # makes the key file, as the first start does
        return load(None, now=MONDAY)


@pytest.fixture(scope="session")
def parsers() -> Iterator[Parsers]:
    with Parsers(Reading(), workers=2) as pool:
        yield pool


@pytest.fixture
def desk(settings: Settings, parsers: Parsers, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[BadDesk]:
    """A desk that has one case already."""
    caplog.set_level(logging.DEBUG, logger="ombud")
    one = BadDesk(settings, parsers, tmp_path, caplog.records)
    yield one
    one.close()
