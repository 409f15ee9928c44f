//! Chart 4: one line per practice from offered to today: equipped, trained, first use, gaps, lapse, closure, and what happened.

use super::control::{context, month_place};
use super::drawing::{Anchor, Drawing, SMALL, Shape, text_width};
use super::legend::{Entry, Key, legend};
use super::look::{BLUE, DIM, GREY, HOLLOW, INK, Look, ORANGE, PURPLE, WHITE};
use super::plot::{Axis, Plot, Room, TOP, height};
use super::{Chart, Head, Language, ROWS, Words, say_capped};
use crate::study::calendar::{Day, day_name, month_of};
use crate::study::indicator::retention::{GAP, lasting};
use crate::study::programme::Step;
use crate::study::view::View;

const LIVE: Look = Look::line("line live", GREY, 1.2, "");
const USE: Look = Look::line("line use", BLUE, 5.0, "");
const EQUIPPED: Look = Look::mark("mark equipped", DIM, WHITE);
const TRAINED: Look = Look::mark("mark trained", WHITE, DIM);
const FIRST: Look = Look::mark("mark first-use", BLUE, WHITE);
const LAPSE: Look = Look::mark("mark lapse", ORANGE, INK);
const ENDED: Look = Look::line("mark ended", INK, 2.0, "");
const HAPPENED: Look = Look::mark("mark event", PURPLE, WHITE);

/// One practice's way.
struct Lane<'a> {
    code: &'a str,
    offered: Option<Day>,
    equipped: Option<Day>,
    trained: Option<Day>,
    ended: Option<Day>,
    lapsed: Option<Day>,
    uses: &'a [Day],
    events: Vec<Day>,
}

impl<'a> Lane<'a> {
    fn of(view: &'a View<'_>, place: usize) -> Self {
        let uses = view.use_days(place);
        let until = view.window.until;
        let spell = lasting(uses, view.ended(place).unwrap_or(until).max(uses.last().copied().unwrap_or(until)));
        let lapsed =
            spell.filter(|spell| spell.event).zip(uses.first()).map(|(spell, first)| first + spell.time as Day);
        let happened = view.programme.events.iter().filter(|event| event.practice == Some(place) && event.from < until);
        let mut events: Vec<Day> = happened.map(|event| event.from).collect();
        events.sort_unstable();
        Self {
            code: view.code(place),
            offered: view.first_step(place, Step::Offered),
            equipped: view.first_step(place, Step::Equipped),
            trained: view.first_step(place, Step::Trained),
            ended: view.ended(place),
            lapsed,
            uses,
            events,
        }
    }

    fn first_use(&self) -> Option<Day> {
        self.uses.first().copied()
    }

    fn begins(&self) -> Option<Day> {
        [self.offered, self.equipped, self.trained, self.first_use()].into_iter().flatten().min()
    }

    /// First and last day of every stretch of use without a gap.
    fn stretches(&self) -> Vec<(Day, Day)> {
        let ends = |run: &[Day]| run.first().copied().zip(run.last().copied());
        self.uses.chunk_by(|a, b| b - a < GAP).filter_map(ends).collect()
    }
}

/// Practices by first use, then those without by the day they were equipped; drawn for the first [`ROWS`], told for all.
pub fn swimmer(view: &View<'_>, language: Language) -> Chart {
    let mut lanes: Vec<Lane<'_>> =
        view.counted().map(|place| Lane::of(view, place)).filter(|lane| lane.begins().is_some()).collect();
    let order =
        |lane: &Lane<'_>| (lane.first_use().is_none(), lane.first_use(), lane.equipped.is_none(), lane.equipped);
    lanes.sort_by(|a, b| order(a).cmp(&order(b)).then(a.code.cmp(b.code)));
    let head = Head {
        name: "swimmer",
        title: Words::new("Each practice from offer to today", "Hvert legekontor fra tilbud til i dag"),
        definition: None,
        columns: vec![
            language.say("Practice", "Legekontor"),
            language.say("Offered", "Tilbudt"),
            language.say("Equipped", "Utstyrt"),
            language.say("Trained", "Opplært"),
            language.say("First referral", "Første henvisning"),
            language.say("Last referral", "Siste henvisning"),
            language.say("Referrals", "Henvisninger"),
            language.say("Gaps of half a year", "Opphold på et halvt år"),
            language.say("Lapsed", "Sluttet"),
            language.say("Closed or taken back", "Nedlagt eller trukket"),
        ],
    };
    let Some(first) = lanes.iter().filter_map(Lane::begins).min() else {
        let why = Words::new("No practice has been offered the service.", "Ingen legekontor har fått tilbudet.");
        return head.empty(language, why, Vec::new());
    };
    let row = |lane: &Lane<'_>| {
        let day = |day: Option<Day>| day.map(day_name).unwrap_or_default();
        let gaps = lane.stretches().len().saturating_sub(1);
        vec![
            lane.code.to_owned(),
            day(lane.offered),
            day(lane.equipped),
            day(lane.trained),
            day(lane.first_use()),
            day(lane.uses.last().copied()),
            language.count(lane.uses.len() as f64),
            language.count(gaps as f64),
            day(lane.lapsed),
            day(lane.ended),
        ]
    };
    let rows = lanes.iter().map(row).collect();
    let finding = finding(&lanes);
    head.drawn(drawing(view, &lanes, first, language), finding, rows)
}

