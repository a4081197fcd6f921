"""Run every ``bench_*.py`` of this folder, each in a process of its own, one table each.

python -m tests.benchmarks              all of them
python -m tests.benchmarks delivery     one of them
"""

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LONGEST = 300  # seconds that one benchmark may take


def main(wanted: list[str]) -> int:
    """Run the benchmarks named, or all; the exit code is 1 when one of them failed."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := sorted(set(wanted) - set(known)):
        sys.exit(f"There is no benchmark {unknown[0]!r}. There are: {', '.join(known)}.")
    began, failed = time.monotonic(), []
    for name in wanted or known:
        try:
            command = [sys.executable, "-m", f"tests.benchmarks.bench_{name}"]
            code = subprocess.run(command, cwd=ROOT, timeout=LONGEST).returncode
        except subprocess.TimeoutExpired:
            print(f"{name}: stopped after {LONGEST} s", file=sys.stderr)
            code = 1
        failed += [name] if code else []
    print(f"{time.monotonic() - began:.0f} s in all" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
