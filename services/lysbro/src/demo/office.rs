//! The demonstration's offices: the story that the study begins with. 94 practices were equipped, 22 ever used it, and four of
//! them made about 80 % of all use; one more practice is for training.
//!
//! Places are invented, and every practice says in its name that it is synthetic. Days count back from today.

use super::dice::Dice;

/// How use spreads between its first and its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// More and more.
    Growing,
    /// Much the same.
    Even,
    /// A good beginning, then less and less.
    Fading,
}

/// Use of one practice: how many referrals, from which day to which, and how they spread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub referrals: usize,
    pub from: i64,
    pub until: i64,
    pub shape: Shape,
}

/// A practice and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Office {
    pub name: String,
    pub municipality: String,
    pub centrality: u32,
    pub distance_km: u32,
    pub list_size: u32,
    pub gps: u32,
    pub staff: u32,
    /// Its arm in the trial of two ways to introduce the service.
    pub arm: &'static str,
    /// Steps with the day each was reached.
    pub steps: Vec<(&'static str, i64)>,
    pub uses: Option<Use>,
    pub test: bool,
}

impl Office {
    /// The day on which it took a step.
    pub fn reached(&self, step: &str) -> Option<i64> {
        self.steps.iter().find(|(name, _)| *name == step).map(|(_, day)| *day)
    }

    /// Whether people who know the service work there: the places of offices that were trained are in use or silent.
    pub fn trained(&self) -> bool {
        self.reached("trained").is_some()
    }
}

/// How many were equipped, the practice for training left out.
pub(super) const EQUIPPED: usize = 94;

/// Name, municipality, centrality class, kilometres to the hospital, patients, GPs, other staff.
type Place = (&'static str, &'static str, u32, u32, u32, u32, u32);
/// Referrals, first day, last day, how they spread.
type Spread = (usize, i64, i64, Shape);

use Shape::{Even, Fading, Growing};

/// Those with use. The first four are the ones that made most of it; the third stopped when its interested GP left.
#[rustfmt::skip]
const USERS: [(Place, Spread); 22] = [
    (("Solvik legekontor", "Solvik", 5, 184, 3150, 3, 4), (85, 1330, 20, Growing)),
    (("Havnes legesenter", "Havnes", 6, 312, 2240, 2, 3), (57, 1290, 19, Even)),
    (("Fjordgløtt legegruppe", "Nordfjorden", 4, 96, 4800, 5, 6), (34, 1250, 330, Fading)),
    (("Lyngstad legekontor", "Lyngstad", 5, 203, 2890, 3, 3), (24, 700, 18, Growing)),
    (("Skarvøy legekontor", "Skarvøy", 6, 401, 980, 1, 2), (9, 1200, 400, Even)),
    (("Elvebakken legesenter", "Elvebakken", 3, 41, 6100, 6, 7), (7, 1180, 640, Fading)),
    (("Storsletta legesenter", "Storsletta", 4, 118, 5240, 5, 5), (5, 900, 40, Even)),
    (("Moen legekontor", "Moen", 4, 77, 3620, 4, 4), (5, 1150, 980, Fading)),
    (("Brattvær legestasjon", "Brattvær", 6, 288, 1420, 2, 2), (4, 830, 25, Growing)),
    (("Kvalnes legekontor", "Kvalnes", 6, 356, 1110, 1, 2), (3, 1050, 500, Even)),
    (("Bjørkhaug legegruppe", "Bjørkhaug", 3, 29, 7300, 7, 8), (3, 600, 90, Even)),
    (("Gråhamn legekontor", "Gråhamn", 6, 333, 1290, 1, 2), (2, 1090, 760, Fading)),
    (("Steinvær legekontor", "Brattvær", 6, 301, 870, 1, 1), (2, 1010, 720, Fading)),
    (("Indre Solvik legestasjon", "Solvik", 6, 226, 740, 1, 1), (2, 640, 210, Even)),
    (("Reinsund legesenter", "Reinsund", 5, 167, 3340, 3, 4), (2, 1120, 870, Fading)),
    (("Nymoen legekontor", "Moen", 4, 83, 2950, 3, 3), (1, 940, 930, Even)),
    (("Ytre Havnes legekontor", "Havnes", 6, 344, 1010, 1, 2), (1, 520, 310, Even)),
    (("Torskeneset legekontor", "Torskeneset", 6, 372, 1180, 1, 2), (1, 1080, 1080, Even)),
    (("Øvre Elvebakken legekontor", "Elvebakken", 3, 52, 4410, 4, 5), (1, 860, 860, Even)),
    (("Langstranda legesenter", "Langstranda", 5, 149, 2680, 3, 3), (1, 770, 770, Even)),
    (("Måsøra legekontor", "Skarvøy", 6, 418, 640, 1, 1), (1, 450, 450, Even)),
    (("Bekkeli legegruppe", "Bjørkhaug", 3, 24, 6720, 6, 7), (1, 240, 240, Even)),
];