fn drawing(view: &View<'_>, lanes: &[Lane<'_>], first: Day, language: Language) -> Drawing {
    const ROW: f64 = 15.0;
    // Above the first lane, for the names of events.
    const NAMES: f64 = 32.0;
    let drawn: Vec<&Lane<'_>> = lanes.iter().take(ROWS).collect();
    let foot = if drawn.len() < lanes.len() { 28.0 } else { 0.0 };
    let entries = entries(language);
    let tall = height(&entries, ROW * drawn.len() as f64 + NAMES, false) + foot;
    let mut drawing = Drawing::new("swimmer", language, tall);
    let top = legend(&mut drawing, TOP, &entries);
    let widest = drawn.iter().map(|lane| text_width(lane.code, SMALL)).fold(0.0, f64::max).min(140.0);
    let room = Room { top, bottom: drawing.height - foot, left: 6.0 + widest + 12.0 };
    let last = view.window.until - 1;
    let across = Axis::months("", month_of(first), month_of(last.max(first)));
    let up = Axis { title: String::new(), values: (0.0, 1.0), ticks: Vec::new() };
    let plot = Plot::within(&mut drawing, room, &across, &up);
    plot.events(&mut drawing, &context(view, language));
    for (number, lane) in drawn.iter().enumerate() {
        let y = plot.up.places.1 + NAMES + ROW * (number as f64 + 0.5);
        drawing.text((6.0, y + 4.5), Anchor::Start, SMALL, &super::clipped(lane.code, SMALL, widest));
        swim(&mut drawing, &plot, lane, y, last);
    }
    let place = (6.0, drawing.height - 10.0);
    say_capped(&mut drawing, place, drawn.len(), lanes.len());
    drawing
}

fn swim(drawing: &mut Drawing, plot: &Plot, lane: &Lane<'_>, y: f64, last: Day) {
    let x = |day: Day| plot.across.place(month_place(day));
    let end = lane.ended.unwrap_or(last);
    if let Some(from) = lane.equipped.or(lane.first_use()) {
        drawing.draw(&Shape::Line((x(from), y), (x(end.max(from)), y)), &LIVE);
    }
    for (from, to) in lane.stretches() {
        // A single day must be seen too.
        let right = x(to).max(x(from) + 2.0);
        let tells = format!("{}: {} \u{2013} {}", lane.code, day_name(from), day_name(to));
        drawing.draw_telling(&Shape::Line((x(from), y), (right, y)), &USE, &tells);
    }
    let marks = [
        (lane.offered, Key::Circle, HOLLOW),
        (lane.equipped, Key::Square, EQUIPPED),
        (lane.trained, Key::Triangle, TRAINED),
        (lane.first_use(), Key::Diamond, FIRST),
        (lane.lapsed, Key::Bar, LAPSE),
        (lane.ended, Key::Cross, ENDED),
    ];
    for (day, key, look) in marks {
        if let Some(day) = day.filter(|day| *day <= last) {
            let tells = format!("{}: {}", lane.code, day_name(day));
            drawing.draw_telling(&key.shape((x(day), y), 4.2), &Look { width: look.width.min(1.4), ..look }, &tells);
        }
    }
    for day in &lane.events {
        drawing.draw_telling(&Key::Triangle.shape((x(*day), y - 3.0), 3.5), &HAPPENED, &day_name(*day));
    }
}

fn entries(language: Language) -> Vec<Entry> {
    vec![
        Entry::new(Key::Circle, HOLLOW, language.say("Offered", "Tilbudt")),
        Entry::new(Key::Square, EQUIPPED, language.say("Equipped", "Utstyrt")),
        Entry::new(Key::Triangle, TRAINED, language.say("Trained", "Opplært")),
        Entry::new(Key::Diamond, FIRST, language.say("First referral", "Første henvisning")),
        Entry::new(Key::Line, USE, language.say("In use", "I bruk")),
        Entry::new(Key::Line, LIVE, language.say("Live without use", "I drift uten bruk")),
        Entry::new(Key::Bar, LAPSE, language.say("Lapsed", "Sluttet")),
        Entry::new(Key::Cross, ENDED, language.say("Closed or taken back", "Nedlagt eller trukket")),
        Entry::new(Key::Triangle, HAPPENED, language.say("Event", "Hendelse")),
    ]
}

fn finding(lanes: &[Lane<'_>]) -> Words {
    let count = |wanted: fn(&Lane<'_>) -> bool| lanes.iter().filter(|lane| wanted(lane)).count() as f64;
    let counts = [
        lanes.len() as f64,
        count(|lane| lane.equipped.is_some()),
        count(|lane| !lane.uses.is_empty()),
        count(|lane| lane.lapsed.is_some()),
        count(|lane| lane.ended.is_some()),
    ];
    Words::both(|language| {
        let [all, equipped, used, lapsed, ended] = counts.map(|count| language.count(count));
        match language {
            Language::En => format!(
                "Of {all} practices {equipped} were equipped and {used} sent a referral; {lapsed} lapsed for half a year or \
                 more, and {ended} closed or gave the equipment back."
            ),
            Language::Nb => format!(
                "Av {all} legekontor ble {equipped} utstyrt og {used} henviste; {lapsed} hadde et opphold på minst et halvt \
                 år, og {ended} ble nedlagt eller leverte utstyret tilbake."
            ),
        }
    })
}
