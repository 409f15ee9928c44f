//! The service's table of contents: its routes as agreed, its statements on both engines.

use crate::office::Office;
use directory::service;
use kit::http::openapi;

crate::on_both_engines!(every_statement_can_be_prepared);

async fn every_statement_can_be_prepared(office: Office) {
    let statements = service().statements.concat();
    assert!(statements.len() > 40, "{} statements", statements.len());
    for (name, text) in statements {
        office.ctx().db.prepare(text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn routes_are_those_that_were_agreed() {
    let agreed = [
        "/colleagues",
        "/colleagues/roles/{grantId}/end",
        "/colleagues/{id}/invitation",
        "/context",
        "/context/{id}/correct",
        "/context/{id}/withdraw",
        "/departments",
        "/departments/{id}",
        "/environment",
        "/import",
        "/import/dry-run",
        "/import/template.csv",
        "/links/accept",
        "/links/open",
        "/links/sign-in",
        "/lock",
        "/me",
        "/me/accesses",
        "/me/hpr",
        "/me/language",
        "/me/mail",
        "/me/notice",
        "/ordinary",
        "/ordinary/dry-run",
        "/ordinary/template.csv",
        "/people",
        "/people/{id}/grants",
        "/people/{id}/grants/{grantId}/end",
        "/people/{id}/invitation",
        "/practices",
        "/practices/{id}",
        "/practices/{id}/closing",
        "/practices/{id}/contacts",
        "/practices/{id}/deputy",
        "/practices/{id}/enablement",
        "/practices/{id}/equipment",
        "/practices/{id}/equipment/{equipmentId}/withdraw",
        "/practices/{id}/register",
        "/practices/{id}/trainings",
        "/reasons",
        "/sign-in",
        "/sign-out",
        "/sign-out-everywhere",
        "/unlock",
    ];
    let described = openapi(&[service()]);
    let mut paths: Vec<_> =
        described.paths.paths.keys().filter_map(|path| path.strip_prefix("/api/directory")).collect();
    paths.sort_unstable();
    assert_eq!(paths, agreed);
    let text = described.to_json().expect("JSON");
    for name in ["NewPractice", "PracticeView", "Me", "LinkShown", "Invitation", "ListedPerson", "FieldError"] {
        assert!(
            text.contains(&format!("#/components/schemas/{name}\"")) || text.contains(&format!("\"{name}\":{{")),
            "{name}"
        );
    }
}
