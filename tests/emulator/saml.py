"""A certificate and metadata of an identity provider."""

from __future__ import annotations

import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ISSUED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
EXPIRES = datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC)


@functools.cache
def certificate() -> str:
    """Return a certificate in PEM format."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.acme.com")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), ISSUED, EXPIRES)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def metadata(
    *,
    entity_id: str | None = "https://idp.acme.com",
    location: str = "https://idp.acme.com/sso",
    key: str | None = None,
) -> str:
    """Return metadata; `key` replaces the certificate."""
    body = "".join(certificate().splitlines()[1:-1]) if key is None else key
    entity = f' entityID="{entity_id}"' if entity_id else ""
    return f"""<?xml version="1.0"?>
<!-- The identity provider of Acme -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"{entity}>
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{location}/post"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{location}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""
