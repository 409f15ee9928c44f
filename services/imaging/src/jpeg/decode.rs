//! Scans to planes of samples.
//!
//! A sequential frame goes block by block from bits to samples: beside the file, memory holds the planes of the wanted scale
//! only. A progressive frame needs all its coefficients (two bytes each) before the first sample.

use super::block::{Band, first_dc, refine_dc, sequential};
use super::header::{Frame, Next, Scan, State};
use super::huffman::{Bits, Table};
use super::inverse::{Scale, inverse};
use super::{Error, Plane, fast};

/// More scans than any camera or program writes: more would only cost time.
const MOST_SCANS: usize = 100;

/// A JPEG file whose segments up to the first scan are read.
pub struct Jpeg<'a> {
    bytes: &'a [u8],
    /// What the segments said.
    pub state: State<'a>,
    frame: Frame,
    scan: Scan,
    at: usize,
}

impl<'a> Jpeg<'a> {
    /// Reads up to the first scan.
    ///
    /// # Errors
    /// As [`State::read`].
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut state = State::default();
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err(Error::Damaged);
        }
        match state.read(bytes, 0)? {
            Next::End => Err(Error::Damaged),
            Next::Scan(scan, at) => {
                let frame = state.frame.clone().ok_or(Error::Damaged)?;
                Ok(Self { bytes, state, frame, scan, at })
            }
        }
    }

    /// The frame header.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Whether it decodes in the memory of its view: a sequential frame that is grey or of three colours.
    pub fn is_quick(&self) -> bool {
        !self.frame.progressive && self.frame.components.len() <= 3
    }

    /// Decodes every component, each to a scale of its own.
    ///
    /// # Errors
    /// [`Error::Damaged`] when bits are missing or mean nothing, [`Error::TooLarge`] when memory does not suffice.
    pub fn decode(self, scales: &[Scale]) -> Result<Vec<Plane>, Error> {
        fast(
            #[inline(always)]
            || if self.frame.progressive { self.progressive(scales) } else { self.sequential(scales) },
        )
    }

    #[inline(always)]
    fn sequential(self, scales: &[Scale]) -> Result<Vec<Plane>, Error> {
        let Self { bytes, mut state, frame, mut scan, mut at } = self;
        let mut planes: Vec<Option<Padded>> = frame.components.iter().map(|_| None).collect();
        loop {
            let mut parts = Vec::with_capacity(scan.parts.len());
            for (component, dc, ac) in &scan.parts {
                let scale = *scales.get(*component).ok_or(Error::Damaged)?;
                if planes[*component].is_some() {
                    return Err(Error::Damaged);
                }
                parts.push(Part {
                    dc: table(&state.dc, *dc)?,
                    ac: table(&state.ac, *ac)?,
                    divisors: divisors(&state, &frame, *component)?,
                    plane: Padded::new(&frame, *component, scale)?,
                    before: 0,
                });
            }
            let mut bits = Bits::new(bytes, at);
            each_block(
                &frame,
                &scan,
                state.restart,
                &mut bits,
                #[inline(always)]
                |bits, step| {
                    match step {
                        Step::Restart => {
                            for part in &mut parts {
                                part.before = 0;
                            }
                        }
                        Step::Block(number, x, y) => parts[number].block(bits, x, y)?,
                    }
                    Some(())
                },
            )?;
            at = bits.end().ok_or(Error::Damaged)?;
            for (part, (component, ..)) in parts.into_iter().zip(&scan.parts) {
                planes[*component] = Some(part.plane);
            }
            match state.read(bytes, at)? {
                Next::Scan(next, begin) => (scan, at) = (next, begin),
                Next::End => break,
            }
        }
        planes.into_iter().map(|plane| plane.map(Padded::packed).ok_or(Error::Damaged)).collect()
    }

    #[inline(always)]
    fn progressive(self, scales: &[Scale]) -> Result<Vec<Plane>, Error> {
        let Self { bytes, mut state, frame, mut scan, mut at } = self;
        let mut coefficients = Vec::with_capacity(frame.components.len());
        for component in &frame.components {
            let (across, down) = frame.stored_blocks(component);
            let mut blocks = Vec::new();
            blocks.try_reserve_exact(across * down).map_err(|_| Error::TooLarge)?;
            blocks.resize(across * down, [0_i16; 64]);
            coefficients.push(blocks);
        }
        let mut tables = vec![None; frame.components.len()];
        for _ in 0..MOST_SCANS {
            for (component, ..) in &scan.parts {
                if tables[*component].is_none() {
                    tables[*component] = Some(divisors(&state, &frame, *component)?);
                }
            }
            let mut bits = Bits::new(bytes, at);
            progressive_scan(&frame, &scan, &state, &mut bits, &mut coefficients)?;
            at = bits.end().ok_or(Error::Damaged)?;
            match state.read(bytes, at)? {
                Next::Scan(next, begin) => (scan, at) = (next, begin),
                Next::End => {
                    let parts = coefficients.into_iter().zip(tables).zip(scales).enumerate();
                    return parts
                        .map(|(component, ((blocks, divisors), scale))| {
                            samples(&frame, component, blocks, &divisors.ok_or(Error::Damaged)?, *scale)
                        })
                        .collect();
                }
            }
        }
        Err(Error::Damaged)
    }
}

