//! Ten thousand numbers of each system against python-stdnum, which others wrote. Half are valid by construction, the rest
//! are mistyped or drawn at random. Every difference is foretold by its reason, and one that does not appear is a failure too.
//!
//! | python-stdnum 2.2 | we |
//! |---|---|
//! | knows the check digits of before 2032 alone: `InvalidChecksum` when the first sum leaves 1, 2 or 3 | take them |
//! | reads month + 40 alone: `InvalidComponent` for Tenor (+ 80) and NHN (+ 65) | know the series |
//! | refuses FH-numbers because they have no birth date: `InvalidComponent` | take them |
//! | reads the century from the individual digits, and refuses when there is none, no such day in it, or one to come | read no century |
//! | takes ten equal digits for an NHS number | have them on a list |

use intake::identifier::norwegian::{self, CheckDigits, Series};
use intake::vocabulary::IdentifierSystem;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use time::macros::format_description;
use time::{Date, Month};

const NUMBERS: usize = 10_000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 32) * u64::from(limit)) >> 32) as u32
    }

    fn digits(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(10) as u8).collect()
    }
}

fn text(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

fn sum(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// A valid number of any series, by either rule. The arithmetic is written here once more, from the standard's text.
fn valid_norwegian(dice: &mut Dice) -> String {
    let (kind, rest) = (dice.below(8), dice.below(4));
    loop {
        let (mut day, mut month, year) = (1 + dice.below(31), 1 + dice.below(12), dice.below(100));
        let month_name = Month::try_from(month as u8).expect("a month");
        // A year that ends in 00 may be 2000, a leap year.
        if day > u32::from(month_name.length(2000 + year as i32)) {
            continue;
        }
        match kind {
            1 => day += 40,
            2 => month += 40,
            3 => month += 80,
            4 => month += 65,
            5 => (day, month) = (day + 40, month + 80),
            6 => (day, month) = (80 + dice.below(20), dice.below(100)),
            _ => {}
        }
        let six = format!("{day:02}{month:02}{year:02}");
        let mut digits: Vec<u8> = six.bytes().map(|byte| byte - b'0').chain(dice.digits(3)).collect();
        let first = (rest + 11 - sum(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
        digits.push(first as u8);
        let second = (11 - sum(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        digits.push(second as u8);
        if first < 10 && second < 10 {
            return text(&digits);
        }
    }
}

fn valid_nhs(dice: &mut Dice) -> String {
    loop {
        let mut digits = dice.digits(9);
        let check = (11 - sum(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        digits.push(check as u8);
        if check < 10 {
            return text(&digits);
        }
    }
}

/// As hands mistype: another digit, two that changed places, one too few or too many, a letter.
fn mistyped(number: &str, dice: &mut Dice) -> String {
    let mut bytes = number.as_bytes().to_vec();
    let at = dice.below(bytes.len() as u32 - 1) as usize;
    match dice.below(8) {
        0 => bytes.swap(at, at + 1),
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, b'0' + dice.below(10) as u8),
        3 => bytes[at] = b"OlIxSB"[dice.below(6) as usize],
        4 => (bytes[at], bytes[at + 1]) = (b'0' + dice.below(10) as u8, b'0' + dice.below(10) as u8),
        _ => bytes[at] = b'0' + dice.below(10) as u8,
    }
    String::from_utf8(bytes).expect("ASCII")
}

fn drawn(valid: impl Fn(&mut Dice) -> String, length: usize, dice: &mut Dice) -> Vec<String> {
    let one = |n: usize| match n % 4 {
        0 | 2 => valid(dice),
        1 => mistyped(&valid(dice), dice),
        _ => text(&dice.digits(length)),
    };
    (0..NUMBERS).map(one).collect()
}

/// A Python that has it, and pypdf. Made once: two tests would make the same folder at the same time.
pub static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let made = Command::new(ROOT.join("tests/tools/python.sh")).output().expect("python.sh runs");
    assert!(made.status.success(), "no Python for the comparison: {}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("a path").trim().to_owned()
});

/// The checkout.
pub static ROOT: LazyLock<&Path> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout"));

/// The day that python-stdnum thinks it is, and what it says of each number.
fn verdicts(system: &str, numbers: &[String]) -> (Date, Vec<String>) {
    let mut child = Command::new(&*PYTHON)
        .arg(ROOT.join("tests/clients/stdnum_verdicts.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut asked = child.stdin.take().expect("its input");
    let lines: Vec<String> = numbers.iter().map(|number| format!("{system} {number}")).collect();
    // Beside the reading, as neither side's pipe holds all of it.
    let asking = std::thread::spawn(move || asked.write_all(lines.join("\n").as_bytes()));
    let out = child.wait_with_output().expect("Python ends");
    asking.join().expect("no panic").expect("everything was read");
    assert!(out.status.success(), "python-stdnum failed");
    let told = String::from_utf8(out.stdout).expect("text");
    let mut told = told.lines();
    let today = told.next().expect("a day");
    let today = Date::parse(today, format_description!("[year]-[month]-[day]")).expect("a day");
    let said: Vec<String> = told.map(str::to_owned).collect();
    assert_eq!(said.len(), numbers.len());
    (today, said)
}

/// The birth date by the rule of before 2032, under which the individual digits tell the century.
fn of_old(number: &str) -> Option<Date> {
    let part = |from: usize, to: usize| number[from..to].parse::<u16>().ok();
    let (day, month, year, individual) = (part(0, 2)?, part(2, 4)?, part(4, 6)?, part(6, 9)?);
    let century = match (individual, year) {
        (0..500, _) | (900.., 40..) => 1900,
        (500..750, 54..) => 1800,
        (500.., 0..40) => 2000,
        _ => return None,
    };
    let (day, month) = (if day > 40 { day - 40 } else { day }, if month > 40 { month - 40 } else { month });
    let month = Month::try_from(month as u8).ok()?;
    Date::from_calendar_date(century + i32::from(year), month, day as u8).ok()
}

/// What python-stdnum must say of a number that we take, and why it is something else than `valid`.
fn foretold(number: &str, read: norwegian::Read, today: Date) -> (&'static str, &'static str) {
    if read.check == CheckDigits::From2032 {
        return ("InvalidChecksum", "check digits of 2032");
    }
    match read.series {
        Series::Tenor => ("InvalidComponent", "Tenor"),
        Series::Nhn => ("InvalidComponent", "NHN"),
        Series::FhNumber => ("InvalidComponent", "FH-number"),
        Series::National | Series::HNumber => match of_old(number) {
            None => ("InvalidComponent", "no such century"),
            Some(born) if born > today => ("InvalidComponent", "a birth to come"),
            Some(_) => ("valid", "the same"),
        },
    }
}

#[test]
fn norwegian_numbers_beside_python_stdnum() {
    let numbers = drawn(valid_norwegian, 11, &mut Dice(2032));
    let (today, said) = verdicts("no", &numbers);
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (number, said)) in numbers.iter().zip(&said).enumerate() {
        let reason = match norwegian::read(number) {
            Ok(read) => {
                let (expected, reason) = foretold(number, read, today);
                assert_eq!(said, expected, "{number}: {read:?}");
                reason
            }
            Err(flaw) => {
                assert!(at % 2 == 1, "{number} is valid by construction, and refused: {flaw:?}");
                assert_ne!(said, "valid", "{number}: {flaw:?}");
                "refused by both"
            }
        };
        *reasons.entry(reason).or_default() += 1;
    }
    println!("{reasons:?}");
    for (reason, least) in [
        ("the same", 300),
        ("check digits of 2032", 3_000),
        ("Tenor", 200),
        ("NHN", 100),
        ("FH-number", 100),
        ("no such century", 50),
        ("a birth to come", 1),
        ("refused by both", 4_000),
    ] {
        assert!(reasons.get(reason).is_some_and(|count| *count >= least), "{reason}: {reasons:?}");
    }
}

#[test]
fn nhs_numbers_beside_python_stdnum() {
    let mut numbers = drawn(valid_nhs, 10, &mut Dice(1948));
    for digit in 0..10_usize {
        numbers[digit * 2 + 1] = digit.to_string().repeat(10);
    }
    let (_, said) = verdicts("nhs", &numbers);
    let (mut taken, mut fillers) = (0, 0);
    for (at, (number, said)) in numbers.iter().zip(&said).enumerate() {
        match intake::identifier::flaw(IdentifierSystem::Nhs, number, false) {
            None => {
                assert_eq!(said, "valid", "{number}");
                taken += 1;
            }
            Some(flaw) if flaw.code == "nhs-number-filler" => {
                assert_eq!(said, "valid", "{number}: the one difference");
                fillers += 1;
            }
            Some(flaw) => {
                assert!(at % 2 == 1, "{number} is valid by construction, and refused: {flaw:?}");
                assert_ne!(said, "valid", "{number}: {flaw:?}");
            }
        }
    }
    assert_eq!(fillers, 10);
    assert!((NUMBERS / 2..NUMBERS * 6 / 10).contains(&taken), "{taken} taken");
}
