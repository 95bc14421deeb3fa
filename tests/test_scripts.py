"""The scripts beside the packages: what they do where something stands in their way."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
BUSY = """
sleep() { printf 'slept %s\\n' "$1"; }
apt-get() {
  echo asked >> "$0.calls"
  [ "$(wc -l < "$0.calls")" -gt 3 ] || { echo "E: Could not get lock /var/lib/dpkg/lock-frontend" >&2; return 100; }
}
apt install x
"""


def test_setup_waits_while_another_process_uses_apt(tmp_path: pathlib.Path) -> None:
    text = (ROOT / "scripts/setup").read_text()
    functions = [re.search(form, text, re.MULTILINE | re.DOTALL) for form in (r"^say\(\)[^\n]*", r"^apt\(\) {.*?^}$")]
    script = tmp_path / "waits"
    script.write_text("set -euo pipefail\n" + "\n".join(found[0] for found in functions if found) + BUSY)
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "slept 10\n" * 3
    assert done.stderr == "setup: another process is using apt; waiting for it\n"


def test_a_python_that_is_missing_is_named_and_a_failure() -> None:
    command = [sys.executable, str(ROOT / "scripts/versions"), "--python", "python3.99"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "| python3.99 | - | - | python3.99 does not run; name one by --python |"
