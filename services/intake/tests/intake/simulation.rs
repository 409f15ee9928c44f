//! A thousand cases over a year against the rules of whose they are, with absences, deputies, handovers, mergers and closures:
//! at every moment one owner and one date each, on a list that somebody looks at, and none is forgotten.
//!
//! The rules are judged by another count of working days, written here in the most naive way.

use intake::owner::{Case, Chair, Owner};
use intake::vocabulary::Priority;
use kit::climb::There;
use kit::working_days::WorkingDays;
use kit::{At, oslo};
use std::collections::{BTreeMap, BTreeSet};
use time::macros::datetime;
use time::{Date, Duration};

const CASES: usize = 1_000;
const PRACTICES: usize = 60;
const CANCER: Priority = Priority::SuspectedCancer;
const STEP: Duration = Duration::hours(6);

/// xorshift64*: seeded, so that a run can be had again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(2_685_821_657_736_338_717) >> 33) % below
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}

/// Somebody of a practice: away between some days, gone from a day on.
struct Person {
    away: Vec<(At, At)>,
    gone: At,
}

impl Person {
    fn there(&self, now: At) -> bool {
        now < self.gone && !self.away.iter().any(|(from, until)| *from <= now && now < *until)
    }
}

struct Practice {
    people: Vec<Person>,
    /// Who is deputy from when on; none: nobody.
    deputies: Vec<(At, Option<usize>)>,
    /// When its cases go over to another practice.
    merges: Option<(At, usize)>,
}

impl Practice {
    fn there(&self, now: At) -> There {
        let deputy = self.deputies.iter().rfind(|(from, _)| *from <= now).and_then(|(_, person)| *person);
        There {
            practice: self.people.iter().any(|person| person.there(now)),
            deputy: deputy.is_some_and(|person| self.people[person].there(now)),
        }
    }
}

fn begins() -> At {
    datetime!(2026-01-01 00:00 UTC).into()
}

fn practices(dice: &mut Dice) -> Vec<Practice> {
    let far = begins() + Duration::days(4_000);
    let day = |dice: &mut Dice| begins() + Duration::days(dice.roll(365) as i64);
    let mut all = Vec::new();
    for place in 0..PRACTICES {
        // Some close: everybody goes within a week, and nobody comes.
        let closes = dice.one_in(8).then(|| day(dice));
        let merges = (closes.is_none() && place > 10 && dice.one_in(8)).then(|| (day(dice), dice.roll(10) as usize));
        let people: Vec<Person> = (0..=dice.roll(4))
            .map(|_| {
                let away = (0..dice.roll(6))
                    .map(|_| {
                        let from = day(dice);
                        (from, from + Duration::days(1 + dice.roll(25) as i64))
                    })
                    .collect();
                let leaves = if dice.one_in(5) { day(dice) } else { far };
                Person { away, gone: closes.map_or(leaves, |at| at + Duration::days(dice.roll(7) as i64)) }
            })
            .collect();
        let deputies = (0..dice.roll(4))
            .map(|_| (day(dice), (!dice.one_in(4)).then(|| dice.roll(people.len() as u64) as usize)))
            .collect();
        let mut practice = Practice { people, deputies, merges };
        practice.deputies.sort_by_key(|(from, _)| *from);
        all.push(practice);
    }
    // The ten that take others over stay.
    for practice in &mut all[..10] {
        practice.people[0].gone = far;
    }
    all
}

