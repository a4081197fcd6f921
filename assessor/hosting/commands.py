"""``assessor apps``: which applications of others registered here, and away with one that breaks the rules."""

import json

import click

from assessor.hosting import permitting


@click.group("apps")
def apps() -> None:
    """Apps of others that registered to read or bring badges."""


@apps.command("list")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def list_apps(context: click.Context, as_json: bool) -> None:
    """Every app, and how many people permit it something."""
    with context.obj() as (_app, session, _settings):
        found = [
            {
                "id": application.id,
                "name": application.name,
                "host": application.host,
                "registered_at": application.registered_at.isoformat(),
                "permissions": permissions,
            }
            for application, permissions in permitting.applications(session)
        ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo("{id}  {permissions:>5} people  {host}  {name}".format(**one))


@apps.command("remove")
@click.argument("app", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_context
def remove_app(context: click.Context, app: str, as_json: bool) -> None:
    """Remove an app; what people permitted it ends at once."""
    with context.obj() as (_app, session, _settings):
        removed = permitting.remove_application(session, app)
    answer = {"removed": removed.id, "name": removed.name}
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else f"Removed: {removed.name} ({removed.host})")
