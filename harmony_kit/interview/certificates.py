"""A certificate for one start of the form, signed by itself: nobody in a plant signs ours.

Its fingerprint is how a respondent's device is told the right form from somebody else's.
"""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.files import write_whole

__all__ = ["Lock", "make_lock"]

_SLOW_CLOCK = timedelta(days=1)  # a tablet's may be behind
_LASTS = timedelta(days=7)  # longer than a round of interviews at a plant is shared for


@dataclass(frozen=True)
class Lock:
    """What a server needs to speak TLS, and the SHA-256 fingerprint of its certificate."""

    context: ssl.SSLContext
    fingerprint: str


def make_lock(host: str) -> Lock:
    """A lock for an address, with a key nobody else has.

    The key is in a file for a moment only, because `ssl` takes no other: for its owner, in a
    folder for its owner, and gone before anybody can ask for a page. Raises `EngagementError`
    where the library that makes certificates is not installed.
    """
    key, certificate = _make_certificate(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory(prefix="harmony-share-") as folder:
        file = Path(folder) / "key.pem"
        write_whole(file, key + certificate, is_private=True)
        context.load_cert_chain(file)
    return Lock(context, _fingerprint(certificate))


def _fingerprint(certificate: bytes) -> str:
    """As browsers show it: pairs of digits."""
    der = ssl.PEM_cert_to_DER_cert(certificate.decode("ascii"))
    return hashlib.sha256(der).digest().hex(":").upper()


def _make_certificate(host: str) -> tuple[bytes, bytes]:
    """Private key and certificate, both as PEM."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        todo = "Install it with: pip install 'harmony-kit[share]'"
        what = "sharing the form needs cryptography"
        raise EngagementError(Problem("--share", "", what, todo=todo)) from None
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Harmony Kit")])
    where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SLOW_CLOCK)
        .not_valid_after(now + _LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(where, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, kind, serialization.NoEncryption())
    return secret, certificate.public_bytes(pem)
