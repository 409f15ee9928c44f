//! Where a practice stands: the first step that is missing, for how long, and what to do next.
//!
//! A silent office is silent for a reason, and the reason differs by where it stopped: whoever was never connected needs a
//! sign-in and no reminder. Pure: steps and days go in.

use serde::Serialize;
use time::Date;
use utoipa::ToSchema;

/// A practice that used the service within so many days is in use.
pub const ACTIVE_DAYS: i64 = 90;
/// After a training, an office is given so many days for its first case.
pub const FIRST_CASE_DAYS: i64 = 30;
/// Whoever stopped for so long has mostly stopped for good.
pub const LONG_DAYS: i64 = 365;

/// Use, or what stands in for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::State)]
pub enum State {
    /// Without equipment, and without use.
    NotEquipped,
    /// Equipped, and never used it.
    NeverUsed,
    /// Used it, and not within 90 days.
    Silent,
    /// Used it within 90 days.
    User,
    /// The practice is closed: there is nothing more to do.
    Closed,
}

impl State {
    /// As it stands in JSON and sheets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotEquipped => "not-equipped",
            Self::NeverUsed => "never-used",
            Self::Silent => "silent",
            Self::User => "user",
            Self::Closed => "closed",
        }
    }
}

/// The first step that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Missing)]
pub enum Missing {
    /// It is not equipped.
    Equipment,
    /// It was equipped, and everything was taken away again.
    EquipmentWithdrawn,
    /// It is not connected.
    Connection,
    /// Nobody was trained.
    Training,
    /// It never sent anything.
    FirstUse,
    /// It stopped.
    UseAgain,
}

impl Missing {
    /// As it stands in JSON and sheets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equipment => "equipment",
            Self::EquipmentWithdrawn => "equipment-withdrawn",
            Self::Connection => "connection",
            Self::Training => "training",
            Self::FirstUse => "first-use",
            Self::UseAgain => "use-again",
        }
    }
}

/// What the programme does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Action)]
pub enum Action {
    /// Bring the equipment.
    BringEquipment,
    /// Help its people to sign in.
    HelpSignIn,
    /// Train its people.
    Train,
    /// Give it time: the training was lately.
    GiveTime,
    /// Do a first case together.
    FirstCaseTogether,
    /// Ask why it stopped.
    AskWhy,
    /// Visit it, or end its support and take the equipment back.
    VisitOrEnd,
}

/// Where a practice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = uptake::Standing)]
pub struct Standing {
    /// Its use.
    pub state: State,
    /// Null when it is in use or closed.
    pub missing: Option<Missing>,
    /// Days since the step before was taken, since the last use, or since the practice closed.
    pub days: Option<i64>,
    /// Null when it is in use or closed.
    pub action: Option<Action>,
}

/// What is known of a practice on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// From when it counts as offered or agreed, whichever came last.
    pub agreed: Option<Date>,
    /// Equipped.
    pub equipped: Option<Date>,
    /// Connected.
    pub connected: Option<Date>,
    /// Trained.
    pub trained: Option<Date>,
    /// From when nothing is left of the equipment that it had.
    pub withdrawn: Option<Date>,
    /// From when it is closed.
    pub closed: Option<Date>,
    /// Its last counted use.
    pub last_use: Option<Date>,
}

/// Where it stands on a day. A closed practice is neither silent nor to be helped. Use counts before every step: who sends
/// has got past them, whatever was recorded.
pub fn standing(known: &Known, today: Date) -> Standing {
    let days = |since: Option<Date>| since.map(|since| (today - since).whole_days().max(0));
    let missing = |state, missing, since, action| Standing {
        state,
        missing: Some(missing),
        days: days(since),
        action: Some(action),
    };
    if let Some(closed) = known.closed.filter(|closed| *closed <= today) {
        return Standing { state: State::Closed, missing: None, days: days(Some(closed)), action: None };
    }
    let withdrawn = known.withdrawn.filter(|gone| *gone <= today);
    if let Some(last) = known.last_use {
        let silent = (today - last).whole_days();
        return if silent <= ACTIVE_DAYS {
            Standing { state: State::User, missing: None, days: Some(silent.max(0)), action: None }
        } else if withdrawn.is_some() {
            missing(State::Silent, Missing::EquipmentWithdrawn, withdrawn, Action::BringEquipment)
        } else {
            let action = if silent <= LONG_DAYS { Action::AskWhy } else { Action::VisitOrEnd };
            missing(State::Silent, Missing::UseAgain, Some(last), action)
        };
    }
    let never = State::NeverUsed;
    if known.equipped.is_some() && withdrawn.is_some() {
        return missing(never, Missing::EquipmentWithdrawn, withdrawn, Action::BringEquipment);
    }
    match (known.equipped, known.connected, known.trained) {
        (None, ..) => missing(State::NotEquipped, Missing::Equipment, known.agreed, Action::BringEquipment),
        (equipped, None, _) => missing(never, Missing::Connection, equipped, Action::HelpSignIn),
        (equipped, connected, None) => missing(never, Missing::Training, connected.max(equipped), Action::Train),
        (equipped, connected, trained) => {
            let ready = equipped.max(connected).max(trained);
            let lately = days(ready).is_some_and(|days| days < FIRST_CASE_DAYS);
            let action = if lately { Action::GiveTime } else { Action::FirstCaseTogether };
            missing(never, Missing::FirstUse, ready, action)
        }
    }
}

