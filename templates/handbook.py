"""A page for reading the policy in a browser or on paper; no letter, so its styles stand in one place."""

from html import escape
from re import sub

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; font: 15px/1.5 system-ui, "Noto Sans", sans-serif; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.2rem; font-size: 1.15rem; break-after: avoid; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.4; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid #8885; text-align: start; vertical-align: top; }
th { border-bottom-width: 2px; white-space: nowrap; } td:first-child { font-weight: 600; }
tr { break-inside: avoid; } thead { display: table-header-group; }
@media print { body { max-width: none; padding: 0; font-size: 10px; } table { font-size: 8px; } }
"""


def page_of(title: str, markdown: str) -> str:
    """A whole HTML page of the text; raw HTML in it is shown, not obeyed, and nothing is loaded from anywhere."""
    body = sub("<table>.*?</table>", r'<div class="wide">\g<0></div>', _MARKDOWN.render(markdown).replace("\n", " "))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
