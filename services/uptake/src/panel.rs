//! The panel: one row per practice and one cell per month, built from the register first; use is joined after.
//!
//! Pure: rows of the register and facts go in, the panel comes out. Rejected: grouping facts by practice in SQL, in which a
//! practice that never sent anything would not be there at all.

use crate::indicator::{Share, hours_between, median, silent_days, top_share};
use crate::month::Window;
use crate::standing::{Known, Standing, State, standing};
use crate::store::EquipmentRow;
use kit::At;
use kit::oslo;
use std::collections::HashMap;
use time::Date;
use uuid::Uuid;

/// How the figures are defined; goes with every panel.
pub const DEFINITION: &str = "A use is a submitted referral with at least one picture from a practice that is no test practice, \
    whether or not it was withdrawn later; one that was entered in error is in no figure. Test and training use is counted apart. Months are calendar months in Europe/Oslo; \
    the present month is not complete. Every registered practice has a row, so silence is a zero. First and last use, equipped, \
    with use and never used are taken over all time up to the end of the window; never used counts practices that were \
    equipped and are not closed. Pictures sent include those sent in reply to a question. Median answer time is in clock hours from submission to \
    the first answer, over referrals submitted in the window that have been answered; an amended answer changes it not, and \
    a referral that was declined counts as use and has none. Answers read count a referral once. Views left out are required pictures that were \
    missing with a reason in submitted referrals. Silent days run from the last use, or \
    from when the practice was equipped, and end with its closing. A practice is in use when it used the service within 90 days before the end of the \
    window, silent when it used it earlier; the funnel counts equipped practices, and whoever sent something has passed the \
    steps before. Top-four share is the share of all referrals in the window that the four busiest \
    practices sent.";

/// A practice of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub municipality: String,
    /// For training: shown, never counted.
    pub test: bool,
    /// Patients on its list, as last recorded; `None` when unknown, never a mean.
    pub list_size: Option<i64>,
    /// The first day on which it is closed, perhaps to come.
    pub closed_on: Option<Date>,
    /// Its arm in a trial, or empty.
    pub trial_arm: String,
}

/// Steps of enablement, each with the day of the first record over the specialties looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Was offered the service.
    pub offered: Option<Date>,
    /// Said yes.
    pub agreed: Option<Date>,
    /// Has the equipment.
    pub equipped: Option<Date>,
    /// Is connected.
    pub connected: Option<Date>,
    /// Was trained.
    pub trained: Option<Date>,
    /// Support ended.
    pub support_ended: Option<Date>,
}

/// One dated step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Of which practice.
    pub practice: Uuid,
    /// `offered` … `support-ended`.
    pub step: String,
    /// From when.
    pub on: At,
}

/// What a fact of use is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A referral was sent.
    Submitted,
    /// Information was supplied.
    Supplied,
    /// An answer was read.
    AnswerRead,
}

/// One fact within the window.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// By which practice.
    pub practice: Uuid,
    /// What.
    pub act: Act,
    /// When.
    pub at: At,
    /// Pictures that it carried.
    pub images: i64,
    /// Training or test.
    pub test: bool,
    /// Required views that were left out with a reason.
    pub view_overrides: i64,
    /// When the referral was first answered.
    pub answered_at: Option<At>,
}

/// First and last counted use of a practice up to the window's end.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Of which practice.
    pub practice: Uuid,
    /// First.
    pub first: At,
    /// Last.
    pub last: At,
    /// How many.
    pub uses: i64,
}

/// A piece of equipment.
#[derive(Clone, Copy, Debug)]
pub struct Equipment {
    /// Whose.
    pub practice: Uuid,
    /// When it went, if it did.
    pub until: Option<Date>,
}

