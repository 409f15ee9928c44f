//! Every route, taken from the router's own description: nobody gets in without a session, and the wrong role sees 404.
//! (The full access table, route × role × object, is a suite of its own later.)

use http::Method;
use serde_json::{Value, json};
use tests::{Cast, Client, EMBEDDED, world};

/// Routes that answer without a session.
const OPEN: [(&str, &str); 6] = [
    ("get", "/api/directory/environment"),
    ("post", "/api/directory/links/open"),
    ("post", "/api/directory/links/sign-in"),
    ("post", "/api/directory/links/accept"),
    ("post", "/api/directory/sign-in"),
    ("options", "/api/intake/uploads"),
];

fn routes() -> Vec<(String, String)> {
    let description = serde_json::to_value(kit::http::openapi(&lysbro::services())).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "options", "head", "patch"] {
            if item.get(method).is_some() {
                all.push((method.to_owned(), path.clone()));
            }
        }
    }
    all
}

async fn ask(client: &Client, method: &str, path: &str) -> (u16, Value) {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
    let path = path.replace("{rendition}", "512");
    let filled =
        path.split('/').map(|part| if part.starts_with('{') { "00000000-0000-0000-0000-000000000001" } else { part });
    let path = filled.collect::<Vec<_>>().join("/");
    let headers = [("content-type", "application/json"), ("tus-resumable", "1.0.0")];
    let body =
        if method == Method::GET || method == Method::HEAD { Vec::new() } else { json!({}).to_string().into_bytes() };
    let reply = client.send(method, &path, &headers, body).await;
    (reply.status.as_u16(), reply.json())
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let world = world(EMBEDDED).await;
    let nobody = Client::new(&world.url());
    let routes = routes();
    assert!(routes.len() > 45, "{} routes", routes.len());
    for (method, path) in &routes {
        let tus = path.starts_with("/api/intake/uploads") && method == "options";
        // A POST there only stands for another method named in a header; without one it is no method of the route.
        let overriding = path == "/api/intake/uploads/{id}" && method == "post";
        if OPEN.contains(&(method, path)) || tus || overriding {
            continue;
        }
        let (status, body) = ask(&nobody, method, path).await;
        assert_eq!(status, 401, "{method} {path}: {body}");
    }
    for (_, path) in OPEN {
        assert!(routes.iter().any(|(_, route)| route == path), "{path} stands in the list and not in the router");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_wrong_role_sees_what_is_not_there() {
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let wrong: [(&str, &[&Client]); 3] = [
        ("/api/intake/referrals", &[&cast.specialist, &cast.manager, &cast.admin]),
        ("/api/review/", &[&cast.gp, &cast.nurse, &cast.manager, &cast.admin]),
        ("/api/uptake/", &[&cast.gp, &cast.specialist, &cast.coordinator]),
    ];
    let mut cells = 0;
    for (method, path) in routes() {
        for (prefix, outsiders) in wrong {
            for outsider in outsiders.iter().filter(|_| path.starts_with(prefix)) {
                let (status, body) = ask(outsider, &method, &path).await;
                let refused = matches!(status, 400 | 404 | 422);
                let empty = status == 200 && body["items"].as_array().is_some_and(Vec::is_empty);
                assert!(refused || empty, "{method} {path} as an outsider: {status} {body}");
                cells += 1;
            }
        }
    }
    assert!(cells > 60, "{cells} cells");
    world.stop().await;
}
