//! What waits for whom, and how soon they are told. Rules without I/O.

use kit::climb::{Rung, There, Waits, hurries};
use kit::working_days::WorkingDays;
use kit::{At, Role};
use time::Duration;
use uuid::Uuid;

/// What waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum What {
    /// A referral, for an answer.
    Referral,
    /// A question, for a reply.
    Question,
    /// An answer, for being read.
    Answer,
    /// A refusal, for being read.
    Refusal,
}

impl What {
    /// As it stands in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Refusal => "refusal",
        }
    }

    /// What waits no more when this begins. A question and a reply pass the referral from one side to the other and leave what is
    /// unread; with an answer or a refusal nobody waits for either side.
    pub fn ends(self) -> &'static [Self] {
        match self {
            Self::Referral | Self::Question => &[Self::Referral, Self::Question],
            Self::Answer | Self::Refusal => &[Self::Referral, Self::Question, Self::Answer, Self::Refusal],
        }
    }
}

/// Something that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Wait {
    /// The referral.
    pub referral: Uuid,
    /// Whose it is at the GP's end: the practice's, or that of the one that took over from it.
    pub practice: Uuid,
    /// Whose it is at the hospital.
    pub department: Uuid,
    /// The referral's, or what the answer made more urgent.
    pub priority: String,
    /// What for.
    pub what: What,
    /// Since when.
    pub since: At,
    /// When an answer is due; for referrals.
    pub due: Option<At>,
    /// The department's last call about it.
    pub phoned_at: Option<At>,
    /// The deputy that this practice chose.
    pub deputy: Option<Uuid>,
    /// When it is looked at again.
    pub next_at: At,
}

/// Somebody who works at one of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Worker {
    /// Who.
    pub person: Uuid,
    /// As what.
    pub role: Role,
}

/// Whom to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The people.
    pub people: Vec<Uuid>,
    /// On which step; with `since` it tells one step of one case from another, so that each is told once.
    pub step: &'static str,
    /// Since when it is theirs.
    pub since: At,
    /// At once, or with the next digest.
    pub urgent: bool,
    /// When it is somebody else's.
    pub until: At,
}

/// After so long it is looked at again in any case: people come and go.
const LOOKED_AT_AGAIN: Duration = Duration::days(1);

impl Wait {
    /// Who is told now. `workers` are all who work in the practice and in the department at the moment.
    pub fn told(&self, workers: &[Worker], now: At, days: &WorkingDays) -> Told {
        let urgent = hurries(&self.priority);
        let those = |wanted: &dyn Fn(Role) -> bool| {
            let mut people: Vec<Uuid> =
                workers.iter().filter(|worker| wanted(worker.role)).map(|worker| worker.person).collect();
            people.sort_unstable();
            people.dedup();
            people
        };
        let of_practice = those(&Role::of_office);
        let coordinators = those(&|role| role == Role::Coordinator);
        // A department without a coordinator is not without anybody.
        let callers = if coordinators.is_empty() { those(&Role::of_department) } else { coordinators };
        if self.what == What::Referral {
            let due = self.due.unwrap_or(self.since);
            let late = now > due;
            // The worklist shows what is routine; nobody is written to about it before it is late.
            let people = match (late, urgent) {
                (true, _) => callers,
                (false, true) => those(&Role::of_department),
                (false, false) => Vec::new(),
            };
            let (step, since) = if late { ("late", due) } else { ("department", self.since) };
            return Told { people, step, since, urgent, until: if late { now + LOOKED_AT_AGAIN } else { due } };
        }
        let waits = Waits { since: self.since, phoned: self.phoned_at, hurries: urgent };
        let deputy = self.deputy.filter(|deputy| of_practice.contains(deputy));
        let there = There { practice: !of_practice.is_empty(), deputy: deputy.is_some() };
        let climb = waits.climb(there, now, days);
        let people = match climb.rung {
            Rung::Practice => of_practice,
            Rung::Deputy => deputy.into_iter().collect(),
            Rung::CallList => callers,
        };
        Told { people, step: climb.rung.as_str(), since: climb.since, urgent, until: climb.due }
    }