struct Live {
    case: Case,
    practice: usize,
    sent: bool,
    /// Kept by what has happened and not by the rules: what somebody has still to do.
    open: Option<Todo>,
    closed_at: Option<At>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Todo {
    Answer,
    Reply,
    Read,
}

fn new_case(dice: &mut Dice, days: &WorkingDays) -> Live {
    let sent = begins() + Duration::minutes(dice.roll(365 * 24 * 60) as i64);
    let priority = Priority::ALL[dice.roll(3) as usize];
    let case = Case {
        state: serde_json::from_str("\"submitted\"").unwrap(),
        priority: Some(priority),
        submitted_at: Some(sent),
        due_at: Some(intake::due::due(sent, priority, days)),
        asked_at: None,
        supplied_at: None,
        answered_at: None,
        acknowledged_at: None,
        answer_priority: None,
        phoned_at: None,
    };
    Live { case, practice: dice.roll(PRACTICES as u64) as usize, sent: false, open: None, closed_at: None }
}

/// How many working days have ended since an instant's day.
fn ended(since: At, now: At, days: &WorkingDays) -> u32 {
    let mut day: Date = oslo::date(since).next_day().unwrap();
    let mut count = 0;
    while oslo::midnight(day.next_day().unwrap()) <= now {
        count += u32::from(days.includes(day));
        day = day.next_day().unwrap();
    }
    count
}

/// Whose it is, told in another way.
fn judged(live: &Live, there: There, now: At, days: &WorkingDays) -> Option<Owner> {
    let recommended = live.open == Some(Todo::Read) && live.case.answer_priority == Some(CANCER);
    let each = if live.case.priority == Some(Priority::Routine) && !recommended { 3 } else { 1 };
    let since = match live.open? {
        Todo::Answer => return Some(Owner::Department),
        Todo::Reply => live.case.asked_at.unwrap(),
        Todo::Read => live.case.answered_at.unwrap(),
    };
    let called = live.case.phoned_at.filter(|at| *at >= since);
    let passed = ended(called.unwrap_or(since), now, days);
    Some(match called {
        _ if !there.practice => Owner::CallList,
        _ if passed < each => Owner::Practice,
        None if there.deputy && passed < 2 * each => Owner::Deputy,
        _ => Owner::CallList,
    })
}

struct Year {
    dice: Dice,
    days: WorkingDays,
    practices: Vec<Practice>,
    cases: Vec<Live>,
    looked: usize,
    owners: BTreeMap<Owner, usize>,
    climbs: usize,
    handed_over: usize,
}

impl Year {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let days = WorkingDays::closed_on(&["2026-12-24".into(), "2026-05-15".into()]).unwrap();
        let practices = practices(&mut dice);
        let cases = (0..CASES).map(|_| new_case(&mut dice, &days)).collect();
        Self { dice, days, practices, cases, looked: 0, owners: BTreeMap::new(), climbs: 0, handed_over: 0 }
    }

    fn chair(&self, live: &Live, now: At) -> Option<Chair> {
        live.sent.then(|| live.case.chair(self.practices[live.practice].there(now), now, &self.days)).flatten()
    }

    /// Every open case stands on exactly one list, with one date, and the list is somebody's.
    fn look(&mut self, now: At) {
        let mut lists: BTreeMap<(Owner, usize), BTreeSet<usize>> = BTreeMap::new();
        let mut open = BTreeSet::new();
        for (id, live) in self.cases.iter().enumerate() {
            let chair = self.chair(live, now);
            let there = self.practices[live.practice].there(now);
            assert_eq!(chair.map(|chair| chair.owner), judged(live, there, now, &self.days), "case {id} at {now}");
            let Some(chair) = chair else { continue };
            assert!(chair.since <= now, "case {id} at {now}: {chair:?}");
            let holds = match chair.owner {
                Owner::Practice => there.practice && now < chair.due + Duration::SECOND,
                Owner::Deputy => there.deputy && now < chair.due + Duration::SECOND,
                // Departments are always staffed; what is late there stays there.
                Owner::Department | Owner::CallList => true,
            };
            assert!(holds, "case {id} at {now}: {chair:?} {there:?}");
            assert!(self.days.includes(oslo::date(chair.due)), "case {id}: a date on a working day: {chair:?}");
            assert!(lists.entry((chair.owner, live.practice)).or_default().insert(id));
            assert!(open.insert(id), "on one list alone");
            *self.owners.entry(chair.owner).or_default() += 1;
        }
        let listed: BTreeSet<usize> = lists.values().flatten().copied().collect();
        let waits: BTreeSet<usize> =
            self.cases.iter().enumerate().filter(|(_, live)| live.open.is_some()).map(|(id, _)| id).collect();
        assert_eq!(listed, waits, "what is open stands on a list, and nothing else, at {now}");
        self.looked += waits.len();
    }