/// All of them, the practice for training last.
pub(super) fn offices() -> Vec<Office> {
    let mut dice = Dice::new(1994);
    let mut all: Vec<Office> = USERS.iter().map(|(place, spread)| user(*place, *spread, &mut dice)).collect();
    let towns = towns();
    while all.len() < EQUIPPED {
        let office = never_used(all.len() - USERS.len(), &towns, &all, &mut dice);
        all.push(office);
    }
    all.push(Office {
        name: "Training practice (synthetic)".into(),
        municipality: "Northern city".into(),
        centrality: 2,
        distance_km: 0,
        list_size: 0,
        gps: 1,
        staff: 1,
        arm: "",
        steps: ["offered", "agreed", "equipped", "connected", "trained"].map(|step| (step, 1450)).into(),
        uses: None,
        test: true,
    });
    all
}

fn arm(dice: &mut Dice) -> &'static str {
    ["visit", "letter"][dice.below(2)]
}

fn user(place: Place, spread: Spread, dice: &mut Dice) -> Office {
    let (name, municipality, centrality, distance_km, list_size, gps, staff) = place;
    let (referrals, from, until, shape) = spread;
    let before = |days: i64| (from + days).min(1452);
    let mut steps = vec![
        ("offered", before(115 + dice.below(30) as i64)),
        ("agreed", before(90 + dice.below(20) as i64)),
        ("equipped", before(56 + dice.below(25) as i64)),
        ("connected", before(44 + dice.below(8) as i64)),
    ];
    // Two that began before anybody noted a training.
    if !matches!(name, "Nymoen legekontor" | "Måsøra legekontor") {
        steps.push(("trained", before(35 + dice.below(8) as i64)));
    }
    if until > 300 {
        steps.push(("support-ended", (until - 120).max(60)));
    }
    Office {
        name: format!("{name} (synthetic)"),
        municipality: municipality.into(),
        centrality,
        distance_km,
        list_size,
        gps,
        staff,
        arm: arm(dice),
        steps,
        uses: Some(Use { referrals, from, until, shape }),
        test: false,
    }
}

/// Invented municipalities with how central and how far away they are.
fn towns() -> Vec<(String, u32, u32)> {
    const FIRST: [&str; 12] =
        ["Bratt", "Grå", "Kveit", "Lang", "Mørk", "Nord", "Rype", "Skrei", "Sky", "Storm", "Svart", "Tind"];
    const LAST: [&str; 9] = ["vær", "botnen", "dalen", "eidet", "fjæra", "hamna", "nesan", "sletta", "viken"];
    let mut dice = Dice::new(77);
    let town = |(place, first): (usize, &&str)| {
        let centrality = [4, 5, 5, 6, 6, 6][dice.below(6)];
        let distance = [0, 0, 0, 40, 70, 130, 230][centrality as usize] + dice.below(170) as u32;
        (format!("{first}{}", LAST[(place * 4 + 1) % LAST.len()]), centrality, distance)
    };
    let mut towns: Vec<_> = FIRST.iter().enumerate().map(town).collect();
    towns.push(("Northern city".into(), 2, 4));
    towns.push(("Innerfjord by".into(), 3, 38));
    towns
}

