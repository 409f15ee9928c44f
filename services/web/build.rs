//! Makes cargo notice a new build of the front end, and stops with the remedy when there is none.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=app/dist");
    let index = Path::new("app/dist/index.html");
    if !index.exists() {
        println!("cargo:error=the front end is not built: run `make front-end` first");
        std::process::exit(1);
    }
}
