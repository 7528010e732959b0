"""How the demo's page and tables name things. Letters have their own words; these are for whoever watches."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cases.policy import Policy

SHANGHAI = ZoneInfo("Asia/Shanghai")
LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "vi": "Vietnamese",
    "zh-Hans": "Chinese (simplified)",
    "zh-Hant": "Chinese (traditional)",
}
_LETTERS = {
    "acknowledgement-bare": "Bare acknowledgement",
    "triage-acknowledgement": "Neutral acknowledgement",
    "command-answer": "Answer to commands",
    "desk-notice": "Notice to the intake desk",
    "record-head": "Head of the record",
    "follow-up": "Further message",
    "major-notice": "Major case",
    "triage": "Question of triage",
}
_STAGES = {
    "acknowledge": "acknowledge",
    "head_told": "tell the department",
    "confirm_grade": "confirm the grade",
    "tell_result": "tell the result",
    "next contact": "next contact",
}


def language(code: str) -> str:
    """`de-AT` → German."""
    return LANGUAGES.get(code) or LANGUAGES.get(code.partition("-")[0]) or code or "unknown"


def letter(kind: str) -> str:
    """`desk-notice` → Notice to the intake desk."""
    return _LETTERS.get(kind) or kind.replace("-", " ").capitalize()


def stage(name: str) -> str:
    """`confirm_grade` → confirm the grade."""
    return _STAGES.get(name) or name.replace("_", " ")


def category(name: str) -> str:
    """`product-quality` → Product quality."""
    return name.replace("-", " ").capitalize()


def clause(cited: str) -> str:
    """`M13 [ours] a reason` → M13: what the policy's rows cite, without the reasons they give."""
    return cited.partition("[ours]")[0].strip().rstrip(",") or ("ours" if cited else "")


def moment(at: datetime) -> str:
    """`Mon 23 Nov, 09:12`, in Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def day(at: datetime) -> str:
    """`Monday 23 November`, in Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%A} {local.day} {local:%B}"


def clock(at: datetime) -> str:
    """`09:12`, in Shanghai."""
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def size(count: int) -> str:
    """`12 kB`."""
    return f"{count} bytes" if count < 1000 else f"{count / 1000:.0f} kB"


def somebody(by: str, policy: Policy) -> str:
    """Who did it: `person:zhao` → Zhao Min; rules and machines have no name here."""
    kind, _, who = by.partition(":")
    person = policy.directory.people.get(who) if kind == "person" else None
    return person.name if person else ""


def number(count: int, one: str, many: str = "") -> str:
    """`1 letter`, `2 letters`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
