//! A claim: a lease that a specialist holds on a case, so that two do not read the same one.
//!
//! It lasts 30 minutes from the last act of its holder. Claiming one's own case again, from another window, gives a new
//! token and the old one is lost. Claims are leases, not facts: the answer carries when its case was claimed.

use crate::ReviewError;
use crate::case::State;
use kit::At;
use time::Duration;
use uuid::Uuid;

/// From the last act of its holder.
pub const LASTS: Duration = Duration::minutes(30);

/// Who holds a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The person.
    pub by: Uuid,
    /// Their name.
    pub name: String,
    /// Until when, unless something is done with it.
    pub expires_at: At,
}

/// What a refusal depends on.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The case's state.
    pub state: State,
    /// Its claim, if one holds now.
    pub claim: Option<Claim>,
}

impl Standing {
    /// Why `person` could not take the case.
    pub fn not_taken(self, person: Uuid) -> ReviewError {
        match (self.state, self.claim) {
            (State::Erased | State::EnteredInError, _) => ReviewError::NotFound,
            (State::Withdrawn, _) => ReviewError::Withdrawn,
            (State::Declined, _) => ReviewError::Declined,
            (State::Answered, _) => ReviewError::Answered,
            (_, Some(claim)) if claim.by != person => {
                ReviewError::ClaimedByOther { by: claim.name, until: claim.expires_at }
            }
            (State::Amending, _) => ReviewError::Answered,
            (State::Signed, _) => ReviewError::Signed,
            // It was free again a moment later: trying once more is right.
            _ => ReviewError::ClaimLost,
        }
    }

    /// Why `person` could not take the case to amend its answer.
    pub fn not_amended(self, person: Uuid) -> ReviewError {
        match self.state {
            State::Waiting | State::Returned | State::AwaitingInformation => ReviewError::NotAnswered,
            // It was free again a moment later.
            State::Answered => ReviewError::ClaimLost,
            _ => self.not_taken(person),
        }
    }

    /// Why a write of `person` with a token was refused.
    pub fn not_held(self, person: Uuid) -> ReviewError {
        match (self.state, self.claim) {
            (State::Erased | State::EnteredInError, _) => ReviewError::NotFound,
            (State::Withdrawn, _) => ReviewError::Withdrawn,
            (State::Declined, _) => ReviewError::Declined,
            (State::Signed, Some(claim)) if claim.by == person => ReviewError::Signed,
            // Who amends can't ask, decline or forward.
            (State::Amending, Some(claim)) if claim.by == person => ReviewError::Answered,
            _ => ReviewError::ClaimLost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: State, by: u128) -> Standing {
        let claim = Claim { by: Uuid::from_u128(by), name: "Siri".into(), expires_at: At::from_micros(1) };
        Standing { state, claim: Some(claim) }
    }

    #[test]
    fn refusals_say_what_stands_in_the_way() {
        let me = Uuid::from_u128(1);
        assert!(matches!(standing(State::Waiting, 2).not_taken(me), ReviewError::ClaimedByOther { .. }));
        assert!(matches!(standing(State::Signed, 2).not_taken(me), ReviewError::ClaimedByOther { .. }));
        assert!(matches!(standing(State::Withdrawn, 2).not_taken(me), ReviewError::Withdrawn));
        assert!(matches!(standing(State::Answered, 2).not_taken(me), ReviewError::Answered));
        assert!(matches!(standing(State::Waiting, 2).not_held(me), ReviewError::ClaimLost));
        assert!(matches!(standing(State::Waiting, 1).not_held(me), ReviewError::ClaimLost));
        assert!(matches!(standing(State::Signed, 1).not_held(me), ReviewError::Signed));
        assert!(matches!(standing(State::Withdrawn, 1).not_held(me), ReviewError::Withdrawn));
        assert!(matches!(standing(State::Erased, 1).not_held(me), ReviewError::NotFound));
        assert!(matches!(standing(State::Declined, 1).not_held(me), ReviewError::Declined));
        assert!(matches!(standing(State::Declined, 2).not_taken(me), ReviewError::Declined));
        assert!(matches!(standing(State::Amending, 1).not_held(me), ReviewError::Answered));
        assert!(matches!(standing(State::Amending, 2).not_held(me), ReviewError::ClaimLost));
        assert!(matches!(standing(State::Amending, 2).not_taken(me), ReviewError::ClaimedByOther { .. }));
        assert!(matches!(standing(State::Amending, 1).not_taken(me), ReviewError::Answered));
        assert!(matches!(standing(State::Amending, 2).not_amended(me), ReviewError::ClaimedByOther { .. }));
        assert!(matches!(standing(State::Waiting, 2).not_amended(me), ReviewError::NotAnswered));
        assert!(matches!(standing(State::Withdrawn, 1).not_amended(me), ReviewError::Withdrawn));
        assert!(matches!(standing(State::Signed, 1).not_amended(me), ReviewError::Signed));
    }
}
