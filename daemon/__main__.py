"""The command line `ombud`."""

import gc
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from cases.trouble import NeedsHuman, TryLater

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A company's complaint desk, run entirely by mail.")
case_app = typer.Typer(no_args_is_help=True, help="Look at cases, and work on them.")
quarantine_app = typer.Typer(no_args_is_help=True, help="Look at messages that could not be read, and settle them.")
ledger_app = typer.Typer(
    no_args_is_help=True, help="Corrective actions: what is done so that it does not happen again."
)
report_app = typer.Typer(no_args_is_help=True, help="Many cases together: causes, and what rises.")
noted_app = typer.Typer(no_args_is_help=True, help="Look at messages that were noted and not answered.")
outbox_app = typer.Typer(no_args_is_help=True, help="Look at outgoing messages, decide about waiting ones.")
suppressed_app = typer.Typer(no_args_is_help=True, help="Addresses that get no letters: look, add, remove.")
audit_app = typer.Typer(no_args_is_help=True, help="Check the record.")
service_app = typer.Typer(no_args_is_help=True, help="Run ombud as a service of the machine.")
deadline_app = typer.Typer(no_args_is_help=True, help="How deadlines came about.")
calendar_app = typer.Typer(no_args_is_help=True, help="Look at working time: which days are worked, and why.")
config_app = typer.Typer(no_args_is_help=True, help="Check the settings.")
policy_app = typer.Typer(no_args_is_help=True, help="Read the policy, find holes in it.")
for name, sub in {
    "case": case_app,
    "ledger": ledger_app,
    "report": report_app,
    "quarantine": quarantine_app,
    "noted": noted_app,
    "outbox": outbox_app,
    "suppressed": suppressed_app,
    "audit": audit_app,
    "deadline": deadline_app,
    "calendar": calendar_app,
    "config": config_app,
    "policy": policy_app,
    "service": service_app,
}.items():
    app.add_typer(sub, name=name)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"ombud {version('ombud')}")
        except PackageNotFoundError:
            typer.echo("ombud from a folder that is not installed")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A company's complaint desk, run entirely by mail."""


Config = Annotated[
    Optional[Path],  # noqa: UP045 (typer reads it at run time)
    typer.Option("--config", "-c", envvar="OMBUD_CONFIG", help="ombud.toml; else ./ombud.toml, /etc/ombud/ombud.toml."),
]
Json = Annotated[bool, typer.Option("--json", help="For machines: JSON on standard output.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, such as C-4829-1372.")]
Message = Annotated[int, typer.Argument(metavar="MESSAGE", help="Its number in `ombud quarantine list`.")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="A mail address.")]
Reason = Annotated[str, typer.Option("--because", help="The reason, for the record.")]
Calendar = Annotated[str, typer.Argument(metavar="NAME", help="A calendar of calendars.toml or ombud.toml.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many rows.")]


@app.command()
def run(
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="One whole pass, then exit.")] = False,
    since: Annotated[
        Optional[str],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--from", metavar="DATE", help="Take in what the server received since this day (YYYY-MM-DD)."),
    ] = None,
) -> None:
    """Run the desk. With --once the exit status is 0 when all is done, 3 when something is left."""
    from daemon.cli import running

    raise typer.Exit(running.run(config, once=once, since=since))


@app.command("init-db")
def init_db(
    config: Config = None,
    copy_from: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--copy-from", metavar="TOML", help="Fill it from the database of this other ombud.toml."),
    ] = None,
) -> None:
    """Make the database of the settings; refuses where one exists or existed."""
    from daemon.cli import running

    running.init_db(config, copy_from)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `ombud backup` wrote.")],
    config: Config = None,
    verify: Annotated[bool, typer.Option("--verify", help="Only look at it: is it whole? 0 yes, 1 no.")] = False,
    json: Json = False,
) -> None:
    """Put a copy in the place of a lost database; refuses where one is."""
    from daemon.cli import acting

    if verify:
        raise typer.Exit(acting.verify(source, as_json=json))
    acting.restore(config, source)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    config: Config = None,
) -> None:
    """Copy the database into a new SQLite file, also while the daemon works."""
    from daemon.cli import acting

    acting.back_up(config, target)


