from pathlib import Path

import pytest

from shuzi.errors import RunError
from shuzi.scale.sweep import checks


def test_a_folder_that_a_node_may_not_look_into_is_not_shared(monkeypatch, tmp_path):
    def forbidden(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    def ask_nodes(question, *given):
        with monkeypatch.context() as there:
            there.setattr(Path, "exists", forbidden)
            return [("10.0.0.2", question(*given))]

    monkeypatch.setattr(checks, "ask_nodes", ask_nodes)
    with pytest.raises(RunError, match=r"10\.0\.0\.2"):
        checks._check_shared(tmp_path)
    assert list(tmp_path.iterdir()) == []
