"""Where Chromium is on this machine, and how it is started."""

import shutil

# The first one has no window to draw for and takes a third less of the processor.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def path() -> str | None:
    """Of the first one that is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)
