//! What erasing a referral leaves: its clear columns, for the figures; every sealed column is emptied.

use kit::{Tx, statements};
use uuid::Uuid;

statements! {
    END_UPLOADS = "update intake_upload set ended_at = $2 where referral = $1 and finished_at is null and ended_at is null";
    MARK = "update intake_referral set erased_at = $2, updated_at = $2 where id = $1 and erased_at is null";
    EMPTY = "update intake_referral set content = $2, identifier_hash = null, withdraw_reason = null, close_out_text = null, responsible = null, responsible_name = null where id = $1";
    QUESTIONS = "update intake_question set asked = null, reply = null where referral = $1";
    ANSWERS = "update intake_answer set content = null, filed_by = null where referral = $1";
    DECLINES = "update intake_decline set content = null where referral = $1";
    FORWARDS = "update intake_forward set content = null where referral = $1";
    HAPPENINGS = "update intake_happening set who = null, note = null where referral = $1";
    OPENINGS = "delete from intake_opening where referral = $1";
    ERRORS = "update intake_error set told = null, openers = null where referral = $1";
    IMAGES = "update intake_image set reason_code = null, reason_message = null where referral = $1";
}

/// Marks a referral as erased and empties what was sealed; false when it was marked before. Uploads first, as whoever
/// finishes one takes its row before the referral's.
pub async fn erase(tx: &mut Tx, referral: Uuid) -> sqlx::Result<bool> {
    let now = tx.now();
    tx.q(END_UPLOADS).bind(referral).bind(now).exec().await?;
    let marked = tx.q(MARK).bind(referral).bind(now).exec().await? == 1;
    tx.q(EMPTY).bind(referral).bind(Vec::<u8>::new()).exec_one().await?;
    for sql in [QUESTIONS, ANSWERS, DECLINES, FORWARDS, HAPPENINGS, OPENINGS, ERRORS, IMAGES] {
        tx.q(sql).bind(referral).exec().await?;
    }
    Ok(marked)
}
