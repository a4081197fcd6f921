"""Everything that must hold, in one run: lint, types, contracts, tests. Finds or installs first what they need."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests import tokens
from tests.sharing_out import workers

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARABIC_FONT = "fonts-noto-core"
SOFTHSM = "softhsm2"
#: Each worker is a process of its own; threads of arithmetic in each would take the cores from the others.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    """Lint first, since it takes a second; then types and contracts while the tests run. Tell what failed."""
    provide_programs()
    python, arguments = sys.executable, sys.argv[1:]
    for check in ([python, "-m", "ruff", "check", "."], [python, "-m", "ruff", "format", "--check", "."]):
        print(_shown(check), flush=True)
        if code := subprocess.run(check, cwd=ROOT).returncode:
            return code
    tests = [python, "-m", "pytest", *workers(arguments), *arguments]
    with (
        _beside([python, "-m", "mypy"]) as types,
        _beside([str(Path(python).parent / "lint-imports")]) as contracts,
    ):
        print(_shown(tests), flush=True)
        codes = {"tests": subprocess.run(tests, cwd=ROOT, env=os.environ | ONE_THREAD).returncode}
        codes |= {"types": types.end(), "contracts": contracts.end()}
    failed = [name for name, code in codes.items() if code]
    print(f"Failed: {', '.join(failed)}." if failed else "Everything holds.", flush=True)
    return max(codes.values(), key=abs)


@dataclass
class Beside:
    """A check that runs while the tests do; what it says is kept until they have ended."""

    command: list[str]
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def end(self) -> int:
        """Wait for its end and print what it said; returns its exit code."""
        code = self.process.wait()
        self.said.seek(0)
        print(_shown(self.command), self.said.read().decode(errors="replace").strip(), sep="\n", flush=True)
        return code


@contextlib.contextmanager
def _beside(command: list[str]) -> Iterator[Beside]:
    """Start a check; whoever leaves early ends it."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield Beside(command, process, said)
        finally:
            process.kill()
            process.wait()


def _shown(command: list[str]) -> str:
    """A command as somebody would type it, without the folders of its program."""
    return " ".join(["$", Path(command[0]).name, *command[1:]])


def provide_programs() -> None:
    """Find Chromium, an Arabic font and SoftHSM, or install Debian's packages when root; else say what to install."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append("chromium")
    fonts = subprocess.run(["fc-list", ":lang=ar"], capture_output=True, text=True) if shutil.which("fc-list") else None
    if fonts is None or not fonts.stdout.strip():
        missing += ["fontconfig", ARABIC_FONT]
    try:
        tokens.library()
    except tokens.NoSoftHsm:
        missing.append(SOFTHSM)
    if not missing or _install(missing):
        return
    sentence = f"The tests need these Debian packages: apt-get install {' '.join(missing)}"
    if missing != [SOFTHSM]:
        sys.exit(sentence)
    print(f"{sentence} (those of keys in a token are skipped)", flush=True)


def _install(packages: list[str]) -> bool:
    """Whether these Debian packages could be installed."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    print("Installing", " ".join(packages), flush=True)
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(install, env=environment, stdout=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
