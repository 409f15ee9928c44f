//! The one way in which services reach objects: put, get, list and delete, with a checksum on everything.

use super::connector::InProcess;
use super::embedded::{Embedded, KeyPair, KeyPairs};
use super::error::{self, ObjectError};
use super::remote::RemoteStore;
use super::standing::{Asked, Standing};
use crate::at::At;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, Credentials, Region, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ChecksumMode, EncodingType};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ring::digest::{SHA256, digest};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Longest key that S3 takes, in bytes.
const KEY_LENGTH: usize = 1024;
/// Most keys in one page of a listing.
const PAGE: usize = 1000;
/// Bodies up to 8 MiB must be answered within 10 s, larger ones within 60 s: the time counts from the first byte sent.
const SMALL_BODY: usize = 8 << 20;
const SMALL_WAIT: Duration = Duration::from_secs(10);
const LARGE_WAIT: Duration = Duration::from_mins(1);
const CONNECT_WAIT: Duration = Duration::from_secs(3);
const TRIES: u32 = 3;
/// From this size on a checksum is computed on a thread of its own.
const HEAVY: usize = 1 << 20;
/// The key pairs of the store in the same process: nobody else can reach it, the protocol only wants a signature.
const IN_PROCESS: &str = "in-process";
const IN_PROCESS_JANITOR: &str = "in-process-janitor";

/// Whether [`Objects::put_new`] stored the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    New,
    /// An object stood there already and is unchanged. Also the answer when an earlier try of the same call had stored it and
    /// its answer was lost, so a caller compares contents (or makes them from the key) before it calls this a conflict.
    Exists,
}

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    pub key: String,
    /// Bytes.
    pub size: u64,
    pub modified: At,
}

