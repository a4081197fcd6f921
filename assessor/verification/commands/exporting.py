"""``assessor verifier``: the checking page without us."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from assessor.config import Application
from assessor.credentials import publishing
from assessor.verification.commands import folder as verifier_folder
from assessor.verification.views import copies

new_file = click.Path(dir_okay=False, path_type=Path)
new_folder = click.Path(file_okay=False, path_type=Path)

README = """\
The certificate check, as files
===============================

This folder holds the whole checking page and the signed lists it needs, as of {made} (UTC). It asks no other host.

To serve it: give this folder, under any name, to any web server for files, with https (or on localhost, to try:
python3 -m http.server). Browsers keep the page for use without internet, and allow the camera, only then.

To check without any server: open check.html by double click. Everything is inside this one file ({size}):
it can be sent, or carried on a stick. Scan a photo of the code, or paste its text. Where the browser allows no camera
for a file, choose a photo.

What a copy cannot do: check a typed number, a PDF or a badge file. That needs the issuer's server: {home}
Whoever scans a paper with the phone's own camera opens the page of the issuer, and not this one. Here, use the
button on the page.

To be current: the lists that say what was withdrawn count for two days. Later the page says that its list is old.
To bring a new one, run every day:

    assessor verifier export FOLDER

To compare: SHA256SUMS names the SHA-256 of every file (sha256sum -c SHA256SUMS). The same lists give the same bytes
on every machine with the same version of the program. The root key that the page believes:

    {root}

Foreign code and its licences: the folder vendor in static.
"""


@click.group("verifier")
def verifier_group() -> None:
    """The checking page without us: as files that anybody can host, or as one file."""


@verifier_group.command()
@click.argument("folder", required=False, type=new_folder)
@click.option("--single", type=new_file, metavar="FILE", help="the page as one HTML file that opens from a folder")
@click.option("--force", is_flag=True, help="write into a folder that has other files; they stay")
@click.option("--json", "as_json", is_flag=True, help="print one JSON document")
@click.pass_obj
def export(application: Application, folder: Path | None, single: Path | None, force: bool, as_json: bool) -> None:
    """Write the checking page with its signed lists into FOLDER: static files for any host, and check.html among them.

    The same trust gives the same bytes. Run it again to bring newer lists.
    """
    if folder is None and single is None:
        raise click.UsageError("Give a FOLDER, or --single FILE.")
    told: dict[str, Any] = {}
    with application() as (_app, session, settings):
        known = copies.trusted(session, settings, datetime.now(UTC))
        told |= {"made": f"{known.made:%Y-%m-%dT%H:%M:%SZ}", "root": publishing.root_key(session).hex()}
        files = dict(copies.folder(settings, known)) if folder else {copies.SINGLE: copies.single(settings, known)}
        home = settings.verification_prefix
    alone = files[copies.SINGLE]
    if folder is not None:
        made = f"{known.made:%Y-%m-%d %H:%M}"
        text = README.format(made=made, size=f"{len(alone) / 1e6:.1f} MB", home=home, root=told["root"])
        files["README.txt"] = text.encode()
        sums = verifier_folder.write(folder, files, force=force)
        size = sum(map(len, files.values()))
        told |= {"folder": str(folder), "files": len(files), "bytes": size, "sums": hashlib.sha256(sums).hexdigest()}
    if single is not None:
        verifier_folder.put(single, alone)
        told |= {"single": str(single), "single_sha256": hashlib.sha256(alone).hexdigest()}
    for url in known.lacking:
        click.echo(f"Not here yet, so not in the copy: {url}", err=True)
    click.echo(json.dumps(told, indent=2) if as_json else _in_words(told))


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"Lists as of {told['made']}, root key {told['root']}"]
    if "folder" in told:
        lines.append(f"{told['folder']}: {told['files']} files, {told['bytes'] / 1e6:.1f} MB")
        lines.append(f"SHA-256 of {verifier_folder.SUMS}: {told['sums']}")
    if "single" in told:
        lines.append(f"{told['single']}: SHA-256 {told['single_sha256']}")
    return "\n".join(lines)
