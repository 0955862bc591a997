"""How many requests schemathesis made up for the API, and how many answers were wrong: python -m benchmarks.fuzzing [--quick]

Runs tests/web/api/test_api_fuzzed.py with fresh seeds, or as ``make test`` does, and adds up what each operation was asked. All
checks of schemathesis are on: no 5xx, every status, header and body as described, what is described accepted and the rest refused,
nothing without a session or a token.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

TESTS = "tests/web/api/test_api_fuzzed.py"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="as make test: some requests an operation, the same each time"
    )
    parser.add_argument("--into", type=Path, default=Path("build/fuzzing.xml"), help="the file of results")
    asked = parser.parse_args()
    depth = () if asked.quick else ("--hypothesis-profile", "deep")
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "auto",
        "--maxprocesses",
        "4",
        *depth,
        "--junitxml",
        asked.into,
        TESTS,
    )
    ended = subprocess.run(command, check=False).returncode
    cases = list(ElementTree.parse(asked.into).getroot().iter("testcase"))
    requests = [
        int(one.get("value", 0)) for case in cases for one in case.iter("property") if one.get("name") == "asked"
    ]
    print(
        f"{len(cases)} operations, {sum(requests):,} requests, {len(cases) - len(requests)} operations with a wrong answer"
    )
    sys.exit(ended)


if __name__ == "__main__":
    main()
