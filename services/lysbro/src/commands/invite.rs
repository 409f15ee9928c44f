//! `lysbro invite`: the first administrator of an empty system, or a new link for anybody.

use super::{Outcome, restored, rows_only};
use crate::cli::Invite;
use crate::commands::serve::ADDRESS;
use crate::services;
use directory::LinkKind;
use kit::Role;
use kit::settings::Settings;

pub(crate) async fn run(options: Invite) -> Outcome {
    if let Some(role) = options.role {
        check_place(role, &options)?;
    }
    let settings = restored(options.settings)?;
    let address = address(&settings);
    let ctx = rows_only(&services(), settings).await?;
    let person = if let Some(person) = directory::person_by_email(&ctx, &options.email).await? {
        person
    } else {
        let name = options.name.as_deref().ok_or("a new person needs --name")?;
        directory::add_person(&ctx, None, name, &options.email, "en").await?
    };
    if let Some(role) = options.role {
        directory::add_grant(&ctx, person, role, options.practice, options.department, ctx.now(), None).await?;
    }
    let kind = if options.sign_in { LinkKind::SignIn } else { LinkKind::Invitation };
    let token = directory::make_link(&ctx, person, kind, kind.lasts()).await?;
    println!("{address}/link#{token}");
    Ok(())
}

/// Asked before anything is written: a role without its place would leave a person without a role.
fn check_place(role: Role, options: &Invite) -> Result<(), String> {
    match (role.of_practice(), role.of_department(), options.practice, options.department) {
        (true, _, None, _) => Err(format!("the role {} needs --practice", role.as_str())),
        (_, true, _, None) => Err(format!("the role {} needs --department", role.as_str())),
        _ => Ok(()),
    }
}

/// What people type: as set, else as the service that runs on this data folder said, else the port it would take.
fn address(settings: &Settings) -> String {
    let running = || std::fs::read_to_string(settings.data.join(ADDRESS)).ok();
    let otherwise = || format!("http://localhost:{}", settings.listen.port());
    settings.public_url.clone().or_else(running).unwrap_or_else(otherwise)
}
