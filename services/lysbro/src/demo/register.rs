//! The register of the demonstration's practices as a CSV file, as it would come from a registry: everything that has happened
//! by a day.

use super::office::Office;
use kit::At;
use time::Duration;

const HEADER: &str = "key;name;municipality;centrality;distance_km;opened_on;test_practice;trial_arm;register_from;list_size;gps;staff;\
    offered;agreed;equipped;connected;trained;support_ended;phone";

/// A practice's key in the register.
pub(super) fn key(place: usize) -> String {
    format!("SYN-{:03}", place + 1)
}

/// The file as of `now`; the offices' days count back from `today`.
pub(super) fn file(offices: &[Office], today: At, now: At) -> String {
    let mut lines = vec![HEADER.to_owned()];
    lines.extend(offices.iter().enumerate().map(|(place, office)| line(place, office, today, now)));
    lines.join("\r\n") + "\r\n"
}

fn line(place: usize, office: &Office, today: At, now: At) -> String {
    let day = |days: i64| (today - Duration::days(days)).date();
    let reached = |step: &str| {
        office.reached(step).map(day).filter(|day| *day <= now.date()).map(|day| day.to_string()).unwrap_or_default()
    };
    // Lists drift by a few per cent a year, the way that each practice's number says.
    let years = (today - now).whole_days() / 365;
    let drift = (place as i64 % 7 - 3) * years;
    let list = i64::from(office.list_size) * (100 - drift) / 100;
    // A doctor came to some offices and left others.
    let gps = match (place % 11, years) {
        (4, 2..) if office.gps > 1 => office.gps - 1,
        (7, 2..) => office.gps + 1,
        _ => office.gps,
    };
    let opened = 1994 + place % 17;
    let steps = ["offered", "agreed", "equipped", "connected", "trained", "support-ended"].map(reached).join(";");
    format!(
        "{};{};{};{};{};{opened}-01-01;{};{};{}-01-01;{list};{gps};{};{steps};00 00 00 00",
        key(place),
        office.name,
        office.municipality,
        office.centrality,
        office.distance_km,
        if office.test { "yes" } else { "no" },
        office.arm,
        now.date().year(),
        office.staff,
    )
}

#[cfg(test)]
mod tests {
    use super::super::office::offices;
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_register_tells_no_more_than_has_happened() {
        let (offices, today) = (offices(), At::from(datetime!(2026-11-29 16:00 UTC)));
        let first = file(&offices, today, today - Duration::days(1455));
        let last = file(&offices, today, today);
        assert_eq!(first.lines().count(), offices.len() + 1);
        let equipped = |file: &str| file.lines().skip(1).filter(|line| line.split(';').nth(14) != Some("")).count();
        assert_eq!((equipped(&first), equipped(&last)), (0, offices.len()));
    }
}
