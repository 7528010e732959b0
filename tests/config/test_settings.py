"""What an admin writes arrives as values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cases.policy import Rate
from cases.reading import Authentication, AuthenticationProfile
from cases.target import parse_target
from cases.words import Channel, Grade
from config.mistakes import Mistakes
from config.settings import load
from config.values import LetterMode, ReplyToken, Tls
from tests.config.desks import ENVIRONMENT, NOW, load_text, mistakes_of, sample
from tests.servers.tls import Authority

USER = 'user = "complaints@meridian.example"'


def test_the_sample_is_complete_and_loads(tmp_path: Path) -> None:
    settings = load_text(tmp_path, sample())
    account = settings.account("complaints")
    assert ("complaints", "regulators") == tuple(account.name for account in settings.accounts)
    assert "canary-one" == account.imap.password.reveal()  # type: ignore[union-attr]
    assert (Tls.STARTTLS, 587) == (settings.account("regulators").smtp.tls, settings.account("regulators").smtp.port)
    assert Channel.REGULATOR is settings.account("regulators").channel
    assert (timedelta(minutes=1), 30 * 1024 * 1024) == (account.poll, account.size_cap)
    assert (ReplyToken.PLUS, LetterMode.SEND, "") == (account.reply_token, account.letters, account.redirect_to)
    assert (
        Authentication(
            profile=AuthenticationProfile.GENERIC,
            server_id="mx.meridian.example",
            internal_domains=("meridian.example",),
        )
        == account.reading.authentication
    )
    assert (("X-Spam-Flag", "YES"),) == account.reading.spam_headers
    assert f"sqlite:///{tmp_path}/ombud.sqlite3" == settings.database.url


def test_every_account_knows_all_addresses_of_the_desk(tmp_path: Path) -> None:
    settings = load_text(tmp_path, sample())
    assert 3 == len(settings.desk_addresses)
    assert {settings.desk_addresses} == {account.reading.own_addresses for account in settings.accounts}


def test_the_embedded_sample_needs_no_file_and_no_environment() -> None:
    settings = load(None, now=NOW, environment={})
    assert {"demo"} == {account.imap.password.reveal() for account in settings.accounts}  # type: ignore[union-attr]
    assert "acknowledge" == settings.policy.stages[0].name


def test_letters_may_be_redirected(tmp_path: Path) -> None:
    text = sample(('letters = "send"', 'letters = "redirect:me@example.org"'))
    account = load_text(tmp_path, text).account("complaints")
    assert (LetterMode.REDIRECT, "me@example.org") == (account.letters, account.redirect_to)


def test_ports_follow_the_way_of_encryption(tmp_path: Path) -> None:
    text = sample(('port = 587\ntls = "starttls"\n', 'tls = "starttls"\n'), ("port = 993\n", ""))
    settings = load_text(tmp_path, text)
    assert (993, 587) == (settings.account("complaints").imap.port, settings.account("regulators").smtp.port)


def test_a_password_of_the_database_travels_beside_its_url(tmp_path: Path) -> None:
    secret = tmp_path / "database.password"
    secret.write_text("p@ss/word\n", encoding="utf-8")
    secret.chmod(0o600)
    new = 'url = "postgresql://ombud@db.internal:5433/ombud"\npassword_file = "database.password"'
    database = load_text(tmp_path, sample(('url = "sqlite:///ombud.sqlite3"', new))).database
    assert "postgresql://ombud@db.internal:5433/ombud" == database.url
    assert "postgresql://ombud:p%40ss%2Fword@db.internal:5433/ombud" == database.reveal()


def test_a_file_in_policy_dir_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    routes = """
        several_lead = "it"
        several_clause = "M15.4"
        [[route]]
        category = "other"
        clause = "[ours] one department for all"
        departments = ["it"]
    """
    settings = load_text(tmp_path, sample(), routes=routes)
    assert [("other", ("it",))] == [(route.category, route.departments) for route in settings.policy.routes]
    assert load_text(tmp_path, sample()).policy.stages == settings.policy.stages
    assert tmp_path / "policy" / "routes.toml" in settings.files


def test_all_files_that_were_read_are_known_for_a_reload(tmp_path: Path) -> None:
    settings = load_text(tmp_path, sample())
    assert {tmp_path / "ombud.toml", tmp_path / "ombud-token.key"} == set(settings.files)


def test_an_absence_lasts_from_the_first_to_the_last_day_where_the_person_works(tmp_path: Path) -> None:
    person = load_text(tmp_path, sample()).policy.directory.people["weber"]
    assert not person.is_away(datetime(2026, 12, 20, 22, 59, tzinfo=UTC))
    assert person.is_away(datetime(2026, 12, 20, 23, 0, tzinfo=UTC))
    assert person.is_away(datetime(2027, 1, 3, 22, 59, tzinfo=UTC))
    assert not person.is_away(datetime(2027, 1, 3, 23, 0, tzinfo=UTC))


def test_the_directory_finds_people_centres_and_local_heads(tmp_path: Path) -> None:
    directory = load_text(tmp_path, sample()).policy.directory
    assert "lin" == getattr(directory.person_at("Intake@Meridian.example"), "id", None)
    assert ("europe", "asia") == (directory.centre_for("FR").id, directory.centre_for("ZA").id)
    heads = [directory.head_of("logistics", centre) for centre in ("europe", "americas")]
    assert ["rossi", "okafor"] == [head.id for head in heads if head]


def test_one_target_for_all_grades_may_be_written_once(tmp_path: Path) -> None:
    stage = load_text(tmp_path, sample()).policy.stage("register")
    assert stage is not None
    assert dict.fromkeys(Grade, parse_target("2 bd")) == dict(stage.target)
    assert dict.fromkeys(Grade, "intake") == dict(stage.ladder)


def test_a_closed_case_ends_every_clock(tmp_path: Path) -> None:
    stages = load_text(tmp_path, sample()).policy.stages
    assert all(("CaseClosed" in stage.moot) is not stage.after_close for stage in stages)
    after = {"report", "review", "archive", "archive_general", "regulator", "tell_authority", "data_request"}
    after |= {"correct", "verify", "check_effect", "roll_up"}
    assert after == {stage.name for stage in stages if stage.after_close}


def test_from_date_is_a_date(tmp_path: Path) -> None:
    text = sample(("# from_date = 2026-11-01", "from_date = 2026-11-01"))
    assert date(2026, 11, 1) == load_text(tmp_path, text).account("complaints").from_date


def test_what_is_allowed_but_dangerous_is_a_warning(tmp_path: Path) -> None:
    authentication = 'profile = "generic"\nserver_id = "mx.meridian.example"\ninternal_domains'
    settings = load_text(tmp_path, sample((authentication, 'profile = "none"\ninternal_domains')))
    assert ["complaints"] == [text.split("'")[1] for text in settings.warnings if "NO AUTHENTICATION RESULTS" in text]
    assert any("exchange rates" in text and "2025-06-30" in text for text in settings.warnings)
    assert any("calendar 'china'" in text and "2026-12-18" in text for text in settings.warnings)


def test_fresh_rates_and_known_holidays_cause_no_warning(tmp_path: Path) -> None:
    rates = 'clause = "M13"\n[rate]\nEUR = { cny = 7.8, on = 2026-11-20 }\n'
    calendars = 'known_until = 2030-12-31\nshifts = ["09:00-18:00"]\n'
    text = sample()
    for name, zone, country in (
        ("china", "Asia/Shanghai", "CN"),
        ("middle-east", "Asia/Dubai", "AE"),
        ("saudi-arabia", "Asia/Riyadh", "SA"),
    ):
        text += f'\n[calendar.{name}]\nzone = "{zone}"\ncountry = "{country}"\n{calendars}'
    settings = load_text(tmp_path, text, rates=rates)
    assert () == settings.warnings
    assert {"EUR": (Rate(on=date(2026, 11, 20), cny=Decimal("7.8")),)} == dict(settings.policy.rates)


def test_a_missing_settings_file_is_a_mistake_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(Mistakes, match="cannot be read") as raised:
        load(tmp_path / "nowhere.toml", now=NOW, environment=ENVIRONMENT)
    assert 1 == len(raised.value.items)


def test_a_server_may_have_authorities_of_its_own(tmp_path: Path, authority: Authority) -> None:
    def named(file: str) -> str:
        return sample((USER, f'{USER}\nca_file = "{file}"'))

    assert authority.ca_file == load_text(tmp_path, named(str(authority.ca_file))).account("complaints").imap.ca_file
    wrong = {mistake.key for mistake in mistakes_of(tmp_path, named("nowhere.pem"))}
    assert "account[complaints].imap.ca_file" in wrong


def test_calendars_that_count_for_nobody_are_not_worth_a_warning(tmp_path: Path) -> None:
    """A company without customers in Sharjah need not hear that the feasts there are not announced yet."""
    settings = load_text(tmp_path, sample())
    assert not any("sharjah" in text for text in settings.warnings)
    assert any("saudi-arabia" in text for text in settings.warnings)
