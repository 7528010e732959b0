"""Nothing in the repository belongs to one machine, one network or one person."""

import re

import pytest

from tests.house.tree import ROOT, tracked

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "host of a package registry": r"(?:pypi|pythonhosted|npmjs|crates)[.](?:org|io|com)|deb[.]debian[.]org",
    "setting that names a package index": r"--(?:extra-)?index[-]url|--find[-]links|(?:PIP|UV)_INDEX[_]URL",
    "path of one machine": r"(?<![\w.])/(?:work[/]|root[/]|home/[a-z]|Users/[A-Z])",
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY[-]----",
    "access key": r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-[0-9A-Za-z-]{10}|\bsk-[A-Za-z0-9]{32}",
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_tracked_file_holds_a(kind: str) -> None:
    pattern = re.compile(FORBIDDEN[kind])
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if (match := pattern.search(path.read_bytes().decode("utf-8", "replace")))
    ]
    assert [] == found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("host of a package registry", "see https://py" + "pi.org/project/x"),
        ("path of one machine", "open /ro" + "ot/.ssh"),
        ("private key", "-----BEGIN RSA PRIVATE" + " KEY-----"),
    ],
)
def test_the_patterns_find_what_they_are_for(kind: str, text: str) -> None:
    assert re.search(FORBIDDEN[kind], text)