@app.command()
def parse(
    path: Annotated[str, typer.Argument(help="A message, a folder of messages, or - for standard input.")],
    config: Config = None,
    json: Json = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line and file.")] = False,
) -> None:
    """Show what ombud understands of a message, through the same code as the daemon."""
    from daemon.cli import parsing

    raise typer.Exit(parsing.parse(path, config, as_json=json, as_jsonl=jsonl))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the gallery is written.")] = Path("ombud-demo"),
) -> None:
    """Show the desk at work: real servers on loopback, real mail, a clock that runs through a week in seconds."""
    from daemon.cli import demonstrating

    raise typer.Exit(demonstrating.demo(out))


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 (what typer takes)
    mail: Annotated[Path, typer.Option("--mail", help="A folder of messages, or an mbox file.")],
    config: Config = None,
    policy: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--policy", help="Another policy: a file of it, a folder of such files, or an ombud.toml."),
    ] = None,
    begin: Annotated[str, typer.Option("--from", metavar="DAY", help="From this day or moment on; else all.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Else 30 days beyond the last message.")] = "",
    compare: Annotated[bool, typer.Option("--compare", help="Beside the present policy: what differs.")] = False,
    acts: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--acts", help="What colleagues did when: TOML or JSON lines with at, case, by, do."),
    ] = None,
    staff: Annotated[
        str,
        typer.Option("--staff", help="What is assumed of them: none, prompt, mixed, late, or 80 for 80 % of limits."),
    ] = "none",
    seed: Annotated[int, typer.Option("--seed", help="Of that assumption.")] = 1,
    account: Annotated[str, typer.Option("--account", help="By which all of it came; else by its addresses.")] = "",
    first: Annotated[str, typer.Option("--first", metavar="NUMBER", help="The number that the first case gets.")] = "",
    out: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--out", help="A folder for the page, the JSON and the events."),
    ] = None,
    letters: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--letters", help="A folder for every letter as its reader would get it (.eml)."),
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Only what it comes to, not every event.")] = False,
    json: Json = False,
) -> None:
    """Play past mail through the very same rules on a virtual clock; nothing leaves, nothing is stored."""
    from daemon.cli import simulating

    simulating.simulate(
        simulating.Asked(
            mail=mail,
            config=config,
            policy=policy,
            begin=begin,
            end=until,
            acts=acts,
            staff=staff,
            seed=seed,
            account=account,
            first=first,
            out=out,
            letters=letters,
            compare=compare,
            as_json=json,
            brief=brief,
        )
    )


@app.command()
def stats(config: Config = None, json: Json = False) -> None:
    """Count what there is."""
    from daemon.cli import showing

    showing.stats(config, as_json=json)


@case_app.command("list")
def case_list(
    config: Config = None,
    json: Json = False,
    limit: Limit = 100,
    status: Annotated[str, typer.Option(help="Only triage, open, resolved or closed.")] = "",
) -> None:
    """List cases, the newest first; `grade?` is provisional."""
    from daemon.cli import showing

    showing.cases(config, status, limit, as_json=json)


@case_app.command("show")
def case_show(number: Number, config: Config = None, json: Json = False) -> None:
    """Show one case: what is known, what is owed by when, what happened."""
    from daemon.cli import showing

    showing.case(config, number, as_json=json)


@case_app.command("add-address")
def case_add_address(number: Number, address: Address, because: Reason, config: Config = None) -> None:
    """Let a further address of the customer take part: it may write, and is tried when a letter bounces."""
    from daemon.cli import acting

    acting.add_address(config, number, address, because)


@case_app.command("act")
def case_act(
    number: Number,
    who: Annotated[str, typer.Option("--as", metavar="PERSON", help="Who acts: an id, name or address.")],
    text: Annotated[str, typer.Argument(metavar="COMMANDS", help="As in a mail, a line each; - reads them.")] = "",
    config: Config = None,
    json: Json = False,
    help_commands: Annotated[bool, typer.Option("--help-commands", help="List what PERSON may do now.")] = False,
) -> None:
    """Work on a case for a colleague, as they would by mail. Exit status 1 when a command is refused."""
    from daemon.cli import casework

    if help_commands or not text:
        casework.may(config, number, who, as_json=json)
        return
    raise typer.Exit(casework.act(config, number, text, who, as_json=json))


@ledger_app.command("list")
def ledger_list(
    config: Config = None,
    json: Json = False,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are not verified yet.")] = False,
    limit: Limit = 1000,
) -> None:
    """List the corrective actions of all cases, those due first."""
    from daemon.cli import ledger

    ledger.measures(config, limit, open_only=open_, as_json=json)


