"""``accounts``: who may use the record, in which roles, from which day; passwords and one-time codes."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from typer.core import TyperGroup

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    At,
    By,
    Json,
    Lang,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    show_table,
)
from trialwright.vocabulary.errors import TrialError
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, day as written_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from trialwright.vocabulary.events import Role
    from trialwright.vocabulary.records import Record
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.staff import Person

ROLE_NAMES = (
    *("investigator", "statistician", "data manager", "pharmacist"),
    *("monitor", "board", "sponsor", "administrator"),
)
RECORDED = Text(
    en="Recorded as entry {positions}: {what} of {account}.",
    fr="Enregistré à l'entrée {positions} : {what} de {account}.",
)
WHAT = {
    "opened": Text(en="account", fr="compte"),
    "closed": Text(en="closing of the account", fr="fermeture du compte"),
    "unlocked": Text(en="unlocking of the account", fr="déblocage du compte"),
    "delegated": Text(en="role", fr="rôle"),
    "ended": Text(en="end of the role", fr="fin du rôle"),
    "password": Text(en="password", fr="mot de passe"),
    "removed": Text(en="removal of the second factor", fr="retrait du second facteur"),
}
TITLE = Text(en="Accounts", fr="Comptes")
COLUMNS = (
    Text(en="account", fr="compte"),
    Text(en="name", fr="nom"),
    Text(en="roles that day", fr="rôles ce jour"),
    Text(en="delegations", fr="délégations"),
    Text(en="state", fr="état"),
)
OPEN = Text(en="open", fr="ouvert")
CLOSED = Text(en="closed on {on}", fr="fermé le {on}")
LOCKED = Text(en="locked since {on}", fr="bloqué depuis le {on}")
SINCE = Text(en="{role} from {first}", fr="{role} à partir du {first}")
BETWEEN = Text(en="{role} from {first} to {last}", fr="{role} du {first} au {last}")
ALONE = Text(
    en="Only one administrator: a second one can unlock the first, and give a new password.",
    fr="Un seul administrateur : un second pourrait débloquer le premier et lui donner un nouveau mot de passe.",
)
SECRET = Text(
    en="Take this address up in an authenticator application; it is shown once and kept nowhere readable:",
    fr="Enregistrez cette adresse dans une application d'authentification ; elle n'est montrée qu'une fois :",
)
BY_HAND = Text(en="Or type the secret: {secret}", fr="Ou saisissez le secret : {secret}")
WRITTEN = Text(
    en="The address for an authenticator application is in {path}; delete it once it is taken up.",
    fr="L'adresse pour une application d'authentification est dans {path} ; supprimez-le une fois enregistrée.",
)

Account = Annotated[str, typer.Option("--account", help="The account it is about.")]
OwnAccount = Annotated[str, typer.Option("--account", help="The account it is about; one's own if absent.")]
RoleName = Annotated[str, typer.Option("--role", help=f"The role: {', '.join(ROLE_NAMES)}.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.")]


class ListedByDefault(TyperGroup):
    """``accounts TRIAL`` is ``accounts list TRIAL``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the word that was left out."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["list", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    accounts = typer.Typer(
        cls=ListedByDefault,
        no_args_is_help=True,
        help="Who may use the record, in which roles, from which day; `accounts TRIAL` lists them.",
    )
    accounts.command("list")(listed)
    accounts.command("open")(open_account)
    accounts.command("close")(close)
    accounts.command("unlock")(unlock)
    accounts.command("delegate")(delegate)
    accounts.command("end-delegation")(end_delegation)
    accounts.command("password")(password)
    accounts.command("second-factor")(second_factor)
    app.add_typer(accounts, name="accounts")


def role_named(given: str) -> Role:
    """A role by its name; a clear refusal of any other."""
    if given not in ROLE_NAMES:
        raise typer.BadParameter(f"{given!r} is not a role; there is {', '.join(ROLE_NAMES)}", param_hint="--role")
    return cast("Role", given)


def listed(trial: TrialFolder, *, as_of: AsOf = None, lang: Lang = "en", as_json: Json = False) -> None:
    """Every account with its roles on a day, and whether it may be used."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.people(reached, on=day(as_of))
    if as_json:
        print_json([_as_data(one) for one in found])
        return
    rows = [
        [
            one.account,
            one.printed_name,
            ", ".join(_role(role, spoken) for role in one.roles) or NOT_AVAILABLE,
            "\n".join(_delegations(one, spoken)),
            _state(one, spoken),
        ]
        for one in found
    ]
    show_table(TITLE.said(spoken), [column.said(spoken) for column in COLUMNS], rows=rows)
    if sum(one.is_open and "administrator" in one.roles for one in found) == 1:
        say(ALONE.said(spoken), style="yellow")


def _as_data(one: Person) -> dict[str, object]:
    delegations = [{"role": role, "first_day": first, "last_day": last} for role, first, last in one.delegations]
    return {**asdict(one), "roles": list(one.roles), "delegations": delegations}


def _role(role: Role, spoken: Language) -> str:
    from trialwright.report.documents.signatures import ROLES  # loaded when there is something to show

    return ROLES[role].said(spoken)


def _delegations(one: Person, spoken: Language) -> Iterator[str]:
    for role, first, last in one.delegations:
        sentence = SINCE if last is None else BETWEEN
        yield sentence.said(spoken, role=_role(role, spoken), first=first, last=last)


def _state(one: Person, spoken: Language) -> str:
    if one.closed_on:
        return CLOSED.said(spoken, on=written_day(one.closed_on, spoken))
    return LOCKED.said(spoken, on=written_day(one.locked_on, spoken)) if one.locked_on else OPEN.said(spoken)


def open_account(
    trial: TrialFolder,
    *,
    account: Account,
    name: Annotated[str, typer.Option("--name", help="The person's name, as it stands beside a signature.")],
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help=f"A role from today on; repeatable: {', '.join(ROLE_NAMES)}."),
    ] = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Open an account with a first password; who signs chooses another one first."""
    roles = [role_named(one) for one in role or []]
    with workbench.reach_trial(trial) as reached:
        written = workbench.open_account(reached, account, printed_name=name, roles=roles, by=by, at=at)
    _done(written, "opened", account=account, spoken=language(lang), as_json=as_json)


