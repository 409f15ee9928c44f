//! The S3 operations that Lysbro uses. Every other operation answers NotImplemented, which is the trait's default.

use super::bucket::Condition;
use super::fault::Fault;
use super::incoming::{Declared, Incoming, blocking};
use super::record::Record;
use super::store::Store;
use super::{index::Entry, refusals};
use crate::at::At;
use bytes::Bytes;
use http::HeaderMap;
use s3s::dto::{
    Checksum, ChecksumMode, ChecksumType, CreateBucketInput, CreateBucketOutput, DeleteObjectInput, DeleteObjectOutput,
    ETag, EncodingType, GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
    HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput, PutObjectOutput, StreamingBlob,
    Timestamp,
};
use s3s::{S3, S3Request, S3Response, S3Result, TrailingHeaders, s3_error};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes read from a file at a time: 256 KiB.
const CHUNK: u64 = 256 * 1024;
/// Most keys in one answer to a listing, as with S3.
const PAGE: i32 = 1000;

/// The store as an S3 service.
pub(super) struct Answers {
    store: Arc<Store>,
}

impl Answers {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store }
    }

    /// The object under a key, open.
    async fn object(&self, bucket: &str, key: String) -> Result<(File, Record), Fault> {
        let bucket = self.store.bucket(bucket)?;
        blocking(move || bucket.read(&key)).await
    }
}

