//! The container of HEIC (ISO/IEC 23008-12): which pieces of a file are the picture, and how large it is.
//!
//! A file is boxes in boxes. The `meta` box lists items (coded pictures, a grid that joins them, EXIF) with their places in the
//! file and their properties. Boxes are read by position and to a fixed depth; lists grow with the bytes that are really there
//! and end at a fixed number. Rejected: the decoder's own reader of the container, which refuses files for pieces that nobody
//! needs, and mirrors pictures about the wrong axis.

use std::ops::Range;

use super::MAX_PIXELS;
use super::headers::{Flaw, be16, be32};

/// More items, references or extents than any phone writes: 48 megapixels are some 200 tiles.
const MOST: usize = 4096;
/// Most boxes that are looked at in one place.
const MOST_BOXES: usize = 8192;

/// A box: its name, where it begins, and where its contents are.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub kind: [u8; 4],
    pub begin: usize,
    pub body: Range<usize>,
}

/// The box at a position, whose parent ends at `end`; none where no box can be.
fn part(file: &[u8], at: usize, end: usize) -> Option<Part> {
    let kind = *file.get(at + 4..)?.first_chunk()?;
    let (header, length) = match be32(file, at)? {
        0 => (8, end.checked_sub(at)?),
        1 => (16, usize::try_from(u64::from_be_bytes(*file.get(at + 8..)?.first_chunk()?)).ok()?),
        length => (8, length as usize),
    };
    let body = at.checked_add(header)?..at.checked_add(length)?;
    (body.start <= body.end).then_some(Part { kind, begin: at, body })
}

/// The boxes that fill a range. One that reaches beyond it is an error.
pub(super) fn parts(file: &[u8], range: Range<usize>) -> Result<Vec<Part>, Flaw> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let part = part(file, at, range.end).filter(|part| part.body.end <= range.end).ok_or(Flaw::Damaged)?;
        if parts.len() == MOST_BOXES {
            return Err(Flaw::Damaged);
        }
        at = part.body.end;
        parts.push(part);
    }
    Ok(parts)
}

/// The boxes of a file. What is no box ends the list: some phones write behind the last box.
pub(super) fn top(file: &[u8]) -> Result<Vec<Part>, Flaw> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(part) = part(file, at, file.len()) {
        let is_known = matches!(&part.kind, b"ftyp" | b"meta" | b"mdat" | b"free" | b"moov");
        if part.body.end > file.len() {
            if is_known {
                return Err(Flaw::Truncated);
            }
            break;
        }
        if parts.len() == MOST_BOXES {
            return Err(Flaw::Damaged);
        }
        at = part.body.end;
        parts.push(part);
    }
    Ok(parts)
}

/// Reads numbers one after the other.
struct Numbers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Numbers<'_> {
    /// A number of 0, 1, 2, 4 or 8 bytes.
    fn next(&mut self, length: usize) -> Result<u64, Flaw> {
        let end = self.at.checked_add(length).ok_or(Flaw::Damaged)?;
        let bytes = self.bytes.get(self.at..end).ok_or(Flaw::Damaged)?;
        self.at = end;
        Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn small(&mut self, length: usize) -> Result<u32, Flaw> {
        u32::try_from(self.next(length)?).map_err(|_| Flaw::Damaged)
    }
}

/// A piece of the file with a meaning.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub id: u32,
    /// `hvc1` for a coded picture, `grid` for several joined, `Exif`, `mime` and others.
    pub kind: [u8; 4],
    /// Where its entry in the list of items begins.
    pub entry: Part,
    /// Where its bytes are in the file.
    pub extents: Vec<Range<usize>>,
    properties: Vec<usize>,
}

/// Items that an item leads to, by a word such as `dimg` (made of), `thmb` (thumbnail of), `cdsc` (describes).
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub kind: [u8; 4],
    /// Where the box of the link begins.
    pub begin: usize,
    pub from: u32,
    pub to: Vec<u32>,
}

/// What stands in the way between the picture as coded and the picture as seen, in the order in which it is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Quarter turns against the clock, 0 to 3.
    Rotate(u8),
    /// Left and right change places.
    MirrorSides,
    /// Top and bottom change places.
    MirrorTop,
}

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// How a picture's samples become colours (ITU-T H.273).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    pub primaries: u16,
    pub transfer: u16,
    pub matrix: u16,
    /// Samples use all levels, not those of television (16 to 235).
    pub full_range: bool,
}

