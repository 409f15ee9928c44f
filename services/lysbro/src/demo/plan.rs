//! What happens in the demonstration and when: four years of referrals, thinning in July and at Christmas, and recent weeks in
//! which a case stands in every state. Pure: the same day gives the same plan.

use super::case::{STORIES, story};
use super::dice::Dice;
use super::office::{Office, Shape, Use};
use super::pictures::PictureKind;
use super::programme::Story;
use super::surroundings::SURROUNDINGS;
use kit::At;
use kit::working_days::WorkingDays;
use time::{Date, Duration, Month};

/// What becomes of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Answered, and the answer read.
    Read,
    /// Asked about, supplied, answered, read.
    Supplied,
    /// Answered, and nobody has read it yet.
    Unread,
    /// A question is open.
    Asked,
    /// With the department.
    Waiting,
    /// A specialist is reading it.
    Claimed,
    /// Taken back by the office.
    Withdrawn,
    /// Still being written.
    Draft,
    /// Begun and discarded.
    Abandoned,
}

/// A referral to be: whose, which story, and how it ends.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub office: usize,
    pub story: &'static Story,
    pub fate: Fate,
    /// All of its story's pictures; else one.
    pub whole: bool,
}

impl Case {
    /// The pictures that go along, each with its place in the story.
    pub fn pictures(self) -> impl Iterator<Item = (usize, &'static (&'static str, PictureKind))> {
        let (pictures, whole) = (self.story.pictures, self.whole);
        let last = pictures.len().saturating_sub(1);
        pictures.iter().enumerate().filter(move |(place, _)| whole || *place == last.min(1))
    }

    /// Their views.
    pub fn views(self) -> Vec<&'static str> {
        self.pictures().map(|(_, (view, _))| *view).collect()
    }
}

/// A moment of the programme. Cases by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// The register is imported, with everything that has happened by then.
    Import,
    /// The people of an office get their accounts.
    People(usize),
    /// Somebody of an office looks in, and sends nothing.
    Look(usize),
    /// The office gets its equipment.
    Equip(usize),
    /// Its people are trained.
    Train(usize),
    /// Support speaks with it, for the so-many-th time.
    Contact(usize, usize),
    /// It says why it did not use the service.
    WhyNot(usize),
    /// Something happens around the programme.
    Note(usize),
    /// Ordinary referrals are counted.
    Count,
    /// Its dermatoscope is taken back.
    TakeBack(usize),
    Begin(usize),
    Ask(usize),
    Supply(usize),
    Answer(usize),
    Acknowledge(usize),
    Withdraw(usize),
    Claim(usize),
}

/// Everything that happens.
pub(super) struct Plan {
    pub cases: Vec<Case>,
    /// In time order; nothing later than a minute ago.
    pub moments: Vec<(At, Act)>,
}

/// Days of the first moment.
pub(super) const BEGAN: i64 = 1456;
/// Days for which cases stand as [`RECENT`] says.
const WEEKS: i64 = 30;
/// Days on which the register is imported.
const IMPORTS: [i64; 13] = [1455, 1400, 1340, 1280, 1220, 1160, 1090, 1000, 880, 720, 540, 350, 60];

use Fate::{Abandoned, Asked, Claimed, Draft, Read, Supplied, Unread, Waiting, Withdrawn};

/// Office, working days ago, story, fate: the last weeks.
const RECENT: [(usize, u32, usize, Fate); 37] = [
    (0, 12, 0, Read),
    (0, 11, 3, Read),
    (0, 10, 1, Read),
    (0, 9, 2, Supplied),
    (0, 8, 0, Read),
    (0, 7, 0, Unread),
    (0, 6, 1, Unread),
    (0, 5, 3, Unread),
    (0, 5, 0, Asked),
    (0, 4, 4, Withdrawn),
    (0, 3, 0, Waiting),
    (0, 2, 2, Waiting),
    (0, 2, 1, Asked),
    (0, 1, 3, Waiting),
    (0, 1, 0, Waiting),
    (0, 1, 5, Waiting),
    (0, 1, 1, Claimed),
    (0, 1, 0, Draft),
    (0, 2, 2, Draft),
    (1, 11, 0, Read),
    (1, 9, 1, Read),
    (1, 6, 2, Unread),
    (1, 4, 0, Waiting),
    (1, 2, 3, Waiting),
    (1, 1, 4, Waiting),
    (1, 1, 1, Draft),
    (3, 10, 0, Read),
    (3, 7, 1, Unread),
    (3, 3, 0, Waiting),
    (3, 2, 5, Claimed),
    (3, 1, 0, Asked),
    (6, 8, 2, Read),
    (6, 3, 1, Waiting),
    (8, 6, 0, Waiting),
    (8, 12, 1, Read),
    (10, 4, 1, Abandoned),
    (8, 1, 0, Waiting),
];