/// A bucket of objects. Cheap to clone.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    bucket: Arc<str>,
    standing: Arc<Standing>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl Objects {
    /// The bucket of the embedded store.
    pub const EMBEDDED_BUCKET: &'static str = "lysbro";

    /// Opens the embedded store in `folder`, making the folder and its bucket when missing. Blocks: call it at start.
    ///
    /// # Errors
    /// `Refused` when another process has the folder open, `Unavailable` when it cannot be read or written.
    pub fn embedded(folder: &Path) -> Result<(Self, Embedded), ObjectError> {
        let embedded = Embedded::open(folder)?;
        embedded.create_bucket(Self::EMBEDDED_BUCKET)?;
        Ok((Self::in_process(&embedded, IN_PROCESS), embedded))
    }

    /// The embedded store's objects for reading alone, beside the process that may have it open. A listing is as of now.
    /// Blocks.
    ///
    /// # Errors
    /// `Unavailable` when there is no store in the folder or it cannot be read.
    pub fn embedded_beside(folder: &Path) -> Result<Self, ObjectError> {
        let embedded = Embedded::open_beside(folder, Self::EMBEDDED_BUCKET)?;
        Ok(Self::in_process(&embedded, IN_PROCESS))
    }

    /// The embedded store with the right to delete originals.
    pub fn embedded_janitor(embedded: &Embedded) -> Self {
        Self::in_process(embedded, IN_PROCESS_JANITOR)
    }

    fn in_process(embedded: &Embedded, name: &str) -> Self {
        let pair = |name: &str| KeyPair { access_key: name.to_owned(), secret_key: name.to_owned() };
        let keys = KeyPairs { ordinary: pair(IN_PROCESS), janitor: Some(pair(IN_PROCESS_JANITOR)) };
        let config = config("local", name, name)
            .endpoint_url("http://objects.invalid")
            .force_path_style(true)
            // A slow disk is no stalled network; and a request that failed here fails again.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::disabled())
            .http_client(InProcess::new(embedded.service(&keys)))
            .build();
        Self::over(config, Self::EMBEDDED_BUCKET, Standing::new(false))
    }

    /// A store on the network. Nothing is sent yet: see [`Objects::ready`].
    ///
    /// # Errors
    /// `Refused` when the endpoint is not an http or https address, or a name is empty.
    pub fn remote(store: &RemoteStore) -> Result<Self, ObjectError> {
        store.check()?;
        let https =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = config(&store.region, &store.keys.access_key, &store.keys.secret_key)
            .endpoint_url(&store.endpoint)
            .force_path_style(store.path_style)
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .timeout_config(wait(SMALL_WAIT))
            .http_client(https)
            .build();
        Ok(Self::over(config, &store.bucket, Standing::new(true)))
    }

    pub(super) fn over(config: Config, bucket: &str, standing: Standing) -> Self {
        Self { client: Client::from_conf(config), bucket: bucket.into(), standing: Arc::new(standing) }
    }

    /// The client beneath, for tests of what the embedded store refuses.
    #[cfg(test)]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// How long the store has been away; none while it can be used.
    pub fn away_for(&self) -> Option<Duration> {
        self.standing.away_since().map(|since| since.elapsed())
    }

    /// Watches whether the store can be used, until it is dropped; `returned` is called whenever the store is back. Without a
    /// watcher (in a command) the store is never called away, and every request finds out by itself.
    pub async fn watch(&self, returned: impl Fn()) {
        self.standing.watch(self, returned).await;
    }

    /// Makes the bucket when it is missing. A store that does not answer counts as away from then on: a start in the middle of
    /// an outage still serves what needs no pictures, and the watcher makes the bucket later.
    ///
    /// # Errors
    /// `Refused` when the store answers and does not let us.
    pub async fn open_bucket(&self) -> Result<(), ObjectError> {
        match tokio::time::timeout(SMALL_WAIT, self.ensure_bucket()).await {
            Ok(Err(error)) if !error.is_retryable() => return Err(error),
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => tracing::warn!(%error, "the object store is away at the start"),
            Err(_) => tracing::warn!("the object store does not answer at the start"),
        }
        self.standing.gone();
        Ok(())
    }

    /// Makes the bucket when it is missing.
    pub async fn ensure_bucket(&self) -> Result<(), ObjectError> {
        match self.client.head_bucket().bucket(&*self.bucket).send().await {
            Ok(_) => return Ok(()),
            Err(error) if error::answer(&error).is_some_and(|(status, _)| status == 404) => {}
            Err(error) => return Err(error::from_sdk("looking for the bucket", &error)),
        }
        match self.client.create_bucket().bucket(&*self.bucket).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error::answer(&error) {
                // Another replica was faster.
                Some((_, "BucketAlreadyOwnedByYou")) => Ok(()),
                _ => Err(error::from_sdk("making the bucket", &error)),
            },
        }
    }

    /// Asks the store whether the bucket is there and can be used.
    pub async fn ready(&self) -> Result<(), ObjectError> {
        self.standing.during(self.ask()).await
    }

    async fn ask(&self) -> Result<(), ObjectError> {
        match self.client.head_bucket().bucket(&*self.bucket).send().await {
            Ok(_) => Ok(()),
            Err(error) if error::answer(&error).is_some_and(|(status, _)| status == 404) => Err(ObjectError::Refused(
                format!("the bucket {} does not exist in the object store; create it", self.bucket),
            )),
            Err(error) => Err(error::from_sdk("asking the object store", &error)),
        }
    }

    /// Stores `body` under `key`, replacing what stood there. When it returns, the object is durable.
    pub async fn put(&self, key: &str, body: Bytes) -> Result<(), ObjectError> {
        self.standing.during(self.store(key, body, None, false)).await.map(|_| ())
    }

    /// As [`Objects::put`], for a body whose SHA-256 is known: it is not summed again.
    pub async fn put_summed(&self, key: &str, body: Bytes, sha256: &[u8]) -> Result<(), ObjectError> {
        self.standing.during(self.store(key, body, Some(sha256), false)).await.map(|_| ())
    }

    /// Stores `body` under `key` unless something stands there: of many at once exactly one is told `New`.
    pub async fn put_new(&self, key: &str, body: Bytes) -> Result<Created, ObjectError> {
        self.standing.during(self.store(key, body, None, true)).await
    }

    /// As [`Objects::put_new`], for a body whose SHA-256 is known: it is not summed again.
    pub async fn put_new_summed(&self, key: &str, body: Bytes, sha256: &[u8]) -> Result<Created, ObjectError> {
        self.standing.during(self.store(key, body, Some(sha256), true)).await
    }

    async fn store(
        &self,
        key: &str,
        body: Bytes,
        sha256: Option<&[u8]>,
        only_new: bool,
    ) -> Result<Created, ObjectError> {
        check_key(key)?;
        let sum = match sha256 {
            Some(sha256) => STANDARD.encode(sha256),
            None => checksum(&body).await?,
        };
        let wait = wait(if body.len() <= SMALL_BODY { SMALL_WAIT } else { LARGE_WAIT });
        let sent = self
            .client
            .put_object()
            .bucket(&*self.bucket)
            .key(key)
            .set_if_none_match(only_new.then(|| "*".to_owned()))
            .checksum_sha256(sum)
            .content_type("application/octet-stream")
            .body(ByteStream::from(body))
            .customize()
            .config_override(Config::builder().timeout_config(wait))
            // The signed checksum binds the body already; hashing it twice would cost a second pass.
            .disable_payload_signing()
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Created::New),
            Err(error) => match error::answer(&error) {
                Some((412, _)) if only_new => Ok(Created::Exists),
                _ => Err(error::from_sdk("storing an object", &error)),
            },
        }
    }

    /// The whole object. Its checksum is compared when the store keeps one.
    ///
    /// # Errors
    /// `Absent` when there is none.
    pub async fn get(&self, key: &str) -> Result<Bytes, ObjectError> {
        self.standing.during(self.read(key, true)).await
    }

    /// The whole object, for a caller who proves its bytes (by a seal, or a hash of his own): the store's checksum is not
    /// compared, as a second proof would cost a pass over the bytes and find nothing.
    ///
    /// # Errors
    /// `Absent` when there is none.
    pub async fn get_unproved(&self, key: &str) -> Result<Bytes, ObjectError> {
        self.standing.during(self.read(key, false)).await
    }

    async fn read(&self, key: &str, proved: bool) -> Result<Bytes, ObjectError> {
        check_key(key)?;
        let request = self.client.get_object().bucket(&*self.bucket).key(key);
        let answer = if proved {
            request.checksum_mode(ChecksumMode::Enabled).send().await
        } else {
            let unproved = Config::builder().response_checksum_validation(ResponseChecksumValidation::WhenRequired);
            request.customize().config_override(unproved).send().await
        };
        collect(answer.map_err(|error| error::from_sdk("reading an object", &error))?.body).await
    }

    /// `length` bytes from `start`, fewer where the object ends; none when it ends before `start`.
    ///
    /// # Errors
    /// `Absent` when there is no object.
    pub async fn get_range(&self, key: &str, start: u64, length: u64) -> Result<Bytes, ObjectError> {
        self.standing.during(self.read_range(key, start, length)).await
    }

    async fn read_range(&self, key: &str, start: u64, length: u64) -> Result<Bytes, ObjectError> {
        check_key(key)?;
        let Some(last) = length.checked_sub(1).map(|more| start.saturating_add(more).min(i64::MAX as u64)) else {
            return self.look_for(key).await?.map(|_| Bytes::new()).ok_or(ObjectError::Absent);
        };
        let range = format!("bytes={start}-{last}");
        match self.client.get_object().bucket(&*self.bucket).key(key).range(range).send().await {
            Ok(answer) => collect(answer.body).await,
            Err(error) if error::answer(&error).is_some_and(|(status, _)| status == 416) => Ok(Bytes::new()),
            Err(error) => Err(error::from_sdk("reading a part of an object", &error)),
        }
    }

    /// The object's size in bytes, or `None` when there is no object.
    pub async fn head(&self, key: &str) -> Result<Option<u64>, ObjectError> {
        self.standing.during(self.look_for(key)).await
    }

    async fn look_for(&self, key: &str) -> Result<Option<u64>, ObjectError> {
        check_key(key)?;
        match self.client.head_object().bucket(&*self.bucket).key(key).send().await {
            Ok(answer) => Ok(Some(size(answer.content_length()))),
            Err(error) => match error::from_sdk("looking for an object", &error) {
                ObjectError::Absent => Ok(None),
                error => Err(error),
            },
        }
    }

    /// Removes the object; it is no error when there is none.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        self.standing.during(self.remove(key)).await
    }

    async fn remove(&self, key: &str) -> Result<(), ObjectError> {
        check_key(key)?;
        match self.client.delete_object().bucket(&*self.bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error::from_sdk("deleting an object", &error) {
                ObjectError::Absent => Ok(()),
                error => Err(error),
            },
        }
    }

    /// At most `limit` objects whose keys begin with `prefix` and come after `after`, in the order of their keys' bytes.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectError> {
        self.standing.during(self.read_list(prefix, after, limit)).await
    }

    async fn read_list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ListedObject>, ObjectError> {
        let mut listed: Vec<ListedObject> = Vec::new();
        let mut token = None;
        while listed.len() < limit {
            let page = self
                .client
                .list_objects_v2()
                .bucket(&*self.bucket)
                .prefix(prefix)
                .set_start_after(after.filter(|_| token.is_none()).map(str::to_owned))
                .set_continuation_token(token.take())
                // XML cannot carry every character that a key may hold.
                .encoding_type(EncodingType::Url)
                .max_keys((limit - listed.len()).min(PAGE) as i32)
                .send()
                .await
                .map_err(|error| error::from_sdk("listing objects", &error))?;
            let encoded = page.encoding_type() == Some(&EncodingType::Url);
            for object in page.contents() {
                let key = object.key().unwrap_or_default();
                listed.push(ListedObject {
                    key: if encoded { percent_decoded(key)? } else { key.to_owned() },
                    size: size(object.size()),
                    modified: object.last_modified().map_or(At::from_micros(0), instant),
                });
            }
            token = page.next_continuation_token().filter(|_| page.is_truncated() == Some(true)).map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        Ok(listed)
    }
}

