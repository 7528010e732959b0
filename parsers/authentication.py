"""How far the sender is believed, by the authentication results of our own server alone (policy §12, invariant 6).

RFC 8601 in the dialects of real servers. Only the topmost result header in the part of the header block that our own
servers wrote counts: one further down may have come with the message. ARC results of others never count.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from cases.message import Proof
from cases.reading import Authentication, AuthenticationProfile
from parsers.head import Head, split_head
from parsers.words import unfold

_BY = re.compile(rb"(?:^|\s)by\s+([A-Za-z0-9.:_-]{1,255})", re.IGNORECASE)
_TOKEN = re.compile(
    r'\s+|\((?P<open>)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<mark>[;=])|(?P<word>[^\s();="]+)|(?P<other>.)', re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One method of a result header, for instance `dkim=pass header.d=example.org`."""

    method: str
    verdict: str
    properties: dict[str, str]


def prove(head: Head, sender: str, doubt: str, trusted: Authentication) -> tuple[Proof, str]:
    """How far `sender` (a normalised address) is proven, and why in words."""
    if not sender or doubt:
        return Proof.UNPROVEN, doubt or "no sender"
    if trusted.profile is AuthenticationProfile.NONE:
        return Proof.UNPROVEN, "no authentication profile is configured"
    if _is_internal_to_exchange(head, sender, trusted):
        return Proof.PROVEN, "internal rule: Exchange says it came from inside"
    value = _trusted_header(head, trusted)
    if value is None:
        return Proof.UNPROVEN, "no authentication results of our server"
    server, results = parse_results(value)
    wanted = _server_id(trusted)
    if server != wanted:
        return Proof.UNPROVEN, "the topmost authentication results are not our server's"
    return _verdict(results, sender, trusted)


def witnesses(raw: bytes, trusted: Authentication) -> tuple[bool, tuple[str, ...]]:
    """Whether a message (its headers are enough) carries results that we would look at, and whose results it carries.

    For who sets up a desk: with a wrong server id nobody is believed, and each message alone looks only unproven.
    """
    head, _ = split_head(raw)
    value = _trusted_header(head, trusted)
    ids = (parse_results(unfold(one).decode("utf-8", "replace"))[0] for one in head.all("authentication-results"))
    believed = value is not None and parse_results(value)[0] == _server_id(trusted)
    return believed, tuple(dict.fromkeys(one for one in ids if one.isprintable() and one))


def _server_id(trusted: Authentication) -> str:
    if trusted.profile is AuthenticationProfile.GMAIL:
        return "mx.google.com"
    return "" if trusted.profile is AuthenticationProfile.M365 else trusted.server_id.lower()


def _trusted_header(head: Head, trusted: Authentication) -> str | None:
    """The topmost result header above the first Received line that our servers did not write."""
    crossed = False
    for name, value in head.fields:
        if name == "authentication-results":
            text = unfold(value).decode("utf-8", "replace")
            if trusted.profile is AuthenticationProfile.GENERIC and parse_results(text)[0] != trusted.server_id.lower():
                continue  # a relay of ours with another name may stand above
            if trusted.profile is AuthenticationProfile.M365 and crossed and not _above_own_received(head, value):
                return None
            return text
        if name == "received":
            if not _is_ours(value, trusted):
                return None
            crossed = True
    return None


def _above_own_received(head: Head, header: bytes) -> bool:
    """Microsoft writes no server id, so its header must be followed by a Received line that Microsoft wrote."""
    seen = False
    for name, value in head.fields:
        if seen and name == "received":
            return _is_microsoft(value)
        seen = seen or value is header
    return False


def _is_internal_to_exchange(head: Head, sender: str, trusted: Authentication) -> bool:
    """Mail between colleagues of one Microsoft tenant, which carries no results at all.

    Exchange removes `X-MS-Exchange-Organization-*` from what comes from outside and writes its own; so there must be
    one, it must say so, no other server may have touched the message, and no result may speak against it.
    """
    domain = sender.rpartition("@")[2]
    if trusted.profile is not AuthenticationProfile.M365 or domain not in trusted.internal_domains:
        return False
    said = [value.strip().lower() for value in head.all("x-ms-exchange-organization-authas")]
    hops = head.all("received")
    failed = any(b"=fail" in unfold(value).lower() for value in head.all("authentication-results"))
    return said == [b"internal"] and 0 < len(hops) == head.hops and all(map(_is_microsoft, hops)) and not failed


