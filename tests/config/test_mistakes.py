"""Every mistake is refused at the start, all of them at once: file, key, what is wrong, what to write instead."""

import re
from pathlib import Path

import pytest

from config.mistakes import Mistakes
from tests.config.desks import changed, load_text, mistakes_of, sample

SHIPPED = Path(__file__).parents[2] / "config"

# what is changed in the sample, the key that is named, words of the message
IN_THE_DESK = [
    ("poll_seconds = 60", "poll_second = 60", "account[complaints].poll_second", "did you mean 'poll_seconds'?"),
    ("poll_seconds = 60", "poll_seconds = 0", "account[complaints].poll_seconds", "at least 1"),
    ("poll_seconds = 60", 'poll_seconds = "60"', "account[complaints].poll_seconds", "no whole number"),
    ("port = 993", "port = 99999", "account[complaints].imap.port", "at most 65535"),
    ('tls = "implicit"', 'tls = "ssl"', "account[complaints].imap.tls", "'implicit'"),
    ('tls = "implicit"', 'tls = "none"', "account[complaints].imap", "readable to imap.meridian.example"),
    ('channel = "customer"', 'channel = "shop"', "account[complaints].channel", "'regulator'"),
    ('language = "en"', 'language = "english"', "account[complaints].language", "BCP 47"),
    ('"complaints@meridian.example", "b', '"Desk <c@meridian.example>", "b', "account[complaints].addresses", "bare"),
    (
        '"complaints@meridian.example", "b',
        '"complaints+x@meridian.example", "b',
        "account[complaints].addresses",
        "plus",
    ),
    ('["authorities@', '["Complaints@', "account[regulators].addresses", "listed more than once"),
    ('name = "regulators"', 'name = "complaints"', "account[complaints].", "two [[account]]"),
    ('letters = "send"', 'letters = "sent"', "account[complaints].letters", "redirect:ADDRESS"),
    ('letters = "send"', 'letters = "redirect:Beschwerde@meridian.example"', "account[complaints].letters", "itself"),
    ('processed_folder = "Processed"', 'processed_folder = "INBOX"', "account[complaints].processed_folder", "polled"),
    (
        'profile = "generic"\nserver_id = "mx.meridian.example"\ni',
        'profile = "generic"\ni',
        "authentication",
        "server_id",
    ),
    ('profile = "generic"', 'profile = "yahoo"', "account[complaints].authentication.profile", "'gmail'"),
    (
        'spam_headers = ["X-Spam-Flag: YES"]',
        'spam_headers = ["X-Spam"]',
        "account[complaints].spam_headers",
        "X-Spam-Flag",
    ),
    (
        '"Quarantine"\ncentre = "asia"',
        '"Quarantine"\ncentre = "asai"',
        "account[complaints].centre",
        "did you mean 'asia'?",
    ),
    ("# from_date = 2026-11-01", 'from_date = "2026-11-01"', "account[complaints].from_date", "without quotes"),
    ('default_centre = "asia"', 'default_centre = "mars"', "organisation.default_centre", "no centre 'mars'"),
    ('head_office = "china"', 'head_office = "chin"', "organisation.head_office", "did you mean 'china'?"),
    ('head = "weber"', 'head = "weberr"', "centre[europe].head", "did you mean 'weber'?"),
    ('{ logistics = "rossi" }', '{ logistic = "rossi" }', "centre[europe].departments", "did you mean 'logistics'?"),
    ('{ logistics = "rossi" }', '{ logistics = "nobody" }', "centre[europe].departments.logistics", "'nobody'"),
    ('["CN", "HK"', '["CN", "FR"', "centre[europe].countries", "FR is served by several"),
    ('["CN", "HK"', '["CN", "Hongkong"', "centre[asia].countries[#2]", "ISO 3166"),
    ('id = "finance"', 'id = "legal"', "department[legal].", "two [[department]]"),
    ('head = "kim"', 'head = "tim"', "department[finance].head", "there is no person 'tim'"),
    ('deputy = "brandt"', 'deputy = "brand"', "person[lin].deputy", "did you mean 'brandt'?"),
    ('roles = ["it"]', 'roles = ["IT"]', "person[nguyen].roles[#1]", "small letters"),
    ('roles = ["audit"]', 'roles = ["auditor"]', "person[meyer].roles", "did you mean 'audit'?"),
    ('["ruth.meyer@', '["xu.fang@', "person[meyer].addresses", "several people"),
    ('id = "meyer"', 'id = "customer"', "person[customer].id", "cannot be a colleague"),
    ('["ruth.meyer@', '["Complaints+a@', "person[meyer].addresses", "desk itself"),
    (
        'calendar = "europe"\n\n[[person]]\nid = "chen"',
        'calendar = "mars"\n\n[[person]]\nid = "chen"',
        "brandt",
        "calendar",
    ),
    ("last = 2027-01-03", "last = 2026-01-03", "person[weber].absences[#1]", "ends before it begins"),
    ('roles = ["management"]', "roles = []", "person", "'management'"),
    ('zone = "Europe/Berlin"', 'zone = "Europe/Bonn"', "calendar[europe].zone", "IANA"),
    ('subdivision = "BE"', 'subdivision = "XX"', "calendar[europe]", "'XX'"),
    ('country = "DE"', 'country = "XX"', "calendar[europe]", "no holidays are known"),
    ('"14:00-18:00"]', '"12:00-18:00"]', "calendar[europe].shifts", "overlap"),
    ('"14:00-18:00"]', '"14:00-25:00"]', "calendar[europe].shifts[#2]", "'09:00-18:00'"),
    ("{ fri = [", "{ friday = [", "calendar[europe].shifts_on.friday", "mon, tue"),
    ("half_days = [2026-12-24", "half_days = [2026-12-28", "calendar[europe].days_off", "2026-12-28"),
    ('url = "sqlite:///ombud.sqlite3"', 'url = "mysql://x/y"', "database.url", "postgresql://"),
    ('url = "sqlite:///ombud.sqlite3"', 'url = "postgresql://a:b@c/d"', "database.url", "holds a password"),
    ('url = "sqlite:///ombud.sqlite3"', 'url = "sqlite://x"', "database.url", "three slashes"),
    ('id = "a"\n', 'id = "A"\n', "token_key[A].id", "small letter"),
    ("memory_mb = 768", "memory_mb = 64", "workers.memory_mb", "at least 256"),
    ("attempts = 3", "attempts = true", "workers.attempts", "no whole number"),
    ('log_level = "info"', 'log_level = "loud"', "log_level", "'debug'"),
    ("[workers]", "[worker]", "worker", "did you mean 'workers'?"),
    ("[organisation]", "[organization]", "organisation", "missing"),
    ('# policy_dir = "policy"', 'policy_dir = "nowhere"', "policy_dir", "no folder"),
    ('# templates_dir = "templates"', 'templates_dir = "nowhere"', "templates_dir", "no folder"),
]

