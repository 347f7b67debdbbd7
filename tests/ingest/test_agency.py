"""Agencies as they are credited."""

import pytest

from ingest.agency import AGENCIES, agency_of
from ingest.search_text import fold


@pytest.mark.parametrize(
    ("credit", "name"),
    [
        ("Kyodo News", "Kyodo"),
        ("ＫＹＯＤＯ", "Kyodo"),
        ("共同通信", "Kyodo"),
        ("The Associated Press.", "AP"),
        ("dpa/lnw", "dpa"),
        ("AFP/Reuters", "AFP, Reuters"),
        ("AFP＝時事", "AFP-Jiji"),
        ("PTI and ANI", "PTI, ANI"),
        ("연합뉴스", "Yonhap"),
    ],
)
def test_an_agency_has_one_name(credit: str, name: str) -> None:
    assert agency_of(credit) == name


@pytest.mark.parametrize(
    "credit", ["", "The Minazuki Times", "Kyodo and others", "AFP/lnw", "Ann Lee", "/", "A" * 10_000]
)
def test_what_is_more_or_less_than_agencies_is_none(credit: str) -> None:
    assert agency_of(credit) is None


def test_aliases_are_folded() -> None:
    assert all(fold(alias) == alias for alias in AGENCIES)