/// One practice's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose.
    pub practice: Practice,
    /// Its steps.
    pub steps: Steps,
    /// Day of its first use.
    pub first_use: Option<Date>,
    /// Day of its last use.
    pub last_use: Option<Date>,
    /// Counted uses in the window.
    pub referrals: i64,
    /// Pictures sent in the window.
    pub images_sent: i64,
    /// Answers acknowledged in the window.
    pub answers_read: i64,
    /// Counted uses month by month.
    pub months: Vec<i64>,
    /// Required views left out with a reason, month by month.
    pub view_overrides: Vec<i64>,
    /// Over the answered referrals of the window.
    pub median_answer_hours: Option<f64>,
    /// At the end of the window, or now.
    pub silent_days: Option<i64>,
    /// Test uses in the window.
    pub test_use: i64,
    /// Counted uses over all time up to the end of the window.
    pub uses: i64,
    /// Where it stands then.
    pub standing: Standing,
}

impl Row {
    /// A row of zeros over so many months, of a practice of which nothing is known.
    pub fn empty(practice: Practice, months: usize) -> Self {
        Self {
            practice,
            steps: Steps::default(),
            first_use: None,
            last_use: None,
            referrals: 0,
            images_sent: 0,
            answers_read: 0,
            months: vec![0; months],
            view_overrides: vec![0; months],
            median_answer_hours: None,
            silent_days: None,
            test_use: 0,
            uses: 0,
            standing: standing(&Known::default(), Date::MIN),
        }
    }
}

/// Counts over all practices that are no test practices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Registered.
    pub practices: i64,
    /// Equipped by the end of the window.
    pub equipped: i64,
    /// Used it at least once by the end of the window.
    pub with_use: i64,
    /// Equipped and not closed, and never used it by the end of the window.
    pub never_used: i64,
    /// Closed by the end of the window.
    pub closed: i64,
    /// Uses in the window.
    pub referrals: i64,
    /// What the four busiest have of them.
    pub top_four: Option<Share>,
}

/// Everything that a panel is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// All practices, in the order of the rows.
    pub practices: &'a [Practice],
    /// Steps up to the window's end.
    pub steps: &'a [Step],
    /// Facts within the window.
    pub facts: &'a [Fact],
    /// First and last use up to the window's end.
    pub spans: &'a [Span],
    /// Every piece of equipment that came.
    pub equipment: &'a [Equipment],
}

/// Builds the rows: the register first, then what is known of each practice.
pub fn rows(sources: Sources<'_>, window: Window, now: At) -> Vec<Row> {
    let until = now.min(window.ends() - time::Duration::microseconds(1));
    let mut steps: HashMap<Uuid, Vec<&Step>> = HashMap::new();
    for step in sources.steps {
        steps.entry(step.practice).or_default().push(step);
    }
    let mut facts: HashMap<Uuid, Vec<&Fact>> = HashMap::new();
    for fact in sources.facts {
        facts.entry(fact.practice).or_default().push(fact);
    }
    let spans: HashMap<Uuid, &Span> = sources.spans.iter().map(|span| (span.practice, span)).collect();
    let withdrawn = withdrawn(sources.equipment);
    let of = |practice: &Practice| {
        let steps = steps.get(&practice.id).map_or(&[][..], Vec::as_slice);
        let facts = facts.get(&practice.id).map_or(&[][..], Vec::as_slice);
        let span = spans.get(&practice.id).copied().filter(|_| !practice.test);
        row(practice, steps, facts, span, withdrawn.get(&practice.id).copied(), window, until)
    };
    sources.practices.iter().map(of).collect()
}

/// Each piece of equipment that came, with its end; a later record of the end corrects an earlier one.
pub(crate) fn pieces(rows: Vec<EquipmentRow>) -> Vec<Equipment> {
    let mut pieces: HashMap<Uuid, Equipment> = HashMap::new();
    for row in rows {
        let Some(thing) = row.thing else { continue };
        let piece = pieces.entry(thing).or_insert(Equipment { practice: row.practice, until: None });
        if row.kind == "EquipmentWithdrawn" {
            piece.until = Some(oslo::date(row.effective_at.unwrap_or(row.occurred_at)));
        }
    }
    pieces.into_values().collect()
}

