//! The funnel: how many practices came how far. It is nested by definition, so it never widens: whoever sent something has
//! passed every step before, and is counted apart where a step was not recorded.

use crate::indicator::Share;
use crate::panel::Row;
use crate::standing::State;
use serde::Serialize;
use utoipa::ToSchema;

/// So many uses are more than trying it.
pub const SEVERAL: i64 = 5;

/// A step of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::FunnelStep)]
pub enum FunnelStep {
    /// Equipped.
    Equipped,
    /// Connected, or in use.
    Connected,
    /// Connected and trained, or in use.
    Trained,
    /// Sent something.
    FirstUse,
    /// Sent five or more.
    Several,
    /// Sent five or more, and something within 90 days.
    Active,
}

/// How many practices reached a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = uptake::Reached)]
pub struct Reached {
    /// Which step.
    pub step: FunnelStep,
    /// Practices that reached it.
    pub practices: i64,
    /// Of the first step; null when nobody reached that.
    pub of_first: Option<Share>,
    /// Of the step before.
    pub of_previous: Option<Share>,
    /// Among them: the step itself was never recorded.
    pub not_recorded: i64,
}

/// The funnel over the rows; test practices are left out.
pub fn funnel(rows: &[Row]) -> Vec<Reached> {
    use FunnelStep::{Active, Connected, Equipped, FirstUse, Several, Trained};
    let equipped: Vec<&Row> = rows.iter().filter(|row| !row.practice.test && row.steps.equipped.is_some()).collect();
    let (mut funnel, mut previous) = (Vec::<Reached>::new(), 0);
    for step in [Equipped, Connected, Trained, FirstUse, Several, Active] {
        let reached = equipped.iter().filter(|row| passed(row, step));
        let not_recorded = reached.clone().filter(|row| !recorded(row, step)).count() as i64;
        let practices = reached.count() as i64;
        let first = funnel.first().map_or(practices, |first| first.practices);
        let before = if funnel.is_empty() { practices } else { previous };
        funnel.push(Reached {
            step,
            practices,
            of_first: Share::of(practices, first),
            of_previous: Share::of(practices, before),
            not_recorded,
        });
        previous = practices;
    }
    funnel
}

fn passed(row: &Row, step: FunnelStep) -> bool {
    let used = row.uses > 0;
    match step {
        FunnelStep::Equipped => true,
        FunnelStep::Connected => used || row.steps.connected.is_some(),
        FunnelStep::Trained => used || (row.steps.connected.is_some() && row.steps.trained.is_some()),
        FunnelStep::FirstUse => used,
        FunnelStep::Several => row.uses >= SEVERAL,
        FunnelStep::Active => row.uses >= SEVERAL && row.standing.state == State::User,
    }
}

fn recorded(row: &Row, step: FunnelStep) -> bool {
    match step {
        FunnelStep::Connected => row.steps.connected.is_some(),
        FunnelStep::Trained => row.steps.trained.is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::{Practice, Steps};
    use crate::standing::Standing;
    use time::Date;
    use time::macros::date;
    use uuid::Uuid;

    const DAY: Option<Date> = Some(date!(2026 - 01 - 05));

    fn row(steps: Steps, uses: i64, state: State) -> Row {
        let practice = Practice {
            id: Uuid::nil(),
            name: "A".into(),
            municipality: "A".into(),
            test: false,
            list_size: None,
            closed_on: None,
            trial_arm: String::new(),
        };
        Row {
            steps,
            uses,
            standing: Standing { state, missing: None, days: None, action: None },
            ..Row::empty(practice, 0)
        }
    }

    #[test]
    fn a_funnel_never_widens_and_says_what_was_not_recorded() {
        let equipped = Steps { equipped: DAY, ..Steps::default() };
        let connected = Steps { connected: DAY, ..equipped };
        let trained = Steps { trained: DAY, ..connected };
        let trained_only = Steps { trained: DAY, ..equipped };
        let rows = [
            row(Steps::default(), 0, State::NotEquipped),
            row(equipped, 0, State::NeverUsed),
            row(connected, 0, State::NeverUsed),
            row(trained, 0, State::NeverUsed),
            row(trained_only, 0, State::NeverUsed),
            row(connected, 1, State::User),
            row(equipped, 5, State::Silent),
            row(trained, 9, State::User),
            // Closed: it came so far, and is active no more.
            row(trained, 9, State::Closed),
        ];
        let funnel = funnel(&rows);
        let counts: Vec<(i64, i64)> = funnel.iter().map(|step| (step.practices, step.not_recorded)).collect();
        assert_eq!(counts, [(8, 0), (6, 1), (5, 2), (4, 0), (3, 0), (1, 0)]);
        assert!(funnel.windows(2).all(|pair| pair[0].practices >= pair[1].practices));
        assert_eq!(funnel[3].of_first, Some(Share { numerator: 4, denominator: 8, share: 0.5 }));
        assert_eq!(funnel[3].of_previous, Some(Share { numerator: 4, denominator: 5, share: 0.8 }));
        assert_eq!(super::funnel(&[])[0].of_first, None);
    }
}
