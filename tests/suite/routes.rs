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

/// Which roles a route answers, by the longest prefix that fits; everybody signed in may use what is not listed.
const FOR: [(&str, Side); 12] = [
    ("/api/intake/", Side::Office),
    ("/api/review/", Side::Hospital),
    ("/api/uptake/", Side::Programme),
    ("/api/directory/practices", Side::Administration),
    ("/api/directory/departments", Side::Administration),
    ("/api/directory/people", Side::Administration),
    ("/api/directory/me", Side::Everybody),
    ("/api/directory/sign-out", Side::Everybody),
    ("/api/directory/lock", Side::Everybody),
    ("/api/directory/unlock", Side::Everybody),
    ("/api/directory/links", Side::Everybody),
    ("/api/directory/sign-in", Side::Everybody),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Office,
    Hospital,
    Programme,
    Administration,
    Everybody,
}

/// Static lists that hold nothing of anybody.
const HARMLESS: [&str; 2] = ["/api/intake/body-sites", "/api/intake/limits"];

fn side(path: &str) -> Option<Side> {
    let fitting = FOR.iter().filter(|(prefix, _)| path.starts_with(prefix));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, side)| *side)
}

#[tokio::test]
async fn the_wrong_role_sees_what_is_not_there() {
    let world = world(EMBEDDED).await;
    let cast = Cast::assemble(world.ctx(), &world.url()).await;
    let everybody: [(&str, &Client, &[Side]); 6] = [
        ("gp", &cast.gp, &[Side::Office]),
        ("nurse", &cast.nurse, &[Side::Office]),
        ("specialist", &cast.specialist, &[Side::Hospital]),
        ("coordinator", &cast.coordinator, &[Side::Hospital]),
        ("manager", &cast.manager, &[Side::Programme]),
        ("administrator", &cast.admin, &[Side::Programme, Side::Administration]),
    ];
    let mut cells = 0;
    for (method, path) in routes() {
        if OPEN.contains(&(&method, &path)) || HARMLESS.contains(&path.as_str()) {
            continue;
        }
        let side = side(&path).unwrap_or_else(|| panic!("{path} has no row: say whom it is for"));
        for (who, client, sides) in everybody {
            let reads_register =
                who == "manager" && (method.as_str(), path.as_str()) == ("get", "/api/directory/practices");
            if side == Side::Everybody || sides.contains(&side) || reads_register {
                continue;
            }
            let (status, body) = ask(client, &method, &path).await;
            // A list of one's own is empty; a malformed body may be told before the role is asked, and tells nothing.
            let empty = status == 200 && body["items"].as_array().is_some_and(Vec::is_empty);
            let before = matches!(status, 400 | 405 | 412 | 415 | 422) || (status == 204 && method == "options");
            let nothing = body.get("id").is_none() && body.get("patient").is_none();
            assert!((status == 404 || empty || before) && nothing, "{method} {path} as {who}: {status} {body}");
            cells += 1;
        }
    }
    assert!(cells > 150, "{cells} cells");
    world.stop().await;
}
