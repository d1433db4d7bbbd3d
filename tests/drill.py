"""`python -m tests.drill [R4 …]`: the gates in full, one after the other; N= sets how often each is tried.

Where none is named, what `make test` tries by turns or on one database alone is tried whole, too.
"""

import os
import subprocess
import sys


def main() -> int:
    """Run the gates named, or all; the status of the test run."""
    env = {**os.environ, "DRILL": "1", "GATES": " ".join(sys.argv[1:])}
    chosen = ["-m", "gate or plain_sql or wider"]
    command = [sys.executable, "-m", "pytest", "-v", *chosen, "--timeout", "1800", "--durations", "0"]
    return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