@report_app.command("causes")
def report_causes(
    config: Config = None,
    quarter: Annotated[str, typer.Option(help="Which, as 2026Q3; without it the last one that has ended.")] = "",
    centre: Annotated[str, typer.Option(help="Only of this centre (its id).")] = "",
    sheet: Annotated[Path | None, typer.Option(help="Write it as a spreadsheet (xlsx) instead.")] = None,
    names: Annotated[bool, typer.Option("--names", help="Name the customers who came back.")] = False,
    json: Json = False,
) -> None:
    """What customers complained of in a quarter, why, and what was done about it."""
    from daemon.cli import reporting

    reporting.causes(config, quarter, centre, sheet, names=names, as_json=json)


@report_app.command("warnings")
def report_warnings(
    config: Config = None,
    most: Annotated[int, typer.Option(min=1, help="How many, the most unlikely first.")] = 40,
    json: Json = False,
) -> None:
    """The counts that are watched for early warnings, against their own history; not those of one or two."""
    from daemon.cli import reporting

    reporting.warnings(config, most, as_json=json)


@quarantine_app.command("list")
def quarantine_list(
    config: Config = None,
    json: Json = False,
    all_: Annotated[bool, typer.Option("--all", help="Those that are settled too.")] = False,
) -> None:
    """List messages that could not be read, the oldest first."""
    from daemon.cli import showing

    showing.quarantine(config, open_only=not all_, as_json=json)


@quarantine_app.command("show")
def quarantine_show(raw_id: Message, config: Config = None, json: Json = False) -> None:
    """Show why one message is in quarantine."""
    from daemon.cli import showing

    showing.quarantined(config, raw_id, as_json=json)


@quarantine_app.command("replay")
def quarantine_replay(
    message: int,
    because: Annotated[str, typer.Option("--because", help="The reason, for the record.")] = "read again",
    config: Config = None,
) -> None:
    """Read a message again with the present program; the daemon does it with its next beat."""
    from daemon.cli import acting

    acting.replay(config, message, because)


@quarantine_app.command("discard")
def quarantine_discard(
    message: int,
    because: Annotated[str, typer.Option("--because", help="The reason, for the record.")],
    config: Config = None,
) -> None:
    """Settle a message without reading it; its bytes are kept."""
    from daemon.cli import acting

    acting.settle(config, message, because)


@noted_app.command("list")
def noted_list(config: Config = None, json: Json = False, limit: Limit = 100) -> None:
    """List messages that were noted and not answered, with the reason."""
    from daemon.cli import showing

    showing.noted(config, limit, as_json=json)


@outbox_app.command("list")
def outbox_list(
    config: Config = None,
    json: Json = False,
    limit: Limit = 100,
    state: Annotated[str, typer.Option(help="Only queued, retry, sent, failed, uncertain, held or withheld.")] = "",
) -> None:
    """List outgoing messages and what became of them."""
    from daemon.cli import showing

    showing.outbox(config, state, limit, as_json=json)


@outbox_app.command("show")
def outbox_show(
    letter: Annotated[str, typer.Argument(help="Its number in `ombud outbox list`, or its Message-ID.")],
    config: Config = None,
    json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help="Byte for byte as it leaves.")] = False,
) -> None:
    """Show one outgoing message before or after it left, and the rule that called for it."""
    from daemon.cli import auditing

    auditing.letter(config, letter, as_json=json, as_raw=raw)


@outbox_app.command("release")
def outbox_release(
    letter: Annotated[Optional[int], typer.Argument(help="Its number in `ombud outbox list`.")] = None,  # noqa: UP045
    config: Config = None,
    all_: Annotated[bool, typer.Option("--all", help="Every letter that waited because of `letters = hold`.")] = False,
) -> None:
    """Let a letter leave that was held, failed, bounced, in doubt, or kept back for an address on the list."""
    from daemon.cli import acting

    acting.release(config, letter, everything=all_)


@outbox_app.command("discard")
def outbox_discard(
    letter: Annotated[int, typer.Argument(help="Its number in `ombud outbox list`.")],
    because: Annotated[str, typer.Option("--because", help="The reason, for the record.")],
    config: Config = None,
) -> None:
    """Decide that a held, uncertain or failed letter shall not leave."""
    from daemon.cli import acting

    acting.discard(config, letter, because)


@suppressed_app.command("list")
def suppressed_list(config: Config = None, json: Json = False, limit: Limit = 100) -> None:
    """List addresses that no letter is sent to, because their reader reported one as junk or a person said so."""
    from daemon.cli import showing

    showing.suppressed(config, limit, as_json=json)


