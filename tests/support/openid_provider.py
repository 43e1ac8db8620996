"""A provider of OpenID Connect for tests: real HTTP, real keys. It does as it is told, also what none may."""

import asyncio
import secrets
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from local.machine import free_port

CLIENT, SECRET = "simpul-uji", "rahasia yang diketahui kedua belah pihak"
OFFICE = f"Basic {b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"


@dataclass
class OpenIdProvider:
    """`subject`: who signs in next; `claims`: replace those of the ID token, and leave out what is None;
    `algorithm`, `key`: sign it, by a key that the office knows unless a test says otherwise; `asked`: what
    the office asked last."""

    issuer: str
    subject: str = "wayan"
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "uji"}))
    known: Any = None
    broken: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = self.key

    @property
    def settings(self) -> dict[str, str]:
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "Uji",
        }

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "nonce": nonce}
        claims |= {"iat": now, "exp": now + 60, "name": "Ni Wayan Uji"} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "uji"}
        registry = JWSRegistry(algorithms=[self.algorithm])
        return jwt.encode(header, claims, self.key, [self.algorithm], registry=registry)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def metadata() -> Response:
            if self.broken:
                return Response("<html>", 503)
            paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
            return JSONResponse(
                {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in paths.items()}
            )

        @app.get("/jwks")
        async def keys() -> Any:
            return {"keys": [self.known.as_dict(private=False)]}

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            asked = dict(request.query_params)
            assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
            assert asked["code_challenge_method"] == "S256"
            assert "openid" in asked["scope"].split()
            code = secrets.token_urlsafe(8)
            self.codes[code] = self.asked = asked
            query = urlencode({"code": code, "state": asked["state"]})
            return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)

        @app.post("/token")
        async def token(request: Request) -> Response:
            async with request.form() as form:
                sent = {name: str(value) for name, value in form.items()}
            asked = self.codes.pop(sent["code"], None)  # each is good once
            if (
                asked is None
                or request.headers["authorization"] != OFFICE
                or sent["redirect_uri"] != asked["redirect_uri"]
                or create_s256_code_challenge(sent["code_verifier"]) != asked["code_challenge"]
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            answer = {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked["nonce"])}
            return JSONResponse(answer)

        return app


@asynccontextmanager
async def openid_provider() -> AsyncIterator[OpenIdProvider]:
    port = free_port()
    provider = OpenIdProvider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(provider.app(), port=port, log_config=None))
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield provider
    finally:
        server.should_exit = True
        await running
