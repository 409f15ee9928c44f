//! What waits to be sent, for whoever looks after the deployment: no people, no addresses.

use kit::{At, Context, Error, statements};

statements! {
    WAITING = "select count(*), min(made_at) from notify_mail where state = 'waiting'";
}

/// Whether mail is on, how many mails wait, and how old the oldest of them is.
pub async fn set(ctx: &Context) -> Result<(), Error> {
    let (waiting, oldest): (i64, Option<At>) = ctx.db.q(WAITING).one().await?;
    metrics::gauge!("notify_mail_on").set(if ctx.settings.mail.is_some() { 1.0 } else { 0.0 });
    metrics::gauge!("notify_mails_waiting").set(waiting as f64);
    let age = oldest.map_or(0.0, |made| (ctx.now() - made).as_seconds_f64().max(0.0));
    metrics::gauge!("notify_oldest_mail_seconds").set(age);
    for counter in ["notify_mails_sent_total", "notify_mails_refused_total", "notify_mails_put_off_total"] {
        metrics::counter!(counter).increment(0);
    }
    Ok(())
}
