//! Routes under `/api/uptake/study`: the study of uptake at one position of the log, for whoever may see the figures of all practices.
//!
//! | room | what is in it |
//! |---|---|
//! | [`wanted`] | the window and specialty that are asked for |
//! | [`overview`] | what the study covers, and the definitions of its indicators |
//! | [`indicator`] | one indicator's figures |
//! | [`chart`] | one chart with its table |
//! | [`sample`] | the study designer |
//! | [`taking`] | everything as one file, or its tables in the formats of others |
//! | [`archive`] | files as one, and the record of whoever took it |

mod archive;
mod chart;
mod indicator;
mod overview;
mod sample;
mod taking;
mod wanted;

use crate::studied::Studied;
use axum::Extension;
use kit::Routes;
use utoipa_axum::routes;

/// All of them; they share what was read.
pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(overview::overview))
        .routes(routes!(indicator::indicator))
        .routes(routes!(chart::chart))
        .routes(routes!(sample::sample))
        .routes(routes!(taking::bundle))
        .routes(routes!(taking::exports))
        .layer(Extension(Studied::default()))
}