/// The plan for a demonstration that is started at `now`; `share` keeps that part of the old use, at least one of each office.
pub(super) fn plan(offices: &[Office], now: At, share: f64) -> Plan {
    let calendar = Calendar { now, days: WorkingDays::default() };
    let mut dice = Dice::new(2003);
    let mut sends = Vec::new();
    for (office, uses) in offices.iter().enumerate().filter_map(|(place, office)| Some((place, office.uses?))) {
        let recent = RECENT.iter().filter(|one| one.0 == office && one.3 != Draft && one.3 != Abandoned).count();
        let old = Use { referrals: uses.referrals - recent.min(uses.referrals), ..uses };
        let kept = ((old.referrals as f64 * share).ceil() as usize).max(usize::from(recent == 0));
        sends.extend(spread(Use { referrals: kept, ..old }, &calendar, &mut dice).into_iter().map(|at| (at, office)));
    }
    // The practice for training tried it out; some that never sent began to write.
    let training = offices.len() - 1;
    sends.extend([(calendar.ago(1432, 600), training), (calendar.ago(1425, 640), training)]);
    sends.sort_unstable();
    let mut plan = Plan { cases: Vec::new(), moments: Vec::new() };
    for (at, office) in sends {
        let fate = match plan.cases.len() % 29 {
            11 => Withdrawn,
            5 | 20 => Supplied,
            _ => Read,
        };
        let story = story(plan.cases.len());
        plan.case(&calendar, at, Case { office, story, fate, whole: false });
    }
    for (at, office) in abandoned(offices, &calendar, &mut dice) {
        let story = story(office);
        plan.case(&calendar, at, Case { office, story, fate: Abandoned, whole: false });
    }
    for (place, (office, days, story, fate)) in RECENT.into_iter().enumerate() {
        let at = calendar.working(days, 8 * 60 + (place as i64 * 37) % 400);
        plan.case(&calendar, at, Case { office, story: &STORIES[story], fate, whole: true });
    }
    plan.people(offices, &calendar, &mut dice);
    plan.roll_out(offices, &calendar);
    plan.moments.extend(IMPORTS.map(|days| (calendar.ago(days, 8 * 60), Act::Import)));
    plan.moments.push((calendar.ago(35, 8 * 60 + 30), Act::Count));
    let noted = SURROUNDINGS.iter().enumerate();
    plan.moments.extend(noted.map(|(number, one)| (calendar.ago(one.noted(), 16 * 60), Act::Note(number))));
    plan.moments.retain(|(at, _)| *at < now - Duration::minutes(1));
    plan.moments.sort_by_key(|(at, _)| *at);
    plan
}

impl Plan {
    /// A case with everything that happens to it.
    fn case(&mut self, calendar: &Calendar, at: At, case: Case) {
        let number = self.cases.len();
        let fate = case.fate;
        self.cases.push(case);
        let mut then = |at: At, act: Act| self.moments.push((at, act));
        then(at, Act::Begin(number));
        let slow = match case.story.priority {
            "routine" => 1 + number as u32 % 5,
            _ => 1,
        };
        let answered = calendar.working_after(at, slow, 9 * 60 + (number as i64 * 53) % 390);
        let read =
            calendar.working_after(answered, u32::from(!number.is_multiple_of(3)), 15 * 60 + (number as i64 * 17) % 90);
        match fate {
            Read => {
                then(answered, Act::Answer(number));
                then(read, Act::Acknowledge(number));
            }
            Supplied => {
                let supplied = calendar.working_after(answered, 1, 10 * 60);
                let second = calendar.working_after(supplied, 1, 11 * 60 + number as i64 % 90);
                then(answered, Act::Ask(number));
                then(supplied, Act::Supply(number));
                then(second, Act::Answer(number));
                then(calendar.working_after(second, 1, 12 * 60), Act::Acknowledge(number));
            }
            Unread => then(answered, Act::Answer(number)),
            Asked => then(calendar.working_after(at, 0, 15 * 60), Act::Ask(number)),
            Withdrawn => then(at + Duration::hours(2), Act::Withdraw(number)),
            Claimed => then(calendar.now - Duration::minutes(4), Act::Claim(number)),
            Waiting | Draft | Abandoned => {}
        }
    }