    /// What people do in one step. `diligent`: everybody does what stands on their list.
    fn act(&mut self, now: At, diligent: bool) {
        for id in 0..self.cases.len() {
            if let Some((at, into)) = self.practices[self.cases[id].practice].merges
                && at <= now
            {
                self.cases[id].practice = into;
                self.handed_over += usize::from(self.cases[id].open.is_some());
            }
            self.act_on(id, now, diligent);
        }
    }

    fn act_on(&mut self, id: usize, now: At, diligent: bool) {
        let there = self.practices[self.cases[id].practice].there(now);
        let chair = self.chair(&self.cases[id], now);
        let dice = &mut self.dice;
        let live = &mut self.cases[id];
        if !live.sent && live.case.submitted_at.unwrap() <= now {
            (live.sent, live.open) = (true, Some(Todo::Answer));
            return;
        }
        let state = |word: &str| serde_json::from_str(&format!("\"{word}\"")).unwrap();
        let owner = chair.map(|chair| chair.owner);
        match live.open {
            None
                // An answer is amended, long after it was read.
                if live.sent && !diligent && live.case.answered_at.is_some() && dice.one_in(4_000) => {
                    (live.case.state, live.case.answered_at, live.case.acknowledged_at) =
                        (state("answered"), Some(now), None);
                    live.case.answer_priority = dice.one_in(3).then_some(CANCER);
                    (live.open, live.closed_at) = (Some(Todo::Read), None);
                }
            Some(Todo::Answer) if diligent || dice.one_in(24) => {
                if !diligent && dice.one_in(3) {
                    (live.case.state, live.case.asked_at) = (state("awaiting-information"), Some(now));
                    live.open = Some(Todo::Reply);
                } else {
                    (live.case.state, live.case.answered_at, live.case.acknowledged_at) =
                        (state("answered"), Some(now), None);
                    live.case.answer_priority = dice.one_in(3).then_some(CANCER);
                    live.open = Some(Todo::Read);
                }
            }
            Some(todo) if todo != Todo::Answer => {
                let called = live.case.phoned_at.is_some_and(|at| now - at < Duration::days(2));
                let chance = if called { 4 } else { 60 };
                if there.practice && (diligent || dice.one_in(chance)) {
                    if todo == Todo::Reply {
                        (live.case.state, live.case.asked_at, live.case.supplied_at) =
                            (state("submitted"), None, Some(now));
                        live.open = Some(Todo::Answer);
                    } else {
                        (live.case.state, live.case.acknowledged_at) = (state("acknowledged"), Some(now));
                        (live.open, live.closed_at) = (None, Some(now));
                    }
                } else if owner == Some(Owner::CallList) && (diligent || dice.one_in(8)) {
                    live.case.phoned_at = Some(now);
                    self.climbs += 1;
                    // Where nobody works any more the caller finds who covers for them.
                    if diligent && !there.practice {
                        live.practice = 0;
                        self.handed_over += 1;
                    }
                }
            }
            _ => {}
        }
    }
}

fn a_year(seed: u64) {
    let mut year = Year::new(seed);
    let (mut now, end) = (begins(), begins() + Duration::days(365));
    while now < end {
        year.act(now, false);
        year.look(now);
        now = now + STEP;
    }
    // Deputies and call lists are looked at from now on: nothing may be left.
    let mut steps = 0;
    while year.cases.iter().any(|live| live.open.is_some()) {
        year.act(now, true);
        year.look(now);
        now = now + STEP;
        steps += 1;
        assert!(steps < 200, "something is on nobody's list");
    }
    println!(
        "seed {seed}: {} open cases looked at, {:?}, {} calls, {} handed over",
        year.looked, year.owners, year.climbs, year.handed_over
    );
    assert!(year.owners.len() == 4 && year.owners.values().all(|count| *count > 500), "{:?}", year.owners);
    assert!(year.climbs > 100 && year.handed_over > 10 && year.looked > 50_000);
    assert!(year.cases.iter().all(|live| live.closed_at.is_some()));
}

#[test]
fn a_thousand_cases_over_a_year_are_never_without_an_owner() {
    for seed in [20_260_301, 7] {
        a_year(seed);
    }
}
