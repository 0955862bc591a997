"""What tests of accounts share."""

from collections.abc import Iterator

import pytest

from domain.accounts.account_register import AccountRegister


@pytest.fixture
def register(empty_database: str) -> Iterator[AccountRegister]:
    """The register of an empty database."""
    opened = AccountRegister(empty_database)
    yield opened
    opened.close()
