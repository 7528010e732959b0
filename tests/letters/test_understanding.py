"""How much of labelled mail is understood, counted fact by fact (`python -m bench.understand`)."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPLAINT = {
    "language": "en", "from": "Kim Reed <kim@reed.example>", "subject": "Order 88-4471, broken",
    "text": "The lamp of order 88-4471 arrived broken. I complain about it and want my money back. "
    "My damage is EUR 120.00.",
    "complaint": True, "country": None, "category": "product-quality", "category2": "delivery", "grade": "important",
    "wanted": "refund", "wanted2": None, "order_numbers": ["88-4471"], "loss": {"value": "120", "currency": "EUR"},
}  # fmt: skip
QUESTION = {"language": "de", "from": "Jo <jo@reed.example>", "subject": "Öffnungszeiten", "complaint": False,
            "text": "Guten Tag, haben Sie am Samstag geöffnet und kann ich dort parken?"}  # fmt: skip
NOTE = {"language": "en", "from": "Di Ray <di@ray.example>", "subject": "Automatic reply: your lamp", "automatic": True,
        "answers": True, "text": "I am out of the office until 4 May with no access to mail. For urgent matters "
        "please contact Tom, tom@ray.example."}  # fmt: skip


def _counted(folder: Path, *rows: dict[str, object]) -> dict[str, list[int]]:
    path = folder / "letters.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    command = [sys.executable, "-m", "bench.understand", str(path), "--json"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[int]] = json.loads(told)["together"]
    return found


def test_what_is_labelled_is_counted_and_what_is_not_is_not_asked(tmp_path: Path) -> None:
    once = {fact: [1, 1] for fact in ("category", "wanted", "grade", "order numbers", "loss", "automatic")}
    twice = {fact: [2, 2] for fact in ("language", "complaint", "person taken for a program")}
    assert once | twice == _counted(tmp_path, COMPLAINT, QUESTION, NOTE)


def test_a_wrong_label_is_told_as_wrong(tmp_path: Path) -> None:
    wrong = {
        "language": "fi", "complaint": True, "country": "FI", "category": "billing", "category2": None,
        "grade": "general", "wanted": "apology", "order_numbers": [], "loss": None,
    }  # fmt: skip
    counted = _counted(tmp_path, COMPLAINT | wrong, QUESTION | {"automatic": False}, NOTE | {"automatic": False})
    assert counted.pop("complaint") == [1, 1]
    assert counted.pop("person taken for a program") == [2, 3]
    assert set(map(tuple, counted.values())) == {(0, 1)}