# file, what is changed in it, the key that is named, words of the message
IN_THE_POLICY = [
    ("stages", 'starts = ["TriageAsked"]', 'starts = ["TriageAskd"]', "stage[triage].starts", "mean 'TriageAsked'?"),
    ("stages", '["LetterSent:head_told"]', '["LetterSent:head_tld"]', "stage[head_told].done", "LetterSent:head_told"),
    ("stages", 'target = "2 bd"', 'target = "2 days"', "stage[register].target.general", "bd or month, for instance"),
    ("stages", 'target = "2 bd"', 'target = "0 bd"', "stage[register].target.general", "more than 0"),
    ("stages", 'target = "2 bd"', 'target = { huge = "2 bd" }', "stage[register].target.huge", "'important'"),
    ("stages", 'ladder = { major = "contain" }', 'ladder = { general = "contain" }', "stage[contain].ladder", "major"),
    ("stages", 'ladder = "intake"', 'ladder = "intak"', "stage[register].ladder", "did you mean 'intake'?"),
    ("stages", 'owner = "handler"', 'owner = "handlr"', "stage[put_to_customer].owner", "did you mean 'handler'?"),
    ("stages", 'clause = "M15.2"', 'clause = "M99"', "stage[register].clause", "cites 'M99'"),
    ("stages", 'clause = "M15.2"', 'clause = "[ours]"', "stage[register].clause", "without a reason"),
    ("stages", 'clause = "M15.2"', 'clause = ""', "stage[register].clause", "cites 'nothing'"),
    ("stages", 'name = "register"', 'name = "triage"', "stage[triage]", "two rows [[stage]]"),
    ("stages", 'name = "register"', 'name = "re:gister"', "stage[re:gister].name", "small letters"),
    (
        "stages",
        'always_moot = ["CaseClosed"]',
        'always_mot = ["CaseClosed"]',
        "always_mot",
        "did you mean 'always_moot'?",
    ),
    ("ladders", 'at = "50 %"', 'at = "half"', "ladder[standard].steps[#1].at", "'50 %', 'limit' or '+1 bd'"),
    ("ladders", 'at = "50 %"', 'at = "150 %"', "ladder[standard].steps[#1].at", "'50 %', 'limit' or '+1 bd'"),
    ("ladders", 'do = "remind"', 'do = "escalate"', "ladder[standard].steps[remind-50].do", "before the limit"),
    ("ladders", 'do = "breach"', 'do = "remind"', "ladder[standard].steps[breach].do", "after the limit"),
    ("ladders", 'who = "owner"', 'who = "ownr"', "ladder[standard].steps[remind-50].who", "did you mean 'owner'?"),
    ("ladders", '"remind-80"', '"remind-50"', "ladder[standard].steps", "two steps are called 'remind-50'"),
    ("ladders", 'repeat = "5 bd"', 'repat = "5 bd"', "ladder[standard].steps[#6].repat", "did you mean 'repeat'?"),
    ("ladders", 'breach = "at once"', 'breach = "noon"', "telling.breach.general", "'at once', 'morning'"),
    (
        "ladders",
        'longest = "20 bd"',
        'longest = "2 bd"',
        "ladder[standard].steps[escalate-management].longest",
        "shorter",
    ),
    ("ladders", 'longest = "20 bd"', 'longest = "99 wh"', "ladder[standard].steps[escalate-management].longest", "bd"),
    (
        "ladders",
        'repeat = "5 bd", ',
        "",
        "ladder[standard].steps[escalate-management].repeat",
        "nothing can become longer",
    ),
    ("notices", 'when = "Routed"', 'when = "Rooted"', "notice[assign].when", "did you mean 'Routed'?"),
    ("notices", '["triage"]', '["triag"]', "notice[acknowledge neutrally].only", "did you mean 'triage'?"),
    ("notices", 'letter = "result"', 'letter = "reslt"', "notice[tell the result].letter", "did you mean 'result'?"),
    (
        "notices",
        'class = "final"\nstops',
        'class = "last"\nstops',
        "notice[put the solution to the customer].class",
        "'owed'",
    ),
    ("notices", 'stops = "head_told"', 'stops = "accpt"', "notice[assign].stops", "did you mean 'accept'?"),
    ("notices", 'stops = "tell_result"', 'stops = "accept"', "stage[tell_result].done", "no letter ever completes it"),
    ("grades", 'signals = ["press"]', 'signals = ["pres"]', "grade[press].signals", "did you mean 'press'?"),
    ("grades", 'signals = ["press"]', "", "grade[press]", "can never match"),
    ("grades", '["data-protection"]', '["data"]', "grade[customer_data].categories", "no category 'data'"),
    ("grades", 'is = "major"', 'is = "grave"', "grade[loss_over_limit].is", "'important'"),
    ("routes", '["quality", "production"]', '["qualty"]', "route[product-quality].departments", "mean 'quality'?"),
    ("routes", 'category = "other"', 'category = "other"\nregion = ["moon"]', "route[other].region", "'moon'"),
    ("routes", 'category = "other"', 'category = "other"\ncentre = "moon"', "route[other].centre", "'moon'"),
    ("routes", 'category = "other"', 'category = "other"\nfurther = ["moon"]', "route[other].further", "'moon'"),
    ("routes", 'category = "other"', "", "route[#11]", "matches everything"),
    (
        "rates",
        "AED = { cny = 1.95,",
        "AED = { earlier = [{ cny = 2, on = 2025-06-30 }], cny = 1.95,",
        "rate[AED]",
        "two",
    ),
    (
        "rates",
        "AED = { cny = 1.95,",
        "AED = { earlier = [{ cny = 2, on = 2025-07-30 }], cny = 1.95,",
        "rate[AED]",
        "later",
    ),
    ("grades", "repeats_above = 1", "repeats_above = -1", "grade[repeated_case].repeats_above", "too small"),
    ("grades", "within_days = 365", "", "grade[repeated_case]", "belong together"),
    ("routes", 'category = "other"', 'category = "rest"', "route", "'other' has no row"),
    ("routes", 'several_lead = "customer-service"', 'several_lead = "nobody"', "several_lead", "'nobody'"),
    ("commands", '"accepted"', '"RESOLVED"', "command[resolve].words", "already means 'accept'"),
    ("commands", '"accepted"', '"accept:"', "command[accept].words[#2]", "without a colon"),
    ("commands", 'name = "help"', 'name = "halp"', "command[halp].name", "did you mean 'help'?"),
    ("commands", 'roles = ["intake desk"]', 'roles = ["intake"]', "command[complaint].roles", "mean 'intake desk'?"),
    ("ceilings", "count = 3", "count = 0", "ceiling[case].count", "at least 1"),
    ("ceilings", 'per = "case"', 'per = "person"', "ceiling[case].per", "'address'"),
    ("letters", "days = 3", 'days = "3"', "max_age.days", "whole number"),
    ("letters", '  "reminder",\n', "", "names", "'reminder' is missing"),
    ("letters", 'final = "park"', 'final = "hope"', "uncertain.final", "'resend'"),
    ("required", 'fact = "phone"', 'fact = "fon"', "required[fon].fact", "no kind of fact 'fon'"),
    ("rates", "EUR = { cny = 8.40", "EUR = { cny = -1", "rate[EUR].cny", "more than 0"),
    ("rates", "EUR = {", "EURO = {", "rate[EURO]", "three capital letters"),
    ("rates", "AUD = { cny = 4.70, on = 2025", "AUD = { cny = 4.70, on = 2099", "rate[AUD].on", "lies in the future"),
    ("calendars", 'country = "SG"', 'country = "Singapore"', "calendar[south-east-asia].country", "ISO 3166"),
    ("calendars", 'shifts = ["09:00-18:00"]', "shifts = []", "calendar[china]", "no working time"),
    ("zones", 'AE = "Asia/Dubai"', 'AE = "Asia/Dubay"', "zone.AE", "IANA"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"), IN_THE_DESK, ids=[f"{new} -> {key}" for _, new, key, _ in IN_THE_DESK]
)
def test_a_mistake_in_ombud_toml_is_named(tmp_path: Path, old: str, new: str, key: str, words: str) -> None:
    found = mistakes_of(tmp_path, sample((old, new)))
    assert [] != [item for item in found if key in f"{item.key}." and words in f"{item.wrong}; {item.instead}"], found
    # One slip of the pen does not bury its message under a dozen others.
    assert 3 >= len(found) or "[org" in old, found


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "words"), IN_THE_POLICY, ids=[f"{row[2]} -> {row[3]}" for row in IN_THE_POLICY]
)
def test_a_mistake_in_the_policy_is_named(tmp_path: Path, name: str, old: str, new: str, key: str, words: str) -> None:
    shipped = (SHIPPED / f"{name}.toml").read_text("utf-8")
    found = mistakes_of(tmp_path, sample(), **{name: changed(shipped, (old, new))})
    told = [item for item in found if item.key == key and words in f"{item.wrong}; {item.instead}"]
    assert [f"policy/{name if 'no letter ever' not in words else 'stages'}.toml"] == [
        re.sub(r".*(policy|config)/", "policy/", item.file) for item in told
    ], found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Mistakes of form do not hide those of meaning, and a broken row does not make its name unknown."""
    text = sample(
        ("poll_seconds = 60", "poll_seconds = 0"),
        ('head = "weber"', 'head = "weberr"'),
        ('deputy = "wang"', 'deputy = "lin"\ncolour = "red"'),
        ('roles = ["audit"]', 'roles = ["auditor"]'),
        ('password_env = "OMBUD_COMPLAINTS_PASSWORD"', 'password_env = "NOT_SET"'),
    )
    stages = changed((SHIPPED / "stages.toml").read_text("utf-8"), ('owner = "handler"', 'owner = "nobody"'))
    found = mistakes_of(tmp_path, text, stages=stages)
    assert {
        "account[complaints].poll_seconds",
        "centre[europe].head",
        "person[chen].colour",
        "person[meyer].roles",
        "stage[put_to_customer].owner",
    } == {item.key for item in found}


def test_a_circle_of_deputies_is_told_once(tmp_path: Path) -> None:
    text = sample(
        ('deputy = "rossi"', 'deputy = "xu"'), ('roles = ["management"]', 'roles = ["management"]\ndeputy = "weber"')
    )
    found = mistakes_of(tmp_path, text)
    assert ["deputies in a circle: weber → xu → weber"] == [item.wrong for item in found]


def test_nobody_is_ones_own_deputy(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, sample(('deputy = "rossi"', 'deputy = "weber"')))
    assert ["deputies in a circle: weber → weber"] == [item.wrong for item in found]


def test_two_accounts_do_not_poll_the_same_folder(tmp_path: Path) -> None:
    text = sample(('user = "authorities@meridian.example"', 'user = "complaints@meridian.example"'))
    assert {"folders"} == {item.key.rpartition(".")[2] for item in mistakes_of(tmp_path, text)}


@pytest.mark.parametrize("role", ["intake desk", "hq", "management", "legal"])
def test_a_role_that_is_written_to_and_nobody_has_is_told_once(tmp_path: Path, role: str) -> None:
    (found,) = mistakes_of(tmp_path, re.sub(rf'(roles = \[)"{role}"', r'\1"audit"', sample()))
    assert f"nobody has the role {role!r}" in found.wrong


def test_a_role_that_only_commands_name_may_be_without_people(tmp_path: Path) -> None:
    assert () == mistakes_of(tmp_path, sample(('roles = ["audit"]', "roles = []")))


def test_a_line_that_is_no_toml_is_named_with_its_place(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, sample(("[workers]", "[workers")))
    assert 1 == len(found), found
    assert re.search(r"line \d\d, column", found[0].wrong)


def test_a_file_that_belongs_to_no_policy_is_named(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, sample(), stage="")
    assert [("stage.toml", "did you mean 'stages.toml'?")] == [(Path(item.file).name, item.instead) for item in found]


def test_an_unreadable_file_of_the_policy_causes_no_other_complaint(tmp_path: Path) -> None:
    found = mistakes_of(tmp_path, sample(), stages="[[stage]\n")
    assert [("stages.toml", True)] == [(Path(item.file).name, "no valid TOML" in item.wrong) for item in found]


def test_a_file_in_another_charset_is_named(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "rates.toml").write_bytes(b"# Z\xfcrich\n")
    found = mistakes_of(tmp_path, f'policy_dir = "policy"\n{sample()}')
    assert ["is not UTF-8 (byte 3)"] == [item.wrong for item in found]


def test_the_text_is_for_people(tmp_path: Path) -> None:
    with pytest.raises(Mistakes) as raised:
        load_text(tmp_path, sample(("poll_seconds = 60", "poll_second = 60"), ('head = "weber"', 'head = "weberr"')))
    assert [
        "2 mistakes in the settings:",
        f"  {tmp_path}/ombud.toml: account[complaints].poll_second: unknown key; did you mean 'poll_seconds'?",
        f"  {tmp_path}/ombud.toml: centre[europe].head: there is no person 'weberr'; did you mean 'weber'?",
    ] == str(raised.value).splitlines()


def test_a_mistake_in_a_file_that_came_with_ombud_says_where_ones_own_goes(tmp_path: Path) -> None:
    """A company without the ten departments of the shipped routes has never seen that file."""
    text = sample(('id = "finance"', 'id = "money"'))
    with pytest.raises(Mistakes, match=r"config/routes.toml: what comes with ombud .* policy_dir"):
        load_text(tmp_path, text)
    (tmp_path / "config").mkdir()
    with pytest.raises(Mistakes) as caught:
        load_text(tmp_path / "config", sample(("poll_seconds", "poll_second")))
    assert "comes with ombud" not in str(caught.value)
