"""A program runs on all threads where that is faster, and on one where threads only cost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cornu_backend_native.sources import FOLDER

HERE = Path(__file__).parent
FASTER, SLOWER = (0.5, 1.0), (3.0, 1.0)  # seconds together, seconds alone
TOGETHER, ALONE = 0, 1


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    built = tmp_path_factory.mktemp("pace") / "pace"
    flags = "-std=c11 -Wall -Wextra -Werror".split()
    source = HERE / "c" / "pace_worlds.c"
    subprocess.run(["gcc", *flags, "-iquote", FOLDER, source, "-o", built], check=True)

    def choices(world):
        lines = "".join(f"{together} {alone}\n" for together, alone in world)
        done = subprocess.run([built], input=lines, capture_output=True, text=True, check=True)
        return [int(line) for line in done.stdout.split()]

    return choices


@pytest.mark.parametrize(("world", "best"), [(FASTER, TOGETHER), (SLOWER, ALONE)])
def test_the_faster_way_is_found_and_kept(world, best, driver):
    chosen = driver([world] * 5000)
    assert chosen[3:8] == [best] * 5
    assert chosen.count(1 - best) < 40


@pytest.mark.parametrize(("before", "after", "best"), [
    (FASTER, SLOWER, ALONE), (SLOWER, FASTER, TOGETHER),
])  # fmt: skip
def test_a_machine_that_changes_is_followed(before, after, best, driver):
    chosen = driver([before] * 1000 + [after] * 1000)
    assert chosen[1000 + 520 :].count(best) > 0.98 * 480


def test_a_run_that_was_disturbed_changes_little(driver):
    world = [FASTER] * 2000
    for disturbed in range(50, 2000, 100):
        world[disturbed] = (100.0, 100.0)
    assert driver(world).count(ALONE) < 200


def test_the_first_run_tells_nothing(driver):
    assert driver([(50.0, 50.0), *[FASTER] * 20])[3:10] == [TOGETHER] * 7