@suppressed_app.command("add")
def suppressed_add(address: Address, because: Reason, config: Config = None) -> None:
    """Send no letters to an address any more; those that wait for it will not leave."""
    from daemon.cli import acting

    acting.suppress(config, address, because)


@suppressed_app.command("remove")
def suppressed_remove(address: Address, because: Reason, config: Config = None) -> None:
    """Let an address get letters again; lists those that were kept back, which a person may release."""
    from daemon.cli import acting

    acting.lift(config, address, because)


@audit_app.command("desk")
def audit_desk(config: Config = None, json: Json = False, limit: Limit = 100) -> None:
    """List what is on record about no case, the newest first: quarantine settled, addresses suppressed."""
    from daemon.cli import showing

    showing.desk_record(config, limit, as_json=json)


@audit_app.command("verify")
def audit_verify(
    config: Config = None,
    json: Json = False,
    head: Annotated[str, typer.Option("--head", metavar="NUMBER:HASH", help="A head that was kept elsewhere.")] = "",
) -> None:
    """Check the whole record: nothing changed, nothing missing, nothing out of order. Exit status 1 if it is not."""
    from daemon.cli import auditing

    raise typer.Exit(auditing.verify(config, head, as_json=json))


@deadline_app.command("explain")
def deadline_explain(number: Number, config: Config = None, json: Json = False) -> None:
    """Explain every running clock of a case: from when it counts, which days were free, when it is due."""
    from daemon.cli import dates

    dates.explain_case(config, number, as_json=json)


@calendar_app.command("show")
def calendar_show(
    name: Calendar,
    config: Config = None,
    json: Json = False,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Another month than the present one.")] = "",
) -> None:
    """Show a month: hours of working days, weekends, holidays by name, what is provisional."""
    from daemon.cli import dates

    dates.show_month(config, name, month, as_json=json)


@calendar_app.command("explain")
def calendar_explain(
    name: Calendar,
    day: Annotated[str, typer.Argument(metavar="DAY", help="A day, YYYY-MM-DD.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Tell why a day is worked or free."""
    from daemon.cli import dates

    dates.explain_day(config, name, day, as_json=json)


@config_app.command("check")
def config_check(
    config: Config = None,
    json: Json = False,
    connect: Annotated[
        bool, typer.Option("--connect", help="Sign in to every server as well, and touch nothing there.")
    ] = False,
) -> None:
    """Read all settings and templates and tell every mistake at once."""
    from daemon.cli import connecting, showing

    if connect:
        raise typer.Exit(connecting.check(config, as_json=json))
    raise typer.Exit(showing.check(config, as_json=json))


@policy_app.command("show")
def policy_show(
    config: Config = None,
    html: Annotated[
        Optional[Path],  # noqa: UP045 (typer reads it at run time)
        typer.Option("--html", metavar="FILE", help="Write it there as HTML instead."),
    ] = None,
) -> None:
    """Print the configured policy as a handbook: every row with its clause, in Markdown."""
    from daemon.cli import policies

    policies.show(config, html)


@policy_app.command("check")
def policy_check(config: Config = None, json: Json = False) -> None:
    """Find what can never happen, what nobody is told and what cannot be kept. Exit status 1 when there is any."""
    from daemon.cli import policies

    raise typer.Exit(policies.check(config, as_json=json))


@service_app.command("unit")
def service_unit(
    config: Config = None,
    user: Annotated[str, typer.Option("--user", help="Who runs it, and that user's group.")] = "ombud",
) -> None:
    """Print a hardened systemd unit for this installation; write it to /etc/systemd/system/ombud.service."""
    from daemon.cli import serving

    typer.echo(serving.unit(config or Path("/etc/ombud/ombud.toml"), user), nl=False)


def main() -> None:
    """Run; trouble is told in one plain line and an exit status: 2 for a person, 3 for later."""
    gc.set_threshold(
        100_000, 20, 20
    )  # loading makes objects that stay; looking for cycles among them was a fifth of a start
    try:
        app()
    except NeedsHuman as trouble:
        typer.echo(f"ombud: {trouble}", err=True)
        sys.exit(2)
    except TryLater as trouble:
        typer.echo(f"ombud: {trouble} (this can be tried again)", err=True)
        sys.exit(3)


if __name__ == "__main__":
    main()
