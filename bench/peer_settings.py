"""Settings for a side-by-side benchmark: the shipped sample on the servers that the environment names."""

import os
import re
from importlib.resources import files
from pathlib import Path

from config.settings import sample_text

ACCOUNT = """
[[account]]
name = "shop"
channel = "customer"
addresses = ["complaints@shop.example"]
display_name = "Shop"
folders = ["INBOX"]
centre = "europe"
language = "en"
reply_token = "plus"
letters = "send"
max_per_minute = 1000000
max_per_day = 1000000

[account.imap]
host = "{PB_IMAP_HOST}"
port = {PB_IMAP_PORT}
tls = "none"
user = "{PB_IMAP_USER}"
password_env = "PB_IMAP_PASS"

[account.smtp]
host = "{PB_SMTP_HOST}"
port = {PB_SMTP_PORT}
tls = "none"

[account.authentication]
profile = "generic"
server_id = "mail.shop.example"

"""


def main() -> None:
    """Writes ombud.toml and a policy whose overall ceiling lets a whole backlog be answered at once."""
    work = Path(os.environ["PB_WORK"])
    sample = sample_text().replace("@meridian.example", "@shop.example")
    head, _, rest = sample.partition("[[account]]")
    head = re.sub(r'^url = ".*"', f'url = "sqlite:///{os.environ["PB_DB"]}"', head, flags=re.MULTILINE)
    settings = 'policy_dir = "policy"\n' + head + ACCOUNT.format(**os.environ) + rest[rest.index("[[centre]]") :]
    (work / "ombud.toml").write_text(settings, encoding="utf-8")
    (work / "policy").mkdir(exist_ok=True)
    ceilings = files("config").joinpath("ceilings.toml").read_text(encoding="utf-8")
    (work / "policy" / "ceilings.toml").write_text(
        ceilings.replace("count = 1000", "count = 1000000"), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
