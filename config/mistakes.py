"""All that is wrong with the settings, told at once: file, key, what is wrong and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from cases.trouble import NeedsHuman


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing an admin has to change. `key` is dotted, rows are called by name: `account[europe].imap.port`."""

    file: str
    key: str
    wrong: str
    instead: str
    clause: str = ""  # that the row keeps, where it names one

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        cited = f" [{self.clause}]" if self.clause else ""
        return f"{where}{cited}: {self.wrong}; {self.instead}" if self.instead else f"{where}{cited}: {self.wrong}"


class Mistakes(NeedsHuman):
    """The settings cannot be used. `items` holds every mistake; the text is for people."""

    def __init__(self, items: Iterable[Mistake]) -> None:
        self.items = tuple(items)
        count = "1 mistake" if len(self.items) == 1 else f"{len(self.items)} mistakes"
        lines = [f"{count} in the settings:", *(f"  {item}" for item in self.items)]
        if shipped := sorted({item.file for item in self.items if _is_shipped(item.file)}):
            lines.append(
                f"{', '.join(shipped)}: what comes with ombud does not fit the files of this company; after an upgrade "
                f"take the rows that yours lack from {files('config')}, else put a file of the same name with your own "
                "rows into the folder that policy_dir names"
            )
        super().__init__("\n".join(lines))


def _is_shipped(file: str) -> bool:
    folder, _, name = file.partition("/")
    return folder == "config" and files("config").joinpath(name).is_file()


class Findings:
    """Collects mistakes and warnings while settings are read, so that ten mistakes do not take ten starts."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.warnings: list[str] = []

    def add(self, file: str, key: str, wrong: str, instead: str = "", clause: str = "") -> None:
        """Notes a mistake once."""
        mistake = Mistake(file=file, key=key, wrong=wrong, instead=instead, clause=clause)
        if mistake not in self.mistakes:
            self.mistakes.append(mistake)

    def add_text(self, file: str, key: str, text: str) -> None:
        """Notes a mistake told in one sentence, `what is wrong; what to write instead`."""
        wrong, _, instead = text.partition("; ")
        self.add(file, key, wrong, instead)

    def warn(self, text: str) -> None:
        """Notes something that is allowed but should be known."""
        self.warnings.append(text)

    def stop_if_any(self) -> None:
        """Raises Mistakes when there is at least one."""
        if self.mistakes:
            raise Mistakes(self.mistakes)
