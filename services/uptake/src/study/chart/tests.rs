//! Every chart of many programmes: whole markup, no number that is none, the same bytes, the same figures as the indicators.

use super::escape::escape;
use super::{Chart, Language, ROWS, charts};
use crate::study::estimator::concentration::fewest;
use crate::study::figure::Line;
use crate::study::indicator::sample::{origin, random, reversed, whole};
use crate::study::indicator::{adoption, arrivals, funnel_plot, retention, spread, steps, turnaround};
use crate::study::programme::{Event, Programme, Window};
use crate::study::view::View;

fn drawn(programme: &Programme, window: &Window, language: Language) -> Vec<Chart> {
    let view = View::new(programme, window);
    charts(&view, language)
}

#[track_caller]
fn named<'a>(charts: &'a [Chart], name: &str) -> &'a Chart {
    charts.iter().find(|chart| chart.name == name).expect("the chart")
}

/// Elements that are opened and closed in order, attributes quoted and each once, no bare ampersand; gives the ids.
#[track_caller]
fn well_formed(svg: &str) -> Vec<String> {
    let (mut open, mut ids): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("an end of a tag");
        assert!(!text.contains('>'), "{text}");
        let entity = |after: &str| ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| after.starts_with(name));
        assert!(piece.split('&').skip(1).all(entity), "{piece}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{piece}");
            continue;
        }
        let empty = tag.ends_with('/');
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
        let mut parts = attributes.split('"');
        let mut seen: Vec<&str> = Vec::new();
        while let Some(attribute) = parts.next().map(str::trim).filter(|attribute| !attribute.is_empty()) {
            let attribute = attribute.strip_suffix('=').expect("a value");
            let value = parts.next().expect("a closing quote");
            assert!(!seen.contains(&attribute), "{tag}");
            seen.push(attribute);
            if attribute == "id" {
                ids.push(value.to_owned());
            }
        }
        if !empty {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    ids
}

#[track_caller]
fn sound(chart: &Chart) {
    let name = chart.name;
    let ids = well_formed(&chart.svg);
    assert!(ids.iter().all(|id| id.starts_with(&format!("{name}-"))), "{name}: {ids:?}");
    assert!(ids.len() >= 2 && (1..ids.len()).all(|place| !ids[..place].contains(&ids[place])), "{name}: {ids:?}");
    for nothing in ["NaN", "inf", "-inf"] {
        let values = chart.svg.split('"').skip(1).step_by(2);
        assert!(values.clone().all(|value| !value.split([' ', 'M', 'L']).any(|part| part == nothing)), "{name}");
        let cells = || chart.rows.iter().flatten();
        assert!(cells().all(|cell| !cell.contains(nothing)), "{name}");
        assert!(!chart.finding.en.contains("NaN"), "{name}: {}", chart.finding.en);
    }
    assert!(chart.rows.iter().all(|row| row.len() == chart.columns.len()), "{name}");
    assert!(chart.finding.en.ends_with('.') && chart.finding.nb.ends_with('.'), "{name}: {:?}", chart.finding);
    assert_ne!(chart.finding.en, chart.finding.nb, "{name}");
    assert!(chart.definition.is_none_or(|id| id.starts_with("I-")), "{name}");
}

#[test]
fn charts_of_many_programmes_are_sound() {
    for seed in 0..50 {
        let programme = random(seed, (seed as usize * 7) % 41);
        let mut window = whole();
        // Every third window is cut within its months, some to a few days.
        if seed % 3 == 0 {
            window.from += 100 + seed as i32 * 13;
            window.until = (window.until - seed as i32 * 11).min(window.from + 900 - seed as i32 * 19);
        }
        drawn(&programme, &window, Language::ALL[seed as usize % 2]).iter().for_each(sound);
    }
}

#[test]
fn an_empty_programme_gives_charts_that_say_so() {
    for language in Language::ALL {
        let charts = drawn(&Programme::default(), &whole(), language);
        assert_eq!(charts.len(), 17);
        for chart in charts {
            sound(&chart);
            let shown: String = chart
                .svg
                .split("</text>")
                .filter_map(|piece| piece.rsplit_once('>'))
                .map(|one| one.1.to_owned() + " ")
                .collect();
            assert_eq!(shown.trim(), escape(chart.finding.of(language)), "{}", chart.name);
            let figures = chart.rows.iter().flatten().filter(|cell| cell.contains('%')).count();
            assert_eq!(figures, 0, "{}", chart.name);
        }
    }
}

#[test]
fn the_same_programme_gives_the_same_bytes_whatever_its_order() {
    for (programme, window) in [(random(11, 60), whole()), origin()] {
        let charts = drawn(&programme, &window, Language::Nb);
        assert_eq!(charts, drawn(&programme, &window, Language::Nb));
        assert_eq!(charts, drawn(&reversed(&programme), &window, Language::Nb));
    }
}

