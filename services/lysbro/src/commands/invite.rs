//! `lysbro invite`: the first administrator of an empty system, or a new link for anybody.

use super::{Outcome, rows_only};
use crate::cli::Invite;
use crate::services;
use directory::LinkKind;

pub(crate) async fn run(options: Invite) -> Outcome {
    let settings = options.settings.resolve()?;
    let address = settings.public_url.clone().unwrap_or_else(|| format!("http://localhost:{}", settings.listen.port()));
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
