"""Out-of-office notes and the answers of programs that carry no header mark, known by their words alone."""

import re
from functools import cache

from cases.message import Automatic
from parsers.phrases import begins, found, has, phrases, says
from parsers.signs import Signs, Verdict
from parsers.tables import table

_OPENING = 350  # characters in which such a message says what it is
_CLOSING = 400
_LONGEST = 2500  # characters; who writes more is a person
_ENDS = re.compile(
    r"\s*(?:$|[:：\-–—|(\[【!.~,;<\"'（/]|\d|(?:re|aw|until|till|from|with|bis|vom|ab|du|jusqu|hasta|del|até|dal|fino|tot|från|fra|od|до|с|до)\b)"
)
_NUMBERED = re.compile(r"#{1,2}\s?[\w-]{0,12}\d{3,}|[\[(（【][a-z]{1,10}[-#]\d{2,}[\])）】]|№\s?\d{3,}")
_BRACKETED = re.compile(r"[\[(（【]([^\[\]()（）【】]{4,60})[\])）】]\s*\Z")
_LATIN = re.compile("[a-zà-ɏ]")
_ASKS = re.compile(r"[?？؟]|(?:[すんたいう]か|吗|嗎|呢)[。.!！\s]")
# Whoever writes of an automatic answer that came, or that nothing else came, is not one.
_GOT = re.compile(
    "(?:收到|得到|只有|都是|回的|[又都净淨]係|[又还還]是|总是|總是)[^。！!]{0,8}自[动動]|自動(?:返信|応答|回答|配信)[^。]{0,8}(?:届|もら|受け取|しか|だけ|ばかり)"
    "|자동[^.!]{0,8}(?:받|왔|뿐|만 )|(?:ได้รับ|ได้แต่|มีแต่|เจอแต่)[^.!]{0,24}อัตโนมัติ"
)


def out_of_office(signs: Signs) -> Verdict:
    """An absence note by its subject. Who shows us one (`Fwd:`) or answers one (`Re:`) is a person."""
    if signs.told.forwards or not _has_certain_subject(signs) or own_matters(signs.folded_own) > 1:
        return None
    return Automatic.AUTO_REPLY, "subject of an out-of-office note"


def _has_certain_subject(signs: Signs) -> bool:
    told, subject = signs.told, signs.folded_subject
    bracketed = _BRACKETED.search(told.base)
    tags = (*told.tags, bracketed[1]) if bracketed else told.tags
    certain = phrases("absence", "certain").all
    if any(tag in certain for tag in tags) and (not told.replies or len(signs.own) < _LONGEST):
        return True
    phrase = "" if told.replies else begins(subject, "absence", "certain")
    return bool(phrase and _ENDS.match(subject[len(phrase) :]))


def answer_of_a_program(signs: Signs) -> Verdict:
    """An acknowledgement of a program or a ticket system, by two kinds of statements that only they make."""
    own = signs.spoken
    if signs.told.forwards or not own or len(signs.own) > 2 * _LONGEST:
        return None
    verdict = (Automatic.AUTO_REPLY, "reads like an answer of a program")
    if _by_itself(signs) and (_kinds(own) or signs.answers):
        return verdict
    if not says(own, "answers", "received", _OPENING):
        return None
    numbered = _is_numbered(signs)
    promised, ticket = has(own, "answers", "promised"), has(own, "answers", "ticket")
    if (numbered and (promised or ticket)) or (ticket and promised) or has(own, "answers", "unread"):
        return verdict
    return verdict if promised and not told_of_trouble(signs) else None


def told_of_trouble(signs: Signs) -> bool:
    """Whether a person seems to tell a story: amounts and questions do not stand in acknowledgements."""
    return "?" in signs.own or "？" in signs.own or len(signs.own) > _LONGEST // 2


def _kinds(own: str) -> int:
    return sum(has(own, "answers", key) for key in ("unread", "received", "thanks", "promised", "ticket"))


def _by_itself(signs: Signs) -> bool:
    """Whether the text says at its start, or in a line of its own near its end, that a program wrote it."""
    own = signs.spoken
    if not has(own if len(own) < 2500 else f"{own[:1500]} {own[-1000:]}", "answers", "automatic"):
        return False
    came = bool(_GOT.search(own[:200]))
    if came and (is_about_us(own) or not _kinds(own)):
        return False
    usable = phrases("answers", "automatic").usable(own)
    lines = [line.strip(" \t*#()[]-=_~+|>.:※＊■◆").casefold() for line in signs.own[:6000].splitlines() if line.strip()]
    looked = lines[:4] + lines[-6:]
    if any(line.startswith(usable) for line in looked):
        return True
    sentences = re.split(r"(?<=[.!?。！])\s*", own[:_OPENING]) + re.split(r"(?<=[.!?。！])\s*", own[-_CLOSING:])
    if any(sentence.strip(" *#()[]-=_~").startswith(usable) for sentence in sentences):
        return True
    # Scripts without blanks, and languages that put the verb last, say it in the middle of their first sentence. So do
    # people who got such an answer and now ask for a real one.
    told = any(one in own[:120] for one in usable if not _LATIN.search(one))
    return told and not came and not is_about_us(own)


def _is_numbered(signs: Signs) -> bool:
    """Whether the subject carries somebody's ticket number."""
    subject = signs.folded_subject
    return bool(_NUMBERED.search(subject) or _ticket_word().search(subject))


@cache
def _ticket_word() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in table("answers")["numbered"]["words"])
    mark = r"\s{0,2}(?:id|no|nr|number|n°|numéro|numero)?[\s.:：#№_-]{0,4}[a-z]{0,5}-?\d{3,}"
    return re.compile(rf"(?:{words}){mark}")


def is_about_us(own: str) -> bool:
    """Whether the words ask something of the reader or tell of trouble, which a note of absence never does."""
    return bool(_ASKS.search(own)) or has(own, "absence", "demands")


def own_matters(own: str) -> int:
    """How many words a folded text holds, up to two, by which people tell of a matter of their own."""
    return min(2, len(found(own, "absence", "matters")))


def is_soon(own: str) -> bool:
    """Whether a folded text names a time by the day it is written, as "tomorrow" does."""
    return has(own, "absence", "soon")
