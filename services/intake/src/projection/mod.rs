//! What intake learns from others' events. Names of places can be rebuilt; the rest is state of intake's own.

mod closings;
mod imaging;
pub mod people;
mod phoned;
mod places;
mod review;

use kit::log::Consumer;

/// All consumers.
pub fn consumers() -> Vec<Consumer> {
    vec![places::CONSUMER, closings::CONSUMER, people::CONSUMER, imaging::CONSUMER, review::CONSUMER, phoned::CONSUMER]
}
