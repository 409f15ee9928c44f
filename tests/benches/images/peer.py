"""libvips and OpenSSL as the peers of `make bench-images`: one process, asked line by line.

A line is a task and a file; the answer is the processor time it took, in seconds, user and system, of this process and of
those it started. Tasks: `cascade` (one decode; 2048, 512 and 160 from it), `thumbnails` (three times vipsthumbnail), `tiles` (its
own pixels in squares of 1024), `sha256`, `libheif` (its decode to RGB alone), `webp` and `heic` (write FILE.webp and FILE.heic, for
there is no lossy encoder on the other side). `ssim-ours` and `ssim-theirs` answer with a likeness instead: of FILE.view, and of libvips' view.
"""

import hashlib
import io
import resource
import subprocess
import sys
import tempfile

import numpy
import pillow_heif
import pyvips
from PIL import Image

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None
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


def tiles(path):
    with tempfile.TemporaryDirectory() as folder:
        image = pyvips.Image.new_from_file(path, access="sequential")
        image.dzsave(folder + "/tiles", tile_size=1024, overlap=0, depth="one", suffix=".jpg[Q=85,strip]")


def sha256(path):
    with open(path, "rb") as file:
        contents = file.read()
    before = spent()
    hashlib.sha256(contents).digest()
    return spent() - before


def webp(path):
    pyvips.Image.new_from_file(path).webpsave(path + ".webp", Q=90)


def heic(path):
    Image.open(path).save(path + ".heic", quality=80)


def libheif(path):
    Image.open(path).load()


def luma(image):
    return numpy.asarray(image.convert("L"), dtype=numpy.float64)


def ssim(path, view):
    """Mean SSIM over windows of 8 x 8 (Wang and others, 2004), with Lanczos' reduction of the full decode."""
    reference = luma(Image.open(path).resize(view.size, Image.Resampling.LANCZOS))
    view = luma(view)

    def means(values):
        sums = numpy.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        return (sums[8:, 8:] - sums[:-8, 8:] - sums[8:, :-8] + sums[:-8, :-8]) / 64

    one, other = means(reference), means(view)
    one_variance = means(reference * reference) - one * one
    other_variance = means(view * view) - other * other
    both = means(reference * view) - one * other
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = ((2 * one * other + first) * (2 * both + second)) / (
        (one * one + other * other + first) * (one_variance + other_variance + second)
    )
    return float(likeness.mean())


def ssim_ours(path):
    return ssim(path, Image.open(path + ".view"))


def ssim_theirs(path):
    view = pyvips.Image.thumbnail(path, SIZES[0], height=SIZES[0], size="down")
    return ssim(path, Image.open(io.BytesIO(view.jpegsave_buffer(Q=85, strip=True))))


def spent():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


TASKS = {"cascade": cascade, "thumbnails": thumbnails, "tiles": tiles, "sha256": sha256, "libheif": libheif, "webp": webp, "heic": heic, "ssim-ours": ssim_ours, "ssim-theirs": ssim_theirs}

print("ready", ".".join(str(pyvips.version(part)) for part in range(3)), flush=True)
for line in sys.stdin:
    task, path = line.rstrip("\n").split(" ", 1)
    before = spent()
    own = TASKS[task](path)
    print(own if own is not None else spent() - before, flush=True)
