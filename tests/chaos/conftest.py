"""Whatever happens here, every write keeps to the table of states."""

import pytest

from tests.edges import DATABASES, keep_to_the_edges


@pytest.fixture(autouse=True)
def edges(request: pytest.FixtureRequest) -> None:
    for name in DATABASES & set(request.fixturenames):
        request.getfixturevalue(name)
        keep_to_the_edges()
        return
