"""Bytes in, `IncomingMessage` out: pure, linear, and the only home of mail-parser.

    parse_message(raw, reading)                       everything ombud understands of one message
    parse_headers(raw_headers, size, sha256, reading) the same when only the header block was fetched
    attachment_content(raw, sha256)                   the decoded bytes of one attachment
    classify_automatic(raw, reading)                  which kind of robot wrote it, None for a person or for nobody
    conversations(mails)                              name -> name of the earliest mail of its conversation
    strip_reply(text)                                 the writer's own words of a plain text
    strip_reply_html(html)                            the same of an HTML body
    detect_language(text)                             BCP 47, empty when it cannot be told
    find_amounts(text, country)                       sums of money with their currency
    find_countries(text, language)                    countries by name, also with endings
    find_phones(text, country)                        phone numbers in E.164
    find_waybills(text)                               waybill numbers

Only `cases.trouble.NeedsHuman` is ever raised, and only by the first three. Word tables that admins may edit come in as
the `Lexicon` of `Reading`; fixed language knowledge lies in `parsers/data`.
"""

from parsers.amounts import find_amounts
from parsers.conversations import conversations
from parsers.countries import find_countries
from parsers.language import detect_language
from parsers.markup import strip_reply_html
from parsers.message import attachment_content, classify_automatic, parse_headers, parse_message
from parsers.numbers import find_waybills
from parsers.phones import find_phones
from parsers.quotes import strip_reply

__all__ = [
    "attachment_content",
    "classify_automatic",
    "conversations",
    "detect_language",
    "find_amounts",
    "find_countries",
    "find_phones",
    "find_waybills",
    "parse_headers",
    "parse_message",
    "strip_reply",
    "strip_reply_html",
]
