"""Certificates that a machine signs for itself, because browsers give their camera to https only."""

import datetime
import ipaddress
import pathlib
import socket
import ssl
import tempfile

from lowering.system import extras

DAYS = 30


def context(names: list[str]) -> ssl.SSLContext:
    """The side of a server of TLS, with a fresh key and certificate for these host names and addresses."""
    key, certificate = _signed(names)
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # ssl reads files only
        paths = pathlib.Path(folder) / "key.pem", pathlib.Path(folder) / "certificate.pem"
        paths[0].touch(mode=0o600)
        for path, data in zip(paths, (key, certificate), strict=True):
            path.write_bytes(data)
        found.load_cert_chain(paths[1], paths[0])
    return found


def addresses() -> list[str]:
    """The addresses of this machine in its networks, the one that reaches others first; [] without a network."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses the network
            found.append(asked.getsockname()[0])
        except OSError:
            pass
    return found


def _signed(names: list[str]) -> tuple[bytes, bytes]:
    """(key, certificate) in PEM."""
    with extras.need("live"):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rt3d live")])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(x509, one) for one in names]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret, certificate.public_bytes(serialization.Encoding.PEM)


def _name(x509, text: str):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
