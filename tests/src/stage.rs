//! What a journey goes on: the services in this process, or a layout of separate processes.

use crate::Layout;
use kit::Context;
use kit::testing::World;
use time::Duration;

/// A running deployment.
pub trait Stage {
    /// Its stores; of a layout as the operator has them, without objects.
    fn ctx(&self) -> &Context;
    /// Where clients ask.
    fn url(&self) -> String;
    /// Lets time go by.
    fn pass(&self, time: Duration) -> impl Future<Output = ()> + Send;
    /// Whether everything came to rest with nothing parked.
    fn settled(&self) -> impl Future<Output = bool> + Send;
}

impl Stage for World {
    fn ctx(&self) -> &Context {
        World::ctx(self)
    }

    fn url(&self) -> String {
        World::url(self)
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    async fn settled(&self) -> bool {
        self.settle().await.expect("settled").is_empty()
    }
}

impl Stage for Layout {
    fn ctx(&self) -> &Context {
        Layout::ctx(self)
    }

    fn url(&self) -> String {
        Layout::url(self)
    }

    async fn pass(&self, time: Duration) {
        tokio::time::sleep(time.unsigned_abs()).await;
    }

    /// Its own processes do the work; a journey has waited for what it wants to see.
    async fn settled(&self) -> bool {
        kit::log::parked(&self.ctx().db).await.expect("an answer").is_empty()
    }
}