    /// When it is to be looked at again: when it climbs, and once a day.
    pub fn again(&self, told: &Told, now: At) -> At {
        let climbs = told.until + Duration::SECOND;
        if climbs > now { climbs.min(now + LOOKED_AT_AGAIN) } else { now + LOOKED_AT_AGAIN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const GP: Uuid = Uuid::from_u128(1);
    const NURSE: Uuid = Uuid::from_u128(2);
    const SPECIALIST: Uuid = Uuid::from_u128(3);
    const COORDINATOR: Uuid = Uuid::from_u128(4);
    const KEEPER: Uuid = Uuid::from_u128(5);

    fn everybody() -> Vec<Worker> {
        [
            (GP, Role::GpClinician),
            (NURSE, Role::GpStaff),
            // Keeps the people of the practice, and sees no referral.
            (KEEPER, Role::PracticeAdmin),
            (SPECIALIST, Role::Specialist),
            (COORDINATOR, Role::Coordinator),
            (COORDINATOR, Role::Specialist),
        ]
        .map(|(person, role)| Worker { person, role })
        .into()
    }

    fn wait(what: What, priority: &str) -> Wait {
        Wait {
            referral: Uuid::nil(),
            practice: Uuid::nil(),
            department: Uuid::nil(),
            priority: priority.into(),
            what,
            since: datetime!(2026-03-02 09:00 UTC).into(),
            due: Some(datetime!(2026-03-04 22:59:59 UTC).into()),
            phoned_at: None,
            deputy: Some(NURSE),
            next_at: datetime!(2026-03-02 09:00 UTC).into(),
        }
    }

    fn told(wait: &Wait, now: time::OffsetDateTime) -> Told {
        wait.told(&everybody(), now.into(), &WorkingDays::default())
    }

    #[test]
    fn an_unread_answer_goes_up_the_ladder() {
        let answer = wait(What::Answer, "suspected-cancer");
        for (now, people, step) in [
            (datetime!(2026-03-02 09:00 UTC), vec![GP, NURSE], "practice"),
            (datetime!(2026-03-03 23:00 UTC), vec![NURSE], "deputy"),
            (datetime!(2026-03-04 23:00 UTC), vec![COORDINATOR], "call-list"),
        ] {
            let told = told(&answer, now);
            assert_eq!((told.people, told.step, told.urgent), (people, step, true), "{now}");
        }
        let refused = told(&wait(What::Refusal, "suspected-cancer"), datetime!(2026-03-03 23:00 UTC));
        assert_eq!((refused.people, refused.step), (vec![NURSE], "deputy"), "a refusal is read like an answer");
        assert!(!told(&wait(What::Question, "routine"), datetime!(2026-03-02 09:00 UTC)).urgent);
        let without = Wait { deputy: Some(SPECIALIST), ..answer };
        assert_eq!(told(&without, datetime!(2026-03-03 23:00 UTC)).step, "call-list", "no deputy of that practice");
    }

    #[test]
    fn a_department_is_told_of_what_is_urgent_and_its_coordinator_of_what_is_late() {
        let (urgent, routine) = (wait(What::Referral, "urgent"), wait(What::Referral, "routine"));
        assert_eq!(told(&urgent, datetime!(2026-03-02 09:00 UTC)).people, [SPECIALIST, COORDINATOR]);
        assert!(told(&routine, datetime!(2026-03-02 09:00 UTC)).people.is_empty());
        for wait in [&urgent, &routine] {
            let late = told(wait, datetime!(2026-03-04 23:00 UTC));
            assert_eq!((late.people, late.step), (vec![COORDINATOR], "late"));
        }
        let only: Vec<Worker> = everybody().into_iter().filter(|one| one.role == Role::Specialist).collect();
        let alone = urgent.told(&only[..1], datetime!(2026-03-04 23:00 UTC).into(), &WorkingDays::default());
        assert_eq!(alone.people, [SPECIALIST], "without a coordinator, whoever is there");
    }

    #[test]
    fn it_is_looked_at_again_when_it_climbs_and_once_a_day() {
        let answer = wait(What::Answer, "routine");
        let (now, day) = (answer.since, Duration::days(1));
        assert_eq!(answer.again(&told(&answer, now.datetime()), now), now + day, "three working days lie ahead");
        let later: At = datetime!(2026-03-05 12:00 UTC).into();
        let again = answer.again(&told(&answer, later.datetime()), later);
        assert_eq!(again.to_string(), "2026-03-05T23:00:00Z");
        let late: At = datetime!(2026-05-05 12:00 UTC).into();
        assert_eq!(answer.again(&told(&answer, late.datetime()), late), late + day);
    }
}
