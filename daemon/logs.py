"""Log lines: one event each, with stable keys, never a body, never a secret; JSON unless somebody watches a terminal.

`grep C-4829-1372` follows a case, `grep '"account": "main"'` an account.
"""

import json
import logging
import sys
from datetime import UTC, datetime

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """Turns a record into one line; what came from outside cannot break out of it (threats input 64)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= facts_of(record)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


class PlainLines(logging.Formatter):
    """The same for who watches a terminal; nothing that came from outside reaches it unescaped (threats T14)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC)
        parts = [f"{key}={_escaped(value)}" for key, value in facts_of(record).items()]
        line = f"{at:%H:%M:%S} UTC {record.levelname.lower()}: {record.getMessage()}" + (": " if parts else "")
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return line + ", ".join(parts) + trace


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """What was said with the event."""
    return {key: value for key, value in vars(record).items() if key not in _OWN}


def _escaped(value: object) -> str:
    text = str(value)
    return text if text.isprintable() else json.dumps(text)


class _StandardError(logging.Handler):
    """Asks for standard error each time: while a progress bar is shown it is another one, writing above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self.handleError(record)


def start_logging(level: str) -> None:
    """Log to standard error, where systemd and containers look for it."""
    handler = _StandardError()
    handler.setFormatter(PlainLines() if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Below INFO these write what messages contain.
    for name in ("imapclient", "aiosmtplib", "peewee", "asyncio", "mailparser"):
        logging.getLogger(name).setLevel(logging.WARNING)
