//! What the embedded store does not do, said aloud: a request that asks for it gets 501 rather than an answer that looks like yes.

use http::HeaderMap;
use s3s::dto::{DeleteObjectInput, GetObjectInput, HeadObjectInput, ListObjectsV2Input, PutObjectInput};
use s3s::{S3Result, s3_error};

/// Refuses the first of `asked` that is true, by its name.
fn refuse(asked: &[(bool, &str)]) -> S3Result {
    match asked.iter().find(|(asked, _)| *asked) {
        Some((_, name)) => Err(s3_error!(NotImplemented, "the embedded object store does not support {name}")),
        None => Ok(()),
    }
}

/// Encryption by the store, on any operation. What Lysbro stores is sealed before it comes here.
pub(super) fn encryption(headers: &HeaderMap) -> S3Result {
    let asked = headers.keys().any(|name| name.as_str().starts_with("x-amz-server-side-encryption"));
    refuse(&[(asked, "server-side encryption")])
}

pub(super) fn put(input: &PutObjectInput) -> S3Result {
    // Streaming clients say `aws-chunked`, which is gone when the body comes here.
    let encoding = input.content_encoding.as_deref().is_some_and(|encoding| encoding != "aws-chunked");
    let class = input.storage_class.as_ref().is_some_and(|class| class.as_str() != "STANDARD");
    let grants = input.grant_full_control.is_some()
        || input.grant_read.is_some()
        || input.grant_read_acp.is_some()
        || input.grant_write_acp.is_some();
    let lock = input.object_lock_mode.is_some()
        || input.object_lock_legal_hold_status.is_some()
        || input.object_lock_retain_until_date.is_some();
    refuse(&[
        (input.acl.is_some() || grants, "access control lists"),
        (lock, "object lock"),
        (class, "storage classes"),
        (input.tagging.is_some(), "tags"),
        (input.website_redirect_location.is_some(), "redirects"),
        (input.write_offset_bytes.is_some(), "appending"),
        (encoding, "Content-Encoding"),
        (input.content_language.is_some(), "Content-Language"),
        (input.content_disposition.is_some(), "Content-Disposition"),
        (input.cache_control.is_some(), "Cache-Control"),
        (input.expires.is_some(), "Expires"),
        (input.if_none_match.as_ref().is_some_and(|tag| !tag.is_any()), "If-None-Match with an ETag"),
        (input.if_match.is_some() && input.if_none_match.is_some(), "two conditions at once"),
    ])
}

pub(super) fn get(input: &GetObjectInput) -> S3Result {
    let replaced = input.response_cache_control.is_some()
        || input.response_content_disposition.is_some()
        || input.response_content_encoding.is_some()
        || input.response_content_language.is_some()
        || input.response_content_type.is_some()
        || input.response_expires.is_some();
    refuse(&[
        (input.version_id.is_some(), "versions"),
        (input.part_number.is_some(), "parts"),
        (input.if_match.is_some() || input.if_none_match.is_some(), "conditions on reading"),
        (input.if_modified_since.is_some() || input.if_unmodified_since.is_some(), "conditions on reading"),
        (replaced, "replaced response headers"),
    ])
}

pub(super) fn head(input: &HeadObjectInput) -> S3Result {
    refuse(&[
        (input.version_id.is_some(), "versions"),
        (input.part_number.is_some(), "parts"),
        (input.range.is_some(), "ranges of a HEAD"),
        (input.if_match.is_some() || input.if_none_match.is_some(), "conditions on reading"),
        (input.if_modified_since.is_some() || input.if_unmodified_since.is_some(), "conditions on reading"),
    ])
}

pub(super) fn delete(input: &DeleteObjectInput) -> S3Result {
    refuse(&[
        (input.version_id.is_some(), "versions"),
        (input.mfa.is_some(), "MFA delete"),
        (input.bypass_governance_retention.is_some(), "object lock"),
        (
            input.if_match.is_some() || input.if_match_size.is_some() || input.if_match_last_modified_time.is_some(),
            "conditions on deleting",
        ),
    ])
}

pub(super) fn list(input: &ListObjectsV2Input) -> S3Result {
    refuse(&[
        (input.delimiter.as_deref().is_some_and(|delimiter| !delimiter.is_empty()), "a delimiter in listings"),
        (input.fetch_owner == Some(true), "owners"),
    ])
}
