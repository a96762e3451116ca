"""Others' clocks and revocation data make the proof of a seal outlive its key."""

import asyncio
import io
from datetime import UTC, datetime

import msgspec
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.ades import (
    AdESLTAValidationResult,
    ades_lta_validation,
    simulate_future_ades_lta_validation,
)
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from platformlink.adapters import archiving, seal
from platformlink.ports import Change, Completed, Level, SealRevoked, ServiceAway
from platformlink.values import Pdf
from tests.pki import PASSPHRASE, Pki

NOW = datetime(2026, 11, 24, 9, 42, 17, tzinfo=UTC)


def key_of(services: Pki, name: str = "seal") -> seal.Key:
    path = str(services.pkcs12(name))
    return seal.Key(path, PASSPHRASE, services.tsa_url, services.roots)


def completed(services: Pki, unsealed: Pdf, name: str = "seal") -> Completed:
    key = key_of(services, name)
    return seal.complete(key, seal.seal(key, unsealed, "The Unit", NOW).pdf)


def first_seal(content: bytes) -> EmbeddedPdfSignature:
    found = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[0]
    assert isinstance(found, EmbeddedPdfSignature)
    return found


def spec(services: Pki) -> PdfSignatureValidationSpec:
    """A validator that trusts the root, demands revocation data, and asks nobody."""
    trusted = SimpleTrustManager.build(
        trust_roots=archiving.read_roots(key_of(services))
    )
    offline = RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY)
    policy = CertValidationPolicySpec(trusted, CertRevTrustPolicy(REQUIRE_REVINFO))
    return PdfSignatureValidationSpec(SignatureValidationSpec(policy, offline))


def validated(services: Pki, content: bytes) -> AdESLTAValidationResult:
    return asyncio.run(ades_lta_validation(first_seal(content), spec(services)))


def test_a_seal_with_a_service_bears_its_time_stamp(
    services: Pki, unsealed: Pdf
) -> None:
    made = seal.seal(key_of(services), unsealed, "The Unit", NOW)

    stamps = extract_tst_data_iter(first_seal(made.pdf).signer_info, signed=False)
    assert made.level is Level.B_T
    assert len([*stamps]) == 1
    assert set(services.asked) == {"tsa"}


def test_the_validator_of_others_reports_an_archived_seal(
    services: Pki, unsealed: Pdf
) -> None:
    made = completed(services, unsealed)
    services.asked.clear()

    found = validated(services, made.pdf)

    assert made.level is Level.B_LTA
    assert isinstance(found.ades_subindic, AdESPassed)
    assert found.signature_timestamp_status is not None
    assert found.oldest_evidence_record_timestamp is not None
    assert services.asked == []


def test_it_still_validates_when_the_certificate_has_long_ended(
    services: Pki, unsealed: Pdf
) -> None:
    made = completed(services, unsealed)
    long_after = datetime(2059, 1, 1, tzinfo=UTC)

    seal_in_2059 = simulate_future_ades_lta_validation(
        first_seal(made.pdf), spec(services), future_validation_time=long_after
    )

    assert isinstance(asyncio.run(seal_in_2059).ades_subindic, AdESPassed)


def test_without_revocation_data_the_validator_is_not_satisfied(
    services: Pki, unsealed: Pdf
) -> None:
    made = seal.seal(key_of(services), unsealed, "The Unit", NOW)

    found = validated(services, made.pdf)

    assert not isinstance(found.ades_subindic, AdESPassed)


def test_what_was_issued_stays_the_beginning_and_its_seal_permits_the_rest(
    services: Pki, unsealed: Pdf
) -> None:
    key = key_of(services)
    issued = seal.seal(key, unsealed, "The Unit", NOW).pdf

    made = seal.complete(key, issued)

    assert made.pdf.startswith(issued)
    assert seal.check(made.pdf).change is Change.PERMITTED
    assert seal.check(made.pdf).covered_bytes == len(issued)


def test_an_archive_is_renewed_by_one_more_time_stamp(
    services: Pki, unsealed: Pdf
) -> None:
    key = key_of(services)
    once = seal.complete(key, seal.seal(key, unsealed, "The Unit", NOW).pdf)

    twice = seal.complete(key, once.pdf)

    reader = PdfFileReader(io.BytesIO(twice.pdf))
    assert twice.pdf.startswith(once.pdf)
    assert len(reader.embedded_timestamp_signatures) == 2
    assert isinstance(validated(services, twice.pdf).ades_subindic, AdESPassed)
    assert seal.check(twice.pdf).change is Change.PERMITTED


