"""An identity provider of a test's own: a small HTTP server with keys that can be rotated."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "waybill"


class Issuer:
    """Signs tokens with its newest key and publishes those it has not taken back."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.asked = 0
        self.is_away = False
        self.rotate()

    def rotate(self, *, keeping: bool = False) -> None:
        """Sign with a new key from now on."""
        if not keeping:
            self.keys.clear()
        name = f"key-{time.monotonic_ns()}"
        self.keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "oidc_issuer": self.url,
            "oidc_audience": AUDIENCE,
            "oidc_roles": {"bosses": "admin", "desk": "clerk"},
            "oidc_role_claim": "realm.groups",
        }

    def token(self, *, name: str = "", key: Any = None, alg: str = "RS256", **given: Any) -> str:
        """A token for somebody at the desk, for ten minutes, unless other claims are given."""
        kid = name or list(self.keys)[-1]
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "karla",
            "name": "Karla Klein",
            "iat": now,
            "exp": now + 600,
            "realm": {"groups": ["everybody", "desk"]},
        } | given
        claims = {name: value for name, value in claims.items() if value is not None}
        signing = key if key is not None else self.keys[list(self.keys)[-1]]
        return jwt.encode(claims, signing, algorithm=alg, headers={"kid": kid})

    def answer(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.asked += 1
        return {"keys": [self._published(name) for name in self.keys]}

    def _published(self, name: str) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self.keys[name].public_key(), as_dict=True)
        return {**public, "kid": name, "use": "sig", "alg": "RS256"}

    @contextmanager
    def listening(self) -> Iterator["Issuer"]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503 if issuer.is_away else 200)
                self.end_headers()
                self.wfile.write(json.dumps(issuer.answer(self.path)).encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
