//! What review learns of the register: departments, to which a case can be forwarded, and people, to whom it can be given.

use crate::store::register;
use kit::log::{Consumer, Opened, ProjectError, Recorded};
use kit::{Context, Tx};
use proto::Event;
use proto::directory::{DepartmentRegistered, PersonRegistered};

/// Departments and people.
pub const REGISTER: Consumer = Consumer {
    name: "review.register",
    kinds: &[DepartmentRegistered::KIND, PersonRegistered::KIND],
    project: |ctx, tx, event| Box::pin(project(ctx, tx, event)),
    reset: register::RESET,
};

/// A name that nobody can read any more.
const ERASED: &str = "(erased)";

async fn project(ctx: &Context, tx: &mut Tx, event: &Recorded) -> Result<(), ProjectError> {
    match event.kind() {
        DepartmentRegistered::KIND => {
            let fact = match ctx.open::<DepartmentRegistered>(event).await? {
                Opened::Open(fact) => fact,
                Opened::Erased => DepartmentRegistered { name: ERASED.to_owned(), ..DepartmentRegistered::default() },
            };
            Ok(register::set_department(tx, event.subject(), fact.name, fact.hospital, &fact.specialties).await?)
        }
        PersonRegistered::KIND => {
            let name = match ctx.open::<PersonRegistered>(event).await? {
                Opened::Open(fact) => fact.name,
                Opened::Erased => ERASED.to_owned(),
            };
            Ok(register::set_person(tx, event.subject(), name).await?)
        }
        other => Err(ProjectError::Poison(format!("{other} is not of the register"))),
    }
}