/// A coded picture: a whole one, or a tile.
#[derive(Clone, Debug)]
pub struct Coded<'a> {
    /// The contents of its `hvcC` box.
    pub configuration: &'a [u8],
    /// Its units of HEVC, each behind its length.
    pub data: Vec<u8>,
    /// Width and height in pixels that the container promises.
    pub size: (u32, u32),
}

/// A HEIC file, read as far as its container.
#[derive(Clone, Debug)]
pub struct Heif<'a> {
    file: &'a [u8],
    pub(super) top: Vec<Part>,
    pub(super) meta: Vec<Part>,
    pub(super) items: Vec<Item>,
    pub(super) links: Vec<Link>,
    pub(super) properties: Vec<Part>,
    primary: u32,
    /// Columns and rows of tiles; 1 by 1 for a single picture.
    grid: (u32, u32),
    /// Width and height in pixels as coded, before `area`.
    coded: (u32, u32),
    tiles: Vec<usize>,
    area: Area,
}

impl<'a> Heif<'a> {
    /// `None` when [`super::check`] would refuse the file.
    pub fn new(file: &'a [u8]) -> Option<Self> {
        Self::open(file).ok()
    }

    pub(super) fn open(file: &'a [u8]) -> Result<Self, Flaw> {
        let top = top(file)?;
        let meta = top.iter().find(|part| part.kind == *b"meta").ok_or(Flaw::Truncated)?;
        let meta = parts(file, meta.body.start.saturating_add(4)..meta.body.end)?;
        let find = |kind: &[u8; 4]| meta.iter().find(|part| part.kind == *kind);
        let body = |kind| find(kind).and_then(|part| file.get(part.body.clone())).ok_or(Flaw::Damaged);
        let pitm = body(b"pitm")?;
        let mut numbers = Numbers { bytes: pitm, at: 4 };
        let primary = numbers.small(if pitm.first() == Some(&0) { 2 } else { 4 })?;
        let iprp = parts(file, find(b"iprp").ok_or(Flaw::Damaged)?.body.clone())?;
        let ipco = iprp.iter().find(|part| part.kind == *b"ipco").ok_or(Flaw::Damaged)?;
        let properties = parts(file, ipco.body.clone())?;
        let mut heif = Self {
            file,
            items: items(file, find(b"iinf").ok_or(Flaw::Damaged)?)?,
            links: match find(b"iref") {
                Some(part) => links(file, part)?,
                None => Vec::new(),
            },
            properties,
            top: Vec::new(),
            meta: Vec::new(),
            primary,
            grid: (1, 1),
            coded: (0, 0),
            tiles: Vec::new(),
            area: Area { left: 0, top: 0, width: 0, height: 0 },
        };
        heif.places(body(b"iloc")?, find(b"idat").map(|part| part.body.clone()))?;
        for part in iprp.iter().filter(|part| part.kind == *b"ipma") {
            heif.associations(&file[part.body.clone()])?;
        }
        heif.meta = meta;
        heif.top = top;
        heif.picture()?;
        Ok(heif)
    }

