"""The doctor opens the seal as sealing would, and says how far its proof reaches."""

from pathlib import Path

import pytest

from platformlink import doctor
from platformlink.adapters.seal import Key
from tests.pki import PASSPHRASE, Pki


@pytest.mark.parametrize(
    ("has_stamps", "has_roots", "level"),
    [
        (False, False, "B-B"),
        (False, True, "B-B"),
        (True, False, "B-T"),
        (True, True, "B-LTA"),
    ],
)
def test_it_names_the_level_that_the_services_reach(
    services: Pki, *, has_stamps: bool, has_roots: bool, level: str
) -> None:
    url = services.tsa_url if has_stamps else ""
    roots = services.roots if has_roots else None
    place = str(services.pkcs12("seal"))

    found = doctor.own_seal(Key(place, PASSPHRASE, url, roots))

    assert (found.verdict, found.found.rsplit(" ", 1)[1]) == ("fine", level)


def test_a_seal_that_cannot_be_opened_is_missing(services: Pki) -> None:
    found = doctor.own_seal(Key(str(services.pkcs12("seal")), "wrong"))

    assert found.verdict == "missing"


def test_a_file_of_roots_without_a_certificate_is_named(
    services: Pki, tmp_path: Path
) -> None:
    empty = tmp_path / "roots.pem"
    empty.write_text("nothing")
    place = str(services.pkcs12("seal"))

    found = doctor.own_seal(Key(place, PASSPHRASE, services.tsa_url, empty))

    assert (found.verdict, found.mend) == ("missing", "see PLATFORMLINK_SEAL_ROOTS")


def test_an_address_that_no_brief_is_mailed_to_is_counted() -> None:
    one = doctor.brief(listed=3, mailed=1)
    none = doctor.brief(listed=0, mailed=0)

    assert (one.verdict, one.found) == ("advised", "2 of 3 in brief_to are not mailed")
    assert none.verdict == "fine"