    /// Accounts from the day an office is connected, and people who look in without sending anything.
    fn people(&mut self, offices: &[Office], calendar: &Calendar, dice: &mut Dice) {
        for (place, office) in offices.iter().enumerate() {
            let Some(connected) = office.reached("connected") else { continue };
            self.moments.push((calendar.ago(connected, 12 * 60), Act::People(place)));
            if let Some(trained) = office.reached("trained").filter(|_| office.uses.is_none() && !office.test) {
                for _ in 0..dice.below(3) {
                    let day = (trained - 1 - dice.below(60) as i64).max(2);
                    self.moments.push((calendar.ago(day, 13 * 60 + place as i64), Act::Look(place)));
                }
            }
        }
    }
}

impl Plan {
    /// What the programme did for its offices, and what they said.
    fn roll_out(&mut self, offices: &[Office], calendar: &Calendar) {
        for (place, office) in offices.iter().enumerate().filter(|(_, office)| !office.test) {
            let mut then = |days: i64, minute: i64, act: Act| {
                self.moments.push((calendar.ago(days.max(2), minute + place as i64), act));
            };
            let Some(equipped) = office.reached("equipped") else { continue };
            then(equipped, 9 * 60, Act::Equip(place));
            if let Some(trained) = office.reached("trained") {
                then(trained, 14 * 60, Act::Train(place));
            }
            let last = office.uses.map_or(equipped, |uses| uses.until);
            match office.uses {
                Some(uses) if uses.until > 300 => {
                    then(last - 100, 10 * 60, Act::Contact(place, 2));
                    then(last - 130, 11 * 60, Act::WhyNot(place));
                    then(last - 240, 12 * 60, Act::TakeBack(place));
                }
                Some(_) if place < 4 => then(last + 200, 10 * 60, Act::Contact(place, 0)),
                None if place % 3 == 0 => {
                    then(equipped - 150, 10 * 60, Act::Contact(place, 1));
                    then(equipped - 200, 11 * 60, Act::WhyNot(place));
                }
                _ => {}
            }
        }
    }
}

/// Offices that began a referral and gave it up: mostly ones that never sent any.
fn abandoned(offices: &[Office], calendar: &Calendar, dice: &mut Dice) -> Vec<(At, usize)> {
    let tried = offices.iter().enumerate().filter(|(place, office)| office.trained() && !office.test && place % 6 == 1);
    let at = |(place, office): (usize, &Office)| {
        let day = (office.reached("trained").unwrap_or_default() - 3 - dice.below(90) as i64).max(WEEKS + 2);
        (calendar.working_near(day, 11 * 60 + place as i64), place)
    };
    tried.map(at).collect()
}

/// When the referrals of a practice were sent.
fn spread(uses: Use, calendar: &Calendar, dice: &mut Dice) -> Vec<At> {
    let length = (uses.from - uses.until) as f64;
    let at = |number: usize| {
        let chance = (number as f64 + dice.below(100) as f64 / 100.0) / uses.referrals as f64;
        let way = match uses.shape {
            Shape::Growing => chance.sqrt(),
            Shape::Even => chance,
            Shape::Fading => 1.0 - (1.0 - chance).sqrt(),
        };
        let day = uses.from - (length * way) as i64;
        calendar.working_near(day, 8 * 60 + dice.below(7 * 60) as i64)
    };
    (0..uses.referrals).map(at).collect()
}