    /// Where each item's bytes are (`iloc`).
    fn places(&mut self, iloc: &[u8], idat: Option<Range<usize>>) -> Result<(), Flaw> {
        let version = *iloc.first().ok_or(Flaw::Damaged)?;
        let mut numbers = Numbers { bytes: iloc, at: 4 };
        let sizes = numbers.next(2)? as usize;
        let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| sizes >> shift & 15);
        let index = if version == 0 { 0 } else { index };
        if [offset, length, base, index].iter().any(|size| !matches!(size, 0 | 4 | 8)) || version > 2 {
            return Err(Flaw::Damaged);
        }
        let wide = if version == 2 { 4 } else { 2 };
        let mut left = MOST * 2;
        for _ in 0..numbers.next(wide)? {
            left = left.checked_sub(1).ok_or(Flaw::Damaged)?;
            let id = numbers.small(wide)?;
            let method = if version == 0 { 0 } else { numbers.next(2)? & 15 };
            let elsewhere = numbers.next(2)? != 0;
            let from = numbers.next(base)?;
            let mut extents = Vec::new();
            for _ in 0..numbers.next(2)? {
                left = left.checked_sub(1).ok_or(Flaw::Damaged)?;
                numbers.next(index)?;
                let begin = from.checked_add(numbers.next(offset)?).and_then(|begin| usize::try_from(begin).ok());
                let length = usize::try_from(numbers.next(length)?).ok();
                let (begin, length) = begin.zip(length).ok_or(Flaw::Damaged)?;
                let begin = match (method, &idat) {
                    (0, _) => Some(begin),
                    (1, Some(idat)) => idat.start.checked_add(begin),
                    _ => None,
                };
                let range = begin.and_then(|begin| Some(begin..begin.checked_add(length)?));
                // An item that is put together in another way cannot be read; whether that matters shows later.
                extents.extend(range.filter(|range| !elsewhere && range.start <= range.end));
            }
            if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                item.extents = extents;
            }
        }
        Ok(())
    }

    /// Which properties belong to which item (`ipma`); they count from 1, and 0 stands for none.
    fn associations(&mut self, ipma: &[u8]) -> Result<(), Flaw> {
        let version = *ipma.first().ok_or(Flaw::Damaged)?;
        let is_wide = ipma.get(3).is_some_and(|flags| flags & 1 == 1);
        let mut numbers = Numbers { bytes: ipma, at: 4 };
        let mut left = MOST * 32;
        for _ in 0..numbers.next(4)? {
            left = left.checked_sub(16).ok_or(Flaw::Damaged)?;
            let id = numbers.small(if version == 0 { 2 } else { 4 })?;
            let mut all = Vec::new();
            for _ in 0..numbers.next(1)? {
                left = left.checked_sub(1).ok_or(Flaw::Damaged)?;
                let number = if is_wide { numbers.next(2)? & 0x7FFF } else { numbers.next(1)? & 0x7F };
                all.extend((number as usize).checked_sub(1));
            }
            if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
                item.properties = all;
            }
        }
        Ok(())
    }

    fn item(&self, id: u32) -> Result<usize, Flaw> {
        self.items.iter().position(|item| item.id == id).ok_or(Flaw::Damaged)
    }

    fn of<'b>(&'b self, item: &'b Item) -> impl Iterator<Item = ([u8; 4], &'a [u8])> + 'b {
        let parts = item.properties.iter().filter_map(|number| self.properties.get(*number));
        parts.map(|part| (part.kind, &self.file[part.body.clone()]))
    }

    fn property(&self, item: &Item, kind: [u8; 4]) -> Option<&'a [u8]> {
        self.of(item).find(|(name, _)| *name == kind).map(|(_, body)| body)
    }

    fn size_of(&self, item: &Item) -> Result<(u32, u32), Flaw> {
        let ispe = self.property(item, *b"ispe").ok_or(Flaw::Damaged)?;
        be32(ispe, 4).zip(be32(ispe, 8)).ok_or(Flaw::Damaged)
    }

    /// An item's bytes, all of them in the file.
    fn bytes(&self, item: &Item) -> Result<Vec<u8>, Flaw> {
        let mut bytes = Vec::new();
        for extent in &item.extents {
            // No more than the file holds, however often a piece of it is named.
            let piece = self.file.get(extent.clone()).filter(|piece| bytes.len() + piece.len() <= self.file.len());
            bytes.extend_from_slice(piece.ok_or(Flaw::Truncated)?);
        }
        if bytes.is_empty() { Err(Flaw::Damaged) } else { Ok(bytes) }
    }

    /// Finds what makes up the picture, and compares the sizes of its pieces.
    fn picture(&mut self) -> Result<(), Flaw> {
        let number = self.item(self.primary)?;
        let item = &self.items[number];
        let coded = self.size_of(item)?;
        let tiles = match &item.kind {
            b"hvc1" => vec![number],
            b"grid" => {
                let data = self.bytes(item)?;
                let wide = data.get(1).is_some_and(|flags| flags & 1 == 1);
                let (rows, columns) = data.get(2).zip(data.get(3)).ok_or(Flaw::Damaged)?;
                let stated = if wide {
                    be32(&data, 4).zip(be32(&data, 8))
                } else {
                    be16(&data, 4).zip(be16(&data, 6)).map(|(width, height)| (width.into(), height.into()))
                };
                if stated != Some(coded) {
                    return Err(Flaw::Damaged);
                }
                self.grid = (u32::from(*columns) + 1, u32::from(*rows) + 1);
                let made_of = self.links.iter().find(|link| link.kind == *b"dimg" && link.from == self.primary);
                let made_of = made_of.map(|link| link.to.as_slice()).unwrap_or_default();
                if made_of.len() as u64 != u64::from(self.grid.0) * u64::from(self.grid.1) {
                    return Err(Flaw::Damaged);
                }
                made_of.iter().map(|id| self.item(*id)).collect::<Result<Vec<_>, _>>()?
            }
            b"av01" => return Err(Flaw::Avif),
            _ => return Err(Flaw::Rare),
        };
        let first = self.size_of(&self.items[*tiles.first().ok_or(Flaw::Damaged)?])?;
        let covers = |tile: u32, count: u32, side: u32| {
            let (tile, count, side) = (u64::from(tile), u64::from(count), u64::from(side));
            tile * count >= side && tile * (count - 1) < side
        };
        // No tile may lie outside the picture, and all that is decoded is not much more than what is seen.
        let decoded = u64::from(first.0).saturating_mul(first.1.into()).saturating_mul(tiles.len() as u64);
        let is_bomb = item.kind == *b"grid" && decoded > MAX_PIXELS * 2;
        if is_bomb || !covers(first.0, self.grid.0, coded.0) || !covers(first.1, self.grid.1, coded.1) {
            return Err(Flaw::Damaged);
        }
        let mut left = self.file.len();
        for tile in &tiles {
            let tile = &self.items[*tile];
            if tile.kind != *b"hvc1" {
                return Err(Flaw::Rare);
            }
            if self.size_of(tile)? != first || self.property(tile, *b"hvcC").is_none() || tile.extents.is_empty() {
                return Err(Flaw::Damaged);
            }
            if tile.extents.iter().any(|extent| extent.end > self.file.len()) {
                return Err(Flaw::Truncated);
            }
            // Tiles that name the same bytes over and over would be read over and over.
            let bytes: usize = tile.extents.iter().map(Range::len).sum();
            left = left.checked_sub(bytes).ok_or(Flaw::Damaged)?;
        }
        let mut area = Area { left: 0, top: 0, width: coded.0, height: coded.1 };
        let mut is_turned = false;
        for (kind, body) in self.of(item) {
            match &kind {
                b"irot" | b"imir" => is_turned = true,
                // The standard puts it first; in another place it would be another rectangle.
                b"clap" if is_turned => return Err(Flaw::Rare),
                b"clap" => area = clean(body, coded).ok_or(Flaw::Damaged)?,
                _ => {}
            }
        }
        (self.tiles, self.coded, self.area) = (tiles, coded, area);
        Ok(())
    }

    /// Width and height in pixels, before it is turned.
    pub fn size(&self) -> (u32, u32) {
        (self.area.width, self.area.height)
    }

    /// Width and height in pixels of all that is coded.
    pub fn coded_size(&self) -> (u32, u32) {
        self.coded
    }

    /// The part of what is coded that is to be seen.
    pub fn area(&self) -> Area {
        self.area
    }

    /// How many tiles lie beside each other.
    pub fn columns(&self) -> u32 {
        self.grid.0
    }

    /// How the picture is turned, in this order.
    pub fn turns(&self) -> Vec<Turn> {
        let Some(item) = self.items.iter().find(|item| item.id == self.primary) else {
            return Vec::new();
        };
        self.of(item)
            .filter_map(|(kind, body)| match &kind {
                b"irot" => body.first().map(|angle| Turn::Rotate(angle & 3)),
                b"imir" => body.first().map(|axis| if axis & 1 == 1 { Turn::MirrorSides } else { Turn::MirrorTop }),
                _ => None,
            })
            .take(16)
            .collect()
    }

    /// The coded pictures, row by row from the top left; one that is not whole is none.
    pub fn coded(&self) -> impl Iterator<Item = Option<Coded<'a>>> + '_ {
        self.tiles.iter().map(|number| {
            let item = &self.items[*number];
            let configuration = self.property(item, *b"hvcC")?;
            Some(Coded { configuration, data: self.bytes(item).ok()?, size: self.size_of(item).ok()? })
        })
    }

    /// The boxes of colour of the picture, or of its first tile.
    fn colour(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let both = self.items.iter().filter(|item| item.id == self.primary);
        let both = both.chain(self.tiles.first().map(|number| &self.items[*number]));
        both.flat_map(|item| self.of(item)).filter(|(kind, _)| kind == b"colr").map(|(_, body)| body)
    }

    /// The ICC profile.
    pub fn profile(&self) -> Option<&'a [u8]> {
        self.colour().find_map(|body| body.strip_prefix(b"prof").or_else(|| body.strip_prefix(b"rICC")))
    }

    /// How samples become colours, where the container says so.
    pub fn colours(&self) -> Option<Colours> {
        let body = self.colour().find_map(|body| body.strip_prefix(b"nclx"))?;
        Some(Colours {
            primaries: be16(body, 0)?,
            transfer: be16(body, 2)?,
            matrix: be16(body, 4)?,
            full_range: body.get(6)? & 0x80 != 0,
        })
    }

    /// The TIFF structure of the EXIF that describes the picture.
    pub fn exif(&self) -> Option<Vec<u8>> {
        let describes =
            |item: &&Item| self.links.iter().any(|link| link.from == item.id && link.to.contains(&self.primary));
        let bytes = self.bytes(self.items.iter().filter(|item| item.kind == *b"Exif").find(describes)?).ok()?;
        let begin = (be32(&bytes, 0)? as usize).checked_add(4)?;
        bytes.get(begin..).map(<[u8]>::to_vec)
    }

    /// The items without which the picture would be another: itself, its tiles, and what makes it transparent.
    pub(super) fn kept(&self) -> Vec<usize> {
        let alpha = |item: &Item| {
            self.property(item, *b"auxC").is_some_and(|body| {
                let name = body.get(4..).unwrap_or_default();
                name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
                    || name.starts_with(b"urn:mpeg:hevc:2015:auxid:1\0")
            })
        };
        let mut kept = self.tiles.clone();
        kept.extend(self.items.iter().position(|item| item.id == self.primary));
        for link in self.links.iter().filter(|link| link.kind == *b"auxl" && link.to.contains(&self.primary)) {
            let Some(number) = self.items.iter().position(|item| item.id == link.from) else { continue };
            if alpha(&self.items[number]) {
                kept.push(number);
                let made_of = self.links.iter().filter(|one| one.kind == *b"dimg" && one.from == link.from);
                kept.extend(made_of.flat_map(|one| &one.to).filter_map(|id| self.item(*id).ok()));
            }
        }
        kept
    }
}

