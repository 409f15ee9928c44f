//! Routes under `/api/intake`, a file per noun. Every handler takes a [`kit::Caller`] and finds what it touches in the
//! caller's scope; reads are in the access log before the answer leaves.

mod chair;
mod checks;
mod clinicians;
mod closing;
mod detail;
mod draft;
mod handover;
mod image;
mod information;
mod letter;
mod list;
mod mistake;
mod notice;
mod outcome;
mod phone;
mod ready;
mod reference;
mod submission;
mod training;
mod transfer;
mod upload;

use kit::audit::Access;
use kit::{Caller, Context, Error, Problem, Role, Routes};
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(reference::departments))
        .routes(routes!(reference::body_sites))
        .routes(routes!(reference::limits))
        .routes(routes!(reference::questionnaires))
        .routes(routes!(list::list))
        .routes(routes!(draft::save, detail::read, draft::discard))
        .routes(routes!(draft::restore))
        .routes(routes!(ready::ready, ready::unready))
        .routes(routes!(submission::submit))
        .routes(routes!(outcome::withdraw))
        .routes(routes!(information::supply))
        .routes(routes!(outcome::acknowledge))
        .routes(routes!(letter::pdf))
        .routes(routes!(letter::text))
        .routes(routes!(image::change, image::remove))
        .routes(routes!(image::restore))
        .routes(routes!(image::show))
        .routes(routes!(handover::show, handover::standing, handover::end))
        .routes(routes!(phone::open))
        .routes(routes!(phone::view))
        .routes(routes!(phone::close))
        .routes(routes!(phone::show))
        .routes(routes!(phone::remove))
        .routes(routes!(phone::create))
        .routes(routes!(phone::status, phone::patch, phone::terminate))
        .routes(routes!(training::begin))
        .routes(routes!(closing::close_out))
        .routes(routes!(closing::filed))
        .routes(routes!(mistake::mark_referral))
        .routes(routes!(mistake::mark_picture))
        .routes(routes!(mistake::list))
        .routes(routes!(mistake::replace))
        .routes(routes!(notice::list))
        .routes(routes!(notice::read))
        .routes(routes!(clinicians::clinicians))
        .routes(routes!(clinicians::hand_over))
        .routes(routes!(transfer::practices))
        .routes(routes!(transfer::transfer))
        .routes(routes!(upload::options, upload::create))
        .routes(routes!(upload::status, upload::patch, upload::terminate, upload::overridden, upload::options_of_one))
}

const OFFICE: [Role; 2] = [Role::GpClinician, Role::GpStaff];

/// Somebody of a GP office.
fn of_office(caller: &Caller) -> Result<(), Problem> {
    caller.require(&OFFICE).map(|_| ())
}

/// Records what a caller saw; the answer waits until it is durable.
async fn seen(
    ctx: &Context,
    caller: &Caller,
    action: &str,
    what: impl Into<String>,
    subject: Option<Uuid>,
) -> Result<(), Error> {
    let access = Access {
        at: ctx.now(),
        person: caller.person,
        action: action.to_owned(),
        what: what.into(),
        subject,
        outcome: "ok".to_owned(),
    };
    ctx.audit.record(access).await
}
