"""Both parsers of YAML: libyaml, and PyYAML's own where that is missing."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Runs a test with libyaml, and again as where libyaml is missing."""
    if request.param == "python":
        monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    return str(request.param)
