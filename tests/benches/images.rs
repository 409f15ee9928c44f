//! Derivatives and tiles beside libvips, their likeness to a careful reduction, the decoding child's memory, and the lossless strip beside
//! a hash of the same bytes: `make bench-images`.
//!
//! Processor time of one picture, ours and the peer's in turn, `ROUNDS` times (9); the medians are told. Ours is the very function
//! that the decoding child runs, in a warm process as the child is. The peer is one Python process with libvips, on one thread, with
//! one decode from which all three sizes come; `vipsthumbnail`, three times, is what a script would do; HEIC stands beside the
//! decoder of libheif alone, as this libvips has none.
//!
//! Likeness is SSIM of luma with Lanczos' reduction of the full decode to the same size (Pillow), ours beside libvips' view.

mod drawn;
mod memory;
mod peer;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageFormat, Rgb, RgbImage};
use imaging::Lane;

use crate::{figure, wanted};
pub use drawn::photograph;
use drawn::{Chroma, jpeg, skin};
use peer::Peer;

/// Most MiB of the child for 48 megapixels, sequential and progressive.
const QUICK_LIMIT: f64 = 32.0;
const SLOW_LIMIT: f64 = 200.0;
/// Most MiB of the child that cuts tiles, whatever the picture.
const DETAIL_LIMIT: f64 = 600.0;

/// The pictures, as files.
struct Pictures {
    folder: PathBuf,
    small: PathBuf,
    large: PathBuf,
    full_chroma: PathBuf,
    progressive: PathBuf,
    large_progressive: PathBuf,
    png: PathBuf,
    largest_png: PathBuf,
    webp: PathBuf,
    heic: PathBuf,
}

impl Pictures {
    fn draw(peer: &mut Peer) -> Self {
        let folder = std::env::temp_dir().join(format!("lysbro-bench-images-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = |name: &str, bytes: Vec<u8>| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a picture");
            path
        };
        let (small, large) = (skin(4032, 3024), skin(8064, 6048));
        let png = file("12.png", drawn_png(&small));
        // There is no lossy encoder of these on this side.
        peer.ask("webp", &png);
        peer.ask("heic", &png);
        Self {
            small: file("12.jpg", jpeg(&small, Chroma::Halved, false)),
            full_chroma: file("12-444.jpg", jpeg(&small, Chroma::Full, false)),
            progressive: file("12-progressive.jpg", jpeg(&small, Chroma::Halved, true)),
            large: file("48.jpg", jpeg(&large, Chroma::Halved, false)),
            large_progressive: file("48-progressive.jpg", jpeg(&large, Chroma::Halved, true)),
            // Grain does not fit into the longest file that is taken; flat squares do.
            largest_png: file("100.png", drawn_png(&RgbImage::from_fn(10_000, 10_000, squares))),
            webp: folder.join("12.png.webp"),
            heic: folder.join("12.png.heic"),
            png,
            folder,
        }
    }
}

fn drawn_png(picture: &RgbImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).expect("a PNG");
    file.into_inner()
}

fn squares(x: u32, y: u32) -> Rgb<u8> {
    Rgb([x / 16, y / 16, (x + y) / 32].map(|value| value as u8))
}

/// Runs every line.
pub fn run() {
    let mut peer = Peer::start();
    let pictures = Pictures::draw(&mut peer);
    figure::load();
    println!("peer libvips {}", peer.version);
    times(&mut peer, &pictures);
    likeness(&mut peer, &pictures);
    let program = std::env::var_os("LYSBRO_BIN").map_or_else(|| PathBuf::from("target/release/lysbro"), PathBuf::from);
    for (name, lane, path, limit) in [
        ("memory-48mp", Lane::Quick, &pictures.large, QUICK_LIMIT),
        ("memory-48mp-progressive", Lane::Slow, &pictures.large_progressive, SLOW_LIMIT),
        ("memory-12mp-png", Lane::Slow, &pictures.png, SLOW_LIMIT),
        ("memory-12mp-webp", Lane::Slow, &pictures.webp, SLOW_LIMIT),
        ("memory-12mp-heic", Lane::Slow, &pictures.heic, SLOW_LIMIT),
        ("memory-tiles-48mp", Lane::Detail, &pictures.large, DETAIL_LIMIT),
        ("memory-tiles-48mp-progressive", Lane::Detail, &pictures.large_progressive, DETAIL_LIMIT),
        ("memory-tiles-100mp-png", Lane::Detail, &pictures.largest_png, DETAIL_LIMIT),
    ] {
        figure::line(name, memory::peak(&program, lane, &read(path)), limit, "MiB");
    }
    std::fs::remove_dir_all(&pictures.folder).expect("the folder");
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a picture")
}

fn times(peer: &mut Peer, pictures: &Pictures) {
    let rounds = wanted("ROUNDS", 9);
    for (name, path, task) in [
        ("derivatives-12mp", &pictures.small, "cascade"),
        ("derivatives-48mp", &pictures.large, "cascade"),
        ("derivatives-12mp-444", &pictures.full_chroma, "cascade"),
        ("derivatives-12mp-vipsthumbnail", &pictures.small, "thumbnails"),
        ("derivatives-48mp-vipsthumbnail", &pictures.large, "thumbnails"),
        ("png-12mp", &pictures.png, "cascade"),
        ("webp-12mp", &pictures.webp, "cascade"),
        ("heic-12mp-libheif-decode", &pictures.heic, "libheif"),
        ("progressive-12mp", &pictures.progressive, "cascade"),
        ("tiles-48mp", &pictures.large, "tiles"),
        ("tiles-48mp-progressive", &pictures.large_progressive, "tiles"),
        ("tiles-100mp-png", &pictures.largest_png, "tiles"),
        ("strip", &pictures.small, "sha256"),
    ] {
        let bytes = read(path);
        let work: &dyn Fn() = match task {
            "sha256" => &|| drop(std::hint::black_box(kit::picture::strip(&bytes).expect("stripped"))),
            "tiles" => &|| drop(std::hint::black_box(imaging::tiles::render(&bytes).expect("cut"))),
            _ => &|| drop(std::hint::black_box(imaging::derivatives::render(&bytes).expect("rendered"))),
        };
        work();
        peer.ask(task, path);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let before = spent();
            work();
            ours.push((spent() - before) * 1e3);
            theirs.push(peer.ask(task, path) * 1e3);
        }
        figure::line(name, figure::median(&ours), figure::median(&theirs), "ms");
    }
}

fn likeness(peer: &mut Peer, pictures: &Pictures) {
    for (name, path) in [("ssim-12mp", &pictures.small), ("ssim-48mp", &pictures.large)] {
        let rendered = imaging::derivatives::render(&read(path)).expect("rendered");
        // The peer looks for our view beside the picture.
        std::fs::write(path.with_extension("jpg.view"), &rendered.derivatives[0].jpeg).expect("a picture");
        let (ours, theirs) = (peer.ask("ssim-ours", path), peer.ask("ssim-theirs", path));
        println!("bench {name} difference={:+.4} ours={ours:.4} peer={theirs:.4}", ours - theirs);
    }
}

/// Processor time of this thread in seconds.
fn spent() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
