"""Certificates and TLS contexts for the sample web: a good one, and those that clients must refuse or treat with care.
An authority of its own is made in a folder at first use; no certificate of it is good for anything but a test."""

from __future__ import annotations

import base64
import ipaddress
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_FILE = "authority.pem"
_KEY_BITS = 2048
_DAY = timedelta(days=1)
# The 1024-bit group of RFC 2409 section 6.2: small enough for today's libraries to refuse.
_GROUP_1024 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
VARIANTS = (
    "tls-good", "tls-1.0", "tls-dh-1024", "tls-rsa-kx", "tls-expired", "tls-wrong-host", "tls-self-signed",
    "tls-missing-intermediate", "tls-untrusted",
)  # fmt: skip


def context(folder: Path, variant: str, host: str, address: str) -> ssl.SSLContext:
    """A server's context of one variant for one host."""
    if variant not in VARIANTS:
        raise ValueError(f"no TLS variant {variant!r}; there are {', '.join(VARIANTS)}")
    authority(folder)
    name = f"{variant}-{address}"
    if not (folder / f"{name}.pem").exists():
        _write_leaf(folder, name, variant, host, address)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    weak = {"tls-1.0": "ALL:@SECLEVEL=0", "tls-dh-1024": "DHE-RSA-AES256-SHA:@SECLEVEL=0", "tls-rsa-kx": "AES256-SHA:@SECLEVEL=0"}
    if variant in weak:
        made.set_ciphers(weak[variant])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
            made.minimum_version = ssl.TLSVersion.TLSv1
            made.maximum_version = ssl.TLSVersion.TLSv1 if variant == "tls-1.0" else ssl.TLSVersion.TLSv1_2
    if variant == "tls-dh-1024":
        made.load_dh_params(str(_dh_file(folder)))
    made.load_cert_chain(folder / f"{name}.pem", folder / "leaf.key")
    return made


def authority(folder: Path) -> None:
    """Root, intermediate, another root nobody trusts, and the leaves' key, unless they are there."""
    if (folder / CA_FILE).exists():
        return
    root, middle, other, leaf = (rsa.generate_private_key(65537, _KEY_BITS) for _ in range(4))
    for name, key in (("root", root), ("middle", middle), ("other", other), ("leaf", leaf)):
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
    certificate = _certificate("Sample Web Root", root, "Sample Web Root", root, ca=True)
    _save(folder / "middle.pem", _certificate("Sample Web Intermediate", middle, "Sample Web Root", root, ca=True))
    _save(folder / "other.pem", _certificate("Sample Web Stranger", other, "Sample Web Stranger", other, ca=True))
    _save(folder / CA_FILE, certificate)


def _write_leaf(folder: Path, name: str, variant: str, host: str, address: str) -> None:
    leaf = _key(folder, "leaf")
    names = ("elsewhere.test", "127.99.99.99") if variant == "tls-wrong-host" else (host, address)
    issuer, key = {
        "tls-self-signed": (host, leaf),
        "tls-missing-intermediate": ("Sample Web Intermediate", _key(folder, "middle")),
        "tls-untrusted": ("Sample Web Stranger", _key(folder, "other")),
    }.get(variant, ("Sample Web Root", _key(folder, "root")))
    made = _certificate(host, leaf, issuer, key, names=names, expired=variant == "tls-expired")
    _save(folder / f"{name}.pem", made)


def _certificate(
    subject: str,
    key: rsa.RSAPrivateKey,
    issuer: str,
    issuer_key: rsa.RSAPrivateKey,
    *,
    names: tuple[str, str] | None = None,
    ca: bool = False,
    expired: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    start, end = (now - 60 * _DAY, now - 2 * _DAY) if expired else (now - 2 * _DAY, now + 60 * _DAY)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if ca:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = made.add_extension(usage, critical=True)
    if names:
        where = [x509.DNSName(names[0]), x509.IPAddress(ipaddress.ip_address(names[1]))]
        made = made.add_extension(x509.SubjectAlternativeName(where), critical=False)
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _save(path: Path, made: x509.Certificate) -> None:
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _key(folder: Path, name: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _dh_file(folder: Path) -> Path:
    """The group as PKCS #3 wants it: a sequence of two integers, the prime and 2."""
    prime = b"\0" + _GROUP_1024.to_bytes(128, "big")
    inner = b"\x02\x81" + bytes([len(prime)]) + prime + b"\x02\x01\x02"
    text = base64.b64encode(b"\x30\x81" + bytes([len(inner)]) + inner).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    path = folder / "dh1024.pem"
    path.write_text(f"-----BEGIN DH PARAMETERS-----\n{lines}\n-----END DH PARAMETERS-----\n", encoding="ascii")
    return path
