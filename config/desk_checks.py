"""Whether the accounts, people, departments and centres fit each other and the policy."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.reaching import CUSTOMER
from config.checks import Place, World, twice
from config.desk_rows import AccountModel, PersonModel
from config.desk_tables import Desk
from config.mistakes import Findings
from config.policy_tables import raw_names
from config.vocabulary import DIRECTORY_ROLES


def check_desk(desk: Desk, used_roles: Mapping[str, Sequence[str]], world: World, findings: Findings) -> None:
    """Notes everything in ombud.toml that does not fit."""
    if desk.file.broken:
        return
    check = _Check(desk=desk, world=world, findings=findings)
    check.organisation()
    check.roles(used_roles)
    check.people()
    check.deputies()
    check.departments_and_centres()
    check.accounts()
    check.token_keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    desk: Desk
    world: World
    findings: Findings

    def at(self, key: str) -> Place:
        return Place(findings=self.findings, file=self.desk.file.name, key=key)

    def organisation(self) -> None:
        if found := self.desk.organisation:
            place = self.at("organisation")
            place.must_be_known("default_centre", found.default_centre, self.world.centres, "centre")
            place.must_be_known("head_office", found.head_office, self.world.calendars, "calendar")

    def roles(self, used: Mapping[str, Sequence[str]]) -> None:
        """Somebody has every role that is written to: else all its letters would silently go to the intake desk."""
        for role, rows in sorted(used.items()):
            if role not in self.world.held_roles.names and not self.world.held_roles.open:
                also = f" ({rows[0]} and {len(rows) - 1} more write to it)" if len(rows) > 1 else ""
                instead = f"add {role!r} to the roles of a [[person]]"
                self.at("").add("person", f"nobody has the role {role!r}{also}", instead)

    def people(self) -> None:
        own = {_bare(address) for _, account in self.desk.accounts for address in account.addresses}
        written = Counter(address.casefold() for _, person in self.desk.people for address in set(person.addresses))
        for key, person in self.desk.people:
            place = self.at(key)
            if person.id == CUSTOMER:
                place.add("id", f"{CUSTOMER!r} cannot be a colleague", "write another id; letters are told apart by it")
            for role in person.roles:
                place.must_be_known("roles", role, DIRECTORY_ROLES, "role")
            if person.calendar:
                place.must_be_known("calendar", person.calendar, self.world.calendars, "calendar")
            for address in person.addresses:
                if _bare(address) in own:
                    place.add(
                        "addresses",
                        f"{address} is an address of the desk itself, letters to it would come back as messages",
                        "write the person's own address",
                    )
                if written[address.casefold()] > 1:
                    place.add("addresses", f"{address} belongs to several people", "leave it with one of them")
        self._no_twins("person", (key for key, _ in self.desk.people))

    def deputies(self) -> None:
        people: Mapping[str, PersonModel] = {person.id: person for _, person in self.desk.people}
        told: set[str] = set()
        for key, person in self.desk.people:
            if person.deputy:
                self.at(key).must_be_known("deputy", person.deputy, self.world.people, "person")
            chain = _chain(person.id, people)
            if chain and told.isdisjoint(chain):
                told.update(chain)
                circle = " → ".join((*chain, chain[0]))
                self.at(key).add("deputy", f"deputies in a circle: {circle}", "let the last one have no deputy")

    def departments_and_centres(self) -> None:
        for key, department in self.desk.departments:
            self.at(key).must_be_known("head", department.head, self.world.people, "person")
            if department.calendar:
                self.at(key).must_be_known("calendar", department.calendar, self.world.calendars, "calendar")
        served = Counter(country for _, centre in self.desk.centres for country in set(centre.countries))
        for key, centre in self.desk.centres:
            place = self.at(key)
            place.must_be_known("head", centre.head, self.world.people, "person")
            place.must_be_known("calendar", centre.calendar, self.world.calendars, "calendar")
            for country, name in centre.calendars.items():
                place.must_be_known(f"calendars.{country}", name, self.world.calendars, "calendar")
            for id_, head in centre.departments.items():
                place.must_be_known("departments", id_, self.world.departments, "department")
                place.must_be_known(f"departments.{id_}", head, self.world.people, "person")
            for country in centre.countries:
                if served[country] > 1:
                    place.add("countries", f"{country} is served by several centres", "leave it with one of them")
        self._no_twins("department", (key for key, _ in self.desk.departments))
        self._no_twins("centre", (key for key, _ in self.desk.centres))

    def accounts(self) -> None:
        if not raw_names(self.desk.file, "account"):
            self.at("").add("account", "there is no account", "add [[account]] for the address that complaints go to")
        written = Counter(_bare(address) for _, account in self.desk.accounts for address in account.addresses)
        polled = Counter(folder for _, account in self.desk.accounts for folder in _polled(account))
        for key, account in self.desk.accounts:
            place = self.at(key)
            if account.centre:
                place.must_be_known("centre", account.centre, self.world.centres, "centre")
            for address in account.addresses:
                if "+" in address:
                    place.add("addresses", f"{address} has a plus part", "write it without; plus parts carry tokens")
                if written[_bare(address)] > 1:
                    place.add("addresses", f"{address} is listed more than once", "leave it with one account")
            for folder in sorted(_polled(account)):
                if polled[folder] > 1:
                    place.add("folders", f"{folder[-1]} is polled by another account as well", "remove one of the two")
            self._letters(place, account, set(written))
            _check_folders(place, account)
        self._no_twins("account", (key for key, _ in self.desk.accounts))

    def token_keys(self) -> None:
        if not self.desk.file.data.get("token_key", [...]):
            self.at("").add("token_key", "there is no key", "add [[token_key]], or leave token_key out altogether")
        self._no_twins("token_key", (key for key, _ in self.desk.token_keys))

    def _letters(self, place: Place, account: AccountModel, own: set[str]) -> None:
        mode, colon, address = account.letters.partition(":")
        if (mode, colon) in {("send", ""), ("hold", "")}:
            return
        if mode != "redirect" or "@" not in address:
            place.add("letters", f"{account.letters!r} is not known", "write send, hold or redirect:ADDRESS")
        elif _bare(address) in own:
            place.add("letters", f"{address} is an address of the desk itself", "redirect to somebody's own address")

    def _no_twins(self, kind: str, keys: Iterable[str]) -> None:
        for key in sorted(twice(keys)):
            self.at(key).add("", f"there are two [[{kind}]] of this name", "rename or remove one")


def _bare(address: str) -> str:
    """The address without its plus part, in lower case."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _chain(start: str, people: Mapping[str, PersonModel]) -> tuple[str, ...]:
    """The circle of deputies that leads back to `start`; empty when there is none."""
    chain = [start]
    while (person := people.get(chain[-1])) and person.deputy not in chain:
        if not person.deputy:
            return ()
        chain.append(person.deputy)
    closing = people.get(chain[-1])
    return tuple(chain) if closing and closing.deputy == start else ()


def _polled(account: AccountModel) -> frozenset[tuple[str, str, str]]:
    imap = account.imap
    return frozenset((imap.host.lower(), imap.user, folder) for folder in account.folders)


def _check_folders(place: Place, account: AccountModel) -> None:
    for key in ("processed_folder", "quarantine_folder"):
        if getattr(account, key) in account.folders:
            place.add(key, "is also polled, its messages would be read again and again", "name another folder")
    if account.processed_folder == account.quarantine_folder:
        place.add("quarantine_folder", "is the processed folder as well", "name another folder")
    for folder in twice(account.folders):
        place.add("folders", f"{folder!r} is listed twice", "list it once")
    for header in account.spam_headers:
        if not header.partition(":")[2].strip():
            place.add("spam_headers", f"{header!r} is no header", "write it like 'X-Spam-Flag: YES'")
