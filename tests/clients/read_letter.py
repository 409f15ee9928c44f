"""What pypdf reads in a PDF on standard input, as JSON: the text of each page, its language and whether it is tagged."""

import io
import json
import sys

from pypdf import PdfReader

reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=True)
root = reader.trailer["/Root"]
told = {
    "pages": [page.extract_text() for page in reader.pages],
    "language": root["/Lang"],
    "tagged": bool(root["/MarkInfo"]["/Marked"]),
    "title": reader.metadata.title,
}
print(json.dumps(told))
