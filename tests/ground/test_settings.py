"""Settings: from an environment, strictly."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformlink.settings import Settings, SettingsWrong, load

SECRET = "a secret of more than thirty-two characters"


def test_nothing_needs_to_be_set() -> None:
    assert load({}) == Settings()


def test_what_is_not_ours_does_not_concern_us() -> None:
    assert load({"PATH": "/bin", "LANG": "sq", "DATABASE_PASSWORD": "x"}) == Settings()


def test_a_name_with_a_typo_stops_the_start() -> None:
    with pytest.raises(SettingsWrong) as refused:
        load({"PLATFORMLINK_SECERT": SECRET, "PLATFORMLINK_PORTS": "1"})

    assert {one.pointer for one in refused.value.errors} == {
        *("/PLATFORMLINK_SECERT", "/PLATFORMLINK_PORTS"),
    }


def test_a_file_serves_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")

    assert load({"PLATFORMLINK_SECRET_FILE": str(file)}).secret == SECRET


def test_a_file_serves_the_database_too(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://db/desk", encoding="utf-8")

    assert load({"DATABASE_URL_FILE": str(file)}).database_url == "postgresql://db/desk"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nothing"

    with pytest.raises(SettingsWrong) as refused:
        load({"PLATFORMLINK_SECRET_FILE": str(missing)})

    assert refused.value.errors[0].pointer == "/PLATFORMLINK_SECRET_FILE"
    assert str(missing) in str(refused.value)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsWrong):
        load({"PLATFORMLINK_SECRET": "changeme"})


def test_values_become_what_they_are() -> None:
    made = load(
        {"PLATFORMLINK_DATA_DIR": "/srv/desk", "PLATFORMLINK_IS_DEMONSTRATION": "true"}
    )

    assert (made.data_dir, made.is_demonstration) == (Path("/srv/desk"), True)


def test_a_value_that_is_none_is_named() -> None:
    with pytest.raises(SettingsWrong) as refused:
        load({"PLATFORMLINK_IS_DEMONSTRATION": "perhaps"})

    assert refused.value.errors[0].pointer == "/PLATFORMLINK_IS_DEMONSTRATION"


def test_an_empty_value_is_the_default() -> None:
    assert (
        load({"PLATFORMLINK_SMTP_URL": "", "PLATFORMLINK_BASE_URL": ""}) == Settings()
    )


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_any_name_of_ours_that_is_unknown_is_refused(environ: dict[str, str]) -> None:
    strange = {f"PLATFORMLINK_?{name}": value for name, value in environ.items()}

    with pytest.raises(SettingsWrong) as refused:
        load(strange | {"PLATFORMLINK_?": ""})

    assert len(refused.value.errors) == len(strange | {"PLATFORMLINK_?": ""})


def test_each_receiver_has_its_secrets_the_newest_first() -> None:
    text = f"records {SECRET.replace(' ', '-')} {'o' * 32}\n\nstatistics {'s' * 32}\n"

    settings = load({"PLATFORMLINK_WEBHOOK_SECRETS": text})

    assert settings.secrets_by_receiver == {
        "records": (SECRET.replace(" ", "-"), "o" * 32),
        "statistics": ("s" * 32,),
    }


@pytest.mark.parametrize(
    "text",
    [
        "records",
        f"records {'s' * 31}",
        f"records {'a' * 32} {'b' * 32} {'c' * 32}",
        f"records {'a' * 32}\nrecords {'b' * 32}",
    ],
    ids=["none", "short", "three", "twice"],
)
def test_secrets_that_cannot_be_told_apart_or_are_short_are_refused(text: str) -> None:
    with pytest.raises(SettingsWrong, match="WEBHOOK_SECRETS"):
        load({"PLATFORMLINK_WEBHOOK_SECRETS": text})
