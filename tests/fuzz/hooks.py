# What the fuzzer has to be told about media types: a piece of an upload is bytes.
import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