/// Whether an office is asked why, when its people look into their inbox: it could use the service and does not.
pub fn asked_for_silence(standing: &Standing) -> bool {
    match standing.missing {
        Some(Missing::UseAgain) => true,
        Some(Missing::FirstUse) => standing.days.is_some_and(|days| days >= FIRST_CASE_DAYS),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 03 - 20);

    fn told(known: Known) -> (State, Option<Missing>, Option<i64>, Option<Action>) {
        let Standing { state, missing, days, action } = standing(&known, TODAY);
        (state, missing, days, action)
    }

    #[test]
    fn the_first_missing_step_is_named() {
        let none = Known { agreed: Some(date!(2026 - 03 - 10)), ..Known::default() };
        assert_eq!(told(none), (State::NotEquipped, Some(Missing::Equipment), Some(10), Some(Action::BringEquipment)));
        let equipped = Known { equipped: Some(date!(2026 - 01 - 20)), ..none };
        assert_eq!(told(equipped), (State::NeverUsed, Some(Missing::Connection), Some(59), Some(Action::HelpSignIn)));
        // Trained before it was connected: it is stuck at the connection all the same.
        let trained_first = Known { trained: Some(date!(2026 - 01 - 25)), ..equipped };
        assert_eq!(told(trained_first).1, Some(Missing::Connection));
        let connected = Known { connected: Some(date!(2026 - 02 - 01)), ..equipped };
        assert_eq!(told(connected), (State::NeverUsed, Some(Missing::Training), Some(47), Some(Action::Train)));
    }

    #[test]
    fn whoever_was_trained_is_given_time_for_a_first_case() {
        let known = |trained| Known {
            equipped: Some(date!(2026 - 01 - 20)),
            connected: Some(date!(2026 - 02 - 01)),
            trained: Some(trained),
            ..Known::default()
        };
        let lately = standing(&known(date!(2026 - 02 - 19)), TODAY);
        assert_eq!((lately.days, lately.action), (Some(29), Some(Action::GiveTime)));
        assert!(!asked_for_silence(&lately));
        let long = standing(&known(date!(2026 - 02 - 18)), TODAY);
        assert_eq!((long.days, long.action), (Some(30), Some(Action::FirstCaseTogether)));
        assert!(asked_for_silence(&long));
    }

    #[test]
    fn a_closed_practice_is_neither_silent_nor_to_be_helped() {
        let closed = Some(date!(2026 - 03 - 10));
        for known in [
            Known { equipped: Some(date!(2026 - 01 - 20)), closed, ..Known::default() },
            Known { last_use: Some(date!(2025 - 01 - 20)), closed, ..Known::default() },
            Known { last_use: Some(date!(2026 - 03 - 01)), closed, ..Known::default() },
        ] {
            assert_eq!(told(known), (State::Closed, None, Some(10), None));
            assert!(!asked_for_silence(&standing(&known, TODAY)));
        }
        let later = Known { closed: Some(date!(2026 - 06 - 30)), ..Known::default() };
        assert_eq!(told(later).0, State::NotEquipped, "until the day comes it is open");
    }

    #[test]
    fn what_was_taken_away_is_missing_again() {
        let known = Known {
            equipped: Some(date!(2026 - 01 - 20)),
            withdrawn: Some(date!(2026 - 03 - 10)),
            connected: Some(date!(2026 - 02 - 01)),
            ..Known::default()
        };
        let gone = (Some(Missing::EquipmentWithdrawn), Some(10), Some(Action::BringEquipment));
        assert_eq!(told(known), (State::NeverUsed, gone.0, gone.1, gone.2));
        assert_eq!(
            told(Known { withdrawn: Some(date!(2026 - 04 - 01)), ..known }).1,
            Some(Missing::Training),
            "to come"
        );
        let used = |last| Known { last_use: Some(last), ..known };
        assert_eq!(told(used(date!(2025 - 10 - 20))), (State::Silent, gone.0, gone.1, gone.2));
        assert_eq!(told(used(date!(2026 - 03 - 15))).0, State::User, "who sends has something to take pictures with");
    }

    #[test]
    fn use_ends_in_silence() {
        let used = |last| Known { last_use: Some(last), ..Known::default() };
        assert_eq!(told(used(date!(2025 - 12 - 20))), (State::User, None, Some(90), None));
        assert_eq!(
            told(used(date!(2025 - 12 - 19))),
            (State::Silent, Some(Missing::UseAgain), Some(91), Some(Action::AskWhy))
        );
        assert_eq!(told(used(date!(2025 - 03 - 20))).3, Some(Action::AskWhy));
        assert_eq!(told(used(date!(2025 - 03 - 19))).3, Some(Action::VisitOrEnd));
        assert!(asked_for_silence(&standing(&used(date!(2025 - 03 - 19)), TODAY)));
        assert!(!asked_for_silence(&standing(&used(TODAY), TODAY)));
    }
}
