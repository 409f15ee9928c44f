//! Practices and departments from directory's events.
//!
//! A change of name counts from when it is read: a name that is dated ahead shows early in lists, and every event carries the
//! name of its own time.

use crate::store::place::{self, ERASED, Practice};
use kit::log::{Consumer, Opened, ProjectError, Recorded, id_of};
use kit::{Context, Tx};
use proto::Event;
use proto::directory::{
    DepartmentChanged, DepartmentRegistered, PracticeChanged, PracticeDeputyChosen, PracticeRegistered,
};

pub const CONSUMER: Consumer = Consumer {
    name: "intake-places",
    kinds: &[
        PracticeRegistered::KIND,
        PracticeChanged::KIND,
        DepartmentRegistered::KIND,
        DepartmentChanged::KIND,
        PracticeDeputyChosen::KIND,
    ],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: place::RESET,
};

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match event.kind() {
        PracticeRegistered::KIND => registered(ctx, tx, event).await,
        PracticeChanged::KIND => {
            let (name, test) = match ctx.open::<PracticeChanged>(event).await? {
                Opened::Open(fact) => (fact.name, fact.test_practice),
                Opened::Erased => (ERASED.to_owned(), None),
            };
            Ok(place::change_practice(tx, event.subject(), name, test).await?)
        }
        DepartmentRegistered::KIND => {
            let fact = match ctx.open::<DepartmentRegistered>(event).await? {
                Opened::Open(fact) => fact,
                Opened::Erased => DepartmentRegistered { name: ERASED.to_owned(), ..DepartmentRegistered::default() },
            };
            Ok(place::set_department(tx, event.subject(), fact).await?)
        }
        PracticeDeputyChosen::KIND => match ctx.open::<PracticeDeputyChosen>(event).await? {
            Opened::Open(fact) => Ok(place::set_deputy(tx, event.subject(), id_of(&fact.person), fact.name).await?),
            Opened::Erased => Ok(place::set_deputy(tx, event.subject(), None, String::new()).await?),
        },
        DepartmentChanged::KIND => match ctx.open::<DepartmentChanged>(event).await? {
            Opened::Open(fact) => {
                Ok(place::change_department(tx, event.subject(), fact.duty_phone, fact.duty_hours).await?)
            }
            Opened::Erased => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn registered(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    let (name, test) = match ctx.open::<PracticeRegistered>(event).await? {
        Opened::Open(fact) => (fact.name, fact.test_practice),
        Opened::Erased => (ERASED.to_owned(), false),
    };
    let channel = if event.envelope.channel.is_empty() { "web".to_owned() } else { event.envelope.channel.clone() };
    let practice = Practice { id: event.subject(), name, channel, test: test || event.envelope.test };
    Ok(place::set_practice(tx, practice).await?)
}
