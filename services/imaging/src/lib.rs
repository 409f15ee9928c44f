//! Hostile bytes stop here: pictures from offices are decoded in a confined child process, made smaller and measured.
//!
//! | room | what is in it |
//! |---|---|
//! | [`decode_main`], `confine` | the child `lysbro decode`, and the limits it puts on itself |
//! | [`wire`] | what parent and child say to each other |
//! | `jpeg`, `photo` | a decoder that makes photographs smaller while it reads them |
//! | `png`, `webp`, `heic` | PNG row by row, what WebP stores, HEIC tile by tile |
//! | [`derivatives`], `planes`, `shrink`, `colour`, `exif` | one decode, when it was taken, three smaller copies: upright, sRGB, without metadata |
//! | [`tiles`] | a large picture's own pixels, in squares |
//! | [`quality`] | figures of sharpness and exposure, and an uncalibrated verdict |
//! | [`pool`], `lane` | warm children in lanes, time limits, whose fault a failure is |
//! | `job`, `work`, `tiling` | a leased job per picture: read, decode, store, tell; and the same for tiles, later |

mod colour;
mod confine;
mod decode;
pub mod derivatives;
pub mod exif;
mod heic;
mod job;
mod jpeg;
mod lane;
pub mod photo;
mod planes;
mod png;
pub mod pool;
pub mod quality;
mod shrink;
pub mod tiles;
mod tiling;
mod webp;
pub mod wire;
mod work;

pub use decode::decode_main;
pub use job::waiting;
pub use lane::Lane;
pub use pool::{DecodeError, Decoder};

use kit::{Repair, Routes, Service, keys, log, scrub};
use std::time::Duration;

/// The service's table of contents: a worker without routes.
pub fn service() -> Service {
    Service {
        name: "imaging",
        place: 3,
        routes: Routes::new,
        pages: None,
        migrations: job::MIGRATIONS,
        rights: &[log::PUBLISHING, log::CONSUMING, scrub::WALKING, keys::OPENING],
        statements: &[job::STATEMENTS],
        objects: job::OBJECTS,
        consumers: vec![work::PICTURES],
        repairs: vec![
            Repair {
                name: "decode pictures",
                every: Duration::from_secs(1),
                woken: true,
                workers: Lane::ORDINARY.len(),
                run: |ctx| Box::pin(work::one(ctx)),
            },
            Repair {
                name: "tile large pictures",
                every: Duration::from_secs(1),
                woken: true,
                workers: 1,
                run: |ctx| Box::pin(tiling::one(ctx)),
            },
            Repair {
                name: "make damaged derivatives again",
                every: Duration::from_secs(5),
                woken: true,
                workers: 1,
                run: |ctx| Box::pin(work::mend(ctx)),
            },
            Repair {
                name: "scrub derivatives",
                every: Duration::from_mins(1),
                woken: true,
                workers: 1,
                run: |ctx| Box::pin(scrub::step(ctx, &job::SCRUB)),
            },
        ],
        gauges: Some(|ctx| Box::pin(job::gauges(ctx))),
    }
}
