//! The study designer (I-20): who is interviewed, chosen so that anybody can choose again.
//!
//! | room | what is in it |
//! |---|---|
//! | [`design`] | outcome, top users, pool with every exclusion, matching, vetoes |
//! | [`distance`], [`assignment`] | how unlike practices are, and who goes with whom |
//! | [`balance`] | whether users and partners are alike |
//! | [`frame`], [`protocol`] | whom to meet, and the text that says how they were chosen |

pub mod assignment;
pub mod balance;
pub mod design;
pub mod distance;
pub mod frame;
pub mod protocol;
