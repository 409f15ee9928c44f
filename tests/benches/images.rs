//! Derivatives beside libvips, and the lossless strip beside a hash of the same bytes: `make bench-images`.
//!
//! Processor time of one picture, ours and the peer's in turn, `ROUNDS` times (9); the medians are told. Ours is the very function
//! that the decoding child runs, in a warm process as the child is. The peer is one Python process with libvips, on one thread, with
//! one decode from which all three sizes come; `vipsthumbnail`, three times, is what a script would do. The pictures are drawn here:
//! skin-like noise of all scales, the grain of a sensor, two bits a pixel.
//!
//! WebP is where libvips wins: libwebp scales while it decodes, and the decoder in Rust does not.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{figure, wanted};

/// Runs every line.
pub fn run() {
    let folder = std::env::temp_dir().join(format!("lysbro-bench-images-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut peer = Peer::start();
    let small = skin(4032, 3024);
    let large = skin(8064, 6048);
    let file = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a picture");
        path
    };
    let small_jpeg = file("12.jpg", jpeg(&small, false));
    let large_jpeg = file("48.jpg", jpeg(&large, false));
    let progressive = file("12-progressive.jpg", jpeg(&small, true));
    let mut png = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(small).write_to(&mut png, ImageFormat::Png).expect("a PNG");
    let png = file("12.png", png.into_inner());
    peer.ask("webp", &png);
    let webp = folder.join("12.png.webp");

    figure::load();
    println!("peer libvips {}", peer.version);
    let rounds = wanted("ROUNDS", 9);
    for (name, path, task) in [
        ("derivatives-12mp", &small_jpeg, "cascade"),
        ("derivatives-48mp", &large_jpeg, "cascade"),
        ("derivatives-12mp-vipsthumbnail", &small_jpeg, "thumbnails"),
        ("derivatives-48mp-vipsthumbnail", &large_jpeg, "thumbnails"),
        ("png-12mp", &png, "cascade"),
        ("webp-12mp", &webp, "cascade"),
        ("progressive-12mp", &progressive, "cascade"),
        ("strip", &small_jpeg, "sha256"),
    ] {
        let bytes = std::fs::read(path).expect("a picture");
        let work: &dyn Fn() = if name == "strip" {
            &|| drop(std::hint::black_box(kit::picture::strip(&bytes).expect("stripped")))
        } else {
            &|| drop(std::hint::black_box(imaging::derivatives::render(&bytes).expect("rendered")))
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
    std::fs::remove_dir_all(&folder).expect("the folder");
}

/// Processor time of this thread in seconds.
fn spent() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    version: String,
}

impl Peer {
    fn start() -> Self {
        let python = std::env::var_os("PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/images_peer.py");
        let mut child = Command::new(python)
            .arg(script)
            .env("VIPS_CONCURRENCY", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        let (input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut peer = Self { child, input, output: BufReader::new(output), version: String::new() };
        let line = peer.line();
        let version = line.strip_prefix("ready ").expect("libvips: tests/tools/bench-images.sh gets it");
        version.clone_into(&mut peer.version);
        peer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }

    /// Processor time in seconds.
    fn ask(&mut self, task: &str, path: &Path) -> f64 {
        writeln!(self.input, "{task} {}", path.display()).expect("the peer lives");
        self.line().parse().expect("seconds")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A photograph of so many pixels, baseline and 4:2:0 as cameras write it.
pub fn photograph((width, height): (u32, u32)) -> Vec<u8> {
    jpeg(&skin(width, height), false)
}

fn jpeg(image: &RgbImage, progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    encoder.encode(image.as_raw(), image.width() as u16, image.height() as u16, ColorType::Rgb).expect("encoded");
    file
}

/// Skin as a camera sees it: octaves of smooth noise, one dark lesion, and grain.
fn skin(width: u32, height: u32) -> RgbImage {
    let octaves: Vec<(f32, f32)> = (0..9).map(|power| ((4 << power) as f32, 2.0 + power as f32)).collect();
    let radius = width as f32 * 0.1;
    RgbImage::from_fn(width, height, |x, y| {
        let (fx, fy) = (x as f32, y as f32);
        let texture: f32 = octaves.iter().map(|(step, weight)| weight * smooth(fx / step, fy / step)).sum();
        let lesion = (fx - width as f32 * 0.42).hypot(fy - height as f32 * 0.46) < radius + texture;
        let [red, green, blue] = if lesion { [100.0, 64.0, 56.0] } else { [196.0, 150.0, 128.0] };
        let grain = 4.0 * noise(x, y);
        Rgb([red + texture, green + 0.95 * texture, blue + 0.85 * texture].map(|value: f32| (value + grain) as u8))
    })
}

/// A number from -1 to 1 for each point of a grid (Wang's hash).
fn noise(x: u32, y: u32) -> f32 {
    let mut seed = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    seed = (seed ^ seed >> 15).wrapping_mul(0x2C1B_3C6D);
    seed = (seed ^ seed >> 12).wrapping_mul(0x297A_2D39);
    (seed >> 8) as f32 / 8_388_608.0 - 1.0
}

/// The same between the points.
fn smooth(x: f32, y: f32) -> f32 {
    let (left, top) = (x as u32, y as u32);
    let ease = |part: f32| part * part * (3.0 - 2.0 * part);
    let (across, down) = (ease(x.fract()), ease(y.fract()));
    let row = |y: u32| noise(left, y) + (noise(left + 1, y) - noise(left, y)) * across;
    row(top) + (row(top + 1) - row(top)) * down
}
