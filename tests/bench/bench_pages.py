"""A page's 95th percentile while ten letters are sealed, beside an idle server."""

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import httpx

from tests.faults.conftest import Desk, own_folder
from tests.faults.stage import Stage

PAGES = ("/board", "/requests", "/")
LETTERS, ROUNDS, IDLE_SECONDS = 10, 3, 5.0
MOST_TIMES = 2


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile, in milliseconds."""
    return sorted(seconds)[int(len(seconds) * 0.95)] * 1000


def look(desk: Desk, until: Callable[[], bool]) -> list[float]:
    """Read pages one after the other, as one person does; return each one's seconds."""
    found = []
    headers = {"Authorization": f"Bearer {desk.tokens['luan']}", "Accept": "text/html"}
    with httpx.Client(base_url=desk.url, headers=headers, timeout=30) as client:
        while not until():
            for page in PAGES:
                started = time.perf_counter()
                answer = client.get(page)
                found.append(time.perf_counter() - started)
                assert answer.status_code == 200, answer.text[:500]
    return found


def in_review(desk: Desk, mark: str) -> list[str]:
    """Return drafts that wait for the approver."""
    drafts = [desk.filed(f"{mark}-{number}") for number in range(LETTERS)]
    for draft in drafts:
        desk.done("ana", f"/requests/{draft}/submit")
    return drafts


def sealing(desk: Desk, drafts: list[str]) -> tuple[list[float], float]:
    """Approve all at once; return the pages' seconds meanwhile, and the time taken."""
    is_over = threading.Event()

    def approve(draft: str) -> None:
        desk.done("besa", f"/requests/{draft}/approve")

    def approve_all() -> None:
        with ThreadPoolExecutor(LETTERS) as pool:
            list(pool.map(approve, drafts))
        is_over.set()

    started = time.perf_counter()
    thread = threading.Thread(target=approve_all)
    thread.start()
    found = look(desk, is_over.is_set)
    thread.join()
    return found, time.perf_counter() - started


def idle(desk: Desk) -> list[float]:
    """Return the pages' seconds while nothing else happens."""
    ends = time.perf_counter() + IDLE_SECONDS
    return look(desk, lambda: time.perf_counter() > ends)


def measure(stage: Stage) -> None:
    """Print the figures."""
    desk = stage.running()
    for name in ("ana", "besa", "luan"):
        desk.read(name, "/me")
    sealing(desk, in_review(desk, "warm"))
    calm: list[float] = []
    busy: list[float] = []
    rates = []
    for number in range(ROUNDS):
        drafts = in_review(desk, f"round{number}")
        time.sleep(1)
        calm += idle(desk)
        found, seconds = sealing(desk, drafts)
        busy += found
        rates.append(LETTERS / seconds)
    ratio = p95(busy) / p95(calm)
    print(
        f"pages: p95 {p95(calm):.0f} ms idle ({len(calm)} pages),"
        f" {p95(busy):.0f} ms while {LETTERS} letters are sealed ({len(busy)} pages):"
        f" ratio {ratio:.2f} (at most {MOST_TIMES});"
        f" {sum(rates) / len(rates):.1f} letters a second meanwhile"
    )


def main() -> None:
    """Run the bench."""
    with own_folder() as folder:
        stage = Stage(folder)
        try:
            measure(stage)
        finally:
            stage.end()


if __name__ == "__main__":
    main()
