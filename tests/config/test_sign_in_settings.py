"""`[account.sign_in]`: what may stand there, and what becomes of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.secret import Secret
from config.values import SignIn
from tests.config.desks import load_text, mistakes_of, sample

PASSWORD = 'password_env = "OMBUD_COMPLAINTS_PASSWORD"\n'
AUTHENTICATION = "[account.authentication]\n"
SECRET = 'client_secret_env = "OMBUD_COMPLAINTS_PASSWORD"'
MICROSOFT = f'provider = "microsoft"\ntenant = "firm.example"\nclient_id = "desk"\n{SECRET}'


def text(table: str) -> str:
    """The sample with access tokens for its first account."""
    return sample((PASSWORD, ""), (PASSWORD, ""), (AUTHENTICATION, f"[account.sign_in]\n{table}\n\n{AUTHENTICATION}"))


def secret_file(folder: Path, name: str = "refresh.token") -> str:
    (folder / name).write_text("refresh-canary\n")
    (folder / name).chmod(0o600)
    return f'refresh_token_file = "{name}"'


def sign_in_of(folder: Path, table: str) -> SignIn:
    account = load_text(folder, text(table)).account("complaints")
    assert (None, None) == (account.imap.password, account.smtp.password)
    assert account.sign_in is not None
    return account.sign_in


def test_microsoft_with_client_credentials_needs_no_address_and_no_scope(tmp_path: Path) -> None:
    expected = SignIn(
        token_url="https://login.microsoftonline.com/firm.example/oauth2/v2.0/token",
        client_id="desk",
        client_secret=Secret("canary-one"),
        scope="https://outlook.office365.com/.default",
    )
    assert expected == sign_in_of(tmp_path, MICROSOFT)


def test_microsoft_with_a_refresh_token_asks_for_the_rights_of_a_user(tmp_path: Path) -> None:
    table = f'provider = "microsoft"\ntenant = "a/b"\nclient_id = "desk"\n{secret_file(tmp_path)}'
    found = sign_in_of(tmp_path, table)
    assert "https://login.microsoftonline.com/a%2Fb/oauth2/v2.0/token" == found.token_url
    assert {"IMAP.AccessAsUser.All", "SMTP.Send", "offline_access"} == {
        part.rpartition("/")[2] for part in found.scope.split()
    }
    assert (Secret("refresh-canary"), tmp_path / "refresh.token") == (found.refresh_token, found.refresh_token_file)


def test_google_and_any_other_endpoint(tmp_path: Path) -> None:
    table = f'provider = "google"\nclient_id = "desk"\n{SECRET}\n{secret_file(tmp_path)}'
    google = sign_in_of(tmp_path, table)
    assert "https://oauth2.googleapis.com/token" == google.token_url
    other = sign_in_of(
        tmp_path, table.replace("google", "other") + '\ntoken_url = "https://sso.firm.example/token"\nscope = "mail"'
    )
    assert replace(google, token_url="https://sso.firm.example/token", scope="mail") == other


def test_a_command_is_a_list_of_arguments(tmp_path: Path) -> None:
    found = sign_in_of(
        tmp_path, 'provider = "command"\ncommand = ["/usr/bin/token", "of the desk"]\ntimeout_seconds = 5'
    )
    assert (("/usr/bin/token", "of the desk"), 5.0) == (found.command, found.timeout.total_seconds())


def test_a_server_with_a_password_of_its_own_keeps_it(tmp_path: Path) -> None:
    mixed = sample((PASSWORD, ""), (AUTHENTICATION, f"[account.sign_in]\n{MICROSOFT}\n\n{AUTHENTICATION}"))
    account = load_text(tmp_path, mixed).account("complaints")
    assert (None, Secret("canary-one")) == (account.imap.password, account.smtp.password)


def test_the_files_of_secrets_are_among_the_files_of_the_settings(tmp_path: Path) -> None:
    table = f'provider = "google"\nclient_id = "desk"\n{SECRET}\n{secret_file(tmp_path)}'
    assert tmp_path / "refresh.token" in load_text(tmp_path, text(table)).files


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('provider = "hotmail"', "none of the words"),
        ('provider = "microsoft"\nclient_id = "desk"', "lacks tenant"),
        ('provider = "microsoft"\ntenant = "firm.example"', "lacks client_id"),
        ('provider = "microsoft"\ntenant = "firm.example"\nclient_id = "desk"', "needs a client_secret"),
        (f'provider = "google"\nclient_id = "desk"\n{SECRET}', "needs client_secret and refresh_token"),
        (f'provider = "other"\nclient_id = "desk"\n{SECRET}', "lacks token_url"),
        (f'{MICROSOFT}\nclient_secret_file = "x"', "has both client_secret_env and client_secret_file"),
        (f'{MICROSOFT}\nclient_secret = "canary"', "does not belong into this file"),
        (f'{MICROSOFT}\nrefresh_token = "canary"', "does not belong into this file"),
        (f'{MICROSOFT}\ntoken_url = "http://login.example/token"', "no address for secrets"),
        (f'{MICROSOFT}\ntoken_url = "login.example/token"', "no address for secrets"),
        (f'{MICROSOFT}\ncommand = ["/bin/true"]', "command has no meaning"),
        (f"{MICROSOFT}\ntimeout_seconds = 0", "too small"),
        (f'{MICROSOFT}\nca_file = "nowhere.pem"', "cannot be read"),
        ('provider = "command"', "lacks command"),
        ('provider = "command"\ncommand = ["token"]', "names no program"),
        ('provider = "command"\ncommand = ["/bin/true"]\nclient_id = "desk"', "client_id has no meaning"),
        ("", "no password is named for imap"),
        ('client_id = "desk"', "client_id has no meaning"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, table: str, words: str) -> None:
    found = mistakes_of(tmp_path, text(table))
    assert [True] == [words in item.wrong for item in found], found
    assert "canary" not in str(found)
    assert all(item.instead for item in found)


def test_tokens_that_nobody_would_use_are_told(tmp_path: Path) -> None:
    both = sample((AUTHENTICATION, f"[account.sign_in]\n{MICROSOFT}\n\n{AUTHENTICATION}"))
    assert ["sign_in would be used by nobody"] == [item.wrong for item in mistakes_of(tmp_path, both)]


@pytest.mark.parametrize("name", ["client_secret_file", "refresh_token_file"])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, name: str) -> None:
    secret_file(tmp_path)
    (tmp_path / "refresh.token").chmod(0o644)
    table = f'provider = "other"\ntoken_url = "https://sso.example/t"\nclient_id = "desk"\n{name} = "refresh.token"'
    (found,) = mistakes_of(tmp_path, text(table))
    assert (f"account[complaints].sign_in.{name}", f"run: chmod 600 {tmp_path}/refresh.token") == (
        found.key,
        found.instead,
    )


def test_settings_show_no_secret(tmp_path: Path) -> None:
    table = f'provider = "google"\nclient_id = "desk"\n{SECRET}\n{secret_file(tmp_path)}'
    assert "canary" not in repr(load_text(tmp_path, text(table)))
