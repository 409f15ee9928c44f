//! What Send would refuse of answers, views and the emergency call.

use super::{List, REQUIRED};
use crate::answers::Asked;
use crate::content::DraftContent;
use crate::emergency::{CallFlaw, EmergencyCall, red_flags};
use crate::text;
use crate::vocabulary::Priority;
use crate::wanted::WantedView;
use kit::At;
use proto::questionnaire::{Fault, Flaw, Item, Value};
use time::Date;
use time::macros::format_description;

/// Whether it is a day that has come: what is asked for by date has happened.
fn has_been(text: &str, today: Date) -> bool {
    Date::parse(text, format_description!("[year]-[month]-[day]")).is_ok_and(|day| day <= today)
}

fn range(item: &Item) -> String {
    let unit = item.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let (min, max) = (item.min.unwrap_or_default(), item.max.unwrap_or_default());
    format!("{min} to {max}{unit}")
}

/// Code and sentence; English, as every sentence of the API.
fn told(fault: &Fault<'_>, of: &str) -> (&'static str, String) {
    let Some(item) = fault.item else {
        return ("unknown-item", "The questionnaire does not ask this. Reload the page.".to_owned());
    };
    let name = &item.text.en;
    match fault.flaw {
        Flaw::Required => (REQUIRED, format!("Answer “{name}”{of}.")),
        Flaw::MustBe(_) => ("must-be", format!("It can't be sent without this: “{name}”{of}.")),
        Flaw::OutOfRange => ("out-of-range", format!("“{name}”{of} must be {}. Check the number.", range(item))),
        Flaw::Exclusive => ("exclusive", format!("“{name}”{of}: choose “none”, or what there is, not both.")),
        Flaw::NotADate => (
            "not-a-date",
            format!("There is no such day, or it is still to come: “{name}”{of}. Write it as year-month-day."),
        ),
        Flaw::Unknown | Flaw::Shape | Flaw::TooLong(_) => {
            ("malformed", format!("“{name}”{of} is no answer to what is asked. Answer it again."))
        }
    }
}

impl List {
    /// What is missing of questionnaires, in their order.
    pub(super) fn answers<'a>(&mut self, asked: impl Iterator<Item = &'a Asked<'a>>, today: Date) {
        for one in asked {
            let of = one.finding.map_or_else(String::new, |(at, _)| format!(" of finding {}", at + 1));
            for fault in one.answers.missing(text::blank, |day| has_been(day, today)) {
                let (code, message) = told(&fault, &of);
                self.add(one.field(fault.link_id), code, message);
            }
        }
    }

    /// Views that are missing without a reason.
    pub(super) fn views(&mut self, wanted: &[WantedView], content: &DraftContent) {
        for one in wanted.iter().filter(|one| one.lacks() && !one.overridden) {
            let view = one.views().next().map_or("", |view| view.as_str());
            let place = content.findings.iter().position(|finding| Some(finding.id) == one.finding_id);
            let field = place.map_or_else(|| format!("views.{view}"), |at| format!("findings[{at}].views.{view}"));
            let of = place.map_or_else(String::new, |at| format!(" of finding {}", at + 1));
            let message = format!("A picture{of} is missing: {}. Add it, or say why it can't be taken.", one.text.en);
            self.add(field, "view-missing", message);
        }
    }

    /// How soon, which can't be less than what the answers say.
    pub(super) fn priority(&mut self, priority: Option<Priority>, asked: &[Asked<'_>]) {
        let cancer = |one: &Asked<'_>| {
            one.questionnaire().id == "referral"
                && one.answers.values.get("request-type")
                    == Some(&Value::Text(Priority::SuspectedCancer.as_str().into()))
        };
        match priority {
            None => {
                let message = "Choose how soon an answer is needed. When it can't wait until tomorrow, phone the department instead.";
                self.add("priority", REQUIRED, message);
            }
            Some(Priority::Routine) if !red_flags(asked).is_empty() => {
                self.add(
                    "priority",
                    "red-flag-priority",
                    "A red flag is not routine. Choose urgent or suspected cancer.",
                );
            }
            Some(Priority::Routine | Priority::Urgent) if asked.iter().any(cancer) => {
                let message = "Suspected cancer is what is asked about. Choose it under “How soon” too, or ask for something else.";
                self.add("priority", "cancer-priority", message);
            }
            Some(_) => {}
        }
    }

    /// A red flag is phoned in first. A call that was begun is written to its end.
    pub(super) fn emergency(&mut self, call: Option<&EmergencyCall>, no_flag: bool, (now, begun): (At, At)) {
        let Some(call) = call.filter(|call| !call.is_empty()) else {
            if !no_flag {
                let message = "This is an emergency: phone the department on call first. Then write whom you spoke with, and when.";
                self.add("emergencyCall", "emergency-call", message);
            }
            return;
        };
        for flaw in call.flaws(now, begun) {
            match flaw {
                CallFlaw::WithWhom => self.add("emergencyCall.spokeWith", REQUIRED, "Write whom you spoke with."),
                CallFlaw::When => self.add("emergencyCall.at", REQUIRED, "Write when you phoned the department."),
                CallFlaw::InTheFuture => self.add(
                    "emergencyCall.at",
                    "call-in-the-future",
                    "The call is in the future. Phone first, and check the time.",
                ),
                CallFlaw::LongBefore => self.add(
                    "emergencyCall.at",
                    "call-too-early",
                    "The call was more than a day before this referral was begun. Phone about this patient, and check the date and the time.",
                ),
            }
        }
    }
}
