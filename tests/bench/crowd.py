"""A small crowd that signs, in Python: for counting and for quick forms, where wrk would be too much."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode

from .gates import Failed
from .server import PATIENCE, Server


def sign(server: Server, token: str, mark: str, number: int, pledges: int = 64) -> None:
    """Sign one pledge. Raises Failed unless the answer is the way to the thanks page."""
    fields = {"name": f"Sample Signer {number}", "email": f"{mark}.{number}@example.org", "old_enough": "y"}
    body = urlencode({**fields, "website": "", "suggestion": "", "rendered": token})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"10.0.{number % 256}.7"}
    connection = HTTPConnection("127.0.0.1", server.order.port, timeout=PATIENCE)
    try:
        connection.request("POST", f"/pledges/p{number % pledges + 1}", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 303 or not str(answer.getheader("Location")).endswith("/thanks"):
            raise Failed(f"pledge {number} was answered by {answer.status}")
    finally:
        connection.close()


def crowd(server: Server, token: str, mark: str, people: int, at_once: int = 8) -> int:
    """So many people sign, some of them at once; how many were thanked. Raises Failed when one was not."""
    with ThreadPoolExecutor(at_once) as pool:
        return sum(1 for _ in pool.map(lambda number: sign(server, token, mark, number), range(people)))
