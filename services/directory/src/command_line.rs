//! What the executable does without a request: inviting the first administrator into an empty system, and seeding the
//! demonstration. The same acts as the routes, with the same checks and events.

use crate::Error;
use crate::acts::import::Mode;
use crate::acts::once::{Author, Content};
use crate::acts::{
    closings, context, departments, enablement, equipment, grants, import, links, people, practices, registers,
};
use crate::closing::NewClosing;
use crate::context::NewContextEvent;
use crate::department::NewDepartment;
use crate::enablement::NewEnablement;
use crate::equipment::NewEquipment;
use crate::faults::Faults;
use crate::grant::{self, Grant};
use crate::import::Report;
use crate::link::LinkKind;
use crate::person::NewPerson;
use crate::practice::{NewPractice, NewRegister};
use crate::store;
use kit::{At, Context, Role};
use time::Duration;
use uuid::Uuid;

/// Registers a person; `language` is `en` or `nb`. Repeating it with the same id and content changes nothing.
///
/// # Errors
/// `Invalid` with each field; `IdReused`.
pub async fn add_person(
    ctx: &Context,
    id: Option<Uuid>,
    name: &str,
    email: &str,
    language: &str,
) -> Result<Uuid, Error> {
    add_clinician(ctx, id, (name, ""), email, language).await
}

/// Registers a person with their number in the register of health personnel, which may be empty.
///
/// # Errors
/// As [`add_person`].
pub async fn add_clinician(
    ctx: &Context,
    id: Option<Uuid>,
    (name, hpr_number): (&str, &str),
    email: &str,
    language: &str,
) -> Result<Uuid, Error> {
    let new = NewPerson {
        id,
        name: name.into(),
        email: email.into(),
        language: language.into(),
        hpr_number: hpr_number.into(),
    };
    people::add(ctx, &Author::command_line(), &new).await
}

/// Gives a person a role: in a practice, in a department, or in the whole programme, as the role wants.
///
/// # Errors
/// `Invalid` when place and role don't fit, or the place is unknown; `NotFound` for an unknown person.
pub async fn add_grant(
    ctx: &Context,
    person: Uuid,
    role: Role,
    practice: Option<Uuid>,
    department: Option<Uuid>,
    from: At,
    until: Option<At>,
) -> Result<Uuid, Error> {
    let mut faults = Faults::default();
    grant::fits(&mut faults, role, practice, department);
    if until.is_some_and(|until| until <= from) {
        faults.add("until", "before-start", "The right would end before it begins. Choose a later end.");
    }
    let grant =
        faults.finish(Grant { role, practice, department, starts_at: from, ends_at: until, covers_for: None })?;
    let content = Content::new("grant", Some(person), &grant)?;
    grants::give(ctx, &Author::command_line(), person, None, &grant, &content).await
}

/// Makes a one-time link and returns its token, which is kept nowhere; [`LinkKind::lasts`] is the usual time. A new
/// invitation ends the person's earlier ones. The browser's address is `<public address>/link#<token>`.
///
/// # Errors
/// `NotFound` for an unknown person.
pub async fn make_link(ctx: &Context, person: Uuid, kind: LinkKind, lasts: Duration) -> Result<String, Error> {
    Ok(links::make(ctx, person, kind, lasts).await?.token)
}

/// The person with this e-mail, without regard to upper and lower case.
pub async fn person_by_email(ctx: &Context, email: &str) -> Result<Option<Uuid>, Error> {
    let person = store::people::by_email(&ctx.db, &email.trim().to_lowercase()).await?;
    Ok(person.map(|person| person.id))
}

/// Registers a practice. Repeating it with the same id and content changes nothing.
///
/// # Errors
/// `Invalid` with each field; `IdReused`.
pub async fn add_practice(ctx: &Context, new: &NewPractice) -> Result<Uuid, Error> {
    practices::add(ctx, &Author::command_line(), new).await
}

/// Closes a practice, or merges it into another, from a day on. Repeating it changes nothing.
///
/// # Errors
/// `Invalid` with each field; `NotFound` for an unknown practice.
pub async fn close_practice(ctx: &Context, practice: Uuid, new: &NewClosing) -> Result<(), Error> {
    closings::close(ctx, &Author::command_line(), practice, new).await
}

/// Records a practice's size from a date.
///
/// # Errors
/// `Invalid` with each field; `NotFound` for an unknown practice; `IdReused`.
pub async fn record_register(ctx: &Context, practice: Uuid, new: &NewRegister) -> Result<Uuid, Error> {
    registers::record(ctx, &Author::command_line(), practice, new).await
}

/// Records a step of a practice's enablement.
///
/// # Errors
/// `Invalid` with each field; `NotFound` for an unknown practice; `IdReused`.
pub async fn record_enablement(ctx: &Context, practice: Uuid, new: &NewEnablement) -> Result<Uuid, Error> {
    enablement::record(ctx, &Author::command_line(), practice, new).await
}

/// Records a piece of a practice's equipment.
///
/// # Errors
/// `Invalid` with each field; `NotFound` for an unknown practice; `IdReused`.
pub async fn add_equipment(ctx: &Context, practice: Uuid, new: &NewEquipment) -> Result<Uuid, Error> {
    equipment::place(ctx, &Author::command_line(), practice, new).await
}

/// Notes an event of the context log.
///
/// # Errors
/// `Invalid` with each field; `IdReused`.
pub async fn note_context(ctx: &Context, new: &NewContextEvent) -> Result<Uuid, Error> {
    context::note(ctx, &Author::command_line(), new, None).await
}

/// Imports a register from a CSV file, or says what it would do. With faults in the report, nothing was imported.
///
/// # Errors
/// Of the databases.
pub async fn import_file(ctx: &Context, bytes: Vec<u8>, dry_run: bool) -> Result<Report, Error> {
    let mode = if dry_run { Mode::DryRun } else { Mode::Import };
    import::run(ctx, &Author::command_line(), bytes, mode).await
}

/// Registers a department. Repeating it with the same id and content changes nothing.
///
/// # Errors
/// `Invalid` with each field; `IdReused`.
pub async fn add_department(ctx: &Context, new: &NewDepartment) -> Result<Uuid, Error> {
    departments::add(ctx, &Author::command_line(), new).await
}

/// Ends every session and every open link, after a restore: what ended since the backup must not open again. Gives back how
/// many of each.
///
/// # Errors
/// When the database is not reachable.
pub async fn end_everything(ctx: &Context) -> Result<(u64, u64), Error> {
    let now = ctx.now();
    let mut tx = ctx.begin().await?;
    let sessions = store::sessions::end_every(&mut tx, now).await?;
    let links = store::links::end_every(&mut tx, now).await?;
    tx.commit().await?;
    Ok((sessions, links))
}
