"""Sends one file with tuspy, unmodified, and goes on after every failure as a script of an office's camera would.

Reads JSON from standard input: endpoint, cookie, file, chunk (bytes), metadata (key to value).
Prints JSON: url of the upload, broken (how often a piece broke off).
"""

import json
import sys
import time

import requests
from tusclient import client
from tusclient.exceptions import TusCommunicationError

TRIES = 60
FAILURES = (TusCommunicationError, requests.RequestException, OSError)


def patiently(what):
    """The first result that comes; the last failure when none does."""
    for left in reversed(range(TRIES)):
        try:
            return what()
        except FAILURES:
            if left == 0:
                raise
            time.sleep(0.2)


def main() -> None:
    task = json.load(sys.stdin)
    tus = client.TusClient(task["endpoint"], headers={"Cookie": task["cookie"]})

    def begin():
        uploader = tus.uploader(task["file"], chunk_size=task["chunk"], metadata=task["metadata"])
        uploader.set_url(uploader.create_url())
        return uploader

    uploader = patiently(begin)
    url, broken = uploader.url, 0
    while True:
        try:
            uploader.upload()
            break
        except FAILURES:
            broken += 1
            if broken > TRIES:
                raise
            time.sleep(0.2)
            # A new client that knows nothing but the address: the server says where to go on.
            uploader = patiently(lambda: tus.uploader(task["file"], chunk_size=task["chunk"], url=url))
    print(json.dumps({"url": url, "broken": broken}))


if __name__ == "__main__":
    main()
