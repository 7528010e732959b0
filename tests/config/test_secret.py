"""Secrets come from the environment or from files nobody else may read, and are shown to nobody (threats T19)."""

import pickle
import stat
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman
from config.mistakes import Mistakes
from config.secret import Secret, create_key
from tests.config.desks import ENVIRONMENT, load_text, mistakes_of, sample

ENV_KEY = 'password_env = "OMBUD_COMPLAINTS_PASSWORD"'


def test_a_secret_shows_itself_only_when_asked_by_name() -> None:
    secret = Secret("canary")
    assert "canary" == secret.reveal()
    assert "canary" not in f"{secret} {secret!r} {secret:>30} {[secret]}"
    with pytest.raises(TypeError, match="not copied out"):
        pickle.dumps(secret)


def test_no_settings_show_their_secrets(tmp_path: Path) -> None:
    settings = load_text(tmp_path, sample())
    assert "canary-one" == settings.account("complaints").smtp.password.reveal()  # type: ignore[union-attr]
    assert not [value for value in ENVIRONMENT.values() if value in repr(settings)]


def test_no_mistake_shows_a_secret_that_somebody_wrote_into_the_file(tmp_path: Path) -> None:
    for number, line in enumerate(('password = "canary"', "password = 4711", 'passwort = "canary"')):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(Mistakes) as raised:
            load_text(folder, sample((ENV_KEY, line)))
        assert "canary" not in str(raised.value)
        assert "4711" not in str(raised.value)


def test_a_password_in_the_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (found,) = mistakes_of(tmp_path, sample((ENV_KEY, f'{ENV_KEY}\npassword = "canary"')))
    assert "account[complaints].imap.password" == found.key
    assert 'write password_env = "NAME_OF_A_VARIABLE" or password_file = ' in found.instead


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "password"
    file.write_text("canary\n", encoding="utf-8")
    file.chmod(mode)
    (found,) = mistakes_of(tmp_path, sample((ENV_KEY, 'password_file = "password"')))
    assert ("account[complaints].imap.password_file", f"run: chmod 600 {file}") == (found.key, found.instead)


@pytest.mark.parametrize(("content", "secret"), [("a b\n", "a b"), ("a b", "a b"), (" a\r\n", " a"), ("a\n\n", "a\n")])
def test_only_one_line_end_is_taken_off(tmp_path: Path, content: str, secret: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    file.chmod(0o400)
    settings = load_text(tmp_path, sample((ENV_KEY, 'password_file = "password"')))
    assert secret == settings.account("complaints").imap.password.reveal()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('password_file = "nowhere"', "cannot be read"),
        ('password_file = "empty"', "is empty"),
        ('password_env = "NOT_SET"', "NOT_SET is not set"),
        ('password_env = "NOT_SET"\npassword_file = "empty"', "has both"),
        ("", "no password is named"),
    ],
)
def test_a_password_that_is_not_there_is_named(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "empty").touch(mode=0o600)
    (found,) = mistakes_of(tmp_path, sample((ENV_KEY, line)))
    assert words in found.wrong


def test_the_first_key_may_be_missing_and_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    (key,) = load_text(tmp_path, sample()).token_keys
    assert (None, tmp_path / "ombud-token.key") == (key.secret, key.file)
    assert key.file is not None
    created = create_key(key.file)
    assert 0o600 == stat.S_IMODE(key.file.stat().st_mode)
    (again,) = load_text(tmp_path, sample()).token_keys
    assert created == again.secret
    assert 64 == len(created.reveal())
    with pytest.raises(NeedsHuman, match="cannot be created"):
        create_key(key.file)


def test_an_old_key_must_be_there(tmp_path: Path) -> None:
    text = sample(("[workers]", '[[token_key]]\nid = "b"\nsecret_file = "old.key"\n\n[workers]'))
    (found,) = mistakes_of(tmp_path, text)
    assert "token_key[b].secret_file" == found.key


def test_a_key_is_not_short(tmp_path: Path) -> None:
    key = tmp_path / "ombud-token.key"
    key.write_text("x" * 31, encoding="utf-8")
    key.chmod(0o600)
    (found,) = mistakes_of(tmp_path, sample())
    assert ("token_key[a].secret_file", "the key is too short") == (found.key, found.wrong)


def test_without_a_token_key_there_is_one(tmp_path: Path) -> None:
    text = sample(('[[token_key]]\nid = "a"\nsecret_file = "ombud-token.key"\n', ""))
    assert ["a"] == [key.id for key in load_text(tmp_path, text).token_keys]


def test_two_keys_of_one_id_are_refused(tmp_path: Path) -> None:
    text = sample(("[workers]", '[[token_key]]\nid = "a"\nsecret_env = "OMBUD_COMPLAINTS_PASSWORD"\n\n[workers]'))
    assert any("two [[token_key]]" in item.wrong for item in mistakes_of(tmp_path, text))
