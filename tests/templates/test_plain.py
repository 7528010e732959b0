"""The text part reads as a person would type it."""

from templates.page import parse_markdown
from templates.plain import parse_text


def text(markdown: str) -> str:
    return parse_text(parse_markdown(markdown))


def test_headings_are_underlined() -> None:
    assert "Title\n=====\n\nPart\n----\n\nwords\n" == text("# Title\n\n## Part\n\nwords\n")
    assert "标题\n====\n" == text("# 标题\n")


def test_emphasis_disappears_and_links_show_their_address() -> None:
    assert "bold and soft and code\n" == text("**bold** and *soft* and `code`\n")
    assert "the page <https://example.com/>\n" == text("[the page](https://example.com/)\n")
    assert "https://example.com/\n" == text("[https://example.com/](https://example.com/)\n")


def test_lists_keep_their_marks_and_depth() -> None:
    source = "- one\n- two\n  more\n  - deep\n    1. first\n    2. second\n- three\n\nafter\n"
    assert "- one\n- two\n  more\n  - deep\n    1. first\n    2. second\n- three\n\nafter\n" == text(source)
    assert "3. three\n4. four\n" == text("3. three\n4. four\n")


def test_two_columns_become_labelled_lines() -> None:
    assert "Number: 1\nDate: today\n\nafter\n" == text(
        "|  |  |\n|---|---|\n| Number | 1 |\n| Date | today |\n\nafter\n"
    )


def test_more_columns_become_entries_with_their_heads() -> None:
    source = "| What | Due | Owner |\n|---|---|---|\n| Plan | today | Lena |\n| Test | | Omar |\n"
    assert "- Plan\n  Due: today\n  Owner: Lena\n- Test\n  Due:\n  Owner: Omar\n" == text(source)


def test_quotes_and_fences_stay_as_they_are() -> None:
    assert "> one\n> two\n>\n> three\n\nafter\n" == text("> one\n> two\n>\n> three\n\nafter\n")
    assert "a  b\n\n  **c**\n" == text("```\na  b\n\n  **c**\n```\n")
    assert "a\n\n------------------------\n\nb\n" == text("a\n\n---\n\nb\n")


def test_html_and_images_do_not_exist() -> None:
    assert "<b>x</b> !pixel <http://x.example/>\n" == text("<b>x</b> ![pixel](http://x.example/)\n")
