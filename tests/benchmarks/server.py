"""A bare API on a loopback port: every answer is right, costs nothing and comes after a fixed latency.

`python server.py 0.05` prints its port and serves until its input ends. It needs nothing but Python.
"""

import asyncio
import itertools
import json
import sys

PEOPLE = 3000


def _answer(status: bytes, body: object) -> bytes:
    data = json.dumps(body).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(data)) + data


def _sms(n: int) -> dict[str, str]:
    return {
        "smsId": f"S.20220928-125820.022-0l8likuey{n:09d}",
        "dst": f"+4917604{n:06d}",
        "processStatus": "DONE",
        "status": "SUC_FIN",
        "customerRef": f"c.{n}",
        "reason": "DELIVERED [0x000] (Final) Message was delivered to the handset",
        "sentTs": "2022-09-28T10:58:20.721Z",
        "finishedTs": "2022-09-28T10:58:24.033Z",
    }


REPORT = {
    "jobId": "J.20220928-125820.021-2l8likuetABCDEFGHI",
    "src": "Retarus",
    "encoding": "standard",
    "billcode": "",
    "statusRequested": True,
    "flash": False,
    "validityMin": 0,
    "customerRef": "autumn",
    "qos": "NORMAL",
    "receiptTs": "2022-09-28T10:58:20.021Z",
    "finishedTs": "2022-09-28T10:58:31.500Z",
    "recipientIds": ["S.20220928-125820.022-0l8likueyRB3CT8FTG"],
}
JOB_ID = str(REPORT["jobId"])
JOB_IDS = (f"J.20220928-125820.021-2l8likuet{n:09d}" for n in itertools.count())
ONE_REPORT = _answer(b"200 OK", REPORT)
STATUSES = _answer(b"200 OK", [_sms(n) for n in range(PEOPLE)])


class Connection(asyncio.Protocol):
    def __init__(self, latency_s: float) -> None:
        self.latency_s = latency_s
        self.head = bytearray()
        self.left = -1
        self.reply = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.head += data
            head, found, body = bytes(self.head).partition(b"\r\n\r\n")
            if not found:
                return
            self.head.clear()
            self._begin(head)
            data = body
        self.left -= len(data)
        if self.left == 0:
            self.left = -1
            asyncio.get_running_loop().call_later(self.latency_s, self._send, self.reply)

    def _begin(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        fields = dict(line.lower().split(b":", 1) for line in lines)
        self.left = int(fields.get(b"content-length", b"0"))
        if first.startswith(b"POST"):
            self.reply = _answer(b"201 Created", {"jobId": next(JOB_IDS)})
        else:
            self.reply = STATUSES if b"/sms?" in first else ONE_REPORT

    def _send(self, reply: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(reply)


async def main(latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(latency_s), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
