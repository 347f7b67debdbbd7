"""Settings: read from the environment, named where they are wrong, and all of them documented."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import BadSettings, Settings, read_settings, variable

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_without_variables_the_defaults_hold() -> None:
    settings = read_settings()
    assert (settings.database_url, settings.host, settings.port, settings.workers) == (None, "127.0.0.1", 8000, 1)
    assert settings.data_dir == ROOT / ".data"


def test_variables_are_read_and_empty_ones_are_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_PORT", "8123")
    monkeypatch.setenv("BROADSHEET_DATA_DIR", "/tmp/with spaces")
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", "")
    settings = read_settings()
    assert (settings.port, settings.data_dir, settings.database_url) == (8123, Path("/tmp/with spaces"), None)


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.default is not None])
def test_a_default_can_be_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    default = getattr(read_settings(), name)
    monkeypatch.setenv(variable(name), str(default).lower() if isinstance(default, bool) else str(default))
    assert getattr(read_settings(), name) == default


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        read_settings().port = 1  # type: ignore[misc]  # what is tried here is what mypy forbids


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "70000"), ("WORKERS", "0"), ("LOG_LEVEL", "loud"), ("INTROSPECTION", "perhaps")],
)
def test_a_bad_value_is_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"BROADSHEET_{name}", value)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert str(caught.value).startswith(f"BROADSHEET_{name}={value} can't be used: ")
    assert "\n" not in str(caught.value)


def test_a_bad_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", "mysql://me:secret@db.example/news")
    with pytest.raises(BadSettings, match=r"^BROADSHEET_DATABASE_URL must be an address like postgresql:") as caught:
        read_settings()
    assert "secret" not in str(caught.value)


def test_a_bad_key_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_TOKEN_KEY", "a short secret")
    with pytest.raises(BadSettings, match=r"^BROADSHEET_TOKEN_KEY must have 32 characters or more$"):
        read_settings()
    assert "secret" not in repr(Settings(token_key="a secret of more than 32 characters"))


def test_an_issuer_without_an_audience_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADSHEET_OIDC_ISSUER", "https://login.example")
    with pytest.raises(BadSettings, match=r"^BROADSHEET_OIDC_AUDIENCE is needed too"):
        read_settings()


def test_an_address_is_never_printed() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://me:secret@db.example/news"))


def test_every_setting_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_nothing_else_reads_the_environment() -> None:
    """Settings are read in api/settings.py; api/processes.py and db/keeper.py hand the environment on to children, and
    api/metrics.py looks for the variable that prometheus_client reads."""
    allowed = {"api/settings.py", "api/processes.py", "api/metrics.py", "db/keeper.py"}
    for folder in ("api", "schema", "db", "ingest", "jobs"):
        for path in (ROOT / folder).rglob("*.py"):
            if str(path.relative_to(ROOT)) not in allowed:
                assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8")), path
