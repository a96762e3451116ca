from pathlib import Path

import msgspec
import pytest

from platformlink import authority as authorities
from platformlink import wiring
from platformlink.documents import DocumentWrong
from platformlink.settings import Settings, SettingsWrong

DEMO = wiring.HERE / "demo" / "authority.yaml"
AUTHORITY = authorities.load(DEMO)


def test_a_template_of_the_authority_replaces_ours_and_the_others_stay(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "withdrawal.html").write_text("ours no more")
    settings = Settings(letter_templates=own)

    laid = wiring.lay_templates(tmp_path / "laid", settings, AUTHORITY)

    assert (laid / "withdrawal.html").read_text() == "ours no more"
    assert (laid / "preservation.html").is_file()


def test_the_crest_stands_beside_the_authoritys_file(tmp_path: Path) -> None:
    file = tmp_path / "authority.yaml"
    (tmp_path / "eagle.svg").write_text("<svg/>")
    authority = msgspec.structs.replace(AUTHORITY, crest="eagle.svg")

    laid = wiring.lay_templates(tmp_path / "laid", Settings(authority=file), authority)

    assert (laid / "crest.svg").read_text() == "<svg/>"


def test_a_crest_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    authority = msgspec.structs.replace(AUTHORITY, crest="eagle.svg")

    with pytest.raises(SettingsWrong):
        wiring.crest_of(Settings(authority=tmp_path / "authority.yaml"), authority)


def test_without_either_ours_are_used_where_they_stand(tmp_path: Path) -> None:
    laid = wiring.lay_templates(tmp_path, Settings(), AUTHORITY)

    assert laid == wiring.shipped("letter_templates")


HOOK = authorities.Webhook(name="reports", url="https://reports.example/told")


def test_what_cannot_be_signed_stops_the_start() -> None:
    authority = msgspec.structs.replace(AUTHORITY, webhooks=(HOOK,))

    for secrets in ("", f"another {'s' * 32}"):
        with pytest.raises(SettingsWrong, match="reports"):
            wiring.require_webhook_secrets(Settings(webhook_secrets=secrets), authority)
    known = Settings(webhook_secrets=f"reports {'s' * 32}")
    wiring.require_webhook_secrets(known, authority)
    wiring.require_webhook_secrets(Settings(), AUTHORITY)


@pytest.mark.parametrize(
    "hook",
    [
        "{name: reports, url: http://reports.example/told}",
        "{name: reports, url: https://reports.example, events: [sent]}",
        "{name: a b, url: https://reports.example}",
        "{name: a, url: https://a.example}\n  - {name: a, url: https://b.example}",
        "{name: a, url: https://a.example}\n  - {name: b, url: https://a.example}",
    ],
)
def test_a_wrong_webhook_is_named_by_file_and_line(tmp_path: Path, hook: str) -> None:
    file = tmp_path / "authority.yaml"
    file.write_text(f"{DEMO.read_text()}\nwebhooks:\n  - {hook}\n")

    with pytest.raises(DocumentWrong, match=r"authority\.yaml"):
        authorities.load(file)
