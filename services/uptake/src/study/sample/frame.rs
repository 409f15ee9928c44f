//! The interview frame: whom to meet at which practice, with reserves. Roles, never names.

use super::design::Design;
use crate::study::programme::{Practice, Role};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a practice may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::Consent)]
pub enum Consent {
    /// Nobody has asked.
    NotAsked,
    /// It agreed.
    Given,
    /// It declined; the row stays, the reserve steps in.
    Declined,
}

/// Why a practice is in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = uptake::SampleGroup)]
pub enum Group {
    /// Among the top users.
    User,
    /// Matched with one.
    NonUser,
    /// Next in line among the users.
    ReserveUser,
    /// Next in line among the matched.
    ReserveNonUser,
}

/// One practice's place in the frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seat {
    /// Its code.
    pub practice: String,
    /// Why.
    pub group: Group,
    /// Of a non-user, the user it stands beside; of a reserve user none.
    pub beside: Option<String>,
    /// The order in which reserves step in, from 1; 0 of those who are no reserves.
    pub rank: usize,
    /// Roles to meet: those that the practice employs.
    pub meet: Vec<Role>,
    /// Where consent stands.
    pub consent: Consent,
}

/// The frame of a design; `second` is the design with as many more partners as reserves are wanted. `consent` answers per code.
pub fn frame(
    design: &Design,
    second: &Design,
    reserves: usize,
    practices: &[Practice],
    consent: impl Fn(&str) -> Consent,
) -> Vec<Seat> {
    let meet = |code: &str| {
        let employed =
            practices.iter().find(|practice| practice.code == code).map_or([0; 3], |practice| practice.employed);
        Role::ALL.into_iter().filter(|role| employed[*role as usize] > 0).collect()
    };
    let seat = |practice: &str, group, beside: Option<&String>, rank| Seat {
        practice: practice.to_owned(),
        group,
        beside: beside.cloned(),
        rank,
        meet: meet(practice),
        consent: consent(practice),
    };
    let mut seats: Vec<Seat> = design.users.iter().map(|user| seat(user, Group::User, None, 0)).collect();
    seats.extend(design.pairs.iter().map(|pair| seat(&pair.partner, Group::NonUser, Some(&pair.user), 0)));
    let next = design.ranked.iter().skip(design.users.len()).take(reserves).enumerate();
    seats.extend(next.map(|(place, (user, _))| seat(user, Group::ReserveUser, None, place + 1)));
    for user in &design.users {
        let seated = |code: &str| seats.iter().any(|seat| seat.practice == code);
        let mut spare: Vec<_> =
            second.pairs.iter().filter(|pair| pair.user == *user && !seated(&pair.partner)).collect();
        spare.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.partner.cmp(&b.partner)));
        let spare: Vec<Seat> = spare
            .into_iter()
            .take(reserves)
            .enumerate()
            .map(|(place, pair)| seat(&pair.partner, Group::ReserveNonUser, Some(user), place + 1))
            .collect();
        seats.extend(spare);
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::indicator::sample::origin;
    use crate::study::sample::design::{Choice, design};
    use crate::study::view::View;
    use std::collections::BTreeSet;

    #[test]
    fn users_partners_and_reserves() {
        let (mut programme, window) = origin();
        programme.practices[0].employed = [1, 0, 1];
        let view = View::new(&programme, &window);
        let (first, second) =
            (design(&view, &Choice::origin()), design(&view, &Choice { partners: 3, ..Choice::origin() }));
        let consent = |code: &str| if code == "N01" { Consent::Declined } else { Consent::NotAsked };
        let seats = frame(&first, &second, 2, &programme.practices, consent);
        let count = |group| seats.iter().filter(|seat| seat.group == group).count();
        assert_eq!([count(Group::User), count(Group::NonUser), count(Group::ReserveUser)], [4, 4, 2]);
        assert!((4..=8).contains(&count(Group::ReserveNonUser)));
        assert_eq!(seats[0].meet, [Role::Doctor, Role::Secretary]);
        assert_eq!(seats[1].consent, Consent::Declined);
        let codes: BTreeSet<&str> = seats.iter().map(|seat| seat.practice.as_str()).collect();
        assert_eq!(codes.len(), seats.len(), "nobody sits twice");
    }
}