/// The key of the small object with which a store shows that it takes objects; no service's prefix, and overwritten.
const PROBE: &str = "probe";
/// Less takes a store on a line of a few kB/s as well, and no picture would get through.
const PROBE_BYTES: usize = 16 << 10;

impl Asked for Objects {
    async fn question(&self) -> Result<(), ObjectError> {
        self.ensure_bucket().await
    }

    async fn small_object(&self) -> Result<(), ObjectError> {
        self.store(PROBE, Bytes::from_static(&[0; PROBE_BYTES]), None, false).await.map(|_| ())
    }
}

/// What both kinds of store share.
pub(super) fn config(region: &str, access_key: &str, secret_key: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new(access_key, secret_key, None, None, "lysbro"))
}

/// One try may take so long, and so may all tries together: a store that is slow once is slow again.
fn wait(read: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_WAIT).read_timeout(read).operation_timeout(read).build()
}

fn check_key(key: &str) -> Result<(), ObjectError> {
    if key.is_empty() || key.len() > KEY_LENGTH {
        return Err(ObjectError::Refused(format!("a key has 1 to {KEY_LENGTH} bytes, this one has {}", key.len())));
    }
    Ok(())
}

async fn checksum(body: &Bytes) -> Result<String, ObjectError> {
    let sum = |body: &[u8]| STANDARD.encode(digest(&SHA256, body));
    if body.len() < HEAVY {
        return Ok(sum(body));
    }
    let body = body.clone();
    tokio::task::spawn_blocking(move || sum(&body))
        .await
        .map_err(|_| ObjectError::Unavailable("the program is shutting down".to_owned()))
}