/// The list of items (`iinf`).
fn items(file: &[u8], iinf: &Part) -> Result<Vec<Item>, Flaw> {
    let body = &file[iinf.body.clone()];
    let header = if body.first() == Some(&0) { 6 } else { 8 };
    let entries = parts(file, iinf.body.start.saturating_add(header)..iinf.body.end)?;
    let mut items = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.kind == *b"infe").take(MOST) {
        let body = &file[entry.body.clone()];
        let mut numbers = Numbers { bytes: body, at: 4 };
        let id = match body.first() {
            Some(2) => numbers.small(2)?,
            Some(3) => numbers.small(4)?,
            // Older entries name no kind: they hold no picture.
            _ => continue,
        };
        numbers.next(2)?;
        let kind = numbers.small(4)?.to_be_bytes();
        items.push(Item { id, kind, entry, extents: Vec::new(), properties: Vec::new() });
    }
    Ok(items)
}

/// What leads to what (`iref`).
fn links(file: &[u8], iref: &Part) -> Result<Vec<Link>, Flaw> {
    let wide = if file[iref.body.clone()].first() == Some(&0) { 2 } else { 4 };
    let mut links = Vec::new();
    let mut left = MOST * 4;
    for part in parts(file, iref.body.start.saturating_add(4)..iref.body.end)? {
        let mut numbers = Numbers { bytes: &file[part.body], at: 0 };
        let from = numbers.small(wide)?;
        let mut to = Vec::new();
        for _ in 0..numbers.next(2)? {
            left = left.checked_sub(1).ok_or(Flaw::Damaged)?;
            to.push(numbers.small(wide)?);
        }
        links.push(Link { kind: part.kind, begin: part.begin, from, to });
    }
    Ok(links)
}

/// The rectangle of a `clap` box: four fractions, width and height, and how far its middle is from the picture's.
fn clean(clap: &[u8], (width, height): (u32, u32)) -> Option<Area> {
    let side = |at: usize, whole: u32| {
        let (above, below) = (be32(clap, at)?, be32(clap, at + 4)?);
        let length = above.checked_div(below).filter(|length| (1..=whole).contains(length))?;
        let (above, below) = (i64::from(be32(clap, at + 16)? as i32), i64::from(be32(clap, at + 20)?));
        let begin = i64::midpoint(i64::from(whole - length), (2 * above).checked_div(below)?);
        let begin = u32::try_from(begin).ok().filter(|begin| *begin <= whole - length)?;
        Some((begin, length))
    };
    let ((left, width), (top, height)) = side(0, width).zip(side(8, height))?;
    Some(Area { left, top, width, height })
}
