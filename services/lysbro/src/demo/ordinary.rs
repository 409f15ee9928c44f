//! Ordinary referrals of the demonstration's practices as a CSV file, as a register outside would count them: three years of most
//! practices, a month missing here and there.

use super::office::Office;
use super::register::key;
use kit::At;

/// Months that are told, before the present one.
const MONTHS: i32 = 36;
/// Specialty and ordinary referrals per 10,000 patients and month. Made up.
const RATES: [(&str, u32); 3] = [("dermatology", 11), ("ent", 13), ("plastic-surgery", 3)];

/// The file as of `now`.
pub(super) fn file(offices: &[Office], now: At) -> String {
    let mut lines = vec!["key;month;specialty;referrals".to_owned()];
    let today = now.date();
    let this_month = today.year() * 12 + i32::from(u8::from(today.month())) - 1;
    for (place, office) in offices.iter().enumerate().filter(|(place, _)| place % 5 != 3) {
        for month in this_month - MONTHS..this_month {
            // A register of another kind in some offices, whose months are not all there.
            if place % 7 == 2 && month.rem_euclid(12) < 3 {
                continue;
            }
            for (number, (specialty, rate)) in RATES.into_iter().enumerate() {
                let mean = office.list_size * rate / 10_000;
                let turn = (place as u32 * 31 + month as u32 * 17 + number as u32 * 7) % 4;
                let quiet = if month.rem_euclid(12) == 6 { 2 } else { 0 };
                let referrals = (mean + turn).saturating_sub(1 + quiet);
                lines.push(format!("{};{}-{:02};{specialty};{referrals}", key(place), month / 12, month % 12 + 1));
            }
        }
    }
    lines.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::super::office::offices;
    use super::*;
    use time::macros::datetime;

    #[test]
    fn most_practices_are_told_and_no_month_to_come() {
        let file = file(&offices(), At::from(datetime!(2026-01-10 08:00 UTC)));
        let lines: Vec<&str> = file.lines().skip(1).collect();
        assert!(lines.len() > 6_000, "{}", lines.len());
        assert!(lines.iter().all(|line| line.split(';').nth(1) < Some("2026-01")));
        assert!(lines.iter().any(|line| line.contains(";2025-12;")) && !file.contains("SYN-004;"));
    }
}