#[async_trait::async_trait]
impl S3 for Answers {
    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        let store = Arc::clone(&self.store);
        blocking(move || store.create_bucket(&request.input.bucket)).await?;
        Ok(S3Response::new(CreateBucketOutput::default()))
    }

    /// Also the question whether the store is ready: a store that has stopped answers 503.
    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        let bucket = self.store.bucket(&request.input.bucket)?;
        self.store.disk().check()?;
        blocking(move || bucket.present()).await?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        refusals::encryption(&request.headers)?;
        let mut input = request.input;
        refusals::put(&input)?;
        let bucket = self.store.bucket(&input.bucket)?;
        self.store.disk().check()?;
        let declared = declared(&mut input, &request.headers, request.trailing_headers);
        let condition = match (input.if_none_match, input.if_match) {
            (Some(_), _) => Condition::Absent,
            (None, Some(tag)) => Condition::Is(tag),
            (None, None) => Condition::Any,
        };
        let body = input.body.ok_or(Fault::Incomplete)?;
        let incoming = Incoming::receive(self.store.incoming(), body, &declared).await?;
        let store = Arc::clone(&self.store);
        let record = blocking(move || {
            let sealed = incoming.seal(store.disk(), &declared, input.key, input.content_type, input.metadata)?;
            bucket.commit(store.disk(), sealed, &condition)
        })
        .await?;
        Ok(S3Response::new(PutObjectOutput {
            e_tag: Some(ETag::Strong(record.sha256.clone())),
            checksum_sha256: base64_of_hex(&record.sha256),
            ..PutObjectOutput::default()
        }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        refusals::encryption(&request.headers)?;
        let input = request.input;
        refusals::get(&input)?;
        let (file, record) = self.object(&input.bucket, input.key).await?;
        let (part, range) = match input.range {
            None => (0..record.size, None),
            Some(range) => {
                let part = range.check(record.size)?;
                if part.is_empty() {
                    return Err(s3_error!(InvalidRange, "an empty object has no ranges"));
                }
                let said = format!("bytes {}-{}/{}", part.start, part.end - 1, record.size);
                (part, Some(said))
            }
        };
        let whole = range.is_none() && asks_for_checksum(input.checksum_mode.as_ref());
        Ok(S3Response::new(GetObjectOutput {
            body: Some(content(file, part.start, part.end - part.start).await?),
            content_length: Some((part.end - part.start) as i64),
            content_range: range,
            accept_ranges: Some("bytes".to_owned()),
            checksum_sha256: whole.then(|| base64_of_hex(&record.sha256)).flatten(),
            checksum_type: whole.then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
            e_tag: Some(ETag::Strong(record.sha256)),
            last_modified: Some(timestamp(record.modified)),
            content_type: record.content_type,
            metadata: record.metadata,
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        refusals::encryption(&request.headers)?;
        let input = request.input;
        refusals::head(&input)?;
        let (_, record) = self.object(&input.bucket, input.key).await?;
        let checksum = asks_for_checksum(input.checksum_mode.as_ref());
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(record.size as i64),
            accept_ranges: Some("bytes".to_owned()),
            checksum_sha256: checksum.then(|| base64_of_hex(&record.sha256)).flatten(),
            checksum_type: checksum.then(|| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
            e_tag: Some(ETag::Strong(record.sha256)),
            last_modified: Some(timestamp(record.modified)),
            content_type: record.content_type,
            metadata: record.metadata,
            ..HeadObjectOutput::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        refusals::delete(&input)?;
        let store = Arc::clone(&self.store);
        let bucket = store.bucket(&input.bucket)?;
        blocking(move || bucket.delete(store.disk(), &input.key)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        refusals::list(&input)?;
        let bucket = self.store.bucket(&input.bucket)?;
        let after = match &input.continuation_token {
            Some(token) => Some(key_of_token(token)?),
            None => input.start_after.clone(),
        };
        let most = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
        let url = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let written = |text: &str| {
            if url { percent_encoded(text) } else { text.to_owned() }
        };
        let prefix = input.prefix.unwrap_or_default();
        let (contents, more) = {
            let index = bucket.index();
            let mut found = index.walk(&prefix, after.as_deref());
            let page: Vec<(String, Entry)> =
                found.by_ref().take(most as usize).map(|(key, entry)| (key.clone(), entry.clone())).collect();
            // S3 answers max-keys=0 with an end, not with a page that never ends.
            let more = most > 0 && found.next().is_some();
            (page, more)
        };
        let next = contents.last().filter(|_| more).map(|(key, _)| hex::encode(key));
        let contents: Vec<Object> = contents
            .into_iter()
            .map(|(key, entry)| Object {
                key: Some(written(&key)),
                size: Some(entry.size as i64),
                e_tag: Some(ETag::Strong(entry.etag)),
                last_modified: Some(timestamp(entry.modified)),
                ..Object::default()
            })
            .collect();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(written(&prefix)),
            start_after: input.start_after.as_deref().map(written),
            max_keys: Some(most),
            key_count: Some(contents.len() as i32),
            is_truncated: Some(more),
            continuation_token: input.continuation_token,
            next_continuation_token: next,
            encoding_type: input.encoding_type,
            contents: Some(contents),
            ..ListObjectsV2Output::default()
        }))
    }
}

fn declared(input: &mut PutObjectInput, headers: &HeaderMap, trailers: Option<TrailingHeaders>) -> Declared {
    let announced = headers.get_all("x-amz-trailer").iter().filter_map(|value| value.to_str().ok());
    Declared {
        sums: Checksum {
            checksum_crc32: input.checksum_crc32.take(),
            checksum_crc32c: input.checksum_crc32c.take(),
            checksum_sha1: input.checksum_sha1.take(),
            checksum_sha256: input.checksum_sha256.take(),
            checksum_crc64nvme: input.checksum_crc64nvme.take(),
            ..Checksum::default()
        },
        announced: announced.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect(),
        trailers,
        md5: input.content_md5.take(),
        length: input.content_length.and_then(|length| u64::try_from(length).ok()),
    }
}

/// `length` bytes of `file` from `start`. The first chunk is read at once, so that a small object is one trip to a thread.
async fn content(mut file: File, start: u64, length: u64) -> Result<StreamingBlob, Fault> {
    let (file, first) = blocking(move || {
        file.seek(SeekFrom::Start(start))?;
        chunk(file, length)
    })
    .await?;
    let left = length - first.len() as u64;
    let rest = futures::stream::try_unfold((file, left), |(file, left)| async move {
        if left == 0 {
            return Ok::<_, Fault>(None);
        }
        let (file, bytes) = blocking(move || chunk(file, left)).await?;
        let left = left - bytes.len() as u64;
        Ok(Some((bytes, (file, left))))
    });
    let first = futures::stream::once(std::future::ready(Ok(first)));
    Ok(StreamingBlob::wrap(futures::StreamExt::chain(first, rest)))
}

/// The next bytes, at most a chunk and at most `left`; exactly that many, or the file is damaged.
fn chunk(mut file: File, left: u64) -> Result<(File, Bytes), Fault> {
    let length = left.min(CHUNK);
    let mut bytes = Vec::with_capacity(length as usize);
    (&mut file).take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok((file, bytes.into())) } else { Err(Fault::Damaged) }
}

fn asks_for_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

fn timestamp(micros: i64) -> Timestamp {
    At::from_micros(micros).datetime().into()
}

fn base64_of_hex(sum: &str) -> Option<String> {
    use base64::Engine;
    hex::decode(sum).ok().map(|sum| base64::engine::general_purpose::STANDARD.encode(sum))
}

/// Continuation tokens are the last key in hex: a key may hold characters that XML cannot carry.
fn key_of_token(token: &str) -> S3Result<String> {
    let key = hex::decode(token).ok().and_then(|key| String::from_utf8(key).ok());
    key.ok_or_else(|| s3_error!(InvalidArgument, "this continuation token was not given by this store"))
}

/// As S3 writes keys with `encoding-type=url`.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
        encoded
    })
}
