//! A resumable upload that goes on where it stands: after every failure HEAD, after the loss of the upload a new one with the
//! same picture's id.

use super::person::Reply;
use super::{Person, Shared};
use crate::dice::Dice;
use crate::ledger::{Chosen, Entry};
use base64::Engine;
use reqwest::Method;
use std::time::{Duration, Instant};
use uuid::Uuid;

const VERSION: (&str, &str) = ("tus-resumable", "1.0.0");
const GIVEN_UP: Duration = Duration::from_mins(3);

struct Sending<'a> {
    person: &'a Person,
    referral: Uuid,
    finding: Option<Uuid>,
    chosen: &'a Chosen,
    picture: &'a [u8],
    /// Address and offset, once begun; `None` for the offset when it must be asked for.
    at: Option<(String, Option<usize>)>,
}

/// Sends a picture until it is acknowledged whole. `None` when it was refused, which is noted.
///
/// # Panics
/// When it takes minutes.
pub async fn send(
    shared: &Shared,
    person: &Person,
    dice: &mut Dice,
    (referral, finding): (Uuid, Option<Uuid>),
    picture: &[u8],
) -> Option<Chosen> {
    let chosen = Chosen { image: dice.id(), sha256: hex::encode(kit::pictures::sha256(picture)) };
    shared.ledger.write(&Entry::Uploads { referral, chosen: chosen.clone() });
    let mut sending = Sending { person, referral, finding, chosen: &chosen, picture, at: None };
    let (begun, mut last) = (Instant::now(), String::new());
    while !sending.done() {
        assert!(begun.elapsed() < GIVEN_UP, "picture {} was not taken for {GIVEN_UP:?}: {last}", chosen.image);
        let reply = sending.request(dice).await;
        last = reply
            .as_ref()
            .map_or("no answer".into(), |reply| format!("{} {} at {:?}", reply.status, reply.code(), sending.at));
        let reply = reply.filter(|reply| reply.status < 500);
        if !sending.take(reply.as_ref()) {
            person.odd(&format!("upload {} of {referral}", chosen.image), &reply?);
            return None;
        }
        if reply.is_none() {
            tokio::time::sleep(dice.pause(50, 300)).await;
        }
    }
    shared.ledger.write(&Entry::Uploaded { referral, chosen: chosen.clone() });
    Some(chosen)
}

impl Sending<'_> {
    fn done(&self) -> bool {
        matches!(self.at, Some((_, Some(offset))) if offset == self.picture.len())
    }

    /// The next request: begin, ask where it stands, or the next piece.
    async fn request(&self, dice: &mut Dice) -> Option<Reply> {
        match &self.at {
            None => self.begin().await,
            Some((location, None)) => self.person.once(&Method::HEAD, location, &[VERSION], Vec::new()).await,
            Some((location, Some(offset))) => {
                let end = (offset + dice.between(40_000, 600_000)).min(self.picture.len());
                let text = offset.to_string();
                let headers =
                    [VERSION, ("upload-offset", text.as_str()), ("content-type", "application/offset+octet-stream")];
                self.person.once(&Method::PATCH, location, &headers, self.picture[*offset..end].to_vec()).await
            }
        }
    }

    async fn begin(&self) -> Option<Reply> {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let mut metadata = format!(
            "referral {},image {},view {},sha256 {}",
            encode(&self.referral.to_string()),
            encode(&self.chosen.image.to_string()),
            encode("close-up"),
            encode(&self.chosen.sha256)
        );
        if let Some(finding) = self.finding {
            metadata += &format!(",finding {}", encode(&finding.to_string()));
        }
        let length = self.picture.len().to_string();
        let headers = [VERSION, ("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
        self.person.once(&Method::POST, "/api/intake/uploads", &headers, Vec::new()).await
    }

    /// Where it stands after an answer; false when the answer is none that should come.
    fn take(&mut self, reply: Option<&Reply>) -> bool {
        let Some(reply) = reply else {
            // No answer, or a failure: it may have been taken all the same.
            self.at = self.at.take().map(|(location, _)| (location, None));
            return true;
        };
        self.at = match (reply.status, self.at.take()) {
            (201, None) => Some((reply.location.clone(), Some(0))),
            (200 | 204, Some((location, _))) => Some((location, reply.offset)),
            // Another offset stands, or the piece broke off: ask.
            (409 | 400, Some((location, Some(_))))
                if ["wrong-offset", "interrupted"].contains(&reply.code().as_str()) =>
            {
                Some((location, None))
            }
            (404 | 410, Some(_)) => None,
            _ => return false,
        };
        true
    }
}
