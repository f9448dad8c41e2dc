"""Planted defects are caught: here those that show soon; `python -m tests.simulation.sabotage` tries all."""

import pytest

from tests.simulation.sabotage import DEFECTS, Defect, caught_by

FEW_SEEDS = 70
# Those that a named test catches, all: once such a test lost its subject when its tools changed, and nobody noticed.
SOON = [defect for defect in DEFECTS if defect.test or defect.seed <= FEW_SEEDS]


@pytest.mark.parametrize("defect", SOON, ids=[defect.name for defect in SOON])
def test_a_planted_defect_is_caught_soon(defect: Defect) -> None:
    assert caught_by(defect, FEW_SEEDS)


@pytest.mark.long
@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.name for defect in DEFECTS])
def test_every_planted_defect_is_caught(defect: Defect) -> None:
    assert caught_by(defect)


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(names) == len(set(names)) >= 20
