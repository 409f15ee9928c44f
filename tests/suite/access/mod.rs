//! Nobody sees what is not theirs: every route × every caller × every stage of a thing, on both deployments.
//!
//! | room | what is in it |
//! |---|---|
//! | [`tests::access`] | the table: who may use which route on what; a valid request per row, and what stands before it |
//! | [`grid`] | walks the table; every cell that is not allowed equals that of an absent id, tells nothing, changes nothing |
//! | [`still`] | the database as it stood: what changed, and putting it back |
//! | [`methods`] | methods that a route does not declare, addresses that are none |
//! | [`lists`] | lists, counts, cursors and exports hold one's own and nothing else |
//! | [`smuggled`] | one's own address with somebody else's id in the body |
//! | [`revoked`] | a right that ends, ends on the next request |
//!
//! `make access-timing` measures what a body can't show: whether absent and forbidden take the same time and work.

mod grid;
mod lists;
mod methods;
mod revoked;
mod smuggled;
mod still;

use kit::testing::{DEPLOYMENTS, Engine, Reach};
use std::collections::BTreeSet;
use tests::access::TABLE;
use tests::town::Town;

/// Method and path of every route that the router describes.
pub(crate) fn described() -> BTreeSet<(String, String)> {
    let description = serde_json::to_value(kit::http::openapi(&lysbro::services())).expect("JSON");
    let mut all = BTreeSet::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
            if item.get(method).is_some() {
                all.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    all
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routes = described();
    let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    let without_row: Vec<_> = routes.difference(&rows).collect();
    assert!(without_row.is_empty(), "say in the table who may: {without_row:?}");
    let without_route: Vec<_> = rows.difference(&routes).collect();
    assert!(without_route.is_empty(), "rows of no route: {without_route:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_what_is_not_theirs_on_the_embedded_default() {
    visit(DEPLOYMENTS[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_what_is_not_theirs_on_postgres_and_tcp() {
    visit(DEPLOYMENTS[1]).await;
}

/// Everything in one town: building it takes longer than asking.
async fn visit(deployment: (Engine, Reach)) {
    let town = Town::build(deployment).await;
    let still = still::Still::of(town.ctx()).await;
    let mut tally = grid::Tally::default();
    grid::walk(&town, &still, &mut tally).await;
    methods::walk(&town, &still, &mut tally).await;
    smuggled::walk(&town, &still, &mut tally).await;
    lists::walk(&town, &still, &mut tally).await;
    tally.told(deployment.0);
    revoked::walk(&town, &still).await;
    town.world.stop().await;
}
