"""Log lines for machines: one JSON object an event, with stable keys, never a body, never a secret.

`grep C-4829-1375` follows a case, `grep '"account": "main"'` an account.
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
        line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def start_logging(level: str) -> None:
    """Log to standard error, where systemd and containers look for it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Below INFO these write what messages contain.
    for name in ("imapclient", "aiosmtplib", "peewee", "asyncio", "mailparser"):
        logging.getLogger(name).setLevel(logging.WARNING)
