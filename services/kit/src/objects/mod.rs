//! The object store: pictures and pieces of uploads under keys, through one S3 client whatever stands behind it.
//!
//! Services hold an [`Objects`] and nothing else. In production it speaks to any S3-compatible store; by default it speaks,
//! without a socket, to a small S3 server on files ([`embedded`]), so one program and one folder are a whole installation and
//! both ways run the same client code.
//!
//! A store that can't be reached is known to be away ([`Objects::away_for`]): requests are refused at once instead of waiting, and
//! everything goes on by itself when it is back.
//!
//! Rejected: `s3s-fs` (nothing is fsynced, a wrong checksum replaces the good object, sixteen writers with `If-None-Match: *`
//! all win); `object_store` (no attributes on local files); a trait with one implementation per store (two behaviours to test).

pub mod client;
mod connector;
pub mod embedded;
mod error;
pub mod listener;
pub mod remote;
pub mod segments;
mod standing;
#[cfg(test)]
mod tests;

pub use client::{Created, ListedObject, Objects};
pub use embedded::{Embedded, KeyPair, KeyPairs};
pub use error::ObjectError;
pub use listener::{Listener, ListenerConfig};
pub use remote::RemoteStore;
pub use segments::SegmentError;
