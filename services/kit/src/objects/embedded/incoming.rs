//! A body on its way in: written under `incoming/`, summed while it passes, checked and fsynced before it gets a name.

use super::disk::Disk;
use super::fault::Fault;
use super::record::Record;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use md5::{Digest, Md5};
use s3s::TrailingHeaders;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::Sha256;
use s3s::dto::{Checksum, Metadata, StreamingBlob};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;
use tempfile::NamedTempFile;

/// Bytes gathered before a thread is asked to write them: 256 KiB.
const CHUNK: usize = 256 * 1024;

/// What the sender said of the body.
#[derive(Default)]
pub(super) struct Declared {
    /// Checksums in headers, base64.
    pub(super) sums: Checksum,
    /// The names in `x-amz-trailer`: checksums that follow the body.
    pub(super) announced: Vec<String>,
    pub(super) trailers: Option<TrailingHeaders>,
    /// `Content-MD5`, base64.
    pub(super) md5: Option<String>,
    pub(super) length: Option<u64>,
}

impl Declared {
    fn wants(&self, header: Option<&String>, name: &str) -> bool {
        header.is_some() || self.announced.iter().any(|announced| announced == name)
    }

    fn hasher(&self) -> ChecksumHasher {
        ChecksumHasher {
            crc32: self.wants(self.sums.checksum_crc32.as_ref(), "x-amz-checksum-crc32").then(Default::default),
            crc32c: self.wants(self.sums.checksum_crc32c.as_ref(), "x-amz-checksum-crc32c").then(Default::default),
            sha1: self.wants(self.sums.checksum_sha1.as_ref(), "x-amz-checksum-sha1").then(Default::default),
            sha256: Some(Sha256::default()),
            crc64nvme: self
                .wants(self.sums.checksum_crc64nvme.as_ref(), "x-amz-checksum-crc64nvme")
                .then(Default::default),
        }
    }

    /// Compares everything declared, in headers and trailers, with what has come.
    fn check(&self, computed: &Checksum, md5: Option<&[u8]>, size: u64) -> Result<(), Fault> {
        if self.length.is_some_and(|length| length != size) {
            return Err(Fault::Incomplete);
        }
        let trailers = self.trailers.as_ref().and_then(TrailingHeaders::take).unwrap_or_default();
        if self.announced.iter().any(|name| !trailers.contains_key(name.as_str())) {
            return Err(Fault::Incomplete);
        }
        let compare = |name: &'static str, declared: &Option<String>, computed: &Option<String>| {
            let trailer = trailer(&trailers, name)?;
            let wrong = |declared: &String| Some(declared) != computed.as_ref();
            if declared.as_ref().is_some_and(wrong) || trailer.as_ref().is_some_and(wrong) {
                return Err(Fault::Digest(name));
            }
            Ok(())
        };
        compare("x-amz-checksum-crc32", &self.sums.checksum_crc32, &computed.checksum_crc32)?;
        compare("x-amz-checksum-crc32c", &self.sums.checksum_crc32c, &computed.checksum_crc32c)?;
        compare("x-amz-checksum-sha1", &self.sums.checksum_sha1, &computed.checksum_sha1)?;
        compare("x-amz-checksum-sha256", &self.sums.checksum_sha256, &computed.checksum_sha256)?;
        compare("x-amz-checksum-crc64nvme", &self.sums.checksum_crc64nvme, &computed.checksum_crc64nvme)?;
        if let Some(declared) = &self.md5
            && Some(declared.as_str()) != md5.map(|sum| STANDARD.encode(sum)).as_deref()
        {
            return Err(Fault::Digest("Content-MD5"));
        }
        Ok(())
    }
}

/// A checksum in the trailers. One that was not announced is compared too, and fails as it was not computed.
fn trailer(trailers: &HeaderMap, name: &str) -> Result<Option<String>, Fault> {
    match trailers.get(name).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value.trim().to_owned())),
        Some(Err(_)) => Err(Fault::Invalid("a checksum in the trailers is not text")),
    }
}

/// An unnamed file that takes a body. Dropped before its commit, it removes itself.
pub(super) struct Incoming {
    file: BufWriter<NamedTempFile>,
    sums: ChecksumHasher,
    md5: Option<Md5>,
    size: u64,
}

/// A whole object on the disk, still without a name.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) file: NamedTempFile,
    pub(super) record: Record,
}

impl Incoming {
    /// Receives `body` into `folder` and leaves it checked and fsynced. Nothing is left behind when it fails or is abandoned.
    pub(super) async fn receive(folder: &Path, body: StreamingBlob, declared: &Declared) -> Result<Self, Fault> {
        let (folder, sums, md5) = (folder.to_owned(), declared.hasher(), declared.md5.is_some().then(Md5::new));
        let mut incoming = blocking(move || {
            let file = tempfile::Builder::new().prefix("put-").rand_bytes(16).tempfile_in(folder)?;
            Ok(Self { file: BufWriter::with_capacity(CHUNK, file), sums, md5, size: 0 })
        })
        .await?;
        let mut body = body;
        let (mut held, mut length) = (Vec::new(), 0);
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|_| Fault::Incomplete)?;
            length += piece.len();
            held.push(piece);
            if length >= CHUNK {
                incoming = incoming.write(std::mem::take(&mut held)).await?;
                length = 0;
            }
        }
        if held.is_empty() { Ok(incoming) } else { incoming.write(held).await }
    }

    async fn write(mut self, pieces: Vec<Bytes>) -> Result<Self, Fault> {
        blocking(move || {
            for piece in &pieces {
                self.sums.update(piece);
                if let Some(md5) = &mut self.md5 {
                    md5.update(piece);
                }
                self.file.write_all(piece)?;
                self.size += piece.len() as u64;
            }
            Ok(self)
        })
        .await
    }

    /// Checks what was declared, adds the record and fsyncs. Blocks.
    pub(super) fn seal(
        self,
        disk: &Disk,
        declared: &Declared,
        key: String,
        content_type: Option<String>,
        metadata: Option<Metadata>,
    ) -> Result<Sealed, Fault> {
        let Self { mut file, sums, md5, size } = self;
        let sums = sums.finalize();
        let md5 = md5.map(Md5::finalize);
        declared.check(&sums, md5.as_deref(), size)?;
        file.flush()?;
        let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let modified = file.as_file().metadata()?.modified()?;
        let modified = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
        let sha256 = sums.checksum_sha256.and_then(|sum| STANDARD.decode(sum).ok()).map(hex::encode);
        let sha256 = sha256.ok_or(Fault::Invalid("the SHA-256 of the body could not be made"))?;
        let record = Record { key, size, sha256, modified, content_type, metadata };
        file.write_all(&record.encode()?)?;
        disk.sync_file(file.as_file())?;
        Ok(Sealed { file, record })
    }
}

/// Runs file work on a thread that may wait. The work goes on to its end when the request is abandoned.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Disk(std::io::Error::other(error)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_shorter_or_longer_than_declared_is_incomplete() {
        let declared = Declared { length: Some(5), ..Declared::default() };
        assert!(declared.check(&Checksum::default(), None, 5).is_ok());
        for size in [0, 4, 6] {
            assert!(matches!(declared.check(&Checksum::default(), None, size), Err(Fault::Incomplete)));
        }
    }

    #[test]
    fn an_announced_trailer_that_does_not_come_is_incomplete() {
        let announced = vec!["x-amz-checksum-sha256".to_owned()];
        let declared = Declared { announced, ..Declared::default() };
        assert!(matches!(declared.check(&Checksum::default(), None, 0), Err(Fault::Incomplete)));
    }
}
