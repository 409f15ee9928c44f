//! Compiles the `.proto` files in pure Rust (protox + prost): no `protoc` to install.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["envelope", "directory", "intake", "imaging", "review"].map(|name| format!("lysbro/{name}.proto"));
    println!("cargo:rerun-if-changed=lysbro");
    let descriptors = protox::compile(&files, ["."])?;
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