def test_it_is_renewed_before_the_certificate_of_its_time_stamp_ends(
    services: Pki, unsealed: Pdf
) -> None:
    made = completed(services, unsealed)

    ends_at = datetime(2060, 1, 1, tzinfo=UTC)
    assert made.renew_at == ends_at - archiving.RENEWAL_MARGIN


def test_a_time_stamp_service_that_is_away_leaves_the_seal_alone(
    services: Pki, unsealed: Pdf
) -> None:
    services.off.add("tsa")

    made = seal.seal(key_of(services), unsealed, "The Unit", NOW)

    assert made.level is Level.B_B
    assert seal.check(made.pdf).change is Change.NONE


@pytest.mark.parametrize("fault", ["silent", "dripping"])
def test_a_letter_is_sealed_while_a_time_stamp_service_stalls(
    services: Pki, unsealed: Pdf, fault: str
) -> None:
    getattr(services, fault).add("tsa")
    key = msgspec.structs.replace(key_of(services), tsa_seconds=0.5)

    made = seal.seal(key, unsealed, "The Unit", NOW)

    assert made.level is Level.B_B
    assert seal.check(made.pdf).change is Change.NONE
    assert services.asked == ["tsa"]


def test_a_service_that_was_away_is_not_asked_again_at_once(
    services: Pki, unsealed: Pdf
) -> None:
    services.off.add("tsa")
    seal.seal(key_of(services), unsealed, "The Unit", NOW)

    seal.seal(key_of(services), unsealed, "The Unit", NOW)

    assert services.asked == ["tsa"]


def test_what_lacked_a_time_stamp_is_completed_once_the_service_is_back(
    services: Pki, unsealed: Pdf
) -> None:
    key = key_of(services)
    services.off.add("tsa")
    issued = seal.seal(key, unsealed, "The Unit", NOW).pdf
    services.off.clear()

    made = seal.complete(key, issued)

    # The validator wants a time-stamp inside the seal; the standard is content with one
    # over the document, which it reports as evidence.
    assert made.level is Level.B_LTA
    assert validated(services, made.pdf).oldest_evidence_record_timestamp is not None


def test_revocation_data_is_kept_while_the_time_stamp_service_is_away(
    services: Pki, unsealed: Pdf
) -> None:
    key = key_of(services)
    issued = seal.seal(key, unsealed, "The Unit", NOW).pdf
    services.off.add("tsa")

    made = seal.complete(key, issued)

    assert made.level is Level.B_LT
    assert "/DSS" in PdfFileReader(io.BytesIO(made.pdf)).root


@pytest.mark.parametrize("service", ["ocsp", "crls"])
def test_a_revocation_service_that_is_away_is_named_as_that(
    services: Pki, unsealed: Pdf, service: str
) -> None:
    key = key_of(services)
    issued = seal.seal(key, unsealed, "The Unit", NOW).pdf
    services.off |= {"ocsp", "crls"} if service == "ocsp" else {"crls"}

    with pytest.raises(ServiceAway):
        seal.complete(key, issued)


def test_a_revoked_certificate_is_told_apart_from_a_service_that_is_away(
    services: Pki, unsealed: Pdf
) -> None:
    with pytest.raises(SealRevoked):
        completed(services, unsealed, "revoked")


def test_with_a_time_stamp_service_alone_a_bare_seal_is_stamped_later(
    services: Pki, unsealed: Pdf
) -> None:
    bare = seal.Key(str(services.pkcs12("seal")), PASSPHRASE)
    issued = seal.seal(bare, unsealed, "The Unit", NOW).pdf
    stamping = seal.Key(bare.place, bare.passphrase, services.tsa_url)

    made = seal.complete(stamping, issued)

    assert (bare.reach, stamping.reach) == (Level.B_B, Level.B_T)
    assert made.level is Level.B_T
    assert len(PdfFileReader(io.BytesIO(made.pdf)).embedded_timestamp_signatures) == 1