/// From when nothing is left, of practices whose every piece has gone.
pub(crate) fn withdrawn(equipment: &[Equipment]) -> HashMap<Uuid, Date> {
    let mut last: HashMap<Uuid, Option<Date>> = HashMap::new();
    for piece in equipment {
        let until = last.entry(piece.practice).or_insert(piece.until);
        *until = until.zip(piece.until).map(|(one, other)| one.max(other));
    }
    last.into_iter().filter_map(|(practice, until)| Some((practice, until?))).collect()
}

fn row(
    practice: &Practice,
    steps: &[&Step],
    facts: &[&Fact],
    span: Option<&Span>,
    withdrawn: Option<Date>,
    window: Window,
    until: At,
) -> Row {
    let used = |fact: &&&Fact| fact.act == Act::Submitted && fact.images >= 1;
    let counted: Vec<&&Fact> = facts.iter().filter(|fact| !fact.test && !practice.test).collect();
    let uses: Vec<&&Fact> = counted.iter().copied().filter(|fact| used(fact)).collect();
    let mut months = vec![0; window.months().len()];
    for place in uses.iter().filter_map(|fact| window.place(fact.at)) {
        months[place] += 1;
    }
    let mut view_overrides = vec![0; months.len()];
    for fact in counted.iter().filter(|fact| fact.act == Act::Submitted) {
        if let Some(place) = window.place(fact.at) {
            view_overrides[place] += fact.view_overrides;
        }
    }
    let hours: Vec<f64> = uses.iter().filter_map(|fact| hours_between(fact.at, fact.answered_at?)).collect();
    let sent = counted.iter().filter(|fact| matches!(fact.act, Act::Submitted | Act::Supplied));
    let equipped = first(steps, "equipped");
    let (dated, last_use) = (dated(steps), span.map(|span| oslo::date(span.last)));
    let known = Known {
        agreed: dated.agreed.or(dated.offered),
        equipped: dated.equipped,
        connected: dated.connected,
        trained: dated.trained,
        last_use,
        withdrawn,
        closed: practice.closed_on,
    };
    let standing = standing(&known, oslo::date(until));
    let silent_days = silent_days(span.map(|span| span.last), equipped, until);
    Row {
        steps: dated,
        first_use: span.map(|span| oslo::date(span.first)),
        last_use,
        uses: span.map_or(0, |span| span.uses),
        standing,
        referrals: uses.len() as i64,
        images_sent: sent.map(|fact| fact.images).sum(),
        answers_read: counted.iter().filter(|fact| fact.act == Act::AnswerRead).count() as i64,
        months,
        view_overrides,
        median_answer_hours: median(&hours),
        silent_days: silent_days.filter(|_| standing.state != State::Closed),
        test_use: (facts.iter().filter(used).count() - uses.len()) as i64,
        practice: practice.clone(),
    }
}

fn first(steps: &[&Step], name: &str) -> Option<At> {
    steps.iter().filter(|step| step.step == name).map(|step| step.on).min()
}

fn dated(steps: &[&Step]) -> Steps {
    let day = |name| first(steps, name).map(oslo::date);
    Steps {
        offered: day("offered"),
        agreed: day("agreed"),
        equipped: day("equipped"),
        connected: day("connected"),
        trained: day("trained"),
        support_ended: day("support-ended"),
    }
}

/// Counts over the rows, test practices left out.
pub fn totals(rows: &[Row]) -> Totals {
    let real: Vec<&Row> = rows.iter().filter(|row| !row.practice.test).collect();
    let count = |what: &dyn Fn(&Row) -> bool| real.iter().filter(|row| what(row)).count() as i64;
    let referrals: Vec<i64> = real.iter().map(|row| row.referrals).collect();
    Totals {
        practices: real.len() as i64,
        equipped: count(&|row| row.steps.equipped.is_some()),
        with_use: count(&|row| row.first_use.is_some()),
        never_used: count(&|row| {
            row.steps.equipped.is_some() && row.first_use.is_none() && row.standing.state != State::Closed
        }),
        closed: count(&|row| row.standing.state == State::Closed),
        referrals: referrals.iter().sum(),
        top_four: top_share(&referrals, 4),
    }
}

#[cfg(test)]
mod tests;