/// Days counted back from the start.
struct Calendar {
    now: At,
    days: WorkingDays,
}

impl Calendar {
    /// So many days ago at a minute of the day, in UTC.
    fn ago(&self, days: i64, minute: i64) -> At {
        At::midnight((self.now - Duration::days(days)).date()) + Duration::minutes(minute)
    }

    /// So many working days before today: today is never one of them.
    fn working(&self, days: u32, minute: i64) -> At {
        let (mut day, mut left) = (self.now.date(), days);
        while left > 0 {
            day = day.previous_day().unwrap_or(day);
            left -= u32::from(self.days.includes(day));
        }
        At::midnight(day) + Duration::minutes(minute)
    }

    /// So many working days after a moment, but later than it.
    fn working_after(&self, at: At, days: u32, minute: i64) -> At {
        let day = self.days.after(at.date(), days).unwrap_or_else(|| at.date());
        (At::midnight(day) + Duration::minutes(minute)).max(at + Duration::minutes(25))
    }

    /// A day near so many days ago on which an office works and sends: never in July, seldom at Christmas.
    fn working_near(&self, days: i64, minute: i64) -> At {
        let mut day = (self.now - Duration::days(days.max(WEEKS + 1))).date();
        let quiet = |day: Date| {
            day.month() == Month::July
                || (day.month() == Month::December && day.day() > 20)
                || (day.month() == Month::January && day.day() < 3)
        };
        while quiet(day) || !self.days.includes(day) {
            day = day.previous_day().unwrap_or(day);
        }
        At::midnight(day) + Duration::minutes(minute)
    }
}

#[cfg(test)]
mod tests {
    use super::super::office::offices;
    use super::*;
    use std::collections::HashMap;
    use time::macros::datetime;

    fn sent(plan: &Plan, offices: &[Office]) -> HashMap<usize, usize> {
        let mut counts = HashMap::new();
        let counted = |case: &&Case| !matches!(case.fate, Draft | Abandoned) && !offices[case.office].test;
        for case in plan.cases.iter().filter(counted) {
            *counts.entry(case.office).or_default() += 1;
        }
        counts
    }

    #[test]
    fn the_plan_tells_the_story_on_any_day() {
        let offices = offices();
        for now in [datetime!(2026-03-02 08:00 UTC), datetime!(2026-11-29 16:00 UTC), datetime!(2027-01-01 00:10 UTC)] {
            for (share, about) in [(1.0, 0.75..0.85), (0.25, 0.6..0.85)] {
                let plan = plan(&offices, now.into(), share);
                let counts = sent(&plan, &offices);
                assert_eq!(counts.len(), 22, "{now}");
                let mut all: Vec<usize> = counts.values().copied().collect();
                all.sort_unstable_by(|one, other| other.cmp(one));
                let part = all[..4].iter().sum::<usize>() as f64 / all.iter().sum::<usize>() as f64;
                assert!(about.contains(&part), "{now}, {share}: {part}");
                assert!(plan.moments.is_sorted_by_key(|(at, _)| *at));
                assert!(plan.moments.iter().all(|(at, _)| *at < At::from(now) - Duration::minutes(1)));
            }
        }
    }

    #[test]
    fn recent_cases_stand_in_every_state_and_old_ones_are_over() {
        let (offices, now) = (offices(), At::from(datetime!(2026-11-29 16:00 UTC)));
        let plan = plan(&offices, now, 1.0);
        for fate in [Read, Supplied, Unread, Asked, Waiting, Claimed, Withdrawn, Draft, Abandoned] {
            assert!(plan.cases.iter().any(|case| case.whole && case.fate == fate), "{fate:?}");
        }
        for (number, case) in plan.cases.iter().enumerate().filter(|(_, case)| !case.whole) {
            assert!(matches!(case.fate, Read | Supplied | Withdrawn | Abandoned), "{number}");
            let begun = plan.moments.iter().find(|(_, act)| *act == Act::Begin(number)).map(|(at, _)| *at);
            assert!(begun.is_some_and(|at| at.date().month() != Month::July), "{number}: {begun:?}");
        }
        assert!(plan.cases.len() > 260, "several hundred");
    }
}
