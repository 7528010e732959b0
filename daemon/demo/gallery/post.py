"""Everything that came in, with what it was about and what became of it."""

from daemon.demo import wording
from daemon.demo.album import Album, ShownPost
from daemon.demo.gallery.markup import Html, tag

_OUTCOMES = {"case": "case", "bounce": "bounce", "noted": "noted", "quarantined": "set aside"}


def post_view(album: Album) -> Html:
    """The section of the page."""
    outside = [one for one in album.post if not one.is_ours]
    ours = [one for one in album.post if one.is_ours]
    return tag(
        "section",
        tag("h2", "Post in", class_="sr-only"),
        tag("h3", f"From outside ({len(outside)})", class_="part"),
        tag("div", [_message(one) for one in outside], class_="posts"),
        tag("h3", f"Answers of colleagues ({len(ours)})", class_="part"),
        tag("p", "Colleagues work from their own mail program: one word in a reply is a command.", class_="soft"),
        tag("div", [_message(one) for one in ours], class_="posts"),
        id="post",
        class_="view",
    )


def _message(one: ShownPost) -> Html:
    return tag(
        "details",
        tag(
            "summary",
            tag("time", wording.moment(one.at), datetime=one.at.isoformat()),
            tag("span", tag("bdi", one.writer), class_="who"),
            tag("span", tag("bdi", one.subject or "(unreadable)"), class_="subject"),
            tag("span", _OUTCOMES.get(one.outcome, one.outcome), class_=f"outcome is-{one.outcome}"),
            tag("span", one.about, class_="about"),
        ),
        tag(
            "div",
            tag("ul", [tag("li", tag("b", name), " ", value) for name, value in _facts(one)], class_="chips"),
            tag("pre", one.text, dir="auto", lang=one.language or None) if one.text else None,
            tag("p", tag("a", f"Case {one.number}", href=f"#case-{one.number}")) if one.number else None,
            class_="inside",
        ),
        id=f"post-{one.id}",
        class_="message",
    )


def _facts(one: ShownPost) -> list[tuple[str, str]]:
    rows = [
        ("from", one.address),
        ("charset", one.charset if one.charset != "none" else ""),
        ("language", wording.language(one.language) if one.language else ""),
        ("written with", one.program),
        ("size", wording.size(one.size)),
        ("files", ", ".join(one.files)),
        ("because", one.because),
    ]
    return [(name, value) for name, value in rows if value]