fn table(tables: &[Option<Box<Table>>; 4], number: usize) -> Result<&Table, Error> {
    tables.get(number).and_then(Option::as_deref).ok_or(Error::Damaged)
}

fn divisors(state: &State<'_>, frame: &Frame, component: usize) -> Result<[i32; 64], Error> {
    let table = state.quantisation[frame.components[component].table].as_ref().ok_or(Error::Damaged)?;
    Ok(table.map(i32::from))
}

/// What comes next in a scan.
enum Step {
    /// A restart marker was passed: predictions begin anew.
    Restart,
    /// A block of the scan's part with this number, at this place among the component's stored blocks.
    Block(usize, usize, usize),
}

/// Walks a scan: units of all its components, or the blocks of its only one.
#[inline(always)]
fn each_block(
    frame: &Frame,
    scan: &Scan,
    restart: usize,
    bits: &mut Bits<'_>,
    mut step: impl FnMut(&mut Bits<'_>, Step) -> Option<()>,
) -> Result<(), Error> {
    let mut shapes = [(1, 1); 4];
    let (across, down) = if let [(only, ..)] = scan.parts.as_slice() {
        frame.blocks(&frame.components[*only])
    } else {
        for (shape, (component, ..)) in shapes.iter_mut().zip(&scan.parts) {
            *shape = (frame.components[*component].across, frame.components[*component].down);
        }
        frame.units()
    };
    let mut left = restart;
    for y in 0..down {
        for x in 0..across {
            if restart > 0 {
                if left == 0 {
                    bits.restart().ok_or(Error::Damaged)?;
                    step(bits, Step::Restart).ok_or(Error::Damaged)?;
                    left = restart;
                }
                left -= 1;
            }
            for (number, (wide, high)) in shapes.iter().enumerate().take(scan.parts.len()) {
                for v in 0..*high {
                    for u in 0..*wide {
                        step(bits, Step::Block(number, x * wide + u, y * high + v)).ok_or(Error::Damaged)?;
                    }
                }
            }
        }
        if !bits.is_sound() {
            return Err(Error::Damaged);
        }
    }
    Ok(())
}

/// One component of a sequential scan.
struct Part<'t> {
    dc: &'t Table,
    ac: &'t Table,
    divisors: [i32; 64],
    plane: Padded,
    before: i32,
}

impl Part<'_> {
    #[inline(always)]
    fn block(&mut self, bits: &mut Bits<'_>, x: usize, y: usize) -> Option<()> {
        let mut block = [0; 64];
        let last = sequential(bits, self.dc, self.ac, &mut self.before, &mut block);
        self.plane.put(x, y, &block, last, &self.divisors)
    }
}

