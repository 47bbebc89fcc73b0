"""The province's private certificate authority: what a desk pins at enrolment instead of trusting the world's CAs.

ECDSA P-256, because every TLS stack a desk may meet accepts it. PEM bytes in and out; the caller keeps the files.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from commune_desk.domain.time.clock import Clock
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_

AUTHORITY_LIFE = timedelta(days=3653)
SERVER_LIFE = timedelta(days=730)
BACKDATED = timedelta(days=1)
"""Office PCs whose clock lags must still accept a certificate made today."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key, both PEM. `repr` never shows the key."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"Identity({len(self.certificate)} bytes of certificate)"


def make_authority(province: str, *, clock: Clock) -> Identity:
    """A new authority for `province` (a short ASCII or Vietnamese name), valid for ten years."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, province)])
    certificate = (
        _begin(name, name, key, now=clock.now(), life=AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Identity(certificate.public_bytes(Encoding.PEM), _key_pem(key))


def make_server(authority: Identity, names: Sequence[str], *, clock: Clock) -> Identity:
    """A certificate for the server's host names and IP addresses, valid for two years and never beyond its authority.

    Renewing is calling it again: desks pin the authority, not this. Raises Fault when `authority` is unreadable,
    Refusal when it has run out.
    """
    issuer, issuer_key = _read(authority)
    key = generate_private_key(SECP256R1())
    now = clock.now()
    life = min(SERVER_LIFE, issuer.not_valid_after_utc - now)
    if life <= timedelta(0):
        raise Refusal(
            N_("The province's certificate authority has run out. Make a new one; every desk must enrol again.")
        )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    certificate = (
        _begin(subject, issuer.subject, key, now=now, life=life)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(issuer_key, SHA256())
    )
    return Identity(certificate.public_bytes(Encoding.PEM), _key_pem(key))


def under_password(key: bytes, password: str) -> bytes:
    """The key (PEM) encrypted, so that who copies the folder it lies in cannot answer in the server's name."""
    opened = load_pem_private_key(key, password=None)
    return opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode("ascii")))


def valid_until(pem: bytes) -> datetime:
    """The instant after which the certificate is refused (UTC): the server warns before it."""
    return _certificate(pem).not_valid_after_utc


def valid_from(pem: bytes) -> datetime:
    """The instant before which the certificate is refused (UTC)."""
    return _certificate(pem).not_valid_before_utc


def names_of(pem: bytes) -> list[str]:
    """The host names and IP addresses that a server's certificate is for. Raises Fault for one that cannot be read."""
    try:
        said = _certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound) as error:
        raise unreadable() from error
    return [str(name.value) for name in said if isinstance(name, (x509.DNSName, x509.IPAddress))]


def _begin(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, *, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read(authority: Identity) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    try:
        key = load_pem_private_key(authority.key, password=None)
    except (ValueError, TypeError) as error:
        raise unreadable() from error
    certificate = _certificate(authority.certificate)
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise unreadable()
    return certificate, key


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise unreadable() from error


def unreadable() -> Fault:
    """What is said of a certificate or a key that is not whole."""
    return Fault(
        N_(
            "The province's certificate or its key cannot be read, or they do not belong together. "
            "Nothing was changed; put both back from the province's backup."
        )
    )
