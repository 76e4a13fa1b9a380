"""`tvec-pv users`: who may come in, and as what."""

from typing import Annotated

import typer

from tvec_pv.cli.output import AsJson, house, print_json, print_lines, reading
from tvec_pv.domain.access import Role

users = typer.Typer(help="Who may come in, and as what.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name that somebody logs in with.", show_default=False)]


@users.command("add")
def add(
    name: Name, role: Annotated[Role, typer.Option("--role", help="What this person may do.", show_default=False)]
) -> None:
    """Invite somebody, or somebody anew with another role: prints a token that works once, for a day."""
    from tvec_pv.actions.users import invite
    from tvec_pv.settings import settings

    token = invite(house().store, name, role, settings().actor)
    print_lines([f"{name} is invited as {role}. This works once, until tomorrow, to choose a password: {token}"])


@users.command("password")
def choose_password() -> None:
    """Choose the password that signs your decisions: asks for the token of your invitation, and shows neither."""
    from tvec_pv.actions.users import set_password

    token = typer.prompt("Token", hide_input=True)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    set_password(house().store, token, password)
    print_lines(["your password is kept as a hash; the token works no more"])


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Everybody who was ever invited, with their role, and whether they may come in."""
    from tvec_pv.store.user_reads import people

    with reading() as connection:
        found = [
            {
                "name": one.name,
                "role": one.role,
                "active": one.is_active,
                "has_password": one.password_hash is not None,
            }
            for one in people(connection)
        ]
    if as_json:
        print_json(found)
    else:
        print_lines([_line(one) for one in found] or ["nobody was invited yet"])


@users.command("deactivate")
def deactivate_user(name: Name) -> None:
    """Let somebody in no longer, from now on; what they decided stays theirs."""
    from tvec_pv.actions.users import deactivate
    from tvec_pv.settings import settings

    deactivate(house().store, name, settings().actor)
    print_lines([f"{name} may no longer come in"])


def _line(one: dict[str, object]) -> str:
    state = "active" if one["active"] else "deactivated"
    waits = "" if one["has_password"] or not one["active"] else ", has not chosen a password"
    return f"{one['name']}  {one['role']}  {state}{waits}"
