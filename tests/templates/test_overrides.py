"""An admin's own files stand in front of the shipped ones; broken ones are refused, all mistakes at once."""

from pathlib import Path

import pytest

from cases.trouble import NeedsHuman
from templates.library import load_library
from templates.render import Renderer
from templates.samples import SAMPLES

SHIPPED = load_library(None).files


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_letter_of_ones_own_wins_and_all_others_stay(tmp_path: Path) -> None:
    write(tmp_path, "de/acknowledgement.md.j2", "subject: Eigener Betreff {{ number }}\n---\nHallo *{{ subject }}*\n")
    renderer = Renderer(tmp_path)
    assert "Eigener Betreff C-4829-1372" == renderer.render("acknowledgement", "de", SAMPLES["acknowledgement"]).subject
    for letter in ("acknowledgement", "reminder"):
        assert Renderer().render(letter, "en", SAMPLES[letter]) == renderer.render(letter, "en", SAMPLES[letter])


def test_words_of_ones_own_are_only_those_that_differ(tmp_path: Path) -> None:
    """Else every upgrade that brings a word would refuse to start with the file of before."""
    own = '[units]\nbyte = { other = "{n} B" }\n[label.fact]\norder_number = "Auftragsnummer"\n'
    write(tmp_path, "de/words.toml", own)
    view = {**SAMPLES["acknowledgement"], "evidence": [{"name": "a.txt", "size": 1}]}
    theirs = Renderer(tmp_path).render("acknowledgement", "de", view).text
    ours = Renderer().render("acknowledgement", "de", view).text
    assert ours.replace("Bestellnummer", "Auftragsnummer").replace("1 Byte", "1 B") == theirs != ours


def test_a_new_language_needs_a_letter_and_its_words(tmp_path: Path) -> None:
    write(
        tmp_path, "fr/acknowledgement.md.j2", "subject: Reçu {{ number }}\n---\nReçu {{ received_at | moment(zone) }}\n"
    )
    with pytest.raises(NeedsHuman, match=r"fr/words.toml: is missing"):
        Renderer(tmp_path)
    write(tmp_path, "fr/words.toml", SHIPPED["en/words.toml"].replace('"{city} time"', '"heure de {city}"'))
    rendered = Renderer(tmp_path).render("acknowledgement", "fr-CA", SAMPLES["acknowledgement"])
    assert ("fr", False) == (rendered.locale, rendered.fell_back)
    assert "mercredi, 8 avril 2026, 16:20 (heure de Riyad)" in rendered.text


def test_all_mistakes_are_told_at_once_each_with_its_file(tmp_path: Path) -> None:
    write(tmp_path, "en/acknowledgement.md.j2", "subject: x\n---\n{{ nonsense }}\n")
    write(tmp_path, "es/result.md.j2", "no head\n")
    write(tmp_path, "de/resutl.md.j2", "subject: x\n---\n")
    write(tmp_path, "ar/words.toml", "[format]\nmarker = 1\n[colours]\n")
    (tmp_path / "en" / "reminder.md.j2").write_bytes(b"subject: \xff\n---\n")
    with pytest.raises(NeedsHuman) as caught:
        Renderer(tmp_path)
    told = str(caught.value)
    for file in (
        "en/acknowledgement.md.j2",
        "es/result.md.j2",
        "de/resutl.md.j2",
        "ar/words.toml",
        "en/reminder.md.j2",
    ):
        assert f"{file}: " in told


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("style.toml", "p = 'color:red'", "h1 is missing"),
        ("style.toml", "p = [", "style.toml"),
        ("style.toml", SHIPPED["style.toml"].replace('p = "', 'p = "background:url(//x);', 1), "from elsewhere"),
        ("layout.html.j2", "{{ body }}{{ nonsense }}", "nonsense"),
        ("layout.html.j2", "{% if %}", "layout.html.j2"),
        ("layout.html.j2", "<p>no place for the letter</p>", "body"),
        ("note.html.j2", "{{ body }}{{ nonsense }}", "nonsense"),
        ("note.html.j2", "{% if %}", "note.html.j2"),
        ("note.html.j2", "<p>no place for the letter</p>", "note.html.j2: does not show body"),
    ],
)
def test_a_broken_layout_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    write(tmp_path, name, text)
    with pytest.raises(NeedsHuman) as caught:
        Renderer(tmp_path)
    assert reason in str(caught.value)


def test_a_layout_of_ones_own_is_for_every_letter_unless_short_ones_have_theirs(tmp_path: Path) -> None:
    face = "<html><body><b>{name}</b>{{{{ marker }}}}{{{{ body }}}}{{{{ reference }}}}</body></html>"
    write(tmp_path, "layout.html.j2", face.format(name="ours"))
    assert (
        "<b>ours</b>" in Renderer(tmp_path).render("acknowledgement-bare", "en", SAMPLES["acknowledgement-bare"]).html
    )
    write(tmp_path, "note.html.j2", face.format(name="short"))
    renderer = Renderer(tmp_path)
    assert "<b>short</b>" in renderer.render("acknowledgement-bare", "en", SAMPLES["acknowledgement-bare"]).html
    assert "<b>ours</b>" in renderer.render("acknowledgement", "en", SAMPLES["acknowledgement"]).html


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="is not a directory"):
        Renderer(tmp_path / "nowhere")


def test_one_bad_template_never_keeps_a_letter_from_leaving(tmp_path: Path) -> None:
    """What only breaks on a real case (here: without a date) falls back to the shipped letter, and says so."""
    body = "subject: Eigen {{ number }}\n---\n{{ resolve_by | moment(zone) }}\n"
    write(tmp_path, "de/acknowledgement.md.j2", body)
    renderer = Renderer(tmp_path)
    rendered = renderer.render("acknowledgement", "de", {**SAMPLES["acknowledgement"], "resolve_by": None})
    assert ("de", True) == (rendered.locale, rendered.fell_back)
    assert "Wir haben Ihre Beschwerde erhalten" in rendered.text


def test_a_template_cannot_put_a_customers_words_into_a_bare_letter(tmp_path: Path) -> None:
    write(tmp_path, "en/acknowledgement-bare.md.j2", "subject: x\n---\n{{ subject }}\n")
    with pytest.raises(NeedsHuman, match="'subject' is undefined"):
        Renderer(tmp_path)
