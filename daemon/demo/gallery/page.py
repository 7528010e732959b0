"""Puts the page together: one file, no network, no script but its own (a content security policy sees to that)."""

import base64
import hashlib
from importlib.resources import files
from itertools import groupby

from daemon.demo import wording
from daemon.demo.album import Album, Check
from daemon.demo.gallery.cases import cases_view
from daemon.demo.gallery.letters import letters_view
from daemon.demo.gallery.markup import Html, tag
from daemon.demo.gallery.post import post_view
from daemon.demo.gallery.week import draw


def page(album: Album) -> str:
    """The whole page."""
    style, script = _resource("page.css"), _resource("page.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_security(script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"ombud: one week at the complaint desk of {album.organisation}"),
        tag("style", Html(style)),
    )
    body = tag(
        "body",
        tag("a", "Skip to the cases", href="#cases", class_="skip"),
        _hero(album),
        _tabs(album),
        tag("main", cases_view(album), letters_view(album), post_view(album), _checks_view(album.checks)),
        tag(
            "footer",
            tag("p", "Made by ", tag("code", "ombud demo"), ". All people, companies and numbers are made up."),
        ),
        tag("script", Html(script)),
    )
    return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en")


def _hero(album: Album) -> Html:
    outside = [one for one in album.post if not one.is_ours]
    return tag(
        "header",
        tag("p", "ombud demo", class_="eyebrow"),
        tag("h1", f"One week at the complaint desk of {album.organisation}, run entirely by mail"),
        tag(
            "p",
            f"{len(outside)} messages came in, in {len(album.languages)} languages and {len(album.charsets)} "
            f"character sets. ombud read them, opened cases, answered every customer within the hour, and reminded "
            f"and escalated wherever work was left undone. Below is every one of the {len(album.letters)} letters "
            "it wrote, as its reader saw it. The people are invented. The servers, the mail and the program are real; "
            "only the clock was wound forward.",
            class_="lede",
        ),
        tag("dl", [_figure(name, value, colour) for name, value, colour in _figures(album)], class_="figures"),
        tag("div", draw(album), class_="scroll"),
        tag(
            "p",
            f"From {wording.moment(album.begin)} to {wording.moment(album.end)}, Shanghai time. "
            "Shaded: nights and the weekend there; Berlin and New York keep their own hours.",
            class_="caption",
        ),
        class_="hero",
    )


def _figures(album: Album) -> list[tuple[str, int, str]]:
    outside = [one for one in album.post if not one.is_ours]
    acknowledged = album.count("acknowledgement", "acknowledgement-bare", "triage-acknowledgement")
    return [
        ("messages in", len(outside), "in"),
        ("cases", len(album.cases), "plain"),
        ("acknowledgements", acknowledged, "out"),
        ("reminders", album.count("reminder"), "reminded"),
        ("escalations", album.count("escalation"), "alarm"),
        ("several in one", album.count("digest"), "reminded"),
        ("noted, not answered", sum(one.outcome == "noted" for one in outside), "plain"),
        ("set aside", sum(one.outcome == "quarantined" for one in outside), "plain"),
    ]


def _figure(name: str, value: int, colour: str) -> Html:
    return tag("div", tag("dt", name), tag("dd", value), class_=colour)


def _tabs(album: Album) -> Html:
    held = sum(check.holds for check in album.checks)
    tabs = (
        ("cases", "Cases", str(len(album.cases))),
        ("letters", "Letters", str(len(album.letters))),
        ("post", "Post in", str(len(album.post))),
        ("checks", "Checks", f"{held}/{len(album.checks)}"),
    )
    links = [tag("a", name, " ", tag("span", count), href=f"#{target}") for target, name, count in tabs]
    return tag("nav", links, class_="tabs", aria_label="Parts of this page")


def _checks_view(checks: tuple[Check, ...]) -> Html:
    failed = sum(not check.holds for check in checks)
    title = f"{wording.number(failed, 'thing')} did not happen" if failed else "What had to happen, and did"
    return tag(
        "section",
        tag("h2", title),
        tag("p", "The demo fails when one of these does not hold.", class_="soft"),
        [
            [tag("h3", name), tag("ul", [_check(check) for check in some])]
            for name, some in groupby(checks, key=lambda check: check.group)
        ],
        id="checks",
        class_="view",
    )


def _check(check: Check) -> Html:
    return tag(
        "li",
        tag("span", "holds" if check.holds else "does not hold", class_="mark"),
        tag("span", check.name),
        tag("span", check.detail, class_="soft") if check.detail else None,
        class_="holds" if check.holds else "fails",
    )


def _security(script: str) -> str:
    """Nothing is loaded from anywhere; the one script is known by its digest."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _resource(name: str) -> str:
    return files("daemon.demo.gallery").joinpath(name).read_text(encoding="utf-8")
