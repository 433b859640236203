# SPDX-License-Identifier: MIT
"""Access tokens for tests: honest ones and any forgery, independent of the product's own code."""

import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SID = "00112233445566778899aabbccddeeff"
JTI = "ffeeddccbbaa99887766554433221100"


def b64(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A P-256 signing key with its kid."""

    def __init__(self, kid="k1"):
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1())

    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
                "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def sign(self, text):
        r, s = decode_dss_signature(self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def token(self, header=None, payload=None, **claims):
        """header and payload replace the whole JSON text; claims change single members."""
        header = header or json.dumps({"alg": "ES256", "kid": self.kid, "typ": "at+jwt"})
        payload = payload or json.dumps(default_claims(**claims))
        text = f"{b64(header)}.{b64(payload)}"
        return f"{text}.{self.sign(text)}"


def default_claims(**changes):
    now = int(time.time())
    claims = {"iss": "cnop", "aud": "cnop-api", "sub": "1001", "sid": SID, "jti": JTI,
              "iat": now - 10, "exp": now + 3600, "role": "customer", **changes}
    return {name: value for name, value in claims.items() if value is not None}


def hs256(secret, header, payload):
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def jwks(*keys):
    return json.dumps({"keys": [key.jwk() for key in keys]})
