"""What is no HTTP at all is answered as a problem too."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from services.api import problems

DETAIL = "This is no HTTP/1.1 request, or its head is too large."


class ProblemProtocol(H11Protocol):
    """uvicorn's protocol, whose answer to what cannot be parsed is a problem that repeats nothing."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the text may tell of what was sent
        response = problems.respond(400, DETAIL, headers={"Connection": "close"})
        parts = (
            h11.Response(status_code=400, headers=response.raw_headers, reason=STATUS_PHRASES[400]),
            h11.Data(data=bytes(response.body)),
            h11.EndOfMessage(),
        )
        for part in parts:
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()
