"""How messages are to be read: word tables and mail-server facts that `config` hands to `parsers` as values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One row of a word table: a phrase of one language that counts for one rule with a weight.

    `text` is matched case-folded, on word borders where the script has them; `*` before or after a word stands for any
    beginning or ending, `...` for up to three other words, `#` for a number from three up. A weight of 0 means that
    the words say nothing, and hides other rows within them.
    """

    text: str
    language: str  # BCP 47, or "*" for any
    rule: str
    weight: float = 1.0


# Marks of a letter that may weigh something whatever its language (parsers/marks.py says what they are).
MARKS = frozenset({"quoted", "questions", "denied", "loss", "number", "wanted"})
ALWAYS = "always"  # the sign of every letter
WANTED = "wanted"
# Facts of a letter that may speak for a category besides words of it (parsers/leanings.py); signals may as well.
LEANING_FACTS = frozenset({"amount", "contract", "loss", "order_number", "waybill"})
# What a customer may want.
REMEDIES = (
    "refund", "replacement", "redelivery", "repair", "compensation", "apology", "explanation", "termination", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What clues of a letter weigh for the answers of some questions, fitted on labelled ones (`learned/NAME.toml`)."""

    answers: tuple[tuple[str, str, str], ...] = ()  # letter that stands for it in the rows, question, answer
    rows: tuple[tuple[str, str], ...] = ()  # clue, and its weights in hundredths: "a40 c-15"


_NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The word tables admins may edit (`config/lexicon/*.toml`).

    `complaint`: phrases whose weights add up to the strength of a complaint; rule names the kind of sign.
    `signals`: phrases whose rule is a signal name (`lawyer`, `press`, `emotional`, `urgent`, …).
    `categories`: phrases whose rule is a category id of policy §5; those that only name its field weigh less.
    """

    complaint: tuple[Phrase, ...] = ()
    signals: tuple[Phrase, ...] = ()
    categories: tuple[Phrase, ...] = ()
    strong_from: float = 2.0  # summed weight from which a complaint is strong
    weak_from: float = 0.5
    alarm: float = 0.0  # what signals add to the strength of a complaint, all together
    letter: float = 0.0  # what a letter weighs before a word of it is read: it came to a complaint desk
    marks: tuple[tuple[str, float], ...] = ()  # what marks of a letter weigh that are no words of a language
    leanings: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()  # category: what signs weigh for or against it
    also_from: float = 1.25  # weight from which a category beside the main one is a concern of its own
    learned: tuple[tuple[str, Learned], ...] = ()  # by name, what was learned from letters beside all this

    @property
    def marks_by_name(self) -> dict[str, float]:
        """What each mark weighs."""
        return dict(self.marks)

    def learned_of(self, name: str) -> Learned:
        """The table of a name; an empty one if there is none."""
        return next((one for known, one in self.learned if known == name), _NOTHING_LEARNED)

    def __reduce__(self) -> "tuple[Callable[..., Lexicon], tuple[dict[str, _Columns], dict[str, Any]]]":
        """For pickle: tens of thousands of rows in columns, which each worker reads several times as fast."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        tables = {name: _columns(values[name]) for name in _TABLES}
        return _lexicon, (tables, {name: value for name, value in values.items() if name not in tables})


_TABLES = ("complaint", "signals", "categories")
_Columns = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[float, ...]]


def _columns(rows: Sequence[Phrase]) -> _Columns:
    return (
        tuple(row.text for row in rows),
        tuple(row.language for row in rows),
        tuple(row.rule for row in rows),
        tuple(row.weight for row in rows),
    )


def _lexicon(tables: dict[str, _Columns], numbers: dict[str, Any]) -> Lexicon:
    values: dict[str, Any] = {
        name: tuple(
            Phrase(text=text, language=language, rule=rule, weight=weight)
            for text, language, rule, weight in zip(*columns, strict=True)
        )
        for name, columns in tables.items()
    }
    return Lexicon(**values, **numbers)


class AuthenticationProfile(StrEnum):
    """The dialect of authentication results our own mail server writes."""

    GMAIL = "gmail"
    M365 = "m365"
    GENERIC = "generic"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Which authentication results are believed (policy §12, invariant 6).

    `server_id` is our server's authserv-id (RFC 8601 section 2.5), needed by the generic profile.
    `internal_domains`: mail from these domains is proven when the same trusted header says `auth=pass` for a
    submission by our own users, or when Exchange itself says that it never left the tenant (m365); off when empty.
    """

    profile: AuthenticationProfile = AuthenticationProfile.NONE
    server_id: str = ""
    internal_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything a parser needs to know besides the bytes."""

    lexicon: Lexicon = Lexicon()
    authentication: Authentication = Authentication()
    own_addresses: tuple[str, ...] = ()  # desk addresses without plus part; a message from one of them is a robot's
    trusted_forms: tuple[str, ...] = ()  # website forms that write From: noreply@…, customer in Reply-To (policy §3)
    default_country: str = ""  # ISO 3166 alpha-2 of the account's region
    spam_headers: tuple[tuple[str, str], ...] = (("X-Spam-Flag", "YES"),)  # header, value that our own server writes
