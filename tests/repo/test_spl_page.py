"""The page of what is run of SPL says what the code does."""

from carhound.languages.spl import refused
from carhound.languages.spl.commands import COMMANDS
from carhound.plan.aggregates import spellings
from carhound.plan.functions import FUNCTIONS

from .spl_page import PAGE, page


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.repo.spl_page"


def test_nothing_is_both_run_and_refused() -> None:
    assert not refused.COMMANDS.keys() & {"search", *COMMANDS}
    assert not refused.FUNCTIONS.keys() & FUNCTIONS.keys()
    assert not refused.AGGREGATES.keys() & set(spellings())
