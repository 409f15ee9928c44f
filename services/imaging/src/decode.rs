//! `lysbro decode`: the child process that reads pictures from strangers.
//!
//! It limits itself first, then answers one request after another on standard input and output until the input ends. It has one
//! thread, no configuration and no log: whatever a hostile picture makes of it can neither read nor reach anything.
//! A crash is an accepted answer; the parent counts it.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use kit::picture::MAX_BYTES;
use prost::Message;

use crate::confine::confine;
use crate::derivatives::render;
use crate::lane::Lane;
use crate::tiles;
use crate::wire::{READY, Reply, read_frame, write_frame};

/// Runs the child, in the lane that the last argument names. To be called first thing in the executable, before any thread or
/// runtime exists.
pub fn decode_main() -> ExitCode {
    let lane = Lane::from_word(std::env::args_os().next_back().as_deref());
    if lane == Lane::Detail {
        // Whoever waits for a picture goes first. A host that refuses it decodes all the same.
        let _ = rustix::process::nice(10);
    }
    if confine(lane.memory()).is_err() {
        return ExitCode::from(2);
    }
    match serve(lane, &mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Says that it is ready, then answers every request until the input ends.
fn serve(lane: Lane, input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    write_frame(output, READY)?;
    while let Some(file) = read_frame(input, MAX_BYTES)? {
        let reply = match lane {
            Lane::Quick | Lane::Slow => Reply::from(render(&file)),
            Lane::Detail => Reply::from(tiles::render(&file)),
        };
        drop(file);
        write_frame(output, &reply.encode_to_vec())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derivatives::encode;

    #[test]
    fn requests_are_answered_in_order_until_the_input_ends() {
        let jpeg = encode(&image::RgbImage::from_pixel(900, 700, image::Rgb([180, 120, 100]))).unwrap();
        let mut input = Vec::new();
        write_frame(&mut input, &jpeg).unwrap();
        write_frame(&mut input, b"Dear colleague").unwrap();
        let mut output = Vec::new();
        serve(Lane::Slow, &mut input.as_slice(), &mut output).unwrap();

        let mut replies = output.as_slice();
        let mut next = || read_frame(&mut replies, usize::MAX).unwrap();
        assert_eq!(next().as_deref(), Some(READY));
        let good = Reply::decode(next().unwrap().as_slice()).unwrap().into_result().unwrap().unwrap();
        assert_eq!((good.width, good.height), (900, 700));
        let bad = Reply::decode(next().unwrap().as_slice()).unwrap().into_result().unwrap().unwrap_err();
        assert_eq!(bad.code, "not-a-picture");
        assert_eq!(next(), None);
    }

    #[test]
    fn a_child_of_the_lane_of_details_answers_with_tiles() {
        let jpeg = encode(&image::RgbImage::from_pixel(1500, 700, image::Rgb([180, 120, 100]))).unwrap();
        let mut input = Vec::new();
        write_frame(&mut input, &jpeg).unwrap();
        let mut output = Vec::new();
        serve(Lane::Detail, &mut input.as_slice(), &mut output).unwrap();
        let mut replies = output.as_slice();
        assert_eq!(read_frame(&mut replies, usize::MAX).unwrap().as_deref(), Some(READY));
        let reply = Reply::decode(read_frame(&mut replies, usize::MAX).unwrap().unwrap().as_slice()).unwrap();
        let tiled = reply.into_tiled().unwrap().unwrap();
        assert_eq!((tiled.width, tiled.height, tiled.tiles.len()), (1500, 700, 2));
    }
}
