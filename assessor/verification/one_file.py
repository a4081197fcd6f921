"""Puts the checking page into one HTML file: its modules, style, icons, words, scanner and the signed files.

Our modules import one another by name from their own folder and by nothing else, so a bundler of few rules is enough:
each module becomes a function that gives what it exports, and runs once. The rules refuse what they do not know.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

ENTRY = "page.js"
#: Stands in the page where its policy belongs, which names the hash of what is put in.
POLICY_PLACE = "the policy of the one file"
#: Loaded by name when it is needed, and not imported.
SCANNER = "vendor/zxing/reader.wasm.gz"
LICENCES = ("vendor/noble-ed25519.LICENSE", "vendor/zxing/LICENSE", "vendor/zxing/LICENSE.zxing-cpp")

_NAME = r"'\./([\w./-]+\.js)'"
_IMPORT = re.compile(rf"^import \{{([^}}]*)\}} from {_NAME};$", re.MULTILINE)
_IMPORT_LATER = re.compile(rf"\bimport\({_NAME}\)")
_BESIDE = re.compile(r"new URL\(([^()]+), import\.meta\.url\)")
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_EXPORT_LIST = re.compile(r"\bexport ?\{([^{}]*)\};?\s*\Z")
_LEFT = re.compile(r"^(?:import|export)\b|\bimport\.meta\b|\bimport\(|\bexport ?\{", re.MULTILINE)
_SOURCE = re.compile(r'<script type="module" src="page\.js"></script>')
_LOADED = re.compile(r'\n *<link rel="(?:modulepreload|manifest|apple-touch-icon)"[^>]*>')
_STYLE = '<link rel="stylesheet" href="verify.css">'

# `made`: module → what it exports, later. Files are data of the page itself; its icons are drawn from the page.
_LOADER = """\
const $files = JSON.parse(document.getElementById('files').textContent), $made = new Map();
function $module(name) {
  if (!$made.has(name)) $made.set(name, $modules[name]());
  return $made.get(name);
}
function $beside(name) {
  const path = name.replace(/^\\.\\//, '').replace(/\\?.*/, '');
  if (path === 'icons.svg') return { href: '' };
  if (!(path in $files)) throw new Error(`${path} is not in this file`);
  return new URL(`data:application/octet-stream;base64,${$files[path]}`);
}
"""


class NotPacked(ValueError):
    """A module or the page has a form that the rules do not know."""


def pack(page: str, static: Path, style: str, signed: Mapping[str, bytes], made: int) -> str:
    """The page with everything inside. `signed`: files by their places; `made`: as of when they are, in seconds.

    Raises `NotPacked`.
    """
    script, style = bundle(static), f"{style}.sprite {{ display: none; }}\n"
    words = {f"words/{path.name}": path.read_bytes() for path in sorted((static / "words").glob("*.json"))}
    inside: dict[str, object] = {**_base64(signed), "made": made}
    sprite = (static / "icons.svg").read_text(encoding="utf-8").strip()
    parts = "\n".join(
        (
            sprite.replace("<svg ", '<svg class="sprite" aria-hidden="true" ', 1),
            _data("inside", json.dumps(inside, sort_keys=True)),
            _data("files", json.dumps(_base64(words | {SCANNER: (static / SCANNER).read_bytes()}), sort_keys=True)),
            _data("licences", "\n\n".join(_licences(static)), "text/plain"),
            f'<script type="module">{_checked(script, "</script")}</script>',
        )
    )
    page = _LOADED.sub("", page).replace('href="icons.svg#', 'href="#')
    page = _once(page, _SOURCE.pattern, "")
    page = _once(page, re.escape(_STYLE), f"<style>{_checked(style, '</style')}</style>")
    page = _once(page, "</body>", f"{parts}\n</body>")
    return _once(page, re.escape(escape(POLICY_PLACE)), escape(_policy(script, style)))


def bundle(static: Path) -> str:
    """All modules that the page may load, as one module. Raises `NotPacked`."""
    found: dict[str, str] = {}
    waiting = [ENTRY]
    while waiting:
        name = waiting.pop()
        if name not in found:
            source, needed = _as_function(name, (static / name).read_text(encoding="utf-8"))
            found[name] = source
            waiting += needed
    functions = ",\n".join(f"{json.dumps(name)}: async () => {{\n{found[name]}}}" for name in sorted(found))
    return f"{_LOADER}const $modules = {{\n{functions},\n}};\nawait $module({json.dumps(ENTRY)});\n"


def _as_function(name: str, source: str) -> tuple[str, list[str]]:
    """The body of the function that makes a module, and the names of the modules that it imports."""
    needed = [found[2] for found in _IMPORT.finditer(source)] + [found[1] for found in _IMPORT_LATER.finditer(source)]
    source = _IMPORT.sub(lambda found: f"const {{{_pairs(found[1])}}} = await $module('{found[2]}');", source)
    source = _IMPORT_LATER.sub(r"$module('\1')", source)
    source = _BESIDE.sub(r"$beside(\1)", source)
    given = [found[2] for found in _EXPORT.finditer(source)]
    source = _EXPORT.sub(r"\1 \2", source)
    if listed := _EXPORT_LIST.search(source):
        given.append(_pairs(", ".join(" as ".join(reversed(one.split(" as "))) for one in listed[1].split(","))))
        source = source[: listed.start()]
    if left := _LEFT.search(source):
        raise NotPacked(f"{name}: the rules do not know this form: {source[left.start() : left.start() + 60]!r}")
    return f"{source.rstrip()}\nreturn {{ {', '.join(given)} }};\n", needed


def _pairs(names: str) -> str:
    """`a as b` of an import as `a: b` of an object."""
    return re.sub(r"([\w$]+) as ([\w$]+)", r"\1: \2", names)


def _policy(script: str, style: str) -> str:
    """Nothing may be loaded from anywhere; what is inside is read through data: addresses."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}' 'wasm-unsafe-eval'",
            f"style-src '{_hash(style)}'",
            "img-src data: blob:",
            "media-src blob:",
            "connect-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _base64(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(body).decode() for name, body in files.items()}


def _data(name: str, text: str, kind: str = "application/json") -> str:
    return f'<script type="{kind}" id="{name}">{_checked(text, "</script")}</script>'


def _licences(static: Path) -> Iterator[str]:
    for name in LICENCES:
        yield f"{name}\n\n{(static / name).read_text(encoding='utf-8')}"


def _checked(text: str, end: str) -> str:
    """The text, which must not end the element that it is put into, nor begin a comment."""
    if end in text.lower() or "<!--" in text:
        raise NotPacked(f"This cannot stand inside an element: it holds {end} or <!--.")
    return text


def _once(page: str, pattern: str, put: str) -> str:
    page, count = re.subn(pattern, lambda _found: put, page)
    if count != 1:
        raise NotPacked(f"The page has {count} places like {pattern!r}.")
    return page
