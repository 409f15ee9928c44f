//! Disclosure control: what may leave, for whom. Every page and every export passes here.
//!
//! | room | what is in it |
//! |---|---|
//! | [`rule`] | thresholds, rounding and tiers |
//! | [`table`] | tables with totals: primary and complementary suppression |
//! | [`release`] | tables that overlap, judged with all that was published before |
//! | [`attack`] | what an attacker can compute, by linear programming |

pub mod attack;
pub mod release;
pub mod rule;
pub mod table;