#[test]
fn what_is_written_in_a_register_stays_text() {
    let (mut programme, window) = origin();
    let hostile = "<&\"'>]]><script>";
    programme.practices[0].code = hostile.to_owned();
    let event = Event {
        practice: None,
        kind: hostile.to_owned(),
        from: window.from + 400,
        interruption: true,
        ..Event::default()
    };
    programme.events.push(event);
    for chart in drawn(&programme, &window, Language::En) {
        sound(&chart);
        assert!(!chart.svg.contains("<script"), "{}", chart.name);
    }
    let charts = drawn(&programme, &window, Language::En);
    assert!(named(&charts, "interruption").svg.contains(&escape(hostile)));
    assert!(named(&charts, "heat-map").rows.iter().any(|row| row[0] == hostile), "the table escapes nothing itself");
}

fn shares(lines: &[Line], name: &str) -> Vec<String> {
    let wanted = lines.iter().filter(|line| line.name == name && line.group != "anomalies");
    wanted.map(|line| Language::En.percent(line.figure.value.unwrap_or(f64::NAN))).collect()
}

fn column(chart: &Chart, place: usize) -> Vec<String> {
    chart.rows.iter().map(|row| row[place].clone()).collect()
}

#[test]
fn tables_have_the_indicators_figures() {
    for (programme, window) in [(random(94, 70), whole()), origin()] {
        let view = View::new(&programme, &window);
        let charts = drawn(&programme, &window, Language::En);
        let adopted = shares(&adoption::adoption(&view), "adopted");
        assert_eq!(column(named(&charts, "adoption-curve"), 1), adopted);
        let lines = steps::steps(&view);
        assert_eq!(column(named(&charts, "funnel"), 2), shares(&lines, "of-first"));
        assert_eq!(column(named(&charts, "funnel"), 4), shares(&lines, "of-previous"));
        let lines = arrivals::arrivals(&view);
        assert_eq!(column(named(&charts, "arrivals"), 5), shares(&lines, "cumulative-share"));
        let lines = retention::retention(&view);
        let expected = [shares(&lines, "retained"), shares(&lines, "cohort-retained")].concat();
        assert_eq!(column(named(&charts, "retention"), 2), expected);
        assert_eq!(named(&charts, "lorenz").rows.len(), spread::spread(&view).len());
        assert_eq!(named(&charts, "turnaround").rows.len(), turnaround::turnaround(&view).len());
        let practices = funnel_plot::funnel_plot(&view);
        let practices = practices.iter().filter(|line| line.name == "observed-over-expected").count();
        assert_eq!(named(&charts, "funnel-plot").rows.len(), practices);
        let counts: Vec<f64> = spread::counts(&view).into_iter().map(|one| one.1).collect();
        let total = Language::En.count(counts.iter().sum());
        let few = fewest(&counts, 0.8).expect("some use");
        let finding = &named(&charts, "ranking").finding.en;
        assert!(finding.starts_with(&format!("{few} of {} ", counts.len())) && finding.contains(&total), "{finding}");
    }
}

#[test]
fn the_origin_is_found_in_its_charts() {
    let (programme, window) = origin();
    let charts = drawn(&programme, &window, Language::En);
    let finding = |name: &str| named(&charts, name).finding.en.as_str();
    assert!(finding("adoption-curve").contains("23.4%") && finding("adoption-curve").contains("median is not reached"));
    assert!(finding("funnel").contains("22 sent a referral, 23.4% (16.0\u{2013}32.9%)"), "{}", finding("funnel"));
    assert!(
        finding("lorenz").starts_with("Of 94 equipped practices the 4 busiest sent 80.0%"),
        "{}",
        finding("lorenz")
    );
    assert_eq!(finding("ranking"), "4 of 94 equipped practices sent 80% of 140 referrals in the window; 72 sent none.");
    assert_eq!(named(&charts, "ranking").rows.len(), 94);
    let silent = named(&charts, "heat-map").rows.iter().filter(|row| row[1] == "0").count();
    assert_eq!(silent, 72);
}

#[test]
fn large_programmes_are_cut_in_the_drawing_and_whole_in_the_table() {
    let programme = random(5, 220);
    let charts = drawn(&programme, &whole(), Language::En);
    for name in ["ranking", "heat-map", "swimmer"] {
        let chart = named(&charts, name);
        sound(chart);
        assert!(chart.rows.len() > ROWS, "{name}");
        assert!(chart.svg.contains(&format!("Drawn: the first {ROWS} of {}.", chart.rows.len())), "{name}");
        let codes = chart
            .rows
            .iter()
            .filter(|row| row.iter().any(|cell| chart.svg.contains(&format!(">{cell}<")) && cell.starts_with('P')))
            .count();
        assert_eq!(codes, ROWS, "{name}");
    }
}

#[test]
fn the_longest_wait_is_not_shown() {
    let (mut programme, window) = origin();
    let slow = programme.cases.first_mut().expect("a case");
    slow.answered = Some(slow.submitted + 3_210.0);
    let chart = &drawn(&programme, &window, Language::En);
    let chart = named(chart, "turnaround");
    assert!(!chart.svg.contains("3,210") && !chart.rows.iter().flatten().any(|cell| cell.contains("3,210")));
    let hours = chart.svg.contains("Hours since the referral was sent");
    assert!(hours, "an axis up to the longest wait would be one of days");
}