#[inline(always)]
fn progressive_scan(
    frame: &Frame,
    scan: &Scan,
    state: &State<'_>,
    bits: &mut Bits<'_>,
    coefficients: &mut [Vec<[i16; 64]>],
) -> Result<(), Error> {
    let mut band = Band { first: scan.first, last: scan.last, low: scan.low, empty: 0 };
    let mut before = [0; 4];
    let is_dc = scan.first == 0;
    // Tables that this kind of scan does not use need not be there.
    let dc = scan.parts.iter().map(|part| table(&state.dc, part.1)).collect::<Vec<_>>();
    let ac = scan.parts.first().map(|part| table(&state.ac, part.2)).ok_or(Error::Damaged)?;
    if (is_dc && scan.high == 0 && dc.iter().any(Result::is_err)) || (!is_dc && ac.is_err()) {
        return Err(Error::Damaged);
    }
    let widths: Vec<usize> = scan.parts.iter().map(|part| frame.stored_blocks(&frame.components[part.0]).0).collect();
    each_block(
        frame,
        scan,
        state.restart,
        bits,
        #[inline(always)]
        |bits, step| {
            let (number, x, y) = match step {
                Step::Restart => {
                    before = [0; 4];
                    band.empty = 0;
                    return Some(());
                }
                Step::Block(number, x, y) => (number, x, y),
            };
            let block = coefficients[scan.parts[number].0].get_mut(y * widths[number] + x)?;
            match (is_dc, scan.high) {
                (true, 0) => first_dc(bits, dc[number].as_ref().ok()?, &mut before[number], scan.low, block),
                (true, _) => refine_dc(bits, scan.low, block),
                (false, 0) => band.first_scan(bits, ac.as_ref().ok()?, block),
                (false, _) => band.refine(bits, ac.as_ref().ok()?, block),
            }
            Some(())
        },
    )
}

/// All blocks of a component as samples; the coefficients are given back.
#[inline(always)]
fn samples(
    frame: &Frame,
    component: usize,
    blocks: Vec<[i16; 64]>,
    divisors: &[i32; 64],
    scale: Scale,
) -> Result<Plane, Error> {
    let mut plane = Padded::new(frame, component, scale)?;
    let (across, _) = frame.stored_blocks(&frame.components[component]);
    for (place, block) in blocks.iter().enumerate() {
        let last = if block[1..].iter().all(|value| *value == 0) { 0 } else { 63 };
        plane.put(place % across, place / across, block, last, divisors).ok_or(Error::Damaged)?;
    }
    Ok(plane.packed())
}

/// A plane whose rows and columns go on to the end of the last unit.
struct Padded {
    data: Vec<u8>,
    stride: usize,
    width: usize,
    height: usize,
    scale: Scale,
}

impl Padded {
    fn new(frame: &Frame, component: usize, scale: Scale) -> Result<Self, Error> {
        let component = &frame.components[component];
        let (across, down) = frame.stored_blocks(component);
        let stride = across * scale.side();
        let size = stride * down * scale.side();
        let mut data = Vec::new();
        data.try_reserve_exact(size).map_err(|_| Error::TooLarge)?;
        data.resize(size, 0);
        let samples = |length: usize, factor: usize, most: usize| (length * factor).div_ceil(most);
        Ok(Self {
            data,
            stride,
            width: (samples(frame.width, component.across, frame.most_across) * scale.side()).div_ceil(8),
            height: (samples(frame.height, component.down, frame.most_down) * scale.side()).div_ceil(8),
            scale,
        })
    }

    /// Writes the samples of the block at this place.
    #[inline(always)]
    fn put(&mut self, x: usize, y: usize, block: &[i16; 64], last: usize, divisors: &[i32; 64]) -> Option<()> {
        let side = self.scale.side();
        let out = self.data.get_mut(y * side * self.stride + x * side..)?;
        inverse(self.scale, block, last, divisors, out, self.stride)
    }

    /// The picture's own rows and columns.
    fn packed(mut self) -> Plane {
        if self.stride > self.width {
            for y in 1..self.height {
                let row = y * self.stride;
                self.data.copy_within(row..row + self.width, y * self.width);
            }
        }
        self.data.truncate(self.width * self.height);
        Plane { width: self.width, height: self.height, data: self.data }
    }
}
