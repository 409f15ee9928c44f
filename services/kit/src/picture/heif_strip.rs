//! HEIC without metadata: everything stays where it is, and what is not the picture is overwritten.
//!
//! Places in the file are written in many boxes, so nothing is moved or taken out. Of the coded bytes only those stay that the
//! picture, its tiles and its transparency are made of; thumbnails, depth, brightness for bright screens, EXIF, XMP and whatever
//! lies between become zeros, and the items that had them are renamed to `free`, so that no viewer looks for them. EXIF becomes
//! one that says "upright", because some viewers expect it. Only known boxes and properties stay.
//!
//! What an encoder writes inside the coded picture (its name and settings, never place or person) stays: the units of HEVC are
//! not taken apart.

use std::ops::Range;

use super::headers::Flaw;
use super::heif::{Heif, Part};
use super::tiff::with_orientation;

/// Boxes of `meta` that say what the picture is.
const META_KEPT: [&[u8; 4]; 9] = [b"hdlr", b"dinf", b"pitm", b"iinf", b"iref", b"iprp", b"idat", b"iloc", b"grpl"];
/// Properties that are needed to decode it, or change its look.
const PROPERTIES_KEPT: [&[u8; 4]; 16] = [
    b"hvcC", b"ispe", b"pixi", b"colr", b"irot", b"imir", b"clap", b"pasp", b"auxC", b"clli", b"mdcv", b"cclv",
    b"amve", b"rloc", b"lsel", b"oinf",
];
/// Links from items that stay.
const LINKS_KEPT: [&[u8; 4]; 2] = [b"dimg", b"auxl"];

pub(super) fn heic(file: &[u8]) -> Result<Vec<u8>, Flaw> {
    let heif = Heif::open(file)?;
    let end = heif.top.last().map_or(0, |part| part.body.end);
    let mut out = file.get(..end).ok_or(Flaw::Truncated)?.to_vec();
    // A second `meta` box would be looked at by no reader.
    let mut meta_seen = false;
    let mut data = Vec::new();
    for part in &heif.top {
        match &part.kind {
            b"ftyp" => {}
            b"meta" if !meta_seen => meta_seen = true,
            b"mdat" => data.push(part.body.clone()),
            _ => free(&mut out, part),
        }
    }
    for part in &heif.meta {
        if part.kind == *b"idat" {
            data.push(part.body.clone());
        } else if !META_KEPT.iter().any(|kind| part.kind == **kind) {
            free(&mut out, part);
        }
    }
    for part in heif.properties.iter().filter(|part| !PROPERTIES_KEPT.iter().any(|kind| part.kind == **kind)) {
        free(&mut out, part);
    }
    for range in &data {
        out[range.clone()].fill(0);
    }
    let kept = heif.kept();
    for extent in kept.iter().flat_map(|number| &heif.items[*number].extents) {
        // Elsewhere it would be copied over what was blanked.
        if !data.iter().any(|range| range.start <= extent.start && extent.end <= range.end) {
            return Err(Flaw::Damaged);
        }
        out[extent.clone()].copy_from_slice(&file[extent.clone()]);
    }
    for (number, item) in heif.items.iter().enumerate() {
        let body = &item.entry.body;
        let kind_at = body.start + if file[body.start] == 2 { 8 } else { 10 };
        let is_exif = item.kind == *b"Exif" && write_exif(&mut out, &item.extents, &data);
        if !kept.contains(&number) && !is_exif {
            out[kind_at..kind_at + 4].copy_from_slice(b"free");
        }
        // A name is text up to a zero; what is behind it says how the item is to be read.
        out[kind_at + 4..body.end].iter_mut().take_while(|byte| **byte != 0).for_each(|byte| *byte = b' ');
    }
    let stays = |id: u32| kept.iter().any(|number| heif.items[*number].id == id);
    for link in &heif.links {
        let describes = link.kind == *b"cdsc";
        let is_kept = LINKS_KEPT.iter().any(|kind| link.kind == **kind) && stays(link.from);
        if !(describes || is_kept) {
            out[link.begin + 4..link.begin + 8].copy_from_slice(b"free");
        }
    }
    Ok(out)
}

/// An empty box in its place.
fn free(out: &mut [u8], part: &Part) {
    out[part.begin + 4..part.begin + 8].copy_from_slice(b"free");
    out[part.body.clone()].fill(0);
}

/// Writes an EXIF with nothing in it where the old one was; false where there is no room for it.
fn write_exif(out: &mut [u8], extents: &[Range<usize>], data: &[Range<usize>]) -> bool {
    let [extent] = extents else { return false };
    let is_data = data.iter().any(|range| range.start <= extent.start && extent.end <= range.end);
    // Four bytes say how far the structure is from here: not at all.
    let tiff = with_orientation(1);
    if !is_data || extent.len() < 4 + tiff.len() || out[extent.clone()].iter().any(|byte| *byte != 0) {
        return false;
    }
    out[extent.start + 4..extent.start + 4 + tiff.len()].copy_from_slice(&tiff);
    true
}
