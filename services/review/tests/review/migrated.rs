//! Tables of an earlier program, migrated.

use kit::db::{Db, Layer, migrate};
use kit::testing::{DEPLOYMENTS, Empty};
use kit::{At, Clock};
use review::store::MIGRATIONS;
use uuid::Uuid;

const CASE: &str = "insert into review_case (id, data_key, practice, practice_name, department, department_name, specialty, channel, \
    priority, priority_rank, due_at, submitted_at, sex, test, state, listed, withdrawn_at) \
    values ($1, $1, $1, 'Solvik', $1, 'Dermatology', 'dermatology', 'web', 'urgent', 1, $2, $2, 'female', $3, 'answered', $3, $4)";
const WAIT: &str = "insert into review_wait (case_id, practice, priority, test, what, since, answer, phoned_at) \
    values ($1, $1, 'urgent', $2, $3, $4, $5, $4)";

#[tokio::test]
async fn what_waits_is_kept_but_for_questions_about_what_was_withdrawn() {
    for deployment in DEPLOYMENTS {
        let empty = Empty::new(deployment).await.expect("a deployment");
        let db = Db::open(&empty.settings.database_url, &["review"], Clock::system()).await.expect("a database");
        let before = MIGRATIONS.iter().position(|one| one.number == 74).expect("the step");
        let layer = |migrations| Layer { schema: "review", place: 4, migrations };
        migrate(&db, &[layer(&MIGRATIONS[..before])]).await.expect("as before");
        let at = At::from_micros(1_772_442_000_000_000);
        let [answered, asked, crossed] = [1_u128, 2, 3].map(Uuid::from_u128);
        for (case, what, answer, withdrawn) in [
            (answered, "unread-answer", Some(Uuid::from_u128(9)), Some(at)),
            (asked, "open-question", None, None),
            (crossed, "open-question", None, Some(at)),
        ] {
            db.q(CASE).bind(case).bind(at).bind(false).bind(withdrawn).exec_one().await.expect("a case");
            db.q(WAIT).bind(case).bind(false).bind(what).bind(at).bind(answer).exec_one().await.expect("a wait");
        }
        migrate(&db, &[layer(MIGRATIONS)]).await.expect("migrated");
        let sql = "select case_id, what, answer, phoned_at from review_wait order by case_id";
        let rows: Vec<(Uuid, String, Option<Uuid>, Option<At>)> = db.q(sql).all().await.expect("rows");
        let expected = [
            (answered, "unread-answer".to_owned(), Some(Uuid::from_u128(9)), Some(at)),
            (asked, "open-question".to_owned(), None, Some(at)),
        ];
        assert_eq!(rows, expected);
        let sql = "select case_id from review_withdrawn order by case_id";
        let rows: Vec<(Uuid,)> = db.q(sql).all().await.expect("rows");
        assert_eq!(rows, [(answered,), (crossed,)]);
        db.close().await;
    }
}