/// The `number`-th practice that was equipped and never sent anything: a fifth was not connected, another not trained.
fn never_used(number: usize, towns: &[(String, u32, u32)], others: &[Office], dice: &mut Dice) -> Office {
    const KINDS: [&str; 6] =
        ["legekontor", "legesenter", "legegruppe", "helsesenter", "legekontor nord", "legekontor sentrum"];
    // Cities have more practices than islands.
    let place = if number % 4 == 3 { towns.len() - 1 - number % 2 } else { number % (towns.len() - 2) };
    let (town, centrality, distance) = &towns[place];
    let neighbours = others.iter().filter(|office| &office.municipality == town).count();
    let part = ["", "Ytre ", "Indre ", "Øvre "][neighbours / KINDS.len() % 4];
    let gps = match centrality {
        2 | 3 => 3 + dice.below(6) as u32,
        4 => 2 + dice.below(4) as u32,
        _ => 1 + dice.below(3) as u32,
    };
    let equipped = 1400 - (number as i64 * 1000 / 72) - dice.below(40) as i64;
    let mut steps = vec![
        ("offered", (equipped + 70 + dice.below(30) as i64).min(1453)),
        ("agreed", (equipped + 30 + dice.below(30) as i64).min(1452)),
        ("equipped", equipped),
    ];
    if number % 5 != 2 {
        steps.push(("connected", equipped - 4 - dice.below(30) as i64));
        if number % 5 != 4 {
            steps.push(("trained", equipped - 36 - dice.below(60) as i64));
        }
    }
    Office {
        name: format!("{part}{town} {} (synthetic)", KINDS[neighbours % KINDS.len()]),
        municipality: town.clone(),
        centrality: *centrality,
        distance_km: distance + dice.below(12) as u32,
        list_size: gps * (620 + dice.below(520) as u32),
        gps,
        staff: gps + dice.below(3) as u32,
        arm: arm(dice),
        steps,
        uses: None,
        test: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_story_is_the_origin_s() {
        let offices = offices();
        let real: Vec<&Office> = offices.iter().filter(|office| !office.test).collect();
        assert_eq!(real.iter().filter(|office| office.reached("equipped").is_some()).count(), EQUIPPED);
        let mut counts: Vec<usize> = real.iter().filter_map(|office| Some(office.uses?.referrals)).collect();
        assert_eq!(counts.len(), 22);
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let (most, all) = (counts[..4].iter().sum::<usize>(), counts.iter().sum::<usize>());
        assert_eq!((most, all), (200, 251), "four of them make four fifths");
    }

    #[test]
    fn every_office_has_a_name_of_its_own_and_steps_in_order() {
        let offices = offices();
        let names: HashSet<_> = offices.iter().map(|office| (&office.name, &office.municipality)).collect();
        assert_eq!(names.len(), EQUIPPED + 1);
        for office in &offices {
            assert!(office.name.ends_with("(synthetic)") && (1..=6).contains(&office.centrality), "{office:?}");
            let days: Vec<i64> = office.steps.iter().map(|(_, day)| *day).collect();
            assert!(days.is_sorted_by(|one, other| one >= other) && days.iter().all(|day| *day < 1456), "{office:?}");
            if let Some(uses) = office.uses {
                assert!(office.reached("connected").is_some_and(|day| day > uses.from), "{office:?}");
            }
        }
        // Every stage at which an office can be stuck.
        let stuck = |step: &str| offices.iter().filter(|office| office.reached(step).is_none()).count();
        assert!(stuck("connected") > 10 && stuck("trained") > 20, "{} {}", stuck("connected"), stuck("trained"));
    }
}
