"""Write the locks anew from pyproject.toml: hash-pinned, for every platform, naming no host.

``python -m requirements.lock`` needs ``uv`` on the path.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
LOCKS = {"run": ["build"], "dev": ["build", "dev"], "scale": ["build", "scale", "hsm", "seal"]}


def main() -> None:
    """Compile each lock; the environment's own index is used and never written down."""
    if shutil.which("uv") is None:
        sys.exit("'uv' is needed to make locks: pip install uv")
    for name, extras in LOCKS.items():
        command = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
        command += ["--no-emit-index-url", "--python-version", "3.11", "--quiet", "--upgrade"]
        command += [argument for extra in extras for argument in ("--extra", extra)]
        command += ["pyproject.toml", "-o", f"requirements/{name}.txt"]
        subprocess.run(command, check=True, cwd=HERE.parent)


if __name__ == "__main__":
    main()
