"""What a regional system does to reach Simpul: CloudEvents on its office's intake topic, nothing of ours.

Publishes an activity, then the people of a CSV in its order. Sending the same files again changes nothing,
since a command is known by its key, source and id. An activity that is there already stays as it is, and the
people of another CSV are added to those who are in it.

With a key (Ed25519, PEM) each record is signed, as an office asks of a source that its file names.

What became of each is told by the office: GET /api/v1/commands?source=/OFFICE/portal, with its staff token.
"""

import argparse
import base64
import csv
import hashlib
import json
import struct
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from confluent_kafka import KafkaError, Message, Producer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SOURCE = "/{office}/portal"


def signature(key: Ed25519PrivateKey, *parts: bytes) -> bytes:
    """`{key id}:{base64}` over the parts, each behind its length as four bytes, the highest first."""
    message = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    name = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]
    return f"{name}:{base64.b64encode(key.sign(message)).decode()}".encode()


class Portal:
    def __init__(self, bootstrap: str, office: str, key: Ed25519PrivateKey | None = None) -> None:
        self.key = key
        self.topic = f"simpul.{office}.intake.v1"
        self.source = SOURCE.format(office=office)
        self.failed = 0
        # librdkafka's own default places keys otherwise than the rest of Kafka, and intake refuses those.
        self.producer = Producer(
            {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "acks": "all", "linger.ms": 5}
        )

    def publish(self, kind: str, key: str, identity: str, data: dict[str, Any]) -> None:
        """`identity` names the command for good: the same again is the same command."""
        subject, value = key.encode(), json.dumps(data, ensure_ascii=False).encode()
        source, type_ = self.source.encode(), f"id.simpul.{kind}.v1".encode()
        identifier = str(uuid5(NAMESPACE_URL, f"{self.source}/{key}/{identity}")).encode()
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", identifier),
            ("ce_source", source),
            ("ce_type", type_),
            ("ce_time", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()),
            ("ce_subject", subject),
            ("content-type", b"application/json"),
        ]
        if self.key:
            signed = signature(self.key, subject, source, identifier, type_, value)
            headers.append(("simpul_signature", signed))
        self.producer.produce(
            self.topic, key=subject, value=value, headers=headers, on_delivery=self._delivered
        )

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self.failed += error is not None

    def finish(self) -> bool:
        """Whether the broker has taken everything."""
        return self.producer.flush(30) == 0 and self.failed == 0


def registration(activity: str, row: dict[str, str]) -> dict[str, Any]:
    def given(*names: str) -> dict[str, str]:
        return {name: row[name] for name in names if row[name]}

    found: dict[str, Any] = {
        "activity": activity,
        "participant": given("name", "email", "phone", "nip", "nuptk"),
    }
    found |= given("category", "regency", "group", "role_in_group")
    if row["institution"]:
        found["institution"] = {"name": row["institution"]} | given("npsn")
    if row["cohort"]:
        found["cohort"] = int(row["cohort"])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bootstrap",
        default="127.0.0.1:9092",
        metavar="HOST:PORT",
        help="where Kafka listens; %(default)s unless given",
    )
    parser.add_argument("--office", required=True, metavar="CODE", help="such as bali or sumbar")
    parser.add_argument(
        "--activity",
        type=Path,
        required=True,
        metavar="FILE",
        help="YAML or JSON, such as examples/fgd-sumbar/activity.yaml",
    )
    parser.add_argument(
        "--people",
        type=Path,
        metavar="FILE",
        help="CSV with the columns of examples/fgd-sumbar/peserta.csv",
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="the portal's private key as PEM")
    asked = parser.parse_args()
    key = load_pem_private_key(asked.key.read_bytes(), None) if asked.key else None
    if key is not None and not isinstance(key, Ed25519PrivateKey):
        parser.error(f"{asked.key} holds no Ed25519 key")
    portal = Portal(asked.bootstrap, asked.office, key)
    activity = yaml.safe_load(asked.activity.read_text(encoding="utf-8"))
    portal.publish("activity.publish", activity["id"], "publish", activity)
    people = []
    if asked.people:
        with asked.people.open(encoding="utf-8", newline="") as file:
            people = list(csv.DictReader(file))
    for row in people:
        portal.publish("registration.submit", activity["id"], row["email"], registration(activity["id"], row))
    if not portal.finish():
        print(f"Kafka at {asked.bootstrap} has not taken all records; run this again", file=sys.stderr)
        return 1
    print(f"sent {activity['id']} and {len(people)} people to {portal.topic}; the office decides")
    return 0


if __name__ == "__main__":
    sys.exit(main())
