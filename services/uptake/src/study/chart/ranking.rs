//! Chart 9: referrals of every practice, the busiest first and zeros with them, and how they add up.

use super::drawing::{Anchor, Drawing, LABEL, SMALL, Shape, text_width};
use super::legend::{Entry, Key};
use super::look::{BAR, HOLLOW, LIMIT, SECOND};
use super::plot::{Axis, Plot, Room, TOP, height};
use super::{Chart, Head, Language, ROWS, Words, say_capped};
use crate::study::estimator::concentration::fewest;
use crate::study::indicator::spread::counts;
use crate::study::view::View;

/// One practice.
struct Rank<'a> {
    code: &'a str,
    count: f64,
    /// Of all referrals, with those before it.
    together: f64,
}

fn ranks<'a>(view: &View<'a>) -> Vec<Rank<'a>> {
    let mut counts: Vec<(&str, f64)> =
        counts(view).into_iter().map(|(place, count)| (view.code(place), count)).collect();
    counts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let total: f64 = counts.iter().map(|one| one.1).sum();
    let mut sum = 0.0;
    let rank = |(code, count): (&'a str, f64)| {
        sum += count;
        Rank { code, count, together: if total > 0.0 { sum / total } else { 0.0 } }
    };
    counts.into_iter().map(rank).collect()
}

/// A bar per equipped practice, with the cumulative share; drawn for the first [`ROWS`], told for all.
pub fn ranking(view: &View<'_>, language: Language) -> Chart {
    let ranks = ranks(view);
    let head = Head {
        name: "ranking",
        title: Words::new("Referrals per practice, zeros included", "Henvisninger per legekontor, også null"),
        definition: Some("I-08"),
        columns: vec![
            language.say("Rank", "Plass"),
            language.say("Practice", "Legekontor"),
            language.say("Referrals", "Henvisninger"),
            language.say("Share with those above", "Andel med dem over"),
        ],
    };
    let row = |(place, rank): (usize, &Rank<'_>)| {
        let (place, count) = (language.count((place + 1) as f64), language.count(rank.count));
        vec![place, rank.code.to_owned(), count, language.percent(rank.together)]
    };
    let rows = ranks.iter().enumerate().map(row).collect();
    let used = ranks.iter().filter(|rank| rank.count > 0.0).count();
    if used == 0 {
        let why = Words::new("No referral was sent in the window.", "Ingen henvisning ble sendt i perioden.");
        return head.empty(language, why, rows);
    }
    let enough = fewest(&ranks.iter().map(|rank| rank.count).collect::<Vec<_>>(), 0.8).unwrap_or(0);
    let finding = Words::both(|language| {
        let [few, all, zeros] =
            [enough, ranks.len(), ranks.len() - used].map(|practices| language.count(practices as f64));
        let total = language.count(ranks.iter().map(|rank| rank.count).sum());
        match language {
            Language::En => format!(
                "{few} of {all} equipped practices sent 80% of {total} referrals in the window; {zeros} sent none."
            ),
            Language::Nb => format!(
                "{few} av {all} utstyrte legekontor sendte 80 % av {total} henvisninger i perioden; {zeros} sendte ingen."
            ),
        }
    });
    head.drawn(drawing(&ranks, enough, language), finding, rows)
}

fn drawing(ranks: &[Rank<'_>], enough: usize, language: Language) -> Drawing {
    const ROW: f64 = 16.0;
    let drawn: Vec<&Rank<'_>> = ranks.iter().take(ROWS).collect();
    let capped = if drawn.len() < ranks.len() { 28.0 } else { 0.0 };
    let entries = [
        Entry::new(Key::Field, BAR, language.say("Referrals", "Henvisninger")),
        Entry::new(Key::Circle, HOLLOW, language.say("None", "Ingen")),
        Entry::new(Key::Line, SECOND, language.say("Share with those above, 0–100%", "Andel med dem over, 0–100 %")),
    ];
    let tall = height(&entries, ROW * drawn.len() as f64, true) + capped;
    let mut drawing = Drawing::new("ranking", language, tall);
    let top = super::legend::legend(&mut drawing, TOP, &entries);
    let widest = drawn.iter().map(|rank| text_width(rank.code, SMALL)).fold(0.0, f64::max).min(170.0);
    let most = drawn.first().map_or(1.0, |rank| rank.count);
    let figures = text_width(&language.count(most), SMALL);
    let room = Room { top, bottom: drawing.height - capped, left: 6.0 + widest + 10.0 + figures + 8.0 };
    let across = Axis::counts(language, language.say("Referrals in the window", "Henvisninger i perioden"), most);
    let up = Axis { title: String::new(), values: (0.0, 1.0), ticks: Vec::new() };
    let plot = Plot::within(&mut drawing, room, &across, &up);
    let (left, right) = plot.across.places;
    let mut line = vec![(left, plot.up.places.1)];
    for (number, rank) in drawn.iter().enumerate() {
        let y = plot.up.places.1 + ROW * number as f64;
        drawing.text((6.0, y + 12.5), Anchor::Start, SMALL, &super::clipped(rank.code, SMALL, widest));
        drawing.text((left - 8.0, y + 12.5), Anchor::End, SMALL, &language.count(rank.count));
        if rank.count > 0.0 {
            let wide = plot.across.place(rank.count) - left;
            drawing.draw(&Shape::Box((left, y + 2.5), wide, ROW - 5.0), &BAR);
        } else {
            drawing.draw(&Shape::Circle((left, y + ROW / 2.0), 3.0), &HOLLOW);
        }
        line.push((left + rank.together * (right - left), y + ROW));
    }
    drawing.draw(&Shape::Through(&line), &SECOND);
    if enough > 0 && enough <= drawn.len() {
        let y = plot.up.places.1 + ROW * enough as f64;
        drawing.draw(&Shape::Line((left, y), (right, y)), &LIMIT);
        let count = language.count(enough as f64);
        let said = match language {
            Language::En => format!("80% with {count}"),
            Language::Nb => format!("80 % med {count}"),
        };
        drawing.strong((right, y - 6.0), Anchor::End, LABEL, &said);
    }
    let foot = (6.0, drawing.height - 10.0);
    say_capped(&mut drawing, foot, drawn.len(), ranks.len());
    drawing
}
