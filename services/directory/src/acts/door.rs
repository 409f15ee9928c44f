//! Tries per address: one address fails a few hundred times in 15 minutes only when it guesses across accounts or links.
//!
//! Counted before it is judged, so that many at once don't slip through together, and given back by a success.

use crate::Error;
use crate::attempts::{MOST_OF_ADDRESS, WINDOW, wait};
use crate::store::attempts;
use kit::{Context, Tx};
use std::net::IpAddr;

/// A try from an address, counted.
#[must_use = "a success gives the try back"]
#[derive(Debug)]
pub struct Door(Option<Vec<u8>>);

/// What one subscriber has: a whole /64 of IPv6.
fn subscriber(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            address.segments()[..4].iter().fold(String::new(), |text, part| format!("{text}{part:x}:"))
        }
    }
}

impl Door {
    /// Counts a try from an address; where there is none (the command line), nothing.
    ///
    /// # Errors
    /// `TooManyAttempts`.
    pub async fn knock(ctx: &Context, address: Option<IpAddr>) -> Result<Self, Error> {
        let Some(address) = address else { return Ok(Self(None)) };
        // Hashed under the deployment's key: the table names no address.
        let who = ctx.search_hash("directory address", &subscriber(address));
        let now = ctx.now();
        let (number, began_at) = attempts::count(ctx, &who, now, now - WINDOW).await?;
        let Some(seconds) = wait(number, MOST_OF_ADDRESS, began_at, now) else { return Ok(Self(Some(who))) };
        metrics::counter!("sign_in_held_back_total", "by" => "address").increment(1);
        if number == MOST_OF_ADDRESS + 1 {
            tracing::warn!(wait_s = seconds, "one address failed to sign in {MOST_OF_ADDRESS} times");
        }
        Err(Error::TooManyAttempts(seconds))
    }

    /// It was no guess.
    pub async fn open(self, tx: &mut Tx) -> Result<(), Error> {
        if let Some(who) = self.0 {
            attempts::give_back(tx, &who).await?;
        }
        Ok(())
    }

    /// It was no guess, and there is no transaction that says so.
    pub async fn open_alone(self, ctx: &Context) -> Result<(), Error> {
        if self.0.is_some() {
            let mut tx = ctx.begin().await?;
            self.open(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_has_one_address_or_one_network() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.2"), of("192.0.2.1"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:3::3"), of("2001:db8:1:2::3"));
    }
}
