"""A real Keycloak for tests, from Maven's local repository, with one realm of made-up people.

`mvn dependency:get` brings it there (CONTRIBUTING).
"""

import json
import os
import shutil
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from local.machine import free_port
from local.processes import Processes
from tests.support.waiting import until

VERSION = "26.7.3"
NAME = "keycloak-quarkus-dist"
DISTRIBUTION = Path.home() / f".m2/repository/org/keycloak/{NAME}/{VERSION}/{NAME}-{VERSION}.zip"
CLIENT, SECRET = "simpul", "rahasia-uji"
USERS = {"wayan": ["simpul-pimpinan"], "made": []}


def is_there() -> bool:
    return DISTRIBUTION.exists() and shutil.which("java") is not None


def password(user: str) -> str:
    return f"kata-sandi-{user}"


@asynccontextmanager
async def keycloak(folder: Path) -> AsyncIterator[str]:
    """Its issuer. Under `localhost`, which a browser holds to be another site than `127.0.0.1`."""
    with zipfile.ZipFile(DISTRIBUTION) as packed:
        packed.extractall(folder)
    home, port = folder / f"keycloak-{VERSION}", free_port()
    imported = home / "data/import"
    imported.mkdir(parents=True)
    (imported / "balai.json").write_text(json.dumps(_realm()))
    options = ["start-dev", "--http-host=127.0.0.1", f"--http-port={port}", "--import-realm"]
    env = os.environ | {"JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m"}
    issuer = f"http://localhost:{port}/realms/balai"

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{issuer}/.well-known/openid-configuration")).status_code == 200
        except httpx.TransportError:
            return False

    with Processes(folder / "logs") as processes:
        processes.start("keycloak", ["bash", str(home / "bin/kc.sh"), *options], env)
        await until(answers, 240, every=0.5)
        yield issuer


def _realm() -> dict[str, Any]:
    client = {
        "clientId": CLIENT,
        "secret": SECRET,
        "redirectUris": ["http://127.0.0.1:*"],
        "attributes": {"pkce.code.challenge.method": "S256"},
        "protocolMappers": [_ROLES],
    }
    realm = {"realm": "balai", "enabled": True, "sslRequired": "none", "clients": [client]}
    users = [_user(name) | {"realmRoles": list(roles)} for name, roles in USERS.items()]
    return realm | {"users": users, "roles": {"realm": [{"name": "simpul-pimpinan"}]}}


_ROLES: Final = {
    "name": "roles in the ID token",
    "protocol": "openid-connect",
    "protocolMapper": "oidc-usermodel-realm-role-mapper",
    "config": {
        "claim.name": "realm_access.roles",
        "id.token.claim": "true",
        "multivalued": "true",
        "jsonType.label": "String",
    },
}


def _user(name: str) -> dict[str, Any]:
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@balai.example",
        "emailVerified": True,
        "firstName": name.title(),
        "lastName": "Uji",
        "credentials": [{"type": "password", "value": password(name), "temporary": False}],
    }
