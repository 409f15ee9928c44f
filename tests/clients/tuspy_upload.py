"""Sends one file with tuspy, unmodified, in two sittings, as a script of an office's camera would.

Reads JSON from standard input: endpoint, cookie, file, chunk (bytes), metadata (key to value).
Prints JSON: url of the upload, resumed_at (the offset at which the second client went on).
"""

import json
import sys

from tusclient import client


def main() -> None:
    task = json.load(sys.stdin)
    headers = {"Cookie": task["cookie"]}

    first = client.TusClient(task["endpoint"], headers=headers).uploader(
        task["file"], chunk_size=task["chunk"], metadata=task["metadata"]
    )
    first.upload_chunk()

    # A new client that knows nothing but the address: the server says where to go on.
    second = client.TusClient(task["endpoint"], headers=headers).uploader(
        task["file"], chunk_size=task["chunk"], url=first.url, retries=3, retry_delay=1
    )
    resumed_at = second.offset
    second.upload()
    print(json.dumps({"url": first.url, "resumed_at": resumed_at}))


if __name__ == "__main__":
    main()