async fn collect(body: ByteStream) -> Result<Bytes, ObjectError> {
    let small = body.size_hint().1.is_some_and(|bytes| bytes <= SMALL_BODY as u64);
    let Ok(collected) = tokio::time::timeout(if small { SMALL_WAIT } else { LARGE_WAIT }, body.collect()).await else {
        return Err(ObjectError::Unavailable("reading an object: the answer came too slowly".to_owned()));
    };
    match collected {
        Ok(bytes) => Ok(bytes.into_bytes()),
        Err(error) => {
            let error: Box<dyn std::error::Error> = error.into();
            Err(if is_checksum_mismatch(error.as_ref()) {
                ObjectError::Damaged("reading an object: its bytes do not have the stored checksum".to_owned())
            } else {
                ObjectError::Unavailable("reading an object: the answer ended early".to_owned())
            })
        }
    }
}

/// The client wraps a mismatch several times, so the whole chain is asked.
fn is_checksum_mismatch(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("checksum mismatch") {
            return true;
        }
        cause = error.source();
    }
    false
}

fn size(length: Option<i64>) -> u64 {
    length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default()
}

fn instant(time: &DateTime) -> At {
    let micros = time.as_nanos().div_euclid(1_000);
    At::from_micros(i64::try_from(micros).unwrap_or_default())
}

/// The reverse of `encoding-type=url`; AWS writes a space as `+` there.
fn percent_decoded(text: &str) -> Result<String, ObjectError> {
    let unreadable = || ObjectError::Damaged("listing objects: a key in the answer cannot be read".to_owned());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let (digits, tail) = rest.split_first_chunk::<2>().ok_or_else(unreadable)?;
                let mut byte = [0];
                hex::decode_to_slice(digits, &mut byte).map_err(|_| unreadable())?;
                decoded.extend_from_slice(&byte);
                rest = tail;
            }
            byte => decoded.push(*byte),
        }
    }
    String::from_utf8(decoded).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn keys_in_listings_are_decoded_as_s3_encodes_them() {
        assert_eq!(percent_decoded("a+b%2Bc/%C3%A6%0A").unwrap(), "a b+c/æ\n");
        for cut in ["%", "%4", "%zz", "%ff"] {
            assert!(percent_decoded(cut).is_err(), "{cut}");
        }
    }
}