def _is_ours(received: bytes, trusted: Authentication) -> bool:
    match = _BY.search(unfold(received))
    host = match[1].decode("ascii").lower().rstrip(".") if match else ""
    if trusted.profile is AuthenticationProfile.GMAIL:
        return host.startswith("2002:") or host == "mx.google.com" or host.endswith(".google.com")
    if trusted.profile is AuthenticationProfile.M365:
        return _is_microsoft(received)
    own = trusted.server_id.lower()
    parent = own.partition(".")[2]
    return host == own or host.endswith("." + own) or ("." in parent and host.endswith("." + parent))


def _is_microsoft(received: bytes) -> bool:
    match = _BY.search(unfold(received))
    host = match[1].decode("ascii").lower().rstrip(".") if match else ""
    return host.endswith((".outlook.com", ".office365.com", ".outlook.cn", ".office365.us"))


@lru_cache(maxsize=4)  # asked who wrote it first, then what it says
def parse_results(text: str) -> tuple[str, tuple[Result, ...]]:
    """The server id (empty when none was written) and the results of a header value (RFC 8601 section 2.2).

    Comments are dropped with their nesting, quoted text is only ever a value: a server id or method in quotes is none.
    """
    sections = _sections(text)
    first = sections[0] if sections else []
    has_id = bool(first) and not any(kind == "=" for kind, _ in first)
    server = first[0][1].lower() if has_id and first[0][0] == "word" else ""
    if has_id and not server:
        server = "\x00quoted"  # equals no configured id, and is not "none was written" either
    results = tuple(result for section in sections[1 if has_id else 0 :] if (result := _result(section)))
    return server, results


def _sections(text: str) -> list[list[tuple[str, str]]]:
    sections: list[list[tuple[str, str]]] = [[]]
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            break
        if match["open"] is not None:
            at = _after_comment(text, at)
            continue
        at = match.end()
        if match["mark"] == ";":
            sections.append([])
        elif match["mark"]:
            sections[-1].append(("=", "="))
        elif match["word"]:
            sections[-1].append(("word", match["word"]))
        elif match["quoted"] is not None or match["other"]:
            sections[-1].append(("quoted", match["quoted"] or ""))
    return sections


def _after_comment(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "\\":
            at += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                break
    return at


def _result(section: list[tuple[str, str]]) -> Result | None:
    """`method=verdict` and its properties; anything else in a section is skipped."""
    pairs = [
        (section[at - 1][1].lower(), section[at + 1])
        for at in range(1, len(section) - 1)
        if section[at][0] == "=" and section[at - 1][0] == "word"
    ]
    if not pairs or len(section) < 3 or section[1][0] != "=" or pairs[0][1][0] != "word":
        return None
    properties: dict[str, str] = {}
    for name, (_, value) in pairs[1:]:
        properties.setdefault(name, value.lower())
    return Result(method=pairs[0][0].partition("/")[0], verdict=pairs[0][1][1].lower(), properties=properties)


def _verdict(results: tuple[Result, ...], sender: str, trusted: Authentication) -> tuple[Proof, str]:
    domain = sender.rpartition("@")[2]
    dmarc = [result for result in results if result.method == "dmarc" and _says_from(result, domain)]
    if any(result.verdict == "fail" for result in results if result.method == "dmarc"):
        return Proof.UNPROVEN, "DMARC fail"
    if any(result.verdict == "pass" for result in dmarc):
        return Proof.PROVEN, "DMARC pass"
    for result in results:
        if result.method == "dkim" and result.verdict == "pass" and _signed_for(result, domain):
            return Proof.PROVEN, "aligned DKIM pass"
    if domain in trusted.internal_domains and any(_submitted_by(result, sender) for result in results):
        return Proof.PROVEN, "internal rule: submitted by our own user"
    for result in results:
        if result.method == "spf" and result.verdict == "pass" and _sent_for(result, domain):
            return Proof.PLAUSIBLE, "aligned SPF pass"
    return Proof.UNPROVEN, "no aligned pass in the authentication results"


def _says_from(result: Result, domain: str) -> bool:
    return result.properties.get("header.from", domain).rpartition("@")[2] == domain


def _signed_for(result: Result, domain: str) -> bool:
    signer = result.properties.get("header.d") or result.properties.get("header.i", "").rpartition("@")[2]
    # Without the list of public suffixes only the domain itself or one above it is surely the same organisation.
    return "." in signer and (domain == signer or domain.endswith("." + signer))


def _sent_for(result: Result, domain: str) -> bool:
    sent = result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
    return "." in sent and (domain == sent or domain.endswith("." + sent) or sent.endswith("." + domain))


def _submitted_by(result: Result, sender: str) -> bool:
    """`auth=pass smtp.auth=USER` for the very address in From: one colleague must not write as another."""
    if result.method != "auth" or result.verdict != "pass":
        return False
    user = result.properties.get("smtp.auth") or result.properties.get("smtp.mailfrom", "")
    return user in (sender.lower(), sender.lower().rpartition("@")[0])
