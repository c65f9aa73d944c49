"""Find banned patterns in documents, docstrings, comments and messages.

python -m tools.english                 every tracked file that is not in NOT_YET
python -m tools.english --all FILE ...  these files or folders, in NOT_YET or not
"""

from __future__ import annotations

import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
WIDTH: Final = 120
"""Columns of a line of Markdown outside code, tables and links."""

NOT_YET: Final = (
    "agentescrow/chain/",
    "agentescrow/errors.py",
    "agentescrow/indexer/",
    "agentescrow/relayer/",
    "agentescrow/risk_warnings.py",
    "agentescrow/sdk/",
    "agentescrow/settings.py",
    "agentescrow/store/",
    "localnet/",
    "tests/",
    "tools/",
)
"""Folders and files that still have to be rewritten; clean ones leave this list."""

OWN: Final = ("tools/english.py", "tests/unit/tools/test_english.py")
"""Files that quote the patterns."""


@dataclass(frozen=True)
class Ban:
    """A pattern that has a better form.

    Attributes:
        first: Word that every match begins with; looked up first, because that is fast.
        pattern: Regular expression. A space also matches a line break inside prose.
        advice: Better form.
    """

    first: str
    pattern: re.Pattern[str]
    advice: str


_GAP: Final = r'(?: |[ \t]*"?[ \t]*\n[ \t]*(?:#[ \t]*|///?[ \t]*|\*[ \t]+|>[ \t]*|[fr]?")?)'
"""A space, or the end of a line of prose with the comment sign or quote that continues it."""

_SENTENCE: Final = r'(?:^|(?<=[.:;!?|"#/*-] )|(?<="""))'
"""Where a sentence can begin."""


def _ban(literal: str, rest: str, advice: str, *, before: str = r"(?<![\w`])") -> Ban:
    pattern = before + (re.escape(literal) + rest).replace(r"\ ", " ").replace(" ", _GAP)
    return Ban(literal.split(" ")[0], re.compile(pattern, re.MULTILINE), advice)


_WORDS: Final = r"(?:[^.?!:|\n]|\n(?!\s*\n))*"
"""The rest of a sentence within its paragraph."""

_NO_NOUN: Final = r"(?!longer|more|less|fewer|greater|later|earlier)[a-z]+"
_NOT_THERE: Final = r"(?<![\w`])(?<![Tt]here )"

BANS: Final = (
    *(
        _ban(
            f"{verb} none",
            r"\b",
            "name what is missing: 'is malformed', 'is not a …', 'does not exist'",
        )
        for verb in ("is", "are", "was", "were", "be")
    ),
    *(
        _ban(f"{verb} no ", _NO_NOUN, "'is not a …', 'has no …'", before=_NOT_THERE)
        for verb in ("is", "are", "was", "were", "be")
    ),
    _ban("Who ", rf"{_WORDS}\.(?!\w)", "name the noun: 'Account that …'", before=_SENTENCE),
    _ban("What ", rf"{_WORDS}\.(?!\w)", "name the noun: 'Payment to …'", before=_SENTENCE),
    _ban(
        "Of ",
        rf"(?:the|a|an|its|this|that|each|all) {_WORDS}\.(?!\w)",
        "write a whole sentence",
        before=_SENTENCE,
    ),
    _ban("in the place of", r"\b", "instead of"),
    _ban("for good", r"\b(?! (?:work|reason|measure))", "permanently"),
    *(_ban(f"by the {many}", r"\b", "hundreds of …") for many in ("hundred", "thousand", "dozen")),
    _ban("anew", r"\b", "again"),
    _ban("one's own", r"\b", "its own, your own"),
    _ban("whoever", r"\b", "the account that …, anyone who …"),
    _ban("Whoever", r"\b", "the account that …, anyone who …"),
    _ban("who asks", r"\b", "the caller, the client"),
    _ban("is said", r"\b", "the message, the answer"),
    _ban("are there", r"(?=[.,;:)])", "exist"),
    _ban("in words", r"\b", "as text"),
    _ban("as it stands", r"\b", "unchanged"),
    _ban("all the same", r"(?=[.,;:)])", "anyway"),
    _ban("goes along", r"\b", "is sent with, is included"),
    _ban("go along", r"\b", "are sent with, are included"),
    _ban("is asked for", r"\b", "is requested"),
    _ban("is as good as none", r"\b", "counts as missing"),
)


@dataclass(frozen=True, order=True)
class Finding:
    """A banned pattern in a file.

    Attributes:
        file: Path from the root of the checkout.
        line: Number of the line, from 1.
        text: Text that matched, on one line.
        advice: Better form.
    """

    file: str
    line: int
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text!r}: {self.advice}"


def findings(file: str, text: str) -> Iterator[Finding]:
    """Find the banned patterns in a text.

    Args:
        file: Name, whose suffix says how to read the text.
        text: Markdown, Python or Solidity.
    """
    if file.endswith(".md"):
        text = _without_code(text)
        yield from _too_wide(file, text)
    for ban in BANS:
        for start in _places(text, ban.first):
            if match := ban.pattern.match(text, start):
                shown = " ".join(match[0].split())
                line = text.count("\n", 0, start) + 1
                yield Finding(file, line, shown[:70], ban.advice)


def _places(text: str, word: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _without_code(text: str) -> str:
    """Blank code, comments, headings and generated parts, and keep the numbers of the lines."""
    blocks = re.compile(
        r"<!-- (\w+): generated by .*?<!-- /\1 -->|^([ \t]*)```.*?^\2```$|<!--.*?-->|^#+ [^\n]*",
        re.MULTILINE | re.DOTALL,
    )
    return blocks.sub(lambda block: "\n" * block[0].count("\n"), text)


def _too_wide(file: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=1):
        if (
            len(line) > WIDTH
            and not line.lstrip().startswith("|")
            and " " in line.lstrip("-# ").strip()
        ):
            yield Finding(file, number, f"{line[:40]}…", f"wrap at {WIDTH} columns")


def tracked(*places: str) -> list[str]:
    """List files of the three kinds in some places, tracked or new; in all if none is given."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *places]
    listed = subprocess.run(
        git, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return [file for file in listed if file.endswith((".md", ".py", ".sol")) and file not in OWN]


def _is_done(file: str) -> bool:
    return file.endswith(".md") or not file.startswith(NOT_YET)


def main(argv: list[str] | None = None) -> int:
    """Print the findings, one a line, and return 1 if there are any."""
    parser = ArgumentParser(prog="python -m tools.english", description=__doc__)
    parser.add_argument(
        "places", nargs="*", metavar="FILE", help="files or folders; everything if none is given"
    )
    parser.add_argument(
        "--all", action="store_true", help="also check files that are listed as not done yet"
    )
    options = parser.parse_args(argv)
    files = [file for file in tracked(*options.places) if options.all or _is_done(file)]
    found = [
        finding for file in files for finding in sorted(findings(file, (ROOT / file).read_text()))
    ]
    for finding in found:
        print(finding)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
