//! To come.
/// x
pub async fn run() {}
