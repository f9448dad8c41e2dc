"""python -m tests.counting --texts 1000000: the core, the page's counter and a count by hand on the same texts."""

import argparse
import sys
import time

from tests.counting.cases import texts
from tests.counting.compare import differences


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.counting", description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000, help="how many (default 1,000,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begin, different = time.monotonic(), 0
    for text, core, page, hand in differences(texts(options.texts, options.seed)):
        different += 1
        say(f"{text!r}: core {core}, page {page}, by hand {hand}")
    say(f"{options.texts:,} texts, {different:,} differences, {time.monotonic() - begin:.0f} s")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
