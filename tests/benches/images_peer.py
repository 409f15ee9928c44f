"""libvips and OpenSSL as the peers of `make bench-images`: one process, asked line by line.

A line is a task and a file; the answer is the processor time it took, in seconds, user and system, of this process and of
those it started. Tasks: `cascade` (one decode; 2048, 512 and 160 from it), `thumbnails` (three times vipsthumbnail), `sha256`,
and `webp` (writes FILE.webp, for there is no lossy encoder on the other side).
"""

import hashlib
import resource
import subprocess
import sys
import tempfile

import pyvips

SIZES = (2048, 512, 160)


def cascade(path):
    image = pyvips.Image.thumbnail(path, SIZES[0], height=SIZES[0], size="down")
    for size in SIZES:
        if size != SIZES[0]:
            image = image.thumbnail_image(size, height=size, size="down")
        image = image.copy_memory()
        image.jpegsave_buffer(Q=85, strip=True)


def thumbnails(path):
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            subprocess.run(["vipsthumbnail", path, "-s", f"{size}x{size}", "-o", f"{folder}/{size}.jpg[Q=85]"], check=True)


def sha256(path):
    with open(path, "rb") as file:
        contents = file.read()
    before = spent()
    hashlib.sha256(contents).digest()
    return spent() - before


def webp(path):
    pyvips.Image.new_from_file(path).webpsave(path + ".webp", Q=90)


def spent():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


TASKS = {"cascade": cascade, "thumbnails": thumbnails, "sha256": sha256, "webp": webp}

print("ready", ".".join(str(pyvips.version(part)) for part in range(3)), flush=True)
for line in sys.stdin:
    task, path = line.rstrip("\n").split(" ", 1)
    before = spent()
    own = TASKS[task](path)
    print(own if own is not None else spent() - before, flush=True)
