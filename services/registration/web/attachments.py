"""Files that staff take along: saved under a name, and kept nowhere on the way, since they hold people."""

from fastapi import Response


def attachment(data: bytes, name: str, media_type: str) -> Response:
    """`name`: of ASCII letters, digits, hyphens and a dot."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=media_type, headers=headers)
