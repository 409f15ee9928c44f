//! What happens around the demonstration's programme, as its manager notes it in the context log: tariffs, outages, people who come
//! and go. One entry was corrected, one withdrawn.

use super::seed::Seeder;
use axum::http::Method;
use kit::Error;
use serde_json::{Value, json};
use time::Duration;

/// Of whom something is.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// All.
    Programme,
    /// The department of a specialty.
    Department(&'static str),
    /// A practice.
    Office(usize),
}

/// Something that happened.
pub(super) struct Surrounding {
    of: Of,
    domain: &'static str,
    kind: &'static str,
    /// First and last day, days ago.
    days: (i64, Option<i64>),
    text: &'static str,
}

const fn event(
    of: Of,
    domain: &'static str,
    kind: &'static str,
    days: (i64, Option<i64>),
    text: &'static str,
) -> Surrounding {
    Surrounding { of, domain, kind, days, text }
}

/// Number of the one that was noted with a wrong end, and of the one that was noted of the wrong office.
const CORRECTED: usize = 4;
const WITHDRAWN: usize = 7;

/// The oldest first.
pub(super) static SURROUNDINGS: [Surrounding; 9] = [
    event(
        Of::Programme,
        "implementation-process",
        "training-held",
        (1190, Some(1189)),
        "A course over two days at the hospital, for whoever wanted to come.",
    ),
    event(
        Of::Office(0),
        "individuals",
        "champion-arrives",
        (1120, None),
        "A nurse who took such pictures elsewhere has begun, and shows the others.",
    ),
    event(
        Of::Department("dermatology"),
        "inner-setting",
        "staff-change",
        (905, Some(760)),
        "One of the two who answer is on leave.",
    ),
    event(
        Of::Programme,
        "outer-setting",
        "tariff-change",
        (698, None),
        "A tariff for referrals with pictures came into force.",
    ),
    event(Of::Programme, "innovation", "outage", (455, Some(450)), "The regional line was down."),
    event(
        Of::Office(2),
        "individuals",
        "champion-leaves",
        (334, None),
        "The GP who had asked for the service has left, and nobody took over.",
    ),
    event(
        Of::Department("ent"),
        "inner-setting",
        "holiday",
        (150, Some(128)),
        "Closed over the holidays but for what is urgent.",
    ),
    event(Of::Office(3), "individuals", "staff-change", (96, None), "Two new GPs have begun."),
    event(
        Of::Programme,
        "implementation-process",
        "other",
        (40, None),
        "Practices are called once a quarter from now on.",
    ),
];

impl Surrounding {
    /// How many days ago it was noted.
    pub fn noted(&self) -> i64 {
        self.days.0 - 3
    }
}

impl Seeder<'_> {
    pub(super) async fn note(&mut self, number: usize) -> Result<(), Error> {
        let Surrounding { of, domain, kind, days: (from, until), text } = SURROUNDINGS[number];
        let today = self.today;
        let day = |days: i64| (today - Duration::days(days)).date().to_string();
        let mut body =
            json!({ "domain": domain, "kind": kind, "from": day(from), "until": until.map(day), "text": text });
        match of {
            Of::Programme => {}
            Of::Department(specialty) => body["departmentId"] = json!(self.departments[specialty]),
            Of::Office(office) => body["practiceId"] = json!(self.practices[office]),
        }
        let made = self.write("", body.clone()).await?;
        let row = made["id"].as_str().unwrap_or_default();
        if number == CORRECTED {
            body["until"] = json!(day(from - 2));
            body["text"] = json!("The regional line was down for two days, not for five.");
            self.write(&format!("/{row}/correct"), body).await?;
        }
        if number == WITHDRAWN {
            self.write(&format!("/{row}/withdraw"), json!({ "reason": "It was another office." })).await?;
        }
        Ok(())
    }

    async fn write(&mut self, path: &str, body: Value) -> Result<Value, Error> {
        self.ask(self.manager, Method::POST, &format!("/api/directory/context{path}"), body).await
    }
}