def close(
    trial: TrialFolder,
    *,
    account: Account,
    reason: Reason,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Close an account for good; what it recorded and signed stays."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.close_account(reached, account, reason=reason, by=by, at=at)
    _done([written], "closed", account=account, spoken=language(lang), as_json=as_json)


def unlock(
    trial: TrialFolder,
    *,
    account: Account,
    reason: Reason,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Let an account in again that was locked after too many wrong passwords or codes."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.unlock_account(reached, account, reason=reason, by=by, at=at)
    _done([written], "unlocked", account=account, spoken=language(lang), as_json=as_json)


def _day_option(name: str, what: str) -> Any:
    return typer.Option(name, metavar="DAY", formats=["%Y-%m-%d"], help=what)


FirstDay = Annotated[datetime | None, _day_option("--from", "First day of the role; today if absent.")]
LastDay = Annotated[datetime | None, _day_option("--until", "Last day of the role.")]


def delegate(
    trial: TrialFolder,
    *,
    account: Account,
    role: RoleName,
    first: FirstDay = None,
    last: LastDay = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Delegate a role to a person, from today or a later day on; nobody delegates to themselves."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.delegate(
            reached, account, role=role_named(role), first_day=day(first), last_day=day(last), by=by, at=at
        )
    _done([written], "delegated", account=account, spoken=language(lang), as_json=as_json)


def end_delegation(
    trial: TrialFolder,
    *,
    account: Account,
    role: RoleName,
    reason: Reason,
    last: LastDay = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Take a role back after today, or after the day named; signatures given while it was held stay."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.end_delegation(
            reached, account, role=role_named(role), reason=reason, last_day=day(last), by=by, at=at
        )
    _done([written], "ended", account=account, spoken=language(lang), as_json=as_json)


def password(
    trial: TrialFolder,
    *,
    account: OwnAccount = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Choose a new password for oneself; an administrator gives another person one."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.change_password(reached, account or by, by=by, at=at)
    _done(written, "password", account=account or by, spoken=language(lang), as_json=as_json)


def second_factor(
    trial: TrialFolder,
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Write the address into this new file, readable by its owner alone; do not show it."),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the codes of --account away: an administrator, when they are lost.")
    ] = False,
    account: OwnAccount = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Set up one-time codes for oneself (TOTP), which signatures need beside the password."""
    spoken = language(lang)
    if account not in ("", by) and not remove:
        raise TrialError("everyone sets up their own codes; an administrator takes those of another away: --remove")
    if as_json and to is None and not remove:
        raise TrialError("a secret is never part of a JSON answer; name a file for it: --to FILE")
    with workbench.reach_trial(trial) as reached:
        if remove:
            written = workbench.remove_second_factor(reached, account or by, by=by, at=at)
            _done([written], "removed", account=account or by, spoken=spoken, as_json=as_json)
            return
        with _private(to) as keep:
            address = workbench.new_second_factor(reached, by=by, at=at)
            keep(address)
    if as_json:
        print_json({"account": by, "written_to": str(to)})
        return
    _show_secret(address, to=to, spoken=spoken)


@contextmanager
def _private(path: Path | None) -> Iterator[Callable[[str], object]]:
    """A new file that its owner alone may read, made before the secret is; gone again when there is none."""
    if path is None:
        yield lambda _: None
        return
    file = _new_file(path)
    try:
        yield lambda secret: os.write(file, f"{secret}\n".encode())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)


def _new_file(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise TrialError(f"{path} cannot be made ({error.strerror}); name a new file") from error


def _show_secret(address: str, *, to: Path | None, spoken: Language) -> None:
    if to is not None:
        say(WRITTEN.said(spoken, path=to))
        return
    secret = address.partition("secret=")[2].partition("&")[0]
    say(SECRET.said(spoken))
    say(address)
    say(BY_HAND.said(spoken, secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4))))


def _done(written: Sequence[Record], what: str, *, account: str, spoken: Language, as_json: bool) -> None:
    if as_json:
        print_json(
            {"account": account, "recorded": [{"position": one.position, "kind": one.event.kind} for one in written]}
        )
        return
    positions = ", ".join(str(one.position) for one in written)
    say(RECORDED.said(spoken, positions=positions, what=WHAT[what], account=account), style="bold green")
